//! `--waivers`: what is accepted is counted apart, takes nothing from the tables, and ends when it says.

use crate::support::{Audit, audit, recount_in};

/// Three sessions over by a unit, at two clinics.
const VISITS: &str = "patient_id,date_of_service,code,minutes,units,payer,therapist_id,clinic
P1,2026-03-05,97110,15,2,Medicare,T1,North
P2,2026-03-06,97110,15,2,Medicare,T2,South
P3,2026-03-31,97110,15,2,Medicare,T2,South
";

fn waiver(what: &str, until: &str) -> String {
    format!("[[waiver]]\n{what}\nreason = \"Corrected claim sent\"\nowner = \"Ann\"\nuntil = \"{until}\"\n")
}

fn audited(waivers: &str) -> Audit {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), waivers).unwrap();
    let path = file.path().to_str().unwrap();
    audit(&[("visits.csv", VISITS)], &["--html-audience", "workpaper", "--waivers", path])
}

fn page(audit: &Audit) -> String {
    let html = std::fs::read_to_string(audit.file("report.html")).unwrap();
    html.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn accepted_findings_stay_in_every_table() {
    let with = audited(&waiver("clinic = \"SOUTH\"", "2026-03-31"));
    assert_eq!(with.run.code, 0, "{}", with.run.stderr);
    let without = audited("");
    for table in ["findings", "sessions", "tables/overview", "tables/by_check", "tables/by_clinic"] {
        assert_eq!(with.table(table), without.table(table), "{table}");
    }
    let page = page(&with);
    assert!(page.contains("Waivers accept 2 findings with 2 units over."), "{page}");
    assert!(page.contains("clinic south") && page.contains("Corrected claim sent"), "{page}");
    assert!(!page.contains("Some waivers are stale"), "{page}");
}

#[test]
fn one_finding_can_be_accepted_and_a_waiver_ends() {
    let id = audited("").findings("overbilled-units")[0]["finding_id"].clone();
    let one = waiver(&format!("finding = \"{id}\""), "2026-12-31");
    let audit = audited(
        &(one + &waiver("check = \"overbilled-*\"", "2026-03-30") + &waiver("clinic = \"East*\"", "2026-12-31")),
    );
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    let page = page(&audit);
    assert!(page.contains("Waivers accept 1 finding with 1 unit over."), "{page}");
    assert!(
        page.contains("The waiver of check overbilled-* (owner Ann) ended on 2026-03-30, before 2026-03-31"),
        "{page}"
    );
    assert!(page.contains("The waiver of clinic east* (owner Ann) accepts nothing"), "{page}");
}

#[test]
fn a_slip_is_told_before_any_work_is_done() {
    let good = waiver("clinic = \"South\"", "2026-03-31");
    for (text, line, meant) in [
        (good.replace("owner", "ower"), "line 4: unknown field `ower`", "did you mean `owner`?"),
        (good.replace("reason = \"Corrected claim sent\"\n", ""), "line 1: missing field `reason`", ""),
        (good.replace("2026-03-31", "soon"), "the waiver of line 1 ends on \"soon\"", "write it as 2027-03-31"),
        (good.replace("South", "*"), "the waiver of line 1 would accept every finding", ""),
    ] {
        let audit = audited(&text);
        assert_eq!(audit.run.code, 2, "{}", audit.run.stderr);
        assert!(audit.run.stderr.contains(line), "{}", audit.run.stderr);
        assert!(audit.run.stderr.trim_end().ends_with(meant), "{}", audit.run.stderr);
        assert!(!audit.file("").exists(), "nothing is written");
    }
    let audit = audited("");
    let missing = recount_in(audit.folder.path(), &["report", "report", "--waivers", "none.toml"]);
    assert_eq!((missing.code, &*missing.stderr), (2, "recount: none.toml: no such file or folder\n"));
}
