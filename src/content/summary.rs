//! Summary tables, each under what its query says of itself.

use super::{Facts, charts, is_withheld, section};
use crate::audience::{Audience, Names};
use crate::blocks::{Block, Cell, Heading, Kind, Section, Table};
use crate::grid::{Grid, Value};
use crate::queries::{Query, built_in};
use crate::words::capital;

/// A table of the folder: money by its columns' names, everything else by what stands in them.
pub(super) fn of_table(grid: &Grid, caption: &str) -> Table {
    let kind = |column: usize, name: &str| match grid
        .rows
        .iter()
        .map(|row| &row[column])
        .find(|cell| **cell != Value::Empty)
    {
        Some(Value::Whole(_)) if name.ends_with("_cents") => Kind::Cents,
        Some(Value::Whole(_)) => Kind::Number,
        Some(Value::Decimal(_)) => Kind::Decimal,
        Some(Value::Day(_)) => Kind::Day,
        Some(Value::Text(_)) if ["reason", "citation", "source", "why_not"].contains(&name) => Kind::Long,
        _ => Kind::Text,
    };
    let heading = |(column, name): (usize, &String)| Heading {
        text: name.trim_end_matches("_cents").replace('_', " "),
        kind: kind(column, name),
    };
    Table {
        caption: caption.into(),
        columns: grid.columns.iter().enumerate().map(heading).collect(),
        rows: grid.rows.iter().map(|row| row.iter().cloned().map(Cell::Is).collect()).collect(),
        note: String::new(),
    }
}

/// A summary table of the run, under what its query says of itself.
pub fn titled(facts: &Facts, name: &str) -> Table {
    of_table(facts.table(name), &title(name))
}

/// What a built-in query says of itself; the name of any other.
pub fn title(name: &str) -> String {
    let query = built_in().into_iter().find(|(place, own, _)| *place == "tables" && *own == name);
    let title = query.and_then(|(_, name, text)| Query::parse(name, text).ok()).map(|query| query.title);
    capital(&title.unwrap_or_else(|| name.replace('_', " ")))
}

/// Columns of summary tables that a page shows, where it does not show all: what does not fit a screen beside them is in the table.
const ON_PAGE: [(&str, &[&str]); 4] = [
    (
        "by_check",
        &["check", "severity", "ran", "findings", "exceptions", "sessions", "units_over", "share_of_auditable_per_100"],
    ),
    (
        "by_payer",
        &[
            "payer",
            "rule_basis",
            "sessions",
            "auditable_sessions",
            "units_billed",
            "units_supported",
            "units_over",
            "units_under",
            "over_per_100_units",
            "minutes_per_unit",
        ],
    ),
    (
        "by_therapist",
        &[
            "therapist_id",
            "sessions",
            "auditable_sessions",
            "units_billed",
            "units_supported",
            "units_over",
            "units_over_attributed",
            "units_under",
            "over_per_100_units",
            "minutes_per_unit",
        ],
    ),
    (
        "payers",
        &[
            "payer_name",
            "payer_class",
            "unit_rule",
            "rule_basis",
            "sessions",
            "units_over_cms",
            "units_over_midpoint",
            "units_that_change",
            "source",
        ],
    ),
];

/// The columns of a table that a page shows, in that order.
fn on_page(name: &str, grid: &Grid) -> Grid {
    let Some((_, wanted)) = ON_PAGE.iter().find(|(own, _)| *own == name) else { return grid.clone() };
    let kept: Vec<usize> = wanted.iter().filter_map(|name| grid.column(name)).collect();
    Grid {
        columns: kept.iter().map(|&place| grid.columns[place].clone()).collect(),
        rows: grid.rows.iter().map(|row| kept.iter().map(|&place| row[place].clone()).collect()).collect(),
    }
}

/// A summary table as an audience may see it: `dimension` is what its rows are of, and the name of the column that says which.
pub(super) fn shown(facts: &Facts, names: &Names, name: &str, dimension: &str) -> Table {
    let grid = &on_page(name, facts.table(name));
    let patients: Vec<Option<i64>> = grid.records().map(|row| facts.patients(dimension, row.text(dimension))).collect();
    let mut table = of_table(grid, &title(name));
    // Before anything is renamed, since ties are settled by names.
    names.suppress(&mut table, &patients);
    // A group may be large, and few of its patients have units over, or under. Units billed less those supported would tell of them.
    for (of, wanted) in [
        ("over", &["units_over", "units_over_attributed", "over_per_100_units", "units_supported"][..]),
        ("under", &["units_under", "units_supported"]),
    ] {
        let with: Vec<Option<i64>> =
            grid.records().map(|row| facts.patients(&format!("{dimension} {of}"), row.text(dimension))).collect();
        let columns: Vec<usize> = wanted.iter().filter_map(|name| grid.column(name)).collect();
        if facts.counts(&format!("{dimension} {of}")) {
            names.suppress_cells(&mut table, &columns, &with);
        }
    }
    let Some(place) = grid.column(dimension) else { return table };
    for (row, record) in table.rows.iter_mut().zip(grid.records()) {
        let shown = match dimension {
            "therapist_id" => names.clinician(record.text(dimension)),
            // Who pays for few patients may be one of them.
            "payer" if row.contains(&Cell::Hidden) => "(a payer of few patients)".to_owned(),
            _ => continue,
        };
        row[place] = Cell::Is(Value::text(shown));
    }
    table
}

/// Adds to what must be known to read a table.
fn remark(table: &mut Table, words: &str) {
    table.note = if table.note.is_empty() { words.into() } else { format!("{words} {}", table.note) };
}

/// Takes a column out.
fn without(table: &mut Table, heading: &str) {
    if let Some(place) = table.columns.iter().position(|column| column.text == heading) {
        table.columns.remove(place);
        table.rows.iter_mut().for_each(|row| {
            row.remove(place);
        });
    }
}

/// Whether a table shows all that it has.
pub(super) fn is_whole(table: &Table) -> bool {
    !table.rows.iter().flatten().any(|cell| *cell == Cell::Hidden)
}

/// Payers, their rules and what the choice is worth.
pub(super) fn payers(facts: &Facts, names: &Names) -> Section {
    let mut grid = facts.table("payers").clone();
    if names.audience() == Audience::Shareable {
        // Who pays for few patients may be one of them. Of the others, what the rule is and why is all that others need.
        let place = grid.column("payer").unwrap_or(0);
        grid.rows.retain(|row| match &row[place] {
            Value::Text(payer) => !names.hides_row("payer", payer),
            _ => true,
        });
    }
    let mut table = of_table(&on_page("payers", &grid), &title("payers"));
    if names.audience() == Audience::Shareable {
        for heading in ["sessions", "units over cms", "units over midpoint", "units that change"] {
            without(&mut table, heading);
        }
    }
    let basis = "Basis: documented (a cited, dated policy), user (set for this run), default (only the class of the payer is known), \
                  unknown. With the last two, both rules are run, and units are over only if they are over under both.";
    remark(&mut table, basis);
    section("payers", "Payers and their unit rules", vec![Block::Table(table)])
}

/// Findings by check, and how sure they are.
pub(super) fn checks(facts: &Facts, names: &Names) -> Section {
    let mut table = shown(facts, names, "by_check", "check");
    table.rows.retain(|row| !is_withheld(&row[0].shown(Kind::Text), names));
    let severity = "Severity: exceptions exceed what the exported minutes support; reviews need a person; notes inform. The share is of \
                  audited sessions. short-session-average is a flag on sessions, true of about half of honest ones. Units over are \
                  counted once, by the finding that is primary.";
    remark(&mut table, severity);
    let whole = is_whole(&table);
    if !whole {
        // Few checks have units over, so the total less those shown would tell of a hidden one.
        without(&mut table, "units over");
    }
    let mut sure = Table::new(
        "How sure findings are",
        &[
            ("severity", Kind::Text),
            ("certainty", Kind::Text),
            ("findings", Kind::Number),
            ("units over", Kind::Number),
        ],
    );
    for ((severity, certainty), (findings, over)) in &facts.gathered.certainty {
        let withheld = facts.gathered.patterns.records().filter(|row| {
            is_withheld(row.text("check"), names)
                && [row.text("severity"), row.text("certainty")] == [severity.as_str(), certainty.as_str()]
        });
        let findings = findings - withheld.count() as i64;
        if findings > 0 {
            sure.row([
                Value::text(severity.clone()),
                Value::text(certainty.replace('-', " ")),
                Value::Whole(findings),
                Value::Whole(*over),
            ]);
        }
    }
    sure.note = "Certain: on the exported data. Depends on rule: over under one unit rule and not the other, and the payer's rule is \
                 not documented. Depends on data: something in the export leaves a doubt, which the reason names."
        .into();
    let mut blocks = vec![Block::Table(table)];
    // Beside a table with hidden rows, counts by another split could tell them.
    if whole {
        blocks.push(Block::Table(sure));
    }
    if whole {
        blocks.extend(money(facts, names));
    }
    section("checks", "Findings by check", blocks)
}

/// The money behind units over.
fn money(facts: &Facts, names: &Names) -> Option<Block> {
    let amounts = facts.table("amounts");
    if amounts.rows.is_empty() {
        return None;
    }
    let mut table = shown(facts, names, "amounts", "check");
    let estimate = "A share is an estimate for planning, if all units of the lines were priced alike. Beside each amount stands how many \
                  of the units over it covers. What is owed is settled claim by claim, in the refund worksheet.";
    remark(&mut table, estimate);
    for [covered, share] in [
        ["units over charged", "charge share"],
        ["units over allowed", "allowed share"],
        ["units over paid", "paid share"],
    ] {
        let sum: i64 = amounts.records().filter_map(|row| row.whole(&covered.replace(' ', "_"))).sum();
        if sum == 0 {
            without(&mut table, covered);
            without(&mut table, share);
        }
    }
    Some(Block::Table(table))
}

/// By therapist, clinic, payer, code and month, each with its chart.
pub(super) fn by(facts: &Facts, names: &Names) -> Vec<Section> {
    let shown = |name, dimension| shown(facts, names, name, dimension);
    let therapists = shown("by_therapist", "therapist_id");
    let codes = shown("by_code", "code");
    let months = shown("by_month", "month");
    vec![
        section(
            "therapists",
            "By therapist",
            vec![
                charts::pareto("Units over by therapist", "therapist", &therapists, "units over"),
                charts::funnel(facts, names),
                Block::Text(
                    "units over attributed: those that belong to this clinician alone. Sessions that several clinicians shared stand in \
                     the row (several or not named), and are counted for none of them."
                        .into(),
                ),
            ],
        ),
        section("clinics", "By clinic", vec![Block::Table(shown("by_clinic", "clinic"))]),
        section("by-payer", "By payer", vec![Block::Table(shown("by_payer", "payer"))]),
        section("codes", "By code", vec![charts::pareto("Units over by code", "code", &codes, "units over")]),
        section("months", "By month", vec![charts::by_month(&months)]),
    ]
}

/// Tables of the user's own queries.
pub(super) fn own_tables(facts: &Facts, names: &Names) -> Option<Section> {
    // What stands behind their rows is not known, so they are for those who may see everything.
    if names.audience() == Audience::Shareable {
        return None;
    }
    let ours: Vec<&str> = built_in().into_iter().map(|(_, name, _)| name).collect();
    let own: Vec<Block> = facts
        .tables
        .keys()
        .filter(|name| !ours.contains(&name.as_str()))
        .map(|name| Block::Table(titled(facts, name)))
        .collect();
    (!own.is_empty()).then(|| section("own", "Tables of your own queries", own))
}
