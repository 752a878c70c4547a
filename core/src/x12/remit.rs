//! Segments of an 835 → remittances: what a payer made of a claim.
//!
//! A payer corrects itself in pairs: the claim again with status 22 and its amounts negated, then the claim as it is now. Both
//! have the payer's number of the claim, by which they are to be netted.

use super::Segment;

/// What a payer made of a claim (loop 2100). What it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remit {
    /// The provider's number of the claim (CLP01).
    pub control: String,
    /// `1` paid as primary, `2` as secondary, `3` as tertiary, `4` denied, `22` reversal … (CLP02).
    pub status: String,
    /// What was charged (CLP03).
    pub charge: String,
    /// What was paid (CLP04).
    pub paid: String,
    /// The kind of insurance (CLP06).
    pub filing: String,
    /// The payer's number of the claim (CLP07).
    pub payer_control: String,
    /// The number of the patient (NM1\*QC).
    pub patient: String,
    /// The provider's number of the patient (REF\*EA).
    pub medical_record: String,
    /// Who paid (N1\*PR of the transaction).
    pub payer_name: String,
    /// Who treated (NM1\*82).
    pub rendering: String,
    /// First and last day (DTM\*232, DTM\*233), which hold for the lines that have none of their own. A first day alone is the
    /// last as well; of a last day alone, the first is not known (X12 835, loop 2100, note on DTM).
    pub statement: (String, String),
    /// Number of the CLP segment.
    pub segment: u32,
    /// It takes back an earlier one: its status is 22.
    pub reversal: bool,
    /// Why the claim as a whole was not paid as charged.
    pub adjustments: Vec<Adjustment>,
    /// What was made of each line.
    pub lines: Vec<RemitLine>,
}

/// What a payer made of a line (loop 2110).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemitLine {
    /// Number of the SVC segment.
    pub segment: u32,
    /// What the payer judged (SVC01-2); empty on a line that has a revenue code only.
    pub code: String,
    /// As written, empty ones behind.
    pub modifiers: [String; 4],
    /// What was charged (SVC02).
    pub charge: String,
    /// What was paid (SVC03).
    pub paid: String,
    /// Revenue code (SVC04, or SVC01-2 where that is one).
    pub revenue: String,
    /// Units paid (SVC05). Empty means one.
    pub paid_units: String,
    /// What was billed, if the payer judged something else (SVC06-2).
    pub original_code: String,
    /// Units billed, if they are others than the units paid (SVC07).
    pub original_units: String,
    /// First day (DTM\*472 or DTM\*150).
    pub from: String,
    /// Last day (DTM\*472 or DTM\*151).
    pub to: String,
    /// What the payer allows (AMT\*B6).
    pub allowed: String,
    /// The provider's number of the line (REF\*6R).
    pub control: String,
    /// Why it was not paid as charged.
    pub adjustments: Vec<Adjustment>,
}

/// Why something was not paid as charged (CAS).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adjustment {
    /// Who bears it: `CO` the provider by contract, `PR` the patient, `PI`, `OA`.
    pub group: String,
    /// The reason (CARC).
    pub reason: String,
    /// How much less was paid.
    pub amount: String,
    /// How many units less.
    pub quantity: String,
}

/// Makes remittances of the segments of a file, given one after another. Segments of other transactions may stand among them.
#[derive(Default)]
pub struct Remits {
    /// The transaction is of another kind.
    skip: bool,
    payer_name: String,
    remit: Option<Remit>,
}

impl Remits {
    /// Takes the next segment, whose number in the file is `number`, and gives back the remittance that it ends.
    pub fn take(&mut self, segment: &Segment, number: u32) -> Option<Remit> {
        let id = segment.id();
        let ended = match id {
            // PLB settles the account of the provider, in sums that no claim has.
            b"CLP" | b"LX" | b"PLB" | b"ST" | b"SE" | b"GS" | b"GE" | b"ISA" | b"IEA" => self.finish(),
            _ => None,
        };
        match id {
            b"ISA" => *self = Remits::default(),
            b"ST" => {
                self.skip = segment.element(1).trim() != "835";
                self.payer_name.clear();
            }
            _ if self.skip => {}
            b"N1" if segment.element(1).trim() == "PR" => self.payer_name = segment.owned(2),
            b"CLP" => self.remit = Some(self.begin(segment, number)),
            _ => self.remit.iter_mut().for_each(|remit| inside(remit, segment, number)),
        }
        ended
    }

    /// Gives back the remittance that is open: at the end of the file, or where a segment is broken. Then what follows belongs
    /// to none, up to the next that begins.
    pub fn finish(&mut self) -> Option<Remit> {
        let mut remit = self.remit.take()?;
        if remit.statement.1.is_empty() {
            remit.statement.1.clone_from(&remit.statement.0);
        }
        Some(remit)
    }

    fn begin(&self, segment: &Segment, number: u32) -> Remit {
        let status = segment.owned(2);
        Remit {
            control: segment.owned(1),
            reversal: status == "22",
            status,
            charge: segment.owned(3),
            paid: segment.owned(4),
            filing: segment.owned(6),
            payer_control: segment.owned(7),
            payer_name: self.payer_name.clone(),
            segment: number,
            ..Remit::default()
        }
    }
}

/// A segment behind a CLP. Those of the claim (loop 2100) come before its first line (2110).
fn inside(remit: &mut Remit, segment: &Segment, number: u32) {
    let (id, qualifier) = (segment.id(), segment.element(1));
    match (id, qualifier.trim(), remit.lines.last_mut()) {
        (b"SVC", ..) => remit.lines.push(line(segment, number)),
        (b"CAS", _, None) => remit.adjustments.extend(adjustments(segment)),
        (b"CAS", _, Some(line)) => line.adjustments.extend(adjustments(segment)),
        (_, qualifier, Some(line)) => complete_line(line, segment, qualifier),
        (b"NM1", "QC", _) => remit.patient = segment.owned(9),
        (b"NM1", "82", _) => remit.rendering = segment.owned(9),
        (b"REF", "EA", _) => remit.medical_record = segment.owned(2),
        (b"DTM", "232", _) => remit.statement.0 = segment.owned(2),
        (b"DTM", "233", _) => remit.statement.1 = segment.owned(2),
        _ => {}
    }
}

fn line(segment: &Segment, number: u32) -> RemitLine {
    let (code, modifiers) = segment.procedure(1);
    let revenue = if segment.component(1, 1).trim() == "NU" { segment.owned_component(1, 2) } else { segment.owned(4) };
    RemitLine {
        segment: number,
        code,
        modifiers,
        charge: segment.owned(2),
        paid: segment.owned(3),
        revenue,
        paid_units: segment.owned(5),
        original_code: segment.procedure(6).0,
        original_units: segment.owned(7),
        ..RemitLine::default()
    }
}

/// A segment of loop 2110.
fn complete_line(line: &mut RemitLine, segment: &Segment, qualifier: &str) {
    match (segment.id(), qualifier) {
        (b"DTM", "472") => (line.from, line.to) = segment.days(2),
        (b"DTM", "150") => line.from = segment.owned(2),
        (b"DTM", "151") => line.to = segment.owned(2),
        (b"AMT", "B6") => line.allowed = segment.owned(2),
        (b"REF", "6R") => line.control = segment.owned(2),
        _ => {}
    }
}

/// The up to six triples of a CAS: reason, amount, quantity.
fn adjustments(segment: &Segment) -> impl Iterator<Item = Adjustment> {
    let triples = (2..20).step_by(3).map(|n| Adjustment {
        group: segment.owned(1),
        reason: segment.owned(n),
        amount: segment.owned(n + 1),
        quantity: segment.owned(n + 2),
    });
    triples.filter(|triple| !triple.reason.is_empty() || !triple.amount.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FILE, each};
    use super::*;

    fn read(text: &str) -> Vec<Remit> {
        let mut remits = Remits::default();
        let mut found = each(text.as_bytes(), |segment, number| remits.take(segment, number));
        found.extend(remits.finish());
        found
    }

    fn shown(adjustments: &[Adjustment]) -> Vec<String> {
        adjustments.iter().map(|a| format!("{} {} {} {}", a.group, a.reason, a.amount, a.quantity)).collect()
    }

    #[test]
    fn a_payment_and_a_reversal() {
        let [paid, taken] = read(FILE).try_into().unwrap();
        assert_eq!(
            [&paid.control, &paid.status, &paid.charge, &paid.paid, &paid.filing],
            ["A1", "1", "100.5", "80", "MB"]
        );
        assert_eq!([&paid.payer_control, &paid.patient, &paid.payer_name], ["ICN1", "M1", "MEDICARE B"]);
        assert!(!paid.reversal && taken.reversal);
        assert_eq!([&taken.control, &taken.paid, &taken.payer_control], ["A2", "-40", "ICN9"]);
        let line = &paid.lines[0];
        assert_eq!([&line.code, &line.modifiers[0], &line.charge, &line.paid], ["97110", "GP", "100.5", "80"]);
        assert_eq!([&line.paid_units, &line.from, &line.to], ["2", "20240110", "20240110"]);
        assert_eq!(shown(&line.adjustments), ["CO 45 10.4 ", "CO 253 1.6 ", "PR 2 8.5 "]);
    }

    #[test]
    fn claim_and_line_are_apart() {
        let [remit] = read(
            "ST*835*1~CLP*1*4*100*0~CAS*CO*50*100*3~NM1*QC*1*A*****MI*M1~NM1*82*1*B*****XX*2~REF*EA*R1~DTM*232*20240101~\
             DTM*233*20240131~SVC*HC:97530*60*0**.5*HC:97110:GP*1.5~DTM*150*20240110~DTM*151*20240111~\
             CAS*CO*1*1*1*2*2*2*3*3*3*4*4*4*5*5*5*6*6*6*7*7*7~AMT*B6*12.5~REF*6R*L1~LQ*HE*N362~SVC*NU:0420*40*0~SE*9*1~",
        )
        .try_into()
        .unwrap();
        assert_eq!(shown(&remit.adjustments), ["CO 50 100 3"]);
        assert_eq!([&remit.patient, &remit.rendering, &remit.medical_record], ["M1", "2", "R1"]);
        assert_eq!(remit.statement, ("20240101".into(), "20240131".into()));
        let [line, revenue] = &remit.lines[..] else { panic!("two lines") };
        assert_eq!(
            [&line.code, &line.paid_units, &line.original_code, &line.original_units],
            ["97530", ".5", "97110", "1.5"]
        );
        assert_eq!([&line.from, &line.to, &line.allowed, &line.control], ["20240110", "20240111", "12.5", "L1"]);
        assert_eq!(line.adjustments.len(), 6);
        assert_eq!([&revenue.code, &revenue.revenue, &revenue.paid_units], ["", "0420", ""]);
        assert_eq!((line.segment, revenue.segment), (9, 16));
    }

    #[test]
    fn a_first_day_alone_is_the_last_as_well() {
        let day = |segments: &str| read(&format!("CLP*1*1*1*1~{segments}"))[0].statement.clone();
        assert_eq!(day("DTM*232*20240101~"), ("20240101".into(), "20240101".into()));
        assert_eq!(day("DTM*233*20240131~"), ("".into(), "20240131".into()));
        assert_eq!(day("DTM*050*20240202~"), Default::default());
    }

    #[test]
    fn the_account_of_the_provider_and_other_transactions_belong_to_no_claim() {
        let remits = read(
            "ST*835*1~N1*PR*ONE~CLP*1*1*1*1~PLB*9*20241231*72:1*5~CAS*CO*45*1~SE*1*1~ST*820*2~CLP*2*1*1*1~SE*1*2~",
        );
        assert_eq!(remits.len(), 1);
        assert_eq!(remits[0].adjustments, []);
        assert_eq!(read("ST*835*1~N1*PR*ONE~SE*1*1~ST*835*2~CLP*1*1*1*1~")[0].payer_name, "");
    }
}
