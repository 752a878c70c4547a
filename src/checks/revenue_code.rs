//! A therapy revenue code of another discipline than the line's, where no modifier names one.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity, disciplines};
use crate::reference::{CodeFacts, Field};
use recount_core::domain::Discipline;

pub const CHECK: Check = Check {
    name: "revenue-code",
    family: "claim",
    severity: Severity::Review,
    needs: &[Field::RevenueCode],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §20, and ch. 25, §75.4",
    page: include_str!("revenue_code.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    for (service, facts) in disciplines::therapy(judged) {
        if let Some((certainty, why)) = judged.bills(service).find_map(|line| against(judged, line, facts)) {
            let reason = format!("{} {why}.", judged.code(service));
            findings.push(judged.on_service(service, CHECK.name, Severity::Review, certainty, reason));
        }
    }
}

/// What speaks against a line's revenue code.
fn against(judged: &Judged, line: u32, facts: &CodeFacts) -> Option<(Certainty, String)> {
    let revenue = &judged.lines.particulars(line).revenue_code;
    let own = Discipline::from_revenue_code(revenue)?;
    // Where a modifier is against it, `discipline-modifier` tells so.
    if disciplines::named(judged, line).next().is_some() {
        return None;
    }
    let stands = format!("stands under revenue code {revenue}, for {}", own.name());
    if let Some(other) = facts.evaluation.filter(|other| *other != own) {
        return Some((Certainty::Certain, format!("{stands}, and is an evaluation of {}", other.name())));
    }
    let other = disciplines::otherwise(judged, line, own)?;
    Some((Certainty::DependsOnData, format!("{stands}, and its discipline in the export is {}", other.name())))
}
