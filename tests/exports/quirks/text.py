"""Text: encodings, separators, lines that are no rows, packed files, and cells written in other ways."""

import csv as text_tables
import io
from itertools import groupby

from fixtures import PLAIN, fixture
from formats.pack import packed_gz, packed_zip
from practice import CENTS, NORTH, ROWS, UNITS, VISITS, days, each, money, rows, stranger, without

FOUND = {
    "overbilled-units": 2, "untimed-multiple-units": 1, "underbilled-units": 1, "misallocated-units": 1,
    "units-without-minutes": 1, "rule-dependent-units": 0, "minutes-missing": 0, "duplicate-line": 0, "unknown-code": 0,
}


def table(rows, *, header=None, delimiter=",", end="\n"):
    """The text of a table: names of columns, then rows; cells are quoted where they must be."""
    out = io.StringIO()
    writer = text_tables.writer(out, delimiter=delimiter, lineterminator=end)
    names = list(rows[0])
    writer.writerow(header or names)
    writer.writerows([row[name] for name in names] for row in rows)
    return out.getvalue()


def csv(rows, **how):
    return table(rows, **how).encode()


PLAIN_TEXT = table(rows())
PLAIN_LINES = PLAIN_TEXT.splitlines(keepends=True)


@fixture("plain.csv", rows_read=ROWS, units_read=UNITS, units=UNITS, charge_cents=CENTS, timed_minutes=458, auditable=15,
         evidence="per-code", findings=FOUND)
def plain():
    """The practice as it is: CSV UTF-8 with recount's own names of columns. Most fixtures must give what this gives."""
    return PLAIN_TEXT.encode()


# Encodings


@fixture("utf8-bom.csv", **PLAIN)
def utf8_bom():
    """UTF-8 that begins with a byte order mark, as Excel saves it."""
    return PLAIN_TEXT.encode("utf-8-sig")


@fixture("utf16-le.csv", **PLAIN)
def utf16_le():
    """UTF-16, low byte first, with a byte order mark: Excel's "Unicode Text", with commas."""
    return b"\xff\xfe" + PLAIN_TEXT.encode("utf-16-le")


@fixture("utf16-be.csv", **PLAIN)
def utf16_be():
    """UTF-16, high byte first, with a byte order mark."""
    return b"\xfe\xff" + PLAIN_TEXT.encode("utf-16-be")


@fixture("utf16-bare.csv", **PLAIN)
def utf16_bare():
    """UTF-16, low byte first, without a byte order mark."""
    return PLAIN_TEXT.encode("utf-16-le")


CAFE_ROWS = each(rows(), clinic=lambda name: "Café Nord" if name == NORTH else name)


@fixture("cafe.csv", units=UNITS, charge_cents=CENTS, findings=FOUND)
def cafe():
    """A clinic with an accent in its name, in UTF-8: what the next fixture must give."""
    return csv(CAFE_ROWS)


@fixture("cafe-1252.csv", same_as="cafe", units=UNITS, charge_cents=CENTS)
def cafe_1252():
    """The same in Windows-1252, where the accent is a single byte."""
    return table(CAFE_ROWS, end="\r\n").encode("cp1252")


# Separators and ends of lines


@fixture("semicolon.csv", **PLAIN)
def semicolon():
    """Semicolons between cells, as Excel writes in much of Europe."""
    return csv(rows(), delimiter=";")


@fixture("tab.txt", **PLAIN)
def tab():
    """Tabs between cells, and a name that does not say so."""
    return csv(rows(), delimiter="\t")


@fixture("pipe.csv", **PLAIN)
def pipe():
    """Bars between cells."""
    return csv(rows(), delimiter="|")


@fixture("sep-line.csv", **PLAIN)
def sep_line():
    """A first line "sep=;" that tells Excel the separator: neither a title nor a row."""
    return b"sep=;\r\n" + csv(rows(), delimiter=";", end="\r\n")


@fixture("cr-only.csv", **PLAIN)
def cr_only():
    """Lines that end in a carriage return alone, as old Macs wrote them."""
    return csv(rows(), end="\r")


# Lines that are no rows


def summed(label, some):
    """A row of sums below rows: its label where the patient stands, blanks, and the sums."""
    total = sum(round(float(row["charge"]) * 100) for row in some)
    sums = {
        "patient_id": label, "charge": money(total),
        "units": str(sum(int(row["units"]) for row in some)), "minutes": str(sum(int(row["minutes"] or 0) for row in some)),
    }
    return {name: sums.get(name, "") for name in some[0]}


def with_subtotals(some, label, grand):
    """The rows by patient, with a row of sums below each patient's and one below all."""
    out = []
    for patient, own in groupby(sorted(some, key=lambda row: row["patient_id"]), key=lambda row: row["patient_id"]):
        own = list(own)
        out += own + [summed(label.format(patient), own)]
    return out + [summed(grand, some)]


@fixture("titles.csv", excluded={"a title above the column names": 2}, **PLAIN)
def titles():
    """Three lines above the names of columns: the practice, the period, a blank one."""
    return b"North Rehab Group\nReport period: 01/01/2026 - 03/31/2026\n\n" + PLAIN_TEXT.encode()


@fixture("footer.csv", excluded={"a heading, remark or footer": 2}, **PLAIN)
def footer():
    """Two lines below the rows: when it was printed and by whom, and the page."""
    return PLAIN_TEXT.encode() + b"\nPrinted 04/02/2026 by front desk\nPage 1 of 1\n"


@fixture("grand-total.csv", excluded={"a subtotal or total": 1}, **PLAIN)
def grand_total():
    """A row of sums below all rows."""
    return csv(rows() + [summed("Grand Total", rows())])


@fixture("subtotals.csv", excluded={"a subtotal or total": 9}, **PLAIN)
def subtotals():
    """A row of sums below the rows of each of 8 patients, and one below all."""
    return csv(with_subtotals(rows(), "Total for {}", "Report Total"))


@fixture("pages.csv", excluded={"the column names again": 2}, **PLAIN)
def pages():
    """The names of columns stand again after every 10 rows, on top of each printed page."""
    header, *lines = PLAIN_LINES
    return "".join(header + "".join(lines[at:at + 10]) for at in range(0, len(lines), 10)).encode()


# Packed files


@fixture("plain.csv.gz", **PLAIN)
def gz():
    """Packed by gzip."""
    return packed_gz(PLAIN_TEXT.encode())


@fixture("one.zip", **PLAIN)
def zip_one():
    """A zip with one CSV in it."""
    return packed_zip([("charges.csv", PLAIN_TEXT.encode())])


@fixture("two.zip", **PLAIN)
def zip_two():
    """A zip with the rows in two CSV files, in a folder, a text to read first, and what a Mac adds to each file."""
    header, *lines = PLAIN_LINES
    junk = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(64)
    return packed_zip([
        ("export/README.txt", b"Charges of the first quarter.\nSend questions to the billing office.\n"),
        ("export/part1.csv", "".join([header, *lines[:14]]).encode()),
        ("__MACOSX/export/._part1.csv", junk),
        ("export/part2.csv", "".join([header, *lines[14:]]).encode()),
        ("__MACOSX/export/._part2.csv", junk),
    ])


def bomb():
    """50 MB of one row, whose remark is a long line of dots: nothing packs better."""
    line = csv([{**rows()[0], "Remarks": "." * 16_000}])
    header, line = line.splitlines(keepends=True)
    return header + line * (50_000_000 // len(line))


@fixture("bomb.zip", exit=3, says=["bomb.zip", "--max-ratio"])
def zip_bomb():
    """A zip of 50 KB whose CSV has 50 MB."""
    return packed_zip([("charges.csv", bomb())])


@fixture("bomb.csv.gz", exit=3, says=["bomb.csv.gz", "--max-ratio"])
def gz_bomb():
    """50 MB, packed by gzip to 50 KB."""
    return packed_gz(bomb())


# Cells written in other ways


@fixture("quoted-newlines.csv", **PLAIN)
def quoted_newlines():
    """A column of remarks whose cells have line ends, commas, quotation marks and blank lines in them."""
    remarks = [
        "Tolerated well.\nNext: progress note", 'Says "better",\r\nslept 6 h\n\n', "", 'band, 5" wide',
        "P0001,2026-01-14,97110,1",
    ]
    return csv([{**row, "Remarks": remarks[at % len(remarks)]} for at, row in enumerate(rows())])


@fixture("us-dates.csv", **PLAIN)
def us_dates():
    """Dates of month, day and two digits of the year: 1/22/26."""
    return csv(each(rows(), date_of_service=lambda day: f"{int(day[5:7])}/{int(day[8:])}/{day[2:4]}"))


@fixture("datetimes.csv", **PLAIN)
def datetimes():
    """Dates with a time: 2026-01-22T00:00:00."""
    return csv(each(rows(), date_of_service=lambda day: day + "T00:00:00"))


@fixture("serial-dates.csv", **PLAIN)
def serial_dates():
    """Dates as the numbers that Excel holds: 46044 is 2026-01-22."""
    return csv(each(rows(), date_of_service=lambda day: str(days(day))))


@fixture("apostrophes.csv", **PLAIN)
def apostrophes():
    """An apostrophe before ids, codes and dates, so that Excel takes them for text."""
    marked = {name: lambda cell: "'" + cell for name in ("patient_id", "date_of_service", "code", "visit_id")}
    return csv(each(rows(), **marked))


@fixture("minutes-words.csv", **PLAIN)
def minutes_words():
    """Minutes with their unit: 15 min."""
    return csv(each(rows(), minutes=lambda minutes: minutes + " min"))


@fixture("minutes-clock.csv", notes=["h:mm"], **PLAIN)
def minutes_clock():
    """Minutes as hours and minutes: 0:15."""
    return csv(each(rows(), minutes=lambda minutes: f"{int(minutes) // 60}:{int(minutes) % 60:02}"))


@fixture("decimals-and-money.csv", **PLAIN)
def decimals_and_money():
    """Units with a decimal and charges with a currency: 2.0, $55.00."""
    return csv(each(rows(), units=lambda units: units + ".0", charge=lambda charge: "$" + charge))


@fixture("modifiers-in-code.csv", **PLAIN)
def modifiers_in_code():
    """Modifiers behind the code, 97140-GP-59, and no column of their own."""
    joined = [{**row, "code": "-".join([row["code"], *row["modifiers"].split()])} for row in rows()]
    return csv(without(joined, "modifiers"))


@fixture("no-value-marks.csv", **PLAIN)
def no_value_marks():
    """Blank cells are not blank: N/A for minutes and clinic, a dash for modifiers."""
    marks = {"minutes": "N/A", "clinic": "N/A", "modifiers": "-"}
    return csv([{name: cell or marks[name] for name, cell in row.items()} for row in rows()])


@fixture("hours.csv", exit=2, says=["hours.csv", "are they hours?"])
def hours():
    """Minutes as decimal hours, 0.25 for 15: asked about, never guessed."""
    return csv(each(rows(), minutes=lambda minutes: f"{int(minutes) / 60:.2f}"))


# Files that overlap


@fixture("overlap-1.csv", "overlap-2.csv", excluded={"the same row stands in another file": 7}, **PLAIN)
def overlap():
    """Two exports that overlap by a week: the 7 rows of February 17 and 18 stand in both."""
    return {
        "overlap-1.csv": csv(rows([visit for visit in VISITS if visit.date < "2026-02-20"])),
        "overlap-2.csv": csv(rows([visit for visit in VISITS if visit.date > "2026-02-13"])),
    }


# A column of status


def with_status(*strangers):
    """The rows, all Completed, and others of a patient of their own, each (status, change of a usual row)."""
    done = [{**row, "status": "Completed"} for row in rows()]
    return csv(done + [{**stranger(), **cells, "status": status} for status, cells in strangers])


@fixture("status-nothing-billed.csv", excluded={
    "cancelled, and nothing billed": 1, "no-show, and nothing billed": 1, "unsigned, and nothing billed": 1}, **PLAIN)
def status_nothing_billed():
    """Rows of visits that were cancelled, not kept or not signed, without units: blank or 0."""
    blank = {"minutes": "", "charge": ""}
    return with_status(
        ("Cancelled", {**blank, "units": "", "date_of_service": "2026-03-09", "visit_id": "V2097"}),
        ("No Show", {**blank, "units": "0", "date_of_service": "2026-03-10", "visit_id": "V2098"}),
        ("Unsigned", {**blank, "units": "", "minutes": "15", "date_of_service": "2026-03-16", "visit_id": "V2099"}),
    )


@fixture("status-billed.csv", findings={**FOUND, "billed-not-rendered": 2, "billed-unsigned": 1})
def status_billed():
    """The same visits with units: two billed and not rendered, one billed and not signed."""
    timed = {"code": "97110", "minutes": "15", "units": "1", "charge": "42.35"}
    speech = {**timed, "code": "92507", "discipline": "SLP", "modifiers": "GN", "minutes": "", "charge": "99.15"}
    return with_status(
        ("Cancelled", {**timed, "date_of_service": "2026-03-09", "visit_id": "V2097"}),
        ("No Show", {**speech, "date_of_service": "2026-03-10", "visit_id": "V2098"}),
        ("Unsigned", {**timed, "date_of_service": "2026-03-16", "visit_id": "V2099"}),
    )
