//! A code billed on a day on which it was not in force.

use super::{Check, Finding, Judged, Run, Severity};
use crate::reference::date;

pub const CHECK: Check = Check {
    name: "inactive-code",
    family: "codes",
    severity: Severity::Review,
    needs: &[],
    needs_notes: false,
    citation: "45 CFR 162.1000 (codes in force on the date of service)",
    page: include_str!("inactive_code.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let day = judged.session.day;
    for service in judged.services {
        let Some(facts) = judged.facts(service).filter(|facts| !facts.in_force(day)) else { continue };
        let when = match (facts.from, facts.to) {
            (Some(from), _) if day < from => format!("begins on {}", date(from)),
            (_, Some(to)) => format!("ended on {}", date(to)),
            _ => continue,
        };
        let reason = format!("{} {when}; the date of service is {}.", judged.code(service), date(day));
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, judged.certainty(), reason));
    }
}
