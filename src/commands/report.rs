//! `recount report`: page and workbook of a finished run, made anew; with other thresholds also its patterns and summaries.

use crate::checks::Selection;
use crate::cli::ReportArgs;
use crate::conclude::{SUMS, Summed};
use crate::deliver::deliver;
use crate::error::{Error, Result};
use crate::finished::FinishedRun;
use crate::parquet::ParquetFile;
use crate::progress::Progress;
use crate::queries::Queries;
use crate::reference::{Reference, Settings};
use crate::report::{Folder, REVIEW, TableFile, TableFormat};
use crate::tables::{Detail, Tables, bug};
use polars::prelude::*;
use std::path::Path;

/// Makes them; what is said on the terminal.
///
/// # Errors
/// The folder holds no finished run, or one that was written without what is needed; a file cannot be written.
pub fn report(args: &ReportArgs, progress: &Progress) -> Result<String> {
    let choices = args.deliver.choices();
    choices.check()?;
    let run = FinishedRun::open(&args.dir)?;
    let reference = Reference::load(args.codes.as_deref(), None, &[])?;
    let place = args.out.as_deref().unwrap_or(&args.dir);
    let same = |a: &Path, b: &Path| a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a));
    let folder =
        if same(place, &args.dir) { Folder::open_again(place, args.force)? } else { Folder::open(place, args.force)? };
    if args.dir.join(REVIEW).is_file() {
        folder.take_over(&args.dir, REVIEW)?;
    }
    if let Some(settings) = &args.settings {
        let new = reference.with_settings(settings)?;
        anew(&run, &folder, &new, (&choices, progress))?;
    } else {
        for (name, output) in &run.manifest.outputs {
            folder.take_over(&args.dir, name)?;
            folder.note(name, output.clone());
        }
        let mut manifest = run.manifest.clone();
        deliver(&folder, &mut manifest, &reference.codes, &reference.settings, &choices, progress)?;
    }
    folder.finish()?;
    Ok(format!("Report: {}\n", place.display()))
}

/// Runs patterns and summaries over the run's sums, with other thresholds.
fn anew(
    run: &FinishedRun,
    folder: &Folder,
    reference: &Reference,
    deliver: (&crate::deliver::Choices, &Progress),
) -> Result<()> {
    let dir = run.folder();
    same_reading(&Reference::load(None, None, &[])?.settings, &reference.settings)?;
    if run.file("findings").is_none_or(|file| !file.ends_with(TableFormat::Parquet.ending())) {
        return Err(Error::Usage(
            "--settings needs a run whose tables are Parquet; audit again without --tables csv".into(),
        ));
    }
    let queries = Queries::load(None)?;
    let mut frames = Tables::default();
    for name in run.manifest.outputs.keys().filter_map(|path| path.strip_prefix(SUMS)?.strip_prefix('/')) {
        let frame = ParquetFile::open(&dir.join(SUMS).join(name))?.whole()?;
        frames.add(name.trim_end_matches(".parquet"), frame)?;
    }
    for (name, output) in &run.manifest.outputs {
        let own = name.starts_with("tables/") && !name.starts_with("tables/reconciliation");
        if !own && !name.starts_with(SUMS) && !name.starts_with("findings.") {
            folder.take_over(dir, name)?;
            folder.note(name, output.clone());
        }
    }
    let mut manifest = run.manifest.clone();
    manifest.findings.clear();
    manifest.deliverables.clear();
    manifest.data = reference.hashes.iter().cloned().collect();
    manifest.queries = queries.hashes.iter().cloned().collect();
    // The findings of sessions stay; those of patterns are found anew.
    let table = ParquetFile::open(&dir.join("findings.parquet"))?;
    let file = TableFile::create(folder, Detail::Findings.path(), TableFormat::Parquet, &table.whole()?.clear())?;
    for part in table.parts() {
        let rows = table.frame(&part)?;
        let of_session = rows.column("session_id").and_then(|ids| ids.str().cloned()).map_err(bug)?.not_equal("");
        let rows = rows.filter(&of_session).map_err(bug)?;
        let severities = rows.column("severity").and_then(|severity| severity.str().cloned()).map_err(bug)?;
        for severity in severities.iter().flatten() {
            *manifest.findings.entry(severity.to_owned()).or_insert(0) += 1;
        }
        file.append(&file.encode(rows)?)?;
    }
    let selection = Selection::of_manifest(&manifest.checks_run, &manifest.checks_not_run);
    let summed = Summed { frames, files: vec![(Detail::Findings, file)], manifest };
    summed.conclude(folder, TableFormat::Parquet, &queries, &selection, reference, deliver).map(|_| ())
}

/// Thresholds of reading and judging cannot be changed afterwards.
fn same_reading(old: &Settings, new: &Settings) -> Result<()> {
    let of = |settings: &Settings| {
        [
            ("zero_minutes_share_percent", settings.zero_minutes_share_percent),
            ("hours_suspect_max_minutes", settings.hours_suspect_max_minutes),
            ("max_units_per_line", settings.max_units_per_line),
            ("max_minutes_per_day", settings.max_minutes_per_day),
        ]
    };
    match of(old).iter().zip(of(new)).find(|(old, new)| *old != new) {
        Some(((name, _), _)) => Err(Error::Usage(format!(
            "--settings: {name} decides how exports are read; a report cannot change it afterwards"
        ))),
        None => Ok(()),
    }
}
