//! CMS's medically unlikely edits (MUE): the limits of one quarter and setting.

use super::{Import, Origin, Taken, setting_in};
use crate::reference::{Codes, Day, EditSetting, Mue, UnitLimit, UnitsPer, is_code};
use std::collections::BTreeMap;

/// What tells a limit: its code, setting, first day.
type Key = (String, EditSetting, Day);

/// The limits that were read.
#[derive(Default)]
pub struct Limits(BTreeMap<Key, UnitLimit>);

impl Import for Limits {
    const COLUMNS: &'static [(&'static str, &'static [&'static str])] = &[
        ("HCPCS/CPT Code", &["hcpcs", "code"]),
        ("MUE Values", &["mue value"]),
        ("MUE Adjudication Indicator", &["adjudication"]),
    ];

    fn setting_in(headings: &[String]) -> Option<EditSetting> {
        headings.iter().find(|heading| super::named(heading, &["mue value"])).and_then(|heading| setting_in(heading))
    }

    fn take(&mut self, cells: &[&str], codes: &Codes, of: &Origin) -> Result<Taken, String> {
        let [code, units, indicator] = cells[..] else { return Ok(Taken::NoRow) };
        if !is_code(code) && (code.is_empty() || units.is_empty()) {
            return Ok(Taken::NoRow);
        }
        if !is_code(code) {
            return Err("HCPCS/CPT Code is no code".into());
        }
        let code = code.to_ascii_uppercase();
        if codes.rows_of(&code).is_empty() {
            return Ok(Taken::OtherCode);
        }
        let units = units.parse().ok().filter(|units| *units >= 0).ok_or("MUE Values is not a number")?;
        // "2 Date of Service Edit: Policy".
        let per =
            indicator.get(..1).and_then(UnitsPer::from_name).ok_or("the adjudication indicator is none of 1, 2, 3")?;
        let (from, to) = of.days;
        let key = (code.clone(), of.setting, from);
        self.0.insert(key, UnitLimit { code, setting: of.setting, units, per, from, to, source: of.source.clone() });
        Ok(Taken::Kept)
    }

    fn join(&mut self, text: &str) -> Result<(), String> {
        for limit in Mue::parse(text)?.limits() {
            self.0.entry((limit.code.clone(), limit.setting, limit.from)).or_insert_with(|| limit.clone());
        }
        Ok(())
    }

    fn to_csv(self) -> csv::Result<Vec<u8>> {
        Mue::to_csv(&self.0.into_values().collect::<Vec<_>>())
    }

    fn tell(&self) -> (usize, Vec<(EditSetting, Day)>) {
        let mut known = BTreeMap::new();
        for limit in self.0.values() {
            let last = known.entry(limit.setting).or_insert(limit.to);
            *last = limit.to.max(*last);
        }
        (self.0.len(), known.into_iter().collect())
    }
}
