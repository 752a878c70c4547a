//! `recount checks`: every check, a line each; and the same as documents, made of the checks' own pages.

use crate::blocks::thousands;
use crate::checks::{ALL, Check, Run, Scope, summary};
use crate::error::Result;
use crate::finished::FinishedRun;
use crate::report::Manifest;
use std::fmt::Write;
use std::path::Path;

/// The list; of a finished run also to how many lines each check could be applied.
///
/// # Errors
/// The folder holds no finished run.
pub fn list(dir: Option<&Path>) -> Result<String> {
    let run = dir.map(FinishedRun::open).transpose()?;
    let mut text = match &run {
        None => format!("{:<26}  {:<13}  {:<9}  needs\n", "check", "family", "severity"),
        Some(_) => format!("{:<26}  {:<13}  {:<9}  lines\n", "check", "family", "severity"),
    };
    for check in ALL {
        let last = match &run {
            None => needs(check),
            Some(run) => applied(check, &run.manifest),
        };
        let lead = format!("{:<26}  {:<13}  {:<9}  ", check.name, check.family, check.severity.name());
        put(&mut text, &lead, &last);
    }
    let hint = match dir {
        None => {
            "recount explain CHECK prints a check's page; recount checks REPORT says to how\nmany lines of a run each could be applied."
        }
        Some(_) => {
            "lines: those of payers, dates and files that a check speaks of; what a cell leaves\nblank it cannot see. recount explain CHECK prints a check's page; recount checks\nlists what each needs."
        }
    };
    let _ = writeln!(text, "\n{hint}");
    Ok(text)
}

/// Columns of a terminal.
const WIDTH: usize = 80;

/// Writes words behind a lead; what does not fit stands below, under their first.
pub(super) fn put(text: &mut String, lead: &str, words: &str) {
    let mut line = lead.to_owned();
    for word in words.split(' ') {
        if line.chars().count() + word.chars().count() > WIDTH && line.trim() != lead.trim() {
            let _ = writeln!(text, "{}", line.trim_end());
            line = " ".repeat(lead.chars().count());
        }
        let _ = write!(line, "{word} ");
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

/// To how many lines of a run a check could be applied, or why to none.
fn applied(check: &Check, manifest: &Manifest) -> String {
    match (manifest.checks_not_run.get(check.name), manifest.checks_applied.get(check.name)) {
        (Some(why), _) => format!("not run: {why}"),
        (None, Some(applied)) => {
            let lines = thousands(applied.lines as i64);
            match manifest.checks_in_part.get(check.name) {
                Some(left_out) => format!("{lines}, in part: {left_out}"),
                None => lines,
            }
        }
        (None, None) => String::new(),
    }
}

/// The columns, files and notes without which a check cannot run.
fn needs(check: &Check) -> String {
    let names = |fields: &[crate::reference::Field], between: &str| {
        fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(between)
    };
    let mut parts = vec![names(check.needs, ", "), names(check.needs_any, " or ")];
    parts.extend(check.needs_file.map(|name| format!("{name} (--data)")));
    parts.extend(check.needs_notes.then(|| "notes (--join)".to_owned()));
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// Whose sessions a check speaks of.
fn scope(check: &Check) -> &'static str {
    match check.scope {
        Scope::Every => "all",
        Scope::PartB => "Part B",
        Scope::Dated(_) | Scope::Edits(..) => "Part B, by date",
    }
}

/// `docs/checks.md`: the list, and every check's page.
pub fn document() -> String {
    let mut text = "# The checks\n\nMade of the checks' own pages, which `recount explain CHECK` prints too.\n\n\
                    `needs`: the columns of the export without which a check does not run; a run says so. `payers`: whose\n\
                    sessions it speaks of: all, those of payers with Medicare Part B's own rules, or those within the dates\n\
                    that its table of facts knows.\n\n\
                    | check | family | severity | needs | payers | looks at |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for check in ALL {
        let at = match check.run {
            Run::Session(_) | Run::Flag => "a session",
            Run::Day(_) => "a patient's day",
            Run::Patient(_) => "a patient's history",
            Run::Pattern => "many sessions",
        };
        let _ = writeln!(
            text,
            "| [{0}](#{0}) | {1} | {2} | {3} | {4} | {at} |",
            check.name,
            check.family,
            check.severity.name(),
            needs(check),
            scope(check),
        );
    }
    text.push_str(
        "\nIn the examples, `97110-GP=24/2@T1` is a service of 24 minutes billed as 2 units with the modifier GP by clinician T1;\n\
         `40 *` stands for 40 patients, `;` begins another patient, and `column:value` holds for what stands behind it. \"finds\" gives\n\
         severity, certainty and units over.\n",
    );
    for check in ALL {
        let page = check.page.replace("\n## ", "\n### ");
        let _ = write!(text, "\n#{page}");
    }
    text
}

/// The README's table of the checks.
pub fn table() -> String {
    let mut text = "| check | family | severity | says |\n|---|---|---|---|\n".to_owned();
    for check in ALL {
        let says = summary(check.page);
        let _ = writeln!(text, "| `{}` | {} | {} | {says} |", check.name, check.family, check.severity.name());
    }
    text
}
