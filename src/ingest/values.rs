//! Values of a spreadsheet's cells, as the text that the same export would have as CSV.

use calamine::{Data, DataRef, ExcelDateTime};
use std::fmt::Write;

/// A cell's value.
pub enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A date, a time of day, a duration.
    Date(ExcelDateTime),
    /// Yes or no.
    Bool(bool),
    /// An error, such as `#N/A`.
    Error(String),
    /// Nothing.
    Empty,
}

impl<'a> From<&'a Data> for Value<'a> {
    fn from(data: &'a Data) -> Value<'a> {
        match data {
            Data::Int(number) => Value::Number(*number as f64),
            Data::Float(number) => Value::Number(*number),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Value::Text(text),
            Data::Bool(bool) => Value::Bool(*bool),
            Data::DateTime(date) => Value::Date(*date),
            Data::Error(error) => Value::Error(error.to_string()),
            Data::Empty => Value::Empty,
        }
    }
}

impl<'a> From<&'a DataRef<'_>> for Value<'a> {
    fn from(data: &'a DataRef<'_>) -> Value<'a> {
        match data {
            DataRef::Int(number) => Value::Number(*number as f64),
            DataRef::Float(number) => Value::Number(*number),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Value::Text(text),
            DataRef::SharedString(text) => Value::Text(text),
            DataRef::Bool(bool) => Value::Bool(*bool),
            DataRef::DateTime(date) => Value::Date(*date),
            DataRef::Error(error) => Value::Error(error.to_string()),
            DataRef::Empty => Value::Empty,
        }
    }
}

/// Writes a value behind `text`.
pub fn write(value: &Value, text: &mut String) {
    match value {
        Value::Text(value) => text.push_str(value),
        Value::Number(value) => number(*value, text),
        Value::Date(value) => date(value, text),
        Value::Bool(value) => text.push_str(if *value { "TRUE" } else { "FALSE" }),
        Value::Error(value) => text.push_str(value),
        Value::Empty => {}
    }
}

/// A number in the digits that a spreadsheet shows: fifteen at most, so that 0.1 + 0.2 is 0.3.
fn number(value: f64, text: &mut String) {
    // Writing to a text does not fail.
    let _ = if value.fract() == 0.0 && value.abs() < 1e15 {
        write!(text, "{}", value as i64)
    } else {
        let fifteen: f64 = format!("{value:.14e}").parse().unwrap_or(value);
        write!(text, "{fifteen}")
    };
}

/// A date as `2026-01-22`, with the time of day if it has one; a time of day alone as `08:30:00`; a duration as `0:45:00`.
fn date(value: &ExcelDateTime, text: &mut String) {
    let days = value.as_f64();
    if value.is_duration() || (0.0..1.0).contains(&days) {
        let seconds = (days * 86_400.0).round() as i64;
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        let _ = write!(text, "{hours:02}:{minutes:02}:{:02}", seconds % 60);
        return;
    }
    // Half a second more: a time of day is seldom a whole number of milliseconds.
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    let whole = u32::from(second) + u32::from(milli >= 500);
    if hour > 0 || minute > 0 || whole > 0 {
        let seconds = (u32::from(hour) * 60 + u32::from(minute)) * 60 + whole;
        let _ = write!(text, "T{:02}:{:02}:{:02}", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_a_spreadsheet_shows_them() {
        for (value, shown) in
            [(97110.0, "97110"), (0.1 + 0.2, "0.3"), (-55.25, "-55.25"), (1e20, "100000000000000000000")]
        {
            let mut text = String::new();
            number(value, &mut text);
            assert_eq!(text, shown);
        }
    }
}
