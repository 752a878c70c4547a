//! Bytes of a delimited file → records, never losing one.
//!
//! A general CSV reader follows the quotation marks wherever they lead: one that is opened and never closed swallows the rest
//! of the file. An audit may not lose a row, so this reader does not trust them that far. A record whose quotation marks do
//! not match (text behind a closing one, none closing within [`LONGEST_QUOTED`]) ends at its first line end and is
//! [`Step::Broken`]; the next line starts a record of its own.
//!
//! ```text
//! "Smith, J",97110,2        two quoted marks that match: three cells
//! 5" band,97110,2           a mark inside an unquoted cell is text: three cells
//! "5" band",97110,2         text behind a closing mark: broken, this line only
//! "Smith,97110,2            never closed: broken, this line only
//! ```
//!
//! Lines end in LF, CRLF or CR. A byte order mark is the caller's to skip.

use memchr::{memchr, memchr2, memchr3, memrchr};

/// A quoted cell is at most this long, in bytes; a mark that finds no partner by then was never meant to open one.
pub const LONGEST_QUOTED: usize = 1 << 20;

/// What [`Records::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A record; its cells are in the [`Cells`] given.
    Cells,
    /// An empty line. It counts in row numbers, since a spreadsheet shows it, and holds nothing.
    Blank,
    /// A line whose quotation marks do not match.
    Broken,
    /// The bytes end inside a record, and more bytes may follow.
    Incomplete,
    /// No more bytes.
    End,
}

/// The cells of one record. Kept and filled anew, so that reading allocates nothing per record.
#[derive(Default)]
pub struct Cells {
    spans: Vec<Span>,
    unescaped: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    /// The cell held doubled quotation marks, and stands unescaped in the buffer.
    buffered: bool,
}

impl Cells {
    /// How many cells the record has.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The bytes of cell `index` of a record read from `bytes`; empty beyond the last.
    pub fn get<'a>(&'a self, bytes: &'a [u8], index: usize) -> &'a [u8] {
        match self.spans.get(index) {
            Some(span) if span.buffered => &self.unescaped[span.start..span.end],
            Some(span) => &bytes[span.start..span.end],
            None => &[],
        }
    }

    /// How many of the first cells, as written, end before the byte `until`.
    pub fn ending_before(&self, until: usize) -> usize {
        self.spans.iter().take_while(|span| !span.buffered && span.end < until).count()
    }

    /// Cell `index` of a record read from `text`, as text: the bytes between two delimiters of a text are one.
    #[inline]
    pub fn text<'a>(&'a self, text: &'a str, index: usize) -> Option<&'a str> {
        match self.spans.get(index) {
            Some(span) if span.buffered => std::str::from_utf8(&self.unescaped[span.start..span.end]).ok(),
            Some(span) => text.get(span.start..span.end),
            None => Some(""),
        }
    }
}

/// Reads records one after another.
pub struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// Cells of a record, where that is known: a line inside a quoted cell that has as many is a row of its own.
    width: usize,
    complete: bool,
    /// Whether there is a quotation mark anywhere: most exports have none, and then no line is searched for one.
    quotes: bool,
    /// Where the next record starts.
    at: usize,
    /// Where the record read last started, and where it ended (without its line end).
    last: (usize, usize),
}

impl<'a> Records<'a> {
    /// Over `bytes`, which start at a record; `complete` says that nothing follows them in the file.
    pub fn new(bytes: &'a [u8], delimiter: u8, complete: bool) -> Records<'a> {
        let quotes = memchr(b'"', bytes).is_some();
        Records { bytes, delimiter, width: usize::MAX, complete, quotes, at: 0, last: (0, 0) }
    }

    /// Records have so many cells. A quoted cell may hold line ends, but not a whole row: then its marks are two strays, of two
    /// rows, and each row ends with its line.
    pub fn with_width(self, width: usize) -> Records<'a> {
        Records { width, ..self }
    }

    /// The record read last, as written.
    pub fn raw(&self) -> &'a [u8] {
        &self.bytes[self.last.0..self.last.1]
    }

    /// Where the record read last starts.
    pub fn start(&self) -> usize {
        self.last.0
    }

    /// Where the next record starts.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Reads one record into `cells`.
    pub fn next(&mut self, cells: &mut Cells) -> Step {
        cells.spans.clear();
        cells.unescaped.clear();
        let start = self.at;
        if start == self.bytes.len() {
            return Step::End;
        }
        if let Some(end) = memchr2(b'\n', b'\r', &self.bytes[start..]).map(|n| start + n) {
            let line = &self.bytes[start..end];
            if !self.quotes || memchr(b'"', line).is_none() {
                split(line, start, self.delimiter, &mut cells.spans);
                return self.line_end(start, end, cells);
            }
        }
        let mut at = start;
        loop {
            let opening = self.bytes[at..].iter().position(|&b| b != b' ').map(|spaces| at + spaces);
            let end = match opening.filter(|&mark| self.bytes[mark] == b'"') {
                Some(mark) => match self.quoted(mark, cells) {
                    Ok(end) => end,
                    Err(Step::Broken) => return self.broken(start, cells),
                    Err(step) => return step,
                },
                None => {
                    let end =
                        memchr3(self.delimiter, b'\n', b'\r', &self.bytes[at..]).map_or(self.bytes.len(), |n| at + n);
                    cells.spans.push(Span { start: at, end, buffered: false });
                    end
                }
            };
            match self.bytes.get(end) {
                Some(&byte) if byte == self.delimiter => at = end + 1,
                Some(_) => return self.line_end(start, end, cells),
                None if self.complete => {
                    self.at = end;
                    self.last = (start, end);
                    return Step::Cells;
                }
                None => return Step::Incomplete,
            }
        }
    }

    /// A cell whose opening mark is at `mark`: pushes it and says where it ends.
    fn quoted(&self, mark: usize, cells: &mut Cells) -> Result<usize, Step> {
        let start = mark + 1;
        let mut from = start;
        let mut doubled = false;
        let close = loop {
            let Some(close) = memchr(b'"', &self.bytes[from..]).map(|n| from + n) else {
                let may_follow = !self.complete && self.bytes.len() - start <= LONGEST_QUOTED;
                return Err(if may_follow { Step::Incomplete } else { Step::Broken });
            };
            if close - start > LONGEST_QUOTED {
                return Err(Step::Broken);
            }
            if self.bytes.get(close + 1) != Some(&b'"') {
                break close;
            }
            doubled = true;
            from = close + 2;
        };
        // The other half of a doubled mark may follow, and with it more of the cell.
        if close + 1 == self.bytes.len() && !self.complete {
            return Err(Step::Incomplete);
        }
        if self.holds_a_row(&self.bytes[start..close]) {
            return Err(Step::Broken);
        }
        let end = self.bytes[close + 1..].iter().position(|&b| b != b' ').map_or(self.bytes.len(), |n| close + 1 + n);
        match self.bytes.get(end) {
            Some(&byte) if byte != self.delimiter && byte != b'\n' && byte != b'\r' => return Err(Step::Broken),
            None if !self.complete => return Err(Step::Incomplete),
            _ => {}
        }
        if doubled {
            let from = cells.unescaped.len();
            let mut rest = &self.bytes[start..close];
            while let Some(quote) = memchr(b'"', rest) {
                cells.unescaped.extend_from_slice(&rest[..=quote]);
                rest = &rest[quote + 2..];
            }
            cells.unescaped.extend_from_slice(rest);
            cells.spans.push(Span { start: from, end: cells.unescaped.len(), buffered: true });
        } else {
            cells.spans.push(Span { start, end: close, buffered: false });
        }
        Ok(end)
    }

    /// Whether a line of a quoted cell, after its first, has just the cells of a record and a number of four digits, as a date
    /// or a code has. A note of several lines seldom does; a row always does.
    fn holds_a_row(&self, cell: &[u8]) -> bool {
        let mut lines = cell.split(|&byte| byte == b'\n' || byte == b'\r');
        lines.next();
        let number = |line: &[u8]| line.windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
        lines.any(|line| {
            self.width > 2 && memchr::memchr_iter(self.delimiter, line).count() + 1 == self.width && number(line)
        })
    }

    /// Steps over the line end at `end`.
    fn line_end(&mut self, start: usize, end: usize, cells: &mut Cells) -> Step {
        let next = match (self.bytes[end], self.bytes.get(end + 1)) {
            (b'\r', Some(b'\n')) => end + 2,
            (b'\r', None) if !self.complete => return Step::Incomplete,
            _ => end + 1,
        };
        self.at = next;
        self.last = (start, end);
        if start == end {
            cells.spans.clear();
            return Step::Blank;
        }
        Step::Cells
    }

    /// The record at `start` is not to be trusted: it ends with its line.
    fn broken(&mut self, start: usize, cells: &mut Cells) -> Step {
        match memchr::memchr2(b'\n', b'\r', &self.bytes[start..]).map(|n| start + n) {
            Some(end) => {
                if self.line_end(start, end, cells) == Step::Incomplete {
                    return Step::Incomplete;
                }
            }
            None if self.complete => {
                self.at = self.bytes.len();
                self.last = (start, self.at);
            }
            None => return Step::Incomplete,
        }
        cells.spans.clear();
        Step::Broken
    }
}

/// Cuts a line without quotation marks, which begins at `start`, into cells.
///
/// Cells are a few letters long, so eight bytes are compared with the delimiter at once: a byte that is equal to it leaves its
/// highest bit set.
fn split(line: &[u8], start: usize, delimiter: u8, spans: &mut Vec<Span>) {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let pattern = u64::from_ne_bytes([delimiter; 8]);
    let (mut cell, mut at) = (start, start);
    let (words, rest) = line.as_chunks::<8>();
    for word in words {
        let other = u64::from_le_bytes(*word) ^ pattern;
        let mut equal = !(((other & LOW) + LOW) | other | LOW);
        while equal != 0 {
            let end = at + equal.trailing_zeros() as usize / 8;
            spans.push(Span { start: cell, end, buffered: false });
            cell = end + 1;
            equal &= equal - 1;
        }
        at += 8;
    }
    for (n, _) in rest.iter().enumerate().filter(|(_, byte)| **byte == delimiter) {
        spans.push(Span { start: cell, end: at + n, buffered: false });
        cell = at + n + 1;
    }
    spans.push(Span { start: cell, end: start + line.len(), buffered: false });
}

/// How many of `bytes`, which start at a record, are whole records: where to cut a block that is read in parallel with others.
///
/// Without quotation marks that is the last line end; with them the records have to be followed.
pub fn whole_records(bytes: &[u8], delimiter: u8, width: usize) -> usize {
    if memchr(b'"', bytes).is_none() {
        if let Some(end) = memrchr(b'\n', bytes) {
            return end + 1;
        }
        // Lines that end in CR alone; the very last may be half of a CRLF.
        return memrchr(b'\r', &bytes[..bytes.len().saturating_sub(1)]).map_or(0, |end| end + 1);
    }
    let (mut records, mut cells) = (Records::new(bytes, delimiter, false).with_width(width), Cells::default());
    while !matches!(records.next(&mut cells), Step::Incomplete | Step::End) {}
    records.position()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let (mut records, mut cells) = (Records::new(text.as_bytes(), b',', true), Cells::default());
        let mut found = Vec::new();
        loop {
            found.push(match records.next(&mut cells) {
                Step::Cells => (0..cells.len())
                    .map(|n| String::from_utf8_lossy(cells.get(text.as_bytes(), n)).into_owned())
                    .collect::<Vec<_>>()
                    .join("|"),
                Step::Blank => "(blank)".into(),
                Step::Broken => format!("(broken) {}", String::from_utf8_lossy(records.raw())),
                Step::Incomplete | Step::End => return found,
            });
        }
    }

    #[test]
    fn line_ends_quotes_and_blank_lines() {
        assert_eq!(read("a,b\r\nc,d\re,f\n\ng,"), ["a|b", "c|d", "e|f", "(blank)", "g|"]);
        assert_eq!(
            read("\"a,1\",\"two\nlines\",\"say \"\"hi\"\"\"\nx, \"y\" ,z"),
            ["a,1|two\nlines|say \"hi\"", "x|y|z"]
        );
        assert_eq!(read("5\" band,b\n"), ["5\" band|b"]);
    }

    #[test]
    fn a_broken_record_costs_one_line() {
        assert_eq!(read("\"5\" band\",b\nc,d\n"), ["(broken) \"5\" band\",b", "c|d"]);
        assert_eq!(read("\"open,b\nc,d\n\"e,f\",g\n"), ["(broken) \"open,b", "c|d", "e,f|g"]);
        assert_eq!(read("a,b\n\"open,b"), ["a|b", "(broken) \"open,b"]);
    }

    #[test]
    fn two_stray_marks_do_not_make_one_row_of_two() {
        let text = "a,b,\"bad\nc,97110,band 5\"\ne,f,\"two\nli,n,es\"\n";
        let (mut records, mut cells) = (Records::new(text.as_bytes(), b',', true).with_width(3), Cells::default());
        let mut steps = Vec::new();
        while steps.last() != Some(&Step::End) {
            steps.push(records.next(&mut cells));
        }
        assert_eq!(steps, [Step::Broken, Step::Cells, Step::Cells, Step::End]);
    }

    #[test]
    fn a_block_is_cut_between_records() {
        for (text, whole) in
            [("a,b\nc,d", 4), ("a,\"b\nc\",d", 0), ("a,b\n\"c\nd\",e", 4), ("a,b\rc,d\r", 4), ("\"a\"\r", 0), ("", 0)]
        {
            assert_eq!(whole_records(text.as_bytes(), b',', usize::MAX), whole, "{text:?}");
        }
    }
}
