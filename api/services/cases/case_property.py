"""What of a case's property is still open: its end waits for it, and names it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission
from api.domain.recovery.property_items import OPEN, PropertyStatus
from api.domain.recovery.property_measures import MeasureKind, MeasureStatus, Regime
from api.domain.recovery.restraint import RESTRAINING
from api.models.cases import Case
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.services.kit import columns
from api.services.recovery.property_items import effective_status

_M, _I = PropertyMeasure, PropertyItem


def _among(values: Any) -> list[Any]:
    return [literal_column(f"'{each.value}'") for each in sorted(values)]


def _open(case_id: Any) -> Any:
    """Criminal measures in force or waiting, and things that nobody has disposed of, as JSON."""
    measures = select(
        func.json_build_object("kind", _M.kind, "document_no", _M.document_no, "number", _I.number)
    ).where(
        _M.case_id == case_id,
        _I.id == _M.property_item_id,
        _M.regime.in_(_among({Regime.CRIMINAL})),
        _M.kind.in_(_among(RESTRAINING | {MeasureKind.WAITING_FREEZE})),
        effective_status().in_(_among({MeasureStatus.ACTIVE, MeasureStatus.QUEUED})),
    )
    items = select(func.json_build_object("status", _I.status, "number", _I.number)).where(
        _I.case_id == case_id, _I.status.in_(_among(OPEN))
    )
    return func.json_build_object(
        "measures", columns.json_list(measures, _M.id), "items", columns.json_list(items, _I.id)
    )


#: As one field of a case.
COLUMN: Any = _open(Case.id)


def named(actor: Actor, found: Mapping[str, Any]) -> Sequence[str]:
    """What is open, by name for whoever may open it; others learn how much."""
    measures, items = found["measures"], found["items"]
    if actor.may(Permission.PROPERTY_READ):
        held = [
            f"{MeasureKind(each['kind']).label}（{each['document_no']}，财物 {each['number']}）"
            for each in measures
        ]
        return held + [
            f"财物 {each['number']}（{PropertyStatus(each['status']).label}）" for each in items
        ]
    counts = ((len(measures), "项措施"), (len(items), "件财物"))
    return [f"{count} {word}" for count, word in counts if count]


async def still_open(session: AsyncSession, actor: Actor, case_id: UUID) -> Sequence[str]:
    """The same of one case, as it stands now."""
    found = await session.scalar(select(COLUMN).where(Case.id == case_id), {"today": today()})
    return named(actor, found or {"measures": [], "items": []})
