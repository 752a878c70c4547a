//! Times of day, and the time between two of them.

use super::{Problem, trimmed};
use crate::domain::Time;

/// Seconds of a day.
const DAY: i32 = 86_400;

/// A time of day as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since midnight.
    pub seconds: i32,
    /// Written with AM or PM, or after noon by 24 hours: it cannot mean the other half of the day.
    pub settled: bool,
}

impl Clock {
    /// `8:30`, `08:30:15`, `8:30 AM`, `2:15pm`, `0830`, and `0.354`, a spreadsheet's part of a day. A date before the
    /// time is passed over: `1/22/2026 8:30 AM`, `2026-01-22T08:30:00`.
    ///
    /// # Errors
    /// `NotATime`.
    pub fn parse(cell: &str) -> Result<Clock, Problem> {
        let text = trimmed(cell).to_ascii_lowercase();
        let (text, half) = half_of_day(&text);
        // What stands before the time is its date.
        let text = text.rsplit([' ', 't']).next().unwrap_or(text);
        let text = text.split(['z', '+']).next().unwrap_or(text);
        let seconds = if text.contains(':') {
            by_parts(text)?
        } else if let Some((whole, fraction)) = text.split_once('.') {
            by_fraction(whole, fraction)?
        } else if matches!(text.len(), 3 | 4) && half.is_none() && digits(text) {
            let number: i32 = text.parse().map_err(|_| Problem::NotATime)?;
            of_day(number / 100, number % 100, 0)?
        } else if half.is_some() {
            of_day(small(text)?, 0, 0)?
        } else {
            return Err(Problem::NotATime);
        };
        let hour = seconds / 3_600;
        match half {
            None => Ok(Clock { seconds, settled: !(3_600..13 * 3_600).contains(&seconds) }),
            Some(_) if !(1..=12).contains(&hour) => Err(Problem::NotATime),
            Some(after_noon) => {
                let seconds = seconds % (DAY / 2) + if after_noon { DAY / 2 } else { 0 };
                Ok(Clock { seconds, settled: true })
            }
        }
    }
}

/// From one time of day to another, in seconds since the midnight before it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// When it begins.
    pub start: i32,
    /// When it ends; beyond 86 400 where it runs over midnight.
    pub end: i32,
}

impl Span {
    /// Between two times of day. An end before its start lies after noon, where both are written by twelve hours, else on the
    /// next day.
    pub fn between(start: Clock, end: Clock) -> Span {
        let later = if end.seconds >= start.seconds {
            0
        } else if !start.settled && !end.settled && end.seconds + DAY / 2 > start.seconds {
            DAY / 2
        } else {
            DAY
        };
        Span { start: start.seconds, end: end.seconds + later }
    }

    /// How long it is.
    pub fn length(self) -> Time {
        Time((self.end - self.start) * 100)
    }
}

/// How long some spans take together: a moment that several hold is counted once. `spans` are left in order.
pub fn union(spans: &mut [Span]) -> Time {
    spans.sort_unstable();
    let (mut seconds, mut until) = (0, i32::MIN);
    for span in spans {
        seconds += (span.end - span.start.max(until)).max(0);
        until = until.max(span.end);
    }
    Time(seconds * 100)
}

/// The text without AM or PM, and whether it was PM.
fn half_of_day(text: &str) -> (&str, Option<bool>) {
    for (endings, after_noon) in [(["am", "a.m.", "a"], false), (["pm", "p.m.", "p"], true)] {
        for ending in endings {
            if let Some(rest) = text.strip_suffix(ending)
                && rest.trim_end().ends_with(|c: char| c.is_ascii_digit())
            {
                return (rest.trim_end(), Some(after_noon));
            }
        }
    }
    (text, None)
}

fn by_parts(text: &str) -> Result<i32, Problem> {
    let mut parts = text.split(':');
    let mut next = || parts.next();
    let (Some(hours), Some(minutes)) = (next(), next()) else { return Err(Problem::NotATime) };
    // Fractions of a second are below what anybody documents.
    let seconds = next().map_or("0", |seconds| seconds.split('.').next().unwrap_or("0"));
    if next().is_some() {
        return Err(Problem::NotATime);
    }
    of_day(small(hours)?, small(minutes)?, small(seconds)?)
}

/// A part of a day, as spreadsheets hold times.
fn by_fraction(whole: &str, fraction: &str) -> Result<i32, Problem> {
    if !matches!(whole, "" | "0") || fraction.is_empty() || !digits(fraction) {
        return Err(Problem::NotATime);
    }
    let fraction = &fraction[..fraction.len().min(12)];
    let (parts, scale) = fraction
        .bytes()
        .fold((0_i64, 1_i64), |(parts, scale), digit| (parts * 10 + i64::from(digit - b'0'), scale * 10));
    Ok(((parts * i64::from(DAY) + scale / 2) / scale) as i32 % DAY)
}

fn of_day(hours: i32, minutes: i32, seconds: i32) -> Result<i32, Problem> {
    if hours < 24 && minutes < 60 && seconds < 60 {
        Ok((hours * 60 + minutes) * 60 + seconds)
    } else {
        Err(Problem::NotATime)
    }
}

fn small(text: &str) -> Result<i32, Problem> {
    if (1..=2).contains(&text.len()) && digits(text) {
        text.parse().map_err(|_| Problem::NotATime)
    } else {
        Err(Problem::NotATime)
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(start: &str, end: &str) -> i32 {
        Span::between(Clock::parse(start).unwrap(), Clock::parse(end).unwrap()).length().whole_minutes()
    }

    #[test]
    fn times_as_exports_write_them() {
        for (cell, seconds) in [
            ("8:30", 30_600),
            ("08:30:15", 30_615),
            ("8:30 AM", 30_600),
            ("8:30 p.m.", 73_800),
            ("12:05am", 300),
            ("12 PM", 43_200),
            ("0830", 30_600),
            ("0.354166666667", 30_600),
            ("2026-01-22T08:30:00", 30_600),
            ("2026-01-22T08:30:00Z", 30_600),
            ("1/22/2026 8:30 AM", 30_600),
        ] {
            assert_eq!(Clock::parse(cell).map(|clock| clock.seconds), Ok(seconds), "{cell}");
        }
        for cell in ["", "8", "25:00", "8:75", "13:00 PM", "noon", "1.5", "8:30:00:00", "pm", "é"] {
            assert_eq!(Clock::parse(cell), Err(Problem::NotATime), "{cell}");
        }
    }

    #[test]
    fn over_noon_and_over_midnight() {
        assert_eq!(minutes("8:30", "9:15"), 45);
        assert_eq!(minutes("12:30", "1:15"), 45);
        assert_eq!(minutes("11:45 PM", "12:15 AM"), 30);
        assert_eq!(minutes("23:45", "00:15"), 30);
        assert_eq!(minutes("9:00", "9:00"), 0);
    }

    #[test]
    fn a_moment_is_counted_once() {
        let span = |start, end| Span { start: start * 60, end: end * 60 };
        assert_eq!(union(&mut [span(30, 45), span(0, 30)]).whole_minutes(), 45);
        assert_eq!(union(&mut [span(10, 40), span(0, 30), span(5, 8)]).whole_minutes(), 40);
        assert_eq!(union(&mut []), Time::ZERO);
    }
}
