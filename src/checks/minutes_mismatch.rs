//! The minutes of the lines do not add up to the visit's own timed minutes.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "minutes-mismatch",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Minutes, Field::VisitTimedMinutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E",
    page: include_str!("minutes_mismatch.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if judged.session.why_not.leaves_open_what_there_is() {
        return;
    }
    let Some((lines, visit)) = judged.session.mismatch else { return };
    let reason = format!(
        "The timed lines add up to {lines} minutes, the visit's own timed minutes are {visit}: both readings were tried, and the one with \
         fewer units over is taken."
    );
    findings.push(judged.finding(CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
}
