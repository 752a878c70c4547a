//! What else a row says of a service: who furnished it, on which claim, for which diagnosis. Lines of a visit, and most visits of a
//! patient, say the same, so it is stored once for all of them: as a text of tagged cells, taken apart once per run.

use super::known::{Known, Reading, Row};
use super::lines::Setting;
use super::mapping::Mapping;
use super::meanings::setting_of_place;
use crate::reference::{DiagnosisSet, Field};
use hashbrown::HashMap;
use recount_core::cells;
use recount_core::domain::Discipline;

/// Whether who furnished a service is a therapist or a therapist's assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A therapist or pathologist.
    Clinician,
    /// An assistant.
    Assistant,
}

impl Credential {
    /// Of a credential as written, such as `PTA`, `P.T.A.` or `COTA/L`.
    pub fn from_text(text: &str) -> Option<Credential> {
        let upper = text.replace('.', "").to_ascii_uppercase();
        let mut words = upper.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        if upper.contains("ASSISTANT") {
            return Some(Credential::Assistant);
        }
        words.find_map(|word| match word {
            "PTA" | "LPTA" | "OTA" | "COTA" | "LOTA" | "SLPA" => Some(Credential::Assistant),
            "PT" | "DPT" | "MPT" | "LPT" | "RPT" | "OT" | "OTR" | "OTD" | "MOT" | "LOT" | "SLP" | "CCC"
            | "THERAPIST" => Some(Credential::Clinician),
            _ => None,
        })
    }
}

/// What a line says besides its service, minutes and units. Blank where its file has no such column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    /// Who furnished it, by the credential.
    pub credential: Option<Credential>,
    /// Revenue code in four digits: `0420`.
    pub revenue_code: String,
    /// Type of bill in three characters: `131`. Blank if the cell is no type of bill.
    pub bill_type: String,
    /// Place of service in two digits: `11`.
    pub place_of_service: String,
    /// Whether it names who ordered it; `None` where the file has no such column.
    pub ordering_provider: Option<bool>,
    /// Whether an advance beneficiary notice is on file, if that is said.
    pub abn_on_file: Option<bool>,
    /// Whether it needed a therapist's skills, if that is said.
    pub skilled: Option<bool>,
    /// Diagnoses in the order of the claim, in upper case without dots.
    pub diagnoses: Vec<String>,
}

/// The fields that become particulars, each with the letter that marks it in the stored text.
const FIELDS: [(Field, char); 8] = [
    (Field::TherapistCredential, 'c'),
    (Field::RevenueCode, 'r'),
    (Field::BillType, 'b'),
    (Field::PlaceOfService, 'p'),
    (Field::OrderingProvider, 'o'),
    (Field::AbnOnFile, 'a'),
    (Field::Skilled, 's'),
    (Field::DiagnosisCodes, 'd'),
];

/// Stands between the cells of the stored text.
const BETWEEN: char = '\u{1f}';

/// `yes` or `no`, in the words of exports.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "x" | "on file" | "signed" | "skilled" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "none" | "unskilled" | "not skilled" => Some(false),
        _ => None,
    }
}

/// Digits and letters of a code, in upper case.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// A type of bill in three characters, of which the first two are digits. Anything else, such as the name of a form, is none.
fn bill_type(text: &str) -> Option<String> {
    let code = plain(text);
    // Four digits begin with a zero that is not part of it.
    let code = code.strip_prefix('0').filter(|_| code.len() == 4).unwrap_or(&code);
    let is_one = code.len() == 3 && code.bytes().take(2).all(|b| b.is_ascii_digit());
    is_one.then(|| code.to_owned())
}

/// The diagnoses of a cell: codes, each of which may have its words behind it ("M54.50 - Low back pain; 724.2 Lumbago"). `None` of
/// any other text: its numbers may be no codes.
fn diagnoses(cell: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for entry in cell.split([',', ';', '|', '\n']) {
        let words: Vec<String> =
            entry.split([' ', ':', '/', '\t']).map(plain).filter(|word| !word.is_empty()).collect();
        let has_digit = |word: &String| word.contains(|c: char| c.is_ascii_digit());
        match &words[..] {
            codes if codes.iter().all(has_digit) => found.extend_from_slice(codes),
            [code, words @ ..] if DiagnosisSet::has_shape(code) && !words.iter().any(has_digit) => {
                found.push(code.clone())
            }
            _ => return None,
        }
    }
    Some(found)
}

/// Whether a cell names a provider, and does not say that there was none.
fn is_named(cell: &str) -> bool {
    let says_none = ["self", "self referral", "self referred", "no referral", "unknown", "not available"];
    let words = cell.to_ascii_lowercase().replace(['-', '_'], " ");
    !cell.is_empty() && !says_none.contains(&words.trim())
}

impl Particulars {
    /// Of a stored text.
    pub(super) fn parse(stored: &str) -> Particulars {
        let mut found = Particulars::default();
        for cell in stored.split(BETWEEN) {
            let mut letters = cell.chars();
            let (tag, cell) = (letters.next(), letters.as_str());
            match tag {
                Some('c') => found.credential = Credential::from_text(cell),
                Some('r') if !cell.is_empty() => found.revenue_code = format!("{:0>4}", plain(cell)),
                Some('b') => found.bill_type = bill_type(cell).unwrap_or_default(),
                Some('p') if !cell.is_empty() => found.place_of_service = format!("{:0>2}", plain(cell)),
                Some('o') => found.ordering_provider = Some(is_named(cell)),
                Some('a') => found.abn_on_file = yes_or_no(cell),
                Some('s') => found.skilled = yes_or_no(cell),
                Some('d') => found.diagnoses = diagnoses(cell).unwrap_or_default(),
                _ => {}
            }
        }
        found
    }
}

/// What the particulars of a row mean for its line.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    /// The number of their text.
    pub(super) number: u32,
    /// By the revenue code, or else by the credential.
    pub(super) discipline: Option<Discipline>,
    /// By the place of service.
    pub(super) place: Option<Setting>,
    /// By revenue code or type of bill: only institutions have them.
    pub(super) institution: Option<Setting>,
    /// The diagnoses are a text that is not read.
    pub(super) words: bool,
}

impl Told {
    /// Of a cell that is not blank, under the letter that marks it.
    fn add(&mut self, tag: char, cell: &str) {
        match tag {
            // It stands before the revenue code.
            'c' => self.discipline = Discipline::from_credential(cell),
            'r' => {
                self.discipline = Discipline::from_revenue_code(cell).or(self.discipline);
                self.institution = Some(Setting::Facility);
            }
            'b' if bill_type(cell).is_some() => self.institution = Some(Setting::Facility),
            'p' => self.place = setting_of_place(cell),
            'd' => self.words = diagnoses(cell).is_none(),
            _ => {}
        }
    }
}

/// Reads the particulars of rows.
pub(super) struct Reader {
    columns: Vec<(Known<u32>, char)>,
    texts: super::columns::Dictionary,
    /// What the cells say together.
    together: HashMap<[u32; FIELDS.len()], Told>,
    last: Option<([u32; FIELDS.len()], Told)>,
}

impl Reader {
    /// For a file with that mapping.
    pub(super) fn new(mapping: &Mapping) -> Reader {
        let columns = FIELDS.into_iter().map(|(field, tag)| (Known::new(field, mapping), tag));
        Reader {
            columns: columns.filter(|(column, _)| column.is_mapped()).collect(),
            texts: super::columns::Dictionary::default(),
            together: HashMap::new(),
            last: None,
        }
    }

    /// Whether the file has any of the columns.
    pub(super) fn is_used(&self) -> bool {
        !self.columns.is_empty()
    }

    /// What a row says; `number` gives numbers to texts.
    pub(super) fn read<R: Row>(&mut self, reading: &mut Reading<R>, number: impl FnOnce(&str) -> u32) -> Told {
        let mut cells = [0; FIELDS.len()];
        let texts = &mut self.texts;
        for ((column, _), cell) in self.columns.iter_mut().zip(&mut cells) {
            *cell = column.read(reading, |text| texts.number(cells::trimmed(text))).unwrap_or(0);
        }
        if let Some((_, told)) = self.last.filter(|(known, _)| *known == cells) {
            return told;
        }
        let found = *self.together.entry(cells).or_insert_with(|| {
            let (mut text, mut told) = (String::new(), Told::default());
            for ((_, tag), &cell) in self.columns.iter().zip(&cells) {
                if !text.is_empty() {
                    text.push(BETWEEN);
                }
                text.push(*tag);
                text.extend(self.texts.get(cell).chars().filter(|c| *c != BETWEEN));
                if cell != 0 {
                    told.add(*tag, self.texts.get(cell));
                }
            }
            Told { number: number(&text), ..told }
        });
        self.last = Some((cells, found));
        found
    }

    /// Blank cells by field.
    pub(super) fn blanks(&self) -> impl Iterator<Item = (Field, u64)> {
        self.columns.iter().map(|(column, _)| (column.field, column.blanks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_taken_apart() {
        let found =
            Particulars::parse("cPTA\u{1f}r420\u{1f}b0131\u{1f}p5\u{1f}o\u{1f}aYes\u{1f}sN\u{1f}dm54.5, S13.4XXA");
        let expected = Particulars {
            credential: Some(Credential::Assistant),
            revenue_code: "0420".into(),
            bill_type: "131".into(),
            place_of_service: "05".into(),
            ordering_provider: Some(false),
            abn_on_file: Some(true),
            skilled: Some(false),
            diagnoses: vec!["M545".into(), "S134XXA".into()],
        };
        assert_eq!(found, expected);
        assert_eq!(Particulars::parse(""), Particulars::default());
        for (cell, expected) in [
            ("pain 724 days", &[][..]),
            ("M54.50 - Low back pain; 724.2 Lumbago", &["M5450", "7242"]),
            ("M54.50 Low back pain, right side", &[]),
            ("M54.50 M25.561", &["M5450", "M25561"]),
            ("L4 radiculopathy", &[]),
        ] {
            assert_eq!(Particulars::parse(&format!("d{cell}")).diagnoses, expected, "{cell}");
        }
        for (cell, expected) in [("Dr. Self", true), ("SELF", false), ("Self-referral", false), ("1234567893", true)] {
            assert_eq!(Particulars::parse(&format!("o{cell}")).ordering_provider, Some(expected), "{cell}");
        }
    }

    #[test]
    fn what_the_cells_mean_for_the_line() {
        let told = |cells: &[(char, &str)]| {
            let mut told = Told::default();
            cells.iter().for_each(|(tag, cell)| told.add(*tag, cell));
            (told.discipline, told.place, told.institution)
        };
        let (pt, ot) = (Some(Discipline::Pt), Some(Discipline::Ot));
        let (office, facility) = (Some(Setting::Practice), Some(Setting::Facility));
        assert_eq!(told(&[('c', "PTA"), ('r', "0430"), ('p', "11")]), (ot, office, facility));
        assert_eq!(told(&[('c', "PTA"), ('r', "0250"), ('b', "HCFA")]), (pt, None, facility));
        assert_eq!(told(&[('c', "P.T."), ('b', "HCFA"), ('d', "0430")]), (pt, None, None));
        assert_eq!(told(&[('b', "131")]), (None, None, facility));
    }

    #[test]
    fn types_of_bill_and_what_is_none() {
        for (text, expected) in [
            ("131", "131"),
            ("0131", "131"),
            ("13X", "13X"),
            ("13-1", "131"),
            ("HCFA", ""),
            ("CMS-1500", ""),
            ("1500", ""),
            ("UB-04", ""),
            ("13", ""),
            ("", ""),
        ] {
            assert_eq!(bill_type(text).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn credentials_as_practices_write_them() {
        for (text, expected) in [
            ("PT, DPT", Some(Credential::Clinician)),
            ("COTA/L", Some(Credential::Assistant)),
            ("Physical Therapist Assistant", Some(Credential::Assistant)),
            ("M.S., CCC-SLP", Some(Credential::Clinician)),
            ("P.T.A.", Some(Credential::Assistant)),
            ("C.O.T.A./L", Some(Credential::Assistant)),
            ("P.T., D.P.T.", Some(Credential::Clinician)),
            ("LCSW", None),
            ("M.D.", None),
        ] {
            assert_eq!(Credential::from_text(text), expected, "{text}");
        }
    }
}
