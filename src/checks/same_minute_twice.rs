//! One clock minute of a patient that one therapist counted for two services.

use super::at_once::Clock;
use super::{Check, Finding, Judged, Run, Scope, Severity};
use crate::reference::Field;

pub const CHECK: Check = Check {
    name: "same-minute-twice",
    family: "time",
    severity: Severity::Review,
    needs: &[Field::StartTime, Field::EndTime],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Every,
    citation: "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C: the minutes of timed codes are added up, each counted once",
    page: include_str!("same_minute_twice.md"),
    run: Run::Day(find),
};

fn find(day: &[Judged], findings: &mut Vec<Finding>) {
    let clock = Clock::of(day);
    let mut treated = clock.treated().to_vec();
    // Of two therapists at once `co-treatment-both-billed` tells. Who is not named is taken for one in each discipline.
    treated.sort_by_key(|treated| (treated.therapist, clock.session(treated).session.discipline));
    let groups = treated.chunk_by(|a, b| {
        let discipline = |treated| clock.session(treated).session.discipline;
        a.therapist == b.therapist && (a.therapist != 0 || discipline(a) == discipline(b))
    });
    // Codes of a family share their minutes; any other line has its own.
    findings.extend(clock.tell(CHECK.name, "for more than one service", groups, |treated| {
        clock.service(treated).family.map_or(treated.line, |family| u32::MAX - u32::from(family))
    }));
}
