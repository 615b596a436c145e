"""Stored columns that Python makes of others, made anew for the rows that are there already.

In batches by id, so that a table of a million rows is never in memory; one statement a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alembic.operations import Operations

BATCH = 2_000
_FIRST = "00000000-0000-0000-0000-000000000000"
Row = Any


def recompute(
    op: Operations,
    table: str,
    selected: str,
    columns: Mapping[str, str],
    make: Callable[[Row], tuple[object, ...] | None],
    where: str = "true",
) -> int:
    """Set `columns` (name → type) of the rows `where` something holds to what `make` says of what
    was `selected`; None leaves a row alone. Returns how many rows there were."""
    connection = op.get_bind()
    read = sa.text(
        f"SELECT {table}.id, {selected} FROM {table} WHERE {table}.id > CAST(:after AS uuid)"  # noqa: S608
        f" AND ({where}) ORDER BY {table}.id LIMIT :batch"
    )
    sent = {name: "text" if kind == "tsvector" else kind for name, kind in columns.items()}
    given = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in sent.items())
    names = ", ".join(columns)
    sets = ", ".join(f"{name} = CAST(made.{name} AS {kind})" for name, kind in columns.items())
    write = sa.text(
        f"UPDATE {table} SET {sets} FROM unnest(CAST(:ids AS uuid[]), {given})"  # noqa: S608
        f" AS made(id, {names}) WHERE {table}.id = made.id"
    )
    after, done = _FIRST, 0
    while found := connection.execute(read, {"after": after, "batch": BATCH}).all():
        made = [(row.id, new) for row in found if (new := make(row)) is not None]
        if made:
            values = {name: [new[at] for _, new in made] for at, name in enumerate(columns)}
            connection.execute(write, {"ids": [str(key) for key, _ in made], **values})
        after, done = str(found[-1].id), done + len(found)
    return done
