//! The facts that units depend on, from `data/`: codes, payers, header names and limits, looked up as of a date of service.
//!
//! The files travel inside the program; `--codes` and `--policy` replace them. `data/README.md` says where each comes from.

mod claims;
mod codes;
mod fields;
mod headers;
mod payers;
mod presets;
mod said;
mod settings;
mod statuses;

pub use claims::ClaimWords;
pub use codes::{CodeFacts, Codes, Kind};
pub use fields::Field;
pub use headers::{Headers, normalised_header};
pub use payers::{Payer as PayerRef, PayerRule, Payers, Policy, normalised_payer};
pub use presets::{Confidence, Preset};
pub use said::{nearest, said};
pub use settings::Settings;
pub use statuses::{Status, Statuses};

use crate::error::{Error, Result};
use chrono::{Datelike, NaiveDate};
use include_dir::{Dir, include_dir};
use schemars::{Schema, schema_for};

static DATA: Dir = include_dir!("$CARGO_MANIFEST_DIR/data");

/// A date as days since 1970-01-01, which is how every column holds it.
pub type Day = i32;

/// Days since 1970-01-01.
pub fn day(date: NaiveDate) -> Day {
    date.num_days_from_ce() - NaiveDate::EPOCH_CE
}

/// The date of a day.
pub fn date(day: Day) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day + NaiveDate::EPOCH_CE).unwrap_or(NaiveDate::MAX)
}

trait EpochCe {
    /// The day number, from the common era, of 1970-01-01.
    const EPOCH_CE: i32;
}

impl EpochCe for NaiveDate {
    const EPOCH_CE: i32 = 719_163;
}

/// All reference data of a run.
pub struct Reference {
    /// Procedure codes.
    pub codes: Codes,
    /// Payers and their rules.
    pub payers: Payers,
    /// Names of columns.
    pub headers: Headers,
    /// Words of a status column.
    pub statuses: Statuses,
    /// Layouts of exports that are known.
    pub presets: Vec<Preset>,
    /// What codes of claims mean.
    pub claim_words: ClaimWords,
    /// Thresholds.
    pub settings: Settings,
    /// Name and SHA-256 of each file used, for the manifest.
    pub hashes: Vec<(String, String)>,
}

impl Reference {
    /// The built-in data, with the user's files in place of ours where given.
    ///
    /// # Errors
    /// A file that cannot be read, or whose contents break the rules in `data/README.md`.
    pub fn load(
        codes: Option<&std::path::Path>,
        policy: Option<&std::path::Path>,
        rules: &[PayerRule],
    ) -> Result<Reference> {
        let mut hashes = Vec::new();
        let mut text = |name: &str, replacement: Option<&std::path::Path>| -> Result<(String, String)> {
            let (label, text) = match replacement {
                Some(path) => (file_name(path), crate::error::read_config(&path.to_path_buf())?),
                None => (format!("data/{name}"), built_in(name).to_owned()),
            };
            hashes.push((label.clone(), crate::hash::sha256(text.as_bytes())));
            Ok((label, text))
        };
        let (label, codes) = text("codes.csv", codes)?;
        let codes = Codes::parse(&codes).map_err(|problem| Error::Config { path: label, problem })?;
        let replaced = policy.is_some();
        let (label, payers) = text("payers.toml", policy)?;
        let payers =
            Payers::parse(&payers, replaced, rules).map_err(|problem| Error::Config { path: label, problem })?;
        let (label, headers) = text("headers.toml", None)?;
        let headers = Headers::parse(&headers).map_err(|problem| Error::Config { path: label, problem })?;
        let (label, settings) = text("settings.toml", None)?;
        let settings = Settings::parse(&settings).map_err(|problem| Error::Config { path: label, problem })?;
        let (label, statuses) = text("statuses.toml", None)?;
        let statuses = Statuses::parse(&statuses).map_err(|problem| Error::Config { path: label, problem })?;
        let (label, claim_words) = text("claims.toml", None)?;
        let claim_words = ClaimWords::parse(&claim_words).map_err(|problem| Error::Config { path: label, problem })?;
        let mut presets = Vec::new();
        for name in preset_files() {
            let (label, preset) = text(&name, None)?;
            presets.push(Preset::parse(&preset).map_err(|problem| Error::Config { path: label, problem })?);
        }
        Ok(Reference { codes, payers, headers, statuses, presets, claim_words, settings, hashes })
    }

    /// Makes sure that a run with these hashes of reference data used this code table: its proofs would say something else with another.
    ///
    /// # Errors
    /// It used another one.
    pub fn same_codes(&self, data: &std::collections::BTreeMap<String, String>) -> Result<()> {
        // The code table is the first that is loaded.
        let (name, own) = &self.hashes[0];
        if data.values().any(|hash| hash == own) {
            return Ok(());
        }
        Err(Error::Usage(format!("the run used another code table than {name}; give the one it used with --codes")))
    }

    /// With the user's thresholds in place of ours.
    ///
    /// # Errors
    /// The file cannot be read, or is wrong.
    pub fn with_settings(mut self, path: &std::path::Path) -> Result<Reference> {
        let label = file_name(path);
        let text = crate::error::read_config(&path.to_path_buf())?;
        let wrong = |problem| Error::Config { path: label.clone(), problem };
        self.settings = Settings::parse(&text).map_err(wrong)?;
        self.hashes.retain(|(name, _)| name != "data/settings.toml");
        self.hashes.push((label, crate::hash::sha256(text.as_bytes())));
        Ok(self)
    }
}

/// The JSON Schemas of the files of `data/` that are TOML, by name.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    // It is a table of tables, so no type of ours describes it.
    let mut headers = schema_for!(headers::File);
    headers.insert("description".to_owned(), "The headers that exports use, by field.".into());
    vec![
        ("claims", schema_for!(ClaimWords)),
        ("headers", headers),
        ("payers", schema_for!(payers::File)),
        ("preset", schema_for!(Preset)),
        ("settings", schema_for!(Settings)),
        ("statuses", schema_for!(statuses::File)),
    ]
}

/// A built-in file of `data/`.
fn built_in(name: &str) -> &'static str {
    DATA.get_file(name).and_then(|file| file.contents_utf8()).unwrap_or_default()
}

/// The files of `data/presets`, in order of their names.
fn preset_files() -> Vec<String> {
    let files = DATA.get_dir("presets").into_iter().flat_map(|folder| folder.files());
    let mut names: Vec<String> = files.map(|file| file.path().display().to_string().replace('\\', "/")).collect();
    names.sort();
    names
}

/// The last part of a path, which is all of it that outputs may show.
pub fn file_name(path: &std::path::Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
