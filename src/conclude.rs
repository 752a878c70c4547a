//! From sums to a report: patterns, summary tables, the manifest; or a shard, which keeps its sums for a merge.

use crate::checks::{Selection, Severity};
use crate::deliver::{self, Choices};
use crate::error::{Error, Result};
use crate::plan::Limits;
use crate::progress::Progress;
use crate::queries::Queries;
use crate::reference::Reference;
use crate::report::{Folder, MANIFEST, Manifest, Report, TableFile, TableFormat};
use crate::stream::Files;
use crate::tables::{self, Detail, Tables, bug};
use std::collections::BTreeMap;
use std::path::Path;

/// Folder of a shard's sums.
pub const SUMS: &str = "sums";

/// A finished run.
pub struct Finished {
    /// What it says.
    pub report: Report,
    /// Whether findings reach `--fail-on`.
    pub failed: bool,
}

/// A run of which nothing is left to do but to sum up.
pub struct Summed<'a> {
    /// What SQL sees.
    pub frames: Tables,
    /// The large tables, still open: findings of patterns follow those of sessions.
    pub files: Files<'a>,
    /// The run in figures, but for the findings of patterns.
    pub manifest: Manifest,
}

impl Summed<'_> {
    /// Runs patterns and summary tables and writes what is left of the report.
    ///
    /// # Errors
    /// A query of the user's own does not run, or a file cannot be written.
    pub fn conclude(
        mut self,
        folder: &Folder,
        format: TableFormat,
        queries: &Queries,
        selection: &Selection,
        reference: &Reference,
        deliver: (&Choices, &Progress),
    ) -> Result<Report> {
        for (name, frame) in self.frames.iter().filter(|(name, _)| tables::is_kept(name)) {
            let whole = tables::added_up(name, frame)?;
            TableFile::write(folder, &format!("{SUMS}/{name}"), TableFormat::Parquet, &whole)?;
        }
        self.frames
            .add("checks", tables::checks(selection, &self.manifest.checks_applied, &queries.own_patterns())?)?;
        self.frames.add("settings", tables::settings(&reference.settings)?)?;
        let mut warnings = Vec::new();
        for found in queries.patterns(&self.frames, selection)? {
            let rows = tables::of_pattern(&found.check, &found.citation, &found.rows)?;
            let reasons = rows.column("reason").and_then(|column| column.str().cloned()).map_err(bug)?;
            if found.check == "minutes-from-units" {
                warnings.extend(reasons.iter().flatten().map(str::to_owned));
            }
            let severities = rows.column("severity").and_then(|column| column.str().cloned()).map_err(bug)?;
            for severity in severities.iter().flatten().filter_map(Severity::from_name) {
                *self.manifest.findings.entry(severity.name().to_owned()).or_insert(0) += 1;
            }
            self.frames.add("finding_sums", tables::sums_of_pattern(&found.check, &found.rows)?)?;
            for (_, file) in self.files.iter().filter(|(detail, _)| *detail == Detail::Findings) {
                file.append(&file.encode(rows.clone())?)?;
            }
            if queries.name_table(Detail::Findings.name()) {
                self.frames.add(Detail::Findings.name(), rows)?;
            }
        }
        let summaries = queries.summaries(&self.frames)?;
        for (name, frame) in &summaries {
            TableFile::write(folder, &format!("tables/{name}"), format, frame)?;
        }
        self.close(folder)?;
        let (choices, progress) = deliver;
        let waived =
            deliver::deliver(folder, &mut self.manifest, &reference.codes, &reference.settings, choices, progress)?;
        Ok(Report { manifest: self.manifest, summaries, warnings, waived })
    }

    /// Keeps the sums as they are, for a merge with those of the other shards.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn keep(mut self, folder: &Folder) -> Result<Report> {
        for (name, frame) in self.frames.iter() {
            TableFile::write(folder, &format!("{SUMS}/{name}"), TableFormat::Parquet, frame)?;
        }
        self.close(folder)?;
        Ok(Report { manifest: self.manifest, summaries: Vec::new(), warnings: Vec::new(), waived: BTreeMap::new() })
    }

    fn close(&mut self, folder: &Folder) -> Result<()> {
        self.files.drain(..).try_for_each(|(_, file)| file.finish())?;
        self.manifest.outputs = folder.outputs();
        self.manifest.run = self.manifest.run_id();
        folder.write(MANIFEST, self.manifest.json().as_bytes())
    }
}

impl Limits {
    /// What the exit code says of a report that is written.
    pub fn apply(&self, report: Report, out: &Path) -> (Finished, Option<Error>) {
        let totals = report.manifest.totals;
        let too_many = totals.rejected.rows * 10_000 > totals.read.rows * self.max_rejects;
        let problem = too_many.then(|| Error::TooManyRejects {
            rejected: totals.rejected.rows,
            read: totals.read.rows,
            limit: format!("{}.{:02}", self.max_rejects / 100, self.max_rejects % 100)
                .trim_end_matches(".00")
                .to_owned(),
            out: out.display().to_string(),
        });
        let reached = |severity: Severity| {
            [Severity::Exception, Severity::Review, Severity::Note].into_iter().filter(|found| *found <= severity).any(
                |found| {
                    let of = |counts: &BTreeMap<String, u64>| counts.get(found.name()).copied().unwrap_or(0);
                    of(&report.manifest.findings) > of(&report.waived)
                },
            )
        };
        let failed = self.fail_on.is_some_and(reached);
        (Finished { report, failed }, problem)
    }
}
