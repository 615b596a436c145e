"""What the police decide on a case goes back to the hand-over of an entity's problem that it was opened
from: who handed it to them has the turn where they give it up (docs/adr/0045)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.domain.cases.cases import CaseAction, CaseStatus
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.leads import lead_transfers as law
from api.domain.leads.handovers import HANDOVER_FLOW, HandoverAction
from api.domain.leads.leads import ReviewResult, TransferMoment
from api.domain.leads.police_decisions import PoliceDecision, contradicts
from api.domain.organisation.handing_over import HandoverStatus
from api.models.cases import Case, CaseHandover
from api.models.lead_transfers import LeadTransfer
from api.services.kit import _transition, protect
from api.services.leads import police_decisions
from api.services.leads.lead_transfers import keep, note, pass_over, run

_S = HandoverStatus
#: The police have filed, and nothing else was agreed about it.
_WITH_POLICE = frozenset({_S.FILED, _S.ANSWERED})


async def locked(session: AsyncSession, case_id: UUID) -> list[LeadTransfer]:
    """The hand-overs that a case was opened from, locked: before the case, as who opens one does."""
    rows = await session.scalars(
        select(LeadTransfer)
        .join(CaseHandover, CaseHandover.handover_id == LeadTransfer.id)
        .where(CaseHandover.case_id == case_id)
        .order_by(LeadTransfer.id)
        .with_for_update(of=LeadTransfer)
    )
    return list(rows)


async def _filed_elsewhere(session: AsyncSession, found: Case, handover: LeadTransfer) -> bool:
    """Whether another case from the same hand-over (分案) is filed."""
    other = await session.scalar(
        select(Case.id)
        .join(CaseHandover, CaseHandover.case_id == Case.id)
        .where(CaseHandover.handover_id == handover.id, Case.id != found.id)
        .where(Case.filed_on.is_not(None), Case.status != CaseStatus.WITHDRAWN)
        .limit(1)
    )
    return other is not None


async def given_up(
    session: AsyncSession,
    actor: Actor,
    found: Case,
    handovers: Collection[LeadTransfer],
    decision: PoliceDecision,
) -> None:
    """A case that was filed is given up: what it was opened from is the sender's again, to be dealt
    with by other law (移送规定第10条)."""
    for each in handovers:
        if await _filed_elsewhere(session, found, each):
            continue
        before = each.status or _S.SENT
        each.dropped_on = decision.on
        await run(session, each, decision.on, None)
        told = {"dropped_on": decision.on.isoformat()} | _paper(decision)
        if before in _WITH_POLICE:
            _put(each, _S.DROPPED)
            told["awaits"] = HandoverAction.RECORD_AFTERMATH.label
            told["awaits_unit_id"] = str(each.owner_unit_id)
        else:
            _transition.touch(each)
        await _tell(session, actor, each, EventName.HANDOVER_CASE_DROPPED, told)


async def looked_at_again(session: AsyncSession, handovers: Collection[LeadTransfer]) -> None:
    """`police_decisions.looked_at_again` of what a case of an entity was opened from."""
    for each in handovers:
        if each.status is _S.DROPPED:
            _put(each, _S.ANSWERED)
    await session.flush()


def is_looked_at_again(handover: LeadTransfer) -> bool:
    """Whether the police gave up what they had filed over it, and look at it anew."""
    return police_decisions.is_looked_at_again(
        handover.dropped_on, handover.aftermath, handover.transfer_stage
    )


async def ensure_agrees(
    session: AsyncSession, found: Case, action: CaseAction, handovers: Collection[LeadTransfer]
) -> None:
    """What was filed over a hand-over is not declined on its case. Raises RuleViolated."""
    if action is not CaseAction.DECLINE_TO_FILE:
        return
    for each in handovers:
        said = police_decisions.of(each)
        if said is not None and said.filed and not await _filed_elsewhere(session, found, each):
            raise contradicts(
                f"移送事项 {each.number} 已登记公安机关立案，案件不能再登记不予立案；"
                "立案以后不应追究刑事责任的，请用“撤案”",
                "action",
            )


async def filed(
    session: AsyncSession,
    actor: Actor,
    handovers: Collection[LeadTransfer],
    decision: PoliceDecision,
) -> None:
    """The police file anew what they had given up: the later decision stands."""
    for each in handovers:
        if not decision.filed or each.dropped_on is None:
            continue
        each.dropped_on = None
        each.review_result, each.reviewed_on = ReviewResult.FILED, decision.on
        await keep(session, each, review_document_no=decision.document_no)
        await note(session, actor, each, TransferMoment.REVIEW)
        before = each.status or _S.SENT
        if before is _S.WAIVED:
            _transition.touch(each)
        else:
            has_goods = each.goods_on is not None
            stage, follows = law.answered_again(each.kind, ReviewResult.FILED, has_goods=has_goods)
            _put(each, _S(stage.value))
            await pass_over(session, each, decision.on, follows)
        told = {"action": HandoverAction.RECORD_REVIEW.value, "from": before.value}
        told |= {"to": (each.status or before).value, "review_result": ReviewResult.FILED.value}
        told |= {"reviewed_on": decision.on.isoformat()} | _paper(decision)
        await _tell(session, actor, each, EventName.HANDOVER_TRANSITIONED, told)


def _put(handover: LeadTransfer, status: HandoverStatus) -> None:
    """Whoever of the sender's had it in hand keeps it while the turn is theirs."""
    rights = _transition.rights_of(handover, HANDOVER_FLOW)
    _transition.settle(handover, status)
    _transition.pass_on(handover, HANDOVER_FLOW, rights)
    _transition.touch(handover)


def _paper(decision: PoliceDecision) -> dict[str, str]:
    told: dict[str, str] = {}
    if decision.document_no:
        told["document_no"] = protect.told(decision.document_no)
    return told


async def _tell(
    session: AsyncSession,
    actor: Actor,
    handover: LeadTransfer,
    name: EventName,
    told: dict[str, Any],
) -> None:
    """Said on the timelines of the hand-over and of its entity, without naming the case."""
    rows = [
        events.row(actor, name, "handover", handover.id, told),
        events.row(
            actor, name, "risk_entity", handover.risk_entity_id, told | {"flow": "handover"}
        ),
    ]
    await session.execute(insert(events.Event), rows)
    await session.flush()
