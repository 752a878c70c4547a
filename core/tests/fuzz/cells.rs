//! Any text → dates, codes, minutes, units, money, times of day: in their ranges, and read back as they are printed.

use chrono::Datelike;
use recount_core::cells::{
    Clock, CodeCell, CodePart, DateCell, DateOrder, Span, cents, code_parts, is_blank, split_modifiers, time, trimmed,
    union, units,
};
use recount_core::domain::Time;

/// What a reader of cells looks at.
pub const TOKENS: &[&str] = &[
    "97110",
    "97110 x2",
    "2x 97140",
    "(30 min)",
    "G0283",
    "0791T",
    "-GP-59",
    " GP KX",
    "X2",
    "x",
    "*",
    "×",
    " and ",
    ", ",
    "; ",
    " + ",
    "(",
    ")",
    "1/2/26",
    "2026-01-02",
    "20260102",
    "2-Jan-2026",
    "46024",
    "T08:30:00",
    "8:30 AM",
    "2:15pm",
    "0830",
    "0.354",
    "0:45",
    "15 min",
    "$1,234.50",
    "(1)",
    "-",
    "+",
    ".",
    ".0",
    ",",
    ":",
    "/",
    "'",
    " ",
    "\n",
    "0",
    "9",
    "99999",
    "N/A",
    "\u{a0}",
    "\u{feff}",
    "é",
    "٢",
];

/// A day, in seconds.
const DAY: i32 = 86_400;

/// Reads `input`, its lines, and what stands before and behind `place`: the two of a session's times.
pub fn check(input: &[u8], place: usize) {
    let text = String::from_utf8_lossy(input);
    let (before, behind) = input.split_at(place);
    let (before, behind) = (String::from_utf8_lossy(before), String::from_utf8_lossy(behind));
    for cell in text.lines().chain([&*text, &*before, &*behind]) {
        numbers(cell);
        date(cell);
        codes(cell);
        clock(cell);
        blank(cell);
    }
    if let (Ok(start), Ok(end)) = (Clock::parse(&before), Clock::parse(&behind)) {
        spans(Span::between(start, end), Span::between(end, start));
    }
}

fn numbers(cell: &str) {
    if let Ok(read) = units(cell) {
        assert!((-9_999..=9_999).contains(&read), "{read}");
        assert_eq!(units(&read.to_string()), Ok(read));
    }
    if let Ok(read) = cents(cell) {
        assert!(read.abs() <= 1_000_000_000_000 * 100 + 99, "{read}");
        let (sign, size) = (if read < 0 { "-" } else { "" }, read.abs());
        assert_eq!(cents(&format!("{sign}{}.{:02}", size / 100, size % 100)), Ok(read));
    }
    if let Ok(read) = time(cell) {
        let longest = Time::from_minutes(100_000);
        assert!(-longest.0 <= read.time.0 && read.time <= longest, "{}", read.time);
        assert!(!read.clock || (Time::ZERO..Time::from_minutes(300)).contains(&read.time), "{}", read.time);
        // 99 999.99… minutes are rounded to the first time that is too long to be read.
        let back = time(&read.time.to_string()).map(|back| back.time);
        assert!(back == Ok(read.time) || read.time.0.abs() == longest.0, "{} {back:?}", read.time);
    }
}

fn date(cell: &str) {
    let Ok(read) = DateCell::parse(cell) else { return };
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst];
    let readings = orders.map(|order| read.date(order));
    assert!(readings.iter().flatten().all(|date| (1990..=2099).contains(&date.year())), "{readings:?}");
    let decided = match readings {
        [Ok(_), Ok(_)] => None,
        [Ok(_), Err(_)] => Some(DateOrder::MonthFirst),
        [Err(_), Ok(_)] => Some(DateOrder::DayFirst),
        [Err(_), Err(_)] => panic!("a date in no order"),
    };
    assert_eq!(read.decides(), decided);
    let shown = match read {
        DateCell::Fixed(date) => date.to_string(),
        DateCell::Open { first, second, year } => format!("{first}/{second}/{year}"),
    };
    assert_eq!(DateCell::parse(&shown), Ok(read));
}

fn codes(cell: &str) {
    if let Some(read) = split_modifiers(cell) {
        hold_modifiers(&read);
        assert_eq!(split_modifiers(&read.join("-")).as_ref(), Some(&read));
    }
    let code = CodeCell::parse(cell);
    if let Ok(read) = &code {
        hold_code(read);
        assert_eq!(CodeCell::parse(&shown_code(read)).as_ref(), Ok(read));
    }
    let Some(parts) = code_parts(cell) else { return };
    assert!((1..=40).contains(&parts.len()), "{} codes", parts.len());
    for part in &parts {
        hold_code(&part.code);
        assert!(part.units.is_none_or(|units| (0..=9_999).contains(&units)), "{:?}", part.units);
        assert!(part.minutes.is_none_or(|time| time.is_whole() && (0..=9_999).contains(&time.whole_minutes())));
    }
    let shown = parts.iter().map(shown_part).collect::<Vec<_>>().join(", ");
    assert_eq!(code_parts(&shown).as_ref(), Some(&parts), "{shown}");
}

fn hold_code(read: &CodeCell) {
    let upper = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    assert!(read.code.len() == 5 && read.code.bytes().all(upper), "{}", read.code);
    hold_modifiers(&read.modifiers);
}

fn hold_modifiers(modifiers: &[String]) {
    let upper = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    assert!(modifiers.iter().all(|one| one.len() == 2 && one.bytes().all(upper)), "{modifiers:?}");
}

/// `97110-GP-59`
fn shown_code(read: &CodeCell) -> String {
    [&read.code].into_iter().chain(&read.modifiers).map(String::as_str).collect::<Vec<_>>().join("-")
}

/// `97110-GP (2) (30 min)`. Not `x2`: from a thousand on, that is a letter and four digits, as a code is.
fn shown_part(part: &CodePart) -> String {
    let units = part.units.map_or(String::new(), |units| format!(" ({units})"));
    let minutes = part.minutes.map_or(String::new(), |minutes| format!(" ({minutes} min)"));
    shown_code(&part.code) + &units + &minutes
}

fn clock(cell: &str) {
    let Ok(read) = Clock::parse(cell) else { return };
    let (hour, minute, second) = (read.seconds / 3_600, read.seconds / 60 % 60, read.seconds % 60);
    assert!((0..DAY).contains(&read.seconds), "{}", read.seconds);
    assert!(read.settled || (1..13).contains(&hour), "{hour} o'clock is in one half of the day");
    let by_24 = Clock::parse(&format!("{hour:02}:{minute:02}:{second:02}"));
    assert_eq!(by_24.map(|back| back.seconds), Ok(read.seconds));
    let (by_12, half) = ((hour + 11) % 12 + 1, if hour < 12 { "AM" } else { "PM" });
    let by_12 = Clock::parse(&format!("{by_12}:{minute:02}:{second:02} {half}"));
    assert_eq!(by_12, Ok(Clock { settled: true, ..read }));
}

/// What says that there is no value is read as none.
fn blank(cell: &str) {
    assert!(cell.contains(trimmed(cell)));
    if is_blank(cell) {
        assert!(is_blank(trimmed(cell)));
        assert!(units(cell).is_err() && cents(cell).is_err() && time(cell).is_err());
        assert!(DateCell::parse(cell).is_err() && Clock::parse(cell).is_err());
        assert!(CodeCell::parse(cell).is_err() && code_parts(cell).is_none());
    }
}

/// A span is within a day, and what two take together lies between the longer one and their sum, in whatever order.
fn spans(one: Span, other: Span) {
    for span in [one, other] {
        assert!((0..DAY).contains(&span.start) && (0..=DAY).contains(&(span.end - span.start)), "{span:?}");
        assert_eq!(union(&mut [span, span]), span.length());
    }
    let both = union(&mut [one, other]);
    assert_eq!(both, union(&mut [other, one]));
    assert!(one.length().max(other.length()) <= both && both <= one.length() + other.length(), "{one:?} {other:?}");
}
