//! Sessions stream by in batches: judged, checked, written and added up in parallel, and forgotten.

use crate::checks::{Finding, Selection};
use crate::error::Result;
use crate::ingest::{Export, Lines, LostRow, Totals};
use crate::parallel::in_order;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::reference::Reference;
use crate::report::{Counts, Piece, TableFile};
use crate::sessions::{Outcome, Part, Recount, Schedule};
use crate::tables::{Detail, Sums, Tables};
use std::collections::BTreeSet;

/// What became of sessions that have streamed by.
pub struct Streamed {
    /// What SQL sees.
    pub sums: Sums,
    /// Lines in sessions.
    pub audited: Totals,
    /// Sessions, and how many of them could be audited.
    pub sessions: Counts,
    /// Lines without a discipline that took the only one of their day.
    pub joined_disciplines: u64,
    /// Lines in sessions, by file.
    pub lines_of_source: Vec<u64>,
    /// Rows set aside by what other rows of the day say.
    pub excluded: Vec<LostRow>,
    /// Large tables that some query wants to see.
    pub frames: Tables,
}

/// What a batch came to, and its pieces of the files.
struct Batch {
    streamed: Streamed,
    pieces: Vec<Piece>,
}

/// The large tables that are being written.
pub type Files<'a> = Vec<(Detail, TableFile<'a>)>;

/// Judges, checks, writes and adds up all batches of the run, or of its shard.
///
/// # Errors
/// Lines that wait on disk cannot be read, or a file cannot be written.
pub fn batches<'a>(
    plan: &'a Plan,
    selection: &Selection,
    export: &Export,
    schedule: &Schedule,
    progress: &Progress,
) -> Result<(Streamed, Files<'a>)> {
    let reference = &plan.inputs.reference;
    let recount = Recount::new(export, schedule, reference);
    let shown = plan.queries.details();
    let mut all = Streamed::new(export.sources.len());
    // Of no lines: a table without a row has its columns nevertheless.
    let nothing = (Lines::unpack(export, &[], &reference.codes, std::iter::empty()), Outcome::default());
    let mut files: Files = Vec::new();
    for detail in Detail::ALL {
        let columns = detail.of_block(&nothing.0, &nothing.1, &[])?;
        if plan.detail || detail == Detail::Findings {
            files.push((detail, TableFile::create(&plan.folder, detail.name(), plan.format, &columns)?));
        }
        if shown.contains(&detail) {
            all.frames.add(detail.name(), columns)?;
        }
    }
    let share = plan.shard.share(schedule.batches());
    let bar = progress.count("recounting", schedule.lines(share.clone()).len() as u64);
    for part in recount.parts(share) {
        let loaded = recount.load(part.clone())?;
        let mut numbers = part;
        in_order(
            || Ok(numbers.next()),
            |number| batch(export, &recount, &loaded, number, selection, reference, &files, &shown),
            |batch: Result<Batch>| {
                let batch = batch?;
                bar.advance(batch.streamed.audited.rows + batch.streamed.excluded.len() as u64);
                for ((_, file), piece) in files.iter().zip(batch.pieces) {
                    file.append(piece)?;
                }
                all.merge(batch.streamed)
            },
        )?;
    }
    bar.finish();
    Ok((all, files))
}

/// One batch, from its places in the export to facts, findings, sums and pieces of files.
#[allow(clippy::too_many_arguments)]
fn batch(
    export: &Export,
    recount: &Recount,
    part: &Part,
    number: usize,
    selection: &Selection,
    reference: &Reference,
    files: &Files,
    shown: &[Detail],
) -> Result<Batch> {
    let mut streamed = Streamed::new(export.sources.len());
    let mut tables = Tables::default();
    for block in recount.blocks(number) {
        let (lines, outcome) = recount.judge(part, block);
        let findings = selection.run(&outcome, &lines, reference);
        for detail in files.iter().map(|(detail, _)| *detail).chain(shown.iter().copied()).collect::<BTreeSet<_>>() {
            tables.add(detail.name(), detail.of_block(&lines, &outcome, &findings)?)?;
        }
        streamed.add(&lines, outcome, &findings);
    }
    streamed.sums.distribute();
    let rows = |detail: &Detail| tables.get(detail.name()).cloned().unwrap_or_default();
    let pieces = files.iter().map(|(detail, file)| file.encode(rows(detail))).collect::<Result<_>>()?;
    shown.iter().try_for_each(|detail| streamed.frames.add(detail.name(), rows(detail)))?;
    Ok(Batch { streamed, pieces })
}

impl Streamed {
    fn new(sources: usize) -> Streamed {
        Streamed {
            sums: Sums::default(),
            audited: Totals::default(),
            sessions: Counts::default(),
            joined_disciplines: 0,
            lines_of_source: vec![0; sources],
            excluded: Vec::new(),
            frames: Tables::default(),
        }
    }

    /// Adds what a block came to.
    fn add(&mut self, lines: &Lines, outcome: Outcome, findings: &[Finding]) {
        self.sums.add_block(lines, &outcome, findings);
        self.audited = self.audited + Totals::of_lines(lines, &outcome.order);
        self.sessions += Counts {
            read: outcome.sessions.len() as u64,
            auditable: outcome.sessions.iter().filter(|session| session.auditable()).count() as u64,
        };
        self.joined_disciplines += outcome.joined_disciplines;
        for &line in &outcome.order {
            self.lines_of_source[usize::from(lines.file.at(line))] += 1;
        }
        self.excluded.extend(outcome.excluded);
    }

    fn merge(&mut self, other: Streamed) -> Result<()> {
        self.sums.merge(other.sums);
        self.audited = self.audited + other.audited;
        self.sessions += other.sessions;
        self.joined_disciplines += other.joined_disciplines;
        self.lines_of_source.iter_mut().zip(other.lines_of_source).for_each(|(sum, lines)| *sum += lines);
        self.excluded.extend(other.excluded);
        other.frames.iter().try_for_each(|(name, rows)| self.frames.add(name, rows.clone()))
    }
}
