//! The practice: therapists with their habits and rosters, patients with their episodes, day by day.

use std::io;

use super::catalogue::{CLINICS, DISCIPLINES, OT, PT, Payer, Rule, SLP, payer_at};
use super::random::Random;
use super::session::{Case, MOST_LINES, Plan, Session};
use super::{Date, Options, Planted, Row};

/// Lines of history per therapist.
const LINES_PER_THERAPIST: u64 = 4_000;
/// As many lines does one place of a roster fill: 78 weeks, 2 visits, 3 lines.
const LINES_PER_PLACE: u64 = 78 * 2 * 3;

/// Where rows and findings go.
pub(super) struct Out<'a> {
    pub(super) rows: &'a mut dyn FnMut(&Row) -> io::Result<()>,
    pub(super) truth: &'a mut dyn FnMut(&Planted) -> io::Result<()>,
}

struct Therapist {
    discipline: usize,
    clinic: &'static str,
    habit: Plan,
    /// Sessions in a hundred that show the habit.
    share: u32,
    /// Another therapist of the discipline, who covers and shares days; oneself if there is none.
    partner: usize,
}

/// A patient in treatment: the episode in one place of a therapist's roster.
#[derive(Clone, Copy)]
struct Episode {
    patient: u32,
    payer: &'static Payer,
    /// Which of the payer's spellings the front desk chose.
    spelling: usize,
    visits_done: u32,
    visits_planned: u32,
    last_seen: Option<Date>,
}

/// The practice on one day of its history.
pub(super) struct Practice {
    random: Random,
    therapists: Vec<Therapist>,
    /// `roster` places for each therapist, one after the other.
    episodes: Vec<Episode>,
    roster: usize,
    session: Session,
    lines: u64,
    /// Lines handed out so far.
    pub(super) written: u64,
    date: Date,
    turn: usize,
    patients: u32,
    visits: u64,
    /// Lines and zero-minute lines of the quarter, kept apart by far: a source with many zeros means blank by them.
    quarter_lines: u64,
    quarter_zeros: u64,
}

impl Practice {
    /// The practice on the eve of the first day.
    pub(super) fn new(options: &Options) -> Self {
        let mut random = Random::new(options.seed);
        let therapists = staff((options.lines / LINES_PER_THERAPIST).max(6) as usize, &mut random);
        let roster = (options.lines / therapists.len() as u64 / LINES_PER_PLACE).clamp(1, 8) as usize;
        let mut patients = 0;
        let mut episodes = Vec::with_capacity(therapists.len() * roster);
        for _ in 0..therapists.len() * roster {
            let mut episode = admit(&mut patients, &mut random);
            episode.visits_done = random.below(episode.visits_planned); // the export begins amid treatment
            episodes.push(episode);
        }
        Self {
            random,
            therapists,
            episodes,
            roster,
            session: Session::default(),
            lines: options.lines,
            written: 0,
            date: Date { year: 0, month: 0, day: 0 },
            turn: 0,
            patients,
            visits: 100_000,
            quarter_lines: 0,
            quarter_zeros: 0,
        }
    }

    /// Begins a day.
    pub(super) fn open(&mut self, date: Date) {
        if date.quarter() != self.date.quarter() {
            (self.quarter_lines, self.quarter_zeros) = (0, 0);
        }
        self.date = date;
    }

    /// The next patient of the next therapist, who may have cancelled.
    pub(super) fn visit(&mut self, out: &mut Out<'_>) -> io::Result<()> {
        let host = self.turn % self.therapists.len();
        let place = self.turn / self.therapists.len() % self.roster;
        self.turn += 1;
        let ending = self.lines - self.written < MOST_LINES;
        if self.random.one_in(8) || (ending && self.therapists[host].discipline == SLP) {
            return Ok(());
        }
        let place = host * self.roster + place;
        let mut episode = self.episodes[place];
        if episode.visits_done == episode.visits_planned || episode.last_seen == Some(self.date) {
            episode = admit(&mut self.patients, &mut self.random);
        }
        let treating = if self.random.one_in(12) { self.therapists[host].partner } else { host };
        let clinic = self.therapists[host].clinic;
        self.treat(&episode, treating, clinic, out)?;
        if self.therapists[host].discipline == PT && self.random.one_in(50) && self.lines - self.written >= MOST_LINES {
            let others = self.therapists.len() - 1;
            let mut other = (host + self.random.between(1, others as u32) as usize) % self.therapists.len();
            while self.therapists[other].discipline != OT {
                other = (other + 1) % self.therapists.len();
            }
            let also = Episode { visits_done: 1, ..episode };
            self.treat(&also, other, clinic, out)?;
        }
        episode.visits_done += 1;
        episode.last_seen = Some(self.date);
        self.episodes[place] = episode;
        Ok(())
    }

    /// One session: drawn, and handed out.
    fn treat(&mut self, episode: &Episode, treating: usize, clinic: &'static str, out: &mut Out<'_>) -> io::Result<()> {
        let room = self.lines - self.written;
        let plain = room < MOST_LINES;
        let plan = if plain { Plan::Honest } else { self.plan(episode.payer.rule, treating) };
        let therapist = &self.therapists[treating];
        let discipline = &DISCIPLINES[therapist.discipline];
        let lines = if plain && room <= 4 { room as u32 } else { self.random.between(2, if plain { 3 } else { 4 }) };
        let case = Case { discipline, payer: episode.payer, plan, evaluation: episode.visits_done == 0, lines, plain };
        self.session.draw(&case, &mut self.random);

        self.visits += 1;
        let first_visit = self.visits;
        for line in &self.session.lines {
            let second = line.second_therapist && therapist.partner != treating;
            if second {
                self.visits = first_visit + 1;
            }
            (out.rows)(&Row {
                visit: first_visit + u64::from(second),
                patient: episode.patient,
                date: self.date,
                clinic,
                therapist: 1 + if second { therapist.partner } else { treating } as u32,
                discipline: discipline.name,
                payer: episode.payer.spellings[(episode.spelling + usize::from(line.other_spelling)) % 2],
                code: line.code.name,
                modifiers: if line.assisted { discipline.assisted } else { discipline.modifier },
                minutes: line.minutes,
                units: line.units,
                charge_cents: line.code.cents * line.units,
            })?;
            self.written += 1;
            self.quarter_lines += 1;
            self.quarter_zeros += u64::from(line.minutes == Some(0));
        }
        for finding in &self.session.findings {
            (out.truth)(&Planted {
                patient_id: format!("P{:06}", episode.patient),
                date_of_service: self.date.iso(),
                discipline: discipline.name,
                payer: episode.payer.spellings[0],
                check: finding.check,
                severity: finding.severity,
                code: finding.code.to_owned(),
                units_over: finding.units_over.into(),
            })?;
        }
        Ok(())
    }

    /// How this session will be billed: now and then an accident, else the therapist's habit or honestly.
    fn plan(&mut self, rule: Rule, treating: usize) -> Plan {
        let habit = &self.therapists[treating];
        let zeros_are_rare = self.quarter_zeros * 50 < self.quarter_lines.saturating_sub(50);
        match self.random.below(1000) {
            _ if rule == Rule::SelfPay => Plan::Honest,
            0..8 => Plan::Underbills,
            8..14 if rule == Rule::Documented => Plan::Misallocates,
            8..14 => Plan::RuleDependent,
            14..18 if zeros_are_rare => Plan::ZeroMinutes,
            18..24 => Plan::BlankMinutes,
            24..26 => Plan::UnknownCode,
            26..28 => Plan::InactiveCode,
            28..33 => Plan::RepeatedLine,
            _ if self.random.below(100) < habit.share => habit.habit,
            _ => Plan::Honest,
        }
    }
}

/// The therapists. The first six have six different habits; half of the others are honest.
fn staff(count: usize, random: &mut Random) -> Vec<Therapist> {
    const FIRST: [(usize, Plan); 6] = [
        (PT, Plan::RoundsUp),
        (OT, Plan::Honest),
        (PT, Plan::CountsUntimed),
        (SLP, Plan::UntimedByMinutes),
        (PT, Plan::ShortVisit),
        (OT, Plan::Pads),
    ];
    let clinics = CLINICS.len().min(2 + count / 6);
    let mut staff = Vec::with_capacity(count);
    for index in 0..count {
        let (discipline, first_habit) = FIRST[index % FIRST.len()];
        let habit = match index {
            0..6 => first_habit,
            _ if random.one_in(2) => Plan::Honest,
            _ => random.pick(&FIRST).1,
        };
        let share = if habit == Plan::ShortVisit { random.between(80, 95) } else { random.between(3, 30) };
        let clinic = CLINICS[(index + index / FIRST.len()) % clinics];
        staff.push(Therapist { discipline, clinic, habit, share, partner: index });
    }
    for index in 0..count {
        let mut partner = (index + 1) % count;
        while staff[partner].discipline != staff[index].discipline {
            partner = (partner + 1) % count;
        }
        staff[index].partner = partner;
    }
    staff
}

/// A new patient, with 8 to 12 visits planned.
fn admit(patients: &mut u32, random: &mut Random) -> Episode {
    *patients += 1;
    Episode {
        patient: *patients,
        payer: payer_at(random.below(100)),
        spelling: random.below(2) as usize,
        visits_done: 0,
        visits_planned: random.between(8, 12),
        last_seen: None,
    }
}
