//! `recount verify`: whether a folder still holds the run that its manifest tells of. Files are hashed anew, and every total is made
//! anew from the tables below it.

use crate::audience::MAP;
use crate::blocks::{Block, Kind, Table, dollars, text, thousands};
use crate::error::Result;
use crate::finished::FinishedRun;
use crate::grid::{Grid, Value};
use crate::hash::HashingWriter;
use crate::ingest::Totals;
use crate::parquet::ParquetFile;
use crate::report::{MANIFEST, REVIEW, TableFormat};
use crate::review::Review;
use crate::words::counted;
use hashbrown::HashSet;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Component, Path};

/// Where a stated figure stands.
#[derive(Clone, Copy)]
enum Stated {
    Manifest,
    Overview,
    /// In the table made of the sessions: what findings must add up to.
    Sessions,
}

/// A figure that was stated, and what it is by the tables.
struct Figure {
    what: String,
    stated: (Stated, i64),
    anew: i64,
    from: &'static str,
    money: bool,
}

/// What was looked at so far.
struct Verification<'a> {
    run: &'a FinishedRun,
    overview: BTreeMap<String, i64>,
    figures: Vec<Figure>,
    /// What is not as it should be.
    wrong: Vec<String>,
    /// What could not be looked at, and why.
    left: Vec<String>,
    /// Files in the folder that the manifest need not name.
    beside: Vec<String>,
    /// Files of the manifest that are what the run wrote.
    sound: u64,
    /// SHA-256 of work papers whose decisions were taken back.
    taken_back: Vec<String>,
}

/// Checks the files of a finished run against its manifest, and its totals against its tables: what the terminal says, and whether
/// all is as it should be.
///
/// # Errors
/// The folder holds no finished run.
pub fn verify(folder: &Path) -> Result<(String, bool)> {
    let run = FinishedRun::open(folder)?;
    let mut verification = Verification {
        run: &run,
        overview: BTreeMap::new(),
        figures: Vec::new(),
        wrong: Vec::new(),
        left: Vec::new(),
        beside: Vec::new(),
        sound: 0,
        taken_back: Review::of_folder(folder).ok().flatten().map(|review| review.books).unwrap_or_default(),
    };
    verification.files();
    verification.strangers();
    verification.manifest();
    verification.lines();
    verification.lost();
    verification.sessions_and_findings();
    verification.summaries();
    Ok(verification.said())
}

impl Verification<'_> {
    /// Each file that the manifest names: there, unchanged, with as many rows.
    fn files(&mut self) {
        let manifest = &self.run.manifest;
        let outputs = manifest.outputs.iter().map(|(name, output)| (name, &output.sha256, Some(output.rows)));
        let made = manifest.deliverables.iter().map(|(name, sha256)| (name, sha256, None));
        for (name, sha256, rows) in outputs.chain(made) {
            if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
                self.wrong.push(format!("The manifest names {}, which is no file of this folder.", clean(name)));
                continue;
            }
            let path = self.run.folder().join(name);
            let hash = File::open(&path).and_then(|mut file| {
                let mut hash = HashingWriter::new(std::io::sink());
                std::io::copy(&mut file, &mut hash)?;
                hash.finish()
            });
            match hash {
                Ok(hash) if hash == *sha256 => self.sound += 1,
                Ok(hash) if self.taken_back.contains(&hash) => {
                    self.beside
                        .push(format!("{name}: filled in by reviewers, and taken back with recount review import"));
                }
                Ok(hash) => {
                    let why = if name.ends_with(".xlsx") { " (saving it in a spreadsheet does that)" } else { "" };
                    let problem = format!(
                        "was changed after the run wrote it{why}: its SHA-256 is {hash}, the manifest says {sha256}"
                    );
                    self.wrong.push(format!("{name} {problem}."));
                }
                Err(error) => {
                    let problem = crate::error::plain(&error);
                    self.wrong.push(format!("{name}, which the manifest names, cannot be read: {problem}."));
                    continue;
                }
            }
            match rows.map(|rows| (rows, rows_of(&path))) {
                Some((rows, Some(found))) if rows != found => {
                    self.wrong.push(format!("{name} has {found} rows; the manifest says {rows}."));
                }
                Some((_, None)) => self.wrong.push(format!("{name} cannot be read as a table.")),
                _ => {}
            }
        }
    }

    /// Files in the folder that the manifest does not name.
    fn strangers(&mut self) {
        let manifest = &self.run.manifest;
        let named = |name: &str| manifest.outputs.contains_key(name) || manifest.deliverables.contains_key(name);
        for name in below(self.run.folder(), "") {
            let own = name.rsplit('/').next().unwrap_or_default();
            match name.as_str() {
                MANIFEST => {}
                name if named(name) => {}
                REVIEW => self.beside.push(format!("{REVIEW}: what reviewers decided")),
                MAP => self.beside.push(format!("{MAP}: who stands behind the pseudonyms of report.html")),
                name if own.starts_with('.') || own.starts_with("~$") => {
                    self.beside.push(format!("{}: left by another program", clean(name)));
                }
                name => {
                    self.wrong.push(format!("{} is in the folder, and the manifest does not name it.", clean(name)))
                }
            }
        }
    }

    /// What the manifest says of itself.
    fn manifest(&mut self) {
        let manifest = &self.run.manifest;
        let id = manifest.run_id();
        if manifest.run != id {
            let said = clean(&manifest.run);
            self.wrong.push(format!("The manifest was changed: its run id is {said}, and what it says makes {id}."));
        }
        let totals = manifest.totals;
        self.totals("read", totals.read, totals.audited + totals.excluded + totals.rejected, "parts");
        let rows: u64 = manifest.inputs.iter().map(|input| input.source_rows).sum();
        self.stated("rows read", totals.read.rows as i64, rows as i64, "exports");
        let Some(table) = self.table("tables/overview") else { return };
        self.overview =
            table.records().map(|row| (row.text("measure").into(), row.whole("value").unwrap_or(0))).collect();
        for (measure, anew) in [
            ("rows read", totals.read.rows as i64),
            ("rows rejected", totals.rejected.rows as i64),
            ("rows excluded", totals.excluded.rows as i64),
            ("lines audited", totals.audited.rows as i64),
            ("units on all lines", totals.audited.units),
            ("charges on all lines", totals.audited.charge_cents),
            ("sessions", manifest.sessions.read as i64),
            ("auditable sessions", manifest.sessions.auditable as i64),
        ] {
            self.measure(measure, anew, "manifest");
        }
    }

    /// Audited lines.
    fn lines(&mut self) {
        let mut totals = Totals::default();
        let (mut clinicians, mut clinics) = (HashSet::new(), HashSet::new());
        let scanned = self.scan("lines", &mut |rows| {
            let [units, charge, clinician, clinic] =
                ["units_billed", "charge_cents", "therapist_id", "clinic"].map(|name| rows.column(name));
            for row in &rows.rows {
                totals.add(whole(row, units), whole(row, charge));
                name(&mut clinicians, row, clinician);
                name(&mut clinics, row, clinic);
            }
        });
        if !scanned {
            return;
        }
        self.totals("audited", self.run.manifest.totals.audited, totals, "lines");
        self.measure("clinicians named", clinicians.len() as i64, "lines");
        self.measure("clinics named", clinics.len() as i64, "lines");
    }

    /// Rows that are not audited.
    fn lost(&mut self) {
        let totals = self.run.manifest.totals;
        for (table, part, stated) in
            [("excluded", "excluded", totals.excluded), ("rejects", "rejected", totals.rejected)]
        {
            let mut anew = Totals::default();
            let scanned = self.scan(table, &mut |rows| {
                let [units, charge] = ["units", "charge_cents"].map(|name| rows.column(name));
                rows.rows.iter().for_each(|row| anew.add(whole(row, units), whole(row, charge)));
            });
            if scanned {
                self.totals(part, stated, anew, table);
            }
        }
    }

    /// Sessions, findings, and that each unit over has one finding that counts it.
    fn sessions_and_findings(&mut self) {
        let over = self.sessions();
        let (mut primary, mut severities) = (0, BTreeMap::<String, i64>::new());
        let scanned = self.scan("findings", &mut |rows| {
            let [severity, counts, units] = ["severity", "primary", "units_over"].map(|name| rows.column(name));
            for row in &rows.rows {
                let severity = of(row, severity).to_string();
                *severities.entry(severity).or_default() += 1;
                primary += if *of(row, counts) == Value::Flag(true) { whole(row, units) } else { 0 };
            }
        });
        if !scanned {
            return;
        }
        let manifest = &self.run.manifest;
        let known = ["exception", "review", "note"];
        let others = manifest.findings.keys().chain(severities.keys()).filter(|name| !known.contains(&name.as_str()));
        let others: Vec<String> = others.cloned().collect();
        for severity in known.into_iter().chain(others.iter().map(String::as_str)) {
            let anew = severities.get(severity).copied().unwrap_or(0);
            let stated = manifest.findings.get(severity).copied().unwrap_or(0);
            self.stated(&format!("findings: {severity}"), stated as i64, anew, "findings");
            self.measure(&format!("findings: {severity}"), anew, "findings");
        }
        if let Some(check) =
            manifest.checks_not_run.iter().find(|(_, why)| *why == "not selected").map(|(check, _)| check)
        {
            let why = format!(
                "units over of findings: without every check ({check} was not selected) they need not be those of sessions"
            );
            self.left.push(why);
        } else if let Some(over) = over {
            self.figure("units over", (Stated::Sessions, over), primary, "findings", false);
        }
    }

    /// Sessions; their units over, if the run wrote them.
    fn sessions(&mut self) -> Option<i64> {
        // Patients are counted by their ids.
        let (mut patients, mut payers) = (HashSet::new(), HashSet::new());
        let mut lines = Totals::default();
        let mut sums = BTreeMap::<&str, i64>::new();
        let scanned = self.scan("sessions", &mut |rows| {
            let places: BTreeMap<&str, usize> =
                rows.columns.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
            let at = |name: &str| places.get(name).copied();
            let timed = Part::of(&places, "timed");
            let interval = Part::of(&places, "interval");
            let untimed = Part::of(&places, "untimed");
            let (patient, payer, basis) = (at("patient_id"), at("payer"), at("rule_basis"));
            let (of_lines, auditable, short) = (at("lines"), at("auditable"), at("short"));
            let (other, minutes) = (at("other_units_billed"), at("timed_minutes"));
            let (cms, midpoint) = (at("over_cms"), at("over_midpoint"));
            for row in &rows.rows {
                let mut add = |name: &'static str, units: i64| *sums.entry(name).or_default() += units;
                let judged = *of(row, auditable) == Value::Flag(true);
                let if_judged = |units: i64| if judged { units } else { 0 };
                let minutes_rules = timed.billed(row) + interval.billed(row);
                // Untimed units need no minutes, so they may be judged where the session is not.
                let counted = *of(row, untimed.over) != Value::Empty;
                add("sessions", 1);
                add("auditable sessions", judged.into());
                add("sessions not auditable", (!judged).into());
                add("units billed", if_judged(minutes_rules) + if counted { untimed.billed(row) } else { 0 });
                add(
                    "units supported",
                    [&timed, &interval, &untimed].iter().map(|part| whole(row, part.supported)).sum(),
                );
                add("units over", [&timed, &interval, &untimed].iter().map(|part| whole(row, part.over)).sum());
                add("units under", if_judged(whole(row, timed.under) + whole(row, interval.under)));
                add("units no rule speaks to", if_judged(whole(row, other)));
                add("timed minutes", if_judged(whole(row, minutes)));
                add("timed units billed", if_judged(timed.billed(row)));
                add("short sessions", (*of(row, short) == Value::Flag(true)).into());
                let open =
                    matches!(of(row, basis), Value::Text(basis) if ["default", "unknown"].contains(&basis.as_str()));
                let one_only = (whole(row, cms) > 0) != (whole(row, midpoint) > 0);
                add("rule-dependent sessions", (judged && open && one_only).into());
                lines.rows += whole(row, of_lines) as u64;
                lines.units += minutes_rules + untimed.billed(row) + whole(row, other);
                name(&mut payers, row, payer);
                name(&mut patients, row, patient);
            }
        });
        if !scanned {
            return None;
        }
        let manifest = &self.run.manifest;
        let (read, auditable, audited) = (manifest.sessions.read, manifest.sessions.auditable, manifest.totals.audited);
        let sum = |name: &str| sums.get(name).copied().unwrap_or(0);
        self.stated("sessions", read as i64, sum("sessions"), "sessions");
        self.stated("auditable sessions", auditable as i64, sum("auditable sessions"), "sessions");
        self.stated("rows audited", audited.rows as i64, lines.rows as i64, "sessions");
        self.stated("units audited", audited.units, lines.units, "sessions");
        self.measure("patients", patients.len() as i64, "sessions");
        self.measure("payers named", payers.len() as i64, "sessions");
        for measure in [
            "sessions not auditable",
            "units billed",
            "units supported",
            "units over",
            "units under",
            "units no rule speaks to",
            "timed minutes",
            "timed units billed",
            "short sessions",
            "rule-dependent sessions",
        ] {
            self.measure(measure, sum(measure), "sessions");
        }
        Some(sum("units over"))
    }

    /// Sums of summary tables that must be those of the run.
    fn summaries(&mut self) {
        let totals = self.run.manifest.totals;
        let (sessions, over) = (("sessions", "sessions"), ("units over", "units_over"));
        if let Some(table) = self.table("tables/control_totals") {
            let sum = |column| sum(&table, column);
            let anew =
                Totals { rows: sum("lines") as u64, units: sum("line_units"), charge_cents: sum("charge_cents") };
            self.totals("audited", totals.audited, anew, "control_totals");
            self.stated("rows excluded", totals.excluded.rows as i64, sum("excluded_rows"), "control_totals");
            self.stated("rows rejected", totals.rejected.rows as i64, sum("rejected_rows"), "control_totals");
        }
        for (path, name, measures) in [
            ("tables/control_totals", "control_totals", &[sessions, over][..]),
            ("tables/by_month", "by_month", &[sessions, over]),
            ("tables/by_therapist", "by_therapist", &[sessions, over]),
            ("tables/by_clinic", "by_clinic", &[sessions, over]),
            ("tables/by_payer", "by_payer", &[sessions, over]),
        ] {
            let Some(table) = self.table(path) else { continue };
            for (measure, column) in measures {
                self.measure(measure, sum(&table, column), name);
            }
        }
    }

    /// Hands the rows of a table to `take`; whether it could be read.
    fn scan(&mut self, table: &'static str, take: &mut dyn FnMut(&Grid)) -> bool {
        let Some(file) = self.run.file(table) else {
            let how = if ["lines", "sessions"].contains(&table) { " (--detail findings)" } else { "" };
            self.left.push(format!("all that stands in {table}: the run did not write it{how}"));
            return false;
        };
        let read = self.run.each(table, &mut |rows| {
            take(&rows);
            Ok(())
        });
        if read.is_err() {
            self.left.push(format!("all that stands in {file}, which cannot be read"));
        }
        read.is_ok()
    }

    /// A small table, if it is there.
    fn table(&mut self, table: &'static str) -> Option<Grid> {
        let mut whole = Grid::default();
        let scanned = self.scan(table, &mut |rows| {
            whole.columns.clone_from(&rows.columns);
            whole.rows.extend(rows.rows.iter().cloned());
        });
        scanned.then_some(whole)
    }

    fn figure(&mut self, what: &str, stated: (Stated, i64), anew: i64, from: &'static str, money: bool) {
        self.figures.push(Figure { what: what.to_owned(), stated, anew, from, money });
    }

    /// A figure that the manifest states.
    fn stated(&mut self, what: &str, stated: i64, anew: i64, from: &'static str) {
        self.figure(what, (Stated::Manifest, stated), anew, from, false);
    }

    /// A figure that the overview states. An overview of the user's own may lack it.
    fn measure(&mut self, measure: &str, anew: i64, from: &'static str) {
        if let Some(stated) = self.overview.get(measure).copied() {
            self.figure(measure, (Stated::Overview, stated), anew, from, measure.starts_with("charges"));
        }
    }

    fn totals(&mut self, part: &str, stated: Totals, anew: Totals, from: &'static str) {
        self.stated(&format!("rows {part}"), stated.rows as i64, anew.rows as i64, from);
        self.stated(&format!("units {part}"), stated.units, anew.units, from);
        let (stated, anew) = (stated.charge_cents, anew.charge_cents);
        self.figure(&format!("charges {part}"), (Stated::Manifest, stated), anew, from, true);
    }

    /// What the terminal says, and whether all is as it should be.
    fn said(mut self) -> (String, bool) {
        let manifest = &self.run.manifest;
        let exports = counted(manifest.inputs.len() as u64, "export");
        let mut table = Table::new(
            "Figures made anew",
            &[
                ("figure", Kind::Text),
                ("stated", Kind::Number),
                ("in", Kind::Text),
                ("made anew", Kind::Number),
                ("from", Kind::Text),
            ],
        );
        for figure in &self.figures {
            let shown = |number: i64| if figure.money { dollars(number) } else { thousands(number) };
            let (stated, anew) = (shown(figure.stated.1), shown(figure.anew));
            let place = figure.stated.0.name();
            if figure.stated.1 != figure.anew {
                self.wrong.push(format!(
                    "{}: {stated} stated in the {place}, {anew} made anew from {}.",
                    figure.what, figure.from
                ));
            }
            table.row([figure.what.as_str(), &stated, place, &anew, figure.from].map(Value::text));
        }
        let files = manifest.outputs.len() + manifest.deliverables.len();
        let first = format!("Run {}: recount {}, {exports}.", clean(&manifest.run), clean(&manifest.version));
        let mut blocks = vec![Block::Text(first), Block::Table(table)];
        let mut list = |title: &str, items: Vec<String>| {
            if !items.is_empty() {
                blocks.push(Block::Text(title.into()));
                blocks.push(Block::List(items));
            }
        };
        list("Not made anew:", self.left);
        list("In the folder beside what the run wrote:", self.beside);
        let sound = self.wrong.is_empty();
        let figures = counted(self.figures.len() as u64, "figure");
        if sound {
            blocks.push(Block::Text(format!(
                "All is as it should be: {} as the run wrote them, and {figures} made anew as stated.",
                counted(files as u64, "file")
            )));
        } else {
            let wrong = match self.wrong.len() {
                1 => "1 thing is not as it should be".to_owned(),
                count => format!("{count} things are not as they should be"),
            };
            let title = format!("{wrong} ({} of {files} files are as the run wrote them):", self.sound);
            list(&title, self.wrong);
        }
        (text(&blocks), sound)
    }
}

impl Stated {
    fn name(self) -> &'static str {
        match self {
            Stated::Manifest => "manifest",
            Stated::Overview => "overview",
            Stated::Sessions => "sessions",
        }
    }
}

/// Columns of sessions for one family of codes.
struct Part {
    billed: Option<usize>,
    supported: Option<usize>,
    over: Option<usize>,
    under: Option<usize>,
}

impl Part {
    fn of(places: &BTreeMap<&str, usize>, family: &str) -> Part {
        let at = |measure: &str| places.get(format!("{family}_units_{measure}").as_str()).copied();
        Part { billed: at("billed"), supported: at("supported"), over: at("over"), under: at("under") }
    }

    fn billed(&self, row: &[Value]) -> i64 {
        whole(row, self.billed)
    }
}

/// The cell in a column.
fn of(row: &[Value], place: Option<usize>) -> &Value {
    place.map_or(&Value::Empty, |place| &row[place])
}

/// The whole number in a column; blanks count 0.
fn whole(row: &[Value], place: Option<usize>) -> i64 {
    match of(row, place) {
        Value::Whole(number) => *number,
        _ => 0,
    }
}

/// Notes the name in a column, if there is one.
fn name(names: &mut HashSet<String>, row: &[Value], place: Option<usize>) {
    if let Value::Text(name) = of(row, place)
        && !names.contains(name)
    {
        names.insert(name.clone());
    }
}

fn sum(table: &Grid, column: &str) -> i64 {
    let place = table.column(column);
    table.rows.iter().map(|row| whole(row, place)).sum()
}

/// How many rows a table has, by its file alone.
fn rows_of(path: &Path) -> Option<u64> {
    if path.extension().is_some_and(|ending| ending == TableFormat::Csv.ending()) {
        let mut reader = csv::Reader::from_path(path).ok()?;
        return reader.byte_records().try_fold(0, |rows, record| record.ok().map(|_| rows + 1));
    }
    let file = ParquetFile::open(path).ok()?;
    Some(file.parts().last().map_or(0, |part| part.of_file.end as u64))
}

/// Every file below a folder, by its path in it, in order.
fn below(folder: &Path, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(below(&entry.path(), &format!("{name}/"))),
            _ => found.push(name),
        }
    }
    found.sort();
    found
}

/// A name that somebody else chose, as a terminal may show it.
fn clean(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}
