//! Claims (837P, 837I) and remittances (835).
//!
//! Which claims count is decided once all are read: a claim may be replaced, voided or sent to a second payer by another file. A row
//! is a segment, counted from 1.

use super::append;
use super::block::Parser;
use super::decide::settle_dates;
use super::export::Export;
use super::fates::Fates;
use super::known::Row;
use super::lines::Why;
use super::mapping::{Mapping, Role};
use super::open::Item;
use super::parsed::Parsed;
use super::segments::{Piece, Record, Stream};
use super::visits::Visits;
use crate::config::PatientIs;
use crate::error::Result;
use crate::parallel::in_order;
use crate::progress::Bar;
use crate::reference::{Field, Reference};
use crate::words::counted;
use hashbrown::DefaultHashBuilder;
use recount_core::x12::{Adjustment, Claim, ClaimLine, Head, Remit, RemitLine};
use std::borrow::Cow;
use std::hash::{BuildHasher, Hash as _, Hasher};

/// The fields of a claim's line. The last two are there where some claim has them.
const BILLED: [Field; 18] = [
    Field::PatientId,
    Field::DateOfService,
    Field::ServiceThrough,
    Field::Code,
    Field::Modifiers,
    Field::Units,
    Field::Payer,
    Field::TherapistId,
    Field::Clinic,
    Field::ClaimId,
    Field::Charge,
    Field::PlaceOfService,
    Field::BillType,
    Field::RevenueCode,
    Field::OrderingProvider,
    Field::DiagnosisCodes,
    Field::PlanOfCareDate,
    Field::Minutes,
];

/// The fields of a remittance's line.
const PAID: [Field; 13] = [
    Field::PatientId,
    Field::DateOfService,
    Field::ServiceThrough,
    Field::Code,
    Field::Modifiers,
    Field::Units,
    Field::Allowed,
    Field::Paid,
    Field::ClaimId,
    Field::TherapistId,
    Field::Adjustments,
    Field::Payer,
    Field::Charge,
];

/// The id that stands for a claim's patient.
fn patient_id(claim: &Claim, which: PatientIs) -> String {
    match which {
        PatientIs::MedicalRecord => claim.medical_record.clone(),
        // Dependents share the subscriber's number.
        PatientIs::Member if claim.dependent && !claim.member.is_empty() => {
            format!("{}-{}", claim.member, claim.patient_birth)
        }
        PatientIs::Member => claim.member.clone(),
        PatientIs::Control => claim.control.clone(),
    }
}

/// First and last day of a claim.
fn days(claim: &Claim) -> (String, String) {
    let dated = || claim.lines.iter().filter(|line| !line.from.is_empty());
    let first = dated().map(|line| &line.from).min();
    let last = dated().map(|line| if line.to.is_empty() { &line.from } else { &line.to }).max();
    first.zip(last).map_or_else(|| claim.statement.clone(), |(first, last)| (first.clone(), last.clone()))
}

/// What is known of a claim beside others; takes it out of the claim, whose lines are parsed.
fn head(claim: &mut Claim, hasher: &DefaultHashBuilder) -> Head {
    let mut content = hasher.build_hasher();
    for line in &claim.lines {
        (&line.code, &line.modifiers, &line.quantity, &line.charge, &line.from, &line.to, &line.revenue)
            .hash(&mut content);
    }
    Head {
        control: std::mem::take(&mut claim.control),
        payer_control: std::mem::take(&mut claim.payer_control),
        payer: claim.payer_name.trim().to_lowercase(),
        frequency: claim.frequency.bytes().next().filter(u8::is_ascii_digit).map_or(1, |digit| digit - b'0'),
        sequence: match claim.sequence.as_str() {
            "S" => 1,
            "" | "P" => 0,
            _ => 2,
        },
        made: std::mem::take(&mut claim.made),
        // Known once all before it are.
        order: 0,
        content: content.finish(),
    }
}

/// A line as a row: its cells, and which of them each column of its source has.
struct LineRow<'a, const N: usize>([Cow<'a, str>; N], &'a [usize]);

impl<const N: usize> Row for LineRow<'_, N> {
    fn cell(&self, column: usize) -> Cow<'_, str> {
        let cell = self.1.get(column).and_then(|place| self.0.get(*place));
        cell.map_or(Cow::Borrowed(""), |cell| Cow::Borrowed(cell))
    }
}

/// What a piece came to.
struct Made {
    parsed: Vec<Parsed>,
    broken: u64,
    /// Remittances that stand among the claims.
    remits: u64,
    claims: Vec<Told>,
}

/// A claim, as far as it must be known beside others.
struct Told {
    head: Head,
    days: (String, String),
    /// Whether it has a medical record number.
    has_record: bool,
    /// Its first and last segment in the piece.
    first: u32,
    last: u32,
}

/// Reads the claims of an item into `export`; one with remittances alone is left for later.
///
/// # Errors
/// It cannot be read.
pub fn read(item: &Item, fates: &mut Fates, reference: &Reference, export: &mut Export, bar: &Bar) -> Result<()> {
    let Some((_, found)) = fates.with_claims.iter().find(|(other, _)| other.shown() == item.shown()) else {
        return Ok(());
    };
    let has = |field: Field| match field {
        Field::PlanOfCareDate => found.plans,
        Field::Minutes => fates.minutes,
        _ => true,
    };
    let (places, fields): (Vec<usize>, Vec<Field>) =
        BILLED.into_iter().enumerate().filter(|(_, field)| has(*field)).unzip();
    let mapping = begin(item, &fields, Role::Bill, export);
    let source = export.sources.len() - 1;
    let mut stream = Stream::open(item, bar)?;
    let (mut next_row, mut broken, mut remits, mut without_record) = (1, 0, 0, 0);
    let (patient, hasher) = (fates.patient, fates.hasher.clone());
    in_order(
        || stream.piece(),
        |piece: Piece| parse(&piece, (patient, &hasher), (&mapping, &places), reference),
        |made: Made| {
            let behind = next_row - 1;
            append(item, made.parsed, &mut next_row, export)?;
            broken += made.broken;
            remits += made.remits;
            for claim in made.claims {
                without_record += u64::from(!claim.has_record);
                fates.places.push((source, behind + claim.first, behind + claim.last));
                let order = fates.heads.len();
                fates.heads.push(Head { order, ..claim.head });
                fates.days.push(claim.days);
            }
            Ok(())
        },
    )?;
    if remits > 0 {
        fates.add_remittances(item, bar)?;
    }
    let records = counted(without_record, "claim");
    let without = match (without_record, fates.patient) {
        (0, _) => String::new(),
        (_, PatientIs::MedicalRecord) => format!("; {records} without one cannot be placed"),
        _ => format!("; {records} have no medical record number"),
    };
    let by = match fates.patient {
        PatientIs::MedicalRecord => "the medical record number (REF*EA)",
        PatientIs::Member => "the member number (NM1*IL)",
        PatientIs::Control => "the patient control number (CLM01)",
    };
    let source = export.source();
    source.sha256 = stream.hash.finish();
    source.notes.push(format!(
        "claims: a row is a segment, the patient is {by}, the clinician who rendered the service{without}"
    ));
    if fates.joined {
        source.notes.push("claims hold no minutes: they come from the joined notes".into());
    } else if !fates.minutes {
        source.notes.push(
            "claims hold no minutes: units can be compared with minutes only where notes are joined (--join)".into(),
        );
    }
    if broken > 0 {
        let segments = counted(broken, "broken segment");
        source.notes.push(format!("{segments} could not be read; the claims they stand in end before them"));
    }
    settle_dates(export, None)
}

/// Begins a source whose columns are fields.
fn begin(item: &Item, fields: &[Field], role: Role, export: &mut Export) -> Mapping {
    export.begin_source(item, None, role);
    export.source().columns = fields.iter().map(|field| (field.name().to_owned(), Some(*field))).collect();
    Mapping::of_fields(fields, role)
}

/// Parses rows that stand at certain segments of a file.
struct Placed<'a> {
    parser: Parser<'a>,
    mapping: &'a Mapping,
    reference: &'a Reference,
    /// The segment parsed last.
    at: u32,
    done: Vec<Parsed>,
}

impl<'a> Placed<'a> {
    fn new(mapping: &'a Mapping, reference: &'a Reference) -> Placed<'a> {
        Placed { parser: Parser::new(mapping, reference), mapping, reference, at: 0, done: Vec::new() }
    }

    /// The parser, for the row at a segment.
    fn at(&mut self, segment: u32) -> &mut Parser<'a> {
        self.pass(segment.saturating_sub(1));
        self.at = segment;
        &mut self.parser
    }

    /// Passes over what stands up to that segment.
    fn pass(&mut self, segment: u32) {
        loop {
            if self.parser.is_full() {
                let full = std::mem::replace(&mut self.parser, Parser::new(self.mapping, self.reference));
                self.done.push(full.finish());
            }
            if self.at >= segment {
                return;
            }
            self.parser.blank_record();
            self.at += 1;
        }
    }

    fn finish(mut self, last: u32) -> Vec<Parsed> {
        self.pass(last);
        self.done.push(self.parser.finish());
        self.done
    }
}

fn parse(
    piece: &Piece,
    (patient_is, hasher): (PatientIs, &DefaultHashBuilder),
    (mapping, places): (&Mapping, &[usize]),
    reference: &Reference,
) -> Made {
    let mut placed = Placed::new(mapping, reference);
    // Name, filing code, and what they are together: the same few come again and again.
    let mut payers: Vec<(String, String, String)> = Vec::new();
    let mut claims = Vec::new();
    let mut remits = 0;
    let (segments, broken) = piece.each(&mut |record| {
        let Record::Claim(mut claim) = record else {
            remits += 1;
            return;
        };
        let patient = patient_id(&claim, patient_is);
        let (name, filing) = (&claim.payer_name, &claim.filing);
        let known = payers.iter().position(|known| (&known.0, &known.1) == (name, filing));
        let known = known.unwrap_or_else(|| {
            payers.push((name.clone(), filing.clone(), payer(name, filing, reference)));
            payers.len() - 1
        });
        let payer = payers[known].2.as_str();
        if claim.lines.is_empty() {
            placed.at(claim.segment).lost_record(Why::NoCode);
        }
        for line in &claim.lines {
            let row = LineRow(cells(&claim, line, &patient, payer), places);
            let parser = placed.at(line.segment);
            if line.code.is_empty() {
                parser.odd_record(&row, Why::NoCode);
            } else {
                parser.record(&row);
            }
        }
        let last = claim.lines.last().map_or(claim.segment, |line| line.segment);
        claims.push(Told {
            head: head(&mut claim, hasher),
            days: days(&claim),
            has_record: !claim.medical_record.is_empty(),
            first: claim.segment,
            last,
        });
    });
    Made { parsed: placed.finish(segments), broken, remits, claims }
}

fn cells<'a>(claim: &'a Claim, line: &'a ClaimLine, patient: &'a str, payer: &'a str) -> [Cow<'a, str>; BILLED.len()] {
    fn first<'a>(a: &'a str, b: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(if a.is_empty() { b } else { a })
    }
    let in_minutes = line.basis == "MJ";
    let (units, minutes) = if in_minutes { ("", line.quantity.as_str()) } else { (line.quantity.as_str(), "") };
    // Without a date of its own a line has the statement's.
    let (from, to) = if line.from.is_empty() {
        (claim.statement.0.as_str(), claim.statement.1.as_str())
    } else {
        (line.from.as_str(), line.to.as_str())
    };
    let place = if claim.bill_type.is_empty() { first(&line.place, &claim.place) } else { Cow::Borrowed("") };
    [
        patient.into(),
        from.into(),
        to.into(),
        line.code.as_str().into(),
        joined(line.modifiers.iter().map(String::as_str)),
        units.into(),
        payer.into(),
        first(&line.rendering, &claim.rendering),
        claim.facility.as_str().into(),
        claim.control.as_str().into(),
        line.charge.as_str().into(),
        place,
        claim.bill_type.as_str().into(),
        line.revenue.as_str().into(),
        first(&line.ordering, &claim.ordering),
        joined(claim.diagnoses_of(line).into_iter()),
        claim.plan_of(line).into(),
        minutes.into(),
    ]
}

/// The texts that are not empty, with a space between.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Cow<'a, str> {
    let mut named = texts.filter(|text| !text.is_empty());
    match (named.next(), named.next()) {
        (Some(first), Some(second)) => {
            Cow::Owned([first, second].into_iter().chain(named).collect::<Vec<_>>().join(" "))
        }
        (first, _) => Cow::Borrowed(first.unwrap_or_default()),
    }
}

/// The payer's name; where that tells no class, the claim's filing code stands behind it in words.
fn payer(name: &str, filing: &str, reference: &Reference) -> String {
    let policy = reference.payers.policy(&reference.payers.resolve(name), 0);
    match reference.claim_words.filing(filing) {
        Some(label) if policy.is_unknown() && name.trim().is_empty() => label.to_owned(),
        Some(label) if policy.is_unknown() => format!("{} ({label})", name.trim()),
        _ => name.to_owned(),
    }
}

/// Reads the remittances of an item into `export`: what was paid for the bills that were read, or the only bills there are.
///
/// # Errors
/// It cannot be read.
pub fn read_remittance(
    item: &Item,
    fates: &Fates,
    reference: &Reference,
    export: &mut Export,
    bar: &Bar,
) -> Result<()> {
    let role = if fates.billed { Role::Remit } else { Role::Bill };
    // A remittance beside bills says nothing of payer and charge: the bill does.
    let fields = if fates.billed { &PAID[..PAID.len() - 2] } else { &PAID[..] };
    let places: [usize; PAID.len()] = std::array::from_fn(|n| n);
    let by_claim = Visits::by_claim(export)?;
    let mapping = begin(item, fields, role, export);
    let mut stream = Stream::open(item, bar)?;
    let (mut reversals, mut unknown, mut next_row) = (0, 0, 1);
    while let Some(piece) = stream.piece()? {
        let mut placed = Placed::new(&mapping, reference);
        let (segments, _) = piece.each(&mut |record| {
            let Record::Remit(remit) = record else { return };
            reversals += u64::from(remit.reversal);
            let patient = by_claim.patient(&remit.control).map(str::to_owned);
            unknown += u64::from(patient.is_none() && fates.billed);
            let aside = (patient.is_none() && fates.billed).then_some(Why::UnknownClaim);
            let own = if remit.medical_record.is_empty() { &remit.patient } else { &remit.medical_record };
            let patient = patient.unwrap_or_else(|| own.clone());
            let payer = payer(&remit.payer_name, &remit.filing, reference);
            if remit.lines.is_empty() {
                placed.at(remit.segment).lost_record(Why::NoCode);
            }
            for (n, line) in remit.lines.iter().enumerate() {
                // What was taken off the claim as a whole stands with its first line.
                let of_claim = if n == 0 { &remit.adjustments[..] } else { &[] };
                let taken_off = adjustments(line.adjustments.iter().chain(of_claim));
                let row = LineRow(paid_cells(&remit, line, [&patient, &payer, &taken_off], fates.billed), &places);
                let parser = placed.at(line.segment);
                match aside {
                    Some(why) => parser.odd_record(&row, why),
                    None => parser.record(&row),
                }
            }
        });
        append(item, placed.finish(segments), &mut next_row, export)?;
    }
    let source = export.source();
    source.sha256 = stream.hash.finish();
    source.notes.push(if fates.billed {
        "remittances: what was paid stands beside what was billed (tables/reconciliation)".into()
    } else {
        "remittances alone: units are those that the payer repeats as billed; there are no minutes".into()
    });
    if reversals > 0 {
        source.notes.push(format!("{} taken off what was paid", counted(reversals, "reversal")));
    }
    if unknown > 0 {
        source.notes.push(format!("{} for claims that are not among the exports", counted(unknown, "remittance")));
    }
    settle_dates(export, None)
}

/// What a payer took off: group and reason of each adjustment, and its amount as written.
fn adjustments<'a>(all: impl Iterator<Item = &'a Adjustment>) -> String {
    let one = |adjustment: &Adjustment| format!("{}-{} {}", adjustment.group, adjustment.reason, adjustment.amount);
    all.map(one).collect::<Vec<_>>().join(", ")
}

fn paid_cells<'a>(
    remit: &'a Remit,
    line: &'a RemitLine,
    [patient, payer, taken_off]: [&'a str; 3],
    beside_bills: bool,
) -> [Cow<'a, str>; PAID.len()] {
    let (from, to) = if line.from.is_empty() {
        (remit.statement.0.as_str(), remit.statement.1.as_str())
    } else {
        (line.from.as_str(), line.to.as_str())
    };
    // The payer may have put another code in place of the one that was billed.
    let code = if line.original_code.is_empty() { &line.code } else { &line.original_code };
    // By the standard, a count that is left out is 1.
    let paid = if line.paid_units.is_empty() { "1" } else { &line.paid_units };
    let units = if beside_bills || line.original_units.is_empty() { paid } else { &line.original_units };
    let units =
        if remit.reversal { format!("-{}", units.trim_start_matches('-')).into() } else { Cow::Borrowed(units) };
    [
        patient.into(),
        from.into(),
        to.into(),
        code.as_str().into(),
        joined(line.modifiers.iter().map(String::as_str)),
        units,
        line.allowed.as_str().into(),
        line.paid.as_str().into(),
        remit.control.as_str().into(),
        remit.rendering.as_str().into(),
        taken_off.into(),
        payer.into(),
        line.charge.as_str().into(),
    ]
}
