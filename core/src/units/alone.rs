//! Rules by which each code stands alone: remainders of different codes never pool.
//!
//! Such a rule is two numbers of minutes: how many the first unit takes, and how many more each further one.

use crate::domain::{Rule, Time, Units};

/// The minutes that the units of one code take, merged over its lines in the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alone {
    /// The fewest minutes of a unit, above 0.
    pub first: i32,
    /// The minutes from each unit to the next, no fewer than `first`.
    pub step: i32,
}

impl Alone {
    /// 8, 23, 38 … minutes: a unit is attained when the midpoint of its fifteen minutes is passed (CPT time rule).
    pub const MIDPOINT: Alone = Alone { first: 8, step: 15 };

    /// 15, 30, 45 … minutes: only full fifteens count.
    pub const FULL_15: Alone = Alone { first: 15, step: 15 };

    /// 4, 10, 16 … minutes: tenths of an hour, rounded to the nearest six minutes. 0–3 none, 4–9 one tenth, 58–63 ten.
    ///
    /// Source: Texas Medicaid Provider Procedures Manual on school services (SHARS), "Billing units based on an hour".
    pub const TENTHS: Alone = Alone { first: 4, step: 6 };

    /// How that rule counts one code; `None` where codes are pooled, or may be.
    #[inline]
    pub const fn of(rule: Rule) -> Option<Alone> {
        match rule {
            Rule::Cms | Rule::Either => None,
            Rule::Midpoint => Some(Alone::MIDPOINT),
            Rule::Full15 => Some(Alone::FULL_15),
            Rule::Tenths => Some(Alone::TENTHS),
        }
    }

    /// The fewest whole minutes that support `units` units.
    pub const fn needed(self, units: Units) -> i32 {
        if units <= 0 { 0 } else { self.first + (units - 1) * self.step }
    }

    /// Units that so much time of one code supports.
    #[inline]
    pub const fn units(self, time: Time) -> Units {
        let past_first = time.whole_minutes() - self.first;
        if past_first < 0 { 0 } else { 1 + past_first / self.step }
    }

    /// Units that so much time can support at most, if nobody knows how it was spent on `codes` codes: first units are the
    /// cheapest, and what is left lies on a code that has its own.
    pub fn most(self, time: Time, codes: i32) -> Units {
        let minutes = time.whole_minutes().max(0);
        let first = (minutes / self.first).min(codes.max(0));
        first + if first > 0 { (minutes - self.first * first) / self.step } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Alone; 3] = [Alone::MIDPOINT, Alone::FULL_15, Alone::TENTHS];

    #[test]
    fn most_is_the_best_of_all_splits() {
        fn best(rule: Alone, minutes: i32, codes: i32) -> i32 {
            if codes == 0 {
                return 0;
            }
            let own = |minutes: i32| rule.units(Time::from_minutes(minutes));
            (0..=minutes).map(|first| own(first) + best(rule, minutes - first, codes - 1)).max().unwrap_or(0)
        }
        for rule in ALL {
            for minutes in 0..50 {
                for codes in 0..4 {
                    let most = rule.most(Time::from_minutes(minutes), codes);
                    assert_eq!(most, best(rule, minutes, codes), "{rule:?}: {minutes} on {codes}");
                }
            }
        }
    }

    #[test]
    fn the_minutes_needed_are_the_first_that_support_the_units() {
        for rule in ALL {
            for units in 1..12 {
                let needed = rule.needed(units);
                assert_eq!(rule.units(Time::from_minutes(needed)), units, "{rule:?}");
                assert_eq!(rule.units(Time::from_minutes(needed - 1)), units - 1, "{rule:?}");
            }
            assert_eq!((rule.needed(0), rule.units(Time(-1))), (0, 0));
        }
    }

    #[test]
    fn boundaries() {
        let units = |rule: Alone, minutes: &[i32]| -> Vec<Units> {
            minutes.iter().map(|&minutes| rule.units(Time::from_minutes(minutes))).collect()
        };
        assert_eq!(units(Alone::FULL_15, &[0, 14, 15, 16, 29, 30, 44, 45]), [0, 0, 1, 1, 1, 2, 2, 3]);
        assert_eq!(units(Alone::TENTHS, &[0, 3, 4, 9, 10, 15, 57, 58, 63, 64]), [0, 0, 1, 1, 2, 2, 9, 10, 10, 11]);
        assert_eq!(units(Alone::MIDPOINT, &[7, 8, 22, 23]), [0, 1, 1, 2]);
        // 14 minutes 59 are not full fifteen; minutes are floored once, at the code.
        assert_eq!(Alone::FULL_15.units(Time(Time::QUARTER - 1)), 0);
    }
}
