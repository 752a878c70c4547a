//! More units billed than the minutes support.

use super::judged::{attribution, units};
use super::{Attribution, CMS_20_2, Certainty, Check, Finding, Judged, Run, Scope, Severity, units_without_minutes};
use crate::reference::{Field, Kind};
use crate::sessions::Evidence;
use recount_core::domain::{Rule, Time};
use recount_core::units::family::Part;

pub const CHECK: Check = Check {
    name: "overbilled-units",
    family: "units",
    severity: Severity::Exception,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: CMS_20_2,
    page: include_str!("overbilled_units.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if !judged.session.auditable() {
        return;
    }
    find_pooled(judged, findings);
    find_intervals(judged, findings);
}

/// One finding for the pooled codes: the total is what is over.
fn find_pooled(judged: &Judged, findings: &mut Vec<Finding>) {
    let session = judged.session;
    // Where the discipline is unknown or a row repeats, the other reading may be over when this one is not.
    let readings = [session.doubts.over_by_clinician, session.doubts.over_without_repeats];
    let other_reading = readings.into_iter().flatten().any(|over| over.timed > 0);
    if session.timed.over == 0 && !other_reading {
        return;
    }
    let (severity, certainty) = match session.timed.over {
        0 => (Severity::Review, Certainty::DependsOnData),
        _ => judged.exception(|over| over.timed),
    };
    let mut reason = judged.bill_in_words();
    if (!session.basis.is_settled() || session.either) && !session.is_limited() {
        let (other, supported) = match session.rule {
            Rule::Cms => ("each code alone", session.midpoint),
            _ => ("the pooled minutes", session.cms),
        };
        reason.push_str(&format!(" (by {other}: {} supported, {} over)", units(supported.supported), supported.over));
    }
    if let Some(over) = session.doubts.over_without_repeats {
        reason.push_str(&format!("; without the repeated row {} would be over", units(over.timed)));
    }
    if let Some(over) = session.doubts.over_by_clinician {
        reason.push_str(&format!(
            "; the discipline is unknown, and by each clinician's lines alone {} would be over",
            units(over.timed)
        ));
    }
    if let Some((lines, visit)) = session.mismatch {
        let (other, minutes) = if session.evidence == Evidence::PerCode {
            ("visit's own total is", visit)
        } else {
            ("lines add up to", lines)
        };
        reason.push_str(&format!("; the {other} {minutes} minutes, and the reading with fewer units over is taken"));
    }
    for cause in session.explained_by.into_iter().flat_map(|causes| causes.iter()) {
        reason.push_str(&format!("; {}", cause.says(session.timed.billed)));
    }
    reason.push('.');
    // Units of a service without minutes are told by their own check; what is left is told here.
    let told = units_without_minutes::told(judged);
    let rest = session.timed.over - told.iter().map(|(_, over)| over).sum::<i32>();
    findings.push(Finding {
        primary: rest > 0 || session.timed.over == 0,
        also: told.first().map(|(service, _)| (units_without_minutes::CHECK.name, Some(service.code))),
        code: judged.code_above(),
        units_over: if rest > 0 { rest } else { session.timed.over },
        attribution: judged.whose_over(),
        ..judged.finding(CHECK.name, severity, certainty, reason)
    });
}

/// Codes of other lengths stand alone, family by family.
fn find_intervals(judged: &Judged, findings: &mut Vec<Finding>) {
    let intervals: Vec<_> = judged.services.iter().filter(|service| service.kind == Kind::Interval).collect();
    for (n, service) in intervals.iter().enumerate() {
        let same = |other: &&&crate::sessions::Service| {
            other.code == service.code || (other.family.is_some() && other.family == service.family)
        };
        if intervals[..n].iter().any(|other| same(&other)) {
            continue;
        }
        let family: Vec<_> = intervals.iter().filter(same).collect();
        let billed: i32 = family.iter().map(|service| service.billed).sum();
        let time: Time = family.iter().filter_map(|service| service.time).sum();
        let Some(facts) = judged.facts(service) else { continue };
        let supported = facts.interval.units(time).max;
        if billed <= supported {
            continue;
        }
        // The primary code of an add-on may stand under another discipline or payer, with the first minutes.
        let apart = family.iter().all(|service| service.part == Part::AddOn);
        let (severity, certainty) = match apart {
            true => (Severity::Review, Certainty::DependsOnData),
            false => judged.exception(|over| over.interval),
        };
        let codes: Vec<&str> = family.iter().map(|service| judged.code(service)).collect();
        let reason = format!(
            "{time} minutes of {} support {}; the next needs {} minutes; {} billed.",
            codes.join(" and "),
            units(supported),
            facts.interval.needed(supported + 1),
            units(billed),
        );
        // The lines of a family need not stand together: then all of the session's are shown.
        let alone = family.len() == 1;
        let own = attribution(service.therapist, service.clinicians);
        let same_clinician = family.iter().all(|other| attribution(other.therapist, other.clinicians) == own);
        findings.push(Finding {
            attribution: if same_clinician { own } else { Attribution::Shared },
            units_billed: billed,
            units_supported: Some(supported),
            units_over: billed - supported,
            lines: if alone { service.lines } else { judged.session.lines },
            ..judged.on_service(service, CHECK.name, severity, certainty, reason)
        });
    }
}
