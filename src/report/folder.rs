//! The output folder: whole or not at all.
//!
//! A report is written beside its place, under a name that begins with a dot, and takes its place when it is complete. A run
//! that fails or is interrupted leaves nothing.

use super::Output;
use crate::error::{Error, Result, plain};
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

/// A file that every finished run has, and nothing else does.
pub const MANIFEST: &str = "manifest.json";

/// Name of the work paper in a run's folder.
pub const BOOK: &str = "workpaper.xlsx";

/// What reviewers decided on a run, in its folder.
pub const REVIEW: &str = "review.json";

/// The folder being written, for the Ctrl-C handler.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// A folder on its way to its place.
pub struct Folder {
    staging: TempDir,
    place: PathBuf,
    /// The tables that are complete.
    outputs: Mutex<BTreeMap<String, Output>>,
    /// Dropped after the staging folder, which stands in them.
    _parents: Parents,
}

/// Folders that were made above the output folder; they go again if nothing came of it.
struct Parents(Vec<PathBuf>);

impl Drop for Parents {
    fn drop(&mut self) {
        for folder in &self.0 {
            // A folder that holds a report is not empty, and stays.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

impl Folder {
    /// Makes sure that `place` may be written, before any work is done.
    ///
    /// # Errors
    /// It holds something that is not a finished run of ours (unless `force`), or its parent cannot be written.
    pub fn open(place: &Path, force: bool) -> Result<Folder> {
        if place.join(REVIEW).is_file() && !force {
            let problem = "holds what reviewers decided; choose another folder, or pass --force to lose it";
            return Err(Error::output(place, problem));
        }
        Folder::open_again(place, force)
    }

    /// As [`Folder::open`], for a run whose report is made anew with what reviewers decided.
    ///
    /// # Errors
    /// As there.
    pub fn open_again(place: &Path, force: bool) -> Result<Folder> {
        if !force && is_edited(place) {
            let problem = "holds a work paper that was changed after the run wrote it; take what is in it back with recount review \
                           import, or pass --force to lose it";
            return Err(Error::output(place, problem));
        }
        let failed = |error: &std::io::Error| Error::output(place, plain(error));
        let stands_in = std::env::current_dir().and_then(|here| here.canonicalize());
        if place.canonicalize().is_ok_and(|place| stands_in.is_ok_and(|here| here.starts_with(place))) {
            return Err(Error::output(place, "is the folder that you stand in; name one inside it"));
        }
        match std::fs::read_dir(place) {
            Ok(mut entries) => {
                let ours = is_ours(place);
                if entries.next().is_some() && !ours && !force {
                    return Err(Error::OutputNotOurs(place.display().to_string()));
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(_) if place.is_file() => return Err(Error::output(place, "is a file, not a folder")),
            Err(error) => return Err(failed(&error)),
        }
        let parent = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let missing = parent.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let parents = Parents(missing.map(Path::to_owned).collect());
        std::fs::create_dir_all(parent).map_err(|error| failed(&error))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".recount-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let staging = builder.tempdir_in(parent).map_err(|error| failed(&error))?;
        remember(Some(staging.path().to_owned()));
        Ok(Folder { staging, place: place.to_owned(), outputs: Mutex::default(), _parents: parents })
    }

    /// Where it is being made: files of a run's own may stand here, if they are gone when it ends.
    pub fn staging(&self) -> &Path {
        self.staging.path()
    }

    /// A new file in it, for its user alone: a report holds patient data.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self, name: &str) -> Result<File> {
        let path = self.staging.path().join(name);
        let parent = path.parent().unwrap_or(self.staging.path());
        private_folder(parent).and_then(|()| private_file(&path)).map_err(|error| self.failed(name, &error))
    }

    /// Takes over a file of another folder, which stays as it is.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn take_over(&self, from: &Path, name: &str) -> Result<()> {
        let mut source = File::open(from.join(name))
            .map_err(|error| Error::input(from.join(name).display().to_string(), plain(&error)))?;
        let mut file = self.create(name)?;
        std::io::copy(&mut source, &mut file).map(|_| ()).map_err(|error| self.failed(name, &error))
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.create(name)?.write_all(bytes).map_err(|error| self.failed(name, &error))
    }

    /// Notes a table that is complete.
    pub fn note(&self, name: &str, output: Output) {
        if let Ok(mut outputs) = self.outputs.lock() {
            outputs.insert(name.to_owned(), output);
        }
    }

    /// The tables that are complete.
    pub fn outputs(&self) -> BTreeMap<String, Output> {
        self.outputs.lock().map(|outputs| outputs.clone()).unwrap_or_default()
    }

    /// The error of a file that could not be written.
    pub fn failed(&self, name: &str, error: &std::io::Error) -> Error {
        Error::output(&self.place.join(name), plain(error))
    }

    /// Puts the folder in its place. What stood there goes only once the new one is complete.
    ///
    /// # Errors
    /// It cannot be moved.
    pub fn finish(self) -> Result<()> {
        let failed = |error: &std::io::Error| Error::output(&self.place, plain(error));
        let staged = self.staging.keep();
        // From here on an interrupt may not take the finished report away.
        remember(None);
        let moved = match std::fs::read_dir(&self.place) {
            Ok(_) => {
                let mut old = staged.clone().into_os_string();
                old.push("-old");
                let old = PathBuf::from(old);
                std::fs::rename(&self.place, &old).and_then(|()| match std::fs::rename(&staged, &self.place) {
                    Ok(()) => std::fs::remove_dir_all(&old),
                    Err(error) => std::fs::rename(&old, &self.place).and(Err(error)),
                })
            }
            Err(_) => std::fs::rename(&staged, &self.place),
        };
        moved.map_err(|error| {
            let _ = std::fs::remove_dir_all(&staged);
            failed(&error)
        })
    }
}

/// Makes a file that its user alone may read, replacing what is there.
///
/// # Errors
/// It cannot be made.
pub fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // A file that was there keeps its mode when it is opened.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Makes a folder, and those above it, that their user alone may enter.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Whether the work paper of a run was changed, and not taken back since.
fn is_edited(place: &Path) -> bool {
    let json = |name: &str| -> serde_json::Value {
        let text = std::fs::read_to_string(place.join(name)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    let (manifest, review) = (json(MANIFEST), json(REVIEW));
    let Some(written) = manifest["deliverables"][BOOK].as_str() else { return false };
    let Ok(bytes) = std::fs::read(place.join(BOOK)) else { return false };
    let now = crate::hash::sha256(&bytes);
    let taken = review["books"].as_array().is_some_and(|books| books.iter().any(|book| book == now.as_str()));
    now != written && !taken
}

/// Whether a folder is a finished run of ours.
fn is_ours(place: &Path) -> bool {
    let manifest = std::fs::read_to_string(place.join(MANIFEST)).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&manifest).is_ok_and(|value| value["program"] == "recount")
}

fn remember(path: Option<PathBuf>) {
    if let Ok(mut unfinished) = UNFINISHED.lock() {
        *unfinished = path;
    }
}

/// On Ctrl-C: removes what is half written, says so, and ends.
pub fn clean_up_on_interrupt() {
    let handler = || {
        if let Ok(Some(path)) = UNFINISHED.lock().map(|mut unfinished| unfinished.take()) {
            let _ = std::fs::remove_dir_all(path);
        }
        eprintln!("recount: interrupted; nothing was written");
        std::process::exit(130);
    };
    // Without a handler an interrupt leaves a hidden folder behind, which is no reason not to run.
    let _ = ctrlc::set_handler(handler);
}
