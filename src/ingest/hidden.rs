//! What stands in a sheet besides its cells: which are merged, and what is hidden. Hidden rows and columns are read like all others, and that is said: a filter that somebody left on is a
//! frequent reason why two people count differently.

use super::open::{Item, Workbook};
use crate::words::counted;
use calamine::Dimensions;
use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::Read;
use zip::ZipArchive;

/// What stands in a sheet besides its cells.
#[derive(Clone, Default)]
pub struct Besides {
    /// Hidden rows and columns.
    rows: u64,
    columns: u64,
    /// Cells that are one over several others, where the file says it in words.
    pub merged: Option<Vec<Dimensions>>,
}

impl Besides {
    /// Looks; only .xlsx, .xlsm and .ods say it in words.
    pub fn look(item: &Item, kind: Workbook, sheet: &str) -> Besides {
        let found = match kind {
            Workbook::Xlsx => of_xlsx(item, sheet),
            Workbook::Ods => of_ods(item),
            Workbook::Xlsb | Workbook::Xls => None,
        };
        found.unwrap_or_default()
    }

    /// What is hidden, in words.
    pub fn hidden(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.rows > 0 {
            parts.push(counted(self.rows, "hidden row"));
        }
        if self.columns > 0 {
            parts.push(counted(self.columns, "hidden column"));
        }
        (!parts.is_empty()).then(|| format!("{}: read like the others", parts.join(" and ")))
    }
}

fn archive(item: &Item) -> Option<ZipArchive<Box<dyn super::open::ReadSeek>>> {
    let silent = crate::progress::Progress::silent().bytes("", 0);
    ZipArchive::new(item.anywhere(&silent).ok()?.0).ok()
}

fn of_xlsx(item: &Item, sheet: &str) -> Option<Besides> {
    let mut archive = archive(item)?;
    let id = attribute(&text(&mut archive, "xl/workbook.xml")?, b"sheet", "name", sheet, "r:id")?;
    let target = attribute(&text(&mut archive, "xl/_rels/workbook.xml.rels")?, b"Relationship", "Id", &id, "Target")?;
    let part = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    };
    let mut counts = Besides::default();
    let mut merged = Vec::new();
    tags(&mut archive.by_name(&part).ok()?, &[b"hidden=\"", b"<mergeCell "], &mut |tag| {
        if tag.starts_with(b"<mergeCell ") {
            merged.extend(value(tag, "ref").and_then(|region| dimensions(&region)));
            return;
        }
        let hidden = memmem::find(tag, b"hidden=\"1\"").is_some() || memmem::find(tag, b"hidden=\"true\"").is_some();
        if hidden && tag.starts_with(b"<row") {
            counts.rows += 1;
        } else if hidden && tag.starts_with(b"<col ") {
            let number = |name: &str| value(tag, name)?.parse::<u64>().ok();
            // A span to the last column of all is what is left of a sheet, not somebody's doing.
            let columns = number("max").zip(number("min")).map_or(1, |(max, min)| max.saturating_sub(min) + 1);
            counts.columns += if columns > 1_000 { 0 } else { columns };
        }
    })?;
    counts.merged = Some(merged);
    Some(counts)
}

/// The value of an attribute of a tag.
fn value(tag: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(tag);
    text.split(&format!(" {name}=\"")).nth(1)?.split('"').next().map(str::to_owned)
}

/// `B2:B5` as rows and columns from 0.
fn dimensions(region: &str) -> Option<Dimensions> {
    let cell = |text: &str| {
        let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
        let column = text[..letters]
            .bytes()
            .try_fold(0_u32, |column, letter| column.checked_mul(26)?.checked_add(u32::from(letter - b'A') + 1))?;
        Some((text[letters..].parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
    };
    let (start, end) = region.split_once(':')?;
    Some(Dimensions { start: cell(start)?, end: cell(end)? })
}

fn of_ods(item: &Item) -> Option<Besides> {
    let mut counts = Besides::default();
    tags(&mut archive(item)?.by_name("content.xml").ok()?, &[b"table:visibility=\""], &mut |tag| {
        let hidden = ["collapse", "filter"]
            .iter()
            .any(|word| memmem::find(tag, format!("table:visibility=\"{word}\"").as_bytes()).is_some());
        counts.rows += u64::from(hidden && tag.starts_with(b"<table:table-row"));
        counts.columns += u64::from(hidden && tag.starts_with(b"<table:table-column"));
    })?;
    Some(counts)
}

fn text(archive: &mut ZipArchive<Box<dyn super::open::ReadSeek>>, part: &str) -> Option<String> {
    let mut text = String::new();
    archive.by_name(part).ok()?.take(16 << 20).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The attribute `wanted` of the element whose attribute `name` has that value.
fn attribute(xml: &str, element: &[u8], name: &str, value: &str, wanted: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    loop {
        let start = match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => start,
            Event::Eof => return None,
            _ => continue,
        };
        if start.local_name().as_ref().as_bytes() != element {
            continue;
        }
        let get = |name: &str| {
            let found = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
            Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
        };
        if get(name).as_deref() == Some(value) {
            return get(wanted);
        }
    }
}

/// Calls `each` with every tag that holds one of those marks, or begins with it. A sheet is hundreds of megabytes of XML, so tags are
/// found, not parsed.
fn tags(reader: &mut impl Read, marks: &[&[u8]], each: &mut dyn FnMut(&[u8])) -> Option<()> {
    let mut buffer: Vec<u8> = Vec::new();
    loop {
        let read = reader.take(1 << 20).read_to_end(&mut buffer).ok()?;
        // What is left may be the start of a tag.
        let whole = memchr::memrchr(b'>', &buffer).map_or(0, |end| end + 1);
        for mark in marks {
            let mut from = 0;
            while let Some(at) = memmem::find(&buffer[from..whole], mark).map(|n| from + n) {
                let start = memchr::memrchr(b'<', &buffer[..=at]).unwrap_or(at);
                let end = memchr::memchr(b'>', &buffer[at..whole]).map_or(whole, |n| at + n);
                each(&buffer[start..end]);
                from = end;
            }
        }
        if read == 0 {
            return Some(());
        }
        buffer.drain(..whole);
    }
}
