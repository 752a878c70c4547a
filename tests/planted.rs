//! Planted truth: what the generator put into an export is found, and nothing else of the same checks.

use crate::support::{Row, read_table, recount_in};
use std::collections::BTreeMap;
use std::path::Path;

/// Checks whose every finding the answer key lists, whatever is generated.
const EXACT: [&str; 10] = [
    "overbilled-units",
    "rule-dependent-units",
    "misallocated-units",
    "underbilled-units",
    "untimed-multiple-units",
    "units-without-minutes",
    "minutes-missing",
    "unknown-code",
    "inactive-code",
    "duplicate-line",
];

/// The same of `--errors all`: they look at a session, at a patient's day or at a patient's history.
const EXACT_OF_ALL: [&str; 29] = [
    "group-more-than-once",
    "supervised-minutes-counted",
    "same-minute-twice",
    "co-treatment-both-billed",
    "assistant-modifier",
    "kx-missing",
    "kx-unneeded",
    "targeted-review",
    "discipline-modifier",
    "abn-modifier",
    "ncci-pair",
    "unneeded-59",
    "mue-exceeded",
    "revenue-code",
    "bill-type",
    "wrong-code-for-payer",
    "add-on-without-primary",
    "evaluation-repeated",
    "evaluation-by-assistant",
    "referral-missing",
    "clinician-not-enrolled",
    "certification-late",
    "recertification-missing",
    "progress-report-missing",
    "diagnosis-unsupported",
    "total-below-timed",
    "minutes-implausible",
    "medicare-secondary-rule",
    "minutes-mismatch",
];

/// Checks of clinicians over all their patients: what is planted is found on its day; an honest clinician's full day may stand beside
/// it. Not planted at all are `minutes-from-units` and `short-unit-pattern`, which are about whole files and histories.
const AT_LEAST: [&str; 2] = ["therapist-overlap", "impossible-day"];

/// Which finding, how severe, how many units over. Codes of pooled findings are not in the key.
fn key(row: &Row) -> String {
    let pooled = ["overbilled-units", "rule-dependent-units", "misallocated-units", "underbilled-units"];
    let code = if pooled.contains(&row["check"].as_str()) { "" } else { &row["code"] };
    let [patient, date, discipline] = ["patient_id", "date_of_service", "discipline"].map(|name| row[name].as_str());
    format!("{patient} {date} {discipline} {} {code} {} {}", row["check"], row["severity"], row["units_over"])
}

fn counted(rows: impl Iterator<Item = String>) -> BTreeMap<String, i32> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row).or_insert(0) += 1;
    }
    counts
}

/// Holds the findings of these checks against what was planted, and gives back all findings of the run. Each unit over is counted once.
fn found_as_planted(folder: &Path, exact: &[&str]) -> Vec<Row> {
    let table = |name: &str| read_table(&folder.join(name)).unwrap();
    let (planted, findings) = (table("truth.csv"), table("report/findings.csv"));
    let of_exact = |row: &&Row| exact.contains(&row["check"].as_str());
    let wanted = counted(planted.iter().filter(of_exact).map(key));
    // A finding that is not primary tells of units that another has counted.
    let told_once = |row: &&Row| row["primary"] == "true" && of_exact(row);
    let found = counted(findings.iter().filter(told_once).map(key));
    let missing: Vec<_> = wanted.iter().filter(|(key, count)| found.get(*key) != Some(count)).take(10).collect();
    let unplanted: Vec<_> = found.iter().filter(|(key, count)| wanted.get(*key) != Some(count)).take(10).collect();
    assert!(missing.is_empty() && unplanted.is_empty(), "not found: {missing:#?}\nnot planted: {unplanted:#?}");

    let sum = |rows: &[Row], columns: &[&str]| -> i64 {
        rows.iter().flat_map(|row| columns.iter().map(|name| row[*name].parse::<i64>().unwrap_or(0))).sum()
    };
    let primary: Vec<Row> = findings.iter().filter(|row| row["primary"] == "true").cloned().collect();
    let of_sessions =
        sum(&table("report/sessions.csv"), &["timed_units_over", "interval_units_over", "untimed_units_over"]);
    assert!(of_sessions > 100);
    assert_eq!(sum(&primary, &["units_over"]), of_sessions, "each unit over is counted once");
    findings
}

/// The checks that were planted, each of which the generator must plant.
fn planted_checks(folder: &Path, checks: &[&str]) -> Vec<Row> {
    let planted = read_table(&folder.join("truth.csv")).unwrap();
    for check in checks {
        assert!(planted.iter().any(|row| row["check"] == *check), "the generator plants {check}");
    }
    planted
}

#[test]
fn every_planted_error_is_found_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let generated = ["generate", "--lines", "200000", "--seed", "11", "--out", "export.csv", "--truth", "truth.csv"];
    assert_eq!(recount_in(folder.path(), &generated).code, 0);
    let run = recount_in(folder.path(), &["audit", "export.csv", "--out", "report", "--tables", "csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    planted_checks(folder.path(), &EXACT);
    found_as_planted(folder.path(), &EXACT);
}

#[test]
fn every_error_of_every_check_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let generated = "generate --errors all --lines 60000 --seed 11 --out export.csv --truth truth.csv --data facts";
    let generated = recount_in(folder.path(), &generated.split(' ').collect::<Vec<_>>());
    assert_eq!((generated.code, &*generated.stderr), (0, ""));
    let audit = "audit export.csv --data facts --out report --tables csv";
    let run = recount_in(folder.path(), &audit.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let exact = [&EXACT[..], &EXACT_OF_ALL].concat();
    let planted = planted_checks(folder.path(), &[&exact[..], &AT_LEAST].concat());
    let findings = found_as_planted(folder.path(), &exact);
    for planted in planted.iter().filter(|row| AT_LEAST.contains(&row["check"].as_str())) {
        let of_day =
            |row: &&Row| row["check"] == planted["check"] && row["reason"].contains(&planted["date_of_service"]);
        assert!(findings.iter().any(|row| of_day(&row)), "{planted:?}");
    }
}
