"""What becomes of rewards when leads that were one affair are two again."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.rewards.rewards import ACTIVE, RewardStatus
from api.models.rewards import Reward
from api.services.kit import _transition
from api.services.rewards import reward_affairs, reward_rules

_REASON = "线索的并入已经撤销，奖励所依据的不再是同一件事；需要的请按各自的线索重新提出"


async def part(session: AsyncSession, actor: Actor, lead_id: UUID, main_id: UUID) -> None:
    """Nobody's reward stands on somebody else's lead any more, and none bars the other one's.

    What is not paid is cancelled, as if the leads had never been one; what was paid stays with the
    reporter who got it, on their own lead alone. Leads that a case still joins stay one affair.
    """
    rewards = list(
        await session.scalars(
            select(Reward)
            .where(
                Reward.status.in_(ACTIVE),
                Reward.lead_id != Reward.main_lead_id,
                Reward.lead_id.in_([lead_id, main_id])
                | Reward.main_lead_id.in_([lead_id, main_id]),
            )
            .order_by(Reward.id)
            .with_for_update()
        )
    )
    if not rewards:
        return
    await reward_rules.lock(session, rewards[0].town_code)
    for reward in rewards:
        affair = await reward_affairs.known(session, reward.lead_id)
        if reward.main_lead_id in affair.ids:
            continue
        before, data = reward.status, {"action": "part", "from": reward.status.value}
        if before is RewardStatus.PAID:
            reward.main_lead_id = reward.lead_id
            reward.version += 1
        else:
            _transition.put(reward, RewardStatus.CANCELLED)
            reward.closed_reason, reward.claim_digest = _REASON, None
        await session.flush()
        data |= {"to": reward.status.value, "reason": _REASON}
        await events.record(
            session, actor, EventName.REWARD_TRANSITIONED, "reward", reward.id, data
        )
