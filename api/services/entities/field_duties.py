"""Duties from risk entities, their inspections and rectifications."""

from typing import Any

from sqlalchemy import Date, Text, exists, literal_column, not_, or_, select

from api.core.base.statements import param
from api.domain.entities.inspections import InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import ENDED
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.models.inspections import Inspection
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.services.entities import risk_entity_steps
from api.services.kit._duty_source import Source, in_status, seen_record, unit_record

K = DutyKind

#: How early an inspection that the tier asks for is to be planned.
PLAN_RULE, PLAN_UNTIL = "INSPECT-PLAN", "plan_until"
#: Somebody is to go there by the day already: nobody is asked for it again. What is planned for later
#: gives no more time.
IS_VISIT_PLANNED = exists().where(
    Inspection.entity_id == RiskEntity.id,
    in_status(Inspection.status, InspectionStatus.PLANNED),
    Inspection.planned_on <= RiskEntity.next_inspection_due,
)
#: Whether the visit that its tier asks for is still owed: late, it is until somebody was there.
IS_VISIT_OWED = or_(RiskEntity.next_inspection_due < param("today", Date()), not_(IS_VISIT_PLANNED))


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


_E = RiskEntity


_STEPS = {step.kind: step for step in risk_entity_steps.STEPS}


def _open_entity(kind: DutyKind, needs: P) -> Source:
    """What anybody of the town with the right may do, before a unit handles it."""
    step = _STEPS[kind]
    return seen_record(
        kind, "risk-entities", _E, needs, step.waits, title=_E.name, number=_E.number,
        since=step.since,
    )  # fmt: skip


def _entity(kind: DutyKind) -> Source:
    step = _STEPS[kind]
    return unit_record(
        kind,
        "risk-entities",
        _E,
        P.RISK_ENTITY_ASSESS,
        lambda _: [step.waits],
        title=_E.name,
        number=_E.number,
        since=step.since,
    )


SOURCES: tuple[Source, ...] = (
    _open_entity(K.ENTITY_SWEEP, P.RISK_ENTITY_HANDLE),
    _open_entity(K.ENTITY_ASSESS, P.RISK_ENTITY_ASSESS),
    _open_entity(K.ENTITY_LIST, P.RISK_ENTITY_ASSESS),
    _entity(K.ENTITY_HANDLE),
    _entity(K.ENTITY_ACCEPT),
    _entity(K.ENTITY_ANSWER),
    _entity(K.ENTITY_POLICE),
    _entity(K.ENTITY_DELIST),
    unit_record(
        K.ENTITY_INSPECTION,
        "risk-entities",
        RiskEntity,
        P.INSPECTION_HANDLE,
        lambda _: [
            RiskEntity.next_inspection_due <= param(PLAN_UNTIL, Date()),
            # as literals, so that PostgreSQL can prove the partial index fits
            RiskEntity.status.not_in([literal_column(f"'{each.value}'", Text()) for each in ENDED]),
            IS_VISIT_OWED,
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
    unit_record(
        K.INSPECTION_CLOSE,
        "inspections",
        Inspection,
        P.INSPECTION_HANDLE,
        lambda _: [in_status(Inspection.status, InspectionStatus.DONE)],
        title=_entity_name(Inspection.entity_id),
        number=Inspection.number,
        since=Inspection.turn_since,
    ),
    _rectification(K.RECTIFICATION_DUE, RectificationStatus.ORDERED, RectificationStatus.FAILED),
    _rectification(
        K.RECTIFICATION_RECHECK, RectificationStatus.SUBMITTED, RectificationStatus.REINSPECTING
    ),
)
