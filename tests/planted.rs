//! Planted truth: what the generator put into 200 000 lines is found, and nothing else is called an exception.

use crate::support::{Row, read_table, recount_in};
use std::collections::BTreeMap;

/// Checks whose every finding the answer key lists.
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

#[test]
fn every_planted_error_is_found_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let generated = ["generate", "--lines", "200000", "--seed", "11", "--out", "export.csv", "--truth", "truth.csv"];
    assert_eq!(recount_in(folder.path(), &generated).code, 0);
    let run = recount_in(folder.path(), &["audit", "export.csv", "--out", "report", "--tables", "csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let table = |name: &str| read_table(&folder.path().join(name)).unwrap();

    let planted = table("truth.csv");
    let findings = table("report/findings.csv");
    for check in EXACT {
        assert!(planted.iter().any(|row| row["check"] == check), "the generator plants {check}");
    }
    let wanted = counted(planted.iter().map(key));
    // A finding that is not primary tells of units that another has counted.
    let told_once = |row: &&Row| row["primary"] == "true" && EXACT.contains(&row["check"].as_str());
    let found = counted(findings.iter().filter(told_once).map(key));
    let missing: Vec<_> = wanted.iter().filter(|(key, count)| found.get(*key) != Some(count)).take(10).collect();
    let unplanted: Vec<_> = found.iter().filter(|(key, count)| wanted.get(*key) != Some(count)).take(10).collect();
    assert!(missing.is_empty() && unplanted.is_empty(), "not found: {missing:#?}\nnot planted: {unplanted:#?}");

    let sum = |rows: &[Row], columns: &[&str]| -> i64 {
        rows.iter().flat_map(|row| columns.iter().map(|name| row[*name].parse::<i64>().unwrap_or(0))).sum()
    };
    let primary: Vec<Row> = findings.into_iter().filter(|row| row["primary"] == "true").collect();
    let sessions = table("report/sessions.csv");
    let of_sessions = sum(&sessions, &["timed_units_over", "interval_units_over", "untimed_units_over"]);
    assert!(of_sessions > 1_000);
    assert_eq!(sum(&primary, &["units_over"]), of_sessions, "each unit over is counted once");
}
