//! One cell of text → a value of its type.
//!
//! A cell is read as written: no locale, no guess. What cannot be read says why in a few words that never repeat the cell,
//! since it may be a patient's.

mod clock;
mod code;
mod code_list;
mod date;
mod money;
mod number;
mod time;

pub use clock::{Clock, Span, union};
pub use code::{CodeCell, split_modifiers};
pub use code_list::{CodePart, code_parts};
pub use date::{DateCell, DateOrder};
pub use money::cents;
pub use number::units;
pub use time::{TimeCell, time};

/// Why a cell cannot be read. The words stand in the `problem` column of the rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Problem {
    /// The cell must have a value.
    #[error("is blank")]
    Blank,
    /// No reading of dates fits.
    #[error("is not a date")]
    NotADate,
    /// The file's dates are written in the other order.
    #[error("is not a date in the order that this file's dates are written in")]
    OtherDateOrder,
    /// Too early or too late for a therapy bill.
    #[error("is a date before 1990 or after 2099")]
    DateOutOfRange,
    /// Not a procedure code.
    #[error("is not a procedure code (five letters or digits)")]
    NotACode,
    /// Not a number.
    #[error("is not a number")]
    NotANumber,
    /// Units are whole.
    #[error("is not a whole number of units")]
    NotWhole,
    /// Larger than any bill.
    #[error("is too large a number")]
    TooLarge,
    /// Not minutes in any form.
    #[error("is not a number of minutes")]
    NotMinutes,
    /// `15:00` may be hours or minutes.
    #[error("may be hours and minutes or minutes and seconds")]
    HoursOrMinutes,
    /// Not a time of day.
    #[error("is not a time of day")]
    NotATime,
    /// Several codes, and the units of each cannot be told.
    #[error("names several codes, and the units of each cannot be told")]
    UnitsOfCodes,
    /// Minutes below zero on a line that is no reversal.
    #[error("is negative on a line that reverses nothing")]
    NegativeMinutes,
    /// Not an amount of money.
    #[error("is not an amount of money")]
    NotMoney,
}

/// What spreadsheets leave around a value: spaces (also the no-break one), a leading apostrophe that marks text.
pub fn trimmed(cell: &str) -> &str {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}');
    cell.strip_prefix('\'').map_or(cell, str::trim_start)
}

/// Whether the cell says that there is no value: empty, `-`, `N/A`, `NULL` and the like.
pub fn is_blank(cell: &str) -> bool {
    let cell = trimmed(cell);
    cell.is_empty()
        || (cell.len() <= 4
            && matches!(
                cell.to_ascii_lowercase().as_str(),
                "-" | "--" | "n/a" | "na" | "null" | "none" | "nan" | "." | "#n/a"
            ))
}
