//! The CMS 8-minute rule: the minutes of a session are pooled.
//!
//! The total minutes of all timed services decide how many units there are. Each service is sure of one unit per whole
//! fifteen of its own minutes; the units left go one by one to the largest remainders. Where remainders tie, the manual
//! leaves the choice to the biller, so the answer is a set of allocations. Four numbers hold all of them:
//!
//! ```text
//! remainder   9   8   8   8   2          three units left:
//!             ▲   ╰───┬───╯   ▲          cut = 8, one service above it gets one more,
//!         above it  at it   below it     two of the three at it do (spare_at_cut = 2, at_cut = 3)
//! ```
//!
//! No service ever gets two more than its whole fifteens: with m remainders of at most 14 minutes, what is left is at most
//! (14 m + 7) / 15, which is at most m.
//!
//! Source: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C with its examples 1 to 5.

use super::{Range, quarter_hours};
use crate::domain::{Time, Units};

/// All allocations that the rule allows for one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocations {
    /// Units that the pooled minutes support. Every allowed allocation has this sum.
    pub total: Units,
    /// The remainder at which the units ran out; 15 minutes where none was left to give.
    pub cut: Time,
    /// How many services have exactly that remainder.
    pub at_cut: Units,
    /// How many of those get one more unit; which ones is the biller's choice.
    pub spare_at_cut: Units,
}

impl Allocations {
    /// The allowed allocations for services of these times, each merged over its lines and family.
    ///
    /// The pooled time is floored to whole minutes once, here. A service without minutes takes part with none; none may have
    /// less (a reversal that takes back more minutes than there were leaves nothing to judge).
    pub fn of(times: impl Iterator<Item = Time> + Clone) -> Allocations {
        let pooled: i64 = times.clone().map(|time| i64::from(time.0)).sum();
        let minutes = (pooled / i64::from(Time::MINUTE)).min(i64::from(i32::MAX - 7)) as i32;
        let total = quarter_hours(minutes);
        let left = total - times.clone().map(sure).sum::<Units>();
        let none_left = Allocations { total, cut: Time(Time::QUARTER), at_cut: 0, spare_at_cut: 0 };
        if left == 0 {
            return none_left;
        }
        // Sessions have a handful of services: comparing each with each needs no sort and no memory.
        let counts = |cut: Time| {
            times
                .clone()
                .map(remainder)
                .fold((0, 0), |(above, at), other| (above + Units::from(other > cut), at + Units::from(other == cut)))
        };
        times
            .clone()
            .map(remainder)
            .find_map(|cut| {
                let (above, at_cut) = counts(cut);
                (above < left && left <= above + at_cut).then_some(Allocations {
                    total,
                    cut,
                    at_cut,
                    spare_at_cut: left - above,
                })
            })
            .unwrap_or(none_left)
    }

    /// The units that a service of this time may have.
    pub fn range(&self, time: Time) -> Range {
        let (sure, remainder) = (sure(time), remainder(time));
        if remainder > self.cut {
            Range::exactly(sure + 1)
        } else if remainder < self.cut {
            Range::exactly(sure)
        } else {
            Range { min: sure + Units::from(self.spare_at_cut == self.at_cut), max: sure + 1 }
        }
    }

    /// Whether exactly this bill is an allowed allocation.
    pub fn allows(&self, services: impl Iterator<Item = (Time, Units)> + Clone) -> bool {
        services.clone().all(|(time, billed)| self.range(time).holds(billed))
            && services.map(|(_, billed)| billed).sum::<Units>() == self.total
    }

    /// Whether some allowed allocation gives every service at least what was billed.
    ///
    /// If not, though the total is within what is supported, a unit stands on a service that cannot have earned it.
    pub fn covers(&self, services: impl Iterator<Item = (Time, Units)> + Clone) -> bool {
        let spare_wanted = services.clone().filter(|&(time, billed)| self.is_spare(time, billed)).count();
        services.clone().all(|(time, billed)| billed <= self.range(time).max)
            && spare_wanted <= self.spare_at_cut as usize
    }

    /// Whether this bill of a service at the cut uses one of the spare units.
    pub fn is_spare(&self, time: Time, billed: Units) -> bool {
        remainder(time) == self.cut && billed > sure(time)
    }

    /// The allowed allocation nearest to the bill (least sum of absolute differences): each service's units, in their order.
    ///
    /// Spare units go first to services at the cut billed above their whole fifteens, then in the order given.
    pub fn nearest<I: Iterator<Item = (Time, Units)> + Clone>(
        &self,
        services: I,
    ) -> impl Iterator<Item = Units> + use<I> {
        let allowed = *self;
        let wanted = services.clone().filter(|&(time, billed)| allowed.is_spare(time, billed)).count();
        let mut wanted = Units::try_from(wanted).unwrap_or(Units::MAX).min(allowed.spare_at_cut);
        let mut others = allowed.spare_at_cut - wanted;
        services.map(move |(time, billed)| {
            let mut take_spare = || {
                let left = if billed > sure(time) { &mut wanted } else { &mut others };
                let takes = *left > 0;
                *left -= Units::from(takes);
                takes
            };
            let one_more = remainder(time) > allowed.cut || (remainder(time) == allowed.cut && take_spare());
            sure(time) + Units::from(one_more)
        })
    }

    /// The same where only services of these times may have units: the others lose theirs, and a choice at the cut falls on
    /// those that may.
    pub fn among(&self, times: impl Iterator<Item = Time>) -> Allocations {
        let (mut total, mut at_cut) = (0, 0);
        for time in times {
            total += sure(time) + Units::from(remainder(time) > self.cut);
            at_cut += Units::from(remainder(time) == self.cut);
        }
        let spare_at_cut = self.spare_at_cut.min(at_cut);
        Allocations { total: total + spare_at_cut, cut: self.cut, at_cut, spare_at_cut }
    }
}

/// Units that a service has for its whole fifteens alone.
pub const fn sure(time: Time) -> Units {
    time.0 / Time::QUARTER
}

/// The time beyond the whole fifteens: 0 to just under 15 minutes.
pub const fn remainder(time: Time) -> Time {
    Time(time.0 % Time::QUARTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allocations(minutes: &[i32]) -> Allocations {
        Allocations::of(minutes.iter().map(|&m| Time::from_minutes(m)))
    }

    fn ranges(minutes: &[i32]) -> Vec<(Units, Units)> {
        let allowed = allocations(minutes);
        minutes.iter().map(|&m| allowed.range(Time::from_minutes(m))).map(|r| (r.min, r.max)).collect()
    }

    #[test]
    fn examples_of_the_manual() {
        assert_eq!(ranges(&[24, 23]), [(2, 2), (1, 1)]);
        assert_eq!(ranges(&[20, 20]), [(1, 2), (1, 2)]);
        assert_eq!(ranges(&[33, 7]), [(2, 2), (1, 1)]);
        assert_eq!(ranges(&[18, 13, 10, 8]), [(1, 1), (1, 1), (1, 1), (0, 0)]);
        assert_eq!(ranges(&[7, 7, 7]), [(0, 1), (0, 1), (0, 1)]);
    }

    #[test]
    fn one_minute_tips_a_unit_onto_another_service() {
        assert_eq!(ranges(&[22, 1]), [(2, 2), (0, 0)]);
    }

    #[test]
    fn two_at_the_cut_may_not_both_take_the_spare_unit() {
        let times = [Time::from_minutes(20), Time::from_minutes(20)];
        let allowed = allocations(&[20, 20]);
        assert!(allowed.covers([(times[0], 2), (times[1], 1)].into_iter()));
        assert!(!allowed.covers([(times[0], 2), (times[1], 2)].into_iter()));
        assert!(!allowed.allows([(times[0], 3), (times[1], 0)].into_iter()));
    }

    #[test]
    fn half_minutes_are_floored_once_at_the_total() {
        // 7.5 + 15.5 = 23 whole minutes: two units. Floored line by line they would be 22, and one.
        let allowed = Allocations::of([Time(45_000), Time(93_000)].into_iter());
        assert_eq!(allowed.total, 2);
    }
}
