//! `recount compare`: what differs between two runs, and which findings are new, gone, changed or as they were.

use crate::support::{Row, Run, read_table, recount_in};
use std::path::Path;
use tempfile::TempDir;

const HEADER: &str = "patient_id,date_of_service,code,minutes,units,payer,therapist_id,clinic\n";

/// The first audit of March: one session over by a unit, one by two, one not at all.
const OLD: &str = "SECRET-1,2026-03-05,97110,15,2,Medicare,T1,North
SECRET-2,2026-03-06,97110,15,3,Medicare,T2,South
SECRET-3,2026-03-07,97110,15,1,Medicare,T3,East
";

/// Another: the first session as it was, the second over by one now, the third over, and one more in April.
const NEW: &str = "SECRET-1,2026-03-05,97110,15,2,Medicare,T1,North
SECRET-2,2026-03-06,97110,15,2,Medicare,T2,South
SECRET-3,2026-03-07,97110,15,2,Medicare,T3,West
SECRET-4,2026-04-08,97110,15,2,Medicare,T3,West
";

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn audited(folder: &Path, out: &str, rows: &str, options: &[&str]) {
    let file = format!("{out}.csv");
    std::fs::write(folder.join(&file), format!("{HEADER}{rows}")).unwrap();
    let command = ["audit", &file, "--out", out, "--no-html", "--no-xlsx"];
    let run = recount_in(folder, &[&command, options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// What is said, without line ends and doubled spaces.
fn words(run: &Run) -> String {
    run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn compared(folder: &Path, options: &[&str]) -> Run {
    let run = recount_in(folder, &[&["compare", "old", "new"], options].concat());
    assert_eq!((run.code, &*run.stderr), (0, ""), "{}", run.stdout);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
    assert!(!run.stdout.contains("SECRET"), "{}", run.stdout);
    run
}

#[test]
fn findings_are_new_gone_changed_or_as_they_were() {
    let folder = folder();
    audited(folder.path(), "old", OLD, &[]);
    audited(folder.path(), "new", NEW, &[]);
    let run = compared(folder.path(), &["--out", "page.html"]);
    let said = words(&run);
    for part in [
        "Both runs have the same version of recount, reference data, queries, checks and options",
        "Both have the days from 2026-03-05 to 2026-03-07;",
        "Of the exports of the new run, 0 of 1 are byte for byte among those of the old.",
        "3 → 4 units over",
        "50.0 → 50.0 units over per 100 billed (of 6 and 8 units that could be judged)",
        "Findings: 0 gone, 2 new, 1 persisting as they were, 1 persisting with another severity or other units.",
        "On the days that both runs have (2026-03-05 to 2026-03-07): 0 gone, 1 new.",
        "Page: page.html Every finding with what became of it: changes.csv",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    let changes = read_table(&folder.path().join("changes.csv")).unwrap();
    let shown: Vec<[&str; 5]> = changes
        .iter()
        .map(|row| {
            ["change", "severity_old", "severity_new", "units_over_old", "units_over_new"]
                .map(|name| row[name].as_str())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ["persisting", "exception", "exception", "1", "1"],
            ["changed", "exception", "exception", "2", "1"],
            ["new", "", "exception", "", "1"],
            ["new", "", "exception", "", "1"],
        ]
    );
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.contains("Two audits compared") && !page.contains("SECRET"));
    for row in &changes {
        assert!(page.contains(&row["finding_id"]), "{}", row["finding_id"]);
    }
    #[cfg(unix)]
    for name in ["page.html", "changes.csv"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // The other way round what was new is gone.
    let run = recount_in(folder.path(), &["compare", "new", "old", "--out", "back.html"]);
    assert_eq!(run.code, 0);
    let gone: Vec<Row> = read_table(&folder.path().join("changes.csv")).unwrap();
    let gone: Vec<&str> = gone.iter().filter(|row| row["change"] == "gone").map(|row| &*row["finding_id"]).collect();
    let new: Vec<&str> = changes.iter().filter(|row| row["change"] == "new").map(|row| &*row["finding_id"]).collect();
    assert_eq!(gone, new);
}

#[test]
fn tables_stand_side_by_side() {
    let folder = folder();
    audited(folder.path(), "old", OLD, &[]);
    audited(folder.path(), "new", NEW, &["--tables", "csv"]);
    let said = words(&compared(folder.path(), &[]));
    for part in [
        "read rows 3 4 1 read units 6 8 2",
        "lines audited 3 4 1 lines",
        "overbilled-units 2 4 3 4 1",
        "T3 0 2 2 0.0 50.0",
        "West 2 2 50.0 only in new",
        "East 0 0 0.0 only in old",
        "Medicare 3 4 1 50.0 50.0",
        "97110 3 4 1 50.0 50.0",
        "2 findings: new",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
}

#[test]
fn what_was_made_otherwise_is_said_first() {
    let folder = folder();
    audited(folder.path(), "old", OLD, &[]);
    audited(folder.path(), "new", OLD, &["--payer-rule", "Medicare=midpoint", "--ignore", "short-unit-pattern"]);
    let said = words(&compared(folder.path(), &[]));
    let warning = "WHAT CHANGED WARNING: The runs were not made alike. These differences alone change results:";
    assert!(said.starts_with(warning), "{said}");
    for part in [
        "--payer-rule: not given → Medicare=midpoint",
        "--ignore: not given → short-unit-pattern",
        "check short-unit-pattern ran only in the old run (in the other: not selected)",
        "The periods are the same.",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
}

#[test]
fn periods_that_do_not_overlap_compare_by_rates() {
    let folder = folder();
    let both = format!("{OLD}{}", NEW.replace("2026-03", "2026-05").replace("2026-04", "2026-06"));
    audited(folder.path(), "old", &both, &["--quarter", "2026Q1"]);
    audited(folder.path(), "new", &both, &["--quarter", "2026Q2"]);
    let said = words(&compared(folder.path(), &[]));
    for part in [
        "Both runs have the same version",
        "dates of service from 2026-03-05 to 2026-03-07. New: ",
        "dates of service from 2026-05-05 to 2026-06-08.",
        "The periods do not overlap, so no finding of a session can persist: compare rates, not counts.",
        "Findings: 2 gone, 4 new, 0 persisting",
        "only patterns over many sessions can persist",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
}

#[test]
fn a_run_beside_itself_has_no_change() {
    let folder = folder();
    audited(folder.path(), "old", NEW, &[]);
    let run = recount_in(folder.path(), &["compare", "old", "old", "--out", "page.html"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(words(&run).contains("Both folders hold the same run, R-"), "{}", run.stdout);
    let changes = read_table(&folder.path().join("changes.csv")).unwrap();
    assert!(!changes.is_empty() && changes.iter().all(|row| row["change"] == "persisting"));
    let page = || std::fs::read(folder.path().join("page.html")).unwrap();
    let before = page();
    recount_in(folder.path(), &["compare", "old", "old", "--out", "page.html"]);
    assert!(before == page(), "the same page again");
}

#[test]
fn only_the_first_of_many_are_listed() {
    let folder = folder();
    // Distinct patients, since a patient has one session a day.
    let rows: String = (0..120).map(|n| format!("SECRET-{n},2026-03-05,97110,15,2,Medicare,T1,North\n")).collect();
    audited(folder.path(), "old", OLD, &[]);
    audited(folder.path(), "new", &rows, &[]);
    let said = words(&compared(folder.path(), &[]));
    assert!(said.contains("The first 50 of 12"), "{said}");
    assert!(said.contains("--out FILE.html writes all of them to changes.csv"), "{said}");
}

#[test]
fn nothing_is_written_into_a_run() {
    let folder = folder();
    audited(folder.path(), "old", OLD, &[]);
    audited(folder.path(), "new", NEW, &[]);
    for (out, problem) in [
        ("new/page.html", "lies in new, whose files are those of its run; name a place outside"),
        ("changes.csv", "is where the changes go as CSV; give the page another name"),
    ] {
        let run = recount_in(folder.path(), &["compare", "old", "new", "--out", out]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert_eq!(run.stderr, format!("recount: {out}: {problem}\n"));
    }
    assert_eq!(recount_in(folder.path(), &["verify", "new"]).code, 0);
    let run = recount_in(folder.path(), &["compare", "old", "none"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.starts_with("recount: none: holds no finished run"), "{}", run.stderr);
}
