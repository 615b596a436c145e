"""Duties from refund plans and the ledger; whoever did one step of them does not owe the next."""

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, Date, and_, or_

from api.core.base.statements import param
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.domain.recovery.distributions import DistributionStatus
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.ledger import Transfer
from api.services.kit._duty_source import Source, other_than
from api.services.recovery import distributions, ledger_awaiting

K = DutyKind
_STEPS = {step.kind: step for step in distributions.STEPS}


def _plan(
    kind: DutyKind,
    needs: P,
    others: Callable[[Actor], Iterable[ColumnElement[bool]]] = lambda _: (),
) -> Source:
    """Plans at a step."""
    step = _STEPS[kind]
    return Source(
        kind,
        "distributions",
        Distribution,
        needs,
        lambda actor: and_(Distribution.town_code == actor.town, step.waits, *others(actor)),
        Distribution.title,
        Distribution.number,
        since=step.since,
    )


#: Nobody may be paid before: the head of the plan says from when.
_OBJECTIONS_OVER = or_(
    Distribution.status != DistributionStatus.PUBLISHED,
    Distribution.objection_until < param("today", Date()),
)
#: Three people for one payment (docs/adr/0011-refunds.md).
_A_THIRD = other_than(Distribution.prepared_by_id, Distribution.approved_by_id)

SOURCES: tuple[Source, ...] = (
    Source(
        K.LEDGER_CONFIRM,
        "ledger/entries",
        Transfer,
        P.LEDGER_POST,
        ledger_awaiting.for_actor,
        ledger_awaiting.TITLE,
        ledger_awaiting.of_book(Case.number),
        # the list begins with what waits longest; when it is due the rules say
        due_on=ledger_awaiting.SINCE,
        detail=ledger_awaiting.SINCE,
    ),
    _plan(K.DISTRIBUTION_COMPUTE, P.DISTRIBUTION_PREPARE),
    _plan(K.DISTRIBUTION_APPROVE, P.DISTRIBUTION_APPROVE, other_than(Distribution.prepared_by_id)),
    _plan(K.DISTRIBUTION_PUBLISH, P.DISTRIBUTION_PREPARE),
    _plan(
        K.DISTRIBUTION_PAY,
        P.DISTRIBUTION_PAY,
        lambda actor: (_OBJECTIONS_OVER, *_A_THIRD(actor)),
    ),
    _plan(K.DISTRIBUTION_CONFIRM, P.DISTRIBUTION_PAY, _A_THIRD),
)
