//! Charts, each over the table that it is drawn from.

use super::{Facts, section};
use crate::audience::{Audience, Names};
use crate::blocks::{Bars, Block, Cell, Chart, Funnel, Kind, Section, Table};
use crate::grid::{Grid, Value};
use std::collections::BTreeMap;

/// Bars of a chart by name, at most.
const BARS: usize = 20;

/// Sessions from which on a histogram has a bar for each minute.
const BY_MINUTE: i64 = 2_000;

/// Last minute of the histogram; what lies beyond is in its last bar.
const LAST: i64 = 120;

/// The whole number in a cell of a shown table.
fn whole(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Is(Value::Whole(number)) => Some(*number),
        _ => None,
    }
}

/// The most of something by name, largest first, with the share that all up to each have.
pub(super) fn pareto(title: &str, of: &str, table: &Table, measure: &str) -> Block {
    let place = table.columns.iter().position(|column| column.text == measure).unwrap_or(0);
    let mut bars: Vec<(String, Option<i64>)> = table
        .rows
        .iter()
        .map(|row| (row[0].shown(Kind::Text), whole(&row[place])))
        .filter(|(_, height)| height.is_none_or(|height| height > 0))
        .collect();
    bars.sort_by_key(|(_, height)| std::cmp::Reverse(*height));
    let (shown, rest) = bars.split_at(bars.len().min(BARS));
    let more =
        if rest.is_empty() { String::new() } else { format!(" The {BARS} with most of {} are drawn.", bars.len()) };
    let total: i64 = bars.iter().filter_map(|(_, height)| *height).sum();
    let hidden = bars.iter().any(|(_, height)| height.is_none());
    let leads = match bars.iter().find(|(_, height)| height.is_some()) {
        Some((name, Some(height))) if total > 0 => format!("{name} has most: {height}."),
        _ if hidden => "Few patients stand behind them, so they are not shown.".into(),
        _ => "There are none.".into(),
    };
    let line = if hidden || total == 0 { "" } else { " The line is the share of all bars up to each." };
    let chart = Bars {
        title: title.into(),
        description: format!("{leads}{more}{line}"),
        x: of.into(),
        y: measure.into(),
        bars: shown.to_vec(),
        marks: Vec::new(),
        cumulative: true,
    };
    Block::Chart(Chart::Bars(chart), table.clone())
}

/// Units over by month.
pub(super) fn by_month(table: &Table) -> Block {
    let place = table.columns.iter().position(|column| column.text == "units over").unwrap_or(0);
    let bars: Vec<(String, Option<i64>)> =
        table.rows.iter().map(|row| (row[0].shown(Kind::Text), whole(&row[place]))).collect();
    let most = bars.iter().filter_map(|(month, height)| Some((height.as_ref()?, month))).max();
    let chart = Bars {
        title: "Units over by month".into(),
        description: most.map_or("No month is shown.".into(), |(height, month)| format!("Most in {month}: {height}.")),
        x: "month of service".into(),
        y: "units over".into(),
        bars,
        ..Bars::default()
    };
    Block::Chart(Chart::Bars(chart), table.clone())
}

/// Timed minutes: how many sessions have so many, and how far beyond a multiple of 15 they are.
pub(super) fn minutes(facts: &Facts, names: &Names) -> Section {
    let grid = facts.table("by_timed_minutes");
    let blocks = vec![
        Block::Text(
            "Where minutes are recorded as they were, sessions spread evenly over a unit's fifteen minutes. Sessions that pile up at the \
             first minute of a band (8, 23, 38, 53, 68) are worth a look at how minutes are recorded; so are those at multiples of 15 \
             or of 5."
                .into(),
        ),
        histogram(facts, names, grid),
        remainders(facts, names, grid),
    ];
    section("minutes", "Timed minutes", blocks)
}

fn histogram(facts: &Facts, names: &Names, grid: &Grid) -> Block {
    let sessions: i64 = grid.records().filter_map(|row| row.whole("sessions")).sum();
    let by_minute = sessions >= BY_MINUTE;
    let (dimension, step) = if by_minute { ("timed_minutes", 1) } else { ("timed_minutes_by_five", 5) };
    let start = |minutes: i64| match by_minute {
        true => minutes,
        false if minutes < 3 => 0,
        false => (minutes - 3) / 5 * 5 + 3,
    };
    let mut counts: BTreeMap<i64, [i64; 2]> = BTreeMap::new();
    for row in grid.records() {
        let minutes = row.whole("timed_minutes").unwrap_or(0);
        let cell = counts.entry(start(minutes)).or_default();
        cell[0] += row.whole("sessions").unwrap_or(0);
        cell[1] += row.whole("units_over").unwrap_or(0);
    }
    let columns = [("timed minutes", Kind::Text), ("sessions", Kind::Number), ("units over", Kind::Number)];
    let mut table = Table::new("Audited sessions with timed units, by their timed minutes", &columns);
    let mut patients = Vec::new();
    let name = |from: i64| match (by_minute, from) {
        (true, _) => from.to_string(),
        (false, 0) => "0–2".into(),
        (false, _) => format!("{from}–{}", from + 4),
    };
    for (from, [sessions, over]) in &counts {
        table.row([Value::text(name(*from)), Value::Whole(*sessions), Value::Whole(*over)]);
        patients.push(facts.patients(dimension, &from.to_string()));
    }
    names.suppress(&mut table, &patients);
    only_sessions(&mut table, names);
    // The chart has a bar for every step, also where there is no session.
    let heights: BTreeMap<i64, Option<i64>> =
        counts.keys().copied().zip(table.rows.iter().map(|row| whole(&row[1]))).collect();
    let end = counts.keys().next_back().copied().unwrap_or(0).min(LAST);
    let (mut bars, mut marks, mut from) = (Vec::new(), Vec::new(), 0);
    while from <= end {
        if from >= 8 && (from - 8) % 15 == 0 && from <= 68 {
            marks.push((bars.len(), format!("{from}")));
        }
        bars.push((name(from), heights.get(&from).copied().unwrap_or(Some(0))));
        from = if by_minute || from > 0 { from + step } else { 3 };
    }
    let beyond: i64 = counts.range(end + 1..).map(|(_, cell)| cell[0]).sum();
    let cut = if beyond > 0 {
        format!(" Sessions of more than {end} minutes are in the table alone.")
    } else {
        String::new()
    };
    let chart = Bars {
        title: "Sessions by timed minutes".into(),
        description: format!("Lines stand where the next unit begins under the cms rule.{cut}"),
        x: "timed minutes".into(),
        y: "sessions".into(),
        bars,
        marks,
        cumulative: false,
    };
    Block::Chart(Chart::Bars(chart), table)
}

/// Others see how many sessions there are, and not their units over: patients with those are not counted by minutes.
fn only_sessions(table: &mut Table, names: &Names) {
    if names.audience() == Audience::Shareable {
        table.columns.truncate(2);
        table.rows.iter_mut().for_each(|row| row.truncate(2));
    }
}

fn remainders(facts: &Facts, names: &Names, grid: &Grid) -> Block {
    let mut counts = [[0; 2]; 15];
    for row in grid.records() {
        let remainder = row.whole("remainder").unwrap_or(0).clamp(0, 14) as usize;
        counts[remainder][0] += row.whole("sessions").unwrap_or(0);
        counts[remainder][1] += row.whole("units_over").unwrap_or(0);
    }
    let columns = [("minutes beyond", Kind::Text), ("sessions", Kind::Number), ("units over", Kind::Number)];
    let mut table = Table::new("Audited sessions by minutes beyond a multiple of 15", &columns);
    let patients: Vec<Option<i64>> =
        (0..15).map(|remainder| facts.patients("remainder", &remainder.to_string())).collect();
    for (remainder, [sessions, over]) in counts.iter().enumerate() {
        table.row([Value::text(remainder.to_string()), Value::Whole(*sessions), Value::Whole(*over)]);
    }
    names.suppress(&mut table, &patients);
    only_sessions(&mut table, names);
    let bars = table.rows.iter().map(|row| (row[0].shown(Kind::Text), whole(&row[1]))).collect();
    let chart = Bars {
        title: "Remainders: timed minutes beyond a multiple of 15".into(),
        description: "From 8 on the remainder earns one more unit under the cms rule.".into(),
        x: "minutes beyond a multiple of 15".into(),
        y: "sessions".into(),
        bars,
        marks: vec![(8, "8".into())],
        cumulative: false,
    };
    Block::Chart(Chart::Bars(chart), table)
}

/// Minutes per timed unit by clinician, within what chance allows.
pub(super) fn funnel(facts: &Facts, names: &Names) -> Block {
    let grid = facts.table("therapist_minutes");
    let sum = |column: &str| -> i64 { grid.records().filter_map(|row| row.whole(column)).sum() };
    let (sessions, units) = (sum("sessions"), sum("timed_units_billed"));
    let columns = [
        ("therapist", Kind::Text),
        ("sessions", Kind::Number),
        ("timed minutes", Kind::Number),
        ("timed units billed", Kind::Number),
        ("minutes per unit", Kind::Decimal),
    ];
    let mut table = Table::new("Minutes per timed unit by therapist", &columns);
    let (mut patients, mut hundredths) = (Vec::new(), Vec::new());
    for row in grid.records() {
        let therapist = row.text("therapist_id");
        let of = |column: &str| row.whole(column).unwrap_or(0);
        let (minutes, billed) = (of("timed_minutes"), of("timed_units_billed").max(1));
        let per_unit = (200 * minutes + billed) / (2 * billed);
        table.row([
            Value::text(therapist),
            Value::Whole(of("sessions")),
            Value::Whole(minutes),
            Value::Whole(of("timed_units_billed")),
            Value::Decimal(per_unit as f64 / 100.0),
        ]);
        patients.push(facts.patients("therapist_id", therapist));
        hundredths.push((of("sessions"), per_unit));
    }
    names.suppress(&mut table, &patients);
    for (row, record) in table.rows.iter_mut().zip(grid.records()) {
        row[0] = Cell::Is(Value::text(names.clinician(record.text("therapist_id"))));
    }
    let shown = table.rows.iter().zip(hundredths).filter(|(row, _)| row[1] != Cell::Hidden);
    let points: Vec<(String, i64, i64)> =
        shown.map(|(row, (sessions, per_unit))| (row[0].shown(Kind::Text), sessions, per_unit)).collect();
    // An honest session's minutes differ from 15 a unit by some 4.3 (the root of 56/3); its mean by that over the units it has.
    let of_session = units as f64 / sessions.max(1) as f64;
    let spread = if of_session > 0.0 { 300.0 * (56.0_f64 / 3.0).sqrt() / of_session } else { 0.0 };
    let below = points.iter().filter(|(_, n, value)| (*value as f64) < 1500.0 - spread / (*n as f64).sqrt()).count();
    let chart = Funnel {
        title: "Minutes per timed unit by therapist".into(),
        description: format!(
            "{} The limits are three standard errors about 15 minutes a unit, and narrow with the number of sessions. To lie below is no \
             finding: the pattern short-unit-pattern looks at sessions under the cms rule alone, and asks for a low mean, too.",
            if points.is_empty() {
                "No point is shown.".to_owned()
            } else {
                format!("{below} of {} therapists lie below the lower limit.", points.len())
            }
        ),
        x: "sessions".into(),
        y: "timed minutes per timed unit billed".into(),
        points,
        centre: 1500,
        spread,
    };
    Block::Chart(Chart::Funnel(chart), table)
}
