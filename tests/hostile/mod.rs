//! Inputs that nobody should send and everybody does: what the program says, how it ends, and that it loses no row and
//! tells no patient's data.
//!
//! Every planted value of a patient holds the word SECRET; it may stand in the report, and nowhere else.

use crate::support::{Audit, Run, audit_bytes, recount_in};
use std::io::Write;
use std::path::Path;

const HEADER: &str = "patient_id,date_of_service,code,minutes,units";
const NOTED: &str = "patient_id,date_of_service,code,minutes,units,notes";
const OK: &str = "SECRET,2024-03-05,97110,15,1";

const SHAPE: &str = "the row has more or fewer cells than the header has columns";
const QUOTES: &str = "the quotation marks of the row do not match";
const EMPTY_ROW: &str = "every cell is empty";
const OTHER_ORDER: &str = "date_of_service is not a date in the order that this file's dates are written in";
const NOT_A_CODE: &str = "code is not a procedure code (five letters or digits)";
const ENDS_EARLY: &str = "cannot be read to its end: ends too early";
const NO_PARQUET: &str = "is no Parquet file, or a damaged one";
const FIRST_ROW_QUOTES: &str = "the quotation marks of the first row do not match; is there a header row?";
const TOO_MANY: &str = "more than --max-rejects 5%; the report was written, see rejects in report";
const ANOTHER: &str =
    "the folder is not empty and holds no finished run of recount; choose another, or pass --force to replace it";
const INPUT_INSIDE: &str = "a.csv lies in the output folder, which is replaced; move one of them";

/// A file, and what becomes of it.
struct Case {
    name: &'static str,
    file: &'static str,
    bytes: Vec<u8>,
    options: &'static [&'static str],
    mapping: Option<&'static str>,
    code: i32,
    /// What stderr says behind `recount: `; with `…` at its end, how it begins.
    says: String,
    /// Rows read, audited, excluded and rejected, where there is a report.
    rows: Option<[u64; 4]>,
    /// How many sessions are auditable, where that is the point.
    auditable: Option<u64>,
    /// Row, column and problem of each reject, then of each exclusion.
    lost: Vec<String>,
}

/// A file that is audited; the exit code follows from its rejects.
fn runs(name: &'static str, bytes: impl Into<Vec<u8>>, rows: [u64; 4], lost: &[(u64, &str)]) -> Case {
    let [read, _, _, rejected] = rows;
    let too_many = rejected * 20 > read;
    let says = format!("{rejected} of {read} rows could not be read, {TOO_MANY}");
    Case {
        name,
        file: "export.csv",
        bytes: bytes.into(),
        options: &[],
        mapping: None,
        code: if too_many { 3 } else { 0 },
        says: if too_many { says } else { String::new() },
        rows: Some(rows),
        auditable: None,
        lost: lost.iter().map(|(row, problem)| format!("{row} {problem}")).collect(),
    }
}

/// Rows behind a header, each with its problem, or none. An empty line is no row.
fn rows(name: &'static str, header: &str, rows: &[(&str, &str)]) -> Case {
    let mut text = format!("{header}\n");
    let (mut read, mut excluded, mut rejected) = (0, Vec::new(), Vec::new());
    for ((row, problem), number) in rows.iter().zip(2..) {
        text += &format!("{row}\n");
        read += u64::from(!row.is_empty());
        match *problem {
            "" => {}
            EMPTY_ROW => excluded.push((number, *problem)),
            _ => rejected.push((number, *problem)),
        }
    }
    let (e, r) = (excluded.len() as u64, rejected.len() as u64);
    runs(name, text, [read, read - e - r, e, r], &[rejected, excluded].concat())
}

/// A file that cannot be read.
fn refused(name: &'static str, bytes: impl Into<Vec<u8>>, problem: &str) -> Case {
    Case { code: 3, says: format!("export.csv: {problem}"), rows: None, ..runs(name, bytes, [0; 4], &[]) }
}

/// A file, or its mapping, about which the user must decide.
fn asks(name: &'static str, bytes: impl Into<Vec<u8>>, says: impl Into<String>) -> Case {
    Case { code: 2, says: says.into(), ..refused(name, bytes, "") }
}

impl Case {
    fn named(self, file: &'static str) -> Case {
        Case { file, says: self.says.replace("export.csv", file), ..self }
    }

    fn with(self, options: &'static [&'static str]) -> Case {
        Case { options, ..self }
    }

    fn mapped(self, mapping: &'static str) -> Case {
        Case { mapping: Some(mapping), ..self }
    }

    fn auditable(self, sessions: u64) -> Case {
        Case { auditable: Some(sessions), ..self }
    }

    /// Inspects and audits the file; everything that is not as it should be.
    fn problems(&self) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(self.file), &self.bytes).unwrap();
        let mut reading = vec![self.file];
        reading.extend(self.options);
        if let Some(text) = self.mapping {
            std::fs::write(folder.path().join("mapping.toml"), text).unwrap();
            reading.extend(["--mapping", "mapping.toml"]);
        }
        let inspect = recount_in(folder.path(), &[&["inspect"][..], &reading[..]].concat());
        let options = ["--out", "report", "--tables", "csv"];
        let run = recount_in(folder.path(), &[&["audit"][..], &reading[..], &options[..]].concat());
        let audit = Audit { run, folder };

        let mut wrong = [misbehaviour(&inspect), misbehaviour(&audit.run)].concat();
        let mut compare = |what: &str, found: String, wanted: String| {
            let same = match wanted.strip_suffix('…') {
                Some(begin) => found.starts_with(begin),
                None => found == wanted,
            };
            if !same {
                wrong.push(format!("{what}: {found}\n    should be: {wanted}"));
            }
        };
        let outcome = |code: i32, says: &str| format!("exit {code} {says}").trim_end().to_owned();
        compare("audit", outcome(audit.run.code, said(&audit.run)), outcome(self.code, &self.says));
        let readable = self.rows.is_some();
        let (code, says) = if readable { (0, "") } else { (self.code, &*self.says) };
        compare("inspect", outcome(inspect.code, said(&inspect)), outcome(code, says));
        compare("a report", audit.file("manifest.json").exists().to_string(), readable.to_string());
        compare("left behind", leftovers(audit.folder.path()).join(" "), String::new());
        if let Some(rows) = self.rows.filter(|_| audit.file("manifest.json").exists()) {
            let manifest = audit.manifest();
            compare("rows", format!("{:?}", tied_rows(&audit)), format!("{rows:?}"));
            compare("written lines", audit.table("lines").len().to_string(), rows[1].to_string());
            let lost = ["rejects", "excluded"].map(|table| audit.table(table)).concat();
            let found = lost.iter().map(|row| format!("{} {} {}", row["source_row"], row["column"], row["problem"]));
            let found: Vec<String> = found.map(|row| row.replace("  ", " ")).collect();
            compare("lost rows", found.join("\n      "), self.lost.join("\n      "));
            if let Some(sessions) = self.auditable {
                compare("auditable sessions", manifest["sessions"]["auditable"].to_string(), sessions.to_string());
            }
        }
        wrong
    }
}

/// Tries every case, and tells of all that fail.
fn check(cases: Vec<Case>) {
    let mut problems = Vec::new();
    for case in cases {
        problems.extend(case.problems().into_iter().map(|problem| format!("{}: {problem}", case.name)));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// What no input may make the program do: break down, or show what is a patient's.
fn misbehaviour(run: &Run) -> Vec<String> {
    let shown = format!("{}{}", run.stdout, run.stderr);
    let mut wrong = Vec::new();
    if !(0..=3).contains(&run.code)
        || ["panicked", "internal error", "backtrace"].iter().any(|word| shown.contains(word))
    {
        wrong.push(format!("breaks down with exit code {}: {}", run.code, run.stderr));
    }
    if shown.to_uppercase().contains("SECRET") {
        wrong.push("shows a patient's data".to_owned());
    }
    if shown.contains('\u{1b}') {
        wrong.push("sends an escape character to the terminal".to_owned());
    }
    wrong
}

/// What stderr says behind the program's name.
fn said(run: &Run) -> &str {
    run.stderr.strip_prefix("recount: ").unwrap_or(&run.stderr).trim_end()
}

/// Unfinished reports in a folder.
fn leftovers(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".recount-")).collect()
}

/// Rows read, audited, excluded and rejected; that rows, units and charges tie is checked.
fn tied_rows(audit: &Audit) -> [u64; 4] {
    let manifest = audit.manifest();
    let of = |part: &str, figure: &str| manifest["totals"][part][figure].as_i64().unwrap();
    for figure in ["rows", "units", "charge_cents"] {
        let parts = ["audited", "excluded", "rejected"].map(|part| of(part, figure));
        assert_eq!(of("read", figure), parts.iter().sum::<i64>(), "{figure} tie");
    }
    ["read", "audited", "excluded", "rejected"].map(|part| of(part, "rows") as u64)
}

fn csv(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn no_header(cells: usize) -> String {
    format!(
        "no row looks like column names that recount knows (the first row has {cells} cells); is there a header row? (names \
         are in data/headers.toml; a configuration file adds yours)"
    )
}

fn decide(problem: &str, mapping: &str) -> String {
    format!(
        "export.csv: {problem}\n\nWrite the decision into recount.toml here, or a file given with --config:\n\n{mapping}"
    )
}

fn gz(bytes: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let bytes: Vec<u8> = bytes.into();
    encoder.write_all(&bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: impl Into<Vec<u8>>) -> Vec<u8> {
    let bytes: Vec<u8> = bytes.into();
    zstd::encode_all(&bytes[..], 3).unwrap()
}

fn half(bytes: Vec<u8>) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes_of).collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| letter as u8).collect()
}

/// Bytes without order, and without a zero; the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24).max(1) as u8
    };
    (0..length).map(|_| next()).collect()
}

mod choices;
mod inputs;
