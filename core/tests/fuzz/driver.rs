//! Runs a target: first over its corpus, then over mutations of it.
//!
//! Without `FUZZ_SECONDS` the number of inputs is fixed, so that an ordinary test run is short and gives the same result each
//! time. Every input follows from the seed and its number alone. Nothing is written: a failure prints its input.

use std::panic::{catch_unwind, resume_unwind};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::mutate::{Random, mutated};

/// What must hold of an input. The place, from the start up to the end of the input, is where the target cuts it: with it, a
/// case is bytes and a number, and a failure can be printed in full.
pub type Check = fn(&[u8], usize);

/// Inputs per target where no time is given.
const INPUTS: u64 = 20_000;

/// The seed where none is given.
const SEED: u64 = 97_110;

/// Holds `check` against each file of `corpus/TARGET`, cut at every place, then against mutations of them.
pub fn run(target: &str, tokens: &[&str], check: Check) {
    let corpus = corpus(target);
    for (name, input) in &corpus {
        for place in 0..=input.len() {
            hold(check, input, place, || format!("corpus/{target}/{name}"));
        }
    }
    let files: Vec<&[u8]> = corpus.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let seed = number("FUZZ_SEED").unwrap_or(SEED);
    let time = number("FUZZ_SECONDS").map(Duration::from_secs);
    let started = Instant::now();
    let mut inputs = 0;
    while time.map_or(inputs < INPUTS, |time| started.elapsed() < time) {
        let mut random = Random::new(seed, inputs);
        let input = mutated(&files, tokens, &mut random);
        let place = random.below(input.len() + 1);
        hold(check, &input, place, || format!("{target}, FUZZ_SEED={seed}, input {inputs}"));
        inputs += 1;
    }
    println!("{target}: {inputs} inputs of seed {seed}, {} files", corpus.len());
}

/// The files of a target with their names, in an order that does not depend on the file system.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("a file of the corpus");
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file of the corpus"))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no file", folder.display());
    files
}

/// A number from the environment, if it is set.
fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

/// Fails where `check` does, and prints what it failed on, to be pasted into a test as it stands.
fn hold(check: Check, input: &[u8], place: usize, origin: impl Fn() -> String) {
    if let Err(panic) = catch_unwind(|| check(input, place)) {
        eprintln!("{}, cut at {place} of:\nb\"{}\"", origin(), input.escape_ascii());
        resume_unwind(panic);
    }
}
