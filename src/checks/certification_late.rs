//! A first plan of care that was certified late, or not at all as far as the export says.

use super::by_course::{CERTIFIED, PLAN, dates, each_course, stated};
use super::history::{finding, whole};
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Day, Field, PlanRule, date};

pub const CHECK: Check = Check {
    name: "certification-late",
    family: "plan-of-care",
    severity: Severity::Review,
    needs: &[Field::PlanOfCareDate, Field::CertificationDate],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "42 CFR 424.24(c); CMS Pub. 100-02 (Benefit Policy), ch. 15, §220.1.3 B and D",
    page: include_str!("certification_late.md"),
    run: Run::Patient(find),
};

fn find(sessions: &[Judged], findings: &mut Vec<Finding>) {
    each_course(sessions, |course| {
        let plans = dates(course, &[PLAN]);
        findings.extend((0..plans.len()).filter_map(|n| of_plan(course, &plans, n)));
    });
}

fn of_plan(course: &[&Judged], plans: &[Day], n: usize) -> Option<Finding> {
    let rules = &course.first()?.reference.plan_rules;
    let begun = *plans.get(n)?;
    let limit = rules.limit(PlanRule::Certification, begun)?;
    let duration = rules.limit(PlanRule::Recertification, begun)?;
    // A plan that follows another is certified while the other lasts, which is not told here.
    let earliest = begun.saturating_sub(duration);
    let just_before = |day: Day| (earliest..begun).contains(&day);
    let opening = course.iter().find(|judged| judged.session.day >= earliest)?.session.day;
    let evaluates = |judged: &Judged| judged.services.iter().any(|service| judged.evaluation(service));
    // The evaluation that opens a course comes before its plan, and tells of no other.
    let opens =
        |judged: &Judged| judged.session.day == opening && begun.saturating_sub(opening) <= limit && evaluates(judged);
    let treated_before = course.iter().any(|judged| just_before(judged.session.day) && !opens(judged));
    if treated_before || plans.iter().any(|plan| just_before(*plan)) {
        return None;
    }
    // Days are counted from the first treatment, which may be later than the plan.
    let since = begun.max(opening);
    let next = plans.get(n + 1).copied().unwrap_or(Day::MAX);
    let last = begun.saturating_add(duration).min(next.saturating_sub(1));
    let names_it = |judged: &Judged| stated(judged, PLAN).any(|plan| plan == begun);
    let of_none = |judged: &Judged| stated(judged, PLAN).next().is_none();
    let under = course
        .iter()
        .copied()
        .filter(|judged| (begun..=last).contains(&judged.session.day) && (names_it(judged) || of_none(judged)));
    let under: Vec<&Judged> = under.collect();
    // A date beside the plan is its own, however early; others may be, from the plan on and up to the next.
    let its_own = |judged: &&Judged| {
        let named = names_it(judged);
        stated(judged, CERTIFIED).filter(move |day| named || (begun..next).contains(day)).min()
    };
    let (told, how) = match course.iter().filter_map(its_own).min() {
        Some(certified) if certified.saturating_sub(since) <= limit => return None,
        Some(certified) => {
            let late = certified.saturating_sub(since);
            (*under.first()?, format!("was certified on {}, {late} days after {}", date(certified), date(since)))
        }
        None => {
            let overdue = *under.iter().find(|judged| judged.session.day.saturating_sub(since) > limit)?;
            let late = overdue.session.day - since;
            let since = date(since);
            (overdue, format!("has no date of certification, and treatment went on {late} days after {since}"))
        }
    };
    let exception = rules.limit(PlanRule::OrderCertifies, begun);
    let (severity, unless) = match exception {
        Some(sent) if under.iter().any(|judged| ordered(judged)) => (
            Severity::Note,
            format!(
                "; the bill names who ordered the therapy, and a signed order with the plan sent in {sent} days is enough"
            ),
        ),
        Some(sent) => (Severity::Review, format!(", unless it was ordered in writing and sent in {sent} days")),
        None => (Severity::Review, String::new()),
    };
    let reason = format!(
        "The plan of care of {} {how}, the later of its date and the first session known: a first plan is certified within {limit} days of the first treatment{unless}.",
        date(begun),
    );
    finding(&CHECK, (severity, Certainty::DependsOnData), &[whole(told)], reason)
}

/// Whether a line that bills names who ordered it.
fn ordered(judged: &Judged) -> bool {
    let mut bills = judged.services.iter().flat_map(|service| judged.bills(service));
    bills.any(|line| judged.lines.particulars(line).ordering_provider == Some(true))
}
