//! A line that needs minutes has none: its session cannot be audited.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;
use crate::sessions::{Evidence, Service};

pub const CHECK: Check = Check {
    name: "minutes-missing",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E",
    page: include_str!("minutes_missing.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    // Where the visit's total serves, nothing is missing that the audit needs.
    if judged.session.evidence != Evidence::PerCode {
        return;
    }
    let missing = |service: &&Service| {
        // A bill that no note has is told by its own check.
        let undocumented = judged.lines.export.has_notes() && !service.told_by.note;
        service.kind.needs_minutes() && service.time.is_none() && service.told_by.bill && !undocumented
    };
    for service in judged.services.iter().filter(missing) {
        // Minutes that are written, and yet none: the visit's own total says that they were left out.
        let written = judged.lines_of(service).iter().all(|&line| judged.lines.time(line).is_some());
        let what = if written { "0 minutes in a visit with timed minutes, read as blank," } else { "blank minutes" };
        let reason = format!(
            "{} has {what} and {} billed: blank is not zero, so the session is not audited.",
            judged.code(service),
            units(service.billed)
        );
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
    }
}
