//! A table as a file, written piece by piece: Parquet, or CSV for those who open it in a spreadsheet.
//!
//! A piece of a Parquet file is a group of rows: encoded and compressed by whoever makes the rows, in parallel, and appended in
//! order. So no table needs to be in memory whole, and the same pieces give the same bytes.

use super::{Folder, Output};
use crate::error::{Error, Result};
use crate::hash::HashingWriter;
use crate::words::{csv_text, is_formula};
use polars::prelude::*;
use polars_io::SerWriter;
use polars_io::csv::write::CsvWriter;
use polars_io::parquet::write::{ParquetCompression, get_encodings};
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressedPage, Compressor, DynIter, DynStreamingIterator, Encoding, FileWriter, SchemaDescriptor,
    StatisticsOptions, Version, WriteOptions, array_to_columns, fallible_streaming_iterator, to_parquet_schema,
};
use std::fs::File;
use std::io::BufWriter;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// A file that is being written.
pub struct TableFile<'a> {
    folder: &'a Folder,
    name: String,
    /// Name and type of each column.
    columns: String,
    rows: AtomicU64,
    sink: Sink,
}

/// A file whose bytes are hashed as they are written.
type Hashed = HashingWriter<BufWriter<File>>;

enum Sink {
    Parquet(Box<ParquetFile>),
    Csv(Mutex<Hashed>),
}

struct ParquetFile {
    writer: Mutex<FileWriter<Hashed>>,
    schema: SchemaDescriptor,
    encodings: Vec<Vec<Encoding>>,
    options: WriteOptions,
}

/// Rows on their way into a file.
pub enum Piece {
    /// Encoded and compressed: number of rows, and the pages of each column.
    Parquet(Vec<(u64, Vec<Vec<CompressedPage>>)>),
    /// To be written as text.
    Csv(DataFrame),
}

impl<'a> TableFile<'a> {
    /// A new file in the folder, for rows with the columns of `columns`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(folder: &'a Folder, name: &str, format: TableFormat, columns: &DataFrame) -> Result<TableFile<'a>> {
        let name = format!("{name}.{}", format.ending());
        let file = HashingWriter::new(BufWriter::new(folder.create(&name)?));
        let sink = match format {
            TableFormat::Parquet => {
                let parquet = ParquetFile::create(file, columns).map_err(|error| failed(folder, &name, error))?;
                Sink::Parquet(Box::new(parquet))
            }
            TableFormat::Csv => {
                let mut file = file;
                let written = CsvWriter::new(&mut file).finish(&mut columns.clear());
                written.map_err(|error| failed(folder, &name, error))?;
                Sink::Csv(Mutex::new(file))
            }
        };
        let columns: Vec<String> =
            columns.columns().iter().map(|column| format!("{} {}", column.name(), type_name(column.dtype()))).collect();
        Ok(TableFile { folder, name, columns: columns.join(", "), rows: AtomicU64::new(0), sink })
    }

    /// Writes a table that is in memory.
    ///
    /// # Errors
    /// As for its steps.
    pub fn write(folder: &Folder, name: &str, format: TableFormat, frame: &DataFrame) -> Result<()> {
        let file = TableFile::create(folder, name, format, frame)?;
        file.append(&file.encode(frame.clone())?)?;
        file.finish()
    }

    /// Makes ready what can be done in parallel.
    ///
    /// # Errors
    /// A bug: other columns than the file's.
    pub fn encode(&self, mut frame: DataFrame) -> Result<Piece> {
        let Sink::Parquet(parquet) = &self.sink else { return Ok(Piece::Csv(frame)) };
        frame.rechunk_mut();
        parquet.encode(&frame).map(Piece::Parquet).map_err(crate::tables::bug)
    }

    /// Adds rows behind those already there.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn append(&self, piece: &Piece) -> Result<()> {
        let broken = || Error::Bug("another thread failed while it wrote a table".into());
        match (&self.sink, piece) {
            (Sink::Parquet(parquet), Piece::Parquet(groups)) => {
                let mut writer = parquet.writer.lock().map_err(|_| broken())?;
                for (rows, columns) in groups {
                    self.rows.fetch_add(*rows, Ordering::Relaxed);
                    let pages = DynIter::new(columns.iter().map(|pages| {
                        let pages = fallible_streaming_iterator::convert(pages.iter().map(PolarsResult::Ok));
                        Ok(DynStreamingIterator::new(pages))
                    }));
                    writer.write(*rows, pages).map_err(|error| failed(self.folder, &self.name, error))?;
                }
                Ok(())
            }
            (Sink::Csv(file), Piece::Csv(frame)) => {
                self.rows.fetch_add(frame.height() as u64, Ordering::Relaxed);
                let mut file = file.lock().map_err(|_| broken())?;
                let written = CsvWriter::new(&mut *file).include_header(false).finish(&mut without_formulas(frame));
                written.map_err(|error| failed(self.folder, &self.name, error))
            }
            _ => Err(Error::Bug("a piece of another format".into())),
        }
    }

    /// Ends the file, and tells its folder what is in it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<()> {
        let (folder, name, columns, rows) = (self.folder, self.name, self.columns, self.rows.into_inner());
        let broken = || Error::Bug("another thread failed while it wrote a table".into());
        let file = match self.sink {
            Sink::Parquet(parquet) => {
                let mut writer = parquet.writer.into_inner().map_err(|_| broken())?;
                writer.end(None).map_err(|error| failed(folder, &name, error))?;
                writer.into_inner()
            }
            Sink::Csv(file) => file.into_inner().map_err(|_| broken())?,
        };
        let sha256 = file.finish().map_err(|error| folder.failed(&name, &error))?;
        folder.note(&name, Output { sha256, rows, columns });
        Ok(())
    }
}

impl ParquetFile {
    fn create(file: Hashed, columns: &DataFrame) -> PolarsResult<ParquetFile> {
        let arrow = columns.schema().to_arrow(CompatLevel::newest());
        let schema = to_parquet_schema(&arrow)?;
        let encodings = get_encodings(&arrow).to_vec();
        let options = WriteOptions {
            statistics: StatisticsOptions::default(),
            compression: ParquetCompression::default().into(),
            version: Version::V1,
            data_page_size: None,
        };
        let writer = Mutex::new(FileWriter::try_new(file, arrow, options)?);
        Ok(ParquetFile { writer, schema, encodings, options })
    }

    /// The rows as one group, compressed.
    fn encode(&self, frame: &DataFrame) -> PolarsResult<Vec<(u64, Vec<Vec<CompressedPage>>)>> {
        let mut groups = Vec::new();
        for batch in frame.iter_chunks(CompatLevel::newest(), false).filter(|batch| !batch.is_empty()) {
            let mut columns = Vec::with_capacity(batch.columns().len());
            for ((array, kind), encoding) in batch.columns().iter().zip(self.schema.fields()).zip(&self.encodings) {
                for pages in array_to_columns(array, kind.clone(), self.options, encoding)? {
                    let pages =
                        pages.map(|page| page.map_err(|error| ParquetError::FeatureNotSupported(error.to_string())));
                    let compressed = Compressor::new_from_vec(pages, self.options.compression, Vec::new());
                    columns.push(compressed.collect::<std::result::Result<_, _>>().map_err(PolarsError::from)?);
                }
            }
            groups.push((batch.len() as u64, columns));
        }
        Ok(groups)
    }
}

/// A type as the headers of queries name it.
fn type_name(kind: &DataType) -> &'static str {
    match kind {
        DataType::Int64 => "i64",
        DataType::Float64 => "f64",
        DataType::Boolean => "bool",
        DataType::Date => "date",
        _ => "str",
    }
}

fn failed(folder: &Folder, name: &str, error: PolarsError) -> Error {
    match error {
        PolarsError::IO { error, .. } => folder.failed(name, &error),
        other => crate::tables::bug(other),
    }
}

/// Text that a spreadsheet would run as a formula gets an apostrophe in front; our reader takes it off again.
fn without_formulas(frame: &DataFrame) -> DataFrame {
    let mut safe = frame.clone();
    let names: Vec<PlSmallStr> = frame.get_column_names().into_iter().cloned().collect();
    for name in names {
        let Ok(texts) = frame.column(&name).and_then(|column| column.str()) else { continue };
        if texts.iter().flatten().any(is_formula) {
            let quoted: StringChunked = texts.iter().map(|text| text.map(csv_text)).collect();
            let _ = safe.replace(&name, quoted.with_name(name.clone()).into_series().into());
        }
    }
    safe
}
