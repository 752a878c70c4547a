//! A clinician or clinic consistently under 15 minutes per unit: more than rounding explains.

use super::{Check, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "short-unit-pattern",
    family: "time",
    severity: Severity::Review,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: super::CMS_20_2,
    page: include_str!("short_unit_pattern.md"),
    run: Run::Pattern,
};
