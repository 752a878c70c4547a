//! A page for each clinician: own figures beside those of the others, three worked examples, what to do.
//!
//! Only what is attributed to that clinician alone is in it (decision 8 of the design): units that several clinicians shared
//! are in nobody's letter.

use crate::audience::is_remark;
use crate::blocks::{Block, Kind, Section, Table};
use crate::content::Facts;
use crate::error::Result;
use crate::grid::{Record, Value};
use crate::proof::{Proof, of_sessions};
use crate::reference::Codes;
use hashbrown::{HashMap, HashSet};

/// Worked examples in a letter.
const EXAMPLES: usize = 3;

/// Findings among which they are chosen.
const CANDIDATES: usize = 60;

/// Others from which on their figures say nothing of one of them.
const PEERS: usize = 3;

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
        let sections = vec![figures(facts, row), worked(&own, facts.run.file("lines").is_some()), to_do(row)];
        Letter { therapist: therapist.to_owned(), sections }
    };
    Ok(rows.iter().map(letter).collect())
}

fn is_named(row: &Record) -> bool {
    !is_remark(row.text("therapist_id"))
}

/// Sessions with units over that are one clinician's alone, in which nobody else treated: some of each clinician.
fn examples(facts: &Facts) -> Result<HashMap<String, Vec<String>>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    if ["lines", "services", "sessions"].into_iter().any(|table| facts.run.file(table).is_none()) {
        return Ok(HashMap::new());
    }
    facts.run.each("findings", &mut |rows| {
        for row in rows.records() {
            let own = row.text("attribution") == "one" && row.text("severity") == "exception" && row.flag("primary");
            if own && !row.text("session_id").is_empty() && row.whole("units_over").unwrap_or(0) > 0 {
                let of_clinician = found.entry(row.text("therapist_id").to_owned()).or_default();
                if of_clinician.len() < CANDIDATES {
                    of_clinician.push(row.text("session_id").to_owned());
                }
            }
        }
        Ok(())
    })?;
    let ids: HashSet<String> = found.values().flatten().cloned().collect();
    let sessions = facts.run.of_sessions("sessions", &ids)?;
    let treated: HashMap<&str, &str> =
        sessions.records().map(|row| (row.text("session_id"), row.text("therapist_id"))).collect();
    for (therapist, ids) in &mut found {
        ids.retain(|id| treated.get(id.as_str()).is_some_and(|only| only == therapist));
        // Spread over the run, so that examples are not all of one week.
        let step = ids.len().div_ceil(EXAMPLES).max(1);
        *ids = ids.iter().step_by(step).take(EXAMPLES).cloned().collect();
    }
    Ok(found)
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
    let peers = others().count() >= PEERS;
    let columns = [("measure", Kind::Text), ("yours", Kind::Decimal), ("others'", Kind::Decimal)];
    let shown = 2 + usize::from(peers);
    let mut table = Table::new("Your figures beside those of the other clinicians of this audit", &columns[..shown]);
    let mut add = |name: &str, own: Value, others: Value| {
        table.row([Value::text(name), own, others].into_iter().take(shown));
    };
    for (name, column) in [
        ("sessions that one clinician treated", "sessions"),
        ("of these audited", "auditable_sessions"),
        ("units billed in them", "units_billed"),
        ("units over that are yours alone", "units_over_attributed"),
    ] {
        add(name, Value::Whole(own(column)), Value::Whole(sum(column)));
    }
    let mut rate = |name: &str, part: &str, whole: &str| {
        add(name, per_hundred(own(part), own(whole)), per_hundred(sum(part), sum(whole)));
    };
    rate("these per 100 units billed", "units_over_attributed", "units_billed");
    rate("short sessions per 100 audited", "short_sessions", "auditable_sessions");
    table.note = "Units over: billed beyond what the exported minutes support, as far as they are one clinician's alone, also in sessions \
                  that several treated. What cannot be told apart counts for nobody. A session is short if it has under 15 timed minutes \
                  for each timed unit billed; about half of all honest sessions are."
        .into();
    if !peers {
        table.note.push_str(" Fewer than three others were audited, so their figures are not shown.");
    }
    Section { id: "figures".into(), title: "Your figures".into(), blocks: vec![Block::Table(table)] }
}

/// Examples with their arithmetic.
fn worked(proofs: &[&Proof], has_lines: bool) -> Section {
    let mut blocks = Vec::new();
    for (n, proof) in proofs.iter().enumerate() {
        blocks.push(Block::Text(format!("Example {}.", n + 1)));
        blocks.extend(proof.blocks.iter().cloned());
    }
    if blocks.is_empty() {
        blocks.push(Block::Text(match has_lines {
            true => "None: no session that you alone treated has an exception.".into(),
            false => "None: this run has not kept the lines of its sessions.".into(),
        }));
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
    if row.whole("units_over_attributed").unwrap_or(0) > 0 {
        steps.push(
            "Add up the timed minutes of the whole session before you choose units; an untimed code is one unit however long it took."
                .into(),
        );
    }
    steps.push("Ask who sent you this page for the proof of any other session of yours.".into());
    Section { id: "to-do".into(), title: "What to do".into(), blocks: vec![Block::List(steps)] }
}
