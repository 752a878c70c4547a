//! Hashes: of inputs, for the manifest, and of keys, for ids that are equal across runs and machines.

use crate::progress::Bar;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// An id: `prefix`, a hyphen and 80 bits of the SHA-256 of `parts`. Parts are kept apart, so that none can pose as two.
///
/// The same key gives the same id in every run. It is no pseudonym: who knows the patients can try them all.
pub fn id(prefix: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    format!("{prefix}-{}", hex(&hash.finalize()[..10]))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Reads a file, hashing and counting every byte that passes.
pub struct HashingReader<'a, R> {
    inner: R,
    /// None where bytes are only counted.
    hash: Option<Arc<Mutex<Sha256>>>,
    bar: &'a Bar,
}

/// The hash of what a [`HashingReader`] has read so far.
#[derive(Clone)]
pub struct RunningHash(Arc<Mutex<Sha256>>);

impl RunningHash {
    /// The hash, in hexadecimal.
    pub fn finish(&self) -> String {
        hex(&self.0.lock().map(|hash| hash.clone().finalize()).unwrap_or_default())
    }
}

impl<'a, R: Read> HashingReader<'a, R> {
    /// Around `inner`.
    pub fn new(inner: R, bar: &'a Bar) -> HashingReader<'a, R> {
        HashingReader { inner, hash: Some(Arc::default()), bar }
    }

    /// Around `inner`, which is hashed another time.
    pub fn counting(inner: R, bar: &'a Bar) -> HashingReader<'a, R> {
        HashingReader { inner, hash: None, bar }
    }

    /// The hash, to be asked once all is read.
    pub fn hash(&self) -> RunningHash {
        RunningHash(self.hash.clone().unwrap_or_default())
    }
}

impl<R: Read> Read for HashingReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        if let Some(Ok(mut hash)) = self.hash.as_ref().map(|hash| hash.lock()) {
            hash.update(&buffer[..n]);
        }
        self.bar.advance(n as u64);
        Ok(n)
    }
}

/// Writes, hashing every byte that passes.
pub struct HashingWriter<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> HashingWriter<W> {
    /// Around `inner`.
    pub fn new(inner: W) -> HashingWriter<W> {
        HashingWriter { inner, hash: Sha256::new() }
    }

    /// Ends the file; its hash in hexadecimal.
    ///
    /// # Errors
    /// What is left cannot be written.
    pub fn finish(mut self) -> std::io::Result<String> {
        self.inner.flush()?;
        Ok(hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_parts_apart() {
        assert_ne!(id("S", &["ab", "c"]), id("S", &["a", "bc"]));
        assert_eq!(id("S", &["a"]).len(), 2 + 20);
    }
}
