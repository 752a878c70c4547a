"""A bare scan with Polars: reads, parses and hashes every value of an export, and keeps nothing.

`scan.py FILE` (CSV or Parquet, by its ending) prints rows and seconds as JSON. The hashes are summed by column, so that
no column and no value can be left out. This is the floor that recount is measured against: what it costs to look at all.
"""

import json
import os
import sys
import time

os.environ.setdefault("POLARS_MAX_THREADS", "2")
import polars as pl  # noqa: E402  (the number of threads is read on import)

# The columns of the generator; recount reads all of them.
SCHEMA = {
    "Visit ID": pl.String,
    "Patient ID": pl.String,
    "DOS": pl.String,  # a date, parsed below: Polars' own guess takes the month first for the day
    "Location": pl.String,
    "Treating Therapist": pl.String,
    "Discipline": pl.String,
    "Primary Insurance": pl.String,
    "CPT": pl.String,
    "Modifiers": pl.String,
    "Minutes": pl.Int32,
    "Units": pl.Int32,
    "Charge": pl.Float64,
}
DATE = pl.col("DOS").str.to_date("%m/%d/%Y")


def lines(path):
    """The typed lines of an export, not yet read."""
    if path.endswith(".parquet"):
        return pl.scan_parquet(path)
    return pl.scan_csv(path, schema=SCHEMA).with_columns(DATE)


if __name__ == "__main__":
    started = time.perf_counter()
    hashed = lines(sys.argv[1]).select(pl.len().alias("rows"), pl.all().hash().sum())
    rows = hashed.collect(engine="streaming")["rows"][0]
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - started}))
