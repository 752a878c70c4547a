//! The rows behind rejects and exclusions, as they stand in the export: read again at the end, so that no run keeps them.

use super::text::Text;
use super::{Source, is_parquet};
use crate::error::Result;
use crate::progress::Progress;
use crate::reference::Reference;
use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;

/// The raw text of the given rows of a source, in the order of `rows`, which is ascending.
///
/// # Errors
/// The file cannot be read again.
pub fn raw_rows(source: &Source, rows: &[u32], reference: &Reference) -> Result<Vec<String>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    if is_parquet(&source.path) { parquet_rows(source, rows) } else { text_rows(source, rows, reference) }
}

fn text_rows(source: &Source, rows: &[u32], reference: &Reference) -> Result<Vec<String>> {
    let bar = Progress::silent().bytes("", 0);
    let mut text = Text::open(&source.path, &bar)?;
    let mut found = Vec::with_capacity(rows.len());
    text.each_record(&reference.headers, &mut |row, raw| {
        if rows.get(found.len()) == Some(&row) {
            found.push(super::block::text(raw).into_owned());
        }
        found.len() < rows.len()
    })?;
    // A file that has changed since may be shorter.
    found.resize(rows.len(), String::new());
    Ok(found)
}

fn parquet_rows(source: &Source, rows: &[u32]) -> Result<Vec<String>> {
    let failed = |problem: &str| super::unreadable(&source.path, problem);
    let file = std::fs::File::open(&source.path).map_err(|error| failed(&crate::error::plain(&error)))?;
    let frame = ParquetReader::new(file).finish().map_err(|_| failed("is no Parquet file, or a damaged one"))?;
    let wanted: IdxCa = rows.iter().map(|row| Some(row - 1)).collect();
    let frame = frame.take(&wanted).map_err(|_| failed("has changed while it was read"))?;
    let columns: Vec<Option<Column>> =
        frame.columns().iter().map(|column| column.cast(&DataType::String).ok()).collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in 0..frame.height() {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let cells =
            columns.iter().map(|column| match column.as_ref().map(|column| column.str().map(|text| text.get(row))) {
                Some(Ok(Some(text))) => text,
                _ => "",
            });
        let written =
            writer.write_record(cells).and_then(|()| Ok(writer.into_inner().map_err(|error| error.into_error())?));
        let line = written.map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned());
        found.push(line.unwrap_or_default());
    }
    Ok(found)
}
