//! The columns in which a reviewer decides.

use super::formats::Formats;
use crate::blocks::Kind;
use rust_xlsxwriter::{
    ConditionalFormatFormula, DataValidation, DataValidationRule, ExcelDateTime, Worksheet, XlsxError,
};

/// Headings of the columns, in their order: a mark of what was done, the decision, the units that are right, and who decided when.
pub const HEADINGS: [&str; 6] = ["tick", "disposition", "corrected_units", "note", "initials", "review_date"];

/// What stands in them.
pub(super) const KINDS: [Kind; 6] = [Kind::Text, Kind::Text, Kind::Number, Kind::Text, Kind::Text, Kind::Day];

/// What a reviewer can decide.
pub const DISPOSITIONS: [&str; 3] = ["agreed", "disagreed", "open"];

/// What a sheet for reviewers says of itself.
pub(super) const HOW_TO_REVIEW: &str = "Fill in the shaded columns at the right. All else is protected without a password: to sort, first \
                                        choose Review, Unprotect Sheet.";

const WIDTHS: [u16; 6] = [9, 15, 19, 44, 12, 15];

/// Places of the columns with a rule.
const DISPOSITION: u16 = 1;
const UNITS: u16 = 2;
const DATE: u16 = 5;

/// Keeps the cells of a row above the header as they are.
pub(super) fn lock(sheet: &mut Worksheet, row: u32, left: u16, formats: &Formats) -> Result<(), XlsxError> {
    for (place, _) in (left..).zip(HEADINGS) {
        sheet.write_blank(row, place, &formats.text)?;
    }
    Ok(())
}

/// Opens the columns from `left` on, and says what their cells can hold from the first row to the last.
pub(super) fn open(
    sheet: &mut Worksheet,
    left: u16,
    [first, last]: [u32; 2],
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (place, width) in (left..).zip(WIDTHS) {
        let format = if place - left == DATE { &formats.fill_day } else { &formats.fill_text };
        // Without a cell for each row: a row that is not filled in costs nothing.
        sheet.set_column_format(place, format)?;
        sheet.set_column_width(place, width)?;
    }
    let ground = ConditionalFormatFormula::new().set_rule("=TRUE").set_format(&formats.fill_ground);
    sheet.add_conditional_format(first, left, last, left + HEADINGS.len() as u16 - 1, &ground)?;
    let decision = DataValidation::new()
        .allow_list_strings(&DISPOSITIONS)?
        .set_error_title("Disposition")?
        .set_error_message("Choose agreed, disagreed or open.")?;
    sheet.add_data_validation(first, left + DISPOSITION, last, left + DISPOSITION, &decision)?;
    let units = DataValidation::new()
        .allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(0))
        .set_error_title("Corrected units")?
        .set_error_message("Units are a whole number, 0 or more.")?;
    sheet.add_data_validation(first, left + UNITS, last, left + UNITS, &units)?;
    let date = DataValidation::new()
        .allow_date(DataValidationRule::GreaterThanOrEqualTo(ExcelDateTime::from_ymd(2000, 1, 1)?))
        .set_error_title("Date of review")?
        .set_error_message("A date, as 2026-03-31.")?;
    sheet.add_data_validation(first, left + DATE, last, left + DATE, &date)?;
    Ok(())
}
