//! Parquet files as exports: each column as text, then parsed by the same rules as any other export.

use super::block::Parser;
use super::export::Export;
use super::known::Row;
use super::lines::Why;
use super::mapping::{Mapping, Sheet};
use super::open::Item;
use super::parsed::Parsed;
use super::{Given, append};
use crate::error::Result;
use crate::parallel::in_order;
use crate::parquet::{Cells, ParquetFile, Rows};
use crate::progress::{Bar, Progress};
use crate::reference::Field;
use std::borrow::Cow;

/// The cells of one row; columns that are not read are empty.
struct ParquetRow<'a> {
    columns: &'a [Option<Cells>],
    row: usize,
}

impl Row for ParquetRow<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.columns.get(column).and_then(Option::as_ref).map_or("", |cells| cells.get(self.row)))
    }

    #[inline]
    fn number(&self, column: usize) -> Option<u32> {
        self.columns.get(column).and_then(Option::as_ref).and_then(|cells| cells.number(self.row))
    }
}

/// Reads a file's rows into `export`. Row 1 is the first row of data: Parquet has no header row.
///
/// # Errors
/// The file cannot be opened, is not Parquet, has a mapped column that is no text, number or date, or its columns need a
/// decision.
pub fn read(item: &Item, given: &Given, export: &mut Export, bar: &Bar) -> Result<Mapping> {
    let Some(path) = item.file() else {
        return Err(item.error("is a Parquet file in an archive; unpack it first"));
    };
    let size = path.metadata().map_or(0, |file| file.len());
    // The bar tells of rows that are decoded; hashing takes next to nothing of the time.
    let unseen = Progress::silent().bytes("", 0);
    let (_, sha256) = item.anywhere(&unseen)?;
    let file = ParquetFile::open(path)?;
    let headers = file.names();
    let sample = sample(&file, given);
    let sheet = Sheet {
        file: item.shown(),
        headers: &headers,
        sample: &sample,
        role: given.role,
        visits_known: given.visits.is_some(),
    };
    let mapping = Mapping::find(&sheet, given.reference, &given.decided)?;
    let source = export.source();
    source.sha256 = sha256;
    source.columns = headers.into_iter().enumerate().map(|(n, name)| (name, mapping.field_of(n))).collect();
    let decoded = |rows: Rows| -> Result<Vec<Parsed>> {
        let mut columns: Vec<Option<Cells>> = (0..mapping.width).map(|_| None).collect();
        for column in mapping.used() {
            columns[column] = Some(file.cells(&rows, column)?);
        }
        Ok(parse(&columns, rows.of_file.len(), &mapping, given))
    };
    let parts = file.parts();
    let rows = parts.last().map_or(0, |part| part.of_file.end) as u64;
    let mut parts = parts.into_iter();
    let (mut next_row, mut shown) = (1, 0);
    in_order(
        || Ok(parts.next()),
        decoded,
        |parsed| {
            append(item, parsed?, &mut next_row, export)?;
            let done = (u128::from(size) * u128::from(next_row - 1) / u128::from(rows.max(1))) as u64;
            bar.advance(done - shown);
            shown = done;
            Ok(())
        },
    )?;
    Ok(mapping)
}

/// The cells of codes in some of its rows, which tell whether a cell names several.
fn sample(file: &ParquetFile, given: &Given) -> Vec<Vec<String>> {
    let Some(part) = file.parts().into_iter().next() else { return Vec::new() };
    let holds_codes =
        |name: &String| given.reference.headers.field(name).is_some_and(|(field, _)| field == Field::Code);
    let column = |(n, name): (usize, &String)| if holds_codes(name) { file.cells(&part, n).ok() } else { None };
    let columns: Vec<Option<Cells>> = file.names().iter().enumerate().map(column).collect();
    let cell = |cells: &Option<Cells>, row: usize| cells.as_ref().map_or("", |cells| cells.get(row)).to_owned();
    (0..part.of_file.len().min(200)).map(|row| columns.iter().map(|cells| cell(cells, row)).collect()).collect()
}

fn parse(columns: &[Option<Cells>], rows: usize, mapping: &Mapping, given: &Given) -> Vec<Parsed> {
    let mut chunks = Vec::new();
    let mut parser = Parser::new(mapping, given.reference);
    for row in 0..rows {
        if parser.is_full() {
            chunks.push(std::mem::replace(&mut parser, Parser::new(mapping, given.reference)).finish());
        }
        let row = ParquetRow { columns, row };
        if (0..columns.len()).all(|column| row.cell(column).is_empty()) {
            parser.odd_record(&row, Why::EmptyRow);
        } else {
            given.record(&mut parser, &row);
        }
    }
    chunks.push(parser.finish());
    chunks
}
