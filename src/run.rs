//! The audit, top to bottom.

use crate::checks::{ALL, Severity};
use crate::error::{Error, Result};
use crate::ingest::Totals;
use crate::ingest::{self, Lines};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Folder, Manifest, Report};
use crate::sessions::{self, Outcome};
use crate::tables::Tables;
use crate::words::counted;
use std::collections::BTreeMap;

/// A finished audit.
pub struct Finished {
    /// What it says.
    pub report: Report,
    /// Whether findings reach `--fail-on`.
    pub failed: bool,
}

/// Runs an audit and writes its report.
///
/// # Errors
/// An input that cannot be read, an output that cannot be written. With more rejects than allowed the report is written before
/// the error is returned, so it comes back beside the report.
pub fn audit(plan: Plan, progress: Progress) -> Result<(Finished, Option<Error>)> {
    let reference = &plan.inputs.reference;
    let mut selection = plan.selection.clone();

    let mut lines = ingest::read(&plan.inputs.paths, &plan.inputs.options, reference, &progress)?;
    selection.fit(&lines.sources);
    let outcome = sessions::recount(&mut lines, plan.period, reference, &progress);
    let findings = selection.run(&outcome, &lines, reference);

    let bar = progress.count("adding up", 3);
    let mut tables = Tables::build(&lines, &outcome, &findings, reference, &selection, &plan.queries.own_patterns())?;
    bar.advance(1);
    for found in plan.queries.patterns(&tables, &selection)? {
        tables.add_pattern(&found.check, &found.citation, &found.rows)?;
    }
    let summaries = plan.queries.summaries(&tables)?;
    bar.advance(1);

    let manifest = manifest(&plan, &selection, &lines, &outcome, &tables)?;
    let report = Report { manifest, tables, summaries };
    write(&report, plan.folder, plan.format, plan.detail)?;
    bar.finish();

    let totals = report.manifest.totals;
    let too_many = totals.rejected.rows * 10_000 > totals.read.rows * plan.max_rejects;
    let problem = too_many.then(|| Error::TooManyRejects {
        rejected: totals.rejected.rows,
        read: totals.read.rows,
        limit: format!("{}.{:02}", plan.max_rejects / 100, plan.max_rejects % 100).trim_end_matches(".00").to_owned(),
        out: plan.out.display().to_string(),
    });
    let reached = |severity: Severity| {
        [Severity::Exception, Severity::Review, Severity::Note]
            .into_iter()
            .filter(|found| *found <= severity)
            .any(|found| report.manifest.findings.get(found.name()).is_some_and(|count| *count > 0))
    };
    let failed = plan.fail_on.is_some_and(reached);
    Ok((Finished { report, failed }, problem))
}

fn write(report: &Report, folder: Folder, format: crate::report::TableFormat, detail: bool) -> Result<()> {
    report.write(&folder, format, detail)?;
    folder.finish()
}

/// The run in figures. Totals that do not tie are a mistake of ours, and no report is written.
fn manifest(
    plan: &Plan,
    selection: &crate::checks::Selection,
    lines: &Lines,
    outcome: &Outcome,
    tables: &Tables,
) -> Result<Manifest> {
    let lost = || lines.lost.iter().chain(&outcome.excluded);
    let totals = crate::report::TotalsOf {
        read: lines.read,
        audited: Totals::of_lines(lines, &outcome.order),
        excluded: Totals::of_lost(lost(), false),
        rejected: Totals::of_lost(lost(), true),
    };
    if !totals.tie() {
        return Err(Error::Bug("rows read are not rows audited, excluded and rejected".into()));
    }
    let mut findings = BTreeMap::new();
    let severities = tables.findings.column("severity").and_then(|column| column.str().cloned());
    for severity in severities.map_err(crate::tables::bug)?.iter().flatten().filter_map(Severity::from_name) {
        *findings.entry(severity.name()).or_insert(0) += 1;
    }
    let mut notes = Vec::new();
    if outcome.joined_disciplines > 0 {
        notes.push(format!(
            "{} without a discipline took the only one of the patient's day",
            counted(outcome.joined_disciplines, "line")
        ));
    }
    let days = || lines.day.iter().copied().filter(|day| *day != i32::MIN);
    if let (true, Some(first), Some(last)) = (outcome.order.is_empty(), days().min(), days().max()) {
        let date = crate::reference::date;
        notes.push(format!(
            "nothing is audited; the dates of service read lie between {} and {}",
            date(first),
            date(last)
        ));
    }
    let undated =
        lines.lost.iter().filter(|lost| lost.why.is_reject() && (lost.patient == 0 || lost.day.is_none())).count();
    if undated > 0 {
        notes.push(format!(
            "{} without a readable patient or date: whose session it was is not known",
            counted(undated as u64, "rejected row")
        ));
    }
    let payers = || lines.texts.payer_names.iter();
    for rule in plan.inputs.reference.payers.rules.iter().filter(|rule| !payers().any(|name| rule.matches(name.trim())))
    {
        notes.push(format!("--payer-rule {} fits no payer of these files", rule.pattern));
    }
    let inputs = lines.sources.iter().map(|source| crate::report::Input {
        file: source.name.clone(),
        sha256: source.sha256.clone(),
        source_rows: source.rows,
        columns: source.columns.iter().filter_map(|(header, field)| Some(((*field)?.name(), header.clone()))).collect(),
        columns_dropped: source
            .columns
            .iter()
            .filter(|(_, field)| field.is_none())
            .map(|(header, _)| header.clone())
            .collect(),
        notes: source.notes.clone(),
    });
    Ok(Manifest {
        program: "recount",
        version: env!("CARGO_PKG_VERSION"),
        schema_version: 1,
        inputs: inputs.collect(),
        notes,
        totals,
        sessions: crate::report::Counts {
            read: outcome.sessions.len() as u64,
            auditable: outcome.sessions.iter().filter(|session| session.auditable()).count() as u64,
        },
        findings,
        checks_run: ALL.iter().filter(|check| selection.runs(check)).map(|check| check.name).collect(),
        checks_not_run: ALL
            .iter()
            .filter(|check| !selection.runs(check))
            .map(|check| (check.name, selection.why_not(check).to_owned()))
            .collect(),
        data: plan.inputs.reference.hashes.iter().cloned().collect(),
        queries: plan.queries.hashes.iter().cloned().collect(),
        options: plan.options.clone(),
    })
}
