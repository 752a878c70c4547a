//! Any claims → which of them count, as a slow reading of the rules says.
//!
//! An input is text: one claim per line, its words in the order of [`head`], `-` where there is none; `835 ICN1 A` says that a
//! remittance knows the payer's number `ICN1` of the claim `A`; `#` begins a comment. Any text is read as some claims.

use std::collections::HashMap;

use recount_core::x12::chain::resolve;
use recount_core::x12::{Fate, Head};

/// Claims, their parts, and what a remittance knows.
pub const TOKENS: &[&str] = &[
    "\nA 1 medicare 0 0115 1",
    "\nA 7 medicare 0 0202 2 -",
    "\nA 8 medicare 0 0301 1 ICN1",
    "\nB 1 other 1 0115 1",
    "\n- 8 - 0 0401 0 ICN1",
    "\n835 ICN1 A",
    "\n835 ICN2 B\n",
    " A ",
    " B ",
    " - ",
    " 1 ",
    " 7 ",
    " 8 ",
    " 0 ",
    " 2 ",
    " medicare ",
    " other ",
    " ICN1",
    "\n",
    " ",
    "#",
];

/// Claims of an input: the oracle compares each with each.
const MOST: usize = 12;

/// Reads the claims of `input`, and once more from the one at `place` on, the first ones last.
pub fn check(input: &[u8], place: usize) {
    let (mut heads, icns) = read(&String::from_utf8_lossy(input));
    let mut fates = resolve(&heads, &icns);
    assert_eq!(fates.len(), heads.len(), "one fate for each claim");
    assert_eq!(fates, expected(&heads, &icns), "{heads:#?} {icns:?}");
    if !heads.is_empty() {
        let first = place % heads.len();
        heads.rotate_left(first);
        fates.rotate_left(first);
        assert_eq!(resolve(&heads, &icns), fates, "the order of reading changes nothing");
    }
}

fn read(text: &str) -> (Vec<Head>, HashMap<String, String>) {
    let lines =
        text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|line| !line.is_empty());
    let (remits, claims): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("835"));
    let icns = remits.iter().map(|line| (word(line, 1), word(line, 2))).collect();
    (claims.iter().take(MOST).enumerate().map(|(order, line)| head(line, order)).collect(), icns)
}

/// `control frequency payer sequence made content payer's-control`
fn head(line: &str, order: usize) -> Head {
    Head {
        control: word(line, 0),
        frequency: word(line, 1).parse().unwrap_or(1),
        payer: word(line, 2),
        sequence: word(line, 3).parse().unwrap_or(0),
        made: word(line, 4),
        content: word(line, 5).parse().unwrap_or(0),
        payer_control: word(line, 6),
        order,
    }
}

fn word(line: &str, n: usize) -> String {
    line.split_whitespace().nth(n).filter(|word| *word != "-").unwrap_or_default().to_owned()
}

/// The fate of each claim, each told on its own from the claims around it.
fn expected(heads: &[Head], icns: &HashMap<String, String>) -> Vec<Fate> {
    let service = services(heads, icns);
    let rank = |n: usize| (&heads[n].made, heads[n].order);
    let earlier =
        |a: usize, b: usize| service[a] == service[b] && heads[a].sequence == heads[b].sequence && rank(a) < rank(b);
    let all = 0..heads.len();
    let mut in_order: Vec<usize> = all.clone().collect();
    in_order.sort_by_key(|&n| rank(n));

    // A claim sweeps its chain if it takes all that stand, whoever their payer: a replacement does, and a void whose payer has
    // had no claim in the chain since it was last swept.
    let mut sweeps = vec![false; heads.len()];
    for &n in &in_order {
        let swept_since = |claim: usize| all.clone().any(|s| sweeps[s] && earlier(claim, s) && earlier(s, n));
        let of_its_payer = |claim: usize| {
            earlier(claim, n)
                && heads[claim].frequency != 8
                && heads[claim].payer == heads[n].payer
                && !swept_since(claim)
        };
        sweeps[n] = match heads[n].frequency {
            7 => true,
            8 => !all.clone().any(of_its_payer),
            _ => false,
        };
    }
    // What takes a claim is the first claim behind it that sweeps, or that voids at its payer.
    let takes = |later: usize, n: usize| {
        let void_there = heads[later].frequency == 8 && heads[later].payer == heads[n].payer;
        earlier(n, later) && (sweeps[later] || void_there)
    };
    let corrected = all.clone().map(|n| match in_order.iter().find(|&&later| takes(later, n)) {
        _ if heads[n].frequency == 8 => Fate::VoidRequest,
        Some(&later) if heads[later].frequency == 8 => Fate::Voided,
        Some(_) => Fate::Replaced,
        None => Fate::Counts,
    });
    let corrected: Vec<Fate> = corrected.collect();
    let alike = |a: usize, b: usize| (&heads[a].control, heads[a].content) == (&heads[b].control, heads[b].content);
    let sent = |n: usize| !matches!(corrected[n], Fate::Voided | Fate::VoidRequest);
    let copied = all.clone().map(|n| {
        let sent_before = all.clone().any(|first| earlier(first, n) && alike(first, n) && sent(first));
        let copy = corrected[n] == Fate::Counts && heads[n].frequency != 7 && sent_before;
        if copy { Fate::Copy } else { corrected[n] }
    });
    let copied: Vec<Fate> = copied.collect();
    let at_lower = |n: usize| {
        all.clone()
            .any(|m| copied[m] == Fate::Counts && service[m] == service[n] && heads[m].sequence < heads[n].sequence)
    };
    let fates =
        all.clone().map(|n| if copied[n] == Fate::Counts && at_lower(n) { Fate::OtherPayer } else { copied[n] });
    let fates: Vec<Fate> = fates.collect();

    let voided_later =
        |n: usize| all.clone().any(|v| heads[v].frequency == 8 && heads[v].payer == heads[n].payer && earlier(n, v));
    assert!(all.clone().all(|n| fates[n] != Fate::Counts || !voided_later(n)), "what was taken back does not count");
    fates
}

/// A number per claim, equal where a chain of common names leads from one to the other. A claim is named by its control number,
/// and a correction by that of the claim it corrects as well.
fn services(heads: &[Head], icns: &HashMap<String, String>) -> Vec<usize> {
    let names: Vec<Vec<&String>> = heads
        .iter()
        .map(|head| {
            let corrected = icns.get(&head.payer_control).filter(|_| matches!(head.frequency, 7 | 8));
            [Some(&head.control), corrected].into_iter().flatten().filter(|name| !name.is_empty()).collect()
        })
        .collect();
    let mut service: Vec<usize> = (0..heads.len()).collect();
    // As often as there are claims, so that the smallest number gets from one end of the longest chain to the other.
    for _ in 0..heads.len() {
        for a in 0..heads.len() {
            for b in 0..heads.len() {
                if names[a].iter().any(|name| names[b].contains(name)) {
                    service[a] = service[a].min(service[b]);
                }
            }
        }
    }
    service
}
