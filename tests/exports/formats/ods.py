"""Workbooks of LibreOffice: XML in a zip, its type first and uncompressed (OpenDocument 1.3)."""

from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from formats.cells import Date
from formats.pack import packed_zip

TYPE = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
# A sheet is this wide and this high, and LibreOffice says so of its blank rest.
WIDE, HIGH = 16384, 1048576


def workbook(sheet):
    """The bytes of a workbook of one sheet of texts, numbers and dates; cells and rows alike stand once, with their count."""
    rows = "".join(_row(list(cells), len(list(same))) for cells, same in groupby(sheet.rows))
    rest = _row([None] * WIDE, HIGH - len(sheet.rows))
    content = (
        f'<office:document-content xmlns:office="{NAMES}office:1.0" xmlns:table="{NAMES}table:1.0" '
        f'xmlns:text="{NAMES}text:1.0" office:version="1.3"><office:body><office:spreadsheet>'
        f"<table:table table:name={quoteattr(sheet.name)}>"
        f'<table:table-column table:number-columns-repeated="{WIDE}"/>{rows}{rest}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    files = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in [("/", TYPE), ("content.xml", "text/xml")]
    )
    manifest = f'<manifest:manifest xmlns:manifest="{NAMES}manifest:1.0" manifest:version="1.3">{files}</manifest:manifest>'
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    parts = [("mimetype", TYPE), ("content.xml", head + content), ("META-INF/manifest.xml", head + manifest)]
    return packed_zip([(name, text.encode()) for name, text in parts], stored=("mimetype",))


def _row(cells, count):
    cells = cells + [None] * (WIDE - len(cells))
    inside = "".join(_cell(cell, len(list(same))) for cell, same in groupby(cells))
    return f"<table:table-row{_repeated('rows', count)}>{inside}</table:table-row>"


def _repeated(what, count):
    return f' table:number-{what}-repeated="{count}"' if count > 1 else ""


def _cell(cell, count):
    repeated = _repeated("columns", count)
    if cell is None:
        return f"<table:table-cell{repeated}/>"
    if isinstance(cell, Date):
        kind, shown = f'"date" office:date-value="{cell.iso}"', f"{cell.iso[5:7]}/{cell.iso[8:]}/{cell.iso[2:4]}"
    elif isinstance(cell, str):
        kind, shown = '"string"', escape(cell)
    else:
        kind, shown = f'"float" office:value="{cell}"', str(cell)
    return f"<table:table-cell{repeated} office:value-type={kind}><text:p>{shown}</text:p></table:table-cell>"
