"""Claims: 837P and 837I, chains of claims, copies for a second payer, remittances."""

from dataclasses import replace

from fixtures import CENTS, NO_MINUTES, PLAIN_UNITS, UNITS, fixture
from formats.x12 import Claim, claims, institutional, professional, remittance
from practice import HIGHMARK, MEDICARE, NORTH, VISITS, Line, pt
from quirks.text import FOUND

NO_NOTES = {"notes": ["minutes"], **NO_MINUTES, **PLAIN_UNITS}


def swapped(number, *others, **change):
    """The claims with one of them changed, and others behind it."""
    out = []
    for claim in claims():
        out += [replace(claim, **change), *others] if claim.number == number else [claim]
    return out


@fixture("837p.txt", **NO_NOTES)
def claims_professional():
    """Professional claims (837P), one for each visit: units and charges, and no minutes."""
    return professional(claims())


@fixture("837p.txt", join=["notes-no-visit.csv"], same_sessions_as_plain=True, findings=FOUND, units=UNITS, charge_cents=CENTS)
def claims_join():
    """The same with the notes, which know nothing of the claims: patient (REF*EA), day and code must do."""


@fixture("837i.edi", **NO_NOTES)
def claims_institutional():
    """Institutional claims (837I) of hospital outpatients: revenue codes 042x, 043x, 044x, type of bill 131."""
    return institutional(claims())


@fixture("chain-april.837", "chain-may.837", excluded={
    "replaced by a later claim": 2, "voided by a later claim": 1, "a request to void a claim": 1}, **NO_NOTES)
def claims_chain():
    """V2001 was billed with 3 and 2 units and replaced (7) a month later; a claim for a visit that was none was voided (8)."""
    wrong = replace(VISITS[0], lines=(replace(VISITS[0].lines[0], units=3), VISITS[0].lines[1]))
    never = Claim(pt("V2099", "P0009", "2026-03-09", NORTH, MEDICARE, Line("97110", 30, 2, "GP")), "C2099", payer=MEDICARE)
    first = claims()[0]
    return {
        "chain-april.837": professional(swapped("C2001", visit=wrong) + [never]),
        "chain-may.837": professional([
            replace(first, frequency="7", original="ICN2001"), replace(never, frequency="8", original="ICN2099"),
        ], day="20260501", control=2),
    }


@fixture("secondary.837", excluded={"the claim's copy for another payer": 2}, **NO_NOTES)
def claims_secondary():
    """V2003's claim went to Medicare, and again to a second payer with what Medicare had paid."""
    first = next(claim for claim in claims() if claim.number == "C2003")
    return professional(swapped("C2003", replace(first, payer=HIGHMARK, other=MEDICARE)))


REMITTANCE, PAID = remittance(claims(), cut=("C2003", "97140"), corrected="C2004")


@fixture("837p.txt", "835.txt", paid_cents=PAID, **NO_NOTES)
def claims_remittance():
    """The claims and what was paid (835): V2003's 97140 cut from 2 units to 1 (CARC 151); V2004 paid, reversed (22), and
    paid again with one unit less."""
    return {"835.txt": REMITTANCE}


@fixture("span.837", same_units=True, units=UNITS, charge_cents=CENTS, notes=["minutes"],
         findings={"line-spans-days": 1, "untimed-multiple-units": 1})
def claims_span():
    """V2004's first line is of three days (RD8), with two units: not known of which."""
    return professional(swapped("C2004", until="2026-01-22"))


@fixture("two-interchanges.x12", **NO_NOTES)
def claims_two_interchanges():
    """Two interchanges in one file: the first with * : ~ and a line for each segment, the second with | > ' and none."""
    half = len(VISITS) // 2
    second = {"element": "|", "component": ">", "repetition": "{", "end": "'", "control": 2}
    return professional(claims()[:half]) + professional(claims()[half:], **second)
