//! What the checks of one patient's clock have in common: minutes of it that are counted more than once.

use super::{Attribution, Certainty, Finding, Grain, Judged, Severity};
use crate::ingest::discipline_of;
use crate::sessions::{Service, Treated, WhyNot, treated};
use recount_core::cells::Span;
use recount_core::overlap::{Stretch, Twice, twice};

/// More services than these are not listed one by one in a reason.
const MOST_LISTED: usize = 6;

/// One patient's day with the times of its one-on-one treatment.
pub struct Clock<'a> {
    services: Vec<(&'a Judged<'a>, &'a Service)>,
    treated: Vec<Treated>,
}

impl<'a> Clock<'a> {
    /// Of the day's sessions. What was reversed or billed for several days is left out: its minutes may be no day's.
    pub fn of(day: &'a [Judged<'a>]) -> Clock<'a> {
        if day.first().is_none_or(|first| !first.lines.span.is_used()) {
            return Clock { services: Vec::new(), treated: Vec::new() };
        }
        let billed = |judged: &&Judged| {
            judged.session.told_by.bill
                && !matches!(judged.session.why_not, WhyNot::NetNegative | WhyNot::SpansDays | WhyNot::TooManyMinutes)
        };
        let services: Vec<(&Judged, &Service)> = day
            .iter()
            .filter(billed)
            .flat_map(|judged| judged.services.iter().map(move |service| (judged, service)))
            .collect();
        let lines: Vec<(&Service, &[u32])> =
            services.iter().map(|(judged, service)| (*service, judged.lines_of(service))).collect();
        let treated = day.first().map_or(Vec::new(), |first| treated(first.lines, &lines));
        Clock { services, treated }
    }

    /// Its treatment, in order of therapist and time.
    pub fn treated(&self) -> &[Treated] {
        &self.treated
    }

    /// The session of some treatment.
    pub fn session(&self, treated: &Treated) -> &'a Judged<'a> {
        self.services[treated.service].0
    }

    /// The service of some treatment.
    pub fn service(&self, treated: &Treated) -> &'a Service {
        self.services[treated.service].1
    }

    /// A finding on the minutes that are counted more than once within one of these groups, if there are enough. `of` tells apart
    /// what counts them, and `by` says in the reason what that is.
    pub fn tell<'t>(
        &self,
        check: &'static str,
        by: &str,
        groups: impl Iterator<Item = &'t [Treated]>,
        of: impl Fn(&Treated) -> u32,
    ) -> Option<Finding> {
        let least = self.services.first()?.0.reference.settings.clinician_overlap_minutes;
        let mut found = Twice::default();
        let mut concerned: Vec<&Treated> = Vec::new();
        for group in groups {
            let mut stretches: Vec<Stretch> = group.iter().map(|treated| treated.stretch(of(treated))).collect();
            let own = twice(&mut stretches);
            if own.at_least >= least.max(1) {
                found.certain += own.certain;
                found.at_least += own.at_least;
                concerned
                    .extend(group.iter().filter(|treated| meets_another(&treated.stretch(of(treated)), &stretches)));
            }
        }
        concerned.sort_by_key(|treated| (treated.span(), treated.place));
        let (first, others) = concerned.split_first()?;
        let exact = found.certain == found.at_least;
        let in_doubt = |treated: &&Treated| {
            let judged = self.session(treated);
            treated.therapist == 0
                || judged.certainty() != Certainty::Certain
                || judged.session.why_not.leaves_open_what_there_is()
        };
        let certain = exact && !concerned.iter().any(in_doubt);
        let reason = format!(
            "{}: {}{} of the clock {} counted {by}.",
            self.in_words(&concerned),
            if exact { "" } else { "at least " },
            minutes(found.at_least),
            if found.at_least == 1 { "is" } else { "are" },
        );
        let certainty = if certain { Certainty::Certain } else { Certainty::DependsOnData };
        let mut services: Vec<usize> = concerned.iter().map(|treated| treated.service).collect();
        services.sort_unstable();
        services.dedup();
        Some(Finding {
            grain: Grain::Day,
            units_billed: services.iter().map(|&n| self.services[n].1.billed).sum(),
            units_supported: None,
            attribution: match first.therapist {
                one if others.iter().any(|other| other.therapist != one) => Attribution::Shared,
                0 => Attribution::Unnamed,
                one => Attribution::One(one),
            },
            lines: (first.place, 1),
            beside: others.iter().map(|treated| (treated.place, 1)).collect(),
            ..self.session(first).finding(check, Severity::Review, certainty, reason)
        })
    }

    /// "97110 (PT) has 30 minutes from 09:00 to 09:30, 97140 (PT) has 20 minutes between 09:15 and 09:45".
    fn in_words(&self, concerned: &[&Treated]) -> String {
        let one = |treated: &&Treated| {
            let (judged, Span { start, end }) = (self.session(treated), treated.span());
            let (from, to) = if treated.is_whole() { ("from", "to") } else { ("between", "and") };
            let discipline = discipline_of(judged.session.discipline);
            format!(
                "{}{} has {} minutes {from} {} {to} {}",
                judged.code(self.service(treated)),
                discipline.map_or(String::new(), |discipline| format!(" ({})", discipline.name())),
                treated.time(),
                time_of_day(start),
                time_of_day(end),
            )
        };
        let mut listed: Vec<String> = concerned.iter().take(MOST_LISTED).map(one).collect();
        if concerned.len() > MOST_LISTED {
            listed.push(format!("{} more", concerned.len() - MOST_LISTED));
        }
        listed.join(", ")
    }
}

/// Whether a stretch has a moment in common with one of another.
fn meets_another(own: &Stretch, all: &[Stretch]) -> bool {
    let meets = |other: &Stretch| own.span.start < other.span.end && other.span.start < own.span.end;
    all.iter().any(|other| other.of != own.of && meets(other))
}

/// "1 minute", "15 minutes".
fn minutes(count: i64) -> String {
    if count == 1 { "1 minute".into() } else { format!("{count} minutes") }
}

/// A time of day as a clock shows it: 09:05. Past midnight it begins anew.
fn time_of_day(seconds: i32) -> String {
    format!("{:02}:{:02}", seconds / 3_600 % 24, seconds / 60 % 60)
}
