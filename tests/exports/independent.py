#!/usr/bin/env python3
"""Reads the claims, remittances and workbooks of files/ with readers that are not ours, and compares with what recount reads.

    independent.py --binary target/release/recount

Every fixture of fixtures.toml that is audited as it is, without notes, configuration or arguments, and the 835 alone. Compared is
each row at its place, cell by cell, and the control totals of the manifest. Exits with 1 on any difference.

It needs Python 3.11, and PyPI once: the readers, pinned in readers/requirements.txt, go into a virtual environment in the user's
cache folder (`--venv DIR` for another place).
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
FILES = HERE / "files"
PINS = HERE / "readers" / "requirements.txt"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="a recount that is built")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser.add_argument("--venv", type=Path, default=cache / "recount" / "readers-venv", help="the readers' environment")
    options = parser.parse_args()
    inside(options.venv.absolute())
    differences = 0
    print(f"{'files':<30} {'reader':<9} {'claims':>6} {'rows':>5} {'units':>6} {'charges':>9} {'paid':>9}", flush=True)
    for names in runs():
        found = [reader_of(name)(FILES / name) for name in names]
        with tempfile.TemporaryDirectory() as folder:
            wrong = compare(found, Report(options.binary.resolve(), names, Path(folder) / "report"))
        tell(names, found, wrong)
        differences += len(wrong)
    sys.exit(1 if differences else 0)


def inside(venv):
    """Goes on under the interpreter of the readers' environment, made and filled if it is not there or its pins have changed."""
    if Path(sys.prefix).resolve() == venv.resolve():
        return
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    filled = venv / PINS.name
    if not filled.exists() or filled.read_text() != PINS.read_text():
        print(f"a virtual environment with {', '.join(PINS.read_text().split())}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", PINS], check=True)
        filled.write_text(PINS.read_text())
    sys.exit(subprocess.run([python, __file__, *sys.argv[1:]]).returncode)


def runs():
    """The names of the files of each audit."""
    alone = [["835.txt"]]
    for fixture in tomllib.loads((HERE / "fixtures.toml").read_text())["fixture"]:
        as_it_is = not any(key in fixture for key in ("join", "config", "args", "exit"))
        if as_it_is and all(map(reader_of, fixture["files"])):
            alone.append(fixture["files"])
    return sorted(alone)


def reader_of(name):
    """Who reads a file: nobody, where it is text."""
    from readers import claims, workbooks

    path = FILES / name
    return workbooks.read if workbooks.is_workbook(path) else claims.read if claims.is_x12(path) else None


class Report:
    """What recount makes of some files."""

    def __init__(self, binary, names, folder):
        command = [binary, "audit", *[FILES / name for name in names], "--out", folder, "--tables", "csv"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.failed = done.stderr.strip() if done.returncode else None
        self.folder = folder
        self.lines = {self.place(row): row for row in self.table("lines")}
        self.lost = {self.place(row): row for row in self.table("excluded") + self.table("rejects")}
        manifest = folder / "manifest.json"
        self.totals = json.loads(manifest.read_text())["totals"] if manifest.exists() else {}

    @staticmethod
    def place(row):
        return row["source_file"], int(row["source_row"])

    def table(self, name):
        path = self.folder / f"{name}.csv"
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


def compare(found, report):
    """What differs, a sentence each."""
    if report.failed:
        return [f"the audit fails: {report.failed}"]
    wrong = [problem for file in found for problem in file.problems]
    remits = [row for file in found if file.remittance for row in file.rows]
    beside_bills = 0 < len(remits) < sum(len(file.rows) for file in found)
    if beside_bills:
        wrong += paid(remits, report)
        # What was billed is said by the bills.
        for row in remits:
            row.cells.update(units_billed="0", charge_cents="", payer_name="")
    rows = {row.place: row for file in found for row in file.rows}
    wrong += [f"{place}: read by recount alone" for place in sorted({*report.lines, *report.lost} - set(rows))]
    for place, row in sorted(rows.items()):
        if place in report.lines:
            ours = report.lines[place]
            odd = [(name, ours[name], text) for name, text in row.cells.items() if ours[name] != text]
            wrong += [f"{place}: {name} is {mine!r}, not {text!r}" for name, mine, text in odd]
            wrong += [] if row.cells else [f"{place}: a line, and no row of the export"]
        elif place in report.lost:
            ours = report.lost[place]
            same = (int(ours["units"]), int(ours["charge_cents"])) == (row.units, row.cents)
            wrong += [] if same else [f"{place}: lost with {ours['units']} units and {ours['charge_cents']} cents"]
            # Claims are set aside for what other claims say; a row of a sheet for nothing.
            if row.cells and "[" in row.source:
                wrong.append(f"{place}: lost: {ours['problem']}")
        else:
            wrong.append(f"{place}: not read by recount")
    audited = [row for place, row in rows.items() if place in report.lines]
    for part, of_part in [("read", list(rows.values())), ("audited", audited)]:
        mine = report.totals[part]
        units, charges = sum(row.units for row in of_part), sum(row.cents for row in of_part)
        sums = {"rows": len(of_part), "units": units, "charge_cents": charges}
        wrong += [f"{part}: {mine[name]} {name}, not {value}" for name, value in sums.items() if mine[name] != value]
    return wrong


def paid(remits, report):
    """What an 835 beside claims comes to, in the table of billed and paid."""
    table = report.table("tables/reconciliation")
    wanted = {
        "units_paid": sum(row.units_paid for row in remits),
        "paid_cents": sum(int(row.cells["paid_cents"]) for row in remits),
        "allowed_cents": sum(int(row.cells["allowed_cents"]) for row in remits),
    }
    sums = {name: sum(int(row[name] or 0) for row in table) for name in wanted}
    return [f"reconciliation: {name} {sums[name]}, not {value}" for name, value in wanted.items() if sums[name] != value]


def tell(names, found, wrong):
    rows = [row for file in found for row in file.rows if row.cells]
    reader = ", ".join(sorted({file.reader for file in found}))
    claims = sum(file.claims for file in found)
    units, charges = sum(row.units for row in rows), sum(row.cents for row in rows) / 100
    amount = sum(int(row.cells.get("paid_cents") or 0) for row in rows) / 100
    print(
        f"{' '.join(names):<30} {reader:<9} {claims or '-':>6} {len(rows):>5} {units:>6} {charges:>9.2f} {amount:>9.2f}"
        f"  {'DIFFERS' if wrong else 'same'}",
        flush=True,
    )
    for problem in wrong:
        print(f"  {problem}")


if __name__ == "__main__":
    main()
