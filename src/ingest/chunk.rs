//! A chunk: up to [`Chunk::MOST`] consecutive rows of one file, packed.
//!
//! A run holds tens of millions of lines at once, so a line is a few bytes: texts are numbers that count within the chunk, and a
//! chunk's dictionaries say which text of the run each number is. What a line lacks in every row of the chunk costs nothing.

use super::lines::{BLANK_MONEY, BLANK_UNITS, Setting};
use crate::reference::{Day, Status, day};
use recount_core::cells::{DateCell, DateOrder, Span};
use recount_core::domain::Cents;

/// The columns that nearly every export has, of one line, in half a cache line: the recount visits lines in the order of
/// patients, which is seldom that of the export, and each visit is to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Number of the patient in the chunk.
    pub patient: u16,
    /// Number of the date in the chunk.
    pub date: u16,
    /// Number of the code: in the run, or in the chunk where [`Numbers`] says so; likewise the next four.
    pub code: u16,
    /// Number of the payer's spelling.
    pub payer: u16,
    /// Number of the modifiers.
    pub modifiers: u16,
    /// Number of the treating clinician.
    pub therapist: u16,
    /// Number of the clinic.
    pub clinic: u16,
    /// Record of the chunk, counted from its first.
    pub row: u16,
    /// Units, or `BLANK_UNITS`.
    pub units: i16,
    /// 0 unknown, else 1 + the place in `Discipline::ALL`.
    pub discipline: u8,
    /// Where it was furnished.
    pub setting: Setting,
    /// Hundredths of a second, or `BLANK_TIME`.
    pub time: i32,
    /// Number of the visit in the run.
    pub visit: u32,
    /// Charge in cents, or [`Packed::BLANK_CHARGE`]; [`Body::charge`] has it where amounts are larger.
    pub charge: i32,
}

/// The lines of a chunk. Columns that the file has not are empty.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// What nearly every export has.
    pub rows: Vec<Packed>,
    /// Number of the practice in the chunk.
    pub practice: Vec<u16>,
    /// Numbers of the run: of the claim,
    pub claim: Vec<u32>,
    /// of the line's own id,
    pub line_id: Vec<u32>,
    /// of its start time,
    pub start: Vec<u32>,
    /// of what a payer took off,
    pub adjustments: Vec<u32>,
    /// of what else is said of it.
    pub particulars: Vec<u32>,
    /// Charges, where one of them is too large for a packed line.
    pub charge: Vec<Cents>,
    /// Allowed amounts.
    pub allowed: Vec<Cents>,
    /// Paid amounts.
    pub paid: Vec<Cents>,
    /// Timed minutes of the visit.
    pub visit_time: Vec<i32>,
    /// All minutes of the visit.
    pub visit_total: Vec<i32>,
    /// Minutes that an assistant furnished alone.
    pub assistant: Vec<i32>,
    /// Minutes that needed no skill.
    pub unskilled: Vec<i32>,
    /// Dates as [`date_bits`] packs them: of the plan of care,
    pub plan: Vec<u32>,
    /// of its certification,
    pub certified: Vec<u32>,
    /// of the progress report.
    pub reported: Vec<u32>,
    /// From when to when, as [`span_bits`] packs it.
    pub span: Vec<u64>,
    /// What the row says of its visit besides.
    pub flags: Vec<Flags>,
    /// Units that a row states which bills none: documented in a note, or paid.
    pub stated: Vec<i16>,
}

/// What a row says of its visit besides: its status, and whether it spans several days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flags(u8);

impl Flags {
    const SPANS_DAYS: u8 = 4;

    /// Of a row with that status.
    pub fn new(status: Status, spans_days: bool) -> Flags {
        Flags(status as u8 | if spans_days { Flags::SPANS_DAYS } else { 0 })
    }

    /// Whether the visit took place.
    pub fn status(self) -> Status {
        Status::ALL[usize::from(self.0 & 3)]
    }

    /// Whether the row is for more days than one.
    pub fn spans_days(self) -> bool {
        self.0 & Flags::SPANS_DAYS != 0
    }
}

/// No times of day.
pub const NO_SPAN: u64 = u64::MAX;

/// A span in 64 bits.
pub fn span_bits(span: Span) -> u64 {
    (span.start as u64) << 32 | span.end as u64
}

/// The span in those bits.
pub fn span_of(bits: u64) -> Option<Span> {
    (bits != NO_SPAN).then_some(Span { start: (bits >> 32) as i32, end: bits as u32 as i32 })
}

/// No date.
pub const NO_DATE: u32 = u32::MAX;

/// A cell that cannot be read as a date. No date has these bits: they are odd, so day and month are open, and both are 0.
pub const UNREAD_DATE: u32 = 1;

/// A date cell in 32 bits, the order of its day and month still open.
pub fn date_bits(date: DateCell) -> u32 {
    match date {
        DateCell::Fixed(date) => (day(date) as u32) << 1,
        DateCell::Open { first, second, year } => (((year as u32) << 7 | second) << 7 | first) << 1 | 1,
    }
}

/// The date in those bits; [`NO_DAY`] where there is none, [`UNREAD_DAY`] where none can be read in that order.
pub fn date_of(bits: u32, order: DateOrder) -> Day {
    if bits == NO_DATE {
        return NO_DAY;
    }
    // Back with its sign.
    let fixed = bits as i32 >> 1;
    if bits & 1 == 0 {
        return fixed;
    }
    let (first, second, year) = (bits >> 1 & 127, bits >> 8 & 127, (bits >> 15) as i32);
    DateCell::Open { first, second, year }.date(order).map_or(UNREAD_DAY, day)
}

/// What the numbers of a column stand for: for each number of the chunk, the number of the run. Empty where lines have the
/// numbers of the run themselves, which is so unless they are too many for 16 bits, or the lines wait on disk.
#[derive(Debug, Default)]
pub struct Numbers(Vec<u32>);

impl Numbers {
    /// For the numbers of a chunk.
    pub fn of_chunk(numbers: Vec<u32>) -> Numbers {
        Numbers(numbers)
    }

    /// The number of the run.
    #[inline]
    pub fn of(&self, number: u16) -> u32 {
        if self.0.is_empty() { number.into() } else { self.0[usize::from(number)] }
    }

    /// Takes over into the lines what the numbers stand for, if it fits there. `run` is how many numbers the run has.
    fn put_into<'a>(&mut self, run: usize, lines: impl Iterator<Item = &'a mut u16>) {
        if run <= usize::from(u16::MAX) {
            let numbers = std::mem::take(&mut self.0);
            lines.for_each(|number| *number = numbers[usize::from(*number)] as u16);
        }
    }
}

/// What the numbers of a chunk's lines stand for.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Number of the file.
    pub file: u16,
    /// Row of the file that the first record is.
    pub first_row: u32,
    /// How many lines it has.
    pub lines: u32,
    /// Numbers of the patients in the run, by their numbers in the chunk.
    pub patients: Vec<u32>,
    /// Codes.
    pub codes: Numbers,
    /// Spellings of payers.
    pub payers: Numbers,
    /// Modifiers.
    pub modifiers: Numbers,
    /// Clinicians.
    pub therapists: Numbers,
    /// Clinics.
    pub clinics: Numbers,
    /// Numbers of the practices in the run, by their numbers in the chunk.
    pub practices: Vec<u32>,
    /// Date of service of each number; `NO_DAY` where the order of the file's dates makes it none.
    pub days: Vec<Day>,
}

/// A date that the order of its file's dates made unreadable.
pub const NO_DAY: Day = Day::MIN;

/// A date beside that of the service which is given, and cannot be read. It is none to show or to reckon with.
pub const UNREAD_DAY: Day = Day::MIN + 1;

impl Chunk {
    /// Records of a chunk, at most: so few that every number in it fits 16 bits.
    pub const MOST: u32 = 65_000;

    /// Number of the practice of line `n`.
    pub fn practice(&self, body: &Body, n: usize) -> u32 {
        body.practice.get(n).map_or(0, |&practice| self.practices[usize::from(practice)])
    }

    /// Date of service of a line.
    #[inline]
    pub fn day(&self, packed: &Packed) -> Day {
        self.days[usize::from(packed.date)]
    }

    /// Gives the lines the numbers of the run, which has so many codes, spellings of payers, modifiers, clinicians and clinics.
    pub fn number_as_in_run(&mut self, body: &mut Body, run: [usize; 5]) {
        let [codes, payers, modifiers, therapists, clinics] = run;
        self.codes.put_into(codes, body.rows.iter_mut().map(|row| &mut row.code));
        self.payers.put_into(payers, body.rows.iter_mut().map(|row| &mut row.payer));
        self.modifiers.put_into(modifiers, body.rows.iter_mut().map(|row| &mut row.modifiers));
        self.therapists.put_into(therapists, body.rows.iter_mut().map(|row| &mut row.therapist));
        self.clinics.put_into(clinics, body.rows.iter_mut().map(|row| &mut row.clinic));
    }
}

impl Body {
    /// Its columns of numbers of the run, and of packed dates.
    fn numbers(&self) -> [&Vec<u32>; 8] {
        let Body { claim, line_id, start, adjustments, particulars, plan, certified, reported, .. } = self;
        [claim, line_id, start, adjustments, particulars, plan, certified, reported]
    }

    /// Its columns of times.
    fn times(&self) -> [&Vec<i32>; 4] {
        [&self.visit_time, &self.visit_total, &self.assistant, &self.unskilled]
    }

    /// Whether it has any column of dates, minutes or particulars beside those of the service.
    pub fn has_beside(&self) -> bool {
        let Body { particulars, plan, certified, reported, assistant, unskilled, .. } = self;
        let numbers = [particulars, plan, certified, reported];
        numbers.iter().any(|column| !column.is_empty()) || !assistant.is_empty() || !unskilled.is_empty()
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        let numbers = self.numbers().map(Vec::len).iter().sum::<usize>();
        let times = self.times().map(Vec::len).iter().sum::<usize>();
        let money = [&self.charge, &self.allowed, &self.paid].map(Vec::len).iter().sum::<usize>();
        self.rows.len() * size_of::<Packed>()
            + self.practice.len() * 2
            + (numbers + times) * 4
            + (money + self.span.len()) * 8
            + self.flags.len()
            + self.stated.len() * 2
    }

    /// Charge of line `n` in cents, or `BLANK_MONEY`.
    #[inline]
    pub fn charge(&self, n: usize) -> Cents {
        self.charge_of(n, &self.rows[n])
    }

    /// The same, where the packed line is at hand.
    #[inline]
    pub fn charge_of(&self, n: usize, packed: &Packed) -> Cents {
        match (self.charge.get(n), packed.charge) {
            (Some(&charge), _) => charge,
            (None, Packed::BLANK_CHARGE) => BLANK_MONEY,
            (None, charge) => charge.into(),
        }
    }

    /// Sets the charges of all lines.
    pub fn set_charges(&mut self, charges: Vec<Cents>) {
        let narrow = |cents: Cents| match cents {
            BLANK_MONEY => Some(Packed::BLANK_CHARGE),
            cents => i32::try_from(cents).ok().filter(|&cents| cents != Packed::BLANK_CHARGE),
        };
        if charges.iter().all(|&cents| narrow(cents).is_some()) {
            for (row, cents) in self.rows.iter_mut().zip(charges) {
                row.charge = narrow(cents).unwrap_or(Packed::BLANK_CHARGE);
            }
        } else {
            self.charge = charges;
        }
    }

    /// Keeps the lines that `wanted` picks.
    pub fn retain(&mut self, wanted: impl Fn(&Packed) -> bool) {
        let keep: Vec<bool> = self.rows.iter().map(wanted).collect();
        fn pick<T>(column: &mut Vec<T>, keep: &[bool]) {
            let mut keep = keep.iter();
            column.retain(|_| *keep.next().unwrap_or(&false));
            column.shrink_to_fit();
        }
        pick(&mut self.rows, &keep);
        pick(&mut self.practice, &keep);
        [&mut self.claim, &mut self.line_id, &mut self.start, &mut self.adjustments, &mut self.particulars]
            .into_iter()
            .chain([&mut self.plan, &mut self.certified, &mut self.reported])
            .for_each(|column| pick(column, &keep));
        [&mut self.charge, &mut self.allowed, &mut self.paid].into_iter().for_each(|column| pick(column, &keep));
        [&mut self.visit_time, &mut self.visit_total, &mut self.assistant, &mut self.unskilled]
            .into_iter()
            .for_each(|column| pick(column, &keep));
        pick(&mut self.span, &keep);
        pick(&mut self.flags, &keep);
        pick(&mut self.stated, &keep);
    }

    /// The lines as bytes, for [`Body::from_bytes`] in the same run.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size() + 64);
        put(&mut bytes, &self.rows, |row, bytes| {
            for number in
                [row.patient, row.date, row.code, row.payer, row.modifiers, row.therapist, row.clinic, row.row]
            {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(row.units.to_le_bytes());
            bytes.extend([row.discipline, row.setting as u8]);
            bytes.extend(row.time.to_le_bytes());
            bytes.extend(row.visit.to_le_bytes());
            bytes.extend(row.charge.to_le_bytes());
        });
        put(&mut bytes, &self.practice, |number, bytes| bytes.extend(number.to_le_bytes()));
        for column in self.numbers() {
            put(&mut bytes, column, |number, bytes| bytes.extend(number.to_le_bytes()));
        }
        for column in [&self.charge, &self.allowed, &self.paid] {
            put(&mut bytes, column, |cents, bytes| bytes.extend(cents.to_le_bytes()));
        }
        for column in self.times() {
            put(&mut bytes, column, |time, bytes| bytes.extend(time.to_le_bytes()));
        }
        put(&mut bytes, &self.span, |span, bytes| bytes.extend(span.to_le_bytes()));
        put(&mut bytes, &self.flags, |flags, bytes| bytes.push(flags.0));
        put(&mut bytes, &self.stated, |units, bytes| bytes.extend(units.to_le_bytes()));
        bytes
    }

    /// The lines of [`Body::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Body {
        let mut rest = bytes;
        let short = |at: &[u8], n: usize| u16::from_le_bytes([at[n], at[n + 1]]);
        let whole = |at: &[u8]| i32::from_le_bytes([at[0], at[1], at[2], at[3]]);
        let rows = take(&mut rest, size_of::<Packed>(), |at| Packed {
            patient: short(at, 0),
            date: short(at, 2),
            code: short(at, 4),
            payer: short(at, 6),
            modifiers: short(at, 8),
            therapist: short(at, 10),
            clinic: short(at, 12),
            row: short(at, 14),
            units: short(at, 16) as i16,
            discipline: at[18],
            setting: Setting::ALL[usize::from(at[19]) % Setting::ALL.len()],
            time: whole(&at[20..]),
            visit: whole(&at[24..]) as u32,
            charge: whole(&at[28..]),
        });
        let practice = take(&mut rest, 2, |at| short(at, 0));
        let mut numbers = || take(&mut rest, 4, |at| whole(at) as u32);
        let [claim, line_id, start, adjustments] = [numbers(), numbers(), numbers(), numbers()];
        let [particulars, plan, certified, reported] = [numbers(), numbers(), numbers(), numbers()];
        let eight = |at: &[u8]| i64::from_le_bytes([at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]]);
        let mut money = || take(&mut rest, 8, eight);
        let [charge, allowed, paid] = [money(), money(), money()];
        let mut times = || take(&mut rest, 4, whole);
        let [visit_time, visit_total, assistant, unskilled] = [times(), times(), times(), times()];
        let span = take(&mut rest, 8, |at| eight(at) as u64);
        let flags = take(&mut rest, 1, |at| Flags(at[0]));
        let stated = take(&mut rest, 2, |at| short(at, 0) as i16);
        Body {
            rows,
            practice,
            claim,
            line_id,
            start,
            adjustments,
            particulars,
            plan,
            certified,
            reported,
            charge,
            allowed,
            paid,
            visit_time,
            visit_total,
            assistant,
            unskilled,
            span,
            flags,
            stated,
        }
    }
}

fn put<T>(bytes: &mut Vec<u8>, column: &[T], value: impl Fn(&T, &mut Vec<u8>)) {
    bytes.extend((column.len() as u32).to_le_bytes());
    column.iter().for_each(|one| value(one, bytes));
}

// Inlined, its checks of lengths, one behind another, take the compiler many minutes to weigh.
#[inline(never)]
fn take<T>(rest: &mut &[u8], size: usize, value: impl Fn(&[u8]) -> T) -> Vec<T> {
    let (length, behind) = rest.split_at(4);
    let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
    let (column, behind) = behind.split_at(length * size);
    *rest = behind;
    column.chunks_exact(size).map(value).collect()
}

impl Packed {
    /// No charge given, in a packed line.
    pub const BLANK_CHARGE: i32 = i32::MIN;

    /// Its units, `None` where blank.
    pub fn units(&self) -> Option<i32> {
        (self.units != BLANK_UNITS).then_some(i32::from(self.units))
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::BLANK_TIME;
    use super::*;

    fn row(patient: u16) -> Packed {
        Packed {
            patient,
            date: 2,
            code: 3,
            payer: 4,
            modifiers: 5,
            therapist: 6,
            clinic: 7,
            row: 65_000,
            units: -3,
            discipline: 2,
            setting: Setting::Facility,
            time: BLANK_TIME,
            visit: u32::MAX,
            charge: Packed::BLANK_CHARGE,
        }
    }

    #[test]
    fn lines_come_back_from_disk_as_they_went() {
        assert_eq!(size_of::<Packed>(), 32);
        let body = Body {
            rows: vec![row(1), row(2)],
            line_id: vec![7, u32::MAX],
            paid: vec![-5, Cents::MIN],
            practice: vec![1, 2],
            visit_time: vec![0, 9],
            visit_total: vec![5, -1],
            span: vec![NO_SPAN, span_bits(Span { start: 30_600, end: 90_000 })],
            flags: vec![Flags::default(), Flags::new(Status::NoShow, true)],
            stated: vec![-1, 3],
            particulars: vec![4, 5],
            plan: vec![NO_DATE, 6],
            certified: vec![7, 8],
            reported: vec![9, 10],
            assistant: vec![11, 12],
            unskilled: vec![BLANK_TIME, 13],
            ..Body::default()
        };
        let mut back = Body::from_bytes(&body.to_bytes());
        assert_eq!(format!("{back:?}"), format!("{body:?}"));
        back.retain(|row| row.patient == 2);
        assert_eq!((back.rows.len(), &back.line_id[..], &back.paid[..]), (1, &[u32::MAX][..], &[Cents::MIN][..]));
        assert!(back.claim.is_empty());
        assert_eq!((back.flags[0].status(), back.flags[0].spans_days()), (Status::NoShow, true));
        assert_eq!((span_of(back.span[0]), span_of(NO_SPAN)), (Some(Span { start: 30_600, end: 90_000 }), None));
    }

    #[test]
    fn dates_keep_their_order_open() {
        for cell in ["2024-03-05", "1990-01-01", "3/4/2024", "31/12/1999"] {
            let date = DateCell::parse(cell).unwrap();
            for order in [DateOrder::MonthFirst, DateOrder::DayFirst] {
                assert_eq!(date_of(date_bits(date), order), date.date(order).map_or(UNREAD_DAY, day), "{cell}");
            }
        }
        for order in [DateOrder::MonthFirst, DateOrder::DayFirst] {
            assert_eq!([NO_DATE, UNREAD_DATE].map(|bits| date_of(bits, order)), [NO_DAY, UNREAD_DAY]);
        }
    }

    #[test]
    fn charges_of_any_size() {
        for charges in [vec![1, BLANK_MONEY], vec![i32::MIN.into(), BLANK_MONEY], vec![-5, 1 << 40]] {
            let mut body = Body { rows: vec![row(1), row(2)], ..Body::default() };
            body.set_charges(charges.clone());
            assert_eq!([body.charge(0), body.charge(1)][..], charges[..]);
        }
    }

    #[test]
    fn numbers_of_the_run_are_put_into_lines_where_they_fit() {
        let numbers = || Numbers::of_chunk(vec![0, 9, 500]);
        for (run, taken_over) in [(501, true), (70_000, false)] {
            let (mut numbers, mut lines) = (numbers(), [2_u16, 1, 0]);
            numbers.put_into(run, lines.iter_mut());
            assert_eq!(lines.map(|line| numbers.of(line)), [500, 9, 0]);
            assert_eq!(lines == [500, 9, 0], taken_over);
        }
    }
}
