//! Procedure codes and their modifiers.

use super::{Problem, trimmed};

/// A procedure code cell, with any modifiers that were written into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeCell {
    /// Five characters, upper case: `97110`, `G0283`, `0791T`.
    pub code: String,
    /// Modifiers behind the code, upper case, as written: `GP`, `59`.
    pub modifiers: Vec<String>,
}

impl CodeCell {
    /// `97110`, `97110.0`, `97110-GP-59`, `97110GP`, `'97110`, `g0283`, `97110 GP KX`, `97110 - Gait training`.
    ///
    /// # Errors
    /// `NotACode` where the cell does not begin with a code or ends in anything but modifiers.
    pub fn parse(cell: &str) -> Result<CodeCell, Problem> {
        let text = trimmed(cell).to_ascii_uppercase();
        let text = text.strip_suffix(".0").or(text.strip_suffix(".00")).unwrap_or(&text);
        let Some((code, rest)) = text.is_char_boundary(5.min(text.len())).then(|| text.split_at(5.min(text.len())))
        else {
            return Err(Problem::NotACode);
        };
        if !is_code(code) {
            return Err(Problem::NotACode);
        }
        if rest.starts_with(is_separator) && is_description(rest) {
            return Ok(CodeCell { code: code.to_owned(), modifiers: Vec::new() });
        }
        let rest = rest.trim_start_matches(|c: char| is_separator(c));
        let modifiers = split_modifiers(rest).ok_or(Problem::NotACode)?;
        let no_modifier = |m: &String| counts_units(m) || (is_number(m) && !NUMERIC.contains(&m.as_str()));
        if modifiers.iter().any(no_modifier) {
            return Err(Problem::NotACode);
        }
        Ok(CodeCell { code: code.to_owned(), modifiers })
    }
}

/// Whether what stands behind a code is words about it: no digit, and a word too long for modifiers run together, or one whose pairs of
/// letters are none.
fn is_description(text: &str) -> bool {
    const MODIFIERS: [&str; 24] = [
        "GP", "GO", "GN", "KX", "CQ", "CO", "XE", "XP", "XS", "XU", "RT", "LT", "GA", "GX", "GY", "GZ", "FA", "TA",
        "GT", "GQ", "FS", "SZ", "CR", "KF",
    ];
    let is_modifiers = |word: &str| {
        word.len().is_multiple_of(2)
            && word.as_bytes().chunks(2).all(|pair| MODIFIERS.iter().any(|known| known.as_bytes() == pair))
    };
    let counts = |word: &str| matches!(word, "UNIT" | "UNITS" | "MIN" | "MINS" | "MINUTES" | "EACH" | "AND" | "TIMES");
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    !text.bytes().any(|byte| byte.is_ascii_digit())
        && words.clone().any(|word| word.len() >= 3 && !is_modifiers(word))
        && !words.any(counts)
}

/// Whether two characters count units, as in "97110 x2" and "97110 2u": read as a modifier, the count would be lost.
pub(super) fn counts_units(modifier: &str) -> bool {
    match modifier.as_bytes() {
        [b'X', digit] | [digit, b'X' | b'U'] => digit.is_ascii_digit(),
        _ => false,
    }
}

/// Whether it is a number: of units or minutes, if it is no modifier.
pub(super) fn is_number(modifier: &str) -> bool {
    modifier.bytes().all(|byte| byte.is_ascii_digit())
}

/// Modifiers of digits alone that therapy bills carry.
const NUMERIC: [&str; 22] = [
    "22", "24", "25", "26", "27", "50", "51", "52", "53", "58", "59", "73", "74", "76", "77", "78", "79", "91", "93",
    "95", "96", "97",
];

/// Four digits between an optional letter and an optional letter: `97110`, `G0283`, `0791T`.
fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 5
        && bytes[1..4].iter().all(u8::is_ascii_digit)
        && bytes[0].is_ascii_alphanumeric()
        && bytes[4].is_ascii_alphanumeric()
        && bytes.iter().filter(|b| b.is_ascii_alphabetic()).count() <= 1
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '|' | '/')
}

/// Two-character modifiers in one cell, separated by space, comma, semicolon, colon or hyphen, or run together: `GP KX`,
/// `GP,59`, `GPKX`. `None` where anything else stands there.
pub fn split_modifiers(cell: &str) -> Option<Vec<String>> {
    let mut modifiers = Vec::new();
    for word in cell.split(is_separator).filter(|word| !word.is_empty()) {
        let word = word.strip_suffix(".0").unwrap_or(word);
        if word.len() % 2 != 0 || word.len() > 8 || !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        modifiers.extend(word.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_ascii_uppercase()));
    }
    Some(modifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_as_exports_write_them() {
        for (cell, code, modifiers) in [
            ("97110", "97110", vec![]),
            ("97110.0", "97110", vec![]),
            ("97110-GP-59", "97110", vec!["GP", "59"]),
            ("97110GP", "97110", vec!["GP"]),
            ("'97110", "97110", vec![]),
            ("g0283", "G0283", vec![]),
            ("0791t", "0791T", vec![]),
            ("97110 gp, kx", "97110", vec!["GP", "KX"]),
            ("97110:GP:CQ", "97110", vec!["GP", "CQ"]),
            ("97110 GPKX", "97110", vec!["GP", "KX"]),
            ("97110 Therapeutic Exercise", "97110", vec![]),
            ("97140 - Manual therapy", "97140", vec![]),
            ("97116 gait", "97116", vec![]),
        ] {
            let parsed = CodeCell::parse(cell).unwrap_or_else(|problem| panic!("{cell} {problem}"));
            assert_eq!(
                (parsed.code.as_str(), parsed.modifiers),
                (code, modifiers.iter().map(|m| m.to_string()).collect())
            );
        }
        for cell in [
            "",
            "9711",
            "eval",
            "NC001",
            "ABCDE",
            "97110 x2",
            "97110 2x",
            "97110 2U",
            "97110 15 30",
            "97110 10",
            "1234567",
            "97110therapy",
            "97110 therapy 2",
            "97110 units",
            "é7110",
            "9711é",
            "PT97110",
        ] {
            assert_eq!(CodeCell::parse(cell), Err(Problem::NotACode), "{cell}");
        }
    }

    #[test]
    fn modifiers_in_one_cell() {
        assert_eq!(split_modifiers("GP;KX 59-CQ").unwrap(), ["GP", "KX", "59", "CQ"]);
        assert_eq!(split_modifiers("").unwrap(), [""; 0]);
        assert_eq!(split_modifiers("59.0").unwrap(), ["59"]);
        assert!(split_modifiers("GPX").is_none());
    }
}
