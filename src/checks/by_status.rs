//! What the checks of a visit's status have in common.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Severity};
use crate::ingest::Role;
use crate::reference::Status;

/// Finds codes that bill units on rows, or against notes, of one of these statuses; `visit` says what such a visit is.
pub fn find(judged: &Judged, check: &Check, statuses: &[Status], visit: &str, findings: &mut Vec<Finding>) {
    if !judged.lines.flags.is_used() {
        return;
    }
    for service in judged.services {
        let told = |line: &&u32| statuses.contains(&judged.lines.flags.at(**line).status());
        let lines = || judged.lines_of(service).iter().filter(told);
        // Where the note says so, all that is billed for it is meant.
        let noted = lines().any(|&line| judged.lines.role(line) == Role::Notes);
        let billed: i32 =
            if noted { service.billed } else { lines().filter_map(|&line| judged.lines.units(line)).sum() };
        if billed > 0 {
            let reason =
                format!("{} of {} billed of a visit {visit}, by its status.", units(billed), judged.code(service));
            findings.push(judged.on_service(service, check.name, Severity::Review, Certainty::DependsOnData, reason));
        }
    }
}
