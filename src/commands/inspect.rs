//! `recount inspect`: how exports would be read, without auditing them.

use crate::error::Result;
use crate::ingest::{self, Export, Store, Why};
use crate::plan::Inputs;
use crate::progress::Progress;
use crate::reference::{Kind, date};
use crate::words::counted;
use std::collections::BTreeMap;
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// What would be read: per file its mapping, types, dates, blanks and rejects; then payers with their rules and codes with
/// their kinds. Never a patient's data.
///
/// # Errors
/// As reading for an audit.
pub fn text(inputs: &Inputs, progress: Progress) -> Result<String> {
    let store = Store::in_memory();
    let export = ingest::read(&inputs.paths, &inputs.joined, &inputs.options, &inputs.reference, store, &progress)?;
    let mut text = String::new();
    if let Some(by) = inputs.decided_by() {
        let _ = writeln!(text, "Decisions from {} are used.\n", fitted(&by, 55).trim_end());
    }
    for number in 0..export.sources.len() {
        source(&mut text, &export, number);
    }
    payers(&mut text, &export);
    codes(&mut text, &export, inputs);
    Ok(text)
}

fn source(text: &mut String, export: &Export, number: usize) {
    let source = &export.sources[number];
    let _ = writeln!(text, "{}: {}", fitted(&source.name, 60).trim_end(), counted(source.rows, "row"));
    if let Some((first, last)) = source.days {
        let _ = writeln!(text, "  dates of service {} to {}", date(first), date(last));
    }
    for note in &source.notes {
        let _ = writeln!(text, "  {note}");
    }
    let _ = writeln!(text, "\n  {:<22} {:<20} {:<13} {:>9} {:>9}", "column", "field", "type", "blank", "rejected");
    for (header, field) in &source.columns {
        let (name, kind) = field.map_or(("(not read)", ""), |field| (field.name(), field.type_name()));
        let blank =
            source.counts.blanks.iter().find(|(known, _)| Some(*known) == *field).map_or(0, |(_, count)| *count);
        let rejected = export
            .lost
            .iter()
            .filter(|lost| usize::from(lost.file) == number)
            .filter(|lost| matches!(lost.why, Why::Cell(of, _) if Some(of) == *field))
            .count();
        let count = |n: u64| if field.is_some() { n.to_string() } else { String::new() };
        let header = fitted(header, 22);
        let _ = writeln!(text, "  {header} {name:<20} {kind:<13} {:>9} {:>9}", count(blank), count(rejected as u64));
    }
    let mut problems: BTreeMap<String, (u64, u32)> = BTreeMap::new();
    for lost in export.lost.iter().filter(|lost| usize::from(lost.file) == number) {
        let column = match lost.why {
            Why::Cell(field, _) => format!("{} ", field.name()),
            _ => String::new(),
        };
        problems.entry(format!("{column}{}", lost.why)).or_insert((0, lost.row)).0 += 1;
    }
    if !problems.is_empty() {
        let _ = writeln!(text, "\n  would be rejected or set aside:");
    }
    for (problem, (count, row)) in problems {
        // Two lines where one would be wider than a terminal.
        let gap = if problem.len() + row.to_string().len() > 55 { "\n           " } else { " " };
        let _ = writeln!(text, "  {count:>7}  {problem}{gap}(first: row {row})");
    }
    text.push('\n');
}

fn payers(text: &mut String, export: &Export) {
    let mut counts: BTreeMap<(&str, &str, &str, &str), u64> = BTreeMap::new();
    for &(name, stretch, lines) in &export.payer_lines {
        let policy = export.payer_of(name).policy_at(stretch);
        let rule = if policy.unit_billed { policy.rule.map_or("both", |rule| rule.name()) } else { "excluded" };
        let name = export.texts.payer_names.get(name);
        *counts.entry((name, &policy.class, rule, policy.basis.name())).or_default() += lines;
    }
    let _ = writeln!(text, "Payers: the rule that each falls to\n");
    let _ = writeln!(text, "  {:<28} {:<19} {:<9} {:<11} {:>6}", "payer", "class", "rule", "basis", "lines");
    for ((name, class, rule, basis), count) in counts {
        let name = if name.is_empty() { "(blank)" } else { name };
        let name = fitted(name, 28);
        let _ = writeln!(text, "  {name} {class:<19} {rule:<9} {basis:<11} {count:>6}");
    }
    text.push('\n');
}

fn codes(text: &mut String, export: &Export, inputs: &Inputs) {
    let mut counts: BTreeMap<(&str, Kind), (u64, &str)> = BTreeMap::new();
    for &(code, row, lines) in &export.code_lines {
        let facts = row.map(|row| &inputs.reference.codes.rows()[row]);
        let code = export.texts.codes.get(code);
        let (kind, label) =
            facts.map_or((Kind::Unknown, "not in the table"), |facts| (facts.kind, facts.label.as_str()));
        counts.entry((code, kind)).or_insert((0, label)).0 += lines;
    }
    let _ = writeln!(text, "Codes\n");
    let _ = writeln!(text, "  {:<6} {:<11} {:>9}  label", "code", "kind", "lines");
    for ((code, kind), (count, label)) in counts {
        let label: String = label.chars().take(46).collect();
        let _ = writeln!(text, "  {code:<6} {:<11} {count:>9}  {label}", kind.name());
    }
}

/// Text cut and padded to so many columns of a terminal.
fn fitted(text: &str, columns: usize) -> String {
    let mut fitted = String::new();
    let mut left = columns;
    for c in text.chars().filter(|c| !c.is_control()) {
        let width = c.width().unwrap_or(0);
        if width > left {
            break;
        }
        fitted.push(c);
        left -= width;
    }
    fitted + &" ".repeat(left)
}
