//! Parquet files: each column as text, then parsed by the same rules as any other export.

use super::block::{Block, Parser, Row};
use super::lines::{Lines, Why};
use super::mapping::Mapping;
use super::{Options, unreadable};
use crate::error::{Result, plain};
use crate::hash::HashingReader;
use crate::progress::Bar;
use crate::reference::Reference;
use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use rayon::prelude::*;
use std::fs::File;
use std::path::Path;

/// Rows of a block.
const BLOCK: usize = 100_000;

/// The cells of one row; columns that are not read are empty.
struct ParquetRow<'a> {
    columns: &'a [Option<&'a StringChunked>],
    row: usize,
}

impl Row for ParquetRow<'_> {
    fn cell(&self, column: usize) -> &[u8] {
        self.columns[column].and_then(|texts| texts.get(self.row)).unwrap_or("").as_bytes()
    }
}

/// Reads a file's rows into `lines`. Row 1 is the first row of data: Parquet has no header row.
///
/// # Errors
/// The file cannot be opened, is not Parquet, has a mapped column that is no text, number or date, or its columns need a
/// decision.
pub fn read(path: &Path, options: &Options, reference: &Reference, lines: &mut Lines, bar: &Bar) -> Result<Mapping> {
    let open = || File::open(path).map_err(|error| unreadable(path, plain(&error)));
    let mut hashed = HashingReader::new(open()?, bar);
    let hash = hashed.hash();
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|error| unreadable(path, plain(&error)))?;
    let broken = || unreadable(path, "is no Parquet file, or a damaged one");
    let damaged = |_| broken();
    let file = open()?;
    let schema = guarded(|| ParquetReader::new(file).schema()).ok_or_else(broken)?.map_err(damaged)?;
    let headers: Vec<String> = schema.iter_names().map(|name| name.to_string()).collect();
    let mapping = Mapping::find(&path.display().to_string(), &headers, &reference.headers, &options.mapping)?;
    let names: Vec<String> = mapping.used().into_iter().map(|n| headers[n].clone()).collect();
    let file = open()?;
    let frame =
        guarded(|| ParquetReader::new(file).with_columns(Some(names)).finish()).ok_or_else(broken)?.map_err(damaged)?;
    let mut texts: Vec<Option<Series>> = vec![None; headers.len()];
    for column in mapping.used() {
        let name = &headers[column];
        let text = frame
            .column(name)
            .and_then(|column| column.cast(&DataType::String))
            .map_err(|_| unreadable(path, format!("the column {name:?} is no text, number or date")))?;
        texts[column] = Some(text.take_materialized_series().rechunk());
    }
    let columns: Vec<Option<&StringChunked>> =
        texts.iter().map(|text| text.as_ref().and_then(|text| text.str().ok())).collect();
    let source = lines.source();
    source.sha256 = hash.finish();
    source.columns = headers.into_iter().enumerate().map(|(n, name)| (name, mapping.field_of(n))).collect();
    let (mut clock, mut inferred, mut odd) = (0, 0, 0);
    let starts: Vec<usize> = (0..frame.height()).step_by(BLOCK).collect();
    for batch in starts.chunks(2 * rayon::current_num_threads()) {
        let blocks: Vec<Block> = batch
            .par_iter()
            .map(|&start| {
                let mut parser = Parser::new(&mapping, reference);
                for row in start..(start + BLOCK).min(frame.height()) {
                    let row = ParquetRow { columns: &columns, row };
                    if (0..columns.len()).all(|column| row.cell(column).is_empty()) {
                        parser.odd_record(&row, Why::EmptyRow);
                    } else {
                        parser.record(&row);
                    }
                }
                parser.finish()
            })
            .collect();
        for (block, start) in blocks.into_iter().zip(batch) {
            clock += block.clock_cells;
            inferred += block.inferred_disciplines;
            odd += block.odd_cells;
            lines.append(block, *start as u32 + 1);
        }
    }
    super::decide::note_reading(lines.source(), &mapping, clock, inferred, odd);
    Ok(mapping)
}

/// Runs a reader that panics on some damaged files; `None` if it did. Its message is about bytes and helps nobody.
fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok();
    std::panic::set_hook(usual);
    result
}
