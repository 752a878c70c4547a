//! Every command and option, as a user meets it.

mod known;

use crate::support::{Audit, Run, audit, read_table, recount, recount_in};
use known::{CHECKS, NOT_RUN};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Four sessions over by a unit, one on each side of both ends of a quarter, and a code that is in no table.
const VISITS: &str = "patient_id,date_of_service,code,minutes,units,payer
P1,2024-03-31,97110,15,2,Medicare
P1,2024-04-01,97110,15,2,Aetna
P2,2024-06-30,97110,15,2,Aetna
P2,2024-07-01,97110,15,2,Medicare
P3,2024-05-01,99999,15,1,Medicare
";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Every file below a folder, by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
    found
}

/// Runs the program with a variable of the environment set.
fn recount_with(variable: &str, value: &str, folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_recount"))
        .args(arguments)
        .current_dir(folder)
        .env(variable, value)
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Run { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The columns of a line that a terminal needs, where Chinese and Japanese letters take two each.
fn width(line: &str) -> usize {
    line.chars().map(|letter| if ('\u{2e80}'..='\u{ffdc}').contains(&letter) { 2 } else { 1 }).sum()
}

/// Its lines, each with single spaces between its words: what is said, however it is set.
fn words(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The values of a column in a table of the report.
fn column(audit: &Audit, table: &str, name: &str) -> Vec<String> {
    audit.table(table).into_iter().map(|row| row[name].clone()).collect()
}

/// Runs that go well.
fn audited(files: &[(&str, &str)], options: &[&str]) -> Audit {
    let audit = audit(files, options);
    assert_eq!((audit.run.code, &*audit.run.stderr), (0, ""), "{options:?}");
    audit
}

#[test]
fn every_check_is_listed_and_explained() {
    let listed = recount(&["checks"]);
    assert_eq!((listed.code, &*listed.stderr), (0, ""));
    // What a check needs may stand on several lines.
    let named = |row: &String| CHECKS.iter().any(|(name, _)| row.starts_with(&format!("{name} ")));
    let rows: Vec<String> = words(&listed.stdout).into_iter().filter(named).collect();
    assert_eq!(rows.len(), CHECKS.len());
    let others = recount::checks::ALL.iter().filter(|check| CHECKS.iter().all(|(name, _)| *name != check.name)).count();
    assert_eq!(others, 0, "more checks than known here");
    for ((name, family), row) in CHECKS.iter().zip(&rows) {
        assert!(row.starts_with(&format!("{name} {family} ")), "{name}: {row}");
        let page = recount(&["explain", name]);
        assert_eq!((page.code, &*page.stderr), (0, ""), "{name}");
        assert!(page.stdout.starts_with(&format!("# {name}\n\n")), "{}", page.stdout);
        for part in ["\n## What must hold\n", "\n## Why it matters\n", "\n## Examples\n", "nothing"] {
            assert!(page.stdout.contains(part), "{name} lacks {part:?}");
        }
        assert!(page.stdout.lines().all(|line| line.chars().count() <= 80), "{name}");
    }
    let unknown = recount(&["explain", "overbilled"]);
    let names = CHECKS.map(|(name, _)| name).join(", ");
    let said = unknown.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(said, format!("recount: no check is called \"overbilled\"; the checks are {names}"));
    assert!(unknown.stderr.lines().all(|line| line.len() <= 80), "{}", unknown.stderr);
    assert_eq!((unknown.code, &*unknown.stdout), (2, ""));
}

#[test]
fn inspect_shows_how_a_file_is_read() {
    let folder = folder(&[(
        "visits.csv",
        "Patient ID,DOS,CPT,Minutes,Units,Primary Insurance,Remarks
SECRET-1,03/05/2024,97110,30,2,Medicare,SECRET
SECRET-1,03/05/2024,97140,,1,Medicare,SECRET
SECRET-2,04/22/2024,97161,30,1,ACME,SECRET
SECRET-2,never,97110,15,1,ACME,SECRET
SECRET-3,04/23/2024,99999,15,1,,SECRET
\"SECRET-3\"x,04/23/2024,97110,15,1,ACME,SECRET
",
    )]);
    let shown = recount_in(folder.path(), &["inspect", "visits.csv"]);
    assert_eq!((shown.code, &*shown.stderr), (0, ""));
    assert!(!shown.stdout.contains("SECRET"), "{}", shown.stdout);
    let lines = words(&shown.stdout);
    for line in [
        "visits.csv: 6 rows",
        "dates of service 2024-03-05 to 2024-04-23",
        "dates are read month first, the only order that all of them allow",
        // Header, field, type, blank, rejected.
        "Patient ID patient_id text 0 0",
        "DOS date_of_service date 0 1",
        "CPT code code 0 0",
        "Minutes minutes minutes 1 0",
        "Units units whole number 0 0",
        "Primary Insurance payer text 1 0",
        "Remarks (not read)",
        "1 date_of_service is not a date (first: row 5)",
        "1 the quotation marks of the row do not match (first: row 7)",
        // Payer, class, rule, basis, lines.
        "(blank) unknown both unknown 1",
        "ACME unknown both unknown 1",
        "Medicare medicare-part-b cms documented 2",
        // Code, kind, lines, label.
        "97110 timed 1 therapeutic exercise",
        "97161 untimed 1 PT evaluation, low",
        "99999 unknown 1 not in the table",
    ] {
        assert!(lines.iter().any(|found| found == line), "no line {line:?} in\n{}", shown.stdout);
    }
    assert_eq!(files(folder.path()).len(), 1, "inspect writes nothing");
}

#[test]
fn generate_repeats_itself() {
    let folder = folder(&[]);
    let generate = |seed: &str, out: &str| {
        let run = recount_in(
            folder.path(),
            &["generate", "--lines", "300", "--seed", seed, "--out", out, "--truth", &format!("truth-{out}")],
        );
        assert_eq!((run.code, &*run.stdout, &*run.stderr), (0, "", ""), "{out}");
    };
    generate("5", "a.csv");
    generate("5", "b.csv");
    generate("6", "c.csv");
    generate("5", "q-{quarter}.csv");
    let made = files(folder.path());
    assert!(made["a.csv"] == made["b.csv"] && made["truth-a.csv"] == made["truth-b.csv"], "one seed, two exports");
    assert!(made["a.csv"] != made["c.csv"], "two seeds, one export");
    let lines =
        |name: &str| String::from_utf8_lossy(&made[name]).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines("a.csv").len(), 300);
    let quarters: Vec<&str> = made.keys().filter(|name| name.starts_with("q-")).map(String::as_str).collect();
    assert!(quarters.len() > 1, "{quarters:?}");
    let mut together: Vec<String> = quarters.iter().flat_map(|name| lines(name)).collect();
    let mut whole = lines("a.csv");
    together.sort();
    whole.sort();
    assert!(together == whole, "the quarters hold the whole");
    for name in quarters {
        let quarter = name.trim_start_matches("q-").trim_end_matches(".csv");
        let audit =
            recount_in(folder.path(), &["audit", name, "--out", "report", "--tables", "csv", "--quarter", quarter]);
        assert_eq!(audit.code, 0, "{}", audit.stderr);
        assert_eq!(read_table(&folder.path().join("report/excluded.csv")).unwrap().len(), 0, "{name} is of {quarter}");
    }
    let failed = recount_in(folder.path(), &["generate", "--lines", "9", "--out", "no/where.csv"]);
    assert_eq!((failed.code, &*failed.stderr), (2, "recount: no/where.csv: no such file or folder\n"));
}

#[test]
fn the_period_excludes_and_counts() {
    for (options, excluded) in [
        (&[][..], &[][..]),
        (&["--quarter", "2024Q2"], &["2", "5"]),
        (&["--quarter", "2024q2"], &["2", "5"]),
        (&["--from", "2024-04-01"], &["2"]),
        (&["--to", "2024-04-01"], &["4", "5", "6"]),
        (&["--from", "2024-04-01", "--to", "2024-06-30"], &["2", "5"]),
        (&["--from", "2030-01-01"], &["2", "3", "4", "5", "6"]),
    ] {
        let audit = audited(&[("visits.csv", VISITS)], options);
        assert_eq!(column(&audit, "excluded", "source_row"), excluded, "{options:?}");
        let problems = column(&audit, "excluded", "problem");
        assert!(problems.iter().all(|problem| problem == "the date of service is outside the period"), "{problems:?}");
        let manifest = audit.manifest();
        let totals = &manifest["totals"];
        assert_eq!(totals["excluded"]["rows"], excluded.len(), "{options:?}");
        assert_eq!(totals["audited"]["rows"], 5 - excluded.len(), "{options:?}");
        assert_eq!(audit.table("lines").len(), 5 - excluded.len(), "{options:?}");
    }
}

#[test]
fn checks_are_selected_by_name_and_family() {
    let all = CHECKS.map(|(name, _)| name);
    let of = |families: &[&str]| -> Vec<&'static str> {
        CHECKS.iter().filter(|(_, family)| families.contains(family)).map(|(name, _)| *name).collect()
    };
    let without = |names: &[&str]| all.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>();
    for (options, run) in [
        (&[][..], all.to_vec()),
        (&["--select", "units"], of(&["units"])),
        (&["--select", "overbilled-units"], vec!["overbilled-units"]),
        (&["--select", "codes,units"], of(&["units", "codes"])),
        (
            &["--select", "untimed", "--select", "unknown-code"],
            vec!["untimed-multiple-units", "group-more-than-once", "unknown-code"],
        ),
        (
            &["--ignore", "codes"],
            CHECKS.into_iter().filter(|(_, family)| *family != "codes").map(|(name, _)| name).collect(),
        ),
        (&["--ignore", "overbilled-units,time"], without(&[&["overbilled-units"], &of(&["time"])[..]].concat())),
        (
            &["--select", "codes", "--ignore", "unknown-code"],
            vec!["inactive-code", "wrong-code-for-payer", "duplicate-line"],
        ),
    ] {
        let audit = audited(&[("visits.csv", VISITS)], options);
        let manifest = audit.manifest();
        let run: Vec<&str> = run.into_iter().filter(|name| !NOT_RUN.contains(name)).collect();
        assert_eq!(manifest["checks_run"], serde_json::json!(run), "{options:?}");
        let not_run = manifest["checks_not_run"].as_object().unwrap().len();
        assert_eq!(not_run, CHECKS.len() - run.len(), "{options:?}");
        for (check, findings) in [("overbilled-units", 4), ("unknown-code", 1)] {
            let wanted = if run.contains(&check) { findings } else { 0 };
            assert_eq!(audit.findings(check).len(), wanted, "{check} with {options:?}");
        }
    }
    let unknown = audit(&[("visits.csv", VISITS)], &["--select", "overbilled"]);
    let begin = "recount: \"overbilled\" is no check and no family; the checks are overbilled-units, ";
    assert!(unknown.run.code == 2 && unknown.run.stderr.starts_with(begin), "{}", unknown.run.stderr);
}

/// A table of the user's own, and what is said of one that does not keep its contract.
#[test]
fn own_queries() {
    let sql = "SELECT code, CAST(COUNT(*) AS BIGINT) AS n FROM lines GROUP BY code ORDER BY code\n";
    let columns = "-- columns: code str, n i64\n";
    let header = format!("-- mine: lines of each code\n-- one row per: code\n{columns}");
    for (name, text, says) in [
        ("mine", format!("{header}{sql}"), ""),
        ("mine", sql.to_owned(), "mine: the first line must be \"-- mine: what it says\""),
        ("yours", format!("{header}{sql}"), "yours: the first line must be \"-- yours: what it says\""),
        ("mine", format!("-- mine: lines\n{columns}{sql}"), "mine: the header lacks \"-- one row per: …\""),
        (
            "mine",
            format!("-- mine: lines\n-- one row per: code\n{sql}"),
            "mine: the header lacks \"-- columns: name type, …\"",
        ),
        (
            "mine",
            format!("{header}{sql}").replace("n i64", "n int"),
            "mine: \"int\" is no type: write str, i64, f64, bool or date",
        ),
        (
            "mine",
            format!("{header}{sql}").replace("n i64", "m i64"),
            "mine: gives the columns code, n, its header says code, m",
        ),
        ("mine", format!("{header}{sql}").replace("n i64", "n str"), "mine: column n is i64, its header says str"),
        (
            "by_code",
            format!("{header}{sql}").replace("mine", "by_code"),
            "by_code: is the name of a built-in table; choose another",
        ),
    ] {
        let folder = folder(&[("visits.csv", VISITS)]);
        std::fs::create_dir(folder.path().join("own")).unwrap();
        std::fs::write(folder.path().join(format!("own/{name}.sql")), text).unwrap();
        let arguments = ["audit", "visits.csv", "--out", "report", "--tables", "csv", "--queries", "own"];
        let run = recount_in(folder.path(), &arguments);
        if says.is_empty() {
            assert_eq!((run.code, &*run.stderr), (0, ""));
            let table = std::fs::read_to_string(folder.path().join("report/tables/mine.csv")).unwrap();
            assert_eq!(table, "code,n\n97110,4\n99999,1\n");
        } else {
            assert_eq!((run.code, run.stderr), (2, format!("recount: {says}\n")));
            assert!(!folder.path().join("report").exists(), "a report in spite of: {says}");
        }
    }
}

/// 16 minutes in two codes: one unit pooled, two by midpoint. Whose rule it is decides.
#[test]
fn rules_payers_and_codes_of_the_users_own() {
    let visits = "patient_id,date_of_service,code,minutes,units,payer
P1,2024-03-05,97110,8,1,Acme Rehab
P1,2024-03-05,97140,8,1,Acme Rehab
";
    let policy = "[[class]]\nname = \"unknown\"\n[[class]]\nname = \"commercial\"\n\
                  [[payer]]\nname = \"ACME Rehab\"\nclass = \"commercial\"\nrule = \"midpoint\"\n";
    let codes = "code,label,kind,first_minutes,step_minutes,family,addon_of,per_site,evaluation_discipline,\
                 limit_practitioner,limit_facility,from,to\n\
                 97110,our own,untimed,,,,,no,,,,,\n";
    let folder = folder(&[
        ("visits.csv", visits),
        ("policy.toml", policy),
        ("codes.csv", codes),
        ("bad.toml", &policy.replace("midpoint", "rule-of-eights")),
        ("bad.csv", &codes.replace("untimed", "timeless")),
    ]);
    for (options, class, rule, over, kinds) in [
        (&["--payer-rule", "acme*=cms"][..], "unknown", "cms", "1", ["timed", "timed"]),
        (&["--payer-rule", "ACME REHAB=midpoint"], "unknown", "midpoint", "0", ["timed", "timed"]),
        (&["--payer-rule", "*=cms", "--payer-rule", "Acme*=midpoint"], "unknown", "midpoint", "0", ["timed", "timed"]),
        (&["--payer-rule", "Acme*=midpoint", "--payer-rule", "*=cms"], "unknown", "cms", "1", ["timed", "timed"]),
        (&["--policy", "policy.toml"], "commercial", "midpoint", "0", ["timed", "timed"]),
        (&["--policy", "policy.toml", "--payer-rule", "*=cms"], "commercial", "cms", "1", ["timed", "timed"]),
        (&["--codes", "codes.csv", "--payer-rule", "*=cms"], "unknown", "cms", "0", ["untimed", "unknown"]),
    ] {
        let arguments = [&["audit", "visits.csv", "--out", "report", "--tables", "csv"][..], options].concat();
        let run = recount_in(folder.path(), &arguments);
        assert_eq!((run.code, &*run.stderr), (0, ""), "{options:?}");
        let table = |name: &str| read_table(&folder.path().join(format!("report/{name}.csv"))).unwrap();
        let session = &table("sessions")[0];
        let found =
            ["payer_class", "unit_rule", "rule_basis", "timed_units_over"].map(|column| session[column].as_str());
        assert_eq!(found, [class, rule, "user", over], "{options:?}");
        let found: Vec<String> = table("services").into_iter().map(|service| service["code_kind"].clone()).collect();
        assert_eq!(found, kinds, "{options:?}");
        let manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("report/manifest.json")).unwrap()).unwrap();
        for file in options.iter().filter(|option| option.contains('.')) {
            assert!(manifest["data"][file].is_string(), "the manifest names {file}");
        }
    }
    for (options, says) in [
        (
            ["--policy", "bad.toml"],
            "bad.toml: \"rule-of-eights\" is no rule: write cms, midpoint, either, full-15 or tenths",
        ),
        (
            ["--codes", "bad.csv"],
            "bad.csv: line 2: kind is none of timed, interval, untimed, area, period, unlisted, nonpayable, not-part-b",
        ),
        (["--codes", "visits.csv"], "visits.csv: column label is missing"),
    ] {
        let run = recount_in(folder.path(), &[&["inspect", "visits.csv"][..], &options[..]].concat());
        assert_eq!((run.code, run.stderr), (2, format!("recount: {says}\n")));
    }
    let bad = recount_in(folder.path(), &["inspect", "visits.csv", "--payer-rule", "acme=eights"]);
    assert!(
        bad.code == 2 && bad.stderr.contains("the rule is cms, midpoint, either, full-15 or tenths"),
        "{}",
        bad.stderr
    );
}

#[test]
fn what_is_written() {
    let folder = folder(&[("visits.csv", VISITS)]);
    let written = |options: &[&str]| -> Vec<String> {
        let run = recount_in(folder.path(), &[&["audit", "visits.csv", "--out", "report"][..], options].concat());
        assert_eq!((run.code, &*run.stderr), (0, ""), "{options:?}");
        files(&folder.path().join("report")).into_keys().collect()
    };
    let tables: Vec<String> = recount::queries::built_in()
        .into_iter()
        .filter(|(place, _, _)| *place == "tables")
        .map(|(_, name, _)| format!("tables/{name}"))
        .collect();
    assert!(tables.len() > 10);
    let expected = |detail: &[&str], ending: &str| -> Vec<String> {
        let names = ["findings", "rejects", "excluded"].iter().chain(detail).map(|name| (*name).to_owned());
        let mut all: Vec<String> = names.chain(tables.clone()).map(|name| format!("{name}.{ending}")).collect();
        let made = ["manifest.json", "report.html", "workpaper.xlsx", "pseudonyms.csv"];
        all.extend(made.map(str::to_owned));
        let sums = recount::tables::SUMS.into_iter().chain(["sources", "payer_names", "clinician_overlaps"]);
        all.extend(sums.map(|name| format!("sums/{name}.parquet")));
        all.sort();
        all
    };
    let detail = ["lines", "services", "sessions"];
    assert_eq!(written(&[]), expected(&detail, "parquet"));
    assert!(files(&folder.path().join("report"))["lines.parquet"].starts_with(b"PAR1"));
    assert_eq!(written(&["--tables", "csv"]), expected(&detail, "csv"));
    assert_eq!(written(&["--detail", "findings"]), expected(&[], "parquet"));
    assert_eq!(written(&["--detail", "findings", "--tables", "csv"]), expected(&[], "csv"));
}

/// Names as long, wide and strange as exports have them, over many rows.
fn strange_visits() -> String {
    let long = "The Very Long Name Of A Payer That Never Ends And Then Goes On For Another While, Incorporated";
    let payers = [
        long,
        "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
        "\u{1b}[31mRED\u{7}",
        "\"two\nlines\"",
        "",
        "Medicare",
    ];
    let mut text = "patient_id,date_of_service,code,minutes,units,payer,therapist_id,charge\n".to_owned();
    for n in 0..120 {
        let payer = payers[n % payers.len()].replace(',', ";");
        let therapist = ["T1", "A Therapist With A Very Long Name, Of Several Words"][n % 2].replace(',', "");
        let (day, units, minutes) = (n % 27 + 1, [1, 2, 4, 99][n % 4], [15, 20, 0, 1439][n % 4]);
        text += &format!("P{n},{day:02}/13/2024,97110,{minutes},{units},{payer},{therapist},99999999999.99\n");
        text += &format!("P{n},2024-03-{day:02},97530,{minutes},{units},{payer},{therapist},99999999999.99\n");
        text += &format!("P{n},03/{day:02}/2024,97129,0:20,{units},{payer},{therapist},\n");
    }
    text + "P1,2024-03-05,97110,15\n\"P1\"x,2024-03-05,97110,15,1,,,\n,,,,,,,\n"
}

/// What goes to the terminal fits it, and holds nothing that a terminal would obey.
#[test]
fn the_terminal_output_is_plain_and_narrow() {
    let folder = folder(&[("strange.csv", &strange_visits()), ("visits.csv", VISITS), ("red\u{1b}[31m.csv", VISITS)]);
    recount_in(folder.path(), &["generate", "--lines", "2000", "--out", "practice.csv"]);
    let audit = ["--out", "report", "--max-rejects", "100"];
    let mut runs = vec![
        recount_in(folder.path(), &["checks"]),
        recount_in(folder.path(), &["units", "97112=24/2", "97110=23/1", "97161=30", "--rule", "either"]),
    ];
    for file in ["strange.csv", "practice.csv", "visits.csv", "red\u{1b}[31m.csv"] {
        runs.push(recount_in(folder.path(), &[&["audit", file][..], &audit[..]].concat()));
        runs.push(recount_in(folder.path(), &["inspect", file]));
    }
    runs.push(recount_with("NO_COLOR", "1", folder.path(), &[&["audit", "practice.csv"][..], &audit[..]].concat()));
    let mut wrong = Vec::new();
    for run in runs {
        assert_eq!((run.code, &*run.stderr), (0, ""), "{}", run.stdout);
        for line in run.stdout.lines() {
            if width(line) > 80 {
                wrong.push(format!("{} columns: {line}", width(line)));
            }
            if line.chars().any(char::is_control) {
                wrong.push(format!("control characters: {line:?}"));
            }
            if line.ends_with(' ') {
                wrong.push(format!("spaces at the end: {line:?}"));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Tables on the terminal: numbers end where their header ends.
#[test]
fn columns_of_numbers_are_aligned() {
    let audit = audited(&[("visits.csv", VISITS)], &[]);
    let lines: Vec<&str> = audit.run.stdout.lines().collect();
    let ends = |line: &str| -> Vec<usize> {
        let line = line.as_bytes();
        (1..=line.len()).filter(|&n| line[n - 1] != b' ' && line.get(n).is_none_or(|byte| *byte == b' ')).collect()
    };
    for (title, columns) in
        [("Control totals: read = audited + excluded + rejected", 3), ("Codes, most units over first", 1)]
    {
        let at = lines.iter().position(|line| *line == title).expect(title);
        let rows: Vec<Vec<usize>> =
            lines[at + 1..].iter().take_while(|line| line.starts_with(' ')).map(|line| ends(line)).collect();
        assert!(rows.len() > 1, "{title}");
        for row in &rows {
            assert_eq!(row[row.len() - columns..], rows[0][rows[0].len() - columns..], "{title}\n{}", audit.run.stdout);
        }
    }
}

#[test]
fn the_same_bytes_every_time() {
    let folder = folder(&[("strange.csv", &strange_visits())]);
    recount_in(folder.path(), &["generate", "--lines", "3000", "--out", "practice.csv"]);
    for format in ["csv", "parquet"] {
        let arguments =
            ["audit", "practice.csv", "strange.csv", "--tables", format, "--max-rejects", "100", "--out", "report"];
        let first = (recount_in(folder.path(), &arguments).stdout, files(&folder.path().join("report")));
        assert!(first.1.len() > 15, "{format}");
        for (variable, value) in [("RECOUNT", "again"), ("RAYON_NUM_THREADS", "1"), ("POLARS_MAX_THREADS", "1")] {
            let again = recount_with(variable, value, folder.path(), &arguments);
            assert!(again.stdout == first.0, "{format}: other words with {variable}={value}");
            let report = files(&folder.path().join("report"));
            assert!(report.keys().eq(first.1.keys()), "{format}: other files with {variable}={value}");
            for (name, bytes) in report {
                assert!(first.1[&name] == bytes, "{format}: {name} differs with {variable}={value}");
            }
        }
    }
}

/// A run that fails, early or late, leaves the folder as it was: no half report, no folder on the way to it.
#[test]
fn a_failed_run_leaves_nothing() {
    let late = "-- late: fails at the end\n-- one row per: code\n-- columns: code i64\nSELECT code FROM lines\n";
    for (what, arguments) in [
        ("a file that is not there", &["none.csv"][..]),
        ("a file that is no export", &["late.sql"]),
        ("the second file", &["visits.csv", "late.sql"]),
        ("a mapping", &["visits.csv", "--mapping", "late.sql"]),
        ("a check", &["visits.csv", "--select", "nothing"]),
        ("a query at the very end", &["visits.csv", "--queries", "."]),
    ] {
        for out in ["report", "deep/er/report"] {
            let folder = folder(&[("visits.csv", VISITS), ("late.sql", late)]);
            let run = recount_in(folder.path(), &[&["audit", "--out", out][..], arguments].concat());
            assert!([2, 3].contains(&run.code) && run.stdout.is_empty(), "{what}: {}{}", run.stdout, run.stderr);
            let mut left: Vec<_> =
                std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            left.sort();
            assert_eq!(left, ["late.sql", "visits.csv"], "{what} with --out {out}");
        }
    }
}
