//! One run, however it is cut: shards merged, lines that wait on disk, any number of threads give the same bytes.

use crate::support::recount_in;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// Every file of a report, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn same(a: &Path, b: &Path) {
    let (a, b) = (files(a), files(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = a.keys().filter(|name| a[*name] != b[*name]).collect();
    assert!(differ.is_empty(), "{differ:?} differ");
    assert!(a.len() > 15);
}

fn ok(folder: &Path, arguments: &[&str]) -> String {
    let run = recount_in(folder, arguments);
    assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
    run.stdout
}

/// A generated export, and a second one with all that makes rows stand out: rejects with and without a patient, reversals,
/// copies of rows of the first, lines without a discipline, a payer that does not pay by the unit, dates outside the period.
fn exports(folder: &Path) {
    ok(folder, &["generate", "--lines", "40000", "--seed", "3", "--out", "a.csv"]);
    let first = std::fs::read_to_string(folder.join("a.csv")).unwrap();
    let mut lines = first.lines();
    let header = lines.next().unwrap();
    let mut second = vec![header.to_owned()];
    for (n, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let with = |changes: &[(usize, &str)]| {
            let mut cells = cells.clone();
            changes.iter().for_each(|&(at, text)| cells[at] = text);
            cells.join(",")
        };
        match n % 97 {
            0 => second.push(line.to_owned()),
            1 => second.push(with(&[(10, "-1")])),
            2 => second.push(with(&[(2, "yesterday")])),
            3 => second.push(with(&[(1, "")])),
            4 => second.push(with(&[(5, ""), (8, "")])),
            5 => second.push(with(&[(6, "Hospice")])),
            6 => second.push(with(&[(0, "V-1"), (9, "")])),
            7 => second.push("a,row,that,is,too,short".into()),
            8 => second.push(with(&[(1, "aaa new patient"), (2, "03/05/2021")])),
            9 => second.push(with(&[(11, "99999999.99")])),
            _ => {}
        }
    }
    std::fs::write(folder.join("b.csv"), second.join("\n")).unwrap();
}

const AUDIT: [&str; 11] = [
    "audit",
    "a.csv",
    "b.csv",
    "--from",
    "2025-01-15",
    "--payer-rule",
    "NOBODY=cms",
    "--payer-rule",
    "AETNA*=cms",
    "--what-if",
    "*=midpoint",
];

fn audit(folder: &Path, more: &[&str]) -> String {
    ok(folder, &[&AUDIT[..], more].concat())
}

#[test]
fn shards_merged_are_the_run() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    exports(at);
    let said = audit(at, &["--out", "whole"]);
    for of in [2, 3, 11] {
        let names: Vec<String> = (1..=of).rev().map(|n| format!("s{n}of{of}")).collect();
        for (name, number) in names.iter().rev().zip(1..) {
            let shard = format!("{number}/{of}");
            let told = audit(at, &["--shard", &shard, "--out", name]);
            assert!(told.contains(&format!("Shard {number} of {of}")), "{told}");
        }
        let mut arguments = vec!["merge"];
        arguments.extend(names.iter().map(String::as_str));
        arguments.extend(["--out", "merged"]);
        let merged = ok(at, &arguments);
        assert_eq!(merged.replace("merged", "whole"), said);
        same(&at.join("whole"), &at.join("merged"));
    }
}

/// A query may name the large tables, in a merge as in an audit.
#[test]
fn queries_of_the_users_own_see_the_same() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    exports(at);
    std::fs::create_dir(at.join("own")).unwrap();
    let query = "-- days: findings by day\n-- one row per: date_of_service\n\
        -- columns: date_of_service date, findings i64, lines i64\n\
        SELECT s.date_of_service, CAST(COUNT(f.finding_id) AS BIGINT) AS findings, SUM(s.lines) AS lines\n\
        FROM sessions AS s LEFT JOIN findings AS f ON s.session_id = f.session_id\n\
        GROUP BY s.date_of_service ORDER BY s.date_of_service\n";
    std::fs::write(at.join("own/days.sql"), query).unwrap();
    audit(at, &["--out", "whole", "--queries", "own"]);
    assert!(at.join("whole/tables/days.parquet").exists());
    for n in ["1/2", "2/2"] {
        audit(at, &["--out", &n.replace('/', "of"), "--shard", n]);
        audit(at, &["--out", &n.replace('/', "brief"), "--shard", n, "--detail", "findings"]);
    }
    ok(at, &["merge", "1of2", "2of2", "--out", "merged", "--queries", "own"]);
    same(&at.join("whole"), &at.join("merged"));
    let run = recount_in(at, &["merge", "1brief2", "2brief2", "--out", "brief", "--queries", "own"]);
    assert!(run.code == 2 && run.stderr.contains("--detail findings"), "{}", run.stderr);
}

#[test]
fn shards_of_a_run_without_sessions() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    exports(at);
    let nothing = ["--to", "2000-12-31", "--max-rejects", "100%"];
    let audit = |more: &[&str]| ok(at, &[&["audit", "b.csv"], &nothing[..2], more].concat());
    audit(&["--out", "whole", "--max-rejects", "100%"]);
    for n in ["1/3", "2/3", "3/3"] {
        audit(&["--out", &n.replace('/', "of"), "--shard", n]);
    }
    ok(at, &["merge", "1of3", "2of3", "3of3", "--out", "merged", nothing[2], nothing[3]]);
    same(&at.join("whole"), &at.join("merged"));
}

#[test]
fn shards_without_detail_and_tables_as_text() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    exports(at);
    audit(at, &["--out", "whole", "--tables", "csv", "--detail", "findings"]);
    for n in ["1/2", "2/2"] {
        audit(at, &["--out", &n.replace('/', "of"), "--shard", n, "--detail", "findings"]);
    }
    ok(at, &["merge", "2of2", "1of2", "--tables", "csv", "--out", "merged"]);
    same(&at.join("whole"), &at.join("merged"));
}

#[test]
fn lines_that_wait_on_disk_give_the_same() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    exports(at);
    audit(at, &["--out", "whole"]);
    for memory in ["1MB", "300kb"] {
        audit(at, &["--out", "small", "--memory", memory]);
        same(&at.join("whole"), &at.join("small"));
    }
    // Nothing of the lines is left behind.
    let left: Vec<_> = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}

#[test]
fn a_merge_refuses_what_is_not_one_run() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let header = "patient_id,date_of_service,payer,discipline,code,minutes,units\n";
    std::fs::write(at.join("a.csv"), format!("{header}P1,2024-03-05,Aetna,PT,97110,15,1\n")).unwrap();
    std::fs::write(at.join("b.csv"), format!("{header}P2,2024-03-05,Aetna,PT,97110,15,1\n")).unwrap();
    for (file, shard, out, more) in [
        ("a.csv", "1/2", "one", None),
        ("a.csv", "2/2", "two", None),
        ("a.csv", "2/2", "ruled", Some(["--payer-rule", "AETNA=midpoint"])),
        ("b.csv", "2/2", "other", None),
        ("a.csv", "1/3", "third", None),
        ("a.csv", "2/2", "brief", Some(["--detail", "findings"])),
    ] {
        let mut arguments = vec!["audit", file, "--shard", shard, "--out", out];
        arguments.extend(more.iter().flatten());
        ok(at, &arguments);
    }
    ok(at, &["audit", "a.csv", "--out", "whole"]);
    for (shards, problem) in [
        (&["one"][..], "missing: 2/2"),
        (&["one", "one", "two"], "1/2 is given twice"),
        (&["one", "ruled"], "options differ"),
        (&["one", "other"], "exports differ"),
        (&["one", "third"], "no one run"),
        (&["one", "brief"], "the same --detail"),
        (&["one", "whole"], "no shard"),
        (&["one", "nowhere"], "no shard"),
    ] {
        let run = recount_in(at, &[&["merge"], shards, &["--out", "merged"]].concat());
        assert!(run.code != 0 && run.stderr.contains(problem), "{shards:?}: {} {}", run.code, run.stderr);
        assert!(!at.join("merged").exists());
    }
    let run = recount_in(at, &["merge", "one", "two", "--out", "./two"]);
    assert!(run.code == 2 && run.stderr.contains("is a shard"), "{}", run.stderr);
    ok(at, &["merge", "two", "one", "--out", "merged"]);
}
