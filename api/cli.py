"""The operator's commands.

Everything heavy is imported inside the command that needs it: the second start is a promise.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Generator

    from api.core.base.config import Settings
    from api.core.database.embedded import EmbeddedPostgres
    from api.core.operations.processes import Supervisor

T = TypeVar("T")

_OWNER = "YINLING_OWNER_DATABASE_URL"

app = typer.Typer(
    name="yinling",
    help="银龄守护：乡镇与县级打击整治养老诈骗工作平台",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold personal data
)
keys = typer.Typer(help="数据密钥", no_args_is_help=True)
app.add_typer(keys, name="keys")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(message: str) -> None:
    """One line for the operator."""
    err.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim] {escape(message)}")


def fail(message: str) -> typer.Exit:
    """Say what is wrong; raise the result."""
    err.print(f"[bold red]错误[/bold red] {escape(message)}")
    return typer.Exit(1)


def _run(work: Coroutine[Any, Any, T]) -> T:
    # the parent of `serve` has no use for it, and stays as long as the server runs
    import asyncio

    return asyncio.run(work)


@contextmanager
def _database(*, share: bool = True) -> Generator[tuple[str, str]]:
    """(application's address, owner's address), from the environment or from the embedded server."""
    from api.core.base.config import settings
    from api.core.database import embedded

    given = settings()
    if given.database_url:
        yield given.database_url, given.owner_database_url or given.database_url
        return
    try:
        server = embedded.start(given.home, share=share, notify=say)
    except embedded.EmbeddedError as error:
        raise fail(str(error)) from None
    try:
        _use(server.app_url, server.owner_url)
        yield server.app_url, server.owner_url
    finally:
        server.stop()


def _use(app_url: str, owner_url: str = "") -> None:
    """Make these the addresses of this process's settings."""
    from api.core.base.config import settings

    os.environ["DATABASE_URL"] = app_url
    if owner_url:
        os.environ[_OWNER] = owner_url
    settings.cache_clear()


# --- serve --------------------------------------------------------------------------------------


@app.command()
def serve(
    *,
    reload: Annotated[bool, typer.Option(help="源码变化时重启（开发用）")] = False,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="同时运行后台任务进程")
    ] = True,
) -> None:
    """启动全部：数据库、迁移、网页与接口、后台任务；Ctrl-C 全部停止。"""
    from api.core.base.config import settings

    given = settings()
    if given.demo and not given.is_loopback:
        raise fail("演示数据只能在本机使用：请去掉 YINLING_DEMO=1，或把 HOST 设为 127.0.0.1")
    code = _Serving(given, reload=reload, with_worker=with_worker).run()
    raise typer.Exit(code)


class _Serving:
    """One run of `yinling serve`."""

    def __init__(self, given: Settings, *, reload: bool, with_worker: bool) -> None:
        from api.core.operations import processes

        self.given = given
        self.reload = reload
        self.with_worker = with_worker
        self.signals = 0
        self.interruptible = False
        self.embedded: EmbeddedPostgres | None = None
        self.logins: list[tuple[str, str, str]] = []
        self.backoff = processes.Backoff()

    def run(self) -> int:
        from api.core.database import embedded
        from api.core.operations import processes

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        began = time.monotonic()
        shared = self._listen()
        supervisor: processes.Supervisor | None = None
        try:
            self._start_database()
            supervisor = processes.Supervisor(self._environment(), say)
            # children import the application while the schema is looked at
            for number in range(max(1, self.given.workers)):
                supervisor.add(
                    f"网页进程 {number + 1}",
                    *(
                        "-m",
                        "api.core.operations.processes",
                        "api.main:create_app",
                        str(shared.fileno()),
                    ),
                    fds=(shared.fileno(),),
                    vital=True,
                )
            if self.with_worker:
                supervisor.add("后台任务进程", "-m", "api.worker")
            if not self._prepare():
                return 0 if self.signals else 1
            supervisor.go()
            if not self._await_ready(supervisor):
                return 0 if self.signals else 1
            self._greet(time.monotonic() - began)
            return self._watch(supervisor)
        except embedded.EmbeddedError as error:
            raise fail(str(error)) from None
        except KeyboardInterrupt:
            return 130
        finally:
            self.interruptible = False
            shared.close()
            if supervisor is not None:
                say("正在停止…")
                supervisor.stop(hurry=lambda: self.signals > 1)
            if self.embedded is not None:
                self.embedded.stop()
                say("已全部停止，数据已写盘")

    def _asked_to_stop(self, *_: object) -> None:
        self.signals += 1
        if self.interruptible:
            raise KeyboardInterrupt

    def _listen(self) -> socket.socket:
        from api.core.operations import processes

        try:
            return processes.listen(self.given.host, self.given.port)
        except OSError as error:
            raise fail(
                f"地址 {self.given.host}:{self.given.port} 不能使用（{error.strerror}）；"
                "端口可能被占用，可用 PORT=8001 另选"
            ) from None

    def _start_database(self) -> None:
        from api.core.database import embedded

        if not self.given.database_url:
            # crash recovery may take minutes: Ctrl-C ends the waiting
            self.interruptible = True
            self.embedded = embedded.start(self.given.home, notify=say)
            self.interruptible = False

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        # the owner's address never reaches a process that serves
        environment.pop(_OWNER, None)
        if self.embedded is not None:
            environment["DATABASE_URL"] = self.embedded.app_url
        environment["YINLING_HOME"] = str(self.given.home.resolve())
        return environment

    def _prepare(self) -> bool:
        """Keys, schema and demo, by a process that takes with it what it needed for them."""
        from api.core.operations import processes

        owner_url = self.embedded.owner_url if self.embedded else self.given.owner_database_url
        environment = self._environment() | ({_OWNER: owner_url} if owner_url else {})
        done, said = processes.once(
            environment, lambda: self.signals > 0, "-m", "api.cli", "prepare"
        )
        if done:
            self.logins = [(name, label, secret) for name, label, secret in json.loads(said)]
        return done

    def _await_ready(self, supervisor: Supervisor) -> bool:
        import http.client

        host = "127.0.0.1" if self.given.host in {"0.0.0.0", "::"} else self.given.host  # noqa: S104
        # no deadline: a child that cannot start dies, and too many deaths end the waiting
        while not self.signals and supervisor.tend(starting=True):
            connection = http.client.HTTPConnection(host, self.given.port, timeout=5)
            try:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return True
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.05)
        return False

    def _greet(self, seconds: float) -> None:
        host = "127.0.0.1" if self.given.host == "0.0.0.0" else self.given.host  # noqa: S104
        address = f"http://{f'[{host}]' if ':' in host else host}:{self.given.port}"
        out.print(f"\n[bold]银龄守护[/bold] 已启动（{seconds:.1f} 秒）：[link]{address}[/link]")
        out.print(f"  接口文档 {address}/api/docs · 数据目录 {self.given.home.resolve()}")
        if self.logins:
            out.print("  演示账号：")
            for name, label, secret in self.logins:
                out.print(f"    {name:<16} {escape(secret):<24} {escape(label)}")
        out.print("  Ctrl-C 停止\n")

    def _watch(self, supervisor: Supervisor) -> int:
        seen = _sources() if self.reload else 0.0
        backoff, due, reviving = self.backoff, 0.0, None
        while not self.signals:
            time.sleep(0.2)
            supervisor.tend()
            if reviving is not None and not reviving.is_alive():
                reviving = None
            down = self.embedded is not None and not self.embedded.is_running()
            if down and reviving is None and due == 0.0:
                wait = backoff.wait()
                due = time.monotonic() + wait
                when = f"{wait:.0f} 秒后" if wait else "正在"
                say(
                    f"内置数据库意外停止，{when}重新启动；网页照常，暂时不能读写；日志在 postgres.log"
                )
            if due and time.monotonic() >= due:
                backoff.began_now()
                # beside the watching: recovery may take minutes, and the others are tended meanwhile
                due, reviving = 0.0, threading.Thread(target=self._revive, daemon=True)
                reviving.start()
            if self.reload and (now := _sources()) != seen:
                seen = now
                say("源码已变化，重启…")
                supervisor.restart()
        return 0

    def _revive(self) -> None:
        from api.core.database import embedded

        if self.embedded is None:
            return
        try:
            self.embedded.revive(say)
            self.backoff.succeeded()
            say("内置数据库已恢复，答复过的都在")
        except embedded.EmbeddedError as error:
            if not self.signals:
                say(str(error).splitlines()[0])


def _sources() -> float:
    root = Path(__file__).parent
    return max(path.stat().st_mtime for path in root.rglob("*.py"))


async def _owned(url: str) -> int:
    from api.core.database import migrations

    return await migrations.owned_tables(url)


def _migrate_to_head(app_url: str, owner_url: str) -> None:
    from api.core.database import migrations

    wanted = migrations.head()
    try:
        found = _run(migrations.current(owner_url or app_url))
    except OSError as error:
        raise fail(f"连不上数据库：{error}") from None
    if found == wanted:
        return
    if not owner_url:
        raise fail(
            f"数据库{'结构与程序的版本不符' if found else '还是空的'}；"
            "请先运行 yinling migrate（设置 YINLING_OWNER_DATABASE_URL）"
        )
    say("正在升级数据库结构…" if found else "正在建立数据表…")
    migrations.upgrade(owner_url)


def _load_demo() -> list[tuple[str, str, str]]:
    """Load the demo campaign where it is not there yet; (name, label, secret) of every login."""
    import secrets

    from api.core.base.config import settings
    from api.domain.demo import demo

    given = settings()
    kept = given.home / "demo-password"
    if not given.demo_password and not kept.exists():
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(f"Yl-{secrets.token_urlsafe(9)}")
    password = given.demo_password or kept.read_text().strip()
    # where it is already there, none of the services is needed: they cost more than all else here
    if _run(_is_empty(given.database_url)):
        loader: Any = import_module("api.services.demo.demo")
        with _progress() as report:
            _run(_with_database(loader.load(password=password, report=report, campaign=True)))
    return demo.logins(password)


async def _is_empty(url: str) -> bool:
    from api.core.database import migrations

    return await migrations.is_empty(url, "users")


async def _with_database(work: Any) -> Any:
    from api.core.database import db

    try:
        return await work
    finally:
        await db.dispose()


@contextmanager
def _progress() -> Generator[Callable[[str, int, int], None]]:
    """report(what, done, total): one bar for each thing counted."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield report


@app.command(hidden=True)
def prepare() -> None:
    """服务开始以前的准备（由 serve 执行）：密钥、数据库结构、演示数据。"""
    from api.core.base.config import settings
    from api.core.operations import processes

    processes.await_go()
    given = settings()
    if not given.key_file.exists():
        from api.core.base import crypto

        # made here once, not by several children at the same moment
        crypto.create_keys(given.key_file)
    _migrate_to_head(given.database_url, given.owner_database_url)
    if _run(_owned(given.database_url)):
        raise fail(
            "DATABASE_URL 中的角色拥有数据表（或是超级用户），不能用来运行服务："
            "这样它就能改写只许追加的记录。请用只被授权的应用角色，"
            "属主地址写在 YINLING_OWNER_DATABASE_URL 中，只供 yinling migrate 使用"
        )
    logins = _load_demo() if given.demo else []
    sys.stdout.write(json.dumps(logins))


# --- the other commands -------------------------------------------------------------------------


@app.command()
def worker() -> None:
    """只运行后台任务进程（serve 已包含一个）。"""
    with _database():
        os.environ.pop(_OWNER, None)
        import_module("api.worker").main()


@app.command()
def migrate(
    target: Annotated[str, typer.Argument(help="目标版本，默认最新")] = "head",
    *,
    down: Annotated[bool, typer.Option("--down", help="退回到目标版本（head 表示退一步）")] = False,
) -> None:
    """升级（或退回）数据库结构，以属主角色执行。"""
    from api.core.base import crypto
    from api.core.base.config import settings
    from api.core.database import migrations

    with _database() as (_, owner_url):
        # before several containers could each make their own
        crypto.create_keys(settings().key_file)
        if down:
            migrations.downgrade(owner_url, "-1" if target == "head" else target)
        else:
            migrations.upgrade(owner_url, target)
        found = _run(migrations.current(owner_url))
        # the name of a version is for whoever asked for one
        now_at = (
            "已是最新" if found == migrations.head() else f"停在 {found}" if found else "已清空"
        )
        say(f"数据库结构{now_at}")


@app.command()
def openapi(
    path: Annotated[Path, typer.Argument(help="写到哪里")] = Path("openapi.json"),
    *,
    check: Annotated[bool, typer.Option("--check", help="只比较，不同则失败")] = False,
) -> None:
    """写出接口描述 openapi.json。"""
    import json

    made = import_module("api.main").create_app()
    text = json.dumps(made.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if check:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            raise fail(f"{path} 已过时：请运行 make openapi")
        return
    path.write_text(text, encoding="utf-8")
    say(f"{path} 已写出")


@app.command()
def demo(
    *,
    ledgers: Annotated[
        Path | None,
        typer.Option("--ledgers", help="只写出示例台账（Excel）到这个目录，供试用导入"),
    ] = None,
) -> None:
    """载入演示数据（已有则不动），并列出演示账号。"""
    if ledgers is not None:
        for path in import_module("api.services.demo.demo_ledgers").write(ledgers):
            out.print(str(path))
        return
    with _database() as (app_url, owner_url):
        _migrate_to_head(app_url, owner_url)
        for name, label, secret in _load_demo():
            out.print(f"{name:<16} {escape(secret):<24} {escape(label)}")


@app.command("import")
def import_(
    kind: Annotated[
        str,
        typer.Argument(
            help="leads（线索台账）、risk_entities（风险管控名单）或 victims（受害人登记表）"
        ),
    ],
    file: Annotated[Path, typer.Argument(help="Excel、WPS 或 CSV 文件", exists=True)],
    mode: Annotated[
        str, typer.Option(help="strict：全部无误才导入；good_rows：只导入无误的行")
    ] = "strict",
    edited: Annotated[
        str | None, typer.Option(help="疑似改动的行：skip 保留原记录，add 作为新记录导入")
    ] = None,
    post: Annotated[str, typer.Option("--as", help="以哪个岗位的名义（岗位代码）")] = "office",
    case: Annotated[
        str | None, typer.Option(help="受害人登记表所属案件的编号，如 AJ-341522118-2026-0001")
    ] = None,
) -> None:
    """导入台账；有错误时在原文件旁写出标注了错误的副本。"""
    from api.domain.imports.imports import EditedRows, ImportMode
    from api.domain.imports.ledgers import LedgerKind
    from api.domain.kit.errors import DomainError

    try:
        wanted = LedgerKind(kind), ImportMode(mode), EditedRows(edited) if edited else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    command: Any = import_module("api.services.imports.import_command")
    with _database() as (app_url, owner_url):
        _migrate_to_head(app_url, owner_url)
        with _progress() as report:
            work = command.run(
                wanted[0], file.name, file.read_bytes(),
                post=post, mode=wanted[1], on_edited=wanted[2], report=report, case=case,
            )  # fmt: skip
            try:
                outcome = _run(_with_database(work))
            except DomainError as error:
                raise fail(error.detail) from None
    _tell_import(outcome, file)
    if outcome.refusal or outcome.found["failure_message"]:
        raise typer.Exit(1)


#: More faults than this are read in the annotated workbook, not on a terminal.
_MOST_FAULTS = 40


def _tell_import(outcome: Any, file: Path) -> None:
    from rich.table import Table

    found = outcome.found
    if found["failure_message"]:
        err.print(f"[bold red]无法读取[/bold red] {escape(found['failure_message'])}")
        return
    out.print(
        f"共 {found['rows_total']} 行：可导入 {found['rows_good']}，有错误 {found['rows_faulty']}，"
        f"以前已导入 {found['rows_known']}，疑似改动 {found['rows_edited']}，"
        f"重复 {found['rows_repeated']}；另有 {found['rows_warned']} 行有提醒"
    )
    faults = [(row["row"], fault) for row in outcome.faulty for fault in row["faults"]]
    faults = [(row, fault) for row, fault in faults if fault["severity"] == "error"]
    if faults:
        table = Table("行", "列", "问题")
        for row, fault in faults[:_MOST_FAULTS]:
            table.add_row(str(row), escape(fault["label"]), escape(fault["message"]))
        out.print(table)
        if len(faults) > _MOST_FAULTS:
            out.print(f"……共 {len(faults)} 处错误")
    if outcome.annotated is not None:
        name, content = outcome.annotated
        path = file.with_name(name)
        path.write_bytes(content)
        out.print(f"标注副本：{path}")
    if outcome.refusal is not None:
        err.print(f"[bold red]未导入[/bold red] {escape(outcome.refusal.detail)}")
    else:
        out.print(f"[bold]已导入[/bold] {found['rows_committed']} 行")


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Argument(help="登录名")],
    role: Annotated[str, typer.Option(help="system_admin、security_admin 或 audit_admin")] = (
        "system_admin"
    ),
    name: Annotated[str, typer.Option(help="姓名")] = "系统管理员",
) -> None:
    """建立第一个管理员；首次登录须改密码。"""
    password = typer.prompt("初始密码", hide_input=True, confirmation_prompt=True)
    with _database() as (app_url, owner_url):
        _migrate_to_head(app_url, owner_url)
        users: Any = import_module("api.services.organisation.users")
        _run(
            _with_database(
                users.create_admin(username=username, password=password, role=role, name=name)
            )
        )
    say(f"管理员 {username} 已建立")


@app.command()
def unlock(
    login: Annotated[str, typer.Argument(help="登录名；接口账号写 client:账号")],
) -> None:
    """解除登录限制：连续输错密码以后，让这个登录名马上能再试；任何人都进不来时也能用。"""
    with _database() as (app_url, owner_url):
        _use(app_url, owner_url)
        users: Any = import_module("api.services.organisation.users")
        freed = _run(_with_database(users.unlock_login(login)))
    say(f"{login} 的登录限制已解除" if freed else f"{login} 没有登录限制")


@app.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(help="备份文件；默认 ./yinling-日期-时间.tar")
    ] = None,
    *,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="连同密钥，用单独的口令加密后放入")
    ] = False,
) -> None:
    """备份数据库与文件（运行中也可以）；密钥须另行保管，或用 --with-keys。"""
    from api.core.base import crypto
    from api.core.base.config import settings
    from api.core.operations import backup as archive

    given = settings()
    path = target or Path(f"yinling-{time.strftime('%Y%m%d-%H%M%S')}.tar")
    passphrase = _passphrase(confirm=True) if with_keys else None
    crypto.create_keys(given.key_file)
    with _database() as (_, owner_url), _progress() as report:
        try:
            made = archive.make(owner_url, given, path, passphrase=passphrase, report=report)
        except archive.BackupError as error:
            raise fail(str(error)) from None
    out.print(
        f"[bold]备份完成[/bold] {path}：{len(made.tables)} 张表 {made.rows} 行，{made.files} 个文件"
    )
    if made.files_elsewhere:
        err.print(
            f"[bold yellow]注意[/bold yellow] 附件存放在 {made.files_elsewhere}，[bold]不在这份备份里"
            "[/bold]。请为该存储桶另做备份或打开版本保留；恢复时 YINLING_FILES_URL 须指向它或它的副本"
        )
    if made.with_keys:
        out.print(f"  已含密钥（指纹 {made.key_fingerprint}），须凭口令取出；口令遗失则无法取出")
    else:
        err.print(
            f"[bold yellow]注意[/bold yellow] 备份[bold]不含密钥[/bold]。没有密钥文件 "
            f"{given.key_file}（指纹 {made.key_fingerprint}），备份中的姓名、电话、身份证号等"
            "个人信息将[bold]永远无法读出[/bold]。请把密钥文件另存他处，或用 --with-keys 重新备份"
        )


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="备份文件")],
    *,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="没有密钥也恢复：个人信息将无法读出")
    ] = False,
) -> None:
    """把备份恢复到空的数据目录，并逐表核对。"""
    from api.core.base.config import settings
    from api.core.operations import backup as archive

    given = settings()
    given.home.mkdir(parents=True, exist_ok=True)
    try:
        manifest = archive.read_manifest(source)
        archive.ensure_empty(given)
        ask = manifest["with_keys"] and not given.key_file.exists() and not without_keys
        passphrase = _passphrase(confirm=False) if ask else None
        if not archive.restore_keys(given, source, manifest, passphrase) and not without_keys:
            raise fail(
                f"这份备份不含密钥（指纹 {manifest['key_fingerprint']}）：请先把当时的密钥文件放到 "
                f"{given.key_file}；若已遗失，可加 --without-keys，但个人信息将永远无法读出"
            )
        with _database(share=False) as (_, owner_url):
            with _progress() as report:
                done = archive.restore(owner_url, given, source, manifest, report)
            _migrate_to_head(owner_url, owner_url)
    except archive.BackupError as error:
        raise fail(str(error)) from None
    out.print(
        f"[bold]恢复完成[/bold]：{len(done.tables)} 张表 {done.rows} 行、{done.files} 个文件，"
        "行数与摘要均与备份一致"
    )
    if done.files_elsewhere and done.files_elsewhere != given.files_url:
        err.print(
            f"[bold yellow]注意[/bold yellow] 备份时附件存放在 {done.files_elsewhere}，"
            "不在备份里；请把 YINLING_FILES_URL 指向它或它的副本"
        )
    if done.missing_files is None:
        err.print("[bold yellow]注意[/bold yellow] 附件存储没有响应，未能核对附件是否都在")
    elif done.missing_files:
        err.print(
            f"[bold red]缺少 {done.missing_files} 个附件的内容[/bold red]：登记还在，内容不在"
            f" {given.files_url or given.home / 'files'}"
        )


def _passphrase(*, confirm: bool) -> str:
    given = os.environ.get("YINLING_BACKUP_PASSPHRASE")
    return given or str(typer.prompt("密钥口令", hide_input=True, confirmation_prompt=confirm))


@keys.command()
def rotate(
    *,
    go_on: Annotated[
        bool, typer.Option("--continue", help="不生成新密钥，只把中断的轮换做完")
    ] = False,
    same_key_file: Annotated[
        bool,
        typer.Option(
            "--same-key-file", help="外部数据库：正在运行的服务都读取本命令所用的这个密钥文件"
        ),
    ] = False,
) -> None:
    """生成新的数据密钥，并用它重新加密全部个人信息；服务可以照常运行；可中断，再以 --continue 继续。"""
    from api.core.base.config import settings
    from api.core.operations import rotation

    key_file = settings().key_file
    elsewhere = bool(settings().database_url)
    with _database() as (app_url, owner_url):
        live = _run(rotation.others(app_url)) > 0
        # a server with a copy of its own could not read what is rewritten
        if live and elsewhere and not same_key_file:
            raise fail(
                "有服务正在使用这个数据库。它们若读取本命令所用的密钥文件"
                f"（{key_file}），请加上 --same-key-file；否则请先停止全部服务，"
                "轮换后把新的密钥文件分发到每台服务器再启动"
            )
        with _progress() as report:
            work = rotation.run(owner_url, key_file, report, go_on=go_on, live=live)
            try:
                done = _run(work)
            except rotation.RotationError as error:
                raise fail(str(error)) from None
    if done.version is not None:
        say(f"新数据密钥：第 {done.version} 版，写在 {key_file}；请立即另存一份")
    say(f"已重新加密 {done.values} 个值；旧密钥仍须保留，旧备份要用它")


def main() -> None:
    """For `python -m api.cli`."""
    app(prog_name="yinling")


if __name__ == "__main__":
    sys.exit(main())
