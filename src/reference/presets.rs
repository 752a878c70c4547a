//! Layouts of exports that are known, from `data/presets/`: recognised by their headers, and said.

use super::{Field, normalised_header, said};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A known layout of exports: how a file of it is recognised, and which of its columns is which field.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// What users are told it is.
    pub name: String,
    /// How well it is known.
    pub confidence: Confidence,
    /// Where that is written.
    pub source: String,
    /// When it was last checked: 2026-01-31.
    #[schemars(with = "String")]
    pub reviewed: toml::value::Datetime,
    /// Headers that such a file has, all of them; three or more. Case, spaces and punctuation do not matter.
    fingerprint: Vec<String>,
    /// Headers that it has not.
    #[serde(default)]
    absent: Vec<String>,
    /// What users should know, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Columns that the usual names would not find, or would confuse: field = "header".
    #[serde(default)]
    pub columns: BTreeMap<Field, String>,
    /// Columns that look like a field and are none.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// What coded values stand for, by field: "3" = "Medicare".
    #[serde(default)]
    pub values: BTreeMap<Field, HashMap<String, String>>,
}

/// How well a layout is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// From the vendor's own description.
    Documented,
    /// From hearsay: a help to find columns, to be looked at.
    Unverified,
}

impl Preset {
    /// Reads a file.
    ///
    /// # Errors
    /// It is not of that form, or recognises nothing.
    pub fn parse(text: &str) -> Result<Preset, String> {
        let preset: Preset = toml::from_str(text).map_err(|error| said(text, &error))?;
        if preset.fingerprint.len() < 3 {
            return Err("the fingerprint needs three headers or more".into());
        }
        Ok(preset)
    }

    /// Whether a file with these headers has this layout.
    pub fn fits(&self, headers: &[String]) -> bool {
        let has: HashSet<String> = headers.iter().map(|header| normalised_header(header)).collect();
        self.fingerprint.iter().all(|header| has.contains(&normalised_header(header)))
            && !self.absent.iter().any(|header| has.contains(&normalised_header(header)))
    }

    /// How many headers it is recognised by: of several that fit, the most particular one is meant.
    pub fn particular(&self) -> usize {
        self.fingerprint.len() + self.absent.len()
    }
}
