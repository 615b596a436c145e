"""Runs of `yinling serve`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.conftest import free_port
from tests.waiting import until


class Serving:
    """One run of the command."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.port = free_port()
        self.home = home
        base = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("YINLING_", "DATABASE_URL"))
        }
        self.log = home.with_name(f"serve-{self.port}.log")
        home.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve"],
                env=base | {"YINLING_HOME": str(home), "PORT": str(self.port)} | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).parents[2],
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def get(self, path: str) -> int:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False).status_code

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def ready(self) -> None:
        """Wait for the first answer."""
        until(lambda: self.ended or self._answers(), lambda: f"not ready:\n{self.said}", 3000)
        assert not self.ended, f"ended by itself:\n{self.said}"

    def _answers(self) -> bool:
        try:
            return self.get("/readyz") == 200
        except httpx.TransportError:
            return False

    def children(self) -> dict[int, str]:
        return descendants(self.process.pid)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


def processes() -> list[tuple[int, int, str, str]]:
    listed = subprocess.run(
        ["ps", "-eww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()]
    return [(int(r[0]), int(r[1]), r[2], r[3]) for r in rows if len(r) == 4 and r[2][0] != "Z"]


def descendants(parent: int) -> dict[int, str]:
    """The processes below one, with what they run."""
    found: dict[int, str] = {}
    level = {parent}
    while level:
        below = {pid: args for pid, above, _, args in processes() if above in level}
        found |= below
        level = set(below)
    return found
