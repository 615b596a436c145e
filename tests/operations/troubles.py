"""What a database can suffer."""

import asyncpg

from api.core.database import outages

_OURS = "SELECT pid FROM pg_stat_activity WHERE usename = 'yinling_app'"
#: Each is waited for; one that is gone already has nothing to wait for.
_AWAIT = "SELECT pg_terminate_backend(pid, 10000) FROM unnest($1::int[]) pid"
TROUBLES = {
    "refused": ("ALTER ROLE yinling_app NOLOGIN", "ALTER ROLE yinling_app LOGIN", outages.REFUSED),
    "exhausted": (
        "ALTER ROLE yinling_app CONNECTION LIMIT 0",
        "ALTER ROLE yinling_app CONNECTION LIMIT -1",
        outages.BUSY,
    ),
    "read only": (
        "ALTER ROLE yinling_app SET default_transaction_read_only = on",
        "ALTER ROLE yinling_app RESET default_transaction_read_only",
        outages.READ_ONLY,
    ),
}


def admin(running) -> str:
    """The superuser's address: beside the owner's, who owns no role."""
    where = running.owner_url.replace("+asyncpg", "").replace("yinling_owner", "postgres")
    return where.replace("@/yinling?", "@/postgres?")


async def cut(running, *statements: str) -> None:
    """Say something to the server, and make everybody of ours come in anew."""
    connection = await asyncpg.connect(admin(running))
    try:
        for each in statements:
            await connection.execute(each)
        gone = [row["pid"] for row in await connection.fetch(_OURS)]
        await connection.execute(_AWAIT, gone)
    finally:
        await connection.close()
