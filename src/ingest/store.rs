//! Where the lines of a run wait: in memory up to a limit, beyond it in a file.
//!
//! The file stands in the folder that the report is made in, has no name there, and is gone when the run ends, however it ends:
//! it holds patient data, and those never leave the output folder.

use super::chunk::{Body, Chunk, Packed};
use crate::error::{Error, Result, plain};
use rayon::prelude::*;
use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Bodies that are read from the file and looked at together.
const TOGETHER: usize = 32;

/// Keeps the bodies of all chunks, in their order.
pub struct Store {
    /// Bytes that may be kept in memory.
    limit: usize,
    folder: Option<PathBuf>,
    /// Bytes that the bodies take, wherever they are.
    size: usize,
    bodies: Vec<Body>,
    spilled: Option<Spilled>,
}

struct Spilled {
    file: File,
    /// Length of each body in the file, one after another.
    lengths: Vec<usize>,
}

impl Store {
    /// Keeps everything in memory.
    pub fn in_memory() -> Store {
        Store { limit: usize::MAX, folder: None, size: 0, bodies: Vec::new(), spilled: None }
    }

    /// Keeps up to `limit` bytes in memory, and what is more in a file in `folder`.
    pub fn with_limit(limit: usize, folder: PathBuf) -> Store {
        Store { limit, folder: Some(folder), ..Store::in_memory() }
    }

    /// Adds the next body.
    ///
    /// # Errors
    /// The file cannot be made or written.
    pub fn push(&mut self, body: Body) -> Result<()> {
        self.size += body.size();
        if let Some(spilled) = &mut self.spilled {
            return spilled.push(&body);
        }
        self.bodies.push(body);
        if let (true, Some(folder)) = (self.size > self.limit, &self.folder) {
            let file = tempfile::tempfile_in(folder).map_err(|error| failed(&error))?;
            let mut spilled = Spilled { file, lengths: Vec::new() };
            for body in std::mem::take(&mut self.bodies) {
                spilled.push(&body)?;
            }
            self.spilled = Some(spilled);
        }
        Ok(())
    }

    /// In how many parts of equal size the lines fit the limit.
    pub fn parts(&self) -> usize {
        if self.spilled.is_none() { 1 } else { self.size.div_ceil(self.limit.max(1)) }
    }

    /// What `look` makes of each body and its number, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn map<T: Send>(&self, look: impl Fn(usize, &Body) -> T + Sync) -> Result<Vec<T>> {
        match &self.spilled {
            None => Ok(self.bodies.par_iter().enumerate().map(|(n, body)| look(n, body)).collect()),
            Some(spilled) => spilled.map(|n, body| look(n, &body)),
        }
    }

    /// Gives lines in memory the numbers of the run.
    pub fn renumber(&mut self, chunks: &mut [Chunk], run: [usize; 5]) {
        // In the file they keep those of their chunks, which say what they stand for.
        self.bodies.par_iter_mut().zip(chunks).for_each(|(body, chunk)| chunk.number_as_in_run(body, run));
    }

    /// All bodies, each with the lines that `wanted` picks; where all are in memory, with all lines.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(&self, wanted: impl Fn(usize, &Packed) -> bool + Sync) -> Result<Cow<'_, [Body]>> {
        match &self.spilled {
            None => Ok(Cow::Borrowed(&self.bodies)),
            Some(spilled) => spilled
                .map(|n, mut body| {
                    body.retain(|packed| wanted(n, packed));
                    body
                })
                .map(Cow::Owned),
        }
    }
}

impl Spilled {
    fn push(&mut self, body: &Body) -> Result<()> {
        let bytes = body.to_bytes();
        self.lengths.push(bytes.len());
        self.file.write_all(&bytes).map_err(|error| failed(&error))
    }

    fn map<T: Send>(&self, look: impl Fn(usize, Body) -> T + Sync) -> Result<Vec<T>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).map_err(|error| failed(&error))?;
        let mut found = Vec::with_capacity(self.lengths.len());
        for lengths in self.lengths.chunks(TOGETHER) {
            let mut read = Vec::with_capacity(lengths.len());
            for &length in lengths {
                let mut bytes = vec![0; length];
                file.read_exact(&mut bytes).map_err(|error| failed(&error))?;
                read.push(bytes);
            }
            let first = found.len();
            let looked = read.into_par_iter().enumerate().map(|(n, bytes)| look(first + n, Body::from_bytes(&bytes)));
            found.par_extend(looked);
        }
        Ok(found)
    }
}

fn failed(error: &std::io::Error) -> Error {
    Error::Output { path: "a temporary file in the report's folder".into(), problem: plain(error) }
}
