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
    // Bit per side and digit: one named twice is still one.
    let named: u32 = modifiers.fold(0, |named, modifier| named | site(modifier));
    (named.count_ones() as Units).max(1)
}

/// Whether a modifier names a side (RT, LT, 50), a finger (FA, F1–F9) or a toe (TA, T1–T9).
pub fn is_site(modifier: &str) -> bool {
    site(modifier) != 0
}

/// The sides or digits that a modifier names, a bit each.
fn site(modifier: &str) -> u32 {
    match modifier.as_bytes() {
        b"RT" => 1,
        b"LT" => 2,
        b"50" => 3,
        b"FA" => 1 << 2,
        b"TA" => 1 << 12,
        [b'F', digit @ b'1'..=b'9'] => 1 << (2 + u32::from(digit - b'0')),
        [b'T', digit @ b'1'..=b'9'] => 1 << (12 + u32::from(digit - b'0')),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_named_twice_is_one() {
        for (modifiers, expected) in
            [("", 1), ("GP", 1), ("RT", 1), ("RT RT", 1), ("RT LT", 2), ("50", 2), ("50 RT LT", 2), ("F1 FA T1", 3)]
        {
            assert_eq!(sites(modifiers.split(' ')), expected, "{modifiers}");
        }
    }
}
