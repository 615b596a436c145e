"""Shorter terms that a town sets itself: beside the county's rule, never instead of it."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, RuleViolated, StaleVersion
from api.domain.kit.events import EventName
from api.domain.law.time_rules import TimeRule, TownTerm
from api.models.time_rules import TownTermVersion
from api.schemas.time_rules import TownTermCreate
from api.services.kit import protect

_Row = TownTermVersion


async def known(
    session: AsyncSession, town: str | None = None, rule_id: str | None = None
) -> Mapping[tuple[str, str], Sequence[TownTerm]]:
    """What towns set themselves, by town and rule, the latest first."""
    statement = select(_Row).order_by(_Row.town_code, _Row.rule_id, _Row.version.desc())
    if town is not None:
        statement = statement.where(_Row.town_code == town)
    if rule_id is not None:
        statement = statement.where(_Row.rule_id == rule_id)
    rows = await session.scalars(statement)
    return {
        key: [TownTerm(row.term, row.valid_from) for row in some]
        for key, some in groupby(rows, lambda row: (row.town_code, row.rule_id))
    }


async def of_town(session: AsyncSession, town: str, rule_id: str) -> list[dict[str, Any]]:
    """A town's own terms of one rule, the latest first."""
    found = await session.scalars(
        select(_Row)
        .where(_Row.town_code == town, _Row.rule_id == rule_id)
        .order_by(_Row.version.desc())
    )
    return [
        {
            "version": row.version,
            "term": row.term,
            "valid_from": row.valid_from,
            "source": row.source,
            "created_at": row.created_at,
        }
        for row in found
    ]


async def create(session: AsyncSession, actor: Actor, base: TimeRule, body: TownTermCreate) -> None:
    """Set the actor's town a shorter term than `base`, or go back to it; clocks that start from its
    day on keep it. Raises RuleViolated (`not_tightened`), Invalid (`not_stricter`), StaleVersion."""
    if not base.tightened_by_towns:
        raise RuleViolated("这项期限不是镇里自己办理的期限，不能由镇里缩短", code="not_tightened")
    faults = _faults(base, body)
    if faults:
        raise Invalid(faults[0].message, errors=faults)
    lock = func.hashtext(f"town_term:{actor.town}:{base.rule_id}")
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    held = await of_town(session, actor.town, base.rule_id)
    present = held[0]["version"] if held else 0
    if body.version != present:
        raise StaleVersion(current=present)
    session.add(
        _Row(
            town_code=actor.town,
            rule_id=base.rule_id,
            version=present + 1,
            term=body.term,
            valid_from=body.valid_from,
            source=protect.told(body.source),
            created_by_post_id=actor.post_id,
        )
    )
    await session.flush()
    told = {"rule_id": base.rule_id, "town_code": actor.town, "term": body.term,
            "valid_from": body.valid_from.isoformat()}  # fmt: skip
    await events.record(session, actor, EventName.TOWN_TERM_CHANGED, "time_rule", None, told)


def _faults(base: TimeRule, body: TownTermCreate) -> list[FieldError]:
    faults: list[FieldError] = []
    if body.valid_from < today():
        faults.append(FieldError("/valid_from", "in_past", "生效日期不能早于今天"))
    if body.term is not None and base.term is not None and body.term >= base.term:
        message = f"只能比全县执行的期限（{base.term_label}）更短"
        faults.append(FieldError("/term", "not_stricter", message))
    return faults
