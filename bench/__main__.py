"""`make bench`: measure everything, print the table, write `bench/results.json`.

Absolute numbers are this machine's of this minute; only the ratios mean anything.
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from bench import exports, imports, papers, resting, run, standing

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.json"
_MEGABYTES_AT_REST = 200
_IMPORT_WANTED = _EXPORT_WANTED = 0.15
_EXPORT_MEGABYTES = 150
_START_WANTED = 6.0
_LIBRARIES = "import fastapi, sqlalchemy.ext.asyncio, asyncpg; fastapi.FastAPI()"
_OURS = (
    "import api.cli; from api.core.base.config import settings; settings(); from api.core.database import embedded; from api.core.operations import processes",
    "import api.cli, asyncpg; from api.core.base.config import settings; settings(); from api.core.database import migrations; migrations.head()",
    "from api.core.base import memory; memory.begin(); from api.main import create_app; create_app()",
    "from api import worker; worker._load_library()",
)
out = Console()


def _apart(measure: Callable[[], T]) -> T:
    # a process of its own: it changes settings, and its memory is a figure
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure)


def _rest() -> dict[str, int]:
    """Megabytes of an API process and of a worker that have nothing to do."""
    commands = {
        "api": ["-m", "uvicorn", "api.main:create_app", "--factory", "--port", "8313"],
        "worker": ["-m", "api.cli", "worker"],
    }
    found: dict[str, int] = {}
    with run.database() as (environment, _):
        for name, command in commands.items():
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=os.environ | environment
            )
            time.sleep(8)
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            resident = next(line for line in lines if line.startswith("VmRSS"))
            found[name] = int(resident.split()[1]) // 1024
            process.terminate()
            process.wait(20)
    return found


def _spent(code: str) -> float:
    """CPU seconds of a Python process that runs this."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _start() -> dict[str, float]:
    """CPU of what the processes of `serve` import, to a program with our libraries alone."""
    compared = run.compare(lambda: sum(map(_spent, _OURS)), lambda: _spent(_LIBRARIES), 3)
    return compared | {"wanted": _START_WANTED, "met": compared["ratio"] <= _START_WANTED}


def _show(figures: dict[str, Any], sizes: list[int]) -> None:
    table = Table("figure", "wanted", *(f"{size:,}" for size in sizes), "met")
    for name, figure in figures.items():
        rows = [figure["sizes"].get(str(size)) for size in sizes]
        ratios = [f"{row['ratio']:.3f}" if row else "" for row in rows]
        met = all(row["met"] for row in rows if row)
        table.add_row(name, run.wanted_words(figure["wanted"]), *ratios, "✓" if met else "✗")
    out.print(table)


def main() -> None:
    """Measure at each size, side by side."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", default="", help="a pattern of the figures' names; writes no file"
    )
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    figures = run.measure(sizes, seconds=options.seconds, rounds=options.rounds, only=options.only)
    _show(figures, sizes)
    if options.only:
        return
    brought_in = _apart(imports.ratio)
    brought_in |= {"wanted": _IMPORT_WANTED, "met": brought_in["ratio"] >= _IMPORT_WANTED}
    out.print(
        f"import of {imports.ROWS:,} rows to COPY: {brought_in['ratio']} (≥ {_IMPORT_WANTED})"
    )
    sent_out = _apart(exports.ratio)
    streams = sent_out["megabytes_above_rest"] < _EXPORT_MEGABYTES
    met = sent_out["ratio"] >= _EXPORT_WANTED and streams
    sent_out |= {"wanted": _EXPORT_WANTED, "met": met}
    out.print(
        f"export of {exports.ROWS:,} rows to a loop: {sent_out['ratio']} (≥ {_EXPORT_WANTED})"
    )
    head = _apart(standing.ratio)
    out.print(f"a record without its head to one with it: {head} (told only)")
    letters = _apart(papers.measure)
    out.print(
        f"{papers.PAPERS} papers: {letters['a_second']} a second (≥ {papers.WANTED}), "
        f"{letters['ratio']} times the library alone, {letters['megabytes']} MB more"
        f" (≤ {papers.MEGABYTES})"
    )
    rest = _rest()
    out.print(f"at rest: {rest} MB (worker < {_MEGABYTES_AT_REST})")
    start = _start()
    out.print(f"CPU of a start to that of its libraries: {start['ratio']} (≤ {_START_WANTED})")
    resting_now = resting.measure()
    for name in ("first", "second"):
        of = resting_now[name]
        out.print(
            f"{name} start: {of['megabytes']} MB at rest (≤ {resting.MEGABYTES}; with the database"
            f" {of['with_database']}), {of['seconds']} s of processor until ready"
        )
    results = {"api": figures, "import": brought_in, "export": sent_out, "megabytes_at_rest": rest}
    results |= {"start": start, "standing": head, "serving": resting_now, "papers": letters}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    single = {"import": brought_in, "export": sent_out, "start": start, "serving": resting_now}
    single |= {"papers": letters}
    missed = [name for name, figure in single.items() if not figure["met"]]
    missed += [
        name for name, f in figures.items() if not all(row["met"] for row in f["sizes"].values())
    ]
    if missed:
        raise SystemExit(f"not met: {', '.join(missed)}")


if __name__ == "__main__":
    main()
