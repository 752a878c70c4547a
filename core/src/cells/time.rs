//! Minutes of treatment as exports write them.

use super::number::decimal;
use super::{Problem, trimmed};
use crate::domain::Time;

/// A duration, and whether it was written as hours and minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeCell {
    /// The duration. Negative only where the cell is.
    pub time: Time,
    /// Written `h:mm` or `h:mm:ss`.
    pub clock: bool,
}

/// A duration that no cell may say, in minutes: far beyond a day, so that swapped columns are kept and flagged.
const LONGEST: i64 = 100_000;

/// `15`, `15.0`, `7.5`, `15 min`, `0:45`, `0:07:30`.
///
/// Decimals are kept exactly to a thousandth of a minute; longer ones are rounded to a hundredth of a second.
///
/// # Errors
/// `NotMinutes`, `TooLarge`, and `HoursOrMinutes` for `15:00`, which may be 15 hours or 15 minutes.
pub fn time(cell: &str) -> Result<TimeCell, Problem> {
    let text = without_unit(trimmed(cell));
    if text.contains(':') {
        return clock(text);
    }
    let number = decimal(text).ok_or(Problem::NotMinutes)?;
    if number.whole >= LONGEST {
        return Err(Problem::TooLarge);
    }
    // Six digits are ample to round to 1/6000 minute.
    let digits = &number.decimals[..number.decimals.len().min(6)];
    let (parts, scale) =
        digits.bytes().fold((0_i64, 1_i64), |(parts, scale), digit| (parts * 10 + i64::from(digit - b'0'), scale * 10));
    let minute = i64::from(Time::MINUTE);
    let hundredths = number.whole * minute + (parts * minute + scale / 2) / scale;
    let hundredths = i32::try_from(hundredths).map_err(|_| Problem::TooLarge)?;
    Ok(TimeCell { time: Time(if number.negative { -hundredths } else { hundredths }), clock: false })
}

/// Without a trailing `min`, `mins`, `minutes` or `m`.
fn without_unit(text: &str) -> &str {
    let bare = text.trim_end_matches('.');
    let letters = bare.len() - bare.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    match bare[letters..].to_ascii_lowercase().as_str() {
        "m" | "min" | "mins" | "minute" | "minutes" => bare[..letters].trim_end(),
        _ => text,
    }
}

/// `h:mm` or `h:mm:ss`; from five hours on the reading is not safe.
fn clock(text: &str) -> Result<TimeCell, Problem> {
    let mut parts = text.split(':').map(|part| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse::<i32>().ok() } else { None }
    });
    let mut next = || parts.next().map(|part| part.ok_or(Problem::NotMinutes));
    let hours = next().ok_or(Problem::NotMinutes)??;
    let minutes = next().ok_or(Problem::NotMinutes)??;
    let seconds = next().transpose()?.unwrap_or(0);
    if next().is_some() || minutes > 59 || seconds > 59 {
        return Err(Problem::NotMinutes);
    }
    if hours > 4 {
        return Err(Problem::HoursOrMinutes);
    }
    Ok(TimeCell { time: Time((hours * 60 + minutes) * Time::MINUTE + seconds * 100), clock: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_as_exports_write_them() {
        for (cell, hundredths) in [
            ("15", 90_000),
            ("15.0", 90_000),
            ("15 min", 90_000),
            ("15 Mins.", 90_000),
            ("15m", 90_000),
            ("0:45", 270_000),
            ("1:05", 390_000),
            ("0:07:30", 45_000),
            ("7.5", 45_000),
            ("7.9", 47_400),
            ("22.366667", 134_200),
            ("-15", -90_000),
            ("1440", 8_640_000),
        ] {
            assert_eq!(time(cell).map(|cell| cell.time.0), Ok(hundredths), "{cell}");
        }
        for (cell, problem) in [
            ("15:00", Problem::HoursOrMinutes),
            ("0:75", Problem::NotMinutes),
            ("fifteen", Problem::NotMinutes),
            ("1:2:3:4", Problem::NotMinutes),
            (":30", Problem::NotMinutes),
            ("100000", Problem::TooLarge),
        ] {
            assert_eq!(time(cell), Err(problem), "{cell}");
        }
    }
}
