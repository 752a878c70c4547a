//! The order of rows and files is nobody's finding: any split of an export, in any order, gives the same report but for the
//! columns that tell where a row stood.

use crate::support::{Audit, audit, recount_in};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// An export without repeated rows, with dates that leave no choice: its header and its rows.
fn export() -> (String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let made = recount_in(folder.path(), &["generate", "--lines", "240", "--seed", "5", "--out", "visits.csv"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let text = std::fs::read_to_string(folder.path().join("visits.csv")).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap().to_owned();
    let iso = |line: &str| {
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let date: Vec<&str> = cells[2].split('/').collect();
        let mut cells = cells.clone();
        cells[2] = format!("{}-{}-{}", date[2], date[0], date[1]);
        cells.join(",")
    };
    let mut seen = BTreeSet::new();
    let rows = lines.map(iso).filter(|row| seen.insert(row.clone())).collect();
    (header, rows)
}

/// The rows of the tables, without where they stood.
fn told(audit: &Audit) -> Vec<BTreeSet<String>> {
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    let without = ["source_file", "source_row", "source_rows", "line_id", "payer_name"];
    let table = |name: &str| {
        let rows = audit.table(name).into_iter().map(|mut row| {
            without.iter().for_each(|column| {
                row.remove(*column);
            });
            format!("{row:?}")
        });
        rows.collect()
    };
    ["sessions", "services", "findings", "lines", "tables/by_therapist", "tables/by_code", "tables/by_month"]
        .map(table)
        .into()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_and_any_order_say_the_same(
        shuffled in Just((0..240_usize).collect::<Vec<_>>()).prop_shuffle(),
        files in 1..5_usize,
    ) {
        let (header, rows) = export();
        let whole = audit(&[("visits.csv", &format!("{header}\n{}\n", rows.join("\n")))], &[]);
        let order: Vec<&String> = shuffled.iter().filter_map(|&n| rows.get(n)).collect();
        let parts: Vec<(String, String)> = (0..files)
            .map(|file| {
                let own: Vec<&str> = order.iter().skip(file).step_by(files).map(|row| row.as_str()).collect();
                (format!("part-{}.csv", files - file), format!("{header}\n{}\n", own.join("\n")))
            })
            .collect();
        let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let split = audit(&parts, &[]);
        for (found, wanted) in told(&split).iter().zip(told(&whole)) {
            prop_assert_eq!(found, &wanted);
        }
    }
}
