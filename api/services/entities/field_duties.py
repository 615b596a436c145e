"""Duties from risk entities, their inspections and rectifications."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Text, exists, false, literal_column, or_, select, true

from api.core.base.statements import param
from api.domain.entities.inspections import InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import ENDED, EntityStatus
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.domain.organisation.handing_over import LEFT_TO_SENDER, OPEN
from api.models.inspections import Inspection
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.services.kit._duty_source import Source, in_status, seen_record, unit_record

K = DutyKind

#: How early an inspection that the tier asks for is to be planned.
PLAN_RULE, PLAN_UNTIL = "INSPECT-PLAN", "plan_until"
#: Somebody is to go there already: nobody is asked for it again.
IS_VISIT_PLANNED = exists().where(
    Inspection.entity_id == RiskEntity.id, in_status(Inspection.status, InspectionStatus.PLANNED)
)


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


_E, S = RiskEntity, EntityStatus


def _open_entity(kind: DutyKind, needs: P, status: EntityStatus) -> Source:
    """What anybody of the town with the right may do, before a unit handles it."""
    return seen_record(kind, "risk-entities", _E, needs, (status,), title=_E.name, number=_E.number)


#: What was handed over waits on the page of its hand-over, as long as somebody has it, or owes
#: something for it.
_SETTLED = or_(
    _E.handover_status.is_(None),
    _E.handover_status.not_in(sorted(each.value for each in OPEN | LEFT_TO_SENDER)),
)


def _entity(
    kind: DutyKind, needs: P, *statuses: EntityStatus, also: ColumnElement[bool] | None = None
) -> Source:
    return unit_record(
        kind,
        "risk-entities",
        _E,
        needs,
        lambda _: [
            or_(false(), *(in_status(_E.status, status) for status in statuses)),
            true() if also is None else also,
        ],
        title=_E.name,
        number=_E.number,
    )


SOURCES: tuple[Source, ...] = (
    _open_entity(K.ENTITY_SWEEP, P.RISK_ENTITY_HANDLE, S.PENDING),
    _open_entity(K.ENTITY_ASSESS, P.RISK_ENTITY_ASSESS, S.SWEPT),
    _open_entity(K.ENTITY_LIST, P.RISK_ENTITY_ASSESS, S.ASSESSED),
    _entity(K.ENTITY_HANDLE, P.RISK_ENTITY_ASSESS, S.LISTED, S.HANDLING),
    _entity(K.ENTITY_ACCEPT, P.RISK_ENTITY_ASSESS, S.RECTIFYING),
    _entity(K.ENTITY_ANSWER, P.RISK_ENTITY_ASSESS, S.TRANSFERRED_DEPARTMENT, also=_SETTLED),
    _entity(K.ENTITY_POLICE, P.RISK_ENTITY_ASSESS, S.TRANSFERRED_POLICE, also=_SETTLED),
    _entity(K.ENTITY_DELIST, P.RISK_ENTITY_ASSESS, S.SHUT_DOWN, also=_SETTLED),
    _entity(K.ENTITY_DELIST, P.RISK_ENTITY_ASSESS, S.ACCEPTED),
    unit_record(
        K.ENTITY_INSPECTION,
        "risk-entities",
        RiskEntity,
        P.INSPECTION_HANDLE,
        lambda _: [
            RiskEntity.next_inspection_due <= param(PLAN_UNTIL, Date()),
            # as literals, so that PostgreSQL can prove the partial index fits
            RiskEntity.status.not_in([literal_column(f"'{each.value}'", Text()) for each in ENDED]),
            ~IS_VISIT_PLANNED,
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
    ),
    _rectification(K.RECTIFICATION_DUE, RectificationStatus.ORDERED, RectificationStatus.FAILED),
    _rectification(
        K.RECTIFICATION_RECHECK, RectificationStatus.SUBMITTED, RectificationStatus.REINSPECTING
    ),
)
