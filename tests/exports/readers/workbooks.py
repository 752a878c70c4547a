"""Workbooks by the readers that Python people use: openpyxl, xlrd, pyxlsb, odfpy."""

from datetime import datetime

from readers.common import Found, Row, cents, whole

# Columns of the fixtures, and what recount's table of lines calls them.
COLUMNS = {
    "patient_id": "patient_id", "date_of_service": "date_of_service", "code": "code", "units": "units_billed",
    "minutes": "minutes", "payer": "payer_name", "modifiers": "modifiers", "therapist_id": "therapist_id",
    "clinic": "clinic", "visit_id": "visit_id", "charge": "charge_cents",
}  # fmt: skip


def is_workbook(path):
    return path.suffix in READERS


def read(path):
    """The rows of all sheets that have the names of columns; a row without a code is a title or a total."""
    name, sheets = READERS[path.suffix]
    found = Found(name)
    for sheet, rows in sheets(path):
        header, source = None, f"{path.name} [{sheet}]"
        of_sheet = []
        for number, values in rows:
            texts = [_text(value) for value in values]
            if not any(texts):
                continue
            if header is None and {"patient_id", "units"} <= set(texts):
                header = {column: texts.index(column) for column in COLUMNS if column in texts}
                continue
            row = Row(source, number, {})
            if header:
                texts += [""] * (max(header.values()) + 1 - len(texts))
                values = {column: texts[place] for column, place in header.items()}
                row.cells = _cells(values) if values["code"] else {}
            of_sheet.append(row)
        # A sheet of prose or of sums is not an export.
        found.rows += of_sheet if header else []
    return found


def _cells(values):
    shape = {"units": whole, "minutes": whole, "charge": cents}
    return {COLUMNS[column]: shape.get(column, str)(value) for column, value in values.items()}


def _text(value):
    """A cell as a person reads it: 1001 and not 1001.0, a day and not a number of days."""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def _openpyxl(path):
    from openpyxl import load_workbook

    for sheet in load_workbook(path, data_only=True):
        merged = {}
        for area in sheet.merged_cells.ranges:
            # Down, not across: a title over all columns is one cell.
            for row, column in [(row, area.min_col) for row in range(area.min_row + 1, area.max_row + 1)]:
                merged[row, column] = sheet.cell(area.min_row, area.min_col)
        cells = [[merged.get((cell.row, cell.column), cell) for cell in row] for row in sheet.iter_rows()]
        rows = [[None if cell.data_type == "e" else cell.value for cell in row] for row in cells]
        yield sheet.title, list(enumerate(rows, 1))


def _xlrd(path):
    import xlrd

    book = xlrd.open_workbook(path)

    def value(cell):
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        return None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value

    for sheet in book.sheets():
        yield sheet.name, [(n + 1, [value(cell) for cell in sheet.row(n)]) for n in range(sheet.nrows)]


def _pyxlsb(path):
    from pyxlsb import convert_date, open_workbook

    with open_workbook(str(path)) as book:
        for name in book.sheets:
            with book.get_sheet(name) as sheet:
                rows = [(row[0].r + 1, [cell.v for cell in row]) for row in sheet.rows() if row]
            # pyxlsb knows no styles: a number in the column of dates is one.
            for column in [n for _, values in rows for n, value in enumerate(values) if value == "date_of_service"]:
                for _, values in rows:
                    if isinstance(values[column], (int, float)):
                        values[column] = convert_date(values[column])
            yield name, rows


def _odfpy(path):
    from odf import teletype
    from odf.opendocument import load
    from odf.table import CoveredTableCell, Table, TableCell, TableRow

    def value(cell):
        kind = cell.getAttribute("valuetype")
        if kind in ("float", "currency", "percentage"):
            return float(cell.getAttribute("value"))
        return cell.getAttribute("datevalue")[:10] if kind == "date" else teletype.extractText(cell) or None

    # What repeats to the edge of the sheet is blank; no row of an export is so wide.
    widest = 1_000
    for table in load(str(path)).getElementsByType(Table):
        number, rows = 1, []
        for row in table.getElementsByType(TableRow):
            values = []
            for cell in row.childNodes:
                if cell.qname in (TableCell().qname, CoveredTableCell().qname):
                    values += [value(cell)] * min(int(cell.getAttribute("numbercolumnsrepeated") or 1), widest)
            times = int(row.getAttribute("numberrowsrepeated") or 1)
            if any(one is not None for one in values):
                rows += [(number + n, values) for n in range(times)]
            number += times
        yield table.getAttribute("name"), rows


READERS = {
    ".xlsx": ("openpyxl", _openpyxl), ".xlsm": ("openpyxl", _openpyxl), ".xls": ("xlrd", _xlrd),
    ".xlsb": ("pyxlsb", _pyxlsb), ".ods": ("odfpy", _odfpy),
}  # fmt: skip
