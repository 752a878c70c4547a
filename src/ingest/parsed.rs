//! What the parsing of a block gives: its lines, the texts that their numbers stand for, and what was counted on the way.

use super::chunk::Body;
use super::columns::{Dictionary, Ids};
use super::lines::Why;
use crate::reference::Field;
use recount_core::cells::DateCell;
use recount_core::domain::{Cents, Units};

/// A row that could not be read. Its numbers count within the chunk; 0 is blank or unread.
pub struct LostCell {
    pub(super) row: u16,
    pub(super) why: Why,
    pub(super) patient: u16,
    pub(super) practice: u16,
    pub(super) date: u16,
    pub(super) units: Units,
    pub(super) charge: Cents,
    pub(super) time: i32,
}

/// A parsed chunk: its lines, and the texts that their numbers stand for.
#[derive(Default)]
pub struct Parsed {
    /// Records passed over and parsed, blank ones too: how far the next chunk's row numbers are on.
    pub(super) records: u32,
    pub(super) body: Body,
    pub(super) patients: Dictionary,
    pub(super) codes: Dictionary,
    pub(super) payers: Dictionary,
    pub(super) modifiers: Dictionary,
    pub(super) therapists: Dictionary,
    pub(super) clinics: Dictionary,
    pub(super) practices: Dictionary,
    pub(super) visits: Ids,
    pub(super) claims: Ids,
    pub(super) line_ids: Ids,
    pub(super) starts: Ids,
    pub(super) adjustments: Ids,
    pub(super) particulars: Ids,
    /// The date of number 1, 2 …
    pub(super) dates: Vec<DateCell>,
    pub(super) lost: Vec<LostCell>,
    pub(super) counts: Counts,
}

/// How many lines of a file have modifiers of each sort. Where hardly any has, they may be added later, on the claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModifiersUsed {
    /// GP, GO or GN.
    pub discipline: u64,
    /// CQ or CO.
    pub assistant: u64,
    /// KX.
    pub threshold: u64,
    /// 59 or one that stands for it.
    pub separate: u64,
}

impl ModifiersUsed {
    /// Of one line.
    pub fn of<'m>(modifiers: impl IntoIterator<Item = &'m String>) -> ModifiersUsed {
        let mut used = ModifiersUsed::default();
        for modifier in modifiers {
            match modifier.as_str() {
                "GP" | "GO" | "GN" => used.discipline = 1,
                "CQ" | "CO" => used.assistant = 1,
                "KX" => used.threshold = 1,
                "59" | "XE" | "XP" | "XS" | "XU" => used.separate = 1,
                _ => {}
            }
        }
        used
    }

    /// Of so many such lines.
    pub fn times(self, lines: u64) -> ModifiersUsed {
        ModifiersUsed {
            discipline: self.discipline * lines,
            assistant: self.assistant * lines,
            threshold: self.threshold * lines,
            separate: self.separate * lines,
        }
    }

    /// With those of more lines.
    pub fn add(&mut self, other: ModifiersUsed) {
        self.discipline += other.discipline;
        self.assistant += other.assistant;
        self.threshold += other.threshold;
        self.separate += other.separate;
    }
}

/// What is counted while rows are read.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Blank cells by field.
    pub blanks: Vec<(Field, u64)>,
    /// Minutes cells written as h:mm.
    pub clock_cells: u64,
    /// Disciplines inferred from something other than their column.
    pub inferred_disciplines: u64,
    /// Dates beside the date of service, and minutes beside those of the code, that could not be read.
    pub unread: Vec<(Field, u64)>,
    /// Distinct cells of codes that have modifiers in them.
    pub code_modifiers: u64,
    /// How many lines have which modifiers.
    pub modifiers: ModifiersUsed,
    /// Cells that are not UTF-8.
    pub odd_cells: u64,
    /// Minutes that are no whole number.
    pub fractions: u64,
    /// The longest time on a line, in hundredths of a second.
    pub longest: Option<i32>,
    /// Lines of visits that did not take place, or whose note is not signed, with units billed.
    pub odd_statuses: u64,
    /// Cells of the status column whose words are not known.
    pub unknown_statuses: u64,
    /// Lines with units other than 1.
    pub not_single: u64,
    /// Lines that say what the line before says.
    pub repeats: u64,
    /// Visits with several timed codes, as far as their lines stand together; and those of them whose codes all have the same minutes,
    /// as many as all their units need rather than each.
    pub visits: u64,
    pub visits_alike: u64,
}

/// The timed lines of the visit that is being read.
#[derive(Clone, Copy, Default)]
pub(super) struct Visit {
    pub(super) patient: u16,
    pub(super) date: u16,
    pub(super) visit: u32,
    pub(super) lines: u16,
    pub(super) time: i32,
    pub(super) units: i32,
    pub(super) most_units: i32,
    pub(super) alike: bool,
}

impl Visit {
    /// Counts the visit that has ended.
    pub(super) fn end(self, counts: &mut Counts) {
        if self.lines < 2 || self.units == 0 {
            return;
        }
        counts.visits += 1;
        let minutes = self.time / 6_000;
        // As near to what all units need as to what the largest line does.
        let of_visit = (minutes - 15 * self.units).abs() <= (minutes - 15 * self.most_units).abs();
        counts.visits_alike += u64::from(self.alike && of_visit);
    }
}

impl Counts {
    /// With those of another chunk.
    pub fn add(&mut self, other: &Counts) {
        for (own, other) in [(&mut self.blanks, &other.blanks), (&mut self.unread, &other.unread)] {
            for &(field, count) in other {
                match own.iter_mut().find(|(known, _)| *known == field) {
                    Some((_, sum)) => *sum += count,
                    None => own.push((field, count)),
                }
            }
        }
        self.code_modifiers += other.code_modifiers;
        self.modifiers.add(other.modifiers);
        self.clock_cells += other.clock_cells;
        self.inferred_disciplines += other.inferred_disciplines;
        self.odd_cells += other.odd_cells;
        self.fractions += other.fractions;
        self.longest = self.longest.max(other.longest);
        self.odd_statuses += other.odd_statuses;
        self.unknown_statuses += other.unknown_statuses;
        self.not_single += other.not_single;
        self.repeats += other.repeats;
        self.visits += other.visits;
        self.visits_alike += other.visits_alike;
    }
}
