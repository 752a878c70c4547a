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
    let claims = Claims { heads, service: services(heads, icns) };
    let corrected = claims.corrected();
    let copied = claims.copied(&corrected);
    let fates = claims.at_one_payer(&copied);
    let counts_voided = |n: usize| fates[n] == Fate::Counts && claims.all().any(|v| claims.voids(v, n));
    assert!(!claims.all().any(counts_voided), "what was taken back does not count: {heads:#?} {icns:?}");
    fates
}

struct Claims<'a> {
    heads: &'a [Head],
    /// Equal for the claims of a service.
    service: Vec<usize>,
}

impl Claims<'_> {
    fn all(&self) -> std::ops::Range<usize> {
        0..self.heads.len()
    }

    /// When it was made, and where it was read.
    fn rank(&self, n: usize) -> (&str, usize) {
        (&self.heads[n].made, self.heads[n].order)
    }

    /// Whether `a` stands before `b` in one chain.
    fn earlier(&self, a: usize, b: usize) -> bool {
        let one_chain = self.service[a] == self.service[b] && self.heads[a].sequence == self.heads[b].sequence;
        one_chain && self.rank(a) < self.rank(b)
    }

    /// Whether `v` asks the payer of `n` to void it.
    fn voids(&self, v: usize, n: usize) -> bool {
        self.heads[v].frequency == 8 && self.heads[v].payer == self.heads[n].payer && self.earlier(n, v)
    }

    fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = self.all().collect();
        order.sort_by_key(|&n| self.rank(n));
        order
    }

    /// Which claims take all that stand in their chain, whoever their payer: a replacement does, and a void whose payer has had
    /// no claim there since the chain was last swept.
    fn sweeps(&self) -> Vec<bool> {
        let mut sweeps = vec![false; self.heads.len()];
        for n in self.in_order() {
            let at_its_payer = |m: usize| self.heads[m].frequency != 8 && self.voids(n, m);
            sweeps[n] = match self.heads[n].frequency {
                7 => true,
                8 => !self.all().any(at_its_payer),
                _ => false,
            };
        }
        sweeps
    }

    /// What takes a claim is the first one behind it that sweeps, or that voids at its payer.
    fn corrected(&self) -> Vec<Fate> {
        let (sweeps, order) = (self.sweeps(), self.in_order());
        let takes = |later: usize, n: usize| (sweeps[later] && self.earlier(n, later)) || self.voids(later, n);
        let fate = |n: usize| match order.iter().find(|&&later| takes(later, n)) {
            _ if self.heads[n].frequency == 8 => Fate::VoidRequest,
            Some(&later) if self.heads[later].frequency == 8 => Fate::Voided,
            Some(_) => Fate::Replaced,
            None => Fate::Counts,
        };
        self.all().map(fate).collect()
    }

    /// An original that says what another before it does, which was not taken back, is a copy of it.
    fn copied(&self, fates: &[Fate]) -> Vec<Fate> {
        let content = |n: usize| (&self.heads[n].control, self.heads[n].content);
        let sent = |n: usize| !matches!(fates[n], Fate::Voided | Fate::VoidRequest);
        let again = |n: usize| self.all().any(|m| self.earlier(m, n) && sent(m) && content(m) == content(n));
        let copy = |n: usize| fates[n] == Fate::Counts && self.heads[n].frequency != 7 && again(n);
        self.all().map(|n| if copy(n) { Fate::Copy } else { fates[n] }).collect()
    }

    /// A claim does not count where another of its service does at a payer of lower rank.
    fn at_one_payer(&self, fates: &[Fate]) -> Vec<Fate> {
        let counts = |n: usize| fates[n] == Fate::Counts;
        let lower =
            |m: usize, n: usize| self.service[m] == self.service[n] && self.heads[m].sequence < self.heads[n].sequence;
        let other = |n: usize| counts(n) && self.all().any(|m| counts(m) && lower(m, n));
        self.all().map(|n| if other(n) { Fate::OtherPayer } else { fates[n] }).collect()
    }
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
