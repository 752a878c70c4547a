//! Parquet files: each column as text, then parsed by the same rules as any other export.

use super::block::{Parsed, Parser, Row};
use super::export::Export;
use super::lines::Why;
use super::mapping::Mapping;
use super::{Options, row_behind, unreadable};
use crate::error::{Error, Result, plain, quietly};
use crate::hash::HashingReader;
use crate::parallel::in_order;
use crate::progress::Bar;
use crate::reference::Reference;
use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::ParquetReader;
use std::borrow::Cow;
use std::fs::File;
use std::ops::Range;
use std::path::Path;

/// Rows that are decoded at once, at most: a larger group of rows is read in several passes.
const MOST: usize = 1 << 19;

/// The cells of one row; columns that are not read are empty.
struct ParquetRow<'a> {
    columns: &'a [Option<&'a StringChunked>],
    row: usize,
}

impl Row for ParquetRow<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.columns[column].and_then(|texts| texts.get(self.row)).unwrap_or(""))
    }
}

/// Reads a file's rows into `export`. Row 1 is the first row of data: Parquet has no header row.
///
/// # Errors
/// The file cannot be opened, is not Parquet, has a mapped column that is no text, number or date, or its columns need a
/// decision.
pub fn read(path: &Path, options: &Options, reference: &Reference, export: &mut Export, bar: &Bar) -> Result<Mapping> {
    let file = File::open(path).map_err(|error| unreadable(path, plain(&error)))?;
    let mut hashed = HashingReader::new(file, bar);
    let hash = hashed.hash();
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|error| unreadable(path, plain(&error)))?;
    let (headers, metadata) = opened(path)?;
    let mapping = Mapping::find(&path.display().to_string(), &headers, &reference.headers, &options.mapping)?;
    let used: Vec<(usize, String)> = mapping.used().into_iter().map(|n| (n, headers[n].clone())).collect();
    let width = headers.len();
    let source = export.source();
    source.sha256 = hash.finish();
    source.columns = headers.into_iter().enumerate().map(|(n, name)| (name, mapping.field_of(n))).collect();

    let names: Vec<String> = used.iter().map(|(_, name)| name.clone()).collect();
    let decoded = |rows: Range<usize>| -> Result<Vec<Parsed>> {
        let frame = decode(path, rows, Some((names.clone(), metadata.clone())))?;
        let mut texts: Vec<Option<Series>> = vec![None; width];
        for (n, name) in &used {
            let text = frame
                .column(name)
                .and_then(|column| column.cast(&DataType::String))
                .map_err(|_| unreadable(path, format!("the column {name:?} is no text, number or date")))?;
            texts[*n] = Some(text.take_materialized_series().rechunk());
        }
        let columns: Vec<Option<&StringChunked>> =
            texts.iter().map(|text| text.as_ref().and_then(|text| text.str().ok())).collect();
        Ok(parse(&columns, frame.height(), &mapping, reference))
    };
    let mut pieces = pieces(metadata.row_groups.iter().map(|group| group.num_rows())).into_iter();
    let mut next_row = 1;
    in_order(
        || Ok(pieces.next()),
        decoded,
        |parsed| {
            for parsed in parsed? {
                let row = next_row;
                next_row = row_behind(path, row, parsed.records)?;
                export.append(parsed, row)?;
            }
            Ok(())
        },
    )?;
    Ok(mapping)
}

/// Names of the columns of a file, and where its rows are.
fn opened(path: &Path) -> Result<(Vec<String>, FileMetadataRef)> {
    let file = File::open(path).map_err(|error| unreadable(path, plain(&error)))?;
    let mut reader = ParquetReader::new(file);
    let known = quietly(|| {
        let names = reader.schema()?.iter_names().map(|name| name.to_string()).collect();
        Ok::<_, PolarsError>((names, reader.get_metadata()?.clone()))
    });
    known.and_then(std::result::Result::ok).ok_or_else(|| broken(path))
}

fn broken(path: &Path) -> Error {
    unreadable(path, "is no Parquet file, or a damaged one")
}

/// Some rows: of the named columns of a file whose metadata are known, or of all.
pub fn decode(
    path: &Path,
    rows: Range<usize>,
    known: Option<(Vec<String>, FileMetadataRef)>,
) -> Result<DataFrame> {
    let file = File::open(path).map_err(|error| unreadable(path, plain(&error)))?;
    let mut reader = ParquetReader::new(file)
        .with_slice(Some((rows.start, rows.len())))
        .read_parallel(polars_io::parquet::read::ParallelStrategy::None);
    if let Some((names, metadata)) = known {
        reader = reader.with_columns(Some(names));
        reader.set_metadata(metadata);
    }
    quietly(|| reader.finish()).and_then(std::result::Result::ok).ok_or_else(|| broken(path))
}

/// The pieces in which a file's rows are decoded.
pub fn pieces_of(path: &Path) -> Result<Vec<Range<usize>>> {
    let (_, metadata) = opened(path)?;
    Ok(pieces(metadata.row_groups.iter().map(|group| group.num_rows())))
}

/// The rows to decode at once: those of a group, since groups are compressed as a whole, or even parts of a large one.
fn pieces(groups: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for rows in groups {
        let count = rows.div_ceil(MOST).max(1);
        pieces.extend((0..count).map(|n| start + rows * n / count..start + rows * (n + 1) / count));
        start += rows;
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn parse(columns: &[Option<&StringChunked>], rows: usize, mapping: &Mapping, reference: &Reference) -> Vec<Parsed> {
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
