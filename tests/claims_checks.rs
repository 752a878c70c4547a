//! What claims (837P, 837I) say beside units, up to the findings: diagnoses and their pointers, who ordered or attended, revenue codes,
//! types of bill, dates of plans.

use crate::support::{Audit, audit, audit_bytes};
use std::collections::BTreeSet;

/// One interchange of claims to Medicare, by medical record number, which is the claim's number as well.
fn interchange(guide: &str, claims: &[(&str, String)]) -> String {
    let (blank, sender, receiver) = (" ".repeat(10), "NORTHREHAB     ", "PAYERHUB       ");
    let mut text = format!(
        "ISA*00*{blank}*00*{blank}*ZZ*{sender}*ZZ*{receiver}*240901*0900*^*00501*000000001*0*T*:~\n\
         GS*HC*NORTHREHAB*PAYERHUB*20240901*0900*1*X*{guide}~\nST*837*0001*{guide}~\nBHT*0019*00*1*20240901*0900*CH~\n\
         HL*1**20*1~\nNM1*85*2*NORTH REHAB*****XX*1234567893~\n"
    );
    for (n, (record, segments)) in (2..).zip(claims) {
        let (head, rest) = segments.split_once('~').unwrap();
        let head = head.replace("CLM*", &format!("CLM*{record}"));
        text += &format!(
            "HL*{n}*1*22*0~\nSBR*P*18*******MB~\nNM1*IL*1*DOE*{record}****MI*M{record}~\n\
             NM1*PR*2*Medicare Part B*****PI*12502~\n{head}~\nREF*EA*{record}~\n{rest}\n"
        );
    }
    text + "SE*99*0001~\nGE*1*1~\nIEA*1*000000001~\n"
}

/// Lines of a claim: each SV1 or SV2 as it stands.
fn lines(segments: &[&str]) -> String {
    let line = |(n, segment): (usize, &&str)| format!("LX*{n}~{segment}~DTP*472*D8*20240805~");
    (1..).zip(segments).map(line).collect()
}

/// Patient, check and code of each finding of the checks that need no minutes.
fn found(audit: &Audit) -> BTreeSet<(String, String, String)> {
    const CHECKS: [&str; 6] =
        ["discipline-modifier", "revenue-code", "bill-type", "referral-missing", "diagnosis-unsupported", "ncci-pair"];
    let findings = audit.table("findings").into_iter().filter(|row| CHECKS.contains(&row["check"].as_str()));
    findings.map(|row| (row["patient_id"].clone(), row["check"].clone(), row["code"].clone())).collect()
}

fn expected(findings: &[(&str, &str, &str)]) -> BTreeSet<(String, String, String)> {
    let owned = |(patient, check, code): &(&str, &str, &str)| ((*patient).into(), (*check).into(), (*code).into());
    findings.iter().map(owned).collect()
}

/// A folder with a list by which a gait disorder doesn't support ultrasound.
fn facts() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let list = "code,diagnosis,covered,lcd,contractor,from,to,source\n97035,R26,no,L00000,,,,invented\n";
    std::fs::write(folder.path().join("coverage.csv"), list).unwrap();
    folder
}

fn audited(text: &str, facts: &tempfile::TempDir) -> Audit {
    let audit = audit_bytes(&[("claims.837", text.as_bytes())], &["--data", facts.path().to_str().unwrap()]);
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    audit
}

#[test]
fn professional_claims() {
    let (claim, diagnoses) = ("CLM**400***11:B:1*Y*A*Y*Y~", "HI*ABK:M5451*ABF:R262~");
    let referred = "NM1*DN*1*POE*A****XX*1888888885~";
    let wrong = lines(&[
        "SV1*HC:97150:GP*40*UN*1***1",
        "SV1*HC:97110:GP*60*UN*1***1",
        "SV1*HC:97140*60*UN*1***1",
        "SV1*HC:97035:GP*30*UN*1***2",
    ]);
    let right = lines(&[
        "SV1*HC:97150:GP*40*UN*1***1",
        "SV1*HC:97110:GP:59*60*UN*1***1",
        "SV1*HC:97035:GP*30*UN*1***2:1",
        "SV1*HC:97116:GP:59*60*UN*1",
    ]);
    let ordered = "SV1*HC:97110:GP*60*UN*1***1~NM1*DK*1*POE*A****XX*1888888885";
    let claims = [
        ("P1", format!("{claim}{diagnoses}{wrong}")),
        ("P2", format!("{claim}{diagnoses}{referred}{right}")),
        ("P3", format!("{claim}HI*BK:7242~{}", lines(&[ordered]))),
    ];
    let facts = facts();
    let audit = audited(&interchange("005010X222A1", &claims), &facts);
    let wanted = [
        ("P1", "ncci-pair", "97110"),
        ("P1", "ncci-pair", "97140"),
        ("P1", "discipline-modifier", "97140"),
        ("P1", "referral-missing", ""),
        ("P1", "diagnosis-unsupported", "97035"),
        ("P3", "diagnosis-unsupported", ""),
    ];
    assert_eq!(found(&audit), expected(&wanted));
    // A claim's field holds codes: one of an old set is certain.
    let findings = audit.table("findings");
    let old = findings.iter().find(|row| row["check"] == "diagnosis-unsupported" && row["patient_id"] == "P3");
    assert_eq!(old.unwrap()["certainty"], "certain");
    // Nothing in a professional claim tells of plans of care: that is said, and not passed over.
    let not_run = &audit.manifest()["checks_not_run"];
    assert_eq!(not_run["certification-late"], "needs the column plan_of_care_date");
}

#[test]
fn institutional_claims() {
    let facility = |bill_type: &str| {
        let (kind, frequency) = bill_type.split_at(2);
        format!(
            "CLM**100***{kind}:A:{frequency}**A*Y*Y~DTP*434*RD8*20240805-20240805~HI*ABK:M5451~HI*BH:29:D8:20240729~"
        )
    };
    let attended = "NM1*71*1*POE*A****XX*1888888885~";
    let usual = lines(&["SV2*0420*HC:97110:GP*60*UN*1"]);
    let claims = [
        ("P1", format!("{}{attended}{usual}", facility("131"))),
        ("P2", format!("{}{attended}{usual}", facility("111"))),
        ("P3", format!("{}{usual}", facility("131"))),
        ("P4", format!("{}{attended}{}", facility("131"), lines(&["SV2*0430*HC:97110:GP*60*UN*1"]))),
    ];
    let facts = facts();
    let audit = audited(&interchange("005010X223A2", &claims), &facts);
    let wanted = [("P2", "bill-type", ""), ("P3", "referral-missing", ""), ("P4", "discipline-modifier", "97110")];
    assert_eq!(found(&audit), expected(&wanted));
    // The plan's date is there (occurrence code 29), and who certified it when is on no claim.
    let not_run = &audit.manifest()["checks_not_run"];
    assert_eq!(not_run["certification-late"], "needs the column certification_date");
}

/// Modifiers in columns of their own are modifiers, and so are those that stand behind the code.
#[test]
fn what_needs_modifiers_takes_them_from_any_column() {
    let by_column = "Patient ID,DOS,Payer,CPT,Modifier 1,Minutes,Units\nP1,2024-03-05,Medicare,97161,CQ,45,1\n";
    let by_code = "Patient ID,DOS,Payer,CPT,Minutes,Units\nP1,2024-03-05,Medicare,97161-CQ,45,1\n";
    for bill in [by_column, by_code] {
        let audit = audit(&[("visits.csv", bill)], &[]);
        assert_eq!(audit.findings("evaluation-by-assistant").len(), 1, "{bill}");
    }
}

/// What a check that runs leaves out is said, and no more once the column or the file is there.
#[test]
fn checks_that_run_in_part_say_so() {
    let header = "Patient ID,DOS,Payer,CPT,Modifiers,Minutes,Units,Diagnoses";
    let bill = format!("{header}\nP1,2024-03-05,Medicare,97110,GP,15,1,M54.50\n");
    let of =
        |bill: &str, options: &[&str]| audit(&[("visits.csv", bill)], options).manifest()["checks_in_part"].clone();
    let in_part = of(&bill, &[]);
    let names: Vec<&String> = in_part.as_object().unwrap().keys().collect();
    assert_eq!(names, ["assistant-modifier", "diagnosis-unsupported"]);
    let told = in_part["assistant-modifier"].as_str().unwrap();
    assert!(told.contains("assistant_minutes or therapist_credential"), "{told}");
    let credential = bill.replace("Diagnoses\n", "Diagnoses,Credential\n").replace("M54.50\n", "M54.50,PTA\n");
    assert_eq!(of(&credential, &[]).as_object().unwrap().keys().collect::<Vec<_>>(), ["diagnosis-unsupported"]);
    let ignored = of(&credential, &["--ignore", "diagnosis-unsupported"]);
    assert!(ignored.as_object().unwrap().is_empty(), "a check that does not run is not run in part");
}
