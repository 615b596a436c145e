"""What the application's role may do, said beside the table it may do it to.

The role owns nothing. A table without a line here cannot be touched by the application at all,
and an append-only table is one where no line ever says UPDATE or DELETE: a privilege, not a trigger.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

PRIVILEGES = frozenset({"select", "insert", "update", "delete"})
# update (status, closed_at): privileges on single columns
_PRIVILEGE = re.compile(r"(?P<verb>[a-z]+)\s*(?P<columns>\([a-z0-9_, ]+\))?$")
_SPLIT = re.compile(r",(?![^(]*\))")


def app_role() -> str:
    """The role in the application's own address; the migration runs as another one."""
    from api.core.config import settings

    url = settings().database_url
    return (sa.make_url(str(url)).username if url else None) or "yinling_app"


def grant(op: Operations, table: str, privileges: str = "select, insert, update, delete") -> None:
    """grant(op, "leads", "select, insert, update"); columns may be named: "update (status)"."""
    _say(op, "GRANT {} ON {} TO {}", table, privileges)


def revoke(op: Operations, table: str, privileges: str) -> None:
    """Take back what a later migration granted on an older table."""
    _say(op, "REVOKE {} ON {} FROM {}", table, privileges)


def _say(op: Operations, words: str, table: str, privileges: str) -> None:
    parts = ", ".join(_checked(part.strip()) for part in _SPLIT.split(privileges))
    preparer = op.get_bind().dialect.identifier_preparer
    op.execute(sa.text(words.format(parts, preparer.quote(table), preparer.quote(app_role()))))


def append_only(op: Operations, table: str) -> None:
    """Rows are written once: events, ledger entries, receipts."""
    grant(op, table, "select, insert")


def read_only(op: Operations, table: str) -> None:
    """Rows come with migrations: rules, divisions, holidays."""
    grant(op, table, "select")


def grant_sequence(op: Operations, sequence: str) -> None:
    """For numbers drawn by hand; identity columns need no grant."""
    preparer = op.get_bind().dialect.identifier_preparer
    role = preparer.quote(app_role())
    op.execute(sa.text(f"GRANT usage ON SEQUENCE {preparer.quote(sequence)} TO {role}"))


def _checked(part: str) -> str:
    found = _PRIVILEGE.match(part)
    if found is None or found["verb"] not in PRIVILEGES:
        message = f"unknown privilege: {part!r}"
        raise ValueError(message)
    return part
