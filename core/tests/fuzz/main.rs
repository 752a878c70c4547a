//! The readers held against hostile input: the files of `corpus/`, and mutations of them.
//!
//! The rules that `tests/rules` states hold for inputs that a generator was told to make. These targets begin at inputs that
//! look like exports and spoil them, which leads to other places: half a header, a mark that pairs with one of the next row.
//!
//! * [`driver`]: runs a target from a seed, for a number of inputs or of seconds. [`mutate`]: how an input is spoilt.
//! * [`records`], [`cells`]: delimited files. [`segments`], [`claims`], [`chains`]: X12.
//!
//! `README.md` says how to run them for long, and what to do with an input that was found.

mod cells;
mod chains;
mod claims;
mod driver;
mod mutate;
mod records;
mod segments;

#[test]
fn records() {
    driver::run("records", records::TOKENS, records::check);
}

#[test]
fn cells() {
    driver::run("cells", cells::TOKENS, cells::check);
}

#[test]
fn segments() {
    driver::run("segments", segments::TOKENS, segments::check);
}

#[test]
fn claims() {
    driver::run("claims", claims::TOKENS, claims::check);
}

#[test]
fn chains() {
    driver::run("chains", chains::TOKENS, chains::check);
}
