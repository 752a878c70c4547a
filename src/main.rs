//! The program: parse, run, exit code.

use clap::Parser;
use recount::audience::reidentify;
use recount::cli::{Cli, Command, DataArgs, DataCommand, DeliverArgs, Errors, ReviewArgs, ReviewCommand};
use recount::conclude::Finished;
use recount::error::{Error, Result, plain};
use recount::finished::FinishedRun;
use recount::plan::{Inputs, Plan};
use recount::progress::Progress;
use recount::reference::{Reference, day};
use recount::report::{Report, TableFormat};
use recount::{commands, report, run};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    report::clean_up_on_interrupt();
    // A panic is a mistake of ours; its message could hold a cell of the export, so only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        if recount::error::is_quiet() {
            return;
        }
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
            let hint = hint(&args.deliver, args.tables);
            let (out, shard) = (args.out.clone(), args.shard);
            let finished = run::audit(Plan::new(&args)?, Progress::on_terminal())?;
            match shard {
                Some(shard) => print(&commands::merge::say_shard(&finished.0.report, shard, &out))?,
                None => print_report(&finished.0.report, &out, &hint)?,
            }
            exit_code(finished)
        }
        Command::Merge(args) => {
            let finished = commands::merge::merge(&args, Progress::on_terminal())?;
            print_report(&finished.0.report, &args.out, &hint(&args.deliver, args.tables))?;
            exit_code(finished)
        }
        Command::Inspect(args) => {
            print(&commands::inspect::text(&Inputs::new(&args)?, Progress::on_terminal())?)?;
            Ok(0)
        }
        Command::Init(args) => {
            let (said, problem) = commands::init::write(&args, Progress::on_terminal())?;
            print(&said)?;
            problem.map_or(Ok(0), Err)
        }
        Command::Units(args) => {
            let reference = Reference::load(args.codes.as_deref(), None, None, &[])?;
            print(&recount::working::working(&reference.codes, args.rule, day(args.date), &args.services)?)?;
            Ok(0)
        }
        Command::Explain(args) => {
            print(&commands::explain::explain(&args)?)?;
            Ok(0)
        }
        Command::Report(args) => {
            print(&commands::report::report(&args, &Progress::on_terminal())?)?;
            Ok(0)
        }
        Command::Review(ReviewArgs { command: ReviewCommand::Import { workpaper, dir } }) => {
            print(&commands::review::import(&workpaper, dir.as_deref())?)?;
            Ok(0)
        }
        Command::Compare(args) => {
            print(&commands::compare::compare(&args)?)?;
            Ok(0)
        }
        Command::Pull(args) => {
            print(&commands::pull::pull(&args)?)?;
            Ok(0)
        }
        Command::Verify { dir } => {
            let (said, sound) = commands::verify::verify(&dir)?;
            print(&said)?;
            Ok(u8::from(!sound))
        }
        Command::Reidentify(args) => {
            let run = FinishedRun::open(&args.dir)?;
            let answer = reidentify(&run, args.key.as_deref(), &args.pseudonyms)?;
            print(&answer.text)?;
            Ok(u8::from(answer.unknown > 0))
        }
        Command::Checks { dir } => {
            print(&commands::checks::list(dir.as_deref())?)?;
            Ok(0)
        }
        Command::Schema { name } => {
            print(&commands::schema::text(name.as_deref())?)?;
            Ok(0)
        }
        Command::Data(DataArgs { command: DataCommand::Import(args) }) => {
            print(&commands::data::import(&args)?)?;
            Ok(0)
        }
        Command::Generate(args) => {
            let truth = args.truth.as_deref();
            match args.errors {
                Errors::Units => commands::generate::write(args.lines, args.seed, &args.out, truth)?,
                Errors::All => {
                    commands::generate::write_all(args.lines, args.seed, &args.out, truth, args.data.as_deref())?;
                }
            }
            Ok(0)
        }
    }
}

/// Prints what a report says, and where it is.
fn print_report(report: &Report, out: &Path, hint: &str) -> Result<()> {
    let (width, colour) = terminal();
    print(&report.terminal(width, colour))?;
    print(&format!("\nReport: {} ({hint})\n", out.display()))
}

/// What is in a report's folder.
fn hint(deliver: &DeliverArgs, tables: TableFormat) -> String {
    let tables = if tables == TableFormat::Csv { "CSV tables" } else { "Parquet tables" };
    let page = (!deliver.no_html).then_some("report.html to read");
    let book = (!deliver.no_xlsx).then_some("workpaper.xlsx to review");
    page.into_iter().chain(book).chain([tables]).collect::<Vec<_>>().join(", ")
}

/// What the exit code says of a report that is written.
fn exit_code((finished, problem): (Finished, Option<Error>)) -> Result<u8> {
    match problem {
        Some(problem) => Err(problem),
        None => Ok(u8::from(finished.failed)),
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
            Err(Error::Output { path: "standard output".into(), problem: plain(&error) })
        }
        _ => Ok(()),
    }
}
