//! `recount.toml`: what the user decided about reading, in one file that can be kept with the exports.
//!
//! Everything in it is optional. Options on the command line go before it, and it goes before presets and usual names.

use crate::error::{Error, Result, read_config};
use crate::reference::{Field, PayerRule, said};
use recount_core::cells::DateOrder;
use recount_core::domain::Rule;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The name under which it is found in the working folder.
pub const NAME: &str = "recount.toml";

/// What you decided about reading exports. Everything in it is optional; options on the command line go before it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Which column is which field: field = "header in your file", or its place from 1 where two headers are alike.
    #[serde(default)]
    columns: BTreeMap<Field, Header>,
    /// The order of day and month where the year comes last; otherwise each file's rows decide.
    date_order: Option<Order>,
    /// What the minutes column holds, where its values could be hours.
    minutes_unit: Option<MinutesUnit>,
    /// What a row is, where each has one unit.
    rows: Option<RowsAre>,
    /// What minutes on a row of one unit mean.
    unit_minutes: Option<UnitMinutes>,
    /// The sheet of a workbook, where several hold rows.
    sheet: Option<String>,
    /// Which rule a payer follows: "NAME or pattern" = "cms", "midpoint" or "either". `*` stands for anything; of two that fit
    /// a name, the later in the alphabet wins.
    #[serde(default)]
    payers: BTreeMap<String, RuleName>,
    /// How claims are read.
    #[serde(default)]
    claims: ClaimsConfig,
    /// The same decisions for some files only: a pattern over file names, such as "notes*", and what holds for them. They go
    /// before those for all files.
    #[serde(default)]
    files: BTreeMap<String, Decisions>,
}

/// Decisions on reading some files.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// Which column is which field: field = "header in your file", or its place from 1 where two headers are alike.
    #[serde(default)]
    pub columns: BTreeMap<Field, Header>,
    /// The order of day and month where the year comes last; otherwise each file's rows decide.
    date_order: Option<Order>,
    /// What the minutes column holds, where its values could be hours.
    pub minutes_unit: Option<MinutesUnit>,
    /// What a row is, where each has one unit.
    pub rows: Option<RowsAre>,
    /// What minutes on a row of one unit mean.
    pub unit_minutes: Option<UnitMinutes>,
    /// The sheet of a workbook, where several hold rows.
    pub sheet: Option<String>,
}

/// How a mapping names a column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Header {
    /// By its header.
    Name(String),
    /// By its place, where headers do not tell columns apart: the first is 1.
    Place(usize),
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Header::Name(name) => write!(f, "{name:?}"),
            Header::Place(place) => write!(f, "number {place}"),
        }
    }
}

/// What one minute of the minutes column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum MinutesUnit {
    /// Minutes.
    Minutes,
    /// Hours, with decimals.
    Hours,
}

/// What a row of the export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowsAre {
    /// A line of a bill, with its units.
    Lines,
    /// One unit: a code billed three times stands on three rows.
    Units,
}

/// What the minutes on a row of one unit mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnitMinutes {
    /// The minutes of that unit: rows add up.
    Each,
    /// The minutes of the service, repeated on each of its units.
    Repeated,
}

/// The order of day and month.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Order {
    /// 1/2/2026 is January 2nd.
    MonthFirst,
    /// 1/2/2026 is February 1st.
    DayFirst,
}

/// A unit rule.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RuleName {
    /// The minutes of the session pooled: the 8-minute rule.
    Cms,
    /// Each code alone.
    Midpoint,
    /// The payer accepts both.
    Either,
    /// Each code alone, full fifteen minutes only.
    #[serde(rename = "full-15")]
    Full15,
    /// Each code alone, in tenths of an hour.
    Tenths,
}

/// How claims are read.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimsConfig {
    /// Which of a claim's ids is the patient's in the other exports.
    pub patient: Option<PatientIs>,
}

/// Which of a claim's ids stands for the patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PatientIs {
    /// The medical record number (REF*EA).
    #[default]
    MedicalRecord,
    /// The member number with the payer (NM1*IL).
    Member,
    /// The patient control number (CLM01).
    Control,
}

impl Decisions {
    /// The order of dates that it states.
    pub fn date_order(&self) -> Option<DateOrder> {
        self.date_order.map(|order| match order {
            Order::MonthFirst => DateOrder::MonthFirst,
            Order::DayFirst => DateOrder::DayFirst,
        })
    }
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// It cannot be read, or says what cannot be; with the line and what was probably meant.
    pub fn read(path: &Path) -> Result<Config> {
        let text = read_config(&path.to_path_buf())?;
        toml::from_str(&text)
            .map_err(|error| Error::Config { path: path.display().to_string(), problem: said(&text, &error) })
    }

    /// What holds for a file of that name: its own decisions, then those for all.
    pub fn for_file(&self, name: &str) -> Decisions {
        let mut decisions = Decisions {
            columns: self.columns.clone(),
            date_order: self.date_order,
            minutes_unit: self.minutes_unit,
            rows: self.rows,
            unit_minutes: self.unit_minutes,
            sheet: self.sheet.clone(),
        };
        for own in self.files.iter().filter(|(pattern, _)| fits(pattern, name)).map(|(_, own)| own) {
            decisions.columns.extend(own.columns.clone());
            decisions.date_order = own.date_order.or(decisions.date_order);
            decisions.minutes_unit = own.minutes_unit.or(decisions.minutes_unit);
            decisions.rows = own.rows.or(decisions.rows);
            decisions.unit_minutes = own.unit_minutes.or(decisions.unit_minutes);
            decisions.sheet = own.sheet.clone().or(decisions.sheet);
        }
        decisions
    }

    /// How claims are read.
    pub fn claims(&self) -> ClaimsConfig {
        self.claims
    }

    /// The rules of payers that it sets.
    pub fn payer_rules(&self) -> Vec<PayerRule> {
        let rule = |name: &RuleName| match name {
            RuleName::Cms => Rule::Cms,
            RuleName::Midpoint => Rule::Midpoint,
            RuleName::Either => Rule::Either,
            RuleName::Full15 => Rule::Full15,
            RuleName::Tenths => Rule::Tenths,
        };
        self.payers.iter().map(|(pattern, name)| PayerRule { pattern: pattern.clone(), rule: rule(name) }).collect()
    }

    /// Columns that it names and no file has: a slip, most likely.
    pub fn unanswered(&self, files: &[(String, Vec<String>)], has: impl Fn(&Header, &[String]) -> bool) -> Vec<String> {
        let mut missing = Vec::new();
        let nowhere = |header: &Header| files.iter().all(|(_, headers)| !has(header, headers));
        for header in self.columns.values().filter(|header| nowhere(header)) {
            missing.push(format!(
                "a column {header}, and no file has it; if it is one of other files, put it under [files.\"THEIR NAME\".columns]"
            ));
        }
        for (pattern, own) in &self.files {
            // Decisions on files of another run are none of this one.
            let meant: Vec<&(String, Vec<String>)> = files.iter().filter(|(name, _)| fits(pattern, name)).collect();
            let nowhere = |header: &Header| meant.iter().all(|(_, headers)| !has(header, headers));
            if !meant.is_empty() {
                for header in own.columns.values().filter(|header| nowhere(header)) {
                    missing.push(format!("a column {header} of the files {pattern:?}, and none of them has it"));
                }
            }
        }
        missing
    }
}

/// Whether a file's name fits a pattern; `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        let error = toml::from_str::<Config>(text).expect_err("the text is wrong");
        said(text, &error)
    }

    #[test]
    fn errors_name_the_line_and_what_was_meant() {
        assert_eq!(
            problem("date_ordr = \"day-first\""),
            "line 1: unknown field `date_ordr`; did you mean `date_order`?"
        );
        let said = problem("\n[columns]\npatientid = \"MRN\"");
        assert!(said.starts_with("line 3: ") && said.ends_with("did you mean `patient_id`?"), "{said}");
        let said = problem("rows = \"unit\"");
        assert!(said.starts_with("line 1: ") && said.ends_with("did you mean `units`?"), "{said}");
    }

    #[test]
    fn decisions_of_a_file_go_before_those_for_all() {
        let text = "rows = \"lines\"\n[columns]\nunits = \"A\"\ncode = \"C\"\n[files.\"notes*\"]\nrows = \"units\"\n\
                    columns = { units = \"B\" }\n";
        let config: Config = toml::from_str(text).unwrap();
        let header = |name: &str| Header::Name(name.into());
        let all = config.for_file("charges.csv");
        assert_eq!((all.rows, &all.columns[&Field::Units]), (Some(RowsAre::Lines), &header("A")));
        let notes = config.for_file("notes-2026.csv");
        assert_eq!((notes.rows, &notes.columns[&Field::Units]), (Some(RowsAre::Units), &header("B")));
        assert_eq!(notes.columns[&Field::Code], header("C"));
    }
}
