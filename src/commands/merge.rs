//! `recount merge`: one report of the shards of a run.
//!
//! A shard is a stretch of the order that every table follows, so tables are joined end to end, sums are stacked, and the
//! summary tables are made of them as in a run that was never split. The report is that run's, byte for byte.

use crate::checks::{AppliedTo, Selection};
use crate::cli::MergeArgs;
use crate::conclude::{Finished, SUMS, Summed};
use crate::error::{Error, Result, plain};
use crate::parquet::ParquetFile;
use crate::plan::Limits;
use crate::progress::Progress;
use crate::queries::Queries;
use crate::reference::{Field, Reference};
use crate::report::{Folder, Input, MANIFEST, Manifest, Noted, Report, Shard, TableFile, TableFormat, TotalsOf};
use crate::stream::Files;
use crate::tables::{
    CLINICIAN_DAYS, CLINICIAN_OVERLAPS, CLINICIAN_SPANS, Detail, Tables, bug, days_of_shards, overlaps_of_shards,
    pieces_of_lost,
};
use crate::words::counted;
use polars::prelude::*;
use std::path::{Path, PathBuf};

/// A finished shard.
struct Part {
    folder: PathBuf,
    manifest: Manifest,
    shard: Shard,
}

/// Merges shards and writes the report.
///
/// # Errors
/// A folder that is no shard, shards of different runs, a shard that is missing; as for an audit.
pub fn merge(args: &MergeArgs, progress: Progress) -> Result<(Finished, Option<Error>)> {
    let reference = Reference::load(args.codes.as_deref(), None, None, &[])?;
    let queries = Queries::load(args.queries.as_deref())?;
    let limits = Limits::new(&args.limits, &reference.settings)?;
    let parts = parts(&args.shards)?;
    let manifest = manifest(&parts, &queries)?;
    let place = |path: &Path| path.canonicalize().ok();
    if let Some(part) = parts.iter().find(|part| place(&args.out).is_some_and(|out| place(&part.folder) == Some(out))) {
        let shard = part.folder.display();
        return Err(Error::Usage(format!("--out {shard} is a shard, and would be replaced; name another folder")));
    }
    reference.same_codes(&manifest.data)?;
    let choices = args.deliver.choices();
    choices.check()?;
    choices.outside(&args.out)?;
    let folder = Folder::open(&args.out, args.force)?;
    let bar = progress.count("merging", 4);

    let mut frames = Tables::default();
    let mut files: Files = Vec::new();
    for detail in Detail::ALL {
        let shown = queries.name_table(detail.name());
        let (with, without): (Vec<&Part>, Vec<&Part>) =
            parts.iter().partition(|part| part.table(detail.path()).is_file());
        if let ([with, ..], [without, ..]) = (&with[..], &without[..]) {
            return Err(Error::Usage(format!(
                "shard {} has the table {} and shard {} has not: make all shards with the same --detail",
                with.shard.number,
                detail.name(),
                without.shard.number
            )));
        }
        if with.is_empty() {
            if shown {
                return Err(Error::Usage(format!(
                    "a query names the table {}, and the shards were made with --detail findings",
                    detail.name()
                )));
            }
            continue;
        }
        let mut file = None;
        for part in &parts {
            let path = part.table(detail.path());
            let table = ParquetFile::open(&path)?;
            let parts = table.parts();
            // Without a row it has its columns nevertheless.
            let nothing = parts.is_empty().then(|| table.whole());
            for rows in nothing.into_iter().chain(parts.iter().map(|part| table.frame(part))) {
                let rows = rows?;
                if shown {
                    frames.add(detail.name(), rows.clone())?;
                }
                let file = match &mut file {
                    Some(file) => file,
                    none => none.insert(TableFile::create(&folder, detail.path(), args.tables, &rows)?),
                };
                file.append(&file.encode(rows)?)?;
            }
        }
        files.extend(file.map(|file| (detail, file)));
        bar.advance(1);
    }
    for name in ["rejects", "excluded"] {
        let rows = in_order(&parts, name, &manifest)?;
        let file = TableFile::create(&folder, name, args.tables, &rows)?;
        pieces_of_lost(&rows)?.into_iter().try_for_each(|piece| file.append(&file.encode(piece)?))?;
        file.finish()?;
        if queries.name_table(name) {
            frames.add(name, rows)?;
        }
    }
    sums(&parts, &mut frames)?;
    let mut selection = Selection::of_manifest(&manifest.checks_run, &manifest.checks_not_run);
    let names_payer = |input: &Input| input.columns.contains_key(Field::Payer.name());
    selection.note_applied(&manifest.checks_applied, manifest.inputs.iter().any(names_payer));
    let manifest = Manifest { checks_run: selection.run_names(), checks_not_run: selection.not_run(), ..manifest };
    let summed = Summed { frames, files, manifest };
    let report = summed.conclude(&folder, args.tables, &queries, &selection, &reference, (&choices, &progress))?;
    bar.finish();
    folder.finish()?;
    Ok(limits.apply(report, &args.out))
}

/// What the terminal says of a finished shard.
pub fn say_shard(report: &Report, shard: Shard, out: &Path) -> String {
    let totals = report.manifest.totals;
    format!(
        "Shard {} of {}: {} in sessions, {} excluded, {} rejected; {}.\nrecount merge makes one report of all {} shards: {}\n",
        shard.number,
        shard.of,
        counted(totals.audited.rows, "row"),
        totals.excluded.rows,
        totals.rejected.rows,
        counted(report.manifest.sessions.read, "session"),
        shard.of,
        out.display()
    )
}

impl Part {
    fn table(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{}", TableFormat::Parquet.ending()))
    }

    fn sum(&self, name: &str) -> Result<DataFrame> {
        let path = self.folder.join(SUMS).join(format!("{name}.{}", TableFormat::Parquet.ending()));
        ParquetFile::open(&path)?.whole()
    }
}

/// The shards in their order, all there, once each.
fn parts(folders: &[PathBuf]) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for folder in folders {
        let wrong = |problem: &str| Error::input(folder.display().to_string(), problem);
        let text = std::fs::read_to_string(folder.join(MANIFEST))
            .map_err(|error| wrong(&format!("holds no shard: {}", plain(&error))))?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|_| wrong("holds no shard of this version"))?;
        let facts = manifest.shard.clone().ok_or_else(|| wrong("holds a whole run, no shard"))?;
        parts.push(Part { folder: folder.clone(), manifest, shard: facts.shard });
    }
    parts.sort_by_key(|part| part.shard.number);
    let of = parts[0].shard.of;
    if let Some(other) = parts.iter().find(|part| part.shard.of != of) {
        return Err(Error::Usage(format!("shards of {of} and shards of {} are no one run", other.shard.of)));
    }
    for pair in parts.windows(2) {
        if pair[0].shard == pair[1].shard {
            return Err(Error::Usage(format!("shard {}/{of} is given twice", pair[0].shard.number)));
        }
    }
    let missing: Vec<String> = (1..=of)
        .filter(|number| parts.iter().all(|part| part.shard.number != *number))
        .map(|number| format!("{number}/{of}"))
        .collect();
    if !missing.is_empty() {
        return Err(Error::Usage(format!("shards are missing: {}", missing.join(", "))));
    }
    Ok(parts)
}

/// The manifest of the whole run, but for the findings of patterns.
fn manifest(parts: &[Part], queries: &Queries) -> Result<Manifest> {
    let first = &parts[0].manifest;
    let (mut noted, mut totals) = (Noted::default(), TotalsOf::default());
    let mut whole = Manifest { findings: Default::default(), sessions: Default::default(), ..first.clone() };
    whole
        .checks_applied
        .values_mut()
        .for_each(|applied| *applied = AppliedTo { table_dates: applied.table_dates.take(), ..AppliedTo::default() });
    for part in parts {
        let other = &part.manifest;
        let differs = [
            ("version of recount", other.version != first.version),
            ("exports", other.inputs != first.inputs),
            ("reference data", other.data != first.data),
            ("queries", other.queries != first.queries),
            ("options", other.options != first.options || other.notes != first.notes),
            ("checks", other.checks_run != first.checks_run || other.checks_not_run != first.checks_not_run),
        ];
        if let Some((what, _)) = differs.into_iter().find(|(_, differs)| *differs) {
            return Err(Error::Usage(format!(
                "shards {} and {} are not of one run: their {what} differ",
                parts[0].shard.number, part.shard.number
            )));
        }
        totals += other.totals;
        whole.sessions += other.sessions;
        for (check, applied) in &other.checks_applied {
            *whole.checks_applied.entry(check.clone()).or_default() += applied;
        }
        // ISO dates have the order of their days.
        whole.dates = match (whole.dates.take(), other.dates.clone()) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        for (severity, count) in &other.findings {
            *whole.findings.entry(severity.clone()).or_insert(0) += count;
        }
        other.shard.iter().for_each(|facts| noted += facts.noted.clone());
    }
    if first.shard.as_ref().is_some_and(|facts| facts.read != totals.read) {
        return Err(Error::Bug("the shards together have not the rows that were read".into()));
    }
    let mut notes = noted.notes(totals.audited);
    notes.append(&mut whole.notes);
    let queries = queries.hashes.iter().cloned().collect();
    let (outputs, deliverables) = Default::default();
    Ok(Manifest { totals, notes, queries, outputs, deliverables, run: String::new(), shard: None, ..whole })
}

/// A table of rows that are not audited, of all shards, in the order of the files.
fn in_order(parts: &[Part], name: &str, manifest: &Manifest) -> Result<DataFrame> {
    let mut tables = Tables::default();
    for part in parts {
        tables.add(name, ParquetFile::open(&part.table(name))?.whole()?)?;
    }
    let mut rows = tables.get(name).cloned().unwrap_or_default();
    rows.rechunk_mut();
    let files = rows.column("source_file").and_then(|column| column.str().cloned()).map_err(bug)?;
    let numbers = rows.column("source_row").and_then(|column| column.i64().cloned()).map_err(bug)?;
    let place = |file: Option<&str>| manifest.inputs.iter().position(|input| Some(input.file.as_str()) == file);
    let mut order: Vec<(Option<usize>, Option<i64>, IdxSize)> =
        (0..rows.height()).map(|n| (place(files.get(n)), numbers.get(n), n as IdxSize)).collect();
    order.sort_unstable();
    let order: IdxCa = order.into_iter().map(|(_, _, n)| Some(n)).collect();
    rows.take(&order).map_err(bug)
}

/// The sums of all shards, stacked; of tables about the whole run, the first shard's.
fn sums(parts: &[Part], frames: &mut Tables) -> Result<()> {
    for name in crate::tables::SUMS.into_iter().filter(|name| *name != CLINICIAN_DAYS) {
        parts.iter().try_for_each(|part| frames.add(name, part.sum(name)?))?;
    }
    // A clinician's day may lie in several shards.
    let mut kept = Tables::default();
    for name in [CLINICIAN_DAYS, CLINICIAN_SPANS] {
        parts.iter().try_for_each(|part| kept.add(name, part.sum(name)?))?;
    }
    let kept = |name: &str| kept.get(name).cloned().unwrap_or_default();
    frames.add(CLINICIAN_DAYS, days_of_shards(&kept(CLINICIAN_DAYS))?)?;
    frames.add(CLINICIAN_OVERLAPS, overlaps_of_shards(&kept(CLINICIAN_SPANS))?)?;
    frames.add("payer_names", parts[0].sum("payer_names")?)?;
    let mut sources = parts[0].sum("sources")?;
    for part in &parts[1..] {
        let other = part.sum("sources")?;
        // What a shard has of a file; the other columns are of the whole file.
        for name in ["lines", "rejected", "excluded"] {
            let (own, more) = (sources.column(name).map_err(bug)?, other.column(name).map_err(bug)?);
            let sum = (own + more).map_err(bug)?;
            sources.replace(name, sum).map_err(bug)?;
        }
    }
    frames.add("sources", sources)
}
