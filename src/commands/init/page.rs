//! A page of TOML with its reasons beside it: at most 100 columns wide, and nothing on it that a terminal or a parser obeys.

use unicode_width::UnicodeWidthStr;

/// Columns of a page.
const WIDTH: usize = 100;

/// How sure a choice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// Nothing else can be meant.
    Certain,
    /// Nearly always right.
    Likely,
    /// A person must look.
    Look,
}

impl Sure {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Sure::Certain => "certain",
            Sure::Likely => "likely",
            Sure::Look => "look",
        }
    }
}

/// What is chosen, how sure that is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// A value, as TOML writes it.
    pub value: String,
    /// How sure it is.
    pub sure: Sure,
    /// Why, in a few words.
    pub reason: String,
}

impl Choice {
    /// How sure it is, and why.
    pub fn reason(&self) -> String {
        format!("{}: {}", self.sure.name(), self.reason)
    }
}

/// A page that is being written.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// Its text.
    pub fn text(self) -> String {
        self.0
    }

    fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// An empty line; never two.
    pub fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// A comment.
    pub fn comment(&mut self, words: &str) {
        self.0.push_str(&wrapped(words, WIDTH, "# ", "# "));
    }

    /// A comment that is one of several.
    pub fn item(&mut self, words: &str) {
        self.0.push_str(&wrapped(words, WIDTH, "#   ", "#     "));
    }

    /// The beginning of a table: what follows belongs to it.
    pub fn table(&mut self, name: &str) {
        self.gap();
        self.line(&format!("[{name}]"));
    }

    /// A decision that holds.
    pub fn set(&mut self, key: &str, value: &str, reason: &str) {
        self.assign("", key, value, reason);
    }

    /// A decision that holds once its `#` is taken away.
    pub fn offer(&mut self, key: &str, value: &str, reason: &str) {
        self.assign("# ", key, value, reason);
    }

    fn assign(&mut self, mark: &str, key: &str, value: &str, reason: &str) {
        let assignment = format!("{mark}{key} = {value}");
        let reason = plain(reason).trim().to_owned();
        let line = if reason.is_empty() { assignment.clone() } else { format!("{assignment}   # {reason}") };
        if line.width() <= WIDTH {
            self.line(&line);
        } else {
            self.comment(&format!("{reason}:"));
            self.line(&assignment);
        }
    }

    /// Text that is TOML already.
    pub fn verbatim(&mut self, text: &str) {
        self.0.push_str(text.trim_start_matches('\u{feff}').trim_end());
        self.0.push('\n');
    }
}

/// Text set in lines of at most so many columns, which begin with these; words are single-spaced.
pub fn wrapped(text: &str, width: usize, first: &str, rest: &str) -> String {
    let (mut lines, mut line, mut begun) = (String::new(), first.to_owned(), false);
    for word in plain(text).split_whitespace() {
        let word = cut(word, width - rest.width());
        if begun && line.width() + 1 + word.width() > width {
            lines.push_str(&line);
            lines.push('\n');
            line = rest.to_owned();
            begun = false;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(&word);
        begun = true;
    }
    lines.push_str(line.trim_end());
    lines.push('\n');
    lines
}

/// Text without what a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The beginning of a text, with a mark where it goes on.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if kept.width() + 1 > columns {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

/// A text as a TOML string, on one line.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Texts in quotes, one after the other, each cut where it is long.
pub fn listed<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(|text| quoted(&cut(text, 60))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_survive_toml() {
        for text in ["MRN", "a\"b\\c", "two\nlines\t\u{7}\u{7f}\u{85}", "漢字", "", "it's # [not] a = comment"] {
            let line = format!("{} = {}", quoted(text), quoted(text));
            assert!(!line.contains(char::is_control), "{line:?}");
            let table: toml::Table = toml::from_str(&line).unwrap();
            assert_eq!(table[text].as_str(), Some(text));
        }
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        let mut page = Page::default();
        page.comment(&"word ".repeat(60));
        page.item(&format!("{} {}", "漢字".repeat(90), "x".repeat(300)));
        page.set("code", &quoted("CPT"), &"why ".repeat(40));
        page.offer("units", &quoted("Units"), "certain: a usual name\u{1b}[31m");
        page.comment("");
        let text = page.text();
        assert!(text.lines().all(|line| line.width() <= WIDTH && line.trim_end() == line), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        let table: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(table.len(), 1, "{text}");
        assert_eq!(table["code"].as_str(), Some("CPT"));
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
    }
}
