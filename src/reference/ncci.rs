//! Edits of NCCI, from `data/ncci.csv`: pairs of codes of which the second is not paid beside the first, by setting and date.

use super::table::{Row, rows};
use super::{Day, date};
use hashbrown::HashMap;
use std::ops::Range;

/// Columns of the table.
const COLUMNS: [&str; 9] =
    ["column_1", "column_2", "setting", "indicator", "from", "to", "inferred_to", "known_to", "source"];

/// Stands for every code that is not listed.
const OTHERS: &str = "*";

/// Whether a text has the form of a procedure code.
pub fn is_code(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

/// Which of CMS's two tables a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EditSetting {
    /// Practitioners: private practices and physicians' offices.
    Practitioner,
    /// Outpatient hospitals and other facilities.
    Facility,
    /// Both say the same.
    Both,
}

impl EditSetting {
    /// All of them, in their order.
    pub const ALL: [EditSetting; 3] = [EditSetting::Practitioner, EditSetting::Facility, EditSetting::Both];

    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            EditSetting::Practitioner => "practitioner",
            EditSetting::Facility => "facility",
            EditSetting::Both => "both",
        }
    }

    /// The setting of that name.
    ///
    /// # Errors
    /// There is none.
    pub fn from_name(name: &str) -> Result<EditSetting, String> {
        let found = EditSetting::ALL.into_iter().find(|setting| setting.name() == name);
        found.ok_or_else(|| "setting is none of practitioner, facility, both".to_owned())
    }

    /// Whether it speaks of facilities, or else of practices.
    pub fn holds(self, facility: bool) -> bool {
        match self {
            EditSetting::Practitioner => !facility,
            EditSetting::Facility => facility,
            EditSetting::Both => true,
        }
    }
}

/// What a modifier does to an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Indicator {
    /// 0: no modifier lifts it.
    Never,
    /// 1: a modifier lifts it where the services were separate.
    Modifier,
    /// 9: deleted back to its first day, so it never held.
    Voided,
    /// The row says only that other pairs of its codes and dates are not listed.
    Unlisted,
}

impl Indicator {
    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Indicator::Never => "0",
            Indicator::Modifier => "1",
            Indicator::Voided => "9",
            Indicator::Unlisted => "",
        }
    }

    /// The indicator that CMS writes so.
    pub fn from_name(name: &str) -> Option<Indicator> {
        [Indicator::Never, Indicator::Modifier, Indicator::Voided].into_iter().find(|own| own.name() == name)
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The code that is paid.
    pub column_1: String,
    /// The code that is not paid beside it.
    pub column_2: String,
    /// Whose table.
    pub setting: EditSetting,
    /// What a modifier does.
    pub indicator: Indicator,
    /// First day.
    pub from: Day,
    /// Last day; none: it was not deleted by `known_to`.
    pub to: Option<Day>,
    /// Up to this day it is inferred, and was not seen, that the pair held.
    pub inferred_to: Option<Day>,
    /// Last day that the file it comes from speaks of.
    pub known_to: Day,
    /// Where it comes from.
    pub source: String,
}

impl Pair {
    fn of_row(row: &Row) -> Result<Pair, String> {
        let code = |column| match row.cell(column) {
            OTHERS => Ok(OTHERS.to_owned()),
            cell if is_code(cell) => Ok(cell.to_ascii_uppercase()),
            _ => Err(format!("{column} is not five letters and digits")),
        };
        let (column_1, column_2) = (code("column_1")?, code("column_2")?);
        let listed = column_1 != OTHERS && column_2 != OTHERS;
        let indicator = match row.cell("indicator") {
            "" if column_2 == OTHERS => Indicator::Unlisted,
            name if listed => Indicator::from_name(name).ok_or("indicator is none of 0, 1, 9")?,
            _ => return Err("a row with * says that other pairs are not listed: it has no indicator".into()),
        };
        row.said("from")?;
        row.said("known_to")?;
        let (from, to) = row.span("from", "to")?;
        Ok(Pair {
            column_1,
            column_2,
            setting: EditSetting::from_name(row.cell("setting"))?,
            indicator,
            from: from.unwrap_or_default(),
            to,
            inferred_to: row.day("inferred_to")?,
            known_to: row.day("known_to")?.unwrap_or_default(),
            source: row.cell("source").to_owned(),
        })
    }

    /// What tells it from other rows.
    pub fn key(&self) -> (&str, &str, EditSetting, Day) {
        (&self.column_1, &self.column_2, self.setting, self.from)
    }

    /// Whether it is told that it held on that day.
    fn holds_on(&self, on: Day) -> bool {
        self.from <= on && on <= self.known_to && self.to.is_none_or(|to| on <= to)
    }
}

/// A code that stands in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EditCode(u32);

/// An edit, as of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// A modifier lifts it.
    pub modifier_allowed: bool,
    /// That it held on that day is inferred.
    pub inferred: bool,
}

/// The table.
pub struct Ncci {
    pairs: Vec<Pair>,
    codes: HashMap<String, EditCode>,
    /// The rows of a pair; they stand together.
    of_pair: HashMap<(EditCode, EditCode), Range<usize>>,
    /// Last day known of practices, and of facilities.
    known_to: [Option<Day>; 2],
    dates: (Day, Day),
    whole_from: Day,
    seen_from: Day,
}

impl Ncci {
    /// Reads the table from CSV with the columns of `data/ncci.csv`.
    ///
    /// # Errors
    /// A sentence with the line: a missing column, a bad value; no row at all.
    pub fn parse(text: &str) -> Result<Ncci, String> {
        Ncci::new(rows(text, &COLUMNS, Pair::of_row)?)
    }

    fn new(mut pairs: Vec<Pair>) -> Result<Ncci, String> {
        pairs.sort_by(|a, b| a.key().cmp(&b.key()));
        let first = pairs.iter().map(|pair| pair.from).min();
        let last = pairs.iter().map(|pair| pair.known_to).max();
        let dates = first.zip(last).ok_or("holds no pair")?;
        let mut codes: HashMap<String, EditCode> = HashMap::new();
        let mut number = |code: &str| {
            // There are fewer codes than numbers: each takes six bytes of the file.
            let next = EditCode(u32::try_from(codes.len()).unwrap_or(u32::MAX));
            *codes.entry_ref(code).or_insert(next)
        };
        let mut of_pair: HashMap<(EditCode, EditCode), Range<usize>> = HashMap::new();
        for (n, pair) in pairs.iter().enumerate() {
            let key = (number(&pair.column_1), number(&pair.column_2));
            of_pair.entry(key).or_insert(n..n).end = n + 1;
        }
        let known = |facility| pairs.iter().filter(|pair| pair.setting.holds(facility)).map(|pair| pair.known_to).max();
        let unlisted = |pair: &&Pair| pair.column_1 == OTHERS && pair.column_2 == OTHERS;
        let whole_from = pairs.iter().filter(unlisted).map(|pair| pair.to.unwrap_or(pair.known_to) + 1).max();
        // Of a pair that is inferred to the end nothing was seen.
        let inferred = pairs.iter().filter_map(|pair| pair.inferred_to.filter(|day| *day < pair.known_to));
        Ok(Ncci {
            known_to: [known(false), known(true)],
            dates,
            whole_from: whole_from.unwrap_or(dates.0),
            seen_from: inferred.max().map_or(dates.0, |day| day + 1),
            codes,
            of_pair,
            pairs,
        })
    }

    /// Every row, in order of the codes.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// First and last day that it speaks of.
    pub fn dates(&self) -> (Day, Day) {
        self.dates
    }

    /// First and last day of which it tells all pairs of its codes, so that a pair that is not in it did not hold.
    pub fn whole_dates(&self) -> (Day, Day) {
        (self.whole_from, self.dates.1)
    }

    /// Whether what it tells of that day was seen as a whole, and not inferred from other days.
    pub fn seen_on(&self, on: Day) -> bool {
        on >= self.seen_from
    }

    /// Whether it speaks of practices, or of facilities, on that day.
    pub fn knows(&self, facility: bool, on: Day) -> bool {
        self.known_to[usize::from(facility)].is_some_and(|last| on <= last)
    }

    /// A code, if it stands in the table.
    pub fn code(&self, code: &str) -> Option<EditCode> {
        self.codes.get(code).copied()
    }

    /// The edit that keeps `second` from being paid beside `first` on that day, if there is one.
    pub fn edit(&self, first: EditCode, second: EditCode, facility: bool, on: Day) -> Option<Edit> {
        let rows = self.of_pair.get(&(first, second))?.clone();
        let held = |pair: &&Pair| pair.setting.holds(facility) && pair.holds_on(on);
        let edits = self.pairs[rows].iter().filter(held).filter_map(|pair| {
            let inferred = pair.inferred_to.is_some_and(|day| on <= day);
            match pair.indicator {
                Indicator::Never => Some(Edit { modifier_allowed: false, inferred }),
                Indicator::Modifier => Some(Edit { modifier_allowed: true, inferred }),
                Indicator::Voided | Indicator::Unlisted => None,
            }
        });
        // Where rows overlap, what was seen goes before what is inferred, what a modifier lifts before what none does.
        edits.min_by_key(|edit| (edit.inferred, !edit.modifier_allowed))
    }

    /// Whether it tells all pairs of a code on that day.
    pub fn tells_all_of(&self, code: EditCode, on: Day) -> bool {
        let others = self.codes.get(OTHERS).and_then(|others| self.of_pair.get(&(code, *others)));
        others.is_none_or(|rows| !self.pairs[rows.clone()].iter().any(|pair| pair.holds_on(on)))
    }

    /// Rows as the file of the table has them.
    ///
    /// # Errors
    /// A mistake of ours.
    pub fn to_csv(pairs: &[Pair]) -> csv::Result<Vec<u8>> {
        let day = |day: Option<Day>| day.map_or(String::new(), |day| date(day).to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for pair in pairs {
            writer.write_record([
                &pair.column_1,
                &pair.column_2,
                pair.setting.name(),
                pair.indicator.name(),
                &day(Some(pair.from)),
                &day(pair.to),
                &day(pair.inferred_to),
                &day(Some(pair.known_to)),
                &pair.source,
            ])?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}
