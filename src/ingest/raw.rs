//! The rows behind rejects and exclusions, as they stand in the export: read again at the end, so that no run keeps them.

use super::export::Source;
use super::is_parquet;
use super::text::Text;
use crate::error::Result;
use crate::parquet::{Cells, ParquetFile};
use crate::progress::Progress;
use crate::reference::Reference;

/// Hands the raw text of the given rows of a source to `each`, in the order of `rows`, which is ascending.
///
/// # Errors
/// The file cannot be read again; what `each` returns.
pub fn raw_rows(
    source: &Source,
    rows: &[u32],
    reference: &Reference,
    each: &mut dyn FnMut(String) -> Result<()>,
) -> Result<()> {
    if rows.is_empty() {
        Ok(())
    } else if is_parquet(&source.path) {
        parquet_rows(source, rows, each)
    } else {
        text_rows(source, rows, reference, each)
    }
}

fn text_rows(
    source: &Source,
    rows: &[u32],
    reference: &Reference,
    each: &mut dyn FnMut(String) -> Result<()>,
) -> Result<()> {
    let bar = Progress::silent().bytes("", 0);
    let mut text = Text::open(&source.path, &bar)?;
    let mut found = 0;
    text.each_record(&reference.headers, &mut |row, raw| {
        if rows.get(found) == Some(&row) {
            found += 1;
            each(super::block::text(raw).into_owned())?;
        }
        Ok(found < rows.len())
    })?;
    // A file that has changed since may be shorter.
    (found..rows.len()).try_for_each(|_| each(String::new()))
}

fn parquet_rows(source: &Source, mut rows: &[u32], each: &mut dyn FnMut(String) -> Result<()>) -> Result<()> {
    let file = ParquetFile::open(&source.path)?;
    for part in file.parts() {
        let here = rows.partition_point(|&row| (row as usize) <= part.of_file.end);
        let (wanted, later) = rows.split_at(here);
        rows = later;
        if wanted.is_empty() {
            continue;
        }
        let width = file.names().len();
        let columns: Vec<Option<Cells>> = (0..width).map(|column| file.cells(&part, column).ok()).collect();
        for row in wanted.iter().map(|&row| row as usize - 1 - part.of_file.start) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            let cells = columns.iter().map(|cells| cells.as_ref().map_or("", |cells| cells.get(row)));
            let written = writer
                .write_record(cells)
                .and_then(|()| Ok(writer.into_inner().map_err(|error| error.into_error())?));
            let line = written.map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned());
            each(line.unwrap_or_default())?;
        }
    }
    // A file that has changed since may be shorter.
    rows.iter().try_for_each(|_| each(String::new()))
}
