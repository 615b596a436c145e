"""Duties from risk entities, their inspections and rectifications."""

from typing import Any

from sqlalchemy import Date, exists, select

from api.core.base.statements import param
from api.domain.entities.inspections import InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import ENDED
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.models.inspections import Inspection
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.services.kit._duty_source import Source, unit_record

K = DutyKind

#: How early an inspection that the tier asks for is to be planned.
PLAN_RULE, PLAN_UNTIL = "INSPECT-PLAN", "plan_until"


def _entity_name(entity_id: Any) -> Any:
    return select(RiskEntity.name).where(RiskEntity.id == entity_id).scalar_subquery()


def _rectification(kind: DutyKind, *statuses: RectificationStatus) -> Source:
    return unit_record(
        kind,
        "rectifications",
        Rectification,
        P.INSPECTION_HANDLE,
        lambda _: [Rectification.status.in_(statuses)],
        title=_entity_name(Rectification.entity_id),
        number=Rectification.number,
        due_on=Rectification.due_on,
        provisional=Rectification.due_is_provisional,
        rule=Rectification.due_rule,
    )


SOURCES: tuple[Source, ...] = (
    unit_record(
        K.ENTITY_INSPECTION,
        "risk-entities",
        RiskEntity,
        P.INSPECTION_HANDLE,
        lambda _: [
            RiskEntity.next_inspection_due <= param(PLAN_UNTIL, Date()),
            RiskEntity.status.not_in(ENDED),
            ~exists().where(
                Inspection.entity_id == RiskEntity.id,
                Inspection.status == InspectionStatus.PLANNED,
            ),
        ],
        title=RiskEntity.name,
        number=RiskEntity.number,
        due_on=RiskEntity.next_inspection_due,
        provisional=RiskEntity.inspection_due_is_provisional,
        rule=RiskEntity.inspection_rule,
        shared=False,
    ),
    unit_record(
        K.INSPECTION_DUE,
        "inspections",
        Inspection,
        P.INSPECTION_HANDLE,
        lambda _: [Inspection.status == InspectionStatus.PLANNED],
        title=_entity_name(Inspection.entity_id),
        number=Inspection.number,
        due_on=Inspection.planned_on,
    ),
    _rectification(K.RECTIFICATION_DUE, RectificationStatus.ORDERED, RectificationStatus.FAILED),
    _rectification(
        K.RECTIFICATION_RECHECK, RectificationStatus.SUBMITTED, RectificationStatus.REINSPECTING
    ),
)
