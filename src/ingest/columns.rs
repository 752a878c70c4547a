//! Columns that cost nothing where an export has nothing, and text that is stored once.

use hashbrown::HashTable;
use std::borrow::Cow;
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

    /// Adds a value.
    #[inline]
    pub fn push(&mut self, value: T) {
        if value != self.default && self.values.is_empty() {
            self.values.resize(self.len, self.default);
        }
        if value != self.default || !self.values.is_empty() {
            self.values.push(value);
        }
        self.len += 1;
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

    /// The number of `text`, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(text);
        self.numbers.find(hash, |&number| self.get(number) == text).copied()
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

    /// Takes the texts of `other` in; gives back what each number of `other` is called here.
    pub fn take_in(&mut self, other: &Dictionary) -> Vec<u32> {
        other.iter().map(|text| self.number(text)).collect()
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

/// Numbers distinct texts in order of first sight, as a [`Dictionary`] does, without keeping them: what a parser asks for every
/// cell. Most cells are short; up to 16 bytes are compared as two whole numbers.
pub struct Seen {
    slots: Vec<Slot>,
    /// The text seen last: exports repeat themselves from row to row.
    last: Slot,
    /// Texts beyond 16 bytes, and their numbers.
    long: Dictionary,
    long_numbers: Vec<u32>,
    count: u32,
}

/// A short text and its number.
#[derive(Clone, Copy, PartialEq)]
struct Slot {
    /// Its first and last bytes, which overlap in all but the longest.
    first: u64,
    last: u64,
    length: u32,
    number: u32,
}

impl Slot {
    const EMPTY: Slot = Slot { first: 0, last: 0, length: u32::MAX, number: 0 };

    fn is(&self, first: u64, last: u64, length: u32) -> bool {
        self.first == first && self.last == last && self.length == length
    }
}

impl Default for Seen {
    fn default() -> Seen {
        let long_numbers = vec![0];
        Seen { slots: vec![Slot::EMPTY; 64], last: Slot::EMPTY, long: Dictionary::default(), long_numbers, count: 0 }
    }
}

impl Seen {
    /// The number of `text`, and whether it is new.
    #[inline]
    pub fn number(&mut self, text: &str) -> (u32, bool) {
        let bytes = text.as_bytes();
        let (first, last) = match bytes.len() {
            0 => (0, 0),
            1..=3 => (u64::from(bytes[0]) << 8 | u64::from(bytes[bytes.len() / 2]), u64::from(bytes[bytes.len() - 1])),
            4..=7 => (four(bytes), four(&bytes[bytes.len() - 4..])),
            8..=16 => (eight(bytes), eight(&bytes[bytes.len() - 8..])),
            _ => return self.long(text),
        };
        let length = bytes.len() as u32;
        if self.last.is(first, last, length) {
            return (self.last.number, false);
        }
        let mut at = self.place(first, last);
        loop {
            let slot = self.slots[at];
            if slot.is(first, last, length) {
                self.last = slot;
                return (slot.number, false);
            }
            if slot == Slot::EMPTY {
                return (self.add(Slot { first, last, length, number: self.count }, at), true);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn place(&self, first: u64, last: u64) -> usize {
        let product = u128::from(first ^ 0x9e37_79b9_7f4a_7c15) * u128::from(last ^ 0xd1b5_4a32_d192_ed03);
        (product as u64 ^ (product >> 64) as u64) as usize & (self.slots.len() - 1)
    }

    fn add(&mut self, slot: Slot, at: usize) -> u32 {
        self.slots[at] = slot;
        self.last = slot;
        self.count += 1;
        if self.count as usize * 2 > self.slots.len() {
            let larger = vec![Slot::EMPTY; self.slots.len() * 4];
            for slot in std::mem::replace(&mut self.slots, larger).into_iter().filter(|slot| *slot != Slot::EMPTY) {
                let mut at = self.place(slot.first, slot.last);
                while self.slots[at] != Slot::EMPTY {
                    at = (at + 1) & (self.slots.len() - 1);
                }
                self.slots[at] = slot;
            }
        }
        slot.number
    }

    fn new_long(&mut self) -> u32 {
        self.long_numbers.push(self.count);
        self.count += 1;
        self.count - 1
    }

    fn long(&mut self, text: &str) -> (u32, bool) {
        let n = self.long.number(text) as usize;
        match self.long_numbers.get(n) {
            Some(&number) => (number, false),
            None => (self.new_long(), true),
        }
    }
}

fn four(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |four| u64::from(u32::from_le_bytes(*four)))
}

fn eight(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// Ids of visits, claims and lines. Millions of them are distinct, and most are plain numbers: such an id is its own number
/// and is not stored; any other is a text of the dictionary. 0 is blank.
#[derive(Clone, Default)]
pub struct Ids(Dictionary);

/// Marks an id that is its own number.
const NUMERAL: u32 = 1 << 31;

impl Ids {
    /// The number of an id that is written as up to nine digits without a leading zero.
    #[inline]
    pub fn numeral(text: &str) -> Option<u32> {
        let digits = text.as_bytes();
        let plain = matches!(digits, [b'1'..=b'9', rest @ ..] if rest.len() < 9 && rest.iter().all(u8::is_ascii_digit));
        plain.then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')) | NUMERAL)
    }

    /// The number of `text`, new or known.
    pub fn number(&mut self, text: &str) -> u32 {
        Ids::numeral(text).unwrap_or_else(|| self.0.number(text))
    }

    /// The number of `text`, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        Ids::numeral(text).or_else(|| self.0.find(text))
    }

    /// Whether some id is no plain number.
    pub fn holds_texts(&self) -> bool {
        self.0.len() > 1
    }

    /// The texts that are no plain numbers, in the order of their numbers.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter()
    }

    /// The text of a number.
    pub fn get(&self, id: u32) -> Cow<'_, str> {
        if id & NUMERAL == 0 { Cow::Borrowed(self.0.get(id)) } else { Cow::Owned((id & !NUMERAL).to_string()) }
    }

    /// Takes the texts of `other` in; gives back what each number of `other` is called here.
    pub fn take_in(&mut self, other: &Ids) -> impl Fn(u32) -> u32 + use<> {
        let new = self.0.take_in(&other.0);
        move |id| if id & NUMERAL == 0 { new[id as usize] } else { id }
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
        (0..3).for_each(|_| column.push(0));
        assert!(!column.is_used());
        [7, 8, 0].into_iter().for_each(|value| column.push(value));
        assert_eq!((0..6).map(|n| column.at(n)).collect::<Vec<_>>(), [0, 0, 0, 7, 8, 0]);
    }

    #[test]
    fn texts_are_told_apart() {
        let (mut seen, mut known) = (Seen::default(), Dictionary::default());
        let mut texts: Vec<String> = (0..2_000).map(|n| format!("{:x}", n * n * 7_919 % 100_003)).collect();
        texts.extend(
            (0..40).flat_map(|n| ["a".repeat(n), format!("{}b", "a".repeat(n)), format!("b{}", "a".repeat(n))]),
        );
        texts.extend(["aab", "aba", "abb", "a\0", "\0a", "\0"].map(String::from));
        let blank = seen.number("");
        for text in texts.iter().chain(texts.iter().rev()) {
            let fresh = known.len();
            assert_eq!(seen.number(text), (known.number(text), known.len() > fresh), "{text:?}");
        }
        assert_eq!((blank, seen.number("")), ((0, true), (0, false)));
    }

    #[test]
    fn ids_keep_their_spelling() {
        let mut ids = Ids::default();
        for text in ["", "1", "01", "999999999", "1000000000", "4294967295", "A-1", "1.5", "0", "٣"] {
            let number = ids.number(text);
            assert_eq!(ids.number(text), number);
            assert_eq!(ids.get(number), text);
        }
        let mut all = Ids::default();
        let (other, known) = (all.number("B"), ids.number("A-1"));
        let renumbered = all.take_in(&ids);
        assert_eq!(all.get(renumbered(known)), "A-1");
        assert_eq!(renumbered(ids.number("7")), all.number("7"));
        assert_ne!(renumbered(known), other);
    }

    #[test]
    fn texts_are_stored_once_and_ranked() {
        let mut texts = Dictionary::default();
        let numbers: Vec<u32> = ["b", "a", "b", "", "c"].into_iter().map(|text| texts.number(text)).collect();
        assert_eq!(numbers, [1, 2, 1, 0, 3]);
        assert_eq!(texts.ranks(), [0, 2, 1, 3]);
    }
}
