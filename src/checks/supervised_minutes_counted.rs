//! Minutes of supervised modalities, or unskilled ones, in the timed total: only where the export's own minutes show it.

use super::judged::units;
use super::{CMS_20_2, Certainty, Check, Finding, Judged, Run, Scope, Severity, overbilled_units};
use crate::ingest::{BLANK_TIME, Role};
use crate::reference::{Field, Kind};
use crate::sessions::{Evidence, Service};
use recount_core::domain::{Rule, Time, UnitLimits, Units};
use recount_core::units::pool::{Pool, Tally};

pub const CHECK: Check = Check {
    name: "supervised-minutes-counted",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::Minutes],
    needs_any: &[Field::VisitTimedMinutes, Field::UnskilledMinutes, Field::Skilled],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: CMS_20_2,
    page: include_str!("supervised_minutes_counted.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    if judged.session.auditable() {
        findings.extend(supervised(judged).or_else(|| unskilled(judged)));
    }
}

/// The visit's timed minutes are exactly those of its timed lines and those of its supervised modalities.
fn supervised(judged: &Judged) -> Option<Finding> {
    let (lines, visit) = judged.session.mismatch?;
    let supervised = |service: &&Service| judged.facts(service).is_some_and(|facts| facts.supervised);
    let own: Vec<&Service> = judged.services.iter().filter(supervised).collect();
    let time = own.iter().map(|service| service.time).sum::<Option<Time>>()?;
    if time == Time::ZERO || lines + time != visit {
        return None;
    }
    // An evaluation of as many minutes explains the total as well.
    let others = judged.services.iter().filter(|service| service.kind != Kind::Timed && !supervised(service));
    let others: Vec<Time> = others.filter_map(|service| service.time).collect();
    if others.contains(&time) || others.iter().copied().sum::<Time>() == time {
        return None;
    }
    let codes: Vec<&str> = own.iter().map(|service| judged.code(service)).collect();
    let what = format!(
        "The visit's {visit} timed minutes are exactly the {lines} of its timed lines and the {time} of {}, which is supervised and \
         doesn't count",
        codes.join(" and "),
    );
    Some(told(judged, &recounts(judged, |_| Time::ZERO), what))
}

/// Minutes that needed no therapist are among those of timed lines, and without them fewer units are supported than were billed.
fn unskilled(judged: &Judged) -> Option<Finding> {
    if judged.session.evidence != Evidence::PerCode {
        return None;
    }
    let own: Vec<(u32, Time)> = judged
        .timed()
        .map(|service| (service.code, unskilled_of(judged, service)))
        .filter(|own| own.1 > Time::ZERO)
        .collect();
    if own.is_empty() {
        return None;
    }
    let without = |service: &Service| own.iter().find(|own| own.0 == service.code).map_or(Time::ZERO, |own| own.1);
    let (before, after) = (recounts(judged, |_| Time::ZERO), recounts(judged, without));
    // What was over before has its own finding.
    if before.iter().zip(&after).all(|(before, after)| after.tally.over <= before.tally.over) {
        return None;
    }
    let codes: Vec<&str> = own.iter().map(|own| judged.lines.export.texts.codes.get(own.0)).collect();
    let what = format!(
        "{} of the {} timed minutes needed no therapist's skills (on {})",
        own.iter().map(|own| own.1).sum::<Time>(),
        judged.session.timed_time,
        codes.join(" and "),
    );
    Some(told(judged, &after, what))
}

/// The unskilled minutes among those that a service has.
fn unskilled_of(judged: &Judged, service: &Service) -> Time {
    let lines = judged.lines;
    let own = judged.own_lines();
    // A box that nobody ticks says no of every line.
    let is_ticked = own.iter().any(|&line| lines.particulars(line).skilled == Some(true));
    // Where there is a note, its minutes are meant, and not the bill's.
    let role = if service.told_by.note { Role::Notes } else { Role::Bill };
    let counts = |line: &&u32| lines.role(**line) == role && lines.units(**line).is_none_or(|units| units >= 0);
    let unskilled = |&line: &u32| {
        let all = lines.time(line).unwrap_or(Time::ZERO);
        match lines.unskilled.at(line) {
            _ if is_ticked && lines.particulars(line).skilled == Some(false) => all,
            BLANK_TIME => Time::ZERO,
            some => all.min(Time(some.max(0))),
        }
    };
    judged.lines_of(service).iter().filter(counts).map(unskilled).sum()
}

/// What timed lines support by one rule.
struct Recount {
    rule: Rule,
    time: Time,
    tally: Tally,
}

/// What the timed lines support, less some time of each, by every rule that may apply.
fn recounts(judged: &Judged, less: impl Fn(&Service) -> Time) -> Vec<Recount> {
    let session = judged.session;
    let mut services: Vec<(Option<u16>, Time, Units)> = Vec::new();
    for service in judged.timed() {
        let time = Time(service.time.unwrap_or(Time::ZERO).0.saturating_sub(less(service).0).max(0));
        match services.iter_mut().find(|(family, ..)| family.is_some() && *family == service.family) {
            Some((_, own, billed)) => {
                *own += time;
                *billed += service.billed;
            }
            None => services.push((service.family, time, service.billed)),
        }
    }
    let services: Vec<(Time, Units)> = services.into_iter().map(|(_, time, billed)| (time, billed)).collect();
    let time = services.iter().map(|(time, _)| *time).sum();
    let pool = Pool::new(&services, None, false);
    let rules = match session.rule {
        _ if session.either => vec![Rule::Either],
        rule if session.basis.is_settled() => vec![rule],
        _ => vec![Rule::Cms, Rule::Midpoint],
    };
    rules.into_iter().map(|rule| Recount { rule, time, tally: pool.tally(rule, &UnitLimits::NONE) }).collect()
}

/// The finding: to be looked at if units are over by some rule that may apply. What the columns hold is for the data to show.
fn told(judged: &Judged, recounts: &[Recount], what: String) -> Finding {
    let session = judged.session;
    let is_over = recounts.iter().any(|recount| recount.tally.over > 0);
    let severity = if is_over { Severity::Review } else { Severity::Note };
    let supported: Vec<String> = recounts
        .iter()
        .map(|recount| {
            let how = match recount.rule {
                Rule::Cms => "",
                Rule::Either => "by the milder of two rules ",
                _ => "each code alone, ",
            };
            format!("{how}{} minutes support {}", recount.time, units(recount.tally.supported))
        })
        .collect();
    let were = if session.timed.billed == 1 { "was" } else { "were" };
    let reason = format!("{what}: {}; {} {were} billed.", supported.join("; "), session.timed.billed);
    let mildest = recounts.iter().map(|recount| recount.tally).min_by_key(|tally| tally.over);
    Finding {
        units_supported: mildest.map(|tally| tally.supported),
        also: (session.timed.over > 0).then(|| (overbilled_units::CHECK.name, judged.code_above())),
        ..judged.finding(CHECK.name, severity, Certainty::DependsOnData, reason)
    }
}
