//! `recount pull`: sessions of each clinician to be looked up in the signed notes. An export is a census, so its arithmetic needs no
//! sample; what it says of the treatment does.
//!
//! Half of a clinician's sessions are drawn at random, from all of them, in an order that anyone can make again: that of the SHA-256
//! of seed and id. The others are those with most units over. Both stand apart, since only the first half speaks for the rest.

use crate::blocks::{Block, Kind, Table, text};
use crate::cli::PullArgs;
use crate::error::{Error, Result, plain};
use crate::finished::FinishedRun;
use crate::grid::{Grid, Record, Value};
use crate::hash::sha256;
use crate::report::private_file;
use crate::words::{counted, csv_text};
use hashbrown::{HashMap, HashSet};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

/// What stands for the clinician of sessions that have several, or none.
const SHARED: &str = "(several or not named)";

/// Columns of the list; the last four are the reviewer's.
const COLUMNS: [&str; 16] = [
    "clinician",
    "why",
    "session_id",
    "patient_id",
    "date_of_service",
    "discipline",
    "payer",
    "clinic",
    "source",
    "units_billed",
    "minutes",
    "findings",
    "note found",
    "minutes in the note",
    "agrees",
    "initials",
];

/// What was found in a session.
struct Target {
    exception: bool,
    over: i64,
    check: String,
    /// Units over of the finding that `check` is of.
    of_check: (bool, i64),
}

/// The sessions of a clinician.
#[derive(Default)]
struct Frame {
    /// All of them.
    sessions: Vec<Box<str>>,
    /// The first in the order of their hashes.
    random: BTreeSet<(String, Box<str>)>,
    /// The first by what was found, as (no exception, units over, hash, session).
    targeted: BTreeSet<(bool, Reverse<i64>, String, Box<str>)>,
}

/// A session that was drawn, and why.
struct Drawn {
    clinician: String,
    why: String,
    session: Box<str>,
}

/// Draws sessions and writes the list; what is said on the terminal, which tells of no patient.
///
/// # Errors
/// The folder holds no finished run, or one without sessions and lines; the list cannot be written.
pub fn pull(args: &PullArgs) -> Result<String> {
    let run = FinishedRun::open(&args.dir)?;
    for table in ["sessions", "lines"] {
        if run.file(table).is_none() {
            return Err(Error::Usage(format!("a pull needs the table {table}; audit again without --detail findings")));
        }
    }
    if args.out.exists() && !args.force {
        let problem = "is there already, and somebody may have written into it; name another file, or pass --force";
        return Err(Error::output(&args.out, problem));
    }
    let each = args.per_clinician as usize;
    // Of an odd number the one in the middle is random.
    let (random, targeted) = (each - each / 2, each / 2);
    let targets = targets(&run)?;
    let frames = frames(&run, &targets, args.seed, random, targeted)?;
    let mut drawn = Vec::new();
    for (clinician, frame) in &frames {
        let mut add = |why: String, session: &str| {
            drawn.push(Drawn { clinician: clinician.clone(), why, session: session.into() });
        };
        let own: HashSet<&str> = frame.random.iter().map(|(_, session)| &**session).collect();
        frame.random.iter().for_each(|(_, session)| add("random".into(), session));
        let others = frame.targeted.iter().map(|(.., session)| session).filter(|session| !own.contains(&***session));
        for session in others.take(targeted) {
            add(format!("targeted: {}", targets.get(&**session).map_or("", |target| &target.check)), session);
        }
    }
    let file = create(&args.out, &[&run])?;
    write(&run, &drawn, file, &args.out)?;
    Ok(said(args, &run, frames, &drawn, (random, targeted)))
}

/// Makes a file beside the runs that it is about.
///
/// # Errors
/// As [`outside`]; it cannot be made.
pub(super) fn create(path: &Path, runs: &[&FinishedRun]) -> Result<File> {
    outside(path, runs)?;
    private_file(path).map_err(|error| Error::output(path, plain(&error)))
}

/// Makes sure that a file is to lie in no run's folder, where each file is named by a manifest.
///
/// # Errors
/// It lies in one.
pub(super) fn outside(path: &Path, runs: &[&FinishedRun]) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let within = |run: &&&FinishedRun| match (parent.canonicalize(), run.folder().canonicalize()) {
        (Ok(parent), Ok(folder)) => parent.starts_with(folder),
        _ => false,
    };
    match runs.iter().find(within) {
        Some(run) => {
            let folder = run.folder().display();
            let problem = format!("lies in {folder}, whose files are those of its run; name a place outside");
            Err(Error::output(path, problem))
        }
        None => Ok(()),
    }
}

/// Sessions that something was found in, with the units over of their primary findings. Notes are no reason to look.
fn targets(run: &FinishedRun) -> Result<HashMap<String, Target>> {
    let mut targets: HashMap<String, Target> = HashMap::new();
    run.each("findings", &mut |rows| {
        for finding in rows.records() {
            let (session, severity) = (finding.text("session_id"), finding.text("severity"));
            if session.is_empty() || severity == "note" {
                continue;
            }
            let over = finding.whole("units_over").unwrap_or(0);
            let exception = severity == "exception";
            let new = || Target { exception, over: 0, check: String::new(), of_check: (false, -1) };
            let target = targets.entry_ref(session).or_insert_with(new);
            target.exception |= exception;
            target.over += if finding.flag("primary") { over } else { 0 };
            if (exception, over) > target.of_check {
                target.of_check = (exception, over);
                target.check = finding.text("check").to_owned();
            }
        }
        Ok(())
    })?;
    Ok(targets)
}

/// The sessions of each clinician, in order of the names; those of several come last.
fn frames(
    run: &FinishedRun,
    targets: &HashMap<String, Target>,
    seed: u64,
    random: usize,
    targeted: usize,
) -> Result<Vec<(String, Frame)>> {
    let mut frames: BTreeMap<String, Frame> = BTreeMap::new();
    run.each("sessions", &mut |rows| {
        let [id, clinician] = ["session_id", "therapist_id"].map(|name| rows.column(name));
        for row in &rows.rows {
            let session: Box<str> = cell(row, id).into();
            let clinician = cell(row, clinician);
            if !frames.contains_key(clinician) {
                frames.insert(clinician.to_owned(), Frame::default());
            }
            let Some(frame) = frames.get_mut(clinician) else { continue };
            let hash = sha256(format!("{seed}:{session}").as_bytes());
            if let Some(target) = targets.get(&*session) {
                frame.targeted.insert((!target.exception, Reverse(target.over), hash.clone(), session.clone()));
                // As many may be drawn at random already.
                if frame.targeted.len() > targeted + random {
                    frame.targeted.pop_last();
                }
            }
            frame.random.insert((hash, session.clone()));
            if frame.random.len() > random {
                frame.random.pop_last();
            }
            frame.sessions.push(session);
        }
        Ok(())
    })?;
    let shared = frames.remove("");
    let shared = shared.map(|frame| (SHARED.to_owned(), frame));
    Ok(frames.into_iter().chain(shared).collect())
}

fn cell(row: &[Value], place: Option<usize>) -> &str {
    match place.map(|place| &row[place]) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// Writes the list.
fn write(run: &FinishedRun, drawn: &[Drawn], file: File, path: &Path) -> Result<()> {
    let ids: HashSet<String> = drawn.iter().map(|drawn| drawn.session.to_string()).collect();
    let [sessions, lines, findings] = ["sessions", "lines", "findings"].map(|table| run.of_sessions(table, &ids));
    let (sessions, lines, findings) = (sessions?, lines?, findings?);
    let (sessions, lines, findings) = (by_session(&sessions), by_session(&lines), by_session(&findings));
    let failed = |error| unwritten(path, error);
    let mut list = csv::Writer::from_writer(file);
    list.write_record(COLUMNS).map_err(failed)?;
    for drawn in drawn {
        let (lines, findings) = (own(&lines, drawn), own(&findings, drawn));
        let Some(session) = own(&sessions, drawn).first() else { continue };
        let of_session = |column: &str| session.get(column).to_string();
        let sources: Vec<String> =
            lines.iter().map(|line| format!("{}:{}", line.text("source_file"), line.get("source_row"))).collect();
        let findings: Vec<&str> = findings.iter().map(|finding| finding.text("finding_id")).collect();
        let cells = [
            drawn.clinician.clone(),
            drawn.why.clone(),
            drawn.session.to_string(),
            of_session("patient_id"),
            of_session("date_of_service"),
            of_session("discipline"),
            of_session("payer"),
            of_session("clinic"),
            sources.join("; "),
            units(lines),
            minutes(lines),
            findings.join("; "),
        ];
        let blank = (cells.len()..COLUMNS.len()).map(|_| String::new());
        list.write_record(cells.iter().map(|cell| csv_text(cell)).chain(blank)).map_err(failed)?;
    }
    list.flush().map_err(|error| failed(error.into()))
}

/// Why a list could not be written.
pub(super) fn unwritten(path: &Path, error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::output(path, plain(&error)),
        _ => Error::output(path, "cannot be written"),
    }
}

fn by_session(grid: &Grid) -> HashMap<&str, Vec<Record<'_>>> {
    let mut found: HashMap<&str, Vec<Record>> = HashMap::new();
    grid.records().for_each(|record| found.entry(record.text("session_id")).or_default().push(record));
    found
}

fn own<'a, 'b>(rows: &'a HashMap<&str, Vec<Record<'b>>>, drawn: &Drawn) -> &'a [Record<'b>] {
    rows.get(&*drawn.session).map_or(&[], Vec::as_slice)
}

/// Units billed by code: `97110 2; 97140 1`. Lines of notes and remittances bill none.
fn units(lines: &[Record]) -> String {
    let mut units: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines {
        *units.entry(line.text("code")).or_default() += line.whole("units_billed").unwrap_or(0);
    }
    units.iter().map(|(code, units)| format!("{code} {units}")).collect::<Vec<_>>().join("; ")
}

/// Minutes by code as they stand on the lines: `97110 15+10; 97140 blank`.
fn minutes(lines: &[Record]) -> String {
    let mut minutes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in lines {
        let of_code = minutes.entry(line.text("code")).or_default();
        match line.text("minutes_exact") {
            "" => of_code.extend(line.whole("minutes").map(|minutes| minutes.to_string())),
            exact => of_code.push(exact.to_owned()),
        }
    }
    let shown = |(code, minutes): (&&str, &Vec<String>)| match minutes.is_empty() {
        true => format!("{code} blank"),
        false => format!("{code} {}", minutes.join("+")),
    };
    minutes.iter().map(shown).collect::<Vec<_>>().join("; ")
}

/// What is said: how it was drawn, so that anyone can draw it again.
fn said(
    args: &PullArgs,
    run: &FinishedRun,
    frames: Vec<(String, Frame)>,
    drawn: &[Drawn],
    of_each: (usize, usize),
) -> String {
    let mut table = Table::new(
        "Drawn",
        &[("clinician", Kind::Text), ("sessions", Kind::Number), ("random", Kind::Number), ("targeted", Kind::Number)],
    );
    let mut hashes = String::new();
    for (clinician, mut frame) in frames {
        let own = || drawn.iter().filter(|drawn| drawn.clinician == clinician);
        let random = own().filter(|drawn| drawn.why == "random").count();
        let numbers = [frame.sessions.len(), random, own().count() - random].map(|count| Value::Whole(count as i64));
        table.row(std::iter::once(Value::text(clinician.clone())).chain(numbers));
        frame.sessions.sort_unstable();
        let ids: String = frame.sessions.iter().flat_map(|session| [session, "\n"]).collect();
        let _ = writeln!(hashes, "{}  {}", sha256(ids.as_bytes()), clinician.replace(char::is_control, " "));
    }
    let (random, targeted) = of_each;
    let blocks = [
        Block::Text(format!(
            "{} of run {} drawn with seed {}: {}.",
            counted(drawn.len() as u64, "session"),
            run.manifest.run,
            args.seed,
            args.out.display()
        )),
        Block::Text(
            "The export is a census: every line of it was recomputed, so the arithmetic needs no sample. This one is for what no export \
             proves: whether the signed notes have these sessions, codes and minutes. Only the random ones speak for the rest; the \
             targeted ones are where most is at stake."
                .into(),
        ),
        Block::Table(table),
        Block::Text(format!(
            "Random: of all sessions of that clinician alone, with findings or without, the first {random} in the order of the SHA-256 \
             (hexadecimal) of \"{}:\" and the session_id. Targeted: of those with an exception or a review that were not drawn at random, \
             the first {targeted}: exceptions first, then most units over, then in the same order. Sessions of several clinicians, or of \
             none named, are a group of their own.",
            args.seed
        )),
        Block::Text("SHA-256 of each group: of its session_ids in order, each with a line end.".into()),
        Block::Lines(hashes),
    ];
    text(&blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: &[(&str, Option<i64>, &str, Option<i64>)]) -> Grid {
        let row = |(code, minutes, exact, units): &(&str, Option<i64>, &str, Option<i64>)| {
            vec![Value::text(*code), Value::whole(*minutes), Value::text(*exact), Value::whole(*units)]
        };
        Grid {
            columns: ["code", "minutes", "minutes_exact", "units_billed"].map(str::to_owned).to_vec(),
            rows: rows.iter().map(row).collect(),
        }
    }

    #[test]
    fn codes_have_their_units_and_the_minutes_of_their_lines() {
        let grid = lines(&[
            ("97140", None, "", Some(1)),
            ("97110", Some(15), "", Some(1)),
            ("97110", Some(7), "7.5", None),
            ("97110", None, "", Some(1)),
        ]);
        let lines: Vec<Record> = grid.records().collect();
        assert_eq!(units(&lines), "97110 2; 97140 1");
        assert_eq!(minutes(&lines), "97110 15+7.5; 97140 blank");
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(
            (csv_text("=1+1"), csv_text("97110 2"), csv_text("")),
            ("'=1+1".into(), "97110 2".into(), String::new())
        );
    }
}
