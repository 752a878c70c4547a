//! Every number of the page is a number of the tables.

use crate::support::{Audit, Row, audit, read_table, recount_in};
use std::collections::BTreeMap;
use std::path::Path;

/// A page's tables: caption, headings, rows of cells as shown.
pub struct Shown {
    pub caption: String,
    pub headings: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Text without tags and with its entities resolved.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = ["&#34;", "&#38;", "&#39;", "&#60;", "&#62;"]
        .iter()
        .zip(["\"", "&", "'", "<", ">"])
        .fold(text, |text, (entity, sign)| text.replace(entity, sign));
    text.trim().to_owned()
}

/// What stands between the end of the tag that begins with `tag` and the next of `ends`.
fn cells(row: &str, tags: [&str; 2]) -> Vec<String> {
    let mut found = Vec::new();
    let starts: Vec<usize> = tags
        .iter()
        .flat_map(|tag| row.match_indices(*tag).map(|(place, _)| place))
        .filter(|place| row[place + 3..].starts_with([' ', '>']))
        .collect();
    let mut starts = starts;
    starts.sort_unstable();
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(row.len());
        found.push(plain(&row[*start..end]));
    }
    found
}

/// The tables of a page.
pub fn tables(html: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    for part in html.split("<table").skip(1) {
        let (table, _) = part.split_once("</table>").unwrap();
        let (head, body) = table.split_once("<tbody>").unwrap();
        let (caption, head) = head.split_once("<thead>").unwrap();
        let caption = caption.split_once("<caption>").map_or(String::new(), |(_, caption)| plain(caption));
        let headings = cells(head, ["<th", "<td"]);
        let rows = body.split("<tr>").skip(1).map(|row| cells(row, ["<th", "<td"])).collect();
        found.push(Shown { caption, headings, rows });
    }
    found
}

/// A whole number as the page shows it.
fn thousands(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let mut shown = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    format!("{sign}{shown}")
}

/// A cell of a table as the page shows it.
fn as_shown(column: &str, cell: &str) -> String {
    match cell {
        "true" => "yes".into(),
        "false" => "no".into(),
        cell if column.ends_with("_cents") && !cell.is_empty() => {
            let cents: i64 = cell.parse().unwrap();
            format!("{}.{:02}", thousands(&(cents / 100).to_string()), cents % 100)
        }
        cell if cell.parse::<i64>().is_ok() && !["code", "month"].contains(&column) => thousands(cell),
        cell => cell.to_owned(),
    }
}

/// A generated practice with everything that can be wrong.
fn practice() -> Audit {
    let folder = tempfile::tempdir().unwrap();
    let made = recount_in(folder.path(), &["generate", "--lines", "6000", "--seed", "5", "--out", "visits.csv"]);
    assert_eq!(made.code, 0);
    let text = std::fs::read_to_string(folder.path().join("visits.csv")).unwrap();
    audit(&[("visits.csv", &text)], &["--html-audience", "workpaper"])
}

fn html(audit: &Audit) -> String {
    std::fs::read_to_string(audit.file("report.html")).unwrap()
}

#[test]
fn summary_tables_stand_in_the_page_as_they_are() {
    let audit = practice();
    let shown = tables(&html(&audit));
    for name in ["by_check", "by_therapist", "by_clinic", "by_payer", "by_code", "by_month", "payers", "amounts"] {
        let rows: Vec<Row> = audit.table(&format!("tables/{name}"));
        let file = std::fs::read_to_string(audit.file(&format!("tables/{name}.csv"))).unwrap();
        let all: Vec<&str> = file.lines().next().unwrap().split(',').collect();
        let heading = |column: &str| column.trim_end_matches("_cents").replace('_', " ");
        // The page leaves out columns, but none of its tables has one that the table has not.
        let first = heading(all[0]);
        let of_table = |table: &&Shown| {
            table.headings[0] == first
                && table.headings.iter().all(|own| all.iter().any(|column| heading(column) == *own))
        };
        let table = shown.iter().filter(of_table).max_by_key(|table| table.headings.len());
        let table = table.unwrap_or_else(|| panic!("{name} in the page"));
        assert!(table.headings.len() >= 5, "{name}: {:?}", table.headings);
        let columns: Vec<&str> = table
            .headings
            .iter()
            .filter_map(|own| all.iter().copied().find(|column| heading(column) == *own))
            .collect();
        let wanted: Vec<Vec<String>> =
            rows.iter().map(|row| columns.iter().map(|column| as_shown(column, &row[*column])).collect()).collect();
        assert_eq!(table.rows, wanted, "{name}: {}", table.caption);
    }
}

#[test]
fn the_verdict_is_the_overview() {
    let audit = practice();
    let html = html(&audit);
    let overview: BTreeMap<String, String> =
        audit.table("tables/overview").into_iter().map(|row| (row["measure"].clone(), row["value"].clone())).collect();
    let figures: Vec<(String, String)> = html
        .split("<dt>")
        .skip(1)
        .map(|part| {
            let (label, rest) = part.split_once("</dt><dd>").unwrap();
            (plain(label), plain(rest.split_once("</dd>").unwrap().0))
        })
        .collect();
    let figure = |label: &str| figures.iter().find(|(own, _)| own == label).map(|(_, value)| value.as_str());
    let of = |measure: &str| thousands(&overview[measure]);
    let sessions = format!("{} of {}", of("auditable sessions"), of("sessions"));
    assert_eq!(figure("sessions audited"), Some(sessions.as_str()));
    assert_eq!(figure("exceptions"), Some(of("findings: exception").as_str()));
    assert_eq!(figure("units over"), Some(of("units over").as_str()));
    assert_eq!(figure("units under"), Some(of("units under").as_str()));
    let totals = tables(&html).into_iter().find(|table| table.caption.starts_with("Control totals")).unwrap();
    let manifest = audit.manifest();
    for (row, part) in totals.rows.iter().zip(["read", "audited", "excluded", "rejected"]) {
        let total = &manifest["totals"][part];
        let wanted = ["rows", "units", "charge_cents"].map(|column| as_shown(column, &total[column].to_string()));
        assert_eq!(row[1..], wanted, "{part}");
    }
}

#[test]
fn sections_stand_in_the_order_in_which_a_board_reads() {
    let html = html(&practice());
    let wanted = [
        "verdict",
        "scope",
        "control",
        "payers",
        "checks",
        "causes",
        "therapists",
        "clinics",
        "by-payer",
        "codes",
        "months",
        "minutes",
        "patterns",
        "next",
        "not-tested",
        "method",
        "quality",
        "findings",
    ];
    let places: Vec<usize> = wanted
        .iter()
        .map(|id| html.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("section {id}")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

/// What some columns of a table add up to over the rows with these values of others, as the page shows them.
fn added_up(rows: &[Row], keys: &[&str], measures: &[&str]) -> Vec<Vec<String>> {
    let mut sums: BTreeMap<Vec<String>, Vec<i64>> = BTreeMap::new();
    for row in rows {
        let key = keys.iter().map(|name| row[*name].clone()).collect();
        let sum = sums.entry(key).or_insert_with(|| vec![0; measures.len()]);
        sum.iter_mut().zip(measures).for_each(|(sum, name)| *sum += row[*name].parse::<i64>().unwrap());
    }
    let shown = |sums: Vec<i64>| sums.into_iter().map(|sum| thousands(&sum.to_string())).collect::<Vec<_>>();
    sums.into_iter().map(|(key, sums)| [key, shown(sums)].concat()).collect()
}

/// A practice of more columns, with something for every check.
fn practice_of_all(options: &[&str]) -> Audit {
    let folder = tempfile::tempdir().unwrap();
    let made = ["generate", "--lines", "6000", "--seed", "5", "--errors", "all", "--out", "visits.csv"];
    assert_eq!(recount_in(folder.path(), &made).code, 0);
    let text = std::fs::read_to_string(folder.path().join("visits.csv")).unwrap();
    let audit = audit(&[("visits.csv", &text)], options);
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    audit
}

#[test]
fn causes_and_another_rule_are_sums_of_their_tables() {
    let audit = practice_of_all(&["--html-audience", "workpaper", "--what-if", "*=midpoint"]);
    let html = html(&audit);
    let shown = tables(&html);
    let (of_cause, of_rule) = (audit.table("tables/by_cause"), audit.table("tables/what_if"));
    let measures = ["sessions", "auditable_sessions", "units_over"];
    let tried = [
        "auditable_sessions",
        "timed_units_over",
        "what_if_units_over",
        "timed_units_under",
        "what_if_units_under",
        "sessions_that_differ",
    ];
    for (caption, rows, keys, measures) in [
        ("Overbilled sessions by what gives their units", &of_cause, &["cause"][..], &measures[..]),
        ("The same by clinician", &of_cause, &["therapist_id", "cause"], &measures),
        ("Audited sessions under the rule that was tried", &of_rule, &["payer", "what_if_rule"], &tried),
    ] {
        let table = shown.iter().find(|table| table.caption == caption).unwrap_or_else(|| panic!("{caption}"));
        let mut found = table.rows.clone();
        found.sort();
        assert_eq!(found, added_up(rows, keys, measures), "{caption}");
        assert!(found.len() > 2, "{caption}");
    }
    // Each cause is said in words.
    let section = html.split("<section id=\"causes\"").nth(1).unwrap().split("</section>").next().unwrap();
    for row in &of_cause {
        assert!(section.contains(&format!("{}: ", row["cause"])), "{}", row["cause"]);
    }
}

#[test]
fn others_are_told_causes_without_numbers_and_nothing_of_a_clinicians_day() {
    let audit = practice_of_all(&["--what-if", "*=midpoint"]);
    let html = html(&audit);
    let section = html.split("<section id=\"causes\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(section.contains("rounded-each-code: ") && !section.contains("<table"), "{section}");
    assert!(!html.contains("<section id=\"what-if\""));
    let found = |check: &str| audit.findings(check).len();
    assert!(found("therapist-overlap") + found("impossible-day") > 0);
    assert!(!html.contains("one-on-one minutes with") && !html.contains("minutes of one-on-one treatment"));
    let checks = tables(&html).into_iter().find(|table| table.headings[..2] == ["check", "severity"]).unwrap();
    for row in checks.rows {
        assert!(!["therapist-overlap", "impossible-day"].contains(&row[0].as_str()), "{row:?}");
    }
}

/// A diagnosis is health data: no reason holds one.
#[test]
fn no_diagnosis_is_on_a_page() {
    let mut rows = String::from("patient_id,date_of_service,code,minutes,units,payer,diagnosis_codes\n");
    (0..12).for_each(|n| rows += &format!("P{n},2026-03-02,97110,15,1,Medicare,724.2\n"));
    for audience in ["shareable", "workpaper"] {
        let audit = audit(&[("v.csv", &rows)], &["--html-audience", audience]);
        assert_eq!(audit.findings("diagnosis-unsupported").len(), 12);
        let html = html(&audit);
        assert!(html.contains("A diagnosis of the session is of ICD-9-CM"), "{audience}");
        assert!(!html.contains("724.2") && !html.contains("7242"), "{audience}");
    }
}

/// What speaks of a patient's day or history stands among the findings of its check, not among patterns, and in no letter.
#[test]
fn findings_above_a_session_are_listed_by_check_and_in_no_letter() {
    let audit = practice_of_all(&["--html-audience", "workpaper", "--letters"]);
    let findings = audit.table("findings");
    let above: Vec<&Row> =
        findings.iter().filter(|row| row["session_id"].is_empty() && !row["patient_id"].is_empty()).collect();
    assert!(above.len() > 5, "{}", above.len());
    let shown = tables(&html(&audit));
    for row in &above {
        let all = findings.iter().filter(|other| other["check"] == row["check"]).count();
        let table = shown.iter().find(|table| table.caption == row["check"]).unwrap_or_else(|| panic!("{row:?}"));
        assert_eq!(table.rows.len(), all.min(25), "{}", row["check"]);
    }
    let patterns = shown.iter().find(|table| table.headings[0] == "pattern");
    let patterns: Vec<&str> = patterns.iter().flat_map(|table| &table.rows).map(|row| row[0].as_str()).collect();
    assert!(above.iter().all(|row| !patterns.contains(&row["check"].as_str())), "{patterns:?}");
    let letters = std::fs::read_dir(audit.file("therapists")).unwrap();
    for letter in letters {
        let letter = std::fs::read_to_string(letter.unwrap().path()).unwrap();
        for row in &above {
            assert!(!letter.contains(&row["finding_id"]), "{row:?}");
        }
    }
}

/// In the full audience a finding leads to its proof, and each list says how much there is.
#[test]
fn findings_lead_to_their_proofs() {
    let audit = practice();
    let html = html(&audit);
    let findings = audit.table("findings");
    for check in ["overbilled-units", "untimed-multiple-units"] {
        let all = findings.iter().filter(|row| row["check"] == check).count();
        let table = tables(&html).into_iter().find(|table| table.caption == check).unwrap();
        assert_eq!(table.rows.len(), all.min(25));
        assert!(html.contains(&format!(
            "{} of {}, all in findings.csv.",
            table.rows.len(),
            thousands(&all.to_string())
        )));
    }
    let links: Vec<&str> = html.split("<a href=\"#S-").skip(1).map(|part| &part[..20]).collect();
    assert!(links.len() > 40, "{}", links.len());
    for link in links {
        assert!(html.contains(&format!("id=\"S-{link}\"")), "the proof of S-{link}");
    }
}

/// Units billed less those supported are units over less those under: where one of these is hidden, what gives it away is, too.
#[test]
fn what_is_hidden_cannot_be_worked_out_from_its_row() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(recount_in(folder.path(), &["generate", "--lines", "6000", "--seed", "5", "--out", "v.csv"]).code, 0);
    let text = std::fs::read_to_string(folder.path().join("v.csv")).unwrap();
    let audit = audit(&[("v.csv", &text)], &["--quarter", "2025Q2"]);
    let (mut rows, mut hidden) = (0, 0);
    for table in tables(&html(&audit)) {
        let place = |name: &str| table.headings.iter().position(|heading| heading == name);
        let Some([supported, over, under]) = place("units supported")
            .zip(place("units over"))
            .zip(place("units under"))
            .map(|((supported, over), under)| [supported, over, under])
        else {
            continue;
        };
        for row in &table.rows {
            let told = [over, under].iter().all(|&place| row[place] != "not shown");
            assert!(told || row[supported] == "not shown", "{}: {row:?}", table.caption);
            rows += 1;
            hidden += usize::from(!told);
        }
    }
    assert!(rows > 10 && hidden > 3, "{rows} {hidden}");
}

/// The order of rows, a hash map, the clock: nothing changes a byte.
#[test]
fn reruns_give_the_same_page_book_and_letters() {
    let folder = tempfile::tempdir().unwrap();
    let made = recount_in(folder.path(), &["generate", "--lines", "3000", "--seed", "2", "--out", "v.csv"]);
    assert_eq!(made.code, 0);
    for out in ["a", "b"] {
        let run = recount_in(folder.path(), &["audit", "v.csv", "--out", out, "--letters"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let read = |out: &str, name: &str| std::fs::read(folder.path().join(out).join(name)).unwrap();
    for name in ["report.html", "workpaper.xlsx", "pseudonyms.csv", "therapists/001.html", "manifest.json"] {
        assert!(read("a", name) == read("b", name), "{name}");
    }
}

/// A letter has what is one clinician's alone: units that two of them share are in nobody's.
#[test]
fn letters_hold_what_is_one_clinicians_alone() {
    let rows = "patient_id,date_of_service,code,minutes,units,payer,therapist_id\n\
        P1,2026-03-02,97110,10,2,Medicare,Ames\n\
        P2,2026-03-03,97110,10,2,Medicare,Ames\nP2,2026-03-03,97112,10,2,Medicare,Brook\n\
        P3,2026-03-04,97110,15,1,Medicare,Brook\nP2,2026-03-05,97112,10,2,Medicare,Cole\nP2,2026-03-05,97110,10,2,Medicare,Dunn\n";
    let audit = audit(&[("v.csv", rows)], &["--letters"]);
    assert_eq!(audit.run.code, 0, "{}", audit.run.stderr);
    let letter = |n: usize| std::fs::read_to_string(audit.file(&format!("therapists/{n:03}.html"))).unwrap();
    let (ames, brook) = (letter(1), letter(2));
    assert!(ames.contains("Ames") && ames.contains("patient P1,") && !ames.contains("patient P2,"));
    assert!(brook.contains("Brook") && !brook.contains("patient P1,") && !brook.contains("patient P2,"));
    // Who shared all sessions has no figures of their own.
    assert!(!audit.file("therapists/003.html").exists());
    let by_therapist = read_table(&audit.file("tables/by_therapist.csv")).unwrap();
    let row = by_therapist.iter().find(|row| row["therapist_id"] == "Ames").unwrap();
    let table = &tables(&ames)[0];
    let own = |name: &str| &table.rows.iter().find(|cells| cells[0] == name).unwrap()[1];
    assert_eq!(own("units over that are yours alone"), &row["units_over_attributed"]);
    assert_eq!(own("units billed in them"), &row["units_billed"]);
}

/// What `support` makes stands where the README says.
#[test]
fn the_folder_has_a_page_and_a_book_unless_told_otherwise() {
    let rows = "patient_id,date_of_service,code,minutes,units\nP1,2026-03-02,97110,10,2\n";
    let both = audit(&[("v.csv", rows)], &[]);
    assert!(both.file("report.html").exists() && both.file("workpaper.xlsx").exists());
    let none = audit(&[("v.csv", rows)], &["--no-html", "--no-xlsx"]);
    assert!(!none.file("report.html").exists() && !none.file("workpaper.xlsx").exists());
    assert!(Path::new(&none.file("manifest.json")).exists());
}
