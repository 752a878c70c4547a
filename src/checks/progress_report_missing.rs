//! More treatment days than one progress report covers.

use super::by_course::{PLAN, REPORTED, dates, each_course, latest};
use super::history::{Told, finding, whole};
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Day, Field, PlanRule, date};

pub const CHECK: Check = Check {
    name: "progress-report-missing",
    family: "plan-of-care",
    severity: Severity::Review,
    needs: &[Field::ProgressReportDate],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.3 D",
    page: include_str!("progress_report_missing.md"),
    run: Run::Patient(find),
};

/// A session beyond the days that a report covers: since when they are counted, how many they are, how many they may be.
type Beyond<'a> = (&'a Judged<'a>, Day, usize, i32);

fn find(sessions: &[Judged], findings: &mut Vec<Finding>) {
    each_course(sessions, |course| {
        for run in beyond(course).chunk_by(|a, b| a.1 == b.1) {
            let (Some((_, since, _, limit)), Some((_, _, days, _))) = (run.first(), run.last()) else { continue };
            let reason = format!(
                "{days} treatment days since the latest report, plan or evaluation ({}) and no progress report: one is due at least \
                 once in {limit}.",
                date(*since),
            );
            let told: Vec<Told> = run.iter().map(|(judged, ..)| whole(judged)).collect();
            findings.extend(finding(&CHECK, (Severity::Review, Certainty::DependsOnData), &told, reason));
        }
    });
}

fn beyond<'a>(course: &[&'a Judged<'a>]) -> Vec<Beyond<'a>> {
    let mut days: Vec<Day> = course.iter().map(|judged| judged.session.day).collect();
    days.dedup();
    // An evaluation and a new plan hold what a report holds.
    let evaluates = |judged: &&&Judged| judged.services.iter().any(|service| judged.evaluation(service));
    let mut starts = dates(course, &[REPORTED, PLAN]);
    starts.extend(course.iter().filter(evaluates).map(|judged| judged.session.day));
    starts.sort_unstable();
    let opening = course.first().filter(evaluates).map(|judged| judged.session.day);
    let of_session = |judged: &&'a Judged<'a>| {
        let day = judged.session.day;
        let since = latest(&starts, day)?;
        let limit = judged.reference.plan_rules.limit(PlanRule::ProgressReport, day)?;
        // The evaluation that begins a course is its first treatment day; what a report covers ends with its own day.
        let first = days.partition_point(|day| *day < since || (*day == since && opening != Some(since)));
        let count = days.partition_point(|other| *other <= day) - first;
        let covered = usize::try_from(limit).is_ok_and(|limit| count <= limit);
        (!covered).then_some((*judged, since, count, limit))
    };
    course.iter().filter_map(of_session).collect()
}
