//! Proofs that can be done again with pencil and paper. `UPDATE_GOLDEN=1` writes them anew; the diff is for a person to read.

use crate::support::{Audit, audit, recount_in};
use std::path::Path;

const HEAD: &str =
    "patient_id,date_of_service,code,minutes,units,payer,therapist_id,discipline,modifiers,charge,paid\n";

fn explain(audit: &Audit, more: &[&str]) -> String {
    let report = audit.file("");
    let run = recount_in(audit.folder.path(), &[&["explain", report.to_str().unwrap()], more].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// A text without its line ends: what is said, however it is set.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn golden(name: &str, found: &str) {
    assert!(found.lines().all(|line| line.chars().count() <= 80), "{name} is wider than 80 columns:\n{found}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/proofs").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(wanted == found, "{name} differs; run with UPDATE_GOLDEN=1 and read the diff:\n{found}");
}

#[test]
fn over_under_the_pooled_rule() {
    let rows = "P1,2026-03-02,97112,24,2,Medicare,Ames,PT,GP,120.00,80.00\nP1,2026-03-02,97110,23,2,Medicare,Brook,PT,GP CQ,110.00,70.00\n";
    let audit = audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &[]);
    let finding = &audit.findings("overbilled-units")[0];
    golden("pooled.txt", &explain(&audit, &[&finding["finding_id"]]));
}

#[test]
fn a_tie_an_untimed_code_and_a_payer_whose_rule_is_not_known() {
    let rows = "P1,2026-03-02,97112,20,2,Acme Health,Ames,PT,,,\nP1,2026-03-02,97110,20,2,Acme Health,Ames,PT,,,\n\
        P1,2026-03-02,97161,30,3,Acme Health,Ames,PT,,,\n";
    let audit = audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &[]);
    golden("tie.txt", &explain(&audit, &["--patient", "P1", "--date", "2026-03-02"]));
}

#[test]
fn a_session_that_could_not_be_audited() {
    let rows = "P1,2026-03-02,97112,,2,Medicare,Ames,PT,,,\nP1,2026-03-02,G0283,15,2,Medicare,Ames,PT,,,\n";
    let audit = audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &[]);
    let session = &audit.table("sessions")[0]["session_id"];
    golden("not-auditable.txt", &explain(&audit, &[session]));
}

/// What speaks of a patient's day is followed by the proofs of that day's sessions; what speaks of a history says how to see it.
#[test]
fn findings_above_a_session() {
    const HEAD: &str = "patient_id,date_of_service,code,minutes,units,payer,therapist_id,discipline,plan_of_care_date,certification_date\n";
    let rows = "P1,2024-08-05,97161,30,1,Medicare,Ames,PT,2024-08-05,2024-08-05\n\
        P1,2024-08-05,97162,45,1,Medicare,Ames,PT,2024-08-05,2024-08-05\n\
        P1,2024-11-04,97110,15,1,Medicare,Ames,PT,2024-08-05,2024-08-05\n\
        P2,2024-08-05,97110,15,1,Medicare,Ames,PT,2024-08-05,2024-08-05\n";
    let audit = audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &[]);
    let of = |check: &str| {
        let finding = &audit.findings(check)[0];
        assert!(finding["session_id"].is_empty(), "{finding:?}");
        explain(&audit, &[&finding["finding_id"]])
    };
    let day = of("evaluation-repeated");
    let parts: Vec<&str> = day.split(&"-".repeat(80)).collect();
    assert_eq!(parts.len(), 2, "{day}");
    let said = flat(parts[0]);
    assert!(said.contains("(evaluation-repeated, review, certain) over the day 2024-08-05 of patient P1: "), "{day}");
    assert!(parts[0].contains("Source rows: visits.csv:2; visits.csv:3."), "{day}");
    assert!(parts[1].contains("97162") && !day.contains("2024-11-04") && !day.contains("P2"), "{day}");
    let history = of("recertification-missing");
    assert!(history.contains("the history of") && history.contains("--patient P1"), "{history}");
    assert!(history.lines().all(|line| line.chars().count() <= 80) && !history.contains("Session S-"), "{history}");

    // Whoever asks for the day is told of both.
    let first = explain(&audit, &["--patient", "P1", "--date", "2024-08-05"]);
    assert!(first.contains("(evaluation-repeated, ") && !first.contains("recertification-missing"), "{first}");
    assert!(flat(&first).contains("By minutes and units alone, this bill would have been supported: 97161"), "{first}");
    let last = explain(&audit, &["--patient", "P1", "--date", "2024-11-04"]);
    assert!(last.contains("(recertification-missing, ") && !last.contains("evaluation-repeated"), "{last}");
    assert!(last.contains("Source rows: visits.csv:4."), "{last}");
    let all = explain(&audit, &["--patient", "P1"]);
    assert_eq!(all.split(&"-".repeat(80)).count(), 4, "{all}");
    assert_eq!(explain(&audit, &["--patient", "P2"]).split(&"-".repeat(80)).count(), 1);
}

/// Minutes of the lines and of the visit that are not the same: a proof says what was tried, and what the verdict takes.
#[test]
fn minutes_of_lines_and_of_the_visit() {
    const HEAD: &str =
        "patient_id,date_of_service,code,minutes,units,payer,therapist_id,discipline,visit_id,visit_timed_minutes\n";
    let rows = "P1,2026-03-02,97110,30,3,Medicare,Ames,PT,V1,83\nP1,2026-03-02,97140,15,2,Medicare,Ames,PT,V1,83\n\
        P1,2026-03-02,97035,8,1,Medicare,Ames,PT,V1,83\nP2,2026-03-02,97110,30,2,Medicare,Ames,PT,V2,25\n\
        P3,2026-03-02,97110,,2,Medicare,Ames,PT,V3,30\n";
    let audit = audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &[]);
    let of = |patient: &str| flat(&explain(&audit, &["--patient", patient]));
    let visit = of("P1");
    assert!(!visit.contains("have no minutes of their own"), "{visit}");
    assert!(visit.contains("both were tried. The timed lines add up to 53 minutes: 4 units supported."), "{visit}");
    assert!(
        visit.contains("timed minutes are 83: 6 units supported in total. The verdict takes the visit's"),
        "{visit}"
    );
    assert!(visit.contains("as far as the export has them: visit_timed_minutes."), "{visit}");
    let lines = of("P2");
    assert!(
        lines.contains("both were tried") && lines.contains("The verdict takes the minutes of the lines"),
        "{lines}"
    );
    let none = of("P3");
    assert!(
        none.contains("have no minutes of their own. The visit's timed minutes are 30: 2 units supported"),
        "{none}"
    );
    assert!(!none.contains("both were tried"), "{none}");
}

/// The first unit of a family is its primary code's: an add-on that stands alone lacks it, and its proof says why.
#[test]
fn an_add_on_without_its_primary_code() {
    let rows = "P1,2026-03-02,97130,15,1,Medicare,Ames,SLP,GN,,\nP2,2026-03-02,97130,45,3,Medicare,Ames,SLP,GN,,\n";
    let audit = audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &[]);
    let why = "(97129), which was not billed in this session";
    for finding in audit.findings("misallocated-units") {
        assert!(finding["reason"].ends_with(&format!("the first unit of its family is the primary code's {why}.")));
    }
    let of = |patient: &str| flat(&explain(&audit, &["--patient", patient, "--date", "2026-03-02"]));
    let (one, three) = (of("P1"), of("P2"));
    assert!(one.contains("These minutes support no unit of the codes that were billed. The first unit"), "{one}");
    assert!(three.contains("would have been supported: 97130 2. The first unit of the family"), "{three}");
    assert!(one.contains("(add-on-without-primary, ") && one.contains(why) && three.contains(why), "{one}");
}

/// The arithmetic of a proof is done anew: of every session it gives what the tables have.
#[test]
fn proofs_give_what_the_tables_have() {
    let folder = tempfile::tempdir().unwrap();
    let made = recount_in(folder.path(), &["generate", "--lines", "1500", "--seed", "11", "--out", "v.csv"]);
    assert_eq!(made.code, 0);
    let text = std::fs::read_to_string(folder.path().join("v.csv")).unwrap();
    let audit = audit(&[("v.csv", &text)], &[]);
    let sessions = audit.table("sessions");
    let (mut pooled, mut patients) = (0, Vec::new());
    for session in &sessions {
        if !patients.contains(&session["patient_id"]) {
            patients.push(session["patient_id"].clone());
        }
    }
    for patient in patients {
        let proofs = explain(&audit, &["--patient", &patient]);
        for proof in proofs.split(&"-".repeat(80)) {
            let proof = flat(proof);
            // What was found over more than a session.
            if proof.starts_with("Finding ") {
                continue;
            }
            let session =
                sessions.iter().find(|row| proof.contains(&format!("Session {}:", row["session_id"]))).unwrap();
            if session["auditable"] != "true" {
                assert!(proof.contains(&format!("Not auditable: {}.", session["why_not"])));
                continue;
            }
            let (minutes, units) = (&session["timed_minutes"], &session["units_cms"]);
            if session["rule_basis"] == "documented" && session["timed_units_billed"] != "0" {
                let noun = if units == "1" { "unit" } else { "units" };
                assert!(proof.contains(&format!("{minutes} minutes lie in ")), "{proof}");
                assert!(proof.contains(&format!(": {units} {noun}. Whole fifteens give")), "{units} {noun}: {proof}");
                pooled += 1;
            }
            let verdict =
                format!("{} billed, {} supported", session["timed_units_billed"], session["timed_units_supported"]);
            assert!(session["timed_units_billed"] == "0" || proof.contains(&verdict), "{verdict}: {proof}");
        }
    }
    assert!(pooled > 50, "{pooled}");
}

#[test]
fn what_is_not_there_is_said() {
    let rows = "P1,2026-03-02,97110,10,2,Medicare,Ames,PT,,,\n";
    let audit = audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &[]);
    let report = audit.file("");
    let fails = |more: &[&str]| {
        let run = recount_in(audit.folder.path(), &[&["explain", report.to_str().unwrap()], more].concat());
        assert_eq!(run.code, 2, "{more:?}: {}", run.stdout);
        assert!(!run.stderr.contains("P9"), "{}", run.stderr);
        run.stderr
    };
    assert!(fails(&["F-00000000000000000000"]).contains("has no finding"));
    assert!(fails(&["--patient", "P9"]).ends_with("no session of that patient\n"));
    assert!(fails(&["--patient", "P9", "--date", "2026-03-02"]).contains("no session of that patient on 2026-03-02"));
    assert!(fails(&["--patient", "P1", "--date", "03/05/2025"]).contains("write it as 2025-03-05"));
    assert!(fails(&[]).contains("what of"));
    let short = crate::support::audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &["--detail", "findings"]);
    let finding = &short.findings("overbilled-units")[0]["finding_id"];
    let run = recount_in(short.folder.path(), &["explain", "report", finding]);
    assert!(run.code == 2 && run.stderr.contains("without --detail findings"), "{}", run.stderr);
}
