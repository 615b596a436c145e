"""Anybody does anything to records of every kind, while processes are killed and terms change: state and
turn stay together, and nobody's turn is lost.

One walk a seed, over a town with half a year of work behind it. `YINLING_WALK=number` walks another.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.core.base.clock import now, today
from api.core.database import embedded, migrations
from api.domain.kit.duties import DutyKind as K
from api.services.across.turns import NOUNS
from tests import conftest
from tests.campaign import live_half_a_year
from tests.conftest import PASSWORD, SUITE_NOW, share_clock
from tests.operations.serving import Serving
from tests.waiting import until

pytestmark = pytest.mark.slow
SEED = int(os.environ.get("YINLING_WALK", "5"))
ACTS, EACH_KILL, EACH_RECOUNT = 120, 15, 40
WHO = ("office", "police", "market", "civil", "justice", "village01", "leader", "finance", "county")
#: Told by a panel of the record, and not by its head.
OF_A_PANEL = {K.LEAD_MESSAGE, K.INFORMANT_DECIDE, K.LEDGER_CONFIRM, K.LEAD_UNOWNED_COUNTY}
PATHS = [each.path for each in NOUNS]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("acts") / "home"
    server = embedded.start(home)
    try:
        values = {
            "YINLING_HOME": str(home),
            "DATABASE_URL": server.app_url,
            "YINLING_DEMO": "1",
            "YINLING_DEMO_PASSWORD": PASSWORD,
        }
        share_clock(home)
        with conftest.environment(values):
            migrations.upgrade(server.owner_url)
            conftest._load_demo()
            live_half_a_year()
    finally:
        server.stop()
    settings = {"YINLING_DEMO": "1", "YINLING_DEMO_PASSWORD": PASSWORD, "YINLING_NOW": SUITE_NOW}
    run = Serving(home, **settings)
    try:
        run.ready()
        yield run
    finally:
        run.end()


@dataclass
class Walk:
    """Who is logged in, what was done, and where each record was left by what was acknowledged."""

    serving: Serving
    random: Random
    people: dict[str, httpx.Client] = field(default_factory=dict)
    left: dict[str, tuple[str, int]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    worked: Counter[str] = field(default_factory=Counter)

    def asked(self, who: str, method: str, url: str, **sent: Any) -> httpx.Response:
        """What is answered once the processes are back; an act keeps its key until then."""
        headers = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
        answers: list[httpx.Response] = []

        def answered() -> bool:
            try:
                answer = self.person(who).request(method, url, headers=headers, **sent)
            except httpx.TransportError:
                return False
            answers.append(answer)
            return answer.status_code != 503

        until(answered, lambda: self.told([each.text for each in answers[-1:]]))
        assert answers[-1].status_code < 500, self.told(answers[-1].text)
        return answers[-1]

    def person(self, who: str) -> httpx.Client:
        if who not in self.people:
            url = f"http://127.0.0.1:{self.serving.port}/api/v1"
            form = {"grant_type": "password", "username": who, "password": PASSWORD}
            token = httpx.post(f"{url}/auth/token", data=form, timeout=60).json()["access_token"]
            bearer = {"Authorization": f"Bearer {token}"}
            self.people[who] = httpx.Client(base_url=url, headers=bearer, timeout=60)
        return self.people[who]

    def told(self, why: object) -> str:
        return f"{why}\n" + "\n".join(self.log[-25:])

    def some_record(self, who: str) -> str | None:
        """Mostly what waits for them; else any record that they see."""
        if self.random.random() < 0.7:
            waits = self.asked(who, "GET", "/me/duties", params={"limit": 200}).json()["items"]
            urls = [each["url_hint"] for each in waits]
        else:
            path = self.random.choice(PATHS)
            answer = self.asked(who, "GET", f"/{path}", params={"limit": 100})
            rows = answer.json()["items"] if answer.status_code == 200 else []
            urls = [f"/{path}/{each['id']}" for each in rows]
        urls = [each for each in urls if each.split("/")[1] in PATHS]
        return self.random.choice(urls) if urls else None

    def act(self) -> None:
        who = self.random.choice(WHO)
        url = self.some_record(who)
        if url is None:
            return
        answer = self.asked(who, "GET", url)
        if answer.status_code != 200:
            return
        record = answer.json()
        if self.random.random() < 0.2:
            body = {"action": self.random.choice(("take", "give_back"))}
            done = self.asked(who, "POST", f"{url}/turns", json=body)
        else:
            offered = [each for each in record["available_actions"] if each["action"] != "edit"]
            if not offered:
                return
            chosen = self.random.choice(offered)
            body = {"action": chosen["action"], "version": record["version"]}
            body |= self.filled(chosen["needs"])
            done = self.asked(who, "POST", f"{url}/transitions", json=body)
            if done.is_success:
                self.left[url] = (done.json()["status"], done.json()["version"])
        self.log.append(f"{who} {url} {body} → {done.status_code}")
        self.worked[url.split("/")[1]] += done.is_success

    def filled(self, needs: list[dict[str, Any]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for need in needs:
            when = need.get("only_with")
            if when and values.get(when["field"]) != when["value"]:
                continue
            if need["required"] or self.random.random() < 0.5:
                values[need["field"]] = self.value(need)
        return values

    def value(self, need: dict[str, Any]) -> Any:
        options = [each["value"] for each in need["options"] or []]
        made = {
            "unit": lambda: self.unit("market"),
            "units": lambda: [self.unit("market")],
            "date": lambda: today().isoformat(),
            "datetime": lambda: now().isoformat(),
            "boolean": lambda: True,
            "integer": lambda: 1,
            "money": lambda: "100.00",
            "enum": lambda: self.random.choice(options) if options else "",
            "multi_enum": lambda: options[:1],
        }
        return made.get(need["kind"], lambda: "据实办理")()

    def unit(self, who: str) -> str:
        return self.asked(who, "GET", "/me").json()["unit"]["id"]

    # what happens meanwhile

    def kill(self) -> None:
        """The database, a process that answers, or the one that does the work behind."""
        children = self.serving.children()
        what = self.random.choice(("database", "web", "worker"))
        if what == "database":
            pids = [int((self.serving.home / "postgres" / "postmaster.pid").read_text().split()[0])]
        else:
            name = "api.worker" if what == "worker" else "processes"
            pids = [pid for pid, args in children.items() if name in args][:1]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.log.append(f"killed {what}")
        time.sleep(0.2)

    def recount(self, term: int) -> None:
        """The county sets another term: every date that follows from it is counted anew."""
        rule = self.random.choice(("LEAD-UNOWNED", "LEAD-ACK", "LEAD-CLOSE"))
        version = max(
            each["version"]
            for each in self.asked("county", "GET", f"/time-rules/{rule}").json()["versions"]
        )
        body = {
            "version": version, "term": term, "unit": "working_day",
            "valid_from": today().isoformat(), "source": "试验",
        }  # fmt: skip
        answer = self.asked("county", "POST", f"/time-rules/{rule}/versions", json=body)
        self.log.append(f"{rule} {term} → {answer.status_code}")
        assert answer.status_code == 201, self.told(answer.text)

    # what must hold

    def check(self) -> None:
        for url, (status, version) in self.left.items():
            answers = [
                self.asked(who, "GET", url) for who in ("office", "police", "market", "county")
            ]
            seen = next((each.json() for each in answers if each.status_code == 200), None)
            if seen is None:
                continue
            assert seen["version"] >= version, self.told(url)
            if seen["version"] == version:
                assert seen["status"] == status, self.told(url)
            standing = seen["standing"]
            assert standing["now"] or standing["ended"], self.told((url, standing))
        for who in WHO:
            self.at_home(who)

    def at_home(self, who: str) -> None:
        """What waits for somebody is theirs by the head of its record as well, until the same day."""
        items = self.asked(who, "GET", "/me/duties", params={"limit": 200}).json()["items"]
        touched = [each for each in items if each["url_hint"] in self.left]
        others = [each for each in items if each not in touched]
        for duty in touched + self.random.sample(others, min(6, len(others))):
            if K(duty["kind"]) in OF_A_PANEL or duty["url_hint"].split("/")[1] not in PATHS:
                continue
            answer = self.asked(who, "GET", duty["url_hint"])
            assert answer.status_code == 200, self.told((who, duty, answer.text))
            told = answer.json()["standing"]["now"]
            assert any(each["is_mine"] and each["due_on"] == duty["due_on"] for each in told), (
                self.told((who, duty, told))
            )


def test_whatever_happens_state_and_turn_stay_together(serving: Serving) -> None:
    walk = Walk(serving, Random(SEED))
    for number in range(1, ACTS + 1):
        walk.act()
        if number % EACH_KILL == 0:
            walk.kill()
        if number % EACH_RECOUNT == 0:
            walk.recount(5 + number // EACH_RECOUNT)
            walk.check()
    walk.check()
    assert serving.process.poll() is None, serving.said
    # a walk that is refused everywhere shows nothing
    assert sum(walk.worked.values()) > ACTS // 5, walk.told(walk.worked)
    assert len(walk.left) > 8, walk.told(walk.left)
    assert len(+walk.worked) > 3, walk.told(walk.worked)
