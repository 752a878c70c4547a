//! Sessions are cut from a day's lines and judged: facts under both rules, no opinion.

use super::Outcome;
use super::cause::Gone;
use super::facts::{Doubts, Evidence, Over, Service, Session, Tally, ToldBy, WhyNot};
use super::limits::{daily_limit, setting};
use super::order::DayKeys;
use super::settle::Day;
use crate::ingest::{Lines, Role};
use crate::reference::{CodeFacts, Kind, Policy, Reference, Status};
use recount_core::cells::Span;
use recount_core::domain::{Rule, Time, UnitLimits, Units};
use recount_core::units::Range;
use recount_core::units::pool::{self, Pool, Share};
use recount_core::units::untimed::{self, Occurrence};
use std::collections::HashMap;

/// Judges the days of a batch.
pub struct Judge<'a> {
    pub(super) lines: &'a Lines<'a>,
    reference: &'a Reference,
    keys: &'a DayKeys,
    /// Days of which rows are no lines.
    gone: &'a HashMap<u64, Gone>,
    longest: Time,
    most_units: Units,
}

/// Services that compete for units as one: a code, or a family with merged minutes.
#[derive(Clone, Copy)]
pub(super) struct Competitor {
    family: Option<u16>,
    pub(super) kind: Kind,
    pub(super) time: Time,
    pub(super) billed: Units,
    range: Range,
    supported: Units,
}

/// Memory for judging one session, used again for the next.
#[derive(Default)]
pub(super) struct Bench {
    pub(super) services: Vec<Service>,
    /// For each service, its competitor.
    pub(super) competes_as: Vec<usize>,
    pub(super) competitors: Vec<Competitor>,
    pool: Vec<(Time, Units)>,
    shares: Vec<Share>,
    names: Vec<u32>,
    pub(super) spans: Vec<Span>,
}

/// A line on its way into a session: the order of these fields is the order of sessions and services in a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    discipline: u8,
    payer: u32,
    /// Place in the order of practices.
    practice: u32,
    /// Place in the order of codes.
    code: u32,
    line: u32,
}

impl<'a> Judge<'a> {
    /// For lines that stand in the order of those keys.
    pub fn new(
        lines: &'a Lines<'a>,
        reference: &'a Reference,
        keys: &'a DayKeys,
        gone: &'a HashMap<u64, Gone>,
    ) -> Judge<'a> {
        let settings = &reference.settings;
        let longest = Time::from_minutes(settings.max_minutes_per_day.clamp(0, 99_999) as i32);
        let most_units = settings.max_units_per_line.clamp(0, 9_999) as Units;
        Judge { lines, reference, keys, gone, longest, most_units }
    }

    /// The code table.
    pub(super) fn codes(&self) -> &crate::reference::Codes {
        &self.reference.codes
    }

    /// Settles, cuts and judges days, given by their keys and numbers of lines.
    pub fn days(&self, days: impl Iterator<Item = (u64, u32)>) -> Outcome {
        let count = self.lines.len();
        let mut outcome = Outcome {
            order: Vec::with_capacity(count),
            services: Vec::with_capacity(count),
            sessions: Vec::with_capacity(count / 2),
            ..Outcome::default()
        };
        let (mut day, mut bench, mut other) = (Day::default(), Bench::default(), Bench::default());
        let (mut placed, mut subset): (Vec<Placed>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut first = 0;
        for (key, lines) in days {
            let gone = if self.gone.is_empty() { None } else { self.gone.get(&key) };
            let row_lost = gone.is_some_and(|gone| gone.loses_a_row);
            day.settle(self.lines, first..first + lines, row_lost, &mut outcome.excluded);
            first += lines;
            placed.clear();
            placed.extend(day.lines.iter().map(|settled| Placed {
                discipline: settled.discipline,
                payer: settled.payer,
                practice: self.keys.practices[settled.practice as usize],
                code: self.keys.codes[self.lines.code[settled.line as usize] as usize],
                line: settled.line,
            }));
            placed.sort_unstable();
            day.share_visits(
                self.lines,
                placed.iter().map(|placed| {
                    ((placed.discipline, placed.payer, placed.practice), self.lines.visit.at(placed.line))
                }),
            );
            let before = outcome.sessions.len();
            for session in
                placed.chunk_by(|a, b| (a.discipline, a.payer, a.practice) == (b.discipline, b.payer, b.practice))
            {
                self.session(session, &day, &mut bench, &mut other, &mut subset, &mut outcome);
            }
            self.explain(&day, gone, before, &mut outcome);
        }
        outcome.joined_disciplines = day.joined;
        outcome
    }

    /// Judges one session and adds it to the outcome.
    fn session(
        &self,
        placed: &[Placed],
        day: &Day,
        bench: &mut Bench,
        other: &mut Bench,
        subset: &mut Vec<u32>,
        outcome: &mut Outcome,
    ) {
        let first_line = outcome.order.len() as u32;
        outcome.order.extend(placed.iter().map(|placed| placed.line));
        let lines = &outcome.order[first_line as usize..];
        let account = (placed[0].discipline, placed[0].payer);
        let mut session = self.tally(lines, account, &day.shared_visits, bench);
        session.why_not = session.why_not.max(day.why_not);
        let taken_back = |line: &u32| day.reversed_below_zero.binary_search(&self.lines.code[*line as usize]).is_ok();
        if !day.reversed_below_zero.is_empty() && lines.iter().any(taken_back) {
            session.why_not = session.why_not.max(WhyNot::NetNegative);
        }
        session.doubts.two_clinics = day.two_clinics;

        // A line that names nobody may be a second clinician's.
        let several = session.clinicians > 1 || (session.clinicians == 1 && session.therapist == 0);
        // Of a joined day, bills need not name who treated: their units are nobody's alone.
        if session.discipline == 0 && several && !session.told_by.note {
            session.doubts.over_by_clinician = Some(self.over_by_clinician(lines, session.payer, other, subset));
        }
        let repeats = |line: &u32| day.repeats.binary_search(line).is_ok();
        if !day.repeats.is_empty() && lines.iter().any(repeats) {
            subset.clear();
            subset.extend(lines.iter().filter(|line| !repeats(line)));
            if !subset.is_empty() {
                session.doubts.over_without_repeats =
                    Some(self.tally(subset, account, &day.shared_visits, other).over());
            }
            for service in &mut bench.services {
                let (start, count) = (service.lines.0 as usize, service.lines.1 as usize);
                service.repeated = lines[start..start + count].iter().any(repeats);
            }
        }

        let first_service = outcome.services.len() as u32;
        let number = outcome.sessions.len() as u32;
        session.lines.0 = first_line;
        session.services = (first_service, bench.services.len() as u32);
        for mut service in bench.services.drain(..) {
            service.session = number;
            service.lines.0 += first_line;
            outcome.services.push(service);
        }
        outcome.sessions.push(session);
    }

    /// Units over if each clinician's lines were a session of their own.
    fn over_by_clinician(&self, lines: &[u32], payer: u32, bench: &mut Bench, subset: &mut Vec<u32>) -> Over {
        let mut order = lines.to_vec();
        order.sort_by_key(|&line| self.lines.therapist[line as usize]);
        let mut sum = Over::default();
        for own in order.chunk_by(|&a, &b| self.lines.therapist[a as usize] == self.lines.therapist[b as usize]) {
            subset.clear();
            subset.extend_from_slice(own);
            let over = self.tally(subset, (0, payer), &[], bench).over();
            sum.timed += over.timed;
            sum.interval += over.interval;
            sum.untimed += over.untimed;
        }
        sum
    }

    /// Adds lines up to services and judges them under both rules. `lines` stand in order of code; `shared` are visits that other
    /// sessions of the day belong to as well.
    fn tally(&self, lines: &[u32], (discipline, payer): (u8, u32), shared: &[u32], bench: &mut Bench) -> Session {
        let first = lines.iter().copied().find(|&line| self.lines.role(line) == Role::Bill).unwrap_or(lines[0]);
        let day = self.lines.day[first as usize];
        let policy = self.lines.export.payers[payer as usize].policy(day);
        let mut session = new_session(lines, discipline, day, payer, self.lines.practice.at(first), policy);
        session.patient = self.lines.patient[first as usize];
        (session.therapist, session.clinicians) = self.clinicians(lines, &mut bench.names);
        let billed = lines.iter().copied().filter(|&line| self.lines.role(line) == self.lines.role(first));
        (session.clinic, session.clinics) = one_of(billed, &mut bench.names, |line| self.lines.clinic[line as usize]);

        bench.services.clear();
        bench.competes_as.clear();
        bench.competitors.clear();
        let mut start = 0;
        for of_code in lines.chunk_by(|&a, &b| self.lines.code[a as usize] == self.lines.code[b as usize]) {
            let facts = self.lines.facts(&self.reference.codes, of_code[0]);
            let mut service = self.service(of_code, facts, &mut session, &mut bench.names);
            service.lines.0 = start;
            start += of_code.len() as u32;
            let time = service.time.unwrap_or(Time::ZERO);
            let known =
                bench.competitors.iter().position(|other| service.family.is_some() && other.family == service.family);
            bench.competes_as.push(match known {
                Some(n) => {
                    bench.competitors[n].time += time;
                    bench.competitors[n].billed += service.billed;
                    n
                }
                None => {
                    let (range, supported) = (service.range, service.supported);
                    bench.competitors.push(Competitor {
                        family: service.family,
                        kind: service.kind,
                        time,
                        billed: service.billed,
                        range,
                        supported,
                    });
                    bench.competitors.len() - 1
                }
            });
            if let Some(facts) = facts.filter(|_| service.kind == Kind::Interval) {
                let competitor = &mut bench.competitors[bench.competes_as[bench.competes_as.len() - 1]];
                competitor.range = facts.interval.units(competitor.time);
                competitor.supported = competitor.range.max;
            }
            bench.services.push(service);
        }
        self.weigh(lines, &mut session, policy, shared, bench);
        self.share_out(&mut session, bench);
        if session.timed_time > self.longest {
            session.why_not = session.why_not.max(WhyNot::TooManyMinutes);
        }
        if !session.told_by.bill {
            session.why_not = session.why_not.max(WhyNot::NothingBilled);
        }
        session
    }

    /// The clinician who treated, if there was one, and how many are named: by the notes, where there are any, since a bill may
    /// name who bills.
    fn clinicians(&self, lines: &[u32], names: &mut Vec<u32>) -> (u32, u16) {
        let therapist = |line: u32| self.lines.therapist[line as usize];
        let noted = |line: &u32| self.lines.role(*line) == Role::Notes && therapist(*line) != 0;
        let role = if lines.iter().any(noted) { Role::Notes } else { Role::Bill };
        one_of(lines.iter().copied().filter(|&line| self.lines.role(line) == role), names, therapist)
    }

    /// The lines of one code as a service. What is known of the session from them is noted there.
    fn service(
        &self,
        lines: &[u32],
        facts: Option<&CodeFacts>,
        session: &mut Session,
        names: &mut Vec<u32>,
    ) -> Service {
        let kind = facts.map_or(Kind::Unknown, |facts| facts.kind);
        let needs_minutes = kind.needs_minutes();
        session.needs_minutes |= needs_minutes;
        let mut told_by = ToldBy::default();
        lines.iter().for_each(|&line| told_by.add(self.lines.role(line)));
        let (mut time, mut billed, mut missing) = (Time::ZERO, 0, false);
        let (mut documented, mut paid) = (None, None);
        for &line in lines {
            let role = self.lines.role(line);
            let stated = self.lines.stated(line);
            match role {
                Role::Bill => {}
                Role::Notes => documented = stated.map(|units| units + documented.unwrap_or(0)).or(documented),
                Role::Remit => {
                    paid = stated.map(|units| units + paid.unwrap_or(0)).or(paid);
                    continue;
                }
            }
            let units = self.lines.units(line);
            session.doubts.units_blank |= units.is_none();
            billed += units.unwrap_or(0);
            if units.is_some_and(|units| units > self.most_units) {
                session.why_not = session.why_not.max(WhyNot::TooManyUnits);
            }
            if self.lines.flags.at(line).spans_days() && units.is_none_or(|units| units != 0) {
                session.why_not = session.why_not.max(WhyNot::SpansDays);
            }
            // Where there is a note, its minutes are meant, and not those that the bill may repeat.
            if told_by.note && role == Role::Bill {
                continue;
            }
            // A note of a visit that did not take place documents no minutes.
            if role == Role::Notes && matches!(self.lines.flags.at(line).status(), Status::Cancelled | Status::NoShow) {
                missing = true;
                continue;
            }
            let reversal = units.is_some_and(|units| units < 0);
            match self.lines.time(line) {
                // A reversal takes units back; the minutes it repeats were treated once.
                Some(own) if !reversal || own < Time::ZERO => time += own,
                Some(_) => {}
                None => missing |= !reversal,
            }
            if time > self.longest {
                session.why_not = session.why_not.max(WhyNot::TooManyMinutes);
            }
        }
        if needs_minutes && time < Time::ZERO {
            session.why_not = session.why_not.max(WhyNot::NetNegative);
            time = Time::ZERO;
        }
        // A payment alone says nothing of minutes.
        missing &= told_by.bill || told_by.note;
        session.told_by.bill |= told_by.bill;
        session.told_by.note |= told_by.note;
        session.told_by.remit |= told_by.remit;
        match kind {
            Kind::Timed => session.timed_time += time,
            Kind::Interval => {}
            _ => session.untimed_time += time,
        }
        session.doubts.unknown_code |= kind == Kind::Unknown && time > Time::ZERO;
        let (therapist, clinicians) = self.clinicians(lines, names);
        let range = match facts {
            Some(facts) if kind == Kind::Untimed => self.occurrences(lines, billed, facts),
            _ => Range::exactly(billed),
        };
        Service {
            session: 0,
            lines: (0, lines.len() as u32),
            code: self.lines.code[lines[0] as usize],
            kind,
            family: facts.and_then(|facts| facts.family).filter(|_| needs_minutes),
            part: facts.map_or(recount_core::units::family::Part::Whole, |facts| facts.part),
            time: if missing && (needs_minutes || lines.iter().all(|&line| self.lines.time(line).is_none())) {
                None
            } else {
                Some(time)
            },
            billed,
            supported: billed.clamp(0, range.max.max(0)),
            range,
            therapist,
            clinicians,
            one_on_one: kind == Kind::Timed
                || facts.is_some_and(|facts| facts.one_on_one || facts.evaluation.is_some()),
            repeated: false,
            without_minutes: false,
            told_by,
            documented,
            paid,
        }
    }

    /// Units that the lines of an untimed code can stand for.
    fn occurrences(&self, lines: &[u32], billed: Units, facts: &CodeFacts) -> Range {
        // One unit or none is what nearly every line has: nothing to look into.
        if billed <= 1 {
            return Range { min: billed.max(0), max: 1 };
        }
        let modifiers =
            |line: u32| self.lines.export.texts.modifiers.get(self.lines.modifiers[line as usize]).split(' ');
        let sites_named = lines.iter().any(|&line| modifiers(line).any(untimed::is_site));
        if facts.per_site && !sites_named {
            // Which limbs or digits is not said; it is not guessed either.
            return Range { min: 1, max: billed };
        }
        let limit = daily_limit(facts, setting(self.lines, lines));
        let billing = |line: &&u32| self.lines.role(**line) == Role::Bill && !self.lines.is_folded(**line);
        let occurrences = lines.iter().filter(billing).map(|&line| Occurrence {
            billed: self.lines.units(line).unwrap_or(0),
            sites: untimed::sites(modifiers(line)),
        });
        untimed::units(limit.most(), occurrences)
    }

    /// The timed units under both rules, and under the rule that the session takes within the payer's limits. A `total` is all
    /// that is known of the minutes.
    pub(super) fn pool(&self, session: &mut Session, policy: &Policy, total: Option<Time>, bench: &mut Bench) {
        bench.pool.clear();
        bench.pool.extend(
            bench.competitors.iter().filter(|other| other.kind == Kind::Timed).map(|other| (other.time, other.billed)),
        );
        let mut total = total;
        if let (Some(of_one), [(time, _)]) = (total, &mut bench.pool[..]) {
            // The minutes of a single code are all there are.
            *time = of_one;
            total = None;
        }
        let pool = Pool::new(&bench.pool, total, session.evidence == Evidence::UpperBound);
        let limits = &policy.limits;
        let both = |limits| [Rule::Cms, Rule::Midpoint].map(|rule| pool.tally(rule, limits));
        let free = both(&UnitLimits::NONE);
        let held = if limits.is_none() { free } else { both(limits) };
        [session.cms, session.midpoint] = free;
        session.what_if = policy.what_if.map(|rule| pool.tally(rule, limits));
        session.rule = match policy.rule {
            None | Some(Rule::Either) => pool::milder(held[0], held[1]),
            Some(rule) => rule,
        };
        let by = |rule, [cms, midpoint]: [Tally; 2], limits| match rule {
            Rule::Cms => cms,
            Rule::Midpoint => midpoint,
            rule => pool.tally(rule, limits),
        };
        session.timed = by(session.rule, held, limits);
        session.by_rule = by(session.rule, free, &UnitLimits::NONE).supported;
        session.misallocated = pool.share_out(session.rule, limits, session.timed, &mut bench.shares);
        let timed = bench.competitors.iter_mut().filter(|other| other.kind == Kind::Timed);
        for (competitor, share) in timed.zip(&bench.shares) {
            (competitor.range, competitor.supported) = (share.range, share.supported);
        }
    }

    /// Gives each service its part of what its competitor may have, and adds up what is not pooled.
    fn share_out(&self, session: &mut Session, bench: &mut Bench) {
        for competitor in bench.competitors.iter().filter(|other| other.kind == Kind::Interval) {
            add(&mut session.interval, competitor.billed, competitor.supported);
        }
        for (service, &n) in bench.services.iter_mut().zip(&bench.competes_as) {
            let competitor = bench.competitors[n];
            match service.kind {
                Kind::Timed | Kind::Interval => {
                    service.range = service.part.range(competitor.range);
                    service.supported = service.part.share(competitor.supported);
                    let zero = competitor.time == Time::ZERO && service.time.is_some() && service.billed > 0;
                    service.without_minutes =
                        zero && service.kind == Kind::Timed && session.evidence == Evidence::PerCode;
                    // Within a family the first unit is the primary code's, whatever the total.
                    session.misallocated |= service.kind == Kind::Timed
                        && session.rule == Rule::Cms
                        && session.evidence == Evidence::PerCode
                        && session.timed.over == 0
                        && service.billed > service.range.max;
                }
                Kind::Untimed => {
                    let over = service.range.above(service.billed);
                    session.untimed.billed += service.billed;
                    session.untimed.supported += service.billed - over;
                    session.untimed.over += over;
                }
                _ => session.other_billed += service.billed,
            }
        }
        session.misallocated &= !session.doubts.units_blank;
        if session.doubts.units_blank {
            // What was billed is not all known, so nothing can be said to be missing from the bill.
            let tallies = [&mut session.timed, &mut session.cms, &mut session.midpoint, &mut session.interval];
            tallies.into_iter().chain(&mut session.what_if).for_each(|tally| tally.under = 0);
        }
    }
}

fn add(tally: &mut Tally, billed: Units, supported: Units) {
    tally.billed += billed;
    tally.supported += supported;
    tally.over += (billed - supported).max(0);
    tally.under += (supported - billed).max(0);
}

/// The name that all lines share, 0 where there are several, or some line has none; and how many there are.
fn one_of(lines: impl Iterator<Item = u32>, names: &mut Vec<u32>, name: impl Fn(u32) -> u32) -> (u32, u16) {
    names.clear();
    let mut unnamed = false;
    for line in lines {
        let name = name(line);
        unnamed |= name == 0;
        if name != 0 && names.last() != Some(&name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.dedup();
    let shared = if names.len() == 1 && !unnamed { names[0] } else { 0 };
    (shared, names.len().min(usize::from(u16::MAX)) as u16)
}

fn new_session(lines: &[u32], discipline: u8, day: i32, payer: u32, practice: u32, policy: &Policy) -> Session {
    Session {
        services: (0, 0),
        lines: (0, lines.len() as u32),
        patient: 0,
        practice,
        payer,
        day,
        discipline,
        clinic: 0,
        therapist: 0,
        clinicians: 0,
        clinics: 0,
        rule: Rule::Cms,
        basis: policy.basis,
        either: policy.rule == Some(Rule::Either),
        never_exception: policy.never_exception,
        timed_time: Time::ZERO,
        untimed_time: Time::ZERO,
        timed: Tally::default(),
        by_rule: 0,
        cms: Tally::default(),
        midpoint: Tally::default(),
        what_if: None,
        interval: Tally::default(),
        untimed: Tally::default(),
        explained_by: None,
        other_billed: 0,
        misallocated: false,
        evidence: Evidence::PerCode,
        mismatch: None,
        told_by: ToldBy::default(),
        needs_minutes: false,
        why_not: WhyNot::Auditable,
        doubts: Doubts::default(),
    }
}
