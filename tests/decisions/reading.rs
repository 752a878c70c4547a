//! Decision 20: what stands in the cells.

use super::*;

#[test]
fn decision_20_assistant_minutes_are_part_of_the_minutes() {
    let audit = day("assistant_minutes", &["97110,30,2,Medicare,PT,T1,15"]);
    assert_eq!(sessions(&audit, "timed_minutes timed_units_supported"), ["30 2"]);
    assert_eq!(found(&audit), "nothing");
}

#[test]
fn decision_20_modifiers_stand_in_one_cell_or_in_four() {
    for separator in [" ", ",", ";", ":", "-", ", "] {
        let audit = day("modifiers", &[&format!("97110,15,1,Medicare,,T1,\"{}\"", ["GO", "59", "KX"].join(separator))]);
        assert_eq!(column(&audit.table("lines"), "modifiers discipline"), ["GO 59 KX OT"], "{separator:?}");
    }
    let four = day("modifier_1,modifier_2,modifier_3,modifier_4", &["97110,15,1,Medicare,,T1,59,GO,,KX"]);
    assert_eq!(column(&four.table("lines"), "modifiers discipline"), ["59 GO KX OT"]);
}

#[test]
fn decision_20_minutes_written_by_the_clock_are_read_so_and_it_is_said() {
    let audit = bill("Medicare", "97110,0:45,3 97140,1:05,4");
    assert_eq!(sessions(&audit, "timed_minutes timed_units_over"), ["110 0"]);
    assert!(notes(&audit).contains("minutes written h:mm in 2 cells"), "{}", notes(&audit));
    assert!(audit.run.stdout.contains("written h:mm"), "{}", audit.run.stdout);
    assert!(!notes(&bill("Medicare", "97110,45,3")).contains("h:mm"));
}

/// 0.75 may be three quarters of an hour or of a minute.
const HOURS_PERHAPS: &str = "97110,0.75,3 97140,0.5,2";

#[test]
fn decision_20_small_decimals_throughout_are_asked_about() {
    for lines in [HOURS_PERHAPS, "97110,3,1 97140,1.25,1"] {
        let audit = bill("Medicare", lines);
        assert_eq!(audit.run.code, 2, "{lines}");
        assert!(audit.run.stderr.contains("are they hours?"), "{}", audit.run.stderr);
        assert!(audit.run.stderr.contains("minutes_unit = \"hours\""), "and how to answer: {}", audit.run.stderr);
        assert!(!audit.file("manifest.json").exists(), "nothing is guessed");
    }
    for lines in ["97110,3,1 97140,2,1", "97110,3.5,1 97140,2,1", "97110,0.75,1 97140,15,1"] {
        assert_eq!(bill("Medicare", lines).run.code, 0, "{lines}: no decimals, or not small throughout");
    }
}

#[test]
fn decision_20_the_answer_is_an_option_or_in_the_mapping() {
    let rows = lines_of("P1", "Medicare", HOURS_PERHAPS, "");
    for (unit, minutes) in [("hours", "75 5"), ("minutes", "1 0")] {
        let option = bill_with("Medicare", HOURS_PERHAPS, &["--minutes-unit", unit]);
        let mapping = audit_beside("--mapping", &format!("minutes_unit = \"{unit}\"\n"), &rows);
        for audit in [option, mapping] {
            assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
            assert_eq!(sessions(&audit, "timed_minutes timed_units_supported"), [minutes], "{unit}");
        }
    }
}

/// A treatment may run over midnight, or past noon where hours are written by twelve. One that would take nearly a day does not:
/// its end stands before its start.
#[test]
fn an_end_before_the_start_is_no_treatment_of_most_of_a_day() {
    let minutes = |start: &str, end: &str| {
        let bill = format!("Patient ID,DOS,Payer,CPT,Units,Start,End\nP1,2026-03-02,Medicare,97110,1,{start},{end}\n");
        let audit = audit(&[("visits.csv", &bill)], &[]);
        audit.table("sessions")[0]["timed_minutes"].clone()
    };
    for (start, end, expected) in [
        ("23:50", "00:05", "15"),
        ("11:50", "12:20", "30"),
        ("12:50", "1:20", "30"),
        ("13:30", "13:15", ""),
        ("09:00", "08:45", ""),
    ] {
        assert_eq!(minutes(start, end), expected, "{start} to {end}");
    }
}
