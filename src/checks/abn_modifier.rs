//! Modifiers of liability (GA, GX, GY, GZ) that contradict each other, or a notice on file that not every line tells.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::{Field, ModifierPair};
use crate::sessions::Service;

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
    let mut untold = false;
    for service in judged.services {
        let mut several = false;
        for line in judged.bills(service) {
            let tells = judged.modifiers(line).any(|modifier| OF_A_NOTICE.contains(&modifier));
            untold |= !tells && judged.lines.particulars(line).abn_on_file == Some(true);
            several |= judged.modifiers(line).filter(|modifier| rules.knows(modifier)).nth(1).is_some();
        }
        // Hardly any line has two of them, and every line comes by here.
        if several {
            findings.extend(contradicting(judged, service));
        }
    }
    // A notice is for some services, and no other need tell of it: so it is a note, and one for a session.
    if untold {
        let reason = "A notice of non-coverage (ABN) is on file, and lines have neither GA nor GX: they have one if the notice was for these \
                      services."
            .to_owned();
        findings.push(judged.finding(CHECK.name, Severity::Note, Certainty::DependsOnData, reason));
    }
}

/// The pairs on lines of a service that may not stand together.
fn contradicting(judged: &Judged, service: &Service) -> Option<Finding> {
    let has_both = |pair: &&ModifierPair| {
        judged.bills(service).any(|line| pair.both.iter().all(|modifier| judged.has_modifier(line, modifier)))
    };
    let pairs: Vec<&ModifierPair> =
        judged.reference.modifiers.contradictions(judged.session.day).filter(has_both).collect();
    let told = |pair: &&ModifierPair| format!("{} on one line: {}", pair.both.join(" and "), pair.why);
    let all = pairs.iter().map(told).collect::<Vec<_>>().join("; ");
    let severity = if pairs.iter().all(|pair| pair.is_note()) { Severity::Note } else { Severity::Review };
    let reason = format!("{} has {all}.", judged.code(service));
    (!pairs.is_empty()).then(|| judged.on_service(service, CHECK.name, severity, Certainty::Certain, reason))
}
