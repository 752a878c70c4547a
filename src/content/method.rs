//! Method, citations, and what was not tested.

use super::{Facts, section};
use crate::audience::{Audience, Names};
use crate::blocks::{Block, Kind, Section, Table, thousands};
use crate::checks::ALL;
use crate::grid::Value;

/// How the numbers came about, and where the rules are written.
pub fn method(facts: &Facts, names: &Names) -> Section {
    let manifest = &facts.run.manifest;
    let steps = [
        "Every row of the exports becomes a line, or is rejected or set aside with its reason; the three add up to what was read.",
        "Lines of one patient, date of service, discipline and payer are a session, whoever treated and however often that day.",
        "Under the rule cms the minutes of all timed codes of a session are added up: under 8 support no unit, 8 to 22 one, 23 to 37 two, \
         and so on by fifteens. Each code has a unit for each whole fifteen of its own minutes, and the largest remainders get what is \
         left; where remainders tie, every choice is allowed.",
        "Under the rule midpoint each timed code stands alone, and has a unit once more than half of its fifteen minutes has passed.",
        "An untimed code has one unit each time it took place, within its daily limit, whatever its minutes.",
        "Where a payer's rule is not documented, both rules are run, and units are over only if they are over under both.",
        "Units over and units under are never set off against each other. Blank minutes are not zero: such a session is not audited.",
        "Units were recounted for all sessions, not for a sample, so the figures have no sampling error. Whether the exported minutes are \
         those of the signed notes is a matter for a sample of charts (recount pull).",
    ];
    let mut checks = Table::new(
        "Checks that ran, and where their rules are written",
        &[("check", Kind::Text), ("family", Kind::Text), ("severity", Kind::Text), ("source", Kind::Long)],
    );
    for check in ALL.iter().filter(|check| manifest.checks_run.iter().any(|name| name == check.name)) {
        checks.row([check.name, check.family, check.severity.name(), check.citation].map(Value::text));
    }
    let mut hashes =
        Table::new("Reference data and queries of this run", &[("file", Kind::Text), ("SHA-256", Kind::Text)]);
    for (name, hash) in manifest.data.iter().chain(&manifest.queries) {
        // Files of the user's may be called like people.
        let ours = name.starts_with("data/") || name.starts_with("queries/");
        let shown =
            if ours || names.audience() == Audience::Workpaper { name.as_str() } else { "a file of the user's own" };
        hashes.row([shown, hash].map(Value::text));
    }
    hashes.note = "Whoever runs the same version with the same files and options gets the same figures.".into();
    section(
        "method",
        "Method and citations",
        vec![Block::List(steps.map(str::to_owned).to_vec()), Block::Table(checks), Block::Table(hashes)],
    )
}

/// What this audit says nothing about.
pub fn not_tested(facts: &Facts) -> Section {
    let manifest = &facts.run.manifest;
    let mut blocks =
        vec![Block::Text("What was not tested is not passed. This audit says nothing about the following.".into())];
    let mut not_run =
        Table::new("Checks that did not run, or not wholly", &[("check", Kind::Text), ("why", Kind::Long)]);
    for (check, why) in &manifest.checks_not_run {
        not_run.row([check.as_str(), why].map(Value::text));
    }
    let in_part = manifest.checks_in_part.iter().filter(|(check, _)| !manifest.checks_not_run.contains_key(*check));
    for (check, left_out) in in_part {
        not_run.row([check.clone(), format!("run in part: {left_out}")].map(Value::text));
    }
    let left_out = [
        "The signed notes: whether the exported minutes and codes are what was documented, and whether that was medically necessary.",
        "What plans of care, certifications, progress reports and orders say: of them only dates and presence are read, where the export \
         has them.",
        "What other providers billed for the same patients: yearly thresholds are compared with this practice's amounts alone.",
        "Whether a modifier is true: only whether it is there, and agrees with the rest of the export.",
        "Payers' contracts, but for what is stated under Payers and their unit rules.",
        "Whether amounts were paid rightly, but for units over.",
    ];
    let open = manifest.sessions.read - manifest.sessions.auditable;
    let mut list: Vec<String> = left_out.map(str::to_owned).to_vec();
    if open > 0 {
        list.insert(
            0,
            format!("{} of {} sessions, which could not be audited: see coverage.", thousands(open as i64), {
                thousands(manifest.sessions.read as i64)
            }),
        );
    }
    let rejected = manifest.totals.rejected.rows;
    if rejected > 0 {
        list.insert(0, format!("{} rows that could not be read: see quality of the data.", thousands(rejected as i64)));
    }
    blocks.push(Block::List(list));
    if !not_run.rows.is_empty() {
        blocks.push(Block::Table(not_run));
    }
    let columns = ["lines", "other payers", "other dates", "no column"].map(|name| (name, Kind::Number));
    let mut partly = Table::new(
        "Lines that checks could be applied to",
        &[&[("check", Kind::Text)][..], &columns, &[("its table knows", Kind::Text)]].concat(),
    );
    let ran = |check: &&String| !manifest.checks_not_run.contains_key(*check);
    for (check, to) in manifest.checks_applied.iter().filter(|(check, _)| ran(check)) {
        if to.other_payers + to.other_dates + to.no_column == 0 {
            continue;
        }
        let counts = [to.lines, to.other_payers, to.other_dates, to.no_column];
        partly.row(
            [
                vec![Value::text(check.as_str())],
                counts.map(|n| Value::Whole(n as i64)).to_vec(),
                vec![Value::text(to.table_dates.as_deref().unwrap_or_default())],
            ]
            .concat(),
        );
    }
    if !partly.rows.is_empty() {
        partly.note =
            "Checks of Part B's rules do not speak of other payers; what a table of facts does not know is not judged."
                .into();
        blocks.push(Block::Table(partly));
    }
    section("not-tested", "What was not tested", blocks)
}
