//! What the checks of plans of care have in common: a patient's course of one discipline in one practice, and the dates that it
//! states.

use super::Judged;
use crate::ingest::{Lines, NO_DAY, UNREAD_DAY};
use crate::reference::Day;

/// One of the dates that a line may state.
pub type Stated = fn(&Lines, u32) -> Day;

/// Date of the plan of care.
pub const PLAN: Stated = |lines, line| lines.plan.at(line);
/// Date of its certification.
pub const CERTIFIED: Stated = |lines, line| lines.certified.at(line);
/// Date of the last progress report.
pub const REPORTED: Stated = |lines, line| lines.reported.at(line);

/// Gives the sessions of each discipline and practice in order of date: the billed ones among `own`, and `all` that may tell of
/// them, whoever pays and whatever was billed.
pub fn each_course<'a>(
    own: &'a [Judged<'a>],
    all: &'a [Judged<'a>],
    mut tell: impl FnMut(&[&'a Judged<'a>], &[&'a Judged<'a>]),
) {
    let course = |judged: &Judged| (judged.session.practice, judged.session.discipline);
    let mut own: Vec<&Judged> =
        own.iter().filter(|judged| judged.session.discipline != 0 && is_billed(judged)).collect();
    own.sort_by_key(|judged| course(judged));
    for own in own.chunk_by(|a, b| course(a) == course(b)) {
        let all: Vec<&Judged> = all.iter().filter(|judged| course(judged) == course(own[0])).collect();
        tell(own, &all);
    }
}

/// Whether something of a session was billed, or units are blank.
pub fn is_billed(judged: &Judged) -> bool {
    let units = judged.services.iter().any(|service| service.billed > 0);
    judged.session.told_by.bill && (units || judged.session.doubts.units_blank)
}

/// The dates of that sort on the lines of a session.
pub fn stated<'a>(judged: &Judged<'a>, of: Stated) -> impl Iterator<Item = Day> + use<'a> {
    let lines = judged.lines;
    judged.own_lines().iter().map(move |&line| of(lines, line)).filter(|&day| day != NO_DAY && day != UNREAD_DAY)
}

/// Whether a line of a session has a date of these sorts that could not be read.
pub fn is_unread(judged: &Judged, sorts: &[Stated]) -> bool {
    let unread = |of: &Stated| judged.own_lines().iter().any(|&line| of(judged.lines, line) == UNREAD_DAY);
    sorts.iter().any(unread)
}

/// The last session of a course with a date of these sorts that could not be read.
pub fn last_unread(course: &[&Judged], sorts: &[Stated]) -> Option<Day> {
    course.iter().filter(|judged| is_unread(judged, sorts)).map(|judged| judged.session.day).max()
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
