//! From when on CQ and CO are due, and by which rule, from `data/assistants.csv`.

use super::Day;
use super::table::{Row, rows};
use recount_core::units::assistant::Exceptions;

/// The last day of a table that has no end: 9999-12-31.
pub const NO_END: Day = 2_932_896;

/// The rule of some dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssistantRule {
    /// What else than the tenth decides.
    pub exceptions: Exceptions,
    /// What is paid of a unit with the modifier, in percent.
    pub paid_percent: i32,
    from: Day,
    to: Day,
}

/// The table of rules, in order of their dates.
pub struct AssistantRules(Vec<AssistantRule>);

impl AssistantRules {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: a bad value, no source, dates that overlap or leave a gap.
    pub fn parse(text: &str) -> Result<AssistantRules, String> {
        let rules = rows(text, &["from", "to", "midpoint", "two_units", "paid_percent", "source"], rule)?;
        if rules.is_empty() {
            return Err("no rule in it".into());
        }
        match rules.windows(2).find(|pair| pair[0].to.saturating_add(1) != pair[1].from) {
            Some(_) => Err("each rule must begin on the day after the one before it ends".into()),
            None => Ok(AssistantRules(rules)),
        }
    }

    /// The rule in force on that day.
    pub fn on(&self, day: Day) -> Option<AssistantRule> {
        self.0.iter().copied().find(|rule| (rule.from..=rule.to).contains(&day))
    }

    /// First and last day of the table.
    pub fn dates(&self) -> (Day, Day) {
        (self.0[0].from, self.0[self.0.len() - 1].to)
    }
}

fn rule(row: &Row) -> Result<AssistantRule, String> {
    row.said("source")?;
    let (from, to) = row.span("from", "to")?;
    Ok(AssistantRule {
        exceptions: Exceptions { midpoint: row.yes("midpoint")?, two_units: row.yes("two_units")? },
        paid_percent: row.number("paid_percent")?,
        from: from.ok_or("from is empty")?,
        to: to.unwrap_or(NO_END),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "from,to,midpoint,two_units,paid_percent,source\n";

    #[test]
    fn a_rule_follows_on_another() {
        let text = format!("{HEADER}2020-01-01,2021-12-31,no,no,100,x\n2022-01-01,,yes,yes,85,x\n");
        let rules = AssistantRules::parse(&text).unwrap();
        let paid = [18_261, 18_262, 18_992, 18_993].map(|day| rules.on(day).map(|rule| rule.paid_percent));
        assert_eq!(paid, [None, Some(100), Some(100), Some(85)]);
        assert_eq!(rules.dates(), (18_262, NO_END));
        assert_eq!(crate::reference::date(NO_END).to_string(), "9999-12-31");
        for rows in [
            "",
            "2020-01-01,,no,no,100,\n",
            ",,no,no,100,x\n",
            "2020-01-01,,never,no,100,x\n",
            "2020-01-01,,no,no,100,x\n2022-01-01,,yes,yes,85,x\n",
            "2020-01-01,2021-12-30,no,no,100,x\n2022-01-01,,yes,yes,85,x\n",
        ] {
            assert!(AssistantRules::parse(&format!("{HEADER}{rows}")).is_err(), "{rows:?}");
        }
    }
}
