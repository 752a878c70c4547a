"""recount in DuckDB SQL: runs duckdb_recount.sql over a Parquet file and prints seconds and totals as JSON.

`duckdb_recount.py FILE.parquet`

Variants that were tried, in seconds at 2 million lines on two cores; the last is what stands in the file:

    1.65  two aggregations, lines to services to sessions, with texts as keys
    0.79  sessions in one aggregation, a mask telling which are read again; five sums in lanes of one integer (for these
          two steps 0.49, and 0.65 with a filtered sum for each figure); all sessions kept as a table
    0.63  … tables from one summary by therapist instead, and sums cast back from 128 bits
    0.64  … therapists as an ENUM
    0.60  … date, payer and discipline as one integer in the key
    0.59  … and sessions by number in what is read again

At 20 million lines the mask gains more: two aggregations alone, with numbers as keys and sums in lanes, take 9.7 s, the
two steps that replace them 4.9 s.
"""

import json
import sys
import time
from pathlib import Path

import duckdb


def recount(path):
    """Everything that is asserted, in the form that run.py compares."""
    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    quoted = path.replace("'", "''")
    connection.execute(f"CREATE VIEW lines AS FROM read_parquet('{quoted}')")
    connection.execute(Path(__file__).with_suffix(".sql").read_text())

    def rows(table):
        return connection.execute(f"FROM {table}").fetchall()

    names = [column[0] for column in connection.execute("FROM totals").description]
    return {
        "totals": {name: int(value) for name, value in zip(names, rows("totals")[0], strict=True)},
        **{
            table: {row[0]: [int(value) for value in row[1:]] for row in rows(table)}
            for table in ["checks", "by_therapist", "by_code"]
        },
    }


if __name__ == "__main__":
    started = time.perf_counter()
    answer = recount(sys.argv[1])
    print(json.dumps({"seconds": time.perf_counter() - started, **answer}))
