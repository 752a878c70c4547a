//! The key of a day: one patient, one date, one scope of ids. Its lines stand together once sorted.

use super::Period;
use crate::ingest::{IdScope, Lines, Why};
use rayon::prelude::*;

/// The lines that are audited. Rows outside the period, and of payers that do not pay by the unit, are set aside here.
pub fn audited(lines: &mut Lines, period: Period) -> Vec<u32> {
    let mut audited = Vec::with_capacity(lines.len());
    let mut lost = Vec::new();
    for line in 0..lines.len() as u32 {
        let day = lines.day[line as usize];
        // A date that its file's order made unreadable is among the rejects already.
        if day == i32::MIN {
            continue;
        }
        if !period.holds(day) {
            lost.push(lines.lose(line, Why::OutsidePeriod));
        } else if !lines.payers[lines.payer(line) as usize].policy(day).unit_billed {
            lost.push(lines.lose(line, Why::NotUnitBilled));
        } else {
            audited.push(line);
        }
    }
    lines.lost.extend(lost);
    audited
}

/// How a day is packed into 64 bits, and the order that every table follows.
pub struct DayKeys {
    patients: Vec<u32>,
    scopes: Vec<u32>,
    /// Place of each code in the alphabet.
    pub codes: Vec<u32>,
    /// Place of each practice in the alphabet.
    pub practices: Vec<u32>,
    first_day: i32,
    day_bits: u32,
    scope_bits: u32,
}

impl DayKeys {
    /// Packs and sorts: (key of its day, line), by key and then by place in the export.
    pub fn sort(lines: &Lines, audited: &[u32]) -> (DayKeys, Vec<(u64, u32)>) {
        let practices = lines.texts.practices.ranks();
        let highest_scope = lines.sources.len() as u32 + 1;
        // Scopes are practices, in the alphabet's order, or files, in the order given, or one for all.
        let scopes: Vec<u32> = match lines.id_scope() {
            IdScope::Practice => practices.clone(),
            IdScope::File | IdScope::All => (0..=highest_scope).collect(),
        };
        let days = || audited.iter().map(|&line| lines.day[line as usize]);
        let (first_day, last_day) = (days().min().unwrap_or(0), days().max().unwrap_or(0));
        let bits = |values: u32| u32::BITS - values.leading_zeros();
        let keys = DayKeys {
            patients: lines.texts.patients.ranks(),
            codes: lines.texts.codes.ranks(),
            scope_bits: bits(scopes.len() as u32),
            scopes,
            practices,
            first_day,
            day_bits: bits((last_day - first_day) as u32 + 1),
        };
        let mut sorted: Vec<(u64, u32)> = audited
            .par_iter()
            .map(|&line| {
                let at = line as usize;
                (keys.pack(lines.patient[at], lines.scope.at(line), lines.day[at]), line)
            })
            .collect();
        // Exports often stand in order already; telling so costs a glance.
        if !sorted.is_sorted() {
            sorted.par_sort_unstable();
        }
        (keys, sorted)
    }

    /// The key of a day. Patients take 32 bits at most, days 16, which leaves 16 for scopes.
    pub fn pack(&self, patient: u32, scope: u32, day: i32) -> u64 {
        let scope = self.scopes[scope as usize];
        let day = (day - self.first_day) as u64;
        (u64::from(self.patients[patient as usize]) << self.scope_bits | u64::from(scope)) << self.day_bits | day
    }

    /// The key of a day that no audited line may have: `None` outside the dates of the run.
    pub fn find(&self, patient: u32, scope: u32, day: i32) -> Option<u64> {
        let span = 1_i64 << self.day_bits;
        let offset = i64::from(day) - i64::from(self.first_day);
        (0..span).contains(&offset).then(|| self.pack(patient, scope, day))
    }
}
