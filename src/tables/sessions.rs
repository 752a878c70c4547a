//! The tables `sessions` and `services`.

use super::build::{Builder, texts};
use super::names::Names;
use crate::checks::attribution;
use crate::error::Result;
use crate::hash::id;
use crate::ingest::{IdScope, Lines, discipline_of};
use crate::reference::date;
use crate::sessions::{Causes, Evidence, Outcome, Session, Tally};
use polars::prelude::*;
use recount_core::domain::{Rule, Units};

/// The id of a session: of the normalised key, so that it is equal in every run.
pub fn session_id(lines: &Lines, outcome: &Outcome, session: &Session) -> String {
    let export = lines.export;
    let first = outcome.order[session.lines.0 as usize];
    let file = match export.id_scope() {
        IdScope::File => export.sources[usize::from(lines.file.at(first))].name.as_str(),
        _ => "",
    };
    id(
        "S",
        &[
            export.texts.patients.get(session.patient),
            &date(session.day).to_string(),
            discipline(session.discipline),
            &export.payers[session.payer as usize].key,
            export.texts.practices.get(lines.practice.at(first)),
            file,
        ],
    )
}

/// The ids of all sessions.
pub fn session_ids(lines: &Lines, outcome: &Outcome) -> StringChunked {
    texts(outcome.sessions.iter().map(|session| session_id(lines, outcome, session)))
}

/// The ids of all services: the session's, and the code.
pub fn service_ids(lines: &Lines, outcome: &Outcome, sessions: &StringChunked) -> StringChunked {
    texts(outcome.services.iter().map(|service| {
        let session = sessions.get(service.session as usize).unwrap_or_default();
        format!("{session}:{}", lines.export.texts.codes.get(service.code))
    }))
}

/// `PT`, `OT`, `SLP`, or nothing.
pub fn discipline(number: u8) -> &'static str {
    discipline_of(number).map_or("", |discipline| discipline.name())
}

/// The table `sessions`.
pub fn frame(lines: &Lines, outcome: &Outcome, names: &Names) -> Result<DataFrame> {
    let sessions = &outcome.sessions;
    let policy = |n: usize| lines.export.payers[sessions[n].payer as usize].policy(sessions[n].day);
    let first = |n: usize| outcome.first_line(lines, &sessions[n]);
    // On a session that is not audited nothing is said to be supported.
    let judged = |n: usize, units: i32| sessions[n].auditable().then_some(i64::from(units));
    let occurrences = |n: usize, units: i32| sessions[n].occurrences_known().then_some(i64::from(units));
    let minutes = |n: usize| sessions[n].timed_minutes(outcome.services_of(&sessions[n]));
    let tally = |n: usize, which: fn(&Session) -> Tally| which(&sessions[n]);
    let what_if = |n: usize, of: fn(&Tally) -> Units| {
        sessions[n].what_if.filter(|_| sessions[n].auditable()).map(|tally| i64::from(of(&tally)))
    };
    Builder::new(sessions.len())
        .text("session_id", |n| session_id(lines, outcome, &sessions[n]))
        .text_of("patient_id", &names.patients, |n| sessions[n].patient)
        .date("date_of_service", |n| Some(sessions[n].day))
        .text_of("discipline", &names.disciplines, |n| sessions[n].discipline.into())
        .text_of("payer", &names.payers, |n| sessions[n].payer)
        .text("payer_class", |n| policy(n).class.as_str())
        .text("unit_rule", |n| sessions[n].rule.name())
        .text("rule_basis", |n| sessions[n].basis.name())
        .text_of("clinic", &names.clinics, |n| sessions[n].clinic)
        .text_of("therapist_id", &names.therapists, |n| sessions[n].therapist)
        .int("lines", |n| sessions[n].lines.1.into())
        .int_or_null("timed_minutes", |n| minutes(n).map(i64::from))
        .int("untimed_minutes", |n| sessions[n].untimed_time.whole_minutes().into())
        .int("timed_units_billed", |n| sessions[n].timed.billed.into())
        .int_or_null("timed_units_supported", |n| judged(n, sessions[n].timed.supported))
        .int_or_null("timed_units_over", |n| judged(n, sessions[n].timed.over))
        .int_or_null("timed_units_under", |n| judged(n, sessions[n].timed.under))
        .int_or_null("units_cms", |n| judged(n, sessions[n].cms.supported))
        .int_or_null("units_midpoint", |n| judged(n, sessions[n].midpoint.supported))
        .int("interval_units_billed", |n| tally(n, |s| s.interval).billed.into())
        .int_or_null("interval_units_supported", |n| judged(n, sessions[n].interval.supported))
        .int("untimed_units_billed", |n| sessions[n].untimed.billed.into())
        .int_or_null("untimed_units_supported", |n| occurrences(n, sessions[n].untimed.supported))
        .int_or_null("untimed_units_over", |n| occurrences(n, sessions[n].untimed.over))
        .int_or_null("interval_units_over", |n| judged(n, sessions[n].interval.over))
        .int_or_null("interval_units_under", |n| judged(n, sessions[n].interval.under))
        .int("other_units_billed", |n| sessions[n].other_billed.into())
        .decimal_or_null("minutes_per_unit", |n| {
            let session = &sessions[n];
            let tenths = (minutes(n)? * 10).checked_div(session.timed.billed)?;
            (session.timed.billed > 0 && !session.doubts.units_blank).then_some(f64::from(tenths) / 10.0)
        })
        .flag("short", |n| sessions[n].short())
        .flag("auditable", |n| sessions[n].auditable())
        .text("why_not", |n| sessions[n].why_not.words())
        .text("evidence", |n| sessions[n].evidence())
        .periods(|n| Some(sessions[n].day))
        .text_of("payer_name", &names.payer_names, |n| lines.payer_name[first(n) as usize])
        .text_of("source_file", &names.sources, |n| lines.file.at(first(n)).into())
        .text_of("practice_id", &names.practices, |n| lines.practice.at(first(n)))
        .int("clinicians", |n| sessions[n].clinicians.into())
        .int("clinics", |n| sessions[n].clinics.into())
        .int_or_null("over_cms", |n| judged(n, sessions[n].cms.over))
        .int_or_null("over_midpoint", |n| judged(n, sessions[n].midpoint.over))
        .int_or_null("under_cms", |n| judged(n, sessions[n].cms.under))
        .int_or_null("under_midpoint", |n| judged(n, sessions[n].midpoint.under))
        .int_or_null("minutes_at_most", |n| {
            let bound = sessions[n].auditable() && sessions[n].evidence == Evidence::UpperBound;
            bound.then(|| sessions[n].timed_time.whole_minutes().into())
        })
        .text("explained_by", |n| sessions[n].explained_by.map_or(String::new(), Causes::names))
        .text("what_if_rule", |n| policy(n).what_if.map_or("", Rule::name))
        .int_or_null("what_if_units_supported", |n| what_if(n, |tally| tally.supported))
        .int_or_null("what_if_units_over", |n| what_if(n, |tally| tally.over))
        .int_or_null("what_if_units_under", |n| what_if(n, |tally| tally.under))
        .finish()
}

/// The table `services`.
pub fn services(lines: &Lines, outcome: &Outcome, names: &Names) -> Result<DataFrame> {
    let session_ids = session_ids(lines, outcome);
    let services = &outcome.services;
    let session = |n: usize| &outcome.sessions[services[n].session as usize];
    let service_ids = service_ids(lines, outcome, &session_ids);
    let judged = |n: usize, units: i32| services[n].is_judged_in(session(n)).then_some(i64::from(units));
    Builder::new(services.len())
        .text_of("service_id", &service_ids, |n| n as u32)
        .text_of("session_id", &session_ids, |n| services[n].session)
        .text_of("patient_id", &names.patients, |n| session(n).patient)
        .date("date_of_service", |n| Some(session(n).day))
        .text_of("discipline", &names.disciplines, |n| session(n).discipline.into())
        .text_of("payer", &names.payers, |n| session(n).payer)
        .text("unit_rule", |n| session(n).rule.name())
        .text_of("code", &names.codes, |n| services[n].code)
        .text("code_kind", |n| services[n].kind.name())
        .int_or_null("minutes", |n| services[n].time.map(|time| time.whole_minutes().into()))
        .flag("minutes_known", |n| services[n].time.is_some())
        .int("units_billed", |n| services[n].billed.into())
        .int_or_null("units_supported", |n| judged(n, services[n].supported))
        .int_or_null("units_min", |n| judged(n, services[n].range.min))
        .int_or_null("units_max", |n| judged(n, services[n].range.max))
        .int_or_null("units_over", |n| judged(n, services[n].over()))
        .int("clinicians", |n| services[n].clinicians.into())
        .text("attribution", |n| attribution(services[n].therapist, services[n].clinicians).name())
        .int("lines", |n| services[n].lines.1.into())
        .periods(|n| Some(session(n).day))
        .text_of("therapist_id", &names.therapists, |n| services[n].therapist)
        .flag("auditable", |n| session(n).auditable())
        .finish()
}
