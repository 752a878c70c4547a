//! An evaluation that an assistant is said to have furnished.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::ingest::Credential;
use crate::reference::Field;
use crate::sessions::Service;
use recount_core::units::assistant;

pub const CHECK: Check = Check {
    name: "evaluation-by-assistant",
    family: "modifiers",
    severity: Severity::Review,
    needs: &[],
    needs_any: &[Field::Modifiers, Field::TherapistCredential],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS Pub. 100-02 (Benefit Policy), ch. 15, §230.1 C and §230.2 C",
    page: include_str!("evaluation_by_assistant.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let billed = |service: &&Service| judged.evaluation(service) && judged.bills(service).next().is_some();
    for service in judged.services.iter().filter(billed) {
        let by_modifier = judged
            .bills(service)
            .flat_map(|line| judged.modifiers(line))
            .find(|modifier| assistant::from_modifier(modifier).is_some());
        let by_credential = || {
            let assistant = |line: u32| judged.lines.particulars(line).credential == Some(Credential::Assistant);
            judged.bills(service).any(assistant)
        };
        let (how, certainty) = match by_modifier {
            Some(modifier) => (format!("was billed with {modifier}"), Certainty::Certain),
            // The credential may be that of who entered it.
            None if by_credential() => ("has an assistant's credential".to_owned(), Certainty::DependsOnData),
            None => continue,
        };
        let reason = format!("{} is an evaluation, which no assistant may furnish, and {how}.", judged.code(service));
        findings.push(judged.on_service(service, CHECK.name, Severity::Review, certainty, reason));
    }
}
