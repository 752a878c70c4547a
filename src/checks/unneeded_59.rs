//! A modifier that lifts an edit, on a code that no edit of the day concerns.

use super::edits::{Billed, SEPARATE, billed, listed, setting_of, tables};
use super::{Certainty, Check, Finding, Grain, Judged, Run, Scope, Severity};
use crate::reference::{EditCode, Field, Ncci, Therapy, date};

pub const CHECK: Check = Check {
    name: "unneeded-59",
    family: "edits",
    severity: Severity::Note,
    needs: &[Field::Modifiers],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Edits(
        |reference| reference.ncci.whole_dates(),
        |reference, facility, day| reference.ncci.knows(facility, day),
    ),
    citation: "CMS NCCI procedure-to-procedure edits; NCCI Policy Manual, ch. I, §E",
    page: include_str!("unneeded_59.md"),
    run: Run::Day(find),
};

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    let has_one = |judged: &Judged, line: u32| judged.modifiers(line).any(|modifier| SEPARATE.contains(&modifier));
    let lines = |judged: &Judged| judged.own_lines().iter().any(|&line| has_one(judged, line));
    // A row that is lost may be the other code of an edit.
    if !day.iter().any(lines) || day.iter().any(|judged| judged.session.why_not.leaves_open_what_there_is()) {
        return;
    }
    let billed = billed(day);
    for own in &billed {
        let Some(modifier) = separate(own) else { continue };
        let bill: Vec<&Billed> = billed.iter().filter(|other| other.same_bill(own)).collect();
        if !is_unneeded(own, &bill) {
            continue;
        }
        let (code, on) = (own.code(), own.judged.session.day);
        let others = listed(bill.iter().map(|other| other.code()).filter(|other| *other != code));
        let reason = if others.is_empty() {
            format!("{code} has {modifier}, which tells it apart from another code; no other was billed that day.")
        } else {
            format!("{code} has {modifier}, which lifts an edit; none in force on {} pairs it with {others}.", date(on))
        };
        let certainty = match own.judged.reference.ncci.seen_on(on) {
            true => own.judged.certainty(),
            false => Certainty::DependsOnData,
        };
        let finding = own.judged.on_service(own.service, CHECK.name, Severity::Note, certainty, reason);
        findings.push(Finding { grain: Grain::Day, ..finding });
    }
}

/// The modifier that says that a therapy service was separate, if one does.
fn separate<'a>(own: &Billed<'a>) -> Option<&'a str> {
    let modifier =
        own.lines().flat_map(|line| own.judged.modifiers(line)).find(|modifier| SEPARATE.contains(modifier))?;
    let therapy = own.judged.facts(own.service)?.therapy;
    matches!(therapy, Therapy::Always | Therapy::Sometimes).then_some(modifier)
}

/// Whether the table tells all edits of all codes of the bill, and none of them concerns that code.
fn is_unneeded(own: &Billed, bill: &[&Billed]) -> bool {
    let (ncci, on): (&Ncci, _) = (&own.judged.reference.ncci, own.judged.session.day);
    let known = |billed: &Billed| billed.edit_code().filter(|code| ncci.tells_all_of(*code, on));
    let Some(code) = known(own) else { return false };
    let tables = tables(setting_of(bill.iter().copied()));
    let edit = |a: EditCode, b: EditCode| tables.iter().any(|facility| ncci.edit(a, b, *facility, on).is_some());
    let unconcerned = |other: &&Billed| match known(other) {
        // The modifier may tell two lines of one code apart.
        Some(other_code) if other_code == code => other.is(own) && other.lines().nth(1).is_none(),
        Some(other_code) => !edit(code, other_code) && !edit(other_code, code),
        None => false,
    };
    tables.iter().all(|facility| ncci.knows(*facility, on)) && bill.iter().all(unconcerned)
}
