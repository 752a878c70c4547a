//! Claims (837P, 837I) and remittances (835).
//!
//! Which claims count is decided once all are read: a claim may be replaced, voided or sent to a second payer by another file. A row
//! is a segment, counted from 1.

use super::block::{Parsed, Parser};
use super::decide::settle_dates;
use super::export::Export;
use super::known::Row;
use super::lines::Why;
use super::mapping::{Mapping, Role};
use super::open::{Format, Item};
use super::segments::{Contents, Piece, Record, Stream, contents};
use super::visits::Visits;
use super::{Options, row_behind};
use crate::config::PatientIs;
use crate::error::Result;
use crate::parallel::in_order;
use crate::progress::Bar;
use crate::reference::{Field, Reference};
use crate::words::counted;
use hashbrown::DefaultHashBuilder;
use recount_core::x12::chain;
use recount_core::x12::{Adjustment, Claim, ClaimLine, Fate, Head, Remit, RemitLine};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash as _, Hasher};

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

/// What is known of all claims of a run: which of a claim's ids is the patient's before any is read, and which claims count once all
/// are.
#[derive(Default)]
pub struct Fates {
    heads: Vec<Head>,
    /// Hashes the contents of claims, to find those that are there twice.
    hasher: DefaultHashBuilder,
    /// Where each of them stands: number of its source, first and last segment.
    places: Vec<(usize, u32, u32)>,
    with_claims: Vec<Item>,
    with_remits: Vec<Item>,
    /// Claims by the numbers that payers gave them.
    by_payer: HashMap<String, String>,
    /// The patient of each claim, by its control number; `None` where two claims of one number differ.
    patients: HashMap<String, Option<String>>,
    patient: PatientIs,
    /// Claims without a medical record number.
    without_record: u64,
    /// Whether some line counts minutes instead of units.
    minutes: bool,
    /// Whether anything but remittances says what was billed.
    billed: bool,
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
            fates.with_claims.extend((found.claims > 0).then(|| item.clone()));
            fates.with_remits.extend((found.remits > 0).then(|| item.clone()));
        }
        // The practice's own number, where nearly all claims have it; else the payer's, where all have that.
        fates.patient = options.config.claims().patient.unwrap_or(match (all.without_record, all.without_member) {
            (without, _) if without * 2 < all.claims.max(1) => PatientIs::MedicalRecord,
            (_, 0) => PatientIs::Member,
            _ => PatientIs::Control,
        });
        fates.without_record = all.without_record;
        for item in &fates.with_remits {
            let mut stream = Stream::open(item, bar)?;
            while let Some(piece) = stream.piece()? {
                piece.each(&mut |record| {
                    let Record::Remit(remit) = record else { return };
                    if !remit.payer_control.is_empty() {
                        let day = remit.lines.first().map_or("", |line| &line.from);
                        let day = if day.is_empty() { &remit.statement.0 } else { day };
                        let control = chained(&remit.control, day);
                        fates.by_payer.insert(remit.payer_control, control);
                    }
                });
            }
        }
        Ok(fates)
    }

    /// The items with remittances.
    pub fn remittances(&self) -> &[Item] {
        &self.with_remits
    }

    /// Settles which claims count, once all are read; lines of the others are set aside when sessions are made.
    pub fn settle(&mut self, export: &mut Export) {
        let mut counts: BTreeMap<(usize, Why), u64> = BTreeMap::new();
        for (fate, (source, first, last)) in
            chain::resolve(&self.heads, &self.by_payer).into_iter().zip(std::mem::take(&mut self.places))
        {
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
        let mut orphans = 0;
        let mut of_control: HashMap<&str, u64> = HashMap::new();
        for head in &self.heads {
            *of_control.entry(&head.control).or_default() += 1;
        }
        for head in self.heads.iter().filter(|head| head.frequency == 7) {
            let known =
                self.by_payer.get(&head.payer_control).is_some_and(|control| of_control.contains_key(control.as_str()));
            orphans += u64::from(!known && of_control.get(head.control.as_str()) == Some(&1));
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

/// What claims of one chain have in common: the control number, and the first day, since some practices give a patient's claims
/// one number.
fn chained(control: &str, day: &str) -> String {
    if control.is_empty() { String::new() } else { format!("{control} {day}") }
}

fn head(claim: &Claim, hasher: &DefaultHashBuilder) -> Head {
    let mut content = hasher.build_hasher();
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
        // Known once all before it are.
        order: 0,
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

/// What a piece came to.
struct Made {
    parsed: Vec<Parsed>,
    broken: u64,
    claims: Vec<Told>,
}

/// A claim, as far as it must be known beside others.
struct Told {
    head: Head,
    control: String,
    patient: String,
    /// Its first and last segment in the piece.
    first: u32,
    last: u32,
}

/// Reads the claims of an item into `export`; one with remittances alone is left for later.
///
/// # Errors
/// It cannot be read.
pub fn read(item: &Item, fates: &mut Fates, reference: &Reference, export: &mut Export, bar: &Bar) -> Result<()> {
    if !fates.with_claims.iter().any(|other| other.shown() == item.shown()) {
        return Ok(());
    }
    let fields = if fates.minutes { &BILLED[..] } else { &BILLED[..BILLED.len() - 1] };
    let mapping = begin(item, fields, Role::Bill, export);
    let source = export.sources.len() - 1;
    let mut stream = Stream::open(item, bar)?;
    let (mut next_row, mut broken) = (1, 0);
    let (patient, hasher) = (fates.patient, fates.hasher.clone());
    in_order(
        || stream.piece(),
        |piece: Piece| parse(&piece, (patient, &hasher), &mapping, reference),
        |made: Made| {
            let behind = next_row - 1;
            append(item, made.parsed, &mut next_row, export)?;
            broken += made.broken;
            for claim in made.claims {
                fates.places.push((source, behind + claim.first, behind + claim.last));
                let order = fates.heads.len();
                fates.heads.push(Head { order, ..claim.head });
                let known = fates.patients.entry(claim.control).or_insert_with(|| Some(claim.patient.clone()));
                if known.as_ref() != Some(&claim.patient) {
                    *known = None;
                }
            }
            Ok(())
        },
    )?;
    let records = counted(fates.without_record, "claim");
    let without = match (fates.without_record, fates.patient) {
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
    mapping: &Mapping,
    reference: &Reference,
) -> Made {
    let mut placed = Placed::new(mapping, reference);
    // Name, filing code, and what they are together: the same few come again and again.
    let mut payers: Vec<(String, String, String)> = Vec::new();
    let mut claims = Vec::new();
    let (segments, broken) = piece.each(&mut |record| {
        let Record::Claim(claim) = record else { return };
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
            let row = LineRow(cells(&claim, line, &patient, payer));
            let parser = placed.at(line.segment);
            if line.code.is_empty() {
                parser.odd_record(&row, Why::NoCode);
            } else {
                parser.record(&row);
            }
        }
        let last = claim.lines.last().map_or(claim.segment, |line| line.segment);
        claims.push(Told { head: head(&claim, hasher), control: claim.control, patient, first: claim.segment, last });
    });
    Made { parsed: placed.finish(segments), broken, claims }
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
    let (mut reversals, mut unknown, mut next_row) = (0, 0, 1);
    while let Some(piece) = stream.piece()? {
        let mut placed = Placed::new(&mapping, reference);
        let (segments, _) = piece.each(&mut |record| {
            let Record::Remit(remit) = record else { return };
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
