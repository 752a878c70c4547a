//! Which column of an export is which field.

use crate::error::{Error, Result};
use crate::reference::Field;
use crate::reference::{Headers, normalised_header};
use recount_core::cells::DateOrder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What one minute of the minutes column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum MinutesUnit {
    /// Minutes.
    Minutes,
    /// Hours, with decimals.
    Hours,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Order {
    MonthFirst,
    DayFirst,
}

/// How a mapping names a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Header {
    /// By its header.
    Name(String),
    /// By its place, where headers do not tell columns apart: the first is 1.
    Place(usize),
}

impl Header {
    /// The columns that it means.
    fn columns(&self, headers: &[String]) -> Vec<usize> {
        match self {
            Header::Name(name) => {
                let wanted = normalised_header(name);
                (0..headers.len()).filter(|&n| normalised_header(&headers[n]) == wanted).collect()
            }
            Header::Place(place) => place.checked_sub(1).filter(|n| *n < headers.len()).into_iter().collect(),
        }
    }
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Header::Name(name) => write!(f, "{name:?}"),
            Header::Place(place) => write!(f, "number {place}"),
        }
    }
}

/// A mapping file: the user's word on columns, dates and minutes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingFile {
    #[serde(default)]
    columns: BTreeMap<String, Header>,
    date_order: Option<Order>,
    /// What the minutes column holds.
    pub minutes_unit: Option<MinutesUnit>,
}

impl MappingFile {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// A sentence: not TOML, or a field that does not exist.
    pub fn parse(text: &str) -> Result<MappingFile, String> {
        let file: MappingFile = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        for name in file.columns.keys() {
            if Field::from_name(name).is_none() {
                let all: Vec<&str> = Field::ALL.into_iter().map(Field::name).collect();
                return Err(format!("[columns] {name} is no field of recount; the fields are {}", all.join(", ")));
            }
        }
        Ok(file)
    }

    /// The order of dates it states.
    pub fn date_order(&self) -> Option<DateOrder> {
        self.date_order.map(|order| match order {
            Order::MonthFirst => DateOrder::MonthFirst,
            Order::DayFirst => DateOrder::DayFirst,
        })
    }
}

/// The columns of one file, by field.
#[derive(Clone, Debug)]
pub struct Mapping {
    columns: [Option<usize>; Field::ALL.len()],
    /// How many columns the header has.
    pub width: usize,
}

impl Mapping {
    /// Finds each field's column by its header; the mapping file's word goes first.
    ///
    /// # Errors
    /// [`Error::Mapping`] where two columns compete for one field or a required field has none, with the mapping to write.
    pub fn find(file: &str, headers: &[String], names: &Headers, decided: &MappingFile) -> Result<Mapping> {
        let mut columns = [None; Field::ALL.len()];
        let mut taken = vec![false; headers.len()];
        for (name, header) in &decided.columns {
            let Some(field) = Field::from_name(name) else { continue };
            let found = header.columns(headers);
            match found[..] {
                [] => {}
                [column] if taken[column] => {
                    return Err(Error::Usage(format!("{file}: the mapping gives the column {header} to two fields")));
                }
                [column] => {
                    columns[field as usize] = Some(column);
                    taken[column] = true;
                }
                _ => {
                    return Err(Error::Usage(format!(
                        "{file}: the mapping names the column {header} for {name}, and {} columns have that name",
                        found.len()
                    )));
                }
            }
        }
        let recognised: Vec<Option<(Field, usize)>> = headers.iter().map(|header| names.field(header)).collect();
        // One name alone is a title as likely as a header.
        let known = recognised.iter().flatten().count() + taken.iter().filter(|taken| **taken).count();
        if known < 2 {
            return Err(no_header(file, headers.len()));
        }
        let mut problems = Vec::new();
        let mut candidates: Vec<(Field, Vec<&str>)> = Vec::new();
        for field in Field::ALL {
            if columns[field as usize].is_some() {
                continue;
            }
            let claims = || {
                (0..headers.len())
                    .filter(|&n| !taken[n])
                    .filter_map(|n| recognised[n].filter(|(claimed, _)| *claimed == field).map(|(_, rank)| (rank, n)))
            };
            let best = claims().map(|(rank, _)| rank).min();
            let found: Vec<usize> = claims().filter(|(rank, _)| Some(*rank) == best).map(|(_, n)| n).collect();
            match found[..] {
                [] => {}
                [column] => {
                    columns[field as usize] = Some(column);
                    taken[column] = true;
                }
                _ => {
                    let competing: Vec<&str> = found.iter().map(|&n| headers[n].as_str()).collect();
                    problems.push(format!(
                        "{} columns compete for {}: {}",
                        competing.len(),
                        field.name(),
                        quoted(&competing)
                    ));
                    candidates.push((field, competing));
                }
            }
        }
        let free: Vec<&str> =
            (0..headers.len()).filter(|&n| !taken[n] && recognised[n].is_none()).map(|n| headers[n].as_str()).collect();
        for field in Field::REQUIRED {
            if columns[field as usize].is_none() && !candidates.iter().any(|(known, _)| *known == field) {
                problems.push(format!("no column for {} (needed); not yet used: {}", field.name(), quoted(&free)));
                candidates.push((field, free.clone()));
            }
        }
        if problems.is_empty() {
            return Ok(Mapping { columns, width: headers.len() });
        }
        if headers.iter().any(|cell| is_data(cell)) {
            return Err(no_header(file, headers.len()));
        }
        let mut mapping = String::from("[columns]");
        for (field, candidates) in candidates {
            // Headers that are alike can only be told apart by their places.
            let alike = candidates.windows(2).any(|pair| normalised_header(pair[0]) == normalised_header(pair[1]));
            let shown: Vec<String> = if alike {
                let named = |n: &usize| recognised[*n].is_some_and(|(claimed, _)| claimed == field);
                (0..headers.len()).filter(named).map(|n| (n + 1).to_string()).collect()
            } else {
                candidates.iter().map(|name| format!("{name:?}")).collect()
            };
            let first = shown.first().map_or("\"the column's name\"", String::as_str);
            let comment = if shown.len() > 1 { format!("   # or {}", shown[1..].join(", ")) } else { String::new() };
            let _ = write!(mapping, "\n{} = {first}{comment}", field.name());
        }
        Err(Error::Mapping { file: file.to_owned(), problem: problems.join("; "), mapping })
    }

    /// The column of a field.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns[field as usize]
    }

    /// Whether the file has that field.
    pub fn has(&self, field: Field) -> bool {
        self.column(field).is_some()
    }

    /// The field that a column became.
    pub fn field_of(&self, column: usize) -> Option<Field> {
        Field::ALL.into_iter().find(|&field| self.column(field) == Some(column))
    }

    /// The columns that are read, in the order of the file.
    pub fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self.columns.iter().flatten().copied().collect();
        used.sort_unstable();
        used
    }
}

/// A first row that is data is a patient's: it must not be shown.
fn no_header(file: &str, cells: usize) -> Error {
    Error::input(
        file,
        format!(
            "the first row ({cells} cells) does not look like column names that recount knows; is there a header row, \
             with nothing above it? (names are in data/headers.toml; --mapping adds yours)"
        ),
    )
}

/// Whether a cell of the first row is a value and no name.
fn is_data(cell: &str) -> bool {
    use recount_core::cells::{CodeCell, DateCell, cents};
    !cell.is_empty() && (DateCell::parse(cell).is_ok() || CodeCell::parse(cell).is_ok() || cents(cell).is_ok())
}

/// The columns in the mapping file that no file has.
pub fn unanswered(decided: &MappingFile, files: &[Vec<String>]) -> Vec<String> {
    let missing = |header: &&Header| files.iter().all(|headers| header.columns(headers).is_empty());
    decided.columns.values().filter(missing).map(Header::to_string).collect()
}

fn quoted(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
