//! `recount schema` and `recount init`: what an editor and a person are given to write a configuration with.
//!
//! `UPDATE_GOLDEN=1` writes `data/schemas/` anew; the diff is for a person to read.

use crate::support::{Run, recount, recount_in};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files of a folder of the project, in order of name.
fn files_in(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| path.to_str().unwrap().to_owned()).collect()
}

fn sample() -> Vec<String> {
    files_in("data/sample").into_iter().filter(|path| path.ends_with(".csv")).collect()
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn run(folder: &TempDir, command: &[&str], files: &[String], options: &[&str]) -> Run {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    recount_in(folder.path(), &[command, &files[..], options].concat())
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

/// Audits, and gives what the terminal said, with the tables that tell what was read and found.
fn audited(folder: &TempDir, files: &[String]) -> (String, Vec<String>) {
    let run = run(folder, &["audit"], files, &["--out", "report", "--tables", "csv"]);
    assert_eq!((run.code, &*run.stderr), (0, ""), "{files:?}");
    let tables = ["lines", "sessions", "findings", "rejects", "excluded"];
    (run.stdout, tables.map(|table| read(folder, &format!("report/{table}.csv"))).to_vec())
}

const EXPORT: &str = "patient_id,date_of_service,code,minutes,units,payer
SECRET-1,2026-03-05,97110,24,2,Aetna
SECRET-2,2026-03-06,97110,24,2,Medicare
";

#[test]
fn the_schemas_in_the_folder_are_those_of_the_program() {
    let listed = recount(&["schema"]);
    assert_eq!((listed.code, &*listed.stderr), (0, ""));
    let rows = listed.stdout.lines().skip(1).take_while(|line| !line.is_empty());
    let names: Vec<&str> = rows.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        names,
        ["claims", "headers", "payers", "preset", "recount", "secondary", "settings", "statuses", "waivers"]
    );
    let path = |name: &str| root().join(format!("data/schemas/{name}.schema.json"));
    for name in &names {
        let printed = recount(&["schema", name]);
        assert_eq!((printed.code, &*printed.stderr), (0, ""), "{name}");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(root().join("data/schemas")).unwrap();
            std::fs::write(path(name), &printed.stdout).unwrap();
        }
        let kept = std::fs::read_to_string(path(name)).unwrap_or_default();
        assert!(kept == printed.stdout, "{name} differs; run with UPDATE_GOLDEN=1 and read the diff");
        let schema: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
        assert!(schema["$schema"].is_string() && schema["title"].is_string(), "{name}");
        assert!(schema["description"].is_string(), "{name} says what it is of");
        let undescribed = undescribed(&schema);
        assert!(undescribed.is_empty(), "{name}: no description of {undescribed:?}");
    }
    let kept: Vec<String> = names.iter().map(|name| path(name).to_str().unwrap().to_owned()).collect();
    assert_eq!(files_in("data/schemas"), kept);
    let unknown = recount(&["schema", "payer"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.trim_end().ends_with("; did you mean payers?"), "{}", unknown.stderr);
}

/// Properties of a schema that tell nobody what they are. The keys of maps are fields of an export, and need no telling.
fn undescribed(schema: &serde_json::Value) -> Vec<String> {
    let own = schema["$defs"].as_object().into_iter().flatten().map(|(_, value)| value);
    let mut found = Vec::new();
    for object in own.chain([schema]) {
        for (key, value) in object["properties"].as_object().into_iter().flatten() {
            let is_field = recount::reference::Field::from_name(key).is_some();
            if !value["description"].is_string() && !is_field {
                found.push(key.clone());
            }
        }
    }
    found
}

#[test]
fn the_configuration_of_the_sample() {
    let folder = folder(&[]);
    let files = sample();
    let (said, without) = audited(&folder, &files);
    assert!(!said.contains("recount.toml"), "{said}");

    let made = run(&folder, &["init"], &files, &[]);
    assert_eq!((made.code, &*made.stderr), (0, ""));
    assert!(made.stdout.starts_with("recount.toml is written.\n"), "{}", made.stdout);
    assert!(made.stdout.lines().all(|line| line.chars().count() <= 80), "{}", made.stdout);
    let text = read(&folder, "recount.toml");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(!text.contains("P0000"), "a patient in\n{text}");
    for line in [
        "#   \"visits-2025Q1.csv\": ",
        "# certain: dates are read month first, the only order that all of them allow:\ndate_order = \"month-first\"\n",
        "patient_id = \"Patient ID\"   # certain: the field's own name",
        "date_of_service = \"DOS\"   # likely: a usual name",
        "clinic = \"Location\"   # look: only for want of better (weak name)",
        "# rows = \"units\"   # ",
        "# minutes_unit = \"hours\"   # ",
        "\n[payers]\n",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    assert!(made.stdout.contains("clinic = \"Location\""), "{}", made.stdout);

    let (said, with) = audited(&folder, &files);
    assert!(said.contains("decisions on reading come from recount.toml."), "{said}");
    assert!(with == without, "a configuration that states what is read changes nothing");
    let inspected = run(&folder, &["inspect"], &files, &[]);
    let first = "Decisions from recount.toml (found in this folder) are used.\n";
    assert!(inspected.stdout.starts_with(first), "{}", inspected.stdout);
    let named = run(&folder, &["inspect"], &files, &["--config", "recount.toml"]);
    assert!(named.stdout.starts_with("Decisions from recount.toml (--config) are used.\n"), "{}", named.stdout);

    // Made again from itself it says so, and decides the same.
    let again = run(&folder, &["init"], &files, &["--force"]);
    assert_eq!((again.code, &*again.stderr), (0, ""));
    let text = read(&folder, "recount.toml");
    assert!(text.contains("# with the decisions in recount.toml (found in this folder)."), "{text}");
    assert!(
        text.contains("patient_id = \"Patient ID\"   # certain: kept: it stood in the configuration before"),
        "{text}"
    );
    assert!(audited(&folder, &files).1 == without);
}

/// Every line that stands behind a `#` to be decided may stand before it.
#[test]
fn offered_rules_of_payers_may_be_taken() {
    let folder =
        folder(&[("a.csv", &format!("{EXPORT}SECRET-3,2026-03-06,97110,24,2,\"The \"\"Plan\"\", \\ of 漢字\"\n"))]);
    let files = ["a.csv".to_owned()];
    assert_eq!(run(&folder, &["init"], &files, &["--out", "a.toml"]).code, 0);
    assert_eq!(run(&folder, &["init"], &files, &["--out", "b.toml"]).code, 0);
    let text = read(&folder, "a.toml");
    assert!(text == read(&folder, "b.toml"), "two runs, two files");
    assert!(!text.contains("SECRET"), "{text}");
    let is_rule = |line: &&str| line.starts_with("# \"") && line.contains("\" = \"");
    let mut taken = 0;
    let decided: Vec<&str> = text
        .lines()
        .map(|line| {
            if is_rule(&line) {
                taken += 1;
                &line[2..]
            } else {
                line
            }
        })
        .collect();
    assert_eq!(taken, 2, "{text}");
    std::fs::write(folder.path().join("decided.toml"), decided.join("\n")).unwrap();
    let shown = run(&folder, &["inspect"], &files, &["--config", "decided.toml"]);
    assert_eq!((shown.code, &*shown.stderr), (0, ""), "{text}");
    let by_user = shown.stdout.lines().filter(|line| line.split_whitespace().any(|word| word == "user")).count();
    assert_eq!(by_user, 2, "{}", shown.stdout);
}

/// What is stated is what was read, whatever the shape of the export.
#[test]
fn a_configuration_that_is_made_changes_no_reading() {
    let file = |name: &str| root().join("tests/exports/files").join(name).to_str().unwrap().to_owned();
    for names in [
        &["wide.csv"][..],
        &["wide-words.csv"],
        &["visit-total.csv"],
        &["listed.csv"],
        &["ids.csv"],
        &["us-dates.csv"],
        &["start-stop.csv"],
        &["two.zip"],
        &["several-sheets.xlsx"],
        &["three-months.xlsx"],
        &["837p.txt", "835.txt"],
        &["charges.csv", "--join", "notes.csv"],
        &["plain.csv", "wide.csv", "us-dates.csv", "plain.xlsx"],
    ] {
        let folder = folder(&[]);
        let option = |name: &&str| if name.starts_with("--") { (*name).to_owned() } else { file(name) };
        let files: Vec<String> = names.iter().map(option).collect();
        let without = audited(&folder, &files).1;
        let made = run(&folder, &["init"], &files, &[]);
        assert_eq!((made.code, &*made.stderr), (0, ""), "{names:?}");
        let text = read(&folder, "recount.toml");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{names:?}\n{text}");
        assert!(!text.contains("P0001"), "{names:?}\n{text}");
        assert!(audited(&folder, &files).1 == without, "{names:?} is read otherwise with\n{text}");
    }
}

#[test]
fn files_that_differ_have_tables_of_their_own() {
    let notes = EXPORT.replace("patient_id", "MRN").replace("units", "Qty").replace("SECRET", "OTHER");
    let folder = folder(&[("a.csv", EXPORT), ("b[1].csv", &notes)]);
    let files = ["a.csv".to_owned(), "b[1].csv".to_owned()];
    let without = audited(&folder, &files).1;
    assert_eq!(run(&folder, &["init"], &files, &[]).code, 0);
    let text = read(&folder, "recount.toml");
    for part in [
        "\n[files.\"a.csv\".columns]\npatient_id = \"patient_id\"   # certain: the field's own name\n",
        "\n[files.\"b[[]1[]].csv\".columns]\npatient_id = \"MRN\"   # likely: a usual name\n",
        "\ncode = \"code\"   # certain: the field's own name\n",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert!(audited(&folder, &files).1 == without, "{text}");
}

#[test]
fn columns_that_may_be_fields_are_offered() {
    let text = EXPORT.replace("minutes", "Treatment Time").replace("payer", "Appt Length");
    let folder = folder(&[("a.csv", &text)]);
    let made = run(&folder, &["init"], &["a.csv".to_owned()], &[]);
    assert_eq!((made.code, &*made.stderr), (0, ""));
    let text = read(&folder, "recount.toml");
    assert!(text.contains("# minutes = \"Treatment Time\"   # look: only if "), "{text}");
    assert!(text.contains("# not read: \"Treatment Time\", \"Appt Length\"\n"), "{text}");
    assert!(made.stdout.contains("\"Treatment Time\" may be it"), "{}", made.stdout);
    // An order of dates that the rows leave open is not decided by being written down.
    let open = EXPORT.replace("2026-03-0", "3/").replace("/5", "/5/2026").replace("/6", "/6/2026");
    let folder = self::folder(&[("a.csv", &open)]);
    assert_eq!(run(&folder, &["init"], &["a.csv".to_owned()], &[]).code, 0);
    let text = read(&folder, "recount.toml");
    // The reason is too long for its line, so it stands above.
    assert!(text.contains("\n# date_order = \"month-first\""), "{text}");
    assert!(text.contains("look: every date could be read both ways"), "{text}");
}

#[test]
fn a_slip_in_the_configuration_is_pointed_out() {
    let folder = folder(&[("a.csv", EXPORT), ("recount.toml", "[columns]\nunits = \"units\"\nmintes = \"minutes\"\n")]);
    for command in ["audit", "inspect"] {
        let options: &[&str] = if command == "audit" { &["--out", "report"] } else { &[] };
        let failed = run(&folder, &[command], &["a.csv".to_owned()], options);
        assert_eq!(failed.code, 2, "{command}");
        assert!(failed.stderr.starts_with("recount: recount.toml: line 3: "), "{}", failed.stderr);
        assert!(failed.stderr.trim_end().ends_with("did you mean `minutes`?"), "{}", failed.stderr);
    }
}

#[test]
fn what_must_be_decided_is_written_and_decides_nothing() {
    let text = EXPORT
        .replace("minutes,units,payer", "minutes,Billed Units,Qty")
        .replace(",Aetna", ",2")
        .replace(",Medicare", ",2");
    let folder = folder(&[("a.csv", &text)]);
    let files = ["a.csv".to_owned()];
    let asked = run(&folder, &["init"], &files, &[]);
    assert_eq!(asked.code, 2);
    assert!(asked.stderr.starts_with("recount: a.csv: 2 columns compete for units: "), "{}", asked.stderr);
    assert!(asked.stdout.starts_with("recount.toml is written."), "{}", asked.stdout);
    let page = read(&folder, "recount.toml");
    assert!(page.contains("2 columns compete for units: \"Billed Units\", \"Qty\""), "{page}");
    assert!(page.contains("\n[columns]\n# units = \"Billed Units\"   # or \"Qty\"\n"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    // Nothing is decided until a person does it.
    assert_eq!(run(&folder, &["inspect"], &files, &[]).code, 2);
    // Asked again, it keeps what stands there.
    std::fs::write(folder.path().join("recount.toml"), "# mine\ndate_order = \"day-first\"\n").unwrap();
    assert_eq!(run(&folder, &["init"], &files, &["--force"]).code, 2);
    let page = read(&folder, "recount.toml");
    assert!(page.ends_with("\n# mine\ndate_order = \"day-first\"\n"), "{page}");
    assert_eq!(run(&folder, &["inspect"], &files, &[]).code, 2);
    // Once it is decided, the rest is written, and the decision is kept.
    std::fs::write(folder.path().join("recount.toml"), "[columns]\nunits = \"Qty\"\n").unwrap();
    let made = run(&folder, &["init"], &files, &["--force"]);
    assert_eq!((made.code, &*made.stderr), (0, ""));
    let page = read(&folder, "recount.toml");
    assert!(page.contains("\nunits = \"Qty\"   # certain: kept: it stood in the configuration before\n"), "{page}");
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = folder(&[("a.csv", EXPORT), ("recount.toml", "# mine\n")]);
    let files = ["a.csv".to_owned()];
    let refused = run(&folder, &["init"], &files, &[]);
    let says = "recount: recount.toml is there already; name another file with --out, or replace it with --force\n";
    assert_eq!((refused.code, &*refused.stdout, &*refused.stderr), (2, "", says));
    assert_eq!(read(&folder, "recount.toml"), "# mine\n");
    let input = run(&folder, &["init"], &files, &["--out", "a.csv", "--force"]);
    assert_eq!(input.code, 2);
    assert_eq!(input.stderr, "recount: --out a.csv is read, and would be replaced; name another file\n");
    assert_eq!(read(&folder, "a.csv"), EXPORT);
    assert_eq!(run(&folder, &["init"], &files, &["--force"]).code, 0);
    assert!(read(&folder, "recount.toml").contains("[columns]"));
}
