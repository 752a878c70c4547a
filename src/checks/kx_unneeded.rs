//! KX on therapy while the year's amounts are far below the threshold.

use super::by_year::{billed, each_year, money};
use super::history::{Told, finding};
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Field, Threshold, date};
use crate::words::counted;

pub const CHECK: Check = Check {
    name: "kx-unneeded",
    family: "thresholds",
    severity: Severity::Note,
    needs: &[Field::Allowed, Field::Modifiers],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Dated(|reference| reference.thresholds.dates()),
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §10.3; OIG OEI-04-09-00540 (2010)",
    page: include_str!("kx_unneeded.md"),
    run: Run::Patient(find),
};

fn find(sessions: &[Judged], _all: &[Judged], findings: &mut Vec<Finding>) {
    let has_kx = |judged: &Judged| judged.own_lines().iter().any(|&line| judged.has_modifier(line, "KX"));
    let worth = |_: &Threshold, year: &[&Judged]| year.iter().any(|judged| has_kx(judged));
    each_year(sessions, worth, |threshold, year| {
        let Some(percent) = year.first().map(|first| first.judged.reference.settings.kx_early_percent) else { return };
        let far_below = |cents: i64| i128::from(cents) * 100 < i128::from(threshold.kx) * i128::from(percent);
        // What is blank may have filled the gap.
        let early = year.iter().filter(|session| session.known && far_below(session.before));
        let marked =
            early.map(|session| (session, billed(session.judged, |line| session.judged.has_modifier(line, "KX"))));
        let marked: Vec<_> = marked.filter(|(_, lines)| !lines.is_empty()).collect();
        let Some((first, _)) = marked.first() else { return };
        let lines = marked.iter().map(|(_, lines)| lines.len() as u64).sum();
        let reason = format!(
            "KX on {} of {} from {} on, when {} allowed amounts of {} in {} were {}, under {percent} % of the \
             threshold of {}: compare the payer's accumulator, which has other practices' amounts as well.",
            counted(lines, "line"),
            counted(marked.len() as u64, "session"),
            date(first.judged.session.day),
            first.whose,
            threshold.group.name(),
            threshold.year,
            money(first.before),
            money(threshold.kx),
        );
        let told: Vec<Told> = marked.into_iter().map(|(session, lines)| (session.judged, lines)).collect();
        findings.extend(finding(&CHECK, (Severity::Note, Certainty::DependsOnData), &told, reason));
    });
}
