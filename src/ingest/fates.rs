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
use hashbrown::{DefaultHashBuilder, HashMap};
use recount_core::x12::chain;
use recount_core::x12::{Fate, Head};
use std::collections::BTreeMap;

/// What is known of all claims of a run: which of a claim's ids is the patient's before any is read, and which claims count once all
/// are.
#[derive(Default)]
pub struct Fates {
    pub(super) heads: Vec<Head>,
    /// Hashes the contents of claims, to find those that are there twice.
    pub(super) hasher: DefaultHashBuilder,
    /// Where each of them stands: number of its source, first and last segment.
    pub(super) places: Vec<(usize, u32, u32)>,
    /// The items with claims, and what these begin with.
    pub(super) with_claims: Vec<(Item, Contents)>,
    with_remits: Vec<Item>,
    /// First and last day of each of them.
    pub(super) days: Vec<(String, String)>,
    /// Control number and first day of claims, by the numbers that payers gave them.
    by_payer: HashMap<String, (String, String)>,
    pub(super) patient: PatientIs,
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
        let mut with_remits = Vec::new();
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
            fates.with_claims.extend((found.claims > 0).then(|| (item.clone(), found)));
            with_remits.extend((found.remits > 0).then_some(item));
        }
        // The practice's own number, where nearly all claims have it; else the payer's, where all have that.
        fates.patient = options.config.claims().patient.unwrap_or(match (all.without_record, all.without_member) {
            (without, _) if without * 2 < all.claims.max(1) => PatientIs::MedicalRecord,
            (_, 0) => PatientIs::Member,
            _ => PatientIs::Control,
        });
        for item in std::mem::take(&mut with_remits) {
            fates.add_remittances(item, bar)?;
        }
        Ok(fates)
    }

    /// An item has remittances, which tell the numbers that payers give to claims.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn add_remittances(&mut self, item: &Item, bar: &Bar) -> Result<()> {
        if self.with_remits.iter().any(|other| other.shown() == item.shown()) {
            return Ok(());
        }
        self.with_remits.push(item.clone());
        let mut stream = Stream::open(item, bar)?;
        while let Some(piece) = stream.piece()? {
            piece.each(&mut |record| {
                let Record::Remit(remit) = record else { return };
                if !remit.payer_control.is_empty() {
                    let day = remit.lines.first().map_or("", |line| &line.from);
                    let day = if day.is_empty() { &remit.statement.0 } else { day }.to_owned();
                    self.by_payer.insert(remit.payer_control, (remit.control, day));
                }
            });
        }
        Ok(())
    }

    /// The items with remittances.
    pub fn remittances(&self) -> &[Item] {
        &self.with_remits
    }

    /// Gives claims of one chain one name: those of a control number that begin on the same day, since some practices give all claims of
    /// a patient one number; and a replacement or void with all whose days it touches. Gives back the same names by the numbers of payers.
    fn tie(&mut self) -> std::collections::HashMap<String, String> {
        /// Claims of one control number beyond which the number tells nothing.
        const MOST: usize = 2_000;
        let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
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
        // Most control numbers have one claim, and need no other name.
        let alone = |n: usize| groups.get(self.heads[n].control.as_str()).is_none_or(|group| group.len() == 1);
        let name = |n: usize| match alone(n) {
            true => self.heads[n].control.clone(),
            false => format!("{} {}", self.heads[n].control, self.days[chains[n]].0),
        };
        let by_payer: std::collections::HashMap<String, String> = self
            .by_payer
            .iter()
            .filter_map(|(number, (control, day))| {
                let meant = |n: &usize| self.days[*n].0 <= *day && *day <= self.days[*n].1;
                let found = groups.get(control.as_str())?.iter().copied().find(meant)?;
                Some((number.clone(), name(found)))
            })
            .collect();
        let renamed: Vec<(usize, String)> =
            groups.values().filter(|group| group.len() > 1).flatten().map(|&n| (n, name(n))).collect();
        drop(groups);
        for (n, name) in renamed {
            self.heads[n].control = name;
        }
        by_payer
    }

    /// Settles which claims count, once all are read; lines of the others are set aside when sessions are made.
    pub fn settle(&mut self, export: &mut Export) {
        let by_payer = self.tie();
        // A control number that one claim has, and no correction means, has no chain.
        let mut of_control: HashMap<&str, u32> = HashMap::new();
        for head in &self.heads {
            *of_control.entry(&head.control).or_default() += 1;
        }
        let corrections = || self.heads.iter().filter(|head| matches!(head.frequency, 7 | 8));
        let meant: Vec<&str> =
            corrections().filter_map(|head| by_payer.get(&head.payer_control)).map(String::as_str).collect();
        let chained = |head: &Head| {
            of_control[head.control.as_str()] > 1
                || matches!(head.frequency, 7 | 8)
                || meant.contains(&head.control.as_str())
        };
        let chained: Vec<usize> = (0..self.heads.len()).filter(|&n| chained(&self.heads[n])).collect();
        let mut orphans = 0;
        for head in corrections().filter(|head| head.frequency == 7) {
            let known =
                by_payer.get(&head.payer_control).is_some_and(|control| of_control.contains_key(control.as_str()));
            orphans += u64::from(!known && of_control[head.control.as_str()] == 1);
        }
        let heads: Vec<Head> = chained.iter().map(|&n| self.heads[n].clone()).collect();
        let mut counts: BTreeMap<(usize, Why), u64> = BTreeMap::new();
        for (fate, n) in chain::resolve(&heads, &by_payer).into_iter().zip(chained) {
            let (source, first, last) = self.places[n];
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
