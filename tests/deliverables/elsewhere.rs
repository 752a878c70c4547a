//! Page and work paper in the programs that people open them with. A plain machine lacks these, so `.ci/run` asks for the tests by
//! name.

use crate::support::recount_in;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A practice large enough that all sheets and charts have something in them, and a hostile one.
fn reports(folder: &Path) -> Vec<PathBuf> {
    let ok = |arguments: &[&str]| {
        let run = recount_in(folder, arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
    };
    ok(&["generate", "--lines", "6000", "--seed", "5", "--out", "visits.csv"]);
    std::fs::write(folder.join("hostile.csv"), super::safety::hostile_rows()).unwrap();
    ok(&["audit", "visits.csv", "--out", "shareable", "--letters"]);
    ok(&["audit", "visits.csv", "--out", "full", "--html-audience", "workpaper"]);
    ok(&["audit", "hostile.csv", "--out", "hostile", "--html-audience", "workpaper"]);
    ["shareable", "full", "hostile"].map(|name| folder.join(name)).to_vec()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}:\n{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// `BROWSER_TESTS` names a copy of `tests/browser` with its packages.
#[test]
#[ignore = "needs Chromium, Node and the packages of tests/browser"]
fn the_page_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages: Vec<PathBuf> = reports(folder.path()).into_iter().map(|report| report.join("report.html")).collect();
    pages.push(folder.path().join("shareable/therapists/001.html"));
    let tests = std::env::var("BROWSER_TESTS").expect("BROWSER_TESTS names the folder with the packages");
    run(Command::new("node").arg("check.mjs").args(&pages).current_dir(tests));
}

/// `PYTHON` names a Python with openpyxl.
#[test]
#[ignore = "needs Python with openpyxl, and LibreOffice"]
fn the_work_paper_in_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    for report in reports(folder.path()) {
        let book = report.join("workpaper.xlsx");
        run(Command::new(&python).arg("tests/workbook/check.py").arg(book).current_dir(env!("CARGO_MANIFEST_DIR")));
    }
}
