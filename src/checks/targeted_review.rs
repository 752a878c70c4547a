//! A patient's therapy of a year passed the amount beyond which claims may be picked for medical review.

use super::by_year::{each_year, money};
use super::history::{finding, whole};
use super::{Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Field, date};

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

fn find(sessions: &[Judged], findings: &mut Vec<Finding>) {
    each_year(sessions, |threshold, year| {
        let Some(crossing) = year.iter().find(|session| session.total > threshold.review) else { return };
        let reason = format!(
            "With the session of {} {} allowed amounts of {} in {} are {}, over {} (a lower bound: amounts outside it and \
             blank ones are not counted): claims beyond may be picked for medical review.",
            date(crossing.judged.session.day),
            crossing.whose,
            threshold.group.name(),
            threshold.year,
            money(crossing.total),
            money(threshold.review),
        );
        let told = [whole(crossing.judged)];
        findings.extend(finding(&CHECK, (Severity::Note, crossing.certainty), &told, reason));
    });
}
