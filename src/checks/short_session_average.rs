//! A session under 15 minutes per timed unit billed. True of about half of honest sessions, so it is a flag, never a finding.

use super::{Check, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "short-session-average",
    family: "time",
    severity: Severity::Note,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: super::CMS_20_2,
    page: include_str!("short_session_average.md"),
    run: Run::Flag,
};
