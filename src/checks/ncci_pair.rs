//! A code billed beside another that keeps it from being paid, and no modifier says that the two were separate.

use super::edits::{Billed, SEPARATE, billed, listed, place, setting_of, tables};
use super::{Certainty, Check, Finding, Grain, Judged, Run, Scope, Severity, evaluation_repeated};
use crate::reference::{Edit, EditCode, Field};
use recount_core::units::untimed;

pub const CHECK: Check = Check {
    name: "ncci-pair",
    family: "edits",
    severity: Severity::Review,
    needs: &[Field::Modifiers],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Edits(
        |reference| reference.ncci.dates(),
        |reference, facility, day| reference.ncci.knows(facility, day),
    ),
    citation: "CMS NCCI procedure-to-procedure edits; NCCI Policy Manual, ch. I and XI",
    page: include_str!("ncci_pair.md"),
    run: Run::Day(find),
};

/// Modifiers beside [`SEPARATE`] and those of one side or digit that lift an edit.
const ALSO_LIFT: [&str; 8] = ["24", "25", "27", "57", "58", "78", "79", "91"];

/// An edit between two codes of a day.
struct Hit<'a> {
    first: &'a Billed<'a>,
    modifier_allowed: bool,
    inferred: bool,
    /// The one table that has it, where the export does not say which holds.
    only_in: Option<bool>,
}

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    if day.iter().map(|judged| judged.services.len()).sum::<usize>() < 2 {
        return;
    }
    let billed: Vec<(Billed, EditCode)> =
        billed(day).into_iter().filter_map(|billed| Some((billed, billed.edit_code()?))).collect();
    for second in &billed {
        let hits: Vec<Hit> = billed.iter().filter_map(|first| hit(first, second)).collect();
        let second = &second.0;
        let Some(anchor) = hits.first().filter(|_| !second.is_denied()) else { continue };
        let doubtful = hits.iter().any(|hit| {
            let judged = hit.first.judged;
            hit.inferred || hit.only_in.is_some() || judged.certainty() == Certainty::DependsOnData
        });
        let own = second.judged.lines_of(second.service)[0];
        let left_out = second.judged.leaves_out(own, |used, _| used.separate == 0);
        let severity = if left_out { Severity::Note } else { Severity::Review };
        let certainty = if doubtful || left_out || second.judged.session.why_not.leaves_open_what_there_is() {
            Certainty::DependsOnData
        } else {
            second.judged.certainty()
        };
        let reason = reason(second, &hits, anchor);
        // Two evaluations of one discipline are one thing to say.
        let evaluations = hits.iter().all(|hit| is_second_evaluation(hit.first, second));
        findings.push(Finding {
            grain: Grain::Day,
            primary: !evaluations,
            also: evaluations.then_some((evaluation_repeated::CHECK.name, None)),
            beside: hits.iter().map(|hit| hit.first.service.lines).collect(),
            ..second.judged.on_service(second.service, CHECK.name, severity, certainty, reason)
        });
    }
}

/// The edit that keeps `second` from being paid beside `first`, unless a modifier lifts it.
fn hit<'a>((first, code_1): &'a (Billed<'a>, EditCode), (second, code_2): &(Billed, EditCode)) -> Option<Hit<'a>> {
    let (ncci, day) = (&second.judged.reference.ncci, second.judged.session.day);
    let edits = [false, true].map(|facility| ncci.edit(*code_1, *code_2, facility, day));
    if edits == [None, None] || !first.same_provider(second) || first.is_denied() {
        return None;
    }
    let lifted = is_lifted(first) || is_lifted(second);
    let holds = |facility: &&bool| -> Option<Edit> {
        edits[usize::from(**facility)].filter(|edit| !(edit.modifier_allowed && lifted))
    };
    let possible = tables(setting_of([first, second]));
    let holding: Vec<(bool, Edit)> =
        possible.iter().filter_map(|facility| Some((*facility, holds(&facility)?))).collect();
    let (facility, edit) = *holding.first()?;
    Some(Hit {
        first,
        modifier_allowed: edit.modifier_allowed,
        inferred: holding.iter().any(|(_, edit)| edit.inferred),
        only_in: (holding.len() < possible.len()).then_some(facility),
    })
}

/// Whether both are evaluations of one discipline, so that another check tells of the two.
fn is_second_evaluation(first: &Billed, second: &Billed) -> bool {
    let of = |billed: &Billed| billed.judged.facts(billed.service)?.evaluation;
    of(first).is_some() && of(first) == of(second) && first.judged.number == second.judged.number
}

/// Whether a line has a modifier that lifts an edit.
fn is_lifted(billed: &Billed) -> bool {
    // Both sides (50) are no other side.
    let names_one = |modifier: &str| modifier != "50" && untimed::is_site(modifier);
    let lifts = |modifier: &str| SEPARATE.contains(&modifier) || ALSO_LIFT.contains(&modifier) || names_one(modifier);
    billed.lines().any(|line| billed.judged.modifiers(line).any(lifts))
}

fn reason(second: &Billed, hits: &[Hit], anchor: &Hit) -> String {
    let code = second.code();
    let of =
        |allowed: bool| listed(hits.iter().filter(|hit| hit.modifier_allowed == allowed).map(|hit| hit.first.code()));
    let (with, without) = (of(true), of(false));
    let mut said = Vec::new();
    if !with.is_empty() {
        said.push(format!(
            "An edit denies {code} beside {with} unless a modifier ({}) says that they were separate; no line has one.",
            SEPARATE.join(", ")
        ));
    }
    if !without.is_empty() {
        said.push(format!("An edit denies {code} beside {without}, whatever the modifier."));
    }
    if let Some(facility) = anchor.only_in {
        said.push(format!("The edit holds in {}, and the export does not say whether this was one.", place(facility)));
    }
    if hits.iter().any(|hit| hit.inferred) {
        said.push("That the edit held on that day is inferred from other days.".to_owned());
    }
    said.join(" ")
}
