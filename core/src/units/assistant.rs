//! Which units of a service an assistant furnished in whole or in part, so that they carry CQ (physical therapy) or CO
//! (occupational therapy).
//!
//! In part means more than a tenth. A 15-minute code is looked at unit by unit: full 15 minutes are whoever's they are, and
//! the rule decides what is left.
//! Source: 42 USC 1395m(v); CMS Pub. 100-04 (Claims Processing), ch. 5, §20.1; CMS, Billing examples using CQ/CO modifiers.

use super::Range;
use crate::domain::{Discipline, Time, Units};

/// Minutes with which a therapist alone earns a last unit: its midpoint has passed.
const MIDPOINT: Time = Time::from_minutes(8);

/// Minutes of both together from which on each has 9 or more of a unit that isn't full: 14 and 9.
const TWO_UNITS: Time = Time::from_minutes(23);

/// The discipline of an assistant's modifier. There is none in speech-language pathology.
pub fn from_modifier(modifier: &str) -> Option<Discipline> {
    match modifier {
        "CQ" => Some(Discipline::Pt),
        "CO" => Some(Discipline::Ot),
        _ => None,
    }
}

/// What else than the tenth decides, which depends on the date of service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// The last unit is the therapist's who alone has 8 minutes of it.
    pub midpoint: bool,
    /// Of two last units, to which both have 9 to 14 minutes, one is the therapist's and one the assistant's.
    pub two_units: bool,
}

/// Time of one service by who furnished it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// The therapist, alone or together with the assistant.
    pub therapist: Time,
    /// The assistant alone.
    pub assistant: Time,
}

/// How many of a service's units carry the modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// From the fewest to the most; apart only where the rule leaves it open.
    pub with: Range,
    /// CMS's two quick ways to tell a tenth say the same as the tenth itself.
    pub clear: bool,
}

impl Split {
    const fn exactly(units: Units) -> Split {
        Split { with: Range::exactly(units), clear: true }
    }

    const fn open(min: Units, max: Units) -> Split {
        Split { with: Range { min, max }, clear: true }
    }
}

impl Shares {
    /// Of `units` units of a 15-minute code.
    pub fn of_timed(self, units: Units, exceptions: Exceptions) -> Split {
        if units <= 0 || self.assistant <= Time::ZERO {
            return Split::exactly(0);
        }
        if self.therapist <= Time::ZERO {
            return Split::exactly(units);
        }
        let own = self.therapist.0 / Time::QUARTER;
        let others = self.assistant.0 / Time::QUARTER;
        let rest = Shares {
            therapist: Time(self.therapist.0 % Time::QUARTER),
            assistant: Time(self.assistant.0 % Time::QUARTER),
        };
        let (more, clear) = rest.more_than_a_tenth();
        match units - own - others {
            // More full quarters than units: which of them are billed is not for us to say.
            ..0 => Split::open((units - own).max(0), others.min(units)),
            0 => Split::exactly(others),
            1 if exceptions.midpoint && rest.therapist >= MIDPOINT => Split::exactly(others),
            1 => Split { with: Range::exactly(others + Units::from(more)), clear },
            2 if exceptions.two_units && rest.sum() >= TWO_UNITS => Split::exactly(others + 1),
            // A tenth of both is one unit at least.
            2 if !exceptions.two_units && more => Split { with: Range { min: others + 1, max: others + 2 }, clear },
            _ => Split::open(others, units - own),
        }
    }

    /// Of `units` units of an untimed code: all or none.
    pub fn of_untimed(self, units: Units) -> Split {
        let (more, clear) = self.more_than_a_tenth();
        Split { with: Range::exactly(if more { units.max(0) } else { 0 }), clear }
    }

    fn sum(self) -> Time {
        self.therapist + self.assistant
    }

    /// Whether the assistant has more than a tenth, and whether the two quick ways agree: the percentage, rounded, is 11
    /// or more; the assistant's minutes are at least a tenth of all, rounded, and one.
    fn more_than_a_tenth(self) -> (bool, bool) {
        let (own, all, minute) = (i64::from(self.assistant.0), i64::from(self.sum().0), i64::from(Time::MINUTE));
        let more = 10 * own > all;
        let by_percentage = own > 0 && 200 * own >= 21 * all;
        let by_minutes = own >= minute * ((all + 5 * minute) / (10 * minute) + 1);
        (more, more == by_percentage && more == by_minutes)
    }
}
