//! Exports with a row for each unit: the rows of one service are told together, on the first of them.

use crate::config::UnitMinutes;
use crate::ingest::{BLANK_TIME, Lines};
use std::ops::Range;

/// Folds the rows of a day that are one unit each: the first row of a service has the units of all, the others have none.
pub fn fold(lines: &mut Lines, day: Range<usize>) {
    let of = |lines: &Lines, n: usize| lines.export.sources[usize::from(lines.file.at(n as u32))].unit_rows;
    if !day.clone().any(|n| of(lines, n).is_some()) {
        return;
    }
    lines.folded.resize(lines.row.len(), false);
    for n in day.clone() {
        let Some(minutes) = of(lines, n) else { continue };
        if lines.folded[n] || lines.units[n] <= 0 {
            continue;
        }
        for other in n + 1..day.end {
            if lines.folded[other] || lines.units[other] <= 0 || !alike(lines, n, other, minutes) {
                continue;
            }
            lines.folded[other] = true;
            lines.units[n] = lines.units[n].saturating_add(lines.units[other]);
            lines.units[other] = 0;
            if minutes == UnitMinutes::Each && lines.time[n] != BLANK_TIME && lines.time[other] != BLANK_TIME {
                lines.time[n] += lines.time[other];
            }
            // The time of a blank row stays blank: nobody knows it.
            if lines.time[other] != BLANK_TIME {
                lines.time[other] = 0;
            }
        }
    }
}

/// Whether two rows are units of one service.
fn alike(lines: &Lines, a: usize, b: usize, minutes: UnitMinutes) -> bool {
    let ids = |n: usize| {
        let line = n as u32;
        (lines.file.at(line), lines.code[n], lines.visit.at(line), lines.claim.at(line), lines.flags.at(line))
    };
    let who =
        |n: usize| (lines.payer_name[n], lines.discipline[n], lines.modifiers[n], lines.therapist[n], lines.clinic[n]);
    // A service repeats its minutes on each of its units.
    let time = |n: usize| if minutes == UnitMinutes::Repeated { lines.time[n] } else { 0 };
    ids(a) == ids(b) && who(a) == who(b) && time(a) == time(b)
}
