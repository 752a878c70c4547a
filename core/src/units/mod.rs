//! How many units do these minutes support?
//!
//! Pure integer arithmetic, one file per rule:
//!
//! * [`total_time`]: the CMS 8-minute rule. The session's minutes are pooled, the total decides how many units there are, and
//!   the remainders decide which codes they go to. Ties leave a choice, so the answer is a set of allocations.
//! * [`alone`]: each code alone; [`midpoint`] is one of these rules.
//! * [`interval`]: codes counted by other lengths (30 or 60 minutes, a first block and add-ons).
//! * [`untimed`]: codes billed once per occurrence, whatever their duration.
//! * [`family`]: codes that are one service under two numbers (97129 and its add-on 97130).
//! * [`pool`]: the timed services of a session under any of the rules, within a payer's own limits.
//! * [`assistant`]: which of the units an assistant furnished, in whole or in part.

pub mod alone;
pub mod assistant;
pub mod family;
pub mod interval;
pub mod midpoint;
pub mod pool;
pub mod total_time;
pub mod untimed;

use crate::domain::Units;

/// The units that a rule allows one service: any number from `min` to `max`, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The fewest that any allowed allocation gives.
    pub min: Units,
    /// The most that any allowed allocation gives.
    pub max: Units,
}

impl Range {
    /// Exactly `units`.
    pub const fn exactly(units: Units) -> Range {
        Range { min: units, max: units }
    }

    /// Whether `billed` lies in the range.
    pub const fn holds(self, billed: Units) -> bool {
        self.min <= billed && billed <= self.max
    }

    /// The units of `billed` that stand above the range.
    pub const fn above(self, billed: Units) -> Units {
        if billed > self.max { billed - self.max } else { 0 }
    }
}

/// Units of 15 minutes in `minutes` whole minutes, where the eighth minute earns the unit: 0–7 none, 8–22 one, 23–37 two …
///
/// The CMS chart and the CPT midpoint share this step; they differ in what they apply it to.
/// Source: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C.
pub const fn quarter_hours(minutes: i32) -> Units {
    if minutes <= 0 { 0 } else { (minutes + 7) / 15 }
}

/// The first and last minute that support exactly `units` units: (38, 52) for three.
pub const fn band(units: Units) -> (i32, i32) {
    (if units <= 0 { 0 } else { 15 * units - 7 }, 15 * units + 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart() {
        let chart = [(0, 7), (8, 22), (23, 37), (38, 52), (53, 67), (68, 82), (83, 97), (98, 112), (113, 127)];
        for (units, (first, last)) in chart.into_iter().enumerate() {
            assert_eq!(band(units as Units), (first, last));
            for minutes in first..=last {
                assert_eq!(quarter_hours(minutes), units as Units, "{minutes} minutes");
            }
        }
    }
}
