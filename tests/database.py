"""The running server's database, looked at from behind."""

import asyncio
import base64
import subprocess

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


def forms(canary: str) -> list[bytes]:
    raw = canary.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1]]


def dump(url: str) -> bytes:
    """The whole database as a thief would get it."""
    from api.core.database import embedded

    address = sa.make_url(url).set(drivername="postgresql")
    command = [str(embedded.binaries() / "pg_dump"), address.render_as_string(hide_password=False)]
    return subprocess.run(command, capture_output=True, check=True).stdout
