//! What the project decided where the rules leave a choice, as far as the core carries it out.

use crate::worked::read;
use recount_core::cells::{CodeCell, Problem, split_modifiers, time, units};
use recount_core::domain::{Basis, Discipline, Rule, Time, Units};
use recount_core::units::family::Part;
use recount_core::units::interval::Interval;
use recount_core::units::total_time::Allocations;
use recount_core::units::untimed::{self, Occurrence, sites};
use recount_core::units::{Range, midpoint};

/// Tenths of a minute.
fn tenths(tenths: i32) -> Time {
    Time(tenths * Time::MINUTE / 10)
}

fn minutes(list: &[i32]) -> Vec<Time> {
    list.iter().map(|&minutes| Time::from_minutes(minutes)).collect()
}

fn pooled(times: &[Time]) -> Allocations {
    Allocations::of(times.iter().copied())
}

fn range(min: Units, max: Units) -> Range {
    Range { min, max }
}

fn nearest(list: &[i32], billed: &[Units]) -> Vec<Units> {
    let services: Vec<(Time, Units)> = minutes(list).into_iter().zip(billed.iter().copied()).collect();
    pooled(&minutes(list)).nearest(services.iter().copied()).collect()
}

/// Only a cited policy or the user's word lets one rule bind; "rule of eights" names neither.
#[test]
fn decision_01_a_rule_binds_on_a_settled_basis() {
    let settled: Vec<&str> = [Basis::Documented, Basis::User, Basis::Default, Basis::Unknown]
        .into_iter()
        .filter(|basis| basis.is_settled())
        .map(Basis::name)
        .collect();
    assert_eq!(settled, ["documented", "user"]);
    for (name, rule) in [
        ("cms", Some(Rule::Cms)),
        ("midpoint", Some(Rule::Midpoint)),
        ("either", Some(Rule::Either)),
        ("full-15", Some(Rule::Full15)),
        ("tenths", Some(Rule::Tenths)),
        ("eights", None),
    ] {
        assert_eq!(Rule::from_name(name), rule, "{name}");
    }
}

/// The rules part ways both ways: 33 and 7 minutes are three units pooled and two alone, four times 8 are two and four.
#[test]
fn decision_01_both_rules_can_be_run_on_one_session() {
    for (list, cms, alone) in [(&[33, 7][..], 3, 2), (&[8, 8, 8, 8], 2, 4), (&[24, 23], 3, 4), (&[15, 15], 2, 2)] {
        assert_eq!(pooled(&minutes(list)).total, cms, "{list:?}");
        assert_eq!(minutes(list).into_iter().map(|time| midpoint::units(time).max).sum::<Units>(), alone, "{list:?}");
    }
}

#[test]
fn decision_07_a_discipline_shows_in_many_places() {
    let readings = [
        Discipline::from_text("Occupational Therapy"),
        Discipline::from_modifier("GO"),
        Discipline::from_revenue_code("0430"),
        Discipline::from_credential("COTA/L"),
    ];
    assert_eq!(readings, [Some(Discipline::Ot); 4]);
    // A doctor, a chiropractor and a laboratory name none.
    assert_eq!(Discipline::from_credential("MD"), None);
    assert_eq!(Discipline::from_credential("DC"), None);
    assert_eq!(Discipline::from_revenue_code("0300"), None);
    assert_eq!(Discipline::from_modifier("GQ"), None);
}

/// 24 and 23 minutes support 2 and 1: billed the other way round, or in part so, a unit is misallocated.
#[test]
fn decision_09_a_unit_on_a_code_that_cannot_have_it_is_misallocated() {
    let times = minutes(&[24, 23]);
    for (billed, covered) in [([2, 1], true), ([1, 1], true), ([2, 0], true), ([1, 2], false), ([0, 2], false)] {
        let bill = times.iter().copied().zip(billed);
        assert_eq!(pooled(&times).covers(bill), covered, "{billed:?}");
    }
}

#[test]
fn decision_09_either_of_two_tied_codes_may_have_the_unit_but_not_both() {
    let times = minutes(&[20, 20]);
    for (billed, covered) in [([2, 1], true), ([1, 2], true), ([2, 0], true), ([2, 2], false), ([3, 0], false)] {
        let bill = times.iter().copied().zip(billed);
        assert_eq!(pooled(&times).covers(bill), covered, "{billed:?}");
    }
}

/// 45 minutes entered as three units on one line: two stand for nothing. Two lines of one unit may be two visits.
#[test]
fn decision_10_units_on_one_line_beyond_the_daily_limit_are_over() {
    let over = |limit: Units, lines: &[(Units, Units)]| {
        let billed: Units = lines.iter().map(|(billed, _)| billed).sum();
        untimed::units(limit, lines.iter().map(|&(billed, sites)| Occurrence { billed, sites })).above(billed)
    };
    assert_eq!(over(1, &[(3, 1)]), 2, "one line of three");
    assert_eq!(over(1, &[(1, 1), (1, 1)]), 0, "two lines of one");
    assert_eq!(over(1, &[(2, 1), (1, 1)]), 1, "a line of two and another");
    assert_eq!(over(1, &[(2, 2)]), 0, "two sides on one line");
    assert_eq!(over(2, &[(2, 1)]), 0, "a daily limit of two");
    assert_eq!(over(1, &[(0, 1)]), 0, "a line without a unit is no occurrence");
}

#[test]
fn decision_10_sides_and_digits_count_as_sites() {
    for (modifiers, expected) in [
        (&["RT", "LT"][..], 2),
        (&["50"], 2),
        (&["FA", "F1", "F9"], 3),
        (&["TA", "T9"], 2),
        (&["RT", "59"], 1),
        (&["GP", "F0", "TX", "FB"], 1),
        (&[], 1),
    ] {
        assert_eq!(sites(modifiers.iter().copied()), expected, "{modifiers:?}");
    }
}

/// 7.5 and 15.5 minutes are 23: two units. Floored line by line they would be 22, and one.
#[test]
fn decision_12_fractions_are_floored_once_at_the_total_under_cms() {
    assert_eq!(pooled(&[tenths(75), tenths(155)]).total, 2);
    assert_eq!(pooled(&[tenths(75), tenths(154)]).total, 1, "22.9 minutes are 22");
    assert_eq!(pooled(&[tenths(79)]).total, 0, "7.9 minutes are 7, not 8");
    let thirds = Time(Time::MINUTE / 3);
    assert_eq!(
        pooled(&[Time::from_minutes(7), thirds, thirds, thirds]).total,
        1,
        "three times 20 seconds are the eighth minute"
    );
}

/// A session is on the exact path as soon as one of its times is not whole.
#[test]
fn decision_12_a_fraction_is_noticed() {
    assert!(minutes(&[0, 7, 8, 1_441]).into_iter().all(Time::is_whole));
    assert!([Time(1), tenths(75), tenths(601), Time(-1)].into_iter().all(|time| !time.is_whole()));
}

/// The remainders keep their fractions: a tenth of a minute decides who gets the unit.
#[test]
fn decision_12_fractions_still_decide_between_codes() {
    let times = [tenths(75), tenths(76)];
    let allocations = pooled(&times);
    assert_eq!(allocations.total, 1);
    assert_eq!(times.map(|time| allocations.range(time)), [range(0, 0), range(1, 1)]);
}

/// 7.5 and 7.5 minutes of one code are 15. Each code is floored alone: 7.9 beside 7.9 earns nothing.
#[test]
fn decision_12_fractions_are_floored_once_for_each_code_under_midpoint() {
    let merged: Time = [tenths(75), tenths(5)].into_iter().sum();
    assert_eq!(midpoint::units(merged), range(1, 1));
    assert_eq!(midpoint::units(tenths(79)), range(0, 0));
    assert_eq!(midpoint::units(tenths(229)), range(1, 1));
    assert_eq!(midpoint::units(tenths(230)), range(2, 2));
}

#[test]
fn decision_12_large_numbers_are_kept() {
    assert_eq!(units("300"), Ok(300));
    assert_eq!(time("1441").map(|cell| cell.time), Ok(Time::from_minutes(1_441)));
    assert_eq!(pooled(&minutes(&[1_441, 2_000])).total, 229);
    // As far as swapped columns go, and no further: a patient's number is neither units nor minutes.
    assert_eq!([units("9999"), units("10000")], [Ok(9_999), Err(Problem::TooLarge)]);
    assert_eq!(time("99999").map(|cell| cell.time), Ok(Time::from_minutes(99_999)));
    assert_eq!(time("100000"), Err(Problem::TooLarge));
}

/// The first hour and each further half: the first block is not the middle of two.
#[test]
fn decision_13_interval_codes_have_units_of_their_own() {
    let hour_and_halves = Interval { first: 60, step: 30 };
    for (minutes, supported) in [(30, 0), (31, 1), (60, 1), (75, 1), (76, 2), (105, 2), (106, 3)] {
        assert_eq!(hour_and_halves.units(Time::from_minutes(minutes)), Range::exactly(supported), "{minutes}");
    }
}

/// 7 and 7 minutes of a family are 14 and win the only unit against 8 of another code; apart, each would lose to it.
#[test]
fn decision_17_a_family_competes_as_one_service() {
    let (primary, add_on, exercise) = (Time::from_minutes(7), Time::from_minutes(7), Time::from_minutes(8));
    let merged = pooled(&[primary + add_on, exercise]);
    let units = merged.range(primary + add_on);
    assert_eq!([Part::Primary.range(units), Part::AddOn.range(units)], [range(1, 1), range(0, 0)]);
    assert_eq!(merged.range(exercise), range(0, 0));
    assert_eq!(pooled(&[primary, add_on, exercise]).range(exercise), range(1, 1), "what would be wrong");
}

/// 10 and 10 minutes hold a whole fifteen: the family is sure of a unit, which neither code would be alone.
#[test]
fn decision_17_minutes_of_a_family_are_merged_first() {
    let (primary, add_on, exercise) = (Time::from_minutes(10), Time::from_minutes(10), Time::from_minutes(12));
    let allocations = pooled(&[primary + add_on, exercise]);
    assert_eq!(allocations.range(primary + add_on), range(1, 1));
    assert_eq!(allocations.range(exercise), range(1, 1));
    assert_eq!(pooled(&[primary, add_on, exercise]).range(primary), range(0, 1), "what would be wrong");
}

/// All the minutes may stand on the add-on's line: the first unit is the primary's none the less.
#[test]
fn decision_17_the_first_unit_is_the_primary_codes() {
    let family = pooled(&minutes(&[40])).range(Time::from_minutes(40));
    assert_eq!([Part::Primary.range(family), Part::AddOn.range(family)], [range(1, 1), range(2, 2)]);
    let one = pooled(&minutes(&[20])).range(Time::from_minutes(20));
    assert_eq!([Part::Primary.range(one), Part::AddOn.range(one)], [range(1, 1), range(0, 0)]);
}

/// Where the family's last unit is a tied one, the choice is the add-on's, or the primary's if it is the first.
#[test]
fn decision_17_a_choice_falls_on_the_right_part() {
    let tied = pooled(&minutes(&[20, 20])).range(Time::from_minutes(20));
    assert_eq!([Part::Primary.range(tied), Part::AddOn.range(tied)], [range(1, 1), range(0, 1)]);
    let first = pooled(&minutes(&[7, 7])).range(Time::from_minutes(7));
    assert_eq!([Part::Primary.range(first), Part::AddOn.range(first)], [range(0, 1), range(0, 0)]);
}

/// An add-on by the table of add-ons is not yet a family of minutes.
#[test]
fn decision_17_two_add_ons_are_no_families() {
    let codes = read("data/codes.csv");
    let family = |wanted: &str| codes.iter().find(|code| code["code"] == wanted).map(|code| code["family"].as_str());
    assert_eq!([family("0791T"), family("97598")], [Some(""), Some("")]);
    assert_eq!([family("97129"), family("97130")], [Some("97129"), Some("97129")]);
}

#[test]
fn decision_18_a_spare_unit_goes_to_the_code_that_billed_it() {
    assert_eq!(nearest(&[20, 20], &[1, 2]), [1, 2]);
    assert_eq!(nearest(&[20, 20], &[2, 1]), [2, 1]);
    assert_eq!(nearest(&[7, 7, 7], &[0, 0, 1]), [0, 0, 1]);
    assert_eq!(nearest(&[7, 7, 7], &[0, 0, 4]), [0, 0, 1]);
}

#[test]
fn decision_18_then_in_order_of_code() {
    assert_eq!(nearest(&[20, 20], &[1, 1]), [2, 1], "nobody billed it");
    assert_eq!(nearest(&[20, 20], &[2, 2]), [2, 1], "both billed it");
    assert_eq!(nearest(&[7, 7, 7], &[0, 1, 1]), [0, 1, 0]);
    assert_eq!(nearest(&[10, 10, 10, 10], &[0, 0, 0, 1]), [1, 1, 0, 1], "one billed, two by order");
}

/// Nothing that is billed moves a unit that the remainders settle.
#[test]
fn decision_18_a_settled_unit_does_not_follow_the_bill() {
    assert_eq!(nearest(&[24, 23], &[1, 2]), [2, 1]);
    assert_eq!(nearest(&[33, 7], &[3, 0]), [2, 1]);
}

#[test]
fn decision_20_modifiers_in_one_cell() {
    for cell in ["GP 59", "GP,59", "GP;59", "GP:59", "GP-59"] {
        assert_eq!(split_modifiers(cell), Some(vec!["GP".to_owned(), "59".to_owned()]), "{cell}");
    }
    assert_eq!(CodeCell::parse("97110-GP-59").map(|cell| cell.modifiers), Ok(vec!["GP".to_owned(), "59".to_owned()]));
}

/// The cell says that it was written by the clock, so that the file can state it; hours as a decimal are read as
/// written, since one cell alone cannot tell.
#[test]
fn decision_20_hours_and_minutes_are_marked_as_such() {
    assert_eq!(time("0:45").map(|cell| (cell.time, cell.clock)), Ok((Time::from_minutes(45), true)));
    assert_eq!(time("0.75").map(|cell| (cell.time, cell.clock)), Ok((Time(4_500), false)));
    assert_eq!(time("45:00"), Err(Problem::HoursOrMinutes));
}
