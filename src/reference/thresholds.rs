//! Annual amounts of therapy beyond which Medicare asks for more, from `data/thresholds.csv`.

use super::table::{Row, rows};
use super::{Day, day};
use chrono::NaiveDate;
use recount_core::domain::{Cents, Discipline};

/// Disciplines whose amounts count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Physical therapy and speech-language pathology.
    PtSlp,
    /// Occupational therapy.
    Ot,
}

impl Group {
    /// Both of them.
    pub const ALL: [Group; 2] = [Group::PtSlp, Group::Ot];

    /// The name in data and output.
    pub const fn name(self) -> &'static str {
        match self {
            Group::PtSlp => "PT+SLP",
            Group::Ot => "OT",
        }
    }

    /// The group of a discipline.
    pub const fn of(discipline: Discipline) -> Group {
        match discipline {
            Discipline::Pt | Discipline::Slp => Group::PtSlp,
            Discipline::Ot => Group::Ot,
        }
    }
}

/// The amounts of one calendar year and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Calendar year of the date of service.
    pub year: i32,
    /// Whose amounts count.
    pub group: Group,
    /// Allowed amounts beyond which services carry KX.
    pub kx: Cents,
    /// Allowed amounts beyond which claims may be picked for medical review.
    pub review: Cents,
}

/// The table of years.
pub struct Thresholds {
    /// In order of year and group, without a gap.
    rows: Vec<Threshold>,
    dates: (Day, Day),
}

impl Thresholds {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: a bad value, no source, a year or group that is missing or stands twice.
    pub fn parse(text: &str) -> Result<Thresholds, String> {
        let mut rows = rows(text, &["year", "group", "kx_cents", "review_cents", "source"], threshold)?;
        rows.sort_by_key(|row| (row.year, row.group));
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Err("no year in it".into()) };
        let wanted = (first.year..=last.year).flat_map(|year| Group::ALL.map(|group| (year, group)));
        if !rows.iter().map(|row| (row.year, row.group)).eq(wanted) {
            return Err("each year from the first to the last needs one row for PT+SLP and one for OT".into());
        }
        let date = |year, month, date| NaiveDate::from_ymd_opt(year, month, date).map(day);
        let dates = date(first.year, 1, 1).zip(date(last.year, 12, 31)).ok_or("a year is out of range")?;
        Ok(Thresholds { rows, dates })
    }

    /// The amounts of a year, if it is in the table.
    pub fn of(&self, year: i32, group: Group) -> Option<&Threshold> {
        self.rows.iter().find(|row| row.year == year && row.group == group)
    }

    /// First and last day of the table.
    pub fn dates(&self) -> (Day, Day) {
        self.dates
    }
}

fn threshold(row: &Row) -> Result<Threshold, String> {
    let group = Group::ALL.into_iter().find(|group| group.name() == row.cell("group"));
    row.said("source")?;
    Ok(Threshold {
        year: row.number("year")?,
        group: group.ok_or("group is neither PT+SLP nor OT")?,
        kx: row.number("kx_cents")?,
        review: row.number("review_cents")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "year,group,kx_cents,review_cents,source\n";

    #[test]
    fn a_year_has_both_groups() {
        let whole = format!("{HEADER}2025,OT,241000,300000,x\n2025,PT+SLP,241000,300000,x\n");
        let table = Thresholds::parse(&whole).unwrap();
        assert_eq!(table.of(2025, Group::Ot).map(|row| row.kx), Some(241_000));
        assert_eq!(table.of(2026, Group::Ot), None);
        assert_eq!(table.dates(), (20_089, 20_453));
        for rows in ["", "2025,OT,241000,300000,x\n", "2025,OT,241000,300000,\n", "2025,ST,241000,300000,x\n"] {
            assert!(Thresholds::parse(&format!("{HEADER}{rows}")).is_err(), "{rows:?}");
        }
        let gap = format!("{whole}2027,OT,1,2,x\n2027,PT+SLP,1,2,x\n");
        assert!(Thresholds::parse(&gap).is_err(), "2026 is missing");
        assert!(Thresholds::parse(&format!("{whole}2025,OT,1,2,x\n")).is_err(), "2025 stands twice");
    }
}
