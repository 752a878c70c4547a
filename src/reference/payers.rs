//! Payers: which rule each counts units by, since when, and how we know.

use super::{Day, day, said};
use chrono::NaiveDate;
use recount_core::domain::{Basis, Rule, UnitLimits};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;
use std::num::NonZeroU16;

/// How a payer's bill is judged on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Class of payer, such as `medicare-part-b`.
    pub class: String,
    /// The rule that binds, or `None` where both are run.
    pub rule: Option<Rule>,
    /// What it allows of timed units beside the rule, whichever that is.
    pub limits: UnitLimits,
    /// The rule that the user asks about: what would its bill come to?
    pub what_if: Option<Rule>,
    /// How we know the rule.
    pub basis: Basis,
    /// The rule that the class leans to; said, never used to judge.
    pub leans: Option<Rule>,
    /// Where it is written, in our own words.
    pub source: String,
    /// Payers that pay by the unit at all; the others' lines are excluded and counted.
    pub unit_billed: bool,
    /// Nobody to pay back: never an exception.
    pub never_exception: bool,
    /// Medicare Part B's own rules hold: modifiers, limits and edits.
    pub part_b: bool,
    /// It must take the codes in force on the date of service (HIPAA's code sets).
    pub code_sets: bool,
    /// Untimed codes that some payers of the class pay by time.
    pub timed_codes: Vec<String>,
    /// It pays what Medicare leaves to the patient, by Medicare's own count of units.
    pub supplement: bool,
}

impl Policy {
    /// Whether nothing is known of the payer but its name: it may be an insurer of any class.
    pub fn is_unknown(&self) -> bool {
        self.class == UNKNOWN
    }
}

/// The class of a name without an entry.
const UNKNOWN: &str = "unknown";

/// One payer of a run: the name that its sessions share, and its policies over time.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Normalised name: the part of the session key.
    pub key: String,
    entry: Option<usize>,
    user: Option<Rule>,
    what_if: Option<Rule>,
}

impl Payer {
    /// The same payer as these spellings of it: what the user sets or asks for one of them holds for the payer.
    pub fn with_spellings<'a>(mut self, spellings: impl Iterator<Item = &'a Payer> + Clone) -> Payer {
        self.user = self.user.or_else(|| spellings.clone().find_map(|other| other.user));
        self.what_if = self.what_if.or_else(|| spellings.clone().find_map(|other| other.what_if));
        self
    }
}

/// A rule that the user set by hand, or asks about: `AETNA*=midpoint`.
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
        let rule = Rule::from_name(rule.trim()).ok_or_else(|| format!("the rule is {}", Rule::NAMES))?;
        Ok(PayerRule { pattern: pattern.trim().to_owned(), rule })
    }
}

impl PayerRule {
    /// Whether a payer's name as exported fits the pattern.
    pub fn matches(&self, name: &str) -> bool {
        fits(&self.pattern, name)
    }
}

/// Whether a payer's name fits a pattern: `*` for anything, case ignored.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    fn rest(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some(b'*'), _) => rest(&pattern[1..], name) || (!name.is_empty() && rest(pattern, &name[1..])),
            (Some(p), Some(n)) => p == n && rest(&pattern[1..], &name[1..]),
            _ => false,
        }
    }
    rest(pattern.to_lowercase().as_bytes(), name.to_lowercase().as_bytes())
}

/// Payers: which class a payer's name belongs to, and whose unit rule is known.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The classes. One of them is `unknown`: that of every name without an entry.
    #[serde(default)]
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
    #[serde(default)]
    part_b_rules: bool,
    /// Whether its payers must take the codes in force on the date of service, as HIPAA's code sets demand of health plans.
    #[serde(default = "yes")]
    code_sets: bool,
    /// Untimed codes that some of its payers pay by time: several units of one depend on the payer's rule.
    #[serde(default)]
    timed_codes: Vec<String>,
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
    /// The rule it follows: cms, midpoint, either, full-15 or tenths. Only where somebody says so; both cms and midpoint are run
    /// otherwise.
    rule: Option<String>,
    /// A timed code with fewer minutes has no unit.
    min_minutes: Option<NonZeroU16>,
    /// The most timed units that it takes of one patient, day and discipline.
    max_timed_units: Option<NonZeroU16>,
    /// Where each code stands alone: no more units than the minutes in total would support.
    #[serde(default)]
    cap_by_total: bool,
    /// It pays what Medicare leaves to the patient, and so has no count of units of its own.
    #[serde(default)]
    supplement: bool,
    /// How rule and limits are known: `documented`, by the policy that `source` names, or `user`, by you.
    basis: Option<String>,
    /// The first date of service on which rule and limits hold: 2026-01-31. Without it, from ever.
    from: Option<String>,
    /// The last date of service on which rule and limits hold. Without it, for ever.
    to: Option<String>,
    /// Who says so, in words of ours; a documented rule or limit needs it.
    #[serde(default)]
    source: String,
}

impl Entry {
    fn limits(&self) -> UnitLimits {
        let most = self.max_timed_units.map(|most| i32::from(most.get()));
        let fewest = self.min_minutes.map_or(0, |minutes| i32::from(minutes.get()));
        UnitLimits { min_minutes: fewest, max_timed_units: most, cap_by_total: self.cap_by_total }
    }
}

fn yes() -> bool {
    true
}

/// An entry, and when its policy holds.
struct Dated {
    /// Of its class.
    policy: Policy,
    rule: Option<Rule>,
    limits: UnitLimits,
    basis: Basis,
    source: String,
    from: Option<Day>,
    to: Option<Day>,
    key: String,
}

impl Dated {
    fn on(&self, day: Day) -> Policy {
        let mut policy = self.policy.clone();
        let in_force = self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to);
        if !in_force || (self.rule.is_none() && self.limits.is_none()) {
            return policy;
        }
        policy.limits = self.limits;
        policy.source.clone_from(&self.source);
        if self.rule.is_some() {
            (policy.rule, policy.basis) = (self.rule, self.basis);
        }
        policy
    }
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
    /// Rules that are asked about.
    pub what_if: Vec<PayerRule>,
}

impl Payers {
    /// Reads a payer file. In a user's own file (`by_user`) a rule without a basis is the user's word for it.
    ///
    /// # Errors
    /// A sentence: an unknown class or rule, a documented rule without a source, a name claimed twice.
    pub fn parse(text: &str, by_user: bool, rules: &[PayerRule]) -> Result<Payers, String> {
        let file: File = toml::from_str(text).map_err(|error| said(text, &error))?;
        if file.class.is_empty() {
            return Err(
                "has no [[class]]: the file stands in place of ours, so copy data/payers.toml whole and add to it"
                    .into(),
            );
        }
        let rule_named = |name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => {
                Rule::from_name(name).map(Some).ok_or_else(|| format!("{name:?} is no rule: write {}", Rule::NAMES))
            }
        };
        let mut classes: HashMap<String, Policy> = HashMap::new();
        for class in &file.class {
            let policy = Policy {
                class: class.name.clone(),
                rule: None,
                limits: UnitLimits::NONE,
                what_if: None,
                basis: if class.name == UNKNOWN { Basis::Unknown } else { Basis::Default },
                leans: rule_named(&class.leans)?,
                source: class.source.clone(),
                unit_billed: class.unit_billed,
                never_exception: class.never_exception,
                part_b: class.part_b_rules,
                code_sets: class.code_sets,
                timed_codes: class.timed_codes.clone(),
                supplement: false,
            };
            if classes.insert(class.name.clone(), policy).is_some() {
                return Err(format!("class {} stands twice", class.name));
            }
        }
        let unknown = classes.get(UNKNOWN).cloned().ok_or("class unknown is missing")?;
        let (mut entries, mut aliases, mut phrases) = (Vec::new(), HashMap::new(), HashMap::new());
        for entry in &file.payer {
            let n = entries.len();
            let name = &entry.name;
            let policy = classes.get(&entry.class).cloned().ok_or(format!("{name}: no class {}", entry.class))?;
            let policy = Policy { supplement: entry.supplement, ..policy };
            let basis = match entry.basis.as_deref() {
                Some("documented") => Basis::Documented,
                Some("user") => Basis::User,
                None if by_user => Basis::User,
                None if entry.rule.is_none() && entry.limits().is_none() => Basis::Default,
                _ => return Err(format!("{name}: a rule or limit needs basis = \"documented\" or \"user\"")),
            };
            if basis == Basis::Documented && entry.source.is_empty() {
                return Err(format!("{name}: a documented rule or limit needs its source"));
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
                rule: rule_named(&entry.rule)?,
                limits: entry.limits(),
                basis,
                source: entry.source.clone(),
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
        Ok(Payers { entries, aliases, phrases, unknown, rules: rules.to_vec(), what_if: Vec::new() })
    }

    /// The same payers, with rules that the user asks about: nothing is judged by them.
    pub fn with_what_if(self, rules: Vec<PayerRule>) -> Payers {
        Payers { what_if: rules, ..self }
    }

    /// The payer that a name as exported stands for. The whole name wins, then the longest phrase in it.
    pub fn resolve(&self, name: &str) -> Payer {
        let normalised = normalised_payer(name);
        let last =
            |rules: &[PayerRule]| rules.iter().rev().find(|rule| rule.matches(name.trim())).map(|rule| rule.rule);
        let (user, what_if) = (last(&self.rules), last(&self.what_if));
        if let Some(&entry) = self.aliases.get(&normalised) {
            return Payer { key: self.entries[entry].key.clone(), entry: Some(entry), user, what_if };
        }
        let padded = format!(" {normalised} ");
        let phrase = self.phrases.iter().find(|(phrase, _)| padded.contains(&format!(" {phrase} ")));
        Payer { key: normalised, entry: phrase.map(|(_, entry)| *entry), user, what_if }
    }

    /// How that payer's bill is judged on that day. A rule that the user set by hand leaves the payer's limits as they are.
    pub fn policy(&self, payer: &Payer, on: Day) -> Policy {
        let mut policy = payer.entry.map_or_else(|| self.unknown.clone(), |entry| self.entries[entry].on(on));
        if let Some(rule) = payer.user {
            policy.rule = Some(rule);
            policy.basis = Basis::User;
            policy.source = "set by the user".into();
        }
        policy.what_if = payer.what_if;
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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
class = [{ name = "unknown" }, { name = "commercial" }]
[[payer]]
name = "Acme"
aliases = ["acme health"]
class = "commercial"
rule = "full-15"
min_minutes = 8
max_timed_units = 4
cap_by_total = true
from = "2025-01-01"
"#;

    fn payers() -> Payers {
        let asked = ["acme h*=tenths", "other=cms"].map(|rule| rule.parse().unwrap());
        Payers::parse(FILE, true, &[]).unwrap().with_what_if(asked.to_vec())
    }

    #[test]
    fn limits_hold_while_their_entry_does_and_under_a_rule_set_by_hand() {
        let all = UnitLimits { min_minutes: 8, max_timed_units: Some(4), cap_by_total: true };
        let (payers, first) = (payers(), day("2025-01-01".parse().unwrap()));
        let acme = payers.resolve("Acme");
        let policy = payers.policy(&acme, first);
        assert_eq!((policy.rule, policy.basis, policy.limits), (Some(Rule::Full15), Basis::User, all));
        let before = payers.policy(&acme, first - 1);
        assert_eq!((before.rule, before.basis, before.limits), (None, Basis::Default, UnitLimits::NONE));
        let by_hand = payers.policy(&Payer { user: Some(Rule::Cms), ..acme }, first);
        assert_eq!((by_hand.rule, by_hand.limits), (Some(Rule::Cms), all));
    }

    #[test]
    fn what_is_asked_of_one_spelling_holds_for_the_payer_and_judges_nothing() {
        let payers = payers();
        let spellings = ["ACME", "Acme Health"].map(|name| payers.resolve(name));
        let acme = spellings[0].clone().with_spellings(spellings.iter());
        let policy = payers.policy(&acme, day("2025-01-01".parse().unwrap()));
        assert_eq!((policy.rule, policy.what_if), (Some(Rule::Full15), Some(Rule::Tenths)));
        assert_eq!(payers.policy(&spellings[0], 0).what_if, None);
    }
}
