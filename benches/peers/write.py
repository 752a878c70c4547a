"""Polars' own time to write the three detail tables of a report: the measure for `--detail all`.

`write.py REPORT SCRATCH` reads lines, services and sessions as recount wrote them, each whole into memory, and times
writing it again to the folder SCRATCH: same compression, same rows in a row group. Making the tables is not in it.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "2")
import duckdb  # noqa: E402  (the number of threads is read on import of polars)
import polars as pl  # noqa: E402


def written_as(path):
    """Compression and rows of the largest row group of a Parquet file."""
    query = "SELECT lower(min(compression)), max(row_group_num_rows) FROM parquet_metadata(?)"
    return duckdb.execute(query, [str(path)]).fetchone()


if __name__ == "__main__":
    report, scratch = map(Path, sys.argv[1:])
    seconds, rows = 0.0, {}
    for name in ["lines", "services", "sessions"]:
        path = report / f"{name}.parquet"
        compression, group = written_as(path)
        table = pl.read_parquet(path)
        rows[name] = table.height
        target = scratch / f"{name}.parquet"
        started = time.perf_counter()
        table.write_parquet(target, compression=compression, row_group_size=group)
        seconds += time.perf_counter() - started
        target.unlink()
        del table
    print(json.dumps({"rows": rows, "seconds": seconds}))
