//! CQ or CO missing or wrong, by the line's own modifiers and by who furnished its minutes.

use super::judged::units;
use super::{Certainty, Check, Finding, Judged, Run, Scope, Severity, disciplines};
use crate::ingest::{BLANK_TIME, Credential, Role, Setting, discipline_of};
use crate::reference::{AssistantRule, Field, Kind};
use crate::sessions::{Evidence, Service};
use recount_core::domain::{Discipline, Time};
use recount_core::units::assistant::{self, Shares};

pub const CHECK: Check = Check {
    name: "assistant-modifier",
    family: "modifiers",
    severity: Severity::Review,
    needs: &[Field::Modifiers],
    needs_any: &[],
    needs_notes: false,
    needs_file: None,
    scope: Scope::Dated(|reference| reference.assistants.dates()),
    citation: "42 USC 1395m(v); CMS Pub. 100-04 (Claims Processing), ch. 5, §20.1",
    page: include_str!("assistant_modifier.md"),
    run: Run::Session(find),
};

fn find(judged: &Judged, findings: &mut Vec<Finding>) {
    let Some(rule) = judged.reference.assistants.on(judged.session.day) else { return };
    let by_assistant = |line: &u32| says(judged, *line).is_some() || is_assistant(judged, *line);
    let minutes_told = judged.services.iter().any(|service| judged.lines_of(service).iter().any(by_assistant));
    for (service, _) in disciplines::therapy(judged) {
        let wrong = judged.bills(service).find_map(|line| wrong(judged, line));
        let wrong =
            wrong.map(|(certainty, why)| (Severity::Review, certainty, format!("{} {why}.", judged.code(service))));
        let by_minutes = || if minutes_told { by_minutes(judged, service, rule) } else { None };
        let Some((severity, certainty, mut reason)) = wrong.or_else(by_minutes) else { continue };
        let paid_alike = rule.paid_percent >= 100;
        if paid_alike {
            reason.push_str(" On that date the modifier was for reporting only, without effect on payment.");
        }
        let severity = if paid_alike { Severity::Note } else { severity };
        findings.push(judged.on_service(service, CHECK.name, severity, certainty, reason));
    }
}

/// What is wrong with the assistant's modifier that a line has, whatever its minutes.
fn wrong(judged: &Judged, line: u32) -> Option<(Certainty, String)> {
    let of_assistant = |modifier| assistant::from_modifier(modifier).map(|discipline| (modifier, discipline));
    let mut own = judged.modifiers(line).filter_map(of_assistant);
    let (modifier, discipline) = own.next()?;
    if own.any(|(_, other)| other != discipline) {
        return Some((Certainty::Certain, "has CQ and CO on one line".to_owned()));
    }
    if disciplines::named(judged, line).any(|named| named == discipline) {
        return None;
    }
    let pair = disciplines::modifier(discipline);
    match disciplines::named(judged, line).next() {
        Some(Discipline::Slp) => {
            let why = format!("has {modifier} with GN: no modifier tells of an assistant in speech-language pathology");
            Some((Certainty::Certain, why))
        }
        Some(named) => {
            let named = disciplines::modifier(named);
            Some((Certainty::Certain, format!("has {modifier} with {named}: it goes with {pair}")))
        }
        None => {
            let other = disciplines::otherwise(judged, line, discipline)?.name();
            let why = format!("has {modifier}, which goes with {pair}, and the discipline in the export is {other}");
            Some((Certainty::DependsOnData, why))
        }
    }
}

/// Whether units with and without the modifier are those that the minutes ask for.
fn by_minutes(judged: &Judged, service: &Service, rule: AssistantRule) -> Option<(Severity, Certainty, String)> {
    let session = judged.session;
    // The codes of a family share their minutes; the first of them speaks for all.
    let own =
        |other: &&Service| other.code == service.code || service.family.is_some() && other.family == service.family;
    let family: Vec<&Service> = judged.services.iter().filter(own).collect();
    let discipline = discipline_of(session.discipline);
    if family[0].code != service.code || discipline == Some(Discipline::Slp) || judged.evaluation(service) {
        return None;
    }
    let bills = || family.iter().flat_map(|service| judged.bills(service));
    let bill_type = |line: u32| judged.lines.particulars(line).bill_type.as_str();
    let exempt = |line: u32| {
        judged.reference.bill_types.get(bill_type(line), session.day).is_some_and(|known| !known.assistants)
    };
    // Minutes don't stand beside the units that are taken back, left blank, or a row each.
    let apart =
        |line: u32| judged.lines.units(line).is_none_or(|units| units < 0) || judged.lines.unit_rows(line).is_some();
    if bills().next().is_none() || bills().any(|line| exempt(line) || apart(line)) {
        return None;
    }
    let has_modifier = |line: &u32| judged.modifiers(*line).any(|own| assistant::from_modifier(own).is_some());
    let billed: i32 = bills().filter_map(|line| judged.lines.units(line)).sum();
    let with: i32 = bills().filter(has_modifier).filter_map(|line| judged.lines.units(line)).sum();
    let told = Told::of(judged, &family)?;
    let shares = told.shares;
    let (supported, split) = match service.kind {
        Kind::Timed if session.auditable() && session.evidence == Evidence::PerCode => {
            let supported = family.iter().map(|service| service.supported).sum();
            (supported, shares.of_timed(supported, rule.exceptions))
        }
        // Whose minutes stand on which of several occurrences is told only if all are one person's.
        Kind::Untimed if session.occurrences_known() && (told.is_one_persons() || bills().nth(1).is_none()) => {
            (billed, shares.of_untimed(billed))
        }
        _ => return None,
    };

    let name = match discipline {
        Some(Discipline::Pt) => "CQ",
        Some(Discipline::Ot) => "CO",
        _ => "CQ or CO",
    };
    let codes = family.iter().map(|service| judged.code(service)).collect::<Vec<_>>().join(" with ");
    let who = match shares.therapist {
        Time::ZERO if told.by_credential => format!("{codes} stands under an assistant's credential"),
        Time::ZERO => format!("{codes} was furnished by an assistant alone"),
        therapist => {
            format!("{codes} has {therapist} minutes of the therapist and {} of the assistant alone", shares.assistant)
        }
    };
    if shares.therapist < Time::ZERO {
        let all = shares.therapist + shares.assistant;
        let reason = format!(
            "{codes} has {all} minutes and {} of the assistant alone, which should be part of them: {name} is untested.",
            shares.assistant
        );
        return Some((Severity::Note, Certainty::DependsOnData, reason));
    }
    let left_out = bills().any(|line| judged.leaves_out(line, |used, _| used.assistant == 0));
    // A critical access hospital has no CQ and CO, and its type of bill would say so.
    let facility = judged.setting(judged.lines_of(service)) == Setting::Facility;
    let untold_type =
        |line: u32| bill_type(line).is_empty() && (facility || !judged.lines.particulars(line).revenue_code.is_empty());
    let settled = split.clear
        && !told.by_credential
        && session.mismatch.is_none()
        && !left_out
        && discipline.is_some()
        && !family.iter().any(|service| service.repeated)
        && !bills().any(untold_type);
    let certainty = if settled { judged.certainty() } else { Certainty::DependsOnData };
    let quick = if split.clear { "" } else { " CMS's quick methods disagree on whether that is more than a tenth." };
    let (min, max, plain) = (split.with.min, split.with.max, billed - with);
    let were = if with == 1 { "was" } else { "were" };
    let should = |due: i32| {
        let supported = units(supported);
        format!("{who}: of {supported} supported, {due} should be billed with {name}; {with} {were}.{quick}")
    };
    // Units over or under are told elsewhere: here only those count that stand on the wrong side of the modifier.
    if (min - with).min(plain - (supported - min)) > 0 {
        // Where the whole file has none, they may be added on the claim.
        let severity = if left_out { Severity::Note } else { Severity::Review };
        Some((severity, certainty, should(min)))
    } else if told.on_every_line && (with - max).min(supported - max - plain) > 0 {
        Some((Severity::Note, certainty, should(max)))
    } else if min < max && with < max {
        let reason = format!(
            "{who}: the rule leaves open how many of {}, {min} to {max}, should be billed with {name}; {with} {were}.",
            units(supported)
        );
        Some((Severity::Note, Certainty::DependsOnData, reason))
    } else {
        None
    }
}

/// Who furnished the minutes of a service.
struct Told {
    /// By whom they are. Where the assistant has more than there are, the therapist's are below zero.
    shares: Shares,
    /// Some are the assistant's only by the credential of a line.
    by_credential: bool,
    /// Each line says how many are the assistant's.
    on_every_line: bool,
}

impl Told {
    /// As its notes say, else its bills. `None` where that is not known.
    fn of(judged: &Judged, family: &[&Service]) -> Option<Told> {
        let role = if family.iter().any(|service| service.told_by.note) { Role::Notes } else { Role::Bill };
        let lines = family.iter().flat_map(|service| judged.lines_of(service)).copied();
        let mut told = Told { shares: Shares::default(), by_credential: false, on_every_line: true };
        let (mut all, mut alone, mut others, mut blank) = (Time::ZERO, Time::ZERO, false, false);
        for line in lines.filter(|line| judged.lines.role(*line) == role) {
            let (time, said) = (judged.lines.time(line), says(judged, line));
            blank |= time.is_none();
            told.on_every_line &= said.is_some();
            match said.filter(|said| *said > Time::ZERO) {
                Some(said) => {
                    all += time?;
                    alone += said;
                    others |= time != Some(said);
                }
                // None of an assistant's own minutes were the assistant's: that was left out, not meant.
                None if is_assistant(judged, line) => {
                    all += time.unwrap_or(Time::ZERO);
                    alone += time.unwrap_or(Time::ZERO);
                    told.by_credential = true;
                }
                None => {
                    all += time.unwrap_or(Time::ZERO);
                    others = true;
                }
            }
        }
        if others && blank {
            return None;
        }
        told.shares = if others {
            Shares { therapist: Time(all.0.saturating_sub(alone.0)), assistant: alone }
        } else {
            // All is the assistant's, even where nobody says how long it took.
            Shares { therapist: Time::ZERO, assistant: alone.max(Time::from_minutes(1)) }
        };
        Some(told)
    }

    fn is_one_persons(&self) -> bool {
        self.shares.therapist == Time::ZERO || self.shares.assistant == Time::ZERO
    }
}

/// The minutes of a line that an assistant furnished alone, if it says so.
fn says(judged: &Judged, line: u32) -> Option<Time> {
    Some(judged.lines.assistant.at(line)).filter(|time| *time != BLANK_TIME).map(Time)
}

/// Whether a line names an assistant as who furnished it.
fn is_assistant(judged: &Judged, line: u32) -> bool {
    judged.lines.particulars(line).credential == Some(Credential::Assistant)
}
