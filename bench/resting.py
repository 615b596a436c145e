"""What `serve` holds when it has nothing to do, and what it spends until it is ready.

The memory of its own processes, what they share counted once (PSS), after the first start, which
makes the schema and the demo, and after the second, which finds them. The database's processes are
told beside: what they hold goes by what was asked. The seconds of processor time are told only; what
a start costs is compared with what its libraries cost.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: Of all its own processes together.
MEGABYTES = 200
_REST = 8
_TICKS = os.sysconf("SC_CLK_TCK")


def _tree(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            above = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended meanwhile
        parents.setdefault(above, []).append(int(path.parent.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def _megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


def _spent(pid: int) -> float:
    """Processor time of a process and of its children that have ended."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / _TICKS


@contextmanager
def _serving(home: str) -> Generator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    given = {"YINLING_HOME": home, "PORT": str(port), "YINLING_DEMO": "1", "DATABASE_URL": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve"],
        cwd=ROOT,
        env=os.environ | given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            if process.poll() is not None:
                raise RuntimeError("serve ended by itself")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _run(home: str) -> dict[str, Any]:
    with _serving(home) as root:
        own = {pid for pid in _tree(root) if _is_own(pid)}
        seconds = sum(_spent(pid) for pid in own)
        time.sleep(_REST)
        own_megabytes = sum(_megabytes(pid) for pid in own)
        whole = sum(_megabytes(pid) for pid in _tree(root))
        return {
            "megabytes": round(own_megabytes),
            "with_database": round(whole),
            "seconds": round(seconds, 1),
        }


def _is_own(pid: int) -> bool:
    return b"-m\0api." in Path(f"/proc/{pid}/cmdline").read_bytes()


def measure() -> dict[str, Any]:
    """Of a first start and of a second: megabytes, and whether they are few; processor seconds."""
    with tempfile.TemporaryDirectory(prefix="yl-rest-") as home:
        Path(home).chmod(0o711)
        starts = {"first": _run(home), "second": _run(home)}
    few = all(start["megabytes"] <= MEGABYTES for start in starts.values())
    return starts | {"wanted": MEGABYTES, "met": few}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure()) + "\n")
