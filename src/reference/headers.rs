//! The names that practices give their columns, from `data/headers.toml`.

use super::{Field, said};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// The headers that mean a field. The field's own name is always one of them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    /// Headers with full rights; case, spaces and punctuation do not matter. Two columns of one file that claim a field by
    /// these are a question to the user.
    #[serde(default)]
    names: Vec<String>,
    /// Headers for want of better: the first that a file has is taken, and only where none of the others is there.
    #[serde(default)]
    weak: Vec<String>,
}

/// The file: names by field.
pub(super) type File = BTreeMap<Field, Names>;

/// Recognises a column by its header.
pub struct Headers {
    by_name: HashMap<String, (Field, usize)>,
}

impl Headers {
    /// Reads the file: per field, names that claim it and weak names that serve where no other column does.
    ///
    /// # Errors
    /// A field that does not exist, or a name that two fields claim.
    pub fn parse(text: &str) -> Result<Headers, String> {
        let file: File = toml::from_str(text).map_err(|error| said(text, &error))?;
        let mut by_name: HashMap<String, (Field, usize)> = HashMap::new();
        for field in Field::ALL {
            by_name.insert(normalised_header(field.name()), (field, 0));
        }
        for (&field, names) in &file {
            let name = field.name();
            let all = names.names.iter().map(|n| (n, 0)).chain(names.weak.iter().zip(1..));
            for (header, rank) in all {
                if by_name.insert(normalised_header(header), (field, rank)).is_some() {
                    return Err(format!("[{name}] the name {header:?} is claimed twice"));
                }
            }
        }
        Ok(Headers { by_name })
    }

    /// The field that a header names, and the rank of its claim: 0 in full, 1 and on where nothing of a lower rank claims it.
    pub fn field(&self, header: &str) -> Option<(Field, usize)> {
        self.by_name.get(&normalised_header(header)).copied()
    }
}

/// A header without case, spaces and punctuation: `Date of Service` and `date_of_service` are one name.
pub fn normalised_header(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
