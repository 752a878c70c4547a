//! Decisions 1 and 2: whose rule binds, and who is one payer.

use super::*;

/// Two units for 24 and for 23 minutes: 3 are supported by the pooled minutes, 4 by each code alone.
const OVER_BY_POOL: &str = "97110,24,2 97140,23,2";
/// Two units for 33 minutes and one for 7: 3 by the pooled minutes, 2 by each code alone.
const OVER_BY_CODE: &str = "97110,33,2 97140,7,1";

#[test]
fn decision_01_a_rule_without_a_citation_is_a_default_or_unknown() {
    let payers = [
        "Acme Health",
        "Aetna",
        "BCBS Nebraska",
        "Geico",
        "Highmark",
        "Humana Medicare",
        "Medicaid",
        "Medicare",
        "Tricare",
        "VA CCN",
        "Workers Comp",
    ];
    let audit = export("", &rows_of("", &payers.map(|payer| (payer, "97110,15,1"))));
    assert_eq!(
        column(&audit.table("tables/payers"), "payer_name rule_basis unit_rule leans"),
        [
            "Acme Health unknown both",
            "Aetna default both",
            "BCBS Nebraska documented cms",
            "Geico default both",
            "Highmark documented cms",
            "Humana Medicare default both cms",
            "Medicaid default both cms",
            "Medicare documented cms cms",
            "Tricare default both cms",
            "VA CCN default both cms",
            "Workers Comp default both",
        ]
    );
}

#[test]
fn decision_01_a_policy_has_its_date() {
    let audit = export("", &["P1,2015-12-31,97110,15,1,Highmark,PT,T1", "P1,2016-01-01,97110,15,1,Highmark,PT,T1"]);
    assert_eq!(sessions(&audit, "date_of_service rule_basis"), ["2015-12-31 default", "2016-01-01 documented"]);
}

#[test]
fn decision_01_a_rule_set_by_hand_binds() {
    for (rule, over) in [
        ("midpoint", "nothing"),
        ("cms", "overbilled-units exception certain 1"),
        ("full-15", "overbilled-units exception certain 2"),
        ("tenths", "underbilled-units note certain 0"),
    ] {
        let audit = bill_with("Aetna Choice", OVER_BY_POOL, &["--payer-rule", &format!("AETNA*={rule}")]);
        assert_eq!(sessions(&audit, "unit_rule rule_basis"), [format!("{rule} user")]);
        assert_eq!(found(&audit), over, "{rule}");
    }
    let audit = bill_with("Medicare", OVER_BY_POOL, &["--payer-rule", "AETNA*=midpoint"]);
    assert_eq!(sessions(&audit, "unit_rule rule_basis"), ["cms documented"], "another payer's rule stays");
}

const POLICY: &str = r#"
class = [{ name = "unknown" }, { name = "commercial" }]
[[payer]]
name = "Both Ways"
class = "commercial"
rule = "either"
basis = "documented"
source = "its manual of 2024"
[[payer]]
name = "Each Alone"
class = "commercial"
rule = "midpoint"
"#;

#[test]
fn decision_01_a_rule_in_a_policy_file_is_the_users() {
    let audit = audit_beside("--policy", POLICY, &lines_of("P1", "Each Alone", OVER_BY_POOL, ""));
    assert_eq!(sessions(&audit, "unit_rule rule_basis"), ["midpoint user"]);
    assert_eq!(found(&audit), "nothing");
}

#[test]
fn decision_01_over_under_both_rules_is_overbilled_by_the_smaller_number() {
    for payer in ["Aetna", "Acme Health", "Tricare", "Humana Medicare", ""] {
        let bills = [
            ("97110,33,3 97140,7,1", "overbilled-units exception certain 1"),
            ("97110,24,3 97140,23,2", "overbilled-units exception certain 1"),
            ("97110,15,3", "overbilled-units exception certain 2"),
        ];
        expect(payer, "", &bills);
    }
}

#[test]
fn decision_01_over_under_one_rule_depends_on_the_rule() {
    for payer in ["Aetna", "Acme Health", "Tricare", "Humana Medicare", ""] {
        let expected = "rule-dependent-units review depends-on-rule 0";
        expect(payer, "", &[(OVER_BY_POOL, expected), (OVER_BY_CODE, expected)]);
    }
    for (lines, alone) in [(OVER_BY_POOL, "supports 4 units"), (OVER_BY_CODE, "supports 2 units")] {
        let reason = &bill("Aetna", lines).findings("rule-dependent-units")[0]["reason"];
        assert!(reason.contains("support 3 units") && reason.contains(alone), "both numbers: {reason}");
    }
    expect("Medicare", "", &[(OVER_BY_POOL, "overbilled-units exception certain 1"), (OVER_BY_CODE, "nothing")]);
}

/// The smaller over, then the smaller under, then cms; supported units and ranges follow.
#[test]
fn decision_01_without_a_rule_the_session_takes_the_milder() {
    let bills = [OVER_BY_POOL, OVER_BY_CODE, "97110,33,2 97140,7,0", "97110,24,2 97140,23,1"];
    let audit = export("", &rows_of("", &bills.map(|bill| ("Aetna", bill))));
    assert_eq!(
        sessions(&audit, "unit_rule timed_units_supported timed_units_over timed_units_under"),
        ["midpoint 4 0 0", "cms 3 0 0", "midpoint 2 0 0", "cms 3 0 0"]
    );
    assert_eq!(
        column(&audit.table("services"), "patient_id units_supported units_min units_max"),
        ["P1 2 2 2", "P1 2 2 2", "P2 2 2 2", "P2 1 1 1", "P3 2 2 2", "P3 0 0 0", "P4 2 2 2", "P4 1 1 1"]
    );
}

#[test]
fn decision_01_a_payer_that_accepts_either_rule_gets_the_milder() {
    let bills = [OVER_BY_POOL, OVER_BY_CODE, "97110,24,3 97140,23,2"];
    let rows = rows_of("", &bills.map(|bill| ("Both Ways", bill)));
    let documented = audit_beside("--policy", POLICY, &rows);
    let by_hand = audit(&[("export.csv", &csv("", &rows))], &["--payer-rule", "both*=either"]);
    for (audit, basis) in [(&documented, "documented"), (&by_hand, "user")] {
        assert_eq!(
            sessions(audit, "unit_rule rule_basis"),
            [format!("midpoint {basis}"), format!("cms {basis}"), format!("midpoint {basis}")]
        );
        let found = ["P1", "P2", "P3"].map(|patient| found_of(audit, patient));
        assert_eq!(found, ["nothing", "nothing", "overbilled-units exception certain 1"], "over under both only");
    }
}

/// Payers whose policies name what the guide names beside the two rules.
const LIMITED: &str = r#"
class = [{ name = "unknown" }, { name = "commercial" }]
[[payer]]
name = "Full Only"
class = "commercial"
rule = "full-15"
[[payer]]
name = "By Tenths"
class = "commercial"
rule = "tenths"
[[payer]]
name = "Eight Each"
class = "commercial"
rule = "cms"
min_minutes = 8
[[payer]]
name = "Four a Day"
class = "commercial"
rule = "cms"
max_timed_units = 4
[[payer]]
name = "Alone to the Total"
class = "commercial"
rule = "midpoint"
cap_by_total = true
[[payer]]
name = "Four for a Year"
class = "commercial"
rule = "cms"
max_timed_units = 4
from = "2025-01-01"
to = "2025-12-31"
[[payer]]
name = "Four by any Rule"
class = "commercial"
max_timed_units = 4
basis = "documented"
source = "its manual of 2024"
"#;

/// 75 minutes: five units by either rule.
const FIVE: &str = "97110,45,3 97140,30,2";

#[test]
fn decision_01_rules_and_limits_of_a_policy_file() {
    let over = |units: i32| format!("overbilled-units exception certain {units}");
    let bills = [
        ("Full Only", "97110,14,1", over(1)),
        ("Full Only", "97110,15,1", "nothing".into()),
        ("Full Only", "97110,16,2", over(1)),
        ("Full Only", "97110,29,2 97140,29,2", over(2)),
        ("Full Only", "97110,30,1", "underbilled-units note certain 0".into()),
        ("By Tenths", "97110,3,1", over(1)),
        ("By Tenths", "97110,4,1", "nothing".into()),
        ("By Tenths", "97110,9,2", over(1)),
        ("By Tenths", "97110,10,2", "nothing".into()),
        ("By Tenths", "97110,63,10 97140,3,0", "nothing".into()),
        ("Eight Each", OVER_BY_CODE, over(1)),
        ("Eight Each", "97110,33,2 97140,8,1", "nothing".into()),
        ("Eight Each", "97110,22,2 97140,7,0", "nothing".into()),
        ("Eight Each", "97110,22,1 97140,7,1", "misallocated-units review certain 0".into()),
        ("Four a Day", FIVE, over(1)),
        ("Four a Day", "97110,30,2 97140,30,2", "nothing".into()),
        ("Four a Day", "97110,45,2 97140,30,2", "nothing".into()),
        ("Alone to the Total", OVER_BY_POOL, over(1)),
        ("Alone to the Total", "97110,24,2 97140,22,1", "nothing".into()),
        ("Acme Health", FIVE, "nothing".into()),
    ];
    let rows = rows_of("", &bills.each_ref().map(|(payer, bill, _)| (*payer, *bill)));
    let audit = audit_beside("--policy", LIMITED, &rows);
    for (n, (payer, bill, expected)) in bills.iter().enumerate() {
        assert_eq!(found_of(&audit, &format!("P{}", n + 1)), *expected, "{payer}: {bill}");
    }
}

/// What the rule says stays to be read beside what the limit leaves, in the tables, the reason and the proof.
#[test]
fn decision_01_a_limit_takes_away_from_what_the_rule_supports() {
    let audit = audit_beside("--policy", LIMITED, &lines_of("P1", "Four a Day", FIVE, ""));
    assert_eq!(
        sessions(&audit, "unit_rule rule_basis timed_units_supported timed_units_over units_cms over_cms"),
        ["cms user 4 1 5 0"]
    );
    assert_eq!(column(&audit.table("services"), "units_supported units_min units_max"), ["3 2 3", "1 1 2"]);
    let finding = &audit.findings("overbilled-units")[0];
    let reason = &finding["reason"];
    assert!(
        reason.contains("support 5 units") && reason.contains("(at most 4 timed units a day) leave 4 units"),
        "{reason}"
    );
    let proof = recount_in(audit.folder.path(), &["explain", "report", &finding["finding_id"]]).stdout;
    let words = proof.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("alone supports 5 timed units") && words.contains("leave 4 timed units."), "{proof}");
}

#[test]
fn decision_01_a_limit_has_its_dates() {
    let day = |date: &str| format!("P1,{date},97110,75,5,Four for a Year,PT,T1");
    let audit = audit_beside("--policy", LIMITED, &["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"].map(day));
    assert_eq!(
        sessions(&audit, "date_of_service rule_basis timed_units_over"),
        ["2024-12-31 default 0", "2025-01-01 user 1", "2025-12-31 user 1", "2026-01-01 default 0"]
    );
}

/// A cited limit holds whichever rule does: beyond it, units are over under both. The rule stays open.
#[test]
fn decision_01_a_limit_without_a_rule_is_run_with_both() {
    let mut rows = lines_of("P1", "Four by any Rule", FIVE, "");
    rows.extend(lines_of("P2", "Four by any Rule", OVER_BY_POOL, ""));
    let audit = audit_beside("--policy", LIMITED, &rows);
    assert_eq!(sessions(&audit, "rule_basis timed_units_supported timed_units_over"), ["default 4 1", "default 4 0"]);
    assert_eq!(found(&audit), "overbilled-units exception certain 1");
    assert_eq!(found_of(&audit, "P2"), "rule-dependent-units review depends-on-rule 0");
    assert_eq!(
        column(&audit.table("tables/payers"), "unit_rule rule_basis source"),
        ["both default its manual of 2024"]
    );
}

#[test]
fn decision_01_a_limit_needs_a_source_and_a_number() {
    for (line, says) in [
        ("max_timed_units = 4\nbasis = \"documented\"", "X: a documented rule or limit needs its source"),
        ("max_timed_units = 0", "line 5"),
        ("min_minutes = -8", "line 5"),
    ] {
        let policy =
            format!("class = [{{ name = \"unknown\" }}]\n[[payer]]\nname = \"X\"\nclass = \"unknown\"\n{line}\n");
        let run = audit_beside("--policy", &policy, &lines_of("P1", "X", "97110,15,1", "")).run;
        assert!(run.code == 2 && run.stderr.contains(says), "{line}: {}", run.stderr);
    }
}

#[test]
fn decision_01_self_pay_is_never_an_exception() {
    for bill in ["97110,15,3", "G0283,,2", "96105,20,2", "97110,0,1"] {
        let found = found(&bill_among(9, "Self Pay", "", bill));
        assert!(found.contains("review") && !found.contains("exception"), "{bill}: {found}");
    }
}

#[test]
fn decision_01_what_is_not_paid_by_the_unit_is_excluded_and_counted() {
    let payers = ["Medicare Part A", "Compassus Hospice", "Amedisys Home Health", "Aetna per diem"];
    let mut rows = rows_of("", &payers.map(|payer| (payer, "97110,15,4")));
    rows.extend(lines_of("P9", "Medicare", "97110,15,1", ""));
    let audit = export("", &rows);
    assert_eq!(sessions(&audit, "patient_id auditable"), ["P9 true"]);
    assert_eq!(column(&audit.table("excluded"), "problem units"), ["the payer does not pay by the unit 4"; 4]);
    let totals = &audit.manifest()["totals"];
    assert_eq!(totals["excluded"]["rows"], 4);
    assert_eq!(totals["excluded"]["units"], 16);
    assert_eq!(totals["read"]["units"], 17);
}

#[test]
fn decision_02_spellings_of_one_payer_do_not_split_a_day() {
    let audit = day(
        "",
        &[
            "97110,8,1,MCR B,PT,T1",
            "97140,8,1,medicare  Part-B,PT,T1",
            "97530,8,1,MCR B,PT,T1",
            "97112,8,1,Original Medicare,PT,T1",
        ],
    );
    assert_eq!(sessions(&audit, "payer payer_class lines timed_minutes"), ["MCR B medicare-part-b 4 32"]);
    assert_eq!(found(&audit), "overbilled-units exception certain 2");
}

#[test]
fn decision_02_case_spaces_and_punctuation_do_not_make_another_payer() {
    let audit = day("", &["97110,15,1,Acme  Health,PT,T1", "97140,15,1,ACME-HEALTH.,PT,T1", "97530,15,1,Acmé,PT,T1"]);
    assert_eq!(sessions(&audit, "lines"), ["2", "1"]);
}

#[test]
fn decision_02_the_longest_match_wins() {
    for (payer, class) in [
        ("Aetna Medicare", "medicare-advantage"),
        ("Aetna", "commercial"),
        ("Humana Military", "tricare"),
        ("Medica", "commercial"),
        ("Medical Mutual", "commercial"),
        ("Medi-Cal", "medicaid"),
        ("Medigap", "commercial"),
        ("FEP", "commercial"),
        ("Medicare", "medicare-part-b"),
    ] {
        assert_eq!(sessions(&bill(payer, "97110,15,1"), "payer_class"), [class], "{payer}");
    }
    let audit = day("", &["97110,15,1,Aetna,PT,T1", "97140,15,1,Aetna Medicare,PT,T1"]);
    assert_eq!(sessions(&audit, "lines"), ["1", "1"], "two plans of one insurer are two payers");
}
