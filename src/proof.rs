//! The proof of a session: everything that its verdict rests on, in the order in which it can be done again with pencil and paper.
//!
//! It is made from a finished run's tables. The arithmetic is done anew by the functions of the audit ([`crate::working`]), and a
//! test holds it to what the tables say.

use crate::blocks::{Block, Kind, Table};
use crate::checks::{self, by_name};
use crate::error::{Error, Result};
use crate::finished::FinishedRun;
use crate::grid::{Grid, Record, Value};
use crate::reference::{Codes, Field};
use crate::words::{capital, counted};
use crate::working::{supported, working};
use hashbrown::{HashMap, HashSet};
use recount_core::cells;
use recount_core::domain::{Rule, Time};
use std::collections::BTreeSet;

/// The proof of a session.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The session.
    pub session_id: String,
    /// Ids of its findings, in order.
    pub findings: Vec<String>,
    /// The session in one line.
    pub title: String,
    /// The proof itself.
    pub blocks: Vec<Block>,
}

/// Columns that checks rest on and that a proof shows.
const SHOWN: [Field; 4] = [Field::Minutes, Field::Modifiers, Field::TherapistId, Field::Allowed];

/// Of minutes that are no code's own.
const TOTAL_ONLY: &str = "Which code they belong to is not known, and not judged.";

/// The rows of one session.
struct Rows<'a> {
    session: Record<'a>,
    services: Vec<Record<'a>>,
    lines: Vec<Record<'a>>,
    findings: Vec<Record<'a>>,
}

/// The proofs of some sessions of a run, in the order of the run; `codes` is the code table that it used.
///
/// # Errors
/// The run wrote no lines, services and sessions; a file cannot be read.
pub fn of_sessions(run: &FinishedRun, codes: &Codes, ids: &HashSet<String>) -> Result<Vec<Proof>> {
    if let Some(missing) = ["sessions", "services", "lines"].into_iter().find(|table| run.file(table).is_none()) {
        return Err(Error::Usage(format!("a proof needs the table {missing}; audit again without --detail findings")));
    }
    let [sessions, services, lines, findings] =
        ["sessions", "services", "lines", "findings"].map(|table| run.of_sessions(table, ids));
    let (sessions, services, lines, findings) = (sessions?, services?, lines?, findings?);
    let (services, lines, findings) = (by_session(&services), by_session(&lines), by_session(&findings));
    let proof = |session: Record| {
        let id = session.text("session_id");
        let rows = Rows { session, services: own(&services, id), lines: own(&lines, id), findings: own(&findings, id) };
        rows.proof(codes)
    };
    sessions.records().map(proof).collect()
}

fn own<'a>(rows: &HashMap<String, Vec<Record<'a>>>, session: &str) -> Vec<Record<'a>> {
    rows.get(session).cloned().unwrap_or_default()
}

fn by_session(grid: &Grid) -> HashMap<String, Vec<Record<'_>>> {
    let mut found: HashMap<String, Vec<Record>> = HashMap::new();
    for record in grid.records() {
        found.entry(record.text("session_id").to_owned()).or_default().push(record);
    }
    found
}

impl Rows<'_> {
    fn proof(&self, codes: &Codes) -> Result<Proof> {
        let session = self.session;
        let mut blocks = vec![Block::Text(self.whose()), Block::Table(self.exported())];
        if session.flag("auditable") {
            blocks.push(Block::Text(self.rule()));
            blocks.extend(self.arithmetic(codes)?);
        } else {
            let why = session.text("why_not");
            blocks.push(Block::Text(format!(
                "Not auditable: {why}. Units that need no minutes are judged all the same."
            )));
        }
        blocks.extend(self.untimed());
        blocks.push(Block::List(self.verdict()));
        blocks.extend(self.compliant(codes).map(Block::Text));
        blocks.extend(self.found());
        let day = session.get("date_of_service");
        Ok(Proof {
            session_id: session.text("session_id").to_owned(),
            findings: self.findings.iter().map(|finding| finding.text("finding_id").to_owned()).collect(),
            title: format!("{}: {}, {day}", session.text("session_id"), session.text("patient_id")),
            blocks,
        })
    }

    /// Which session it is.
    fn whose(&self) -> String {
        let named = [
            ("patient", "patient_id"),
            ("date of service", "date_of_service"),
            ("discipline", "discipline"),
            ("payer", "payer"),
            ("practice", "practice_id"),
            ("clinic", "clinic"),
            ("clinician", "therapist_id"),
        ];
        let parts = named.iter().map(|(name, column)| (name, self.session.get(column).to_string()));
        let parts: Vec<String> =
            parts.filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name} {value}")).collect();
        format!("Session {}: {}.", self.session.text("session_id"), parts.join(", "))
    }

    /// The lines as exported.
    fn exported(&self) -> Table {
        let money = |column: &str| self.lines.iter().any(|line| line.whole(column).is_some());
        let mut columns = vec![
            ("file:row", Kind::Text),
            ("clinician", Kind::Text),
            ("code", Kind::Text),
            ("modifiers", Kind::Text),
            ("minutes", Kind::Text),
            ("units", Kind::Number),
        ];
        let amounts: Vec<&str> =
            ["charge_cents", "allowed_cents", "paid_cents"].into_iter().filter(|column| money(column)).collect();
        columns.extend(amounts.iter().map(|column| (column.trim_end_matches("_cents"), Kind::Cents)));
        let mut table = Table::new("Lines as exported", &columns);
        for line in &self.lines {
            let place = format!("{}:{}", line.text("source_file"), line.get("source_row"));
            let exact = line.text("minutes_exact");
            let minutes = if exact.is_empty() { line.get("minutes").to_string() } else { exact.to_owned() };
            let mut row = vec![
                Value::text(place),
                line.get("therapist_id").clone(),
                line.get("code").clone(),
                line.get("modifiers").clone(),
                Value::text(minutes),
                line.get("units_billed").clone(),
            ];
            row.extend(amounts.iter().map(|column| line.get(column).clone()));
            table.row(row);
        }
        table.note = self.not_shown();
        table
    }

    /// Columns that the findings rest on and that no table of a run has.
    fn not_shown(&self) -> String {
        let mut fields: BTreeSet<Field> = BTreeSet::new();
        for check in self.findings.iter().filter_map(|finding| by_name(finding.text("check"))) {
            fields.extend(check.needs.iter().filter(|field| !SHOWN.contains(field)));
            // Of columns that do instead of each other, one that is shown is enough.
            if !check.needs_any.iter().any(|field| SHOWN.contains(field)) {
                fields.extend(check.needs_any);
            }
        }
        let names: Vec<&str> = fields.into_iter().map(|field| field.name()).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!(
                "Findings below rest on other columns of these rows as well, as far as the export has them: {}. The tables of a \
                 run do not keep them.",
                names.join(", ")
            ),
        }
    }

    /// The rule in our own words, why it is this payer's, and where it is written.
    fn rule(&self) -> String {
        let session = self.session;
        let rule = match session.text("unit_rule") {
            "midpoint" => {
                "Rule midpoint: each timed code stands alone and has a unit once more than half of its fifteen minutes has \
                 passed: from 8 minutes one, from 23 two, from 38 three (CPT guidance on time)."
            }
            "full-15" => {
                "Rule full-15: each timed code stands alone and has a unit for each full fifteen of its minutes; what is left of them \
                 counts nothing."
            }
            "tenths" => {
                "Rule tenths: each timed code stands alone, and its units are tenths of an hour, to the nearest six minutes: from 4 \
                 minutes one, from 10 two, from 16 three."
            }
            _ => {
                "Rule cms: the minutes of all timed codes of the session are added up. Under 8 minutes support no unit, 8 to 22 \
                 one, 23 to 37 two, and so on by fifteens. Each code is sure of a unit for each whole fifteen of its own \
                 minutes; what is left goes to the largest remainders, one each (CMS Pub. 100-04, Claims Processing, ch. 5, \
                 §20.2 C)."
            }
        };
        let why = match session.text("rule_basis") {
            "documented" => "The payer's policy is documented.".to_owned(),
            "user" => "The rule was set by the user of this program.".to_owned(),
            basis => {
                let over = |column: &str| counted(session.whole(column).unwrap_or(0).unsigned_abs(), "unit");
                format!(
                    "Which rule this payer follows is not documented (basis {basis}), so both were run: by cms {} \
                     over, by midpoint {}. The reading with less over counts.",
                    over("over_cms"),
                    over("over_midpoint")
                )
            }
        };
        format!("{rule} {why}")
    }

    /// Minutes into units, for timed codes and those of other lengths.
    fn arithmetic(&self, codes: &Codes) -> Result<Vec<Block>> {
        let session = self.session;
        let day = session.day("date_of_service").unwrap_or(0);
        let counted = |service: &&Record| ["timed", "interval"].contains(&service.text("code_kind"));
        let mut given = Vec::new();
        for service in self.services.iter().filter(counted) {
            let (code, units) = (service.text("code"), service.whole("units_billed").unwrap_or(0));
            if service.flag("minutes_known") {
                given.push(format!("{code}={}/{units}", self.own_minutes(service)));
            }
        }
        let settled = ["documented", "user"].contains(&session.text("rule_basis"));
        let own = Rule::from_name(session.text("unit_rule"));
        let by_rule = own.and_then(|rule| supported(codes, rule, day, &given).ok()).map(i64::from);
        let evidence = session.text("evidence");
        if evidence != "per-code" && evidence != "none" {
            let said = self.of_visits(evidence, by_rule.filter(|_| settled));
            return Ok(said.map(Block::Text).into_iter().collect());
        }
        if given.is_empty() {
            return Ok(Vec::new());
        }
        let rule = own.filter(|_| settled).unwrap_or(Rule::Either);
        // What the export holds may be more than the arithmetic by hand can show; the verdict stands nevertheless.
        let mut blocks: Vec<Block> = self.lines_taken().into_iter().collect();
        blocks.push(match working(codes, rule, day, &given) {
            Ok(lines) => Block::Lines(lines),
            Err(_) => Block::Text("The arithmetic of this session cannot be shown code by code.".into()),
        });
        blocks.extend(by_rule.and_then(|units| self.limited(units)));
        Ok(blocks)
    }

    /// That the payer's own limits take away of what the rule supports, if they do.
    fn limited(&self, by_rule: i64) -> Option<Block> {
        let left = self.session.whole("timed_units_supported").filter(|left| *left < by_rule)?;
        let [left, by_rule] = [left, by_rule].map(|units| counted(units.unsigned_abs(), "timed unit"));
        Some(Block::Text(format!(
            "The rule alone supports {by_rule}. This payer's own limits on units, which stand in the policy that the run used, leave {left}."
        )))
    }

    /// The minutes of a code with their decimals, of all its lines.
    fn own_minutes(&self, service: &Record) -> Time {
        let own = self.lines.iter().filter(|line| line.text("code") == service.text("code"));
        let exact: Option<Time> = own
            .map(|line| match line.text("minutes_exact") {
                "" => Some(line.whole("minutes").map_or(Time::ZERO, |minutes| Time::from_minutes(minutes as i32))),
                exact => cells::time(exact).ok().map(|cell| cell.time),
            })
            .sum();
        // Minutes that a code has from elsewhere (the visit's start and end) stand with the service alone.
        let whole = service.whole("minutes").unwrap_or(0);
        let exact = exact.filter(|time| i64::from(time.whole_minutes()) == whole);
        exact.unwrap_or_else(|| Time::from_minutes(whole as i32))
    }

    /// Whether the visit's own minutes are not those of its lines, so that both were tried.
    fn mismatch(&self) -> bool {
        self.findings.iter().any(|finding| finding.text("check") == "minutes-mismatch")
    }

    /// That both were tried, and the verdict takes the lines'.
    fn lines_taken(&self) -> Option<Block> {
        let said = "The visit's own timed minutes are not those of its lines, and both were tried: minutes-mismatch, below, has \
                    the numbers. The verdict takes the minutes of the lines, since by the visit's no fewer units are over.";
        self.mismatch().then(|| Block::Text(said.into()))
    }

    /// Where the verdict takes other minutes than those of the codes; `by_lines` are the units that the codes' own support.
    fn of_visits(&self, evidence: &str, by_lines: Option<i64>) -> Option<String> {
        let at_most = evidence == "upper-bound";
        let taken = self.session.whole(if at_most { "minutes_at_most" } else { "timed_minutes" }).unwrap_or(0);
        let units = |units: i64| counted(units.unsigned_abs(), "unit");
        let supported = units(self.session.whole("timed_units_supported").unwrap_or(0));
        let timed = || self.services.iter().filter(|service| service.text("code_kind") == "timed");
        timed().next()?;
        let known = timed().filter(|service| service.flag("minutes_known")).count();
        if known < timed().count() {
            let lack = match known {
                0 => "The codes have no minutes of their own.",
                _ => "Not every code has minutes of its own.",
            };
            return Some(match at_most {
                true => format!(
                    "{lack} Of the visit's minutes at most {taken} were timed: at most {supported} can be supported."
                ),
                false => {
                    format!(
                        "{lack} The visit's timed minutes are {taken}: {supported} supported in total. {TOTAL_ONLY}"
                    )
                }
            });
        }
        let own: Time = timed().map(|service| self.own_minutes(service)).sum();
        Some(if at_most {
            format!(
                "The timed lines add up to {own} minutes of their own. But their times of day are those of untimed codes as well, \
                 in part, and each moment counts once: at most {taken} minutes were timed, and at most {supported} can be supported. \
                 {TOTAL_ONLY}"
            )
        } else if self.mismatch() || taken > i64::from(own.whole_minutes()) {
            let by_lines = by_lines.map_or(String::new(), |by_lines| format!(": {} supported", units(by_lines)));
            format!(
                "The visit's own timed minutes are not those of its lines, and both were tried. The timed lines add up to {own} \
                 minutes{by_lines}. The visit's own timed minutes are {taken}: {supported} supported in total. The verdict takes \
                 the visit's, since by them fewer units are over. {TOTAL_ONLY}"
            )
        } else {
            // Without the finding, it cannot be told which of the two it was.
            format!(
                "The timed lines add up to {own} minutes of their own, but the verdict takes {taken}: those of the visit as a \
                 whole, or of its times of day with each moment once: {supported} supported in total. {TOTAL_ONLY}"
            )
        })
    }

    /// Untimed codes and those that no rule speaks to.
    fn untimed(&self) -> Option<Block> {
        let others = self.services.iter().filter(|service| !["timed", "interval"].contains(&service.text("code_kind")));
        let columns =
            [("code", Kind::Text), ("kind", Kind::Text), ("billed", Kind::Number), ("supported", Kind::Number)];
        let mut table = Table::new("Codes that minutes do not count for", &columns);
        for service in others {
            table.row(["code", "code_kind", "units_billed", "units_supported"].map(|name| service.get(name).clone()));
        }
        table.note = "An untimed code has one unit each time it took place, whatever its minutes, within its daily limit (CMS Pub. \
                      100-04, ch. 5, §20.2 B). Without a number supported, no rule here speaks to it."
            .into();
        (!table.rows.is_empty()).then_some(Block::Table(table))
    }

    /// Billed against supported, each sort for itself; nothing is netted.
    fn verdict(&self) -> Vec<String> {
        let session = self.session;
        let mut said = Vec::new();
        for sort in ["timed", "interval", "untimed"] {
            let of = |what: &str| session.whole(&format!("{sort}_units_{what}"));
            let (Some(billed), Some(supported), Some(over)) = (of("billed"), of("supported"), of("over")) else {
                continue;
            };
            let under = of("under").unwrap_or(0);
            if billed == 0 && supported == 0 {
                continue;
            }
            let name = if sort == "interval" { "Units of other lengths" } else { &format!("{sort} units") };
            let mut verdict = vec![];
            verdict.extend((over > 0).then(|| format!("{over} over")));
            verdict.extend((under > 0).then(|| format!("{under} under")));
            verdict.extend(verdict.is_empty().then(|| "as supported".to_owned()));
            said.push(format!("{name}: {billed} billed, {supported} supported: {}.", verdict.join(", ")));
        }
        if said.is_empty() {
            said.push("No units here that a rule speaks to.".into());
        }
        said.iter().map(|line| capital(line)).collect()
    }

    /// What the bill could have been; nothing where no rule speaks to any of its codes.
    fn compliant(&self, codes: &Codes) -> Option<String> {
        let (session, evidence) = (self.session, self.session.text("evidence"));
        let of = |column: &str| session.whole(column).unwrap_or(0);
        if !session.flag("auditable") {
            return Some("What its timed codes could have been billed with is not known.".into());
        }
        if ["visit-total", "upper-bound"].contains(&evidence) && of("timed_units_billed") > 0 {
            let most = if evidence == "upper-bound" { "at most " } else { "" };
            let timed = counted(of("timed_units_supported").unsigned_abs(), "timed unit");
            return Some(format!("With these minutes, {most}{timed} would have been supported in total."));
        }
        let spoken_to = || self.services.iter().filter(|service| service.whole("units_supported").is_some());
        spoken_to().next()?;
        let judged = spoken_to().filter_map(|service| {
            let units = service.whole("units_supported").filter(|units| *units > 0)?;
            Some(format!("{} {units}", service.text("code")))
        });
        let judged: Vec<String> = judged.collect();
        let first_unit = self.without_primary(codes);
        // Whether codes may stand beside each other, or at all, is not for units to say.
        let bill = match (judged.is_empty(), &first_unit) {
            (true, Some(_)) => "These minutes support no unit of the codes that were billed.".into(),
            (true, None) => "These minutes support no unit of any code.".into(),
            _ => format!("By minutes and units alone, this bill would have been supported: {}.", judged.join(", ")),
        };
        Some(match first_unit {
            Some(first_unit) => format!("{bill} {first_unit}"),
            None => bill,
        })
    }

    /// Why an add-on lacks a unit where the primary code of its family, which takes the first, was not billed.
    fn without_primary(&self, codes: &Codes) -> Option<String> {
        let day = self.session.day("date_of_service").unwrap_or(0);
        let billed = || self.services.iter().filter(|service| service.whole("units_billed") > Some(0));
        billed().find_map(|service| {
            let facts = codes.get(service.text("code"), day)?;
            let primary = codes.primary_of(facts)?;
            let alone = billed().all(|other| other.text("code") != primary);
            alone.then(|| {
                format!(
                    "The first unit of the family of {} is the primary code's ({primary}), which was not billed in this session.",
                    facts.code
                )
            })
        })
    }

    /// What the checks found, each with its rule.
    fn found(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for finding in &self.findings {
            let check = finding.text("check");
            let rule = by_name(check).map(|check| checks::must_hold(check.page)).unwrap_or_default();
            let certainty = finding.text("certainty").replace('-', " ");
            blocks.push(Block::Text(format!(
                "Finding {} ({check}, {}, {certainty}): {}",
                finding.text("finding_id"),
                finding.text("severity"),
                finding.text("reason")
            )));
            blocks.push(Block::Text(format!("The rule of {check}: {rule} Source: {}.", finding.text("citation"))));
        }
        if blocks.is_empty() {
            blocks.push(Block::Text("No check found anything in this session alone.".into()));
        }
        blocks.push(Block::Text("This proves the export, not the signed note.".into()));
        blocks
    }
}
