//! Tables as reports show them: named columns, rows of values. No Polars in there, so that whoever writes a page or a workbook
//! needs to know nothing of it.

use crate::reference::{Day, date};
use std::fmt;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Unknown, or not applicable.
    Empty,
    /// Text, never empty.
    Text(String),
    /// A whole number: minutes, units, cents, rows.
    Whole(i64),
    /// A decimal for display.
    Decimal(f64),
    /// True or false.
    Flag(bool),
    /// A day, counted from 1970.
    Day(Day),
}

impl Value {
    /// Text; what is empty stays so.
    pub fn text(text: impl Into<String>) -> Value {
        let text = text.into();
        if text.is_empty() { Value::Empty } else { Value::Text(text) }
    }

    /// A whole number, or nothing.
    pub fn whole(number: Option<i64>) -> Value {
        number.map_or(Value::Empty, Value::Whole)
    }
}

impl fmt::Display for Value {
    /// As tables in files show it: ISO dates, `true` and `false`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Empty => Ok(()),
            Value::Text(text) => f.write_str(text),
            Value::Whole(number) => number.fmt(f),
            Value::Decimal(number) => write!(f, "{number:.1}"),
            Value::Flag(flag) => flag.fmt(f),
            Value::Day(day) => date(*day).fmt(f),
        }
    }
}

/// A table, or some rows of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a value per column.
    pub rows: Vec<Vec<Value>>,
}

impl Grid {
    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Rows that can be asked by the names of columns.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = Record<'_>> + ExactSizeIterator {
        self.rows.iter().map(|values| Record { grid: self, values })
    }
}

/// A row of a [`Grid`]. A column that is not there is empty: a run of another version may lack it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    grid: &'a Grid,
    /// Its values, in the order of the columns.
    pub values: &'a [Value],
}

impl<'a> Record<'a> {
    /// The value of a column.
    pub fn get(&self, name: &str) -> &'a Value {
        self.grid.column(name).map_or(&Value::Empty, |place| &self.values[place])
    }

    /// Text of a column; empty where there is none.
    pub fn text(&self, name: &str) -> &'a str {
        match self.get(name) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The whole number in a column.
    pub fn whole(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Value::Whole(number) => Some(*number),
            _ => None,
        }
    }

    /// The decimal in a column.
    pub fn decimal(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Value::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether a column says true.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Value::Flag(true))
    }

    /// The day in a column.
    pub fn day(&self, name: &str) -> Option<Day> {
        match self.get(name) {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }
}
