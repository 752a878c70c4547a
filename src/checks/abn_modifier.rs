//! Modifiers of liability (GA, GX, GY, GZ) that contradict each other, or a notice on file that the bill doesn't tell.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "abn-modifier",
    family: "modifiers",
    severity: Severity::Review,
    needs: &[Field::Modifiers],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 30, §50; CMS change request 6563",
    page: include_str!("abn_modifier.md"),
    run: Run::Session(find),
};

/// Modifiers that tell of a notice.
const OF_A_NOTICE: [&str; 2] = ["GA", "GX"];

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let rules = &judged.reference.modifiers;
    let (mut on_file, mut told) = (false, false);
    for service in judged.services {
        let mut several = false;
        for line in judged.bills(service) {
            on_file |= judged.lines.particulars(line).abn_on_file == Some(true);
            told |= judged.modifiers(line).any(|modifier| OF_A_NOTICE.contains(&modifier));
            several |= judged.modifiers(line).filter(|modifier| rules.knows(modifier)).nth(1).is_some();
        }
        // Hardly any line has two of them, and every line comes by here.
        if !several {
            continue;
        }
        for pair in rules.contradictions(judged.session.day) {
            let has_both = |line: u32| pair.both.iter().all(|modifier| judged.has_modifier(line, modifier));
            if judged.bills(service).any(has_both) {
                let severity = if pair.is_note() { Severity::Note } else { Severity::Review };
                let [first, second] = &pair.both;
                let reason = format!("{} has {first} and {second} on one line: {}.", judged.code(service), pair.why);
                findings.push(judged.on_service(service, CHECK.name, severity, Certainty::Certain, reason));
            }
        }
    }
    if on_file && !told {
        let reason = "A notice of non-coverage (ABN) is on file, and no line has GA or GX.".to_owned();
        findings.push(judged.finding(CHECK.name, Severity::Note, Certainty::DependsOnData, reason));
    }
}
