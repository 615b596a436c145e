"""Migrations: one head, both directions, the models and the database in agreement, least rights."""

import asyncio
import warnings
from datetime import date

import asyncpg
import orjson
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from alembic import command
from api.core.base.config import settings
from api.core.database import embedded, migrations
from api.domain.rewards.rewards import ENTRIES
from api.domain.words.rule_content import parsed, shown


@pytest.fixture(scope="module")
def server():
    with embedded.temporary() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", running.app_url)
        settings.cache_clear()
        yield running
    settings.cache_clear()


def tables(url: str) -> set[str]:
    async def read() -> set[str]:
        connection = await asyncpg.connect(migrations.plain(url))
        try:
            rows = await connection.fetch(
                "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
                "WHERE relkind IN ('r', 'S', 'v') AND nspname = 'public'"
            )
        finally:
            await connection.close()
        return {row["relname"] for row in rows}

    return asyncio.run(read())


def test_there_is_one_head():
    assert migrations.head()


def test_up_down_and_up_again(server):
    migrations.upgrade(server.owner_url)
    full = tables(server.owner_url)
    assert {"leads", "cases", "events", "transfers"} <= full
    migrations.downgrade(server.owner_url, "base")
    assert tables(server.owner_url) <= {"alembic_version"}
    migrations.upgrade(server.owner_url)
    assert tables(server.owner_url) == full


def filled(server, table: str, **given: str) -> str:
    """An INSERT of one row that has what the table cannot do without."""
    plain = {"uuid": "gen_random_uuid()", "bigint": "1", "boolean": "false", "ARRAY": "'{}'"}
    plain |= {"timestamp with time zone": "now()", "date": "now()", "tsvector": "''"}

    async def read() -> list:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        try:
            return await connection.fetch(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = $1 AND is_nullable = 'NO' AND column_default IS NULL",
                table,
            )
        finally:
            await connection.close()

    values = {row["column_name"]: plain.get(row["data_type"], "'x'") for row in asyncio.run(read())}
    values |= given
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})"


def test_the_rules_of_rewards_come_through_both_ways(server):
    """Each version keeps its number, its day and every amount, on the way into the rule sets and back."""

    async def run(*statements: tuple) -> list:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        try:
            return [await connection.fetch(*statement) for statement in statements][-1]
        finally:
            await connection.close()

    migrations.upgrade(server.owner_url)
    migrations.downgrade(server.owner_url, "handled_since")
    unit, post = (f"01a00000-0000-7000-8000-00000000001{n}" for n in range(2))
    row = {
        "town_code": "'341522118'", "created_by_post_id": f"'{post}'",
        "conclusions": """'["illegal"]'""", "basis_points": "7", "floor": "100000",
        "cap": "9000000", "allows_anonymous": "true", "source": "'众专办〔2025〕3号'", "note": "'试行'",
    }  # fmt: skip
    steps = """'[{"at_least": 0, "reward": 100000}]'"""
    asyncio.run(
        run(
            (filled(server, "divisions", code="'341522118'"),),
            (filled(server, "units", id=f"'{unit}'", division_code="'341522118'", kind="'office'",
                    behaviour="'office'"),),
            (filled(server, "posts", id=f"'{post}'", unit_id=f"'{unit}'",
                    division_code="'341522118'"),),
            (filled(server, "reward_rules", **row, version="2", steps=steps,
                    created_at="'2025-03-01 20:00+00'"),),
            (filled(server, "reward_rules", **row, version="3", steps=steps,
                    created_at="'2025-06-01 08:00+00'"),),
        )
    )  # fmt: skip
    read = ("SELECT * FROM reward_rules ORDER BY version",)
    before = [dict(each) for each in asyncio.run(run(read))]
    migrations.upgrade(server.owner_url)
    moved = asyncio.run(run(("SELECT * FROM rule_set_versions ORDER BY number",)))
    assert [(each["number"], each["status"], each["is_earlier"]) for each in moved] == [
        (2, "approved", True), (3, "approved", True)
    ]  # fmt: skip
    assert [each["valid_from"] for each in moved] == [date(2025, 3, 2), date(2025, 6, 1)]
    content = orjson.loads(moved[0]["content"])
    assert (content["basis_points"], content["floor"], content["steps"]) == (
        7, 100_000, [{"at_least": 0, "reward": 100_000}]
    )  # fmt: skip
    assert parsed(ENTRIES, shown(ENTRIES, content)) == (content, [])
    migrations.downgrade(server.owner_url, "handled_since")
    assert [dict(each) for each in asyncio.run(run(read))] == before
    migrations.downgrade(server.owner_url, "base")


def test_informants_come_through_both_ways(server, tmp_path, monkeypatch):
    """Names, phones and what was said word for word are there after the way down and up again; the
    keys are those of the house."""
    from api.core.base.crypto import keyring

    monkeypatch.setenv("YINLING_HOME", str(tmp_path))
    settings.cache_clear()
    keyring.cache_clear()
    keys = keyring()

    async def run(*statements: tuple) -> list:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        try:
            return [await connection.fetch(*statement) for statement in statements][-1]
        finally:
            await connection.close()

    migrations.upgrade(server.owner_url)
    migrations.downgrade(server.owner_url, "lead_transfers")
    lead = "01a00000-0000-7000-8000-000000000001"
    insert = "INSERT INTO lead_reporters (lead_id, name_enc, phone_enc) VALUES ($1, $2, $3)"
    asyncio.run(
        run(
            (filled(server, "divisions", code="'341522118'"),),
            (filled(server, "units", id=f"'{lead}'", division_code="'341522118'"),),
            (
                filled(
                    server, "leads", id=f"'{lead}'", owner_unit_id=f"'{lead}'",
                    division_code="'341522118'",
                ),
            ),
            (insert, lead, keys.encrypt("欧阳清"), keys.encrypt("13955512347")),
        )
    )  # fmt: skip
    migrations.upgrade(server.owner_url)
    read = "SELECT * FROM informants"
    (row,) = asyncio.run(run((read,)))
    assert row["phone_index"] == keys.blind_index("informant_phone", "13955512347")
    assert (row["handler_id"], row["version"]) == (None, 1)
    said = "UPDATE informants SET narrative_enc = $1"
    asyncio.run(run((said, keys.encrypt("我是欧阳清；原文如此"))))
    migrations.downgrade(server.owner_url, "lead_transfers")
    migrations.upgrade(server.owner_url)
    (row,) = asyncio.run(run((read,)))
    assert keys.decrypt(row["name_enc"]) == "欧阳清"
    assert keys.decrypt(row["phone_enc"]) == "13955512347"
    assert keys.decrypt(row["narrative_enc"]) == "我是欧阳清；原文如此"
    asyncio.run(run(*((f"DELETE FROM {table}",) for table in ("leads", "units", "divisions"))))
    keyring.cache_clear()


def test_what_was_never_handed_over_leaves_on_the_way_down(server):
    """Of a proposal there is nothing in the older table; who is to be named is found on the way up."""

    async def run(*statements: tuple) -> list:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        try:
            return [await connection.fetch(*statement) for statement in statements][-1]
        finally:
            await connection.close()

    def row(table: str, **given: str) -> None:
        asyncio.run(run((filled(server, table, **given),)))

    migrations.upgrade(server.owner_url)
    one = "'01a00000-0000-7000-8000-000000000001'"
    row("divisions", code="'341522118'")
    row("units", id=one, kind="'office'", behaviour="'office'", division_code="'341522118'")
    row("posts", id=one, unit_id=one, division_code="'341522118'")
    row(
        "leads", id=one, owner_unit_id=one, division_code="'341522118'",
        transfer_stage="'proposed'", reporter_kind="'real_name'",
    )  # fmt: skip
    row("informants", lead_id=one)
    row("lead_transfers", id=one, lead_id=one, created_by_post_id=one, organ="'police'")
    row("lead_transfer_clocks", transfer_id=one, lead_id=one, due_on="'2022-06-01'")
    migrations.downgrade(server.owner_url, "restricted_files")
    assert asyncio.run(run(("SELECT id FROM lead_transfers",))) == []
    assert asyncio.run(run(("SELECT id FROM lead_transfer_clocks",))) == []
    (lead,) = asyncio.run(run(("SELECT transfer_stage FROM leads",)))
    assert lead["transfer_stage"] is None
    migrations.upgrade(server.owner_url)
    (kept,) = asyncio.run(run(("SELECT keepers_wanted FROM informants",)))
    assert kept["keepers_wanted"] is True
    emptied = ("informants", "leads", "posts", "units", "divisions")
    asyncio.run(run(*((f"DELETE FROM {table}",) for table in emptied)))


def test_lines_of_text_become_hand_overs(server):
    """A diverted case, an entity's transfer, a lead at the county: each waits for whom it was handed
    to, with what was written down, and what waits stands still."""

    async def run(*statements: tuple) -> list:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        try:
            return [await connection.fetch(*statement) for statement in statements][-1]
        finally:
            await connection.close()

    def row(table: str, **given: str) -> None:
        asyncio.run(run((filled(server, table, **given),)))

    migrations.upgrade(server.owner_url)
    migrations.downgrade(server.owner_url, "claim_status")
    ids = [f"'01a00000-0000-7000-8000-00000000000{n}'" for n in range(1, 7)]
    one, two, county, three, four, five = ids
    town = {"division_code": "'341522118'"}
    row("divisions", code="'341522118'")
    row("divisions", code="'341522'")
    row("units", id=one, kind="'police'", behaviour="'police'", name="'派出所'", **town)
    row("units", id=two, kind="'market'", behaviour="'market'", name="'市场监管所'", **town)
    row(
        "units", id=county, kind="'county'", behaviour="'county'", is_active="true",
        division_code="'341522'",
    )  # fmt: skip
    row("posts", id=one, unit_id=one, **town)
    owned = {"owner_unit_id": one, "created_by_post_id": one, "town_code": "'341522118'"} | town
    for case_id, number, route, unit, receipt in (
        (one, "'AJ-1'", "'mediation'", "NULL", "'回执1'"),
        (two, "'AJ-2'", "NULL", two, "''"),
    ):
        row(
            "cases", id=case_id, number=number, civil_route=route, diversion_unit_id=unit,
            diversion_department="'某单位'", diversion_receipt_no=receipt,
            status="'diverted_civil'", police_case_no=number, **owned,
        )  # fmt: skip
        row(
            "case_decisions", id=case_id, case_id=case_id, action="'divert_civil'",
            decided_on="'2022-06-01'", recorded_by_post_id=one,
        )  # fmt: skip
    row(
        "risk_entities", id=one, number="'QY-1'", status="'transferred_department'",
        evidence_fixed_on="'2022-05-01'", uscc="''", **owned,
    )  # fmt: skip
    row(
        "risk_measures", id=one, entity_id=one, kind="'transfer_department'",
        note="E'接收部门：县民政局\n职责\n2022-06-02签收；办理结果：已处理'", done_on="'2022-06-01'",
        created_by_post_id=one,
    )  # fmt: skip
    for lead_id, status, stage in (
        (three, "'transferred_police'", "'sent'"), (four, "'escalated'", "NULL"),
        (five, "'recheck'", "'sent'"),
    ):  # fmt: skip
        row(
            "leads", id=lead_id, number=f"'XS-{lead_id[-2]}'", status=status, transfer_stage=stage,
            due_on="'2022-07-01'", due_from="'2022-05-01'", **owned,
        )  # fmt: skip
        if stage != "NULL":
            row(
                "lead_transfers", id=lead_id, lead_id=lead_id, created_by_post_id=one,
                organ="'police'", kind="'report'", sent_on="'2022-06-10'",
            )  # fmt: skip
    migrations.upgrade(server.owner_url)
    read = (
        "SELECT number, status, kind, department, receipt_no, receiver_unit_id, result_note"
        " FROM lead_transfers WHERE lead_id IS NULL ORDER BY number"
    )
    civil, unit, entity = map(tuple, asyncio.run(run((read,))))
    assert civil[1:5] == ("accepted", "dispute", "某单位", "回执1")
    assert unit[1:5] == ("sent", "referral", "市场监管所", "")
    assert str(unit[5]) == two.strip("'")
    assert (*entity[1:4], entity[6]) == ("answered", "referral", "县民政局", "已处理")
    seen = asyncio.run(run(("SELECT viewer_id FROM record_access WHERE resource = 'handover'",)))
    assert len(seen) == 4, "whoever sent one, and the unit that is to receive one"
    read = "SELECT due_on, due_held_on, due_pauses[1], transfer_organ FROM leads ORDER BY id"
    waits, up, again = map(tuple, asyncio.run(run((read,))))
    assert waits[:3] == (None, date(2022, 7, 1), date(2022, 6, 10))
    assert up[:2] == (None, date(2022, 7, 1))
    assert up[3] == "county"
    assert again[:3] == (date(2022, 7, 1), None, None)
    migrations.downgrade(server.owner_url, "claim_status")
    read = "SELECT diversion_department, diversion_receipt_no FROM cases ORDER BY id"
    assert [tuple(each) for each in asyncio.run(run((read,)))] == [
        ("某单位", "回执1"), ("市场监管所", ""),
    ]  # fmt: skip
    (waits, up, _) = asyncio.run(run(("SELECT due_on FROM leads ORDER BY id",)))
    assert waits["due_on"] == up["due_on"] == date(2022, 7, 1)
    migrations.upgrade(server.owner_url)
    emptied = (
        "record_access", "number_series", "lead_transfer_clocks", "lead_transfers",
        "risk_measures", "risk_entities", "case_decisions", "cases", "leads", "posts", "units",
        "divisions",
    )  # fmt: skip
    asyncio.run(run(*((f"DELETE FROM {table}",) for table in emptied)))


def test_search_columns_are_made_anew_in_batches(server, tmp_path, monkeypatch):
    """What was stored in the older form is found afterwards: texts, names, fixed lines."""
    import recompute

    from api.core.base.crypto import keyring
    from api.core.listing import search
    from api.domain.words.identifiers import IdentifierKind
    from api.services.kit import protect, sealing

    monkeypatch.setenv("YINLING_HOME", str(tmp_path))
    monkeypatch.setattr(recompute, "BATCH", 2)
    settings.cache_clear()
    keyring.cache_clear()
    keys = keyring()

    async def run(*statements: tuple) -> list:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        try:
            return [await connection.fetch(*statement) for statement in statements][-1]
        finally:
            await connection.close()

    migrations.upgrade(server.owner_url)
    migrations.downgrade(server.owner_url, "search_pending")
    one = "'01a00000-0000-7000-8000-000000000001'"
    owner = {"owner_unit_id": one, "division_code": "'341522118'"}
    inserts = [
        filled(server, "divisions", code="'341522118'"),
        filled(server, "units", id=one, division_code="'341522118'"),
        filled(server, "posts", id=one, unit_id=one, division_code="'341522118'"),
        *(
            filled(
                server, "leads", number=f"'{at}'", subject_name=f"'福寿（{at}）康养'", **owner,
                narrative="'电话0564-*****88，\\Ａ座'", batch_no="'第３批'",
            )
            for at in range(5)
        ),
        filled(server, "cases", id=one, title="'买买提·艾力案'", created_by_post_id=one, **owner),
        filled(server, "risk_entities", name="'康某（六安）'", created_by_post_id=one, **owner),
    ]  # fmt: skip
    asyncio.run(run(*((statement,) for statement in inserts)))
    line = keys.encrypt("0564-6027788-8")
    entered = filled(server, "lead_identifiers", kind="'phone'", value_mask="'0564-*****88'", field="''",
                     value_enc="$1", value_index="''", lead_id="(SELECT min(id::text)::uuid FROM leads)")  # fmt: skip
    named = filled(server, "victims", case_id=one, name_enc="$1", name_index="''",
                   created_by_post_id=one, **owner)  # fmt: skip
    asyncio.run(run((entered, line), (named, keys.encrypt("买买提·艾力"))))
    migrations.upgrade(server.owner_url)
    found = asyncio.run(run(("SELECT search_text, search::text AS search FROM leads ORDER BY id",)))
    assert {row["search_text"].split()[0] for row in found} == {f"福寿{at}康养" for at in range(5)}
    assert all("电话056488a座 x 第3批" in row["search_text"] for row in found)
    assert all("'康养'" in row["search"] for row in found)
    assert sum(row["search_text"].endswith(" 056488") for row in found) == 1
    (row,) = asyncio.run(run(("SELECT value_index FROM lead_identifiers",)))
    assert bytes(row["value_index"]) == protect.index(IdentifierKind.PHONE, "0564-6027788")
    (row,) = asyncio.run(run(("SELECT name_index FROM victims",)))
    assert bytes(row["name_index"]) == sealing.name_key("买买提艾力")
    (row,) = asyncio.run(run(("SELECT search_text FROM cases",)))
    assert row["search_text"].startswith(search.plain("买买提·艾力案"))
    emptied = (
        "victims",
        "lead_identifiers",
        "leads",
        "cases",
        "risk_entities",
        "posts",
        "units",
        "divisions",
    )
    asyncio.run(run(*((f"DELETE FROM {table}",) for table in emptied)))
    keyring.cache_clear()


def test_a_place_that_was_stored_in_words_is_found_by_its_figures(server):
    """三组 was kept as it was written; what tells of no place stays as it is."""

    async def run(*statements: str) -> list:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        try:
            return [await connection.fetch(each) for each in statements][-1]
        finally:
            await connection.close()

    migrations.upgrade(server.owner_url)
    migrations.downgrade(server.owner_url, "county_looks_on")
    one = "'01a00000-0000-7000-8000-000000000001'"
    owner = {"owner_unit_id": one, "division_code": "'341522118'"}
    told = ("某公司 白庙村三组第十二号 第3批", "某公司 十二号开会")
    asyncio.run(
        run(
            filled(server, "divisions", code="'341522118'"),
            filled(server, "units", id=one, division_code="'341522118'", kind="'office'", behaviour="'office'"),
            filled(server, "posts", id=one, unit_id=one, division_code="'341522118'"),
            *(
                filled(server, "leads", number=f"'{at}'", search_text=f"'{text}'",
                       search="''", **owner)
                for at, text in enumerate(told)
            ),
        )
    )  # fmt: skip
    migrations.upgrade(server.owner_url)
    asked = "SELECT search_text, search::text AS search FROM leads ORDER BY number"
    changed, kept = asyncio.run(run(asked))
    assert changed["search_text"] == "某公司 白庙村3组12号 第3批"
    assert "'3'" in changed["search"]
    assert "'12'" in changed["search"]
    assert (kept["search_text"], kept["search"]) == (told[1], "")
    asyncio.run(
        run(*(f"DELETE FROM {table}" for table in ("leads", "posts", "units", "divisions")))
    )


def test_the_models_say_what_the_database_has(server):
    migrations.upgrade(server.owner_url)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Did not recognize type 'xid8'")
        command.check(migrations.config(server.owner_url))


def test_indexes_of_long_expressions_are_what_the_models_say(server):
    """Alembic leaves them out of its comparison: built once more from the models, PostgreSQL must
    make the same of them."""
    import api.models.leads  # noqa: F401  # any table's module registers its own
    from api.core.database.db import Base

    def spelled(index) -> bool:
        long = {"ix_leads_left_out", "ix_leads_open_late"}
        return index.name.endswith("_facets") or index.name in long

    indexes = [i for t in Base.metadata.tables.values() for i in t.indexes if spelled(i)]
    assert len(indexes) >= 2

    async def read() -> list[tuple[str, str]]:
        connection = await asyncpg.connect(migrations.plain(server.owner_url))
        found = []
        try:
            for index in indexes:
                ddl = str(CreateIndex(index).compile(dialect=postgresql.dialect()))
                await connection.execute(ddl.replace(index.name, "again", 1))
                migrated, again = [
                    await connection.fetchval("SELECT pg_get_indexdef($1::text::regclass)", name)
                    for name in (index.name, "again")
                ]
                found.append((migrated.replace(index.name, "again"), again))
                await connection.execute("DROP INDEX again")
        finally:
            await connection.close()
        return found

    for migrated, again in asyncio.run(read()):
        assert migrated == again


def test_the_app_role_owns_nothing_and_changes_no_event(server):
    migrations.upgrade(server.owner_url)

    async def attempt() -> list[str]:
        connection = await asyncpg.connect(migrations.plain(server.app_url))
        refused = []
        try:
            assert asyncio.get_running_loop()
            for statement in (
                "UPDATE events SET name = 'x'",
                "DELETE FROM events",
                "TRUNCATE events",
                "DELETE FROM transfers",
                "UPDATE postings SET amount = 1",
                "DROP TABLE leads",
                "ALTER TABLE leads ADD COLUMN x int",
                "CREATE TABLE mine (x int)",
                "DELETE FROM leads",
            ):
                try:
                    await connection.execute(statement)
                except asyncpg.InsufficientPrivilegeError:
                    refused.append(statement)
        finally:
            await connection.close()
        return refused

    assert len(asyncio.run(attempt())) == 9
    assert asyncio.run(migrations.owned_tables(server.app_url)) == 0
