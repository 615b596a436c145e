"""`yinling import`: the township's ledger from the command line, and the faulty one back in red."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from api import cli
from api.core.base.config import settings
from api.core.base.crypto import keyring
from api.core.database import db, embedded, migrations
from api.core.database.record_access import RecordAccess
from api.domain.cases.cases import CaseStatus
from api.domain.leads.categories import LeadCategory
from api.models.cases import Case
from api.models.units import Post
from api.services.demo import demo
from tests.conftest import DATA

runner = CliRunner()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The demo organisation on a database of its own."""
    with embedded.temporary() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("YINLING_HOME", str(tmp_path_factory.mktemp("import")))
        patch.setenv("DATABASE_URL", server.app_url)
        patch.setenv("YINLING_OWNER_DATABASE_URL", server.owner_url)
        settings.cache_clear()
        keyring.cache_clear()
        migrations.upgrade(server.owner_url)
        asyncio.run(_apart(demo.load(password="Demo-Test-2026", report=lambda *_: None)))
        yield
    settings.cache_clear()
    keyring.cache_clear()


async def _apart(work):
    await db.dispose()
    try:
        return await work
    finally:
        await db.dispose()


def ask(sql: str) -> list[tuple]:
    async def query() -> list[tuple]:
        async with db.database().session() as session:
            return [tuple(row) for row in await session.execute(text(sql))]

    return asyncio.run(_apart(query()))


def bring(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and everything said."""
    done = runner.invoke(cli.app, ["import", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def file(tmp_path: Path):
    def copied(name: str) -> Path:
        return Path(shutil.copy(DATA / name, tmp_path / name))

    return copied


def test_the_ledger_comes_in_once(town, file) -> None:
    path = file("线索台账.xlsx")
    code, said = bring("leads", path)
    assert code == 0, said
    assert "共 120 行：可导入 120，有错误 0" in said
    assert "已导入 120 行" in said
    assert ask("SELECT count(*) FROM leads") == [(120,)]
    code, said = bring("leads", path)
    assert code == 0, said
    assert "以前已导入 120" in said
    assert "已导入 0 行" in said
    assert ask("SELECT count(*) FROM leads") == [(120,)]


def test_it_is_done_in_the_name_of_the_post(town) -> None:
    rows = ask("SELECT DISTINCT role, actor_name FROM events WHERE name = 'lead.created'")
    assert rows == [("office", "李晓芸")]
    assert ask("SELECT 1 FROM sessions WHERE revoked_at IS NULL") == []
    assert ask("SELECT DISTINCT client FROM sessions") == [("yinling import",)]


def test_faults_are_told_and_marked_and_nothing_comes_in(town, file) -> None:
    path = file("线索台账-含错误.xlsx")
    before = ask("SELECT count(*) FROM leads")
    code, said = bring("leads", path)
    assert code == 1
    assert "有错误 48" in said
    assert "bad_phone" not in said
    assert "电话" in said
    marked = path.with_name("线索台账-含错误-标注.xlsx")
    sheet = openpyxl.load_workbook(marked).active
    red = [c for line in sheet.iter_rows() for c in line if c.fill.start_color.rgb == "FFFFC7CE"]
    assert len(red) == 48
    assert ask("SELECT count(*) FROM leads") == before
    assert ask("SELECT status FROM imports ORDER BY id DESC LIMIT 1") == [("cancelled",)]


def test_rows_that_may_be_edits_must_be_decided(town, file) -> None:
    path = file("线索台账-含错误.xlsx")
    code, said = bring("leads", path, "--mode", "good_rows")
    # the good rows of this file came in with the other one; only what differs is new
    assert code in {0, 1}, said
    if code:
        assert "请选择" in said
    code, said = bring("leads", path, "--mode", "good_rows", "--edited", "skip")
    assert code == 0, said


def test_the_control_list_comes_in(town, file) -> None:
    code, said = bring("risk_entities", file("风险管控名单.xlsx"))
    assert code == 0, said
    assert "已导入 60 行" in said


def test_a_register_of_victims_comes_into_its_case(town, file) -> None:
    number = asyncio.run(_apart(_a_case()))
    path = file("受害人登记表.xlsx")
    for expected in (395, 0):
        code, said = bring("victims", path, "--case", number, "--as", "police")
        assert code == 0, said
        assert f"已导入 {expected} 行" in said
    assert ask("SELECT count(*), sum(principal) FROM victims") == [(395, 2_312_000_000)]


async def _a_case() -> str:
    async with db.database().session() as session, session.begin():
        post = await session.scalar(select(Post).where(Post.code == "police"))
        case = Case(
            number="AJ-341522118-2022-0900",
            status=CaseStatus.INVESTIGATING,
            title="某康养公司集资诈骗案",
            primary_category=LeadCategory.C1,
            division_code="341522118",
            town_code="341522118",
            owner_unit_id=post.unit_id,
            created_by_post_id=post.id,
            search="",
        )
        session.add(case)
        await session.flush()
        session.add(RecordAccess(viewer_id=post.unit_id, resource="case", record_id=case.id))
        return case.number


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("victims",), "案件"),
        (("victims", "--case", "AJ-341522118-1999-0001"), "没有编号为"),
        (("leads", "--as", "nobody"), "nobody"),
        (("leads", "--as", "village01"), "无权"),
        (("nonsense",), ""),
        (("leads", "--mode", "maybe"), ""),
    ],
)
def test_what_cannot_be_is_refused(town, file, arguments, said) -> None:
    kind, *rest = arguments
    code, told = bring(kind, file("受害人登记表.xlsx"), *rest)
    assert code != 0
    assert said in told


def test_what_is_no_ledger_says_so(town, tmp_path) -> None:
    path = tmp_path / "信.pdf"
    path.write_bytes(b"%PDF-1.4")
    code, said = bring("leads", path)
    assert code == 1
    assert "无法读取" in said
