//! Bills, notes and payments meet in sessions: what a review found that they must not do to each other.

use crate::support::{Audit, Row, read_table, recount_in};
use tempfile::TempDir;

/// Audits files, some of which are notes, with options.
fn joined(bills: &[(&str, &str)], notes: &[(&str, &str)], options: &[&str]) -> Audit {
    let folder = TempDir::new().unwrap();
    let mut arguments = vec!["audit"];
    for (name, text) in bills {
        std::fs::write(folder.path().join(name), text).unwrap();
        arguments.push(name);
    }
    for (name, text) in notes {
        std::fs::write(folder.path().join(name), text).unwrap();
        arguments.extend(["--join", name]);
    }
    arguments.extend(["--out", "report", "--tables", "csv"]);
    arguments.extend(options);
    let run = recount_in(folder.path(), &arguments);
    Audit { run, folder }
}

/// The findings, as check, severity, certainty, units over.
fn found(audit: &Audit) -> Vec<String> {
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    let one = |row: &Row| format!("{} {} {} {}", row["check"], row["severity"], row["certainty"], row["units_over"]);
    let mut found: Vec<String> = audit.table("findings").iter().map(one).collect();
    found.sort();
    found
}

fn lines(audit: &Audit) -> Vec<String> {
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    let one = |row: &Row| format!("{} {} {} {}", row["patient_id"], row["code"], row["units_billed"], row["minutes"]);
    let mut lines: Vec<String> = audit.table("lines").iter().map(one).collect();
    lines.sort();
    lines
}

const DAY: &str = "2026-01-05";

#[test]
fn cells_of_rows_that_were_taken_apart_do_not_leak_into_the_next() {
    let row = |patient: &str| format!("\"97110 x2, 97140 x1\",3,Medicare,{patient},{DAY}\n");
    let text = format!("code,units,payer,patient_id,date_of_service\n{}{}{}", row("P1"), row("P2"), row("P3"));
    let found = lines(&joined(&[("bills.csv", &text)], &[], &[]));
    assert_eq!(found, ["P1 97110 2 ", "P1 97140 1 ", "P2 97110 2 ", "P2 97140 1 ", "P3 97110 2 ", "P3 97140 1 "]);
}

#[test]
fn a_patient_whom_the_bills_know_is_not_replaced_by_a_visit_of_the_same_number() {
    let bills = format!(
        "patient_id,date_of_service,code,units,payer,visit_id\nP1,{DAY},97110,2,Medicare,1\nP2,{DAY},97110,1,Medicare,2\n"
    );
    let notes = format!("patient_id,date_of_service,code,minutes,visit_id\nP2,{DAY},97110,15,1\nP1,{DAY},97110,30,2\n");
    assert!(found(&joined(&[("bills.csv", &bills)], &[("notes.csv", &notes)], &[])).is_empty());
    // Another system's ids: the visit tells whose they are.
    let notes = format!("patient_id,date_of_service,code,minutes,visit_id\nX9,{DAY},97110,30,1\nX8,{DAY},97110,15,2\n");
    assert!(found(&joined(&[("bills.csv", &bills)], &[("notes.csv", &notes)], &[])).is_empty());
    // Without any.
    let notes = format!("date_of_service,code,minutes,visit_id\n{DAY},97110,30,1\n{DAY},97110,15,2\n");
    assert!(found(&joined(&[("bills.csv", &bills)], &[("notes.csv", &notes)], &[])).is_empty());
}

#[test]
fn without_visit_ids_a_row_that_is_a_visit_has_its_own_total() {
    let text = format!(
        "patient_id,date_of_service,payer,visit_timed_minutes,CPT1,Units1,CPT2,Units2\nP1,{DAY},Medicare,45,97110,2,97140,1\n\
         P1,{DAY},Medicare,45,97112,2,97116,1\n"
    );
    assert!(found(&joined(&[("visits.csv", &text)], &[], &[])).is_empty());
    // Plain rows may be two visits: never certain.
    let text = format!(
        "patient_id,date_of_service,payer,code,units,visit_timed_minutes\nP1,{DAY},Medicare,97110,2,30\nP1,{DAY},Medicare,97140,2,30\n"
    );
    let found = found(&joined(&[("visits.csv", &text)], &[], &[]));
    assert_eq!(found, ["overbilled-units review depends-on-data 2"]);
}

#[test]
fn a_total_is_not_less_than_what_the_codes_have() {
    let text = format!(
        "patient_id,date_of_service,payer,code,units,minutes,visit_timed_minutes,visit_id\nP1,{DAY},Medicare,97110,2,30,20,V1\n\
         P1,{DAY},Medicare,97140,1,,20,V1\n"
    );
    let audit = joined(&[("visits.csv", &text)], &[], &[]);
    assert_eq!(audit.table("sessions")[0]["timed_units_over"], "1");
}

#[test]
fn times_of_bills_are_not_held_against_the_minutes_of_notes() {
    let bills = format!(
        "patient_id,date_of_service,payer,code,units,start_time,end_time\nP1,{DAY},Medicare,97110,2,9:00,9:15\n\
         P1,{DAY},Medicare,97140,1,9:00,9:15\n"
    );
    let notes = format!("patient_id,date_of_service,code,minutes\nP1,{DAY},97110,30\nP1,{DAY},97140,15\n");
    assert!(found(&joined(&[("bills.csv", &bills)], &[("notes.csv", &notes)], &[])).is_empty());
}

#[test]
fn what_was_lost_is_not_said_to_be_missing() {
    let bills =
        format!("patient_id,date_of_service,payer,code,units\nP1,{DAY},Medicare,97110,2\nP1,{DAY},Medicare,97140,1\n");
    let notes = format!("patient_id,date_of_service,code,minutes\nP1,{DAY},97110,30\nP1,{DAY},97140,many\n");
    let audit = joined(&[("bills.csv", &bills)], &[("notes.csv", &notes)], &["--max-rejects", "50%"]);
    assert!(found(&audit).iter().all(|finding| !finding.starts_with("billed-not-documented")));
}

#[test]
fn a_note_that_is_not_signed_speaks_of_the_bill() {
    let bills =
        format!("patient_id,date_of_service,payer,code,units\nP1,{DAY},Medicare,97110,2\nP2,{DAY},Medicare,97110,1\n");
    let notes = format!(
        "patient_id,date_of_service,code,minutes,status\nP1,{DAY},97110,30,Draft\nP2,{DAY},97110,15,Cancelled\n"
    );
    let found = found(&joined(&[("bills.csv", &bills)], &[("notes.csv", &notes)], &[]));
    assert!(found.contains(&"billed-unsigned review depends-on-data 0".to_owned()), "{found:?}");
    assert!(found.contains(&"billed-not-rendered review depends-on-data 0".to_owned()), "{found:?}");
}

#[test]
fn bills_of_practices_need_notes_that_name_them() {
    let bills = format!("patient_id,date_of_service,payer,code,units,practice_id\nP1,{DAY},Medicare,97110,2,A\n");
    let notes = format!("patient_id,date_of_service,code,minutes\nP1,{DAY},97110,30\n");
    let audit = joined(&[("bills.csv", &bills)], &[("notes.csv", &notes)], &[]);
    assert!(audit.run.code == 2 && audit.run.stderr.contains("--id-scope all"), "{}", audit.run.stderr);
}

#[test]
fn a_bill_that_cannot_be_read_is_no_total() {
    let text =
        format!("patient_id,date_of_service,payer,code,units\nP1,,Total Care,97llO,4\nP2,{DAY},Total Care,97110,1\n");
    let audit = joined(&[("bills.csv", &text)], &[], &["--max-rejects", "50%"]);
    assert_eq!((audit.table("rejects").len(), audit.table("excluded").len()), (1, 0));
}

#[test]
fn rows_that_make_thousands_of_lines_are_all_there() {
    let codes = (0..40).map(|n| format!("97{:03}", 100 + n)).collect::<Vec<_>>().join(", ");
    let header = (1..=6).map(|n| format!(",CPT{n},Units{n}")).collect::<String>();
    let row = format!(",\"{codes}\",").repeat(6);
    let rows = (0..400).map(|n| format!("P{n},{DAY},Medicare{row}\n")).collect::<String>();
    let audit = joined(
        &[("wide.csv", &format!("patient_id,date_of_service,payer{header}\n{rows}"))],
        &[],
        &["--detail", "findings"],
    );
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    assert_eq!(audit.manifest()["totals"]["read"]["units"], 400 * 6 * 40);
}

#[test]
fn units_on_rows_of_their_own_that_two_files_have() {
    let header = "patient_id,date_of_service,payer,code,line_id\n";
    let row = format!("P1,{DAY},Medicare,97110,L1\n");
    let (two, three) = (format!("{header}{row}{row}"), format!("{header}{row}{row}{row}"));
    let folder = TempDir::new().unwrap();
    for (name, text) in [("a.csv", two.as_str()), ("b.csv", &three), ("recount.toml", "rows = \"units\"\n")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let run = recount_in(folder.path(), &["audit", "a.csv", "b.csv", "--out", "report", "--tables", "csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let sessions = read_table(&folder.path().join("report/sessions.csv")).unwrap();
    assert_eq!(sessions[0]["timed_units_billed"], "3");
}

#[test]
fn a_report_that_names_each_patient_once_is_not_audited_in_part() {
    let mut text = "patient_id,date_of_service,payer,code,units,minutes\n".to_owned();
    for n in 0..10 {
        text += &format!("P{n},{DAY},Medicare,97110,1,15\n,,,97140,1,15\n");
    }
    let audit = joined(&[("grouped.csv", &text)], &[], &[]);
    assert!(audit.run.code == 3 && audit.run.stderr.contains("name no patient"), "{}", audit.run.stderr);
}

#[test]
fn minutes_that_say_the_same_on_every_code_of_a_visit_are_asked_about() {
    let mut text = "patient_id,date_of_service,payer,code,units,minutes\n".to_owned();
    for n in 0..12 {
        text += &format!("P{n},{DAY},Medicare,97110,2,45\nP{n},{DAY},Medicare,97140,2,45\n");
    }
    let audit = joined(&[("visits.csv", &text)], &[], &[]);
    assert!(audit.run.code == 2 && audit.run.stderr.contains("visit_timed_minutes = "), "{}", audit.run.stderr);
    // Codes that have as many minutes as their own units need are nothing to ask about.
    let honest = text.replace(",2,45", ",2,30");
    assert!(found(&joined(&[("visits.csv", &honest)], &[], &[])).is_empty());
}

#[test]
fn a_second_table_in_a_file_stops_the_run() {
    let text = format!(
        "patient_id,date_of_service,payer,code,units,minutes\nP1,{DAY},Medicare,97110,2,30\n\
         patient_id,date_of_service,payer,code,minutes,units\nP2,{DAY},Medicare,97110,30,2\n"
    );
    let audit = joined(&[("two.csv", &text)], &[], &[]);
    assert!(audit.run.code == 3 && audit.run.stderr.contains("row 3 names other columns"), "{}", audit.run.stderr);
}
