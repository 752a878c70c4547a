//! The output folder: whole or not at all.
//!
//! A report is written beside its place, under a name that begins with a dot, and takes its place when it is complete. A run
//! that fails or is interrupted leaves nothing.

use crate::error::{Error, Result, plain};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

/// A file that every finished run has, and nothing else does.
const MARK: &str = "manifest.json";

/// The folder being written, for the Ctrl-C handler.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// A folder on its way to its place.
pub struct Folder {
    staging: TempDir,
    place: PathBuf,
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
        let staging =
            tempfile::Builder::new().prefix(".recount-").tempdir_in(parent).map_err(|error| failed(&error))?;
        remember(Some(staging.path().to_owned()));
        Ok(Folder { staging, place: place.to_owned(), _parents: parents })
    }

    /// Where it is being made: files of a run's own may stand here, if they are gone when it ends.
    pub fn staging(&self) -> &Path {
        self.staging.path()
    }

    /// A new file in it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self, name: &str) -> Result<File> {
        let path = self.staging.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| self.failed(name, &error))?;
        }
        File::create(&path).map_err(|error| self.failed(name, &error))
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

/// Whether a folder is a finished run of ours.
fn is_ours(place: &Path) -> bool {
    let manifest = std::fs::read_to_string(place.join(MARK)).unwrap_or_default();
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
