//! Decisions 3 to 6 and 21: rows that are lost, blank, zero, repeated, reversed or exported twice.

use super::*;

/// The rows with the reason that sets them aside.
fn excluded(audit: &Audit) -> Vec<String> {
    column(&audit.table("excluded"), "source_file source_row problem")
}

#[test]
fn decision_03_a_rejected_row_makes_its_patients_day_not_auditable() {
    let rows = [
        "P1,2026-03-02,97110,15,2,Medicare,PT,T1",
        "P1,2026-03-02,97530,unread,1,Medicare,OT,T2",
        "P1,2026-03-03,97110,15,2,Medicare,PT,T1",
        "P2,2026-03-02,97110,15,2,Medicare,PT,T1",
    ];
    let (rest, rejected) = (csv("", &[rows[0], rows[2], rows[3]]), csv("", &[rows[1]]));
    let in_two_files = audit(&[("export.csv", &rest), ("other.csv", &rejected)], &[]);
    for audit in [export("", &rows), in_two_files] {
        assert_eq!(
            sessions(&audit, "patient_id date_of_service auditable why_not"),
            [
                "P1 2026-03-02 false a row of that patient and day could not be used",
                "P1 2026-03-03 true",
                "P2 2026-03-02 true"
            ]
        );
        assert_eq!(column(&audit.table("findings"), "date_of_service units_over"), ["2026-03-03 1", "2026-03-02 1"]);
    }
}

#[test]
fn decision_03_an_excluded_row_makes_its_patients_day_not_auditable() {
    let audit = day("", &["97110,15,2,Medicare,PT,T1", "97530,15,1,Medicare Part A,OT,T2"]);
    assert_eq!(sessions(&audit, "discipline auditable"), ["PT false"]);
    assert_eq!(found(&audit), "nothing");
}

#[test]
fn decision_03_a_proven_reversal_or_copy_loses_nothing() {
    let reversed = bill("Medicare", "97110,30,2 97110,30,-2 97140,15,2");
    assert_eq!(sessions(&reversed, "lines auditable timed_units_over"), ["1 true 1"]);
    let rows = lines_of("P1", "Medicare", "97140,15,2", "");
    let copied = audit(&[("a.csv", &csv("", &rows)), ("b.csv", &csv("", &rows))], &[]);
    assert_eq!(sessions(&copied, "lines auditable timed_units_over"), ["1 true 1"]);
}

#[test]
fn decision_03_a_blank_payer_or_discipline_where_others_have_one() {
    let payer = day("", &["97110,15,2,Medicare,PT,T1", "97140,15,2,,PT,T1"]);
    assert_eq!(
        sessions(&payer, "payer auditable why_not"),
        [" false a line of that day has no payer", "Medicare false a line of that day has no payer"]
    );
    let discipline = day("", &["97110,15,2,Medicare,PT,T1", "97530,15,2,Medicare,OT,T2", "97140,15,2,Medicare,,T1"]);
    assert_eq!(sessions(&discipline, "auditable why_not"), ["false a line of that day has no discipline"; 3]);
    let throughout = day("", &["97110,15,2,,,T1", "97140,15,2,,,T1"]);
    assert_eq!(sessions(&throughout, "auditable timed_units_over"), ["true 2"], "no line has one");
}

#[test]
fn decision_03_an_unknown_code_with_minutes_leaves_findings_in_doubt() {
    let doubted = [
        ("97110,33,3 99999,15,1", "overbilled-units review depends-on-data 1; unknown-code review depends-on-data 0"),
        ("97110,33,3 99999,,1", "overbilled-units exception certain 1; unknown-code review depends-on-data 0"),
        ("97110,33,1 99999,15,1", "underbilled-units note depends-on-data 0; unknown-code review depends-on-data 0"),
        (
            "97161,,2 99999,15,1",
            "unknown-code review depends-on-data 0; untimed-multiple-units review depends-on-data 1",
        ),
    ];
    expect("Medicare", "", &doubted);
}

#[test]
fn decision_03_blank_units_keep_their_minutes_and_bound_the_bill_from_below() {
    let over = bill("Medicare", "97110,30, 97140,15,4");
    assert_eq!(sessions(&over, "auditable timed_minutes timed_units_over"), ["true 45 1"]);
    let findings = over.findings("overbilled-units");
    assert!(findings[0]["reason"].contains("at least 4"), "{}", findings[0]["reason"]);
    expect("Medicare", "", &[("97110,30, 97140,15,1", "nothing"), ("97110,24, 97140,23,2", "nothing")]);
    let untimed = bill("Medicare", "G0283,, 97140,15,1");
    assert_eq!(column(&untimed.table("rejects"), "column problem"), ["units is blank"], "timed rows only");
}

#[test]
fn decision_04_blank_minutes_are_missing_and_not_zero() {
    let missing = "minutes-missing review depends-on-data 0";
    expect(
        "Medicare",
        "",
        &[("97110,,1 97140,15,2", missing), ("96105,,2", missing), ("G0283,,1 97140,15,1", "nothing")],
    );
    let audit = bill("Medicare", "97110,,1 97140,15,2");
    assert_eq!(
        sessions(&audit, "auditable why_not timed_units_supported"),
        ["false a timed line has no minutes"],
        "and nothing is said to be supported"
    );
}

#[test]
fn decision_04_zero_minutes_are_an_exception_after_merging() {
    for (bill, expected) in [
        ("97110,0,1", "overbilled-units exception certain 1; units-without-minutes exception certain 1"),
        ("97110,0,1 97110,30,1", "nothing"),
        ("97129,30,1 97130,0,1", "nothing"),
        ("G0283,0,1", "nothing"),
    ] {
        assert_eq!(found(&bill_among(9, "Medicare", "", bill)), expected, "{bill}");
    }
}

#[test]
fn decision_04_zeros_in_more_than_a_fifth_of_a_source_were_meant_blank() {
    let fifth = bill_among(4, "Medicare", "", "97110,0,1");
    assert_eq!(fifth.findings("units-without-minutes").len(), 1, "1 of 5 is not more");
    assert!(!notes(&fifth).contains("read as blank"));
    let quarter = bill_among(3, "Medicare", "", "97110,0,1");
    assert_eq!(found(&quarter), "minutes-missing review depends-on-data 0");
    assert!(notes(&quarter).contains("0 is read as blank"), "{}", notes(&quarter));
}

/// A visit that counts 30 timed minutes cannot have 0 on its only timed line.
#[test]
fn decision_04_zero_beside_the_visits_own_minutes_was_meant_blank_and_it_is_said() {
    let audit = bill_among(9, "Medicare", "visit_id,visit_timed_minutes", "97110,0,1|V1,30");
    assert_eq!(found(&audit), "minutes-missing review depends-on-data 0");
    let reason = &audit.findings("minutes-missing")[0]["reason"];
    assert!(reason.contains("read as blank") || notes(&audit).contains("read as blank"), "{reason}");
}

#[test]
fn decision_04_a_visits_minutes_may_stand_on_another_of_its_lines() {
    let bill = "97140,30,2|V1,30 97110,0,1|V1,";
    let audit = bill_among(9, "Medicare", "visit_id,visit_timed_minutes", bill);
    assert_eq!(found(&audit), "minutes-missing review depends-on-data 0");
}

#[test]
fn decision_04_merged_minutes_are_not_zero_whatever_the_visits_total() {
    for bill in ["97110,30,1|V1,30 97110,0,1|V1,30", "97129,30,1|V1,30 97130,0,1|V1,30"] {
        let audit = bill_among(9, "Medicare", "visit_id,visit_timed_minutes", bill);
        assert_eq!(found(&audit), "nothing", "{bill}");
    }
}

#[test]
fn decision_05_repeats_are_judged_with_and_without() {
    let repeated = "duplicate-line review depends-on-data 0";
    let only_with = format!("{repeated}; overbilled-units review depends-on-data 1");
    let both_ways = format!("{repeated}; overbilled-units exception certain 1");
    expect(
        "Medicare",
        "",
        &[
            ("97110,15,1 97110,15,1", repeated),
            ("97110,8,1 97110,8,1", &only_with),
            ("97110,22,2 97110,22,2", &both_ways),
        ],
    );
}

/// Denied and billed again; exported before it was paid and again after: one treatment on two rows that differ in claim and money.
#[test]
fn decision_05_a_treatment_on_two_claims_is_judged_with_and_without() {
    let header = "Patient ID,DOS,Payer,CPT,Minutes,Units,Claim ID,Paid\n";
    let row = |claim: &str, paid: &str| format!("P1,2024-03-05,Medicare,97110,23,2,{claim},{paid}\n");
    let (denied, paid) = (row("C1", "0.00"), row("C2", "60.00"));
    let (before, after) = (row("C1", ""), row("C1", "60.00"));
    let one_file = |rows: [&str; 2]| audit(&[("bills.csv", &format!("{header}{}", rows.concat()))], &[]);
    let two_files = |rows: [&str; 2]| {
        let [first, second] = rows.map(|row| format!("{header}{row}"));
        audit(&[("may.csv", &first), ("june.csv", &second)], &[])
    };
    let expected = "duplicate-line review depends-on-data 0; overbilled-units review depends-on-data 1";
    for rows in [[denied.as_str(), &paid], [&before, &after]] {
        assert_eq!(found(&one_file(rows)), expected, "{rows:?}");
        assert_eq!(found(&two_files(rows)), expected, "{rows:?}");
    }
    let another = row("C2", "60.00").replace("23,2", "24,2");
    assert_eq!(found(&one_file([&denied, &another])), "overbilled-units exception certain 1");
}

/// The untimed unit is over either way; the timed one only with the repeat.
#[test]
fn decision_05_each_sort_of_unit_is_judged_both_ways_by_itself() {
    let expected = "duplicate-line review depends-on-data 0; overbilled-units review depends-on-data 1; \
                    untimed-multiple-units exception certain 1";
    expect("Medicare", "", &[("97110,8,1 97110,8,1 G0283,,2", expected)]);
}

#[test]
fn decision_05_of_one_line_id_the_later_version_counts() {
    let rows = [
        "97110,15,2,Medicare,PT,T1,L1",
        "97110,30,2,Medicare,PT,T1,L1",
        "97140,15,1,Medicare,PT,T1,L2",
        "97140,15,1,Medicare,PT,T1,L2",
    ];
    let audit = day("line_id", &rows);
    assert_eq!(sessions(&audit, "lines timed_minutes timed_units_billed"), ["2 45 3"]);
    assert_eq!(
        excluded(&audit),
        [
            "export.csv 2 a later row has the same line id",
            "export.csv 4 the same row with the same line id stands in the file already"
        ]
    );
    assert_eq!(found(&audit), "nothing");
}

#[test]
fn decision_05_line_ids_that_begin_anew_in_each_visit_are_other_lines() {
    let audit = day("line_id,visit_id", &["97110,15,1,Medicare,PT,T1,1,AM", "97140,15,1,Medicare,PT,T1,1,PM"]);
    assert_eq!(sessions(&audit, "lines timed_minutes"), ["2 30"]);
    assert!(audit.table("excluded").is_empty());
}

#[test]
fn decision_05_an_assistants_part_of_a_service_is_no_duplicate() {
    for modifiers in ["GP-CQ", "GP-CO"] {
        let bill = format!("97110,15,1|GP 97110,15,1|{modifiers}");
        expect("Medicare", "modifiers", &[(&bill, "nothing")]);
    }
}

#[test]
fn decision_06_four_less_one_are_three() {
    let audit = bill("Medicare", "97110,45,4 97110,,-1");
    assert_eq!(sessions(&audit, "timed_minutes timed_units_billed timed_units_over auditable"), ["45 3 0 true"]);
}

#[test]
fn decision_06_a_whole_reversal_takes_both_rows_away() {
    let audit = bill("Medicare", "97110,45,4 97110,45,-4 97110,30,2");
    assert_eq!(sessions(&audit, "lines timed_minutes timed_units_billed"), ["1 30 2"]);
    let pair = "billed and reversed: the pair is set aside";
    assert_eq!(excluded(&audit), [format!("export.csv 2 {pair}"), format!("export.csv 3 {pair}")]);
    assert_eq!(found(&audit), "nothing");
}

/// Billed, reversed, billed again alike: one row is left, and it repeats none.
#[test]
fn decision_06_what_was_reversed_is_no_duplicate_of_what_was_billed_again() {
    for (bill, expected) in [
        ("97110,22,2 97110,22,-2 97110,22,2 97140,15,1", "overbilled-units exception certain 1"),
        ("97110,30,2 97110,30,-2 97110,30,2", "nothing"),
    ] {
        let audit = super::bill("Medicare", bill);
        assert_eq!(audit.run.code, 0, "{bill}: {}", audit.run.stderr);
        assert_eq!(found(&audit), expected, "{bill}");
    }
}

#[test]
fn decision_06_a_net_below_zero_is_not_audited() {
    let audit = bill("Medicare", "97110,15,1 97110,,-2 97140,15,2");
    assert_eq!(sessions(&audit, "auditable why_not"), ["false more units were reversed than billed"]);
    assert_eq!(found(&audit), "nothing");
}

#[test]
fn decision_06_claims_net_apart() {
    let rows = |second: &str| {
        let reversal = format!("97110,45,-4,Medicare,PT,T1,{second}");
        sessions(&day("claim_id", &["97110,45,4,Medicare,PT,T1,C1", &reversal]), "auditable")
    };
    assert_eq!(rows("C2"), ["false"]);
    assert!(rows("C1").is_empty(), "one claim: nothing is left to audit");
}

#[test]
fn decision_21_overlapping_files_count_a_row_as_often_as_one_of_them_has_it() {
    let once = lines_of("P1", "Medicare", "97110,15,1 97140,15,1", "");
    let twice = lines_of("P1", "Medicare", "97110,15,1 97110,15,1 97140,15,1", "");
    for (first, second) in [(&once, &twice), (&twice, &once)] {
        let audit = audit(&[("a.csv", &csv("", first)), ("b.csv", &csv("", second))], &[]);
        assert_eq!(sessions(&audit, "lines timed_minutes timed_units_billed"), ["3 45 3"]);
        assert_eq!(column(&audit.table("excluded"), "problem"), ["the same row stands in another file"; 2]);
        assert_eq!(found(&audit), "duplicate-line review depends-on-data 0", "the repeat within one file stays one");
    }
    let other = lines_of("P1", "Medicare", "97110,16,1", "");
    let audit = audit(&[("a.csv", &csv("", &once)), ("b.csv", &csv("", &other))], &[]);
    assert_eq!(sessions(&audit, "lines timed_minutes"), ["3 46"], "rows that differ are not one");
}

/// With the repeat 4 units are billed for 20 minutes, without it 2 for 10: over by 3 or by 1, so over it is.
#[test]
fn decision_05_over_both_ways_by_different_numbers() {
    let expected = "duplicate-line review depends-on-data 0; overbilled-units exception depends-on-data 3";
    expect("Medicare", "", &[("97110,10,2 97110,10,2", expected)]);
}
