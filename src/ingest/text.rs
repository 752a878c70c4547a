//! Delimited text: CSV, TSV and their relatives, plain or packed (.gz, .zst, .zip), in UTF-8, UTF-16 or the Windows code page.
//!
//! The file is read once, from start to end, in blocks that are cut between records and parsed in parallel. What a report
//! prints above its column names is passed over, and counted.

use super::block::Parser;
use super::export::Export;
use super::known::Row;
use super::layout::{HEADER_WITHIN, header_row};
use super::lines::Why;
use super::mapping::{Mapping, Sheet};
use super::open::{Decoded, Hash, Item, utf_16};
use super::parsed::Parsed;
use super::{Given, append};
use crate::config::Decisions;
use crate::error::Result;
use crate::parallel::in_order;
use crate::progress::Bar;
use crate::reference::{Headers, Reference};
use recount_core::records::{Cells, Records, Step, whole_records};
use std::borrow::Cow;
use std::io::Read;

/// Bytes of a block: large enough that its dictionaries pay, small enough that a few per core stay in memory.
const BLOCK: usize = 4 << 20;

/// Bytes looked at to tell what a file is.
const HEAD: usize = 64 << 10;

/// A header row longer than this is none.
const LONGEST_HEADER: usize = 1 << 20;

struct TextRow<'a> {
    bytes: &'a [u8],
    /// The same as text, if all of it is.
    text: Option<&'a str>,
    cells: &'a Cells,
    as_before: usize,
}

impl TextRow<'_> {
    fn bytes(&self, column: usize) -> &[u8] {
        self.cells.get(self.bytes, column)
    }
}

impl Row for TextRow<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Cow<'_, str> {
        match self.text.and_then(|text| self.cells.text(text, column)) {
            Some(cell) => Cow::Borrowed(cell),
            None => super::meanings::text(self.bytes(column)),
        }
    }

    fn cells_as_before(&self) -> usize {
        self.as_before
    }
}

/// Reads a file's rows into `export`.
///
/// # Errors
/// The file cannot be opened, is not text, is empty, or its columns need a decision.
pub fn read(item: &Item, given: &Given, export: &mut Export, bar: &Bar) -> Result<Mapping> {
    let mut text = Text::open(item, bar)?;
    let above = text.header(&given.reference.headers, &given.decided)?;
    let sample = text.sample();
    let mapping = Mapping::find(
        &Sheet {
            file: item.shown(),
            headers: &text.header,
            sample: &sample,
            role: given.role,
            visits_known: given.visits.is_some(),
        },
        given.reference,
        &given.decided,
    )?;
    let source = export.source();
    source.columns = text.header.iter().enumerate().map(|(n, name)| (name.clone(), mapping.field_of(n))).collect();
    source.header_row = above.len() as u32 + 1;
    let mut next_row = source.header_row + 1;
    export.append(titles(&above, &mapping, given.reference), 1)?;
    let delimiter = text.delimiter;
    in_order(
        || text.block(),
        |(bytes, complete)| parse(&bytes, complete, delimiter, &mapping, given),
        |parsed| append(item, parsed, &mut next_row, export),
    )?;
    export.source().sha256 = text.hash.finish();
    Ok(mapping)
}

/// The rows above the header, of which these are empty, as rows that are set aside.
pub(super) fn titles(above: &[bool], mapping: &Mapping, reference: &Reference) -> Parsed {
    let mut parser = Parser::new(mapping, reference);
    for empty in above {
        if *empty {
            parser.blank_record();
        } else {
            parser.lost_record(Why::Title);
        }
    }
    parser.finish()
}

fn parse(bytes: &[u8], complete: bool, delimiter: u8, mapping: &Mapping, given: &Given) -> Vec<Parsed> {
    let reference = given.reference;
    let mut chunks = Vec::new();
    let mut parser = Parser::new(mapping, reference);
    let mut records = Records::new(bytes, delimiter, complete).with_width(mapping.width);
    let mut cells = Cells::default();
    let text = std::str::from_utf8(bytes).ok();
    // The row parsed last, as written.
    let mut before: &[u8] = &[];
    loop {
        if parser.is_full() {
            chunks.push(std::mem::replace(&mut parser, Parser::new(mapping, reference)).finish());
        }
        match records.next(&mut cells) {
            Step::Blank => parser.blank_record(),
            Step::Broken => parser.lost_record(Why::Quotes),
            Step::Cells => {
                let raw = records.raw();
                // Only of text: what is none is counted cell by cell.
                let same = if text.is_some() { common(raw, before) } else { 0 };
                let start = records.start();
                before = raw;
                let row = TextRow { bytes, text, cells: &cells, as_before: cells.ending_before(start + same) };
                match row_problem(&row, cells.len(), mapping.width) {
                    Some(why) => parser.odd_record(&row, why),
                    None => given.record(&mut parser, &row),
                }
            }
            // A block ends where a record does.
            Step::Incomplete | Step::End => {
                chunks.push(parser.finish());
                return chunks;
            }
        }
    }
}

/// How many of their first bytes two rows have in common, at least; up to 7 may be missed.
fn common(a: &[u8], b: &[u8]) -> usize {
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    a.iter().zip(b).take_while(|(a, b)| a == b).count() * 8
}

/// Empty rows, and rows whose cells cannot be told to stand in the header's columns. Empty cells beyond the last column are
/// what spreadsheets leave; anything else has shifted.
fn row_problem(row: &TextRow, cells: usize, width: usize) -> Option<Why> {
    if cells == width {
        let empty = row.bytes(0).is_empty() && (1..cells).all(|n| row.bytes(n).is_empty());
        return empty.then_some(Why::EmptyRow);
    }
    let empty = |mut range: std::ops::Range<usize>| range.all(|n| row.bytes(n).iter().all(u8::is_ascii_whitespace));
    if empty(0..cells) {
        Some(Why::EmptyRow)
    } else if cells > width && empty(width..cells) {
        None
    } else {
        Some(Why::Cells)
    }
}

/// A text file that is being read.
pub(super) struct Text<'a> {
    reader: Box<dyn Read + Send + 'a>,
    hash: Hash,
    item: &'a Item,
    /// Bytes read and not yet given out; they start at a record.
    pending: Vec<u8>,
    ended: bool,
    /// The byte between cells.
    delimiter: u8,
    /// The header.
    header: Vec<String>,
}

impl<'a> Text<'a> {
    /// Opens a file.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or is not text.
    pub(super) fn open(item: &'a Item, bar: &'a Bar) -> Result<Text<'a>> {
        let (mut reader, hash) = item.bytes(bar)?;
        let mut pending = Vec::new();
        let read = Read::by_ref(&mut reader).take(4_096).read_to_end(&mut pending);
        read.map_err(|error| item.failed(&error))?;
        if let Some(encoding) = utf_16(&pending) {
            let raw = Box::new(std::io::Cursor::new(std::mem::take(&mut pending)).chain(reader));
            reader = Box::new(Decoded::new(raw, encoding));
        }
        let mut text = Text { reader, hash, item, pending, ended: false, delimiter: b',', header: Vec::new() };
        text.fill(HEAD)?;
        if text.pending.starts_with(b"\xef\xbb\xbf") {
            text.pending.drain(..3);
        }
        if text.pending.iter().all(u8::is_ascii_whitespace) && text.ended {
            return Err(item.error("is empty"));
        }
        if text.pending[..text.pending.len().min(HEAD)].contains(&0) {
            return Err(item.error("is not a text file: it holds zero bytes"));
        }
        Ok(text)
    }

    /// Reads until at least `wanted` bytes are pending or the file ends.
    fn fill(&mut self, wanted: usize) -> Result<()> {
        if self.ended || self.pending.len() >= wanted {
            return Ok(());
        }
        let missing = (wanted - self.pending.len()) as u64;
        let read = (&mut self.reader).take(missing).read_to_end(&mut self.pending);
        let read = read.map_err(|error| self.item.failed(&error))?;
        self.ended = (read as u64) < missing;
        Ok(())
    }

    /// Takes the header and what stands above it off the file, and says of each row above whether it is empty.
    fn header(&mut self, names: &Headers, decided: &Decisions) -> Result<Vec<bool>> {
        while !self.ended && !holds_lines(&self.pending) && self.pending.len() < LONGEST_HEADER {
            let more = self.pending.len() * 2;
            self.fill(more)?;
        }
        // The first of equals is taken, so the comma goes first.
        let mut best: Option<(u8, FirstRows, (usize, usize))> = None;
        for delimiter in [b',', b'\t', b';', b'|'] {
            let rows = FirstRows::of(&self.pending, delimiter, self.ended);
            let Some(found) = header_row(rows.cells.iter().map(Vec::as_slice), names, decided) else { continue };
            if best.as_ref().is_none_or(|(.., (_, known))| found.1 > *known) {
                best = Some((delimiter, rows, found));
            }
        }
        let (delimiter, mut rows, place) = match best {
            Some((delimiter, rows, (place, _))) => (delimiter, rows, place),
            // No row is a header: what the first one looks like is told.
            None => {
                let widest = |delimiter: &u8| {
                    let rows = FirstRows::of(&self.pending, *delimiter, self.ended);
                    rows.cells.iter().find(|row| !row.is_empty()).map_or(0, Vec::len)
                };
                let delimiter = [b'|', b';', b'\t', b','].into_iter().max_by_key(widest).unwrap_or(b',');
                let rows = FirstRows::of(&self.pending, delimiter, self.ended);
                let place = rows.cells.iter().position(|row| !row.is_empty()).unwrap_or(0);
                (delimiter, rows, place)
            }
        };
        if rows.broken == Some(place) || rows.cells.len() <= place {
            let problem = if rows.broken.is_some() {
                "the quotation marks of the first row do not match; is there a header row?"
            } else {
                "the first row never ends; is it a text file with a header row?"
            };
            return Err(self.item.error(problem));
        }
        self.delimiter = delimiter;
        self.header = std::mem::take(&mut rows.cells[place]);
        self.pending.drain(..rows.ends[place]);
        Ok(rows.cells[..place].iter().map(|row| row.iter().all(String::is_empty) || says_separator(row)).collect())
    }

    /// Some rows behind the header.
    fn sample(&self) -> Vec<Vec<String>> {
        let end = self.pending.len().min(HEAD);
        let (mut records, mut cells) =
            (Records::new(&self.pending[..end], self.delimiter, self.ended), Cells::default());
        let mut rows = Vec::new();
        while rows.len() < 200 {
            match records.next(&mut cells) {
                Step::Cells => rows.push(texts(&self.pending, &cells)),
                Step::Blank | Step::Broken => {}
                Step::Incomplete | Step::End => break,
            }
        }
        rows
    }

    /// Calls `record` with the row number and bytes of each record, the header and what stands above it among them, until it
    /// says false.
    pub(super) fn each_record(
        &mut self,
        names: &Headers,
        decided: &Decisions,
        record: &mut dyn FnMut(u32, &[u8]) -> Result<bool>,
    ) -> Result<()> {
        let start = self.pending.clone();
        let above = self.header(names, decided)?.len();
        let (mut row, mut cells) = (0, Cells::default());
        let mut records = Records::new(&start, self.delimiter, self.ended);
        while row as usize <= above && !matches!(records.next(&mut cells), Step::Incomplete | Step::End) {
            row += 1;
            if !record(row, records.raw())? {
                return Ok(());
            }
        }
        while let Some((bytes, complete)) = self.block()? {
            let mut records = Records::new(&bytes, self.delimiter, complete).with_width(self.header.len());
            while !matches!(records.next(&mut cells), Step::Incomplete | Step::End) {
                row += 1;
                if !record(row, records.raw())? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The next block of whole records, and whether it is the last.
    fn block(&mut self) -> Result<Option<(Vec<u8>, bool)>> {
        let mut wanted = BLOCK;
        loop {
            self.fill(wanted)?;
            if self.pending.is_empty() {
                return Ok(None);
            }
            if self.ended {
                return Ok(Some((std::mem::take(&mut self.pending), true)));
            }
            match whole_records(&self.pending, self.delimiter, self.header.len()) {
                // One record longer than the block: read on.
                0 => wanted = self.pending.len() * 2,
                cut => {
                    let rest = self.pending.split_off(cut);
                    return Ok(Some((std::mem::replace(&mut self.pending, rest), false)));
                }
            }
        }
    }
}

/// Whether a row is Excel's `sep=;`, which is about the file and no row of it.
fn says_separator(row: &[String]) -> bool {
    row[0].to_ascii_lowercase().starts_with("sep=") && row[1..].iter().all(String::is_empty)
}

/// Whether there are enough lines to find a header among.
fn holds_lines(bytes: &[u8]) -> bool {
    bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).nth(2 * HEADER_WITHIN).is_some()
}

/// The rows that a file begins with, if that is the byte between its cells.
struct FirstRows {
    cells: Vec<Vec<String>>,
    /// Where each ends.
    ends: Vec<usize>,
    /// The first whose quotation marks do not match.
    broken: Option<usize>,
}

impl FirstRows {
    fn of(bytes: &[u8], delimiter: u8, complete: bool) -> FirstRows {
        let (mut records, mut cells) = (Records::new(bytes, delimiter, complete), Cells::default());
        let mut rows = FirstRows { cells: Vec::new(), ends: Vec::new(), broken: None };
        while rows.cells.len() < HEADER_WITHIN {
            let row = match records.next(&mut cells) {
                Step::Cells => texts(bytes, &cells),
                Step::Blank => Vec::new(),
                Step::Broken => {
                    rows.broken.get_or_insert(rows.cells.len());
                    vec![String::from("?")]
                }
                Step::Incomplete | Step::End => break,
            };
            rows.cells.push(row);
            rows.ends.push(records.position());
        }
        rows
    }
}

/// The cells of a record, trimmed.
fn texts(bytes: &[u8], cells: &Cells) -> Vec<String> {
    (0..cells.len()).map(|n| super::meanings::text(cells.get(bytes, n)).trim().to_owned()).collect()
}
