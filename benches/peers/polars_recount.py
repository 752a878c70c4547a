"""recount in Polars expressions: sessions, units supported under both rules, three checks, two tables.

`polars_recount.py FILE.parquet` prints seconds and totals as JSON. It knows the codes and payers of the generator and
no others, and it does less than recount: no rejects, reversals, copies or repeats, no ranges per code, no citations,
no files.

Most sessions hold each service on one line, with minutes, and no untimed code more than once. There a line can be judged
as it stands, and one aggregation is enough. A mask of what was seen tells those sessions from the rest, some 9 in 100,
which are read again and added up service by service first.

Variants that were tried, in seconds at 2 million lines on two cores (this file: 0.63):

    0.78  two aggregations, lines to services to sessions, with texts as keys; without the tables
    0.50  the same with numbers for payers and codes; without the tables. 6.5 s at 20 million lines, where the two steps
          that replace them here take 5.6 s
    0.74  the rest by its four keys instead of a number
    + 0.1 payers in lower case line by line, instead of once per spelling
    + 0.06 least and greatest therapist as text instead of a category's number
    + 0.15 sums of filtered columns instead of when … otherwise(0)
      0   sums in lanes of one integer, as in the SQL; and patients as categories cost 0.7 s more at 20 million lines,
          the whole key in one integer 0.3 s
"""

import json
import os
import sys
import time

os.environ.setdefault("POLARS_MAX_THREADS", "2")
import polars as pl  # noqa: E402  (the number of threads is read on import)

# Two spellings of Original Medicare are one payer. 1 to 3 have a documented rule, cms.
PAYERS = {
    "medicare": 1, "medicare part b": 1, "highmark": 2, "blue cross blue shield of nebraska": 3, "aetna": 4,
    "humana medicare advantage": 5, "acme health": 6, "self-pay": 7,
}  # fmt: skip
# 0 to 9 are pooled timed codes, 8 and 9 of them a family; 10 and 11 no unit rule speaks to; the others are untimed.
CODES = (
    "97110 97530 97140 97535 97112 97116 97035 97760 97129 97130 95851 97999 92507 97014 G0283 92526 97016 97012 97018"
    " 97022 97161 97162 97163 97165 97166 97167 92522 92523 92610 97001 97003 92506"
).split()
NUMBERS = {code: number for number, code in enumerate(CODES)}
ODD = 1 << 32  # the bit of a mask that says: something is blank, zero or repeated
KEY = ["patient", "day", "discipline", "payer"]
SEVERAL = "(several or not named)"
col = pl.col


def supported(minutes):
    """Units supported by so many minutes: one from 8, two from 23, and so on by fifteens."""
    return (minutes + 7) // 15


def where(condition, value):
    return pl.when(condition).then(value).otherwise(0)


def coded(path):
    """The export's lines with payers and codes as numbers. Case is folded once per spelling, not once per line."""
    lines = pl.scan_parquet(path)
    spellings = lines.select(col("Primary Insurance").unique()).collect(engine="streaming").to_series()
    payers = {spelling: PAYERS[spelling.lower()] for spelling in spellings}
    return lines.select(
        col("Patient ID").alias("patient"),
        col("DOS").alias("day"),
        col("Discipline").alias("discipline"),
        col("Primary Insurance").replace_strict(payers, return_dtype=pl.UInt8).alias("payer"),
        col("CPT").replace_strict(NUMBERS, return_dtype=pl.UInt8).alias("code"),
        col("Minutes").alias("minutes"),
        col("Units").alias("units"),
        # A category's number: its least and greatest are found faster than a text's.
        col("Treating Therapist").cast(pl.Categorical).to_physical().alias("therapist"),
        col("CPT").replace_strict({code: 1 << n for code, n in NUMBERS.items()}, return_dtype=pl.Int64).alias("bit"),
    )


def summed(lines):
    """Each line as a service of its own, added up by session."""
    timed, untimed, minutes, units = col("code") < 10, col("code") >= 12, col("minutes"), col("units")
    odd = where((timed & ~(minutes > 0).fill_null(False)) | (untimed & (units > 1)), ODD)
    over = (units - supported(minutes)).clip(0)
    return lines.group_by(KEY).agg(
        col("therapist").min().alias("first"),
        col("therapist").max().alias("last"),
        pl.len().alias("lines"),
        (col("bit") | odd).bitwise_or().alias("mask"),
        where(timed, minutes).sum().alias("minutes"),
        where(timed, units).sum().alias("billed"),
        where(timed, supported(minutes)).sum().alias("midpoint"),
        where(timed, over).sum().alias("over_midpoint"),
        where(untimed, units).sum().alias("untimed"),
    )


def judged_alone(sessions):
    """The sessions for which each line was a service, as facts."""
    zero = pl.lit(0, pl.Int64)
    return sessions.filter(~is_rest()).select(
        "payer", "first", "last", "minutes", "billed", "midpoint", "over_midpoint", "untimed",
        *(zero.alias(name) for name in ("missing", "zero_units", "zero", "untimed_over", "untimed_found")),
    )  # fmt: skip


def is_rest():
    """More lines than codes, a family on two lines, or something odd."""
    mask = col("mask")
    return (mask >= ODD) | (mask.bitwise_count_ones() != col("lines")) | ((mask & 0b11_0000_0000) == 0b11_0000_0000)


def services_of(lines, rest):
    """The lines of these sessions, added up by code; a session goes by its number here."""
    return (
        lines.join(rest.lazy().select(*KEY, "number"), on=KEY)
        .group_by("number", "code")
        .agg(col("minutes").sum(), col("units").sum(), col("minutes").is_null().any().alias("blank"))
        .collect(engine="streaming")
    )


def judged_by_service(services, rest):
    """The rest, from services to sessions, as facts."""
    code, minutes, units = col("code"), col("minutes"), col("units")
    timed, alone, family, untimed = code < 10, code < 8, code.is_between(8, 9), code >= 12
    zero, several = alone & (minutes == 0) & ~col("blank"), untimed & (units > 1)
    return (
        services.lazy()
        .group_by("number")
        .agg(
            where(timed, minutes).sum().alias("minutes"),
            where(timed, units).sum().alias("billed"),
            where(alone, supported(minutes)).sum().alias("midpoint"),
            where(alone, (units - supported(minutes)).clip(0)).sum().alias("over_midpoint"),
            where(untimed, units).sum().alias("untimed"),
            (timed & col("blank")).sum().alias("missing"),
            where(zero, units).sum().alias("zero_units"),
            (zero & (units > 0)).sum().alias("zero"),
            where(several, units - 1).sum().alias("untimed_over"),
            several.sum().alias("untimed_found"),
            supported(where(family, minutes).sum()).alias("family"),
            where(family, units).sum().alias("family_units"),
        )
        .with_columns(
            midpoint=col("midpoint") + col("family"),
            over_midpoint=col("over_midpoint") + (col("family_units") - col("family")).clip(0),
        )
        .join(rest.lazy().select("number", "payer", "first", "last"), on="number")
        .drop("number", "family", "family_units")
    )


def by_therapist(facts):
    """Sessions judged under both rules and summed by therapist, with what the checks find.

    A payer without a documented rule takes the rule with less over, then with less under. Units over that stand on
    services without minutes are told by their own check.
    """
    over_cms = (col("billed") - col("cms")).clip(0)
    under_cms = (col("cms") - col("billed")).clip(0)
    under_midpoint = col("over_midpoint") + col("midpoint") - col("billed")
    less = (col("over_midpoint") < over_cms) | ((col("over_midpoint") == over_cms) & (under_midpoint < under_cms))
    by_midpoint = (col("payer") > 3) & less
    auditable = col("missing") == 0

    def ruled(midpoint, cms):
        return pl.when(~auditable).then(0).when(by_midpoint).then(midpoint).otherwise(cms)

    return (
        facts.with_columns(cms=supported(col("minutes")))
        .with_columns(
            therapist=pl.when(col("first") == col("last")).then(col("first")),
            auditable=auditable,
            supported=ruled(col("midpoint"), col("cms")),
            over=ruled(col("over_midpoint"), over_cms),
            billed=where(auditable, col("billed")),
        )
        .with_columns(zero_over=pl.min_horizontal("zero_units", "over"))
        .group_by("therapist")
        .agg(
            pl.len().alias("sessions"),
            col("auditable").sum().alias("auditable_sessions"),
            (col("billed") + col("untimed")).sum().alias("units_billed"),
            (col("supported") + col("untimed") - col("untimed_over")).sum().alias("units_supported"),
            (col("over") + col("untimed_over")).sum().alias("units_over"),
            (col("supported") + col("over") - col("billed")).sum().alias("units_under"),
            (col("over") > 0).sum().alias("overbilled"),
            (col("over") - col("zero_over")).sum().alias("overbilled_over"),
            where(col("auditable"), col("zero")).sum().alias("zero"),
            col("zero_over").sum(),
            col("missing").sum(),
            col("untimed_over").sum(),
            col("untimed_found").sum(),
        )
        .collect(engine="streaming")
    )


def by_code(lines, sessions, services):
    """Sessions that hold a code, from the masks; what is not auditable is among the rest, and taken off."""
    masks = sessions.lazy().group_by("mask").agg(pl.len().alias("n")).collect()
    held = [masks.filter(col("mask") & (1 << number) != 0)["n"].sum() for number in range(len(CODES))]
    billed = lines.group_by("code").agg(col("units").sum()).collect(engine="streaming")
    billed = dict(billed.iter_rows())
    blank = services.lazy().filter(col("blank") & (col("code") < 10)).select("number").unique()
    off = services.lazy().join(blank, on="number", how="semi").group_by("code").agg(pl.len(), col("units").sum()).collect()
    off = {code: (sessions, units) for code, sessions, units in off.iter_rows()}
    rows = {}
    for number, code in enumerate(CODES):
        if held[number]:
            sessions_off, units_off = off.get(number, (0, 0))
            rows[code] = [held[number], held[number] - sessions_off, billed[number] - units_off]
    return rows


def recount(path):
    """Everything that is asserted, in the form that run.py compares."""
    lines = coded(path)
    sessions = summed(lines).collect(engine="streaming")
    rest = sessions.filter(is_rest()).with_row_index("number")
    services = services_of(lines, rest)
    facts = [judged_alone(sessions.lazy()), judged_by_service(services, rest)]
    facts = pl.concat(facts, how="diagonal_relaxed")
    therapists = by_therapist(facts)
    codes = by_code(lines, sessions, services)
    names = pl.scan_parquet(path).select(col("Treating Therapist").cast(pl.Categorical).unique())
    names = names.select(col("Treating Therapist").cast(pl.String), number=col("Treating Therapist").to_physical())
    names = {number: name for name, number in names.collect(engine="streaming").iter_rows()}
    total = {name: int(therapists[name].sum()) for name in therapists.columns if name != "therapist"}
    figures = ["sessions", "auditable_sessions", "units_billed", "units_supported", "units_over", "units_under"]
    return {
        "totals": {name: total[name] for name in figures},
        "checks": {
            "overbilled-units": [total["overbilled"], total["overbilled_over"]],
            "units-without-minutes": [total["zero"], total["zero_over"]],
            "minutes-missing": [total["missing"], 0],
            "untimed-multiple-units": [total["untimed_found"], total["untimed_over"]],
        },
        "by_therapist": {
            names.get(row["therapist"], SEVERAL): [row[name] for name in figures]
            for row in therapists.iter_rows(named=True)
        },
        "by_code": codes,
    }


if __name__ == "__main__":
    started = time.perf_counter()
    answer = recount(sys.argv[1])
    print(json.dumps({"seconds": time.perf_counter() - started, **answer}))
