//! Sessions stream by in batches: judged, checked, written and added up in parallel, and forgotten.

use crate::checks::{Applied, Selection};
use crate::error::{Error, Result};
use crate::ingest::{Export, Lines, LostRow, Totals};
use crate::parallel::in_order;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::reference::{Day, Reference};
use crate::report::{Counts, Piece, TableFile};
use crate::sessions::{Outcome, Part, Recount, Schedule};
use crate::tables::{Detail, Names, Sums, Tables};
use polars::prelude::DataFrame;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// What became of sessions that have streamed by.
pub struct Streamed {
    /// What SQL sees.
    pub sums: Sums,
    /// Lines in sessions.
    pub audited: Totals,
    /// Sessions, and how many of them could be audited.
    pub sessions: Counts,
    /// Their first and last date of service.
    pub days: Option<(Day, Day)>,
    /// To how much of them each check could be applied.
    pub applied: Applied,
    /// Lines without a discipline that took the only one of their day.
    pub joined_disciplines: u64,
    /// Lines in sessions, by file.
    pub lines_of_source: Vec<u64>,
    /// Rows set aside by what other rows of the day say.
    pub excluded: Vec<LostRow>,
    /// Large tables that some query wants to see.
    pub frames: Tables,
}

/// The large tables that are being written.
pub type Files<'a> = Vec<(Detail, TableFile<'a>)>;

/// What a batch came to, but for its sums.
struct Batch {
    audited: Totals,
    sessions: Counts,
    days: Option<(Day, Day)>,
    applied: Applied,
    joined_disciplines: u64,
    lines_of_source: Vec<u64>,
    excluded: Vec<LostRow>,
    /// Its pieces of the files.
    pieces: Vec<Piece>,
    /// Its rows of the tables that some query wants to see.
    shown: Vec<(Detail, DataFrame)>,
}

/// What every batch is made with.
struct Work<'a> {
    export: &'a Export,
    reference: &'a Reference,
    selection: &'a Selection,
    recount: Recount<'a>,
    names: Names,
    files: Files<'a>,
    shown: Vec<Detail>,
    /// Sums of the batches so far, as many as were made at once: the order of additions does not matter.
    sums: Mutex<Vec<Sums>>,
}

/// Judges, checks, writes and adds up all batches of the run, or of its shard.
///
/// # Errors
/// Lines that wait on disk cannot be read, or a file cannot be written.
pub fn batches<'a>(
    plan: &'a Plan,
    selection: &'a Selection,
    export: &'a Export,
    schedule: &'a Schedule,
    progress: &Progress,
) -> Result<(Streamed, Files<'a>)> {
    let reference = &plan.inputs.reference;
    let mut work = Work {
        export,
        reference,
        selection,
        recount: Recount::new(export, schedule, reference),
        names: Names::of(export),
        files: Vec::new(),
        shown: plan.queries.details(),
        sums: Mutex::default(),
    };
    let mut all = Streamed {
        sums: Sums::default(),
        audited: Totals::default(),
        sessions: Counts::default(),
        days: None,
        applied: Applied::default(),
        joined_disciplines: 0,
        lines_of_source: vec![0; export.sources.len()],
        excluded: Vec::new(),
        frames: Tables::default(),
    };
    // Of no lines: a table without a row has its columns nevertheless.
    let nothing = (Lines::unpack(export, &[], &reference.codes, std::iter::empty()), Outcome::default());
    for detail in Detail::ALL {
        let columns = detail.of_batch(&nothing.0, &nothing.1, &[], &work.names)?;
        if detail.is_written(export, plan.detail) {
            work.files.push((detail, TableFile::create(&plan.folder, detail.path(), plan.format, &columns)?));
        }
        if work.shown.contains(&detail) {
            all.frames.add(detail.name(), columns)?;
        }
    }
    let share = plan.shard.share(schedule.batches());
    let bar = progress.count("recounting", schedule.lines(share.clone()).len() as u64);
    for part in work.recount.parts(share) {
        let loaded = work.recount.load(part.clone())?;
        let mut numbers = part;
        in_order(
            || Ok(numbers.next()),
            |number| work.batch(&loaded, number),
            |batch: Result<Batch>| {
                let batch = batch?;
                bar.advance(batch.audited.rows + batch.excluded.len() as u64);
                for ((_, file), piece) in work.files.iter().zip(&batch.pieces) {
                    file.append(piece)?;
                }
                all.add(batch)
            },
        )?;
    }
    bar.finish();
    let sums = work.sums.into_inner().map_err(|_| interrupted())?;
    sums.into_iter().for_each(|sums| all.sums.merge(sums));
    Ok((all, work.files))
}

fn interrupted() -> Error {
    Error::Bug("another thread failed while it added up".into())
}

/// The first and the last day of two stretches.
fn both(a: Option<(Day, Day)>, b: Option<(Day, Day)>) -> Option<(Day, Day)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

impl Work<'_> {
    /// One batch, from its places in the export to facts, findings, sums and pieces of files.
    fn batch(&self, part: &Part, number: usize) -> Result<Batch> {
        let mut made = Batch {
            audited: Totals::default(),
            sessions: Counts::default(),
            days: None,
            applied: Applied::default(),
            joined_disciplines: 0,
            lines_of_source: vec![0; self.export.sources.len()],
            excluded: Vec::new(),
            pieces: Vec::new(),
            shown: Vec::new(),
        };
        let details: BTreeSet<Detail> =
            self.files.iter().map(|(detail, _)| *detail).chain(self.shown.clone()).collect();
        let mut tables = Tables::default();
        let mut sums = self.sums.lock().map_err(|_| interrupted())?.pop().unwrap_or_default();
        for block in self.recount.blocks(number, details.len() == 1) {
            let (lines, outcome) = self.recount.judge(part, block);
            let findings = self.selection.run(&outcome, &lines, self.reference, &mut made.applied);
            sums.add_sessions(&lines, &outcome, &findings);
            for detail in &details {
                tables.add(detail.name(), detail.of_batch(&lines, &outcome, &findings, &self.names)?)?;
            }
            made.add(&lines, outcome);
        }
        self.sums.lock().map_err(|_| interrupted())?.push(sums);
        let rows = |detail: &Detail| tables.get(detail.name()).cloned().unwrap_or_default();
        for (detail, file) in &self.files {
            made.pieces.push(file.encode(rows(detail))?);
        }
        made.shown.extend(self.shown.iter().map(|detail| (*detail, rows(detail))));
        Ok(made)
    }
}

impl Batch {
    /// Adds what a block came to.
    fn add(&mut self, lines: &Lines, outcome: Outcome) {
        self.audited = self.audited + Totals::of_lines(lines, &outcome.order);
        self.sessions += Counts {
            read: outcome.sessions.len() as u64,
            auditable: outcome.sessions.iter().filter(|session| session.auditable()).count() as u64,
        };
        for session in &outcome.sessions {
            self.days = both(self.days, Some((session.day, session.day)));
        }
        self.joined_disciplines += outcome.joined_disciplines;
        for &line in &outcome.order {
            self.lines_of_source[usize::from(lines.file.at(line))] += 1;
        }
        self.excluded.extend(outcome.excluded);
    }
}

impl Streamed {
    fn add(&mut self, batch: Batch) -> Result<()> {
        self.audited = self.audited + batch.audited;
        self.sessions += batch.sessions;
        self.days = both(self.days, batch.days);
        self.applied.merge(&batch.applied);
        self.joined_disciplines += batch.joined_disciplines;
        self.lines_of_source.iter_mut().zip(batch.lines_of_source).for_each(|(sum, lines)| *sum += lines);
        self.excluded.extend(batch.excluded);
        batch.shown.into_iter().try_for_each(|(detail, rows)| self.frames.add(detail.name(), rows))
    }
}
