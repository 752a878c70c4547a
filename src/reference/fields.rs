//! The fields of a line that recount reads, by their canonical names.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// A field of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the field of that name in the README's table of columns")]
pub enum Field {
    PatientId,
    DateOfService,
    Code,
    Units,
    Minutes,
    Payer,
    Discipline,
    Modifiers,
    Modifier1,
    Modifier2,
    Modifier3,
    Modifier4,
    TherapistId,
    TherapistCredential,
    Clinic,
    PracticeId,
    VisitId,
    ClaimId,
    LineId,
    Charge,
    Allowed,
    Paid,
    VisitTimedMinutes,
    Setting,
    PlaceOfService,
    BillType,
    RevenueCode,
    StartTime,
    EndTime,
    VisitTotalMinutes,
    ServiceThrough,
    Status,
    Adjustments,
    AssistantMinutes,
    DiagnosisCodes,
    PlanOfCareDate,
    CertificationDate,
    ProgressReportDate,
    OrderingProvider,
    AbnOnFile,
    Skilled,
    UnskilledMinutes,
}

impl Field {
    /// Every field.
    pub const ALL: [Field; 42] = [
        Field::PatientId,
        Field::DateOfService,
        Field::Code,
        Field::Units,
        Field::Minutes,
        Field::Payer,
        Field::Discipline,
        Field::Modifiers,
        Field::Modifier1,
        Field::Modifier2,
        Field::Modifier3,
        Field::Modifier4,
        Field::TherapistId,
        Field::TherapistCredential,
        Field::Clinic,
        Field::PracticeId,
        Field::VisitId,
        Field::ClaimId,
        Field::LineId,
        Field::Charge,
        Field::Allowed,
        Field::Paid,
        Field::VisitTimedMinutes,
        Field::Setting,
        Field::PlaceOfService,
        Field::BillType,
        Field::RevenueCode,
        Field::StartTime,
        Field::EndTime,
        Field::VisitTotalMinutes,
        Field::ServiceThrough,
        Field::Status,
        Field::Adjustments,
        Field::AssistantMinutes,
        Field::DiagnosisCodes,
        Field::PlanOfCareDate,
        Field::CertificationDate,
        Field::ProgressReportDate,
        Field::OrderingProvider,
        Field::AbnOnFile,
        Field::Skilled,
        Field::UnskilledMinutes,
    ];

    /// The names of all of them, in the same order.
    pub const NAMES: [&'static str; Field::ALL.len()] = {
        let mut names = [""; Field::ALL.len()];
        let mut n = 0;
        while n < names.len() {
            names[n] = Field::ALL[n].name();
            n += 1;
        }
        names
    };

    /// Without these there is nothing to audit.
    pub const REQUIRED: [Field; 4] = [Field::PatientId, Field::DateOfService, Field::Code, Field::Units];

    /// The canonical name: a file whose header uses it needs no mapping.
    pub const fn name(self) -> &'static str {
        match self {
            Field::PatientId => "patient_id",
            Field::DateOfService => "date_of_service",
            Field::Code => "code",
            Field::Units => "units",
            Field::Minutes => "minutes",
            Field::Payer => "payer",
            Field::Discipline => "discipline",
            Field::Modifiers => "modifiers",
            Field::Modifier1 => "modifier_1",
            Field::Modifier2 => "modifier_2",
            Field::Modifier3 => "modifier_3",
            Field::Modifier4 => "modifier_4",
            Field::TherapistId => "therapist_id",
            Field::TherapistCredential => "therapist_credential",
            Field::Clinic => "clinic",
            Field::PracticeId => "practice_id",
            Field::VisitId => "visit_id",
            Field::ClaimId => "claim_id",
            Field::LineId => "line_id",
            Field::Charge => "charge",
            Field::Allowed => "allowed",
            Field::Paid => "paid",
            Field::VisitTimedMinutes => "visit_timed_minutes",
            Field::Setting => "setting",
            Field::PlaceOfService => "place_of_service",
            Field::BillType => "bill_type",
            Field::RevenueCode => "revenue_code",
            Field::StartTime => "start_time",
            Field::EndTime => "end_time",
            Field::VisitTotalMinutes => "visit_total_minutes",
            Field::ServiceThrough => "service_through",
            Field::Status => "status",
            Field::Adjustments => "adjustments",
            Field::AssistantMinutes => "assistant_minutes",
            Field::DiagnosisCodes => "diagnosis_codes",
            Field::PlanOfCareDate => "plan_of_care_date",
            Field::CertificationDate => "certification_date",
            Field::ProgressReportDate => "progress_report_date",
            Field::OrderingProvider => "ordering_provider",
            Field::AbnOnFile => "abn_on_file",
            Field::Skilled => "skilled",
            Field::UnskilledMinutes => "unskilled_minutes",
        }
    }

    /// The type its cells are read as, in a user's words.
    pub const fn type_name(self) -> &'static str {
        match self {
            Field::DateOfService
            | Field::ServiceThrough
            | Field::PlanOfCareDate
            | Field::CertificationDate
            | Field::ProgressReportDate => "date",
            Field::Code => "code",
            Field::Units => "whole number",
            Field::Minutes
            | Field::VisitTimedMinutes
            | Field::VisitTotalMinutes
            | Field::AssistantMinutes
            | Field::UnskilledMinutes => "minutes",
            Field::Charge | Field::Allowed | Field::Paid => "money",
            Field::StartTime | Field::EndTime => "time of day",
            Field::AbnOnFile | Field::Skilled => "yes or no",
            _ => "text",
        }
    }

    /// The field of that name.
    pub fn from_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.name() == name)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Field, D::Error> {
        let name = String::deserialize(deserializer)?;
        const NAMES: &[&str] = &Field::NAMES;
        Field::from_name(&name).ok_or_else(|| serde::de::Error::unknown_field(&name, NAMES))
    }
}

impl JsonSchema for Field {
    fn schema_name() -> Cow<'static, str> {
        "Field".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A field of a line, by its canonical name.", "type": "string", "enum": &Field::NAMES[..] })
    }
}
