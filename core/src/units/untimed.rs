//! Codes billed once per occurrence, whatever their duration.

use super::Range;
use crate::domain::Units;

/// What one line of an untimed code says about how often the service took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Units on the line.
    pub billed: Units,
    /// Sides or digits that the line's modifiers name, at least 1 (RT with LT, or 50: 2).
    pub sites: Units,
}

/// Units that an untimed code's lines in one session can stand for.
///
/// `limit` is the code's daily limit in that setting, 1 where none is known. Each line may be an occurrence of its own (a
/// morning and an afternoon visit), each named site another; more than that on one line is a duration entered as units.
/// Source: CMS Pub. 100-04, ch. 5, §20.2 B: an untimed code is reported once per day unless its wording says otherwise.
pub fn units(limit: Units, lines: impl Iterator<Item = Occurrence>) -> Range {
    let occurrences: Units = lines.map(|line| if line.billed > 0 { line.sites } else { 0 }).sum();
    Range { min: occurrences.min(1), max: if occurrences == 0 { 0 } else { occurrences.max(limit) } }
}

/// Sides or digits that `modifiers` name, at least 1.
pub fn sites<'a>(modifiers: impl Iterator<Item = &'a str>) -> Units {
    let named: Units =
        modifiers.map(|modifier| if modifier == "50" { 2 } else { Units::from(is_site(modifier)) }).sum();
    named.max(1)
}

/// Whether a modifier names a side (RT, LT, 50), a finger (FA, F1–F9) or a toe (TA, T1–T9).
pub fn is_site(modifier: &str) -> bool {
    match modifier.as_bytes() {
        b"RT" | b"LT" | b"50" | b"FA" | b"TA" => true,
        [b'F' | b'T', digit] => (b'1'..=b'9').contains(digit),
        _ => false,
    }
}
