"""The API under load: every figure is a ratio to a yardstick measured in the same run.

Absolute numbers are this machine's of this minute; only the ratios mean anything. The yardstick
and the thing itself take turns, several rounds, and the median of the ratios counts.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import asyncpg
import httpx
from rich.console import Console

from bench import dataset

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "Bench-2026-pw"
out = Console()


def wrk(
    url: str, *, seconds: float, script: str = "", token: str = "", connections: int = 8
) -> float:
    """Requests per second. Fails when any answer was not a success."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{round(seconds)}s", url]
    if token:
        command[1:1] = ["-H", f"Authorization: Bearer {token}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        if script:
            file.write(script)
            file.flush()
            command[1:1] = ["-s", file.name]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        raise RuntimeError(told)
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    return float(found[1])


def compare(ours: Callable[[], float], bare: Callable[[], float], rounds: int) -> dict[str, float]:
    """Median ratio of ours to bare over interleaved rounds."""
    pairs = [(ours(), bare()) for _ in range(rounds)]
    return {
        "ratio": round(statistics.median(a / b for a, b in pairs), 4),
        "ours": round(statistics.median(a for a, _ in pairs), 1),
        "yardstick": round(statistics.median(b for _, b in pairs), 1),
    }


class Served(NamedTuple):
    """A server of a run."""

    url: str
    process: int


@contextlib.contextmanager
def serving(app: str, port: int, environment: dict[str, str]) -> Generator[Served]:
    """One process of an application."""
    command = [sys.executable, "-m", "uvicorn", app, "--factory", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--log-level", "warning"], cwd=ROOT, env=os.environ | environment
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(url, timeout=1)
                break
            time.sleep(0.1)
        yield Served(url, process.pid)
    finally:
        process.terminate()
        process.wait(20)


_POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local n = 0
request = function()
  n = n + 1
  wrk.headers["Idempotency-Key"] = "%s-" .. n
  return wrk.format(nil, nil, nil, [==[%s]==])
end
"""
_LEAD = {
    "channel": "report_phone",
    "narrative": "老人交纳会员费预订床位，承诺每年返利百分之十八，至今无法入住，要求退款被拖延。",
    "subject_name": "霍邱县福寿康养服务有限公司",
    "primary_category": "C1",
    "division_code": "341522118201",
    "amount_involved": "36000.00",
    "people_involved": 3,
}


def wanted_words(ratio: float | None) -> str:
    """How a wanted ratio reads; some figures are only told."""
    return "told only" if ratio is None else f"≥ {ratio}"


_SUM = "received_from=2022-05-20&received_to=2022-05-21&limit=1&with_total=true&with_sums=true"


_PERIOD = "date_from=2022-05-01&date_to=2022-08-31"


class Bench:
    """The servers of one run and what was measured."""

    def __init__(
        self, ours: str, bare: str, *, seconds: float, rounds: int, only: str = ""
    ) -> None:
        self.only = re.compile(only)
        self.ours, self.bare = ours, bare
        self.seconds, self.rounds = seconds, rounds
        self.tokens = {who: self._log_in(who) for who in ("office", "police")}
        self.figures: dict[str, dict[str, Any]] = {}

    def _log_in(self, who: str) -> str:
        form = {"grant_type": "password", "username": who, "password": PASSWORD}
        return httpx.post(f"{self.ours}/api/v1/auth/token", data=form).json()["access_token"]

    def get(self, path: str, who: str = "office") -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = httpx.get(f"{self.ours}/api/v1{path}", headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def rate(self, path: str, who: str = "office") -> float:
        return wrk(f"{self.ours}/api/v1{path}", seconds=self.seconds, token=self.tokens[who])

    def bare_rate(self, path: str) -> float:
        return wrk(f"{self.bare}{path}", seconds=self.seconds)

    def add(self, name: str, wanted: float | None, measured: dict[str, float]) -> None:
        met = wanted is None or measured["ratio"] >= wanted
        self.figures[name] = measured | {"wanted": wanted, "met": met}
        out.print(f"  {name:<48} {measured['ratio']:>7.3f}  {wanted_words(wanted)}")

    def against_bare(
        self, name: str, wanted: float, path: str, bare: str, who: str = "office"
    ) -> None:
        if not self.only.search(name):
            return
        self.rate(path, who)
        self.bare_rate(bare)
        self.add(
            name,
            wanted,
            compare(lambda: self.rate(path, who), lambda: self.bare_rate(bare), self.rounds),
        )

    def against(self, other: str, name: str, wanted: float, path: str, who: str = "office") -> None:
        """One of our own reads, to another of them."""
        if not self.only.search(name):
            return
        self.rate(path, who)
        self.rate(other)
        measured = compare(lambda: self.rate(path, who), lambda: self.rate(other), self.rounds)
        self.add(name, wanted, measured)

    def create(self, name: str, wanted: float | None, path: str) -> None:
        """A new lead, against what `path` of the bare handlers inserts."""
        if not self.only.search(name):
            return
        token, body = self.tokens["office"], json.dumps(_LEAD)
        turn = iter(range(10_000))

        def ours() -> float:
            script = _POST % (f"{name}-{next(turn)}-{time.time_ns()}", body)
            return wrk(
                f"{self.ours}/api/v1/leads", seconds=self.seconds, script=script, token=token
            )

        def bare() -> float:
            script = _POST % (f"bare-{next(turn)}-{time.time_ns()}", body)
            return wrk(f"{self.bare}{path}", seconds=self.seconds, script=script)

        ours()
        bare()
        self.add(name, wanted, compare(ours, bare, self.rounds))

    def run(self) -> None:
        """Every figure at the present size of the table."""
        self.against_bare("list, office", 0.6, "/leads", "/rows")
        self.against_bare("list, unit with 0.02 %", 0.6, "/leads", "/rows", "police")
        cursor = ""
        for _ in range(99):
            cursor = (
                self.get(f"/leads?cursor={cursor}" if cursor else "/leads")["next_cursor"] or cursor
            )
        self.against("/leads", "hundredth page to first", 0.9, f"/leads?cursor={cursor}")
        self.against("/leads", "list, a status that no row has", 0.25, "/leads?status=escalated")
        for name, query in {
            "largest amounts first": "sort=-amount_involved",
            "smallest amounts first": "sort=amount_involved",
            "nearest deadlines first": "sort=due_on",
        }.items():
            self.against("/leads", f"list, {name}", 0.5, f"/leads?{query}")
        self.against("/leads", "list, with the sum of a small batch", 0.05, f"/leads?{_SUM}")
        self.filtered("")
        record = self.get("/leads")["items"][0]["id"]
        self.against_bare("one record", 0.5, f"/leads/{record}", f"/rows/{record}")
        for share, wanted in (("half", 0.5), ("1%", 0.02), ("0.1%", 0.15), ("0.01%", 0.5)):
            words = f"/leads?q={quote(dataset.WORDS[share])}"
            self.against("/leads", f"search, word in {share}", wanted, words)
        one = f"/leads/{record}"
        self.against(one, "similar leads to one record", 1 / 8, f"{one}/similar")
        self.against(one, "search by phone to one record", 1 / 2, f"/leads?q={dataset.PHONE}")
        self.against(one, "next lead of the desk to one record", 1 / 3, "/leads/next")
        page = "/me/duties?limit=50&with_counts=false"
        self.against("/leads", "a page of home to a list page", 1 / 3, page)
        self.against(
            "/leads", "home with its counts to a list page", 1 / 8, "/me/duties?grouped=true"
        )
        self.against(
            "/leads", "home of a unit to a list page", 1 / 8, "/me/duties?grouped=true", "police"
        )
        for name, query in {"of all time": "", "of a period": f"?{_PERIOD}"}.items():
            self.against(
                "/leads", f"overview {name} to a list page", 1 / 10, f"/statistics/overview{query}"
            )
        self.create("create, to lead with event and key", 0.15, "/leads")
        self.create("create, to one bare row", None, "/rows")

    def filtered(self, when: str) -> None:
        """Filters that PostgreSQL's guess of an even spread goes wrong for, to the plain list."""
        week = "received_from=2022-05-20&received_to=2022-05-26"
        half = quote(dataset.WORDS["half"])
        for name, query in {
            "an old week": week,
            "an old week and a status": f"{week}&status=closed",
            "an old week and a common word": f"{week}&q={half}",
            "a conclusion that none has": "conclusion=duplicate",
            "a mark that none has": "mark=major",
            "a place that none has": "division_code=341522118999",
            "a status that is common": "status=closed",
            "what is late": "overdue=true",
            "a channel and a category that never meet": "channel=grid_sweep&primary_category=C3",
            "a rare value in another order": "conclusion=duplicate&sort=received_at",
        }.items():
            self.against("/leads", f"list, {name}{when}", 0.05, f"/leads?{query}")


async def _prepare(owner_url: str, size: int, first: int) -> None:
    connection = await asyncpg.connect(owner_url.replace("+asyncpg", ""))
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS bench_bare (id uuid PRIMARY KEY, body jsonb, created_at timestamptz)"
    )
    await connection.execute("GRANT ALL ON bench_bare TO PUBLIC")
    started = time.perf_counter()
    await dataset.fill(connection, size, first=first)
    out.print(f"[dim]{size:,} leads in {time.perf_counter() - started:.0f} s[/dim]")
    await connection.close()


async def with_connection(owner_url: str, step: Callable[[Any], Awaitable[None]]) -> None:
    connection = await asyncpg.connect(owner_url.replace("+asyncpg", ""))
    await step(connection)
    await connection.close()


async def demo() -> None:
    from api.core.database import db
    from api.services.demo import demo

    await demo.load(password=PASSWORD, report=lambda *_: None)
    await db.dispose()


async def _kept() -> None:
    """What the worker does every ten minutes."""
    from api.core.database import db
    from api.services.across import lead_counts

    await lead_counts.keep()
    await db.dispose()


def measure(sizes: list[int], *, seconds: float, rounds: int, only: str) -> dict[str, Any]:
    """Every figure at every size: name → wanted, and size → ratio, ours, yardstick, met."""
    if shutil.which("wrk") is None:
        raise SystemExit("需要 wrk：apt-get install wrk")
    figures: dict[str, Any] = {}
    with database() as (environment, owner_url):
        asyncio.run(demo())
        first = 1
        for size in sizes:
            asyncio.run(_prepare(owner_url, size, first))
            asyncio.run(_kept())
            first = size + 1
            with (
                serving("api.main:create_app", 8311, environment) as ours,
                serving("bench.bare:create_app", 8312, environment) as bare,
            ):
                bench = Bench(ours.url, bare.url, seconds=seconds, rounds=rounds, only=only)
                bench.run()
                asyncio.run(with_connection(owner_url, dataset.burst))
                bench.filtered(", after a burst")
                asyncio.run(with_connection(owner_url, dataset.unburst))
            for name, row in bench.figures.items():
                figure = figures.setdefault(name, {"wanted": row.pop("wanted"), "sizes": {}})
                row.pop("wanted", None)
                figure["sizes"][str(size)] = row
    return figures


@contextlib.contextmanager
def database() -> Generator[tuple[dict[str, str], str]]:
    """A migrated PostgreSQL for this process and its children: the environment that leads to it,
    and its owner's URL."""
    from api.core.base.config import settings
    from api.core.base.crypto import keyring
    from api.core.database import embedded, migrations

    with embedded.temporary() as postgres, tempfile.TemporaryDirectory() as home:
        environment = {
            "YINLING_HOME": home,
            "DATABASE_URL": postgres.app_url,
            "YINLING_OWNER_DATABASE_URL": postgres.owner_url,
            "YINLING_DEMO": "1",
            "YINLING_LOG_LEVEL": "WARNING",
            "YINLING_ACCESS_TOKEN_MINUTES": "600",
        }
        os.environ.update(environment)
        settings.cache_clear()
        keyring.cache_clear()
        migrations.upgrade(postgres.owner_url)
        yield environment, postgres.owner_url
