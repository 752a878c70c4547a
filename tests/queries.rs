//! The queries keep their contracts, and give the same on tables in memory whatever their order.

use crate::support::audit;
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
}
