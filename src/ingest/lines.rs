//! The lines of a run, as typed columns, and the rows that did not become lines.
//!
//! One row of an export is one line: a code, its minutes, its units. Texts are numbered once ([`Dictionary`]), so that
//! everything after reading compares integers.

use super::IdScope;
use super::block::Block;
use super::columns::{Column, Dictionary};
use crate::reference::Field;
use crate::reference::{Codes, Day, Kind, Payers, Policy, Reference, file_name};
use recount_core::cells::Problem;
use recount_core::domain::{Cents, Discipline, Time, Units};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Minutes that the export leaves blank.
pub const BLANK_TIME: i32 = i32::MIN;
/// Units that the export leaves blank.
pub const BLANK_UNITS: i16 = i16::MIN;
/// An amount that the export leaves blank.
pub const BLANK_MONEY: Cents = Cents::MIN;

/// Where a service was furnished, which decides some daily limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// The export does not say.
    #[default]
    Unknown,
    /// A private practice or physician's office.
    Practice,
    /// A hospital, nursing facility, agency or other institution.
    Facility,
}

/// One input file, and what was found in it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Where it is. Outputs show its name only.
    pub path: PathBuf,
    /// File name, unique in a run.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Its lines in [`Lines`].
    pub lines: Range<u32>,
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
    /// Cells that were blank, by field.
    pub blanks: Vec<(Field, u64)>,
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
}

/// Why a row is no audited line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Rejected: a cell cannot be read.
    Cell(Field, Problem),
    /// Rejected: more or fewer cells than the header has columns.
    Cells,
    /// Rejected: quotation marks that do not match.
    Quotes,
    /// Excluded: every cell is empty.
    EmptyRow,
    /// Excluded: the date of service lies outside `--from`, `--to` or `--quarter`.
    OutsidePeriod,
    /// Excluded: the payer does not pay by the unit.
    NotUnitBilled,
    /// Excluded: billed and taken back; both rows of the pair.
    Reversed,
    /// Excluded: the same row with the same line id stands in this file already.
    Copy,
    /// Excluded: the same row stands in another file of the run.
    CopyInOtherFile,
    /// Excluded: a later row of the file has the same line id.
    Superseded,
}

impl Why {
    /// Whether the row could not be read, as against read and set aside.
    pub fn is_reject(self) -> bool {
        matches!(self, Why::Cell(..) | Why::Cells | Why::Quotes)
    }

    /// Whether the session lost something that may change its units. A proven reversal or copy takes nothing away.
    pub fn loses_a_row(self) -> bool {
        self.is_reject() || matches!(self, Why::NotUnitBilled)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Cell(_, problem) => return problem.fmt(f),
            Why::Cells => "the row has more or fewer cells than the header has columns",
            Why::Quotes => "the quotation marks of the row do not match",
            Why::EmptyRow => "every cell is empty",
            Why::OutsidePeriod => "the date of service is outside the period",
            Why::NotUnitBilled => "the payer does not pay by the unit",
            Why::Reversed => "billed and reversed: the pair is set aside",
            Why::Copy => "the same row with the same line id stands in the file already",
            Why::CopyInOtherFile => "the same row stands in another file",
            Why::Superseded => "a later row has the same line id",
        })
    }
}

/// A row that is not audited.
#[derive(Clone, Copy, Debug)]
pub struct LostRow {
    /// Number of its source.
    pub file: u16,
    /// Its row, as a spreadsheet counts.
    pub row: u32,
    /// Why.
    pub why: Why,
    /// Number of its patient, 0 if unread.
    pub patient: u32,
    /// Number of its practice or file, as the scope of ids says.
    pub scope: u32,
    /// Its date of service, if that could be read.
    pub day: Option<Day>,
    /// Its units; unreadable ones count 0.
    pub units: Units,
    /// Its charge; an unreadable one counts 0.
    pub charge: Cents,
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
        let n = self.stretches.partition_point(|(from, _)| *from <= on);
        &self.stretches[n.saturating_sub(1)].1
    }
}

/// All lines of a run, one place per line in each column.
pub struct Lines {
    /// The files.
    pub sources: Vec<Source>,
    /// Number of the source.
    pub file: Column<u16>,
    /// Row in the source, as a spreadsheet counts: the header is row 1.
    pub row: Vec<u32>,
    /// Number of the patient's id.
    pub patient: Vec<u32>,
    /// What a patient id is unique in: number of the practice or file, 0 for everywhere.
    pub scope: Column<u32>,
    /// Date of service; while its file is being read, the number of its text.
    pub day: Vec<Day>,
    /// Number of the code.
    pub code: Vec<u32>,
    /// Units billed, or [`BLANK_UNITS`].
    pub units: Vec<i16>,
    /// Minutes in hundredths of a second, or [`BLANK_TIME`].
    pub time: Column<i32>,
    /// Number of the payer's spelling.
    pub payer_name: Column<u32>,
    /// 0 unknown, else 1 + the place in [`Discipline::ALL`].
    pub discipline: Column<u8>,
    /// Number of the modifiers, separated by spaces.
    pub modifiers: Column<u32>,
    /// Number of the treating clinician's id.
    pub therapist: Column<u32>,
    /// Number of the clinic.
    pub clinic: Column<u32>,
    /// Number of the practice.
    pub practice: Column<u32>,
    /// Number of the visit.
    pub visit: Column<u32>,
    /// Number of the claim.
    pub claim: Column<u32>,
    /// Number of the line's own id.
    pub line_id: Column<u32>,
    /// Number of the text of its start time, which tells two alike lines apart.
    pub start: Column<u32>,
    /// Charge in cents, or [`BLANK_MONEY`]; allowed and paid likewise.
    pub charge: Column<Cents>,
    /// Allowed amount.
    pub allowed: Column<Cents>,
    /// Paid amount.
    pub paid: Column<Cents>,
    /// Timed minutes of the whole visit, or [`BLANK_TIME`].
    pub visit_time: Column<i32>,
    /// Where it was furnished.
    pub setting: Column<Setting>,
    /// Texts of the numbers above.
    pub texts: Texts,
    /// Rows that are not audited.
    pub lost: Vec<LostRow>,
    /// Payers, by the numbers in `payer_of_name`.
    pub payers: Vec<RunPayer>,
    /// For each spelling, the number of its payer.
    pub payer_of_name: Vec<u32>,
    /// For each code, its rows in the code table.
    pub code_rows: Vec<Range<usize>>,
    /// Everything that was read, counted as it was read.
    pub read: super::Totals,
    id_scope: IdScope,
}

/// The texts behind the numbers of [`Lines`].
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
    pub visits: Dictionary,
    /// Claims.
    pub claims: Dictionary,
    /// Line ids.
    pub line_ids: Dictionary,
    /// Start times as written.
    pub starts: Dictionary,
    /// Dates as written.
    pub dates: Dictionary,
}

impl Lines {
    /// No lines yet.
    pub fn new(id_scope: IdScope) -> Lines {
        Lines {
            sources: Vec::new(),
            file: Column::new(0),
            row: Vec::new(),
            patient: Vec::new(),
            scope: Column::new(0),
            day: Vec::new(),
            code: Vec::new(),
            units: Vec::new(),
            time: Column::new(BLANK_TIME),
            payer_name: Column::new(0),
            discipline: Column::new(0),
            modifiers: Column::new(0),
            therapist: Column::new(0),
            clinic: Column::new(0),
            practice: Column::new(0),
            visit: Column::new(0),
            claim: Column::new(0),
            line_id: Column::new(0),
            start: Column::new(0),
            charge: Column::new(BLANK_MONEY),
            allowed: Column::new(BLANK_MONEY),
            paid: Column::new(BLANK_MONEY),
            visit_time: Column::new(BLANK_TIME),
            setting: Column::new(Setting::Unknown),
            texts: Texts::default(),
            lost: Vec::new(),
            payers: Vec::new(),
            payer_of_name: Vec::new(),
            code_rows: Vec::new(),
            read: super::Totals::default(),
            id_scope,
        }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// Begins a file; says where its lost rows begin.
    pub fn begin_source(&mut self, path: &Path) -> usize {
        let mut name = file_name(path);
        let wanted = name.clone();
        // Two folders may hold files of one name; the row's source must still be told.
        for n in 2.. {
            if self.sources.iter().all(|source| source.name != name) {
                break;
            }
            name = format!("{wanted} ({n})");
        }
        let at = self.len() as u32;
        self.sources.push(Source { path: path.to_owned(), name, lines: at..at, ..Source::default() });
        self.lost.len()
    }

    /// How far a patient id reaches.
    pub fn id_scope(&self) -> IdScope {
        self.id_scope
    }

    /// The file being read.
    pub fn source(&mut self) -> &mut Source {
        self.sources.last_mut().expect("a source has begun")
    }

    /// Adds a block of the current file whose first record is row `first_row`.
    pub(super) fn append(&mut self, block: Block, first_row: u32) {
        let file = (self.sources.len() - 1) as u16;
        let rows = block.rows.len();
        let renumber = |numbers: &[u32], from: &Dictionary, to: &mut Dictionary| -> Vec<u32> {
            let new: Vec<u32> = from.iter().map(|text| to.number(text)).collect();
            numbers.iter().map(|&number| new[number as usize]).collect()
        };
        let texts = &mut self.texts;
        let practice_numbers: Vec<u32> = block.practice.texts.iter().map(|text| texts.practices.number(text)).collect();
        let patient_numbers: Vec<u32> = block.patient.texts.iter().map(|text| texts.patients.number(text)).collect();
        let date_numbers: Vec<u32> = block.date.texts.iter().map(|text| texts.dates.number(text)).collect();
        let scope_of = |practice: u32| match self.id_scope {
            IdScope::Practice => practice_numbers[practice as usize],
            IdScope::File => u32::from(file) + 1,
            IdScope::All => 0,
        };
        self.file.append_same(file, rows);
        self.row.extend(block.rows.iter().map(|row| first_row + row));
        self.patient.extend(block.patient.numbers.iter().map(|&n| patient_numbers[n as usize]));
        self.day.extend(block.date.numbers.iter().map(|&n| date_numbers[n as usize] as i32));
        self.code.extend(renumber(&block.code.numbers, &block.code.texts, &mut texts.codes));
        self.units.extend_from_slice(&block.units);
        self.time.append(&block.time, rows);
        for (column, from, to) in [
            (&mut self.payer_name, &block.payer, &mut texts.payer_names),
            (&mut self.modifiers, &block.modifiers, &mut texts.modifiers),
            (&mut self.therapist, &block.therapist, &mut texts.therapists),
            (&mut self.clinic, &block.clinic, &mut texts.clinics),
            (&mut self.visit, &block.visit, &mut texts.visits),
            (&mut self.claim, &block.claim, &mut texts.claims),
            (&mut self.line_id, &block.line_id, &mut texts.line_ids),
            (&mut self.start, &block.start, &mut texts.starts),
        ] {
            column.append(&renumber(&from.numbers, &from.texts, to), rows);
        }
        let practices: Vec<u32> = block.practice.numbers.iter().map(|&n| practice_numbers[n as usize]).collect();
        self.practice.append(&practices, rows);
        match self.id_scope {
            IdScope::Practice => self.scope.append(&practices, rows),
            IdScope::File => self.scope.append_same(u32::from(file) + 1, rows),
            IdScope::All => self.scope.append(&[], rows),
        }
        self.discipline.append(&block.discipline, rows);
        self.setting.append(&block.setting, rows);
        self.charge.append(&block.charge, rows);
        self.allowed.append(&block.allowed, rows);
        self.paid.append(&block.paid, rows);
        self.visit_time.append(&block.visit_time, rows);
        for (&units, n) in block.units.iter().zip(0..) {
            let charge = block.charge.get(n).copied().filter(|&cents| cents != BLANK_MONEY);
            self.read.add(if units == BLANK_UNITS { 0 } else { units.into() }, charge.unwrap_or(0));
        }
        for lost in &block.lost {
            self.read.add(lost.units.into(), lost.charge);
            self.lost.push(LostRow {
                file,
                row: first_row + lost.row,
                why: lost.why,
                patient: patient_numbers[lost.patient as usize],
                scope: scope_of(lost.practice),
                // The number of its text until the file's order of dates is known; 0 is blank.
                day: (lost.date != 0).then(|| date_numbers[lost.date as usize] as i32),
                units: lost.units,
                charge: lost.charge,
            });
        }
        let end = self.len() as u32;
        let source = self.sources.last_mut().expect("a source has begun");
        source.rows += (rows + block.lost.len()) as u64;
        source.lines.end = end;
        for (field, count) in block.blanks {
            match source.blanks.iter_mut().find(|(known, _)| *known == field) {
                Some((_, sum)) => *sum += count,
                None => source.blanks.push((field, count)),
            }
        }
    }

    /// Looks up what the whole run needs once: payers of spellings, rows of codes.
    pub fn finish(&mut self, reference: &Reference) {
        self.code_rows = self.texts.codes.iter().map(|code| reference.codes.rows_of(code)).collect();
        let mut uses = vec![0_u64; self.texts.payer_names.len()];
        for line in 0..self.len() as u32 {
            uses[self.payer_name.at(line) as usize] += 1;
        }
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
            let by_user = names.iter().find(|&&n| resolved[n as usize].is_set_by_user());
            let payer = resolved[by_user.copied().unwrap_or(name) as usize].clone();
            let stretches = stretches(&reference.payers, &payer);
            let number = self.payers.len() as u32;
            for n in names {
                self.payer_of_name[n as usize] = number;
            }
            self.payers.push(RunPayer { key, name, stretches });
        }
    }

    /// The payer of a line.
    pub fn payer(&self, line: u32) -> u32 {
        self.payer_of_name[self.payer_name.at(line) as usize]
    }

    /// What the code table says of a line's code on its date.
    pub fn facts<'a>(&self, codes: &'a Codes, line: u32) -> Option<&'a crate::reference::CodeFacts> {
        codes.as_of(self.code_rows[self.code[line as usize] as usize].clone(), self.day[line as usize])
    }

    /// The kind of a line's code on its date.
    pub fn kind(&self, codes: &Codes, line: u32) -> Kind {
        self.facts(codes, line).map_or(Kind::Unknown, |facts| facts.kind)
    }

    /// A line's minutes, `None` where blank.
    pub fn time(&self, line: u32) -> Option<Time> {
        Some(self.time.at(line)).filter(|&time| time != BLANK_TIME).map(Time)
    }

    /// A line's units, `None` where blank.
    pub fn units(&self, line: u32) -> Option<Units> {
        Some(self.units[line as usize]).filter(|&units| units != BLANK_UNITS).map(Units::from)
    }

    /// A line's discipline.
    pub fn discipline(&self, line: u32) -> Option<Discipline> {
        discipline_of(self.discipline.at(line))
    }

    /// A line as a lost row, for a reason found after reading.
    pub fn lose(&self, line: u32, why: Why) -> LostRow {
        LostRow {
            file: self.file.at(line),
            row: self.row[line as usize],
            why,
            patient: self.patient[line as usize],
            scope: self.scope.at(line),
            day: Some(self.day[line as usize]),
            units: self.units(line).unwrap_or(0),
            charge: Some(self.charge.at(line)).filter(|&cents| cents != BLANK_MONEY).unwrap_or(0),
        }
    }
}

/// The discipline that a number of the column stands for.
pub fn discipline_of(number: u8) -> Option<Discipline> {
    number.checked_sub(1).and_then(|n| Discipline::ALL.get(usize::from(n)).copied())
}

fn stretches(payers: &Payers, payer: &crate::reference::PayerRef) -> Vec<(Day, Policy)> {
    let mut starts = vec![Day::MIN];
    starts.extend(payers.changes(payer));
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().map(|from| (from, payers.policy(payer, from))).collect()
}
