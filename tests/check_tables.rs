//! Cases of checks as data: `tests/checks/CHECK.csv`, which an auditor can read and extend; `tests/checks/README.md` says how.

use crate::support::{Row, read_table};
use clap::Parser;
use recount::checks::ALL;
use recount::cli::{Cli, Command};
use recount::plan::Plan;
use recount::progress::Progress;
use recount::report::Manifest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a case has where its table has no such column.
const STANDING: [(&str, &str); 5] = [
    ("patient_id", "P1"),
    ("date_of_service", "2024-08-05"),
    ("payer", "Medicare"),
    ("discipline", "PT"),
    ("therapist_id", "T1"),
];

/// Columns of a table of cases that are none of an export.
const OF_THE_CASE: [&str; 4] = ["example", "finds", "besides", "options"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks")
}

/// The export of a case: the rows of its table, less what is no column of its file.
fn export(case: &[Row]) -> String {
    let absent = |name: &str| case.iter().any(|row| row.get(name).is_some_and(|cell| cell == "-"));
    let own = case[0].keys().filter(|name| !OF_THE_CASE.contains(&name.as_str()) && !absent(name));
    let standing = STANDING.iter().map(|(name, _)| *name).filter(|name| !case[0].contains_key(*name));
    let columns: Vec<&str> = own.map(String::as_str).chain(standing).collect();
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(&columns).unwrap();
    for row in case {
        let otherwise = |name: &str| STANDING.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        csv.write_record(columns.iter().map(|name| row.get(*name).map_or(otherwise(name), String::as_str))).unwrap();
    }
    String::from_utf8(csv.into_inner().unwrap()).unwrap()
}

/// What an audit of the case found: check → severity, certainty and units over of each finding; checks that did not run.
fn audited(place: &Path, case: &[Row]) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let (file, out) = (place.join("case.csv"), place.join("report"));
    std::fs::write(&file, export(case)).unwrap();
    let mut arguments = vec!["recount".to_owned(), "audit".into(), file.display().to_string()];
    arguments.extend(["--out".into(), out.display().to_string()]);
    arguments.extend(["--tables", "csv", "--no-html", "--no-xlsx"].map(str::to_owned));
    let options = case[0].get("options").map_or("", String::as_str);
    // A word that names something beside the tables is found there.
    arguments.extend(options.split_whitespace().map(|word| match folder().join(word) {
        path if path.exists() => path.display().to_string(),
        _ => word.to_owned(),
    }));
    let Command::Audit(arguments) = Cli::parse_from(arguments).command else { unreachable!() };
    let (finished, _) = recount::run::audit(Plan::new(&arguments).unwrap(), Progress::silent()).unwrap();
    let manifest: &Manifest = &finished.report.manifest;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in read_table(&out.join("findings.csv")).unwrap() {
        let over: i32 = row["units_over"].parse().unwrap_or(0);
        let finding = format!("{} {} {over}", row["severity"], row["certainty"]);
        found.entry(row["check"].clone()).or_default().push(finding);
    }
    (found, manifest.checks_not_run.keys().cloned().collect())
}

fn cases(path: &Path) -> Vec<Vec<Row>> {
    let rows = read_table(path).unwrap_or_else(|| panic!("{} is a table", path.display()));
    rows.chunk_by(|a, b| a["example"] == b["example"]).map(<[Row]>::to_vec).collect()
}

fn tables() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut tables: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "csv")).collect();
    tables.sort();
    tables
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_case_of_every_table() {
    let place = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for table in tables() {
        let check = name(&table);
        for case in cases(&table) {
            let (mut found, not_run) = audited(place.path(), &case);
            let said = if check == "allowed" {
                // What is allowed is silent whatever looks at it, but for what is named.
                let besides = case[0].get("besides").map_or("", String::as_str);
                found.retain(|check, _| !besides.split_whitespace().any(|other| other == check));
                if found.is_empty() { "nothing".to_owned() } else { format!("{found:?}") }
            } else {
                match found.remove(&check) {
                    Some(mut rows) => {
                        rows.sort();
                        rows.join(", ")
                    }
                    None if not_run.contains(&check) => "not run".into(),
                    None => "nothing".into(),
                }
            };
            let mut finds: Vec<&str> = case[0]["finds"].split(", ").collect();
            finds.sort_unstable();
            let finds = finds.join(", ");
            if said != finds {
                wrong.push(format!("{check}: {}: {said}, not {finds}", case[0]["example"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_table_shows_what_its_check_says_and_when_it_is_silent() {
    for table in tables() {
        let check = name(&table);
        if check == "allowed" {
            continue;
        }
        assert!(ALL.iter().any(|known| known.name == check), "{check} is a check");
        let finds: Vec<String> = cases(&table).iter().map(|case| case[0]["finds"].clone()).collect();
        assert!(finds.iter().any(|finds| finds == "nothing"), "{check}: a look-alike that is allowed");
        assert!(finds.iter().any(|finds| finds == "not run"), "{check}: a file without what it needs");
        assert!(finds.iter().any(|finds| finds != "nothing" && finds != "not run"), "{check}: one that is found");
    }
}
