//! Runs the program as a user does, and reads what it wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run of the program gave.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program with these arguments in a folder.
pub fn recount_in(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_recount"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("the program writes UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("the program writes UTF-8"),
    }
}

/// Runs the program with these arguments.
pub fn recount(arguments: &[&str]) -> Run {
    recount_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

/// A row of a table, by column.
pub type Row = BTreeMap<String, String>;

/// An audit of files that a test wrote, in a folder of its own.
pub struct Audit {
    pub run: Run,
    pub folder: TempDir,
}

/// Audits files given as (name, text); the tables are written as CSV.
pub fn audit(files: &[(&str, &str)], options: &[&str]) -> Audit {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    audit_bytes(&files, options)
}

/// Audits files given as (name, bytes).
pub fn audit_bytes(files: &[(&str, &[u8])], options: &[&str]) -> Audit {
    let folder = TempDir::new().expect("a folder for the test");
    let mut arguments = vec!["audit"];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("the test's file is written");
        arguments.push(name);
    }
    arguments.extend(["--out", "report", "--tables", "csv"]);
    arguments.extend(options);
    let run = recount_in(folder.path(), &arguments);
    Audit { run, folder }
}

impl Audit {
    /// A table of the report: `findings`, `tables/overview` …
    pub fn table(&self, name: &str) -> Vec<Row> {
        let path = self.folder.path().join("report").join(format!("{name}.csv"));
        read_table(&path).unwrap_or_else(|| panic!("no table {name}; the program said: {}", self.run.stderr))
    }

    /// The findings of one check.
    pub fn findings(&self, check: &str) -> Vec<Row> {
        self.table("findings").into_iter().filter(|row| row["check"] == check).collect()
    }

    /// A file of the report.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("report").join(name)
    }

    /// The manifest.
    pub fn manifest(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.file("manifest.json")).expect("the manifest is there");
        serde_json::from_str(&text).expect("the manifest is JSON")
    }
}

/// A CSV table, if there is one.
pub fn read_table(path: &Path) -> Option<Vec<Row>> {
    let mut reader = csv::Reader::from_path(path).ok()?;
    let headers = reader.headers().ok()?.clone();
    let rows = reader.records().map(|record| {
        let record = record.expect("a whole row");
        headers.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    });
    Some(rows.collect())
}
