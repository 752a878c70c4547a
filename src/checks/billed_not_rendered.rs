//! Units billed for a visit that was cancelled or missed.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Severity};
use crate::ingest::Role;
use crate::reference::{Field, Status};

pub const CHECK: Check = Check {
    name: "billed-not-rendered",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Status],
    needs_notes: false,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E",
    page: include_str!("billed_not_rendered.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if !judged.lines.flags.is_used() {
        return;
    }
    for service in judged.services {
        let told = |line: &&u32| matches!(judged.lines.flags.at(**line).status(), Status::Cancelled | Status::NoShow);
        let lines = || judged.lines_of(service).iter().filter(told);
        // Where the note says so, all that is billed for it is meant.
        let noted = lines().any(|&line| judged.lines.role(line) == Role::Notes);
        let billed: i32 =
            if noted { service.billed } else { lines().filter_map(|&line| judged.lines.units(line)).sum() };
        if billed > 0 {
            let reason = format!(
                "{} of {} billed of a visit that was cancelled or missed, by its status.",
                units(billed),
                judged.code(service)
            );
            findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
        }
    }
}
