//! Dates of service as exports write them.

use super::{Problem, trimmed};
use chrono::{Datelike, NaiveDate};

/// Which of two numbers comes first where the year comes last: 1/2/2024 is January 2nd or February 1st.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// Month first, as the United States write.
    #[default]
    MonthFirst,
    /// Day first.
    DayFirst,
}

/// A date cell that has been taken apart, but where the order of day and month may still be open.
///
/// One row never decides that order: the file does, from all its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateCell {
    /// The cell leaves no choice: an ISO date, a spreadsheet serial, a month by name.
    Fixed(NaiveDate),
    /// Two numbers and a year, in the order of writing.
    Open {
        /// The number written first.
        first: u32,
        /// The number written second.
        second: u32,
        /// The year, four digits.
        year: i32,
    },
}

impl DateCell {
    /// Takes a cell apart: `2024-01-02`, `2024-01-02T08:30:00`, `20240102`, `1/2/24`, `01/02/2024 8:30 AM`, `2-Jan-2024`,
    /// `45293` (days since 1899-12-30, as spreadsheets count). The time of day is dropped as written, without any zone.
    ///
    /// Two-digit years are 2000 + yy.
    ///
    /// # Errors
    /// `NotADate`, `DateOutOfRange`.
    pub fn parse(cell: &str) -> Result<DateCell, Problem> {
        let cell = trimmed(cell);
        let (date, time) = without_time(cell);
        if cell.starts_with(|c: char| c.is_ascii_alphabetic()) || time.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return month_by_name(cell);
        }
        if !is_time(time) {
            return Err(Problem::NotADate);
        }
        if let Some(serial) = serial(date) {
            return serial;
        }
        let mut parts = date.split(['/', '-', '.']);
        let (Some(a), Some(b), Some(c), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(Problem::NotADate);
        };
        if b.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return month_by_name(date);
        }
        let number = |text: &str, longest: usize| {
            ((1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.parse::<u32>().ok())
                .flatten()
                .ok_or(Problem::NotADate)
        };
        if a.len() == 4 {
            return fixed(number(a, 4)? as i32, number(b, 2)?, number(c, 2)?);
        }
        let year = match c.len() {
            2 => 2000 + number(c, 2)? as i32,
            4 => number(c, 4)? as i32,
            _ => return Err(Problem::NotADate),
        };
        let (first, second) = (number(a, 2)?, number(b, 2)?);
        let open = DateCell::Open { first, second, year };
        // Fits neither order: no file can make it a date.
        open.date(DateOrder::MonthFirst).or(open.date(DateOrder::DayFirst)).map(|_| open).map_err(|problem| {
            match problem {
                Problem::OtherDateOrder => Problem::NotADate,
                other => other,
            }
        })
    }

    /// The date, once the file's order is known.
    ///
    /// # Errors
    /// `OtherDateOrder` where that order gives no date, `DateOutOfRange`.
    pub fn date(self, order: DateOrder) -> Result<NaiveDate, Problem> {
        match self {
            DateCell::Fixed(date) => Ok(date),
            DateCell::Open { first, second, year } => {
                let (month, day) = match order {
                    DateOrder::MonthFirst => (first, second),
                    DateOrder::DayFirst => (second, first),
                };
                in_range(NaiveDate::from_ymd_opt(year, month, day).ok_or(Problem::OtherDateOrder)?)
            }
        }
    }

    /// The only order in which this cell is a date, if there is only one.
    pub fn decides(self) -> Option<DateOrder> {
        match (self.date(DateOrder::MonthFirst), self.date(DateOrder::DayFirst)) {
            (Ok(_), Err(_)) => Some(DateOrder::MonthFirst),
            (Err(_), Ok(_)) => Some(DateOrder::DayFirst),
            _ => None,
        }
    }
}

/// The date and what follows it: behind a space, or behind a `T` between two digits.
fn without_time(cell: &str) -> (&str, &str) {
    let bytes = cell.as_bytes();
    let digit = |n: usize| bytes.get(n).is_some_and(u8::is_ascii_digit);
    let end = (1..bytes.len()).find(|&n| bytes[n] == b' ' || (bytes[n] == b'T' && digit(n - 1) && digit(n + 1)));
    match end {
        Some(end) => (&cell[..end], cell[end + 1..].trim()),
        None => (cell, ""),
    }
}

/// Whether this may be a time of day: nothing, `8:30 AM`, `08:30:00.000-05:00`, `083000`.
fn is_time(text: &str) -> bool {
    text.is_empty()
        || (text.starts_with(|c: char| c.is_ascii_digit())
            && (text.contains(':') || (matches!(text.len(), 4 | 6) && text.bytes().all(|b| b.is_ascii_digit())))
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b" :.+-".contains(&b)))
}

fn in_range(date: NaiveDate) -> Result<NaiveDate, Problem> {
    if (1990..=2099).contains(&date.year()) { Ok(date) } else { Err(Problem::DateOutOfRange) }
}

fn fixed(year: i32, month: u32, day: u32) -> Result<DateCell, Problem> {
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(Problem::NotADate)?;
    in_range(date).map(DateCell::Fixed)
}

/// Digits alone: eight are `YYYYMMDD`, five a spreadsheet's day number (with or without a fraction for the time).
fn serial(text: &str) -> Option<Result<DateCell, Problem>> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(days) || !digits(fraction) {
        return None;
    }
    let number: i64 = days.parse().ok()?;
    match days.len() {
        8 => Some(fixed((number / 10_000) as i32, (number / 100 % 100) as u32, (number % 100) as u32)),
        5 => {
            // Day 60 of the 1900 system never was; every date of a therapy bill lies after it.
            let date = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(chrono::TimeDelta::days(number))?;
            Some(in_range(date).map(DateCell::Fixed))
        }
        _ => None,
    }
}

/// `2-Jan-2024`, `Jan 2, 2024`, `2 January 2024`.
fn month_by_name(text: &str) -> Result<DateCell, Problem> {
    let mut rest = text;
    let mut word = || {
        let start = rest.trim_start_matches([' ', '-', ',', '/', '.']);
        let end = start.find([' ', '-', ',', '/', '.']).unwrap_or(start.len());
        let (word, behind) = start.split_at(end);
        rest = behind;
        word
    };
    let (a, b, c) = (word(), word(), word());
    // A second date behind the first makes the cell a span, which is no date.
    if !is_time(rest.trim()) {
        return Err(Problem::NotADate);
    }
    let (name, day) = if a.starts_with(|c: char| c.is_ascii_alphabetic()) { (a, b) } else { (b, a) };
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| *month == name || (name.len() >= 3 && month.starts_with(&name)));
    let month = month.ok_or(Problem::NotADate)? as u32 + 1;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(day) || !digits(c) || day.len() > 2 || !matches!(c.len(), 2 | 4) {
        return Err(Problem::NotADate);
    }
    let day: u32 = day.parse().map_err(|_| Problem::NotADate)?;
    let year: i32 = c.parse().map_err(|_| Problem::NotADate)?;
    fixed(if c.len() == 2 { 2000 + year } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(cell: &str, order: DateOrder) -> Result<String, Problem> {
        DateCell::parse(cell).and_then(|parsed| parsed.date(order)).map(|date| date.to_string())
    }

    #[test]
    fn dates_that_leave_no_choice() {
        for cell in [
            "2024-01-02",
            "2024-1-2",
            "2024/01/02",
            "20240102",
            "2024-01-02T08:30:00",
            "2024-01-02 08:30:00.000",
            "2-Jan-2024",
            "Jan 2, 2024",
            "2 January 2024",
            "02-JAN-24",
            "45293",
            "45293.354",
            "'2024-01-02",
            "2024-01-02T23:30:00-05:00",
        ] {
            for order in [DateOrder::MonthFirst, DateOrder::DayFirst] {
                assert_eq!(date(cell, order).as_deref(), Ok("2024-01-02"), "{cell}");
            }
        }
    }

    #[test]
    fn the_file_decides_the_order() {
        for cell in ["1/2/24", "01/02/2024", "1-2-2024", "01.02.2024", "1/2/2024 8:30 AM"] {
            assert_eq!(date(cell, DateOrder::MonthFirst).as_deref(), Ok("2024-01-02"), "{cell}");
            assert_eq!(date(cell, DateOrder::DayFirst).as_deref(), Ok("2024-02-01"), "{cell}");
            assert_eq!(DateCell::parse(cell).unwrap().decides(), None);
        }
        assert_eq!(DateCell::parse("13/2/2024").unwrap().decides(), Some(DateOrder::DayFirst));
        assert_eq!(DateCell::parse("2/13/2024").unwrap().decides(), Some(DateOrder::MonthFirst));
        assert_eq!(date("13/2/2024", DateOrder::MonthFirst), Err(Problem::OtherDateOrder));
    }

    #[test]
    fn what_is_no_date() {
        for cell in [
            "",
            "0",
            "2024",
            "2024-02-30",
            "31/31/2024",
            "yesterday",
            "1/2",
            "12345678901",
            "2024-01-02-03",
            "1/2/20244",
            "a/b/c",
            "2-Jan-+6",
            "0002 Jan 2026",
            "2 Jan 002026",
        ] {
            assert_eq!(DateCell::parse(cell).map(|_| ()), Err(Problem::NotADate), "{cell}");
        }
        assert_eq!(DateCell::parse("1066-10-14"), Err(Problem::DateOutOfRange));
        assert_eq!(DateCell::parse("1/1/2150"), Err(Problem::DateOutOfRange));
    }
}
