"""The SQL of a listing: which rows a page shows, where they are looked for, what is shown of them."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from api.core.base.statements import param
from api.core.database.record_access import RecordAccess
from api.core.database.sessions import LoginSession
from api.core.listing.facets import Facets
from api.core.listing.ways import MOST_PARTS, Table, Way
from api.domain.kit.permissions import RowScope

#: A column, a mapped attribute or any other SQL expression: SQLAlchemy types the three apart.
Expression = Any
#: Counting stops here: a total above it is shown as "more than 10,000".
EXACT_TOTAL = 10_000

#: The filter that an inverted index answers (core/listing/word_stats.py).
BY_INDEX = "words"
#: The filter that a search is rechecked by: bigrams may stand apart.
PHRASE = "phrase"
#: The place where every list can be looked through: in its own order.
IN_ORDER = "in order"
#: The same for one who sees rows of several towns, and not in the order of their ids.
TOWN_BY_TOWN = "town by town"

_ONE, _TRUE = literal_column("1"), literal_column("true", Boolean())
Filter = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort order over a projected field that is never NULL; `parse` reads it back from JSON."""

    field: str
    column: Expression
    descending: bool = False
    parse: Callable[[Any], Any] = lambda value: value
    #: The filters that bound the column: the index of the order leads to what they leave.
    within: tuple[str, ...] = ()


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
    #: Where the page is looked for, in so many rows as are bound; otherwise all rows are collected.
    way: str = ""
    #: The filters that the words of rows answer as well, for collecting and counting.
    facets: tuple[str, ...] = ()


def directed(keys: Sequence[Expression], *, down: bool) -> list[ColumnElement[Any]]:
    """The order by some keys."""
    return [key.desc() if down else key.asc() for key in keys]


def alive() -> ColumnElement[bool]:
    """Whether the login of whoever asks still holds, for a statement that reads: `session_id`, `epoch`
    and `now` are bound at the call (`sessions.alive_values`)."""
    return exists(
        select(_ONE).where(
            and_(
                LoginSession.id == param("session_id", LoginSession.id.type),
                LoginSession.epoch == param("epoch", LoginSession.epoch.type),
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > param("now", LoginSession.expires_at.type),
            )
        )
    )


def _json(rows: FromClause) -> Any:
    item = cast(func.row_to_json(literal_column("r")), Text)
    return select(func.array_agg(item, type_=ARRAY(Text))).select_from(rows).scalar_subquery()


def _row(columns: Sequence[Any]) -> Any:
    return columns[0] if len(columns) == 1 else tuple_(*columns)


def _fenced(rows: Any, name: str) -> CTE:
    return rows.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


@dataclass(slots=True)
class ListingRows:
    """What a listing is made of, and the statements that follow from it."""

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
    #: Indexes that lead to the rows of a filter, by a name of their own.
    ways: Mapping[str, Way] = field(default_factory=dict[str, Way])
    #: The same for those whose scope is overridden, whatever they ask for.
    scope_ways: Mapping[RowScope, Way] = field(default_factory=dict[RowScope, Way])
    facets: Facets | None = None
    #: Filters that no index leads to: most rows fit, or their text must be read.
    unindexed: frozenset[str] = frozenset({PHRASE})
    #: Field → whole fen, where what the rows of a list come to is a sum that means something.
    sums: Mapping[str, Expression] = field(default_factory=dict[str, Expression])
    #: yes-or-no filters whose "no" is a filter of its own
    negations: Mapping[str, str] = field(default_factory=dict[str, str])

    # --- who sees what ---------------------------------------------------------------------------

    def by_access(self, scope: RowScope | None) -> bool:
        """Whether the rows seen are those of `record_access`."""
        return scope not in {None, RowScope.TOWN, RowScope.NONE, *self.scopes}

    def scope(self, scope: RowScope | None) -> ColumnElement[bool]:
        """The rows seen, with the parameters `viewer` and `town` open."""
        if scope is None:
            return self._written()
        if scope in self.scopes:
            return self.scopes[scope]
        if scope is RowScope.TOWN:
            return self._in_town()
        if scope is RowScope.NONE:
            return literal_column("false")
        return self.id.in_(self._accessible())

    def sees(self, scope: RowScope | None) -> ColumnElement[bool]:
        """The same for a few rows that something else found: looked up one by one. `IN` would first
        collect everything that the viewer may see."""
        if not self.by_access(scope):
            return self.scope(scope)
        one = self._accessible().with_only_columns(literal_column("true"))
        one = one.where(RecordAccess.record_id == self.id).limit(_ONE)
        return func.coalesce(one.scalar_subquery(), literal_column("false"))

    def _written(self) -> ColumnElement[bool]:
        """Rows whose newest version is of the present transaction."""
        table = self.id.class_.__table__
        xmin = cast(cast(literal_column(f"{table.name}.xmin"), Text), BigInteger)
        now_writing = cast(cast(func.pg_current_xact_id(), Text), BigInteger)
        return xmin == now_writing % literal_column("4294967296")

    def _in_town(self) -> ColumnElement[bool]:
        return self.town_code == param("town", Text())

    def _accessible(self) -> Any:
        return select(RecordAccess.record_id).where(
            RecordAccess.viewer_id == param("viewer", RecordAccess.viewer_id.type),
            RecordAccess.resource == literal_column(f"'{self.resource}'"),
        )

    # --- what is asked for -----------------------------------------------------------------------

    def in_access_order(self, shape: Shape) -> bool:
        """Whether the page is the first so many rows of what the viewer sees, and no others."""
        plain = not shape.filters and not shape.counted
        return plain and self._by_id(shape) and self.by_access(shape.scope)

    def _by_id(self, shape: Shape) -> bool:
        return self.sorts[shape.sort].column is self.id

    def _keys(self, shape: Shape) -> list[Expression]:
        column = self.sorts[shape.sort].column
        return [self.id] if column is self.id else [column, self.id]

    def _down(self, shape: Shape) -> bool:
        return self.sorts[shape.sort].descending != shape.backwards

    def _entered(
        self,
        shape: Shape,
        keys: Sequence[Expression],
        before: Sequence[tuple[Expression, Any]] = (),
    ) -> list[ColumnElement[bool]]:
        """The rows behind which the last page ended, where the columns that stand before the keys
        in an index have these values.

        Said as bounds of rows, not as equations: together with the order by all these columns that
        leaves PostgreSQL one index only.
        """
        columns, given = [c for c, _ in before], [v for _, v in before]
        bounds: list[ColumnElement[bool]] = []
        if shape.continued:
            after = [param("after", keys[0].type)] if len(keys) > 1 else []
            after.append(param("after_id", self.id.type))
            left, right = _row([*columns, *keys]), _row([*given, *after])
            bounds.append(left < right if self._down(shape) else left > right)
        if columns:
            left, right = _row(columns), _row(given)
            if not shape.continued:
                bounds += [left >= right, left <= right]
            else:
                bounds.append(left >= right if self._down(shape) else left <= right)
        return bounds

    def _given(self, name: str) -> Any:
        return param(name, self.filters[name][0])

    def _wanted(self, shape: Shape, *, but: Container[str] = ()) -> list[ColumnElement[bool]]:
        names = [name for name in shape.filters if name not in but]
        return [self.filters[name][1](self._given(name)) for name in names]

    def _faceted(self, shape: Shape) -> list[ColumnElement[bool]]:
        asked = [param(f"{name}_facet", ARRAY(Text)) for name in shape.facets]
        return [self.facets.column.op("&&")(each) for each in asked] if self.facets else []

    def statement(self, shape: Shape) -> Any:
        """The statement of a shape."""
        if shape.single:
            return self._record(shape)
        if shape.way:
            return self._look(shape)
        columns: list[ColumnElement[Any]] = [
            alive().label("alive"),
            _json(self._page(shape).subquery("r")).label("items"),
        ]
        if shape.counted:
            columns.append(self.total(shape).scalar_subquery().label("total"))
        return select(*columns)

    def total(self, shape: Shape) -> Any:
        """How many rows fit, up to a limit."""
        some = select(_ONE).select_from(self.source)
        some = some.where(self.scope(shape.scope), *self._wanted(shape), *self._faceted(shape))
        some = some.limit(literal_column(str(EXACT_TOTAL + 1)))
        return select(func.count().label("total")).select_from(some.subquery())

    def summed(self, shape: Shape) -> Any:
        """What the rows that fit come to, and how many there are, up to a limit."""
        some = select(_ONE, *(fen.label(name) for name, fen in self.sums.items()))
        some = some.select_from(self.source)
        some = some.where(self.scope(shape.scope), *self._wanted(shape), *self._faceted(shape))
        rows = some.limit(literal_column(str(EXACT_TOTAL + 1))).subquery("rows")
        columns: list[ColumnElement[Any]] = [func.count().label("total")]
        for name in self.sums:
            columns += [
                func.coalesce(func.sum(rows.c[name]), literal_column("0")).label(f"{name}_sum"),
                func.count(rows.c[name]).label(f"{name}_filled"),
            ]
        return select(*columns).select_from(rows)

    # --- what is shown ---------------------------------------------------------------------------

    def _columns(self, shape: Shape) -> list[ColumnElement[Any]]:
        if shape.rare:
            rare = {n: c for n, c in self.read_columns.items() if isinstance(c, Rare)}
            return [rare[name].column.label(name) for name in shape.rare]
        shown = self.read_columns if shape.single else self.item_columns
        return [
            column.label(name) for name, column in shown.items() if not isinstance(column, Rare)
        ]

    def _record(self, shape: Shape) -> Any:
        seen = self.scope(shape.scope)
        rows = select(*self._columns(shape)).select_from(self.source).where(seen)
        beside: Mapping[str, ColumnElement[Any]] = {}
        if shape.choice:
            rows = rows.where(self.id == shape.choice.pick(seen))
            beside = shape.choice.beside(seen)
        else:
            rows = rows.where(self.id == param("record_id", self.id.type))
        item = select(func.row_to_json(literal_column("r")).cast(Text)).select_from(
            rows.subquery("r")
        )
        return select(
            alive().label("alive"),
            item.scalar_subquery().label("item"),
            *(column.label(name) for name, column in beside.items()),
        )

    def _page(self, shape: Shape) -> Any:
        keys, down = self._keys(shape), self._down(shape)
        limit = literal_column(str(shape.limit))
        if self.in_access_order(shape):
            record = RecordAccess.record_id
            seen = self._accessible().where(*self._entered(shape, [record]))
            seen = seen.order_by(*directed([record], down=down)).limit(limit)
            shown = select(*self._columns(shape)).select_from(self.source)
            return shown.where(self.id.in_(seen)).order_by(*directed(keys, down=down))
        if self._collects(shape):
            # Which rows are shown is settled on their keys, by whatever indexes there are; without
            # the fence PostgreSQL would read the whole table in its order instead.
            held = [self.scope(shape.scope), *self._wanted(shape), *self._entered(shape, keys)]
            held += self._faceted(shape)
            rows = select(*self._named(keys)).select_from(self.source).where(*held)
            found = _fenced(rows, "found")
            return self._shown(shape, self._first(shape, found, self._again(found, keys)))
        before = self._before(shape)
        held = [*self._wanted(shape), *self._entered(shape, keys, before)]
        if not before:
            held.append(self.scope(shape.scope))
        rows = select(*self._columns(shape)).select_from(self.source).where(*held)
        order = [*(column for column, _ in before), *keys]
        return rows.order_by(*directed(order, down=down)).limit(limit)

    def by_its_index(self, shape: Shape) -> bool:
        """Whether a page is read through the index of the list's order, however far that is."""
        return bool(self._before(shape)) and not self._collects(shape)

    def _before(self, shape: Shape) -> list[tuple[Expression, Any]]:
        """What stands before the keys in the index of the list's own order."""
        whole_town = shape.scope is RowScope.TOWN and shape.scope not in self.scopes
        return [(self.town_code, param("town", Text()))] if whole_town else []

    def _collects(self, shape: Shape) -> bool:
        return not self.unindexed.issuperset(shape.filters)

    def _named(self, keys: Sequence[Expression]) -> list[ColumnElement[Any]]:
        return [key.label(f"k{at}") for at, key in enumerate(keys)]

    def _again(self, rows: Any, keys: Sequence[Expression]) -> list[ColumnElement[Any]]:
        return [rows.c[f"k{at}"] for at in range(len(keys))]

    def _first(
        self, shape: Shape, rows: Any, known: Sequence[Any], *conditions: Any, sort: bool = True
    ) -> Any:
        """The keys of the page among some rows, each with its place."""
        order = directed(known, down=self._down(shape)) if sort else []
        place = func.row_number().over(order_by=order or None).label("place")
        first = select(*known, place).select_from(rows).where(*conditions).order_by(*order)
        return first.limit(literal_column(str(shape.limit)))

    def _shown(self, shape: Shape, chosen: Any) -> Any:
        """The rows of a few keys, in the order of their places: a number that no index of the
        table knows, so that each row is looked up by its id."""
        few = chosen.subquery("chosen")
        known = self._again(few, self._keys(shape))
        joined = self.source.join(few, self.id == known[-1])
        return select(*self._columns(shape)).select_from(joined).order_by(few.c.place)

    # --- where it is looked for ------------------------------------------------------------------

    def places(self, shape: Shape) -> list[str]:
        """The names of the places where a page can be looked for, in turn."""
        found = [IN_ORDER]
        if shape.scope is not RowScope.TOWN and not self._by_id(shape):
            found = [IN_ORDER, TOWN_BY_TOWN] if self.by_access(shape.scope) else [TOWN_BY_TOWN]
        if shape.scope and shape.scope in self.scope_ways:
            found.append(shape.scope.value)
        given = set(shape.filters)
        one_town = bool(self._before(shape))
        return found + [
            name
            for name, way in self.ways.items()
            if way.leads(given) and (one_town or not way.one_town)
        ]

    def in_turn(self, shape: Shape, place: str) -> bool:
        """Whether rows are met there in the order of the list."""
        if place == IN_ORDER:
            return self._by_id(shape) or not self.by_access(shape.scope)
        return place == TOWN_BY_TOWN or self._by_id(shape)

    def _look(self, shape: Shape) -> Any:
        """A page out of so many rows of one place: whether it is certain, and the rows."""
        if shape.way != IN_ORDER:
            looked, certain, cut = self._in_parts(shape)
        else:
            in_turn = self.in_turn(shape, IN_ORDER)
            looked = self._in_order(shape) if in_turn else self._access_at_large(shape)
            certain, cut = [], _count(looked) >= self._rows()
        return self._answer(shape, looked, certain, cut)

    def _answer(
        self,
        shape: Shape,
        looked: CTE,
        certain: Sequence[ColumnElement[bool]],
        cut: ColumnElement[bool],
    ) -> Any:
        in_turn = self.in_turn(shape, shape.way)
        known = self._again(looked, self._keys(shape))
        # in their own order rows come as they were looked through: no more than fill the page
        sort = shape.way != IN_ORDER or not in_turn
        page = _fenced(
            self._first(shape, looked, known, looked.c.fits, *certain, sort=sort), "sure"
        )
        count = _count(page)
        full = count >= literal_column(str(shape.limit))
        done = case((full, _TRUE), else_=~cut) if in_turn else ~cut
        # settled once, before anything is shown
        found = _fenced(select(done.label("done")), "found")
        rows = self._shown(shape, select(*page.c)).subquery("r")
        fit = case((~found.c.done, _count(looked, looked.c.fits)), else_=null())
        return select(
            alive().label("alive"),
            found.c.done,
            case((found.c.done, _json(rows)), else_=null()).label("items"),
            count.label("certain"),
            fit.label("fit"),
        ).select_from(found)

    def _lookable(
        self, shape: Shape, held: Sequence[ColumnElement[bool]], *, but: Sequence[str] = ()
    ) -> ColumnElement[bool]:
        fits = [*held, *self._wanted(shape, but={BY_INDEX, *but})]
        return and_(_TRUE, *fits).label("fits")

    def _rows(self) -> ColumnElement[int]:
        return param("rows", BigInteger())

    def _within(self, shape: Shape) -> list[str]:
        return [name for name in self.sorts[shape.sort].within if name in shape.filters]

    def _in_order(self, shape: Shape) -> CTE:
        keys, down, before = self._keys(shape), self._down(shape), self._before(shape)
        if self.by_access(shape.scope):
            seen = self._seen(shape, in_turn=True)
            rows = select(seen.c.record_id.label("k0"), self._lookable(shape, []))
            rows = rows.select_from(self.source.join(seen, seen.c.record_id == self.id))
            return _fenced(rows.order_by(*directed([seen.c.record_id], down=down)), "looked")
        within = self._within(shape)
        own = self.scopes.get(shape.scope) if shape.scope else None
        checked = [] if own is None else [own]
        rows = (
            select(*self._named(keys), self._lookable(shape, checked, but=within))
            .select_from(self.source)
            .where(*(self.filters[name][1](self._given(name)) for name in within))
            .where(*self._entered(shape, keys, before))
            .order_by(*directed([*(column for column, _ in before), *keys], down=down))
            .limit(self._rows())
        )
        return _fenced(rows, "looked")

    def _seen(self, shape: Shape, *, in_turn: bool) -> Any:
        """The first so many records that the viewer may see, or any so many of them."""
        record = [RecordAccess.record_id]
        seen = self._accessible()
        if in_turn:
            seen = seen.where(*self._entered(shape, record))
            seen = seen.order_by(*directed(record, down=self._down(shape)))
        return seen.limit(self._rows()).subquery("seen")

    def _access_at_large(self, shape: Shape) -> CTE:
        """All that the viewer sees, unless it is more than so many rows."""
        keys, seen = self._keys(shape), self._seen(shape, in_turn=False)
        fits = self._lookable(shape, self._entered(shape, keys))
        rows = select(*self._named(keys), fits)
        rows = rows.select_from(self.source.join(seen, seen.c.record_id == self.id))
        return _fenced(rows, "looked")

    def _parts(self, shape: Shape) -> CTE:
        """Where the index is entered: in this town, or in every town that there is."""

        def given(name: str) -> Any:
            return self._given(name) if name in shape.filters else None

        way = self._way(shape)
        if way is None:
            towns = self._towns()
            parts = select(null().label("v"), towns.c.town).where(towns.c.town.is_not(None))
        elif not way.by_town or self._before(shape):
            some = way.values(given, Table(self._in_town(), None)).subquery("some")
            parts = select(some.c.v, null().label("town"))
        else:
            towns = self._towns()
            each = way.values(given, Table(self.town_code == towns.c.town, towns)).lateral("some")
            parts = select(each.c.v, towns.c.town).select_from(towns.join(each, _TRUE))
            parts = parts.where(towns.c.town.is_not(None))
        return _fenced(parts.limit(literal_column(str(MOST_PARTS + 1))), "parts")

    def _towns(self) -> CTE:
        """Every town of the table, each found by one step through its index."""
        first = select(func.min(self.town_code).label("town")).cte("towns", recursive=True)
        following = select(func.min(self.town_code)).where(self.town_code > first.c.town)
        following = following.correlate(first).scalar_subquery()
        return first.union_all(select(following).where(first.c.town.is_not(None)))

    def _in_parts(
        self, shape: Shape
    ) -> tuple[CTE, Sequence[ColumnElement[bool]], ColumnElement[bool]]:
        """Out of the first rows of the first parts: whichever begin first in the order of the
        list, or all of them where that order is another one."""
        keys, in_turn = self._keys(shape), self.in_turn(shape, shape.way)
        parts, way = self._parts(shape), self._way(shape)
        many, each, most = self._shares(shape, parts)
        ends: Any = None
        heads: Any = None
        opened: Any = parts
        if in_turn:
            head = self._entry(shape, way, parts, self._named(keys)).limit(_ONE).lateral("head")
            known = self._again(head, keys)
            at = func.row_number().over(order_by=directed(known, down=self._down(shape)))
            heads = select(parts.c.v, parts.c.town, *known, at.label("at"))
            heads = _fenced(heads.select_from(parts.join(head, _TRUE)).where(~many), "heads")
            opened = select(*heads.c).where(heads.c.at <= most).subquery("opened")
            ends = select(*self._again(heads, keys)).where(heads.c.at > most)
        place = func.row_number().over(order_by=self._index_order(shape, way, opened))
        fits = self._lookable(shape, self._checked(shape, way))
        rows = self._entry(shape, way, opened, [*self._named(keys), fits, place.label("n")])
        rows = rows.limit(each).lateral("one")
        looked = select(*rows.c).select_from(opened.join(rows, _TRUE)).where(~many)
        looked = _fenced(looked, "looked")
        cut = exists(select(_ONE).select_from(looked).where(looked.c.n >= each)) | many
        if not in_turn:
            return looked, [], cut
        again = looked.alias("again")
        ends = ends.union_all(select(*self._again(again, keys)).where(again.c.n >= each))
        return (
            looked,
            self._until(shape, looked, ends.subquery("ends")),
            cut | exists(select(_ONE).select_from(heads).where(heads.c.at > most)),
        )

    def _way(self, shape: Shape) -> Way | None:
        if shape.way == TOWN_BY_TOWN:
            return None
        scope = shape.scope
        own = scope is not None and scope in self.scope_ways and shape.way == scope.value
        return self.scope_ways[scope] if scope and own else self.ways[shape.way]

    def _columns_before(self, shape: Shape, way: Way | None, parts: Any) -> list[tuple[Any, Any]]:
        """What stands before the id in the index of a way."""
        before: list[tuple[Any, Any]] = []
        if way is None or way.by_town:
            before = self._before(shape) or [(self.town_code, parts.c.town)]
        return before if way is None else [*before, (way.column, parts.c.v)]

    def _checked(self, shape: Shape, way: Way | None) -> list[ColumnElement[bool]]:
        """Who may see it, where the index does not say so."""
        known = self._before(shape) and (way is None or way.by_town)
        return [] if known else [self.sees(shape.scope)]

    def _index_order(self, shape: Shape, way: Way | None, parts: Any) -> list[ColumnElement[Any]]:
        keys = self._keys(shape) if self.in_turn(shape, shape.way) else []
        before = [column for column, _ in self._columns_before(shape, way, parts)]
        return directed([*before, *keys], down=self._down(shape))

    def _entry(self, shape: Shape, way: Way | None, parts: Any, columns: Sequence[Any]) -> Any:
        """The rows of a part, in the order of the index."""
        keys, before = self._keys(shape), self._columns_before(shape, way, parts)
        if self.in_turn(shape, shape.way):
            held = self._entered(shape, keys, before)
        else:
            held = [*self._entered(shape, keys)] if shape.continued else []
            held += self._entered(replace(shape, continued=False), keys, before)
        if way is None:
            held += [self.filters[n][1](self._given(n)) for n in self._within(shape)]
        elif way.held is not None:
            held.append(way.held)
        elif way.part:  # so that PostgreSQL can prove that the index fits
            held.append(way.column)
        elif getattr(way.column, "nullable", False):
            held.append(way.column.is_not(None))
        rows = select(*columns).select_from(self.source).where(*held)
        return rows.order_by(*self._index_order(shape, way, parts))

    def _shares(self, shape: Shape, parts: CTE) -> tuple[Any, Any, Any]:
        """Whether there are too many parts, how many rows of each are looked through, and of how
        many parts."""
        count, least = func.count(), literal_column(str(shape.limit), BigInteger())
        most = func.greatest(
            literal_column("16", BigInteger()), self._rows() // literal_column("512", BigInteger())
        )
        entered = func.greatest(func.least(count, most), _ONE, type_=BigInteger())
        known = select(
            (count > literal_column(str(MOST_PARTS))).label("many"),
            func.greatest(least, self._rows() // entered).label("share"),
            most.label("most"),
        )
        known = _fenced(known.select_from(parts), "known")
        many, share, most = (select(column).scalar_subquery() for column in known.c)
        return many, share, most

    def _until(self, shape: Shape, looked: CTE, ends: Any) -> list[ColumnElement[bool]]:
        """No row behind the first at which one of the parts was cut off: what follows there may
        come before it."""
        down, known = self._down(shape), self._again(ends, self._keys(shape))
        last = select(*known).order_by(*directed(known, down=down))
        bound = _fenced(last.limit(_ONE), "bound")
        left = _row(self._again(looked, self._keys(shape)))
        right = _row(self._again(bound, self._keys(shape)))
        beyond = left < right if down else left > right
        return [~exists(select(_ONE).select_from(bound).where(beyond).correlate(looked))]


def _count(rows: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(rows).where(*conditions).scalar_subquery()
