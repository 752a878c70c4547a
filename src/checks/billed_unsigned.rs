//! Units billed for a visit whose note is not signed.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Severity};
use crate::ingest::Role;
use crate::reference::{Field, Status};

pub const CHECK: Check = Check {
    name: "billed-unsigned",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Status],
    needs_notes: false,
    citation: "CMS Pub. 100-08 (Program Integrity), ch. 3, §3.3.2.4",
    page: include_str!("billed_unsigned.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if !judged.lines.flags.is_used() {
        return;
    }
    for service in judged.services {
        let told = |line: &&u32| matches!(judged.lines.flags.at(**line).status(), Status::Unsigned);
        let lines = || judged.lines_of(service).iter().filter(told);
        // Where the note says so, all that is billed for it is meant.
        let noted = lines().any(|&line| judged.lines.role(line) == Role::Notes);
        let billed: i32 =
            if noted { service.billed } else { lines().filter_map(|&line| judged.lines.units(line)).sum() };
        if billed > 0 {
            let reason = format!(
                "{} of {} billed of a visit whose note is not signed, by its status.",
                units(billed),
                judged.code(service)
            );
            findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
        }
    }
}
