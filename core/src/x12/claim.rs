//! Segments of an 837 → claims.
//!
//! A claim inherits what the loops above it say: its provider (HL level 20), its subscriber and payer (22), its patient where
//! that is a dependent (23). Below it stand loops that speak of other payers, with segments of the same names; they are kept
//! apart here, since a secondary insurer is not whom the claim was sent to, and what one paid is not what was billed.

use super::Segment;
use crate::domain::Discipline;

/// Which guide a claim follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// 837P, the CMS-1500 of old.
    #[default]
    Professional,
    /// 837I, the UB-04 of old.
    Institutional,
}

/// A claim as it was sent. What it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Which guide it follows.
    pub form: Form,
    /// The provider's number of it (CLM01).
    pub control: String,
    /// The charge in all (CLM02).
    pub charge: String,
    /// Place of service, or the first digits of the type of bill (CLM05-1).
    pub place: String,
    /// `1` original, `7` replacement, `8` void (CLM05-3); empty means original.
    pub frequency: String,
    /// Type of bill of an institutional claim: facility and frequency (CLM05-1 and CLM05-3).
    pub bill_type: String,
    /// The payer's number of the claim that this one replaces or voids (REF\*F8).
    pub payer_control: String,
    /// The provider's number of the patient (REF\*EA).
    pub medical_record: String,
    /// The number of the insured (NM1\*IL of loop 2010BA).
    pub member: String,
    /// Whether the patient is another than the insured: there is a loop 2000C.
    pub dependent: bool,
    /// Birth date of the patient (DMG02).
    pub patient_birth: String,
    /// Whom the claim was sent to (NM1\*PR of loop 2010BB).
    pub payer_name: String,
    /// The kind of insurance, as `MB` for Medicare Part B (SBR09 of loop 2000B).
    pub filing: String,
    /// `P` primary, `S` secondary, `T` tertiary (SBR01 of loop 2000B).
    pub sequence: String,
    /// Who treated, unless a line says otherwise (NM1\*82 of loop 2310).
    pub rendering: String,
    /// Who bills (NM1\*85).
    pub billing: String,
    /// Where (NM1\*77): its name, or else its number.
    pub facility: String,
    /// Who referred the patient or ordered the service (NM1\*DN, NM1\*DK), or attended where the claim is institutional
    /// (NM1\*71): the number, or else the name.
    pub ordering: String,
    /// Diagnoses, in the order by which lines point at them (HI with ABK, ABF, ABJ or, of ICD-9, BK, BF, BJ).
    pub diagnoses: Vec<String>,
    /// When the plan of care of each of [`Discipline::ALL`] was set up or last reviewed (HI\*BH with 29, 17 or 30).
    pub plans: [String; 3],
    /// First and last day of an institutional claim (DTP\*434).
    pub statement: (String, String),
    /// When the transaction was made: date and time (BHT04, BHT05).
    pub made: String,
    /// Number of the CLM segment.
    pub segment: u32,
    /// What was billed.
    pub lines: Vec<ClaimLine>,
}

/// A line of a claim (loop 2400).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimLine {
    /// Number of the SV1 or SV2 segment.
    pub segment: u32,
    /// Number of the line in its claim (LX01).
    pub number: String,
    /// What was done (SV101-2, SV202-2); empty on a line that has a revenue code only.
    pub code: String,
    /// As written, empty ones behind.
    pub modifiers: [String; 4],
    /// The charge (SV102, SV203).
    pub charge: String,
    /// What the quantity counts: `UN` units, `MJ` minutes (SV103, SV204).
    pub basis: String,
    /// How many; may have decimals (SV104, SV205).
    pub quantity: String,
    /// Revenue code (SV201).
    pub revenue: String,
    /// Place of service, where it differs from the claim's (SV105).
    pub place: String,
    /// First day (DTP\*472).
    pub from: String,
    /// Last day; the first, where only one is given.
    pub to: String,
    /// The provider's number of the line (REF\*6R).
    pub control: String,
    /// Who treated, where it differs from the claim's (NM1\*82 of loop 2420).
    pub rendering: String,
    /// Who ordered or referred, where the line says so (NM1\*DK, NM1\*DN of loop 2420).
    pub ordering: String,
    /// Which diagnoses of the claim it is for, counted from one (SV107); empty ones behind.
    pub pointers: [String; 4],
}

impl Claim {
    /// The diagnoses that a line points at, in its order; those of the claim where it points at none.
    pub fn diagnoses_of<'a>(&'a self, line: &ClaimLine) -> Vec<&'a str> {
        let place = |pointer: &String| pointer.parse::<usize>().ok()?.checked_sub(1);
        let named = line.pointers.iter().filter_map(|pointer| self.diagnoses.get(place(pointer)?));
        let named: Vec<&str> = named.map(String::as_str).collect();
        if named.is_empty() { self.diagnoses.iter().map(String::as_str).collect() } else { named }
    }

    /// The day of the plan of care that a line belongs to; empty where its discipline has none, or cannot be told from others.
    pub fn plan_of(&self, line: &ClaimLine) -> &str {
        let by_modifier = line.modifiers.iter().find_map(|modifier| Discipline::from_modifier(modifier));
        let Some(discipline) = by_modifier.or_else(|| Discipline::from_revenue_code(&line.revenue)) else {
            let mut known = self.plans.iter().filter(|plan| !plan.is_empty());
            return known.next().filter(|_| known.next().is_none()).map_or("", String::as_str);
        };
        let own = Discipline::ALL.iter().zip(&self.plans).find(|(other, _)| **other == discipline);
        own.map_or("", |(_, plan)| plan)
    }
}

/// Which loops the segments stand in.
#[derive(Clone, Copy, Default)]
enum Part {
    /// Loops that are not read: of another payer (2320, 2330), of what that one made of a line (2430), of a line that has not
    /// said yet what it is, and what stands between transactions or behind a claim that ended.
    #[default]
    Elsewhere,
    /// Loops 2000 and 2010: what the claims below inherit.
    Above,
    /// Loops 2300 and 2310.
    Claim,
    /// Loops 2400 and 2420.
    Line,
}

/// Makes claims of the segments of a file, given one after another. Segments of other transactions may stand among them.
#[derive(Default)]
pub struct Claims {
    /// GS08: the guide of the transactions that do not name theirs.
    group: String,
    /// What the guide says of the form; older ones and strange ones leave it to the claim.
    form: Option<Form>,
    /// The transaction is of another kind.
    skip: bool,
    part: Part,
    /// What the loops above a claim say, in the shape of a claim that is to inherit it.
    above: Claim,
    claim: Option<Claim>,
    /// LX01 of the line whose segments follow.
    number: String,
}

impl Claims {
    /// Takes the next segment, whose number in the file is `number`, and gives back the claim that it ends.
    pub fn take(&mut self, segment: &Segment, number: u32) -> Option<Claim> {
        let id = segment.id();
        let ended = match id {
            b"CLM" | b"HL" | b"ST" | b"SE" | b"GS" | b"GE" | b"ISA" | b"IEA" => self.finish(),
            _ => None,
        };
        match id {
            b"ISA" => *self = Claims::default(),
            b"GS" => self.group = segment.owned(8),
            b"ST" => self.transaction(segment),
            _ if self.skip => {}
            b"BHT" => self.above.made = segment.owned(4) + &segment.owned(5),
            b"HL" => self.level(&segment.element(3)),
            b"CLM" => self.begin(segment, number),
            _ if matches!(self.part, Part::Above) => inherit(&mut self.above, segment),
            _ => self.inside(segment, number),
        }
        ended
    }

    /// Gives back the claim that is open: at the end of the file, or where a segment is broken. Then what follows belongs to
    /// no claim, up to the next that begins.
    pub fn finish(&mut self) -> Option<Claim> {
        self.part = Part::Elsewhere;
        let mut claim = self.claim.take()?;
        if claim.form == Form::Institutional {
            claim.bill_type = format!("{}{}", claim.place, claim.frequency);
        }
        Some(claim)
    }

    fn transaction(&mut self, segment: &Segment) {
        let own = segment.element(3);
        let guide = if own.trim().is_empty() { self.group.as_str() } else { &own };
        self.form = if guide.contains("X222") {
            Some(Form::Professional)
        } else if guide.contains("X223") {
            Some(Form::Institutional)
        } else {
            None
        };
        // X224 is the dental guide: no such claim has a line of SV1 or SV2.
        self.skip = segment.element(1).trim() != "837" || guide.contains("X224");
        self.above = Claim::default();
    }

    /// A loop 2000 begins. What it says holds for the levels below it, which follow it; its own kind starts anew.
    fn level(&mut self, level: &str) {
        self.part = Part::Above;
        let above = std::mem::take(&mut self.above);
        self.above = match level.trim() {
            "20" => Claim { made: above.made, ..Claim::default() },
            "22" => Claim { made: above.made, billing: above.billing, ..Claim::default() },
            "23" => Claim { dependent: true, patient_birth: String::new(), ..above },
            _ => above,
        };
    }

    fn begin(&mut self, segment: &Segment, number: u32) {
        self.part = Part::Claim;
        self.number.clear();
        // CLM05-2 says what CLM05-1 is: `A` a type of bill, `B` a place of service.
        let billed = if segment.component(5, 2).trim() == "A" { Form::Institutional } else { Form::Professional };
        self.claim = Some(Claim {
            form: self.form.unwrap_or(billed),
            control: segment.owned(1),
            charge: segment.owned(2),
            place: segment.owned_component(5, 1),
            frequency: segment.owned_component(5, 3),
            segment: number,
            ..self.above.clone()
        });
    }

    /// A segment behind a CLM.
    fn inside(&mut self, segment: &Segment, number: u32) {
        let Some(claim) = &mut self.claim else { return };
        match (segment.id(), self.part) {
            (b"SBR" | b"SVD", _) => self.part = Part::Elsewhere,
            (b"LX", _) => {
                self.part = Part::Elsewhere;
                self.number = segment.owned(1);
            }
            (b"SV1" | b"SV2", _) => {
                self.part = Part::Line;
                if self.form.is_none() && segment.id() == b"SV2" {
                    claim.form = Form::Institutional;
                }
                claim.lines.push(line(segment, number, &self.number));
            }
            (_, Part::Claim) => complete(claim, segment),
            (_, Part::Line) => claim.lines.last_mut().into_iter().for_each(|line| complete_line(line, segment)),
            _ => {}
        }
    }
}

/// A segment of loops 2000 and 2010.
fn inherit(above: &mut Claim, segment: &Segment) {
    match (segment.id(), segment.element(1).trim()) {
        (b"SBR", _) => (above.sequence, above.filing) = (segment.owned(1), segment.owned(9)),
        (b"NM1", "85") => above.billing = segment.owned(9),
        (b"NM1", "IL") => above.member = segment.owned(9),
        (b"NM1", "PR") => above.payer_name = segment.owned(3),
        // Of the subscriber, who is the patient unless a loop 2000C follows and says otherwise.
        (b"DMG", _) => above.patient_birth = segment.owned(2),
        _ => {}
    }
}

/// A segment of loops 2300 and 2310.
fn complete(claim: &mut Claim, segment: &Segment) {
    match (segment.id(), segment.element(1).trim()) {
        (b"REF", "F8") => claim.payer_control = segment.owned(2),
        (b"REF", "EA") => claim.medical_record = segment.owned(2),
        (b"DTP", "434") => claim.statement = segment.days(3),
        (b"HI", _) => (1..=CODES).for_each(|n| describe(claim, segment, n)),
        (b"NM1", "82") => claim.rendering = segment.owned(9),
        (b"NM1", "77") => claim.facility = either(segment, 3, 9),
        (b"NM1", "DN" | "DK") => claim.ordering = either(segment, 9, 3),
        // Who attends a patient of a facility answers for the plan of care.
        (b"NM1", "71") if claim.ordering.is_empty() => claim.ordering = either(segment, 9, 3),
        _ => {}
    }
}

/// Codes of one HI segment, at most.
const CODES: usize = 12;

/// Diagnoses of one claim, at most: 837I (005010X223A2, loop 2300) has a principal one, an admitting one, and two segments of
/// twelve others; 837P has twelve in all.
const DIAGNOSES: usize = 2 + 2 * CODES;

/// One code of an HI segment: its list, the code, and of an occurrence the day (HI01-1, -2, -4).
fn describe(claim: &mut Claim, segment: &Segment, n: usize) {
    let code = segment.owned_component(n, 2);
    match (segment.component(n, 1).trim(), code.as_str()) {
        (_, "") => {}
        ("ABK" | "ABF" | "ABJ" | "BK" | "BF" | "BJ", _) if claim.diagnoses.len() < DIAGNOSES => {
            claim.diagnoses.push(code);
        }
        // Occurrence codes of the plans of care, in the order of the disciplines.
        ("BH", occurrence) => {
            let plan = ["29", "17", "30"].iter().zip(&mut claim.plans).find(|(plan, _)| **plan == occurrence);
            plan.into_iter().for_each(|(_, day)| *day = segment.owned_component(n, 4));
        }
        _ => {}
    }
}

/// An element, or the other one where that is empty.
fn either(segment: &Segment, first: usize, second: usize) -> String {
    let found = segment.owned(first);
    if found.is_empty() { segment.owned(second) } else { found }
}

/// A line begins, with its SV1 or SV2: the same elements, behind the revenue code in an SV2.
fn line(segment: &Segment, number: u32, lx: &str) -> ClaimLine {
    let institutional = segment.id() == b"SV2";
    let first = if institutional { 2 } else { 1 };
    let (code, modifiers) = segment.procedure(first);
    ClaimLine {
        segment: number,
        number: lx.to_owned(),
        code,
        modifiers,
        charge: segment.owned(first + 1),
        basis: segment.owned(first + 2),
        quantity: segment.owned(first + 3),
        revenue: if institutional { segment.owned(1) } else { String::new() },
        place: if institutional { String::new() } else { segment.owned(5) },
        pointers: if institutional { Default::default() } else { [1, 2, 3, 4].map(|k| segment.owned_component(7, k)) },
        ..ClaimLine::default()
    }
}

/// A segment of loops 2400 and 2420.
fn complete_line(line: &mut ClaimLine, segment: &Segment) {
    match (segment.id(), segment.element(1).trim()) {
        (b"DTP", "472") => (line.from, line.to) = segment.days(3),
        (b"REF", "6R") => line.control = segment.owned(2),
        (b"NM1", "82") => line.rendering = segment.owned(9),
        (b"NM1", "DK" | "DN") => line.ordering = either(segment, 9, 3),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FILE, each};
    use super::*;

    fn read(text: &str) -> Vec<Claim> {
        let mut claims = Claims::default();
        let mut found = each(text.as_bytes(), |segment, number| claims.take(segment, number));
        found.extend(claims.finish());
        found
    }

    /// A claim of an 837 whose guide is `guide`.
    fn one(guide: &str, segments: &str) -> Claim {
        let [claim] = read(&format!("ST*837*1*{guide}~HL*1**20*1~HL*2*1*22*0~{segments}SE*9*1~")).try_into().unwrap();
        claim
    }

    #[test]
    fn a_claim_inherits_from_the_loops_above() {
        let claim = &read(FILE)[0];
        let Claim { control, charge, place, frequency, bill_type, medical_record, member, made, .. } = claim;
        assert_eq!([control, charge, place, frequency, bill_type], ["A1", "100.5", "11", "1", ""]);
        assert_eq!([medical_record, member, made, &claim.patient_birth], ["MRN1", "M1", "202401151023", "19500101"]);
        assert_eq!([&claim.payer_name, &claim.filing, &claim.sequence], ["MEDICARE B", "MB", "P"]);
        assert_eq!([&claim.rendering, &claim.billing, &claim.facility], ["1888888885", "1999999984", ""]);
        assert_eq!((claim.form, claim.dependent, claim.segment), (Form::Professional, false, 13));
        let [line] = &claim.lines[..] else { panic!("one line") };
        let ClaimLine { number, code, charge, basis, quantity, place, from, to, .. } = line;
        assert_eq!([number, code, charge, basis, quantity, place], ["1", "97110", "100.5", "UN", "2.5", "12"]);
        assert_eq!([from, to, &line.control, &line.rendering, &line.revenue], ["20240110", "20240110", "L1", "", ""]);
        assert_eq!((line.modifiers.join(","), line.segment), ("GP,59,,".into(), 18));
    }

    #[test]
    fn a_dependent_is_the_patient_and_another_payer_is_not_the_payer() {
        let Claim { patient_birth, member, payer_control, payer_name, filing, sequence, lines, .. } = &read(FILE)[1];
        assert_eq!([patient_birth, member, payer_control], ["20100202", "M1", "ICN9"]);
        assert_eq!([payer_name, filing, sequence], ["MEDICARE B", "MB", "P"]);
        let ClaimLine { code, quantity, from, to, .. } = &lines[0];
        assert_eq!([code, quantity, from, to], ["97530", "1", "20240110", "20240111"]);
    }

    #[test]
    fn levels_start_anew_and_a_subscriber_is_no_dependent() {
        let claims = read(
            "ST*837*1*005010X222A1~HL*1**20*1~NM1*85*2*X*****XX*1~HL*2*1*22*1~SBR*P********MB~NM1*IL*1*A*****MI*M1~\
             DMG*D8*19500101~HL*3*2*23*0~CLM*1*1~HL*4*2*23*0~DMG*D8*20120101~CLM*2*1~CLM*3*1~HL*5*1*22*0~CLM*4*1~\
             HL*6**20*1~HL*7*6*22*0~NM1*IL*1*B*****MI*M2~CLM*5*1~SE*9*1~NM1*IL*1*C*****MI*M3~CLM*6*1~",
        );
        let shown = claims.iter().map(|claim| {
            let Claim { control, billing, member, patient_birth, dependent, .. } = claim;
            format!("{control} {billing} {member} {patient_birth} {dependent}, ")
        });
        let expected =
            "1 1 M1  true, 2 1 M1 20120101 true, 3 1 M1 20120101 true, 4 1   false, 5  M2  false, 6  M2  false, ";
        assert_eq!(shown.collect::<String>(), expected);
    }

    #[test]
    fn an_institutional_line_has_a_revenue_code_and_may_have_no_other() {
        let claim = &read(FILE)[2];
        assert_eq!((claim.form, claim.bill_type.as_str()), (Form::Institutional, "131"));
        assert_eq!(claim.statement, ("20240101".into(), "20240131".into()));
        assert_eq!([&claim.lines[0].revenue, &claim.lines[0].code, &claim.lines[0].quantity], ["0420", "97110", "2"]);
        let claim = one("005010X223A2", "CLM*1*9***13:A~LX*1~SV2*0270**9.5*UN*1~LX*2~SV2*0420*N4:97110*1*UN*.5~");
        assert_eq!(claim.bill_type, "13");
        let [first, second] = &claim.lines[..] else { panic!("two lines") };
        assert_eq!([&first.revenue, &first.code, &first.charge, &first.basis], ["0270", "", "9.5", "UN"]);
        assert_eq!([&second.number, &second.code, &second.quantity], ["2", "", ".5"]);
    }

    #[test]
    fn the_form_is_that_of_the_guide_or_else_of_the_claim() {
        let (professional, institutional) = ("CLM*1*1***11:B:1~LX*1~SV1*HC:97110~", "CLM*1*1***13~LX*1~SV2*0420~");
        assert_eq!(one("", professional).form, Form::Professional);
        assert_eq!(one("", institutional).form, Form::Institutional);
        assert_eq!(one("004010X096A1", "CLM*1*1***13:A:1~").bill_type, "131");
        assert_eq!(one("005010X222A1", institutional).form, Form::Professional);
        let group = "GS*HC*A*B*20240101*0900*1*X*005010X223A2~ST*837*1~HL*1**22*0~CLM*1*1~";
        assert_eq!(read(group)[0].form, Form::Institutional);
    }

    #[test]
    fn other_transactions_have_no_claims() {
        assert_eq!(read("ST*837*1*005010X224A2~HL*1**22*0~CLM*1*1~SE*1*1~ST*277*1~HL*1**22*0~CLM*1*1~SE*1*1~"), []);
        assert_eq!(read("ST*277*1~HL*1**22*0~CLM*1*1~SE*1*1~ST*837*2~HL*1**22*0~CLM*2*1~SE*1*2~").len(), 1);
    }

    #[test]
    fn providers_and_places_of_claim_and_line_are_apart() {
        let claim = one(
            "005010X222A1",
            "CLM*1*1***11:B:1~NM1*82*1*A*****XX*1~NM1*77*2******XX*7~LX*1~SV1*HC:97110:GP:CQ:KX:59:XU~NM1*82*1*B*****XX*2~\
             LX*2~NM1*82*1*C*****XX*3~DTP*472*D8*20240101~SV1*ZZ:97110*1*MJ*15~",
        );
        assert_eq!([&claim.rendering, &claim.facility], ["1", "7"]);
        assert_eq!(claim.lines[0].modifiers, ["GP", "CQ", "KX", "59"]);
        assert_eq!([&claim.lines[0].rendering, &claim.lines[0].from, &claim.lines[1].rendering], ["2", "", ""]);
        assert_eq!([&claim.lines[1].code, &claim.lines[1].basis], ["", "MJ"]);
        assert_eq!(one("", "CLM*1*1~NM1*77*2*MAIN ST*****XX*7~").facility, "MAIN ST");
    }

    #[test]
    fn a_line_has_the_diagnoses_it_points_at_or_all() {
        let claim = one(
            "005010X222A1",
            "CLM*1*1***11:B:1~HI*ABK:M25.561*ABF:R262*ABF:*ABF:Z471~HI*BP:00500*BG:17~LX*1~SV1*HC:97110*1*UN*1***2:1~LX*2~\
             SV1*HC:97140*1*UN*1~LX*3~SV1*HC:97116*1*UN*1***9:x:3~LX*4~SV1*HC:97035*1*UN*1***0:4~",
        );
        assert_eq!(claim.diagnoses, ["M25.561", "R262", "Z471"]);
        let of = claim.lines.iter().map(|line| claim.diagnoses_of(line).join(" "));
        assert_eq!(of.collect::<Vec<_>>(), ["R262 M25.561", "M25.561 R262 Z471", "Z471", "M25.561 R262 Z471"]);
        let older = one(
            "004010X096A1",
            "CLM*1*1***13:A:1~HI*BK:7242~HI*BJ:7242*BR:1~HI*BF:7194:::::::Y~LX*1~SV2*0420*HC:97110~",
        );
        assert_eq!(older.diagnoses_of(&older.lines[0]), ["7242", "7242", "7194"]);
        let many = one("005010X223A2", &format!("CLM*1*1***13:A:1~HI*ABK:M545~{}", "HI*ABF:R262*ABF:Z471~".repeat(40)));
        assert_eq!((many.diagnoses.len(), &*many.diagnoses[0], &*many.diagnoses[25]), (26, "M545", "R262"));
    }

    #[test]
    fn a_plan_of_care_is_that_of_the_lines_discipline() {
        let plans = "CLM*1*1***13:A:1~HI*BH:29:D8:20240105*BH:35:D8:20240108*BH:11:D8:20231201~HI*BH:30:D8:20240106~";
        let lines =
            "LX*1~SV2*0420*HC:97110:GP~LX*2~SV2*0440*HC:92507~LX*3~SV2*0430*HC:97530:GO~LX*4~SV2*0270*HC:97535~";
        let claim = one("005010X223A2", &format!("{plans}{lines}"));
        let of: Vec<&str> = claim.lines.iter().map(|line| claim.plan_of(line)).collect();
        assert_eq!(of, ["20240105", "20240106", "", ""]);
        let claim = one("005010X223A2", &format!("CLM*1*1***13:A:1~HI*BH:17:D8:20240107~{lines}"));
        let of: Vec<&str> = claim.lines.iter().map(|line| claim.plan_of(line)).collect();
        assert_eq!(of, ["", "", "20240107", "20240107"]);
    }

    #[test]
    fn who_referred_is_named_by_claim_or_line() {
        let claim = one(
            "005010X222A1",
            "CLM*1*1***11:B:1~NM1*DN*1*POE*A****XX*5~LX*1~SV1*HC:97110~NM1*DK*1*ROE*B~\
             LX*2~SV1*HC:97140~SBR*S*18~NM1*DN*1*OTHER****XX*6~",
        );
        let lines = claim.lines.iter().map(|line| line.ordering.as_str());
        assert_eq!((claim.ordering.as_str(), lines.collect::<Vec<_>>()), ("5", vec!["ROE", ""]));
        let facility = "CLM*1*1***13:A:1~NM1*71*1*ATTENDING*A****XX*7~";
        assert_eq!(one("005010X223A2", facility).ordering, "7");
        assert_eq!(one("005010X223A2", &format!("{facility}NM1*DN*1*POE*A****XX*5~")).ordering, "5");
        assert_eq!(one("005010X223A2", "CLM*1*1***13:A:1~NM1*72*1*SURGEON*A****XX*7~").ordering, "");
    }

    #[test]
    fn what_follows_a_broken_segment_belongs_to_no_claim() {
        let mut claims = Claims::default();
        let text = "ST*837*1~HL*1**22*0~SBR*P********MB~CLM*1*1~LX*1~SV1*HC:97110~";
        assert_eq!(each(text.as_bytes(), |segment, number| claims.take(segment, number)), []);
        assert_eq!(claims.finish().unwrap().lines.len(), 1);
        let text = "SBR*S********CI~NM1*PR*2*OTHER~LX*1~SV1*HC:97110~CLM*2*1~";
        assert_eq!(each(text.as_bytes(), |segment, number| claims.take(segment, number)), []);
        let Claim { control, filing, payer_name, lines, .. } = claims.finish().unwrap();
        assert_eq!(([control, filing, payer_name], lines), (["2", "MB", ""].map(String::from), vec![]));
    }
}
