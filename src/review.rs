//! What reviewers decided: read out of a work paper that comes back, and kept as `review.json` in the folder of its run.
//!
//! The file may have gone through other programs, so nothing is taken from where it stood, only from what says what it is: the run
//! from the cell beside `run id` on the first sheet, findings from sheets with a row that holds `finding_id` and `disposition`.
//! Cells stream by: a work paper may have a million rows, of which few are decided.

use crate::book::{DISPOSITIONS, REVIEW_HEADINGS};
use crate::error::{Error, Result, plain, quietly};
use crate::reference::{Day, day};
use crate::report::REVIEW as FILE;
use calamine::{Data, DataRef, DataType, Reader, Xlsx};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Rows among which a header, or the run, is looked for.
const HEAD: u32 = 200;

/// The column with the id of what is decided.
const ID: &str = "finding_id";

/// What reviewers decided about a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Id of the run.
    pub run: String,
    /// SHA-256 of the work papers that it was taken from.
    #[serde(default)]
    pub books: Vec<String>,
    /// What was decided, in the order of the findings' ids; each stands once.
    pub dispositions: Vec<Disposition>,
}

/// What a reviewer decided about a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    /// The finding.
    pub finding_id: String,
    /// The mark of what was done; empty if there is none.
    pub tick: String,
    /// The decision.
    pub disposition: Decision,
    /// Units that are right.
    pub corrected_units: Option<i64>,
    /// The reviewer's words.
    pub note: String,
    /// Who decided.
    pub initials: String,
    /// When.
    #[serde(with = "iso_day")]
    pub date: Option<Day>,
}

/// A decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The finding is right.
    Agreed,
    /// It is not.
    Disagreed,
    /// Not decided yet.
    Open,
}

impl Decision {
    /// All, in the order in which a work paper offers them.
    pub const ALL: [Decision; 3] = [Decision::Agreed, Decision::Disagreed, Decision::Open];

    /// As a work paper says it.
    pub fn name(self) -> &'static str {
        DISPOSITIONS[self as usize]
    }

    /// What somebody wrote; case, spaces and full stops do not count, and nothing is open.
    fn of(written: &str) -> Option<Decision> {
        let word: String =
            written.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        match word.as_str() {
            "agreed" | "agree" | "agrees" | "a" | "yes" | "y" | "accepted" | "accept" | "confirmed" => {
                Some(Decision::Agreed)
            }
            "disagreed" | "disagree" | "disagrees" | "d" | "no" | "n" | "rejected" | "reject" | "notagreed" => {
                Some(Decision::Disagreed)
            }
            "open" | "o" | "pending" | "undecided" | "tbd" | "" => Some(Decision::Open),
            _ => None,
        }
    }
}

impl Review {
    /// The review in the folder of a run, if there is one.
    ///
    /// # Errors
    /// The file cannot be read, or is not one of ours.
    pub fn of_folder(folder: &Path) -> Result<Option<Review>> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Review::from_json(FILE, &text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::input(path.display().to_string(), plain(&error))),
        }
    }

    /// A review as `review.json` holds it; `file` is how errors name it.
    ///
    /// # Errors
    /// It is not one of ours.
    pub fn from_json(file: &str, text: &str) -> Result<Review> {
        // The parser's message may repeat a note.
        serde_json::from_str(text).map_err(|error| {
            Error::input(file, format!("is not a review as recount writes it (line {})", error.line()))
        })
    }

    /// With what was decided before, where this one says nothing of a finding: several people may each have a copy of the work paper.
    pub fn after(mut self, before: Review) -> Review {
        let new: std::collections::BTreeSet<String> =
            self.dispositions.iter().map(|one| one.finding_id.clone()).collect();
        self.dispositions.extend(before.dispositions.into_iter().filter(|one| !new.contains(&one.finding_id)));
        self.dispositions.sort_by(|a, b| a.finding_id.cmp(&b.finding_id));
        self.books.splice(0..0, before.books);
        self.books.dedup();
        self
    }

    /// The review as `review.json` holds it.
    ///
    /// # Errors
    /// A mistake of ours.
    pub fn to_json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| Error::Bug(error.to_string()))?;
        Ok(text + "\n")
    }
}

/// A workbook that is read.
struct Book<'a> {
    file: &'a str,
    cells: Xlsx<BufReader<File>>,
}

/// A row of a sheet, with the number that Excel shows.
struct Row<'a> {
    sheet: &'a str,
    number: u32,
    cells: Vec<(u32, Data)>,
}

/// Places of columns.
struct Columns {
    finding: u32,
    of_reviewer: [Option<u32>; REVIEW_HEADINGS.len()],
}

/// Reads what reviewers decided out of a work paper. Whether its findings are known is the caller's to ask.
///
/// # Errors
/// It is no work paper of ours, a cell does not say what its column is for, or a finding is decided in two ways.
pub fn read(path: &Path) -> Result<Review> {
    let file = path.display().to_string();
    let opened = File::open(path).map_err(|error| Error::input(&file, plain(&error)))?;
    let cells = quietly(|| Xlsx::new(BufReader::new(opened)).ok()).flatten();
    let cells = cells.ok_or_else(|| Error::input(&file, "cannot be read as a workbook; save it as .xlsx"))?;
    let mut book = Book { file: &file, cells };
    let sheets = book.cells.sheet_names();
    let first = sheets.first().cloned().unwrap_or_default();
    let run = book.run(&first)?;
    let mut found: BTreeMap<String, (Disposition, String)> = BTreeMap::new();
    let mut has_findings = false;
    for sheet in &sheets {
        has_findings |= book.decisions(sheet, &mut found)?;
    }
    if !has_findings {
        return Err(Error::input(&file, format!("no sheet has the columns {ID} and {}", REVIEW_HEADINGS[1])));
    }
    let books = vec![crate::hash::sha256(
        &std::fs::read(path).map_err(|error| Error::input(path.display().to_string(), plain(&error)))?,
    )];
    Ok(Review { run, books, dispositions: found.into_values().map(|(disposition, _)| disposition).collect() })
}

impl Book<'_> {
    /// The id of the run.
    fn run(&mut self, sheet: &str) -> Result<String> {
        let mut run = String::new();
        self.rows(sheet, &mut |row| {
            let label = row.cells.iter().position(|(_, cell)| text(cell).to_lowercase() == "run id");
            if let Some(label) = label {
                run = row.cells.get(label + 1).map(|(_, cell)| text(cell)).unwrap_or_default();
            }
            Ok(run.is_empty() && row.number < HEAD)
        })?;
        if run.is_empty() {
            let problem =
                "its first sheet has no cell \"run id\" with the id beside it: is it a work paper of recount?";
            return Err(Error::input(self.file, problem));
        }
        Ok(run)
    }

    /// Takes the decisions of a sheet; whether it is one of findings.
    fn decisions(&mut self, sheet: &str, found: &mut BTreeMap<String, (Disposition, String)>) -> Result<bool> {
        let (mut columns, file) = (None, self.file);
        self.rows(sheet, &mut |row| {
            let Some(columns) = &columns else {
                if let Some(missing) = missing(row) {
                    let problem = format!(
                        "{sheet} row {} has no column {missing}; give it back its name, so that no decision is lost",
                        row.number
                    );
                    return Err(Error::input(file, problem));
                }
                columns = Columns::of(row);
                return Ok(columns.is_some() || row.number < HEAD);
            };
            if let Some(disposition) = row.disposition(columns).map_err(|problem| Error::input(file, problem))? {
                let place = format!("{} row {}", row.sheet, row.number);
                match found.entry(disposition.finding_id.clone()) {
                    Entry::Vacant(entry) => drop(entry.insert((disposition, place))),
                    Entry::Occupied(entry) if entry.get().0 == disposition => {}
                    Entry::Occupied(entry) => {
                        let before = &entry.get().1;
                        let problem = format!("{before} and {place} decide on the same finding in two ways; keep one");
                        return Err(Error::input(file, problem));
                    }
                }
            }
            Ok(true)
        })?;
        Ok(columns.is_some())
    }

    /// Hands on the rows of a sheet that have cells, until one is enough.
    fn rows(&mut self, sheet: &str, take: &mut dyn FnMut(&Row) -> Result<bool>) -> Result<()> {
        let damaged = || Error::input(self.file, format!("the sheet {sheet} cannot be read"));
        // A chart has a sheet, too, and no cells.
        let Some(Ok(mut cells)) = quietly(|| self.cells.worksheet_cells_reader(sheet)) else { return Ok(()) };
        let mut row = Row { sheet, number: 0, cells: Vec::new() };
        loop {
            let next = quietly(|| cells.next_cell().ok()).flatten().ok_or_else(damaged)?;
            let ends = next.as_ref().is_none_or(|cell| cell.get_position().0 + 1 != row.number);
            if ends {
                if !row.cells.is_empty() && !take(&row)? {
                    return Ok(());
                }
                row.cells.clear();
            }
            let Some(cell) = next else { return Ok(()) };
            let (number, column) = cell.get_position();
            row.number = number + 1;
            if !matches!(cell.get_value(), DataRef::Empty) {
                row.cells.push((column, cell.get_value().clone().into()));
            }
        }
    }
}

/// The column that the header of a sheet of findings lacks, if it has others of a reviewer's.
fn missing(row: &Row) -> Option<&'static str> {
    let has = |name: &str| row.cells.iter().any(|(_, cell)| text(cell).trim().eq_ignore_ascii_case(name));
    let reviewed = has(ID) && REVIEW_HEADINGS.iter().any(|heading| has(heading));
    REVIEW_HEADINGS.into_iter().find(|heading| reviewed && !has(heading))
}

impl Columns {
    /// The columns, if the row is a header of findings. A reviewer's columns are the last of their names.
    fn of(row: &Row) -> Option<Columns> {
        let at = |heading: &str| {
            let mut places = row.cells.iter().filter(|(_, cell)| text(cell).eq_ignore_ascii_case(heading));
            places.next_back().map(|(column, _)| *column)
        };
        let of_reviewer = REVIEW_HEADINGS.map(at);
        of_reviewer[1]?;
        Some(Columns { finding: at(ID)?, of_reviewer })
    }
}

impl Row<'_> {
    fn cell(&self, column: Option<u32>) -> &Data {
        let found = self.cells.iter().find(|(at, _)| Some(*at) == column);
        found.map_or(&Data::Empty, |(_, cell)| cell)
    }

    /// What the row decides; nothing if the reviewer wrote nothing. The error names the row and the column, never what they wrote.
    fn disposition(&self, columns: &Columns) -> Result<Option<Disposition>, String> {
        let cells = columns.of_reviewer.map(|column| self.cell(column));
        if cells.iter().all(|cell| text(cell).is_empty()) {
            return Ok(None);
        }
        let wrong = |column: usize, problem: &str| {
            format!("{} row {}: {} {problem}", self.sheet, self.number, REVIEW_HEADINGS[column])
        };
        if let Some(column) = cells.iter().position(|cell| cell.is_error()) {
            return Err(wrong(column, "is an error of Excel's"));
        }
        let [tick, disposition, units, note, initials, date] = cells;
        let finding_id = text(self.cell(Some(columns.finding)));
        if finding_id.is_empty() {
            return Err(format!("{} row {} has a decision, but no {ID}", self.sheet, self.number));
        }
        Ok(Some(Disposition {
            finding_id,
            tick: if *tick == Data::Bool(true) { "x".into() } else { text(tick) },
            disposition: Decision::of(&text(disposition))
                .ok_or_else(|| wrong(1, "is none of agreed, disagreed and open"))?,
            corrected_units: whole(units).ok_or_else(|| wrong(2, "is not a whole number, 0 or more"))?,
            note: text(note),
            initials: text(initials),
            date: date_of(date).ok_or_else(|| wrong(5, "is not a date; write it as 2026-03-31"))?,
        }))
    }
}

/// A cell as text, without the spaces about it.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        cell => cell.to_string().trim().to_owned(),
    }
}

/// A count that somebody wrote; the outer nothing says that it is none.
#[expect(clippy::option_option, reason = "a cell may be empty, or wrong")]
fn whole(cell: &Data) -> Option<Option<i64>> {
    if text(cell).is_empty() {
        return Some(None);
    }
    let number = match cell {
        Data::Int(number) => Some(*number),
        Data::Float(number) => (number.fract() == 0.0 && number.abs() < 1e9).then_some(*number as i64),
        cell => text(cell).parse().ok(),
    };
    number.filter(|number| *number >= 0).map(Some)
}

/// A date that somebody wrote; the outer nothing says that it is none. A number is what Excel makes of a date.
#[expect(clippy::option_option, reason = "a cell may be empty, or wrong")]
fn date_of(cell: &Data) -> Option<Option<Day>> {
    /// 2000 to 2099, as Excel counts days.
    const NUMBERS: std::ops::Range<i64> = 36_526..73_051;
    let of_number = |number: i64| NUMBERS.contains(&number).then_some((number - 25_569) as Day);
    let date = match cell {
        cell if text(cell).is_empty() => return Some(None),
        Data::DateTime(date) => {
            let (year, month, of_month, ..) = date.to_ymd_hms_milli();
            NaiveDate::from_ymd_opt(year.into(), month.into(), of_month.into()).map(day)
        }
        Data::Int(number) => of_number(*number),
        Data::Float(number) => of_number(*number as i64),
        cell => {
            let text = text(cell);
            NaiveDate::parse_from_str(text.get(..10).unwrap_or(&text), "%Y-%m-%d").ok().map(day)
        }
    };
    date.map(Some)
}

/// Days as ISO dates.
mod iso_day {
    use crate::reference::{Day, date, day};
    use chrono::NaiveDate;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde asks for it")]
    pub fn serialize<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => to.serialize_some(&date(*day).to_string()),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Day>, D::Error> {
        let written = Option::<String>::deserialize(from)?;
        let parsed = written.map(|text| NaiveDate::parse_from_str(&text, "%Y-%m-%d").map(day));
        parsed.transpose().map_err(|_| D::Error::custom("not a date"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::{Block, Cell, Kind, Section, Table};
    use crate::book::{Book as Paper, BookFacts, Column, Ledger};
    use crate::grid::Value;
    use chrono::NaiveDateTime;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
    use std::path::PathBuf;
    use tempfile::TempDir;

    /// What a reviewer's cells hold.
    const FULL: [&str; 6] = ["T", "Agreed ", "2", "the note has it", "AB", "2026-03-31"];

    /// A book as another program writes it: two sheets with findings, among other columns in another order.
    fn book(folder: &TempDir, fill: impl FnOnce(&mut Worksheet, &mut Worksheet)) -> PathBuf {
        let mut book = Workbook::new();
        let index = book.add_worksheet();
        index.write(3, 1, "Run ID").unwrap();
        index.write(3, 4, " r_1 ").unwrap();
        let mut sheets = ["a", "b"].map(|name| {
            let mut sheet = Worksheet::new();
            sheet.set_name(name).unwrap();
            for (column, heading) in (1..).zip(["note", "code", "finding_id"].into_iter().chain(REVIEW_HEADINGS)) {
                sheet.write(8, column, heading).unwrap();
            }
            for row in 9..12 {
                sheet.write(row, 1, "a note of the export").unwrap();
                sheet.write(row, 3, format!("f_{row}")).unwrap();
            }
            sheet
        });
        let [a, b] = &mut sheets;
        fill(a, b);
        sheets.into_iter().for_each(|sheet| book.push_worksheet(sheet));
        let path = folder.path().join("reviewed.xlsx");
        book.save(&path).unwrap();
        path
    }

    fn decide(sheet: &mut Worksheet, row: u32, cells: [&str; 6]) {
        for (column, cell) in (4..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }

    fn error(fill: impl FnOnce(&mut Worksheet, &mut Worksheet)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = book(&folder, fill);
        read(&path).unwrap_err().to_string().replace(&path.display().to_string(), "reviewed.xlsx")
    }

    #[test]
    fn what_reviewers_wrote_is_understood() {
        let folder = tempfile::tempdir().unwrap();
        let path = book(&folder, |a, b| {
            decide(a, 9, FULL);
            b.write(9, 4, true).unwrap();
            b.write(10, 3, "f_0").unwrap();
            b.write(10, 5, " DIS-agree").unwrap();
            b.write(10, 6, 0).unwrap();
            let format = Format::new().set_num_format("m/d/yyyy");
            b.write_with_format(10, 9, ExcelDateTime::from_ymd(2026, 3, 31).unwrap(), &format).unwrap();
            // The same decision again.
            decide(b, 11, FULL);
            b.write(11, 3, "f_9").unwrap();
            b.write(9, 3, "f_1").unwrap();
        });
        let day = Some(20_543);
        let empty = Disposition {
            finding_id: "f_0".into(),
            tick: String::new(),
            disposition: Decision::Disagreed,
            corrected_units: Some(0),
            note: String::new(),
            initials: String::new(),
            date: day,
        };
        let ticked = Disposition {
            finding_id: "f_1".into(),
            tick: "x".into(),
            disposition: Decision::Open,
            corrected_units: None,
            date: None,
            ..empty.clone()
        };
        let full = Disposition {
            finding_id: "f_9".into(),
            tick: "T".into(),
            disposition: Decision::Agreed,
            corrected_units: Some(2),
            note: "the note has it".into(),
            initials: "AB".into(),
            date: day,
        };
        let review = read(&path).unwrap();
        assert_eq!((review.run.as_str(), &review.dispositions), ("r_1", &vec![empty, ticked, full]));
        let json = review.to_json().unwrap();
        assert!(json.contains(r#""disposition": "disagreed""#) && json.contains(r#""date": "2026-03-31""#), "{json}");
        assert_eq!(Review::from_json(FILE, &json).unwrap(), review);
        std::fs::write(folder.path().join(FILE), json).unwrap();
        assert_eq!(Review::of_folder(folder.path()).unwrap(), Some(review));
    }

    #[test]
    fn a_cell_that_is_not_understood_is_an_error_with_its_row() {
        let with = |column: usize, cell: &'static str| {
            error(move |_, b| {
                let mut cells = FULL;
                cells[column] = cell;
                decide(b, 10, cells);
            })
        };
        assert_eq!(with(1, "Mary says"), "reviewed.xlsx: b row 11: disposition is none of agreed, disagreed and open");
        assert_eq!(with(2, "-1"), "reviewed.xlsx: b row 11: corrected_units is not a whole number, 0 or more");
        assert_eq!(with(5, "31.3."), "reviewed.xlsx: b row 11: review_date is not a date; write it as 2026-03-31");
        assert_eq!(error(|a, _| decide(a, 20, FULL)), "reviewed.xlsx: a row 21 has a decision, but no finding_id");
    }

    #[test]
    fn a_finding_is_decided_in_one_way() {
        let twice = error(|a, b| {
            decide(a, 10, FULL);
            decide(b, 10, ["T", "disagreed", "2", "Mary", "AB", "2026-03-31"]);
        });
        let wanted = "reviewed.xlsx: a row 11 and b row 11 decide on the same finding in two ways; keep one";
        assert_eq!(twice, wanted);
    }

    #[test]
    fn what_is_no_work_paper_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.xlsx");
        assert!(read(&path).unwrap_err().to_string().contains("no such file"));
        std::fs::write(&path, "not a workbook").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("cannot be read as a workbook"));
        let mut book = Workbook::new();
        book.add_worksheet();
        book.save(&path).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("no cell \"run id\""));
        let sheet = book.worksheet_from_index(0).unwrap();
        sheet.write(0, 0, "run id").unwrap();
        sheet.write(0, 1, "r_1").unwrap();
        book.save(&path).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("no sheet has the columns finding_id and disposition"));
        assert!(Review::from_json(FILE, "{\"run\": \"Mary\"}").unwrap_err().to_string().contains("line 1"));
        assert_eq!(Review::of_folder(folder.path()).unwrap(), None);
    }

    #[test]
    fn our_own_work_paper_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let facts = BookFacts {
            title: "t".into(),
            run: "r_1".into(),
            program: "p".into(),
            created: NaiveDateTime::default(),
            waiting: folder.path().to_owned(),
        };
        let mut paper = Paper::new(&facts).unwrap();
        let mut about = Table::new("This book", &[("", Kind::Text), (" ", Kind::Text)]);
        about.row([Value::text("run id"), Value::text("r_1")]);
        let index = Section { id: "index".into(), title: "Index".into(), blocks: vec![Block::Table(about)] };
        paper.section("Index", &index).unwrap();
        let columns = vec![Column { heading: "finding_id".into(), kind: Kind::Text, total: None }];
        let ledger =
            Ledger { name: "a".into(), title: "a".into(), notes: vec!["note".into()], columns, rows: 1, review: true };
        let ledger = paper.ledger(ledger).unwrap();
        paper.put(ledger, &[Cell::Is(Value::text("f_1"))]).unwrap();
        let path = folder.path().join("workpaper.xlsx");
        paper.finish(File::create(&path).unwrap(), &path).unwrap();
        assert_eq!(read(&path).unwrap().dispositions, Vec::new());
    }
}
