//! Who pays: the rules that are known, and the names whose contract a person must look up.

use super::page::{Page, Sure, cut, quoted};
use crate::ingest::Export;
use crate::reference::{PayerRule, Policy};
use crate::words::counted;
use recount_core::domain::{Basis, Rule};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use unicode_width::UnicodeWidthStr;

/// Payers that are listed: what is longer is no list of payers, but of something else.
const LISTED: usize = 200;

/// Columns of a name on the page; of a longer one its beginning is a pattern.
const LONGEST_NAME: usize = 70;

/// A payer of the run.
struct Payer<'a> {
    /// Its most frequent spelling.
    name: &'a str,
    lines: u64,
    /// Its policies that lines fall under, in order of time.
    policies: Vec<&'a Policy>,
}

impl Payer<'_> {
    fn is_excluded(&self) -> bool {
        self.policies.iter().all(|policy| !policy.unit_billed)
    }

    fn is_by_user(&self) -> bool {
        self.policies.iter().any(|policy| policy.basis == Basis::User)
    }

    /// Nothing that a contract could tell: its rule is documented, or nobody could ask for money back.
    fn is_known(&self) -> bool {
        self.policies.iter().all(|policy| policy.basis.is_settled() || policy.never_exception)
    }
}

/// Writes the table of payers: rules that the user set, and names to look up; what to look at goes to `looks`.
pub fn write(page: &mut Page, export: &Export, rules: &[PayerRule], looks: &mut Vec<String>) {
    page.table("payers");
    page.comment(
        "Which rule a payer follows: \"cms\" (the minutes of a session pooled), \"midpoint\" (each code alone) or \"either\" (the \
         payer accepts both). A name stands for all spellings of its payer, and * in it for anything; of two that fit, the \
         later in the alphabet wins.",
    );
    // The rule typed last goes before one of the same pattern.
    let by_pattern: BTreeMap<&str, Rule> = rules.iter().map(|rule| (rule.pattern.as_str(), rule.rule)).collect();
    for (pattern, rule) in by_pattern {
        page.set(
            &quoted(pattern),
            &quoted(rule.name()),
            &format!("{}: kept, it stood in the configuration before", Sure::Certain.name()),
        );
    }
    let (named, blank): (Vec<Payer>, Vec<Payer>) = payers(export).into_iter().partition(|payer| !payer.name.is_empty());
    for payer in blank {
        page.comment(&format!("{} without a payer: both rules are run.", counted(payer.lines, "line")));
    }
    if named.is_empty() {
        page.comment("No payer is named in these files.");
    }
    let shown = &named[..named.len().min(LISTED)];
    let (known, open): (Vec<&Payer>, Vec<&Payer>) =
        shown.iter().partition(|payer| payer.is_excluded() || payer.is_by_user() || payer.is_known());
    look_up(page, &open);
    known_ones(page, &known);
    if !open.is_empty() {
        let (open, all) = (counted(open.len() as u64, "payer"), shown.len());
        looks.push(format!("[payers]: the rules of {open} of {all} are not known; look into the contracts"));
    }
    if named.len() > LISTED {
        let left = counted((named.len() - LISTED) as u64, "more name");
        page.comment(&format!("{left} not listed here. Is that column really the payer's?"));
        looks.push(format!("payer has {} names: is that column really the payer's?", named.len()));
    }
}

/// The payers of a run, those with most lines first.
fn payers(export: &Export) -> Vec<Payer<'_>> {
    let mut lines: BTreeMap<(u32, usize), u64> = BTreeMap::new();
    for &(name, stretch, count) in &export.payer_lines {
        *lines.entry((export.payer_of_name[name as usize], stretch)).or_default() += count;
    }
    let mut payers: Vec<Payer> = Vec::new();
    for (number, payer) in (0_u32..).zip(&export.payers) {
        let of_payer = lines.range((number, 0)..=(number, usize::MAX)).filter(|(_, count)| **count > 0);
        let (mut count, mut policies) = (0, Vec::new());
        for (&(_, stretch), &more) in of_payer {
            count += more;
            policies.push(payer.policy_at(stretch));
        }
        if count > 0 {
            let name = export.texts.payer_names.get(payer.name).trim();
            payers.push(Payer { name, lines: count, policies });
        }
    }
    payers.sort_by_key(|payer| (Reverse(payer.lines), payer.name));
    payers
}

/// Names whose rule a person must look up, as decisions that do not hold yet.
fn look_up(page: &mut Page, payers: &[&Payer]) {
    if payers.is_empty() {
        return;
    }
    page.gap();
    page.comment(
        "To look up in the contracts: take the # away and write the rule that holds. Until then both rules are run, and a \
         finding needs both.",
    );
    let mut patterns = HashSet::new();
    for payer in payers {
        let pattern = pattern(payer.name);
        if patterns.insert(pattern.clone()) {
            // The first policy that is open: another stretch of time may be documented.
            let open = payer.policies.iter().find(|policy| !policy.basis.is_settled());
            let (class, basis) = open.map_or(("", ""), |policy| (policy.class.as_str(), policy.basis.name()));
            let rule = open.and_then(|policy| policy.leans).unwrap_or(Rule::Cms);
            let lines = counted(payer.lines, "line");
            let reason = format!("{}: {lines}; class {class}, basis {basis}", Sure::Look.name());
            page.offer(&quoted(&pattern), &quoted(rule.name()), &reason);
        }
    }
}

/// Payers about which there is nothing to decide, with the source.
fn known_ones(page: &mut Page, payers: &[&Payer]) {
    if payers.is_empty() {
        return;
    }
    page.gap();
    page.comment("Nothing to decide:");
    for payer in payers {
        let lines = counted(payer.lines, "line");
        // One of the policies speaks for those of other times: a line each would be a table of law.
        let said = payer.policies.last().map_or(String::new(), |policy| match policy.rule {
            _ if !policy.unit_billed => format!("left out: {}", policy.source),
            Some(rule) => format!("{}, {}: {}", rule.name(), policy.basis.name(), policy.source),
            None => format!("class {}: {}", policy.class, policy.source),
        });
        page.item(&format!("{}: {lines}; {said}", quoted(&cut(payer.name, LONGEST_NAME))));
    }
}

/// A pattern that a name fits: itself, or its beginning.
fn pattern(name: &str) -> String {
    if quoted(name).width() <= LONGEST_NAME {
        return name.to_owned();
    }
    let mut begin = String::new();
    for c in name.chars() {
        begin.push(c);
        if quoted(&begin).width() >= LONGEST_NAME {
            begin.pop();
            break;
        }
    }
    format!("{begin}*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_the_name_it_is_made_of() {
        for name in ["Aetna", "A \"quoted\" \\ name", "漢字", "Plan*"] {
            assert_eq!(pattern(name), name);
        }
        for name in ["The Very Long Name Of A Payer ".repeat(9), "漢字".repeat(60), "\u{7}".repeat(40)] {
            let rule = PayerRule { pattern: pattern(&name), rule: Rule::Cms };
            assert!(rule.matches(&name), "{}", rule.pattern);
            assert!(quoted(&rule.pattern).width() <= LONGEST_NAME, "{}", rule.pattern);
        }
    }
}
