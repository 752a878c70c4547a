//! `recount data import`: CMS's quarterly tables of edits, as downloaded, into the folder that `--data` names.
//!
//! Rows are kept where recount's code table knows their codes; words of CMS and of the AMA are not. What stands in the
//! folder already stays: a table of another quarter or setting is added to it.

mod ptp;
mod units;

use crate::cli::{DataTable, ImportArgs};
use crate::error::{Error, Result, plain, read_config};
use crate::ingest::plain_rows;
use crate::plan::quarter;
use crate::reference::{Codes, Day, EditSetting, Reference, date};
use crate::words::counted;
use chrono::Datelike;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Letters of a heading beyond which nothing is added to it: it is none.
const LONGEST_HEADING: usize = 2_000;

/// A kind of table: what its columns are called, how its rows are taken, how it is kept.
trait Import {
    /// Names the columns, each by words that stand in its heading.
    const COLUMNS: &'static [(&'static str, &'static [&'static str])];

    /// The setting that a heading tells, if it does.
    fn setting_in(headings: &[String]) -> Option<EditSetting>;

    /// Takes a row that is kept, from the cells of the columns; or says what is wrong with it.
    fn take(&mut self, cells: &[&str], codes: &Codes, of: &Origin) -> std::result::Result<Taken, String>;

    /// Reads what stands in the file already.
    fn join(&mut self, text: &str) -> std::result::Result<(), String>;

    /// All of it, as the file has it.
    fn to_csv(self) -> csv::Result<Vec<u8>>;

    /// How many rows there are, and of which settings until when.
    fn tell(&self) -> (usize, Vec<(EditSetting, Day)>);
}

/// What became of a row of CMS's file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It is kept.
    Kept,
    /// Its codes are not in the code table.
    OtherCode,
    /// It is no row of the table: a remark, a blank.
    NoRow,
}

/// Which table a row is of.
struct Origin {
    setting: EditSetting,
    /// First and last day of the quarter.
    days: (Day, Day),
    source: String,
}

/// Imports files and writes the table; what to say of it.
///
/// # Errors
/// A file cannot be read, or a row of it; which setting or quarter it is of is not told; the table cannot be written.
pub fn import(args: &ImportArgs) -> Result<String> {
    let codes = Reference::load(args.codes.as_deref(), None, None, &[])?.codes;
    match args.table {
        DataTable::Ncci => run(ptp::Pairs::default(), "ncci.csv", args, &codes),
        DataTable::Mue => run(units::Limits::default(), "mue.csv", args, &codes),
    }
}

fn run<T: Import>(mut table: T, name: &str, args: &ImportArgs, codes: &Codes) -> Result<String> {
    let mut said = String::new();
    let mut files: Vec<String> = Vec::new();
    for path in &args.files {
        let mut reading: Option<Reading> = None;
        plain_rows(path, &mut |file, row, cells| {
            if files.last().is_none_or(|last| last != file) {
                files.push(file.to_owned());
            }
            if reading.as_ref().is_none_or(|own| own.file != file) {
                if let Some(done) = reading.take() {
                    done.finish::<T>(path, &mut said)?;
                }
                reading = Some(Reading::new(file));
            }
            match &mut reading {
                Some(own) => own.row(&mut table, path, row, cells, args, codes),
                None => Ok(()),
            }
        })?;
        match reading {
            Some(done) => done.finish::<T>(path, &mut said)?,
            None => return Err(Error::input(path.display().to_string(), "holds no rows")),
        }
    }
    let parts = parts(&files);
    for (table, own) in &parts {
        let missing = own.last().and_then(|last| (1..=*last).find(|part| !own.contains(part)));
        if let Some(part) = missing {
            return Err(Error::Usage(format!(
                "CMS's table of a quarter comes in parts, and {table}-f{part} is not among these files: give all of them at once, or \
                 edits that are missing look as if they did not hold"
            )));
        }
    }
    let out = args.to.join(name);
    if out.exists() {
        table
            .join(&read_config(&out)?)
            .map_err(|problem| Error::Config { path: out.display().to_string(), problem })?;
    }
    let (rows, known) = table.tell();
    let bytes = table.to_csv().map_err(|error| Error::Bug(error.to_string()))?;
    write(&args.to, &out, &bytes)?;
    let one_setting = matches!(known[..], [(EditSetting::Practitioner | EditSetting::Facility, _)]);
    let known: Vec<String> = known.iter().map(|(of, last)| format!("{} to {}", of.name(), date(*last))).collect();
    let _ = writeln!(said, "{} has {}: {}.", out.display(), counted(rows as u64, "row"), known.join(", "));
    if one_setting {
        said.push_str(
            "It speaks of one setting only; of the other nothing is checked until its table is imported, too.\n",
        );
    }
    if let Some(most) = parts.values().map(BTreeSet::len).max() {
        let _ = writeln!(
            said,
            "Up to {} of a table: see that CMS's page lists no other of that quarter.",
            counted(most as u64, "part")
        );
    }
    let _ = writeln!(said, "Use it: recount audit FILES --out DIR --data {}", args.to.display());
    Ok(said)
}

/// The parts of each table whose files are numbered at the end of their names: -f1, -f2 and so on.
fn parts(files: &[String]) -> BTreeMap<String, BTreeSet<u32>> {
    let mut parts: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for file in files {
        let name = file.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        let numbered = name.split('.').next().and_then(|stem| stem.rsplit_once("-f"));
        if let Some((table, part)) = numbered.and_then(|(table, part)| Some((table, part.parse().ok()?))) {
            parts.entry(table.to_owned()).or_default().insert(part);
        }
    }
    parts
}

/// Puts a whole file in its place, or leaves what was there.
fn write(folder: &Path, out: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::output(out, plain(&error));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.persist(out).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A file that is being read.
struct Reading {
    file: String,
    /// Headings of the columns, as far as they were read: they may stand on several rows.
    headings: Vec<String>,
    /// The place of each column, and which table it is, once the first row of it is reached.
    known: Option<(Vec<usize>, Origin)>,
    read: u64,
    kept: u64,
}

impl Reading {
    fn new(file: &str) -> Reading {
        Reading { file: file.to_owned(), headings: Vec::new(), known: None, read: 0, kept: 0 }
    }

    fn row<T: Import>(
        &mut self,
        table: &mut T,
        path: &Path,
        row: u64,
        cells: &[String],
        args: &ImportArgs,
        codes: &Codes,
    ) -> Result<()> {
        if self.known.is_none() {
            self.head::<T>(cells);
            let Some(columns) = self.columns::<T>(cells) else { return Ok(()) };
            let origin = self.origin::<T>(path, args)?;
            self.known = Some((columns, origin));
        }
        let Some((columns, origin)) = &self.known else { return Ok(()) };
        let own: Vec<&str> = columns.iter().map(|place| cells.get(*place).map_or("", String::as_str)).collect();
        let wrong = |problem| self.error(path, &format!("row {row}: {problem}"));
        let taken = table.take(&own, codes, origin).map_err(wrong)?;
        self.read += u64::from(taken != Taken::NoRow);
        self.kept += u64::from(taken == Taken::Kept);
        Ok(())
    }

    /// Adds a row to the headings, from the one on that names the first two columns. A title may name them in one cell.
    fn head<T: Import>(&mut self, cells: &[String]) {
        let named = |n: usize| cells.iter().position(|cell| named(cell, T::COLUMNS[n].1));
        if self.headings.is_empty() && named(0).zip(named(1)).is_none_or(|(first, second)| first == second) {
            return;
        }
        self.headings.resize(self.headings.len().max(cells.len()), String::new());
        for (heading, cell) in
            self.headings.iter_mut().zip(cells).filter(|(heading, _)| heading.len() < LONGEST_HEADING)
        {
            heading.push(' ');
            heading.push_str(&cell.to_lowercase());
        }
    }

    /// The place of each column, if the headings name them all and the row is the first below them.
    fn columns<T: Import>(&self, cells: &[String]) -> Option<Vec<usize>> {
        let place = |(_, words): &(_, &[&str])| self.headings.iter().position(|heading| named(heading, words));
        let columns: Vec<usize> = T::COLUMNS.iter().map(place).collect::<Option<_>>()?;
        crate::reference::is_code(cells.get(columns[0])?).then_some(columns)
    }

    fn origin<T: Import>(&self, path: &Path, args: &ImportArgs) -> Result<Origin> {
        let name = self.file.to_lowercase();
        let ask = |what: &str, option: &str| {
            Error::Usage(format!("{}: its name does not tell {what}; give {option}", self.shown(path)))
        };
        let told = args.setting.map(EditSetting::from).or_else(|| T::setting_in(&self.headings));
        let setting = told.or_else(|| setting_in(&name));
        let days = args.quarter.as_deref().map(|text| {
            let days = quarter(text).and_then(|period| period.from.zip(period.to));
            days.ok_or_else(|| Error::Usage(format!("--quarter {text:?}: write it as 2026Q1")))
        });
        let days = match days {
            Some(days) => days?,
            None => quarter_in(&name).ok_or_else(|| ask("the quarter", "--quarter 2026Q1"))?,
        };
        let setting = setting.ok_or_else(|| ask("the setting", "--setting practitioner or --setting facility"))?;
        Ok(Origin { setting, days, source: format!("CMS, {}, from {}", self.file, date(days.0)) })
    }

    /// The file as the user named it, with the member of the archive.
    fn shown(&self, path: &Path) -> String {
        path.with_file_name(&self.file).display().to_string()
    }

    fn error(&self, path: &Path, problem: &str) -> Error {
        Error::input(self.shown(path), problem)
    }

    /// Says what was read.
    fn finish<T: Import>(self, path: &Path, said: &mut String) -> Result<()> {
        let Some((_, origin)) = &self.known else {
            let names: Vec<&str> = T::COLUMNS.iter().map(|(name, _)| *name).collect();
            return Err(self.error(path, &format!("no rows below the columns {}", names.join(", "))));
        };
        let (from, to) = origin.days;
        let _ = writeln!(
            said,
            "{}: {} read, {} kept (of codes in recount's table); {}, {} to {}.",
            self.file,
            counted(self.read, "row"),
            self.kept,
            origin.setting.name(),
            date(from),
            date(to),
        );
        Ok(())
    }
}

/// Whether a heading has these words.
fn named(heading: &str, words: &[&str]) -> bool {
    let heading = heading.to_lowercase();
    words.iter().all(|word| heading.contains(word))
}

/// The setting that a name tells, in CMS's words or in those of its files.
fn setting_in(name: &str) -> Option<EditSetting> {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match (has(&["practitioner", "ccipra"]), has(&["hospital", "ccioph", "facility"])) {
        (true, false) => Some(EditSetting::Practitioner),
        (false, true) => Some(EditSetting::Facility),
        _ => None,
    }
}

/// The quarter that a name tells: `v302r0` is the third of NCCI's thirtieth year, 2024; `07-01-2024` its first day.
fn quarter_in(name: &str) -> Option<(Day, Day)> {
    let number =
        |text: &str| text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse::<i32>().ok()).flatten();
    let version = |at: usize| {
        let text = name.get(at..at + 5)?;
        let inner = text.strip_prefix('v')?.strip_suffix('r')?;
        Some((1994 + number(inner.get(..2)?)?, number(inner.get(2..)?)? + 1))
    };
    let dated = |at: usize| {
        let [month, day, year] = name.get(at..at + 10)?.split(['-', '_']).collect::<Vec<_>>()[..] else { return None };
        let on = chrono::NaiveDate::from_ymd_opt(number(year)?, u32::try_from(number(month)?).ok()?, 1)?;
        number(day).map(|_| (on.year(), on.month0() as i32 / 3 + 1))
    };
    let (year, number) = (0..name.len()).find_map(|at| version(at).or_else(|| dated(at)))?;
    let period = quarter(&format!("{year}Q{number}"))?;
    period.from.zip(period.to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_quarter_and_setting() {
        let first = |name: &str| quarter_in(name).map(|(from, _)| date(from).to_string());
        for (name, quarter, setting) in [
            ("ccipra-v302r0-f1.txt", Some("2024-07-01"), Some(EditSetting::Practitioner)),
            ("x.zip/ccioph-v320r0-f2.xlsx", Some("2026-01-01"), Some(EditSetting::Facility)),
            ("mcr_mue_practitionerservices_eff_07-01-2024.csv", Some("2024-07-01"), Some(EditSetting::Practitioner)),
            ("mcr_mue_outpatienthospitalservices_eff_10-01-2025.csv", Some("2025-10-01"), Some(EditSetting::Facility)),
            ("edits.csv", None, None),
            ("v304r0 hospital and practitioner.txt", None, None),
        ] {
            assert_eq!((first(name).as_deref(), setting_in(name)), (quarter, setting), "{name}");
        }
    }
}
