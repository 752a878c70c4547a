//! A session's timed services, and what each rule says of them, within a payer's own limits.
//!
//! Over and under are never netted. Where codes are pooled, billed units stand against the total; where each stands alone,
//! the sums of both sides are taken over codes. A limit on the session takes away from what is supported, whichever codes
//! that stands on.

use super::Range;
use super::alone::Alone;
use super::total_time::Allocations;
use crate::domain::{Rule, Time, UnitLimits, Units};

/// Units of one sort: billed, supported by the minutes or occurrences, over and under. Nothing is netted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Units billed.
    pub billed: Units,
    /// Units supported.
    pub supported: Units,
    /// Units billed beyond what is supported.
    pub over: Units,
    /// Units supported beyond what is billed.
    pub under: Units,
}

impl Tally {
    /// What is billed on services, each with what it supports, when at most `most` units are supported in all.
    #[inline]
    fn of(each: impl Iterator<Item = (Units, Units)>, most: Units) -> Tally {
        let (mut billed, mut supported, mut kept) = (0, 0, 0);
        for (own, may) in each {
            billed += own;
            supported += may;
            kept += own.min(may);
        }
        let supported = supported.min(most);
        let kept = kept.min(supported);
        Tally { billed, supported, over: billed - kept, under: supported - kept }
    }
}

/// What one service may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The units that any allowed allocation gives it.
    pub range: Range,
    /// Its units in the allowed allocation nearest to the bill.
    pub supported: Units,
}

/// Timed services of a session: the time of each, merged over its lines and family, and the units billed for it.
#[derive(Clone, Copy, Debug)]
pub struct Pool<'a> {
    services: &'a [(Time, Units)],
    total: Option<Time>,
    at_most: bool,
    allowed: Allocations,
}

impl<'a> Pool<'a> {
    /// Services whose times are their own.
    ///
    /// A `total` is all that is known of the minutes, however they lie on the services; their own times are not looked at. Of
    /// minutes that are known `at_most`, nothing can be said to be missing from the bill.
    pub fn new(services: &'a [(Time, Units)], total: Option<Time>, at_most: bool) -> Pool<'a> {
        let allowed = match total {
            Some(total) => Allocations::of(std::iter::once(total)),
            None => Allocations::of(services.iter().map(|&(time, _)| time)),
        };
        Pool { services, total, at_most, allowed }
    }

    /// Units billed, supported, over and under by that rule, within those limits; for `Either`, by the [milder] of the two.
    #[inline]
    pub fn tally(&self, rule: Rule, limits: &UnitLimits) -> Tally {
        let tally = match (Alone::of(rule), self.total) {
            (None, _) if rule == Rule::Either => return self.tally(self.milder(limits), limits),
            (None, _) => {
                let billed = self.services.iter().map(|&(_, billed)| billed).sum();
                let supported = self.allowed_within(limits).total;
                Tally::of(std::iter::once((billed, supported)), most(limits))
            }
            (Some(alone), Some(total)) => {
                let billed = self.services.iter().map(|&(_, billed)| billed).sum();
                let codes = i32::try_from(self.services.len()).unwrap_or(i32::MAX);
                let supported = if is_short(total, limits) { 0 } else { alone.most(total, codes) };
                let tally = Tally::of(std::iter::once((billed, supported)), self.most_of(alone, limits));
                // No more units can come of these minutes; that fewer were billed says nothing.
                Tally { under: 0, ..tally }
            }
            (Some(alone), None) => {
                let each = self.services_within(limits).map(|(time, billed)| (billed, alone.units(time)));
                Tally::of(each, self.most_of(alone, limits))
            }
        };
        if self.at_most { Tally { under: 0, ..tally } } else { tally }
    }

    /// Of the two rules that may hold where none is known, the [milder].
    fn milder(&self, limits: &UnitLimits) -> Rule {
        milder(self.tally(Rule::Cms, limits), self.tally(Rule::Midpoint, limits))
    }

    /// What each service may have by that rule, in their order, written into `shares`; `tally` is the pool's by the same rule.
    /// Says whether units are misallocated: the total is supported, and yet no allowed allocation gives each service what it was
    /// billed.
    pub fn share_out(&self, rule: Rule, limits: &UnitLimits, tally: Tally, shares: &mut Vec<Share>) -> bool {
        shares.clear();
        if self.total.is_some() {
            // What was billed is supported as far as the total goes, whichever services it stands on.
            let mut left = tally.supported;
            shares.extend(self.services.iter().map(|&(_, billed)| {
                let supported = billed.clamp(0, left);
                left -= supported;
                Share { range: Range { min: 0, max: tally.supported }, supported }
            }));
            return false;
        }
        let rule = if rule == Rule::Either { self.milder(limits) } else { rule };
        let mut misallocated = false;
        match Alone::of(rule) {
            Some(alone) => shares.extend(self.services_within(limits).map(|(time, _)| {
                let supported = alone.units(time);
                Share { range: Range::exactly(supported), supported }
            })),
            None => {
                let (allowed, services) = (self.allowed_within(limits), self.services_within(limits));
                misallocated = tally.over == 0 && !allowed.covers(services.clone());
                let nearest = services.clone().zip(allowed.nearest(services));
                let share = |((time, _), supported)| Share { range: allowed.range(time), supported };
                shares.extend(nearest.map(share));
            }
        }
        self.take_away(tally.supported, shares);
        misallocated
    }

    /// Takes units away until no more than `most` are left; which ones is the biller's choice, so first those not billed.
    fn take_away(&self, most: Units, shares: &mut [Share]) {
        let excess = shares.iter().map(|share| share.supported).sum::<Units>() - most;
        if excess <= 0 {
            return;
        }
        let mut left = excess;
        let mut drop = |share: &mut Share, units: Units| {
            let units = units.clamp(0, left);
            share.supported -= units;
            left -= units;
        };
        for (share, &(_, billed)) in shares.iter_mut().zip(self.services) {
            let not_billed = share.supported - billed.max(0);
            drop(share, not_billed);
        }
        for share in shares.iter_mut().rev() {
            let rest = share.supported;
            drop(share, rest);
        }
        for share in shares {
            share.range = Range { min: (share.range.min - excess).max(0), max: share.range.max.min(most) };
        }
    }

    /// The services, without the minutes of those that are too short to have a unit.
    fn services_within(&self, limits: &UnitLimits) -> impl Iterator<Item = (Time, Units)> + Clone {
        let limits = *limits;
        self.services
            .iter()
            .map(move |&(time, billed)| (if is_short(time, &limits) { Time::ZERO } else { time }, billed))
    }

    /// The allocations of the pooled minutes, without the units of services that are too short to have one.
    fn allowed_within(&self, limits: &UnitLimits) -> Allocations {
        match self.total {
            _ if limits.min_minutes <= 0 => self.allowed,
            None => self.allowed.among(self.services_within(limits).map(|(time, _)| time)),
            Some(total) if is_short(total, limits) => self.allowed.among(std::iter::empty()),
            Some(_) => self.allowed,
        }
    }

    /// The most units that the limits leave where each code stands alone.
    fn most_of(&self, alone: Alone, limits: &UnitLimits) -> Units {
        if !limits.cap_by_total {
            return most(limits);
        }
        let total = self.total.unwrap_or_else(|| self.services.iter().map(|&(time, _)| time).sum());
        alone.units(total).min(most(limits))
    }
}

/// Of `cms` and `midpoint`, the one that says less against the bill: the smaller over, then the smaller under, then `cms`.
pub fn milder(cms: Tally, midpoint: Tally) -> Rule {
    if (midpoint.over, midpoint.under) < (cms.over, cms.under) { Rule::Midpoint } else { Rule::Cms }
}

/// The most units that a payer takes on one day.
fn most(limits: &UnitLimits) -> Units {
    limits.max_timed_units.unwrap_or(Units::MAX)
}

fn is_short(time: Time, limits: &UnitLimits) -> bool {
    time.whole_minutes() < limits.min_minutes
}
