//! Parquet files as exports: each column as text, then parsed by the same rules as any other export.

use super::block::{Parsed, Parser};
use super::export::Export;
use super::known::Row;
use super::lines::Why;
use super::mapping::Mapping;
use super::{Options, row_behind, unreadable};
use crate::error::{Result, plain};
use crate::hash::HashingReader;
use crate::parallel::in_order;
use crate::parquet::{Cells, ParquetFile, Rows};
use crate::progress::{Bar, Progress};
use crate::reference::Reference;
use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

/// The cells of one row; columns that are not read are empty.
struct ParquetRow<'a> {
    columns: &'a [Option<Cells>],
    row: usize,
}

impl Row for ParquetRow<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.columns[column].as_ref().map_or("", |cells| cells.get(self.row)))
    }

    #[inline]
    fn number(&self, column: usize) -> Option<u32> {
        self.columns[column].as_ref().and_then(|cells| cells.number(self.row))
    }
}

/// Reads a file's rows into `export`. Row 1 is the first row of data: Parquet has no header row.
///
/// # Errors
/// The file cannot be opened, is not Parquet, has a mapped column that is no text, number or date, or its columns need a
/// decision.
pub fn read(path: &Path, options: &Options, reference: &Reference, export: &mut Export, bar: &Bar) -> Result<Mapping> {
    let file = File::open(path).map_err(|error| unreadable(path, plain(&error)))?;
    let size = file.metadata().map_or(0, |file| file.len());
    // The bar tells of rows that are decoded; hashing takes next to nothing of the time.
    let unseen = Progress::silent().bytes("", 0);
    let mut hashed = HashingReader::new(file, &unseen);
    let hash = hashed.hash();
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|error| unreadable(path, plain(&error)))?;
    let file = ParquetFile::open(path)?;
    let headers = file.names();
    let mapping = Mapping::find(&path.display().to_string(), &headers, &reference.headers, &options.mapping)?;
    let source = export.source();
    source.sha256 = hash.finish();
    source.columns = headers.into_iter().enumerate().map(|(n, name)| (name, mapping.field_of(n))).collect();
    let decoded = |rows: Rows| -> Result<Vec<Parsed>> {
        let mut columns: Vec<Option<Cells>> = (0..mapping.width).map(|_| None).collect();
        for column in mapping.used() {
            columns[column] = Some(file.cells(&rows, column)?);
        }
        Ok(parse(&columns, rows.of_file.len(), &mapping, reference))
    };
    let parts = file.parts();
    let rows = parts.last().map_or(0, |part| part.of_file.end) as u64;
    let mut parts = parts.into_iter();
    let (mut next_row, mut shown) = (1, 0);
    in_order(
        || Ok(parts.next()),
        decoded,
        |parsed| {
            for parsed in parsed? {
                let row = next_row;
                next_row = row_behind(path, row, parsed.records)?;
                export.append(parsed, row)?;
            }
            let done = (u128::from(size) * u128::from(next_row - 1) / u128::from(rows.max(1))) as u64;
            bar.advance(done - shown);
            shown = done;
            Ok(())
        },
    )?;
    Ok(mapping)
}

fn parse(columns: &[Option<Cells>], rows: usize, mapping: &Mapping, reference: &Reference) -> Vec<Parsed> {
    let mut chunks = Vec::new();
    let mut parser = Parser::new(mapping, reference);
    for row in 0..rows {
        if parser.is_full() {
            chunks.push(std::mem::replace(&mut parser, Parser::new(mapping, reference)).finish());
        }
        let row = ParquetRow { columns, row };
        if (0..columns.len()).all(|column| row.cell(column).is_empty()) {
            parser.odd_record(&row, Why::EmptyRow);
        } else {
            parser.record(&row);
        }
    }
    chunks.push(parser.finish());
    chunks
}
