//! What the user types to bring in facts of their own.

use crate::reference::EditSetting;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What to do with facts.
#[derive(Args)]
pub struct DataArgs {
    #[command(subcommand)]
    /// What to do.
    pub command: DataCommand,
}

/// What to do with facts of the user's.
#[derive(Subcommand)]
pub enum DataCommand {
    /// Reads files that CMS publishes each quarter: `recount data import ncci ccipra-v320r0-f1.zip`. Give all files of
    /// a quarter; what the folder has of other quarters and settings is kept.
    Import(ImportArgs),
}

/// Which files, and where to.
#[derive(Args)]
pub struct ImportArgs {
    /// Which table.
    pub table: DataTable,
    /// CMS's files: text, CSV, Excel; plain or zipped.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The folder that gets the table.
    #[arg(long, value_name = "DIR", default_value = "recount-data")]
    pub to: PathBuf,
    /// The setting that the files are for, where neither their names nor their columns tell.
    #[arg(long)]
    pub setting: Option<TableOf>,
    /// The quarter that the files are for, where their names don't tell: 2026Q1.
    #[arg(long)]
    pub quarter: Option<String>,
    /// A code table in place of the built-in one: rows of other codes are not kept.
    #[arg(long, value_name = "FILE")]
    pub codes: Option<PathBuf>,
}

/// CMS's tables of edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataTable {
    /// Procedure-to-procedure edits.
    Ncci,
    /// Medically unlikely edits.
    Mue,
}

/// Whose table of edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableOf {
    /// Practitioners.
    Practitioner,
    /// Outpatient hospitals and other facilities.
    Facility,
}

impl From<TableOf> for EditSetting {
    fn from(table: TableOf) -> EditSetting {
        match table {
            TableOf::Practitioner => EditSetting::Practitioner,
            TableOf::Facility => EditSetting::Facility,
        }
    }
}
