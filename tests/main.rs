//! All tests of the program in one binary: each binary linked with Polars costs seconds and hundreds of megabytes.

mod support;

mod architecture;
mod causes;
mod check_tables;
mod claims_checks;
mod cli;
mod data_import;
mod decisions;
mod deliverables;
mod examples;
mod exports;
mod golden;
mod hostile;
mod oracle;
mod orders;
mod parquet;
mod planted;
mod queries;
mod reference;
mod roles;
mod schemas;
mod sessions;
mod shards;
