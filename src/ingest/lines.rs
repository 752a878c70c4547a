//! Lines on their way through an audit: those of some patients, as typed columns, and the rows that did not become lines.
//!
//! One row of an export is one line: a code, its minutes, its units. Texts are numbered once ([`Dictionary`](super::Dictionary)),
//! so that everything after reading compares integers.

use super::Export;
use super::chunk::{Body, Flags, NO_DATE, NO_DAY, NO_SPAN, Packed, date_of, span_of};
use super::columns::Column;
use super::mapping::Role;
use super::particulars::Particulars;
use crate::config::UnitMinutes;
use crate::reference::{Codes, Day, Field, Status};
use recount_core::cells::{Problem, Span};
use recount_core::domain::{Cents, Discipline, Time, Units};
use std::fmt;

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

impl Setting {
    /// All of them, in their order.
    pub const ALL: [Setting; 3] = [Setting::Unknown, Setting::Practice, Setting::Facility];
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
    /// Excluded: it stands above the header.
    Title,
    /// Excluded: words in a row that is no line.
    Remark,
    /// Excluded: sums of other rows.
    Total,
    /// Excluded: the header again, as printed pages have it.
    RepeatedHeader,
    /// Column names in another order: the file is not read.
    OtherHeader,
    /// Excluded: a visit without a code.
    NoCode,
    /// Excluded: a visit that was cancelled, without units.
    Cancelled,
    /// Excluded: a visit to which the patient did not come, without units.
    NoShow,
    /// Excluded: a visit whose note is not signed, without units.
    Unsigned,
    /// Excluded: a later claim replaces this one.
    Replaced,
    /// Excluded: a later claim voids this one.
    Voided,
    /// Excluded: it asks for another claim to be voided.
    VoidRequest,
    /// Excluded: the claim's copy for a secondary payer.
    OtherPayer,
    /// Excluded: the same claim again.
    ClaimAgain,
    /// Excluded: a remittance for a claim that is not in the run.
    UnknownClaim,
}

impl Why {
    /// Whether the row could not be read, as against read and set aside.
    pub fn is_reject(self) -> bool {
        matches!(self, Why::Cell(..) | Why::Cells | Why::Quotes)
    }

    /// Whether the session lost something that may change its units. A proven reversal or copy takes nothing away.
    pub fn loses_a_row(self) -> bool {
        self.is_reject()
            || matches!(self, Why::NotUnitBilled | Why::NoCode | Why::Cancelled | Why::NoShow | Why::Unsigned)
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
            Why::Title => "a title above the column names",
            Why::Remark => "a heading, remark or footer",
            Why::Total => "a subtotal or total",
            Why::RepeatedHeader => "the column names again",
            Why::OtherHeader => "other column names",
            Why::NoCode => "no code on the row",
            Why::Cancelled => "cancelled, and nothing billed",
            Why::NoShow => "no-show, and nothing billed",
            Why::Unsigned => "unsigned, and nothing billed",
            Why::Replaced => "replaced by a later claim",
            Why::Voided => "voided by a later claim",
            Why::VoidRequest => "a request to void a claim",
            Why::OtherPayer => "the claim's copy for another payer",
            Why::ClaimAgain => "the same claim stands in the run already",
            Why::UnknownClaim => "paid on a claim that is not among the exports",
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
    /// Its minutes in hundredths of a second, or [`BLANK_TIME`].
    pub time: i32,
}

impl LostRow {
    /// Whether it is a reject and nobody knows whose session it was.
    pub fn is_unplaced(&self) -> bool {
        self.why.is_reject() && (self.patient == 0 || self.day.is_none())
    }
}

/// Where a line stands: chunk and place in it, in the order of the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u32);

impl Place {
    /// The highest number of a chunk: 65 536 chunks are some 270 GB of text.
    pub const LAST_CHUNK: usize = 0xffff;

    /// Of a chunk and a line of it.
    pub fn new(chunk: usize, line: usize) -> Place {
        Place((chunk as u32) << 16 | line as u32)
    }

    /// The number of its chunk.
    pub fn chunk(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// Its place among the lines of the chunk.
    pub fn line(self) -> usize {
        (self.0 & 0xffff) as usize
    }
}

/// What became of a row that is one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// It is a line.
    #[default]
    Line,
    /// Its unit stands on the first row of its service.
    IntoAnother,
    /// It stands in another file as well.
    Copy,
}

/// Some lines of a run, one place per line in each column.
pub struct Lines<'a> {
    /// The run they belong to: files, texts, payers.
    pub export: &'a Export,
    /// Number of the source.
    pub file: Column<u16>,
    /// Row in the source, as a spreadsheet counts: the header is row 1.
    pub row: Vec<u32>,
    /// Number of the patient's id.
    pub patient: Vec<u32>,
    /// What a patient id is unique in: number of the practice or file, 0 for everywhere.
    pub scope: Column<u32>,
    /// Date of service.
    pub day: Vec<Day>,
    /// Number of the code.
    pub code: Vec<u32>,
    /// Units billed, or [`BLANK_UNITS`].
    pub units: Vec<i16>,
    /// Minutes in hundredths of a second, or [`BLANK_TIME`].
    pub time: Vec<i32>,
    /// Number of the payer's spelling.
    pub payer_name: Vec<u32>,
    /// 0 unknown, else 1 + the place in [`Discipline::ALL`].
    pub discipline: Vec<u8>,
    /// Number of the modifiers, separated by spaces.
    pub modifiers: Vec<u32>,
    /// Number of the treating clinician's id.
    pub therapist: Vec<u32>,
    /// Number of the clinic.
    pub clinic: Vec<u32>,
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
    /// Number of the text of what a payer took off.
    pub adjustments: Column<u32>,
    /// Charge in cents, or [`BLANK_MONEY`]; allowed and paid likewise.
    pub charge: Column<Cents>,
    /// Allowed amount.
    pub allowed: Column<Cents>,
    /// Paid amount.
    pub paid: Column<Cents>,
    /// Timed minutes of the whole visit, or [`BLANK_TIME`].
    pub visit_time: Column<i32>,
    /// All minutes of the whole visit, or [`BLANK_TIME`].
    pub visit_total: Column<i32>,
    /// Minutes that an assistant furnished alone, part of `time`, or [`BLANK_TIME`].
    pub assistant: Column<i32>,
    /// Minutes that needed no therapist's skill, part of `time`, or [`BLANK_TIME`].
    pub unskilled: Column<i32>,
    /// Date of the plan of care; `NO_DAY` where blank, `UNREAD_DAY` where it cannot be read. Likewise the next two.
    pub plan: Column<Day>,
    /// Date on which it was certified.
    pub certified: Column<Day>,
    /// Date of the progress report.
    pub reported: Column<Day>,
    /// Number of what else is said of it.
    pub particulars: Column<u32>,
    /// From when to when.
    pub span: Column<u64>,
    /// What the row says of its visit besides.
    pub flags: Column<Flags>,
    /// Units documented or paid, or [`BLANK_UNITS`].
    pub stated: Column<i16>,
    /// Where it was furnished.
    pub setting: Column<Setting>,
    /// Of rows that are one unit each: which have their unit on another, and which stand in another file as well.
    pub folded: Vec<Fold>,
}

impl<'a> Lines<'a> {
    /// Lines unpacked, in the order given. `bodies` are those of the run's chunks.
    pub fn unpack(
        export: &'a Export,
        bodies: &[Body],
        codes: &Codes,
        packed: impl ExactSizeIterator<Item = (Place, Packed)>,
    ) -> Lines<'a> {
        let mut lines = Lines::with_capacity(export, packed.len());
        for (place, packed) in packed {
            lines.push(&bodies[place.chunk()], codes, place, &packed);
        }
        lines
    }

    fn with_capacity(export: &'a Export, count: usize) -> Lines<'a> {
        Lines {
            export,
            file: Column::new(0),
            row: Vec::with_capacity(count),
            patient: Vec::with_capacity(count),
            scope: Column::new(0),
            day: Vec::with_capacity(count),
            code: Vec::with_capacity(count),
            units: Vec::with_capacity(count),
            time: Vec::with_capacity(count),
            payer_name: Vec::with_capacity(count),
            discipline: Vec::with_capacity(count),
            modifiers: Vec::with_capacity(count),
            therapist: Vec::with_capacity(count),
            clinic: Vec::with_capacity(count),
            practice: Column::new(0),
            visit: Column::new(0),
            claim: Column::new(0),
            line_id: Column::new(0),
            start: Column::new(0),
            adjustments: Column::new(0),
            charge: Column::new(BLANK_MONEY),
            allowed: Column::new(BLANK_MONEY),
            paid: Column::new(BLANK_MONEY),
            visit_time: Column::new(BLANK_TIME),
            visit_total: Column::new(BLANK_TIME),
            assistant: Column::new(BLANK_TIME),
            unskilled: Column::new(BLANK_TIME),
            plan: Column::new(NO_DAY),
            certified: Column::new(NO_DAY),
            reported: Column::new(NO_DAY),
            particulars: Column::new(0),
            span: Column::new(NO_SPAN),
            flags: Column::new(Flags::default()),
            stated: Column::new(BLANK_UNITS),
            setting: Column::new(Setting::Unknown),
            folded: Vec::new(),
        }
    }

    fn push(&mut self, body: &Body, codes: &Codes, place: Place, packed: &Packed) {
        fn of<T: Copy>(column: &[T], line: usize, blank: T) -> T {
            column.get(line).copied().unwrap_or(blank)
        }
        let (chunk, n) = (&self.export.chunks[place.chunk()], place.line());
        let practice = chunk.practice(body, n);
        let (code, day) = (chunk.codes.of(packed.code), chunk.day(packed));
        self.file.push(chunk.file);
        self.row.push(chunk.first_row + u32::from(packed.row));
        self.patient.push(chunk.patients[usize::from(packed.patient)]);
        self.scope.push(self.export.scope(chunk.file, practice));
        self.day.push(day);
        self.code.push(code);
        self.units.push(packed.units);
        self.time.push(self.export.time(chunk.file, packed, || self.export.kind(codes, code, day).needs_minutes()));
        self.payer_name.push(chunk.payers.of(packed.payer));
        self.discipline.push(packed.discipline);
        self.modifiers.push(chunk.modifiers.of(packed.modifiers));
        self.therapist.push(chunk.therapists.of(packed.therapist));
        self.clinic.push(chunk.clinics.of(packed.clinic));
        self.practice.push(practice);
        self.visit.push(packed.visit);
        self.claim.push(of(&body.claim, n, 0));
        self.line_id.push(of(&body.line_id, n, 0));
        self.start.push(of(&body.start, n, 0));
        self.adjustments.push(of(&body.adjustments, n, 0));
        self.charge.push(body.charge_of(n, packed));
        self.allowed.push(of(&body.allowed, n, BLANK_MONEY));
        self.paid.push(of(&body.paid, n, BLANK_MONEY));
        let source = &self.export.sources[usize::from(chunk.file)];
        let (hours, order) = (source.hours, source.order);
        let in_minutes = |time: i32| if hours && time != BLANK_TIME { time.saturating_mul(60) } else { time };
        self.visit_time.push(in_minutes(of(&body.visit_time, n, BLANK_TIME)));
        self.visit_total.push(in_minutes(of(&body.visit_total, n, BLANK_TIME)));
        // Most runs have nothing of the kind, and a column without values has its default throughout.
        if self.export.has_beside {
            self.assistant.push(in_minutes(of(&body.assistant, n, BLANK_TIME)));
            self.unskilled.push(in_minutes(of(&body.unskilled, n, BLANK_TIME)));
            self.plan.push(date_of(of(&body.plan, n, NO_DATE), order));
            self.certified.push(date_of(of(&body.certified, n, NO_DATE), order));
            self.reported.push(date_of(of(&body.reported, n, NO_DATE), order));
            self.particulars.push(of(&body.particulars, n, 0));
        }
        self.span.push(of(&body.span, n, NO_SPAN));
        self.flags.push(of(&body.flags, n, Flags::default()));
        self.stated.push(of(&body.stated, n, BLANK_UNITS));
        self.setting.push(if packed.setting == Setting::Unknown { self.export.setting } else { packed.setting });
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// The payer of a line.
    pub fn payer(&self, line: u32) -> u32 {
        self.export.payer_of_name[self.payer_name[line as usize] as usize]
    }

    /// What the code table says of a line's code on its date.
    pub fn facts<'c>(&self, codes: &'c Codes, line: u32) -> Option<&'c crate::reference::CodeFacts> {
        self.export.facts(codes, self.code[line as usize], self.day[line as usize])
    }

    /// A line's minutes, `None` where blank.
    pub fn time(&self, line: u32) -> Option<Time> {
        Some(self.time[line as usize]).filter(|&time| time != BLANK_TIME).map(Time)
    }

    /// Whether the unit of a line stands on another.
    pub fn is_folded(&self, line: u32) -> bool {
        self.folded.get(line as usize) == Some(&Fold::IntoAnother)
    }

    /// Whether a row that is one unit stands in another file as well.
    pub fn is_copy(&self, line: u32) -> bool {
        self.folded.get(line as usize) == Some(&Fold::Copy)
    }

    /// What the minutes of a line mean, if its file's rows are one unit each.
    pub fn unit_rows(&self, line: u32) -> Option<UnitMinutes> {
        self.export.sources[usize::from(self.file.at(line))].unit_rows
    }

    /// Whether a line's service took place, as far as its status says: no visit was cancelled or missed.
    pub fn took_place(&self, line: u32) -> bool {
        !matches!(self.flags.at(line).status(), Status::Cancelled | Status::NoShow)
    }

    /// What a line's file is to the audit.
    pub fn role(&self, line: u32) -> Role {
        self.export.sources[usize::from(self.file.at(line))].role
    }

    /// What else a line says.
    pub fn particulars(&self, line: u32) -> &'a Particulars {
        &self.export.particulars[self.particulars.at(line) as usize]
    }

    /// From when to when a line was, if its minutes come from that.
    pub fn measured(&self, line: u32) -> Option<Span> {
        self.span(line).filter(|_| self.export.sources[usize::from(self.file.at(line))].by_clock)
    }

    /// From when to when a line was, if its file says so.
    pub fn span(&self, line: u32) -> Option<Span> {
        span_of(self.span.at(line))
    }

    /// Units that a line states without billing them, if any.
    pub fn stated(&self, line: u32) -> Option<Units> {
        Some(self.stated.at(line)).filter(|&units| units != BLANK_UNITS).map(Units::from)
    }

    /// A line's units, `None` where blank.
    pub fn units(&self, line: u32) -> Option<Units> {
        Some(self.units[line as usize]).filter(|&units| units != BLANK_UNITS).map(Units::from)
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
            time: self.time[line as usize],
        }
    }
}

/// The discipline that a number of the column stands for.
pub fn discipline_of(number: u8) -> Option<Discipline> {
    number.checked_sub(1).and_then(|n| Discipline::ALL.get(usize::from(n)).copied())
}
