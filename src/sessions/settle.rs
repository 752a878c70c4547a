//! A day's lines are settled before they are cut: versions, copies and reversals are set aside, repeats marked, missing
//! disciplines joined. Most days have nothing to settle and pass with a glance.

use super::facts::WhyNot;
use crate::ingest::{BLANK_UNITS, Lines, LostRow, Role, Why};

/// The lines of one patient on one day, while they are being settled. Kept by a block and filled anew for each day.
#[derive(Default)]
pub struct Day {
    /// Lines that count, each with the session it belongs to.
    pub lines: Vec<Settled>,
    /// Lines that repeat an earlier row, sorted.
    pub repeats: Vec<u32>,
    /// Codes of which more was reversed than billed, sorted.
    pub reversed_below_zero: Vec<u32>,
    /// Why none of the day's sessions can be audited.
    pub why_not: WhyNot,
    /// The patient's id appears at two clinics.
    pub two_clinics: bool,
    /// Visits that belong to several of the day's sessions.
    pub shared_visits: Vec<u32>,
    /// Lines that took the day's only discipline, over all days so far.
    pub joined: u64,
    /// Lines that do not count, each with the reason.
    pub set_aside: Vec<(u32, Why)>,
    work: Vec<u32>,
}

/// A line, and what it has in common with the others of its session.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// The line.
    pub line: u32,
    /// 0 unknown, else 1 + the place in `Discipline::ALL`.
    pub discipline: u8,
    /// Number of the payer.
    pub payer: u32,
    /// Number of the practice.
    pub practice: u32,
    /// What its file is to the audit.
    pub role: Role,
}

/// Bills of a day beyond which no note is placed.
const MOST_BILLS: usize = 500;

impl Day {
    /// Settles the lines of a day; rows set aside go to `excluded`.
    pub fn settle(&mut self, all: &Lines, day: impl Iterator<Item = u32>, row_lost: bool, excluded: &mut Vec<LostRow>) {
        self.lines.clear();
        self.repeats.clear();
        self.reversed_below_zero.clear();
        self.set_aside.clear();
        self.work.clear();
        self.work.extend(day);
        self.why_not = if row_lost { WhyNot::RowLost } else { WhyNot::Auditable };
        self.set_aside
            .extend(self.work.iter().filter(|&&line| all.is_copy(line)).map(|&line| (line, Why::CopyInOtherFile)));
        if !self.set_aside.is_empty() {
            self.drop_marked();
        }
        if self.work.len() > 1 && all.line_id.is_used() {
            self.versions(all);
        }
        if self.work.len() > 1 && all.export.sources.len() > 1 && self.has_equals(all, content) {
            self.copies(all);
        }
        if self.work.iter().any(|&line| is_reversal(all, line)) {
            self.reversals(all);
        }
        // Last, since what was reversed and billed again is no repeat.
        if self.work.len() > 1 && self.has_equals(all, treatment) {
            self.mark_repeats(all);
        }
        self.lines.extend(self.work.iter().map(|&line| Settled {
            line,
            discipline: all.discipline[line as usize],
            payer: all.payer(line),
            practice: all.practice.at(line),
            role: all.role(line),
        }));
        self.lines.sort_unstable_by_key(|settled| settled.line);
        self.join_disciplines();
        if self.lines.iter().any(|settled| settled.role != Role::Bill) {
            self.place_statements(all);
        }
        self.look_around(all);
        excluded.extend(self.set_aside.iter().map(|&(line, why)| all.lose(line, why)));
    }

    /// Sets aside what was marked.
    fn drop_marked(&mut self) {
        self.set_aside.sort_unstable_by_key(|&(line, _)| line);
        let marked = &self.set_aside;
        self.work.retain(|line| marked.binary_search_by_key(line, |&(line, _)| line).is_err());
    }

    /// One line id twice in a file: the later row is the version that counts.
    fn versions(&mut self, all: &Lines) {
        // Where ids count from 1 in each visit or claim, the same number is another line.
        let of = |line: u32| (all.visit.at(line), all.discipline[line as usize]);
        let key = |line: u32| (all.file.at(line), all.claim.at(line), all.line_id.at(line), of(line));
        self.work.sort_unstable_by_key(|&line| (key(line), line));
        let before = self.set_aside.len();
        for versions in self.work.chunk_by(|&a, &b| key(a) == key(b)) {
            let [earlier @ .., last] = versions else { continue };
            // Units on rows of their own may all have the id of their line.
            if all.line_id.at(*last) == 0 || all.unit_rows(*last).is_some() {
                continue;
            }
            for &line in earlier {
                let same = content(all, line) == content(all, *last);
                self.set_aside.push((line, if same { Why::Copy } else { Why::Superseded }));
            }
        }
        if self.set_aside.len() > before {
            self.drop_marked();
        }
    }

    /// Whether two rows say the same, their line ids apart. Leaves the rows sorted by what they say.
    fn has_equals<K: Ord>(&mut self, all: &Lines, said: fn(&Lines, u32) -> K) -> bool {
        // Nearly every day bills each code once.
        let same_code =
            |n: usize| self.work[..n].iter().any(|&other| all.code[other as usize] == all.code[self.work[n] as usize]);
        if self.work.len() < 16 && !(1..self.work.len()).any(same_code) {
            return false;
        }
        self.work.sort_unstable_by_key(|&line| (said(all, line), all.line_id.at(line), line));
        self.work.windows(2).any(|pair| said(all, pair[0]) == said(all, pair[1]))
    }

    /// The same row in several files: it counts as often as in the one file that has it most often.
    fn copies(&mut self, all: &Lines) {
        let key = |line: u32| (content(all, line), all.line_id.at(line));
        let before = self.set_aside.len();
        for equals in self.work.chunk_by(|&a, &b| key(a) == key(b)) {
            // Rows are numbered in the order of the files, so each file's stand together.
            let mut files = equals.chunk_by(|&a, &b| all.file.at(a) == all.file.at(b));
            let Some(first) = files.next() else { continue };
            let kept = files.fold(first, |most, file| if file.len() > most.len() { file } else { most });
            for &line in equals.iter().filter(|line| !kept.contains(line)) {
                self.set_aside.push((line, Why::CopyInOtherFile));
            }
        }
        if self.set_aside.len() > before {
            self.drop_marked();
        }
    }

    /// Rows that repeat an earlier one. They stay: two services may be alike. Claim and money may differ, since what was denied is
    /// billed again, and what was exported before it was paid is exported after. Expects rows sorted by treatment.
    fn mark_repeats(&mut self, all: &Lines) {
        for equals in self.work.chunk_by(|&a, &b| treatment(all, a) == treatment(all, b)) {
            self.repeats.extend(
                equals
                    .iter()
                    .skip(1)
                    .filter(|&&line| !is_reversal(all, line) && !all.is_folded(line) && all.role(line) != Role::Remit),
            );
        }
        self.repeats.sort_unstable();
    }

    /// +2 and −2 of one code and claim are a pair, and set aside; what is left of a reversal stays as a negative line.
    fn reversals(&mut self, all: &Lines) {
        let group = |line: u32| (all.code[line as usize], all.claim.at(line));
        let size = |line: u32| all.units[line as usize].unsigned_abs();
        // Alike in all that a reversal repeats first, then of one discipline and payer, then of the same size only.
        let account = |line: u32| (all.discipline[line as usize], all.payer_name[line as usize]);
        let alike = |line: u32| {
            let minutes = all.time(line).map_or(0, |time| time.0.unsigned_abs());
            (all.modifiers[line as usize], all.therapist[line as usize], minutes)
        };
        for pass in 0..3 {
            let key = |line: u32| {
                (group(line), size(line), (pass < 2).then(|| account(line)), (pass < 1).then(|| alike(line)))
            };
            self.work.sort_unstable_by_key(|&line| (key(line), line));
            let before = self.set_aside.len();
            for same in self.work.chunk_by(|&a, &b| key(a) == key(b)) {
                let billed = same.iter().filter(|&&line| all.units(line).is_some_and(|units| units > 0));
                let reversed = same.iter().filter(|&&line| is_reversal(all, line));
                for (&billed, &reversed) in billed.zip(reversed) {
                    self.set_aside.extend([(billed, Why::Reversed), (reversed, Why::Reversed)]);
                }
            }
            if self.set_aside.len() > before {
                self.drop_marked();
            }
        }
        self.work.sort_unstable_by_key(|&line| (group(line), line));
        for billed in self.work.chunk_by(|&a, &b| group(a) == group(b)) {
            if billed.iter().filter_map(|&line| all.units(line)).sum::<i32>() < 0 {
                self.reversed_below_zero.push(all.code[billed[0] as usize]);
            }
        }
        self.reversed_below_zero.sort_unstable();
    }

    /// A line without a discipline joins the day's only one; on a day with two it cannot be placed. Notes are placed by the bills.
    fn join_disciplines(&mut self) {
        let bills = || self.lines.iter().filter(|settled| settled.role == Role::Bill);
        if bills().all(|settled| settled.discipline != 0) {
            return;
        }
        let mut known = bills().map(|settled| settled.discipline).filter(|&discipline| discipline != 0);
        let Some(first) = known.next() else { return };
        if known.all(|other| other == first) {
            for settled in self.lines.iter_mut().filter(|settled| settled.role == Role::Bill) {
                self.joined += u64::from(settled.discipline == 0);
                settled.discipline = first;
            }
        } else {
            self.why_not = self.why_not.max(WhyNot::DisciplineMissing);
        }
    }

    /// Gives notes and payments the discipline, payer and practice of the bill that they speak of: the one of the same claim, else
    /// of the same visit, clinician or code; of several that fit, the ones that fit best must agree.
    fn place_statements(&mut self, all: &Lines) {
        let bills: Vec<Settled> = self.lines.iter().filter(|settled| settled.role == Role::Bill).copied().collect();
        // Every note is held against every bill: what has so many is no patient's day.
        if bills.len() > MOST_BILLS {
            self.why_not = self.why_not.max(WhyNot::Unplaced);
            return;
        }
        for settled in self.lines.iter_mut().filter(|settled| settled.role != Role::Bill) {
            let (own, discipline) = (settled.line, settled.discipline);
            // A note that names its discipline speaks of no other.
            let speaks = |bill: &&Settled| discipline == 0 || bill.discipline == 0 || bill.discipline == discipline;
            let same = |other: u32, id: &dyn Fn(u32) -> u32| id(own) != 0 && id(own) == id(other);
            let claim = |bill: u32| same(bill, &|line| all.claim.at(line));
            let visit = |bill: u32| same(bill, &|line| all.visit.at(line));
            let therapist = |bill: u32| same(bill, &|line| all.therapist[line as usize]);
            let code = |bill: u32| all.code[own as usize] == all.code[bill as usize];
            let fits: [&dyn Fn(u32) -> bool; 7] = [
                &|bill| claim(bill) && code(bill),
                &claim,
                &|bill| visit(bill) && code(bill),
                &visit,
                &|bill| therapist(bill) && code(bill),
                &code,
                &therapist,
            ];
            let account = |bill: &Settled| (bill.discipline, bill.payer, bill.practice);
            // Each way to fit leaves those that fit best so far, until they are of one session.
            let mut best: Vec<Settled> = bills.iter().filter(speaks).copied().collect();
            for fits in fits {
                if best.iter().any(|bill| fits(bill.line)) {
                    best.retain(|bill| fits(bill.line));
                }
            }
            let mut accounts = best.iter().map(account);
            let first = accounts.next();
            let several = accounts.any(|other| Some(other) != first);
            if let (Some(account), false) = (first, several) {
                (settled.discipline, settled.payer, settled.practice) = account;
            }
            if several {
                self.why_not = self.why_not.max(WhyNot::Unplaced);
            }
        }
    }

    /// What the day's other lines say of each: payers that are missing, ids that may be two people's.
    fn look_around(&mut self, all: &Lines) {
        let bills = || self.lines.iter().filter(|settled| settled.role == Role::Bill).map(|settled| settled.line);
        let named = |line: u32| all.payer_name[line as usize] != 0;
        if bills().any(named) && bills().any(|line| !named(line)) {
            self.why_not = self.why_not.max(WhyNot::PayerMissing);
        }
        let mut clinics = bills().map(|line| all.clinic[line as usize]).filter(|&clinic| clinic != 0);
        let first = clinics.next();
        self.two_clinics = clinics.any(|clinic| Some(clinic) != first);
    }
}

/// Whether a line takes units back.
fn is_reversal(all: &Lines, line: u32) -> bool {
    let units = all.units[line as usize];
    units < 0 && units != BLANK_UNITS
}

/// All that a row says, its line id and its place apart.
fn content(all: &Lines, line: u32) -> impl Ord + use<> {
    (treatment(all, line), all.claim.at(line), all.charge.at(line), all.allowed.at(line), all.paid.at(line))
}

/// What a row says of the treatment that it bills: all but claim and money.
fn treatment(all: &Lines, line: u32) -> impl Ord + use<> {
    let at = line as usize;
    (
        (
            all.code[at],
            all.units[at],
            all.time[line as usize],
            all.payer_name[line as usize],
            all.discipline[line as usize],
        ),
        (all.modifiers[line as usize], all.therapist[line as usize], all.clinic[line as usize], all.practice.at(line)),
        (all.visit.at(line), all.visit_time.at(line), all.setting.at(line), all.start.at(line)),
        (all.visit_total.at(line), all.span.at(line), all.flags.at(line), all.stated.at(line), all.role(line)),
    )
}
