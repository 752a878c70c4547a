//! Group therapy more than once on a patient's day.

use super::judged::units;
use super::{Certainty, Check, Finding, Grain, Judged, Run, Scope, Severity};
use crate::ingest::Setting;
use crate::sessions::{DailyLimit, Service, daily_limit};

pub const CHECK: Check = Check {
    name: "group-more-than-once",
    family: "untimed",
    severity: Severity::Exception,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS, 11 Part B billing scenarios for PTs and OTs: group therapy; CMS MUE table for the daily limit",
    page: include_str!("group_more_than_once.md"),
    run: Run::Day(find),
};

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    let mut once: Vec<(&Judged, &Service)> = Vec::new();
    for judged in day.iter().filter(|judged| judged.session.occurrences_known()) {
        let group = |service: &&Service| judged.facts(service).is_some_and(|facts| facts.group);
        for service in judged.services.iter().filter(group) {
            if service.billed > 1 {
                findings.extend(of_service(judged, service));
            } else if service.billed == 1 && judged.setting(judged.lines_of(service)) == Setting::Practice {
                once.push((judged, service));
            }
        }
    }
    // Sessions of one payer and practice differ by discipline. One group for each plan of care may be right: said, and no more.
    let account = |judged: &Judged| (judged.session.payer, judged.session.practice);
    once.sort_by_key(|(judged, _)| account(judged));
    for alike in once.chunk_by(|(a, _), (b, _)| account(a) == account(b)) {
        let [(judged, service), others @ ..] = alike else { continue };
        if others.is_empty() {
            continue;
        }
        let reason = format!(
            "{} was billed once in each of {} disciplines on one day, in a practice: it has one group a day for a patient.",
            judged.code(service),
            alike.len()
        );
        findings.push(Finding {
            grain: Grain::Day,
            beside: others.iter().map(|(_, service)| service.lines).collect(),
            ..judged.on_service(service, CHECK.name, Severity::Note, Certainty::DependsOnData, reason)
        });
    }
}

/// More than one unit of it in one session.
fn of_service(judged: &Judged, service: &Service) -> Option<Finding> {
    let lines: Vec<u32> = judged.bills(service).collect();
    let most = lines.iter().filter_map(|&line| judged.lines.units(line)).max().unwrap_or(0);
    let (code, billed, over) = (judged.code(service), units(service.billed), service.over());
    let setting = judged.setting(&lines);
    let limit = daily_limit(judged.facts(service)?, setting);
    let (severity, certainty, reason) = match limit {
        DailyLimit::Known(limit) if setting == Setting::Facility && service.billed <= limit => (
            Severity::Note,
            Certainty::DependsOnData,
            format!("{code} more than once on one day in a facility: documentation needed, {billed} billed."),
        ),
        DailyLimit::Known(1) if most > 1 && over > 0 => {
            let (severity, certainty) = judged.untimed_exception(service);
            let reason = format!(
                "One line of {code} carries {most} units, and a line is one group at most, however long it was: {billed} billed, {} \
                 supported.",
                service.supported
            );
            (severity, certainty, reason)
        }
        DailyLimit::Known(1) => (
            Severity::Review,
            Certainty::DependsOnData,
            format!(
                "{code} on {} lines of one day: a practice has one group a day for a patient, and a second one must be documented.",
                lines.len()
            ),
        ),
        DailyLimit::Known(limit) => (
            Severity::Review,
            Certainty::DependsOnData,
            format!("{code} more than once on one day: {billed} billed, the daily limit is {limit}."),
        ),
        DailyLimit::BySetting(practice, facility) => (
            Severity::Review,
            Certainty::DependsOnData,
            format!(
                "{code} more than once on one day: {billed} billed; a day may have {practice} in a practice and {facility} in a facility, \
                 and the export does not say which it was."
            ),
        ),
        DailyLimit::Unknown => (
            Severity::Review,
            Certainty::DependsOnData,
            format!("{code} more than once on one day: {billed} billed; no daily limit is published."),
        ),
    };
    Some(Finding {
        units_supported: Some(service.supported),
        units_over: over,
        ..judged.on_service(service, CHECK.name, severity, certainty, reason)
    })
}
