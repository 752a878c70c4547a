//! The sample as an auditor sees it. `UPDATE_GOLDEN=1` writes the files anew; the diff is for a person to read.

use crate::support::{recount, recount_in};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sample's files, in order of name.
fn sample() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root().join("data/sample")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    files
}

/// Compares with a golden file, or writes it.
fn golden(name: &str, found: &str) {
    let path = root().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(wanted == found, "{name} differs; run with UPDATE_GOLDEN=1 and read the diff");
}

#[test]
fn the_sample_as_an_auditor_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let files = sample();
    assert!(files.len() > 1);
    let mut arguments = vec!["audit"];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    arguments.extend(["--out", "report"]);
    let run = recount_in(folder.path(), &arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    golden("terminal.txt", &run.stdout);
    arguments.extend(["--tables", "csv"]);
    assert_eq!(recount_in(folder.path(), &arguments).code, 0);
    let read = |name: &str| std::fs::read_to_string(folder.path().join("report").join(name)).unwrap();
    // What is in the tables stands in their own files, and what is made of them is tested apart.
    let mut manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).unwrap();
    for key in ["outputs", "deliverables"] {
        manifest.as_object_mut().unwrap().remove(key);
    }
    golden("manifest.json", &format!("{}\n", serde_json::to_string_pretty(&manifest).unwrap()));
    for name in ["sessions.csv", "findings.csv", "rejects.csv", "excluded.csv"] {
        golden(name, &read(name));
    }
    let mut tables: Vec<_> = std::fs::read_dir(folder.path().join("report/tables"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    tables.sort();
    for name in tables {
        let name = format!("tables/{}", name.to_str().unwrap());
        golden(&name, &read(&name));
    }
}

#[test]
fn the_readme_shows_what_the_program_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- sample output: begin -->").expect("the output in the README");
    let (block, _) = rest.split_once("<!-- sample output: end -->").unwrap();
    let shown = block.trim().trim_start_matches("```text\n").trim_end_matches("```").trim_end();
    let wanted = std::fs::read_to_string(root().join("tests/golden/terminal.txt")).unwrap();
    assert!(shown == wanted.trim_end(), "paste tests/golden/terminal.txt between the markers of README.md");
}

#[test]
fn the_sample_is_what_the_generator_makes() {
    let folder = tempfile::tempdir().unwrap();
    let out = ["generate", "--lines", "4800", "--seed", "8", "--out", "visits-{quarter}.csv"];
    assert_eq!(recount_in(folder.path(), &out).code, 0);
    for file in sample() {
        let made = std::fs::read(folder.path().join(file.file_name().unwrap())).unwrap();
        assert!(made == std::fs::read(&file).unwrap(), "{}", file.display());
    }
}

#[test]
fn a_rerun_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<String> = sample().iter().map(|file| file.to_str().unwrap().to_owned()).collect();
    let run = |out: &str, threads: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_recount"));
        command
            .arg("audit")
            .args(&files)
            .args(["--out", out])
            .current_dir(folder.path())
            .env("RAYON_NUM_THREADS", threads);
        assert!(command.output().unwrap().status.success());
    };
    run("first", "1");
    run("second", "7");
    for name in [
        "lines.parquet",
        "services.parquet",
        "sessions.parquet",
        "findings.parquet",
        "manifest.json",
        "tables/control_totals.parquet",
    ] {
        let read = |out: &str| std::fs::read(folder.path().join(out).join(name)).unwrap();
        assert!(read("first") == read("second"), "{name}");
    }
}

#[test]
fn help_is_there() {
    assert!(recount(&["--help"]).stdout.contains("audit"));
}

/// The sessions of the README: each line that is shown is one that the program prints, in that order.
#[test]
fn the_readme_shows_sessions_as_they_are() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let mut sessions = 0;
    for block in readme.split("```text\n$ recount audit ").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        let (command, shown) = block.split_once('\n').unwrap();
        let command = format!("audit {command}").replace("--out report", "--out");
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push(out.to_str().unwrap());
        let run = recount(&arguments);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let mut printed = run.stdout.lines();
        for line in shown.lines().filter(|line| *line != "…") {
            assert!(printed.any(|other| other == line), "{command}: the program does not print, or not there: {line}");
        }
        sessions += 1;
    }
    assert_eq!(sessions, 3);
}

/// A text between two marks of a file, or the file as a whole, is what the program makes; `UPDATE_GOLDEN=1` writes it.
fn made(path: &str, marks: Option<(&str, &str)>, made: &str) {
    let path = root().join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let wanted = match marks {
        None => made.to_owned(),
        Some((begin, end)) => {
            let (before, rest) = text.split_once(begin).expect("the mark where it begins");
            let (_, after) = rest.split_once(end).expect("the mark where it ends");
            format!("{before}{begin}{made}{end}{after}")
        }
    };
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    } else {
        assert!(text == wanted, "{} differs from the checks' pages; run with UPDATE_GOLDEN=1", path.display());
    }
}

#[test]
fn the_documents_of_the_checks_are_made_of_their_pages() {
    use recount::commands::checks;
    made("docs/checks.md", None, &checks::document());
    let marks = ("<!-- table of checks: begin -->\n", "<!-- table of checks: end -->");
    made("README.md", Some(marks), &checks::table());
}
