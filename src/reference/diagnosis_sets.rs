//! Of which code set a diagnosis is, and from when to when each set holds, from `data/diagnosis_sets.csv`.

use super::Day;
use super::table::{Row, rows};

/// A code set of diagnoses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosisSet {
    /// ICD-9-CM: three to five digits, or V or E with digits.
    Icd9,
    /// ICD-10-CM: a letter, a digit, and up to five letters or digits.
    Icd10,
}

impl DiagnosisSet {
    /// Both, in the order of their numbers.
    pub const ALL: [DiagnosisSet; 2] = [DiagnosisSet::Icd9, DiagnosisSet::Icd10];

    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            DiagnosisSet::Icd9 => "icd-9-cm",
            DiagnosisSet::Icd10 => "icd-10-cm",
        }
    }

    /// The name in sentences.
    pub const fn title(self) -> &'static str {
        match self {
            DiagnosisSet::Icd9 => "ICD-9-CM",
            DiagnosisSet::Icd10 => "ICD-10-CM",
        }
    }

    /// The set of a diagnosis, in upper case and without its dot, by its shape alone. `None` where both have such codes (V and E)
    /// and where none has.
    pub fn of(diagnosis: &str) -> Option<DiagnosisSet> {
        match diagnosis.as_bytes() {
            digits @ [_, _, _, ..] if digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit) => {
                Some(DiagnosisSet::Icd9)
            }
            [b'V' | b'E', ..] => None,
            [b'A'..=b'Z', b'0'..=b'9', rest @ ..]
                if (1..=5).contains(&rest.len()) && rest.iter().all(u8::is_ascii_alphanumeric) =>
            {
                Some(DiagnosisSet::Icd10)
            }
            _ => None,
        }
    }

    /// Whether a diagnosis, written alike, has the shape of a code of either set.
    pub fn has_shape(diagnosis: &str) -> bool {
        let in_both = || match diagnosis.as_bytes() {
            [b'V' | b'E', b'0'..=b'9', rest @ ..] => {
                (1..=5).contains(&rest.len()) && rest.iter().all(u8::is_ascii_alphanumeric)
            }
            _ => false,
        };
        DiagnosisSet::of(diagnosis).is_some() || in_both()
    }
}

/// From when to when each set holds.
pub struct DiagnosisSets([(Option<Day>, Option<Day>); 2]);

impl DiagnosisSets {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: a bad value, or a set that does not stand there once.
    pub fn parse(text: &str) -> Result<DiagnosisSets, String> {
        let read = |row: &Row| {
            row.said("source")?;
            Ok((row.said("set")?.to_owned(), row.span("from", "to")?))
        };
        let found = rows(text, &["set", "from", "to", "source"], read)?;
        let dates = |set: DiagnosisSet| {
            let mut own = found.iter().filter(|(name, _)| name == set.name()).map(|(_, dates)| *dates);
            match (own.next(), own.next()) {
                (Some(dates), None) => Ok(dates),
                _ => Err(format!("{} must stand there once", set.name())),
            }
        };
        let [nine, ten] = DiagnosisSet::ALL;
        Ok(DiagnosisSets([dates(nine)?, dates(ten)?]))
    }

    /// First and last date of service for which that set holds; open where not said.
    pub fn dates(&self, set: DiagnosisSet) -> (Option<Day>, Option<Day>) {
        let [nine, ten] = self.0;
        match set {
            DiagnosisSet::Icd9 => nine,
            DiagnosisSet::Icd10 => ten,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::built_in;
    use super::*;

    #[test]
    fn shapes() {
        for (diagnosis, expected) in [
            ("7242", Some(DiagnosisSet::Icd9)),
            ("724", Some(DiagnosisSet::Icd9)),
            ("84500", Some(DiagnosisSet::Icd9)),
            ("M545", Some(DiagnosisSet::Icd10)),
            ("S83511A", Some(DiagnosisSet::Icd10)),
            ("C7A1", Some(DiagnosisSet::Icd10)),
            ("V4364", None),
            ("E8889", None),
            ("E119", None),
            ("1", None),
            ("123456", None),
            ("L5", None),
            ("BACK", None),
            ("", None),
        ] {
            assert_eq!(DiagnosisSet::of(diagnosis), expected, "{diagnosis}");
            let in_both = ["V4364", "E8889", "E119"].contains(&diagnosis);
            assert_eq!(DiagnosisSet::has_shape(diagnosis), expected.is_some() || in_both, "{diagnosis}");
        }
    }

    #[test]
    fn one_set_ends_where_the_other_begins() {
        let ours = DiagnosisSets::parse(built_in("diagnosis_sets.csv")).unwrap();
        let ((_, last), (first, _)) = (ours.dates(DiagnosisSet::Icd9), ours.dates(DiagnosisSet::Icd10));
        assert_eq!(last.map(|day| day + 1), first);
        assert!(DiagnosisSets::parse("set,from,to,source\nicd-9-cm,,2015-09-30,x\n").is_err());
    }
}
