//! Delimited text: CSV, TSV and their relatives, plain or compressed (.gz, .zst).
//!
//! The file is read once, from start to end, in blocks that are cut between records and parsed in parallel.

use super::block::{Parsed, Parser};
use super::export::Export;
use super::known::Row;
use super::lines::Why;
use super::mapping::Mapping;
use super::{Options, row_behind, unreadable};
use crate::error::{Result, plain};
use crate::hash::{HashingReader, RunningHash};
use crate::parallel::in_order;
use crate::progress::Bar;
use crate::reference::{Headers, Reference};
use recount_core::records::{Cells, Records, Step, whole_records};
use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

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
            None => super::block::text(self.bytes(column)),
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
pub fn read(path: &Path, options: &Options, reference: &Reference, export: &mut Export, bar: &Bar) -> Result<Mapping> {
    let mut text = Text::open(path, bar)?;
    let (header, header_rows) = text.header(&reference.headers)?;
    let mapping = Mapping::find(&path.display().to_string(), &header, &reference.headers, &options.mapping)?;
    let source = export.source();
    source.columns = header.into_iter().enumerate().map(|(n, name)| (name, mapping.field_of(n))).collect();
    let mut next_row = header_rows + 1;
    let delimiter = text.delimiter;
    in_order(
        || text.block(),
        |(bytes, complete)| parse(&bytes, complete, delimiter, &mapping, reference),
        |parsed| {
            for parsed in parsed {
                let row = next_row;
                next_row = row_behind(path, row, parsed.records)?;
                export.append(parsed, row)?;
            }
            Ok(())
        },
    )?;
    export.source().sha256 = text.hash.finish();
    Ok(mapping)
}

fn parse(bytes: &[u8], complete: bool, delimiter: u8, mapping: &Mapping, reference: &Reference) -> Vec<Parsed> {
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
                    None => parser.record(&row),
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
    reader: Box<dyn Read + 'a>,
    hash: RunningHash,
    path: &'a Path,
    /// Bytes read and not yet given out; they start at a record.
    pending: Vec<u8>,
    ended: bool,
    /// The byte between cells.
    pub(super) delimiter: u8,
    /// Cells of the header.
    width: usize,
}

impl<'a> Text<'a> {
    /// Opens a file, decompressing it where its first bytes say so.
    ///
    /// # Errors
    /// The file cannot be read, is empty, or is not text.
    pub(super) fn open(path: &'a Path, bar: &'a Bar) -> Result<Text<'a>> {
        let mut file = File::open(path).map_err(|error| unreadable(path, plain(&error)))?;
        if file.metadata().is_ok_and(|file| file.is_dir()) {
            return Err(unreadable(path, "is a folder, not a file; name the files in it, such as FOLDER/*.csv"));
        }
        let mut magic = [0; 4];
        let magic = match file.read(&mut magic).and_then(|n| file.rewind().map(|()| n)) {
            Ok(n) => &magic[..n],
            Err(error) => return Err(unreadable(path, plain(&error))),
        };
        let reader = HashingReader::new(file, bar);
        let hash = reader.hash();
        let reader: Box<dyn Read + 'a> = match magic {
            [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(reader)),
            [0x28, 0xb5, 0x2f, 0xfd] => {
                Box::new(zstd::Decoder::new(reader).map_err(|error| unreadable(path, plain(&error)))?)
            }
            b"PK\x03\x04" => return Err(unreadable(path, "is a zip or Excel file; save it as CSV first")),
            b"PAR1" => return Err(unreadable(path, "is a Parquet file; give it the ending .parquet")),
            [0xd0, 0xcf, 0x11, 0xe0] => return Err(unreadable(path, "is an old Excel file; save it as CSV first")),
            _ => Box::new(reader),
        };
        let mut text =
            Text { reader, hash, path, pending: Vec::new(), ended: false, delimiter: b',', width: usize::MAX };
        text.fill(HEAD)?;
        if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = text.pending[..] {
            return Err(unreadable(path, "is UTF-16 text; save it as CSV UTF-8 first"));
        }
        if text.pending.starts_with(b"\xef\xbb\xbf") {
            text.pending.drain(..3);
        }
        if text.pending.iter().all(u8::is_ascii_whitespace) && text.ended {
            return Err(unreadable(path, "is empty"));
        }
        if text.pending[..text.pending.len().min(HEAD)].contains(&0) {
            return Err(unreadable(path, "is not a text file: it holds zero bytes"));
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
        let read =
            read.map_err(|error| unreadable(self.path, format!("cannot be read to its end: {}", plain(&error))))?;
        self.ended = (read as u64) < missing;
        Ok(())
    }

    /// Takes the header off the file and says which row it was.
    fn header(&mut self, names: &Headers) -> Result<(Vec<String>, u32)> {
        self.delimiter = delimiter(&self.pending, names);
        loop {
            let (mut records, mut cells) = (Records::new(&self.pending, self.delimiter, self.ended), Cells::default());
            let mut row = 0;
            let step = loop {
                row += 1;
                match records.next(&mut cells) {
                    Step::Blank => {}
                    step => break step,
                }
            };
            match step {
                Step::Cells => {
                    let header = (0..cells.len())
                        .map(|n| String::from_utf8_lossy(cells.get(&self.pending, n)).trim().to_owned())
                        .collect();
                    let end = records.position();
                    self.width = cells.len();
                    self.pending.drain(..end);
                    return Ok((header, row));
                }
                Step::Incomplete if self.pending.len() < LONGEST_HEADER => {
                    let more = self.pending.len() * 2;
                    self.fill(more)?;
                }
                Step::Broken => {
                    return Err(unreadable(
                        self.path,
                        "the quotation marks of the first row do not match; is there a header row?",
                    ));
                }
                _ => {
                    return Err(unreadable(
                        self.path,
                        "the first row never ends; is it a text file with a header row?",
                    ));
                }
            }
        }
    }

    /// Calls `record` with the row number and bytes of each record behind the header, until it says false.
    pub(super) fn each_record(
        &mut self,
        names: &Headers,
        record: &mut dyn FnMut(u32, &[u8]) -> Result<bool>,
    ) -> Result<()> {
        let (_, header_row) = self.header(names)?;
        let (mut row, mut cells) = (header_row, Cells::default());
        while let Some((bytes, complete)) = self.block()? {
            let mut records = Records::new(&bytes, self.delimiter, complete).with_width(self.width);
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
            match whole_records(&self.pending, self.delimiter, self.width) {
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

/// The byte between cells: the one that makes most of the first row column names, then most cells; comma if none does.
fn delimiter(head: &[u8], names: &Headers) -> u8 {
    let score = |delimiter: u8| {
        let (mut records, mut cells) = (Records::new(head, delimiter, true), Cells::default());
        while records.next(&mut cells) == Step::Blank {}
        let known =
            (0..cells.len()).filter(|&n| names.field(&String::from_utf8_lossy(cells.get(head, n))).is_some()).count();
        (known, cells.len())
    };
    // The first of equals is taken, so the comma goes first.
    let mut best = (b',', score(b','));
    for candidate in [b'\t', b';', b'|'] {
        let found = score(candidate);
        if found > best.1 {
            best = (candidate, found);
        }
    }
    best.0
}
