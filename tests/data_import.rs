//! `recount data import`: files in the form in which CMS publishes its tables of edits.

use crate::support::{Row, Run, audit_bytes, read_table, recount_in};
use rust_xlsxwriter::Workbook;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

/// As text: a paragraph about rights, headings on two rows of text, one of them within a cell.
const PTP: &str = "Procedure codes are copyright of their owner.\t\t\t\t\t\t\r\n\
    Column1/Column2 Edits\t\t\t\t\t\t\r\n\
    Column 1\tColumn 2\t\"*=in existence\r\nprior to 1996\"\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n\
    \t\t\tDate\tDate *=no data\t0=not allowed 1=allowed 9=not applicable\t\r\n\
    97150\t97110\t\t20170101\t*\t1\tWords of others\r\n\
    97530\t97116\t\t20201001\t20201001\t9\tWords of others\r\n\
    97140\t97530\t*\t19960101\t20191231\t1\tWords of others\r\n\
    99213\t97110\t\t20170101\t*\t0\tWords of others\r\n";

const MUE: &str = "\"Rights are reserved, all of them.\",,,\n\
    HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n\
    97110,6,3 Date of Service Edit: Clinical,Words of others\n\
    97161,1,2 Date of Service Edit: Policy,Words of others\n\
    99213,1,2 Date of Service Edit: Policy,Words of others\n";

fn import(folder: &Path, rest: &[&str]) -> Run {
    let words: Vec<&str> = ["data", "import"].into_iter().chain(rest.iter().copied()).collect();
    recount_in(folder, &words)
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    files.iter().for_each(|(name, bytes)| std::fs::write(folder.path().join(name), bytes).unwrap());
    folder
}

fn table(folder: &Path, name: &str) -> Vec<Row> {
    read_table(&folder.join("recount-data").join(name)).unwrap()
}

/// Codes, setting, indicator and dates of each pair.
fn pairs(folder: &Path) -> Vec<String> {
    let columns = ["column_1", "column_2", "setting", "indicator", "from", "to", "known_to"];
    table(folder, "ncci.csv").iter().map(|row| columns.map(|column| row[column].as_str()).join(" ")).collect()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The same rows as a workbook, with numbers where CMS has numbers.
fn workbook(rows: &[[&str; 6]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, *cell).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn pairs_as_text_are_kept_by_code_and_an_audit_takes_them() {
    let folder = folder(&[("ccipra-v302r0-f1.txt", PTP.as_bytes())]);
    let run = import(folder.path(), &["ncci", "ccipra-v302r0-f1.txt"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("4 rows read, 3 kept"), "{}", run.stdout);
    assert!(run.stdout.contains("practitioner, 2024-07-01 to 2024-09-30"), "{}", run.stdout);
    assert!(run.stdout.contains("It speaks of one setting only"), "{}", run.stdout);
    assert!(run.stdout.contains("--data recount-data"), "{}", run.stdout);
    assert_eq!(
        pairs(folder.path()),
        [
            "97140 97530 practitioner 1 1996-01-01 2019-12-31 2024-09-30",
            "97150 97110 practitioner 1 2017-01-01  2024-09-30",
            "97530 97116 practitioner 9 2020-10-01 2020-10-01 2024-09-30",
        ]
    );
    let text = std::fs::read_to_string(folder.path().join("recount-data/ncci.csv")).unwrap();
    assert!(!text.contains("Words of others"), "nobody's words are copied");

    let export = b"patient_id,date_of_service,payer,discipline,therapist_id,setting,code,modifiers,minutes,units\n\
        P1,2018-05-07,Medicare,PT,T1,private,97150,GP,30,1\n\
        P1,2018-05-07,Medicare,PT,T1,private,97110,GP,15,1\n";
    let data = folder.path().join("recount-data").display().to_string();
    let audit = audit_bytes(&[("export.csv", export)], &["--data", &data]);
    let found = audit.findings("ncci-pair");
    assert_eq!(found.len(), 1, "{}", audit.run.stderr);
    assert_eq!((found[0]["code"].as_str(), found[0]["certainty"].as_str()), ("97110", "certain"));
}

#[test]
fn another_setting_and_quarter_is_added() {
    let folder = folder(&[("ccipra-v302r0-f1.txt", PTP.as_bytes()), ("other.txt", PTP.as_bytes())]);
    assert_eq!(import(folder.path(), &["ncci", "ccipra-v302r0-f1.txt"]).code, 0);
    let run = import(folder.path(), &["ncci", "other.txt", "--setting", "facility", "--quarter", "2026Q1"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("practitioner to 2024-09-30, facility to 2026-03-31"), "{}", run.stdout);
    assert_eq!(pairs(folder.path()).len(), 6);

    // A pair that was deleted since: the later quarter knows more, whichever comes last.
    let later = PTP.replace("97150\t97110\t\t20170101\t*", "97150\t97110\t\t20170101\t20250630");
    std::fs::write(folder.path().join("later.txt"), later).unwrap();
    let later = ["ncci", "later.txt", "--setting", "practitioner", "--quarter", "2025Q3"];
    for words in [&later[..], &["ncci", "ccipra-v302r0-f1.txt"]] {
        assert_eq!(import(folder.path(), words).code, 0);
        assert!(
            pairs(folder.path()).contains(&"97150 97110 practitioner 1 2017-01-01 2025-06-30 2025-09-30".to_owned())
        );
        assert_eq!(pairs(folder.path()).len(), 6);
    }
}

#[test]
fn a_zip_of_text_and_workbook_is_read_once_and_a_workbook_like_text() {
    let book = workbook(&[
        ["Rights are reserved.", "", "", "", "", ""],
        [
            "Column 1",
            "Column 2",
            "*=in existence prior to 1996",
            "Effective Date",
            "Deletion Date *=no data",
            "Modifier",
        ],
        ["97150", "97110", "", "20170101", "*", "1"],
        ["G0283", "97032", "*", "20100101", "20150331", "0"],
    ]);
    let packed = zipped(&[("ccioph-v310r0-f1.txt", PTP.as_bytes()), ("ccioph-v310r0-f1.xlsx", &book)]);
    let folder = folder(&[("ccioph-v310r0-f1.zip", &packed), ("ccipra-v310r0-f1.xlsx", &book)]);
    let run = import(folder.path(), &["ncci", "ccioph-v310r0-f1.zip", "ccipra-v310r0-f1.xlsx", "--to", "recount-data"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout.matches(" read, ").count(), 2, "{}", run.stdout);
    let pairs = pairs(folder.path());
    assert_eq!(pairs.len(), 5);
    assert!(pairs.contains(&"G0283 97032 practitioner 0 2010-01-01 2015-03-31 2025-03-31".to_owned()), "{pairs:?}");
}

/// A part that is left out would look like edits that do not hold.
#[test]
fn all_parts_of_a_quarter_are_given_at_once() {
    let names = ["ccipra-v310r0-f1.txt", "ccipra-v310r0-f2.txt", "ccioph-v310r0-f2.txt"];
    let folder = folder(&names.map(|name| (name, PTP.as_bytes())));
    let run = import(folder.path(), &["ncci", names[0], names[2]]);
    assert!(run.code == 2 && run.stderr.contains("ccioph-v310r0-f1 is not among these files"), "{}", run.stderr);
    let run = import(folder.path(), &["ncci", names[0], names[1]]);
    assert!(run.code == 0 && run.stdout.contains("Up to 2 parts of a table"), "{} {}", run.stdout, run.stderr);
}

#[test]
fn limits_have_the_setting_of_their_column_and_the_quarter_of_their_name() {
    let name = "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv";
    let folder = folder(&[(name, MUE.as_bytes()), ("limits.csv", MUE.as_bytes())]);
    let run = import(folder.path(), &["mue", name]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("3 rows read, 2 kept"), "{}", run.stdout);
    let limits = table(folder.path(), "mue.csv");
    let said: Vec<[&str; 6]> = limits
        .iter()
        .map(|row| ["code", "setting", "units", "mai", "from", "to"].map(|column| row[column].as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ["97110", "practitioner", "6", "3", "2026-01-01", "2026-03-31"],
            ["97161", "practitioner", "1", "2", "2026-01-01", "2026-03-31"],
        ]
    );
    // Another quarter is added, the same one replaced.
    assert_eq!(import(folder.path(), &["mue", "limits.csv", "--quarter", "2026Q2"]).code, 0);
    assert_eq!(import(folder.path(), &["mue", "limits.csv", "--quarter", "2026Q2"]).code, 0);
    assert_eq!(table(folder.path(), "mue.csv").len(), 4);
}

#[test]
fn what_cannot_be_taken_is_said_with_file_and_row() {
    let bad = |from: &str, to: &str| PTP.replace(from, to).into_bytes();
    for (name, bytes, rest, code, problem) in [
        (
            "edits.txt",
            PTP.into(),
            &["--setting", "facility"][..],
            2,
            "its name does not tell the quarter; give --quarter",
        ),
        ("edits.txt", PTP.into(), &["--quarter", "2026Q1"], 2, "its name does not tell the setting; give --setting"),
        ("ccipra-v302r0.txt", PTP.into(), &["--quarter", "2026"], 2, "write it as 2026Q1"),
        ("ccipra-v302r0.txt", b"a,b\n1,2\n".to_vec(), &[], 3, "no rows below the columns Column 1, Column 2"),
        ("ccipra-v302r0.txt", bad("20170101\t*\t1", "soon\t*\t1"), &[], 3, "row 6: Effective Date is not a date"),
        ("ccipra-v302r0.txt", bad("20170101\t*\t1", "20170101\tsoon\t1"), &[], 3, "row 6: Deletion Date is neither"),
        ("ccipra-v302r0.txt", bad("20170101\t*\t1", "20170101\t*\t4"), &[], 3, "row 6: the modifier indicator is none"),
    ] {
        let folder = folder(&[(name, &bytes)]);
        let words: Vec<&str> = ["ncci", name].into_iter().chain(rest.iter().copied()).collect();
        let run = import(folder.path(), &words);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.contains(problem), "{problem}: {}", run.stderr);
        assert!(!folder.path().join("recount-data").exists(), "nothing is written");
    }
    let broken = folder(&[("ccipra-v302r0.txt", PTP.as_bytes())]);
    std::fs::create_dir(broken.path().join("recount-data")).unwrap();
    std::fs::write(broken.path().join("recount-data/ncci.csv"), "column_1\n97110\n").unwrap();
    let run = import(broken.path(), &["ncci", "ccipra-v302r0.txt"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("ncci.csv: column column_2 is missing"), "{}", run.stderr);
}

#[test]
fn the_tables_that_ship_agree_with_the_code_table() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let [codes, limits, pairs] = ["codes.csv", "mue.csv", "ncci.csv"].map(|name| read_table(&data.join(name)).unwrap());
    for limit in &limits {
        let code = codes.iter().rev().find(|row| row["code"] == limit["code"]).unwrap();
        for (setting, column) in [("practitioner", "limit_practitioner"), ("facility", "limit_facility")] {
            if limit["setting"] == setting || limit["setting"] == "both" {
                assert_eq!(limit["units"], code[column], "{} {setting}", limit["code"]);
            }
        }
        assert_eq!(limit["mai"], code["limit_indicator"], "{}", limit["code"]);
    }
    let known = |code: &str| code == "*" || codes.iter().any(|row| row["code"] == code);
    assert!(pairs.iter().all(|row| known(&row["column_1"]) && known(&row["column_2"])));
    assert_eq!(pairs.iter().filter(|row| row["indicator"] == "9").count(), 21);
}
