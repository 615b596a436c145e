"""Keyset pages and single records, read in one statement each.

The JSON is built in PostgreSQL and passed on as bytes; the login session is checked, the rows are
scoped and the page is cut in that same statement (docs/adr/0001-reads.md: the usual way through
ORM objects and response models costs four fifths of the machine). A `Listing` is data: which
schema, which SQL expression behind each of its fields, which filters, which sorts.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import BaseModel, Field
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import Subquery
from sqlalchemy.sql.visitors import cloned_traverse
from sqlalchemy.types import TypeEngine

from api.core.clock import now, today
from api.core.db import Planning, database
from api.core.record_access import RecordAccess
from api.core.security import sign, unsign
from api.core.sessions import LoginSession, ended
from api.domain.actors import Actor
from api.domain.errors import Invalid, NotFound
from api.domain.permissions import RowScope

T = TypeVar("T", bound=BaseModel)
#: A column, a mapped attribute or any other SQL expression: SQLAlchemy types the three apart.
Expression = Any
MAX_LIMIT = 200
#: Counting stops here: a total above it is shown as "more than 10,000".
EXACT_TOTAL = 10_000

#: The filter that an inverted index answers (core/word_stats.py).
BY_INDEX = "words"
#: The filter that a search is rechecked by: bigrams may stand apart.
PHRASE = "phrase"
#: Filters that leave so few rows that an index begins with them, whatever is asked for.
_NARROW = frozenset({BY_INDEX, "identifier", "number"})


@dataclass(frozen=True, slots=True)
class Words:
    """What `BY_INDEX` filters by."""

    query: str
    #: So many rows are looked through in the order of the list first; the index is asked only where
    #: they do not fill the page.
    ahead: int = 0


#: How the JSON of a row begins whose first column is its id.
_OWN_ID = '{"id":"'
_ID_LENGTH = 36
_NO_ITEMS = b'{"items":[]'
_DIALECT = asyncpg_dialect()


class _Spelled(_DIALECT.statement_compiler):
    """Words and numbers that a listing's own code holds stand in the SQL itself: bound, a score of
    them (the names of a JSON's members above all) would be sent and evaluated at every call."""

    def visit_bindparam(self, bindparam: BindParameter[Any], **kw: Any) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        value = bindparam.value
        if isinstance(value, str | int) and not isinstance(value, Enum) and "\\" not in str(value):
            kw["literal_binds"] = True
        return super().visit_bindparam(bindparam, **kw)


_DIALECT.statement_compiler = _Spelled


class Page(BaseModel, Generic[T]):
    """One page of a list; the cursors are opaque."""

    items: list[T] = Field(description="本页记录")
    next_cursor: str | None = Field(description="下一页游标；没有下一页时为空")
    prev_cursor: str | None = Field(description="上一页游标；没有上一页时为空")
    total: int | None = Field(description="总数；仅在 with_total=true 时给出")
    total_is_exact: bool = Field(description="总数是否精确（超过一万条时只给出下限）")
    notice: str | None = Field(description="没有查到时须知道的：例如号码只能按完整内容查找")


class PageQuery(BaseModel):
    """The query parameters that every list takes."""

    model_config = {"extra": "forbid"}

    cursor: str | None = Field(None, max_length=1000, description="上一次返回的游标")
    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="每页条数，最多 200")
    with_total: bool = Field(False, description="是否统计总数")


def yuan(fen: Expression) -> ColumnElement[str]:
    """Whole fen as the wire's decimal string, made by the database."""
    return func.to_char(fen / literal_column("100.0"), literal_column("'FM999999999999990.00'"))


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort order over a projected field that is never NULL; `parse` reads it back from JSON."""

    field: str
    column: Expression
    descending: bool = False
    parse: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True, slots=True)
class Rare:
    """A field that few records fill, looked up only where the others say that there is something:
    every part of a statement costs, whether it finds anything or not."""

    column: Expression
    filled: Callable[[Mapping[str, Any]], bool]
    #: What the field is otherwise, as JSON carries it.
    empty: Any = None


@dataclass(frozen=True, slots=True)
class Choice:
    """How the database itself chooses the one record to read, from the rows that may be seen."""

    #: From the condition for those rows to the id of the chosen one.
    pick: Callable[[ColumnElement[bool]], ColumnElement[Any]]
    #: From the same condition to what is told beside the record.
    beside: Callable[[ColumnElement[bool]], Mapping[str, ColumnElement[Any]]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a compiled statement depends on; values are bound later."""

    #: None: not what the role sees, but what the present transaction itself wrote.
    scope: RowScope | None
    sort: str
    filters: tuple[str, ...]
    backwards: bool = False
    continued: bool = False
    counted: bool = False
    single: bool = False
    #: The rare fields to look up, and nothing else.
    rare: tuple[str, ...] = ()
    #: Written into the SQL: PostgreSQL takes a bound limit for a tenth of the table, and plans anew
    #: at each call, which takes longer than the page itself.
    limit: int = 0
    choice: Choice | None = None
    #: Of a search: so many rows are looked through in the order of the list, …
    ahead: int = 0
    #: … or, where there are more of them, all by the index.
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text and the order of its parameters."""

    sql: str
    names: tuple[str, ...]
    #: Values that the listing's own conditions hold, by parameter name.
    fixed: Mapping[str, object]


def compile_statement(statement: Any) -> Compiled:
    """Compile once for plain asyncpg."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    fixed = {k: _plain(v) for k, v in compiled.params.items() if v is not None}
    return Compiled(compiled.string, tuple(compiled.positiontup or ()), fixed)


def param(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """A parameter of a listing, given its value at each call."""
    return bindparam(name, None, type_=kind)


def _alive() -> ColumnElement[bool]:
    return exists(
        select(literal_column("1")).where(
            and_(
                LoginSession.id == param("session_id", LoginSession.id.type),
                LoginSession.epoch == param("epoch", LoginSession.epoch.type),
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > param("now", LoginSession.expires_at.type),
            )
        )
    )


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Words):
        return value.query
    if isinstance(value, list):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


Filter = Callable[[BindParameter[Any]], ColumnElement[bool]]


def _ways(keys: Sequence[Expression], *, down: bool) -> list[ColumnElement[Any]]:
    return [key.desc() if down else key.asc() for key in keys]


@dataclass(slots=True)
class Listing:
    """How one aggregate is read: as pages and one by one."""

    resource: str
    id: Expression
    #: The nine digits of the town, for those who see all of it.
    town_code: Expression
    source: FromClause
    #: Field of the list schema → SQL; of the read schema → SQL.
    item_columns: Mapping[str, ColumnElement[Any]]
    read_columns: Mapping[str, ColumnElement[Any] | Rare]
    filters: Mapping[str, tuple[TypeEngine[Any], Filter]]
    sorts: Mapping[str, Sort]
    default_sort: str
    #: Overrides who sees which rows, for the few resources that are not scoped by town or unit.
    scopes: Mapping[RowScope, ColumnElement[bool]] = field(default_factory=dict[RowScope, Any])
    _compiled: dict[Shape, Compiled] = field(default_factory=dict[Shape, Compiled])
    _rare: dict[str, Rare] = field(init=False)

    def __post_init__(self) -> None:
        """Set the rare fields apart."""
        found = self.read_columns.items()
        self._rare = {name: column for name, column in found if isinstance(column, Rare)}

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
        what the database cannot know; `notice` is told where there is no row. Raises Unauthenticated when the login session is over and
        Invalid (`cursor_invalid`) for a foreign or tampered cursor.
        """
        order = sort or self.default_sort
        present = {name: value for name, value in filters.items() if value is not None}
        values = self._bound(actor) | {name: _plain(value) for name, value in present.items()}
        backwards = False
        if query.cursor:
            backwards, values["after"], values["after_id"] = self._read_cursor(query.cursor, order)
        shape = Shape(
            actor.scope,
            order,
            tuple(sorted(present)),
            backwards,
            continued=bool(query.cursor),
            counted=query.with_total,
            limit=query.limit + 1,
        )
        words = present.get(BY_INDEX)
        ahead = words.ahead if isinstance(words, Words) else 0
        row = await (self._looked(shape, values, ahead) if ahead else self._fetch(shape, values))
        if not row["alive"]:
            raise ended()
        return Response(
            self._render(row, query, order, finish, notice, backwards=backwards),
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

    async def _looked(self, shape: Shape, values: Mapping[str, object], ahead: int) -> Any:
        """A page of what many rows hold: in the order of the list, as long as that is the sooner."""
        rows = 1 << ahead.bit_length() - 1  # few different statements
        row = await self._fetch(replace(shape, ahead=rows), values)
        if len(row["items"] or ()) == shape.limit:
            return row
        rest = await self._fetch(replace(shape, behind=rows), values)
        # no items: there were no more rows than those that were looked through
        return rest if rest["items"] or not rest["alive"] else row

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
        scope = actor.scope
        shape = Shape(scope, self.default_sort, (), single=True, choice=choice)
        row = await self._fetch(shape, {**self._bound(actor), **values})
        if not row["alive"]:
            raise ended()
        if not row["item"]:
            return None, row
        item = orjson.loads(row["item"])
        return await self._whole(actor, UUID(item["id"]), item, None), row

    def visible(self, actor: Actor) -> ColumnElement[bool]:
        """The rows this actor may see, as a predicate for the statements of services."""
        scope = actor.scope
        values = {
            "viewer": actor.viewer,
            "town": actor.town,
        }

        def give(each: Any) -> None:
            if each.key in values:
                each.value = values[each.key]

        # A copy of the clause with its parameters given: `.params()` is deprecated in 2.1.
        return cloned_traverse(self._scope(scope), {}, {"bindparam": give})

    def scope(self, scope: RowScope) -> ColumnElement[bool]:
        """The same with its parameters `viewer` and `town` open, for statements compiled once."""
        return self._scope(scope)

    def sees(self, scope: RowScope) -> ColumnElement[bool]:
        """The same for a few rows that something else found: looked up one by one. `IN` would first
        collect everything that the viewer may see."""
        if not self._by_access(scope):
            return self._scope(scope)
        one = self._accessible().with_only_columns(literal_column("true"))
        one = one.where(RecordAccess.record_id == self.id).limit(literal_column("1"))
        return func.coalesce(one.scalar_subquery(), literal_column("false"))

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
        }

    async def _fetch(
        self, shape: Shape, values: Mapping[str, object], session: AsyncSession | None = None
    ) -> Any:
        compiled = self._compiled.get(shape)
        if compiled is None:
            compiled = self._compiled[shape] = compile_statement(self._statement(shape))
        arguments = [
            compiled.fixed[name] if name in compiled.fixed else values[name]
            for name in compiled.names
        ]
        if session is None:
            planning = self._planning(shape)
            return await database().fetchrow(compiled.sql, *arguments, planning=planning)
        await session.flush()
        raw = await (await session.connection()).get_raw_connection()
        return await raw.driver_connection.fetchrow(compiled.sql, *arguments)  # type: ignore[union-attr]  # asyncpg's own

    def _planning(self, shape: Shape) -> Planning:
        if not shape.ahead and not _NARROW.isdisjoint(shape.filters):
            return Planning.ONCE
        if shape.single:
            return Planning.AUTO
        if not self._by_access(shape.scope):
            # A status that hardly any row has: a plan for the average reads them all to find that
            # there is none (2 s instead of 3 ms at a million leads).
            return Planning.EACH_TIME if set(shape.filters) - {PHRASE, BY_INDEX} else Planning.AUTO
        # One unit sees a handful, another nearly everything: a plan for the average walks the whole
        # table for the former (164 ms instead of 0.3 at a million leads).
        return Planning.ONCE if self._in_access_order(shape) else Planning.EACH_TIME

    def _by_access(self, scope: RowScope | None) -> bool:
        return scope not in {None, RowScope.TOWN, RowScope.NONE, *self.scopes}

    def _in_access_order(self, shape: Shape) -> bool:
        """Whether the page is the first so many rows of what the viewer sees, and no others."""
        plain = not shape.filters and not shape.counted
        return plain and self.sorts[shape.sort].column is self.id and self._by_access(shape.scope)

    def _scope(self, scope: RowScope | None) -> ColumnElement[bool]:
        if scope is None:
            return self._written()
        if scope in self.scopes:
            return self.scopes[scope]
        if scope is RowScope.TOWN:
            return self.town_code == param("town", Text())
        if scope is RowScope.NONE:
            return literal_column("false")
        return self.id.in_(self._accessible())

    def _written(self) -> ColumnElement[bool]:
        """Rows whose newest version is of the present transaction."""
        table = self.id.class_.__table__
        xmin = cast(cast(literal_column(f"{table.name}.xmin"), Text), BigInteger)
        now_writing = cast(cast(func.pg_current_xact_id(), Text), BigInteger)
        return xmin == now_writing % literal_column("4294967296")

    def _accessible(self) -> Select[Any]:
        return select(RecordAccess.record_id).where(
            RecordAccess.viewer_id == param("viewer", RecordAccess.viewer_id.type),
            RecordAccess.resource == literal_column(f"'{self.resource}'"),
        )

    def _statement(self, shape: Shape) -> Any:
        rows = self._rows(shape)
        if shape.single:
            item = select(func.row_to_json(literal_column("r")).cast(Text)).select_from(
                rows.subquery("r")
            )
            beside = shape.choice.beside(self._scope(shape.scope)) if shape.choice else {}
            return select(
                _alive().label("alive"),
                item.scalar_subquery().label("item"),
                *(column.label(name) for name, column in beside.items()),
            )
        page: Subquery = rows.subquery("r")
        items = select(
            func.array_agg(cast(func.row_to_json(literal_column("r")), Text), type_=ARRAY(Text))
        ).select_from(page)
        columns: list[ColumnElement[Any]] = [
            _alive().label("alive"),
            items.scalar_subquery().label("items"),
        ]
        if shape.counted:
            some = self._conditions(shape, [literal_column("1")]).limit(
                literal_column(str(EXACT_TOTAL + 1))
            )
            columns.append(
                select(func.count()).select_from(some.subquery()).scalar_subquery().label("total")
            )
        return select(*columns)

    def _columns(self, shape: Shape) -> list[ColumnElement[Any]]:
        if shape.rare:
            return [self._rare[name].column.label(name) for name in shape.rare]
        shown = self.read_columns if shape.single else self.item_columns
        return [
            column.label(name) for name, column in shown.items() if not isinstance(column, Rare)
        ]

    def _condition(self, name: str) -> ColumnElement[bool]:
        kind, condition = self.filters[name]
        return condition(param(name, kind))

    def _conditions(
        self, shape: Shape, columns: Sequence[ColumnElement[Any]], *, but: Container[str] = ()
    ) -> Select[Any]:
        """The rows of a shape, without the filters that are named."""
        statement = select(*columns).select_from(self.source).where(self._scope(shape.scope))
        kept = [self._condition(name) for name in shape.filters if name not in but]
        return statement.where(*kept)

    def _rows(self, shape: Shape) -> Select[Any]:
        if shape.choice:
            found = self._conditions(shape, self._columns(shape))
            return found.where(self.id == shape.choice.pick(self._scope(shape.scope)))
        if shape.single:
            found = self._conditions(shape, self._columns(shape))
            return found.where(self.id == param("record_id", self.id.type))
        sort = self.sorts[shape.sort]
        down = sort.descending != shape.backwards
        keys = [self.id] if sort.column is self.id else [sort.column, self.id]
        limit = literal_column(str(shape.limit))
        if self._in_access_order(shape):
            seen = self._accessible()
            if shape.continued:
                seen = seen.where(self._beyond([RecordAccess.record_id], sort, down=down))
            seen = seen.order_by(*_ways([RecordAccess.record_id], down=down)).limit(limit)
            return self._shown(shape, seen).order_by(*_ways(keys, down=down))

        def some(columns: Sequence[ColumnElement[Any]], *, but: Container[str] = ()) -> Select[Any]:
            found = self._conditions(shape, columns, but=but)
            return found.where(self._beyond(keys, sort, down=down)) if shape.continued else found

        if BY_INDEX not in shape.filters:
            return some(self._columns(shape)).order_by(*_ways(keys, down=down)).limit(limit)
        # Which rows a search shows is settled on their keys, and only those are joined and made
        # into JSON.
        unsearched = {BY_INDEX, PHRASE}
        if shape.ahead:
            fits = self._condition(PHRASE).label("fits")
            ahead = some([*keys, fits], but=unsearched).order_by(*_ways(keys, down=down))
            looked = ahead.limit(literal_column(str(shape.ahead))).subquery()
            found = select(*list(looked.c)[:-1]).where(looked.c.fits).subquery()
        else:
            by_index = some(keys)
            if shape.behind:
                more = some([literal_column("1")], but=unsearched).correlate(None)
                by_index = by_index.where(
                    more.offset(literal_column(str(shape.behind))).limit(1).exists()
                )
            # Materialised, because a plan made for any word would read the whole table in its
            # order instead.
            found = by_index.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        chosen = select(list(found.c)[-1]).order_by(*_ways(list(found.c), down=down)).limit(limit)
        return self._shown(shape, chosen).order_by(*_ways(keys, down=down))

    def _shown(self, shape: Shape, ids: Select[Any]) -> Select[Any]:
        return select(*self._columns(shape)).select_from(self.source).where(self.id.in_(ids))

    def _beyond(self, keys: Sequence[Expression], sort: Sort, *, down: bool) -> ColumnElement[bool]:
        """Behind the row that the last page ended with."""
        after_id = param("after_id", self.id.type)
        if len(keys) == 1:
            left, right = keys[0], after_id
        else:
            left, right = tuple_(*keys), tuple_(param("after", sort.column.type), after_id)
        return left < right if down else left > right

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
            raise Invalid("分页游标无效，请从第一页重新查询", code="cursor_invalid") from error
        if made_for != order:
            raise Invalid("分页游标与排序方式不一致，请从第一页重新查询", code="cursor_invalid")
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
