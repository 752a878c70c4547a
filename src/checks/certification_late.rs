//! A first plan of care that was certified late, or not at all as far as the export says.

use super::by_course::{CERTIFIED, PLAN, dates, each_course, is_billed, is_unread, stated};
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

fn find(own: &[Judged], all: &[Judged], findings: &mut Vec<Finding>) {
    each_course(own, all, |own, all| {
        let plans = dates(all, &[PLAN]);
        findings.extend(dates(own, &[PLAN]).into_iter().filter_map(|begun| of_plan(own, all, &plans, begun)));
    });
}

/// A plan that sessions of such a payer state, among the plans that any session states.
fn of_plan(own: &[&Judged], all: &[&Judged], plans: &[Day], begun: Day) -> Option<Finding> {
    let rules = &own.first()?.reference.plan_rules;
    let limit = rules.limit(PlanRule::Certification, begun)?;
    let duration = rules.limit(PlanRule::Recertification, begun)?;
    // A plan that follows another is certified while the other lasts, which is not told here.
    let earliest = begun.saturating_sub(duration);
    let just_before = |day: Day| (earliest..begun).contains(&day);
    let treated = || all.iter().filter(|judged| is_billed(judged));
    let opening = treated().find(|judged| judged.session.day >= earliest)?.session.day;
    let evaluates = |judged: &Judged| judged.services.iter().any(|service| judged.evaluation(service));
    // The evaluation that opens a course comes before its plan, and tells of no other.
    let opens =
        |judged: &Judged| judged.session.day == opening && begun.saturating_sub(opening) <= limit && evaluates(judged);
    let treated_before = treated().any(|judged| just_before(judged.session.day) && !opens(judged));
    if treated_before || plans.iter().any(|plan| just_before(*plan)) {
        return None;
    }
    // Days are counted from the first treatment that such a payer was billed for, which may be later than the plan.
    let since = begun.max(own.iter().find(|judged| judged.session.day >= earliest)?.session.day);
    let next = plans.iter().copied().find(|plan| *plan > begun).unwrap_or(Day::MAX);
    let last = begun.saturating_add(duration).min(next.saturating_sub(1));
    let names_it = |judged: &Judged| stated(judged, PLAN).any(|plan| plan == begun);
    let of_none = |judged: &Judged| stated(judged, PLAN).next().is_none() && !is_unread(judged, &[PLAN]);
    // A date that could not be read may be the one that is missed.
    let may_tell = |judged: &Judged| names_it(judged) || (begun..next).contains(&judged.session.day);
    if all.iter().any(|judged| may_tell(judged) && is_unread(judged, &[CERTIFIED])) {
        return None;
    }
    let under = own
        .iter()
        .copied()
        .filter(|judged| (begun..=last).contains(&judged.session.day) && (names_it(judged) || of_none(judged)));
    let under: Vec<&Judged> = under.collect();
    // A date beside the plan is its own, however early; others may be, from the plan on and up to the next.
    let its_own = |judged: &&Judged| {
        let named = names_it(judged);
        stated(judged, CERTIFIED).filter(move |day| named || (begun..next).contains(day)).min()
    };
    let (told, how) = match all.iter().filter_map(its_own).min() {
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
        "The plan of care of {} {how}, the later of its date and the first session billed under Part B's rules: a first plan \
         is certified within {limit} days of the first treatment{unless}.",
        date(begun),
    );
    finding(&CHECK, (severity, Certainty::DependsOnData), &[whole(told)], reason)
}

/// Whether a line that bills names who ordered it.
fn ordered(judged: &Judged) -> bool {
    let mut bills = judged.services.iter().flat_map(|service| judged.bills(service));
    bills.any(|line| judged.lines.particulars(line).ordering_provider == Some(true))
}
