//! Any bytes → segments: each step goes on, no byte is lost, and blocks read as the whole.

use recount_core::x12::{Segments, Separators, Step, interchange};

/// What a reader of segments looks at.
pub const TOKENS: &[&str] = &[
    "ISA",
    "ISA*",
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *240115*1023*^*00501*000000001*0*P*:~",
    "ISA|00|          |00|          |ZZ|CLINIC         |ZZ|PAYER          |240115|1023|^|00501|000000001|0|P|>\n",
    "IEA*1*000000001",
    "IEA*1*000000001~",
    "GS*HC~",
    "CLM*A1*10~",
    "SV1*HC:97110:GP*35*UN*1~",
    "~",
    "~~",
    "*",
    "**",
    ":",
    "^",
    "|",
    ">",
    "\n",
    "\r\n",
    " ",
    "\u{feff}",
    "\u{1a}",
    "é",
];

/// The separators before a header says otherwise.
pub const USUAL: Separators = Separators { element: b'*', component: b':', repetition: Some(b'^'), segment: b'~' };

/// Reads `input` as a whole, in two blocks around `place`, and in blocks of that length.
pub fn check(input: &[u8], place: usize) {
    let separators = interchange(input).unwrap_or(USUAL);
    let whole = read_whole(input, separators);
    let (first, second) = input.split_at(place);
    assert_eq!(read_blocks(&[first, second], separators), whole, "in two blocks");
    let blocks: Vec<&[u8]> = input.chunks(place + 1).collect();
    assert_eq!(read_blocks(&blocks, separators), whole, "in blocks of {}", place + 1);
}

/// A segment or a broken one, as written (escaped, to be shown), and the separators that hold behind it.
type Read = (Step, String, Separators);

/// Reads all of `bytes`. Between what the steps give stands nothing but what means nothing.
fn read_whole(bytes: &[u8], separators: Separators) -> Vec<Read> {
    let (mut segments, mut found, mut at) = (Segments::new(bytes, separators, true), Vec::new(), 0);
    loop {
        let terminator = segments.separators().segment;
        let begun = segments.position();
        let step = segments.next();
        let raw = segments.raw();
        // Where the segment stands, of which only its bytes are given.
        let start = raw.as_ptr() as usize - bytes.as_ptr() as usize;
        hold_blank(&bytes[at..start], terminator);
        at = start + raw.len();
        if matches!(step, Step::Incomplete | Step::End) {
            assert_eq!((step, at, segments.position()), (Step::End, bytes.len(), bytes.len()));
            assert!(found.len() <= bytes.len(), "no more steps than bytes, and one for the end");
            return found;
        }
        assert!(!raw.is_empty() && segments.position() >= at && segments.position() > begun, "every step goes on");
        assert!(raw.starts_with(b"ISA") || !raw.contains(&terminator), "a segment ends at the first terminator");
        let header_at = |n: usize| {
            raw[n..].starts_with(b"ISA") && interchange(&bytes[start + n..bytes.len().min(at + 1)]).is_some()
        };
        assert!(!(1..raw.len()).any(header_at), "an interchange begins inside a segment");
        match step {
            Step::Segment => hold_elements(&segments),
            _ => assert_ne!(bytes.get(at), Some(&terminator), "what has a terminator is not broken"),
        }
        found.push((step, raw.escape_ascii().to_string(), segments.separators()));
    }
}

/// Reads blocks one after another, each behind what the one before left over.
fn read_blocks(blocks: &[&[u8]], mut separators: Separators) -> Vec<Read> {
    let (mut found, mut bytes) = (Vec::new(), Vec::new());
    for (n, block) in blocks.iter().enumerate() {
        bytes.extend_from_slice(block);
        let complete = n + 1 == blocks.len();
        let mut segments = Segments::new(&bytes, separators, complete);
        loop {
            match segments.next() {
                Step::End => break,
                Step::Incomplete => {
                    assert!(!complete, "a whole file is never incomplete");
                    break;
                }
                step => found.push((step, segments.raw().escape_ascii().to_string(), segments.separators())),
            }
        }
        separators = segments.separators();
        let done = segments.position();
        bytes.drain(..done);
    }
    assert!(bytes.is_empty(), "the last block is read to its end");
    found
}

/// Blanks, line ends, padding, byte order marks, terminators.
fn hold_blank(mut gap: &[u8], terminator: u8) {
    while let Some((&byte, rest)) = gap.split_first() {
        let mark = gap.strip_prefix("\u{feff}".as_bytes());
        assert!(mark.is_some() || byte <= b' ' || byte == terminator, "{:?} is in no segment", gap.escape_ascii());
        gap = mark.unwrap_or(rest);
    }
}

/// Elements are what stands between separators, read as UTF-8 or else as Latin-1; beyond the last is nothing.
fn hold_elements(segments: &Segments) {
    let text = |bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().map(|&b| char::from(b)).collect())
    };
    let (segment, Separators { element, component, .. }) = (segments.segment(), segments.separators());
    let elements: Vec<&[u8]> = segments.raw().split(|&byte| byte == element).collect();
    assert_eq!(segment.id(), elements[0]);
    for (n, &bytes) in elements.iter().chain([&&b""[..]]).enumerate() {
        assert_eq!(segment.element(n), text(bytes), "element {n}");
        let mut components = 0;
        for (k, part) in bytes.split(|&byte| byte == component).enumerate() {
            assert_eq!(segment.component(n, k + 1), text(part), "component {} of element {n}", k + 1);
            components += 1;
        }
        assert_eq!([segment.component(n, 0), segment.component(n, components + 1)], ["", ""]);
    }
}
