//! The queries keep their contracts, and give the same on tables in memory whatever their order.

use crate::support::{audit, recount_in};
use recount::queries::{Query, built_in};
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn every_query_states_its_contract() {
    let found = built_in();
    assert!(found.len() >= 17, "{} queries", found.len());
    for (_, name, text) in found {
        let query = Query::parse(name, text).unwrap();
        assert!(text.contains("ORDER BY"), "{name} has a total order");
        assert!(!query.columns.is_empty() && !query.title.is_empty(), "{name}");
    }
}

/// The traps that the dialect sets: shapes that overflow silently or give another order from run to run.
#[test]
fn no_query_steps_into_a_trap() {
    for (_, name, text) in built_in() {
        let code: String = text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        for (n, _) in code.match_indices("COUNT(") {
            assert!(code[..n].ends_with("CAST("), "{name}: a COUNT is unsigned until it is cast");
        }
        assert!(!code.contains("FILTER ("), "{name}: FILTER is not in every version of the dialect");
    }
}

/// Summary tables of an export without a single auditable session, and of one line, run as well.
#[test]
fn tables_of_next_to_nothing() {
    let header = "patient_id,date_of_service,code,minutes,units\n";
    for rows in ["P1,2024-03-05,97110,,1\n", "P1,2024-03-05,97161,30,1\n", "P1,2024-03-05,97110,15,1\n"] {
        let audit = audit(&[("one.csv", &format!("{header}{rows}"))], &[]);
        assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
        assert_eq!(audit.table("tables/by_month").len(), 1);
    }
}

/// `docs/tables.md` lists the columns of every written table, in order.
#[test]
fn every_column_is_documented() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tables.md")).unwrap();
    let mut documented: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut table = String::new();
    for line in docs.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            table = heading.trim().trim_matches('`').to_owned();
        } else if let Some(name) = line.strip_prefix("| `").and_then(|rest| rest.split('`').next()) {
            documented.entry(table.clone()).or_default().push(name.to_owned());
        }
    }
    let audit = audit(&[("one.csv", "patient_id,date_of_service,code,minutes,units\nP1,2024-03-05,97110,15,1\n")], &[]);
    for table in ["lines", "services", "sessions", "findings", "rejects", "excluded"] {
        let text = std::fs::read_to_string(audit.file(&format!("{table}.csv"))).unwrap();
        let columns: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let known = documented.get(table).map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(known.as_deref(), Some(&columns[..]), "{table} in docs/tables.md");
    }
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/README.md").exists());

    // The sums, as a shard keeps them for a merge.
    let shard = audit.folder.path().join("shard");
    let arguments = ["audit", "one.csv", "--shard", "1/2", "--out", shard.to_str().unwrap()];
    assert_eq!(recount_in(audit.folder.path(), &arguments).code, 0);
    let of_sessions = documented["session_sums"].clone();
    let measures = of_sessions.iter().position(|name| name == "sessions").unwrap();
    for table in recount::tables::SUMS {
        let mut known = documented[table].clone();
        // The measures of sessions are listed once.
        if ["therapist_sums", "therapist_payer_sums"].contains(&table) {
            known.extend_from_slice(&of_sessions[measures..]);
        }
        let file = shard.join("sums").join(format!("{table}.parquet"));
        let columns = recount::parquet::ParquetFile::open(&file).unwrap().names();
        assert_eq!(columns, known, "{table} in docs/tables.md");
    }
}

/// A user's folder may hold patterns as well: their rows are findings, and their name is a check of its own.
#[test]
fn a_pattern_of_the_users_own() {
    let folder = tempfile::tempdir().unwrap();
    let pattern = "-- busy_day: days with more than one session\n\
        -- one row per: subject\n\
        -- columns: subject str, severity str, certainty str, discipline str, payer str, clinic str, therapist_id str,\n\
        --   source_file str, units_billed i64, units_supported i64, units_over i64, reason str\n\
        SELECT 'day ' || month AS subject, 'review' AS severity, 'certain' AS certainty, '' AS discipline, '' AS payer,\n\
          '' AS clinic, '' AS therapist_id, '' AS source_file, SUM(timed_units_billed) AS units_billed,\n\
          SUM(timed_units_supported) AS units_supported, SUM(timed_units_over) AS units_over, 'two sessions' AS reason\n\
        FROM sessions GROUP BY month ORDER BY subject\n";
    std::fs::write(folder.path().join("busy_day.sql"), pattern).unwrap();
    let rows = "patient_id,date_of_service,code,minutes,units\nP1,2024-03-05,97110,15,1\nP2,2024-03-05,97110,15,1\n";
    let audit = audit(&[("two.csv", rows)], &["--queries", folder.path().to_str().unwrap()]);
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    let found = audit.findings("busy-day");
    assert_eq!((found.len(), found[0]["reason"].as_str(), found[0]["units_billed"].as_str()), (1, "two sessions", "2"));
    assert!(audit.table("tables/by_check").iter().any(|row| row["check"] == "busy-day" && row["findings"] == "1"));
}
