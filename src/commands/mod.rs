//! Commands beside `audit`: each takes values and gives text.

pub mod generate;
pub mod init;
pub mod inspect;
pub mod merge;
pub mod schema;
pub mod units;

use crate::checks::{self, ALL};
use crate::error::{Error, Result};
use std::fmt::Write;

/// How the examples of a page are written.
const LEGEND: &str = "
In the examples, 97110=24/2 is a service of 24 minutes billed as 2 units, and
40 * stands for 40 patients. \"Finds\" gives severity, certainty and units over.
";

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

/// `recount explain CHECK`: its manual.
///
/// # Errors
/// No check has that name.
pub fn explain(name: &str) -> Result<String> {
    let known = || ALL.iter().map(|check| check.name).collect::<Vec<_>>().join(", ");
    checks::by_name(name)
        .map(|check| format!("{}{LEGEND}", check.page))
        .ok_or_else(|| Error::Usage(format!("no check is called {name:?}; the checks are {}", known())))
}
