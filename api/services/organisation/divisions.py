"""Administrative divisions: the official list comes in as it is published."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Text, any_, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.events import events
from api.core.listing import keyset
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import (
    LEVEL_DIGITS,
    UNSET_DIVISION,
    Change,
    DivisionLevel,
    level,
    short_code,
)
from api.domain.words import pinyin
from api.models.units import Division, Post, Unit
from api.schemas.divisions import DivisionImport, DivisionQuery, DivisionRow
from api.services.kit import searching
from api.services.organisation import county_posts as shared

_PARENT_DIGITS = {15: 12, 12: 9, 9: 6}


async def page(session: AsyncSession, query: DivisionQuery) -> dict[str, Any]:
    """Divisions in the order of their codes."""
    statement = select(Division).where(Division.code != UNSET_DIVISION[0])
    if query.parent_code:
        statement = statement.where(Division.parent_code == query.parent_code)
    if query.level:
        statement = statement.where(func.length(Division.code) == LEVEL_DIGITS[query.level])
    if query.q and not searching.blank(query.q):
        plain = searching.plain(query.q)
        named = searching.names(Division.name, query.q)
        coded = Division.code.startswith(plain, autoescape=True)
        spelled = await searching.spelled(session, Division.code, Division.name, query.q)
        statement = statement.where(or_(named, coded, Division.code.in_(spelled)))
    if not query.include_past:
        statement = statement.where(or_(Division.valid_to.is_(None), Division.valid_to >= today()))
    return await keyset.page(
        session, statement, Division.code, query, lambda row: _shown(row.Division), name="divisions"
    )


def _shown(row: Division) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "pinyin": pinyin.spelled(row.name),
        "level": level(row.code) or DivisionLevel.COUNTY,
        "parent_code": row.parent_code,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


async def bring_in(
    session: AsyncSession, actor: Actor, body: DivisionImport, *, confirmed: bool = False
) -> dict[str, int]:
    """Add and rename divisions by the rows of the official list; all of them or none. `confirmed`:
    by two people, where there is no county (services/organisation/shared_changes.py).

    What a row leaves out stays. Raises Invalid naming the faulty rows.
    """
    rows = {short_code(row.code): row for row in body.rows}
    stored = {
        row.code: row
        for row in await session.scalars(
            # one array, because a county's grids are more than a statement's parameters may be
            select(Division).where(Division.code == any_(literal(_chain(rows), ARRAY(Text))))
        )
    }
    _check(actor, body.rows, set(stored), everywhere=confirmed)
    created: list[dict[str, Any]] = []
    changed: dict[str, dict[str, Any]] = {}
    for code in sorted(rows, key=lambda code: (len(code), code)):
        given = _values(rows[code])
        known = stored.get(code)
        if known is None:
            parent = _parent(code)
            created.append(
                {"code": code, "parent_code": parent, "valid_from": None, "valid_to": None} | given
            )
        elif differing := {k: v for k, v in given.items() if getattr(known, k) != v}:
            changed[code] = differing
    if not confirmed:
        made = {row["code"] for row in created}
        await _may_change(session, actor, body.rows, made, set(changed))
    for code, differing in changed.items():
        await session.execute(update(Division).where(Division.code == code).values(**differing))
    updated = len(changed)
    if created:
        # parents come first: they are shorter
        await session.execute(insert(Division), created)
        await _settle(session, created[0]["code"])
    told = {"created": len(created), "updated": updated}
    if created or updated:
        await events.record(
            session, actor, EventName.DIVISION_CHANGED, "division", None,
            {"change": Change.IMPORTED.value} | told,
        )  # fmt: skip
    return told | {"unchanged": len(rows) - len(created) - updated}


async def _may_change(
    session: AsyncSession, actor: Actor, rows: list[DivisionRow], made: set[str], changed: set[str]
) -> None:
    """A town keeps its own divisions; what lies above the towns is the county's. The administrator
    brings in what is not there yet, and keeps the towns that have no office of their own."""
    barred: dict[str, FieldError] = {}
    touched = made | changed
    match actor.role:
        case Role.COUNTY:
            return
        case Role.SYSTEM_ADMIN:
            above = {code for code in changed if len(code) < LEVEL_DIGITS[DivisionLevel.TOWN]}
            if above and await shared.is_settled(session):
                message = "县级区划由县专项办修改；没有县专项办的，由安全管理员提请、另一人确认"
                barred |= {code: FieldError("", "county_decides", message) for code in above}
        case _:
            message = "只能维护本镇的区划，其他乡镇和县级区划由其专项办、县专项办维护"
            others = {code for code in touched if not code.startswith(actor.town)}
            barred |= {code: FieldError("", "other_town", message) for code in others}
    faults = [
        replace(barred[code], pointer=f"/rows/{position}/code")
        for position, row in enumerate(rows)
        if (code := short_code(row.code)) in barred
    ]
    if faults:
        raise Invalid("不能修改这些区划，未导入任何一行", errors=faults)


def _values(row: DivisionRow) -> dict[str, str | date]:
    return row.model_dump(exclude={"code"}, exclude_none=True)


def _parent(code: str) -> str | None:
    digits = _PARENT_DIGITS.get(len(code))
    return code[:digits] if digits else None


def _chain(rows: dict[str, DivisionRow]) -> list[str]:
    return sorted(set(rows) | {parent for code in rows if (parent := _parent(code))})


def _check(actor: Actor, rows: list[DivisionRow], stored: set[str], *, everywhere: bool) -> None:
    codes = [short_code(row.code) for row in rows]
    given = set(codes)
    seen: dict[str, str] = {}
    faults: list[FieldError] = []
    for position, (code, row) in enumerate(zip(codes, rows, strict=True)):
        pointer = f"/rows/{position}/code"
        parent = _parent(code)
        if seen.setdefault(code, row.name) != row.name:
            faults.append(FieldError(pointer, "twice", f"代码 {code} 重复且名称不同"))
        elif parent is not None and parent not in given and parent not in stored:
            faults.append(FieldError(pointer, "parent_missing", f"缺少上级区划 {parent}"))
        elif not everywhere and not _of_own_county(actor, code):
            faults.append(FieldError(pointer, "other_county", "只能导入本县（区）的区划"))
        elif code == UNSET_DIVISION[0]:
            faults.append(FieldError(pointer, "reserved", "该代码由系统保留"))
        if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
            pointer = f"/rows/{position}/valid_to"
            faults.append(FieldError(pointer, "order", "失效日期早于生效日期"))
    if faults:
        raise Invalid(f"区划列表有 {len(faults)} 处错误，未导入任何一行", errors=faults)


def _of_own_county(actor: Actor, code: str) -> bool:
    return actor.role is Role.SYSTEM_ADMIN or county_of(code) == county_of(actor.division_code)


async def _settle(session: AsyncSession, top: str) -> None:
    """Whoever was set up before there was a list belongs to its first division."""
    for model in (Unit, Post):
        await session.execute(
            update(model).where(model.division_code == UNSET_DIVISION[0]).values(division_code=top)
        )
