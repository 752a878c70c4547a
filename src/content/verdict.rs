//! The verdict in one box.

use super::{Facts, section};
use crate::audience::Names;
use crate::blocks::{Block, Figure, Section, dollars, thousands};

/// The result for a work paper.
pub fn result(facts: &Facts) -> Vec<Block> {
    verdict(facts, &Names::identified()).blocks
}

/// What a board reads first.
pub(super) fn verdict(facts: &Facts, names: &Names) -> Section {
    let (sessions, auditable) = (facts.measure("sessions"), facts.measure("auditable sessions"));
    let billed = facts.measure("units billed");
    let of = |part: i64| {
        if billed > 0 {
            format!("{:.1} per 100 units billed", 100.0 * part as f64 / billed as f64)
        } else {
            String::new()
        }
    };
    let (over, under) = (facts.measure("units over"), facts.measure("units under"));
    let mut figures = vec![figure(
        format!("{} of {}", thousands(auditable), thousands(sessions)),
        "sessions audited",
        "the others lack what the unit rules need; see coverage".into(),
    )];
    let few = facts.tells_nothing(names);
    let exceeds = "billed units that exceed what the exported minutes support".to_owned();
    let (exceptions, more) = facts.exceptions_shown(names);
    figures.push(match (few, more) {
        (true, _) => figure("not shown".into(), "exceptions", format!("{exceeds}; few patients stand behind them")),
        (false, true) => {
            let note = format!("{exceeds}; not counting checks that few patients stand behind");
            figure(format!("at least {}", thousands(exceptions)), "exceptions", note)
        }
        (false, false) => figure(thousands(exceptions), "exceptions", exceeds),
    });
    let apart = format!("{}; never set off against units over", of(under));
    for (dimension, units, label, note) in
        [("all over", over, "units over", of(over)), ("all under", under, "units under", apart)]
    {
        let patients = if facts.counts(dimension) { facts.patients(dimension, "all patients") } else { Some(0) };
        figures.push(match names.hides(patients) {
            true => figure("not shown".into(), label, "few patients stand behind them".into()),
            false => figure(thousands(units), label, note),
        });
    }
    let few = few || names.hides(facts.patients("all over", "all patients"));
    for (amount, words) in
        [("paid", "paid for units over"), ("allowed", "allowed for units over"), ("charge", "charged for units over")]
    {
        let (cents, covered) = money(facts, amount);
        if covered > 0 && over > 0 && !few {
            figures.push(figure(
                dollars(cents),
                words,
                format!("estimate: amounts are known for {} of {} units over", thousands(covered), thousands(over)),
            ));
            break;
        }
    }
    let mut blocks = warnings(facts);
    blocks.push(Block::Figures(figures));
    blocks.push(Block::Text(in_words(facts)));
    section("verdict", "Result", blocks)
}

fn figure(value: String, label: &str, note: String) -> Figure {
    Figure { value, label: label.into(), note }
}

/// Share of an amount for units over, in cents, and how many of the units over have that amount.
fn money(facts: &Facts, amount: &str) -> (i64, i64) {
    let covered = match amount {
        "charge" => "units_over_charged",
        "allowed" => "units_over_allowed",
        _ => "units_over_paid",
    };
    let sum = |column: &str| facts.table("amounts").records().filter_map(|row| row.whole(column)).sum();
    (sum(&format!("{amount}_share_cents")), sum(covered))
}

/// What casts doubt on all figures.
fn warnings(facts: &Facts) -> Vec<Block> {
    let patterns = facts.gathered.patterns.records();
    let doubt = patterns.filter(|row| row.text("check") == "minutes-from-units");
    doubt.map(|row| Block::Warning(row.text("reason").to_owned())).collect()
}

/// What the figures mean, in a paragraph.
fn in_words(facts: &Facts) -> String {
    let rate = |part: i64, whole: i64| if whole > 0 { 100.0 * part as f64 / whole as f64 } else { 0.0 };
    let (sessions, auditable) = (facts.measure("sessions"), facts.measure("auditable sessions"));
    let exceptions = facts.gathered.certainty.iter().filter(|((severity, _), _)| severity == "exception");
    let (all, certain) = exceptions.fold((0, 0), |(all, certain), ((_, certainty), (findings, _))| {
        (all + findings, certain + if certainty == "certain" { *findings } else { 0 })
    });
    let sure = match (facts.measure("units over"), all) {
        _ if auditable == 0 => "Nothing could be audited, so nothing is said of any bill.",
        (0, 0) => "No session was found to bill more than its exported minutes support.",
        (_, 0) => "No unit over is an exception: a person must look before anything is said of it.",
        _ if certain == all => "All exceptions are certain on the exported data.",
        _ => "Some exceptions depend on what the export leaves open; each says on what.",
    };
    format!(
        "{:.1} % of sessions could be audited. {sure} An exception is a potential overpayment: the exported minutes do not support the \
         exported units. What was treated stands in the signed note, which this audit has not read.",
        rate(auditable, sessions)
    )
}
