"""The demo campaign: everything in it came through the services, and every figure agrees."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from api.core.base import clock
from api.core.base.config import settings
from api.core.base.crypto import keyring
from api.core.database import db, embedded, migrations, sessions
from api.domain.imports.ledgers import LedgerKind
from api.services.across import duties
from api.services.demo import demo, demo_ledgers
from api.services.organisation import operators
from tests.imports import helpers

PASSWORD = "Demo-Test-2026"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A migrated database that this module has to itself."""
    with embedded.temporary() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("YINLING_HOME", str(tmp_path_factory.mktemp("demo")))
        patch.setenv("DATABASE_URL", server.app_url)
        patch.setenv("YINLING_OWNER_DATABASE_URL", server.owner_url)
        settings.cache_clear()
        keyring.cache_clear()
        migrations.upgrade(server.owner_url)
        yield
    settings.cache_clear()
    keyring.cache_clear()


async def _load(told: list[tuple[str, int, int]]) -> None:
    await db.dispose()
    try:
        await demo.load(password=PASSWORD, report=lambda *step: told.append(step), campaign=True)
    finally:
        await db.dispose()


@pytest.fixture(scope="module")
def told(empty: None) -> list[tuple[str, int, int]]:
    """The campaign, loaded; what the progress bar was told."""
    steps: list[tuple[str, int, int]] = []
    asyncio.run(_load(steps))
    return steps


@pytest.fixture
async def asked(told: list[tuple[str, int, int]]):
    """Ask the database of the campaign in plain SQL."""
    await db.dispose()

    async def ask(sql: str) -> list[tuple]:
        async with db.database().session() as session:
            return [tuple(row) for row in await session.execute(text(sql))]

    yield ask
    await db.dispose()


async def test_there_is_enough_to_look_at(asked, told) -> None:
    counts = {
        table: (await asked(f"SELECT count(*) FROM {table}"))[0][0]
        for table in ("leads", "risk_entities", "inspections", "rectifications", "cases", "victims")
    }
    assert counts["leads"] >= 115
    assert counts["risk_entities"] == 60
    assert counts["inspections"] >= 10
    assert counts["rectifications"] == 3
    assert counts["cases"] == 3
    assert counts["victims"] == 60
    assert len({s for (s,) in await asked("SELECT DISTINCT status FROM leads")}) >= 14
    assert len(await asked("SELECT DISTINCT channel FROM leads")) >= 12
    assert len(await asked("SELECT DISTINCT primary_category FROM leads")) == 7
    assert len(await asked("SELECT DISTINCT division_code FROM leads")) == 11
    assert len(await asked("SELECT DISTINCT date_trunc('month', received_at) FROM leads")) >= 6
    assert {t for (t,) in await asked("SELECT DISTINCT tier FROM risk_entities")} >= {
        "green", "yellow", "orange", "red",
    }  # fmt: skip
    assert {s for (s,) in await asked("SELECT status FROM cases")} == {
        "investigating", "enforcing", "under_review",
    }  # fmt: skip
    assert {s for (s,) in await asked("SELECT status FROM rectifications")} == {
        "ordered", "reinspecting", "closed",
    }  # fmt: skip
    assert sorted(s for (s,) in await asked("SELECT status FROM distributions")) == [
        "completed", "computed", "published",
    ]  # fmt: skip


async def test_progress_ends_at_the_end(told) -> None:
    last = [step for step in told if step[0] == "演示行动"][-1]
    assert last[1] == last[2] > 150


async def test_every_lead_tells_how_it_came_where_it_is(asked) -> None:
    """Each lead has its creation, one event for each further version, and the last one names the
    status in which it stands."""
    assert (
        await asked("""
        SELECT l.number FROM leads l WHERE NOT EXISTS (
          SELECT 1 FROM events e WHERE e.subject_id = l.id AND e.name = 'lead.created')
    """)
        == []
    )
    assert (
        await asked("""
        SELECT l.number, l.status, l.version, count(e.id) FROM leads l
        LEFT JOIN events e ON e.subject_id = l.id AND e.name = 'lead.transitioned'
        GROUP BY l.id HAVING count(e.id) <> l.version - 1
          OR coalesce((array_agg(e.data ->> 'to' ORDER BY e.id DESC))[1], l.status) <> l.status
    """)
        == []
    )


async def test_nothing_happens_in_the_future_or_out_of_order(asked) -> None:
    assert await asked("SELECT 1 FROM events WHERE at > now()") == []
    assert await asked("SELECT 1 FROM leads WHERE received_at > now() OR created_at > now()") == []
    # the list is in the order of ids, the timeline in the order of time: they are the same
    assert (
        await asked("""
        SELECT id FROM (SELECT id, at < lag(at) OVER (ORDER BY id) - interval '2 seconds' AS back
        FROM events) e WHERE back
    """)
        == []
    )


async def test_the_ledger_sums_to_zero_and_agrees_with_the_plans(asked) -> None:
    last = """
        SELECT DISTINCT ON (account_id) account_id, book_id, balance FROM postings
        ORDER BY account_id, seq DESC
    """
    books = await asked(f"SELECT book_id, sum(balance) FROM ({last}) b GROUP BY book_id")
    assert len(books) == 2
    assert {total for _, total in books} == {0}
    paid = await asked(f"""
        SELECT (SELECT sum(b.balance) FROM ({last}) b JOIN accounts a ON a.id = b.account_id
                WHERE a.kind = 'returned'),
               (SELECT sum(share) FROM distribution_lines WHERE status = 'paid')
    """)
    assert paid[0][0] == paid[0][1] == 180_000_00


async def test_people_are_separate_in_every_refund(asked) -> None:
    rows = await asked(
        "SELECT prepared_by_id, approved_by_id, paid_by_id FROM distributions"
        " WHERE paid_by_id IS NOT NULL"
    )
    assert rows
    assert all(len(set(row)) == 3 for row in rows)


async def at_home(post: str) -> dict:
    """What waits for a post: home asks whether a login still holds, so there is one for as long."""
    async with db.database().session() as session:
        actor = await operators.enter(session, post, "test")
        await session.commit()
        waiting = await duties.waiting(actor, 200)
        await sessions.revoke(session, session_id=actor.session_id)
        await session.commit()
    return waiting


@pytest.mark.parametrize("post", ["office", "police", "market", "civil", "finance", "leader"])
async def test_something_waits_for(post: str, asked) -> None:
    waiting = await at_home(post)
    assert waiting["total"] > 0
    if post == "police":
        kinds = {duty["kind"] for duty in waiting["items"]}
        assert {"measure_expiring", "case_filing", "lead_acknowledge"} <= kinds
    if post == "leader":
        kinds = {duty["kind"] for duty in waiting["items"]}
        assert kinds == {
            "reward_approve", "distribution_approve", "informant_name", "lead_transfer_approve",
                "rule_set_approve",
        }  # fmt: skip


async def test_some_leads_are_late_and_some_are_due_in_two_working_days(asked) -> None:
    left = []
    for post in ("police", "market", "civil", "justice", "culture"):
        found = await at_home(post)
        left += [d["working_days_left"] for d in found["items"] if d["kind"] == "lead_verify"]
    assert sum(days < 0 for days in left) >= 4
    assert left.count(2) >= 3


async def test_personal_data_is_masked_and_nobody_is_logged_in(asked) -> None:
    assert await asked("SELECT 1 FROM leads WHERE narrative ~ '1990000[0-9]{4}'") == []
    assert await asked("SELECT 1 FROM leads WHERE narrative ~ '62284800'") == []
    masked = await asked("SELECT count(*) FROM lead_identifiers")
    assert masked[0][0] > 20
    assert await asked("SELECT 1 FROM sessions WHERE revoked_at IS NULL") == []


async def test_loading_again_changes_nothing(asked) -> None:
    before = await asked("SELECT (SELECT count(*) FROM leads), (SELECT max(id) FROM events)")
    await demo.load(password=PASSWORD, report=lambda *_: None, campaign=True)
    assert (
        await asked("SELECT (SELECT count(*) FROM leads), (SELECT max(id) FROM events)") == before
    )


class TestExampleLedgers:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        demo_ledgers.write(tmp_path)
        return tmp_path

    def _read(self, path: Path, kind: LedgerKind, monkeypatch):
        around = helpers.AROUND
        monkeypatch.setattr(
            helpers, "AROUND", type(around)(clock.today(), around.divisions, around.units)
        )
        return helpers.read(path.read_bytes(), kind, path.name)[0]

    @pytest.mark.parametrize(
        ("name", "kind", "rows"),
        [
            ("线索台账.xlsx", LedgerKind.LEADS, 80),
            ("风险管控名单.xlsx", LedgerKind.RISK_ENTITIES, 30),
            ("受害人登记表.xlsx", LedgerKind.VICTIMS, 60),
        ],
    )
    def test_good_ones_are_good(self, folder, monkeypatch, name, kind, rows) -> None:
        found = self._read(folder / name, kind, monkeypatch)
        assert len(found) == rows
        assert [row.faults for row in found if row.faults] == []

    def test_the_planted_faults_are_found_and_no_others(self, folder, monkeypatch) -> None:
        path = folder / "线索台账-含错误.xlsx"
        found = self._read(path, LedgerKind.LEADS, monkeypatch)
        said = {(row.number, fault.label, fault.code) for row in found for fault in row.faults}
        planted = demo_ledgers.planted()
        assert said == {(each.row, each.heading, each.code) for each in planted}
        assert len(planted) == 12

    def test_they_are_the_same_every_time(self, tmp_path: Path) -> None:
        noon = clock.now().replace(hour=12)
        with clock.travel(noon):
            made = [demo_ledgers.write(tmp_path / name)[0] for name in ("a", "b")]
        first, second = (
            [row.values for row in helpers.read(path.read_bytes())[0]] for path in made
        )
        assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2026-12-31T23:30", "2027-02-14T21:30"])
def test_it_can_begin_on_any_day(day: str, tmp_path: Path, monkeypatch) -> None:
    """The turn of the year, and the long holidays of the spring festival."""
    with embedded.temporary() as server:
        monkeypatch.setenv("YINLING_HOME", str(tmp_path))
        monkeypatch.setenv("DATABASE_URL", server.app_url)
        settings.cache_clear()
        keyring.cache_clear()
        migrations.upgrade(server.owner_url)
        with clock.travel(datetime.fromisoformat(day).replace(tzinfo=clock.TIMEZONE)):
            asyncio.run(_load([]))
    settings.cache_clear()
    keyring.cache_clear()
