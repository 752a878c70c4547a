//! What the checks of annual thresholds have in common: a patient's allowed amounts by calendar year and group of disciplines.
//!
//! The sum is a lower bound: it has the export's amounts only, a blank counts nothing, and a row that repeats another is left
//! out. What was denied does not count towards a threshold, and a line of which nothing was paid may have been denied: what is
//! certain is so without such lines.

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
    /// The same without lines that say that nothing was paid.
    pub before_paid: Cents,
    /// Whether the amounts of earlier days are known of every line.
    pub known: bool,
    /// Allowed on earlier days and up to this session on its own.
    pub total: Cents,
    /// The same without lines that say that nothing was paid.
    pub total_paid: Cents,
    /// Whose amounts were added up, as far as this session.
    pub whose: &'static str,
    /// Certain, unless something that was added up is in doubt.
    pub certainty: Certainty,
}

/// Gives the sessions of each year and group of disciplines that the table has, in order of date. Years that are not `worth` it,
/// which is quickly seen of most, are not counted.
pub fn each_year<'a>(
    sessions: &'a [Judged<'a>],
    worth: impl Fn(&Threshold, &[&Judged]) -> bool,
    mut tell: impl FnMut(&Threshold, &[Counted<'a>]),
) {
    let year_of = |judged: &Judged| date(judged.session.day).year();
    for group in Group::ALL {
        let in_group = |judged: &&Judged| discipline_of(judged.session.discipline).map(Group::of) == Some(group);
        let own: Vec<&Judged> = sessions.iter().filter(in_group).collect();
        for year in own.chunk_by(|a, b| year_of(a) == year_of(b)) {
            let threshold = year[0].reference.thresholds.of(year_of(year[0]), group);
            if let Some(threshold) = threshold.filter(|threshold| worth(threshold, year)) {
                tell(threshold, &counted(year));
            }
        }
    }
}

/// Whether a year's amounts may add up to more than that: most years' do not, whatever was taken back or stands there twice.
pub fn may_pass(cents: Cents, year: &[&Judged]) -> bool {
    let amounts = year.iter().flat_map(|judged| judged.own_lines().iter().map(|&line| judged.lines.allowed.at(line)));
    // A blank is less than nothing, too.
    amounts.filter(|&amount| amount > 0).fold(0, Cents::saturating_add) > cents
}

fn counted<'a>(year: &[&'a Judged<'a>]) -> Vec<Counted<'a>> {
    let (mut total, mut total_paid, mut whole) = (0, 0, true);
    let (mut whose, mut certainty) = ("this practice's own", Certainty::Certain);
    let mut counted = Vec::with_capacity(year.len());
    for day in year.chunk_by(|a, b| a.session.day == b.session.day) {
        let (before, before_paid, known) = (total, total_paid, whole);
        for &judged in day {
            for service in judged.services {
                let own = allowed(judged, service);
                total = own.sum.saturating_add(total);
                total_paid = own.paid.saturating_add(total_paid);
                whole &= own.known;
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
            counted.push(Counted { judged, before, before_paid, known, total, total_paid, whose, certainty });
        }
    }
    counted
}

/// What was allowed for a service.
struct Allowed {
    /// So much at least.
    sum: Cents,
    /// The same without lines that say that nothing was paid.
    paid: Cents,
    /// It is known of each of its lines.
    known: bool,
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
    let sum = |fits: fn(bool) -> bool| {
        let denied = |line: u32, cents: Cents| cents > 0 && lines.paid.at(line) == 0;
        let amounts = own().filter_map(|line| known(line).filter(|&cents| fits(denied(line, cents))));
        let sum = if service.repeated { amounts.max() } else { amounts.reduce(Cents::saturating_add) };
        sum.unwrap_or(0)
    };
    Allowed { sum: sum(|_| true), paid: sum(|denied| !denied), known: own().all(|line| known(line).is_some()) }
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

/// What of a sum stands on lines that say that nothing was paid, in words, where the rest of it is not over the amount.
pub fn unpaid(sum: Cents, paid: Cents, amount: Cents) -> String {
    match sum.saturating_sub(paid) {
        unpaid if paid <= amount => format!("; {} of it stand on lines of which nothing was paid", money(unpaid)),
        _ => String::new(),
    }
}

/// "$2,330.00".
pub fn money(cents: Cents) -> String {
    format!("${}", crate::blocks::dollars(cents))
}
