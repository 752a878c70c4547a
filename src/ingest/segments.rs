//! Files of segments → claims and remittances, block by block.

use super::open::{Hash, Item};
use crate::error::Result;
use crate::progress::{Bar, Progress};
use recount_core::x12::{Claim, Claims, Remit, Remits, Segments, Separators, Step, interchange};
use std::io::Read;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// Claims that are parsed together.
const TOGETHER: usize = 4_096;

/// What a file of segments holds.
pub enum Record {
    /// Of an 837.
    Claim(Box<Claim>),
    /// Of an 835.
    Remit(Box<Remit>),
}

/// Lines of claims, on their way to be parsed.
pub struct Batch {
    /// The segment before the first that belongs to it.
    pub behind: u32,
    /// The last one.
    pub last: u32,
    /// The claims.
    pub claims: Vec<Claim>,
}

/// Calls `each` with every segment, its number and text, until it says false.
///
/// # Errors
/// It cannot be read; what `each` returns.
pub fn each_segment(item: &Item, each: &mut dyn FnMut(u32, &str) -> Result<bool>) -> Result<()> {
    let silent = Progress::silent().bytes("", 0);
    let mut stream = Stream::open(item, &silent)?;
    stream.segments(&mut |segments, number| each(number, &String::from_utf8_lossy(segments.raw())), &mut |_| Ok(true))
}

/// A file of segments that is being read.
pub struct Stream<'a> {
    reader: Box<dyn Read + Send + 'a>,
    /// The hash of the file.
    pub hash: Hash,
    item: &'a Item,
    pending: Vec<u8>,
    ended: bool,
    separators: Option<Separators>,
    /// Segments so far.
    pub number: u32,
    /// Of which these could not be read.
    pub broken: u64,
    machines: Machines,
}

/// What segments become.
#[derive(Default)]
struct Machines {
    claims: Claims,
    remits: Remits,
    /// The transaction is a remittance.
    remittance: bool,
}

/// Claims that wait to be parsed together.
#[derive(Default)]
pub struct Batches {
    behind: u32,
    claims: Vec<Claim>,
    ended: bool,
}

impl<'a> Stream<'a> {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be read, or does not begin with a header.
    pub fn open(item: &'a Item, bar: &'a Bar) -> Result<Stream<'a>> {
        let (reader, hash) = item.bytes(bar)?;
        let machines = Machines::default();
        let mut stream = Stream {
            reader,
            hash,
            item,
            pending: Vec::new(),
            ended: false,
            separators: None,
            number: 0,
            broken: 0,
            machines,
        };
        stream.fill()?;
        let start = memchr::memmem::find(&stream.pending, b"ISA").unwrap_or(0);
        stream.pending.drain(..start);
        stream.separators = interchange(&stream.pending);
        if stream.separators.is_none() {
            return Err(item.error("begins like X12, but its header is not one"));
        }
        Ok(stream)
    }

    fn fill(&mut self) -> Result<()> {
        let read = Read::by_ref(&mut self.reader).take(BLOCK as u64).read_to_end(&mut self.pending);
        self.ended = read.map_err(|error| self.item.failed(&error))? == 0;
        Ok(())
    }

    /// Goes through the segments that are pending, and reads on; `each` gets every segment, `block` is asked at the end of each
    /// block; both say whether to go on.
    fn segments(
        &mut self,
        each: &mut dyn FnMut(&Segments, u32) -> Result<bool>,
        block: &mut dyn FnMut(u32) -> Result<bool>,
    ) -> Result<()> {
        while let Some(separators) = self.separators {
            let mut segments = Segments::new(&self.pending, separators, self.ended);
            let ended = loop {
                match segments.next() {
                    Step::Segment | Step::Broken => {
                        self.number += 1;
                        if !each(&segments, self.number)? {
                            return Ok(());
                        }
                    }
                    Step::Incomplete => break false,
                    Step::End => break self.ended,
                }
            };
            self.separators = (!ended).then(|| segments.separators());
            let position = segments.position();
            self.pending.drain(..position);
            if !block(self.number)? || ended {
                return Ok(());
            }
            self.fill()?;
        }
        Ok(())
    }

    /// Calls `take` with every claim and remittance.
    ///
    /// # Errors
    /// The file cannot be read; what `take` returns.
    pub fn each(&mut self, take: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        self.records(take, &mut |_| Ok(true))
    }

    fn records(
        &mut self,
        take: &mut dyn FnMut(Record) -> Result<()>,
        block: &mut dyn FnMut(u32) -> Result<bool>,
    ) -> Result<()> {
        let mut machines = std::mem::take(&mut self.machines);
        let mut broken = 0;
        let done = self.segments(
            &mut |segments, number| {
                let segment = segments.segment();
                // A segment that is broken has no id that means anything.
                if segment.id().is_empty() {
                    broken += 1;
                    machines.finish().into_iter().try_for_each(&mut *take)?;
                } else {
                    machines.take(&segment, number).into_iter().try_for_each(&mut *take)?;
                }
                Ok(true)
            },
            block,
        );
        self.broken += broken;
        if self.separators.is_none() {
            machines.finish().into_iter().try_for_each(&mut *take)?;
        }
        self.machines = machines;
        done
    }

    /// The next claims that are parsed together.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn claims(&mut self, batches: &mut Batches) -> Result<Option<Batch>> {
        while batches.claims.len() < TOGETHER && self.separators.is_some() {
            let claims = &mut batches.claims;
            self.records(
                &mut |record| {
                    if let Record::Claim(claim) = record {
                        claims.push(*claim);
                    }
                    Ok(())
                },
                &mut |_| Ok(false),
            )?;
            if self.separators.is_some() {
                self.fill()?;
            }
        }
        if batches.ended {
            return Ok(None);
        }
        batches.ended = self.separators.is_none();
        let claims = std::mem::take(&mut batches.claims);
        // The claim that is still open may have lines before the last segment.
        let last = match claims.last() {
            _ if batches.ended => self.number,
            Some(claim) => claim.lines.iter().map(|line| line.segment).fold(claim.segment, u32::max),
            None => batches.behind,
        };
        let behind = std::mem::replace(&mut batches.behind, last);
        Ok(Some(Batch { behind, last, claims }))
    }
}

impl Machines {
    fn take(&mut self, segment: &recount_core::x12::Segment, number: u32) -> Vec<Record> {
        let mut found = Vec::new();
        if segment.id() == b"ST" {
            found = self.finish();
            self.remittance = segment.element(1) == "835";
        }
        if self.remittance {
            found.extend(self.remits.take(segment, number).map(Box::new).map(Record::Remit));
        } else {
            found.extend(self.claims.take(segment, number).map(Box::new).map(Record::Claim));
        }
        found
    }

    fn finish(&mut self) -> Vec<Record> {
        let claim = self.claims.finish().map(Box::new).map(Record::Claim);
        let remit = self.remits.finish().map(Box::new).map(Record::Remit);
        claim.into_iter().chain(remit).collect()
    }
}
