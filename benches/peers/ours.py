"""recount's own answer, read from a report folder, in the form in which the peers give theirs.

`ours.py FOLDER` prints JSON. The tables are read as they were written; nothing is computed here but a choice of columns.
"""

import json
import sys
from pathlib import Path

import polars as pl

FIGURES = ["sessions", "auditable_sessions", "units_billed", "units_supported", "units_over", "units_under"]
MEASURES = ["sessions", "auditable sessions", "units billed", "units supported", "units over", "units under"]
CHECKS = ["overbilled-units", "units-without-minutes", "minutes-missing", "untimed-multiple-units"]


def answer(folder):
    """What is asserted."""

    def table(name, *columns):
        rows = pl.read_parquet(folder / "tables" / f"{name}.parquet", columns=list(columns)).select(columns).rows()
        # A row without a session of its own only carries units attributed in shared sessions: not asserted.
        return {key: list(figures) if len(figures) > 1 else figures[0] for key, *figures in rows}

    overview = table("overview", "measure", "value")
    checks = table("by_check", "check", "findings", "units_over")
    return {
        "totals": {figure: overview[measure] for figure, measure in zip(FIGURES, MEASURES, strict=True)},
        "checks": {check: checks[check] for check in CHECKS},
        "by_therapist": table("by_therapist", "therapist_id", *FIGURES),
        "by_code": table("by_code", "code", "sessions", "auditable_sessions", "units_billed"),
    }


if __name__ == "__main__":
    print(json.dumps(answer(Path(sys.argv[1]))))
