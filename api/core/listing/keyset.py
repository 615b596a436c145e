"""Pages of small tables by one unique column, through the ORM.

The ledgers' lists go through `core/listing/pagination.Listing`, which is fast and knows row scopes. Tables
that an administrator looks at (units, people, rules, the audit) need neither.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.core.base.security import sign, unsign
from api.core.listing.pagination import EXACT_TOTAL, PageQuery, bad_cursor


async def page(  # what a page is made of
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    key: InstrumentedAttribute[Any] | ColumnElement[Any],
    query: PageQuery,
    shape: Callable[[Any], dict[str, Any]],
    *,
    name: str,
    descending: bool = False,
) -> dict[str, Any]:
    """One page of a statement, ordered by `key`; `shape` makes the wire form of a row.

    Raises Invalid (`cursor_invalid`) for a foreign or tampered cursor.
    """
    backwards, after = _read(name, query.cursor)
    down = descending != backwards
    rows_of = statement.add_columns(key.label("keyset_key"))
    if query.cursor:
        rows_of = rows_of.where(key < after if down else key > after)
    rows_of = rows_of.order_by(key.desc() if down else key.asc()).limit(query.limit + 1)
    fetched = list(await session.execute(rows_of))
    more = len(fetched) > query.limit
    rows = fetched[: query.limit]
    if backwards:
        rows.reverse()
    has_next = bool(rows) if backwards else more
    has_previous = more if backwards else bool(query.cursor) and bool(rows)
    total = await _total(session, statement) if query.with_total else None
    return {
        "items": [shape(row) for row in rows],
        "next_cursor": sign(f"keyset:{name}", [False, rows[-1].keyset_key]) if has_next else None,
        "prev_cursor": sign(f"keyset:{name}", [True, rows[0].keyset_key]) if has_previous else None,
        "total": None if total is None else min(total, EXACT_TOTAL),
        "total_is_exact": total is not None and total <= EXACT_TOTAL,
        "sums": None,
        "notice": None,
    }


async def _total(session: AsyncSession, statement: Select[*tuple[Any, ...]]) -> int:
    some = statement.with_only_columns(
        statement.selected_columns[0], maintain_column_froms=True
    ).limit(EXACT_TOTAL + 1)
    return await session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _read(name: str, cursor: str | None) -> tuple[bool, Any]:
    if not cursor:
        return False, None
    try:
        stored: Any = unsign(f"keyset:{name}", cursor)
        backwards, after = stored
    except (ValueError, TypeError) as error:
        raise bad_cursor() from error
    return bool(backwards), after
