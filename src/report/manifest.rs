//! `manifest.json`: what was read, what became of it, with which data and options. No clock and no path, so that the same inputs
//! give the same bytes.

use crate::ingest::Totals;
use serde::Serialize;
use std::collections::BTreeMap;

/// The run in figures.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// Always `recount`: how a folder of ours is known.
    pub program: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Version of this file's form.
    pub schema_version: u32,
    /// The files, in the order of reading.
    pub inputs: Vec<Input>,
    /// What was inferred over all files.
    pub notes: Vec<String>,
    /// What was read and what became of it.
    pub totals: TotalsOf,
    /// Sessions, and how many of them could be audited.
    pub sessions: Counts,
    /// Findings by severity.
    pub findings: BTreeMap<&'static str, u64>,
    /// Checks that ran.
    pub checks_run: Vec<&'static str>,
    /// Checks that did not run, each with the reason.
    pub checks_not_run: BTreeMap<&'static str, String>,
    /// Name and SHA-256 of the reference data.
    pub data: BTreeMap<String, String>,
    /// Name and SHA-256 of the queries.
    pub queries: BTreeMap<String, String>,
    /// Options that change results.
    pub options: BTreeMap<&'static str, String>,
}

/// One input.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    /// File name.
    pub file: String,
    /// SHA-256.
    pub sha256: String,
    /// Rows read.
    pub source_rows: u64,
    /// Column of each field.
    pub columns: BTreeMap<&'static str, String>,
    /// Columns that were not read.
    pub columns_dropped: Vec<String>,
    /// What was decided or noticed.
    pub notes: Vec<String>,
}

/// read = audited + excluded + rejected.
#[derive(Clone, Copy, Debug, Serialize)]
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

impl TotalsOf {
    /// Whether nothing was lost and nothing counted twice.
    pub fn tie(&self) -> bool {
        self.read == self.audited + self.excluded + self.rejected
    }
}

/// How many sessions.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Counts {
    /// All.
    pub read: u64,
    /// Auditable ones.
    pub auditable: u64,
}

impl Manifest {
    /// The file's text.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
