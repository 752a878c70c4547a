//! A line of the export that has a column for every check: what [`Row`] says, and more.

use super::{HEADER, Row};
use std::io::{self, Write};

/// The columns beyond [`HEADER`]: input columns by their names.
pub const MORE: [&str; 19] = [
    "therapist_credential",
    "setting",
    "place_of_service",
    "bill_type",
    "revenue_code",
    "diagnosis_codes",
    "ordering_provider",
    "allowed",
    "start_time",
    "end_time",
    "assistant_minutes",
    "unskilled_minutes",
    "skilled",
    "visit_timed_minutes",
    "visit_total_minutes",
    "plan_of_care_date",
    "certification_date",
    "progress_report_date",
    "abn_on_file",
];

/// One line of the export with all columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wide {
    /// What every export says.
    pub row: Row,
    /// The cells of [`MORE`].
    pub more: [String; MORE.len()],
}

impl Wide {
    /// A line of a private practice of which nothing more is to be said: referred, for back pain, its progress reported that day.
    pub(super) fn usual(row: Row) -> Wide {
        let mut wide = Wide { row, more: Default::default() };
        for (column, value) in [
            ("setting", "private practice"),
            ("place_of_service", "11"),
            ("diagnosis_codes", "M54.51"),
            ("ordering_provider", "1000000004"),
            ("progress_report_date", &row.date.iso()),
        ] {
            wide.set(column, value);
        }
        wide
    }

    /// Fills a cell; false where there is no such column.
    pub(super) fn set(&mut self, column: &str, value: &str) -> bool {
        let cell = MORE.iter().zip(&mut self.more).find(|(name, _)| **name == column);
        cell.map(|(_, cell)| value.clone_into(cell)).is_some()
    }

    #[cfg(test)]
    /// The cell of a column; empty where there is no such column.
    pub(super) fn get(&self, column: &str) -> &str {
        MORE.iter().zip(&self.more).find(|(name, _)| **name == column).map_or("", |(_, cell)| cell)
    }

    /// The names of all columns.
    #[must_use]
    pub fn header() -> Vec<&'static str> {
        HEADER.iter().chain(&MORE).copied().collect()
    }

    /// Writes the line with its end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = Vec::with_capacity(320);
        self.row.write_csv(&mut line)?;
        line.pop();
        for cell in &self.more {
            line.push(b',');
            line.extend_from_slice(cell.as_bytes());
        }
        line.push(b'\n');
        out.write_all(&line)
    }
}
