//! What the project decided where the rules leave a choice, clause by clause, on the program itself.
//!
//! A bill is written `97110,24,2 97140,23,2`: code, minutes, units of each line. What is found in it is written
//! `overbilled-units exception certain 1`: check, severity, certainty, units over; findings in the order of the alphabet.

mod key;
mod patterns;
mod payers;
mod reading;
mod rows;
mod units;

use crate::support::{Audit, Row, audit, recount_in};
use tempfile::TempDir;

/// The columns that every export here has.
const COLUMNS: &str = "patient_id,date_of_service,code,minutes,units,payer,discipline,therapist_id";

/// An export of these rows, with more columns where they are named.
fn csv(more: &str, rows: &[impl AsRef<str>]) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    let mut text = format!("{COLUMNS}{comma}{more}\n");
    for row in rows {
        text.push_str(row.as_ref());
        text.push('\n');
    }
    text
}

/// Audits an export of these rows.
fn export(more: &str, rows: &[impl AsRef<str>]) -> Audit {
    audit(&[("export.csv", &csv(more, rows))], &[])
}

/// Audits an export of one patient's day; rows begin with the code.
fn day(more: &str, rows: &[&str]) -> Audit {
    let rows: Vec<String> = rows.iter().map(|row| format!("P1,2026-03-02,{row}")).collect();
    export(more, &rows)
}

/// The rows of a bill for one day of physical therapy by T1. Cells of further columns stand behind `|`.
fn lines_of(patient: &str, payer: &str, bill: &str, more: &str) -> Vec<String> {
    let comma = if more.is_empty() { "" } else { "," };
    let line = |service: &str| {
        let (service, cells) = service.split_once('|').unwrap_or((service, ""));
        let cells = if cells.is_empty() { ",".repeat(more.matches(',').count()) } else { cells.to_owned() };
        format!("{patient},2026-03-02,{service},{payer},PT,T1{comma}{cells}")
    };
    bill.split_whitespace().map(line).collect()
}

/// Audits one bill.
fn bill(payer: &str, bill: &str) -> Audit {
    bill_with(payer, bill, &[])
}

/// Audits one bill with options.
fn bill_with(payer: &str, bill: &str, options: &[&str]) -> Audit {
    audit(&[("export.csv", &csv("", &lines_of("P1", payer, bill, "")))], options)
}

/// Audits a bill among so many ordinary sessions of other patients.
fn bill_among(others: usize, payer: &str, more: &str, bill: &str) -> Audit {
    let mut rows = lines_of("P1", payer, bill, more);
    for n in 0..others {
        rows.extend(lines_of(&format!("P{}", 900 + n), "Medicare", "97110,20,1", more));
    }
    export(more, &rows)
}

/// The rows of bills, given as payer and bill, each a patient's own: P1, P2 …
fn rows_of(more: &str, bills: &[(&str, &str)]) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, (payer, bill)) in bills.iter().enumerate() {
        rows.extend(lines_of(&format!("P{}", n + 1), payer, bill, more));
    }
    rows
}

/// Audits bills to one payer, and holds what is found in each against what should be.
fn expect(payer: &str, more: &str, bills: &[(&str, &str)]) {
    let of_payer: Vec<(&str, &str)> = bills.iter().map(|(bill, _)| (payer, *bill)).collect();
    let audit = export(more, &rows_of(more, &of_payer));
    for (n, (bill, expected)) in bills.iter().enumerate() {
        assert_eq!(found_of(&audit, &format!("P{}", n + 1)), *expected, "{payer}: {bill}");
    }
}

/// Audits an export with a file beside it that an option names.
fn audit_beside(option: &str, text: &str, rows: &[impl AsRef<str>]) -> Audit {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("beside.toml"), text).unwrap();
    std::fs::write(folder.path().join("export.csv"), csv("", rows)).unwrap();
    let arguments = ["audit", "export.csv", option, "beside.toml", "--out", "report", "--tables", "csv"];
    let run = recount_in(folder.path(), &arguments);
    Audit { run, folder }
}

/// What is found in the bill of patient P1.
fn found(audit: &Audit) -> String {
    found_of(audit, "P1")
}

/// What is found in a patient's bill.
fn found_of(audit: &Audit, patient: &str) -> String {
    let findings = audit.table("findings");
    // What modifiers and edits say of these bills stands in tables of their own.
    let elsewhere = |row: &&Row| {
        let family = recount::checks::by_name(&row["check"]).map_or("", |check| check.family);
        ["modifiers", "edits"].contains(&family)
    };
    let of_patient = findings.iter().filter(|row| row["patient_id"] == patient && !elsewhere(row));
    let mut found: Vec<String> = of_patient.map(|row| of(row, "check severity certainty units_over")).collect();
    found.sort();
    if found.is_empty() { "nothing".to_owned() } else { found.join("; ") }
}

/// The values of these columns in a row, one after the other.
fn of(row: &Row, columns: &str) -> String {
    let values: Vec<&str> = columns.split(' ').map(|name| row[name].as_str()).collect();
    values.join(" ").trim_end().to_owned()
}

/// The values of these columns, row by row.
fn column(rows: &[Row], columns: &str) -> Vec<String> {
    rows.iter().map(|row| of(row, columns)).collect()
}

/// The values of these columns of the sessions, in the order of patients, dates and disciplines.
fn sessions(audit: &Audit, columns: &str) -> Vec<String> {
    column(&audit.table("sessions"), columns)
}

/// The sum of a column of whole numbers; unknown counts nothing.
fn sum(rows: &[Row], column: &str) -> i64 {
    rows.iter().map(|row| row[column].parse::<i64>().unwrap_or(0)).sum()
}

/// What was noticed while the only file was read.
fn notes(audit: &Audit) -> String {
    audit.manifest()["inputs"][0]["notes"].to_string()
}
