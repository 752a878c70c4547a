//! What the user types.

use crate::checks::Severity;
use crate::error::{Error, Result};
use crate::ingest::{IdScope, MinutesUnit};
use crate::plan::{Inputs, Plan};
use crate::progress::Progress;
use crate::reference::{PayerRule, Reference, day};
use crate::report::TableFormat;
use crate::{commands, run};
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use recount_core::cells::DateOrder;
use recount_core::domain::Rule;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Audits therapy billing: recomputes the units that each session's minutes support and shows where the bill differs.
///
/// Exit codes: 0 done; 1 findings reach --fail-on; 2 usage or configuration; 3 an input cannot be read, or too many rows;
/// 70 a mistake of ours.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Audits exports and writes a report folder.
    Audit(AuditArgs),
    /// Shows how exports would be read, without auditing them.
    Inspect(InputArgs),
    /// Shows the working of a unit rule on one session: `recount units --rule cms 97112=24/2 97110=23`.
    Units(UnitsArgs),
    /// Prints a check's page.
    Explain {
        /// Name of the check.
        check: String,
    },
    /// Lists the checks.
    Checks,
    /// Writes a synthetic export with planted errors.
    Generate(GenerateArgs),
}

/// Which files, and how to read them.
#[derive(Args)]
pub struct InputArgs {
    /// Exports: CSV, TSV (plain, .gz or .zst) or Parquet; patterns such as 'exports/*.csv' too.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// A file that says which column is which field.
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// The order of day and month where the year comes last; otherwise each file's rows decide.
    #[arg(long)]
    pub date_order: Option<Order>,
    /// What the minutes column holds.
    #[arg(long)]
    pub minutes_unit: Option<MinutesUnit>,
    /// How far a patient id reaches.
    #[arg(long, default_value = "practice")]
    pub id_scope: IdScope,
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

/// What to audit, and where the report goes.
#[derive(Args)]
pub struct AuditArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The report's folder; a finished run in it is replaced whole.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace the folder even if it holds something else.
    #[arg(long)]
    pub(crate) force: bool,
    /// Dates of service of one quarter: 2026Q1.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) quarter: Option<String>,
    /// First date of service: 2026-01-31.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Last date of service.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Only these checks or families.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    pub(crate) select: Vec<String>,
    /// Not these checks or families.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    pub(crate) ignore: Vec<String>,
    /// A folder with more summary tables as SQL.
    #[arg(long, value_name = "DIR")]
    pub(crate) queries: Option<PathBuf>,
    /// How tables are written.
    #[arg(long, default_value = "parquet")]
    pub(crate) tables: TableFormat,
    /// Whether lines, services and sessions are written too.
    #[arg(long, default_value = "all")]
    pub(crate) detail: Detail,
    /// Share of rows that may be unreadable before the exit code says so [default: 5%].
    #[arg(long, value_name = "PERCENT")]
    pub(crate) max_rejects: Option<String>,
    /// Exit with 1 if findings reach this severity.
    #[arg(long)]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Args)]
struct UnitsArgs {
    /// The rule: cms, midpoint or either.
    #[arg(long, default_value = "cms", value_parser = rule)]
    rule: Rule,
    /// Date of service, for codes whose meaning changed.
    #[arg(long, value_name = "DATE", default_value = "2026-01-01")]
    date: NaiveDate,
    /// A code table in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,
    /// CODE=MINUTES or CODE=MINUTES/UNITS.
    #[arg(required = true)]
    services: Vec<String>,
}

#[derive(Args)]
pub(crate) struct GenerateArgs {
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

fn rule(text: &str) -> Result<Rule, String> {
    Rule::from_name(text).ok_or("the rule is cms, midpoint or either".into())
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    crate::report::clean_up_on_interrupt();
    // A panic is a mistake of ours; its message could hold a cell of the export, so only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or(String::new(), |place| format!(" at {}:{}", place.file(), place.line()));
        eprintln!("recount: internal error{place}; please report it");
    }));
    match std::panic::catch_unwind(|| command(cli.command)) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(error)) => {
            eprintln!("recount: {error}");
            ExitCode::from(error.exit_code())
        }
        Err(_) => ExitCode::from(70),
    }
}

fn command(command: Command) -> Result<u8> {
    match command {
        Command::Audit(args) => {
            let out = args.out.clone();
            let (finished, problem) = run::audit(Plan::new(&args)?, Progress::on_terminal())?;
            let (width, colour) = terminal();
            print(&finished.report.terminal(width, colour))?;
            print(&format!("\nReport: {}\n", out.display()))?;
            match problem {
                Some(problem) => Err(problem),
                None => Ok(u8::from(finished.failed)),
            }
        }
        Command::Inspect(args) => {
            print(&commands::inspect::text(&Inputs::new(&args)?, Progress::on_terminal())?)?;
            Ok(0)
        }
        Command::Units(args) => {
            let reference = Reference::load(args.codes.as_deref(), None, &[])?;
            print(&commands::units::working(&reference.codes, args.rule, day(args.date), &args.services)?)?;
            Ok(0)
        }
        Command::Explain { check } => {
            print(commands::explain(&check)?)?;
            Ok(0)
        }
        Command::Checks => {
            print(&commands::checks())?;
            Ok(0)
        }
        Command::Generate(args) => {
            commands::generate::write(args.lines, args.seed, &args.out, args.truth.as_deref())?;
            Ok(0)
        }
    }
}

/// Width of the terminal, 80 where there is none, and whether colour is wanted.
fn terminal() -> (u16, bool) {
    let stdout = std::io::stdout();
    let is_terminal = stdout.is_terminal();
    let colour = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let width = if is_terminal { comfy_table::Table::new().width().unwrap_or(80) } else { 80 };
    (width.clamp(60, 120), colour)
}

/// Prints the product. A reader that stopped reading (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Output { path: "standard output".into(), problem: crate::error::plain(&error) })
        }
        _ => Ok(()),
    }
}
