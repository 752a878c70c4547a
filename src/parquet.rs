//! Parquet files, read group by group of rows: Polars' own decoders, but for one group at a time, so that no file needs to be
//! in memory whole and groups are decoded in parallel.
//!
//! A column is read as [`Cells`] where each distinct value is a text once and a row is its number: files mostly hold their text
//! like that already, and what a cell means is then found by the number, without looking at the text again.

use crate::error::{Error, Result, plain, quietly};
use hashbrown::HashMap;
use polars::prelude::*;
use polars_arrow::array::{Array, DictionaryArray, Utf8ViewArray};
use polars_arrow::datatypes::{DTYPE_CATEGORICAL_NEW, Field, IntegerType, Metadata};
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, Filter, PageReader, column_iter_to_arrays, infer_schema, read_metadata,
};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows that are decoded at once, at most: a larger group is read in several passes.
const MOST: usize = 1 << 19;

/// An open file.
pub struct ParquetFile {
    path: PathBuf,
    metadata: FileMetadata,
    fields: Vec<Field>,
}

/// Some rows of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    group: usize,
    /// Rows of the group.
    of_group: Range<usize>,
    /// Rows of the file.
    pub of_file: Range<usize>,
}

/// The cells of a column, as text; what is null is empty.
pub enum Cells {
    /// Number of the text of each row, [`Cells::NULL`] for none, and the texts.
    Numbered(Vec<u32>, Utf8ViewArray),
    /// A text for each row.
    Texts(Utf8ViewArray),
}

impl Cells {
    /// No text.
    pub const NULL: u32 = u32::MAX;

    /// The text of a row.
    #[inline]
    pub fn get(&self, row: usize) -> &str {
        match self {
            Cells::Numbered(numbers, texts) => match numbers[row] {
                Cells::NULL => "",
                number => texts.value(number as usize),
            },
            Cells::Texts(texts) if texts.is_null(row) => "",
            Cells::Texts(texts) => texts.value(row),
        }
    }

    /// The number of a row's text, where texts are numbered.
    #[inline]
    pub fn number(&self, row: usize) -> Option<u32> {
        match self {
            Cells::Numbered(numbers, _) => Some(numbers[row]).filter(|&number| number != Cells::NULL),
            Cells::Texts(_) => None,
        }
    }
}

impl ParquetFile {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be read, or is no Parquet file.
    pub fn open(path: &Path) -> Result<ParquetFile> {
        let mut file = File::open(path).map_err(|error| Error::input(path.display().to_string(), plain(&error)))?;
        let known = quietly(|| {
            let metadata = read_metadata(&mut file).ok()?;
            let fields = infer_schema(&metadata).ok()?.iter_values().cloned().collect();
            Some((metadata, fields))
        });
        let (metadata, fields) = known.flatten().ok_or_else(|| broken(path))?;
        Ok(ParquetFile { path: path.to_owned(), metadata, fields })
    }

    /// Names of its columns.
    pub fn names(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.name.to_string()).collect()
    }

    /// Its rows, in the parts in which they are decoded: groups, since a group is compressed as a whole, or even parts of a large
    /// one.
    pub fn parts(&self) -> Vec<Rows> {
        let (mut parts, mut start) = (Vec::new(), 0);
        for (group, rows) in self.metadata.row_groups.iter().map(|group| group.num_rows()).enumerate() {
            let count = rows.div_ceil(MOST).max(1);
            let cut = |n: usize| rows * n / count;
            for of_group in (0..count).map(|n| cut(n)..cut(n + 1)).filter(|rows| !rows.is_empty()) {
                let of_file = start + of_group.start..start + of_group.end;
                parts.push(Rows { group, of_group, of_file });
            }
            start += rows;
        }
        parts
    }

    /// The cells of a column in some rows.
    ///
    /// # Errors
    /// The file is damaged, or the column is no text, number or date.
    pub fn cells(&self, rows: &Rows, column: usize) -> Result<Cells> {
        let field = &self.fields[column];
        if field.dtype == ArrowDataType::Utf8View {
            let mark = Metadata::from_iter([(DTYPE_CATEGORICAL_NEW.into(), PlSmallStr::EMPTY)]);
            let kind = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false);
            let numbered = Field { dtype: kind, metadata: Some(Arc::new(mark)), ..field.clone() };
            if let Some(cells) = self.arrays(rows, numbered).ok().and_then(|arrays| numbered_cells(&arrays)) {
                return Ok(cells);
            }
            // Some page holds its texts themselves.
        }
        let not_text = || {
            let problem = format!("the column {:?} is no text, number or date", field.name.as_str());
            Error::input(self.path.display().to_string(), problem)
        };
        let series = self.series(rows, column)?;
        match numbered_values(&series) {
            Some(cells) => Ok(cells),
            None => texts(&series).map(Cells::Texts).ok_or_else(not_text),
        }
    }

    /// All columns of some rows.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn frame(&self, rows: &Rows) -> Result<DataFrame> {
        let columns = (0..self.fields.len()).map(|column| self.series(rows, column).map(Column::from));
        DataFrame::new(rows.of_file.len(), columns.collect::<Result<_>>()?).map_err(|_| broken(&self.path))
    }

    /// The whole file; without a row it has its columns nevertheless.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn whole(&self) -> Result<DataFrame> {
        let mut parts = self.parts().into_iter();
        let first = parts.next().unwrap_or(Rows { group: 0, of_group: 0..0, of_file: 0..0 });
        let mut whole = self.frame(&first)?;
        for part in parts {
            whole.vstack_mut(&self.frame(&part)?).map_err(|_| broken(&self.path))?;
        }
        Ok(whole)
    }

    fn series(&self, rows: &Rows, column: usize) -> Result<Series> {
        let field = self.fields[column].clone();
        if rows.of_file.is_empty() {
            return Ok(Series::new_empty(field.name.clone(), &DataType::from_arrow_field(&field)));
        }
        let arrays = self.arrays(rows, field.clone())?;
        let series = quietly(|| Series::try_from((&field, arrays)).ok()).flatten();
        series.ok_or_else(|| broken(&self.path))
    }

    fn arrays(&self, rows: &Rows, field: Field) -> Result<Vec<Box<dyn Array>>> {
        let group = &self.metadata.row_groups[rows.group];
        let chunks: Vec<_> = group.columns_under_root_iter(&field.name).into_iter().flatten().collect();
        let mut pages = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            let range = chunk.byte_range();
            let bytes = self.bytes(range.start, (range.end - range.start) as usize)?;
            pages.push(PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), usize::MAX));
        }
        let types = chunks.iter().map(|chunk| &chunk.descriptor().descriptor.primitive_type).collect();
        let pages = pages.into_iter().map(|pages| BasicDecompressor::new(pages, Vec::new())).collect();
        let whole = rows.of_group == (0..group.num_rows());
        let filter = (!whole).then(|| Filter::new_ranged(rows.of_group.start, rows.of_group.end));
        let arrays = quietly(|| column_iter_to_arrays(pages, types, field, filter).ok()).flatten();
        arrays.map(|(arrays, _)| arrays).ok_or_else(|| broken(&self.path))
    }

    fn bytes(&self, start: u64, length: usize) -> Result<Vec<u8>> {
        let read = || {
            let mut file = File::open(&self.path)?;
            // A damaged file may claim any length; what is not there is not asked for.
            if file.metadata()?.len() < start + length as u64 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let mut bytes = vec![0; length];
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|_: std::io::Error| broken(&self.path))
    }
}

fn broken(path: &Path) -> Error {
    Error::input(path.display().to_string(), "is no Parquet file, or a damaged one")
}

/// The cells of a column that is stored as numbers of texts.
fn numbered_cells(arrays: &[Box<dyn Array>]) -> Option<Cells> {
    let [array] = arrays else { return None };
    let array = array.as_any().downcast_ref::<DictionaryArray<u32>>()?;
    let texts = array.values().as_any().downcast_ref::<Utf8ViewArray>()?.clone();
    let numbers = match array.keys().validity() {
        None => array.keys().values().as_slice().to_vec(),
        Some(_) => array.keys().iter().map(|number| number.copied().unwrap_or(Cells::NULL)).collect(),
    };
    Some(Cells::Numbered(numbers, texts))
}

/// The cells of a column of whole numbers, dates or decimals: the same few values again and again.
fn numbered_values(series: &Series) -> Option<Cells> {
    let physical = series.to_physical_repr();
    if !physical.dtype().is_integer() || series.dtype().is_categorical() {
        return None;
    }
    let values = physical.cast(&DataType::Int64).ok()?;
    // A number beyond 64 bits is none there.
    if values.null_count() != series.null_count() {
        return None;
    }
    let mut known: HashMap<i64, u32> = HashMap::new();
    let mut first_rows: Vec<IdxSize> = Vec::new();
    let mut last = (0, Cells::NULL);
    let mut numbers = Vec::with_capacity(series.len());
    for (row, value) in values.i64().ok()?.iter().enumerate() {
        let Some(value) = value else {
            numbers.push(Cells::NULL);
            continue;
        };
        if last.1 == Cells::NULL || last.0 != value {
            let number = *known.entry(value).or_insert_with(|| {
                first_rows.push(row as IdxSize);
                first_rows.len() as u32 - 1
            });
            last = (value, number);
        }
        numbers.push(last.1);
    }
    let distinct = series.take(&IdxCa::from_vec(PlSmallStr::EMPTY, first_rows)).ok()?;
    Some(Cells::Numbered(numbers, texts(&distinct)?))
}

/// A column as text.
fn texts(series: &Series) -> Option<Utf8ViewArray> {
    let texts = series.cast(&DataType::String).ok()?.rechunk();
    let texts = texts.str().ok()?;
    Some(texts.downcast_iter().next().cloned().unwrap_or_else(|| Utf8ViewArray::new_empty(ArrowDataType::Utf8View)))
}
