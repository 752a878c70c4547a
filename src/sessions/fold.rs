//! Exports with a row for each unit: the rows of one service are told together, on the first of them.

use crate::config::UnitMinutes;
use crate::ingest::{BLANK_TIME, Fold, Lines, Role};
use std::ops::Range;

/// Rows of a patient's day beyond which none are folded: what has so many is no day.
const MOST_ROWS: usize = 500;

/// Folds the rows of a day that are one unit each: the first row of a service has the units of all, the others have none. Of files
/// that overlap, the one with most units of a service counts.
pub fn fold(lines: &mut Lines, day: Range<usize>) {
    if day.len() > MOST_ROWS || !day.clone().any(|n| lines.unit_rows(n as u32).is_some()) {
        return;
    }
    lines.folded.resize(lines.row.len(), Fold::Line);
    for n in day.clone() {
        if lines.unit_rows(n as u32).is_none() || lines.folded[n] != Fold::Line {
            continue;
        }
        let own: Vec<usize> =
            (n..day.end).filter(|&other| lines.folded[other] == Fold::Line && alike(lines, n, other)).collect();
        let mut files = own.chunk_by(|&a, &b| lines.file.at(a as u32) == lines.file.at(b as u32));
        let Some(first) = files.next() else { continue };
        let kept = files.fold(first, |most, file| if file.len() > most.len() { file } else { most }).to_vec();
        for other in own {
            lines.folded[other] = if kept.contains(&other) { Fold::Line } else { Fold::Copy };
        }
        for &other in &kept[1..] {
            fold_into(lines, kept[0], other);
        }
    }
}

/// Puts the unit of row `other` onto row `n`.
fn fold_into(lines: &mut Lines, n: usize, other: usize) {
    lines.folded[other] = Fold::IntoAnother;
    // What a note states is added up as it stands.
    if lines.role(n as u32) == Role::Bill {
        lines.units[n] = lines.units[n].saturating_add(lines.units[other]);
        lines.units[other] = 0;
    }
    if lines.time[other] == BLANK_TIME {
        // The time of a blank row stays blank: nobody knows it.
        return;
    }
    if lines.unit_rows(n as u32) == Some(UnitMinutes::Each) && lines.time[n] != BLANK_TIME {
        lines.time[n] = lines.time[n].saturating_add(lines.time[other]);
    }
    lines.time[other] = 0;
}

/// Whether two rows are units of one service, whichever files they stand in.
fn alike(lines: &Lines, a: usize, b: usize) -> bool {
    let minutes = lines.unit_rows(a as u32);
    let ids = |n: usize| {
        let line = n as u32;
        (lines.code[n], lines.practice.at(line), lines.visit.at(line), lines.claim.at(line), lines.flags.at(line))
    };
    let who =
        |n: usize| (lines.payer_name[n], lines.discipline[n], lines.modifiers[n], lines.therapist[n], lines.clinic[n]);
    // A service repeats its minutes on each of its units.
    let time = |n: usize| if minutes == Some(UnitMinutes::Repeated) { lines.time[n] } else { 0 };
    let takes_back = |n: usize| lines.units[n] < 0;
    lines.unit_rows(b as u32) == minutes
        && lines.role(a as u32) == lines.role(b as u32)
        && !takes_back(a)
        && !takes_back(b)
        && ids(a) == ids(b)
        && who(a) == who(b)
        && time(a) == time(b)
}
