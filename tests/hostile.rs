//! Inputs that nobody should send and everybody does: what the program says, how it ends, and that it loses no row and
//! tells no patient's data.
//!
//! Every planted value of a patient holds the word SECRET; it may stand in the report, and nowhere else.

use crate::support::{Audit, Run, audit_bytes, recount_in};
use std::io::Write;
use std::path::Path;

const HEADER: &str = "patient_id,date_of_service,code,minutes,units";
const OK: &str = "SECRET,2024-03-05,97110,15,1";

const SHAPE: &str = "the row has more or fewer cells than the header has columns";
const QUOTES: &str = "the quotation marks of the row do not match";
const EMPTY_ROW: &str = "every cell is empty";
const OTHER_ORDER: &str = "is not a date in the order that this file's dates are written in";
const NOT_A_CODE: &str = "is not a procedure code (five letters or digits)";
const ENDS_EARLY: &str = "cannot be read to its end: ends too early";
const NO_PARQUET: &str = "is no Parquet file, or a damaged one";
const FIRST_ROW_QUOTES: &str = "the quotation marks of the first row do not match; is there a header row?";
const ANOTHER: &str = "the folder is not empty and holds no finished run of recount; choose another, or pass --force to \
                       replace it";
const NOT_INSIDE: &str = "is the folder that you stand in; name one inside it";

/// A row that is not audited: its number, the column, the problem.
type Lost = (u64, &'static str, &'static str);

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
    /// Sessions, and how many of them are auditable.
    sessions: Option<[u64; 2]>,
    /// Rejects, then exclusions.
    lost: &'static [Lost],
}

/// A file that is audited; the exit code follows from its rejects.
fn runs(name: &'static str, bytes: impl Into<Vec<u8>>, rows: [u64; 4], lost: &'static [Lost]) -> Case {
    let [read, _, _, rejected] = rows;
    let too_many = rejected * 20 > read;
    let says = format!(
        "{rejected} of {read} rows could not be read, more than --max-rejects 5%; the report was written, see rejects in report"
    );
    Case {
        name,
        file: "export.csv",
        bytes: bytes.into(),
        options: &[],
        mapping: None,
        code: if too_many { 3 } else { 0 },
        says: if too_many { says } else { String::new() },
        rows: Some(rows),
        sessions: None,
        lost,
    }
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

    fn sessions(self, read: u64, auditable: u64) -> Case {
        Case { sessions: Some([read, auditable]), ..self }
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
            let found =
                lost.iter().map(|row| format!("\n      {} {}: {}", row["source_row"], row["column"], row["problem"]));
            let wanted = self.lost.iter().map(|(row, column, problem)| format!("\n      {row} {column}: {problem}"));
            compare("lost rows", found.collect(), wanted.collect());
            if let Some(sessions) = self.sessions {
                let found = ["read", "auditable"].map(|part| manifest["sessions"][part].as_u64().unwrap());
                compare("sessions", format!("{found:?}"), format!("{sessions:?}"));
            }
        }
        wrong
    }
}

/// Tries every case, and tells of all that fail.
fn check(cases: Vec<Case>) {
    let named = |case: &Case, problem: String| format!("{}: {problem}", case.name);
    let problems: Vec<String> =
        cases.iter().flat_map(|case| case.problems().into_iter().map(move |problem| named(case, problem))).collect();
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

/// An export with a sixth column that nobody reads.
fn noted(rows: &[&str]) -> String {
    format!("{HEADER},notes\n{}\n", rows.join("\n"))
}

fn no_header(cells: usize) -> String {
    format!(
        "none of the {cells} cells of the first row is a column name that recount knows; is there a header row? \
         (names are in data/headers.toml; --mapping adds yours)"
    )
}

fn decide(problem: &str, mapping: &str) -> String {
    format!("export.csv: {problem}\n\nWrite the decision into a file and pass it with --mapping:\n\n{mapping}")
}

fn gz(bytes: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&bytes.into()).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: impl Into<Vec<u8>>) -> Vec<u8> {
    zstd::encode_all(&bytes.into()[..], 3).unwrap()
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

#[test]
fn files_that_are_no_export() {
    check(vec![
        refused("empty", "", "is empty"),
        refused("byte order mark alone", "\u{feff}", "is empty"),
        refused("white space", " \n\t\n \r\n", "is empty"),
        refused("header alone", format!("{HEADER}\n"), "has a header and no rows"),
        refused("header without line end", HEADER, "has a header and no rows"),
        refused("zero bytes", b"\x00\x01\x02SECRET\x00\xff", "is not a text file: it holds zero bytes"),
        refused("noise", noise(5000), "none of the …"),
        runs(
            "noise behind a header",
            [format!("{HEADER}\n").into_bytes(), noise(400)].concat(),
            [2, 0, 0, 2],
            &[(2, "", SHAPE), (3, "", SHAPE)],
        ),
        refused(
            "UTF-16, low byte first",
            utf16("\u{feff}SECRET", u16::to_le_bytes),
            "is UTF-16 text; save it as CSV UTF-8 first",
        ),
        refused(
            "UTF-16, high byte first",
            utf16("\u{feff}SECRET", u16::to_be_bytes),
            "is UTF-16 text; save it as CSV UTF-8 first",
        ),
        refused("UTF-16 without a mark", utf16(HEADER, u16::to_le_bytes), "is not a text file: it holds zero bytes"),
        refused("Excel", b"PK\x03\x04\x14\x00SECRET", "is a zip or Excel file; save it as CSV first")
            .named("export.xlsx"),
        refused("Excel named CSV", b"PK\x03\x04\x14\x00SECRET", "is a zip or Excel file; save it as CSV first"),
        refused("old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel file; save it as CSV first"),
        refused("Parquet named CSV", b"PAR1SECRETPAR1", "is a Parquet file; give it the ending .parquet"),
        refused("damaged Parquet", b"PAR1SECRETPAR1", NO_PARQUET).named("export.parquet"),
        refused("CSV named Parquet", csv(&[OK]), NO_PARQUET).named("export.parquet"),
        refused("empty Parquet", "", NO_PARQUET).named("export.parquet"),
        refused("cut .gz", half(gz(csv(&[OK]))), ENDS_EARLY).named("export.csv.gz"),
        refused("cut .zst", half(zst(csv(&[OK]))), ENDS_EARLY).named("export.csv.zst"),
        refused("empty .gz", gz(""), "is empty").named("export.csv.gz"),
        refused("Excel in .gz", gz(b"PK\x03\x04\x14\x00SECRET"), "is not a text file: it holds zero bytes")
            .named("export.csv.gz"),
    ]);
}

#[test]
fn good_files_in_odd_clothes() {
    let two = csv(&[OK, "SECRET,2024-03-06,97110,15,1"]);
    let all = [2, 2, 0, 0];
    check(vec![
        runs("semicolons", two.replace(',', ";"), all, &[]),
        runs("tabs", two.replace(',', "\t"), all, &[]),
        runs("bars", two.replace(',', "|"), all, &[]),
        runs("commas in cells between tabs", two.replace(',', "\t").replace("SECRET", "SECRET, ANNA"), all, &[]),
        refused("a delimiter that nobody uses", two.replace(',', "^").replace("code", "code, CPT"), &no_header(2)),
        runs("byte order mark", format!("\u{feff}{two}"), all, &[]),
        runs("byte order mark and quotes", format!("\u{feff}{two}").replace("patient_id", "\"patient_id\""), all, &[]),
        runs("CRLF", two.replace('\n', "\r\n"), all, &[]),
        runs("CR", two.replace('\n', "\r"), all, &[]),
        runs("CR, none at the end", two.trim_end().replace('\n', "\r"), all, &[]),
        runs("CRLF behind the header, LF behind the rows", two.replace("units\n", "units\r\n"), all, &[]),
        runs("Latin-1", latin1(&two.replace("SECRET", "SECRET MÜLLER")), all, &[]),
        runs("gz", gz(two.clone()), all, &[]).named("export.csv.gz"),
        runs("gz by another name", gz(two.clone()), all, &[]),
        runs("gz in two parts", [gz(format!("{HEADER}\n")), gz(format!("{OK}\n"))].concat(), [1, 1, 0, 0], &[]),
        runs("zst", zst(two.clone()), all, &[]).named("export.csv.zst"),
        runs("text named .gz", two.clone(), all, &[]).named("export.csv.gz"),
        runs(
            "empty lines above the header",
            format!("\n\n{two}SECRET,never,97110,15,1\n"),
            [3, 2, 0, 1],
            &[(6, "date_of_service", "is not a date")],
        ),
    ]);
}

#[test]
fn headers_that_do_not_say_enough() {
    let row = "SECRET,SECRET-2,2024-03-05,97110,15,1\n";
    check(vec![
        asks(
            "no units",
            "patient_id,date_of_service,code,minutes,remarks\nSECRET,2024-03-05,97110,15,1\n",
            decide("no column for units (needed); not yet used: \"remarks\"", "[columns]\nunits = \"remarks\""),
        ),
        asks(
            "no units and no code",
            "patient_id,date_of_service,minutes,a,b\nSECRET,2024-03-05,97110,15,1\n",
            decide(
                "no column for code (needed); not yet used: \"a\", \"b\"; no column for units (needed); not yet used: \"a\", \"b\"",
                "[columns]\ncode = \"a\"   # or \"b\"\nunits = \"a\"   # or \"b\"",
            ),
        ),
        asks(
            "two columns for one field",
            format!("patient_id,MRN,date_of_service,code,minutes,units\n{row}"),
            decide(
                "2 columns compete for patient_id: \"patient_id\", \"MRN\"",
                "[columns]\npatient_id = \"patient_id\"   # or \"MRN\"",
            ),
        ),
        asks(
            "hours?",
            csv(&["SECRET,2024-03-05,97110,0.25,1"]),
            decide(
                "every value of minutes is at most 3, with decimals: are they hours? recount does not guess",
                "minutes_unit = \"hours\"   # or \"minutes\"",
            ),
        ),
        runs("hours", csv(&["SECRET,2024-03-05,97110,0.25,1"]), [1, 1, 0, 0], &[]).with(&["--minutes-unit", "hours"]),
        refused("no header", format!("{OK}\n{OK}\n"), &no_header(5)),
        refused("no header, tabs", OK.replace(',', "\t"), &no_header(5)),
        refused("a title above the header", format!("Charges of SECRET,,,,\n{HEADER}\n{OK}\n"), &no_header(5)),
        refused("quote opened in the first row", format!("\"{OK}\n"), FIRST_ROW_QUOTES),
        refused("text behind a quote in the first row", "\"SECRET\"x,2024-03-05\n", FIRST_ROW_QUOTES),
    ]);
}

/// A row of data is no header, though a cell of it happens to be a column's name or a mapping was given.
#[test]
fn a_first_row_of_data_is_not_shown() {
    let mapping = "[columns]\npatient_id = \"Chart\"\n";
    for (bytes, mapping) in [
        (format!("{OK},Clinic\n{OK},Clinic\n"), None),
        (format!("{OK},Insurance,SECRET CITY\n"), None),
        (format!("Report,Date,SECRET\n{HEADER}\n{OK}\n"), None),
        (format!("{OK}\n{OK}\n"), Some(mapping)),
    ] {
        let case = Case { mapping, ..refused("no header", bytes.clone(), "…") };
        let told = case.problems().into_iter().filter(|problem| problem.contains("shows")).count();
        assert_eq!(told, 0, "shown of the first row of {bytes:?}");
    }
}

#[test]
fn quotes_and_shapes() {
    let day = |n: u32| format!("SECRET,2024-03-{n:02},97110,15,1");
    check(vec![
        runs(
            "quote that is never closed",
            csv(&[OK, "\"SECRET,2024-03-06,97110,15,1", &day(7), &day(8)]),
            [4, 3, 0, 1],
            &[(3, "", QUOTES)],
        ),
        runs(
            "quote that the next quoted row closes",
            csv(&["\"SECRET,2024-03-06,97110,15,1", "\"SECRET\",2024-03-07,97110,15,1", OK]),
            [3, 2, 0, 1],
            &[(2, "", QUOTES)],
        ),
        runs(
            "text behind a closing quote",
            csv(&[OK, "\"SECRET\"x,2024-03-06,97110,15,1", &day(7)]),
            [3, 2, 0, 1],
            &[(3, "", QUOTES)],
        ),
        runs("inch mark in a bare cell", noted(&["SECRET,2024-03-05,97110,15,1,5\" band"]), [1, 1, 0, 0], &[]),
        runs("inch mark, doubled", noted(&["SECRET,2024-03-05,97110,15,1,\"5\"\" band, red\""]), [1, 1, 0, 0], &[]),
        runs(
            "inch mark in a quoted cell",
            noted(&["SECRET,2024-03-05,97110,15,1,\"5\" band\"", "SECRET,2024-03-06,97110,15,1,x"]),
            [2, 1, 0, 1],
            &[(2, "", QUOTES)],
        ),
        runs(
            "a cell of two lines",
            noted(&["SECRET,2024-03-05,97110,15,1,\"one\ntwo\"", "SECRET,2024-03-06,97110,15,1,x"]),
            [2, 2, 0, 0],
            &[],
        ),
        runs("short row", csv(&[OK, "SECRET,2024-03-06,97110,15"]), [2, 1, 0, 1], &[(3, "", SHAPE)]),
        runs("long row", csv(&[OK, "SECRET,2024-03-06,97110,15,1,9"]), [2, 1, 0, 1], &[(3, "", SHAPE)]),
        runs("empty cells at the end", csv(&[OK, "SECRET,2024-03-06,97110,15,1,,, ,"]), [2, 2, 0, 0], &[]),
        runs(
            "empty rows",
            csv(&[OK, "", ",,,,", "  ", " , ,,", &day(6), ""]),
            [5, 2, 3, 0],
            &[(4, "", EMPTY_ROW), (5, "", EMPTY_ROW), (6, "", EMPTY_ROW)],
        ),
        runs("nothing but empty rows", csv(&[",,,,", ",,,,"]), [2, 0, 2, 0], &[(2, "", EMPTY_ROW), (3, "", EMPTY_ROW)]),
    ]);
}

/// A quote that is never closed meets the inch mark of a later row: the rows between are rows still.
#[test]
fn an_open_quote_swallows_no_rows() {
    let between = ["SECRET,2024-03-07,97110,15,1,ok"; 40];
    let rows =
        [&["\"SECRET,2024-03-06,97110,15,1,x"][..], &between[..], &["SECRET,2024-03-08,97110,15,1,band 5\""][..]]
            .concat();
    check(vec![runs("open quote", noted(&rows), [42, 41, 0, 1], &[(2, "", QUOTES)])]);
}

#[test]
fn cells_that_cannot_be_read() {
    check(vec![
        runs(
            "dates",
            csv(&[
                "SECRET,never,97110,15,1",
                "SECRET,2024-02-30,97110,15,1",
                "SECRET,13/13/2024,97110,15,1",
                "SECRET,1900-01-01,97110,15,1",
                "SECRET,2150-01-01,97110,15,1",
                "SECRET,,97110,15,1",
            ]),
            [6, 0, 0, 6],
            &[
                (2, "date_of_service", "is not a date"),
                (3, "date_of_service", "is not a date"),
                (4, "date_of_service", "is not a date"),
                (5, "date_of_service", "is a date before 1990 or after 2099"),
                (6, "date_of_service", "is a date before 1990 or after 2099"),
                (7, "date_of_service", "is blank"),
            ],
        ),
        runs(
            "both orders of dates",
            csv(&[
                "SECRET,13/01/2024,97110,15,1",
                "SECRET,14/01/2024,97110,15,1",
                "SECRET,01/25/2024,97110,15,1",
                "SECRET,05/06/2024,97110,15,1",
            ]),
            [4, 3, 0, 1],
            &[(4, "date_of_service", OTHER_ORDER)],
        ),
        runs(
            "both orders of dates, the order given",
            csv(&["SECRET,13/01/2024,97110,15,1", "SECRET,14/01/2024,97110,15,1", "SECRET,01/25/2024,97110,15,1"]),
            [3, 1, 0, 2],
            &[(2, "date_of_service", OTHER_ORDER), (3, "date_of_service", OTHER_ORDER)],
        )
        .with(&["--date-order", "month-first"]),
        runs(
            "patients",
            csv(&[",2024-03-05,97110,15,1", "N/A,2024-03-05,97110,15,1"]),
            [2, 0, 0, 2],
            &[(2, "patient_id", "is blank"), (3, "patient_id", "is blank")],
        ),
        runs(
            "codes",
            csv(&["SECRET,2024-03-05,,15,1", "SECRET,2024-03-05,eval,15,1", "SECRET,2024-03-05,97110 x2,15,1"]),
            [3, 0, 0, 3],
            &[(2, "code", "is blank"), (3, "code", NOT_A_CODE), (4, "code", NOT_A_CODE)],
        ),
        // A timed line with minutes and no units still counts for its session's total.
        runs(
            "blank units",
            csv(&["SECRET,2024-03-05,97110,15,", "SECRET,2024-03-05,97161,30,", "SECRET,2024-03-05,97110,,"]),
            [3, 1, 0, 2],
            &[(3, "units", "is blank"), (4, "units", "is blank")],
        ),
        runs(
            "units",
            csv(&[
                "SECRET,2024-03-05,97110,15,99999999999999999999",
                "SECRET,2024-03-05,97110,15,10000",
                "SECRET,2024-03-05,97110,15,1e300",
                "SECRET,2024-03-05,97110,15,1.5",
                "SECRET,2024-03-05,97110,15,two",
            ]),
            [5, 0, 0, 5],
            &[
                (2, "units", "is too large a number"),
                (3, "units", "is too large a number"),
                (4, "units", "is not a number"),
                (5, "units", "is not a whole number of units"),
                (6, "units", "is not a number"),
            ],
        ),
        runs(
            "minutes",
            csv(&[
                "SECRET,2024-03-05,97110,1e300,1",
                "SECRET,2024-03-05,97110,99999999999999999999,1",
                "SECRET,2024-03-05,97110,100000,1",
                "SECRET,2024-03-05,97110,-15,1",
                "SECRET,2024-03-05,97110,15:00,1",
                "SECRET,2024-03-05,97110,inf,1",
            ]),
            [6, 0, 0, 6],
            &[
                (2, "minutes", "is not a number of minutes"),
                (3, "minutes", "is too large a number"),
                (4, "minutes", "is too large a number"),
                (5, "minutes", "is negative on a line that reverses nothing"),
                (6, "minutes", "may be hours and minutes or minutes and seconds"),
                (7, "minutes", "is not a number of minutes"),
            ],
        ),
        runs(
            "too much for a day, and kept",
            csv(&["SECRET,2024-03-05,97110,15,300", "SECRET,2024-03-06,97110,2000,1", "SECRET,2024-03-07,97110,15,1"]),
            [3, 3, 0, 0],
            &[],
        )
        .sessions(3, 1),
        runs(
            "several problems: the first is told",
            csv(&["SECRET,never,eval,x,y", ",never,,,", OK]),
            [3, 1, 0, 2],
            &[(2, "date_of_service", "is not a date"), (3, "patient_id", "is blank")],
        ),
    ]);
}

/// Ten megabytes in one cell: a bare one is read whatever its length, a quoted one is no cell (`LONGEST_QUOTED`).
#[test]
fn cells_of_ten_megabytes() {
    let cell = "SECRET ".repeat(10_000_000 / 7);
    check(vec![
        runs("bare, not mapped", noted(&[&format!("{OK},{cell}"), &format!("{OK},x")]), [2, 2, 0, 0], &[]),
        runs(
            "quoted, not mapped",
            noted(&[&format!("{OK},\"{cell}\""), &format!("{OK},x")]),
            [2, 1, 0, 1],
            &[(2, "", QUOTES)],
        ),
        runs(
            "bare, mapped",
            csv(&[OK, &format!("SECRET,2024-03-05,{cell},15,1"), OK]),
            [3, 2, 0, 1],
            &[(3, "code", NOT_A_CODE)],
        ),
        runs(
            "quoted, mapped",
            csv(&[OK, &format!("SECRET,2024-03-05,\"{cell}\",15,1"), OK]),
            [3, 2, 0, 1],
            &[(3, "", QUOTES)],
        ),
        runs("a patient's", csv(&[OK, &format!("{cell},2024-03-05,97110,15,1"), OK]), [3, 3, 0, 0], &[]),
        refused(
            "the header",
            format!("{HEADER},{cell}\n{OK},x\n"),
            "the first row never ends; is it a text file with a header row?",
        ),
    ]);
}

#[test]
fn mapping_files() {
    let good = csv(&[OK]);
    check(vec![
        asks("not TOML", good.clone(), "mapping.toml: TOML parse error at line 1, column 9…").mapped("[columns\n"),
        asks("no such key", good.clone(), "mapping.toml: TOML parse error at line 1, column 1…").mapped("colums = 1\n"),
        asks(
            "no such field",
            good.clone(),
            "mapping.toml: [columns] unit is no field of recount; the fields are patient_id, …",
        )
        .mapped("[columns]\nunit = \"units\"\n"),
        asks("no such column", good.clone(), "the mapping names a column \"Billed\", and no file has it")
            .mapped("[columns]\nunits = \"Billed\"\n"),
        asks(
            "two such columns",
            format!("{HEADER},units\n{OK},1\n"),
            "export.csv: the mapping names the column \"units\" for units, and 2 columns have that name",
        )
        .mapped("[columns]\nunits = \"units\"\n"),
        asks("no such order", good.clone(), "mapping.toml: TOML parse error at line 1, column 14…")
            .mapped("date_order = \"year-first\"\n"),
        asks("one column for two fields", good.clone(), "…")
            .mapped("[columns]\nunits = \"units\"\nminutes = \"units\"\n"),
        runs("a name of the user's", good.replace("units", "Billed"), [1, 1, 0, 0], &[])
            .mapped("[columns]\nunits = \"billed\"\n"),
        runs("byte order mark", good.replace("units", "Billed"), [1, 1, 0, 0], &[])
            .mapped("\u{feff}[columns]\nunits = \"Billed\"\n"),
        runs("nothing", good.clone(), [1, 1, 0, 0], &[]).mapped(""),
    ]);
}

/// What the arguments name, and what is said of them; nothing is left behind.
#[test]
fn arguments_that_do_not_fit() {
    for (arguments, code, says) in [
        ("a.csv a.csv", 2, "a.csv is given twice"),
        ("a.csv ./a.csv", 2, "./a.csv is given twice"),
        ("a*.csv a.csv", 2, "a.csv is given twice"),
        ("z*.csv", 3, "z*.csv: no file has a name like that"),
        ("z.csv", 3, "z.csv: no such file or folder"),
        ("a.csv z.parquet", 3, "z.parquet: no such file or folder"),
        ("sub", 3, "sub: is a folder, not a file; name the files in it, such as FOLDER/*.csv"),
        ("a.csv --mapping z.toml", 2, "z.toml: no such file or folder"),
        ("a.csv --mapping sub", 2, "sub: is a folder, not a file"),
        ("a.csv --codes z.csv", 2, "z.csv: no such file or folder"),
        ("a.csv --policy z.toml", 2, "z.toml: no such file or folder"),
        ("a.csv --queries z", 2, "z: no such file or folder"),
        ("a.csv --queries sub", 2, "sub: holds no .sql file"),
        ("a.csv --max-rejects lots", 2, "--max-rejects \"lots\": write a percentage, such as 5%"),
        ("a.csv --max-rejects 101%", 2, "--max-rejects \"101%\": write a percentage, such as 5%"),
        ("a.csv --quarter 2024Q5", 2, "--quarter \"2024Q5\": write it as 2026Q1"),
        ("a.csv --from 3/5/2024", 2, "--from \"3/5/2024\": write the date as 2026-01-31"),
        ("a.csv --from 2024-03-06 --to 2024-03-05", 2, "--from is later than --to"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), csv(&[OK])).unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        let words: Vec<&str> = arguments.split(' ').collect();
        let run = recount_in(folder.path(), &[&["audit"][..], &words[..], &["--out", "report"][..]].concat());
        assert_eq!((run.code, said(&run)), (code, says), "{arguments}");
        assert!(misbehaviour(&run).is_empty() && run.stdout.is_empty(), "{arguments}");
        assert_eq!(names(folder.path()), ["a.csv", "sub"], "left behind by {arguments}");
    }
    let audit = audit_bytes(&[("b1.csv", csv(&[OK]).as_bytes())], &["b?.cs*", "--id-scope", "all"]);
    assert_eq!((audit.run.code, said(&audit.run)), (2, "b1.csv is given twice"), "a pattern that the shell left alone");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

/// What stands in the way of the report: replaced whole if it is ours or `--force` is given, else left as it is.
#[test]
fn output_folders() {
    let ours = r#"{"program":"recount"}"#;
    for (before, arguments, code, says) in [
        ("", "--out report", 0, String::new()),
        ("", "--out deep/er/report", 0, String::new()),
        ("report/", "--out report", 0, String::new()),
        ("report/mine.txt", "--out report", 2, format!("report: {ANOTHER}")),
        ("report/manifest.json", "--out report", 2, format!("report: {ANOTHER}")),
        ("report/mine.txt", "--out report --force", 0, String::new()),
        ("report", "--out report", 2, "report: is a file, not a folder".into()),
        ("report", "--out report --force", 2, "report: is a file, not a folder".into()),
        ("file", "--out file/report", 2, "file/report: …".into()),
        ("", "--out .", 2, format!(".: {NOT_INSIDE}")),
        ("", "--out . --force", 2, format!(".: {NOT_INSIDE}")),
        ("report/manifest.json:ours", "--out report", 0, String::new()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.csv"), csv(&[OK])).unwrap();
        let (place, text) = before.split_once(':').map_or((before, "{}"), |(place, _)| (place, ours));
        if let Some((parent, _)) = place.split_once('/') {
            std::fs::create_dir(at(parent)).unwrap();
        }
        if !place.is_empty() && !place.ends_with('/') {
            std::fs::write(at(place), text).unwrap();
            if text == ours {
                std::fs::write(at("report/old.txt"), "of an earlier run").unwrap();
            }
        }
        let words: Vec<&str> = arguments.split(' ').collect();
        let run = recount_in(folder.path(), &[&["audit", "a.csv"][..], &words[..]].concat());
        let what = format!("{arguments}, where {before:?} stands");
        let found = said(&run);
        let told =
            says.strip_suffix('…').map_or(found == says, |begin| found.starts_with(begin) && found.len() > begin.len());
        assert!(run.code == code && told && misbehaviour(&run).is_empty(), "{what}: exit {} {found}", run.code);
        assert!(leftovers(folder.path()).is_empty(), "{what}: leaves something");
        assert!(at("a.csv").is_file(), "{what}: takes the input");
        if code == 0 {
            let report = at(words[1]);
            assert!(report.join("manifest.json").is_file(), "{what}: no report");
            let kept = ["mine.txt", "old.txt"].iter().filter(|name| report.join(name).exists()).count();
            assert_eq!(kept, 0, "{what}: is not replaced whole");
        } else if !place.is_empty() {
            assert_eq!(std::fs::read_to_string(at(place)).unwrap(), text, "{what}: is touched");
        }
    }
}

/// A report must not replace the folder that its own inputs stand in, whoever says so.
#[test]
fn an_input_in_the_output_folder_survives() {
    for (mark, arguments) in [("notes.txt", &["--force"][..]), ("manifest.json", &[])] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("exports")).unwrap();
        std::fs::write(folder.path().join("exports/a.csv"), csv(&[OK])).unwrap();
        std::fs::write(folder.path().join("exports").join(mark), r#"{"program":"recount"}"#).unwrap();
        let run = recount_in(folder.path(), &[&["audit", "exports/a.csv", "--out", "exports"][..], arguments].concat());
        assert!(folder.path().join("exports/a.csv").is_file(), "the input is gone; {arguments:?}");
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
}

/// How many rejects are too many, and what findings do to the exit code. The report is there in any case.
#[test]
fn exit_codes() {
    let one_of_two = csv(&[OK, "SECRET"]);
    let one_of_20 = csv(&[&[OK; 19][..], &["SECRET"][..]].concat());
    let one_of_21 = csv(&[&[OK; 20][..], &["SECRET"][..]].concat());
    let over = csv(&["SECRET,2024-03-05,97110,15,4"]);
    let under = csv(&["SECRET,2024-03-05,97110,60,1"]);
    let both = csv(&["SECRET,2024-03-05,97110,15,4", "SECRET"]);
    for (text, options, code) in [
        (&one_of_20, "", 0),
        (&one_of_21, "--max-rejects 4.76%", 3),
        (&one_of_21, "--max-rejects 4.77", 0),
        (&one_of_two, "", 3),
        (&one_of_two, "--max-rejects 50%", 0),
        (&one_of_two, "--max-rejects 49.99", 3),
        (&one_of_two, "--max-rejects 0", 3),
        (&one_of_two, "--max-rejects 100%", 0),
        (&over, "", 0),
        (&over, "--fail-on never", 0),
        (&over, "--fail-on exception", 1),
        (&over, "--fail-on review", 1),
        (&under, "--fail-on exception", 0),
        (&under, "--fail-on review", 0),
        (&under, "--fail-on note", 1),
        (&both, "--fail-on exception", 3),
    ] {
        let options: Vec<&str> = options.split_whitespace().collect();
        let audit = audit_bytes(&[("export.csv", text.as_bytes())], &options);
        assert_eq!(audit.run.code, code, "{options:?} {}", audit.run.stderr);
        assert_eq!(audit.run.stderr.contains("more than --max-rejects"), code == 3, "{}", audit.run.stderr);
        assert!(misbehaviour(&audit.run).is_empty());
        tied_rows(&audit);
    }
}

/// Rejects hold their rows as they stand in the file, to the letter.
#[test]
fn rejects_hold_the_row() {
    let rows = [
        "\"SECRET\"x,2024-03-06,97110,15,1",
        "SECRET,2024-03-06,\"97\"\"110\",15,1",
        "SECRET",
        "SECRET,never,97110,\"1\n5\",1",
    ];
    let audit = audit_bytes(&[("export.csv", csv(&rows).as_bytes())], &[]);
    let raw: Vec<String> = audit.table("rejects").into_iter().map(|row| row["raw_row"].clone()).collect();
    assert_eq!(raw, rows);
    // The cells of Latin-1 text are read letter by letter; so is the row.
    let audit = audit_bytes(&[("export.csv", &latin1(&csv(&["MÜLLER,never,97110,15,1"])))], &[]);
    assert_eq!(audit.table("rejects")[0]["raw_row"], "MÜLLER,never,97110,15,1");
}

/// A damaged Parquet file is a bad input wherever the damage is, and no mistake of ours.
#[test]
fn damaged_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("a.csv"), csv(&[OK])).unwrap();
    recount_in(folder, &["audit", "a.csv", "--out", "report"]);
    let whole = std::fs::read(folder.join("report/lines.parquet")).expect("the lines as Parquet");
    let footer = whole.len() - 8 - u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().unwrap()) as usize;
    let mut damaged: Vec<Vec<u8>> =
        [0, 3, 4, 100, whole.len() / 2, whole.len() - 1].map(|n| whole[..n].to_vec()).into();
    for byte in [0x00, 0x7f, 0xff] {
        for place in (footer..whole.len()).step_by((whole.len() - footer) / 60) {
            let mut bytes = whole.clone();
            bytes[place] = byte;
            damaged.push(bytes);
        }
    }
    for (n, bytes) in damaged.iter().enumerate() {
        std::fs::write(folder.join("damaged.parquet"), bytes).unwrap();
        let run = recount_in(folder, &["inspect", "damaged.parquet"]);
        assert!(matches!(run.code, 0 | 2 | 3), "variant {n}: exit {} {}", run.code, run.stderr);
        assert_eq!(misbehaviour(&run), [""; 0], "variant {n}: {}", run.stderr);
    }
}

/// A query of the user's that fails on a value does not tell the value.
#[test]
fn failing_queries_show_no_data() {
    for column in ["CAST(patient_id AS BIGINT)", "STRPTIME(patient_id, '%Y')"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("own")).unwrap();
        let sql =
            format!("-- mine: a number\n-- one row per: line\n-- columns: n i64\nSELECT {column} AS n FROM lines\n");
        std::fs::write(folder.path().join("own/mine.sql"), sql).unwrap();
        std::fs::write(folder.path().join("a.csv"), csv(&[OK])).unwrap();
        let run = recount_in(folder.path(), &["audit", "a.csv", "--out", "report", "--queries", "own"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(said(&run).starts_with("mine: "), "{}", run.stderr);
        assert_eq!(misbehaviour(&run), [""; 0], "{column}: {}", run.stderr);
        assert_eq!(names(folder.path()), ["a.csv", "own"], "left behind");
    }
}

/// The mapping that the program proposes settles the question that it asked.
#[test]
fn the_proposed_mapping_settles_it() {
    for (header, row) in [
        ("patient_id,MRN,date_of_service,code,minutes,units", "SECRET,SECRET-2,2024-03-05,97110,15,1"),
        ("patient_id,date_of_service,code,minutes,billed", OK),
        ("patient_id,date_of_service,code,minutes,units,units", "SECRET,2024-03-05,97110,15,1,1"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), format!("{header}\n{row}\n")).unwrap();
        let asks = recount_in(folder.path(), &["inspect", "a.csv"]);
        assert_eq!(asks.code, 2, "{}", asks.stderr);
        let Some((_, mapping)) = asks.stderr.split_once("--mapping:\n\n") else { continue };
        std::fs::write(folder.path().join("mapping.toml"), mapping).unwrap();
        let settled = recount_in(folder.path(), &["inspect", "a.csv", "--mapping", "mapping.toml"]);
        assert_eq!((settled.code, said(&settled)), (0, ""), "{header}, with\n{mapping}");
    }
}

/// One thing is told in the singular.
#[test]
fn one_is_not_many() {
    for (text, many) in [
        (csv(&["P1,2024-03-05,97110,0:15,1"]), "1 cells"),
        (
            csv(&["P1,13/01/2024,97110,15,1", "P1,05/06/2024,97110,15,1", "P1,01/25/2024,97110,15,1"]),
            "1 distinct dates",
        ),
        (format!("{HEADER},modifiers\nP1,2024-03-05,97110,15,1,GP\n"), "1 lines"),
        (format!("{HEADER},modifiers\nP1,2024-03-05,97110,15,1,GP\nP1,2024-03-05,97112,15,1,\n"), "1 lines"),
        (csv(&["P1,2024-03-05,97110,0,1"]), "1 timed lines"),
        (csv(&["P1,2024-03-05,97110,15,1"]), "1 sessions"),
        (csv(&["P1,2024-03-05,97110,15,1"]), "1 rows"),
    ] {
        let audit = audit_bytes(&[("export.csv", text.as_bytes())], &["--max-rejects", "100"]);
        let inspect = recount_in(audit.folder.path(), &["inspect", "export.csv"]);
        let manifest = std::fs::read_to_string(audit.file("manifest.json")).unwrap();
        for told in [&audit.run.stdout, &inspect.stdout, &manifest] {
            let found = told.lines().find(|line| {
                line.match_indices(many).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_ascii_digit() || c == ','))
            });
            assert_eq!(found, None, "{text}");
        }
    }
}
