//! Decisions 7, 8 and 22: what a session is, whose its units are, and how it is named.

use super::*;

#[test]
fn decision_07_patient_date_discipline_payer_and_practice_make_a_session() {
    let audit = export(
        "practice_id,clinic,visit_id",
        &[
            "P1,2026-03-02,97110,8,1,Medicare,PT,T1,A,North,V1",
            "P1,2026-03-02,97140,8,1,Medicare,PT,T2,A,North,V2",
            "P1,2026-03-02,97110,8,1,Medicare,PT,T1,B,North,V1",
            "P1,2026-03-02,97110,8,1,Aetna,PT,T1,A,North,V1",
            "P1,2026-03-02,97110,8,1,Medicare,OT,T1,A,North,V1",
            "P1,2026-03-03,97110,8,1,Medicare,PT,T1,A,North,V1",
            "P2,2026-03-02,97110,8,1,Medicare,PT,T1,A,North,V1",
        ],
    );
    let mut sessions = sessions(&audit, "patient_id date_of_service discipline payer practice_id lines");
    sessions.sort();
    assert_eq!(
        sessions,
        [
            "P1 2026-03-02 OT Medicare A 1",
            "P1 2026-03-02 PT Aetna A 1",
            "P1 2026-03-02 PT Medicare A 2",
            "P1 2026-03-02 PT Medicare B 1",
            "P1 2026-03-03 PT Medicare A 1",
            "P2 2026-03-02 PT Medicare A 1",
        ],
        "clinicians and visits of one day do not part it"
    );
}

#[test]
fn decision_07_a_patients_id_reaches_as_far_as_the_user_says() {
    let one_day = ["97110,8,1", "97140,8,1"].map(|line| csv("", &lines_of("P1", "Medicare", line, "")));
    let files = [("a.csv", one_day[0].as_str()), ("b.csv", one_day[1].as_str())];
    let lines = |options: &[&str]| sessions(&audit(&files, options), "lines");
    assert_eq!(lines(&[]), ["2"], "no practice is named, so it is one");
    assert_eq!(lines(&["--id-scope", "practice"]), ["2"]);
    assert_eq!(lines(&["--id-scope", "all"]), ["2"]);
    assert_eq!(lines(&["--id-scope", "file"]), ["1", "1"]);
}

/// A row that practice B lost says something of practice A's day only where the id means one patient in both.
#[test]
fn decision_07_an_id_is_one_practices_unless_it_is_said_to_be_everybodys() {
    let rows = ["P1,2026-03-02,97110,15,2,Medicare,PT,T1,A", "P1,2026-03-02,97140,unread,1,Medicare,PT,T1,B"];
    let file = csv("practice_id", &rows);
    for (scope, auditable) in [("practice", "true"), ("all", "false")] {
        let audit = audit(&[("export.csv", &file)], &["--id-scope", scope]);
        assert_eq!(sessions(&audit, "practice_id auditable"), [format!("A {auditable}")]);
    }
}

#[test]
fn decision_07_one_id_at_two_clinics_on_a_day_may_be_two_people() {
    let found_at = |clinics: [&str; 2]| {
        let rows = [
            format!("97110,8,1,Medicare,PT,T1,{}", clinics[0]),
            format!("97140,8,1,Medicare,PT,T1,{}", clinics[1]),
            format!("97161,,2,Medicare,PT,T1,{}", clinics[1]),
            format!("97165,,1,Medicare,OT,T2,{}", clinics[1]),
            format!("97530,30,1,Medicare,OT,T2,{}", clinics[1]),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        found(&day("clinic", &rows))
    };
    assert_eq!(
        found_at(["North", "South"]),
        "overbilled-units review depends-on-data 1; underbilled-units note depends-on-data 0; \
         untimed-multiple-units review depends-on-data 1"
    );
    assert_eq!(
        found_at(["North", "North"]),
        "overbilled-units exception certain 1; underbilled-units note certain 0; \
         untimed-multiple-units exception certain 1"
    );
}

#[test]
fn decision_07_at_two_clinics_a_rule_dependent_finding_depends_on_the_data_too() {
    let audit = day("clinic", &["97110,24,2,Aetna,PT,T1,North", "97140,23,2,Aetna,PT,T1,South"]);
    assert_eq!(found(&audit), "rule-dependent-units review depends-on-data 0");
}

/// Each source speaks where those before it are silent, and not where one of them speaks.
#[test]
fn decision_07_a_discipline_is_read_from_the_first_source_that_names_it() {
    let rows = [
        "P1,2026-03-02,97161,,1,Medicare,SLP,T1,GO,0420,PTA",
        "P2,2026-03-02,97161,,1,Medicare,,T1,GO,0440,PTA",
        "P3,2026-03-02,97161,,1,Medicare,,T1,,0440,COTA",
        "P4,2026-03-02,97161,,1,Medicare,,T1,,,COTA",
        "P5,2026-03-02,97165,,1,Medicare,,T1,,,",
        "P6,2026-03-02,97110,15,1,Medicare,,T1,,,",
    ];
    let audit = export("modifiers,revenue_code,therapist_credential", &rows);
    assert_eq!(sessions(&audit, "patient_id discipline"), ["P1 SLP", "P2 OT", "P3 SLP", "P4 OT", "P5 OT", "P6"]);
}

#[test]
fn decision_07_a_line_without_a_discipline_joins_the_days_only_one() {
    let audit = day("", &["97165,,1,Medicare,,T1", "97110,8,1,Medicare,,T1", "97140,8,1,Medicare,,T2"]);
    assert_eq!(sessions(&audit, "discipline lines auditable"), ["OT 3 true"]);
    assert_eq!(found(&audit), "overbilled-units exception certain 1");
}

#[test]
fn decision_07_an_unknown_discipline_with_two_clinicians_is_never_an_exception() {
    let untimed = "untimed-multiple-units review depends-on-data 1";
    for (clinicians, expected) in [
        (["T1", "T2"], format!("overbilled-units review depends-on-data 2; {untimed}")),
        (["T1", "T1"], "overbilled-units exception certain 2; untimed-multiple-units exception certain 1".to_owned()),
    ] {
        let rows = [
            format!("97110,15,2,Medicare,,{}", clinicians[0]),
            format!("97140,15,2,Medicare,,{}", clinicians[1]),
            format!("G0283,,2,Medicare,,{}", clinicians[1]),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(found(&day("", &rows)), expected);
    }
}

/// Together 40 minutes support 3 units; T1's 20 alone support one of the two billed.
#[test]
fn decision_07_an_unknown_discipline_is_read_both_ways() {
    let audit = day("", &["97110,20,2,Medicare,,T1", "97140,20,1,Medicare,,T2"]);
    let found = found(&audit);
    assert!(found.contains("review depends-on-data"), "over by one of the readings: {found}");
}

/// Together 97110 may have one unit; if T2's line is another discipline's, the bill is over instead.
#[test]
fn decision_07_no_finding_is_certain_that_only_one_reading_gives() {
    let audit = day("", &["97110,20,2,Medicare,,T1", "97140,25,1,Medicare,,T2"]);
    let found = found(&audit);
    assert!(found.contains("review") && !found.contains(" certain "), "{found}");
}

/// Whose each finding's units are: attribution, clinician, units over.
fn whose(audit: &Audit, check: &str) -> Vec<String> {
    column(&audit.findings(check), "attribution therapist_id units_over")
}

/// What is counted for each named clinician.
fn attributed(audit: &Audit) -> Vec<String> {
    let mut rows = audit.table("tables/by_therapist");
    rows.retain(|row| row["therapist_id"].starts_with('T'));
    column(&rows, "therapist_id units_over_attributed")
}

#[test]
fn decision_08_units_over_belong_to_the_service_above_its_range() {
    let audit = day("", &["97110,3,1,Medicare,PT,T1", "97140,20,2,Medicare,PT,T2"]);
    assert_eq!(whose(&audit, "overbilled-units"), ["one T1 1"]);
    assert_eq!(attributed(&audit), ["T1 1"]);
}

#[test]
fn decision_08_units_that_several_share_are_shown_and_counted_for_none() {
    for rows in [
        ["97110,20,2,Medicare,PT,T1", "97140,20,2,Medicare,PT,T2"],
        ["97110,5,1,Medicare,PT,T1", "97110,5,1,Medicare,PT,T2"],
    ] {
        let audit = day("", &rows);
        assert_eq!(whose(&audit, "overbilled-units"), ["shared  1"], "{rows:?}");
        assert!(attributed(&audit).is_empty(), "{rows:?}");
        let of_all = &audit.table("tables/by_therapist")[0];
        assert_eq!(of(of_all, "therapist_id units_over units_over_attributed"), "(several or not named) 1 0");
    }
}

/// One unit over is surely T1's. The other stands on T2's or T3's code, which tie.
#[test]
fn decision_08_nobody_gets_the_units_of_others() {
    let rows = ["97110,3,1,Medicare,PT,T1", "97140,20,2,Medicare,PT,T2", "97530,20,2,Medicare,PT,T3"];
    let audit = day("", &rows);
    assert_eq!(sum(&audit.table("sessions"), "timed_units_over"), 2);
    let of_t1: i64 = sum(&audit.table("tables/by_therapist"), "units_over_attributed");
    assert!(of_t1 <= 1, "T1 has one unit over at most, and {of_t1} are counted");
}

#[test]
fn decision_08_units_of_an_unnamed_clinician_are_not_the_named_ones() {
    let audit = day("", &["97110,15,1,Medicare,PT,T1", "97140,10,2,Medicare,PT,"]);
    assert_eq!(sessions(&audit, "timed_units_over"), ["1"]);
    assert_eq!(sum(&audit.table("tables/by_therapist"), "units_over_attributed"), 0, "97140 names nobody");
}

#[test]
fn decision_08_units_over_at_two_clinics_are_counted_for_neither() {
    let rows = ["97110,20,2,Medicare,PT,T1,North", "97140,20,2,Medicare,PT,T1,South"];
    let audit = day("clinic", &rows);
    assert_eq!(column(&audit.table("tables/by_clinic"), "clinic units_over"), ["(several or not named) 1"]);
    assert_eq!(column(&audit.findings("overbilled-units"), "clinic units_over"), [" 1"]);
}

#[test]
fn decision_08_who_bills_is_not_who_treats() {
    let text = |therapist: &str, cells: &str| {
        format!(
            "patient_id,date_of_service,code,minutes,units,payer,discipline,billing_provider{therapist}\n\
             P1,2026-03-02,97110,15,2,Medicare,PT,T8{cells}\n"
        )
    };
    let assistant = text(",treating_therapist,therapist_credential", ",T1,PTA");
    assert_eq!(whose(&audit(&[("export.csv", &assistant)], &[]), "overbilled-units"), ["one T1 1"]);
    let biller_only = audit(&[("export.csv", &text("", ""))], &[]);
    assert_eq!(whose(&biller_only, "overbilled-units"), ["  1"]);
    assert_eq!(biller_only.manifest()["inputs"][0]["columns_dropped"][0], "billing_provider");
}

/// SHA-256 of the key's parts, worked out by another program.
#[test]
fn decision_22_ids_are_equal_on_every_machine_and_however_the_key_is_spelled() {
    for row in
        ["P1,2026-03-02,97110,15,2,MCR B,PT,T1", " P1,03/02/2026,97110.0,15.0,2,Medicare Part-B,Physical Therapy,T2"]
    {
        let audit = export("", &[row]);
        assert_eq!(sessions(&audit, "session_id"), ["S-7398a0cd40367fed40d6"], "{row}");
        assert_eq!(column(&audit.table("findings"), "finding_id"), ["F-d987379c0e63874450d5"], "{row}");
    }
}

#[test]
fn decision_22_ids_do_not_depend_on_the_order_of_rows_or_files() {
    let rows = rows_of(
        "",
        &[("Medicare", "97110,15,2 G0283,,2 97161,,2"), ("Aetna", OVER), ("Medicare", "97110,,1"), ("Acme", OVER)],
    );
    let reversed: Vec<&String> = rows.iter().rev().collect();
    let (even, odd): (Vec<_>, Vec<_>) = rows.iter().enumerate().partition(|(n, _)| n % 2 == 0);
    let text = |part: &[(usize, &String)]| csv("", &part.iter().map(|(_, row)| row.as_str()).collect::<Vec<_>>());
    let ids = |audit: &Audit| {
        let mut findings = column(&audit.table("findings"), "session_id check code finding_id");
        findings.sort();
        (sessions(audit, "patient_id session_id"), findings)
    };
    let expected = ids(&export("", &rows));
    assert_eq!(ids(&export("", &reversed)), expected);
    assert_eq!(ids(&audit(&[("b.csv", &text(&odd)), ("a.csv", &text(&even))], &[])), expected);
}

/// Over under both rules.
const OVER: &str = "97110,15,3";

#[test]
fn decision_22_an_id_is_a_letter_and_80_bits_and_each_finding_has_its_own() {
    let rows = rows_of("", &[("Medicare", "97110,15,2 G0283,,2 97161,,2"), ("Medicare", "97110,15,2 97110,15,2")]);
    let audit = export("", &rows);
    let ids = |table: &str, column: &str| -> Vec<String> {
        audit.table(table).iter().map(|row| row[column].clone()).collect()
    };
    let (sessions, mut findings) = (ids("sessions", "session_id"), ids("findings", "finding_id"));
    let well_formed = |id: &String, letter: &str| {
        let digits = id.strip_prefix(letter).unwrap_or("");
        digits.len() == 20 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    assert!(sessions.iter().all(|id| well_formed(id, "S-")), "{sessions:?}");
    assert!(findings.iter().all(|id| well_formed(id, "F-")), "{findings:?}");
    assert_ne!(sessions[0], sessions[1]);
    let count = findings.len();
    assert_eq!(count, 6, "three checks, two codes of one check, two sessions of one code");
    findings.sort();
    findings.dedup();
    assert_eq!(findings.len(), count, "session, check and code each make another id");
}
