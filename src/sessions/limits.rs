//! How often a day may have an untimed service.

use crate::ingest::{Lines, Setting};
use crate::reference::CodeFacts;
use recount_core::domain::Units;

/// Where the lines were furnished, if they all that say so agree.
pub fn setting(all: &Lines, lines: &[u32]) -> Setting {
    let mut named = lines.iter().map(|&line| all.setting.at(line)).filter(|&setting| setting != Setting::Unknown);
    let Some(first) = named.next() else { return Setting::Unknown };
    if named.all(|other| other == first) { first } else { Setting::Unknown }
}

/// How many units of an untimed code a day may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DailyLimit {
    /// So many.
    Known(Units),
    /// One or the other, by a setting that the export does not name.
    BySetting(Units, Units),
    /// Nobody says; by its nature one per occurrence.
    Unknown,
}

impl DailyLimit {
    /// The most that it may be.
    pub fn most(self) -> Units {
        match self {
            DailyLimit::Known(limit) => limit,
            DailyLimit::BySetting(a, b) => a.max(b),
            DailyLimit::Unknown => 1,
        }
    }
}

/// The daily limit of an untimed code in that setting. A published limit of 0 is about payment: the service still has its unit.
pub fn daily_limit(facts: &CodeFacts, setting: Setting) -> DailyLimit {
    let at_least_one = |limit: Option<Units>| limit.map(|limit| limit.max(1));
    let (practice, facility) = (at_least_one(facts.limit_practitioner), at_least_one(facts.limit_facility));
    let known = |limit: Option<Units>| limit.map_or(DailyLimit::Unknown, DailyLimit::Known);
    match (setting, practice, facility) {
        (Setting::Practice, ..) => known(practice),
        (Setting::Facility, ..) => known(facility),
        (Setting::Unknown, Some(a), Some(b)) if a != b => DailyLimit::BySetting(a, b),
        (Setting::Unknown, ..) => known(practice.or(facility)),
    }
}
