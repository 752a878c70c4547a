//! Control totals: what was read must be what was audited, excluded and rejected.

use super::{BLANK_MONEY, Lines, LostRow};

/// Rows, units and charges of some part of what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Totals {
    /// Rows.
    pub rows: u64,
    /// Units; unreadable and blank ones count 0.
    pub units: i64,
    /// Charges in cents; unreadable and blank ones count 0.
    pub charge_cents: i64,
}

impl Totals {
    /// With one more row.
    pub fn add(&mut self, units: i64, charge_cents: i64) {
        self.rows += 1;
        self.units += units;
        self.charge_cents += charge_cents;
    }

    /// Of the lines that were audited.
    pub fn of_lines(lines: &Lines, audited: &[u32]) -> Totals {
        let mut totals = Totals::default();
        for &line in audited {
            let charge = Some(lines.charge.at(line)).filter(|&cents| cents != BLANK_MONEY).unwrap_or(0);
            totals.add(lines.units(line).unwrap_or(0).into(), charge);
        }
        totals
    }

    /// Of the lost rows that `which` picks.
    pub fn of_lost<'a>(lost: impl Iterator<Item = &'a LostRow>, rejected: bool) -> Totals {
        let mut totals = Totals::default();
        for row in lost.filter(|row| row.why.is_reject() == rejected) {
            totals.add(row.units.into(), row.charge);
        }
        totals
    }
}

impl std::ops::Add for Totals {
    type Output = Totals;
    fn add(self, other: Totals) -> Totals {
        Totals {
            rows: self.rows + other.rows,
            units: self.units + other.units,
            charge_cents: self.charge_cents + other.charge_cents,
        }
    }
}
