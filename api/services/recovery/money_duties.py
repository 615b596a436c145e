"""Duties from rewards, refund plans and the ledger; whoever did one step of them does not owe the next."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    exists,
    false,
    literal_column,
    not_,
    or_,
    select,
)

from api.core.base.statements import param
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.domain.recovery.distributions import DistributionStatus
from api.domain.rewards.rewards import RewardStatus
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.ledger import Transfer
from api.models.receipts import LeadReceipt
from api.models.rewards import Reward
from api.services.kit._duty_source import Source, in_status
from api.services.recovery import ledger_awaiting

K = DutyKind


def _plan(
    kind: DutyKind,
    needs: P,
    *statuses: DistributionStatus,
    others: Callable[[Actor], Iterable[ColumnElement[bool]]] = lambda _: (),
) -> Source:
    """Plans in a status."""
    return Source(
        kind,
        "distributions",
        Distribution,
        needs,
        lambda actor: and_(
            Distribution.town_code == actor.town,
            or_(false(), *(in_status(Distribution.status, status) for status in statuses)),
            *others(actor),
        ),
        Distribution.title,
        Distribution.number,
    )


def _reward(
    kind: DutyKind,
    needs: P,
    status: RewardStatus,
    others: Callable[[Actor], Iterable[ColumnElement[bool]]],
) -> Source:
    return Source(
        kind,
        "rewards",
        Reward,
        needs,
        lambda actor: and_(
            Reward.town_code == actor.town,
            in_status(Reward.status, status),
            *others(actor),
        ),
        ledger_awaiting.yuan(Reward.amount),
        Reward.number,
    )


#: The reporter has nothing to show yet: no receipt, no code.
_NO_CLAIM = and_(
    Reward.claim_digest.is_(None),
    ~exists(select(literal_column("1")).where(LeadReceipt.lead_id == Reward.lead_id)),
)


def _not(*columns: Any) -> Callable[[Actor], Iterable[ColumnElement[bool]]]:
    """Another person than … : three people for one payment (docs/adr/0011-refunds.md)."""
    return lambda actor: (column.is_distinct_from(actor.id) for column in columns)


#: Nobody may be paid before: the head of the plan says from when.
_OBJECTIONS_OVER = or_(
    Distribution.status != DistributionStatus.PUBLISHED,
    Distribution.objection_until < param("today", Date()),
)

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
    _reward(K.REWARD_APPROVE, P.REWARD_APPROVE, RewardStatus.PROPOSED, _not(Reward.proposed_by_id)),
    _reward(K.REWARD_CODE, P.REWARD_PREPARE, RewardStatus.APPROVED, lambda _: (_NO_CLAIM,)),
    _reward(
        K.REWARD_PAY,
        P.REWARD_PAY,
        RewardStatus.APPROVED,
        lambda actor: (
            not_(_NO_CLAIM),
            *_not(Reward.proposed_by_id, Reward.approved_by_id)(actor),
        ),
    ),
    _plan(K.DISTRIBUTION_COMPUTE, P.DISTRIBUTION_PREPARE, DistributionStatus.DRAFT),
    _plan(
        K.DISTRIBUTION_APPROVE,
        P.DISTRIBUTION_APPROVE,
        DistributionStatus.COMPUTED,
        others=_not(Distribution.prepared_by_id),
    ),
    _plan(K.DISTRIBUTION_PUBLISH, P.DISTRIBUTION_PREPARE, DistributionStatus.APPROVED),
    _plan(
        K.DISTRIBUTION_PAY,
        P.DISTRIBUTION_PAY,
        DistributionStatus.PUBLISHED,
        DistributionStatus.PARTLY_PAID,
        others=lambda actor: (
            _OBJECTIONS_OVER,
            *_not(Distribution.prepared_by_id, Distribution.approved_by_id)(actor),
        ),
    ),
    _plan(
        K.DISTRIBUTION_CONFIRM,
        P.DISTRIBUTION_PAY,
        DistributionStatus.PAYING,
        others=_not(Distribution.prepared_by_id, Distribution.approved_by_id),
    ),
)
