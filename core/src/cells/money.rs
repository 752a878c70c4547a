//! Amounts of money, in cents.

use super::number::decimal;
use super::{Problem, trimmed};
use crate::domain::Cents;

/// `$1,234.50`, `1234.5`, `(12.00)`, `-$12` as cents.
///
/// # Errors
/// `NotMoney`: not a number, or a fraction of a cent.
pub fn cents(cell: &str) -> Result<Cents, Problem> {
    let cell = trimmed(cell);
    let without_sign: String;
    let text = match cell.split_once('$') {
        Some((sign @ ("" | "-" | "(" | "+"), amount)) => {
            without_sign = format!("{sign}{}", amount.trim_start());
            &without_sign
        }
        Some(_) => return Err(Problem::NotMoney),
        None => cell,
    };
    let number = decimal(text).ok_or(Problem::NotMoney)?;
    let (first_two, rest) = number.decimals.split_at(number.decimals.len().min(2));
    if rest.bytes().any(|b| b != b'0') || number.whole > 1_000_000_000_000 {
        return Err(Problem::NotMoney);
    }
    let hundredths = first_two.bytes().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let size = number.whole * 100 + if first_two.len() == 1 { hundredths * 10 } else { hundredths };
    Ok(if number.negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_as_exports_write_it() {
        for (cell, expected) in [
            ("$1,234.50", Ok(123_450)),
            ("1234.5", Ok(123_450)),
            ("($12.00)", Ok(-1_200)),
            ("-$12", Ok(-1_200)),
            (".5", Ok(50)),
            ("10.0000", Ok(1_000)),
            ("$ 12", Ok(1_200)),
            ("12 $ 34", Err(Problem::NotMoney)),
            ("$12 34", Err(Problem::NotMoney)),
            ("10.005", Err(Problem::NotMoney)),
            ("ten", Err(Problem::NotMoney)),
        ] {
            assert_eq!(cents(cell), expected, "{cell}");
        }
    }
}
