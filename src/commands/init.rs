//! `recount init`: a `recount.toml` for some exports, with every choice of the reader and its reason, for a person to edit.
//!
//! The reader chooses as for an audit, and the page states what it chose: an audit with the page reads what it would have read
//! without it. What the reader cannot tell stands behind a `#` and decides nothing.

mod columns;
mod page;
mod payers;

use crate::cli::InitArgs;
use crate::config::{Decisions, MinutesUnit, NAME, PatientIs, RowsAre, UnitMinutes};
use crate::error::{Error, Result, plain};
use crate::ingest::{self, Export, Source, Store};
use crate::plan::Inputs;
use crate::progress::Progress;
use crate::reference::{date, file_name};
use crate::words::counted;
use columns::Columns;
use page::{Choice, Page, Sure, listed, quoted, wrapped};
use recount_core::cells::DateOrder;
use std::path::Path;

/// A file of the run, as decisions call it: the sheets of a workbook and the members of an archive are one.
struct File<'a> {
    name: String,
    sources: Vec<&'a Source>,
    /// What was decided about it before.
    decided: Decisions,
}

/// Profiles exports and writes the file; gives what to say of it, and the decision that is still to be made.
///
/// # Errors
/// The file is there already or cannot be written; an export cannot be read.
pub fn write(args: &InitArgs, progress: Progress) -> Result<(String, Option<Error>)> {
    if args.out.exists() && !args.force {
        let out = args.out.display();
        return Err(Error::Usage(format!(
            "{out} is there already; name another file with --out, or replace it with --force"
        )));
    }
    let inputs = Inputs::new(&args.input)?;
    let place = |path: &Path| path.canonicalize().ok();
    let is_out = |path: &Path| place(&args.out).is_some() && place(path) == place(&args.out);
    let input = &args.input;
    let mut read = inputs.paths.iter().chain(&inputs.joined).chain(&input.codes).chain(&input.policy);
    if let Some(path) = read.find(|path| is_out(path)) {
        return Err(Error::Usage(format!(
            "--out {} is read, and would be replaced; name another file",
            path.display()
        )));
    }
    let store = Store::in_memory();
    let export = ingest::read(&inputs.paths, &inputs.joined, &inputs.options, &inputs.reference, store, &progress);
    match export {
        Ok(export) => {
            let (text, looks) = decisions(&export, &inputs);
            save(&args.out, &text)?;
            Ok((say(&args.out, inputs.decided_by(), &looks), None))
        }
        Err(Error::Mapping { file, problem, mapping }) => {
            save(&args.out, &undecided(&inputs, &file, &problem, &mapping)?)?;
            let out = args.out.display();
            let own = if args.out == Path::new(NAME) { String::new() } else { format!(" --out {out} --config {out}") };
            let said = format!(
                "{out} is written. It holds a decision that only you can make: take the # away from the line that is right, \
                 then run recount init --force{own} again."
            );
            Ok((wrapped(&said, 80, "", ""), Some(Error::Mapping { file, problem, mapping })))
        }
        Err(other) => Err(other),
    }
}

fn save(out: &Path, text: &str) -> Result<()> {
    std::fs::write(out, text).map_err(|error| Error::output(out, plain(&error)))
}

/// What the terminal says of a file that is written: what to look at first, and how it is used.
fn say(out: &Path, decided_by: Option<String>, looks: &[String]) -> String {
    let mut text = wrapped(&format!("{} is written.", out.display()), 80, "", "");
    if let Some(by) = decided_by {
        text.push_str(&wrapped(&format!("Decisions from {by} were used, and are kept in it."), 80, "", ""));
    }
    if !looks.is_empty() {
        text.push_str("\nLook first at:\n");
    }
    looks.iter().for_each(|look| text.push_str(&wrapped(look, 80, "  ", "    ")));
    let use_it = if out == Path::new(NAME) {
        "recount audit picks it up in this folder.".to_owned()
    } else {
        format!("recount audit takes it with --config {}.", out.display())
    };
    text.push('\n');
    text + &wrapped(&use_it, 80, "", "")
}

/// The file where everything could be read, and what to look at in it.
fn decisions(export: &Export, inputs: &Inputs) -> (String, Vec<String>) {
    let files = files(export, inputs);
    let (mut page, mut looks) = (Page::default(), Vec::new());
    page.comment(&format!("{NAME}: decisions on reading, made by recount init; yours to edit."));
    page.comment("");
    page.comment(
        "recount audit picks it up in the folder where it runs. Each choice says how sure it is: certain, likely, or look (at \
         it before you trust it). What stands behind a # decides nothing until the # is taken away.",
    );
    page.comment("");
    page.comment("Made from:");
    for source in &export.sources {
        let days = source.days.map(|(first, last)| format!(", dates of service {} to {}", date(first), date(last)));
        page.item(&format!("{}: {}{}", shown(&source.name), counted(source.rows, "row"), days.unwrap_or_default()));
    }
    page.comment(&match inputs.decided_by() {
        Some(by) => format!("with the decisions in {by}. Those on these files are kept here; its comments are not."),
        None => "without any decisions made before.".to_owned(),
    });
    page.gap();
    let mut own = settings(&mut page, &files, inputs, &mut looks);
    let columns = Columns::of(&files, &inputs.reference);
    columns.write(&mut page, &files, &inputs.reference, &mut looks);
    payers::write(&mut page, export, &inputs.reference.payers.rules, &mut looks);
    claims(&mut page, &files, inputs);
    if own.iter().any(|own| !own.is_empty()) || columns.own.iter().any(|own| !own.is_empty()) {
        page.gap();
        page.comment("What holds for some files only, by their names; * stands for anything.");
    }
    for (number, file) in files.iter().enumerate() {
        let own = std::mem::take(&mut own[number]);
        if own.is_empty() && columns.own[number].is_empty() {
            continue;
        }
        let table = format!("files.{}", quoted(&glob::Pattern::escape(&file.name)));
        if !own.is_empty() {
            page.table(&table);
        }
        own.iter().for_each(|(key, choice)| emit(&mut page, key, choice));
        columns.write_own(&mut page, number, &table, &file.name, &mut looks);
    }
    (page.text(), looks)
}

/// The files behind the sources, in the order of reading.
fn files<'a>(export: &'a Export, inputs: &Inputs) -> Vec<File<'a>> {
    let mut files: Vec<File> = Vec::new();
    for source in &export.sources {
        let name = file_name(&source.path);
        match files.iter_mut().find(|file| file.name == name) {
            Some(file) => file.sources.push(source),
            None => {
                let decided = inputs.options.config.for_file(&name);
                files.push(File { name, sources: vec![source], decided });
            }
        }
    }
    files
}

/// A name in quotes, cut where it is long.
fn shown(name: &str) -> String {
    listed([name])
}

/// Writes a choice: one that must be looked at decides nothing yet.
fn emit(page: &mut Page, key: &str, choice: &Choice) {
    if choice.sure == Sure::Look {
        page.offer(key, &choice.value, &choice.reason());
    } else {
        page.set(key, &choice.value, &choice.reason());
    }
}

/// Writes what is decided for all files beside their columns; gives back what holds of each file alone.
fn settings(
    page: &mut Page,
    files: &[File],
    inputs: &Inputs,
    looks: &mut Vec<String>,
) -> Vec<Vec<(&'static str, Choice)>> {
    let mut own: Vec<Vec<(&'static str, Choice)>> = files.iter().map(|_| Vec::new()).collect();
    let decided = |value: &str| Choice {
        value: quoted(value),
        sure: Sure::Certain,
        reason: "kept: it stood in the configuration before".to_owned(),
    };
    let hours = |file: &File| inputs.options.minutes_unit.or(file.decided.minutes_unit);
    let of_files =
        |choice: &dyn Fn(&File) -> Option<Choice>| -> Vec<Option<Choice>> { files.iter().map(choice).collect() };
    for (key, value, when, choices) in [
        (
            "date_order",
            "day-first",
            "where 1/2/2026 is February 1st",
            settled_orders(of_files(&|file| order(file, inputs))),
        ),
        (
            "minutes_unit",
            "hours",
            "where the column of minutes holds hours",
            of_files(&|file| hours(file).map(|unit| decided(name_of_unit(unit)))),
        ),
        (
            "rows",
            "units",
            "where each row is one unit: a code billed three times stands on three rows",
            of_files(&|file| file.decided.rows.map(|rows| decided(name_of_rows(rows)))),
        ),
        (
            "unit_minutes",
            "repeated",
            "the service's minutes on each of its rows; or \"each\": of that unit",
            of_files(&|file| file.decided.unit_minutes.map(|minutes| decided(name_of_unit_minutes(minutes)))),
        ),
    ] {
        let made: Vec<&Choice> = choices.iter().flatten().collect();
        // The order of dates means nothing to a file whose dates leave no choice; what else is decided may change its reading.
        let all = made.len() == choices.len() || key == "date_order";
        match made[..] {
            [] => page.offer(key, &quoted(value), when),
            [first, ..] if all && made.iter().all(|other| other.value == first.value) => {
                // It is as sure as in the file that leaves it most open.
                let least = made.iter().max_by_key(|choice| choice.sure).copied().unwrap_or(first);
                emit(page, key, least);
                look(looks, key, least, "");
            }
            _ => {
                page.comment(&format!("{key}: not the same in all files; see [files] below"));
                for (n, choice) in choices.into_iter().enumerate() {
                    if let Some(choice) = choice {
                        look(looks, key, &choice, &format!(" of {}", shown(&files[n].name)));
                        own[n].push((key, choice));
                    }
                }
            }
        }
    }
    for (n, file) in files.iter().enumerate() {
        own[n].extend(sheet(file, inputs).map(|choice| ("sheet", choice)));
    }
    if own.iter().flatten().all(|(key, _)| *key != "sheet") {
        page.offer("sheet", "\"Charges\"", "the sheet of a workbook, where several hold rows");
    }
    own
}

/// Remembers a choice that a person must look at.
fn look(looks: &mut Vec<String>, key: &str, choice: &Choice, of: &str) {
    if choice.sure == Sure::Look {
        looks.push(format!("{key}{of}: {}", choice.reason));
    }
}

/// The order of a file's dates, with the reader's reason.
fn order(file: &File, inputs: &Inputs) -> Option<Choice> {
    let open: Vec<&Source> = file.sources.iter().copied().filter(|source| !source.date_order.is_empty()).collect();
    let decided = inputs.options.date_order.or(file.decided.date_order());
    if let Some(order) = decided {
        let value = match order {
            DateOrder::MonthFirst => "month-first",
            DateOrder::DayFirst => "day-first",
        };
        return Some(Choice {
            value: quoted(value),
            sure: Sure::Certain,
            reason: "kept: it stood in the configuration before".to_owned(),
        });
    }
    let first = *open.first()?;
    if open.iter().any(|source| source.date_order != first.date_order) {
        // Its parts differ, and a decision is for the whole file.
        return None;
    }
    let reason_of = |source: &Source| {
        let is_reason =
            |note: &&String| note.starts_with("dates are read ") || note.starts_with("every date could be read ");
        source.notes.iter().find(is_reason).cloned().unwrap_or_default()
    };
    let reasons: Vec<String> = open.into_iter().map(reason_of).collect();
    let is_certain = |reason: &&String| reason.ends_with("the only order that all of them allow");
    let unsure = reasons.iter().find(|reason| !is_certain(reason));
    let sure = if unsure.is_none() { Sure::Certain } else { Sure::Look };
    let reason = unsure.or(reasons.first()).cloned().unwrap_or_default();
    Some(Choice { value: quoted(&first.date_order.replace(' ', "-")), sure, reason })
}

/// Orders of dates of all files: where all agree, a file that leaves it open is likely like the others.
fn settled_orders(mut orders: Vec<Option<Choice>>) -> Vec<Option<Choice>> {
    let made = || orders.iter().flatten();
    let agree = made().all(|order| made().next().is_some_and(|first| first.value == order.value));
    if agree && made().any(|order| order.sure == Sure::Certain) {
        for order in orders.iter_mut().flatten().filter(|order| order.sure == Sure::Look) {
            order.sure = Sure::Likely;
            order.reason = format!("so in the other files; {}", order.reason);
        }
    }
    orders
}

/// The sheet of a workbook.
fn sheet(file: &File, inputs: &Inputs) -> Option<Choice> {
    let sheets: Vec<&str> = file.sources.iter().filter_map(|source| source.sheet.as_deref()).collect();
    let decided = inputs.options.sheet.is_some() || file.decided.sheet.is_some();
    let chosen = match sheets[..] {
        [] => None,
        [one] if decided => Some((one, Sure::Certain, "kept: it stood in the configuration before".to_owned())),
        [one] => Some((one, Sure::Likely, "the only sheet that holds rows".to_owned())),
        // They are read together: a decision for one would leave the others out.
        [first, ..] => Some((first, Sure::Look, format!("all of these are read: {}", listed(sheets.iter().copied())))),
    };
    chosen.map(|(name, sure, reason)| Choice { value: quoted(name), sure, reason })
}

/// Writes how claims are read, where there are some.
fn claims(page: &mut Page, files: &[File], inputs: &Inputs) {
    let patient = inputs.options.config.claims().patient.map(|patient| match patient {
        PatientIs::MedicalRecord => "medical-record",
        PatientIs::Member => "member",
        PatientIs::Control => "control",
    });
    if let Some(patient) = patient {
        page.table("claims");
        page.set("patient", &quoted(patient), "certain: kept, it stood in the configuration before");
    } else if files.iter().flat_map(|file| &file.sources).any(|source| !source.has_header()) {
        page.table("claims");
        page.offer(
            "patient",
            "\"medical-record\"",
            "or \"member\", \"control\": which of a claim's ids is the patient's in the other exports",
        );
    }
}

fn name_of_unit(unit: MinutesUnit) -> &'static str {
    match unit {
        MinutesUnit::Minutes => "minutes",
        MinutesUnit::Hours => "hours",
    }
}

fn name_of_rows(rows: RowsAre) -> &'static str {
    match rows {
        RowsAre::Lines => "lines",
        RowsAre::Units => "units",
    }
}

fn name_of_unit_minutes(minutes: UnitMinutes) -> &'static str {
    match minutes {
        UnitMinutes::Each => "each",
        UnitMinutes::Repeated => "repeated",
    }
}

/// The file where the reader needs a decision first: what it asked, with each answer behind a `#`. What was decided before is
/// kept as it stands.
fn undecided(inputs: &Inputs, file: &str, problem: &str, mapping: &str) -> Result<String> {
    let before = match &inputs.config {
        Some(path) => std::fs::read_to_string(path).map_err(|error| Error::output(path, plain(&error)))?,
        None => String::new(),
    };
    let paths = || inputs.paths.iter().chain(&inputs.joined);
    // Folders are nobody's business; the sheet or the member stays.
    let is_part = |rest: &str| rest.is_empty() || rest.starts_with([' ', '/']);
    let rest_of = |path: &Path| file.strip_prefix(path.to_str()?).filter(|rest| is_part(rest));
    let of = paths().find_map(|path| Some((path, rest_of(path)?)));
    let (name, rest) = of.map_or((file_name(Path::new(file)), ""), |(path, rest)| (file_name(path), rest));
    let mut page = Page::default();
    page.comment(&format!("{NAME}: decisions on reading, begun by recount init; yours to edit."));
    page.comment("");
    page.comment("Made from:");
    for path in paths() {
        page.item(&shown(&file_name(path)));
    }
    match inputs.decided_by() {
        Some(by) => page.comment(&format!("with the decisions in {by}, which stand below.")),
        None => page.comment("without any decisions made before."),
    }
    page.gap();
    page.comment(&format!("look: {}: {problem}", shown(&format!("{name}{rest}"))));
    page.comment("Take the # away from the line that is right, and run recount init --force again for the rest.");
    if paths().count() > 1 {
        let pattern = quoted(&glob::Pattern::escape(&name));
        page.comment(&format!(
            "For that file only, write [files.{pattern}] above, and [files.{pattern}.columns] for columns."
        ));
    }
    for line in mapping.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            page.comment(line.trim_start_matches('#'));
        } else if line.starts_with('[') && before.is_empty() {
            page.table(line.trim_matches(['[', ']']));
        } else if line.starts_with('[') {
            page.comment(&format!("Under {line} below:"));
        } else {
            let (decision, reason) = line.split_once("   # ").unwrap_or((line, ""));
            let (key, value) = decision.split_once(" = ").unwrap_or((decision, ""));
            page.offer(key, value, reason);
        }
    }
    if !before.is_empty() {
        page.gap();
        page.verbatim(&before);
    }
    Ok(page.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(sure: Sure, value: &str) -> Option<Choice> {
        Some(Choice { value: value.to_owned(), sure, reason: "why".to_owned() })
    }

    #[test]
    fn a_file_that_leaves_its_dates_open_follows_the_others() {
        let sures = |orders: Vec<Option<Choice>>| -> Vec<Sure> {
            settled_orders(orders).into_iter().flatten().map(|order| order.sure).collect()
        };
        let (certain, open) = (order(Sure::Certain, "day-first"), order(Sure::Look, "day-first"));
        assert_eq!(sures(vec![certain.clone(), None, open.clone()]), [Sure::Certain, Sure::Likely]);
        assert_eq!(sures(vec![open.clone(), open]), [Sure::Look, Sure::Look]);
        let other = order(Sure::Look, "month-first");
        assert_eq!(sures(vec![certain, other]), [Sure::Certain, Sure::Look]);
    }
}
