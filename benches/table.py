"""The Markdown that run.py prints: targets, runs, growth, asserted totals."""

import time

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
# Time in step with the lines, within 30 %; memory that stands still, within 10 %.
LINEAR, LEVEL = 1.3, 1.1


def grid(header, rows):
    """A Markdown table; every column but the first is set to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def verdict(value, limit, applies=True):
    if not applies:
        return "–"
    return "met" if value <= limit else "**not met**"


def targets(facts, jobs, growth):
    """One row per target: what was measured, against what, the ratio, and whether it is met."""
    at_size = facts["lines"] == facts["target_lines"]
    rows = []

    def median(job):
        return jobs[job].median

    def row(target, measured, limit, ratio, met):
        rows.append([target, measured, limit, ratio, met])

    for name, factor in [("CSV", 1.5), ("Parquet", 2.0)]:
        ours, scan = median(f"recount {name}"), median(f"scan {name}")
        limit = factor * scan + 3
        row(
            f"audit of {name}, at most {factor:g} × a bare Polars scan + 3 s",
            f"{ours:.2f} s", f"{factor:g} × {scan:.2f} + 3 = {limit:.2f} s", f"{ours / scan:.2f} × the scan",
            verdict(ours, limit, at_size),
        )  # fmt: skip
    for name in ["CSV", "wide CSV"]:
        ours, core = median(f"recount {name}"), median(f"recount {name}, core checks")
        row(
            f"all checks on {name}, at most as much again as those of units, minutes and codes",
            f"{ours:.2f} s", f"2 × {core:.2f} = {2 * core:.2f} s", f"{ours / core:.2f} × the core",
            verdict(ours, 2 * core, at_size),
        )  # fmt: skip
    ours = median("recount Parquet")
    for peer, name in [("duckdb", "DuckDB SQL"), ("polars", "Polars expressions")]:
        other = median(peer)
        row(
            f"at least 3 × faster than the same recount in {name}, on the same Parquet",
            f"{ours:.2f} s", f"{other:.2f} / 3 = {other / 3:.2f} s", f"{other / ours:.2f} × faster",
            verdict(ours, other / 3, at_size),
        )  # fmt: skip
    more, write = median("recount Parquet, detail all") - ours, median("write details")
    row(
        "`--detail all` adds at most 1.2 × Polars' own time to write those tables",
        f"{more:.2f} s", f"1.2 × {write:.2f} = {1.2 * write:.2f} s", f"{more / write:.2f} × the writing",
        verdict(more, 1.2 * write, at_size),
    )  # fmt: skip
    for name, limit in [("CSV", 1500), ("Parquet", 1200)]:
        peak = jobs[f"recount {name}"].peak
        row(
            f"peak memory on {name}",
            f"{peak:,.0f} MB", f"{limit:,} MB", f"{peak / limit:.2f}", verdict(peak, limit, at_size),
        )  # fmt: skip
    rows.extend(growth)
    for job, target, limit in [("units", "`recount units 97110=23/2`", 0.020), ("sample", "audit of the sample", 0.2)]:
        seconds = median(job)
        row(
            target,
            f"{1000 * seconds:.1f} ms", f"{1000 * limit:.0f} ms", f"{seconds / limit:.2f}", verdict(seconds, limit),
        )  # fmt: skip
    return grid(["target", "measured", "limit", "ratio", ""], rows)


def growth_targets(rows, at):
    """Time in step with the lines; memory that stands still beyond the targets' size."""
    found = []
    applies = bool(rows) and rows[-1]["lines"] > at
    if len(rows) > 1:
        per_line = [row["seconds"] / row["lines"] for row in rows]
        # Against the best of all smaller sizes: a drift in small steps is a drift.
        worst = max(cost / min(per_line[:n]) for n, cost in enumerate(per_line) if n)
        found.append([
            "time for a line, from size to size: linear within 30 %",
            " → ".join(f"{1e9 * cost:.0f}" for cost in per_line) + " ns", f"{LINEAR} × any smaller size",
            f"{worst:.2f}", verdict(worst, LINEAR, applies),
        ])  # fmt: skip
    large = [row["bounded"] for row in rows if row["lines"] >= at and row["bounded"]]
    if len(large) > 1:
        ratio = large[-1] / large[0]
        found.append([
            f"memory stands still beyond {at / 1e6:g} M lines with `--memory`",
            f"{large[-1]:,.0f} MB", f"{LEVEL} × {large[0]:,.0f} MB", f"{ratio:.2f}", verdict(ratio, LEVEL),
        ])  # fmt: skip
    return found


def runs(facts, jobs):
    rows = []
    for name, samples in jobs.items():
        if name in ("units", "sample"):
            continue
        low, high = min(samples.seconds), max(samples.seconds)
        lines = facts["wide lines"] if "wide" in name else facts["lines"]
        speed = lines / samples.median
        rows.append([name, f"{samples.median:.2f}", f"{low:.2f} – {high:.2f}", f"{speed:,.0f}", f"{samples.peak:,.0f}"])
    return grid(["job", "seconds, median", "least – most", "lines/s", "peak MB"], rows)


def scaling(facts):
    rows = []
    for row in facts["scaling"]:
        lines, seconds = row["lines"], row["seconds"]
        bounded = [f"{row['bounded seconds']:.2f}", f"{row['bounded']:,.0f}"] if row["bounded"] else ["–", "–"]
        rows.append([f"{lines:,}", f"{seconds:.2f}", f"{lines / seconds:,.0f}", f"{row['peak']:,.0f}", *bounded])
    bounded = f"with `--memory {facts['memory']}`"
    return grid(["lines", "seconds", "lines/s", "peak MB", f"seconds {bounded}", f"peak MB {bounded}"], rows)


def totals(asserted):
    """What every program must have found, and how much of it was compared."""
    rows = [[name.replace("_", " "), f"{value:,}", ""] for name, value in asserted["totals"].items()]
    for check, (found, over) in asserted["checks"].items():
        rows.append([f"`{check}`", f"{found:,} findings", f"{over:,} units over"])
    return grid(["asserted", "", ""], rows)


def markdown(facts, jobs, asserted, notes):
    """The whole text between the markers."""
    lines, (csv, parquet) = facts["lines"], facts["sizes"]
    head = (
        f"Measured on {time.strftime('%Y-%m-%d')}: {facts['machine']}. {facts['versions']}.\n\n"
        f"{lines:,} generated lines, seed {facts['seed']}: CSV {csv / 1e6:,.0f} MB, Parquet {parquet / 1e6:,.0f} MB. "
        f"The wide CSV has the columns of all checks, and {facts['wide lines']:,} lines. "
        f"Rounds of all jobs: {facts['runs']}; medians; `--detail findings` where nothing else is said."
    )
    if lines != facts["target_lines"]:
        head += f" Targets that depend on the size are stated for {facts['target_lines']:,} lines and not judged here."
    parts = [
        head,
        targets(facts, jobs, growth_targets(facts["scaling"], facts["target_lines"])),
        runs(facts, jobs),
    ]
    if facts["scaling"]:
        parts += ["Growth (CSV, one run each):", scaling(facts)]
    parts += [
        "recount on CSV, on Parquet and with `--detail all`, DuckDB and Polars agree on these totals, and on "
        f"{len(asserted['by_therapist']):,} rows of `by_therapist` (6 figures each) and {len(asserted['by_code'])} of "
        "`by_code` (3 figures each):",
        totals(asserted),
        *notes,
    ]
    if facts["stages"]:
        parts += ["Stages, as `cargo bench --bench pipeline` prints them:", f"```text\n{facts['stages']}\n```"]
    return "\n\n".join(parts)


def replace_results(path, text):
    """Puts the text between the markers of a file."""
    old = path.read_text()
    before, rest = old.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
