//! What the checks of annual thresholds have in common: a patient's allowed amounts by calendar year and group of disciplines.
//!
//! The sum is a lower bound: it has the export's amounts only, a blank counts nothing, and a row that repeats another is left
//! out.

use super::{Certainty, Judged};
use crate::ingest::{BLANK_MONEY, Role, discipline_of};
use crate::reference::{Group, Therapy, Threshold, date};
use crate::sessions::{Service, WhyNot};
use chrono::Datelike;
use recount_core::domain::{Cents, Discipline};

/// A session, and what was allowed in its year so far.
pub struct Counted<'a> {
    /// The session.
    pub judged: &'a Judged<'a>,
    /// Allowed on earlier days.
    pub before: Cents,
    /// Whether the amounts of earlier days are known of every line.
    pub known: bool,
    /// Allowed on earlier days and up to this session on its own.
    pub total: Cents,
    /// Whose amounts were added up, as far as this session.
    pub whose: &'static str,
    /// Certain, unless something that was added up is in doubt.
    pub certainty: Certainty,
}

/// Gives the sessions of each year and group of disciplines that the table has, in order of date.
pub fn each_year<'a>(sessions: &'a [Judged<'a>], mut tell: impl FnMut(&Threshold, &[Counted<'a>])) {
    let year_of = |judged: &Judged| date(judged.session.day).year();
    for group in Group::ALL {
        let in_group = |judged: &&Judged| discipline_of(judged.session.discipline).map(Group::of) == Some(group);
        let own: Vec<&Judged> = sessions.iter().filter(in_group).collect();
        for year in own.chunk_by(|a, b| year_of(a) == year_of(b)) {
            if let Some(threshold) = year[0].reference.thresholds.of(year_of(year[0]), group) {
                tell(threshold, &counted(year));
            }
        }
    }
}

fn counted<'a>(year: &[&'a Judged<'a>]) -> Vec<Counted<'a>> {
    let (mut total, mut whole, mut certainty) = (0, true, Certainty::Certain);
    let (mut whose, mut unpaid) = ("this practice's own", true);
    let mut counted = Vec::with_capacity(year.len());
    for day in year.chunk_by(|a, b| a.session.day == b.session.day) {
        let (before, known) = (total, whole);
        for &judged in day {
            for service in judged.services {
                let own = allowed(judged, service);
                total = own.sum.saturating_add(total);
                whole &= own.known;
                unpaid &= own.unpaid;
            }
            if judged.session.practice != year[0].session.practice {
                whose = "the export's";
            }
            let why_not = judged.session.why_not;
            if judged.session.doubts.two_clinics
                || why_not.leaves_open_what_there_is()
                || why_not == WhyNot::NetNegative
            {
                certainty = Certainty::DependsOnData;
            }
            // Where nothing was paid at all, it may be that all was denied.
            let certainty = if unpaid && total > 0 { Certainty::DependsOnData } else { certainty };
            counted.push(Counted { judged, before, known, total, whose, certainty });
        }
    }
    counted
}

/// What was allowed for a service.
struct Allowed {
    /// So much at least.
    sum: Cents,
    /// It is known of each of its lines.
    known: bool,
    /// Each line that it is known of says that nothing was paid.
    unpaid: bool,
}

/// By the remittances, where they say it, since a bill may repeat what they say.
fn allowed(judged: &Judged, service: &Service) -> Allowed {
    let lines = judged.lines;
    let known = |line: u32| Some(lines.allowed.at(line)).filter(|&cents| cents != BLANK_MONEY);
    let counts = counts_as_therapy(judged, service);
    let of_role = |role: Role| {
        let own = judged.lines_of(service).iter().copied();
        own.filter(move |&line| lines.role(line) == role).filter(move |&line| counts(line))
    };
    let remitted = of_role(Role::Remit).any(|line| known(line).is_some());
    let own = || of_role(if remitted { Role::Remit } else { Role::Bill });
    let amounts = || own().map(known);
    let sum =
        if service.repeated { amounts().flatten().max() } else { amounts().flatten().reduce(Cents::saturating_add) };
    Allowed {
        sum: sum.unwrap_or(0),
        known: amounts().all(|amount| amount.is_some()),
        unpaid: own().filter(|line| known(*line).is_some()).all(|line| lines.paid.at(line) == 0),
    }
}

/// Whether a line of a service counts towards the thresholds: its code is always therapy, or the line says that it was.
pub fn counts_as_therapy<'a>(judged: &'a Judged<'a>, service: &Service) -> impl Fn(u32) -> bool + Copy + use<'a> {
    let therapy = judged.facts(service).map_or(Therapy::Unknown, |facts| facts.therapy);
    move |line| match therapy {
        Therapy::Always => true,
        Therapy::Sometimes => judged.modifiers(line).any(|modifier| Discipline::from_modifier(modifier).is_some()),
        Therapy::NotTherapy | Therapy::Unknown => false,
    }
}

/// The lines that bill therapy which Medicare pays apart and that `fit`, as places in the order.
pub fn billed<'a>(judged: &'a Judged<'a>, fits: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
    let mut places = Vec::new();
    for service in judged.services {
        // What is never paid apart reaches no threshold.
        if judged.facts(service).is_some_and(|facts| facts.limit_practitioner == Some(0)) {
            continue;
        }
        let counts = counts_as_therapy(judged, service);
        let own: Vec<u32> = judged.bills(service).filter(|&line| counts(line) && fits(line)).collect();
        let placed = judged.lines_of(service).iter().zip(service.lines.0..);
        places.extend(placed.filter(|(line, _)| own.contains(line)).map(|(_, place)| (place, 1)));
    }
    places
}

/// "$2,330.00".
pub fn money(cents: Cents) -> String {
    format!("${}", crate::blocks::dollars(cents))
}
