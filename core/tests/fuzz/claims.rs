//! Any segments → claims and remittances: each that begins is given back once, with the lines that stand in it.

use recount_core::x12::{Claim, Claims, Remit, Remits, Segment, Segments, Separators, Step, interchange};

use crate::segments::USUAL;

/// What a reader of claims and remittances looks at.
pub const TOKENS: &[&str] = &[
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *240115*1023*^*00501*000000001*0*P*:~",
    "GS*HC*A*B*20240115*1023*1*X*005010X222A1~",
    "GS*HC*A*B*20240115*1023*1*X*005010X224A2~",
    "ST*837*1~",
    "ST*837*1*005010X223A2~",
    "ST*837*1*005010X224A2~",
    "ST*835*1~",
    "ST*277*1~",
    "SE*9*1~",
    "GE*1*1~",
    "IEA*1*000000001~",
    "BHT*0019*00*1*20240115*1023*CH~",
    "HL*1**20*1~",
    "HL*2*1*22*1~",
    "HL*3*2*23*0~",
    "SBR*S*18*******CI~",
    "NM1*PR*2*OTHER*****PI*2~",
    "CLM*A1*100***11:B:1~",
    "CLM*A1*100***13:A:7~",
    "REF*F8*ICN1~",
    "HI*ABK:M545*ABF:R262~",
    "HI*BH:29:D8:20240105*BH:17:D8:20240106~",
    "NM1*DN*1*POE*A****XX*1888888885~",
    "LX*1~",
    "SV1*HC:97110:GP*100*UN*2~",
    "SV1*HC:97530:GO*100*UN*1***2:1:9:x~",
    "SV2*0420*HC:97110:GP*100*UN*2~",
    "SVD*2*40*HC:97140**1~",
    "DTP*472*RD8*20240110-20240111~",
    "N1*PR*MEDICARE~",
    "CLP*A1*1*100*80**MB*ICN1~",
    "CLP*A1*22*-100*-80**MB*ICN1~",
    "SVC*HC:97110:GP*100*80**2~",
    "CAS*CO*45*20~",
    "PLB*1999999984*20241231*WO:ICN1*40~",
    "~",
    "*",
    ":",
    "\n",
    "é",
];

/// The segments of a form: which begin a claim or a remittance, which a line of it, and which end it.
struct Form {
    transaction: &'static str,
    begins: &'static [u8],
    lines: &'static [&'static [u8]],
    ends: &'static [&'static [u8]],
}

const CLAIM: Form = Form { transaction: "837", begins: b"CLM", lines: &[b"SV1", b"SV2"], ends: &[b"CLM", b"HL"] };
const REMIT: Form = Form { transaction: "835", begins: b"CLP", lines: &[b"SVC"], ends: &[b"CLP", b"LX", b"PLB"] };

/// Numbers of the segment that begins a claim and of those of its lines.
type Outline = (u32, Vec<u32>);

/// Reads claims and remittances of `input`, and once more of what stands before `place`.
pub fn check(input: &[u8], place: usize) {
    let separators = interchange(input).unwrap_or(USUAL);
    let (found, paid) = (claims(input, separators), remits(input, separators));
    let lines = |claim: &Claim| (claim.segment, claim.lines.iter().map(|line| line.segment).collect());
    assert_eq!(found.iter().map(lines).collect::<Vec<Outline>>(), outlines(input, separators, &CLAIM));
    let lines = |remit: &Remit| (remit.segment, remit.lines.iter().map(|line| line.segment).collect());
    assert_eq!(paid.iter().map(lines).collect::<Vec<Outline>>(), outlines(input, separators, &REMIT));
    assert!(paid.iter().all(|remit| remit.reversal == (remit.status == "22")));
    // What a line says of its diagnoses and its plan, its claim says.
    for (claim, line) in found.iter().flat_map(|claim| claim.lines.iter().map(move |line| (claim, line))) {
        let (of_line, plan) = (claim.diagnoses_of(line), claim.plan_of(line));
        assert!(of_line.iter().all(|code| claim.diagnoses.iter().any(|own| own == code)));
        assert_eq!(of_line.is_empty(), claim.diagnoses.is_empty());
        assert!(plan.is_empty() || claim.plans.iter().any(|own| own == plan));
    }

    // Where a file is cut short, all claims but the last are those of the whole.
    let some = claims(&input[..place], separators);
    let whole = some.len().saturating_sub(1);
    assert_eq!(some[..whole], found[..whole]);
    let some = remits(&input[..place], separators);
    let whole = some.len().saturating_sub(1);
    assert_eq!(some[..whole], paid[..whole]);
}

fn claims(bytes: &[u8], separators: Separators) -> Vec<Claim> {
    let (mut claims, mut found) = (Claims::default(), Vec::new());
    each(bytes, separators, |segment, number| match segment {
        Some(segment) => found.extend(claims.take(segment, number)),
        None => found.extend(claims.finish()),
    });
    assert_eq!(claims.finish(), None, "what was given back is gone");
    found
}

fn remits(bytes: &[u8], separators: Separators) -> Vec<Remit> {
    let (mut remits, mut found) = (Remits::default(), Vec::new());
    each(bytes, separators, |segment, number| match segment {
        Some(segment) => found.extend(remits.take(segment, number)),
        None => found.extend(remits.finish()),
    });
    assert_eq!(remits.finish(), None, "what was given back is gone");
    found
}

/// Which claims there are and which lines they have, told from the identifiers alone: a claim of a transaction of its form, or
/// of none that is named, has the lines up to the segment that ends it.
fn outlines(bytes: &[u8], separators: Separators, form: &Form) -> Vec<Outline> {
    const ENVELOPES: [&[u8]; 6] = [b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA"];
    let (mut found, mut open, mut ours, mut group) = (Vec::<Outline>::new(), false, true, String::new());
    each(bytes, separators, |segment, number| {
        let Some(segment) = segment else { return open = false };
        let id = segment.id();
        open &= !form.ends.contains(&id) && !ENVELOPES.contains(&id);
        match id {
            b"ISA" => (ours, group) = (true, String::new()),
            b"GS" => group = segment.element(8).into_owned(),
            b"ST" => {
                let own = segment.element(3);
                let guide = if own.trim().is_empty() { &group } else { &*own };
                // The dental guide is an 837 without lines of therapy.
                let dental = form.transaction == "837" && guide.contains("X224");
                ours = segment.element(1).trim() == form.transaction && !dental;
            }
            id if id == form.begins && ours => {
                open = true;
                found.push((number, Vec::new()));
            }
            id if form.lines.contains(&id) && open => found.last_mut().expect("one is open").1.push(number),
            _ => {}
        }
    });
    found
}

/// Hands on each segment with its number, and nothing where one is broken and at the end.
fn each(bytes: &[u8], separators: Separators, mut take: impl FnMut(Option<&Segment>, u32)) {
    let mut segments = Segments::new(bytes, separators, true);
    for number in 1.. {
        match segments.next() {
            Step::Segment => take(Some(&segments.segment()), number),
            Step::Broken => take(None, number),
            Step::Incomplete | Step::End => return take(None, number),
        }
        assert!(number as usize <= bytes.len(), "every step goes on");
    }
}
