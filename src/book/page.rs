//! Pages: headings, paragraphs, tables and charts, one under the other.
//!
//! No cells are merged. A paragraph is broken into lines, a row for each, that run over the empty cells at their right; so it is seen
//! whole at any width of the columns, on screen and on paper.

use super::chart::{Charts, ROWS};
use super::formats::{Formats, Place};
use super::names::Links;
use super::protection;
use super::text::{self, Written, clean};
use crate::blocks::{Block, Cell, Figure, Kind, Section, Table};
use rust_xlsxwriter::{Format, IgnoreError, Url, Worksheet, XlsxError};

/// Characters in a line of a paragraph.
const WIDTH: usize = 120;

/// Widths of columns: at least, at most for text, and of long text.
const NARROW: usize = 9;
const WIDE: usize = 34;
const LONG: usize = 64;

/// Lines of a cell that are shown, at most.
const LINES: usize = 20;

/// A page that is being written.
pub(super) struct Page {
    /// The name that was wanted for its sheet.
    pub wanted: String,
    /// The name that it has.
    pub name: String,
    /// Place of its sheet.
    pub place: usize,
    /// The row that is written next.
    pub row: u32,
    /// Parts of it by id, with the rows where they begin, counted from 0.
    pub begins: Vec<(String, u32)>,
    widths: Vec<usize>,
    /// Texts that lead somewhere: row, column, kind, text, target. What they lead to may come later.
    links: Vec<(u32, u16, Kind, String, String)>,
}

/// Whether something is to be drawn.
pub(super) fn has_chart(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match block {
        Block::Chart(..) => true,
        Block::Fold { blocks, .. } => has_chart(blocks),
        _ => false,
    })
}

impl Page {
    pub fn new(wanted: &str, name: String, place: usize) -> Page {
        Page {
            wanted: wanted.to_owned(),
            name,
            place,
            row: 0,
            begins: Vec::new(),
            widths: Vec::new(),
            links: Vec::new(),
        }
    }

    /// Writes a section under what is there.
    pub fn write(
        &mut self,
        sheet: &mut Worksheet,
        section: &Section,
        charts: &mut Charts,
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        self.begins.push((section.id.clone(), self.row));
        let (format, height) = if self.row == 0 { (&formats.title, 24) } else { (&formats.heading, 18) };
        sheet.set_row_height(self.row, height)?;
        self.line(sheet, &section.title, format)?;
        self.row += 1;
        self.blocks(sheet, &section.blocks, charts, formats)
    }

    fn blocks(
        &mut self,
        sheet: &mut Worksheet,
        blocks: &[Block],
        charts: &mut Charts,
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        for block in blocks {
            match block {
                Block::Text(words) => self.paragraph(sheet, "", words, &formats.text)?,
                Block::Warning(words) => self.paragraph(sheet, "", &format!("Warning: {words}"), &formats.warning)?,
                Block::Lines(lines) => {
                    lines.trim_end().lines().try_for_each(|line| self.line(sheet, line, &formats.line))?;
                }
                Block::List(items) => {
                    items.iter().try_for_each(|item| self.paragraph(sheet, "•  ", item, &formats.text))?;
                }
                Block::Figures(figures) => figures.iter().try_for_each(|figure| self.figure(sheet, figure, formats))?,
                Block::Table(table) => self.table(sheet, table, formats)?,
                Block::Chart(chart, table) => {
                    charts.draw(sheet, self.row, chart)?;
                    self.row += ROWS + 1;
                    self.table(sheet, table, formats)?;
                }
                Block::Fold { id, title, blocks } => {
                    self.begins.push((id.clone(), self.row));
                    self.line(sheet, title, &formats.heading)?;
                    self.blocks(sheet, blocks, charts, formats)?;
                    continue;
                }
            }
            self.row += 1;
        }
        Ok(())
    }

    /// A row with one text, which runs over the cells at its right.
    fn line(&mut self, sheet: &mut Worksheet, text: &str, format: &Format) -> Result<(), XlsxError> {
        sheet.write_string_with_format(self.row, 0, clean(text), format)?;
        self.row += 1;
        Ok(())
    }

    fn paragraph(&mut self, sheet: &mut Worksheet, lead: &str, words: &str, format: &Format) -> Result<(), XlsxError> {
        let indent = " ".repeat(if lead.is_empty() { 0 } else { 4 });
        for (n, line) in text::lines(&clean(words), WIDTH).iter().enumerate() {
            self.line(sheet, &format!("{}{line}", if n == 0 { lead } else { &indent }), format)?;
        }
        Ok(())
    }

    /// A figure, and at its right what it counts and what it is of.
    fn figure(&mut self, sheet: &mut Worksheet, figure: &Figure, formats: &Formats) -> Result<(), XlsxError> {
        let label =
            if figure.note.is_empty() { figure.label.clone() } else { format!("{} – {}", figure.label, figure.note) };
        sheet.set_row_height(self.row, 21)?;
        sheet.write_string_with_format(self.row, 0, clean(&figure.value), &formats.figure)?;
        sheet.write_string_with_format(self.row, 1, clean(&label), &formats.of_figure)?;
        self.widen(0, figure.value.chars().count() * 3 / 2);
        self.row += 1;
        Ok(())
    }

    fn table(&mut self, sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), XlsxError> {
        if !table.caption.is_empty() {
            self.paragraph(sheet, "", &table.caption, &formats.heading)?;
        }
        let is_form = table.columns.iter().all(|column| column.text.trim().is_empty());
        if !is_form {
            for (column, heading) in (0..).zip(&table.columns) {
                let format = formats.head_of(heading.kind);
                sheet.write_string_with_format(self.row, column, clean(&heading.text), format)?;
                self.widen(column, heading.text.chars().count() + 2);
            }
            self.row += 1;
        }
        for row in &table.rows {
            let mut lines = 1;
            for (column, (cell, heading)) in (0..).zip(row.iter().zip(&table.columns)) {
                lines = lines.max(self.cell(sheet, column, cell, heading.kind, is_form, formats)?);
            }
            // Not every program makes a row as high as its text.
            if lines > 1 {
                sheet.set_row_height(self.row, 15 * lines as u32)?;
            }
            self.row += 1;
        }
        if !table.note.is_empty() {
            self.paragraph(sheet, "", &table.note, &formats.note)?;
        }
        Ok(())
    }

    /// Writes a cell; the lines that it takes.
    fn cell(
        &mut self,
        sheet: &mut Worksheet,
        column: u16,
        cell: &Cell,
        kind: Kind,
        to_fill: bool,
        formats: &Formats,
    ) -> Result<usize, XlsxError> {
        let row = self.row;
        let most = match kind {
            Kind::Line => WIDTH,
            Kind::Long => LONG,
            _ if to_fill => LONG,
            _ => WIDE,
        };
        let shown = cell.shown(kind);
        self.widen(column, shown.lines().map(|line| line.chars().count() + 2).max().unwrap_or(0).min(most));
        let own = |text: &str| formats.of(kind, Place::Page, text::looks_like_a_formula(text));
        match text::written(cell, kind) {
            Written::Nothing if to_fill => sheet.write_blank(row, column, &formats.to_fill)?,
            Written::Nothing => sheet.write_blank(row, column, own(""))?,
            Written::Number(number) => sheet.write_number_with_format(row, column, number, own(""))?,
            Written::Text(text) => sheet.write_string_with_format(row, column, text.as_ref(), own(&text))?,
            Written::Link(text, target) => {
                self.links.push((row, column, kind, text.into_owned(), target.to_owned()));
                sheet
            }
        };
        let wraps = matches!(kind, Kind::Text | Kind::Long);
        // Letters of a text are narrower than the digits by which columns are measured.
        Ok(if wraps { text::lines(&shown, most * 11 / 10).len().min(LINES) } else { 1 })
    }

    fn widen(&mut self, column: u16, width: usize) {
        let column = usize::from(column);
        if self.widths.len() <= column {
            self.widths.resize(column + 1, NARROW);
        }
        self.widths[column] = self.widths[column].max(width);
    }

    /// Writes the links, whose targets are all there now, and what is known of the sheet as a whole.
    pub fn finish(&mut self, sheet: &mut Worksheet, links: &mut Links, formats: &Formats) -> Result<(), XlsxError> {
        for (row, column, kind, text, target) in std::mem::take(&mut self.links) {
            match links.target(&target) {
                Some(address) => {
                    let url = Url::new(address).set_text(text);
                    sheet.write_url_with_format(row, column, url, &formats.link(kind, Place::Page))?;
                }
                None => {
                    sheet.write_string_with_format(row, column, text, formats.of(kind, Place::Page, false))?;
                }
            }
        }
        for (column, width) in (0..).zip(&self.widths) {
            sheet.set_column_width(column, *width as f64)?;
        }
        sheet.set_screen_gridlines(false);
        let right = self.widths.len().max(1) as u16 - 1;
        sheet.ignore_error_range(0, 0, self.row, right, IgnoreError::NumberStoredAsText)?;
        sheet.protect_with_options(&protection());
        Ok(())
    }
}
