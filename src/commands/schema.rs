//! `recount schema`: JSON Schemas of the files that people edit, from the types that read them.

use crate::config::{Config, NAME};
use crate::error::{Error, Result};
use crate::reference::{self, nearest};
use schemars::{Schema, schema_for};
use std::fmt::Write;

/// The schema of that name, or the list of names.
///
/// # Errors
/// No schema has that name.
pub fn text(name: Option<&str>) -> Result<String> {
    let schemas = all();
    let Some(name) = name else { return Ok(list(&schemas)) };
    let Some((name, schema)) = schemas.iter().find(|(own, _)| *own == name) else {
        let names: Vec<&str> = schemas.iter().map(|(name, _)| *name).collect();
        let meant = nearest(name, &names).map_or(String::new(), |meant| format!("; did you mean {meant}?"));
        return Err(Error::Usage(format!("no schema is called {name:?}; the schemas are {}{meant}", names.join(", "))));
    };
    let mut schema = schema.clone();
    schema.insert("title".to_owned(), file_of(name).into());
    let json = serde_json::to_string_pretty(&schema).map_err(|error| Error::Bug(error.to_string()))?;
    Ok(json + "\n")
}

/// All schemas, in the order of their names.
fn all() -> Vec<(&'static str, Schema)> {
    let mut schemas = reference::schemas();
    schemas.push(("recount", schema_for!(Config)));
    schemas.push(("waivers", crate::waivers::schema()));
    schemas.sort_by_key(|(name, _)| *name);
    schemas
}

fn list(schemas: &[(&'static str, Schema)]) -> String {
    let mut text = String::from("schema    of\n");
    for (name, _) in schemas {
        let _ = writeln!(text, "{name:<9} {}", file_of(name));
    }
    text.push_str("\nrecount schema NAME prints a schema; an editor that is given it completes and checks the file.\n");
    text
}

/// The files that a schema describes.
fn file_of(name: &str) -> String {
    match name {
        "recount" => NAME.to_owned(),
        "waivers" => "the file of --waivers".to_owned(),
        "preset" => "data/presets/*.toml".to_owned(),
        _ => format!("data/{name}.toml"),
    }
}
