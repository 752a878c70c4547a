//! Sums of overbilled sessions by what explains them, and of sessions that another rule was tried on (`--what-if`).

use super::{Sum, frames};
use crate::error::Result;
use crate::ingest::Export;
use crate::sessions::{Cause, Session};
use crate::tables::build::Builder;
use polars::prelude::DataFrame;
use recount_core::domain::Rule;

/// Measures of overbilled sessions, in order. The last two add up over all causes.
const OF_CAUSE: [&str; 4] = ["sessions", "units_over", "sessions_once", "units_over_once"];

/// Measures of sessions that another rule was tried on, in order: from the third on of auditable ones only.
const OF_WHAT_IF: [&str; 9] = [
    "sessions",
    "timed_units_billed",
    "timed_units_supported",
    "timed_units_over",
    "timed_units_under",
    "what_if_units_supported",
    "what_if_units_over",
    "what_if_units_under",
    "sessions_that_differ",
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct CauseKey {
    therapist: u32,
    payer: u32,
    /// Nothing known, where there is none.
    cause: Option<Cause>,
    auditable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct WhatIfKey {
    therapist: u32,
    payer: u32,
    rule: Rule,
    auditable: bool,
}

/// What overbilled sessions have in common, and what another rule would make of sessions.
pub struct Explained {
    causes: Sum<CauseKey, { OF_CAUSE.len() }>,
    what_if: Sum<WhatIfKey, { OF_WHAT_IF.len() }>,
}

impl Default for Explained {
    /// Of nothing.
    fn default() -> Explained {
        Explained { causes: Sum::new(), what_if: Sum::new() }
    }
}

impl Explained {
    /// With one more session.
    pub fn add(&mut self, export: &Export, session: &Session) {
        let (therapist, payer, auditable) = (session.therapist, session.payer, session.auditable());
        if let Some(causes) = session.explained_by {
            let none = causes.iter().next().is_none().then_some(None);
            for (n, cause) in causes.iter().map(Some).chain(none).enumerate() {
                let (over, once) = (i64::from(session.timed.over), i64::from(n == 0));
                self.causes.add(CauseKey { therapist, payer, cause, auditable }, &[1, over, once, once * over]);
            }
        }
        let Some(tried) = session.what_if else { return };
        if let Some(rule) = export.payers[payer as usize].policy(session.day).what_if {
            let timed = session.timed;
            let differs = (tried.supported, tried.over, tried.under) != (timed.supported, timed.over, timed.under);
            let units = [
                timed.billed,
                timed.supported,
                timed.over,
                timed.under,
                tried.supported,
                tried.over,
                tried.under,
                differs.into(),
            ];
            let mut measures = [1; OF_WHAT_IF.len()];
            measures.iter_mut().skip(1).zip(units).for_each(|(measure, units)| *measure = units.into());
            self.what_if.add(WhatIfKey { therapist, payer, rule, auditable }, &measures);
        }
    }

    /// With those of another part.
    pub fn merge(&mut self, other: Explained) {
        self.causes.merge(other.causes);
        self.what_if.merge(other.what_if);
    }

    /// Overbilled sessions by clinician, payer and cause.
    pub fn cause_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.causes.rows();
        let key = |n: usize| rows[n].0;
        let mut builder = Builder::new(rows.len())
            .text("therapist_id", |n| export.texts.therapists.get(key(n).therapist))
            .text("payer", |n| frames::payer_name(export, key(n).payer))
            .text("cause", |n| key(n).cause.map_or("none", Cause::name))
            .flag("auditable", |n| key(n).auditable);
        for (measure, name) in OF_CAUSE.into_iter().enumerate() {
            let known = |n: usize| key(n).auditable || !name.starts_with("units");
            builder = builder.int_or_null(name, |n| known(n).then_some(rows[n].1[measure]));
        }
        builder.finish()
    }

    /// Sessions that another rule was tried on, by clinician and payer.
    pub fn what_if_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.what_if.rows();
        let key = |n: usize| rows[n].0;
        let mut builder = Builder::new(rows.len())
            .text("therapist_id", |n| export.texts.therapists.get(key(n).therapist))
            .text("payer", |n| frames::payer_name(export, key(n).payer))
            .text("what_if_rule", |n| key(n).rule.name())
            .flag("auditable", |n| key(n).auditable);
        for (measure, name) in OF_WHAT_IF.into_iter().enumerate() {
            let known = |n: usize| key(n).auditable || measure < 2;
            builder = builder.int_or_null(name, |n| known(n).then_some(rows[n].1[measure]));
        }
        builder.finish()
    }
}
