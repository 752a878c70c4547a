//! Bytes of X12 interchanges → segments, never losing one.
//!
//! An interchange says in its own header (ISA, 106 characters of fixed width) which bytes separate it. Several may stand one
//! behind the other in a file, each with separators of its own: a header met on the way changes them.
//!
//! ```text
//! ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240115*1023*^*00501*000000001*0*P*:~
//!    └ 3: elements                                                  82: repetitions ┘     104: components ┘
//!                                                                                    105: end of a segment ┘
//! ```
//!
//! Line ends and blanks around segments mean nothing; neither do empty segments. A segment is [`Step::Broken`] when no
//! terminator comes within [`LONGEST`] bytes, when the file ends inside it, or when it runs into the header of another
//! interchange, as where a file that was cut short has been joined with the next.

use std::borrow::Cow;

/// A segment is at most this long, in bytes. No claim or remittance has one that comes near.
pub const LONGEST: usize = 1 << 16;

/// How long the header of an interchange is, with the terminator.
const HEADER: usize = 106;

/// Where the element separators of a header stand. Anything else there is not a header, and its last bytes mean nothing.
const HEADER_ELEMENTS: [usize; 16] = [3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103];

/// The bytes that separate the parts of an interchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separators {
    /// Between the elements of a segment, mostly `*`.
    pub element: u8,
    /// Between the components of an element, mostly `:`.
    pub component: u8,
    /// Between the repetitions of an element, mostly `^`; interchanges before 5010 have none.
    pub repetition: Option<u8>,
    /// Behind a segment, mostly `~`.
    pub segment: u8,
}

/// The separators of the interchange that starts at `bytes`; none where its header is not there, or not whole.
pub fn interchange(bytes: &[u8]) -> Option<Separators> {
    let header = bytes[blanks(bytes, b' ')..].first_chunk::<HEADER>().filter(|header| header.starts_with(b"ISA"))?;
    let (element, component, segment) = (header[3], header[104], header[105]);
    // A byte order mark means nothing wherever it stands, also where a block ends inside it.
    let separates = |byte: u8| !byte.is_ascii_alphanumeric() && ![b' ', 0xef, 0xbb, 0xbf].contains(&byte);
    let fixed = HEADER_ELEMENTS.iter().all(|&at| header[at] == element);
    let distinct = element != component && component != segment && segment != element;
    if !fixed || !distinct || ![element, component, segment].into_iter().all(separates) {
        return None;
    }
    // Before 5010, ISA11 named the standard: `U`.
    let repetition = Some(header[82]).filter(|&byte| separates(byte) && ![element, component, segment].contains(&byte));
    Some(Separators { element, component, repetition, segment })
}

/// Whether a file that starts with `head` says that it is X12. Its header may still turn out to be broken.
pub fn is_x12(head: &[u8]) -> bool {
    let head = &head[blanks(head, b' ')..];
    head.starts_with(b"ISA") && head.get(3).is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// How many bytes mean nothing before a segment: blanks, line ends, byte order marks, the padding of a mainframe, and
/// terminators without a segment.
fn blanks(bytes: &[u8], terminator: u8) -> usize {
    let mut at = 0;
    loop {
        match bytes[at..] {
            [byte, ..] if byte <= b' ' || byte == terminator => at += 1,
            [0xef, 0xbb, 0xbf, ..] => at += 3,
            _ => return at,
        }
    }
}

fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    memchr::memchr(byte, bytes)
}

/// What [`Segments::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A segment; [`Segments::segment`] has its elements.
    Segment,
    /// Bytes that are no segment, or not a whole one; [`Segments::raw`] has them.
    Broken,
    /// The bytes end inside a segment, and more bytes may follow.
    Incomplete,
    /// No more bytes.
    End,
}

/// Reads segments one after another.
pub struct Segments<'a> {
    bytes: &'a [u8],
    separators: Separators,
    complete: bool,
    /// Where the next segment starts.
    at: usize,
    /// No terminator stands from `at` up to here. Without this memory, a file of lines that has none would be searched over
    /// and over.
    barren: usize,
    /// Where the segment read last started, and where it ended (without its terminator).
    last: (usize, usize),
    /// Where each element of the segment read last ends, from its start. Filled anew, so that reading allocates nothing.
    ends: Vec<usize>,
}

impl<'a> Segments<'a> {
    /// Over `bytes`, which start at a segment; `complete` says that nothing follows them in the file. A block that ends as
    /// [`Step::Incomplete`] goes on at its [`position`](Self::position), with its [`separators`](Self::separators); more than
    /// [`LONGEST`] bytes always hold a step.
    pub fn new(bytes: &'a [u8], separators: Separators, complete: bool) -> Segments<'a> {
        Segments { bytes, separators, complete, at: 0, barren: 0, last: (0, 0), ends: Vec::new() }
    }

    /// The separators that hold now.
    pub fn separators(&self) -> Separators {
        self.separators
    }

    /// Where the next segment starts.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The segment read last, as written, without its terminator.
    pub fn raw(&self) -> &'a [u8] {
        &self.bytes[self.last.0..self.last.1]
    }

    /// The segment read last; empty if the last step was none.
    pub fn segment(&self) -> Segment<'_> {
        Segment { bytes: self.raw(), ends: &self.ends, separators: self.separators }
    }

    /// Reads one segment.
    #[expect(clippy::should_implement_trait, reason = "a step is not an item: reading may go on in another block")]
    pub fn next(&mut self) -> Step {
        self.ends.clear();
        self.at += blanks(&self.bytes[self.at..], self.separators.segment);
        let start = self.at;
        self.last = (start, start);
        let rest = &self.bytes[start..];
        if rest.is_empty() {
            return Step::End;
        }
        if rest.starts_with(b"ISA") {
            if rest.len() < HEADER && !self.complete {
                return Step::Incomplete;
            }
            if let Some(separators) = interchange(rest) {
                self.separators = separators;
                self.barren = 0;
                return self.found(start + HEADER - 1, start + HEADER);
            }
        }
        let limit = self.bytes.len().min(start + LONGEST + 1);
        let from = self.barren.clamp(start, limit);
        if let Some(end) = find(self.separators.segment, &self.bytes[from..limit]).map(|n| from + n) {
            return match joined(&self.bytes[start..=end]) {
                Some(header) => self.cut(start + header),
                None => self.found(end, end + 1),
            };
        }
        if !self.complete && rest.len() <= LONGEST {
            return Step::Incomplete;
        }
        self.barren = limit;
        let line = self.bytes[start..limit].iter().position(|&byte| byte == b'\n' || byte == b'\r');
        let end = line.map_or(limit, |n| start + n);
        // The terminator of a header may be a line end.
        let header = joined(&self.bytes[start..limit.min(end + 1)]);
        self.cut(header.map_or(end, |header| start + header))
    }

    /// A segment up to `end`, behind which the next starts at `next`.
    fn found(&mut self, end: usize, next: usize) -> Step {
        self.at = next;
        self.last.1 = end;
        let trimmed = self.raw().trim_ascii_end().len();
        self.last.1 = self.last.0 + trimmed;
        let raw = self.raw();
        let mut from = 0;
        while let Some(n) = find(self.separators.element, &raw[from..]) {
            self.ends.push(from + n);
            from += n + 1;
        }
        self.ends.push(raw.len());
        Step::Segment
    }

    /// A segment that ends without a terminator, at `end`. The last of an interchange is what it is; any other may have been
    /// cut in the middle of a number.
    fn cut(&mut self, end: usize) -> Step {
        if self.bytes[self.at..end].starts_with(b"IEA") {
            return self.found(end, end);
        }
        self.at = end;
        self.last.1 = end;
        Step::Broken
    }
}

/// Where the header of another interchange stands inside a segment.
fn joined(segment: &[u8]) -> Option<usize> {
    let last = segment.len().checked_sub(HEADER)?;
    (1..=last).find(|&at| segment[at..].starts_with(b"ISA") && interchange(&segment[at..]).is_some())
}

/// A segment: an identifier and its elements, counted from one as the guides do. `SV101` is `element(1)`, and its second
/// component `component(1, 2)`.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
    separators: Separators,
}

impl<'a> Segment<'a> {
    /// What it is: `CLM`, `SV1` …
    pub fn id(&self) -> &'a [u8] {
        self.bytes_of(0)
    }

    /// Element `n`; empty if it is missing. Bytes that are not UTF-8 are read as Latin-1, so that none is lost.
    pub fn element(&self, n: usize) -> Cow<'a, str> {
        text(self.bytes_of(n))
    }

    /// Component `k` of element `n`, both counted from one; empty if it is missing.
    pub fn component(&self, n: usize, k: usize) -> Cow<'a, str> {
        let mut components = self.bytes_of(n).split(|&byte| byte == self.separators.component);
        text(k.checked_sub(1).and_then(|k| components.nth(k)).unwrap_or_default())
    }

    fn bytes_of(&self, n: usize) -> &'a [u8] {
        let Some(&end) = self.ends.get(n) else { return &[] };
        let start = if n == 0 { 0 } else { self.ends[n - 1] + 1 };
        &self.bytes[start..end]
    }

    /// Element `n` without blanks around it, to keep.
    pub(super) fn owned(&self, n: usize) -> String {
        self.element(n).trim().to_owned()
    }

    /// Component `k` of element `n` without blanks around it, to keep.
    pub(super) fn owned_component(&self, n: usize, k: usize) -> String {
        self.component(n, k).trim().to_owned()
    }

    /// The code of the composite procedure (C003) in element `n`, and its four modifiers. Empty where the composite names
    /// something else: a drug (N4), a revenue code (NU).
    pub(super) fn procedure(&self, n: usize) -> (String, [String; 4]) {
        const PROCEDURES: [&str; 6] = ["HC", "HP", "ER", "IV", "WK", "AD"];
        if !PROCEDURES.contains(&self.component(n, 1).trim()) {
            return Default::default();
        }
        (self.owned_component(n, 2), [3, 4, 5, 6].map(|k| self.owned_component(n, k)))
    }

    /// The first and the last day in element `n`. Told by what stands there (`20240101-20240131`), since a qualifier that
    /// says D8 or RD8 is not always true.
    pub(super) fn days(&self, n: usize) -> (String, String) {
        let days = self.element(n);
        let (from, to) = days.split_once('-').unwrap_or((&days, &days));
        (from.trim().to_owned(), to.trim().to_owned())
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FILE, header};
    use super::*;

    /// Steps and segments of `blocks` that are read one after another, what is left of one going before the next.
    fn read(blocks: &[&[u8]]) -> Vec<(Step, Vec<u8>)> {
        let (mut found, mut bytes) = (Vec::new(), Vec::new());
        let mut separators = interchange(&header('*', ':', '^', "~").into_bytes()).unwrap();
        for (n, block) in blocks.iter().enumerate() {
            bytes.extend_from_slice(block);
            let mut segments = Segments::new(&bytes, separators, n + 1 == blocks.len());
            loop {
                match segments.next() {
                    Step::Incomplete | Step::End => break,
                    step => found.push((step, segments.raw().to_vec())),
                }
                assert!(found.len() <= bytes.len() + 2 * FILE.len(), "every step goes on");
            }
            separators = segments.separators();
            let rest = segments.position();
            bytes.drain(..rest);
        }
        assert!(bytes.is_empty(), "the last block is read to its end");
        found
    }

    fn shown(text: &str) -> Vec<String> {
        read(&[text.as_bytes()])
            .into_iter()
            .map(|(step, raw)| match (step, String::from_utf8(raw).unwrap()) {
                (Step::Segment, raw) if raw.starts_with("ISA") => "ISA".into(),
                (Step::Segment, raw) => raw,
                (_, raw) => format!("(broken) {raw}"),
            })
            .collect()
    }

    #[test]
    fn separators_stand_in_the_header() {
        let found = interchange(header('|', '>', '^', "\n").as_bytes()).unwrap();
        assert_eq!(found, Separators { element: b'|', component: b'>', repetition: Some(b'^'), segment: b'\n' });
        assert_eq!(interchange(header('*', ':', 'U', "~").as_bytes()).unwrap().repetition, None);
        let whole = header('*', ':', '^', "~");
        assert_eq!(interchange(format!("\u{feff}\r\n{whole}").as_bytes()).unwrap().segment, b'~');
        assert_eq!(whole.len(), HEADER);
        assert!((0..HEADER).all(|cut| interchange(&whole.as_bytes()[..cut]).is_none()));
        for broken in [whole.replacen("00", "0", 1), header('*', '*', '^', "~"), header('*', 'A', '^', "~")] {
            assert_eq!(interchange(broken.as_bytes()), None, "{broken}");
        }
        assert!(is_x12(whole.as_bytes()) && is_x12("\u{feff}\n ISA*00".as_bytes()));
        assert!(!is_x12(b"") && !is_x12(b"IS") && !is_x12(b"ISADORA,97110") && !is_x12(b"date,code"));
    }

    #[test]
    fn elements_and_components_count_from_one() {
        let text = b"SV1*HC:97110:GP::59*3\xe9*UN**~";
        let separators = Separators { element: b'*', component: b':', repetition: None, segment: b'~' };
        let mut segments = Segments::new(text, separators, true);
        assert_eq!(segments.next(), Step::Segment);
        let segment = segments.segment();
        assert_eq!(segment.id(), b"SV1");
        assert_eq!([1, 2, 3, 4, 5, 6].map(|n| segment.element(n)), ["HC:97110:GP::59", "3é", "UN", "", "", ""]);
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|k| segment.component(1, k)), ["", "HC", "97110", "GP", "", "59", ""]);
        assert!(matches!(segment.element(3), Cow::Borrowed(_)));
        assert_eq!(segments.next(), Step::End);
        assert_eq!(segments.segment().id(), b"");
    }

    #[test]
    fn blanks_line_ends_and_empty_segments_mean_nothing() {
        assert_eq!(shown("\r\nST*837*1~\r\n\n  CLM*1*10 \r\n~~\tSE*3*1~\n\x1a\0"), ["ST*837*1", "CLM*1*10", "SE*3*1"]);
    }

    #[test]
    fn each_interchange_has_its_own_separators() {
        let (one, two) = (header('*', ':', '^', "~"), header('|', '>', '^', "\r"));
        let text = format!("{one}GS*HC~IEA*1*1~\n\u{feff}{two}\nGS|HC*~\r\nIEA|1|2\r\n{one}GS*HP~IEA*1*3");
        assert_eq!(shown(&text), ["ISA", "GS*HC", "IEA*1*1", "ISA", "GS|HC*~", "IEA|1|2", "ISA", "GS*HP", "IEA*1*3"]);
    }

    #[test]
    fn an_interchange_that_was_cut_short_costs_one_segment() {
        let (one, two) = (header('*', ':', '^', "~"), header('|', '>', '^', "\n"));
        assert_eq!(shown(&format!("{one}CLM*1*10\n{one}GS*HC~")), ["ISA", "(broken) CLM*1*10\n", "ISA", "GS*HC"]);
        assert_eq!(shown(&format!("{one}CLM*1{two}GS|HC\nSE|1\n")), ["ISA", "(broken) CLM*1", "ISA", "GS|HC", "SE|1"]);
        assert_eq!(shown(&format!("{one}IEA*1*1\n{one}GS*HC~")), ["ISA", "IEA*1*1", "ISA", "GS*HC"]);
        assert_eq!(shown(&format!("{one}CLM*1*10~SV1*HC:97110*35")), ["ISA", "CLM*1*10", "(broken) SV1*HC:97110*35"]);
    }

    #[test]
    fn a_segment_without_end_is_broken_at_its_line_or_at_the_longest() {
        let endless = "x".repeat(2 * LONGEST);
        let lines = "line\n".repeat(LONGEST);
        for text in [format!("A*1~{endless}~B*2~"), format!("A*1~{lines}~B*2~"), format!("A*1~B{endless}\nC*1~")] {
            let whole = read(&[text.as_bytes()]);
            assert!(whole.iter().all(|(_, raw)| raw.len() <= LONGEST + 1));
            assert_eq!(whole.last().unwrap().0, Step::Segment);
            for cut in [0, 4, 9, LONGEST, LONGEST + 4, LONGEST + 5, LONGEST + 6, 2 * LONGEST + 5, text.len()] {
                assert!(read(&[&text.as_bytes()[..cut], &text.as_bytes()[cut..]]) == whole, "cut at {cut}");
            }
        }
        let mut segments = Segments::new(endless.as_bytes(), interchange(FILE.as_bytes()).unwrap(), false);
        assert_eq!([segments.next(), segments.next()], [Step::Broken, Step::Incomplete]);
    }

    #[test]
    fn blocks_cut_anywhere_give_the_segments_of_the_whole() {
        let (two, three) = (header('|', '>', '^', "\n"), header('!', '>', 'U', "~"));
        let text = format!("{FILE}\r\n{two}ST|837\nCLM|1\nISA|2{three}GS!HC~");
        let whole = read(&[text.as_bytes()]);
        for cut in 0..=text.len() {
            assert_eq!(read(&[&text.as_bytes()[..cut], &text.as_bytes()[cut..]]), whole, "cut at {cut}");
        }
        assert_eq!(read(&text.as_bytes().chunks(1).collect::<Vec<_>>()), whole);
    }
}
