//! The reference data keep their own rules.

use crate::support::read_table;
use recount::reference::{Kind, Reference, day};
use recount_core::domain::{Basis, Rule};
use std::path::Path;

fn reference() -> Reference {
    // Loading checks each file: dates that overlap, families without a primary code, names claimed twice.
    Reference::load(None, None, None, &[]).unwrap()
}

#[test]
fn every_code_has_a_kind_and_a_label() {
    let reference = reference();
    let rows = reference.codes.rows();
    assert!(rows.len() > 200);
    for row in rows {
        assert_ne!(row.kind, Kind::Unknown, "{}", row.code);
        assert!(!row.label.is_empty(), "{}", row.code);
        assert!(row.from.zip(row.to).is_none_or(|(from, to)| from <= to), "{}", row.code);
    }
}

#[test]
fn payers_and_their_traps() {
    let reference = reference();
    let on = day("2024-03-05".parse().unwrap());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/payers.csv");
    for row in read_table(Path::new(path)).unwrap() {
        let policy = reference.payers.policy(&reference.payers.resolve(&row["payer"]), on);
        let rule = policy.rule.map_or("", Rule::name);
        assert_eq!(
            (policy.class.as_str(), rule, policy.basis.name()),
            (row["class"].as_str(), row["rule"].as_str(), row["basis"].as_str()),
            "{}: {}",
            row["payer"],
            row["why"]
        );
    }
}

#[test]
fn a_rule_holds_from_its_day_on() {
    let reference = reference();
    let highmark = reference.payers.resolve("Highmark");
    let on = |date: &str| reference.payers.policy(&highmark, day(date.parse().unwrap()));
    assert_eq!((on("2015-12-31").rule, on("2015-12-31").basis), (None, Basis::Default));
    assert_eq!((on("2016-01-01").rule, on("2016-01-01").basis), (Some(Rule::Cms), Basis::Documented));
}

#[test]
fn a_code_table_that_breaks_its_rules_is_refused() {
    use recount::reference::Codes;
    let header = "code,label,kind,first_minutes,step_minutes,pooled,family,addon_of,per_site,evaluation_discipline,\
                  limit_practitioner,limit_facility,limit_indicator,therapy_list,from,to,confidence,source\n";
    for (rows, problem) in [
        (
            "97110,x,timed,15,15,yes,,,no,,,,,,,2020-01-01,,\n97110,x,timed,15,15,yes,,,no,,,,,,2020-01-01,,,\n",
            "the rows of 97110 overlap in time",
        ),
        (
            "97110,x,magic,15,15,yes,,,no,,,,,,,,,\n",
            "line 2: kind is none of timed, interval, untimed, area, period, unlisted, nonpayable, not-part-b",
        ),
        (
            "97110,x,timed,,,yes,,,no,,,,,,,,,\n",
            "line 2: a timed or interval code needs first_minutes and step_minutes",
        ),
        ("97130,x,timed,15,15,yes,97129,97129,no,,,,,,,,,\n", "family 97129 has no row for its primary code"),
        ("97110,x,timed,15,15,yes,,,no,,,,,,soon,,,\n", "line 2: from is not a date"),
    ] {
        assert_eq!(Codes::parse(&format!("{header}{rows}")).err().as_deref(), Some(problem));
    }
}
