//! Files of segments, cut into pieces that can be parsed by themselves.
//!
//! A claim belongs to what stands above it: the interchange, the transaction, the billing provider. A piece is some whole loops of
//! subscribers, and carries those segments with it.

use super::open::{Hash, Item};
use crate::error::Result;
use crate::progress::{Bar, Progress};
use recount_core::x12::{Claim, Claims, Remit, Remits, Segment, Segments, Separators, Step, interchange};
use std::io::Read;

/// Bytes of a piece, about.
const PIECE: usize = 2 << 20;

/// The length of an interchange's header.
const HEADER: usize = 106;

/// What a file of segments holds.
pub enum Record {
    /// Of an 837.
    Claim(Box<Claim>),
    /// Of an 835.
    Remit(Box<Remit>),
}

/// Some segments that can be parsed by themselves.
pub struct Piece {
    /// What stands above them.
    above: Vec<u8>,
    bytes: Vec<u8>,
    separators: Separators,
}

impl Piece {
    /// Calls `take` with every claim and remittance; says how many segments there are, and how many of them are broken. Segments
    /// are numbered from 1.
    pub fn each(&self, take: &mut dyn FnMut(Record)) -> (u32, u64) {
        let mut machines = Machines::default();
        let mut above = Segments::new(&self.above, self.separators, true);
        while above.next() == Step::Segment {
            machines.take(&above.segment(), 0, take);
        }
        let (mut number, mut broken) = (0, 0);
        let mut segments = Segments::new(&self.bytes, self.separators, true);
        loop {
            let step = segments.next();
            number += 1;
            match step {
                Step::Segment => machines.take(&segments.segment(), number, take),
                // What a lost segment would have begun is unknown: the claim ends here.
                Step::Broken => {
                    broken += 1;
                    machines.finish(take);
                }
                Step::Incomplete | Step::End => break,
            }
        }
        machines.finish(take);
        (number - 1, broken)
    }
}

/// What segments become.
#[derive(Default)]
struct Machines {
    claims: Claims,
    remits: Remits,
    /// The transaction is a remittance.
    remittance: bool,
}

impl Machines {
    fn take(&mut self, segment: &Segment, number: u32, found: &mut dyn FnMut(Record)) {
        if segment.id() == b"ST" {
            self.finish(found);
            self.remittance = segment.element(1) == "835";
        }
        if self.remittance {
            self.remits.take(segment, number).map(Box::new).map(Record::Remit).into_iter().for_each(found);
        } else {
            self.claims.take(segment, number).map(Box::new).map(Record::Claim).into_iter().for_each(found);
        }
    }

    fn finish(&mut self, found: &mut dyn FnMut(Record)) {
        self.claims.finish().map(Box::new).map(Record::Claim).into_iter().for_each(&mut *found);
        self.remits.finish().map(Box::new).map(Record::Remit).into_iter().for_each(found);
    }
}

/// A file of segments that is being read.
pub struct Stream<'a> {
    reader: Box<dyn Read + Send + 'a>,
    /// The hash of the file.
    pub hash: Hash,
    item: &'a Item,
    pending: Vec<u8>,
    ended: bool,
    outline: Outline,
}

/// Where segments begin, and what stands above them: looked at by their first letters alone, which costs next to nothing.
struct Outline {
    /// Those of the next segment that is looked at, and of the piece that begins with the first that is pending.
    separators: Separators,
    of_piece: Separators,
    /// What stands above the next segment: group and transaction, then the billing provider.
    transaction: Vec<u8>,
    provider: Vec<u8>,
    in_provider: bool,
    /// The same for the piece that begins with the first segment that is pending.
    above: Vec<u8>,
    /// Pending bytes that were looked at.
    seen: usize,
    /// The last place where a piece may end, and what stands above it.
    cut: Option<(usize, Vec<u8>, Separators)>,
    /// It must end there: what follows is another interchange.
    must_cut: bool,
}

impl<'a> Stream<'a> {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be read, or does not begin with a header.
    pub fn open(item: &'a Item, bar: &'a Bar) -> Result<Stream<'a>> {
        let (reader, hash) = item.bytes(bar)?;
        Stream::of(item, reader, hash)
    }

    fn of(item: &'a Item, mut reader: Box<dyn Read + Send + 'a>, hash: Hash) -> Result<Stream<'a>> {
        let mut pending = Vec::new();
        let read = Read::by_ref(&mut reader).take(PIECE as u64).read_to_end(&mut pending);
        read.map_err(|error| item.failed(&error))?;
        let start = memchr::memmem::find(&pending, b"ISA").unwrap_or(0);
        pending.drain(..start);
        let Some(separators) = interchange(&pending) else {
            return Err(item.error("begins like X12, but its header is not one"));
        };
        let outline = Outline {
            separators,
            of_piece: separators,
            transaction: Vec::new(),
            provider: Vec::new(),
            in_provider: false,
            above: Vec::new(),
            seen: 0,
            cut: None,
            must_cut: false,
        };
        Ok(Stream { reader, hash, item, pending, ended: false, outline })
    }

    /// The next piece.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn piece(&mut self) -> Result<Option<Piece>> {
        loop {
            self.outline.look(&self.pending);
            let outline = &self.outline;
            if self.ended || outline.must_cut || (self.pending.len() >= PIECE && outline.cut.is_some()) {
                break;
            }
            let read = Read::by_ref(&mut self.reader).take(PIECE as u64).read_to_end(&mut self.pending);
            self.ended = read.map_err(|error| self.item.failed(&error))? == 0;
        }
        if self.pending.is_empty() {
            return Ok(None);
        }
        let outline = &mut self.outline;
        let separators = outline.of_piece;
        let above = std::mem::take(&mut outline.above);
        let must_cut = std::mem::take(&mut outline.must_cut);
        let bytes = match outline.cut.take().filter(|_| must_cut || !self.ended) {
            Some((cut, above, separators)) => {
                (outline.above, outline.of_piece) = (above, separators);
                outline.seen -= cut;
                let rest = self.pending.split_off(cut);
                std::mem::replace(&mut self.pending, rest)
            }
            None => {
                outline.seen = 0;
                std::mem::take(&mut self.pending)
            }
        };
        Ok(Some(Piece { above, bytes, separators }))
    }
}

impl Outline {
    /// Looks at the segments that are whole.
    fn look(&mut self, pending: &[u8]) {
        loop {
            let blanks = pending[self.seen..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let start = self.seen + blanks;
            let rest = &pending[start..];
            let length = if rest.starts_with(b"ISA")
                && rest.len() >= HEADER
                && let Some(separators) = interchange(rest)
            {
                // Above an interchange stands nothing, and its separators are its own.
                let others = separators != self.separators;
                (self.separators, self.in_provider) = (separators, false);
                self.transaction.clear();
                self.provider.clear();
                self.cut_at(start);
                if others && start > 0 {
                    self.seen = start;
                    self.must_cut = true;
                    return;
                }
                HEADER
            } else {
                match memchr::memchr(self.separators.segment, rest) {
                    Some(end) => end + 1,
                    None => return,
                }
            };
            self.segment(&rest[..length], start);
            self.seen = start + length;
        }
    }

    fn segment(&mut self, segment: &[u8], start: usize) {
        let element = self.separators.element;
        let is = |id: &[u8]| segment.starts_with(id) && segment.get(id.len()) == Some(&element);
        if is(b"GS") || is(b"ST") {
            if is(b"GS") {
                self.transaction.clear();
            } else {
                self.cut_at(start);
                // The transaction before this one has the same group above it.
                let group = memchr::memchr(self.separators.segment, &self.transaction).map_or(0, |end| end + 1);
                self.transaction.truncate(group);
            }
            self.in_provider = false;
            self.provider.clear();
            self.transaction.extend_from_slice(segment);
        } else if is(b"BHT") {
            self.transaction.extend_from_slice(segment);
        } else if is(b"HL") {
            let level = segment.split(|byte| *byte == element).nth(3).unwrap_or_default();
            if level.starts_with(b"20") || level.starts_with(b"22") {
                self.cut_at(start);
            }
            self.in_provider = level.starts_with(b"20");
            if self.in_provider {
                self.provider.clear();
            }
        }
        if self.in_provider {
            self.provider.extend_from_slice(segment);
        }
    }

    /// A piece may end before the segment that begins here.
    fn cut_at(&mut self, start: usize) {
        if start > 0 {
            let above = [&self.transaction[..], &self.provider[..]].concat();
            self.cut = Some((start, above, self.separators));
        }
    }
}

/// Calls `each` with every segment, its number and text, until it says false.
///
/// # Errors
/// It cannot be read; what `each` returns.
pub fn each_segment(item: &Item, each: &mut dyn FnMut(u32, &str) -> Result<bool>) -> Result<()> {
    let silent = Progress::silent().bytes("", 0);
    let mut stream = Stream::open(item, &silent)?;
    let mut number = 0;
    while let Some(piece) = stream.piece()? {
        let mut segments = Segments::new(&piece.bytes, piece.separators, true);
        while matches!(segments.next(), Step::Segment | Step::Broken) {
            number += 1;
            if !each(number, &String::from_utf8_lossy(segments.raw()))? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// What a file of claims begins with, told by the first letters of its segments.
#[derive(Clone, Copy, Default)]
pub struct Contents {
    /// Claims.
    pub claims: u64,
    /// Those without a medical record number (REF*EA).
    pub without_record: u64,
    /// Subscribers, and those without a member number (NM109 of NM1*IL).
    pub without_member: u64,
    /// Whether some line counts minutes instead of units.
    pub minutes: bool,
    /// Whether some claim says when a plan of care was set up (HI*BH with 29, 17 or 30).
    pub plans: bool,
    /// Remittances.
    pub remits: u64,
}

/// Looks at a file up to its first claims, or through it where it has none.
///
/// # Errors
/// It cannot be read.
pub fn contents(item: &Item, bar: &Bar) -> Result<Contents> {
    let mut stream = Stream::of(item, item.bytes_unhashed(bar)?, Hash::Known("".into()))?;
    let mut found = Contents::default();
    let mut record = true;
    while found.claims == 0
        && let Some(piece) = stream.piece()?
    {
        let (element, terminator) = (piece.separators.element, piece.separators.segment);
        let mut start = 0;
        for end in memchr::memchr_iter(terminator, &piece.bytes).chain([piece.bytes.len()]) {
            let segment = piece.bytes[start..end].trim_ascii_start();
            start = end + 1;
            let part = |n: usize| segment.split(|byte| *byte == element).nth(n).unwrap_or_default();
            match segment {
                [b'C', b'L', b'M', ..] => {
                    found.without_record += u64::from(!record);
                    found.claims += 1;
                    record = false;
                }
                [b'R', b'E', b'F', _, b'E', b'A', ..] => record |= !part(2).is_empty(),
                [b'N', b'M', b'1', _, b'I', b'L', ..] => found.without_member += u64::from(part(9).is_empty()),
                [b'C', b'L', b'P', ..] => found.remits += 1,
                [b'H', b'I', ..] => {
                    let of_plan =
                        |code: &[u8]| code.starts_with(b"BH") && matches!(code.get(3..5), Some(b"29" | b"17" | b"30"));
                    found.plans |= segment.split(|byte| *byte == element).any(of_plan);
                }
                [b'S', b'V', b'1' | b'2', ..] => found.minutes |= part(3) == b"MJ" || part(4) == b"MJ",
                _ => {}
            }
        }
    }
    found.without_record += u64::from(!record);
    Ok(found)
}
