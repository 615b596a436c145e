"""Duties from hand-overs of cases and risk entities; those of leads are the leads' own."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, select

from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.domain.leads.lead_transfers import OPEN_CASE_RULE
from api.domain.organisation.handing_over import WITH_RECEIVER, HandoverStatus
from api.models.lead_transfers import LeadTransfer, LeadTransferClock
from api.services.cases import case_handovers
from api.services.kit._duty_source import Source

K, _S, _T, _C = DutyKind, HandoverStatus, LeadTransfer, LeadTransferClock


def _runs(column: Any) -> Any:
    return (
        select(column)
        .where(_C.transfer_id == _T.id, _C.ended_on.is_(None))
        .order_by(_C.id.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )


def _source(kind: DutyKind, waits: Callable[[Actor], ColumnElement[bool]]) -> Source:
    return Source(
        kind,
        "handovers",
        LeadTransfer,
        P.LEAD_HANDLE,
        lambda actor: and_(_T.lead_id.is_(None), waits(actor)),
        _T.title,
        _T.number,
        _runs(_C.due_on),
        _runs(_C.is_provisional),
        _runs(_C.rule_id),
    )


def _with(*statuses: HandoverStatus) -> Callable[[Actor], ColumnElement[bool]]:
    return lambda actor: and_(_T.receiver_unit_id == actor.unit_id, _T.status.in_(statuses))


#: The rule that each counts from the day on which the police filed.
TO_OPEN = {K.HANDOVER_OPEN_CASE: OPEN_CASE_RULE}


def _back(status: HandoverStatus) -> Callable[[Actor], ColumnElement[bool]]:
    """What its receiver said, and who sent it has to do about it."""
    return lambda actor: and_(_T.owner_unit_id == actor.unit_id, _T.status == status)


SOURCES: tuple[Source, ...] = (
    _source(K.HANDOVER_RECEIVE, _with(_S.SENT)),
    _source(K.HANDOVER_DECIDE, _with(_S.RECEIVED, _S.REVIEWED)),
    Source(
        K.HANDOVER_OPEN_CASE,
        "handovers",
        LeadTransfer,
        P.CASE_CREATE,
        lambda actor: and_(_T.receiver_unit_id == actor.unit_id, case_handovers.AWAITED),
        _T.title,
        _T.number,
        # the list begins with what waits longest; when it is due the rules say
        due_on=case_handovers.FILED_ON,
        detail=case_handovers.FILED_ON,
        shared=False,
    ),
    _source(
        K.HANDOVER_OUTSIDE,
        lambda actor: and_(
            _T.owner_unit_id == actor.unit_id,
            _T.receiver_unit_id.is_(None),
            _T.status.in_(WITH_RECEIVER),
        ),
    ),
    _source(K.HANDOVER_SUPPLY, _back(_S.INCOMPLETE)),
    _source(K.HANDOVER_GOODS, _back(_S.FILED)),
    _source(K.HANDOVER_DROPPED, _back(_S.DROPPED)),
    _source(K.HANDOVER_DECLINED, _back(_S.DECLINED)),
    _source(K.HANDOVER_UPHELD, _back(_S.UPHELD)),
)
