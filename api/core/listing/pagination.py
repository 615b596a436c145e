"""Keyset pages and single records, read in one statement each.

The JSON is built in PostgreSQL and passed on as bytes; the login session is checked, the rows are
scoped and the page is cut in that same statement (docs/adr/0001-reads.md: the usual way through
ORM objects and response models costs four fifths of the machine). A `Listing` is data: which
schema, which SQL expression behind each of its fields, which filters, which sorts, which indexes
lead to the rows of a filter. Its SQL is made in core/listing/listing_rows.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, bindparam, func, literal_column
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.visitors import cloned_traverse

from api.core.base.clock import now, today
from api.core.base.security import sign, unsign
from api.core.base.statements import Compiled, Kept, compile_statement, param, plain
from api.core.database.db import Planning, database
from api.core.database.sessions import ended
from api.core.listing.listing_rows import (
    BY_INDEX,
    EXACT_TOTAL,
    IN_ORDER,
    PHRASE,
    Choice,
    Expression,
    ListingRows,
    Rare,
    Shape,
    Sort,
)
from api.core.listing.ways import FIRST_LOOK, LONG_LOOK
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, NotFound
from api.domain.kit.permissions import Permission, RowScope
from api.domain.words.money import to_yuan

__all__ = [
    "BY_INDEX",
    "EXACT_TOTAL",
    "PHRASE",
    "Choice",
    "Compiled",
    "Listing",
    "Page",
    "PageQuery",
    "Rare",
    "Shape",
    "Sort",
    "Words",
    "check_columns",
    "compile_statement",
    "day",
    "moment",
    "param",
    "yuan",
]

T = TypeVar("T", bound=BaseModel)
MAX_LIMIT = 200
#: Statements are compiled for pages of these sizes; what was not asked for is cut off.
_SIZES = (20, 50, MAX_LIMIT)
#: So many statements of a listing are kept; a list is asked for in far fewer ways.
_STATEMENTS = 256
#: Filters that leave so few rows that an index begins with them, whatever else is asked for.
_NARROW = frozenset({"identifier", "number"})


@dataclass(frozen=True, slots=True)
class Words:
    """What `BY_INDEX` filters by."""

    query: str
    #: So many rows hold them, so that the list is looked through in its order first; 0 for a few.
    ahead: int = 0


#: How the JSON of a row begins whose first column is its id.
_OWN_ID = '{"id":"'
_ID_LENGTH = 36
_NO_ITEMS = b'{"items":[]'


class Sum(BaseModel):
    """What a column comes to over all rows that fit, exactly."""

    model_config = ConfigDict(defer_build=True)

    amount: str = Field(
        pattern=r"^-?\d+\.\d{2}$", examples=["12345.67"], description="合计金额（元），精确"
    )
    filled: int = Field(description="填了这一项的记录数；其余的没有计入")


class Page(BaseModel, Generic[T]):
    """One page of a list; the cursors are opaque."""

    model_config = ConfigDict(defer_build=True)

    items: list[T] = Field(description="本页记录")
    next_cursor: str | None = Field(description="下一页游标；没有下一页时为空")
    prev_cursor: str | None = Field(description="上一页游标；没有上一页时为空")
    total: int | None = Field(description="总数；仅在 with_total=true 时给出")
    total_is_exact: bool = Field(description="总数是否精确（超过一万条时只给出下限）")
    sums: dict[str, Sum] | None = Field(
        description="各金额栏的合计，按栏目；仅在 with_sums=true 时给出，超过一万条时为空（不给出不准的数）"
    )
    notice: str | None = Field(description="没有查到时须知道的：例如号码只能按完整内容查找")


class PageQuery(BaseModel):
    """The query parameters that every list takes."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    cursor: str | None = Field(None, max_length=1000, title="游标", description="上一次返回的游标")
    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="每页条数，最多 200")
    with_total: bool = Field(False, description="是否统计总数")
    with_sums: bool = Field(
        False, description="是否合计金额栏（全部符合条件的记录，不只本页；有金额栏的列表才有）"
    )


def bad_cursor(
    message: str = "分页游标无效，请从第一页重新查询", code: str = "cursor_invalid"
) -> Invalid:
    """The answer to a cursor that is none of ours, or of another list."""
    return Invalid(message, code=code, errors=[FieldError("#query/cursor", code, message)])


def yuan(fen: Expression) -> ColumnElement[str]:
    """Whole fen as the wire's decimal string, made by the database."""
    return func.to_char(fen / literal_column("100.0"), literal_column("'FM999999999999990.00'"))


def _plain(value: object) -> object:
    return value.query if isinstance(value, Words) else plain(value)


@dataclass(slots=True)
class Listing(ListingRows):
    """How one aggregate is read: as pages and one by one."""

    _compiled: Kept[Shape, Compiled] = field(init=False, repr=False)
    _totals: Kept[Shape, Compiled] = field(init=False, repr=False)
    _sums: Kept[Shape, Compiled] = field(init=False, repr=False)
    _rare: dict[str, Rare] = field(init=False)

    def __post_init__(self) -> None:
        """Set the rare fields apart."""
        found = self.read_columns.items()
        self._rare = {name: column for name, column in found if isinstance(column, Rare)}
        self._compiled, self._totals = Kept(_STATEMENTS), Kept(_STATEMENTS)
        self._sums = Kept(_STATEMENTS)

    async def page(
        self,
        actor: Actor,
        query: PageQuery,
        filters: Mapping[str, object],
        sort: str | None = None,
        finish: Callable[[str], str] | None = None,
        notice: str | None = None,
    ) -> Response:
        """One page as the finished HTTP answer.

        `filters` are by name; those that are None do not filter. `finish` adds to the JSON of a row
        what the database cannot know; `notice` is told where there is no row. Raises
        Unauthenticated when the login session is over and Invalid (`cursor_invalid`) for a foreign
        or tampered cursor.
        """
        order = sort or self.default_sort
        present = {name: value for name, value in filters.items() if value is not None}
        values = self._bound(actor) | {name: _plain(value) for name, value in present.items()}
        backwards = False
        if query.cursor:
            backwards, values["after"], values["after_id"] = self._read_cursor(query.cursor, order)
        scope = actor.scope
        facets: dict[str, list[str]] = {}
        # the index of words leads to fewer rows than most words of facets do
        if self.facets and scope is RowScope.TOWN and BY_INDEX not in present:
            facets = self.facets.asked(actor.town, present)
        values |= {f"{name}_facet": words for name, words in facets.items()}
        shape = Shape(
            scope,
            order,
            tuple(sorted(present)),
            backwards,
            continued=bool(query.cursor),
            counted=query.with_total,
            limit=1 + next(size for size in _SIZES if size >= query.limit),
            facets=tuple(facets),
        )
        row = await self._rows_of(shape, values, present.get(BY_INDEX))
        if not row["alive"]:
            raise ended()
        sums = None
        # who counts first need not read ten thousand rows to learn that there are more
        if query.with_sums and self.sums and (row["total"] if shape.counted else 0) <= EXACT_TOTAL:
            sums = await self._summed(shape, values)
        return Response(
            self._render(row, query, order, finish, notice, sums, backwards=backwards),
            media_type="application/json",
        )

    async def page_of(
        self,
        parent: "Listing",
        parent_id: UUID,
        actor: Actor,
        query: PageQuery,
        filters: Mapping[str, object],
    ) -> Response:
        """One page of what belongs to another record: of one out of sight, as of one that is not
        there, there is no list, not even an empty one. Raises NotFound."""
        answer = await self.page(actor, query, filters)
        if bytes(answer.body).startswith(_NO_ITEMS):
            await parent.one(actor, parent_id)
        return answer

    async def _rows_of(self, shape: Shape, values: Mapping[str, object], words: object) -> Any:
        """The rows of a page, with `total` where it is asked for."""
        searched = isinstance(words, Words) and not words.ahead
        if searched or shape.scope is RowScope.NONE or not _NARROW.isdisjoint(shape.filters):
            return await self._fetch(shape, values)
        plain_order = self.sorts[shape.sort].column is self.id or shape.scope is RowScope.TOWN
        if not shape.filters and plain_order and shape.scope not in self.scopes:
            return await self._fetch(shape, values)
        row, soon = await self._found(replace(shape, counted=False), values)
        if not shape.counted or not row["alive"]:
            return row
        total = len(row["items"] or ())
        if shape.continued or total >= shape.limit:
            total = await self._counted(shape, values, soon=soon)
        return {"alive": True, "items": row["items"], "total": total}

    async def _found(self, shape: Shape, values: Mapping[str, object]) -> tuple[Any, bool]:
        """A page, looked for in one place after the other (core/listing/ways.py), and whether it was soon
        found."""
        look = replace(shape, facets=())
        promising: list[tuple[int, int, str]] = []
        for place in self.places(shape):
            given = {**values, "rows": FIRST_LOOK}
            row = await self._fetch(replace(look, way=place), given)
            if row["done"] or not row["alive"]:
                return row, True
            # enough of those that were met there fit for a longer look to fill the page
            if row["fit"] * LONG_LOOK >= shape.limit * FIRST_LOOK:
                # what is met in another order than the list's only tells that there are many
                certain = row["certain"] if self.in_turn(shape, place) else -1
                promising.append((certain, row["fit"], place))
        certain, _, place = max(promising, default=(0, 0, ""))
        # the index of words reads fewer rows than a look that only hopes
        if promising and (certain > 0 or BY_INDEX not in shape.filters):
            place = place if certain >= 0 else IN_ORDER
            rows = FIRST_LOOK * 2 * shape.limit // certain if certain > 0 else LONG_LOOK
            given = {**values, "rows": min(rows, LONG_LOOK)}
            row = await self._fetch(replace(look, way=place), given)
            if row["done"] or not row["alive"]:
                return row, False
        return await self._fetch(shape, values), False

    async def _counted(self, shape: Shape, values: Mapping[str, object], *, soon: bool) -> int:
        """How many rows fit. What is soon found is in many rows, and counted up to the limit in any
        order; the rest by whatever indexes there are."""
        counted = replace(shape, continued=False, facets=() if soon else shape.facets)
        compiled = self._totals.get(counted, lambda shape: compile_statement(self.total(shape)))
        arguments = compiled.arguments(values)
        row = await database().fetchrow(compiled.sql, *arguments, planning=Planning.EACH_TIME)
        return row["total"]

    async def _summed(
        self, shape: Shape, values: Mapping[str, object]
    ) -> dict[str, dict[str, Any]] | None:
        """What the rows that fit come to; nothing where they are too many to be counted exactly."""
        asked = replace(shape, sort=self.default_sort, backwards=False, continued=False, limit=0)
        compiled = self._sums.get(asked, lambda shape: compile_statement(self.summed(shape)))
        arguments = compiled.arguments(values)
        row = await database().fetchrow(compiled.sql, *arguments, planning=Planning.EACH_TIME)
        if row["total"] > EXACT_TOTAL:
            return None
        return {
            name: {"amount": to_yuan(int(row[f"{name}_sum"])), "filled": row[f"{name}_filled"]}
            for name in self.sums
        }

    async def one(
        self, actor: Actor, record_id: UUID, session: AsyncSession | None = None
    ) -> dict[str, Any]:
        """One visible record as its JSON fields. Raises NotFound and Unauthenticated."""
        item = await self._single(actor, record_id, (), session)
        return await self._whole(actor, record_id, item, session)

    async def written(self, actor: Actor, record_id: UUID, session: AsyncSession) -> dict[str, Any]:
        """A record that this very transaction wrote for the actor, whoever may see it from now on.
        Raises NotFound for any other."""
        item = await self._single(actor, record_id, (), session, written=True)
        return await self._whole(actor, record_id, item, session, written=True)

    async def _single(
        self,
        actor: Actor,
        record_id: UUID,
        rare: tuple[str, ...],
        session: AsyncSession | None,
        *,
        written: bool = False,
    ) -> dict[str, Any]:
        scope = None if written else actor.scope
        shape = Shape(scope, self.default_sort, (), single=True, rare=rare)
        row = await self._fetch(shape, self._bound(actor) | {"record_id": record_id}, session)
        if not row["alive"]:
            raise ended()
        if row["item"] is None:
            raise NotFound
        return orjson.loads(row["item"])

    async def _whole(
        self,
        actor: Actor,
        record_id: UUID,
        item: dict[str, Any],
        session: AsyncSession | None,
        *,
        written: bool = False,
    ) -> dict[str, Any]:
        """The record with its rare fields."""
        wanted: list[str] = []
        for name, column in self._rare.items():
            if column.filled(item):
                wanted.append(name)
            else:
                item[name] = column.empty
        if wanted:
            item |= await self._single(actor, record_id, tuple(wanted), session, written=written)
        return item

    async def chosen(
        self, actor: Actor, choice: Choice, values: Mapping[str, object]
    ) -> tuple[dict[str, Any] | None, Any]:
        """The record that the database chooses, if there is one, and what is told beside it.

        One statement, like every other read. Raises Unauthenticated.
        """
        shape = Shape(actor.scope, self.default_sort, (), single=True, choice=choice)
        row = await self._fetch(shape, {**self._bound(actor), **values})
        if not row["alive"]:
            raise ended()
        if not row["item"]:
            return None, row
        item = orjson.loads(row["item"])
        return await self._whole(actor, UUID(item["id"]), item, None), row

    def visible(self, actor: Actor) -> ColumnElement[bool]:
        """The rows this actor may see, as a predicate for the statements of services."""
        values = {"viewer": actor.viewer, "town": actor.town}

        def give(each: Any) -> None:
            if each.key in values:
                each.value = values[each.key]

        # A copy of the clause with its parameters given: `.params()` is deprecated in 2.1.
        return cloned_traverse(self.scope(actor.scope), {}, {"bindparam": give})

    def conditions(self, filters: Mapping[str, object]) -> list[ColumnElement[bool]]:
        """Filters as predicates with their values in them, for the statements of services."""

        def give(each: Any) -> None:
            if each.key == "today":
                each.value = today()

        found: list[ColumnElement[bool]] = []
        for name, value in filters.items():
            if value is not None:
                kind, predicate = self.filters[name]
                given = bindparam(name, _plain(value), type_=kind, unique=True)
                found.append(cloned_traverse(predicate(given), {}, {"bindparam": give}))
        return found

    def _bound(self, actor: Actor) -> dict[str, object]:
        return {
            "session_id": actor.session_id,
            "epoch": actor.epoch,
            "now": now(),
            "today": today(),
            "town": actor.town,
            "viewer": actor.viewer,
            "reads_cases": actor.may(Permission.CASE_READ),
        }

    async def _fetch(
        self, shape: Shape, values: Mapping[str, object], session: AsyncSession | None = None
    ) -> Any:
        compiled = self._compiled.get(shape, self._compile)
        arguments = compiled.arguments(values)
        if session is None:
            planning = self._planning(shape)
            return await database().fetchrow(compiled.sql, *arguments, planning=planning)
        await session.flush()
        raw = await (await session.connection()).get_raw_connection()
        return await raw.driver_connection.fetchrow(compiled.sql, *arguments)  # type: ignore[union-attr]  # asyncpg's own

    def _compile(self, shape: Shape) -> Compiled:
        return compile_statement(self.statement(shape))

    def _planning(self, shape: Shape) -> Planning:
        if shape.single:
            return Planning.AUTO
        if shape.way or self.by_its_index(shape):
            return Planning.IN_PLACE
        if not _NARROW.isdisjoint(shape.filters) or self.in_access_order(shape):
            return Planning.ONCE
        searched = {BY_INDEX, PHRASE}.issuperset(shape.filters) and BY_INDEX in shape.filters
        if searched and not shape.continued:
            return Planning.ONCE
        # All rows that fit are collected, by the indexes that are best for these values.
        return Planning.EACH_TIME

    def _cursor(self, item: str, order: str, *, backwards: bool) -> str:
        field = self.sorts[order].field
        if field == "id" and item.startswith(_OWN_ID):  # nothing else of the row is asked for
            place = [None, item[len(_OWN_ID) : len(_OWN_ID) + _ID_LENGTH]]
        else:
            value = orjson.loads(item)
            place = [value[field], value["id"]]
        return sign(f"cursor:{self.resource}", [order, backwards, *place])

    def _read_cursor(self, text: str, order: str) -> tuple[bool, object, UUID]:
        try:
            stored = unsign(f"cursor:{self.resource}", text)
            made_for, backwards, value, record_id = stored  # type: ignore[misc]  # signed by us
        except (ValueError, TypeError) as error:
            raise bad_cursor() from error
        if made_for != order:
            raise bad_cursor("分页游标与排序方式不一致，请从第一页重新查询")
        sort = self.sorts[order]
        after = None if sort.field == "id" else sort.parse(value)
        return bool(backwards), after, UUID(record_id)

    def _render(
        self,
        row: Any,
        query: PageQuery,
        order: str,
        finish: Callable[[str], str] | None,
        notice: str | None,
        sums: dict[str, dict[str, Any]] | None,
        *,
        backwards: bool,
    ) -> bytes:
        fetched: Sequence[str] = row["items"] or []
        more = len(fetched) > query.limit
        items = list(fetched[: query.limit])
        if backwards:
            items.reverse()
        has_next = (more or backwards) if items else False
        if backwards:
            has_next = bool(items)
        has_previous = more if backwards else bool(query.cursor) and bool(items)
        following = self._cursor(items[-1], order, backwards=False) if has_next else None
        previous = self._cursor(items[0], order, backwards=True) if has_previous else None
        counted: int | None = row["total"] if query.with_total else None
        total = min(counted, EXACT_TOTAL) if counted is not None else None
        envelope = orjson.dumps(
            {
                "next_cursor": following,
                "prev_cursor": previous,
                "total": total,
                "total_is_exact": counted is not None and counted <= EXACT_TOTAL,
                "sums": sums,
                "notice": None if items or query.cursor else notice,
            }
        )
        if finish is not None:
            items = [finish(item) for item in items]
        return b'{"items":[' + ",".join(items).encode() + b"]," + envelope[1:]


def moment(value: str) -> datetime:
    """A timestamp back from JSON, for sort keys."""
    return datetime.fromisoformat(value)


def day(value: str) -> date:
    """A date back from JSON, for sort keys."""
    return date.fromisoformat(value)


def check_columns(schema: type[BaseModel], columns: Mapping[str, object], *added: str) -> None:
    """Fail at import when a schema and its columns name different fields."""
    fields = set(schema.model_fields) - set(added)
    if fields != set(columns):
        raise TypeError(f"{schema.__name__}: {sorted(fields ^ set(columns))}")
