//! X12 interchanges: claims as sent to the payer (837P, 837I), remittances as they came back (835), and which claim counts.
//!
//! ```text
//! ISA*00*…*:~                                        an interchange; its separators hold up to the next ISA
//!   GS*HC*…*005010X222A1~                            professional (X222) or institutional (X223)
//!     ST*837*0001*005010X222A1~
//!       HL*1**20*1~     NM1*85…                      billing provider
//!         HL*2*1*22*1~  SBR…  NM1*IL…  NM1*PR…       subscriber and payer
//!           HL*3*2*23*0~  PAT…  NM1*QC…  DMG…        patient, where it is a dependent
//!             CLM*26463774*100***11:B:1~             a claim: up to the next CLM, HL or SE
//!               HI*ABK:M545…  NM1*DN…                diagnoses, who referred
//!               SBR…  NM1*PR…                        another payer of it: not ours
//!               LX*1~  SV1*HC:97110…  DTP*472…       a line
//!                 SVD…  CAS…                         what the other payer made of it: not ours
//!   GS*HP*…*005010X221A1~
//!     ST*835*0001~      N1*PR…                       payer
//!       CLP*26463774*1*100*80…  NM1*QC…              a remittance: up to the next CLP, LX, PLB or SE
//!         SVC*HC:97110…  DTM*472…  CAS…              a line
//! ```
//!
//! * [`segments`]: bytes → segments.
//! * [`claim`]: segments → claims.
//! * [`remit`]: segments → remittances.
//! * [`chain`]: claims → which of them count: replaced, voided and repeated ones do not.
//!
//! Texts stay as they are written: what a date, a code or a quantity means is for the reading of cells.
//!
//! ```
//! use recount_core::x12::{Claims, Segments, Step, interchange};
//!
//! # let header = format!("ISA*00*{0:10}*00*{0:10}*ZZ*{0:15}*ZZ*{0:15}*240115*1023*^*00501*000000001*0*P*:~", "");
//! let file = format!("{header}ST*837*1~HL*1**22*0~CLM*A17*100***11:B:1~LX*1~SV1*HC:97110:GP*100*UN*2~SE*6*1~");
//! let mut segments = Segments::new(file.as_bytes(), interchange(file.as_bytes()).unwrap(), true);
//! let (mut claims, mut number, mut found) = (Claims::default(), 0, Vec::new());
//! loop {
//!     number += 1;
//!     match segments.next() {
//!         Step::Segment => found.extend(claims.take(&segments.segment(), number)),
//!         // What a lost segment would have begun is unknown: the claim ends here.
//!         Step::Broken => found.extend(claims.finish()),
//!         Step::Incomplete | Step::End => break,
//!     }
//! }
//! found.extend(claims.finish());
//! assert_eq!((found[0].control.as_str(), found[0].lines[0].quantity.as_str()), ("A17", "2"));
//! ```

pub mod chain;
pub mod claim;
pub mod remit;
pub mod segments;

pub use chain::{Fate, Head};
pub use claim::{Claim, ClaimLine, Claims, Form};
pub use remit::{Adjustment, Remit, RemitLine, Remits};
pub use segments::{Segment, Segments, Separators, Step, interchange, is_x12};

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of an interchange.
    pub fn header(element: char, component: char, repetition: char, terminator: &str) -> String {
        let blank = "";
        format!("ISA*00*{blank:10}*00*{blank:10}*ZZ*{blank:15}*ZZ*{blank:15}*240115*1023*R*00501*000000001*0*P*C")
            .replace('*', &element.to_string())
            .replace('R', &repetition.to_string())
            .replace('C', &component.to_string())
            + terminator
    }

    /// Claims and remittances, with a dependent, another payer, and more than one adjustment.
    pub const FILE: &str = "\
        ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *240115*1023*^*00501*000000001*0*P*:~\n\
        GS*HC*CLINIC*PAYER*20240115*1023*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20240115*1023*CH~\n\
        NM1*41*2*CLINIC*****46*1~HL*1**20*1~NM1*85*2*CLINIC*****XX*1999999984~HL*2*1*22*1~SBR*P**G1******MB~\n\
        NM1*IL*1*DOE*JO****MI*M1~DMG*D8*19500101*F~NM1*PR*2*MEDICARE B*****PI*00831~CLM*A1*100.5***11:B:1*Y*A*Y*Y~\n\
        REF*EA*MRN1~HI*ABK:M545~NM1*82*1*ROE*R****XX*1888888885~LX*1~SV1*HC:97110:GP:59*100.5*UN*2.5*12**1~\n\
        DTP*472*D8*20240110~REF*6R*L1~HL*3*2*23*0~PAT*19~NM1*QC*1*DOE*AL~DMG*D8*20100202*M~CLM*A2*50***11:B:7~REF*F8*ICN9~\n\
        SBR*S*18*******CI~CAS*PR*2*10~NM1*IL*1*DOE*JO****MI*M2~NM1*PR*2*OTHER*****PI*2~LX*1~SV1*HC:97530*50*UN*1***1~\n\
        DTP*472*RD8*20240110-20240111~SVD*2*40*HC:97140**1~CAS*PR*2*10~DTP*573*D8*20240201~SE*35*0001~GE*1*1~\n\
        GS*HC*CLINIC*PAYER*20240115*1024*2*X*005010X223A2~ST*837*0002*005010X223A2~HL*1**20*1~HL*2*1*22*0~\n\
        CLM*B1*90***13:A:1~DTP*434*RD8*20240101-20240131~LX*1~SV2*0420*HC:97110:GP*90*UN*2~SE*7*0002~GE*1*2~\n\
        GS*HP*PAYER*CLINIC*20240201*0900*3*X*005010X221A1~ST*835*0003~N1*PR*MEDICARE B~LX*1~\n\
        CLP*A1*1*100.5*80*20.1*MB*ICN1~NM1*QC*1*DOE*JO****MI*M1~SVC*HC:97110:GP*100.5*80**2~DTM*472*20240110~\n\
        CAS*CO*45*10.4**253*1.6~CAS*PR*2*8.5~CLP*A2*22*-50*-40**MB*ICN9~PLB*1999999984*20241231*WO:ICN9*40~SE*11*0003~\n\
        GE*1*3~IEA*3*000000001~\n\
    ";

    /// Segments of a text with the usual separators, each handed to `take` with its number.
    pub fn each<T>(text: &[u8], mut take: impl FnMut(&Segment, u32) -> Option<T>) -> Vec<T> {
        let separators = Separators { element: b'*', component: b':', repetition: None, segment: b'~' };
        let (mut segments, mut number, mut found) = (Segments::new(text, separators, true), 0, Vec::new());
        loop {
            match segments.next() {
                Step::Segment => {
                    number += 1;
                    found.extend(take(&segments.segment(), number));
                }
                Step::Broken => {}
                Step::Incomplete | Step::End => return found,
            }
            assert!(number as usize <= text.len(), "every step goes on");
        }
    }

    /// Every claim and remittance in `text`.
    fn all(text: &[u8]) -> (Vec<Claim>, Vec<Remit>) {
        let (mut claims, mut remits) = (Claims::default(), Remits::default());
        let mut found = each(text, |segment, number| claims.take(segment, number));
        found.extend(claims.finish());
        let mut paid = each(text, |segment, number| remits.take(segment, number));
        paid.extend(remits.finish());
        (found, paid)
    }

    #[test]
    fn the_example_holds_claims_and_remittances() {
        let (claims, remits) = all(FILE.as_bytes());
        assert_eq!((claims.len(), remits.len()), (3, 2));
    }

    #[test]
    fn a_file_cut_anywhere_gives_the_claims_before_the_cut() {
        let (claims, remits) = all(FILE.as_bytes());
        for cut in 0..FILE.len() {
            let (some, paid) = all(&FILE.as_bytes()[..cut]);
            let whole = some.len().saturating_sub(1);
            assert_eq!(some[..whole], claims[..whole], "cut at {cut}");
            let whole = paid.len().saturating_sub(1);
            assert_eq!(paid[..whole], remits[..whole], "cut at {cut}");
        }
    }

    #[test]
    fn a_spoilt_byte_neither_panics_nor_loops() {
        for at in 0..FILE.len() {
            for byte in [0, b'\n', b' ', b'*', b':', b'~', b'0', b'S', 0xef, 0xff] {
                let mut text = FILE.as_bytes().to_vec();
                text[at] = byte;
                let (claims, remits) = all(&text);
                assert!(claims.len() <= 4 && remits.len() <= 3, "{byte} at {at}");
            }
        }
    }
}
