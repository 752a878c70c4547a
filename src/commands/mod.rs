//! Commands beside `audit`: each takes values and gives text.

pub mod checks;
pub mod compare;
pub mod data;
pub mod explain;
pub mod generate;
pub mod init;
pub mod inspect;
pub mod merge;
pub mod pull;
pub mod report;
pub mod review;
pub mod schema;
pub mod verify;
