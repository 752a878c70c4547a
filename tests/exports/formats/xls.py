"""Workbooks of Excel 97 to 2003: BIFF8 records ([MS-XLS]) in the one stream of a compound file ([MS-CFB]).

A record is its number and its size, two bytes each, and its bytes.
"""

from struct import pack

from formats.cells import DATE_FORMATS, Date, Strings
from practice import days

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def workbook(sheet):
    """The bytes of a workbook of one sheet of texts, numbers and dates."""
    strings = Strings()
    worksheet = _sheet(sheet, strings)
    head = _begin(0x0005) + _record(0x0042, pack("<H", 1200)) + _styles()  # CODEPAGE
    tail = _shared(strings) + _record(0x000A)  # EOF
    name = pack("<BB", len(sheet.name), 0) + sheet.name.encode("latin-1")
    place = len(head) + 4 + 6 + len(name) + len(tail)
    bound = _record(0x0085, pack("<IH", place, 0) + name)  # BOUNDSHEET
    return compound("Workbook", head + bound + tail + worksheet)


def _record(kind, content=b""):
    return pack("<HH", kind, len(content)) + content


def _begin(what):
    """BOF of the workbook (5) or of a sheet (0x10)."""
    return _record(0x0809, pack("<HHHHII", 0x0600, what, 0x0DBB, 1996, 0, 6))


def _text(text):
    """A text of BIFF8: its length, whether it is wide, its letters."""
    return pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _styles():
    """Four fonts, since the fifth is never there; formats; the 15 styles that Excel expects, plain cells, dates."""
    font = _record(0x0031, pack("<HHHHHBBBx", 200, 0, 0x7FFF, 400, 0, 0, 0, 0) + pack("<BB", 5, 0) + b"Arial")
    formats = [_record(0x041E, pack("<H", number) + _text(code)) for number, code in DATE_FORMATS if code]
    styles = [_style(0xFFF5, 0)] * 15 + [_style(0x0001, 0)] + [_style(0x0001, number) for number, _ in DATE_FORMATS]
    return font * 4 + b"".join(formats + styles) + _record(0x0293, pack("<HBB", 0x8000, 0, 0xFF))  # STYLE


def _style(kind, number_format):
    return _record(0x00E0, pack("<HHHBBBBIIH", 0, number_format, kind, 0x20, 0, 0, 0, 0, 0, 0x20C0))  # XF


def _shared(strings):
    texts = b"".join(map(_text, strings.numbers))
    assert len(texts) < 8000, "a longer table of texts needs CONTINUE records"
    return _record(0x00FC, pack("<II", strings.uses, len(strings.numbers)) + texts)  # SST


def _sheet(sheet, strings):
    wide = max(map(len, sheet.rows))
    out = [_begin(0x0010), _record(0x0200, pack("<IIHHH", 0, len(sheet.rows), 0, wide, 0))]  # DIMENSIONS
    for at, cells in enumerate(sheet.rows):
        out += [_cell(at, n, cell, strings) for n, cell in enumerate(cells) if cell is not None]
    window = _record(0x023E, pack("<HHHIHHI", 0x06B6, 0, 0, 64, 0, 0, 0))  # WINDOW2
    return b"".join(out + [window, _record(0x000A)])


def _cell(row, column, cell, strings):
    if isinstance(cell, Date):
        return _record(0x0203, pack("<HHHd", row, column, 16 + cell.style, days(cell.iso)))  # NUMBER
    if isinstance(cell, str):
        return _record(0x00FD, pack("<HHHI", row, column, 15, strings.number(cell)))  # LABELSST
    return _record(0x0203, pack("<HHHd", row, column, 15, cell))


def compound(name, stream):
    """A compound file with one stream: the table of sectors, the directory, the stream, a sector each or more."""
    stream += b"\0" * (-len(stream) % SECTOR)
    sectors = len(stream) // SECTOR
    assert 4096 <= len(stream) and sectors + 2 <= SECTOR // 4, "one that fits neither the short sectors nor one table"
    chain = [FAT, END] + [n + 1 for n in range(2, sectors + 1)] + [END]
    table = b"".join(pack("<I", link) for link in chain + [FREE] * (SECTOR // 4 - len(chain)))
    directory = (
        _entry("Root Entry", 5, child=1, start=END, size=0)
        + _entry(name, 2, child=FREE, start=2, size=len(stream))
        + _entry("", 0, child=FREE, start=0, size=0) * 2
    )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += b"".join(pack("<I", place) for place in [0] + [FREE] * 108)
    return header + table + directory + stream


def _entry(name, kind, *, child, start, size):
    wide = (name + "\0").encode("utf-16-le") if name else b""
    return pack("<64sHBBIII36xIQ", wide, len(wide), kind, 1, FREE, FREE, child, start, size)
