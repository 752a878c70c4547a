//! GP, GO or GN missing, doubled, or against what else the line says.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity, disciplines};
use crate::reference::{CodeFacts, Field, Therapy};
use crate::sessions::Service;
use recount_core::domain::Discipline;

pub const CHECK: Check = Check {
    name: "discipline-modifier",
    family: "modifiers",
    severity: Severity::Review,
    needs: &[Field::Modifiers],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.1; CMS change requests 9933 and 10176",
    page: include_str!("discipline_modifier.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    for (service, facts) in disciplines::therapy(judged) {
        let wrong = judged.bills(service).find_map(|line| wrong(judged, line, judged.code(service), facts));
        let wrong = wrong.map(|(certainty, reason)| (Severity::Review, certainty, reason));
        if let Some((severity, certainty, reason)) = wrong.or_else(|| missing(judged, service, facts)) {
            findings.push(judged.on_service(service, CHECK.name, severity, certainty, reason));
        }
    }
}

/// What is wrong with the modifiers that a line has.
fn wrong(judged: &Judged, line: u32, code: &str, facts: &CodeFacts) -> Option<(Certainty, String)> {
    let mut named = disciplines::named(judged, line);
    let own = named.next()?;
    if let Some(other) = named.next() {
        let (first, second) = (disciplines::modifier(own), disciplines::modifier(other));
        let reason = format!("{code} has {first} and {second} on one line, which belongs to one plan of care.");
        return Some((Certainty::Certain, reason));
    }
    let other = |discipline: &Discipline| *discipline != own;
    let (modifier, by) = (disciplines::modifier(own), own.name());
    let revenue = &judged.lines.particulars(line).revenue_code;
    if let Some(other) = facts.evaluation.filter(other) {
        let reason = format!("{code} is an evaluation of {}, and its modifier is {modifier}, for {by}.", other.name());
        Some((Certainty::Certain, reason))
    } else if let Some(other) = Discipline::from_revenue_code(revenue).filter(other) {
        let other = other.name();
        let reason = format!("{code} has {modifier}, for {by}, under revenue code {revenue}, which is for {other}.");
        Some((Certainty::Certain, reason))
    } else {
        let other = disciplines::otherwise(judged, line, own)?.name();
        let reason = format!("{code} has {modifier}, for {by}, and the discipline in the export is {other}.");
        Some((Certainty::DependsOnData, reason))
    }
}

/// Which lines have none of the modifiers.
fn missing(judged: &Judged, service: &Service, facts: &CodeFacts) -> Option<(Severity, Certainty, String)> {
    // What is no list of modifiers proves nothing.
    let lacks = |line: &u32| {
        disciplines::named(judged, *line).next().is_none() && judged.modifiers(*line).all(|own| own.len() == 2)
    };
    let first = judged
        .bills(service)
        .find(lacks)
        .filter(|&line| !judged.leaves_out(line, |used, rows| used.discipline <= rows / 5))?;
    let (lines, lacking) = (judged.bills(service).count(), judged.bills(service).filter(lacks).count());
    let code = judged.code(service);
    let of = if lines == 1 { code.to_owned() } else { format!("{lacking} of {lines} lines of {code}") };
    if facts.therapy == Therapy::Sometimes {
        let reason = format!("{of} without GP, GO or GN: one is due if it was furnished under a therapy plan of care.");
        return Some((Severity::Note, Certainty::DependsOnData, reason));
    }
    let with = |service: &Service| judged.bills(service).any(|line| disciplines::named(judged, line).next().is_some());
    let source = &judged.lines.export.sources[usize::from(judged.lines.file.at(first))];
    Some(if !source.has_header() || judged.services.iter().any(with) {
        (Severity::Review, Certainty::Certain, format!("{of} without GP, GO or GN: it is always therapy."))
    } else {
        let reason = format!(
            "{of} without GP, GO or GN: it is always therapy. No line of the session has one, so they may be added \
             later, on the claim."
        );
        (Severity::Review, Certainty::DependsOnData, reason)
    })
}
