//! A clinician one-on-one with two patients at the same time, over all payers and clinics.

use super::{Check, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "therapist-overlap",
    family: "time",
    severity: Severity::Review,
    needs: &[Field::StartTime, Field::EndTime, Field::TherapistId],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §230: one-on-one contact with one patient, or group therapy",
    page: include_str!("therapist_overlap.md"),
    run: Run::Pattern,
};
