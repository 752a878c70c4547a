//! Sums as the tables that SQL sees.

use super::patients::{Dimension, Key};
use super::{Known, Month, OF_FINDING, OF_SESSION, SUMS, Sums};
use crate::checks::{ALL, Severity};
use crate::error::Result;
use crate::ingest::Export;
use crate::reference::Kind;
use crate::sessions::WhyNot;
use crate::tables::build::Builder;
use polars::prelude::DataFrame;

impl Sums {
    /// The sums as tables, with their names.
    ///
    /// # Errors
    /// A bug.
    pub fn frames(&mut self, export: &Export) -> Result<[(&'static str, DataFrame); SUMS.len()]> {
        let frames = [
            self.session_sums(export)?,
            self.therapist_sums(export)?,
            self.therapist_payer_sums(export)?,
            self.service_sums(export)?,
            self.line_sums(export)?,
            self.named_on_lines(export)?,
            self.finding_sums(export)?,
            self.left_out(export)?,
            self.reconciliation_sums()?,
            self.minute_sums()?,
            self.patient_sums(export)?,
            self.explained.cause_sums(export)?,
            self.explained.what_if_sums(export)?,
            self.clinician_days.days(export)?,
        ];
        let mut names = SUMS.into_iter();
        Ok(frames.map(|frame| (names.next().unwrap_or_default(), frame)))
    }

    fn session_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.sessions.rows();
        let key = |n: usize| rows[n].0;
        let policy = |n: usize| export.payers[key(n).payer as usize].policy_at(key(n).policy.into());
        let builder = Builder::new(rows.len())
            .text("source_file", |n| &export.sources[usize::from(key(n).file)].name)
            .text("month", |n| key(n).month.name())
            .text("quarter", |n| key(n).month.quarter())
            .text("clinic", |n| export.texts.clinics.get(key(n).clinic))
            .text("payer", |n| payer_name(export, key(n).payer))
            .text("payer_name", |n| export.texts.payer_names.get(key(n).name))
            .text("payer_class", |n| &policy(n).class)
            .text("unit_rule", |n| key(n).rule.name())
            .text("rule_basis", |n| policy(n).basis.name())
            .flag("timed_billed", |n| key(n).timed_billed);
        measures(builder, &rows, |n| key(n).why_not).finish()
    }

    fn therapist_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.therapists.rows();
        let key = |n: usize| rows[n].0;
        let builder = Builder::new(rows.len())
            .text("therapist_id", |n| export.texts.therapists.get(key(n).therapist))
            .text("month", |n| key(n).month.name())
            .text("quarter", |n| key(n).month.quarter())
            .text("unit_rule", |n| key(n).rule.name())
            .flag("timed_billed", |n| key(n).timed_billed);
        measures(builder, &rows, |n| key(n).why_not).finish()
    }

    fn therapist_payer_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.therapist_payers.rows();
        let key = |n: usize| rows[n].0;
        let policy = |n: usize| export.payers[key(n).payer as usize].policy_at(key(n).policy.into());
        let builder = Builder::new(rows.len())
            .text("therapist_id", |n| export.texts.therapists.get(key(n).therapist))
            .text("payer", |n| payer_name(export, key(n).payer))
            .text("payer_class", |n| &policy(n).class)
            .text("rule_basis", |n| policy(n).basis.name());
        measures(builder, &rows, |n| key(n).why_not).finish()
    }

    fn service_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.services.rows();
        let key = |n: usize| rows[n].0;
        let judged = |n: usize, measure: usize| {
            let kind = matches!(key(n).kind, Kind::Timed | Kind::Interval | Kind::Untimed);
            (kind && (key(n).auditable || key(n).kind == Kind::Untimed)).then_some(rows[n].1[measure])
        };
        Builder::new(rows.len())
            .text("therapist_id", |n| export.texts.therapists.get(key(n).therapist))
            .text("code", |n| export.texts.codes.get(key(n).code))
            .text("code_kind", |n| key(n).kind.name())
            .flag("auditable", |n| key(n).auditable)
            .flag("minutes_known", |n| key(n).minutes_known)
            .int("services", |n| rows[n].1[0])
            .int("short_sessions", |n| rows[n].1[1])
            .int("minutes", |n| rows[n].1[2])
            .int("units_billed", |n| rows[n].1[3])
            .int_or_null("units_supported", |n| judged(n, 4))
            .int_or_null("units_over", |n| judged(n, 5))
            .int_or_null("units_under", |n| judged(n, 6))
            .finish()
    }

    fn line_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.lines.rows();
        let key = |n: usize| rows[n].0;
        Builder::new(rows.len())
            .text("source_file", |n| &export.sources[usize::from(key(n).file)].name)
            .text("month", |n| key(n).month.name())
            .text("clinic", |n| export.texts.clinics.get(key(n).clinic))
            .text("payer", |n| payer_name(export, key(n).payer))
            .int("lines", |n| rows[n].1[0])
            .int("units_billed", |n| rows[n].1[1])
            .int("charge_cents", |n| rows[n].1[2])
            .finish()
    }

    fn named_on_lines(&self, export: &Export) -> Result<DataFrame> {
        let named = |(name, lines): (&u32, &[i64; 1])| (*name != 0).then_some((*name, lines[0]));
        let clinicians: Vec<(u32, i64)> = self.clinicians.rows().into_iter().filter_map(named).collect();
        let clinics: Vec<(u32, i64)> = self.clinics.rows().into_iter().filter_map(named).collect();
        let row = |n: usize| match clinicians.get(n) {
            Some(&(name, lines)) => ("clinician", export.texts.therapists.get(name), lines),
            None => {
                let (name, lines) = clinics[n - clinicians.len()];
                ("clinic", export.texts.clinics.get(name), lines)
            }
        };
        Builder::new(clinicians.len() + clinics.len())
            .text("kind", |n| row(n).0)
            .text("name", |n| row(n).1)
            .int("lines", |n| row(n).2)
            .finish()
    }

    fn finding_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.findings.rows();
        let key = |n: usize| rows[n].0;
        let mut builder = Builder::new(rows.len())
            .text("check", |n| ALL[key(n).check].name)
            .text("severity", |n| key(n).severity.name())
            .text("certainty", |n| key(n).certainty.name())
            .flag("primary", |n| key(n).primary)
            .text("attribution", |n| key(n).attribution)
            .text("therapist_id", |n| export.texts.therapists.get(key(n).therapist));
        for (measure, name) in OF_FINDING.into_iter().enumerate() {
            builder = builder.int(name, |n| rows[n].1[measure]);
        }
        builder.finish()
    }

    fn minute_sums(&self) -> Result<DataFrame> {
        let rows = self.minutes.rows();
        let mut builder = Builder::new(rows.len())
            .int("timed_minutes", |n| rows[n].0.0.into())
            .text("unit_rule", |n| rows[n].0.1.name());
        for (measure, name) in
            ["sessions", "timed_units_billed", "timed_units_supported", "timed_units_over", "timed_units_under"]
                .into_iter()
                .enumerate()
        {
            builder = builder.int(name, |n| rows[n].1[measure]);
        }
        builder.finish()
    }

    fn patient_sums(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.patients.counted.rows();
        Builder::new(rows.len())
            .text("dimension", |n| format!("{}{}", rows[n].0.0.name(), rows[n].0.1.suffix()))
            .text("value", |n| value(export, *rows[n].0))
            .int("patients", |n| rows[n].1[0])
            .finish()
    }

    fn left_out(&self, export: &Export) -> Result<DataFrame> {
        let rows = self.left_out.rows();
        Builder::new(rows.len())
            .text("source_file", |n| &export.sources[usize::from(rows[n].0.0)].name)
            .text("month", |n| rows[n].0.1.name())
            .flag("rejected", |n| rows[n].0.2)
            .int("rows", |n| rows[n].1[0])
            .int("units", |n| rows[n].1[1])
            .int("charge_cents", |n| rows[n].1[2])
            .finish()
    }
}

impl Sums {
    fn reconciliation_sums(&self) -> Result<DataFrame> {
        let rows = self.reconciliation.rows();
        let mut builder = Builder::new(rows.len())
            .text("notes", |n| rows[n].0[0].notes())
            .text("payment", |n| rows[n].0[1].payment());
        for (measure, name) in [
            "sessions",
            "minutes_documented",
            "units_documented",
            "units_billed",
            "units_paid",
            "timed_units_billed",
            "timed_units_supported",
        ]
        .into_iter()
        .enumerate()
        {
            builder = builder.int(name, |n| rows[n].1[measure]);
        }
        builder.finish()
    }
}

/// The spelling that stands for a payer.
pub(super) fn payer_name(export: &Export, payer: u32) -> &str {
    export.texts.payer_names.get(export.payers[payer as usize].name)
}

/// The severity of that number.
fn severity(number: u32) -> &'static str {
    let all = [Severity::Exception, Severity::Review, Severity::Note];
    all.into_iter().find(|severity| *severity as u32 == number).map_or("", Severity::name)
}

/// What patients are counted by, as text.
fn value(export: &Export, (dimension, _, value): Key) -> String {
    let texts = &export.texts;
    match dimension {
        Dimension::All => String::new(),
        Dimension::Therapist => texts.therapists.get(value).to_string(),
        Dimension::Clinic => texts.clinics.get(value).to_string(),
        Dimension::Payer => texts.payer_names.get(value).to_string(),
        Dimension::Code => texts.codes.get(value).to_string(),
        Dimension::Month => Month::from_number(value).name(),
        Dimension::Check => ALL[value as usize].name.into(),
        Dimension::Severity => severity(value).into(),
        Dimension::WhyNot => WhyNot::ALL[value as usize].words().into(),
        Dimension::TimedMinutes | Dimension::TimedMinutesByFive | Dimension::Remainder => value.to_string(),
    }
}

/// The columns that all sums of sessions end in. A key with a reason not to be audited has sums that nobody knows.
fn measures<K>(
    mut builder: Builder,
    rows: &[(&K, &[i64; OF_SESSION.len()])],
    why_not: impl Fn(usize) -> WhyNot,
) -> Builder {
    builder = builder.text("why_not", |n| why_not(n).words()).flag("auditable", |n| why_not(n) == WhyNot::Auditable);
    for (measure, (name, known)) in OF_SESSION.into_iter().enumerate() {
        builder = builder.int_or_null(name, |n| {
            let known = match known {
                Known::Always => true,
                Known::Judged => why_not(n) == WhyNot::Auditable,
                Known::Occurrences => why_not(n) <= WhyNot::MinutesMissing,
            };
            known.then_some(rows[n].1[measure])
        });
    }
    builder
}
