//! Therapy on a type of bill that does not carry it under Part B.

use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity, disciplines};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "bill-type",
    family: "claim",
    severity: Severity::Review,
    needs: &[Field::BillType],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::PartB,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §10, and ch. 25, §75.1",
    page: include_str!("bill_type.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let lines = disciplines::therapy(judged).flat_map(|(service, _)| judged.bills(service));
    let carries_none = lines.map(|line| &judged.lines.particulars(line).bill_type).find_map(|bill_type| {
        let known = judged.reference.bill_types.get(bill_type, judged.session.day);
        known.filter(|known| !known.carries).map(|known| (bill_type, &known.what))
    });
    if let Some((bill_type, what)) = carries_none {
        let reason = format!("Type of bill {bill_type} ({what}) carries no outpatient therapy under Part B.");
        findings.push(judged.finding(CHECK.name, Severity::Review, Certainty::DependsOnData, reason));
    }
}
