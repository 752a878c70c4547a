//! The texts of a run as columns hold them: a row takes a view of its text, instead of a copy.

use super::build::texts;
use super::sessions::discipline;
use crate::ingest::Export;
use polars::prelude::StringChunked;
use recount_core::domain::Discipline;

/// Texts by their numbers.
pub struct Names {
    /// Patient ids.
    pub patients: StringChunked,
    /// Codes.
    pub codes: StringChunked,
    /// Payers as exported.
    pub payer_names: StringChunked,
    /// For each payer, the spelling that stands for it.
    pub payers: StringChunked,
    /// Modifiers of a line.
    pub modifiers: StringChunked,
    /// Clinicians.
    pub therapists: StringChunked,
    /// Clinics.
    pub clinics: StringChunked,
    /// Practices.
    pub practices: StringChunked,
    /// Files.
    pub sources: StringChunked,
    /// Disciplines; 0 is unknown.
    pub disciplines: StringChunked,
}

impl Names {
    /// The texts of a run.
    pub fn of(export: &Export) -> Names {
        let known = &export.texts;
        Names {
            patients: texts(known.patients.iter()),
            codes: texts(known.codes.iter()),
            payer_names: texts(known.payer_names.iter()),
            payers: texts(export.payers.iter().map(|payer| known.payer_names.get(payer.name))),
            modifiers: texts(known.modifiers.iter()),
            therapists: texts(known.therapists.iter()),
            clinics: texts(known.clinics.iter()),
            practices: texts(known.practices.iter()),
            sources: texts(export.sources.iter().map(|source| &source.name)),
            disciplines: texts((0..=Discipline::ALL.len() as u8).map(discipline)),
        }
    }
}
