//! Columns that cost nothing where an export has nothing, and text that is stored once.

use hashbrown::HashTable;
use std::hash::BuildHasher;

/// A column of plain values. While every value is the default it holds none.
#[derive(Clone, Debug)]
pub struct Column<T> {
    default: T,
    values: Vec<T>,
    len: usize,
}

impl<T: Copy + PartialEq> Column<T> {
    /// An empty column.
    pub fn new(default: T) -> Column<T> {
        Column { default, values: Vec::new(), len: 0 }
    }

    /// The value of row `index`.
    #[inline]
    pub fn at(&self, index: u32) -> T {
        self.values.get(index as usize).copied().unwrap_or(self.default)
    }

    /// Sets the value of a row.
    pub fn set(&mut self, index: u32, value: T) {
        if value != self.at(index) {
            self.values.resize(self.len, self.default);
            self.values[index as usize] = value;
        }
    }

    /// Adds `values`, or as many defaults where there are none.
    pub fn append(&mut self, values: &[T], rows: usize) {
        if !values.is_empty() || !self.values.is_empty() {
            self.values.resize(self.len, self.default);
            self.values.extend_from_slice(values);
            self.values.resize(self.len + rows, self.default);
        }
        self.len += rows;
    }

    /// Adds one value for all of `rows` rows.
    pub fn append_same(&mut self, value: T, rows: usize) {
        if value != self.default || !self.values.is_empty() {
            self.values.resize(self.len, self.default);
            self.values.resize(self.len + rows, value);
        }
        self.len += rows;
    }

    /// Whether some row may differ from the default.
    pub fn is_used(&self) -> bool {
        !self.values.is_empty()
    }
}

/// Distinct texts, numbered in order of first sight. Number 0 is the empty text: blank.
#[derive(Clone)]
pub struct Dictionary {
    text: String,
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: hashbrown::DefaultHashBuilder,
    last: u32,
}

impl Default for Dictionary {
    fn default() -> Dictionary {
        let mut empty = Dictionary {
            text: String::new(),
            ends: Vec::new(),
            numbers: HashTable::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
            last: 0,
        };
        empty.number("");
        empty
    }
}

impl Dictionary {
    /// The number of `text`, new or known.
    pub fn number(&mut self, text: &str) -> u32 {
        // Exports repeat themselves from row to row: the last text is the likeliest.
        if !self.ends.is_empty() && self.get(self.last) == text {
            return self.last;
        }
        let hash = self.hasher.hash_one(text);
        let found = self.numbers.find(hash, |&number| slice(&self.text, &self.ends, number) == text).copied();
        self.last = found.unwrap_or_else(|| {
            let number = self.ends.len() as u32;
            self.text.push_str(text);
            self.ends.push(self.text.len());
            let (stored, ends, hasher) = (&self.text, &self.ends, &self.hasher);
            self.numbers.insert_unique(hash, number, |&number| hasher.hash_one(slice(stored, ends, number)));
            number
        });
        self.last
    }

    /// The text of a number.
    #[inline]
    pub fn get(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    /// How many distinct texts there are, blank included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Never: blank is always in it.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// All texts in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.get(number))
    }

    /// The place of each number in the order of the texts: what makes results independent of the order of rows.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.ends.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| self.get(a).cmp(self.get(b)));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in (0..).zip(order) {
            ranks[number as usize] = rank;
        }
        ranks
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &text[start..ends[number]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_holds_nothing_until_it_must() {
        let mut column = Column::new(0);
        column.append(&[], 3);
        assert!(!column.is_used());
        column.append(&[7, 8], 2);
        column.append(&[], 1);
        assert_eq!((0..6).map(|n| column.at(n)).collect::<Vec<_>>(), [0, 0, 0, 7, 8, 0]);
        column.set(0, 5);
        assert_eq!(column.at(0), 5);
    }

    #[test]
    fn texts_are_stored_once_and_ranked() {
        let mut texts = Dictionary::default();
        let numbers: Vec<u32> = ["b", "a", "b", "", "c"].into_iter().map(|text| texts.number(text)).collect();
        assert_eq!(numbers, [1, 2, 1, 0, 3]);
        assert_eq!(texts.ranks(), [0, 2, 1, 3]);
    }
}
