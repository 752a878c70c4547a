//! What a reader sees in place of an id, a day, a reason.

use super::suppression::{self, Hidden};
use super::{Audience, Of, Pseudonyms};
use crate::blocks::{Block, Cell, Chart, Section, Table};
use crate::grid::{Grid, Value};
use crate::reference::{Day, date};

/// What stands in reports for what only a work paper may name.
pub struct Names {
    /// None in a work paper, where everything is called what it is.
    shared: Option<Shared>,
}

struct Shared {
    pseudonyms: Pseudonyms,
    hide_clinicians: bool,
    /// Patients that a figure must have behind it to be shown.
    least: i64,
    hidden: Hidden,
}

impl Names {
    /// Everything as exported.
    pub fn identified() -> Names {
        Names { shared: None }
    }

    /// Pseudonyms for patients, sessions and findings, and for clinicians if they are to be hidden; no figure of fewer than `least`
    /// patients. `patients` is the run's table of that name, which says how many patients stand behind what.
    pub fn shareable(pseudonyms: Pseudonyms, hide_clinicians: bool, least: i64, patients: &Grid) -> Names {
        let hidden = Hidden::of(patients, least);
        Names { shared: Some(Shared { pseudonyms, hide_clinicians, least, hidden }) }
    }

    /// Who reads them.
    pub fn audience(&self) -> Audience {
        if self.shared.is_some() { Audience::Shareable } else { Audience::Workpaper }
    }

    /// What a reader should know first: whom the report is for.
    pub fn words(&self) -> String {
        match &self.shared {
            None => "For those who may see patients: it holds patient data.".into(),
            Some(shared) => format!(
                "For others: without ids of patients, days of service and figures of fewer than {} patients. What that does not protect \
                 against stands in docs/privacy.md.",
                shared.least
            ),
        }
    }

    /// What stands for a patient's id.
    pub fn patient(&self, id: &str) -> String {
        self.of(Of::Patient, id)
    }

    /// What stands for a session's id.
    pub fn session(&self, id: &str) -> String {
        self.of(Of::Session, id)
    }

    /// What stands for a finding's id.
    pub fn finding(&self, id: &str) -> String {
        self.of(Of::Finding, id)
    }

    /// What stands for a clinician. What a table says in brackets, `(several or not named)`, is no clinician's name.
    pub fn clinician(&self, id: &str) -> String {
        match &self.shared {
            Some(shared) if shared.hide_clinicians && !is_remark(id) => self.of(Of::Clinician, id),
            _ => id.to_owned(),
        }
    }

    fn of(&self, kind: Of, id: &str) -> String {
        match &self.shared {
            Some(shared) => shared.pseudonyms.of(kind, id).to_owned(),
            None => id.to_owned(),
        }
    }

    /// A day, or only its month.
    pub fn day(&self, day: Option<Day>) -> String {
        match (day, &self.shared) {
            (None, _) => String::new(),
            (Some(day), None) => date(day).to_string(),
            (Some(day), Some(_)) => month(day),
        }
    }

    /// A finding's reason.
    pub fn reason(&self, reason: &str) -> String {
        if self.shared.is_some() { reason_for_shareable(reason) } else { reason.to_owned() }
    }

    /// Whether a figure of so many patients is not shown.
    pub fn hides(&self, patients: Option<i64>) -> bool {
        let few = |shared: &Shared| patients.is_some_and(|patients| suppression::too_few(patients, shared.least));
        self.shared.as_ref().is_some_and(few)
    }

    /// All that is not shown.
    pub fn hidden(&self) -> &Hidden {
        static NOTHING: std::sync::LazyLock<Hidden> = std::sync::LazyLock::new(Hidden::default);
        self.shared.as_ref().map_or(&NOTHING, |shared| &shared.hidden)
    }

    /// Whether a row is not shown in a table of that dimension: too few patients, or it would tell of such a row. What is listed one
    /// by one must leave out what belongs to such a row; else who counts the list has what the table hides.
    pub fn hides_row(&self, dimension: &str, value: &str) -> bool {
        self.shared.as_ref().is_some_and(|shared| shared.hidden.has(dimension, value))
    }

    /// Hides rows of a table that few patients stand behind, as [`suppression::suppress`]; whether none is left.
    pub fn suppress(&self, table: &mut Table, patients: &[Option<i64>]) -> bool {
        self.shared.as_ref().is_some_and(|shared| suppression::suppress(table, patients, shared.least))
    }

    /// Hides cells of some columns, as [`suppression::suppress_cells`].
    pub fn suppress_cells(&self, table: &mut Table, columns: &[usize], patients: &[Option<i64>]) {
        if let Some(shared) = &self.shared {
            suppression::suppress_cells(table, columns, patients, shared.least);
        }
    }

    /// The last step before sections are shown to others: hidden rows and bars go where their place says nothing, and a day that is
    /// left in any text becomes a month. A work paper stays as it is.
    pub fn finish(&self, sections: &mut [Section]) {
        if self.shared.is_some() {
            sections.iter_mut().for_each(|section| finish(&mut section.blocks));
        }
    }
}

/// Whether a table says this where it has no clinician to name.
pub fn is_remark(name: &str) -> bool {
    name == "(several or not named)"
}

fn finish(blocks: &mut [Block]) {
    let cut = |text: &mut String| *text = reason_for_shareable(text);
    for block in blocks {
        match block {
            Block::Text(text) | Block::Warning(text) | Block::Lines(text) => cut(text),
            Block::List(items) => items.iter_mut().for_each(cut),
            Block::Figures(figures) => {
                figures.iter_mut().flat_map(|figure| [&mut figure.value, &mut figure.note]).for_each(cut)
            }
            Block::Table(table) => finish_table(table),
            Block::Chart(chart, table) => {
                if let Chart::Bars(bars) = chart {
                    bars.bars.iter_mut().for_each(|(name, _)| cut(name));
                    suppression::last_bars(bars);
                }
                finish_table(table);
            }
            Block::Fold { title, blocks, .. } => {
                cut(title);
                finish(blocks);
            }
        }
    }
}

fn finish_table(table: &mut Table) {
    // A source is cited with its own dates.
    let cited: Vec<bool> = table.columns.iter().map(|column| column.text == "source").collect();
    let cells = table.rows.iter_mut().flat_map(|row| row.iter_mut().enumerate());
    for (_, cell) in cells.filter(|(place, _)| !cited.get(*place).copied().unwrap_or(false)) {
        match cell {
            Cell::Is(Value::Day(day)) => *cell = Cell::Is(Value::Text(month(*day))),
            Cell::Is(Value::Text(text)) | Cell::Link(text, _) => *text = reason_for_shareable(text),
            Cell::Is(_) | Cell::Hidden => {}
        }
    }
    suppression::last(table);
}

fn month(day: Day) -> String {
    date(day).format("%Y-%m").to_string()
}

/// A reason as others may read it: days as months. Reasons hold minutes, units and codes, and `inactive-code` the date of service.
pub fn reason_for_shareable(reason: &str) -> String {
    let mut shown = String::with_capacity(reason.len());
    let mut rest = reason;
    while let Some(place) = rest.as_bytes().windows(10).position(is_day) {
        shown.push_str(&rest[..place + 7]);
        rest = &rest[place + 10..];
    }
    without_times(&(shown + rest))
}

/// Times of day say when a patient was there; others need not know.
fn without_times(text: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(place) = rest.as_bytes().windows(5).position(is_time) {
        shown.push_str(&rest[..place]);
        shown.push_str("(time)");
        rest = &rest[place + 5..];
    }
    shown + rest
}

/// Whether five bytes are written as 08:30.
fn is_time(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(n, byte)| if n == 2 { *byte == b':' } else { byte.is_ascii_digit() })
}

/// Whether ten bytes are written as 2026-01-31.
fn is_day(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(n, byte)| if n == 4 || n == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::Ids;
    use crate::blocks::{Bars, Kind as Column};

    fn shareable() -> Names {
        let mut ids = Ids::default();
        ids.add(Of::Patient, "A17");
        ids.add(Of::Clinician, "Reed");
        Names::shareable(Pseudonyms::numbered(ids), true, 11, &Grid::default())
    }

    #[test]
    fn days_in_reasons_become_months() {
        let reason = "97150 ended on 2025-12-31; the date of service is 2026-01-05.";
        assert_eq!(reason_for_shareable(reason), "97150 ended on 2025-12; the date of service is 2026-01.");
        let times = "one-on-one from 09:00 to 09:30 and from 9:15";
        assert_eq!(reason_for_shareable(times), "one-on-one from (time) to (time) and from 9:15");
        let other = "47 timed minutes support 3 units (38–52 minutes); 4 were billed";
        assert_eq!(reason_for_shareable(other), other);
    }

    #[test]
    fn a_work_paper_calls_everything_what_it_is() {
        let names = Names::identified();
        assert_eq!((names.patient("A17"), names.clinician("Reed"), names.day(Some(0))), {
            ("A17".into(), "Reed".into(), "1970-01-01".into())
        });
        assert!(!names.hides(Some(1)));
    }

    #[test]
    fn others_see_pseudonyms_and_months() {
        let names = shareable();
        assert_eq!((names.patient("A17"), names.clinician("Reed"), names.day(Some(31))), {
            ("Patient 1".into(), "Clinician 1".into(), "1970-02".into())
        });
        assert_eq!(names.clinician("(several or not named)"), "(several or not named)");
        assert!(!names.patient("an id that no one prepared").contains("id"));
        assert!(names.hides(Some(10)) && !names.hides(Some(11)) && !names.hides(Some(0)) && !names.hides(None));
    }

    #[test]
    fn no_day_is_left_anywhere() {
        let day = "2026-01-05";
        let mut table = Table::new("", &[("day", Column::Day), ("why", Column::Long)]);
        table.row([Value::Day(20_458), Value::text(day)]);
        table.rows.push(vec![Cell::Link(day.into(), "x".into()), Cell::Is(Value::Empty)]);
        let bars = Bars { bars: vec![(day.into(), Some(1))], ..Bars::default() };
        let blocks = vec![
            Block::Text(day.into()),
            Block::List(vec![day.into()]),
            Block::Table(table.clone()),
            Block::Fold { id: "S-1".into(), title: day.into(), blocks: vec![Block::Chart(Chart::Bars(bars), table)] },
        ];
        let mut sections = [Section { id: "a".into(), title: "A".into(), blocks }];
        shareable().finish(&mut sections);
        let shown = format!("{sections:?}");
        assert!(!shown.contains("2026-01-0") && !shown.contains("Day(") && shown.contains("2026-01"), "{shown}");
    }
}
