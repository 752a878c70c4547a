//! A run's exports, read: files, chunks of packed lines, the texts behind their numbers, and the rows that are no lines.

use super::chunk::{Body, Chunk, NO_DAY, Numbers, Packed};
use super::columns::{Dictionary, Ids};
use super::lines::{BLANK_MONEY, BLANK_TIME, LostRow, Place, Setting, Why};
use super::mapping::Role;
use super::open::{Format, Item};
use super::parsed::{Counts, ModifiersUsed, Parsed};
use super::particulars::{Credential, Particulars};
use super::store::Store;
use super::{IdScope, Totals};
use crate::config::UnitMinutes;
use crate::error::{Error, Result};
use crate::reference::{CodeFacts, Codes, Day, Field, Kind, Payers, Policy, Reference, RunRoster, Settings};
use recount_core::cells::{DateCell, DateOrder};
use std::ops::Range;
use std::path::PathBuf;

/// One input file, and what was found in it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Where it is. Outputs show its name only.
    pub path: PathBuf,
    /// The file, or the member of an archive.
    pub(super) item: Option<Item>,
    /// The sheet, of a workbook.
    pub sheet: Option<String>,
    /// What it is to the audit.
    pub role: Role,
    /// The row that is the header; 0 where there is none.
    pub header_row: u32,
    /// Rows that are set aside by what other files say, in order: first and last row, and why.
    pub(super) aside: Vec<(u32, u32, Why)>,
    /// A row is one unit, and what its minutes mean.
    pub unit_rows: Option<UnitMinutes>,
    /// File name, unique in a run.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Its chunks.
    pub chunks: Range<usize>,
    /// Candidate rows read: lines, rejects and exclusions together.
    pub rows: u64,
    /// What was decided or noticed about the file, one sentence each.
    pub notes: Vec<String>,
    /// Its columns: header and the field it became, `None` where it was dropped.
    pub columns: Vec<(String, Option<Field>)>,
    /// Timed lines with a unit, with 0 minutes, with blank minutes, with minutes = 15 × units.
    pub timed: TimedCounts,
    /// In which order its dates are written.
    pub date_order: String,
    /// The order in which they are read.
    pub order: DateOrder,
    /// What was counted while it was read.
    pub counts: Counts,
    /// First and last date of service.
    pub days: Option<(Day, Day)>,
    /// Its minutes are hours.
    pub hours: bool,
    /// Its minutes are worked out from times of day.
    pub by_clock: bool,
    /// Each of its rows is a visit of its own.
    pub row_is_visit: bool,
    /// Its zeros among the minutes are blanks.
    pub zero_is_blank: bool,
}

impl Source {
    /// Whether its columns have headers; claims and remittances have fields instead.
    pub fn has_header(&self) -> bool {
        self.item.as_ref().is_some_and(|item| item.format != Format::Claims)
    }

    /// Whether a sort of modifier may be added later, on the claim, since `hardly` any of its lines has one: `hardly` is given how
    /// many lines have modifiers of each sort, and how many rows there are. A claim adds none, and a few lines tell nothing.
    pub fn leaves_out(&self, settings: &Settings, hardly: fn(&ModifiersUsed, u64) -> bool) -> bool {
        let enough = self.rows as i64 >= settings.source_min_lines;
        self.has_header() && enough && hardly(&self.counts.modifiers, self.rows)
    }

    /// Why a row is set aside, if it is.
    #[inline]
    pub fn set_aside(&self, row: u32) -> Option<Why> {
        let behind = self.aside.partition_point(|(first, ..)| *first <= row);
        let (_, last, why) = self.aside.get(behind.checked_sub(1)?)?;
        (row <= *last).then_some(*why)
    }
}

/// Counts over a source's timed lines that bill at least one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimedCounts {
    /// All of them.
    pub lines: u64,
    /// With 0 minutes.
    pub zero: u64,
    /// With blank minutes.
    pub blank: u64,
    /// With minutes = 15 × units.
    pub from_units: u64,
    /// With 15 minutes.
    pub one_quarter: u64,
    /// With minutes, and more than one unit.
    pub several_units: u64,
}

impl TimedCounts {
    /// With those of more lines.
    pub fn add(&mut self, other: TimedCounts) {
        self.lines += other.lines;
        self.zero += other.zero;
        self.blank += other.blank;
        self.from_units += other.from_units;
        self.one_quarter += other.one_quarter;
        self.several_units += other.several_units;
    }
}

/// A payer of the run: what its spellings have in common.
pub struct RunPayer {
    /// Normalised name, the part of the session key.
    pub key: String,
    /// Number of the spelling that stands for it: the most frequent, then the first in the alphabet.
    pub name: u32,
    /// Policies by stretches of time: the first applies before its day, too.
    stretches: Vec<(Day, Policy)>,
}

impl RunPayer {
    /// How its bill is judged on that day.
    pub fn policy(&self, on: Day) -> &Policy {
        &self.stretches[self.stretch(on)].1
    }

    /// Which of its [`policies`](RunPayer::policies) holds on that day.
    pub fn stretch(&self, on: Day) -> usize {
        self.stretches.partition_point(|(from, _)| *from <= on).saturating_sub(1)
    }

    /// The policy of a stretch.
    pub fn policy_at(&self, stretch: usize) -> &Policy {
        &self.stretches[stretch].1
    }

    /// Its policies, in order of time.
    pub fn policies(&self) -> impl ExactSizeIterator<Item = &Policy> {
        self.stretches.iter().map(|(_, policy)| policy)
    }
}

/// The texts behind the numbers of lines.
#[derive(Default)]
pub struct Texts {
    /// Patient ids.
    pub patients: Dictionary,
    /// Codes.
    pub codes: Dictionary,
    /// Payers as exported.
    pub payer_names: Dictionary,
    /// Modifiers of a line.
    pub modifiers: Dictionary,
    /// Clinicians.
    pub therapists: Dictionary,
    /// Clinics.
    pub clinics: Dictionary,
    /// Practices.
    pub practices: Dictionary,
    /// Visits.
    pub visits: Ids,
    /// Claims.
    pub claims: Ids,
    /// Line ids.
    pub line_ids: Ids,
    /// Start times as written.
    pub starts: Ids,
    /// What payers took off, as written.
    pub adjustments: Ids,
    /// What else lines say, as the reader stores it.
    pub particulars: Ids,
}

/// Everything that was read.
pub struct Export {
    /// The files.
    pub sources: Vec<Source>,
    /// Texts of the numbers.
    pub texts: Texts,
    /// Rows that are not audited.
    pub lost: Vec<LostRow>,
    /// Payers, by the numbers in `payer_of_name`.
    pub payers: Vec<RunPayer>,
    /// For each spelling, the number of its payer.
    pub payer_of_name: Vec<u32>,
    /// What else lines say, by the numbers of lines.
    pub particulars: Vec<Particulars>,
    /// What the user's roster says of the clinicians and payers.
    pub roster: RunRoster,
    /// For each code, its rows in the code table.
    pub code_rows: Vec<Range<usize>>,
    /// Everything that was read, counted as it was read.
    pub read: Totals,
    /// How many lines each payer's spelling has under each of its payer's policies: spelling, place of the policy, lines.
    pub payer_lines: Vec<(u32, usize, u64)>,
    /// How many lines each code has under each of its rows in the code table: code, row, lines.
    pub code_lines: Vec<(u32, Option<usize>, u64)>,
    /// Whether some file has dates, minutes or particulars beside those of the service.
    pub(super) has_beside: bool,
    /// Whether some note is of a code that needs no minutes.
    pub notes_have_untimed: bool,
    /// What the numbers of the lines stand for, chunk by chunk.
    pub chunks: Vec<Chunk>,
    /// The lines themselves.
    pub store: Store,
    /// Lost rows of the current file whose dates wait for the order of its dates.
    pub(super) undated: Vec<(usize, DateCell)>,
    /// Dates of the current file's chunks, in the order of their numbers.
    pub(super) dates: Vec<Vec<DateCell>>,
    id_scope: IdScope,
    /// Where lines were furnished that don't say.
    pub(super) setting: Setting,
    /// How many lines each spelling of a payer has.
    payer_uses: Vec<u64>,
}

impl Export {
    /// Nothing read yet; lines will be kept in `store`.
    pub fn new(id_scope: IdScope, setting: Setting, store: Store) -> Export {
        Export {
            sources: Vec::new(),
            texts: Texts::default(),
            lost: Vec::new(),
            payers: Vec::new(),
            payer_of_name: Vec::new(),
            particulars: vec![Particulars::default()],
            roster: RunRoster::default(),
            code_rows: Vec::new(),
            read: Totals::default(),
            payer_lines: Vec::new(),
            code_lines: Vec::new(),
            has_beside: false,
            notes_have_untimed: false,
            chunks: Vec::new(),
            store,
            undated: Vec::new(),
            dates: Vec::new(),
            id_scope,
            setting,
            payer_uses: Vec::new(),
        }
    }

    /// How many lines there are, audited or not.
    pub fn lines(&self) -> u64 {
        self.chunks.iter().map(|chunk| u64::from(chunk.lines)).sum()
    }

    /// Whether notes are among the exports.
    pub fn has_notes(&self) -> bool {
        self.sources.iter().any(|source| source.role == Role::Notes)
    }

    /// Whether remittances stand beside bills.
    pub fn has_remittances(&self) -> bool {
        self.sources.iter().any(|source| source.role == Role::Remit)
    }

    /// Whether anything but bills is among the exports.
    pub fn has_statements(&self) -> bool {
        self.has_notes() || self.has_remittances()
    }

    /// First and last date of service of all that was read.
    pub fn days(&self) -> Option<(Day, Day)> {
        let days = || self.sources.iter().filter_map(|source| source.days);
        Some((days().map(|(first, _)| first).min()?, days().map(|(_, last)| last).max()?))
    }

    /// How far a patient id reaches.
    pub fn id_scope(&self) -> IdScope {
        self.id_scope
    }

    /// The file being read.
    pub fn source(&mut self) -> &mut Source {
        self.sources.last_mut().expect("a source has begun")
    }

    /// Begins a file, or a sheet of it, given by its name and by what messages call it.
    pub(super) fn begin_source(&mut self, item: &Item, sheet: Option<(&String, &String)>, role: Role) {
        let mut name = item.name();
        if let Some((_, shown)) = sheet {
            name = format!("{name} [{shown}]");
        }
        let wanted = name.clone();
        // Two folders may hold files of one name; the row's source must still be told.
        for n in 2.. {
            if self.sources.iter().all(|source| source.name != name) {
                break;
            }
            name = format!("{wanted} ({n})");
        }
        let at = self.chunks.len();
        self.sources.push(Source {
            path: item.path.clone(),
            item: Some(item.clone()),
            sheet: sheet.map(|(name, _)| name.clone()),
            name,
            role,
            chunks: at..at,
            ..Source::default()
        });
    }

    /// Adds a chunk of the current file whose first record is row `first_row`.
    ///
    /// # Errors
    /// More chunks than lines can name; the disk is full.
    pub(super) fn append(&mut self, mut parsed: Parsed, first_row: u32) -> Result<()> {
        if self.chunks.len() > Place::LAST_CHUNK {
            let path = self.source().path.display().to_string();
            return Err(Error::input(path, "brings more than one run can number; audit the files in several runs"));
        }
        let file = (self.sources.len() - 1) as u16;
        let texts = &mut self.texts;
        let chunk = Chunk {
            file,
            first_row,
            lines: parsed.body.rows.len() as u32,
            patients: texts.patients.take_in(&parsed.patients),
            codes: Numbers::of_chunk(texts.codes.take_in(&parsed.codes)),
            payers: Numbers::of_chunk(texts.payer_names.take_in(&parsed.payers)),
            modifiers: Numbers::of_chunk(texts.modifiers.take_in(&parsed.modifiers)),
            therapists: Numbers::of_chunk(texts.therapists.take_in(&parsed.therapists)),
            clinics: Numbers::of_chunk(texts.clinics.take_in(&parsed.clinics)),
            practices: texts.practices.take_in(&parsed.practices),
            days: Vec::new(),
        };
        let body = &mut parsed.body;
        self.has_beside |= body.has_beside();
        if parsed.visits.holds_texts() {
            let renumbered = texts.visits.take_in(&parsed.visits);
            body.rows.iter_mut().for_each(|row| row.visit = renumbered(row.visit));
        }
        for (column, from, to) in [
            (&mut body.claim, &parsed.claims, &mut texts.claims),
            (&mut body.line_id, &parsed.line_ids, &mut texts.line_ids),
            (&mut body.start, &parsed.starts, &mut texts.starts),
            (&mut body.adjustments, &parsed.adjustments, &mut texts.adjustments),
            (&mut body.particulars, &parsed.particulars, &mut texts.particulars),
        ] {
            if !column.is_empty() && from.holds_texts() {
                let renumbered = to.take_in(from);
                column.iter_mut().for_each(|id| *id = renumbered(*id));
            }
        }
        self.payer_uses.resize(texts.payer_names.len(), 0);
        for (n, row) in body.rows.iter().enumerate() {
            self.payer_uses[chunk.payers.of(row.payer) as usize] += 1;
            let charge = body.charge(n);
            self.read.add(row.units().unwrap_or(0).into(), if charge == BLANK_MONEY { 0 } else { charge });
        }
        for lost in &parsed.lost {
            self.read.add(lost.units.into(), lost.charge);
            if let Some(n) = usize::from(lost.date).checked_sub(1) {
                self.undated.push((self.lost.len(), parsed.dates[n]));
            }
            self.lost.push(LostRow {
                file,
                row: first_row + u32::from(lost.row),
                why: lost.why,
                patient: chunk.patients[usize::from(lost.patient)],
                scope: scope(self.id_scope, file, chunk.practices[usize::from(lost.practice)]),
                day: None,
                units: lost.units,
                charge: lost.charge,
                time: lost.time,
            });
        }
        let source = self.sources.last_mut().expect("a source has begun");
        source.rows += u64::from(chunk.lines) + parsed.lost.len() as u64;
        source.counts.add(&parsed.counts);
        self.chunks.push(chunk);
        source.chunks.end = self.chunks.len();
        self.dates.push(parsed.dates);
        self.store.push(parsed.body)
    }

    /// Looks up what the whole run needs once: payers of spellings, rows of codes, enrolments of clinicians.
    pub fn finish(&mut self, reference: &Reference) {
        let texts = &self.texts;
        let run = [&texts.codes, &texts.payer_names, &texts.modifiers, &texts.therapists, &texts.clinics]
            .map(Dictionary::len);
        self.store.renumber(&mut self.chunks, run);
        self.particulars = self.texts.particulars.texts().map(Particulars::parse).collect();
        self.code_rows = self.texts.codes.iter().map(|code| reference.codes.rows_of(code)).collect();
        let uses = &mut self.payer_uses;
        uses.resize(self.texts.payer_names.len(), 0);
        let mut by_key: std::collections::BTreeMap<String, Vec<u32>> = std::collections::BTreeMap::new();
        let resolved: Vec<_> = self.texts.payer_names.iter().map(|name| reference.payers.resolve(name)).collect();
        for (number, payer) in (0..).zip(&resolved) {
            by_key.entry(payer.key.clone()).or_default().push(number);
        }
        self.payer_of_name = vec![0; resolved.len()];
        for (key, names) in by_key {
            let name = names
                .iter()
                .copied()
                .min_by_key(|&n| (std::cmp::Reverse(uses[n as usize]), self.texts.payer_names.get(n).to_owned()))
                .unwrap_or(0);
            // A rule that the user set for one spelling holds for the payer.
            let spellings = names.iter().map(|&n| &resolved[n as usize]);
            let payer = resolved[name as usize].clone().with_spellings(spellings);
            let stretches = stretches(&reference.payers, &payer);
            let number = self.payers.len() as u32;
            for n in names {
                self.payer_of_name[n as usize] = number;
            }
            self.payers.push(RunPayer { key, name, stretches });
        }
        if reference.has_file("roster.csv") {
            self.roster = self.of_roster(reference);
        }
    }

    /// The user's roster beside the clinicians and payers that were read.
    fn of_roster(&self, reference: &Reference) -> RunRoster {
        let named = self.payer_of_name.iter().zip(self.texts.payer_names.iter());
        let spellings = named.map(|(&payer, name)| (payer, self.payers[payer as usize].key.as_str(), name));
        let is_assistant = |text: &str| Credential::from_text(text) == Some(Credential::Assistant);
        reference.roster.of_run(self.texts.therapists.iter(), self.payers.len(), spellings, is_assistant)
    }

    /// What `look` makes of each chunk's lines, in order.
    ///
    /// # Errors
    /// Lines that wait on disk cannot be read.
    pub fn look_at_lines<T: Send>(&self, look: impl Fn(&Chunk, &Body) -> T + Sync) -> Result<Vec<T>> {
        self.store.map(|n, body| look(&self.chunks[n], body))
    }

    /// The payer that a spelling stands for.
    pub fn payer_of(&self, name: u32) -> &RunPayer {
        &self.payers[self.payer_of_name[name as usize] as usize]
    }

    /// What the code table says of a code on a date.
    pub fn facts<'c>(&self, codes: &'c Codes, code: u32, day: Day) -> Option<&'c CodeFacts> {
        codes.as_of(self.code_rows[code as usize].clone(), day)
    }

    /// The kind of a code on a date.
    pub fn kind(&self, codes: &Codes, code: u32, day: Day) -> Kind {
        self.facts(codes, code, day).map_or(Kind::Unknown, |facts| facts.kind)
    }

    /// What a patient id of a file and practice is unique in.
    pub fn scope(&self, file: u16, practice: u32) -> u32 {
        scope(self.id_scope, file, practice)
    }

    /// A line's time in hundredths of a second, as its file means it; `needs_minutes` says whether its code does.
    pub(super) fn time(&self, file: u16, packed: &Packed, needs_minutes: impl FnOnce() -> bool) -> i32 {
        let source = &self.sources[usize::from(file)];
        let time = packed.time;
        if source.hours && !source.by_clock && time != BLANK_TIME {
            time.saturating_mul(60)
        } else if source.zero_is_blank
            && time == 0
            && (packed.units > 0 || source.role == Role::Notes)
            && needs_minutes()
        {
            BLANK_TIME
        } else {
            time
        }
    }

    /// A line as a lost row, for a reason found after reading.
    pub fn lose(&self, chunk: &Chunk, body: &Body, n: usize, why: Why) -> LostRow {
        let packed = &body.rows[n];
        LostRow {
            file: chunk.file,
            row: chunk.first_row + u32::from(packed.row),
            why,
            patient: chunk.patients[usize::from(packed.patient)],
            scope: self.scope(chunk.file, chunk.practice(body, n)),
            day: Some(chunk.day(packed)).filter(|&day| day != NO_DAY),
            units: packed.units().unwrap_or(0),
            charge: Some(body.charge(n)).filter(|&cents| cents != BLANK_MONEY).unwrap_or(0),
            time: packed.time,
        }
    }
}

fn scope(id_scope: IdScope, file: u16, practice: u32) -> u32 {
    match id_scope {
        IdScope::Practice => practice,
        IdScope::File => u32::from(file) + 1,
        IdScope::All => 0,
    }
}

fn stretches(payers: &Payers, payer: &crate::reference::PayerRef) -> Vec<(Day, Policy)> {
    let mut starts = vec![Day::MIN];
    starts.extend(payers.changes(payer));
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().map(|from| (from, payers.policy(payer, from))).collect()
}
