//! When the one-on-one treatment of a patient's day took place, as far as times of day show it.

use super::facts::Service;
use crate::ingest::{Lines, Role};
use recount_core::cells::Span;
use recount_core::domain::Time;
use recount_core::overlap::Stretch;

/// One-on-one treatment of a line that has its times.
#[derive(Clone, Copy, Debug)]
pub struct Treated {
    /// The line.
    pub line: u32,
    /// Its place in the order of lines.
    pub place: u32,
    /// Which of the day's services it belongs to.
    pub service: usize,
    /// Who treated; 0 where nobody is named.
    pub therapist: u32,
    /// From when to when, how much of it was treatment, and whether that is all of it.
    stretch: Stretch,
}

impl Treated {
    /// Between which times of day.
    pub fn span(&self) -> Span {
        self.stretch.span
    }

    /// How long the treatment was.
    pub fn time(&self) -> Time {
        self.stretch.time
    }

    /// Whether it lasted from the first moment to the last.
    pub fn is_whole(&self) -> bool {
        self.stretch.whole
    }

    /// As a stretch of somebody's or something's.
    pub fn stretch(&self, of: u32) -> Stretch {
        Stretch { of, ..self.stretch }
    }
}

/// What the lines of one patient's day say of when one-on-one treatment was: timed codes of 15 minutes, evaluations, and what the
/// code table says needs a therapist's constant contact with one patient. `services` are all of the day's, each with its lines.
///
/// Times that stand alike on several lines of a therapist are the visit's. Then the treatment lay somewhere between them; and if
/// each line says that it lasted all that time, its minutes are the visit's as well and say nothing.
pub fn treated(lines: &Lines, services: &[(&Service, &[u32])]) -> Vec<Treated> {
    let mut found = Vec::new();
    if !lines.span.is_used() {
        return found;
    }
    for (n, (service, own)) in services.iter().enumerate() {
        // Where there is a note, its minutes are meant, and not the bill's.
        let role = if service.told_by.note { Role::Notes } else { Role::Bill };
        for (place, &line) in (service.lines.0..).zip(own.iter()) {
            let treats = role == Role::Notes || lines.units(line).is_none_or(|units| units > 0);
            if lines.role(line) != role || !treats || !lines.took_place(line) {
                continue;
            }
            let Some(span) = lines.span(line).filter(|span| span.length() > Time::ZERO) else { continue };
            let time = lines.time(line).unwrap_or(Time::ZERO);
            let whole = time.0.abs_diff(span.length().0) < Time::MINUTE.unsigned_abs();
            let therapist = lines.therapist[line as usize];
            found.push(Treated { line, place, service: n, therapist, stretch: Stretch { span, of: 0, time, whole } });
        }
    }
    let one_on_one = |treated: &Treated| services[treated.service].0.one_on_one;
    let code = |treated: &Treated| services[treated.service].0.code;
    found.sort_unstable_by_key(|treated| {
        (treated.therapist, treated.stretch.span, code(treated), treated.time(), treated.place)
    });
    // The bill to a second payer repeats the treatment.
    found.dedup_by(|later, first| {
        let what = |treated: &Treated| (treated.therapist, treated.span(), code(treated), treated.time());
        let session = |treated: &Treated| services[treated.service].0.session;
        what(later) == what(first) && session(later) != session(first)
    });
    for alike in found.chunk_by_mut(|a, b| (a.therapist, a.span()) == (b.therapist, b.span())) {
        if alike.len() > 1 {
            let of_visit = alike.iter().filter(|treated| one_on_one(treated)).all(|treated| treated.stretch.whole);
            for treated in alike {
                treated.stretch.whole = false;
                if of_visit {
                    treated.stretch.time = Time::ZERO;
                }
            }
        }
    }
    found.retain(|treated| one_on_one(treated) && treated.time() > Time::ZERO);
    found
}
