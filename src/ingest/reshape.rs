//! A row that holds several lines is taken apart: a visit with places for its codes, a cell that names several codes.

use super::block::Parser;
use super::known::Row;
use super::layout::{Instead, SlotRow};
use super::lines::Why;
use crate::reference::Field;
use recount_core::cells::{self, CodePart};
use std::borrow::Cow;

/// Amounts that stand once where a row holds several lines: they are the first line's, so that totals stay what they are.
const AMOUNTS: [Field; 3] = [Field::Charge, Field::Allowed, Field::Paid];

impl Parser<'_> {
    /// A record.
    pub fn record(&mut self, row: &impl Row) {
        let number = self.begin();
        if self.mapping.slots.is_empty() { self.line(number, row, None) } else { self.visit(number, row) }
    }

    /// A visit: a line for each place that is used.
    fn visit<R: Row>(&mut self, number: u16, row: &R) {
        let mapping = self.mapping;
        let shared: Vec<usize> = AMOUNTS
            .iter()
            .filter_map(|&field| mapping.column(field))
            .filter(|&column| column < mapping.width)
            .collect();
        let mut lines = 0;
        for slot in mapping.slots.iter().filter(|slot| slot.is_used(row)) {
            let told: &[usize] = if lines == 0 { &[] } else { &shared };
            self.line(number, &SlotRow { row, slot, width: mapping.width, told }, None);
            lines += 1;
        }
        if lines == 0 {
            // It may be a footer as well.
            let why = super::meanings::no_line(row, mapping, &self.reference.headers).unwrap_or(Why::NoCode);
            self.line(number, row, Some(why));
        }
    }

    /// A row whose code cell names several codes, or says how often one was billed.
    pub(super) fn several<R: Row>(&mut self, number: u16, row: &R, parts: Vec<CodePart>) {
        let mapping = self.mapping;
        let cell = |field: Field| {
            let column = mapping.column(field)?;
            let cell = row.cell(column).into_owned();
            (!cells::is_blank(&cell)).then_some((column, cell))
        };
        let Some(code_column) = mapping.column(Field::Code) else { return };
        let units = match shares(&parts, cell(Field::Units), |part| part.units) {
            Ok(units) => units,
            Err(()) => {
                let why = Why::Cell(Field::Units, cells::Problem::UnitsOfCodes);
                return self.line(number, row, Some(why));
            }
        };
        let minutes_cell = cell(Field::Minutes);
        let minutes: Option<Vec<String>> = match &minutes_cell {
            Some((_, text)) => list(text, parts.len()),
            None => None,
        };
        // One number of minutes for several codes is their sum, timed or not.
        let of_visit =
            minutes_cell.as_ref().filter(|_| minutes.is_none() && parts.len() > 1).map(|(_, text)| text.clone());
        for (n, part) in parts.iter().enumerate() {
            let mut code = part.code.code.clone();
            part.code.modifiers.iter().for_each(|modifier| {
                code.push('-');
                code.push_str(modifier);
            });
            let mut own: Vec<(usize, Cow<str>)> = vec![(code_column, code.into())];
            if let Some(column) = mapping.column(Field::Units) {
                own.push((column, units[n].clone().into()));
            }
            if let Some(column) = mapping.column(Field::Minutes) {
                let cell = match (&minutes, part.minutes, parts.len()) {
                    (Some(list), ..) => list[n].clone(),
                    (None, Some(time), _) => time.to_string(),
                    (None, None, 1) => minutes_cell.as_ref().map_or(String::new(), |(_, text)| text.clone()),
                    _ => String::new(),
                };
                own.push((column, cell.into()));
            }
            if let (Some(column), Some(total)) = (mapping.column(Field::VisitTotalMinutes), &of_visit)
                && column >= mapping.width
            {
                own.push((column, total.as_str().into()));
            }
            for (column, text) in AMOUNTS.iter().filter_map(|&field| cell(field)) {
                let amount = match list(&text, parts.len()) {
                    Some(list) => list[n].clone(),
                    None if n == 0 => text,
                    None => String::new(),
                };
                own.push((column, amount.into()));
            }
            self.line(number, &Instead { row, cells: &own }, None);
        }
    }
}

/// The units of each part, as cells: from the code cell; else from a list of as many; else 1 each, if that is what the row says.
fn shares(
    parts: &[CodePart],
    cell: Option<(usize, String)>,
    own: impl Fn(&CodePart) -> Option<i32>,
) -> Result<Vec<String>, ()> {
    let counted: Vec<i32> = parts.iter().map(|part| own(part).unwrap_or(1)).collect();
    let said = parts.iter().any(|part| own(part).is_some());
    let shown = || counted.iter().map(i32::to_string).collect();
    match cell {
        None => Ok(shown()),
        Some((_, text)) => match list(&text, parts.len()) {
            Some(list) if !said => Ok(list),
            _ if parts.len() == 1 && !said => Ok(vec![text]),
            // A single number must be the sum of what the cell says, or of one each.
            _ => match cells::units(&text) {
                Ok(sum) if sum == counted.iter().sum::<i32>() => Ok(shown()),
                _ => Err(()),
            },
        },
    }
}

/// A cell as a list of so many values; one is no list.
fn list(text: &str, count: usize) -> Option<Vec<String>> {
    // "1,200.00" is one amount.
    if cells::cents(text).is_ok() {
        return None;
    }
    let values: Vec<String> = text
        .split([',', ';', '|', '/', '+', '\n'])
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect();
    (count > 1 && values.len() == count).then_some(values)
}
