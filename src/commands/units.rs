//! `recount units`: a unit rule on one session, as with pencil and paper.
//!
//! Values in, text out, at most 80 columns wide. The numbers come from the functions that the audit uses, and services stand
//! in order of code as they do there, so the working explains any session that a finding names.

use crate::error::{Error, Result};
use crate::reference::{CodeFacts, Codes, Day, Kind};
use recount_core::cells::{self, CodeCell, Problem};
use recount_core::domain::{Rule, Time, Units};
use recount_core::units::family::Part;
use recount_core::units::interval::Interval;
use recount_core::units::total_time::{Allocations, remainder, sure};
use recount_core::units::{Range, band, midpoint};

/// A code with its minutes, as typed.
struct Line<'a> {
    code: String,
    facts: Option<&'a CodeFacts>,
    time: Time,
    billed: Option<Units>,
}

impl Line<'_> {
    fn kind(&self) -> Kind {
        self.facts.map_or(Kind::Unknown, |facts| facts.kind)
    }

    fn family(&self) -> Option<u16> {
        self.facts.and_then(|facts| facts.family)
    }
}

/// Lines that compete for units as one, in order of code: those of a code, or of a family.
type Service<'a> = Vec<Line<'a>>;

/// How a service's units were counted, in a cell; its range; the allowed number nearest to the bill.
type Answer = (String, Range, Units);

/// Units over, units under, and whether a unit stands on a code that cannot have it.
type Verdict = (Units, Units, bool);

/// The working of `rule` on one session of services written `CODE=MINUTES` or `CODE=MINUTES/UNITS`, by the codes of day `on`.
///
/// # Errors
/// A service that is not written so, or more minutes than a day has. A code outside the table is no error: it is not counted.
pub fn working(codes: &Codes, rule: Rule, on: Day, services: &[String]) -> Result<String> {
    let lines = services.iter().map(|given| {
        let form = "write 97112=24 or, with the units billed, 97112=24/2";
        parse(codes, on, given).map_err(|problem| Error::Usage(format!("{given:?} has a part that {problem}; {form}")))
    });
    let lines = lines.collect::<Result<Vec<Line>>>()?;
    if time(&lines) > Time::from_minutes(1_440) {
        return Err(Error::Usage("the minutes add up to more than the 1440 of a day".into()));
    }
    let mut text = as_given(&lines);
    let (timed, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.kind() == Kind::Timed);
    let intervals = others.into_iter().filter(|line| line.kind() == Kind::Interval).collect();
    let timed = merged(codes, on, timed);
    let cms = if rule == Rule::Midpoint { None } else { pooled(&mut text, &timed) };
    let title = "CPT midpoint rule: each code alone";
    let midpoint = if rule == Rule::Cms { None } else { each_alone(&mut text, title, &timed) };
    if rule == Rule::Either {
        let fits = |verdict: Verdict| if verdict == (0, 0, false) { "fits" } else { "does not fit" };
        let this = cms.zip(midpoint).map(|(a, b)| format!(" This one {} cms and {} midpoint.", fits(a), fits(b)));
        text.push('\n');
        put(&mut text, "", &format!("Either rule: a bill that fits one is accepted.{}", this.unwrap_or_default()));
    }
    each_alone(&mut text, "Other lengths, under any rule: each code alone", &merged(codes, on, intervals));
    Ok(text)
}

/// Reads one service. Modifiers behind the code change nothing here.
fn parse<'a>(codes: &'a Codes, on: Day, given: &str) -> Result<Line<'a>, Problem> {
    let (code, rest) = given.split_once('=').unwrap_or((given, ""));
    let (minutes, units) = rest.split_once('/').map_or((rest, None), |(minutes, units)| (minutes, Some(units)));
    let code = CodeCell::parse(code)?.code;
    let time = cells::time(minutes)?.time;
    let billed = units.map(cells::units).transpose()?;
    if time < Time::ZERO || billed.is_some_and(|units| units < 0) {
        return Err(Problem::NegativeMinutes);
    }
    Ok(Line { facts: codes.get(&code, on), code, time, billed })
}

/// Lines as services. A family takes part whole: a code of it that was not given has no minutes and no units.
fn merged<'a>(codes: &'a Codes, on: Day, mut lines: Vec<Line<'a>>) -> Vec<Service<'a>> {
    for row in codes.rows().iter().filter(|row| row.family.is_some() && row.in_force(on)) {
        let sibling = lines.iter().find(|line| line.family() == row.family).map(|line| line.billed.map(|_| 0));
        if let Some(billed) = sibling.filter(|_| lines.iter().all(|line| line.code != row.code)) {
            lines.push(Line { code: row.code.clone(), facts: Some(row), time: Time::ZERO, billed });
        }
    }
    lines.sort_by(|a, b| a.code.cmp(&b.code));
    let mut services: Vec<Service> = Vec::new();
    for line in lines {
        let family = |other: &Line| line.family().is_some() && other.family() == line.family();
        match services.iter().position(|service| service[0].code == line.code || family(&service[0])) {
            Some(n) => services[n].push(line),
            None => services.push(vec![line]),
        }
    }
    services
}

fn as_given(lines: &[Line]) -> String {
    let mut text = String::from("  code   kind        minutes  billed  label\n");
    for line in lines {
        let (kind, minutes, billed) = (line.kind().name(), line.time.to_string(), shown(line.billed));
        let note = match line.kind() {
            Kind::Timed | Kind::Interval => "",
            Kind::Untimed if line.billed > Some(1) => "; one unit each time it took place, whatever the minutes",
            Kind::Untimed => "; one unit whatever the minutes",
            Kind::Unknown => "not in the code table; not counted",
            _ => "; no rule here speaks to it",
        };
        let lead = format!("  {}  {kind:<10}  {minutes:>7}  {billed:>6}  ", line.code);
        put(&mut text, &lead, &format!("{}{note}", line.facts.map_or("", |facts| &facts.label)));
    }
    text
}

/// The CMS rule: the total decides how many units there are, the remainders who gets them.
fn pooled(text: &mut String, services: &[Service]) -> Option<Verdict> {
    services.first()?;
    text.push_str("\nCMS 8-minute rule: the minutes of all timed codes are pooled\n");
    let bill: Vec<(Time, Units)> = services.iter().map(|service| (time(service), billed(service))).collect();
    let times = bill.iter().map(|&(time, _)| time);
    let allowed = Allocations::of(times.clone());
    hand_out(text, services, &allowed);
    let mut nearest = vec![0; bill.len()];
    allowed.nearest(&bill, &mut nearest);
    let working = |time| format!("{:>8}  {:>9}", sure(time), remainder(time).to_string());
    let answers: Vec<Answer> = times.zip(nearest).map(|(time, n)| (working(time), allowed.range(time), n)).collect();
    let above = table(text, services, "fifteens  remainder", &answers);
    let verdict = judge(text, services, &answers, Some(&allowed), above);
    text.push_str("  Source: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C\n");
    verdict
}

/// The total, who gets the units that whole fifteens leave, and what is left to choose.
fn hand_out(text: &mut String, services: &[Service], allowed: &Allocations) {
    let total: Time = services.iter().map(|service| time(service)).sum();
    let whole = if total.is_whole() { String::new() } else { format!(" ({} whole)", total.whole_minutes()) };
    let ((first, last), supported) = (band(allowed.total), units(allowed.total));
    put(text, "  ", &format!("{total} minutes{whole} lie in {first} to {last}: {supported}."));
    let sure_of: Units = services.iter().map(|service| sure(time(service))).sum();
    put(text, "  ", &format!("Whole fifteens give {}; {} left to give.", units(sure_of), allowed.total - sure_of));
    let named = |keep: &dyn Fn(Time) -> bool| {
        let kept = services.iter().filter(|service| keep(remainder(time(service))));
        kept.map(|service| name(service)).collect::<Vec<_>>()
    };
    let (cut, spare, tied) = (allowed.cut, allowed.spare_at_cut, allowed.spare_at_cut < allowed.at_cut);
    let gets = named(&|rest| rest > cut || (rest == cut && !tied));
    if !gets.is_empty() {
        put(text, "  ", &format!("Largest remainder first: one more for {}.", gets.join(", one for ")));
    }
    if tied {
        let equal = named(&|rest| rest == cut);
        let any = if equal.len() == 2 { "either" } else { "any" };
        let some = if spare == 1 { "one".to_owned() } else { spare.to_string() };
        let get = if spare == 1 { "gets the spare unit" } else { "get a spare unit each" };
        put(text, "  ", &format!("Tie at {cut}; {some} of {} {get}: {any}.", equal.join(", ")));
    }
}

/// Timed codes under the midpoint rule, and codes of other lengths: no minutes are pooled.
fn each_alone(text: &mut String, title: &str, services: &[Service]) -> Option<Verdict> {
    services.first()?;
    text.push_str(&format!("\n{title}\n"));
    let answer = |service: &Service| {
        let (of, range) = match service[0].facts.filter(|facts| facts.kind == Kind::Interval) {
            Some(facts) => (facts.interval, facts.interval.units(time(service))),
            None => (Interval { first: 15, step: 15 }, midpoint::units(time(service))),
        };
        (format!("{}, {}, {} ...", of.needed(1), of.needed(2), of.needed(3)), range, range.max)
    };
    let answers: Vec<Answer> = services.iter().map(answer).collect();
    let above = table(text, services, "units from", &answers);
    let verdict = judge(text, services, &answers, None, above);
    text.push_str("  Source: CPT time rule, a unit is attained when its midpoint is passed\n");
    verdict
}

/// The result per code. Gives the codes that were billed above it, in words.
fn table(text: &mut String, services: &[Service], working: &str, answers: &[Answer]) -> Vec<String> {
    let (mut above, bill) = (Vec::new(), services.iter().flatten().any(|line| line.billed.is_some()));
    text.push_str(&format!("  code   minutes  {working:<19}  allowed   billed  nearest\n"));
    for (service, (working, range, nearest)) in services.iter().zip(answers) {
        for lines in service.chunk_by(|a, b| a.code == b.code) {
            let (code, part) = (&lines[0].code, lines[0].facts.map_or(Part::Whole, |facts| facts.part));
            let (minutes, Range { min, max }) = (time(lines).to_string(), part.range(*range));
            let allowed = if min == max { max.to_string() } else { format!("{min} or {max}") };
            let own = shown(lines.iter().map(|line| line.billed).sum());
            let nearest = shown(bill.then_some(part.share(*nearest)));
            text.push_str(&format!("  {code}  {minutes:>7}  {working:<19}  {allowed:<8}  {own:>6}  {nearest:>7}\n"));
            if billed(lines) > max {
                above.push(format!("{code} allows at most {max}, {} billed", billed(lines)));
            }
        }
        if service[0].family().is_some() {
            let (name, time) = (name(service), time(service));
            put(text, "  ", &format!("{name}: one service of {time} minutes, the first unit is the primary code's."));
        }
    }
    above
}

/// The verdict on the bill: by the total where there is a `pool`, else service by service.
fn judge(
    text: &mut String,
    services: &[Service],
    answers: &[Answer],
    pool: Option<&Allocations>,
    mut reasons: Vec<String>,
) -> Option<Verdict> {
    let each: Vec<(Units, Units)> = match pool {
        Some(pool) => vec![(services.iter().map(|service| billed(service)).sum(), pool.total)],
        None => services.iter().zip(answers).map(|(service, answer)| (billed(service), answer.2)).collect(),
    };
    let sum = |of: fn(&(Units, Units)) -> Units| each.iter().map(of).sum::<Units>();
    let (over, under) = (sum(|(billed, may)| (billed - may).max(0)), sum(|(billed, may)| (may - billed).max(0)));
    let (all, supported) = (units(sum(|each| each.0)), sum(|each| each.1));
    let open = services.iter().flatten().filter(|line| line.billed.is_none()).map(|line| line.code.as_str());
    let open: Vec<&str> = open.collect();
    if open.len() == services.iter().flatten().count() {
        put(text, "  ", &format!("{} supported; no bill to compare (CODE=MINUTES/UNITS).", units(supported)));
        return None;
    }
    let bill = services.iter().map(|service| (time(service), billed(service)));
    if reasons.is_empty() && pool.is_some_and(|pool| !pool.covers(bill)) {
        reasons.push("more codes of the tie were given a spare unit than there are".to_owned());
    }
    let misallocated = over == 0 && !reasons.is_empty();
    if !open.is_empty() {
        reasons.push(format!("units of {} are not given", open.join(", ")));
    }
    let said = [
        (over > 0).then(|| format!("over by {over}")),
        misallocated.then(|| "misallocated".to_owned()),
        (under > 0 && open.is_empty()).then(|| format!("under by {under}")),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let otherwise = if open.is_empty() { "supported" } else { "open" };
    let said = if said.is_empty() { otherwise.to_owned() } else { said.join(" and ") };
    let because = if reasons.is_empty() { String::new() } else { format!("; {}", reasons.join("; ")) };
    put(text, "  ", &format!("Verdict: {said} ({all} billed, {supported} supported){because}."));
    open.is_empty().then_some((over, under, misallocated))
}

/// Words behind a lead, wrapped at 80 columns; further lines stand under the first word.
fn put(text: &mut String, lead: &str, words: &str) {
    let mut line = lead.to_owned();
    for word in words.split(' ') {
        if line.len() > lead.len() && line.chars().count() + 1 + word.chars().count() > 80 {
            text.push_str(&(line + "\n"));
            line = " ".repeat(lead.len());
        }
        line.push_str(if line.len() > lead.len() { " " } else { "" });
        line.push_str(word);
    }
    text.push_str(&(line + "\n"));
}

fn time(lines: &[Line]) -> Time {
    lines.iter().map(|line| line.time).sum()
}

fn billed(lines: &[Line]) -> Units {
    lines.iter().filter_map(|line| line.billed).sum()
}

fn name(lines: &[Line]) -> String {
    lines.chunk_by(|a, b| a.code == b.code).map(|same| same[0].code.as_str()).collect::<Vec<_>>().join("+")
}

fn shown(units: Option<Units>) -> String {
    units.map_or("-".to_owned(), |units| units.to_string())
}

fn units(count: Units) -> String {
    if count == 1 { "1 unit".to_owned() } else { format!("{count} units") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rule: Rule, services: &str) -> String {
        let codes = Codes::parse(include_str!("../../data/codes.csv")).unwrap();
        let services: Vec<String> = services.split(' ').map(str::to_owned).collect();
        working(&codes, rule, 20_454, &services).map_or_else(|error| error.to_string(), |text| format!("\n{text}"))
    }

    #[test]
    fn first_example_of_the_manual() {
        let expected = r"
  code   kind        minutes  billed  label
  97112  timed            24       2  neuromuscular re-education
  97110  timed            23       1  therapeutic exercise

CMS 8-minute rule: the minutes of all timed codes are pooled
  47 minutes lie in 38 to 52: 3 units.
  Whole fifteens give 2 units; 1 left to give.
  Largest remainder first: one more for 97112.
  code   minutes  fifteens  remainder  allowed   billed  nearest
  97110       23         1          8  1              1        1
  97112       24         1          9  2              2        2
  Verdict: supported (3 units billed, 3 supported).
  Source: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C
";
        assert_eq!(text(Rule::Cms, "97112=24/2 97110=23/1"), expected);
    }
}
