//! Which units carry CQ or CO: the published cases, and what must hold of any minutes.

use recount_core::domain::{Discipline, Time, Units};
use recount_core::units::assistant::{Exceptions, Shares, Split, from_modifier};
use recount_core::units::{Range, quarter_hours};

/// From 2022 on.
const NOW: Exceptions = Exceptions { midpoint: true, two_units: true };
/// In 2020 and 2021.
const THEN: Exceptions = Exceptions { midpoint: false, two_units: false };

fn timed(therapist: i32, assistant: i32, units: Units, exceptions: Exceptions) -> Split {
    let shares = Shares { therapist: Time::from_minutes(therapist), assistant: Time::from_minutes(assistant) };
    shares.of_timed(units, exceptions)
}

#[test]
fn timed_codes() {
    /// Minutes of therapist and assistant, units of the code, units with the modifier, whose case it is.
    type Case = (i32, i32, Units, Exceptions, (Units, Units), &'static str);
    let cases: &[Case] = &[
        (5, 10, 1, NOW, (1, 1), "CMS billing examples: 10 and 5 minutes, one unit"),
        (13, 23, 2, NOW, (1, 1), "CMS billing examples: 23 and 13 minutes beside 30 of another code"),
        (12, 12, 2, NOW, (1, 1), "CMS: 24 to 28 minutes, 9 to 14 each"),
        (9, 14, 2, NOW, (1, 1), "the same, its lower end"),
        (14, 14, 2, NOW, (1, 1), "the same, its upper end"),
        (6, 5, 1, NOW, (1, 1), "unverified: remembered CMS case"),
        (23, 22, 3, NOW, (1, 1), "unverified: the last unit has 8 minutes of the therapist, 7 of the assistant"),
        (10, 19, 2, NOW, (1, 1), "unverified: a full unit of the assistant, the last with 10 of the therapist"),
        (12, 14, 2, NOW, (1, 1), "unverified: one of each"),
        (8, 14, 1, NOW, (0, 0), "midpoint: the therapist alone earns it"),
        (7, 7, 1, NOW, (1, 1), "neither alone earns it, and 7 of 14 is more than a tenth"),
        (7, 7, 1, THEN, (1, 1), "the same before 2022"),
        (8, 7, 1, THEN, (1, 1), "no midpoint before 2022"),
        (8, 7, 1, NOW, (0, 0), "the same from 2022 on"),
        (14, 1, 1, THEN, (0, 0), "1 of 15 is no more than a tenth"),
        (7, 8, 1, NOW, (1, 1), "8 of 15 by the assistant"),
        (12, 12, 2, THEN, (1, 2), "unverified: before 2022 nothing is said of two units"),
        (45, 0, 3, NOW, (0, 0), "no assistant"),
        (0, 38, 3, NOW, (3, 3), "no therapist"),
        (30, 15, 3, NOW, (1, 1), "full units only"),
        (30, 15, 2, NOW, (0, 1), "fewer units than full quarters: left open"),
        (15, 30, 2, NOW, (1, 2), "the same the other way round"),
        (8, 8, 2, NOW, (0, 2), "the day's total gave 16 minutes a second unit: left open"),
        (7, 15, 0, NOW, (0, 0), "no unit"),
    ];
    for &(therapist, assistant, units, exceptions, (min, max), case) in cases {
        let split = timed(therapist, assistant, units, exceptions);
        assert_eq!(split.with, Range { min, max }, "{therapist} and {assistant} minutes, {units}: {case}");
    }
}

#[test]
fn untimed_codes_and_the_quick_ways() {
    // Minutes of therapist and assistant, whether it carries the modifier, whether the quick ways say the same.
    for (therapist, assistant, carries, clear) in [
        (40, 0, false, true),
        (0, 40, true, true),
        (36, 4, false, true),
        (35, 5, true, true),
        // 2 of 15 minutes are 13 percent; by minutes it takes 3.
        (13, 2, true, false),
        (12, 3, true, true),
        // 1 of 15 minutes is 7 percent.
        (14, 1, false, true),
        // 10.3 percent, which is rounded to 10.
        (35, 4, true, false),
        (0, 0, false, true),
    ] {
        let shares = Shares { therapist: Time::from_minutes(therapist), assistant: Time::from_minutes(assistant) };
        let expected = Split { with: Range::exactly(2 * Units::from(carries)), clear };
        assert_eq!(shares.of_untimed(2), expected, "{therapist} and {assistant} minutes");
    }
}

/// A code that stands alone has the units of its own minutes: from 2022 on the rule decides every such case, and no answer lies
/// outside the units.
#[test]
fn from_2022_a_code_alone_is_always_decided() {
    for therapist in 0..=70 {
        for assistant in 0..=70 {
            let units = quarter_hours(therapist + assistant);
            let now = timed(therapist, assistant, units, NOW).with;
            assert_eq!(now.min, now.max, "{therapist} and {assistant} minutes");
            for units in 0..=units + 1 {
                for exceptions in [NOW, THEN] {
                    let with = timed(therapist, assistant, units, exceptions).with;
                    let within = 0 <= with.min && with.min <= with.max && with.max <= units;
                    assert!(within, "{therapist} and {assistant} minutes, {units}: {with:?}");
                }
            }
        }
    }
}

/// What was added in 2022 favours the therapist.
#[test]
fn exceptions_only_take_modifiers_away() {
    for therapist in 0..=45 {
        for assistant in 0..=45 {
            let units = quarter_hours(therapist + assistant);
            let (then, now) = (timed(therapist, assistant, units, THEN), timed(therapist, assistant, units, NOW));
            assert!(now.with.max <= then.with.max, "{therapist} and {assistant} minutes");
        }
    }
}

#[test]
fn modifiers_of_assistants() {
    assert_eq!(from_modifier("CQ"), Some(Discipline::Pt));
    assert_eq!(from_modifier("CO"), Some(Discipline::Ot));
    assert_eq!(from_modifier("GN"), None);
}
