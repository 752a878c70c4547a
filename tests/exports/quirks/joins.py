"""Joins: charges without minutes, and the notes that have them."""

from fixtures import CENTS, UNITS, fixture
from practice import VISITS, Line, moved, rows, without
from quirks.text import FOUND, csv

SAME_SESSIONS = {"same_sessions_as_plain": True, "findings": FOUND, "units": UNITS, "charge_cents": CENTS}


def charges(*less):
    return csv(without(rows(), "minutes", *less))


def notes(visits=VISITS, *less):
    """What the notes say: visit, patient, day, code, minutes, therapist; nothing of the bill."""
    bill = ("units", "charge", "payer", "modifiers", "clinic", "discipline")
    return csv(without(rows(visits), *bill, *less))


@fixture("charges.csv", join=["notes.csv"], **SAME_SESSIONS)
def join():
    """Charges without minutes, and notes with them; both name the visit."""
    return {"charges.csv": charges(), "notes.csv": notes()}


@fixture("charges-no-visit.csv", join=["notes-no-visit.csv"], **SAME_SESSIONS)
def join_no_visit():
    """The same without visits: patient, day and code must do."""
    return {"charges-no-visit.csv": charges("visit_id"), "notes-no-visit.csv": notes(VISITS, "visit_id")}


def noted():
    """The visits as the notes have them: V2015 without its 97530, V2004 with 15 minutes of an unbilled G0283."""
    by_id = {visit.visit_id: visit for visit in VISITS}
    visits = moved(VISITS, "V2015", lines=by_id["V2015"].lines[:1])
    return moved(visits, "V2004", lines=(*by_id["V2004"].lines, Line("G0283", 15, 0)))


# V2015 lacks the minutes of a line, which may be told as minutes-missing too.
GAPS = {check: n for check, n in FOUND.items() if check != "minutes-missing"}
GAPS.update({"billed-not-documented": 1, "documented-not-billed": 1})


@fixture("charges.csv", join=["notes-gaps.csv"], units=UNITS, charge_cents=CENTS, findings=GAPS)
def join_gaps():
    """A line billed on V2015 is in no note, and V2004's note has an untimed code that was not billed."""
    return {"notes-gaps.csv": notes(noted())}
