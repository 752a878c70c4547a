//! Two therapists who bill one patient for the same time.

use super::at_once::Clock;
use super::{Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;
use crate::sessions::Treated;

pub const CHECK: Check = Check {
    name: "co-treatment-both-billed",
    family: "time",
    severity: Severity::Review,
    needs: &[Field::StartTime, Field::EndTime, Field::TherapistId],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §230; CMS, 11 Part B billing scenarios for PTs and OTs: team treatment",
    page: include_str!("co_treatment_both_billed.md"),
    run: Run::Day(find),
};

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    let clock = Clock::of(day);
    let named: Vec<Treated> = clock.treated().iter().copied().filter(|treated| treated.therapist != 0).collect();
    let all = std::iter::once(&named[..]);
    findings.extend(clock.tell(CHECK.name, "by more than one therapist", all, |treated| treated.therapist));
}
