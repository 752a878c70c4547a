//! A finding: one thing to look at, with its arithmetic.

use recount_core::domain::Units;

/// What a finding asks of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Billed units exceed what the exported minutes support: a potential overpayment.
    Exception,
    /// A person must look.
    Review,
    /// For information.
    Note,
}

impl Severity {
    /// The name in every table.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Exception => "exception",
            Severity::Review => "review",
            Severity::Note => "note",
        }
    }

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Severity> {
        [Severity::Exception, Severity::Review, Severity::Note].into_iter().find(|severity| severity.name() == name)
    }
}

/// What a finding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// True of the exported data, whatever else is.
    Certain,
    /// True under one of two rules that may apply.
    DependsOnRule,
    /// True if the data mean what they seem to.
    DependsOnData,
}

impl Certainty {
    /// The name in every table.
    pub const fn name(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::DependsOnRule => "depends-on-rule",
            Certainty::DependsOnData => "depends-on-data",
        }
    }
}

/// Whose units they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribution {
    /// One treating clinician's.
    One(u32),
    /// Several share them, or they cannot be told apart.
    Shared,
    /// The export names no clinician.
    Unnamed,
}

impl Attribution {
    /// The name in every table.
    pub const fn name(self) -> &'static str {
        match self {
            Attribution::One(_) => "one",
            Attribution::Shared => "shared",
            Attribution::Unnamed => "",
        }
    }

    /// Number of the one clinician, 0 if there is no such one.
    pub const fn therapist(self) -> u32 {
        match self {
            Attribution::One(therapist) => therapist,
            Attribution::Shared | Attribution::Unnamed => 0,
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grain {
    /// One session.
    #[default]
    Session,
    /// A patient's day: several sessions.
    Day,
    /// A patient's history.
    Patient,
}

/// One thing to look at: in one session, or in several of one patient.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Name of the check.
    pub check: &'static str,
    /// What it asks.
    pub severity: Severity,
    /// What it rests on.
    pub certainty: Certainty,
    /// Whether its units over are counted here; each unit is counted once.
    pub primary: bool,
    /// The check and code of the finding that counts the same units, or tells of others of that bill.
    pub also: Option<(&'static str, Option<u32>)>,
    /// What it is about.
    pub grain: Grain,
    /// Its session; of several the one that it is told by, which gives it patient, date and payer.
    pub session: u32,
    /// Number of its code, where it speaks of one.
    pub code: Option<u32>,
    /// Units billed.
    pub units_billed: Units,
    /// Units supported, where that is known.
    pub units_supported: Option<Units>,
    /// Units over.
    pub units_over: Units,
    /// Whose they are.
    pub attribution: Attribution,
    /// The lines it speaks of: first place in the order, and how many.
    pub lines: (u32, u32),
    /// Further lines it speaks of, likewise; they are shown and not priced.
    pub beside: Vec<(u32, u32)>,
    /// One plain sentence with the arithmetic.
    pub reason: String,
}
