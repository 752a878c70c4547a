//! What a report says, in blocks: paragraphs, tables, charts. It is made once and shown as a page, as sheets or as text, so that
//! none of them can say something else than the others.

use crate::grid::Value;
use std::fmt::Write;

/// A part of a report, with a heading of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its name in links: small letters, digits and hyphens, the same in every run.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What stands under it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Something that casts doubt on what follows.
    Warning(String),
    /// Text as on a terminal: its line ends and spaces are kept.
    Lines(String),
    /// A list.
    List(Vec<String>),
    /// Figures that a reader should see first.
    Figures(Vec<Figure>),
    /// A table.
    Table(Table),
    /// A chart, with the table it is drawn from.
    Chart(Chart, Table),
    /// Blocks that open on request, under a line that stays; links lead to its id.
    Fold {
        /// Its name in links.
        id: String,
        /// The line that stays.
        title: String,
        /// What opens.
        blocks: Vec<Block>,
    },
}

/// A figure with what it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The figure, as shown: `26`.
    pub value: String,
    /// What it counts: `exceptions`.
    pub label: String,
    /// What it is of, or how to read it.
    pub note: String,
}

/// A table as shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What it shows, in one sentence.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Heading>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// What must be known to read it, and what is left out.
    pub note: String,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// As shown.
    pub text: String,
    /// What its cells are.
    pub kind: Kind,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Text that is long: a reason, a citation.
    Long,
    /// Whole numbers.
    Number,
    /// Whole cents.
    Cents,
    /// Decimals with one digit.
    Decimal,
    /// Days.
    Day,
    /// A line as on a terminal: its spaces are kept.
    Line,
}

/// A cell as shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A value.
    Is(Value),
    /// A value that is not shown, since too few patients stand behind it, or since it would tell of one that is not shown.
    Hidden,
    /// Text that leads to another part of the report: the text, and the id of that part.
    Link(String, String),
}

/// A chart: what is drawn. How, says whoever draws it.
#[derive(Clone, Debug, PartialEq)]
pub enum Chart {
    /// Bars side by side.
    Bars(Bars),
    /// Points within limits that narrow with the number of sessions.
    Funnel(Funnel),
}

/// Bars side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// What it shows.
    pub title: String,
    /// The same in words, for who cannot see it: what to notice.
    pub description: String,
    /// What stands along the bottom.
    pub x: String,
    /// What the height is.
    pub y: String,
    /// The bars; without a height it is not shown how high it is.
    pub bars: Vec<(String, Option<i64>)>,
    /// Lines that stand before the bar of that place, with their words: the limits of bands.
    pub marks: Vec<(usize, String)>,
    /// Whether the share of all bars up to each is drawn above them (a Pareto chart).
    pub cumulative: bool,
}

/// Points within limits that narrow with the number of sessions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Funnel {
    /// What it shows.
    pub title: String,
    /// The same in words.
    pub description: String,
    /// What stands along the bottom.
    pub x: String,
    /// What the height is.
    pub y: String,
    /// The points: name, sessions, and the value in hundredths.
    pub points: Vec<(String, i64, i64)>,
    /// The value that is expected, in hundredths.
    pub centre: i64,
    /// Distance of the limits from it at one session, in hundredths; at n sessions it is this by the root of n.
    pub spread: f64,
}

impl Table {
    /// An empty table.
    pub fn new(caption: impl Into<String>, columns: &[(&str, Kind)]) -> Table {
        let columns = columns.iter().map(|(text, kind)| Heading { text: (*text).to_owned(), kind: *kind }).collect();
        Table { caption: caption.into(), columns, ..Table::default() }
    }

    /// Adds a row.
    pub fn row(&mut self, values: impl IntoIterator<Item = Value>) {
        self.rows.push(values.into_iter().map(Cell::Is).collect());
    }
}

impl Cell {
    /// As a page or a terminal shows it, by what its column holds.
    pub fn shown(&self, kind: Kind) -> String {
        match (self, kind) {
            (Cell::Hidden, _) => "not shown".into(),
            (Cell::Link(text, _), _) => text.clone(),
            (Cell::Is(Value::Whole(cents)), Kind::Cents) => dollars(*cents),
            (Cell::Is(Value::Whole(number)), _) => thousands(*number),
            (Cell::Is(Value::Flag(flag)), _) => if *flag { "yes" } else { "no" }.into(),
            (Cell::Is(value), _) => value.to_string(),
        }
    }
}

/// Cents as 1,234.50.
pub fn dollars(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let size = cents.unsigned_abs();
    format!("{sign}{}.{:02}", thousands((size / 100) as i64), size % 100)
}

/// 1234567 as 1,234,567.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Width of text on a page of 80 columns.
const WIDTH: usize = 80;

/// Blocks as plain text, 80 columns wide. Charts are left to their tables.
pub fn text(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Text(words) => wrapped(&mut text, "", words),
            Block::Warning(words) => wrapped(&mut text, "", &format!("WARNING: {words}")),
            Block::Lines(lines) => {
                text.push_str(lines.trim_end());
                text.push('\n');
            }
            Block::List(items) => items.iter().for_each(|item| wrapped(&mut text, "- ", item)),
            Block::Figures(figures) => {
                for figure in figures {
                    let note = if figure.note.is_empty() { String::new() } else { format!(" ({})", figure.note) };
                    wrapped(&mut text, "", &format!("{} {}{note}", figure.value, figure.label));
                }
            }
            Block::Table(table) | Block::Chart(_, table) => text.push_str(&table_text(table)),
            Block::Fold { title, blocks, .. } => {
                wrapped(&mut text, "", title);
                text.push_str(&self::text(blocks));
            }
        }
        text.push('\n');
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

/// A paragraph; `lead` stands before its first line, and the others are as far in.
fn wrapped(text: &mut String, lead: &str, words: &str) {
    text.push_str(lead);
    let (indent, mut column) = (" ".repeat(lead.len()), lead.len());
    for word in words.split_whitespace() {
        let long = word.chars().count();
        if column > lead.len() && column + 1 + long > WIDTH {
            let _ = write!(text, "\n{indent}");
            column = lead.len();
        }
        if column > lead.len() {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += long;
    }
    text.push('\n');
}

/// A table; one that is too wide for its columns is shown row by row, a line for each cell.
fn table_text(table: &Table) -> String {
    let mut text = String::new();
    if !table.caption.is_empty() {
        wrapped(&mut text, "", &format!("{}:", table.caption));
    }
    let cells: Vec<Vec<String>> = std::iter::once(table.columns.iter().map(|column| column.text.clone()).collect())
        .chain(table.rows.iter().map(|row| {
            row.iter()
                .zip(&table.columns)
                .map(|(cell, column)| cell.shown(column.kind).replace(['\n', '\r'], " "))
                .collect()
        }))
        .collect();
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let right = |column: usize| matches!(table.columns[column].kind, Kind::Number | Kind::Cents | Kind::Decimal);
    if widths.iter().map(|width| width + 2).sum::<usize>() <= WIDTH {
        for row in &cells {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let _ = if right(column) { write!(line, "  {cell:>width$}") } else { write!(line, "  {cell:<width$}") };
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    } else {
        for row in &cells[1..] {
            for (name, cell) in cells[0].iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                wrapped(&mut text, "  ", &format!("{name}: {cell}"));
            }
            text.push('\n');
        }
        text.pop();
    }
    if !table.note.is_empty() {
        wrapped(&mut text, "", &table.note);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_fits_stands_in_columns() {
        let mut table = Table::new("Lines", &[("code", Kind::Text), ("paid", Kind::Cents)]);
        table.row([Value::text("97110"), Value::Whole(123_456)]);
        table.row([Value::text("G0283"), Value::Empty]);
        let wanted = "Lines:\n  code       paid\n  97110  1,234.56\n  G0283\n";
        assert_eq!(text(&[Block::Table(table)]), wanted);
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        let long = "word ".repeat(60);
        let mut table = Table::new("Wide", &[("a", Kind::Text), ("b", Kind::Long)]);
        table.row([Value::text("x"), Value::text(long.trim())]);
        let shown = text(&[Block::Text(long.clone()), Block::List(vec![long]), Block::Table(table)]);
        assert!(shown.lines().all(|line| line.chars().count() <= WIDTH), "{shown}");
    }
}
