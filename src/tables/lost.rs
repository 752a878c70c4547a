//! The tables `rejects` and `excluded`.

use super::build::{Builder, month};
use crate::error::Result;
use crate::ingest::{Lines, LostRow, Why, raw_rows};
use crate::reference::Reference;
use crate::sessions::Outcome;
use polars::prelude::*;

/// All rows that are not audited, in the order of the files.
pub fn sorted(lines: &Lines, outcome: &Outcome) -> Vec<LostRow> {
    let mut lost: Vec<LostRow> = lines.lost.iter().chain(&outcome.excluded).copied().collect();
    lost.sort_unstable_by_key(|row| (row.file, row.row, row.why));
    lost
}

/// The table `rejects`, or `excluded`.
pub fn frame(lines: &Lines, lost: &[LostRow], rejects: bool, reference: &Reference) -> Result<DataFrame> {
    let rows: Vec<LostRow> = lost.iter().filter(|row| row.why.is_reject() == rejects).copied().collect();
    let mut raw = Vec::with_capacity(rows.len());
    for of_file in rows.chunk_by(|a, b| a.file == b.file) {
        let numbers: Vec<u32> = of_file.iter().map(|row| row.row).collect();
        raw.extend(raw_rows(&lines.sources[usize::from(of_file[0].file)], &numbers, reference)?);
    }
    let source = |n: usize| &lines.sources[usize::from(rows[n].file)];
    Builder::new(rows.len())
        .text("source_file", |n| &source(n).name)
        .int("source_row", |n| rows[n].row.into())
        .text("column", |n| match rows[n].why {
            Why::Cell(field, _) => {
                let header = source(n).columns.iter().find(|(_, mapped)| *mapped == Some(field));
                header.map_or(field.name(), |(header, _)| header.as_str())
            }
            _ => "",
        })
        .text("problem", |n| rows[n].why.to_string())
        .text("raw_row", |n| &raw[n])
        .text("month", |n| rows[n].day.map_or(String::new(), month))
        .int("units", |n| rows[n].units.into())
        .int("charge_cents", |n| rows[n].charge)
        .finish()
}
