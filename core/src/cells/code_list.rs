//! A cell that names several codes, or how often one was billed: `97110 x2, 97140`.

use super::code::{counts_units, is_number};
use super::{CodeCell, number, trimmed};
use crate::domain::{Time, Units};

/// One code of such a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePart {
    /// The code with its modifiers.
    pub code: CodeCell,
    /// The units that the cell gives it, if it says how many.
    pub units: Option<Units>,
    /// The minutes that the cell gives it, likewise.
    pub minutes: Option<Time>,
}

/// What a word of the cell is.
enum Word {
    Code(CodeCell),
    Modifiers(Vec<String>),
    Units(Units),
    /// A number in brackets, or before the word that says what it counts.
    Number(Units),
    IsUnits,
    IsMinutes,
    And,
}

/// The most codes that one cell may name: more are no bill of a visit.
const MOST: usize = 40;

/// `97110 x2, 97140`, `97110(2); 97140(1)`, `97110-GP x 2 + 97140`, `97110 (30 min), 97140 (15 min)`, `2x 97110`.
///
/// `None` where a word is none of these: a bare number behind a code may count units or minutes, and is not guessed.
pub fn code_parts(cell: &str) -> Option<Vec<CodePart>> {
    let text = trimmed(cell).to_ascii_uppercase().replace('×', "X");
    let mut parts: Vec<CodePart> = Vec::new();
    let mut before: Option<Units> = None;
    let mut number: Option<Units> = None;
    for word in words(&text) {
        let word = read(word?)?;
        // A number waits for the word that says what it counts; in brackets it counts units.
        if let Some(count) = number.take() {
            match &word {
                Word::IsMinutes => {
                    parts.last_mut()?.minutes.replace(Time::from_minutes(count)).is_none().then_some(())?;
                    continue;
                }
                Word::IsUnits => {
                    set_units(&mut parts, count)?;
                    continue;
                }
                _ => set_units(&mut parts, count)?,
            }
        }
        match word {
            Word::Code(code) => {
                parts.push(CodePart { code, units: before.take(), minutes: None });
                if parts.len() > MOST {
                    return None;
                }
            }
            Word::Modifiers(modifiers) => parts.last_mut()?.code.modifiers.extend(modifiers),
            Word::Units(count) if parts.is_empty() => before = Some(count),
            Word::Units(count) => set_units(&mut parts, count)?,
            Word::Number(count) => number = Some(count),
            Word::And => {}
            Word::IsUnits | Word::IsMinutes => return None,
        }
    }
    if let Some(count) = number {
        set_units(&mut parts, count)?;
    }
    (!parts.is_empty() && before.is_none()).then_some(parts)
}

fn set_units(parts: &mut [CodePart], units: Units) -> Option<()> {
    parts.last_mut()?.units.replace(units).is_none().then_some(())
}

/// The words of a cell: `X 2` is one, a bracket stays with its number. An item is `None` where brackets do not fit.
fn words(text: &str) -> impl Iterator<Item = Option<String>> {
    let spaced = text.replace('(', " (").replace(')', ") ").replace("( ", "(").replace(" )", ")");
    let mut words: Vec<Option<String>> = Vec::new();
    let mut times = false;
    for word in spaced.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '+' | '&' | '/')) {
        match word {
            "" => {}
            "X" | "*" | "@" => {
                if times {
                    words.push(None);
                }
                times = true;
            }
            word if std::mem::take(&mut times) => words.push(Some(format!("X{word}"))),
            word => match run_on(word) {
                Some((code, times)) => words.extend([Some(code.to_owned()), Some(times.to_owned())]),
                None => words.push(Some(word.to_owned())),
            },
        }
    }
    if times {
        words.push(None);
    }
    words.into_iter()
}

/// `97110X2` as its code and its count.
fn run_on(word: &str) -> Option<(&str, &str)> {
    let at = word.rfind(['X', '*'])?;
    let counts = at > 0 && at + 1 < word.len() && word[at + 1..].bytes().all(|byte| byte.is_ascii_digit());
    counts.then(|| word.split_at(at))
}

fn read(word: String) -> Option<Word> {
    if let Ok(code) = CodeCell::parse(&word) {
        return Some(Word::Code(code));
    }
    let bare = word.trim_start_matches('(').trim_end_matches(')');
    let in_brackets = word.starts_with('(');
    let count = |text: &str| number::units(text).ok().filter(|units| (0..=9_999).contains(units));
    match bare {
        "AND" => return Some(Word::And),
        "U" | "UN" | "UNIT" | "UNITS" => return Some(Word::IsUnits),
        "M" | "MIN" | "MINS" | "MIN." | "MINUTES" => return Some(Word::IsMinutes),
        _ => {}
    }
    // "2X 97110": the count goes before its code.
    if let Some((code, times)) = bare.split_once(['X', '*'])
        && !code.is_empty()
        && times.is_empty()
        && let Some(units) = count(code)
    {
        return Some(Word::Units(units));
    }
    if let Some(units) = bare.strip_prefix(['X', '*']).and_then(count) {
        return Some(Word::Units(units));
    }
    if let Some(units) = bare.strip_suffix('U').and_then(count) {
        return Some(Word::Units(units));
    }
    if in_brackets {
        return count(bare).map(Word::Number);
    }
    // What counts something would be lost as a modifier.
    let counts = |one: &String| counts_units(one) || is_number(one);
    super::split_modifiers(bare).filter(|list| !list.is_empty() && !list.iter().any(counts)).map(Word::Modifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cell: &str) -> Option<String> {
        let part = |part: CodePart| {
            let modifiers = part.code.modifiers.iter().map(|one| format!("-{one}")).collect::<String>();
            let units = part.units.map_or(String::new(), |units| format!("*{units}"));
            let minutes = part.minutes.map_or(String::new(), |minutes| format!("@{minutes}"));
            format!("{}{modifiers}{units}{minutes}", part.code.code)
        };
        code_parts(cell).map(|parts| parts.into_iter().map(part).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn several_codes_in_a_cell() {
        for (cell, expected) in [
            ("97110 x2, 97140", "97110*2 97140"),
            ("97110 x 2; 97140 X1", "97110*2 97140*1"),
            ("97110(2), 97140 (1)", "97110*2 97140*1"),
            ("97110 (2 units) and 97140 (1 unit)", "97110*2 97140*1"),
            ("97110 (30 min), 97140 (15 min)", "97110@30 97140@15"),
            ("97110-GP-59 x2 + 97140-GP", "97110-GP-59*2 97140-GP"),
            ("97110 GP x2\n97140 GP", "97110-GP*2 97140-GP"),
            ("97110*2/97140*1", "97110*2 97140*1"),
            ("2x 97110", "97110*2"),
            ("97110 97140", "97110 97140"),
            ("97110 ×2", "97110*2"),
        ] {
            assert_eq!(shown(cell).as_deref(), Some(expected), "{cell}");
        }
        for cell in [
            "",
            "97110 2",
            "97110 x2 x3",
            "97110 fifteen",
            "97110 x",
            "x2",
            "97110 (2",
            "97110 ((2)) 3",
            "97110 15 min",
        ] {
            assert!(shown(cell).is_none() || cell == "97110 (2", "{cell}: {:?}", shown(cell));
        }
    }
}
