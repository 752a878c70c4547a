//! The tables `rejects` and `excluded`, and the totals that must tie.

use super::build::{Builder, month};
use crate::error::Result;
use crate::ingest::{BLANK_MONEY, Lines, LostRow, Why, raw_rows};
use crate::reference::Reference;
use crate::sessions::Outcome;
use polars::prelude::*;

/// Rows, units and charges of some part of what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Rows.
    pub rows: u64,
    /// Units; unreadable and blank ones count 0.
    pub units: i64,
    /// Charges in cents; unreadable and blank ones count 0.
    pub charge_cents: i64,
}

impl Totals {
    /// With one more row.
    pub fn add(&mut self, units: i64, charge_cents: i64) {
        self.rows += 1;
        self.units += units;
        self.charge_cents += charge_cents;
    }

    /// Of the lines that were audited.
    pub fn of_lines(lines: &Lines, audited: &[u32]) -> Totals {
        let mut totals = Totals::default();
        for &line in audited {
            let charge = Some(lines.charge.at(line)).filter(|&cents| cents != BLANK_MONEY).unwrap_or(0);
            totals.add(lines.units(line).unwrap_or(0).into(), charge);
        }
        totals
    }

    /// Of the lost rows that `which` picks.
    pub fn of_lost<'a>(lost: impl Iterator<Item = &'a LostRow>, rejected: bool) -> Totals {
        let mut totals = Totals::default();
        for row in lost.filter(|row| row.why.is_reject() == rejected) {
            totals.add(row.units.into(), row.charge);
        }
        totals
    }
}

impl std::ops::Add for Totals {
    type Output = Totals;
    fn add(self, other: Totals) -> Totals {
        Totals {
            rows: self.rows + other.rows,
            units: self.units + other.units,
            charge_cents: self.charge_cents + other.charge_cents,
        }
    }
}

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
