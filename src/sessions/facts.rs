//! What is true of a session and of its services. No threshold and no opinion is in here: those are the checks'.

use super::cause::Causes;
use crate::ingest::Role;
use crate::reference::{Day, Kind};
use recount_core::domain::{Basis, Rule, Time, Units};
use recount_core::units::Range;
use recount_core::units::family::Part;
pub use recount_core::units::pool::Tally;

/// Why a session is not audited, in the order in which reasons go before others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyNot {
    /// It is.
    #[default]
    Auditable,
    /// A timed line has no minutes.
    MinutesMissing,
    /// It was documented, and no bill for it is among the exports.
    NothingBilled,
    /// A line is for several days.
    SpansDays,
    /// A note or a payment of that day fits several bills.
    Unplaced,
    /// More minutes than a day has on one line: columns may be swapped.
    TooManyMinutes,
    /// More units on one line than any bill has.
    TooManyUnits,
    /// More was reversed than billed.
    NetNegative,
    /// A line without a payer on a day when others have one.
    PayerMissing,
    /// A line without a discipline on a day with two.
    DisciplineMissing,
    /// A row of that patient and day was rejected or excluded.
    RowLost,
}

impl WhyNot {
    /// All of them, in their order.
    pub const ALL: [WhyNot; 11] = [
        WhyNot::Auditable,
        WhyNot::MinutesMissing,
        WhyNot::NothingBilled,
        WhyNot::SpansDays,
        WhyNot::Unplaced,
        WhyNot::TooManyMinutes,
        WhyNot::TooManyUnits,
        WhyNot::NetNegative,
        WhyNot::PayerMissing,
        WhyNot::DisciplineMissing,
        WhyNot::RowLost,
    ];

    /// Whether rows of the day are lost, or cannot be told whose they are: then nothing can be said to be missing.
    pub const fn leaves_open_what_there_is(self) -> bool {
        matches!(self, WhyNot::RowLost | WhyNot::Unplaced | WhyNot::PayerMissing | WhyNot::DisciplineMissing)
    }

    /// The words of `why_not`; empty for an auditable session.
    pub const fn words(self) -> &'static str {
        match self {
            WhyNot::Auditable => "",
            WhyNot::MinutesMissing => "a timed line has no minutes",
            WhyNot::NothingBilled => "no bill for it is among the exports",
            WhyNot::SpansDays => "a line is for several days",
            WhyNot::Unplaced => "a note or payment of that day fits several bills",
            WhyNot::TooManyMinutes => "a line has more minutes than a day",
            WhyNot::TooManyUnits => "a line has more than 255 units",
            WhyNot::NetNegative => "more units were reversed than billed",
            WhyNot::PayerMissing => "a line of that day has no payer",
            WhyNot::DisciplineMissing => "a line of that day has no discipline",
            WhyNot::RowLost => "a row of that patient and day could not be used",
        }
    }
}

/// What the minutes of a session's timed codes are known from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// Each code has its own.
    #[default]
    PerCode,
    /// The visit has its timed minutes: the total is audited, the allocation is not.
    VisitTotal,
    /// The visit has its minutes, timed and untimed together: there were no more timed minutes than these.
    UpperBound,
}

/// Units over of each sort that is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// Of the pooled codes.
    pub timed: Units,
    /// Of interval codes.
    pub interval: Units,
    /// Of untimed codes.
    pub untimed: Units,
}

/// What keeps a difference from being certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// The patient's id appears at two clinics that day.
    pub two_clinics: bool,
    /// An unknown code has minutes, which may belong to the pool.
    pub unknown_code: bool,
    /// A line's units are blank: what was billed is at least what is known.
    pub units_blank: bool,
    /// Minutes are the visit's, and the export does not tell how many visits there were.
    pub visits_untold: bool,
    /// Discipline unknown and several clinicians: units over if each clinician's lines stood alone.
    pub over_by_clinician: Option<Over>,
    /// Rows repeat: units over without the repeats.
    pub over_without_repeats: Option<Over>,
}

/// One patient × date of service × discipline × payer × practice.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its services: first and how many.
    pub services: (u32, u32),
    /// Its lines: first place in the order, and how many.
    pub lines: (u32, u32),
    /// Number of the patient.
    pub patient: u32,
    /// Number of the practice.
    pub practice: u32,
    /// Number of the payer.
    pub payer: u32,
    /// Date of service.
    pub day: Day,
    /// 0 unknown, else 1 + the place in `Discipline::ALL`.
    pub discipline: u8,
    /// The clinic, 0 where several or unknown.
    pub clinic: u32,
    /// The treating clinician, 0 where several or unknown.
    pub therapist: u32,
    /// Distinct clinicians named.
    pub clinicians: u16,
    /// Distinct clinics named.
    pub clinics: u16,
    /// The rule that the session takes: one of those that stand by themselves, never `Either`.
    pub rule: Rule,
    /// How that is known.
    pub basis: Basis,
    /// The payer accepts a bill under either rule.
    pub either: bool,
    /// Nobody to pay back.
    pub never_exception: bool,
    /// What its timed minutes are known from.
    pub evidence: Evidence,
    /// The timed minutes of the lines, and those of the visit, where both are given and differ.
    pub mismatch: Option<(Time, Time)>,
    /// Whether a bill, and whether a note, is among its lines.
    pub told_by: ToldBy,
    /// Pooled time, as far as it is known.
    pub timed_time: Time,
    /// Time on untimed lines, as far as it is known.
    pub untimed_time: Time,
    /// Timed units under the session's rule, within the payer's own limits.
    pub timed: Tally,
    /// Timed units that the rule alone supports, before those limits.
    pub by_rule: Units,
    /// Timed units under `cms`, whatever the payer limits.
    pub cms: Tally,
    /// Timed units under `midpoint`, likewise.
    pub midpoint: Tally,
    /// Timed units under the rule that the user asks about, if any for this payer.
    pub what_if: Option<Tally>,
    /// Units of interval codes.
    pub interval: Tally,
    /// Units of untimed codes.
    pub untimed: Tally,
    /// The mistakes that give its timed units, if those are over and that can be told.
    pub explained_by: Option<Causes>,
    /// Units that no rule here speaks to.
    pub other_billed: Units,
    /// The total is within what is supported, and yet a unit stands on a service that cannot have earned it.
    pub misallocated: bool,
    /// Whether it has timed or interval services at all.
    pub needs_minutes: bool,
    /// Whether it is audited.
    pub why_not: WhyNot,
    /// What keeps a difference from being certain.
    pub doubts: Doubts,
}

impl Session {
    /// Whether the session is audited.
    pub fn auditable(&self) -> bool {
        self.why_not == WhyNot::Auditable
    }

    /// Whether occurrences can be judged: missing minutes say nothing about them.
    pub fn occurrences_known(&self) -> bool {
        self.why_not <= WhyNot::MinutesMissing
    }

    /// Under 15 minutes per timed unit billed. Tenths of an hour have no such measure.
    pub fn short(&self) -> bool {
        self.auditable()
            && self.rule != Rule::Tenths
            && self.evidence != Evidence::UpperBound
            && self.timed.billed > 0
            && i64::from(self.timed_time.0) < 15 * 6_000 * i64::from(self.timed.billed)
    }

    /// The minutes of its timed services, rounded down once, if all of them are known.
    pub fn timed_minutes(&self, services: &[Service]) -> Option<i32> {
        match self.evidence {
            Evidence::VisitTotal => return Some(self.timed_time.whole_minutes()),
            Evidence::UpperBound => return None,
            Evidence::PerCode => {}
        }
        let known = services.iter().all(|service| service.kind != Kind::Timed || service.time.is_some());
        known.then(|| self.timed_time.whole_minutes())
    }

    /// Timed units that a rule supports, before any limit of the payer's: `cms`, `midpoint`, or the session's own.
    pub fn supported_by(&self, rule: Rule) -> Units {
        match rule {
            Rule::Cms => self.cms.supported,
            Rule::Midpoint => self.midpoint.supported,
            _ => self.by_rule,
        }
    }

    /// Whether the payer's own limits take away units that the rule supports.
    pub fn is_limited(&self) -> bool {
        self.timed.supported < self.by_rule
    }

    /// Units over of each sort.
    pub fn over(&self) -> Over {
        Over { timed: self.timed.over, interval: self.interval.over, untimed: self.untimed.over }
    }

    /// What the unit verdict rests on.
    pub fn evidence(&self) -> &'static str {
        match self.evidence {
            _ if self.needs_minutes && self.why_not == WhyNot::MinutesMissing => "none",
            Evidence::PerCode => "per-code",
            Evidence::VisitTotal => "visit-total",
            Evidence::UpperBound => "upper-bound",
        }
    }
}

/// Which roles of files speak of a session or service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToldBy {
    /// A bill.
    pub bill: bool,
    /// A note.
    pub note: bool,
    /// A remittance.
    pub remit: bool,
}

impl ToldBy {
    /// With a line of that role.
    pub fn add(&mut self, role: Role) {
        match role {
            Role::Bill => self.bill = true,
            Role::Notes => self.note = true,
            Role::Remit => self.remit = true,
        }
    }
}

/// All lines of one code in a session.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its session.
    pub session: u32,
    /// Its lines: first place in the order, and how many.
    pub lines: (u32, u32),
    /// Number of the code.
    pub code: u32,
    /// What a unit of it counts.
    pub kind: Kind,
    /// Family whose minutes it shares.
    pub family: Option<u16>,
    /// Its place there.
    pub part: Part,
    /// Minutes, `None` where a line that needs them has none.
    pub time: Option<Time>,
    /// Units billed, as far as they are known.
    pub billed: Units,
    /// The allowed allocation nearest to the bill.
    pub supported: Units,
    /// The units that any allowed allocation gives.
    pub range: Range,
    /// The treating clinician, 0 where several or unknown.
    pub therapist: u32,
    /// Distinct clinicians named.
    pub clinicians: u16,
    /// A therapist is with this one patient all the while.
    pub one_on_one: bool,
    /// A row of it repeats another.
    pub repeated: bool,
    /// Its minutes, merged over lines and family, are 0, and so known.
    pub without_minutes: bool,
    /// Who speaks of it.
    pub told_by: ToldBy,
    /// Units that its notes say, if they do.
    pub documented: Option<Units>,
    /// Units that were paid, if remittances are among the exports.
    pub paid: Option<Units>,
}

impl Service {
    /// Whether some rule says how many units it supports.
    pub fn is_judged(&self) -> bool {
        matches!(self.kind, Kind::Timed | Kind::Interval | Kind::Untimed)
    }

    /// Whether its units are judged in that session of its: what occurrences allow needs no minutes.
    pub fn is_judged_in(&self, session: &Session) -> bool {
        match self.kind {
            Kind::Untimed => session.occurrences_known(),
            _ => self.is_judged() && session.auditable(),
        }
    }

    /// Units above what any allowed allocation gives it.
    pub fn over(&self) -> Units {
        self.range.above(self.billed)
    }
}
