//! Exact quantities. No float ever holds a minute, a unit or a cent.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// Units billed or supported. Negative only on a reversal.
pub type Units = i32;

/// Money in cents.
pub type Cents = i64;

/// Treatment time in hundredths of a second.
///
/// Nearly every export has whole minutes; the ones that do not write decimals of a minute (7.5, 22.25) or seconds (0:07:30).
/// A hundredth of a second divides both, to three decimals of a minute, so sums stay exact and are floored to whole minutes
/// once, where a rule asks for minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i32);

impl Time {
    /// Hundredths of a second in a minute.
    pub const MINUTE: i32 = 6_000;
    /// The 15 minutes of a unit.
    pub const QUARTER: i32 = 15 * Time::MINUTE;
    /// No time at all.
    pub const ZERO: Time = Time(0);

    /// Whole minutes as time. Panics beyond ±357 913 minutes (about 248 days).
    pub const fn from_minutes(minutes: i32) -> Time {
        match minutes.checked_mul(Time::MINUTE) {
            Some(hundredths) => Time(hundredths),
            None => panic!("more minutes than a session can hold"),
        }
    }

    /// Whole minutes that have passed: 7 for 7 minutes 59 seconds.
    pub const fn whole_minutes(self) -> i32 {
        self.0.div_euclid(Time::MINUTE)
    }

    /// Whether this is a whole number of minutes.
    pub const fn is_whole(self) -> bool {
        self.0 % Time::MINUTE == 0
    }
}

/// Sums stop at the largest value: far beyond a day, where no session is judged.
impl Add for Time {
    type Output = Time;
    fn add(self, other: Time) -> Time {
        Time(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Time {
    fn add_assign(&mut self, other: Time) {
        *self = *self + other;
    }
}

impl Sum for Time {
    fn sum<I: Iterator<Item = Time>>(times: I) -> Time {
        times.fold(Time::ZERO, Add::add)
    }
}

impl std::fmt::Display for Time {
    /// Minutes as a person writes them: `15`, `7.5`, `22.35`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, i64::from(self.0).abs());
        let (minutes, rest) = (size / i64::from(Time::MINUTE), size % i64::from(Time::MINUTE));
        if rest == 0 {
            return write!(f, "{sign}{minutes}");
        }
        // A hundredth of a second is 1/6000 minute; four decimals show any of them apart.
        let decimals = format!("{:04}", (rest * 10_000 + 3_000) / 6_000);
        write!(f, "{sign}{minutes}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_shows_as_minutes() {
        for (hundredths, shown) in
            [(90_000, "15"), (45_000, "7.5"), (47_400, "7.9"), (-90_000, "-15"), (2_000, "0.3333")]
        {
            assert_eq!(Time(hundredths).to_string(), shown);
        }
        assert_eq!(Time(47_999).whole_minutes(), 7);
    }
}
