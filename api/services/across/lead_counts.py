"""Counts of leads by month and by day, kept by town, so that the figures of a million leads need not
read a million leads (docs/adr/0044-kept-counts.md).

They are exact at every moment although only a job writes them: the events tell in which months a
lead changed since, and those months are counted from the leads themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    Date,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    not_,
    select,
    text,
    true,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.statements import param
from api.core.database.db import database
from api.core.events.events import Event, Xid8
from api.domain.across.statistics import Breakdown
from api.models.lead_month_counts import LeadCountsMark, LeadMonthCount
from api.models.leads import RECEIVED_ON, Lead
from api.models.units import Division
from api.services.across.figures import NOW
from api.services.leads import leads

_TRUE: Any = literal_column("true")
#: What counts as a lead, by the list's own filter.
COUNTED: Any = leads.LISTING.filters["counted"][1](_TRUE)
# literals, as the indexes and the statistics of the table have them (migration `figures`)
_DAY: Any = literal_column(f"({RECEIVED_ON})", Date())
_MONTH = func.date_trunc(
    literal_column("'month'"), func.timezone(literal_column("'Asia/Shanghai'"), Lead.received_at)
)
DIMENSIONS: dict[Breakdown, Any] = {
    Breakdown.STATUS: Lead.status,
    Breakdown.CATEGORY: Lead.primary_category,
    Breakdown.CONCLUSION: Lead.conclusion,
    Breakdown.VILLAGE: func.left(Lead.division_code, literal_column("12")),
    Breakdown.CHANNEL: Lead.channel,
    Breakdown.MONTH: _MONTH,
}
#: The dimension of all leads.
ALL = ""
NAMES = [by.value for by in DIMENSIONS]
_ONE_MONTH = text("interval '1 month'")


def by_dimension(rows: Any, sums: dict[str, Any], *also: Any) -> Any:
    """Each of the sums over rows that have a column for each dimension: of all of them, and by each
    value of each dimension, in one reading. `also`: columns by whose values they are told apart."""
    columns = [rows.c[name] for name in NAMES]
    mask = func.grouping(*columns)
    whole = (1 << len(NAMES)) - 1
    all_ = literal_column(f"'{ALL}'", Text())
    # the one bit that is 0: grouped by this
    on = [mask == whole ^ (1 << (len(NAMES) - 1 - at)) for at in range(len(NAMES))]
    dimension = [
        (here, literal_column(f"'{name}'", Text())) for here, name in zip(on, NAMES, strict=True)
    ]
    value = [(here, cast(each, Text)) for here, each in zip(on, columns, strict=True)]
    return select(
        *also,
        case(*dimension, else_=all_).label("dimension"),
        case(*value, else_=all_).label("value"),
        *(each.label(name) for name, each in sums.items()),
    ).group_by(func.grouping_sets(*(tuple_(*also, each) for each in columns), tuple_(*also)))


def changed_since(xid: Any, town: Any) -> Any:
    """The months (their first days) of the leads that an event of this transaction or of a later
    one tells of. A lead stays in its month: the day of receipt is never corrected."""
    return (
        select(_first_of_month(_DAY).label("month"))
        .distinct()
        .select_from(Event)
        .join(Lead, Lead.id == Event.subject_id)
        .where(
            Event.xid >= xid,
            Event.subject_type == literal_column(f"'{leads.RESOURCE}'"),
            Lead.town_code == town,
        )
    )


def _first_of_month(day: Any) -> Any:
    return cast(func.date_trunc(literal_column("'month'"), day), Date)


def _after(month: Any) -> Any:
    """The first day after a month."""
    return cast(month + _ONE_MONTH, Date)


# --- reading ---------------------------------------------------------------------------------

_TOWN: Any = param("town", Text())
_MARK = select(LeadCountsMark.xid).where(LeadCountsMark.town_code == _TOWN)
_ROW = LeadMonthCount


class Kept:
    """What is kept of a town, for the statement of its figures. `which`: the periods that are asked
    for, by the names of their parameters; none: of all time."""

    def __init__(self, *which: str) -> None:
        self._which = which
        self._changed = changed_since(_MARK.scalar_subquery(), _TOWN).cte("changed")

    def leads(self, columns: Sequence[Any], where: Sequence[Any]) -> Any:
        """The leads that are still read one by one: of changed months, or, where nothing is kept,
        all of them."""
        found = select(*columns).where(Lead.town_code == _TOWN, *where)
        month = self._changed.c.month
        return union_all(
            found.where(~exists(_MARK)),
            found.join(self._changed, and_(month <= _DAY, _after(month) > _DAY)),
        )

    def counts(self, sums: Mapping[str, Any]) -> Any:
        """Sums of kept columns (by the names that they get, one set a period) by dimension and
        value. Of months that lie in a period as a whole the month is read, of others the days."""
        mine = (
            _ROW.town_code == _TOWN,
            exists(_MARK),
            _first_of_month(_ROW.on_day).not_in(select(self._changed.c.month)),
        )
        months = select(_ROW).where(*mine, _ROW.is_month == true(), *self._bounds())
        rows = months.subquery("kept")
        if self._which:
            edges = self._edges()
            inside = and_(_ROW.on_day >= edges.c.month, _ROW.on_day < _after(edges.c.month))
            days = select(_ROW).join(edges, inside).where(*mine, _ROW.is_month == false())
            rows = union_all(months, days).subquery("kept")
        return (
            select(rows.c.dimension, rows.c.value, *self._sums(rows, sums))
            .group_by(rows.c.dimension, rows.c.value)
        )  # fmt: skip

    def _sums(self, rows: Any, sums: Mapping[str, Any]) -> Iterator[Any]:
        for name, each in sums.items():
            total = func.sum(rows.c[each])
            if not self._which:
                yield total.label(f"{name}_{NOW}")
            for which in self._which:
                yield total.filter(_belongs(rows, which)).label(f"{name}_{which}")

    def _bounds(self) -> list[Any]:
        """Between the bounds of all periods together."""
        if not self._which:
            return []
        return [
            _ROW.on_day >= func.least(*(_day("since", each) for each in self._which)),
            _ROW.on_day <= func.greatest(*(_day("until", each) for each in self._which)),
        ]

    def _edges(self) -> Any:
        """The months in which a period begins or ends."""
        ends = [_day(name, each) for each in self._which for name in ("since", "until")]
        return union(*(select(_first_of_month(end).label("month")) for end in ends)).cte("edges")


def _day(name: str, which: str) -> Any:
    return param(f"{name}_{which}", Date())


def _belongs(rows: Any, which: str) -> Any:
    """A whole month of the period; or one of its days, unless its month is one of those."""
    month = _first_of_month(rows.c.on_day)
    whole = and_(month >= _day("since", which), _after(month) <= _day("after", which))
    inside = and_(rows.c.on_day >= _day("since", which), rows.c.on_day < _day("after", which))
    return case((rows.c.is_month, whole), else_=and_(inside, not_(whole)))


# --- keeping ---------------------------------------------------------------------------------


async def keep() -> None:
    """Count anew what changed, town by town, each in a transaction of its own. Two at once do no
    harm: the second finds the first at work and leaves the town to it."""
    async with database().glance() as session:
        towns = (
            await session.scalars(
                select(Division.code).where(exists().where(Lead.town_code == Division.code))
            )
        ).all()
    for town in towns:
        async with database().session() as session, session.begin():
            # one moment for all statements: what is counted and where the mark lies agree
            await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            if await session.scalar(select(func.pg_try_advisory_xact_lock(_lock(town)))):
                await _keep(session, town)


def _lock(town: str) -> Any:
    return func.hashtextextended(f"lead_month_counts {town}", 0)


async def _keep(session: AsyncSession, town: str) -> None:
    mark = select(cast(LeadCountsMark.xid, Text)).where(LeadCountsMark.town_code == town)
    since = await session.scalar(mark)
    months: Sequence[date] | None = None
    if since is not None:
        changed = changed_since(cast(literal(since), Xid8), literal(town))
        months = (await session.scalars(changed)).all()
    if months is None or months:
        outdated = [_ROW.town_code == town]
        if months is not None:
            outdated.append(_first_of_month(_ROW.on_day).in_(months))
        await session.execute(delete(_ROW).where(*outdated))
        await session.execute(_write(town, is_month=False, rows=_days(town, months)))
        await session.execute(_write(town, is_month=True, rows=_months(town, months)))
    horizon = func.pg_snapshot_xmin(func.pg_current_snapshot())
    stand = upsert(LeadCountsMark).values(town_code=town, xid=horizon)
    await session.execute(
        stand.on_conflict_do_update(index_elements=["town_code"], set_={"xid": stand.excluded.xid})
    )


_COLUMNS = ("on_day", "dimension", "value", "n", "counted", "amount")


def _write(town: str, *, is_month: bool, rows: Any) -> Any:
    found = rows.subquery("found")
    values = [found.c[name] for name in _COLUMNS]
    whose = [literal(town).label("town_code"), literal(is_month).label("is_month")]
    # a lead without a conclusion counts with all, and with no conclusion
    kept = select(*whose, *values).where(found.c.value.is_not(None))
    return insert(_ROW).from_select(["town_code", "is_month", *_COLUMNS], kept)


def _days(town: str, months: Sequence[date] | None) -> Any:
    """Every day of these months, or of all months, counted from the leads."""
    amount = func.sum(Lead.amount_involved)
    keys = {by.value: each for by, each in DIMENSIONS.items()} | {
        "day": _DAY,
        "is_counted": COUNTED,
    }
    folded = (
        select(
            *(each.label(name) for name, each in keys.items()),
            func.count().label("n"),
            amount.label("amount"),
        )
        .where(Lead.town_code == town)
        .group_by(*(literal_column(str(at)) for at in range(1, len(keys) + 1)))
    )
    if months is not None:
        month = select(func.unnest(literal(months, ARRAY(Date))).label("month")).subquery("months")
        day = month.c.month
        folded = folded.join_from(Lead, month, and_(day <= _DAY, _after(day) > _DAY))
    rows = folded.cte("folded")
    of_counted = [
        each.filter(rows.c.is_counted) for each in map(func.sum, (rows.c.n, rows.c.amount))
    ]
    sums = {
        "n": func.sum(rows.c.n),
        "counted": func.coalesce(of_counted[0], 0),
        "amount": func.coalesce(of_counted[1], 0),
    }
    return by_dimension(rows, sums, rows.c.day.label("on_day"))


def _months(town: str, months: Sequence[date] | None) -> Any:
    """The same months as wholes, out of their days."""
    month = _first_of_month(_ROW.on_day)
    sums = [func.sum(each).label(each.key) for each in (_ROW.n, _ROW.counted, _ROW.amount)]
    found = (
        select(month.label("on_day"), _ROW.dimension, _ROW.value, *sums)
        .where(_ROW.town_code == town, _ROW.is_month == false())
        .group_by(month, _ROW.dimension, _ROW.value)
    )
    return found if months is None else found.where(month.in_(months))
