//! A report is bytes from values: one file per format.

mod folder;
mod manifest;
mod table_file;
mod terminal;

pub use folder::{BOOK, Folder, MANIFEST, REVIEW, clean_up_on_interrupt, private_file};
pub use manifest::{Counts, Input, Manifest, Noted, Output, Shard, ShardFacts, TotalsOf};
pub use table_file::{Piece, TableFile, TableFormat};

use polars::prelude::DataFrame;
use std::collections::BTreeMap;

/// All that a report says on a terminal.
pub struct Report {
    /// The run in figures: inputs, totals, checks, versions.
    pub manifest: Manifest,
    /// The summary tables by name.
    pub summaries: Vec<(String, DataFrame)>,
    /// What casts doubt on all figures.
    pub warnings: Vec<String>,
    /// Findings that are accepted, by severity: they do not count for the exit code.
    pub waived: BTreeMap<String, u64>,
}

impl Report {
    /// A summary table.
    pub fn summary(&self, name: &str) -> Option<&DataFrame> {
        self.summaries.iter().find(|(known, _)| known == name).map(|(_, frame)| frame)
    }

    /// The terminal's text, at most `width` columns wide.
    pub fn terminal(&self, width: u16, colour: bool) -> String {
        terminal::text(self, width, colour)
    }
}
