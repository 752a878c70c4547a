//! Checks turn facts into findings. One check is a pair of files: `NAME.rs` decides, `NAME.md` is its manual, its `explain` text
//! and its test examples at once. [`ALL`] is the only list of them.

mod billed_not_documented;
mod billed_not_rendered;
mod billed_unsigned;
mod by_status;
mod documented_not_billed;
mod duplicate_line;
mod finding;
mod inactive_code;
mod judged;
mod line_spans_days;
mod minutes_from_units;
mod minutes_mismatch;
mod minutes_missing;
mod misallocated_units;
mod overbilled_units;
mod rule_dependent_units;
mod short_session_average;
mod short_unit_pattern;
mod underbilled_units;
mod units_without_minutes;
mod unknown_code;
mod untimed_multiple_units;

pub use finding::{Attribution, Certainty, Finding, Severity};
pub use judged::{Judged, attribution};

use crate::error::{Error, Result};
use crate::ingest::{Lines, Role, Source};
use crate::reference::{Field, Reference};
use crate::sessions::Outcome;
use std::collections::BTreeMap;

/// A check: its name is for ever.
pub struct Check {
    /// What users type and tables show.
    pub name: &'static str,
    /// The group it can be selected by.
    pub family: &'static str,
    /// The highest severity of its findings.
    pub severity: Severity,
    /// Columns without which it cannot run.
    pub needs: &'static [Field],
    /// Whether it compares bills with notes (`--join`).
    pub needs_notes: bool,
    /// Where the rule is written.
    pub citation: &'static str,
    /// Its manual.
    pub page: &'static str,
    /// How it finds.
    pub run: Run,
}

/// How a check finds.
pub enum Run {
    /// It looks at one session at a time.
    Session(fn(&Judged, &mut Vec<Finding>)),
    /// It is a flag on sessions, counted in every table, and makes no findings of its own.
    Flag,
    /// It looks at many sessions: `queries/patterns/` has its SQL, under the name with underscores.
    Pattern,
}

/// Every check, in the order of reports.
pub const ALL: &[Check] = &[
    overbilled_units::CHECK,
    rule_dependent_units::CHECK,
    misallocated_units::CHECK,
    underbilled_units::CHECK,
    untimed_multiple_units::CHECK,
    short_session_average::CHECK,
    short_unit_pattern::CHECK,
    units_without_minutes::CHECK,
    minutes_missing::CHECK,
    minutes_from_units::CHECK,
    minutes_mismatch::CHECK,
    billed_not_documented::CHECK,
    documented_not_billed::CHECK,
    billed_not_rendered::CHECK,
    billed_unsigned::CHECK,
    line_spans_days::CHECK,
    unknown_code::CHECK,
    inactive_code::CHECK,
    duplicate_line::CHECK,
];

/// Chapter and section that most checks rest on.
const CMS_20_2: &str = "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C";

/// The check of that name.
pub fn by_name(name: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.name == name)
}

/// What a check's page says must hold: one line, without marks of Markdown.
pub fn must_hold(page: &str) -> String {
    let text = page.split("\n## ").find_map(|part| part.strip_prefix("What must hold\n")).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "")
}

/// What a check's page says first: what it finds, in a sentence.
pub fn summary(page: &str) -> String {
    let text = page.split("\n\n").nth(1).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The checks that a run uses, by name or family.
#[derive(Clone)]
pub struct Selection {
    chosen: Vec<bool>,
    why_not: Vec<String>,
}

impl Selection {
    /// `select` (all where empty) less `ignore`.
    ///
    /// # Errors
    /// A name that is neither a check nor a family.
    pub fn new(select: &[String], ignore: &[String]) -> Result<Selection> {
        for name in select.iter().chain(ignore) {
            if !ALL.iter().any(|check| check.name == name || check.family == name) {
                let names: Vec<&str> = ALL.iter().map(|check| check.name).collect();
                return Err(Error::Usage(format!(
                    "{name:?} is no check and no family; the checks are {}",
                    names.join(", ")
                )));
            }
        }
        let named = |list: &[String], check: &Check| list.iter().any(|name| name == check.name || name == check.family);
        let chosen: Vec<bool> =
            ALL.iter().map(|check| (select.is_empty() || named(select, check)) && !named(ignore, check)).collect();
        let why_not = chosen.iter().map(|chosen| if *chosen { String::new() } else { "not selected".into() }).collect();
        Ok(Selection { chosen, why_not })
    }

    /// The selection of a finished run: the checks that ran, and why the others did not.
    pub fn of_manifest(run: &[String], not_run: &BTreeMap<String, String>) -> Selection {
        let why_not = |check: &Check| not_run.get(check.name).cloned().unwrap_or_default();
        Selection {
            chosen: ALL.iter().map(|check| run.iter().any(|name| name == check.name)).collect(),
            why_not: ALL.iter().map(why_not).collect(),
        }
    }

    /// Leaves out checks whose columns no file has, and says so.
    pub fn fit(&mut self, sources: &[Source]) {
        let of_source = |source: &Source, field: Field| source.columns.iter().any(|(_, mapped)| *mapped == Some(field));
        let has = |field: Field| {
            sources.iter().any(|source| match field {
                // Minutes may be the visit's, or the time between two others.
                Field::Minutes => [Field::Minutes, Field::VisitTimedMinutes, Field::VisitTotalMinutes, Field::EndTime]
                    .into_iter()
                    .any(|field| of_source(source, field)),
                field => of_source(source, field),
            })
        };
        let joined = sources.iter().any(|source| source.role == Role::Notes);
        for (n, check) in ALL.iter().enumerate() {
            if let (true, Some(missing)) = (self.chosen[n], check.needs.iter().find(|field| !has(**field))) {
                self.chosen[n] = false;
                self.why_not[n] = format!("needs the column {}", missing.name());
            } else if self.chosen[n] && check.needs_notes && !joined {
                self.chosen[n] = false;
                self.why_not[n] = "needs an export of the notes (--join)".to_owned();
            }
        }
    }

    /// Whether a check runs.
    pub fn runs(&self, check: &Check) -> bool {
        self.place(check).is_some_and(|n| self.chosen[n])
    }

    /// Why a check does not run; empty if it does.
    pub fn why_not(&self, check: &Check) -> &str {
        self.place(check).map_or("", |n| &self.why_not[n])
    }

    /// Runs the checks that speak of one session over the sessions of a batch. Findings stand in the order of sessions.
    pub fn run(&self, outcome: &Outcome, lines: &Lines, reference: &Reference) -> Vec<Finding> {
        let checks: Vec<fn(&Judged, &mut Vec<Finding>)> = ALL
            .iter()
            .zip(&self.chosen)
            .filter_map(|(check, chosen)| match check.run {
                Run::Session(find) if *chosen => Some(find),
                _ => None,
            })
            .collect();
        let tells = self.runs(&units_without_minutes::CHECK);
        let mut findings = Vec::new();
        for number in 0..outcome.sessions.len() {
            let judged = Judged::new(outcome, number, lines, reference, tells);
            checks.iter().for_each(|find| find(&judged, &mut findings));
        }
        findings
    }

    fn place(&self, check: &Check) -> Option<usize> {
        ALL.iter().position(|other| other.name == check.name)
    }
}
