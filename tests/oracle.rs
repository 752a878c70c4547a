//! A second opinion: the rules once more, in SQL that shares nothing with the core.

use crate::support::{Row, read_table};
use polars::prelude::*;
use polars::sql::SQLContext;
use recount_core::domain::Time;
use recount_core::units::midpoint;
use recount_core::units::total_time::Allocations;
use std::path::Path;

/// Fewest and most units of a service, and the session's total.
type Answer = (i64, i64, i64);

/// Sessions of one to six services with minutes from a fixed sequence of pseudo-random numbers.
fn sessions() -> Vec<Vec<i32>> {
    let mut state = 20_240_305_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below) as i32
    };
    (0..5_000).map(|_| (0..1 + next(6)).map(|_| next(70)).collect()).collect()
}

/// Runs an oracle over the sessions: (session, service) → (min, max, total).
fn asked(sql: &str, sessions: &[Vec<i32>]) -> Vec<Answer> {
    let rows = || {
        sessions
            .iter()
            .enumerate()
            .flat_map(|(n, session)| session.iter().enumerate().map(move |(m, minutes)| (n, m, *minutes)))
    };
    let frame = DataFrame::new_infer_height(vec![
        Column::new("example".into(), rows().map(|(n, _, _)| format!("{n:05}")).collect::<Vec<_>>()),
        Column::new("code".into(), rows().map(|(_, m, _)| format!("{m}")).collect::<Vec<_>>()),
        Column::new("minutes".into(), rows().map(|(_, _, minutes)| i64::from(minutes)).collect::<Vec<_>>()),
    ])
    .unwrap();
    let mut context = SQLContext::new();
    context.register("services", frame.lazy());
    let answer = context.execute(sql).unwrap().collect().unwrap();
    let column = |name: &str| answer.column(name).unwrap().i64().unwrap().clone();
    let (min, max, total) = (column("units_min"), column("units_max"), column("total_units"));
    (0..answer.height()).map(|n| (min.get(n).unwrap(), max.get(n).unwrap(), total.get(n).unwrap())).collect()
}

/// The published sessions of a rule: minutes of their timed codes, and the published (min, max, total) of each.
fn published(rule: &str) -> (Vec<Vec<i32>>, Vec<Answer>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/worked.csv");
    let mut rows = read_table(Path::new(path)).unwrap();
    rows.retain(|row| row["rule"] == rule && !row["minutes"].is_empty());
    let number = |row: &Row, name: &str| row[name].parse::<i64>().unwrap();
    let sessions = rows
        .chunk_by(|a, b| a["example"] == b["example"])
        .map(|session| session.iter().map(|row| number(row, "minutes") as i32).collect())
        .collect();
    let answers = rows
        .iter()
        .map(|row| (number(row, "units_min"), number(row, "units_max"), number(row, "total_units")))
        .collect();
    (sessions, answers)
}

#[test]
fn both_rules_in_sql_give_the_published_units() {
    for (rule, sql) in [("cms", include_str!("oracle/cms.sql")), ("midpoint", include_str!("oracle/midpoint.sql"))] {
        let (sessions, answers) = published(rule);
        assert!(sessions.len() > 10, "{rule}");
        assert_eq!(asked(sql, &sessions), answers, "{rule}");
    }
}

#[test]
fn the_cms_rule_in_sql_agrees() {
    let sessions = sessions();
    let mut answers = asked(include_str!("oracle/cms.sql"), &sessions).into_iter();
    for session in &sessions {
        let times = || session.iter().map(|&minutes| Time::from_minutes(minutes));
        let allowed = Allocations::of(times());
        for time in times() {
            let range = allowed.range(time);
            let ours = (i64::from(range.min), i64::from(range.max), i64::from(allowed.total));
            assert_eq!(Some(ours), answers.next(), "{session:?}");
        }
    }
    assert_eq!(answers.next(), None);
}

#[test]
fn the_midpoint_rule_in_sql_agrees() {
    let sessions = sessions();
    let mut answers = asked(include_str!("oracle/midpoint.sql"), &sessions).into_iter();
    for session in &sessions {
        let units: Vec<i64> =
            session.iter().map(|&minutes| midpoint::units(Time::from_minutes(minutes)).max.into()).collect();
        for own in &units {
            assert_eq!(answers.next(), Some((*own, *own, units.iter().sum())), "{session:?}");
        }
    }
}
