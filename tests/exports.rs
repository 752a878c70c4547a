//! Exports as practices hand them over: each quirk of `exports/files` against what `exports/fixtures.toml` says must come out.

use crate::support::{Row, read_table, recount_in};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

#[derive(Deserialize)]
struct Index {
    fixture: Vec<Fixture>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    name: String,
    #[serde(rename = "what")]
    _what: String,
    files: Vec<String>,
    #[serde(default)]
    join: Vec<String>,
    config: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    says: Vec<String>,
    same_as: Option<String>,
    #[serde(default)]
    same_sessions_as_plain: bool,
    #[serde(default)]
    same_units: bool,
    rows_read: Option<i64>,
    units_read: Option<i64>,
    units: Option<i64>,
    charge_cents: Option<i64>,
    paid_cents: Option<i64>,
    timed_minutes: Option<i64>,
    auditable: Option<i64>,
    evidence: Option<String>,
    #[serde(default)]
    excluded: BTreeMap<String, usize>,
    #[serde(default)]
    rejected: usize,
    #[serde(default)]
    findings: BTreeMap<String, usize>,
    #[serde(default)]
    notes: Vec<String>,
}

/// A run over a fixture's files.
struct Outcome {
    folder: TempDir,
    code: i32,
    stderr: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/files")
}

fn index() -> Index {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/fixtures.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

impl Fixture {
    fn arguments(&self, command: &str) -> Vec<String> {
        let path = |name: &String| folder().join(name).display().to_string();
        let mut arguments = vec![command.to_owned()];
        arguments.extend(self.files.iter().map(path));
        for name in &self.join {
            arguments.extend(["--join".to_owned(), path(name)]);
        }
        if let Some(name) = &self.config {
            arguments.extend(["--config".to_owned(), path(name)]);
        }
        // What it takes a run to end well belongs to the audit alone.
        let audit_only = |argument: &&String| command == "audit" || !argument.starts_with("--max-rejects");
        let mut own = self.args.iter().peekable();
        while let Some(argument) = own.next() {
            if audit_only(&argument) {
                let is_file = folder().join(argument).is_file();
                arguments.push(if is_file { path(argument) } else { argument.clone() });
            } else {
                own.next();
            }
        }
        arguments
    }

    fn audit(&self) -> Outcome {
        let folder = TempDir::new().unwrap();
        let mut arguments = self.arguments("audit");
        arguments.extend(["--out", "report", "--tables", "csv"].map(str::to_owned));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = recount_in(folder.path(), &arguments);
        Outcome { folder, code: run.code, stderr: run.stderr }
    }
}

impl Outcome {
    fn table(&self, name: &str) -> Vec<Row> {
        read_table(&self.folder.path().join("report").join(format!("{name}.csv"))).unwrap_or_default()
    }

    fn manifest(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.folder.path().join("report/manifest.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// The rows of a table without columns that tell of files, as a set.
    fn comparable(&self, name: &str, without: &[&str]) -> BTreeSet<String> {
        let rows = self.table(name).into_iter().map(|mut row| {
            without.iter().for_each(|column| {
                row.remove(*column);
            });
            format!("{row:?}")
        });
        rows.collect()
    }

    fn sum(&self, name: &str, column: &str) -> i64 {
        self.table(name).iter().filter_map(|row| row[column].parse::<i64>().ok()).sum()
    }
}

/// What is wrong with the outcome of a fixture, in words.
fn wrong(fixture: &Fixture, outcome: &Outcome, others: &dyn Fn(&str) -> Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expect = |what: &str, found: String, wanted: String| {
        if found != wanted {
            wrong.push(format!("{what}: {found}, not {wanted}"));
        }
    };
    expect("exit code", outcome.code.to_string(), fixture.exit.to_string());
    for part in &fixture.says {
        if !outcome.stderr.contains(part) {
            expect("says", outcome.stderr.clone(), part.clone());
        }
    }
    if fixture.exit != 0 {
        return wrong;
    }
    let mut expect = |what: &str, found: String, wanted: String| {
        if found != wanted {
            wrong.push(format!("{what}: {found}, not {wanted}"));
        }
    };
    let manifest = outcome.manifest();
    let total = |part: &str, of: &str| manifest["totals"][part][of].as_i64().unwrap_or(-1);
    for of in ["rows", "units", "charge_cents"] {
        let parts = total("audited", of) + total("excluded", of) + total("rejected", of);
        expect(&format!("control total of {of}"), parts.to_string(), total("read", of).to_string());
    }
    let totals = [
        ("rows read", fixture.rows_read, total("read", "rows")),
        ("units read", fixture.units_read, total("read", "units")),
        ("units audited", fixture.units, total("audited", "units")),
        ("charges audited", fixture.charge_cents, total("audited", "charge_cents")),
        ("auditable", fixture.auditable, manifest["sessions"]["auditable"].as_i64().unwrap_or(-1)),
    ];
    for (what, wanted, found) in totals {
        if let Some(wanted) = wanted {
            expect(what, found.to_string(), wanted.to_string());
        }
    }
    if let Some(minutes) = fixture.timed_minutes {
        expect("timed minutes", outcome.sum("sessions", "timed_minutes").to_string(), minutes.to_string());
    }
    if let Some(paid) = fixture.paid_cents {
        expect("paid", outcome.sum("lines", "paid_cents").to_string(), paid.to_string());
    }
    if let Some(evidence) = &fixture.evidence {
        let timed = outcome.table("sessions").into_iter().filter(|row| row["timed_units_billed"] != "0");
        let found: BTreeSet<String> = timed.map(|row| row["evidence"].clone()).collect();
        expect("evidence", format!("{found:?}"), format!("{:?}", BTreeSet::from([evidence.clone()])));
    }
    let excluded = outcome.table("excluded");
    let counted = fixture.excluded.values().sum::<usize>();
    expect("rows excluded", excluded.len().to_string(), counted.to_string());
    for (reason, count) in &fixture.excluded {
        let found = excluded.iter().filter(|row| row["problem"].contains(reason)).count();
        expect(reason, found.to_string(), count.to_string());
    }
    expect("rows rejected", outcome.table("rejects").len().to_string(), fixture.rejected.to_string());
    let findings = outcome.table("findings");
    for (check, count) in &fixture.findings {
        let found = findings.iter().filter(|row| row["check"] == *check).count();
        expect(check, found.to_string(), count.to_string());
    }
    let notes = manifest["inputs"].to_string() + &manifest["notes"].to_string();
    for part in &fixture.notes {
        if !notes.contains(part.as_str()) {
            expect("notes", notes.clone(), part.clone());
        }
    }
    // Rows that are one unit each are more rows.
    let of_session: &[&str] = if fixture.config.is_some() { &["source_file", "lines"] } else { &["source_file"] };
    const OF_FINDING: [&str; 1] = ["source_rows"];
    let mut same = |what: &str, found: BTreeSet<String>, wanted: BTreeSet<String>| {
        if let Some(more) = found.difference(&wanted).next() {
            wrong.push(format!(
                "{what}: {} others, first {more}\n   instead of {:?}",
                found.difference(&wanted).count(),
                wanted.difference(&found).next()
            ));
        } else if found.len() != wanted.len() {
            wrong.push(format!("{what}: {} of {}", found.len(), wanted.len()));
        }
    };
    if let Some(name) = &fixture.same_as {
        let other = others(name);
        same("sessions", outcome.comparable("sessions", of_session), other.comparable("sessions", of_session));
        same("findings", outcome.comparable("findings", &OF_FINDING), other.comparable("findings", &OF_FINDING));
    }
    if fixture.same_sessions_as_plain {
        let wanted = [
            "patient_id",
            "date_of_service",
            "discipline",
            "payer",
            "timed_minutes",
            "timed_units_billed",
            "timed_units_supported",
            "timed_units_over",
            "timed_units_under",
        ];
        let keys = |outcome: &Outcome| {
            let row = |row: Row| wanted.map(|column| row[column].clone()).join(" | ");
            outcome.table("sessions").into_iter().map(row).collect::<BTreeSet<String>>()
        };
        same("sessions", keys(outcome), keys(&others("plain")));
    }
    if fixture.same_units {
        let units = |outcome: &Outcome| {
            let mut units: BTreeMap<String, i64> = BTreeMap::new();
            for row in outcome.table("lines") {
                *units.entry(row["code"].clone()).or_default() += row["units_billed"].parse::<i64>().unwrap_or(0);
            }
            units.into_iter().map(|(code, units)| format!("{code} {units}")).collect::<BTreeSet<String>>()
        };
        same("units by code", units(outcome), units(&others("plain")));
    }
    wrong
}

#[test]
fn every_quirk_gives_what_the_index_says() {
    let index = index();
    assert!(index.fixture.len() >= 40, "{} fixtures", index.fixture.len());
    let only = std::env::var("FIXTURE").ok();
    let problems: Mutex<Vec<String>> = Mutex::default();
    let others = |name: &str| index.fixture.iter().find(|other| other.name == name).unwrap().audit();
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (index, problems, others, only) = (&index, &problems, &others, &only);
            scope.spawn(move || {
                for fixture in index.fixture.iter().skip(half).step_by(2) {
                    if only.as_ref().is_some_and(|only| !fixture.name.contains(only.as_str())) {
                        continue;
                    }
                    let outcome = fixture.audit();
                    for problem in wrong(fixture, &outcome, others) {
                        problems.lock().unwrap().push(format!("{}: {problem}", fixture.name));
                    }
                    let inspected = fixture.arguments("inspect");
                    let arguments: Vec<&str> = inspected.iter().map(String::as_str).collect();
                    let code = recount_in(outcome.folder.path(), &arguments).code;
                    if code != fixture.exit {
                        problems.lock().unwrap().push(format!("{}: inspect ends with {code}", fixture.name));
                    }
                }
            });
        }
    });
    let mut problems = problems.into_inner().unwrap();
    problems.sort();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
