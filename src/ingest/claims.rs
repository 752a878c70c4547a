//! Claims (837P, 837I) and remittances (835).
//!
//! Which claims count is decided before any is read: a claim may be replaced, voided or sent to a second payer by another file. So
//! files of claims are gone through twice, first for who they are, then for their lines. A row is a segment, counted from 1.

use super::block::{Parsed, Parser};
use super::decide::settle_dates;
use super::export::Export;
use super::known::Row;
use super::lines::Why;
use super::mapping::{Mapping, Role};
use super::open::{Format, Item};
use super::segments::{Batch, Batches, Record, Stream};
use super::visits::Visits;
use super::{Options, row_behind};
use crate::config::PatientIs;
use crate::error::Result;
use crate::parallel::in_order;
use crate::progress::Bar;
use crate::reference::{Field, Reference};
use crate::words::counted;
use recount_core::x12::chain;
use recount_core::x12::{Adjustment, Claim, ClaimLine, Fate, Head, Remit, RemitLine};
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher};

/// The fields of a claim's line.
const BILLED: [Field; 15] = [
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

/// What is known of all claims of a run before their lines are read.
#[derive(Default)]
pub struct Fates {
    /// By file, and segment of a claim in it: why it does not count.
    aside: HashMap<String, HashMap<u32, Why>>,
    /// Items with claims, and items with remittances.
    with_claims: Vec<Item>,
    with_remits: Vec<Item>,
    /// The patient of each claim, by its control number; `None` where two claims of one number differ.
    patients: HashMap<String, Option<String>>,
    patient: Option<PatientIs>,
    /// Whether some line counts minutes instead of units.
    minutes: bool,
    /// Whether anything but remittances says what was billed.
    billed: bool,
    /// Whether notes are joined to the bills.
    pub joined: bool,
}

impl Fates {
    /// Goes through all claims of some items, of which others than claims are passed over.
    ///
    /// # Errors
    /// A file cannot be read, or holds neither claims nor remittances.
    pub fn of<'i>(items: impl Iterator<Item = &'i Item>, options: &Options, joined: bool, bar: &Bar) -> Result<Fates> {
        let mut fates = Fates { joined, ..Fates::default() };
        let (mut heads, mut places, mut ids): (Vec<Head>, Vec<(String, u32)>, Vec<[String; 3]>) = Default::default();
        let mut controls: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, String> = HashMap::new();
        for item in items {
            if item.format != Format::Claims {
                fates.billed = true;
                continue;
            }
            let (mut claims, mut remits) = (false, false);
            let mut stream = Stream::open(item, bar)?;
            stream.each(&mut |record| {
                match record {
                    Record::Claim(claim) => {
                        claims = true;
                        fates.minutes |= claim.lines.iter().any(|line| line.basis == "MJ");
                        places.push((item.shown(), claim.segment));
                        ids.push(patient_ids(&claim));
                        controls.push(claim.control.clone());
                        heads.push(head(&claim, heads.len()));
                    }
                    Record::Remit(remit) => {
                        remits = true;
                        if !remit.payer_control.is_empty() {
                            let day = remit.lines.first().map_or("", |line| &line.from);
                            let day = if day.is_empty() { &remit.statement.0 } else { day };
                            numbers.insert(remit.payer_control.clone(), chained(&remit.control, day));
                        }
                    }
                }
                Ok(())
            })?;
            if !claims && !remits {
                return Err(item.error("holds neither claims (837) nor remittances (835)"));
            }
            fates.billed |= claims;
            fates.with_claims.extend(claims.then(|| item.clone()));
            fates.with_remits.extend(remits.then(|| item.clone()));
        }
        for (fate, (file, segment)) in chain::resolve(&heads, &numbers).into_iter().zip(places) {
            let why = match fate {
                Fate::Counts => continue,
                Fate::Replaced => Why::Replaced,
                Fate::Voided => Why::Voided,
                Fate::VoidRequest => Why::VoidRequest,
                Fate::OtherPayer => Why::OtherPayer,
                Fate::Copy => Why::ClaimAgain,
            };
            fates.aside.entry(file).or_default().insert(segment, why);
        }
        // The first id that every claim has: one practice's own number before one of the payer's.
        let all = [PatientIs::MedicalRecord, PatientIs::Member, PatientIs::Control];
        let everywhere = |which: &PatientIs| ids.iter().all(|ids| !ids[*which as usize].is_empty());
        let which = options.config.claims().patient.or(all.into_iter().find(everywhere));
        fates.patient = which;
        let which = which.unwrap_or(PatientIs::Control);
        for (control, mut ids) in controls.into_iter().zip(ids) {
            let id = std::mem::take(&mut ids[which as usize]);
            let known = fates.patients.entry(control).or_insert_with(|| Some(id.clone()));
            if known.as_ref() != Some(&id) {
                *known = None;
            }
        }
        Ok(fates)
    }

    /// The items with remittances.
    pub fn remittances(&self) -> &[Item] {
        &self.with_remits
    }

    fn patient(&self) -> PatientIs {
        self.patient.unwrap_or(PatientIs::Control)
    }
}

/// The ids that may stand for a claim's patient, in the order of [`PatientIs`].
fn patient_ids(claim: &Claim) -> [String; 3] {
    // Dependents share the subscriber's number.
    let member = if claim.dependent && !claim.member.is_empty() {
        format!("{}-{}", claim.member, claim.patient_birth)
    } else {
        claim.member.clone()
    };
    [claim.medical_record.clone(), member, claim.control.clone()]
}

/// What claims of one chain have in common: the control number, and the first day, since some practices give a patient's claims
/// one number.
fn chained(control: &str, day: &str) -> String {
    if control.is_empty() { String::new() } else { format!("{control} {day}") }
}

fn head(claim: &Claim, order: usize) -> Head {
    let mut content = DefaultHasher::new();
    for line in &claim.lines {
        (&line.code, &line.modifiers, &line.quantity, &line.charge, &line.from, &line.to, &line.revenue)
            .hash(&mut content);
    }
    let day = claim.lines.first().map_or("", |line| &line.from);
    let day = if day.is_empty() { &claim.statement.0 } else { day };
    Head {
        control: chained(&claim.control, day),
        payer_control: claim.payer_control.clone(),
        payer: claim.payer_name.trim().to_lowercase(),
        frequency: claim.frequency.bytes().next().filter(u8::is_ascii_digit).map_or(1, |digit| digit - b'0'),
        sequence: match claim.sequence.as_str() {
            "S" => 1,
            "" | "P" => 0,
            _ => 2,
        },
        made: claim.made.clone(),
        order,
        content: content.finish(),
    }
}

/// A line as a row: its cells, in the order of the fields.
struct LineRow<'a, const N: usize>([Cow<'a, str>; N]);

impl<const N: usize> Row for LineRow<'_, N> {
    fn cell(&self, column: usize) -> Cow<'_, str> {
        self.0.get(column).map_or(Cow::Borrowed(""), |cell| Cow::Borrowed(cell))
    }
}

/// Reads the claims of an item into `export`; one with remittances alone is left for later.
///
/// # Errors
/// It cannot be read.
pub fn read(item: &Item, fates: &Fates, reference: &Reference, export: &mut Export, bar: &Bar) -> Result<()> {
    if !fates.with_claims.iter().any(|other| other.shown() == item.shown()) {
        return Ok(());
    }
    let fields = if fates.minutes { &BILLED[..] } else { &BILLED[..BILLED.len() - 1] };
    let mapping = begin(item, fields, Role::Bill, export);
    let mut stream = Stream::open(item, bar)?;
    let none = HashMap::new();
    let aside = fates.aside.get(&item.shown()).unwrap_or(&none);
    let (mut next_row, mut batches) = (1, Batches::default());
    in_order(
        || stream.claims(&mut batches),
        |batch: Batch| parse(&batch, aside, fates, &mapping, reference),
        |parsed: Vec<Parsed>| append(item, parsed, &mut next_row, export),
    )?;
    let by = match fates.patient() {
        PatientIs::MedicalRecord => "the medical record number (REF*EA)",
        PatientIs::Member => "the member number (NM1*IL)",
        PatientIs::Control => "the patient control number (CLM01)",
    };
    let source = export.source();
    source.sha256 = stream.hash.finish();
    source
        .notes
        .push(format!("claims: a row is a segment, the patient is {by}, the clinician who rendered the service"));
    if fates.joined {
        source.notes.push("claims hold no minutes: they come from the joined notes".into());
    } else if !fates.minutes {
        source.notes.push(
            "claims hold no minutes: units can be compared with minutes only where notes are joined (--join)".into(),
        );
    }
    note_aside(item, fates, export);
    if stream.broken > 0 {
        let segments = counted(stream.broken, "broken segment");
        export.source().notes.push(format!("{segments} could not be read; the claims they stand in end before them"));
    }
    settle_dates(export, None)
}

/// Says how many claims do not count, and why.
fn note_aside(item: &Item, fates: &Fates, export: &mut Export) {
    let mut counts: std::collections::BTreeMap<Why, u64> = std::collections::BTreeMap::new();
    for why in fates.aside.get(&item.shown()).into_iter().flat_map(HashMap::values) {
        *counts.entry(*why).or_default() += 1;
    }
    for (why, count) in counts {
        export.source().notes.push(format!("{} set aside: {why}", counted(count, "claim")));
    }
}

/// Begins a source whose columns are fields.
fn begin(item: &Item, fields: &[Field], role: Role, export: &mut Export) -> Mapping {
    export.begin_source(item, None, role);
    export.source().columns = fields.iter().map(|field| (field.name().to_owned(), Some(*field))).collect();
    Mapping::of_fields(fields, role)
}

fn append(item: &Item, parsed: Vec<Parsed>, next_row: &mut u32, export: &mut Export) -> Result<()> {
    for parsed in parsed {
        let row = *next_row;
        *next_row = row_behind(item, row, parsed.records)?;
        export.append(parsed, row)?;
    }
    Ok(())
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
    fn new(behind: u32, mapping: &'a Mapping, reference: &'a Reference) -> Placed<'a> {
        Placed { parser: Parser::new(mapping, reference), mapping, reference, at: behind, done: Vec::new() }
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
    batch: &Batch,
    aside: &HashMap<u32, Why>,
    fates: &Fates,
    mapping: &Mapping,
    reference: &Reference,
) -> Vec<Parsed> {
    let mut placed = Placed::new(batch.behind, mapping, reference);
    // The same few payers come again and again.
    let mut payers: HashMap<(&str, &str), String> = HashMap::new();
    for claim in &batch.claims {
        let aside = aside.get(&claim.segment).copied();
        let patient = &patient_ids(claim)[fates.patient() as usize];
        let (name, filing) = (claim.payer_name.as_str(), claim.filing.as_str());
        let payer = payers.entry((name, filing)).or_insert_with(|| payer(name, filing, reference));
        if claim.lines.is_empty() {
            placed.at(claim.segment).lost_record(aside.unwrap_or(Why::NoCode));
        }
        for line in &claim.lines {
            let row = LineRow(cells(claim, line, patient, payer));
            let aside = aside.or(line.code.is_empty().then_some(Why::NoCode));
            let parser = placed.at(line.segment);
            match aside {
                Some(why) => parser.odd_record(&row, why),
                None => parser.record(&row),
            }
        }
    }
    placed.finish(batch.last)
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
        joined(&line.modifiers).into(),
        units.into(),
        payer.into(),
        first(&line.rendering, &claim.rendering),
        claim.facility.as_str().into(),
        claim.control.as_str().into(),
        line.charge.as_str().into(),
        place,
        claim.bill_type.as_str().into(),
        line.revenue.as_str().into(),
        minutes.into(),
    ]
}

fn joined(modifiers: &[String; 4]) -> String {
    let named: Vec<&str> = modifiers.iter().map(String::as_str).filter(|modifier| !modifier.is_empty()).collect();
    named.join(" ")
}

/// The payer's name; where that tells no class, the claim's filing code stands behind it in words.
fn payer(name: &str, filing: &str, reference: &Reference) -> String {
    let policy = reference.payers.policy(&reference.payers.resolve(name), 0);
    match reference.claim_words.filing(filing) {
        Some(label) if policy.class == "unknown" && name.trim().is_empty() => label.to_owned(),
        Some(label) if policy.class == "unknown" => format!("{} ({label})", name.trim()),
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
    let by_claim = Visits::by_claim(export)?;
    let mapping = begin(item, fields, role, export);
    let mut stream = Stream::open(item, bar)?;
    let mut placed = Placed::new(0, &mapping, reference);
    let (mut reversals, mut unknown) = (0, 0);
    stream.each(&mut |record| {
        let Record::Remit(remit) = record else { return Ok(()) };
        reversals += u64::from(remit.reversal);
        let of_claim = || by_claim.patient(&remit.control).map(str::to_owned);
        let patient = fates.patients.get(&remit.control).cloned().flatten().or_else(of_claim);
        unknown += u64::from(patient.is_none() && fates.billed);
        let aside = (patient.is_none() && fates.billed).then_some(Why::UnknownClaim);
        let own = if remit.medical_record.is_empty() { &remit.patient } else { &remit.medical_record };
        let patient = patient.unwrap_or_else(|| own.clone());
        let payer = payer(&remit.payer_name, &remit.filing, reference);
        for (n, line) in remit.lines.iter().enumerate() {
            // What was taken off the claim as a whole stands with its first line.
            let of_claim = if n == 0 { &remit.adjustments[..] } else { &[] };
            let taken_off = adjustments(line.adjustments.iter().chain(of_claim));
            let row = LineRow(paid_cells(&remit, line, [&patient, &payer, &taken_off], fates.billed));
            let parser = placed.at(line.segment);
            match aside {
                Some(why) => parser.odd_record(&row, why),
                None => parser.record(&row),
            }
        }
        Ok(())
    })?;
    let mut next_row = 1;
    let last = stream.number;
    append(item, placed.finish(last), &mut next_row, export)?;
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
        joined(&line.modifiers).into(),
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
