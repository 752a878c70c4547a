//! Summary tables and patterns: SQL files over the documented tables, each with a header that is its contract.
//!
//! ```sql
//! -- by_month: what the table says, in one sentence
//! -- one row per: month
//! -- columns: month str, sessions i64
//! ```
//! `queries/README.md` is the manual. The contract is verified on every run: columns, their order, their types.

use crate::checks::{self, Selection, Severity};
use crate::error::{Error, Result, plain};
use crate::tables::{Detail, Tables};
use include_dir::{Dir, include_dir};
use polars::prelude::*;
use polars::sql::SQLContext;
use std::path::Path;

static QUERIES: Dir = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// The columns that a pattern selects.
const PATTERN_COLUMNS: &str = "subject str, severity str, certainty str, discipline str, payer str, clinic str, \
     therapist_id str, source_file str, units_billed i64, units_supported i64, units_over i64, reason str";

/// A query and its contract.
#[derive(Clone, Debug)]
pub struct Query {
    /// File name without its ending: the name of the table.
    pub name: String,
    /// What it says, in one sentence.
    pub title: String,
    /// The file.
    pub text: String,
    /// Name and type of each column.
    pub columns: Vec<(String, DataType)>,
}

impl Query {
    /// Reads the contract off a file.
    ///
    /// # Errors
    /// A sentence on what the header lacks.
    pub fn parse(name: &str, text: &str) -> Result<Query> {
        let wrong = |problem: String| Error::Query { name: name.to_owned(), problem };
        let header: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("--")).collect();
        let title = header
            .first()
            .and_then(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))
            .ok_or_else(|| wrong(format!("the first line must be \"-- {name}: what it says\"")))?;
        if !header.iter().any(|line| line.trim().starts_with("one row per:")) {
            return Err(wrong("the header lacks \"-- one row per: …\"".into()));
        }
        let start = header
            .iter()
            .position(|line| line.trim().starts_with("columns:"))
            .ok_or_else(|| wrong("the header lacks \"-- columns: name type, …\"".into()))?;
        let more = header[start + 1..].iter().take_while(|line| line.starts_with("   "));
        let list: String = std::iter::once(header[start].trim().trim_start_matches("columns:"))
            .chain(more.copied())
            .collect::<Vec<_>>()
            .join(" ");
        let columns = columns(&list).map_err(wrong)?;
        Ok(Query { name: name.to_owned(), title: title.trim().to_owned(), text: text.to_owned(), columns })
    }

    /// Whether its rows are findings: it says that it gives just the columns of a pattern.
    pub fn is_pattern(&self) -> bool {
        columns(PATTERN_COLUMNS).is_ok_and(|wanted| wanted == self.columns)
    }

    /// Runs it over the tables.
    ///
    /// # Errors
    /// The SQL does not run, or gives other columns than the header says.
    pub fn run(&self, tables: &Tables) -> Result<DataFrame> {
        let wrong = |problem: String| Error::Query { name: self.name.clone(), problem };
        let mut context = SQLContext::new();
        for (name, frame) in tables.iter() {
            context.register(name, frame.clone().lazy());
        }
        let found =
            context.execute(&self.text).and_then(LazyFrame::collect).map_err(|error| wrong(without_cells(&error)))?;
        let names: Vec<String> = found.get_column_names().iter().map(|name| name.to_string()).collect();
        let wanted: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        if names != wanted {
            return Err(wrong(format!(
                "gives the columns {}, its header says {}",
                names.join(", "),
                wanted.join(", ")
            )));
        }
        for (column, (name, wanted)) in found.columns().iter().zip(&self.columns) {
            // A column of nulls alone has no type of its own.
            if column.dtype() != wanted && column.dtype() != &DataType::Null {
                return Err(wrong(format!("column {name} is {}, its header says {wanted}", column.dtype())));
            }
        }
        let typed: Vec<Column> = found
            .columns()
            .iter()
            .zip(&self.columns)
            .map(|(column, (_, wanted))| column.cast(wanted))
            .collect::<PolarsResult<_>>()
            .map_err(crate::tables::bug)?;
        DataFrame::new(found.height(), typed).map_err(crate::tables::bug)
    }
}

/// The tables that a query names. Where its text is no SQL, running it says so.
fn tables_named(text: &str) -> Vec<String> {
    polars::sql::extract_table_identifiers(text, false, true).unwrap_or_default()
}

/// What Polars says of a query, without the cells it may quote.
fn without_cells(error: &PolarsError) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.split(": [").next().unwrap_or(line).split("[\"").next().unwrap_or(line).trim().to_owned()
}

fn columns(list: &str) -> Result<Vec<(String, DataType)>, String> {
    list.split(',')
        .map(|column| {
            let (name, kind) = column.trim().split_once(' ').ok_or(format!("{column:?} is not \"name type\""))?;
            let kind = match kind.trim() {
                "str" => DataType::String,
                "i64" => DataType::Int64,
                "f64" => DataType::Float64,
                "bool" => DataType::Boolean,
                "date" => DataType::Date,
                other => return Err(format!("{other:?} is no type: write str, i64, f64, bool or date")),
            };
            Ok((name.to_owned(), kind))
        })
        .collect()
}

/// A query whose rows are findings.
struct Pattern {
    /// Name of its check: the file's, with hyphens.
    check: String,
    /// Where its rule is written.
    citation: String,
    query: Query,
}

/// What a pattern found.
pub struct PatternFindings {
    /// Name of the check.
    pub check: String,
    /// Where its rule is written.
    pub citation: String,
    /// The rows that its query selected.
    pub rows: DataFrame,
}

/// All queries of a run.
pub struct Queries {
    /// Summary tables.
    pub tables: Vec<Query>,
    /// Patterns over many sessions: those of our checks, and the user's own.
    patterns: Vec<Pattern>,
    /// Name and SHA-256 of each file, for the manifest.
    pub hashes: Vec<(String, String)>,
}

impl Queries {
    /// The built-in queries and those in the user's folder. There, a file that selects the columns of a pattern is one, and any
    /// other is a summary table.
    ///
    /// # Errors
    /// The folder cannot be read, or a header lacks something.
    pub fn load(folder: Option<&Path>) -> Result<Queries> {
        let mut queries = Queries { tables: Vec::new(), patterns: Vec::new(), hashes: Vec::new() };
        for (place, name, text) in built_in() {
            queries.hashes.push((format!("queries/{place}/{name}.sql"), crate::hash::sha256(text.as_bytes())));
            let query = Query::parse(name, text)?;
            if place == "patterns" {
                let check = checks::by_name(&name.replace('_', "-"));
                let check = check.ok_or_else(|| Error::Bug(format!("the pattern {name} belongs to no check")))?;
                queries.patterns.push(Pattern { check: check.name.into(), citation: check.citation.into(), query });
            } else {
                queries.tables.push(query);
            }
        }
        if let Some(folder) = folder {
            for (name, text) in of_folder(folder)? {
                if queries.tables.iter().any(|query| query.name == name) {
                    return Err(Error::Query {
                        name,
                        problem: "is the name of a built-in table; choose another".into(),
                    });
                }
                queries.hashes.push((format!("{name}.sql"), crate::hash::sha256(text.as_bytes())));
                let query = Query::parse(&name, &text)?;
                if query.is_pattern() {
                    let check = name.replace('_', "-");
                    if checks::by_name(&check).is_some() {
                        return Err(Error::Query {
                            name,
                            problem: "is the name of a built-in check; choose another".into(),
                        });
                    }
                    queries.patterns.push(Pattern { check, citation: format!("{name}.sql, the user's own"), query });
                } else {
                    queries.tables.push(query);
                }
            }
        }
        queries.tables.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(queries)
    }

    /// Runs the patterns of the selected checks.
    ///
    /// # Errors
    /// As [`Query::run`], or a severity that is none.
    pub fn patterns(&self, tables: &Tables, selection: &Selection) -> Result<Vec<PatternFindings>> {
        // The user's own patterns are no part of a selection: who names a folder wants them.
        let runs = |pattern: &&Pattern| checks::by_name(&pattern.check).is_none_or(|check| selection.runs(check));
        let found = |pattern: &Pattern| {
            let rows = findings(&pattern.query, tables)?;
            Ok(PatternFindings { check: pattern.check.clone(), citation: pattern.citation.clone(), rows })
        };
        self.patterns.iter().filter(runs).map(found).collect()
    }

    /// Whether some query names the table: large ones are only put together for SQL where one does.
    pub fn name_table(&self, name: &str) -> bool {
        let texts = self.tables.iter().chain(self.patterns.iter().map(|pattern| &pattern.query));
        texts.flat_map(|query| tables_named(&query.text)).any(|named| named == name)
    }

    /// The tables of a row for each of many things that some query names.
    pub fn details(&self) -> Vec<Detail> {
        Detail::ALL.into_iter().filter(|detail| self.name_table(detail.name())).collect()
    }

    /// Names of the user's own patterns, to be listed beside the checks.
    pub fn own_patterns(&self) -> Vec<String> {
        let own = |pattern: &&Pattern| checks::by_name(&pattern.check).is_none();
        self.patterns.iter().filter(own).map(|pattern| pattern.check.clone()).collect()
    }

    /// Runs all summary tables.
    ///
    /// # Errors
    /// As [`Query::run`].
    pub fn summaries(&self, tables: &Tables) -> Result<Vec<(String, DataFrame)>> {
        self.tables.iter().map(|query| Ok((query.name.clone(), query.run(tables)?))).collect()
    }
}

/// Runs a query that selects the columns of findings.
fn findings(query: &Query, tables: &Tables) -> Result<DataFrame> {
    let wrong = |problem: String| Error::Query { name: query.name.clone(), problem };
    if !query.is_pattern() {
        return Err(wrong(format!("a pattern selects {PATTERN_COLUMNS}")));
    }
    let found = query.run(tables)?;
    let severities = found.column("severity").and_then(|column| column.str().cloned()).map_err(crate::tables::bug)?;
    match severities.iter().find(|severity| severity.and_then(Severity::from_name).is_none()) {
        Some(_) => Err(wrong("severity is exception, review or note".into())),
        None => Ok(found),
    }
}

/// Folder, name and text of every built-in query, in order of name.
pub fn built_in() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut found = Vec::new();
    for place in ["patterns", "tables"] {
        for file in QUERIES.get_dir(place).into_iter().flat_map(Dir::files) {
            let name = file.path().file_stem().and_then(|name| name.to_str());
            if let (Some(name), Some(text)) = (name, file.contents_utf8()) {
                found.push((place, name, text));
            }
        }
    }
    found.sort_unstable();
    found
}

/// Name and text of every query in a user's folder, in order of name.
fn of_folder(folder: &Path) -> Result<Vec<(String, String)>> {
    let unreadable =
        |error: std::io::Error| Error::Config { path: folder.display().to_string(), problem: plain(&error) };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            let name = path.file_stem().map_or(String::new(), |name| name.to_string_lossy().into_owned());
            found.push((name, crate::error::read_config(&path)?));
        }
    }
    if found.is_empty() {
        return Err(Error::Config { path: folder.display().to_string(), problem: "holds no .sql file".into() });
    }
    found.sort();
    Ok(found)
}
