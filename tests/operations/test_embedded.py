"""The embedded server: found again, stopped by its next keeper, and it keeps what it acknowledged."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from api.core.database import embedded, migrations

#: Starts the server of argv[1], says so, and waits.
KEEPER = """
import sys, time
from pathlib import Path
from api.core.database import embedded
server = embedded.start(Path(sys.argv[1]), notify=print)
print("ready", server.pid, flush=True)
time.sleep(600)
"""


class Keeper:
    """A process that keeps a server."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(home)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.server_pid = 0
        for line in self.process.stdout:
            if line.startswith("ready"):
                self.server_pid = int(line.split()[1])
                break

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose server, if any, is stopped at the end."""
    made = tmp_path / "home"
    yield made
    if (made / "postgres").exists():
        embedded.start(made).stop(immediate=True)


def running(home: Path) -> list[str]:
    """Server processes of this home (zombies do not count)."""
    listed = subprocess.run(
        ["ps", "-eww", "-o", "stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    return [
        line
        for line in listed.splitlines()
        if f"-D {home.resolve()}/" in line and not line.startswith("Z")
    ]


def sql(server: embedded.EmbeddedPostgres, script: str) -> str:
    return embedded.run_sql(server, script, embedded.DATABASE).strip()


def test_first_and_second_start(home: Path) -> None:
    told: list[str] = []
    server = embedded.start(home, notify=told.append)
    assert any("首次启动" in line for line in told)
    sql(server, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    server.stop()
    assert running(home) == []
    told.clear()
    server = embedded.start(home, notify=told.append)
    assert not any("首次启动" in line for line in told)
    assert "not properly shut down" not in server.layout.log.read_text()
    assert sql(server, "SELECT n FROM kept") == "7"
    server.stop()
    server.stop()
    assert running(home) == []


def test_secrets_and_sockets_are_private(home: Path) -> None:
    server = embedded.start(home)
    try:
        for name in ("postgres-owner-secret", "postgres-app-secret"):
            assert (home / name).stat().st_mode & 0o077 == 0
        assert server.layout.socket_dir.stat().st_mode & 0o077 == 0
        assert sql(server, "SHOW listen_addresses") == ""
        assert sql(server, "SHOW fsync") == "on"
        hba = (server.layout.data / "pg_hba.conf").read_text()
        rules = [line.split() for line in hba.splitlines() if line and not line.startswith("#")]
        assert {rule[-1] for rule in rules} == {"scram-sha-256"}
        assert sql(server, "SELECT rolsuper FROM pg_roles WHERE rolname = 'yinling_owner'") == "f"
    finally:
        server.stop()


async def test_sqlalchemy_and_asyncpg_connect_and_the_app_owns_nothing(
    server: embedded.EmbeddedPostgres,
) -> None:
    engine = create_async_engine(server.app_url)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user")) == "yinling_app"
    await engine.dispose()
    assert await migrations.owned_tables(server.app_url) == 0
    assert await migrations.owned_tables(server.owner_url) > 0
    assert await migrations.owned_tables(server.layout.url("postgres")) > 0
    connection = await migrations.connect(server.app_url)
    try:
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute("CREATE TABLE mine (n int)")
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute("DELETE FROM alembic_version")
    finally:
        await connection.close()


def test_found_again_after_kill_9_of_the_parent(home: Path) -> None:
    keeper = Keeper(home)
    keeper.kill()
    assert running(home), "the server outlives its parent: that is the problem to solve"
    told: list[str] = []
    server = embedded.start(home, notify=told.append)
    assert server.pid == keeper.server_pid
    assert any("接管" in line for line in told)
    server.stop()
    assert running(home) == []


def test_crash_recovery_keeps_acknowledged_rows(home: Path) -> None:
    keeper = Keeper(home)
    shared = embedded.start(home, share=True)
    sql(shared, "CREATE TABLE kept (n int)")
    for number in range(20):
        sql(shared, f"INSERT INTO kept VALUES ({number})")
    os.kill(keeper.server_pid, signal.SIGKILL)
    keeper.kill()
    server = embedded.start(home)
    try:
        assert sql(server, "SELECT count(*), sum(n) FROM kept") == "20|190"
    finally:
        server.stop()
    assert running(home) == []


def test_two_at_once_are_refused_or_share(home: Path) -> None:
    keeper = Keeper(home)
    try:
        with pytest.raises(embedded.InUse, match=f"进程 {keeper.process.pid}"):
            embedded.start(home)
        shared = embedded.start(home, share=True)
        assert not shared.owned
        assert sql(shared, "SELECT 1") == "1"
        shared.stop()
        assert running(home), "who only shares does not stop it"
    finally:
        keeper.kill()


def test_a_home_too_long_for_a_socket(tmp_path: Path) -> None:
    home = tmp_path / ("很长的目录名" * 6) / ("x" * 60)
    server = embedded.start(home, durable=False)
    try:
        directory = server.layout.socket_dir
        assert directory != server.layout.data
        assert len(os.fsencode(directory / ".s.PGSQL.5432")) <= 107
        assert directory.stat().st_mode & 0o777 == 0o700
        assert sql(server, "SELECT 1") == "1"
    finally:
        server.stop(immediate=True)


def test_somebody_elses_socket_directory_is_refused(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 100)
    directory = embedded.layout(home).socket_dir
    directory.mkdir(mode=0o777)
    directory.chmod(0o777)
    try:
        with pytest.raises(embedded.EmbeddedError, match="不属于本程序"):
            embedded.start(home, durable=False)
    finally:
        directory.rmdir()


def test_a_half_made_cluster_is_made_anew(home: Path) -> None:
    (home / "postgres.new").mkdir(parents=True)
    (home / "postgres.new" / "PG_VERSION").write_text("18")
    server = embedded.start(home, durable=False)
    assert sql(server, "SELECT 1") == "1"
    server.stop(immediate=True)
    assert not (home / "postgres.new").exists()


def test_a_reused_process_id_is_not_taken_for_the_server(home: Path) -> None:
    server = embedded.start(home, durable=False)
    server.stop()
    # a stale file that names a living process which is no PostgreSQL
    (server.layout.data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{server.layout.data}\n0\n5432\n\n\n\nready\n"
    )
    again = embedded.start(home, durable=False)
    assert again.pid != os.getpid()
    assert sql(again, "SELECT 1") == "1"
    again.stop()


def test_another_major_version_is_refused_in_words(home: Path) -> None:
    server = embedded.start(home, durable=False)
    server.stop()
    mark = server.layout.data / "PG_VERSION"
    mark.write_text("14\n")
    with pytest.raises(embedded.EmbeddedError, match="PostgreSQL 14"):
        embedded.start(home)
    mark.write_text(f"{embedded.version()}\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_as_root_the_server_is_somebody_else(server: embedded.EmbeddedPostgres) -> None:
    owner = Path(f"/proc/{server.pid}").stat().st_uid
    assert owner != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a home that is closed to others")
def test_as_root_below_a_closed_directory(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = embedded.start(closed / "home", durable=False)
    try:
        assert sql(server, "SELECT 1") == "1"
        assert closed.stat().st_mode & 0o777 == 0o700, "nothing was opened for it"
    finally:
        server.stop(immediate=True)


async def test_the_log_tells_nothing_of_the_rows(tmp_path):
    """What fails, fails with somebody's name in it."""
    canary = "令狐金丝雀17755598763"
    server = embedded.start(tmp_path / "home")
    engine = create_async_engine(server.app_url, hide_parameters=True)
    try:
        for statement, values in (
            ("SELECT CAST(:v AS uuid)", {"v": canary}),
            (f"SELECT '{canary}'::int", {}),
            (f"SELEKT '{canary}'", {}),
            ("INSERT INTO pg_temp.kept VALUES (:v, 1)", {"v": canary}),
        ):
            async with engine.connect() as connection:
                await connection.execute(
                    text("CREATE TEMP TABLE kept (v text, n int CHECK (n > 9))")
                )
                with pytest.raises(DBAPIError):
                    await connection.execute(text(statement), values)
    finally:
        await engine.dispose()
        server.stop()
    log = server.layout.log.read_text(errors="replace")
    assert "database system is ready" in log
    assert "金丝雀" not in log
    assert "17755598763" not in log
