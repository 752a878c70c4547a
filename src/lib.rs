//! recount audits therapy billing: it recomputes the units that each session's minutes support and shows where the bill differs.
//!
//! ```text
//!  exports ──ingest──▶ lines ──sessions──▶ services ─┐
//!   csv tsv parquet      │     (sort, cut,           ├──checks──▶ findings ──queries──▶ summary tables ──report──▶ terminal, files
//!                        ▼      judge)     sessions ─┘    ▲                    ▲
//!                      rejects, excluded                  │                    │
//!  data/ (codes, payers, limits, by date, cited) ─────────┴── queries/patterns, queries/tables (SQL)
//! ```
//!
//! The modules stand in the order of the data's flow, and each uses only those before it (and the smallest, [`error`],
//! [`hash`], [`progress`], which use none). The unit rules themselves are in the package `recount-core`.

#![forbid(unsafe_code)]

pub mod error;
pub mod hash;
pub mod progress;

pub mod checks;
pub mod cli;
pub mod commands;
pub mod ingest;
pub mod plan;
pub mod queries;
pub mod reference;
pub mod report;
pub mod run;
pub mod sample;
pub mod sessions;
pub mod tables;
