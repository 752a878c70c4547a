//! Claims → which of them count.
//!
//! A service is sent to payers more than once: corrected, taken back, repeated, and to the next insurer. Counted as often as
//! it was sent, it would look like as many services. Claims of one control number (CLM01) and one rank of payer are a chain,
//! in which each claim speaks about those before it:
//!
//! ```text
//! control  frequency  payer      made
//! A17      1          primary    Jan 15   replaced
//! A17      7          primary    Feb 02   counts: the claim as it is now
//! A17      1          secondary  Mar 01   the same service, at another payer
//! A18      1          primary    Jan 15   voided
//! A18      8          primary    Jan 20   asks to void, and bills nothing itself
//! A18      1          primary    Jan 21   counts: sent anew
//! ```
//!
//! A correction may have a control number of its own. Then its F8 says whose it is: the payer's number of the claim it corrects,
//! which a remittance (835) has beside the control number.

use std::collections::{HashMap, HashSet};

/// What of a claim says which chain it is in, and what it does there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The provider's number of it (CLM01). Claims without one have nothing in common.
    pub control: String,
    /// The payer's number of the claim that it replaces or voids (REF\*F8).
    pub payer_control: String,
    /// Whom it was sent to, in one spelling.
    pub payer: String,
    /// 7 replaces, 8 voids; anything else is an original.
    pub frequency: u8,
    /// 0 primary, 1 secondary, 2 tertiary.
    pub sequence: u8,
    /// When it was made: date and time, in an order that text has.
    pub made: String,
    /// Where it was read, which decides between claims made at the same time.
    pub order: usize,
    /// A hash of its lines: claims of equal content bill the same.
    pub content: u64,
}

/// What becomes of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It bills its lines.
    Counts,
    /// A later claim stands for it.
    Replaced,
    /// A later claim took it back.
    Voided,
    /// It takes others back (frequency 8), and bills nothing itself.
    VoidRequest,
    /// The service counts at a payer of lower rank.
    OtherPayer,
    /// An original that was sent before, with the same content.
    Copy,
}

/// What becomes of each of `heads`, in their order. `icns` knows the control numbers behind payers' claim numbers.
pub fn resolve(heads: &[Head], icns: &HashMap<String, String>) -> Vec<Fate> {
    let services = services(heads, icns);
    let mut order: Vec<usize> = (0..heads.len()).collect();
    order.sort_by_key(|&n| (services[n], heads[n].sequence, heads[n].made.as_str(), heads[n].order, n));
    let mut fates = vec![Fate::Counts; heads.len()];
    for service in order.chunk_by(|&a, &b| services[a] == services[b]) {
        for chain in service.chunk_by(|&a, &b| heads[a].sequence == heads[b].sequence) {
            corrections(heads, chain, &mut fates);
            copies(heads, chain, &mut fates);
        }
        other_payers(heads, service, &mut fates);
    }
    fates
}

/// A number for each claim, equal for those that have one control number, or are tied by the F8 of a correction.
fn services(heads: &[Head], icns: &HashMap<String, String>) -> Vec<usize> {
    let mut numbers = HashMap::new();
    // Of a number, another that means the same; its own if there is none.
    let mut same: Vec<usize> = Vec::new();
    let mut number = |control| {
        let mut fresh = || {
            same.push(same.len());
            same.len() - 1
        };
        if str::is_empty(control) { fresh() } else { *numbers.entry(control).or_insert_with(fresh) }
    };
    let own: Vec<usize> = heads.iter().map(|head| number(head.control.as_str())).collect();
    let corrections = heads.iter().zip(&own).filter(|(head, _)| matches!(head.frequency, 7 | 8));
    let ties: Vec<_> = corrections
        .filter_map(|(head, &own)| Some((own, icns.get(&head.payer_control).filter(|control| !control.is_empty())?)))
        .map(|(own, control)| (own, number(control.as_str())))
        .collect();
    for (one, other) in ties {
        let (one, other) = (root(&mut same, one), root(&mut same, other));
        same[one] = other;
    }
    own.into_iter().map(|own| root(&mut same, own)).collect()
}

/// The number that stands for all that mean the same as `n`; the way to it is halved on the way.
fn root(same: &mut [usize], mut n: usize) -> usize {
    while same[n] != n {
        same[n] = same[same[n]];
        n = same[n];
    }
    n
}

/// What the replacements and voids of a chain do to the claims before them.
fn corrections<'a>(heads: &'a [Head], chain: &[usize], fates: &mut [Fate]) {
    let mut standing: HashMap<&'a str, Vec<usize>> = HashMap::new();
    for &n in chain {
        let head = &heads[n];
        if head.frequency == 8 {
            // A claim that went to the wrong payer is taken back there, often after it was sent to the right one: where the
            // payer of a void has a claim, those of others stand. Where it has none, it is only spelt in another way.
            let gone = match standing.get_mut(head.payer.as_str()) {
                Some(claims) => std::mem::take(claims),
                None => standing.values_mut().flat_map(std::mem::take).collect(),
            };
            gone.into_iter().for_each(|n| fates[n] = Fate::Voided);
            fates[n] = Fate::VoidRequest;
            continue;
        }
        if head.frequency == 7 {
            // The payers stay known: a later void of one of them does not mean the claim that replaces theirs.
            standing.values_mut().flat_map(std::mem::take).for_each(|n| fates[n] = Fate::Replaced);
        }
        standing.entry(&head.payer).or_default().push(n);
    }
}

/// Originals that were sent before with the same content. With another content both count: control numbers are used again, and
/// claims are split. An original behind the void of its like is no copy: it was sent anew.
fn copies(heads: &[Head], chain: &[usize], fates: &mut [Fate]) {
    let mut seen = HashSet::new();
    for &n in chain {
        let head = &heads[n];
        if matches!(fates[n], Fate::Voided | Fate::VoidRequest) {
            continue;
        }
        let repeated = !seen.insert((&head.control, head.content));
        if repeated && fates[n] == Fate::Counts && head.frequency != 7 {
            fates[n] = Fate::Copy;
        }
    }
}

/// The service counts at the first of its payers that is there.
fn other_payers(heads: &[Head], service: &[usize], fates: &mut [Fate]) {
    let Some(first) = service.iter().filter(|&&n| fates[n] == Fate::Counts).map(|&n| heads[n].sequence).min() else {
        return;
    };
    for &n in service.iter().filter(|&&n| heads[n].sequence > first) {
        if fates[n] == Fate::Counts {
            fates[n] = Fate::OtherPayer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fate::*;
    use super::*;

    /// A claim of control number `control`: frequency, rank and payer, day, content.
    fn head(control: &str, frequency: u8, payer: &str, made: &str, content: u64) -> Head {
        let sequence = payer.ends_with('2') as u8;
        let (control, payer, made) = (control.into(), payer.into(), made.into());
        Head { control, payer, made, frequency, sequence, content, ..Head::default() }
    }

    fn corrects(payer_control: &str, head: Head) -> Head {
        Head { payer_control: payer_control.into(), ..head }
    }

    fn fates(heads: &[Head]) -> Vec<Fate> {
        let icns = [("ICN1", "A"), ("ICN2", "B"), ("ICN0", "")];
        let heads: Vec<_> = heads.iter().enumerate().map(|(order, head)| Head { order, ..head.clone() }).collect();
        resolve(&heads, &icns.map(|(icn, control)| (icn.into(), control.into())).into())
    }

    #[test]
    fn a_replacement_stands_for_all_before_it() {
        let (first, second, last) = (head("A", 1, "m", "1", 1), head("A", 7, "m", "2", 2), head("A", 7, "m", "3", 2));
        assert_eq!(fates(&[first.clone(), second.clone(), last.clone()]), [Replaced, Replaced, Counts]);
        assert_eq!(fates(&[last.clone(), first, second.clone()]), [Counts, Replaced, Replaced]);
        assert_eq!(fates(&[last]), [Counts], "it stands for the whole claim");
        assert_eq!(fates(&[second, head("A", 1, "m", "3", 3)]), [Counts, Counts]);
    }

    #[test]
    fn a_void_takes_back_and_bills_nothing() {
        let (first, void, anew) = (head("A", 1, "m", "1", 1), head("A", 8, "m", "2", 1), head("A", 1, "m", "3", 1));
        assert_eq!(fates(&[first.clone(), void.clone(), anew.clone()]), [Voided, VoidRequest, Counts]);
        assert_eq!(
            fates(&[first.clone(), first.clone(), void.clone(), void.clone()]),
            [Voided, Voided, VoidRequest, VoidRequest]
        );
        assert_eq!(fates(&[head("A", 7, "m", "1", 1), void.clone()]), [Voided, VoidRequest]);
        assert_eq!(fates(&[void, head("B", 1, "m", "1", 1)]), [VoidRequest, Counts]);
    }

    #[test]
    fn a_void_is_for_the_payer_it_went_to() {
        let wrong = head("A", 1, "wrong", "1", 1);
        let (right, void) = (head("A", 1, "right", "2", 1), head("A", 8, "wrong", "3", 1));
        assert_eq!(fates(&[wrong.clone(), right.clone()]), [Counts, Copy]);
        assert_eq!(fates(&[wrong.clone(), right, void.clone(), void]), [Voided, Counts, VoidRequest, VoidRequest]);
        assert_eq!(fates(&[wrong, head("A", 8, "wr.", "3", 1)]), [Voided, VoidRequest]);
    }

    #[test]
    fn equal_content_is_a_copy_and_another_is_not() {
        let (one, other) = (head("A", 1, "m", "1", 1), head("A", 1, "m", "2", 2));
        assert_eq!(fates(&[one.clone(), other, one.clone()]), [Counts, Counts, Copy]);
        let (replacement, again) = (head("A", 7, "m", "2", 2), head("A", 1, "m", "3", 1));
        assert_eq!(fates(&[one.clone(), replacement, again]), [Replaced, Counts, Copy]);
        assert_eq!(fates(&[one, head("B", 1, "m", "1", 1)]), [Counts, Counts]);
        assert_eq!(
            fates(&[head("", 1, "m", "1", 1), head("", 1, "m", "1", 1)]),
            [Counts, Counts],
            "no number, no chain"
        );
    }

    #[test]
    fn a_correction_finds_its_original_over_the_remittance() {
        let (a, b) = (head("A", 1, "m", "1", 1), head("B", 1, "m", "1", 2));
        let replacement = |icn| corrects(icn, head("C", 7, "m", "2", 3));
        assert_eq!(fates(&[a.clone(), b.clone(), replacement("ICN2")]), [Counts, Replaced, Counts]);
        assert_eq!(fates(&[a.clone(), b.clone(), replacement("unknown")]), [Counts, Counts, Counts]);
        assert_eq!(fates(&[a.clone(), b.clone(), replacement("ICN0")]), [Counts, Counts, Counts]);
        let void = corrects("ICN1", head("", 8, "m", "3", 0));
        assert_eq!(fates(&[a.clone(), b, void]), [Voided, Counts, VoidRequest]);
        let original = corrects("ICN1", head("C", 1, "m", "2", 3));
        assert_eq!(fates(&[a.clone(), original]), [Counts, Counts], "an original corrects nothing");
        let (one, two) = (corrects("ICN1", head("C", 7, "m", "2", 3)), corrects("ICN1", head("D", 7, "m", "3", 3)));
        assert_eq!(fates(&[one, two]), [Replaced, Counts], "of an original that is not there");
        let secondary = head("A", 1, "m2", "2", 1);
        assert_eq!(fates(&[a, replacement("ICN1"), secondary]), [Replaced, Counts, OtherPayer]);
    }

    #[test]
    fn a_service_counts_at_one_payer() {
        let (primary, secondary) = (head("A", 1, "m", "2", 1), head("A", 1, "o2", "1", 1));
        assert_eq!(fates(&[secondary.clone(), primary.clone()]), [OtherPayer, Counts]);
        assert_eq!(fates(std::slice::from_ref(&secondary)), [Counts]);
        assert_eq!(
            fates(&[primary.clone(), head("A", 8, "m", "3", 1), secondary.clone()]),
            [Voided, VoidRequest, Counts]
        );
        assert_eq!(fates(&[primary, head("A", 7, "o2", "3", 2), secondary.clone()]), [Counts, OtherPayer, Replaced]);
        assert_eq!(fates(&[Head { sequence: 2, ..secondary.clone() }, secondary]), [OtherPayer, Counts]);
    }

    /// Every chain of four claims out of a few kinds: the order in which they are read changes nothing, a replacement leaves
    /// one claim before it, and a lone void leaves none.
    #[test]
    fn small_chains_of_every_kind() {
        let kinds = [(1, "m", 1), (1, "m", 2), (7, "m", 1), (8, "m", 1), (1, "o2", 1), (7, "o2", 2), (8, "x", 0)];
        for n in 0..kinds.len().pow(4) {
            let heads: Vec<_> = (0..4u32)
                .map(|at| {
                    let (frequency, payer, content) = kinds[n / kinds.len().pow(at) % kinds.len()];
                    head("A", frequency, payer, &at.to_string(), content)
                })
                .collect();
            let found = fates(&heads);
            let mut backwards = fates(&heads.iter().rev().cloned().collect::<Vec<_>>());
            backwards.reverse();
            assert_eq!(found, backwards, "{heads:?}");
            for (head, fate) in heads.iter().zip(&found) {
                assert_eq!(head.frequency == 8, *fate == VoidRequest, "{heads:?}");
                assert!(head.frequency == 1 || *fate != Copy, "{heads:?}");
            }
            let counts = |sequence| (0..4).filter(|&n| (heads[n].sequence, found[n]) == (sequence, Counts)).count();
            assert!(counts(0) == 0 || counts(1) == 0, "{found:?}");
            if heads[3].frequency != 1 {
                let last = counts(heads[3].sequence);
                assert!(last <= usize::from(heads[3].frequency == 7), "{heads:?} {found:?}");
            }
        }
    }
}
