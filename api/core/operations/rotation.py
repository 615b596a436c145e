"""A new data key, and every encrypted column under it.

A stored value begins with the version of its key, so what is still to be done is asked of the
rows themselves: an interrupted run goes on where it stopped. Columns are found by their name: a
bytea that ends in `_enc` (tests/contract keeps the convention). Runs as owner, in short
transactions, and skips rows that somebody is just writing: they come with the next round.

The server may go on: it learns the new key from the key file (core/base/crypto). What it was writing
under the old one meanwhile is waited for, and the rounds end when one finds nothing left.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.core.base import crypto
from api.core.database import migrations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from api.core.base.crypto import Keyring

    Report = Callable[[str, int, int], None]

BATCH = 500
#: Seconds that a transaction of the server may go on, such as a large import being committed.
_PATIENCE, _POLL = 300, 0.2
#: Named for this alone; any number does.
_LOCK = 0x79696E6C


@dataclass(frozen=True)
class Column:
    """One encrypted column; names quoted for SQL."""

    table: str
    name: str

    @property
    def label(self) -> str:
        """For the progress bar."""
        return f"{self.table}.{self.name}"


async def columns(connection: Any) -> list[Column]:
    """Every encrypted column of the schema."""
    rows = await connection.fetch(
        "SELECT format('%I', c.relname) AS table, format('%I', a.attname) AS name"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0"
        " AND NOT a.attisdropped AND a.atttypid = 'bytea'::regtype AND a.attname LIKE '%\\_enc'"
        " AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2"
    )
    return [Column(row["table"], row["name"]) for row in rows]


class RotationError(Exception):
    """The keys are not rotated now; the text is for the operator."""


@dataclass(frozen=True)
class Rotated:
    """The new version, if one was made, and how many values were rewritten."""

    version: int | None
    values: int


async def others(url: str) -> int:
    """How many connections the application has to its database, besides this one."""
    connection = await migrations.connect(url)
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND usename = current_user AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        )
    finally:
        await connection.close()


async def run(url: str, key_file: Path, report: Report, *, go_on: bool, live: bool) -> Rotated:
    """Make a new data key (or `go_on` with the last one) and rewrite everything under it.

    `live`: a server may be writing; it is given the time to learn the key. Raises RotationError
    while another rotation runs: two keys would chase each other.
    """
    connection = await migrations.connect(url)
    try:
        if not await connection.fetchval(f"SELECT pg_try_advisory_lock({_LOCK})"):
            raise RotationError("另一次密钥轮换正在进行，请等它结束")
        crypto.create_keys(key_file)
        version = None if go_on else crypto.add_data_key(key_file)
        if live:
            await asyncio.sleep(2 * crypto.LEARNS)
            await _outlast_writers(connection)
        ring = crypto.load_keys(key_file)
        return Rotated(version, await _rounds(connection, ring, report))
    finally:
        await connection.close()


async def rotate(url: str, keys: Keyring, report: Report) -> int:
    """Re-encrypt what lies under an older key; returns how many values there were."""
    connection = await migrations.connect(url)
    try:
        return await _rounds(connection, keys, report)
    finally:
        await connection.close()


async def _rounds(connection: Any, keys: Keyring, report: Report) -> int:
    done = 0
    while True:
        found = 0
        for column in await columns(connection):
            found += await _rotate_column(connection, column, keys, report)
        if not found:
            return done
        done += found


async def _outlast_writers(connection: Any) -> None:
    """Wait for the transactions that began before now: they may have sealed with the old key."""
    began = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    for _ in range(round(_PATIENCE / _POLL)):
        ended = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8"
        if await connection.fetchval(ended, began):
            return
        await asyncio.sleep(_POLL)
    raise RotationError(
        "有写入一直没有结束，暂不改写数据；新密钥已启用，请稍后以 yinling keys rotate --continue 继续"
    )


async def _rotate_column(connection: Any, column: Column, keys: Keyring, report: Report) -> int:
    old = f"{column.name} IS NOT NULL AND get_byte({column.name}, 0) <> {keys.current}"
    counting = f"SELECT count(*) FROM {column.table} WHERE {old}"  # noqa: S608
    total = int(await connection.fetchval(counting))
    done = 0
    while total:
        async with connection.transaction():
            # the row's place, not its key: tables differ in their keys, and the lock holds the place
            rows = await connection.fetch(
                f"SELECT ctid::text AS place, {column.name} AS value FROM {column.table}"  # noqa: S608
                f" WHERE {old} LIMIT {BATCH} FOR UPDATE SKIP LOCKED"
            )
            await connection.executemany(
                f"UPDATE {column.table} SET {column.name} = $2 WHERE ctid = $1::text::tid",  # noqa: S608
                [
                    (row["place"], keys.encrypt_bytes(keys.decrypt_bytes(row["value"])))
                    for row in rows
                ],
            )
        done += len(rows)
        report(column.label, done, max(total, done))
        if not rows:
            if not await connection.fetchval(counting):
                break
            await asyncio.sleep(0.2)
    return done
