//! Who reads a report, and what of it they may see.
//!
//! A work paper is for those who may see patients. What is shared with others names no patient, day, file or row
//! ([`Pseudonyms`]), and no figure that only a few patients stand behind ([`suppress`]). `docs/privacy.md` says what that does
//! not protect against.

mod names;
mod pseudonyms;
mod reidentify;
mod suppression;

pub use names::{Names, is_remark, reason_for_shareable};
pub use pseudonyms::{Ids, Key, MAP, Of, Pseudonyms};
pub use reidentify::{Answer, reidentify};
pub use suppression::{Hidden, suppress, too_few};

use clap::ValueEnum;

/// Who reads a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// Those who may see patients: everything, as exported.
    Workpaper,
    /// Others: pseudonyms for patients, months for dates, no source rows, no figure of fewer than 11 patients.
    Shareable,
}
