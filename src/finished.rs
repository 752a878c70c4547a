//! A finished run, read back from its folder: what pages, workbooks, proofs and comparisons are made of. Nothing here needs the
//! exports.

use crate::error::{Error, Result, plain};
use crate::grid::{Grid, Value};
use crate::parquet::{ParquetFile, Rows};
use crate::reference::day;
use crate::report::{MANIFEST, Manifest, TableFormat};
use crate::tables::bug;
use crate::words::of_csv_text;
use hashbrown::HashSet;
use polars::prelude::*;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Rows of a CSV that are handed on at once.
const PIECE: usize = 16_384;

/// A finished run.
pub struct FinishedRun {
    folder: PathBuf,
    /// The run in figures.
    pub manifest: Manifest,
}

impl FinishedRun {
    /// The run whose report is in a folder.
    ///
    /// # Errors
    /// The folder holds none, or a shard, or that of a version that wrote other files.
    pub fn open(folder: &Path) -> Result<FinishedRun> {
        let wrong = |problem: &str| Error::input(folder.display().to_string(), problem);
        let text = std::fs::read_to_string(folder.join(MANIFEST))
            .map_err(|error| wrong(&format!("holds no finished run: {}", plain(&error))))?;
        let manifest: Manifest =
            serde_json::from_str(&text).map_err(|_| wrong("holds no finished run of this version"))?;
        if manifest.shard.is_some() {
            return Err(wrong("holds a shard; recount merge makes a report of all shards"));
        }
        if manifest.outputs.is_empty() || manifest.program != "recount" {
            return Err(wrong("holds no finished run of this version; audit again"));
        }
        Ok(FinishedRun { folder: folder.to_owned(), manifest })
    }

    /// The run whose tables have just been written to a folder.
    pub fn of(folder: &Path, manifest: Manifest) -> FinishedRun {
        FinishedRun { folder: folder.to_owned(), manifest }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// File of a table (`findings`, `tables/by_code`), if the run wrote it.
    pub fn file(&self, table: &str) -> Option<String> {
        let names = [TableFormat::Parquet, TableFormat::Csv].map(|format| format!("{table}.{}", format.ending()));
        names.into_iter().find(|name| self.manifest.outputs.contains_key(name))
    }

    /// How many rows a table has.
    pub fn rows(&self, table: &str) -> u64 {
        self.file(table).map_or(0, |file| self.manifest.outputs[&file].rows)
    }

    /// A whole table; without rows and columns if the run wrote none of that name.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn table(&self, table: &str) -> Result<Grid> {
        let mut whole = Grid::default();
        self.each(table, &mut |rows| {
            whole.columns = rows.columns;
            whole.rows.extend(rows.rows);
            Ok(())
        })?;
        Ok(whole)
    }

    /// Hands the rows of a table to `take`, some thousand at a time, in order; at least once if the run wrote it.
    ///
    /// # Errors
    /// The file cannot be read; what `take` returns.
    pub fn each(&self, table: &str, take: &mut dyn FnMut(Grid) -> Result<()>) -> Result<()> {
        let Some(name) = self.file(table) else { return Ok(()) };
        let path = self.folder.join(&name);
        if name.ends_with(TableFormat::Csv.ending()) {
            return csv_rows(&path, &self.manifest.outputs[&name].columns, take);
        }
        let file = ParquetFile::open(&path)?;
        let parts = file.parts();
        if parts.is_empty() {
            return take(grid(&file.whole()?)?);
        }
        parts.iter().try_for_each(|part| take(grid(&file.frame(part)?)?))
    }

    /// The rows of a table that belong to some sessions, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_sessions(&self, table: &str, sessions: &HashSet<String>) -> Result<Grid> {
        let mut found = Grid::default();
        let mut add = |rows: Grid| {
            found.columns = rows.columns;
            found.rows.extend(rows.rows);
        };
        let Some(name) = self.file(table).filter(|name| name.ends_with(TableFormat::Parquet.ending())) else {
            self.each(table, &mut |rows| {
                let id = rows.column("session_id");
                let wanted = |row: &Vec<Value>| match id.map(|id| &row[id]) {
                    Some(Value::Text(id)) => sessions.contains(id),
                    _ => false,
                };
                add(Grid {
                    columns: rows.columns.clone(),
                    rows: rows.rows.into_iter().filter(|row| wanted(row)).collect(),
                });
                Ok(())
            })?;
            return Ok(found);
        };
        let file = ParquetFile::open(&self.folder.join(name))?;
        let id = file.names().iter().position(|column| column == "session_id");
        let id = id.ok_or_else(|| Error::Bug(format!("the table {table} is not of sessions")))?;
        // Few rows are wanted of many: the other columns are decoded only where there is one.
        let wanted = |part: &Rows| -> Result<Option<Grid>> {
            let ids = file.cells(part, id)?;
            let rows: Vec<bool> = (0..part.of_file.len()).map(|row| sessions.contains(ids.get(row))).collect();
            if !rows.contains(&true) {
                return Ok(None);
            }
            let rows: BooleanChunked = rows.into_iter().map(Some).collect();
            grid(&file.frame(part)?.filter(&rows).map_err(bug)?).map(Some)
        };
        let grids: Vec<Option<Grid>> = file.parts().par_iter().map(wanted).collect::<Result<_>>()?;
        grids.into_iter().flatten().for_each(add);
        Ok(found)
    }
}

/// A frame as a grid.
///
/// # Errors
/// A bug: a column of a type that no table has.
pub fn grid(frame: &DataFrame) -> Result<Grid> {
    let mut rows: Vec<Vec<Value>> = (0..frame.height()).map(|_| Vec::with_capacity(frame.width())).collect();
    for column in frame.columns() {
        let column = column.as_materialized_series();
        let put = |rows: &mut Vec<Vec<Value>>, values: &mut dyn Iterator<Item = Value>| {
            rows.iter_mut().zip(values).for_each(|(row, value)| row.push(value));
        };
        match column.dtype() {
            DataType::Int64 => put(&mut rows, &mut column.i64().map_err(bug)?.iter().map(Value::whole)),
            DataType::Float64 => {
                let decimal = |value: Option<f64>| value.map_or(Value::Empty, Value::Decimal);
                put(&mut rows, &mut column.f64().map_err(bug)?.iter().map(decimal));
            }
            DataType::Boolean => {
                let flag = |value: Option<bool>| value.map_or(Value::Empty, Value::Flag);
                put(&mut rows, &mut column.bool().map_err(bug)?.iter().map(flag));
            }
            DataType::Date => {
                let days = column.to_physical_repr().into_owned();
                let day = |value: Option<i32>| value.map_or(Value::Empty, Value::Day);
                put(&mut rows, &mut days.i32().map_err(bug)?.iter().map(day));
            }
            _ => {
                let text = |value: Option<&str>| value.map_or(Value::Empty, Value::text);
                put(&mut rows, &mut column.str().map_err(bug)?.iter().map(text));
            }
        }
    }
    Ok(Grid { columns: frame.get_column_names().iter().map(|name| name.to_string()).collect(), rows })
}

/// The rows of a table that was written as CSV; `columns` are its names and types.
fn csv_rows(path: &Path, columns: &str, take: &mut dyn FnMut(Grid) -> Result<()>) -> Result<()> {
    let broken = || Error::input(path.display().to_string(), "is not the table that the run wrote");
    let (names, kinds): (Vec<&str>, Vec<&str>) =
        columns.split(", ").map(|column| column.rsplit_once(' ').unwrap_or((column, "str"))).unzip();
    let mut reader = csv::Reader::from_path(path).map_err(|_| broken())?;
    let empty = || Grid { columns: names.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() };
    let mut rows = empty();
    for record in reader.records() {
        let record = record.map_err(|_| broken())?;
        let cells = record.iter().zip(&kinds).map(|(cell, kind)| value(cell, kind));
        rows.rows
            .push(cells.collect::<Option<Vec<Value>>>().filter(|row| row.len() == names.len()).ok_or_else(broken)?);
        if rows.rows.len() == PIECE {
            take(std::mem::replace(&mut rows, empty()))?;
        }
    }
    take(rows)
}

/// A cell of CSV that we wrote. The apostrophe before what a spreadsheet would take for a formula is taken off.
fn value(cell: &str, kind: &str) -> Option<Value> {
    Some(match kind {
        _ if cell.is_empty() => Value::Empty,
        "i64" => Value::Whole(cell.parse().ok()?),
        "f64" => Value::Decimal(cell.parse().ok()?),
        "bool" => Value::Flag(cell.parse().ok()?),
        "date" => Value::Day(day(cell.parse().ok()?)),
        _ => Value::text(of_csv_text(cell)),
    })
}
