"""Workbooks of Excel 2007 and later: XML parts in a zip (ECMA-376, part 1)."""

from xml.sax.saxutils import escape, quoteattr

from formats.cells import DATE_FORMATS, Date, Error, Formula, Strings, column_name
from formats.pack import packed_zip
from practice import days

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml"

# A workbook of the system of 1904 counts days from 1904-01-01, this much later than the usual one.
DAYS_TO_1904 = 1462

XLSX = SHEET_ML + ".sheet.main+xml"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def workbook(sheets, *, inline=False, date1904=False, kind=XLSX):
    """The bytes of a workbook; texts stand in a part of their own, or `inline` in their cells."""
    strings = None if inline else Strings()
    parts = [(f"xl/worksheets/sheet{n}.xml", _sheet(sheet, strings, date1904)) for n, sheet in enumerate(sheets, 1)]
    parts.append(("xl/styles.xml", _styles()))
    if strings:
        parts.append(("xl/sharedStrings.xml", _shared(strings)))
    names = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" r:id="rId{n}"/>' for n, sheet in enumerate(sheets, 1)
    )
    properties = '<workbookPr date1904="1"/>' if date1904 else "<workbookPr/>"
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>{names}</sheets></workbook>'
    kinds = {"styles": SHEET_ML + ".styles+xml", "sharedStrings": SHEET_ML + ".sharedStrings+xml"}
    overrides = [("xl/workbook.xml", kind)]
    overrides += [(name, kinds.get(name[3:-4], SHEET_ML + ".worksheet+xml")) for name, _ in parts]
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    first = [
        ("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">{default}{types}</Types>'),
        ("_rels/.rels", relations([("officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations([_relation(name) for name, _ in parts])),
    ]
    return packed_zip([(name, (HEAD + text).encode()) for name, text in first + parts])


def relations(targets):
    """A part of relations, numbered rId1, rId2 …, each (kind, target)."""
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def _relation(part):
    name = part[3:]
    return ("worksheet" if name.startswith("worksheets") else name.rsplit(".", 1)[0], name)


def _sheet(sheet, strings, date1904):
    columns = "".join(
        f'<col min="{n + 1}" max="{n + 1}" width="9" hidden="1" customWidth="1"/>' for n in sheet.hidden_columns
    )
    rows = []
    for at, cells in enumerate(sheet.rows):
        hidden = ' hidden="1"' if at in sheet.hidden_rows else ""
        inside = "".join(
            _cell(f"{column_name(n)}{at + 1}", cell, strings, date1904) for n, cell in enumerate(cells) if cell is not None
        )
        if inside:
            rows.append(f'<row r="{at + 1}"{hidden}>{inside}</row>')
    merges = "".join(f'<mergeCell ref="{merge}"/>' for merge in sheet.merges)
    return (
        f'<worksheet xmlns="{MAIN}">'
        + (f"<cols>{columns}</cols>" if columns else "")
        + f'<sheetData>{"".join(rows)}</sheetData>'
        + (f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else "")
        + "</worksheet>"
    )


def _cell(place, cell, strings, date1904):
    if isinstance(cell, Date):
        serial = days(cell.iso) - (DAYS_TO_1904 if date1904 else 0)
        return f'<c r="{place}" s="{cell.style + 1}"><v>{serial}</v></c>'
    if isinstance(cell, Formula):
        text = ' t="str"' if isinstance(cell.value, str) else ""
        return f'<c r="{place}"{text}><f>{escape(cell.text)}</f><v>{escape(str(cell.value))}</v></c>'
    if isinstance(cell, Error):
        return f'<c r="{place}" t="e"><v>{cell.text}</v></c>'
    if not isinstance(cell, str):
        return f'<c r="{place}"><v>{cell}</v></c>'
    if strings is None:
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}" t="s"><v>{strings.number(cell)}</v></c>'


def _shared(strings):
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings.numbers)
    return f'<sst xmlns="{MAIN}" count="{strings.uses}" uniqueCount="{len(strings.numbers)}">{items}</sst>'


def _styles():
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>' for number, code in DATE_FORMATS if code
    )
    plain = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    dates = "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number, _ in DATE_FORMATS
    )
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="1">{formats}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1">{plain}</cellStyleXfs><cellXfs count="3">{plain}{dates}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
