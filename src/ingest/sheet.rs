//! Workbooks: .xlsx, .xlsm, .xlsb, .xls, .ods.
//!
//! The sheet is chosen by what it holds. One thread takes the cells off the file, the others parse rows: reading a workbook costs
//! what taking it apart costs.

use super::block::Parser;
use super::export::Export;
use super::hidden::Besides;
use super::known::Row;
use super::layout::{HEADER_WITHIN, header_row};
use super::lines::Why;
use super::mapping::{Mapping, Sheet};
use super::open::{Item, ReadSeek, Workbook};
use super::parsed::Parsed;
use super::values::{Value, write};
use super::{Given, append};
use crate::error::{Error, Result, quietly};
use crate::parallel::in_order;
use crate::progress::Bar;
use crate::words::counted;
use calamine::{Data, DataRef, Dimensions, Ods, Range, Reader, Xls, Xlsb, Xlsx, XlsxCellReader};
use std::borrow::Cow;

/// Rows of a block that is parsed in parallel with others.
const BLOCK: usize = 8_192;

/// Rows that a sheet can have.
const ROWS: u32 = 1 << 20;

/// An open workbook.
enum Book {
    Xlsx(Box<Xlsx<Box<dyn ReadSeek>>>),
    Xlsb(Xlsb<Box<dyn ReadSeek>>),
    Xls(Xls<Box<dyn ReadSeek>>),
    Ods(Ods<Box<dyn ReadSeek>>),
}

/// A sheet that may hold rows.
struct Candidate {
    name: String,
    /// Rows above the header: whether each is empty.
    above: Vec<bool>,
    mapping: Result<Mapping>,
}

/// Reads the rows of a workbook into `export`, each sheet as a source of its own.
///
/// # Errors
/// It cannot be read, no sheet holds rows, or their columns need a decision.
pub fn read(item: &Item, kind: Workbook, given: &Given, export: &mut Export, bar: &Bar) -> Result<()> {
    let (bytes, sha256) = item.anywhere(bar)?;
    let mut book = open(item, kind, bytes)?;
    let chosen = choose(item, &mut book, given)?;
    for candidate in chosen {
        let mapping = candidate.mapping?;
        let shown = shown_name(&book, &candidate.name);
        export.begin_source(item, (&candidate.name, &shown).into(), given.role);
        let source = export.source();
        source.sha256.clone_from(&sha256);
        source.header_row = candidate.above.len() as u32 + 1;
        source.columns =
            mapping.headers.iter().enumerate().map(|(n, name)| (name.clone(), mapping.field_of(n))).collect();
        let hidden_sheet = if book.is_hidden(&candidate.name) { ", although it is hidden" } else { "" };
        source.notes.push(format!("the sheet {shown:?} is read{hidden_sheet}"));
        let besides = Besides::look(item, kind, &candidate.name);
        let first_row = source.header_row;
        export.append(super::text::titles(&candidate.above, &mapping, given.reference), 1)?;
        export.source().notes.extend(besides.hidden());
        rows(item, &mut book, &candidate.name, (first_row, besides.merged), &mapping, given, export)?;
        super::settle(export, &mapping, given)?;
    }
    Ok(())
}

/// How messages call a sheet: by its name, unless that looks like a person's.
fn shown_name(book: &Book, name: &str) -> String {
    let place = book.sheets().iter().position(|other| other == name).map_or(1, |n| n + 1);
    if name.contains(',') { format!("sheet {place}") } else { name.to_owned() }
}

fn open(item: &Item, kind: Workbook, bytes: Box<dyn ReadSeek>) -> Result<Book> {
    let opened = quietly(|| match kind {
        Workbook::Xlsx => Xlsx::new(bytes).ok().map(|book| Book::Xlsx(Box::new(book))),
        Workbook::Xlsb => Xlsb::new(bytes).ok().map(Book::Xlsb),
        Workbook::Xls => Xls::new(bytes).ok().map(Book::Xls),
        Workbook::Ods => Ods::new(bytes).ok().map(Book::Ods),
    });
    opened.flatten().ok_or_else(|| damaged(item))
}

fn damaged(item: &Item) -> Error {
    item.error("cannot be read as a workbook: it is damaged, or protected by a password")
}

impl Book {
    fn metadata(&self) -> &[calamine::Sheet] {
        match self {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        }
    }

    /// Whether a sheet does not show.
    fn is_hidden(&self, name: &str) -> bool {
        let hidden = |sheet: &calamine::Sheet| sheet.visible != calamine::SheetVisible::Visible;
        self.metadata().iter().any(|sheet| sheet.name == name && hidden(sheet))
    }

    /// Names of its sheets of cells.
    fn sheets(&self) -> Vec<String> {
        let cells = self.metadata().iter().filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet);
        cells.map(|sheet| sheet.name.clone()).collect()
    }

    /// The cells of a sheet, row by row.
    fn cells(&mut self, name: &str) -> Option<Box<dyn Cells + '_>> {
        let range = match self {
            Book::Xlsx(book) => {
                return book.worksheet_cells_reader(name).ok().map(|cells| Box::new(cells) as Box<dyn Cells>);
            }
            Book::Xlsb(book) => book.worksheet_range(name).ok(),
            Book::Xls(book) => book.worksheet_range(name).ok(),
            Book::Ods(book) => book.worksheet_range(name).ok(),
        };
        range.map(|range| Box::new(OfRange { range, next: 0 }) as Box<dyn Cells>)
    }

    /// Cells that are one over several rows.
    fn merged(&mut self, name: &str, told: Option<Vec<Dimensions>>) -> Vec<Dimensions> {
        let regions = match self {
            Book::Xls(book) => quietly(|| book.merge_cells_by_sheet_name(name).ok()).flatten(),
            Book::Xlsx(_) | Book::Xlsb(_) | Book::Ods(_) => None,
        };
        let mut tall: Vec<Dimensions> =
            regions.or(told).unwrap_or_default().into_iter().filter(|region| region.end.0 > region.start.0).collect();
        tall.sort_unstable_by_key(|region| region.start);
        tall
    }
}

/// Cells one after another, row by row: row and column from 0, and the value.
trait Cells {
    fn next(&mut self, take: &mut dyn FnMut(u32, u32, Value)) -> Option<bool>;
}

impl<RS: std::io::Read + std::io::Seek> Cells for XlsxCellReader<'_, RS> {
    fn next(&mut self, take: &mut dyn FnMut(u32, u32, Value)) -> Option<bool> {
        let Some(cell) = self.next_cell().ok()? else { return Some(false) };
        let (row, column) = cell.get_position();
        take(row, column, Value::from(cell.get_value() as &DataRef));
        Some(true)
    }
}

/// The cells of a sheet that was read as a whole.
struct OfRange {
    range: Range<Data>,
    next: usize,
}

impl Cells for OfRange {
    fn next(&mut self, take: &mut dyn FnMut(u32, u32, Value)) -> Option<bool> {
        let (height, width) = self.range.get_size();
        let (first_row, first_column) = self.range.start().unwrap_or((0, 0));
        if self.next >= height * width {
            return Some(false);
        }
        let (row, column) = (self.next / width, self.next % width);
        self.next += 1;
        if let Some(value) = self.range.get((row, column)) {
            take(first_row + row as u32, first_column + column as u32, Value::from(value));
        }
        Some(true)
    }
}

/// Some rows of a sheet, as texts.
#[derive(Default)]
struct Block {
    /// The row, from 0, and the place of its first cell.
    rows: Vec<(u32, usize)>,
    /// The column of each cell, and where its text ends.
    cells: Vec<(u32, usize)>,
    text: String,
}

impl Block {
    fn push(&mut self, row: u32, column: u32, value: &Value) {
        if self.rows.last().is_none_or(|(last, _)| *last != row) {
            self.rows.push((row, self.cells.len()));
        }
        write(value, &mut self.text);
        self.cells.push((column, self.text.len()));
    }

    /// The cells of a row.
    fn cells_of(&self, n: usize) -> std::ops::Range<usize> {
        self.rows[n].1..self.rows.get(n + 1).map_or(self.cells.len(), |(_, next)| *next)
    }

    fn text_of(&self, cell: usize) -> &str {
        let start = if cell == 0 { 0 } else { self.cells[cell - 1].1 };
        &self.text[start..self.cells[cell].1]
    }

    /// A row as texts, by column.
    fn texts(&self, n: usize) -> Vec<String> {
        let mut texts = Vec::new();
        for cell in self.cells_of(n) {
            let column = self.cells[cell].0 as usize;
            if column < 16_384 {
                texts.resize(texts.len().max(column + 1), String::new());
                texts[column] = self.text_of(cell).trim().to_owned();
            }
        }
        while texts.last().is_some_and(String::is_empty) {
            texts.pop();
        }
        texts
    }

    fn row(&self, n: usize) -> BlockRow<'_> {
        BlockRow { block: self, cells: self.cells_of(n) }
    }
}

/// One row of a block.
struct BlockRow<'a> {
    block: &'a Block,
    cells: std::ops::Range<usize>,
}

impl Row for BlockRow<'_> {
    fn cell(&self, column: usize) -> Cow<'_, str> {
        let cells = &self.block.cells[self.cells.clone()];
        // Most rows have a cell in each column.
        let found = match cells.get(column) {
            Some((own, _)) if *own as usize == column => Some(column),
            _ => cells.binary_search_by_key(&column, |(own, _)| *own as usize).ok(),
        };
        Cow::Borrowed(found.map_or("", |n| self.block.text_of(self.cells.start + n)))
    }
}

/// Which sheets are read: the one that the user names; else all that hold rows, if their columns are the same.
fn choose(item: &Item, book: &mut Book, given: &Given) -> Result<Vec<Candidate>> {
    let names = book.sheets();
    let listed = |names: &[&str]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let wanted: Vec<String> = match &given.decided.sheet {
        None => names.clone(),
        Some(sheet) if sheet == "*" => names.clone(),
        Some(sheet) => names.iter().filter(|name| name.trim().eq_ignore_ascii_case(sheet.trim())).cloned().collect(),
    };
    if wanted.is_empty() {
        let names: Vec<String> = names.iter().map(|name| shown_name(book, name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(Error::Usage(format!("{}: has no sheet of that name; it has {}", item.shown(), listed(&names))));
    }
    let shown: Vec<(String, String)> = names.iter().map(|name| (name.clone(), shown_name(book, name))).collect();
    let called =
        |name: &str| shown.iter().find(|(own, _)| own == name).map_or("", |(_, shown)| shown.as_str()).to_owned();
    let (mut fit, mut unfit) = (Vec::new(), Vec::new());
    for name in wanted {
        let first = first_rows(book, &name).ok_or_else(|| damaged(item))?;
        let rows: Vec<Vec<String>> = first.rows();
        let Some((place, known)) = header_row(rows.iter().map(Vec::as_slice), &given.reference.headers, &given.decided)
        else {
            continue;
        };
        let sheet = Sheet {
            file: format!("{} [{}]", item.shown(), called(&name)),
            headers: &rows[place],
            sample: &rows[place + 1..],
            role: given.role,
            visits_known: given.visits.is_some(),
        };
        let mapping = Mapping::find(&sheet, given.reference, &given.decided);
        let above = rows[..place].iter().map(|row| row.iter().all(String::is_empty)).collect();
        let candidate = Candidate { name, above, mapping };
        match candidate.mapping {
            Ok(_) => fit.push(candidate),
            Err(_) => unfit.push((known, candidate)),
        }
    }
    let headers = |candidate: &Candidate| candidate.mapping.as_ref().map(|mapping| mapping.headers.clone()).ok();
    let all = given.decided.sheet.as_deref() == Some("*");
    if !all && fit.windows(2).any(|pair| headers(&pair[0]) != headers(&pair[1])) {
        let names: Vec<String> = fit.iter().map(|candidate| called(&candidate.name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(Error::Mapping {
            file: item.shown(),
            problem: format!("several sheets hold rows, with different columns: {}", listed(&names)),
            mapping: format!(
                "sheet = {:?}   # or give --sheet; \"*\" reads them all, each by its own columns",
                fit[0].name
            ),
        });
    }
    if fit.is_empty() {
        return match unfit.into_iter().max_by_key(|(known, _)| *known) {
            Some((_, candidate)) => Ok(vec![candidate]),
            None => Err(item.error(
                "no sheet has a row of column names that recount knows (names are in data/headers.toml; a configuration file \
                 adds yours)",
            )),
        };
    }
    Ok(fit)
}

/// The rows that a sheet begins with.
fn first_rows(book: &mut Book, name: &str) -> Option<Block> {
    quietly(|| {
        let mut cells = book.cells(name)?;
        let mut block = Block::default();
        while block.rows.last().is_none_or(|(row, _)| *row < 4 * HEADER_WITHIN as u32) {
            if !cells.next(&mut |row, column, value| block.push(row.min(ROWS), column, &value))? {
                break;
            }
        }
        Some(block)
    })
    .flatten()
}

impl Block {
    /// All rows from the sheet's first, empty ones among them.
    fn rows(&self) -> Vec<Vec<String>> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for n in 0..self.rows.len() {
            rows.resize(self.rows[n].0 as usize, Vec::new());
            rows.push(self.texts(n));
        }
        rows
    }
}

/// Reads the rows below the header, which is row `header` as a spreadsheet counts; `told` are merged cells.
fn rows(
    item: &Item,
    book: &mut Book,
    name: &str,
    (header, told): (u32, Option<Vec<Dimensions>>),
    mapping: &Mapping,
    given: &Given,
    export: &mut Export,
) -> Result<()> {
    let regions = book.merged(name, told);
    let merged = Merged::new(regions, header);
    let filled_down = merged.regions.len() as u64;
    let cells = quietly(|| book.cells(name)).flatten().ok_or_else(|| damaged(item))?;
    let mut taker = Taker { cells, merged, carried: None, ended: false, header };
    let mut next_row = header + 1;
    // Row of the sheet behind the last block that was handed out.
    let mut handed = header;
    in_order(
        || {
            let block = taker.block().ok_or_else(|| damaged(item))?;
            let first = handed;
            handed = block.rows.last().map_or(handed, |(row, _)| row + 1);
            Ok((!block.rows.is_empty()).then_some((first, block)))
        },
        |(first, block)| parse(first, &block, mapping, given),
        |parsed| append(item, parsed, &mut next_row, export),
    )?;
    if filled_down > 0 {
        let cells = counted(filled_down, "merged cell");
        export.source().notes.push(format!("{cells} over several rows: each row has the value"));
    }
    Ok(())
}

/// Parses the rows of a block; `first` is the row of the sheet, from 0, at which it begins.
fn parse(first: u32, block: &Block, mapping: &Mapping, given: &Given) -> Vec<Parsed> {
    let mut chunks = Vec::new();
    let mut parser = Parser::new(mapping, given.reference);
    let mut next = first;
    for n in 0..block.rows.len() {
        // Rows that the file leaves out are empty.
        while next <= block.rows[n].0 {
            if parser.is_full() {
                chunks.push(std::mem::replace(&mut parser, Parser::new(mapping, given.reference)).finish());
            }
            next += 1;
            if next <= block.rows[n].0 {
                parser.blank_record();
            }
        }
        let row = block.row(n);
        if row.cells.clone().all(|cell| block.text_of(cell).trim().is_empty()) {
            parser.blank_record();
        } else if (0..mapping.width).all(|column| row.cell(column).trim().is_empty()) {
            // Something stands beside the table.
            parser.odd_record(&row, Why::Remark);
        } else {
            given.record(&mut parser, &row);
        }
    }
    chunks.push(parser.finish());
    chunks
}

/// Takes cells off a sheet, in blocks of whole rows.
struct Taker<'a> {
    cells: Box<dyn Cells + 'a>,
    merged: Merged,
    /// The first cell of the next block.
    carried: Option<(u32, u32, String)>,
    ended: bool,
    header: u32,
}

impl Taker<'_> {
    /// The next block; without a row at the end. `None` if the file is damaged.
    fn block(&mut self) -> Option<Block> {
        quietly(|| self.take()).flatten()
    }

    fn take(&mut self) -> Option<Block> {
        let mut block = Block::default();
        if let Some((row, column, text)) = self.carried.take() {
            block.push(row, column, &Value::Text(&text));
        }
        let header = self.header;
        while !self.ended && self.carried.is_none() {
            let (merged, carried, mut damaged) = (&mut self.merged, &mut self.carried, false);
            let more = self.cells.next(&mut |row, column, value| {
                let last = block.rows.last().map(|(last, _)| *last);
                // Rows stand in order, and a sheet has no more than so many.
                damaged |= row >= ROWS || last.is_some_and(|last| row < last);
                if row < header || damaged {
                    return;
                }
                if last != Some(row) {
                    merged.end_row(&mut block);
                    if block.rows.len() >= BLOCK {
                        let mut text = String::new();
                        write(&value, &mut text);
                        *carried = Some((row, column, text));
                        return;
                    }
                }
                block.push(row, column, &value);
            })?;
            if damaged {
                return None;
            }
            self.ended = !more;
        }
        if self.ended {
            self.merged.end_row(&mut block);
        }
        Some(block)
    }
}

/// Cells that are one over several rows: the file has the value in the first row only.
struct Merged {
    /// In order of their first rows.
    regions: Vec<Dimensions>,
    /// How many of them have begun.
    begun: usize,
    /// Column, last row and text of those that have not ended.
    open: Vec<(u32, u32, String)>,
}

impl Merged {
    fn new(regions: Vec<Dimensions>, header: u32) -> Merged {
        let regions = regions.into_iter().filter(|region| region.start.0 >= header).collect();
        Merged { regions, begun: 0, open: Vec::new() }
    }

    /// Fills the last row of a block, which is complete, from the merged cells above it.
    fn end_row(&mut self, block: &mut Block) {
        if self.regions.is_empty() || block.rows.is_empty() {
            return;
        }
        let n = block.rows.len() - 1;
        let (row, first) = block.rows[n];
        self.open.retain(|(_, last, _)| *last >= row);
        let cells = block.cells_of(n);
        let has_own = cells.clone().any(|cell| !block.text_of(cell).trim().is_empty());
        if has_own && !self.open.is_empty() {
            let mut own: Vec<(u32, String)> =
                cells.map(|cell| (block.cells[cell].0, block.text_of(cell).to_owned())).collect();
            for (column, _, text) in &self.open {
                match own.iter_mut().find(|(own, _)| own == column) {
                    Some((_, cell)) if cell.trim().is_empty() => cell.clone_from(text),
                    Some(_) => {}
                    None => own.push((*column, text.clone())),
                }
            }
            own.sort_by_key(|(column, _)| *column);
            block.text.truncate(if first == 0 { 0 } else { block.cells[first - 1].1 });
            block.cells.truncate(first);
            for (column, text) in own {
                block.text.push_str(&text);
                block.cells.push((column, block.text.len()));
            }
        }
        while let Some(region) = self.regions.get(self.begun).filter(|region| region.start.0 <= row) {
            self.begun += 1;
            if region.start.0 == row {
                let cells = block.cells_of(n);
                let cell = cells.clone().find(|cell| block.cells[*cell].0 == region.start.1);
                let text = cell.map_or(String::new(), |cell| block.text_of(cell).to_owned());
                self.open.push((region.start.1, region.end.0, text));
            }
        }
    }
}

/// The rows of a sheet as texts with commas, in order, until `each` says false.
pub fn each_row(
    item: &Item,
    kind: Workbook,
    sheet: &str,
    each: &mut dyn FnMut(u32, Vec<String>) -> Result<bool>,
) -> Result<()> {
    let silent = crate::progress::Progress::silent().bytes("", 0);
    let (bytes, _) = item.anywhere(&silent)?;
    let mut book = open(item, kind, bytes)?;
    let cells = quietly(|| book.cells(sheet)).flatten().ok_or_else(|| damaged(item))?;
    let mut taker = Taker { cells, merged: Merged::new(Vec::new(), 0), carried: None, ended: false, header: 0 };
    loop {
        let block = taker.block().ok_or_else(|| damaged(item))?;
        if block.rows.is_empty() {
            return Ok(());
        }
        for n in 0..block.rows.len() {
            if !each(block.rows[n].0 + 1, block.texts(n))? {
                return Ok(());
            }
        }
    }
}
