//! Which clinician is enrolled with which payer, and when: the user's own `roster.csv`.

use super::Day;
use super::payers::{Payers, fits};
use super::table::{Row, rows};
use std::collections::HashMap;

/// One enrolment of a clinician.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The clinician's credential as written; may be empty.
    pub credential: String,
    /// Pattern over payers' names; empty for all.
    payer: String,
    /// What the name stands for among payers; none for a pattern.
    key: Option<String>,
    /// First day, if it is limited.
    pub from: Option<Day>,
    /// Last day, if it is limited.
    pub to: Option<Day>,
}

impl Enrolment {
    /// Whether it is with the payer of that name and key.
    pub fn is_with(&self, payer: &str, key: &str) -> bool {
        self.payer.is_empty() || self.key.as_deref() == Some(key) || fits(&self.payer, payer) || fits(&self.payer, key)
    }

    /// Whether it is in force on that day; first and last day are.
    pub fn in_force(&self, on: Day) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }
}

/// Enrolments by clinician.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster(HashMap<String, Vec<Enrolment>>);

impl Roster {
    /// Reads the file: `therapist_id`, `enrolled_from`, `enrolled_to`, and, where wanted, `credential` and `payer`. Spellings of one
    /// payer are one here as on bills.
    ///
    /// # Errors
    /// A sentence: a missing column, a row without a clinician, a bad date.
    pub fn parse(text: &str, payers: &Payers) -> Result<Roster, String> {
        let read = |row: &Row| enrolment(row, payers);
        let mut roster: HashMap<String, Vec<Enrolment>> = HashMap::new();
        for (clinician, enrolment) in rows(text, &["therapist_id", "enrolled_from", "enrolled_to"], read)? {
            roster.entry(clinician).or_default().push(enrolment);
        }
        Ok(Roster(roster))
    }

    /// The enrolments of a clinician; none if the roster does not name them.
    pub fn of(&self, therapist_id: &str) -> &[Enrolment] {
        self.0.get(&key(therapist_id)).map_or(&[], Vec::as_slice)
    }
}

/// Case and spaces do not make another clinician.
fn key(therapist_id: &str) -> String {
    therapist_id.trim().to_lowercase()
}

fn enrolment(row: &Row, payers: &Payers) -> Result<(String, Enrolment), String> {
    let (from, to) = row.span("enrolled_from", "enrolled_to")?;
    let text = |column: &str| row.cell(column).to_owned();
    let payer = text("payer");
    let resolved = (!payer.contains('*')).then(|| payers.resolve(&payer).key);
    let enrolment = Enrolment { credential: text("credential"), payer, key: resolved, from, to };
    Ok((key(row.said("therapist_id")?), enrolment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enrolments_by_payer_and_day() {
        let text = "therapist_id,credential,payer,enrolled_from,enrolled_to\n\
                    T1 ,PT,Aetna*,2024-01-01,2024-12-31\n\
                    t1,PT,,,\nT3,PT,A.C.M.E.,,\n";
        let payers = Payers::parse("class = [{ name = \"unknown\" }]", true, &[]).unwrap();
        let roster = Roster::parse(text, &payers).unwrap();
        let own = roster.of("T1");
        assert_eq!(own.len(), 2);
        let is_with = |enrolment: &Enrolment, name: &str| enrolment.is_with(name, &payers.resolve(name).key);
        assert!(is_with(&own[0], "AETNA PPO") && !is_with(&own[0], "Cigna") && is_with(&own[1], "Cigna"));
        assert!(is_with(&roster.of("T3")[0], "a-c-m-e") && !is_with(&roster.of("T3")[0], "Acme"));
        assert_eq!([19_722, 19_723, 20_088, 20_089].map(|day| own[0].in_force(day)), [false, true, true, false]);
        assert!(roster.of("T2").is_empty());
        for rows in ["therapist_id,enrolled_from\nT1,\n", "therapist_id,enrolled_from,enrolled_to\n,,\n"] {
            assert!(Roster::parse(rows, &payers).is_err(), "{rows}");
        }
    }
}
