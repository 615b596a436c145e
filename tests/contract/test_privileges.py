"""What the application's role may do, tried by its own SQL: every table, every verb, every column.

`alembic/grants.py` decides; a table that nobody decided about fails here.
"""

import asyncio
import sys
from contextlib import asynccontextmanager

import asyncpg
import pytest

from api.core.base.config import settings
from api.core.database import embedded, migrations
from tests.conftest import ROOT

sys.path.append(str(ROOT / "alembic"))
from grants import DECISIONS, SEQUENCES

#: The only tables whose rows the application may delete; each was asked about once.
DELETABLE = {
    # texts written anew, and lists that people shorten
    "case_identifiers",
    "lead_identifiers",
    "risk_entity_identifiers",
    "lead_accused_units",
    "lead_red_flags",
    "record_access",
    "restricted_members",
    "saved_filters",
    "import_templates",
    # staging, queues and counters that are kept for a time
    "idempotency_keys",
    "import_files",
    "import_rows",
    "login_failures",
    "old_passwords",
    "pgqueuer",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
    "public_load",
    "receipt_failures",
    "receipt_sources",
    "source_keys",
    "spent_challenges",
    # counted anew from the leads
    "lead_month_counts",
}  # fmt: skip
#: What is evidence, in words of its own: a weaker decision does not pass by being written down.
NEVER_CHANGED = {
    "postings": {"*"}, "transfers": {"*"}, "accounts": {"*"}, "events": {"*"},
    "attachments": {"*"}, "stored_files": {"*"}, "case_decisions": {"*"}, "lead_ratings": {"*"},
    "property_determinations": {"*"}, "property_measure_renewals": {"*"},
    "restricted_file_events": {"*"}, "restricted_hints": {"*"}, "rule_set_versions": {"town_code", "kind", "based_on_id", "is_earlier", "owner_unit_id"}, "town_terms": {"*"}, "shared_changes": {"body", "proposed_by_id", "kind"},
    "informant_recusals": {"*"}, "recheck_samples": {"*"},
    "distribution_lines": {"distribution_id", "victim_id", "share", "round", "principal"},
    "lead_transfers": {"lead_id", "case_id", "risk_entity_id", "number"},
    "distributions": {"case_id", "number"}, "rewards": {"lead_id", "number"},
    "informants": {"lead_id"}, "informant_openings": {"lead_id", "requested_by_id", "reason"},
    "lead_messages": {"text_enc", "sender", "lead_id"}, "lead_identifiers": {"value_enc"},
    "leads": {"number", "created_by_post_id"}, "victims": {"case_id", "number"},
    "posts": {"role", "unit_id"}, "users": {"username"}, "units": {"kind", "behaviour"}, "unit_kinds": {"code", "behaviour"},
    "idempotency_keys": {"request_digest"}, "restricted_hand_offs": {"words_enc"},
}  # fmt: skip

_TABLES = """
    SELECT c.relname AS name,
           array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY c.relname ORDER BY c.relname
"""
#: The same with what the database fills by itself.
_ALL_COLUMNS = _TABLES.replace(" FILTER (WHERE a.attgenerated = '')", "")


def verdict(table: str, verb: str, column: str | None = None) -> bool:
    """Whether the decision lets a statement through."""
    decision = DECISIONS[table]
    if verb not in decision.verbs.split():
        return False
    if column is None:
        return True
    if verb == "insert":
        return column not in decision.unwritten
    if decision.only:
        return column in decision.only
    return column not in decision.fixed


@asynccontextmanager
async def connected(url: str):
    connection = await asyncpg.connect(migrations.plain(url))
    try:
        yield connection
    finally:
        await connection.close()


async def tables_of(owner_url: str, columns: str = _TABLES) -> dict[str, list[str]]:
    async with connected(owner_url) as owner:
        return {row["name"]: row["columns"] for row in await owner.fetch(columns)}


async def tried(connection: asyncpg.Connection, statement: str) -> bool:
    """Whether the role may: nothing is changed, no row fits, and all is rolled back."""
    attempt = connection.transaction()
    await attempt.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await attempt.rollback()
    return True


def statements(table: str, columns: list[str]):
    """(verb, column, SQL) of everything that could be done to a table."""
    yield "select", None, f"SELECT FROM {table} WHERE false"
    yield "delete", None, f"DELETE FROM {table} WHERE false"
    yield "truncate", None, f"TRUNCATE {table}"
    for column in columns:
        yield "select", None, f"SELECT {column} FROM {table} WHERE false"
        yield (
            "insert",
            column,
            f"INSERT INTO {table} ({column}) OVERRIDING SYSTEM VALUE SELECT NULL WHERE false",
        )
        yield "update", column, f"UPDATE {table} SET {column} = DEFAULT WHERE false"


async def wrong(app_url: str, owner_url: str) -> list[str]:
    found = []
    tables = await tables_of(owner_url)
    async with connected(app_url) as app:
        for table, columns in tables.items():
            for verb, column, statement in statements(table, columns):
                if await tried(app, statement) != verdict(table, verb, column):
                    found.append(statement)
    return found


class TestDecisions:
    async def test_every_table_is_decided_about_and_no_other(self, running):
        assert set(await tables_of(running.owner_url)) == set(DECISIONS)

    async def test_the_columns_that_are_named_exist(self, running):
        tables = await tables_of(running.owner_url, _ALL_COLUMNS)
        for name, decision in DECISIONS.items():
            named = {*decision.fixed, *decision.only, *decision.unwritten}
            assert named <= set(tables[name]), name
            assert decision.why, name

    def test_what_is_evidence_is_not_deleted_or_changed(self):
        assert {t for t, d in DECISIONS.items() if "delete" in d.verbs.split()} == DELETABLE
        for table, columns in NEVER_CHANGED.items():
            for column in columns:
                if column == "*":
                    assert "update" not in DECISIONS[table].verbs.split(), table
                else:
                    assert not verdict(table, "update", column), (table, column)


class TestTheRole:
    async def test_it_may_do_what_is_decided_and_nothing_else(self, running):
        assert await wrong(running.app_url, running.owner_url) == []

    async def test_it_draws_from_no_other_sequence(self, running):
        async with connected(running.app_url) as app:
            names = await app.fetch(
                "SELECT relname FROM pg_class WHERE relkind = 'S'"
                " AND relnamespace = 'public'::regnamespace"
            )
            for row in names:
                name = row["relname"]
                assert await tried(app, f"SELECT setval('{name}', 1, false)") is False, name
                assert await tried(app, f"SELECT nextval('{name}')") == (name in SEQUENCES), name

    async def test_it_makes_and_drops_nothing(self, running):
        async with connected(running.app_url) as app:
            for statement in (
                "CREATE TABLE mine (x int)",
                "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE VIEW mine AS SELECT 1",
                "DROP TABLE leads",
                "ALTER TABLE leads ADD COLUMN x int",
                "ALTER TABLE leads DISABLE TRIGGER ALL",
                "GRANT DELETE ON informants TO PUBLIC",
                "GRANT DELETE ON informants TO CURRENT_USER",
                "SET ROLE yinling_owner",
                "SET session_replication_role = replica",
            ):
                try:
                    async with app.transaction():
                        await app.execute(statement)
                        done = await app.fetchval(
                            "SELECT has_table_privilege(current_user, 'informants', 'DELETE')"
                        )
                except (
                    asyncpg.InsufficientPrivilegeError,
                    asyncpg.InvalidParameterValueError,
                ):
                    continue
                # a grant by whoever may not grant is a warning, and nothing
                assert statement.startswith("GRANT"), statement
                assert done is False, statement


def test_an_old_database_comes_to_the_same(monkeypatch):
    """Whatever was granted before, by our migrations or by hand, to the role or to everybody."""

    async def spoil(owner_url: str) -> None:
        async with connected(owner_url) as owner:
            role = embedded.APP
            await owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
            await owner.execute("GRANT DELETE ON informants, distribution_lines TO PUBLIC")
            await owner.execute(f"GRANT UPDATE (share) ON distribution_lines TO {role}")
            await owner.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")

    with embedded.temporary() as server:
        monkeypatch.setenv("DATABASE_URL", server.app_url)
        settings.cache_clear()
        migrations.upgrade(server.owner_url, "search_pending")
        asyncio.run(spoil(server.owner_url))
        migrations.upgrade(server.owner_url)
        assert asyncio.run(wrong(server.app_url, server.owner_url)) == []
    settings.cache_clear()


@pytest.mark.parametrize("verb", ["UPDATE informants SET lead_id = lead_id", "DELETE FROM victims"])
async def test_rows_that_are_there_are_safe(running, client, verb):
    """Not by the accident of an empty table."""
    async with connected(running.app_url) as app:
        assert await tried(app, verb) is False
