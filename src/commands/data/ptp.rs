//! CMS's procedure-to-procedure edits (PTP): all that held until the quarter of the file, with first and last days.

use super::{Import, Origin, Taken};
use crate::reference::{Codes, Day, EditSetting, Indicator, Ncci, Pair, day, is_code};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What tells a pair: its codes, setting, first day.
type Key = (String, String, EditSetting, Day);

/// The pairs that were read.
#[derive(Default)]
pub struct Pairs(BTreeMap<Key, Pair>);

impl Pairs {
    /// Of two rows of one pair, that of the later quarter knows more.
    fn add(&mut self, pair: Pair) {
        let key = (pair.column_1.clone(), pair.column_2.clone(), pair.setting, pair.from);
        if self.0.get(&key).is_none_or(|other| other.known_to <= pair.known_to) {
            self.0.insert(key, pair);
        }
    }
}

impl Import for Pairs {
    const COLUMNS: &'static [(&'static str, &'static [&'static str])] = &[
        ("Column 1", &["column 1"]),
        ("Column 2", &["column 2"]),
        ("Effective Date", &["effective"]),
        ("Deletion Date", &["deletion"]),
        ("Modifier", &["modifier"]),
    ];

    fn setting_in(_: &[String]) -> Option<EditSetting> {
        None
    }

    fn take(&mut self, cells: &[&str], codes: &Codes, of: &Origin) -> Result<Taken, String> {
        let [column_1, column_2, effective, deletion, modifier] = cells[..] else { return Ok(Taken::NoRow) };
        if !is_code(column_1) && (column_1.is_empty() || column_2.is_empty()) {
            return Ok(Taken::NoRow);
        }
        if !(is_code(column_1) && is_code(column_2)) {
            return Err("Column 1 or Column 2 is no code".into());
        }
        let (column_1, column_2) = (column_1.to_ascii_uppercase(), column_2.to_ascii_uppercase());
        if codes.rows_of(&column_1).is_empty() || codes.rows_of(&column_2).is_empty() {
            return Ok(Taken::OtherCode);
        }
        let from = date_of(effective).ok_or("Effective Date is not a date such as 20240701")?;
        let to = match deletion {
            "*" | "" => None,
            text => Some(date_of(text).ok_or("Deletion Date is neither a date such as 20240701 nor *")?),
        };
        let indicator = Indicator::from_name(modifier).ok_or("the modifier indicator is none of 0, 1, 9")?;
        if indicator != Indicator::Voided && to.is_some_and(|to| to < from) {
            return Err("Deletion Date is before Effective Date".into());
        }
        self.add(Pair {
            column_1,
            column_2,
            setting: of.setting,
            indicator,
            from,
            to: to.map(|to| to.max(from)),
            inferred_to: None,
            known_to: of.days.1,
            source: of.source.clone(),
        });
        Ok(Taken::Kept)
    }

    fn join(&mut self, text: &str) -> Result<(), String> {
        Ncci::parse(text)?.pairs().iter().for_each(|pair| {
            // Of the same quarter, what was just read goes before.
            let key = (pair.column_1.clone(), pair.column_2.clone(), pair.setting, pair.from);
            if self.0.get(&key).is_none_or(|own| own.known_to < pair.known_to) {
                self.0.insert(key, pair.clone());
            }
        });
        Ok(())
    }

    fn to_csv(self) -> csv::Result<Vec<u8>> {
        Ncci::to_csv(&self.0.into_values().collect::<Vec<_>>())
    }

    fn tell(&self) -> (usize, Vec<(EditSetting, Day)>) {
        let mut known = BTreeMap::new();
        for pair in self.0.values() {
            let last = known.entry(pair.setting).or_insert(pair.known_to);
            *last = pair.known_to.max(*last);
        }
        (self.0.len(), known.into_iter().collect())
    }
}

/// `20240701`, `2024-07-01`, `7/1/2024`.
fn date_of(text: &str) -> Option<Day> {
    ["%Y%m%d", "%Y-%m-%d", "%m/%d/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok()).map(day)
}
