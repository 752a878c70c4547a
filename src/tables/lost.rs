//! The tables `rejects` and `excluded`.

use super::build::{Builder, month};
use crate::error::Result;
use crate::ingest::{Export, LostRow, Options, Source, Why, raw_rows};
use crate::reference::Reference;
use polars::prelude::*;

/// Rows of a piece of the table.
const PIECE: usize = 65_536;

/// Cuts rows that stand in the order of the files as [`write`] does, whose files they are to equal.
///
/// # Errors
/// A bug: the rows have other columns.
pub fn pieces(rows: &DataFrame) -> Result<Vec<DataFrame>> {
    let files = rows.column("source_file").and_then(|column| column.str().cloned()).map_err(super::bug)?;
    let (mut pieces, mut start) = (Vec::new(), 0);
    for end in 1..=rows.height() {
        if end == rows.height() || end - start == PIECE || files.get(end) != files.get(start) {
            pieces.push(rows.slice(start as i64, end - start));
            start = end;
        }
    }
    Ok(pieces)
}

/// Rows that are not audited, in the order of the files.
pub fn in_order(mut lost: Vec<LostRow>) -> Vec<LostRow> {
    lost.sort_unstable_by_key(|row| (row.file, row.row, row.why));
    lost
}

/// Hands the table `rejects`, or `excluded`, to `take`, in pieces; at least one, which may be empty. The rows as they stand in
/// the exports are read again.
///
/// # Errors
/// A file that can no longer be read; what `take` returns.
pub fn write(
    export: &Export,
    lost: &[LostRow],
    rejects: bool,
    reference: &Reference,
    options: &Options,
    take: &mut dyn FnMut(DataFrame) -> Result<()>,
) -> Result<()> {
    let rows: Vec<LostRow> = lost.iter().filter(|row| row.why.is_reject() == rejects).copied().collect();
    if rows.is_empty() {
        return take(frame(&Source::default(), &[], &[])?);
    }
    for of_file in rows.chunk_by(|a, b| a.file == b.file) {
        let source = &export.sources[usize::from(of_file[0].file)];
        let numbers: Vec<u32> = of_file.iter().map(|row| row.row).collect();
        let (mut written, mut raw) = (0, Vec::new());
        raw_rows(source, &numbers, reference, options, &mut |text| {
            raw.push(text);
            if raw.len() == PIECE || written + raw.len() == of_file.len() {
                take(frame(source, &of_file[written..][..raw.len()], &raw)?)?;
                written += raw.len();
                raw.clear();
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn frame(source: &Source, rows: &[LostRow], raw: &[String]) -> Result<DataFrame> {
    Builder::new(rows.len())
        .text("source_file", |_| &source.name)
        .int("source_row", |n| rows[n].row.into())
        .text("column", |n| match rows[n].why {
            Why::Cell(field, _) => {
                let header = source.columns.iter().find(|(_, mapped)| *mapped == Some(field));
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
