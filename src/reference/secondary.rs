//! Which unit rule binds where Medicare pays second, from `data/secondary.toml`.

use super::{Day, day, said};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SecondaryRule {
    /// That of the payer who pays first.
    Primary,
    /// The one that supports fewer units.
    Stricter,
    /// Medicare's: the timed minutes of the day are added up.
    Combine,
}

impl SecondaryRule {
    /// In words: "by the rule of the payer that pays first".
    pub const fn words(self) -> &'static str {
        match self {
            SecondaryRule::Primary => "the rule of the payer that pays first",
            SecondaryRule::Stricter => "the stricter rule",
            SecondaryRule::Combine => "Medicare's rule",
        }
    }
}

/// Policies for treatment that was billed to Medicare Part B and to another payer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The policies; none holds on the same day as another.
    policy: Vec<Entry>,
}

/// A policy, and when it holds.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Whose rule binds: primary, stricter or combine.
    policy: SecondaryRule,
    /// The first date of service: 2026-01-31. Without it, from ever.
    from: Option<String>,
    /// The last date of service. Without it, for ever.
    to: Option<String>,
    /// Who says so, in words of ours.
    // Shown nowhere; kept so that no policy stands without it.
    #[serde(rename = "source")]
    _source: String,
}

/// The policies of a run.
pub struct Secondary(Vec<(SecondaryRule, Day, Day)>);

impl Secondary {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: a policy that is none, a date that is none, two policies for one day.
    pub fn parse(text: &str) -> Result<Secondary, String> {
        let file: File = toml::from_str(text).map_err(|error| said(text, &error))?;
        let dated = |text: &Option<String>, open: Day| match text {
            None => Ok(open),
            Some(text) => text.parse::<NaiveDate>().map(day).map_err(|_| format!("{text} is not a date")),
        };
        let mut policies = Vec::new();
        for entry in &file.policy {
            policies.push((entry.policy, dated(&entry.from, Day::MIN)?, dated(&entry.to, Day::MAX)?));
        }
        policies.sort_by_key(|(_, from, _)| *from);
        if policies.iter().any(|(_, from, to)| from > to) || policies.windows(2).any(|pair| pair[0].2 >= pair[1].1) {
            return Err("a policy ends before it begins, or two hold on one day".into());
        }
        Ok(Secondary(policies))
    }

    /// The policy on that date of service, if there is one.
    pub fn on(&self, date: Day) -> Option<SecondaryRule> {
        self.0.iter().find(|(_, from, to)| (*from..=*to).contains(&date)).map(|(policy, ..)| *policy)
    }
}
