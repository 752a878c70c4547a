//! A bill to Medicare that names nobody who ordered or certified the therapy.

use super::by_year::counts_as_therapy;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::Setting;
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
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §10.3 (section unverified)",
    page: include_str!("referral_missing.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let session = judged.session;
    if judged.reference.plan_rules.limit(PlanRule::CertifierOnClaim, session.day).is_none() {
        return;
    }
    let bills = || judged.services.iter().flat_map(|service| judged.bills(service));
    let named = |line: u32| judged.lines.particulars(line).ordering_provider != Some(false);
    let is_therapy = judged.services.iter().any(|service| {
        let counts = counts_as_therapy(judged, service);
        judged.bills(service).any(counts)
    });
    if !is_therapy || bills().any(named) {
        return;
    }
    let lines: Vec<u32> = bills().collect();
    // A facility's claim names the certifying physician as attending, which an export may keep in another column.
    let elsewhere = judged.setting(&lines) == Setting::Facility || session.why_not.leaves_open_what_there_is();
    let certainty = if elsewhere { Certainty::DependsOnData } else { judged.certainty() };
    let reason = "No line of the bill names an ordering or referring provider; a claim for therapy names who certifies the plan of care.";
    let finding = judged.finding(CHECK.name, Severity::Review, certainty, reason.to_owned());
    findings.push(Finding { units_supported: None, ..finding });
}
