//! More timed minutes than an outpatient is treated for, or minutes that look like units.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;
use crate::sessions::{Evidence, Service};
use recount_core::domain::Units;
use recount_core::units::quarter_hours;

pub const CHECK: Check = Check {
    name: "minutes-implausible",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E: minutes are documented as treated",
    page: include_str!("minutes_implausible.md"),
    run: Run::Session(find),
};

/// So many minutes at most, and so many units at least, may have changed places.
const SWAPPED: i32 = 8;

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let (lines, session) = (judged.lines, judged.session);
    let own = judged.own_lines();
    // Several days may well have so many.
    if lines.flags.is_used() && own.iter().any(|&line| lines.flags.at(line).spans_days()) {
        return;
    }
    let (minutes, most) = (session.timed_time, judged.reference.settings.implausible_minutes);
    // At most so many were timed: that says nothing of how many were.
    if session.evidence != Evidence::UpperBound && i64::from(minutes.whole_minutes()) > most {
        // A repeated row counts its minutes twice.
        let repeated = session.doubts.over_without_repeats.is_some();
        let certainty = if repeated { Certainty::DependsOnData } else { judged.certainty() };
        let reason = format!(
            "{minutes} timed minutes for one patient on one day are more than {most}; {} billed on them.",
            units(session.timed.billed)
        );
        findings.push(judged.finding(CHECK.name, Severity::Review, certainty, reason));
    }
    for service in judged.timed() {
        let Some((minutes, billed)) = swapped(judged, service) else { continue };
        let reason = format!(
            "{} has {minutes} minutes and {}: the other way round, {billed} minutes support {}, so the two may be swapped.",
            judged.code(service),
            units(billed),
            units(quarter_hours(billed)),
        );
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
    }
}

/// The minutes and units of the first line of a service where the two seem to have changed places.
pub(super) fn swapped(judged: &Judged, service: &Service) -> Option<(i32, Units)> {
    let mut amounts = judged.bills(service).filter_map(|line| {
        let time = judged.lines.time(line).filter(|time| time.is_whole())?;
        Some((time.whole_minutes(), judged.lines.units(line)?))
    });
    // What stands as minutes is the units of what stands as units, give or take one that other codes' minutes made.
    amounts.find(|&(minutes, billed)| {
        (1..=SWAPPED).contains(&minutes) && billed >= SWAPPED && (quarter_hours(billed) - minutes).abs() <= 1
    })
}
