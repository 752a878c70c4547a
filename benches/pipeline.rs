//! Lines per second by stage, from a generated export to sums. Each stage asserts its totals: a fast wrong answer is none.
//! `cargo bench --bench pipeline` (2 M lines), or `-- --lines N`, or `-- --export FILE`.
//!
//! Stages of the recount are measured by adding one after another to the pass over all batches: what a stage costs is what the
//! pass takes longer with it.

use recount::checks::{Applied, Selection};
use recount::commands::generate;
use recount::hash::HashingReader;
use recount::ingest::{Export, Store};
use recount::parallel::in_order;
use recount::plan::Inputs;
use recount::progress::Progress;
use recount::reference::Reference;
use recount::sessions::{Period, Recount, Schedule};
use recount::tables::{Detail, Names, Sums};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

/// What a pass over the batches makes of each.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Depth {
    Judge,
    Check,
    Sum,
    Findings,
    Lines,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1).cloned();
    let folder = tempfile::tempdir().expect("a folder");
    let export = match after("--export") {
        Some(path) => PathBuf::from(path),
        None => {
            let count: u64 = after("--lines").map_or(2_000_000, |text| text.parse().expect("--lines N"));
            let export = folder.path().join("export.csv");
            generate::write(count, 1, &export, None).expect("the export is written");
            export
        }
    };
    stages(&export);
}

fn stages(path: &Path) {
    let quiet = Progress::silent();
    let started = Instant::now();
    let bar = quiet.bytes("", 0);
    let mut bytes = HashingReader::new(std::fs::File::open(path).expect("the export"), &bar);
    std::io::copy(&mut bytes, &mut std::io::sink()).expect("its bytes");
    let hashing = started.elapsed().as_secs_f64();

    let started = Instant::now();
    let reference = Reference::load(None, None, None, &[]).expect("the built-in data");
    let inputs = Inputs {
        paths: vec![path.to_owned()],
        joined: Vec::new(),
        config: None,
        config_found: false,
        options: Default::default(),
        reference,
    };
    let mut export =
        recount::ingest::read(&inputs.paths, &[], &inputs.options, &inputs.reference, Store::in_memory(), &quiet)
            .expect("an export");
    let reading = started.elapsed().as_secs_f64();
    let count = export.read.rows;
    println!("{count} lines, {} threads\n", rayon::current_num_threads());
    println!("{:<34} {:>8} {:>14} {:>9}", "stage", "seconds", "lines/s", "ns/line");
    let say = |name: &str, seconds: f64| {
        let (rate, each) = (count as f64 / seconds, seconds * 1e9 / count as f64);
        println!("{name:<34} {seconds:>8.2} {rate:>14.0} {each:>9.0}");
        seconds
    };
    say("(read and hash bytes, one thread)", hashing);
    let mut all = say("read and parse", reading);

    let started = Instant::now();
    let schedule = Schedule::new(&mut export, Period { from: None, to: None }).expect("lines in memory");
    all += say("order patients", started.elapsed().as_secs_f64());
    let mut selection = Selection::new(&[], &[]).expect("all checks");
    selection.fit(&export.sources, &inputs.reference);
    let mut before = 0.0;
    for (depth, name) in [
        (Depth::Judge, "gather, settle, cut, judge"),
        (Depth::Check, "all checks"),
        (Depth::Sum, "sums"),
        (Depth::Findings, "spell out findings"),
    ] {
        let started = Instant::now();
        let over = pass(&export, &schedule, &inputs.reference, &selection, depth, count);
        let seconds = started.elapsed().as_secs_f64();
        all += say(name, (seconds - before).max(0.0));
        before = seconds;
        if depth == Depth::Findings {
            say("all of these", all);
            println!("\nunits over: {over}");
        }
    }
    let started = Instant::now();
    pass(&export, &schedule, &inputs.reference, &selection, Depth::Lines, count);
    say("(spell out lines, services, sessions)", started.elapsed().as_secs_f64() - before);
}

/// Judges all batches and what `depth` says; gives the units over.
fn pass(
    export: &Export,
    schedule: &Schedule,
    reference: &Reference,
    selection: &Selection,
    depth: Depth,
    count: u64,
) -> i64 {
    let recount = Recount::new(export, schedule, reference);
    let part = recount.load(0..schedule.batches()).expect("lines in memory");
    let mut numbers = 0..schedule.batches();
    let (mut lines_seen, mut over) = (0, 0);
    let (names, sums) = (Names::of(export), Mutex::new(Vec::<Sums>::new()));
    in_order(
        || Ok::<_, std::convert::Infallible>(numbers.next()),
        |number| {
            let (mut seen, mut over, mut applied) = (0, 0, Applied::default());
            let mut own = sums.lock().expect("no thread failed").pop().unwrap_or_default();
            for block in recount.blocks(number, depth < Depth::Lines) {
                let (lines, outcome) = recount.judge(&part, block);
                let of_block: i64 = outcome
                    .sessions
                    .iter()
                    .filter(|session| session.auditable())
                    .map(|session| i64::from(session.over().timed + session.over().interval + session.over().untimed))
                    .sum();
                over += of_block;
                seen += (outcome.order.len() + outcome.excluded.len()) as u64;
                if depth == Depth::Judge {
                    continue;
                }
                let findings = selection.run(&outcome, &lines, reference, &mut applied);
                let told: i64 = findings
                    .iter()
                    .filter(|finding| finding.primary)
                    .map(|finding| i64::from(finding.units_over))
                    .sum();
                assert!(told == of_block, "each unit over is counted once");
                if depth >= Depth::Sum {
                    own.add_sessions(&lines, &outcome, &findings);
                }
                for detail in Detail::ALL {
                    let wanted = if detail == Detail::Findings { Depth::Findings } else { Depth::Lines };
                    if depth >= wanted {
                        detail.of_batch(&lines, &outcome, &findings, &names).expect("a table");
                    }
                }
            }
            sums.lock().expect("no thread failed").push(own);
            (seen, over)
        },
        |(lines, of_batch)| {
            lines_seen += lines;
            over += of_batch;
            Ok(())
        },
    )
    .unwrap_or_else(|never| match never {});
    let mut all = Sums::default();
    sums.into_inner().expect("no thread failed").into_iter().for_each(|own| all.merge(own));
    assert_eq!(lines_seen + export.lost.len() as u64, count, "no line is lost");
    over
}
