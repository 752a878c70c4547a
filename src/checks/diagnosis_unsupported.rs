//! Diagnoses of a code set that does not hold on that day, or that a local coverage list does not accept for a code.

use super::inactive_code::outside;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::Role;
use crate::reference::{DiagnosisSet, Field, date};

pub const CHECK: Check = Check {
    name: "diagnosis-unsupported",
    family: "claim",
    severity: Severity::Review,
    needs: &[Field::DiagnosisCodes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "45 CFR 162.1002 (code sets of diagnoses); Social Security Act §1862 (a) (1) (A) with the list that is named",
    page: include_str!("diagnosis_unsupported.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    find_wrong_set(judged, findings);
    if judged.policy.part_b && !judged.reference.coverage.is_empty() {
        find_not_covered(judged, findings);
    }
}

/// The diagnoses that lines of bills and notes name, in their order.
fn diagnoses<'a>(judged: &Judged<'a>, own: &'a [u32]) -> impl Iterator<Item = &'a str> {
    let lines = judged.lines;
    let told = own.iter().copied().filter(move |&line| lines.role(line) != Role::Remit);
    told.flat_map(move |line| lines.particulars(line).diagnoses.iter().map(String::as_str))
}

/// One finding for a session that names a diagnosis of another code set, and none of the one that holds.
fn find_wrong_set(judged: &Judged, findings: &mut Vec<Finding>) {
    let (session, sets) = (judged.session, &judged.reference.diagnosis_sets);
    let own = judged.own_lines();
    let mut wrong = None;
    // A reason names no diagnosis: pages for others show reasons, and a diagnosis is nobody else's business.
    for diagnosis in diagnoses(judged, own) {
        let Some(set) = DiagnosisSet::of(diagnosis) else { continue };
        match outside(sets.dates(set), session.day) {
            Some(when) => wrong = wrong.or(Some((set, when))),
            // Both stand there: it is a list of old and new, or a text with a number in it.
            None => return,
        }
    }
    let Some((set, when)) = wrong else { return };
    let severity = if judged.policy.code_sets { Severity::Review } else { Severity::Note };
    let reason = format!(
        "A diagnosis of the session is of {}, which {when}; the date of service is {}.",
        set.title(),
        date(session.day)
    );
    // A column may hold a practice's own numbers; a claim's field holds codes.
    let of_claim = |&line: &u32| {
        let source = &judged.lines.export.sources[usize::from(judged.lines.file.at(line))];
        judged.lines.role(line) == Role::Remit || !source.has_header()
    };
    let certainty = if own.iter().all(of_claim)
        && !judged.policy.is_unknown()
        && diagnoses(judged, own).all(DiagnosisSet::has_shape)
    {
        judged.certainty()
    } else {
        Certainty::DependsOnData
    };
    findings.push(judged.finding(CHECK.name, severity, certainty, reason));
}

/// One finding for each code that none of its diagnoses supports, by the lists that the user gave.
fn find_not_covered(judged: &Judged, findings: &mut Vec<Finding>) {
    let lines = judged.lines;
    for service in judged.services {
        let unsaid = |line: u32| lines.particulars(line).diagnoses.is_empty();
        let mut own: Vec<&str> = diagnoses(judged, judged.lines_of(service)).collect();
        // Blank is not known, and may be what supports it.
        if own.is_empty() || (!service.told_by.note && judged.bills(service).any(unsaid)) {
            continue;
        }
        own.sort_unstable();
        own.dedup();
        let code = judged.code(service);
        let Some(refusal) = judged.reference.coverage.refuses(code, judged.session.day, &own) else { continue };
        if judged.bills(service).next().is_none() {
            continue;
        }
        let named = if own.len() == 1 { "1 diagnosis".into() } else { format!("{} diagnoses", own.len()) };
        let list = refusal.list;
        let reason = if refusal.only_listed {
            format!("{code} was billed with {named}: {list} lists what supports it, and has none of them.")
        } else {
            format!("{code} was billed with {named}: by {list} none of them supports it.")
        };
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
    }
}
