//! What only a whole file can tell: the order of its dates, whether its minutes are hours.

use super::Given;
use super::chunk::NO_DAY;
use super::export::{Export, Source};
use super::lines::Why;
use super::mapping::{Mapping, Role};
use crate::config::{MinutesUnit, RowsAre, UnitMinutes};
use crate::error::{Error, Result};
use crate::reference::{Field, Settings, day};
use crate::words::counted;
use recount_core::cells::{DateCell, DateOrder};
use recount_core::domain::Time;
use std::collections::HashSet;

/// Settles the file read last.
///
/// # Errors
/// Decimals of 3 or less throughout: minutes or hours? The user must say.
pub fn settle(export: &mut Export, mapping: &Mapping, given: &Given) -> Result<()> {
    settle_dates(export, given.options.date_order.or(given.decided.date_order()))?;
    let source = export.source();
    source.by_clock = mapping.times_by_clock();
    source.row_is_visit = !mapping.slots.is_empty() || mapping.code_lists;
    if mapping.rows == Some(RowsAre::Units) {
        // Without minutes there is nothing to choose.
        export.source().unit_rows = Some(mapping.unit_minutes.unwrap_or(UnitMinutes::Each));
    }
    if mapping.rows.is_none() && mapping.role == Role::Bill {
        ask_for_units(export.source())?;
    }
    if [Field::Minutes, Field::VisitTimedMinutes, Field::VisitTotalMinutes].iter().any(|&field| mapping.has(field)) {
        settle_hours(export.source(), given)?;
    }
    if mapping.has(Field::Minutes) && !given.decided.columns.contains_key(&Field::Minutes) {
        ask_for_visits(export.source(), mapping)?;
    }
    second_header(export)?;
    grouped(export)
}

/// A report that names the patient on the first row of each visit alone: what is below would be lost, and the rest misjudged.
fn grouped(export: &mut Export) -> Result<()> {
    let (file, rows) = (export.sources.len() - 1, export.source().rows);
    let nobody = Why::Cell(Field::PatientId, recount_core::cells::Problem::Blank);
    let without = export.lost.iter().filter(|lost| usize::from(lost.file) == file && lost.why == nobody).count() as u64;
    if without < 10 || without * 5 < rows {
        return Ok(());
    }
    let problem = format!(
        "{} of {rows} name no patient: if the report names each patient once, above several rows, fill the cells down in the \
         spreadsheet first",
        counted(without, "row")
    );
    Err(Error::input(export.source().path.display().to_string(), problem))
}

/// Another row of column names, in another order, makes the rows below it mean something else.
fn second_header(export: &mut Export) -> Result<()> {
    let file = export.sources.len() - 1;
    let other = export.lost.iter().find(|lost| usize::from(lost.file) == file && lost.why == Why::OtherHeader);
    let Some(row) = other.map(|lost| lost.row) else { return Ok(()) };
    let problem = format!(
        "row {row} names other columns than the first: the file holds two tables; put each into a file of its own"
    );
    Err(Error::input(export.source().path.display().to_string(), problem))
}

/// Asks, where nearly all visits have the same minutes on each of their codes, about as many as all their units need: are they the
/// visit's?
fn ask_for_visits(source: &Source, mapping: &Mapping) -> Result<()> {
    let counts = &source.counts;
    if counts.visits < 10 || counts.visits_alike * 10 < counts.visits * 8 {
        return Ok(());
    }
    let header = mapping.column(Field::Minutes).and_then(|column| mapping.headers.get(column));
    let header = header.map_or("the column", String::as_str);
    Err(Error::Mapping {
        file: source.path.display().to_string(),
        problem: format!(
            "{header:?} says the same on every code of {} of {} with several codes, about as much as all their units need: is it the \
             visit's time, not each code's?",
            counts.visits_alike,
            counted(counts.visits, "visit")
        ),
        mapping: format!(
            "[columns]\nvisit_timed_minutes = {header:?}   # or visit_total_minutes, if untimed codes are in it; or minutes, if it is each \
             code's"
        ),
    })
}

/// Says what was noticed while reading.
pub fn note_reading(source: &mut Source, mapping: &Mapping, joined: bool) {
    source.notes.extend(mapping.notes.iter().cloned());
    if mapping.times_by_clock() {
        source
            .notes
            .push("minutes are the time from start to end; a moment that several lines hold counts once".into());
    } else if mapping.has(Field::VisitTimedMinutes) && !mapping.has(Field::Minutes) {
        source.notes.push("minutes are given per visit: the total is audited, not the allocation to codes".into());
    } else if mapping.has(Field::VisitTotalMinutes) && !mapping.has(Field::Minutes) {
        source.notes.push(
            "minutes are given per visit, timed and untimed together: units beyond all of them are over for certain, others \
             cannot be told"
                .into(),
        );
    } else if !mapping.has(Field::Minutes) && mapping.role == Role::Bill && mapping.column(Field::Minutes).is_none() {
        if joined {
            source.notes.push("minutes come from the joined notes".into());
            return note_cells(source);
        }
        let may_be = |header: &str| ["min", "hour", "duration"].iter().any(|word| header.to_lowercase().contains(word));
        let maybe: Vec<String> = source
            .columns
            .iter()
            .filter(|(header, field)| field.is_none() && may_be(header))
            .map(|(header, _)| format!("{header:?}"))
            .collect();
        let hint = match maybe.first() {
            None => String::new(),
            Some(first) => format!(
                "; not read: {}. If it is each code's treatment time, write minutes = {first} under [columns] of recount.toml; if it is \
                 the visit's, visit_timed_minutes or visit_total_minutes",
                maybe.join(", ")
            ),
        };
        source.notes.push(format!("no column of minutes per code, so unit rules cannot be applied{hint}"));
    }
    note_cells(source);
}

/// Says so, where modifiers are likely added later.
pub fn note_modifiers(source: &mut Source, mapping: &Mapping, settings: &Settings) {
    let has = [Field::Modifiers, Field::Modifier1].into_iter().any(|field| mapping.has(field));
    if has && mapping.role == Role::Bill && source.leaves_out(settings, |used, rows| used.discipline <= rows / 5) {
        let note = "hardly any line has GP, GO or GN, which may be added on the claim: discipline-modifier does not ask for them here";
        source.notes.push(note.into());
    }
}

/// Says what was noticed in its cells.
fn note_cells(source: &mut Source) {
    let (clock, inferred) = (source.counts.clock_cells, source.counts.inferred_disciplines);
    let odd = source.counts.odd_cells;
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
        let cells = counted(odd, "cell");
        source.notes.push(format!("text that is not UTF-8 in {cells} was read in the Windows code page (1252)"));
    }
    for (field, count) in std::mem::take(&mut source.counts.unread) {
        let cells = counted(count, "cell");
        source.notes.push(format!("{cells} of {} could not be read, as if nothing stood there", field.name()));
    }
    let (unsigned, unknown) = (source.counts.odd_statuses, source.counts.unknown_statuses);
    if unsigned > 0 {
        let lines = counted(unsigned, "line");
        source.notes.push(format!("{lines} with units billed are of visits cancelled, missed or not signed"));
    }
    if unknown > 0 {
        let cells = counted(unknown, "cell");
        source
            .notes
            .push(format!("{cells} of the status column hold words that are not known, and are read as treated"));
    }
}

/// Turns dates as written into days.
pub(super) fn settle_dates(export: &mut Export, decided: Option<DateOrder>) -> Result<()> {
    let chunks = export.source().chunks.clone();
    let dates = std::mem::take(&mut export.dates);
    // A row that another cell spoiled still shows how its file writes dates.
    let distinct: HashSet<DateCell> = dates.iter().flatten().copied().collect();
    let cells = || distinct.iter().copied();
    let deciding = |order| cells().filter(|cell| cell.decides() == Some(order)).count();
    let (month_first, day_first) = (deciding(DateOrder::MonthFirst), deciding(DateOrder::DayFirst));
    let open = cells().any(|cell| matches!(cell, DateCell::Open { .. }));
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
    let source = export.source();
    source.order = order;
    source.date_order = if open { name.to_owned() } else { String::new() };
    source.notes.push(note);
    for (n, date) in std::mem::take(&mut export.undated) {
        export.lost[n].day = date.date(order).ok().map(day);
    }
    // Number 0 of a chunk's dates is none; no line has it.
    let mut misread = false;
    for (chunk, dates) in export.chunks[chunks.clone()].iter_mut().zip(dates) {
        chunk.days = dates.into_iter().map(|date| date.date(order).map_or(NO_DAY, day)).collect();
        misread |= chunk.days.contains(&NO_DAY);
        chunk.days.insert(0, NO_DAY);
    }
    if misread {
        let of_chunk = |n: usize, body: &super::chunk::Body| -> Vec<super::LostRow> {
            let chunk = &export.chunks[n];
            let unread = |n: &usize| chunk.day(&body.rows[*n]) == NO_DAY;
            let Some(problem) = chunks.contains(&n).then_some(recount_core::cells::Problem::OtherDateOrder) else {
                return Vec::new();
            };
            let why = Why::Cell(Field::DateOfService, problem);
            (0..body.rows.len()).filter(unread).map(|n| export.lose(chunk, body, n, why)).collect()
        };
        let lost = export.store.map(of_chunk)?;
        export.lost.extend(lost.into_iter().flatten());
    }
    Ok(())
}

/// Asks, where every line has one unit and many repeat the line before: units on rows of their own, or copies? With minutes the
/// audit judges both ways, so then it is only said.
fn ask_for_units(source: &mut Source) -> Result<()> {
    let counts = &source.counts;
    if counts.not_single > 0 || counts.repeats < 3 || counts.repeats * 20 < source.rows {
        return Ok(());
    }
    let repeats = counted(counts.repeats, "row");
    if counts.longest.is_some() {
        source.notes.push(format!(
            "every row has one unit, and {repeats} say what the row before says; if each row is one unit of a service, say \
             rows = \"units\" in a configuration file"
        ));
        return Ok(());
    }
    Err(Error::Mapping {
        file: source.path.display().to_string(),
        problem: format!(
            "every row has one unit, and {repeats} say what the row before says: is each row one unit of a service?"
        ),
        mapping: "rows = \"units\"   # or \"lines\", if a repeated row is a copy".into(),
    })
}

/// Asks, where a column of minutes looks like hours.
fn settle_hours(source: &mut Source, given: &Given) -> Result<()> {
    let longest = given.reference.settings.hours_suspect_max_minutes;
    match given.options.minutes_unit.or(given.decided.minutes_unit) {
        Some(MinutesUnit::Minutes) => Ok(()),
        Some(MinutesUnit::Hours) => {
            source.hours = true;
            source.notes.push("the minutes column holds hours, as you said".into());
            Ok(())
        }
        None => {
            let small = source.counts.longest.is_some_and(|time| i64::from(time) <= longest * i64::from(Time::MINUTE));
            if source.counts.fractions == 0 || !small {
                return Ok(());
            }
            Err(Error::Mapping {
                file: source.path.display().to_string(),
                problem: format!(
                    "every value of minutes is at most {longest}, with decimals: are they hours? recount does not guess"
                ),
                mapping: "minutes_unit = \"hours\"   # or \"minutes\"".into(),
            })
        }
    }
}
