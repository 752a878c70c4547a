//! Facts → tables: the frames that SQL sees and files hold. `docs/tables.md` gives each column its meaning; a test holds the two
//! together.
//!
//! Integers are 64 bits wide throughout, since narrower ones overflow silently in SQL. Ids are spelled out, so that each table
//! can be read alone. Text that is unknown is empty; numbers that are unknown are null.
//!
//! [`Detail`] are the large tables, batch by batch; [`Sums`] are what SQL sees of them.

mod build;
mod findings;
mod kept;
mod lines;
mod lost;
mod names;
mod reconciliation;
mod reference;
mod sessions;
mod sums;

pub use findings::{of_pattern, sums_of_pattern};
pub use kept::{added_up, is_kept};
pub use lost::{in_order as lost_in_order, pieces as pieces_of_lost, write as write_lost};
pub use names::Names;
pub use reference::{checks, payer_names, settings, sources};
pub use sums::{
    CLINICIAN_DAYS, CLINICIAN_OVERLAPS, CLINICIAN_SPANS, SUMS, Sums, days_of_shards, overlaps_of_shards, share,
};

use crate::checks::Finding;
use crate::error::{Error, Result};
use crate::ingest::{Export, Lines};
use crate::sessions::Outcome;
use polars::prelude::*;

/// A table with a row for each of many things: made batch by batch, in the order of patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// One row per audited line.
    Lines,
    /// One per code in a session.
    Services,
    /// One per session.
    Sessions,
    /// One per finding.
    Findings,
    /// One per session: documented, billed, paid. Only where notes or remittances are among the exports.
    Reconciliation,
}

impl Detail {
    /// All of them.
    pub const ALL: [Detail; 5] =
        [Detail::Lines, Detail::Services, Detail::Sessions, Detail::Findings, Detail::Reconciliation];

    /// Name of the table in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Detail::Lines => "lines",
            Detail::Services => "services",
            Detail::Sessions => "sessions",
            Detail::Findings => "findings",
            Detail::Reconciliation => "reconciliation",
        }
    }

    /// Where its file stands in the report.
    pub const fn path(self) -> &'static str {
        match self {
            Detail::Reconciliation => "tables/reconciliation",
            other => other.name(),
        }
    }

    /// Whether a run over these exports writes it; `all` of the detail, or what findings and comparisons need.
    pub fn is_written(self, export: &Export, all: bool) -> bool {
        match self {
            Detail::Lines | Detail::Services | Detail::Sessions => all,
            Detail::Findings => true,
            Detail::Reconciliation => export.has_statements(),
        }
    }

    /// Its rows of a batch.
    ///
    /// # Errors
    /// A bug.
    pub fn of_batch(self, lines: &Lines, outcome: &Outcome, findings: &[Finding], names: &Names) -> Result<DataFrame> {
        match self {
            Detail::Lines => lines::frame(lines, outcome, names),
            Detail::Services => sessions::services(lines, outcome, names),
            Detail::Sessions => sessions::frame(lines, outcome, names),
            Detail::Findings => findings::frame(lines, outcome, findings),
            Detail::Reconciliation => reconciliation::frame(lines, outcome, names),
        }
    }
}

/// Frames that SQL sees, by name. A name that is added again gets more rows.
#[derive(Default)]
pub struct Tables(Vec<(String, DataFrame)>);

impl Tables {
    /// Adds a frame, or rows to a frame.
    ///
    /// # Errors
    /// A bug: the rows have other columns.
    pub fn add(&mut self, name: &str, rows: DataFrame) -> Result<()> {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            None => self.0.push((name.to_owned(), rows)),
            Some((_, frame)) => {
                frame.vstack_mut(&rows).map_err(bug)?;
            }
        }
        Ok(())
    }

    /// A frame.
    pub fn get(&self, name: &str) -> Option<&DataFrame> {
        self.iter().find(|(known, _)| *known == name).map(|(_, frame)| frame)
    }

    /// All frames with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &DataFrame)> {
        self.0.iter().map(|(name, frame)| (name.as_str(), frame))
    }
}

/// A Polars error where none can be.
pub fn bug(error: PolarsError) -> Error {
    Error::Bug(error.to_string())
}
