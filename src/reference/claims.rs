//! What codes of claims mean, from `data/claims.toml`.

use super::said;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;

/// Words for the codes of claims (837, 835).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimWords {
    /// By claim filing indicator (837 SBR09, 835 CLP06): the kind of payer, in words that the payer table knows, such as
    /// "filed as Medicaid". Empty where the indicator says nothing.
    filing: HashMap<String, String>,
}

impl ClaimWords {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not of that form.
    pub fn parse(text: &str) -> Result<ClaimWords, String> {
        toml::from_str(text).map_err(|error| said(text, &error))
    }

    /// The kind of payer behind a claim filing indicator.
    pub fn filing(&self, code: &str) -> Option<&str> {
        self.filing.get(code).map(String::as_str).filter(|label| !label.is_empty())
    }
}
