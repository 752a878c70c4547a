//! Medically unlikely edits, from `data/mue.csv`: units of a code that are likely for a patient's day, by setting and date.

use super::ncci::{EditSetting, is_code};
use super::table::{Row, rows};
use super::{Day, date};
use hashbrown::HashMap;
use recount_core::domain::Units;
use std::ops::Range;

/// Columns of the table.
const COLUMNS: [&str; 7] = ["code", "setting", "units", "mai", "from", "to", "source"];

/// What a limit is per, and what lifts it: CMS's adjudication indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnitsPer {
    /// 1: a line.
    Line,
    /// 2: a day, by policy; nothing lifts it.
    DayByPolicy,
    /// 3: a day, by what is usual; documentation may lift it.
    DayByUse,
}

impl UnitsPer {
    /// The number in data.
    pub const fn name(self) -> &'static str {
        match self {
            UnitsPer::Line => "1",
            UnitsPer::DayByPolicy => "2",
            UnitsPer::DayByUse => "3",
        }
    }

    /// What CMS writes so.
    pub fn from_name(name: &str) -> Option<UnitsPer> {
        [UnitsPer::Line, UnitsPer::DayByPolicy, UnitsPer::DayByUse].into_iter().find(|per| per.name() == name)
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLimit {
    /// The code.
    pub code: String,
    /// Whose table.
    pub setting: EditSetting,
    /// Most units; 0: never paid there.
    pub units: Units,
    /// What it is per.
    pub per: UnitsPer,
    /// First day.
    pub from: Day,
    /// Last day that it is known of.
    pub to: Day,
    /// Where it comes from.
    pub source: String,
}

impl UnitLimit {
    fn of_row(row: &Row) -> Result<UnitLimit, String> {
        let code = Some(row.cell("code")).filter(|code| is_code(code));
        row.said("from")?;
        row.said("to")?;
        let (from, to) = row.span("from", "to")?;
        Ok(UnitLimit {
            code: code.ok_or("code is not five letters and digits")?.to_ascii_uppercase(),
            setting: EditSetting::from_name(row.cell("setting"))?,
            units: row.number("units")?,
            per: UnitsPer::from_name(row.cell("mai")).ok_or("mai is none of 1, 2, 3")?,
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
            source: row.cell("source").to_owned(),
        })
    }

    /// What tells it from other rows.
    pub fn key(&self) -> (&str, EditSetting, Day) {
        (&self.code, self.setting, self.from)
    }
}

/// The table.
pub struct Mue {
    limits: Vec<UnitLimit>,
    by_code: HashMap<String, Range<usize>>,
    dates: (Day, Day),
    /// First and last days of its rows of practices, and of facilities, each once.
    spans: [Vec<(Day, Day)>; 2],
}

impl Mue {
    /// Reads the table from CSV with the columns of `data/mue.csv`.
    ///
    /// # Errors
    /// A sentence with the line: a missing column, a bad value; no row at all.
    pub fn parse(text: &str) -> Result<Mue, String> {
        let mut limits = rows(text, &COLUMNS, UnitLimit::of_row)?;
        limits.sort_by(|a, b| a.key().cmp(&b.key()));
        let first = limits.iter().map(|limit| limit.from).min();
        let last = limits.iter().map(|limit| limit.to).max();
        let dates = first.zip(last).ok_or("holds no limit")?;
        let mut by_code: HashMap<String, Range<usize>> = HashMap::new();
        for (n, limit) in limits.iter().enumerate() {
            by_code.entry_ref(&limit.code).or_insert(n..n).end = n + 1;
        }
        let spans = [false, true].map(|facility| {
            let own = limits.iter().filter(|limit| limit.setting.holds(facility));
            let mut spans: Vec<(Day, Day)> = own.map(|limit| (limit.from, limit.to)).collect();
            spans.sort_unstable();
            spans.dedup();
            spans
        });
        Ok(Mue { limits, by_code, dates, spans })
    }

    /// Every row, in order of the codes.
    pub fn limits(&self) -> &[UnitLimit] {
        &self.limits
    }

    /// First and last day that it speaks of.
    pub fn dates(&self) -> (Day, Day) {
        self.dates
    }

    /// Whether it speaks of practices, or of facilities, on that day.
    pub fn knows(&self, facility: bool, on: Day) -> bool {
        self.spans[usize::from(facility)].iter().any(|(from, to)| (*from..=*to).contains(&on))
    }

    /// The limits of a code on that day: in a practice, and in a facility. Where rows overlap, the later one holds.
    pub fn of(&self, code: &str, on: Day) -> [Option<&UnitLimit>; 2] {
        let rows = self.by_code.get(code).map_or(&[][..], |rows| &self.limits[rows.clone()]);
        [false, true].map(|facility| {
            let held = |limit: &&UnitLimit| limit.setting.holds(facility) && (limit.from..=limit.to).contains(&on);
            rows.iter().filter(held).max_by_key(|limit| limit.from)
        })
    }

    /// Rows as the file of the table has them.
    ///
    /// # Errors
    /// A mistake of ours.
    pub fn to_csv(limits: &[UnitLimit]) -> csv::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for limit in limits {
            writer.write_record([
                &limit.code,
                limit.setting.name(),
                &limit.units.to_string(),
                limit.per.name(),
                &date(limit.from).to_string(),
                &date(limit.to).to_string(),
                &limit.source,
            ])?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}
