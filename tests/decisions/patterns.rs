//! Decisions 11, 15, 16 and 19: short sessions, checks that do not run, rates, and minutes that are no evidence.

use super::*;

/// A session for each of these minutes, with so many units, by one clinician.
fn visits(therapist: &str, payer: &str, units: u32, minutes: &[u32]) -> Vec<String> {
    let visit = |(n, minutes): (usize, &u32)| {
        format!("{therapist}P{n:03},2026-03-02,97110,{minutes},{units},{payer},PT,{therapist}")
    };
    minutes.iter().enumerate().map(visit).collect()
}

/// What `short-unit-pattern` says of these sessions: clinician, severity, units over.
fn pattern(rows: &[String]) -> Vec<String> {
    column(&export("", rows).findings("short-unit-pattern"), "therapist_id severity units_over")
}

#[test]
fn decision_11_a_short_session_is_a_flag_and_no_finding() {
    let rows = rows_of("", &[("Medicare", "97110,25,2"), ("Medicare", "97110,30,2"), ("Medicare", "97110,,2")]);
    let audit = export("", &rows);
    assert_eq!(sessions(&audit, "short"), ["true", "false", "false"]);
    assert!(audit.findings("short-session-average").is_empty());
    let by_check = audit.table("tables/by_check");
    let short = by_check.iter().find(|row| row["check"] == "short-session-average").unwrap();
    assert_eq!(of(short, "ran findings sessions"), "true 0 1");
    assert_ne!(by_check[0]["check"], "short-session-average", "it never leads");
    for table in ["therapist", "clinic", "payer", "month", "code", "therapist_code"] {
        let rows = audit.table(&format!("tables/by_{table}"));
        assert_eq!(sum(&rows, "short_sessions"), 1, "by_{table}");
    }
}

/// 25 minutes are two units by the rule, visit after visit.
#[test]
fn decision_11_a_pattern_within_the_rule_is_a_note() {
    let audit = export("", &visits("T1", "Medicare", 2, &[25; 30]));
    let findings = audit.findings("short-unit-pattern");
    assert_eq!(column(&findings, "therapist_id severity primary units_over"), ["T1 note false 0"]);
    assert!(findings[0]["reason"].contains("within the rule"), "{}", findings[0]["reason"]);
    assert_eq!(pattern(&visits("T1", "Medicare", 2, &[20; 30])), ["T1 review 30"], "over, it is a review");
}

#[test]
fn decision_11_thirty_auditable_sessions_make_a_pattern() {
    let mut rows = visits("T1", "Medicare", 2, &[25; 29]);
    assert!(pattern(&rows).is_empty(), "29");
    rows.push("P1,2026-03-02,97110,,2,Medicare,PT,T1".to_owned());
    assert!(pattern(&rows).is_empty(), "29, and one that is not auditable");
    rows.push("P2,2026-03-02,97110,25,2,Medicare,PT,T1".to_owned());
    assert_eq!(pattern(&rows), ["T1 note 0"], "30");
}

/// 30 sessions: 3 × 70² = 14 700 and 3 × 71² = 15 123 against 9 × 56 × 30 = 15 120.
#[test]
fn decision_11_a_pattern_is_three_deviations_from_chance() {
    let mut minutes = [[28_u32; 10], [28; 10], [27; 10]].concat();
    assert!(pattern(&visits("T1", "Medicare", 2, &minutes)).is_empty(), "70 minutes short");
    minutes[0] = 27;
    assert_eq!(pattern(&visits("T1", "Medicare", 2, &minutes)), ["T1 note 0"], "71 minutes short");
}

#[test]
fn decision_11_a_pattern_has_a_mean_of_fourteen_minutes_or_less() {
    let mut minutes = [56; 30];
    assert_eq!(pattern(&visits("T1", "Medicare", 4, &minutes)), ["T1 note 0"], "14.00");
    minutes[0] = 57;
    assert!(pattern(&visits("T1", "Medicare", 4, &minutes)).is_empty(), "14.01");
}

#[test]
fn decision_11_a_pattern_is_of_cms_sessions_only() {
    let rows = visits("T1", "Aetna", 2, &[25; 30]);
    let audit = audit(&[("export.csv", &csv("", &rows))], &["--payer-rule", "Aetna=midpoint"]);
    assert!(audit.findings("short-unit-pattern").is_empty());
}

#[test]
fn decision_11_how_many_clinicians_were_tested_is_said() {
    let mut rows = visits("T1", "Medicare", 2, &[25; 30]);
    rows.extend(visits("T2", "Medicare", 2, &[31; 30]));
    rows.extend(visits("T3", "Medicare", 2, &[25; 5]));
    let findings = export("", &rows).findings("short-unit-pattern");
    assert_eq!(column(&findings, "therapist_id"), ["T1"]);
    assert!(findings[0]["reason"].contains("2 clinicians were tested"), "{}", findings[0]["reason"]);
}

/// Each check says what it lacks; that they stay within their payers and dates is in their own tables (`tests/checks`).
#[test]
fn decision_15_a_check_without_its_column_is_not_run_and_listed() {
    let text =
        "patient_id,date_of_service,code,units,payer\nP1,2026-03-02,97110,4,Medicare\nP1,2026-03-02,G0283,2,Medicare\n";
    let audit = audit(&[("export.csv", text)], &[]);
    let manifest = audit.manifest();
    let not_run = manifest["checks_not_run"].as_object().unwrap();
    let named: Vec<&str> = not_run.keys().map(String::as_str).collect();
    assert!(named.contains(&"overbilled-units") && named.contains(&"units-without-minutes"), "{named:?}");
    let says = |why: &serde_json::Value| {
        why.as_str().is_some_and(|why| why.starts_with("needs ") || why.starts_with("its table knows "))
    };
    assert!(not_run.values().all(says) && not_run["overbilled-units"] == "needs the column minutes", "{not_run:?}");
    let run: Vec<&str> = manifest["checks_run"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    let counted = ["untimed-multiple-units", "group-more-than-once", "unknown-code", "inactive-code"];
    assert!(counted.iter().all(|check| run.contains(check)) && !run.contains(&"overbilled-units"), "{run:?}");
    let mut by_check = audit.table("tables/by_check");
    by_check.retain(|row| row["ran"] == "false");
    assert_eq!(by_check.len(), named.len(), "and the report lists them");
    let said = audit.run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("Checks not run: ") && said.contains("(needs the column minutes)"), "{}", audit.run.stdout);
}

#[test]
fn decision_15_a_check_that_was_not_asked_for_is_listed_too() {
    let audit = bill_with("Medicare", "97110,15,2 G0283,,2", &["--ignore", "units"]);
    assert_eq!(found(&audit), "untimed-multiple-units exception certain 1");
    assert_eq!(audit.manifest()["checks_not_run"]["overbilled-units"], "not selected");
}

/// Three sessions, of which one has no minutes: rates are per the units and sessions of the other two.
#[test]
fn decision_16_rates_are_over_auditable_sessions() {
    let rows = rows_of("", &[("Medicare", "97110,15,2"), ("Medicare", "97110,,4"), ("Medicare", "97110,30,2")]);
    let audit = export("", &rows);
    for table in ["therapist", "clinic", "payer", "month", "code"] {
        let rows = audit.table(&format!("tables/by_{table}"));
        let figures = "sessions auditable_sessions units_billed units_over over_per_100_units";
        assert_eq!(column(&rows, figures), ["3 2 4 1 25.0"], "by_{table}");
    }
    let by_check = audit.table("tables/by_check");
    let share = |check: &str| {
        let row = by_check.iter().find(|row| row["check"] == check).unwrap();
        of(row, "sessions share_of_auditable_per_100")
    };
    assert_eq!(share("overbilled-units"), "1 50.0");
    assert_eq!(share("minutes-missing"), "1 0.0");
}

#[test]
fn decision_16_coverage_stands_before_any_rate() {
    let rows = rows_of("", &[("Medicare", "97110,15,2"), ("Medicare", "97110,,4"), ("Medicare", "97110,30,2")]);
    let audit = export("", &rows);
    let mut coverage = audit.table("tables/coverage");
    coverage.retain(|row| row["dimension"] == "all");
    assert_eq!(
        column(&coverage, "sessions auditable_sessions share_percent why_not"),
        ["2 2 66.7", "1 0 33.3 a timed line has no minutes"]
    );
    let text = &audit.run.stdout;
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is not said: {text}"));
    assert!(place("3 sessions, 2 of them auditable") < place("per 100"), "{text}");
    assert_eq!(audit.manifest()["sessions"]["auditable"], 2);
}

/// An export of lines with 15 minutes a unit, then of one with 20, the last with another unit to it.
fn fifteens(exact: usize, others: usize) -> Audit {
    let mut minutes = vec![15; exact];
    minutes.resize(exact + others, 20);
    let mut rows = visits("T1", "Medicare", 1, &minutes);
    if let Some(last) = rows.last_mut() {
        *last = last.replace(",20,1,", ",20,2,");
    }
    export("", &rows)
}

#[test]
fn decision_19_minutes_look_derived_from_95_in_100_of_30_lines_on() {
    for (exact, others, derived) in [(28, 2, 0), (29, 1, 1), (29, 0, 0), (30, 0, 1), (38, 2, 1), (37, 3, 0)] {
        let findings = fifteens(exact, others).findings("minutes-from-units");
        assert_eq!(findings.len(), derived, "{exact} of {}", exact + others);
    }
}

#[test]
fn decision_19_the_warning_stands_above_every_figure_and_suppresses_nothing() {
    let audit = fifteens(29, 1);
    let warning = &audit.findings("minutes-from-units")[0];
    assert_eq!(of(warning, "severity primary source_rows"), "review false export.csv");
    let text = &audit.run.stdout;
    let at = text.find("WARNING").expect("a warning");
    assert!(at < text.find("Control totals").expect("figures"), "{text}");
    assert_eq!(column(&audit.findings("overbilled-units"), "severity units_over"), ["exception 1"]);
    assert_eq!(audit.manifest()["sessions"]["auditable"], 30);
}
