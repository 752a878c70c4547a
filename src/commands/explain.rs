//! `recount explain`: the page of a check, the proof of a finding or a session.

use crate::blocks;
use crate::checks::{self, ALL};
use crate::cli::ExplainArgs;
use crate::error::{Error, Result};
use crate::finished::FinishedRun;
use crate::grid::Value;
use crate::proof::of_sessions;
use crate::reference::{Reference, day};
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
    let ids = match (&args.id, &args.patient) {
        (Some(id), _) if id.starts_with("F-") => match session_of(&run, id)? {
            Found::Session(session) => HashSet::from([session]),
            Found::Pattern(text) => return Ok(text),
        },
        (Some(id), _) => HashSet::from([id.clone()]),
        (None, patient) => of_patient(&run, patient.as_deref().unwrap_or_default(), args)?,
    };
    let proofs = of_sessions(&run, &reference.codes, &ids)?;
    if proofs.is_empty() {
        let hint = "ids begin with F- or S-; a pseudonym of the page is led back by recount reidentify";
        return Err(Error::Usage(format!("{} has no such finding or session; {hint}", args.what)));
    }
    let texts: Vec<String> = proofs.iter().map(|proof| blocks::text(&proof.blocks)).collect();
    Ok(texts.join(&format!("\n{}\n\n", "-".repeat(80))))
}

/// A check's page.
fn page(name: &str) -> Result<String> {
    let known = || ALL.iter().map(|check| check.name).collect::<Vec<_>>().join(", ");
    if let Some(check) = checks::by_name(name) {
        return Ok(format!("{}{LEGEND}", check.page));
    }
    if Path::new(name).is_dir() {
        return Err(Error::Usage(format!(
            "say what of {name} to explain: a finding (F-…), a session (S-…), or --patient and --date"
        )));
    }
    Err(Error::Usage(format!("no check is called {name:?}; the checks are {}", known())))
}

enum Found {
    Session(String),
    /// A finding above sessions: what it says.
    Pattern(String),
}

/// What a finding speaks of.
fn session_of(run: &FinishedRun, id: &str) -> Result<Found> {
    let mut found = None;
    run.each("findings", &mut |rows| {
        if found.is_none() {
            found = rows.records().find(|row| row.text("finding_id") == id).map(|row| match row.text("session_id") {
                "" => Found::Pattern(pattern(row)),
                session => Found::Session(session.to_owned()),
            });
        }
        Ok(())
    })?;
    found.ok_or_else(|| Error::Usage(format!("{} has no finding {id}", run.folder().display())))
}

/// A finding over many sessions, in words.
fn pattern(row: crate::grid::Record) -> String {
    let rule = checks::by_name(row.text("check")).map(|check| checks::must_hold(check.page)).unwrap_or_default();
    let subject = ["therapist_id", "clinic", "source_rows"].map(|column| row.text(column)).join(" ");
    blocks::text(&[
        blocks::Block::Text(format!(
            "Finding {} ({}, {}, {}) over many sessions of {}: {}",
            row.text("finding_id"),
            row.text("check"),
            row.text("severity"),
            row.text("certainty").replace('-', " "),
            subject.trim(),
            row.text("reason")
        )),
        blocks::Block::Text(format!("The rule: {rule} Source: {}.", row.text("citation"))),
    ])
}

/// The sessions of a patient, of all dates or of one.
fn of_patient(run: &FinishedRun, patient: &str, args: &ExplainArgs) -> Result<HashSet<String>> {
    if run.file("sessions").is_none() {
        return Err(Error::Usage("a proof needs the table sessions; audit again without --detail findings".into()));
    }
    let wanted = args.date.map(|date| Value::Day(day(date)));
    let mut ids = HashSet::new();
    run.each("sessions", &mut |rows| {
        for row in rows.records().filter(|row| row.text("patient_id") == patient) {
            if wanted.as_ref().is_none_or(|wanted| row.get("date_of_service") == wanted) {
                ids.insert(row.text("session_id").to_owned());
            }
        }
        Ok(())
    })?;
    match ids.is_empty() {
        true => Err(Error::Usage("the run has no session of that patient and date".into())),
        false => Ok(ids),
    }
}
