"""Claims and remittances of X12 version 5010: 837P, 837I and 835, one interchange of segments each.

Only what the implementation guides ask for and an auditor reads; names, numbers and places are made up.
"""

from dataclasses import dataclass, replace

from practice import AETNA, HIGHMARK, MEDICARE, VISITS, Line, Visit, money

# The payers of the practice: claim filing indicator (SBR09), and a number. An 835 has other indicators (CLP06).
PAYERS = {MEDICARE: ("MB", "12502"), AETNA: ("CI", "60054"), HIGHMARK: ("BL", "54771")}
PAID_AS = {MEDICARE: "MB", AETNA: "12", HIGHMARK: "12"}
# What a clinician is (PRV03), and the revenue code of a discipline.
TAXONOMY = {"PT": "225100000X", "OT": "225X00000X", "SLP": "235Z00000X"}
REVENUE = {"PT": "0420", "OT": "0430", "SLP": "0440"}
# When a file was made.
DAY = "20260401"
GROUP = ["NM1*85*2*NORTH REHAB GROUP*****XX*{npi}", "N3*1 MAIN ST", "N4*PITTSBURGH*PA*152220001", "REF*EI*123456789"]


@dataclass(frozen=True)
class Claim:
    """One claim: what a visit billed. `payer` pays it, `other` is the payer who did before."""

    visit: Visit
    number: str
    frequency: str = "1"
    original: str = ""
    payer: str = ""
    other: str = ""
    # The last day of the first line, where it spans several.
    until: str = ""


def claims(visits=VISITS):
    """A claim for each visit, numbered C2001 for V2001."""
    return [Claim(visit, "C" + visit.visit_id[1:], payer=visit.payer) for visit in visits]


def npi(number):
    """A National Provider Identifier: nine digits and the check digit (Luhn, over 80840 and the nine)."""
    digits = [int(digit) for digit in f"80840{number}"]
    total = sum(sum(divmod(digit * 2, 10)) if at % 2 == 0 else digit for at, digit in enumerate(reversed(digits)))
    return f"{number}{-total % 10}"


def compact(iso):
    return iso.replace("-", "")


def interchange(sets, *, code, version, day=DAY, control=1, element="*", component=":", repetition="^", end="~\n"):
    """The bytes of an interchange: transaction sets, each (kind, segments without ST and SE), under one envelope."""
    out = [
        "ISA*00*" + " " * 10 + "*00*" + " " * 10 + "*ZZ*NORTHREHAB     *ZZ*PAYERHUB       "
        f"*{day[2:]}*0900*{repetition}*00501*{control:09}*0*T*{component}",
        f"GS*{code}*NORTHREHAB*PAYERHUB*{day}*0900*{control}*X*{version}",
    ]
    for n, (kind, segments) in enumerate(sets, 1):
        # An 835's ST names no version of the guide.
        out.append(f"ST*{kind}*{n:04}" + ("" if kind == "835" else f"*{version}"))
        out += segments
        out.append(f"SE*{len(segments) + 2}*{n:04}")
    out += [f"GE*{len(sets)}*{control}", f"IEA*1*{control:09}"]
    # Segments are written with * and : here; a colon stands nowhere but between the parts of an element.
    text = [out[0].replace("*", element)] + [line.replace("*", element).replace(":", component) for line in out[1:]]
    return "".join(line + end for line in text).encode()


def professional(claims, *, day=DAY, **envelope):
    """An 837P of these claims."""
    billed = _billed(claims, _professional, day)
    return interchange([("837", billed)], code="HC", version="005010X222A1", day=day, **envelope)


def institutional(claims):
    """An 837I of these claims, of a hospital's outpatients (type of bill 13x)."""
    return interchange([("837", _billed(claims, _institutional, DAY))], code="HC", version="005010X223A2")


def _billed(claims, lines, day):
    out = [
        f"BHT*0019*00*BATCH1*{day}*0900*CH",
        "NM1*41*2*NORTH REHAB GROUP*****46*NORTHREHAB", "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*PAYER HUB*****46*PAYERHUB",
        "HL*1**20*1", *[segment.format(npi=npi(123456789)) for segment in GROUP],
    ]
    for n, claim in enumerate(claims, 2):
        out += [f"HL*{n}*1*22*0", *_subscriber(claim), *lines(claim)]
    return out


def _subscriber(claim):
    """Who is insured with whom: this claim's patient with this claim's payer."""
    filing, number = PAYERS[claim.payer]
    return [
        f"SBR*{'S' if claim.other else 'P'}*18*******{filing}",
        _person(claim), "N3*2 OAK ST", "N4*PITTSBURGH*PA*152220002", "DMG*D8*19500101*F",
        f"NM1*PR*2*{claim.payer}*****PI*{number}",
    ]


def _person(claim):
    number = claim.visit.patient[1:]
    return f"NM1*IL*1*DOE*PATIENT{number}****MI*M{number}"


def _claim(claim, place, signed, between=()):
    """CLM and what stands behind it: place and kind of bill, whether the signature of the provider is on file."""
    total = money(sum(line.cents for line in claim.visit.lines))
    return [
        f"CLM*{claim.number}*{total}***{place}:{claim.frequency}*{signed}*A*Y*Y",
        *between,
        *([f"REF*F8*{claim.original}"] if claim.original else []),
        f"REF*EA*{claim.visit.patient}",
        "HI*ABK:M25561",
    ]


def _professional(claim):
    visit = claim.visit
    therapist = 200000000 + int(visit.therapist[1:])
    out = [
        *_claim(claim, "11:B", "Y"),
        f"NM1*82*1*THERAPIST*{visit.therapist}****XX*{npi(therapist)}", f"PRV*PE*PXC*{TAXONOMY[visit.discipline]}",
    ]
    if visit.clinic:
        out += [f"NM1*77*2*{visit.clinic}", "N3*3 ELM ST", "N4*PITTSBURGH*PA*152220003"]
    if claim.other:
        out += _paid_before(claim)
    for n, line in enumerate(visit.lines, 1):
        out += [f"LX*{n}", f"SV1*{_code(line)}*{money(line.cents)}*UN*{line.units}***1", *_day(claim, n), _number(visit, n)]
        if claim.other:
            paid = _paid(line)
            out += [
                f"SVD*{PAYERS[claim.other][1]}*{money(paid.paid)}*{_code(line)}**{line.units}",
                f"CAS*CO*45*{money(paid.contract)}", f"CAS*PR*2*{money(paid.share)}", "DTP*573*D8*20260320",
            ]
    return out


def _institutional(claim):
    visit = claim.visit
    day = compact(visit.date)
    out = [
        *_claim(claim, "13:A", "", [f"DTP*434*RD8*{day}-{day}", "CL1*3**01"]),
        f"NM1*71*1*ATTENDING*ANN****XX*{npi(300000001)}",
    ]
    for n, line in enumerate(visit.lines, 1):
        revenue = "0424" if line.code == "97161" else REVENUE[visit.discipline]
        out += [f"LX*{n}", f"SV2*{revenue}*{_code(line)}*{money(line.cents)}*UN*{line.units}", *_day(claim, n), _number(visit, n)]
    return out


def _code(line):
    return ":".join(["HC", line.code, *line.modifiers.split()])


def _day(claim, n):
    day = compact(claim.visit.date)
    return [f"DTP*472*RD8*{day}-{compact(claim.until)}" if claim.until and n == 1 else f"DTP*472*D8*{day}"]


def _number(visit, n):
    """The practice's own number of a line."""
    return f"REF*6R*{visit.visit_id}L{n}"


def _paid_before(claim):
    """The other payer, as a claim to the second payer tells of the first."""
    filing, number = PAYERS[claim.other]
    return [
        f"SBR*P*18*******{filing}", f"AMT*D*{money(sum(_paid(line).paid for line in claim.visit.lines))}",
        "OI***Y***Y", _person(claim), f"NM1*PR*2*{claim.other}*****PI*{number}",
    ]


@dataclass(frozen=True)
class Paid:
    """What became of a line's charge, in cents: paid, the patient's share, above the contract, cut; and the units paid."""

    units: int
    paid: int
    share: int
    contract: int
    cut: int = 0


def _paid(line):
    """A line paid in full: 70 % of the charge are allowed, of which the patient has a fifth."""
    allowed = line.cents * 7 // 10
    share = allowed // 5
    return Paid(line.units, allowed - share, share, line.cents - allowed)


def _cut(line, units):
    """The same with fewer units paid: the frequency was not supported (CARC 151)."""
    paid = _paid(replace(line, units=units))
    return replace(paid, cut=line.cents - paid.paid - paid.share - paid.contract)


def remittance(claims, *, cut=None, corrected=None):
    """An 835 of these claims and the cents it pays; a payer is a transaction set.

    `cut` names a claim and a code that is paid with one unit less. The claim `corrected` is paid as it was billed, then
    reversed (CLP02 22), then paid again with the first line's units less one.
    """
    sets, total = [], 0
    for payer in PAYERS:
        out = []
        for claim in claims:
            if claim.payer != payer:
                continue
            lines = claim.visit.lines
            full = [_paid(line) for line in lines]
            if claim.number == corrected:
                out += [(claim, "1", 1, full), (claim, "22", -1, full)]
                full = [_cut(lines[0], lines[0].units - 1), *full[1:]]
            if cut and claim.number == cut[0]:
                full = [_cut(line, line.units - 1) if line.code == cut[1] else paid for line, paid in zip(lines, full)]
            out.append((claim, "1", 1, full))
        paid = sum(sign * line.paid for _, _, sign, lines in out for line in lines)
        total += paid
        sets.append(("835", [*_payment(payer, paid), *[segment for one in out for segment in _settled(*one)]]))
    return interchange(sets, code="HP", version="005010X221A1"), total


def _payment(payer, cents):
    number = PAYERS[payer][1]
    return [
        f"BPR*I*{money(cents)}*C*ACH*CCP*01*043000096*DA*1000001*1{number}0000**01*043000096*DA*2000002*20260410",
        f"TRN*1*EFT{number}*1{number}0000", "DTM*405*20260410",
        f"N1*PR*{payer}", "N3*4 ASH ST", "N4*PITTSBURGH*PA*152220004", "PER*BL*CLAIMS*TE*5555550101",
        f"N1*PE*NORTH REHAB GROUP*XX*{npi(123456789)}", "LX*1",
    ]


def _settled(claim, status, sign, lines):
    """A claim of an 835: status 1 is paid as the first payer, 22 takes an earlier payment back, with the signs turned."""
    visit = claim.visit
    number = visit.patient[1:]
    charge = sum(line.cents for line in visit.lines)
    paid, share = sum(line.paid for line in lines), sum(line.share for line in lines)
    out = [
        f"CLP*{claim.number}*{status}*{_signed(sign * charge)}*{_signed(sign * paid)}"
        f"*{'' if sign < 0 else money(share)}*{PAID_AS[claim.payer]}*ICN{visit.visit_id[1:]}*11*1",
        f"NM1*QC*1*DOE*PATIENT{number}****MI*M{number}", f"REF*EA*{visit.patient}",
    ]
    for n, (line, settled) in enumerate(zip(visit.lines, lines), 1):
        billed = f"**{sign * line.units}" if settled.units != line.units else ""
        out += [
            f"SVC*{_code(line)}*{_signed(sign * line.cents)}*{_signed(sign * settled.paid)}**{sign * settled.units}{billed}",
            f"DTM*472*{compact(visit.date)}",
            f"CAS*CO*45*{_signed(sign * settled.contract)}"
            + (f"**151*{money(settled.cut)}*{line.units - settled.units}" if settled.cut else ""),
            f"CAS*PR*2*{_signed(sign * settled.share)}",
            _number(visit, n), f"AMT*B6*{_signed(sign * (settled.paid + settled.share))}",
        ]
    return out


def _signed(cents):
    return ("-" if cents < 0 else "") + money(abs(cents))
