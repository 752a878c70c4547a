//! The order of an audit: patients by their ids, cut into batches; a patient's days by scope and date.
//!
//! Every table follows this order, so a batch is a stretch of every table, and batches are made one by one. They depend on the
//! lines alone: any number of threads, any memory and any split into shards gives the same ones.

use super::Period;
use crate::error::Result;
use crate::ingest::{Chunk, Export, IdScope, NO_DAY, Packed, Place, Why};
use crate::reference::Day;
use std::ops::Range;

/// Lines of a batch, about: it ends where a patient does.
const BATCH: Range<u64> = 8_192..65_536;

/// Lines of a block, about: what is made of so many stays in the processor's cache.
const BLOCK: u64 = 4_096;

/// A run has about so many batches, if their size allows.
const BATCHES: u64 = 64;

/// Patients in order, and how many lines of each are audited.
pub struct Schedule {
    period: Period,
    /// By number of a patient, the place in the order.
    ranks: Vec<u32>,
    /// By place in the order, how many audited lines stand before that patient's; the last is the number of them all.
    starts: Vec<u32>,
    /// Batches, as places in the order.
    batches: Vec<Range<u32>>,
}

impl Schedule {
    /// Makes the order. Rows outside the period, and of payers that do not pay by the unit, are set aside.
    ///
    /// # Errors
    /// Lines that wait on disk cannot be read.
    pub fn new(export: &mut Export, period: Period) -> Result<Schedule> {
        let ranks = export.texts.patients.ranks();
        let counted = export.look_at_lines(|chunk, body| {
            let (mut counts, mut lost) = (vec![0_u32; chunk.patients.len()], Vec::new());
            for (n, packed) in body.rows.iter().enumerate() {
                match audited(export, chunk, packed, period) {
                    Ok(_) => counts[usize::from(packed.patient)] += 1,
                    Err(Some(why)) => lost.push(export.lose(chunk, body, n, why)),
                    // A date that its file's order made unreadable is among the rejects already.
                    Err(None) => {}
                }
            }
            (counts, lost)
        })?;
        let mut starts = vec![0; ranks.len() + 1];
        for (chunk, (counts, lost)) in export.chunks.iter().zip(counted) {
            for (&patient, count) in chunk.patients.iter().zip(counts) {
                starts[ranks[patient as usize] as usize + 1] += count;
            }
            export.lost.extend(lost);
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let batches = batches(&starts);
        Ok(Schedule { period, ranks, starts, batches })
    }

    /// How many batches there are; one, without a line, where nothing is audited.
    pub fn batches(&self) -> usize {
        self.batches.len().max(1)
    }

    /// How many lines are audited in those batches.
    pub fn lines(&self, batches: Range<usize>) -> Range<usize> {
        let start = |batch: usize| self.batches.get(batch).map_or(self.starts.len() - 1, |batch| batch.start as usize);
        self.starts[start(batches.start)] as usize..self.starts[start(batches.end)] as usize
    }

    /// A batch in blocks of patients, as their lines in the order of all.
    pub fn blocks(&self, batch: usize) -> Vec<Range<usize>> {
        let Some(batch) = self.batches.get(batch) else { return Vec::new() };
        let starts = &self.starts[batch.start as usize..=batch.end as usize];
        cut(starts, BLOCK).into_iter().map(|block| starts[block.start] as usize..starts[block.end] as usize).collect()
    }

    /// The patients of a share of the batches: from the first of them up to the first of the next share. Patients without an
    /// audited line, and rows whose patient is not known, belong to a share as well.
    pub fn patients(&self, batches: Range<usize>) -> Range<u32> {
        let start = |batch: usize| match batch {
            0 => 0,
            _ => self.batches.get(batch).map_or(u32::MAX, |batch| batch.start),
        };
        start(batches.start)..start(batches.end)
    }

    /// The place of a patient in the order.
    pub fn rank(&self, patient: u32) -> u32 {
        self.ranks[patient as usize]
    }

    /// Where the audited lines of some batches stand, patient by patient, each patient's in the order of the export.
    pub fn places(&self, export: &Export, bodies: &[crate::ingest::Body], batches: Range<usize>) -> Vec<Place> {
        let lines = self.lines(batches.clone());
        let patients = self.patients(batches);
        let mut next: Vec<u32> = self.starts[..self.starts.len() - 1].to_vec();
        let mut places = vec![Place::new(0, 0); lines.len()];
        for ((number, chunk), body) in export.chunks.iter().enumerate().zip(bodies) {
            let ranks: Vec<u32> = chunk.patients.iter().map(|&patient| self.rank(patient)).collect();
            for (n, packed) in body.rows.iter().enumerate() {
                let rank = ranks[usize::from(packed.patient)];
                if patients.contains(&rank) && audited(export, chunk, packed, self.period).is_ok() {
                    let next = &mut next[rank as usize];
                    places[*next as usize - lines.start] = Place::new(number, n);
                    *next += 1;
                }
            }
        }
        places
    }
}

/// The date of a line that is audited; else why it is not, unless it was told already.
#[inline]
fn audited(export: &Export, chunk: &Chunk, packed: &Packed, period: Period) -> Result<Day, Option<Why>> {
    let day = chunk.day(packed);
    let source = &export.sources[usize::from(chunk.file)];
    if day == NO_DAY {
        Err(None)
    } else if let Some(why) = source.set_aside(chunk.first_row + u32::from(packed.row)) {
        Err(Some(why))
    } else if !period.holds(day) {
        Err(Some(Why::OutsidePeriod))
    } else if !export.payer_of(chunk.payers.of(packed.payer)).policy(day).unit_billed {
        Err(Some(Why::NotUnitBilled))
    } else {
        Ok(day)
    }
}

/// Cuts the patients into batches of about equal numbers of lines.
fn batches(starts: &[u32]) -> Vec<Range<u32>> {
    let all = u64::from(starts[starts.len() - 1]);
    let size = (all / BATCHES).clamp(BATCH.start, BATCH.end);
    cut(starts, size).into_iter().map(|batch| batch.start as u32..batch.end as u32).collect()
}

/// Cuts patients, of whom `starts` says how many lines stand before each, where at least `size` lines have come together. What
/// is left at the end has no line.
fn cut(starts: &[u32], size: u64) -> Vec<Range<usize>> {
    let (mut cuts, mut first) = (Vec::new(), 0);
    for next in 1..starts.len() {
        let lines = u64::from(starts[next] - starts[first]);
        if lines >= size || (next + 1 == starts.len() && lines > 0) {
            cuts.push(first..next);
            first = next;
        }
    }
    cuts
}

/// How a day is packed into 64 bits: patient, scope of the id, date. The order of the keys is the order of reports.
pub struct DayKeys {
    patients: Vec<u32>,
    scopes: Vec<u32>,
    /// Place of each code in the alphabet.
    pub codes: Vec<u32>,
    /// Place of each practice in the alphabet.
    pub practices: Vec<u32>,
    first_day: i32,
    day_bits: u32,
    scope_bits: u32,
}

impl DayKeys {
    /// For the days of a run.
    pub fn new(export: &Export, schedule: &Schedule) -> DayKeys {
        let practices = export.texts.practices.ranks();
        let highest_scope = export.sources.len() as u32 + 1;
        // Scopes are practices, in the alphabet's order, or files, in the order given, or one for all.
        let scopes: Vec<u32> = match export.id_scope() {
            IdScope::Practice => practices.clone(),
            IdScope::File | IdScope::All => (0..=highest_scope).collect(),
        };
        let (first_day, last_day) = export.days().unwrap_or((0, 0));
        let bits = |values: u32| u32::BITS - values.leading_zeros();
        DayKeys {
            patients: schedule.ranks.clone(),
            codes: export.texts.codes.ranks(),
            scope_bits: bits(scopes.len() as u32),
            scopes,
            practices,
            first_day,
            day_bits: bits((last_day - first_day) as u32 + 1),
        }
    }

    /// The key of a day. Patients take 32 bits at most, days 16, which leaves 16 for scopes.
    #[inline]
    pub fn pack(&self, patient: u32, scope: u32, day: Day) -> u64 {
        let scope = self.scopes[scope as usize];
        let day = (day - self.first_day) as u64;
        (u64::from(self.patients[patient as usize]) << self.scope_bits | u64::from(scope)) << self.day_bits | day
    }

    /// The key of a day that no audited line may have: `None` outside the dates of the run.
    pub fn find(&self, patient: u32, scope: u32, day: Day) -> Option<u64> {
        let span = 1_i64 << self.day_bits;
        let offset = i64::from(day) - i64::from(self.first_day);
        (0..span).contains(&offset).then(|| self.pack(patient, scope, day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_whole_patients_and_every_line() {
        for sizes in
            [vec![], vec![0], vec![1], vec![3_000; 10], vec![0, 9_000, 0, 0, 1, 20_000, 0], vec![200_000, 1, 1]]
        {
            let mut starts = vec![0];
            for size in &sizes {
                starts.push(starts[starts.len() - 1] + size);
            }
            let batches = batches(&starts);
            let of = |batch: &Range<u32>| starts[batch.end as usize] - starts[batch.start as usize];
            assert_eq!(batches.iter().map(of).sum::<u32>(), sizes.iter().sum::<u32>(), "{sizes:?}");
            assert!(batches.windows(2).all(|pair| pair[0].end == pair[1].start), "{sizes:?}");
            assert!(batches.iter().all(|batch| of(batch) > 0), "{sizes:?}");
        }
    }
}
