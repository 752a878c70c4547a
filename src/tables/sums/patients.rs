//! How many patients stand behind a row of a summary table: what a page for others must know, to leave out rows of a few.
//!
//! Sessions come patient by patient, so a patient counts once for each clinician, clinic, payer … that treated or paid for them.

use super::{Month, Sum};
use crate::checks::{ALL, Attribution, Finding};
use crate::ingest::Lines;
use crate::sessions::{Outcome, Session};
use hashbrown::HashMap;

/// What patients are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// All of them.
    All,
    Therapist,
    Clinic,
    Payer,
    Code,
    Month,
    /// Those with a finding of a check.
    Check,
    /// Those with a finding of a severity.
    Severity,
    /// Those with a session that is audited, or is not for some reason.
    WhyNot,
    /// Those with an auditable session of so many timed minutes.
    TimedMinutes,
    /// The same, in steps of five minutes that begin at 3: the limits of the bands, 8, 23, 38 …, are among them.
    TimedMinutesByFive,
    /// Those whose timed minutes are so many beyond a multiple of 15.
    Remainder,
}

impl Dimension {
    /// As in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Dimension::All => "all",
            Dimension::Therapist => "therapist_id",
            Dimension::Clinic => "clinic",
            Dimension::Payer => "payer",
            Dimension::Code => "code",
            Dimension::Month => "month",
            Dimension::Check => "check",
            Dimension::Severity => "severity",
            Dimension::WhyNot => "why_not",
            Dimension::TimedMinutes => "timed_minutes",
            Dimension::TimedMinutesByFive => "timed_minutes_by_five",
            Dimension::Remainder => "remainder",
        }
    }
}

/// Which of a group's patients are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// All of them.
    Any,
    /// Those with units over in the group.
    Over,
    /// Those with units under in the group.
    Under,
}

impl Of {
    /// What stands behind the dimension in the table.
    pub const fn suffix(self) -> &'static str {
        match self {
            Of::Any => "",
            Of::Over => " over",
            Of::Under => " under",
        }
    }
}

/// What patients are counted by: which of them, the dimension, and its value.
pub type Key = (Dimension, Of, u32);

/// First minute of the step of five that holds so many timed minutes; the first step is short.
fn step_of_five(minutes: u32) -> u32 {
    if minutes < 3 { 0 } else { (minutes - 3) / 5 * 5 + 3 }
}

/// Patients by what they are counted by.
pub struct Patients {
    /// Patients of each value of each dimension.
    pub counted: Sum<Key, 1>,
    current: Option<u32>,
    /// What the current patient has been counted for.
    seen: HashMap<Key, ()>,
}

impl Default for Patients {
    /// None.
    fn default() -> Patients {
        Patients { counted: Sum::new(), current: None, seen: HashMap::new() }
    }
}

impl Patients {
    /// Counts the patient of a session, where not counted yet. `found` are the findings of the session.
    pub fn add(&mut self, lines: &Lines, outcome: &Outcome, session: &Session, found: &[Finding]) {
        if self.current != Some(session.patient) {
            self.current = Some(session.patient);
            self.seen.clear();
        }
        let services = outcome.services_of(session);
        let mut count_of = |dimension: Dimension, of: Of, value: u32| {
            if self.seen.insert((dimension, of, value), ()).is_none() {
                self.counted.add((dimension, of, value), &[1]);
            }
        };
        let over = session.over();
        let over = over.timed + over.interval + over.untimed > 0;
        let under = session.timed.under + session.interval.under > 0;
        let groups = [
            (Dimension::All, 0),
            (Dimension::Therapist, session.therapist),
            (Dimension::Clinic, session.clinic),
            (Dimension::Payer, lines.export.payers[session.payer as usize].name),
            (Dimension::Month, Month::of(session.day).number()),
        ];
        for (dimension, value) in groups {
            count_of(dimension, Of::Any, value);
            for (of, _) in [(Of::Over, over), (Of::Under, under)].into_iter().filter(|(_, has)| *has) {
                count_of(dimension, of, value);
            }
        }
        for service in services {
            count_of(Dimension::Code, Of::Any, service.code);
            if service.over() > 0 {
                count_of(Dimension::Code, Of::Over, service.code);
            }
            if service.range.min > service.billed {
                count_of(Dimension::Code, Of::Under, service.code);
            }
        }
        for finding in found {
            // Units over may be one clinician's in a session of several. Its other figures are not: so it is no patient of theirs.
            if let (Attribution::One(therapist), true) = (finding.attribution, finding.units_over > 0) {
                count_of(Dimension::Therapist, Of::Over, therapist);
            }
        }
        let mut count = |dimension: Dimension, value: u32| count_of(dimension, Of::Any, value);
        count(Dimension::WhyNot, session.why_not as u32);
        for finding in found {
            count(Dimension::Severity, finding.severity as u32);
            let place = ALL.iter().position(|check| check.name == finding.check);
            place.into_iter().for_each(|place| count(Dimension::Check, place as u32));
        }
        let minutes = session.timed_minutes(services).filter(|_| session.auditable() && session.timed.billed > 0);
        if let Some(minutes) = minutes {
            let minutes = minutes as u32;
            count(Dimension::TimedMinutes, minutes);
            count(Dimension::TimedMinutesByFive, step_of_five(minutes));
            count(Dimension::Remainder, minutes % 15);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_five_begin_at_the_limits_of_bands() {
        assert_eq!([0, 2, 3, 7, 8, 12, 22, 23, 38, 53].map(step_of_five), [0, 0, 3, 3, 8, 8, 18, 23, 38, 53]);
    }
}
