//! Exports → lines. A row becomes a line, a reject or an exclusion; none is lost, and none stops a file.
//!
//! ```text
//! file ──text──▶ records ──parse──▶ chunks of packed lines ──append──▶ export ──gather──▶ lines of some patients
//!   csv, tsv, gz, zst        (in parallel)        (in file order)        │
//!   parquet ──columns of text─────┘                                      ▼
//!                                             date order, hours, blank zeros: decided per file, from all its rows
//! ```
//!
//! [`chunk`] and [`export`] hold what was read and [`store`] keeps it, [`mapping`] says which column is which field, [`block`]
//! and [`known`] parse rows, [`text`] and [`parquet`] read the two kinds of file, [`decide`] and [`survey`] settle what only the
//! whole file or run can tell, [`lines`] are what the rest of the program sees.

mod block;
mod chunk;
mod columns;
mod decide;
mod export;
mod known;
mod lines;
mod mapping;
mod parquet;
mod raw;
mod store;
mod survey;
mod text;
mod totals;

pub use chunk::{Body, Chunk, NO_DAY, Packed};
pub use columns::{Column, Dictionary, Ids};
pub use export::{Export, RunPayer, Source, Texts};
pub use lines::{BLANK_MONEY, BLANK_TIME, BLANK_UNITS, Lines, LostRow, Place, Setting, Why, discipline_of};
pub use mapping::{Mapping, MappingFile, MinutesUnit};
pub use raw::raw_rows;
pub use store::Store;
pub use totals::Totals;

use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::reference::Reference;
use recount_core::cells::DateOrder;
use std::path::PathBuf;

/// What the user decided about reading.
#[derive(Clone, Default)]
pub struct Options {
    /// Names of columns, and decisions, from `--mapping`.
    pub mapping: MappingFile,
    /// `--date-order`.
    pub date_order: Option<DateOrder>,
    /// `--minutes-unit`.
    pub minutes_unit: Option<MinutesUnit>,
    /// `--id-scope`.
    pub id_scope: IdScope,
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

/// Reads all files, in the order given; their lines are kept in `store`.
///
/// # Errors
/// A file that cannot be read at all, or whose columns need a decision.
pub fn read(
    paths: &[PathBuf],
    options: &Options,
    reference: &Reference,
    store: Store,
    progress: &Progress,
) -> Result<Export> {
    let total = paths.iter().filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum();
    let bar = progress.bytes("reading", total);
    let mut export = Export::new(options.id_scope, store);
    for path in paths {
        export.begin_source(path);
        let mapping = if is_parquet(path) {
            parquet::read(path, options, reference, &mut export, &bar)
        } else {
            text::read(path, options, reference, &mut export, &bar)
        }?;
        decide::note_reading(export.source(), &mapping);
        decide::settle(&mut export, &mapping, options, reference)?;
    }
    bar.finish();
    let headers: Vec<Vec<String>> =
        export.sources.iter().map(|source| source.columns.iter().map(|(name, _)| name.clone()).collect()).collect();
    if let [name, ..] = &mapping::unanswered(&options.mapping, &headers)[..] {
        return Err(Error::Usage(format!("the mapping names a column {name}, and no file has it")));
    }
    if export.sources.iter().all(|source| source.rows == 0) {
        return Err(Error::input(export.sources[0].path.display().to_string(), "has a header and no rows"));
    }
    export.finish(reference);
    survey::survey(&mut export, reference)?;
    Ok(export)
}

/// Whether a file is read as Parquet: by its name.
pub fn is_parquet(path: &std::path::Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("parquet") || extension.eq_ignore_ascii_case("pq"))
}

/// The row behind `records` records that begin at `row`.
fn row_behind(path: &std::path::Path, row: u32, records: u32) -> Result<u32> {
    row.checked_add(records).ok_or_else(|| unreadable(path, "has more rows than recount can number"))
}

/// An input error at a path.
fn unreadable(path: &std::path::Path, problem: impl std::fmt::Display) -> Error {
    Error::input(path.display().to_string(), problem)
}
