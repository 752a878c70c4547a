//! What can stop a run, by phase. Row problems are data, not errors: they stand in the rejects.
//!
//! Every message is one sentence with the path and the name concerned and, where there is one, a hint how to mend it. None
//! repeats a cell of the export.

use std::path::{Path, PathBuf};

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked for does not make sense, or a configuration file does not.
    #[error("{0}")]
    Usage(String),
    /// A configuration or data file is wrong.
    #[error("{path}: {problem}")]
    Config {
        /// The file, or the name of the built-in one.
        path: String,
        /// What is wrong in it, with the line where that is known.
        problem: String,
    },
    /// An export's columns cannot be matched to fields without a decision by the user.
    #[error(
        "{file}: {problem}\n\nWrite the decision into recount.toml here, or a file given with --config:\n\n{mapping}"
    )]
    Mapping {
        /// The export.
        file: String,
        /// What is missing or ambiguous, with the candidates.
        problem: String,
        /// The mapping file to write.
        mapping: String,
    },
    /// An input cannot be read.
    #[error("{file}: {problem}")]
    Input {
        /// The export.
        file: String,
        /// Why.
        problem: String,
    },
    /// More rows than allowed could not be read; the report has been written.
    #[error(
        "{rejected} of {read} rows could not be read, more than --max-rejects {limit}%; the report was written, see rejects in {out}"
    )]
    TooManyRejects {
        /// Rows rejected.
        rejected: u64,
        /// Rows read.
        read: u64,
        /// The limit in percent.
        limit: String,
        /// The output folder.
        out: String,
    },
    /// The output cannot be written.
    #[error("{path}: {problem}")]
    Output {
        /// The file or folder.
        path: String,
        /// Why.
        problem: String,
    },
    /// The output folder holds something that is not ours to replace.
    #[error(
        "{0}: the folder is not empty and holds no finished run of recount; choose another, or pass --force to replace it"
    )]
    OutputNotOurs(String),
    /// A query of the user's does not run or does not keep its contract.
    #[error("{name}: {problem}")]
    Query {
        /// The query file.
        name: String,
        /// Why.
        problem: String,
    },
    /// A mistake of ours.
    #[error("internal error, please report it: {0}")]
    Bug(String),
}

/// A result of this program.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The exit code: 2 usage or configuration, 3 input, 70 a bug of ours.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_)
            | Error::Config { .. }
            | Error::Mapping { .. }
            | Error::OutputNotOurs(_)
            | Error::Output { .. }
            | Error::Query { .. } => 2,
            Error::Input { .. } | Error::TooManyRejects { .. } => 3,
            Error::Bug(_) => 70,
        }
    }

    /// An input problem of `file`.
    pub fn input(file: impl Into<String>, problem: impl std::fmt::Display) -> Error {
        Error::Input { file: file.into(), problem: problem.to_string() }
    }

    /// An output problem at `path`.
    pub fn output(path: &Path, problem: impl std::fmt::Display) -> Error {
        Error::Output { path: path.display().to_string(), problem: problem.to_string() }
    }
}

/// An I/O error in plain words, without the number behind it.
pub fn plain(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::IsADirectory => "is a folder, not a file".into(),
        ErrorKind::StorageFull => "the disk is full".into(),
        ErrorKind::UnexpectedEof => "ends too early".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_owned()
        }
    }
}

/// Reads a whole configuration file as text.
pub fn read_config(path: &PathBuf) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::Config { path: path.display().to_string(), problem: plain(&error) })
}

thread_local! {
    static QUIET: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Runs a reader of others' making that panics on some damaged files; `None` if it did. The message would be about bytes, and
/// would help nobody.
pub fn quietly<T>(read: impl FnOnce() -> T) -> Option<T> {
    QUIET.set(true);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok();
    QUIET.set(false);
    result
}

/// Whether a panic of this thread is one that [`quietly`] expects.
pub fn is_quiet() -> bool {
    QUIET.get()
}
