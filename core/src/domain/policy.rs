//! Which rule a payer counts units by, and how sure we are of it.

/// How minutes become units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The minutes of a session are pooled over its timed codes: the 8-minute rule (CMS Pub. 100-04, ch. 5, §20.2 C).
    Cms,
    /// Each code stands alone: a unit is earned once its midpoint is passed (CPT time rule; payers say AMA or SPM).
    Midpoint,
    /// The payer is documented to accept a bill that fits either of the two.
    Either,
}

impl Rule {
    /// The name in data, options and output.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Cms => "cms",
            Rule::Midpoint => "midpoint",
            Rule::Either => "either",
        }
    }

    /// The rule of that name, or `None`. "Rule of eights" is no name: the field uses it for both rules.
    pub fn from_name(name: &str) -> Option<Rule> {
        [Rule::Cms, Rule::Midpoint, Rule::Either].into_iter().find(|rule| rule.name() == name)
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
