//! The sums that a run keeps, so that patterns and summaries can be made anew with other thresholds.

use super::{CLINICIAN_DAYS, CLINICIAN_OVERLAPS, SUMS, bug};
use crate::error::Result;
use polars::prelude::*;

/// Whether a frame that SQL sees is kept with the run.
pub fn is_kept(name: &str) -> bool {
    SUMS.contains(&name) || ["sources", "payer_names", CLINICIAN_OVERLAPS].contains(&name)
}

/// Sums with one row for each key, in the order of the keys: the same, however the run was cut.
///
/// # Errors
/// A bug.
pub fn added_up(name: &str, frame: &DataFrame) -> Result<DataFrame> {
    // A clinician's days are the longest of them, and have one row each already.
    if !SUMS.contains(&name) || name == CLINICIAN_DAYS {
        return Ok(frame.clone());
    }
    let is_key = |column: &Column| {
        column.dtype() != &DataType::Int64 || (name == "minute_sums" && column.name() == "timed_minutes")
    };
    let (keys, measures): (Vec<&Column>, Vec<&Column>) = frame.columns().iter().partition(|column| is_key(column));
    let keys: Vec<Expr> = keys.into_iter().map(|column| col(column.name().clone())).collect();
    // A measure that is not known of a key is not 0.
    let sum = |column: &Column| {
        let own = || col(column.name().clone());
        when(own().count().gt(lit(0))).then(own().sum()).otherwise(lit(NULL)).alias(column.name().clone())
    };
    let sums: Vec<Expr> = measures.into_iter().map(sum).collect();
    let order: Vec<Expr> = frame.get_column_names().into_iter().map(|name| col(name.clone())).collect();
    let added = frame.clone().lazy().group_by(&keys).agg(sums).sort_by_exprs(&keys, SortMultipleOptions::default());
    added.select(order).collect().map_err(bug)
}
