//! The core held against published sessions, against its rules in words, and against any input at all.
//!
//! * [`worked`]: every session of `tests/examples/worked.csv`.
//! * [`reference`]: the rules once more, slow and from their words; the properties below compare with it.
//! * [`total_time`]: the CMS rule. [`one_code`]: the rules that look at one code or family alone.
//! * [`payer_rule`]: every rule on a session, within a payer's own limits.
//! * [`decisions`]: what the project settled where the rules leave a choice, by number.
//! * [`assistant`]: which units carry CQ or CO.
//! * [`cells`], [`records`]: the reading of text and bytes.

mod assistant;
mod cells;
mod decisions;
mod one_code;
mod payer_rule;
mod records;
mod reference;
mod total_time;
mod worked;
