//! Fewer units billed than the minutes support.

use super::{CMS_20_2, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "underbilled-units",
    family: "units",
    severity: Severity::Note,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: CMS_20_2,
    page: include_str!("underbilled_units.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let session = judged.session;
    if !session.auditable() || session.timed.under + session.interval.under == 0 {
        return;
    }
    let mut parts = Vec::new();
    if session.timed.under > 0 {
        parts.push(judged.bill_in_words());
    }
    if session.interval.under > 0 {
        let interval = session.interval;
        parts.push(format!("codes of other lengths support {}; {} were billed", interval.supported, interval.billed));
    }
    let reason = format!("{}.", parts.join("; "));
    findings.push(Finding {
        units_billed: session.timed.billed + session.interval.billed,
        units_supported: Some(session.timed.supported + session.interval.supported),
        ..judged.finding(CHECK.name, Severity::Note, judged.certainty(), reason)
    });
}
