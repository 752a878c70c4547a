//! Findings that somebody accepts for now: by whom, why and until when, from a file that people write (`--waivers`).
//!
//! A waiver takes nothing away. An accepted finding stays in the tables and its units stay over; it is counted apart by whoever
//! shows it.

use crate::error::{Error, Result, read_config};
use crate::grid::Record;
use crate::reference::{Day, date, day, nearest, said};
use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;

/// Findings that are accepted for now.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The waivers. Where several fit a finding, the first counts.
    #[serde(default)]
    #[schemars(with = "Vec<Entry>")]
    waiver: Vec<Spanned<Entry>>,
}

/// A waiver: of one finding, or of all that fit every pattern given. Patterns are as in --payer-rule: `*` stands for anything, and
/// case is ignored.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Id of the finding: `F-0123456789abcdef0123`. It is the same in every run.
    finding: Option<String>,
    /// The check: `untimed-*`.
    check: Option<String>,
    /// The clinician.
    therapist_id: Option<String>,
    /// The clinic.
    clinic: Option<String>,
    /// The payer, as findings spell it.
    payer: Option<String>,
    /// The code.
    code: Option<String>,
    /// The severity: exception, review or note.
    severity: Option<String>,
    /// Why the finding is accepted.
    reason: String,
    /// Who answers for it.
    owner: String,
    /// The last day on which it holds, as 2027-03-31. It is compared with the last date of service of the run.
    until: String,
}

/// A waiver, ready to be applied.
struct Waiver {
    finding: Option<String>,
    /// Columns of findings, each with the pattern that it must fit.
    patterns: Vec<(&'static str, String)>,
    reason: String,
    owner: String,
    until: Day,
}

/// Findings that are accepted for now.
pub struct Waivers {
    waivers: Vec<Waiver>,
    as_of: Option<Day>,
}

/// The JSON Schema of the file.
pub fn schema() -> Schema {
    schema_for!(File)
}

impl Waivers {
    /// Reads the file. None is expired before [`Waivers::as_of`] says what day it is.
    ///
    /// # Errors
    /// The file cannot be read; a word that is not known; a waiver of nothing or of everything, without reason or owner, or with an
    /// `until` that is no date.
    pub fn read(path: &Path) -> Result<Waivers> {
        let text = read_config(&path.to_owned())?;
        Waivers::parse(&text).map_err(|problem| Error::Config { path: path.display().to_string(), problem })
    }

    fn parse(text: &str) -> Result<Waivers, String> {
        let file: File = toml::from_str(text).map_err(|error| said(text, &error))?;
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let waiver = |entry: Spanned<Entry>| {
            let line = line(entry.span().start);
            entry.into_inner().waiver().map_err(|problem| format!("the waiver of line {line} {problem}"))
        };
        Ok(Waivers { waivers: file.waiver.into_iter().map(waiver).collect::<Result<_, String>>()?, as_of: None })
    }

    /// As they stand on a day: those that ended before it no longer apply. A report takes the run's last date of service, so that it
    /// is the same whenever it is made.
    pub fn as_of(self, day: Option<Day>) -> Waivers {
        Waivers { as_of: day, ..self }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.waivers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.waivers.is_empty()
    }

    /// The place of the first waiver that accepts a finding, a row of the table `findings`.
    pub fn waives(&self, finding: &Record) -> Option<usize> {
        self.waivers.iter().position(|waiver| !waiver.ended(self.as_of) && waiver.fits(finding))
    }

    /// Each waiver in words: what it accepts, the reason, the owner, the last day.
    pub fn described(&self) -> Vec<[String; 4]> {
        let words = |waiver: &Waiver| {
            [waiver.what(), waiver.reason.clone(), waiver.owner.clone(), date(waiver.until).to_string()]
        };
        self.waivers.iter().map(words).collect()
    }

    /// A sentence for each waiver that is of no use (any more): it ended before `as_of`, or fits no finding; `matched` has how many
    /// each accepted.
    pub fn stale(&self, matched: &[i64], as_of: Option<Day>) -> Vec<String> {
        let sentence = |(n, waiver): (usize, &Waiver)| {
            let (what, owner) = (waiver.what(), &waiver.owner);
            match as_of.filter(|_| waiver.ended(as_of)) {
                Some(as_of) => Some(format!(
                    "The waiver of {what} (owner {owner}) ended on {}, before {}: it accepts nothing any more.",
                    date(waiver.until),
                    date(as_of)
                )),
                None if matched.get(n).is_none_or(|count| *count == 0) => {
                    Some(format!("The waiver of {what} (owner {owner}) accepts nothing: no finding is left for it."))
                }
                None => None,
            }
        };
        self.waivers.iter().enumerate().filter_map(sentence).collect()
    }
}

impl Entry {
    /// Checks what was written. The problem reads on from "the waiver of line 3".
    fn waiver(self) -> Result<Waiver, String> {
        let given = [
            ("check", self.check),
            ("therapist_id", self.therapist_id),
            ("clinic", self.clinic),
            ("payer", self.payer),
            ("code", self.code),
            ("severity", self.severity),
        ];
        let mut patterns = Vec::new();
        for (column, pattern) in given {
            let Some(pattern) = pattern.map(|pattern| pattern.trim().to_lowercase()) else { continue };
            if pattern.is_empty() {
                return Err(format!("has an empty {column}"));
            }
            patterns.push((column, pattern));
        }
        let finding = self.finding.map(|id| id.trim().to_owned());
        match &finding {
            Some(_) if !patterns.is_empty() => return Err("names a finding and a pattern: write two waivers".into()),
            Some(id) if !id.starts_with("F-") => return Err(format!("names the finding {id:?}; ids begin with F-")),
            None if patterns.is_empty() => {
                return Err("does not say what it accepts: name a finding, check, therapist_id, clinic, payer, code or severity".into());
            }
            None if patterns.iter().all(|(_, pattern)| pattern.trim_matches('*').is_empty()) => {
                return Err("would accept every finding".into());
            }
            _ => {}
        }
        let severities = ["exception", "review", "note"];
        let unknown = |severity: &String| !severities.iter().any(|known| fits(severity, known));
        let severity = patterns.iter().find(|(column, severity)| *column == "severity" && unknown(severity));
        if let Some((_, severity)) = severity {
            let meant =
                nearest(severity, &severities).map_or(String::new(), |meant| format!("; did you mean {meant}?"));
            return Err(format!("names the severity {severity:?}, which is none of {}{meant}", severities.join(", ")));
        }
        for (name, words) in [("reason", &self.reason), ("owner", &self.owner)] {
            if words.trim().is_empty() {
                return Err(format!("has an empty {name}"));
            }
        }
        let until: NaiveDate = self
            .until
            .trim()
            .parse()
            .map_err(|_| format!("ends on {:?}, which is no date: write it as 2027-03-31", self.until))?;
        let (reason, owner) = (self.reason.trim().to_owned(), self.owner.trim().to_owned());
        Ok(Waiver { finding, patterns, reason, owner, until: day(until) })
    }
}

impl Waiver {
    fn ended(&self, as_of: Option<Day>) -> bool {
        as_of.is_some_and(|as_of| self.until < as_of)
    }

    fn fits(&self, finding: &Record) -> bool {
        match &self.finding {
            Some(id) => id == finding.text("finding_id"),
            None => self.patterns.iter().all(|(column, pattern)| fits(pattern, &finding.text(column).to_lowercase())),
        }
    }

    /// What it accepts: `check untimed-*, clinic north`.
    fn what(&self) -> String {
        let of = |(column, pattern): &(&str, String)| format!("{} {pattern}", column.trim_end_matches("_id"));
        match &self.finding {
            Some(id) => id.clone(),
            None => self.patterns.iter().map(of).collect::<Vec<_>>().join(", "),
        }
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match text.split_once(part) {
            Some((_, behind)) => text = behind,
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Grid, Value};

    const TWO: &str = r#"
[[waiver]]
finding = "F-0123456789abcdef0123"
reason = "Corrected claim sent"
owner = "Ann"
until = "2027-03-31"

[[waiver]]
check = "UNTIMED-*"
clinic = "*north*"
reason = "Payer allows it in writing"
owner = "Ben"
until = "2026-03-31"
"#;

    fn findings() -> Grid {
        let row = |id: &str, check: &str, clinic: &str| [id, check, clinic].map(Value::text).to_vec();
        Grid {
            columns: ["finding_id", "check", "clinic"].map(str::to_owned).to_vec(),
            rows: vec![
                row("F-0123456789abcdef0123", "overbilled-units", "South"),
                row("F-2", "untimed-multiple-units", "Clinic North 2"),
                row("F-3", "untimed-multiple-units", ""),
            ],
        }
    }

    fn waived(waivers: &Waivers) -> Vec<Option<usize>> {
        findings().records().map(|finding| waivers.waives(&finding)).collect()
    }

    fn day_of(text: &str) -> Option<Day> {
        Some(day(text.parse().unwrap()))
    }

    #[test]
    fn a_waiver_accepts_what_it_names_until_it_ends() {
        let waivers = Waivers::parse(TWO).unwrap();
        assert_eq!(waived(&waivers), [Some(0), Some(1), None]);
        let waivers = waivers.as_of(day_of("2026-03-31"));
        assert_eq!(waived(&waivers), [Some(0), Some(1), None], "the last day is one of its days");
        let waivers = waivers.as_of(day_of("2026-04-01"));
        assert_eq!(waived(&waivers), [Some(0), None, None]);
        assert_eq!(
            waivers.described()[1],
            ["check untimed-*, clinic *north*", "Payer allows it in writing", "Ben", "2026-03-31"]
        );
        let stale = waivers.stale(&[0, 0], day_of("2026-04-01"));
        assert!(stale[0].ends_with("accepts nothing: no finding is left for it."), "{stale:?}");
        assert!(stale[1].contains("ended on 2026-03-31, before 2026-04-01"), "{stale:?}");
        assert!(waivers.stale(&[1, 1], None).is_empty());
    }

    #[test]
    fn a_slip_is_pointed_out_with_its_line() {
        let whole = "[[waiver]]\ncheck = \"overbilled-units\"\nreason = \"r\"\nowner = \"o\"\nuntil = \"2027-03-31\"\n";
        assert_eq!(Waivers::parse(whole).unwrap().len(), 1);
        for (from, to, wanted) in [
            ("check", "chek", "line 2: unknown field `chek`; did you mean `check`?"),
            ("owner = \"o\"\n", "", "line 1: missing field `owner`"),
            ("\"r\"", "\" \"", "the waiver of line 1 has an empty reason"),
            (
                "2027-03-31",
                "31.3.2027",
                "the waiver of line 1 ends on \"31.3.2027\", which is no date: write it as 2027-03-31",
            ),
            ("overbilled-units", "*", "the waiver of line 1 would accept every finding"),
            ("overbilled-units", "", "the waiver of line 1 has an empty check"),
            ("check = \"overbilled-units\"\n", "", "the waiver of line 1 does not say what it accepts: "),
            ("check = \"overbilled-units\"", "finding = \"17\"", "the waiver of line 1 names the finding \"17\"; "),
            ("reason", "finding = \"F-1\"\nreason", "the waiver of line 1 names a finding and a pattern: "),
            ("check = \"overbilled-units\"", "severity = \"exeption\"", "did you mean exception?"),
        ] {
            let problem = Waivers::parse(&whole.replace(from, to)).err().unwrap_or_default();
            assert!(problem.contains(wanted), "{to:?}: {problem}");
        }
        assert!(Waivers::parse("").unwrap().is_empty());
    }

    #[test]
    fn patterns() {
        for (pattern, text, wanted) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("a*b", "ab", true),
            ("a*b*c", "a-c-b-c", true),
            ("ab*ba", "aba", false),
            ("*", "", true),
            ("**", "x", true),
            ("a**b", "axb", true),
        ] {
            assert_eq!(fits(pattern, text), wanted, "{pattern} {text}");
        }
    }
}
