//! Every rule on a session, within a payer's own limits, against all bills that the words of rule and limits allow.

use crate::reference::{self, Allocation, MINUTE};
use proptest::prelude::*;
use proptest::sample::select;
use recount_core::domain::{Rule, Time, UnitLimits, Units};
use recount_core::units::Range;
use recount_core::units::pool::{Pool, Share, Tally, milder};
use std::collections::BTreeSet;

/// The rules that hold alone, with the minutes of the first unit and from each to the next where codes stand alone.
const RULES: [(Rule, Option<(i64, i64)>); 4] =
    [(Rule::Cms, None), (Rule::Midpoint, Some((8, 15))), (Rule::Full15, Some((15, 15))), (Rule::Tenths, Some((4, 6)))];

/// Services: minutes of each, and units billed.
type Services = Vec<(i64, i32)>;

fn services() -> impl Strategy<Value = Services> {
    let minutes =
        prop_oneof![0..=50_i64, (0..=2_i64, select(vec![3_i64, 4, 5, 7, 8, 14])).prop_map(|(n, m)| 15 * n + m)];
    prop::collection::vec((minutes, 0..=5), 0..=4)
}

fn limits() -> impl Strategy<Value = UnitLimits> {
    let min = prop_oneof![Just(0), select(vec![4, 8, 15, 20])];
    let most = prop_oneof![Just(None), (1..=5).prop_map(Some)];
    let limits = (min, most, any::<bool>());
    limits.prop_map(|(min_minutes, max_timed_units, cap_by_total)| UnitLimits {
        min_minutes,
        max_timed_units,
        cap_by_total,
    })
}

fn pool(services: &[(i64, i32)]) -> Vec<(Time, Units)> {
    services.iter().map(|&(minutes, billed)| (Time::from_minutes(minutes as i32), billed)).collect()
}

/// All bills that the rule allows within the limits, and what each code supports where it stands alone.
fn allowed(
    rule: (Rule, Option<(i64, i64)>),
    limits: &UnitLimits,
    services: &[(i64, i32)],
) -> (BTreeSet<Allocation>, Allocation) {
    let times: Vec<i64> = services.iter().map(|(minutes, _)| minutes * MINUTE).collect();
    let short: Vec<bool> = services.iter().map(|(minutes, _)| *minutes < i64::from(limits.min_minutes)).collect();
    let mut most = limits.max_timed_units.unwrap_or(i32::MAX);
    match rule.1 {
        None => (reference::within(&reference::allowed(&times), &short, most), Vec::new()),
        Some((first, step)) => {
            let units: Allocation =
                services.iter().map(|(minutes, _)| reference::alone(first, step, *minutes)).collect();
            if limits.cap_by_total {
                most = most.min(reference::alone(first, step, services.iter().map(|(minutes, _)| minutes).sum()));
            }
            let each = units.iter().zip(&short).map(|(&units, &short)| if short { 0 } else { units }).collect();
            (reference::within(&BTreeSet::from([units]), &short, most), each)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn shares_are_those_of_all_allowed_bills(services in services(), limits in limits(), rule in select(RULES.to_vec())) {
        let (bills, _) = allowed(rule, &limits, &services);
        let pool = pool(&services);
        let mut shares = vec![Share::default(); 9];
        let judged = Pool::new(&pool, None, false);
        let tally = judged.tally(rule.0, &limits);
        let misallocated = judged.share_out(rule.0, &limits, tally, &mut shares);
        let ranges: Vec<Range> = (0..services.len()).map(|n| reference::range(&bills, n)).map(|(min, max)| Range { min, max }).collect();
        prop_assert_eq!(shares.iter().map(|share| share.range).collect::<Vec<_>>(), ranges);

        let billed: Allocation = services.iter().map(|&(_, units)| units).collect();
        let supported: Allocation = shares.iter().map(|share| share.supported).collect();
        prop_assert!(bills.contains(&supported), "{supported:?} is not allowed");
        let least = bills.iter().map(|units| reference::distance(units, &billed)).min();
        prop_assert_eq!(Some(reference::distance(&supported, &billed)), least);

        let gives = |units: &Allocation| units.iter().zip(&billed).all(|(units, billed)| units >= billed);
        prop_assert_eq!(misallocated, tally.over == 0 && !bills.iter().any(gives));
        prop_assert!(!misallocated || rule.0 == Rule::Cms, "where codes stand alone, each unit too many is over");
    }

    /// Units that no code supports are struck first; of those left, the units beyond the most of a day.
    #[test]
    fn over_and_under_are_never_netted(services in services(), limits in limits(), rule in select(RULES.to_vec())) {
        let (bills, each) = allowed(rule, &limits, &services);
        let supported: i32 = bills.first().expect("one bill").iter().sum();
        let billed: i32 = services.iter().map(|(_, units)| units).sum();
        let left: i32 = match rule.1 {
            None => billed,
            Some(_) => services.iter().zip(&each).map(|((_, billed), may)| billed.min(may)).sum(),
        };
        let left = left.min(supported);
        let expected = Tally { billed, supported, over: billed - left, under: supported - left };
        prop_assert_eq!(Pool::new(&pool(&services), None, false).tally(rule.0, &limits), expected);
    }

    /// However the minutes lie on the codes, no more units come of them than the total's tally says.
    #[test]
    fn a_total_supports_what_its_best_split_does(services in services(), limits in limits(), rule in select(RULES.to_vec())) {
        prop_assume!(!services.is_empty());
        let pool = pool(&services);
        let total: Time = pool.iter().map(|(time, _)| *time).sum();
        let by_code = Pool::new(&pool, None, false).tally(rule.0, &limits);
        let of_total = Pool::new(&pool, Some(total), false);
        let tally = of_total.tally(rule.0, &limits);
        prop_assert!(tally.supported >= by_code.supported && tally.over <= by_code.over, "{tally:?} {by_code:?}");
        prop_assert!(limits.max_timed_units.is_none_or(|most| tally.supported <= most));
        prop_assert!(rule.0 == Rule::Cms || tally.under == 0);
        prop_assert_eq!(Pool::new(&pool, Some(total), true).tally(rule.0, &limits), Tally { under: 0, ..tally });
        let mut shares = Vec::new();
        prop_assert!(!of_total.share_out(rule.0, &limits, tally, &mut shares));
        prop_assert_eq!(shares.iter().map(|share| share.supported).sum::<Units>(), tally.billed - tally.over);
    }

    /// A limit never finds for the bill, and no limits are none.
    #[test]
    fn limits_only_take_away(services in services(), limits in limits(), rule in select(RULES.to_vec())) {
        let pool = pool(&services);
        let pool = Pool::new(&pool, None, false);
        let (free, held) = (pool.tally(rule.0, &UnitLimits::NONE), pool.tally(rule.0, &limits));
        prop_assert!(held.over >= free.over && held.supported <= free.supported);
        prop_assert_eq!(pool.tally(rule.0, &UnitLimits { min_minutes: 0, max_timed_units: Some(999), cap_by_total: false }), free);
    }

    #[test]
    fn either_is_the_milder_of_the_two(services in services(), limits in limits()) {
        let pool = pool(&services);
        let pool = Pool::new(&pool, None, false);
        let [cms, midpoint, either] = [Rule::Cms, Rule::Midpoint, Rule::Either].map(|rule| pool.tally(rule, &limits));
        prop_assert!(either == cms || either == midpoint);
        prop_assert_eq!((either.over, either.under), (cms.over, cms.under).min((midpoint.over, midpoint.under)));
        prop_assert_eq!(either, pool.tally(milder(cms, midpoint), &limits));
    }
}

fn tally(rule: Rule, limits: UnitLimits, services: &[(i64, i32)]) -> (Units, Units, Units) {
    let tally = Pool::new(&pool(services), None, false).tally(rule, &limits);
    (tally.supported, tally.over, tally.under)
}

#[test]
fn only_full_fifteens_count() {
    for (services, expected) in [
        (&[(14, 1)][..], (0, 1, 0)),
        (&[(15, 1)], (1, 0, 0)),
        (&[(16, 2)], (1, 1, 0)),
        (&[(30, 1)], (2, 0, 1)),
        // Remainders of 14 do not pool, and what one code lacks is not made good by another.
        (&[(29, 2), (29, 2)], (2, 2, 0)),
        (&[(30, 1), (10, 1)], (2, 1, 1)),
    ] {
        assert_eq!(tally(Rule::Full15, UnitLimits::NONE, services), expected, "{services:?}");
    }
}

/// The table of the Texas manual for school services that are billed by the hour, in tenths.
#[test]
fn tenths_of_an_hour_are_those_of_the_published_table() {
    let table = [(0, 3, 0), (4, 9, 1), (10, 15, 2), (16, 21, 3), (22, 27, 4), (28, 33, 5), (34, 39, 6), (40, 45, 7)];
    let further =
        [(46, 51, 8), (52, 57, 9), (58, 63, 10), (64, 69, 11), (70, 75, 12), (76, 81, 13), (82, 87, 14), (88, 93, 15)];
    for (first, last, tenths) in table.into_iter().chain(further) {
        for minutes in first..=last {
            assert_eq!(
                tally(Rule::Tenths, UnitLimits::NONE, &[(minutes, tenths)]),
                (tenths, 0, 0),
                "{minutes} minutes"
            );
        }
    }
}

/// A payer that adds up the day's minutes, divides by 15 and gives a unit for 8 minutes left over says what `cms` says.
#[test]
fn the_days_minutes_by_fifteen_are_the_total_of_cms() {
    for minutes in 0..=300_i64 {
        let by_fifteen = minutes / 15 + i64::from(minutes % 15 >= 8);
        let (supported, ..) = tally(Rule::Cms, UnitLimits::NONE, &[(minutes / 3, 0), (minutes - minutes / 3, 0)]);
        assert_eq!(i64::from(supported), by_fifteen, "{minutes}");
    }
}

#[test]
fn every_billed_code_needs_so_many_minutes() {
    let eight = UnitLimits { min_minutes: 8, ..UnitLimits::NONE };
    // The third unit would be the 7 minutes', and they are too short for one.
    assert_eq!(tally(Rule::Cms, eight, &[(33, 2), (7, 1)]), (2, 1, 0));
    assert_eq!(tally(Rule::Cms, UnitLimits::NONE, &[(33, 2), (7, 1)]), (3, 0, 0));
    assert_eq!(tally(Rule::Cms, eight, &[(33, 2), (8, 1)]), (3, 0, 0));
    // Short minutes count in the total: the second unit is the 22 minutes', by the larger remainder and by a tie.
    assert_eq!(tally(Rule::Cms, eight, &[(22, 2), (6, 0)]), (2, 0, 0));
    assert_eq!(tally(Rule::Cms, eight, &[(22, 2), (7, 0)]), (2, 0, 0));
    assert_eq!(tally(Rule::Cms, eight, &[(4, 1), (4, 0)]), (0, 1, 0));
    assert_eq!(tally(Rule::Tenths, eight, &[(7, 1), (8, 1)]), (1, 1, 0));
}

#[test]
fn a_day_has_a_most_of_timed_units() {
    let four = UnitLimits { max_timed_units: Some(4), ..UnitLimits::NONE };
    assert_eq!(tally(Rule::Cms, four, &[(30, 2), (30, 2)]), (4, 0, 0));
    assert_eq!(tally(Rule::Cms, four, &[(45, 3), (30, 2)]), (4, 1, 0));
    // A unit that a code lacks and one beyond the most are two; what one code could still have stays within the most.
    assert_eq!(tally(Rule::Midpoint, four, &[(60, 4), (15, 2)]), (4, 2, 0));
    assert_eq!(tally(Rule::Midpoint, four, &[(60, 2), (15, 3)]), (4, 2, 1));
}

#[test]
fn codes_alone_may_have_no_more_than_their_total() {
    let capped = UnitLimits { cap_by_total: true, ..UnitLimits::NONE };
    assert_eq!(tally(Rule::Midpoint, UnitLimits::NONE, &[(24, 2), (23, 2)]), (4, 0, 0));
    assert_eq!(tally(Rule::Midpoint, capped, &[(24, 2), (23, 2)]), (3, 1, 0));
    assert_eq!(tally(Rule::Midpoint, capped, &[(8, 1), (8, 1), (8, 1), (8, 1)]), (2, 2, 0));
    assert_eq!(tally(Rule::Cms, capped, &[(24, 2), (23, 1)]), (3, 0, 0), "pooled minutes have no more as it is");
    assert_eq!(tally(Rule::Full15, capped, &[(29, 1), (29, 1)]), (2, 0, 0), "full fifteens add up to no more either");
}
