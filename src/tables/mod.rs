//! Facts → tables: the frames that SQL sees and files hold. `docs/tables.md` gives each column its meaning; a test holds the two
//! together.
//!
//! Integers are 64 bits wide throughout, since narrower ones overflow silently in SQL. Ids are spelled out, so that each table
//! can be read alone. Text that is unknown is empty; numbers that are unknown are null.

mod build;
mod findings;
mod lines;
mod lost;
mod reference;
mod sessions;

use crate::checks::{Finding, Selection};
use crate::error::{Error, Result};
use crate::ingest::Lines;
use crate::reference::Reference;
use crate::sessions::Outcome;
use polars::prelude::*;

/// All tables of a run.
pub struct Tables {
    /// One row per audited line.
    pub lines: DataFrame,
    /// One per code in a session.
    pub services: DataFrame,
    /// One per session.
    pub sessions: DataFrame,
    /// One per finding.
    pub findings: DataFrame,
    /// One per row that could not be read.
    pub rejects: DataFrame,
    /// One per row that was read and set aside.
    pub excluded: DataFrame,
    /// One per file.
    pub sources: DataFrame,
    /// One per spelling of a payer and rule in force.
    pub payer_names: DataFrame,
    /// One per check.
    pub checks: DataFrame,
    /// One row of thresholds.
    pub settings: DataFrame,
}

impl Tables {
    /// Spells out everything.
    ///
    /// # Errors
    /// A file that can no longer be read for its rejected rows.
    pub fn build(
        lines: &Lines,
        outcome: &Outcome,
        findings: &[Finding],
        reference: &Reference,
        selection: &Selection,
        own_patterns: &[String],
    ) -> Result<Tables> {
        let ids = sessions::ids(lines, outcome);
        let lost = lost::sorted(lines, outcome);
        let ((of_lines, of_services), (of_sessions, of_findings)) = rayon::join(
            || (lines::frame(lines, outcome, &ids), sessions::services(lines, outcome, &ids)),
            || (sessions::frame(lines, outcome, &ids), findings::frame(lines, outcome, findings, &ids)),
        );
        Ok(Tables {
            lines: of_lines?,
            services: of_services?,
            sessions: of_sessions?,
            findings: of_findings?,
            rejects: lost::frame(lines, &lost, true, reference)?,
            excluded: lost::frame(lines, &lost, false, reference)?,
            sources: reference::sources(lines, outcome, &lost)?,
            payer_names: reference::payer_names(lines)?,
            checks: reference::checks(selection, own_patterns)?,
            settings: reference::settings(&reference.settings)?,
        })
    }

    /// The tables that SQL sees, by name.
    pub fn for_queries(&self) -> [(&'static str, &DataFrame); 10] {
        [
            ("sessions", &self.sessions),
            ("services", &self.services),
            ("lines", &self.lines),
            ("findings", &self.findings),
            ("rejects", &self.rejects),
            ("excluded", &self.excluded),
            ("sources", &self.sources),
            ("payer_names", &self.payer_names),
            ("checks", &self.checks),
            ("settings", &self.settings),
        ]
    }

    /// Adds what a pattern found.
    ///
    /// # Errors
    /// A bug: the frame has not the columns of a pattern.
    pub fn add_pattern(&mut self, check: &str, citation: &str, found: &DataFrame) -> Result<()> {
        let rows = findings::of_pattern(check, citation, found)?;
        self.findings.vstack_mut(&rows).map_err(bug)?;
        self.findings.rechunk_mut();
        Ok(())
    }
}

/// A Polars error where none can be.
pub fn bug(error: PolarsError) -> Error {
    Error::Bug(error.to_string())
}
