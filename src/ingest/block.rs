//! A block of rows, parsed straight into typed columns. Blocks know nothing of each other, so they are parsed in parallel.
//!
//! Every text is numbered in a dictionary of the block's own, and what a text means (a code, a discipline, modifiers) is worked
//! out once per distinct text, not once per row.

use super::columns::Dictionary;
use super::lines::{BLANK_MONEY, BLANK_TIME, BLANK_UNITS, Setting, Why};
use super::mapping::Mapping;
use crate::reference::Field;
use crate::reference::Reference;
use recount_core::cells::{self, CodeCell, DateCell, Problem};
use recount_core::domain::{Cents, Discipline, Units};
use std::borrow::Cow;

/// A column of texts: a number per row, and the texts of the numbers.
#[derive(Default)]
pub struct TextColumn {
    pub(super) numbers: Vec<u32>,
    pub(super) texts: Dictionary,
}

/// A row that could not be read.
pub struct LostCell {
    pub(super) row: u32,
    pub(super) why: Why,
    pub(super) patient: u32,
    pub(super) practice: u32,
    pub(super) date: u32,
    pub(super) units: Units,
    pub(super) charge: Cents,
}

/// Parsed rows. Optional columns that the file does not have stay empty.
#[derive(Default)]
pub struct Block {
    /// Records passed over and parsed, blank ones too: how far the next block's row numbers are on.
    pub(super) records: u32,
    /// Row of each line, counted from the block's first record.
    pub(super) rows: Vec<u32>,
    pub(super) patient: TextColumn,
    pub(super) date: TextColumn,
    pub(super) code: TextColumn,
    pub(super) units: Vec<i16>,
    pub(super) time: Vec<i32>,
    pub(super) payer: TextColumn,
    pub(super) discipline: Vec<u8>,
    pub(super) modifiers: TextColumn,
    pub(super) therapist: TextColumn,
    pub(super) clinic: TextColumn,
    pub(super) practice: TextColumn,
    pub(super) visit: TextColumn,
    pub(super) claim: TextColumn,
    pub(super) line_id: TextColumn,
    pub(super) start: TextColumn,
    pub(super) charge: Vec<Cents>,
    pub(super) allowed: Vec<Cents>,
    pub(super) paid: Vec<Cents>,
    pub(super) visit_time: Vec<i32>,
    pub(super) setting: Vec<Setting>,
    pub(super) lost: Vec<LostCell>,
    pub(super) blanks: Vec<(Field, u64)>,
    /// Minutes cells written as h:mm.
    pub(super) clock_cells: u64,
    /// Disciplines inferred from something other than their column.
    pub(super) inferred_disciplines: u64,
    /// Cells that are not UTF-8.
    pub(super) odd_cells: u64,
}

/// One row's cells by position in the file; empty beyond the last.
pub trait Row {
    /// The bytes of the cell in that column.
    fn cell(&self, column: usize) -> &[u8];
}

/// Remembers what each distinct text of one column means.
struct Memo<T> {
    texts: Dictionary,
    meanings: Vec<Option<T>>,
}

impl<T> Memo<T> {
    fn new() -> Memo<T> {
        Memo { texts: Dictionary::default(), meanings: Vec::new() }
    }

    fn get(&mut self, text: &str, meaning: impl FnOnce(&str) -> T) -> &T {
        let number = self.texts.number(text) as usize;
        if self.meanings.len() <= number {
            self.meanings.resize_with(number + 1, || None);
        }
        self.meanings[number].get_or_insert_with(|| meaning(text))
    }
}

struct CodeMeaning {
    number: u32,
    modifiers: String,
    needs_minutes: bool,
    evaluation: Option<Discipline>,
}

/// Parses rows into a block.
pub struct Parser<'a> {
    mapping: &'a Mapping,
    reference: &'a Reference,
    block: Block,
    codes: Memo<Result<CodeMeaning, Problem>>,
    dates: Memo<Result<u32, Problem>>,
    modifiers: Memo<(u32, Option<Discipline>)>,
    disciplines: Memo<Option<Discipline>>,
    blanks: [u64; Field::ALL.len()],
    joined: String,
}

impl<'a> Parser<'a> {
    /// For rows of a file with that mapping.
    pub fn new(mapping: &'a Mapping, reference: &'a Reference) -> Parser<'a> {
        Parser {
            mapping,
            reference,
            block: Block::default(),
            codes: Memo::new(),
            dates: Memo::new(),
            modifiers: Memo::new(),
            disciplines: Memo::new(),
            blanks: [0; Field::ALL.len()],
            joined: String::new(),
        }
    }

    /// A record without content: it has a row number and nothing else.
    pub fn blank_record(&mut self) {
        self.block.records += 1;
    }

    /// A record that cannot be taken apart.
    pub fn lost_record(&mut self, why: Why) {
        let row = self.block.records;
        self.block.records += 1;
        self.block.lost.push(LostCell { row, why, patient: 0, practice: 0, date: 0, units: 0, charge: 0 });
    }

    /// A record whose number of cells is not that of the header, or which is empty.
    pub fn odd_record(&mut self, row: &impl Row, why: Why) {
        self.parse(row, Some(why));
    }

    /// A record.
    pub fn record(&mut self, row: &impl Row) {
        self.parse(row, None);
    }

    /// What was parsed.
    pub fn finish(mut self) -> Block {
        self.block.blanks = Field::ALL.into_iter().zip(self.blanks).filter(|(_, count)| *count > 0).collect();
        self.block
    }

    fn parse(&mut self, row: &impl Row, broken: Option<Why>) {
        let number = self.block.records;
        self.block.records += 1;
        let mapping = self.mapping;
        let cell = |field: Field| mapping.column(field).map(|column| text(row.cell(column)));
        // Only the first problem of a row is told; mending it shows the next.
        let mut problem = broken;
        let mut note = |field: Field, why: Problem| {
            problem.get_or_insert(Why::Cell(field, why));
        };
        let blanks = &mut self.blanks;
        let block = &mut self.block;
        let mut filled = |field: Field| -> Option<Cow<'_, str>> {
            let value = cell(field)?;
            if let Cow::Owned(_) = value {
                block.odd_cells += 1;
            }
            if cells::is_blank(&value) {
                // Cells that a row lacks are not blank: nobody knows which they are.
                blanks[field as usize] += u64::from(broken != Some(Why::Cells));
                return None;
            }
            Some(value)
        };

        let patient = filled(Field::PatientId);
        let date = filled(Field::DateOfService);
        let code = filled(Field::Code);
        let units_cell = filled(Field::Units);
        let minutes = filled(Field::Minutes);
        let charge = filled(Field::Charge);
        let practice = filled(Field::PracticeId);
        let texts = [
            Field::Payer,
            Field::TherapistId,
            Field::Clinic,
            Field::VisitId,
            Field::ClaimId,
            Field::LineId,
            Field::StartTime,
        ]
        .map(|field| (field, filled(field)));
        let [allowed, paid] = [Field::Allowed, Field::Paid].map(|field| (field, filled(field)));
        let visit_minutes = filled(Field::VisitTimedMinutes);
        let modifier_cells =
            [Field::Modifiers, Field::Modifier1, Field::Modifier2, Field::Modifier3, Field::Modifier4].map(&mut filled);
        let [discipline, revenue, credential] =
            [Field::Discipline, Field::RevenueCode, Field::TherapistCredential].map(&mut filled);
        let [setting, place, bill_type] = [Field::Setting, Field::PlaceOfService, Field::BillType].map(&mut filled);

        let patient_number = match &patient {
            Some(id) => block.patient.texts.number(identifier(id)),
            None => {
                note(Field::PatientId, Problem::Blank);
                0
            }
        };
        let practice_number = practice.as_deref().map_or(0, |id| block.practice.texts.number(identifier(id)));
        let date_texts = &mut block.date.texts;
        let date_number = match date.as_deref().map(|text| {
            *self.dates.get(text, |text| DateCell::parse(text).map(|_| date_texts.number(cells::trimmed(text))))
        }) {
            Some(Ok(number)) => number,
            Some(Err(why)) => {
                note(Field::DateOfService, why);
                0
            }
            None => {
                note(Field::DateOfService, Problem::Blank);
                0
            }
        };
        let (codes, table) = (&mut block.code.texts, &self.reference.codes);
        let meaning = code.as_deref().map(|text| {
            self.codes.get(text, |text| {
                CodeCell::parse(text).map(|cell| {
                    let rows = &table.rows()[table.rows_of(&cell.code)];
                    CodeMeaning {
                        number: codes.number(&cell.code),
                        modifiers: cell.modifiers.join(" "),
                        needs_minutes: rows.iter().any(|row| row.kind.needs_minutes()),
                        evaluation: rows.iter().find_map(|row| row.evaluation),
                    }
                })
            })
        });
        match &meaning {
            Some(Err(why)) => note(Field::Code, *why),
            None => note(Field::Code, Problem::Blank),
            Some(Ok(_)) => {}
        }
        let meaning = meaning.and_then(|meaning| meaning.as_ref().ok());

        let time = match minutes.as_deref().map(cells::time) {
            Some(Ok(time)) => {
                block.clock_cells += u64::from(time.clock);
                time.time.0
            }
            Some(Err(why)) => {
                note(Field::Minutes, why);
                BLANK_TIME
            }
            None => BLANK_TIME,
        };
        let units = match units_cell.as_deref().map(cells::units) {
            Some(Ok(units)) => units as i16,
            Some(Err(why)) => {
                note(Field::Units, why);
                BLANK_UNITS
            }
            // A timed service whose units were left out still has its minutes in the session's total.
            None if meaning.is_some_and(|code| code.needs_minutes) && time != BLANK_TIME => BLANK_UNITS,
            None => {
                note(Field::Units, Problem::Blank);
                BLANK_UNITS
            }
        };
        if time < 0 && time != BLANK_TIME && (units >= 0 || units == BLANK_UNITS) {
            note(Field::Minutes, Problem::NegativeMinutes);
        }
        let mut money = |field: Field, value: Option<&str>| match value.map(cells::cents) {
            Some(Ok(cents)) => cents,
            Some(Err(why)) => {
                note(field, why);
                BLANK_MONEY
            }
            None => BLANK_MONEY,
        };
        let charge = money(Field::Charge, charge.as_deref());
        let allowed = money(allowed.0, allowed.1.as_deref());
        let paid = money(paid.0, paid.1.as_deref());
        let visit_time = match visit_minutes.as_deref().map(cells::time) {
            Some(Ok(time)) => time.time.0,
            Some(Err(why)) => {
                note(Field::VisitTimedMinutes, why);
                BLANK_TIME
            }
            None => BLANK_TIME,
        };

        if let Some(why) = problem {
            block.lost.push(LostCell {
                row: number,
                why,
                patient: patient_number,
                practice: practice_number,
                date: date_number,
                units: if units == BLANK_UNITS { 0 } else { units.into() },
                charge: if charge == BLANK_MONEY { 0 } else { charge },
            });
            return;
        }
        let Some(meaning) = meaning else { return };

        self.joined.clear();
        for part in modifier_cells.iter().flatten().map(|cell| &**cell).chain([meaning.modifiers.as_str()]) {
            if !part.is_empty() {
                if !self.joined.is_empty() {
                    self.joined.push(' ');
                }
                self.joined.push_str(part);
            }
        }
        let modifier_texts = &mut block.modifiers.texts;
        let &(modifiers, by_modifier) = self.modifiers.get(&self.joined, |text| {
            // What is no list of modifiers is kept as it stands: it is shown, and it proves nothing.
            let list = cells::split_modifiers(cells::trimmed(text));
            let canonical = list.as_ref().map_or_else(|| text.to_owned(), |list| list.join(" "));
            let discipline = list.iter().flatten().find_map(|modifier| Discipline::from_modifier(modifier));
            (modifier_texts.number(&canonical), discipline)
        });
        let by_column = discipline.as_deref().and_then(|text| *self.disciplines.get(text, Discipline::from_text));
        let found = by_column.or_else(|| {
            let inferred = by_modifier
                .or_else(|| revenue.as_deref().and_then(Discipline::from_revenue_code))
                .or_else(|| credential.as_deref().and_then(Discipline::from_credential))
                .or(meaning.evaluation);
            block.inferred_disciplines += u64::from(inferred.is_some());
            inferred
        });

        block.rows.push(number);
        block.patient.numbers.push(patient_number);
        block.date.numbers.push(date_number);
        block.code.numbers.push(meaning.number);
        block.units.push(units);
        block.discipline.push(found.map_or(0, |discipline| discipline as u8 + 1));
        block.modifiers.numbers.push(modifiers);
        if mapping.has(Field::Minutes) {
            block.time.push(time);
        }
        for (field, value) in texts {
            let column = match field {
                Field::Payer => &mut block.payer,
                Field::TherapistId => &mut block.therapist,
                Field::Clinic => &mut block.clinic,
                Field::VisitId => &mut block.visit,
                Field::ClaimId => &mut block.claim,
                Field::StartTime => &mut block.start,
                _ => &mut block.line_id,
            };
            if mapping.has(field) {
                let number = value.as_deref().map_or(0, |text| column.texts.number(identifier(text)));
                column.numbers.push(number);
            }
        }
        if mapping.has(Field::PracticeId) {
            block.practice.numbers.push(practice_number);
        }
        for (field, value, column) in [
            (Field::Charge, charge, &mut block.charge),
            (Field::Allowed, allowed, &mut block.allowed),
            (Field::Paid, paid, &mut block.paid),
        ] {
            if mapping.has(field) {
                column.push(value);
            }
        }
        if mapping.has(Field::VisitTimedMinutes) {
            block.visit_time.push(visit_time);
        }
        if mapping.has(Field::Setting) || mapping.has(Field::PlaceOfService) || mapping.has(Field::BillType) {
            block.setting.push(setting_of(setting.as_deref(), place.as_deref(), bill_type.is_some()));
        }
    }
}

/// A cell as text. Bytes that are not UTF-8 are read one letter each, so that two different cells never become one.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// An id or a name without what a spreadsheet adds to it: spaces, an apostrophe, `.0` behind a number.
fn identifier(cell: &str) -> &str {
    let cell = cells::trimmed(cell);
    match cell.strip_suffix(".0") {
        Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => number,
        _ => cell,
    }
}

/// Where a service was furnished: the export's own column, else place of service, else a type of bill, which only
/// institutions have.
fn setting_of(setting: Option<&str>, place: Option<&str>, has_bill_type: bool) -> Setting {
    let named = setting.map(|text| text.to_ascii_lowercase());
    let says = |words: &[&str]| named.as_deref().is_some_and(|text| words.iter().any(|word| text.contains(word)));
    if says(&["facil", "hosp", "institution", "agency", "nursing", "snf"]) {
        return Setting::Facility;
    }
    if says(&["private", "practice", "office", "practitioner"]) {
        return Setting::Practice;
    }
    match place.map(|code| cells::trimmed(code).trim_start_matches('0')) {
        Some("11") => Setting::Practice,
        Some("19" | "21" | "22" | "31" | "32" | "61" | "62") => Setting::Facility,
        _ if has_bill_type => Setting::Facility,
        _ => Setting::Unknown,
    }
}
