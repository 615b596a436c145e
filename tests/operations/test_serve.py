"""`yinling serve` as a whole: what the operator starts, interrupts, kills and starts again."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.core.base.config import settings
from api.core.database import embedded, migrations
from api.core.operations import processes as children
from tests.operations.serving import Serving, processes
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def alive(pids: dict[int, str]) -> dict[int, str]:
    now = {pid: args for pid, _, _, args in processes()}
    return {pid: args for pid, args in pids.items() if now.get(pid) == args}


def wait_gone(pids: dict[int, str]) -> None:
    until(lambda: not alive(pids), lambda: alive(pids))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all: the first test pays for the first start."""
    return tmp_path_factory.mktemp("serve") / "home"


@pytest.fixture
def serving(home: Path) -> Iterator[list[Serving]]:
    """Runs to be ended whatever happens."""
    runs: list[Serving] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()
    if (home / "postgres").exists():
        embedded.start(home).stop()


def start(runs: list[Serving], home: Path, **environment: str) -> Serving:
    runs.append(Serving(home, **environment))
    return runs[-1]


def test_starts_answers_and_stops_everything(home: Path, serving: list[Serving]) -> None:
    run = start(serving, home, YINLING_WORKERS="2")
    run.ready()
    assert run.get("/healthz") == 200
    children = run.children()
    assert sum("api.core.operations.processes" in args for args in children.values()) == 2
    assert sum("api.worker" in args for args in children.values()) == 1
    for pid in children:
        assert "yinling_owner" not in _environment(pid), "the owner's secret does not serve"
    assert run.end() == 0
    assert alive(children) == {}
    assert "已全部停止" in run.said


def _environment(pid: int) -> str:
    path = Path(f"/proc/{pid}/environ")
    return path.read_bytes().decode(errors="replace") if path.exists() else ""


def _made(home: Path) -> dict[str, tuple[int, int]]:
    """Every database of the cluster, and the template for the next: which file, and when written."""
    return {
        str(path): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in (home / "postgres").rglob("PG_VERSION")
    }


def test_the_second_start_makes_nothing_anew(home: Path, serving: list[Serving]) -> None:
    # How much it imports and runs is counted in tests/contract/test_start.py.
    first = start(serving, home)
    first.ready()
    assert first.end(signal.SIGTERM) == 0
    made = _made(home)
    assert len(made) > 1
    second = start(serving, home)
    second.ready()
    assert _made(home) == made
    assert second.end(signal.SIGTERM) == 0


def test_kill_9_leaves_nothing_that_the_next_run_does_not_stop(
    home: Path, serving: list[Serving]
) -> None:
    first = start(serving, home)
    first.ready()
    orphans = first.children()
    first.process.kill()
    first.process.wait()
    # web and worker notice by themselves; the database is taken over by the next run
    wait_gone({pid: args for pid, args in orphans.items() if " -m api." in args})
    second = start(serving, home)
    second.ready()
    assert "接管" in second.said
    assert second.end(signal.SIGTERM) == 0
    wait_gone(orphans)


def test_a_dead_child_is_started_again(home: Path, serving: list[Serving]) -> None:
    run = start(serving, home)
    run.ready()
    for mark in ("api.core.operations.processes", "api.worker"):
        (pid,) = [pid for pid, args in run.children().items() if mark in args]
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid not in run.children(), lambda: run.said)  # noqa: B023
        time.sleep(0.5)
        run.ready()
    assert run.said.count("意外退出") == 2
    assert run.end() == 0


def _database(run: Serving) -> set[int]:
    return {pid for pid, args in run.children().items() if "/postgres -D" in args}


def test_a_dead_database_is_started_again_and_loudly(home: Path, serving: list[Serving]) -> None:
    run = start(serving, home)
    run.ready()
    web = {pid for pid, args in run.children().items() if "api.core.operations.processes" in args}
    (dead,) = _database(run)
    os.kill(dead, signal.SIGKILL)
    until(lambda: run.ended or _database(run) - {dead}, lambda: run.said)
    run.ready()
    assert run.said.count("数据库意外停止") == 1
    assert web <= set(run.children()), "the pages went on"
    assert run.end() == 0
    assert "已全部停止" in run.said


def test_a_second_run_on_the_same_home_is_refused(home: Path, serving: list[Serving]) -> None:
    first = start(serving, home)
    first.ready()
    second = start(serving, home)
    assert second.process.wait(30) == 1
    assert str(first.process.pid) in second.said
    assert first.get("/healthz") == 200


def test_a_taken_port_is_said_at_once(home: Path, serving: list[Serving]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = start(serving, home, PORT=str(taken.getsockname()[1]))
        assert run.process.wait(30) == 1
    assert "端口" in run.said


def test_demo_data_only_on_this_machine(home: Path, serving: list[Serving]) -> None:
    run = start(serving, home, YINLING_DEMO="1", HOST="0.0.0.0")
    assert run.process.wait(30) == 1
    assert "演示" in run.said


def test_a_role_that_owns_tables_may_not_serve(home: Path, serving: list[Serving]) -> None:
    with embedded.temporary() as other:
        os.environ["DATABASE_URL"] = other.app_url
        settings.cache_clear()
        try:
            migrations.upgrade(other.owner_url)
        finally:
            del os.environ["DATABASE_URL"]
            settings.cache_clear()
        refused = start(serving, home, DATABASE_URL=other.owner_url)
        assert refused.process.wait(30) == 1
        assert "拥有数据表" in refused.said
        allowed = start(serving, home, DATABASE_URL=other.app_url)
        allowed.ready()
        assert allowed.end() == 0


def test_a_child_that_cannot_start_ends_the_whole(home: Path, serving: list[Serving]) -> None:
    run = start(serving, home, YINLING_LOG_LEVEL="NO_SUCH_LEVEL")
    assert run.process.wait(170) == 1
    assert "全部停止" in run.said


def test_slow_deaths_are_counted_as_quick_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine each attempt takes a minute: it is as hopeless as on a quick one."""
    minutes = count(step=60)
    monkeypatch.setattr(
        children, "time", SimpleNamespace(monotonic=lambda: next(minutes), sleep=time.sleep)
    )
    said: list[str] = []
    supervisor = children.Supervisor(os.environ, said.append)
    supervisor.add("网页进程 1", "-c", "raise SystemExit(3)", vital=True)
    try:
        while supervisor.tend(starting=True):
            time.sleep(0.01)
    finally:
        supervisor.stop()
    assert len(said) == 5
    assert "启动 5 次都退出了（退出码 3），全部停止" in said[-1]
