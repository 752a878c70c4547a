"""Turns a generated CSV into the Parquet file that a practice's data tool would have: `convert.py FROM.csv TO.parquet`.

Names and ids are text, the date a date, minutes and units whole numbers, the charge a decimal of two places.
"""

import sys

import polars as pl
from scan import DATE, SCHEMA

if __name__ == "__main__":
    source, target = sys.argv[1:]
    schema = {**SCHEMA, "Charge": pl.Decimal(12, 2)}
    pl.scan_csv(source, schema=schema).with_columns(DATE).sink_parquet(target, compression="zstd")
