//! Treated by a clinician who was not enrolled with the payer on that day, by the user's roster.

use super::{Attribution, Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::{Credential, Role};
use crate::reference::{Enrolment, Field, Listed, date};

pub const CHECK: Check = Check {
    name: "clinician-not-enrolled",
    family: "claim",
    severity: Severity::Review,
    needs: &[Field::TherapistId],
    needs_any: &[],
    needs_notes: false,
    needs_file: Some("roster.csv"),
    scope: Scope::Every,
    citation: "42 CFR 424.505 and 424.510 (enrolment with Medicare); the payer's contract; the roster is the user's",
    page: include_str!("clinician_not_enrolled.md"),
    run: Run::Session(find),
};

/// Why a clinician is not known to be enrolled; the graver is the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    /// The roster, which has at least half of the run's clinicians, does not name them.
    Unlisted,
    /// It names no enrolment of theirs with a payer that it names.
    OtherPayers,
    /// It names one, and not on that day.
    OtherDays,
}

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let lacks = lacks(judged);
    let Some(gravest) = lacks.iter().map(|(lack, ..)| *lack).max() else { return };
    let gravest = lacks.into_iter().filter(|(lack, ..)| *lack == gravest).collect::<Vec<_>>();
    let [(lack, clinician, place), rest @ ..] = &gravest[..] else { return };
    let day = date(judged.session.day);
    let (severity, certainty, reason) = match lack {
        Lack::OtherDays => (
            Severity::Review,
            judged.certainty(),
            format!(
                "Treated on {day}; by the roster the clinician was enrolled with this payer {}.",
                dates(judged, *clinician)
            ),
        ),
        Lack::OtherPayers => (
            Severity::Note,
            Certainty::DependsOnData,
            "The roster has the treating clinician, and no enrolment of theirs with this payer.".to_owned(),
        ),
        Lack::Unlisted => {
            (Severity::Note, Certainty::DependsOnData, "The treating clinician is not in the roster.".to_owned())
        }
    };
    let shared = rest.iter().any(|(_, other, _)| other != clinician);
    findings.push(Finding {
        attribution: if shared { Attribution::Shared } else { Attribution::One(*clinician) },
        units_supported: None,
        lines: (*place, 1),
        beside: rest.iter().map(|(_, _, place)| (*place, 1)).collect(),
        ..judged.finding(CHECK.name, severity, certainty, reason)
    });
}

/// The lines whose treating clinician lacks enrolment: why, who, and the line's place in the order. Where notes say who treated,
/// they are asked, since a bill may name who bills.
fn lacks(judged: &Judged) -> Vec<(Lack, u32, u32)> {
    let lines = judged.lines;
    let role = if judged.session.told_by.note { Role::Notes } else { Role::Bill };
    let mut found = Vec::new();
    for service in judged.services.iter().filter(|service| service.told_by.bill) {
        for (&line, place) in judged.lines_of(service).iter().zip(service.lines.0..) {
            let bills = lines.role(line) == role && !lines.is_folded(line) && lines.units(line) != Some(0);
            let clinician = lines.therapist[line as usize];
            // Assistants do not enrol: they bill under a therapist.
            if !bills || clinician == 0 || lines.particulars(line).credential == Some(Credential::Assistant) {
                continue;
            }
            found.extend(lack(judged, clinician).map(|lack| (lack, clinician, place)));
        }
    }
    found
}

fn lack(judged: &Judged, clinician: u32) -> Option<Lack> {
    let (roster, payer) = (&judged.lines.export.roster, judged.session.payer);
    let Some(listed) = roster.of(clinician) else { return roster.is_whole(payer).then_some(Lack::Unlisted) };
    if listed.is_assistant {
        return None;
    }
    let mut own = enrolments(judged, listed).peekable();
    match own.peek() {
        None => roster.names(payer).then_some(Lack::OtherPayers),
        Some(_) => (!own.any(|row| row.in_force(judged.session.day))).then_some(Lack::OtherDays),
    }
}

/// A clinician's enrolments with the session's payer.
fn enrolments<'a>(judged: &Judged<'a>, listed: &'a Listed) -> impl Iterator<Item = &'a Enrolment> + use<'a> {
    judged.lines.export.roster.with(listed, judged.session.payer)
}

/// Their dates, in words: "from 2024-01-01 to 2024-06-30 and from 2025-01-01 on".
fn dates(judged: &Judged, clinician: u32) -> String {
    let listed = judged.lines.export.roster.of(clinician);
    let own = listed.into_iter().flat_map(|listed| enrolments(judged, listed));
    let spans = own.map(|row| match (row.from.map(date), row.to.map(date)) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(to)) => format!("until {to}"),
        (None, None) => "always".to_owned(),
    });
    spans.collect::<Vec<_>>().join(" and ")
}
