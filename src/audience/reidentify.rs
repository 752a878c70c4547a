//! Whose a pseudonym is: for a practice that is asked about a report which it shared.

use super::pseudonyms::{Key, Of, read_map};
use crate::error::{Error, Result};
use crate::finished::FinishedRun;
use crate::grid::{Grid, Value};
use crate::words::counted;
use hashbrown::HashMap;
use std::fmt::Write;
use std::path::Path;

/// What `recount reidentify` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// A line for each pseudonym. It holds ids of patients, and is printed on request alone.
    pub text: String,
    /// Pseudonyms that this run does not have.
    pub unknown: usize,
}

/// Whose pseudonyms of a run are: with the key they are made anew from its tables, without one its list of numbers is read.
///
/// # Errors
/// The key, the list or a table cannot be read; two ids have one pseudonym.
pub fn reidentify(run: &FinishedRun, key: Option<&Path>, pseudonyms: &[String]) -> Result<Answer> {
    let asked: Vec<&str> = pseudonyms.iter().map(|pseudonym| pseudonym.trim()).collect();
    let (whose, how) = match key {
        Some(key) => (by_key(run, &Key::read(key)?, &asked)?, "by the key"),
        None => (read_map(run.folder())?, "by the list in the run's folder"),
    };
    let mut text = format!("Whose {} are, {how}:\n", counted(asked.len() as u64, "pseudonym"));
    let mut unknown = 0;
    for pseudonym in &asked {
        let _ = match whose.get(*pseudonym) {
            Some((kind, id)) => writeln!(text, "{pseudonym}: {kind} {id}"),
            None => {
                unknown += 1;
                writeln!(text, "{pseudonym}: not in this run, or made in another way")
            }
        };
    }
    Ok(Answer { text, unknown })
}

/// What is asked, and what was found of it.
struct Search<'a> {
    key: &'a Key,
    asked: &'a [&'a str],
    found: HashMap<String, (String, String)>,
}

/// Goes through the run's tables, the small ones first, until all is found.
fn by_key(run: &FinishedRun, key: &Key, asked: &[&str]) -> Result<HashMap<String, (String, String)>> {
    let mut search = Search { key, asked, found: HashMap::new() };
    let mut tables: Vec<(u64, &str)> = run
        .manifest
        .outputs
        .iter()
        .filter_map(|(file, output)| Some((output.rows, file.rsplit_once('.')?.0)))
        .collect();
    tables.sort_unstable();
    for (_, table) in tables {
        if Of::ALL.into_iter().all(|kind| !search.wants(kind)) {
            break;
        }
        run.each(table, &mut |rows| search.look(&rows))?;
    }
    Ok(search.found)
}

impl Search<'_> {
    /// Whether a pseudonym of that kind is still not found.
    fn wants(&self, kind: Of) -> bool {
        self.asked.iter().any(|asked| asked.starts_with(kind.prefix()) && !self.found.contains_key(*asked))
    }

    fn look(&mut self, rows: &Grid) -> Result<()> {
        for (place, name) in rows.columns.iter().enumerate() {
            let Some(kind) = Of::of_column(name).filter(|kind| self.wants(*kind)) else { continue };
            // Rows of one patient or session stand together.
            let mut last = "";
            for row in &rows.rows {
                match &row[place] {
                    Value::Text(id) if id != last => {
                        last = id;
                        self.try_id(kind, id)?;
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn try_id(&mut self, kind: Of, id: &str) -> Result<()> {
        let pseudonym = self.key.pseudonym(kind, id);
        if !self.asked.contains(&pseudonym.as_str()) {
            return Ok(());
        }
        match self.found.get(&pseudonym) {
            Some((_, known)) if known != id => Err(Error::Usage(format!("{pseudonym} stands for two ids of this run"))),
            _ => {
                self.found.insert(pseudonym, (kind.name().to_owned(), id.to_owned()));
                Ok(())
            }
        }
    }
}
