"""The practice behind every fixture: visits of two months of 2026, and the rows that a plain export makes of them.

Nobody here exists. The visits are few, so that a person can recompute each of them; what is to be found is said beside it.
"""

from dataclasses import dataclass, replace
from datetime import date

# The canonical names of recount, in the order in which plain.csv has them.
COLUMNS = (
    "patient_id", "date_of_service", "code", "units", "minutes", "payer",
    "discipline", "modifiers", "therapist_id", "clinic", "visit_id", "charge",
)

# What a unit costs, in cents.
RATE = {
    "97110": 4235, "97112": 4410, "97140": 3975, "97530": 4890, "97116": 3815, "97035": 1860,
    "G0283": 1525, "97161": 12550, "92507": 9915, "97129": 3345, "97130": 3190,
}
TIMED = {"97110", "97112", "97140", "97530", "97116", "97035", "97129", "97130"}

MEDICARE, AETNA, HIGHMARK = "Medicare Part B", "Aetna", "Highmark"
NORTH, SOUTH = "Clinic North", "Clinic South"


@dataclass(frozen=True)
class Line:
    """One code of a visit; minutes are None where the cell is blank."""

    code: str
    minutes: "int | None"
    units: int
    modifiers: str = ""

    @property
    def cents(self):
        return self.units * RATE[self.code]


@dataclass(frozen=True)
class Visit:
    """What one therapist did with one patient at one time; PT and OT of a day are two visits."""

    visit_id: str
    patient: str
    date: str
    discipline: str
    therapist: str
    clinic: str
    payer: str
    lines: tuple

    @property
    def timed_minutes(self):
        """The total of timed minutes that the note gives for the visit."""
        return sum(line.minutes for line in self.lines if line.code in TIMED)

    @property
    def total_minutes(self):
        """Timed and untimed together; a code without minutes of its own took 15."""
        return sum(15 if line.minutes is None else line.minutes for line in self.lines)


def pt(visit_id, patient, day, clinic, payer, *lines):
    return Visit(visit_id, patient, day, "PT", "T01", clinic, payer, lines)


def ot(visit_id, patient, day, clinic, payer, *lines):
    return Visit(visit_id, patient, day, "OT", "T02", clinic, payer, lines)


def slp(visit_id, patient, day, clinic, payer, *lines):
    return Visit(visit_id, patient, day, "SLP", "T03", clinic, payer, lines)


VISITS = [
    # Over: 47 minutes support 3 units (38 to 52), 4 are billed.
    pt("V2001", "P0001", "2026-01-14", NORTH, MEDICARE, Line("97112", 24, 2, "GP"), Line("97110", 23, 2, "GP")),
    # A line without a modifier; the evaluation says that it is PT.
    pt("V2002", "P0002", "2026-01-15", NORTH, AETNA, Line("97161", 35, 1), Line("97110", 15, 1, "GP")),
    # An untimed code with 2 units, and no minutes of its own. Modifier 59.
    pt("V2003", "P0003", "2026-01-16", NORTH, MEDICARE, Line("G0283", None, 2, "GP"), Line("97140", 25, 2, "GP 59")),
    pt("V2004", "P0001", "2026-01-20", NORTH, MEDICARE, Line("97110", 30, 2, "GP"), Line("97140", 15, 1, "GP")),
    slp("V2005", "P0004", "2026-01-21", SOUTH, HIGHMARK, Line("92507", 45, 1, "GN")),
    # Under: 38 minutes support 3 units, 2 are billed.
    ot("V2006", "P0005", "2026-01-22", SOUTH, MEDICARE, Line("97530", 38, 2, "GO")),
    # No clinic. Right under both rules, as all of Aetna's sessions are.
    pt("V2007", "P0002", "2026-01-28", "", AETNA, Line("97112", 16, 1, "GP"), Line("97140", 15, 1, "GP")),
    # On the wrong code: 3 units are supported, but the larger remainder is 97110's.
    pt("V2008", "P0003", "2026-02-03", NORTH, MEDICARE, Line("97112", 23, 2, "GP"), Line("97110", 24, 1, "GP")),
    # A tie: the third unit may stand on either code. The same patient has OT on that day.
    pt("V2009", "P0006", "2026-02-17", NORTH, HIGHMARK, Line("97110", 20, 2, "GP"), Line("97112", 20, 1, "GP")),
    ot("V2010", "P0006", "2026-02-17", NORTH, HIGHMARK, Line("97530", 32, 2, "GO")),
    # Four lines, one of them by an assistant.
    pt("V2011", "P0001", "2026-02-18", NORTH, MEDICARE, Line("97116", 16, 1, "GP"), Line("97110", 15, 1, "GP CQ"),
       Line("97035", 8, 1, "GP"), Line("G0283", None, 1, "GP")),
    # A code and its add-on.
    slp("V2012", "P0007", "2026-02-24", SOUTH, MEDICARE, Line("97129", 15, 1, "GN"), Line("97130", 16, 1, "GN")),
    # Units without minutes: 97110 has 0 minutes and 1 unit.
    ot("V2013", "P0005", "2026-02-25", SOUTH, MEDICARE, Line("97530", 31, 2, "GO"), Line("97110", 0, 1, "GO")),
    slp("V2014", "P0004", "2026-03-05", SOUTH, HIGHMARK, Line("92507", 50, 1, "GN")),
    pt("V2015", "P0008", "2026-03-13", NORTH, AETNA, Line("97140", 22, 1, "GP"), Line("97530", 15, 1, "GP")),
]


def money(cents):
    return f"{cents // 100}.{cents % 100:02}"


def row(visit, line):
    """A line as plain.csv has it: text by column."""
    minutes = "" if line.minutes is None else str(line.minutes)
    return dict(zip(COLUMNS, (
        visit.patient, visit.date, line.code, str(line.units), minutes, visit.payer,
        visit.discipline, line.modifiers, visit.therapist, visit.clinic, visit.visit_id, money(line.cents),
    )))


def rows(visits=VISITS):
    """The rows of plain.csv, in its order."""
    return [row(visit, line) for visit in visits for line in visit.lines]


def days(iso):
    """Days since 1899-12-30: what Excel holds for a date in its usual system."""
    return (date.fromisoformat(iso) - date(1899, 12, 30)).days


def without(rows, *columns):
    """The rows less these columns."""
    return [{name: cell for name, cell in row.items() if name not in columns} for row in rows]


def each(rows, **change):
    """The rows with columns changed: each(rows, charge=lambda cell: "$" + cell). A blank cell stays blank."""
    return [{name: change[name](cell) if cell and name in change else cell for name, cell in row.items()} for row in rows]


def stranger(**cells):
    """A row of P0009, who has no visit: what becomes of it moves nobody's session."""
    made = {**row(VISITS[0], VISITS[0].lines[0]), "patient_id": "P0009", "date_of_service": "2026-03-09", "visit_id": "V2099"}
    return {**made, **cells}


def moved(visits, visit_id, **change):
    """The visits with one of them changed."""
    return [replace(visit, **change) if visit.visit_id == visit_id else visit for visit in visits]


ROWS = len(rows())
UNITS = sum(line.units for visit in VISITS for line in visit.lines)
CENTS = sum(line.cents for visit in VISITS for line in visit.lines)
