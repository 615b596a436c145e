"""Parent and children of `yinling serve`.

Each child holds the read end of a pipe from its parent (its standard input). The parent says
"go" when the database is ready, so that children import the application meanwhile; and the end
of the pipe means that the parent is gone, even by `kill -9`: the child then stops by itself, so
that no orphan keeps the port.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_SUPERVISED = "YINLING_SUPERVISED"
_GO = b"go\n"
_PATIENCE = 15.0
#: So many deaths before anything was served are a fault, not an accident: however long each took,
#: for on a slow machine it takes long.
_MAX_DEATHS = 5
#: Whoever lived so long begins anew when it dies; before, each death is waited for twice as long.
_HEALTHY, _LONGEST_WAIT = 20.0, 10.0


@dataclass
class Backoff:
    """How long to wait before the next attempt at something that failed."""

    failures: int = 0
    began: float = 0.0

    def began_now(self) -> None:
        """An attempt begins."""
        self.began = time.monotonic()

    def succeeded(self) -> None:
        """What happens to it now has nothing to do with how it began."""
        self.failures = 0

    def wait(self) -> float:
        """It failed: seconds until the next attempt, none after a long life."""
        lived = time.monotonic() - self.began
        self.failures = 1 if lived > _HEALTHY else self.failures + 1
        return 0.0 if self.failures == 1 else min(2.0 ** (self.failures - 2), _LONGEST_WAIT)


@dataclass
class _Child:
    name: str
    command: list[str]
    fds: tuple[int, ...]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    #: Without it nothing is served at all.
    is_vital: bool = False
    #: How often it died before anything was served.
    deaths: int = 0
    backoff: Backoff = field(default_factory=Backoff)
    #: When a dead one is started again.
    due: float | None = None

    def spawn(self) -> None:
        self.due = None
        self.backoff.began_now()
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            stdin=subprocess.PIPE,
            pass_fds=self.fds,
            env=self.environment,
            # Ctrl-C reaches the parent only, who then stops everything in order
            start_new_session=True,
        )

    def go(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.write(_GO)
                self.process.stdin.flush()

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Starts children, restarts the dead, and stops all of them."""

    def __init__(self, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._environment = dict(environment) | {_SUPERVISED: "1"}
        self._say = say
        self._children: list[_Child] = []
        self._running = False

    def add(self, name: str, *arguments: str, fds: Iterable[int] = (), vital: bool = False) -> None:
        """Start a Python child; it imports, then waits for `go`."""
        command = [sys.executable, *arguments]
        child = _Child(name, command, tuple(fds), self._environment, is_vital=vital)
        child.spawn()
        self._children.append(child)

    def go(self) -> None:
        """The database is ready: serve."""
        self._running = True
        for child in self._children:
            child.go()

    def tend(self, *, starting: bool = False) -> bool:
        """Restart what died, the more slowly the more often it does; the others go on.

        False: while `starting`, something without which nothing is served cannot live.
        """
        clock = time.monotonic()
        for child in self._children:
            if child.due is not None:
                if clock >= child.due:
                    self._again(child)
                continue
            code = None if child.process is None else child.process.poll()
            if code is None:
                continue
            child.deaths += starting
            if child.is_vital and child.deaths == _MAX_DEATHS:
                self._say(f"{child.name} 启动 {_MAX_DEATHS} 次都退出了（退出码 {code}），全部停止")
                return False
            wait = child.backoff.wait()
            when = f"{wait:.0f} 秒后重新启动" if wait else "正在重新启动"
            self._say(f"{child.name} 意外退出（退出码 {code}），{when}；其余照常")
            child.due = clock + wait
            if not wait:
                self._again(child)
        return True

    def _again(self, child: _Child) -> None:
        child.spawn()
        if self._running:
            child.go()

    def restart(self) -> None:
        """Begin anew with changed sources (development)."""
        self._end()
        for child in self._children:
            child.spawn()
            child.go()

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Ask every child to end, wait, then insist. `hurry`: asked meanwhile, e.g. second Ctrl-C."""
        self._end(hurry)
        self._children.clear()

    def _end(self, hurry: Callable[[], bool] = lambda: False) -> None:
        for child in self._children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        while any(child.process and child.process.poll() is None for child in self._children):
            if time.monotonic() > deadline or hurry():
                for child in self._children:
                    child.signal(signal.SIGKILL)
            time.sleep(0.02)


def once(
    environment: Mapping[str, str], ended: Callable[[], bool], *arguments: str
) -> tuple[bool, str]:
    """A Python child that does one thing, and dies with its parent: whether it did, and its answer.

    What it imported goes with it. `ended`: asked meanwhile, whether it shall stop.
    """
    with subprocess.Popen(  # noqa: S603
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(environment) | {_SUPERVISED: "1"},
        start_new_session=True,
    ) as process:
        if process.stdin is None or process.stdout is None:  # pragma: no cover
            raise RuntimeError
        with suppress(BrokenPipeError):
            process.stdin.write(_GO)
            process.stdin.flush()
        while process.poll() is None:
            if ended():
                process.terminate()
            time.sleep(0.02)
        return process.returncode == 0, process.stdout.read().decode()


def listen(host: str, port: int) -> socket.socket:
    """The one listening socket that all web children share. Raises OSError when taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    made.listen(2048)
    made.set_inheritable(True)
    return made


def await_go() -> None:
    """In a child: wait until the parent says go, then watch that it stays alive."""
    if os.environ.get(_SUPERVISED) != "1":
        return
    said = b""
    while _GO not in said:
        got = os.read(0, 64)
        if not got:
            sys.exit(0)
        said += got
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE)
    os._exit(1)


def web(factory: str, descriptor: int) -> None:
    """One web process over the parent's socket."""
    from api.core.base import memory

    memory.begin()
    # before all others: it loads its library without what a server does not need
    import_module("api.core.base.logging")
    # a signal before uvicorn has its own handlers simply ends the process
    import uvicorn

    from api.core.base.config import settings
    from api.core.web import connections

    config = uvicorn.Config(
        factory,
        factory=True,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        # nobody's word unless somebody says whose: an address that anyone may claim counts for none
        proxy_headers=bool(settings().trusted_proxies),
        forwarded_allow_ips=settings().trusted_proxies or None,
    )
    connections.install(config)
    config.load()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    shared = socket.socket(fileno=descriptor)
    await_go()
    uvicorn.Server(config).run(sockets=[shared])


if __name__ == "__main__":
    web(sys.argv[1], int(sys.argv[2]))
