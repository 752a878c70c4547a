//! Codes that a class of payers does not take, or does not pay by themselves, from `data/payer_codes.csv`.

use super::Day;
use super::table::{Row, rows};
use hashbrown::HashMap;

/// What is wrong with a code for a class of payers, between two dates.
#[derive(Debug)]
pub struct PayerCode {
    classes: Vec<String>,
    from: Option<Day>,
    to: Option<Day>,
    /// It concerns bills of a practice only, not those of a facility.
    pub practice_only: bool,
    /// To be known, not to be looked at.
    pub note: bool,
    /// The code that such payers take instead, if there is one.
    pub instead: String,
    /// Why, as a clause in our own words.
    pub why: String,
}

/// The table of them.
pub struct PayerCodes(HashMap<String, Vec<PayerCode>>);

impl PayerCodes {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: a column is missing, or a line has a bad value.
    pub fn parse(text: &str) -> Result<PayerCodes, String> {
        let columns = ["code", "payer_class", "setting", "severity", "instead", "why", "from", "to", "source"];
        let mut by_code: HashMap<String, Vec<PayerCode>> = HashMap::new();
        for (code, row) in rows(text, &columns, payer_code)? {
            by_code.entry(code).or_default().push(row);
        }
        Ok(PayerCodes(by_code))
    }

    /// What is wrong with a code for payers of that class on that day, if anything is.
    pub fn find(&self, code: &str, class: &str, on: Day) -> Option<&PayerCode> {
        let concerns = |row: &&PayerCode| {
            row.classes.iter().any(|own| own == class)
                && row.from.is_none_or(|from| from <= on)
                && row.to.is_none_or(|to| on <= to)
        };
        self.0.get(code)?.iter().find(concerns)
    }
}

fn payer_code(row: &Row) -> Result<(String, PayerCode), String> {
    let (from, to) = row.span("from", "to")?;
    row.said("source")?;
    let found = PayerCode {
        classes: row.said("payer_class")?.split_whitespace().map(str::to_owned).collect(),
        from,
        to,
        practice_only: match row.cell("setting") {
            "" => false,
            "practice" => true,
            _ => return Err("setting is neither practice nor empty".to_owned()),
        },
        note: match row.cell("severity") {
            "note" => true,
            "review" => false,
            _ => return Err("severity is neither review nor note".to_owned()),
        },
        instead: row.cell("instead").to_ascii_uppercase(),
        why: row.said("why")?.to_owned(),
    };
    Ok((row.said("code")?.to_ascii_uppercase(), found))
}

#[cfg(test)]
mod tests {
    use super::super::built_in;
    use super::*;

    #[test]
    fn ours_speaks_of_classes_and_codes_that_there_are() {
        let ours = PayerCodes::parse(built_in("payer_codes.csv")).unwrap();
        for (code, row) in ours.0.iter().flat_map(|(code, rows)| rows.iter().map(move |row| (code, row))) {
            for named in [code, &row.instead].into_iter().filter(|code| !code.is_empty()) {
                assert!(built_in("codes.csv").contains(&format!("\n{named},")), "{named}");
            }
            for class in &row.classes {
                assert!(built_in("payers.toml").contains(&format!("[[class]]\nname = \"{class}\"")), "{class}");
            }
        }
    }

    #[test]
    fn a_row_holds_for_its_classes_and_dates() {
        let header = "code,payer_class,setting,severity,instead,why,from,to,source\n";
        let text = format!("{header}97127,auto va,,review,G0515,x,2018-01-01,2019-12-31,y\n");
        let codes = PayerCodes::parse(&text).unwrap();
        let found = |class: &str, on: Day| codes.find("97127", class, on).is_some();
        assert_eq!([17_531, 17_532, 18_261, 18_262].map(|on| found("va", on)), [false, true, true, false]);
        assert!(!found("medicaid", 17_532));
        for row in
            ["97014,va,,exception,,x,,,y", "97014,va,home,note,,x,,,y", "97014,va,,note,,x,,,", "97014,,,note,,x,,,y"]
        {
            assert!(PayerCodes::parse(&format!("{header}{row}\n")).is_err(), "{row}");
        }
    }
}
