//! The generator's rows as professional claims.

use recount::sample::Row;
use std::fmt::Arguments;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Claims of a transaction set: as many as the guide allows.
const CLAIMS_IN_SET: u32 = 5_000;

/// Professional claims (837P, 005010X222A1): one for each visit and discipline, the segments that `tests/exports` writes.
pub struct Claims {
    out: BufWriter<File>,
    /// Transaction sets, and of the one that is open the segments and claims.
    sets: u32,
    segments: u32,
    claims: u32,
    /// The rows of the claim that is open.
    open: Vec<Row>,
}

impl Claims {
    pub fn begin(path: &Path) -> io::Result<Claims> {
        let out = BufWriter::new(File::create(path)?);
        let mut claims = Claims { out, sets: 0, segments: 0, claims: 0, open: Vec::new() };
        let (blank, sender, receiver) = (" ".repeat(10), "NORTHREHAB     ", "PAYERHUB       ");
        claims.put(format_args!(
            "ISA*00*{blank}*00*{blank}*ZZ*{sender}*ZZ*{receiver}*260701*0900*^*00501*000000001*0*T*:"
        ))?;
        claims.put(format_args!("GS*HC*NORTHREHAB*PAYERHUB*20260701*0900*1*X*005010X222A1"))?;
        Ok(claims)
    }

    /// A row, which ends the claim before where it is of another visit: rows of a visit stand together.
    pub fn row(&mut self, row: &Row) -> io::Result<()> {
        let of = |row: &Row| (row.visit, row.discipline);
        if self.open.first().is_some_and(|first| of(first) != of(row)) {
            self.claim()?;
        }
        self.open.push(*row);
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.claim()?;
        self.end_set()?;
        let sets = self.sets;
        self.put(format_args!("GE*{sets}*1"))?;
        self.put(format_args!("IEA*1*000000001"))?;
        self.out.flush()
    }

    fn put(&mut self, segment: Arguments) -> io::Result<()> {
        self.segments += 1;
        writeln!(self.out, "{segment}~")
    }

    fn begin_set(&mut self) -> io::Result<()> {
        self.sets += 1;
        (self.segments, self.claims) = (0, 0);
        let (set, group) = (self.sets, npi(123_456_789));
        self.put(format_args!("ST*837*{set:04}*005010X222A1"))?;
        self.put(format_args!("BHT*0019*00*BATCH{set}*20260701*0900*CH"))?;
        self.put(format_args!("NM1*41*2*NORTH REHAB GROUP*****46*NORTHREHAB"))?;
        self.put(format_args!("PER*IC*BILLING*TE*5555550100"))?;
        self.put(format_args!("NM1*40*2*PAYER HUB*****46*PAYERHUB"))?;
        self.put(format_args!("HL*1**20*1"))?;
        self.put(format_args!("NM1*85*2*NORTH REHAB GROUP*****XX*{group}"))?;
        self.put(format_args!("N3*1 MAIN ST"))?;
        self.put(format_args!("N4*PITTSBURGH*PA*152220001"))?;
        self.put(format_args!("REF*EI*123456789"))
    }

    fn end_set(&mut self) -> io::Result<()> {
        let (set, segments) = (self.sets, self.segments + 1);
        self.put(format_args!("SE*{segments}*{set:04}"))
    }

    /// Writes the open claim.
    fn claim(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.open);
        let Some(first) = lines.first() else { return Ok(()) };
        if self.sets == 0 {
            self.begin_set()?;
        } else if self.claims == CLAIMS_IN_SET {
            self.end_set()?;
            self.begin_set()?;
        }
        self.claims += 1;
        let Row { visit, patient, date, clinic, therapist, payer, .. } = *first;
        let (filing, number) = insurance(payer);
        self.put(format_args!("HL*{}*1*22*0", self.claims + 1))?;
        self.put(format_args!("SBR*P*18*******{filing}"))?;
        self.put(format_args!("NM1*IL*1*DOE*PATIENT{patient}****MI*M{patient:06}"))?;
        self.put(format_args!("N3*2 OAK ST"))?;
        self.put(format_args!("N4*PITTSBURGH*PA*152220002"))?;
        self.put(format_args!("DMG*D8*19500101*F"))?;
        self.put(format_args!("NM1*PR*2*{payer}*****PI*{number}"))?;
        let total = money(lines.iter().map(|line| line.charge_cents).sum());
        self.put(format_args!("CLM*C{visit}*{total}***11:B:1*Y*A*Y*Y"))?;
        self.put(format_args!("REF*EA*P{patient:06}"))?;
        self.put(format_args!("HI*ABK:M25561"))?;
        self.put(format_args!("NM1*82*1*THERAPIST*T{therapist:02}****XX*{}", npi(200_000_000 + therapist)))?;
        self.put(format_args!("PRV*PE*PXC*{}", taxonomy(first.discipline)))?;
        self.put(format_args!("NM1*77*2*{clinic}"))?;
        self.put(format_args!("N3*3 ELM ST"))?;
        self.put(format_args!("N4*PITTSBURGH*PA*152220003"))?;
        for (n, line) in (1..).zip(&lines) {
            let (code, modifiers) = (line.code, line.modifiers.replace(' ', ":"));
            let (charge, units) = (money(line.charge_cents), line.units);
            self.put(format_args!("LX*{n}"))?;
            self.put(format_args!("SV1*HC:{code}:{modifiers}*{charge}*UN*{units}***1"))?;
            self.put(format_args!("DTP*472*D8*{:04}{:02}{:02}", date.year, date.month, date.day))?;
            self.put(format_args!("REF*6R*V{visit}L{n}"))?;
        }
        Ok(())
    }
}

/// The kind of insurance (SBR09) and the number of a payer, whichever way it is spelled.
fn insurance(payer: &str) -> (&'static str, &'static str) {
    match payer.to_ascii_uppercase().as_str() {
        "MEDICARE" | "MEDICARE PART B" => ("MB", "12502"),
        "HIGHMARK" => ("BL", "54771"),
        "BLUE CROSS BLUE SHIELD OF NEBRASKA" => ("BL", "77780"),
        "HUMANA MEDICARE ADVANTAGE" => ("16", "61101"),
        "SELF-PAY" => ("ZZ", "00000"),
        "AETNA" => ("CI", "60054"),
        _ => ("CI", "99999"),
    }
}

/// What a clinician is (PRV03).
fn taxonomy(discipline: &str) -> &'static str {
    match discipline {
        "PT" => "225100000X",
        "OT" => "225X00000X",
        _ => "235Z00000X",
    }
}

/// A National Provider Identifier: nine digits and the check digit (Luhn, over 80840 and the nine).
fn npi(nine: u32) -> String {
    let digits = format!("80840{nine}");
    let sum: u32 = (0..)
        .zip(digits.bytes().rev())
        .map(|(at, digit)| {
            let doubled = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}

fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
