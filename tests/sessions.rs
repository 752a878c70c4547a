//! The hot path: the same whatever the order of rows, and no allocation per session.

use crate::support::{Row, audit, recount_in};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What does not depend on where a row stands.
fn facts(rows: Vec<Row>) -> Vec<Row> {
    let places = ["source_file", "payer_name", "source_rows", "line_id", "source_row"];
    rows.into_iter()
        .map(|mut row| {
            row.retain(|name, _| !places.contains(&name.as_str()));
            row
        })
        .collect()
}

#[test]
fn the_order_of_rows_and_the_split_into_files_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let generated = ["generate", "--lines", "3000", "--seed", "5", "--out", "export.csv"];
    assert_eq!(recount_in(folder.path(), &generated).code, 0);
    let text = std::fs::read_to_string(folder.path().join("export.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    // Repeated rows count once across files, so only distinct rows can be split at will.
    let mut distinct: Vec<&str> = rows.lines().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let file = |rows: &[&str]| format!("{header}\n{}\n", rows.join("\n"));
    let whole = audit(&[("a.csv", &file(&distinct))], &[]);
    let (mut odd, mut even): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for (n, row) in distinct.iter().rev().enumerate() {
        if n % 2 == 0 { even.push(row) } else { odd.push(row) }
    }
    let split = audit(&[("a.csv", &file(&odd)), ("b.csv", &file(&even))], &[]);
    for table in ["sessions", "services", "tables/by_code", "tables/by_therapist", "tables/by_month"] {
        assert_eq!(facts(whole.table(table)), facts(split.table(table)), "{table}");
    }
    let findings = |rows: Vec<Row>| -> Vec<Row> {
        facts(rows).into_iter().filter(|row| row["check"] != "minutes-from-units").collect()
    };
    assert_eq!(findings(whole.table("findings")), findings(split.table("findings")));
}

/// Counts the allocations of the thread that asks for it.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// The counter is this test's only means to see an allocation; it adds nothing to what the system does.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: passed on as it came.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: passed on as it came.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn judging_allocates_per_batch_and_not_per_session() {
    use recount::ingest::Store;
    use recount::progress::Progress;
    use recount::reference::Reference;
    use recount::sessions::{Recount, Schedule};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let reference = Reference::load(None, None, None, &[]).unwrap();
    let quiet = Progress::silent();
    let always = recount::sessions::Period { from: None, to: None };
    let count = |lines: u32| {
        // Six days of three lines a patient, nothing to find and nothing to settle.
        let mut text = "patient_id,date_of_service,discipline,payer,therapist_id,code,minutes,units\n".to_owned();
        for n in 0..lines {
            let (session, code) = (n / 3, ["97110", "97112", "97140"][n as usize % 3]);
            text.push_str(&format!("P{},2024-03-{:02},PT,Medicare,T1,{code},15,1\n", session / 6, session % 6 + 1));
        }
        std::fs::write(&path, text).unwrap();
        let paths = std::slice::from_ref(&path);
        let mut export =
            recount::ingest::read(paths, &[], &Default::default(), &reference, Store::in_memory(), &quiet).unwrap();
        let schedule = Schedule::new(&mut export, always).unwrap();
        let recount = Recount::new(&export, &schedule, &reference);
        let part = recount.load(0..schedule.batches()).unwrap();
        let before = ALLOCATIONS.with(Cell::get);
        let batches = schedule.batches() as u64;
        let block = |batch: u64| recount.blocks(batch as usize, false).remove(0);
        let judged = |batch: u64| recount.judge(&part, block(batch)).1.sessions.len() as u32;
        assert_eq!((0..batches).map(judged).sum::<u32>(), lines / 3);
        (ALLOCATIONS.with(Cell::get) - before) / batches
    };
    // What a batch allocates does not depend on how many there are.
    let (few, many) = (count(7_998), count(36_000));
    assert!(few < 150 && many < 150, "{few} and {many} allocations for a batch of some thousand sessions");
}
