//! A Parquet export is read as the same export in CSV, however its file is made.

use crate::support::{Row, read_table, recount_in};
use polars::prelude::*;
use polars_io::parquet::write::ParquetWriter;
use std::path::Path;
use tempfile::TempDir;

/// The rows of a report's table, but for where they came from.
fn table(report: &Path, name: &str) -> Vec<Row> {
    let mut rows = read_table(&report.join(name)).unwrap();
    for row in &mut rows {
        ["source_file", "source_rows", "source_row", "line_id"].iter().for_each(|column| {
            row.remove(*column);
        });
    }
    rows
}

fn audited(folder: &Path, file: &str, out: &str) -> Vec<Vec<Row>> {
    let run = recount_in(folder, &["audit", file, "--out", out, "--tables", "csv", "--max-rejects", "100%"]);
    assert_eq!(run.code, 0, "{file}: {}", run.stderr);
    ["sessions.csv", "services.csv", "lines.csv", "findings.csv", "tables/by_therapist.csv"]
        .map(|name| table(&folder.join(out), name))
        .into()
}

#[test]
fn text_or_typed_in_large_or_small_groups() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    assert_eq!(recount_in(at, &["generate", "--lines", "9000", "--seed", "6", "--out", "export.csv"]).code, 0);
    // Some cells are blank, ids are no numbers, and hardly two lines have the same one.
    let mut rows = read_table(&at.join("export.csv")).unwrap();
    for (n, row) in rows.iter_mut().enumerate() {
        row.insert("Claim ID".into(), format!("claim {n} of a name too long to stand in sixteen bytes"));
        if n % 50 == 0 {
            row.insert("Minutes".into(), String::new());
        }
    }
    let names: Vec<&String> = rows[0].keys().collect();
    let column = |name: &str| -> Vec<Option<&str>> {
        rows.iter().map(|row| Some(row[name].as_str()).filter(|cell| !cell.is_empty())).collect()
    };
    let columns = names.iter().map(|name| Column::new(name.as_str().into(), column(name))).collect();
    let texts = DataFrame::new(rows.len(), columns).unwrap();
    let mut writer = csv::Writer::from_path(at.join("export.csv")).unwrap();
    writer.write_record(&names).unwrap();
    rows.iter().for_each(|row| writer.write_record(row.values()).unwrap());
    writer.flush().unwrap();
    let wanted = audited(at, "export.csv", "wanted");

    let mut typed = texts.clone();
    for (name, kind) in [("Minutes", DataType::Int16), ("Units", DataType::Int64), ("Charge", DataType::Float64)] {
        let numbers = typed.column(name).unwrap().strict_cast(&kind).unwrap();
        typed.replace(name, numbers).unwrap();
    }
    for (frame, kind) in [(texts, "text"), (typed, "typed")] {
        for size in [250, 1 << 20] {
            let file = std::fs::File::create(at.join("export.parquet")).unwrap();
            let mut frame = frame.clone();
            ParquetWriter::new(file).with_row_group_size(Some(size)).finish(&mut frame).unwrap();
            let found = audited(at, "export.parquet", "found");
            assert!(found == wanted, "{kind}, {size} rows a group");
        }
    }
}
