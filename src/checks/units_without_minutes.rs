//! A timed service with units billed and 0 minutes.

use super::judged::units;
use super::{CMS_20_2, Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;
use crate::sessions::Service;

pub const CHECK: Check = Check {
    name: "units-without-minutes",
    family: "evidence",
    severity: Severity::Exception,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: CMS_20_2,
    page: include_str!("units_without_minutes.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if !judged.session.auditable() {
        return;
    }
    let told = told(judged);
    for service in judged.timed().filter(|service| service.without_minutes) {
        let over = told.iter().find(|(told, _)| told.code == service.code).map_or(0, |(_, over)| *over);
        let (severity, certainty) = match judged.exception(|over| over.timed) {
            // Under the other rule the unit may be supported by the session's other minutes.
            (Severity::Exception, _) if over == 0 && !judged.session.basis.is_settled() => {
                (Severity::Review, Certainty::DependsOnRule)
            }
            graded => graded,
        };
        let rest = if over < service.billed {
            format!(
                "; the session's total of {} supports {}",
                units(judged.session.timed.billed),
                judged.session.timed.supported
            )
        } else {
            String::new()
        };
        let reason = format!("{} has 0 minutes and {} billed{rest}.", judged.code(service), units(service.billed));
        findings.push(Finding {
            units_supported: Some(0),
            units_over: over,
            ..judged.on_service(service, CHECK.name, severity, certainty, reason)
        });
    }
}

/// The units over of the session that this check tells of, by service: each unit is counted once.
pub fn told<'a>(judged: &Judged<'a>) -> Vec<(&'a Service, i32)> {
    if !judged.tells_without_minutes {
        return Vec::new();
    }
    let mut left = judged.session.timed.over;
    judged
        .timed()
        .filter(|service| service.without_minutes)
        .map(|service| {
            let over = service.billed.min(left);
            left -= over;
            (service, over)
        })
        .filter(|(_, over)| *over > 0)
        .collect()
}
