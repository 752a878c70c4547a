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
    let said = parts[0].split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("(evaluation-repeated, review, certain) over the day 2024-08-05 of patient P1: "), "{day}");
    assert!(parts[0].contains("Source rows: visits.csv:2; visits.csv:3."), "{day}");
    assert!(parts[1].contains("97162") && !day.contains("2024-11-04") && !day.contains("P2"), "{day}");
    let history = of("recertification-missing");
    assert!(history.contains("the history of") && history.contains("--patient P1"), "{history}");
    assert!(history.lines().all(|line| line.chars().count() <= 80) && !history.contains("Session S-"), "{history}");
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
            let proof = proof.split_whitespace().collect::<Vec<_>>().join(" ");
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
    assert!(fails(&["--patient", "P9"]).contains("no session of that patient"));
    assert!(fails(&[]).contains("what of"));
    let short = crate::support::audit(&[("visits.csv", &format!("{HEAD}{rows}"))], &["--detail", "findings"]);
    let finding = &short.findings("overbilled-units")[0]["finding_id"];
    let run = recount_in(short.folder.path(), &["explain", "report", finding]);
    assert!(run.code == 2 && run.stderr.contains("without --detail findings"), "{}", run.stderr);
}
