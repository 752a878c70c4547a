//! `manifest.json`: what was read, what became of it, with which data and options. No clock and no path, so that the same inputs
//! give the same bytes.

use crate::checks::AppliedTo;
use crate::hash;
use crate::ingest::{Source, Totals};
use crate::reference::{Day, date, day};
use crate::words::counted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The run in figures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `recount`: how a folder of ours is known.
    pub program: String,
    /// Id of the run: `R-` and a hash of all that stands here, but for the files written. The same inputs and options give it anew.
    #[serde(default)]
    pub run: String,
    /// Version of the program.
    pub version: String,
    /// Version of this file's form.
    pub schema_version: u32,
    /// The files, in the order of reading.
    pub inputs: Vec<Input>,
    /// First and last date of service of the sessions.
    #[serde(default)]
    pub dates: Option<(String, String)>,
    /// What was inferred over all files.
    pub notes: Vec<String>,
    /// What was read and what became of it.
    pub totals: TotalsOf,
    /// Sessions, and how many of them could be audited.
    pub sessions: Counts,
    /// Findings by severity.
    pub findings: BTreeMap<String, u64>,
    /// Checks that ran.
    pub checks_run: Vec<String>,
    /// Checks that did not run, each with the reason.
    pub checks_not_run: BTreeMap<String, String>,
    /// What some of those that ran left out, for want of a column or a file.
    #[serde(default)]
    pub checks_in_part: BTreeMap<String, String>,
    /// To how many lines each of them could be applied, and why not to others.
    #[serde(default)]
    pub checks_applied: BTreeMap<String, AppliedTo>,
    /// Name and SHA-256 of the reference data.
    pub data: BTreeMap<String, String>,
    /// Name and SHA-256 of the queries.
    pub queries: BTreeMap<String, String>,
    /// Options that change results.
    pub options: BTreeMap<String, String>,
    /// The tables in the folder, by their path.
    #[serde(default)]
    pub outputs: BTreeMap<String, Output>,
    /// Path and SHA-256 of pages and workbooks made of them.
    #[serde(default)]
    pub deliverables: BTreeMap<String, String>,
    /// Which share of the patients it is, and what a merge must know of it; a whole run has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardFacts>,
}

/// A share of a run's patients: so many equal shares in the order of their ids, and which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Shard {
    /// All patients.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// Its share of so many batches.
    pub fn share(self, batches: usize) -> std::ops::Range<usize> {
        batches * (self.number - 1) / self.of..batches * self.number / self.of
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) && of <= 10_000 => Ok(Shard { number, of }),
            _ => Err("write it as 2/4: the second of four".into()),
        }
    }
}

/// What a merge must know of a shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShardFacts {
    /// Which it is.
    pub shard: Shard,
    /// Everything that was read of the exports, of all shards together.
    pub read: Totals,
    /// What its notes count.
    pub noted: Noted,
}

/// What the notes on a whole run count.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Noted {
    /// Lines without a discipline that took the only one of the patient's day.
    pub joined_disciplines: u64,
    /// Rejected rows without a readable patient or date.
    pub unplaced: u64,
    /// Excluded rows, by the reason.
    #[serde(default)]
    pub excluded: BTreeMap<String, u64>,
    /// First and last date of service of everything that was read, in days since 1970.
    pub days: Option<(Day, Day)>,
}

impl Noted {
    /// The notes, for a run that audited so many lines.
    pub fn notes(&self, audited: Totals) -> Vec<String> {
        let mut notes = Vec::new();
        if self.joined_disciplines > 0 {
            let lines = counted(self.joined_disciplines, "line");
            notes.push(format!("{lines} without a discipline took the only one of the patient's day"));
        }
        if let (0, Some((first, last))) = (audited.rows, self.days) {
            let (first, last) = (date(first), date(last));
            notes.push(format!("nothing is audited; the dates of service read lie between {first} and {last}"));
        }
        if !self.excluded.is_empty() {
            let parts: Vec<String> = self.excluded.iter().map(|(why, rows)| format!("{rows} × {why}")).collect();
            notes.push(format!("rows excluded: {}", parts.join("; ")));
        }
        if self.unplaced > 0 {
            let rows = counted(self.unplaced, "rejected row");
            notes.push(format!("{rows} without a readable patient or date: whose session it was is not known"));
        }
        notes
    }
}

impl std::ops::AddAssign for Noted {
    fn add_assign(&mut self, other: Noted) {
        self.joined_disciplines += other.joined_disciplines;
        self.unplaced += other.unplaced;
        for (why, rows) in other.excluded {
            *self.excluded.entry(why).or_default() += rows;
        }
        // All shards read the same files.
        self.days = self.days.or(other.days);
    }
}

/// A table in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows.
    pub rows: u64,
    /// Name and type of each column, as in the header of a query.
    pub columns: String,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// File name.
    pub file: String,
    /// SHA-256.
    pub sha256: String,
    /// Rows read.
    pub source_rows: u64,
    /// Column of each field.
    pub columns: BTreeMap<String, String>,
    /// Columns that were not read.
    pub columns_dropped: Vec<String>,
    /// What was decided or noticed.
    pub notes: Vec<String>,
}

impl Input {
    /// Of a file that was read.
    pub fn of(source: &Source) -> Input {
        let columns = || source.columns.iter();
        Input {
            file: source.name.clone(),
            sha256: source.sha256.clone(),
            source_rows: source.rows,
            columns: columns()
                .filter_map(|(header, field)| Some(((*field)?.name().to_owned(), header.clone())))
                .collect(),
            columns_dropped: columns().filter(|(_, field)| field.is_none()).map(|(header, _)| header.clone()).collect(),
            notes: source.notes.clone(),
        }
    }
}

/// read = audited + excluded + rejected.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct TotalsOf {
    /// Everything that was read.
    pub read: Totals,
    /// In sessions, auditable or not.
    pub audited: Totals,
    /// Read and set aside.
    pub excluded: Totals,
    /// Not readable.
    pub rejected: Totals,
}

impl std::ops::AddAssign for TotalsOf {
    fn add_assign(&mut self, other: TotalsOf) {
        self.read = self.read + other.read;
        self.audited = self.audited + other.audited;
        self.excluded = self.excluded + other.excluded;
        self.rejected = self.rejected + other.rejected;
    }
}

impl TotalsOf {
    /// Whether nothing was lost and nothing counted twice.
    pub fn tie(&self) -> bool {
        self.read == self.audited + self.excluded + self.rejected
    }
}

/// How many sessions.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All.
    pub read: u64,
    /// Auditable ones.
    pub auditable: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.read += other.read;
        self.auditable += other.auditable;
    }
}

impl Manifest {
    /// The last date of service of a session.
    pub fn last_day(&self) -> Option<Day> {
        self.dates.as_ref().and_then(|(_, last)| last.parse().ok()).map(day)
    }

    /// The id that a run like this has.
    pub fn run_id(&self) -> String {
        let bare =
            Manifest { run: String::new(), outputs: BTreeMap::new(), deliverables: BTreeMap::new(), ..self.clone() };
        hash::id("R", &[&bare.json()])
    }

    /// The file's text.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
