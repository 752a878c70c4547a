//! A page for each clinician: own figures beside those of the others, three worked examples, what to do.
//!
//! Only what is attributed to that clinician alone is in it (decision 8 of the design): units that several clinicians shared
//! are in nobody's letter.

use crate::blocks::{Block, Kind, Section, Table};
use crate::content::Facts;
use crate::error::Result;
use crate::grid::{Record, Value};
use crate::proof::{Proof, of_sessions};
use crate::reference::Codes;
use crate::words::counted;
use hashbrown::{HashMap, HashSet};

/// Worked examples in a letter.
const EXAMPLES: usize = 3;

/// A clinician's page.
pub struct Letter {
    /// The clinician.
    pub therapist: String,
    /// What the page says.
    pub sections: Vec<Section>,
}

/// A letter to every clinician named, in order of the names.
///
/// # Errors
/// A file of the run cannot be read.
pub fn letters(facts: &Facts, codes: &Codes) -> Result<Vec<Letter>> {
    let sessions = examples(facts)?;
    let ids: HashSet<String> = sessions.values().flatten().cloned().collect();
    let proofs = if ids.is_empty() { Vec::new() } else { of_sessions(facts.run, codes, &ids)? };
    let mut rows: Vec<Record> = facts.table("by_therapist").records().filter(|row| is_named(row)).collect();
    rows.sort_by_key(|row| row.text("therapist_id").to_owned());
    let letter = |row: &Record| {
        let therapist = row.text("therapist_id");
        let own: Vec<&Proof> = sessions
            .get(therapist)
            .into_iter()
            .flatten()
            .filter_map(|id| proofs.iter().find(|proof| proof.session_id == *id))
            .collect();
        let sections = vec![figures(facts, row), worked(&own), to_do(row)];
        Letter { therapist: therapist.to_owned(), sections }
    };
    Ok(rows.iter().map(letter).collect())
}

fn is_named(row: &Record) -> bool {
    !row.text("therapist_id").starts_with('(')
}

/// Sessions with units over that are one clinician's alone, some of each clinician: exceptions, the first of each month before a
/// second one, so that examples are not all of one week.
fn examples(facts: &Facts) -> Result<HashMap<String, Vec<String>>> {
    let mut found: HashMap<String, Vec<(String, String)>> = HashMap::new();
    if facts.run.file("lines").is_none() || facts.run.file("services").is_none() {
        return Ok(HashMap::new());
    }
    facts.run.each("findings", &mut |rows| {
        for row in rows.records() {
            let own = row.text("attribution") == "one" && row.text("severity") == "exception" && row.flag("primary");
            if !own || row.text("session_id").is_empty() || row.whole("units_over").unwrap_or(0) == 0 {
                continue;
            }
            let of_clinician = found.entry(row.text("therapist_id").to_owned()).or_default();
            let month = row.text("month");
            if of_clinician.len() < EXAMPLES && of_clinician.iter().all(|(_, other)| other != month) {
                of_clinician.push((row.text("session_id").to_owned(), month.to_owned()));
            }
        }
        Ok(())
    })?;
    // A session in which another clinician treated, too, is not shown to this one.
    let ids: HashSet<String> = found.values().flatten().map(|(id, _)| id.clone()).collect();
    let sessions = facts.run.of_sessions("sessions", &ids)?;
    let treated: HashMap<&str, &str> =
        sessions.records().map(|row| (row.text("session_id"), row.text("therapist_id"))).collect();
    let alone = |therapist: &str, id: &str| treated.get(id).is_some_and(|only| *only == therapist);
    let own = |(therapist, ids): (String, Vec<(String, String)>)| {
        let ids = ids.into_iter().map(|(id, _)| id).filter(|id| alone(&therapist, id)).collect();
        (therapist, ids)
    };
    Ok(found.into_iter().map(own).collect())
}

/// Own figures beside those of all others.
fn figures(facts: &Facts, row: &Record) -> Section {
    let others = || {
        let all = facts.table("by_therapist").records();
        all.filter(|other| is_named(other) && other.text("therapist_id") != row.text("therapist_id"))
    };
    let sum = |column: &str| -> i64 { others().filter_map(|other| other.whole(column)).sum() };
    let per_hundred = |part: i64, whole: i64| {
        if whole > 0 { Value::Decimal(100.0 * part as f64 / whole as f64) } else { Value::Empty }
    };
    let own = |column: &str| row.whole(column).unwrap_or(0);
    let columns = [("", Kind::Text), ("yours", Kind::Decimal), ("others'", Kind::Decimal)];
    let mut table = Table::new("Your figures beside those of the other clinicians of this audit", &columns);
    for (name, column) in [
        ("sessions", "sessions"),
        ("of these audited", "auditable_sessions"),
        ("units billed", "units_billed"),
        ("units supported", "units_supported"),
        ("units over", "units_over"),
        ("units over that are yours alone", "units_over_attributed"),
        ("units under", "units_under"),
    ] {
        table.row([Value::text(name), Value::Whole(own(column)), Value::Whole(sum(column))]);
    }
    let rate = |name: &str, part: &str, whole: &str| {
        [Value::text(name), per_hundred(own(part), own(whole)), per_hundred(sum(part), sum(whole))]
    };
    table.row(rate("units over per 100 billed", "units_over", "units_billed"));
    table.row(rate("units under per 100 billed", "units_under", "units_billed"));
    table.row(rate("short sessions per 100 audited", "short_sessions", "auditable_sessions"));
    table.note = "Units over: billed beyond what the exported minutes support. Units under: supported and not billed. A session is short if \
                  it has under 15 timed minutes for each timed unit billed; about half of all honest sessions are."
        .into();
    let shared = own("units_over") - own("units_over_attributed");
    let mut blocks = vec![Block::Table(table)];
    if shared > 0 {
        blocks.push(Block::Text(format!(
            "{} in sessions of yours cannot be told apart from another clinician's, and count for nobody.",
            counted(shared as u64, "unit over")
        )));
    }
    Section { id: "figures".into(), title: "Your figures".into(), blocks }
}

/// Examples with their arithmetic.
fn worked(proofs: &[&Proof]) -> Section {
    let mut blocks = Vec::new();
    for (n, proof) in proofs.iter().enumerate() {
        blocks.push(Block::Text(format!("Example {}.", n + 1)));
        blocks.extend(proof.blocks.iter().cloned());
    }
    if blocks.is_empty() {
        blocks.push(Block::Text("No session that you alone treated has units over for certain.".into()));
    }
    Section { id: "examples".into(), title: "Worked examples".into(), blocks }
}

/// What to do.
fn to_do(row: &Record) -> Section {
    let mut steps = vec![
        "Compare the examples with your signed notes. If the note has other minutes than the export, say so: the export is then what is \
         wrong."
            .to_owned(),
    ];
    if row.whole("units_over").unwrap_or(0) > 0 {
        steps.push(
            "Add up the timed minutes of the whole session before you choose units; an untimed code is one unit however long it took."
                .into(),
        );
    }
    if row.whole("units_under").unwrap_or(0) > 0 {
        steps.push("Units that were earned and not billed are listed in the work paper, too.".into());
    }
    steps.push("Ask for the proof of any other session: recount explain shows it.".into());
    Section { id: "to-do".into(), title: "What to do".into(), blocks: vec![Block::List(steps)] }
}
