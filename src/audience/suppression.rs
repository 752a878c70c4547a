//! Figures that only a few patients stand behind are not shown to others, nor what would tell them.
//!
//! A row of 1 to 10 patients is hidden (11 is the least; `data/settings.toml` says so, with its source). Where one is, the
//! smallest row of at least 11 patients is hidden with it, since the rows of a table add up to totals that a report shows: what is
//! left of a total is then always a sum over at least two rows and, whether or not patients stand behind several of them, over at
//! least 11 patients. (That hidden rows have 11 patients when added up would not do: the same six may stand behind two clinics.) A
//! row without patients is shown: it says that there was nothing.
//!
//! This protects tables that share a total one way each (by clinic, by payer, by month). It does not protect a table that is
//! shown beside its own subtotals (months beside quarters, checks beside severities) or crossed with another (clinic by month):
//! there a hidden cell can be worked out from other rows and columns, and what to hide is a hard problem of its own. So what is
//! shared has one-way tables only, none of them the sum of another, and no list that can be counted up to a hidden row.

use crate::blocks::{Bars, Cell, Kind, Table};
use crate::grid::Grid;
use hashbrown::HashSet;

/// Whether so many patients are some, and fewer than the least that a figure may be shown of.
pub fn too_few(patients: i64, least: i64) -> bool {
    (1..least).contains(&patients)
}

/// Which groups are hidden, by their names and patients. None of them is no group of patients, and is shown.
fn hidden(groups: &[(String, Option<i64>)], least: i64) -> Vec<bool> {
    let mut hidden: Vec<bool> =
        groups.iter().map(|(_, patients)| patients.is_some_and(|patients| too_few(patients, least))).collect();
    if hidden.contains(&true) {
        let large = groups.iter().enumerate().filter_map(|(n, (name, patients))| Some(((*patients)?, name, n)));
        if let Some((_, _, n)) = large.filter(|(patients, _, _)| *patients >= least.max(1)).min() {
            hidden[n] = true;
        }
    }
    hidden
}

/// Whether every group of patients is hidden.
fn all_hidden(groups: &[(String, Option<i64>)], hidden: &[bool]) -> bool {
    let some = |(_, patients): &(String, Option<i64>)| patients.is_some_and(|patients| patients > 0);
    hidden.contains(&true) && groups.iter().zip(hidden).all(|(group, hidden)| *hidden || !some(group))
}

/// Hides the cells of rows that too few patients stand behind, and of one more; their first cell, the name, stays. `patients` says how
/// many each row has: `None` is no group of patients (a total), and a row that it does not speak of is hidden. Rows stay where
/// they are, until [`last`] moves them. Ties are settled by the name.
///
/// Returns whether no row with patients is left: then a total over them may not be shown either.
pub fn suppress(table: &mut Table, patients: &[Option<i64>], least: i64) -> bool {
    let patients = |n: usize| patients.get(n).copied().unwrap_or(Some(1));
    let groups: Vec<(String, Option<i64>)> =
        table.rows.iter().enumerate().map(|(n, row)| (name(row), patients(n))).collect();
    let hidden = hidden(&groups, least);
    if !hidden.contains(&true) {
        return false;
    }
    for (row, _) in table.rows.iter_mut().zip(&hidden).filter(|(_, hidden)| **hidden) {
        row.iter_mut().skip(1).for_each(|cell| *cell = Cell::Hidden);
    }
    if !table.note.is_empty() {
        table.note.push(' ');
    }
    table.note.push_str(&format!(
        "Where no figure is shown, fewer than {least} patients stand behind the row, or it would tell of a row that few stand behind."
    ));
    all_hidden(&groups, &hidden)
}

/// Hides the cells of some columns in rows where too few patients have what they count, and in one more row. `patients` says how many
/// have it, row by row.
pub fn suppress_cells(table: &mut Table, columns: &[usize], patients: &[Option<i64>], least: i64) {
    let groups: Vec<(String, Option<i64>)> =
        table.rows.iter().zip(patients).map(|(row, patients)| (name(row), *patients)).collect();
    let hidden = hidden(&groups, least);
    for (row, _) in table.rows.iter_mut().zip(hidden).filter(|(_, hidden)| *hidden) {
        columns.iter().for_each(|&column| row[column] = Cell::Hidden);
    }
}

/// Moves hidden rows to the end, in the order of their names. Between the rows of a table that is sorted by a figure, their place would
/// tell that figure.
pub(super) fn last(table: &mut Table) {
    let key = |row: &Vec<Cell>| row.contains(&Cell::Hidden).then(|| name(row));
    table.rows.sort_by_cached_key(key);
}

/// The same for the bars of a chart that stand by their height; others stand by what is below them, and stay.
pub(super) fn last_bars(bars: &mut Bars) {
    if bars.cumulative {
        bars.bars.sort_by_cached_key(|(name, height)| height.is_none().then(|| name.clone()));
    }
}

fn name(row: &[Cell]) -> String {
    row.first().map(|cell| cell.shown(Kind::Text)).unwrap_or_default()
}

/// What is hidden of all that patients are counted by, from the run's table `patients`: so that lists leave out what tables hide.
#[derive(Clone, Debug, Default)]
pub struct Hidden(HashSet<(String, String)>);

impl Hidden {
    /// Of the rows dimension, value, patients.
    pub fn of(patients: &Grid, least: i64) -> Hidden {
        let mut all = HashSet::new();
        let rows: Vec<(&str, String, Option<i64>)> = patients
            .records()
            .map(|row| (row.text("dimension"), row.text("value").to_owned(), row.whole("patients")))
            .collect();
        for of_dimension in rows.chunk_by(|a, b| a.0 == b.0) {
            let groups: Vec<(String, Option<i64>)> =
                of_dimension.iter().map(|(_, value, patients)| (value.clone(), *patients)).collect();
            let hidden = hidden(&groups, least);
            let values = of_dimension.iter().zip(hidden).filter(|(_, hidden)| *hidden);
            all.extend(values.map(|((dimension, value, _), _)| ((*dimension).to_owned(), value.clone())));
        }
        Hidden(all)
    }

    /// Whether a value of a dimension is hidden.
    pub fn has(&self, dimension: &str, value: &str) -> bool {
        self.0.contains(&(dimension.to_owned(), value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Value;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const LEAST: i64 = 11;

    fn table(rows: &[(&str, i64)]) -> Table {
        let mut table = Table::new("", &[("clinic", Kind::Text), ("units over", Kind::Number)]);
        rows.iter().for_each(|(name, over)| table.row([Value::text(*name), Value::Whole(*over)]));
        table
    }

    fn shown(table: &Table) -> Vec<String> {
        table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.shown(Kind::Number)).collect::<Vec<_>>().join(" "))
            .collect()
    }

    fn hidden_rows(table: &Table) -> Vec<usize> {
        (0..table.rows.len()).filter(|n| table.rows[*n][1] == Cell::Hidden).collect()
    }

    #[test]
    fn a_small_row_takes_the_smallest_large_one_with_it() {
        let mut table = table(&[("North", 9), ("East", 7), ("South", 7), ("West", 1), ("all", 24)]);
        assert!(!suppress(&mut table, &[Some(40), Some(12), Some(12), Some(3), None], LEAST));
        assert_eq!(hidden_rows(&table), [1, 3], "of two alike the first by name");
        assert!(table.note.contains("fewer than 11 patients"));
        last(&mut table);
        assert_eq!(shown(&table)[..3], ["North 9", "South 7", "all 24"]);
        assert!(shown(&table)[3].starts_with("East ") && shown(&table)[4].starts_with("West "));
    }

    #[test]
    fn nothing_is_hidden_without_need() {
        for patients in [[Some(11), Some(30)], [Some(0), Some(30)], [None, Some(30)], [Some(0), None]] {
            let mut table = table(&[("North", 9), ("East", 7)]);
            let before = table.clone();
            assert!(!suppress(&mut table, &patients, LEAST));
            assert_eq!(table, before, "{patients:?}");
        }
    }

    #[test]
    fn a_row_whose_patients_are_not_told_is_hidden() {
        let mut table = table(&[("North", 9), ("East", 7)]);
        assert!(suppress(&mut table, &[Some(30)], LEAST));
        assert_eq!(hidden_rows(&table), [0, 1]);
    }

    #[test]
    fn hidden_bars_stand_by_name_where_height_would_tell() {
        let heights = [("b", None), ("a", Some(7)), ("d", Some(6)), ("c", None)];
        let bars = heights.map(|(name, height)| (name.to_owned(), height)).to_vec();
        let mut bars = Bars { bars, cumulative: true, ..Bars::default() };
        last_bars(&mut bars);
        let wanted = [("a", Some(7)), ("d", Some(6)), ("b", None), ("c", None)];
        assert_eq!(bars.bars, wanted.map(|(name, height)| (name.to_owned(), height)));
    }

    #[test]
    fn lists_know_what_tables_hide() {
        let row = |dimension: &str, value: &str, patients: i64| {
            vec![Value::text(dimension), Value::text(value), Value::Whole(patients)]
        };
        let grid = Grid {
            columns: ["dimension", "value", "patients"].map(String::from).to_vec(),
            rows: vec![row("check", "a", 3), row("check", "b", 20), row("check", "c", 30), row("month", "a", 12)],
        };
        let hidden = Hidden::of(&grid, LEAST);
        assert_eq!([("check", "a"), ("check", "b"), ("check", "c"), ("month", "a")].map(|(d, v)| hidden.has(d, v)), {
            [true, true, false, false]
        });
    }

    /// All ways in which rows of at least one each can add up to `sum`: what each row can be.
    fn possible(sum: i64, rows: usize) -> Vec<BTreeSet<i64>> {
        fn fill(left: i64, row: usize, so_far: &mut Vec<i64>, found: &mut [BTreeSet<i64>]) {
            if row + 1 == found.len() {
                so_far.push(left);
                found.iter_mut().zip(so_far.iter()).for_each(|(found, value)| {
                    found.insert(*value);
                });
                so_far.pop();
                return;
            }
            for value in 1..=left - (found.len() - row - 1) as i64 {
                so_far.push(value);
                fill(left - value, row + 1, so_far, found);
                so_far.pop();
            }
        }
        let mut found = vec![BTreeSet::new(); rows];
        if rows > 0 {
            fill(sum, 0, &mut Vec::new(), &mut found);
        }
        found
    }

    proptest! {
        /// Patients with some sessions each at one or more clinics: what a reader can work out of the table and its total.
        #[test]
        fn no_hidden_row_can_be_computed(
            visits in prop::collection::vec(prop::collection::btree_map(0_usize..3, 1_i64..3, 1..3), 11..40),
            skewed in prop::collection::vec(0_usize..5, 0..5),
        ) {
            // Some clinics see nearly no one.
            let clinics: Vec<usize> = (0..4).collect();
            let mut sessions = [0_i64; 4];
            let mut of_clinic: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); 4];
            for (patient, visits) in visits.iter().enumerate() {
                for (clinic, count) in visits {
                    let clinic = if skewed.contains(clinic) && patient % 5 > 0 { 3 } else { *clinic };
                    sessions[clinic] += count;
                    of_clinic[clinic].insert(patient);
                }
            }
            let total: i64 = sessions.iter().sum();
            let rows: Vec<(String, i64)> = clinics.iter().map(|n| (format!("clinic {n}"), sessions[*n])).collect();
            let rows: Vec<(&str, i64)> = rows.iter().map(|(name, over)| (name.as_str(), *over)).collect();
            let patients: Vec<Option<i64>> = of_clinic.iter().map(|of| Some(of.len() as i64)).collect();
            let mut table = table(&rows);
            let none_left = suppress(&mut table, &patients, LEAST);

            let hidden = hidden_rows(&table);
            let few = |n: &usize| too_few(of_clinic[*n].len() as i64, LEAST);
            prop_assert!(clinics.iter().filter(|n| few(n)).all(|n| hidden.contains(n)), "a small row is shown");
            let behind: BTreeSet<usize> = hidden.iter().flat_map(|n| &of_clinic[*n]).copied().collect();
            prop_assert!(hidden.is_empty() || behind.len() as i64 >= LEAST, "the rest of the total tells of a few");
            prop_assert!(!none_left || behind.len() == visits.len());
            let rest = total - clinics.iter().filter(|n| !hidden.contains(n)).map(|n| sessions[*n]).sum::<i64>();
            for (n, values) in hidden.iter().zip(possible(rest, hidden.len())) {
                prop_assert!(values.len() > 1 && values.contains(&sessions[*n]), "row {n} is {values:?}");
            }
        }
    }
}
