//! Rows of a table that is no export, as texts: out of delimited text or a workbook, plain or in an archive.

use super::open::{Decoded, Format, Item, Limits, ReadSeek, Workbook, utf_16};
use super::values::{Value, write};
use super::{meanings, unreadable};
use crate::error::{Result, quietly};
use crate::progress::Progress;
use calamine::{Data, Range, Reader, Xls, Xlsx};
use std::io::{Cursor, Read};
use std::path::Path;

/// Bytes in which a tab tells that tabs separate cells.
const HEAD: usize = 1 << 16;

/// No cell of a table is as long; a quotation mark that is not closed makes one.
const LONGEST_CELL: usize = 20_000;

/// Takes a row: name of the file or of the archive's member, the row as an editor or a spreadsheet counts, its cells.
pub type EachRow<'a> = dyn FnMut(&str, u64, &[String]) -> Result<()> + 'a;

/// Hands each row of the tables in a file to `each`. Where an archive has one as text and as a workbook, the text is read.
///
/// # Errors
/// The file cannot be read, or holds no table; what `each` returns.
pub fn plain_rows(path: &Path, each: &mut EachRow) -> Result<()> {
    let (items, _) = Item::of(path, Limits::default())?;
    let stem = |item: &Item| item.name().rsplit_once('.').map_or(item.name(), |(stem, _)| stem.to_lowercase());
    let texts: Vec<String> = items.iter().filter(|item| item.format == Format::Text).map(stem).collect();
    for item in &items {
        match item.format {
            Format::Text => of_text(item, each)?,
            Format::Workbook(_) if texts.contains(&stem(item)) => {}
            Format::Workbook(Workbook::Xlsx) => of_workbook(item, |bytes| Xlsx::new(bytes).ok(), each)?,
            Format::Workbook(Workbook::Xls) => of_workbook(item, |bytes| Xls::new(bytes).ok(), each)?,
            _ => return Err(unreadable(path, "is no text and no Excel workbook (.xlsx, .xls)")),
        }
    }
    Ok(())
}

fn of_text(item: &Item, each: &mut EachRow) -> Result<()> {
    let bar = Progress::silent().bytes("", 0);
    let mut bytes = Vec::new();
    item.bytes_unhashed(&bar)?.read_to_end(&mut bytes).map_err(|error| item.failed(&error))?;
    if let Some(encoding) = utf_16(&bytes) {
        let raw = Cursor::new(std::mem::take(&mut bytes));
        Decoded::new(Box::new(raw), encoding).read_to_end(&mut bytes).map_err(|error| item.failed(&error))?;
    }
    let tabs = bytes[..bytes.len().min(HEAD)].contains(&b'\t');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_reader(bytes.as_slice());
    let name = item.name();
    // Lines are counted here, since the reader takes the second byte of a line's end for the next line's first.
    let (mut row, mut counted) = (1, 0);
    for record in reader.byte_records() {
        let record = record.map_err(|_| item.error("cannot be read as rows of cells"))?;
        let begins = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(counted);
        let ends = bytes[begins..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        row += bytes[counted..begins + ends].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = begins + ends;
        if record.iter().any(|cell| cell.len() > LONGEST_CELL) {
            return Err(item.error(format!("row {row}: a quotation mark is not closed")));
        }
        let cells: Vec<String> = record.iter().map(|cell| meanings::text(cell).trim().to_owned()).collect();
        each(&name, row, &cells)?;
    }
    Ok(())
}

fn of_workbook<B: Reader<Box<dyn ReadSeek>>>(
    item: &Item,
    open: impl FnOnce(Box<dyn ReadSeek>) -> Option<B>,
    each: &mut EachRow,
) -> Result<()> {
    let bar = Progress::silent().bytes("", 0);
    let (bytes, _) = item.anywhere(&bar)?;
    let read = || -> Option<Vec<Range<Data>>> {
        let mut book = open(bytes)?;
        book.sheet_names().iter().map(|name| book.worksheet_range(name).ok()).collect()
    };
    let sheets = quietly(read).flatten();
    for range in sheets.ok_or_else(|| item.error("cannot be read as a workbook: it is damaged, or locked"))? {
        let first = range.start().map_or(0, |(row, _)| u64::from(row)) + 1;
        for (row, cells) in (first..).zip(range.rows()) {
            let text = |cell: &Data| {
                let mut text = String::new();
                write(&Value::from(cell), &mut text);
                text.trim().to_owned()
            };
            each(&item.name(), row, &cells.iter().map(text).collect::<Vec<_>>())?;
        }
    }
    Ok(())
}
