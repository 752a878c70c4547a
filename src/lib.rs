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
//! The modules stand in the order of the data's flow, and each uses only those before it; a test holds them to that. The unit rules themselves are in the package `recount-core`.

#![forbid(unsafe_code)]

pub mod words;

pub mod error;
pub mod parallel;
pub mod parquet;
pub mod progress;

pub mod hash;
pub mod reference;

pub mod ingest;

pub mod sessions;

pub mod checks;

pub mod tables;

pub mod queries;

pub mod report;

pub mod cli;

pub mod plan;

pub mod stream;

pub mod conclude;

pub mod run;

pub mod sample;

pub mod commands;
