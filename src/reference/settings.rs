//! Thresholds, from `data/settings.toml`.

use super::said;
use schemars::JsonSchema;
use serde::Deserialize;

/// Every threshold that a check, a pattern or the reader uses, each with its source in the file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Fewest auditable sessions for a pattern to speak.
    pub pattern_min_sessions: i64,
    /// Highest mean of minutes per timed unit, in tenths of a minute, at which `short-unit-pattern` speaks.
    pub pattern_max_minutes_per_unit_tenths: i64,
    /// Square of the z score from which a sum is no chance.
    pub pattern_z_squared: i64,
    /// Variance of an honest session's minutes against 15 per unit, in thirds of a square minute.
    pub session_variance_thirds: i64,
    /// One-on-one minutes of a clinician's day beyond which it is noted.
    pub clinician_day_note_minutes: i64,
    /// One-on-one minutes of a clinician's day beyond which a person must look.
    pub clinician_day_review_minutes: i64,
    /// Fewest minutes of a day counted twice for `therapist-overlap`, `same-minute-twice` and `co-treatment-both-billed` to speak.
    pub clinician_overlap_minutes: i64,
    /// Fewest timed lines of a source for `minutes-from-units`, and fewest rows for a column that is blank throughout, or modifiers that
    /// it hardly has, to say something of the file.
    pub source_min_lines: i64,
    /// Share of them, in percent, with minutes = 15 × units.
    pub source_share_percent: i64,
    /// Share of a source's timed lines with 0 minutes above which 0 was meant as blank, in percent.
    pub zero_minutes_share_percent: i64,
    /// A column with decimals whose largest value is at most this may hold hours.
    pub hours_suspect_max_minutes: i64,
    /// Units on a line above which its session is not judged.
    pub max_units_per_line: i64,
    /// Minutes on a line above which its session is not judged.
    pub max_minutes_per_day: i64,
    /// Timed minutes of a session beyond which they are looked at.
    pub implausible_minutes: i64,
    /// Months that overpayments are looked back for.
    pub lookback_months: i64,
    /// Months after the date of service in which Medicare Part B takes a claim.
    pub medicare_filing_months: i64,
    /// Patients below which a page for others shows no figure of a group.
    pub least_patients: i64,
    /// Share of the KX threshold, in percent, below which KX is early.
    pub kx_early_percent: i64,
    /// Default of `--max-rejects`, in percent.
    pub max_rejects_percent: i64,
}

impl Settings {
    /// Reads the file.
    pub fn parse(text: &str) -> Result<Settings, String> {
        toml::from_str(text).map_err(|error| said(text, &error))
    }
}
