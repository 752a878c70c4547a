//! Procedure codes: what one unit of each stands for, and from when to when.

use super::{Day, day};
use chrono::NaiveDate;
use recount_core::domain::{Discipline, Units};
use recount_core::units::family::Part;
use recount_core::units::interval::Interval;
use std::collections::HashMap;
use std::ops::Range;

/// What a unit of a code counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 15 minutes, pooled over the session under the CMS rule.
    Timed,
    /// Other lengths, or 15 minutes outside the pool: counted alone.
    Interval,
    /// An occurrence, whatever its duration.
    Untimed,
    /// An area or a body section; more than one unit is ordinary.
    Area,
    /// Minutes or days of a month, reported on one date.
    Period,
    /// A service without a code of its own.
    Unlisted,
    /// A report that is never paid.
    Nonpayable,
    /// Billed, but not under outpatient rules (home health).
    NotPartB,
    /// Not in the table.
    Unknown,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 9] = [
        Kind::Timed,
        Kind::Interval,
        Kind::Untimed,
        Kind::Area,
        Kind::Period,
        Kind::Unlisted,
        Kind::Nonpayable,
        Kind::NotPartB,
        Kind::Unknown,
    ];

    /// The name in data and output.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Timed => "timed",
            Kind::Interval => "interval",
            Kind::Untimed => "untimed",
            Kind::Area => "area",
            Kind::Period => "period",
            Kind::Unlisted => "unlisted",
            Kind::Nonpayable => "nonpayable",
            Kind::NotPartB => "not-part-b",
            Kind::Unknown => "unknown",
        }
    }

    /// Whether minutes decide its units.
    pub const fn needs_minutes(self) -> bool {
        matches!(self, Kind::Timed | Kind::Interval)
    }
}

/// Whether a code is a therapy code by CMS's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Therapy {
    /// Whoever furnishes it.
    Always,
    /// Under a therapy plan of care.
    Sometimes,
    /// Medicare does not accept it.
    NotTherapy,
    /// The table does not say.
    #[default]
    Unknown,
}

/// One row of the code table: a code and what holds of it between two dates.
#[derive(Clone, Debug)]
pub struct CodeFacts {
    /// Five characters.
    pub code: String,
    /// Our own words for it.
    pub label: String,
    /// What a unit counts.
    pub kind: Kind,
    /// Minutes of its first and further units; only for timed and interval codes.
    pub interval: Interval,
    /// Number of the family whose minutes it shares, if any.
    pub family: Option<u16>,
    /// Its place in that family.
    pub part: Part,
    /// Each side, limb or digit is an occurrence of its own.
    pub per_site: bool,
    /// An evaluation of this discipline.
    pub evaluation: Option<Discipline>,
    /// The codes of which one must stand beside it; empty where it stands alone.
    pub addon_of: Vec<String>,
    /// Whether it is on CMS's list of therapy codes.
    pub therapy: Therapy,
    /// A modality that needs supervision and nobody's hands: its minutes are no one-on-one minutes.
    pub supervised: bool,
    /// Treatment of several patients at once, of which a patient's day in a practice has one.
    pub group: bool,
    /// An untimed code of treatment by a therapist who is with one patient all the while; evaluations are, too.
    pub one_on_one: bool,
    /// Daily limit of units in a private practice, where known.
    pub limit_practitioner: Option<Units>,
    /// Daily limit of units in a facility, where known.
    pub limit_facility: Option<Units>,
    /// First day in force.
    pub from: Option<Day>,
    /// Last day in force.
    pub to: Option<Day>,
    /// Last day in force by an announcement that may be taken back: looked at, never held against anyone.
    pub announced_to: Option<Day>,
}

impl CodeFacts {
    /// Whether the code could be billed on that day.
    pub fn in_force(&self, on: Day) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }
}

/// The code table.
pub struct Codes {
    rows: Vec<CodeFacts>,
    by_code: HashMap<String, Range<usize>>,
}

impl Codes {
    /// Reads the table from CSV with the columns of `data/codes.csv`.
    ///
    /// # Errors
    /// A sentence with the line: a missing column, a bad value, two rows of one code that overlap in time, a family without
    /// its primary code.
    pub fn parse(text: &str) -> Result<Codes, String> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| error.to_string())?.clone();
        let column =
            |name: &str| headers.iter().position(|header| header == name).ok_or(format!("column {name} is missing"));
        let names = [
            "code",
            "label",
            "kind",
            "first_minutes",
            "step_minutes",
            "family",
            "addon_of",
            "per_site",
            "evaluation_discipline",
            "limit_practitioner",
            "limit_facility",
            "from",
            "to",
        ];
        let mut at = HashMap::new();
        for name in names {
            at.insert(name, column(name)?);
        }
        // What older tables do not have is unknown there.
        for name in ["therapy_list", "supervised", "group", "one_on_one", "announced_to"] {
            at.extend(column(name).ok().map(|n| (name, n)));
        }
        let mut rows = Vec::new();
        let mut families: Vec<String> = Vec::new();
        for (line, record) in (2..).zip(reader.records()) {
            let record = record.map_err(|_| format!("line {line} is not CSV"))?;
            let cell = |name: &str| at.get(name).and_then(|&n| record.get(n)).unwrap_or("").trim();
            let problem = |what: &str| format!("line {line}: {what}");
            let code = cell("code").to_ascii_uppercase();
            if code.len() != 5 {
                return Err(problem("code is not five characters"));
            }
            let kind = Kind::ALL
                .into_iter()
                .find(|kind| kind.name() == cell("kind") && *kind != Kind::Unknown)
                .ok_or_else(|| {
                    problem("kind is none of timed, interval, untimed, area, period, unlisted, nonpayable, not-part-b")
                })?;
            let number = |name: &str| match cell(name) {
                "" => Ok(None),
                text => text
                    .parse::<i32>()
                    .ok()
                    .filter(|n| *n >= 0)
                    .map(Some)
                    .ok_or_else(|| problem(&format!("{name} is not a number"))),
            };
            let day_of = |name: &str| match cell(name) {
                "" => Ok(None),
                text => text
                    .parse::<NaiveDate>()
                    .map(|date| Some(day(date)))
                    .map_err(|_| problem(&format!("{name} is not a date"))),
            };
            let (first, step) = (number("first_minutes")?, number("step_minutes")?);
            if kind.needs_minutes() && !(first.is_some_and(|n| n > 0) && step.is_some_and(|n| n > 0)) {
                return Err(problem("a timed or interval code needs first_minutes and step_minutes"));
            }
            let family = (!cell("family").is_empty()).then(|| {
                let name = cell("family").to_ascii_uppercase();
                let known = families.iter().position(|family| *family == name);
                known.unwrap_or_else(|| {
                    families.push(name);
                    families.len() - 1
                }) as u16
            });
            let part = match family {
                None => Part::Whole,
                Some(n) if families[usize::from(n)] == code => Part::Primary,
                Some(_) => Part::AddOn,
            };
            rows.push(CodeFacts {
                label: cell("label").to_owned(),
                kind,
                interval: Interval { first: first.unwrap_or(15).max(1), step: step.unwrap_or(15).max(1) },
                family,
                part,
                per_site: cell("per_site") == "yes",
                evaluation: Discipline::from_text(cell("evaluation_discipline")),
                addon_of: cell("addon_of")
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .filter(|code| !code.is_empty())
                    .map(str::to_ascii_uppercase)
                    .collect(),
                therapy: match cell("therapy_list") {
                    "always" => Therapy::Always,
                    "sometimes" => Therapy::Sometimes,
                    "none" => Therapy::NotTherapy,
                    _ => Therapy::Unknown,
                },
                supervised: cell("supervised") == "yes",
                group: cell("group") == "yes",
                one_on_one: cell("one_on_one") == "yes",
                limit_practitioner: number("limit_practitioner")?,
                limit_facility: number("limit_facility")?,
                from: day_of("from")?,
                to: day_of("to")?,
                announced_to: day_of("announced_to")?,
                code,
            });
        }
        rows.sort_by(|a, b| (&a.code, a.from).cmp(&(&b.code, b.from)));
        for pair in rows.windows(2) {
            let [earlier, later] = pair else { continue };
            if earlier.code == later.code && earlier.to.is_none_or(|to| later.from.is_none_or(|from| from <= to)) {
                return Err(format!("the rows of {} overlap in time", earlier.code));
            }
        }
        if let Some(family) = families.iter().find(|family| !rows.iter().any(|row| row.code == **family)) {
            return Err(format!("family {family} has no row for its primary code"));
        }
        let mut by_code: HashMap<String, Range<usize>> = HashMap::new();
        for (n, row) in rows.iter().enumerate() {
            by_code.entry(row.code.clone()).or_insert(n..n).end = n + 1;
        }
        Ok(Codes { rows, by_code })
    }

    /// The code that takes the first unit of the family of an add-on; none of any other code.
    pub fn primary_of(&self, add_on: &CodeFacts) -> Option<&str> {
        let is_primary = |row: &&CodeFacts| row.family == add_on.family && row.part == Part::Primary;
        let primary = self.rows().iter().find(is_primary).filter(|_| add_on.part == Part::AddOn)?;
        Some(&primary.code)
    }

    /// Every row.
    pub fn rows(&self) -> &[CodeFacts] {
        &self.rows
    }

    /// The rows of a code, to be kept beside its number in a run; empty for an unknown code.
    pub fn rows_of(&self, code: &str) -> Range<usize> {
        self.by_code.get(code).cloned().unwrap_or(0..0)
    }

    /// What holds of a code on that day. Outside its dates, the row nearest in time speaks: the kind of a code that is billed
    /// too late does not change, and `inactive-code` says that it is too late.
    pub fn as_of(&self, rows: Range<usize>, on: Day) -> Option<&CodeFacts> {
        self.row_as_of(rows, on).map(|row| &self.rows[row])
    }

    /// The row that [`Codes::as_of`] finds.
    pub fn row_as_of(&self, mut rows: Range<usize>, on: Day) -> Option<usize> {
        // Most codes have one row.
        if rows.len() <= 1 {
            return rows.next();
        }
        rows.clone().find(|&row| self.rows[row].in_force(on)).or_else(|| {
            rows.min_by_key(|&row| {
                let row = &self.rows[row];
                let before = row.from.map_or(0, |from| from.saturating_sub(on).max(0));
                let after = row.to.map_or(0, |to| on.saturating_sub(to).max(0));
                before.max(after)
            })
        })
    }

    /// What holds of the code of that name on that day.
    pub fn get(&self, code: &str, on: Day) -> Option<&CodeFacts> {
        self.as_of(self.rows_of(code), on)
    }
}
