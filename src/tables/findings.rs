//! The table `findings`: of sessions, then of patterns over many.

use super::build::{Builder, whole_amount};
use super::sessions::{discipline, session_id};
use super::sums::OF_FINDING;
use crate::checks::{Finding, Grain, by_name};
use crate::error::Result;
use crate::hash::id;
use crate::ingest::Lines;
use crate::reference::Kind;
use crate::sessions::{Outcome, Service};
use polars::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The findings of a batch.
pub fn frame(lines: &Lines, outcome: &Outcome, findings: &[Finding]) -> Result<DataFrame> {
    let texts = &lines.export.texts;
    let session = |n: usize| &outcome.sessions[findings[n].session as usize];
    let ids: Vec<String> = (0..findings.len()).map(|n| session_id(lines, outcome, session(n))).collect();
    let session_id = |n: usize| ids[n].as_str();
    let code = |code: Option<u32>| code.map_or("", |code| texts.codes.get(code));
    let own_id = |n: usize, check: &str, of: Option<u32>| id("F", &[session_id(n), check, code(of)]);
    let concerned = |n: usize| {
        let of_finding = &findings[n];
        let stretches = std::iter::once(&of_finding.lines).chain(&of_finding.beside);
        stretches.flat_map(|&stretch| outcome.lines_at(stretch)).copied().collect::<Vec<u32>>()
    };
    let priced: Vec<Vec<u32>> = findings.iter().map(|finding| priced(outcome, finding)).collect();
    let amount = |n: usize, of: &dyn Fn(u32) -> i64| whole_amount(lines, &priced[n], findings[n].units_billed, of);
    Builder::new(findings.len())
        .text("finding_id", |n| own_id(n, findings[n].check, findings[n].code))
        .text("check", |n| findings[n].check)
        .text("severity", |n| findings[n].severity.name())
        .text("certainty", |n| findings[n].certainty.name())
        .flag("primary", |n| findings[n].primary)
        .text("also", |n| findings[n].also.map_or(String::new(), |(check, code)| own_id(n, check, code)))
        // What is about more than a session has none.
        .text("session_id", |n| if findings[n].grain == Grain::Session { session_id(n) } else { "" })
        .text("patient_id", |n| texts.patients.get(session(n).patient))
        .date("date_of_service", |n| Some(session(n).day))
        .text("discipline", |n| discipline(session(n).discipline))
        .text("payer", |n| texts.payer_names.get(lines.export.payers[session(n).payer as usize].name))
        .text("clinic", |n| texts.clinics.get(session(n).clinic))
        .text("therapist_id", |n| texts.therapists.get(findings[n].attribution.therapist()))
        .text("code", |n| code(findings[n].code))
        .int_or_null("units_billed", |n| Some(findings[n].units_billed.into()))
        .int_or_null("units_supported", |n| findings[n].units_supported.map(i64::from))
        .int_or_null("units_over", |n| Some(findings[n].units_over.into()))
        .int_or_null("units_under", |n| {
            let own = session(n);
            (findings[n].check == "underbilled-units").then(|| i64::from(own.timed.under + own.interval.under))
        })
        .int_or_null("amount_billed_cents", |n| amount(n, &|line| lines.charge.at(line)))
        .int_or_null("amount_allowed_cents", |n| amount(n, &|line| lines.allowed.at(line)))
        .int_or_null("amount_paid_cents", |n| amount(n, &|line| lines.paid.at(line)))
        .text("attribution", |n| findings[n].attribution.name())
        .text("reason", |n| findings[n].reason.as_str())
        .text("citation", |n| by_name(findings[n].check).map_or("", |check| check.citation))
        .text("claim_id", |n| {
            let claims: BTreeSet<Cow<str>> = priced[n]
                .iter()
                .map(|&line| texts.claims.get(lines.claim.at(line)))
                .filter(|claim| !claim.is_empty())
                .collect();
            claims.into_iter().collect::<Vec<_>>().join("; ")
        })
        .text("source_rows", |n| source_rows(lines, &concerned(n)))
        .periods(|n| Some(session(n).day))
        .finish()
}

/// The lines whose units a finding counts: its own, or of those of a whole session the ones of the codes that are judged together.
pub fn priced(outcome: &Outcome, finding: &Finding) -> Vec<u32> {
    let session = &outcome.sessions[finding.session as usize];
    let services = outcome.services_of(session);
    if finding.lines != session.lines || services.len() == 1 {
        return outcome.lines_at(finding.lines).to_vec();
    }
    let own = finding.code.and_then(|code| services.iter().find(|service| service.code == code));
    let counts = |service: &&Service| match own.filter(|own| own.kind == Kind::Interval) {
        Some(own) => service.code == own.code || (own.family.is_some() && service.family == own.family),
        None if finding.check == "underbilled-units" => matches!(service.kind, Kind::Timed | Kind::Interval),
        None => service.kind == Kind::Timed,
    };
    services.iter().filter(counts).flat_map(|service| outcome.lines_at(service.lines)).copied().collect()
}

/// `file:row` of every line that a finding speaks of.
fn source_rows(lines: &Lines, concerned: &[u32]) -> String {
    let mut places: Vec<(u16, u32)> =
        concerned.iter().map(|&line| (lines.file.at(line), lines.row[line as usize])).collect();
    places.sort_unstable();
    places.dedup();
    let places: Vec<String> = places
        .into_iter()
        .map(|(file, row)| format!("{}:{row}", lines.export.sources[usize::from(file)].name))
        .collect();
    places.join("; ")
}

/// How the findings of a pattern count among the sums of findings.
pub fn sums_of_pattern(check: &str, found: &DataFrame) -> Result<DataFrame> {
    let text = |name: &str| found.column(name).and_then(|column| column.str().cloned()).map_err(super::bug);
    let (severity, certainty, therapist) = (text("severity")?, text("certainty")?, text("therapist_id")?);
    let over = found.column("units_over").and_then(|column| column.i64().cloned()).map_err(super::bug)?;
    let mut builder = Builder::new(found.height())
        .text("check", |_| check)
        .text("severity", |n| severity.get(n).unwrap_or(""))
        .text("certainty", |n| certainty.get(n).unwrap_or(""))
        .flag("primary", |_| false)
        .text("attribution", |n| if therapist.get(n).unwrap_or("").is_empty() { "" } else { "one" })
        .text("therapist_id", |n| therapist.get(n).unwrap_or(""));
    for name in OF_FINDING {
        builder = builder.int(name, |n| match name {
            "findings" => 1,
            "units_over" => over.get(n).unwrap_or(0),
            // What they tell of is priced by the findings of sessions.
            _ => 0,
        });
    }
    builder.finish()
}

/// The findings of a pattern, from the rows that its query selected.
pub fn of_pattern(check: &str, citation: &str, found: &DataFrame) -> Result<DataFrame> {
    let text = |name: &str| found.column(name).and_then(|column| column.str().cloned()).map_err(super::bug);
    let int = |name: &str| found.column(name).and_then(|column| column.i64().cloned()).map_err(super::bug);
    let (subject, severity, certainty) = (text("subject")?, text("severity")?, text("certainty")?);
    let (of_discipline, payer, clinic) = (text("discipline")?, text("payer")?, text("clinic")?);
    let (therapist, source, reason) = (text("therapist_id")?, text("source_file")?, text("reason")?);
    let (billed, supported, over) = (int("units_billed")?, int("units_supported")?, int("units_over")?);
    fn get(column: &StringChunked, n: usize) -> &str {
        column.get(n).unwrap_or("")
    }
    Builder::new(found.height())
        .text("finding_id", |n| id("F", &["", check, get(&subject, n)]))
        .text("check", |_| check)
        .text("severity", |n| get(&severity, n))
        .text("certainty", |n| get(&certainty, n))
        .flag("primary", |_| false)
        .text("also", |_| "")
        .text("session_id", |_| "")
        .text("patient_id", |_| "")
        .date("date_of_service", |_| None)
        .text("discipline", |n| get(&of_discipline, n))
        .text("payer", |n| get(&payer, n))
        .text("clinic", |n| get(&clinic, n))
        .text("therapist_id", |n| get(&therapist, n))
        .text("code", |_| "")
        .int_or_null("units_billed", |n| billed.get(n))
        .int_or_null("units_supported", |n| supported.get(n))
        .int_or_null("units_over", |n| over.get(n))
        .int_or_null("units_under", |_| None)
        .int_or_null("amount_billed_cents", |_| None)
        .int_or_null("amount_allowed_cents", |_| None)
        .int_or_null("amount_paid_cents", |_| None)
        .text("attribution", |n| if get(&therapist, n).is_empty() { "" } else { "one" })
        .text("reason", |n| get(&reason, n))
        .text("citation", |_| citation)
        .text("claim_id", |_| "")
        .text("source_rows", |n| get(&source, n))
        .periods(|_| None)
        .finish()
}
