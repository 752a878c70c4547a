//! One line of the export and one row of the answer key, and how they are written.

use std::io::{self, Write};

/// The export's column names, in the words practices use.
pub const HEADER: &[&str] = &[
    "Visit ID",
    "Patient ID",
    "DOS",
    "Location",
    "Treating Therapist",
    "Discipline",
    "Primary Insurance",
    "CPT",
    "Modifiers",
    "Minutes",
    "Units",
    "Charge",
];

/// The answer key's column names.
pub const TRUTH_HEADER: &[&str] =
    &["patient_id", "date_of_service", "discipline", "payer", "check", "severity", "code", "units_over"];

/// Writes a row of column names.
///
/// # Errors
/// Those of `out`.
pub fn write_header(names: &[&str], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", names.join(","))
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Date {
    /// Every weekday from 2025-01-01 (a Wednesday) to 2026-06-30.
    pub(super) fn weekdays() -> Vec<Self> {
        let mut days = Vec::with_capacity(400);
        let mut weekday = 2; // Monday is 0
        for (year, months) in [(2025, 12), (2026, 6)] {
            for month in 1..=months {
                let length = match month {
                    2 => 28,
                    4 | 6 | 9 | 11 => 30,
                    _ => 31,
                };
                for day in 1..=length {
                    if weekday < 5 {
                        days.push(Self { year, month, day });
                    }
                    weekday = (weekday + 1) % 7;
                }
            }
        }
        days
    }

    /// 2025-03-14
    pub(super) fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// 1 to 4.
    #[must_use]
    pub const fn quarter(self) -> u8 {
        self.month.div_ceil(3)
    }
}

/// One line of the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Running number; a day's second visit has its own.
    pub visit: u64,
    /// Written as `P000123`.
    pub patient: u32,
    /// Date of service, written as `03/14/2025`.
    pub date: Date,
    /// Clinic.
    pub clinic: &'static str,
    /// Written as `T01`.
    pub therapist: u32,
    /// PT, OT or SLP.
    pub discipline: &'static str,
    /// The payer as this line spells it.
    pub payer: &'static str,
    /// The code billed.
    pub code: &'static str,
    /// Separated by a space.
    pub modifiers: &'static str,
    /// Blank where the export has none.
    pub minutes: Option<u32>,
    /// Units billed; 0 for a service that was given and not billed.
    pub units: u32,
    /// Written in dollars, as `1234.50`.
    pub charge_cents: u32,
}

impl Row {
    /// The calendar quarter of the date of service, as `2025Q1`. Rows come by date, so a quarter's rows stand together.
    #[must_use]
    pub fn quarter(&self) -> String {
        format!("{}Q{}", self.date.year, self.date.quarter())
    }

    /// Writes the row with its line end, in one call to `out`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = Line { bytes: [0; 256], length: 0 };
        line.number(self.visit, 1);
        line.text(",P");
        line.number(self.patient.into(), 6);
        line.text(",");
        line.number(self.date.month.into(), 2);
        line.text("/");
        line.number(self.date.day.into(), 2);
        line.text("/");
        line.number(self.date.year.into(), 4);
        line.text(",");
        line.text(self.clinic);
        line.text(",T");
        line.number(self.therapist.into(), 2);
        for cell in [self.discipline, self.payer, self.code, self.modifiers] {
            line.text(",");
            line.text(cell);
        }
        line.text(",");
        if let Some(minutes) = self.minutes {
            line.number(minutes.into(), 1);
        }
        line.text(",");
        line.number(self.units.into(), 1);
        line.text(",");
        line.number((self.charge_cents / 100).into(), 1);
        line.text(".");
        line.number((self.charge_cents % 100).into(), 2);
        line.text("\n");
        out.write_all(&line.bytes[..line.length])
    }
}

/// A row in the making, on the stack. Cells hold no comma and no quote, and all of them together fit.
struct Line {
    bytes: [u8; 256],
    length: usize,
}

impl Line {
    fn text(&mut self, text: &str) {
        self.bytes[self.length..self.length + text.len()].copy_from_slice(text.as_bytes());
        self.length += text.len();
    }

    /// Decimal digits, filled with zeros to `width`.
    fn number(&mut self, mut value: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let mut first = digits.len();
        while value > 0 || digits.len() - first < width {
            first -= 1;
            digits[first] = b'0' + (value % 10) as u8;
            value /= 10;
        }
        let digits = &digits[first..];
        self.bytes[self.length..self.length + digits.len()].copy_from_slice(digits);
        self.length += digits.len();
    }
}

/// One finding that the audit must make: a row of the answer key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// As in the export.
    pub patient_id: String,
    /// As 2025-03-14.
    pub date_of_service: String,
    /// PT, OT or SLP.
    pub discipline: &'static str,
    /// The payer's first spelling, which need not be the one on the session's lines.
    pub payer: &'static str,
    /// The check's name.
    pub check: &'static str,
    /// exception, review or note.
    pub severity: &'static str,
    /// The code concerned; empty for a finding on the whole session.
    pub code: String,
    /// Units over of this finding.
    pub units_over: i64,
}

impl Planted {
    /// Writes the row with its line end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { patient_id, date_of_service, discipline, payer, check, severity, code, units_over } = self;
        writeln!(out, "{patient_id},{date_of_service},{discipline},{payer},{check},{severity},{code},{units_over}")
    }
}
