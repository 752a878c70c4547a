//! Minutes that were derived from the units: the audit of units would prove nothing.

use super::{Check, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "minutes-from-units",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E: minutes are documented as treated",
    page: include_str!("minutes_from_units.md"),
    run: Run::Pattern,
};
