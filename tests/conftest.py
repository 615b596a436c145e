"""One really started server a test session: its own PostgreSQL, its own home, the demo town.

Nothing is mocked. Tests over HTTP make their own records and look at those alone, because the
database is shared; tests of a service may open `session` and roll back.
"""

import asyncio
import atexit
import faulthandler
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import hypothesis
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

#: What hangs is a failure; what takes six seconds on a busy machine is none.
httpx._config.DEFAULT_TIMEOUT_CONFIG.read = 60.0
#: Nothing here speaks TLS, and reading the certificates of all the world for each client was a
#: quarter of the suite's time.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
httpx._transports.default.create_ssl_context = lambda *_, **__: _NO_TLS

#: A Wednesday of a published year, in office hours: the suite stands on one day, whatever day the
#: machine has. `make test-days` runs a part of it on days when a calendar is at its worst.
SUITE_NOW = os.environ.setdefault("YINLING_NOW", "2026-11-25T10:00:00+08:00")
#: The home of the test process itself, where the shift of its clock lies.
_HOME = Path(os.environ.setdefault("YINLING_HOME", tempfile.mkdtemp(prefix="yinling-suite-")))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)

# No test asserts how long something takes, and Hypothesis would.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"
PASSWORD = "Demo-Test-2026"


@dataclass(frozen=True)
class Running:
    """Where the server listens, where it keeps its files, and its databases' addresses."""

    url: str
    home: Path
    app_url: str
    owner_url: str
    environment: dict[str, str]

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _settings(values: dict[str, str]) -> None:
    from api.core.base.config import settings
    from api.core.base.crypto import keyring

    os.environ.update(values)
    settings.cache_clear()
    keyring.cache_clear()


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """This process reads these settings for a while, and those before it afterwards."""
    before = {name: os.environ.get(name) for name in values}
    _settings(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
        _settings({name: value for name, value in before.items() if value is not None})


def share_clock(home: Path) -> None:
    """Let a server go by the very shift of this process: the two may compare moments."""
    from api.core.base import clock

    clock.now()  # so that the file is there
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(_HOME / clock.SHIFT_FILE, home / clock.SHIFT_FILE)


def _load_demo() -> None:
    """In a loop and on connections of its own: those of the tests stay where they are."""
    from api.core.database import db
    from api.services.demo import demo

    async def load() -> None:
        await demo.load(password=PASSWORD, report=lambda *_: None)
        await db.dispose()

    others, db._Current.database = db._Current.database, None
    try:
        asyncio.run(load())
    finally:
        db._Current.database = others


@cache
def town() -> Path:
    """The demo town as every server of this process begins with it: made once, then copied. Its
    `home` holds the keys of what its `postgres` holds."""
    from api.core.database import embedded, migrations

    made = Path(tempfile.mkdtemp(prefix="yl-town-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    made.chmod(0o711)
    postgres = embedded.start(made / "postgres", durable=False)
    try:
        values = {
            "YINLING_HOME": str(made / "home"),
            "DATABASE_URL": postgres.app_url,
            "YINLING_OWNER_DATABASE_URL": postgres.owner_url,
            "YINLING_DEMO": "1",
            "YINLING_DEMO_PASSWORD": PASSWORD,
        }
        share_clock(made / "home")
        with environment(values):
            migrations.upgrade(postgres.owner_url)
            _load_demo()
    finally:
        postgres.stop()
    return made


#: A busy machine takes half a minute for what a free one does in two seconds.
_STARTS_SECONDS = 180


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until a server that was just started answers. Raises RuntimeError with what it said."""
    last = time.monotonic() + _STARTS_SECONDS
    while process.poll() is None and time.monotonic() < last:
        try:
            if httpx.get(f"{url}/readyz", timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server that the whole session shares."""
    with started(tmp_path_factory.mktemp("home")) as server:
        yield server


@contextmanager
def started(home: Path, **settings: str) -> Iterator[Running]:
    """A server and a worker, started as `yinling serve` starts them; `settings` by their names in
    the environment."""
    from api.core.database import embedded, migrations
    from api.core.operations import processes

    with ExitStack() as stack:
        listening = stack.enter_context(processes.listen("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app_url = os.environ.get("YINLING_TEST_DATABASE_URL", "")
        owner_url = os.environ.get("YINLING_TEST_OWNER_DATABASE_URL", "")
        like = None if app_url or settings else town()
        if like:
            shutil.copytree(like / "home", home, dirs_exist_ok=True)
        if not app_url:
            cluster = like / "postgres" if like else None
            postgres = stack.enter_context(embedded.temporary(cluster))
            app_url, owner_url = postgres.app_url, postgres.owner_url
        values = {
            "YINLING_HOME": str(home),
            "DATABASE_URL": app_url,
            "YINLING_OWNER_DATABASE_URL": owner_url,
            "YINLING_DEMO": "1",
            "YINLING_DEMO_PASSWORD": PASSWORD,
            # the whole run shares one login each; how long a token lives is tested in tests/auth
            "YINLING_ACCESS_TOKEN_MINUTES": "120",
            # a proof of work is to be shown, not to be waited for
            "YINLING_PUBLIC_PROOF_BITS": "8",
            "HOST": "127.0.0.1",
            "PORT": str(port),
        } | settings
        if "YINLING_NOW" not in settings:
            share_clock(home)
        stack.enter_context(environment(values))
        if not like:
            migrations.upgrade(owner_url)
            _load_demo()
        log = home / "server.log"
        with log.open("wb") as sink:
            children = [
                subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=ROOT,
                    stdout=sink,
                    stderr=sink,
                    env=os.environ | {"PORT": str(port)},
                    pass_fds=[listening.fileno()],
                )
                for command in (
                    [
                        "api.core.operations.processes",
                        "api.main:create_app",
                        str(listening.fileno()),
                    ],
                    ["api.worker"],
                )
            ]
            url = f"http://127.0.0.1:{port}"
            try:
                wait_until_ready(url, children[0], log)
                yield Running(url, home, app_url, owner_url, values)
            finally:
                for child in children:
                    child.terminate()
                for child in children:
                    child.wait(20)


def pytest_configure(config: pytest.Config) -> None:
    """Another order in every run; but `random` goes on where it is. Seeded anew for each test it
    would give two tests the same phone."""
    config.option.randomly_reset_seed = False
    # what a test writes there is kept for its report, and of whoever hangs there is none
    _told["stderr"] = os.dup(sys.__stderr__.fileno())


def pytest_sessionstart(session: pytest.Session) -> None:
    """How this order comes again; the plugin's own line is hidden by `-q`."""
    said = session.config.pluginmanager.get_plugin("terminalreporter")
    seed = session.config.getoption("randomly_seed", None)
    if said is not None and seed is not None:
        said.write_line(f"同样的顺序再来一次：--randomly-seed={seed}")


#: Longer than any test may take (`timeout` in pyproject.toml, which nothing asks once it has struck).
_HANGS_SECONDS = 600


def _watch() -> None:
    """A process that stands still tells where, and ends: what hangs after a test's own time is up, in
    the end of a fixture or of the whole run, would otherwise hang for ever, and say nothing."""
    # whoever only hands out the tests waits for those that run them, and longer
    patience = _HANGS_SECONDS if _runs_tests_for_another() else _HANGS_SECONDS * 3 // 2
    faulthandler.dump_traceback_later(patience, exit=True, file=_told["stderr"])


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    _watch()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Whoever has no tests left waits for the others as long as they need."""
    if _runs_tests_for_another():
        faulthandler.cancel_dump_traceback_later()


def _runs_tests_for_another() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


_EACH_MINUTES = 5
_told = {"next": time.monotonic() + _EACH_MINUTES * 60, "minutes": 0, "stderr": 2}
#: When `.ci/run` began, before anything was brought: a run that is cut off tells where its time went.
_CI_BEGAN = float(os.environ.get("YINLING_CI_BEGAN", time.time()))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In CI, what failed is told at once, and how far it is by the clock: of a run that is cut off,
    pytest tells neither."""
    _watch()
    if "CI" not in os.environ or _runs_tests_for_another():
        return
    if report.failed:
        said = str(report.longrepr)[-4000:]
        print(f"\n未通过（{report.when}）：{report.nodeid}\n{said}", file=sys.__stderr__)
    if time.monotonic() > _told["next"]:
        _told["next"] += _EACH_MINUTES * 60
        _told["minutes"] += _EACH_MINUTES
        in_all = (time.time() - _CI_BEGAN) / 60
        said = f"已过 {_told['minutes']} 分钟（CI 共 {in_all:.0f} 分钟）：{report.nodeid}"
        print(f"\n{said}", file=sys.__stderr__)


_WRITTEN = pytest.StashKey[int]()
_written = count()


def pytest_itemcollected(item: pytest.Item) -> None:
    item.stash[_WRITTEN] = next(_written)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever the order of the rest: a class or a file of `steps` is walked as it is written."""
    walks: dict[pytest.Collector, list[int]] = {}
    for place, item in enumerate(items):
        walk = next((node for node in item.listchain() if _is_walk(node)), None)
        if walk is not None:
            walks.setdefault(walk, []).append(place)
    for places in walks.values():
        steps = sorted((items[place] for place in places), key=lambda step: step.stash[_WRITTEN])
        for place, step in zip(places, steps, strict=True):
            items[place] = step


def _is_walk(node: pytest.Item | pytest.Collector) -> bool:
    return any(mark.name == "steps" for mark in node.own_markers)


@cache
def documented_codes() -> frozenset[str]:
    """Every code that docs/errors.md lists."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"`([a-z][a-z0-9_]*)` \|", text))


def documented(answer: httpx.Response) -> None:
    """Whatever a test asks for: no refusal has a code that integrators cannot look up."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        answer.read()
        said = answer.json()
        codes = {said["code"], *(error["code"] for error in said.get("errors", ()))}
        assert codes <= documented_codes(), codes - documented_codes()


class Client(httpx.Client):
    """Somebody logged in; every POST carries a fresh Idempotency-Key unless one is given."""

    me: dict
    running: Running

    def post(self, url, *, headers=None, **rest):
        return super().post(url, headers={"Idempotency-Key": uuid4().hex} | (headers or {}), **rest)

    def act(self, url: str, action: str, version: int, **fields) -> httpx.Response:
        """One transition."""
        return self.post(f"{url}/transitions", json={"action": action, "version": version} | fields)


async def objections_over(running: Running, plan_id: str) -> None:
    """Forty days go by for a published plan: the server's clock cannot be moved while it runs, so
    the plan's dates are."""
    connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
    await connection.execute(
        "UPDATE distributions SET approved_at = approved_at - interval '40 days',"
        " published_on = published_on - 40, objection_until = objection_until - 40 WHERE id = $1",
        plan_id,
    )
    await connection.close()


def log_in(running: Running, username: str) -> Client:
    answer = httpx.post(
        f"{running.api}/auth/token",
        data={"grant_type": "password", "username": username, "password": PASSWORD},
    )
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    client = Client(
        base_url=running.api,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        event_hooks={"response": [documented]},
    )
    client.me = client.get("/me").json()
    client.running = running
    return client


@contextmanager
def logged_in(running: Running) -> Iterator[Callable[[str], Client]]:
    """`as_("office")`, each person logged in once."""
    opened: dict[str, Client] = {}

    def as_(username: str) -> Client:
        if username not in opened:
            opened[username] = log_in(running, username)
        return opened[username]

    try:
        yield as_
    finally:
        for each in opened.values():
            each.close()


@pytest.fixture(scope="session")
def client(running: Running) -> Iterator[Callable[[str], Client]]:
    """`client("office")`: the one way to be somebody."""
    with logged_in(running) as as_:
        yield as_


@pytest.fixture
def office(client: Callable[[str], Client]) -> Client:
    return client("office")


@pytest.fixture
def police(client: Callable[[str], Client]) -> Client:
    return client("police")


@pytest.fixture
def market(client: Callable[[str], Client]) -> Client:
    return client("market")


@pytest.fixture
def system(client: Callable[[str], Client]) -> Client:
    return client("system_admin")


@pytest.fixture
def security(client: Callable[[str], Client]) -> Client:
    return client("security_admin")


def own_town(**settings: str):
    """The fixtures `running` and `client` for a file that changes what all others go by (rules,
    holders of posts), counts everything there is, or stands on a day of its own."""

    @pytest.fixture(scope="module")
    def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
        with started(tmp_path_factory.mktemp("own"), **settings) as server:
            yield server

    @pytest.fixture(scope="module")
    def client(running: Running) -> Iterator[Callable[[str], Client]]:
        with logged_in(running) as as_:
            yield as_

    return running, client


@pytest.fixture(autouse=True)
def _reads_its_own_server(request: pytest.FixtureRequest) -> None:
    """What a test reads in this process (keys, tokens, services) is its own server's, whichever file
    ran before with others: the home of those may be gone."""
    if "running" in request.fixturenames:
        server: Running = request.getfixturevalue("running")
        if any(os.environ.get(name) != value for name, value in server.environment.items()):
            _settings(server.environment)


@pytest.fixture
def anonymous(running: Running) -> Iterator[httpx.Client]:
    hooks = {"response": [documented]}
    with httpx.Client(base_url=running.api, timeout=60, event_hooks=hooks) as nobody:
        yield nobody


@pytest.fixture
async def session(running: Running) -> AsyncIterator[AsyncSession]:
    """A session on the running server's database, rolled back at the end."""
    from api.core.database import db

    database = db.Database(running.app_url)
    async with database.session() as opened:
        yield opened
        await opened.rollback()
    # a connection left to the collector dies inside whatever runs then (ast.parse, for one)
    await database.dispose()
