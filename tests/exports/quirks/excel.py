"""Workbooks: how Excel holds texts, numbers and dates, and what people do to sheets."""

from fixtures import PLAIN, fixture
from formats import ods as ods_format
from formats import xls as xls_format
from formats import xlsb as xlsb_format
from formats import xlsx
from formats.cells import Date, Error, Formula, Sheet, column_name
from practice import CENTS, COLUMNS, RATE, UNITS, VISITS, each, rows
from quirks.text import FOUND, csv, with_subtotals

NUMBERS = ("units", "minutes", "charge")


def cell(name, text, date=None):
    """A cell as somebody would type it: numbers as numbers, dates as `date` makes them, blanks as nothing."""
    if not text:
        return None
    if name in NUMBERS:
        return float(text) if "." in text else int(text)
    return date(text) if date and name == "date_of_service" else text


def cells(some, date=None):
    """The names of columns, and the rows below them, as cells."""
    return [list(some[0])] + [[cell(name, text, date) for name, text in row.items()] for row in some]


def sheet(some, name="Charges", date=None, **how):
    return Sheet(name, cells(some, date), **how)


@fixture("plain.xlsx", **PLAIN)
def xlsx_plain():
    """A sheet of texts and numbers; its dates are texts, its texts stand in a part of their own."""
    return xlsx.workbook([sheet(rows())])


@fixture("inline-strings.xlsx", **PLAIN)
def xlsx_inline_strings():
    """Texts stand in their cells, as reporting tools write them."""
    return xlsx.workbook([sheet(rows())], inline=True)


@fixture("report.xlsx", excluded={"a title above the column names": 2, "a subtotal or total": 9}, **PLAIN)
def xlsx_report():
    """A report to print: two titles, a blank row, a blank first column, sums below each patient and below all."""
    table = with_subtotals(rows(), "{} Total", "Grand Total")
    titles = [["North Rehab Group"], ["Report period: 01/01/2026 - 03/31/2026"], []]
    return xlsx.workbook([Sheet("Charges", titles + [[None, *row] for row in cells(table, Date)], merges=("A1:M1",))])


@fixture("numbers-as-text.xlsx", **PLAIN)
def xlsx_numbers_as_text():
    """Units, minutes and charges are texts (Excel marks them with a green corner)."""
    return xlsx.workbook([Sheet("Charges", [list(COLUMNS)] + [[text or None for text in row.values()] for row in rows()])])


ID_ROWS = each(rows(), patient_id=lambda name: f"1{name[2:]}", visit_id=lambda name: name[1:])


@fixture("ids.csv", units=UNITS, charge_cents=CENTS, findings=FOUND)
def ids():
    """Ids of patients and visits are numbers, 1001: what the next fixture must give."""
    return csv(ID_ROWS)


@fixture("ids-as-numbers.xlsx", same_as="ids", units=UNITS, charge_cents=CENTS)
def xlsx_ids_as_numbers():
    """The same, with ids and codes as numbers: not 1001.0, not 97110.0."""
    table = [[int(text) if isinstance(text, str) and text.isdigit() else text for text in row] for row in cells(ID_ROWS)]
    return xlsx.workbook([Sheet("Charges", table)])


def two_styles():
    """Dates by turns in Excel's own format and in one of the workbook's."""
    turns = iter(range(1000))
    return lambda day: Date(day, next(turns) % 2)


@fixture("dates-1900.xlsx", **PLAIN)
def xlsx_dates_1900():
    """Dates are days since 1900 under a style of dates, in two formats."""
    return xlsx.workbook([sheet(rows(), date=two_styles())])


@fixture("dates-1904.xlsx", **PLAIN)
def xlsx_dates_1904():
    """Dates are days since 1904, as in workbooks that began on a Mac: 1462 less."""
    return xlsx.workbook([sheet(rows(), date=two_styles())], date1904=True)


@fixture("several-sheets.xlsx", **PLAIN)
def xlsx_several_sheets():
    """A cover of prose and a summary by therapist and code stand before the sheet of rows."""
    prose = [
        ["Charges of the first quarter of 2026"], ["Prepared by the billing office on 04/01/2026"], [],
        ["Units are those billed. Minutes are those of the signed note."], ["Questions: extension 12"],
    ]
    codes = sorted(RATE)
    summary = [["Units by therapist", "Column Labels"], ["Row Labels", *codes, "Grand Total"]]
    for therapist in ("T01", "T02", "T03"):
        lines = [line for visit in VISITS if visit.therapist == therapist for line in visit.lines]
        sums = [sum(line.units for line in lines if line.code == code) or None for code in codes]
        summary.append([therapist, *sums, sum(line.units for line in lines)])
    return xlsx.workbook([Sheet("Read me", prose), Sheet("Summary", summary), sheet(rows(), date=Date)])


@fixture("three-months.xlsx", **PLAIN)
def xlsx_three_months():
    """A sheet for each month, each with its own names of columns."""
    months = [("Jan", "2026-01"), ("Feb", "2026-02"), ("Mar", "2026-03")]
    return xlsx.workbook([
        sheet(rows([visit for visit in VISITS if visit.date.startswith(month)]), name, date=Date) for name, month in months
    ])


@fixture("merged.xlsx", **PLAIN)
def xlsx_merged():
    """Patient and date are merged down over the lines of a visit: only the first line holds them."""
    table, merges = cells(rows(), Date), []
    at = 1
    for visit in VISITS:
        last = at + len(visit.lines) - 1
        if last > at:
            merges += [f"{column_name(column)}{at + 1}:{column_name(column)}{last + 1}" for column in (0, 1)]
        for row in table[at + 1:last + 1]:
            row[0] = row[1] = None
        at = last + 1
    return xlsx.workbook([Sheet("Charges", table, merges=tuple(merges))])


@fixture("hidden.xlsx", notes=["hidden"], **PLAIN)
def xlsx_hidden():
    """Three rows and the column of minutes are hidden: they are data all the same."""
    return xlsx.workbook([sheet(rows(), date=Date, hidden_rows=(4, 5, 6), hidden_columns=(COLUMNS.index("minutes"),))])


@fixture("formulas.xlsx", **PLAIN)
def xlsx_formulas():
    """Charges, visits and dates are formulas, with the values that they had when the file was saved."""
    table = cells(rows())
    for at, (row, plain) in enumerate(zip(table[1:], rows()), 2):
        row[COLUMNS.index("charge")] = Formula(f"ROUND(D{at}*{RATE[plain['code']] / 100},2)", float(plain["charge"]))
        row[COLUMNS.index("visit_id")] = Formula(f'"V"&{plain["visit_id"][1:]}', plain["visit_id"])
        day = plain["date_of_service"]
        row[COLUMNS.index("date_of_service")] = Formula(f'TEXT("{day}","yyyy-mm-dd")', day)
    return xlsx.workbook([Sheet("Charges", table)])


@fixture("errors.xlsx", **PLAIN)
def xlsx_errors():
    """Where the clinic is not known its cell holds #N/A, a lookup that found nothing."""
    clinic = COLUMNS.index("clinic")
    table = cells(rows(), Date)
    return xlsx.workbook([Sheet("Charges", [[*row[:clinic], row[clinic] or Error("#N/A"), *row[clinic + 1:]] for row in table])])


@fixture("macros.xlsm", **PLAIN)
def xlsm():
    """A workbook that may hold macros: the same parts under another type."""
    return xlsx.workbook([sheet(rows(), date=Date)], kind=xlsx.XLSM)


@fixture("plain.xlsb", **PLAIN)
def xlsb():
    """A binary workbook."""
    return xlsb_format.workbook(sheet(rows(), date=two_styles()))


@fixture("plain.xls", **PLAIN)
def xls():
    """A workbook of Excel 97."""
    return xls_format.workbook(sheet(rows(), date=two_styles()))


@fixture("plain.ods", **PLAIN)
def ods():
    """A workbook of LibreOffice: equal cells side by side stand once, blank rows between the months and a million at the end."""
    table, month = [], "2026-01"
    numbered = [{**row, "Episode": "1", "Room": "1"} for row in rows()]
    for row, plain in zip(cells(numbered, Date)[1:], rows()):
        if not plain["date_of_service"].startswith(month):
            table += [[], [], []]
            month = plain["date_of_service"][:7]
        table.append(row)
    return ods_format.workbook(Sheet("Charges", [list(numbered[0]), *table]))
