//! A bill to Medicare that names nobody who ordered or certified the therapy.

use super::by_year::counts_as_therapy;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::{Role, Setting};
use crate::reference::{Field, PlanRule};

pub const CHECK: Check = Check {
    name: "referral-missing",
    family: "claim",
    severity: Severity::Review,
    needs: &[Field::OrderingProvider],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "Noridian (Medicare contractor), Certifying Physician: Identify for Claim Processing, 2022-12-12",
    page: include_str!("referral_missing.md"),
    run: Run::Patient(find),
};

fn find(sessions: &[Judged], _all: &[Judged], findings: &mut Vec<Finding>) {
    // A claim may name them on one line for all, whatever the day.
    let claims = sessions.iter().flat_map(|judged| {
        let named = move |line: &u32| judged.lines.particulars(*line).ordering_provider == Some(true);
        judged.own_lines().iter().copied().filter(named).map(move |line| judged.lines.claim.at(line))
    });
    let mut claims: Vec<u32> = claims.filter(|claim| *claim != 0).collect();
    claims.sort_unstable();
    claims.dedup();
    findings.extend(sessions.iter().filter_map(|judged| of_session(judged, &claims)));
}

fn of_session(judged: &Judged, claims: &[u32]) -> Option<Finding> {
    let (session, lines) = (judged.session, judged.lines);
    judged.reference.plan_rules.limit(PlanRule::CertifierOnClaim, session.day)?;
    let is_therapy = judged.services.iter().any(|service| {
        let counts = counts_as_therapy(judged, service);
        judged.bills(service).any(counts)
    });
    // What a bill leaves out, the note of the visit may say.
    let by_note =
        |line: &u32| lines.role(*line) == Role::Notes && lines.particulars(*line).ordering_provider == Some(true);
    let named = |line: &u32| {
        lines.particulars(*line).ordering_provider != Some(false)
            || claims.binary_search(&lines.claim.at(*line)).is_ok()
    };
    let bills: Vec<u32> = judged.services.iter().flat_map(|service| judged.bills(service)).collect();
    if !is_therapy || bills.iter().any(named) || judged.own_lines().iter().any(by_note) {
        return None;
    }
    // Another export than a claim may leave to the claim who ordered.
    let has_header = |line: &u32| lines.export.sources[usize::from(lines.file.at(*line))].has_header();
    let elsewhere = bills.iter().any(has_header) || session.why_not.leaves_open_what_there_is();
    let certainty = if elsewhere { Certainty::DependsOnData } else { judged.certainty() };
    let facility = judged.setting(&bills) == Setting::Facility;
    let who =
        if facility { "an attending, ordering or referring provider" } else { "an ordering or referring provider" };
    let reason = format!("No line of the bill names {who}; a claim for therapy names who certifies the plan of care.");
    let finding = judged.finding(CHECK.name, Severity::Review, certainty, reason);
    Some(Finding { units_supported: None, ..finding })
}
