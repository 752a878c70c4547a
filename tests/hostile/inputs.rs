//! Files, headers and cells that are not what they should be.

use super::*;

const UNITS_OR_ROWS: &str = "# Where each row is one unit, leave units out below and write here:\n# rows = \"units\"\n";
const OR_NOTES: &str = "# Where these rows are notes without units, give the file with --join instead.\n";
const DAMAGED_ZIP: &str = "is a damaged zip or Excel file";
const DAMAGED_BOOK: &str = "cannot be read as a workbook: it is damaged, or protected by a password";

#[test]
fn files_that_are_no_export() {
    check(vec![
        refused("empty", "", "is empty"),
        refused("byte order mark alone", "\u{feff}", "is empty"),
        refused("white space", " \n\t\n \r\n", "is empty"),
        refused("header alone", format!("{HEADER}\n"), "has a header and no rows"),
        refused("header without line end", HEADER, "has a header and no rows"),
        refused("zero bytes", b"\x00\x01\x02SECRET\x00\xff", "is not a text file: it holds zero bytes"),
        refused("noise", noise(5000), &no_header(2)),
        runs(
            "noise behind a header",
            [format!("{HEADER}\n").into_bytes(), noise(400)].concat(),
            [4, 0, 0, 4],
            &[(2, SHAPE), (3, SHAPE), (4, SHAPE), (5, SHAPE)],
        ),
        refused("UTF-16, low byte first", utf16("\u{feff}SECRET", u16::to_le_bytes), &no_header(1)),
        refused("UTF-16, high byte first", utf16("\u{feff}SECRET", u16::to_be_bytes), &no_header(1)),
        refused("UTF-16 without a mark", utf16(HEADER, u16::to_le_bytes), "has a header and no rows"),
        refused("Excel", b"PK\x03\x04\x14\x00SECRET", DAMAGED_ZIP).named("export.xlsx"),
        refused("Excel named CSV", b"PK\x03\x04\x14\x00SECRET", DAMAGED_ZIP),
        refused("old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DAMAGED_BOOK),
        refused("claims of nothing", "ISA*00*SECRET", "begins like X12, but its header is not one"),
        refused("Parquet named CSV", b"PAR1SECRETPAR1", NO_PARQUET),
        refused("damaged Parquet", b"PAR1SECRETPAR1", NO_PARQUET).named("export.parquet"),
        runs("CSV named Parquet", csv(&[OK]), [1, 1, 0, 0], &[]).named("export.parquet"),
        refused("empty Parquet", "", "is empty").named("export.parquet"),
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
            &[(6, "date_of_service is not a date")],
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
            decide(
                "no column for units (needed); not yet used: \"remarks\"",
                &format!("{UNITS_OR_ROWS}{OR_NOTES}[columns]\nunits = \"remarks\""),
            ),
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
        runs(
            "a title above the header",
            format!("Charges of SECRET,,,,\n{HEADER}\n{OK}\n"),
            [2, 1, 1, 0],
            &[(1, "a title above the column names")],
        ),
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
    let good = "SECRET,2024-03-09,97110,15,1";
    check(vec![
        rows(
            "quote that is never closed",
            HEADER,
            &[(OK, ""), ("\"SECRET,2024-03-06,97110,15,1", QUOTES), (good, ""), (good, "")],
        ),
        rows(
            "quote that the next quoted row closes",
            HEADER,
            &[("\"SECRET,2024-03-06,97110,15,1", QUOTES), ("\"SECRET\",2024-03-07,97110,15,1", ""), (OK, "")],
        ),
        rows("text behind a quote", HEADER, &[(OK, ""), ("\"SECRET\"x,2024-03-06,97110,15,1", QUOTES), (good, "")]),
        rows("inch mark in a bare cell", NOTED, &[("SECRET,2024-03-05,97110,15,1,5\" band", "")]),
        rows("inch mark, doubled", NOTED, &[("SECRET,2024-03-05,97110,15,1,\"5\"\" band, red\"", "")]),
        rows("inch mark in a quoted cell", NOTED, &[("SECRET,2024-03-05,97110,15,1,\"5\" band\"", QUOTES)]),
        rows("a cell of two lines", NOTED, &[("SECRET,2024-03-05,97110,15,1,\"a,\n,b\"", ""), ("x", SHAPE)]),
        rows("short row", HEADER, &[(OK, ""), ("SECRET,2024-03-06,97110,15", SHAPE)]),
        rows("long row", HEADER, &[(OK, ""), ("SECRET,2024-03-06,97110,15,1,9", SHAPE)]),
        rows("empty cells at the end", HEADER, &[(OK, ""), ("SECRET,2024-03-06,97110,15,1,,, ,", "")]),
        rows(
            "empty rows",
            HEADER,
            &[(OK, ""), ("", ""), (",,,,", EMPTY_ROW), ("  ", EMPTY_ROW), (" , ,,", EMPTY_ROW), (good, ""), ("", "")],
        ),
        rows("nothing but empty rows", HEADER, &[(",,,,", EMPTY_ROW), (",,,,", EMPTY_ROW)]),
    ]);
}

/// A quote that is never closed meets the inch mark of a later row: the rows between are rows still.
#[test]
fn an_open_quote_swallows_no_rows() {
    let open = ("\"SECRET,2024-03-06,97110,15,1,x", QUOTES);
    let between = [("SECRET,2024-03-07,97110,15,1,ok", ""); 40];
    let inch = ("SECRET,2024-03-08,97110,15,1,band 5\"", "");
    check(vec![rows("open quote", NOTED, &[&[open][..], &between[..], &[inch][..]].concat())]);
}

#[test]
fn cells_that_cannot_be_read() {
    check(vec![
        rows(
            "dates",
            HEADER,
            &[
                ("SECRET,never,97110,15,1", "date_of_service is not a date"),
                ("SECRET,2024-02-30,97110,15,1", "date_of_service is not a date"),
                ("SECRET,13/13/2024,97110,15,1", "date_of_service is not a date"),
                ("SECRET,1900-01-01,97110,15,1", "date_of_service is a date before 1990 or after 2099"),
                ("SECRET,2150-01-01,97110,15,1", "date_of_service is a date before 1990 or after 2099"),
                ("SECRET,,97110,15,1", "date_of_service is blank"),
            ],
        ),
        rows(
            "both orders of dates: the more frequent",
            HEADER,
            &[
                ("SECRET,13/01/2024,97110,15,1", ""),
                ("SECRET,14/01/2024,97110,15,1", ""),
                ("SECRET,01/25/2024,97110,15,1", OTHER_ORDER),
                ("SECRET,05/06/2024,97110,15,1", ""),
            ],
        ),
        rows(
            "both orders of dates: the one given",
            HEADER,
            &[
                ("SECRET,13/01/2024,97110,15,1", OTHER_ORDER),
                ("SECRET,14/01/2024,97110,15,1", OTHER_ORDER),
                ("SECRET,01/25/2024,97110,15,1", ""),
            ],
        )
        .with(&["--date-order", "month-first"]),
        rows(
            "patients and codes",
            HEADER,
            &[
                (",2024-03-05,97110,15,1", "patient_id is blank"),
                ("N/A,2024-03-05,97110,15,1", "patient_id is blank"),
                ("SECRET,2024-03-05,,15,1", "code is blank"),
                ("SECRET,2024-03-05,eval,15,1", NOT_A_CODE),
                ("SECRET,2024-03-05,97110 x2,15,1", "units names several codes, and the units of each cannot be told"),
            ],
        ),
        rows(
            "units",
            HEADER,
            &[
                // A timed line without units still adds its minutes to the session's.
                ("SECRET,2024-03-05,97110,15,", ""),
                ("SECRET,2024-03-05,97110,,", "units is blank"),
                ("SECRET,2024-03-05,97161,30,", "units is blank"),
                ("SECRET,2024-03-05,97110,15,99999999999999999999", "units is too large a number"),
                ("SECRET,2024-03-05,97110,15,10000", "units is too large a number"),
                ("SECRET,2024-03-05,97110,15,1e300", "units is not a number"),
                ("SECRET,2024-03-05,97110,15,1.5", "units is not a whole number of units"),
                ("SECRET,2024-03-05,97110,15,two", "units is not a number"),
            ],
        ),
        rows(
            "minutes",
            HEADER,
            &[
                ("SECRET,2024-03-05,97110,1e300,1", "minutes is not a number of minutes"),
                ("SECRET,2024-03-05,97110,99999999999999999999,1", "minutes is too large a number"),
                ("SECRET,2024-03-05,97110,100000,1", "minutes is too large a number"),
                ("SECRET,2024-03-05,97110,-15,1", "minutes is negative on a line that reverses nothing"),
                ("SECRET,2024-03-05,97110,15:00,1", "minutes may be hours and minutes or minutes and seconds"),
                ("SECRET,2024-03-05,97110,inf,1", "minutes is not a number of minutes"),
            ],
        ),
        rows(
            "too much for a day: kept, and not auditable",
            HEADER,
            &[
                ("SECRET,2024-03-05,97110,15,300", ""),
                ("SECRET,2024-03-06,97110,2000,1", ""),
                ("SECRET,2024-03-07,97110,15,1", ""),
            ],
        )
        .auditable(1),
        rows(
            "several problems: the first is told",
            HEADER,
            &[
                ("SECRET,never,eval,x,y", "date_of_service is not a date"),
                (",never,,,", "patient_id is blank"),
                ("SECRET,2024-03-05,97110,x,y", "minutes is not a number of minutes"),
            ],
        ),
    ]);
}

/// Ten megabytes in one cell: a bare one is read whatever its length, a quoted one is no cell (`LONGEST_QUOTED`).
#[test]
fn cells_of_ten_megabytes() {
    let cell = "SECRET ".repeat(10_000_000 / 7);
    let bare = format!("{OK},{cell}");
    let quoted = format!("{OK},\"{cell}\"");
    let code = format!("SECRET,2024-03-05,{cell},15,1");
    let quoted_code = format!("SECRET,2024-03-05,\"{cell}\",15,1");
    let patient = format!("{cell},2024-03-05,97110,15,1");
    check(vec![
        rows("bare, not mapped", NOTED, &[(bare.as_str(), ""), ("SECRET,2024-03-06,97110,15,1,x", "")]),
        rows("quoted, not mapped", NOTED, &[(quoted.as_str(), QUOTES), ("SECRET,2024-03-06,97110,15,1,x", "")]),
        rows("bare, mapped", HEADER, &[(code.as_str(), NOT_A_CODE), (OK, "")]),
        rows("quoted, mapped", HEADER, &[(quoted_code.as_str(), QUOTES), (OK, "")]),
        rows("a patient's", HEADER, &[(patient.as_str(), ""), (OK, "")]),
        refused(
            "the header",
            format!("{HEADER},{cell}\n{bare}\n"),
            "the first row never ends; is it a text file with a header row?",
        ),
    ]);
}
