//! The rules once more, written from their words, slow on purpose, and without a call into the core.
//!
//! Times are plain integers in hundredths of a second.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Hundredths of a second in a minute.
pub const MINUTE: i64 = 6_000;
/// Hundredths of a second in the 15 minutes of a unit.
const FIFTEEN: i64 = 15 * MINUTE;

/// One way to give each service its units.
pub type Allocation = Vec<i32>;

/// Units that the chart shows for these minutes: 8 minutes for the first, 15 more for each further one.
pub fn chart(minutes: i64) -> i32 {
    let mut units = 0;
    while minutes >= 8 + 15 * i64::from(units) {
        units += 1;
    }
    units
}

/// Every allocation that the CMS rule allows.
///
/// Each service has its whole fifteens, and some have one unit more: so many that the sum is what the pooled minutes
/// support, and none of them with less left over than a service that goes without.
pub fn allowed(times: &[i64]) -> BTreeSet<Allocation> {
    let total = chart(times.iter().sum::<i64>() / MINUTE);
    let fifteens: Allocation = times.iter().map(|time| (time / FIFTEEN) as i32).collect();
    let left_over = |n: usize| times[n] % FIFTEEN;
    let every_choice = (0..1_u32 << times.len())
        .map(|choice| (0..times.len()).partition::<Vec<usize>, _>(|service| choice >> service & 1 == 1));
    every_choice
        .filter(|(one_more, without)| one_more.iter().all(|&a| without.iter().all(|&b| left_over(a) >= left_over(b))))
        .map(|(one_more, _)| {
            let mut units = fifteens.clone();
            one_more.into_iter().for_each(|service| units[service] += 1);
            units
        })
        .filter(|units| units.iter().sum::<i32>() == total)
        .collect()
}

/// The same set from other words of the manual, without fifteens or remainders: each unit in turn goes to a service with
/// the most minutes that no unit stands for yet, whichever of them where they tie.
pub fn handed_out_one_by_one(times: &[i64]) -> BTreeSet<Allocation> {
    let mut reached = BTreeSet::from([vec![0; times.len()]]);
    for _ in 0..chart(times.iter().sum::<i64>() / MINUTE) {
        reached = reached
            .iter()
            .flat_map(|units| {
                let uncovered = |n: usize| times[n] - i64::from(units[n]) * FIFTEEN;
                let most = (0..times.len()).map(uncovered).max();
                (0..times.len()).filter(move |&n| Some(uncovered(n)) == most).map(|n| {
                    let mut more = units.clone();
                    more[n] += 1;
                    more
                })
            })
            .collect();
    }
    reached
}

/// The fewest and the most units that any of the allocations gives service `n`.
pub fn range(allowed: &BTreeSet<Allocation>, n: usize) -> (i32, i32) {
    let units = || allowed.iter().map(|allocation| allocation[n]);
    (units().min().expect("one allocation"), units().max().expect("one allocation"))
}

/// Every bill that a payer allows who gives short services nothing and takes at most `most` units: of the allocations that
/// keep the most units, any that many of them.
pub fn within(allowed: &BTreeSet<Allocation>, short: &[bool], most: i32) -> BTreeSet<Allocation> {
    let without_short = |units: &Allocation| -> Allocation {
        units.iter().zip(short).map(|(&units, &short)| if short { 0 } else { units }).collect()
    };
    let kept: BTreeSet<Allocation> = allowed.iter().map(without_short).collect();
    let sum = |units: &Allocation| units.iter().sum::<i32>();
    let best = kept.iter().map(sum).max().expect("one allocation");
    let mut left: BTreeSet<Allocation> = kept.into_iter().filter(|units| sum(units) == best).collect();
    for _ in most.min(best)..best {
        let one_fewer = |units: Allocation| {
            (0..units.len())
                .filter(|&n| units[n] > 0)
                .map(|n| (0..).zip(&units).map(|(m, &u)| u - i32::from(m == n)).collect())
                .collect::<Vec<Allocation>>()
        };
        left = left.into_iter().flat_map(one_fewer).collect();
    }
    left
}

/// Units of a code that stands alone, one more each time that the minutes reach the next threshold.
pub fn alone(first: i64, step: i64, minutes: i64) -> i32 {
    (0..).take_while(|units| minutes >= first + step * units).count() as i32
}

/// The least sum of absolute differences to the bill; among equals, the one that gives more to services that come
/// first.
pub fn nearest(allowed: &BTreeSet<Allocation>, billed: &[i32]) -> Allocation {
    allowed.iter().min_by_key(|units| (distance(units, billed), Reverse(*units))).expect("one allocation").clone()
}

/// The sum of absolute differences.
pub fn distance(units: &[i32], billed: &[i32]) -> i32 {
    units.iter().zip(billed).map(|(a, b)| (a - b).abs()).sum()
}

/// Units of a code with a first block of `first` minutes and further ones of `step`: the first unit needs more than half
/// of its block; each next needs everything before it in full and more than half of its own.
pub fn blocks(first: i64, step: i64, minutes: i64) -> i32 {
    let earned = |units: i64| {
        let (before, own) = if units == 1 { (0, first) } else { (first + (units - 2) * step, step) };
        2 * (minutes - before) > own
    };
    (1..).take_while(|&units| earned(units)).count() as i32
}
