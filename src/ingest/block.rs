//! A block of rows, parsed straight into packed lines. Blocks know nothing of each other, so they are parsed in parallel.
//!
//! Texts repeat: from row to row, and all over a file. So what a text means (a code, a date, an amount) is worked out once per
//! distinct text of a column, and a row looks it up.

use super::chunk::{Chunk, Flags, NO_DATE, NO_SPAN, Packed, UNREAD_DATE, date_bits, span_bits};
use super::columns::{Dictionary, Seen};
use super::known::{Known, Reading, Row};
use super::lines::{BLANK_MONEY, BLANK_TIME, BLANK_UNITS, Setting, Why};
use super::mapping::{Mapping, Role};
use super::meanings::{agreed, identifier, named_setting, push_word};
use super::parsed::{Counts, LostCell, ModifiersUsed, Parsed, Visit};
use super::particulars::{self, Told};
use crate::config::RowsAre;
use crate::reference::{Field, Reference, Status};
use recount_core::cells::{self, Clock, CodeCell, DateCell, DateOrder, Problem, Span, TimeCell};
use recount_core::domain::{Cents, Discipline, Time};

#[derive(Clone, Copy)]
struct CodeMeaning {
    number: u16,
    /// Place of its own modifiers in the parser's list.
    modifiers: usize,
    needs_minutes: bool,
    evaluation: Option<Discipline>,
}

/// What all modifiers of a row together mean.
struct Joined {
    number: u16,
    /// The discipline they name.
    discipline: Option<Discipline>,
    used: ModifiersUsed,
    /// How many lines have them.
    lines: u64,
}

/// No treatment that runs over noon or midnight is longer than a day's work.
const LONGEST_OVER_MIDNIGHT: Time = Time::from_minutes(8 * 60);

/// Counts a cell that could not be read, and says nothing therefore.
fn unread<T>(counts: &mut Counts, field: Field) -> Option<T> {
    match counts.unread.iter_mut().find(|(known, _)| *known == field) {
        Some((_, count)) => *count += 1,
        None => counts.unread.push((field, 1)),
    }
    None
}

/// Whether two dates are two days, in whichever order the file writes them.
fn spans(first: DateCell, last: DateCell) -> bool {
    [DateOrder::MonthFirst, DateOrder::DayFirst].into_iter().all(|order| match (first.date(order), last.date(order)) {
        (Ok(first), Ok(last)) => first != last,
        _ => true,
    })
}

/// Lines that one row may be taken apart into, at most: 60 places with 40 codes each.
const MOST_OF_A_ROW: usize = 2_400;

/// Parses rows into a chunk, until it [is full](Parser::is_full).
pub struct Parser<'a> {
    pub(super) reference: &'a Reference,
    pub(super) mapping: &'a Mapping,
    parsed: Parsed,
    /// Whether the row parsed last was one of the file as it stands, so that cells of the next may be compared with it.
    whole_before: bool,
    visit: Visit,
    patient: Known<u16>,
    date: Known<Result<u16, Problem>>,
    code: Known<Result<CodeMeaning, Problem>>,
    units: Known<Result<i16, Problem>>,
    minutes: Known<Result<TimeCell, Problem>>,
    payer: Known<u16>,
    therapist: Known<u16>,
    clinic: Known<u16>,
    practice: Known<u16>,
    ids: [Known<u32>; 5],
    money: [Known<Result<Cents, Problem>>; 3],
    charges: Vec<Cents>,
    visit_times: [Known<Result<TimeCell, Problem>>; 2],
    /// Start and end, where both are mapped.
    clocks: [Known<Result<Clock, Problem>>; 2],
    by_clock: bool,
    has_clocks: bool,
    through: Known<Result<DateCell, Problem>>,
    /// Dates and minutes beside the line's own. What cannot be read is counted, and no problem of the row: no unit hangs on them.
    dates_beside: [Known<u32>; 3],
    minutes_beside: [Known<i32>; 2],
    particulars: particulars::Reader,
    status: Known<Option<Status>>,
    modifier_cells: [Known<u32>; 5],
    /// What the cells of `modifier_cells` say, by number.
    modifier_texts: Dictionary,
    discipline: Known<Option<Discipline>>,
    setting: Known<Option<Setting>>,
    /// Modifiers that stand in code cells.
    code_modifiers: Vec<String>,
    /// All modifiers of a row together.
    joined_texts: Seen,
    joined_meanings: Vec<Joined>,
    joined: String,
}

impl<'a> Parser<'a> {
    /// For rows of a file with that mapping.
    pub fn new(mapping: &'a Mapping, reference: &'a Reference) -> Parser<'a> {
        fn known<T: Copy>(field: Field, mapping: &Mapping) -> Known<T> {
            Known::new(field, mapping)
        }
        Parser {
            reference,
            mapping,
            parsed: Parsed::default(),
            whole_before: false,
            visit: Visit::default(),
            patient: known(Field::PatientId, mapping),
            date: known(Field::DateOfService, mapping),
            code: known(Field::Code, mapping),
            units: known(Field::Units, mapping),
            minutes: known(Field::Minutes, mapping),
            payer: known(Field::Payer, mapping),
            therapist: known(Field::TherapistId, mapping),
            clinic: known(Field::Clinic, mapping),
            practice: known(Field::PracticeId, mapping),
            ids: [Field::VisitId, Field::ClaimId, Field::LineId, Field::StartTime, Field::Adjustments]
                .map(|field| known(field, mapping)),
            money: [Field::Charge, Field::Allowed, Field::Paid].map(|field| known(field, mapping)),
            charges: Vec::new(),
            visit_times: [Field::VisitTimedMinutes, Field::VisitTotalMinutes].map(|field| known(field, mapping)),
            clocks: [Field::StartTime, Field::EndTime].map(|field| known(field, mapping)),
            by_clock: mapping.times_by_clock(),
            has_clocks: mapping.has(Field::StartTime) && mapping.has(Field::EndTime),
            through: known(Field::ServiceThrough, mapping),
            dates_beside: [Field::PlanOfCareDate, Field::CertificationDate, Field::ProgressReportDate]
                .map(|field| known(field, mapping)),
            minutes_beside: [Field::AssistantMinutes, Field::UnskilledMinutes].map(|field| known(field, mapping)),
            particulars: particulars::Reader::new(mapping),
            status: known(Field::Status, mapping),
            modifier_cells: [Field::Modifiers, Field::Modifier1, Field::Modifier2, Field::Modifier3, Field::Modifier4]
                .map(|field| known(field, mapping)),
            modifier_texts: Dictionary::default(),
            discipline: known(Field::Discipline, mapping),
            setting: known(Field::Setting, mapping),
            code_modifiers: vec![String::new()],
            joined_texts: Seen::default(),
            joined_meanings: Vec::new(),
            joined: String::new(),
        }
    }

    /// Whether the next record belongs to another chunk.
    pub fn is_full(&self) -> bool {
        let lines = self.parsed.body.rows.len() + self.parsed.lost.len();
        self.parsed.records >= Chunk::MOST || lines + MOST_OF_A_ROW > usize::from(u16::MAX)
    }

    /// A record without content: it has a row number and nothing else.
    pub fn blank_record(&mut self) {
        self.parsed.records += 1;
    }

    /// A record that cannot be taken apart.
    pub fn lost_record(&mut self, why: Why) {
        let row = self.parsed.records as u16;
        self.parsed.records += 1;
        let blank = LostCell { row, why, patient: 0, practice: 0, date: 0, units: 0, charge: 0, time: BLANK_TIME };
        self.parsed.lost.push(blank);
    }

    /// A record whose number of cells is not that of the header, which is empty, or which is set aside for another reason.
    pub fn odd_record(&mut self, row: &impl Row, why: Why) {
        let number = self.begin();
        self.line(number, row, Some(why));
    }

    /// Begins a record and says which it is.
    pub(super) fn begin(&mut self) -> u16 {
        self.parsed.records += 1;
        (self.parsed.records - 1) as u16
    }

    /// What was parsed.
    pub fn finish(mut self) -> Parsed {
        self.visit.end(&mut self.parsed.counts);
        let mut blanks = Vec::new();
        let mut note = |field: Field, count: u64| {
            if count > 0 {
                blanks.push((field, count));
            }
        };
        macro_rules! note_blanks {
            ($($column:expr),*) => { $( note($column.field, $column.blanks); )* };
        }
        note_blanks!(self.patient, self.date, self.code, self.units, self.minutes, self.payer, self.therapist);
        note_blanks!(self.clinic, self.practice, self.discipline, self.setting);
        note_blanks!(self.through, self.status, self.clocks[1]);
        self.visit_times.iter().for_each(|column| note(column.field, column.blanks));
        self.ids.iter().for_each(|column| note(column.field, column.blanks));
        self.money.iter().for_each(|column| note(column.field, column.blanks));
        self.modifier_cells.iter().for_each(|column| note(column.field, column.blanks));
        self.dates_beside.iter().for_each(|column| note(column.field, column.blanks));
        self.minutes_beside.iter().for_each(|column| note(column.field, column.blanks));
        self.particulars.blanks().for_each(|(field, count)| note(field, count));
        self.parsed.counts.blanks = blanks;
        for joined in &self.joined_meanings {
            self.parsed.counts.modifiers.add(joined.used.times(joined.lines));
        }
        self.parsed.counts.code_modifiers = self.code_modifiers.len() as u64 - 1;
        self.parsed.body.set_charges(self.charges);
        self.parsed.body.rows.shrink_to_fit();
        self.parsed
    }

    /// One line of record `number`: the whole row, or a part of it.
    pub(super) fn line<R: Row>(&mut self, number: u16, row: &R, broken: Option<Why>) {
        let parsed = &mut self.parsed;
        // Only the first problem of a row is told; mending it shows the next.
        let mut problem = broken;
        let mut note = |field: Field, why: Problem| {
            problem.get_or_insert(Why::Cell(field, why));
        };
        // The first row of a chunk has none before it; the cells of a row that was put together are not the file's.
        let as_before = if self.whole_before { row.cells_as_before() } else { 0 };
        self.whole_before = row.is_whole();
        let reading = &mut Reading { row, count_blanks: broken != Some(Why::Cells), as_before, odd: 0 };

        let patients = &mut parsed.patients;
        let patient = self.patient.read(reading, |id| patients.number(identifier(id)) as u16);
        if patient.is_none() {
            note(Field::PatientId, Problem::Blank);
        }
        let dates = &mut parsed.dates;
        let date = self.date.read(reading, |text| {
            DateCell::parse(text).map(|date| {
                dates.push(date);
                dates.len() as u16
            })
        });
        let date = date.unwrap_or(Err(Problem::Blank)).unwrap_or_else(|why| {
            note(Field::DateOfService, why);
            0
        });
        let (codes, code_modifiers, table) = (&mut parsed.codes, &mut self.code_modifiers, &self.reference.codes);
        let code = self.code.read(reading, |text| {
            CodeCell::parse(text).map(|cell| {
                let rows = &table.rows()[table.rows_of(&cell.code)];
                if !cell.modifiers.is_empty() {
                    code_modifiers.push(cell.modifiers.join(" "));
                }
                CodeMeaning {
                    number: codes.number(&cell.code) as u16,
                    modifiers: if cell.modifiers.is_empty() { 0 } else { code_modifiers.len() - 1 },
                    needs_minutes: rows.iter().any(|row| row.kind.needs_minutes()),
                    evaluation: rows.iter().find_map(|row| row.evaluation),
                }
            })
        });
        if broken.is_none()
            && code.is_some_and(|code| code.is_err())
            && let Some(parts) = self.code.cell(row).and_then(|cell| cells::code_parts(&cell))
        {
            return self.several(number, row, parts);
        }
        let code = code.unwrap_or(Err(Problem::Blank)).map_err(|why| note(Field::Code, why)).ok();
        let mut time = self.minutes.read(reading, cells::time).map_or(BLANK_TIME, |cell| match cell {
            Ok(cell) => {
                parsed.counts.clock_cells += u64::from(cell.clock);
                cell.time.0
            }
            Err(why) => {
                note(Field::Minutes, why);
                BLANK_TIME
            }
        });
        let mut span = NO_SPAN;
        if self.has_clocks {
            let by_clock = self.by_clock;
            let [start, end] = self.clocks.each_mut().map(|column| match column.read(reading, Clock::parse)? {
                Ok(clock) => Some(clock),
                // Where minutes have a column of their own, no unit hangs on the times.
                Err(why) if by_clock => {
                    note(column.field, why);
                    None
                }
                Err(_) => unread(&mut parsed.counts, column.field),
            });
            if let (Some(start), Some(end)) = (start, end) {
                let between = Span::between(start, end);
                // Ends before it begins, and not because it ran over noon or midnight: one of the two is wrong.
                if end.seconds < start.seconds && between.length() > LONGEST_OVER_MIDNIGHT {
                    unread::<u32>(&mut parsed.counts, Field::EndTime);
                } else {
                    span = span_bits(between);
                    if by_clock {
                        time = between.length().0;
                    }
                }
            }
        }
        let status = self.status.read(reading, |text| self.reference.statuses.status(text));
        parsed.counts.unknown_statuses += u64::from(status == Some(None));
        let status = status.flatten().unwrap_or_default();
        let units = match self.units.read(reading, |text| cells::units(text).map(|units| units as i16)) {
            Some(Ok(units)) => units,
            Some(Err(why)) => {
                note(Field::Units, why);
                BLANK_UNITS
            }
            // A note bills nothing; a row that is one unit need not say so.
            None if self.mapping.role != Role::Bill => BLANK_UNITS,
            None if self.mapping.rows == Some(RowsAre::Units) || self.mapping.counts_codes() => 1,
            // A timed service whose units were left out still has its minutes in the session's total.
            None if code.is_some_and(|code| code.needs_minutes) && time != BLANK_TIME => BLANK_UNITS,
            None => {
                note(Field::Units, Problem::Blank);
                BLANK_UNITS
            }
        };
        if time < 0 && time != BLANK_TIME && (units >= 0 || units == BLANK_UNITS) {
            note(Field::Minutes, Problem::NegativeMinutes);
        }
        let mut amounts = [BLANK_MONEY; 3];
        for (amount, column) in amounts.iter_mut().zip(&mut self.money) {
            match column.read(reading, cells::cents) {
                Some(Ok(cents)) => *amount = cents,
                Some(Err(why)) => note(column.field, why),
                None => {}
            }
        }
        let visit_times = self.visit_times.each_mut().map(|column| match column.read(reading, cells::time) {
            Some(Ok(cell)) => cell.time.0,
            Some(Err(why)) => {
                note(column.field, why);
                BLANK_TIME
            }
            None => BLANK_TIME,
        });
        for (column, time) in self.visit_times.iter().zip(visit_times) {
            if time < 0 && time != BLANK_TIME {
                note(column.field, Problem::NegativeMinutes);
            }
        }
        let through = self.through.read(reading, DateCell::parse);
        if let Some(Err(why)) = through {
            note(Field::ServiceThrough, why);
        }
        let spans_days = match (through, usize::from(date).checked_sub(1)) {
            (Some(Ok(through)), Some(n)) => spans(parsed.dates[n], through),
            _ => false,
        };
        let practices = &mut parsed.practices;
        let practice = self.practice.read(reading, |id| practices.number(identifier(id)) as u16).unwrap_or(0);
        let payers = &mut parsed.payers;
        let coded = self.mapping.values.get(&Field::Payer);
        let payer = self.payer.read(reading, |name| {
            let name = identifier(name);
            let meant = coded.and_then(|values| values.get(name)).map_or(name, String::as_str);
            payers.number(meant) as u16
        });
        let payer = payer.unwrap_or(0);
        let therapists = &mut parsed.therapists;
        let therapist = self.therapist.read(reading, |id| therapists.number(identifier(id)) as u16).unwrap_or(0);
        let clinics = &mut parsed.clinics;
        let clinic = self.clinic.read(reading, |name| clinics.number(identifier(name)) as u16).unwrap_or(0);
        let stores =
            [&mut parsed.visits, &mut parsed.claims, &mut parsed.line_ids, &mut parsed.starts, &mut parsed.adjustments];
        let mut ids = [0; 5];
        for ((id, column), texts) in ids.iter_mut().zip(&mut self.ids).zip(stores) {
            *id = column.read_id(reading, |text| texts.number(identifier(text))).unwrap_or(0);
        }
        self.joined.clear();
        let modifier_texts = &mut self.modifier_texts;
        for column in &mut self.modifier_cells {
            if let Some(text) = column.read(reading, |text| modifier_texts.number(text)) {
                push_word(&mut self.joined, modifier_texts.get(text));
            }
        }
        let counts = &mut parsed.counts;
        let dates = self.dates_beside.each_mut().map(|column| {
            let bits = column.read(reading, |text| DateCell::parse(text).map_or(UNREAD_DATE, date_bits));
            if bits == Some(UNREAD_DATE) {
                unread::<()>(counts, column.field);
            }
            bits.unwrap_or(NO_DATE)
        });
        let minutes = self.minutes_beside.each_mut().map(|column| {
            let time = |text: &str| cells::time(text).ok().map(|cell| cell.time.0).filter(|&time| time >= 0);
            let time = column.read(reading, |text| time(text).unwrap_or(BLANK_TIME))?;
            (time != BLANK_TIME).then_some(time).or_else(|| unread(counts, column.field))
        });
        let texts = &mut parsed.particulars;
        let used = self.particulars.is_used();
        let told = if used { self.particulars.read(reading, |text| texts.number(text)) } else { Told::default() };
        if told.words {
            unread::<u32>(counts, Field::DiagnosisCodes);
        }
        let by_column = self.discipline.read(reading, Discipline::from_text);
        let named = self.setting.read(reading, named_setting);
        parsed.counts.odd_cells += reading.odd;

        // What a note or a remittance states is no bill.
        let bills = self.mapping.role == Role::Bill;
        let (units, stated) = if bills { (units, BLANK_UNITS) } else { (0, units) };
        let nothing_billed = bills && (units == 0 || units == BLANK_UNITS);
        if nothing_billed && status != Status::Rendered && broken.is_none() {
            problem = Some(match status {
                Status::NoShow => Why::NoShow,
                Status::Unsigned => Why::Unsigned,
                Status::Cancelled | Status::Rendered => Why::Cancelled,
            });
        }
        let Some((code, patient)) = code.zip(patient).filter(|_| problem.is_none()) else {
            // A row without a code or a patient has a problem.
            let mut why = problem.unwrap_or(Why::EmptyRow);
            let (mut units, mut charge) = (i32::from(units), amounts[0]);
            if date == 0
                && code.is_none()
                && why.is_reject()
                && let Some(no_line) = super::meanings::no_line(row, self.mapping, &self.reference.headers)
            {
                // Sums of other rows are not billed once more.
                (why, units, charge) = (no_line, 0, 0);
            }
            let units = if units == i32::from(BLANK_UNITS) { 0 } else { units };
            let charge = if charge == BLANK_MONEY { 0 } else { charge };
            let patient = patient.unwrap_or(0);
            parsed.lost.push(LostCell { row: number, why, patient, practice, date, units, charge, time });
            return;
        };
        parsed.counts.odd_statuses += u64::from(status != Status::Rendered && bills);

        push_word(&mut self.joined, &self.code_modifiers[code.modifiers]);
        let (joined, new) = self.joined_texts.number(&self.joined);
        if new {
            // What is no list of modifiers is kept as it stands: it is shown, and it proves nothing.
            let list = cells::split_modifiers(cells::trimmed(&self.joined));
            let canonical = list.as_ref().map_or_else(|| self.joined.clone(), |list| list.join(" "));
            let discipline = list.iter().flatten().find_map(|modifier| Discipline::from_modifier(modifier));
            let used = ModifiersUsed::of(list.iter().flatten());
            let number = parsed.modifiers.number(&canonical) as u16;
            self.joined_meanings.push(Joined { number, discipline, used, lines: 0 });
        }
        let joined = &mut self.joined_meanings[joined as usize];
        joined.lines += 1;
        let discipline = by_column.flatten().or_else(|| {
            let inferred = joined.discipline.or(told.discipline).or(code.evaluation);
            parsed.counts.inferred_disciplines += u64::from(inferred.is_some());
            inferred
        });
        let [assistant, unskilled] = minutes.map(|time| time.unwrap_or(BLANK_TIME));
        for time in
            [time, visit_times[0], visit_times[1], assistant, unskilled].into_iter().filter(|&time| time != BLANK_TIME)
        {
            parsed.counts.fractions += u64::from(!Time(time).is_whole());
            parsed.counts.longest = parsed.counts.longest.max(Some(time));
        }

        let body = &mut parsed.body;
        let packed = Packed {
            patient,
            date,
            code: code.number,
            payer,
            modifiers: joined.number,
            therapist,
            clinic,
            row: number,
            units,
            discipline: discipline.map_or(0, |discipline| discipline as u8 + 1),
            setting: agreed([named.flatten(), told.place, told.institution]),
            time,
            visit: ids[0],
            charge: Packed::BLANK_CHARGE,
        };
        if code.needs_minutes && time != BLANK_TIME && bills {
            let visit = &mut self.visit;
            if (visit.patient, visit.date, visit.visit) != (patient, date, ids[0]) {
                visit.end(&mut parsed.counts);
                *visit = Visit { patient, date, visit: ids[0], time, alike: true, ..Visit::default() };
            }
            visit.lines += 1;
            visit.alike &= visit.time == time;
            visit.units += i32::from(units.max(0));
            visit.most_units = visit.most_units.max(units.into());
        }
        parsed.counts.not_single += u64::from(units != 1);
        parsed.counts.repeats +=
            u64::from(body.rows.last().is_some_and(|last| Packed { row: number, ..*last } == packed));
        body.rows.push(packed);
        if self.practice.is_mapped() {
            body.practice.push(practice);
        }
        let columns = [&mut body.claim, &mut body.line_id, &mut body.start, &mut body.adjustments];
        for ((values, column), id) in columns.into_iter().zip(&self.ids[1..]).zip(ids.into_iter().skip(1)) {
            if column.is_mapped() {
                values.push(id);
            }
        }
        let columns = [&mut self.charges, &mut body.allowed, &mut body.paid];
        for ((values, column), amount) in columns.into_iter().zip(&self.money).zip(amounts) {
            if column.is_mapped() {
                values.push(amount);
            }
        }
        let columns = [&mut body.visit_time, &mut body.visit_total];
        for ((values, column), time) in columns.into_iter().zip(&self.visit_times).zip(visit_times) {
            if column.is_mapped() {
                values.push(time);
            }
        }
        if self.has_clocks {
            body.span.push(span);
        }
        let columns = [&mut body.plan, &mut body.certified, &mut body.reported];
        for ((values, column), date) in columns.into_iter().zip(&self.dates_beside).zip(dates) {
            if column.is_mapped() {
                values.push(date);
            }
        }
        let columns = [&mut body.assistant, &mut body.unskilled];
        for ((values, column), time) in columns.into_iter().zip(&self.minutes_beside).zip([assistant, unskilled]) {
            if column.is_mapped() {
                values.push(time);
            }
        }
        if self.particulars.is_used() {
            body.particulars.push(told.number);
        }
        if self.status.is_mapped() || self.through.is_mapped() {
            body.flags.push(Flags::new(status, spans_days));
        }
        if !bills {
            body.stated.push(stated);
        }
    }
}
