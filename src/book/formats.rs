//! How cells look. One colour and its shades; red is kept for what needs attention.

use crate::blocks::Kind;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

/// The colour of titles, headings and bars.
pub(super) const ACCENT: Color = Color::RGB(0x1f_4e_79);

/// The ground of header rows.
const GROUND: Color = Color::RGB(0xe4_ec_f4);

/// Lines between rows.
const RULE: Color = Color::RGB(0xd0_d7_de);

/// Words beside the matter.
pub(super) const GREY: Color = Color::RGB(0x59_63_6e);

/// The ground of cells that are there to be filled in.
const TO_FILL: Color = Color::RGB(0xff_f8_dc);

/// What needs attention.
pub(super) const RED: Color = Color::RGB(0x9c_00_06);

/// All kinds of columns, in the order in which they are declared.
const KINDS: [Kind; 7] = [Kind::Text, Kind::Long, Kind::Number, Kind::Cents, Kind::Decimal, Kind::Day, Kind::Line];

/// The formats of a book.
pub(super) struct Formats {
    /// The title of a sheet.
    pub title: Format,
    /// A heading, or what a table shows.
    pub heading: Format,
    /// A paragraph.
    pub text: Format,
    /// A warning.
    pub warning: Format,
    /// What must be known to read something.
    pub note: Format,
    /// Text as on a terminal.
    pub line: Format,
    /// A figure that is to be seen first.
    pub figure: Format,
    /// What stands beside it.
    pub of_figure: Format,
    /// The head of a column of text.
    pub head: Format,
    /// The head of a column of numbers.
    pub number_head: Format,
    /// The head of a column to be filled in.
    pub fill_head: Format,
    /// A cell to be filled in.
    pub to_fill: Format,
    /// A column to be filled in, of text and of days; its ground is laid by a rule, so that it ends with the rows.
    pub fill_text: Format,
    /// See `fill_text`.
    pub fill_day: Format,
    /// The ground that the rule lays.
    pub fill_ground: Format,
    /// A difference that is not 0.
    pub alarm: Format,
    /// The label of a total.
    pub label: Format,
    kinds: Vec<[Format; 4]>,
}

/// Where a cell stands.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In a ledger, where the table draws the rows apart.
    Ledger,
    /// In a table on a page, with a line under each row.
    Page,
}

impl Formats {
    pub fn new() -> Formats {
        let top = Format::new().set_align(FormatAlign::Top);
        let small = top.clone().set_font_color(GREY);
        let head = Format::new()
            .set_bold()
            .set_font_color(ACCENT)
            .set_background_color(GROUND)
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(ACCENT)
            .set_align(FormatAlign::VerticalCenter);
        let fill = top.clone().set_unlocked();
        let of_kind = |kind: &Kind| {
            let ledger = of_kind(top.clone(), *kind);
            let page = ledger.clone().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(RULE);
            // Names and codes may be longer than their column on a page, where there are few rows.
            let page = if *kind == Kind::Text { page.set_text_wrap() } else { page };
            [ledger.clone(), ledger.set_quote_prefix(), page.clone(), page.set_quote_prefix()]
        };
        Formats {
            title: top.clone().set_bold().set_font_size(16).set_font_color(ACCENT),
            heading: top.clone().set_bold().set_font_size(12).set_font_color(ACCENT),
            text: top.clone(),
            warning: top.clone().set_bold().set_font_color(RED),
            note: small.clone().set_italic(),
            line: monospaced(top.clone()),
            figure: top
                .clone()
                .set_bold()
                .set_font_size(14)
                .set_font_color(ACCENT)
                .set_align(FormatAlign::Right)
                .set_align(FormatAlign::VerticalCenter),
            of_figure: top.clone().set_align(FormatAlign::VerticalCenter).set_indent(1),
            number_head: right(head.clone()),
            fill_head: head.clone().set_background_color(TO_FILL),
            head,
            to_fill: fill
                .clone()
                .set_background_color(TO_FILL)
                .set_border_bottom(FormatBorder::Hair)
                .set_border_bottom_color(RULE)
                .set_text_wrap(),
            fill_day: of_kind_day(fill.clone()),
            fill_text: fill.set_text_wrap(),
            fill_ground: Format::new()
                .set_background_color(TO_FILL)
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(RULE),
            alarm: Format::new().set_bold().set_font_color(Color::White).set_background_color(RED),
            label: small,
            kinds: KINDS.iter().map(of_kind).collect(),
        }
    }

    /// The format of a cell; a text that looks like a formula is marked as text, for the day when somebody edits it.
    pub fn of(&self, kind: Kind, place: Place, formula_like: bool) -> &Format {
        &self.kinds[kind as usize][2 * place as usize + usize::from(formula_like)]
    }

    /// The head of a column.
    pub fn head_of(&self, kind: Kind) -> &Format {
        if is_number(kind) { &self.number_head } else { &self.head }
    }

    /// The same as a link.
    pub fn link(&self, kind: Kind, place: Place) -> Format {
        self.of(kind, place, false).clone().set_font_color(ACCENT).set_underline(FormatUnderline::Single)
    }
}

/// Whether a column holds numbers, and so stands to the right.
pub(super) fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Cents | Kind::Decimal)
}

/// At the right, with a little room before the text of the next column.
fn right(format: Format) -> Format {
    format.set_align(FormatAlign::Right).set_indent(1)
}

fn monospaced(format: Format) -> Format {
    format.set_font_name("Consolas").set_font_size(10)
}

fn of_kind_day(format: Format) -> Format {
    format.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left)
}

fn of_kind(format: Format, kind: Kind) -> Format {
    // What stands in for a number stands where numbers do.
    let format = if is_number(kind) { right(format) } else { format };
    match kind {
        // The format `@` would make text of what a formula beside it says; cells of text need none.
        Kind::Text => format,
        Kind::Long => format.set_text_wrap(),
        Kind::Number => format.set_num_format("#,##0"),
        Kind::Cents => format.set_num_format("#,##0.00"),
        Kind::Decimal => format.set_num_format("#,##0.0"),
        Kind::Day => of_kind_day(format),
        Kind::Line => monospaced(format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_formats() {
        for (place, kind) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, place, "{kind:?}");
        }
    }
}
