//! Tables as files: Parquet, or CSV for those who open it in a spreadsheet.

use super::{Folder, Report};
use crate::error::Result;
use polars::prelude::*;
use polars_io::SerWriter;
use polars_io::csv::write::CsvWriter;
use polars_io::parquet::write::ParquetWriter;
use std::io::{BufWriter, Write};

/// How tables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TableFormat {
    /// Apache Parquet: small, typed.
    #[default]
    Parquet,
    /// Comma-separated text with a header.
    Csv,
}

impl TableFormat {
    /// The ending of its files, and its name in options.
    pub const fn ending(self) -> &'static str {
        match self {
            TableFormat::Parquet => "parquet",
            TableFormat::Csv => "csv",
        }
    }
}

/// Writes every file of a report.
pub fn write(report: &Report, folder: &Folder, format: TableFormat, detail: bool) -> Result<()> {
    let tables = &report.tables;
    let mut all = vec![
        ("findings".to_owned(), &tables.findings),
        ("rejects".to_owned(), &tables.rejects),
        ("excluded".to_owned(), &tables.excluded),
    ];
    if detail {
        all.extend([
            ("lines".to_owned(), &tables.lines),
            ("services".to_owned(), &tables.services),
            ("sessions".to_owned(), &tables.sessions),
        ]);
    }
    all.extend(report.summaries.iter().map(|(name, frame)| (format!("tables/{name}"), frame)));
    for (name, frame) in all {
        write_table(folder, &name, frame, format)?;
    }
    let mut manifest = folder.create("manifest.json")?;
    let text = report.manifest.json();
    manifest.write_all(text.as_bytes()).map_err(|error| folder.failed("manifest.json", &error))
}

fn write_table(folder: &Folder, name: &str, frame: &DataFrame, format: TableFormat) -> Result<()> {
    let name = format!("{name}.{}", format.ending());
    let mut file = BufWriter::new(folder.create(&name)?);
    let mut frame = frame.clone();
    let written = match format {
        TableFormat::Parquet => ParquetWriter::new(&mut file).finish(&mut frame).map(|_| ()),
        TableFormat::Csv => CsvWriter::new(&mut file).finish(&mut without_formulas(&frame)),
    };
    written.map_err(|error| match error {
        PolarsError::IO { error, .. } => folder.failed(&name, &error),
        other => crate::tables::bug(other),
    })?;
    file.flush().map_err(|error| folder.failed(&name, &error))
}

/// Text that a spreadsheet would run as a formula gets an apostrophe in front; our reader takes it off again.
fn without_formulas(frame: &DataFrame) -> DataFrame {
    let mut safe = frame.clone();
    let names: Vec<PlSmallStr> = frame.get_column_names().into_iter().cloned().collect();
    for name in names {
        let Ok(texts) = frame.column(&name).and_then(|column| column.str()) else { continue };
        let dangerous = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if texts.iter().flatten().any(dangerous) {
            let quoted: StringChunked = texts
                .iter()
                .map(|text| text.map(|text| if dangerous(text) { format!("'{text}") } else { text.to_owned() }))
                .collect();
            let _ = safe.replace(&name, quoted.with_name(name.clone()).into_series().into());
        }
    }
    safe
}
