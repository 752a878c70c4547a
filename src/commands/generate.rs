//! `recount generate`: a synthetic practice's export, with its answer key.

use crate::error::{Error, Result, plain};
use crate::sample::{self, HEADER, Options, Planted, Row, TRUTH_HEADER};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes the export, one file per quarter where its name has `{quarter}`, and the answer key.
///
/// # Errors
/// A file cannot be written.
pub fn write(lines: u64, seed: u64, out: &Path, truth: Option<&Path>) -> Result<()> {
    let failed = |path: &Path, error: &io::Error| Error::output(path, plain(error));
    let name = out.to_string_lossy().into_owned();
    let by_quarter = name.contains("{quarter}");
    let mut files: BTreeMap<String, BufWriter<File>> = BTreeMap::new();
    let open = |path: &Path, header: &[&str]| -> io::Result<BufWriter<File>> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        sample::write_header(header, &mut file)?;
        Ok(file)
    };
    let path_of = |quarter: &str| PathBuf::from(name.replace("{quarter}", quarter));
    if !by_quarter {
        let file = open(out, HEADER).map_err(|error| failed(out, &error))?;
        files.insert(String::new(), file);
    }
    let mut key = match truth {
        Some(path) => Some(open(path, TRUTH_HEADER).map_err(|error| failed(path, &error))?),
        None => None,
    };
    let mut row = |row: &Row| -> io::Result<()> {
        let quarter = if by_quarter { row.quarter() } else { String::new() };
        if !files.contains_key(&quarter) {
            files.insert(quarter.clone(), open(&path_of(&quarter), HEADER)?);
        }
        match files.get_mut(&quarter) {
            Some(file) => row.write_csv(file),
            None => Ok(()),
        }
    };
    let mut planted = |planted: &Planted| key.as_mut().map_or(Ok(()), |key| planted.write_csv(key));
    sample::generate(&Options { lines, seed }, &mut row, &mut planted).map_err(|error| failed(out, &error))?;
    for mut file in files.into_values() {
        file.flush().map_err(|error| failed(out, &error))?;
    }
    if let (Some(mut key), Some(path)) = (key, truth) {
        key.flush().map_err(|error| failed(path, &error))?;
    }
    Ok(())
}
