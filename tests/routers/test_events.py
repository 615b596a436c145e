"""Timelines, the feed and the audit over HTTP."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from api.core.base.ids import uuid7
from api.core.database.migrations import connect, plain
from tests.conftest import Client
from tests.factories import assign, make_lead


class _Database:
    url = ""


@pytest.fixture(autouse=True, scope="module")
def _told(running):
    _Database.url = running.owner_url


async def _all_are_over() -> None:
    """Whatever is being written now has been: the feed does not go past a transaction that runs, and
    the worker of the same house writes, too."""
    owner = await connect(_Database.url)
    try:
        mine = await owner.fetchval("SELECT pg_current_xact_id()::text::bigint")
        oldest = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        async with asyncio.timeout(60):
            while await owner.fetchval(oldest) <= mine:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.05)
    finally:
        await owner.close()


def follow(client: Client, cursor: str | None = None, limit: int = 200):
    """The feed from a cursor to its present end: (events, cursor)."""
    with ThreadPoolExecutor(1) as apart:  # some of the tests have a loop of their own
        apart.submit(asyncio.run, _all_are_over()).result()
    return read(client, cursor, limit)


def read(client: Client, cursor: str | None = None, limit: int = 200):
    """The same, as far as it goes while others write."""
    found: list[dict] = []
    while True:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        answer = client.get("/events", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return found, cursor


class TestTimeline:
    def test_tells_what_was_done_in_chinese(self, office, client):
        police = client("police")
        made = assign(office, make_lead(office), police)
        police.act(f"/leads/{made['id']}", "acknowledge", made["version"])
        page = police.get(f"/leads/{made['id']}/timeline")
        assert page.status_code == 200, page.text
        entries = page.json()["items"]
        assert [entry["label"] for entry in entries] == [
            "签收：已交办 → 核查中",
            "交办：已登记 → 已交办",
            "提交线索",
        ]
        assert entries[0]["unit_name"] == "派出所"
        assert entries[0]["actor_name"] == police.me["user"]["name"]
        assert set(entries[0]) >= {"id", "at", "happened_at", "recorded_at", "name", "data"}

    def test_pages(self, office, client):
        made = assign(office, make_lead(office), client("police"))
        url = f"/leads/{made['id']}/timeline"
        first = office.get(url, params={"limit": 1}).json()
        second = office.get(url, params={"limit": 1, "cursor": first["next_cursor"]}).json()
        assert second["items"][0]["label"] == "提交线索"
        assert second["next_cursor"] is None
        other = make_lead(office)
        foreign = office.get(
            f"/leads/{other['id']}/timeline", params={"cursor": first["next_cursor"]}
        )
        assert foreign.json()["code"] == "cursor_invalid"

    def test_of_what_is_not_seen_is_not_there(self, office, client):
        made = make_lead(office)
        assert client("culture").get(f"/leads/{made['id']}/timeline").status_code == 404
        assert client("audit_admin").get(f"/leads/{made['id']}/timeline").status_code == 403
        assert office.get(f"/leads/{uuid4()}/timeline").status_code == 404

    def test_a_look_at_plain_data_is_the_audits_alone(self, office):
        made = make_lead(office, narrative="老人反映问题，联系电话13800138000")
        body = {"fields": ["narrative"], "reason": "核对举报电话"}
        assert office.post(f"/leads/{made['id']}/reveals", json=body).status_code == 200
        entries = office.get(f"/leads/{made['id']}/timeline").json()["items"]
        assert [entry["name"] for entry in entries] == ["lead.created"]

    def test_who_hands_in_is_told_how_it_stands_and_no_more(self, office, client):
        grid = client("grid01")
        made = make_lead(grid)
        seen = office.get(f"/leads/{made['id']}").json()
        office.act(f"/leads/{made['id']}", "reject", seen["version"], reason="与已登记线索重复")
        url = f"/leads/{made['id']}/timeline"
        assert "重复" in office.get(url).text
        told = grid.get(url).json()["items"][0]
        assert told["label"] == "不予受理：已接收 → 不予受理"
        assert set(told["data"]) == {"action", "from", "to"}


class TestFeed:
    def test_is_cloud_events(self, office, client):
        _, cursor = follow(office)
        made = assign(office, make_lead(office), client("police"))
        events, after = follow(office, cursor)
        mine = [event for event in events if event["subject"] == made["id"]]
        assert [event["type"] for event in mine] == ["lead.created", "lead.transitioned"]
        assert mine[0]["specversion"] == "1.0"
        assert mine[0]["source"] == "/api/v1/leads"
        assert mine[1]["data"]["label"] == "交办：已登记 → 已交办"
        assert follow(office, after)[0] == []

    def test_shows_only_records_that_are_seen(self, office, client):
        market = client("market")
        _, cursor = follow(market)
        _, of_police = follow(client("police"))
        hidden = make_lead(office)
        shown = assign(office, make_lead(office), market)
        events, _ = follow(market, cursor)
        subjects = {event["subject"] for event in events}
        assert shown["id"] in subjects
        assert hidden["id"] not in subjects
        assert not follow(client("police"), of_police)[0]

    def test_small_pages_give_the_same(self, office):
        _, cursor = follow(office)
        made = [make_lead(office)["id"] for _ in range(7)]
        large, _ = follow(office, cursor)
        small, _ = follow(office, cursor, limit=2)
        assert small == large
        assert [e["subject"] for e in large if e["subject"] in made] == made

    @pytest.mark.parametrize("cursor", ["x", "AAAAAAAAAAAAAAAAAAAA", "0"])
    def test_refuses_forged_cursors(self, office, cursor):
        answer = office.get("/events", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")

    def test_refuses_a_cursor_of_another_list(self, office):
        foreign = office.get("/time-rules", params={"limit": 1}).json()["next_cursor"]
        assert office.get("/events", params={"cursor": foreign}).status_code == 422

    @pytest.mark.parametrize("who", ["system_admin", "security_admin", "audit_admin", "finance"])
    def test_needs_the_right(self, client, who):
        assert client(who).get("/events").status_code == 403

    def test_needs_a_login(self, running):
        assert httpx.get(f"{running.api}/events").status_code == 401

    async def test_a_restore_ends_old_cursors(self, office, running):
        _, cursor = follow(office)
        owner = await connect(running.owner_url)
        try:
            await owner.execute("UPDATE feed_state SET epoch = epoch + 1")
            answer = office.get("/events", params={"cursor": cursor})
            assert (answer.status_code, answer.json()["code"]) == (409, "feed_epoch_changed")
            assert office.get("/events").status_code == 200
        finally:
            await owner.execute("UPDATE feed_state SET epoch = epoch - 1")
            await owner.close()

    async def test_a_page_of_foreign_events_is_empty_and_goes_on(self, office, running):
        """2,300 events of other people: one page examines 2,000, finds nothing, leads on."""
        _, cursor = follow(office)
        writer = await asyncpg.connect(plain(running.app_url))
        await writer.executemany(_INSERT, [(uuid7(), "session") for _ in range(2300)])
        await writer.close()
        made = make_lead(office)
        page = office.get("/events", params={"cursor": cursor, "limit": 200}).json()
        assert page["items"] == []
        assert page["has_more"] is True
        events, _ = follow(office, page["next_cursor"])
        assert [event["subject"] for event in events] == [made["id"]]

    async def test_loses_nothing_of_1200_concurrent_events(self, office, running):
        """Twelve writers hold their transactions open for a while, so that ids are committed out
        of order; a reader follows all the time. A cursor over ids alone loses half of them."""
        lead = UUID(make_lead(office)["id"])
        _, cursor = follow(office)
        seen: list[str] = []
        writing = True

        async def write(worker: int) -> None:
            chance = random.Random(worker)
            connection = await asyncpg.connect(plain(running.app_url))
            for _ in range(20):
                async with connection.transaction():
                    for _ in range(5):
                        await connection.execute(_INSERT, lead, "lead")
                        await asyncio.sleep(chance.random() / 100)
            await connection.close()

        async def read_on() -> None:
            nonlocal cursor
            while True:
                last = not writing
                events, cursor = await asyncio.to_thread(follow if last else read, office, cursor)
                seen.extend(event["id"] for event in events if event["subject"] == str(lead))
                if last:
                    return
                await asyncio.sleep(0.01)

        reader = asyncio.create_task(read_on())
        await asyncio.gather(*(write(worker) for worker in range(12)))
        writing = False
        await reader
        assert len(seen) == 1200
        assert len(set(seen)) == 1200
        assert seen != sorted(seen, key=int), "nothing was out of order: the test proves nothing"


_INSERT = """
    INSERT INTO events (at, name, subject_type, subject_id, actor_kind, actor_name, role, result,
                        request_id, address, data)
    VALUES (now(), 'lead.updated', $2, $1, 'person', '某人', 'office', 'ok', '', '', '{}')
"""


class TestAudit:
    @pytest.fixture
    def audit(self, client) -> Client:
        return client("audit_admin")

    def test_finds_a_refusal(self, audit, client):
        police = client("police")
        refused = police.get("/users")
        query = {
            "name": "access.refused",
            "actor_id": police.me["user"]["id"],
            "result": "refused",
            "request_id": refused.json()["request_id"],
        }
        rows = audit.get("/audit/events", params=query).json()["items"]
        assert len(rows) == 1
        assert rows[0]["label"] == "越权访问被拒绝"
        assert rows[0]["data"]["path"] == "/api/v1/users"
        assert rows[0]["address"]

    def test_holds_no_business_data(self, audit, office):
        made = make_lead(office)
        office.act(f"/leads/{made['id']}", "reject", made["version"], reason="理由只在办理记录中")
        rows = audit.get("/audit/events", params={"subject_id": made["id"]}).json()["items"]
        assert [row["name"] for row in rows] == ["lead.transitioned", "lead.created"]
        assert rows[0]["label"] == "办理线索：不予受理"
        text = str(rows)
        assert "理由" not in text
        assert made["number"] not in text

    def test_pages_back_and_forth(self, audit, office):
        ids, cursor = [], None
        for _ in range(3):
            query = {"limit": 5} | ({"cursor": cursor} if cursor else {})
            page = audit.get("/audit/events", params=query).json()
            ids += [int(row["id"]) for row in page["items"]]
            cursor = page["next_cursor"]
        assert ids == sorted(ids, reverse=True)
        assert len(set(ids)) == 15
        back = audit.get("/audit/events", params={"limit": 5, "cursor": page["prev_cursor"]}).json()
        assert [int(row["id"]) for row in back["items"]] == ids[5:10]

    def test_by_time_and_name(self, audit):
        none = audit.get("/audit/events", params={"until": "2020-01-01T00:00:00+08:00"}).json()
        assert none["items"] == []
        some = audit.get(
            "/audit/events", params={"since": "2020-01-01T00:00:00+08:00", "actor_name": "沈审计"}
        ).json()
        assert {row["actor_name"] for row in some["items"]} == {"沈审计"}
        assert audit.get("/audit/events", params={"actor_name": "%"}).json()["items"] == []

    @pytest.mark.parametrize(
        "query",
        [
            {"name": "no.such"},
            {"since": "2020-01-01T00:00:00"},
            {"result": "maybe"},
            {"actor_id": "x"},
            {"order": "id"},
        ],
    )
    def test_refuses_faulty_questions(self, audit, query):
        assert audit.get("/audit/events", params=query).status_code == 422

    @pytest.mark.parametrize("who", ["office", "system_admin", "security_admin", "leader"])
    def test_is_the_audit_administrators(self, client, who):
        assert client(who).get("/audit/events").status_code == 403
