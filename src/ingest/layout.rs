//! Where an export's header is, and what its rows are: a line each, or a visit with places for several codes.

use super::known::Row;
use crate::config::Decisions;
use crate::reference::{Field, Headers, normalised_header};
use recount_core::cells::{self, CodeCell, DateCell};
use std::borrow::Cow;
use std::collections::BTreeMap;

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

/// A place for a code in a row that is a visit: the columns of its fields.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    /// For each field, the place beyond the file's columns where it is looked for, and the column where it stands.
    fields: Vec<(Field, usize, usize)>,
}

impl Slot {
    /// Whether it has that field.
    pub fn has(&self, field: Field) -> bool {
        self.fields.iter().any(|(own, ..)| *own == field)
    }

    /// The field that a column is here.
    pub fn field_of(&self, column: usize) -> Option<Field> {
        self.fields.iter().find(|(.., own)| *own == column).map(|(field, ..)| *field)
    }

    /// Its columns.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.fields.iter().map(|(.., column)| *column)
    }

    /// The column in which a place beyond the file's columns is found.
    fn column_at(&self, place: usize) -> Option<usize> {
        self.fields.iter().find(|(_, own, _)| *own == place).map(|(.., column)| *column)
    }

    /// Whether the row has anything in it: a code, units or minutes that are not 0.
    pub fn is_used(&self, row: &dyn Row) -> bool {
        self.fields.iter().any(|(field, _, column)| {
            let cell = row.cell(*column);
            match field {
                Field::Code => !cells::is_blank(&cell),
                Field::Units | Field::Minutes => {
                    !cells::is_blank(&cell)
                        && cell.bytes().any(|byte| byte.is_ascii_alphabetic() || (b'1'..=b'9').contains(&byte))
                }
                _ => false,
            }
        })
    }
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
}

/// A header that carries numbers: `CPT 2`, `Units_02`, `2nd CPT`, `CPT1 Mod2`.
#[derive(Debug, PartialEq, Eq)]
struct Numbered {
    base: String,
    numbers: Vec<u32>,
}

/// Numbers in words, from 1 on.
const IN_WORDS: [[&str; 2]; 12] = [
    ["first", "one"],
    ["second", "two"],
    ["third", "three"],
    ["fourth", "four"],
    ["fifth", "five"],
    ["sixth", "six"],
    ["seventh", "seven"],
    ["eighth", "eight"],
    ["ninth", "nine"],
    ["tenth", "ten"],
    ["eleventh", "eleven"],
    ["twelfth", "twelve"],
];

fn numbered(header: &str) -> Option<Numbered> {
    let (mut base, mut numbers) = (String::new(), Vec::new());
    let in_digits: Vec<String> = header
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| {
            let lower = word.to_lowercase();
            let number = IN_WORDS.iter().position(|words| words.contains(&lower.as_str()));
            number.map_or(word.to_owned(), |n| (n + 1).to_string())
        })
        .collect();
    let in_digits = in_digits.join(" ");
    let mut rest = in_digits.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            base.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        numbers.push(rest[..digits].parse::<u32>().ok().filter(|number| (1..=60).contains(number))?);
        rest = &rest[digits..];
        let ordinal = ["st", "nd", "rd", "th"].into_iter().find(|ending| {
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
            rest.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(ending)) && ends(&rest[2..])
        });
        rest = &rest[ordinal.map_or(0, str::len)..];
    }
    let base = normalised_header(&base);
    (matches!(numbers.len(), 1 | 2) && !base.is_empty()).then_some(Numbered { base, numbers })
}

/// The numbered places for codes that a header has, in the order of their numbers; fewer than two are none.
///
/// `CPT1, Units1, CPT2, Units2` are places; `Mod 1, Mod 2` beside a single code are its modifiers.
pub fn slots(headers: &[String], taken: &[bool], names: &Headers, width: usize) -> Vec<Slot> {
    let mut places: BTreeMap<u32, Slot> = BTreeMap::new();
    let all = || {
        headers.iter().enumerate().filter(|(n, _)| !taken[*n]).filter_map(|(n, header)| Some((n, numbered(header)?)))
    };
    for (column, header) in all() {
        // "CPT Code 1", and also "CPT 1 Units", whose number stands between the words.
        let Some((field, _)) = names.field(&header.base).or_else(|| names.field(header.base.strip_prefix("cpt")?))
        else {
            continue;
        };
        let modifier = [Field::Modifier1, Field::Modifier2, Field::Modifier3, Field::Modifier4];
        let field = match (field, &header.numbers[..]) {
            (Field::Modifiers, [_, number]) => match modifier.get(*number as usize - 1) {
                Some(field) => *field,
                None => continue,
            },
            (_, [_]) => field,
            _ => continue,
        };
        let in_slot = matches!(
            field,
            Field::Code
                | Field::Units
                | Field::Minutes
                | Field::Charge
                | Field::Allowed
                | Field::Paid
                | Field::Modifiers
                | Field::Modifier1
                | Field::Modifier2
                | Field::Modifier3
                | Field::Modifier4
                | Field::LineId
                | Field::StartTime
                | Field::EndTime
                | Field::RevenueCode
                | Field::TherapistId
        );
        let slot = places.entry(header.numbers[0]).or_default();
        if in_slot && !slot.has(field) {
            slot.fields.push((field, width + field as usize, column));
        }
    }
    let slots: Vec<Slot> = places.into_values().filter(|slot| slot.has(Field::Code)).collect();
    if slots.len() < 2 { Vec::new() } else { slots }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_headers_of_any_style() {
        for (header, base, numbers) in [
            ("CPT1", "cpt", vec![1]),
            ("Units_02", "units", vec![2]),
            ("2nd CPT", "cpt", vec![2]),
            ("CPT 3 Minutes", "cptminutes", vec![3]),
            ("Code (4)", "code", vec![4]),
            ("CPT1 Mod2", "cptmod", vec![1, 2]),
            ("Min #10", "min", vec![10]),
            ("First CPT", "cpt", vec![1]),
            ("Units - Two", "units", vec![2]),
        ] {
            assert_eq!(numbered(header), Some(Numbered { base: base.into(), numbers }), "{header}");
        }
        for header in ["CPT", "2026", "", "Code 99", "1.2.3"] {
            assert_eq!(numbered(header), None, "{header}");
        }
    }
}
