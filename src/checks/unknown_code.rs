//! A code that the table does not have: never guessed to be timed.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Kind;

pub const CHECK: Check = Check {
    name: "unknown-code",
    family: "codes",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "45 CFR 162.1002 (code sets)",
    page: include_str!("unknown_code.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    for service in judged.services.iter().filter(|service| service.kind == Kind::Unknown) {
        let reason = format!(
            "{} is not in the table of therapy codes, so no rule is applied to its {}.",
            judged.code(service),
            units(service.billed)
        );
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
    }
}
