"""Figures, counted from the ledgers with the lists' own filters and scopes.

A figure is `count(*)` under the predicates that its list would use for the same query, in the same
rows that its reader sees: it cannot differ from what it opens. The leads, by far the largest
ledger, are read once: folded over all dimensions into a small cube, and that by each of them.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, and_, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.base.statements import param
from api.core.listing.pagination import Listing
from api.domain.across.periods import Period, month_end, parts
from api.domain.across.statistics import (
    BY_YEAR,
    COUNTS,
    RATIOS,
    RECEIVED,
    SUMS,
    Breakdown,
    Count,
    Params,
    Ratio,
    Sum,
    percent,
    within,
)
from api.domain.kit.actors import Actor
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, RowScope
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import LeadConclusion, LeadStatus
from api.domain.words.money import to_yuan
from api.models.units import Division
from api.schemas.statistics import PeriodQuery
from api.services.across import attention, money_figures
from api.services.across.figures import (
    BEFORE,
    LEDGERS,
    NOW,
    Asked,
    Rows,
    Value,
    asked_of,
    bindings,
    figure,
    in_period,
    may_read,
    open_predicates,
    periods_shown,
    rows_of,
)
from api.services.across.lead_cube import Cell, Cube, Cubes, cube_of, lead_count, no_leads

P = Permission
_LEADS = "leads"


async def overview(actor: Actor, query: PeriodQuery) -> dict[str, Any]:
    """What is to be asked about today; every figure that the reader may open, by goal, of a period
    and of the one before; how the leads divide; the money. Raises Invalid."""
    asked = asked_of(query)
    cubes, as_of = Cubes(no_leads(), no_leads()), now()
    sees_leads = may_read(actor, P.LEAD_READ)
    if sees_leads:
        cubes, as_of = await cube_of(actor, asked)
    days = await attention.days()
    found = await rows_of(
        ("overview", actor.role, actor.is_limited, asked is not None),
        lambda: _parts(actor, by_period=asked is not None),
        bindings(actor, asked) | days | {"codes": sorted(cubes.now.by[Breakdown.VILLAGE])},
    )
    values = _values(actor, cubes, found, asked)
    return {
        "as_of": as_of,
        **periods_shown(asked),
        "of_county": actor.scope is RowScope.COUNTY,
        "attention": await attention.shown(found.get(_ASKED, []), days),
        "goals": _goals(values, asked),
        "breakdowns": _breakdowns(cubes.now, found, asked) if sees_leads else [],
        "money": money_figures.money(found, values, asked),
    }


#: The names of what is read in one statement.
_ASKED, _PLACES = "asked", "places"


def _part_of(resource: str) -> str:
    return f"of_{resource.replace('-', '_').replace('/', '_')}"


def _parts(actor: Actor, *, by_period: bool) -> dict[str, Any]:
    """The selects of everything but the leads, for whoever holds a role."""
    asked = attention.mine(actor)
    parts: dict[str, Any] = {_ASKED: attention.statement(actor.scope, asked)} if asked else {}
    if may_read(actor, P.LEAD_READ):
        of_leads = Division.code == func.any(param("codes", ARRAY(Text)))
        parts[_PLACES] = select(Division.code, Division.name).where(of_leads)
    for resource, measured in _measured(actor).items():
        listing = LEDGERS[resource].listing
        columns = [
            _column(listing, each, which).label(f"{each.key}_{which}")
            for each in measured
            for which in ((NOW, BEFORE) if by_period and each.by else (NOW,))
        ]
        if not by_period:
            columns = [_column(listing, each, None).label(f"{each.key}_{NOW}") for each in measured]
        scope = listing.scope(actor.scope)
        parts[_part_of(resource)] = select(*columns).select_from(listing.source).where(scope)
    return parts | money_figures.parts(actor, by_period=by_period)


def _measured(actor: Actor) -> dict[str, list[Count | Sum]]:
    """What is counted and summed up of each ledger that the actor may open, but of the leads."""
    found: dict[str, list[Count | Sum]] = {}
    for each in (*(c for counts in COUNTS.values() for c in counts), *SUMS):
        if each.resource != _LEADS and may_read(actor, LEDGERS[each.resource].needs):
            found.setdefault(each.resource, []).append(each)
    return found


def _column(listing: Listing, each: Count | Sum, which: str | None) -> Any:
    period = in_period(listing, each.by, which) if which and each.by else []
    rows = and_(true(), *open_predicates(listing, each.params), *period)
    if isinstance(each, Count):
        return func.count().filter(rows)
    total = func.coalesce(func.sum(money_figures.AMOUNTS[each.resource]).filter(rows), 0)
    return cast(total, BigInteger)


def _values(
    actor: Actor, cubes: Cubes, found: Mapping[str, Rows], asked: Asked | None
) -> dict[str, Value]:
    """By key: what is counted and summed up now, and in the period before, if it goes by one."""
    values: dict[str, Value] = {}
    for resource, measured in _measured(actor).items():
        row = found[_part_of(resource)][0]
        values |= {m.key: (row[f"{m.key}_{NOW}"], row.get(f"{m.key}_{BEFORE}")) for m in measured}
    if may_read(actor, P.LEAD_READ):
        for each in (*(c for counts in COUNTS.values() for c in counts), *SUMS):
            if each.resource == _LEADS:
                before = _of_leads(cubes.before, each) if asked else None
                values[each.key] = (_of_leads(cubes.now, each), before)
    return values


def _of_leads(cube: Cube, each: Count | Sum) -> int:
    if isinstance(each, Count):
        return lead_count(cube, each.params)
    return cube.all.amount if cube.all else 0


def _goals(values: Mapping[str, Value], asked: Asked | None) -> list[dict[str, Any]]:
    period = asked.now if asked else None
    return [
        {
            "goal": goal.value,
            "label": goal.label,
            "figures": [
                figure(
                    c.key, c.label, values[c.key][0], c.resource,
                    within(c.params, c.by, period), c.note, values[c.key][1],
                )
                for c in counts
                if c.key in values
            ],
            "rates": [
                _rate(ratio, values)
                for ratio in RATIOS[goal]
                if ratio.numerator in values and ratio.denominator in values
            ],
        }
        for goal, counts in COUNTS.items()
        if any(c.key in values for c in counts)
    ]  # fmt: skip


def _rate(ratio: Ratio, values: Mapping[str, Value]) -> dict[str, Any]:
    (above, above_before), (below, below_before) = (
        values[ratio.numerator], values[ratio.denominator],
    )  # fmt: skip
    previous = None
    if above_before is not None and below_before is not None:
        previous = percent(above_before, below_before)
    return {
        "key": ratio.key,
        "label": ratio.label,
        "percent": percent(above, below),
        "previous": previous,
        "numerator": ratio.numerator,
        "denominator": ratio.denominator,
    }


_LABELS: dict[Breakdown, type[Labelled]] = {
    Breakdown.STATUS: LeadStatus,
    Breakdown.CATEGORY: LeadCategory,
    Breakdown.CONCLUSION: LeadConclusion,
    Breakdown.CHANNEL: LeadChannel,
}


def _breakdowns(cube: Cube, found: Mapping[str, Rows], asked: Asked | None) -> list[dict[str, Any]]:
    period = asked.now if asked else None
    names = {row["code"]: row["name"] for row in found[_PLACES]}
    villages = cube.by[Breakdown.VILLAGE]
    months = _by_month(cube.by[Breakdown.MONTH], period)
    rows = {
        **{by: _by_label(by, kind, cube.by[by], period) for by, kind in _LABELS.items()},
        Breakdown.VILLAGE: _by_village(villages, names, period, overdue=False),
        Breakdown.VILLAGE_OVERDUE: _by_village(villages, names, period, overdue=True),
        Breakdown.MONTH: months,
    }
    titles = {by: by.label for by in Breakdown}
    if any(row["key"].startswith("year:") for row in months):
        titles[Breakdown.MONTH] = BY_YEAR
    return [{"by": by.value, "title": titles[by], "rows": rows[by]} for by in Breakdown]


def _by_label(
    by: Breakdown, kind: type[Labelled], cells: Mapping[str, Cell], period: Period | None
) -> list[Any]:
    """By status all leads are shown, withdrawn ones too; else the counted."""
    everything = by is Breakdown.STATUS
    rows: list[Any] = []
    for member in kind:
        cell = cells.get(member.value)
        value = (cell.all if everything else cell.counted) if cell else 0
        params: Params = {by.value: [member.value]}
        if value:
            params |= {} if everything else {"counted": True}
            params = within(params, RECEIVED, period)
            rows.append(figure(f"{by.value}:{member.value}", member.label, value, _LEADS, params))
    return _largest_first(rows)


def _largest_first(rows: list[Any]) -> list[Any]:
    """What a chart tells is how its bars compare; equal ones stay in their order."""
    return sorted(rows, key=lambda row: -row["value"])


def _by_village(
    cells: Mapping[str, Cell], names: Mapping[str, str], period: Period | None, *, overdue: bool
) -> list[Any]:
    rows: list[Any] = []
    for code, cell in sorted(cells.items()):
        value = cell.overdue if overdue else cell.counted
        if not value:
            continue
        village = len(code) == _VILLAGE_DIGITS
        place: Params = {"division_code" if village else "division_only": code}
        label = names.get(code, code) if village else f"{names.get(code, code)}（未落到村）"
        params = place | {"counted": True} | ({"overdue": True} if overdue else {})
        params = within(params, RECEIVED, period)
        rows.append(figure(f"village:{code}", label, value, _LEADS, params))
    return _largest_first(rows)


async def villages(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Every village that the reader's leads lie in, and all of the town for those who see all of
    it, with what is counted there: the figures of the overview, side by side."""
    cubes, as_of = await cube_of(actor)
    cells = cubes.now.by[Breakdown.VILLAGE]
    names = await _division_names(session, cells)
    if actor.scope is RowScope.TOWN:
        names |= await _villages_of(session, actor.town)
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
                "leads": figure(f"leads:{code}", label, cell.counted, "leads", counted),
                "overdue": figure(
                    f"overdue:{code}", label, cell.overdue, "leads", counted | {"overdue": True}
                ),
                "amount": to_yuan(cell.amount),
            }
        )
    return {"as_of": as_of, "rows": rows}


_NO_LEADS = Cell(0, 0, 0, 0)
_VILLAGE_DIGITS = 12


async def _villages_of(session: AsyncSession, town: str) -> dict[str, str]:
    found = await session.execute(
        select(Division.code, Division.name).where(
            Division.code.like(f"{town}%"),
            func.length(Division.code) == _VILLAGE_DIGITS,
            Division.valid_to.is_(None),
        )
    )
    return dict(found.tuples().all())


def _by_month(cells: Mapping[str, Cell], period: Period | None) -> list[Any]:
    """Every month of the period, or year where it is long; without one, from the first lead to
    today. One without leads is naught, and not left out."""
    numbers = {date.fromisoformat(stamp[:10]): cell.counted for stamp, cell in cells.items()}
    counted = {month: number for month, number in numbers.items() if number}
    if period is None:
        if not counted:
            return []
        period = Period(min(counted), max(today(), month_end(max(counted))))
    rows: list[Any] = []
    for unit, name, days in parts(period):
        first = days.since.replace(day=1)
        value = sum(number for month, number in counted.items() if first <= month <= days.until)
        params = within({"counted": True}, RECEIVED, days)
        key = f"{unit}:{days.since:%Y-%m}" if unit == "month" else f"{unit}:{days.since:%Y}"
        rows.append(figure(key, name, value, _LEADS, params))
    return rows


async def _division_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    found = await session.execute(
        select(Division.code, Division.name).where(Division.code.in_(list(codes)))
    )
    return dict(found.tuples().all())
