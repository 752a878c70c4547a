//! What a session's timed minutes are known from: its codes, or its visits.
//!
//! Minutes by code are voluntary in a note; the totals are not (CMS Pub. 100-02, ch. 15, §220.3 E). So a session whose codes have
//! no minutes is audited by the totals of its visits, as far as they go.

use super::facts::{Evidence, Session, WhyNot};
use super::judge::{Bench, Judge};
use super::settle::Day;
use crate::ingest::{BLANK_TIME, Lines, Role};
use crate::reference::{Kind, Policy};
use recount_core::cells;
use recount_core::domain::Time;

/// The minutes of a session's visits.
#[derive(Clone, Copy)]
struct OfVisits {
    time: Time,
    /// Some visit belongs to another session as well: the session had no more than these.
    shared: bool,
    /// There may have been more visits than are told apart.
    untold: bool,
}

impl Day {
    /// Finds the visits that belong to several of the day's sessions, given by account and visit, in the order of accounts.
    pub fn share_visits<A: PartialEq + Copy>(&mut self, all: &Lines, placed: impl Iterator<Item = (A, u32)>) {
        self.shared_visits.clear();
        if !all.visit_time.is_used() && !all.visit_total.is_used() {
            return;
        }
        let mut seen: Vec<(u32, A)> = Vec::new();
        for (account, visit) in placed {
            match seen.iter().find(|(known, _)| *known == visit) {
                Some((_, other)) if *other != account => self.shared_visits.push(visit),
                Some(_) => {}
                None => seen.push((visit, account)),
            }
        }
    }
}

impl Judge<'_> {
    /// Settles what the minutes of the session are known from, and pools its units by that.
    pub(super) fn weigh(
        &self,
        lines: &[u32],
        session: &mut Session,
        policy: &Policy,
        shared: &[u32],
        bench: &mut Bench,
    ) {
        let left_out = self.leave_out(lines, bench);
        let missing = |kind: fn(Kind) -> bool, bench: &Bench| {
            bench.services.iter().any(|service| kind(service.kind) && service.time.is_none())
        };
        let timed_missing = missing(|kind| kind == Kind::Timed, bench);
        let interval_missing = missing(|kind| kind == Kind::Interval, bench);
        // Times of day that overlap are the visit's, whatever code they stand beside.
        if let Some(evidence) = self.overlapping(lines, session, bench).filter(|_| !timed_missing) {
            session.evidence = evidence;
            self.pool(session, policy, Some(session.timed_time), bench);
        } else if left_out {
            // The codes have minutes, and one of them is wrong: that is looked at first.
            session.why_not = session.why_not.max(WhyNot::MinutesMissing);
            self.pool(session, policy, None, bench);
        } else if timed_missing {
            self.by_totals(lines, session, policy, shared, bench);
        } else {
            self.pool(session, policy, None, bench);
            self.compare(lines, session, policy, shared, bench);
        }
        if interval_missing {
            session.why_not = session.why_not.max(WhyNot::MinutesMissing);
        }
    }

    /// Zero minutes of a code beside timed minutes of its visit were left out, not meant. Says whether there are any.
    fn leave_out(&self, lines: &[u32], bench: &mut Bench) -> bool {
        let mut found = false;
        if !self.lines.visit_time.is_used() {
            return found;
        }
        for (service, &n) in bench.services.iter_mut().zip(&bench.competes_as) {
            let zero = bench.competitors[n].time == Time::ZERO && service.time.is_some() && service.billed > 0;
            if !zero || service.kind != Kind::Timed {
                continue;
            }
            let own = &lines[service.lines.0 as usize..][..service.lines.1 as usize];
            let timed = |line: u32| self.lines.visit_time.at(line) > 0;
            let visit = |line: u32| self.lines.visit.at(line);
            let of_visit =
                |line: u32| visit(line) != 0 && lines.iter().any(|&other| visit(other) == visit(line) && timed(other));
            if own.iter().any(|&line| timed(line) || of_visit(line)) {
                service.time = None;
                found = true;
            }
        }
        found
    }

    /// Some code has no minutes: the visits' totals serve, if there are any.
    fn by_totals(&self, lines: &[u32], session: &mut Session, policy: &Policy, shared: &[u32], bench: &mut Bench) {
        let timed = self.of_visits(lines, shared, |line| self.lines.visit_time.at(line));
        let found = match timed {
            Some(timed) if !timed.shared => Some((timed, Evidence::VisitTotal)),
            Some(timed) => Some((timed, Evidence::UpperBound)),
            None => {
                let total = self.of_visits(lines, shared, |line| self.lines.visit_total.at(line));
                total.map(|total| (total, Evidence::UpperBound))
            }
        };
        let Some((visits, evidence)) = found else {
            session.why_not = session.why_not.max(WhyNot::MinutesMissing);
            return self.pool(session, policy, None, bench);
        };
        session.evidence = evidence;
        session.timed_time = visits.time;
        session.doubts.visits_untold = visits.untold;
        self.pool(session, policy, Some(visits.time), bench);
    }

    /// All codes have minutes, and so have the visits: they should be the same. Where they are not, the reading that accuses less
    /// is taken.
    fn compare(&self, lines: &[u32], session: &mut Session, policy: &Policy, shared: &[u32], bench: &mut Bench) {
        let of_visits = self.of_visits(lines, shared, |line| self.lines.visit_time.at(line));
        let Some(visits) = of_visits.filter(|visits| !visits.shared && !visits.untold) else { return };
        if visits.time.whole_minutes() == session.timed_time.whole_minutes() {
            return;
        }
        session.mismatch = Some((session.timed_time, visits.time));
        let over = session.timed.over;
        let by_lines = session.timed_time;
        session.evidence = Evidence::VisitTotal;
        session.timed_time = visits.time;
        self.pool(session, policy, Some(visits.time), bench);
        if session.timed.over >= over {
            session.evidence = Evidence::PerCode;
            session.timed_time = by_lines;
            self.pool(session, policy, None, bench);
        }
    }

    /// The minutes that the visits of the session's timed codes have. `None` where one has none, or its lines do not agree.
    fn of_visits(&self, lines: &[u32], shared: &[u32], time: impl Fn(u32) -> i32) -> Option<OfVisits> {
        let mut found = OfVisits { time: Time::ZERO, shared: false, untold: false };
        let told = || lines.iter().copied().filter(|&line| self.lines.role(line) != Role::Remit);
        // Without ids of visits, each clinician had one.
        let visit = |line: u32| match self.lines.visit.at(line) {
            0 => (0, self.lines.therapist[line as usize]),
            visit => (visit, 0),
        };
        let is_timed = |line: u32| self.lines.facts(self.codes(), line).is_some_and(|facts| facts.kind == Kind::Timed);
        for (n, line) in told().enumerate() {
            // Each visit once, at its first line.
            if told().take(n).any(|other| visit(other) == visit(line)) {
                continue;
            }
            let own = || told().filter(|&other| visit(other) == visit(line));
            if !own().any(is_timed) {
                continue;
            }
            let mut known = own().map(&time).filter(|&time| time != BLANK_TIME);
            let first = known.next()?;
            if known.any(|other| other != first) {
                return None;
            }
            found.time += Time(first);
            found.shared |= shared.contains(&visit(line).0);
            // A code on two lines of what may be one visit may as well be of two.
            let code = |line: u32| self.lines.code[line as usize];
            found.untold |= visit(line).0 == 0
                && own().enumerate().any(|(n, one)| own().take(n).any(|other| code(other) == code(one)));
        }
        (found.time > Time::ZERO).then_some(found)
    }

    /// Where minutes come from times of day and the times of timed codes overlap: what they take together, each moment once. Times
    /// that an untimed code shares were not all timed.
    fn overlapping(&self, lines: &[u32], session: &mut Session, bench: &mut Bench) -> Option<Evidence> {
        if !self.lines.span.is_used() {
            return None;
        }
        let spans = |timed: bool, bench: &mut Bench| {
            bench.spans.clear();
            for service in bench.services.iter().filter(|service| (service.kind == Kind::Timed) == timed) {
                let own = &lines[service.lines.0 as usize..][..service.lines.1 as usize];
                bench.spans.extend(own.iter().filter_map(|&line| self.lines.span(line)));
            }
            let sum: Time = bench.spans.iter().map(|span| span.length()).sum();
            (sum, cells::union(&mut bench.spans))
        };
        let (_, untimed) = spans(false, bench);
        let others = std::mem::take(&mut bench.spans);
        let (sum, timed) = spans(true, bench);
        bench.spans.extend(others);
        let all = cells::union(&mut bench.spans);
        let shared = all < timed + untimed;
        if sum == timed && !shared {
            return None;
        }
        session.timed_time = timed;
        Some(if shared { Evidence::UpperBound } else { Evidence::VisitTotal })
    }
}
