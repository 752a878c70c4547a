//! `recount report`: page and workbook of a finished run, made anew; with other thresholds also its patterns and summaries.

use crate::checks::Selection;
use crate::cli::ReportArgs;
use crate::conclude::{SUMS, Summed};
use crate::deliver::deliver;
use crate::error::{Error, Result, plain};
use crate::finished::FinishedRun;
use crate::parquet::ParquetFile;
use crate::progress::Progress;
use crate::queries::Queries;
use crate::reference::{Reference, Settings};
use crate::report::{Folder, MANIFEST, Manifest, REVIEW, TableFile, TableFormat};
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
    let reference = Reference::load(args.codes.as_deref(), None, None, &[])?;
    reference.same_codes(&run.manifest.data)?;
    let place = args.out.as_deref().unwrap_or(&args.dir);
    let same = |a: &Path, b: &Path| a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a));
    let in_place = same(place, &args.dir);
    let folder = if in_place { Folder::open_again(place, args.force)? } else { Folder::open(place, args.force)? };
    if in_place {
        // What people put into the folder stays in it.
        others(&args.dir, &run.manifest)?.iter().try_for_each(|name| folder.take_over(&args.dir, name))?;
    } else if args.settings.is_none() && args.dir.join(REVIEW).is_file() {
        folder.take_over(&args.dir, REVIEW)?;
    }
    if let Some(settings) = &args.settings {
        let queries = Queries::load(args.queries.as_deref())?;
        anew(&run, &folder, &reference.with_settings(settings)?, &queries, (&choices, progress))?;
    } else {
        for (name, output) in &run.manifest.outputs {
            folder.take_over(&args.dir, name)?;
            folder.note(name, output.clone());
        }
        let mut manifest = run.manifest.clone();
        deliver(&folder, &mut manifest, &reference.codes, &reference.settings, &choices, progress)?;
        if in_place {
            keep(&run, &folder, &mut manifest, args.deliver.letters)?;
        }
    }
    folder.finish()?;
    Ok(format!("Report: {}\n", place.display()))
}

/// Keeps what was made before and is not made anew now: letters, a page, a work paper that was not asked for.
fn keep(run: &FinishedRun, folder: &Folder, manifest: &mut Manifest, letters: bool) -> Result<()> {
    let old = run.manifest.deliverables.iter().filter(|(name, _)| !(letters && name.starts_with("therapists/")));
    for (name, hash) in old {
        if !manifest.deliverables.contains_key(name) && run.folder().join(name).is_file() {
            folder.take_over(run.folder(), name)?;
            manifest.deliverables.insert(name.clone(), hash.clone());
        }
    }
    folder.write(MANIFEST, manifest.json().as_bytes())
}

/// Files of a run's folder that the run did not write, but for what is made anew.
fn others(dir: &Path, manifest: &Manifest) -> Result<Vec<String>> {
    let unreadable = |error: std::io::Error| Error::input(dir.display().to_string(), plain(&error));
    let (mut found, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let ours =
                name == MANIFEST || manifest.outputs.contains_key(&name) || manifest.deliverables.contains_key(&name);
            if !ours {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Runs patterns and summaries over the run's sums, with other thresholds.
fn anew(
    run: &FinishedRun,
    folder: &Folder,
    reference: &Reference,
    queries: &Queries,
    deliver: (&crate::deliver::Choices, &Progress),
) -> Result<()> {
    let dir = run.folder();
    same_reading(&Reference::load(None, None, None, &[])?.settings, &reference.settings)?;
    if run.file("findings").is_none_or(|file| !file.ends_with(TableFormat::Parquet.ending())) {
        return Err(Error::Usage(
            "--settings needs a run whose tables are Parquet; audit again without --tables csv".into(),
        ));
    }
    // Queries of the user's own are run again, too, or it is said that they are not given.
    let known = |name: &String| queries.hashes.iter().any(|(own, _)| own == name);
    if let Some(missing) = run.manifest.queries.keys().find(|name| !known(name)) {
        return Err(Error::Usage(format!("the run had the query {missing}; give its folder with --queries")));
    }
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
    manifest.data.remove("data/settings.toml");
    manifest.data.extend(reference.hashes.last().cloned());
    manifest.queries = queries.hashes.iter().cloned().collect();
    // The findings on patients stay; those of patterns are found anew.
    let table = ParquetFile::open(&dir.join("findings.parquet"))?;
    let file = TableFile::create(folder, Detail::Findings.path(), TableFormat::Parquet, &table.whole()?.clear())?;
    for part in table.parts() {
        let rows = table.frame(&part)?;
        let of_patient = rows.column("patient_id").and_then(|ids| ids.str().cloned()).map_err(bug)?.not_equal("");
        let rows = rows.filter(&of_patient).map_err(bug)?;
        let severities = rows.column("severity").and_then(|severity| severity.str().cloned()).map_err(bug)?;
        for severity in severities.iter().flatten() {
            *manifest.findings.entry(severity.to_owned()).or_insert(0) += 1;
        }
        file.append(&file.encode(rows)?)?;
    }
    let selection = Selection::of_manifest(&manifest.checks_run, &manifest.checks_not_run);
    let summed = Summed { frames, files: vec![(Detail::Findings, file)], manifest };
    summed.conclude(folder, TableFormat::Parquet, queries, &selection, reference, deliver).map(|_| ())
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
