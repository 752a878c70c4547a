//! What the checks of edits share: what one practice bills one payer for a patient's day.

use super::Certainty;
use super::judged::Judged;
use super::minutes_implausible::swapped;
use crate::ingest::{BLANK_MONEY, Setting};
use crate::reference::{EditCode, Kind};
use crate::sessions::Service;

/// A code that a session bills.
#[derive(Clone, Copy)]
pub(super) struct Billed<'a> {
    /// Its session.
    pub judged: &'a Judged<'a>,
    /// The code's lines.
    pub service: &'a Service,
}

/// Modifiers that say that two services were separate.
pub(super) const SEPARATE: [&str; 5] = ["59", "XE", "XP", "XS", "XU"];

/// Everything that the sessions bill, less lines for several days.
pub(super) fn billed<'a>(day: &'a [Judged<'a>]) -> Vec<Billed<'a>> {
    let of_session = |judged: &'a Judged<'a>| judged.services.iter().map(move |service| Billed { judged, service });
    day.iter().flat_map(of_session).filter(|billed| billed.units() > 0).collect()
}

impl<'a> Billed<'a> {
    /// The lines that bill it on that day.
    pub fn lines(&self) -> impl Iterator<Item = u32> + use<'a> {
        let lines = self.judged.lines;
        let several_days = move |line: u32| lines.flags.is_used() && lines.flags.at(line).spans_days();
        self.judged.bills(self.service).filter(move |line| !several_days(*line))
    }

    /// The code.
    pub fn code(&self) -> &'a str {
        self.judged.code(self.service)
    }

    /// The code, as the table of edits knows it.
    pub fn edit_code(&self) -> Option<EditCode> {
        self.judged.reference.ncci.code(self.code())
    }

    /// Whether one practice bills both to one payer.
    pub fn same_bill(&self, other: &Billed) -> bool {
        let bill = |billed: &Billed| (billed.judged.session.practice, billed.judged.session.payer);
        bill(self) == bill(other)
    }

    /// Whether one provider bills both: a facility's disciplines are one, a practice's are not.
    pub fn same_provider(&self, other: &Billed) -> bool {
        let by_facility = || {
            let mut lines = self.lines().chain(other.lines());
            setting_of([self, other]) == Setting::Facility && lines.all(|line| self.facility_may_bill(line))
        };
        self.same_bill(other) && (self.judged.number == other.judged.number || by_facility())
    }

    /// Whether what says "facility" of a line is of who bills it. A place of service alone is not: practices treat in hospitals and
    /// nursing homes, too.
    fn facility_may_bill(&self, line: u32) -> bool {
        let told = self.judged.lines.particulars(line);
        !told.bill_type.is_empty() || !told.revenue_code.is_empty() || told.place_of_service.is_empty()
    }

    /// Whether both are lines of one code in one session.
    pub fn is(&self, other: &Billed) -> bool {
        (self.judged.number, self.service.code) == (other.judged.number, other.service.code)
    }

    /// Whether its units may be fewer: a row repeats, a row of the day is lost, or minutes stand where units belong.
    pub fn in_doubt(&self) -> bool {
        let (judged, service) = (self.judged, self.service);
        service.repeated
            || judged.certainty() == Certainty::DependsOnData
            || judged.session.why_not.leaves_open_what_there_is()
            || (service.kind == Kind::Timed && swapped(judged, service).is_some())
    }

    /// Units billed; a blank is one at least.
    pub fn units(&self) -> i32 {
        self.lines().map(|line| self.judged.lines.units(line).unwrap_or(1)).sum()
    }

    /// Whether the export says that it was not paid. What a deductible took is allowed all the same.
    pub fn is_denied(&self) -> bool {
        let lines = self.judged.lines;
        let known = |cents: &i64| *cents != BLANK_MONEY;
        let own = self.judged.lines_of(self.service);
        let mut paid = own.iter().map(|&line| lines.paid.at(line)).filter(known).peekable();
        let mut allowed = own.iter().map(|&line| lines.allowed.at(line)).filter(known);
        paid.peek().is_some() && paid.all(|cents| cents <= 0) && allowed.all(|cents| cents <= 0)
    }
}

/// Where services were furnished, if their lines agree.
pub(super) fn setting_of<'a, 'b: 'a>(services: impl IntoIterator<Item = &'a Billed<'b>>) -> Setting {
    let mut judged = None;
    let mut lines = Vec::new();
    for billed in services {
        judged = Some(billed.judged);
        lines.extend(billed.lines());
    }
    judged.map_or(Setting::Unknown, |judged| judged.setting(&lines))
}

/// Which of CMS's two tables may hold there: that of practices, that of facilities.
pub(super) fn tables(setting: Setting) -> &'static [bool] {
    match setting {
        Setting::Practice => &[false],
        Setting::Facility => &[true],
        Setting::Unknown => &[false, true],
    }
}

/// "97110", "97110 and 97140", "97110, 97112 and 97140": each once, in their order.
pub(super) fn listed<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    let mut codes: Vec<&str> = codes.collect();
    codes.sort_unstable();
    codes.dedup();
    match codes.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// "a practice", "a facility".
pub(super) fn place(facility: bool) -> &'static str {
    if facility { "a facility" } else { "a practice" }
}
