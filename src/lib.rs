//! recount audits therapy billing: it recomputes the units that each session's minutes support and shows where the bill differs.
//!
//! ```text
//!  exports ──ingest──▶ packed lines ──sessions──▶ services ─┐
//!   csv tsv parquet      │      (order, settle,             ├──checks──▶ findings ─┐
//!                        ▼       cut, judge)      sessions ─┘                      ├─tables─▶ files, batch by batch
//!                      rejects, excluded                                           │
//!                                                                                  ▼
//!  data/ (codes, payers, limits, by date, cited)              sums ──queries──▶ patterns, summary tables ──report──▶ terminal, files
//! ```
//!
//! A run is too large to be held as text, so it is held as packed lines, and everything behind them streams by in batches of
//! patients, in parallel: judged, checked, written, added up ([`stream`]). The hot path is [`sessions`]; what an audit costs is
//! in `benches/README.md`.
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

pub mod grid;

pub mod blocks;

pub mod config;

pub mod ingest;

pub mod sessions;

pub mod checks;

pub mod tables;

pub mod queries;

pub mod report;

pub mod finished;

pub mod working;

pub mod proof;

pub mod audience;

pub mod page;

pub mod book;

pub mod review;

pub mod waivers;

pub mod content;

pub mod letters;

pub mod refunds;

pub mod workpaper;

pub mod deliver;

pub mod cli;

pub mod plan;

pub mod stream;

pub mod conclude;

pub mod run;

pub mod sample;

pub mod commands;
