"""Bringing in a lead ledger of 10,000 rows, as a ratio of COPY into the same indexed table.

Reading and checking the file, and the commit, each against the time in which PostgreSQL copies as
many rows into `leads` with all its indexes.
"""

import asyncio
import io
import os
import random
import resource
import time
from typing import Any

from rich import print as show

from bench.run import database

ROWS = 10_000
VILLAGES = ["白庙村", "刘台村", "东湖村", "大塘村"]


def ledger(rows: int) -> bytes:
    """A ledger as a township writes it."""
    import xlsxwriter

    rng = random.Random(1)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet()
    heads = ["序号", "来源", "接收时间", "举报方式", "举报人", "联系电话", "反映对象", "类别"]
    heads += ["问题描述", "涉及人数", "涉案金额（万元）", "所在村", "承办单位", "备注"]
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head)
    for n in range(1, rows + 1):
        phone, theirs = (f"13{rng.randrange(10**9):09d}" for _ in range(2))
        cells: list[Any] = [
            n, rng.choice(["12345", "信访", "110"]), f"2022年{rng.randrange(5, 10)}月{rng.randrange(1, 29)}日",
            "实名", "王文秀", phone, f"霍邱县第{rng.randrange(300)}康养服务有限公司", "提供养老服务",
            f"老人交纳会员费{rng.randrange(10**6)}元预订床位，承诺每年返利{rng.randrange(5, 30)}%，"
            f"至今无法入住，要求退款被拖延，对方电话{theirs}。第{n}件。",
            rng.randrange(1, 30), rng.randrange(1, 500) / 10, rng.choice(VILLAGES), "派出所", None,
        ]  # fmt: skip
        for at, cell in enumerate(cells):
            if cell is not None:
                sheet.write(n, at, cell)
    book.close()
    return out.getvalue()


async def measure() -> dict[str, float]:
    """Seconds of each step."""
    from sqlalchemy import text

    from api.core.base.ids import uuid7
    from api.core.database import db
    from api.domain.imports.imports import ImportMode
    from api.domain.imports.ledgers import LedgerKind
    from api.domain.kit.actors import Actor
    from api.domain.kit.permissions import Role
    from api.services.demo import demo
    from api.services.imports import imports

    await demo.load(password="Bench-2026-x", report=lambda *_: None)
    database = db.database()
    content = ledger(ROWS)
    async with database.session() as session, session.begin():
        post, unit, place, user = (
            await session.execute(
                text(
                    "SELECT p.id, p.unit_id, p.division_code, u.id FROM posts p, users u"
                    " WHERE p.code = 'office' AND u.username = 'office'"
                )
            )
        ).one()
        login = uuid7()
        actor = Actor("user", user, "镇专项办", post, unit, Role.OFFICE, place, login)
        await session.execute(
            text(
                "INSERT INTO sessions (id, kind, subject_id, post_id, epoch, client, created_at,"
                " last_used_at, expires_at) VALUES (:id, 'user', :user, :post, 0, '', now(), now(),"
                " now() + interval '1 day')"
            ),
            {"id": login, "user": user, "post": post},
        )

        class Upload:
            filename = "台账.xlsx"

            async def read(self, _: int) -> bytes:
                return content

        made = await imports.create(session, actor, LedgerKind.LEADS, Upload())  # type: ignore[arg-type]  # duck
    from uuid import UUID

    times = {}
    begin = time.perf_counter()
    await imports.parse(UUID(made["id"]))
    times["read, check and stage"] = time.perf_counter() - begin

    class Body:
        action, mode, on_edited, version = "commit", ImportMode.STRICT, None, 2

    begin = time.perf_counter()
    async with database.session() as session, session.begin():
        done = await imports.transition(session, actor, UUID(made["id"]), Body())
    times["commit"] = time.perf_counter() - begin
    assert done["rows_committed"] == ROWS, done
    times["copy"] = await _copy(database)
    await db.dispose()
    return times


async def _copy(database: Any) -> float:
    """The same rows once more, with new ids and numbers, by COPY alone."""
    import asyncpg

    from api.core.base.ids import uuid7

    connection = await asyncpg.connect(os.environ["DATABASE_URL"].replace("+asyncpg", ""))
    out = io.BytesIO()
    columns = [
        row["attname"]
        for row in await connection.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attnum > 0"
            " AND NOT attisdropped AND attname NOT IN ('id', 'number') ORDER BY attnum"
        )
    ]
    await connection.copy_from_query(
        f"SELECT {', '.join(columns)} FROM leads ORDER BY id LIMIT {ROWS}",
        output=out,
    )
    lines = out.getvalue().splitlines()
    again = b"".join(
        f"{uuid7()}\tYARD-{n}\t".encode() + line + b"\n" for n, line in enumerate(lines)
    )
    begin = time.perf_counter()
    await connection.copy_to_table(
        "leads", source=io.BytesIO(again), columns=["id", "number", *columns]
    )
    taken = time.perf_counter() - begin
    await connection.close()
    return taken


def ratio() -> dict[str, Any]:
    """Reading, checking and committing the ledger, to COPY of as many rows; and the memory it took."""
    with database():
        times = asyncio.run(measure())
    copy = times["copy"]
    for name, seconds in times.items():
        show(f"  {name:24} {seconds:6.2f} s   {copy / seconds:5.2f} of COPY")
    return {
        "ratio": round(copy / (times["read, check and stage"] + times["commit"]), 4),
        "seconds": {name: round(seconds, 2) for name, seconds in times.items()},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
