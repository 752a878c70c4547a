//! Which clinician is enrolled with which payer, and when: the user's own `roster.csv`.

use super::Day;
use super::payers::{Payers, fits};
use super::table::{Row, rows};
use std::collections::HashMap;

/// One enrolment of a clinician.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The clinician's credential as written; may be empty.
    credential: String,
    /// Place of its payer among those that the roster names; none for every payer.
    payer: Option<usize>,
    /// First day, if it is limited.
    pub from: Option<Day>,
    /// Last day, if it is limited.
    pub to: Option<Day>,
}

impl Enrolment {
    /// Whether it is in force on that day; first and last day are.
    pub fn in_force(&self, on: Day) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }
}

/// A payer as a row names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Named {
    /// What the name stands for among payers.
    Key(String),
    /// A pattern over payers' names.
    Pattern(String),
}

impl Named {
    /// Whether it is the payer of that key, which bills spell so.
    fn is(&self, key: &str, spelling: &str) -> bool {
        match self {
            Named::Key(own) => own == key,
            Named::Pattern(pattern) => fits(pattern, spelling) || fits(pattern, key),
        }
    }
}

/// Enrolments by clinician.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    clinicians: HashMap<String, Vec<Enrolment>>,
    /// The payers that its rows name, each once.
    payers: Vec<Named>,
}

impl Roster {
    /// Reads the file: `therapist_id`, `enrolled_from`, `enrolled_to`, and, where wanted, `credential` and `payer`. Spellings of one
    /// payer are one here as on bills.
    ///
    /// # Errors
    /// A sentence: a missing column, a row without a clinician, a bad date.
    pub fn parse(text: &str, payers: &Payers) -> Result<Roster, String> {
        let (mut roster, mut places) = (Roster::default(), HashMap::new());
        let read = |row: &Row| enrolment(row, payers);
        for (clinician, named, enrolment) in rows(text, &["therapist_id", "enrolled_from", "enrolled_to"], read)? {
            let named = named.map(|named| {
                *places.entry(named).or_insert_with_key(|named: &Named| {
                    roster.payers.push(named.clone());
                    roster.payers.len() - 1
                })
            });
            roster.clinicians.entry(clinician).or_default().push(Enrolment { payer: named, ..enrolment });
        }
        Ok(roster)
    }

    /// What it says of a run's clinicians, by their ids, and of so many payers, by the number, the key and a spelling of each.
    /// `is_assistant` reads a credential.
    pub fn of_run<'a>(
        &self,
        clinicians: impl Iterator<Item = &'a str>,
        payers: usize,
        spellings: impl Iterator<Item = (u32, &'a str, &'a str)>,
        is_assistant: impl Fn(&str) -> bool,
    ) -> RunRoster {
        let mut run = RunRoster { payers: vec![Vec::new(); payers], ..RunRoster::default() };
        run.for_all = self.clinicians.values().flatten().any(|row| row.payer.is_none());
        let mut seen: HashMap<String, bool> = HashMap::new();
        for id in clinicians.map(key) {
            let listed = self.clinicians.get(&id).map(|rows| Listed {
                is_assistant: rows.iter().any(|row| is_assistant(&row.credential)),
                enrolments: rows.clone(),
            });
            if !id.is_empty() {
                seen.insert(id, listed.is_some());
            }
            run.clinicians.push(listed);
        }
        let listed = seen.values().filter(|listed| **listed).count();
        run.has_half = listed > 0 && listed * 2 >= seen.len();
        for (payer, key, spelling) in spellings {
            let own = &mut run.payers[payer as usize];
            for (place, named) in self.payers.iter().enumerate() {
                if !own.contains(&place) && named.is(key, spelling) {
                    own.push(place);
                }
            }
        }
        run
    }
}

/// A clinician whom the roster names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// By the credential of a row.
    pub is_assistant: bool,
    enrolments: Vec<Enrolment>,
}

/// What the roster says of the clinicians and payers of a run, by their numbers there: looked up once, asked for every line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunRoster {
    clinicians: Vec<Option<Listed>>,
    /// For each payer, the places of those that the roster names and that are it.
    payers: Vec<Vec<usize>>,
    /// Some row is for every payer.
    for_all: bool,
    has_half: bool,
}

impl RunRoster {
    /// A clinician, if the roster names them.
    pub fn of(&self, clinician: u32) -> Option<&Listed> {
        self.clinicians.get(clinician as usize)?.as_ref()
    }

    /// A clinician's enrolments with a payer.
    pub fn with<'a>(&'a self, listed: &'a Listed, payer: u32) -> impl Iterator<Item = &'a Enrolment> {
        let own = self.places(payer);
        listed.enrolments.iter().filter(move |row| row.payer.is_none_or(|place| own.contains(&place)))
    }

    /// Whether some row, whosever it is, names that payer: a roster may be of some payers only.
    pub fn names(&self, payer: u32) -> bool {
        !self.places(payer).is_empty()
    }

    /// Whether a clinician with that payer should be in it: it has at least half of the run's clinicians, and some row for the
    /// payer. One that has few of them writes ids another way, or is not of all.
    pub fn is_whole(&self, payer: u32) -> bool {
        self.has_half && (self.for_all || self.names(payer))
    }

    fn places(&self, payer: u32) -> &[usize] {
        self.payers.get(payer as usize).map_or(&[], Vec::as_slice)
    }
}

/// Case and spaces do not make another clinician.
fn key(therapist_id: &str) -> String {
    therapist_id.trim().to_lowercase()
}

/// A row: whose it is, the payer that it names, and the rest.
fn enrolment(row: &Row, payers: &Payers) -> Result<(String, Option<Named>, Enrolment), String> {
    let (from, to) = row.span("enrolled_from", "enrolled_to")?;
    let named = match row.cell("payer") {
        "" => None,
        pattern if pattern.contains('*') => Some(Named::Pattern(pattern.to_owned())),
        name => Some(Named::Key(payers.resolve(name).key)),
    };
    let enrolment = Enrolment { credential: row.cell("credential").to_owned(), payer: None, from, to };
    Ok((key(row.said("therapist_id")?), named, enrolment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(rows: &str) -> (Roster, Payers) {
        let payers = Payers::parse("class = [{ name = \"unknown\" }]", true, &[]).unwrap();
        let text = format!("therapist_id,credential,payer,enrolled_from,enrolled_to\n{rows}");
        (Roster::parse(&text, &payers).unwrap(), payers)
    }

    /// The roster beside clinicians and payers, each payer spelled one way.
    fn of_run((roster, payers): &(Roster, Payers), clinicians: &[&str], names: &[&str]) -> RunRoster {
        let keys: Vec<String> = names.iter().map(|name| payers.resolve(name).key).collect();
        let spellings = (0..).zip(&keys).zip(names).map(|((n, key), name)| (n, key.as_str(), *name));
        roster.of_run(clinicians.iter().copied(), names.len(), spellings, |credential| credential == "PTA")
    }

    #[test]
    fn enrolments_by_payer_and_day() {
        let roster = roster("T1 ,PT,Aetna*,2024-01-01,2024-12-31\nt1,PT,,2026-01-01,\nT3,PTA,A.C.M.E.,,\n");
        let run = of_run(&roster, &["", "T1", "T2", "t3"], &["AETNA PPO", "Cigna", "a-c-m-e", "Acme"]);
        let days = |payer: u32| -> Vec<_> { run.with(run.of(1).unwrap(), payer).map(|row| row.from).collect() };
        assert_eq!((days(0), days(1)), (vec![Some(19_723), Some(20_454)], vec![Some(20_454)]));
        let first = run.with(run.of(1).unwrap(), 0).next().unwrap();
        assert_eq!([19_722, 19_723, 20_088, 20_089].map(|day| first.in_force(day)), [false, true, true, false]);
        let assistant = run.of(3).unwrap();
        assert_eq!([2, 3].map(|payer| run.with(assistant, payer).count()), [1, 0]);
        assert!(assistant.is_assistant && !run.of(1).unwrap().is_assistant);
        assert!(run.of(0).is_none() && run.of(2).is_none() && run.of(9).is_none());
    }

    #[test]
    fn a_roster_of_few_clinicians_or_payers_is_not_whole() {
        let medicare = roster("T1,PT,Medicare,,\n");
        let whole = |clinicians: &[&str]| {
            let run = of_run(&medicare, clinicians, &["Medicare", "Cigna"]);
            [0, 1].map(|payer| run.is_whole(payer))
        };
        assert_eq!(whole(&["", "T1", "T2", " t1"]), [true, false], "one of two, however spelled");
        assert_eq!(whole(&["", "T1", "T2", "T3"]), [false, false]);
        assert_eq!(whole(&["", "T2"]), [false, false]);
        assert!(of_run(&roster("T1,PT,,,\n"), &["T1"], &["Cigna"]).is_whole(0));
        assert_eq!(of_run(&roster(""), &["T1"], &["Cigna"]).of(0), None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let payers = roster("").1;
        for rows in ["therapist_id,enrolled_from\nT1,\n", "therapist_id,enrolled_from,enrolled_to\n,,\n"] {
            assert!(Roster::parse(rows, &payers).is_err(), "{rows}");
        }
    }
}
