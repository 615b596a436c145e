"""Jobs belong to the transaction of their change; they are retried, then held; nothing leaks."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from api import worker
from api.core.database import db, embedded, migrations
from api.core.events import job_runner, jobs


@pytest.fixture(autouse=True)
async def empty_queue(own_database: db.Database) -> None:
    async with own_database.engine.begin() as connection:
        for table in ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules"):
            await connection.execute(sa.text(f"DELETE FROM {table}"))


async def _count(database: db.Database) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(sa.text("SELECT count(*) FROM pgqueuer")) or 0)


class TestEnqueue:
    async def test_commits_with_the_change(self, own_database: db.Database) -> None:
        async with own_database.session() as session, session.begin():
            await jobs.enqueue(session, "demo", {"id": uuid4()})
            assert await _count(own_database) == 0
        assert await _count(own_database) == 1

    async def test_vanishes_with_the_change_even_as_first_statement(
        self, own_database: db.Database
    ) -> None:
        async with own_database.session() as session:
            await jobs.enqueue(session, "demo", {"id": uuid4()})
            await session.rollback()
        assert await _count(own_database) == 0

    async def test_vanishes_after_other_statements(self, own_database: db.Database) -> None:
        async with own_database.session() as session:
            await session.execute(sa.text("SELECT 1"))
            await jobs.enqueue(session, "demo")
            await session.rollback()
        assert await _count(own_database) == 0

    async def test_the_raw_connection_is_the_trap_we_avoid(self, own_database: db.Database) -> None:
        """If this ever fails, SQLAlchemy sends BEGIN earlier and the trap is gone."""
        insert = "INSERT INTO pgqueuer (priority, entrypoint, status) VALUES (0, 'raw', 'queued')"
        async with own_database.session() as session:
            raw: Any = await (await session.connection()).get_raw_connection()
            await raw.driver_connection.execute(insert)
            await session.rollback()
        assert await _count(own_database) == 1, "a raw insert before any statement survives"

        async with own_database.session() as session:
            await session.execute(sa.text("SELECT 1"))
            raw = await (await session.connection()).get_raw_connection()
            await raw.driver_connection.execute(insert)
            await session.rollback()
        assert await _count(own_database) == 1, "after a statement of SQLAlchemy's it does not"

    async def test_a_key_waits_only_once(self, own_database: db.Database) -> None:
        for _ in range(3):
            async with own_database.session() as session, session.begin():
                await jobs.enqueue(session, "demo", key="only-one")
        assert await _count(own_database) == 1

    @pytest.mark.parametrize("value", ["张三", "13812345678", "a b", "13812345678@x.cn", 1.5])
    async def test_refuses_what_is_no_id(self, own_database: db.Database, value: object) -> None:
        async with own_database.session() as session:
            with pytest.raises(ValueError, match="ids only: field") as refused:
                await jobs.enqueue(session, "demo", {"field": value})
        assert str(value) not in str(refused.value)

    @pytest.mark.parametrize(
        "value",
        [UUID(int=7), str(UUID(int=8)), 7, True, None, "lead.created", "2026-11-22", [UUID(int=9)]],
    )
    async def test_takes_ids(self, own_database: db.Database, value: object) -> None:
        async with own_database.session() as session, session.begin():
            await jobs.enqueue(session, "demo", {"field": value})
        assert await _count(own_database) == 1


class TestWorker:
    async def test_does_what_is_queued(self, own_database: db.Database) -> None:
        done: list[dict[str, Any]] = []

        async def handler(payload: dict[str, Any]) -> None:
            done.append(payload)

        given = str(uuid4())
        async with own_database.session() as session, session.begin():
            await jobs.enqueue(session, "demo", {"id": given})
        await worker.run({"demo": handler}, until_empty=True)
        assert done == [{"id": given}]

    async def test_retries_then_holds_and_writes_no_message_down(
        self, own_database: db.Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries = 0

        async def handler(_: dict[str, Any]) -> None:
            nonlocal tries
            tries += 1
            raise LookupError("张三 13812345678")

        monkeypatch.setattr(job_runner, "_Executor", _quick(job_runner._Executor, attempts=2))
        async with own_database.session() as session, session.begin():
            await jobs.enqueue(session, "demo")
        await worker.run({"demo": handler}, until_empty=True)
        assert tries == 3
        async with own_database.session() as session:
            held = await jobs.waiting(session, "failed", 10)
            assert [(job.name, job.attempts, job.error) for job in held] == [
                ("demo", 2, "builtins.LookupError")
            ]
            logs = await session.execute(sa.text("SELECT * FROM pgqueuer_log"))
            written = str(logs.all())  # times and paths hold digits too: ask for the whole number
            assert "13812345678" not in written
            assert "张三" not in written
            assert await jobs.counts(session) == {"failed": 1}

        async def mended(_: dict[str, Any]) -> None:
            nonlocal tries
            tries = 100

        async with own_database.session() as session, session.begin():
            assert await jobs.retry(session, held[0].id)
            assert not await jobs.retry(session, held[0].id)
        await worker.run({"demo": mended}, until_empty=True)
        assert tries == 100
        assert await _count(own_database) == 0

    async def test_schedules_put_jobs_into_the_queue(self, own_database: db.Database) -> None:
        done = asyncio.Event()

        async def handler(_: dict[str, Any]) -> None:
            done.set()

        stop = asyncio.Event()
        runs = asyncio.create_task(
            job_runner.run(
                migrations.plain(
                    str(own_database.engine.url.render_as_string(hide_password=False))
                ),
                {"tick": handler},
                [jobs.Schedule("tick", minute="*")],
                stop,
                until_empty=False,
            )
        )
        # not a minute's wait: the next run is pulled to now
        for _ in range(1200):
            async with own_database.engine.begin() as connection:
                moved = await connection.execute(
                    sa.text("UPDATE pgqueuer_schedules SET next_run = now() RETURNING id")
                )
                if moved.first():
                    break
            await asyncio.sleep(0.05)
        try:
            await asyncio.wait_for(done.wait(), 70)
        finally:
            stop.set()
            await asyncio.wait_for(runs, 10)


class TestSchedules:
    """Every job that runs by the clock has a handler, and every handler something that calls it."""

    def test_nothing_is_scheduled_that_nobody_does(self) -> None:
        assert {schedule.job for schedule in worker.SCHEDULES} <= set(worker.JOBS)


def _quick(base: type[Any], attempts: int) -> type[Any]:
    class Quick(base):
        def __init__(self, **given: Any) -> None:
            super().__init__(
                max_attempts=attempts, initial_delay=timedelta(milliseconds=1), **given
            )

    return Quick


@pytest.mark.parametrize(
    ("hour", "expression"), [("3", "17 19 * * *"), ("9", "17 1 * * *"), ("*", "17 * * * *")]
)
def test_schedules_speak_chinese_time(hour: str, expression: str) -> None:
    assert jobs.Schedule("x", minute="17", hour=hour).expression == expression


async def test_tables_are_the_librarys_own(server: embedded.EmbeddedPostgres) -> None:
    """A newer library says here which migration it needs. The trigger is left out on purpose."""
    from pgqueuer.adapters.persistence.queries import Queries

    connection = await migrations.connect(server.owner_url)
    try:
        plan = await Queries.from_asyncpg_connection(connection).plan_upgrade()
    finally:
        await connection.close()
    missing = [str(step) for step in plan.statements]
    assert all("fn_pgqueuer_changed" in step for step in missing), missing
