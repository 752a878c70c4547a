//! Columns from rows, by type.

use crate::error::Result;
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
        // Every day of the run once, instead of every row.
        let (months, quarters): (Vec<String>, Vec<String>) =
            (first..=last).map(|day| (month(day), quarter(day))).unzip();
        let pick = |n: usize| days[n].map(|day| (day - first) as usize);
        self.text("month", |n| pick(n).map_or("", |day| months[day].as_str()))
            .text("quarter", |n| pick(n).map_or("", |day| quarters[day].as_str()))
    }

    /// The table.
    pub fn finish(self) -> Result<DataFrame> {
        DataFrame::new(self.rows, self.columns).map_err(super::bug)
    }
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
