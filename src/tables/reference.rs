//! Tables about the run itself, for the queries: files, payers, checks, thresholds.

use super::build::Builder;
use crate::checks::{ALL, Selection};
use crate::error::Result;
use crate::ingest::{Lines, LostRow};
use crate::reference::Settings;
use crate::sessions::Outcome;
use polars::prelude::*;
use std::collections::BTreeMap;

/// One row per file.
pub fn sources(lines: &Lines, outcome: &Outcome, lost: &[LostRow]) -> Result<DataFrame> {
    let sources = &lines.sources;
    let mut audited = vec![0_i64; sources.len()];
    for &line in &outcome.order {
        audited[usize::from(lines.file.at(line))] += 1;
    }
    let count = |n: usize, rejected: bool| {
        lost.iter().filter(|row| usize::from(row.file) == n && row.why.is_reject() == rejected).count() as i64
    };
    Builder::new(sources.len())
        .text("source_file", |n| &sources[n].name)
        .int("rows", |n| sources[n].rows as i64)
        .int("lines", |n| audited[n])
        .int("rejected", |n| count(n, true))
        .int("excluded", |n| count(n, false))
        .int("timed_lines", |n| sources[n].timed.lines as i64)
        .int("zero_minute_lines", |n| sources[n].timed.zero as i64)
        .int("blank_minute_lines", |n| sources[n].timed.blank as i64)
        .int("minutes_from_units_lines", |n| sources[n].timed.from_units as i64)
        .text("date_order", |n| &sources[n].date_order)
        .finish()
}

/// One row per spelling of a payer and rule in force on some line.
pub fn payer_names(lines: &Lines) -> Result<DataFrame> {
    let mut counts: BTreeMap<(&str, &str, &str), (u32, i64, &crate::reference::Policy)> = BTreeMap::new();
    for line in 0..lines.len() as u32 {
        let day = lines.day[line as usize];
        if day == i32::MIN {
            continue;
        }
        let payer = lines.payer(line);
        let policy = lines.payers[payer as usize].policy(day);
        let rule = policy.rule.map_or("both", |rule| rule.name());
        let name = lines.texts.payer_names.get(lines.payer_name.at(line));
        counts.entry((name, policy.basis.name(), rule)).or_insert((payer, 0, policy)).1 += 1;
    }
    let rows: Vec<_> = counts.into_iter().collect();
    Builder::new(rows.len())
        .text("payer_name", |n| rows[n].0.0)
        .text("payer", |n| lines.texts.payer_names.get(lines.payers[rows[n].1.0 as usize].name))
        .text("payer_class", |n| &rows[n].1.2.class)
        .text("unit_rule", |n| rows[n].0.2)
        .text("rule_basis", |n| rows[n].0.1)
        .text("source", |n| &rows[n].1.2.source)
        .text("leans", |n| rows[n].1.2.leans.map_or("", |rule| rule.name()))
        .int("lines", |n| rows[n].1.1)
        .finish()
}

/// One row per check, and per pattern of the user's own.
pub fn checks(selection: &Selection, own_patterns: &[String]) -> Result<DataFrame> {
    let own = |n: usize| &own_patterns[n - ALL.len()];
    Builder::new(ALL.len() + own_patterns.len())
        .text("check", |n| ALL.get(n).map_or_else(|| own(n).as_str(), |check| check.name))
        .text("family", |n| ALL.get(n).map_or("user", |check| check.family))
        .text("severity", |n| ALL.get(n).map_or("review", |check| check.severity.name()))
        .flag("ran", |n| ALL.get(n).is_none_or(|check| selection.runs(check)))
        .text("why_not_run", |n| ALL.get(n).map_or("", |check| selection.why_not(check)))
        .finish()
}

/// The thresholds, in one row.
pub fn settings(settings: &Settings) -> Result<DataFrame> {
    Builder::new(1)
        .int("pattern_min_sessions", |_| settings.pattern_min_sessions)
        .int("pattern_max_minutes_per_unit_tenths", |_| settings.pattern_max_minutes_per_unit_tenths)
        .int("pattern_z_squared", |_| settings.pattern_z_squared)
        .int("session_variance_thirds", |_| settings.session_variance_thirds)
        .int("source_min_lines", |_| settings.source_min_lines)
        .int("source_share_percent", |_| settings.source_share_percent)
        .finish()
}
