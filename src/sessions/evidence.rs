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

/// Lines of a session beyond which its visits are not told apart: no day has so many.
const MOST_LINES: usize = 500;

/// Which visit a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    /// By its id.
    Named(u32),
    /// A row of its file is a visit.
    OfRow(u16, u32),
    /// Without an id, each clinician is taken to have had one.
    OfClinician(u32),
}

/// The minutes of a session's visits.
#[derive(Clone, Copy)]
pub(super) struct OfVisits {
    /// As far as they are known: no less than what the codes have.
    time: Time,
    /// As the totals say.
    pub said: Time,
    /// Some visit belongs to another session as well: the session had no more than these.
    pub shared: bool,
    /// There may have been more visits than are told apart.
    pub untold: bool,
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
        if let Some((evidence, time)) = self.overlapping(lines, bench).filter(|_| !timed_missing) {
            (session.evidence, session.timed_time) = (evidence, time);
            self.pool(session, policy, Some(time), bench);
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
        let interval = bench.services.iter().any(|service| service.kind == Kind::Interval);
        let timed = self.of_visits(lines, shared, |line| self.lines.visit_time.at(line));
        let found = match timed {
            Some(timed) if !timed.shared && !interval => Some((timed, Evidence::VisitTotal)),
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
        // Minutes of codes of other lengths are in a visit's total as well.
        if bench.services.iter().any(|service| service.kind == Kind::Interval) {
            return;
        }
        let of_visits = self.of_visits(lines, shared, |line| self.lines.visit_time.at(line));
        let Some(visits) = of_visits.filter(|visits| !visits.shared && !visits.untold) else { return };
        if visits.said.whole_minutes() == session.timed_time.whole_minutes() {
            return;
        }
        session.mismatch = Some((session.timed_time, visits.said));
        let over = session.timed.over;
        let by_lines = session.timed_time;
        session.evidence = Evidence::VisitTotal;
        session.timed_time = visits.said;
        self.pool(session, policy, Some(visits.said), bench);
        if session.timed.over >= over {
            session.evidence = Evidence::PerCode;
            session.timed_time = by_lines;
            self.pool(session, policy, None, bench);
        }
    }

    /// The minutes that the visits of the session's timed codes have. `None` where one has none, or its lines do not agree.
    pub(super) fn of_visits(&self, lines: &[u32], shared: &[u32], total: impl Fn(u32) -> i32) -> Option<OfVisits> {
        // What is compared line by line must be a day, not a register.
        if lines.len() > MOST_LINES {
            return None;
        }
        let has_total = |line: u32| total(line) != BLANK_TIME;
        let noted = lines.iter().any(|&line| self.lines.role(line) == Role::Notes && has_total(line));
        let role = if noted { Role::Notes } else { Role::Bill };
        let told = || lines.iter().copied().filter(|&line| self.lines.role(line) == role);
        let is_timed = |line: u32| self.lines.facts(self.codes(), line).is_some_and(|facts| facts.kind == Kind::Timed);
        let mut found = OfVisits { time: Time::ZERO, said: Time::ZERO, shared: false, untold: false };
        for (n, line) in told().enumerate() {
            // Each visit once, at its first line.
            if told().take(n).any(|other| self.visit(other) == self.visit(line)) {
                continue;
            }
            let own = || told().filter(|&other| self.visit(other) == self.visit(line));
            if !own().any(is_timed) {
                continue;
            }
            // What the codes have is known, whatever the total says.
            let of_codes: Time = own().filter(|&line| is_timed(line)).filter_map(|line| self.lines.time(line)).sum();
            let mut totals = own().map(&total).filter(|&time| time != BLANK_TIME);
            let Some(first) = totals.next() else {
                if own().any(|line| is_timed(line) && self.lines.time(line).is_none()) {
                    return None;
                }
                found.time += of_codes;
                found.said += of_codes;
                continue;
            };
            if totals.any(|other| other != first) {
                return None;
            }
            found.time += Time(first).max(of_codes);
            found.said += Time(first);
            found.shared |= shared.contains(&self.lines.visit.at(line));
            // Without an id, lines that say the same total may be of two visits.
            found.untold |= matches!(self.visit(line), Visit::OfClinician(_))
                && own().filter(|&line| has_total(line)).nth(1).is_some();
        }
        (found.time > Time::ZERO).then_some(found)
    }

    /// The visit that a line belongs to.
    fn visit(&self, line: u32) -> Visit {
        let file = self.lines.file.at(line);
        match self.lines.visit.at(line) {
            0 if self.lines.export.sources[usize::from(file)].row_is_visit => {
                Visit::OfRow(file, self.lines.row[line as usize])
            }
            0 => Visit::OfClinician(self.lines.therapist[line as usize]),
            visit => Visit::Named(visit),
        }
    }

    /// From when to when the visit of a line was, where several lines of a clinician have the same times and each of them says that it
    /// lasted all that time: then the minutes are the visit's, and no code's.
    fn whole_visit(&self, lines: &[u32], line: u32) -> Option<cells::Span> {
        let whole = |line: u32| {
            let span = self.lines.span(line).filter(|span| span.length() > Time::ZERO)?;
            let billed = self.lines.units(line).is_none_or(|units| units >= 0);
            let time = self.lines.time(line).filter(|_| billed)?;
            (time.0.abs_diff(span.length().0) < Time::MINUTE.unsigned_abs()).then_some(span)
        };
        let span = whole(line).filter(|_| lines.len() <= MOST_LINES)?;
        let is_timed = |line: u32| self.lines.facts(self.codes(), line).is_some_and(|facts| facts.kind == Kind::Timed);
        let of = |line: u32| (self.lines.therapist[line as usize], self.lines.role(line), self.lines.span(line));
        let mut alike =
            lines.iter().filter(|&&other| other != line && of(other) == of(line) && is_timed(other)).peekable();
        (alike.peek().is_some() && alike.all(|&other| whole(other).is_some())).then_some(span)
    }

    /// Where minutes come from times of day and the times of timed codes overlap: what they take together, each moment once. Times
    /// that an untimed code shares were not all timed.
    fn overlapping(&self, lines: &[u32], bench: &mut Bench) -> Option<(Evidence, Time)> {
        if !self.lines.span.is_used() {
            return None;
        }
        let spans = |timed: bool, bench: &mut Bench| {
            bench.spans.clear();
            let mut without = Time::ZERO;
            for service in bench.services.iter().filter(|service| (service.kind == Kind::Timed) == timed) {
                let own = &lines[service.lines.0 as usize..][..service.lines.1 as usize];
                // Where there is a note, its minutes are meant, and not the bill's.
                let role = if service.told_by.note { Role::Notes } else { Role::Bill };
                for &line in own.iter().filter(|&&line| self.lines.role(line) == role) {
                    match self.lines.measured(line).or_else(|| self.whole_visit(lines, line)) {
                        Some(span) => bench.spans.push(span),
                        None => without += self.lines.time(line).unwrap_or(Time::ZERO),
                    }
                }
            }
            let sum: Time = bench.spans.iter().map(|span| span.length()).sum();
            (sum, cells::union(&mut bench.spans), without)
        };
        let (_, untimed, _) = spans(false, bench);
        let others = std::mem::take(&mut bench.spans);
        let (sum, timed, without) = spans(true, bench);
        bench.spans.extend(others);
        let all = cells::union(&mut bench.spans);
        let shared = all < timed + untimed;
        if sum == timed && !shared {
            return None;
        }
        Some((if shared { Evidence::UpperBound } else { Evidence::VisitTotal }, timed + without))
    }
}
