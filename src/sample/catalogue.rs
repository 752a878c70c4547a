//! What the invented practice bills and to whom: codes with a charge, disciplines, payers, clinics.
//!
//! A small fixed choice, not the program's `data/`: a sample must not change when a code or a payer is added there.

/// A code and the practice's charge for one unit of it.
#[derive(Clone, Copy)]
pub(super) struct Code {
    pub(super) name: &'static str,
    pub(super) cents: u32,
}

const fn code(name: &'static str, cents: u32) -> Code {
    Code { name, cents }
}

/// The first 15 minutes of a family; further units are billed with [`ADD_ON`], and both count as one service.
pub(super) const FAMILY: &str = "97129";
/// The later units of [`FAMILY`].
pub(super) const ADD_ON: Code = code("97130", 4400);
/// A code that no table has.
pub(super) const UNKNOWN: Code = code("97999", 5000);
/// An area code: several units of it on a day are no fault.
pub(super) const AREA: Code = code("95851", 2500);

/// What one discipline bills.
pub(super) struct Discipline {
    pub(super) name: &'static str,
    pub(super) modifier: &'static str,
    /// Modifiers of a line that an assistant furnished.
    pub(super) assisted: &'static str,
    pub(super) timed: &'static [Code],
    /// No session has more timed services than this; one code of `timed` at least stays free.
    pub(super) most_timed: u32,
    /// Untimed codes with a daily limit of one unit in every setting.
    pub(super) untimed: &'static [Code],
    /// Whether every session has an untimed line.
    pub(super) mostly_untimed: bool,
    pub(super) evaluations: &'static [Code],
    /// An evaluation code that was deleted years before the sample begins.
    pub(super) retired: Code,
}

/// Physical therapy, occupational therapy, speech-language pathology.
pub(super) static DISCIPLINES: [Discipline; 3] = [
    Discipline {
        name: "PT",
        modifier: "GP",
        assisted: "GP CQ",
        timed: &[
            code("97110", 5500),
            code("97140", 5000),
            code("97112", 5800),
            code("97530", 6500),
            code("97116", 4800),
            code("97035", 2600),
        ],
        most_timed: 4,
        untimed: &[code("97012", 2800), code("97016", 2700)],
        mostly_untimed: false,
        evaluations: &[code("97161", 16500), code("97162", 16500), code("97163", 16500)],
        retired: code("97001", 14000),
    },
    Discipline {
        name: "OT",
        modifier: "GO",
        assisted: "GO CO",
        timed: &[
            code("97530", 6500),
            code("97535", 6000),
            code("97110", 5500),
            code("97140", 5000),
            code("97112", 5800),
            code("97760", 7200),
        ],
        most_timed: 4,
        untimed: &[code("97018", 2000), code("97022", 3000)],
        mostly_untimed: false,
        evaluations: &[code("97165", 16500), code("97166", 16500), code("97167", 16500)],
        retired: code("97003", 14000),
    },
    Discipline {
        name: "SLP",
        modifier: "GN",
        assisted: "GN",
        timed: &[code(FAMILY, 4600), code("97535", 6000), code("97530", 6500)],
        most_timed: 2,
        untimed: &[code("92507", 11000), code("92526", 12000)],
        mostly_untimed: true,
        evaluations: &[code("92522", 17500), code("92523", 25000), code("92610", 15000)],
        retired: code("92506", 20000),
    },
];
/// Places in [`DISCIPLINES`].
pub(super) const PT: usize = 0;
/// See [`PT`].
pub(super) const OT: usize = 1;
/// See [`PT`].
pub(super) const SLP: usize = 2;

/// Who pays, and what of its rule is certain.
pub(super) struct Payer {
    /// The two spellings that the export uses; the first one stands for the payer in the answer key.
    pub(super) spellings: [&'static str; 2],
    pub(super) rule: Rule,
    /// Electrical stimulation, under the code this payer takes.
    pub(super) stimulation: Code,
    /// Patients in a hundred.
    share: u32,
}

/// What is known of a payer's unit rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// `cms`, by a cited policy.
    Documented,
    /// Default or unknown: both rules are run.
    Either,
    /// Nobody to repay: such sessions are always honest here.
    SelfPay,
}

const fn payer(spellings: [&'static str; 2], rule: Rule, stimulation: &'static str, share: u32) -> Payer {
    Payer { spellings, rule, stimulation: code(stimulation, 2100), share }
}

static PAYERS: [Payer; 7] = [
    payer(["Medicare", "Medicare Part B"], Rule::Documented, "G0283", 31),
    payer(["Highmark", "HIGHMARK"], Rule::Documented, "97014", 15),
    payer(["Blue Cross Blue Shield of Nebraska", "BLUE CROSS BLUE SHIELD OF NEBRASKA"], Rule::Documented, "97014", 8),
    payer(["Aetna", "AETNA"], Rule::Either, "97014", 14),
    payer(["Humana Medicare Advantage", "HUMANA MEDICARE ADVANTAGE"], Rule::Either, "G0283", 13),
    payer(["Acme Health", "ACME HEALTH"], Rule::Either, "97014", 12),
    payer(["Self-pay", "SELF-PAY"], Rule::SelfPay, "97014", 7),
];

/// The payer of a patient who drew `percent` (0 to 99).
pub(super) fn payer_at(mut percent: u32) -> &'static Payer {
    for payer in &PAYERS {
        if percent < payer.share {
            return payer;
        }
        percent -= payer.share;
    }
    &PAYERS[0]
}

/// The clinics; a small practice has the first three.
pub(super) const CLINICS: [&str; 12] = [
    "Riverside",
    "Hilltop",
    "Lakeview",
    "Oak Street",
    "Harbor",
    "Meadowbrook",
    "Northgate",
    "Cedar Park",
    "Old Mill",
    "Fairground",
    "Stonebridge",
    "Westfield",
];
