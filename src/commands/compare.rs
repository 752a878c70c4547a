//! `recount compare`: what changed between two finished runs. First what makes any two results differ (program, data, options,
//! period), then totals and tables side by side, then findings by their ids, which are the same in every run.

mod changes;

use super::pull::{create, outside, unwritten};
use crate::blocks::{Block, Figure, Kind, Section, Table, dollars, text, thousands};
use crate::cli::CompareArgs;
use crate::deliver::made_at;
use crate::error::{Error, Result, plain};
use crate::finished::FinishedRun;
use crate::grid::{Grid, Value};
use crate::page::{Head, page};
use crate::reference::{Day, date, day};
use crate::report::{Input, Manifest};
use crate::words::counted;
use changes::{Changes, NAME, changes};
use chrono::NaiveDate;
use hashbrown::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

/// Two finished runs.
struct Pair<'a> {
    old: &'a FinishedRun,
    new: &'a FinishedRun,
}

/// Compares two runs; what is said on the terminal. With `--out` all of it is a page, with every change of a finding beside it.
///
/// # Errors
/// A folder that holds no finished run, a table that cannot be read, a page that cannot be written.
pub fn compare(args: &CompareArgs) -> Result<String> {
    let (old, new) = (FinishedRun::open(&args.old)?, FinishedRun::open(&args.new)?);
    let Some(out) = &args.out else {
        let mut said = String::new();
        for section in sections(&old, &new, None)? {
            said.push_str(&format!("{}\n{}\n\n", section.title.to_uppercase(), text(&section.blocks).trim_end()));
        }
        said.truncate(said.trim_end().len());
        return Ok(said + "\n");
    };
    let beside = out.with_file_name(NAME);
    if beside == *out {
        return Err(Error::output(out, "is where the changes go as CSV; give the page another name"));
    }
    outside(out, &[&old, &new])?;
    let mut list = csv::Writer::from_writer(create(&beside, &[&old, &new])?);
    let sections = sections(&old, &new, Some((&mut list, &beside)))?;
    list.flush().map_err(|error| unwritten(&beside, error.into()))?;
    let page = page(&head(&old.manifest, &new.manifest)?, &sections)?;
    create(out, &[&old, &new])?.write_all(page.as_bytes()).map_err(|error| Error::output(out, plain(&error)))?;
    let first = sections.first().map_or(String::new(), |section| text(&section.blocks));
    Ok(format!("{first}\nPage: {}\nEvery finding with what became of it: {}\n", out.display(), beside.display()))
}

/// What stands above the page.
fn head(old: &Manifest, new: &Manifest) -> Result<Head> {
    Ok(Head {
        title: "Two audits compared".into(),
        subtitle: format!("Old: {}. New: {}.", period_in_words(old), period_in_words(new)),
        audience: "For those who may see patients: it names clinicians, and ids of findings lead to patients.".into(),
        run: format!("{} and {}", old.run, new.run),
        date: made_at()?.map(|at| at.date().to_string()),
        program: format!("{} {}", new.program, env!("CARGO_PKG_VERSION")),
    })
}

/// What changed, in sections; changes of findings are written to `list` as they are met.
///
/// # Errors
/// A table that cannot be read; a list that cannot be written.
pub fn sections(old: &FinishedRun, new: &FinishedRun, list: Option<changes::List>) -> Result<Vec<Section>> {
    let pair = Pair { old, new };
    let common = common(period(&old.manifest), period(&new.manifest));
    let changes = changes(old, new, common, list)?;
    let overview = pair.tables("overview")?;
    let section = |id: &str, title: &str, blocks: Vec<Block>| Section { id: id.into(), title: title.into(), blocks };
    Ok(vec![
        section("result", "What changed", pair.result(&overview, &changes, common)),
        section("control", "Control totals", pair.control()),
        section("overview", "Overview", vec![Block::Table(side_by_side(&overview))]),
        section("checks", "By check", vec![Block::Table(pair.by_check()?)]),
        section(
            "therapists",
            "By therapist",
            vec![Block::Table(pair.by("by_therapist", "therapist_id", "therapist")?)],
        ),
        section("clinics", "By clinic", vec![Block::Table(pair.by("by_clinic", "clinic", "clinic")?)]),
        section("payers", "By payer", vec![Block::Table(pair.by("by_payer", "payer", "payer")?)]),
        section("codes", "By code", vec![Block::Table(pair.by("by_code", "code", "code")?)]),
        section("findings", "Findings", changes.blocks(common)),
    ])
}

impl Pair<'_> {
    /// A summary table of both.
    fn tables(&self, name: &str) -> Result<[Grid; 2]> {
        let name = format!("tables/{name}");
        Ok([self.old.table(&name)?, self.new.table(&name)?])
    }

    fn manifests(&self) -> [&Manifest; 2] {
        [&self.old.manifest, &self.new.manifest]
    }

    /// What must be known first, then what changed in few figures.
    fn result(&self, overview: &[Grid; 2], changes: &Changes, common: Option<(Day, Day)>) -> Vec<Block> {
        let [old, new] = self.manifests();
        let mut blocks = Vec::new();
        if old.run == new.run {
            blocks.push(Block::Text(format!("Both folders hold the same run, {}.", old.run)));
        }
        let differences = differences(old, new);
        if differences.is_empty() {
            let words = "Both runs have the same version of recount, reference data, queries, checks and options: what differs below \
                         comes from the exports and the period.";
            blocks.push(Block::Text(words.into()));
        } else {
            let words = "The runs were not made alike. These differences alone change results:";
            blocks.push(Block::Warning(words.into()));
            blocks.push(Block::List(differences));
        }
        blocks.push(Block::Text(scope(old, new, common)));
        let measure = |name: &str| {
            let of = |grid: &Grid| {
                let row = grid.records().find(|row| row.text("measure") == name);
                row.and_then(|row| row.whole("value")).unwrap_or(0)
            };
            [of(&overview[0]), of(&overview[1])]
        };
        let [over, billed] = ["units over", "units billed"].map(measure);
        let arrow = |old: String, new: String| format!("{old} → {new}");
        let rates = [0, 1].map(|n| rate(over[n], billed[n]).to_string());
        let figure = |value: String, label: &str, note: String| Figure { value, label: label.into(), note };
        let [rate_old, rate_new] = rates;
        let exceptions = measure("findings: exception");
        blocks.push(Block::Figures(vec![
            figure(arrow(thousands(over[0]), thousands(over[1])), "units over", String::new()),
            figure(
                arrow(rate_old, rate_new),
                "units over per 100 billed",
                format!("of {} and {} units that could be judged", thousands(billed[0]), thousands(billed[1])),
            ),
            figure(arrow(thousands(exceptions[0]), thousands(exceptions[1])), "exceptions", String::new()),
        ]));
        blocks.push(Block::Text(changes.in_words(common)));
        blocks
    }

    /// read = audited + excluded + rejected, side by side.
    fn control(&self) -> Vec<Block> {
        let [old, new] = self.manifests().map(|manifest| manifest.totals);
        let parts = [
            ("read", old.read, new.read),
            ("audited", old.audited, new.audited),
            ("excluded", old.excluded, new.excluded),
            ("rejected", old.rejected, new.rejected),
        ];
        let number = Kind::Number;
        let mut table = Table::new(
            "Control totals: read = audited + excluded + rejected",
            &[("", Kind::Text), ("of", Kind::Text), ("old", number), ("new", number), ("change", number)],
        );
        for (name, old, new) in parts {
            for (of, old, new, money) in [
                ("rows", old.rows as i64, new.rows as i64, false),
                ("units", old.units, new.units, false),
                ("charges", old.charge_cents, new.charge_cents, true),
            ] {
                let shown = |number: i64| Value::text(if money { dollars(number) } else { thousands(number) });
                table.row([Value::text(name), Value::text(of), shown(old), shown(new), shown(new - old)]);
            }
        }
        vec![Block::Table(table)]
    }

    /// What each check found in both.
    fn by_check(&self) -> Result<Table> {
        let number = Kind::Number;
        let mut table = Table::new(
            "Findings and units over by check",
            &[
                ("check", Kind::Text),
                ("found old", number),
                ("new", number),
                ("over old", number),
                ("new", number),
                ("change", number),
                ("", Kind::Text),
            ],
        );
        let tables = self.tables("by_check")?;
        for row in joined(&tables, "check", ["findings", "units_over"]) {
            let ran = |n: usize| self.manifests()[n].checks_run.contains(&row.name);
            let own = |n: usize| row.sums[n].map_or([Value::Empty, Value::Empty], |sums| sums.map(Value::whole));
            let change = change(row.sums.map(|sums| sums.and_then(|[_, over]| over)));
            let [found_old, over_old] = own(0);
            let [found_new, over_new] = own(1);
            // A check that did not run and one that found nothing are two things.
            let remark = match (row.sums, ran(0), ran(1)) {
                ([Some(_), Some(_)], true, false) => "ran in old only",
                ([Some(_), Some(_)], false, true) => "ran in new only",
                (sums, ..) => only(sums),
            };
            table.row([Value::text(row.name), found_old, found_new, over_old, over_new, change, Value::text(remark)]);
        }
        table.note = "Units over are counted once, by the finding that is primary.".into();
        Ok(table)
    }

    /// Units over of each value of a dimension in both, and how many there are per 100 billed.
    fn by(&self, name: &str, column: &str, title: &str) -> Result<Table> {
        let (number, decimal) = (Kind::Number, Kind::Decimal);
        let mut table = Table::new(
            format!("Units over by {title}"),
            &[
                (title, Kind::Text),
                ("old", number),
                ("new", number),
                ("change", number),
                ("per 100 old", decimal),
                ("new", decimal),
                ("", Kind::Text),
            ],
        );
        let tables = self.tables(name)?;
        let mut left_out = 0;
        for row in joined(&tables, column, ["units_over", "units_billed"]) {
            let over = row.sums.map(|sums| sums.and_then(|[over, _]| over));
            if over == [None, None] {
                left_out += 1;
                continue;
            }
            let rate = |n: usize| match row.sums[n] {
                Some([Some(over), Some(billed)]) => rate(over, billed),
                _ => Value::Empty,
            };
            let [old, new] = over.map(Value::whole);
            let remark = Value::text(only(row.sums));
            table.row([Value::text(row.name), old, new, change(over), rate(0), rate(1), remark]);
        }
        table.note = "Per 100: units over per 100 units billed that could be judged. Between periods of different length this is what \
                      compares."
            .into();
        if left_out > 0 {
            let values = counted(left_out, title);
            table.note.push_str(&format!(" Left out: {values} that no unit rule speaks to."));
        }
        Ok(table)
    }
}

/// What was made otherwise in the two runs.
fn differences(old: &Manifest, new: &Manifest) -> Vec<String> {
    let mut found = Vec::new();
    if old.version != new.version {
        found.push(format!("version of recount: {} → {}", old.version, new.version));
    }
    // Names of sheets and of configuration files may be people's, and hashes tell nothing.
    let secret = |name: &str| ["config", "sheet"].contains(&name);
    for (name, old, new) in sides(&old.options, &new.options) {
        // The period is told apart.
        if name == "from" || name == "to" {
            continue;
        }
        let shown = |value: Option<&String>| {
            value.map_or("not given", |value| if secret(name) { "given" } else { value }).to_owned()
        };
        let (old, new) = (shown(old), shown(new));
        let (old, new) = if old == new { ("one".into(), "another".into()) } else { (old, new) };
        let ids =
            if name == "id-scope" { ": ids of sessions and findings are others, so none can persist" } else { "" };
        found.push(format!("--{name}: {old} → {new}{ids}"));
    }
    for (what, old, new) in [("reference data", &old.data, &new.data), ("query", &old.queries, &new.queries)] {
        for (name, old, new) in sides(old, new) {
            let how = match (old, new) {
                (Some(_), Some(_)) => "has another content",
                (Some(_), None) => "only in the old run",
                _ => "only in the new run",
            };
            found.push(format!("{what} {name}: {how}"));
        }
    }
    let ran = |manifest: &Manifest| manifest.checks_run.iter().cloned().collect::<BTreeSet<String>>();
    let (ran_old, ran_new) = (ran(old), ran(new));
    for (which, checks, not_run) in [
        ("old", ran_old.difference(&ran_new), &new.checks_not_run),
        ("new", ran_new.difference(&ran_old), &old.checks_not_run),
    ] {
        for check in checks {
            let why = not_run.get(check).map_or(String::new(), |why| format!(" (in the other: {why})"));
            found.push(format!("check {check} ran only in the {which} run{why}"));
        }
    }
    found
}

/// What differs of two maps, by name.
fn sides<'a>(
    old: &'a BTreeMap<String, String>,
    new: &'a BTreeMap<String, String>,
) -> Vec<(&'a str, Option<&'a String>, Option<&'a String>)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let both = names.into_iter().map(|name| (name.as_str(), old.get(name), new.get(name)));
    both.filter(|(_, old, new)| old != new).collect()
}

/// The dates of service that a run is about: of what was read, those that its options ask for.
fn period(manifest: &Manifest) -> Option<(Day, Day)> {
    let parsed = |text: &String| text.parse::<NaiveDate>().ok().map(day);
    let (first, last) = manifest.dates.as_ref()?;
    let asked = |name: &str| manifest.options.get(name).and_then(parsed);
    let (first, last) = (parsed(first)?, parsed(last)?);
    let (first, last) =
        (asked("from").map_or(first, |from| from.max(first)), asked("to").map_or(last, |to| to.min(last)));
    (first <= last).then_some((first, last))
}

/// The days that both periods have.
fn common(old: Option<(Day, Day)>, new: Option<(Day, Day)>) -> Option<(Day, Day)> {
    let ((a, b), (c, d)) = old.zip(new)?;
    let (first, last) = (a.max(c), b.min(d));
    (first <= last).then_some((first, last))
}

fn period_in_words(manifest: &Manifest) -> String {
    match period(manifest) {
        Some((first, last)) => format!("dates of service from {} to {}", date(first), date(last)),
        None => "no dates of service".into(),
    }
}

/// Periods and exports of both.
fn scope(old: &Manifest, new: &Manifest, common: Option<(Day, Day)>) -> String {
    let run = |manifest: &Manifest| {
        let exports = counted(manifest.inputs.len() as u64, "export");
        let sessions = thousands(manifest.sessions.read as i64);
        format!("{} ({exports}, {sessions} sessions), {}", manifest.run, period_in_words(manifest))
    };
    let overlap = match common {
        _ if period(old) == period(new) => "The periods are the same.".into(),
        Some((first, last)) => format!(
            "Both have the days from {} to {}; findings on other days are gone or new because of the period.",
            date(first),
            date(last)
        ),
        None => "The periods do not overlap, so no finding of a session can persist: compare rates, not counts.".into(),
    };
    let known: BTreeSet<&str> = old.inputs.iter().map(|input| input.sha256.as_str()).collect();
    let same = |input: &&Input| known.contains(input.sha256.as_str());
    let shared = new.inputs.iter().filter(same).count();
    format!(
        "Old: run {}. New: run {}. {overlap} Of the exports of the new run, {shared} of {} are byte for byte among those of the old.",
        run(old),
        run(new),
        new.inputs.len()
    )
}

/// The overviews of both.
fn side_by_side(overview: &[Grid; 2]) -> Table {
    let number = Kind::Number;
    let mut table = Table::new(
        "The whole audit in one column of figures, twice",
        &[("measure", Kind::Text), ("old", number), ("new", number), ("change", number), ("unit", Kind::Text)],
    );
    let units: HashMap<&str, &str> =
        overview.iter().flat_map(Grid::records).map(|row| (row.text("measure"), row.text("unit"))).collect();
    for row in joined(overview, "measure", ["value"]) {
        let values = row.sums.map(|sums| sums.and_then(|[value]| value));
        let [old, new] = values.map(Value::whole);
        let unit = units.get(row.name.as_str()).copied().unwrap_or_default();
        table.row([Value::text(row.name), old, new, change(values), Value::text(unit)]);
    }
    table
}

/// A value of a dimension with its sums in the old and the new run; a run that does not name it has none.
struct Joined<const N: usize> {
    name: String,
    sums: [Option<[Option<i64>; N]>; 2],
}

/// Sums of columns by what stands in another, of both tables: in the order of the new one, then what only the old one has.
fn joined<const N: usize>(tables: &[Grid; 2], column: &str, measures: [&str; N]) -> Vec<Joined<N>> {
    let mut rows: Vec<Joined<N>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for side in [1, 0] {
        for record in tables[side].records() {
            let name = record.text(column);
            let place = *places.entry_ref(name).or_insert(rows.len());
            if place == rows.len() {
                rows.push(Joined { name: name.to_owned(), sums: [None, None] });
            }
            let sums = rows[place].sums[side].get_or_insert([None; N]);
            for (sum, measure) in sums.iter_mut().zip(measures) {
                *sum = match (*sum, record.whole(measure)) {
                    (Some(sum), Some(more)) => Some(sum + more),
                    (sum, more) => sum.or(more),
                };
            }
        }
    }
    rows
}

/// New less old; a name that one run lacks counts 0 there.
fn change([old, new]: [Option<i64>; 2]) -> Value {
    match (old, new) {
        (None, None) => Value::Empty,
        _ => Value::Whole(new.unwrap_or(0) - old.unwrap_or(0)),
    }
}

/// Which run alone has a name.
fn only<T>(sums: [Option<T>; 2]) -> &'static str {
    match sums {
        [Some(_), None] => "only in old",
        [None, Some(_)] => "only in new",
        _ => "",
    }
}

/// Units over per 100 units billed, to one decimal, halves up.
fn rate(over: i64, billed: i64) -> Value {
    if billed <= 0 { Value::Empty } else { Value::Decimal((2000 * over + billed).div_euclid(2 * billed) as f64 / 10.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_tables_stand_once() {
        let grid = |rows: &[(&str, Option<i64>)]| Grid {
            columns: ["clinic", "units_over"].map(str::to_owned).to_vec(),
            rows: rows.iter().map(|(name, over)| vec![Value::text(*name), Value::whole(*over)]).collect(),
        };
        let tables = [
            grid(&[("West", Some(1)), ("North", Some(2))]),
            grid(&[("North", Some(3)), ("North", Some(1)), ("East", None)]),
        ];
        let rows = joined(&tables, "clinic", ["units_over"]);
        let shown: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.sums)).collect();
        let wanted = [
            ("North", [Some([Some(2)]), Some([Some(4)])]),
            ("East", [None, Some([None])]),
            ("West", [Some([Some(1)]), None]),
        ];
        assert_eq!(shown, wanted);
        assert_eq!(rows.iter().map(|row| only(row.sums)).collect::<Vec<_>>(), ["", "only in new", "only in old"]);
    }

    #[test]
    fn rates_round_halves_up() {
        assert_eq!((rate(1, 8), rate(1, 80), rate(0, 0)), (Value::Decimal(12.5), Value::Decimal(1.3), Value::Empty));
    }

    #[test]
    fn periods_overlap_in_their_common_days() {
        assert_eq!(common(Some((1, 5)), Some((5, 9))), Some((5, 5)));
        assert_eq!(common(Some((1, 4)), Some((5, 9))), None);
        assert_eq!(common(None, Some((5, 9))), None);
    }
}
