//! Which types of bill carry outpatient therapy under Part B, from `data/bill_types.csv`.

use super::Day;
use super::table::{Row, rows};

/// What is known of a type of bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillType {
    /// The facility and the kind of care: its first two characters.
    kind: String,
    /// What it is for, in our words.
    pub what: String,
    /// Whether it carries outpatient therapy under Part B.
    pub carries: bool,
    /// Whether its therapy carries CQ and CO.
    pub assistants: bool,
    from: Option<Day>,
    to: Option<Day>,
}

impl BillType {
    fn in_force(&self, on: Day) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }
}

/// The types that are known; nothing is said of any other.
pub struct BillTypes(Vec<BillType>);

impl BillTypes {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: a type that is not two characters, a bad value, no source.
    pub fn parse(text: &str) -> Result<BillTypes, String> {
        rows(text, &["type", "what", "carries", "assistants", "from", "to", "source"], bill_type).map(BillTypes)
    }

    /// What is known of a type of bill of three characters, such as `131`, on that day.
    pub fn get(&self, bill_type: &str, on: Day) -> Option<&BillType> {
        let kind = bill_type.get(..2).filter(|_| bill_type.len() == 3)?;
        self.0.iter().find(|row| row.kind == kind && row.in_force(on))
    }
}

fn bill_type(row: &Row) -> Result<BillType, String> {
    row.said("source")?;
    let kind = row.cell("type");
    if kind.len() != 2 || !kind.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("type is not the first two characters of a type of bill".into());
    }
    let (from, to) = row.span("from", "to")?;
    Ok(BillType {
        kind: kind.to_owned(),
        what: row.said("what")?.to_owned(),
        carries: row.yes("carries")?,
        assistants: row.yes("assistants")?,
        from,
        to,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_by_its_first_two_characters() {
        let header = "type,what,carries,assistants,from,to,source\n";
        let types = BillTypes::parse(&format!("{header}13,outpatient,yes,no,2000-01-01,2000-01-31,x\n")).unwrap();
        assert!(types.get("131", 10_957).is_some_and(|row| row.carries && !row.assistants));
        for (bill_type, day) in [("131", 10_956), ("131", 10_988), ("121", 10_957), ("13", 10_957), ("", 10_957)] {
            assert_eq!(types.get(bill_type, day), None, "{bill_type} {day}");
        }
        for row in ["131,a,yes,no,,,x", "13,,yes,no,,,x", "13,a,perhaps,no,,,x", "13,a,yes,no,,,"] {
            assert!(BillTypes::parse(&format!("{header}{row}\n")).is_err(), "{row}");
        }
    }
}
