//! Over under one of two rules that may apply, not under the other.

use super::judged::units;
use super::{CMS_20_2, Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;
use recount_core::domain::Rule;

pub const CHECK: Check = Check {
    name: "rule-dependent-units",
    family: "units",
    severity: Severity::Review,
    needs: &[Field::Minutes],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: CMS_20_2,
    page: include_str!("rule_dependent_units.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let session = judged.session;
    let one_only = (session.cms.over > 0) != (session.midpoint.over > 0);
    if !session.auditable() || session.basis.is_settled() || session.either || !one_only {
        return;
    }
    let reason = format!(
        "{}: {} over. {}: {} over. Which rule this payer uses is not documented.",
        judged.rule_in_words(Rule::Cms),
        units(session.cms.over),
        judged.rule_in_words(Rule::Midpoint),
        units(session.midpoint.over),
    );
    let certainty = match judged.certainty() {
        Certainty::DependsOnData => Certainty::DependsOnData,
        _ => Certainty::DependsOnRule,
    };
    findings.push(judged.finding(CHECK.name, Severity::Review, certainty, reason));
}
