//! Which rule a payer counts units by, within which limits of its own, and how sure we are of it.

use super::Units;

/// How minutes become units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The minutes of a session are pooled over its timed codes: the 8-minute rule (CMS Pub. 100-04, ch. 5, §20.2 C).
    Cms,
    /// Each code stands alone: a unit is earned once its midpoint is passed (CPT time rule; payers say AMA or SPM).
    Midpoint,
    /// The payer is documented to accept a bill that fits either of the two.
    Either,
    /// Each code stands alone, and only full fifteen minutes are a unit.
    Full15,
    /// Each code stands alone, and its units are tenths of an hour, to the nearest six minutes.
    Tenths,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 5] = [Rule::Cms, Rule::Midpoint, Rule::Either, Rule::Full15, Rule::Tenths];

    /// Their names in words, for whoever typed another.
    pub const NAMES: &str = "cms, midpoint, either, full-15 or tenths";

    /// The name in data, options and output.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Cms => "cms",
            Rule::Midpoint => "midpoint",
            Rule::Either => "either",
            Rule::Full15 => "full-15",
            Rule::Tenths => "tenths",
        }
    }

    /// The rule of that name, or `None`. "Rule of eights" is no name: the field uses it for both rules.
    pub fn from_name(name: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// What a payer allows of timed units beside its rule. The default limits nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitLimits {
    /// A code with fewer merged minutes has no unit. Its minutes count in the session's total all the same.
    pub min_minutes: i32,
    /// The most timed units of one session.
    pub max_timed_units: Option<Units>,
    /// Where codes stand alone: no more units than one code with all the session's minutes would have.
    pub cap_by_total: bool,
}

impl UnitLimits {
    /// No limit at all.
    pub const NONE: UnitLimits = UnitLimits { min_minutes: 0, max_timed_units: None, cap_by_total: false };

    /// Whether nothing is limited.
    pub fn is_none(&self) -> bool {
        *self == UnitLimits::NONE
    }
}

impl std::fmt::Display for UnitLimits {
    /// In words: "no unit for a code of under 8 minutes, at most 4 timed units a day".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut said = Vec::new();
        said.extend(
            (self.min_minutes > 0).then(|| format!("no unit for a code of under {} minutes", self.min_minutes)),
        );
        said.extend(self.max_timed_units.map(|most| {
            let unit = if most == 1 { "unit" } else { "units" };
            format!("at most {most} timed {unit} a day")
        }));
        said.extend(self.cap_by_total.then(|| "no more units than the minutes in total support".to_owned()));
        f.write_str(&said.join(", "))
    }
}

/// Where a payer's rule comes from; decides how much a difference between bill and rule may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A cited, dated policy of the payer.
    Documented,
    /// The user said so, in a policy file or by `--payer-rule`.
    User,
    /// The class of payer leans one way or no way; both rules are run.
    Default,
    /// The payer is not known, or not named; both rules are run.
    Unknown,
}

impl Basis {
    /// The name in data and output.
    pub const fn name(self) -> &'static str {
        match self {
            Basis::Documented => "documented",
            Basis::User => "user",
            Basis::Default => "default",
            Basis::Unknown => "unknown",
        }
    }

    /// Whether one rule is known to bind: otherwise a finding needs both rules to agree.
    pub const fn is_settled(self) -> bool {
        matches!(self, Basis::Documented | Basis::User)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_by_its_name_and_named_to_who_typed_another() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_name(rule.name()), Some(rule));
            assert!(Rule::NAMES.contains(rule.name()));
        }
        assert_eq!(Rule::NAMES.replace(" or ", ", ").split(", ").count(), Rule::ALL.len());
    }

    #[test]
    fn limits_are_said_in_words() {
        let all = UnitLimits { min_minutes: 8, max_timed_units: Some(4), cap_by_total: true };
        let words = "no unit for a code of under 8 minutes, at most 4 timed units a day, no more units than the minutes \
                     in total support";
        assert_eq!(all.to_string(), words);
        assert_eq!(
            UnitLimits { max_timed_units: Some(1), ..UnitLimits::NONE }.to_string(),
            "at most 1 timed unit a day"
        );
        assert!(UnitLimits::default().is_none() && !all.is_none());
    }
}
