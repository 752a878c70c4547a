"""What a cell of a workbook can be beside None, a text and a number; and a sheet of such cells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Date:
    """A date that the workbook shows as a date: a number of days under a style. `style` is 0 or 1."""

    iso: str
    style: int = 0


@dataclass(frozen=True)
class Formula:
    """A formula with the value that it had when the file was saved."""

    text: str
    value: "str | int | float"


@dataclass(frozen=True)
class Error:
    """A value that could not be worked out, such as #N/A."""

    text: str


@dataclass
class Sheet:
    """Rows of cells, from A1 on. Hidden rows and columns are counted from 0; merges are written B2:B3."""

    name: str
    rows: list
    merges: tuple = ()
    hidden_rows: tuple = ()
    hidden_columns: tuple = ()


# The formats of Date.style: one that every Excel has by number, and one of the file's own.
DATE_FORMATS = ((14, None), (164, "yyyy\\-mm\\-dd"))


def column_name(at):
    """A for 0, Z for 25, AA for 26."""
    name = ""
    at += 1
    while at:
        at, letter = divmod(at - 1, 26)
        name = chr(65 + letter) + name
    return name


class Strings:
    """The texts of a workbook, each once, by the number that its cells hold."""

    def __init__(self):
        self.numbers = {}
        self.uses = 0

    def number(self, text):
        self.uses += 1
        return self.numbers.setdefault(text, len(self.numbers))
