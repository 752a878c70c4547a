//! Units billed for a visit that was cancelled or missed.

use super::{Check, Finding, Judged, Run, Scope, Severity, by_status};
use crate::reference::{Field, Status};

pub const CHECK: Check = Check {
    name: "billed-not-rendered",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Status],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E",
    page: include_str!("billed_not_rendered.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    by_status::find(judged, &CHECK, &[Status::Cancelled, Status::NoShow], "that was cancelled or missed", findings);
}
