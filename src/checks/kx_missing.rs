//! Therapy billed without KX after the year's threshold was passed.

use super::by_year::{Counted, billed, each_year, may_pass, money, unpaid};
use super::history::{Told, finding};
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Field, Threshold, date};
use crate::words::counted;

pub const CHECK: Check = Check {
    name: "kx-missing",
    family: "thresholds",
    severity: Severity::Review,
    needs: &[Field::Allowed, Field::Modifiers],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Dated(|reference| reference.thresholds.dates()),
    citation: "Social Security Act §1833(g)(7)(A); CMS Pub. 100-04 (Claims Processing), ch. 5, §10.3",
    page: include_str!("kx_missing.md"),
    run: Run::Patient(find),
};

/// A line with one of these says why it is to be paid beyond the threshold, or that no payment is expected.
const ANSWERS: [&str; 5] = ["KX", "GA", "GX", "GY", "GZ"];

fn find(sessions: &[Judged], _all: &[Judged], findings: &mut Vec<Finding>) {
    let worth = |threshold: &Threshold, year: &[&Judged]| may_pass(threshold.kx, year);
    each_year(sessions, worth, |threshold, year| {
        let unanswered = |judged: &Judged, line| !judged.modifiers(line).any(|modifier| ANSWERS.contains(&modifier));
        let beyond = year.iter().filter(|session| session.before > threshold.kx);
        let lacking = beyond.map(|session| (session, billed(session.judged, |line| unanswered(session.judged, line))));
        let lacking: Vec<_> = lacking.filter(|(_, lines)| !lines.is_empty()).collect();
        let Some((first, _)) = lacking.first() else { return };
        // One file that may have it on the claim puts all of them in doubt.
        let left_out = lacking.iter().any(|(session, lines)| {
            let mut own = lines.iter().map(|(place, _)| session.judged.order[*place as usize]);
            own.any(|line| session.judged.leaves_out(line, |used, _| used.threshold == 0))
        });
        let surely = |session: &Counted| session.before_paid > threshold.kx && session.certainty == Certainty::Certain;
        let known = lacking.iter().all(|(session, _)| surely(session));
        let found = match (left_out, known) {
            (true, _) => (Severity::Note, Certainty::DependsOnData),
            (false, true) => (Severity::Review, first.judged.certainty()),
            (false, false) => (Severity::Review, Certainty::DependsOnData),
        };
        let lines = lacking.iter().map(|(_, lines)| lines.len() as u64).sum();
        let reason = format!(
            "{}Before {} {} allowed amounts of {} in {} were {}, over the threshold of {} (a lower bound: amounts outside it \
             and blank ones are not counted{}); without KX from then on: {} of {}.",
            if left_out { "A file of these lines has KX nowhere, so that it may be added on the claim. " } else { "" },
            date(first.judged.session.day),
            first.whose,
            threshold.group.name(),
            threshold.year,
            money(first.before),
            money(threshold.kx),
            unpaid(first.before, first.before_paid, threshold.kx),
            counted(lines, "line"),
            counted(lacking.len() as u64, "session"),
        );
        let told: Vec<Told> = lacking.into_iter().map(|(session, lines)| (session.judged, lines)).collect();
        findings.extend(finding(&CHECK, found, &told, reason));
    });
}
