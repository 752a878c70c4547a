//! Checks turn facts into findings. One check is a pair of files: `NAME.rs` decides, `NAME.md` is its manual, its `explain` text
//! and its test examples at once. [`ALL`] is the only list of them.

mod abn_modifier;
mod add_on_without_primary;
mod assistant_modifier;
mod at_once;
mod bill_type;
mod billed_not_documented;
mod billed_not_rendered;
mod billed_unsigned;
mod by_course;
mod by_status;
mod by_year;
mod certification_late;
mod clinician_not_enrolled;
mod co_treatment_both_billed;
mod diagnosis_unsupported;
mod discipline_modifier;
mod disciplines;
mod documented_not_billed;
mod duplicate_line;
mod edits;
mod evaluation_by_assistant;
mod evaluation_repeated;
mod finding;
mod group_more_than_once;
mod history;
mod impossible_day;
mod inactive_code;
mod judged;
mod kx_missing;
mod kx_unneeded;
mod line_spans_days;
mod medicare_secondary_rule;
mod minutes_from_units;
mod minutes_implausible;
mod minutes_mismatch;
mod minutes_missing;
mod misallocated_units;
mod mue_exceeded;
mod ncci_pair;
mod overbilled_units;
mod progress_report_missing;
mod recertification_missing;
mod referral_missing;
mod revenue_code;
mod rule_dependent_units;
mod same_minute_twice;
mod selection;
mod short_session_average;
mod short_unit_pattern;
mod supervised_minutes_counted;
mod targeted_review;
mod therapist_overlap;
mod total_below_timed;
mod underbilled_units;
mod units_without_minutes;
mod unknown_code;
mod unneeded_59;
mod untimed_multiple_units;
mod wrong_code_for_payer;

pub use finding::{Attribution, Certainty, Finding, Grain, Severity};
pub use judged::{Judged, attribution};
pub use selection::{Applied, AppliedTo, Selection};

use crate::reference::{Day, Field, Reference};

/// A check: its name is for ever.
pub struct Check {
    /// What users type and tables show.
    pub name: &'static str,
    /// The group it can be selected by.
    pub family: &'static str,
    /// The highest severity of its findings.
    pub severity: Severity,
    /// Columns without which it cannot run.
    pub needs: &'static [Field],
    /// Columns of which it needs one at least.
    pub needs_any: &'static [Field],
    /// Whether it compares bills with notes (`--join`).
    pub needs_notes: bool,
    /// The file of the user's own facts (`--data`) without which it cannot run.
    pub needs_file: Option<&'static str>,
    /// Which sessions it speaks of.
    pub scope: Scope,
    /// Where the rule is written.
    pub citation: &'static str,
    /// Its manual.
    pub page: &'static str,
    /// How it finds.
    pub run: Run,
}

/// Which sessions a check speaks of.
#[derive(Clone, Copy)]
pub enum Scope {
    /// All.
    Every,
    /// Those of payers with Part B's rules.
    PartB,
    /// The same, within the first and last day of the table of facts that the check rests on.
    Dated(fn(&Reference) -> (Day, Day)),
    /// The same, where the table may speak of practices only, or of facilities: whether it does on a day.
    Edits(fn(&Reference) -> (Day, Day), fn(&Reference, bool, Day) -> bool),
}

/// How a check finds.
pub enum Run {
    /// It looks at one session at a time.
    Session(fn(&Judged, &mut Vec<Finding>)),
    /// It looks at a patient's day: the sessions it speaks of, in order.
    Day(fn(&[Judged], &mut Vec<Finding>)),
    /// It looks at a patient's history: the sessions it speaks of, and all, which may tell of them. Both in order of their dates.
    Patient(fn(&[Judged], &[Judged], &mut Vec<Finding>)),
    /// It is a flag on sessions, counted in every table, and makes no findings of its own.
    Flag,
    /// It looks at many sessions: `queries/patterns/` has its SQL, under the name with underscores.
    Pattern,
}

/// Every check, in the order of reports.
pub const ALL: &[Check] = &[
    overbilled_units::CHECK,
    rule_dependent_units::CHECK,
    misallocated_units::CHECK,
    underbilled_units::CHECK,
    medicare_secondary_rule::CHECK,
    untimed_multiple_units::CHECK,
    group_more_than_once::CHECK,
    short_session_average::CHECK,
    short_unit_pattern::CHECK,
    same_minute_twice::CHECK,
    co_treatment_both_billed::CHECK,
    therapist_overlap::CHECK,
    impossible_day::CHECK,
    units_without_minutes::CHECK,
    minutes_missing::CHECK,
    minutes_from_units::CHECK,
    minutes_mismatch::CHECK,
    supervised_minutes_counted::CHECK,
    total_below_timed::CHECK,
    minutes_implausible::CHECK,
    billed_not_documented::CHECK,
    documented_not_billed::CHECK,
    billed_not_rendered::CHECK,
    billed_unsigned::CHECK,
    line_spans_days::CHECK,
    unknown_code::CHECK,
    inactive_code::CHECK,
    wrong_code_for_payer::CHECK,
    duplicate_line::CHECK,
    discipline_modifier::CHECK,
    assistant_modifier::CHECK,
    evaluation_by_assistant::CHECK,
    abn_modifier::CHECK,
    kx_missing::CHECK,
    kx_unneeded::CHECK,
    targeted_review::CHECK,
    ncci_pair::CHECK,
    unneeded_59::CHECK,
    mue_exceeded::CHECK,
    add_on_without_primary::CHECK,
    evaluation_repeated::CHECK,
    revenue_code::CHECK,
    bill_type::CHECK,
    referral_missing::CHECK,
    clinician_not_enrolled::CHECK,
    diagnosis_unsupported::CHECK,
    certification_late::CHECK,
    recertification_missing::CHECK,
    progress_report_missing::CHECK,
];

/// Chapter and section that most checks rest on.
const CMS_20_2: &str = "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C";

/// The check of that name.
pub fn by_name(name: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.name == name)
}

/// What a check's page says must hold: one line, without marks of Markdown.
pub fn must_hold(page: &str) -> String {
    let text = page.split("\n## ").find_map(|part| part.strip_prefix("What must hold\n")).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "")
}

/// What a check's page says first: what it finds, in a sentence.
pub fn summary(page: &str) -> String {
    let text = page.split("\n\n").nth(1).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
