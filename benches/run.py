#!/usr/bin/env python3
"""Measures recount beside its peers: `benches/run.py` does it all and prints a table. README.md says how to read it.

Needs Python 3.11, PyPI once (for the peers' virtual environment), a Unix system, and some 10 GB of disk at 20 million
lines (20 GB with the scaling run). Fails if any answer differs; a target that is missed is only said.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # no caches in the source tree
import table  # noqa: E402
from measure import (  # noqa: E402
    BENCHES, PEERS, Failed, Samples, build, bytes_of, child, environment, export, machine, make, room_for, say,
    two_cores, versions,
)  # fmt: skip

TARGET_LINES = 20_000_000
MEMORY = "1GB"  # what the bounded runs are given by --memory
CORE = ["units", "untimed", "evidence", "codes"]  # families of checks that a plain export is audited for


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--lines", type=int, default=TARGET_LINES, help="size of the export (default: 20 million, the targets' size)")
    add("--seed", type=int, default=1, help="seed of the generator")
    add("--runs", type=int, default=3, help="rounds; in each, every job runs once, and medians are taken")
    add("--scaling", default="1,5,20,100", help="sizes of the scaling run in millions of lines; '' leaves it out")
    add("--quick", action="store_true", help="one round, small scaling run, no stages: to see that it works")
    add("--binary", type=Path, help="a recount that is built already; without it, cargo builds one")
    add("--stages", action="store_true", help="with --binary: run `cargo bench` for the stages all the same")
    add("--work", type=Path, help="folder for data, kept for the next run (default: a temporary one)")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    add("--venv", type=Path, default=cache / "recount" / "bench-venv", help="the peers' virtual environment")
    add("--write", type=Path, help="a Markdown file: the table goes between its two markers")
    options = parser.parse_args()
    if options.quick:
        options.runs = 1
        options.scaling = "0.02,0.1" if options.scaling == "1,5,20,100" else options.scaling
    return options


class Bench:
    """One run of everything."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.binary = options.binary.resolve() if options.binary else build()
        self.python = environment(options.venv.absolute())
        self.has_memory = "--memory" in child(self.binary, "audit", "--help").output
        self.jobs = {}
        self.notes = []
        self.asserted = None

    def script(self, name, *words):
        """Runs a peer: its own seconds (the start of Python and its imports is not counted), and what it printed."""
        done = child(self.python, PEERS / name, *words)
        answer = json.loads(done.output)
        return answer.pop("seconds"), done.peak_mb, answer

    def audit(self, source, detail="findings", memory=None, select=()):
        """Runs recount from start to end into a new folder."""
        report = self.work / "report"
        shutil.rmtree(report, ignore_errors=True)
        more = ["--memory", memory] if memory else []
        more += ["--select", ",".join(select)] if select else []
        done = child(self.binary, "audit", source, "--out", report, "--detail", detail, *more)
        return done.seconds, done.peak_mb, report

    def note(self, job, seconds, peak_mb):
        self.jobs.setdefault(job, Samples()).add(seconds, peak_mb)
        say(f"  {job}: {seconds:.2f} s, {peak_mb:.0f} MB")

    def same(self, who, answer):
        """Every answer must be the first one."""
        self.asserted = self.asserted or answer
        for part, expected in self.asserted.items():
            if answer[part] != expected:
                pairs = {key: (answer[part].get(key), expected.get(key)) for key in [*expected, *answer[part]]}
                odd = [f"{key} {given} for {right}" for key, (given, right) in pairs.items() if given != right]
                raise Failed(f"{who}: {part} differs: {'; '.join(odd[:5])}")

    def same_bytes(self, what, report, expected):
        """A report must be the same, byte by byte, whatever the run and the memory."""
        found = bytes_of(report)
        if expected and found != expected:
            odd = [name for name in sorted({*found, *expected}) if found.get(name) != expected.get(name)]
            raise Failed(f"{what}: other bytes than before in {', '.join(odd)}")
        return found

    def interleaved(self, csv, wide, parquet):
        """Rounds of all jobs, so that whatever slows the machine for a while slows no job alone."""
        bytes_before = {}
        for round_ in range(1, self.options.runs + 1):
            say(f"round {round_} of {self.options.runs}")
            for name, source in [("CSV", csv), ("Parquet", parquet)]:
                seconds, peak, answer = self.script("scan.py", source)
                if answer["rows"] != self.options.lines:
                    raise Failed(f"the scan of {name} counts {answer['rows']} rows")
                self.note(f"scan {name}", seconds, peak)
                seconds, peak, report = self.audit(source)
                self.note(f"recount {name}", seconds, peak)
                self.same(f"recount on {name}", self.answer_in(report))
                bytes_before[name] = self.same_bytes(f"recount on {name}", report, bytes_before.get(name))
            for name, source in [("CSV", csv), ("wide CSV", wide)]:
                seconds, peak, _ = self.audit(source, select=CORE)
                self.note(f"recount {name}, core checks", seconds, peak)
            seconds, peak, _ = self.audit(wide)
            self.note("recount wide CSV", seconds, peak)
            for peer in ["duckdb", "polars"]:
                seconds, peak, answer = self.script(f"{peer}_recount.py", parquet)
                self.note(peer, seconds, peak)
                self.same(peer, answer)
            seconds, peak, report = self.audit(parquet, detail="all")
            self.note("recount Parquet, detail all", seconds, peak)
            self.same("recount --detail all", self.answer_in(report))
            scratch = self.work / "scratch"
            scratch.mkdir(exist_ok=True)
            seconds, peak, answer = self.script("write.py", report, scratch)
            if answer["rows"]["lines"] != self.options.lines:
                raise Failed("lines were lost on the way to --detail all")
            self.note("write details", seconds, peak)
        if self.has_memory:
            seconds, peak, report = self.audit(csv, memory=MEMORY)
            self.note(f"recount CSV, --memory {MEMORY}", seconds, peak)
            self.same_bytes(f"--memory {MEMORY}", report, bytes_before["CSV"])
            self.notes.append(f"Reports with `--memory {MEMORY}` and without it are byte-identical.")
        else:
            self.notes.append("This recount has no `--memory`, so nothing was compared with it.")

    def answer_in(self, report):
        done = child(self.python, PEERS / "ours.py", report)
        return json.loads(done.output)

    def scaling(self):
        """One run for each size: seconds and peak, and the same with bounded memory from the targets' size on."""
        rows = []
        for millions in filter(None, self.options.scaling.split(",")):
            lines = round(float(millions) * 1_000_000)
            if not room_for(self.work, lines):
                self.notes.append(f"{lines:,} lines were left out of the scaling run: not enough room on the disk.")
                continue
            say(f"scaling: {lines:,} lines")
            source = export(self.binary, self.work, lines, self.options.seed)
            seconds, peak, report = self.audit(source)
            row = {"lines": lines, "seconds": seconds, "peak": peak, "bounded": None}
            if self.has_memory:
                before = bytes_of(report)
                bounded, row["bounded"], report = self.audit(source, memory=MEMORY)
                self.same_bytes(f"{lines:,} lines with --memory {MEMORY}", report, before)
                row["bounded seconds"] = bounded
            rows.append(row)
            say(f"  {seconds:.2f} s, {peak:.0f} MB")
            if not self.options.work and lines != self.options.lines:
                source.unlink()
        return rows

    def start_up(self):
        """Small commands: medians over several runs, of the whole process."""
        samples = sorted((BENCHES.parent / "data" / "sample").glob("*.csv"))
        for _ in range(3 if self.options.quick else 11):
            done = child(self.binary, "units", "97110=23/2")
            self.jobs.setdefault("units", Samples()).add(done.seconds, done.peak_mb)
            shutil.rmtree(self.work / "report", ignore_errors=True)
            done = child(self.binary, "audit", *samples, "--out", self.work / "report")
            self.jobs.setdefault("sample", Samples()).add(done.seconds, done.peak_mb)

    def stages(self):
        """The table of benches/pipeline.rs, as it prints it."""
        if self.options.quick or (self.options.binary and not self.options.stages) or not shutil.which("cargo"):
            return None
        say("stages, by cargo bench")
        lines = str(min(self.options.lines, 2_000_000))
        words = ["cargo", "bench", "--quiet", "--bench", "pipeline", "--", "--lines", lines]
        return subprocess.run(words, check=True, cwd=BENCHES.parent, capture_output=True, text=True).stdout.strip()

    def everything(self):
        """Measures, and gives the Markdown."""
        options = self.options
        csv = export(self.binary, self.work, options.lines, options.seed)
        wide = export(self.binary, self.work, options.lines // 4, options.seed, errors="all")
        parquet = make(
            self.work / f"export-{options.lines}-{options.seed}.parquet",
            lambda part: child(self.python, PEERS / "convert.py", csv, part),
        )
        self.start_up()
        self.interleaved(csv, wide, parquet)
        facts = {
            "lines": options.lines,
            "wide lines": options.lines // 4,
            "seed": options.seed,
            "runs": options.runs,
            "sizes": (csv.stat().st_size, parquet.stat().st_size),
            "machine": machine(),
            "versions": versions(self.python, self.binary),
            "stages": self.stages(),
            "scaling": self.scaling(),
            "memory": MEMORY,
            "target_lines": TARGET_LINES,
        }
        return table.markdown(facts, self.jobs, self.asserted, self.notes)


def main():
    options = arguments()
    two_cores()
    with tempfile.TemporaryDirectory(prefix="recount-bench-") as temporary:
        work = options.work.absolute() if options.work else Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        try:
            text = Bench(options, work).everything()
        except Failed as failed:
            sys.exit(f"benches/run.py: {failed}")
        finally:
            for leftover in ("report", "scratch"):
                shutil.rmtree(work / leftover, ignore_errors=True)
    print(text)
    if options.write:
        table.replace_results(options.write, text)


if __name__ == "__main__":
    main()
