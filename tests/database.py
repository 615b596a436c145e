"""The running server's database, looked at from behind."""

import asyncio
import base64
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import sqlalchemy as sa


def run_sql(running, statement: str, *values):
    async def go():
        connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    return asyncio.run(go())


@contextmanager
def colleague(running, who) -> Iterator[None]:
    """Somebody else sits in the same unit in the same role, for as long."""
    [post, user] = run_sql(running, "SELECT gen_random_uuid() AS id FROM generate_series(1, 2)")
    for table, old, new, more in (
        ("posts", who.me["post"]["id"], post["id"], f"'code', 'P{post['id']}'"),
        ("users", who.me["user"]["id"], user["id"], f"'username', 'u{user['id']}'"),
    ):
        run_sql(
            running,
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t)"
            f" || jsonb_build_object('id', $2::uuid, {more}))).* FROM {table} t WHERE id = $1",
            old, new,
        )  # fmt: skip
    run_sql(
        running,
        "INSERT INTO post_holders (id, post_id, user_id, since, handover_note)"
        " VALUES (gen_random_uuid(), $1, $2, CURRENT_DATE, '')",
        post["id"], user["id"],
    )  # fmt: skip
    yield
    run_sql(running, "DELETE FROM post_holders WHERE post_id = $1", post["id"])
    run_sql(running, "DELETE FROM posts WHERE id = $1", post["id"])
    run_sql(running, "UPDATE users SET is_active = false WHERE id = $1", user["id"])


def forms(canary: str) -> list[bytes]:
    raw = canary.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1]]


def dump(url: str) -> bytes:
    """The whole database as a thief would get it."""
    from api.core.database import embedded

    address = sa.make_url(url).set(drivername="postgresql")
    command = [str(embedded.binaries() / "pg_dump"), address.render_as_string(hide_password=False)]
    return subprocess.run(command, capture_output=True, check=True).stdout
