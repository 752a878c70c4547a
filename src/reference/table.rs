//! Rows of a CSV file of facts, with words for what is wrong in them.

use super::{Day, day};
use chrono::NaiveDate;
use csv::StringRecord;
use std::str::FromStr;

/// One row of a file of facts.
pub(super) struct Row<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
}

impl Row<'_> {
    /// The cell of that column; empty where the file has no such column.
    pub(super) fn cell(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name.eq_ignore_ascii_case(column));
        place.and_then(|n| self.record.get(n)).unwrap_or_default()
    }

    /// A cell that must say something.
    pub(super) fn said(&self, column: &str) -> Result<&str, String> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty()).ok_or(format!("{column} is empty"))
    }

    /// A whole number that is not negative.
    pub(super) fn number<N: FromStr + PartialOrd + Default>(&self, column: &str) -> Result<N, String> {
        let number = self.cell(column).parse().ok().filter(|number| *number >= N::default());
        number.ok_or(format!("{column} is no whole number"))
    }

    /// `yes` or `no`.
    pub(super) fn yes(&self, column: &str) -> Result<bool, String> {
        match self.cell(column) {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(format!("{column} is neither yes nor no")),
        }
    }

    /// A date, if the cell has one.
    pub(super) fn day(&self, column: &str) -> Result<Option<Day>, String> {
        let cell = Some(self.cell(column)).filter(|cell| !cell.is_empty());
        // A spreadsheet in the United States saves them so.
        let american = |cell: &str| NaiveDate::parse_from_str(cell, "%m/%d/%Y");
        let date = cell.map(|cell| cell.parse::<NaiveDate>().or_else(|_| american(cell)).map(day));
        date.transpose().map_err(|_| format!("{column} is not a date: write it as 2026-01-31 or 1/31/2026"))
    }

    /// The dates `from` and `to`, both inclusive, in that order.
    pub(super) fn span(&self, from: &str, to: &str) -> Result<(Option<Day>, Option<Day>), String> {
        let span = (self.day(from)?, self.day(to)?);
        match span {
            (Some(first), Some(last)) if first > last => Err(format!("{to} lies before {from}")),
            span => Ok(span),
        }
    }
}

/// What `read` makes of each row of a file that has at least these columns. Spaces around cells do not count.
///
/// # Errors
/// A sentence, with the line where it is one line's fault.
pub(super) fn rows<T>(
    text: &str,
    columns: &[&str],
    read: impl Fn(&Row) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    if let Some(missing) = columns.iter().find(|column| !header.iter().any(|name| name.eq_ignore_ascii_case(column))) {
        return Err(format!("column {missing} is missing"));
    }
    (2..)
        .zip(reader.records())
        .map(|(line, record)| {
            let record = record.map_err(|_| format!("line {line} is not CSV, or has another number of cells"))?;
            read(&Row { header: &header, record: &record }).map_err(|problem| format!("line {line}: {problem}"))
        })
        .collect()
}
