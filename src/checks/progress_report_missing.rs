//! More treatment days than one progress report covers.

use super::by_course::{PLAN, REPORTED, dates, each_course, is_billed, last_unread, latest};
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

fn find(own: &[Judged], all: &[Judged], findings: &mut Vec<Finding>) {
    each_course(own, all, |own, all| {
        for run in beyond(own, all).chunk_by(|a, b| a.1 == b.1) {
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

fn beyond<'a>(own: &[&'a Judged<'a>], all: &[&'a Judged<'a>]) -> Vec<Beyond<'a>> {
    let mut days: Vec<Day> = own.iter().map(|judged| judged.session.day).collect();
    days.dedup();
    // An evaluation and a new plan hold what a report holds.
    let evaluates = |judged: &&&Judged| judged.services.iter().any(|service| judged.evaluation(service));
    let mut starts = dates(all, &[REPORTED, PLAN]);
    starts.extend(all.iter().filter(evaluates).map(|judged| judged.session.day));
    starts.sort_unstable();
    let opening = all.iter().find(|judged| is_billed(judged)).filter(evaluates).map(|judged| judged.session.day);
    let unread = last_unread(all, &[REPORTED, PLAN]);
    let of_session = |judged: &&'a Judged<'a>| {
        let day = judged.session.day;
        // A date that could not be read may be the one that is missed.
        let since = latest(&starts, day).filter(|since| unread.is_none_or(|unread| unread < *since))?;
        let limit = judged.reference.plan_rules.limit(PlanRule::ProgressReport, day)?;
        // The evaluation that begins a course is its first treatment day; what a report covers ends with its own day.
        let first = days.partition_point(|day| *day < since || (*day == since && opening != Some(since)));
        let count = days.partition_point(|other| *other <= day) - first;
        let covered = usize::try_from(limit).is_ok_and(|limit| count <= limit);
        (!covered).then_some((*judged, since, count, limit))
    };
    own.iter().filter_map(of_session).collect()
}
