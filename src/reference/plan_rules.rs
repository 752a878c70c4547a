//! Within how many days a plan of care is certified, certified again and reported on, from `data/plan_rules.csv`.

use super::Day;
use super::table::{Row, rows};

/// A rule on plans of care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanRule {
    /// Days after the first treatment within which the first plan is certified.
    Certification,
    /// Days after which a plan must have been certified again.
    Recertification,
    /// Treatment days of which one has a progress report.
    ProgressReport,
    /// Days within which a plan that is sent to who ordered the therapy needs no signature of theirs.
    OrderCertifies,
    /// Who certifies the plan is named on the claim, at least so often.
    CertifierOnClaim,
}

impl PlanRule {
    /// All of them.
    const ALL: [PlanRule; 5] = [
        PlanRule::Certification,
        PlanRule::Recertification,
        PlanRule::ProgressReport,
        PlanRule::OrderCertifies,
        PlanRule::CertifierOnClaim,
    ];

    /// The name in data.
    const fn name(self) -> &'static str {
        match self {
            PlanRule::Certification => "certification",
            PlanRule::Recertification => "recertification",
            PlanRule::ProgressReport => "progress-report",
            PlanRule::OrderCertifies => "order-certifies",
            PlanRule::CertifierOnClaim => "certifier-on-claim",
        }
    }
}

/// The table of rules and their dates.
pub struct PlanRules(Vec<Dated>);

struct Dated {
    rule: PlanRule,
    limit: i32,
    from: Option<Day>,
    to: Option<Day>,
}

impl PlanRules {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: an unknown rule, a bad value, no source.
    pub fn parse(text: &str) -> Result<PlanRules, String> {
        rows(text, &["rule", "limit", "from", "to", "source"], dated).map(PlanRules)
    }

    /// The number of a rule that is in force on that day, if it is.
    pub fn limit(&self, rule: PlanRule, on: Day) -> Option<i32> {
        let in_force = |row: &&Dated| {
            row.rule == rule && row.from.is_none_or(|from| from <= on) && row.to.is_none_or(|to| on <= to)
        };
        self.0.iter().find(in_force).map(|row| row.limit)
    }
}

fn dated(row: &Row) -> Result<Dated, String> {
    let rule = PlanRule::ALL.into_iter().find(|rule| rule.name() == row.cell("rule"));
    row.said("source")?;
    let (from, to) = row.span("from", "to")?;
    Ok(Dated { rule: rule.ok_or("that rule is not known")?, limit: row.number("limit")?, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_holds_between_its_dates() {
        let text = "rule,limit,from,to,source\ncertification,30,2025-01-01,2025-12-31,x\n";
        let rules = PlanRules::parse(text).unwrap();
        let limits = [20_088, 20_089, 20_453, 20_454].map(|day| rules.limit(PlanRule::Certification, day));
        assert_eq!(limits, [None, Some(30), Some(30), None]);
        assert_eq!(rules.limit(PlanRule::ProgressReport, 20_100), None);
        for row in
            ["signing,30,,,x", "certification,,,,x", "certification,30,,,", "certification,30,2025-01-02,2025-01-01,x"]
        {
            assert!(PlanRules::parse(&format!("rule,limit,from,to,source\n{row}\n")).is_err(), "{row}");
        }
    }
}
