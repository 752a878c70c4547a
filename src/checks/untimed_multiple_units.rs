//! An untimed code billed as several units: usually its duration entered as units.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::Role;
use crate::reference::{CodeFacts, Kind};
use crate::sessions::{DailyLimit, Service, daily_limit, setting};
use recount_core::units::untimed;

pub const CHECK: Check = Check {
    name: "untimed-multiple-units",
    family: "untimed",
    severity: Severity::Exception,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 B; CMS MUE table for the daily limit",
    page: include_str!("untimed_multiple_units.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if !judged.session.occurrences_known() {
        return;
    }
    for service in judged.services.iter().filter(|service| service.billed > 1) {
        let Some(facts) = judged.facts(service) else { continue };
        match service.kind {
            // `group-more-than-once` tells of these.
            _ if facts.group && judged.tells_groups => {}
            Kind::Untimed => find_untimed(judged, service, facts, findings),
            Kind::Unlisted => {
                let reason = format!(
                    "{} is an unlisted code billed {}; what a unit of it counts is not defined.",
                    judged.code(service),
                    units(service.billed)
                );
                findings.push(judged.on_service(
                    service,
                    CHECK.name,
                    Severity::Review,
                    Certainty::DependsOnData,
                    reason,
                ));
            }
            _ => {}
        }
    }
}

fn find_untimed(judged: &Judged, service: &Service, facts: &CodeFacts, findings: &mut Vec<Finding>) {
    let billing = |line: &u32| judged.lines.role(*line) == Role::Bill && !judged.lines.is_folded(*line);
    let lines: &[u32] = &judged.lines_of(service).iter().copied().filter(billing).collect::<Vec<_>>();
    let code = judged.code(service);
    let billed = units(service.billed);
    let limit = daily_limit(facts, setting(judged.lines, lines));
    let modifiers =
        |line: u32| judged.lines.export.texts.modifiers.get(judged.lines.modifiers[line as usize]).split(' ');
    let named_sites: i32 = lines.iter().map(|&line| untimed::sites(modifiers(line))).sum();
    let sites_named = lines.iter().any(|&line| modifiers(line).any(untimed::is_site));
    let on_one_line = lines.iter().any(|&line| judged.lines.units(line).is_some_and(|billed| billed > 1));
    let over = service.over();

    let (severity, certainty, reason) = match limit {
        // Two sides are two occurrences, and the modifiers say that there were two.
        _ if sites_named && over == 0 && service.billed <= named_sites => return,
        DailyLimit::Known(limit) if limit > 1 && service.billed <= limit => return,
        _ if facts.per_site && !sites_named => (
            Severity::Review,
            Certainty::DependsOnData,
            format!("{code} counts sides or digits, {billed} were billed, and no modifier names them."),
        ),
        DailyLimit::BySetting(a, b) => (
            Severity::Review,
            Certainty::DependsOnData,
            format!(
                "{code} is untimed: {billed} billed; a day may have {} in a practice and {} in a facility, and the export does not say which it was.",
                a, b
            ),
        ),
        DailyLimit::Unknown => (
            Severity::Review,
            Certainty::DependsOnData,
            format!("{code} is untimed, one unit per occurrence: {billed} billed; no daily limit is published."),
        ),
        DailyLimit::Known(_) if over == 0 => (
            Severity::Review,
            Certainty::DependsOnData,
            format!(
                "{code} is untimed: {billed} billed on {} lines; two occurrences on one day must be documented.",
                lines.len()
            ),
        ),
        DailyLimit::Known(1) if on_one_line => {
            let (severity, certainty) = judged.untimed_exception(service);
            let reason = format!(
                "{code} is untimed, one unit whatever its duration: {billed} billed, {} supported.",
                service.supported
            );
            (severity, certainty, reason)
        }
        DailyLimit::Known(limit) => (
            Severity::Review,
            Certainty::DependsOnData,
            format!("{code} is untimed: {billed} billed, the daily limit is {limit}."),
        ),
    };
    findings.push(Finding {
        units_supported: Some(service.supported),
        units_over: over,
        ..judged.on_service(service, CHECK.name, severity, certainty, reason)
    });
}
