//! `recount units`: a unit rule on one session, as with pencil and paper.
//!
//! Pure: values in, text out, at most 80 columns wide. The numbers come from the functions that the audit uses, and services
//! stand in order of code as they do there, so the working explains any session that a finding names.

use crate::error::{Error, Result};
use crate::reference::{CodeFacts, Codes, Day, Kind, date};
use recount_core::cells::{self, CodeCell, Problem};
use recount_core::domain::{Rule, Time, Units};
use recount_core::units::family::Part;
use recount_core::units::total_time::{Allocations, remainder, sure};
use recount_core::units::{Range, band, midpoint};
use std::fmt::Write;

const WIDTH: usize = 80;
const CMS_20_2_C: &str = "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C";
const CMS_20_2_B: &str = "CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 B";
const CPT: &str = "CPT time rule: a unit is attained when its midpoint is passed";

/// A service as typed.
#[derive(Clone)]
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
        self.facts.and_then(|facts| facts.family).filter(|_| self.kind().needs_minutes())
    }
}

/// Lines that compete for units as one, in order of code: those of a code, or of a family.
struct Service<'a>(Vec<&'a Line<'a>>);

impl<'a> Service<'a> {
    fn time(&self) -> Time {
        self.0.iter().map(|line| line.time).sum()
    }

    fn codes(&self) -> impl Iterator<Item = &[&'a Line<'a>]> {
        self.0.chunk_by(|a, b| a.code == b.code)
    }

    fn name(&self) -> String {
        self.codes().map(|lines| lines[0].code.clone()).collect::<Vec<_>>().join("+")
    }
}

/// Where a bill leaves its rule; all zero where it does not.
#[derive(Clone, Copy, Default, PartialEq)]
struct Verdict {
    over: Units,
    under: Units,
    misallocated: bool,
}

/// The working of `rule` on one session of services written `CODE=MINUTES` or `CODE=MINUTES/UNITS`, by the codes of day `on`.
///
/// # Errors
/// A service that is not written so, or more minutes than a day has. A code outside the table is no error: it is not counted.
pub fn working(codes: &Codes, rule: Rule, on: Day, services: &[String]) -> Result<String> {
    let given = services.iter().map(|service| parse(codes, on, service)).collect::<Result<Vec<_>>>()?;
    if given.iter().map(|line| line.time).sum::<Time>() > Time::from_minutes(1_440) {
        return Err(Error::Usage("the minutes add up to more than the 1440 of a day".into()));
    }
    let mut text = as_given(&given, on);
    let lines = with_families(codes, on, &given);
    let timed = services_of(&lines, |kind| kind == Kind::Timed);
    if !timed.is_empty() {
        let cms = (rule != Rule::Midpoint).then(|| pooled(&mut text, &timed)).flatten();
        let midpoint = (rule != Rule::Cms).then(|| each_alone(&mut text, Kind::Timed, &timed)).flatten();
        if rule == Rule::Either {
            either(&mut text, cms.zip(midpoint));
        }
    }
    each_alone(&mut text, Kind::Interval, &services_of(&lines, |kind| kind == Kind::Interval));
    without_minutes(&mut text, &services_of(&lines, |kind| !kind.needs_minutes()));
    Ok(text)
}

/// Reads `97112=24` or `97112=24/2`. Modifiers behind the code change nothing here.
fn parse<'a>(codes: &'a Codes, on: Day, given: &str) -> Result<Line<'a>> {
    let wrong = |what: &str, problem: Problem| {
        let form = "write CODE=MINUTES or CODE=MINUTES/UNITS, such as 97112=24/2";
        Error::Usage(format!("{given:?}: what stands for {what} {problem}; {form}"))
    };
    let (code, rest) = given.split_once('=').unwrap_or((given, ""));
    let (minutes, units) = rest.split_once('/').map_or((rest, None), |(minutes, units)| (minutes, Some(units)));
    let code = CodeCell::parse(code).map_err(|problem| wrong("the code", problem))?.code;
    let time = match cells::is_blank(minutes) {
        true => Err(Problem::Blank),
        false => cells::time(minutes).and_then(|cell| not_negative(cell.time)),
    };
    let time = time.map_err(|problem| wrong("minutes", problem))?;
    let billed = units.map(|cell| cells::units(cell).and_then(not_negative)).transpose();
    let billed = billed.map_err(|problem| wrong("units", problem))?;
    Ok(Line { facts: codes.get(&code, on), code, time, billed })
}

fn not_negative<T: Default + PartialOrd>(value: T) -> Result<T, Problem> {
    if value < T::default() { Err(Problem::NegativeMinutes) } else { Ok(value) }
}

/// A family is counted whole: a code of it that was not given takes part, with no minutes and no units.
fn with_families<'a>(codes: &'a Codes, on: Day, given: &[Line<'a>]) -> Vec<Line<'a>> {
    let mut lines = given.to_vec();
    for line in given.iter().filter(|line| line.family().is_some()) {
        for facts in codes.rows().iter().filter(|facts| facts.family == line.family() && facts.in_force(on)) {
            if lines.iter().all(|other| other.code != facts.code) {
                let (code, billed) = (facts.code.clone(), line.billed.map(|_| 0));
                lines.push(Line { code, facts: Some(facts), time: Time::ZERO, billed });
            }
        }
    }
    lines
}

fn services_of<'a>(lines: &'a [Line<'a>], wanted: impl Fn(Kind) -> bool) -> Vec<Service<'a>> {
    let mut sorted: Vec<&'a Line<'a>> = lines.iter().filter(|line| wanted(line.kind())).collect();
    sorted.sort_by(|a, b| a.code.cmp(&b.code));
    let mut services: Vec<Service<'a>> = Vec::new();
    for line in sorted {
        let same = |other: &Line| other.code == line.code || (line.family().is_some() && other.family() == line.family());
        match services.iter().position(|service| same(service.0[0])) {
            Some(n) => services[n].0.push(line),
            None => services.push(Service(vec![line])),
        }
    }
    services
}

fn as_given(lines: &[Line], on: Day) -> String {
    let mut text = String::from("  code   kind        minutes  billed  label\n");
    for line in lines {
        let (kind, minutes, billed) = (line.kind().name(), line.time.to_string(), shown(&[line]));
        let label = line.facts.map_or("not in the code table", |facts| &facts.label);
        let out_of_force = line.facts.is_some_and(|facts| !facts.in_force(on));
        let note = if out_of_force { format!("; not in force on {}", date(on)) } else { String::new() };
        let lead = format!("  {}  {kind:<10}  {minutes:>7}  {billed:>6}  ", line.code);
        put(&mut text, &lead, &format!("{label}{note}"));
    }
    text
}

/// The CMS rule: the total decides how many units there are, the remainders who gets them.
fn pooled(text: &mut String, services: &[Service]) -> Option<Verdict> {
    let _ = writeln!(text, "\nCMS 8-minute rule: the minutes of all timed codes are pooled");
    let times = services.iter().map(Service::time);
    let allowed = Allocations::of(times.clone());
    let total = lies(times.clone().sum(), band(allowed.total), allowed.total);
    put(text, &lead("total"), &format!("{}{total}", addends(times.clone())));
    for service in services {
        let (time, parts) = (service.time(), addends(service.0.iter().map(|line| line.time)));
        let minutes = counted(time, "minute");
        put(text, &lead(&service.name()), &format!("{parts}{minutes} = {} x 15 + {}", sure(time), remainder(time)));
    }
    hand_out(text, services, &allowed);
    let bill: Vec<(Time, Units)> = services.iter().map(|service| (service.time(), billed(&service.0))).collect();
    let mut nearest = vec![0; bill.len()];
    allowed.nearest(&bill, &mut nearest);
    let answers: Vec<(Range, Units)> = times.map(|time| allowed.range(time)).zip(nearest).collect();
    conclude(text, services, &answers, Some(&allowed), CMS_20_2_C)
}

/// Who gets the units that whole fifteens leave, and what is left to choose.
fn hand_out(text: &mut String, services: &[Service], allowed: &Allocations) {
    let whole: Units = services.iter().map(|service| sure(service.time())).sum();
    let left = match allowed.total - whole {
        0 => "none is left to give".to_owned(),
        left => format!("{left} left to give, largest remainder first"),
    };
    put(text, "  ", &format!("Whole fifteens give {}; {left}.", counted(whole, "unit")));
    let mut by_remainder: Vec<(Time, String)> = services.iter().map(|s| (remainder(s.time()), s.name())).collect();
    by_remainder.sort_by(|a, b| b.0.cmp(&a.0));
    let (cut, spare, tied) = (allowed.cut, allowed.spare_at_cut, allowed.spare_at_cut < allowed.at_cut);
    let gets = by_remainder.iter().filter(|(rest, _)| *rest > cut || (*rest == cut && !tied));
    let gets: Vec<String> = gets.map(|(rest, name)| format!("{name} ({rest})")).collect();
    if !gets.is_empty() {
        put(text, "  ", &format!("{} {} one more.", gets.join(", "), if gets.len() == 1 { "gets" } else { "each get" }));
    }
    if tied {
        let equal: Vec<&str> =
            by_remainder.iter().filter(|(rest, _)| *rest == cut).map(|(_, name)| name.as_str()).collect();
        let choice = match (spare, equal.len()) {
            (1, 2) => format!("one of {} gets the spare unit: either", equal.join(", ")),
            (1, _) => format!("one of {} gets the spare unit: any", equal.join(", ")),
            _ => format!("{spare} of {} get a spare unit each: any {spare}", equal.join(", ")),
        };
        put(text, "  ", &format!("Tie at {cut}; {choice}."));
    }
}

/// The midpoint rule for timed codes, and codes of other lengths under any rule: no minutes are pooled.
fn each_alone(text: &mut String, kind: Kind, services: &[Service]) -> Option<Verdict> {
    let first = services.first()?.0[0];
    let title = if kind == Kind::Timed { "CPT midpoint rule: each code alone" } else { "Other lengths: each code alone" };
    let _ = writeln!(text, "\n{title}{}", if first.kind() == Kind::Interval { ", under any rule" } else { "" });
    let mut answers = Vec::new();
    for service in services {
        let time = service.time();
        let other_length = service.0[0].facts.filter(|_| kind == Kind::Interval).map(|facts| facts.interval);
        let range = other_length.map_or_else(|| midpoint::units(time), |interval| interval.units(time));
        let mut words = addends(service.0.iter().map(|line| line.time));
        match other_length {
            None => words.push_str(&lies(time, band(range.max), range.max)),
            Some(of) => {
                let ends = (of.needed(range.max), of.needed(range.max + 1) - 1);
                let steps = format!(" (1 from {}, 2 from {}, then every {})", of.needed(1), of.needed(2), of.step);
                words.push_str(&(lies(time, ends, range.max) + &steps));
            }
        }
        put(text, &lead(&service.name()), &words);
        answers.push((range, range.max));
    }
    conclude(text, services, &answers, None, CPT)
}
