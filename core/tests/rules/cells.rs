//! No text breaks a parser, and what is written in any of the usual styles is read back as it was.

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use proptest::sample::select;
use recount_core::cells::{
    CodeCell, DateCell, DateOrder, Problem, cents, is_blank, split_modifiers, time, trimmed, units,
};
use recount_core::domain::{Discipline, Rule, Time};

/// Any text: arbitrary, or of the characters that cells are made of, or a usual cell with a character changed.
fn any_cell() -> impl Strategy<Value = String> {
    let usual = select(vec![
        "2024-01-02T08:30:00-05:00",
        "1/2/24 8:30 AM",
        "2-Jan-2024",
        "January 2, 2024",
        "20240102",
        "45293.354",
        "97110-GP-59",
        "0791T GP, KX",
        "97110.0",
        "0:07:30",
        "22.366667 min",
        "(1)",
        "-$1,234.50",
        "#N/A",
        "OTR/L",
        "0420",
    ]);
    let character = prop_oneof![any::<char>(), select(" .,:;-/()$'+0T\u{a0}é".chars().collect::<Vec<_>>())];
    let changed = (usual, any::<prop::sample::Index>(), character).prop_map(|(cell, at, character)| {
        let mut characters: Vec<char> = cell.chars().collect();
        let at = at.index(characters.len());
        characters[at] = character;
        characters.into_iter().collect::<String>()
    });
    prop_oneof![
        any::<String>(),
        "[0-9A-Za-zé .,:;|/()$'+\u{a0}\u{feff}#-]{0,20}",
        "[0-9]{0,25}[.:][0-9]{0,25}",
        changed
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8_000))]

    /// Nothing panics, and what is read lies in the range that the rest of the program counts on.
    #[test]
    fn no_text_breaks_a_parser(cell in any_cell()) {
        if let Ok(units) = units(&cell) {
            prop_assert!((-9_999..=9_999).contains(&units));
        }
        if let Ok(read) = time(&cell) {
            prop_assert!(read.time.whole_minutes().abs() <= 100_000);
            prop_assert!(!read.clock || read.time < Time::from_minutes(300));
        }
        if let Ok(read) = cents(&cell) {
            prop_assert!(read.abs() < 1_000_000_000_001 * 100);
        }
        if let Ok(read) = CodeCell::parse(&cell) {
            prop_assert_eq!(read.code.len(), 5);
            prop_assert!(read.code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
            prop_assert!(read.modifiers.iter().all(|modifier| modifier.len() == 2));
        }
        if let Ok(read) = DateCell::parse(&cell) {
            let readings = [DateOrder::MonthFirst, DateOrder::DayFirst].map(|order| read.date(order));
            prop_assert!(readings.iter().any(Result::is_ok), "a date in one order at least");
            prop_assert!(readings.iter().flatten().all(|date| (1990..=2099).contains(&date.year())));
        }
        if let Some(modifiers) = split_modifiers(&cell) {
            prop_assert!(modifiers.iter().all(|modifier| modifier.len() == 2));
        }
        prop_assert!(cell.contains(trimmed(&cell)));
        if is_blank(&cell) {
            prop_assert_eq!(units(&cell), Err(Problem::NotANumber), "what is blank is no number");
        }
        let _ = (Discipline::from_text(&cell), Discipline::from_modifier(&cell), Rule::from_name(&cell));
        let _ = (Discipline::from_revenue_code(&cell), Discipline::from_credential(&cell));
    }
}

/// What spreadsheets leave around a value.
fn wrapped() -> impl Strategy<Value = (&'static str, &'static str)> {
    select(vec![("", ""), (" ", ""), ("\u{a0}", " "), ("'", ""), ("\u{feff}", "\t")])
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Every date of service that a bill can bear.
fn date() -> impl Strategy<Value = NaiveDate> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a date").num_days_from_ce();
    (day(1990, 1, 1)..=day(2099, 12, 31)).prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).expect("a date"))
}

/// The styles that leave no choice between day and month.
fn styles_without_choice(date: NaiveDate) -> Vec<String> {
    let (y, m, d) = (date.year(), date.month(), date.day());
    let (name, short) = (MONTHS[date.month0() as usize], &MONTHS[date.month0() as usize][..3]);
    let serial = (date - NaiveDate::from_ymd_opt(1899, 12, 30).expect("a date")).num_days();
    let mut styles = vec![
        format!("{y}-{m:02}-{d:02}"),
        format!("{y}-{m}-{d}"),
        format!("{y}/{m:02}/{d:02}"),
        format!("{y}.{m:02}.{d:02}"),
        format!("{y}{m:02}{d:02}"),
        format!("{y}-{m:02}-{d:02}T23:30:00-05:00"),
        format!("{y}-{m:02}-{d:02}T00:00:00Z"),
        format!("{y}-{m:02}-{d:02} 08:30:00.000"),
        format!("{d}-{short}-{y}"),
        format!("{d:02}/{}/{y}", short.to_uppercase()),
        format!("{d} {} {y}", name.to_lowercase()),
        format!("{short} {d}, {y}"),
        format!("{name} {d}, {y} 8:30 AM"),
        format!("{serial}"),
        format!("{serial}.354167"),
    ];
    if y >= 2000 {
        styles.push(format!("{d:02}-{short}-{:02}", y % 100));
    }
    styles
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_date_that_leaves_no_choice_is_read_back((date, (before, after)) in (date(), wrapped())) {
        for style in styles_without_choice(date) {
            let read = DateCell::parse(&format!("{before}{style}{after}"));
            prop_assert_eq!(read, Ok(DateCell::Fixed(date)), "{}", style);
        }
    }

    #[test]
    fn a_date_in_an_order_is_read_back_in_that_order(
        (date, order, separator, time_of_day) in (
            date(),
            select(vec![DateOrder::MonthFirst, DateOrder::DayFirst]),
            select(vec!["/", "-", "."]),
            select(vec!["", " 8:30 AM", " 20:30:00", " 0:00"]),
        )
    ) {
        let (year, month, day) = (date.year(), date.month(), date.day());
        let (a, b) = if order == DateOrder::MonthFirst { (month, day) } else { (day, month) };
        let mut styles = vec![
            format!("{a}{separator}{b}{separator}{year}{time_of_day}"),
            format!("{a:02}{separator}{b:02}{separator}{year}{time_of_day}"),
        ];
        if year >= 2000 {
            styles.push(format!("{a}{separator}{b}{separator}{:02}{time_of_day}", year % 100));
        }
        for style in styles {
            let read = DateCell::parse(&style);
            prop_assert_eq!(read, Ok(DateCell::Open { first: a, second: b, year }), "{}", style);
            let read = read.expect("just compared");
            prop_assert_eq!(read.date(order), Ok(date), "{}", style);
            prop_assert_eq!(read.decides(), (day > 12).then_some(order), "{}", style);
        }
    }

    #[test]
    fn minutes_are_read_back_as_a_person_writes_them(
        (whole, thousandths, (before, after)) in (0..=99_999_i32, 0..=999_i32, wrapped())
    ) {
        let exactly = Time(whole * Time::MINUTE + thousandths * Time::MINUTE / 1_000);
        let whole_time = Time::from_minutes(whole);
        for (style, expected) in [
            (format!("{whole}"), whole_time),
            (format!("{whole}."), whole_time),
            (format!("{whole}.00"), whole_time),
            (format!("{whole} min"), whole_time),
            (format!("{whole}mins."), whole_time),
            (format!("{whole} Minutes"), whole_time),
            (format!("{whole}.{thousandths:03}"), exactly),
            (format!("{whole}.{thousandths:03}000000000000"), exactly),
            (format!("-{whole}.{thousandths:03}"), Time(-exactly.0)),
            (format!("({whole}.{thousandths:03})"), Time(-exactly.0)),
        ] {
            let read = time(&format!("{before}{style}{after}"));
            prop_assert_eq!(read.map(|read| (read.time, read.clock)), Ok((expected, false)), "{}", style);
        }
    }

    #[test]
    fn minutes_by_the_clock_are_read_back(seconds in 0..5 * 3_600_i32) {
        let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let with_seconds = time(&format!("{h}:{m:02}:{s:02}"));
        prop_assert_eq!(with_seconds.map(|read| (read.time, read.clock)), Ok((Time(seconds * 100), true)));
        let without = time(&format!("{h:02}:{m:02}"));
        prop_assert_eq!(without.map(|read| (read.time, read.clock)), Ok((Time((seconds - s) * 100), true)));
        prop_assert_eq!(time(&format!("{}:{m:02}", h + 5)), Err(Problem::HoursOrMinutes));
    }

    /// What the program shows, it can read again: to the hundredth of a second.
    #[test]
    fn shown_time_is_read_back(hundredths in -599_999_999..=599_999_999_i32) {
        prop_assert_eq!(time(&Time(hundredths).to_string()).map(|read| read.time), Ok(Time(hundredths)));
    }

    #[test]
    fn units_are_read_back((number, (before, after)) in (0..=9_999_i32, wrapped())) {
        let thousands = grouped(number.into());
        for (style, expected) in [
            (format!("{number}"), number),
            (format!("+{number}"), number),
            (format!("{number:05}"), number),
            (format!("{number}.0"), number),
            (format!("{number}.000"), number),
            (thousands, number),
            (format!("-{number}"), -number),
            (format!("({number})"), -number),
        ] {
            prop_assert_eq!(units(&format!("{before}{style}{after}")), Ok(expected), "{}", style);
        }
        prop_assert_eq!(units(&format!("{number}.5")), Err(Problem::NotWhole));
        prop_assert_eq!(units(&format!("{}", i64::from(number) + 10_000)), Err(Problem::TooLarge));
    }

    #[test]
    fn money_is_read_back((amount, (before, after)) in (0..=99_999_999_999_i64, wrapped())) {
        let (dollars, rest) = (amount / 100, amount % 100);
        let grouped = grouped(dollars);
        for (style, expected) in [
            (format!("{dollars}.{rest:02}"), amount),
            (format!("{dollars}.{rest:02}00"), amount),
            (format!("${dollars}.{rest:02}"), amount),
            (format!("$ {dollars}.{rest:02}"), amount),
            (format!("${grouped}.{rest:02}"), amount),
            (format!("-${grouped}.{rest:02}"), -amount),
            (format!("$-{grouped}.{rest:02}"), -amount),
            (format!("(${grouped}.{rest:02})"), -amount),
            (format!("({grouped}.{rest:02})"), -amount),
            (format!("{dollars}"), dollars * 100),
            (format!("{dollars}.{}", rest / 10), dollars * 100 + rest / 10 * 10),
        ] {
            prop_assert_eq!(cents(&format!("{before}{style}{after}")), Ok(expected), "{}", style);
        }
        prop_assert_eq!(cents(&format!("{dollars}.{rest:02}1")), Err(Problem::NotMoney), "a fraction of a cent");
    }

    #[test]
    fn a_code_with_its_modifiers_is_read_back(
        (code, modifiers, usual, separator) in (
            prop_oneof!["[0-9]{5}", "[A-Z][0-9]{4}", "[0-9]{4}[A-Z]"],
            prop::collection::vec("[A-WYZ][A-Z0-9]|59|76|X[EPSU]", 0..=4),
            // Run together, letters that are no usual modifiers are a word about the code.
            prop::collection::vec("G[PON]|KX|C[QO]|59|X[EPSU]", 0..=4),
            select(vec!["-", " ", ":", ", ", ";", "/", ""]),
        )
    ) {
        let modifiers = if separator.is_empty() { usual } else { modifiers };
        let expected = Ok(CodeCell { code: code.clone(), modifiers: modifiers.clone() });
        let list = modifiers.join(separator);
        for cell in [format!("{code}{separator}{list}"), format!("'{code} {list}").to_lowercase()] {
            prop_assert_eq!(CodeCell::parse(&cell), expected.clone(), "{}", cell);
        }
        prop_assert_eq!(split_modifiers(&list), Some(modifiers.clone()), "{}", list);
        if modifiers.is_empty() {
            prop_assert_eq!(CodeCell::parse(&format!("{code}.0")), expected, "as a spreadsheet's number");
        }
    }
}

/// `1,234,567`
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn ways_to_say_that_there_is_no_value() {
    for cell in ["", " ", "\u{a0}", "'", "-", "--", ".", "n/a", "N/A", "NA", " null ", "None", "NaN", "#N/A"] {
        assert!(is_blank(cell), "{cell:?}");
    }
    for cell in ["0", "0.0", "---", "x", "none given", "NAN1", "a/n"] {
        assert!(!is_blank(cell), "{cell:?}");
    }
}

#[test]
fn time_is_shown_without_idle_signs_and_digits() {
    for (hundredths, shown) in [(0, "0"), (90_000, "15"), (45_000, "7.5"), (-3_000, "-0.5"), (2_000, "0.3333")] {
        assert_eq!(Time(hundredths).to_string(), shown);
    }
}

/// A stretch of days is no date of service, in whatever style: its first day would be taken for all of it.
#[test]
fn two_dates_in_a_cell_are_no_date() {
    for cell in [
        "20240102-20240105",
        "1/2/2024-1/5/2024",
        "1/2/2024 - 1/5/2024",
        "1/2/2024 to 1/5/2024",
        "2024-01-02 - 2024-01-05",
        "2024-01-02 2024-01-05",
        "20240102 20240105",
        "2-Jan-2024 - 5-Jan-2024",
        "May 5, 2024 - May 9, 2024",
    ] {
        assert_eq!(DateCell::parse(cell), Err(Problem::NotADate), "{cell}");
    }
}

/// Cells that hold two things, or one that only looks like another, are never read as one of them.
#[test]
fn what_is_doubtful_is_not_read() {
    for cell in
        ["001/2/2024", "+1/2/2024", "1/2/024", "45293.", ".5", "45293.x", "4529x", "24-1-2024-5", "1/2", "٢/١/٢٠٢٤"]
    {
        assert_eq!(DateCell::parse(cell), Err(Problem::NotADate), "{cell}");
    }
    for cell in ["97110 x2", "97110/97112", "97110 97140", "97110 (2)", "PT 97110", "97110 2"] {
        assert_eq!(CodeCell::parse(cell), Err(Problem::NotACode), "{cell}");
    }
    for cell in ["15 + 8", "15/8", "8-22", "15 30", "~15", "15 sec", "1h", "0:60", "0:05:60", "-0:45", "1:2:3:4"] {
        assert!(time(cell).is_err(), "{cell}");
    }
    for cell in ["1 2", "1/2", "2x", "--1", "(1", "1)", "1,23", "12,34", ",123", "0,123", "1,23,456", "1.2.3", "١"] {
        assert!(units(cell).is_err(), "{cell}");
    }
    for cell in ["12.345", "1.234,50", "12 EUR", "$1$", "$", "-", "()"] {
        assert_eq!(cents(cell), Err(Problem::NotMoney), "{cell}");
    }
}
