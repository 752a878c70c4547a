//! What a check sees: one session with its services and lines, and the words to tell of them.

use super::{Attribution, Certainty, Finding, Grain, Severity, minutes_implausible};
use crate::ingest::{Lines, ModifiersUsed, Role, Setting};
use crate::reference::{CodeFacts, Kind, Policy, Reference};
use crate::sessions::{Evidence, Outcome, Over, Service, Session, setting};
use recount_core::domain::{Rule, Time};

/// A judged session.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    /// Its number.
    pub number: u32,
    /// What is true of it.
    pub session: &'a Session,
    /// Its services, in order of code.
    pub services: &'a [Service],
    /// All lines of the block in the order of sessions; services name their places in it.
    pub order: &'a [u32],
    /// All lines of the block.
    pub lines: &'a Lines<'a>,
    /// How its payer's bill is judged.
    pub policy: &'a Policy,
    /// What the patient's id is unique in.
    scope: u32,
    /// The code table and the rest.
    pub reference: &'a Reference,
    /// Whether `units-without-minutes` runs, and so tells of its units itself.
    pub tells_without_minutes: bool,
    /// Whether `group-more-than-once` runs, and so tells of groups itself.
    pub tells_groups: bool,
}

impl<'a> Judged<'a> {
    /// A session of an outcome.
    pub fn new(
        outcome: &'a Outcome,
        number: usize,
        lines: &'a Lines<'a>,
        reference: &'a Reference,
        (tells_without_minutes, tells_groups): (bool, bool),
    ) -> Judged<'a> {
        let session = &outcome.sessions[number];
        let policy = lines.export.payers[session.payer as usize].policy(session.day);
        Judged {
            number: number as u32,
            session,
            services: outcome.services_of(session),
            order: &outcome.order,
            lines,
            policy,
            scope: lines.scope.at(outcome.order[session.lines.0 as usize]),
            reference,
            tells_without_minutes,
            tells_groups,
        }
    }

    /// All its lines: of bills, notes and remittances.
    pub fn own_lines(&self) -> &'a [u32] {
        &self.order[self.session.lines.0 as usize..][..self.session.lines.1 as usize]
    }

    /// Whether both are of one patient.
    pub fn same_patient(&self, other: &Judged) -> bool {
        (self.session.patient, self.scope) == (other.session.patient, other.scope)
    }

    /// Whether both are of one patient and day.
    pub fn same_day(&self, other: &Judged) -> bool {
        self.same_patient(other) && self.session.day == other.session.day
    }

    /// Whether every line that bills stands in a file that `fits` by its number.
    pub fn all_from(&self, fits: &[bool]) -> bool {
        let fits = |line: &u32| fits[usize::from(self.lines.file.at(*line))];
        self.own_lines().iter().filter(|line| self.lines.role(**line) == Role::Bill).all(fits)
    }

    /// The lines of a service that bill something, or leave blank how much.
    pub fn bills(&self, service: &Service) -> impl Iterator<Item = u32> + use<'a> {
        let lines = self.lines;
        let bills = move |line: &u32| {
            lines.role(*line) == Role::Bill && !lines.is_folded(*line) && lines.units(*line) != Some(0)
        };
        self.lines_of(service).iter().copied().filter(bills)
    }

    /// The modifiers of a line.
    pub fn modifiers(&self, line: u32) -> impl Iterator<Item = &'a str> + use<'a> {
        let lines: &'a Lines<'a> = self.lines;
        let joined = lines.export.texts.modifiers.get(lines.modifiers[line as usize]);
        joined.split(' ').filter(|modifier| !modifier.is_empty())
    }

    /// Whether a line has that modifier.
    pub fn has_modifier(&self, line: u32, modifier: &str) -> bool {
        self.modifiers(line).any(|own| own == modifier)
    }

    /// Whether the file of a line leaves modifiers of that sort to the claim, as it seems.
    pub fn leaves_out(&self, line: u32, hardly: fn(&ModifiersUsed, u64) -> bool) -> bool {
        let source = &self.lines.export.sources[usize::from(self.lines.file.at(line))];
        source.leaves_out(&self.reference.settings, hardly)
    }

    /// Where lines were furnished, if those that say so agree.
    pub fn setting(&self, lines: &[u32]) -> Setting {
        setting(self.lines, lines)
    }

    /// Whether a service is an evaluation.
    pub fn evaluation(&self, service: &Service) -> bool {
        self.facts(service).is_some_and(|facts| facts.evaluation.is_some())
    }

    /// The lines of a service.
    pub fn lines_of(&self, service: &Service) -> &'a [u32] {
        &self.order[service.lines.0 as usize..][..service.lines.1 as usize]
    }

    /// The code of a service.
    pub fn code(&self, service: &Service) -> &'a str {
        self.lines.export.texts.codes.get(service.code)
    }

    /// What the code table says of a service.
    pub fn facts(&self, service: &Service) -> Option<&'a CodeFacts> {
        self.lines.facts(&self.reference.codes, self.lines_of(service)[0])
    }

    /// The services whose minutes are pooled.
    pub fn timed(&self) -> impl Iterator<Item = &'a Service> {
        self.services.iter().filter(|service| service.kind == Kind::Timed)
    }

    /// How far an exception may be called one: anything in doubt is at most a review. `of` picks the sort of its units, since
    /// each sort is judged with and without repeated rows by itself.
    pub fn exception(&self, of: fn(&Over) -> i32) -> (Severity, Certainty) {
        let swapped = || self.timed().any(|service| minutes_implausible::swapped(self, service).is_some());
        let only_by_repeats = self.session.doubts.over_without_repeats.is_some_and(|over| of(&over) == 0);
        // Where minutes and units look swapped, neither proves the other.
        if self.certainty() == Certainty::DependsOnData || only_by_repeats || swapped() {
            (Severity::Review, Certainty::DependsOnData)
        } else if self.session.never_exception {
            (Severity::Review, Certainty::Certain)
        } else if self.session.mismatch.is_some()
            || self.session.doubts.over_without_repeats.is_some_and(|over| of(&over) != of(&self.session.over()))
        {
            // Over both ways, by different numbers: that it is over is a fact, by how much is not.
            (Severity::Exception, Certainty::DependsOnData)
        } else {
            (Severity::Exception, Certainty::Certain)
        }
    }

    /// The same for units of an untimed code. Where some payers of the class pay it by time, it depends on the payer's rule.
    pub fn untimed_exception(&self, service: &Service) -> (Severity, Certainty) {
        if self.policy.timed_codes.iter().any(|code| code == self.code(service)) {
            return (Severity::Review, Certainty::DependsOnRule);
        }
        self.exception(|over| over.untimed)
    }

    /// Certain, unless the data may mean something else.
    pub fn certainty(&self) -> Certainty {
        let doubts = &self.session.doubts;
        // A bill of what did not take place may be a wrong status, or minutes that nobody had.
        let took_place = || self.own_lines().iter().all(|&line| self.lines.took_place(line));
        if doubts.two_clinics
            || !took_place()
            || doubts.unknown_code
            || doubts.visits_untold
            || doubts.over_by_clinician.is_some()
        {
            Certainty::DependsOnData
        } else {
            Certainty::Certain
        }
    }

    /// A finding on the whole session, to be filled in.
    pub fn finding(&self, check: &'static str, severity: Severity, certainty: Certainty, reason: String) -> Finding {
        let session = self.session;
        Finding {
            check,
            severity,
            certainty,
            primary: true,
            also: None,
            grain: Grain::Session,
            session: self.number,
            code: None,
            units_billed: session.timed.billed,
            units_supported: Some(session.timed.supported),
            units_over: 0,
            attribution: self.whole_session(),
            lines: session.lines,
            beside: Vec::new(),
            reason,
        }
    }

    /// A finding on one service, to be filled in.
    pub fn on_service(
        &self,
        service: &Service,
        check: &'static str,
        severity: Severity,
        certainty: Certainty,
        reason: String,
    ) -> Finding {
        Finding {
            code: Some(service.code),
            units_billed: service.billed,
            units_supported: None,
            attribution: attribution(service.therapist, service.clinicians),
            lines: service.lines,
            ..self.finding(check, severity, certainty, reason)
        }
    }

    /// Whose the session is.
    fn whole_session(&self) -> Attribution {
        attribution(self.session.therapist, self.session.clinicians)
    }

    /// Whose the pooled units over are: one clinician's, if services of theirs stand above their ranges by as many. Units that
    /// ties leave open belong to nobody alone.
    pub fn whose_over(&self) -> Attribution {
        let above = || self.timed().filter(|service| service.over() > 0);
        let units: i32 = above().map(Service::over).sum();
        match above().next() {
            Some(first)
                if first.therapist != 0
                    && units >= self.session.timed.over
                    && above().all(|other| other.therapist == first.therapist) =>
            {
                Attribution::One(first.therapist)
            }
            _ => self.whole_session(),
        }
    }

    /// The code that all units over stand on, if it is one.
    pub fn code_above(&self) -> Option<u32> {
        let mut above = self.timed().filter(|service| service.over() > 0);
        let first = above.next()?;
        (above.next().is_none() && first.over() >= self.session.timed.over).then_some(first.code)
    }

    /// The pooled bill against the rule that the session takes, in words, and what the payer's own limits leave of it.
    pub fn bill_in_words(&self) -> String {
        let (session, mut words) = (self.session, self.rule_in_words(self.session.rule));
        if session.is_limited() {
            let left = units(session.timed.supported);
            words.push_str(&format!("; the payer's own limits ({}) leave {left}", self.policy.limits));
        }
        words
    }

    /// The pooled bill against a rule, in words: "47 timed minutes support 3 units (38 to 52 minutes); 4 were billed."
    pub fn rule_in_words(&self, rule: Rule) -> String {
        let session = self.session;
        let at_least = if session.doubts.units_blank { "at least " } else { "" };
        let billed = session.timed.billed;
        let were = if billed == 1 { "was" } else { "were" };
        let minutes = session.timed_time;
        match session.evidence {
            Evidence::PerCode => {}
            Evidence::VisitTotal if rule == Rule::Cms => {
                let supported = session.cms.supported;
                let (first, last) = recount_core::units::band(supported);
                return format!(
                    "The visit's {minutes} timed minutes support {} ({first} to {last} minutes); {at_least}{billed} {were} billed",
                    units(supported),
                );
            }
            evidence => {
                let supported = session.supported_by(rule);
                let how = if rule == Rule::Cms { "" } else { ", however they lie on the codes" };
                // Some of them were untimed, or another session's.
                let what = match evidence {
                    Evidence::UpperBound => format!("At most {minutes} minutes of the visit were timed: they"),
                    _ => format!("All {minutes} timed minutes of the visit"),
                };
                return format!("{what} support at most {}{how}; {at_least}{billed} {were} billed", units(supported),);
            }
        }
        if rule == Rule::Cms {
            let supported = session.cms.supported;
            let (first, last) = recount_core::units::band(supported);
            return format!(
                "{} timed minutes support {} ({first} to {last} minutes); {at_least}{billed} {were} billed",
                session.timed_time,
                units(supported),
            );
        }
        let parts: Vec<String> = self
            .timed()
            .map(|service| {
                let time = service.time.unwrap_or(Time::ZERO);
                format!("{} has {time} minutes and {} billed", self.code(service), units(service.billed))
            })
            .collect();
        let counted = match rule {
            Rule::Full15 => ", by full 15 minutes,",
            Rule::Tenths => ", in tenths of an hour,",
            _ => "",
        };
        format!(
            "Each code alone{counted} supports {} ({}); {at_least}{billed} {were} billed",
            units(session.supported_by(rule)),
            parts.join(", "),
        )
    }
}

/// Whose the lines of so many named clinicians are.
pub fn attribution(therapist: u32, clinicians: u16) -> Attribution {
    match (therapist, clinicians) {
        (_, 0) => Attribution::Unnamed,
        (0, _) => Attribution::Shared,
        (one, _) => Attribution::One(one),
    }
}

/// "1 unit", "3 units".
pub fn units(count: i32) -> String {
    if count == 1 { "1 unit".into() } else { format!("{count} units") }
}
