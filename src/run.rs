//! The audit, top to bottom.

use crate::checks::{AppliedTo, Selection};
use crate::conclude::{Finished, Summed};
use crate::error::{Error, Result};
use crate::ingest::{self, Export, LostRow, Source, Store, Totals};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::reference::{Field, date};
use crate::report::{Input, Manifest, Noted, Shard, ShardFacts, TableFile, TotalsOf};
use crate::sessions::Schedule;
use crate::stream::{self, Streamed};
use crate::tables::{self, Tables};
use std::collections::BTreeMap;

/// Runs an audit and writes its report, or that of a shard.
///
/// # Errors
/// An input that cannot be read, an output that cannot be written. With more rejects than allowed the report is written before
/// the error is returned, so it comes back beside the report.
pub fn audit(plan: Plan, progress: Progress) -> Result<(Finished, Option<Error>)> {
    let (inputs, folder) = (&plan.inputs, &plan.folder);
    let reference = &inputs.reference;
    // The other half is for the texts, and for what the batches under way are made into.
    let store = Store::with_limit((plan.memory / 2) as usize, folder.staging().to_owned());
    let mut export = ingest::read(&inputs.paths, &inputs.joined, &inputs.options, reference, store, &progress)?;
    let mut asked = plan.selection.clone();
    asked.fit(&export.sources, reference);
    let schedule = Schedule::new(&mut export, plan.period)?;

    let (mut streamed, files) = stream::batches(&plan, &asked, &export, &schedule, &progress)?;
    let mut selection = asked.clone();
    let applied = streamed.applied.by_check(&selection);
    if plan.shard == Shard::WHOLE {
        let names_payer = |source: &Source| source.columns.iter().any(|(_, field)| *field == Some(Field::Payer));
        selection.note_applied(&applied, export.sources.iter().any(names_payer));
    }
    let bar = progress.count("adding up", 2);
    let patients = schedule.patients(plan.shard.share(schedule.batches()));
    let own = |lost: &&LostRow| patients.contains(&schedule.rank(lost.patient));
    let lost = export.lost.iter().filter(own).copied().chain(std::mem::take(&mut streamed.excluded)).collect();
    let lost = tables::lost_in_order(lost);
    streamed.sums.add_lost(&lost);
    let mut frames = std::mem::take(&mut streamed.frames);
    write_lost(&plan, &export, &lost, &mut frames)?;
    for (name, frame) in streamed.sums.frames(&export)? {
        frames.add(name, frame)?;
    }
    // A shard knows only some patients of a clinician, so it keeps when they were treated.
    let clinicians = &mut streamed.sums.clinician_days;
    if plan.shard == Shard::WHOLE {
        frames.add(tables::CLINICIAN_OVERLAPS, clinicians.overlaps(&export)?)?;
    } else {
        frames.add(tables::CLINICIAN_SPANS, clinicians.spans(&export)?)?;
    }
    frames.add("sources", tables::sources(&export, &streamed.lines_of_source, &lost)?)?;
    frames.add("payer_names", tables::payer_names(&export)?)?;
    bar.advance(1);

    let manifest = manifest(&plan, &selection, applied, &export, &streamed, &lost)?;
    let summed = Summed { frames, files, manifest };
    let report = if plan.shard == Shard::WHOLE {
        summed.conclude(folder, plan.format, &plan.queries, &selection, reference, (&plan.deliver, &progress))?
    } else {
        summed.keep(folder)?
    };
    bar.finish();
    plan.folder.finish()?;
    if plan.shard != Shard::WHOLE {
        // Rows without a patient all lie in one shard: only the merge can tell their share.
        return Ok((Finished { report, failed: false }, None));
    }
    Ok(plan.limits.apply(report, &plan.out))
}

/// Writes the tables of rows that are not audited.
fn write_lost(plan: &Plan, export: &Export, lost: &[LostRow], frames: &mut Tables) -> Result<()> {
    for (name, rejects) in [("rejects", true), ("excluded", false)] {
        let shown = plan.queries.name_table(name);
        let mut file: Option<TableFile> = None;
        tables::write_lost(export, lost, rejects, &plan.inputs.reference, &plan.inputs.options, &mut |rows| {
            if shown {
                frames.add(name, rows.clone())?;
            }
            let file = match &mut file {
                Some(file) => file,
                none => none.insert(TableFile::create(&plan.folder, name, plan.format, &rows)?),
            };
            file.append(&file.encode(rows)?)
        })?;
        file.map_or(Ok(()), TableFile::finish)?;
    }
    Ok(())
}

/// The run in figures. Totals that do not tie are a mistake of ours, and no report is written.
fn manifest(
    plan: &Plan,
    selection: &Selection,
    applied: BTreeMap<String, AppliedTo>,
    export: &Export,
    streamed: &Streamed,
    lost: &[LostRow],
) -> Result<Manifest> {
    let (excluded, rejected) = (Totals::of_lost(lost.iter(), false), Totals::of_lost(lost.iter(), true));
    let audited = streamed.audited;
    let whole = plan.shard == Shard::WHOLE;
    let totals =
        TotalsOf { read: if whole { export.read } else { audited + excluded + rejected }, audited, excluded, rejected };
    if !totals.tie() {
        return Err(Error::Bug("rows read are not rows audited, excluded and rejected".into()));
    }
    let mut findings = BTreeMap::new();
    for (severity, count) in streamed.sums.severities() {
        *findings.entry(severity.name().to_owned()).or_insert(0) += count;
    }
    let mut excluded: BTreeMap<String, u64> = BTreeMap::new();
    for lost in lost.iter().filter(|lost| !lost.why.is_reject()) {
        *excluded.entry(lost.why.to_string()).or_default() += 1;
    }
    let noted = Noted {
        joined_disciplines: streamed.joined_disciplines,
        excluded,
        unplaced: lost.iter().filter(|lost| lost.is_unplaced()).count() as u64,
        days: export.days(),
    };
    let mut notes = if whole { noted.notes(audited) } else { Vec::new() };
    let names = || export.texts.payer_names.iter();
    let payers = &plan.inputs.reference.payers;
    for (option, rules) in [("--payer-rule", &payers.rules), ("--what-if", &payers.what_if)] {
        let unused = rules.iter().filter(|rule| !names().any(|name| rule.matches(name.trim())));
        notes.extend(unused.map(|rule| format!("{option} {} fits no payer of these files", rule.pattern)));
    }
    notes.extend(plan.inputs.config_name().map(|name| format!("decisions on reading come from {name}")));
    Ok(Manifest {
        program: "recount".into(),
        run: String::new(),
        version: env!("CARGO_PKG_VERSION").into(),
        schema_version: 1,
        inputs: export.sources.iter().map(Input::of).collect(),
        dates: streamed.days.map(|(first, last)| (date(first).to_string(), date(last).to_string())),
        notes,
        totals,
        sessions: streamed.sessions,
        findings,
        checks_run: selection.run_names(),
        checks_not_run: selection.not_run(),
        checks_in_part: selection.in_part(&export.sources, &plan.inputs.reference),
        checks_applied: applied,
        data: plan.inputs.reference.hashes.iter().cloned().collect(),
        queries: plan.queries.hashes.iter().cloned().collect(),
        options: plan.options.clone(),
        outputs: BTreeMap::new(),
        deliverables: BTreeMap::new(),
        shard: (!whole).then_some(ShardFacts { shard: plan.shard, read: export.read, noted }),
    })
}
