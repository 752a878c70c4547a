//! The table `reconciliation`: documented, billed and paid, side by side, a row for each session.

use super::build::{Builder, amount};
use super::names::Names;
use super::sessions::session_ids;
use crate::error::Result;
use crate::ingest::Lines;
use crate::sessions::{Evidence, Outcome, Service, Session};
use polars::prelude::*;
use recount_core::domain::Time;

/// How the bills of a session stand to its notes, or to its payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The run has none to compare.
    NotCompared,
    /// Both have the same codes, and the same units where both say them.
    Both,
    /// The bill alone has the session.
    OnlyBilled,
    /// The note, or the payment, alone has it.
    OnlyOther,
    /// Both have it, and some code differs.
    Differs,
}

impl State {
    /// In words; `other` is what the bill is compared with.
    pub const fn notes(self) -> &'static str {
        match self {
            State::NotCompared => "",
            State::Both => "both",
            State::OnlyBilled => "only billed",
            State::OnlyOther => "only documented",
            State::Differs => "differs",
        }
    }

    /// Likewise, of payments.
    pub const fn payment(self) -> &'static str {
        match self {
            State::NotCompared => "",
            State::Both => "as billed",
            State::OnlyBilled => "not paid",
            State::OnlyOther => "only paid",
            State::Differs => "differs",
        }
    }
}

/// What a code of a session is to bill and note, or bill and payment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    Billed,
    Other,
    Alike,
    Differs,
}

/// How documentation and bill of a service compare; `None` where there is neither, or nothing can be said: notes of timed codes alone
/// say nothing of others.
fn documented(lines: &Lines, service: &Service) -> Option<Code> {
    if !service.kind.needs_minutes() && !lines.export.notes_have_untimed {
        return None;
    }
    let billed = service.told_by.bill && service.billed != 0;
    let units_differ = service.documented.is_some_and(|units| units != service.billed);
    match (billed, service.told_by.note) {
        (false, false) => None,
        (true, false) => Some(Code::Billed),
        // A note of a code that stands on a bill with 0 units is not left out of it.
        (false, true) if service.told_by.bill && !units_differ => Some(Code::Alike),
        (false, true) => Some(Code::Other),
        (true, true) if units_differ => Some(Code::Differs),
        (true, true) => Some(Code::Alike),
    }
}

fn paid(_: &Lines, service: &Service) -> Option<Code> {
    let billed = service.told_by.bill && service.billed != 0;
    match (billed, service.paid) {
        (false, None | Some(0)) => None,
        (true, None) => Some(Code::Billed),
        (false, Some(_)) => Some(Code::Other),
        (true, Some(units)) if units == service.billed => Some(Code::Alike),
        (true, Some(_)) => Some(Code::Differs),
    }
}

fn state(lines: &Lines, services: &[Service], compare: fn(&Lines, &Service) -> Option<Code>) -> State {
    let has = |wanted: Code| services.iter().any(|service| compare(lines, service) == Some(wanted));
    let (billed, other, alike) = (has(Code::Billed), has(Code::Other), has(Code::Alike));
    match (billed, other) {
        _ if has(Code::Differs) => State::Differs,
        (true, false) if !alike => State::OnlyBilled,
        (false, true) if !alike => State::OnlyOther,
        (false, false) => State::Both,
        _ => State::Differs,
    }
}

/// How the bills of a session stand to its notes and to its payments.
pub fn states(lines: &Lines, services: &[Service]) -> [State; 2] {
    let of = |compared: bool, compare| if compared { state(lines, services, compare) } else { State::NotCompared };
    [of(lines.export.has_notes(), documented), of(lines.export.has_remittances(), paid)]
}

/// What a session comes to on each side: minutes documented, then units documented, billed and paid, if anything says so.
pub struct Sides {
    /// Minutes of the notes.
    pub minutes: i64,
    /// Units that notes say.
    pub documented: Option<i64>,
    /// Units billed.
    pub billed: i64,
    /// Units paid.
    pub paid: Option<i64>,
}

impl Sides {
    /// Of a session.
    pub fn of(session: &Session, services: &[Service]) -> Sides {
        let sum = |units: fn(&Service) -> Option<i32>| {
            services
                .iter()
                .filter_map(units)
                .fold(None, |sum: Option<i64>, units| Some(sum.unwrap_or(0) + i64::from(units)))
        };
        let documented: Time = match session.evidence {
            Evidence::PerCode => {
                services.iter().filter(|service| service.told_by.note).filter_map(|service| service.time).sum()
            }
            _ => session.timed_time + session.untimed_time,
        };
        Sides {
            minutes: documented.whole_minutes().into(),
            documented: sum(|service| service.documented),
            billed: services.iter().map(|service| i64::from(service.billed)).sum(),
            paid: sum(|service| service.paid),
        }
    }
}

/// The table, for the sessions of a batch.
pub fn frame(lines: &Lines, outcome: &Outcome, names: &Names) -> Result<DataFrame> {
    let sessions = &outcome.sessions;
    let ids = session_ids(lines, outcome);
    let services = |n: usize| outcome.services_of(&sessions[n]);
    let states: Vec<[State; 2]> = (0..sessions.len()).map(|n| states(lines, services(n))).collect();
    let sides: Vec<Sides> = (0..sessions.len()).map(|n| Sides::of(&sessions[n], services(n))).collect();
    let codes = |n: usize, wanted: &dyn Fn(&Service) -> bool| {
        let named = services(n)
            .iter()
            .filter(|service| wanted(service))
            .map(|service| lines.export.texts.codes.get(service.code));
        named.collect::<Vec<_>>().join(" ")
    };
    let (notes, remits) = (lines.export.has_notes(), lines.export.has_remittances());
    let amount = |n: usize, of: &dyn Fn(u32) -> i64| amount(lines, outcome.lines_at(sessions[n].lines), of);
    Builder::new(sessions.len())
        .text_of("session_id", &ids, |n| n as u32)
        .text_of("patient_id", &names.patients, |n| sessions[n].patient)
        .date("date_of_service", |n| Some(sessions[n].day))
        .text_of("discipline", &names.disciplines, |n| sessions[n].discipline.into())
        .text_of("payer", &names.payers, |n| sessions[n].payer)
        .text_of("clinic", &names.clinics, |n| sessions[n].clinic)
        .text_of("therapist_id", &names.therapists, |n| sessions[n].therapist)
        .text("notes", |n| states[n][0].notes())
        .text("payment", |n| states[n][1].payment())
        .int_or_null("minutes_documented", |n| sessions[n].told_by.note.then_some(sides[n].minutes))
        .int_or_null("units_documented", |n| sides[n].documented)
        .int("units_billed", |n| sides[n].billed)
        .int_or_null("units_paid", |n| sides[n].paid)
        .int_or_null("timed_units_billed", |n| Some(sessions[n].timed.billed.into()))
        .int_or_null("timed_units_supported", |n| sessions[n].auditable().then_some(sessions[n].timed.supported.into()))
        .int_or_null("charge_cents", |n| amount(n, &|line| lines.charge.at(line)))
        .int_or_null("allowed_cents", |n| amount(n, &|line| lines.allowed.at(line)))
        .int_or_null("paid_cents", |n| amount(n, &|line| lines.paid.at(line)))
        .text("codes_only_billed", |n| codes(n, &|service| notes && documented(lines, service) == Some(Code::Billed)))
        .text("codes_only_documented", |n| {
            codes(n, &|service| notes && documented(lines, service) == Some(Code::Other))
        })
        .text("codes_documented_differently", |n| {
            codes(n, &|service| notes && documented(lines, service) == Some(Code::Differs))
        })
        .text("codes_not_paid", |n| codes(n, &|service| remits && paid(lines, service) == Some(Code::Billed)))
        .text("codes_paid_differently", |n| {
            codes(n, &|service| remits && matches!(paid(lines, service), Some(Code::Differs | Code::Other)))
        })
        .text("adjustments", |n| {
            let lines_of = outcome.lines_at(sessions[n].lines).iter().filter(|&&line| lines.adjustments.at(line) != 0);
            let told = lines_of.map(|&line| {
                let code = lines.export.texts.codes.get(lines.code[line as usize]);
                format!("{code} {}", lines.export.texts.adjustments.get(lines.adjustments.at(line)))
            });
            told.collect::<Vec<_>>().join("; ")
        })
        .finish()
}
