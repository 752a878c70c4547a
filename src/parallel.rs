//! Work in parallel, results in order.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, channel};

/// Does `work` on what `next` hands out, in parallel, and gives the results to `take` in the order in which they were handed
/// out. `next` and `take` run on the calling thread, so that reading, working and writing overlap; only a few pieces are under
/// way at once, whatever their number.
///
/// # Errors
/// The first one of `next` or `take`.
pub fn in_order<I: Send, O: Send, E>(
    mut next: impl FnMut() -> Result<Option<I>, E>,
    work: impl Fn(I) -> O + Sync,
    mut take: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    // One more than there are threads, so that none waits while a result is taken.
    let most = rayon::current_num_threads() + 1;
    let (sender, results) = channel();
    let work = &work;
    rayon::in_place_scope(|scope| {
        let (mut handed_out, mut taken, mut more) = (0_usize, 0_usize, true);
        let mut early = BTreeMap::new();
        loop {
            while more && handed_out - taken < most {
                let Some(piece) = next()? else {
                    more = false;
                    break;
                };
                let (number, sender) = (handed_out, sender.clone());
                handed_out += 1;
                scope.spawn(move |_| {
                    let result = catch_unwind(AssertUnwindSafe(|| work(piece)));
                    // Nobody listens any more after an error.
                    let _ = sender.send((number, result));
                });
            }
            if taken == handed_out {
                return Ok(());
            }
            let result = loop {
                if let Some(result) = early.remove(&taken) {
                    break result;
                }
                let (number, result) = receive(&results);
                early.insert(number, result);
            };
            taken += 1;
            take(result.unwrap_or_else(|panic| resume_unwind(panic)))?;
        }
    })
}

/// The next result. A thread of the pool works while it waits, since the results may be its own to make.
fn receive<T>(results: &Receiver<T>) -> T {
    while rayon::current_thread_index().is_some() {
        if let Ok(result) = results.try_recv() {
            return result;
        }
        if rayon::yield_now() != Some(rayon::Yield::Executed) {
            std::thread::yield_now();
        }
    }
    results.recv().expect("every piece of work sends its result")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_errors_end_it() {
        let run = |count: usize, wrong: usize| {
            let (mut n, mut seen) = (0, Vec::new());
            let done = in_order(
                || {
                    n += 1;
                    Ok((n <= count).then_some(n))
                },
                |n| {
                    std::thread::sleep(std::time::Duration::from_micros(if n % 3 == 0 { 300 } else { 10 }));
                    n * n
                },
                |square| {
                    seen.push(square);
                    if seen.len() == wrong { Err("wrong") } else { Ok(()) }
                },
            );
            (done, seen)
        };
        let (done, seen) = run(200, 0);
        assert_eq!((done, seen), (Ok(()), (1..=200).map(|n| n * n).collect()));
        let (done, seen) = run(200, 5);
        assert_eq!((done, seen.len()), (Err("wrong"), 5));
        assert!(run(0, 0).1.is_empty());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(pool.install(|| run(20, 0).1.len()), 20);
    }
}
