//! The rules that look at one code or family alone: midpoint, interval, family, untimed.

use crate::reference::{self, MINUTE};
use proptest::prelude::*;
use recount_core::domain::{Time, Units};
use recount_core::units::family::Part;
use recount_core::units::interval::Interval;
use recount_core::units::untimed::{self, Occurrence};
use recount_core::units::{Range, band, midpoint, quarter_hours};

/// First block and further ones: those of published codes, and any other.
fn blocks() -> impl Strategy<Value = (i32, i32)> {
    let published = prop::sample::select(vec![(15, 15), (30, 15), (60, 15), (60, 30), (60, 60), (120, 60)]);
    prop_oneof![published, (1..=130, 1..=70)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn midpoint_is_the_chart_for_each_code(hundredths in 0..=100 * MINUTE) {
        let expected = Range::exactly(reference::chart(hundredths / MINUTE));
        prop_assert_eq!(midpoint::units(Time(hundredths as i32)), expected);
    }

    #[test]
    fn an_interval_earns_a_unit_past_its_middle((first, step) in blocks(), hundredths in 0..=600 * MINUTE) {
        let expected = reference::blocks(first.into(), step.into(), hundredths / MINUTE);
        prop_assert_eq!(Interval { first, step }.units(Time(hundredths as i32)), Range::exactly(expected));
    }

    #[test]
    fn the_minutes_needed_are_the_first_that_support_the_units((first, step) in blocks(), units in 0..=8) {
        let supports = |minutes: &i64| reference::blocks(first.into(), step.into(), *minutes) >= units;
        let fewest = (0..).find(supports).expect("enough minutes support any units");
        prop_assert_eq!(i64::from(Interval { first, step }.needed(units)), fewest);
    }

    #[test]
    fn a_band_holds_the_minutes_that_the_chart_gives_its_units(units in 0..=40) {
        let (first, last) = band(units);
        prop_assert!((first..=last).all(|minutes| reference::chart(minutes.into()) == units));
        prop_assert!(first == 0 || reference::chart(i64::from(first) - 1) == units - 1);
        prop_assert_eq!(reference::chart(i64::from(last) + 1), units + 1);
        prop_assert_eq!(quarter_hours(first), units);
    }

    #[test]
    fn the_shares_of_a_family_add_up(units in 0..=100) {
        let (primary, add_on) = (Part::Primary.share(units), Part::AddOn.share(units));
        prop_assert_eq!(primary + add_on, units);
        prop_assert_eq!(primary, units.min(1), "the first unit, and no other");
        prop_assert_eq!(Part::Whole.share(units), units);
    }

    #[test]
    fn the_ranges_of_a_family_add_up(min in 0..=50, more in 0..=1) {
        let family = Range { min, max: min + more };
        let (primary, add_on) = (Part::Primary.range(family), Part::AddOn.range(family));
        prop_assert_eq!(Range { min: primary.min + add_on.min, max: primary.max + add_on.max }, family);
    }

    /// What is billed is below, in or above a range, and only what is above it counts as such.
    #[test]
    fn above_a_range((min, more, billed) in (0..=8, 0..=1, 0..=12)) {
        let range = Range { min, max: min + more };
        prop_assert_eq!(range.holds(billed), (range.min..=range.max).contains(&billed));
        let excess = (1..=billed).filter(|unit| *unit > range.max).count() as Units;
        prop_assert_eq!(range.above(billed), excess);
    }

    #[test]
    fn no_line_of_an_untimed_code_loses_its_occurrence(
        limit in 1..=3,
        lines in prop::collection::vec((0..=4, 1..=4), 0..=4),
    ) {
        let range = untimed::units(limit, lines.iter().map(|&(billed, sites)| Occurrence { billed, sites }));
        let billed_lines: Vec<_> = lines.iter().filter(|(billed, _)| *billed > 0).collect();
        prop_assert_eq!(range.min, Units::from(!billed_lines.is_empty()));
        if billed_lines.is_empty() {
            prop_assert_eq!(range.max, 0);
        } else {
            let sites: Units = billed_lines.iter().map(|(_, sites)| sites).sum();
            prop_assert_eq!(range.max, if sites > limit { sites } else { limit });
        }
    }
}
