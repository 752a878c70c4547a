//! What lies behind units over: the known mistakes that give the bill. And what another rule would make of it.

use super::{Facts, section};
use crate::audience::{Audience, Names};
use crate::blocks::{Block, Kind, Section, Table};
use crate::grid::{Grid, Value};
use crate::sessions::Cause;
use std::collections::BTreeMap;

/// What a mistake does; without one, that none is known.
const fn in_words(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::RoundedEachCode) => {
            "Each code had the units of its own minutes, as if it stood alone; the rule adds the minutes of all timed codes up first."
        }
        Some(Cause::UntimedMinutesInTotal) => {
            "Minutes of untimed codes (an evaluation, an unattended modality) were counted among the timed ones."
        }
        Some(Cause::TotalRoundedUp) => "The minutes were divided by 15, and a begun fifteen counted as a whole one.",
        Some(Cause::OneUnitPerCode) => "Each code was billed as one unit, whatever its minutes.",
        Some(Cause::OneUnitPer8Minutes) => "Each 8 minutes were billed as a unit.",
        Some(Cause::DisciplinesPooled) => {
            "The minutes of two disciplines of one day were added up as one total; each discipline has its own."
        }
        Some(Cause::ExcludedMinutes) => {
            "Minutes of rows that were set aside (a cancelled visit, a claim that was replaced) were counted."
        }
        None => "No mistake that is known gives the bill.",
    }
}

/// The mistakes, and that none is known, with their names in tables.
fn all() -> impl Iterator<Item = (&'static str, Option<Cause>)> {
    Cause::ALL.into_iter().map(|cause| (cause.name(), Some(cause))).chain([("none", None)])
}

/// Sums of some columns of a table over rows that have the same keys, in the order of the keys.
fn added_up(grid: &Grid, keys: &[&str], measures: &[&str]) -> Vec<(Vec<String>, Vec<i64>)> {
    let mut sums: BTreeMap<Vec<String>, Vec<i64>> = BTreeMap::new();
    for row in grid.records() {
        let key = keys.iter().map(|name| row.text(name).to_owned()).collect();
        let sum = sums.entry(key).or_insert_with(|| vec![0; measures.len()]);
        sum.iter_mut().zip(measures).for_each(|(sum, name)| *sum += row.whole(name).unwrap_or(0));
    }
    sums.into_iter().collect()
}

/// The same as a table under the names of the columns, the most of the last measure first.
fn table(caption: &str, grid: &Grid, keys: &[&str], measures: &[&str]) -> Table {
    let heading = |name: &&str| name.replace('_', " ");
    let (of_keys, of_measures): (Vec<String>, Vec<String>) =
        (keys.iter().map(heading).collect(), measures.iter().map(heading).collect());
    let columns = of_keys.iter().map(|name| (name.as_str(), Kind::Text));
    let columns: Vec<(&str, Kind)> =
        columns.chain(of_measures.iter().map(|name| (name.as_str(), Kind::Number))).collect();
    let mut table = Table::new(caption, &columns);
    let mut sums = added_up(grid, keys, measures);
    sums.sort_by_key(|(_, sums)| sums.iter().rev().map(|sum| -sum).collect::<Vec<_>>());
    for (key, sums) in sums {
        table.row(key.into_iter().map(Value::text).chain(sums.into_iter().map(Value::Whole)));
    }
    table
}

/// Which known mistakes give exactly the units of overbilled sessions; nothing where none is overbilled.
pub(super) fn causes(facts: &Facts, names: &Names) -> Option<Section> {
    let grid = facts.table("by_cause");
    let found: Vec<(&str, Option<Cause>)> =
        all().filter(|(name, _)| grid.records().any(|row| row.text("cause") == *name)).collect();
    if found.is_empty() {
        return None;
    }
    let shareable = names.audience() == Audience::Shareable;
    if shareable && (facts.tells_nothing(names) || names.hides(facts.patients("all over", "all patients"))) {
        return None;
    }
    let lead = "For each session with more timed units than its minutes support, known mistakes were tried: which of them give exactly what \
                was billed? A mistake that fits says how the bill can have come about, not that it did: ask whoever chooses units, and \
                look how the program that bills is set.";
    let meaning = found.iter().map(|(name, cause)| format!("{name}: {}", in_words(*cause)));
    let mut blocks = vec![Block::Text(lead.into()), Block::List(meaning.collect())];
    if shareable {
        // Rows overlap, so that few patients may stand between two sums of many.
        blocks.push(Block::Text(
            "A session may fit several of them, so that numbers would tell of few patients even where many stand behind each. The work \
             paper has the numbers."
                .into(),
        ));
        return Some(titled(blocks));
    }
    let measures = ["sessions", "auditable_sessions", "units_over"];
    let mut overall = table("Overbilled sessions by what gives their units", grid, &["cause"], &measures);
    overall.note = "Rows overlap: a session that several mistakes explain stands in the row of each, so they do not add up. Units over are \
                    those of timed codes in audited sessions. Sessions that are not audited lack a row that was set aside, whose minutes \
                    give the bill."
        .into();
    let clinicians = table("The same by clinician", grid, &["therapist_id", "cause"], &measures);
    blocks.extend([overall, clinicians].map(Block::Table));
    Some(titled(blocks))
}

fn titled(blocks: Vec<Block>) -> Section {
    section("causes", "What lies behind units over", blocks)
}

/// What the rules that were tried (`--what-if`) would make of sessions; nothing where none was.
pub(super) fn what_if(facts: &Facts, names: &Names) -> Option<Section> {
    let grid = facts.table("what_if");
    // How many patients stand behind a difference is not known.
    if grid.rows.is_empty() || names.audience() == Audience::Shareable {
        return None;
    }
    let measures = [
        "auditable_sessions",
        "timed_units_over",
        "what_if_units_over",
        "timed_units_under",
        "what_if_units_under",
        "sessions_that_differ",
    ];
    let mut table =
        table("Audited sessions under the rule that was tried", grid, &["payer", "what_if_rule"], &measures);
    table.note = "Only timed codes, and only payers that a rule was tried on. The table what_if has the same by clinician, with units \
                  supported. A session differs if its units supported, over or under do."
        .into();
    let words =
        "Nothing else in this report follows these rules: findings and all other figures are by the rules above.";
    Some(section("what-if", "Under another rule", vec![Block::Text(words.into()), Block::Table(table)]))
}
