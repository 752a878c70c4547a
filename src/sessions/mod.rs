//! Lines → sessions: the hot path.
//!
//! ```text
//! lines ──sort by patient, scope, date──▶ days ──settle──▶ lines that count ──cut──▶ sessions ──judge──▶ facts
//!           (one u64 key per line)        (reversals, copies,    (discipline, payer,     (units under both rules)
//!                                          missing disciplines)   practice; then code)
//! ```
//!
//! Days are taken in blocks, in parallel, each a few slices that fit a cache. A block's results are joined in block order, so
//! any number of threads gives the same bytes. Nothing is allocated per session: scratch memory is a block's.

mod facts;
mod judge;
mod key;
mod settle;

pub use facts::{Doubts, Over, Service, Session, Tally, WhyNot};
pub use judge::{DailyLimit, daily_limit, setting};

use crate::ingest::{Lines, LostRow};
use crate::progress::Progress;
use crate::reference::{Day, Reference};
use judge::Judge;
use key::DayKeys;
use rayon::prelude::*;
use std::ops::Range;

/// Lines of a block, about; it ends where a day does.
const BLOCK: usize = 16_384;

/// What the sessions of a run came to.
#[derive(Default)]
pub struct Outcome {
    /// Sessions in order of patient, date, discipline, payer.
    pub sessions: Vec<Session>,
    /// Services of the sessions, in their order.
    pub services: Vec<Service>,
    /// Lines of the services, in their order: places in [`Lines`].
    pub order: Vec<u32>,
    /// Lines without a discipline that took the only one of their day.
    pub joined_disciplines: u64,
    /// Lines set aside by what other lines of the day say.
    pub excluded: Vec<LostRow>,
}

/// First and last date of service that are audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day, if any.
    pub from: Option<Day>,
    /// Last day, if any.
    pub to: Option<Day>,
}

impl Period {
    /// Whether a day lies in it.
    pub fn holds(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// Cuts all lines into sessions and judges them.
pub fn recount(lines: &mut Lines, period: Period, reference: &Reference, progress: &Progress) -> Outcome {
    let audited = key::audited(lines, period);
    let (keys, sorted) = DayKeys::sort(lines, &audited);
    let lines = &*lines;
    let bar = progress.count("recounting", sorted.len() as u64);
    let blocks = blocks(&sorted);
    let judge = Judge::new(lines, reference, &keys);
    let parts: Vec<Outcome> = blocks
        .into_par_iter()
        .map(|block| {
            let part = judge.block(&sorted[block.clone()]);
            bar.advance(block.len() as u64);
            part
        })
        .collect();
    bar.finish();
    join(parts)
}

/// Places at which the sorted lines are cut into blocks of whole days.
fn blocks(sorted: &[(u64, u32)]) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut start = 0;
    while start < sorted.len() {
        let mut end = (start + BLOCK).min(sorted.len());
        while end < sorted.len() && sorted[end].0 == sorted[end - 1].0 {
            end += 1;
        }
        blocks.push(start..end);
        start = end;
    }
    blocks
}

/// Joins blocks in order; places that count from a block's start are moved on.
fn join(parts: Vec<Outcome>) -> Outcome {
    let mut whole = Outcome::default();
    for part in parts {
        let (sessions, services, order) =
            (whole.sessions.len() as u32, whole.services.len() as u32, whole.order.len() as u32);
        whole.sessions.extend(part.sessions.into_iter().map(|session| session.moved(services, order)));
        whole.services.extend(part.services.into_iter().map(|service| service.moved(sessions, order)));
        whole.order.extend(part.order);
        whole.excluded.extend(part.excluded);
        whole.joined_disciplines += part.joined_disciplines;
    }
    whole
}
