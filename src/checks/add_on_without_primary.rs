//! An add-on code billed without the code that it adds to.

use super::edits::{Billed, billed};
use super::{Certainty, Check, Finding, Grain, Judged, Run, Scope, Severity};
use crate::reference::Kind;

pub const CHECK: Check = Check {
    name: "add-on-without-primary",
    family: "edits",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS NCCI add-on code edits; NCCI Policy Manual, ch. I, §R",
    page: include_str!("add_on_without_primary.md"),
    run: Run::Day(find),
};

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    let adds = |judged: &Judged| {
        let add_on = |service| judged.facts(service).is_some_and(|facts| !facts.addon_of.is_empty());
        judged.services.iter().any(add_on)
    };
    // A row that is lost may be the primary code's.
    if !day.iter().any(adds) || day.iter().any(|judged| judged.session.why_not.leaves_open_what_there_is()) {
        return;
    }
    let billed = billed(day);
    for own in &billed {
        let Some(facts) = own.judged.facts(own.service) else { continue };
        // Codes of a month need not stand on one date.
        if facts.addon_of.is_empty() || own.service.kind == Kind::Period {
            continue;
        }
        let is_primary = |other: &&Billed| facts.addon_of.iter().any(|primary| primary == other.code());
        let mut primaries = billed.iter().filter(is_primary).peekable();
        // Two names may be one practice.
        let (severity, certainty, by) = match primaries.peek() {
            Some(_) => (Severity::Note, Certainty::DependsOnData, " by this practice"),
            None => (Severity::Review, own.judged.certainty(), ""),
        };
        if primaries.any(|other| other.judged.session.practice == own.judged.session.practice) {
            continue;
        }
        let reason = format!(
            "{} is billed as an add-on and {} was not billed{by} that day.",
            own.code(),
            facts.addon_of.join(" or "),
        );
        let finding = own.judged.on_service(own.service, CHECK.name, severity, certainty, reason);
        findings.push(Finding { grain: Grain::Day, ..finding });
    }
}
