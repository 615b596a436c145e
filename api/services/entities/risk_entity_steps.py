"""What is done with a risk entity, one step after the other, and until when."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from api.domain.entities.risk_entities import EntityStatus
from api.domain.kit.duties import DutyKind as K
from api.domain.kit.permissions import Permission as P
from api.domain.organisation.handing_over import LEFT_TO_SENDER, OPEN
from api.models.risk_entities import RiskEntity
from api.services.kit._duty_source import in_status
from api.services.kit.steps import Step, holder_unit

_E, S = RiskEntity, EntityStatus

#: What was handed over waits on the page of its hand-over, as long as somebody has it, or owes
#: something for it.
SETTLED = or_(
    _E.handover_status.is_(None),
    _E.handover_status.not_in(sorted(each.value for each in OPEN | LEFT_TO_SENDER)),
)


def _step(
    kind: K, *statuses: EntityStatus, also: ColumnElement[bool] | None = None, unit: Any = None
) -> Step:
    waits = or_(*(in_status(_E.status, status) for status in statuses))
    return Step(kind, and_(waits, true() if also is None else also), _E.turn_since, unit)


def _open(kind: K, needs: P, status: EntityStatus) -> Step:
    """What anybody of the town with the right may do, before a unit handles it."""
    return _step(kind, status, unit=holder_unit(needs, _E.town_code, _E.owner_unit_id))


STEPS = (
    _open(K.ENTITY_SWEEP, P.RISK_ENTITY_HANDLE, S.PENDING),
    _open(K.ENTITY_ASSESS, P.RISK_ENTITY_ASSESS, S.SWEPT),
    _open(K.ENTITY_LIST, P.RISK_ENTITY_ASSESS, S.ASSESSED),
    _step(K.ENTITY_HANDLE, S.LISTED, S.HANDLING),
    _step(K.ENTITY_ACCEPT, S.RECTIFYING),
    _step(K.ENTITY_ANSWER, S.TRANSFERRED_DEPARTMENT, also=SETTLED),
    _step(K.ENTITY_POLICE, S.TRANSFERRED_POLICE, also=SETTLED),
    _step(
        K.ENTITY_DELIST,
        S.ACCEPTED,
        S.SHUT_DOWN,
        also=or_(in_status(_E.status, S.ACCEPTED), SETTLED),
    ),
)
