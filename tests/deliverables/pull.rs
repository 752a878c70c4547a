//! `recount pull`: a list that anyone can draw again, and that tells nobody on the terminal about a patient.

use crate::support::{Row, read_table, recount_in};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use tempfile::TempDir;

/// An audited practice with some sessions of several clinicians.
fn practice(options: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = recount_in(folder.path(), &["generate", "--lines", "3000", "--seed", "7", "--out", "visits.csv"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let command = ["audit", "visits.csv", "--out", "report", "--tables", "csv", "--no-html", "--no-xlsx"];
    let run = recount_in(folder.path(), &[&command, options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    folder
}

fn table(folder: &Path, name: &str) -> Vec<Row> {
    read_table(&folder.join(name)).unwrap_or_else(|| panic!("no table {name}"))
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Sessions of each clinician, by the list's name for it.
fn frames(sessions: &[Row]) -> BTreeMap<String, BTreeSet<String>> {
    let mut frames: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in sessions {
        let name = if row["therapist_id"].is_empty() { "(several or not named)" } else { &row["therapist_id"] };
        frames.entry(name.to_owned()).or_default().insert(row["session_id"].clone());
    }
    frames
}

#[test]
fn the_list_can_be_drawn_again_by_hand() {
    let folder = practice(&[]);
    let run =
        recount_in(folder.path(), &["pull", "report", "--per-clinician", "7", "--seed", "42", "--out", "pull.csv"]);
    assert_eq!((run.code, &*run.stderr), (0, ""));
    let list = table(folder.path(), "pull.csv");
    let sessions = table(folder.path(), "report/sessions.csv");
    let findings = table(folder.path(), "report/findings.csv");
    let over = |session: &str| -> i64 {
        let own = findings.iter().filter(|row| row["session_id"] == session && row["primary"] == "true");
        own.filter(|row| row["severity"] != "note").map(|row| row["units_over"].parse::<i64>().unwrap_or(0)).sum()
    };
    let worst = |session: &str| {
        let own = || findings.iter().filter(|row| row["session_id"] == session);
        match (own().any(|row| row["severity"] == "exception"), own().any(|row| row["severity"] == "review")) {
            (true, _) => Some(0),
            (_, true) => Some(1),
            _ => None,
        }
    };
    let mut expected = Vec::new();
    for (clinician, frame) in frames(&sessions) {
        let hash = |session: &String| sha256(&format!("42:{session}"));
        let mut all: Vec<&String> = frame.iter().collect();
        all.sort_by_key(|session| hash(session));
        let random: Vec<&String> = all.iter().take(4).copied().collect();
        let mut targets: Vec<&String> =
            all.iter().filter(|session| !random.contains(session) && worst(session).is_some()).copied().collect();
        targets.sort_by_key(|session| (worst(session), -over(session)));
        expected.extend(random.iter().map(|session| (clinician.clone(), "random", (*session).clone())));
        expected.extend(targets.iter().take(3).map(|session| (clinician.clone(), "targeted", (*session).clone())));
        let ids: String = frame.iter().flat_map(|session| [session, "\n"]).collect();
        let line = format!("{}  {clinician}\n", sha256(&ids));
        assert!(run.stdout.contains(&line), "{line} in {}", run.stdout);
    }
    // Those of several clinicians stand last.
    expected.sort_by_key(|(clinician, ..)| clinician.starts_with('('));
    let drawn: Vec<(String, &str, String)> = list
        .iter()
        .map(|row| {
            let why = row["why"].split(':').next().unwrap();
            (row["clinician"].clone(), why, row["session_id"].clone())
        })
        .collect();
    assert_eq!(drawn, expected);
    assert!(list.iter().any(|row| row["why"] == "targeted: overbilled-units"));
}

#[test]
fn each_session_has_what_is_needed_to_find_its_note() {
    let folder = practice(&[]);
    let run = recount_in(folder.path(), &["pull", "report", "--out", "pull.csv"]);
    assert_eq!((run.code, &*run.stderr), (0, ""));
    let list = table(folder.path(), "pull.csv");
    let lines = table(folder.path(), "report/lines.csv");
    let findings = table(folder.path(), "report/findings.csv");
    let sessions = table(folder.path(), "report/sessions.csv");
    assert!(!list.is_empty());
    for row in &list {
        let of = |rows: &[Row]| -> Vec<Row> {
            rows.iter().filter(|other| other["session_id"] == row["session_id"]).cloned().collect()
        };
        let (lines, findings) = (of(&lines), of(&findings));
        let session = &of(&sessions)[0];
        for column in ["patient_id", "date_of_service", "discipline", "payer", "clinic"] {
            assert_eq!(row[column], session[column], "{column}");
        }
        let places: Vec<String> =
            lines.iter().map(|line| format!("{}:{}", line["source_file"], line["source_row"])).collect();
        assert_eq!(row["source"], places.join("; "));
        let ids: Vec<&str> = findings.iter().map(|finding| finding["finding_id"].as_str()).collect();
        assert_eq!(row["findings"], ids.join("; "));
        let billed: i64 = lines.iter().map(|line| line["units_billed"].parse::<i64>().unwrap_or(0)).sum();
        let shown: i64 = row["units_billed"].split("; ").map(|part| part[6..].parse::<i64>().unwrap()).sum();
        assert_eq!(shown, billed);
        for blank in ["note found", "minutes in the note", "agrees", "initials"] {
            assert_eq!(row[blank], "");
        }
        assert!(!run.stdout.contains(&row["patient_id"]), "a patient on the terminal");
        assert!(!run.stdout.contains(&row["session_id"]), "a session on the terminal");
    }
    assert!(list.iter().any(|row| row["clinician"] == "(several or not named)"));
    // Same seed, same list; another seed, another.
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let again = recount_in(folder.path(), &["pull", "report", "--out", "again.csv", "--seed", "1"]);
    assert_eq!(again.stdout, run.stdout.replace("pull.csv", "again.csv"));
    assert_eq!(read("pull.csv"), read("again.csv"));
    assert_eq!(recount_in(folder.path(), &["pull", "report", "--out", "other.csv", "--seed", "2"]).code, 0);
    assert_ne!(read("pull.csv"), read("other.csv"));
}

#[cfg(unix)]
#[test]
fn the_list_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = practice(&[]);
    std::fs::write(folder.path().join("pull.csv"), "old").unwrap();
    // What somebody wrote into a list is not lost unasked.
    let refused = recount_in(folder.path(), &["pull", "report"]);
    assert!(refused.code == 2 && refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(std::fs::read(folder.path().join("pull.csv")).unwrap(), b"old");
    assert_eq!(recount_in(folder.path(), &["pull", "report", "--force"]).code, 0, "pull.csv is where it goes unasked");
    let mode = std::fs::metadata(folder.path().join("pull.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = practice(&["--detail", "findings"]);
    let run = recount_in(folder.path(), &["pull", "report"]);
    let says = "recount: a pull needs the table sessions; audit again without --detail findings\n";
    assert_eq!((run.code, &*run.stderr), (2, says));
    assert!(!folder.path().join("pull.csv").exists());
    assert_eq!(recount_in(folder.path(), &["pull", "report", "--per-clinician", "51"]).code, 2);
    let folder = practice(&[]);
    let run = recount_in(folder.path(), &["pull", "report", "--out", "report/tables/pull.csv"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("lies in report, whose files are those of its run"), "{}", run.stderr);
    assert_eq!(recount_in(folder.path(), &["verify", "report"]).code, 0);
}

#[test]
fn no_cell_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let text = "patient_id,date_of_service,code,minutes,units,payer,therapist_id,clinic
+P1,2026-03-05,97110,15,2,Medicare,=1+1,@West
";
    std::fs::write(folder.path().join("visits.csv"), text).unwrap();
    let audited = recount_in(folder.path(), &["audit", "visits.csv", "--out", "report", "--no-html", "--no-xlsx"]);
    assert_eq!(audited.code, 0, "{}", audited.stderr);
    assert_eq!(recount_in(folder.path(), &["pull", "report"]).code, 0);
    let list = table(folder.path(), "pull.csv");
    let row = &list[0];
    assert_eq!((&*row["clinician"], &*row["patient_id"], &*row["clinic"]), ("'=1+1", "'+P1", "'@West"));
}
