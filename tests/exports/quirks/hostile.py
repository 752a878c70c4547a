"""Files that are damaged, or no exports at all; and rows that cannot be read."""

from fixtures import FILES, PLAIN, fixture
from formats.pack import packed_zip, unpacked
from practice import rows, stranger
from quirks.text import PLAIN_LINES, PLAIN_TEXT, csv

# What is rejected is of a patient without visits, so that no session lost a row.


@fixture("ragged.csv", args=["--max-rejects", "10%"], rejected=2, **PLAIN)
def ragged():
    """A row of 4 cells and one of 14."""
    short = ",".join(list(stranger().values())[:4])
    long = ",".join([*stranger().values(), "x", "y"])
    return (PLAIN_TEXT + f"{short}\n{long}\n").encode()


@fixture("unclosed-quote.csv", rejected=1, **PLAIN)
def unclosed_quote():
    """A quotation mark in the middle of the file opens a cell and is never closed."""
    open_row = ",".join(stranger(patient_id='"P0009').values()) + "\n"
    return "".join([*PLAIN_LINES[:15], open_row, *PLAIN_LINES[15:]]).encode()


@fixture("blank-patient.csv", rejected=1, **PLAIN)
def blank_patient():
    """A row without a patient."""
    return csv(rows() + [stranger(patient_id="")])


@fixture("bad-date.csv", rejected=1, **PLAIN)
def bad_date():
    """A row of February 30."""
    return csv(rows() + [stranger(date_of_service="2026-02-30")])


@fixture("word-units.csv", rejected=1, **PLAIN)
def word_units():
    """A row with "two" units."""
    return csv(rows() + [stranger(units="two")])


@fixture("binary.csv", exit=3, says=["binary.csv"])
def binary():
    """No text: a picture that was named .csv."""
    return b"\x89PNG\r\n\x1a\n" + bytes((at * 197 + at // 7) % 256 for at in range(2000))


@fixture("empty.csv", exit=3, says=["empty.csv: is empty"])
def empty():
    """A file of no bytes."""
    return b""


@fixture("truncated.xlsx", exit=3, says=["truncated.xlsx"])
def truncated_xlsx():
    """The first 4 KB of a workbook: a download that broke off."""
    parts = [(name, content) for name, _, content in unpacked(FILES["plain.xlsx"])]
    # Not compressed, since half of a compressed one would be another with each zlib.
    return packed_zip(parts, stored=[name for name, _ in parts])[:4000]


@fixture("header-only.csv", exit=3, says=["header-only.csv", "no rows"])
def header_only():
    """The names of columns, and no row below them."""
    return PLAIN_LINES[0].encode()
