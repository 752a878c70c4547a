//! The generator's rows as a workbook, written as XML into a zip.

use chrono::NaiveDate;
use recount::sample::{Date, HEADER, Row};
use std::collections::HashMap;
use std::fmt::{Arguments, Write as _};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The only sheet.
pub const SHEET: &str = "Charges";
const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const SHEET_ML: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// A cell as Excel holds it.
enum Cell<'a> {
    /// Stands once, in the part of shared strings. No text of the generator has a character that XML would have to escape.
    Text(&'a str),
    Number(f64),
    /// A number of days, under the style of dates.
    Date(Date),
    /// Is left out.
    Blank,
}

/// A workbook (ECMA-376, part 1) that is written row by row; only the texts that differ are kept.
pub struct Workbook {
    zip: ZipWriter<BufWriter<File>>,
    rows: u32,
    line: String,
    numbers: HashMap<String, usize>,
    strings: String,
    uses: u64,
}

impl Workbook {
    /// Begins the file with the sheet, whose size is known.
    pub fn begin(path: &Path, lines: u64) -> io::Result<Workbook> {
        let mut zip = ZipWriter::new(BufWriter::new(File::create(path)?));
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default())?;
        let (last, rows) = (letter(HEADER.len() - 1), lines + 1);
        write!(zip, r#"{XML}<worksheet xmlns="{MAIN}"><dimension ref="A1:{last}{rows}"/><sheetData>"#)?;
        let (line, numbers, strings) = Default::default();
        let mut workbook = Workbook { zip, rows: 0, line, numbers, strings, uses: 0 };
        workbook.cells(&HEADER.iter().map(|name| Cell::Text(name)).collect::<Vec<_>>())?;
        Ok(workbook)
    }

    /// A row in the order of [`HEADER`].
    pub fn row(&mut self, row: &Row) -> io::Result<()> {
        let (patient, therapist) = (format!("P{:06}", row.patient), format!("T{:02}", row.therapist));
        self.cells(&[
            Cell::Number(row.visit as f64),
            Cell::Text(&patient),
            Cell::Date(row.date),
            Cell::Text(row.clinic),
            Cell::Text(&therapist),
            Cell::Text(row.discipline),
            Cell::Text(row.payer),
            Cell::Text(row.code),
            Cell::Text(row.modifiers),
            row.minutes.map_or(Cell::Blank, |minutes| Cell::Number(minutes.into())),
            Cell::Number(row.units.into()),
            Cell::Number(f64::from(row.charge_cents) / 100.0),
        ])
    }

    fn cells(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.rows += 1;
        self.line.clear();
        let row = self.rows;
        self.put(format_args!(r#"<row r="{row}" spans="1:{}">"#, cells.len()));
        for (n, cell) in cells.iter().enumerate() {
            let column = letter(n);
            match cell {
                Cell::Text(text) => {
                    let number = self.shared(text);
                    self.put(format_args!(r#"<c r="{column}{row}" t="s"><v>{number}</v></c>"#));
                }
                Cell::Number(value) => self.put(format_args!(r#"<c r="{column}{row}"><v>{value}</v></c>"#)),
                Cell::Date(date) => {
                    let days = serial(*date);
                    self.put(format_args!(r#"<c r="{column}{row}" s="1"><v>{days}</v></c>"#));
                }
                Cell::Blank => {}
            }
        }
        self.line.push_str("</row>");
        self.zip.write_all(self.line.as_bytes())
    }

    fn put(&mut self, text: Arguments) {
        self.line.write_fmt(text).expect("a string takes all");
    }

    /// The number of a shared string.
    fn shared(&mut self, text: &str) -> usize {
        self.uses += 1;
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.numbers.len();
        self.numbers.insert(text.to_owned(), number);
        write!(self.strings, "<si><t>{text}</t></si>").expect("a string takes all");
        number
    }

    /// Ends the sheet, and writes the parts around it.
    pub fn finish(mut self) -> io::Result<()> {
        write!(self.zip, "</sheetData></worksheet>")?;
        let (uses, unique, strings) = (self.uses, self.numbers.len(), std::mem::take(&mut self.strings));
        let relation = |n: i32, kind: &str, target: &str| {
            format!(r#"<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
        };
        let relations = |all: &[(&str, &str)]| {
            let each: String = (1..).zip(all).map(|(n, (kind, target))| relation(n, kind, target)).collect();
            format!(r#"<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>"#)
        };
        let kind = |part, kind| format!(r#"<Override PartName="/xl/{part}.xml" ContentType="{SHEET_ML}.{kind}+xml"/>"#);
        let kinds: String = [
            kind("workbook", "sheet.main"),
            kind("worksheets/sheet1", "worksheet"),
            kind("styles", "styles"),
            kind("sharedStrings", "sharedStrings"),
        ]
        .concat();
        let rels = "application/vnd.openxmlformats-package.relationships+xml";
        let default = format!(r#"<Default Extension="rels" ContentType="{rels}"/>"#);
        let sheet = format!(r#"<sheet name="{SHEET}" sheetId="1" r:id="rId1"/>"#);
        let (plain, date) = (r#"<xf numFmtId="0"/>"#, r#"<xf numFmtId="14" applyNumberFormat="1"/>"#);
        let parts = [
            ("[Content_Types].xml", format!(r#"<Types xmlns="{PACKAGE}/content-types">{default}{kinds}</Types>"#)),
            ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.xml")])),
            (
                "xl/workbook.xml",
                format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheet}</sheets></workbook>"#),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relations(&[
                    ("worksheet", "worksheets/sheet1.xml"),
                    ("styles", "styles.xml"),
                    ("sharedStrings", "sharedStrings.xml"),
                ]),
            ),
            (
                "xl/styles.xml",
                format!(r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2">{plain}{date}</cellXfs></styleSheet>"#),
            ),
            (
                "xl/sharedStrings.xml",
                format!(r#"<sst xmlns="{MAIN}" count="{uses}" uniqueCount="{unique}">{strings}</sst>"#),
            ),
        ];
        for (name, text) in parts {
            self.zip.start_file(name, SimpleFileOptions::default())?;
            write!(self.zip, "{XML}{text}")?;
        }
        self.zip.finish()?.flush()
    }
}

/// The name of a column, of which there are few.
fn letter(column: usize) -> char {
    char::from(b'A' + column as u8)
}

/// Days as Excel counts them.
fn serial(date: Date) -> i64 {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a day");
    let first = day(1899, 12, 30);
    (day(date.year.into(), date.month.into(), date.day.into()) - first).num_days()
}
