"""Form F1 of 100,000 leads as a workbook, to a loop over a SELECT that writes the same cells."""

import asyncio
import io
import time
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from rich import print as show

from bench import dataset, run

ROWS = 100_000
_COLUMNS = """number, channel, batch_no, received_at, reporter_kind, subject_name, primary_category,
people_involved, amount_involved, owner_unit_id, created_at, due_on, conclusion, status, version,
updated_at, feedback_mode, feedback_note, note"""


def _resident(process: int) -> int:
    """Megabytes that a process holds."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024


async def _ours(url: str, process: int) -> dict[str, float]:
    """Seconds, and megabytes above rest at most, of a server that sends the workbook."""
    form = {"grant_type": "password", "username": "office", "password": run.PASSWORD}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=600) as client:
        token = (await client.post("/auth/token", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        (await client.get("/leads")).raise_for_status()
        rest = most = _resident(process)
        size, begin = 0, time.perf_counter()
        async with client.stream("GET", "/leads/exports.xlsx") as answer:
            answer.raise_for_status()
            async for piece in answer.aiter_bytes():
                size += len(piece)
                most = max(most, _resident(process))
        return {"seconds": time.perf_counter() - begin, "megabytes": most - rest, "bytes": size}


async def _loop(url: str) -> float:
    """Seconds of a SELECT whose rows XlsxWriter writes as they come."""
    import xlsxwriter

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    begin = time.perf_counter()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    async with connection.transaction():
        line = 0
        async for row in connection.cursor(f"SELECT {_COLUMNS} FROM leads ORDER BY id"):
            for at, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, at, cell)
                elif cell is not None:
                    sheet.write_string(line, at, str(cell))
            line += 1
    book.close()
    taken = time.perf_counter() - begin
    await connection.close()
    return taken


async def _fill(url: str) -> None:
    from api.core.database import db
    from api.services.demo import demo

    await demo.load(password=run.PASSWORD, report=lambda *_: None)
    await db.dispose()
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await dataset.fill(connection, ROWS)
    await connection.close()


def ratio() -> dict[str, Any]:
    """Rows a second of the export to those of the loop; megabytes above rest while it streams."""
    with run.database() as (environment, owner_url):
        asyncio.run(_fill(owner_url))
        with run.serving("api.main:create_app", 8311, environment) as served:
            ours = asyncio.run(_ours(served.url, served.process))
        loop = asyncio.run(_loop(owner_url))
    show(
        f"  F1 export {ours['seconds']:.1f} s, {ours['megabytes']} MB above rest; loop {loop:.1f} s"
    )
    return {
        "ratio": round(loop / ours["seconds"], 4),
        "megabytes_above_rest": ours["megabytes"],
        "seconds": {"export": round(ours["seconds"], 2), "loop": round(loop, 2)},
    }
