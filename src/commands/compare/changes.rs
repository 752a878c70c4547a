//! Findings of two runs by their ids: new, gone, persisting. Ids and a few numbers are all that is held, so a million findings fit.

use super::super::pull::unwritten;
use crate::blocks::{Block, Kind, Table, thousands};
use crate::error::{Error, Result};
use crate::finished::FinishedRun;
use crate::grid::{Record, Value};
use crate::hash;
use crate::reference::{Day, date};
use crate::words::{counted, csv_text};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// Name of the list beside the page.
pub const NAME: &str = "changes.csv";

/// Findings of each kind that are listed one by one.
const LISTED: usize = 50;

/// Where every change is written, and the path of that file.
pub type List<'a> = (&'a mut csv::Writer<File>, &'a Path);

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// Only the old run has it.
    Gone,
    /// Only the new run has it.
    New,
    /// Both have it, with another severity or other units over.
    Changed,
    /// Both have it alike.
    Persisting,
}

/// What a run says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    check: u16,
    severity: u16,
    over: i64,
    primary: bool,
    /// Its day is one that both runs have; a pattern has no day.
    inside: bool,
}

/// How many findings, and units over of primary ones.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    findings: u64,
    over: i64,
    /// Those on days that only one run has.
    outside: u64,
}

/// What became of the findings of two runs.
pub struct Changes {
    /// By check and severity; that of the new run, where it has the finding.
    counts: BTreeMap<(String, String), [Count; 4]>,
    /// The first of each kind.
    listed: [Vec<Vec<Value>>; 4],
    /// Whether all were written to a list.
    written: bool,
}

/// Words that many findings share, by number.
#[derive(Default)]
struct Words {
    words: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Words {
    /// # Errors
    /// No run of ours has so many checks.
    fn number(&mut self, word: &str) -> Result<u16> {
        if let Some(number) = self.numbers.get(word) {
            return Ok(*number);
        }
        let many = || Error::Bug("more checks than can be".into());
        let number = u16::try_from(self.words.len()).map_err(|_| many())?;
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        Ok(number)
    }
}

impl Change {
    const ALL: [Change; 4] = [Change::Gone, Change::New, Change::Changed, Change::Persisting];

    fn name(self) -> &'static str {
        match self {
            Change::Gone => "gone",
            Change::New => "new",
            Change::Changed => "changed",
            Change::Persisting => "persisting",
        }
    }
}

/// Ten bytes for an id: its 80 bits, or those of its hash where a user's own pattern has ids of another form.
fn bits(id: &str) -> [u8; 10] {
    let mut bits = [0; 10];
    let digits = id.strip_prefix("F-").filter(|digits| digits.len() == 20 && digits.is_ascii());
    let read = |digits: &str, bits: &mut [u8; 10]| {
        bits.iter_mut().enumerate().all(|(n, byte)| match u8::from_str_radix(&digits[2 * n..2 * n + 2], 16) {
            Ok(value) => {
                *byte = value;
                true
            }
            Err(_) => false,
        })
    };
    if !digits.is_some_and(|digits| read(digits, &mut bits)) {
        let hashed = hash::id("F", &[id]);
        hashed.strip_prefix("F-").map(|digits| read(digits, &mut bits));
    }
    bits
}

/// Compares the findings of two runs, which have some days in common; those of the new run are met first, in its order, then what is
/// gone, in the order of the old one.
///
/// # Errors
/// A table that cannot be read; a list that cannot be written.
pub fn changes(
    old: &FinishedRun,
    new: &FinishedRun,
    common: Option<(Day, Day)>,
    mut list: Option<List>,
) -> Result<Changes> {
    let mut words = Words::default();
    let mut changes = Changes { counts: BTreeMap::new(), listed: Default::default(), written: list.is_some() };
    if let Some((list, path)) = &mut list {
        let columns =
            ["finding_id", "change", "check", "severity_old", "severity_new", "units_over_old", "units_over_new"];
        list.write_record(columns).map_err(|error| unwritten(path, error))?;
    }
    let mut left: HashMap<[u8; 10], Said> = HashMap::new();
    old.each("findings", &mut |rows| {
        left.reserve(rows.rows.len());
        for record in rows.records() {
            left.insert(bits(record.text("finding_id")), Said::of(&record, &mut words, common)?);
        }
        Ok(())
    })?;
    new.each("findings", &mut |rows| {
        for record in rows.records() {
            let id = record.text("finding_id");
            let said = Said::of(&record, &mut words, common)?;
            let before = left.remove(&bits(id));
            changes.add(id, before, Some(said), &words, &mut list)?;
        }
        Ok(())
    })?;
    old.each("findings", &mut |rows| {
        for record in rows.records() {
            let id = record.text("finding_id");
            if let Some(said) = left.remove(&bits(id)) {
                changes.add(id, Some(said), None, &words, &mut list)?;
            }
        }
        Ok(())
    })?;
    Ok(changes)
}

impl Said {
    fn of(record: &Record, words: &mut Words, common: Option<(Day, Day)>) -> Result<Said> {
        let inside = |day: Day| common.is_some_and(|(first, last)| (first..=last).contains(&day));
        Ok(Said {
            check: words.number(record.text("check"))?,
            severity: words.number(record.text("severity"))?,
            over: record.whole("units_over").unwrap_or(0),
            primary: record.flag("primary"),
            inside: record.day("date_of_service").is_none_or(inside),
        })
    }
}

impl Changes {
    fn add(
        &mut self,
        id: &str,
        old: Option<Said>,
        new: Option<Said>,
        words: &Words,
        list: &mut Option<List>,
    ) -> Result<()> {
        let alike = |old: Said, new: Said| (old.severity, old.over) == (new.severity, new.over);
        let change = match (old, new) {
            (Some(old), Some(new)) if alike(old, new) => Change::Persisting,
            (Some(_), Some(_)) => Change::Changed,
            (None, Some(_)) => Change::New,
            _ => Change::Gone,
        };
        let Some(said) = new.or(old) else { return Ok(()) };
        let word = |number: u16| words.words.get(usize::from(number)).map_or("", String::as_str);
        let (check, severity) = (word(said.check), word(said.severity));
        let key = (check.to_owned(), severity.to_owned());
        let count = &mut self.counts.entry(key).or_default()[change as usize];
        count.findings += 1;
        count.over += if said.primary { said.over } else { 0 };
        count.outside += u64::from(!said.inside);
        let severity_of = |said: Option<Said>| said.map_or("", |said| word(said.severity));
        let over_of = |said: Option<Said>| said.map_or(String::new(), |said| said.over.to_string());
        let listed = &mut self.listed[change as usize];
        if listed.len() < LISTED {
            let both = |old: &str, new: &str| if old == new { new.to_owned() } else { format!("{old} → {new}") };
            let (severity, over) = match (old, new) {
                (Some(_), Some(_)) => {
                    (both(severity_of(old), severity_of(new)), Value::text(both(&over_of(old), &over_of(new))))
                }
                _ => (severity.to_owned(), Value::Whole(said.over)),
            };
            listed.push(vec![Value::text(id), Value::text(check), Value::text(severity), over]);
        }
        if let Some((list, path)) = list {
            let cells = [
                csv_text(id),
                change.name().to_owned(),
                csv_text(check),
                csv_text(severity_of(old)),
                csv_text(severity_of(new)),
                over_of(old),
                over_of(new),
            ];
            list.write_record(&cells).map_err(|error| unwritten(path, error))?;
        }
        Ok(())
    }

    fn total(&self, change: Change) -> Count {
        self.counts.values().map(|counts| counts[change as usize]).fold(Count::default(), |sum, count| Count {
            findings: sum.findings + count.findings,
            over: sum.over + count.over,
            outside: sum.outside + count.outside,
        })
    }

    /// What became of all findings, in a sentence or two.
    pub fn in_words(&self, common: Option<(Day, Day)>) -> String {
        let [gone, new, changed, persisting] = Change::ALL.map(|change| self.total(change));
        let shown = |findings: u64| thousands(findings as i64);
        let mut words = format!(
            "Findings: {} gone, {} new, {} persisting as they were, {} persisting with another severity or other units.",
            shown(gone.findings),
            shown(new.findings),
            shown(persisting.findings),
            shown(changed.findings)
        );
        if let (Some((first, last)), true) = (common, gone.outside + new.outside > 0) {
            words.push_str(&format!(
                " On the days that both runs have ({} to {}): {} gone, {} new.",
                date(first),
                date(last),
                shown(gone.findings - gone.outside),
                shown(new.findings - new.outside)
            ));
        }
        words
    }

    /// Counts by check and severity, then the first of each kind.
    pub fn blocks(&self, common: Option<(Day, Day)>) -> Vec<Block> {
        let mut blocks = vec![Block::Text(self.in_words(common))];
        if common.is_none() {
            let words = "The periods have no day in common: only patterns over many sessions can persist.";
            blocks.push(Block::Text(words.into()));
        }
        let number = Kind::Number;
        let mut table = Table::new(
            "Findings by check and severity",
            &[
                ("check", Kind::Text),
                ("severity", Kind::Text),
                ("gone", number),
                ("new", number),
                ("changed", number),
                ("persisting", number),
            ],
        );
        for ((check, severity), counts) in &self.counts {
            let counts = counts.iter().map(|count| Value::Whole(count.findings as i64));
            table.row([Value::text(check.as_str()), Value::text(severity.as_str())].into_iter().chain(counts));
        }
        let [gone, new, changed, persisting] = Change::ALL.map(|change| self.total(change).over);
        table.note = format!(
            "Units over that they count: {gone} gone, {new} new, {changed} of changed findings (as they are now), {persisting} persisting. \
             A finding whose severity changed stands under the new one."
        );
        blocks.push(Block::Table(table));
        for change in Change::ALL {
            blocks.extend(self.list(change));
        }
        blocks
    }

    /// The first findings of a kind, and where the others stand.
    fn list(&self, change: Change) -> Option<Block> {
        let (listed, all) = (&self.listed[change as usize], self.total(change).findings);
        if listed.is_empty() {
            return None;
        }
        let (name, shown) = (change.name(), thousands(all as i64));
        let mut table = Table::new(
            format!("Findings that are {name}"),
            &[("finding", Kind::Text), ("check", Kind::Text), ("severity", Kind::Text), ("units over", Kind::Number)],
        );
        listed.iter().for_each(|row| table.row(row.iter().cloned()));
        let run = if change == Change::Gone { "old" } else { "new" };
        let rest = match all > LISTED as u64 {
            false => String::new(),
            true if self.written => format!("The first {LISTED} of {shown}; all stand in {NAME}. "),
            true => format!("The first {LISTED} of {shown}; --out FILE.html writes all of them to {NAME}. "),
        };
        table.note = format!("{rest}recount explain with the folder of the {run} run and an id shows the working.");
        let title = format!("{}: {}", counted(all, "finding"), name);
        Some(Block::Fold { id: format!("findings-{name}"), title, blocks: vec![Block::Table(table)] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_held_as_its_bits() {
        let ids = ["F-00000000000000000001", "F-00000000000000000002", "F-1", "F-ééééé0000000000", "own"];
        let mut held: Vec<[u8; 10]> = ids.iter().map(|id| bits(id)).collect();
        assert_eq!(held[0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        held.sort_unstable();
        held.dedup();
        assert_eq!(held.len(), ids.len());
    }
}
