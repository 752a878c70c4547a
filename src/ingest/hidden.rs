//! Rows and columns that a workbook hides. They are read like all others, and that is said: a filter that somebody left on is a
//! frequent reason why two people count differently.

use super::open::{Item, Workbook};
use crate::words::counted;
use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::Read;
use std::thread::JoinHandle;
use zip::ZipArchive;

/// Looks for hidden rows while the sheet is read.
pub struct Hidden(Option<JoinHandle<Counts>>);

#[derive(Clone, Copy, Default)]
struct Counts {
    rows: u64,
    columns: u64,
}

impl Hidden {
    /// Begins to look; only .xlsx, .xlsm and .ods say it in words.
    pub fn look(item: &Item, kind: Workbook, sheet: &str) -> Hidden {
        let (item, sheet) = (item.clone(), sheet.to_owned());
        let looks = matches!(kind, Workbook::Xlsx | Workbook::Ods);
        Hidden(looks.then(|| {
            std::thread::spawn(move || match kind {
                Workbook::Ods => of_ods(&item).unwrap_or_default(),
                _ => of_xlsx(&item, &sheet).unwrap_or_default(),
            })
        }))
    }

    /// What was found, in words.
    pub fn note(self) -> Option<String> {
        let counts = self.0?.join().ok()?;
        let mut parts = Vec::new();
        if counts.rows > 0 {
            parts.push(counted(counts.rows, "hidden row"));
        }
        if counts.columns > 0 {
            parts.push(counted(counts.columns, "hidden column"));
        }
        (!parts.is_empty()).then(|| format!("{} are read like the others", parts.join(" and ")))
    }
}

fn archive(item: &Item) -> Option<ZipArchive<Box<dyn super::open::ReadSeek>>> {
    let silent = crate::progress::Progress::silent().bytes("", 0);
    ZipArchive::new(item.anywhere(&silent).ok()?.0).ok()
}

fn of_xlsx(item: &Item, sheet: &str) -> Option<Counts> {
    let mut archive = archive(item)?;
    let id = attribute(&text(&mut archive, "xl/workbook.xml")?, b"sheet", "name", sheet, "r:id")?;
    let target = attribute(&text(&mut archive, "xl/_rels/workbook.xml.rels")?, b"Relationship", "Id", &id, "Target")?;
    let part = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    };
    let mut counts = Counts::default();
    tags(&mut archive.by_name(&part).ok()?, &mut |tag| {
        let hidden = memmem::find(tag, b"hidden=\"1\"").is_some() || memmem::find(tag, b"hidden=\"true\"").is_some();
        if hidden && tag.starts_with(b"<row") {
            counts.rows += 1;
        } else if hidden && tag.starts_with(b"<col ") {
            let number = |name: &str| {
                let text = String::from_utf8_lossy(tag).into_owned();
                let value = text.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse::<u64>().ok();
                value
            };
            // A span to the last column of all is what is left of a sheet, not somebody's doing.
            let columns = number("max").zip(number("min")).map_or(1, |(max, min)| max.saturating_sub(min) + 1);
            counts.columns += if columns > 1_000 { 0 } else { columns };
        }
    })?;
    Some(counts)
}

fn of_ods(item: &Item) -> Option<Counts> {
    let mut counts = Counts::default();
    tags(&mut archive(item)?.by_name("content.xml").ok()?, &mut |tag| {
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

/// Calls `each` with every opening tag of rows and columns. A sheet is hundreds of megabytes of XML, so tags are found, not parsed.
fn tags(reader: &mut impl Read, each: &mut dyn FnMut(&[u8])) -> Option<()> {
    let mut buffer: Vec<u8> = Vec::new();
    loop {
        let read = reader.take(1 << 20).read_to_end(&mut buffer).ok()?;
        let mut done = 0;
        for at in memmem::find_iter(&buffer, b"hidden=\"").chain(memmem::find_iter(&buffer, b"table:visibility=\"")) {
            let start = memchr::memrchr(b'<', &buffer[..at]);
            let end = memchr::memchr(b'>', &buffer[at..]);
            if let (Some(start), Some(end)) = (start, end) {
                each(&buffer[start..at + end]);
                done = done.max(at + end);
            }
        }
        if read == 0 {
            return Some(());
        }
        // What is left may be the start of a tag.
        let keep = memchr::memrchr(b'<', &buffer).unwrap_or(buffer.len()).max(done);
        buffer.drain(..keep.min(buffer.len()));
    }
}
