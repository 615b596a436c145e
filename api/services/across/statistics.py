"""Figures, counted from the ledgers with the lists' own filters and scopes.

A figure is `count(*)` under the predicates that its list would use for the same query, in the same
rows that its reader sees: it cannot differ from what it opens. The leads, by far the largest
ledger, are read once: folded over all dimensions into a small cube, and that by each of them.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.domain.across.statistics import COUNTS, RATIOS, Breakdown, Count, Goal, Params, percent
from api.domain.kit.actors import Actor
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, RowScope
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import LeadConclusion, LeadStatus
from api.domain.words.money import to_yuan
from api.models.units import Division
from api.services.across.figures import LEDGERS, figure, may_read, predicates_of, row_of
from api.services.across.lead_cube import Cell, Cube, cube_of, lead_count, no_leads
from api.services.across.money_figures import money

P = Permission


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
            values |= {count.key: lead_count(cube, count.params) for count in those}
            continue
        listing = LEDGERS[resource].listing
        columns = [
            func.count().filter(and_(*predicates_of(listing, count.params))) for count in those
        ]
        row = await row_of(session, actor, listing, columns)
        values |= {count.key: int(value) for count, value in zip(those, row, strict=True)}
    return values


async def overview(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Every figure that the reader may open, by goal; how the leads divide; the money."""
    cube = no_leads()
    as_of = now()
    if may_read(actor, P.LEAD_READ):
        cube, as_of = await cube_of(session, actor)
    return {
        "as_of": as_of,
        "goals": await _goals(session, actor, cube),
        "breakdowns": await _breakdowns(session, cube) if may_read(actor, P.LEAD_READ) else [],
        "money": await money(session, actor, cube),
    }


async def _goals(session: AsyncSession, actor: Actor, cube: Cube) -> list[dict[str, Any]]:
    mine = {
        goal: [c for c in COUNTS[goal] if may_read(actor, LEDGERS[c.resource].needs)]
        for goal in Goal
    }
    values = await _counts(session, actor, [c for counts in mine.values() for c in counts], cube)
    return [
        {
            "goal": goal.value,
            "label": goal.label,
            "figures": [
                figure(c.key, c.label, values[c.key], c.resource, c.params, c.note) for c in counts
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
    names = await _division_names(session, cube.by[Breakdown.VILLAGE])
    rows = {
        **{by: _by_label(by, kind, cube.by[by]) for by, kind in _LABELS.items()},
        Breakdown.VILLAGE: _by_village(cube.by[Breakdown.VILLAGE], names, overdue=False),
        Breakdown.VILLAGE_OVERDUE: _by_village(cube.by[Breakdown.VILLAGE], names, overdue=True),
        Breakdown.MONTH: _by_month(cube.by[Breakdown.MONTH]),
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
            rows.append(figure(f"{by.value}:{member.value}", member.label, value, "leads", params))
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
        rows.append(figure(f"village:{code}", label, value, "leads", params))
    return sorted(rows, key=lambda row: (-row["value"], row["key"]))


async def villages(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Every village that the reader's leads lie in, and all of the town for those who see all of
    it, with what is counted there: the figures of the overview, side by side."""
    cube, as_of = await cube_of(session, actor)
    cells = cube.by[Breakdown.VILLAGE]
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
            rows.append(figure(key, f"{first:%Y年%m月}", cell.counted, "leads", params))
    return rows


async def _division_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    found = await session.execute(
        select(Division.code, Division.name).where(Division.code.in_(list(codes)))
    )
    return dict(found.tuples().all())
