//! Mappings, options, output folders and queries that do not fit; and what is said of them.

use super::*;

#[test]
fn mapping_files() {
    let good = csv(&[OK]);
    check(vec![
        asks("not TOML", good.clone(), "mapping.toml: line 1: unclosed table, expected `]`").mapped("[columns\n"),
        asks("no such key", good.clone(), "mapping.toml: line 1: unknown field `colums`; did you mean `columns`?")
            .mapped("colums = 1\n"),
        asks("no such field", good.clone(), "mapping.toml: line 2: unknown field `unit`; did you mean `units`?")
            .mapped("[columns]\nunit = \"units\"\n"),
        asks("no such column", good.clone(), "the configuration names a column \"Billed\", and no file has it; if it is one of other files, put it under [files.\"THEIR NAME\".columns]")
            .mapped("[columns]\nunits = \"Billed\"\n"),
        asks(
            "two such columns",
            format!("{HEADER},units\n{OK},1\n"),
            "export.csv: the mapping names the column \"units\" for units, and 2 columns have that name",
        )
        .mapped("[columns]\nunits = \"units\"\n"),
        asks(
            "no such order",
            good.clone(),
            "mapping.toml: line 1: unknown variant `year-first`; it may be month-first, day-first",
        )
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
        ("", "--out .", 2, INPUT_INSIDE.into()),
        ("", "--out . --force", 2, INPUT_INSIDE.into()),
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
    for (mark, arguments) in [("notes.txt", &["--force"][..]), ("manifest.json", &[][..])] {
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
