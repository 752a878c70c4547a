//! Every session of `tests/examples/worked.csv`, judged by the core.

use crate::reference::{self, MINUTE};
use recount_core::domain::{Rule, Time, Units};
use recount_core::units::family::Part;
use recount_core::units::total_time::Allocations;
use recount_core::units::untimed::Occurrence;
use recount_core::units::{Range, midpoint, untimed};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// One code of a worked session.
struct Row {
    code: String,
    /// `None` on an untimed code.
    minutes: Option<i32>,
    units: Range,
}

/// A worked session.
struct Session {
    example: String,
    rule: Rule,
    rows: Vec<Row>,
    /// Units of the timed codes together.
    total: Units,
    /// Code to units, for each allocation that the source allows; empty where there is no choice.
    allocations: BTreeSet<BTreeMap<String, Units>>,
}

/// A file of the repository as maps from column to cell.
pub fn read(path: &str) -> Vec<HashMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.expect("a row under the header's columns")).collect()
}

/// The sessions, in the order of the file.
fn sessions() -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for row in read("tests/examples/worked.csv") {
        let number = |column: &str| row[column].parse::<i32>().unwrap_or_else(|_| panic!("{column} of {row:?}"));
        if sessions.last().is_none_or(|session| session.example != row["example"]) {
            sessions.push(Session {
                example: row["example"].clone(),
                rule: Rule::from_name(&row["rule"]).expect("a rule's name"),
                rows: Vec::new(),
                total: number("total_units"),
                allocations: allocations(&row["allocations"]),
            });
        }
        let session = sessions.last_mut().expect("just pushed");
        assert_eq!(session.rule.name(), row["rule"], "{}", session.example);
        assert_eq!(session.total, number("total_units"), "{}", session.example);
        assert!(!row["source"].is_empty(), "{} cites nothing", session.example);
        session.rows.push(Row {
            code: row["code"].clone(),
            minutes: (!row["minutes"].is_empty()).then(|| number("minutes")),
            units: Range { min: number("units_min"), max: number("units_max") },
        });
    }
    sessions
}

/// `97110=2;97112=1 | 97110=1;97112=2`
fn allocations(cell: &str) -> BTreeSet<BTreeMap<String, Units>> {
    let allocation = |text: &str| {
        let pairs = text.split(';').map(|pair| pair.trim().split_once('=').expect("code=units"));
        pairs.map(|(code, units)| (code.to_owned(), units.parse().expect("units"))).collect()
    };
    cell.split('|').filter(|text| !text.trim().is_empty()).map(allocation).collect()
}

/// The primary code of each code that belongs to a family of timed codes.
fn families() -> HashMap<String, String> {
    let codes = read("data/codes.csv").into_iter().filter(|code| !code["family"].is_empty());
    codes.map(|code| (code["code"].clone(), code["family"].clone())).collect()
}

/// The timed services of a session: the primary code, or the code itself, and the minutes merged under it.
fn services(session: &Session, families: &HashMap<String, String>) -> BTreeMap<String, Time> {
    let mut services = BTreeMap::new();
    for row in &session.rows {
        if let Some(minutes) = row.minutes {
            let service = families.get(&row.code).unwrap_or(&row.code).clone();
            *services.entry(service).or_default() += Time::from_minutes(minutes);
        }
    }
    services
}

fn part(code: &str, families: &HashMap<String, String>) -> Part {
    match families.get(code) {
        None => Part::Whole,
        Some(primary) if primary == code => Part::Primary,
        Some(_) => Part::AddOn,
    }
}

#[test]
fn the_file_holds_sessions_of_both_rules() {
    let sessions = sessions();
    let names: BTreeSet<&str> = sessions.iter().map(|session| session.example.as_str()).collect();
    assert_eq!(names.len(), sessions.len(), "a session's rows stand together, under a name of their own");
    for (rule, at_least) in [(Rule::Cms, 35), (Rule::Midpoint, 15)] {
        assert!(sessions.iter().filter(|session| session.rule == rule).count() >= at_least, "{}", rule.name());
    }
    assert!(sessions.iter().any(|session| session.rows.iter().any(|row| row.minutes.is_none())), "no untimed code");
}

#[test]
fn every_code_has_the_published_units() {
    let families = families();
    for session in sessions() {
        let services = services(&session, &families);
        let pooled = Allocations::of(services.values().copied());
        for row in &session.rows {
            let units = match row.minutes {
                None => untimed::units(1, std::iter::once(Occurrence { billed: 1, sites: 1 })),
                Some(_) => {
                    let time = services[families.get(&row.code).unwrap_or(&row.code)];
                    let service = if session.rule == Rule::Cms { pooled.range(time) } else { midpoint::units(time) };
                    part(&row.code, &families).range(service)
                }
            };
            assert_eq!(units, row.units, "{} of {}", row.code, session.example);
        }
    }
}

#[test]
fn every_session_has_the_published_total() {
    let families = families();
    for session in sessions() {
        let services = services(&session, &families);
        let total = match session.rule {
            Rule::Cms => Allocations::of(services.values().copied()).total,
            _ => services.values().map(|&time| midpoint::units(time).max).sum(),
        };
        assert_eq!(total, session.total, "{}", session.example);
    }
}

/// Where the source lists its answers, exactly those are allowed; where it lists none, there is no choice.
#[test]
fn exactly_the_published_allocations_are_allowed() {
    let families = families();
    for session in sessions().iter().filter(|session| session.rule == Rule::Cms) {
        let services = services(session, &families);
        let pooled = Allocations::of(services.values().copied());
        let billed: BTreeSet<BTreeMap<String, Units>> = every_bill(services.len(), session.total)
            .filter(|bill| pooled.allows(services.values().copied().zip(bill.iter().copied())))
            .map(|bill| services.keys().cloned().zip(bill).collect())
            .collect();
        if session.allocations.is_empty() {
            assert_eq!(billed.len(), 1, "{} leaves a choice", session.example);
        } else {
            assert_eq!(billed, session.allocations, "{}", session.example);
        }
    }
}

/// Every bill of up to one unit more than the `total` on each service.
fn every_bill(services: usize, total: Units) -> impl Iterator<Item = Vec<Units>> {
    let digits = total + 2;
    (0..digits.pow(services as u32))
        .map(move |number| (0..services as u32).map(|n| number / digits.pow(n) % digits).collect())
}

/// The reference that the properties compare with knows the published sessions, too.
#[test]
fn the_reference_gives_the_published_units() {
    for session in sessions().iter().filter(|session| session.rule == Rule::Cms) {
        let timed: Vec<&Row> = session.rows.iter().filter(|row| row.minutes.is_some()).collect();
        let times: Vec<i64> = timed.iter().filter_map(|row| row.minutes).map(|m| i64::from(m) * MINUTE).collect();
        let allowed = reference::allowed(&times);
        for (n, row) in timed.iter().enumerate() {
            assert_eq!(reference::range(&allowed, n), (row.units.min, row.units.max), "{}", session.example);
        }
    }
}
