//! Units billed for a visit whose note is not signed.

use super::{Check, Finding, Judged, Run, Scope, Severity, by_status};
use crate::reference::{Field, Status};

pub const CHECK: Check = Check {
    name: "billed-unsigned",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Status],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-08 (Program Integrity), ch. 3, §3.3.2.4",
    page: include_str!("billed_unsigned.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    by_status::find(judged, &CHECK, &[Status::Unsigned], "whose note is not signed", findings);
}
