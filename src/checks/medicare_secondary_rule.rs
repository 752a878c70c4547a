//! The same treatment billed to Medicare Part B and to another payer whose unit rule gives other units.

use super::judged::units;
use super::{Certainty, Check, Finding, Grain, Judged, Run, Scope, Severity};
use crate::reference::{Field, SecondaryRule};
use crate::sessions::Evidence;
use recount_core::domain::Units;

pub const CHECK: Check = Check {
    name: "medicare-secondary-rule",
    family: "units",
    severity: Severity::Review,
    needs: &[Field::Payer],
    needs_any: &[Field::Minutes, Field::EndTime],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: super::CMS_20_2,
    page: include_str!("medicare_secondary_rule.md"),
    run: Run::Day(find),
};

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    if day.len() < 2 {
        return;
    }
    let known = |judged: &&Judged| {
        judged.session.auditable() && judged.session.evidence == Evidence::PerCode && judged.timed().next().is_some()
    };
    for medicare in day.iter().filter(known).filter(|judged| judged.policy.part_b) {
        // What patients pay themselves follows no rule, and a supplement follows Medicare's.
        let second = |other: &&Judged| {
            let own_rule = !other.policy.part_b && !other.policy.never_exception && !other.policy.supplement;
            own_rule && same_treatment(medicare, other)
        };
        let Some(other) = day.iter().filter(known).find(second) else { continue };
        let Some(policy) = medicare.reference.secondary.on(medicare.session.day) else { continue };
        let ours = medicare.session.timed.supported;
        let (fewest, most) = of_other(other);
        if (fewest, most) == (ours, ours) {
            continue;
        }
        // Where the other payer's rule is not known, it is the one that supports more.
        let supported = match policy {
            SecondaryRule::Primary => most,
            SecondaryRule::Stricter => ours.min(most),
            SecondaryRule::Combine => ours,
        };
        let billed = medicare.session.timed.billed;
        let severity = if billed > supported { Severity::Review } else { Severity::Note };
        let theirs = if fewest == most { units(most) } else { format!("{fewest} or {}", units(most)) };
        let reason = format!(
            "The same minutes were billed to Medicare and to another payer: Medicare's total supports {}, the other payer's rule {theirs}. \
             By {}, the policy set for this, {supported} {} supported; {billed} {} billed to Medicare.",
            units(ours),
            policy.words(),
            if supported == 1 { "is" } else { "are" },
            if billed == 1 { "was" } else { "were" },
        );
        findings.push(Finding {
            grain: Grain::Day,
            units_supported: Some(supported),
            beside: vec![other.session.lines],
            ..medicare.finding(CHECK.name, severity, Certainty::DependsOnRule, reason)
        });
    }
}

/// Whether two sessions hold the same timed minutes of the same codes: one treatment, billed twice. Other minutes are another
/// treatment, for another injury perhaps, whose units have nothing to do with these.
fn same_treatment(a: &Judged, b: &Judged) -> bool {
    let what = |judged: &Judged| judged.timed().map(|service| (service.code, service.time)).collect::<Vec<_>>();
    (a.session.discipline, a.session.practice) == (b.session.discipline, b.session.practice) && what(a) == what(b)
}

/// The fewest and most units that the other payer's rule supports; they differ where the rule is not known.
fn of_other(other: &Judged) -> (Units, Units) {
    let session = other.session;
    if session.basis.is_settled() && !session.either {
        return (session.timed.supported, session.timed.supported);
    }
    let (cms, midpoint) = (session.cms.supported, session.midpoint.supported);
    (cms.min(midpoint), cms.max(midpoint))
}
