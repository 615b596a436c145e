"""A repeated POST: answered as then, with the name of its operation, to who still sees the record."""

import re
from uuid import uuid4

import pytest

from api.access.replays import SIGHTS, UNSCOPED, noun_of
from api.core.base.clock import today
from api.core.web.idempotency import _NEVER_KEPT, _QUESTIONS
from api.core.web.openapi import api_routes, guards
from api.routers import ROUTERS
from tests import factories
from tests.access import world as worlds
from tests.database import run_sql

OTHER = "341522119"


@pytest.fixture(scope="module")
def world(client):
    return worlds.build(client)


def again(world, what: str):
    who, path, body, key = world.sent[what]
    return who.post(path, json=body, headers={"Idempotency-Key": key})


class Hidden:
    """The record is not its sender's to see any more: another town's, taken from its unit, or off
    the list of those who know."""

    def __init__(self, running, model, record_id: str) -> None:
        self.running, self.table, self.id = running, model.__tablename__, record_id

    def __enter__(self) -> None:
        columns = {c["column_name"] for c in run_sql(
            self.running, "SELECT column_name FROM information_schema.columns WHERE table_name = $1",
            self.table,
        )}  # fmt: skip
        self.town = "town_code" in columns
        self.rows = run_sql(self.running, "DELETE FROM record_access WHERE record_id = $1 RETURNING *", self.id)  # fmt: skip
        if self.town:
            [row] = run_sql(
                self.running, f"SELECT town_code FROM {self.table} WHERE id = $1", self.id
            )
            self.was = row["town_code"]
            run_sql(self.running, f"UPDATE {self.table} SET town_code = $1 WHERE id = $2", OTHER, self.id)  # fmt: skip

    def __exit__(self, *_) -> None:
        for row in self.rows:
            run_sql(self.running, "INSERT INTO record_access VALUES ($1, $2, $3)", *row.values())
        if self.town:
            run_sql(self.running, f"UPDATE {self.table} SET town_code = $1 WHERE id = $2", self.was, self.id)  # fmt: skip


#: What is asked again → the noun whose record it tells of, and the one that is taken from sight.
TOLD = {
    "leads": "leads",
    "leads transitions": "leads",
    "openings": "leads",
    "merges": "leads",
    "rewards": "rewards",
    "cases": "cases",
    "victims": "victims",
    "property-items": "cases",
    "property-measures": "cases",
    "ledger": "cases",
    "distributions": "distributions",
    "risk-entities": "risk-entities",
    "inspections": "inspections",
    "rectifications": "rectifications",
    "outcomes": "outcomes",
    "leads/recheck-samples": "leads/recheck-samples",
}


@pytest.mark.parametrize("what", TOLD)
def test_it_is_answered_as_long_as_the_record_is_in_sight(world, running, what):
    first = again(world, what)
    assert first.status_code in {200, 201}, first.text
    assert first.json() == world.answers[what]
    assert first.headers["idempotent-replayed"] == "true"
    noun = TOLD[what]
    model, _ = SIGHTS[noun]
    with Hidden(running, model, world.ids[noun]):
        gone = again(world, what)
        assert (gone.status_code, gone.json()["code"]) == (404, "replay_out_of_sight"), gone.text
        assert world.mark not in gone.text
        assert "idempotent-replayed" not in gone.headers
    assert again(world, what).json() == world.answers[what]


def test_what_hangs_on_a_case_goes_with_it(world, running):
    model, _ = SIGHTS["cases"]
    with Hidden(running, model, world.ids["cases"]):
        for what in ("victims", "property-items", "property-measures", "distributions", "ledger"):
            answer = again(world, what)
            assert answer.status_code == 404, what
            assert world.mark not in answer.text


def test_a_link_to_what_went_out_of_sight_is_not_told_again(client, running):
    office = client("office")
    lead, main = (factories.make_lead(office) for _ in range(2))
    key = {"Idempotency-Key": uuid4().hex}
    body = {"lead_id": lead["id"], "version": lead["version"], "reason": "同一件事"}
    assert office.post(f"/leads/{main['id']}/merges", json=body, headers=key).status_code == 201
    with Hidden(running, SIGHTS["leads"][0], lead["id"]):
        answer = office.post(f"/leads/{main['id']}/merges", json=body, headers=key)
        assert answer.status_code == 404
        assert lead["number"] not in answer.text


def test_a_lead_that_was_given_to_another_unit(client):
    """The flow itself, not the database: assigned away, the unit that had it is out."""
    office, market = client("office"), client("market")
    made = factories.assign(office, factories.make_lead(office), market)
    url, key = f"/leads/{made['id']}", {"Idempotency-Key": uuid4().hex}
    body = {"action": "dispute", "version": made["version"], "reason": "不归我所管"}
    assert market.post(f"{url}/transitions", json=body, headers=key).status_code == 200
    assert market.post(f"{url}/transitions", json=body, headers=key).status_code == 200
    factories.assign(office, office.get(url).json(), client("police"))
    assert market.get(url).status_code == 404
    assert market.post(f"{url}/transitions", json=body, headers=key).status_code == 404


def test_off_the_list_of_a_restricted_file(client):
    office, county = client("office"), client("county")
    lead = factories.make_lead(office)
    body = {"lead_id": lead["id"], "kind": "umbrella", "text": "有人通风报信，请查。"}
    office.post("/restricted-files/hints", json=body)
    listed = county.get("/restricted-files", params={"limit": 200}).json()["items"]
    file_id = next(each["id"] for each in listed if each["lead_number"] == lead["number"])
    url = f"/restricted-files/{file_id}"
    version = county.get(url).json()["version"]
    leader = client("leader")
    named = {"user_id": leader.me["user"]["id"], "reason": "需要核对情况", "version": version}
    file = county.post(f"{url}/members", json=named).json()
    key = {"Idempotency-Key": uuid4().hex}
    handing = {"action": "hand_off", "version": file["version"], "organ": "discipline",
               "organ_name": "霍邱县纪委监委", "document_no": "移〔2026〕1号",
               "handed_on": today().isoformat(), "receipt": "信访室 签收"}  # fmt: skip
    done = leader.post(f"{url}/transitions", json=handing, headers=key)
    assert done.status_code == 200, done.text
    assert leader.post(f"{url}/transitions", json=handing, headers=key).json() == done.json()
    gone = {"reason": "不再需要知情", "version": done.json()["version"]}
    removed = county.post(f"{url}/members/{leader.me['user']['id']}/removals", json=gone)
    assert removed.status_code == 200, removed.text
    assert leader.post(f"{url}/transitions", json=handing, headers=key).status_code == 404


def test_a_replay_and_a_reused_key_name_the_operation(client):
    office, key, body = client("office"), {"Idempotency-Key": uuid4().hex}, factories.lead()
    assert "idempotent-operation" not in office.post("/leads", json=body, headers=key).headers
    replayed = office.post("/leads", json=body, headers=key)
    assert replayed.headers["idempotent-operation"] == "leads_create"
    reused = office.post("/outcomes", json={}, headers=key)
    assert reused.json()["code"] == "idempotency_key_reused"
    assert reused.json()["operation"] == "leads_create"


def test_nothing_of_an_answer_lies_in_plain(client, running):
    key, mark = uuid4().hex, f"某人{uuid4().hex[:8]}"
    client("office").post(
        "/leads", json=factories.lead(subject_name=mark), headers={"Idempotency-Key": key}
    )
    [row] = run_sql(running, "SELECT * FROM idempotency_keys WHERE key = $1", key)
    assert row["answer_enc"]
    assert mark.encode() not in b"".join(v for v in row.values() if isinstance(v, bytes))
    assert mark not in "".join(str(v) for v in row.values())


def posted() -> list[str]:
    found = []
    for route in api_routes(ROUTERS):
        guard = next(guards(route.dependant))
        if "POST" in route.methods and getattr(guard, "permission", None) is not None:
            found.append(route.path)
    return found


@pytest.mark.parametrize("path", posted())
def test_every_post_says_whose_sight_decides(path):
    """A new noun decides, or fails here; and says it of a model that visibility knows."""
    if path.endswith((*_NEVER_KEPT, *_QUESTIONS)):
        return
    noun = noun_of(path)
    assert (noun in SIGHTS) != (noun in UNSCOPED), path
    if noun in SIGHTS and (named := re.findall(r"\{([a-z_]+)\}", path)):
        # the first that a path names is the record itself
        assert named[0] not in {"user_id", "unit_id"} or noun == "units", path
