//! The rows behind rejects and exclusions, as they stand in the export: read again at the end, so that no run keeps them.

use super::export::Source;
use super::open::{Format, Item};
use super::text::Text;
use super::{Options, segments, sheet};
use crate::error::Result;
use crate::parquet::{Cells, ParquetFile};
use crate::progress::Progress;
use crate::reference::{Reference, file_name};

/// Hands the raw text of the given rows of a source to `each`, in the order of `rows`, which is ascending and may name a row
/// several times.
///
/// # Errors
/// The file cannot be read again; what `each` returns.
pub fn raw_rows(
    source: &Source,
    rows: &[u32],
    reference: &Reference,
    options: &Options,
    each: &mut dyn FnMut(String) -> Result<()>,
) -> Result<()> {
    let (Some(item), false) = (&source.item, rows.is_empty()) else { return Ok(()) };
    let mut found = 0;
    let mut wanted = |row: u32, raw: &dyn Fn() -> String| -> Result<bool> {
        while rows.get(found) == Some(&row) {
            found += 1;
            each(raw())?;
        }
        Ok(found < rows.len())
    };
    match item.format {
        Format::Parquet => parquet_rows(item, rows, each)?,
        Format::Text => {
            let bar = Progress::silent().bytes("", 0);
            let decided = options.config.for_file(&file_name(&item.path));
            let mut record = |row: u32, raw: &[u8]| wanted(row, &|| super::meanings::text(raw).into_owned());
            Text::open(item, &bar)?.each_record(&reference.headers, &decided, &mut record)?;
        }
        Format::Workbook(kind) => {
            let name = source.sheet.as_deref().unwrap_or_default();
            sheet::each_row(item, kind, name, &mut |row, cells| {
                wanted(row, &|| line(cells.iter().map(String::as_str)))
            })?;
        }
        Format::Claims => segments::each_segment(item, &mut |segment, raw| wanted(segment, &|| raw.to_owned()))?,
    }
    if item.format == Format::Parquet {
        return Ok(());
    }
    // A file that has changed since may be shorter.
    (found..rows.len()).try_for_each(|_| each(String::new()))
}

/// Cells as a line of CSV.
fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written =
        writer.write_record(cells).and_then(|()| Ok(writer.into_inner().map_err(|error| error.into_error())?));
    written.map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned()).unwrap_or_default()
}

fn parquet_rows(item: &Item, mut rows: &[u32], each: &mut dyn FnMut(String) -> Result<()>) -> Result<()> {
    let file = ParquetFile::open(&item.path)?;
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
            each(line(columns.iter().map(|cells| cells.as_ref().map_or("", |cells| cells.get(row)))))?;
        }
    }
    // A file that has changed since may be shorter.
    rows.iter().try_for_each(|_| each(String::new()))
}
