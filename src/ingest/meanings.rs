//! What cells mean that have no type of their own, and what rows mean that are no lines.

use super::known::Row;
use super::lines::{Setting, Why};
use super::mapping::Mapping;
use crate::reference::{Field, Headers, normalised_header};
use recount_core::cells;
use std::borrow::Cow;

/// Adds a word behind a space.
pub(super) fn push_word(text: &mut String, word: &str) {
    if !word.is_empty() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
}

/// A cell as text. What is not UTF-8 is the Windows code page of western Europe: one letter for each byte, so that two different
/// cells never become one.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()),
    }
}

/// An id or a name without what a spreadsheet adds to it: spaces, an apostrophe, `.0` behind a number.
pub(super) fn identifier(cell: &str) -> &str {
    let cell = cells::trimmed(cell);
    match cell.strip_suffix(".0") {
        Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => number,
        _ => cell,
    }
}

/// Where a service was furnished, in words.
pub(super) fn named_setting(text: &str) -> Option<Setting> {
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["facil", "hosp", "institution", "agency", "nursing", "snf"]) {
        Some(Setting::Facility)
    } else if says(&["private", "practice", "office", "practitioner"]) {
        Some(Setting::Practice)
    } else {
        None
    }
}

/// Where a service was furnished, by its place of service code.
pub(super) fn setting_of_place(code: &str) -> Option<Setting> {
    match cells::trimmed(code).trim_start_matches('0') {
        "11" => Some(Setting::Practice),
        "19" | "21" | "22" | "31" | "32" | "61" | "62" => Some(Setting::Facility),
        _ => None,
    }
}

/// Where a service was furnished, by all that says so of a row. Where it disagrees with itself, nobody knows.
pub(super) fn agreed(said: [Option<Setting>; 3]) -> Setting {
    let mut said = said.into_iter().flatten();
    let first = said.next().unwrap_or_default();
    if said.all(|other| other == first) { first } else { Setting::Unknown }
}

/// Words that begin the cells which printed reports put below or between rows.
const REPORT_WORDS: [&str; 14] = [
    "printed",
    "page",
    "generated",
    "report",
    "run date",
    "run on",
    "prepared",
    "end of",
    "records",
    "rows",
    "confidential",
    "copyright",
    "exported",
    "as of",
];

/// What a row without a date and without a code is, if it is certain that it is no line: the header again, a total, a remark.
/// Anything else may be a line that lost its cells, and is rejected.
pub(super) fn no_line(row: &impl Row, mapping: &Mapping, names: &Headers) -> Option<Why> {
    let headers = &mapping.headers;
    let cells: Vec<(usize, String)> = (0..headers.len())
        .map(|column| (column, cells::trimmed(&row.cell(column)).to_lowercase()))
        .filter(|(_, cell)| !cell.is_empty())
        .collect();
    if cells.len() >= 2
        && cells.iter().all(|(column, cell)| normalised_header(cell) == normalised_header(&headers[*column]))
    {
        return Some(Why::RepeatedHeader);
    }
    let named = cells.iter().filter(|(_, cell)| names.field(cell).is_some()).count();
    if named >= 3 && named * 3 >= cells.len() * 2 && !cells.iter().any(|(_, cell)| super::layout::is_data(cell)) {
        return Some(Why::OtherHeader);
    }
    let words =
        |cell: &str| cell.split(|c: char| !c.is_alphanumeric() && c != '-').map(str::to_owned).collect::<Vec<_>>();
    let sums = |word: &String| {
        matches!(word.as_str(), "total" | "totals" | "subtotal" | "subtotals" | "sub-total" | "sub-totals")
    };
    // A name may hold the word ("Total Care"); a total stands in for the date and the code.
    let says_sum = |cell: &str| words(cell).first().is_some_and(sums) || words(cell).last().is_some_and(sums);
    let instead = |field: Field| {
        let own = mapping.column(field).and_then(|column| cells.iter().find(|(other, _)| *other == column));
        own.is_none_or(|(_, cell)| says_sum(cell))
    };
    if cells.iter().any(|(_, cell)| says_sum(cell)) && instead(Field::DateOfService) && instead(Field::Code) {
        return Some(Why::Total);
    }
    // One word alone may be the id of a row that was cut off.
    let is_prose = |cell: &str| {
        let words = cell.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
        let readable = |c: char| c.is_alphanumeric() || c.is_ascii_punctuation() || c.is_whitespace();
        (words >= 3 || (words >= 2 && cell.contains(':'))) && cell.chars().all(readable)
    };
    let begins = |cell: &str| {
        REPORT_WORDS
            .iter()
            .any(|word| cell.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    };
    let remark = match &cells[..] {
        [(_, only)] => is_prose(only) || begins(only),
        [(_, first), .., (_, last)] if cells.len() <= 4 => begins(first) || begins(last),
        _ => false,
    };
    remark.then_some(Why::Remark)
}
