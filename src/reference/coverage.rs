//! Which diagnoses support a code, by the lists of local coverage determinations that the user gives (`coverage.csv`).
//!
//! A list is all rows of one determination for one code. A diagnosis of a row stands for itself and for every longer one that
//! begins with it; of several rows that fit the longest speaks. If any row of a list says `yes`, only what it lists supports the
//! code; if all of them say `no`, everything else does.

use super::Day;
use super::table::{Row, rows};
use std::collections::HashMap;

/// The lists, by code.
#[derive(Debug, Default)]
pub struct Coverage(HashMap<String, Vec<List>>);

#[derive(Debug)]
struct List {
    name: String,
    listed: Vec<Listed>,
}

#[derive(Debug)]
struct Listed {
    /// Upper case, without a dot; empty for every diagnosis.
    begins: String,
    covered: bool,
    from: Option<Day>,
    to: Option<Day>,
}

/// A list by which none of the diagnoses supports a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// Its number, with the contractor if that is said.
    pub list: &'a str,
    /// It names what supports the code; otherwise it names what doesn't.
    pub only_listed: bool,
}

impl Coverage {
    /// Reads the file: `code`, `diagnosis`, `covered` (yes or no), `lcd`; if they are there, `contractor`, `from`, `to`, `source`.
    ///
    /// # Errors
    /// A sentence: a column is missing, or a line has a bad value.
    pub fn parse(text: &str) -> Result<Coverage, String> {
        let mut by_code: HashMap<String, Vec<List>> = HashMap::new();
        for (code, name, listed) in rows(text, &["code", "diagnosis", "covered", "lcd"], listed)? {
            let lists = by_code.entry(code).or_default();
            match lists.iter_mut().find(|list| list.name == name) {
                Some(list) => list.listed.push(listed),
                None => lists.push(List { name, listed: vec![listed] }),
            }
        }
        Ok(Coverage(by_code))
    }

    /// Whether there is no list at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first list by which none of these diagnoses supports the code. `None` where one of its lists is content, since nobody
    /// says whose list applies, or where no list speaks of it on that day.
    pub fn refuses(&self, code: &str, on: Day, diagnoses: &[&str]) -> Option<Refusal<'_>> {
        let mut first = None;
        for list in self.0.get(code)? {
            let in_force = || list.listed.iter().filter(move |listed| listed.in_force(on));
            if in_force().next().is_none() {
                continue;
            }
            let only_listed = in_force().any(|listed| listed.covered);
            // Of two equally long ones the milder speaks.
            let supports = |diagnosis: &&str| {
                in_force()
                    .filter(|listed| diagnosis.starts_with(&listed.begins))
                    .max_by_key(|listed| (listed.begins.len(), listed.covered))
                    .map_or(!only_listed, |listed| listed.covered)
            };
            if diagnoses.iter().any(supports) {
                return None;
            }
            first = first.or(Some(Refusal { list: &list.name, only_listed }));
        }
        first
    }
}

impl Listed {
    fn in_force(&self, on: Day) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }
}

fn listed(row: &Row) -> Result<(String, String, Listed), String> {
    let code = row.said("code")?.to_ascii_uppercase();
    if code.len() != 5 {
        return Err("code is not five characters".to_owned());
    }
    let name = match (row.said("lcd")?, row.cell("contractor")) {
        (lcd, "") => lcd.to_owned(),
        (lcd, contractor) => format!("{lcd} ({contractor})"),
    };
    let covered = match row.cell("covered").to_ascii_lowercase().as_str() {
        "yes" | "y" => true,
        "no" | "n" => false,
        _ => return Err("covered is neither yes nor no".to_owned()),
    };
    let begins = row.cell("diagnosis").chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let (from, to) = row.span("from", "to")?;
    Ok((code, name, Listed { begins: begins.to_ascii_uppercase(), covered, from, to }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuses(rows: &str, diagnoses: &[&str]) -> Option<(String, bool)> {
        let text = format!("code,diagnosis,covered,lcd,contractor,from,to,source\n{rows}\n");
        let coverage = Coverage::parse(&text).unwrap();
        let refusal = coverage.refuses("97035", 20_000, diagnoses);
        refusal.map(|refusal| (refusal.list.to_owned(), refusal.only_listed))
    }

    #[test]
    fn a_list_of_what_supports_and_one_of_what_does_not() {
        let yes = "97035,M75,yes,L1,,,,";
        assert_eq!(refuses(yes, &["M7512"]), None);
        assert_eq!(refuses(yes, &["M545"]), Some(("L1".into(), true)));
        assert_eq!(refuses(yes, &["M545", "M7512"]), None);
        let no = "97035,M54.5,no,L1,CGS,,,";
        assert_eq!(refuses(no, &["M545"]), Some(("L1 (CGS)".into(), false)));
        assert_eq!(refuses(no, &["M545", "M170"]), None);
        assert_eq!(refuses("97035,,no,L1,,,,", &["M170"]), Some(("L1".into(), false)));
    }

    #[test]
    fn the_longest_row_speaks_and_one_content_list_is_enough() {
        let both = "97035,M54,no,L1,,,,\n97035,M54.1,yes,L1,,,,";
        assert_eq!(refuses(both, &["M5416"]), None);
        assert_eq!(refuses(both, &["M545"]), Some(("L1".into(), true)));
        assert_eq!(refuses("97035,M54,no,L1,,,,\n97035,M54,yes,L2,,,,", &["M545"]), None);
    }

    #[test]
    fn a_list_speaks_between_its_dates() {
        // 20 000 is 2024-10-04.
        assert_eq!(refuses("97035,M54,no,L1,,2024-10-05,,", &["M545"]), None);
        assert_eq!(refuses("97035,M54,no,L1,,,2024-10-03,", &["M545"]), None);
        assert!(refuses("97035,M54,no,L1,,2024-10-04,2024-10-04,", &["M545"]).is_some());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = |text: &str| Coverage::parse(text).err();
        assert_eq!(wrong("code,diagnosis,covered\n").as_deref(), Some("column lcd is missing"));
        let header = "code,diagnosis,covered,lcd";
        assert_eq!(
            wrong(&format!("{header}\n97035,M54,perhaps,L1\n")).as_deref(),
            Some("line 2: covered is neither yes nor no")
        );
        assert_eq!(wrong(&format!("{header}\n97035,M54,no,\n")).as_deref(), Some("line 2: lcd is empty"));
    }
}
