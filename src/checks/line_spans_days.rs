//! A line that is for several days: units are counted by day, so it cannot be audited.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "line-spans-days",
    family: "codes",
    severity: Severity::Review,
    needs: &[Field::ServiceThrough],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2",
    page: include_str!("line_spans_days.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if !judged.lines.flags.is_used() {
        return;
    }
    for service in judged.services {
        let spans = |line: &&u32| judged.lines.flags.at(**line).spans_days();
        let lines = || judged.lines_of(service).iter().filter(spans);
        let billed: i32 = lines().filter_map(|&line| judged.lines.units(line)).sum();
        if lines().next().is_some() && billed != 0 {
            let reason = format!(
                "{} of {} billed on a line for several days: units are counted by the day, so the session is not audited.",
                units(billed),
                judged.code(service)
            );
            findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
        }
    }
}
