//! The plan of care a line belongs to.

/// Physical therapy, occupational therapy or speech-language pathology.
///
/// Units are counted for each discipline on its own (CMS Pub. 100-04, ch. 5, §20.2): a patient seen by a physical and an
/// occupational therapist on one day has two sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Discipline {
    /// Physical therapy, plan of care GP.
    Pt,
    /// Occupational therapy, plan of care GO.
    Ot,
    /// Speech-language pathology, plan of care GN.
    Slp,
}

impl Discipline {
    /// All three, in the order in which reports show them.
    pub const ALL: [Discipline; 3] = [Discipline::Pt, Discipline::Ot, Discipline::Slp];

    /// The name in every table: `PT`, `OT` or `SLP`.
    pub const fn name(self) -> &'static str {
        match self {
            Discipline::Pt => "PT",
            Discipline::Ot => "OT",
            Discipline::Slp => "SLP",
        }
    }

    /// What a discipline column means by `text`; `None` where it names none of the three.
    pub fn from_text(text: &str) -> Option<Discipline> {
        let word: String = text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
        match word.as_str() {
            "pt" | "p" | "gp" | "physical" | "physio" | "physiotherapy" => Some(Discipline::Pt),
            "ot" | "o" | "go" | "occupationaltherapy" | "occupational" | "occupationaltherapist" => {
                Some(Discipline::Ot)
            }
            "slp"
            | "st"
            | "sp"
            | "s"
            | "gn"
            | "speech"
            | "speechtherapy"
            | "speechlanguagepathology"
            | "speechlanguage"
            | "speechlanguagepathologist"
            | "speechpathology" => Some(Discipline::Slp),
            "pta" => Some(Discipline::Pt),
            "ota" | "cota" => Some(Discipline::Ot),
            "slpa" => Some(Discipline::Slp),
            _ if word.starts_with("physicaltherap") => Some(Discipline::Pt),
            _ if word.starts_with("occupationaltherap") => Some(Discipline::Ot),
            _ if word.starts_with("speech") => Some(Discipline::Slp),
            _ => None,
        }
    }

    /// The plan-of-care modifier's discipline: GP, GO or GN (CMS Pub. 100-04, ch. 5, §20.1).
    pub fn from_modifier(modifier: &str) -> Option<Discipline> {
        match modifier {
            "GP" => Some(Discipline::Pt),
            "GO" => Some(Discipline::Ot),
            "GN" => Some(Discipline::Slp),
            _ => None,
        }
    }

    /// The discipline of a therapy revenue code: 042x, 043x or 044x, with or without the leading zero.
    pub fn from_revenue_code(text: &str) -> Option<Discipline> {
        let digits = text.trim().trim_start_matches('0');
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match &digits[..2] {
            "42" => Some(Discipline::Pt),
            "43" => Some(Discipline::Ot),
            "44" => Some(Discipline::Slp),
            _ => None,
        }
    }

    /// The discipline of a clinician's credential, such as `PTA`, `DPT`, `COTA`, `OTR/L` or `CCC-SLP`.
    pub fn from_credential(text: &str) -> Option<Discipline> {
        text.replace('.', "").split(|c: char| !c.is_ascii_alphabetic()).find_map(|word| {
            match word.to_ascii_uppercase().as_str() {
                "PT" | "PTA" | "DPT" | "MPT" | "LPT" | "RPT" | "SPT" => Some(Discipline::Pt),
                "OT" | "OTA" | "OTR" | "OTRL" | "COTA" | "OTD" | "MOT" => Some(Discipline::Ot),
                "SLP" | "SLPA" => Some(Discipline::Slp),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_discipline() {
        for (text, expected) in [
            ("PT", Some(Discipline::Pt)),
            ("Physical Therapy", Some(Discipline::Pt)),
            ("O.T.", Some(Discipline::Ot)),
            ("Speech-Language Pathology", Some(Discipline::Slp)),
            ("Physical Therapy (PT)", Some(Discipline::Pt)),
            ("PTA", Some(Discipline::Pt)),
            ("ST", Some(Discipline::Slp)),
            ("Chiropractic", None),
            ("", None),
        ] {
            assert_eq!(Discipline::from_text(text), expected, "{text}");
        }
    }

    #[test]
    fn revenue_codes_and_credentials() {
        assert_eq!(Discipline::from_revenue_code("0420"), Some(Discipline::Pt));
        assert_eq!(Discipline::from_revenue_code("434"), Some(Discipline::Ot));
        assert_eq!(Discipline::from_revenue_code("0250"), None);
        assert_eq!(Discipline::from_revenue_code("4201"), None);
        assert_eq!(Discipline::from_credential("PTA"), Some(Discipline::Pt));
        assert_eq!(Discipline::from_credential("MS, OTR/L"), Some(Discipline::Ot));
        assert_eq!(Discipline::from_credential("P.T."), Some(Discipline::Pt));
        assert_eq!(Discipline::from_credential("M.D."), None);
        assert_eq!(Discipline::from_credential("St. Mary"), None);
    }
}
