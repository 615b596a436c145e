"""Where the schema is and where it should be, answered without importing Alembic.

Every start asks; only the rare start that finds the schema behind pays for Alembic's import.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.config import Config

ROOT = Path(__file__).resolve().parents[3]
_VERSIONS = ROOT / "alembic" / "versions"
_REVISION = re.compile(r"^revision(?:: str)? = [\"']([^\"']+)[\"']", re.MULTILINE)
_DOWN = re.compile(r"^down_revision(?::[^=]+)? = (.+?)$", re.MULTILINE)


async def connect(url: str) -> Any:
    """A bare asyncpg connection (the library has no types)."""
    asyncpg: Any = import_module("asyncpg")
    return await asyncpg.connect(plain(url))


@lru_cache(maxsize=1)
def head() -> str:
    """The newest revision in the source tree; empty when there is none yet."""
    known: set[str] = set()
    replaced: set[str] = set()
    for path in _VERSIONS.glob("*.py"):
        text = path.read_text()
        known.update(_REVISION.findall(text))
        for line in _DOWN.findall(text):
            replaced.update(re.findall(r"[\"']([^\"']+)[\"']", line))
    heads = known - replaced
    if len(heads) > 1:
        raise RuntimeError(f"迁移脚本有多个终点：{', '.join(sorted(heads))}")
    return heads.pop() if heads else ""


async def current(url: str) -> str:
    """The revision of a database; empty when it was never migrated."""
    connection = await connect(url)
    try:
        found = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        if not found:
            return ""
        return str(await connection.fetchval("SELECT version_num FROM alembic_version") or "")
    finally:
        await connection.close()


async def is_empty(url: str, table: str) -> bool:
    """Whether a table (a name of our own) has no row."""
    connection = await connect(url)
    try:
        return not await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608
    finally:
        await connection.close()


async def owned_tables(url: str) -> int:
    """How many tables the role of an address owns (a superuser owns all of them)."""
    connection = await connect(url)
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')"
                " AND relnamespace = current_schema()::regnamespace"
                " AND pg_has_role(current_user, relowner, 'MEMBER')"
            )
        )
    finally:
        await connection.close()


def upgrade(url: str, target: str = "head") -> None:
    """Bring a database to a revision, as its owner."""
    from alembic import command

    command.upgrade(config(url), target)


def downgrade(url: str, target: str = "-1") -> None:
    """Take migrations back, as the owner."""
    from alembic import command

    command.downgrade(config(url), target)


def config(url: str) -> Config:
    """Alembic's configuration for a database, wherever the working directory is."""
    from alembic.config import Config

    made = Config(str(ROOT / "alembic.ini"))
    made.attributes["url"] = url
    return made


def plain(url: str) -> str:
    """The address without SQLAlchemy's driver name."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)
