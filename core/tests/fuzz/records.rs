//! Any bytes → records: no byte is lost, and blocks read as the whole.

use std::ops::Range;

use recount_core::records::{Cells, Records, Step, whole_records};

/// What a reader of records looks at.
pub const TOKENS: &[&str] = &[
    "\"",
    "\"\"",
    "\"\"\"",
    "\",\"",
    "\"open",
    "5\" band",
    "\"two\nlines\"",
    " \"",
    "\" ",
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r\n",
    "\r",
    " ",
    "97110",
    "a,97110,b\n",
    "\na;97110;b",
    "1/2/26,97110,2\r\n",
    "x\"\n\"x",
    "\u{feff}",
    "é",
];

/// Widths that records are read with: none known, too narrow to tell a row, and those of the corpus.
const WIDTHS: [usize; 4] = [usize::MAX, 1, 3, 4];

/// How bytes are read.
#[derive(Clone, Copy, Debug)]
struct Shape {
    delimiter: u8,
    width: usize,
}

/// One step of a reader: what it was, where the record stands, its cells, to be shown where they are not as expected, and where
/// the next record begins.
#[derive(Debug, PartialEq)]
struct Read {
    step: Step,
    raw: Range<usize>,
    cells: Vec<String>,
    next: usize,
}

/// Reads `input` in each shape: as a whole, up to `place`, and in two parts around it.
pub fn check(input: &[u8], place: usize) {
    for delimiter in [b',', b';', b'\t', b'|'] {
        for width in WIDTHS {
            let shape = Shape { delimiter, width };
            let whole = read(input, 0, shape, true);
            let early = read(&input[..place], 0, shape, false);
            assert_eq!(early, whole[..early.len().min(whole.len())], "more bytes change nothing, {shape:?}");

            let cut = whole_records(&input[..place], delimiter, width);
            assert!(cut <= place, "{shape:?}");
            let mut parts = read(&input[..cut], 0, shape, true);
            parts.extend(read(&input[cut..], cut, shape, true));
            assert_eq!(parts, whole, "cut at {cut}, {shape:?}");
        }
    }
}

/// Reads until the bytes end, or end inside a record; each byte belongs to one record or to its line end. `before` is how many
/// bytes of the file stand before these.
fn read(bytes: &[u8], before: usize, shape: Shape, complete: bool) -> Vec<Read> {
    let mut records = Records::new(bytes, shape.delimiter, complete).with_width(shape.width);
    let text = std::str::from_utf8(bytes).ok();
    let (mut cells, mut found, mut at) = (Cells::default(), Vec::new(), 0);
    loop {
        let step = records.next(&mut cells);
        if matches!(step, Step::Incomplete | Step::End) {
            assert_eq!(records.position(), at, "what is not read yet stays to be read");
            assert_eq!(step == Step::End, at == bytes.len());
            assert!(!complete || step == Step::End, "a whole file is never incomplete");
            return found;
        }
        let raw = at..at + records.raw().len();
        assert_eq!((records.start(), records.raw()), (at, &bytes[raw.clone()]), "a record begins where the last ended");
        at = records.position();
        assert!(at > raw.start, "every step goes on");
        let end = &bytes[raw.end..at];
        let last = complete && end.is_empty() && at == bytes.len();
        assert!(last || matches!(end, b"\n" | b"\r" | b"\r\n"), "{end:?} ends no line");
        let each = || (0..cells.len()).map(|n| cells.get(bytes, n));
        hold_step(step, &bytes[raw.clone()], &cells);
        if step == Step::Cells {
            hold_cells(&bytes[raw.clone()], shape.delimiter, each());
        }
        if let Some(text) = text {
            let texts = (0..cells.len()).map(|n| cells.text(text, n).map(str::as_bytes));
            assert!(texts.eq(each().map(Some)), "the cells of a text are texts");
        }
        found.push(Read {
            step,
            raw: before + raw.start..before + raw.end,
            cells: each().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect(),
            next: before + at,
        });
    }
}

/// Only a step of cells has some, only they span lines, and only a line with a quotation mark is given up.
fn hold_step(step: Step, raw: &[u8], cells: &Cells) {
    let (lines, mark) = (raw.iter().any(|byte| b"\r\n".contains(byte)), raw.contains(&b'"'));
    match step {
        Step::Blank => assert!(raw.is_empty() && cells.is_empty()),
        Step::Broken => assert!(mark && !lines && cells.is_empty()),
        _ => assert!(!cells.is_empty() && (mark || !lines)),
    }
}

/// Written one behind the other, the cells are the record.
fn hold_cells<'a>(mut raw: &'a [u8], delimiter: u8, cells: impl Iterator<Item = &'a [u8]>) {
    let without_spaces = |bytes: &'a [u8]| &bytes[bytes.iter().take_while(|byte| **byte == b' ').count()..];
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            raw = raw.strip_prefix(&[delimiter]).expect("a delimiter between two cells");
        }
        if let Some(quoted) = without_spaces(raw).strip_prefix(b"\"") {
            let written =
                cell.iter().flat_map(|byte| if *byte == b'"' { &b"\"\""[..] } else { std::slice::from_ref(byte) });
            let written: Vec<u8> = written.chain(b"\"").copied().collect();
            raw = without_spaces(quoted.strip_prefix(&written[..]).expect("a quoted cell, its marks doubled"));
        } else {
            assert!(!cell.contains(&delimiter), "two cells read as one");
            raw = raw.strip_prefix(cell).expect("a cell as it is written");
        }
    }
    assert!(raw.is_empty(), "{:?} is in no cell", raw.escape_ascii());
}
