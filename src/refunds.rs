//! The refund worksheet: units over by payer and claim, and units under apart, each with the time that is left.

use crate::blocks::Kind;
use crate::error::Result;
use crate::finished::FinishedRun;
use crate::grid::{Record, Value};
use crate::reference::{Day, Settings, date};
use crate::tables::share;
use hashbrown::HashMap;

/// Columns of the worksheet of units over.
pub const OVER: [(&str, Kind); 18] = [
    ("payer", Kind::Text),
    ("claim_id", Kind::Text),
    ("date_of_service", Kind::Day),
    ("patient_id", Kind::Text),
    ("code", Kind::Text),
    ("severity", Kind::Text),
    ("certainty", Kind::Text),
    ("units_billed", Kind::Number),
    ("units_over", Kind::Number),
    ("amount_billed_cents", Kind::Cents),
    ("amount_allowed_cents", Kind::Cents),
    ("amount_paid_cents", Kind::Cents),
    ("charge_share_cents", Kind::Cents),
    ("paid_share_cents", Kind::Cents),
    ("look_back", Kind::Text),
    ("check", Kind::Text),
    ("finding_id", Kind::Text),
    ("source_rows", Kind::Long),
];

/// Columns of the worksheet of units under.
pub const UNDER: [(&str, Kind); 11] = [
    ("payer", Kind::Text),
    ("claim_id", Kind::Text),
    ("date_of_service", Kind::Day),
    ("patient_id", Kind::Text),
    ("units_billed", Kind::Number),
    ("units_supported", Kind::Number),
    ("units_under", Kind::Number),
    ("amount_billed_cents", Kind::Cents),
    ("filing_limit", Kind::Text),
    ("finding_id", Kind::Text),
    ("source_rows", Kind::Long),
];

/// What a worksheet needs to know beside findings.
pub struct Refunds {
    /// Last day of the run, from which look-back and filing limit are counted.
    as_of: Option<Day>,
    lookback: chrono::Months,
    filing: chrono::Months,
    /// Class of each payer.
    classes: HashMap<String, String>,
}

impl Refunds {
    /// For a run, counted back from the day `as_of`.
    ///
    /// # Errors
    /// The table of payers cannot be read.
    pub fn new(run: &FinishedRun, settings: &Settings, as_of: Option<Day>) -> Result<Refunds> {
        let payers = run.table("tables/payers")?;
        let classes =
            payers.records().map(|row| (row.text("payer").to_owned(), row.text("payer_class").to_owned())).collect();
        let months = |number: i64| chrono::Months::new(number.clamp(0, 1_200) as u32);
        Ok(Refunds {
            as_of,
            lookback: months(settings.lookback_months),
            filing: months(settings.medicare_filing_months),
            classes,
        })
    }

    /// A finding's row of the worksheet of units over: each unit over once.
    pub fn over(&self, row: &Record) -> Option<Vec<Value>> {
        let over = row.whole("units_over").filter(|over| *over > 0 && row.flag("primary"))?;
        // Who pays for oneself has nothing refunded by this.
        if self.class(row) == "self-pay" {
            return None;
        }
        let billed = row.whole("units_billed").unwrap_or(0);
        let of = |column: &str| row.whole(column).map(|cents| share(cents, over as i32, billed as i32));
        Some(
            OVER.iter()
                .map(|(name, _)| match *name {
                    "charge_share_cents" => Value::whole(of("amount_billed_cents")),
                    "paid_share_cents" => Value::whole(of("amount_paid_cents")),
                    "look_back" => Value::text(self.look_back(row)),
                    name => row.get(name).clone(),
                })
                .collect(),
        )
    }

    /// A finding's row of the worksheet of units under.
    pub fn under(&self, row: &Record) -> Option<Vec<Value>> {
        if row.text("check") != "underbilled-units" {
            return None;
        }
        Some(
            UNDER
                .iter()
                .map(|(name, _)| match *name {
                    "filing_limit" => Value::text(self.filing_limit(row)),
                    name => row.get(name).clone(),
                })
                .collect(),
        )
    }

    fn class(&self, row: &Record) -> &str {
        self.classes.get(row.text("payer")).map_or("", String::as_str)
    }

    /// Whether a date of service lies in the six years before that day. What counts is when the money was received (42 CFR 401.305
    /// (f)), which is later, and which an export does not hold: so `before` is to be looked up.
    fn look_back(&self, row: &Record) -> &'static str {
        match self.as_of.zip(row.day("date_of_service")) {
            Some((as_of, day))
                if date(as_of).checked_sub_months(self.lookback).is_some_and(|first| date(day) >= first) =>
            {
                "within"
            }
            Some(_) => "look up receipt",
            None => "",
        }
    }

    /// Until when a claim may still be filed: Medicare Part B gives a year (42 CFR 424.44); others have it in their contract.
    fn filing_limit(&self, row: &Record) -> String {
        if self.class(row) != "medicare-part-b" {
            return "see contract".into();
        }
        let limit = row.day("date_of_service").and_then(|day| date(day).checked_add_months(self.filing));
        match limit.zip(self.as_of) {
            Some((limit, as_of)) if date(as_of) <= limit => format!("until {limit}"),
            Some((limit, _)) => format!("passed {limit}"),
            None => String::new(),
        }
    }
}
