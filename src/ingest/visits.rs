//! Whose each billed visit is: a file of notes may have other ids of patients than the bills, or none.

use super::block::Parser;
use super::export::Export;
use super::known::Row;
use super::layout::Instead;
use super::{Body, Dictionary, Ids, NO_DAY, Packed};
use crate::error::Result;
use crate::reference::{Day, Field, date};
use recount_core::cells;
use std::borrow::Cow;
use std::collections::HashMap;

/// The visits that were billed.
pub struct Visits {
    ids: Ids,
    patients: Dictionary,
    /// By number of the visit: patient, and day where all bills say the same; `None` where two bills are of different patients.
    of: HashMap<u32, Option<(u32, Option<Day>)>>,
}

impl Visits {
    /// The visits of what has been read.
    ///
    /// # Errors
    /// Lines that wait on disk cannot be read.
    pub fn of(export: &Export) -> Result<Visits> {
        Visits::by(export, &export.texts.visits, |body, n| body.rows[n].visit)
    }

    /// Likewise by claims.
    ///
    /// # Errors
    /// Lines that wait on disk cannot be read.
    pub fn by_claim(export: &Export) -> Result<Visits> {
        Visits::by(export, &export.texts.claims, |body, n| body.claim.get(n).copied().unwrap_or(0))
    }

    fn by(export: &Export, ids: &Ids, id: impl Fn(&Body, usize) -> u32 + Sync) -> Result<Visits> {
        let mut of: HashMap<u32, Option<(u32, Option<Day>)>> = HashMap::new();
        let seen = export.look_at_lines(|chunk, body| {
            let billed = |(n, packed): (usize, &Packed)| {
                let found = (id(body, n), chunk.patients[usize::from(packed.patient)], chunk.day(packed));
                (found.0 != 0 && found.2 != NO_DAY).then_some(found)
            };
            let mut visits: Vec<(u32, u32, Day)> = body.rows.iter().enumerate().filter_map(billed).collect();
            visits.dedup();
            visits
        })?;
        for (visit, patient, day) in seen.into_iter().flatten() {
            let known = of.entry(visit).or_insert(Some((patient, Some(day))));
            *known = known
                .filter(|(other, _)| *other == patient)
                .map(|(_, other)| (patient, other.filter(|other| *other == day)));
        }
        Ok(Visits { ids: ids.clone(), patients: export.texts.patients.clone(), of })
    }

    /// Whose the visit or claim of that id is, if it was billed to one patient.
    pub fn patient(&self, id: &str) -> Option<&str> {
        let (patient, _) = self.of.get(&self.ids.find(id.trim())?)?.as_ref()?;
        Some(self.patients.get(*patient))
    }

    /// Parses a note: its patient is the one whose visit was billed, unless the bills know it by its own id; so is its date, if the file
    /// has none.
    pub fn record(&self, parser: &mut Parser, row: &impl Row) {
        let mapping = parser.mapping;
        let column = |field: Field| mapping.column(field);
        let visit = column(Field::VisitId).map(|column| row.cell(column).trim().to_owned());
        let found = visit.and_then(|visit| self.ids.find(&visit)).and_then(|visit| *self.of.get(&visit)?);
        let (Some((patient, day)), Some(patient_column)) = (found, column(Field::PatientId)) else {
            return parser.record(row);
        };
        // Two systems may number their visits alike: a patient whom the bills know by that id is meant.
        let own = row.cell(patient_column);
        let own = super::meanings::identifier(&own);
        let is_known = !cells::is_blank(own) && self.patients.find(own).is_some();
        let patient = if is_known { own } else { self.patients.get(patient) };
        let mut cells = vec![(patient_column, Cow::Borrowed(patient))];
        if let Some(column) = column(Field::DateOfService).filter(|&column| column >= mapping.width) {
            cells.push((column, Cow::Owned(day.map_or(String::new(), |day| date(day).to_string()))));
        }
        parser.record(&Instead { row, cells: &cells });
    }
}
