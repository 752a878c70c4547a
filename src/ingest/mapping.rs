//! Which column of an export is which field.
//!
//! The user's word goes first, then a known layout's, then the usual names. Where that leaves a choice, the user is asked.

use super::layout;
use super::slots::{Search, Slot};
use crate::config::{Decisions, Header, RowsAre, UnitMinutes};
use crate::error::{Error, Result};
use crate::reference::{Field, Preset, Reference, normalised_header};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// What a file is to the audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It says what was billed.
    #[default]
    Bill,
    /// It says what was documented: minutes for the bills of other files (`--join`).
    Notes,
    /// It says what was paid for the bills of other files.
    Remit,
}

/// The columns of one file, by field, and what its rows are.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    columns: Vec<Option<usize>>,
    /// How many columns the header has.
    pub width: usize,
    /// The header.
    pub headers: Vec<String>,
    /// What the file is to the audit.
    pub role: Role,
    /// Where a row is a visit: its places for codes. Empty where a row is a line.
    pub slots: Vec<Slot>,
    /// What a row is.
    pub rows: Option<RowsAre>,
    /// What minutes on a row of one unit mean.
    pub unit_minutes: Option<UnitMinutes>,
    /// Code cells name several codes, or how often one was billed.
    pub code_lists: bool,
    /// What coded values stand for.
    pub values: Arc<HashMap<Field, HashMap<String, String>>>,
    /// What users should know of how it was made, one sentence each.
    pub notes: Vec<String>,
}

/// What is known of a file before its columns are matched.
pub struct Sheet<'a> {
    /// How messages call it.
    pub file: String,
    /// Its header.
    pub headers: &'a [String],
    /// Some of its rows.
    pub sample: &'a [Vec<String>],
    /// What it is to the audit.
    pub role: Role,
    /// Rows of bills tell whose visit an id is, so a file of notes needs no patient and no date of its own.
    pub visits_known: bool,
}

/// A mapping that is being made.
struct Making<'a> {
    sheet: &'a Sheet<'a>,
    /// What each header is called by usual names.
    recognised: Vec<Option<(Field, usize)>>,
    taken: Vec<bool>,
    mapping: Mapping,
    /// Columns that were decided on, and are not in this file.
    absent: Vec<String>,
    /// What has to be decided, in words.
    problems: Vec<String>,
    /// Columns that may be a field.
    candidates: Vec<(Field, Vec<usize>)>,
}

impl Mapping {
    /// Finds each field's column by its header.
    ///
    /// # Errors
    /// [`Error::Mapping`] where two columns compete for one field or a required field has none, with the mapping to write.
    pub fn find(sheet: &Sheet, reference: &Reference, decided: &Decisions) -> Result<Mapping> {
        let headers = sheet.headers;
        let recognised: Vec<Option<(Field, usize)>> =
            headers.iter().map(|header| reference.headers.field(header)).collect();
        let mapping = Mapping {
            width: headers.len(),
            headers: headers.to_vec(),
            role: sheet.role,
            rows: decided.rows,
            unit_minutes: decided.unit_minutes,
            columns: vec![None; Field::ALL.len()],
            ..Mapping::default()
        };
        let mut making = Making {
            sheet,
            recognised,
            taken: vec![false; headers.len()],
            mapping,
            absent: Vec::new(),
            problems: Vec::new(),
            candidates: Vec::new(),
        };
        making.as_decided(decided)?;
        making.by_layout(&reference.presets);
        making.by_slots(reference);
        // One name alone is a title as likely as a header.
        let known = |n: &usize| making.recognised[*n].is_some() || making.taken[*n];
        if (0..headers.len()).filter(known).count() < 2 {
            return Err(no_header(&sheet.file, headers.len()));
        }
        making.pass_over();
        making.by_names();
        making.visit_totals();
        making.code_lists();
        making.required();
        making.finish()
    }

    /// Of a file whose columns are the fields themselves.
    pub fn of_fields(fields: &[Field], role: Role) -> Mapping {
        let headers: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        let columns = vec![None; Field::ALL.len()];
        let mut mapping = Mapping { columns, width: fields.len(), headers, role, ..Mapping::default() };
        for (column, field) in fields.iter().enumerate() {
            mapping.columns[*field as usize] = Some(column);
        }
        mapping
    }

    /// The column of a field; beyond the [`width`](Mapping::width) where its cells are put together from others.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns[field as usize]
    }

    /// The place beyond the columns of the file where a field's cells are put together.
    pub fn made_up(&self, field: Field) -> usize {
        self.width + field as usize
    }

    /// Gives a field's cells a place of their own, where they are put together from others.
    pub fn make_up(&mut self, field: Field) {
        self.columns[field as usize] = Some(self.made_up(field));
    }

    /// Whether the file has that field.
    pub fn has(&self, field: Field) -> bool {
        self.column(field).is_some_and(|column| column < self.width) || self.is_in_slots(field)
    }

    fn is_in_slots(&self, field: Field) -> bool {
        self.slots.iter().any(|slot| slot.has(field))
    }

    /// A code without a count is one unit, since its cell is where counts are written.
    pub fn counts_codes(&self) -> bool {
        self.code_lists && !self.has(Field::Units)
    }

    /// Minutes are worked out from the times of day.
    pub fn times_by_clock(&self) -> bool {
        !self.has(Field::Minutes) && self.has(Field::StartTime) && self.has(Field::EndTime)
    }

    /// The field that a column became.
    pub fn field_of(&self, column: usize) -> Option<Field> {
        let own = Field::ALL.into_iter().find(|&field| self.column(field) == Some(column));
        own.or_else(|| self.slots.iter().find_map(|slot| slot.field_of(column)))
    }

    /// The columns that are read, in the order of the file.
    pub fn used(&self) -> Vec<usize> {
        (0..self.width).filter(|&column| self.field_of(column).is_some()).collect()
    }
}

impl<'a> Making<'a> {
    fn set(&mut self, field: Field, column: usize) {
        self.mapping.columns[field as usize] = Some(column);
        self.taken[column] = true;
    }

    fn is_set(&self, field: Field) -> bool {
        self.mapping.columns[field as usize].is_some()
    }

    /// The user's word.
    fn as_decided(&mut self, decided: &Decisions) -> Result<()> {
        let file = &self.sheet.file;
        for (&field, header) in &decided.columns {
            let found = columns(header, self.sheet.headers);
            match found[..] {
                [] => self.absent.push(format!("{header} ({})", field.name())),
                [column] if self.taken[column] => {
                    return Err(Error::Usage(format!("{file}: the mapping gives the column {header} to two fields")));
                }
                [column] => self.set(field, column),
                _ => {
                    return Err(Error::Usage(format!(
                        "{file}: the mapping names the column {header} for {}, and {} columns have that name",
                        field.name(),
                        found.len()
                    )));
                }
            }
        }
        Ok(())
    }

    /// Columns that a file of this role does not speak of.
    fn pass_over(&mut self) {
        // Whose bill it is and what it costs is for the bill to say.
        const OF_BILLS: [Field; 4] = [Field::Payer, Field::Charge, Field::Allowed, Field::Paid];
        if self.sheet.role == Role::Notes {
            for (recognised, taken) in self.recognised.iter_mut().zip(&self.taken) {
                if !taken && recognised.is_some_and(|(field, _)| OF_BILLS.contains(&field)) {
                    *recognised = None;
                }
            }
        }
    }

    /// A known layout's word.
    fn by_layout(&mut self, presets: &[Preset]) {
        let fitting = presets.iter().filter(|preset| preset.fits(self.sheet.headers));
        let Some(preset) = fitting.max_by_key(|preset| preset.particular()) else { return };
        for (&field, header) in &preset.columns {
            let found = columns(&Header::Name(header.clone()), self.sheet.headers);
            if let ([column], false) = (&found[..], self.is_set(field))
                && !self.taken[*column]
            {
                self.set(field, *column);
            }
        }
        for header in &preset.ignored {
            for column in columns(&Header::Name(header.clone()), self.sheet.headers) {
                // Where the user wants it read after all, it is.
                self.recognised[column] = self.recognised[column].filter(|_| self.taken[column]);
            }
        }
        self.mapping.values = Arc::new(preset.values.clone().into_iter().collect());
        let known = match preset.confidence {
            crate::reference::Confidence::Documented => "",
            crate::reference::Confidence::Unverified => ", a layout known from hearsay: look at its columns",
        };
        self.mapping.notes.push(format!("recognised by its headers as {}{known}", preset.name));
        self.mapping.notes.extend(preset.notes.iter().cloned());
    }

    /// Rows of a visit with numbered places for its codes.
    fn by_slots(&mut self, reference: &Reference) {
        let decided = Field::ALL.into_iter().filter_map(|field| Some((self.mapping.column(field)?, field))).collect();
        let search = Search { headers: self.sheet.headers, decided, names: &reference.headers };
        let slots = search.slots();
        if slots.is_empty() {
            return;
        }
        for slot in &slots {
            for column in slot.columns() {
                self.taken[column] = true;
            }
        }
        for field in Field::ALL.into_iter().filter(|&field| slots.iter().any(|slot| slot.has(field))) {
            self.mapping.make_up(field);
        }
        self.mapping.notes.push(format!("a row is a visit, with places for {} codes", slots.len()));
        self.mapping.slots = slots;
    }

    /// The usual names; of several, those of the best rank.
    fn by_names(&mut self) {
        for field in Field::ALL {
            if self.is_set(field) {
                continue;
            }
            let claims = || {
                (0..self.taken.len()).filter(|&n| !self.taken[n]).filter_map(|n| {
                    self.recognised[n].filter(|(claimed, _)| *claimed == field).map(|(_, rank)| (rank, n))
                })
            };
            let best = claims().map(|(rank, _)| rank).min();
            let found: Vec<usize> = claims().filter(|(rank, _)| Some(*rank) == best).map(|(_, n)| n).collect();
            match found[..] {
                [] => {}
                [column] => self.set(field, column),
                _ => {
                    let shown = quoted(&found, self.sheet.headers);
                    self.problems.push(format!("{} columns compete for {}: {shown}", found.len(), field.name()));
                    self.candidates.push((field, found));
                }
            }
        }
    }

    /// Minutes beside the places for codes are the visit's: its timed ones where the header says so, else all of them.
    fn visit_totals(&mut self) {
        let minutes = self.mapping.columns[Field::Minutes as usize].filter(|&column| column < self.mapping.width);
        let Some(column) = minutes.filter(|_| !self.mapping.slots.is_empty()) else { return };
        let name = normalised_header(&self.sheet.headers[column]);
        let timed = ["timed", "direct"].iter().any(|word| name.contains(word));
        let total = if timed { Field::VisitTimedMinutes } else { Field::VisitTotalMinutes };
        self.mapping.columns[Field::Minutes as usize] = None;
        if self.is_set(total) {
            self.taken[column] = false;
        } else {
            self.set(total, column);
        }
        let kind = if timed { "timed minutes" } else { "minutes, timed and untimed" };
        let header = &self.sheet.headers[column];
        self.mapping.notes.push(format!("{header:?} stands once for the visit: read as the visit's {kind}"));
    }

    /// Cells that name several codes.
    fn code_lists(&mut self) {
        let Some(column) = self.mapping.column(Field::Code).filter(|&column| column < self.mapping.width) else {
            return;
        };
        let cells = || self.sheet.sample.iter().filter_map(|row| row.get(column));
        if !cells().any(|cell| layout::is_code_list(cell)) {
            return;
        }
        self.mapping.code_lists = true;
        self.mapping.notes.push("cells with several codes, or a count behind a code, are taken apart".into());
        for field in [Field::Units, Field::Minutes, Field::VisitTotalMinutes] {
            if !self.is_set(field) && !self.candidates.iter().any(|(known, _)| *known == field) {
                self.mapping.make_up(field);
            }
        }
    }

    /// What the audit cannot do without.
    fn required(&mut self) {
        if self.mapping.rows == Some(RowsAre::Units) && !self.is_set(Field::Units) {
            self.mapping.make_up(Field::Units);
        }
        let visits = self.sheet.visits_known && self.is_set(Field::VisitId);
        for field in required_of(self.sheet.role) {
            let found_by_visit = visits && matches!(field, Field::PatientId | Field::DateOfService);
            let by_other = *field == Field::Minutes
                && (self.mapping.times_by_clock()
                    || self.is_set(Field::VisitTimedMinutes)
                    || self.is_set(Field::VisitTotalMinutes));
            // A date that the file may have is asked for.
            let unread = |n: usize| !self.taken[n] && self.recognised[n].is_none();
            let may_be_date = |n: usize| normalised_header(&self.sheet.headers[n]).contains("date");
            let has_date = *field == Field::DateOfService && (0..self.taken.len()).any(|n| unread(n) && may_be_date(n));
            if found_by_visit && !self.is_set(*field) && !has_date {
                self.mapping.make_up(*field);
            }
            if self.is_set(*field) || by_other || self.candidates.iter().any(|(known, _)| known == field) {
                continue;
            }
            let free: Vec<usize> =
                (0..self.taken.len()).filter(|&n| !self.taken[n] && self.recognised[n].is_none()).collect();
            let shown = quoted(&free, self.sheet.headers);
            self.problems.push(format!("no column for {} (needed); not yet used: {shown}", field.name()));
            self.candidates.push((*field, free));
        }
        let asks = self.mapping.rows == Some(RowsAre::Units)
            && self.mapping.has(Field::Minutes)
            && self.mapping.unit_minutes.is_none();
        if asks {
            self.problems
                .push("each row is one unit: are its minutes those of that unit, or of the whole service?".into());
        }
    }

    fn finish(self) -> Result<Mapping> {
        if self.problems.is_empty() {
            return Ok(self.mapping);
        }
        let headers = self.sheet.headers;
        if headers.iter().any(|cell| layout::is_data(cell)) {
            return Err(no_header(&self.sheet.file, headers.len()));
        }
        let mut text = String::new();
        let asked = |field: Field| self.candidates.iter().any(|(known, _)| *known == field);
        if asked(Field::Units) && !asked(Field::Code) && self.sheet.role == Role::Bill && !self.is_set(Field::Units) {
            text.push_str("# Where each row is one unit, leave units out below and write here:\n# rows = \"units\"\n");
            if asked(Field::Minutes) || self.is_set(Field::Minutes) {
                text.push_str("# Where these rows are notes without units, give the file with --join instead.\n");
            }
        }
        if self.mapping.rows == Some(RowsAre::Units) && self.mapping.unit_minutes.is_none() {
            text.push_str("rows = \"units\"\nunit_minutes = \"repeated\"   # or \"each\"\n");
        }
        if !self.candidates.is_empty() {
            text.push_str("[columns]\n");
        }
        for (field, candidates) in &self.candidates {
            // Headers that are alike can only be told apart by their places.
            let name = |n: &usize| normalised_header(&headers[*n]);
            let alike = candidates.windows(2).any(|pair| name(&pair[0]) == name(&pair[1]));
            let show = |n: &usize| if alike { (n + 1).to_string() } else { format!("{:?}", headers[*n]) };
            let shown: Vec<String> = candidates.iter().map(show).collect();
            let first = shown.first().map_or("\"the column's name\"", String::as_str);
            let comment = if shown.len() > 1 { format!("   # or {}", shown[1..].join(", ")) } else { String::new() };
            let _ = writeln!(text, "{} = {first}{comment}", field.name());
        }
        let mut problem = self.problems.join("; ");
        if !self.absent.is_empty() {
            let _ = write!(problem, "; the configuration names columns that it has not: {}", self.absent.join(", "));
        }
        Err(Error::Mapping { file: self.sheet.file.clone(), problem, mapping: text.trim_end().to_owned() })
    }
}

/// What a file of that role must have.
fn required_of(role: Role) -> &'static [Field] {
    match role {
        Role::Bill => &Field::REQUIRED,
        Role::Notes => &[Field::PatientId, Field::DateOfService, Field::Code, Field::Minutes],
        Role::Remit => &[],
    }
}

/// The columns that a mapping's header means.
pub fn columns(header: &Header, headers: &[String]) -> Vec<usize> {
    match header {
        Header::Name(name) => {
            let wanted = normalised_header(name);
            (0..headers.len()).filter(|&n| normalised_header(&headers[n]) == wanted).collect()
        }
        Header::Place(place) => place.checked_sub(1).filter(|n| *n < headers.len()).into_iter().collect(),
    }
}

/// A first row that is data is a patient's: it must not be shown.
fn no_header(file: &str, cells: usize) -> Error {
    Error::input(
        file,
        format!(
            "no row looks like column names that recount knows (the first row has {cells} cells); is there a header \
             row? (names are in data/headers.toml; a configuration file adds yours)"
        ),
    )
}

fn quoted(columns: &[usize], headers: &[String]) -> String {
    if columns.is_empty() {
        return "none".into();
    }
    columns.iter().map(|&n| format!("{:?}", headers[n])).collect::<Vec<_>>().join(", ")
}
