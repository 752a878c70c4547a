//! A code billed on a day on which it was not in force.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Day, date};

pub const CHECK: Check = Check {
    name: "inactive-code",
    family: "codes",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "45 CFR 162.1000 (codes in force on the date of service)",
    page: include_str!("inactive_code.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let day = judged.session.day;
    // Payers that are not bound to the codes in force may still take an old one.
    let severity = if judged.policy.code_sets { Severity::Review } else { Severity::Note };
    // An insurer that is not known may be one of those.
    let unknown = Certainty::DependsOnData;
    for service in judged.services {
        let Some(facts) = judged.facts(service).filter(|_| judged.bills(service).next().is_some()) else { continue };
        let (when, severity, certainty) = match (outside((facts.from, facts.to), day), facts.announced_to) {
            (Some(when), _) => (when, severity, if judged.policy.is_unknown() { unknown } else { judged.certainty() }),
            // What is announced may have been taken back.
            (None, Some(last)) if day > last => {
                (format!("was announced to end on {}", date(last)), Severity::Note, Certainty::DependsOnData)
            }
            _ => continue,
        };
        let reason = format!("{} {when}; the date of service is {}.", judged.code(service), date(day));
        findings.push(judged.on_service(service, CHECK.name, severity, certainty, reason));
    }
}

/// What a day lies outside of, if it does: "ended on 2016-12-31".
pub(super) fn outside(dates: (Option<Day>, Option<Day>), day: Day) -> Option<String> {
    match dates {
        (Some(from), _) if day < from => Some(format!("begins on {}", date(from))),
        (_, Some(to)) if day > to => Some(format!("ended on {}", date(to))),
        _ => None,
    }
}
