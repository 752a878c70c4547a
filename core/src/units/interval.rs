//! Codes counted by other lengths than the pooled 15 minutes.

use super::Range;
use crate::domain::{Time, Units};

/// The minutes that a unit stands for: the first unit's, and each further one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Minutes of the first unit, above 0.
    pub first: i32,
    /// Minutes of each further unit, above 0.
    pub step: i32,
}

impl Interval {
    /// The fewest whole minutes that support `units` units: 0 for none, just past half of the first block for one, and each
    /// further unit a full block before it and just past half of its own.
    pub const fn needed(self, units: Units) -> i32 {
        match units {
            i32::MIN..=0 => 0,
            1 => self.first / 2 + 1,
            _ => self.first + (units - 2) * self.step + self.step / 2 + 1,
        }
    }

    /// Units that `time`, merged over the family's lines, supports.
    ///
    /// 16 of 30 minutes, 31 of 60, 61 of 120 for the first; 38 minutes for 30 + 15, 76 for 60 + 30 for the second.
    /// Source: CPT time rule; ASHA's guidance on timed codes says the same of its codes.
    pub const fn units(self, time: Time) -> Range {
        let minutes = time.whole_minutes();
        if minutes < self.needed(1) {
            return Range::exactly(0);
        }
        let past_first = minutes - self.first;
        let further = if past_first <= 0 { 0 } else { (past_first + self.step - self.step / 2 - 1) / self.step };
        Range::exactly(1 + further)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_of_the_published_codes() {
        for (first, step, code, thresholds) in [
            (60, 60, "96105", [31, 91, 151]),
            (30, 15, "97550 and 97551", [16, 38, 53]),
            (60, 15, "92626 and 92627", [31, 68, 83]),
            (60, 30, "92607 and 92608, 96112 and 96113", [31, 76, 106]),
            (120, 60, "97545 and 97546", [61, 151, 211]),
            (15, 15, "S8948", [8, 23, 38]),
        ] {
            let interval = Interval { first, step };
            for (units, threshold) in (1..).zip(thresholds) {
                assert_eq!(interval.needed(units), threshold, "{code}");
                assert_eq!(
                    interval.units(Time::from_minutes(threshold)),
                    Range::exactly(units),
                    "{code} at {threshold}"
                );
                assert_eq!(interval.units(Time::from_minutes(threshold - 1)), Range::exactly(units - 1), "{code}");
            }
        }
    }
}
