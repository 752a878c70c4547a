//! Columns from rows, by type.

use crate::error::Result;
use crate::ingest::{BLANK_MONEY, Lines, Role};
use crate::reference::{Day, date};
use chrono::Datelike;
use polars::prelude::*;

/// Makes the columns of a table with so many rows.
pub struct Builder {
    rows: usize,
    columns: Vec<Column>,
}

impl Builder {
    /// For so many rows.
    pub fn new(rows: usize) -> Builder {
        Builder { rows, columns: Vec::new() }
    }

    /// A column of text; unknown is empty.
    pub fn text<T: AsRef<str>>(mut self, name: &str, value: impl Fn(usize) -> T) -> Builder {
        let texts = StringChunked::from_iter_values(name.into(), (0..self.rows).map(value));
        self.columns.push(texts.into_series().into());
        self
    }

    /// A column of texts that stand in `texts`: the same few again and again, so each row takes a view of its text and no byte is
    /// copied.
    pub fn text_of(mut self, name: &str, texts: &StringChunked, place: impl Fn(usize) -> u32) -> Builder {
        let places = IdxCa::from_vec(PlSmallStr::EMPTY, (0..self.rows).map(place).collect());
        // A place beyond the texts is a mistake of ours, and shows as a column that is missing.
        if let Ok(taken) = texts.take(&places) {
            self.columns.push(taken.with_name(name.into()).into_series().into());
        }
        self
    }

    /// A column of whole numbers, all known.
    pub fn int(mut self, name: &str, value: impl Fn(usize) -> i64) -> Builder {
        let values: Vec<i64> = (0..self.rows).map(value).collect();
        self.columns.push(Column::new(name.into(), values));
        self
    }

    /// A column of whole numbers; unknown is null.
    pub fn int_or_null(mut self, name: &str, value: impl Fn(usize) -> Option<i64>) -> Builder {
        let values: Int64Chunked = (0..self.rows).map(value).collect();
        self.columns.push(values.with_name(name.into()).into_series().into());
        self
    }

    /// A column of decimals for display.
    pub fn decimal_or_null(mut self, name: &str, value: impl Fn(usize) -> Option<f64>) -> Builder {
        let values: Float64Chunked = (0..self.rows).map(value).collect();
        self.columns.push(values.with_name(name.into()).into_series().into());
        self
    }

    /// A column of flags.
    pub fn flag(mut self, name: &str, value: impl Fn(usize) -> bool) -> Builder {
        let values: Vec<bool> = (0..self.rows).map(value).collect();
        self.columns.push(Column::new(name.into(), values));
        self
    }

    /// A column of dates; unknown is null.
    pub fn date(mut self, name: &str, value: impl Fn(usize) -> Option<Day>) -> Builder {
        let days: Int32Chunked = (0..self.rows).map(value).collect();
        self.columns.push(days.with_name(name.into()).into_date().into_series().into());
        self
    }

    /// The columns `month` and `quarter` of a date; unknown is empty.
    pub fn periods(self, day: impl Fn(usize) -> Option<Day>) -> Builder {
        let days: Vec<Option<Day>> = (0..self.rows).map(day).collect();
        let first = days.iter().flatten().min().copied().unwrap_or(0);
        let last = days.iter().flatten().max().copied().unwrap_or(0);
        // Every day of the run once, instead of every row; the last place is for none.
        let days_named = || (first..=last).map(Some).chain([None]);
        let names = |name: fn(Day) -> String| texts(days_named().map(|day| day.map_or(String::new(), name)));
        let (months, quarters) = (names(month), names(quarter));
        let place = |n: usize| days[n].map_or(last - first + 1, |day| day - first) as u32;
        self.text_of("month", &months, place).text_of("quarter", &quarters, place)
    }

    /// The table.
    pub fn finish(self) -> Result<DataFrame> {
        DataFrame::new(self.rows, self.columns).map_err(super::bug)
    }
}

/// Texts, to be named by their places.
pub fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> StringChunked {
    StringChunked::from_iter_values(PlSmallStr::EMPTY, texts.into_iter())
}

/// The month of a day: `2026-03`.
pub fn month(day: Day) -> String {
    let date = date(day);
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The quarter of a day: `2026Q1`.
pub fn quarter(day: Day) -> String {
    let date = date(day);
    format!("{:04}Q{}", date.year(), date.month0() / 3 + 1)
}

/// An amount of the lines that hold so many units together, in cents, if it is known of all of them: by the remittances, where they
/// say it. A part of it would seem to be the whole.
pub fn whole_amount(lines: &Lines, concerned: &[u32], units: i32, of: &dyn Fn(u32) -> i64) -> Option<i64> {
    let known = |line: &u32| of(*line) != BLANK_MONEY;
    let (remits, bills): (Vec<u32>, Vec<u32>) = concerned
        .iter()
        .copied()
        .filter(|&line| lines.role(line) != Role::Notes)
        .partition(|&line| lines.role(line) == Role::Remit);
    let own = if remits.iter().any(known) { remits } else { bills };
    let held: i32 = own.iter().filter_map(|&line| lines.units(line)).sum();
    (own.iter().all(known) && held >= units).then(|| own.into_iter().map(of).reduce(|sum, cents| sum + cents)).flatten()
}

/// An amount of some lines together, in cents, as far as it is known: by the remittances, where they say it, since a bill may repeat
/// what they say.
pub fn amount(lines: &Lines, concerned: &[u32], of: &dyn Fn(u32) -> i64) -> Option<i64> {
    let known = |remitted: bool| {
        let own = concerned.iter().copied().filter(move |&line| (lines.role(line) == Role::Remit) == remitted);
        own.map(of).filter(|&cents| cents != BLANK_MONEY)
    };
    let remitted = known(true).next().is_some();
    known(remitted).reduce(|sum, cents| sum + cents)
}
