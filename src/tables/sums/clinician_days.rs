//! Days of clinicians over all their patients, payers and clinics: one-on-one minutes, and where two patients had the same ones.
//!
//! A clinician's patients lie in different batches and shards, so what each has goes along until all are there.

use crate::error::Result;
use crate::ingest::{BLANK_TIME, Credential, Export, IdScope, Lines, Role};
use crate::reference::{Day, Kind};
use crate::sessions::{Evidence, Outcome, Service, Session, treated};
use crate::tables::bug;
use crate::tables::build::Builder;
use hashbrown::HashMap;
use polars::prelude::*;
use rayon::slice::ParallelSliceMut;
use recount_core::cells::Span;
use recount_core::domain::Time;
use recount_core::overlap::{Stretch, Twice, twice};
use std::hash::Hash;

/// The table of days.
pub const CLINICIAN_DAYS: &str = "clinician_days";
/// The table of times that a shard keeps, since a clinician's other patients are in other shards.
pub const CLINICIAN_SPANS: &str = "clinician_spans";
/// The table of days with two patients at once.
pub const CLINICIAN_OVERLAPS: &str = "clinician_overlaps";

/// So many days are added up before equal ones are put together.
const MANY: usize = 1 << 16;

/// A clinician: the id, and what it is unique in, as a patient's is.
type Clinician = (u32, u32);

/// A clinician's day.
type ClinicianDay = (Clinician, Day);

/// Patients and minutes of a day.
type Measures = [u32; 2];

/// Days of clinicians, as far as they have been added up.
#[derive(Default)]
pub struct ClinicianDays {
    /// A day may stand here several times.
    days: Vec<(ClinicianDay, Measures)>,
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
        let scope = |session: &Session| lines.scope.at(outcome.order[session.lines.0 as usize]);
        let patient = |session: &Session| (session.patient, scope(session), session.day);
        for day in outcome.sessions.chunk_by(|a, b| patient(a) == patient(b)) {
            let scope = scope(&day[0]);
            self.add_minutes(lines, outcome, scope, day);
            if lines.span.is_used() {
                self.add_spans(lines, outcome, scope, day);
            }
        }
        if self.days.len() > MANY.max(2 * self.together) {
            self.days.sort_unstable();
            put_together(&mut self.days);
            self.together = self.days.len();
        }
    }

    /// With those of another part. Equal days are put together when the table is made, once.
    pub fn merge(&mut self, other: ClinicianDays) {
        self.days.extend(other.days);
        self.spans.extend(other.spans);
    }

    /// Minutes of one patient's day by clinician: never more than there were.
    fn add_minutes(&mut self, lines: &Lines, outcome: &Outcome, scope: u32, day: &[Session]) {
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
                let own = |line: u32| lines.took_place(line) && !by_assistant(lines, line);
                if assisted.into_iter().all(|&line| own(line)) {
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
                let key = ((own[0].0, scope), day[0].day);
                self.days.push((key, [1, most.whole_minutes().unsigned_abs()]));
            }
        }
    }

    fn add_spans(&mut self, lines: &Lines, outcome: &Outcome, scope: u32, day: &[Session]) {
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
            // A clinician's patients have ids of one scope, so a number is one patient.
            let (key, stretch) = (((treated.therapist, scope), date), treated.stretch(patient));
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

    /// The table [`CLINICIAN_DAYS`].
    pub fn days(&mut self, export: &Export) -> Result<DataFrame> {
        days(&mut self.days, |clinician| names(export, clinician))
    }

    /// The table [`CLINICIAN_SPANS`].
    pub fn spans(&mut self, export: &Export) -> Result<DataFrame> {
        // Threads add in any order.
        self.spans.par_sort_unstable();
        let rows = &self.spans;
        let name = |n: usize| names(export, rows[n].0.0);
        let stretch = |n: usize| rows[n].1;
        Builder::new(rows.len())
            .text("therapist_id", |n| name(n)[0])
            .date("date_of_service", |n| Some(rows[n].0.1))
            .text("patient_id", |n| export.texts.patients.get(stretch(n).of))
            .int("start_second", |n| stretch(n).span.start.into())
            .int("end_second", |n| stretch(n).span.end.into())
            .int("treated_hundredths", |n| stretch(n).time.0.into())
            .flag("throughout", |n| stretch(n).whole)
            .text("practice_id", |n| name(n)[1])
            .text("source_file", |n| name(n)[2])
            .finish()
    }

    /// The table [`CLINICIAN_OVERLAPS`] of a run that is whole.
    pub fn overlaps(&mut self, export: &Export) -> Result<DataFrame> {
        overlaps(&mut self.spans, |clinician| names(export, clinician))
    }
}

/// How tables name a clinician: the id, and the practice or the file whose id it is.
fn names(export: &Export, (therapist, scope): Clinician) -> [&str; 3] {
    let texts = &export.texts;
    let (practice, file) = match export.id_scope() {
        IdScope::Practice => (texts.practices.get(scope), ""),
        IdScope::File => ("", export.sources[scope as usize - 1].name.as_str()),
        IdScope::All => ("", ""),
    };
    [texts.therapists.get(therapist), practice, file]
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
        if treats && time > Time::ZERO && lines.took_place(line) && !by_assistant(lines, line) {
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

/// Adds up equal days that stand side by side.
fn put_together(days: &mut Vec<(ClinicianDay, Measures)>) {
    days.dedup_by(|(key, measures), (first, sum)| {
        let same = key == first;
        if same {
            // What no longer fits is beyond every limit anyway.
            sum.iter_mut().zip(measures.iter()).for_each(|(sum, measure)| *sum = sum.saturating_add(*measure));
        }
        same
    });
}

/// The table [`CLINICIAN_DAYS`]: each day once, a clinician's together.
fn days<'a>(days: &mut Vec<(ClinicianDay, Measures)>, names: impl Fn(Clinician) -> [&'a str; 3]) -> Result<DataFrame> {
    days.par_sort_unstable();
    put_together(days);
    // Numbers differ from run to run; sorting clinicians by name is less than sorting days.
    let mut clinicians: Vec<&[(ClinicianDay, Measures)]> = days.chunk_by(|a, b| a.0.0 == b.0.0).collect();
    clinicians.sort_unstable_by_key(|own| names(own[0].0.0));
    let rows = clinicians.concat();
    let name = |n: usize| names(rows[n].0.0);
    Builder::new(rows.len())
        .text("therapist_id", |n| name(n)[0])
        .date("date_of_service", |n| Some(rows[n].0.1))
        .int("patients", |n| rows[n].1[0].into())
        .int("one_on_one_minutes", |n| rows[n].1[1].into())
        .text("practice_id", |n| name(n)[1])
        .text("source_file", |n| name(n)[2])
        .finish()
}

/// The table [`CLINICIAN_OVERLAPS`]: days on which a clinician treated two patients one-on-one at once.
fn overlaps<'a>(spans: &mut [(ClinicianDay, Stretch)], names: impl Fn(Clinician) -> [&'a str; 3]) -> Result<DataFrame> {
    spans.par_sort_unstable();
    let mut found: Vec<([&str; 3], Day, i64, Twice)> = Vec::new();
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
            found.push((names(day[0].0.0), day[0].0.1, patients.len() as i64, shared));
        }
    }
    found.sort_unstable_by_key(|(names, day, ..)| (*names, *day));
    Builder::new(found.len())
        .text("therapist_id", |n| found[n].0[0])
        .date("date_of_service", |n| Some(found[n].1))
        .int("patients", |n| found[n].2)
        .int("overlap_minutes", |n| found[n].3.at_least)
        .int("certain_minutes", |n| found[n].3.certain)
        .text("practice_id", |n| found[n].0[1])
        .text("source_file", |n| found[n].0[2])
        .finish()
}

/// The table [`CLINICIAN_DAYS`] from those of a run's shards, one below the other.
///
/// # Errors
/// A bug.
pub fn days_of_shards(kept: &DataFrame) -> Result<DataFrame> {
    let keys = Keys::of(kept)?;
    let (patients, minutes) = (int(kept, "patients")?, int(kept, "one_on_one_minutes")?);
    let small =
        |column: &Int64Chunked, n: usize| column.get(n).and_then(|value| u32::try_from(value).ok()).unwrap_or_default();
    let mut clinicians = Numbers::default();
    let mut rows: Vec<(ClinicianDay, Measures)> =
        (0..kept.height()).map(|n| (keys.at(n, &mut clinicians), [small(&patients, n), small(&minutes, n)])).collect();
    days(&mut rows, |(number, _)| clinicians.values[number as usize])
}

/// The table [`CLINICIAN_OVERLAPS`] from the times that the shards of a run kept.
///
/// # Errors
/// A bug.
pub fn overlaps_of_shards(kept: &DataFrame) -> Result<DataFrame> {
    let (keys, patients) = (Keys::of(kept)?, text(kept, "patient_id")?);
    let (starts, ends) = (int(kept, "start_second")?, int(kept, "end_second")?);
    let times = int(kept, "treated_hundredths")?;
    let whole = kept.column("throughout").and_then(|column| column.bool().cloned()).map_err(bug)?;
    let small =
        |column: &Int64Chunked, n: usize| column.get(n).and_then(|value| i32::try_from(value).ok()).unwrap_or_default();
    let (mut clinicians, mut of_patient) = (Numbers::default(), Numbers::default());
    let mut rows: Vec<(ClinicianDay, Stretch)> = (0..kept.height())
        .map(|n| {
            let stretch = Stretch {
                span: Span { start: small(&starts, n), end: small(&ends, n) },
                of: of_patient.number(patients.get(n).unwrap_or_default()),
                time: Time(small(&times, n)),
                whole: whole.get(n).unwrap_or_default(),
            };
            (keys.at(n, &mut clinicians), stretch)
        })
        .collect();
    overlaps(&mut rows, |(number, _)| clinicians.values[number as usize])
}

fn text(kept: &DataFrame, name: &str) -> Result<StringChunked> {
    kept.column(name).and_then(|column| column.str().cloned()).map_err(bug)
}

fn int(kept: &DataFrame, name: &str) -> Result<Int64Chunked> {
    kept.column(name).and_then(|column| column.i64().cloned()).map_err(bug)
}

/// The columns that name clinicians' days in a table of shards.
struct Keys {
    therapists: StringChunked,
    practices: StringChunked,
    files: StringChunked,
    days: Int32Chunked,
}

impl Keys {
    fn of(kept: &DataFrame) -> Result<Keys> {
        let days = kept.column("date_of_service").and_then(|column| column.cast(&DataType::Int32)).map_err(bug)?;
        Ok(Keys {
            therapists: text(kept, "therapist_id")?,
            practices: text(kept, "practice_id")?,
            files: text(kept, "source_file")?,
            days: days.i32().cloned().map_err(bug)?,
        })
    }

    /// The day of a row. A clinician gets a number for all that names it.
    fn at<'a>(&'a self, n: usize, clinicians: &mut Numbers<[&'a str; 3]>) -> ClinicianDay {
        let names = [&self.therapists, &self.practices, &self.files].map(|column| column.get(n).unwrap_or_default());
        ((clinicians.number(names), 0), self.days.get(n).unwrap_or_default())
    }
}

/// Values numbered in order of first sight.
#[derive(Default)]
struct Numbers<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T: Copy + Eq + Hash> Numbers<T> {
    fn number(&mut self, value: T) -> u32 {
        let next = self.values.len() as u32;
        *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            next
        })
    }
}
