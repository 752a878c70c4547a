//! What explains units over, and what another rule would make of them.
//!
//! A bill is written `97110,24,2 97140,23,2`: code, minutes, units of each line; further cells stand behind.

use crate::support::{Audit, Row, audit, recount_in};

/// An export of one patient's day for each bill: P1, P2 …
fn export(more: &str, bills: &[(&str, &str)]) -> String {
    let mut text = format!("patient_id,date_of_service,payer,therapist_id,code,minutes,units{more}\n");
    for (n, (payer, bill)) in bills.iter().enumerate() {
        for line in bill.split_whitespace() {
            text.push_str(&format!("P{},2026-03-02,{payer},T1,{line}\n", n + 1));
        }
    }
    text
}

fn of(row: &Row, columns: &str) -> String {
    columns.split(' ').map(|name| row[name].as_str()).collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

fn rows(audit: &Audit, table: &str, columns: &str) -> Vec<String> {
    audit.table(table).iter().map(|row| of(row, columns)).collect()
}

/// What explains each bill to Medicare, in order; a day's several sessions one after the other.
fn explained(more: &str, bills: &[&str]) -> Vec<String> {
    let bills: Vec<(&str, &str)> = bills.iter().map(|bill| ("Medicare", *bill)).collect();
    rows(&audit(&[("export.csv", &export(more, &bills))], &[]), "sessions", "explained_by")
}

#[test]
fn a_mistake_that_gives_the_bill_is_named_and_all_that_do_are() {
    for (bill, expected) in [
        // 47 minutes support 3.
        ("97112,24,2 97110,23,2", "rounded-each-code; total-rounded-up"),
        // The same total on codes that rounding gives other units.
        ("97112,24,3 97110,23,1", "total-rounded-up"),
        ("97110,8,1 97112,8,1 97140,8,1 97530,8,1", "rounded-each-code; one-unit-per-code; one-unit-per-8-minutes"),
        // 30 timed and 30 untimed minutes.
        ("97110,30,4 97161,30,1", "untimed-minutes-in-total"),
        ("97110,30,5 97161,30,1", "none"),
        // With the 30 minutes of the modality, and without the evaluation.
        ("97110,38,5 G0283,30,1 97161,20,1", "untimed-minutes-in-total"),
        ("97110,37,3", "total-rounded-up"),
        ("97110,10,1 97112,5,1 97140,5,1", "one-unit-per-code"),
        ("97110,24,3", "one-unit-per-8-minutes"),
        ("97110,20,2 97112,20,3", "one-unit-per-8-minutes"),
        ("97110,15,3", "none"),
        // Nothing is over, or what is billed is not known.
        ("97112,24,2 97110,23,1", ""),
        ("97110,30, 97140,15,4", ""),
        ("97110,,4", ""),
    ] {
        assert_eq!(explained("", &[bill]), [expected], "{bill}");
    }
}

#[test]
fn the_minutes_of_a_visit_serve_where_codes_have_none() {
    let columns = ",visit_id,visit_timed_minutes,visit_total_minutes";
    let found = explained(columns, &["97110,,4,V1,53,83 97112,,2,V1,53,83"]);
    assert_eq!(found, ["untimed-minutes-in-total; one-unit-per-8-minutes"], "53 timed minutes support 4, 83 would 6");
    let found = explained(columns, &["97110,,3,V1,53,61 97112,,2,V1,53,61"]);
    assert_eq!(found, ["none"], "61 would support 4 as well");
}

#[test]
fn two_disciplines_are_pooled_if_they_are_of_one_payer() {
    let day = "97110,46,4,PT 97530,22,1,OT";
    assert_eq!(explained(",discipline", &[day]), ["total-rounded-up; disciplines-pooled", ""]);
    let text = export(",discipline", &[("Medicare", day)]).replace("Medicare,T1,97530", "Aetna,T1,97530");
    let apart = audit(&[("export.csv", &text)], &[]);
    assert_eq!(rows(&apart, "sessions", "explained_by"), ["total-rounded-up", ""]);
    // 40 minutes are 2 full units, and 3 when pooled: with an evaluation beside them as without.
    let untimed = export(",discipline", &[("Medicare", "97110,40,3,PT 97165,45,1,OT")]);
    let untimed = audit(&[("export.csv", &untimed)], &["--payer-rule", "Medicare=full-15"]);
    assert_eq!(rows(&untimed, "sessions", "explained_by"), ["rounded-each-code; total-rounded-up", ""]);
}

#[test]
fn minutes_of_a_cancelled_line_are_named_though_its_session_is_not_audited() {
    let columns = ",visit status";
    for (bill, expected) in [
        ("97110,30,4,Completed 97112,30,0,Cancelled", "excluded-minutes"),
        ("97110,30,4,Completed 97112,15,0,Cancelled 97140,15,0,No-show", "excluded-minutes"),
        // Other minutes than the bill needs: of a session that is not audited nothing is said.
        ("97110,30,4,Completed 97112,10,0,Cancelled", ""),
        (
            "97112,24,2,Completed 97110,23,2,Completed 97140,6,0,Cancelled",
            "rounded-each-code; total-rounded-up; excluded-minutes",
        ),
        // A row that cannot be read leaves open how many minutes there were.
        ("97110,30,4,Completed 97112,30,0,Cancelled 97140,soon,1,Completed", ""),
    ] {
        let audit = audit(&[("export.csv", &export(columns, &[("Medicare", bill)]))], &["--max-rejects", "100%"]);
        let session = &audit.table("sessions")[0];
        assert_eq!(of(session, "explained_by"), expected, "{bill}");
        assert_eq!(of(session, "auditable timed_units_over"), "false", "{bill}");
        assert!(audit.findings("overbilled-units").is_empty(), "{bill}");
    }
}

#[test]
fn minutes_of_a_line_that_another_replaced_are_named_and_those_of_copies_are_not() {
    let superseded = explained(",line_id", &["97110,30,2,L1 97110,30,4,L1"]);
    assert_eq!(superseded, ["excluded-minutes"]);
    let text = export("", &[("Medicare", "97110,15,2")]);
    let copies = audit(&[("a.csv", &text), ("b.csv", &text)], &[]);
    assert_eq!(rows(&copies, "sessions", "timed_units_over explained_by"), ["1 none"]);
}

#[test]
fn the_reason_says_what_gives_the_bill() {
    let audit = audit(&[("export.csv", &export("", &[("Medicare", "97112,24,2 97110,23,2")]))], &[]);
    let findings = audit.findings("overbilled-units");
    let reason = &findings[0]["reason"];
    let said = "; each code alone by the midpoint gives the 4 billed; the total divided by 15 and rounded up gives the 4 billed.";
    assert!(reason.ends_with(said), "{reason}");
}

#[test]
fn causes_by_clinician_and_payer() {
    let bills = ["97110,15,3", "97112,24,2 97110,23,2", "97110,30,4,Done 97112,30,0,Cancelled", "97110,15,1"];
    let bills: Vec<(&str, String)> = bills
        .iter()
        .map(|bill| {
            let lines = bill
                .split(' ')
                .map(|line| if line.matches(',').count() == 2 { format!("{line},Done") } else { line.to_string() });
            ("Medicare", lines.collect::<Vec<_>>().join(" "))
        })
        .collect();
    let bills: Vec<(&str, &str)> = bills.iter().map(|(payer, bill)| (*payer, bill.as_str())).collect();
    let audit = audit(&[("export.csv", &export(",visit status", &bills))], &[]);
    let columns = "therapist_id payer cause sessions auditable_sessions units_over share_percent";
    assert_eq!(
        rows(&audit, "tables/by_cause", columns),
        [
            "T1 Medicare none 1 1 2 50.0",
            "T1 Medicare rounded-each-code 1 1 1 50.0",
            "T1 Medicare total-rounded-up 1 1 1 50.0",
            "T1 Medicare excluded-minutes 1 0 0 0.0",
        ]
    );
}

/// 24 + 23 minutes: 3 units by the pooled minutes, 4 by each code alone; 33 + 7: 3 and 2.
const BILLS: [(&str, &str); 3] =
    [("Aetna", "97110,24,2 97140,23,2"), ("Aetna", "97110,33,2 97140,7,1"), ("Medicare", "97110,24,2 97140,23,2")];

#[test]
fn another_rule_is_tried_beside_the_real_one() {
    let text = export("", &BILLS);
    let without = audit(&[("export.csv", &text)], &[]);
    let with = audit(&[("export.csv", &text)], &["--what-if", "AETNA*=cms"]);
    let tried = "what_if_rule what_if_units_supported what_if_units_over what_if_units_under";
    assert_eq!(rows(&with, "sessions", &format!("timed_units_over {tried}")), ["0 cms 3 1 0", "0 cms 3 0 0", "1"]);
    assert_eq!(rows(&without, "sessions", tried), ["", "", ""]);
    let columns = "payer therapist_id what_if_rule sessions auditable_sessions timed_units_billed timed_units_supported \
        what_if_units_supported supported_difference timed_units_over what_if_units_over over_difference \
        timed_units_under what_if_units_under under_difference sessions_that_differ";
    assert_eq!(rows(&with, "tables/what_if", columns), ["Aetna T1 cms 2 2 7 7 6 -1 0 1 1 0 0 0 1"]);
    assert!(without.table("tables/what_if").is_empty());
    // It is what the rule would make, if it were set.
    let set = audit(&[("export.csv", &text)], &["--payer-rule", "AETNA*=cms"]);
    let judged = "timed_units_supported timed_units_over timed_units_under";
    let asked = "what_if_units_supported what_if_units_over what_if_units_under";
    assert_eq!(rows(&set, "sessions", judged)[..2], rows(&with, "sessions", asked)[..2]);
    // Nothing else follows it.
    let read = |audit: &Audit, name: &str| std::fs::read(audit.file(name)).unwrap();
    for name in
        ["findings.csv", "services.csv", "lines.csv", "tables/by_payer.csv", "tables/payers.csv", "tables/overview.csv"]
    {
        assert!(read(&with, name) == read(&without, name), "{name}");
    }
}

#[test]
fn what_is_tried_is_told() {
    let text = export("", &BILLS);
    let options = ["--what-if", "*=midpoint", "--what-if", "Nobody=cms", "--what-if", "Aetna=cms"];
    let audit = audit(&[("export.csv", &text)], &options);
    assert_eq!(rows(&audit, "sessions", "what_if_rule"), ["cms", "cms", "midpoint"], "the last that fits wins");
    let manifest = audit.manifest();
    assert_eq!(manifest["options"]["what-if"], "*=midpoint, Nobody=cms, Aetna=cms");
    let notes = manifest["notes"].to_string();
    assert!(notes.contains("--what-if Nobody fits no payer of these files"), "{notes}");
    assert!(!notes.contains("--what-if Aetna"), "{notes}");
    let folder = audit.folder.path();
    let wrong = recount_in(folder, &["audit", "export.csv", "--out", "other", "--what-if", "Aetna=eights"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
}
