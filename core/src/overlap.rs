//! Minutes of the clock that are counted more than once: for two services, by two therapists, with two patients.

use crate::cells::{Span, union};
use crate::domain::Time;

/// One-on-one treatment that took place within two times of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// From when to when.
    pub span: Span,
    /// Whose it is: the number of a service, of a therapist, of a patient.
    pub of: u32,
    /// How much treatment.
    pub time: Time,
    /// It lasted from the first moment to the last; else it lay somewhere between.
    pub whole: bool,
}

/// Whole minutes that stretches of several have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Twice {
    /// Of those that lasted throughout.
    pub certain: i64,
    /// Of all: no fewer, wherever between its times each lay.
    pub at_least: i64,
}

/// The minutes that are counted more than once: treatment of all, each by itself, less what the clock ran. Leaves `stretches` in
/// order of time.
///
/// ```text
/// A  9:00 ├──────────┤ 9:30            each throughout: 30 + 30 minutes in 45 of the clock, so 15 twice
/// B       9:15 ├──────────┤ 9:45       20 minutes each, somewhere: 40 fit into 45, so perhaps none
/// ```
pub fn twice(stretches: &mut [Stretch]) -> Twice {
    stretches.sort_unstable();
    let mut found = Twice::default();
    let mut spans = Vec::new();
    let mut rest = &mut *stretches;
    // Stretches that hang together are judged by themselves: an idle hour elsewhere makes up for nothing.
    while let [first, more @ ..] = rest {
        let mut until = first.span.end;
        let more = more.iter().take_while(|stretch| {
            let hangs = stretch.span.start < until;
            until = until.max(stretch.span.end);
            hangs
        });
        let count = 1 + more.count();
        let (together, others) = std::mem::take(&mut rest).split_at_mut(count);
        if together.len() > 1 {
            together.sort_unstable_by_key(|stretch| (stretch.of, *stretch));
            found.certain += shared(together, true, &mut spans);
            found.at_least += shared(together, false, &mut spans);
            together.sort_unstable();
        }
        rest = others;
    }
    let minutes = |hundredths: i64| hundredths / i64::from(Time::MINUTE);
    let certain = minutes(found.certain);
    Twice { certain, at_least: minutes(found.at_least).max(certain) }
}

/// Treatment of each, less what the clock ran for all, in hundredths of a second. Expects them in order of whose they are.
fn shared(stretches: &[Stretch], whole: bool, spans: &mut Vec<Span>) -> i64 {
    let mut clock = |stretches: &[Stretch]| {
        spans.clear();
        spans.extend(stretches.iter().filter(|stretch| stretch.whole || !whole).map(|stretch| stretch.span));
        i64::from(union(spans).0)
    };
    let each = stretches.chunk_by(|a, b| a.of == b.of).map(|own| {
        let ran = clock(own);
        let treated: i64 = own.iter().map(|stretch| i64::from(stretch.time.min(stretch.span.length()).0)).sum();
        if whole { ran } else { treated.min(ran) }
    });
    let each: i64 = each.sum();
    (each - clock(stretches)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(of: u32, from: i32, to: i32, minutes: i32) -> Stretch {
        let span = Span { start: from * 60, end: to * 60 };
        let time = Time::from_minutes(minutes);
        Stretch { span, of, time, whole: time == span.length() }
    }

    fn minutes(mut stretches: Vec<Stretch>) -> (i64, i64) {
        let found = twice(&mut stretches);
        (found.certain, found.at_least)
    }

    #[test]
    fn what_two_have_in_common() {
        assert_eq!(minutes(vec![stretch(1, 0, 30, 30), stretch(2, 15, 45, 30)]), (15, 15));
        assert_eq!(minutes(vec![stretch(1, 0, 30, 30), stretch(2, 30, 45, 15)]), (0, 0));
        assert_eq!(minutes(vec![stretch(1, 0, 60, 60), stretch(2, 10, 20, 10), stretch(2, 50, 70, 20)]), (20, 20));
        assert_eq!(minutes(vec![]), (0, 0));
    }

    #[test]
    fn treatment_somewhere_between_may_fit() {
        assert_eq!(minutes(vec![stretch(1, 0, 45, 20), stretch(2, 0, 45, 20)]), (0, 0));
        assert_eq!(minutes(vec![stretch(1, 0, 45, 30), stretch(2, 0, 45, 30)]), (0, 15));
        // 15 minutes that lie within 30 of another's.
        assert_eq!(minutes(vec![stretch(1, 0, 30, 30), stretch(2, 0, 30, 15)]), (0, 15));
    }

    #[test]
    fn nobody_is_counted_twice_with_themselves() {
        assert_eq!(minutes(vec![stretch(1, 0, 30, 30), stretch(1, 0, 30, 30), stretch(2, 30, 60, 30)]), (0, 0));
        // More minutes than the clock ran are another matter.
        assert_eq!(minutes(vec![stretch(1, 0, 30, 45), stretch(2, 30, 60, 30)]), (0, 0));
    }

    #[test]
    fn idle_hours_make_up_for_nothing() {
        let busy = [stretch(1, 0, 30, 30), stretch(2, 0, 45, 40)];
        let idle = [stretch(1, 100, 300, 10), stretch(2, 290, 500, 10)];
        assert_eq!(minutes([busy, idle].concat()), (0, 25));
    }
}
