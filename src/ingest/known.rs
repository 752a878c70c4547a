//! What the cells of a column mean, found once per distinct text.
//!
//! A cell is looked up by what is at hand: the row before has the same cell; the file numbers its texts; the text was seen.

use super::columns::{Ids, Seen};
use super::mapping::Mapping;
use crate::reference::Field;
use recount_core::cells;
use std::borrow::Cow;

/// One row's cells by position in the file; empty beyond the last.
pub trait Row {
    /// The cell in that column. Owned if its bytes are not UTF-8.
    fn cell(&self, column: usize) -> Cow<'_, str>;

    /// The number of its text among the texts of that column, where they are numbered.
    fn number(&self, _column: usize) -> Option<u32> {
        None
    }

    /// How many of its first cells are those of the row before: the rows of a visit differ only in their ends.
    fn cells_as_before(&self) -> usize {
        0
    }

    /// Whether it is a row of the file as it stands, to which the next row may be compared.
    fn is_whole(&self) -> bool {
        true
    }
}

/// A column of the file, and what each distinct text of it means.
pub struct Known<T> {
    /// The field it became.
    pub field: Field,
    column: Option<usize>,
    texts: Seen,
    /// By number of the text: what it means, or that it is blank.
    meanings: Vec<Option<T>>,
    /// By a number that the file itself has for the text: likewise, once it was seen.
    numbered: Vec<Option<Option<T>>>,
    /// What the cell of the row before means.
    before: Option<T>,
    /// Its blank cells so far.
    pub blanks: u64,
}

/// The row being read: where its cells are, and what holds of all of them.
pub struct Reading<'a, R> {
    /// The row.
    pub row: &'a R,
    /// Cells that a row lacks are not blank: nobody knows which they are.
    pub count_blanks: bool,
    /// Columns before this one have the cells of the row before.
    pub as_before: usize,
    /// Its cells that are not UTF-8.
    pub odd: u64,
}

impl<T: Copy> Known<T> {
    /// For a field of a file with that mapping.
    pub fn new(field: Field, mapping: &Mapping) -> Known<T> {
        let column = mapping.column(field);
        Known {
            field,
            column,
            texts: Seen::default(),
            meanings: Vec::new(),
            numbered: Vec::new(),
            before: None,
            blanks: 0,
        }
    }

    /// What the cell means; `None` if it is blank, or the file has no such column.
    #[inline]
    pub fn read<R: Row>(&mut self, reading: &mut Reading<R>, meaning: impl FnOnce(&str) -> T) -> Option<T> {
        let column = self.column?;
        if let Some(number) = reading.row.number(column) {
            let number = number as usize;
            if self.numbered.len() <= number {
                self.numbered.resize(number + 1, None);
            }
            self.before = *self.numbered[number].get_or_insert_with(|| {
                let cell = reading.row.cell(column);
                (!cells::is_blank(&cell)).then(|| meaning(&cell))
            });
        } else if column >= reading.as_before {
            let cell = reading.row.cell(column);
            reading.odd += u64::from(matches!(cell, Cow::Owned(_)));
            self.before = self.look_up(&cell, meaning);
        }
        self.blanks += u64::from(self.before.is_none() && reading.count_blanks);
        self.before
    }

    /// The same for an id, which is mostly its own number.
    #[inline]
    pub fn read_id<R: Row>(&mut self, reading: &mut Reading<R>, number: impl FnOnce(&str) -> T) -> Option<T>
    where
        T: From<u32>,
    {
        let column = self.column?;
        if column < reading.as_before || reading.row.number(column).is_some() {
            return self.read(reading, number);
        }
        match Ids::numeral(&reading.row.cell(column)) {
            Some(number) => {
                self.before = Some(number.into());
                self.before
            }
            None => self.read(reading, number),
        }
    }

    #[inline]
    fn look_up(&mut self, cell: &str, meaning: impl FnOnce(&str) -> T) -> Option<T> {
        let (number, new) = self.texts.number(cell);
        if new {
            self.meanings.push((!cells::is_blank(cell)).then(|| meaning(cell)));
        }
        self.meanings[number as usize]
    }

    /// The cell as it stands, if the file has the column.
    pub fn cell<'r>(&self, row: &'r impl Row) -> Option<Cow<'r, str>> {
        self.column.map(|column| row.cell(column))
    }

    /// Whether the file has the column.
    pub fn is_mapped(&self) -> bool {
        self.column.is_some()
    }
}
