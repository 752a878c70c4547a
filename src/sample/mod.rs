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

mod catalogue;
mod key;
mod practice;
mod random;
mod row;
mod session;

use std::io;

use practice::{Out, Practice};
pub use row::{Date, HEADER, Planted, Row, TRUTH_HEADER, write_header};

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
    fn the_bytes_never_change() {
        let (bytes, key) = collect(60_000, 1);
        let fnv = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325, fnv);
        assert_eq!((hash, key.len()), (0x382D_A8F3_7138_7B77, 2_149));
    }
}
