//! Which checks run, on which sessions. Silence is no pass: what did not run, or on how many lines it could, is said.

use super::edits::tables;
use super::{ALL, Check, Finding, Grain, Judged, Run, Scope};
use super::{
    assistant_modifier, diagnosis_unsupported, group_more_than_once, supervised_minutes_counted, units_without_minutes,
};
use crate::error::{Error, Result};
use crate::ingest::{Lines, Role, Source};
use crate::reference::{Day, Field, NO_END, Reference, date};
use crate::sessions::Outcome;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The checks that a run uses, by name or family.
#[derive(Clone)]
pub struct Selection {
    chosen: Vec<bool>,
    why_not: Vec<String>,
    /// For each check, whether the columns of each source are enough for it; nothing where all are.
    fits: Vec<Vec<bool>>,
    /// For each check, first and last day that its table of facts knows, if it has one.
    dates: Vec<Option<(Day, Day)>>,
}

/// To how much of a run each check could be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied(Vec<AppliedTo>);

/// Lines of sessions that one check speaks of, and why it does not speak of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedTo {
    /// It was applied.
    pub lines: u64,
    /// Their payers do not have Part B's rules.
    pub other_payers: u64,
    /// They lie outside the dates of its table, or in a setting that it does not know.
    pub other_dates: u64,
    /// Their file lacks a column.
    pub no_column: u64,
    /// The dates of service that its table of facts knows, if it has one: "2020-10-01 to 2024-09-30", "2020-01-01 on".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_dates: Option<String>,
}

impl std::ops::AddAssign<&AppliedTo> for AppliedTo {
    fn add_assign(&mut self, other: &AppliedTo) {
        self.lines += other.lines;
        self.other_payers += other.other_payers;
        self.other_dates += other.other_dates;
        self.no_column += other.no_column;
    }
}

/// Whether a check speaks of a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Yes,
    OtherPayer,
    OtherDate,
    NoColumn,
}

impl Applied {
    /// With those of another part of the run.
    pub fn merge(&mut self, other: &Applied) {
        self.0.resize(ALL.len(), AppliedTo::default());
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own += other);
    }

    /// Of each check that was selected and could run, by name.
    pub fn by_check(&self, selection: &Selection) -> BTreeMap<String, AppliedTo> {
        let named = |(n, check): (usize, &Check)| {
            let mut applied = self.0.get(n).cloned().unwrap_or_default();
            applied.table_dates = selection.dates[n].map(|(from, to)| match to {
                NO_END => format!("{} on", date(from)),
                to => format!("{} to {}", date(from), date(to)),
            });
            (check.name.to_owned(), applied)
        };
        ALL.iter().enumerate().filter(|(n, _)| selection.chosen[*n]).map(named).collect()
    }
}

/// Whether a source has a column of that field, or several of one kind, with something in it. Minutes that are blank throughout are told by checks; and what
/// no claim of a file has is missing there, not left out.
fn has_itself(source: &Source, field: Field, least: i64) -> bool {
    if field == Field::Modifiers {
        let others = [Field::Modifier1, Field::Modifier2, Field::Modifier3, Field::Modifier4];
        if source.counts.code_modifiers > 0 || others.into_iter().any(|other| has_itself(source, other, least)) {
            return true;
        }
    }
    let mapped = source.columns.iter().any(|(_, mapped)| *mapped == Some(field));
    let blank = || source.counts.blanks.iter().any(|(known, count)| *known == field && *count >= source.rows);
    // A claim that leaves a field out says so, and so may a few rows.
    let tells = BLANK_TELLS.contains(&field) && (!source.has_header() || (source.rows as i64) < least);
    mapped && (field == Field::Minutes || tells || !blank())
}

/// What a check that runs leaves out where none of these columns, or not that file of the user's, is there.
const IN_PART: [(&str, &[Field], Option<&str>, &str); 4] = [
    (
        supervised_minutes_counted::CHECK.name,
        &[Field::VisitTimedMinutes],
        None,
        "not whether minutes of supervised modalities are in the timed total",
    ),
    (
        supervised_minutes_counted::CHECK.name,
        &[Field::UnskilledMinutes, Field::Skilled],
        None,
        "not whether unskilled time is in the minutes",
    ),
    (
        assistant_modifier::CHECK.name,
        &[Field::AssistantMinutes, Field::TherapistCredential],
        None,
        "not whether CQ and CO fit who treated",
    ),
    (diagnosis_unsupported::CHECK.name, &[], Some("coverage.csv"), "not whether a coverage list supports the code"),
];

/// Fields of which a blank says that something is missing, and so may all of a few rows.
const BLANK_TELLS: [Field; 9] = [
    Field::Modifiers,
    Field::Modifier1,
    Field::Modifier2,
    Field::Modifier3,
    Field::Modifier4,
    Field::OrderingProvider,
    Field::CertificationDate,
    Field::ProgressReportDate,
    Field::Status,
];

/// What notes and remittances may say in place of bills.
const STATED: [Field; 13] = [
    Field::Minutes,
    Field::VisitTimedMinutes,
    Field::VisitTotalMinutes,
    Field::StartTime,
    Field::EndTime,
    Field::AssistantMinutes,
    Field::UnskilledMinutes,
    Field::Skilled,
    Field::Status,
    Field::TherapistId,
    Field::TherapistCredential,
    Field::Allowed,
    Field::Paid,
];

/// Whether checks read that field of such a source at all.
fn is_read(source: &Source, field: Field) -> bool {
    source.role == Role::Bill || STATED.contains(&field)
}

/// The same, or what does instead.
fn has(source: &Source, field: Field, least: i64) -> bool {
    let own = |field: Field| has_itself(source, field, least);
    match field {
        // Minutes may be the visit's, or the time between two others.
        Field::Minutes => {
            [Field::Minutes, Field::VisitTimedMinutes, Field::VisitTotalMinutes, Field::EndTime].into_iter().any(own)
        }
        field => own(field),
    }
}

impl Selection {
    /// `select` (all where empty) less `ignore`.
    ///
    /// # Errors
    /// A name that is neither a check nor a family.
    pub fn new(select: &[String], ignore: &[String]) -> Result<Selection> {
        for name in select.iter().chain(ignore) {
            if !ALL.iter().any(|check| check.name == name || check.family == name) {
                let names: Vec<&str> = ALL.iter().map(|check| check.name).collect();
                return Err(Error::Usage(format!(
                    "{name:?} is no check and no family; the checks are {}",
                    names.join(", ")
                )));
            }
        }
        let named = |list: &[String], check: &Check| list.iter().any(|name| name == check.name || name == check.family);
        let chosen: Vec<bool> =
            ALL.iter().map(|check| (select.is_empty() || named(select, check)) && !named(ignore, check)).collect();
        let why_not = chosen.iter().map(|chosen| if *chosen { String::new() } else { "not selected".into() }).collect();
        Ok(Selection { chosen, why_not, fits: Vec::new(), dates: vec![None; ALL.len()] })
    }

    /// The selection of a finished run: the checks that ran, and why the others did not.
    pub fn of_manifest(run: &[String], not_run: &BTreeMap<String, String>) -> Selection {
        let why_not = |check: &Check| not_run.get(check.name).cloned().unwrap_or_default();
        Selection {
            chosen: ALL.iter().map(|check| run.iter().any(|name| name == check.name)).collect(),
            why_not: ALL.iter().map(why_not).collect(),
            fits: Vec::new(),
            dates: vec![None; ALL.len()],
        }
    }

    /// Leaves out checks whose columns no file has, or whose facts nobody gave, and says so.
    pub fn fit(&mut self, sources: &[Source], reference: &Reference) {
        let joined = sources.iter().any(|source| source.role == Role::Notes);
        let least = reference.settings.source_min_lines;
        self.fits = vec![Vec::new(); ALL.len()];
        self.dates = vec![None; ALL.len()];
        for (n, check) in ALL.iter().enumerate() {
            if !self.chosen[n] {
                continue;
            }
            let has = |source: &Source, field: Field| is_read(source, field) && has(source, field, least);
            let has_itself = |source: &Source, field: Field| is_read(source, field) && has_itself(source, field, least);
            let in_some = |field: &Field| sources.iter().any(|source| has(source, *field));
            let itself_in_some = |field: &Field| sources.iter().any(|source| has_itself(source, *field));
            let lacks = if let Some(missing) = check.needs.iter().find(|field| !in_some(field)) {
                let is_mapped = |source: &Source| source.columns.iter().any(|(_, field)| *field == Some(*missing));
                let empty = sources.iter().any(|source| source.has_header() && is_mapped(source));
                let empty = if empty { ", which is empty" } else { "" };
                Some(format!("needs the column {}{empty}", missing.name()))
            } else if !check.needs_any.is_empty() && !check.needs_any.iter().any(itself_in_some) {
                Some(format!("needs one of the columns {}", names(check.needs_any, ", ")))
            } else if check.needs_notes && !joined {
                Some("needs an export of the notes (--join)".to_owned())
            } else {
                let missing = check.needs_file.filter(|name| !reference.has_file(name));
                missing.map(|name| format!("needs {name} in the folder of --data"))
            };
            if let Some(lacks) = lacks {
                self.chosen[n] = false;
                self.why_not[n] = lacks;
                continue;
            }
            // What a file of bills lacks, notes that are joined or remittances may give.
            let beside = |field: &Field| sources.iter().any(|source| source.role != Role::Bill && has(source, *field));
            let fits = |source: &Source| {
                let found = |field: &Field| has(source, *field) || beside(field);
                let itself = |field: &Field| has_itself(source, *field) || beside(field);
                check.needs.iter().all(found) && (check.needs_any.is_empty() || check.needs_any.iter().any(itself))
            };
            let of_sources: Vec<bool> = sources.iter().map(fits).collect();
            if of_sources.contains(&false) {
                self.fits[n] = of_sources;
            }
            if let Scope::Dated(dates) | Scope::Edits(dates, _) = check.scope {
                self.dates[n] = Some(dates(reference));
            }
        }
    }

    /// What checks that run leave out for want of a column or a file, by name.
    pub fn in_part(&self, sources: &[Source], reference: &Reference) -> BTreeMap<String, String> {
        let least = reference.settings.source_min_lines;
        let is_there = |field: &Field| sources.iter().any(|source| has_itself(source, *field, least));
        let lacks = |(check, fields, file, left_out): &(&str, &[Field], Option<&str>, &str)| {
            let needs = match file {
                Some(file) => (!reference.has_file(file)).then(|| format!("{file} in the folder of --data"))?,
                None => (!fields.iter().any(is_there)).then(|| format!("the column {}", names(fields, " or ")))?,
            };
            let runs = ALL.iter().any(|own| own.name == *check && self.runs(own));
            runs.then(|| ((*check).to_owned(), format!("{left_out}, which needs {needs}")))
        };
        IN_PART.iter().filter_map(lacks).collect()
    }

    /// Counts a check that could be applied to no line as not run, and says why.
    pub fn note_applied(&mut self, applied: &BTreeMap<String, AppliedTo>, named_payers: bool) {
        for (n, check) in ALL.iter().enumerate() {
            let Some(counts) = applied.get(check.name).filter(|_| self.chosen[n]) else { continue };
            // Where there is no line at all, nothing was left out.
            if counts.lines > 0 || counts.other_payers + counts.other_dates + counts.no_column == 0 {
                continue;
            }
            self.chosen[n] = false;
            self.why_not[n] = match counts.table_dates.as_ref().filter(|_| counts.other_dates > 0) {
                Some(dates) => format!("its table knows {dates}, and no session of these files"),
                None if counts.no_column > 0 => format!(
                    "needs the column {} beside a payer it speaks of",
                    check.needs.last().map_or("", |field| field.name())
                ),
                None if !named_payers => format!("needs the column {}", Field::Payer.name()),
                None => "no payer of these files has Part B's rules".to_owned(),
            };
        }
    }

    /// Checks that run.
    pub fn run_names(&self) -> Vec<String> {
        ALL.iter().filter(|check| self.runs(check)).map(|check| check.name.into()).collect()
    }

    /// Checks that do not run, each with the reason.
    pub fn not_run(&self) -> BTreeMap<String, String> {
        let not = ALL.iter().filter(|check| !self.runs(check));
        not.map(|check| (check.name.into(), self.why_not(check).to_owned())).collect()
    }

    /// Whether a check runs.
    pub fn runs(&self, check: &Check) -> bool {
        self.place(check).is_some_and(|n| self.chosen[n])
    }

    /// Why a check does not run; empty if it does.
    pub fn why_not(&self, check: &Check) -> &str {
        self.place(check).map_or("", |n| &self.why_not[n])
    }

    /// Runs the checks that speak of sessions, days and patients over the whole patients of a block. Findings stand in the order of
    /// sessions.
    pub fn run(&self, outcome: &Outcome, lines: &Lines, reference: &Reference, applied: &mut Applied) -> Vec<Finding> {
        applied.0.resize(ALL.len(), AppliedTo::default());
        let tells = (self.runs(&units_without_minutes::CHECK), self.runs(&group_more_than_once::CHECK));
        let judged: Vec<Judged> =
            (0..outcome.sessions.len()).map(|number| Judged::new(outcome, number, lines, reference, tells)).collect();
        let mut findings = Vec::new();
        let all_lines: u64 = judged.iter().map(|judged| u64::from(judged.session.lines.1)).sum();
        for (n, check) in ALL.iter().enumerate().filter(|(n, _)| self.chosen[*n]) {
            let counts = &mut applied.0[n];
            // Most checks speak of every session, and nobody need be asked.
            if matches!(check.scope, Scope::Every) && self.fits.get(n).is_none_or(Vec::is_empty) {
                counts.lines += all_lines;
                match check.run {
                    Run::Session(find) => judged.iter().for_each(|judged| find(judged, &mut findings)),
                    Run::Day(find) => judged.chunk_by(Judged::same_day).for_each(|day| find(day, &mut findings)),
                    Run::Patient(find) => {
                        judged.chunk_by(Judged::same_patient).for_each(|own| find(own, own, &mut findings));
                    }
                    Run::Flag | Run::Pattern => {}
                }
                continue;
            }
            let mut speaks = |judged: &Judged| {
                let speaks = self.speaks_of(n, check, judged);
                let lines = u64::from(judged.session.lines.1);
                match speaks {
                    Speaks::Yes => counts.lines += lines,
                    Speaks::OtherPayer => counts.other_payers += lines,
                    Speaks::OtherDate => counts.other_dates += lines,
                    Speaks::NoColumn => counts.no_column += lines,
                }
                speaks == Speaks::Yes
            };
            match check.run {
                Run::Session(find) => {
                    judged.iter().filter(|judged| speaks(judged)).for_each(|judged| find(judged, &mut findings));
                }
                Run::Day(find) => {
                    let days = judged.chunk_by(Judged::same_day);
                    each_group(days, &mut speaks, |own, _| find(own, &mut findings));
                }
                Run::Patient(find) => {
                    let patients = judged.chunk_by(Judged::same_patient);
                    each_group(patients, &mut speaks, |own, all| find(own, all, &mut findings));
                }
                // What speaks of more than these sessions has its query.
                Run::Flag | Run::Pattern => judged.iter().for_each(|judged| _ = speaks(judged)),
            }
        }
        // Within a session they stay in the order of the checks.
        findings.sort_by_key(|finding: &Finding| finding.session);
        findings.chunk_by_mut(|a, b| a.session == b.session).for_each(resolve);
        findings
    }

    fn speaks_of(&self, n: usize, check: &Check, judged: &Judged) -> Speaks {
        let part_b = !matches!(check.scope, Scope::Every);
        if part_b && !judged.policy.part_b {
            return Speaks::OtherPayer;
        }
        if let Some(Some((from, to))) = self.dates.get(n)
            && !(*from..=*to).contains(&judged.session.day)
        {
            return Speaks::OtherDate;
        }
        if let Scope::Edits(_, knows) = check.scope {
            let (reference, day) = (judged.reference, judged.session.day);
            if !tables(judged.setting(judged.own_lines())).iter().any(|facility| knows(reference, *facility, day)) {
                return Speaks::OtherDate;
            }
        }
        match self.fits.get(n) {
            Some(fits) if !fits.is_empty() && !judged.all_from(fits) => Speaks::NoColumn,
            _ => Speaks::Yes,
        }
    }

    fn place(&self, check: &Check) -> Option<usize> {
        ALL.iter().position(|other| other.name == check.name)
    }
}

/// Columns by name.
fn names(fields: &[Field], between: &str) -> String {
    fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(between)
}

/// A finding that names another is told by itself where that one is not told.
fn resolve(of_session: &mut [Finding]) {
    for n in 0..of_session.len() {
        let Some((check, code)) = of_session[n].also else { continue };
        let told = of_session
            .iter()
            .find(|other| other.check == check && (other.code == code || other.grain != Grain::Session))
            .map(|other| (check, other.code));
        of_session[n].primary |= told.is_none();
        of_session[n].also = told;
    }
}

/// Gives groups of sessions that belong together to a check: those that it speaks of, and all.
fn each_group<'a, 'b: 'a>(
    groups: impl Iterator<Item = &'a [Judged<'b>]>,
    speaks: &mut impl FnMut(&Judged) -> bool,
    mut find: impl FnMut(&[Judged], &[Judged]),
) {
    let mut own: Vec<Judged> = Vec::new();
    for group in groups {
        // It speaks of nearly every group as a whole, or not at all.
        let Some(first_not) = group.iter().position(|judged| !speaks(judged)) else {
            find(group, group);
            continue;
        };
        own.clear();
        own.extend_from_slice(&group[..first_not]);
        own.extend(group[first_not + 1..].iter().filter(|judged| speaks(judged)).copied());
        if !own.is_empty() {
            find(&own, group);
        }
    }
}
