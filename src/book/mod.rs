//! The workbook: how it looks, what a reader can do with it, and that it is the same for the same content. What stands in it says the
//! caller.
//!
//! ```text
//!  Book ──▶ section   a page: headings, paragraphs, tables, charts, one under the other   ([page], [chart])
//!       ──▶ ledger    a sheet for many rows; put writes them as they stream by            ([ledger], [reviewer])
//!       ──▶ finish    the file
//! ```
//!
//! Text is always written as text, whatever it begins with. The only formulas are those of totals.

mod chart;
mod formats;
mod ledger;
mod names;
mod page;
mod reviewer;
#[cfg(test)]
mod tests;
mod text;

pub use ledger::{Column, Ledger, MOST_ROWS};
pub use reviewer::{DISPOSITIONS, HEADINGS as REVIEW_HEADINGS};

use crate::blocks::{Cell, Section};
use crate::error::{Error, Result, plain, quietly};
use chart::Charts;
use chrono::{Datelike, NaiveDateTime, Timelike};
use formats::Formats;
use names::{Links, Names};
use page::Page;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, ProtectionOptions, Workbook, Worksheet, XlsxError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a book says of itself.
#[derive(Clone, Debug)]
pub struct BookFacts {
    /// Its title.
    pub title: String,
    /// Id of the run that it shows.
    pub run: String,
    /// The program that made it, with its version.
    pub program: String,
    /// When it is said to be made: no clock is asked, so that a book can be made again.
    pub created: NaiveDateTime,
    /// A folder where rows wait until the book is finished. They are patient data.
    pub waiting: PathBuf,
}

/// A workbook that is being written.
pub struct Book {
    workbook: Workbook,
    run: String,
    waiting: PathBuf,
    formats: Formats,
    names: Names,
    tables: Names,
    links: Links,
    pages: Vec<Page>,
    ledgers: Vec<ledger::Open>,
    charts: Charts,
}

/// Bytes of a sheet from which on the file says that it may be larger than 4 GB. Some readers do not understand it, so it is not said
/// of others.
const LARGE: u64 = 3_000_000_000;

/// How hard the file is compressed, of 9: a million rows take a third of the time that 6 would, and a fifth more space.
const COMPRESSION: u8 = 2;

impl Book {
    /// An empty book.
    ///
    /// # Errors
    /// Nothing can be written to the folder where rows wait.
    pub fn new(facts: &BookFacts) -> Result<Book> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(&facts.waiting).map_err(|error| failed(&facts.waiting, error))?;
        workbook.set_zip_compression_level(COMPRESSION);
        let created = facts.created;
        let created = ExcelDateTime::from_ymd(
            created.year().clamp(1900, 9999) as u16,
            created.month() as u8,
            created.day() as u8,
        )
        .and_then(|day| day.and_hms(created.hour() as u16, created.minute() as u8, created.second()))
        .map_err(bug)?;
        let properties = DocProperties::new()
            .set_title(text::clean(&facts.title))
            .set_author(text::clean(&facts.program))
            .set_creation_datetime(&created)
            .set_custom_property("recount run", facts.run.as_str());
        workbook.set_properties(&properties);
        Ok(Book {
            workbook,
            run: facts.run.clone(),
            waiting: facts.waiting.clone(),
            formats: Formats::new(),
            names: Names::default(),
            tables: Names::default(),
            links: Links::default(),
            pages: Vec::new(),
            ledgers: Vec::new(),
            charts: Charts::default(),
        })
    }

    /// Adds a section to the page of that name; sections of one page stand one under the other. A table whose columns have no
    /// headings is a form: its empty cells can be filled in.
    ///
    /// # Errors
    /// A mistake of ours.
    pub fn section(&mut self, sheet: &str, section: &Section) -> Result<()> {
        let of_page = self.pages.iter().position(|page| page.wanted == sheet);
        let of_page = match of_page {
            Some(place) => place,
            None => {
                let name = self.names.unique(&names::of_sheet(sheet));
                self.links.add_sheet(sheet, &name);
                let place = self.workbook.worksheets().len();
                Book::set_up(self.workbook.add_worksheet(), &name, &self.run).map_err(bug)?;
                self.pages.push(Page::new(sheet, name, place));
                self.pages.len() - 1
            }
        };
        if self.charts.sheet.is_empty() && page::has_chart(&section.blocks) {
            self.charts.sheet = self.names.unique("Chart data");
        }
        let page = &mut self.pages[of_page];
        let sheet = &mut self.workbook.worksheets_mut()[page.place];
        page.write(sheet, section, &mut self.charts, &self.formats).map_err(bug)?;
        for (id, row) in page.begins.drain(..) {
            self.links.add_section(&id, &page.name, row);
        }
        Ok(())
    }

    /// Adds a sheet whose rows will be [put](Self::put); the number by which it is named there.
    ///
    /// # Errors
    /// It has too many rows, or a mistake of ours.
    pub fn ledger(&mut self, ledger: Ledger) -> Result<usize> {
        let name = self.names.unique(&names::of_sheet(&ledger.name));
        self.links.add_sheet(&ledger.name, &name);
        let table = self.tables.unique(&names::of_table(&name)).replace(' ', "_");
        let place = self.workbook.worksheets().len();
        let sheet = self.workbook.add_worksheet_with_constant_memory().map_err(bug)?;
        Book::set_up(sheet, &name, &self.run).map_err(bug)?;
        let open = ledger.open(sheet, place, &table, &self.formats)?;
        self.ledgers.push(open);
        Ok(self.ledgers.len() - 1)
    }

    /// Writes the next row of a ledger. Rows beyond those that it was said to have are left out.
    ///
    /// # Errors
    /// The disk is full, or a mistake of ours.
    pub fn put(&mut self, ledger: usize, cells: &[Cell]) -> Result<()> {
        let Some(open) = self.ledgers.get_mut(ledger) else { return Err(bug(format!("no ledger {ledger}"))) };
        let sheet = &mut self.workbook.worksheets_mut()[open.sheet];
        // The library does not expect that a disk can be full.
        let put = quietly(|| open.put(sheet, cells, &mut self.links, &self.formats));
        put.unwrap_or_else(|| Err(disk_full(&self.waiting)))
    }

    /// Writes the file; `path` is how errors name it.
    ///
    /// # Errors
    /// It cannot be written; a ledger has not all of its rows, or they do not add up to its totals.
    pub fn finish(mut self, out: impl Write + Send, path: &Path) -> Result<()> {
        for ledger in &self.ledgers {
            ledger.finish(&mut self.workbook.worksheets_mut()[ledger.sheet])?;
        }
        for page in &mut self.pages {
            let sheet = &mut self.workbook.worksheets_mut()[page.place];
            page.finish(sheet, &mut self.links, &self.formats).map_err(bug)?;
        }
        if let Some(missing) = self.links.missing() {
            return Err(bug(format!("rows lead to the sheet {missing}, which is not there")));
        }
        if !self.charts.sheet.is_empty() {
            let sheet = self.workbook.add_worksheet();
            Book::set_up(sheet, &self.charts.sheet, &self.run)
                .and_then(|()| self.charts.write(sheet, &self.formats))
                .map_err(bug)?;
        }
        self.workbook.use_zip_large_file(self.ledgers.iter().any(|ledger| ledger.bytes > LARGE));
        match quietly(|| self.workbook.save_to_writer(out)) {
            Some(saved) => saved.map_err(|error| failed(path, error)),
            None => Err(disk_full(&self.waiting)),
        }
    }

    /// What all sheets have in common.
    fn set_up(sheet: &mut Worksheet, name: &str, run: &str) -> Result<(), XlsxError> {
        sheet.set_name(name)?;
        sheet.set_landscape();
        sheet.set_paper_size(1);
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
        sheet.set_footer(format!("&L&A&CPage &P of &N&R{}", run.replace('&', "&&")));
        Ok(())
    }
}

/// What may be done on a protected sheet. There is no password: it keeps from mistakes, not from intent.
fn protection() -> ProtectionOptions {
    ProtectionOptions {
        use_autofilter: true,
        sort: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::new()
    }
}

/// A mistake of ours, since content decides nothing that the library could refuse.
fn bug(problem: impl std::fmt::Display) -> Error {
    Error::Bug(format!("workbook: {problem}"))
}

fn failed(path: &Path, error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => Error::output(path, plain(&error)),
        XlsxError::ZipError(error) => Error::output(path, error),
        error => bug(error),
    }
}

fn disk_full(waiting: &Path) -> Error {
    Error::output(waiting, "rows of the workbook cannot be written here; the disk may be full")
}
