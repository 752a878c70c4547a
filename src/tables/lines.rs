//! The table `lines`.

use super::build::Builder;
use super::sessions::{discipline, session_ids};
use crate::error::Result;
use crate::ingest::{BLANK_MONEY, Lines};
use crate::sessions::Outcome;
use polars::prelude::*;

/// The table `lines`, in the order of sessions and services.
pub fn frame(lines: &Lines, outcome: &Outcome) -> Result<DataFrame> {
    let order = &outcome.order;
    let texts = &lines.export.texts;
    let ids = session_ids(lines, outcome);
    let mut service_of = vec![0_u32; order.len()];
    for (number, service) in (0..).zip(&outcome.services) {
        service_of[service.lines.0 as usize..][..service.lines.1 as usize].fill(number);
    }
    let service = |n: usize| &outcome.services[service_of[n] as usize];
    let session = |n: usize| &outcome.sessions[service(n).session as usize];
    let session_id = |n: usize| ids[service(n).session as usize].as_str();
    let line = |n: usize| order[n];
    let at = |n: usize| order[n] as usize;
    let file = |n: usize| lines.export.sources[usize::from(lines.file.at(line(n)))].name.as_str();
    let money = |cents: i64| Some(cents).filter(|&cents| cents != BLANK_MONEY);
    Builder::new(order.len())
        .text("line_id", |n| match lines.line_id.at(line(n)) {
            0 => format!("{}:{}", file(n), lines.row[at(n)]),
            id => texts.line_ids.get(id).into_owned(),
        })
        .text("service_id", |n| format!("{}:{}", session_id(n), texts.codes.get(service(n).code)))
        .text("session_id", session_id)
        .text("source_file", file)
        .int("source_row", |n| lines.row[at(n)].into())
        .text("visit_id", |n| texts.visits.get(lines.visit.at(line(n))))
        .text("claim_id", |n| texts.claims.get(lines.claim.at(line(n))))
        .text("patient_id", |n| texts.patients.get(lines.patient[at(n)]))
        .date("date_of_service", |n| Some(lines.day[at(n)]))
        .text("discipline", |n| discipline(session(n).discipline))
        .text("therapist_id", |n| texts.therapists.get(lines.therapist[line(n) as usize]))
        .text("clinic", |n| texts.clinics.get(lines.clinic[line(n) as usize]))
        .text("payer", |n| texts.payer_names.get(lines.export.payers[session(n).payer as usize].name))
        .text("code", |n| texts.codes.get(lines.code[at(n)]))
        .text("modifiers", |n| texts.modifiers.get(lines.modifiers[line(n) as usize]))
        .int_or_null("minutes", |n| lines.time(line(n)).map(|time| time.whole_minutes().into()))
        .int_or_null("units_billed", |n| lines.units(line(n)).map(i64::from))
        .int_or_null("charge_cents", |n| money(lines.charge.at(line(n))))
        .int_or_null("allowed_cents", |n| money(lines.allowed.at(line(n))))
        .int_or_null("paid_cents", |n| money(lines.paid.at(line(n))))
        .text("minutes_exact", |n| {
            let fraction = lines.time(line(n)).filter(|time| !time.is_whole());
            fraction.map_or(String::new(), |time| time.to_string())
        })
        .text("payer_name", |n| texts.payer_names.get(lines.payer_name[line(n) as usize]))
        .periods(|n| Some(lines.day[at(n)]))
        .flag("auditable", |n| session(n).auditable())
        .finish()
}
