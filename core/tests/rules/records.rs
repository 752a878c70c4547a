//! No byte of a file is lost, a well-formed file reads as another reader reads it, and blocks read as the whole.

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use recount_core::records::{Cells, LONGEST_QUOTED, Records, Step, whole_records};

/// One step of a reader: what it was, the record as written, its cells, and where the next begins.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Read {
    step: Step,
    raw: Vec<u8>,
    cells: Vec<Vec<u8>>,
    next: usize,
}

/// Reads until the bytes end, or end inside a record.
fn read(bytes: &[u8], delimiter: u8, complete: bool) -> Vec<Read> {
    let (mut records, mut cells) = (Records::new(bytes, delimiter, complete), Cells::default());
    let mut found = Vec::new();
    loop {
        let step = records.next(&mut cells);
        if matches!(step, Step::Incomplete | Step::End) {
            assert!(!complete || step == Step::End, "a whole file is never incomplete");
            return found;
        }
        assert_eq!(cells.get(bytes, cells.len()), b"", "beyond the last cell is nothing");
        let cells = (0..cells.len()).map(|n| cells.get(bytes, n).to_vec()).collect();
        found.push(Read { step, raw: records.raw().to_vec(), cells, next: records.position() });
    }
}

/// The cells of the records that could be read.
fn table(reads: &[Read]) -> Vec<Vec<Vec<u8>>> {
    reads.iter().filter(|read| read.step == Step::Cells).map(|read| read.cells.clone()).collect()
}

/// Reads block by block, carrying what ends inside a record over to the next. Positions are those in the file.
fn read_by_blocks(bytes: &[u8], delimiter: u8, block: usize) -> Vec<Read> {
    let (mut found, mut carried, mut before) = (Vec::new(), Vec::new(), 0);
    let blocks = bytes.chunks(block).count();
    for (n, chunk) in bytes.chunks(block).enumerate() {
        carried.extend_from_slice(chunk);
        let reads = read(&carried, delimiter, n + 1 == blocks);
        let done = reads.last().map_or(0, |read| read.next);
        found.extend(reads.into_iter().map(|read| Read { next: before + read.next, ..read }));
        before += done;
        carried.drain(..done);
    }
    found
}

fn delimiter() -> impl Strategy<Value = u8> {
    select(vec![b',', b';', b'\t', b'|'])
}

/// Bytes as files have them at their worst: mostly the few that a reader must look at, else any.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let special = select(b"\"\"\",,;\t|\n\n\r\r  ab".to_vec());
    let mixed = prop_oneof![9 => special.clone(), 1 => any::<u8>()];
    let pieces =
        select(vec!["\"", "\"\"", ",", "\"a\"", "\"a\nb\"", "\r\n", "\n", "\r", " ", "a", "\"open", "5\" band"]);
    prop_oneof![
        prop::collection::vec(special, 0..60),
        prop::collection::vec(mixed, 0..60),
        prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

/// Rows of cells with anything in them.
fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = prop_oneof!["[a-z0-9]{0,6}", "[a-z ,;\t|\"\n\r]{0,8}", any::<String>()];
    prop::collection::vec(prop::collection::vec(cell, 1..6), 0..8)
}

/// A well-formed file of such rows, and its delimiter; the last line end may be missing.
fn file() -> impl Strategy<Value = (Vec<u8>, u8)> {
    let ends = select(vec![Terminator::CRLF, Terminator::Any(b'\n'), Terminator::Any(b'\r')]);
    let quotes = select(vec![QuoteStyle::Necessary, QuoteStyle::Always, QuoteStyle::NonNumeric]);
    (rows(), delimiter(), ends, quotes, any::<bool>()).prop_map(|(rows, delimiter, end, quotes, last_end)| {
        let mut builder = WriterBuilder::new();
        builder.delimiter(delimiter).terminator(end).quote_style(quotes).flexible(true);
        let mut writer = builder.from_writer(Vec::new());
        rows.iter().for_each(|row| writer.write_record(row).expect("writing to memory"));
        let mut bytes = writer.into_inner().expect("writing to memory");
        if !last_end && !bytes.is_empty() {
            bytes.truncate(bytes.len() - if matches!(end, Terminator::CRLF) { 2 } else { 1 });
        }
        (bytes, delimiter)
    })
}

/// Any bytes, or a well-formed file, with a delimiter.
fn any_file() -> impl Strategy<Value = (Vec<u8>, u8)> {
    prop_oneof![3 => (any_bytes(), delimiter()), 1 => file()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8_000))]

    #[test]
    fn a_well_formed_file_reads_as_the_csv_crate_reads_it((bytes, delimiter) in file()) {
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes.as_slice());
        let expected: Vec<Vec<Vec<u8>>> = reader
            .byte_records()
            .map(|record| record.expect("a well-formed record").iter().map(<[u8]>::to_vec).collect())
            .collect();
        let found = read(&bytes, delimiter, true);
        prop_assert!(found.iter().all(|read| read.step == Step::Cells), "{found:?}");
        prop_assert_eq!(table(&found), expected);
    }

    /// Every byte belongs to exactly one record or line end.
    #[test]
    fn no_byte_is_lost((bytes, delimiter) in any_file()) {
        let (mut records, mut cells) = (Records::new(&bytes, delimiter, true), Cells::default());
        let mut rebuilt = Vec::new();
        while records.next(&mut cells) != Step::End {
            rebuilt.extend_from_slice(records.raw());
            let end = &bytes[rebuilt.len()..records.position()];
            let at_end_of_file = end.is_empty() && rebuilt.len() == bytes.len();
            prop_assert!(at_end_of_file || matches!(end, b"\n" | b"\r" | b"\r\n"), "{:?} ends no line", end);
            rebuilt.extend_from_slice(end);
            prop_assert_eq!(rebuilt.len(), records.position());
        }
        prop_assert_eq!(rebuilt, bytes);
    }

    /// A line is only given up alone, and only where its marks are at fault.
    #[test]
    fn what_each_step_says_is_so((bytes, delimiter) in any_file()) {
        for read in read(&bytes, delimiter, true) {
            let lines = read.raw.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
            match read.step {
                Step::Blank => prop_assert!(read.raw.is_empty() && read.cells.is_empty()),
                Step::Broken => {
                    prop_assert!(read.cells.is_empty());
                    prop_assert!(!lines, "a broken record is one line: {:?}", read.raw);
                    prop_assert!(read.raw.contains(&b'"'));
                }
                _ => {
                    prop_assert!(!read.cells.is_empty());
                    prop_assert!(!lines || read.raw.contains(&b'"'), "only a quoted cell spans lines");
                }
            }
        }
    }

    #[test]
    fn a_line_without_marks_is_split_at_each_delimiter((line, delimiter) in ("[a-z ,;|\t]{1,30}", delimiter())) {
        let expected: Vec<Vec<u8>> = line.as_bytes().split(|byte| *byte == delimiter).map(<[u8]>::to_vec).collect();
        prop_assert_eq!(table(&read(line.as_bytes(), delimiter, true)), vec![expected]);
    }

    /// Spaces around quotation marks are no part of the cell, those between them are.
    #[test]
    fn spaces_around_marks_are_dropped(
        cells in prop::collection::vec(("[ ]{0,2}", "[a-z, \n]{0,6}", "[ ]{0,2}"), 1..5)
    ) {
        let line: Vec<String> = cells.iter().map(|(before, cell, after)| format!("{before}\"{cell}\"{after}")).collect();
        let expected: Vec<Vec<u8>> = cells.into_iter().map(|(_, cell, _)| cell.into_bytes()).collect();
        prop_assert_eq!(table(&read(line.join(",").as_bytes(), b',', true)), vec![expected]);
    }

    #[test]
    fn a_block_is_cut_where_a_record_begins(((bytes, delimiter), cut) in (any_file(), any::<Index>())) {
        let block = &bytes[..cut.index(bytes.len() + 1)];
        let whole = whole_records(block, delimiter, usize::MAX);
        let begins = |position: usize| {
            position == 0 || read(&bytes, delimiter, true).iter().any(|read| read.next == position)
        };
        prop_assert!(whole <= block.len());
        prop_assert!(begins(whole), "{} is inside a record", whole);
    }

    /// Two parts cut there, each read on its own, are the file.
    #[test]
    fn the_parts_of_a_cut_file_read_as_the_whole(((bytes, delimiter), cut) in (any_file(), any::<Index>())) {
        let whole = whole_records(&bytes[..cut.index(bytes.len() + 1)], delimiter, usize::MAX);
        let (first, second) = bytes.split_at(whole);
        let mut parts = read(first, delimiter, true);
        parts.extend(read(second, delimiter, true).into_iter().map(|read| Read { next: whole + read.next, ..read }));
        prop_assert_eq!(parts, read(&bytes, delimiter, true));
    }

    #[test]
    fn blocks_of_any_size_read_as_the_whole(((bytes, delimiter), block) in (any_file(), 1..40_usize)) {
        prop_assert_eq!(read_by_blocks(&bytes, delimiter, block), read(&bytes, delimiter, true));
    }

    /// However the block ends, what was read of it stays so.
    #[test]
    fn more_bytes_do_not_change_what_was_read(((bytes, delimiter), cut) in (any_file(), any::<Index>())) {
        let block = &bytes[..cut.index(bytes.len() + 1)];
        let early = read(block, delimiter, false);
        let whole = read(&bytes, delimiter, true);
        prop_assert_eq!(&early[..], &whole[..early.len()]);
    }
}

/// A quoted cell of the longest length is a cell; a byte more, and its mark was never meant to open one.
#[test]
fn the_longest_quoted_cell() {
    for (length, whole) in [(LONGEST_QUOTED - 1, true), (LONGEST_QUOTED, true), (LONGEST_QUOTED + 1, false)] {
        let cell = [vec![b'x'; length - 1], vec![b'\n']].concat();
        let bytes = [b"a,\"".to_vec(), cell.clone(), b"\",b\nc,d,e\n".to_vec()].concat();
        let found = read(&bytes, b',', true);
        assert_eq!(
            found.first().map(|read| read.step),
            Some(if whole { Step::Cells } else { Step::Broken }),
            "{length}"
        );
        assert_eq!(table(&found).first().map(|cells| cells[1] == cell), Some(whole), "{length}");
        assert_eq!(table(&found).last().map(Vec::len), Some(3), "the next line is read as ever");
        assert_eq!(read_by_blocks(&bytes, b',', 100_000), found, "{length}");
        assert_eq!(read_by_blocks(&bytes, b',', LONGEST_QUOTED + 4), found, "{length}");
    }
}

/// A mark that is never closed costs its line, and no block grows without end for it.
#[test]
fn an_unclosed_mark_is_given_up_once_it_is_too_long() {
    let before = b"a line before,1\n";
    let open = [&before[..], b"\"open,b\n", &vec![b'x'; LONGEST_QUOTED]].concat();
    let steps = |bytes: &[u8]| read(bytes, b',', false).iter().map(|read| read.step).collect::<Vec<_>>();
    assert_eq!(steps(&open), [Step::Cells, Step::Broken]);
    assert_eq!(whole_records(&open, b',', usize::MAX), before.len() + 8);
    let may_yet_close = &open[..before.len() + 1 + LONGEST_QUOTED];
    assert_eq!(steps(may_yet_close), [Step::Cells]);
    assert_eq!(whole_records(may_yet_close, b',', usize::MAX), before.len());
}
