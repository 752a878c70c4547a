//! Which modifiers of liability contradict each other on one line, from `data/modifiers.csv`.

use super::Day;
use super::table::{Row, rows};

/// What to say of two modifiers on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing: they may stand together. Kept so that the table says so.
    Allowed,
    /// For information.
    Note,
    /// A person must look.
    Review,
}

/// Two modifiers on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModifierPair {
    /// The two of them.
    pub both: [String; 2],
    /// Why, in our words.
    pub why: String,
    verdict: Verdict,
    from: Option<Day>,
    to: Option<Day>,
}

impl ModifierPair {
    /// Whether it is only noted that they stand together.
    pub fn is_note(&self) -> bool {
        self.verdict == Verdict::Note
    }
}

/// The table of pairs.
pub struct ModifierRules {
    pairs: Vec<ModifierPair>,
    /// Each modifier that stands in a pair, once.
    known: Vec<String>,
}

impl ModifierRules {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: a modifier that is not two characters, an unknown verdict, a bad date, no source.
    pub fn parse(text: &str) -> Result<ModifierRules, String> {
        let pairs = rows(text, &["a", "b", "verdict", "why", "from", "to", "source"], pair)?;
        let mut known: Vec<String> = pairs.iter().flat_map(|pair| pair.both.clone()).collect();
        known.sort();
        known.dedup();
        Ok(ModifierRules { pairs, known })
    }

    /// Whether a modifier says who is liable if the service is denied (GA, GX, GY, GZ): all that stand in pairs, less KX.
    pub fn is_of_liability(&self, modifier: &str) -> bool {
        modifier != "KX" && self.knows(modifier)
    }

    /// Whether a modifier stands in any pair.
    pub fn knows(&self, modifier: &str) -> bool {
        self.known.iter().any(|known| known == modifier)
    }

    /// The pairs that may not stand together on that day.
    pub fn contradictions(&self, on: Day) -> impl Iterator<Item = &ModifierPair> {
        self.pairs.iter().filter(move |pair| {
            pair.verdict != Verdict::Allowed
                && pair.from.is_none_or(|from| from <= on)
                && pair.to.is_none_or(|to| on <= to)
        })
    }
}

fn pair(row: &Row) -> Result<ModifierPair, String> {
    row.said("source")?;
    let both = [row.said("a")?.to_owned(), row.said("b")?.to_owned()];
    if both.iter().any(|modifier| modifier.len() != 2) || both[0] == both[1] {
        return Err("a and b are not two modifiers of two characters".into());
    }
    let verdict = match row.cell("verdict") {
        "allowed" => Verdict::Allowed,
        "note" => Verdict::Note,
        "review" => Verdict::Review,
        _ => return Err("verdict is none of allowed, note, review".into()),
    };
    let (from, to) = row.span("from", "to")?;
    Ok(ModifierPair { both, why: row.said("why")?.to_owned(), verdict, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_contradict_between_their_dates() {
        let header = "a,b,verdict,why,from,to,source\n";
        let rules =
            ModifierRules::parse(&format!("{header}GA,GZ,note,y,2000-01-01,,x\nGX,GY,allowed,y,,,x\n")).unwrap();
        let on = |day| rules.contradictions(day).map(|pair| pair.both.join(" ")).collect::<Vec<_>>();
        assert_eq!(on(10_956), Vec::<String>::new());
        assert_eq!(on(10_957), ["GA GZ"]);
        assert!(rules.knows("GY") && !rules.knows("KX"));
        for row in ["GA,GA,note,y,,,x", "GA,G,note,y,,,x", "GA,GZ,wrong,y,,,x", "GA,GZ,note,,,,x", "GA,GZ,note,y,,,"] {
            assert!(ModifierRules::parse(&format!("{header}{row}\n")).is_err(), "{row}");
        }
    }
}
