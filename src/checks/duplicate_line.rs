//! A row that repeats another.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};

pub const CHECK: Check = Check {
    name: "duplicate-line",
    family: "codes",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 1, §120 (duplicate claims)",
    page: include_str!("duplicate_line.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    for service in judged.services.iter().filter(|service| service.repeated) {
        let reason = format!(
            "{} stands on {} lines, at least two of which are alike in all but line id, claim and amounts; the session was judged with and without the repeat.",
            judged.code(service),
            service.lines.1
        );
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
    }
}
