"""What the tests need to stand between Yinling and an S3 server: the server, and a bad line to it."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import ROOT, Client, Running, free_port, wait_until_ready

PYTHON = Path(os.environ.get("YINLING_TEST_S3_PYTHON", f"{sys.prefix}/s3/bin/python"))
BUCKET, PREFIX = "papers", "town"


@dataclass
class S3:
    """The running S3 server."""

    process: subprocess.Popen[str]
    url: str
    allowed: tuple[str, str]
    denied: tuple[str, str]

    def settings(self, *, url: str = "", key: tuple[str, str] | None = None) -> dict[str, str]:
        """What an operator sets to have the files there."""
        name, secret = key or self.allowed
        return {
            "YINLING_FILES_URL": f"s3://{BUCKET}/{PREFIX}",
            "AWS_ENDPOINT_URL": url or self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": name,
            "AWS_SECRET_ACCESS_KEY": secret,
        }

    def _ask(self) -> dict:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{BUCKET}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def keys(self, of: str = "") -> list[str]:
        """The keys in the bucket, or those of one content."""
        return [key for key in self._ask()["keys"] if of in key]

    def unfinished(self) -> int:
        """Uploads in parts that were begun and neither finished nor given up."""
        return self._ask()["unfinished"]


@contextmanager
def serving() -> Iterator[S3]:
    """An S3 server with one empty bucket."""
    if not PYTHON.exists():
        assert not os.environ.get("CI"), "CI brings the S3 server: make setup-dev"
        pytest.skip(f"没有 {PYTHON}：先运行 make setup-dev")
    process = subprocess.Popen(
        [str(PYTHON), str(Path(__file__).with_name("s3_server.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield S3(process, said["url"], tuple(said["allowed"]), tuple(said["denied"]))
    finally:
        process.terminate()
        process.wait(10)
        process.stdin.close()
        process.stdout.close()


@contextmanager
def another(running: Running, log: Path, **settings: str) -> Iterator[tuple[Running, int]]:
    """One more web process on the same database, with settings of its own; and its process id."""
    port = free_port()
    environment = os.environ | running.environment | settings | {"PORT": str(port)}
    command = [sys.executable, "-m", "uvicorn", "api.main:create_app", "--factory"]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--log-level", "warning"],
            cwd=ROOT,
            stdout=sink,
            stderr=sink,
            env=environment,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, process, log)
            yield (
                Running(url, running.home, running.app_url, running.owner_url, environment),
                process.pid,
            )
        finally:
            process.terminate()
            process.wait(20)


def the_same(person: Client, there: Running) -> Client:
    """Somebody who is logged in, at another process."""
    made = Client(base_url=there.api, headers=person.headers, timeout=90)
    made.running = there
    return made


def stored(running: Running) -> tuple[int, int, int]:
    """Rows of contents, of attachments, of imports."""

    async def count() -> tuple[int, int, int]:
        connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
        row = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM stored_files), (SELECT count(*) FROM attachments),"
            " (SELECT count(*) FROM imports)"
        )
        await connection.close()
        return tuple(row)

    with asyncio.Runner() as runner:
        return runner.run(count())


@dataclass
class Line:
    """A line to a server that breaks, both ways and for good, once `budget` bytes have passed."""

    target: tuple[str, int]
    budget: int | None = None
    _open: list[socket.socket] = field(default_factory=list)

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                if self.budget is not None:
                    self.budget -= len(piece)
                    if self.budget < 0:
                        break
                sink.sendall(piece)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
                self._open += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    @contextmanager
    def open(self) -> Iterator[str]:
        """Its address."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        for each in self._open:
            each.close()
