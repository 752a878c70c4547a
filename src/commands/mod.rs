//! Commands beside `audit`: each takes values and gives text.

pub mod compare;
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

use crate::checks::ALL;
use std::fmt::Write;

/// `recount checks`: every check, a line each.
pub fn checks() -> String {
    let mut text = format!("{:<24} {:<10} {:<10} needs\n", "check", "family", "severity");
    for check in ALL {
        let needs: Vec<&str> = check.needs.iter().map(|field| field.name()).collect();
        let (severity, needs) = (check.severity.name(), needs.join(", "));
        let line = format!("{:<24} {:<10} {severity:<10} {needs}", check.name, check.family);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push_str("\nrecount explain CHECK prints a check's page.\n");
    text
}
