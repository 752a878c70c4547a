//! Treatment after the plan of care in force had run out.

use super::by_course::{CERTIFIED, PLAN, dates, each_course, last_unread, latest, stated};
use super::history::{Told, finding, whole};
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Day, Field, PlanRule, date};
use crate::words::counted;

pub const CHECK: Check = Check {
    name: "recertification-missing",
    family: "plan-of-care",
    severity: Severity::Review,
    needs: &[Field::PlanOfCareDate, Field::CertificationDate],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "42 CFR 424.24(c); CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.1.3 C and D",
    page: include_str!("recertification_missing.md"),
    run: Run::Patient(find),
};

/// The dates from which the days of a plan are counted: plans, and their certifications but the first, which is of the plan's own
/// first days. One that came too late to be it may be a later one.
fn begun(all: &[&Judged]) -> Vec<Day> {
    let (plans, certified) = (dates(all, &[PLAN]), dates(all, &[CERTIFIED]));
    let Some(rules) = all.first().map(|judged| &judged.reference.plan_rules) else { return plans };
    let is_first = |day: Day| {
        let plan = latest(&plans, day)?;
        let limit = rules.limit(PlanRule::Certification, plan)?;
        let first = certified.iter().find(|certified| **certified >= plan)?;
        Some(*first == day && day.saturating_sub(plan) <= limit)
    };
    let later = certified.iter().copied().filter(|day| is_first(*day) != Some(true));
    let mut begun: Vec<Day> = plans.iter().copied().chain(later).collect();
    begun.sort_unstable();
    begun.dedup();
    begun
}

fn find(own: &[Judged], all: &[Judged], findings: &mut Vec<Finding>) {
    each_course(own, all, |own, all| {
        let dates = begun(all);
        let unread = last_unread(all, &[PLAN, CERTIFIED]);
        let beyond = |judged: &Judged| {
            let day = judged.session.day;
            let since = latest(&dates, day)?;
            let limit = judged.reference.plan_rules.limit(PlanRule::Recertification, since)?;
            // A session that states nothing may be under a plan that the export leaves out.
            let states = stated(judged, PLAN).chain(stated(judged, CERTIFIED)).any(|stated| stated <= day);
            // A date that could not be read may be the one that is missed.
            let known = unread.is_none_or(|unread| unread < since);
            (states && known && day.saturating_sub(since) > limit).then_some((since, limit))
        };
        let late: Vec<((Day, i32), &Judged)> =
            own.iter().filter_map(|&judged| Some((beyond(judged)?, judged))).collect();
        for run in late.chunk_by(|a, b| a.0 == b.0) {
            let [((since, limit), first), ..] = run else { continue };
            let next = dates.iter().find(|date| *date > since);
            let next = match next {
                Some(next) => format!("the next date is {}", date(*next)),
                None => "no later date is in the export".to_owned(),
            };
            let reason = format!(
                "{} from {} on, {} days after the latest plan of care or certification ({}): a plan is certified again within \
                 {limit} days, and {next}.",
                counted(run.len() as u64, "session"),
                date(first.session.day),
                first.session.day - since,
                date(*since),
            );
            let told: Vec<Told> = run.iter().map(|(_, judged)| whole(judged)).collect();
            findings.extend(finding(&CHECK, (Severity::Review, Certainty::DependsOnData), &told, reason));
        }
    });
}
