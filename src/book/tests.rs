//! Books are written, and read again by another reader.

use super::*;
use crate::blocks::{Bars, Block, Chart, Figure, Funnel, Kind, Table};
use crate::grid::Value;
use calamine::{Data, Range, Reader, Xlsx};
use chrono::NaiveDate;
use std::io::Cursor;

fn facts() -> BookFacts {
    BookFacts {
        title: "Therapy billing audit: work paper".into(),
        run: "r_0123".into(),
        program: "recount 0.1.0".into(),
        created: NaiveDate::from_ymd_opt(2026, 1, 2).and_then(|day| day.and_hms_opt(3, 4, 5)).unwrap(),
        waiting: std::env::temp_dir(),
    }
}

fn bytes(book: Book) -> Vec<u8> {
    let mut bytes = Vec::new();
    book.finish(&mut bytes, Path::new("book.xlsx")).unwrap();
    bytes
}

fn column(heading: &str, kind: Kind, total: Option<i64>) -> Column {
    Column { heading: heading.into(), kind, total }
}

fn text(text: &str) -> Cell {
    Cell::Is(Value::text(text))
}

fn index() -> Section {
    let mut about = Table::new("This book", &[("", Kind::Text), (" ", Kind::Text)]);
    about.row([Value::text("run id"), Value::text("r_0123")]);
    about.row([Value::text("prepared by, date"), Value::Empty]);
    let mut sheets = Table::new("Sheets", &[("sheet", Kind::Text), ("rows", Kind::Number)]);
    sheets.rows.push(vec![Cell::Link("Findings".into(), "Findings!A1".into()), Cell::Is(Value::Whole(2))]);
    sheets.rows.push(vec![Cell::Link("nowhere".into(), "nowhere".into()), Cell::Hidden]);
    Section { id: "index".into(), title: "Work paper".into(), blocks: vec![Block::Table(about), Block::Table(sheets)] }
}

fn findings(rows: u64, units: i64, cents: i64) -> Ledger {
    Ledger {
        name: "Findings".into(),
        title: "Findings".into(),
        notes: vec!["2 of 2, all in findings.parquet.".into()],
        columns: vec![
            column("finding_id", Kind::Text, None),
            column("code", Kind::Text, None),
            column("date_of_service", Kind::Day, None),
            column("units_over", Kind::Number, Some(units)),
            column("amount_paid", Kind::Cents, Some(cents)),
            column("reason", Kind::Long, None),
        ],
        rows,
        review: true,
    }
}

fn row(id: &str, units: i64, cents: i64, reason: &str) -> Vec<Cell> {
    let values = [Value::text("97110"), Value::Day(20_000), Value::Whole(units), Value::Whole(cents)];
    std::iter::once(text(id)).chain(values.map(Cell::Is)).chain([text(reason)]).collect()
}

fn read(bytes: &[u8], sheet: &str) -> Range<Data> {
    Xlsx::new(Cursor::new(bytes)).unwrap().worksheet_range(sheet).unwrap()
}

fn value(range: &Range<Data>, row: u32, column: u32) -> Data {
    range.get_value((row, column)).cloned().unwrap_or_default()
}

fn small() -> Book {
    let mut book = Book::new(&facts()).unwrap();
    book.section("Index", &index()).unwrap();
    let ledger = book.ledger(findings(2, 3, 1099)).unwrap();
    book.put(ledger, &row("f_1", 1, 1000, "one")).unwrap();
    book.put(ledger, &row("f_2", 2, 99, "two")).unwrap();
    book.put(ledger, &row("f_3", 9, 9, "beyond")).unwrap();
    book
}

#[test]
fn a_book_is_the_same_for_the_same_content() {
    assert_eq!(bytes(small()), bytes(small()));
}

#[test]
fn totals_stand_above_the_rows_with_a_difference_of_nothing() {
    let sheet = read(&bytes(small()), "Findings");
    let first = findings(2, 3, 1099).first_row();
    for (above, units, paid) in [(5, 3.0, 10.99), (4, 3.0, 10.99), (3, 0.0, 0.0), (2, 3.0, 10.99)] {
        assert_eq!(value(&sheet, first - above, 3), Data::Float(units), "{above}");
        assert_eq!(value(&sheet, first - above, 4), Data::Float(paid), "{above}");
    }
    assert_eq!(value(&sheet, first - 1, 0), Data::String("finding_id".into()));
    assert_eq!(value(&sheet, first - 1, 6), Data::String("tick".into()));
    assert_eq!(value(&sheet, first, 1), Data::String("97110".into()));
    let Data::DateTime(date) = value(&sheet, first, 2) else { panic!("not a date") };
    assert_eq!(date.to_ymd_hms_milli(), (2024, 10, 4, 0, 0, 0, 0));
    assert_eq!(sheet.end().map(|end| end.0), Some(first + 1), "a row beyond those promised was written");
}

#[test]
fn formulas_are_those_of_totals_alone() {
    let mut reader = Xlsx::new(Cursor::new(bytes(small()))).unwrap();
    let formulas = reader.worksheet_formula("Findings").unwrap();
    let mut formulas: Vec<String> = formulas.used_cells().map(|(.., formula)| formula.clone()).collect();
    formulas.sort();
    let wanted = [
        "ROUND(D6-D5,2)",
        "ROUND(E6-E5,2)",
        "SUBTOTAL(109,D10:D11)",
        "SUBTOTAL(109,E10:E11)",
        "SUM(D10:D11)",
        "SUM(E10:E11)",
    ];
    assert_eq!(formulas, wanted);
}

#[test]
fn hostile_text_stays_text() {
    let long = "x".repeat(40_000);
    let hostile = [
        "=1+1",
        "+cmd",
        "-2",
        "@x",
        "'a",
        "_x0041_",
        "a\0b\u{1b}c\u{ffff}",
        "<b>&\"",
        " spaces ",
        "{=1}",
        "http://x.y",
        &long,
    ];
    let mut book = Book::new(&facts()).unwrap();
    let mut table = Table::new("=caption", &[("=head", Kind::Text)]);
    hostile.iter().for_each(|text| table.row([Value::text(*text)]));
    let blocks = vec![Block::Table(table)];
    book.section("=Index", &Section { id: String::new(), title: "=title".into(), blocks }).unwrap();
    let columns = vec![column("=id", Kind::Text, None), column("b", Kind::Long, None), column("c", Kind::Number, None)];
    let (name, title) = ("a/b [c]".to_owned(), "=title".to_owned());
    let rows = hostile.len() as u64;
    let ledger = Ledger { name, title, notes: vec!["=note".into()], columns, rows, review: false };
    let first = ledger.first_row();
    let ledger = book.ledger(ledger).unwrap();
    for one in hostile {
        book.put(ledger, &[text(one), text(one), text(one)]).unwrap();
    }
    let bytes = bytes(book);
    let (page, sheet) = (read(&bytes, "=Index"), read(&bytes, "a-b -c-"));
    let mut reader = Xlsx::new(Cursor::new(&bytes)).unwrap();
    for sheet in ["=Index", "a-b -c-"] {
        assert_eq!(reader.worksheet_formula(sheet).unwrap().used_cells().count(), 0, "{sheet}");
    }
    for (n, one) in (0..).zip(hostile) {
        let wanted = super::text::clean(one).into_owned();
        for cell in (0..3).map(|column| value(&sheet, first + n, column)).chain([value(&page, 4 + n, 0)]) {
            match cell {
                Data::String(text) if one.contains("_x") => {
                    assert!(text == wanted || text.contains("_x005F_"), "{text}")
                }
                cell => assert!(cell == Data::String(wanted.clone()), "{:.60}", format!("{cell:?}")),
            }
        }
    }
}

#[test]
fn ledgers_take_turns_and_large_ones_do_without_a_table() {
    let mut book = Book::new(&facts()).unwrap();
    let rows = ledger::TABLE_ROWS + 1;
    let large = book.ledger(findings(rows, rows as i64, 100 * rows as i64)).unwrap();
    let small = book
        .ledger(Ledger { name: "findings".into(), ..findings(rows / 2, rows as i64 / 2, 50 * rows as i64) })
        .unwrap();
    for n in 0..rows {
        book.put(large, &row(&format!("f_{n}"), 1, 100, "")).unwrap();
        if n % 2 == 1 {
            book.put(small, &row(&format!("f_{n}"), 1, 200, "")).unwrap();
        }
    }
    // An odd row is left: the smaller one has paid one row less.
    let Err(error) = book.finish(Vec::new(), Path::new("book.xlsx")) else { panic!("a wrong total was taken") };
    assert!(error.to_string().contains("amount_paid add up to"), "{error}");
}

#[test]
fn a_ledger_must_have_its_rows() {
    let mut book = Book::new(&facts()).unwrap();
    let ledger = book.ledger(findings(2, 3, 1099)).unwrap();
    book.put(ledger, &row("f_1", 3, 1099, "")).unwrap();
    assert!(book.put(ledger, &[text("f_2")]).is_err());
    assert!(book.finish(Vec::new(), Path::new("book.xlsx")).unwrap_err().to_string().contains("1 of 2 rows"));
}

#[test]
fn every_block_has_its_place() {
    let bars = Bars {
        title: "Units over by payer".into(),
        bars: vec![("a".into(), Some(3)), ("b".into(), None), ("c".into(), Some(1))],
        marks: vec![(1, "8".into())],
        cumulative: true,
        ..Bars::default()
    };
    let points = vec![("T-1".into(), 40, 1490), ("T-2".into(), 90, 900)];
    let funnel = Funnel { title: "Minutes per unit".into(), points, centre: 1500, spread: 300.0, ..Funnel::default() };
    let figure = Figure { value: "26".into(), label: "exceptions".into(), note: "of 900".into() };
    let fold =
        Block::Fold { id: "fold".into(), title: "More".into(), blocks: vec![Block::Lines("a  b\n  c\n".into())] };
    let blocks = vec![
        Block::Text("word ".repeat(60)),
        Block::Warning("careful".into()),
        Block::List(vec!["one".into(), "two".into()]),
        Block::Figures(vec![figure]),
        Block::Chart(Chart::Bars(bars), Table::new("t", &[("a", Kind::Text)])),
        Block::Chart(Chart::Funnel(funnel), Table::default()),
        fold,
    ];
    let made = || {
        let mut book = Book::new(&facts()).unwrap();
        let section = Section { id: "a".into(), title: "Charts".into(), blocks: blocks.clone() };
        book.section("Charts", &section).unwrap();
        book.section("Charts", &Section { id: "b".into(), title: "Again".into(), blocks: Vec::new() }).unwrap();
        bytes(book)
    };
    let bytes = made();
    assert!(bytes == made());
    let page = read(&bytes, "Charts");
    let texts: Vec<String> = page.used_cells().map(|(.., cell)| cell.to_string()).collect();
    for wanted in ["Warning: careful", "•  two", "26", "exceptions – of 900", "a  b", "  c", "More", "Again"] {
        assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:?}");
    }
    assert_eq!(value(&read(&bytes, "Chart data"), 2, 1), Data::Float(3.0));
}
