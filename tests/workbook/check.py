"""Checks a work paper with readers that share no code with its writer: openpyxl and, if it is there, LibreOffice.

    python check.py workpaper.xlsx

Prints what was checked, sheet by sheet; ends with 1 if anything is wrong.
"""

import datetime
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from openpyxl import load_workbook

REVIEW = ["tick", "disposition", "corrected_units", "note", "initials", "review_date"]
LABELS = ["our total", "sum of all rows", "difference, must be 0", "sum of the rows shown"]
CELL = r"\$?([A-Z]{1,3})\$?(\d+)"
FORMULAS = [rf"=SUM\({CELL}:{CELL}\)", rf"=SUBTOTAL\(109,{CELL}:{CELL}\)", rf"=ROUND\({CELL}-{CELL},2\)"]
WHOLE, MONEY, DECIMAL, DATE = "#,##0", "#,##0.00", "#,##0.0", "yyyy-mm-dd"

problems = []


def check(right, what):
    if not right:
        problems.append(what)
        print(f"WRONG  {what}")


def header_of(sheet):
    """The row of the header: the last above the rows that scroll."""
    pane = sheet.freeze_panes
    return int(re.sub(r"\D", "", pane)) - 1 if pane else None


def is_ledger(sheet):
    return sheet.print_title_rows is not None


def check_all(sheet, run):
    name = sheet.title
    check(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name), f"{name}: name")
    check(sheet.page_setup.orientation == "landscape", f"{name}: not landscape")
    check(sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage, f"{name}: not fitted to a page")
    check((sheet.page_setup.fitToWidth or 1) == 1 and sheet.page_setup.fitToHeight == 0, f"{name}: not one page wide")
    footer = sheet.oddFooter
    check(footer.left.text == "&A" and "&P" in footer.center.text and "&N" in footer.center.text, f"{name}: footer")
    check(footer.right.text == run, f"{name}: no run in the footer")
    check(not sheet.merged_cells.ranges, f"{name}: merged cells")
    protection = sheet.protection
    check(protection.sheet and not protection.password, f"{name}: not protected, or with a password")
    may = [protection.autoFilter, protection.sort, protection.formatColumns, protection.selectLockedCells]
    check(not any(may), f"{name}: filters, widths or selections are locked")


def check_ledger(sheet):
    name, header = sheet.title, header_of(sheet)
    check(sheet.print_title_rows == f"${header}:${header}", f"{name}: the header does not repeat in print")
    headings = [cell.value for cell in sheet[header]]
    check(all(isinstance(heading, str) and heading for heading in headings), f"{name}: headings")
    check(len({heading.lower() for heading in headings}) == len(headings), f"{name}: a heading stands twice")
    tables = list(sheet.tables.values())
    reference = tables[0].ref if tables else sheet.auto_filter.ref
    last = int(reference.rsplit(":", 1)[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    check(reference.startswith(f"A{header}:") and last >= sheet.max_row, f"{name}: filters do not reach over all rows")
    reviewed = "disposition" in headings
    if reviewed:
        check(headings[-len(REVIEW):] == REVIEW, f"{name}: columns of the reviewer")
        check_validations(sheet, header, last)
    kinds, texts, rows = {}, set(), 0
    for row in sheet.iter_rows(min_row=header + 1):
        rows += any(cell.value is not None for cell in row)
        for heading, cell in zip(headings, row):
            if cell.value is None:
                continue
            place = f"{name}!{cell.coordinate}"
            if cell.data_type == "f":
                check(False, f"{place}: a formula among the rows")
            elif cell.is_date:
                kind = DATE
                check(cell.number_format == DATE, f"{place}: a date that is not shown as yyyy-mm-dd")
            elif isinstance(cell.value, str):
                kind = "text"
                texts.add(heading)
            else:
                kind = cell.number_format
                check(kind in (WHOLE, MONEY, DECIMAL), f"{place}: a number shown as {kind}")
            kinds.setdefault(heading, kind if cell.data_type != "f" else "formula")
            if heading == "code" or heading.endswith("_id"):
                check(isinstance(cell.value, str), f"{place}: {heading} is not text")
            if heading.startswith(("amount_", "paid_", "charge")):
                check(isinstance(cell.value, str) or kind == MONEY, f"{place}: {heading} is not money")
            if heading not in REVIEW:
                check(cell.protection.locked, f"{place}: can be written to")
    for column, heading in enumerate(headings, 1):
        # openpyxl knows columns in groups: the style of a group is that of its first.
        letter = sheet.cell(header, column).column_letter
        if heading in REVIEW and reviewed:
            style = next((dim for dim in sheet.column_dimensions.values() if dim.min <= column <= dim.max), None)
            check(style is not None and not style.protection.locked, f"{name}!{letter}: a reviewer cannot write here")
        check(sheet.cell(header, column).protection.locked, f"{name}!{letter}: the header can be written to")
    totals = check_totals(sheet, header, last)
    what = "table" if tables else "filtered"
    print(f"ok     {name}: {rows} rows, {what} {reference}, {totals} totals{', reviewer columns' if reviewed else ''}")
    print("       " + ", ".join(f"{heading} {kind}" for heading, kind in kinds.items()))


def check_validations(sheet, header, last):
    found = {}
    for rule in sheet.data_validations.dataValidation:
        for area in rule.sqref.ranges:
            check((area.min_row, area.max_row) == (header + 1, last), f"{sheet.title}: a rule does not hold for all rows")
            found[sheet.cell(header, area.min_col).value] = rule
    check(set(found) == {"disposition", "corrected_units", "review_date"}, f"{sheet.title}: rules for {sorted(found)}")
    if "disposition" in found:
        check(found["disposition"].formula1 == '"agreed,disagreed,open"', f"{sheet.title}: dispositions")
    if "corrected_units" in found:
        rule = found["corrected_units"]
        units = (rule.type, rule.operator, rule.formula1)
        check(units == ("whole", "greaterThanOrEqual", "0"), f"{sheet.title}: corrected units")
    if "review_date" in found:
        check(found["review_date"].type == "date", f"{sheet.title}: dates of review")


def check_totals(sheet, header, last):
    top = header - len(LABELS)
    if top < 1 or sheet.cell(top, 1).value != LABELS[0]:
        return 0
    check([sheet.cell(top + n, 1).value for n in range(4)] == LABELS, f"{sheet.title}: labels of totals")
    totals = 0
    for column in range(2, sheet.max_column + 1):
        cells = [sheet.cell(top + n, column) for n in range(4)]
        if cells[0].value is None:
            continue
        letter, totals = cells[0].column_letter, totals + 1
        area = f"{letter}{header + 1}:{letter}{last}"
        wanted = [f"=SUM({area})", f"=ROUND({letter}{top + 1}-{letter}{top},2)", f"=SUBTOTAL(109,{area})"]
        check([cell.value for cell in cells[1:]] == wanted, f"{sheet.title}!{letter}: formulas of the total")
    return totals


def check_formulas(sheet):
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                known = any(re.fullmatch(pattern, str(cell.value)) for pattern in FORMULAS)
                check(known, f"{sheet.title}!{cell.coordinate}: a formula that is none of ours")


def check_differences(path, how):
    """All differences are 0, and all live sums what they stand beside."""
    book, differences = load_workbook(path, data_only=True), 0
    for sheet in book.worksheets:
        labels = [sheet.cell(row, 1).value for row in range(1, 100)]
        if LABELS[0] not in labels:
            continue
        top = labels.index(LABELS[0]) + 1
        for column in range(2, sheet.max_column + 1):
            ours, all_rows, difference, shown = (sheet.cell(top + n, column).value for n in range(4))
            if ours is None:
                continue
            differences += 1
            place = f"{sheet.title}!{sheet.cell(top + 2, column).coordinate}"
            check(difference == 0, f"{place} {how}: the difference is {difference}")
            for live in (all_rows, shown):
                close = isinstance(live, (int, float)) and abs(live - ours) < 0.005
                check(close, f"{place} {how}: a sum is {live}, not {ours}")
    print(f"ok     {differences} differences {how}")
    return differences


def check_links(book):
    count = 0
    for sheet in book.worksheets:
        for link in (cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink):
            count += 1
            target = re.fullmatch(r"'((?:[^']|'')+)'!" + CELL, link.location or "")
            check(target and not link.target, f"{sheet.title}!{link.ref}: leads out of the book")
            if target:
                check(target[1].replace("''", "'") in book.sheetnames, f"{sheet.title}!{link.ref}: leads nowhere")
    print(f"ok     {count} links")


ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(path, folder):
    """The book as LibreOffice calculates and writes it. Unless it is told to, it takes results as they stand in the file."""
    settings = Path(folder) / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(ALWAYS, encoding="utf-8")
    profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", folder, str(path)]
    subprocess.run(convert, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Path(folder) / path.name


def main(path):
    book = load_workbook(path)
    names = zipfile.ZipFile(path).namelist()
    outside = [name for name in names if "externalLink" in name or "vba" in name.lower() or "connections" in name]
    check(not outside, f"the book brings {outside}")
    runs = {prop.name: prop.value for prop in book.custom_doc_props.props}
    run = runs.get("recount run", "")
    check(run, "no property \"recount run\"")
    check(bool(book.properties.title), "no title")
    check(isinstance(book.properties.created, datetime.datetime), "no date of creation")
    first = {cell.value: cell.offset(0, 1).value for row in book.worksheets[0].iter_rows() for cell in row}
    check(first.get("run id") == run, "the first sheet does not name the run")
    print(f"ok     run {run}, {book.properties.title!r}, made {book.properties.created}")
    check(len({name.lower() for name in book.sheetnames}) == len(book.sheetnames), "two sheets have one name")
    for sheet in book.worksheets:
        check_all(sheet, run)
        check_formulas(sheet)
        if is_ledger(sheet):
            check_ledger(sheet)
        else:
            print(f"ok     {sheet.title}: a page of {sheet.max_row} rows, {len(sheet._charts)} charts")
    check_links(book)
    differences = check_differences(path, "as written")
    if shutil.which("soffice"):
        with tempfile.TemporaryDirectory() as folder:
            anew = check_differences(recalculated(path, folder), "calculated by LibreOffice")
            check(anew == differences, "LibreOffice does not see all differences")
    else:
        print("       LibreOffice is not there: nothing was calculated anew")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
