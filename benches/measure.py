"""What run.py stands on: children that are timed, the virtual environment of the peers, data that is made once."""

import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

BENCHES = Path(__file__).resolve().parent
PEERS = BENCHES / "peers"
# The targets are stated for two cores, so everything gets two, whatever the machine has.
THREADS = 2
LIMITS = {"POLARS_MAX_THREADS": str(THREADS), "RAYON_NUM_THREADS": str(THREADS), "PYTHONDONTWRITEBYTECODE": "1"}


class Failed(Exception):
    """Something did not run, or gave another answer. A sentence."""


@dataclass
class Child:
    """One finished child process."""

    seconds: float
    peak_mb: float
    output: str


@dataclass
class Samples:
    """All runs of one job."""

    seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)

    def add(self, seconds, peak_mb):
        self.seconds.append(seconds)
        self.peak_mb.append(peak_mb)

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def peak(self):
        return max(self.peak_mb)


def two_cores():
    """Keeps this process and its children to two cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def child(*command):
    """Runs a command to its end: wall seconds and peak memory as the system counts them."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(words, stdout=output, stderr=errors, env={**os.environ, **LIMITS})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # else Popen waits for it once more
        for file in (output, errors):
            file.seek(0)
        if process.returncode != 0:
            said = errors.read().decode(errors="replace").strip().splitlines()
            raise Failed(f"{' '.join(words)}: exit code {process.returncode}: {' / '.join(said[-3:])}")
        unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
        return Child(seconds, usage.ru_maxrss * unit / 1e6, output.read().decode())


def environment(folder):
    """The interpreter of the peers' virtual environment, made and filled if it is not there or its pins have changed."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pins = (PEERS / "requirements.txt").read_text()
    filled = folder / "requirements.txt"
    if not filled.exists() or filled.read_text() != pins:
        say(f"a virtual environment with {', '.join(pins.split())}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
        subprocess.run([*install, PEERS / "requirements.txt"], check=True)
        filled.write_text(pins)
    return python


def build():
    """Builds recount, and where the program is."""
    root = BENCHES.parent
    subprocess.run(["cargo", "build", "--release", "--quiet"], check=True, cwd=root)
    about = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"],
        check=True, cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    return Path(json.loads(about.stdout)["target_directory"]) / "release" / "recount"


def make(path, how):
    """A file that is made once: `how` writes it under another name, so that half a file is never taken for one."""
    if not path.exists():
        say(f"makes {path.name}")
        part = path.with_name(f"part-{path.name}")
        how(part)
        part.rename(path)
    return path


def export(binary, work, lines, seed, errors="units"):
    """The generated CSV of that size and seed; with all errors it has the columns of all checks."""
    path = work / f"export-{lines}-{seed}-{errors}.csv"
    words = ["generate", "--lines", lines, "--seed", seed, "--errors", errors]
    return make(path, lambda part: child(binary, *words, "--out", part))


def room_for(work, lines):
    """Whether the disk holds an export of so many lines (81 bytes each) and what is written of it."""
    return shutil.disk_usage(work).free > 150 * lines


def bytes_of(report):
    """The hash of each file of a report, but not of its manifest: that one names the options."""
    files = sorted(path for path in report.rglob("*") if path.is_file() and path.name != "manifest.json")
    hashes = {}
    for path in files:
        with path.open("rb") as file:
            hashes[str(path.relative_to(report))] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def machine():
    """Processor, cores, memory, system, in words."""
    cpu, memory = platform.processor() or platform.machine(), ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
    if hasattr(os, "sysconf"):
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    return f"{cpu}, {THREADS} of {os.cpu_count()} cores{memory}, {platform.system()}"


def versions(python, binary):
    """What was measured, and with what."""
    peers = "import polars, duckdb; print(f'Polars {polars.__version__}, DuckDB {duckdb.__version__}')"
    ours = child(binary, "--version").output.strip()
    return f"{ours}, {child(python, '-c', peers).output.strip()}, Python {platform.python_version()}"


def say(text):
    """Progress, on stderr: stdout carries the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
