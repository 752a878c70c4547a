//! A clinician with more one-on-one minutes on one day than a day's work holds.

use super::{Check, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "impossible-day",
    family: "time",
    severity: Severity::Review,
    needs: &[Field::Minutes, Field::TherapistId],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C: only one-on-one minutes are counted; the limits are this program's own",
    page: include_str!("impossible_day.md"),
    run: Run::Pattern,
};
