"""`/rewards` and `/reward-rules`: reporters rewarded, and nobody told who they are."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require, require_folded
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer, answer_once
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.rewards import (
    LeadRewards,
    RewardCode,
    RewardCodeAsk,
    RewardCreate,
    RewardItem,
    RewardQuery,
    RewardRead,
    RewardRules,
    RewardTransition,
)
from api.services.rewards import reward_rules, rewards

router = make_router("rewards")
rules_router = make_router("reward-rules")
leads_router = make_router("leads")


@router.get("", response_model=Page[RewardItem], summary="奖励列表")
async def page(
    actor: Annotated[Actor, require_folded(P.REWARD_READ)],
    query: Annotated[RewardQuery, query_of(RewardQuery)],
) -> Response:
    """本镇的举报奖励，也是发放清单：只有编号和金额，没有姓名。"""
    return await rewards.page(actor, query)


@router.post("", response_model=RewardRead, status_code=201, summary="提出奖励")
async def create(
    body: RewardCreate, actor: Annotated[Actor, require(P.REWARD_PREPARE)], session: DbSession
) -> Response:
    """为一件查实的事提出奖励：给最早的举报人，金额按规则测算；同一件事只奖励一次。"""
    return answer(await rewards.create(session, actor, body), 201)


@router.get("/{reward_id}", response_model=RewardRead, summary="奖励详情")
async def read(reward_id: UUID, actor: Annotated[Actor, require_folded(P.REWARD_READ)]) -> Response:
    """一项奖励，连同当前用户可以办理的操作；无权查看线索的岗位看不到事由。"""
    return answer(await rewards.read(actor, reward_id))


@router.post("/{reward_id}/transitions", response_model=RewardRead, summary="办理奖励")
async def transition(
    reward_id: UUID,
    body: RewardTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.REWARD_READ)],
    session: DbSession,
) -> Response:
    """批准、不予奖励、发放或撤销；提出、审批、发放须是三个人，发放凭回执号或领取码。"""
    return answer(await rewards.transition(session, actor, reward_id, body))


@router.post("/{reward_id}/codes", response_model=RewardCode, status_code=201, summary="发放领取码")
async def issue_code(
    reward_id: UUID,
    body: RewardCodeAsk,
    actor: Annotated[Actor, require(P.REWARD_PREPARE)],
    session: DbSession,
) -> Response:
    """举报人没有回执的，由联系人转告一次性领取码；只显示这一次，旧码随即作废。"""
    return answer_once(await rewards.issue_code(session, actor, reward_id, body), "code")


@leads_router.get("/{lead_id}/rewards", response_model=LeadRewards, summary="线索的奖励")
async def of_lead(
    lead_id: UUID, actor: Annotated[Actor, require(P.REWARD_READ)], session: DbSession
) -> Response:
    """同一件事（合并的、同案的线索）已有的奖励；可以提出奖励的岗位还看到测算和不能奖励的原因。"""
    return answer(await rewards.of_lead(session, actor, lead_id))


@rules_router.get("", response_model=RewardRules, summary="奖励规则")
async def versions(actor: Annotated[Actor, require(P.REWARD_READ)], session: DbSession) -> Response:
    """现行规则和历次版本；每项奖励记着它所依据的版本。起草、批准新版本在 `/rule-sets/rewards`。"""
    return answer(await reward_rules.versions(session, actor))
