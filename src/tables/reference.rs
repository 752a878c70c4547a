//! Tables about the run itself, for the queries: files, payers, checks, thresholds.

use super::build::Builder;
use crate::checks::{ALL, AppliedTo, Selection};
use crate::error::Result;
use crate::ingest::{Export, LostRow};
use crate::reference::{Policy, Settings};
use polars::prelude::*;
use std::collections::BTreeMap;

/// One row per file. `audited` are its lines in sessions, `lost` the rows that are in none.
pub fn sources(export: &Export, audited: &[u64], lost: &[LostRow]) -> Result<DataFrame> {
    let sources = &export.sources;
    let mut left_out = vec![[0_i64; 2]; sources.len()];
    for row in lost {
        left_out[usize::from(row.file)][usize::from(row.why.is_reject())] += 1;
    }
    Builder::new(sources.len())
        .text("source_file", |n| &sources[n].name)
        .int("rows", |n| sources[n].rows as i64)
        .int("lines", |n| audited[n] as i64)
        .int("rejected", |n| left_out[n][1])
        .int("excluded", |n| left_out[n][0])
        .int("timed_lines", |n| sources[n].timed.lines as i64)
        .int("zero_minute_lines", |n| sources[n].timed.zero as i64)
        .int("blank_minute_lines", |n| sources[n].timed.blank as i64)
        .int("minutes_from_units_lines", |n| sources[n].timed.from_units as i64)
        .text("date_order", |n| &sources[n].date_order)
        .finish()
}

/// One row per spelling of a payer and rule in force on some line.
pub fn payer_names(export: &Export) -> Result<DataFrame> {
    let mut counts: BTreeMap<(&str, &str, &str), (&str, u64, &Policy)> = BTreeMap::new();
    for &(name, stretch, lines) in &export.payer_lines {
        let payer = export.payer_of(name);
        let policy = payer.policy_at(stretch);
        let rule = policy.rule.map_or("both", |rule| rule.name());
        let names = &export.texts.payer_names;
        let key = (names.get(name), policy.basis.name(), rule);
        counts.entry(key).or_insert((names.get(payer.name), 0, policy)).1 += lines;
    }
    let rows: Vec<_> = counts.into_iter().collect();
    Builder::new(rows.len())
        .text("payer_name", |n| rows[n].0.0)
        .text("payer", |n| rows[n].1.0)
        .text("payer_class", |n| &rows[n].1.2.class)
        .text("unit_rule", |n| rows[n].0.2)
        .text("rule_basis", |n| rows[n].0.1)
        .text("source", |n| &rows[n].1.2.source)
        .text("leans", |n| rows[n].1.2.leans.map_or("", |rule| rule.name()))
        .int("lines", |n| rows[n].1.1 as i64)
        .finish()
}

/// One row per check, and per pattern of the user's own.
pub fn checks(
    selection: &Selection,
    applied: &BTreeMap<String, AppliedTo>,
    own_patterns: &[String],
) -> Result<DataFrame> {
    let own = |n: usize| &own_patterns[n - ALL.len()];
    Builder::new(ALL.len() + own_patterns.len())
        .text("check", |n| ALL.get(n).map_or_else(|| own(n).as_str(), |check| check.name))
        .text("family", |n| ALL.get(n).map_or("user", |check| check.family))
        .text("severity", |n| ALL.get(n).map_or("review", |check| check.severity.name()))
        .flag("ran", |n| ALL.get(n).is_none_or(|check| selection.runs(check)))
        .text("why_not_run", |n| ALL.get(n).map_or("", |check| selection.why_not(check)))
        .int("lines_applied", |n| {
            let applied = ALL.get(n).and_then(|check| applied.get(check.name));
            applied.map_or(0, |applied| applied.lines as i64)
        })
        .finish()
}

/// The thresholds, in one row.
pub fn settings(settings: &Settings) -> Result<DataFrame> {
    Builder::new(1)
        .int("pattern_min_sessions", |_| settings.pattern_min_sessions)
        .int("pattern_max_minutes_per_unit_tenths", |_| settings.pattern_max_minutes_per_unit_tenths)
        .int("pattern_z_squared", |_| settings.pattern_z_squared)
        .int("session_variance_thirds", |_| settings.session_variance_thirds)
        .int("clinician_day_note_minutes", |_| settings.clinician_day_note_minutes)
        .int("clinician_day_review_minutes", |_| settings.clinician_day_review_minutes)
        .int("clinician_overlap_minutes", |_| settings.clinician_overlap_minutes)
        .int("source_min_lines", |_| settings.source_min_lines)
        .int("source_share_percent", |_| settings.source_share_percent)
        .finish()
}
