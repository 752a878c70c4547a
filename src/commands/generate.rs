//! `recount generate`: a synthetic practice's export, with its answer key.

use crate::error::{Error, Result, plain};
use crate::sample::{self, HEADER, Options, Planted, Row, TRUTH_HEADER, Wide};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes the export, one file per quarter where its name has `{quarter}`, and the answer key.
///
/// # Errors
/// A file cannot be written.
pub fn write(lines: u64, seed: u64, out: &Path, truth: Option<&Path>) -> Result<()> {
    let mut files = Files::begin(out, HEADER)?;
    with_key(truth, out, |planted| {
        sample::generate(&Options { lines, seed }, &mut |row| row.write_csv(files.of(row)?), planted)
    })?;
    files.finish()
}

/// The same with errors of every check, and into the folder `data` the practice's own facts that some of them need.
///
/// # Errors
/// A file cannot be written; fewer lines than the errors need.
pub fn write_all(lines: u64, seed: u64, out: &Path, truth: Option<&Path>, data: Option<&Path>) -> Result<()> {
    let mut files = Files::begin(out, &Wide::header())?;
    let mut facts = None;
    with_key(truth, out, |planted| {
        let mut row = |wide: &Wide| wide.write_csv(files.of(&wide.row)?);
        facts = Some(sample::generate_all(&Options { lines, seed }, &mut row, planted)?);
        Ok(())
    })?;
    files.finish()?;
    let (Some(folder), Some(facts)) = (data, facts) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for (name, text) in facts.files() {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

/// Runs `generate` with what takes the findings planted, and writes them to `truth`.
fn with_key(
    truth: Option<&Path>,
    out: &Path,
    generate: impl FnOnce(&mut dyn FnMut(&Planted) -> io::Result<()>) -> io::Result<()>,
) -> Result<()> {
    let mut key = truth.map(|path| open(path, TRUTH_HEADER)).transpose()?;
    let mut planted = |planted: &Planted| key.as_mut().map_or(Ok(()), |key| planted.write_csv(key));
    generate(&mut planted).map_err(|error| failed(out, &error))?;
    match (key, truth) {
        (Some(mut key), Some(path)) => key.flush().map_err(|error| failed(path, &error)),
        _ => Ok(()),
    }
}

/// The files of an export: one, or one for each quarter.
struct Files<'a> {
    out: &'a Path,
    header: Vec<&'a str>,
    by_quarter: bool,
    open: BTreeMap<String, BufWriter<File>>,
}

impl<'a> Files<'a> {
    fn begin(out: &'a Path, header: &[&'a str]) -> Result<Files<'a>> {
        let by_quarter = out.to_string_lossy().contains("{quarter}");
        let mut files = Files { out, header: header.to_vec(), by_quarter, open: BTreeMap::new() };
        if !by_quarter {
            files.open.insert(String::new(), open(out, header)?);
        }
        Ok(files)
    }

    /// The file in which a row stands.
    fn of(&mut self, row: &Row) -> io::Result<&mut BufWriter<File>> {
        let quarter = if self.by_quarter { row.quarter() } else { String::new() };
        match self.open.entry(quarter) {
            Entry::Occupied(file) => Ok(file.into_mut()),
            Entry::Vacant(place) => {
                let path = PathBuf::from(self.out.to_string_lossy().replace("{quarter}", place.key()));
                Ok(place.insert(begun(&path, &self.header)?))
            }
        }
    }

    fn finish(self) -> Result<()> {
        self.open.into_values().try_for_each(|mut file| file.flush()).map_err(|error| failed(self.out, &error))
    }
}

/// A file with its header.
fn begun(path: &Path, header: &[&str]) -> io::Result<BufWriter<File>> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    sample::write_header(header, &mut file)?;
    Ok(file)
}

fn open(path: &Path, header: &[&str]) -> Result<BufWriter<File>> {
    begun(path, header).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::output(path, plain(error))
}
