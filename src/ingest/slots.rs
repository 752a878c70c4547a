//! Rows that are visits, with several places for codes: `CPT1, Units1, CPT2, Units2`.

use super::known::Row;
use crate::reference::{Field, Headers, normalised_header};
use recount_core::cells;
use std::collections::BTreeMap;

/// A place for a code in a row that is a visit: the columns of its fields.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    /// For each field, the place beyond the file's columns where it is looked for, and the column where it stands.
    fields: Vec<(Field, usize, usize)>,
}

impl Slot {
    /// Gives a field its column, if a place may have such a field.
    fn add(&mut self, field: Field, column: usize, width: usize) {
        if OF_A_PLACE.contains(&field) && !self.has(field) {
            self.fields.push((field, width + field as usize, column));
        }
    }

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
    pub fn column_at(&self, place: usize) -> Option<usize> {
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

/// A header that carries numbers: `CPT 2`, `Units_02`, `2nd CPT`, `CPT1 Mod2`.
#[derive(Debug, PartialEq, Eq)]
pub struct Numbered {
    /// What it is called without them, normalised.
    pub base: String,
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

/// A header's name and numbers; `None` if it has none.
pub fn numbered(header: &str) -> Option<Numbered> {
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
        numbers.push(rest[..digits].parse::<u32>().ok().filter(|number| (0..=60).contains(number))?);
        rest = &rest[digits..];
        let ordinal = ["st", "nd", "rd", "th"].into_iter().find(|ending| {
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
            rest.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(ending)) && ends(&rest[2..])
        });
        rest = &rest[ordinal.map_or(0, str::len)..];
    }
    let mut base = normalised_header(&base);
    // "CPT 1 of 4" is the first.
    if let ([first, _], Some(rest)) = (&numbers[..], base.strip_suffix("of")) {
        (base, numbers) = (rest.to_owned(), vec![*first]);
    }
    (matches!(numbers.len(), 1 | 2) && !base.is_empty()).then_some(Numbered { base, numbers })
}

/// `CPT A`, `Units B`: a letter behind the name, as a number.
fn lettered(header: &str) -> Option<Numbered> {
    let (name, letter) = header.trim().rsplit_once(|c: char| !c.is_alphanumeric())?;
    let mut letters = letter.bytes();
    let (first, None) = (letters.next()?.to_ascii_lowercase(), letters.next()) else { return None };
    let base = normalised_header(name);
    ((b'a'..=b'l').contains(&first) && !base.is_empty())
        .then(|| Numbered { base, numbers: vec![u32::from(first - b'a') + 1] })
}

/// What may stand before a name: `Svc1_CPT`, `Line 1 Units`.
const BEFORE_NAMES: [&str; 8] = ["cpt", "service", "svc", "line", "charge", "procedure", "proc", "code"];

/// The fields that each place for a code may have of its own.
const OF_A_PLACE: [Field; 16] = [
    Field::Code,
    Field::Units,
    Field::Minutes,
    Field::Charge,
    Field::Allowed,
    Field::Paid,
    Field::Modifiers,
    Field::Modifier1,
    Field::Modifier2,
    Field::Modifier3,
    Field::Modifier4,
    Field::LineId,
    Field::StartTime,
    Field::EndTime,
    Field::RevenueCode,
    Field::TherapistId,
];

/// What is looked at to find places for codes.
pub struct Search<'a> {
    /// The header.
    pub headers: &'a [String],
    /// Columns that the user gave to fields: a numbered one stands for all that are numbered like it.
    pub decided: Vec<(usize, Field)>,
    /// The usual names.
    pub names: &'a Headers,
}

impl Search<'_> {
    /// The places for codes that a header has, in their order; fewer than two are none. `Mod 1, Mod 2` beside a single code are its
    /// modifiers.
    pub fn slots(&self) -> Vec<Slot> {
        let ways: [fn(&str) -> Option<Numbered>; 2] = [numbered, lettered];
        let found = ways.into_iter().map(|way| self.by_number(way)).chain([self.by_repetition()]);
        let mut found = found.filter(|slots| slots.len() >= 2);
        let slots = found.next().unwrap_or_default();
        // A code that the user placed elsewhere is the only one.
        let decided = self.decided.iter().find(|(_, field)| *field == Field::Code);
        let elsewhere = |slots: &[Slot]| {
            decided.is_some_and(|(column, _)| !slots.iter().any(|slot| slot.columns().any(|own| own == *column)))
        };
        if elsewhere(&slots) { Vec::new() } else { slots }
    }

    /// The field that a name stands for, in all of its places.
    fn field(&self, base: &str, way: fn(&str) -> Option<Numbered>) -> Option<Field> {
        let same = |column: usize| {
            let header = &self.headers[column];
            way(header).map_or_else(|| normalised_header(header), |numbered| numbered.base) == base
        };
        if let Some((_, field)) = self.decided.iter().find(|(column, _)| same(*column)) {
            return Some(*field);
        }
        let usual = |name: &str| self.names.field(name).map(|(field, _)| field);
        usual(base).or_else(|| BEFORE_NAMES.iter().find_map(|before| usual(base.strip_prefix(before)?)))
    }

    fn by_number(&self, way: fn(&str) -> Option<Numbered>) -> Vec<Slot> {
        let mut places: BTreeMap<u32, Slot> = BTreeMap::new();
        let mut bases: Vec<(String, Field)> = Vec::new();
        for (column, header) in self.headers.iter().enumerate() {
            let Some(header) = way(header) else { continue };
            let Some(field) = self.field(&header.base, way) else { continue };
            let modifiers = [Field::Modifier1, Field::Modifier2, Field::Modifier3, Field::Modifier4];
            let field = match (field, &header.numbers[..]) {
                (Field::Modifiers, [_, n]) => (*n as usize).checked_sub(1).and_then(|n| modifiers.get(n).copied()),
                (field, [_]) => Some(field),
                _ => None,
            };
            if let Some(field) = field {
                places.entry(header.numbers[0]).or_default().add(field, column, self.headers.len());
                bases.push((header.base, field));
            }
        }
        // "CPT, CPT2, CPT3": the first has no number.
        let mut first = Slot::default();
        for (column, header) in self.headers.iter().enumerate() {
            let name = normalised_header(header);
            if let Some((_, field)) = bases.iter().find(|(base, _)| *base == name) {
                first.add(*field, column, self.headers.len());
            }
        }
        std::iter::once(first).chain(places.into_values()).filter(|slot| slot.has(Field::Code)).collect()
    }

    /// `CPT, Units, CPT, Units`: the same names again and again.
    fn by_repetition(&self) -> Vec<Slot> {
        let named =
            |name: &str| (0..self.headers.len()).filter(|&n| normalised_header(&self.headers[n]) == name).collect();
        let field = |n: usize| self.field(&normalised_header(&self.headers[n]), |_| None);
        let Some(codes) = (0..self.headers.len()).find(|&n| field(n) == Some(Field::Code)) else { return Vec::new() };
        let codes: Vec<usize> = named(&normalised_header(&self.headers[codes]));
        let mut slots = vec![Slot::default(); codes.len()];
        for column in 0..self.headers.len() {
            let alike: Vec<usize> = named(&normalised_header(&self.headers[column]));
            let place = alike.iter().position(|other| *other == column);
            if let (Some(field), Some(place), true) = (field(column), place, alike.len() == codes.len()) {
                slots[place].add(field, column, self.headers.len());
            }
        }
        slots.retain(|slot| slot.has(Field::Code));
        slots
    }
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
            ("CPT.0", "cpt", vec![0]),
            ("CPT 2 of 4", "cpt", vec![2]),
        ] {
            assert_eq!(numbered(header), Some(Numbered { base: base.into(), numbers }), "{header}");
        }
        for header in ["CPT", "2026", "", "Code 99", "1.2.3"] {
            assert_eq!(numbered(header), None, "{header}");
        }
    }

    #[test]
    fn places_of_any_style() {
        let names = Headers::parse("[code]\nnames = [\"CPT\"]\n[minutes]\nnames = [\"Min\"]\n").unwrap();
        for (header, shown) in [
            ("MRN,CPT1,Units1,CPT2,Units2", "12 34"),
            ("MRN,CPT,Units,Min,CPT2,Units2,Min2", "123 456"),
            ("CPT0,Units0,CPT1,Units1", "01 23"),
            ("CPT,Units,CPT.1,Units.1", "01 23"),
            ("Svc1_CPT,Svc1_Units,Svc2_CPT,Svc2_Units", "01 23"),
            ("Line 1 CPT,Line 1 Units,Line 2 CPT", "01 2"),
            ("CPT A,CPT B,Units A,Units B", "02 13"),
            ("CPT,Units,CPT,Units,Remarks", "01 23"),
            ("CPT,Modifier 1,Modifier 2,Units", ""),
            ("CPT,Units", ""),
        ] {
            let headers: Vec<String> = header.split(',').map(str::to_owned).collect();
            let slots = Search { headers: &headers, decided: Vec::new(), names: &names }.slots();
            let columns = |slot: &Slot| slot.columns().map(|column| column.to_string()).collect::<String>();
            assert_eq!(slots.iter().map(columns).collect::<Vec<_>>().join(" "), shown, "{header}");
        }
        let headers: Vec<String> = ["CPT 1", "T #1", "CPT 2", "T #2"].map(str::to_owned).to_vec();
        let decided = vec![(1, Field::Minutes)];
        let slots = Search { headers: &headers, decided, names: &names }.slots();
        assert!(slots.len() == 2 && slots.iter().all(|slot| slot.has(Field::Minutes)));
    }
}
