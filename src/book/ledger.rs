//! Sheets with a row for each of many things, written row by row as they stream by.
//!
//! ```text
//!  title
//!  notes
//!
//!  our total                    26      1,204.50
//!  sum of all rows              26      1,204.50    live
//!  difference, must be 0         0          0.00    live
//!  sum of the rows shown        26      1,204.50    live, follows the filters
//!  ┌───────────────────┬──────────┬─────────────┬──────┬─────────────┬─ …
//!  │ finding_id        │ units    │ amount_paid │ tick │ disposition │
//! ```
//!
//! Totals stand above the rows, since what is written is gone: a row cannot be gone back to.

use super::formats::{Formats, Place};
use super::names::Links;
use super::reviewer::{self, HEADINGS, HOW_TO_REVIEW};
use super::text::{self, Written};
use super::{bug, protection};
use crate::blocks::{Cell, Kind};
use crate::error::Result;
use crate::grid::Value;
use rust_xlsxwriter::{
    ConditionalFormatCell, ConditionalFormatCellRule, Formula, IgnoreError, Table, TableColumn, TableStyle, Url,
    Worksheet, XlsxError, column_number_to_name,
};

/// A sheet to be written row by row.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Name of the sheet.
    pub name: String,
    /// What its rows are, in one sentence.
    pub title: String,
    /// What must be known to read them: limits, where the rest is.
    pub notes: Vec<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Rows that will be put.
    pub rows: u64,
    /// Whether columns for a reviewer's decisions follow.
    pub review: bool,
}

/// A column of a ledger.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its heading, unique on the sheet.
    pub heading: String,
    /// What its cells are.
    pub kind: Kind,
    /// Our own sum of the rows that are put, in whole numbers or cents. A live sum is set beside it. The first column has none.
    pub total: Option<i64>,
}

/// Rows that a ledger can have: those of a sheet, with room for what stands above them.
pub const MOST_ROWS: u64 = (1 << 20) - 100;

/// Rows up to which a ledger is a table of Excel's. The library marks every cell of a table in memory: 20 sheets of as many rows and 33
/// columns take 260 MB, while a million rows without one take 7 MB. Above it, header, filters and formats are the same; the stripes
/// are missing.
pub(super) const TABLE_ROWS: u64 = 10_000;

/// The labels of totals, in their order.
const TOTALS: [&str; 4] = ["our total", "sum of all rows", "difference, must be 0", "sum of the rows shown"];

/// Characters in a line of a note.
const NOTE: usize = 150;

/// Width of a column of long text, and the lines of it that a row shows at most.
const LONG: usize = 60;
const LINES: usize = 8;

/// Characters across a page of letter size in print that can still be read.
const LETTER: usize = 180;

/// Points of a line.
const LINE: u32 = 15;

/// A ledger that is being written.
pub(super) struct Open {
    /// Place of its sheet.
    pub sheet: usize,
    /// Rows of text that have been written, roughly in bytes.
    pub bytes: u64,
    name: String,
    columns: Vec<Column>,
    review: bool,
    rows: u64,
    put: u64,
    first: u32,
    sums: Vec<i64>,
    /// Characters of the longest text or number in each column.
    longest: Vec<usize>,
    links: u32,
}

/// Links that a sheet can have; further ones are text.
const LINKS: u32 = 65_000;

impl Ledger {
    /// The place of its first row on the sheet, counted from 0: what leads to a row needs it before there is one.
    pub fn first_row(&self) -> u32 {
        self.header() + 1
    }

    fn note_lines(&self) -> impl Iterator<Item = String> {
        let how = self.review.then_some(HOW_TO_REVIEW);
        self.notes.iter().map(String::as_str).chain(how).flat_map(|note| text::lines(&text::clean(note), NOTE))
    }

    fn header(&self) -> u32 {
        let totals = if self.has_totals() { TOTALS.len() } else { 0 };
        (1 + self.note_lines().count() + 1 + totals) as u32
    }

    fn has_totals(&self) -> bool {
        self.columns.iter().any(|column| column.total.is_some())
    }

    /// Writes all that stands above the rows, and what holds for all of them.
    pub(super) fn open(self, sheet: &mut Worksheet, place: usize, table: &str, formats: &Formats) -> Result<Open> {
        if self.columns.first().is_none_or(|column| column.total.is_some()) {
            return Err(bug(format!("the sheet {} has no first column without a total", self.name)));
        }
        if self.rows > MOST_ROWS {
            return Err(bug(format!("the sheet {} cannot have {} rows", self.name, self.rows)));
        }
        self.write_head(sheet, table, formats).map_err(|error| bug(format!("the sheet {}: {error}", self.name)))?;
        let (first, places) = (self.first_row(), self.columns.len());
        Ok(Open {
            sheet: place,
            bytes: 0,
            name: self.name,
            review: self.review,
            rows: self.rows,
            put: 0,
            first,
            sums: vec![0; places],
            longest: vec![0; places],
            columns: self.columns,
            links: 0,
        })
    }

    fn write_head(&self, sheet: &mut Worksheet, table: &str, formats: &Formats) -> Result<(), XlsxError> {
        let (header, first) = (self.header(), self.first_row());
        // An empty ledger shows an empty row: a table has at least one.
        let last = first + self.rows.max(1) as u32 - 1;
        let places = self.columns.len() as u16;
        let right = places + if self.review { HEADINGS.len() as u16 } else { 0 } - 1;
        for (place, column) in (0..).zip(&self.columns) {
            sheet.set_column_format(place, formats.of(column.kind, Place::Ledger, false))?;
        }
        let notes: Vec<String> = self.note_lines().collect();
        for row in 0..header {
            match row.checked_sub(1).and_then(|note| notes.get(note as usize)) {
                Some(note) => {
                    sheet.write_string_with_format(row, 0, note, &formats.note)?;
                }
                None if row == 0 => {
                    sheet.write_string_with_format(0, 0, text::clean(&self.title), &formats.title)?;
                }
                None if self.has_totals() => self.write_totals(sheet, row, [first, last], formats)?,
                None => {}
            }
            if self.review {
                reviewer::lock(sheet, row, places, formats)?;
            }
        }
        sheet.set_row_height(0, 24)?;
        if self.has_totals() {
            let rule = ConditionalFormatCellRule::NotEqualTo(0);
            let alarm = ConditionalFormatCell::new().set_rule(rule).set_format(&formats.alarm);
            let difference = header - 2;
            for (place, _) in (0..).zip(&self.columns).filter(|(_, column)| column.total.is_some()) {
                sheet.add_conditional_format(difference, place, difference, place, &alarm)?;
            }
        }
        if self.review {
            reviewer::open(sheet, places, [first, last], formats)?;
        }
        let heads = self.columns.iter().map(|column| (column.heading.as_str(), formats.head_of(column.kind)));
        let to_fill = HEADINGS.iter().filter(|_| self.review).map(|heading| (*heading, &formats.fill_head));
        let heads: Vec<_> = heads.chain(to_fill).collect();
        sheet.set_row_height(header, 20)?;
        if self.rows <= TABLE_ROWS {
            let column = |(heading, format): &(&str, _)| {
                TableColumn::new().set_header(text::clean(heading)).set_header_format(*format)
            };
            let columns: Vec<TableColumn> = heads.iter().map(column).collect();
            let table = Table::new().set_name(table).set_style(TableStyle::Light1).set_columns(&columns);
            sheet.add_table(header, 0, last, right, &table)?;
        } else {
            for (place, (heading, format)) in (0..).zip(heads) {
                sheet.write_string_with_format(header, place, text::clean(heading).as_ref(), format)?;
            }
            sheet.autofilter(header, 0, last, right)?;
            // A height for each row would cost 300 bytes in the library. Two lines of a reason are seen, and the bar above has all.
            let long = self.columns.iter().any(|column| column.kind == Kind::Long);
            sheet.set_default_row_height(if long { 2 * LINE } else { LINE });
            for row in 1..header {
                sheet.set_row_height(row, LINE)?;
            }
        }
        sheet.set_freeze_panes(first, 1)?;
        sheet.set_repeat_rows(header, header)?;
        sheet.ignore_error_range(0, 0, last, right, IgnoreError::NumberStoredAsText)?;
        sheet.protect_with_options(&protection());
        Ok(())
    }

    /// A row of totals: ours, or live ones, whose results are written, too, for readers that do not calculate.
    fn write_totals(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        [first, last]: [u32; 2],
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        let top = self.header() - TOTALS.len() as u32;
        let Some(label) = row.checked_sub(top).and_then(|n| TOTALS.get(n as usize)) else { return Ok(()) };
        sheet.write_string_with_format(row, 0, *label, &formats.label)?;
        for (place, column) in (0..).zip(&self.columns) {
            let Some(total) = column.total else { continue };
            let total = if column.kind == Kind::Cents { total as f64 / 100.0 } else { total as f64 };
            let format = formats.of(column.kind, Place::Ledger, false);
            let name = column_number_to_name(place);
            let range = format!("{name}{}:{name}{}", first + 1, last + 1);
            let (formula, result) = match row - top {
                1 => (format!("SUM({range})"), total),
                2 => (format!("ROUND({name}{}-{name}{},2)", top + 2, top + 1), 0.0),
                3 => (format!("SUBTOTAL(109,{range})"), total),
                _ => {
                    sheet.write_number_with_format(row, place, total, format)?;
                    continue;
                }
            };
            sheet.write_formula_with_format(
                row,
                place,
                Formula::new(formula).set_result(result.to_string()),
                format,
            )?;
        }
        Ok(())
    }
}

impl Open {
    /// Writes a row; what reviewers decided may follow its cells. Rows beyond those that were promised are left out.
    pub(super) fn put(
        &mut self,
        sheet: &mut Worksheet,
        cells: &[Cell],
        links: &mut Links,
        formats: &Formats,
    ) -> Result<()> {
        let reviewed = self.columns.len() + HEADINGS.len();
        if cells.len() != self.columns.len() && (!self.review || cells.len() != reviewed) {
            return Err(bug(format!("a row of {} cells on the sheet {}", cells.len(), self.name)));
        }
        if self.put == self.rows {
            return Ok(());
        }
        self.write(sheet, cells, links, formats).map_err(|error| bug(format!("the sheet {}: {error}", self.name)))?;
        self.put += 1;
        Ok(())
    }

    /// The formats of the columns hold for their cells; only where another is wanted is it named, since the library then looks it up
    /// by all that it says.
    fn write(
        &mut self,
        sheet: &mut Worksheet,
        cells: &[Cell],
        links: &mut Links,
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        let row = self.first + self.put as u32;
        let mut lines = 1;
        for (n, (cell, column)) in cells.iter().zip(&self.columns).enumerate() {
            let place = n as u16;
            if let (Some(_), Cell::Is(Value::Whole(number))) = (column.total, cell) {
                self.sums[n] += number;
            }
            let long = match text::written(cell, column.kind) {
                Written::Nothing => continue,
                Written::Number(number) => {
                    sheet.write_number(row, place, number)?;
                    length_of(number, column.kind)
                }
                Written::Text(text) => {
                    let long = text.len();
                    if column.kind == Kind::Long && long > LONG && self.rows <= TABLE_ROWS {
                        lines = lines.max(text::lines(&text, LONG * 11 / 10).len());
                    }
                    if text::looks_like_a_formula(&text) {
                        let format = formats.of(column.kind, Place::Ledger, true);
                        sheet.write_string_with_format(row, place, text, format)?;
                    } else {
                        sheet.write_string(row, place, text)?;
                    }
                    long
                }
                Written::Link(text, target) => {
                    let long = text.len();
                    match links.target(target).filter(|_| self.links < LINKS) {
                        Some(target) => {
                            self.links += 1;
                            let url = Url::new(target).set_text(text);
                            sheet.write_url_with_format(row, place, url, &formats.link(column.kind, Place::Ledger))?;
                        }
                        None => {
                            sheet.write_string(row, place, text)?;
                        }
                    }
                    long
                }
            };
            self.longest[n] = self.longest[n].max(long);
            self.bytes += 40 + long as u64;
        }
        for (n, cell) in cells.iter().enumerate().skip(self.columns.len()) {
            match text::written(cell, reviewer::KINDS[n - self.columns.len()]) {
                Written::Nothing => {}
                Written::Number(number) => {
                    sheet.write_number(row, n as u16, number)?;
                }
                Written::Text(text) | Written::Link(text, _) => {
                    sheet.write_string(row, n as u16, text)?;
                }
            }
        }
        // Not every program makes a row as high as its text, and a row that fills the window helps nobody.
        if lines > 1 {
            sheet.set_row_height(row, lines.min(LINES) as u32 * LINE)?;
        }
        Ok(())
    }

    /// Sets what is known only when all rows have been put, and checks that they are what was said of them.
    pub(super) fn finish(&self, sheet: &mut Worksheet) -> Result<()> {
        if self.put < self.rows {
            return Err(bug(format!("the sheet {} has {} of {} rows", self.name, self.put, self.rows)));
        }
        let mut width_of_all = 0;
        for (n, column) in self.columns.iter().enumerate() {
            if let Some(total) = column.total.filter(|total| *total != self.sums[n]) {
                let (name, heading, sum) = (&self.name, &column.heading, self.sums[n]);
                return Err(bug(format!("on the sheet {name}, the rows of {heading} add up to {sum}, not to {total}")));
            }
            // The button of the filter stands beside the heading.
            let heading = column.heading.chars().count() + 4;
            let total = column.total.map_or(0, |total| length_of(total as f64, column.kind));
            let content = self.longest[n].max(total) + 2;
            let label = if n == 0 && self.columns.iter().any(|column| column.total.is_some()) { 22 } else { 0 };
            let most = match column.kind {
                Kind::Long => LONG,
                Kind::Line => 120,
                _ => 36,
            };
            let width = heading.max(content.min(most)).max(label);
            sheet.set_column_width(n as u16, width as f64).map_err(bug)?;
            width_of_all += width;
        }
        // What is too wide for a letter is fitted to a sheet of twice its size (11 by 17 inches).
        if width_of_all > LETTER {
            sheet.set_paper_size(3);
        }
        Ok(())
    }
}

/// Characters of a number as its column shows it.
fn length_of(number: f64, kind: Kind) -> usize {
    let digits = number.abs().max(1.0).log10() as usize + 1;
    match kind {
        Kind::Day => 10,
        Kind::Cents => digits + digits / 3 + 4,
        _ => digits + digits / 3 + 2,
    }
}
