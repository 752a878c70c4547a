//! What the checks of plans of care have in common: a patient's course of one discipline in one practice, and the dates that it
//! states.

use super::Judged;
use crate::ingest::{Lines, NO_DAY};
use crate::reference::Day;

/// One of the dates that a line may state.
pub type Stated = fn(&Lines, u32) -> Day;

/// Date of the plan of care.
pub const PLAN: Stated = |lines, line| lines.plan.at(line);
/// Date of its certification.
pub const CERTIFIED: Stated = |lines, line| lines.certified.at(line);
/// Date of the last progress report.
pub const REPORTED: Stated = |lines, line| lines.reported.at(line);

/// Gives the billed sessions of each discipline and practice, in order of date.
pub fn each_course<'a>(sessions: &'a [Judged<'a>], mut tell: impl FnMut(&[&'a Judged<'a>])) {
    let billed = |judged: &&Judged| {
        let units = judged.services.iter().any(|service| service.billed > 0);
        judged.session.discipline != 0 && judged.session.told_by.bill && (units || judged.session.doubts.units_blank)
    };
    let course = |judged: &Judged| (judged.session.practice, judged.session.discipline);
    let mut own: Vec<&Judged> = sessions.iter().filter(billed).collect();
    own.sort_by_key(|judged| course(judged));
    own.chunk_by(|a, b| course(a) == course(b)).for_each(&mut tell);
}

/// The dates of that sort on the lines of a session.
pub fn stated<'a>(judged: &Judged<'a>, of: Stated) -> impl Iterator<Item = Day> + use<'a> {
    let (first, count) = judged.session.lines;
    let lines = judged.lines;
    let own = &judged.order[first as usize..][..count as usize];
    own.iter().map(move |&line| of(lines, line)).filter(|&day| day != NO_DAY)
}

/// The dates of these sorts on all lines of a course, in order.
pub fn dates(course: &[&Judged], sorts: &[Stated]) -> Vec<Day> {
    let of_sort = |sort: &Stated| course.iter().flat_map(|judged| stated(judged, *sort)).collect::<Vec<_>>();
    let mut dates: Vec<Day> = sorts.iter().flat_map(of_sort).collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// The last of some dates in order that is not after that day.
pub fn latest(dates: &[Day], day: Day) -> Option<Day> {
    dates[..dates.partition_point(|date| *date <= day)].last().copied()
}
