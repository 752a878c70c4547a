//! One look at all lines, once the dates of every file are settled: what the run must know of all of them before any is judged.

use super::chunk::{Body, Chunk, NO_DAY};
use super::export::{Export, TimedCounts};
use super::lines::BLANK_TIME;
use super::mapping::Role;
use crate::error::Result;
use crate::reference::{Day, Kind, Reference};
use crate::words::counted;
use recount_core::domain::Time;
use std::collections::BTreeMap;

/// What the lines of a chunk come to.
#[derive(Default)]
struct Seen {
    days: Option<(Day, Day)>,
    timed: TimedCounts,
    payers: BTreeMap<(u32, usize), u64>,
    codes: BTreeMap<(u32, Option<usize>), u64>,
    /// Lines of a code that needs no minutes.
    untimed: bool,
}

/// Counts lines by payer and code, dates and timed lines by file; takes a file's zeros for blanks where there are too many of
/// them to be meant. Needs the run's payers and codes.
///
/// # Errors
/// Lines that wait on disk cannot be read.
pub fn survey(export: &mut Export, reference: &Reference) -> Result<()> {
    let seen = export.look_at_lines(|chunk, body| look(export, chunk, body, reference))?;
    let mut payers: BTreeMap<(u32, usize), u64> = BTreeMap::new();
    let mut codes: BTreeMap<(u32, Option<usize>), u64> = BTreeMap::new();
    for (chunk, seen) in export.chunks.iter().zip(seen) {
        let source = &mut export.sources[usize::from(chunk.file)];
        source.timed.add(seen.timed);
        export.notes_have_untimed |= source.role == Role::Notes && seen.untimed;
        source.days = match (source.days, seen.days) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        seen.payers.into_iter().for_each(|(key, count)| *payers.entry(key).or_default() += count);
        seen.codes.into_iter().for_each(|(key, count)| *codes.entry(key).or_default() += count);
    }
    export.payer_lines = payers.into_iter().map(|((name, stretch), count)| (name, stretch, count)).collect();
    export.code_lines = codes.into_iter().map(|((code, row), count)| (code, row, count)).collect();
    let (share, least) = (reference.settings.zero_minutes_share_percent, reference.settings.source_min_lines);
    for source in &mut export.sources {
        let counts = source.timed;
        // Where the same 15 stand on one unit and on several, nobody measured them.
        if counts.lines as i64 >= least
            && counts.one_quarter * 20 >= counts.lines * 19
            && counts.several_units * 5 >= counts.lines
        {
            source.notes.push(format!(
                "15 minutes stand on {} of {}, however many units they bill: if that is the length of a unit and no time that was \
                 measured, map another column as minutes, since units over rest on it",
                counts.one_quarter,
                counted(counts.lines, "timed line")
            ));
        }
        if counts.zero as i64 * 100 > counts.lines as i64 * share {
            source.zero_is_blank = true;
            source.notes.push(format!(
                "0 minutes stand on {} of {}, more than {share} %: 0 is read as blank",
                counts.zero,
                counted(counts.lines, "timed line")
            ));
        }
    }
    Ok(())
}

fn look(export: &Export, chunk: &Chunk, body: &Body, reference: &Reference) -> Seen {
    let table = reference.codes.rows();
    let mut seen = Seen::default();
    // Counted by the lines' own numbers: payers by policy, codes by row of the table, the last for none of them.
    let rows_of = |code: u16| export.code_rows[chunk.codes.of(code) as usize].clone();
    let mut payers: Vec<Vec<u64>> = Vec::new();
    let mut codes: Vec<Vec<u64>> = Vec::new();
    let role = export.sources[usize::from(chunk.file)].role;
    let notes = role == Role::Notes;
    for (n, packed) in body.rows.iter().enumerate() {
        let day = chunk.day(packed);
        if day == NO_DAY {
            continue;
        }
        seen.days = Some(seen.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        let payer = || export.payer_of(chunk.payers.of(packed.payer));
        let policies = counter(&mut payers, packed.payer, || payer().policies().len());
        let stretch = if policies.len() == 1 { 0 } else { payer().stretch(day) };
        policies[stretch] += 1;
        let rows = rows_of(packed.code);
        let counts = counter(&mut codes, packed.code, || rows.len() + 1);
        let row = match rows.len() {
            0 | 1 => 0,
            _ => reference.codes.row_as_of(rows.clone(), day).map_or(rows.len(), |row| row - rows.start),
        };
        counts[row] += 1;
        let kind = if row < rows.len() { table[rows.start + row].kind } else { Kind::Unknown };
        seen.untimed |= kind == Kind::Untimed;
        // What a note says is documented, not billed.
        let units = if notes { body.stated.get(n).copied().unwrap_or(0) } else { packed.units };
        if kind == Kind::Timed && (units > 0 || notes) {
            seen.timed.lines += 1;
            match export.time(chunk.file, packed, || false) {
                BLANK_TIME => seen.timed.blank += 1,
                0 => seen.timed.zero += 1,
                time => {
                    let of_units = |units: i16| Time::from_minutes(15 * i32::from(units));
                    seen.timed.from_units += u64::from(units > 0 && Time(time) == of_units(units));
                    seen.timed.one_quarter += u64::from(Time(time) == of_units(1));
                    seen.timed.several_units += u64::from(units > 1);
                }
            }
        }
    }
    for (number, stretch, count) in counted_up(payers) {
        *seen.payers.entry((chunk.payers.of(number), stretch)).or_default() += count;
    }
    for (number, row, count) in counted_up(codes) {
        let rows = rows_of(number);
        let row = (row < rows.len()).then(|| rows.start + row);
        *seen.codes.entry((chunk.codes.of(number), row)).or_default() += count;
    }
    seen
}

/// The counts of a number; `len` of them where it is new.
fn counter(counts: &mut Vec<Vec<u64>>, number: u16, len: impl FnOnce() -> usize) -> &mut [u64] {
    let number = usize::from(number);
    if counts.len() <= number {
        counts.resize_with(number + 1, Vec::new);
    }
    if counts[number].is_empty() {
        counts[number].resize(len(), 0);
    }
    &mut counts[number]
}

/// Number, place and count of everything that was counted.
fn counted_up(counts: Vec<Vec<u64>>) -> impl Iterator<Item = (u16, usize, u64)> {
    let counted = |(number, counts): (u16, Vec<u64>)| {
        counts.into_iter().enumerate().map(move |(place, count)| (number, place, count))
    };
    (0..).zip(counts).flat_map(counted).filter(|(.., count)| *count > 0)
}
