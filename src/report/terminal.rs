//! The summary on the terminal.

use super::Report;
use crate::blocks::{dollars, thousands};
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};
use polars::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Rows shown of a table; the file has them all.
const TOP: usize = 8;

/// The whole text, at most `width` columns wide.
pub fn text(report: &Report, width: u16, colour: bool) -> String {
    let mut text = String::new();
    notes(&mut text, report, width);
    for warning in &report.warnings {
        paragraph(&mut text, &format!("WARNING: {warning}"), width);
    }
    totals(&mut text, report, width, colour);
    if let Some(frame) = report.summary("overview") {
        heading(&mut text, "Overview", colour);
        overview(&mut text, frame, width);
    }
    if let Some(frame) = report.summary("by_check") {
        heading(&mut text, "Findings by check", colour);
        let (found, silent) = told(frame).unwrap_or((frame.clone(), Vec::new()));
        let columns = ["check", "exceptions", "reviews", "notes", "sessions", "units_over"];
        show(&mut text, &found, &columns, usize::MAX, width, colour);
        paragraph(
            &mut text,
            "Exceptions exceed what the exported minutes support; reviews need a person; notes inform. Findings on a day, a history or a clinician belong to no session. short-session-average is a flag on sessions, true of about half of honest ones. All of it proves the export, not the signed note.",
            width,
        );
        if !silent.is_empty() {
            paragraph(&mut text, &format!("Ran and found nothing: {}.", silent.join(", ")), width);
        }
        not_run(&mut text, report, width);
    }
    causes(&mut text, report, width, colour);
    what_if(&mut text, report, width, colour);
    if let Some(frame) = report.summary("by_agreement").filter(|frame| frame.height() > 0) {
        heading(&mut text, "Bills against notes and payments, by session", colour);
        let columns = ["notes", "payment", "sessions", "minutes_documented", "units_billed", "units_paid"];
        show(&mut text, frame, &columns, usize::MAX, width, colour);
    }
    for (name, title, key) in [
        ("by_therapist", "Therapists, most units over first", "therapist_id"),
        ("by_payer", "Payers, most units over first", "payer"),
        ("by_code", "Codes, most units over first", "code"),
    ] {
        let Some(frame) = report.summary(name) else { continue };
        heading(&mut text, title, colour);
        let columns = [key, "sessions", "units_billed", "units_over", "units_under", "over_per_100_units"];
        show(&mut text, frame, &columns, TOP, width, colour);
    }
    text
}

/// Checks that found something, and the names of those that ran and found nothing.
fn told(by_check: &DataFrame) -> PolarsResult<(DataFrame, Vec<String>)> {
    let (ran, checks) = (by_check.column("ran")?.bool()?, by_check.column("check")?.str()?);
    let (findings, sessions) = (by_check.column("findings")?.i64()?, by_check.column("sessions")?.i64()?);
    let found = |n: usize| findings.get(n).unwrap_or(0) + sessions.get(n).unwrap_or(0) > 0;
    let mask: BooleanChunked = (0..by_check.height()).map(found).collect();
    let silent = (0..by_check.height()).filter(|&n| ran.get(n) == Some(true) && !found(n));
    let silent = silent.filter_map(|n| checks.get(n)).map(str::to_owned).collect();
    Ok((by_check.filter(&mask)?, silent))
}

/// What was decided or noticed while reading; what holds of several files is said once.
fn notes(text: &mut String, report: &Report, width: u16) {
    let inputs = &report.manifest.inputs;
    let mut said: Vec<&str> = Vec::new();
    for note in inputs.iter().flat_map(|input| &input.notes) {
        if said.contains(&note.as_str()) {
            continue;
        }
        said.push(note);
        let files: Vec<&str> =
            inputs.iter().filter(|input| input.notes.contains(note)).map(|input| input.file.as_str()).collect();
        let which = match files[..] {
            [file] => clean(file),
            _ if files.len() == inputs.len() => "All files".into(),
            _ => format!("{} files", files.len()),
        };
        paragraph(text, &format!("{which}: {note}."), width);
    }
    for note in &report.manifest.notes {
        paragraph(text, &format!("{note}."), width);
    }
}

/// Checks that did not run, or not wholly, and what they lack.
fn not_run(text: &mut String, report: &Report, width: u16) {
    let left = &report.manifest.checks_not_run;
    let mut reasons: Vec<&String> = left.values().collect();
    reasons.sort_unstable();
    reasons.dedup();
    let of_reason = |why: &String| {
        let checks: Vec<&str> =
            left.iter().filter(|(_, other)| *other == why).map(|(check, _)| check.as_str()).collect();
        format!("{} ({why})", checks.join(", "))
    };
    if !reasons.is_empty() {
        let parts: Vec<String> = reasons.into_iter().map(of_reason).collect();
        paragraph(text, &format!("Checks not run: {}.", parts.join("; ")), width);
    }
    // That other payers are left out goes without saying.
    let partly = report.manifest.checks_applied.iter().filter(|(check, _)| !left.contains_key(*check));
    let parts: Vec<String> = partly
        .filter(|(_, to)| to.other_dates + to.no_column > 0)
        .map(|(check, to)| {
            let all = to.lines + to.other_dates + to.no_column;
            format!("{check} ({} of {})", thousands(to.lines as i64), thousands(all as i64))
        })
        .collect();
    if !parts.is_empty() {
        let why = "the others lie outside the dates of a table, or their file lacks a column";
        paragraph(
            text,
            &format!("Looked at part of the lines of their payers, since {why}: {}.", parts.join(", ")),
            width,
        );
    }
    let in_part = report.manifest.checks_in_part.iter().filter(|(check, _)| !left.contains_key(*check));
    let parts: Vec<String> = in_part.map(|(check, left_out)| format!("{check} ({left_out})")).collect();
    if !parts.is_empty() {
        paragraph(text, &format!("Checks run in part: {}.", parts.join("; ")), width);
    }
}

fn totals(text: &mut String, report: &Report, width: u16, colour: bool) {
    heading(text, "Control totals: read = audited + excluded + rejected", colour);
    let totals = &report.manifest.totals;
    let mut table = new_table(width);
    table.set_header(header(&["", "rows", "units", "charges"], colour));
    for (name, part) in [
        ("read", totals.read),
        ("audited", totals.audited),
        ("excluded", totals.excluded),
        ("rejected", totals.rejected),
    ] {
        table.add_row([
            Cell::new(name),
            number(thousands(part.rows as i64)),
            number(thousands(part.units)),
            number(dollars(part.charge_cents)),
        ]);
    }
    let _ = writeln!(text, "{}", table.trim_fmt());
    let counts = report.manifest.sessions;
    paragraph(
        text,
        &format!(
            "{}, {} of them auditable; every rate below counts those alone.",
            sessions(counts.read),
            thousands(counts.auditable as i64)
        ),
        width,
    );
    not_auditable(text, report, width);
}

/// Why sessions could not be audited, before any rate.
fn not_auditable(text: &mut String, report: &Report, width: u16) {
    let Some(frame) = report.summary("coverage") else { return };
    let column = |name: &str| frame.column(name).and_then(|column| column.str().cloned());
    let (Ok(dimension), Ok(why), Ok(sessions)) =
        (column("dimension"), column("why_not"), frame.column("sessions").and_then(|column| column.i64().cloned()))
    else {
        return;
    };
    for row in 0..frame.height() {
        let (Some("all"), Some(why), Some(count)) = (dimension.get(row), why.get(row), sessions.get(row)) else {
            continue;
        };
        if !why.is_empty() {
            paragraph(text, &format!("Not auditable: {} ({why}).", thousands(count)), width);
        }
    }
}

/// Two measures a line.
fn overview(text: &mut String, frame: &DataFrame, width: u16) {
    let (Ok(measures), Ok(values)) = (frame.column("measure"), frame.column("value")) else { return };
    let (Ok(measures), Ok(values)) = (measures.str(), values.i64()) else { return };
    // What the control totals show already is not said twice.
    let skipped = ["rows read", "rows rejected", "rows excluded", "charges on all lines", "units on all lines"];
    let mut cells: Vec<Cell> = Vec::new();
    for (measure, value) in measures.iter().zip(values.iter()) {
        let measure = measure.unwrap_or("");
        if !skipped.contains(&measure) {
            cells.extend([Cell::new(measure), number(thousands(value.unwrap_or(0)))]);
        }
    }
    let mut table = new_table(width);
    for row in cells.chunks(4) {
        table.add_row(row.to_vec());
    }
    let _ = writeln!(text, "{}", table.trim_fmt());
}

/// What gives the units of overbilled sessions, over all clinicians and payers.
fn causes(text: &mut String, report: &Report, width: u16, colour: bool) {
    let Some(frame) = report.summary("by_cause").filter(|frame| frame.height() > 0) else { return };
    let mut rows = sums(frame, &["cause"], &["sessions", "units_over"]);
    rows.sort_by_key(|(_, sums)| (-sums[1], -sums[0]));
    heading(text, "What gives the units of overbilled sessions, most units over first", colour);
    show_sums(text, &["cause", "sessions", "units over"], rows, width, colour);
    paragraph(text, "A session that several mistakes explain stands in the row of each.", width);
}

/// What the rules that were tried would make of sessions, by payer.
fn what_if(text: &mut String, report: &Report, width: u16, colour: bool) {
    let Some(frame) = report.summary("what_if").filter(|frame| frame.height() > 0) else { return };
    let measures = [
        "auditable_sessions",
        "sessions_that_differ",
        "timed_units_over",
        "what_if_units_over",
        "timed_units_under",
        "what_if_units_under",
    ];
    let mut rows = sums(frame, &["payer", "what_if_rule"], &measures);
    rows.sort_by_key(|(_, sums)| -sums[1]);
    heading(text, "Timed units under another rule (--what-if), most sessions that differ first", colour);
    let names = ["payer", "by", "sessions", "differ", "over", "would be", "under", "would be"];
    show_sums(text, &names, rows, width, colour);
}

/// The first of some sums, each under its keys.
fn show_sums(text: &mut String, names: &[&str], rows: Vec<(Vec<String>, Vec<i64>)>, width: u16, colour: bool) {
    let mut table = new_table(width);
    table.set_header(header(names, colour));
    let all = rows.len();
    for (keys, sums) in rows.into_iter().take(TOP) {
        let keys = keys.iter().map(|key| Cell::new(clean(key)));
        table.add_row(keys.chain(sums.into_iter().map(|sum| number(thousands(sum)))));
    }
    let _ = writeln!(text, "{}", table.trim_fmt());
    if all > TOP {
        let _ = writeln!(text, "{TOP} of {all} rows; all are in the folder tables.");
    }
}

/// Sums of whole numbers over the rows of a table that have the same keys, in the order of the keys.
fn sums(frame: &DataFrame, keys: &[&str], measures: &[&str]) -> Vec<(Vec<String>, Vec<i64>)> {
    let keys: Vec<_> = keys.iter().map(|name| frame.column(name).ok()?.str().ok()).collect();
    let measures: Vec<_> = measures.iter().map(|name| frame.column(name).ok()?.i64().ok()).collect();
    let mut sums: BTreeMap<Vec<String>, Vec<i64>> = BTreeMap::new();
    for row in 0..frame.height() {
        let key = keys.iter().map(|column| column.and_then(|text| text.get(row)).unwrap_or("").to_owned()).collect();
        let sum = sums.entry(key).or_insert_with(|| vec![0; measures.len()]);
        let values = measures.iter().map(|column| column.and_then(|numbers| numbers.get(row)).unwrap_or(0));
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    sums.into_iter().collect()
}

/// The first rows and the named columns of a summary table.
fn show(text: &mut String, frame: &DataFrame, columns: &[&str], rows: usize, width: u16, colour: bool) {
    let names: Vec<String> = columns
        .iter()
        .map(|name| if *name == "over_per_100_units" { "per 100".into() } else { name.replace('_', " ") })
        .collect();
    let mut table = new_table(width);
    table.set_header(header(&names.iter().map(String::as_str).collect::<Vec<_>>(), colour));
    for row in 0..frame.height().min(rows) {
        table.add_row(columns.iter().map(|name| match frame.column(name).and_then(|column| column.get(row)) {
            Ok(AnyValue::String(value)) => Cell::new(clean(value)),
            // The one row of a table is held by itself.
            Ok(AnyValue::StringOwned(value)) => Cell::new(clean(&value)),
            Ok(AnyValue::Int64(value)) => number(thousands(value)),
            Ok(AnyValue::Float64(value)) => number(format!("{value:.1}")),
            Ok(AnyValue::Null) => number("-".into()),
            Ok(value) => Cell::new(value.to_string()),
            Err(_) => Cell::new(""),
        }));
    }
    let _ = writeln!(text, "{}", table.trim_fmt());
    if frame.height() > rows {
        let _ = writeln!(text, "{rows} of {} rows; all are in the folder tables.", frame.height());
    }
}

/// Text from the export as a terminal may show it: no control characters, not too long.
fn clean(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(36).collect()
}

fn new_table(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}

fn header(names: &[&str], colour: bool) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let cell = Cell::new(name).set_alignment(if n == 0 || ["severity", "by"].contains(name) {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        });
        cells.push(if colour { cell.add_attribute(Attribute::Dim) } else { cell });
    }
    cells
}

fn number(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn heading(text: &mut String, title: &str, colour: bool) {
    let _ = if colour { writeln!(text, "\n\u{1b}[1m{title}\u{1b}[0m") } else { writeln!(text, "\n{title}") };
}

/// A paragraph wrapped at `width`.
fn paragraph(text: &mut String, words: &str, width: u16) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let long = word.chars().count();
        if column > 0 && column + 1 + long > usize::from(width) {
            text.push('\n');
            column = 0;
        }
        if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += long;
    }
    text.push('\n');
}

/// How many sessions.
fn sessions(count: u64) -> String {
    if count == 1 { "1 session".into() } else { format!("{} sessions", thousands(count as i64)) }
}
