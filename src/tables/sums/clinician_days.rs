//! Days of clinicians over all their patients, payers and clinics: one-on-one minutes, and where two patients had the same ones.
//!
//! A clinician's patients lie in different batches and shards, so what each has goes along until all are there.

use crate::error::Result;
use crate::ingest::{BLANK_TIME, Credential, Export, Lines, Role};
use crate::reference::{Day, Kind};
use crate::sessions::{Evidence, Outcome, Service, Session, treated};
use crate::tables::bug;
use crate::tables::build::Builder;
use hashbrown::HashMap;
use polars::prelude::*;
use recount_core::cells::Span;
use recount_core::domain::Time;
use recount_core::overlap::{Stretch, Twice, twice};

/// The table of times that a shard keeps, since a clinician's other patients are in other shards.
pub const CLINICIAN_SPANS: &str = "clinician_spans";
/// The table of days with two patients at once.
pub const CLINICIAN_OVERLAPS: &str = "clinician_overlaps";

/// So many days are added up before equal ones are put together.
const MANY: usize = 1 << 16;

/// A clinician's day.
type ClinicianDay = (u32, Day);

/// Days of clinicians, as far as they have been added up.
#[derive(Default)]
pub struct ClinicianDays {
    /// Patients and minutes of days. A day may stand here several times.
    days: Vec<(ClinicianDay, [i64; 2])>,
    /// How many of them are put together.
    together: usize,
    /// When each patient was treated.
    spans: Vec<(ClinicianDay, Stretch)>,
    /// Clinician, payer and minutes of one patient's day: memory that is used again.
    minutes: Vec<(u32, u32, Time)>,
}

impl ClinicianDays {
    /// With the sessions of whole patients.
    pub fn add(&mut self, lines: &Lines, outcome: &Outcome) {
        let patient = |session: &Session| {
            let first = outcome.order[session.lines.0 as usize];
            (session.patient, lines.scope.at(first), session.day)
        };
        for day in outcome.sessions.chunk_by(|a, b| patient(a) == patient(b)) {
            self.add_minutes(lines, outcome, day);
            if lines.span.is_used() {
                self.add_spans(lines, outcome, day);
            }
        }
        if self.days.len() > MANY.max(2 * self.together) {
            self.put_together();
        }
    }

    /// With those of another part.
    pub fn merge(&mut self, other: ClinicianDays) {
        self.days.extend(other.days);
        self.spans.extend(other.spans);
        self.put_together();
    }

    fn put_together(&mut self) {
        self.days.sort_unstable();
        self.days.dedup_by(|(key, measures), (first, sum)| {
            let same = key == first;
            if same {
                super::add_up(sum, measures);
            }
            same
        });
        self.together = self.days.len();
    }

    /// Minutes of one patient's day by clinician: never more than there were.
    fn add_minutes(&mut self, lines: &Lines, outcome: &Outcome, day: &[Session]) {
        let found = &mut self.minutes;
        found.clear();
        // What was reversed, repeated or is not known may not have been treated.
        for session in day.iter().filter(|session| session.occurrences_known()) {
            let timed = || outcome.services_of(session).iter().filter(|service| service.kind == Kind::Timed);
            if session.evidence == Evidence::PerCode && session.mismatch.is_none() {
                let own = timed().filter(|service| !service.repeated);
                own.for_each(|service| add_service(lines, outcome, session, service, found));
            } else if session.evidence != Evidence::UpperBound && session.therapist != 0 {
                let by_lines = session.mismatch.map_or(session.timed_time, |(by_lines, visit)| by_lines.min(visit));
                let assisted = timed().flat_map(|service| outcome.lines_at(service.lines));
                if assisted.into_iter().all(|&line| !by_assistant(lines, line)) {
                    found.push((session.therapist, session.payer, by_lines));
                }
            }
        }
        // The same bill may stand under a second payer, so the payer with the most minutes counts.
        found.sort_unstable_by_key(|(therapist, payer, _)| (*therapist, *payer));
        for own in found.chunk_by(|a, b| a.0 == b.0) {
            let of_payer = |own: &[(u32, u32, Time)]| own.iter().map(|(_, _, time)| *time).sum::<Time>();
            let most = own.chunk_by(|a, b| a.1 == b.1).map(of_payer).max().unwrap_or(Time::ZERO);
            if own[0].0 != 0 && most > Time::ZERO {
                self.days.push(((own[0].0, day[0].day), [1, most.whole_minutes().into()]));
            }
        }
    }

    fn add_spans(&mut self, lines: &Lines, outcome: &Outcome, day: &[Session]) {
        let sessions = day.iter().filter(|session| session.occurrences_known());
        let services: Vec<(&Service, &[u32])> = sessions
            .flat_map(|session| outcome.services_of(session))
            .map(|service| (service, outcome.lines_at(service.lines)))
            .collect();
        let (patient, date) = (day[0].patient, day[0].day);
        let first = self.spans.len();
        for treated in treated(lines, &services) {
            if treated.therapist == 0 || by_assistant(lines, treated.line) {
                continue;
            }
            let (key, stretch) = ((treated.therapist, date), treated.stretch(patient));
            // One service after the other is one stretch.
            match self.spans[first..].last_mut() {
                Some((last, before)) if *last == key && follows(before, &stretch) => {
                    before.span.end = stretch.span.end;
                    before.time += stretch.time;
                }
                _ => self.spans.push((key, stretch)),
            }
        }
    }

    /// The table `clinician_days`.
    pub fn days(&self, export: &Export) -> Result<DataFrame> {
        Builder::new(self.days.len())
            .text("therapist_id", |n| export.texts.therapists.get(self.days[n].0.0))
            .date("date_of_service", |n| Some(self.days[n].0.1))
            .int("patients", |n| self.days[n].1[0])
            .int("one_on_one_minutes", |n| self.days[n].1[1])
            .finish()
    }

    /// The table [`CLINICIAN_SPANS`].
    pub fn spans(&self, export: &Export) -> Result<DataFrame> {
        // Threads add in any order.
        let mut rows: Vec<&(ClinicianDay, Stretch)> = self.spans.iter().collect();
        rows.sort_unstable();
        let stretch = |n: usize| rows[n].1;
        Builder::new(rows.len())
            .text("therapist_id", |n| export.texts.therapists.get(rows[n].0.0))
            .date("date_of_service", |n| Some(rows[n].0.1))
            .text("patient_id", |n| export.texts.patients.get(stretch(n).of))
            .int("start_second", |n| stretch(n).span.start.into())
            .int("end_second", |n| stretch(n).span.end.into())
            .int("treated_hundredths", |n| stretch(n).time.0.into())
            .flag("throughout", |n| stretch(n).whole)
            .finish()
    }

    /// The table [`CLINICIAN_OVERLAPS`] of a run that is whole.
    pub fn overlaps(&mut self, export: &Export) -> Result<DataFrame> {
        overlaps(&mut self.spans, |therapist| export.texts.therapists.get(therapist))
    }
}

/// Whether one stretch ends where the other begins, both of treatment throughout.
fn follows(before: &Stretch, after: &Stretch) -> bool {
    before.whole && after.whole && before.span.end == after.span.start
}

/// The minutes of a service, line by line, to whoever is named there.
fn add_service(
    lines: &Lines,
    outcome: &Outcome,
    session: &Session,
    service: &Service,
    found: &mut Vec<(u32, u32, Time)>,
) {
    let role = if service.told_by.note { Role::Notes } else { Role::Bill };
    for &line in outcome.lines_at(service.lines).iter().filter(|&&line| lines.role(line) == role) {
        let treats = role == Role::Notes || lines.units(line).is_none_or(|units| units > 0);
        let time = lines.time(line).unwrap_or(Time::ZERO);
        if treats && time > Time::ZERO && !by_assistant(lines, line) {
            found.push((lines.therapist[line as usize], session.payer, time));
        }
    }
}

/// Whether an assistant furnished some of a line that is under a therapist's name: nobody says when, and often not how much.
fn by_assistant(lines: &Lines, line: u32) -> bool {
    if lines.particulars(line).credential == Some(Credential::Assistant) {
        return false;
    }
    let assistant = lines.assistant.at(line);
    let modifiers = lines.export.texts.modifiers.get(lines.modifiers[line as usize]);
    (assistant != BLANK_TIME && assistant > 0) || modifiers.split(' ').any(|modifier| matches!(modifier, "CQ" | "CO"))
}

/// The table [`CLINICIAN_OVERLAPS`]: days on which a clinician treated two patients one-on-one at once.
fn overlaps<'a>(spans: &mut [(ClinicianDay, Stretch)], therapist: impl Fn(u32) -> &'a str) -> Result<DataFrame> {
    spans.sort_unstable();
    let mut found: Vec<(&str, Day, i64, Twice)> = Vec::new();
    let (mut stretches, mut patients) = (Vec::new(), Vec::new());
    for day in spans.chunk_by(|a, b| a.0 == b.0) {
        stretches.clear();
        stretches.extend(day.iter().map(|(_, stretch)| *stretch));
        let shared = twice(&mut stretches);
        if shared.at_least > 0 {
            patients.clear();
            patients.extend(day.iter().map(|(_, stretch)| stretch.of));
            patients.sort_unstable();
            patients.dedup();
            found.push((therapist(day[0].0.0), day[0].0.1, patients.len() as i64, shared));
        }
    }
    found.sort_unstable_by_key(|(therapist, day, ..)| (*therapist, *day));
    Builder::new(found.len())
        .text("therapist_id", |n| found[n].0)
        .date("date_of_service", |n| Some(found[n].1))
        .int("patients", |n| found[n].2)
        .int("overlap_minutes", |n| found[n].3.at_least)
        .int("certain_minutes", |n| found[n].3.certain)
        .finish()
}

/// The table [`CLINICIAN_OVERLAPS`] from the times that the shards of a run kept.
///
/// # Errors
/// A bug.
pub fn overlaps_of_shards(spans: &DataFrame) -> Result<DataFrame> {
    let text = |name: &str| spans.column(name).and_then(|column| column.str().cloned()).map_err(bug);
    let int = |name: &str| spans.column(name).and_then(|column| column.i64().cloned()).map_err(bug);
    let (therapists, patients) = (text("therapist_id")?, text("patient_id")?);
    let days = spans.column("date_of_service").and_then(|column| column.cast(&DataType::Int32)).map_err(bug)?;
    let days = days.i32().cloned().map_err(bug)?;
    let (starts, ends, times) = (int("start_second")?, int("end_second")?, int("treated_hundredths")?);
    let whole = spans.column("throughout").and_then(|column| column.bool().cloned()).map_err(bug)?;
    let (mut of_therapist, mut of_patient) = (Numbers::default(), Numbers::default());
    let small =
        |column: &Int64Chunked, n: usize| column.get(n).and_then(|value| i32::try_from(value).ok()).unwrap_or_default();
    let mut rows: Vec<(ClinicianDay, Stretch)> = (0..spans.height())
        .map(|n| {
            let stretch = Stretch {
                span: Span { start: small(&starts, n), end: small(&ends, n) },
                of: of_patient.number(patients.get(n).unwrap_or_default()),
                time: Time(small(&times, n)),
                whole: whole.get(n).unwrap_or_default(),
            };
            let therapist = of_therapist.number(therapists.get(n).unwrap_or_default());
            ((therapist, days.get(n).unwrap_or_default()), stretch)
        })
        .collect();
    let names = of_therapist.names;
    overlaps(&mut rows, |therapist| names[therapist as usize])
}

/// Texts numbered in order of first sight.
#[derive(Default)]
struct Numbers<'a> {
    numbers: HashMap<&'a str, u32>,
    names: Vec<&'a str>,
}

impl<'a> Numbers<'a> {
    fn number(&mut self, name: &'a str) -> u32 {
        let next = self.names.len() as u32;
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            next
        })
    }
}
