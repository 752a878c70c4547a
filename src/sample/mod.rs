//! A synthetic practice's visit export, with planted errors and the answer key.
//!
//! Same options, same bytes: on every machine, for ever. Rows come by date of service, over six quarters; memory is a
//! few hundred bytes per therapist, whatever the number of lines.
//!
//! Each therapist has a habit that shows in a share of the sessions: `Plan` in `session.rs` lists them. The others are
//! honest, and built to look suspicious where the rules allow it: ties, remainders under 8 minutes that earn a unit,
//! services given and not billed, one code on two lines, two therapists or two spellings of the payer on one day, PT
//! and OT on one day, families, several units of an area code.
//!
//! Every finding that an audit must make is handed out beside the rows: `overbilled-units`, `rule-dependent-units`,
//! `misallocated-units`, `underbilled-units`, `untimed-multiple-units`, `units-without-minutes`, `minutes-missing`,
//! `unknown-code`, `inactive-code`, `duplicate-line`. The rows hold no other finding of these checks. Not in the key is
//! `short-unit-pattern`, which is about many sessions.
//!
//! [`generate_all`] hands out the same practice with a column for every check, and beside it patients with an error of each of
//! the checks that minutes and units say nothing of: `cases.rs`.

mod cases;
mod catalogue;
mod key;
mod practice;
mod random;
mod row;
mod session;
mod wide;

use std::io;

use cases::Cases;
pub use cases::Facts;
use practice::{Out, Practice};
use random::Random;
pub use row::{Date, HEADER, Planted, Row, TRUTH_HEADER, write_header};
pub use wide::{MORE, Wide};

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Data rows, exactly.
    pub lines: u64,
    /// Another seed, another practice.
    pub seed: u64,
}

/// Hands out the lines of an export to `rows` and the findings planted in them to `truth`, session by session.
///
/// # Errors
/// The first one that `rows` or `truth` returns.
pub fn generate(
    options: &Options,
    rows: &mut dyn FnMut(&Row) -> io::Result<()>,
    truth: &mut dyn FnMut(&Planted) -> io::Result<()>,
) -> io::Result<()> {
    let mut practice = Practice::new(options);
    let mut out = Out { rows, truth };
    let days = Date::weekdays();
    for (index, &date) in (1..).zip(&days) {
        let due = (u128::from(options.lines) * index / days.len() as u128) as u64;
        practice.open(date);
        while practice.written < due {
            practice.visit(&mut out)?;
        }
    }
    Ok(())
}

/// Hands out an export with errors of every check, as many lines as asked for: the cases, as often as they fill a tenth of
/// it but once at least, and then what [`generate`] makes of the rest.
///
/// Gives back what some checks need to know beside the export.
///
/// # Errors
/// Fewer lines than the cases have; the first error that `rows` or `truth` returns.
pub fn generate_all(
    options: &Options,
    rows: &mut dyn FnMut(&Wide) -> io::Result<()>,
    truth: &mut dyn FnMut(&Planted) -> io::Result<()>,
) -> io::Result<Facts> {
    let mut cases = Cases::new()?;
    let of_round = cases.lines().max(1);
    let rounds = (options.lines / 10 / of_round).max(1);
    let Some(lines) = options.lines.checked_sub(rounds * of_round) else {
        return Err(io::Error::other(format!("the errors of all checks need {of_round} lines")));
    };
    let mut random = Random::new(!options.seed);
    for _ in 0..rounds {
        cases.write(&mut random, rows, truth)?;
    }
    let mut facts = cases.facts;
    let mut usual = |row: &Row| {
        facts.enrolled.entry(row.therapist).or_default();
        // Whose minutes were an assistant's is told in the cases alone.
        let plan_of_care = row.modifiers.split(' ').next().unwrap_or_default();
        rows(&Wide::usual(Row { modifiers: plan_of_care, ..*row }))
    };
    generate(&Options { lines, ..*options }, &mut usual, truth)?;
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(lines: u64, seed: u64) -> (Vec<u8>, Vec<Planted>) {
        let (mut bytes, mut key) = (Vec::new(), Vec::new());
        let push = &mut |planted: &Planted| {
            key.push(planted.clone());
            Ok(())
        };
        let done = generate(&Options { lines, seed }, &mut |row| row.write_csv(&mut bytes), push);
        assert!(done.is_ok());
        (bytes, key)
    }

    #[test]
    fn as_many_rows_as_asked_for() {
        for lines in (0..40).chain([999, 5_000]) {
            let (bytes, _) = collect(lines, 3);
            assert_eq!(bytes.iter().filter(|&&b| b == b'\n').count() as u64, lines);
        }
    }

    #[test]
    fn a_seed_is_a_practice() {
        let first = collect(5_000, 3);
        assert_eq!(first, collect(5_000, 3));
        assert_ne!(first, collect(5_000, 4));
    }

    #[test]
    fn all_errors_are_in_as_many_rows_as_asked_for() {
        let collect = |lines| {
            let (mut bytes, mut planted) = (Vec::new(), 0);
            let truth = &mut |_: &Planted| {
                planted += 1;
                Ok(())
            };
            generate_all(&Options { lines, seed: 3 }, &mut |wide| wide.write_csv(&mut bytes), truth)?;
            Ok::<_, io::Error>((String::from_utf8(bytes).unwrap_or_default(), planted))
        };
        let (text, planted) = collect(20_000).unwrap();
        assert_eq!((text.lines().count(), collect(20_000).unwrap()), (20_000, (text.clone(), planted)));
        let columns = Wide::header().len();
        assert!(text.lines().all(|line| line.split(',').count() == columns));
        assert!(collect(30).unwrap_err().to_string().contains("need"));
    }

    #[test]
    fn the_bytes_never_change() {
        let (bytes, key) = collect(60_000, 1);
        let fnv = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325, fnv);
        assert_eq!((hash, key.len()), (0x382D_A8F3_7138_7B77, 2_149));
    }
}
