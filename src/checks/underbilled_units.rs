//! Fewer units billed than the minutes support.

use super::{CMS_20_2, Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::Role;
use crate::reference::Field;
use recount_core::cells;
use recount_core::domain::Time;

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
    let mut certainty = judged.certainty();
    if let Some(ran) = shorter_clock(judged) {
        certainty = Certainty::DependsOnData;
        parts.push(format!("by their times of day its timed codes took {ran} minutes at most"));
    }
    let reason = format!("{}.", parts.join("; "));
    findings.push(Finding {
        units_billed: session.timed.billed + session.interval.billed,
        units_supported: Some(session.timed.supported + session.interval.supported),
        ..judged.finding(CHECK.name, Severity::Note, certainty, reason)
    });
}

/// What the clock ran for timed codes that all have their times, if that is less than their minutes: then some minutes of theirs may
/// be no treatment of their own, and earn no unit.
fn shorter_clock(judged: &Judged) -> Option<Time> {
    let lines = judged.lines;
    let (mut spans, mut said) = (Vec::new(), Time::ZERO);
    for service in judged.timed().filter(|_| lines.span.is_used()) {
        // Where there is a note, its minutes are meant, and not the bill's.
        let role = if service.told_by.note { Role::Notes } else { Role::Bill };
        for &line in judged.lines_of(service).iter().filter(|&&line| lines.role(line) == role) {
            spans.push(lines.span(line)?);
            said += lines.time(line)?;
        }
    }
    let ran = cells::union(&mut spans);
    (!spans.is_empty() && ran.whole_minutes() < said.whole_minutes()).then_some(ran)
}
