"""A new data key, and every encrypted column under it.

A stored value begins with the version of its key, so what is still to be done is asked of the
rows themselves: an interrupted run goes on where it stopped. Columns are found by their name: a
bytea that ends in `_enc` (tests/contract keeps the convention). Runs as owner, in short
transactions, and skips rows that somebody is just writing: they come with the next round.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.core import migrations

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.core.crypto import Keyring

    Report = Callable[[str, int, int], None]

BATCH = 500


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


async def rotate(url: str, keys: Keyring, report: Report) -> int:
    """Re-encrypt what lies under an older key; returns how many values there were."""
    connection = await migrations.connect(url)
    try:
        done = 0
        for column in await columns(connection):
            done += await _rotate_column(connection, column, keys, report)
        return done
    finally:
        await connection.close()


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
