//! What stands in a cell, as Excel can hold it.

use crate::blocks::{Cell, Kind};
use crate::grid::Value;
use crate::reference::Day;
use std::borrow::Cow;

/// UTF-16 units that a cell can hold.
const LONGEST: usize = 32_767;

/// What is said where a text was cut.
const CUT: &str = " … (cut here: a cell holds no more)";

/// Excel's number of 1970-01-01.
const EPOCH: Day = 25_569;

/// Numbers of the days that Excel shows right: it takes 1900 for a leap year, and ends with 9999.
const DAYS: std::ops::RangeInclusive<Day> = 61..=2_958_465;

/// What is written to a cell.
pub(super) enum Written<'a> {
    /// Nothing.
    Nothing,
    /// Text.
    Text(Cow<'a, str>),
    /// A number of dollars, of days, or of what the column counts.
    Number(f64),
    /// Text, and the id of what it leads to.
    Link(Cow<'a, str>, &'a str),
}

/// What is written for a cell of a column. Whole numbers in a column of text are codes, and stay text.
pub(super) fn written(cell: &Cell, kind: Kind) -> Written<'_> {
    match (cell, kind) {
        (Cell::Is(Value::Empty), _) => Written::Nothing,
        (Cell::Is(Value::Text(text)), _) => Written::Text(clean(text)),
        (Cell::Link(text, target), _) => Written::Link(clean(text), target),
        (Cell::Is(Value::Whole(cents)), Kind::Cents) => Written::Number(*cents as f64 / 100.0),
        (Cell::Is(Value::Whole(number)), Kind::Number | Kind::Decimal | Kind::Day) => Written::Number(*number as f64),
        (Cell::Is(Value::Decimal(number)), Kind::Number | Kind::Decimal | Kind::Cents) => Written::Number(*number),
        (Cell::Is(Value::Day(day)), Kind::Day) if DAYS.contains(&day.saturating_add(EPOCH)) => {
            Written::Number(f64::from(day + EPOCH))
        }
        (Cell::Is(Value::Whole(number)), _) => Written::Text(number.to_string().into()),
        (Cell::Is(Value::Flag(_)) | Cell::Hidden, _) => Written::Text(cell.shown(kind).into()),
        (Cell::Is(value), _) => Written::Text(value.to_string().into()),
    }
}

/// Whether XML, and so a workbook, can hold a character.
pub(super) fn is_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Text that a cell can hold: other line ends become line feeds, what XML forbids becomes a sign, and what is too long is cut.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let mut clean = Cow::Borrowed(text);
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n' && byte != b'\t') || text.contains(['\u{fffe}', '\u{ffff}'])
    {
        let sign = |letter: char| match letter {
            '\r' => '\n',
            // The pictures of the control characters stand in their order.
            letter if letter < ' ' && !is_xml(letter) => char::from_u32(0x2400 + letter as u32).unwrap_or('\u{fffd}'),
            letter if !is_xml(letter) => '\u{fffd}',
            letter => letter,
        };
        clean = text.replace("\r\n", "\n").chars().map(sign).collect::<String>().into();
    }
    // No text has more UTF-16 units than bytes.
    if clean.len() > LONGEST && clean.encode_utf16().count() > LONGEST {
        let (mut room, cut) = (LONGEST - CUT.encode_utf16().count(), CUT);
        let kept = |letter: &char| {
            let fits = letter.len_utf16() <= room;
            room = room.saturating_sub(letter.len_utf16());
            fits
        };
        clean = Cow::Owned(clean.chars().take_while(kept).chain(cut.chars()).collect());
    }
    clean
}

/// Whether Excel would take a text for a formula, if somebody typed it.
pub(super) fn looks_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@'])
}

/// The lines of a text that is to be no wider than `width` characters; its own line ends are kept.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let (mut line, mut long) = (String::new(), 0);
        for word in paragraph.split_whitespace() {
            let of_word = word.chars().count();
            if long > 0 && long + 1 + of_word > width {
                lines.push(std::mem::take(&mut line));
                long = 0;
            }
            if long > 0 {
                line.push(' ');
                long += 1;
            }
            line.push_str(word);
            long += of_word;
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_cannot_hold_is_shown_by_a_sign() {
        assert_eq!(clean("plain"), "plain");
        assert_eq!(clean("a\0b\u{1b}c\r\nd\re\tf\u{ffff}"), "a\u{2400}b\u{241b}c\nd\ne\tf\u{fffd}");
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let long = clean(&"\u{1f600}".repeat(20_000)).into_owned();
        assert!(long.encode_utf16().count() <= LONGEST && long.ends_with(CUT), "{}", long.len());
        assert_eq!(clean(&"é".repeat(LONGEST)).chars().count(), LONGEST);
    }

    #[test]
    fn codes_stay_text_and_days_become_dates() {
        let number = |cell: Cell, kind: Kind| {
            if let Written::Number(number) = written(&cell, kind) { Some(number) } else { None }
        };
        assert_eq!(number(Cell::Is(Value::Whole(97110)), Kind::Text), None);
        assert_eq!(number(Cell::Is(Value::Whole(-1999)), Kind::Cents), Some(-19.99));
        assert_eq!(number(Cell::Is(Value::Day(20_000)), Kind::Day), Some(45_569.0));
        assert_eq!(number(Cell::Is(Value::Day(-30_000)), Kind::Day), None);
        assert_eq!(number(Cell::Hidden, Kind::Number), None);
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(lines("one two three\n\nfour", 8), ["one two", "three", "", "four"]);
    }
}
