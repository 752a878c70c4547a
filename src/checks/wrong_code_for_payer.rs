//! A code that payers of that class do not take, or do not pay by itself.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::Setting;

pub const CHECK: Check = Check {
    name: "wrong-code-for-payer",
    family: "codes",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §20 (codes of therapy); source by code: data/payer_codes.csv",
    page: include_str!("wrong_code_for_payer.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let class = judged.policy.class.as_str();
    for service in judged.services {
        let code = judged.code(service);
        let Some(row) = judged.reference.payer_codes.find(code, class, judged.session.day) else { continue };
        let bills: Vec<u32> = judged.bills(service).collect();
        // A modifier of liability says that a denial is expected: another insurer may ask for one.
        let for_denial =
            |&line: &u32| judged.modifiers(line).any(|own| judged.reference.modifiers.is_of_liability(own));
        if bills.iter().all(for_denial) {
            continue;
        }
        let certainty = match judged.setting(&bills) {
            Setting::Facility if row.practice_only => continue,
            Setting::Unknown if row.practice_only => Certainty::DependsOnData,
            _ => judged.certainty(),
        };
        let instead = if row.instead.is_empty() { String::new() } else { format!(", {} is used instead", row.instead) };
        let reason = format!("{code} was billed to a payer of class {class}: {}{instead}.", row.why);
        let severity = if row.note { Severity::Note } else { Severity::Review };
        findings.push(judged.on_service(service, CHECK.name, severity, certainty, reason));
    }
}
