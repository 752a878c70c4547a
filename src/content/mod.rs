//! What a report says of a finished run: the sections of the page, made once for each audience.
//!
//! Every number comes from the run's tables, so that page, workbook and tables cannot differ; a test compares them.

mod causes;
mod charts;
mod gather;
mod listed;
mod method;
mod next;
mod scope;
mod summary;
mod verdict;

pub use gather::{Gathered, Listed};
pub use listed::tells;
pub use method::{method, not_tested};
pub use scope::totals;
pub use summary::{title, titled};
pub use verdict::result;

use crate::audience::{Audience, Names};
use crate::blocks::{Block, Section};
use crate::error::Result;
use crate::finished::FinishedRun;
use crate::grid::Grid;
use crate::proof::Proof;
use crate::reference::Day;
use crate::review::Review;
use crate::waivers::Waivers;
use std::collections::BTreeMap;

/// A finished run with what was decided about it.
pub struct Facts<'a> {
    /// The run.
    pub run: &'a FinishedRun,
    /// Its summary tables, by name.
    pub tables: BTreeMap<String, Grid>,
    /// Patients by dimension and value.
    patients: BTreeMap<String, BTreeMap<String, i64>>,
    /// What one pass over its findings gave.
    pub gathered: Gathered,
    /// What its reviewers decided.
    pub review: Option<&'a Review>,
    /// Findings that were accepted.
    pub waivers: Option<&'a Waivers>,
    /// The day from which waivers are counted.
    pub as_of: Option<Day>,
}

impl<'a> Facts<'a> {
    /// Reads all that a report needs of a run; the first `kept` findings of each check are kept.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn read(
        run: &'a FinishedRun,
        review: Option<&'a Review>,
        waivers: Option<&'a Waivers>,
        as_of: Option<Day>,
        kept: usize,
    ) -> Result<Facts<'a>> {
        let mut tables = BTreeMap::new();
        for file in run.manifest.outputs.keys() {
            let name = file.strip_prefix("tables/").and_then(|file| file.rsplit_once('.'));
            // Its rows are sessions: it is no summary.
            if let Some((name, _)) = name.filter(|(name, _)| *name != "reconciliation") {
                tables.insert(name.to_owned(), run.table(&format!("tables/{name}"))?);
            }
        }
        let mut patients: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
        for row in tables.get("patients").iter().flat_map(|grid| grid.records()) {
            let of_dimension = patients.entry(row.text("dimension").to_owned()).or_default();
            of_dimension.insert(row.text("value").to_owned(), row.whole("patients").unwrap_or(0));
        }
        let gathered = gather::gather(run, review, waivers, kept)?;
        Ok(Facts { run, tables, patients, gathered, review, waivers, as_of })
    }

    /// A summary table; without rows if the run has none of that name.
    pub fn table(&self, name: &str) -> &Grid {
        const NONE: &Grid = &Grid { columns: Vec::new(), rows: Vec::new() };
        self.tables.get(name).unwrap_or(NONE)
    }

    /// A measure of the overview.
    pub fn measure(&self, name: &str) -> i64 {
        let row = self.table("overview").records().find(|row| row.text("measure") == name);
        row.and_then(|row| row.whole("value")).unwrap_or(0)
    }

    /// Whether the run has counted patients by a dimension.
    pub fn counts(&self, dimension: &str) -> bool {
        self.patients.contains_key(dimension)
    }

    /// Whether an audience is shown none of the checks that found something: then no total over them may be shown either.
    pub fn tells_nothing(&self, names: &Names) -> bool {
        let found =
            |row: &crate::grid::Record| self.patients("check", row.text("check")).is_some_and(|patients| patients > 0);
        let mut checks = self.table("by_check").records().filter(found).peekable();
        checks.peek().is_some() && checks.all(|row| names.hides_row("check", row.text("check")))
    }

    /// Exceptions of the checks that an audience is shown, and whether there are others. Their sum over all checks would tell of a
    /// hidden check, since few have exceptions.
    pub fn exceptions_shown(&self, names: &Names) -> (i64, bool) {
        let some = self.table("by_check").records().filter(|row| row.whole("exceptions").unwrap_or(0) > 0);
        let (hidden, shown): (Vec<_>, Vec<_>) = some.partition(|row| names.hides_row("check", row.text("check")));
        (shown.iter().filter_map(|row| row.whole("exceptions")).sum(), !hidden.is_empty())
    }

    /// How many patients stand behind a value of a dimension; nothing where the run did not count them.
    pub fn patients(&self, dimension: &str, value: &str) -> Option<i64> {
        let of_all = self.patients.get("all")?;
        if dimension == "all" {
            return of_all.values().next().copied();
        }
        Some(self.patients.get(dimension).and_then(|of| of.get(value)).copied().unwrap_or(0))
    }
}

/// The sections of a page that lists the first `listed` findings of each check.
pub fn sections(facts: &Facts, names: &Names, proofs: &[Proof], listed: usize) -> Vec<Section> {
    if names.audience() == Audience::Shareable && names.hides(facts.patients("all", "")) {
        let words = "This run is about fewer than 11 patients. A page for others shows no figure of so few; the tables and the \
                     work paper in the folder of the run have them all.";
        return vec![section("verdict", "Result", vec![Block::Text(words.into())]), method(facts, names)];
    }
    let mut sections = vec![verdict::verdict(facts, names), scope::scope(facts, names), scope::control(facts, names)];
    sections.push(summary::payers(facts, names));
    sections.push(summary::checks(facts, names));
    sections.extend(causes::causes(facts, names));
    sections.extend(causes::what_if(facts, names));
    sections.extend(summary::by(facts, names));
    sections.push(charts::minutes(facts, names));
    sections.push(listed::patterns(facts, names));
    sections.extend(listed::reviewed(facts, names));
    sections.extend(listed::waived(facts, names));
    sections.push(next::next(facts, names));
    sections.push(not_tested(facts));
    sections.push(method(facts, names));
    sections.push(scope::quality(facts, names));
    sections.extend(summary::own_tables(facts, names));
    sections.push(listed::appendix(facts, names, proofs, listed));
    sections
}

/// Patterns over one clinician's day: few patients stand behind each.
const OF_A_DAY: [&str; 2] = ["therapist-overlap", "impossible-day"];

/// Whether an audience is told nothing of a check, whatever it found.
fn is_withheld(check: &str, names: &Names) -> bool {
    names.audience() == Audience::Shareable && OF_A_DAY.contains(&check)
}

/// A section.
fn section(id: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.into(), title: title.into(), blocks }
}
