"""Duties from rewards; whoever did one step of them does not owe the next."""

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, and_

from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind as K
from api.domain.kit.permissions import Permission as P
from api.models.rewards import Reward
from api.services.kit._duty_source import Source, other_than
from api.services.recovery import ledger_awaiting
from api.services.rewards import rewards

_STEPS = {step.kind: step for step in rewards.STEPS}


def _reward(
    kind: K, needs: P, others: Callable[[Actor], Iterable[ColumnElement[bool]]] = lambda _: ()
) -> Source:
    step = _STEPS[kind]
    return Source(
        kind,
        "rewards",
        Reward,
        needs,
        lambda actor: and_(Reward.town_code == actor.town, step.waits, *others(actor)),
        ledger_awaiting.yuan(Reward.amount),
        Reward.number,
        since=step.since,
    )


SOURCES: tuple[Source, ...] = (
    _reward(K.REWARD_APPROVE, P.REWARD_APPROVE, other_than(Reward.proposed_by_id)),
    _reward(K.REWARD_CODE, P.REWARD_PREPARE),
    _reward(K.REWARD_PAY, P.REWARD_PAY, other_than(Reward.proposed_by_id, Reward.approved_by_id)),
)
