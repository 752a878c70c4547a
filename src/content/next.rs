//! What to do next, from what was found.

use super::{Facts, section};
use crate::audience::{Names, is_remark};
use crate::blocks::{Block, Section, thousands};
use crate::words::counted;

/// The next steps, the one that moves most numbers first.
pub(super) fn next(facts: &Facts, names: &Names) -> Section {
    let mut steps = Vec::new();
    if facts.tells_nothing(names) {
        let words = "Few patients stand behind what was found, so it is not shown here. The work paper in the folder of the run has it.";
        return section("next", "What to do next", vec![Block::Text(words.into())]);
    }
    let mut payers: Vec<&str> = Vec::new();
    let mut units = 0;
    for row in facts.table("payers").records() {
        let open = ["default", "unknown"].contains(&row.text("rule_basis")) && row.text("payer_class") != "self-pay";
        if open && row.whole("units_that_change").unwrap_or(0) > 0 {
            units += row.whole("units_that_change").unwrap_or(0);
            payers.push(row.text("payer"));
        }
    }
    payers.sort_unstable();
    payers.dedup();
    if !payers.is_empty() {
        steps.push(format!(
            "Look up which unit rule {} follow whose rule is not documented: under the other rule the supported units of sessions differ \
             by {}. Then run the audit again with --payer-rule or [payers] in recount.toml.",
            counted(payers.len() as u64, "payer"),
            counted(units as u64, "unit")
        ));
    }
    let not_auditable = facts.measure("sessions not auditable");
    if not_auditable > 0 {
        steps.push(format!(
            "Get what {} lack that could not be audited (see coverage): most often the minutes.",
            counted(not_auditable as u64, "session")
        ));
    }
    let exceptions = facts.measure("findings: exception");
    if exceptions > 0 {
        steps.push(
            "Check the export against signed notes before anything else is said: recount pull draws some charts of each clinician, at \
             random and where most is over."
                .into(),
        );
        steps.push(
            "Decide on the findings in workpaper.xlsx (columns tick to date) and take the decisions back with recount review import."
                .into(),
        );
        let worst: Vec<String> = facts
            .table("by_therapist")
            .records()
            .filter(|row| row.whole("units_over_attributed").unwrap_or(0) > 0 && !is_remark(row.text("therapist_id")))
            .filter(|row| !names.hides_row("therapist_id", row.text("therapist_id")))
            .take(3)
            .map(|row| names.clinician(row.text("therapist_id")))
            .collect();
        if !worst.is_empty() {
            steps.push(format!(
                "Speak with the clinicians with most units over first ({}); --letters writes a page for each, with what is theirs alone.",
                worst.join(", ")
            ));
        }
        steps.push(
            "If overpayments are confirmed, the sheet Refunds has them by payer and claim, with the look-back. For Medicare the clock of \
             60 days begins when an overpayment is identified (42 CFR 401.305); ask counsel."
                .into(),
        );
    }
    let under = facts.measure("units under");
    if under > 0 && !names.hides(facts.patients("all under", "all patients")) {
        steps.push(format!(
            "{} were earned and not billed; the sheet Not billed lists them, with the limit of filing.",
            counted(under as u64, "unit")
        ));
    }
    if steps.is_empty() {
        steps.push(format!(
            "Nothing is over in {} audited sessions. Keep this report.",
            thousands(facts.measure("auditable sessions"))
        ));
    }
    section("next", "What to do next", vec![Block::List(steps)])
}
