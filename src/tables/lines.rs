//! The table `lines`.

use super::build::Builder;
use super::names::Names;
use super::sessions::{service_ids, session_ids};
use crate::error::Result;
use crate::ingest::{BLANK_MONEY, Lines};
use crate::sessions::Outcome;
use polars::prelude::*;
use std::borrow::Cow;

/// The table `lines`, in the order of sessions and services.
pub fn frame(lines: &Lines, outcome: &Outcome, names: &Names) -> Result<DataFrame> {
    let order = &outcome.order;
    let texts = &lines.export.texts;
    let mut service_of = vec![0_u32; order.len()];
    for (number, service) in (0..).zip(&outcome.services) {
        service_of[service.lines.0 as usize..][..service.lines.1 as usize].fill(number);
    }
    let session_number = |n: usize| outcome.services[service_of[n] as usize].session;
    let session = |n: usize| &outcome.sessions[session_number(n) as usize];
    let at = |n: usize| order[n] as usize;
    let file = |n: usize| lines.file.at(order[n]);
    let money = |cents: i64| Some(cents).filter(|&cents| cents != BLANK_MONEY);
    let session_ids = session_ids(lines, outcome);
    let service_ids = service_ids(lines, outcome, &session_ids);
    Builder::new(order.len())
        .text("line_id", |n| match lines.line_id.at(order[n]) {
            0 => Cow::Owned(format!("{}:{}", lines.export.sources[usize::from(file(n))].name, lines.row[at(n)])),
            id => texts.line_ids.get(id),
        })
        .text_of("service_id", &service_ids, |n| service_of[n])
        .text_of("session_id", &session_ids, session_number)
        .text_of("source_file", &names.sources, |n| file(n).into())
        .int("source_row", |n| lines.row[at(n)].into())
        .text("visit_id", |n| texts.visits.get(lines.visit.at(order[n])))
        .text("claim_id", |n| texts.claims.get(lines.claim.at(order[n])))
        .text_of("patient_id", &names.patients, |n| lines.patient[at(n)])
        .date("date_of_service", |n| Some(lines.day[at(n)]))
        .text_of("discipline", &names.disciplines, |n| session(n).discipline.into())
        .text_of("therapist_id", &names.therapists, |n| lines.therapist[at(n)])
        .text_of("clinic", &names.clinics, |n| lines.clinic[at(n)])
        .text_of("payer", &names.payers, |n| session(n).payer)
        .text_of("code", &names.codes, |n| lines.code[at(n)])
        .text_of("modifiers", &names.modifiers, |n| lines.modifiers[at(n)])
        .int_or_null("minutes", |n| lines.time(order[n]).map(|time| time.whole_minutes().into()))
        .int_or_null("units_billed", |n| lines.units(order[n]).map(i64::from))
        .int_or_null("charge_cents", |n| money(lines.charge.at(order[n])))
        .int_or_null("allowed_cents", |n| money(lines.allowed.at(order[n])))
        .int_or_null("paid_cents", |n| money(lines.paid.at(order[n])))
        .text("minutes_exact", |n| {
            let fraction = lines.time(order[n]).filter(|time| !time.is_whole());
            fraction.map_or(String::new(), |time| time.to_string())
        })
        .text_of("payer_name", &names.payer_names, |n| lines.payer_name[at(n)])
        .periods(|n| Some(lines.day[at(n)]))
        .flag("auditable", |n| session(n).auditable())
        .finish()
}
