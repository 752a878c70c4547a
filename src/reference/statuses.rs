//! What the words of a status column mean, from `data/statuses.toml`.

use super::{normalised_header, said};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;

/// Whether a visit took place and its note is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It took place; also where nothing is said.
    #[default]
    Rendered,
    /// It was cancelled.
    Cancelled,
    /// The patient did not come.
    NoShow,
    /// Its note is not signed.
    Unsigned,
}

impl Status {
    /// All of them, in their order.
    pub const ALL: [Status; 4] = [Status::Rendered, Status::Cancelled, Status::NoShow, Status::Unsigned];
}

/// What the words of a status column say of a visit. A word that is not listed is read as rendered, and named in a note.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The visit took place and its note is signed.
    rendered: Words,
    /// The visit was cancelled.
    cancelled: Words,
    /// The patient did not come.
    no_show: Words,
    /// The note is not signed.
    unsigned: Words,
}

/// Words of one meaning.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Words {
    /// Whole cells; case, spaces and punctuation do not matter.
    words: Vec<String>,
}

/// Recognises a visit's status by its word.
pub struct Statuses {
    by_word: HashMap<String, Status>,
}

impl Statuses {
    /// Reads the file.
    ///
    /// # Errors
    /// A word that means two things.
    pub fn parse(text: &str) -> Result<Statuses, String> {
        let file: File = toml::from_str(text).map_err(|error| said(text, &error))?;
        let mut by_word = HashMap::new();
        for (status, words) in [
            (Status::Rendered, file.rendered),
            (Status::Cancelled, file.cancelled),
            (Status::NoShow, file.no_show),
            (Status::Unsigned, file.unsigned),
        ] {
            for word in words.words {
                if by_word.insert(normalised_header(&word), status).is_some_and(|other| other != status) {
                    return Err(format!("the word {word:?} means two things"));
                }
            }
        }
        Ok(Statuses { by_word })
    }

    /// What a cell says; `None` if its word is not known.
    pub fn status(&self, cell: &str) -> Option<Status> {
        self.by_word.get(&normalised_header(cell)).copied()
    }
}
