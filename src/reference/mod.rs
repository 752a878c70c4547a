//! The facts that units depend on, from `data/`: codes, payers, header names and limits, looked up as of a date of service.
//!
//! The files travel inside the program; `--codes` and `--policy` replace them. `data/README.md` says where each comes from.

mod assistants;
mod bill_types;
mod claims;
mod codes;
mod coverage;
mod diagnosis_sets;
mod fields;
mod headers;
mod modifiers;
mod mue;
mod ncci;
mod payer_codes;
mod payers;
mod plan_rules;
mod presets;
mod roster;
mod said;
mod secondary;
mod settings;
mod statuses;
mod table;
mod thresholds;

pub use assistants::{AssistantRule, AssistantRules, NO_END};
pub use bill_types::{BillType, BillTypes};
pub use claims::ClaimWords;
pub use codes::{CodeFacts, Codes, Kind, Therapy};
pub use coverage::{Coverage, Refusal};
pub use diagnosis_sets::{DiagnosisSet, DiagnosisSets};
pub use fields::Field;
pub use headers::{Headers, normalised_header};
pub use modifiers::{ModifierPair, ModifierRules};
pub use mue::{Mue, UnitLimit, UnitsPer};
pub use ncci::{Edit, EditCode, EditSetting, Indicator, Ncci, Pair, is_code};
pub use payer_codes::{PayerCode, PayerCodes};
pub use payers::{Payer as PayerRef, PayerRule, Payers, Policy, normalised_payer};
pub use plan_rules::{PlanRule, PlanRules};
pub use presets::{Confidence, Preset};
pub use roster::{Enrolment, Listed, Roster, RunRoster};
pub use said::{nearest, said};
pub use secondary::{Secondary, SecondaryRule};
pub use settings::Settings;
pub use statuses::{Status, Statuses};
pub use thresholds::{Group, Threshold, Thresholds};

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
    /// Thresholds of ours.
    pub settings: Settings,
    /// Which pairs of codes are not paid on one day.
    pub ncci: Ncci,
    /// How many units of a code a day are likely.
    pub mue: Mue,
    /// Yearly amounts from which on KX is needed, or a review is due.
    pub thresholds: Thresholds,
    /// What an assistant's share of a service asks for.
    pub assistants: AssistantRules,
    /// Modifiers that contradict each other.
    pub modifiers: ModifierRules,
    /// Types of bill that carry therapy.
    pub bill_types: BillTypes,
    /// Codes that some payers do not take.
    pub payer_codes: PayerCodes,
    /// Days within which plans of care are certified, and progress is reported.
    pub plan_rules: PlanRules,
    /// Whose rule decides where Medicare Part B and another payer were billed.
    pub secondary: Secondary,
    /// Which set of diagnosis codes is in force when.
    pub diagnosis_sets: DiagnosisSets,
    /// When which clinician was enrolled; the user's own.
    pub roster: Roster,
    /// Which diagnoses support which codes; the user's own.
    pub coverage: Coverage,
    /// Names of the files of facts that the user gave (`--data`).
    own: Vec<&'static str>,
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
        folder: Option<&std::path::Path>,
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
        let (label, statuses) = text("statuses.toml", None)?;
        let statuses = Statuses::parse(&statuses).map_err(|problem| Error::Config { path: label, problem })?;
        let (label, claim_words) = text("claims.toml", None)?;
        let claim_words = ClaimWords::parse(&claim_words).map_err(|problem| Error::Config { path: label, problem })?;
        let own = own_files(folder)?;
        let mut presets = Vec::new();
        for name in preset_files() {
            let (label, preset) = text(&name, None)?;
            presets.push(Preset::parse(&preset).map_err(|problem| Error::Config { path: label, problem })?);
        }
        // Of the user's folder, else ours; what we have none of is empty.
        let mut facts = |name: &str| -> Result<(String, String)> {
            let path = folder.filter(|_| own.contains(&name)).map(|folder| folder.join(name));
            text(name, path.as_deref())
        };
        let settings = parsed(facts("settings.toml")?, Settings::parse)?;
        Ok(Reference {
            ncci: parsed(facts("ncci.csv")?, Ncci::parse)?,
            mue: parsed(facts("mue.csv")?, Mue::parse)?,
            thresholds: parsed(facts("thresholds.csv")?, Thresholds::parse)?,
            assistants: parsed(facts("assistants.csv")?, AssistantRules::parse)?,
            modifiers: parsed(facts("modifiers.csv")?, ModifierRules::parse)?,
            bill_types: parsed(facts("bill_types.csv")?, BillTypes::parse)?,
            payer_codes: parsed(facts("payer_codes.csv")?, PayerCodes::parse)?,
            plan_rules: parsed(facts("plan_rules.csv")?, PlanRules::parse)?,
            secondary: parsed(facts("secondary.toml")?, Secondary::parse)?,
            diagnosis_sets: parsed(facts("diagnosis_sets.csv")?, DiagnosisSets::parse)?,
            roster: if own.contains(&"roster.csv") {
                parsed(facts("roster.csv")?, |text| Roster::parse(text, &payers))?
            } else {
                Roster::default()
            },
            coverage: if own.contains(&"coverage.csv") {
                parsed(facts("coverage.csv")?, Coverage::parse)?
            } else {
                Coverage::default()
            },
            codes,
            payers,
            headers,
            statuses,
            presets,
            claim_words,
            settings,
            own,
            hashes,
        })
    }

    /// Whether the user gave that file of facts.
    pub fn has_file(&self, name: &str) -> bool {
        self.own.contains(&name)
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
        ("secondary", schema_for!(secondary::File)),
        ("settings", schema_for!(Settings)),
        ("statuses", schema_for!(statuses::File)),
    ]
}

/// What a file says; a mistake in it is the user's to mend.
fn parsed<T>((label, text): (String, String), parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T> {
    parse(&text).map_err(|problem| Error::Config { path: label, problem })
}

/// Files that a user's folder of facts may hold; each stands in place of ours.
const OWN: [&str; 7] =
    ["ncci.csv", "mue.csv", "thresholds.csv", "roster.csv", "coverage.csv", "secondary.toml", "settings.toml"];

/// Those that the folder holds.
fn own_files(folder: Option<&std::path::Path>) -> Result<Vec<&'static str>> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let found: Vec<&str> = OWN.into_iter().filter(|name| folder.join(name).is_file()).collect();
    if found.is_empty() {
        let problem = format!("holds none of {}", OWN.join(", "));
        return Err(Error::Config { path: folder.display().to_string(), problem });
    }
    Ok(found)
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
