//! A visit's total of treatment minutes is less than the timed minutes in it.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::{BLANK_TIME, Role};
use crate::reference::{Field, Kind};
use recount_core::cells;
use recount_core::domain::Time;

pub const CHECK: Check = Check {
    name: "total-below-timed",
    family: "evidence",
    severity: Severity::Review,
    needs: &[Field::VisitTotalMinutes],
    needs_any: &[Field::Minutes, Field::VisitTimedMinutes],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 E",
    page: include_str!("total_below_timed.md"),
    run: Run::Session(find),
};

/// Lines of a session beyond which its visits are not told apart: no day has so many.
const MOST_LINES: usize = 500;

/// Lines that are of one visit for certain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    /// By its id.
    Named(u32),
    /// A row of its file is a visit.
    OfRow(u16, u32),
    /// A line that may be a visit of its own.
    Line(u32),
}

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let (lines, session) = (judged.lines, judged.session);
    let own = &judged.order[session.lines.0 as usize..][..session.lines.1 as usize];
    if !lines.visit_total.is_used() || !session.occurrences_known() || own.len() > MOST_LINES {
        return;
    }
    let has_total = |line: u32| lines.visit_total.at(line) != BLANK_TIME;
    let noted = own.iter().any(|&line| lines.role(line) == Role::Notes && has_total(line));
    let role = if noted { Role::Notes } else { Role::Bill };
    let told = || own.iter().copied().filter(|&line| lines.role(line) == role);
    let visit = |line: u32| match (lines.visit.at(line), lines.file.at(line)) {
        (0, file) if lines.export.sources[usize::from(file)].row_is_visit => {
            Visit::OfRow(file, lines.row[line as usize])
        }
        (0, _) => Visit::Line(line),
        (named, _) => Visit::Named(named),
    };
    let mut below: Vec<(Time, Time)> = Vec::new();
    for (n, line) in told().enumerate() {
        // Each visit once, at its first line.
        if told().take(n).any(|other| visit(other) == visit(line)) {
            continue;
        }
        let of_visit: Vec<u32> = told().filter(|&other| visit(other) == visit(line)).collect();
        let Some(total) = agreed(of_visit.iter().map(|&line| lines.visit_total.at(line))) else { continue };
        // Zero is a form's blank.
        if total == Time::ZERO || is_each_lines(judged, &of_visit) {
            continue;
        }
        let said = agreed(of_visit.iter().map(|&line| lines.visit_time.at(line)));
        let timed = said.unwrap_or(Time::ZERO).max(timed_time(judged, &of_visit));
        if total.whole_minutes() < timed.whole_minutes() {
            below.push((total, timed));
        }
    }
    let Some((total, timed)) = below.first() else { return };
    let others = match below.len() {
        1 => String::new(),
        several => format!(" (so it is in {several} of the day's visits)"),
    };
    let reason =
        format!("The visit's total of {total} treatment minutes is less than its {timed} timed minutes{others}.");
    findings.push(judged.finding(CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
}

/// Whether the total of a visit is each line's own minutes, and so the line's and no visit's. Lines that lack either, as untimed
/// ones may, tell nothing. One that has both is enough: of a total on one line alone, nobody knows which it is.
fn is_each_lines(judged: &Judged, of_visit: &[u32]) -> bool {
    let lines = judged.lines;
    let pair = |&line: &u32| lines.time(line).map(|time| (time, Time(lines.visit_total.at(line))));
    let told = |&(time, total): &(Time, Time)| time != Time::ZERO && total != Time(BLANK_TIME);
    let mut told = of_visit.iter().filter_map(pair).filter(told).peekable();
    told.peek().is_some() && told.all(|(time, total)| time == total)
}

/// The minutes of a visit's timed lines. Those that the clock measured count each moment once.
fn timed_time(judged: &Judged, of_visit: &[u32]) -> Time {
    let lines = judged.lines;
    let (mut spans, mut without) = (Vec::new(), Time::ZERO);
    for &line in of_visit {
        let facts = lines.facts(&judged.reference.codes, line);
        // A reversal repeats minutes that were treated once.
        if facts.is_none_or(|facts| facts.kind != Kind::Timed) || lines.units(line).is_some_and(|units| units < 0) {
            continue;
        }
        match lines.measured(line) {
            Some(span) => spans.push(span),
            None => without += lines.time(line).unwrap_or(Time::ZERO),
        }
    }
    without + cells::union(&mut spans)
}

/// What cells say, if all that say something say the same.
fn agreed(mut times: impl Iterator<Item = i32>) -> Option<Time> {
    let first = times.by_ref().find(|&time| time != BLANK_TIME)?;
    times.all(|time| time == first || time == BLANK_TIME).then_some(Time(first))
}
