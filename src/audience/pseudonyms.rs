//! Pseudonyms: names that stand for patients, sessions, findings and clinicians in what is shared.
//!
//! The ids of sessions and findings are hashes that anyone can compute who knows a patient's id, so they too are replaced. With a
//! key the same id has the same pseudonym in every report; without one pseudonyms are numbers, and a file of the run's folder says
//! whose they are.

use super::names::is_remark;
use crate::error::{Error, Result, plain};
use crate::grid::{Grid, Value};
use crate::words::{csv_text, of_csv_text};
use hashbrown::{HashMap, HashSet};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::path::Path;

/// The file that says whose the numbers are. It stands in the run's folder, and must never go where the report goes.
pub const MAP: &str = "pseudonyms.csv";

/// Bytes that a key has at least.
const SHORTEST_KEY: usize = 16;

/// What an id is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A patient.
    Patient,
    /// A treating clinician.
    Clinician,
    /// A session.
    Session,
    /// A finding.
    Finding,
}

impl Of {
    /// All of them, in the order of the map.
    pub const ALL: [Of; 4] = [Of::Patient, Of::Clinician, Of::Session, Of::Finding];

    /// Its word, which is also what keeps pseudonyms of two kinds apart.
    pub const fn name(self) -> &'static str {
        match self {
            Of::Patient => "patient",
            Of::Clinician => "clinician",
            Of::Session => "session",
            Of::Finding => "finding",
        }
    }

    /// What its keyed pseudonyms begin with.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Of::Patient => "P-",
            Of::Clinician => "C-",
            Of::Session => "S-",
            Of::Finding => "F-",
        }
    }

    /// What its numbers stand behind.
    const fn title(self) -> &'static str {
        match self {
            Of::Patient => "Patient",
            Of::Clinician => "Clinician",
            Of::Session => "Session",
            Of::Finding => "Finding",
        }
    }

    /// Whose ids a column of a table holds.
    pub(super) fn of_column(column: &str) -> Option<Of> {
        match column {
            "patient_id" => Some(Of::Patient),
            "therapist_id" => Some(Of::Clinician),
            "session_id" => Some(Of::Session),
            "finding_id" | "also" => Some(Of::Finding),
            _ => None,
        }
    }
}

/// A secret that pseudonyms are made with.
pub struct Key(Hmac<Sha256>);

impl Key {
    /// The key in a file: its bytes without the line end.
    ///
    /// # Errors
    /// The file cannot be read, or is too short to keep anything secret.
    pub fn read(path: &Path) -> Result<Key> {
        let wrong = |problem: &str| {
            let hint = "make a key once with: openssl rand -hex 32 > key";
            Error::Usage(format!("{}: {problem}; {hint}", path.display()))
        };
        let bytes = std::fs::read(path).map_err(|error| wrong(&plain(&error)))?;
        let key = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let key = key.strip_suffix(b"\r").unwrap_or(key);
        if key.len() < SHORTEST_KEY {
            return Err(wrong(&format!("a key has at least {SHORTEST_KEY} bytes")));
        }
        Key::of(key)
    }

    /// The key of these bytes.
    fn of(bytes: &[u8]) -> Result<Key> {
        Hmac::new_from_slice(bytes).map(Key).map_err(|_| Error::Bug("a key of a length that no key has".into()))
    }

    /// The pseudonym of an id: 64 bits of HMAC-SHA-256.
    pub fn pseudonym(&self, kind: Of, id: &str) -> String {
        let mut hash = self.0.clone();
        hash.update(kind.name().as_bytes());
        hash.update(b"\0");
        hash.update(id.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize().into_bytes()[..8]);
        format!("{}{:016x}", kind.prefix(), u64::from_be_bytes(first))
    }
}

/// Ids that a report names, each with its place: which came first.
#[derive(Default)]
pub struct Ids([HashMap<String, usize>; 4]);

impl Ids {
    /// Adds an id, if it is new.
    pub fn add(&mut self, kind: Of, id: &str) {
        let known = &mut self.0[kind as usize];
        let no_one = id.is_empty() || (kind == Of::Clinician && is_remark(id));
        if !no_one && !known.contains_key(id) {
            known.insert(id.to_owned(), known.len());
        }
    }

    /// Adds all ids of a table; findings that others refer to come after those of the rows.
    pub fn add_all(&mut self, rows: &Grid) {
        let column = |(place, name): (usize, &String)| Some((place, Of::of_column(name)?, name == "also"));
        let mut columns: Vec<(usize, Of, bool)> = rows.columns.iter().enumerate().filter_map(column).collect();
        columns.sort_by_key(|(_, _, refers)| *refers);
        for (place, kind, _) in columns {
            for row in &rows.rows {
                if let Value::Text(id) = &row[place] {
                    self.add(kind, id);
                }
            }
        }
    }

    /// Gives patients and clinicians the places of their sorted ids, so that the order of a table tells nothing of them.
    fn sorted(mut self) -> Ids {
        for kind in [Of::Patient, Of::Clinician] {
            let mut ids: Vec<String> = self.0[kind as usize].drain().map(|(id, _)| id).collect();
            ids.sort_unstable();
            self.0[kind as usize] = ids.into_iter().enumerate().map(|(place, id)| (id, place)).collect();
        }
        self
    }

    /// The ids of a kind in the order of their places.
    fn in_order(&self, kind: Of) -> Vec<&str> {
        let mut ids: Vec<(&str, usize)> =
            self.0[kind as usize].iter().map(|(id, place)| (id.as_str(), *place)).collect();
        ids.sort_unstable_by_key(|(_, place)| *place);
        ids.into_iter().map(|(id, _)| id).collect()
    }
}

/// The pseudonyms of a report.
pub struct Pseudonyms {
    ids: Ids,
    /// By kind and place.
    pseudonyms: [Vec<String>; 4],
}

impl Pseudonyms {
    /// Made with a key: the same in every report that is made with it.
    ///
    /// # Errors
    /// Two ids would have one pseudonym.
    pub fn keyed(key: &Key, ids: Ids) -> Result<Pseudonyms> {
        let pseudonyms = Pseudonyms::made(ids, |kind, id, _| key.pseudonym(kind, id));
        pseudonyms.distinct().then_some(pseudonyms).ok_or_else(|| {
            Error::Usage("with this key two ids have one pseudonym, and would seem to be one; use another key".into())
        })
    }

    /// Numbers: `Patient 1` is the first of the sorted ids. Sessions and findings have the order in which the report has them.
    pub fn numbered(ids: Ids) -> Pseudonyms {
        Pseudonyms::made(ids.sorted(), |kind, _, place| format!("{} {}", kind.title(), place + 1))
    }

    fn made(ids: Ids, name: impl Fn(Of, &str, usize) -> String) -> Pseudonyms {
        let of =
            |kind: Of| ids.in_order(kind).into_iter().enumerate().map(|(place, id)| name(kind, id, place)).collect();
        let pseudonyms = Of::ALL.map(of);
        Pseudonyms { ids, pseudonyms }
    }

    /// Whether no two ids have one pseudonym.
    fn distinct(&self) -> bool {
        self.pseudonyms.iter().all(|of_kind| of_kind.iter().collect::<HashSet<_>>().len() == of_kind.len())
    }

    /// The pseudonym of an id; empty for an empty one. An id that was not added is never shown.
    pub fn of(&self, kind: Of, id: &str) -> &str {
        match self.ids.0[kind as usize].get(id) {
            Some(place) => &self.pseudonyms[kind as usize][*place],
            None if id.is_empty() => "",
            None => "(without a pseudonym)",
        }
    }

    /// The file [`MAP`]: whose pseudonyms they are.
    pub fn map(&self) -> String {
        let mut text = String::from("kind,pseudonym,id\n");
        for kind in Of::ALL {
            for (id, pseudonym) in self.ids.in_order(kind).into_iter().zip(&self.pseudonyms[kind as usize]) {
                text.push_str(&format!("{},{pseudonym},\"{}\"\n", kind.name(), csv_text(id).replace('"', "\"\"")));
            }
        }
        text
    }
}

/// The pseudonyms of a run and whose they are, by the map in its folder: kind and id by pseudonym.
///
/// # Errors
/// There is no such file, or it is not ours.
pub(super) fn read_map(folder: &Path) -> Result<HashMap<String, (String, String)>> {
    let path = folder.join(MAP);
    let wrong = |problem: &str| Error::input(path.display().to_string(), problem);
    let mut file = csv::Reader::from_path(&path)
        .map_err(|_| wrong("cannot be read; if the pseudonyms were made with a key, give it with --key"))?;
    let mut whose = HashMap::new();
    for record in file.records() {
        let record = record.map_err(|_| wrong("is not a list of pseudonyms"))?;
        let [kind, pseudonym, id] = [0, 1, 2].map(|place| record.get(place).unwrap_or_default());
        whose.insert(pseudonym.to_owned(), (kind.to_owned(), of_csv_text(id).to_owned()));
    }
    Ok(whose)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::of(b"0123456789abcdef0123456789abcdef").unwrap()
    }

    fn ids(of: &[(Of, &str)]) -> Ids {
        let mut ids = Ids::default();
        of.iter().for_each(|(kind, id)| ids.add(*kind, id));
        ids
    }

    #[test]
    fn keyed_pseudonyms_are_hmac_sha256() {
        // Worked out with another implementation.
        assert_eq!(
            Of::ALL.map(|kind| key().pseudonym(kind, "P1")),
            ["P-f90ee7b833090ed1", "C-0caa26a85f0f60a7", "S-19f1055dabeecdf1", "F-a602241e14105ed0",]
        );
    }

    #[test]
    fn a_key_is_long_enough_or_the_message_says_how_to_make_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for (text, good) in
            [("0123456789abcdef", true), ("0123456789abcde\n", false), ("0123456789abcde\r\n", false), ("", false)]
        {
            std::fs::write(&path, text).unwrap();
            match Key::read(&path) {
                Ok(_) => assert!(good, "{text:?}"),
                Err(error) => assert!(!good && error.to_string().contains("openssl rand -hex 32"), "{text:?}: {error}"),
            }
        }
        let [with, without] = ["0123456789abcdef\r\n", "0123456789abcdef"].map(|text| {
            std::fs::write(&path, text).unwrap();
            Key::read(&path).unwrap().pseudonym(Of::Patient, "P1")
        });
        assert_eq!(with, without, "a line end is no part of a key");
        assert!(Key::read(&folder.path().join("none")).is_err_and(|error| error.exit_code() == 2));
    }

    #[test]
    fn numbers_follow_the_sorted_ids_and_not_the_order_of_rows() {
        let of = [(Of::Patient, "B"), (Of::Patient, "A"), (Of::Session, "S-2"), (Of::Session, "S-1")];
        let numbered = Pseudonyms::numbered(ids(&of));
        assert_eq!(
            of.map(|(kind, id)| numbered.of(kind, id).to_owned()),
            ["Patient 2", "Patient 1", "Session 1", "Session 2"]
        );
        assert_eq!(numbered.of(Of::Finding, "B"), "(without a pseudonym)");
    }

    #[test]
    fn the_ids_of_a_table_are_found_by_its_columns() {
        let text = |text: &str| Value::text(text);
        let rows = Grid {
            columns: ["finding_id", "also", "therapist_id", "clinic"].map(String::from).to_vec(),
            rows: vec![
                vec![text("F-1"), text("F-3"), text("(several or not named)"), text("North")],
                vec![text("F-2"), Value::Empty, text("Reed"), text("North")],
            ],
        };
        let mut ids = Ids::default();
        ids.add_all(&rows);
        assert_eq!(Of::ALL.map(|kind| ids.in_order(kind).join(" ")), ["", "Reed", "", "F-1 F-2 F-3"]);
    }

    #[test]
    fn two_ids_with_one_pseudonym_are_not_merged() {
        let one = |kind: Of, _: &str, _: usize| format!("{}0", kind.prefix());
        assert!(Pseudonyms::made(ids(&[(Of::Patient, "A"), (Of::Finding, "A")]), one).distinct());
        assert!(!Pseudonyms::made(ids(&[(Of::Patient, "A"), (Of::Patient, "B")]), one).distinct());
        assert!(Pseudonyms::keyed(&key(), ids(&[(Of::Patient, "A"), (Of::Patient, "B")])).is_ok());
    }

    #[test]
    fn the_map_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let patients = ["=1+1", "a,\"b\"", "7"].map(|id| (Of::Patient, id));
        let map = Pseudonyms::numbered(ids(&patients)).map();
        assert!(map.starts_with("kind,pseudonym,id\npatient,Patient 1,\"7\"\npatient,Patient 2,\"'=1+1\"\n"), "{map}");
        std::fs::write(folder.path().join(MAP), map).unwrap();
        let read = read_map(folder.path()).unwrap();
        let of = |pseudonym: &str| read.get(pseudonym).map(|(kind, id)| (kind.as_str(), id.as_str()));
        assert_eq!(of("Patient 1"), Some(("patient", "7")));
        assert_eq!((of("Patient 2"), of("Patient 3")), (Some(("patient", "=1+1")), Some(("patient", "a,\"b\""))));
    }
}
