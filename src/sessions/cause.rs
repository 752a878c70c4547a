//! Root cause: which known mistake gives exactly the units that were billed, where they are more than the minutes support.
//!
//! Only overbilled sessions are looked at, once their day is judged: an honest one costs a comparison. A mistake is named where it
//! gives the bill to the unit. Several may, and then all are named, since the export cannot tell them apart. What is named is how
//! the bill can have come about, not that it did.

use super::Outcome;
use super::facts::{Service, Session, WhyNot};
use super::judge::Judge;
use super::order::DayKeys;
use super::settle::Day;
use crate::ingest::{BLANK_TIME, Export, LostRow, Role, Why};
use crate::reference::Kind;
use recount_core::domain::{Rule, Time, Units};
use recount_core::units::quarter_hours;
use std::collections::HashMap;

/// A mistake that is known to make too many units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Each code has the units of its own minutes, as under `midpoint`, though they are pooled.
    RoundedEachCode,
    /// Minutes of untimed codes, all of them or those of supervised modalities, stand in the timed total.
    UntimedMinutesInTotal,
    /// Begun fifteens of the total count as whole ones.
    TotalRoundedUp,
    /// Each code billed has one unit, whatever its minutes.
    OneUnitPerCode,
    /// Each 8 minutes are a unit, of the total or of each code.
    OneUnitPer8Minutes,
    /// The minutes of two disciplines of one day are one total.
    DisciplinesPooled,
    /// Minutes of rows that were set aside (a cancelled visit, a replaced claim) stand in the total.
    ExcludedMinutes,
}

impl Cause {
    /// All of them, in their order.
    pub const ALL: [Cause; 7] = [
        Cause::RoundedEachCode,
        Cause::UntimedMinutesInTotal,
        Cause::TotalRoundedUp,
        Cause::OneUnitPerCode,
        Cause::OneUnitPer8Minutes,
        Cause::DisciplinesPooled,
        Cause::ExcludedMinutes,
    ];

    /// The name in every table.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::RoundedEachCode => "rounded-each-code",
            Cause::UntimedMinutesInTotal => "untimed-minutes-in-total",
            Cause::TotalRoundedUp => "total-rounded-up",
            Cause::OneUnitPerCode => "one-unit-per-code",
            Cause::OneUnitPer8Minutes => "one-unit-per-8-minutes",
            Cause::DisciplinesPooled => "disciplines-pooled",
            Cause::ExcludedMinutes => "excluded-minutes",
        }
    }

    /// That it gives so many units, in words.
    pub fn says(self, billed: Units) -> String {
        let what = match self {
            Cause::RoundedEachCode => "each code alone by the midpoint",
            Cause::UntimedMinutesInTotal => "the total with untimed minutes in it",
            Cause::TotalRoundedUp => "the total divided by 15 and rounded up",
            Cause::OneUnitPerCode => "one unit per code",
            Cause::OneUnitPer8Minutes => "one unit per 8 minutes",
            Cause::DisciplinesPooled => {
                return "pooled with the other discipline of that day, the minutes give what both billed".into();
            }
            Cause::ExcludedMinutes => "the total with the minutes of rows set aside",
        };
        format!("{what} gives the {billed} billed")
    }
}

/// The mistakes that give the bill of one session; none, if no known one does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Causes(u16);

impl Causes {
    /// Whether a mistake is among them.
    pub const fn has(self, cause: Cause) -> bool {
        self.0 & (1 << cause as u16) != 0
    }

    /// Each of them, in their order.
    pub fn iter(self) -> impl Iterator<Item = Cause> {
        Cause::ALL.into_iter().filter(move |cause| self.has(*cause))
    }

    /// Their names, separated by `; `, or `none`.
    pub fn names(self) -> String {
        match self {
            Causes(0) => "none".into(),
            _ => self.iter().map(Cause::name).collect::<Vec<_>>().join("; "),
        }
    }
}

impl FromIterator<Cause> for Causes {
    fn from_iter<I: IntoIterator<Item = Cause>>(causes: I) -> Causes {
        Causes(causes.into_iter().fold(0, |all, cause| all | (1 << cause as u16)))
    }
}

/// What of a patient's day is no line of its sessions, as was found before they were made.
#[derive(Clone, Copy, Debug)]
pub struct Gone {
    /// Whether a session may lack it.
    pub loses_a_row: bool,
    /// Its minutes; `None` where a row could not be read.
    time: Option<Time>,
}

impl Gone {
    /// The days of a run that have such rows, by their keys.
    pub fn by_day(export: &Export, keys: &DayKeys) -> HashMap<u64, Gone> {
        let mut days: HashMap<u64, Gone> = HashMap::new();
        for row in export.lost.iter().filter(|row| row.patient != 0) {
            let loses_a_row = row.why.loses_a_row();
            // Most of what takes nobody's place says nothing here.
            if !loses_a_row && (row.time == BLANK_TIME || !took_place(row.why)) {
                continue;
            }
            let Some(key) = row.day.and_then(|day| keys.find(row.patient, row.scope, day)) else { continue };
            let gone = days.entry(key).or_insert(Gone { loses_a_row, time: Some(Time::ZERO) });
            gone.loses_a_row |= loses_a_row;
            gone.time = gone.time.filter(|_| !row.why.is_reject()).map(|time| time + minutes(export, row));
        }
        days
    }
}

/// The minutes of a row, as its file means them; blank ones count nothing.
fn minutes(export: &Export, row: &LostRow) -> Time {
    let source = &export.sources[usize::from(row.file)];
    match row.time.max(0) {
        hours if source.hours && !source.by_clock => Time(hours.saturating_mul(60)),
        time => Time(time),
    }
}

/// Whether another line took the place of a line that is set aside for that reason. A copy has none to take: it comes of how files
/// were exported.
fn took_place(why: Why) -> bool {
    matches!(why, Why::Reversed | Why::Superseded | Why::Replaced | Why::Voided)
}

impl Judge<'_> {
    /// Explains the overbilled sessions of a day, which are those from `first` on.
    pub(super) fn explain(&self, day: &Day, gone: Option<&Gone>, first: usize, outcome: &mut Outcome) {
        for number in first..outcome.sessions.len() {
            // Mistakes with fifteens explain no tenths of an hour.
            let session = &outcome.sessions[number];
            if session.timed.over > 0 && session.rule != Rule::Tenths {
                let causes = self.causes(day, gone, &outcome.sessions[first..], number - first, outcome);
                outcome.sessions[number].explained_by = causes;
            }
        }
    }

    /// The mistakes that give the bill of a session to the unit. `None` where that cannot be said: units are blank, or the session is
    /// not audited.
    ///
    /// One that lost rows is not, and nothing is said to be over in it. Where they were read and set aside, with all minutes known,
    /// it is told nevertheless if just their minutes give the bill: a reader who looks for the row is the one it helps.
    fn causes(
        &self,
        day: &Day,
        gone: Option<&Gone>,
        of_day: &[Session],
        number: usize,
        outcome: &Outcome,
    ) -> Option<Causes> {
        let session = &of_day[number];
        let services = outcome.services_of(session);
        let lines = outcome.lines_at(session.lines);
        // Of minutes that may be untimed in part nobody knows what they are with others.
        let known = session.timed_minutes(services).map(|_| session.timed_time);
        // The gravest reason may hide others.
        let whole = known.is_some() && lines.iter().all(|&line| !self.lines.flags.at(line).spans_days());
        let judged = session.auditable() || (session.why_not == WhyNot::RowLost && whole);
        if !judged || session.doubts.units_blank {
            return None;
        }
        let aside = gone.and_then(|gone| gone.time).unwrap_or(Time::ZERO) + self.set_aside(day, session);
        let billed = session.timed.billed;
        if billed <= session.by_rule {
            // Only the payer's own limit makes them over: the minutes were counted as they should be.
            return session.auditable().then(Causes::default);
        }
        let gives = |time: Time| quarter_hours(time.whole_minutes()) == billed;
        let with = |more: Time| more > Time::ZERO && known.is_some_and(|time| gives(time + more));
        let each = |units: fn(i32) -> Units| {
            let own = |service: &Service| service.time.map(|time| units(time.whole_minutes()));
            timed(services).all(|service| own(service) == Some(service.billed))
        };
        let fits = |cause: &Cause| match cause {
            Cause::RoundedEachCode => each(quarter_hours),
            Cause::UntimedMinutesInTotal => {
                let total = || self.of_visits(lines, &day.shared_visits, |line| self.lines.visit_total.at(line));
                // What the visit took in all is timed and untimed together.
                let of_visits = |time: Time| {
                    let whole = total().filter(|visits| !visits.shared && !visits.untold && visits.said > time);
                    whole.is_some_and(|visits| gives(visits.said))
                };
                with(session.untimed_time) || with(self.supervised(services, outcome)) || known.is_some_and(of_visits)
            }
            Cause::TotalRoundedUp => {
                billed == session.timed_time.0.div_euclid(Time::QUARTER) + begun(session.timed_time)
            }
            Cause::OneUnitPerCode => timed(services).all(|service| matches!(service.billed, 0 | 1)),
            Cause::OneUnitPer8Minutes => {
                session.timed_time.whole_minutes() / 8 == billed || each(|minutes| minutes / 8)
            }
            Cause::DisciplinesPooled => of_day.iter().any(|other| {
                let theirs = other.timed_minutes(outcome.services_of(other)).map(|_| other.timed_time);
                // Where the other has nothing timed, nothing was pooled.
                let theirs = theirs.filter(|&time| time > Time::ZERO && other.timed.billed > 0);
                let account = |session: &Session| (session.payer, session.practice);
                let pooled = known.zip(theirs).map(|(own, theirs)| quarter_hours((own + theirs).whole_minutes()));
                account(other) == account(session)
                    && other.discipline != session.discipline
                    && !other.doubts.units_blank
                    && pooled == Some(billed + other.timed.billed)
            }),
            Cause::ExcludedMinutes => with(aside),
        };
        let causes: Causes = Cause::ALL.into_iter().filter(fits).collect();
        (session.auditable() || causes.has(Cause::ExcludedMinutes)).then_some(causes)
    }

    /// Time of supervised modalities among the services.
    fn supervised(&self, services: &[Service], outcome: &Outcome) -> Time {
        let is_supervised = |service: &&Service| {
            let first = outcome.lines_at(service.lines)[0];
            service.kind != Kind::Timed && self.lines.facts(self.codes(), first).is_some_and(|facts| facts.supervised)
        };
        services.iter().filter(is_supervised).filter_map(|service| service.time).sum()
    }

    /// Timed minutes of lines of the session's account whose place others took.
    fn set_aside(&self, day: &Day, session: &Session) -> Time {
        let lines = self.lines;
        let own = |line: &u32| {
            let (line, discipline) = (*line, lines.discipline[*line as usize]);
            lines.role(line) == Role::Bill
                // A reversal repeats the minutes that it takes back.
                && lines.units(line).is_none_or(|units| units >= 0)
                && (lines.payer(line), lines.practice.at(line)) == (session.payer, session.practice)
                && (discipline == 0 || discipline == session.discipline)
                && lines.facts(self.codes(), line).is_some_and(|facts| facts.kind == Kind::Timed)
        };
        let aside = day.set_aside.iter().filter(|(_, why)| took_place(*why)).map(|(line, _)| *line);
        aside.filter(own).filter_map(|line| lines.time(line)).sum()
    }
}

fn timed(services: &[Service]) -> impl Iterator<Item = &Service> {
    services.iter().filter(|service| service.kind == Kind::Timed)
}

/// 1 if a fifteen of that time has begun and is not over, else 0.
fn begun(time: Time) -> Units {
    (time.0.rem_euclid(Time::QUARTER) > 0).into()
}
