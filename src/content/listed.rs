//! Findings one by one: patterns, what reviewers decided, what was waived, the first of each check.

use super::summary::is_whole;
use super::{Facts, OF_A_DAY, is_withheld, section};
use crate::audience::{Audience, Hidden, Names};
use crate::blocks::{Block, Cell, Kind, Section, Table, thousands};
use crate::checks::{self, ALL};
use crate::grid::{Record, Value};
use crate::proof::Proof;
use crate::words::counted;

/// What patterns over many sessions found.
pub(super) fn patterns(facts: &Facts, names: &Names) -> Section {
    let shareable = names.audience() == Audience::Shareable;
    let mut columns =
        vec![("pattern", Kind::Text), ("severity", Kind::Text), ("therapist", Kind::Text), ("clinic", Kind::Text)];
    columns.extend((!shareable).then_some(("file", Kind::Text)));
    columns.extend([("units over", Kind::Number), ("what it says", Kind::Long)]);
    let mut table = Table::new("What many sessions together show", &columns);
    for row in facts.gathered.patterns.records() {
        // What a user's own pattern says may name anyone, and an accepted one is not listed.
        let own = checks::by_name(row.text("check")).is_none();
        let withheld = (shareable && own) || is_withheld(row.text("check"), names);
        if withheld || facts.waivers.is_some_and(|waivers| waivers.waives(&row).is_some()) {
            continue;
        }
        let (therapist, clinic) = (row.text("therapist_id"), row.text("clinic"));
        let few = [("therapist_id", therapist), ("clinic", clinic)]
            .into_iter()
            .any(|(dimension, name)| !name.is_empty() && names.hides_row(dimension, name));
        if few {
            continue;
        }
        let mut cells = vec![
            row.get("check").clone(),
            row.get("severity").clone(),
            Value::text(names.clinician(therapist)),
            row.get("clinic").clone(),
        ];
        cells.extend((!shareable).then(|| row.get("source_rows").clone()));
        cells.extend([row.get("units_over").clone(), row.get("reason").clone()]);
        table.row(cells);
    }
    let mut blocks = vec![match (table.rows.is_empty(), shareable) {
        (true, false) => Block::Text("No pattern over many sessions was found.".into()),
        (true, true) => Block::Text("No pattern over many sessions is shown.".into()),
        (false, _) => Block::Table(table),
    }];
    blocks.extend(shareable.then(|| {
        Block::Text(format!(
            "What is said of one clinician's day ({}) stands in the work paper alone, since few patients stand behind a day.",
            OF_A_DAY.join(", ")
        ))
    }));
    section("patterns", "Patterns over many sessions", blocks)
}

/// What reviewers decided, and how often they disagreed.
pub(super) fn reviewed(facts: &Facts, names: &Names) -> Option<Section> {
    facts.review?;
    let columns = [
        ("check", Kind::Text),
        ("agreed", Kind::Number),
        ("disagreed", Kind::Number),
        ("open", Kind::Number),
        ("disagreed, % of decided", Kind::Decimal),
    ];
    let mut table = Table::new("What reviewers decided, by check", &columns);
    let rate = |[agreed, disagreed, _]: [i64; 3]| {
        let decided = agreed + disagreed;
        if decided > 0 { Value::Decimal(100.0 * disagreed as f64 / decided as f64) } else { Value::Empty }
    };
    let mut total = [0; 3];
    let mut patients = Vec::new();
    for (check, decided) in facts.gathered.decided.iter().filter(|(check, _)| !is_withheld(check, names)) {
        total.iter_mut().zip(decided).for_each(|(sum, count)| *sum += count);
        let [agreed, disagreed, open] = decided.map(Value::Whole);
        table.row([Value::text(check.clone()), agreed, disagreed, open, rate(*decided)]);
        patients.push(facts.patients("check", check));
    }
    names.suppress(&mut table, &patients);
    let [agreed, disagreed, open] = total;
    let words = format!(
        "Of {} decided, {} agreed and {} disagreed; {} are open. {} over stand in findings that a reviewer disagreed with; they are still \
         counted above, since a decision changes no minute of the export.",
        counted((agreed + disagreed) as u64, "finding"),
        thousands(agreed),
        thousands(disagreed),
        thousands(open),
        counted(facts.gathered.units_refused as u64, "unit")
    );
    let mut blocks = if is_whole(&table) { vec![Block::Text(words)] } else { Vec::new() };
    blocks.push(Block::Table(table));
    Some(section("review", "What reviewers decided", blocks))
}

/// Findings that were accepted for now.
pub(super) fn waived(facts: &Facts, names: &Names) -> Option<Section> {
    let waivers = facts.waivers?;
    let columns = [
        ("waiver", Kind::Text),
        ("reason", Kind::Long),
        ("owner", Kind::Text),
        ("until", Kind::Text),
        ("findings", Kind::Number),
        ("units over", Kind::Number),
    ];
    let mut table = Table::new("Findings that are accepted for now", &columns);
    if names.audience() == Audience::Workpaper {
        for (waiver, (findings, over)) in waivers.described().into_iter().zip(&facts.gathered.waived) {
            let [what, reason, owner, until] = waiver;
            table.row([
                Value::text(what),
                Value::text(reason),
                Value::text(owner),
                Value::text(until),
                Value::Whole(*findings),
                Value::Whole(*over),
            ]);
        }
    }
    let (findings, over) = facts.gathered.waived.iter().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
    let mut blocks = vec![Block::Text(format!(
        "Waivers accept {} with {} over. These stand in the tables and in every count above, and are not listed one by one.",
        counted(findings as u64, "finding"),
        counted(over as u64, "unit")
    ))];
    if !table.rows.is_empty() {
        blocks.push(Block::Table(table));
    }
    let counts: Vec<i64> = facts.gathered.waived.iter().map(|(findings, _)| *findings).collect();
    let stale = waivers.stale(&counts, facts.as_of);
    if names.audience() == Audience::Shareable {
        // What they say may name anyone.
        if !stale.is_empty() {
            blocks.push(Block::Warning(format!("{} stale.", are(stale.len()))));
        }
    } else if !stale.is_empty() {
        blocks.push(Block::Warning("Some waivers are stale:".into()));
        blocks.push(Block::List(stale));
    }
    Some(section("waivers", "Accepted findings", blocks))
}

/// `1 waiver is`, `2 waivers are`.
fn are(waivers: usize) -> String {
    if waivers == 1 { "1 waiver is".into() } else { format!("{waivers} waivers are") }
}

/// The first findings of each check, and their proofs where an audience may see them.
pub(super) fn appendix(facts: &Facts, names: &Names, proofs: &[Proof], most: usize) -> Section {
    let shareable = names.audience() == Audience::Shareable;
    let file = facts.run.file("findings").unwrap_or_default();
    let mut blocks = vec![Block::Text(match shareable {
        true => "Ids and patients are pseudonyms, and dates are months. Source rows and proofs are in the work paper."
            .into(),
        false => "Each finding leads to the proof of its session, where that is shown below. What speaks of a patient's day or history has \
                  no session of its own: recount explain DIR FINDING shows it."
            .into(),
    })];
    let mut columns = vec![
        ("finding", Kind::Text),
        ("severity", Kind::Text),
        ("certainty", Kind::Text),
        ("date", Kind::Text),
        ("patient", Kind::Text),
        ("therapist", Kind::Text),
        ("payer", Kind::Text),
        ("code", Kind::Text),
        ("units over", Kind::Number),
        ("reason", Kind::Long),
    ];
    columns.extend((!shareable).then_some(("source rows", Kind::Long)));
    for check in ALL {
        let Some(listed) = facts.gathered.listed.get(check.name) else { continue };
        if names.hides_row("check", check.name) {
            blocks.push(Block::Text(format!("{}: none is listed here, since few patients stand behind them, or since a list would tell of those behind others.", check.name)));
            continue;
        }
        let mut table = Table::new(check.name, &columns);
        for row in listed.first.records().filter(|row| !tells(row, names.hidden())).take(most) {
            table.rows.push(self::row(&row, names, proofs));
        }
        let count = thousands(listed.count);
        table.note = format!("{} of {count}, all in {file}.", thousands(table.rows.len() as i64));
        blocks.push(Block::Table(table));
    }
    if blocks.len() == 1 {
        blocks = vec![Block::Text("No check found anything.".into())];
    }
    for proof in proofs {
        let (id, title) = (proof.session_id.clone(), proof.title.clone());
        blocks.push(Block::Fold { id, title, blocks: proof.blocks.clone() });
    }
    section("findings", "Findings", blocks)
}

/// Whether a row belongs to a group that tables hide: who counts such rows has what is hidden.
pub fn tells(row: &Record, hidden: &Hidden) -> bool {
    ["therapist_id", "clinic", "payer", "code", "month"]
        .into_iter()
        .any(|dimension| hidden.has(dimension, row.text(dimension)))
}

fn row(row: &Record, names: &Names, proofs: &[Proof]) -> Vec<Cell> {
    let shareable = names.audience() == Audience::Shareable;
    let id = row.text("finding_id");
    let shown = names.finding(id);
    let proved = proofs.iter().any(|proof| proof.findings.iter().any(|finding| finding == id));
    let text = |text: String| Cell::Is(Value::text(text));
    let mut cells = vec![
        if proved { Cell::Link(shown, row.text("session_id").to_owned()) } else { text(shown) },
        Cell::Is(row.get("severity").clone()),
        text(row.text("certainty").replace('-', " ")),
        text(names.day(row.day("date_of_service"))),
        text(names.patient(row.text("patient_id"))),
        text(names.clinician(row.text("therapist_id"))),
        Cell::Is(row.get("payer").clone()),
        Cell::Is(row.get("code").clone()),
        Cell::Is(row.get("units_over").clone()),
        Cell::Is(row.get("reason").clone()),
    ];
    cells.extend((!shareable).then(|| Cell::Is(row.get("source_rows").clone())));
    cells
}
