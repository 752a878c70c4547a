//! Names that Excel takes: of sheets and of tables, each only once in a book.

use std::collections::{BTreeMap, BTreeSet};

/// Characters of a sheet's name, at most.
const LONGEST: usize = 31;

/// Names that are taken, whatever their case.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The name itself, or with a number behind it if it is taken.
    pub fn unique(&mut self, name: &str) -> String {
        let numbered = |n: usize| {
            let number = format!(" {n}");
            let kept: String = name.chars().take(LONGEST - number.len()).collect();
            format!("{}{number}", kept.trim_end())
        };
        let mut unique = name.to_owned();
        let mut n = 2;
        while !self.0.insert(unique.to_lowercase()) {
            unique = numbered(n);
            n += 1;
        }
        unique
    }
}

/// A name for a sheet: without the characters that Excel refuses, and no longer than it allows.
pub(super) fn of_sheet(wanted: &str) -> String {
    let allowed = |letter: char| match letter {
        '[' | ']' | ':' | '*' | '?' | '/' | '\\' => '-',
        letter if letter.is_control() || !super::text::is_xml(letter) => ' ',
        letter => letter,
    };
    let name: String = wanted.chars().map(allowed).collect();
    let mut long = 0;
    let kept: String = name
        .trim_start_matches(|letter: char| letter == '\'' || letter.is_whitespace())
        .chars()
        .take_while(|letter| {
            long += letter.len_utf16();
            long <= LONGEST
        })
        .collect();
    match kept.trim_end_matches(|letter: char| letter == '\'' || letter.is_whitespace()) {
        "" => "Sheet".into(),
        // Excel keeps this one for itself.
        history if history.eq_ignore_ascii_case("history") => "History of".into(),
        name => name.into(),
    }
}

/// A name for the table on a sheet. Its end keeps it from looking like a cell (`A1`) or a number.
pub(super) fn of_table(sheet: &str) -> String {
    let letters = sheet.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    let name: String = letters.collect();
    let lead = if name.starts_with(|first: char| first.is_ascii_digit()) { "_" } else { "" };
    format!("{lead}{name}_rows")
}

/// Where links lead.
#[derive(Default)]
pub(super) struct Links {
    /// Names of sheets by the names that were wanted, in small letters.
    sheets: BTreeMap<String, String>,
    /// Cells by the ids of sections.
    sections: BTreeMap<String, String>,
    /// Sheets that rows already lead to, though they are not there yet.
    awaited: BTreeSet<String>,
}

impl Links {
    /// A sheet that was wanted under one name and has another.
    pub fn add_sheet(&mut self, wanted: &str, name: &str) {
        self.sheets.entry(wanted.to_lowercase()).or_insert_with(|| name.to_owned());
    }

    /// A section, and the row of its sheet where it begins, counted from 0.
    pub fn add_section(&mut self, id: &str, sheet: &str, row: u32) {
        self.sections.entry(id.to_owned()).or_insert_with(|| address(sheet, &format!("A{}", row + 1)));
    }

    /// The address behind a target: the id of a section, the wanted name of a sheet, or that with a cell (`Proofs!A12`). A sheet with
    /// a cell may still come; nothing is known of any other.
    pub fn target(&mut self, target: &str) -> Option<String> {
        if let Some(section) = self.sections.get(target) {
            return Some(section.clone());
        }
        let (wanted, cell) = target.rsplit_once('!').unwrap_or((target, ""));
        let known = self.sheets.get(&wanted.to_lowercase());
        match (known, cell) {
            (None, "") => None,
            (None, cell) => {
                let name = of_sheet(wanted);
                let address = address(&name, cell);
                self.awaited.insert(name);
                Some(address)
            }
            (Some(name), "") => Some(address(name, "A1")),
            (Some(name), cell) => Some(address(name, cell)),
        }
    }

    /// A sheet that something leads to, and that never came.
    pub fn missing(&self) -> Option<&str> {
        let came = |name: &&String| !self.sheets.values().any(|sheet| sheet == *name);
        self.awaited.iter().find(came).map(String::as_str)
    }
}

fn address(sheet: &str, cell: &str) -> String {
    format!("internal:'{}'!{cell}", sheet.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_have_names_that_excel_takes() {
        for (wanted, name) in [
            ("By payer", "By payer"),
            ("a/b:c*d?e[f]g\\h", "a-b-c-d-e-f-g-h"),
            ("'quoted'", "quoted"),
            ("", "Sheet"),
            (" ' ", "Sheet"),
            ("HISTORY", "History of"),
            ("line\nend", "line end"),
            ("0123456789012345678901234567890123", "0123456789012345678901234567890"),
        ] {
            assert_eq!(of_sheet(wanted), name, "{wanted:?}");
        }
    }

    #[test]
    fn links_lead_to_sheets_under_their_own_names() {
        let mut links = Links::default();
        links.add_sheet("a/b", "a-b 2");
        links.add_section("s_1", "Proofs", 4);
        let target = |links: &mut Links, target: &str| links.target(target).unwrap_or_default();
        assert_eq!(target(&mut links, "A/b!C7"), "internal:'a-b 2'!C7");
        assert_eq!(target(&mut links, "a/b"), "internal:'a-b 2'!A1");
        assert_eq!(target(&mut links, "s_1"), "internal:'Proofs'!A5");
        assert_eq!(target(&mut links, "nothing"), "");
        assert_eq!(links.missing(), None);
        assert_eq!(target(&mut links, "It's!A1"), "internal:'It''s'!A1");
        assert_eq!(links.missing(), Some("It's"));
        links.add_sheet("It's", "It's");
        assert_eq!(links.missing(), None);
    }

    #[test]
    fn names_are_unique_whatever_their_case() {
        let mut names = Names::default();
        let long = "0123456789012345678901234567890";
        let unique: Vec<String> =
            ["Sheet", "sheet", "SHEET", long, long].iter().map(|name| names.unique(name)).collect();
        assert_eq!(unique, ["Sheet", "sheet 2", "SHEET 3", long, "01234567890123456789012345678 2"]);
    }
}
