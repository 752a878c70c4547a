//! A second evaluation of one discipline on a patient's day.

use super::edits::{Billed, billed, listed};
use super::{Certainty, Check, Finding, Grain, Judged, Run, Scope, Severity};
use crate::reference::Kind;
use recount_core::domain::Discipline;

pub const CHECK: Check = Check {
    name: "evaluation-repeated",
    family: "edits",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS table of medically unlikely edits (evaluations: 1 a day, by policy); NCCI Policy Manual, ch. XI",
    page: include_str!("evaluation_repeated.md"),
    run: Run::Day(find),
};

/// What may be billed once a day: a discipline's evaluation; of speech-language pathology, which has several tests, each.
type Once = (Discipline, Option<u32>);

fn once(billed: &Billed) -> Option<Once> {
    let discipline = billed.judged.facts(billed.service)?.evaluation?;
    Some((discipline, (discipline == Discipline::Slp).then_some(billed.service.code)))
}

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    let evaluates = |judged: &Judged| judged.services.iter().any(|service| judged.evaluation(service));
    if !day.iter().any(evaluates) {
        return;
    }
    let evaluations: Vec<(Once, Billed)> =
        billed(day).into_iter().filter_map(|billed| Some((once(&billed)?, billed))).collect();
    for (n, (once, own)) in evaluations.iter().enumerate() {
        let same = |(other, billed): &&(Once, Billed)| other == once && billed.same_bill(own);
        // The last of them is the one too many.
        if evaluations[n + 1..].iter().any(|other| same(&other)) {
            continue;
        }
        let all: Vec<&Billed> = evaluations[..=n].iter().filter(same).map(|(_, billed)| billed).collect();
        let count: i32 = all.iter().map(|billed| billed.units()).sum();
        if count < 2 {
            continue;
        }
        let repeated = all.iter().any(|billed| billed.service.repeated);
        let in_doubt = all.iter().any(|billed| billed.in_doubt());
        let certainty = if in_doubt { Certainty::DependsOnData } else { Certainty::Certain };
        let repeats = if repeated { " A row of them repeats another." } else { "" };
        let reason = format!(
            "{count} evaluations of one discipline on one day ({}); one is the limit, by policy.{repeats}",
            listed(all.iter().map(|billed| billed.code())),
        );
        // The check of untimed codes counts what one code has too much.
        let counted =
            own.service.kind == Kind::Untimed && own.service.billed > 1 && own.judged.session.occurrences_known();
        findings.push(Finding {
            grain: Grain::Day,
            primary: !counted,
            also: counted.then_some(("untimed-multiple-units", Some(own.service.code))),
            units_billed: count,
            beside: all.iter().filter(|billed| !billed.is(own)).map(|billed| billed.service.lines).collect(),
            ..own.judged.on_service(own.service, CHECK.name, Severity::Review, certainty, reason)
        });
    }
}
