//! Sums: what SQL sees of sessions, services, lines and findings that are too many to be spelled out.
//!
//! A sum adds up whole columns of whole numbers over some keys and nothing else. What a measure of a report means (which units
//! count as billed, what a rate is of) stands in `queries/`. Sums of parts of a run, stacked, are the sums of the run.

mod clinician_days;
mod explained;
mod frames;
mod patients;

pub use clinician_days::{CLINICIAN_DAYS, CLINICIAN_OVERLAPS, CLINICIAN_SPANS, days_of_shards, overlaps_of_shards};

use crate::checks::{ALL, Certainty, Finding, Grain, Severity};
use crate::ingest::{BLANK_MONEY, Lines, LostRow};
use crate::reference::{Day, Kind, date};
use crate::sessions::{Outcome, Service, Session, WhyNot};
use crate::tables::build::whole_amount;
use crate::tables::findings::priced;
use crate::tables::reconciliation::{Sides, State, states};
use chrono::Datelike;
use clinician_days::ClinicianDays;
use explained::Explained;
use hashbrown::HashMap;
use patients::Patients;
use recount_core::domain::{Rule, Units};
use std::hash::Hash;

/// Names of the tables of sums.
pub const SUMS: [&str; 14] = [
    "session_sums",
    "therapist_sums",
    "therapist_payer_sums",
    "service_sums",
    "line_sums",
    "named_on_lines",
    "finding_sums",
    "left_out",
    "reconciliation_sums",
    "minute_sums",
    "patient_sums",
    "cause_sums",
    "what_if_sums",
    CLINICIAN_DAYS,
];

/// Measures of a key, added up.
pub struct Sum<K, const N: usize> {
    cells: HashMap<K, [i64; N]>,
    /// The keys of the last additions and their sums, since the same few come again and again.
    recent: Vec<K>,
    sums: Vec<[i64; N]>,
    /// Which of them was added to last.
    last: usize,
}

/// How many keys are held as recent: more than a patient has codes.
const RECENT: usize = 24;

impl<K: Copy + Eq + Hash + Ord, const N: usize> Sum<K, N> {
    fn new() -> Sum<K, N> {
        Sum { cells: HashMap::new(), recent: Vec::new(), sums: Vec::new(), last: 0 }
    }

    #[inline]
    fn add(&mut self, key: K, measures: &[i64; N]) {
        if self.recent.get(self.last) == Some(&key) {
            return add_up(&mut self.sums[self.last], measures);
        }
        match self.recent.iter().position(|recent| *recent == key) {
            Some(known) => {
                self.last = known;
                add_up(&mut self.sums[known], measures);
            }
            None if self.recent.len() < RECENT => {
                self.last = self.recent.len();
                self.recent.push(key);
                self.sums.push(*measures);
            }
            None => {
                // The one behind the last makes room: it is the one that was added longest ago, about.
                self.last = (self.last + 1) % RECENT;
                let old = std::mem::replace(&mut self.recent[self.last], key);
                let sum = std::mem::replace(&mut self.sums[self.last], *measures);
                add_up(self.cells.entry(old).or_insert([0; N]), &sum);
            }
        }
    }

    fn close(&mut self) {
        for (key, measures) in self.recent.drain(..).zip(self.sums.drain(..)) {
            add_up(self.cells.entry(key).or_insert([0; N]), &measures);
        }
    }

    /// All keys and their sums, which are here no longer.
    fn take(&mut self) -> HashMap<K, [i64; N]> {
        self.close();
        std::mem::take(&mut self.cells)
    }

    fn merge(&mut self, mut other: Sum<K, N>) {
        other.close();
        if self.cells.is_empty() {
            std::mem::swap(&mut self.cells, &mut other.cells);
        }
        for (key, measures) in other.cells {
            add_up(self.cells.entry(key).or_insert([0; N]), &measures);
        }
    }

    /// Keys with their measures, in order of the keys.
    fn rows(&self) -> Vec<(&K, &[i64; N])> {
        let mut rows: Vec<_> = self.cells.iter().collect();
        rows.sort_unstable_by_key(|(key, _)| **key);
        rows
    }
}

fn add_up<const N: usize>(cell: &mut [i64; N], measures: &[i64; N]) {
    cell.iter_mut().zip(measures).for_each(|(sum, measure)| *sum += measure);
}

/// When a measure of sessions is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Always,
    /// If the session is audited.
    Judged,
    /// If what occurrences allow is known.
    Occurrences,
}

/// The measures of sessions, in order.
const OF_SESSION: [(&str, Known); 27] = [
    ("sessions", Known::Always),
    ("patients", Known::Always),
    ("lines", Known::Always),
    ("short_sessions", Known::Always),
    ("timed_minutes", Known::Always),
    ("untimed_minutes", Known::Always),
    ("timed_units_billed", Known::Always),
    ("timed_units_supported", Known::Judged),
    ("timed_units_over", Known::Judged),
    ("timed_units_under", Known::Judged),
    ("units_cms", Known::Judged),
    ("units_midpoint", Known::Judged),
    ("over_cms", Known::Judged),
    ("over_midpoint", Known::Judged),
    ("under_cms", Known::Judged),
    ("under_midpoint", Known::Judged),
    ("interval_units_billed", Known::Always),
    ("interval_units_supported", Known::Judged),
    ("interval_units_over", Known::Judged),
    ("interval_units_under", Known::Judged),
    ("untimed_units_billed", Known::Always),
    ("untimed_units_supported", Known::Occurrences),
    ("untimed_units_over", Known::Occurrences),
    ("other_units_billed", Known::Always),
    ("sessions_that_change", Known::Judged),
    ("units_that_change", Known::Judged),
    ("rule_dependent", Known::Judged),
];

fn of_session(session: &Session, services: &[Service], first_of_patient: bool) -> [i64; OF_SESSION.len()] {
    let (cms, midpoint) = (session.cms, session.midpoint);
    let depends = !session.basis.is_settled() && (cms.over > 0) != (midpoint.over > 0);
    [
        1,
        first_of_patient.into(),
        session.lines.1.into(),
        session.short().into(),
        session.timed_minutes(services).unwrap_or(0).into(),
        session.untimed_time.whole_minutes().into(),
        session.timed.billed.into(),
        session.timed.supported.into(),
        session.timed.over.into(),
        session.timed.under.into(),
        cms.supported.into(),
        midpoint.supported.into(),
        cms.over.into(),
        midpoint.over.into(),
        cms.under.into(),
        midpoint.under.into(),
        session.interval.billed.into(),
        session.interval.supported.into(),
        session.interval.over.into(),
        session.interval.under.into(),
        session.untimed.billed.into(),
        session.untimed.supported.into(),
        session.untimed.over.into(),
        session.other_billed.into(),
        (cms.over != midpoint.over).into(),
        (cms.supported - midpoint.supported).abs().into(),
        depends.into(),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct SessionKey {
    file: u16,
    month: Month,
    clinic: u32,
    payer: u32,
    /// Which of the payer's policies.
    policy: u16,
    name: u32,
    rule: Rule,
    why_not: WhyNot,
    timed_billed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct TherapistKey {
    therapist: u32,
    month: Month,
    rule: Rule,
    why_not: WhyNot,
    timed_billed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct TherapistPayerKey {
    therapist: u32,
    payer: u32,
    policy: u16,
    why_not: WhyNot,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct ServiceKey {
    code: u32,
    therapist: u32,
    kind: Kind,
    auditable: bool,
    minutes_known: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct LineKey {
    file: u16,
    month: Month,
    clinic: u32,
    payer: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct FindingKey {
    /// Place in [`ALL`].
    check: usize,
    severity: Severity,
    certainty: Certainty,
    primary: bool,
    attribution: &'static str,
    therapist: u32,
}

/// Keys of all that are held before they are distributed: so many fit the processor's cache.
const OFTEN: usize = 4_096;

/// A month of a year, or none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Month(Option<(i32, u8)>);

impl Month {
    fn of(day: Day) -> Month {
        let date = date(day);
        Month(Some((date.year(), date.month() as u8)))
    }

    fn name(self) -> String {
        self.0.map_or(String::new(), |(year, month)| format!("{year:04}-{month:02}"))
    }

    /// A number of its own.
    fn number(self) -> u32 {
        self.0.map_or(0, |(year, month)| (year * 12 + i32::from(month) - 1) as u32)
    }

    fn from_number(number: u32) -> Month {
        Month((number > 0).then_some(((number / 12) as i32, (number % 12) as u8 + 1)))
    }

    fn quarter(self) -> String {
        self.0.map_or(String::new(), |(year, month)| format!("{year:04}Q{}", (month - 1) / 3 + 1))
    }
}

/// The measures of findings, in order.
pub const OF_FINDING: [&str; 10] = [
    "findings",
    "sessions",
    "auditable_sessions",
    "units_over",
    "units_over_charged",
    "units_over_allowed",
    "units_over_paid",
    "charge_share_cents",
    "allowed_share_cents",
    "paid_share_cents",
];

/// The part of an amount of `billed` units that `over` of them have, if all were priced alike; rounded to the cent, halves up.
pub fn share(cents: i64, over: Units, billed: Units) -> i64 {
    let (over, billed) = (i64::from(over), i64::from(billed));
    if billed <= 0 { 0 } else { (2 * cents * over.min(billed) + billed).div_euclid(2 * billed) }
}

/// All sums of a run, or of a part of it.
pub struct Sums {
    sessions: Sum<SessionKey, { OF_SESSION.len() }>,
    therapists: Sum<TherapistKey, { OF_SESSION.len() }>,
    therapist_payers: Sum<TherapistPayerKey, { OF_SESSION.len() }>,
    services: Sum<ServiceKey, 7>,
    lines: Sum<LineKey, 3>,
    /// Lines by clinician and by clinic.
    clinicians: Sum<u32, 1>,
    clinics: Sum<u32, 1>,
    /// Sessions by all that is a key anywhere, and lines likewise. A patient's sessions are much alike, so these are few, and each
    /// session is added once instead of to every table of sums.
    all_of_sessions: Sum<(SessionKey, u32), { OF_SESSION.len() }>,
    all_of_lines: Sum<(LineKey, u32), 3>,
    findings: Sum<FindingKey, { OF_FINDING.len() }>,
    left_out: Sum<(u16, Month, bool), 3>,
    reconciliation: Sum<[State; 2], 7>,
    /// Auditable sessions with timed units, by their timed minutes.
    minutes: Sum<(u32, Rule), 5>,
    patients: Patients,
    explained: Explained,
    /// Days of clinicians.
    pub clinician_days: ClinicianDays,
}

impl Default for Sums {
    /// Of nothing.
    fn default() -> Sums {
        Sums {
            sessions: Sum::new(),
            therapists: Sum::new(),
            therapist_payers: Sum::new(),
            services: Sum::new(),
            lines: Sum::new(),
            clinicians: Sum::new(),
            clinics: Sum::new(),
            all_of_sessions: Sum::new(),
            all_of_lines: Sum::new(),
            findings: Sum::new(),
            left_out: Sum::new(),
            reconciliation: Sum::new(),
            minutes: Sum::new(),
            patients: Patients::default(),
            explained: Explained::default(),
            clinician_days: ClinicianDays::default(),
        }
    }
}

impl Sums {
    /// With those of more sessions: of whole patients, with their findings in the order of the sessions.
    pub fn add_sessions(&mut self, lines: &Lines, outcome: &Outcome, findings: &[Finding]) {
        let (mut patient, mut found) = (None, findings);
        for (number, session) in outcome.sessions.iter().enumerate() {
            self.add_session(lines, outcome, session, patient != Some(session.patient));
            self.explained.add(lines.export, session);
            patient = Some(session.patient);
            let own = found.iter().take_while(|finding| finding.session as usize == number).count();
            let (own, rest) = found.split_at(own);
            self.patients.add(lines, outcome, session, own);
            found = rest;
        }
        self.add_findings(lines, outcome, findings);
        self.clinician_days.add(lines, outcome);
        if self.all_of_sessions.cells.len() > OFTEN {
            self.distribute();
        }
    }

    /// Distributes what was added by all keys to the tables of sums.
    fn distribute(&mut self) {
        for ((key, therapist), measures) in self.all_of_sessions.take() {
            let SessionKey { month, payer, policy, rule, why_not, timed_billed, .. } = key;
            self.sessions.add(key, &measures);
            self.therapists.add(TherapistKey { therapist, month, rule, why_not, timed_billed }, &measures);
            self.therapist_payers.add(TherapistPayerKey { therapist, payer, policy, why_not }, &measures);
        }
        for ((key, therapist), measures) in self.all_of_lines.take() {
            self.lines.add(key, &measures);
            self.clinics.add(key.clinic, &[measures[0]]);
            self.clinicians.add(therapist, &[measures[0]]);
        }
    }

    /// With those of another part.
    pub fn merge(&mut self, mut other: Sums) {
        self.distribute();
        other.distribute();
        self.sessions.merge(other.sessions);
        self.therapists.merge(other.therapists);
        self.therapist_payers.merge(other.therapist_payers);
        self.services.merge(other.services);
        self.lines.merge(other.lines);
        self.clinicians.merge(other.clinicians);
        self.clinics.merge(other.clinics);
        self.findings.merge(other.findings);
        self.left_out.merge(other.left_out);
        self.reconciliation.merge(other.reconciliation);
        self.minutes.merge(other.minutes);
        self.patients.counted.merge(other.patients.counted);
        self.explained.merge(other.explained);
        self.clinician_days.merge(other.clinician_days);
    }

    /// With rows that are not audited.
    pub fn add_lost(&mut self, lost: &[LostRow]) {
        for row in lost {
            let key = (row.file, row.day.map_or(Month(None), Month::of), row.why.is_reject());
            self.left_out.add(key, &[1, row.units.into(), row.charge]);
        }
        self.left_out.close();
    }

    fn add_session(&mut self, lines: &Lines, outcome: &Outcome, session: &Session, first_of_patient: bool) {
        let services = outcome.services_of(session);
        let of_session = outcome.lines_at(session.lines);
        let first = outcome.first_line(lines, session);
        let month = Month::of(session.day);
        let (rule, why_not, timed_billed) = (session.rule, session.why_not, session.timed.billed > 0);
        let policy = lines.export.payers[session.payer as usize].stretch(session.day) as u16;
        let measures = self::of_session(session, services, first_of_patient);
        let (clinic, payer, therapist) = (session.clinic, session.payer, session.therapist);
        let (file, name) = (lines.file.at(first), lines.payer_name[first as usize]);
        let key = SessionKey { file, month, clinic, payer, policy, name, rule, why_not, timed_billed };
        self.all_of_sessions.add((key, therapist), &measures);
        if lines.export.has_statements() {
            let sides = Sides::of(session, services);
            let supported = if session.auditable() { session.timed.supported.into() } else { 0 };
            let measures = [
                1,
                if session.told_by.note { sides.minutes } else { 0 },
                sides.documented.unwrap_or(0),
                sides.billed,
                sides.paid.unwrap_or(0),
                session.timed.billed.into(),
                supported,
            ];
            self.reconciliation.add(states(lines, services), &measures);
        }
        let minutes = session.timed_minutes(services).filter(|_| session.auditable() && timed_billed);
        if let Some(minutes) = minutes {
            let timed = session.timed;
            let measures = [1, timed.billed, timed.supported, timed.over, timed.under].map(i64::from);
            self.minutes.add((minutes as u32, rule), &measures);
        }
        for service in services {
            let judged = service.is_judged_in(session);
            let if_judged = |units: i32| if judged { i64::from(units) } else { 0 };
            self.services.add(
                ServiceKey {
                    therapist: service.therapist,
                    code: service.code,
                    kind: service.kind,
                    auditable: session.auditable(),
                    minutes_known: service.time.is_some(),
                },
                &[
                    1,
                    session.short().into(),
                    service.time.map_or(0, |time| time.whole_minutes().into()),
                    service.billed.into(),
                    if_judged(service.supported),
                    if_judged(service.over()),
                    if_judged((service.range.min - service.billed).max(0)),
                ],
            );
        }
        for &line in of_session {
            let (file, clinic) = (lines.file.at(line), lines.clinic[line as usize]);
            let charge = Some(lines.charge.at(line)).filter(|&cents| cents != BLANK_MONEY).unwrap_or(0);
            let measures = [1, lines.units(line).unwrap_or(0).into(), charge];
            let key = LineKey { file, month, clinic, payer };
            self.all_of_lines.add((key, lines.therapist[line as usize]), &measures);
        }
    }

    fn add_findings(&mut self, lines: &Lines, outcome: &Outcome, findings: &[Finding]) {
        for of_session in findings.chunk_by(|a, b| a.session == b.session) {
            for (n, finding) in of_session.iter().enumerate() {
                let told = of_session[..n].iter().any(|other| other.check == finding.check);
                let first = finding.grain == Grain::Session && !told;
                let auditable = first && outcome.sessions[finding.session as usize].auditable();
                let key = FindingKey {
                    check: ALL.iter().position(|check| check.name == finding.check).unwrap_or(0),
                    severity: finding.severity,
                    certainty: finding.certainty,
                    primary: finding.primary,
                    attribution: finding.attribution.name(),
                    therapist: finding.attribution.therapist(),
                };
                let mut measures = [1, first.into(), auditable.into(), finding.units_over.into(), 0, 0, 0, 0, 0, 0];
                let columns = [&lines.charge, &lines.allowed, &lines.paid];
                let priced = if finding.units_over > 0 { priced(outcome, finding) } else { Vec::new() };
                for (n, column) in columns.into_iter().enumerate().filter(|_| finding.units_over > 0) {
                    if let Some(cents) = whole_amount(lines, &priced, finding.units_billed, &|line| column.at(line)) {
                        measures[4 + n] = finding.units_over.into();
                        measures[7 + n] = share(cents, finding.units_over, finding.units_billed);
                    }
                }
                self.findings.add(key, &measures);
            }
        }
    }

    /// How many findings there are of each severity.
    pub fn severities(&self) -> impl Iterator<Item = (Severity, u64)> {
        self.findings.cells.iter().map(|(key, measures)| (key.severity, measures[0] as u64))
    }
}
