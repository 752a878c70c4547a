//! Which clinician is enrolled with which payer, and when: the user's own `roster.csv`.

use super::Day;
use super::payers::fits;
use super::table::{Row, rows};
use std::collections::HashMap;

/// One enrolment of a clinician.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The clinician's credential as written; may be empty.
    pub credential: String,
    /// Pattern over payers' names; empty for all.
    payer: String,
    /// First day, if it is limited.
    pub from: Option<Day>,
    /// Last day, if it is limited.
    pub to: Option<Day>,
}

impl Enrolment {
    /// Whether it is with the payer of that name.
    pub fn is_with(&self, payer: &str) -> bool {
        self.payer.is_empty() || fits(&self.payer, payer)
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
    /// Reads the file: `therapist_id`, `enrolled_from`, `enrolled_to`, and, where wanted, `credential` and `payer`.
    ///
    /// # Errors
    /// A sentence: a missing column, a row without a clinician, a bad date.
    pub fn parse(text: &str) -> Result<Roster, String> {
        let mut roster: HashMap<String, Vec<Enrolment>> = HashMap::new();
        for (clinician, enrolment) in rows(text, &["therapist_id", "enrolled_from", "enrolled_to"], enrolment)? {
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

fn enrolment(row: &Row) -> Result<(String, Enrolment), String> {
    let (from, to) = row.span("enrolled_from", "enrolled_to")?;
    let text = |column: &str| row.cell(column).to_owned();
    let enrolment = Enrolment { credential: text("credential"), payer: text("payer"), from, to };
    Ok((key(row.said("therapist_id")?), enrolment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enrolments_by_payer_and_day() {
        let text =
            "therapist_id,credential,payer,enrolled_from,enrolled_to\n T1 ,PT,Aetna*,2024-01-01,2024-12-31\nt1,PT,,,\n";
        let roster = Roster::parse(text).unwrap();
        let own = roster.of("T1");
        assert_eq!(own.len(), 2);
        assert!(own[0].is_with("AETNA PPO") && !own[0].is_with("Cigna") && own[1].is_with("Cigna"));
        assert_eq!([19_722, 19_723, 20_088, 20_089].map(|day| own[0].in_force(day)), [false, true, true, false]);
        assert!(roster.of("T2").is_empty());
        for rows in ["therapist_id,enrolled_from\nT1,\n", "therapist_id,enrolled_from,enrolled_to\n,,\n"] {
            assert!(Roster::parse(rows).is_err(), "{rows}");
        }
    }
}
