//! What was audited: scope, control totals, coverage, quality of the data.

use super::{Facts, section};
use crate::audience::{Audience, Names};
use crate::blocks::{Block, Kind, Section, Table, thousands};
use crate::grid::Value;
use crate::ingest::Totals;
use crate::words::counted;

/// Which files, dates, options.
pub(super) fn scope(facts: &Facts, names: &Names) -> Section {
    let manifest = &facts.run.manifest;
    let months: Vec<&str> = facts.table("by_month").records().map(|row| row.text("month")).collect();
    let period = match (months.first(), months.last()) {
        (Some(first), Some(last)) if first == last => format!("Dates of service in {first}."),
        (Some(first), Some(last)) => format!("Dates of service from {first} to {last}."),
        _ => "No session.".into(),
    };
    let count = |measure: &str| thousands(facts.measure(measure));
    let mut blocks = vec![Block::Text(format!(
        "{period} {} patients, {} clinicians, {} clinics, {} payers; {} lines in {} sessions. A session is a patient, a date of \
         service, a discipline and a payer.",
        count("patients"),
        count("clinicians named"),
        count("clinics named"),
        count("payers named"),
        count("lines audited"),
        count("sessions")
    ))];
    let mut files = Table::new(
        "The exports that were read",
        &[("file", Kind::Text), ("rows", Kind::Number), ("SHA-256", Kind::Text)],
    );
    for (n, input) in manifest.inputs.iter().enumerate() {
        // A file's name may be a person's.
        let name = if names.audience() == Audience::Shareable { format!("file {}", n + 1) } else { input.file.clone() };
        files.row([Value::text(name), Value::Whole(input.source_rows as i64), Value::text(input.sha256.clone())]);
    }
    blocks.push(Block::Table(files));
    // Sheets and files may be called like people.
    let free = |name: &str| {
        ["sheet", "config", "payer-rule", "what-if"].contains(&name) && names.audience() == Audience::Shareable
    };
    let options = manifest.options.iter().filter(|(name, _)| !free(name));
    let options: Vec<String> = options.map(|(name, value)| format!("{name}: {value}")).collect();
    if !options.is_empty() {
        blocks.push(Block::Text("Options that change results:".into()));
        blocks.push(Block::List(options));
    }
    section("scope", "What was audited", blocks)
}

/// read = audited + excluded + rejected.
pub fn totals(facts: &Facts) -> Table {
    let totals = &facts.run.manifest.totals;
    let mut table = Table::new(
        "Control totals: read = audited + excluded + rejected",
        &[("part", Kind::Text), ("rows", Kind::Number), ("units", Kind::Number), ("charges", Kind::Cents)],
    );
    let mut row = |name: &str, part: Totals| {
        table.row([
            Value::text(name),
            Value::Whole(part.rows as i64),
            Value::Whole(part.units),
            Value::Whole(part.charge_cents),
        ]);
    };
    row("read", totals.read);
    row("audited", totals.audited);
    row("excluded", totals.excluded);
    row("rejected", totals.rejected);
    table.note = "Compare these with the totals of the system that the exports come from.".into();
    table
}

/// Control totals and coverage.
pub(super) fn control(facts: &Facts, names: &Names) -> Section {
    let table = totals(facts);
    let mut coverage = Table::new(
        "Coverage: how many sessions could be audited, and why the others could not",
        &[("why not", Kind::Long), ("sessions", Kind::Number), ("% of all", Kind::Decimal)],
    );
    for record in facts.table("coverage").records().filter(|row| row.text("dimension") == "all") {
        let why = match record.text("why_not") {
            "" => "(audited)",
            why => why,
        };
        coverage.row([Value::text(why), record.get("sessions").clone(), record.get("share_percent").clone()]);
    }
    coverage.note =
        "Every rate in this report has the audited sessions as its denominator, but for untimed codes, which need no \
                     minutes. The table coverage in the folder has the same by file, payer, clinic and clinician."
            .into();
    let why_not = facts.table("coverage").records().filter(|row| row.text("dimension") == "all");
    let few = why_not
        .map(|row| row.text("why_not"))
        .any(|why| names.hides(facts.patients("why_not", if why.is_empty() { "(audited)" } else { why })));
    let all = facts.table("coverage").records().filter(|row| row.text("dimension") == "all");
    let reasons: Vec<&str> = all.map(|row| row.text("why_not")).filter(|why| !why.is_empty()).collect();
    let coverage = match few {
        true => Block::Text(format!(
            "{} of {} sessions could be audited. The others could not, since: {}. How many for which reason is not shown, since few \
             patients stand behind one.",
            thousands(facts.measure("auditable sessions")),
            thousands(facts.measure("sessions")),
            reasons.join("; ")
        )),
        false => Block::Table(coverage),
    };
    let on_lines = facts.measure("units on all lines");
    let (billed, other) = (facts.measure("units billed"), facts.measure("units no rule speaks to"));
    let tie = Block::Text(format!(
        "Of {} on audited lines, the rates below count {}; no rule speaks to {}, and {} stand in sessions that could not be audited.",
        counted(on_lines.unsigned_abs(), "unit"),
        thousands(billed),
        thousands(other),
        thousands(on_lines - billed - other)
    ));
    section("control", "Control totals and coverage", vec![Block::Table(table), tie, coverage])
}

/// What was noticed about the data.
pub(super) fn quality(facts: &Facts, names: &Names) -> Section {
    let manifest = &facts.run.manifest;
    let mut blocks = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    if names.audience() == Audience::Workpaper {
        notes.extend(manifest.notes.iter().cloned());
        for input in &manifest.inputs {
            notes.extend(input.notes.iter().map(|note| format!("{}: {note}", input.file)));
        }
    }
    if !notes.is_empty() {
        blocks.push(Block::Text("Noted while reading:".into()));
        blocks.push(Block::List(notes.iter().map(|note| format!("{note}.")).collect()));
    }
    if names.audience() == Audience::Shareable {
        blocks.push(Block::Text("Rows that were rejected or set aside are counted under the control totals.".into()));
        return section("quality", "Quality of the data", blocks);
    }
    for (name, title) in
        [("rejects", "Rows that could not be read, by the reason"), ("excluded", "Rows set aside, by the reason")]
    {
        let of_name = facts.gathered.lost.iter().filter(|((table, _), _)| table == name);
        let mut table = Table::new(title, &[("reason", Kind::Long), ("rows", Kind::Number)]);
        for ((_, reason), rows) in of_name {
            table.row([Value::text(reason.clone()), Value::Whole(*rows)]);
        }
        if table.rows.is_empty() {
            blocks.push(Block::Text(format!("{title}: none.")));
        } else {
            blocks.push(Block::Table(table));
        }
    }
    if names.audience() == Audience::Workpaper {
        blocks.extend(columns(facts).map(Block::Table));
    }
    section("quality", "Quality of the data", blocks)
}

/// Which column became which field.
fn columns(facts: &Facts) -> Option<Table> {
    let mut table = Table::new(
        "Columns: what was read as what",
        &[("file", Kind::Text), ("field", Kind::Text), ("column", Kind::Text)],
    );
    for input in &facts.run.manifest.inputs {
        for (field, column) in &input.columns {
            table.row([input.file.as_str(), field, column].map(Value::text));
        }
    }
    (!table.rows.is_empty()).then_some(table)
}
