//! A report is bytes from values: one file per format.

mod files;
mod folder;
mod manifest;
mod terminal;

pub use files::TableFormat;
pub use folder::{Folder, clean_up_on_interrupt};
pub use manifest::{Counts, Input, Manifest, TotalsOf};

use crate::error::Result;
use crate::tables::Tables;
use polars::prelude::DataFrame;

/// All that a report says.
pub struct Report {
    /// The run in figures: inputs, totals, checks, versions.
    pub manifest: Manifest,
    /// The tables.
    pub tables: Tables,
    /// The summary tables by name.
    pub summaries: Vec<(String, DataFrame)>,
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

    /// Writes every file into the folder.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Folder, format: TableFormat, detail: bool) -> Result<()> {
        files::write(self, folder, format, detail)
    }
}
