//! The total is supported, but a unit stands on a code that cannot have earned it.

use super::judged::units;
use super::{CMS_20_2, Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;
use crate::sessions::Service;
use recount_core::domain::Time;

pub const CHECK: Check = Check {
    name: "misallocated-units",
    family: "units",
    severity: Severity::Review,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: CMS_20_2,
    page: include_str!("misallocated_units.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let session = judged.session;
    if !session.auditable() || !session.misallocated {
        return;
    }
    let above: Vec<_> = judged.timed().filter(|service| service.over() > 0).collect();
    let which = if above.is_empty() {
        let spare: Vec<&str> = judged
            .timed()
            .filter(|service| service.range.min < service.range.max && service.billed == service.range.max)
            .map(|service| judged.code(service))
            .collect();
        format!("{} tie for fewer spare units than they were given", spare.join(", "))
    } else {
        let each: Vec<String> = above
            .iter()
            .map(|service| {
                let time = service.time.unwrap_or(Time::ZERO);
                format!(
                    "{} ({time} minutes) allows at most {}, {} billed{}",
                    judged.code(service),
                    units(service.range.max),
                    service.billed,
                    without_primary(judged, service).unwrap_or_default()
                )
            })
            .collect();
        each.join("; ")
    };
    let reason = format!(
        "The total of {} is within the {} supported, but {which}.",
        units(session.timed.billed),
        session.timed.supported
    );
    let certainty = match judged.certainty() {
        _ if session.doubts.over_without_repeats.is_some() => Certainty::DependsOnData,
        Certainty::Certain if !session.basis.is_settled() => Certainty::DependsOnRule,
        certainty => certainty,
    };
    findings.push(Finding {
        code: judged.code_above(),
        attribution: judged.whose_over(),
        ..judged.finding(CHECK.name, Severity::Review, certainty, reason)
    });
}

/// Why an add-on lacks a unit where the primary code of its family, which takes the first, was not billed.
fn without_primary(judged: &Judged, service: &Service) -> Option<String> {
    let primary = judged.reference.codes.primary_of(judged.facts(service)?)?;
    let billed = |other: &Service| other.billed > 0 && judged.code(other) == primary;
    (!judged.services.iter().any(billed)).then(|| {
        format!(
            ": the first unit of its family is the primary code's ({primary}), which was not billed in this session"
        )
    })
}
