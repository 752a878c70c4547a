//! Lines per second by stage, from a generated export to a written report. Each stage asserts its totals: a fast wrong answer is
//! none. `cargo bench --bench pipeline` (2 M lines), or `-- --lines N`.

use recount::checks::Selection;
use recount::commands::generate;
use recount::ingest::Totals;
use recount::plan::Inputs;
use recount::progress::Progress;
use recount::queries::Queries;
use recount::reference::Reference;
use recount::sessions::{Period, recount};
use recount::tables::Tables;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1).cloned();
    let count: u64 = after("--lines").map_or(2_000_000, |text| text.parse().expect("--lines N"));
    let folder = tempfile::tempdir().expect("a folder");
    let export = folder.path().join("export.csv");
    let quiet = Progress::silent();
    println!("{count} generated lines, {} threads\n", rayon::current_num_threads());
    println!("{:<28} {:>10} {:>16}", "stage", "seconds", "lines/s");
    let mut total = 0.0;
    let mut stage = |name: &str, started: Instant| {
        let seconds = started.elapsed().as_secs_f64();
        total += seconds;
        println!("{name:<28} {seconds:>10.2} {:>16.0}", count as f64 / seconds);
        total
    };

    let started = Instant::now();
    generate::write(count, 1, &export, None).expect("the export is written");
    let generated = stage("generate", started);

    let started = Instant::now();
    let reference = Reference::load(None, None, &[]).expect("the built-in data");
    let inputs = Inputs { paths: vec![export], options: Default::default(), reference };
    let mut lines =
        recount::ingest::read(&inputs.paths, &inputs.options, &inputs.reference, &quiet).expect("an export");
    assert_eq!(lines.read.rows, count);
    stage("read and parse", started);

    let started = Instant::now();
    let always = Period { from: None, to: None };
    let outcome = recount(&mut lines, always, &inputs.reference, &quiet);
    assert_eq!(Totals::of_lines(&lines, &outcome.order).rows + outcome.excluded.len() as u64, count);
    stage("sort, settle, cut, judge", started);

    let started = Instant::now();
    let selection = Selection::new(&[], &[]).expect("all checks");
    let findings = selection.run(&outcome, &lines, &inputs.reference);
    let over: i64 = outcome
        .sessions
        .iter()
        .filter(|session| session.auditable())
        .map(|session| i64::from(session.over().timed + session.over().interval + session.over().untimed))
        .sum();
    let told: i64 =
        findings.iter().filter(|finding| finding.primary).map(|finding| i64::from(finding.units_over)).sum();
    assert_eq!(told, over, "each unit over is counted once");
    stage("all checks", started);

    let started = Instant::now();
    let mut tables = Tables::build(&lines, &outcome, &findings, &inputs.reference, &selection, &[]).expect("tables");
    assert_eq!(tables.sessions.height(), outcome.sessions.len());
    stage("spell out tables", started);

    let started = Instant::now();
    let queries = Queries::load(None).expect("the built-in queries");
    let patterns = queries.patterns(&tables, &selection).expect("patterns");
    for found in patterns {
        tables.add_pattern(&found.check, &found.citation, &found.rows).expect("its findings");
    }
    let summaries = queries.summaries(&tables).expect("summaries");
    assert!(summaries.iter().all(|(_, frame)| frame.height() > 0));
    let all = stage("patterns and summaries", started);

    println!("\n{:<28} {:>10.2}", "all but generating", all - generated);
    println!("units over: {over}");
}
