//! More units of a code on a patient's day than CMS finds likely.

use super::edits::{Billed, billed, place, setting_of, tables};
use super::judged::units;
use super::{Certainty, Check, Finding, Grain, Judged, Run, Scope, Severity};
use super::{evaluation_repeated, group_more_than_once, untimed_multiple_units, wrong_code_for_payer};
use crate::reference::{Kind, UnitLimit, UnitsPer};

pub const CHECK: Check = Check {
    name: "mue-exceeded",
    family: "edits",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Edits(
        |reference| reference.mue.dates(),
        |reference, facility, day| reference.mue.knows(facility, day),
    ),
    citation: "CMS table of medically unlikely edits; NCCI Policy Manual, ch. I, §V",
    page: include_str!("mue_exceeded.md"),
    run: Run::Day(find),
};

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    let billed = billed(day);
    for (n, own) in billed.iter().enumerate() {
        let limits = own.judged.reference.mue.of(own.code(), own.judged.session.day);
        let Some(least) = limits.iter().flatten().map(|limit| limit.units).min() else { continue };
        // Nearly every code is far below both limits on its own, and by its neighbours.
        let of_code = |other: &&Billed| other.service.code == own.service.code;
        if billed.iter().filter(of_code).map(|other| other.units()).sum::<i32>() <= least {
            continue;
        }
        let same = |other: &&Billed| other.service.code == own.service.code && other.same_provider(own);
        if billed[..n].iter().any(|other| same(&other)) {
            continue;
        }
        let all: Vec<&Billed> = billed[n..].iter().filter(same).collect();
        let possible = tables(setting_of(all.iter().copied()));
        let exceeded: Vec<(bool, &UnitLimit)> = possible
            .iter()
            .filter_map(|&facility| Some((facility, limits[usize::from(facility)]?)))
            .filter(|(_, limit)| of(limit, &all) > limit.units)
            .collect();
        let Some(&(facility, limit)) = exceeded.first() else { continue };
        let everywhere = exceeded.len() == possible.len();
        // A limit of 0 is about payment: the code may have to be reported all the same.
        let severity = match everywhere && exceeded.iter().any(|(_, limit)| limit.units > 0) {
            true => Severity::Review,
            false => Severity::Note,
        };
        let in_doubt = all.iter().any(|billed| billed.in_doubt());
        let certainty = if everywhere && !in_doubt { Certainty::Certain } else { Certainty::DependsOnData };
        let reason = reason(own.code(), &all, &exceeded, (!everywhere).then_some(facility));
        let elsewhere = told_by(own, limit);
        findings.push(Finding {
            grain: Grain::Day,
            primary: elsewhere.is_none(),
            also: elsewhere.map(|check| (check, Some(own.service.code))),
            units_billed: of(limit, &all),
            beside: all[1..].iter().map(|billed| billed.service.lines).collect(),
            ..own.judged.on_service(own.service, CHECK.name, severity, certainty, reason)
        });
    }
}

/// The check that speaks of several units of such a code, and so may tell of these.
fn told_by(own: &Billed, limit: &UnitLimit) -> Option<&'static str> {
    let facts = own.judged.facts(own.service)?;
    match own.service.kind {
        _ if limit.units == 0 => Some(wrong_code_for_payer::CHECK.name),
        _ if facts.evaluation.is_some() => Some(evaluation_repeated::CHECK.name),
        _ if facts.group => Some(group_more_than_once::CHECK.name),
        Kind::Untimed => Some(untimed_multiple_units::CHECK.name),
        _ => None,
    }
}

/// Units that a limit is held against: those of the line with most, or all of the day.
fn of(limit: &UnitLimit, services: &[&Billed]) -> i32 {
    let lines = services.iter().flat_map(|billed| {
        let lines = billed.judged.lines;
        billed.lines().filter_map(move |line| lines.units(line))
    });
    match limit.per {
        UnitsPer::Line => lines.max().unwrap_or(0),
        UnitsPer::DayByPolicy | UnitsPer::DayByUse => lines.sum(),
    }
}

fn reason(code: &str, all: &[&Billed], exceeded: &[(bool, &UnitLimit)], only_in: Option<bool>) -> String {
    let Some(&(_, limit)) = exceeded.first() else { return String::new() };
    let billed = units(of(limit, all));
    let limits: Vec<String> = match exceeded {
        [(_, a), (_, b)] if a.units == b.units => vec![a.units.to_string()],
        several => several.iter().map(|(facility, limit)| format!("{} in {}", limit.units, place(*facility))).collect(),
    };
    let per = if limit.per == UnitsPer::Line { "on one line" } else { "on that day" };
    let mut said = vec![format!("{code}: {billed} billed {per}, the limit is {}.", limits.join(" and "))];
    if let Some(facility) = only_in {
        said.push(format!("The export does not say whether it was {}.", place(facility)));
    }
    let lifts = match limit.per {
        _ if limit.units == 0 => "A limit of 0: Medicare does not pay it there.",
        UnitsPer::Line => "Indicator 1: it is a limit of each line.",
        UnitsPer::DayByPolicy => "Indicator 2: it rests on policy, and no documentation lifts it.",
        UnitsPer::DayByUse => "Indicator 3: it rests on what is usual, and documentation may support more.",
    };
    said.push(lifts.to_owned());
    said.join(" ")
}
