//! What only a whole file can tell: the order of its dates, whether its minutes are hours, whether its zeros are blanks.

use super::Options;
use super::lines::{BLANK_TIME, Lines, Source, TimedCounts, Why};
use super::mapping::{Mapping, MinutesUnit};
use crate::error::{Error, Result};
use crate::reference::Field;
use crate::reference::{Kind, Reference, day};
use crate::words::counted;
use recount_core::cells::{DateCell, DateOrder, Problem};
use recount_core::domain::Time;

/// Settles the file read last; `lost_from` is where its lost rows begin.
///
/// # Errors
/// Decimals of 3 or less throughout: minutes or hours? The user must say.
pub fn settle(
    lines: &mut Lines,
    lost_from: usize,
    mapping: &Mapping,
    options: &Options,
    reference: &Reference,
) -> Result<()> {
    settle_dates(lines, lost_from, options);
    if mapping.has(Field::Minutes) {
        settle_hours(lines, options, reference)?;
    }
    Ok(())
}

/// Counts a source's timed lines, and takes its zeros for blanks where there are too many of them to be meant.
///
/// Needs the rows of the code table, so it runs once the run's codes are known.
pub fn count_timed(lines: &mut Lines, reference: &Reference) {
    for n in 0..lines.sources.len() {
        let range = lines.sources[n].lines.clone();
        let mut counts = TimedCounts::default();
        let mut zeros = Vec::new();
        for line in range {
            let units = lines.units(line).unwrap_or(0);
            let misread = lines.day[line as usize] == i32::MIN;
            let kind = lines.kind(&reference.codes, line);
            if misread || units <= 0 || !kind.needs_minutes() {
                continue;
            }
            if lines.time(line) == Some(Time::ZERO) {
                zeros.push(line);
            }
            if kind != Kind::Timed {
                continue;
            }
            counts.lines += 1;
            match lines.time(line) {
                None => counts.blank += 1,
                Some(Time::ZERO) => counts.zero += 1,
                Some(time) => counts.from_units += u64::from(time == Time::from_minutes(15 * units)),
            }
        }
        let share = reference.settings.zero_minutes_share_percent;
        if counts.zero as i64 * 100 > counts.lines as i64 * share {
            for line in zeros {
                lines.time.set(line, BLANK_TIME);
            }
            lines.sources[n].notes.push(format!(
                "0 minutes stand on {} of {}, more than {share} %: 0 is read as blank",
                counts.zero,
                counted(counts.lines, "timed line")
            ));
        }
        lines.sources[n].timed = counts;
    }
}

/// Says what was noticed while reading.
pub fn note_reading(source: &mut Source, mapping: &Mapping, clock: u64, inferred: u64, odd: u64) {
    if !mapping.has(Field::Minutes) {
        let maybe: Vec<String> = source
            .columns
            .iter()
            .filter(|(header, field)| field.is_none() && header.to_lowercase().contains("min"))
            .map(|(header, _)| format!("{header:?}"))
            .collect();
        let hint = if maybe.is_empty() { String::new() } else { format!("; not read: {}", maybe.join(", ")) };
        source.notes.push(format!("no column of minutes per code, so unit rules cannot be applied{hint}"));
    }
    if clock > 0 {
        source.notes.push(format!("minutes written h:mm in {} are read as hours and minutes", counted(clock, "cell")));
    }
    if inferred > 0 {
        source.notes.push(format!(
            "the discipline of {} was inferred from modifiers, revenue codes, credentials or evaluations",
            counted(inferred, "line")
        ));
    }
    if odd > 0 {
        source.notes.push(format!("text that is not UTF-8 in {} was read letter by letter", counted(odd, "cell")));
    }
}

/// Turns the numbers of date texts into days.
fn settle_dates(lines: &mut Lines, lost_from: usize, options: &Options) {
    let range = lines.source().lines.clone();
    let texts: Vec<Option<DateCell>> = lines.texts.dates.iter().map(|text| DateCell::parse(text).ok()).collect();
    let mut used = vec![false; texts.len()];
    for line in range.clone() {
        used[lines.day[line as usize] as usize] = true;
    }
    // A row that another cell spoiled still shows how its file writes dates.
    for text in lines.lost[lost_from..].iter().filter_map(|lost| lost.day) {
        used[text as usize] = true;
    }
    let cells = || texts.iter().zip(&used).filter(|(_, used)| **used).filter_map(|(cell, _)| *cell);
    let deciding = |order| cells().filter(|cell| cell.decides() == Some(order)).count();
    let (month_first, day_first) = (deciding(DateOrder::MonthFirst), deciding(DateOrder::DayFirst));
    let open = cells().any(|cell| matches!(cell, DateCell::Open { .. }));
    let decided = options.date_order.or(options.mapping.date_order());
    let order = decided.unwrap_or(if day_first > month_first { DateOrder::DayFirst } else { DateOrder::MonthFirst });
    let name = match order {
        DateOrder::MonthFirst => "month first",
        DateOrder::DayFirst => "day first",
    };
    let note = match (open, decided.is_some()) {
        (false, _) => "dates leave no choice of day and month".to_owned(),
        (true, true) => format!("dates are read {name}, as you said"),
        (true, false) if month_first + day_first == 0 => {
            format!("every date could be read both ways; they are read {name} (--date-order decides)")
        }
        (true, false) if month_first > 0 && day_first > 0 => format!(
            "dates are read {name}: only that is allowed by {}, only the other order by {}, whose rows are rejected",
            counted(month_first.max(day_first) as u64, "distinct date"),
            month_first.min(day_first)
        ),
        (true, false) => format!("dates are read {name}, the only order that all of them allow"),
    };
    let source = lines.source();
    source.date_order = if open { name.to_owned() } else { String::new() };
    source.notes.push(note);
    let days: Vec<Result<i32, Problem>> =
        texts.iter().map(|cell| cell.ok_or(Problem::NotADate).and_then(|cell| cell.date(order)).map(day)).collect();
    for lost in &mut lines.lost[lost_from..] {
        lost.day = lost.day.and_then(|text| days[text as usize].ok());
    }
    let mut misread = Vec::new();
    for line in range {
        match days[lines.day[line as usize] as usize] {
            Ok(day) => lines.day[line as usize] = day,
            Err(problem) => misread.push((line, problem)),
        }
    }
    for (line, problem) in misread {
        lines.day[line as usize] = i32::MIN;
        let lost = lines.lose(line, Why::Cell(Field::DateOfService, problem));
        lines.lost.push(super::LostRow { day: None, ..lost });
    }
}

/// Asks, where a column of minutes looks like hours.
fn settle_hours(lines: &mut Lines, options: &Options, reference: &Reference) -> Result<()> {
    let range = lines.source().lines.clone();
    let unit = options.minutes_unit.or(options.mapping.minutes_unit);
    let longest = reference.settings.hours_suspect_max_minutes;
    let times = || range.clone().filter_map(|line| lines.time(line));
    match unit {
        Some(MinutesUnit::Minutes) => {}
        Some(MinutesUnit::Hours) => {
            for line in range.clone() {
                if let Some(time) = lines.time(line) {
                    lines.time.set(line, time.0.saturating_mul(60));
                }
            }
            lines.source().notes.push("the minutes column holds hours, as you said".into());
        }
        None => {
            let fractions = times().any(|time| !time.is_whole());
            let small = times().all(|time| i64::from(time.0) <= longest * i64::from(Time::MINUTE));
            if fractions && small {
                let source = lines.source();
                return Err(Error::Mapping {
                    file: source.path.display().to_string(),
                    problem: format!(
                        "every value of minutes is at most {longest}, with decimals: are they hours? recount does not guess"
                    ),
                    mapping: "minutes_unit = \"hours\"   # or \"minutes\"".into(),
                });
            }
        }
    }
    Ok(())
}
