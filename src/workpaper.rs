//! The work paper: index, summaries, a sheet for each kind of finding, refunds, rows that are not audited, proofs, method.
//!
//! Findings are too many to be held, and a sheet says how many rows it has before the first: so they are gone through twice, first
//! to count and to add up, then to be written.

use crate::audience::Names;
use crate::blocks::{self, Block, Cell, Kind, Section, Table, thousands};
use crate::book::{Book, BookFacts, Column, Ledger};
use crate::checks::{ALL, by_name};
use crate::content::{self, Facts};
use crate::error::Result;
use crate::grid::{Record, Value};
use crate::hash::HashingWriter;
use crate::proof::Proof;
use crate::reference::{Day, Settings, date};
use crate::refunds::{self, Refunds};
use crate::report::Folder;
use crate::review::Disposition;
use chrono::NaiveDateTime;
use hashbrown::HashMap;
use std::io::BufWriter;
use std::path::Path;

/// What the work paper is made of.
pub struct Workpaper<'a> {
    /// The run.
    pub facts: &'a Facts<'a>,
    /// Look-back and limits of filing.
    pub settings: &'a Settings,
    /// Proofs of the first findings of each check.
    pub proofs: &'a [Proof],
    /// When it is said to be made.
    pub made_at: NaiveDateTime,
    /// Rows of a sheet, at most.
    pub most: u64,
    /// The day from which look-back and limits of filing are counted.
    pub as_of: Option<Day>,
}

/// Names of columns with what stands in them.
type Columns = &'static [(&'static str, Kind)];

/// Takes a row: name of its sheet, the sheet's columns, the values.
type TakeRow<'a> = dyn FnMut(&str, Columns, Vec<Value>) -> Result<()> + 'a;

/// Columns of a sheet of findings, as in the table `findings`.
const FINDINGS: [(&str, Kind); 26] = [
    ("finding_id", Kind::Text),
    ("severity", Kind::Text),
    ("certainty", Kind::Text),
    ("date_of_service", Kind::Day),
    ("patient_id", Kind::Text),
    ("therapist_id", Kind::Text),
    ("clinic", Kind::Text),
    ("payer", Kind::Text),
    ("discipline", Kind::Text),
    ("code", Kind::Text),
    ("units_billed", Kind::Number),
    ("units_supported", Kind::Number),
    ("units_over", Kind::Number),
    ("units_under", Kind::Number),
    ("reason", Kind::Long),
    ("source_rows", Kind::Long),
    ("claim_id", Kind::Text),
    ("amount_billed_cents", Kind::Cents),
    ("amount_allowed_cents", Kind::Cents),
    ("amount_paid_cents", Kind::Cents),
    ("attribution", Kind::Text),
    ("primary", Kind::Text),
    ("also", Kind::Text),
    ("citation", Kind::Long),
    ("session_id", Kind::Text),
    ("waived", Kind::Text),
];

/// Place of the column that says whether a waiver accepts a finding.
const WAIVED: usize = FINDINGS.len() - 1;

/// Columns of a sheet of rows that are not audited.
const LOST: [(&str, Kind); 7] = [
    ("source_file", Kind::Text),
    ("source_row", Kind::Number),
    ("column", Kind::Text),
    ("problem", Kind::Long),
    ("month", Kind::Text),
    ("units", Kind::Number),
    ("charge_cents", Kind::Cents),
];

/// Summary tables that have a sheet: the sheet, the table, and whether its columns add up to the overview.
const SUMMARIES: [(&str, &str, bool); 12] = [
    ("By check", "by_check", false),
    ("By cause", "by_cause", false),
    ("By therapist", "by_therapist", true),
    ("By clinic", "by_clinic", true),
    ("By payer", "by_payer", true),
    ("By month", "by_month", true),
    ("By code", "by_code", false),
    ("Amounts", "amounts", false),
    ("Payers", "payers", false),
    ("What if", "what_if", false),
    ("Coverage", "coverage", false),
    ("Timed minutes", "by_timed_minutes", false),
];

/// A sheet whose rows stream by.
struct Streamed {
    name: String,
    title: String,
    columns: Columns,
    review: bool,
    /// Table of the folder that has all rows.
    table: &'static str,
    /// Rows there are, and sums of the numbers in those that the sheet has; none where no row has a number.
    rows: u64,
    sums: Vec<Option<i64>>,
    /// Units over of all rows, and of those that are primary.
    over: (i64, i64),
}

impl Workpaper<'_> {
    /// Writes the workbook to a file of the folder; its SHA-256.
    ///
    /// # Errors
    /// A table cannot be read back, or the file cannot be written.
    pub fn write(&self, folder: &Folder, name: &str) -> Result<String> {
        let manifest = &self.facts.run.manifest;
        let refunds = Refunds::new(self.facts.run, self.settings, self.as_of)?;
        let mut sheets: Vec<Streamed> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        self.each_row(&refunds, &mut |key, columns, values| {
            let place = *places.entry(key.to_owned()).or_insert_with(|| {
                sheets.push(Streamed::new(key, columns));
                sheets.len() - 1
            });
            sheets[place].count(&values, self.most);
            Ok(())
        })?;
        // In the order of the checks, whatever came first.
        sheets.sort_by_key(|sheet| ALL.iter().position(|check| check.name == sheet.name).unwrap_or(ALL.len()));
        let (_, anchors) = self.proof_lines();
        let mut book = Book::new(&BookFacts {
            title: "Therapy billing audit: work paper".into(),
            run: manifest.run.clone(),
            program: format!("{} {}", manifest.program, manifest.version),
            created: self.made_at,
            waiting: folder.staging().to_owned(),
        })?;
        book.section("Index", &self.index(&sheets))?;
        for (sheet, table, ties) in self.summaries() {
            self.summary(&mut book, sheet, table, ties)?;
        }
        let mut ledgers: HashMap<String, usize> = HashMap::new();
        for sheet in &sheets {
            ledgers.insert(sheet.name.clone(), book.ledger(sheet.ledger(self))?);
        }
        // What was decided before stands in the new book, too.
        let decided: HashMap<&str, &Disposition> = self
            .facts
            .review
            .iter()
            .flat_map(|review| &review.dispositions)
            .map(|one| (one.finding_id.as_str(), one))
            .collect();
        self.each_row(&refunds, &mut |key, columns, values| {
            let cell = |(value, (name, _)): (Value, &(&str, Kind))| match (&value, *name) {
                (Value::Text(id), "finding_id") if anchors.contains_key(id) => {
                    Cell::Link(id.clone(), anchors[id].clone())
                }
                _ => Cell::Is(value),
            };
            let mut cells: Vec<Cell> = values.into_iter().zip(columns).map(cell).collect();
            if let (true, Cell::Is(Value::Text(id)) | Cell::Link(id, _)) = (std::ptr::eq(columns, &FINDINGS), &cells[0])
            {
                let own = decided.get(id.as_str()).map(|one| reviewed(one));
                cells.extend(own.into_iter().flatten().map(Cell::Is));
            }
            // What is beyond the sheet's rows is in the table that it names.
            book.put(ledgers[key], &cells)
        })?;
        self.proofs(&mut book)?;
        book.section("Method", &content::method(self.facts, &Names::identified()))?;
        book.section("Not tested", &content::not_tested(self.facts))?;
        book.section("Tick marks", &tick_marks())?;
        let mut file = HashingWriter::new(BufWriter::new(folder.create(name)?));
        book.finish(&mut file, Path::new(name))?;
        file.finish().map_err(|error| folder.failed(name, &error))
    }

    /// Hands on every row of every streamed sheet: the sheet's name, its columns, the values.
    fn each_row(&self, refunds: &Refunds, take: &mut TakeRow) -> Result<()> {
        let run = self.facts.run;
        let values =
            |row: &Record, columns: &[(&str, Kind)]| columns.iter().map(|(name, _)| row.get(name).clone()).collect();
        run.each("findings", &mut |rows| {
            for row in rows.records() {
                let check = row.text("check");
                // A user's pattern may be called like a sheet of ours.
                let own = if by_name(check).is_none() { &format!("{check} (own)") } else { check };
                let mut values_of_row: Vec<Value> = values(&row, &FINDINGS);
                if self.facts.waivers.is_some_and(|waivers| waivers.waives(&row).is_some()) {
                    values_of_row[WAIVED] = Value::text("yes");
                }
                take(own, &FINDINGS, values_of_row)?;
                if let Some(values) = refunds.over(&row) {
                    let sheet = if row.text("severity") == "exception" { "Refunds" } else { "Refunds to review" };
                    take(sheet, &refunds::OVER, values)?;
                }
                if let Some(values) = refunds.under(&row) {
                    take("Not billed", &refunds::UNDER, values)?;
                }
            }
            Ok(())
        })?;
        for (table, name) in [("rejects", "Rejected rows"), ("excluded", "Excluded rows")] {
            run.each(table, &mut |rows| rows.records().try_for_each(|row| take(name, &LOST, values(&row, &LOST))))?;
        }
        Ok(())
    }

    /// What the book is, and where what is.
    fn index(&self, sheets: &[Streamed]) -> Section {
        let manifest = &self.facts.run.manifest;
        let pair = [("", Kind::Text), (" ", Kind::Text)];
        let mut about = Table::new("This book", &pair);
        let dates = manifest.dates.as_ref().map_or("none".into(), |(first, last)| format!("{first} to {last}"));
        for (name, value) in [
            ("run id", manifest.run.clone()),
            ("program", format!("{} {}", manifest.program, manifest.version)),
            ("dates of service", dates),
            ("exports", manifest.inputs.iter().map(|input| input.file.as_str()).collect::<Vec<_>>().join("; ")),
            (
                "options",
                manifest.options.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join("; "),
            ),
            ("population", self.population()),
            (
                "procedure",
                "units that the exported minutes support, recounted for every session and held against the bill".into(),
            ),
            (
                "certainty",
                "no sample was drawn, so the arithmetic has no sampling error; the signed notes were not read".into(),
            ),
            ("prepared by, date", String::new()),
            ("reviewed by, date", String::new()),
        ] {
            about.row([Value::text(name), Value::text(value)]);
        }
        let mut contents =
            Table::new("Sheets", &[("sheet", Kind::Text), ("what it holds", Kind::Long), ("rows", Kind::Number)]);
        let mut sheet = |name: &str, what: String, rows: Option<u64>| {
            let rows = rows.map_or(Value::Empty, |rows| Value::Whole(rows as i64));
            contents.rows.push(vec![
                Cell::Link(name.to_owned(), format!("{name}!A1")),
                Cell::Is(Value::text(what)),
                Cell::Is(rows),
            ]);
        };
        for (name, table, _) in self.summaries() {
            sheet(name, content::title(table), Some(self.facts.table(table).rows.len() as u64));
        }
        sheets.iter().for_each(|streamed| sheet(&streamed.name, streamed.title.clone(), Some(streamed.rows)));
        for (name, what) in [
            ("Proofs", "the arithmetic of sessions with findings, to be done again with pencil and paper"),
            ("Method", "how the numbers came about, and where the rules are written"),
            ("Not tested", "what this audit says nothing about"),
            ("Tick marks", "what the marks mean, and how to review"),
        ] {
            sheet(name, what.into(), None);
        }
        let mut blocks = vec![Block::Table(about)];
        blocks.extend(content::result(self.facts));
        blocks.push(Block::Table(content::totals(self.facts)));
        blocks.push(Block::Table(contents));
        Section { id: "index".into(), title: "Therapy billing audit: work paper".into(), blocks }
    }

    /// The summary tables that this run has. Where no other rule was tried, there is nothing to show of one.
    fn summaries(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let has = |table: &str| {
            let grid = self.facts.table(table);
            !grid.columns.is_empty() && (table != "what_if" || !grid.rows.is_empty())
        };
        SUMMARIES.into_iter().filter(move |(_, table, _)| has(table))
    }

    /// What was audited, in numbers.
    fn population(&self) -> String {
        let of = |measure: &str| thousands(self.facts.measure(measure));
        format!("{} lines, {} sessions, {} patients", of("lines audited"), of("sessions"), of("patients"))
    }

    /// A summary table as a sheet.
    fn summary(&self, book: &mut Book, sheet: &str, table: &str, ties: bool) -> Result<()> {
        let grid = self.facts.table(table);
        let shown = content::titled(self.facts, table);
        let total = |name: &str| {
            let measure = match name {
                "sessions" => "sessions",
                "auditable_sessions" => "auditable sessions",
                "units_billed" => "units billed",
                "units_supported" => "units supported",
                "units_over" => "units over",
                "units_under" => "units under",
                "short_sessions" => "short sessions",
                _ => return None,
            };
            ties.then(|| self.facts.measure(measure))
        };
        let column = |(name, heading): (&String, &blocks::Heading)| Column {
            heading: name.trim_end_matches("_cents").to_owned(),
            kind: heading.kind,
            total: total(name),
        };
        let notes = match table {
            _ if ties => vec!["Our value is that of the table overview.".to_owned()],
            "by_cause" => vec![
                "A mistake that gives just the units billed says how the bill can have come about, not that it did. A session that several \
                 explain counts for each of them, so rows do not add up and shares overlap."
                    .to_owned(),
            ],
            "what_if" => vec![
                "The same sessions under the rule that was asked about; every other sheet has them under the rule they were judged by."
                    .to_owned(),
            ],
            _ => Vec::new(),
        };
        let ledger = book.ledger(Ledger {
            name: sheet.into(),
            title: content::title(table),
            notes,
            columns: grid.columns.iter().zip(&shown.columns).map(column).collect(),
            rows: grid.rows.len() as u64,
            review: false,
        })?;
        shown.rows.iter().try_for_each(|row| book.put(ledger, row))
    }

    /// The lines of all proofs, and where in their sheet the proof of each finding begins.
    fn proof_lines(&self) -> (Vec<[String; 2]>, HashMap<String, String>) {
        let first = self.ledger_of_proofs(0).first_row();
        let (mut lines, mut anchors) = (Vec::new(), HashMap::new());
        for proof in self.proofs {
            let row = first as usize + lines.len() + 1;
            anchors.extend(proof.findings.iter().map(|finding| (finding.clone(), format!("Proofs!A{row}"))));
            let text = blocks::text(&proof.blocks);
            lines.extend(text.lines().map(|line| [proof.session_id.clone(), line.to_owned()]));
            lines.push([String::new(), String::new()]);
        }
        (lines, anchors)
    }

    fn ledger_of_proofs(&self, lines: usize) -> Ledger {
        let column = |name: &str, kind: Kind| Column { heading: name.into(), kind, total: None };
        Ledger {
            name: "Proofs".into(),
            title: "Proofs: the arithmetic of sessions with findings".into(),
            notes: vec![format!(
                "Of the first findings of each check: {} sessions. recount explain DIR FINDING shows the proof of any other.",
                thousands(self.proofs.len() as i64)
            )],
            columns: vec![column("session_id", Kind::Text), column("proof", Kind::Line)],
            rows: lines as u64,
            review: false,
        }
    }

    fn proofs(&self, book: &mut Book) -> Result<()> {
        let (lines, _) = self.proof_lines();
        let ledger = book.ledger(self.ledger_of_proofs(lines.len()))?;
        lines.iter().try_for_each(|line| book.put(ledger, &line.clone().map(|text| Cell::Is(Value::text(text)))))
    }
}

impl Streamed {
    fn new(name: &str, columns: Columns) -> Streamed {
        let check = ALL.iter().find(|check| check.name == name);
        let (title, table) = match (check, name) {
            (Some(check), _) => (crate::checks::summary(check.page), "findings"),
            (None, "Refunds") => {
                ("Units over that are exceptions, each once, by payer and claim".to_owned(), "findings")
            }
            (None, "Refunds to review") => {
                ("Units over that a person must look at first, each once".to_owned(), "findings")
            }
            (None, "Not billed") => ("Units under: supported and not billed, never set off".to_owned(), "findings"),
            (None, "Rejected rows") => ("Rows that could not be read".to_owned(), "rejects"),
            (None, "Excluded rows") => ("Rows that were set aside".to_owned(), "excluded"),
            (None, own) => (format!("Findings of your own pattern {}", own.trim_end_matches(" (own)")), "findings"),
        };
        let review = std::ptr::eq(columns, &FINDINGS);
        Streamed {
            name: name.into(),
            title,
            columns,
            review,
            table,
            rows: 0,
            sums: vec![None; columns.len()],
            over: (0, 0),
        }
    }

    fn count(&mut self, values: &[Value], most: u64) {
        self.rows += 1;
        let place = |name: &str| self.columns.iter().position(|(own, _)| *own == name);
        if let Some(Value::Whole(over)) = place("units_over").map(|place| &values[place]) {
            let primary = place("primary").is_none_or(|place| values[place] == Value::Flag(true));
            self.over = (self.over.0 + over, self.over.1 + if primary { *over } else { 0 });
        }
        if self.rows <= most {
            for (sum, value) in self.sums.iter_mut().zip(values) {
                if let Value::Whole(number) = value {
                    *sum = Some(sum.unwrap_or(0) + number);
                }
            }
        }
    }

    fn ledger(&self, paper: &Workpaper) -> Ledger {
        let put = self.rows.min(paper.most);
        let file = paper.facts.run.file(self.table).unwrap_or_default();
        let mut notes = vec![format!("{} of {}, all in {file}.", thousands(put as i64), thousands(self.rows as i64))];
        let (over, primary) = self.over;
        if put < self.rows && over > 0 {
            notes.push(format!(
                "The totals are those of these rows; all rows together have {} units over.",
                thousands(over)
            ));
        }
        if primary < over {
            notes.push(format!(
                "{} of {} units over are counted here (primary); the others by the finding that stands in also, or by those of the \
                 sessions.",
                thousands(primary),
                thousands(over)
            ));
        }
        let as_of = paper.as_of.map_or("no day".into(), |day| date(day).to_string());
        if self.name.starts_with("Refunds") {
            notes.push(format!(
                "paid_share: the part of what was paid that the units over have, if all units of these lines were priced alike. An \
                 estimate: the claim as corrected decides. look_back: within six years of {as_of} by the date of service; receipt of the \
                 money decides (42 CFR 401.305, for Medicare; for others their contract). Self-pay is left out."
            ));
        } else if self.name == "Not billed" {
            notes.push(format!(
                "filing_limit: of Medicare Part B, a year after the date of service, seen from {as_of} (42 CFR 424.44)."
            ));
        }
        let column = |(n, (name, kind)): (usize, &(&str, Kind))| {
            let adds_up = matches!(kind, Kind::Number | Kind::Cents) && *name != "source_row";
            Column {
                heading: name.trim_end_matches("_cents").into(),
                kind: *kind,
                total: self.sums[n].filter(|_| adds_up),
            }
        };
        Ledger {
            name: self.name.clone(),
            title: self.title.clone(),
            notes,
            columns: self.columns.iter().enumerate().map(column).collect(),
            rows: put,
            review: self.review,
        }
    }
}

/// What a reviewer decided, in the columns of reviewers.
fn reviewed(one: &Disposition) -> [Value; 6] {
    [
        Value::text(one.tick.as_str()),
        Value::text(one.disposition.name()),
        Value::whole(one.corrected_units),
        Value::text(one.note.as_str()),
        Value::text(one.initials.as_str()),
        one.date.map_or(Value::Empty, Value::Day),
    ]
}

/// What the marks mean, and how a reviewer works with the book.
fn tick_marks() -> Section {
    let mut marks = Table::new("Tick marks", &[("mark", Kind::Text), ("means", Kind::Long)]);
    for (mark, means) in [
        ("T", "traced: the row of the export says what stands here"),
        ("N", "agrees with the signed note"),
        ("M", "the note has other minutes than the export"),
        ("C", "recomputed by hand, with the same result"),
        ("P", "the payer's own rule was looked up"),
        ("X", "no note was found"),
    ] {
        marks.row([mark, means].map(Value::text));
    }
    let steps = [
        "Reviewer columns are the last of each sheet of findings: tick, disposition (agreed, disagreed, open), corrected units, note, \
         initials, date. Everything else is protected, without a password.",
        "A total above a column is a live formula beside our own value; the difference must be 0.",
        "recount review import takes the dispositions back into the folder of the run; the next report counts them.",
    ];
    let blocks = vec![Block::Table(marks), Block::List(steps.map(str::to_owned).to_vec())];
    Section { id: "tick-marks".into(), title: "Tick marks and review".into(), blocks }
}
