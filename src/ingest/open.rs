//! What an input is, by its first bytes and not by its name, and how its bytes are come by: plain, compressed, in an archive.
//!
//! What is packed may unpack to anything. So unpacking is bounded, by size and by ratio: a file that is meant to fill a disk is
//! refused with a clear error, before it does.

use super::unreadable;
use crate::error::{Result, plain};
use crate::hash::{HashingReader, RunningHash};
use crate::progress::Bar;
use crate::reference::file_name;
use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};
use std::fs::File;
use std::io::{self, BufReader, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far packed files may unpack.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes.
    pub size: u64,
    /// Times the packed size.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { size: 50_000_000_000, ratio: 300 }
    }
}

/// What is small has any ratio: a file of one row repeated is no attack.
const ANY_RATIO: u64 = 16 << 20;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Text,
    /// A Parquet file.
    Parquet,
    /// A workbook.
    Workbook(Workbook),
    /// Claims or remittances: X12.
    Claims,
}

/// The kinds of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workbook {
    /// .xlsx and .xlsm.
    Xlsx,
    /// .xlsb.
    Xlsb,
    /// .xls.
    Xls,
    /// .ods.
    Ods,
}

/// One thing to read: a file, or a member of an archive.
#[derive(Clone, Debug)]
pub struct Item {
    /// The file.
    pub path: PathBuf,
    /// The member of the archive that the file is.
    member: Option<Member>,
    /// What it holds.
    pub format: Format,
    limits: Limits,
}

#[derive(Clone, Debug)]
struct Member {
    name: String,
    /// Where its bytes begin in the archive, how many they are, and whether they are packed.
    start: u64,
    length: u64,
    deflated: bool,
    /// SHA-256 of the archive.
    sha256: Arc<str>,
}

/// Reads from anywhere.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Item {
    /// What a file holds: itself, or the members of an archive; and what of it is not read, in words.
    ///
    /// # Errors
    /// It cannot be opened, or is of a kind that holds no rows.
    pub fn of(path: &Path, limits: Limits) -> Result<(Vec<Item>, Vec<String>)> {
        let mut file = File::open(path).map_err(|error| unreadable(path, plain(&error)))?;
        if file.metadata().is_ok_and(|file| file.is_dir()) {
            return Err(unreadable(path, "is a folder, not a file; name the files in it, such as FOLDER/*.csv"));
        }
        let head = start_of(&mut file).map_err(|error| unreadable(path, plain(&error)))?;
        let alone = |format| Ok((vec![Item { path: path.to_owned(), member: None, format, limits }], Vec::new()));
        if !head.starts_with(b"PK") {
            return alone(format_of(&head));
        }
        let mut archive = zip::ZipArchive::new(BufReader::new(file))
            .map_err(|_| unreadable(path, "is a damaged zip or Excel file"))?;
        if let Some(kind) = workbook_in(&archive) {
            let item = Item { path: path.to_owned(), member: None, format: Format::Workbook(kind), limits };
            item.bound_parts(&mut archive)?;
            return Ok((vec![item], Vec::new()));
        }
        members(path, &mut archive, limits)
    }

    /// Its name in messages and tables: that of the file, and of the member.
    pub fn name(&self) -> String {
        match &self.member {
            None => file_name(&self.path),
            Some(member) => format!("{}/{}", file_name(&self.path), member.name),
        }
    }

    /// How messages call it: by the path as the user gave it.
    pub fn shown(&self) -> String {
        match &self.member {
            None => self.path.display().to_string(),
            Some(member) => format!("{}/{}", self.path.display(), member.name),
        }
    }

    /// An input error of it.
    pub fn error(&self, problem: impl std::fmt::Display) -> crate::error::Error {
        crate::error::Error::input(self.shown(), problem)
    }

    /// What went wrong while it was read.
    pub fn failed(&self, error: &io::Error) -> crate::error::Error {
        match error.kind() {
            ErrorKind::FileTooLarge => self.error(error),
            _ => self.error(format!("cannot be read to its end: {}", plain(error))),
        }
    }

    /// Its bytes, unpacked, and the hash of the file, to be asked once all is read.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn bytes<'a>(&self, bar: &'a Bar) -> Result<(Box<dyn Read + Send + 'a>, Hash)> {
        self.read(HashingReader::new, bar)
    }

    /// Its bytes, unpacked, where they are hashed another time.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn bytes_unhashed<'a>(&self, bar: &'a Bar) -> Result<Box<dyn Read + Send + 'a>> {
        self.read(HashingReader::counting, bar).map(|(bytes, _)| bytes)
    }

    fn read<'a>(
        &self,
        reader: fn(File, &'a Bar) -> HashingReader<'a, File>,
        bar: &'a Bar,
    ) -> Result<(Box<dyn Read + Send + 'a>, Hash)> {
        let mut file = File::open(&self.path).map_err(|error| self.error(plain(&error)))?;
        let bounded = |inner: Box<dyn Read + Send + 'a>, packed: Packed| {
            Box::new(Bounded { inner, packed, unpacked: 0, limits: self.limits }) as Box<dyn Read + Send + 'a>
        };
        if let Some(member) = &self.member {
            file.seek(SeekFrom::Start(member.start)).map_err(|error| self.error(plain(&error)))?;
            let packed = file.take(member.length);
            let inner: Box<dyn Read + Send> =
                if member.deflated { Box::new(flate2::read::DeflateDecoder::new(packed)) } else { Box::new(packed) };
            return Ok((bounded(inner, Packed::Known(member.length)), Hash::Known(member.sha256.clone())));
        }
        let head = start_of(&mut file).map_err(|error| self.error(plain(&error)))?;
        let reader = reader(file, bar);
        let hash = Hash::Running(reader.hash());
        if !matches!(&head[..], [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..]) {
            return Ok((Box::new(reader), hash));
        }
        let count = Arc::<AtomicU64>::default();
        let counting = Counting { inner: reader, count: count.clone() };
        let inner: Box<dyn Read + Send + 'a> = if head[0] == 0x1f {
            Box::new(flate2::read::MultiGzDecoder::new(counting))
        } else {
            Box::new(zstd::Decoder::new(counting).map_err(|error| self.error(plain(&error)))?)
        };
        Ok((bounded(inner, Packed::Counted(count)), hash))
    }

    /// Its bytes, from anywhere; a member of an archive is unpacked into memory.
    ///
    /// # Errors
    /// It cannot be read, or unpacks to too much.
    pub fn anywhere(&self, bar: &Bar) -> Result<(Box<dyn ReadSeek>, String)> {
        let (mut bytes, hash) = self.bytes(bar)?;
        if self.member.is_none() {
            io::copy(&mut bytes, &mut io::sink()).map_err(|error| self.failed(&error))?;
            let file = File::open(&self.path).map_err(|error| self.error(plain(&error)))?;
            return Ok((Box::new(BufReader::with_capacity(1 << 16, file)), hash.finish()));
        }
        let mut unpacked = Vec::new();
        bytes.read_to_end(&mut unpacked).map_err(|error| self.failed(&error))?;
        Ok((Box::new(Cursor::new(unpacked)), hash.finish()))
    }

    /// The file that it is, if it is no member of an archive.
    pub fn file(&self) -> Option<&Path> {
        self.member.is_none().then_some(&*self.path)
    }

    /// A workbook is an archive: what its parts say they unpack to is bounded too.
    fn bound_parts<R: Read + Seek>(&self, archive: &mut zip::ZipArchive<R>) -> Result<()> {
        let (mut packed, mut unpacked) = (0_u64, 0_u64);
        for n in 0..archive.len() {
            if let Ok(part) = archive.by_index_raw(n) {
                packed += part.compressed_size();
                unpacked = unpacked.saturating_add(part.size());
            }
        }
        check(unpacked, packed, self.limits).map_err(|error| self.failed(&error))
    }
}

/// The hash of a file that is being read.
pub enum Hash {
    /// Once all is read.
    Running(RunningHash),
    /// Already.
    Known(Arc<str>),
}

impl Hash {
    /// In hexadecimal.
    pub fn finish(&self) -> String {
        match self {
            Hash::Running(hash) => hash.finish(),
            Hash::Known(hash) => hash.to_string(),
        }
    }
}

/// The first bytes of a file, which is left at its start.
fn start_of(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    Read::by_ref(file).take(4_096).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(head)
}

fn format_of(head: &[u8]) -> Format {
    if head.starts_with(b"PAR1") {
        Format::Parquet
    } else if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        Format::Workbook(Workbook::Xls)
    } else if recount_core::x12::is_x12(head) {
        Format::Claims
    } else {
        Format::Text
    }
}

/// Which kind of workbook an archive is, if it is one.
fn workbook_in<R: Read + Seek>(archive: &zip::ZipArchive<R>) -> Option<Workbook> {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.into_owned()).collect();
    let has = |ending: &str| names.iter().any(|name| name.ends_with(ending));
    if has("[Content_Types].xml") && has("workbook.bin") {
        Some(Workbook::Xlsb)
    } else if has("[Content_Types].xml") && has("workbook.xml") {
        Some(Workbook::Xlsx)
    } else if names.iter().any(|name| name == "content.xml") && has("mimetype") {
        Some(Workbook::Ods)
    } else {
        None
    }
}

/// The members of an archive that can be exports.
fn members<R: Read + Seek>(
    path: &Path,
    archive: &mut zip::ZipArchive<R>,
    limits: Limits,
) -> Result<(Vec<Item>, Vec<String>)> {
    let silent = crate::progress::Progress::silent().bytes("", 0);
    let file = File::open(path).map_err(|error| unreadable(path, plain(&error)))?;
    let mut hashed = HashingReader::new(file, &silent);
    let hash = hashed.hash();
    io::copy(&mut hashed, &mut io::sink()).map_err(|error| unreadable(path, plain(&error)))?;
    let sha256: Arc<str> = hash.finish().into();
    let (mut items, mut left) = (Vec::new(), Vec::new());
    for n in 0..archive.len() {
        let damaged = |_| unreadable(path, "is a damaged zip file");
        let mut part = archive.by_index_raw(n).map_err(damaged)?;
        let Ok(name) = part.name().map(|name| name.into_owned()) else {
            left.push("(a member whose name cannot be read)".to_owned());
            continue;
        };
        let base = name.rsplit('/').next().unwrap_or(&name).to_lowercase();
        if part.is_dir() || name.starts_with("__MACOSX/") || base.starts_with('.') {
            continue;
        }
        if part.encrypted() {
            return Err(unreadable(path, "is locked with a password; unpack it first"));
        }
        let ending = base.rsplit('.').next().unwrap_or("").to_owned();
        let method = part.compression();
        let known = matches!(method, zip::CompressionMethod::Stored | zip::CompressionMethod::Deflated);
        let no_export =
            matches!(ending.as_str(), "pdf" | "doc" | "docx" | "png" | "jpg" | "html" | "md" | "xml" | "json");
        if no_export || base.starts_with("readme") || !known {
            left.push(name);
            continue;
        }
        let (start, length) = (part.data_start().unwrap_or(0), part.compressed_size());
        let mut raw = Vec::new();
        Read::by_ref(&mut part).take(1 << 16).read_to_end(&mut raw).map_err(|error| unreadable(path, plain(&error)))?;
        let member = Member {
            name,
            start,
            length,
            deflated: method == zip::CompressionMethod::Deflated,
            sha256: sha256.clone(),
        };
        let mut item = Item { path: path.to_owned(), member: Some(member), format: Format::Text, limits };
        let mut head = Vec::new();
        let (bytes, _) = item.bytes(&silent)?;
        // What is damaged is told when it is read.
        let _ = bytes.take(4_096).read_to_end(&mut head);
        item.format = match format_of(&head) {
            Format::Text if head.starts_with(b"PK") => match ending.as_str() {
                "xlsx" | "xlsm" => Format::Workbook(Workbook::Xlsx),
                "xlsb" => Format::Workbook(Workbook::Xlsb),
                "ods" => Format::Workbook(Workbook::Ods),
                _ => {
                    left.extend(item.member.map(|member| member.name));
                    continue;
                }
            },
            format => format,
        };
        items.push(item);
    }
    items.sort_by_key(Item::name);
    if items.is_empty() {
        return Err(unreadable(path, "holds no export: no text, workbook, Parquet or claims"));
    }
    Ok((items, left))
}

/// Counts what passes.
struct Counting<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// How many packed bytes there are.
enum Packed {
    Known(u64),
    Counted(Arc<AtomicU64>),
}

/// Unpacks so much and no more.
struct Bounded<R> {
    inner: R,
    packed: Packed,
    unpacked: u64,
    limits: Limits,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.unpacked += n as u64;
        let packed = match &self.packed {
            Packed::Known(packed) => *packed,
            Packed::Counted(count) => count.load(Ordering::Relaxed),
        };
        check(self.unpacked, packed, self.limits).map(|()| n)
    }
}

fn check(unpacked: u64, packed: u64, limits: Limits) -> io::Result<()> {
    let too_large = |problem: String| Err(io::Error::new(ErrorKind::FileTooLarge, problem));
    if unpacked > limits.size {
        let size = limits.size;
        too_large(format!("unpacks to more than {size} bytes; if that is meant, allow more with --max-unpacked"))
    } else if unpacked > ANY_RATIO && unpacked / limits.ratio.max(1) > packed {
        let ratio = limits.ratio;
        too_large(format!(
            "unpacks to more than {ratio} times its size, as files do that are meant to fill a disk; if it is none, allow more \
             with --max-ratio"
        ))
    } else {
        Ok(())
    }
}

/// Text in UTF-16 as UTF-8.
pub struct Decoded<'a> {
    inner: Box<dyn Read + Send + 'a>,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

/// The encoding of text that begins so, where it is UTF-16: by its byte order mark, or since every other byte is 0.
pub fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match pairs {
        0..4 => None,
        _ if odd * 10 > pairs * 8 && even * 10 < pairs => Some(UTF_16LE),
        _ if even * 10 > pairs * 8 && odd * 10 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

impl<'a> Decoded<'a> {
    /// From that encoding.
    pub fn new(inner: Box<dyn Read + Send + 'a>, encoding: &'static Encoding) -> Decoded<'a> {
        let decoder = encoding.new_decoder_with_bom_removal();
        Decoded { inner, decoder, raw: vec![0; 1 << 16], text: Vec::new(), given: 0, ended: false }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            let n = self.inner.read(&mut self.raw)?;
            self.ended = n == 0;
            let most = self.decoder.max_utf8_buffer_length(n).unwrap_or(1 << 18);
            self.text.resize(most, 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..n], &mut self.text, self.ended);
            self.text.truncate(written);
            self.given = 0;
        }
        let n = buffer.len().min(self.text.len() - self.given);
        buffer[..n].copy_from_slice(&self.text[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}
