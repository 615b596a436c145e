"""Figures, counted from the ledgers with the lists' own filters and scopes.

A figure is `count(*)` under the predicates that its list would use for the same query, in the same
rows that its reader sees: it cannot differ from what it opens. The leads, by far the largest
ledger, are read once: folded over all dimensions into a small cube, and that by each of them.
"""

import time
from calendar import monthrange
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    Integer,
    Text,
    and_,
    cast,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import case_rows
from api.core.clock import now, today
from api.core.pagination import Listing
from api.domain.actors import Actor
from api.domain.categories import LeadCategory
from api.domain.channels import LeadChannel
from api.domain.labels import Labelled
from api.domain.leads import LeadConclusion, LeadStatus
from api.domain.ledger import MEASURE_NOTES, AccountKind, Measure, Side, Standing, measures
from api.domain.money import to_yuan
from api.domain.permissions import ROLE_SCOPE, Permission, Role, RowScope, follows_only
from api.domain.statistics import (
    BY_UNIT,
    COUNTS,
    RATIOS,
    SUMS,
    UNIT_COUNTS,
    Breakdown,
    Count,
    Goal,
    Params,
    mean,
    percent,
)
from api.models.cases import Case
from api.models.leads import Lead
from api.models.ledger import Account, Posting, Transfer
from api.models.property_measures import PropertyMeasure
from api.models.receipts import LeadRating
from api.models.units import Division, Unit
from api.services import (
    cases,
    inspections,
    leads,
    outcomes,
    property_measures,
    rectifications,
    risk_entities,
)

P = Permission


@dataclass(frozen=True, slots=True)
class Ledger:
    """A list that figures count, and the right to open it."""

    listing: Listing
    needs: P


LEDGERS: dict[str, Ledger] = {
    "leads": Ledger(leads.LISTING, P.LEAD_READ),
    "cases": Ledger(cases.LISTING, P.CASE_READ),
    "risk-entities": Ledger(risk_entities.LISTING, P.RISK_ENTITY_READ),
    "rectifications": Ledger(rectifications.LISTING, P.INSPECTION_READ),
    "inspections": Ledger(inspections.LISTING, P.INSPECTION_READ),
    "outcomes": Ledger(outcomes.LISTING, P.OUTCOME_READ),
    "property-measures": Ledger(property_measures.LISTING, P.PROPERTY_READ),
}
_AMOUNTS: dict[str, Any] = {
    "cases": Case.amount_involved,
    "property-measures": PropertyMeasure.amount,
}


def _may_read(actor: Actor, needs: P) -> bool:
    """Figures of what the reader may open; the report program gets figures and no rows."""
    return actor.may(needs) or actor.role is Role.REPORT_READER


def _plain(value: object) -> object:
    """A parameter as the list's own query model would read it."""
    if isinstance(value, str) and len(value) == len("2022-05-13") and value[4] == "-":
        return date.fromisoformat(value)
    return value


def _predicates(listing: Listing, params: Params) -> list[Any]:
    return list(listing.conditions({name: _plain(value) for name, value in params.items()}))


def _bound(actor: Actor) -> dict[str, object]:
    scope = ROLE_SCOPE.get(actor.role, RowScope.NONE)
    viewer = actor.post_id if scope is RowScope.POST else actor.unit_id
    return {"viewer": viewer, "town": actor.division_code[:9], "now": now(), "today": today()}


async def _row(session: AsyncSession, actor: Actor, listing: Listing, columns: list[Any]) -> Any:
    statement = select(*columns).select_from(listing.source).where(listing.visible(actor))
    return (await session.execute(statement, _bound(actor))).one()


# --- leads ----------------------------------------------------------------------------------------

_counted = leads.LISTING.filters["counted"][1]
_overdue = leads.LISTING.filters["overdue"][1]
_TRUE: Any = literal_column("true")
# literals, as the extended statistics of the table have them (migration `figures`)
_MONTH = func.date_trunc(
    literal_column("'month'"), func.timezone(literal_column("'Asia/Shanghai'"), Lead.received_at)
)
_DIMENSIONS: dict[Breakdown, Any] = {
    Breakdown.STATUS: Lead.status,
    Breakdown.CATEGORY: Lead.primary_category,
    Breakdown.CONCLUSION: Lead.conclusion,
    Breakdown.VILLAGE: func.left(Lead.division_code, literal_column("12")),
    Breakdown.CHANNEL: Lead.channel,
    Breakdown.MONTH: _MONTH,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Leads of one value of one dimension: all, counted, counted and overdue; fen of the counted."""

    all: int
    counted: int
    overdue: int
    amount: int


Cube = dict[Breakdown, dict[str, Cell]]
_ALL = Breakdown.VILLAGE_OVERDUE  # stands for "no dimension" below: it has no column of its own


T = TypeVar("T")


@dataclass(slots=True)
class _Kept:
    answer: Any
    as_of: datetime
    until: float


#: An answer that took long is kept for a while and says its time; others are never kept.
_SLOW, _KEEP = 0.5, 30.0
_kept: dict[tuple[object, ...], _Kept] = {}


async def _keeping(
    session: AsyncSession,
    actor: Actor,
    what: str,
    ask: Callable[[AsyncSession, Actor], Awaitable[T]],
) -> tuple[T, datetime]:
    """The answer to a question of the whole ledger, and of when it is."""
    bound, scope = _bound(actor), ROLE_SCOPE.get(actor.role)
    key = (what, scope, bound["town"] if scope is RowScope.TOWN else bound["viewer"])
    kept = _kept.get(key)
    if kept and kept.until > time.monotonic():
        return kept.answer, kept.as_of
    started, as_of = time.monotonic(), now()
    found = await ask(session, actor)
    if time.monotonic() - started > _SLOW:
        _kept[key] = _Kept(found, as_of, time.monotonic() + _KEEP)
    return found, as_of


async def _cube(session: AsyncSession, actor: Actor) -> tuple[Cube, datetime]:
    return await _keeping(session, actor, "cube", _read_cube)


async def _read_cube(session: AsyncSession, actor: Actor) -> Cube:
    counted, overdue = _counted(_TRUE), _overdue(_TRUE)
    inner = (
        select(
            *(column.label(by.value) for by, column in _DIMENSIONS.items()),
            func.count().label("n"),
            func.count().filter(counted).label("counted"),
            func.count().filter(and_(counted, overdue)).label("overdue"),
            func.sum(Lead.amount_involved).filter(counted).label("amount"),
        )
        .where(leads.LISTING.visible(actor))
        .group_by(*(literal_column(str(at)) for at in range(1, len(_DIMENSIONS) + 1)))
        .cte("cube")
    )
    dimensions = [inner.c[by.value] for by in _DIMENSIONS]
    outer = select(
        cast(func.grouping(*dimensions), Integer).label("mask"),
        *(cast(column, Text) for column in dimensions),
        *(
            func.coalesce(func.sum(inner.c[name]), 0)
            for name in ("n", "counted", "overdue", "amount")
        ),
    ).group_by(func.grouping_sets(tuple_(), *(tuple_(column) for column in dimensions)))
    cube: Cube = {by: {} for by in (*_DIMENSIONS, _ALL)}
    order = list(_DIMENSIONS)
    whole = (1 << len(order)) - 1
    found: Any = await session.execute(outer, _bound(actor))
    for mask, *rest in found:
        cell = Cell(*(int(number) for number in rest[len(order) :]))
        if mask == whole:
            cube[_ALL][""] = cell
            continue
        at = len(order) - (whole ^ mask).bit_length()  # the one bit that is 0: grouped by this
        value = rest[at]
        if value is not None:
            cube[order[at]][str(value)] = cell
    return cube


def _lead_count(cube: Cube, params: Params) -> int:
    """A lead figure read off the cube: at most one dimension beside `counted` and `overdue`."""
    by, values = _ALL, [""]
    for name in ("status", "conclusion"):
        asked = params.get(name)
        if isinstance(asked, list):
            by, values = Breakdown(name), asked
    cells = [cube[by][value] for value in values if value in cube[by]]
    if params.get("overdue"):
        return sum(cell.overdue for cell in cells)
    if "counted" not in params:
        return sum(cell.all for cell in cells)
    counted = sum(cell.counted for cell in cells)
    return counted if params["counted"] else sum(cell.all for cell in cells) - counted


# --- figures --------------------------------------------------------------------------------------


def _figure(key: str, label: str, value: int, resource: str, params: Params, note: str = "") -> Any:
    query = {"resource": resource, "params": params}
    return {"key": key, "label": label, "value": value, "note": note, "query": query}


async def _counts(
    session: AsyncSession, actor: Actor, wanted: Iterable[Count], cube: Cube
) -> dict[str, int]:
    """The values of figures by key, one statement a ledger."""
    by_ledger: dict[str, list[Count]] = {}
    for count in wanted:
        by_ledger.setdefault(count.resource, []).append(count)
    values: dict[str, int] = {}
    for resource, those in by_ledger.items():
        if resource == "leads":
            values |= {count.key: _lead_count(cube, count.params) for count in those}
            continue
        listing = LEDGERS[resource].listing
        columns = [
            func.count().filter(and_(*_predicates(listing, count.params))) for count in those
        ]
        row = await _row(session, actor, listing, columns)
        values |= {count.key: int(value) for count, value in zip(those, row, strict=True)}
    return values


async def overview(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Every figure that the reader may open, by goal; how the leads divide; the money."""
    cube: Cube = {by: {} for by in (*_DIMENSIONS, _ALL)}
    as_of = now()
    if _may_read(actor, P.LEAD_READ):
        cube, as_of = await _cube(session, actor)
    return {
        "as_of": as_of,
        "goals": await _goals(session, actor, cube),
        "breakdowns": await _breakdowns(session, cube) if _may_read(actor, P.LEAD_READ) else [],
        "money": await _money(session, actor, cube),
    }


async def _goals(session: AsyncSession, actor: Actor, cube: Cube) -> list[dict[str, Any]]:
    mine = {
        goal: [c for c in COUNTS[goal] if _may_read(actor, LEDGERS[c.resource].needs)]
        for goal in Goal
    }
    values = await _counts(session, actor, [c for counts in mine.values() for c in counts], cube)
    return [
        {
            "goal": goal.value,
            "label": goal.label,
            "figures": [
                _figure(c.key, c.label, values[c.key], c.resource, c.params, c.note) for c in counts
            ],
            "rates": [
                {
                    "key": ratio.key,
                    "label": ratio.label,
                    "percent": percent(values[ratio.numerator], values[ratio.denominator]),
                    "numerator": ratio.numerator,
                    "denominator": ratio.denominator,
                }
                for ratio in RATIOS[goal]
                if ratio.numerator in values and ratio.denominator in values
            ],
        }
        for goal, counts in mine.items()
        if counts
    ]


_LABELS: dict[Breakdown, type[Labelled]] = {
    Breakdown.STATUS: LeadStatus,
    Breakdown.CATEGORY: LeadCategory,
    Breakdown.CONCLUSION: LeadConclusion,
    Breakdown.CHANNEL: LeadChannel,
}


async def _breakdowns(session: AsyncSession, cube: Cube) -> list[dict[str, Any]]:
    names = await _division_names(session, cube[Breakdown.VILLAGE])
    rows = {
        **{by: _by_label(by, kind, cube[by]) for by, kind in _LABELS.items()},
        Breakdown.VILLAGE: _by_village(cube[Breakdown.VILLAGE], names, overdue=False),
        Breakdown.VILLAGE_OVERDUE: _by_village(cube[Breakdown.VILLAGE], names, overdue=True),
        Breakdown.MONTH: _by_month(cube[Breakdown.MONTH]),
    }
    return [{"by": by.value, "title": by.label, "rows": rows[by]} for by in Breakdown]


def _by_label(by: Breakdown, kind: type[Labelled], cells: Mapping[str, Cell]) -> list[Any]:
    """In the order of the enum. By status all leads are shown, withdrawn ones too; else the counted."""
    everything = by is Breakdown.STATUS
    rows: list[Any] = []
    for member in kind:
        cell = cells.get(member.value)
        value = (cell.all if everything else cell.counted) if cell else 0
        params: Params = {by.value: [member.value]}
        if value:
            params |= {} if everything else {"counted": True}
            rows.append(_figure(f"{by.value}:{member.value}", member.label, value, "leads", params))
    return rows


def _by_village(cells: Mapping[str, Cell], names: Mapping[str, str], *, overdue: bool) -> list[Any]:
    rows: list[Any] = []
    for code, cell in cells.items():
        value = cell.overdue if overdue else cell.counted
        if not value:
            continue
        village = len(code) == 12
        place: Params = {"division_code" if village else "division_only": code}
        label = names.get(code, code) if village else f"{names.get(code, code)}（未落到村）"
        params = place | {"counted": True} | ({"overdue": True} if overdue else {})
        rows.append(_figure(f"village:{code}", label, value, "leads", params))
    return sorted(rows, key=lambda row: (-row["value"], row["key"]))


async def villages(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Every village that the reader's leads lie in, and all of the town for those who see all of
    it, with what is counted there: the figures of the overview, side by side."""
    cube, as_of = await _cube(session, actor)
    cells = cube[Breakdown.VILLAGE]
    names = await _division_names(session, cells)
    if ROLE_SCOPE.get(actor.role) is RowScope.TOWN:
        names |= await _villages_of(session, actor.division_code[:9])
    rows: list[dict[str, Any]] = []
    for code in sorted({*cells, *names}):
        cell = cells.get(code, _NO_LEADS)
        village = len(code) == _VILLAGE_DIGITS
        place: Params = {"division_code" if village else "division_only": code}
        name = names.get(code, code)
        label = name if village else f"{name}（未落到村）"
        counted: Params = place | {"counted": True}
        rows.append(
            {
                "code": code,
                "label": label,
                "leads": _figure(f"leads:{code}", label, cell.counted, "leads", counted),
                "overdue": _figure(
                    f"overdue:{code}", label, cell.overdue, "leads", counted | {"overdue": True}
                ),
                "amount": to_yuan(cell.amount),
            }
        )
    return {"as_of": as_of, "rows": rows}


_NO_LEADS = Cell(0, 0, 0, 0)
_VILLAGE_DIGITS = 12


# --- units ----------------------------------------------------------------------------------------

#: Points beside the counts of `UNIT_COUNTS`.
_POINTS = "points"
Scores = dict[str, int]


async def units(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """What became of each unit's leads, and how their reporters judge it.

    A reporter's judgement is told to who handles leads, or answers for the town; whoever merely
    follows a lead or two would read the single score off the mean.
    """
    names: dict[UUID, str] = {}
    found: dict[UUID, Scores] = {}
    as_of, told = now(), False
    if _may_read(actor, P.LEAD_READ) and not follows_only(actor.role, P.LEAD_HANDLE):
        found, as_of = await _keeping(session, actor, "units", _read_units)
        names = await _unit_names(session, found)
        told = True
    whole = {name: sum(each[name] for each in found.values()) for name in _SCORES}
    rows = [
        {"unit": {"id": unit, "name": names[unit]}} | _scores(scores, {BY_UNIT: str(unit)})
        for unit, scores in sorted(found.items(), key=lambda e: (-e[1]["closed"], names[e[0]]))
    ]
    return {"as_of": as_of, "rows": rows, "total": _scores(whole, {}) if told else None}


_SCORES = (*(count.key for count in UNIT_COUNTS), _POINTS)


def _scores(scores: Scores, whose: Params) -> dict[str, Any]:
    figures = {
        c.key: _figure(c.key, c.label, scores[c.key], c.resource, c.params | whose, c.note)
        for c in UNIT_COUNTS
    }
    points, number = scores[_POINTS], scores["rated"]
    return figures | {"score_total": points, "score_mean": mean(points, number)}


async def _read_units(session: AsyncSession, actor: Actor) -> dict[UUID, Scores]:
    """By unit, of the leads that are closed or rated: nothing is said of the others."""

    def filtered(params: Params) -> Any:
        """The rows of a list; the one join below stands for its look-up of each lead's rating."""
        those = {name: value for name, value in params.items() if name != "rated"}
        number = func.count(LeadRating.lead_id) if "rated" in params else func.count()
        return number.filter(and_(*_predicates(leads.LISTING, those)))

    columns = [filtered(count.params).label(count.key) for count in UNIT_COUNTS]
    points = func.sum(LeadRating.score).filter(_counted(_TRUE))
    points = func.coalesce(points, 0).label(_POINTS)
    statement = (
        select(leads.HANDLED_BY.label("unit"), *columns, points)
        .outerjoin(LeadRating, LeadRating.lead_id == Lead.id)
        .where(leads.LISTING.visible(actor))
        .group_by(literal_column("1"))
    )
    rows = await session.execute(statement, _bound(actor))
    found = {unit: dict(zip(_SCORES, map(int, numbers), strict=True)) for unit, *numbers in rows}
    return {unit: scores for unit, scores in found.items() if any(scores.values())}


async def _unit_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    found = await session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(list(ids))))
    return dict(found.tuples().all())


async def _villages_of(session: AsyncSession, town: str) -> dict[str, str]:
    found = await session.execute(
        select(Division.code, Division.name).where(
            Division.code.like(f"{town}%"),
            func.length(Division.code) == _VILLAGE_DIGITS,
            Division.valid_to.is_(None),
        )
    )
    return dict(found.tuples().all())


def _by_month(cells: Mapping[str, Cell]) -> list[Any]:
    rows: list[Any] = []
    for stamp, cell in sorted(cells.items()):
        first = date.fromisoformat(stamp[:10])
        last = first.replace(day=monthrange(first.year, first.month)[1])
        params: Params = {
            "counted": True,
            "received_from": first.isoformat(),
            "received_to": last.isoformat(),
        }
        if cell.counted:
            key = f"month:{first:%Y-%m}"
            rows.append(_figure(key, f"{first:%Y年%m月}", cell.counted, "leads", params))
    return rows


async def _division_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    found = await session.execute(
        select(Division.code, Division.name).where(Division.code.in_(list(codes)))
    )
    return dict(found.tuples().all())


# --- money ----------------------------------------------------------------------------------------


async def _money(session: AsyncSession, actor: Actor, cube: Cube) -> dict[str, Any]:
    sums: list[dict[str, Any]] = []
    for wanted in SUMS:
        ledger = LEDGERS[wanted.resource]
        if not _may_read(actor, ledger.needs):
            continue
        if wanted.resource == "leads":
            fen = cube[_ALL][""].amount if cube[_ALL] else 0
        else:
            predicates = and_(*_predicates(ledger.listing, wanted.params))
            total = func.coalesce(func.sum(_AMOUNTS[wanted.resource]).filter(predicates), 0)
            fen = int((await _row(session, actor, ledger.listing, [total]))[0])
        sums.append(
            {
                "key": wanted.key,
                "label": wanted.label,
                "amount": to_yuan(fen),
                "note": wanted.note,
                "query": {"resource": wanted.resource, "params": wanted.params},
            }
        )
    stages = await _stages(session, actor) if _may_read(actor, P.LEDGER_READ) else []
    return {"sums": sums, "ledger": stages, "denominator": Measure.TRACED.label}


#: The pots behind each measure: the entries that touch them are its rows.
_POTS: dict[Measure, list[AccountKind]] = {
    Measure.TRACED: [AccountKind.TRACED_SOURCE, AccountKind.SURRENDER_SOURCE],
    Measure.RESTRAINED: [AccountKind.RESTRAINED],
    Measure.REALISED: [AccountKind.REALISED],
    Measure.IN_CUSTODY: [
        AccountKind.IN_CUSTODY,
        AccountKind.PAYABLE,
        AccountKind.PAID_PENDING,
        AccountKind.SET_ASIDE,
    ],
    Measure.RETURNED: [AccountKind.RETURNED],
}


async def _stages(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    figures = measures(await _standings(session, actor))
    traced = figures[Measure.TRACED]
    return [
        {
            "measure": measure.value,
            "label": measure.label,
            "amount": to_yuan(fen),
            "note": MEASURE_NOTES[measure],
            "percent_of_traced": percent(fen, traced) if fen >= 0 and traced >= 0 else None,
            "query": {
                "resource": "ledger/entries",
                "params": {"account": [pot.value for pot in _POTS[measure]]},
            },
        }
        for measure, fen in figures.items()
    ]


async def _standings(session: AsyncSession, actor: Actor) -> list[Standing]:
    """The accounts of all visible books, summed by kind (services/ledger.py does one book)."""
    reversal = aliased(Transfer)
    last = (
        select(Posting.balance)
        .where(Posting.account_id == Account.id)
        .order_by(Posting.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    inflow = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .join(Transfer, Transfer.id == Posting.transfer_id)
        .outerjoin(reversal, reversal.reverses_id == Transfer.id)
        .where(
            Posting.account_id == Account.id,
            Posting.side == Side.DEBIT.value,
            Transfer.reverses_id.is_(None),
            reversal.id.is_(None),
        )
        .scalar_subquery()
    )
    seen = select(Case.id).where(case_rows.seen(actor))
    each = (
        select(Account.kind, func.coalesce(last, 0).label("balance"), inflow.label("inflow"))
        .where(Account.book_id.in_(seen))
        .subquery()
    )
    rows = await session.execute(
        select(each.c.kind, func.sum(each.c.balance), func.sum(each.c.inflow)).group_by(each.c.kind)
    )
    return [Standing(AccountKind(kind), int(balance), int(came)) for kind, balance, came in rows]
