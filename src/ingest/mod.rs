//! Exports → lines. A row becomes a line, a reject or an exclusion; none is lost, and none stops a file.
//!
//! ```text
//! file ──open──▶ item ──text──────▶ records ─┐
//!   or archive    │      csv, tsv, utf-16     ├─parse──▶ chunks of packed lines ──append──▶ export ──gather──▶ lines of some patients
//!                 ├──sheet────▶ rows of cells─┤  (in parallel)       (in file order)        │
//!                 ├──parquet──▶ columns ──────┤                                             ▼
//!                 └──claims───▶ segments ─────┘             date order, hours, blank zeros: decided per file, from all its rows
//! ```
//!
//! [`open`] says what a file is and unpacks it; [`text`], [`sheet`], [`parquet`] and [`claims`] read the kinds of file; [`layout`]
//! finds the header and what a row is, [`mapping`] which column is which field; [`block`], [`known`] and [`reshape`] parse rows;
//! [`chunk`] and [`export`] hold what was read and [`store`] keeps it; [`decide`] and [`survey`] settle what only the whole file or
//! run can tell; [`lines`] are what the rest of the program sees.
//!
//! Files have a [`Role`]: what was billed, what was documented (`--join`), what was paid. Lines of all roles meet in the session of
//! their patient and day, so that nothing is joined here but ids.

mod block;
mod chunk;
mod claims;
mod columns;
mod decide;
mod export;
mod fates;
mod hidden;
mod known;
mod layout;
mod lines;
mod mapping;
mod meanings;
mod open;
mod parquet;
mod parsed;
mod particulars;
mod plain;
mod raw;
mod reshape;
mod segments;
mod sheet;
mod slots;
mod store;
mod survey;
mod text;
mod totals;
mod values;
mod visits;

pub use chunk::{Body, Chunk, Flags, NO_DAY, Packed, UNREAD_DAY};
pub use columns::{Column, Dictionary, Ids};
pub use export::{Export, RunPayer, Source, Texts};
pub use lines::{BLANK_MONEY, BLANK_TIME, BLANK_UNITS, Fold, Lines, LostRow, Place, Setting, Why, discipline_of};
pub use mapping::{Mapping, Role};
pub use open::Limits;
pub use parsed::ModifiersUsed;
pub use particulars::{Credential, Particulars};
pub use plain::plain_rows;
pub use raw::raw_rows;
pub use store::Store;
pub use totals::Totals;

use crate::config::{Config, Decisions, MinutesUnit};
use crate::error::{Error, Result};
use crate::progress::{Bar, Progress};
use crate::reference::{Field, Reference, file_name};
use fates::Fates;
use known::Row;
use open::{Format, Item};
use recount_core::cells::DateOrder;
use std::path::{Path, PathBuf};
use visits::Visits;

/// What the user decided about reading.
#[derive(Clone, Default)]
pub struct Options {
    /// `recount.toml`.
    pub config: Config,
    /// `--date-order`.
    pub date_order: Option<DateOrder>,
    /// `--minutes-unit`.
    pub minutes_unit: Option<MinutesUnit>,
    /// `--sheet`.
    pub sheet: Option<String>,
    /// `--id-scope`.
    pub id_scope: IdScope,
    /// `--setting`: where services were furnished, of lines that don't say.
    pub setting: Setting,
    /// How far packed files may unpack.
    pub limits: Limits,
}

/// How far a patient id reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum IdScope {
    /// An id is one practice's (the column `practice_id`, where there is one).
    #[default]
    Practice,
    /// An id is one file's.
    File,
    /// An id means the same patient everywhere.
    All,
}

/// What is given for the reading of one file.
struct Given<'a> {
    options: &'a Options,
    reference: &'a Reference,
    /// What the user decided about this file.
    decided: Decisions,
    /// What the file is to the audit.
    role: Role,
    /// Whose the visits of the bills are, for a file of notes.
    visits: Option<&'a Visits>,
    /// Whether notes are joined to the bills.
    joined: bool,
}

impl Given<'_> {
    /// Parses a record; a note of a visit that was billed is that visit's patient's.
    fn record(&self, parser: &mut block::Parser, row: &impl Row) {
        match self.visits {
            Some(visits) => visits.record(parser, row),
            None => parser.record(row),
        }
    }
}

/// Reads all files, in the order given, and then those with the notes to join; lines are kept in `store`.
///
/// # Errors
/// A file that cannot be read at all, or whose columns need a decision.
pub fn read(
    paths: &[PathBuf],
    joined: &[PathBuf],
    options: &Options,
    reference: &Reference,
    store: Store,
    progress: &Progress,
) -> Result<Export> {
    let size =
        |paths: &[PathBuf]| paths.iter().filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum::<u64>();
    let bar = progress.bytes("reading", size(paths) + size(joined));
    let mut export = Export::new(options.id_scope, options.setting, store);
    let bills = items(paths, options)?;
    let mut fates = Fates::of(bills.iter().map(|(item, _)| item), options, !joined.is_empty(), &bar)?;
    for (item, left) in &bills {
        read_item(item, left, Role::Bill, None, &mut fates, options, reference, &mut export, &bar)?;
    }
    fates.settle(&mut export);
    if !joined.is_empty() {
        let notes = items(joined, options)?;
        let visits = Visits::of(&export)?;
        for (item, left) in &notes {
            read_item(item, left, Role::Notes, Some(&visits), &mut fates, options, reference, &mut export, &bar)?;
        }
    }
    if !joined.is_empty() {
        note_strangers(&mut export);
    }
    same_practices(&export, options.id_scope, !fates.remittances().is_empty())?;
    for item in fates.remittances() {
        claims::read_remittance(item, &fates, reference, &mut export, &bar)?;
    }
    bar.finish();
    let headers: Vec<(String, Vec<String>)> = export
        .sources
        .iter()
        .map(|source| (file_name(&source.path), source.columns.iter().map(|(name, _)| name.clone()).collect()))
        .collect();
    let has = |header: &crate::config::Header, headers: &[String]| !mapping::columns(header, headers).is_empty();
    if let [name, ..] = &options.config.unanswered(&headers, has)[..] {
        return Err(Error::Usage(format!("the configuration names {name}")));
    }
    if export.sources.iter().all(|source| source.rows == 0) {
        return Err(Error::input(export.sources[0].path.display().to_string(), "has a header and no rows"));
    }
    export.finish(reference);
    survey::survey(&mut export, reference)?;
    Ok(export)
}

/// Where ids are a practice's, what stands beside the bills must say whose it is, too.
fn same_practices(export: &Export, scope: IdScope, remittances: bool) -> Result<()> {
    let named = |source: &Source| source.columns.iter().any(|(_, field)| *field == Some(Field::PracticeId));
    let of_role = |role: Role| export.sources.iter().filter(move |source| source.role == role);
    if scope != IdScope::Practice || !of_role(Role::Bill).any(named) {
        return Ok(());
    }
    let unnamed = of_role(Role::Notes).find(|source| !named(source)).map(|source| source.name.clone());
    match unnamed.or_else(|| remittances.then(|| "the remittances".to_owned())) {
        Some(which) => Err(Error::Usage(format!(
            "the bills name practices (practice_id) and {which} do not: whose patients they speak of is not known; if an id is one \
             person in all practices, pass --id-scope all"
        ))),
        None => Ok(()),
    }
}

/// Says so, where the notes know other patients than the bills: then nothing of them meets.
fn note_strangers(export: &mut Export) {
    let patients = |role: Role| -> std::collections::BTreeSet<u32> {
        let of_role = export.chunks.iter().filter(|chunk| export.sources[usize::from(chunk.file)].role == role);
        of_role.flat_map(|chunk| chunk.patients.iter().copied().filter(|&patient| patient != 0)).collect()
    };
    let (billed, noted) = (patients(Role::Bill), patients(Role::Notes));
    let known = noted.intersection(&billed).count();
    if known * 2 < noted.len() {
        let all = crate::words::counted(noted.len() as u64, "patient");
        let problem = format!(
            "of {all} of the notes {known} are among those of the bills: if both have the same patients under other ids, only a visit's id \
             can join them"
        );
        export.source().notes.push(problem);
    }
}

/// What some paths hold, each item with what its archive holds besides.
fn items(paths: &[PathBuf], options: &Options) -> Result<Vec<(Item, Vec<String>)>> {
    let mut all = Vec::new();
    for path in paths {
        let (items, mut left) = Item::of(path, options.limits)?;
        all.extend(items.into_iter().map(|item| (item, std::mem::take(&mut left))));
    }
    Ok(all)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one call that is made twice")]
fn read_item(
    item: &Item,
    left: &[String],
    role: Role,
    visits: Option<&Visits>,
    fates: &mut Fates,
    options: &Options,
    reference: &Reference,
    export: &mut Export,
    bar: &Bar,
) -> Result<()> {
    let mut decided = options.config.for_file(&file_name(&item.path));
    decided.sheet = options.sheet.clone().or(decided.sheet);
    let given = Given { options, reference, decided, role, visits, joined: fates.joined };
    let first = export.sources.len();
    match item.format {
        Format::Workbook(kind) => sheet::read(item, kind, &given, export, bar)?,
        Format::Claims => claims::read(item, fates, reference, export, bar)?,
        Format::Text | Format::Parquet => {
            export.begin_source(item, None, role);
            let mapping = match item.format {
                Format::Parquet => parquet::read(item, &given, export, bar)?,
                _ => text::read(item, &given, export, bar)?,
            };
            settle(export, &mapping, &given)?;
        }
    }
    if let (Some(source), [_, ..]) = (export.sources.get_mut(first), left) {
        source.notes.push(format!("not read in the archive: {}", left.join(", ")));
    }
    Ok(())
}

/// Settles what only the whole of a file can tell.
fn settle(export: &mut Export, mapping: &Mapping, given: &Given) -> Result<()> {
    decide::note_reading(export.source(), mapping, given.joined);
    decide::note_modifiers(export.source(), mapping, &given.reference.settings);
    decide::settle(export, mapping, given)
}

/// Adds chunks of the current file, the first of which begins at `next_row`, and moves that behind them.
fn append(item: &Item, parsed: Vec<parsed::Parsed>, next_row: &mut u32, export: &mut Export) -> Result<()> {
    for parsed in parsed {
        let row = *next_row;
        let behind = row.checked_add(parsed.records);
        *next_row = behind.ok_or_else(|| item.error("has more rows than recount can number"))?;
        export.append(parsed, row)?;
    }
    Ok(())
}

/// An input error at a path.
fn unreadable(path: &Path, problem: impl std::fmt::Display) -> Error {
    Error::input(path.display().to_string(), problem)
}
