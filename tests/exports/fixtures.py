"""The fixtures by name, and the index that says of each what must come out.

A fixture is a function that makes its files, under `@fixture(...)`; its docstring says what is odd about them.
"""

import json

from practice import CENTS, ROWS, UNITS

FIXTURES = []
FILES = {}

# Sessions and findings of plain.csv, and its totals.
PLAIN = {"same_as": "plain", "units": UNITS, "charge_cents": CENTS}
# The units and charges of plain.csv, code by code, and nothing said of minutes.
PLAIN_UNITS = {"same_units": True, "units": UNITS, "charge_cents": CENTS}
# No timed session can be audited: these two have no timed code.
NO_MINUTES = {"auditable": 2, "findings": {"untimed-multiple-units": 1, "overbilled-units": 0, "duplicate-line": 0}}

KEYS = (
    "name", "what", "files", "join", "config", "args", "exit", "says", "same_as", "same_sessions_as_plain", "same_units",
    "rows_read", "units_read", "units", "charge_cents", "paid_cents", "timed_minutes", "auditable", "evidence",
    "excluded", "rejected", "findings", "notes",
)


def fixture(*files, **wanted):
    """Notes a fixture: its files, and what must come out. The function gives the bytes of the file, or of several by name.

    A function that gives None uses files of other fixtures. Where all of plain.csv must come out, `rows_read` is its rows
    and those that are lost, unless it is said otherwise.
    """

    def note(function):
        what = " ".join(function.__doc__.split())
        entry = {"name": function.__name__.replace("_", "-"), "what": what, "files": list(files), **wanted}
        if entry.get("same_as") == "plain" and "join" not in entry:
            lost = sum(entry.get("excluded", {}).values()) + entry.get("rejected", 0)
            entry.setdefault("rows_read", ROWS + lost)
        assert not set(entry) - set(KEYS), f"{entry['name']}: no such key: {set(entry) - set(KEYS)}"
        assert entry["name"] not in [other["name"] for other in FIXTURES], f"{entry['name']} is there twice"
        FIXTURES.append({key: entry[key] for key in KEYS if entry.get(key) is not None})
        made = function()
        if isinstance(made, bytes):
            made = {files[0]: made}
        for name, content in (made or {}).items():
            assert name not in FILES, f"{name} is made twice"
            FILES[name] = content
        return function

    return note


HEAD = """\
# What must come out of each fixture in files/. Written by make.py, from the functions in quirks/: change those.
#
#   name, what                what is odd about it
#   files, join, config, args the files to audit, those given by --join, a file with decisions, more arguments
#   exit                      the exit code; without it 0
#   says                      parts of what stands on stderr, each of which must be there
#   same_as                   sessions and findings are those of this other fixture, but for files and rows
#   same_sessions_as_plain    so are patient, date, discipline, payer, timed minutes, units billed, supported, over and
#                             under of each session; its clinic, therapist, visits may be other or unknown
#   same_units                the units audited of each code are plain's
#   rows_read, units_read     control totals of what was read
#   units, charge_cents       control totals of what was audited
#   paid_cents                what was paid for the audited lines, together
#   timed_minutes             the timed minutes of all sessions, together
#   auditable                 how many sessions could be audited
#   evidence                  what the timed sessions rest on
#   excluded                  how many rows are excluded, by a part of the reason; without it none is
#   rejected                  how many rows are rejected; without it none is
#   findings                  how many findings a check has; a check that is not named is not looked at
#   notes                     parts of notes in the manifest, each of which must be there
"""


def index():
    """The index of all fixtures, as TOML."""
    entries = ["\n[[fixture]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in entry.items()) for entry in FIXTURES]
    return (HEAD + "".join(entries)).encode()


def _toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
