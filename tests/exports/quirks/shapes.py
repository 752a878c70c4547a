"""Shapes: a row that is a visit, a row that is a unit, minutes by visit, and times of day instead of minutes."""

from fixtures import NO_MINUTES, PLAIN, PLAIN_UNITS, fixture
from practice import RATE, VISITS, money, row, rows, without
from quirks.text import FOUND, csv

# A row for each visit

SLOTS = 4


def wide(slot_names, visits=VISITS):
    """A row for each visit, with room for 4 codes: `slot_names` names the columns of a slot by its number."""
    out = []
    for visit in visits:
        made = visit_cells(visit)
        for n in range(1, SLOTS + 1):
            line = visit.lines[n - 1] if n <= len(visit.lines) else None
            cells = row(visit, line) if line else {}
            for name, field in zip(slot_names(n), ("code", "units", "minutes", "modifiers", "charge")):
                made[name] = cells.get(field, "")
        out.append(made)
    return out


def visit_cells(visit):
    """What a row says of its visit, under usual names."""
    return {
        "Visit ID": visit.visit_id, "Patient ID": visit.patient, "DOS": visit.date, "Therapist": visit.therapist,
        "Discipline": visit.discipline, "Primary Insurance": visit.payer, "Clinic": visit.clinic,
    }


def usual_slots(n):
    return f"CPT{n}", f"Units{n}", f"Min{n}", f"Mod{n}", f"Charge{n}"


@fixture("wide.csv", **PLAIN)
def wide_rows():
    """A row for each visit: CPT1, Units1, Min1, Mod1, Charge1, CPT2 … Mod1 is a cell of modifiers, not the first of them."""
    return csv(wide(usual_slots))


@fixture("wide-words.csv", **PLAIN)
def wide_words():
    """The number of the slot stands in the middle: CPT Code 1, CPT 1 Units, CPT 1 Minutes …"""
    return csv(wide(lambda n: (f"CPT Code {n}", f"CPT {n} Units", f"CPT {n} Minutes", f"CPT {n} Modifiers", f"CPT {n} Charge")))


@fixture("wide-ordinals.csv", **PLAIN)
def wide_ordinals():
    """The slots are counted in words: 1st CPT, 1st Units, 2nd CPT …"""
    order = ("1st", "2nd", "3rd", "4th")
    return csv(wide(lambda n: [f"{order[n - 1]} {what}" for what in ("CPT", "Units", "Minutes", "Modifiers", "Charge")]))


@fixture("wide-padded.csv", **PLAIN)
def wide_padded():
    """Two digits to a slot: Code_01, Units_01 …"""
    return csv(wide(lambda n: [f"{what}_{n:02}" for what in ("Code", "Units", "Minutes", "Modifiers", "Charge")]))


@fixture("wide-no-code.csv", excluded={"no code on the row": 1}, **PLAIN)
def wide_no_code():
    """A visit without a code, an administrative discharge: nothing was billed."""
    table = wide(usual_slots)
    discharge = {**table[0], "Visit ID": "V2098", "Patient ID": "P0003", "DOS": "2026-03-16"}
    blank = {name: "" for n in range(1, SLOTS + 1) for name in usual_slots(n)}
    return csv(table + [{**discharge, **blank}])


def listed(visit, *, minutes):
    """A visit with its codes in one cell, with x2 behind one of two units; a dash where a code has no minutes."""
    made = visit_cells(visit)
    made["CPT Codes"] = ", ".join(line.code + (f" x{line.units}" if line.units > 1 else "") for line in visit.lines)
    if minutes:
        made["Minutes"] = ", ".join("-" if line.minutes is None else str(line.minutes) for line in visit.lines)
    made["Charges"] = ", ".join(money(line.cents) for line in visit.lines)
    return made


@fixture("listed.csv", **PLAIN)
def listed_codes():
    """A row for each visit, its codes in one cell (97110 x2, 97140), its minutes (30, 15) and charges in others."""
    return csv([listed(visit, minutes=True) for visit in VISITS])


@fixture("listed-no-minutes.csv", notes=["minutes"], **NO_MINUTES, **PLAIN_UNITS)
def listed_codes_no_minutes():
    """The same without minutes."""
    return csv([listed(visit, minutes=False) for visit in VISITS])


# A row for each unit


def unit_rows():
    """Each row as often as it has units, with one unit and its charge."""
    return [
        {**row, "units": "1", "charge": money(RATE[row["code"]])} for row in rows() for _ in range(int(row["units"]))
    ]


@fixture("unit-rows.csv", exit=2, says=['rows = "units"'])
def unit_rows_undecided():
    """A row for each unit, without minutes: rows repeat, and whether they are units or copies must be said."""
    return csv(without(unit_rows(), "minutes"))


@fixture("unit-rows.csv", config="unit-rows.toml", notes=["minutes"], **NO_MINUTES, **PLAIN_UNITS)
def unit_rows_decided():
    """The same, and it is said that a row is a unit."""
    return {"unit-rows.toml": b'rows = "units"\n'}


@fixture("unit-rows-minutes.csv", config="unit-rows-minutes.toml", rows_read=None, **PLAIN)
def unit_rows_with_minutes():
    """A row for each unit, and each has the minutes of all units of its code."""
    return {
        "unit-rows-minutes.csv": csv(unit_rows()),
        "unit-rows-minutes.toml": b'rows = "units"\nunit_minutes = "repeated"\n',
    }


# Minutes by visit

# The total of a visit leaves open which code has no minutes: its units are over by the total alone.
BY_TOTAL = {**FOUND, "units-without-minutes": 0, "misallocated-units": 0}
# An upper bound proves no unit missing.
BY_BOUND = {**BY_TOTAL, "underbilled-units": 0}


def with_visit(column, minutes, keep=False):
    """The rows with a column of the visit's minutes, the same on each of its lines, instead of the minutes by code."""
    table = [{**row(visit, line), column: minutes(visit)} for visit in VISITS for line in visit.lines]
    return csv(table if keep else without(table, "minutes"))


@fixture("visit-timed.csv", evidence="visit-total", auditable=15, findings=BY_TOTAL, **PLAIN_UNITS)
def visit_timed_minutes():
    """The visit's timed minutes on each of its lines, and no minutes by code."""
    return with_visit("visit_timed_minutes", lambda visit: str(visit.timed_minutes))


@fixture("visit-total.csv", evidence="upper-bound", findings=BY_BOUND, **PLAIN_UNITS)
def visit_total_minutes():
    """The visit's minutes, timed and untimed together, on each of its lines: the timed ones are at most that."""
    return with_visit("visit_total_minutes", lambda visit: str(visit.total_minutes))


@fixture("minutes-mismatch.csv", findings={**FOUND, "minutes-mismatch": 1}, **PLAIN_UNITS)
def minutes_mismatch():
    """Minutes by code and by visit, 45 and 40 on V2004 (3 units either way); V2013, with its line of 0 minutes, has no total."""
    stated = {"V2004": "40", "V2013": ""}
    return with_visit("visit_timed_minutes", lambda visit: stated.get(visit.visit_id, str(visit.timed_minutes)), keep=True)


# Times of day


def clock(minute):
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def with_times(times):
    """The rows with start and end instead of minutes; `times` gives those of a visit's lines, or None for a line."""
    out = []
    for at, visit in enumerate(VISITS):
        begin = 8 * 60 + 45 * at % 480
        for line, time in zip(visit.lines, times(visit, begin)):
            start, end = map(clock, time) if time else ("", "")
            out.append({**row(visit, line), "start_time": start, "end_time": end})
    return csv(without(out, "minutes"))


def one_after_another(visit, begin):
    """Each line begins where the one before ends; a line without minutes has no times."""
    for line in visit.lines:
        yield None if line.minutes is None else (begin, begin + line.minutes)
        begin += line.minutes or 0


@fixture("start-stop.csv", **PLAIN)
def start_stop():
    """Start and end of each line instead of its minutes, one after another; 0 minutes end where they begin."""
    return with_times(one_after_another)


@fixture("start-stop-midnight.csv", **PLAIN)
def start_stop_midnight():
    """One visit goes over midnight, from 23:45 to 00:17."""
    return with_times(lambda visit, begin: one_after_another(visit, 23 * 60 + 45 if visit.visit_id == "V2010" else begin))


@fixture("start-stop-overlap.csv", timed_minutes=448, notes=["overlap"], **PLAIN_UNITS)
def start_stop_overlap():
    """V2004's second line begins 10 minutes before its first ends: 30 and 15 minutes by the lines, 35 by the clock."""

    def times(visit, begin):
        if visit.visit_id == "V2004":
            return [(begin, begin + 30), (begin + 20, begin + 35)]
        return one_after_another(visit, begin)

    return with_times(times)


@fixture("start-stop-visit.csv", findings={**BY_BOUND, "underbilled-units": 1}, **PLAIN_UNITS)
def start_stop_visit():
    """Each line has the start and end of its visit, untimed codes in it: only a visit of one line has minutes of its code."""
    return with_times(lambda visit, begin: [(begin, begin + visit.total_minutes)] * len(visit.lines))
