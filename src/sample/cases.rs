//! Patients whose bills show an error of a check, or what looks like one and is allowed: `cases.csv` beside this file.
//!
//! A row of the table is a case, in the words of the examples on the checks' pages: a word is a service
//! (`97110-GP-59=15/1@T2`: code, modifiers, minutes, units, therapist) or `column:value`, which holds for the services behind it.
//! `day:3` is three days after the first; a `;` begins another patient. What a case plants is a list, with `;` between: check,
//! severity, and where they are needed the code, `+1` units over, `d3` the day, `p2` the patient.
//!
//! Cases never meet: each time one is written it has patients and therapists of its own. The first day of a case is drawn from
//! `first` and the `spread` days behind it, so that tables of facts that hold for some dates apply.

use super::random::Random;
use super::row::{Date, Planted, Row};
use super::wide::{MORE, Wide};
use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use std::collections::BTreeMap;
use std::io;

/// Numbers of patients, therapists and visits that the rest of the practice does not reach.
const PATIENTS: u32 = 9_000_000;
const THERAPISTS: u32 = 900_000;
const VISITS: u64 = 900_000_000;

/// Minutes of a service by the clock begin here, where the case does not say when.
const OPENS: u32 = 8 * 60;

/// The table of cases.
const TABLE: &str = include_str!("cases.csv");

/// Columns that a case may speak of beside those of [`MORE`]. The last two are the clinician's, and stand in the roster.
const OTHERS: [&str; 5] = ["payer", "discipline", "clinic", "enrolled_from", "enrolled_to"];

/// What the practice knows of itself and of its contractor.
#[derive(Default)]
pub struct Facts {
    /// First and last day of each therapist's enrolment, where they are limited.
    pub(super) enrolled: BTreeMap<u32, [String; 2]>,
}

impl Facts {
    /// As files for `audit --data`, by name.
    #[must_use]
    pub fn files(&self) -> [(&'static str, String); 2] {
        let mut roster = "therapist_id,enrolled_from,enrolled_to\n".to_owned();
        for (therapist, [from, to]) in &self.enrolled {
            roster.push_str(&format!("T{therapist:02},{from},{to}\n"));
        }
        [("roster.csv", roster), ("coverage.csv", include_str!("coverage.csv").to_owned())]
    }
}

/// One finding that a case must give.
struct Plant {
    check: &'static str,
    severity: &'static str,
    code: &'static str,
    units_over: i64,
    patient: u32,
    day: u64,
}

/// One line of a case.
#[derive(Clone)]
struct Line {
    patient: u32,
    day: u64,
    therapist: u32,
    code: &'static str,
    modifiers: &'static str,
    minutes: Option<u32>,
    units: u32,
    /// What the words before it say: column and value.
    said: Vec<(&'static str, &'static str)>,
}

/// A row of the table.
struct Case {
    plants: Vec<Plant>,
    first: NaiveDate,
    spread: u32,
    lines: Vec<Line>,
}

/// All cases, and what was written of them.
pub(super) struct Cases {
    all: Vec<Case>,
    pub(super) facts: Facts,
    patients: u32,
    therapists: u32,
    visits: u64,
}

impl Cases {
    /// Those of the table.
    ///
    /// # Errors
    /// A row of it cannot be read.
    pub(super) fn new() -> io::Result<Cases> {
        let rows = TABLE.lines().zip(1..).skip(1).filter(|(row, _)| !row.is_empty() && !row.starts_with('#'));
        let read = |(row, number)| {
            let wrong = || io::Error::new(io::ErrorKind::InvalidData, format!("cases.csv: row {number} is no case"));
            case(row).ok_or_else(wrong)
        };
        let all = rows.map(read).collect::<io::Result<Vec<Case>>>()?;
        Ok(Cases { all, facts: Facts::default(), patients: PATIENTS, therapists: THERAPISTS, visits: VISITS })
    }

    /// How many lines they have together.
    pub(super) fn lines(&self) -> u64 {
        self.all.iter().map(|case| case.lines.len() as u64).sum()
    }

    /// Writes each of them once.
    pub(super) fn write(
        &mut self,
        random: &mut Random,
        rows: &mut dyn FnMut(&Wide) -> io::Result<()>,
        truth: &mut dyn FnMut(&Planted) -> io::Result<()>,
    ) -> io::Result<()> {
        for case in &self.all {
            let first = case.first + Days::new(random.below(case.spread + 1).into());
            let wide = case.rows(first, (self.patients, self.therapists, self.visits));
            for wide in &wide {
                rows(wide)?;
            }
            for plant in &case.plants {
                truth(&plant.on(case, &wide)?)?;
            }
            for line in &case.lines {
                let day = |column| line.cell(column).map(|value| value_on(first, value)).unwrap_or_default();
                let enrolled = ["enrolled_from", "enrolled_to"].map(day);
                self.facts.enrolled.insert(self.therapists + line.therapist, enrolled);
            }
            self.visits = wide.iter().map(|wide| wide.row.visit).max().unwrap_or(self.visits);
            self.patients += case.lines.last().map_or(0, |line| line.patient);
            self.therapists += case.lines.iter().map(|line| line.therapist).max().unwrap_or(0);
        }
        Ok(())
    }
}

impl Case {
    /// Its lines from a first day on, with numbers beyond those.
    fn rows(&self, first: NaiveDate, (patients, therapists, visits): (u32, u32, u64)) -> Vec<Wide> {
        let (mut seen, mut clocks) = (Vec::new(), Vec::<((u32, u64), u32)>::new());
        let mut rows = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let visit = (line.patient, line.day, line.therapist);
            let number = seen.iter().position(|other| *other == visit).unwrap_or(seen.len());
            if number == seen.len() {
                seen.push(visit);
            }
            let date = first + Days::new(line.day);
            let row = Row {
                visit: visits + 1 + number as u64,
                patient: patients + line.patient,
                date: Date { year: date.year() as u16, month: date.month() as u8, day: date.day() as u8 },
                clinic: line.cell("clinic").unwrap_or("Riverside"),
                therapist: therapists + line.therapist,
                discipline: line.cell("discipline").unwrap_or("PT"),
                payer: line.cell("payer").unwrap_or("Medicare"),
                code: line.code,
                modifiers: line.modifiers,
                minutes: line.minutes,
                units: line.units,
                charge_cents: 5_000 * line.units,
            };
            let mut wide = Wide::usual(row);
            if line.cell("start_time").is_none() {
                let of_day = (line.patient, line.day);
                let place = clocks.iter().position(|(day, _)| *day == of_day).unwrap_or_else(|| {
                    clocks.push((of_day, OPENS));
                    clocks.len() - 1
                });
                let from = clocks[place].1;
                clocks[place].1 += line.minutes.unwrap_or(0);
                let shown = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
                wide.set("start_time", &shown(from));
                wide.set("end_time", &shown(clocks[place].1));
            }
            line.said.iter().for_each(|(column, value)| _ = wide.set(column, &value_on(first, value)));
            rows.push(wide);
        }
        rows
    }
}

/// A value as it stands in the export: `d3` is a day of a case that begins on `first`, and `_` a space.
fn value_on(first: NaiveDate, value: &str) -> String {
    match value.strip_prefix('d').and_then(|day| day.parse::<i64>().ok()) {
        Some(day) => (first + TimeDelta::days(day)).to_string(),
        None => value.replace('_', " "),
    }
}

impl Line {
    /// What the case says of a column of its.
    fn cell(&self, column: &str) -> Option<&'static str> {
        self.said.iter().rev().find(|(name, _)| *name == column).map(|(_, value)| *value)
    }
}

impl Plant {
    /// Where it stands among the rows of its case.
    fn on(&self, case: &Case, rows: &[Wide]) -> io::Result<Planted> {
        let here = |line: &Line| {
            line.patient == self.patient && line.day == self.day && (self.code.is_empty() || line.code == self.code)
        };
        let found = case.lines.iter().position(here).and_then(|place| rows.get(place));
        let lacks = || io::Error::new(io::ErrorKind::InvalidData, format!("cases.csv: no line for {}", self.check));
        let row = found.ok_or_else(lacks)?.row;
        Ok(Planted {
            patient_id: format!("P{:06}", row.patient),
            date_of_service: row.date.iso(),
            discipline: row.discipline,
            payer: row.payer,
            check: self.check,
            severity: self.severity,
            code: self.code.to_owned(),
            units_over: self.units_over,
        })
    }
}

/// A case of a row of the table: name, what it plants, first day, spread, lines.
fn case(row: &'static str) -> Option<Case> {
    let [_, plants, first, spread, lines] = row.split(',').collect::<Vec<_>>().try_into().ok()?;
    let plants =
        plants.split(';').map(str::trim).filter(|words| *words != "nothing").map(plant).collect::<Option<_>>()?;
    let lines =
        lines.split(';').zip(1..).map(|(words, patient)| patient_lines(words, patient)).collect::<Option<Vec<_>>>()?;
    Some(Case { plants, first: first.parse().ok()?, spread: spread.parse().ok()?, lines: lines.concat() })
}

fn plant(words: &'static str) -> Option<Plant> {
    let mut words = words.split_whitespace();
    let mut plant =
        Plant { check: words.next()?, severity: words.next()?, code: "", units_over: 0, patient: 1, day: 0 };
    for word in words {
        match word.as_bytes().first()? {
            b'+' => plant.units_over = word[1..].parse().ok()?,
            b'd' => plant.day = word[1..].parse().ok()?,
            b'p' => plant.patient = word[1..].parse().ok()?,
            _ => plant.code = word,
        }
    }
    Some(plant)
}

fn patient_lines(words: &'static str, patient: u32) -> Option<Vec<Line>> {
    let (mut lines, mut day, mut said) = (Vec::new(), 0, Vec::new());
    for word in words.split_whitespace() {
        let is_service = word.split_once('=').is_some_and(|(code, _)| !code.contains(':'));
        if is_service {
            lines.push(service(word, patient, day, &said)?);
        } else {
            match word.split_once(':')? {
                ("day", value) => day = value.parse().ok()?,
                (column, value) if MORE.contains(&column) || OTHERS.contains(&column) => said.push((column, value)),
                _ => return None,
            }
        }
    }
    Some(lines)
}

/// `97110-GP-59=15/1@T2`
fn service(word: &'static str, patient: u32, day: u64, said: &[(&'static str, &'static str)]) -> Option<Line> {
    let (billed, amounts) = word.split_once('=')?;
    let (code, modifiers) = billed.split_once('-').unwrap_or((billed, ""));
    let (amounts, therapist) = amounts.split_once("@T").unwrap_or((amounts, "1"));
    let (minutes, units) = amounts.split_once('/')?;
    Some(Line {
        patient,
        day,
        therapist: therapist.parse().ok()?,
        code,
        modifiers,
        minutes: if minutes.is_empty() { None } else { Some(minutes.parse().ok()?) },
        units: units.parse().ok()?,
        said: said.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_says_what_it_plants() {
        let mut cases = Cases::new().unwrap();
        let (mut lines, mut planted) = (0, 0);
        let mut row = |wide: &Wide| {
            assert!(wide.row.date.year >= 2016 && !wide.get("setting").is_empty());
            lines += 1;
            Ok(())
        };
        let mut truth = |_: &Planted| {
            planted += 1;
            Ok(())
        };
        cases.write(&mut Random::new(1), &mut row, &mut truth).unwrap();
        assert_eq!(lines, cases.lines());
        assert!(planted > 40, "{planted}");
    }
}
