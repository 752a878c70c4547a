"""Binary workbooks of Excel 2007 and later: BIFF12 records in a zip ([MS-XLSB]).

A record is its number, its size, both as 7 bits a byte, and its bytes.
"""

from struct import pack

from formats.cells import DATE_FORMATS, Date, Strings
from formats.pack import packed_zip
from formats.xlsx import HEAD, PACKAGE, relations
from practice import days

BINARY = "application/vnd.ms-excel"
COLOUR = pack("<BBhI", 0, 0, 0, 0)


def workbook(sheet):
    """The bytes of a workbook of one sheet of texts, numbers and dates."""
    strings = Strings()
    worksheet = _sheet(sheet, strings)
    parts = [
        ("xl/workbook.bin", f"{BINARY}.sheet.binary.macroEnabled.main", _book(sheet.name)),
        ("xl/worksheets/sheet1.bin", f"{BINARY}.worksheet", worksheet),
        ("xl/styles.bin", f"{BINARY}.styles", _styles()),
        ("xl/sharedStrings.bin", f"{BINARY}.sharedStrings", _shared(strings)),
    ]
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind, _ in parts)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    targets = [("worksheet", "worksheets/sheet1.bin"), ("styles", "styles.bin"), ("sharedStrings", "sharedStrings.bin")]
    xml = [
        ("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">{default}{types}</Types>'),
        ("_rels/.rels", relations([("officeDocument", "xl/workbook.bin")])),
        ("xl/_rels/workbook.bin.rels", relations(targets)),
    ]
    return packed_zip([(name, (HEAD + text).encode()) for name, text in xml] + [(name, part) for name, _, part in parts])


def _number(value):
    """A number in 7 bits a byte, the low ones first."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _record(kind, content=b""):
    return _number(kind) + _number(len(content)) + content


def _text(text):
    wide = text.encode("utf-16-le")
    return pack("<I", len(wide) // 2) + wide


def _book(name):
    properties = pack("<II", 0, 0) + _text("")
    bundle = pack("<II", 0, 1) + _text("rId1") + _text(name)
    return b"".join([
        _record(131), _record(153, properties),  # BrtBeginBook, BrtWbProp
        _record(143), _record(156, bundle), _record(144),  # BrtBeginBundleShs, BrtBundleSh, BrtEndBundleShs
        _record(132),  # BrtEndBook
    ])


def _sheet(sheet, strings):
    wide = max(map(len, sheet.rows))
    out = [_record(129), _record(148, pack("<IIII", 0, len(sheet.rows) - 1, 0, wide - 1)), _record(145)]
    for at, cells in enumerate(sheet.rows):
        out.append(_record(0, pack("<IIH3xIII", at, 0, 300, 1, 0, wide - 1)))  # BrtRowHdr
        out += [_cell(n, cell, strings) for n, cell in enumerate(cells) if cell is not None]
    return b"".join(out + [_record(146), _record(130)])  # BrtEndSheetData, BrtEndSheet


def _cell(column, cell, strings):
    if isinstance(cell, Date):
        return _record(5, pack("<IId", column, cell.style + 1, days(cell.iso)))  # BrtCellReal
    if isinstance(cell, str):
        return _record(7, pack("<III", column, 0, strings.number(cell)))  # BrtCellIsst
    if isinstance(cell, int):
        return _record(2, pack("<IIi", column, 0, cell << 2 | 2))  # BrtCellRk, a whole number of 30 bits
    return _record(5, pack("<IId", column, 0, cell))


def _shared(strings):
    items = b"".join(_record(19, b"\0" + _text(text)) for text in strings.numbers)
    return _record(159, pack("<II", strings.uses, len(strings.numbers))) + items + _record(160)


def _styles():
    """One font, two fills, one border, and the formats of plain cells and of dates."""
    formats = [_record(44, pack("<H", number) + _text(code)) for number, code in DATE_FORMATS if code]
    font = pack("<HHHHBBBB", 220, 0, 400, 0, 0, 2, 0, 0) + COLOUR + b"\2" + _text("Calibri")
    fills = [pack("<I", pattern) + COLOUR + COLOUR + pack("<IdddddI", 0, 0, 0, 0, 0, 0, 0) for pattern in (0, 17)]
    border = b"\0" + 5 * (b"\0\0" + COLOUR)
    cells = [_record(47, _style(0, 0))] + [_record(47, _style(0, number)) for number, _ in DATE_FORMATS]
    return b"".join([
        _record(278),  # BrtBeginStyleSheet, BrtEndStyleSheet at the end
        _list(615, 616, formats),  # BrtFmt
        _list(611, 612, [_record(43, font)]),  # BrtFont
        _list(603, 604, [_record(45, fill) for fill in fills]),  # BrtFill
        _list(613, 614, [_record(46, border)]),  # BrtBorder
        _list(626, 627, [_record(47, _style(0xFFFF, 0))]),  # BrtXF of the styles
        _list(617, 618, cells),  # BrtXF of the cells
        _list(619, 620, [_record(48, pack("<IHBB", 0, 1, 0, 0xFF) + _text("Normal"))]),  # BrtStyle
        _record(279),
    ])


def _list(begin, end, records):
    return _record(begin, pack("<I", len(records))) + b"".join(records) + _record(end)


def _style(parent, number_format):
    return pack("<HHHHHBBHBB", parent, number_format, 0, 0, 0, 0, 0, 0x1010, 0x01 if number_format else 0, 0)
