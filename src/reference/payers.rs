//! Payers: which rule each counts units by, since when, and how we know.

use super::{Day, day, said};
use chrono::NaiveDate;
use recount_core::domain::{Basis, Rule};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;

/// How a payer's bill is judged on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Class of payer, such as `medicare-part-b`.
    pub class: String,
    /// The rule that binds, or `None` where both are run.
    pub rule: Option<Rule>,
    /// How we know.
    pub basis: Basis,
    /// The rule that the class leans to; said, never used to judge.
    pub leans: Option<Rule>,
    /// Where it is written, in our own words.
    pub source: String,
    /// Payers that pay by the unit at all; the others' lines are excluded and counted.
    pub unit_billed: bool,
    /// Nobody to pay back: never an exception.
    pub never_exception: bool,
}

/// One payer of a run: the name that its sessions share, and its policies over time.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Normalised name: the part of the session key.
    pub key: String,
    entry: Option<usize>,
    user: Option<Rule>,
}

impl Payer {
    /// Whether the user set its rule by hand.
    pub fn is_set_by_user(&self) -> bool {
        self.user.is_some()
    }
}

/// A rule that the user set by hand: `AETNA*=midpoint`.
#[derive(Clone, Debug)]
pub struct PayerRule {
    /// Pattern over payers' names as exported, `*` for anything, case ignored.
    pub pattern: String,
    /// The rule.
    pub rule: Rule,
}

impl std::str::FromStr for PayerRule {
    type Err = String;
    fn from_str(text: &str) -> Result<PayerRule, String> {
        let (pattern, rule) = text.split_once('=').ok_or("write it as 'NAME*=cms' or 'NAME*=midpoint'")?;
        let rule = Rule::from_name(rule.trim()).ok_or("the rule is cms, midpoint or either")?;
        Ok(PayerRule { pattern: pattern.trim().to_owned(), rule })
    }
}

impl PayerRule {
    /// Whether a payer's name as exported fits the pattern.
    pub fn matches(&self, name: &str) -> bool {
        fn rest(pattern: &[u8], name: &[u8]) -> bool {
            match (pattern.first(), name.first()) {
                (None, None) => true,
                (Some(b'*'), _) => rest(&pattern[1..], name) || (!name.is_empty() && rest(pattern, &name[1..])),
                (Some(p), Some(n)) => p == n && rest(&pattern[1..], &name[1..]),
                _ => false,
            }
        }
        rest(self.pattern.to_lowercase().as_bytes(), name.to_lowercase().as_bytes())
    }
}

/// Payers: which class a payer's name belongs to, and whose unit rule is known.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The classes. One of them is `unknown`: that of every name without an entry.
    class: Vec<Class>,
    /// The payers. A whole name goes before a phrase, and a longer phrase before a shorter one.
    #[serde(default)]
    payer: Vec<Entry>,
}

/// A class of payers.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Class {
    /// Its name, as reports show it: `commercial`.
    name: String,
    /// The rule that its payers are said to follow: cms, midpoint or either. Shown, never used to judge.
    leans: Option<String>,
    /// Whether Medicare Part B's own rules hold: modifiers, limits and edits.
    // Read by the checks of those rules; kept so that the file says it once.
    #[serde(default, rename = "part_b_rules")]
    _part_b_rules: bool,
    /// Nobody to pay back: what is found is a review at most.
    #[serde(default)]
    never_exception: bool,
    /// Whether its payers pay by the unit at all; the lines of others are excluded and counted.
    #[serde(default = "yes")]
    unit_billed: bool,
    /// Who says so, in words of ours.
    #[serde(default)]
    source: String,
}

/// A payer, or payers with a phrase in common.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// A spelling of its name, and the name that stands for all of them.
    name: String,
    /// Whole names that are this payer; case and punctuation do not matter.
    #[serde(default)]
    aliases: Vec<String>,
    /// Phrases of whole words: a name with one of them takes class and rule, and stays a payer of its own.
    #[serde(default)]
    contains: Vec<String>,
    /// The name of its class.
    class: String,
    /// The rule it follows: cms, midpoint or either. Only where somebody says so; both rules are run otherwise.
    rule: Option<String>,
    /// How the rule is known: `documented`, by the policy that `source` names, or `user`, by you.
    basis: Option<String>,
    /// The first date of service on which the rule holds: 2026-01-31. Without it, from ever.
    from: Option<String>,
    /// The last date of service on which the rule holds. Without it, for ever.
    to: Option<String>,
    /// Who says so, in words of ours; a documented rule needs it.
    #[serde(default)]
    source: String,
}

fn yes() -> bool {
    true
}

struct Dated {
    policy: Policy,
    rule: Option<(Rule, Basis, String)>,
    from: Option<Day>,
    to: Option<Day>,
    key: String,
}

/// All payers that the data knows.
pub struct Payers {
    entries: Vec<Dated>,
    aliases: HashMap<String, usize>,
    /// Whole-word phrases, longest first.
    phrases: Vec<(String, usize)>,
    unknown: Policy,
    /// Rules set by hand.
    pub rules: Vec<PayerRule>,
}

impl Payers {
    /// Reads a payer file. In a user's own file (`by_user`) a rule without a basis is the user's word for it.
    ///
    /// # Errors
    /// A sentence: an unknown class or rule, a documented rule without a source, a name claimed twice.
    pub fn parse(text: &str, by_user: bool, rules: &[PayerRule]) -> Result<Payers, String> {
        let file: File = toml::from_str(text).map_err(|error| said(text, &error))?;
        let rule_named = |name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => {
                Rule::from_name(name).map(Some).ok_or(format!("{name:?} is no rule: write cms, midpoint or either"))
            }
        };
        let mut classes: HashMap<String, Policy> = HashMap::new();
        for class in &file.class {
            let policy = Policy {
                class: class.name.clone(),
                rule: None,
                basis: if class.name == "unknown" { Basis::Unknown } else { Basis::Default },
                leans: rule_named(&class.leans)?,
                source: class.source.clone(),
                unit_billed: class.unit_billed,
                never_exception: class.never_exception,
            };
            if classes.insert(class.name.clone(), policy).is_some() {
                return Err(format!("class {} stands twice", class.name));
            }
        }
        let unknown = classes.get("unknown").cloned().ok_or("class unknown is missing")?;
        let (mut entries, mut aliases, mut phrases) = (Vec::new(), HashMap::new(), HashMap::new());
        for entry in &file.payer {
            let n = entries.len();
            let name = &entry.name;
            let policy = classes.get(&entry.class).cloned().ok_or(format!("{name}: no class {}", entry.class))?;
            let basis = match entry.basis.as_deref() {
                Some("documented") => Basis::Documented,
                Some("user") => Basis::User,
                None if by_user => Basis::User,
                None if entry.rule.is_none() => Basis::Default,
                _ => return Err(format!("{name}: a rule needs basis = \"documented\" or \"user\"")),
            };
            if basis == Basis::Documented && entry.source.is_empty() {
                return Err(format!("{name}: a documented rule needs its source"));
            }
            let dated = |text: &Option<String>| match text {
                None => Ok(None),
                Some(text) => text
                    .parse::<NaiveDate>()
                    .map(|date| Some(day(date)))
                    .map_err(|_| format!("{name}: {text} is not a date")),
            };
            let (from, to) = (dated(&entry.from)?, dated(&entry.to)?);
            if from.zip(to).is_some_and(|(from, to)| from > to) {
                return Err(format!("{name}: ends before it begins"));
            }
            entries.push(Dated {
                policy,
                rule: rule_named(&entry.rule)?.map(|rule| (rule, basis, entry.source.clone())),
                from,
                to,
                key: normalised_payer(name),
            });
            for alias in entry.aliases.iter().chain([name]) {
                let alias = normalised_payer(alias);
                if aliases.insert(alias, n).is_some_and(|other| other != n) {
                    return Err(format!("{name}: an alias of it is claimed twice"));
                }
            }
            for phrase in &entry.contains {
                if phrases.insert(normalised_payer(phrase), n).is_some_and(|other| other != n) {
                    return Err(format!("{name}: the phrase {phrase:?} is claimed twice"));
                }
            }
        }
        let mut phrases: Vec<(String, usize)> = phrases.into_iter().collect();
        phrases.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
        Ok(Payers { entries, aliases, phrases, unknown, rules: rules.to_vec() })
    }

    /// The payer that a name as exported stands for. The whole name wins, then the longest phrase in it.
    pub fn resolve(&self, name: &str) -> Payer {
        let normalised = normalised_payer(name);
        let user = self.rules.iter().rev().find(|rule| rule.matches(name.trim())).map(|rule| rule.rule);
        if let Some(&entry) = self.aliases.get(&normalised) {
            return Payer { key: self.entries[entry].key.clone(), entry: Some(entry), user };
        }
        let padded = format!(" {normalised} ");
        let phrase = self.phrases.iter().find(|(phrase, _)| padded.contains(&format!(" {phrase} ")));
        Payer { key: normalised, entry: phrase.map(|(_, entry)| *entry), user }
    }

    /// How that payer's bill is judged on that day.
    pub fn policy(&self, payer: &Payer, on: Day) -> Policy {
        let mut policy = match payer.entry.map(|n| &self.entries[n]) {
            None => self.unknown.clone(),
            Some(entry) => {
                let mut policy = entry.policy.clone();
                let in_force = entry.from.is_none_or(|from| from <= on) && entry.to.is_none_or(|to| on <= to);
                if let (Some((rule, basis, source)), true) = (&entry.rule, in_force) {
                    policy.rule = Some(*rule);
                    policy.basis = *basis;
                    policy.source = source.clone();
                }
                policy
            }
        };
        if let Some(rule) = payer.user {
            policy.rule = Some(rule);
            policy.basis = Basis::User;
            policy.source = "set by the user".into();
        }
        policy
    }

    /// The days on which that payer's policy may change: each starts a stretch with one policy.
    pub fn changes(&self, payer: &Payer) -> Vec<Day> {
        let entry = payer.entry.map(|n| &self.entries[n]);
        entry.map_or(Vec::new(), |entry| entry.from.into_iter().chain(entry.to.map(|to| to + 1)).collect())
    }
}

/// A payer's name in lower case, with punctuation as spaces and spaces as one: `BC/BS  of NE` is `bc bs of ne`.
pub fn normalised_payer(name: &str) -> String {
    let lower: String = name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
