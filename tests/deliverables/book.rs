//! The work paper, read back by another reader: every number is one of the tables, every difference 0.

use crate::support::{Audit, audit, recount_in};
use calamine::{Data, Reader, Xlsx, open_workbook};
use std::fs::File;
use std::io::BufReader;

type Book = Xlsx<BufReader<File>>;

fn practice(options: &[&str]) -> Audit {
    let folder = tempfile::tempdir().unwrap();
    let made = recount_in(folder.path(), &["generate", "--lines", "6000", "--seed", "5", "--out", "visits.csv"]);
    assert_eq!(made.code, 0);
    let mut text = std::fs::read_to_string(folder.path().join("visits.csv")).unwrap();
    text.push_str("a,row,that,is,too,short\n");
    audit(&[("visits.csv", &text)], options)
}

fn open(audit: &Audit) -> Book {
    open_workbook(audit.file("workpaper.xlsx")).unwrap()
}

/// Rows of a sheet as text; what stands above the columns is left out. Money is in dollars.
fn rows(book: &mut Book, sheet: &str, first: &str) -> Vec<Vec<String>> {
    let range = book.worksheet_range(sheet).unwrap_or_else(|_| panic!("sheet {sheet}"));
    let all: Vec<Vec<String>> = range
        .rows()
        .map(|row| {
            row.iter()
                .map(|cell| match cell {
                    Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
                    Data::Float(number) => format!("{number}"),
                    Data::DateTime(day) => {
                        let (year, month, day, ..) = day.to_ymd_hms_milli();
                        format!("{year:04}-{month:02}-{day:02}")
                    }
                    other => other.to_string(),
                })
                .collect()
        })
        .collect();
    let head = all.iter().position(|row| row[0] == first).unwrap_or_else(|| panic!("{sheet} has the column {first}"));
    all[head..].to_vec()
}

#[test]
fn every_finding_is_on_its_sheet_with_its_numbers() {
    let audit = practice(&[]);
    let mut book = open(&audit);
    let findings = audit.table("findings");
    let mut seen = 0;
    for check in ["overbilled-units", "untimed-multiple-units", "underbilled-units", "short-unit-pattern"] {
        let wanted: Vec<_> = findings.iter().filter(|row| row["check"] == check).collect();
        if wanted.is_empty() {
            continue;
        }
        let found = rows(&mut book, check, "finding_id");
        let head = found[0].clone();
        assert_eq!(found.len() - 1, wanted.len(), "{check}");
        for (cells, row) in found[1..].iter().zip(wanted) {
            for (name, cell) in head.iter().zip(cells) {
                let Some(value) = row.get(name.as_str()).or_else(|| row.get(&format!("{name}_cents"))) else {
                    continue;
                };
                let value = match name.as_str() {
                    name if name.starts_with("amount_") && !value.is_empty() => {
                        let cents: i64 = value.parse().unwrap();
                        format!("{}", cents as f64 / 100.0)
                    }
                    "primary" => if value == "true" { "yes" } else { "no" }.into(),
                    _ => value.clone(),
                };
                assert_eq!(*cell, value, "{check} {}: {name}", row["finding_id"]);
                seen += 1;
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn summaries_and_lost_rows_are_those_of_the_folder() {
    let audit = practice(&[]);
    let mut book = open(&audit);
    for (sheet, table, key) in [
        ("By therapist", "tables/by_therapist", "therapist_id"),
        ("By payer", "tables/by_payer", "payer"),
        ("By check", "tables/by_check", "check"),
        ("By cause", "tables/by_cause", "therapist_id"),
        ("Rejected rows", "rejects", "source_file"),
    ] {
        let wanted = audit.table(table);
        let found = rows(&mut book, sheet, key);
        assert_eq!(found.len() - 1, wanted.len(), "{sheet}");
        for (cells, row) in found[1..].iter().zip(&wanted) {
            for (name, cell) in found[0].iter().zip(cells).filter(|(name, _)| name.starts_with("units") || *name == key)
            {
                assert_eq!(*cell, row[name.as_str()], "{sheet}: {name}");
            }
        }
    }
}

/// A rule that was tried has its sheet; where none was, there is none.
#[test]
fn another_rule_has_its_sheet() {
    let mut tried = open(&practice(&["--what-if", "*=cms"]));
    let found = rows(&mut tried, "What if", "payer");
    assert!(found.len() > 2 && found[0].iter().any(|name| name == "sessions_that_differ"), "{:?}", found[0]);
    assert!(!open(&practice(&[])).sheet_names().contains(&"What if".to_owned()));
}

/// Cached results of formulas: whoever opens the book without recalculating sees the differences, too.
#[test]
fn every_difference_is_nothing() {
    let audit = practice(&[]);
    let mut book = open(&audit);
    let mut differences = 0;
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).unwrap();
        let labelled =
            range.rows().filter(|row| row.iter().any(|cell| cell.to_string().to_lowercase().starts_with("difference")));
        for row in labelled {
            for number in row.iter().filter_map(|cell| if let Data::Float(number) = cell { Some(number) } else { None })
            {
                assert!(number.abs() < 0.001, "{sheet}: {number}");
                differences += 1;
            }
        }
    }
    assert!(differences > 20, "{differences}");
}

/// More findings than a sheet may have are said, with the file that has all.
#[test]
fn what_does_not_fit_is_said() {
    let audit = practice(&["--xlsx-rows", "5"]);
    let mut book = open(&audit);
    let all = audit.findings("overbilled-units").len();
    let range = book.worksheet_range("overbilled-units").unwrap();
    let said: Vec<String> = range.rows().flatten().map(|cell| cell.to_string()).collect();
    let wanted = format!("5 of {all}, all in findings.csv");
    assert!(said.iter().any(|text| text.contains(&wanted)), "{wanted}: {:?}", &said[..8]);
    assert_eq!(rows(&mut book, "overbilled-units", "finding_id").len(), 6);
}

/// The index names the run, and proofs are those that `recount explain` prints.
#[test]
fn the_proofs_are_those_of_explain() {
    let audit = practice(&[]);
    let mut book = open(&audit);
    let index = book.worksheet_range("Index").unwrap();
    let is_label = |cell: &Data| matches!(cell, Data::String(text) if text == "run id");
    let row = index.rows().find(|row| row.iter().any(is_label)).unwrap();
    let place = row.iter().position(is_label).unwrap();
    assert_eq!(row[place + 1].to_string(), audit.manifest()["run"].as_str().unwrap());
    let finding = &audit.findings("overbilled-units")[0];
    let report = audit.file("");
    let explained = recount_in(audit.folder.path(), &["explain", report.to_str().unwrap(), &finding["finding_id"]]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    let proofs = rows(&mut book, "Proofs", "session_id");
    let own: Vec<&str> =
        proofs.iter().filter(|row| row[0] == finding["session_id"]).map(|row| row[1].trim_end()).collect();
    let wanted: Vec<&str> = explained.stdout.trim_end().lines().collect();
    assert_eq!(own, wanted);
}
