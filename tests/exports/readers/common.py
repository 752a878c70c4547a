"""What the readers give: rows at their places, with cells in the words of recount's table of lines."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Row:
    """A row of a file. `cells` are texts by column of lines.csv; a row without them is a title or a total."""

    source: str
    number: int
    cells: dict
    # What an 835 says was paid.
    units_paid: int = 0

    @property
    def place(self):
        return self.source, self.number

    @property
    def units(self):
        return int(self.cells.get("units_billed") or 0)

    @property
    def cents(self):
        return int(self.cells.get("charge_cents") or 0)


@dataclass
class Found:
    """All rows of a file, and what the reader has against the file itself."""

    reader: str
    rows: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    claims: int = 0
    remittance: bool = False


def whole(value):
    """A count as text, blank where there is none."""
    if value in (None, ""):
        return ""
    number = Decimal(str(value))
    assert number == int(number), f"{value} is not whole"
    return str(int(number))


def cents(dollars):
    """An amount as text in cents."""
    return "" if dollars in (None, "") else whole(Decimal(str(dollars)) * 100)
