//! Workbooks and claims: what it takes to read them, beside calamine alone and beside CSV.
//! `cargo bench --bench exports` (1 M lines), or `-- --lines N --rounds R`.
//!
//! The generator's rows are written three times, as CSV, as a workbook and as professional claims (837P), and read up to packed
//! lines. Every job runs once in each round, one after the other; what is told is the median of the rounds. Each asserts its
//! answer, rows, units and charges: a fast wrong answer is none. A target that is missed is said, and is no failure.

#[path = "exports/claims.rs"]
mod claims;
#[path = "exports/workbook.rs"]
mod workbook;

use calamine::{DataType, Reader, Xlsx};
use claims::Claims;
use recount::ingest::{self, Options, Store, Totals};
use recount::progress::Progress;
use recount::reference::Reference;
use recount::sample::{self, HEADER, Row};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use workbook::{SHEET, Workbook};

/// The size for which the targets are stated.
const TARGET_LINES: u64 = 1_000_000;
/// Reading a workbook takes at most so many times what calamine takes to make a range of it.
const RATIO: f64 = 1.3;
/// Claims are read with at least so many megabytes a second, on two cores.
const SPEED: f64 = 100.0;
/// Rows of a sheet, the header among them: a workbook has room for no more.
const MOST_ROWS: u64 = 1 << 20;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let text = arguments.iter().skip_while(|argument| *argument != name).nth(1)?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name} wants a number")))
    };
    let lines = after("--lines").unwrap_or(TARGET_LINES);
    assert!(lines > 0 && lines < MOST_ROWS, "--lines: a sheet has room for {} rows below its header", MOST_ROWS - 1);
    // An odd number, so that one of them is the median.
    let rounds = after("--rounds").unwrap_or(3).max(3) | 1;
    let folder = tempfile::tempdir().expect("a folder");
    let (files, expected) = make(folder.path(), lines).expect("the files are written");
    assert_eq!(expected.rows, lines, "the generator gives as many rows as it is asked for");
    let reference = Reference::load(None, None, None, &[]).expect("the built-in data");
    let mut jobs = jobs(&files, &reference);
    for _ in 0..rounds {
        for job in &mut jobs {
            let (seconds, totals) = (job.read)(job.file);
            assert_eq!(totals, expected, "{} reads what was written", job.name);
            job.seconds.push(seconds);
        }
    }
    tell(&jobs, lines, rounds);
}

/// The three files with the same rows.
struct Files {
    csv: PathBuf,
    workbook: PathBuf,
    claims: PathBuf,
}

/// Reads a file; says how many seconds it took, and what it found.
type Reading<'a> = dyn Fn(&Path) -> (f64, Totals) + 'a;

/// Something that is measured: `read` gives its seconds, and what it read.
struct Job<'a> {
    name: &'static str,
    file: &'a Path,
    read: Box<Reading<'a>>,
    seconds: Vec<f64>,
}

const RANGE: &str = "calamine, worksheet_range";
const CELLS: &str = "calamine, cell by cell";
const WORKBOOK: &str = "recount, workbook";
const CLAIMS: &str = "recount, claims";
const CSV: &str = "recount, CSV";

impl<'a> Job<'a> {
    fn new(name: &'static str, file: &'a Path, read: impl Fn(&Path) -> (f64, Totals) + 'a) -> Job<'a> {
        Job { name, file, read: Box::new(read), seconds: Vec::new() }
    }
}

fn jobs<'a>(files: &'a Files, reference: &'a Reference) -> [Job<'a>; 5] {
    let ours = |name, file| Job::new(name, file, move |path: &Path| recount(path, reference));
    [
        Job::new(RANGE, &files.workbook, by_range),
        Job::new(CELLS, &files.workbook, by_cell),
        ours(WORKBOOK, files.workbook.as_path()),
        ours(CLAIMS, files.claims.as_path()),
        ours(CSV, files.csv.as_path()),
    ]
}

/// Reads a file as an audit does: kind, columns, cells, packed lines, and the hash of its bytes.
fn recount(path: &Path, reference: &Reference) -> (f64, Totals) {
    let started = Instant::now();
    let (options, quiet) = (Options::default(), Progress::silent());
    let export =
        ingest::read(&[path.to_owned()], &[], &options, reference, Store::in_memory(), &quiet).expect("an export");
    let seconds = started.elapsed().as_secs_f64();
    assert!(export.lost.is_empty() && export.lines() == export.read.rows, "each row of {} is a line", path.display());
    (seconds, export.read)
}

fn open(path: &Path) -> Xlsx<BufReader<File>> {
    Xlsx::new(BufReader::new(File::open(path).expect("the workbook"))).expect("a workbook")
}

/// Opens the workbook and has calamine make the range of its sheet; what the range holds is added up behind the clock.
fn by_range(path: &Path) -> (f64, Totals) {
    let started = Instant::now();
    let mut book = open(path);
    let range = book.worksheet_range(SHEET).expect("the sheet");
    let seconds = started.elapsed().as_secs_f64();
    let (units, charge) = (column("Units"), column("Charge"));
    let mut totals = Totals::default();
    for row in range.rows().skip(1) {
        totals.add(number(&row[units], 1.0), number(&row[charge], 100.0));
    }
    (seconds, totals)
}

/// Opens the workbook and takes the cells off its sheet one by one; nothing is kept.
fn by_cell(path: &Path) -> (f64, Totals) {
    let started = Instant::now();
    let mut book = open(path);
    let mut cells = book.worksheet_cells_reader(SHEET).expect("the sheet");
    let (units, charge) = (column("Units"), column("Charge"));
    let mut totals = Totals::default();
    while let Some(cell) = cells.next_cell().expect("a cell") {
        match (cell.get_position(), cell.get_value()) {
            ((0, _), _) => {}
            ((_, at), value) if at as usize == units => totals.units += number(value, 1.0),
            ((_, at), value) if at as usize == charge => totals.charge_cents += number(value, 100.0),
            ((_, 0), _) => totals.rows += 1,
            _ => {}
        }
    }
    (started.elapsed().as_secs_f64(), totals)
}

fn column(name: &str) -> usize {
    HEADER.iter().position(|own| *own == name).expect("a column")
}

fn number(cell: &impl DataType, times: f64) -> i64 {
    (cell.as_f64().expect("a number") * times).round() as i64
}

/// Prints what was measured, and how it stands to the targets.
fn tell(jobs: &[Job], lines: u64, rounds: u64) {
    println!("{lines} lines, {} threads, medians of {rounds} rounds\n", rayon::current_num_threads());
    println!("{:<34} {:>8} {:>13} {:>10} {:>7} {:>6}", "job", "seconds", "least - most", "lines/s", "MB", "MB/s");
    let mut medians = HashMap::new();
    for job in jobs {
        let mut seconds = job.seconds.clone();
        seconds.sort_unstable_by(f64::total_cmp);
        let (least, median, most) = (seconds[0], seconds[seconds.len() / 2], seconds[seconds.len() - 1]);
        let megabytes = job.file.metadata().expect("its size").len() as f64 / 1e6;
        let (rate, speed) = (lines as f64 / median, megabytes / median);
        let span = format!("{least:.2} - {most:.2}");
        println!("{:<34} {median:>8.2} {span:>13} {rate:>10.0} {megabytes:>7.1} {speed:>6.0}", job.name);
        medians.insert(job.name, (median, speed));
    }
    let ratio = medians[WORKBOOK].0 / medians[RANGE].0;
    let claims = medians[CLAIMS].1;
    let verdict = |met: bool| match (lines >= TARGET_LINES, met) {
        (false, _) => "not judged at this size",
        (true, true) => "met",
        (true, false) => "NOT MET",
    };
    println!("\n{:<34} {:>8} {:>13}", "target", "measured", "limit");
    println!("{:<34} {ratio:>8.2} {RATIO:>13.2} {}", "workbook, times worksheet_range", verdict(ratio <= RATIO));
    println!("{:<34} {claims:>8.0} {SPEED:>13.0} {}", "claims, MB/s at least", verdict(claims >= SPEED));
}

/// Writes the same rows in three forms, as they are made; gives what they hold together.
fn make(folder: &Path, lines: u64) -> io::Result<(Files, Totals)> {
    let path = |name: &str| folder.join(name);
    let files = Files { csv: path("export.csv"), workbook: path("export.xlsx"), claims: path("export.837") };
    let mut csv = BufWriter::new(File::create(&files.csv)?);
    let mut workbook = Workbook::begin(&files.workbook, lines)?;
    let mut claims = Claims::begin(&files.claims)?;
    let mut totals = Totals::default();
    sample::write_header(HEADER, &mut csv)?;
    let mut each = |row: &Row| {
        totals.add(row.units.into(), row.charge_cents.into());
        row.write_csv(&mut csv)?;
        workbook.row(row)?;
        claims.row(row)
    };
    sample::generate(&sample::Options { lines, seed: 1 }, &mut each, &mut |_| Ok(()))?;
    csv.flush()?;
    workbook.finish()?;
    claims.finish()?;
    Ok((files, totals))
}
