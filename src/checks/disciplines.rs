//! What lines say of the discipline whose plan of care they belong to.

use super::Judged;
use crate::ingest::discipline_of;
use crate::reference::{CodeFacts, Therapy};
use crate::sessions::Service;
use recount_core::domain::Discipline;

/// The services that are therapy by CMS's list, with what the code table says of them.
pub fn therapy<'a>(judged: &Judged<'a>) -> impl Iterator<Item = (&'a Service, &'a CodeFacts)> {
    let judged = *judged;
    let listed = |facts: &&CodeFacts| matches!(facts.therapy, Therapy::Always | Therapy::Sometimes);
    judged.services.iter().filter_map(move |service| judged.facts(service).filter(listed).map(|facts| (service, facts)))
}

/// The modifier of a discipline's plan of care.
pub const fn modifier(discipline: Discipline) -> &'static str {
    match discipline {
        Discipline::Pt => "GP",
        Discipline::Ot => "GO",
        Discipline::Slp => "GN",
    }
}

/// The disciplines that the modifiers of a line name, each once.
pub fn named(judged: &Judged, line: u32) -> impl Iterator<Item = Discipline> {
    Discipline::ALL.into_iter().filter(move |discipline| judged.has_modifier(line, modifier(*discipline)))
}

/// The discipline that a line was read as, if it is another than `than`, which some cell of the line says.
///
/// A line is read as its column says, else its modifiers, its revenue code, its clinician's credential, its evaluation. So a
/// line that was read as something else was not read by that cell, and this is evidence of its own.
pub fn otherwise(judged: &Judged, line: u32, than: Discipline) -> Option<Discipline> {
    discipline_of(judged.lines.discipline[line as usize]).filter(|read_as| *read_as != than)
}
