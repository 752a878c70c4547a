//! `recount explain`: the page of a check, the proof of a finding or a session.

use super::checks::put;
use crate::blocks::{self, Block};
use crate::checks::{self, ALL, Run};
use crate::cli::ExplainArgs;
use crate::error::{Error, Result};
use crate::finished::FinishedRun;
use crate::grid::Record;
use crate::proof::of_sessions;
use crate::reference::{Day, Reference, date, day};
use hashbrown::HashSet;
use std::path::Path;

/// How the examples of a page are written.
const LEGEND: &str = "
In the examples, 97110=24/2 is a service of 24 minutes billed as 2 units, and
40 * stands for 40 patients. \"Finds\" gives severity, certainty and units over.
";

/// What was asked for, 80 columns wide. Proofs hold patient data: they are what was asked for.
///
/// # Errors
/// Neither a check nor a run has that name; the run has no such finding, session or patient.
pub fn explain(args: &ExplainArgs) -> Result<String> {
    if args.id.is_none() && args.patient.is_none() {
        return page(&args.what);
    }
    let run = FinishedRun::open(Path::new(&args.what))?;
    let reference = Reference::load(args.codes.as_deref(), None, None, &[])?;
    reference.same_codes(&run.manifest.data)?;
    let (first, ids) = match (&args.id, &args.patient) {
        (Some(id), _) if id.starts_with("F-") => match found(&run, id)? {
            Found::Session(session) => (None, HashSet::from([session])),
            Found::Day { text, patient, day } => (Some(text), of_patient(&run, &patient, Some(day))?),
            Found::Many(text) => return Ok(text),
        },
        (Some(id), _) => (None, HashSet::from([id.clone()])),
        (None, patient) => (None, of_patient(&run, patient.as_deref().unwrap_or_default(), args.date.map(day))?),
    };
    let proofs = of_sessions(&run, &reference.codes, &ids)?;
    if proofs.is_empty() {
        let hint = "ids begin with F- or S-; a pseudonym of the page is led back by recount reidentify";
        return Err(Error::Usage(format!("{} has no such finding or session; {hint}", args.what)));
    }
    // Of a finding its own session or day was asked for; of sessions all that concerns them.
    let of_finding = args.id.as_ref().is_some_and(|id| id.starts_with("F-"));
    let beyond = if of_finding { Vec::new() } else { beyond(&run, &ids)? };
    let proofs = proofs.iter().map(|proof| blocks::text(&proof.blocks));
    let texts: Vec<String> = first.into_iter().chain(proofs).chain(beyond).collect();
    Ok(texts.join(&format!("\n{}\n\n", "-".repeat(80))))
}

/// A check's page.
fn page(name: &str) -> Result<String> {
    if let Some(check) = checks::by_name(name) {
        return Ok(format!("{}{LEGEND}", narrow(check.page)));
    }
    if Path::new(name).is_dir() {
        return Err(Error::Usage(format!(
            "say what of {name} to explain: a finding (F-…), a session (S-…), or --patient and --date"
        )));
    }
    let known = ALL.iter().map(|check| check.name).collect::<Vec<_>>().join(", ");
    let known = blocks::text(&[Block::Text(known)]);
    Err(Error::Usage(format!("no check is called {name:?}; the checks are\n{}", known.trim_end())))
}

/// A page without rows that are wider than a terminal: of such a table each row is a list.
fn narrow(page: &str) -> String {
    let is_row = |line: &str| line.starts_with('|');
    let lines: Vec<&str> = page.lines().collect();
    let mut text = String::new();
    for part in lines.chunk_by(|a, b| is_row(a) == is_row(b)) {
        let cells =
            |line: &'_ str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        match part {
            [header, _, rows @ ..] if is_row(header) && part.iter().any(|line| line.chars().count() > 80) => {
                let header = cells(header);
                for row in rows.iter().map(|row| cells(row)) {
                    let [first, others @ ..] = &row[..] else { continue };
                    put(&mut text, "- ", first);
                    let named = header.iter().skip(1).zip(others).filter(|(_, cell)| !cell.is_empty());
                    named.for_each(|(name, cell)| put(&mut text, &format!("    {name}: "), cell));
                }
            }
            _ => part.iter().for_each(|line| {
                text.push_str(line);
                text.push('\n');
            }),
        }
    }
    text
}

/// What a finding speaks of, with what it says where that is no session.
enum Found {
    Session(String),
    /// A patient's day: its sessions are proved behind the finding.
    Day {
        text: String,
        patient: String,
        day: Day,
    },
    /// A patient's history, or a pattern over many patients.
    Many(String),
}

impl Found {
    /// What it says, where that is not for its session to say.
    fn text(self) -> Option<String> {
        match self {
            Found::Session(_) => None,
            Found::Day { text, .. } | Found::Many(text) => Some(text),
        }
    }
}

/// What a finding speaks of.
fn found(run: &FinishedRun, id: &str) -> Result<Found> {
    let mut found = None;
    run.each("findings", &mut |rows| {
        if found.is_none() {
            found = rows.records().find(|row| row.text("finding_id") == id).map(|row| speaks_of(&row));
        }
        Ok(())
    })?;
    found.ok_or_else(|| Error::Usage(format!("{} has no finding {id}", run.folder().display())))
}

fn speaks_of(row: &Record) -> Found {
    let patient = row.text("patient_id");
    let is_history = checks::by_name(row.text("check")).is_some_and(|check| matches!(check.run, Run::Patient(_)));
    match (row.text("session_id"), row.day("date_of_service")) {
        ("", Some(day)) if !is_history => {
            let subject = format!("the day {} of patient {patient}", date(day));
            Found::Day { text: told(row, &subject, None), patient: patient.to_owned(), day }
        }
        ("", Some(_)) => {
            let more = format!("All sessions of that history: recount explain DIR --patient {patient}");
            Found::Many(told(row, &format!("the history of patient {patient}"), Some(more)))
        }
        ("", None) => {
            let subject = ["therapist_id", "clinic", "source_rows"].map(|column| row.text(column)).join(" ");
            Found::Many(told(row, &format!("many sessions of {}", subject.trim()), None))
        }
        (session, _) => Found::Session(session.to_owned()),
    }
}

/// A finding over more than a session, in words.
fn told(row: &Record, subject: &str, more: Option<String>) -> String {
    let rule = checks::by_name(row.text("check")).map(|check| checks::must_hold(check.page)).unwrap_or_default();
    let mut blocks = vec![
        Block::Text(format!(
            "Finding {} ({}, {}, {}) over {subject}: {}",
            row.text("finding_id"),
            row.text("check"),
            row.text("severity"),
            row.text("certainty").replace('-', " "),
            row.text("reason")
        )),
        Block::Text(format!("The rule: {rule} Source: {}.", row.text("citation"))),
    ];
    // Of a file its name is the subject.
    if !row.text("patient_id").is_empty() {
        blocks.push(Block::Text(format!("Source rows: {}.", row.text("source_rows"))));
    }
    blocks.extend(more.map(Block::Text));
    blocks::text(&blocks)
}

/// What was found over more than a session and concerns one of these: findings that are told by their days, and those of histories
/// that speak of a line of theirs.
fn beyond(run: &FinishedRun, ids: &HashSet<String>) -> Result<Vec<String>> {
    let [sessions, lines] = ["sessions", "lines"].map(|table| run.of_sessions(table, ids));
    let (sessions, lines) = (sessions?, lines?);
    let days: HashSet<(&str, Option<Day>)> =
        sessions.records().map(|row| (row.text("patient_id"), row.day("date_of_service"))).collect();
    let rows: HashSet<String> =
        lines.records().map(|line| format!("{}:{}", line.text("source_file"), line.get("source_row"))).collect();
    let mut found = Vec::new();
    run.each("findings", &mut |findings| {
        for row in findings.records().filter(|row| row.text("session_id").is_empty()) {
            let of_day = days.contains(&(row.text("patient_id"), row.day("date_of_service")));
            if of_day || row.text("source_rows").split("; ").any(|place| rows.contains(place)) {
                found.extend(speaks_of(&row).text());
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// The sessions of a patient, of all dates or of one.
fn of_patient(run: &FinishedRun, patient: &str, on: Option<Day>) -> Result<HashSet<String>> {
    if run.file("sessions").is_none() {
        return Err(Error::Usage("a proof needs the table sessions; audit again without --detail findings".into()));
    }
    let mut ids = HashSet::new();
    run.each("sessions", &mut |rows| {
        for row in rows.records().filter(|row| row.text("patient_id") == patient) {
            if on.is_none() || row.day("date_of_service") == on {
                ids.insert(row.text("session_id").to_owned());
            }
        }
        Ok(())
    })?;
    let when = on.map_or(String::new(), |on| format!(" on {}", date(on)));
    match ids.is_empty() {
        true => Err(Error::Usage(format!("the run has no session of that patient{when}"))),
        false => Ok(ids),
    }
}
