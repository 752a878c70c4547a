//! `recount report` and `recount review`: a finished run, looked at again.

use crate::support::{Run, read_table, recount_in};
use rust_xlsxwriter::Workbook;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

fn ok(folder: &Path, arguments: &[&str]) -> String {
    let run = recount_in(folder, arguments);
    assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
    run.stdout
}

fn run_of(options: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), &["generate", "--lines", "3000", "--seed", "4", "--out", "v.csv"]);
    ok(folder.path(), &[&["audit", "v.csv", "--out", "report"], options].concat());
    folder
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walk(folder) {
        let name = entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        found.insert(name, std::fs::read(&entry).unwrap());
    }
    found
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

/// Without the exports the same report is made, byte for byte, in place or elsewhere.
#[test]
fn a_report_made_anew_is_the_same() {
    let folder = run_of(&[]);
    let before = files(&folder.path().join("report"));
    std::fs::remove_file(folder.path().join("v.csv")).unwrap();
    ok(folder.path(), &["report", "report"]);
    assert!(files(&folder.path().join("report")) == before);
    ok(folder.path(), &["report", "report", "--out", "other"]);
    assert!(files(&folder.path().join("other")) == before);
    ok(folder.path(), &["report", "report", "--out", "full", "--html-audience", "workpaper", "--no-xlsx"]);
    let full = files(&folder.path().join("full"));
    assert!(full.contains_key("report.html") && !full.contains_key("workpaper.xlsx"));
    assert!(full["report.html"] != before["report.html"] && full["findings.parquet"] == before["findings.parquet"]);
}

/// With other thresholds patterns are found anew; with the same ones nothing moves.
#[test]
fn other_thresholds_find_other_patterns() {
    let folder = run_of(&[]);
    let settings = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/settings.toml")).unwrap();
    let with = |name: &str, from: &str, to: &str| {
        assert!(settings.contains(from));
        std::fs::write(folder.path().join(name), settings.replace(from, to)).unwrap();
    };
    with("same.toml", "pattern_min_sessions = 30", "pattern_min_sessions = 30");
    with("wide.toml", "pattern_max_minutes_per_unit_tenths = 140", "pattern_max_minutes_per_unit_tenths = 149");
    with("never.toml", "pattern_min_sessions = 30", "pattern_min_sessions = 30000");
    with("reading.toml", "zero_minutes_share_percent = 20", "zero_minutes_share_percent = 90");
    let patterns = |out: &str, settings: &str| {
        ok(folder.path(), &["report", "report", "--out", out, "--settings", settings]);
        // Read through another run of the program: what it says of the folder must hold, too.
        let verified = ok(folder.path(), &["verify", out]);
        assert!(!verified.is_empty());
        let page = std::fs::read_to_string(folder.path().join(out).join("report.html")).unwrap();
        page.matches("short-unit-pattern").count()
    };
    let (same, wide, never) =
        (patterns("same", "same.toml"), patterns("wide", "wide.toml"), patterns("never", "never.toml"));
    assert!(never < same && same <= wide, "{never} {same} {wide}");
    let (a, b) = (files(&folder.path().join("report")), files(&folder.path().join("same")));
    for name in ["findings.parquet", "tables/by_check.parquet", "sums/session_sums.parquet", "tables/overview.parquet"]
    {
        assert!(a[name] == b[name], "{name}");
    }
    let refused = recount_in(folder.path(), &["report", "report", "--out", "x", "--settings", "reading.toml"]);
    assert!(refused.code == 2 && refused.stderr.contains("zero_minutes_share_percent"), "{}", refused.stderr);
}

/// A work paper as another program saves it: the cells that import looks for, and nothing else.
fn reviewed(path: &Path, run: &str, rows: &[[&str; 8]]) {
    let mut book = Workbook::new();
    let index = book.add_worksheet();
    index.set_name("Index").unwrap();
    index.write(3, 0, "run id").unwrap().write(3, 1, run).unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("overbilled-units").unwrap();
    let headings =
        ["finding_id", "units_over", "tick", "disposition", "corrected_units", "note", "initials", "review_date"];
    for (column, heading) in (0..).zip(headings) {
        sheet.write(5, column, heading).unwrap();
    }
    for (row, cells) in (6..).zip(rows) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write(row, column, number).unwrap(),
                Err(_) => sheet.write(row, column, *cell).unwrap(),
            };
        }
    }
    book.save(path).unwrap();
}

fn import(folder: &TempDir, book: &str) -> Run {
    recount_in(folder.path(), &["review", "import", book, "--dir", "report"])
}

#[test]
fn what_reviewers_decided_comes_back() {
    let folder = run_of(&["--tables", "csv"]);
    let findings = read_table(&folder.path().join("report/findings.csv")).unwrap();
    let ids: Vec<&str> = findings
        .iter()
        .filter(|row| row["check"] == "overbilled-units")
        .map(|row| row["finding_id"].as_str())
        .collect();
    assert!(ids.len() > 5);
    let manifest = std::fs::read_to_string(folder.path().join("report/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let run = manifest["run"].as_str().unwrap();
    let path = folder.path().join("reviewed.xlsx");
    reviewed(
        &path,
        run,
        &[
            [ids[0], "1", "N", "Agreed", "", "", "AB", ""],
            [ids[1], "1", "M", "disagreed", "3", "the note has 53 minutes", "AB", ""],
            [ids[2], "1", "", "", "", "", "", ""],
        ],
    );
    let said = import(&folder, "reviewed.xlsx");
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("1 agreed, 1 disagreed"), "{}", said.stdout);
    ok(folder.path(), &["report", "report", "--html-audience", "workpaper"]);
    let page = std::fs::read_to_string(folder.path().join("report/report.html")).unwrap();
    let open = findings.len() - 2;
    assert!(
        page.contains(&format!("Of 2 findings decided, 1 agreed and 1 disagreed; {open} are open.")),
        "the page counts them"
    );
    assert!(page.contains(">50.0"), "the share of those that were disagreed with");
    // The new book has the decisions in it, and they come back as they were.
    let again = import(&folder, "report/workpaper.xlsx");
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains("1 agreed, 1 disagreed"), "{}", again.stdout);
    // A run with decisions is not replaced by an audit.
    let refused = recount_in(folder.path(), &["audit", "v.csv", "--out", "report"]);
    assert!(refused.code == 2 && refused.stderr.contains("reviewers"), "{}", refused.stderr);
    assert!(folder.path().join("report/review.json").exists());
    ok(folder.path(), &["verify", "report"]);
}

#[test]
fn a_book_of_another_run_is_refused() {
    let folder = run_of(&["--tables", "csv"]);
    let path = folder.path().join("other.xlsx");
    reviewed(&path, "R-00000000000000000000", &[["F-0", "1", "N", "agreed", "", "", "", ""]]);
    let refused = import(&folder, "other.xlsx");
    assert!(refused.code == 2 && refused.stderr.contains("R-00000000000000000000"), "{}", refused.stderr);
    let manifest = std::fs::read_to_string(folder.path().join("report/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let run = manifest["run"].as_str().unwrap();
    for (row, said) in [
        (["F-0123", "1", "N", "agreed", "", "", "", ""], "has not"),
        (["F-0123", "1", "N", "perhaps", "", "", "", ""], "overbilled-units"),
    ] {
        reviewed(&path, run, &[row]);
        let refused = import(&folder, "other.xlsx");
        assert!(refused.code != 0 && refused.stderr.contains(said), "{}", refused.stderr);
    }
    assert!(!folder.path().join("report/review.json").exists());
}

/// `SOURCE_DATE_EPOCH` is the only clock there is.
#[test]
fn the_time_of_making_is_told_not_asked() {
    let folder = run_of(&[]);
    let read = |name: &str| std::fs::read_to_string(folder.path().join("report").join(name)).unwrap();
    assert!(!read("report.html").contains("made on"));
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_recount"))
        .args(["report", "report"])
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(run.status.success());
    assert!(read("report.html").contains("made on 2026-09-21"));
    let wrong = std::process::Command::new(env!("CARGO_BIN_EXE_recount"))
        .args(["report", "report"])
        .env("SOURCE_DATE_EPOCH", "yesterday")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}

/// What people put into a run's folder, and what they wrote into its work paper, stays theirs.
#[test]
fn nothing_of_a_reviewers_is_lost() {
    let folder = run_of(&["--tables", "csv"]);
    let report = folder.path().join("report");
    std::fs::write(report.join("notes.txt"), "mine").unwrap();
    ok(folder.path(), &["report", "report", "--letters"]);
    // What is not asked for anew stays, too.
    ok(folder.path(), &["report", "report", "--no-html"]);
    assert!(report.join("therapists/001.html").exists() && report.join("report.html").exists());
    assert_eq!(std::fs::read(report.join("notes.txt")).unwrap(), b"mine");
    // A work paper that was changed is replaced neither by an audit nor by a report.
    let written = std::fs::read(report.join("workpaper.xlsx")).unwrap();
    std::fs::write(report.join("workpaper.xlsx"), [&written[..], b" "].concat()).unwrap();
    for arguments in [&["report", "report"][..], &["audit", "v.csv", "--out", "report"]] {
        let refused = recount_in(folder.path(), arguments);
        assert!(refused.code == 2 && refused.stderr.contains("recount review import"), "{}", refused.stderr);
    }
    std::fs::write(report.join("workpaper.xlsx"), written).unwrap();
    // Two people, two copies: the decisions of both are kept.
    let findings = read_table(&report.join("findings.csv")).unwrap();
    let ids: Vec<&str> = findings
        .iter()
        .filter(|row| row["check"] == "overbilled-units")
        .map(|row| row["finding_id"].as_str())
        .collect();
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(report.join("manifest.json")).unwrap()).unwrap();
    for (book, id, decision) in [("a.xlsx", ids[0], "agreed"), ("b.xlsx", ids[1], "disagreed")] {
        let row = [id, "1", "N", decision, "", "", "AB", ""];
        reviewed(&folder.path().join(book), manifest["run"].as_str().unwrap(), &[row]);
        assert_eq!(import(&folder, book).code, 0);
    }
    let review: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(report.join("review.json")).unwrap()).unwrap();
    assert_eq!(review["dispositions"].as_array().unwrap().len(), 2);
}
