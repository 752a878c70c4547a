//! A service that the notes have and no bill.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use recount_core::domain::Time;

pub const CHECK: Check = Check {
    name: "documented-not-billed",
    family: "evidence",
    severity: Severity::Note,
    needs: &[],
    needs_any: &[],
    needs_notes: true,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E",
    page: include_str!("documented_not_billed.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    // What was lost, or fits several bills, is not missing.
    if judged.session.why_not.leaves_open_what_there_is() {
        return;
    }
    for service in judged.services.iter().filter(|service| service.told_by.note && !service.told_by.bill) {
        let treated =
            service.time.is_some_and(|time| time > Time::ZERO) || service.documented.is_some_and(|units| units > 0);
        if !treated {
            continue;
        }
        let minutes = service.time.map(|time| format!("{time} minutes"));
        let said = service.documented.map(units);
        let what = minutes.into_iter().chain(said).collect::<Vec<_>>().join(" and ");
        let rest =
            if judged.session.told_by.bill { "no bill of that day has it" } else { "nothing of that day is billed" };
        let reason = format!("{} is documented with {what}; {rest}.", judged.code(service));
        findings.push(judged.on_service(service, CHECK.name, Severity::Note, Certainty::DependsOnData, reason));
    }
}
