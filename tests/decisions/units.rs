//! Decisions 9, 10, 12, 13, 14, 17 and 18: how units are counted.

use super::*;

/// Code, units supported, and their range, of each service.
fn supported(audit: &Audit) -> Vec<String> {
    column(&audit.table("services"), "code units_supported units_min units_max")
}

#[test]
fn decision_09_a_supported_total_on_the_wrong_codes_is_misallocated() {
    let misallocated = "misallocated-units review certain 0";
    expect(
        "Medicare",
        "",
        &[
            ("97110,24,2 97140,23,1", "nothing"),
            ("97110,24,1 97140,23,2", misallocated),
            ("97110,20,2 97140,20,1", "nothing"),
            ("97110,20,1 97140,20,2", "nothing"),
            ("97110,20,3 97140,20,0", misallocated),
            ("97110,5,1 97140,8,1 97530,30,1", misallocated),
            ("97110,24,0 97140,23,2", &format!("{misallocated}; underbilled-units note certain 0")),
            ("97110,24,1 97140,23,1", "underbilled-units note certain 0"),
            ("97110,24,2 97140,23,2", "overbilled-units exception certain 1"),
        ],
    );
}

/// 5 minutes have no unit of their own, yet 30 in all support two of the three billed.
#[test]
fn decision_09_a_code_may_stand_further_above_its_range_than_the_session_is_over() {
    let audit = bill("Medicare", "97110,5,2 97140,25,1");
    assert_eq!(sessions(&audit, "timed_units_over"), ["1"]);
    assert_eq!(column(&audit.table("services"), "code units_over"), ["97110 2", "97140 0"]);
    let by_code = audit.table("tables/by_code");
    assert_eq!(column(&by_code, "code units_over units_under"), ["97110 2 0", "97140 0 1"], "it shows the difference");
}

#[test]
fn decision_10_two_units_on_one_line_of_a_code_with_one_a_day_are_an_exception() {
    let review = "untimed-multiple-units review depends-on-data 0";
    expect(
        "Medicare",
        "modifiers",
        &[
            ("G0283,45,3", "untimed-multiple-units exception certain 2"),
            ("97161,,2", "untimed-multiple-units exception certain 1"),
            ("97161,,1", "nothing"),
            ("G0283,,1|GP G0283,,1|GP-59", review),
            ("G0283,,1|GP G0283,,1|GP-76", review),
            ("G0283,,1|GP G0283,,1|GP-XE", review),
        ],
    );
    let two_clinicians = day("", &["G0283,,1,Medicare,PT,T1", "G0283,,1,Medicare,PT,T2"]);
    assert_eq!(found(&two_clinicians), review);
    let am_and_pm = day("visit_id", &["G0283,,1,Medicare,PT,T1,AM", "G0283,,1,Medicare,PT,T1,PM"]);
    assert_eq!(found(&am_and_pm), review);
}

#[test]
fn decision_10_sides_and_digits_count_each() {
    expect(
        "Medicare",
        "modifiers",
        &[
            ("29125,,2|RT-LT", "nothing"),
            ("29125,,1|RT 29125,,1|LT", "nothing"),
            ("29125,,2|50", "nothing"),
            ("29130,,3|FA-F1-F2", "nothing"),
            ("29125,,3|RT-LT", "untimed-multiple-units exception certain 1"),
            ("29125,,2|RT", "untimed-multiple-units exception certain 1"),
            ("29125,,2|GP", "untimed-multiple-units review depends-on-data 0"),
        ],
    );
}

#[test]
fn decision_10_area_and_period_codes_may_be_more_than_one() {
    expect(
        "Medicare",
        "",
        &[("97597,,1 97598,,4", "nothing"), ("95851,,3", "nothing"), ("98980,20,1 98981,40,2", "nothing")],
    );
}

#[test]
fn decision_10_group_therapy_has_its_limit_by_the_setting() {
    let in_doubt = "group-more-than-once review depends-on-data";
    expect(
        "Medicare",
        "setting",
        &[
            ("97150,30,2|practice", "group-more-than-once exception certain 1"),
            ("97150,30,1|practice", "nothing"),
            ("97150,30,2|facility", "group-more-than-once note depends-on-data 0"),
            ("97150,30,3|facility", &format!("{in_doubt} 1")),
            ("97150,30,2", &format!("{in_doubt} 0")),
            ("97150,30,3", &format!("{in_doubt} 1")),
            ("97150,30,1", "nothing"),
        ],
    );
}

#[test]
fn decision_10_unlisted_codes_are_reviewed() {
    let review = "untimed-multiple-units review depends-on-data 0";
    expect("Medicare", "", &[("97039,,2", review), ("97139,,3", review), ("97799,60,4", review)]);
}

#[test]
fn decision_12_fractions_are_floored_once_at_the_total_or_the_code() {
    let by_hand = |rule: &str, lines: &str| {
        let rule = format!("Medicare={rule}");
        sessions(&bill_with("Medicare", lines, &["--payer-rule", &rule]), "timed_minutes timed_units_supported")
    };
    assert_eq!(by_hand("cms", "97110,7.5,1 97140,15.5,1"), ["23 2"], "22 if floored by line");
    assert_eq!(by_hand("cms", "97110,7.5,1 97140,15.4,1"), ["22 1"], "22.9 are not 23");
    assert_eq!(by_hand("midpoint", "97110,7.5,1 97110,15.5,1"), ["23 2"], "one code is merged first");
    assert_eq!(by_hand("midpoint", "97110,7.9,1 97140,15.5,1"), ["23 1"], "7.9 are not 8");
}

#[test]
fn decision_12_what_no_bill_can_hold_is_kept_and_flagged() {
    for (lines, on_the_line, sessions_say) in [
        ("97110,15,300", "15 300", "false a line has more than 255 units"),
        ("97110,2000,4", "2000 4", "false a line has more minutes than a day"),
        ("97110,15,255", "15 255", "true"),
        ("97110,1440,96", "1440 96", "true"),
    ] {
        let audit = bill("Medicare", lines);
        assert_eq!(column(&audit.table("lines"), "minutes units_billed"), [on_the_line], "{lines}");
        assert_eq!(sessions(&audit, "auditable why_not"), [sessions_say], "{lines}");
        assert!(audit.table("rejects").is_empty(), "{lines}");
    }
}

#[test]
fn decision_13_codes_are_of_nine_kinds() {
    let rows = [
        ("97110,15,1", "timed"),
        ("96105,60,1", "interval"),
        ("G0283,,1", "untimed"),
        ("97597,,1", "area"),
        ("98980,20,1", "period"),
        ("97039,,1", "unlisted"),
        ("G8978,,1", "nonpayable"),
        ("G0151,15,1", "not-part-b"),
        ("99999,,1", "unknown"),
    ];
    let audit = export("", &rows_of("", &rows.map(|(line, _)| ("Medicare", line))));
    assert_eq!(column(&audit.table("services"), "code_kind"), rows.map(|(_, kind)| kind));
    let others = &sessions(&audit, "other_units_billed timed_units_billed untimed_units_billed")[3..];
    assert_eq!(others, ["1 0 0"; 6], "kinds that no unit rule speaks to are counted apart");
}

#[test]
fn decision_13_interval_codes_have_over_and_under_of_their_own() {
    for (lines, expected) in [
        ("97550,38,1 97551,0,2", "3 2 1 0"),
        ("97550,38,1 97551,0,0", "1 2 0 1"),
        ("96105,31,1", "1 1 0 0"),
        ("96105,30,1", "1 0 1 0"),
        ("0791T,15,2 97116,30,1", "2 1 1 0"),
    ] {
        let audit = bill("Medicare", lines);
        let columns = ["billed", "supported", "over", "under"].map(|name| format!("interval_units_{name}"));
        assert_eq!(sessions(&audit, &columns.join(" ")), [expected], "{lines}");
        assert!(
            lines.contains("0791T") || sessions(&audit, "timed_units_billed") == ["0"],
            "{lines}: apart from the pool"
        );
        let totals = &audit.table("tables/by_payer")[0];
        let over = expected.split(' ').nth(2).unwrap();
        assert_eq!(totals["units_over"], over, "{lines}: and in the totals");
    }
}

#[test]
fn decision_14_no_minutes_and_one_unit_are_one_unit_over() {
    let audit = bill_among(9, "Medicare", "", "97110,0,1");
    let findings = audit.table("findings");
    let said = column(&findings, "check primary units_over also");
    let named = audit.findings("units-without-minutes")[0]["finding_id"].clone();
    assert_eq!(said, [format!("overbilled-units false 1 {named}"), "units-without-minutes true 1".to_owned()]);
    assert_eq!(sum(&audit.table("tables/by_check"), "units_over"), 1);
}

#[test]
fn decision_14_what_is_over_beyond_them_has_its_own_finding() {
    let audit = bill_among(9, "Medicare", "", "97110,0,1 97140,15,2");
    assert_eq!(
        column(&audit.table("findings"), "check primary units_over"),
        ["overbilled-units true 1", "units-without-minutes true 1"]
    );
    assert_eq!(sum(&audit.table("sessions"), "timed_units_over"), 2);
}

/// Units over: of primary findings, of the sessions, by check, and in the overview.
fn units_over_in_four_places(audit: &Audit) -> [i64; 4] {
    let mut primary = audit.table("findings");
    primary.retain(|row| row["primary"] == "true");
    let of_sessions = audit.table("sessions");
    let sorts = ["timed_units_over", "interval_units_over", "untimed_units_over"];
    let mut overview = audit.table("tables/overview");
    overview.retain(|row| row["measure"] == "units over");
    [
        sum(&primary, "units_over"),
        sorts.iter().map(|sort| sum(&of_sessions, sort)).sum(),
        sum(&audit.table("tables/by_check"), "units_over"),
        sum(&overview, "value"),
    ]
}

#[test]
fn decision_14_primary_findings_sum_to_the_sessions() {
    let folder = TempDir::new().unwrap();
    let generated = recount_in(folder.path(), &["generate", "--lines", "8000", "--seed", "14", "--out", "export.csv"]);
    assert_eq!(generated.code, 0, "{}", generated.stderr);
    let text = std::fs::read_to_string(folder.path().join("export.csv")).unwrap();
    let audit = audit(&[("export.csv", &text)], &[]);
    let [primary, rest @ ..] = units_over_in_four_places(&audit);
    assert!(primary > 100, "the export has planted errors: {primary}");
    assert_eq!(rest, [primary; 3]);
}

/// Missing minutes say nothing of a code without minutes: however it is counted, it is counted alike.
#[test]
fn decision_14_a_session_without_minutes_does_not_part_the_totals() {
    let [primary, rest @ ..] = units_over_in_four_places(&bill("Medicare", "97110,,2 G0283,,2"));
    assert_eq!(rest, [primary; 3]);
}

#[test]
fn decision_17_a_family_competes_as_one_service_with_merged_minutes() {
    let audit = bill("Medicare", "97110,8,0 97129,7,1 97130,7,0");
    assert_eq!(supported(&audit), ["97110 0 0 0", "97129 1 1 1", "97130 0 0 0"], "14 minutes go before 8");
    assert_eq!(found(&audit), "nothing");
    let pelvic = bill("Medicare", "90912,20,1 90913,20,2");
    assert_eq!(supported(&pelvic), ["90912 1 1 1", "90913 2 2 2"]);
}

#[test]
fn decision_17_the_first_unit_is_the_primary_codes_and_the_rest_the_add_ons() {
    let misallocated = "misallocated-units review certain 0";
    expect(
        "Medicare",
        "",
        &[
            ("97129,15,1 97130,15,1", "nothing"),
            ("97129,30,1 97130,1,1", "nothing"),
            ("97129,30,2", misallocated),
            ("97130,30,2", misallocated),
        ],
    );
}

#[test]
fn decision_17_other_add_ons_share_no_minutes() {
    let audit = bill("Medicare", "0791T,15,1 97116,15,1 97597,,1 97598,,2");
    assert_eq!(
        column(&audit.table("services"), "code code_kind minutes units_max"),
        ["0791T interval 15 1", "97116 timed 15 1", "97597 area", "97598 area"]
    );
}

#[test]
fn decision_18_spare_units_go_where_they_were_billed_then_in_order_of_code() {
    for (lines, expected) in [
        ("97110,20,2 97140,20,1", ["97110 2 1 2", "97140 1 1 2"]),
        ("97110,20,1 97140,20,2", ["97110 1 1 2", "97140 2 1 2"]),
        ("97110,20,1 97140,20,1", ["97110 2 1 2", "97140 1 1 2"]),
        ("97110,20,2 97140,20,2", ["97110 2 1 2", "97140 1 1 2"]),
        ("97110,24,1 97140,23,2", ["97110 2 2 2", "97140 1 1 1"]),
    ] {
        assert_eq!(supported(&bill("Medicare", lines)), expected, "{lines}");
    }
    let three = bill("Medicare", "97110,7,0 97112,7,0 97140,7,1");
    assert_eq!(supported(&three), ["97110 0 0 1", "97112 0 0 1", "97140 1 0 1"]);
}
