//! What the user types.

mod data;

pub use data::{DataArgs, DataCommand, DataTable, ImportArgs, TableOf};

use crate::audience::Audience;
use crate::checks::Severity;
use crate::config::MinutesUnit;
use crate::deliver::Choices;
use crate::ingest::{IdScope, Setting};
use crate::reference::{PayerRule, day};
use crate::report::{Shard, TableFormat};
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use recount_core::cells::DateOrder;
use recount_core::domain::Rule;
use std::path::PathBuf;

/// Audits therapy billing: recomputes the units that each session's minutes support and shows where the bill differs.
///
/// Exit codes: 0 done; 1 findings reach --fail-on; 2 usage or configuration; 3 an input cannot be read, or too many rows;
/// 70 a mistake of ours.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    /// What to do.
    pub command: Command,
}

/// A command.
#[derive(Subcommand)]
pub enum Command {
    /// Audits exports and writes a report folder.
    Audit(Box<AuditArgs>),
    /// Makes one report of the shards of a run (`recount audit --shard`).
    Merge(MergeArgs),
    /// Shows how exports would be read, without auditing them.
    Inspect(InputArgs),
    /// Writes recount.toml for exports: how they are read, each choice with its reason, for you to edit.
    Init(InitArgs),
    /// Shows the working of a unit rule on one session: `recount units --rule cms 97112=24/2 97110=23`.
    Units(UnitsArgs),
    /// Explains a check (its page), a finding or a session (its proof): `recount explain overbilled-units`, `recount explain
    /// report F-0123…`, `recount explain report --patient P1 --date 2026-03-31`.
    Explain(ExplainArgs),
    /// Makes the page and the workbook of a finished run anew, without the exports.
    Report(ReportArgs),
    /// Takes back what reviewers decided in a workbook.
    Review(ReviewArgs),
    /// Shows what changed between two finished runs.
    Compare(CompareArgs),
    /// Draws sessions of each clinician, for checking the export against the signed notes.
    Pull(PullArgs),
    /// Checks the files of a finished run against its manifest, and its totals against its tables.
    Verify {
        /// The run's folder.
        dir: PathBuf,
    },
    /// Says who stands behind pseudonyms of a page: prints ids of patients.
    Reidentify(ReidentifyArgs),
    /// Lists the checks; of a finished run also to how many lines each could be applied.
    Checks {
        /// The run's folder.
        dir: Option<PathBuf>,
    },
    /// Prints the JSON Schema of a configuration or data file, for editors; without a name, the names.
    Schema {
        /// Which file: recount, payers, headers …
        name: Option<String>,
    },
    /// Brings CMS's quarterly tables into a folder for --data.
    Data(DataArgs),
    /// Writes a synthetic export with planted errors.
    Generate(GenerateArgs),
}

/// Which files, and how to read them.
#[derive(Args)]
pub struct InputArgs {
    /// Exports: text (CSV and its relatives), workbooks, Parquet, claims (837, 835), plain or packed; patterns such as
    /// 'exports/*.csv' too.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Exports of notes with the minutes of what the other files bill; patterns too. Any number of times.
    #[arg(long, value_name = "FILE")]
    pub join: Vec<PathBuf>,
    /// What you decided about reading [default: recount.toml in the working folder, if there is one].
    #[arg(long, alias = "mapping", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The sheet of a workbook, where several hold rows.
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// The order of day and month where the year comes last; otherwise each file's rows decide.
    #[arg(long)]
    pub date_order: Option<Order>,
    /// What the minutes column holds.
    #[arg(long)]
    pub minutes_unit: Option<MinutesUnit>,
    /// How far a patient id reaches.
    #[arg(long, default_value = "practice")]
    pub id_scope: IdScope,
    /// Bytes that a packed file may unpack to, such as 100GB [default: 50GB].
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub max_unpacked: Option<u64>,
    /// Times its size that a packed file may unpack to [default: 300].
    #[arg(long, value_name = "TIMES")]
    pub max_ratio: Option<u64>,
    /// Where services were furnished, of lines that don't say.
    #[arg(long)]
    pub setting: Option<Where>,
    /// A folder of yours with facts: ncci.csv, mue.csv, thresholds.csv, roster.csv, coverage.csv, as data/README.md has them.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A code table in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub codes: Option<PathBuf>,
    /// A payer table in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// A payer's rule, set by hand: 'AETNA*=midpoint'. Any number of times; the last that fits wins.
    #[arg(long, value_name = "NAME=RULE")]
    pub payer_rule: Vec<PayerRule>,
}

/// Where services were furnished.
#[derive(Clone, Copy, ValueEnum)]
pub enum Where {
    /// In a private practice or physician's office.
    PrivatePractice,
    /// In a hospital, nursing facility, agency or other institution.
    Facility,
}

impl From<Where> for Setting {
    fn from(setting: Where) -> Setting {
        match setting {
            Where::PrivatePractice => Setting::Practice,
            Where::Facility => Setting::Facility,
        }
    }
}

/// Which exports, and where the decisions on reading them go.
#[derive(Args)]
pub struct InitArgs {
    #[command(flatten)]
    /// What to read.
    pub input: InputArgs,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = crate::config::NAME)]
    pub out: PathBuf,
    /// Replace it if it is there; the decisions in it are kept.
    #[arg(long)]
    pub force: bool,
}

/// What to audit, and where the report goes.
#[derive(Args)]
pub struct AuditArgs {
    #[command(flatten)]
    /// What to read.
    pub input: InputArgs,
    /// The report's folder; a finished run in it is replaced whole.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace the folder even if it holds something else.
    #[arg(long)]
    pub force: bool,
    /// Dates of service of one quarter: 2026Q1.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub quarter: Option<String>,
    /// First date of service: 2026-01-31.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last date of service.
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Only these checks or families.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    pub select: Vec<String>,
    /// Not these checks or families.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    pub ignore: Vec<String>,
    /// Another rule to try on a payer: 'AETNA*=cms'. What it would make of the same sessions stands beside what is (table
    /// what_if); findings stay as they are. Any number of times; the last that fits wins.
    #[arg(long, value_name = "NAME=RULE")]
    pub what_if: Vec<PayerRule>,
    /// A folder with more summary tables as SQL.
    #[arg(long, value_name = "DIR")]
    pub queries: Option<PathBuf>,
    /// How tables are written.
    #[arg(long, default_value = "parquet")]
    pub tables: TableFormat,
    /// Whether lines, services and sessions are written too.
    #[arg(long, default_value = "all")]
    pub detail: Detail,
    /// Memory that the run may take, about, such as 2GB; more lines than fit wait in a file in the report's folder
    /// [default: half of the machine's].
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory: Option<u64>,
    /// Only one of several about equal shares of the patients, such as 2/4; `recount merge` makes one report of them all.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["queries", "tables", "fail_on", "max_rejects"])]
    pub shard: Option<Shard>,
    #[command(flatten)]
    /// The page, the workbook, the letters.
    pub deliver: DeliverArgs,
    #[command(flatten)]
    /// What the exit code says.
    pub limits: LimitArgs,
}

/// The page, the workbook, the letters.
#[derive(Args, Clone)]
#[command(next_help_heading = "Page and workbook")]
pub struct DeliverArgs {
    /// Do not write report.html.
    #[arg(long)]
    pub no_html: bool,
    /// Do not write workpaper.xlsx.
    #[arg(long)]
    pub no_xlsx: bool,
    /// Who reads report.html.
    #[arg(long, value_name = "WHO", default_value = "shareable")]
    pub html_audience: Audience,
    /// A key for the pseudonyms of report.html, so that a patient has the same one in every report; without it they are numbers.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Clinicians have pseudonyms in report.html, too; numbers would hide nothing, so it takes a key.
    #[arg(long, requires = "key")]
    pub hide_clinicians: bool,
    /// Rows of a sheet of findings, refunds or rejects in workpaper.xlsx, at most; what is left out is said, with the table that has all.
    #[arg(long, value_name = "ROWS", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub xlsx_rows: u64,
    /// Write a page for each clinician, too: own figures beside the others', worked examples, what to do.
    #[arg(long)]
    pub letters: bool,
    /// Findings that were accepted, with reason, owner and until when.
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// The day from which look-back, limits of filing and waivers are counted [default: the last date of service].
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
}

impl DeliverArgs {
    /// What is to be made.
    pub fn choices(&self) -> Choices {
        Choices {
            html: !self.no_html,
            html_audience: self.html_audience,
            key: self.key.clone(),
            hide_clinicians: self.hide_clinicians,
            xlsx: !self.no_xlsx,
            xlsx_rows: self.xlsx_rows,
            letters: self.letters,
            waivers: self.waivers.clone(),
            as_of: self.as_of.map(day),
        }
    }
}

/// What to explain.
#[derive(Args)]
pub struct ExplainArgs {
    /// Name of a check; or the folder of a finished run.
    pub what: String,
    /// A finding or a session of that run.
    pub id: Option<String>,
    /// All sessions of a patient of that run.
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    pub patient: Option<String>,
    /// Only those of a date of service, written 2025-03-05.
    #[arg(long, requires = "patient", value_parser = iso_date)]
    pub date: Option<NaiveDate>,
    /// The code table that the run used, if it was not the built-in one.
    #[arg(long, value_name = "FILE")]
    pub codes: Option<PathBuf>,
}

/// Of which run, and where to.
#[derive(Args)]
pub struct ReportArgs {
    /// The run's folder.
    pub dir: PathBuf,
    /// Where to; without it the page and the workbook in the folder are replaced.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace the folder even if it holds something else.
    #[arg(long)]
    pub force: bool,
    /// Thresholds in place of those of the run (data/settings.toml shows the form): patterns and summaries are made anew.
    #[arg(long, value_name = "FILE", requires = "out")]
    pub settings: Option<PathBuf>,
    /// The code table that the run used, if it was not the built-in one.
    #[arg(long, value_name = "FILE")]
    pub codes: Option<PathBuf>,
    /// The folder of SQL that the run used, for --settings.
    #[arg(long, value_name = "DIR", requires = "settings")]
    pub queries: Option<PathBuf>,
    #[command(flatten)]
    /// The page, the workbook, the letters.
    pub deliver: DeliverArgs,
}

/// What reviewers decided.
#[derive(Args)]
pub struct ReviewArgs {
    #[command(subcommand)]
    /// What to do.
    pub command: ReviewCommand,
}

/// What to do with what reviewers decided.
#[derive(Subcommand)]
pub enum ReviewCommand {
    /// Reads the reviewer columns of a workbook into the folder of its run.
    Import {
        /// The workbook.
        workpaper: PathBuf,
        /// The run's folder [default: the workbook's].
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// Which runs.
#[derive(Args)]
pub struct CompareArgs {
    /// The folder of the earlier run.
    pub old: PathBuf,
    /// The folder of the later run.
    pub new: PathBuf,
    /// Write a page, and beside it every change as CSV.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Which sessions, and where the list goes.
#[derive(Args)]
pub struct PullArgs {
    /// The run's folder.
    pub dir: PathBuf,
    /// Sessions of each clinician: half at random, half those with most units over.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub per_clinician: u32,
    /// Same seed, same sessions.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The list, as CSV.
    #[arg(long, value_name = "FILE", default_value = "pull.csv")]
    pub out: PathBuf,
    /// Replace the list if it is there, with what was written into it.
    #[arg(long)]
    pub force: bool,
}

/// Which pseudonyms.
#[derive(Args)]
pub struct ReidentifyArgs {
    /// The run's folder.
    pub dir: PathBuf,
    /// Pseudonyms as the page shows them.
    #[arg(required = true)]
    pub pseudonyms: Vec<String>,
    /// The key that the page was made with; without it pseudonyms.csv of the folder is asked.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// What the exit code says.
#[derive(Args)]
pub struct LimitArgs {
    /// Share of rows that may be unreadable before the exit code says so [default: 5%].
    #[arg(long, value_name = "PERCENT")]
    pub max_rejects: Option<String>,
    /// Exit with 1 if findings reach this severity.
    #[arg(long)]
    pub fail_on: Option<FailOn>,
}

/// Which shards, and where the report goes.
#[derive(Args)]
pub struct MergeArgs {
    /// The folders of all shards of a run, in any order.
    #[arg(required = true)]
    pub shards: Vec<PathBuf>,
    /// The report's folder; a finished run in it is replaced whole.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace the folder even if it holds something else.
    #[arg(long)]
    pub force: bool,
    /// A folder with more summary tables as SQL.
    #[arg(long, value_name = "DIR")]
    pub queries: Option<PathBuf>,
    /// How tables are written.
    #[arg(long, default_value = "parquet")]
    pub tables: TableFormat,
    #[command(flatten)]
    /// The page, the workbook, the letters.
    pub deliver: DeliverArgs,
    #[command(flatten)]
    /// What the exit code says.
    pub limits: LimitArgs,
    /// The code table that the shards were made with, if it was not the built-in one.
    #[arg(long, value_name = "FILE")]
    pub codes: Option<PathBuf>,
}

/// Which services.
#[derive(Args)]
pub struct UnitsArgs {
    /// The rule: cms, midpoint, either, full-15 or tenths.
    #[arg(long, default_value = "cms", value_parser = rule)]
    pub rule: Rule,
    /// Date of service, for codes whose meaning changed.
    #[arg(long, value_name = "DATE", default_value = "2026-01-01")]
    pub date: NaiveDate,
    /// A code table in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub codes: Option<PathBuf>,
    /// CODE=MINUTES or CODE=MINUTES/UNITS.
    #[arg(required = true)]
    pub services: Vec<String>,
}

/// What to generate.
#[derive(Args)]
pub struct GenerateArgs {
    /// How many lines.
    #[arg(long)]
    pub lines: u64,
    /// Same seed, same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The file; with {quarter} in its name, one per quarter.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Where the planted errors are written.
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// What is planted: errors that minutes and units show, or one of every check, in an export with more columns.
    #[arg(long, default_value = "units")]
    pub errors: Errors,
    /// With `--errors all`: a folder for the facts of one's own that some checks need, as `audit --data` reads it.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// `--errors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Errors {
    /// Those of minutes and units.
    Units,
    /// Those of every check.
    All,
}

/// How much of the detail is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// Everything.
    All,
    /// Not lines, services and sessions.
    Findings,
}

/// `--date-order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// 1/2/2024 is January 2nd.
    MonthFirst,
    /// 1/2/2024 is February 1st.
    DayFirst,
}

impl From<Order> for DateOrder {
    fn from(order: Order) -> DateOrder {
        match order {
            Order::MonthFirst => DateOrder::MonthFirst,
            Order::DayFirst => DateOrder::DayFirst,
        }
    }
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Never.
    Never,
    /// On exceptions.
    Exception,
    /// On exceptions and reviews.
    Review,
    /// On any finding.
    Note,
}

impl From<FailOn> for Option<Severity> {
    fn from(fail_on: FailOn) -> Option<Severity> {
        match fail_on {
            FailOn::Never => None,
            FailOn::Exception => Some(Severity::Exception),
            FailOn::Review => Some(Severity::Review),
            FailOn::Note => Some(Severity::Note),
        }
    }
}

/// `2GB`, `500 MB`, `1.5g` as bytes.
fn memory(text: &str) -> Result<u64, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number: f64 = text[..text.len() - unit.len()].parse().map_err(|_| "write it as 2GB or 500MB")?;
    let size = match unit.trim().to_ascii_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "k" => 1e3,
        "m" => 1e6,
        "g" => 1e9,
        "t" => 1e12,
        _ => return Err("write it as 2GB or 500MB".into()),
    };
    Ok((number * size) as u64)
}

fn iso_date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "write it as 2025-03-05: year, month, day".into())
}

fn rule(text: &str) -> Result<Rule, String> {
    Rule::from_name(text).ok_or_else(|| format!("the rule is {}", Rule::NAMES))
}
