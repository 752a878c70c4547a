//! Who reads a report: what a page for others holds, and what leads back.

use crate::support::{Audit, Run, audit, recount_in};
use std::fmt::Write;
use tempfile::TempDir;

/// A day that the page has no other reason to name.
const DAY: &str = "2023-03-14";

/// A name of an export that tells a person.
const FILE: &str = "Smith-John.csv";

/// Visits at three clinics: 20 patients at North, 12 at West, and 6 at South; one export row each, and for North an inactive code.
/// South bills 1234 units, West 2346: numbers that stand nowhere else.
fn visits() -> String {
    let mut text = String::from("patient_id,date_of_service,code,minutes,units,payer,clinic,therapist_id\n");
    let mut visit = |patient: usize, code: &str, units: usize, clinic: &str| {
        let therapist = ["Reed", "Moss", "Vale"][patient % 3];
        let _ = writeln!(text, "MRN70{patient:02},{DAY},{code},15,{units},Medicare,{clinic},{therapist}");
    };
    for patient in 0..20 {
        visit(patient, "97110", 2, "North");
        visit(patient, "97532", 1, "North");
    }
    for patient in 20..32 {
        visit(patient, "97110", if patient == 20 { 201 } else { 195 }, "West");
    }
    for patient in 32..38 {
        visit(patient, "97110", if patient == 32 { 209 } else { 205 }, "South");
    }
    text
}

fn of_visits(options: &[&str]) -> Audit {
    let audit = audit(&[(FILE, &visits())], options);
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    audit
}

fn page(audit: &Audit) -> String {
    std::fs::read_to_string(audit.file("report.html")).expect("there is a page")
}

fn reidentify(audit: &Audit, options: &[&str]) -> Run {
    recount_in(audit.folder.path(), &[&["reidentify", "report"], options].concat())
}

/// The first pseudonym of that form on a page.
fn pseudonym(page: &str, prefix: &str) -> String {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_hexdigit).count();
    let start = page.match_indices(prefix).map(|(n, _)| n).find(|n| digits(&page[n + prefix.len()..]) == 16);
    let start = start.unwrap_or_else(|| panic!("no pseudonym {prefix} on the page"));
    page[start..start + prefix.len() + 16].to_owned()
}

/// A key of this content, in a file of its own; the file is there as long as the folder.
fn key(text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().expect("a path that is text").to_owned();
    (folder, path)
}

#[test]
fn a_page_for_others_names_no_patient_day_file_or_id() {
    let audit = of_visits(&["--html-audience", "shareable"]);
    let page = page(&audit);
    assert!(page.contains("Patient 1") && page.contains("2023-03"));
    for secret in ["MRN70", DAY, "Smith", "14.03", "3/14"] {
        assert!(!page.contains(secret), "{secret} is on the page");
    }
    for (table, column) in [("sessions", "session_id"), ("findings", "finding_id")] {
        for row in audit.table(table) {
            assert!(!page.contains(&row[column]), "an id of {table} is on the page");
        }
    }
}

#[test]
fn a_page_for_others_is_the_same_whenever_it_is_made() {
    let pages = [1, 2].map(|_| page(&of_visits(&["--html-audience", "shareable"])));
    assert_eq!(pages[0], pages[1]);
}

#[test]
fn a_work_paper_calls_everything_what_it_is() {
    let page = page(&of_visits(&["--html-audience", "workpaper"]));
    for shown in ["MRN7000", DAY, FILE, "1,234", "2,346"] {
        assert!(page.contains(shown), "{shown} is not on the page");
    }
}

#[test]
fn a_clinic_of_a_few_patients_is_hidden_with_the_smallest_of_the_others() {
    let page = page(&of_visits(&["--html-audience", "shareable"]));
    assert!(page.contains("South") && page.contains("West") && page.contains("North"));
    for hidden in ["1,234", "2,346"] {
        assert!(!page.contains(hidden), "{hidden} is on the page");
    }
}

#[test]
fn a_run_about_a_few_patients_has_no_figure_for_others() {
    let few: String = visits().lines().take(11).fold(String::new(), |text, line| text + line + "\n");
    let audit = audit(&[(FILE, &few)], &["--html-audience", "shareable"]);
    let page = page(&audit);
    assert!(page.contains("11 patients"));
    for secret in ["MRN70", "North", "Reed", "Patient 1"] {
        assert!(!page.contains(secret), "{secret} is on the page");
    }
}

#[test]
fn numbers_lead_back_through_the_list_in_the_folder() {
    let audit = of_visits(&["--html-audience", "shareable"]);
    let list = std::fs::read_to_string(audit.file("pseudonyms.csv")).expect("there is a list");
    assert!(list.contains("patient,Patient 1,\"MRN7000\"\n"), "{list}");
    #[cfg(unix)]
    {
        let rights = std::fs::metadata(audit.file("pseudonyms.csv")).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&rights) & 0o777, 0o600);
    }
    let run = reidentify(&audit, &["Patient 1", "Patient 999"]);
    assert!(run.stdout.contains("Patient 1: patient MRN7000\n"), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("Patient 999: not in this run"), "{}", run.stdout);
}

#[test]
fn a_key_gives_a_patient_one_pseudonym_in_every_report() {
    let (_folder, key_file) = key("0123456789abcdef0123456789abcdef\n");
    let by_key = ["--key", &key_file];
    let first = of_visits(&[&by_key[..], &["--quarter", "2023Q1"]].concat());
    let second = of_visits(&[&by_key[..], &["--hide-clinicians"]].concat());
    let patient = pseudonym(&page(&first), "P-");
    assert!(page(&second).contains(&patient));
    assert!(!first.file("pseudonyms.csv").exists(), "a key needs no list");
    let run = reidentify(&first, &[&by_key[..], &[&patient, "P-0000000000000000"]].concat());
    assert!(run.stdout.contains(&format!("{patient}: patient MRN70")), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("P-0000000000000000: not in this run"), "{}", run.stdout);
    for prefix in ["F-", "C-"] {
        let other = pseudonym(&page(&second), prefix);
        let run = reidentify(&second, &[&by_key[..], &[&other]].concat());
        assert!(run.stdout.contains(&other) && !run.stdout.contains("not in this run"), "{}{}", run.stdout, run.stderr);
    }
    let (_folder, other_file) = key("another key of 32 bytes or so ...\n");
    assert!(!page(&of_visits(&["--key", &other_file])).contains(&patient));
}

#[test]
fn a_key_that_is_too_short_stops_the_run_and_says_how_to_make_one() {
    let (_folder, key_file) = key("secret words\n");
    let audit = audit(&[(FILE, &visits())], &["--key", &key_file]);
    assert_eq!(audit.run.code, 2);
    assert!(audit.run.stderr.contains("at least 16 bytes"), "{}", audit.run.stderr);
    assert!(audit.run.stderr.contains("openssl rand -hex 32"), "{}", audit.run.stderr);
    assert!(!audit.run.stderr.contains("secret words"), "a key is never repeated");
    assert!(!audit.file("manifest.json").exists());
}

#[test]
fn clinicians_are_named_unless_they_are_hidden() {
    let (_folder, key_file) = key("0123456789abcdef\n");
    let hide = ["--hide-clinicians", "--key", &key_file];
    let [named, hidden] = [&[][..], &hide].map(|options| page(&of_visits(options)));
    for clinician in ["Reed", "Moss", "Vale"] {
        assert!(named.contains(clinician) && !hidden.contains(clinician), "{clinician}");
    }
    assert!(!pseudonym(&hidden, "C-").is_empty());
}

#[test]
fn without_a_list_a_key_is_asked_for() {
    let (_folder, key_file) = key("0123456789abcdef\n");
    let audit = of_visits(&["--key", &key_file]);
    let run = reidentify(&audit, &["Patient 1"]);
    assert!(run.code != 0 && run.stderr.contains("--key"), "{}", run.stderr);
    assert!(!run.stderr.contains("MRN"));
}
