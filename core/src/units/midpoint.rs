//! The CPT midpoint rule: each code alone.

use super::{Range, quarter_hours};
use crate::domain::Time;

/// Units that one code's `time`, merged over its lines in the session, supports on its own. Remainders never pool.
///
/// Source: CPT time rule (a unit is attained when its midpoint is passed), for 15-minute codes 8, 23, 38 … minutes.
pub const fn units(time: Time) -> Range {
    Range::exactly(quarter_hours(time.whole_minutes()))
}

/// Units that so much time can support at most, if nobody knows how it was spent on `codes` codes: a code earns its first unit
/// with 8 minutes, and each further one takes 15.
pub fn most(time: Time, codes: i32) -> i32 {
    let minutes = time.whole_minutes().max(0);
    let first = (minutes / 8).min(codes.max(0));
    // What is left lies on a code that has its first unit.
    first + if first > 0 { (minutes - 8 * first) / 15 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_is_the_best_of_all_splits() {
        fn best(minutes: i32, codes: i32) -> i32 {
            if codes == 0 {
                return 0;
            }
            let own = |minutes: i32| units(Time::from_minutes(minutes)).max;
            (0..=minutes).map(|first| own(first) + best(minutes - first, codes - 1)).max().unwrap_or(0)
        }
        for minutes in 0..70 {
            for codes in 0..4 {
                assert_eq!(most(Time::from_minutes(minutes), codes), best(minutes, codes), "{minutes} on {codes}");
            }
        }
    }
}
