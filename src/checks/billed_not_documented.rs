//! Units billed for a service that the notes do not have.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};

pub const CHECK: Check = Check {
    name: "billed-not-documented",
    family: "evidence",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: true,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E",
    page: include_str!("billed_not_documented.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    // What was lost, or fits several bills, is not missing.
    if judged.session.why_not.leaves_open_what_there_is() {
        return;
    }
    // Notes of timed codes alone say nothing of the others.
    let needs = |kind: crate::reference::Kind| kind.needs_minutes() || judged.lines.export.notes_have_untimed;
    let billed = judged.services.iter().filter(|service| service.told_by.bill && !service.told_by.note);
    for service in billed.filter(|service| service.billed > 0 && needs(service.kind)) {
        let visit =
            if judged.session.told_by.note { "the notes of that day do not have it" } else { "no note of that day" };
        let reason = format!("{} billed of {}: {visit}.", units(service.billed), judged.code(service));
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
    }
}
