//! A patient's therapy of a year passed the amount beyond which claims may be picked for medical review.

use super::by_year::{each_year, may_pass, money, unpaid};
use super::history::{finding, whole};
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Field, Threshold, date};

pub const CHECK: Check = Check {
    name: "targeted-review",
    family: "thresholds",
    severity: Severity::Note,
    needs: &[Field::Allowed],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Dated(|reference| reference.thresholds.dates()),
    citation: "Social Security Act §1833(g)(5)(E) and (g)(7)(B)",
    page: include_str!("targeted_review.md"),
    run: Run::Patient(find),
};

fn find(sessions: &[Judged], _all: &[Judged], findings: &mut Vec<Finding>) {
    let worth = |threshold: &Threshold, year: &[&Judged]| may_pass(threshold.review, year);
    each_year(sessions, worth, |threshold, year| {
        let Some(crossing) = year.iter().find(|session| session.total > threshold.review) else { return };
        let known = crossing.total_paid > threshold.review;
        let certainty = if known { crossing.certainty } else { Certainty::DependsOnData };
        let reason = format!(
            "With the session of {} {} allowed amounts of {} in {} are {}, over {} (a lower bound: amounts outside it and \
             blank ones are not counted{}): claims beyond may be picked for medical review.",
            date(crossing.judged.session.day),
            crossing.whose,
            threshold.group.name(),
            threshold.year,
            money(crossing.total),
            money(threshold.review),
            unpaid(crossing.total, crossing.total_paid, threshold.review),
        );
        let told = [whole(crossing.judged)];
        findings.extend(finding(&CHECK, (Severity::Note, certainty), &told, reason));
    });
}
