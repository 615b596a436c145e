"""The database dies, is away, full, refuses: told as it is, and nothing acknowledged is lost."""

import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.core.database import embedded, migrations, outages
from api.core.database.db import Planning, Shares
from tests import conftest
from tests.attachments import PDF
from tests.conftest import PASSWORD, log_in, started
from tests.factories import lead, make_lead
from tests.operations.serving import Serving
from tests.operations.troubles import TROUBLES, cut
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def as_whom(url: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )


class Writer(threading.Thread):
    """Registers leads one after the other, each until it is acknowledged."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__()
        self.client = as_whom(url, token)
        self.kept: list[str] = []
        self.refused: list[httpx.Response] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            made = self.posted(self.client, "/leads", lead())
            if made is None:
                return
            self.kept.append(made["id"])

    def posted(self, who: httpx.Client, url: str, body: dict) -> dict | None:
        """What is asked for under one key until it is acknowledged; nothing where it never is."""
        key = uuid4().hex
        while True:
            try:
                answer = who.post(url, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.is_success:
                return answer.json()
            self.refused.append(answer)
            if self.done.is_set() or answer.status_code not in {409, 503}:
                return None
            time.sleep(0.1)

    def goes_on(self) -> None:
        """Until one more lead is acknowledged."""
        before = len(self.kept)

        def refused() -> list[str]:
            return [each.text for each in self.refused[-1:]]

        until(lambda: len(self.kept) > before or not self.is_alive(), refused)
        assert len(self.kept) > before, refused()


class Walker(Writer):
    """Leads on their way from hand to hand: registered, handed out, received, taken by one person or
    given back. `now` is where each was left by what was acknowledged last: status, and who has it."""

    def __init__(self, url: str, token: str, unit: str, other: httpx.Client) -> None:
        super().__init__(url, token)
        self.unit, self.other = unit, other
        self.me = other.get("/me").json()["user"]["id"]
        self.now: dict[str, tuple[str, str | None]] = {}

    def run(self) -> None:
        steps = random.Random(7)
        while not self.done.is_set():
            made = self.posted(self.client, "/leads", lead())
            if made is None or not self.walk(made, steps.randrange(5)):
                return
            self.kept.append(made["id"])

    def walk(self, made: dict, far: int) -> bool:
        url = f"/leads/{made['id']}"
        self.now[made["id"]] = (made["status"], None)
        acts = [
            (self.client, "transitions", {"action": "assign", "unit_id": self.unit}, "assigned"),
            (self.other, "turns", {"action": "take"}, "assigned"),
            (self.other, "transitions", {"action": "acknowledge"}, "verifying"),
            (self.other, "turns", {"action": "give_back"}, "verifying"),
        ]
        holder: str | None = None
        for who, part, body, status in acts[:far]:
            if part == "transitions":
                body["version"] = made["version"]
            else:
                holder = self.me if body["action"] == "take" else None
            if (answer := self.posted(who, f"{url}/{part}", body)) is None:
                return False
            made = answer if part == "transitions" else made
            self.now[made["id"]] = (status, holder)
        return True


def _furnish(home: Path) -> None:
    """The demo town without its campaign: people who can log in, and nothing else."""
    server = embedded.start(home)
    try:
        values = {
            "YINLING_HOME": str(home),
            "DATABASE_URL": server.app_url,
            "YINLING_DEMO": "1",
            "YINLING_DEMO_PASSWORD": PASSWORD,
        }
        with conftest.environment(values):
            migrations.upgrade(server.owner_url)
            conftest._load_demo()
    finally:
        server.stop()


def served(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """What is answered once the database is back from the last kill, which may come late."""
    answers: list[httpx.Response] = []

    def answered() -> bool:
        answers.append(ask())
        return answers[-1].status_code != 503

    until(answered, lambda: answers[-1].text)
    return answers[-1]


@pytest.fixture(scope="module")
def serving(tmp_path_factory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("bad") / "home"
    _furnish(home)
    run = Serving(home, YINLING_DEMO="1", YINLING_DEMO_PASSWORD=PASSWORD)
    try:
        run.ready()
        yield run
    finally:
        run.end()


def token_of(url: str, username: str) -> str:
    form = {"grant_type": "password", "username": username, "password": PASSWORD}
    answer = served(lambda: httpx.post(f"{url}/api/v1/auth/token", data=form, timeout=60))
    return answer.json()["access_token"]


@pytest.fixture
def walker(serving) -> Iterator[Walker]:
    url = f"http://127.0.0.1:{serving.port}"
    with as_whom(url, token_of(url, "market")) as market:
        unit = served(lambda: market.get("/me")).json()["unit"]["id"]
        made = Walker(url, token_of(url, "office"), unit, market)
        made.start()
        try:
            made.goes_on()
            yield made
        finally:
            made.done.set()
            made.join(90)
            made.client.close()


@pytest.fixture
def writer(serving) -> Iterator[Writer]:
    url = f"http://127.0.0.1:{serving.port}"
    made = Writer(url, token_of(url, "office"))
    made.start()
    try:
        made.goes_on()
        yield made
    finally:
        made.done.set()
        made.join(90)
        made.client.close()


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def backends(home: Path) -> list[int]:
    above = str(postmaster(home))
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, parent, args in rows if parent == above and "yinling_app" in args]


def all_kept(writer: Writer) -> None:
    writer.done.set()
    writer.join(90)
    missing = [
        each
        for each in writer.kept
        if served(lambda each=each: writer.client.get(f"/leads/{each}")).status_code != 200
    ]
    assert missing == []
    for each in writer.refused:
        assert each.status_code in {409, 503}, each.text
        if each.status_code == 503:
            assert each.json()["code"] in outages.SENTENCES
            assert int(each.headers["retry-after"]) > 0


class TestKills:
    def test_ten_kills_of_the_database_lose_nothing(self, serving, writer):
        for _ in range(10):
            os.kill(postmaster(serving.home), signal.SIGKILL)
            writer.goes_on()
            writer.goes_on()
        assert serving.process.poll() is None, serving.said
        assert serving.get("/healthz") == 200
        all_kept(writer)
        assert "Traceback" not in serving.said

    def test_whose_turn_it_is_survives_with_the_state(self, serving, walker):
        """After each kill a lead stands where it was left, is in the hands it was left in, and is at
        home with exactly those whose turn it is."""
        for _ in range(6):
            os.kill(postmaster(serving.home), signal.SIGKILL)
            walker.goes_on()
            walker.goes_on()
        all_kept(walker)
        assert {status for status, _ in walker.now.values()} >= {"registered", "verifying"}
        for made in walker.kept:
            status, holder = walker.now[made]
            stands = served(lambda made=made: walker.client.get(f"/leads/{made}")).json()
            assert stands["status"] == status
            (turn,) = stands["standing"]["now"]
            assert (turn["holder"] or {"id": None})["id"] == holder
            homes = [
                served(lambda w=w, made=made: w.get("/me/duties", params={"subject_id": made}))
                for w in (walker.client, walker.other)
            ]
            office, market = (each.json()["items"] for each in homes)
            mine, others = (office, market) if status == "registered" else (market, office)
            assert [(each["holder"] or {"id": None})["id"] for each in mine] == [holder]
            assert others == []

    def test_a_killed_connection_takes_the_others_with_it_for_a_moment(self, serving, writer):
        for _ in range(3):
            while not (found := backends(serving.home)):  # the last one took them all with it
                writer.goes_on()
            os.kill(found[0], signal.SIGKILL)
            writer.goes_on()
        all_kept(writer)

    def test_a_worker_that_cannot_live_leaves_the_pages_alone(self, serving, writer):
        for _ in range(6):
            workers = [pid for pid, args in serving.children().items() if "api.worker" in args]
            for pid in workers:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
            writer.goes_on()
        assert serving.process.poll() is None, serving.said
        until(
            lambda: any("api.worker" in args for args in serving.children().values()),
            lambda: "the worker does not come back",
        )
        all_kept(writer)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with started(tmp_path_factory.mktemp("outages")) as server:
        yield server


def get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=60)


class TestOutages:
    @pytest.mark.parametrize("what", TROUBLES)
    async def test_is_told_as_it_is_at_every_door(self, running, what):
        begin, end, code = TROUBLES[what]
        log = running.home / "server.log"
        with closing(log_in(running, "office")) as office:
            made = make_lead(office)
            before = log.stat().st_size
            await cut(running, begin)
            try:
                doors = [
                    lambda: office.post("/leads", json=lead()),
                    lambda: office.post(f"/leads/{made['id']}/attachments", files={"file": PDF}),
                ]
                if code != outages.READ_ONLY:
                    doors += [
                        lambda: office.get("/leads"),
                        lambda: office.get(f"/leads/{made['id']}"),
                        lambda: office.get("/statistics/overview"),
                        lambda: office.get("/me"),
                        lambda: office.get("/users"),
                        lambda: office.get("/leads/exports.xlsx"),
                        lambda: httpx.get(f"{running.api}/public/places"),
                        lambda: httpx.post(
                            f"{running.api}/auth/token",
                            data={"grant_type": "password", "username": "a", "password": "b"},
                        ),
                    ]
                for ask in doors * 5:
                    answer = ask()
                    assert answer.status_code == 503, answer.text
                    assert answer.json()["code"] == code
                    assert answer.json()["detail"] == outages.SENTENCES[code]
                    assert int(answer.headers["retry-after"]) > 0
                ready = get(f"{running.url}/readyz")
                assert (ready.status_code, ready.json()["code"]) == (503, code)
                assert get(f"{running.url}/healthz").status_code == 200
            finally:
                await cut(running, end)
            # the first write after it works, and so does everything else
            assert office.post("/leads", json=lead()).status_code == 201
            assert office.get("/leads").status_code == 200
            assert get(f"{running.url}/readyz").status_code == 200
            said = log.read_bytes()[before:].decode(errors="replace")
        assert "Traceback" not in said
        assert "unexpected_error" not in said
        assert said.count("\n") < 40, said

    async def test_the_first_write_after_a_cut_works(self, running):
        with closing(log_in(running, "office")) as office:
            for _ in range(5):
                assert office.post("/leads", json=lead()).status_code == 201
                await cut(running)
                assert office.post("/leads", json=lead()).status_code == 201
                await cut(running)
                assert office.get("/leads").status_code == 200


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    where = Path(tempfile.mkdtemp(prefix="yl-small-"))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(where)],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        where.rmdir()
        pytest.skip("只有能挂载 tmpfs 的账户才能做出一个小磁盘")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=False)
        where.rmdir()


def test_a_full_disk_is_told_and_forgiven(monkeypatch):
    conftest.town()  # made on the large disk
    with small_disk("700m") as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        home = disk / "home"
        home.mkdir()
        with (
            started(home) as server,
            closing(log_in(server, "office")) as office,
        ):
            filler = disk / "filler"
            # without a buffer: what no longer fits would be written again as the file is closed
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(b"\0" * 65_536)
            ready = httpx.get(f"{server.url}/readyz")
            assert (ready.status_code, ready.json()["code"]) == (503, outages.FULL)
            for _ in range(300):
                answer = office.post("/leads", json=lead(narrative="老人被骗。" * 600))
                if answer.status_code != 201:
                    break
            assert (answer.status_code, answer.json()["code"]) == (503, outages.FULL), answer.text
            assert office.get("/leads").status_code == 200
            filler.unlink()
            assert office.post("/leads", json=lead()).status_code == 201


class TestConnections:
    @pytest.mark.parametrize("size", range(8, 61))
    def test_the_shares_are_what_the_setting_says(self, size):
        shares = Shares.of(size)
        parts = [shares.writing, shares.own, shares.reading]
        parts += [shares.rows_of(each) for each in Planning]
        assert sum(parts) == size
        assert min(parts) >= 1

    def test_four_web_processes_and_a_worker_fit_the_server(self):
        from api.core.base.config import Settings

        default = Settings.model_fields["pool_size"].default
        wanted = 4 * default + default // 2 + 4
        # three are kept for the administrator; PostgreSQL's own default is 100
        assert wanted <= min(100, int(embedded._SETTINGS["max_connections"])) - 3
