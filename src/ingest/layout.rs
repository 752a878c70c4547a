//! Where an export's header is, and what its rows are: a line each, or a visit with places for several codes.

use super::known::Row;
use super::slots::{Slot, numbered};
use crate::config::Decisions;
use crate::reference::Headers;
use recount_core::cells::{self, CodeCell, DateCell};
use std::borrow::Cow;

/// Rows among which the header is looked for: what a report prints above it is less.
pub const HEADER_WITHIN: usize = 60;

/// Which of some first rows is the header: the one that most fields are named in, and of equals the first. `None` if none names
/// two.
pub fn header_row<'r>(
    rows: impl Iterator<Item = &'r [String]>,
    names: &Headers,
    decided: &Decisions,
) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for (n, row) in rows.take(HEADER_WITHIN).enumerate() {
        let named = |cell: &&String| named(cell, names, decided);
        let known = row.iter().filter(named).count();
        // A row of data may hold a word or two that are names as well.
        let data = row.iter().filter(|cell| is_data(cell)).count();
        if known >= 2 && known > data && best.is_none_or(|(_, most)| known > most) {
            best = Some((n, known));
        }
    }
    best
}

fn named(cell: &str, names: &Headers, decided: &Decisions) -> bool {
    let by_user =
        || decided.columns.values().any(|header| !super::mapping::columns(header, &[cell.to_owned()]).is_empty());
    names.field(cell).is_some()
        || numbered(cell).is_some_and(|numbered| names.field(&numbered.base).is_some())
        || by_user()
}

/// Whether a cell is a value and no name.
pub fn is_data(cell: &str) -> bool {
    !cell.is_empty() && (DateCell::parse(cell).is_ok() || CodeCell::parse(cell).is_ok() || cells::cents(cell).is_ok())
}

/// Whether a cell names several codes, or how often one was billed.
pub fn is_code_list(cell: &str) -> bool {
    CodeCell::parse(cell).is_err() && cells::code_parts(cell).is_some()
}

/// One place of a row that is a visit, as a row that is a line.
pub struct SlotRow<'a> {
    /// The visit.
    pub row: &'a dyn Row,
    /// The place.
    pub slot: &'a Slot,
    /// How many columns the file has.
    pub width: usize,
    /// Columns of amounts that stand once for the visit, and were given to its first line.
    pub told: &'a [usize],
}

impl Row for SlotRow<'_> {
    fn cell(&self, column: usize) -> Cow<'_, str> {
        if column >= self.width {
            self.slot.column_at(column).map_or(Cow::Borrowed(""), |column| self.row.cell(column))
        } else if self.told.contains(&column) {
            Cow::Borrowed("")
        } else {
            self.row.cell(column)
        }
    }

    fn is_whole(&self) -> bool {
        false
    }
}

/// A row some of whose cells are put together from others.
pub struct Instead<'a> {
    /// The row.
    pub row: &'a dyn Row,
    /// Columns, and their cells.
    pub cells: &'a [(usize, Cow<'a, str>)],
}

impl Row for Instead<'_> {
    fn cell(&self, column: usize) -> Cow<'_, str> {
        match self.cells.iter().find(|(own, _)| *own == column) {
            Some((_, cell)) => Cow::Borrowed(cell),
            None => self.row.cell(column),
        }
    }

    fn number(&self, column: usize) -> Option<u32> {
        if self.cells.iter().any(|(own, _)| *own == column) { None } else { self.row.number(column) }
    }

    fn is_whole(&self) -> bool {
        false
    }
}
