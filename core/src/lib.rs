//! The unit rules of therapy billing, and the reading of its cells.
//!
//! Nothing in here opens a file, asks the clock or knows a data frame: integers and text go in, integers come out. That
//! keeps a rule's edit tested in seconds, and the same rules usable inside another engine.
//!
//! * [`domain`]: the words of the trade (code, minutes, units, cents, rule).
//! * [`units`]: how many units do these minutes support? Read this first.
//! * [`overlap`]: minutes of the clock that are counted more than once.
//! * [`cells`]: one cell of text → date, minutes, units, code, money.
//! * [`records`]: bytes of a delimited file → records, never losing one.
//! * [`x12`]: bytes of claims and remittances → segments → claims.

#![forbid(unsafe_code)]

pub mod cells;
pub mod domain;
pub mod overlap;
pub mod records;
pub mod units;
pub mod x12;
