//! Lines → sessions: the hot path.
//!
//! ```text
//! chunks ──schedule──▶ patients in order, in batches ──gather──▶ lines of a batch, day by day
//!          (a counting sort: no comparison, no string)            │ settle (reversals, copies, missing disciplines)
//!                                                                 │ cut    (discipline, payer, practice; then code)
//!                                                                 ▼ judge  (units under both rules; what explains units over)
//!                                                               facts: sessions and their services
//! ```
//!
//! A batch is some patients' whole history, judged in one or several blocks. Batches know nothing of each other: they are judged in
//! parallel, and what is made of them is taken in order, so that any number of threads gives the same bytes. Where an export stands in order already, gathering
//! reads it from front to end and nothing is sorted. Nothing is allocated per session: scratch memory is a batch's.

mod cause;
mod clock;
mod evidence;
mod facts;
mod fold;
mod judge;
mod limits;
mod order;
mod settle;

pub use cause::{Cause, Causes};
pub use clock::{Treated, treated};
pub use facts::{Doubts, Evidence, Over, Service, Session, Tally, ToldBy, WhyNot};
pub use limits::{DailyLimit, daily_limit, setting};
pub use order::Schedule;

use crate::error::Result;
use crate::ingest::{Body, Export, Lines, LostRow, Packed, Place, Role};
use crate::reference::{Day, Reference};
use cause::Gone;
use judge::Judge;
use order::DayKeys;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// What the sessions of a batch came to.
#[derive(Default)]
pub struct Outcome {
    /// Sessions in order of patient, date, discipline, payer.
    pub sessions: Vec<Session>,
    /// Services of the sessions, in their order.
    pub services: Vec<Service>,
    /// Lines of the services, in their order: places in the batch's [`Lines`].
    pub order: Vec<u32>,
    /// Lines without a discipline that took the only one of their day.
    pub joined_disciplines: u64,
    /// Lines set aside by what other lines of the day say.
    pub excluded: Vec<LostRow>,
}

impl Outcome {
    /// The services of a session.
    pub fn services_of(&self, session: &Session) -> &[Service] {
        &self.services[session.services.0 as usize..][..session.services.1 as usize]
    }

    /// The first line of a session that bills something, or else its first.
    pub fn first_line(&self, lines: &Lines, session: &Session) -> u32 {
        let own = self.lines_at(session.lines);
        own.iter().copied().find(|&line| lines.role(line) == Role::Bill).unwrap_or(own[0])
    }

    /// The lines of a session, or of a service: first place in the order, and how many.
    pub fn lines_at(&self, (first, count): (u32, u32)) -> &[u32] {
        &self.order[first as usize..][..count as usize]
    }
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

/// A run whose sessions are to be judged.
pub struct Recount<'a> {
    export: &'a Export,
    reference: &'a Reference,
    schedule: &'a Schedule,
    keys: DayKeys,
    /// Days of which rows are no lines.
    gone: HashMap<u64, Gone>,
}

/// Some batches whose lines are in memory.
pub struct Part<'a> {
    bodies: Cow<'a, [Body]>,
    places: Vec<Place>,
    /// Audited lines before its first.
    before: usize,
}

impl<'a> Recount<'a> {
    /// For the lines of a run, in that order.
    pub fn new(export: &'a Export, schedule: &'a Schedule, reference: &'a Reference) -> Recount<'a> {
        let keys = DayKeys::new(export, schedule);
        let gone = Gone::by_day(export, &keys);
        Recount { export, reference, schedule, keys, gone }
    }

    /// Cuts batches into parts that fit the memory, most often one.
    pub fn parts(&self, batches: Range<usize>) -> Vec<Range<usize>> {
        let parts = self.export.store.parts().clamp(1, batches.len().max(1));
        let cut = |n: usize| batches.start + batches.len() * n / parts;
        (0..parts).map(|n| cut(n)..cut(n + 1)).collect()
    }

    /// Loads the lines of some batches.
    ///
    /// # Errors
    /// Lines that wait on disk cannot be read.
    pub fn load(&self, batches: Range<usize>) -> Result<Part<'a>> {
        let patients = self.schedule.patients(batches.clone());
        let chunks = &self.export.chunks;
        let bodies = self.export.store.load(|chunk, packed| {
            let patient = chunks[chunk].patients[usize::from(packed.patient)];
            patients.contains(&self.schedule.rank(patient))
        })?;
        let before = self.schedule.lines(batches.clone()).start;
        let places = self.schedule.places(self.export, &bodies, batches);
        Ok(Part { bodies, places, before })
    }

    /// The lines of a batch: as one block, whose rows of the large tables are made at once, or as `small` ones, since what is
    /// made of few lines stays in the processor's cache. Either way the sessions are the same.
    pub fn blocks(&self, batch: usize, small: bool) -> Vec<Range<usize>> {
        if small { self.schedule.blocks(batch) } else { vec![self.schedule.lines(batch..batch + 1)] }
    }

    /// Gathers the lines of a block of that part, cuts them into sessions and judges them.
    pub fn judge(&self, part: &Part, lines: Range<usize>) -> (Lines<'a>, Outcome) {
        let places = &part.places[lines.start - part.before..lines.end - part.before];
        let keyed = |&place: &Place| {
            let (chunk, body) = (&self.export.chunks[place.chunk()], &part.bodies[place.chunk()]);
            let packed = body.rows[place.line()];
            let scope = self.export.scope(chunk.file, chunk.practice(body, place.line()));
            let patient = chunk.patients[usize::from(packed.patient)];
            (self.keys.pack(patient, scope, chunk.day(&packed)), place, packed)
        };
        let mut sorted: Vec<(u64, Place, Packed)> = places.iter().map(keyed).collect();
        // Most exports stand in the order of dates, and then nothing is left to sort.
        if !sorted.is_sorted_by_key(|(key, place, _)| (*key, *place)) {
            sorted.sort_unstable_by_key(|(key, place, _)| (*key, *place));
        }
        let packed = sorted.iter().map(|(_, place, packed)| (*place, *packed));
        let mut lines = Lines::unpack(self.export, &part.bodies, &self.reference.codes, packed);
        if self.export.sources.iter().any(|source| source.unit_rows.is_some()) {
            let mut first = 0;
            for day in sorted.chunk_by(|a, b| a.0 == b.0) {
                fold::fold(&mut lines, first..first + day.len());
                first += day.len();
            }
        }
        let judge = Judge::new(&lines, self.reference, &self.keys, &self.gone);
        let outcome = judge.days(sorted.chunk_by(|a, b| a.0 == b.0).map(|day| (day[0].0, day.len() as u32)));
        (lines, outcome)
    }
}
