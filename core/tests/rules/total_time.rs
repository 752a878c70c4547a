//! The CMS rule against every allocation that its words allow.

use crate::reference::{self, Allocation, MINUTE};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use recount_core::domain::{Time, Units};
use recount_core::units::total_time::Allocations;

/// A session: the time of each service in hundredths of a second, and what was billed for it.
type Session = Vec<(i64, i32)>;

/// Whole minutes up to 100, often with equal remainders.
fn minutes() -> impl Strategy<Value = i64> {
    prop_oneof![0..=100_i64, (0..=5_i64, select(vec![0_i64, 5, 7, 8, 10, 14])).prop_map(|(n, rest)| 15 * n + rest)]
}

/// Any hundredth of a second up to 100 minutes, often next to a whole minute.
fn fraction() -> impl Strategy<Value = i64> {
    let beside = (minutes(), -1..=1_i64).prop_map(|(minutes, off)| (minutes * MINUTE + off).max(0));
    let tenths = (0..=1_000_i64).prop_map(|tenths| tenths * MINUTE / 10);
    prop_oneof![0..=100 * MINUTE, beside, tenths]
}

/// Up to six services, in whole minutes or not.
fn times() -> impl Strategy<Value = Vec<i64>> {
    let whole = minutes().prop_map(|minutes| minutes * MINUTE);
    prop_oneof![prop::collection::vec(whole, 0..=6), prop::collection::vec(fraction(), 0..=6)]
}

/// Such services with a bill: any, or an allowed allocation with a unit more or fewer here and there.
fn session() -> impl Strategy<Value = Session> {
    let change = prop_oneof![6 => Just(0), 1 => Just(1), 1 => Just(-1)];
    let bill = (any::<bool>(), any::<Index>(), prop::collection::vec((change, 0..=8), 6));
    (times(), bill).prop_map(|(times, (wild, which, numbers))| {
        let allowed: Vec<Allocation> = reference::allowed(&times).into_iter().collect();
        let allocation = &allowed[which.index(allowed.len())];
        let billed = |n: usize| if wild { numbers[n].1 } else { (allocation[n] + numbers[n].0).clamp(0, 8) };
        times.iter().enumerate().map(|(n, &time)| (time, billed(n))).collect()
    })
}

fn time(hundredths: i64) -> Time {
    Time(hundredths as i32)
}

fn core(times: &[i64]) -> Allocations {
    Allocations::of(times.iter().map(|&t| time(t)))
}

fn ranges(times: &[i64]) -> Vec<(Units, Units)> {
    let allocations = core(times);
    times.iter().map(|&t| allocations.range(time(t))).map(|range| (range.min, range.max)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// The two readings of the manual are one, so the reference may be trusted.
    #[test]
    fn the_reference_agrees_with_units_handed_out_one_by_one(times in times()) {
        let allowed = reference::allowed(&times);
        prop_assert!(!allowed.is_empty());
        prop_assert_eq!(allowed, reference::handed_out_one_by_one(&times));
    }

    #[test]
    fn total_and_ranges_are_those_of_all_allowed_allocations(times in times()) {
        let allowed = reference::allowed(&times);
        for allocation in &allowed {
            prop_assert_eq!(allocation.iter().sum::<i32>(), core(&times).total);
        }
        let expected: Vec<_> = (0..times.len()).map(|n| reference::range(&allowed, n)).collect();
        prop_assert_eq!(ranges(&times), expected);
    }

    #[test]
    fn a_bill_is_allowed_if_it_is_one_of_the_allocations(session in session()) {
        let (times, billed): (Vec<i64>, Vec<i32>) = session.iter().copied().unzip();
        let services = session.iter().map(|&(t, units)| (time(t), units));
        prop_assert_eq!(core(&times).allows(services), reference::allowed(&times).contains(&billed));
    }

    #[test]
    fn a_bill_is_covered_if_an_allocation_gives_each_service_that_much(session in session()) {
        let (times, billed): (Vec<i64>, Vec<i32>) = session.iter().copied().unzip();
        let services = session.iter().map(|&(t, units)| (time(t), units));
        let gives = |units: &Allocation| units.iter().zip(&billed).all(|(units, billed)| units >= billed);
        prop_assert_eq!(core(&times).covers(services), reference::allowed(&times).iter().any(gives));
    }

    #[test]
    fn the_nearest_allocation_is_allowed_and_differs_least(session in session()) {
        let (times, billed): (Vec<i64>, Vec<i32>) = session.iter().copied().unzip();
        let services: Vec<(Time, Units)> = session.iter().map(|&(t, units)| (time(t), units)).collect();
        let supported: Vec<Units> = core(&times).nearest(services.iter().copied()).collect();
        let allowed = reference::allowed(&times);
        prop_assert!(allowed.contains(&supported), "{supported:?} is not allowed");
        let least = allowed.iter().map(|units| reference::distance(units, &billed)).min();
        prop_assert_eq!(Some(reference::distance(&supported, &billed)), least);
        prop_assert_eq!(supported, reference::nearest(&allowed, &billed), "the choice among equals");
    }

    #[test]
    fn the_order_of_services_changes_nothing(
        (times, shuffled) in times().prop_flat_map(|times| {
            let numbered: Vec<(usize, i64)> = times.iter().copied().enumerate().collect();
            (Just(times), Just(numbered).prop_shuffle())
        })
    ) {
        let (places, reordered): (Vec<usize>, Vec<i64>) = shuffled.into_iter().unzip();
        prop_assert_eq!(core(&reordered), core(&times));
        let (before, after) = (ranges(&times), ranges(&reordered));
        for (now, &was) in places.iter().enumerate() {
            prop_assert_eq!(after[now], before[was]);
        }
    }

    /// Merging is the caller's, and a sum: no time is lost or gained by it.
    #[test]
    fn a_service_split_over_lines_counts_as_one(
        services in prop::collection::vec(prop::collection::vec(fraction(), 1..=3), 1..=6)
    ) {
        let merged: Vec<Time> = services.iter().map(|lines| lines.iter().map(|&t| time(t)).sum()).collect();
        let whole: Vec<i64> = services.iter().map(|lines| lines.iter().sum()).collect();
        prop_assert_eq!(Allocations::of(merged.iter().copied()), core(&whole));
        let mut added = merged.clone();
        for (sum, lines) in added.iter_mut().zip(&services) {
            *sum = Time::ZERO;
            lines.iter().for_each(|&t| *sum += time(t));
        }
        prop_assert_eq!(added, merged);
    }

    #[test]
    fn a_service_without_minutes_changes_nothing_for_the_others(times in times()) {
        let mut with_none = times.clone();
        with_none.push(0);
        let mut expected = ranges(&times);
        expected.push((0, 0));
        prop_assert_eq!(ranges(&with_none), expected);
    }
}

/// 10 and 10 minutes of one code are 20, level with the 20 of another: either may have the third unit. Unmerged, each of
/// the three lines would have one.
#[test]
fn lines_must_be_merged_before_the_rule_is_applied() {
    let minutes = |list: &[i64]| list.iter().map(|m| m * MINUTE).collect::<Vec<i64>>();
    assert_eq!(ranges(&minutes(&[20, 20])), [(1, 2), (1, 2)]);
    assert_eq!(ranges(&minutes(&[10, 10, 20])), [(1, 1), (1, 1), (1, 1)]);
}

/// The longest day that an export can say, on more services than any session has.
#[test]
fn very_long_sessions_are_counted() {
    let day = Time::from_minutes(99_999);
    let allocations = Allocations::of([day; 40].into_iter());
    assert_eq!(allocations.total, (40 * 99_999 + 7) / 15);
    assert_eq!(allocations.range(day).min, 6_666);
}
