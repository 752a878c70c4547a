//! `recount verify`: a folder that is as the run wrote it passes, and whatever was touched is named with both figures.

use crate::support::{Audit, Run, audit, recount_in};
use std::path::Path;

/// Two audited lines, one over by a unit, a row that is excluded (it is empty) and one that is rejected.
const VISITS: &str = "patient_id,date_of_service,code,minutes,units,payer,therapist_id,clinic,charge
SECRET-1,2026-03-05,97110,24,2,Medicare,T1,North,100.00
SECRET-2,2026-03-06,97110,15,2,Medicare,T2,South,100.50
,,,,,,,,
SECRET-3,2026-13-45,97110,15,2,Medicare,T2,South,90.00
";

fn audited(options: &[&str]) -> Audit {
    let audit = audit(&[("visits.csv", VISITS)], &[&["--max-rejects", "50"], options].concat());
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    audit
}

fn verify(audit: &Audit) -> Run {
    recount_in(audit.folder.path(), &["verify", "report"])
}

/// What is said, without line ends.
fn words(run: &Run) -> String {
    run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from:?} stands in {}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_run_as_it_was_written_passes() {
    let parquet: (&[&str], Audit) = (&[], parquet());
    let csv = [&[][..], &["--detail", "findings"], &["--letters"]].map(|options| (options, audited(options)));
    for (options, audit) in csv.into_iter().chain([parquet]) {
        let run = verify(&audit);
        let said = words(&run);
        assert_eq!((run.code, &*run.stderr), (0, ""), "{options:?}: {}", run.stdout);
        assert!(said.contains("All is as it should be: "), "{said}");
        assert!(said.contains("pseudonyms.csv: who stands behind"), "{said}");
        assert_eq!(said.contains("Not made anew:"), options == ["--detail", "findings"], "{said}");
        assert!(!said.contains("SECRET"), "{said}");
        assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
    }
}

/// The same with its tables as Parquet.
fn parquet() -> Audit {
    let mut audit = audited(&[]);
    std::fs::remove_dir_all(audit.file("")).unwrap();
    audit.run = recount_in(audit.folder.path(), &["audit", "visits.csv", "--out", "report", "--max-rejects", "50"]);
    audit
}

/// Notes and payments are lines, too, and bill no units.
#[test]
fn totals_tie_beside_notes_and_payments() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/files");
    let file = |name: &str| files.join(name).to_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    for (n, exports) in [
        &["charges.csv", "--join", "notes-gaps.csv"][..],
        &["837p.txt", "835.txt", "--join", "notes.csv"],
        &["visit-total.csv"],
        &["status-billed.csv"],
        &["overlap-1.csv", "overlap-2.csv"],
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("report{n}");
        let files: Vec<String> =
            exports.iter().map(|name| if name.starts_with("--") { (*name).to_owned() } else { file(name) }).collect();
        let mut command = vec!["audit", "--out", &out, "--no-xlsx", "--no-html"];
        command.extend(files.iter().map(String::as_str));
        let run = recount_in(folder.path(), &command);
        assert_eq!(run.code, 0, "{exports:?}: {}", run.stderr);
        let run = recount_in(folder.path(), &["verify", &out]);
        assert_eq!((run.code, &*run.stderr), (0, ""), "{exports:?}: {}", run.stdout);
    }
}

#[test]
fn a_table_that_was_touched_is_named_with_both_figures() {
    let audit = audited(&[]);
    replace(&audit.file("lines.csv"), ",15,2,10050", ",15,3,10051");
    let run = verify(&audit);
    let said = words(&run);
    assert_eq!(run.code, 1, "{said}");
    for part in [
        "3 things are not as they should be",
        "lines.csv was changed after the run wrote it: its SHA-256 is ",
        "units audited: 4 stated in the manifest, 5 made anew from lines.",
        "charges audited: 200.50 stated in the manifest, 200.51 made anew from lines.",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    assert!(!said.contains("SECRET"), "{said}");
}

#[test]
fn a_file_that_is_gone_and_one_that_is_new_are_named() {
    let audit = audited(&[]);
    std::fs::remove_file(audit.file("tables/by_code.csv")).unwrap();
    std::fs::write(audit.file("tables/extra.csv"), "a\n").unwrap();
    std::fs::write(audit.file(".DS_Store"), "a").unwrap();
    let run = verify(&audit);
    let said = words(&run);
    assert_eq!(run.code, 1, "{said}");
    for part in [
        "2 things are not as they should be",
        "tables/by_code.csv, which the manifest names, cannot be read: no such file or folder.",
        "tables/extra.csv is in the folder, and the manifest does not name it.",
        ".DS_Store: left by another program",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
}

#[test]
fn a_manifest_that_was_touched_does_not_fit_its_run() {
    let audit = audited(&[]);
    replace(&audit.file("manifest.json"), "\"exception\": 1", "\"exception\": 2");
    let run = verify(&audit);
    let said = words(&run);
    assert_eq!(run.code, 1, "{said}");
    assert!(said.contains("The manifest was changed: its run id is R-"), "{said}");
    assert!(said.contains("findings: exception: 2 stated in the manifest, 1 made anew from findings."), "{said}");
    replace(&audit.file("manifest.json"), "\"findings.csv\": {", "\"../visits.csv\": {");
    let said = words(&verify(&audit));
    assert!(said.contains("The manifest names ../visits.csv, which is no file of this folder."), "{said}");
}

#[test]
fn damaged_parquet_is_said_and_no_panic() {
    let audit = parquet();
    for name in ["lines.parquet", "tables/overview.parquet"] {
        let mut bytes = std::fs::read(audit.file(name)).unwrap();
        let middle = bytes.len() / 2;
        bytes[4..middle].fill(0);
        bytes.truncate(if name.starts_with("tables") { middle } else { bytes.len() });
        std::fs::write(audit.file(name), bytes).unwrap();
    }
    let run = verify(&audit);
    let said = words(&run);
    assert_eq!((run.code, &*run.stderr), (1, ""), "{said}");
    assert!(said.contains("tables/overview.parquet cannot be read as a table."), "{said}");
    assert!(said.contains("lines.parquet was changed after the run wrote it"), "{said}");
}

#[test]
fn without_every_check_findings_need_not_hold_every_unit() {
    let run = verify(&audited(&["--ignore", "overbilled-units"]));
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(words(&run).contains("overbilled-units was not selected"), "{}", run.stdout);
}

#[test]
fn what_is_no_run_cannot_be_verified() {
    let folder = tempfile::tempdir().unwrap();
    let run = recount_in(folder.path(), &["verify", "."]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.starts_with("recount: .: holds no finished run"), "{}", run.stderr);
}
