//! Whole numbers and decimals, exactly.

use super::{Problem, trimmed};
use crate::domain::Units;

/// A decimal number as its sign, whole part and the digits behind the point.
pub(super) struct Decimal<'a> {
    pub negative: bool,
    pub whole: i64,
    pub decimals: &'a str,
}

/// `2`, `2.0`, `-1`, `(1)`, `1,234.50`: digits, at most one point, thousands separated by commas, minus or brackets.
pub(super) fn decimal(cell: &str) -> Option<Decimal<'_>> {
    let (text, in_brackets) = match cell.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (cell, false),
    };
    let (text, signed) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    if in_brackets && signed {
        return None;
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if (whole.is_empty() && decimals.is_empty()) || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut value: i64 = 0;
    let mut since_comma = None;
    for byte in whole.bytes() {
        match byte {
            b'0'..=b'9' => {
                value = value.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
                since_comma = since_comma.map(|n: u32| n + 1);
            }
            b',' if since_comma.is_none_or(|n| n == 3) && value > 0 => since_comma = Some(0),
            _ => return None,
        }
    }
    if since_comma.is_some_and(|n| n != 3) {
        return None;
    }
    Some(Decimal { negative: in_brackets || signed, whole: value, decimals })
}

/// Units of a line: a whole number of at most 9 999, negative on a reversal. `2`, `2.0`, `(1)`, `-1`.
///
/// # Errors
/// `NotANumber`, `NotWhole` (1.5 units cannot be billed), `TooLarge`.
pub fn units(cell: &str) -> Result<Units, Problem> {
    let number = decimal(trimmed(cell)).ok_or(Problem::NotANumber)?;
    if number.decimals.bytes().any(|b| b != b'0') {
        return Err(Problem::NotWhole);
    }
    match Units::try_from(number.whole) {
        Ok(units) if units <= 9_999 => Ok(if number.negative { -units } else { units }),
        _ => Err(Problem::TooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_as_exports_write_them() {
        for (cell, expected) in [
            ("2", Ok(2)),
            (" 2.0 ", Ok(2)),
            ("(1)", Ok(-1)),
            ("-1", Ok(-1)),
            ("1.00", Ok(1)),
            ("'3", Ok(3)),
            ("1.5", Err(Problem::NotWhole)),
            ("two", Err(Problem::NotANumber)),
            ("1e3", Err(Problem::NotANumber)),
            ("(-1)", Err(Problem::NotANumber)),
            ("99999999999999999999", Err(Problem::TooLarge)),
            ("1,2", Err(Problem::NotANumber)),
            ("", Err(Problem::NotANumber)),
        ] {
            assert_eq!(units(cell), expected, "{cell}");
        }
    }
}
