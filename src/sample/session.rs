//! One session: what the therapist did, how it was billed, and what an audit must find in it.
//!
//! A session is drawn for a [`Plan`], judged by the [key](super::key), and drawn again until the verdict is one that
//! the plan wants and that is certain. So nothing honest can turn out to be a finding by chance, and nothing planted can
//! turn out honest.

use super::catalogue::{ADD_ON, AREA, Code, Discipline, FAMILY, Payer, Rule, UNKNOWN};
use super::key::{Service, Verdict, bill_honestly, supported};
use super::random::Random;

/// How one session is billed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// An allowed allocation under the payer's rule, or under both where the rule is not known.
    Honest,
    /// Habit: each code's minutes rounded alone, as if the payer used the midpoint rule.
    RoundsUp,
    /// Habit: untimed minutes counted towards the timed units.
    CountsUntimed,
    /// Habit: one unit too many on one code.
    Pads,
    /// Habit: an untimed code billed by its minutes.
    UntimedByMinutes,
    /// Habit, and honest: visits of 24 to 27 minutes, two units each.
    ShortVisit,
    /// One unit too few.
    Underbills,
    /// As many units as supported, on the wrong codes.
    Misallocates,
    /// Over under exactly one of the two rules.
    RuleDependent,
    /// A timed line with units and 0 minutes.
    ZeroMinutes,
    /// A timed line with units and blank minutes.
    BlankMinutes,
    /// A line with a code that no table has, without minutes.
    UnknownCode,
    /// A line with a code deleted long ago.
    InactiveCode,
    /// A row exported twice; its 15 minutes and one unit are right with and without the repeat.
    RepeatedLine,
}

impl Plan {
    /// The fewest timed services it needs.
    const fn fewest_timed(self) -> u32 {
        match self {
            Self::Honest | Self::UntimedByMinutes | Self::UnknownCode | Self::InactiveCode => 0,
            Self::RoundsUp | Self::Misallocates | Self::RuleDependent | Self::ShortVisit => 2,
            _ => 1,
        }
    }

    /// Needs a first timed service that is not of a family.
    const fn on_one_line(self) -> bool {
        matches!(self, Self::ZeroMinutes | Self::BlankMinutes | Self::RepeatedLine)
    }
}

/// What is asked for.
pub(super) struct Case {
    pub(super) discipline: &'static Discipline,
    pub(super) payer: &'static Payer,
    pub(super) plan: Plan,
    /// The visit begins with an evaluation.
    pub(super) evaluation: bool,
    /// Lines, about; exactly so many if `plain`, which is for [`Plan::Honest`] outside SLP.
    pub(super) lines: u32,
    /// No split line, second therapist or second spelling.
    pub(super) plain: bool,
}

/// One line of a session.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) code: Code,
    pub(super) minutes: Option<u32>,
    pub(super) units: u32,
    pub(super) assisted: bool,
    /// Furnished by a second therapist of the discipline, at another time of the day.
    pub(super) second_therapist: bool,
    /// The payer's other spelling stands on this line.
    pub(super) other_spelling: bool,
}

/// One finding planted in a session.
#[derive(Clone, Copy)]
pub(super) struct Finding {
    pub(super) check: &'static str,
    pub(super) severity: &'static str,
    pub(super) code: &'static str,
    pub(super) units_over: u32,
}

/// More lines than this no session has.
pub(super) const MOST_LINES: u64 = 10;

/// The session in hand. One is enough for a whole export: its lists are reused.
#[derive(Default)]
pub(super) struct Session {
    timed: Vec<Service>,
    untimed: Vec<Service>,
    pub(super) lines: Vec<Line>,
    pub(super) findings: Vec<Finding>,
}

impl Session {
    /// Draws sessions until one is what `case` asks for.
    pub(super) fn draw(&mut self, case: &Case, random: &mut Random) {
        loop {
            self.treat(case, random);
            self.bill(case, random);
            // Lines that were given and not billed are seldom exported.
            let unbilled = self.timed.iter().any(|s| s.units == 0);
            if (!unbilled || random.one_in(3)) && self.settle(case) {
                break;
            }
        }
        self.write_lines(case, random);
    }

    /// Services and minutes.
    fn treat(&mut self, case: &Case, random: &mut Random) {
        let (discipline, plan) = (case.discipline, case.plan);
        self.timed.clear();
        self.untimed.clear();
        if case.evaluation {
            self.add_untimed(random.pick(discipline.evaluations), random.between(25, 60));
        } else if discipline.mostly_untimed {
            self.add_untimed(discipline.untimed[0], random.between(20, 50));
            if random.one_in(4) {
                self.add_untimed(discipline.untimed[1], random.between(15, 40));
            }
        } else if matches!(plan, Plan::CountsUntimed | Plan::UntimedByMinutes) || random.one_in(3) {
            let code = match random.below(8) {
                0..4 => case.payer.stimulation,
                4 if plan == Plan::Honest => AREA,
                _ => random.pick(discipline.untimed),
            };
            self.add_untimed(code, random.between(10, 20));
            if code.name == AREA.name {
                self.untimed[0].units = random.between(1, 3);
            }
        }

        let count =
            case.lines.saturating_sub(self.untimed.len() as u32).max(plan.fewest_timed()).min(discipline.most_timed);
        let count = if plan == Plan::ShortVisit { 2 } else { count };
        let codes = discipline.timed.len() as u32;
        let start = match plan {
            _ if plan.on_one_line() => random.between(1, codes - 1),
            _ if random.one_in(2) => 0,
            _ => random.below(codes),
        };
        for index in 0..count {
            let code = discipline.timed[((start + index) % codes) as usize];
            let minutes = match random.below(16) {
                _ if plan == Plan::RoundsUp => random.between(8, 12) + if random.one_in(4) { 15 } else { 0 },
                0 => random.between(3, 7),
                1 => random.between(31, 45),
                _ => random.between(8, 30),
            };
            self.timed.push(Service { code, minutes, units: 0 });
        }
        match plan {
            Plan::ShortVisit => {
                self.timed[0].minutes = random.between(10, 15);
                self.timed[1].minutes = random.between(24, 27) - self.timed[0].minutes;
            }
            Plan::RepeatedLine => self.timed[0].minutes = 15,
            _ if count >= 2 && random.one_in(16) => self.timed[1].minutes = self.timed[0].minutes, // a tie
            _ => {}
        }
    }

    fn add_untimed(&mut self, code: Code, minutes: u32) {
        self.untimed.push(Service { code, minutes, units: 1 });
    }

    /// Units.
    fn bill(&mut self, case: &Case, random: &mut Random) {
        bill_honestly(&mut self.timed, random);
        let count = self.timed.len() as u32;
        match case.plan {
            Plan::RoundsUp => self.round_up(),
            Plan::RuleDependent if random.one_in(2) => self.round_up(),
            Plan::CountsUntimed => {
                let timed = self.timed.iter().map(|s| s.minutes).sum::<u32>();
                let untimed = self.untimed.iter().map(|s| s.minutes).sum::<u32>();
                for _ in supported(timed)..supported(timed + untimed) {
                    self.timed[random.below(count) as usize].units += 1;
                }
            }
            Plan::Pads => self.timed[random.below(count) as usize].units += 1,
            Plan::UntimedByMinutes => {
                let service = &mut self.untimed[0];
                service.minutes = random.between(30, 50);
                service.units = service.minutes / 15;
            }
            Plan::Underbills => self.take_one(random),
            Plan::Misallocates => {
                self.take_one(random);
                self.timed[random.below(count) as usize].units += 1;
            }
            Plan::ZeroMinutes => self.bill_zero_minutes(case, random),
            _ => {}
        }
    }

    fn round_up(&mut self) {
        for service in &mut self.timed {
            service.units = service.midpoint();
        }
    }

    fn take_one(&mut self, random: &mut Random) {
        let service = random.below(self.timed.len() as u32) as usize;
        self.timed[service].units = self.timed[service].units.saturating_sub(1);
    }

    /// A further service, last in the list, with units and without minutes; at times another is padded or short too.
    fn bill_zero_minutes(&mut self, case: &Case, random: &mut Random) {
        let mut units = 1;
        match random.below(8) {
            0 => units = 2,
            1 if case.payer.rule == Rule::Documented => self.timed[0].units += 1,
            2 if case.payer.rule == Rule::Documented => {
                units = 2;
                self.take_one(random);
            }
            _ => {}
        }
        let codes = case.discipline.timed;
        let unused = codes.iter().find(|c| c.name != FAMILY && self.timed.iter().all(|s| s.code.name != c.name));
        if let Some(&code) = unused {
            self.timed.push(Service { code, minutes: 0, units });
        }
    }

    /// Judges the bill. True, with the findings listed, where the verdict is certain and is what the plan wants.
    fn settle(&mut self, case: &Case) -> bool {
        self.findings.clear();
        let verdict = Verdict::of(&self.timed);
        let Verdict { over_cms, under_cms, over_midpoint, under_midpoint, fits } = verdict;
        let documented = case.payer.rule == Rule::Documented;
        let honest = over_cms + under_cms == 0 && fits && (documented || over_midpoint == 0);
        let first = self.timed.first().copied();
        match case.plan {
            Plan::Honest | Plan::ShortVisit => return honest,
            Plan::RoundsUp | Plan::CountsUntimed | Plan::Pads | Plan::RuleDependent => {
                let both = over_cms > 0 && (documented || (over_midpoint > 0 && under_midpoint == 0));
                let cms_only = over_cms > 0 && over_midpoint == 0 && under_midpoint == 0;
                let midpoint_only = over_cms == 0 && over_midpoint > 0 && under_cms == 0 && fits;
                if both && case.plan != Plan::RuleDependent {
                    let over = if documented { over_cms } else { over_cms.min(over_midpoint) };
                    self.find("overbilled-units", "exception", "", over);
                } else if !documented && (cms_only || midpoint_only) {
                    self.find("rule-dependent-units", "review", "", 0);
                }
            }
            Plan::Underbills if under_cms > 0 && fits && (documented || (over_midpoint == 0 && under_midpoint > 0)) => {
                self.find("underbilled-units", "note", "", 0);
            }
            Plan::Misallocates if documented && over_cms + under_cms == 0 && !fits => {
                self.find("misallocated-units", "review", "", 0);
            }
            Plan::ZeroMinutes if over_cms > 0 && (documented || (over_midpoint == over_cms && under_midpoint == 0)) => {
                if let Some(&Service { code, minutes: 0, units }) = self.timed.last() {
                    self.find("units-without-minutes", "exception", code.name, units.min(over_cms));
                    if over_cms > units {
                        self.find("overbilled-units", "exception", "", over_cms - units);
                    }
                }
            }
            _ if !honest => {}
            Plan::UntimedByMinutes => {
                let Service { code, units, .. } = self.untimed[0];
                self.find("untimed-multiple-units", "exception", code.name, units - 1);
            }
            Plan::UnknownCode => self.find("unknown-code", "review", UNKNOWN.name, 0),
            Plan::InactiveCode => self.find("inactive-code", "review", case.discipline.retired.name, 0),
            Plan::BlankMinutes => {
                if let Some(Service { code, units: 1.., .. }) = first {
                    self.find("minutes-missing", "review", code.name, 0);
                }
            }
            Plan::RepeatedLine => {
                if let Some(Service { code, .. }) = first {
                    self.find("duplicate-line", "review", code.name, 0);
                }
            }
            _ => {}
        }
        !self.findings.is_empty()
    }

    fn find(&mut self, check: &'static str, severity: &'static str, code: &'static str, units_over: u32) {
        self.findings.push(Finding { check, severity, code, units_over });
    }

    /// Services become lines: families and split services two, all others one.
    fn write_lines(&mut self, case: &Case, random: &mut Random) {
        let twist = if case.plain || case.plan.on_one_line() { u32::MAX } else { random.below(40) };
        let mut to_split = twist < 2;
        self.lines.clear();
        for &Service { code, minutes, units } in &self.untimed {
            self.lines.push(Line::new(code, Some(minutes), units));
        }
        for (index, &Service { code, minutes, units }) in self.timed.iter().enumerate() {
            if code.name == FAMILY && units >= 2 {
                let first = 15.min(minutes - 1);
                self.lines.push(Line::new(code, Some(first), 1));
                self.lines.push(Line::new(ADD_ON, Some(minutes - first), units - 1));
            } else if to_split && units >= 2 && code.name != FAMILY {
                // Unequal halves, so that the second is no repeat of the first.
                to_split = false;
                let second = (minutes - 1) / 2;
                let assisted = random.one_in(2);
                self.lines.push(Line::new(code, Some(minutes - second), units.div_ceil(2)));
                self.lines.push(Line { assisted, ..Line::new(code, Some(second), units / 2) });
            } else {
                let blank = index == 0 && case.plan == Plan::BlankMinutes;
                self.lines.push(Line::new(code, (!blank).then_some(minutes), units));
                if index == 0 && case.plan == Plan::RepeatedLine {
                    self.lines.push(Line::new(code, Some(minutes), units));
                }
            }
        }
        match case.plan {
            Plan::UnknownCode => self.lines.push(Line::new(UNKNOWN, None, 1)),
            Plan::InactiveCode => self.lines.push(Line::new(case.discipline.retired, Some(random.between(20, 45)), 1)),
            _ => {}
        }
        if let (Some(last), 2 | 3) = (self.lines.last_mut(), twist) {
            last.second_therapist = twist == 2;
            last.other_spelling = twist == 3;
        }
    }
}

impl Line {
    const fn new(code: Code, minutes: Option<u32>, units: u32) -> Self {
        Self { code, minutes, units, assisted: false, second_therapist: false, other_spelling: false }
    }
}
