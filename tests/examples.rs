//! Examples kept as data: those in the checks' own pages, and the published sessions.

use crate::support::{Row, audit, read_table};
use clap::Parser;
use recount::checks::ALL;
use recount::cli::{Cli, Command};
use recount::plan::Plan;
use recount::progress::Progress;
use std::fmt::Write;
use std::path::Path;

/// One row of the table in a check's page.
struct Example<'a> {
    name: &'a str,
    payer: &'a str,
    lines: &'a str,
    finds: &'a str,
}

fn examples(page: &str) -> Vec<Example<'_>> {
    page.lines()
        .skip_while(|line| *line != "## Examples")
        .filter(|line| line.starts_with("| ") && !line.starts_with("| example"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, payer, lines, finds] = cells[..] else { panic!("four cells: {line}") };
            Example { name, payer, lines, finds }
        })
        .collect()
}

/// The files of an example: bills, and notes if it has any.
struct Files {
    bills: String,
    notes: Option<String>,
}

/// What holds of the services behind it: columns of the export and their values.
#[derive(Clone)]
struct Context(Vec<(String, String)>);

impl Context {
    fn new(payer: &str) -> Context {
        let standing =
            [("date_of_service", "2024-03-05"), ("discipline", "PT"), ("payer", payer), ("therapist_id", "T1")];
        Context(standing.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec())
    }

    fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value.to_owned(),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// `97110-GP=15/1@T2`, `40 * 97110=25/2`, `note:97110=15/1`, `;` between patients; and for what stands behind it any column of an
/// export by its name: `date:2016-12-31`, `setting:facility`, `discipline:none`, `visit-timed:40`, `start-time:09:00`.
fn as_csv(example: &Example) -> Files {
    let mut columns: Vec<String> =
        ["date_of_service", "discipline", "payer", "therapist_id"].map(str::to_owned).to_vec();
    let (mut bills, mut notes) =
        (Vec::new(), "patient_id,date_of_service,therapist_id,code,minutes,units\n".to_owned());
    let without_notes = notes.len();
    let mut patient = 0;
    let mut kept = Context::new(example.payer);
    for group in example.lines.split(';') {
        // A date and a place hold on; what is said of a visit is another patient's no more.
        let mut context = Context::new(example.payer);
        ["date_of_service", "discipline", "setting"].iter().for_each(|name| context.set(name, kept.get(name)));
        let mut words = group.split_whitespace().peekable();
        let (mut times, mut services) = (1, Vec::new());
        while let Some(word) = words.next() {
            if words.peek() == Some(&"*") {
                times = word.parse().expect("a number before *");
                words.next();
                continue;
            }
            match word.split_once(':').filter(|(name, _)| !name.contains('=')) {
                Some(("note", service)) => services.push((true, service, context.clone())),
                Some((name, value)) => {
                    let name = match name {
                        "date" => "date_of_service".to_owned(),
                        "visit" => "visit_id".to_owned(),
                        "visit-timed" => "visit_timed_minutes".to_owned(),
                        "through" => "service_through".to_owned(),
                        other => other.replace('-', "_"),
                    };
                    let value = if (name.as_str(), value) == ("discipline", "none") { "" } else { value };
                    context.set(&name, &value.replace('_', " "));
                    if !columns.contains(&name) {
                        columns.push(name);
                    }
                }
                None => services.push((false, word, context.clone())),
            }
        }
        kept = context;
        for _ in 0..times {
            patient += 1;
            for (note, service, context) in &services {
                let (code, rest) = service.split_once('=').expect("CODE=MINUTES/UNITS");
                let (amounts, therapist) = rest.split_once('@').unwrap_or((rest, context.get("therapist_id")));
                let (minutes, units) = amounts.split_once('/').expect("MINUTES/UNITS");
                if *note {
                    let date = context.get("date_of_service");
                    writeln!(notes, "P{patient},{date},{therapist},{code},{minutes},{units}").unwrap();
                    continue;
                }
                let (code, modifiers) = code.split_once('-').unwrap_or((code, ""));
                if !modifiers.is_empty() && !columns.iter().any(|column| column == "modifiers") {
                    columns.push("modifiers".into());
                }
                let mut row = context.clone();
                row.set("therapist_id", therapist);
                if !modifiers.is_empty() {
                    row.set("modifiers", &modifiers.replace('-', " "));
                }
                bills.push((format!("P{patient},{code},{minutes},{units}"), row));
            }
        }
    }
    let mut text = format!("patient_id,code,minutes,units,{}\n", columns.join(","));
    for (service, row) in bills {
        let cells: Vec<&str> = columns.iter().map(|column| row.get(column)).collect();
        writeln!(text, "{service},{}", cells.join(",")).unwrap();
    }
    Files { bills: text, notes: (notes.len() > without_notes).then_some(notes) }
}

/// Audits within this process: hundreds of examples, each a run of its own.
fn audited(folder: &Path, files: &Files, needs_file: bool) -> Report {
    let (export, notes, out) = (folder.join("example.csv"), folder.join("notes.csv"), folder.join("report"));
    std::fs::write(&export, &files.bills).unwrap();
    let mut arguments = vec!["recount", "audit", export.to_str().unwrap(), "--out", out.to_str().unwrap()];
    arguments.extend(["--tables", "csv"]);
    if let Some(text) = &files.notes {
        std::fs::write(&notes, text).unwrap();
        arguments.extend(["--join", notes.to_str().unwrap()]);
    }
    if needs_file {
        arguments.extend(["--data", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/checks/data")]);
    }
    let Command::Audit(arguments) = Cli::parse_from(arguments).command else { unreachable!() };
    recount::run::audit(Plan::new(&arguments).unwrap(), Progress::silent()).unwrap();
    let table = |name: &str| read_table(&out.join(name)).unwrap();
    Report { sessions: table("sessions.csv"), findings: table("findings.csv") }
}

struct Report {
    sessions: Vec<Row>,
    findings: Vec<Row>,
}

/// What a check found, in the words of the pages.
fn found(report: &Report, check: &str) -> String {
    if check == "short-session-average" {
        let short = report.sessions.iter().any(|session| session["short"] == "true");
        return if short { "short" } else { "nothing" }.to_owned();
    }
    let over = |row: &Row| row["units_over"].parse().unwrap_or(0);
    let mut rows: Vec<String> = report
        .findings
        .iter()
        .filter(|row| row["check"] == check)
        .map(|row| format!("{} {} {}", row["severity"], row["certainty"], over(row)))
        .collect();
    rows.sort();
    if rows.is_empty() { "nothing".into() } else { rows.join(", ") }
}

#[test]
fn every_example_of_every_check() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for check in ALL {
        for example in examples(check.page) {
            let mut expected: Vec<&str> = example.finds.split(", ").collect();
            expected.sort_unstable();
            let expected = expected.join(", ");
            let found = found(&audited(folder.path(), &as_csv(&example), check.needs_file.is_some()), check.name);
            if found != expected {
                wrong.push(format!("{}: {} [{}]: {found}, not {expected}", check.name, example.name, example.lines));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_its_page() {
    for check in ALL {
        assert!(
            check.page.starts_with(&format!("# {}\n", check.name)),
            "{}: its page begins with its name",
            check.name
        );
        for section in ["What must hold", "Why it matters", "Examples", "When it is not a fault", "Source"] {
            assert!(check.page.contains(&format!("\n## {section}\n")), "{} lacks {section}", check.name);
        }
        let examples = examples(check.page);
        assert!(
            examples.iter().any(|example| example.finds == "nothing"),
            "{} has an example that is silent",
            check.name
        );
        assert!(
            examples.iter().any(|example| example.finds != "nothing"),
            "{} has an example that is found",
            check.name
        );
    }
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".md").map(|name| name.replace('_', "-")))
        .collect();
    files.sort();
    let mut names: Vec<&str> = ALL.iter().map(|check| check.name).collect();
    names.sort_unstable();
    assert_eq!(files, names, "a page for each check, and a check for each page");
}

/// The published sessions through the program: billed as published, nothing is found; with one unit more, that unit is over.
#[test]
fn published_sessions() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/worked.csv");
    let rows = read_table(Path::new(path)).unwrap();
    assert!(rows.len() > 90);
    for (extra, over) in [(0, 0), (1, 1)] {
        let mut csv = "patient_id,date_of_service,discipline,payer,code,minutes,units\n".to_owned();
        let mut patients = Vec::new();
        for example in rows.chunk_by(|a, b| a["example"] == b["example"]) {
            let units = allocation(example);
            let patient = format!("P{:03}", patients.len());
            // Deleted codes are billed on a day on which they were in force; which day changes no unit.
            for (row, billed) in example.iter().zip(&units) {
                let timed = !row["minutes"].is_empty();
                let first_timed =
                    timed && std::ptr::eq(row, example.iter().find(|row| !row["minutes"].is_empty()).unwrap());
                let billed = billed + if first_timed { extra } else { 0 };
                let payer = if row["rule"] == "cms" { "Medicare" } else { "By midpoint" };
                writeln!(csv, "{patient},2024-03-05,PT,{payer},{},{},{billed}", row["code"], row["minutes"]).unwrap();
            }
            patients.push((patient, example));
        }
        let audit = audit(&[("published.csv", &csv)], &["--payer-rule", "By midpoint=midpoint"]);
        assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
        let sessions = audit.table("sessions");
        for (patient, example) in patients {
            let session = sessions.iter().find(|session| session["patient_id"] == patient).unwrap();
            let name = &example[0]["example"];
            assert_eq!(session["timed_units_supported"], example[0]["total_units"], "{name}");
            let timed = example.iter().any(|row| !row["minutes"].is_empty());
            assert_eq!(session["timed_units_over"], if timed { over.to_string() } else { "0".into() }, "{name}");
            if extra == 0 {
                assert_eq!(session["timed_units_under"], "0", "{name}");
            }
            for service in audit.table("services").iter().filter(|service| service["patient_id"] == patient) {
                let row = example.iter().find(|row| row["code"] == service["code"]).unwrap();
                if !row["minutes"].is_empty() {
                    assert_eq!(
                        (&service["units_min"], &service["units_max"]),
                        (&row["units_min"], &row["units_max"]),
                        "{name}"
                    );
                }
            }
        }
        if extra == 0 {
            let wrong: Vec<_> = audit
                .table("findings")
                .into_iter()
                .filter(|row| row["severity"] != "note" && row["check"].ends_with("units"))
                .collect();
            assert!(wrong.is_empty(), "{wrong:?}");
        }
    }
}

/// One published allocation: the first alternative where there are several.
fn allocation(example: &[crate::support::Row]) -> Vec<i32> {
    let alternatives = &example[0]["allocations"];
    let first = alternatives.split('|').next().unwrap_or("").trim();
    example
        .iter()
        .map(|row| {
            let stated = first.split(';').find_map(|part| part.trim().strip_prefix(&format!("{}=", row["code"])));
            stated.unwrap_or(&row["units_min"]).parse().expect("units")
        })
        .collect()
}
