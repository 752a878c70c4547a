//! What the user typed → what will be done: files found, data loaded, output opened. Whatever can fail early fails here.

use crate::checks::{Selection, Severity};
use crate::cli::{AuditArgs, InputArgs, LimitArgs};
use crate::config::{self, Config};
use crate::deliver::Choices;
use crate::error::{Error, Result};
use crate::ingest::{self, Limits as UnpackLimits};
use crate::queries::Queries;
use crate::reference::{Day, PayerRule, Reference, Settings, day, file_name};
use crate::report::{Folder, Shard, TableFormat};
use crate::sessions::Period;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Files to read, and how.
pub struct Inputs {
    /// The exports, in the order given.
    pub paths: Vec<PathBuf>,
    /// The notes to join.
    pub joined: Vec<PathBuf>,
    /// The configuration file, if there is one.
    pub config: Option<PathBuf>,
    /// Nobody named that file: it was found in the working folder.
    pub config_found: bool,
    /// The user's decisions on reading.
    pub options: ingest::Options,
    /// Codes, payers, names, thresholds.
    pub reference: Reference,
}

impl Inputs {
    /// Finds the files and loads the data.
    ///
    /// # Errors
    /// No file, a file that does not exist, or a configuration file that is wrong.
    pub fn new(args: &InputArgs) -> Result<Inputs> {
        let standard = UnpackLimits::default();
        let mut options = ingest::Options {
            date_order: args.date_order.map(Into::into),
            minutes_unit: args.minutes_unit,
            sheet: args.sheet.clone(),
            id_scope: args.id_scope,
            setting: args.setting.map(Into::into).unwrap_or_default(),
            limits: UnpackLimits {
                size: args.max_unpacked.unwrap_or(standard.size),
                ratio: args.max_ratio.unwrap_or(standard.ratio),
            },
            ..ingest::Options::default()
        };
        let here = PathBuf::from(config::NAME);
        let config_found = args.config.is_none() && here.is_file();
        let config = args.config.clone().or_else(|| config_found.then_some(here));
        if let Some(path) = &config {
            options.config = Config::read(path)?;
        }
        // What is typed goes before what is written: the last rule that fits wins.
        let mut rules = options.config.payer_rules();
        rules.extend(args.payer_rule.iter().cloned());
        let reference = Reference::load(args.codes.as_deref(), args.policy.as_deref(), args.data.as_deref(), &rules)?;
        let paths = files(&args.files)?;
        let joined = files(&args.join)?;
        if !joined.is_empty() && args.id_scope == ingest::IdScope::File {
            return Err(Error::Usage("--join: with --id-scope file no id of the notes can be one of the bills".into()));
        }
        if let Some(both) = joined.iter().find(|path| paths.contains(path)) {
            return Err(Error::Usage(format!("{} is given twice, once with --join", both.display())));
        }
        Ok(Inputs { paths, joined, config, config_found, options, reference })
    }

    /// The name of the configuration file, as outputs show it.
    pub fn config_name(&self) -> Option<String> {
        let name = file_name(self.config.as_ref()?);
        Some(name.chars().filter(|c| !c.is_control()).collect())
    }

    /// Which configuration file is used, and why that one: `recount.toml (found in this folder)`.
    pub fn decided_by(&self) -> Option<String> {
        let how = if self.config_found { "found in this folder" } else { "--config" };
        Some(format!("{} ({how})", self.config_name()?))
    }
}

/// An audit, ready to run.
pub struct Plan {
    /// What to read.
    pub inputs: Inputs,
    /// Which dates of service.
    pub period: Period,
    /// Which checks.
    pub selection: Selection,
    /// Which summary tables.
    pub queries: Queries,
    /// Where the report goes.
    pub out: PathBuf,
    /// The opened output.
    pub folder: Folder,
    /// How tables are written.
    pub format: TableFormat,
    /// Whether lines, services and sessions are written.
    pub detail: bool,
    /// Bytes that the run may take, about.
    pub memory: u64,
    /// Which share of the patients.
    pub shard: Shard,
    /// The page, the workbook, the letters.
    pub deliver: Choices,
    /// What the exit code says.
    pub limits: Limits,
    /// Options that change results, for the manifest.
    pub options: BTreeMap<String, String>,
}

/// What the exit code says.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Share of rejected rows, in hundredths of a percent, beyond which the run ends with exit code 3.
    pub max_rejects: u64,
    /// Findings of this severity or above end the run with exit code 1.
    pub fail_on: Option<Severity>,
}

impl Limits {
    /// As the user says, or the settings.
    ///
    /// # Errors
    /// A share that is no percentage.
    pub fn new(args: &LimitArgs, settings: &Settings) -> Result<Limits> {
        let max_rejects = match &args.max_rejects {
            Some(text) => percent(text)?,
            None => settings.max_rejects_percent as u64 * 100,
        };
        Ok(Limits { max_rejects, fail_on: args.fail_on.and_then(Into::into) })
    }
}

impl Plan {
    /// Makes ready.
    ///
    /// # Errors
    /// As [`Inputs::new`]; a period that is none; a check that does not exist; a query without its contract; an output folder
    /// that must not be replaced.
    pub fn new(args: &AuditArgs) -> Result<Plan> {
        let mut inputs = Inputs::new(&args.input)?;
        inputs.reference.payers = inputs.reference.payers.with_what_if(args.what_if.clone());
        let period = period(args)?;
        let selection = Selection::new(&args.select, &args.ignore)?;
        let queries = Queries::load(args.queries.as_deref())?;
        let limits = Limits::new(&args.limits, &inputs.reference.settings)?;
        let deliver = args.deliver.choices();
        deliver.check()?;
        outside(&args.out, &inputs, args)?;
        let folder = Folder::open(&args.out, args.force)?;
        let config_hash = inputs
            .config
            .as_ref()
            .map(|path| (file_name(path), crate::hash::sha256(&std::fs::read(path).unwrap_or_default())));
        Ok(Plan {
            inputs,
            period,
            selection,
            queries,
            out: args.out.clone(),
            folder,
            format: args.tables,
            detail: args.detail == crate::cli::Detail::All,
            memory: args.memory.unwrap_or_else(half_of_the_memory),
            shard: args.shard.unwrap_or(Shard::WHOLE),
            deliver,
            limits,
            options: options(args, &period, config_hash),
        })
    }
}

/// Half of the machine's memory, or 4 GB where it does not say how much it has.
fn half_of_the_memory() -> u64 {
    let kilobytes = |text: String| {
        let line = text.lines().find(|line| line.starts_with("MemTotal:"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    std::fs::read_to_string("/proc/meminfo").ok().and_then(kilobytes).map_or(4_000_000_000, |size| size * 1024 / 2)
}

/// The output folder is replaced whole: nothing that is read may lie in it.
fn outside(out: &std::path::Path, inputs: &Inputs, args: &AuditArgs) -> Result<()> {
    let Ok(out) = out.canonicalize() else { return Ok(()) };
    let input = &args.input;
    let others = [&inputs.config, &input.codes, &input.policy, &input.data, &args.deliver.waivers, &args.deliver.key];
    let inside = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(&out));
    match inputs.paths.iter().chain(&inputs.joined).chain(others.into_iter().flatten()).find(inside) {
        Some(path) => Err(Error::Usage(format!(
            "{} lies in the output folder, which is replaced; move one of them",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// The options that change results, as the manifest states them.
fn options(args: &AuditArgs, period: &Period, config: Option<(String, String)>) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    if let Some((name, sha256)) = config {
        options.insert("config".to_owned(), format!("{name} {sha256}"));
    }
    if let Some(sheet) = &args.input.sheet {
        options.insert("sheet".to_owned(), sheet.clone());
    }
    if !args.input.join.is_empty() {
        options.insert("join".to_owned(), "yes".to_owned());
    }
    let date = |day: Option<Day>| day.map(|day| crate::reference::date(day).to_string());
    options.extend(date(period.from).map(|from| ("from".to_owned(), from)));
    options.extend(date(period.to).map(|to| ("to".to_owned(), to)));
    let input = &args.input;
    let typed = |rules: &[PayerRule]| -> Vec<String> {
        rules.iter().map(|rule| format!("{}={}", rule.pattern, rule.rule.name())).collect()
    };
    let (rules, tried) = (typed(&input.payer_rule), typed(&args.what_if));
    for (name, list) in
        [("select", &args.select), ("ignore", &args.ignore), ("payer-rule", &rules), ("what-if", &tried)]
    {
        if !list.is_empty() {
            options.insert(name.to_owned(), list.join(", "));
        }
    }
    if let Some(order) = input.date_order {
        options.insert("date-order".to_owned(), name_of(order));
    }
    if let Some(unit) = input.minutes_unit {
        options.insert("minutes-unit".to_owned(), name_of(unit));
    }
    if let Some(setting) = input.setting {
        options.insert("setting".to_owned(), name_of(setting));
    }
    options.insert("id-scope".to_owned(), name_of(input.id_scope));
    options
}

/// A choice as the user types it.
fn name_of(choice: impl clap::ValueEnum) -> String {
    choice.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
}

/// The files that arguments name; a pattern that the shell left alone is resolved here.
fn files(arguments: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        let text = argument.to_string_lossy();
        if argument.exists() || !text.contains(['*', '?', '[']) {
            found.push(argument.clone());
            continue;
        }
        let paths = glob::glob(&text).map_err(|error| Error::Usage(format!("{text}: {error}")))?;
        let before = found.len();
        found.extend(paths.filter_map(std::result::Result::ok));
        if found.len() == before {
            return Err(Error::input(text.into_owned(), "no file has a name like that"));
        }
    }
    let mut seen = std::collections::HashSet::new();
    for path in &found {
        if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            return Err(Error::Usage(format!("{} is given twice", path.display())));
        }
    }
    Ok(found)
}

/// `--quarter`, or `--from` and `--to`.
fn period(args: &AuditArgs) -> Result<Period> {
    if let Some(text) = &args.quarter {
        return quarter(text).ok_or(Error::Usage(format!("--quarter {text:?}: write it as 2026Q1")));
    }
    let parse = |name: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => text
            .parse::<NaiveDate>()
            .map(|date| Some(day(date)))
            .map_err(|_| Error::Usage(format!("--{name} {text:?}: write the date as 2026-01-31"))),
    };
    let period = Period { from: parse("from", &args.from)?, to: parse("to", &args.to)? };
    if period.from.zip(period.to).is_some_and(|(from, to)| from > to) {
        return Err(Error::Usage("--from is later than --to".into()));
    }
    Ok(period)
}

/// The days of a quarter: `2026Q1`.
pub fn quarter(text: &str) -> Option<Period> {
    let (year, number) = text.split_once(['Q', 'q'])?;
    let (year, number): (i32, u32) = (year.trim_end_matches('-').parse().ok()?, number.parse().ok()?);
    if !(1..=4).contains(&number) {
        return None;
    }
    let from = NaiveDate::from_ymd_opt(year, number * 3 - 2, 1)?;
    let next = from.checked_add_months(chrono::Months::new(3))?;
    Some(Period { from: Some(day(from)), to: Some(day(next) - 1) })
}

/// `5%` or `0.5` as hundredths of a percent.
fn percent(text: &str) -> Result<u64> {
    let number = text.trim().trim_end_matches('%').trim();
    let hundredths = recount_core::cells::cents(number).ok().filter(|n| (0..=10_000).contains(n));
    hundredths.map(|n| n as u64).ok_or(Error::Usage(format!("--max-rejects {text:?}: write a percentage, such as 5%")))
}
