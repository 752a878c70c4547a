//! A unit rule on one session, as with pencil and paper: what `recount units` prints and what proofs rest on.
//!
//! Values in, text out, 80 columns wide. The numbers come from the audit's own functions, so findings say the same.

use crate::error::{Error, Result};
use crate::reference::{CodeFacts, Codes, Day, Kind};
use recount_core::cells::{self, CodeCell, Problem};
use recount_core::domain::{Rule, Time, UnitLimits, Units};
use recount_core::units::alone::Alone;
use recount_core::units::family::Part;
use recount_core::units::pool::Pool;
use recount_core::units::total_time::{Allocations, remainder, sure};
use recount_core::units::{Range, band};
use std::cmp::Ordering;

/// A code with its minutes, as typed.
struct Line<'a> {
    code: String,
    facts: Option<&'a CodeFacts>,
    kind: Kind,
    time: Time,
    billed: Option<Units>,
}

/// Lines that compete for units as one, in order of code: those of a code, or of a family.
type Service<'a> = Vec<Line<'a>>;

/// The working of `rule` on one session: services written `CODE=MINUTES` or `CODE=MINUTES/UNITS`, codes as of day `on`.
///
/// # Errors
/// A service not written so, or longer than a day. A code outside the table is no error: it is not counted.
pub fn working(codes: &Codes, rule: Rule, on: Day, services: &[String]) -> Result<String> {
    let lines = read(codes, on, services)?;
    let mut text = as_given(&lines);
    let (timed, others): (Vec<_>, Vec<_>) = merged(lines).into_iter().partition(|lines| lines[0].kind == Kind::Timed);
    let intervals: Vec<_> = others.into_iter().filter(|lines| lines[0].kind == Kind::Interval).collect();
    let cms = if matches!(rule, Rule::Cms | Rule::Either) { pooled(&mut text, &timed) } else { None };
    let alone = Alone::of(if rule == Rule::Either { Rule::Midpoint } else { rule }).and_then(|alone| {
        let title = match rule {
            Rule::Full15 => "Full fifteen minutes: each code alone, a unit for each full fifteen",
            Rule::Tenths => "Tenths of an hour: each code alone, a unit for each, to the nearest 6 minutes",
            _ => "CPT midpoint rule: CPT time rule, each code alone, past its midpoint",
        };
        each_alone(&mut text, title, &timed, |_, time| {
            (THREE.map(|units| alone.needed(units)), Range::exactly(alone.units(time)))
        })
    });
    if rule == Rule::Either {
        let fits = |fits: bool| if fits { "yes" } else { "no" };
        let this = cms.zip(alone).map(|(a, b)| format!("; fits cms: {}, fits midpoint: {}", fits(a), fits(b)));
        text.push_str(&format!("\nA bill that fits either rule is accepted{}.\n", this.unwrap_or_default()));
    }
    let title = "Other lengths, under any rule: CPT time rule, each code alone, past its midpoint";
    each_alone(&mut text, title, &intervals, |service, time| {
        let own = service[0].facts.map(|facts| facts.interval);
        own.map(|own| (THREE.map(|units| own.needed(units)), own.units(time))).unwrap_or_default()
    });
    Ok(text)
}

/// The timed units of those services that the rule alone supports, before any limit of a payer's.
///
/// # Errors
/// As [`working`] has them.
pub fn supported(codes: &Codes, rule: Rule, on: Day, services: &[String]) -> Result<Units> {
    let services = merged(read(codes, on, services)?).into_iter().filter(|lines| lines[0].kind == Kind::Timed);
    let bill = bill(&services.collect::<Vec<_>>());
    Ok(Pool::new(&bill, None, false).tally(rule, &UnitLimits::NONE).supported)
}

/// The units whose minutes are shown.
const THREE: [Units; 3] = [1, 2, 3];

/// Reads the services as typed.
fn read<'a>(codes: &'a Codes, on: Day, services: &[String]) -> Result<Vec<Line<'a>>> {
    let form = "write CODE=MINUTES or CODE=MINUTES/UNITS, such as 97112=24/2";
    let wrong = |given: &str, problem| Error::Usage(format!("{given:?} has a part that {problem}; {form}"));
    services.iter().map(|given| parse(codes, on, given).map_err(|problem| wrong(given, problem))).collect()
}

/// Reads one service. Modifiers behind the code change nothing here.
fn parse<'a>(codes: &'a Codes, on: Day, given: &str) -> Result<Line<'a>, Problem> {
    let (code, rest) = given.split_once('=').unwrap_or((given, ""));
    let (minutes, units) = rest.split_once('/').map_or((rest, None), |(minutes, units)| (minutes, Some(units)));
    let code = CodeCell::parse(code)?.code;
    let (time, billed) = (cells::time(minutes)?.time, units.map(cells::units).transpose()?);
    let facts = codes.get(&code, on);
    match (time.whole_minutes(), billed) {
        (1_441.., _) => Err(Problem::TooLarge),
        (..0, _) | (_, Some(..0)) => Err(Problem::NegativeMinutes),
        _ => Ok(Line { code, facts, kind: facts.map_or(Kind::Unknown, |facts| facts.kind), time, billed }),
    }
}

/// Lines as services, in order of code.
fn merged(mut lines: Vec<Line<'_>>) -> Vec<Service<'_>> {
    lines.sort_by(|a, b| a.code.cmp(&b.code));
    let kin =
        |a: &Line, b: &Line| a.facts.zip(b.facts).is_some_and(|(a, b)| a.family.is_some() && a.family == b.family);
    let mut services: Vec<Service> = Vec::new();
    for line in lines {
        match services.iter().position(|service| service[0].code == line.code || kin(&service[0], &line)) {
            Some(n) => services[n].push(line),
            None => services.push(vec![line]),
        }
    }
    services
}

fn as_given(lines: &[Line]) -> String {
    let mut text = String::from("  code   kind        minutes  billed  label\n");
    for line in lines {
        let (kind, minutes, billed) = (line.kind.name(), line.time.to_string(), shown(line.billed));
        let note = match line.kind {
            _ if line.facts.is_some_and(|facts| facts.part != Part::Whole) => "; family: first unit the primary's",
            Kind::Timed | Kind::Interval => "",
            Kind::Untimed if line.billed > Some(1) => "; one unit each time it took place, whatever the minutes",
            Kind::Untimed => "; one unit whatever the minutes",
            Kind::Unknown => "not in the code table; not counted",
            _ => "; no rule here speaks to it",
        };
        let lead = format!("  {}  {kind:<10}  {minutes:>7}  {billed:>6}  ", line.code);
        put(&mut text, &lead, &format!("{}{note}", line.facts.map_or("", |facts| facts.label.as_str())));
    }
    text
}

/// The CMS rule: the total decides how many units there are, the remainders who gets them.
fn pooled(text: &mut String, services: &[Service]) -> Option<bool> {
    services.first()?;
    text.push_str("\nCMS 8-minute rule: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C\n");
    let bill = bill(services);
    let allowed = Allocations::of(bill.iter().map(|&(time, _)| time));
    hand_out(text, services, &bill, &allowed);
    let nearest = allowed.nearest(bill.iter().copied());
    let working = |t: Time| format!("{:>7}  {:>8}  {:>9}", t.to_string(), sure(t), remainder(t).to_string());
    let answers: Vec<_> = bill.iter().zip(nearest).map(|(&(t, _), n)| (working(t), allowed.range(t), n)).collect();
    let mut reasons = table(text, services, "minutes  fifteens  remainder", &answers);
    let tie_exceeded = reasons.is_empty() && !allowed.covers(bill.iter().copied());
    reasons.extend(tie_exceeded.then(|| "a tie was billed more spare units than it has".to_owned()));
    judge(text, services, &[(bill.iter().map(|&(_, billed)| billed).sum::<Units>(), allowed.total)], &reasons)
}

/// The total, who gets the units that whole fifteens leave, and what is left to choose.
fn hand_out(text: &mut String, services: &[Service], bill: &[(Time, Units)], allowed: &Allocations) {
    let total: Time = bill.iter().map(|&(time, _)| time).sum();
    let whole = if total.is_whole() { String::new() } else { format!(" ({} whole)", total.whole_minutes()) };
    let ((first, last), supported) = (band(allowed.total), units(allowed.total));
    let certain: Units = bill.iter().map(|&(time, _)| sure(time)).sum();
    let fifteens = format!("Whole fifteens give {certain}; left to give: {}.", allowed.total - certain);
    put(text, "  ", &format!("{total} minutes{whole} lie in {first} to {last}: {supported}. {fifteens}"));
    let named = |which: Ordering| -> Vec<String> {
        let those = services.iter().zip(bill).filter(|(_, (time, _))| remainder(*time).cmp(&allowed.cut) == which);
        those.map(|(lines, _)| by_code(lines).map(|same| same[0].code.as_str()).collect::<Vec<_>>().join("+")).collect()
    };
    let (above, at_cut, spare) = (named(Ordering::Greater), named(Ordering::Equal), allowed.spare_at_cut);
    let (gets, tied) = if spare == allowed.at_cut { ([above, at_cut].concat(), vec![]) } else { (above, at_cut) };
    if !gets.is_empty() {
        put(text, "  ", &format!("Largest remainder first: one more for {}.", gets.join(", one for ")));
    }
    if !tied.is_empty() {
        let any = if tied.len() == 2 { "either" } else { "any" };
        let some = if spare == 1 { "one".to_owned() } else { spare.to_string() };
        let get = if spare == 1 { "gets the spare unit" } else { "get a spare unit each" };
        put(text, "  ", &format!("Tie at {}; {some} of {} {get}: {any}.", allowed.cut, tied.join(", ")));
        if let Some(each) = choices(services, bill, allowed) {
            put(text, "  ", &format!("Allowed: {each}."));
        }
    }
}

/// Allocations that are written out at most; more are told by the tie alone.
const WRITTEN_OUT: usize = 10;

/// Every allowed allocation, written out: `97110 2 + 97112 1, or 97110 1 + 97112 2`.
fn choices(services: &[Service], bill: &[(Time, Units)], allowed: &Allocations) -> Option<String> {
    let tied: Vec<usize> = (0..bill.len()).filter(|&n| remainder(bill[n].0) == allowed.cut).collect();
    let spare = allowed.spare_at_cut as u32;
    // Each set of the tied services is a number with a bit for each of them.
    let sets = (tied.len() <= 16).then(|| (0..1u32 << tied.len()).rev().filter(|set| set.count_ones() == spare))?;
    let sets: Vec<u32> = sets.take(WRITTEN_OUT + 1).collect();
    let one = |set: &u32| {
        let shares = services.iter().zip(bill).enumerate().map(|(n, (lines, &(time, _)))| {
            let chosen = tied.iter().position(|&place| place == n).is_some_and(|bit| set & 1 << bit != 0);
            let units = sure(time) + Units::from(chosen || remainder(time) > allowed.cut);
            let names: Vec<&str> = by_code(lines).map(|same| same[0].code.as_str()).collect();
            format!("{} {units}", names.join("+"))
        });
        shares.collect::<Vec<_>>().join(" + ")
    };
    (sets.len() <= WRITTEN_OUT).then(|| sets.iter().map(one).collect::<Vec<_>>().join(", or "))
}

/// Codes of which each is `counted` alone: the minutes that its first three units need, and those it has.
fn each_alone(
    text: &mut String,
    title: &str,
    services: &[Service],
    counted: impl Fn(&Service, Time) -> ([i32; 3], Range),
) -> Option<bool> {
    services.first()?;
    text.push_str(&format!("\n{title}\n"));
    let bill = bill(services);
    let answer = |(service, &(time, _)): (&Service, &(Time, Units))| {
        let ([first, second, third], range) = counted(service, time);
        let thresholds = format!("{first}, {second}, {third} ...");
        (format!("{:>7}  {thresholds:<19}", time.to_string()), range, range.max)
    };
    let answers: Vec<_> = services.iter().zip(&bill).map(answer).collect();
    let reasons = table(text, services, "minutes  units from         ", &answers);
    let each: Vec<_> = bill.iter().zip(&answers).map(|(service, answer)| (service.1, answer.2)).collect();
    judge(text, services, &each, &reasons)
}

/// The result per code, from each service's working, range and number nearest to the bill. Gives what was billed above.
fn table(text: &mut String, services: &[Service], title: &str, answers: &[(String, Range, Units)]) -> Vec<String> {
    let (mut above, any_bill) = (Vec::new(), services.iter().flatten().any(|line| line.billed.is_some()));
    text.push_str(&format!("  code   {title}  allowed   billed  nearest\n"));
    for (service, (working, range, nearest)) in services.iter().zip(answers) {
        for lines in by_code(service) {
            let (code, part) = (&lines[0].code, lines[0].facts.map_or(Part::Whole, |facts| facts.part));
            let Range { min, max } = part.range(*range);
            let allowed = if min == max { max.to_string() } else { format!("{min} or {max}") };
            let billed: Option<Units> = lines.iter().map(|line| line.billed).sum();
            let (own, nearest) = (shown(billed), shown(any_bill.then_some(part.share(*nearest))));
            text.push_str(&format!("  {code}  {working}  {allowed:<8}  {own:>6}  {nearest:>7}\n"));
            above.extend((billed > Some(max)).then(|| format!("{code} allows at most {max}, {own} billed")));
        }
    }
    above
}

/// The verdict on the bill, from the units billed and supported of each thing that is counted alone.
fn judge(text: &mut String, services: &[Service], each: &[(Units, Units)], reasons: &[String]) -> Option<bool> {
    let sum = |of: fn(&(Units, Units)) -> Units| each.iter().map(of).sum::<Units>();
    let (over, under) = (sum(|(billed, may)| (billed - may).max(0)), sum(|(billed, may)| (may - billed).max(0)));
    let (billed, supported) = (units(sum(|each| each.0)), sum(|each| each.1));
    if services.iter().flatten().any(|line| line.billed.is_none()) {
        put(text, "  ", &format!("{} supported; no verdict without all units billed.", units(supported)));
        return None;
    }
    let misallocated = over == 0 && !reasons.is_empty();
    let mut said: Vec<String> = (over > 0).then(|| format!("over by {over}")).into_iter().collect();
    said.extend(misallocated.then(|| "misallocated".to_owned()));
    said.extend((under > 0).then(|| format!("under by {under}")));
    said.extend(said.is_empty().then(|| "supported".to_owned()));
    let because: String = reasons.iter().map(|reason| format!("; {reason}")).collect();
    put(text, "  ", &format!("Verdict: {} ({billed} billed, {supported} supported){because}.", said.join(" and ")));
    Some(over + under == 0 && !misallocated)
}

/// Words behind a lead, wrapped; further lines stand under the first word.
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

/// The minutes and the units billed of each service.
fn bill(services: &[Service]) -> Vec<(Time, Units)> {
    let billed = |lines: &[Line]| lines.iter().filter_map(|line| line.billed).sum::<Units>();
    services.iter().map(|lines| (lines.iter().map(|line| line.time).sum::<Time>(), billed(lines))).collect()
}

fn by_code<'s, 'a>(service: &'s [Line<'a>]) -> impl Iterator<Item = &'s [Line<'a>]> {
    service.chunk_by(|a, b| a.code == b.code)
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

    /// The rule and the services, then what is printed.
    const TRANSCRIPT: &str = r"$ cms 97112=24/2 97110=23/1
  code   kind        minutes  billed  label
  97112  timed            24       2  neuromuscular re-education
  97110  timed            23       1  therapeutic exercise

CMS 8-minute rule: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C
  47 minutes lie in 38 to 52: 3 units. Whole fifteens give 2; left to give: 1.
  Largest remainder first: one more for 97112.
  code   minutes  fifteens  remainder  allowed   billed  nearest
  97110       23         1          8  1              1        1
  97112       24         1          9  2              2        2
  Verdict: supported (3 units billed, 3 supported).

$ cms 97112=20/2 97110=20/1
  code   kind        minutes  billed  label
  97112  timed            20       2  neuromuscular re-education
  97110  timed            20       1  therapeutic exercise

CMS 8-minute rule: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C
  40 minutes lie in 38 to 52: 3 units. Whole fifteens give 2; left to give: 1.
  Tie at 5; one of 97110, 97112 gets the spare unit: either.
  Allowed: 97110 1 + 97112 2, or 97110 2 + 97112 1.
  code   minutes  fifteens  remainder  allowed   billed  nearest
  97110       20         1          5  1 or 2         1        1
  97112       20         1          5  1 or 2         2        2
  Verdict: supported (3 units billed, 3 supported).

$ midpoint 97112=20/1 97110=20/1
  code   kind        minutes  billed  label
  97112  timed            20       1  neuromuscular re-education
  97110  timed            20       1  therapeutic exercise

CPT midpoint rule: CPT time rule, each code alone, past its midpoint
  code   minutes  units from           allowed   billed  nearest
  97110       20  8, 23, 38 ...        1              1        1
  97112       20  8, 23, 38 ...        1              1        1
  Verdict: supported (2 units billed, 2 supported).

$ full-15 97112=29/2 97110=31/2
  code   kind        minutes  billed  label
  97112  timed            29       2  neuromuscular re-education
  97110  timed            31       2  therapeutic exercise

Full fifteen minutes: each code alone, a unit for each full fifteen
  code   minutes  units from           allowed   billed  nearest
  97110       31  15, 30, 45 ...       2              2        2
  97112       29  15, 30, 45 ...       1              2        1
  Verdict: over by 1 (4 units billed, 3 supported); 97112 allows at most 1, 2
  billed.

$ tenths 97110=33/5 97112=10/1
  code   kind        minutes  billed  label
  97110  timed            33       5  therapeutic exercise
  97112  timed            10       1  neuromuscular re-education

Tenths of an hour: each code alone, a unit for each, to the nearest 6 minutes
  code   minutes  units from           allowed   billed  nearest
  97110       33  4, 10, 16 ...        5              5        5
  97112       10  4, 10, 16 ...        2              1        2
  Verdict: under by 1 (6 units billed, 7 supported).

$ cms 97129=15/1 97130=25/3
  code   kind        minutes  billed  label
  97129  timed            15       1  cognitive intervention, first 15 min;
                                      family: first unit the primary's
  97130  timed            25       3  cognitive intervention, each extra 15 min;
                                      family: first unit the primary's

CMS 8-minute rule: CMS Pub. 100-04 (Claims Processing), ch. 5, §20.2 C
  40 minutes lie in 38 to 52: 3 units. Whole fifteens give 2; left to give: 1.
  Largest remainder first: one more for 97129+97130.
  code   minutes  fifteens  remainder  allowed   billed  nearest
  97129       40         2         10  1              1        1
  97130       40         2         10  2              3        2
  Verdict: over by 1 (4 units billed, 3 supported); 97130 allows at most 2, 3
  billed.

";

    #[test]
    fn what_a_rule_supports_is_what_its_working_says() {
        let codes = Codes::parse(include_str!("../data/codes.csv")).unwrap();
        let given = ["97129=15", "97130=25/9", "97110=14", "97161=30", "96105=60"].map(str::to_owned);
        let units = |rule| supported(&codes, rule, 20_454, &given).unwrap();
        assert_eq!(Rule::ALL.map(units), [4, 4, 4, 2, 9]);
    }

    #[test]
    fn the_transcript_is_what_is_printed() {
        let codes = Codes::parse(include_str!("../data/codes.csv")).unwrap();
        let print = |command: &str| {
            let mut words = command.split(' ').skip(1).map(str::to_owned);
            let rule = Rule::from_name(&words.next().unwrap()).unwrap();
            format!("{command}\n{}\n", working(&codes, rule, 20_454, &words.collect::<Vec<_>>()).unwrap())
        };
        let printed: String = TRANSCRIPT.lines().filter(|line| line.starts_with('$')).map(print).collect();
        assert_eq!(printed, TRANSCRIPT);
    }
}
