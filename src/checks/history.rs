//! What the checks of a patient's history have in common: a finding on several sessions, told by the first.

use super::{Attribution, Certainty, Check, Finding, Grain, Judged, Severity, attribution};

/// A session with the lines of it that are spoken of: first places in the order, and how many.
pub type Told<'a> = (&'a Judged<'a>, Vec<(u32, u32)>);

/// A session with all its lines.
pub fn whole<'a>(judged: &'a Judged<'a>) -> Told<'a> {
    (judged, vec![judged.session.lines])
}

/// A finding on the lines of these sessions, if there are any. It is one clinician's if all of them are.
pub fn finding(check: &Check, found: (Severity, Certainty), told: &[Told], reason: String) -> Option<Finding> {
    let (first, _) = told.first()?;
    let mut lines = told.iter().flat_map(|(_, lines)| lines.iter().copied());
    let head = lines.next()?;
    let whose = |judged: &Judged| attribution(judged.session.therapist, judged.session.clinicians);
    let shared = told.iter().any(|(judged, _)| whose(judged) != whose(first));
    Some(Finding {
        grain: Grain::Patient,
        units_supported: None,
        attribution: if shared { Attribution::Shared } else { whose(first) },
        lines: head,
        beside: lines.collect(),
        ..first.finding(check.name, found.0, found.1, reason)
    })
}
