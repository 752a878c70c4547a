//! One pass over the findings of a run.

use crate::error::Result;
use crate::finished::FinishedRun;
use crate::grid::{Grid, Record};
use crate::review::{Decision, Review};
use crate::waivers::Waivers;
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// What one pass over findings gave.
#[derive(Default)]
pub struct Gathered {
    /// Findings of patients: of their sessions, days and histories, by check.
    pub listed: BTreeMap<String, Listed>,
    /// Findings of patterns, all of them.
    pub patterns: Grid,
    /// Findings, and units over of primary ones, by severity and certainty.
    pub certainty: BTreeMap<(String, String), (i64, i64)>,
    /// Findings, and units over of primary ones, that each waiver accepts, in the order of the waivers.
    pub waived: Vec<(i64, i64)>,
    /// Findings that a waiver accepts, by severity.
    pub waived_of_severity: BTreeMap<String, u64>,
    /// Decisions by check: agreed, disagreed, open.
    pub decided: BTreeMap<String, [i64; 3]>,
    /// Rows that are not audited, by table and reason.
    pub lost: BTreeMap<(String, String), i64>,
    /// Units over of primary findings that a reviewer disagreed with.
    pub units_refused: i64,
}

/// Findings of a check.
#[derive(Default)]
pub struct Listed {
    /// How many there are, without those that are waived.
    pub count: i64,
    /// The first of them.
    pub first: Grid,
}

/// Goes through the findings once; the first `kept` of each check are kept.
pub(super) fn gather(
    run: &FinishedRun,
    review: Option<&Review>,
    waivers: Option<&Waivers>,
    kept: usize,
) -> Result<Gathered> {
    let mut all = Gathered { waived: vec![(0, 0); waivers.map_or(0, Waivers::len)], ..Gathered::default() };
    let decisions: HashMap<&str, Decision> = review
        .iter()
        .flat_map(|review| &review.dispositions)
        .map(|one| (one.finding_id.as_str(), one.disposition))
        .collect();
    run.each("findings", &mut |rows| {
        all.patterns.columns.clone_from(&rows.columns);
        for record in rows.records() {
            all.add(record, &decisions, review.is_some(), waivers, kept);
        }
        Ok(())
    })?;
    for table in ["rejects", "excluded"] {
        run.each(table, &mut |rows| {
            for record in rows.records() {
                // "date: is not a date": the column's name, then what is wrong.
                let reason = match record.text("column") {
                    "" => record.text("problem").to_owned(),
                    column => format!("{column} {}", record.text("problem")),
                };
                *all.lost.entry((table.to_owned(), reason)).or_default() += 1;
            }
            Ok(())
        })?;
    }
    Ok(all)
}

impl Gathered {
    fn add(
        &mut self,
        record: Record,
        decisions: &HashMap<&str, Decision>,
        reviewed: bool,
        waivers: Option<&Waivers>,
        kept: usize,
    ) {
        let check = record.text("check");
        let over = if record.flag("primary") { record.whole("units_over").unwrap_or(0) } else { 0 };
        let sure = (record.text("severity").to_owned(), record.text("certainty").to_owned());
        let cell = self.certainty.entry(sure).or_default();
        *cell = (cell.0 + 1, cell.1 + over);
        if reviewed {
            let decision = decisions.get(record.text("finding_id")).copied().unwrap_or(Decision::Open);
            self.decided.entry(check.to_owned()).or_default()[decision as usize] += 1;
            self.units_refused += if decision == Decision::Disagreed { over } else { 0 };
        }
        let waiver = waivers.and_then(|waivers| waivers.waives(&record));
        if let Some(waiver) = waiver {
            let cell = &mut self.waived[waiver];
            *cell = (cell.0 + 1, cell.1 + over);
            *self.waived_of_severity.entry(record.text("severity").to_owned()).or_default() += 1;
        }
        if record.text("patient_id").is_empty() {
            self.patterns.rows.push(record.values.to_vec());
        } else if waiver.is_none() {
            if !self.listed.contains_key(check) {
                let first = Grid { columns: self.patterns.columns.clone(), rows: Vec::new() };
                self.listed.insert(check.to_owned(), Listed { count: 0, first });
            }
            if let Some(of_check) = self.listed.get_mut(check) {
                of_check.count += 1;
                if of_check.first.rows.len() < kept {
                    of_check.first.rows.push(record.values.to_vec());
                }
            }
        }
    }
}
