//! Which claims of a run count: some are replaced, voided, or sent to a second payer by another file.

use super::Options;
use super::export::Export;
use super::lines::Why;
use super::open::{Format, Item};
use super::segments::{Contents, Record, Stream, contents};
use crate::config::PatientIs;
use crate::error::Result;
use crate::progress::Bar;
use crate::words::counted;
use hashbrown::DefaultHashBuilder;
use recount_core::x12::chain;
use recount_core::x12::{Fate, Head};
use std::collections::{BTreeMap, HashMap};

/// What is known of all claims of a run: which of a claim's ids is the patient's before any is read, and which claims count once all
/// are.
#[derive(Default)]
pub struct Fates {
    pub(super) heads: Vec<Head>,
    /// Hashes the contents of claims, to find those that are there twice.
    pub(super) hasher: DefaultHashBuilder,
    /// Where each of them stands: number of its source, first and last segment.
    pub(super) places: Vec<(usize, u32, u32)>,
    pub(super) with_claims: Vec<Item>,
    with_remits: Vec<Item>,
    /// First and last day of each of them.
    pub(super) days: Vec<(String, String)>,
    /// Control number and first day of claims, by the numbers that payers gave them.
    by_payer: HashMap<String, (String, String)>,
    /// The patient of each claim, by its control number; `None` where two claims of one number differ.
    pub(super) patients: HashMap<String, Option<String>>,
    pub(super) patient: PatientIs,
    /// Claims without a medical record number.
    pub(super) without_record: u64,
    /// Whether some line counts minutes instead of units.
    pub(super) minutes: bool,
    /// Whether anything but remittances says what was billed.
    pub(super) billed: bool,
    /// Whether notes are joined to the bills.
    pub joined: bool,
}

impl Fates {
    /// Looks through the claims among some items.
    ///
    /// # Errors
    /// A file cannot be read, or holds neither claims nor remittances.
    pub fn of<'i>(items: impl Iterator<Item = &'i Item>, options: &Options, joined: bool, bar: &Bar) -> Result<Fates> {
        let mut fates = Fates { joined, ..Fates::default() };
        let mut all = Contents::default();
        for item in items {
            if item.format != Format::Claims {
                fates.billed = true;
                continue;
            }
            let found = contents(item, bar)?;
            if found.claims + found.remits == 0 {
                return Err(item.error("holds neither claims (837) nor remittances (835)"));
            }
            fates.billed |= found.claims > 0;
            fates.minutes |= found.minutes;
            all.claims += found.claims;
            all.without_record += found.without_record;
            all.without_member += found.without_member;
            fates.with_claims.extend((found.claims > 0).then(|| item.clone()));
            fates.with_remits.extend((found.remits > 0).then(|| item.clone()));
        }
        // The practice's own number, where nearly all claims have it; else the payer's, where all have that.
        fates.patient = options.config.claims().patient.unwrap_or(match (all.without_record, all.without_member) {
            (without, _) if without * 2 < all.claims.max(1) => PatientIs::MedicalRecord,
            (_, 0) => PatientIs::Member,
            _ => PatientIs::Control,
        });
        fates.without_record = all.without_record;
        for item in &fates.with_remits {
            let mut stream = Stream::open(item, bar)?;
            while let Some(piece) = stream.piece()? {
                piece.each(&mut |record| {
                    let Record::Remit(remit) = record else { return };
                    if !remit.payer_control.is_empty() {
                        let day = remit.lines.first().map_or("", |line| &line.from);
                        let day = if day.is_empty() { &remit.statement.0 } else { day }.to_owned();
                        fates.by_payer.insert(remit.payer_control, (remit.control, day));
                    }
                });
            }
        }
        Ok(fates)
    }

    /// The items with remittances.
    pub fn remittances(&self) -> &[Item] {
        &self.with_remits
    }

    /// Gives claims of one chain one name: those of a control number that begin on the same day, since some practices give all claims of
    /// a patient one number; and a replacement or void with all whose days it touches. Gives back the same names by the numbers of payers.
    fn tie(&mut self) -> HashMap<String, String> {
        /// Claims of one control number beyond which the number tells nothing.
        const MOST: usize = 2_000;
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (n, head) in self.heads.iter().enumerate().filter(|(_, head)| !head.control.is_empty()) {
            groups.entry(&head.control).or_default().push(n);
        }
        let corrects = |n: usize| matches!(self.heads[n].frequency, 7 | 8);
        let touch = |a: usize, b: usize| {
            let (a, b) = (&self.days[a], &self.days[b]);
            a.0 <= b.1 && b.0 <= a.1
        };
        // The first claim of the chain that each belongs to.
        let mut chains: Vec<usize> = (0..self.heads.len()).collect();
        for group in groups.values().filter(|group| (2..=MOST).contains(&group.len())) {
            for (k, &n) in group.iter().enumerate() {
                for &other in &group[..k] {
                    let same = self.days[n].0 == self.days[other].0;
                    if same || ((corrects(n) || corrects(other)) && touch(n, other)) {
                        let (from, to) = (chains[n].max(chains[other]), chains[n].min(chains[other]));
                        group
                            .iter()
                            .filter(|&&member| chains[member] == from)
                            .copied()
                            .collect::<Vec<_>>()
                            .into_iter()
                            .for_each(|member| chains[member] = to);
                    }
                }
            }
        }
        let name = |n: usize| format!("{} {}", self.heads[n].control, self.days[chains[n]].0);
        let by_payer = self.by_payer.iter().map(|(number, (control, day))| {
            let meant = |n: &usize| self.days[*n].0 <= *day && *day <= self.days[*n].1;
            let found = groups.get(control.as_str()).and_then(|group| group.iter().copied().find(meant));
            (number.clone(), found.map_or_else(|| format!("{control} {day}"), name))
        });
        let by_payer = by_payer.collect();
        let names: Vec<String> = (0..self.heads.len())
            .map(|n| if self.heads[n].control.is_empty() { String::new() } else { name(n) })
            .collect();
        self.heads.iter_mut().zip(names).for_each(|(head, name)| head.control = name);
        by_payer
    }

    /// Settles which claims count, once all are read; lines of the others are set aside when sessions are made.
    pub fn settle(&mut self, export: &mut Export) {
        let by_payer = self.tie();
        let mut counts: BTreeMap<(usize, Why), u64> = BTreeMap::new();
        for (fate, (source, first, last)) in
            chain::resolve(&self.heads, &by_payer).into_iter().zip(std::mem::take(&mut self.places))
        {
            let why = match fate {
                Fate::Counts => continue,
                Fate::Replaced => Why::Replaced,
                Fate::Voided => Why::Voided,
                Fate::VoidRequest => Why::VoidRequest,
                Fate::OtherPayer => Why::OtherPayer,
                Fate::Copy => Why::ClaimAgain,
            };
            export.sources[source].aside.push((first, last, why));
            *counts.entry((source, why)).or_default() += 1;
        }
        // A line of such a claim that could not be read is not missed.
        for lost in export.lost.iter_mut() {
            lost.why = export.sources[usize::from(lost.file)].set_aside(lost.row).unwrap_or(lost.why);
        }
        let mut orphans = 0;
        let mut of_control: HashMap<&str, u64> = HashMap::new();
        for head in &self.heads {
            *of_control.entry(&head.control).or_default() += 1;
        }
        for head in self.heads.iter().filter(|head| head.frequency == 7) {
            let known =
                by_payer.get(&head.payer_control).is_some_and(|control| of_control.contains_key(control.as_str()));
            orphans += u64::from(!known && of_control.get(head.control.as_str()) == Some(&1));
        }
        if let (true, Some(source)) = (orphans > 0, export.sources.last_mut()) {
            let claims = counted(orphans, "replacement");
            source.notes.push(format!(
                "{claims} whose original is not among the claims by its number: if it is there under another, its units are counted \
                 twice; a remittance (835) tells the numbers that payers give"
            ));
        }
        for ((source, why), count) in counts {
            export.sources[source].notes.push(format!("{} set aside: {why}", counted(count, "claim")));
        }
    }
}
