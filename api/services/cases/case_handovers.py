"""The hand-over of a problem at a risk entity from which a case is opened: what it waits for, what the
case takes over from it, and the tie between the two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, insert, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import links, visibility
from api.core.events import events
from api.domain.cases.cases import CATEGORY_OF, CaseStatus, title_from
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.leads.categories import LeadCategory
from api.domain.leads.handovers import SENT_AMOUNT, SENT_PROBLEMS
from api.domain.leads.leads import ReceivingOrgan
from api.domain.leads.police_decisions import not_filed
from api.domain.organisation.handing_over import HandoverStatus
from api.domain.words import money
from api.models.cases import Case, CaseHandover
from api.models.lead_transfers import FILED_OVER, LeadTransfer
from api.models.risk_entities import RiskEntity
from api.services.kit import columns
from api.services.leads import police_decisions

FIELD = "source_handover_id"
_T, _H = LeadTransfer, CaseHandover
#: Whether a case was opened from it, whatever became of that.
OPENED = exists(literal_column("1")).where(_H.handover_id == _T.id)
#: The police filed over it, and no case was opened from it yet.
AWAITED = and_(
    _T.risk_entity_id.is_not(None),
    _T.organ == ReceivingOrgan.POLICE,
    _T.status.in_([HandoverStatus.FILED, HandoverStatus.ANSWERED]),
    FILED_OVER,
    ~OPENED,
)
#: When the police filed.
FILED_ON = func.coalesce(_T.reviewed_on, _T.result_on)


def _tied(model: Any, resource: str, *shown: str) -> Any:
    """The other end of the tie, for those who may open it."""
    town = func.coalesce(model.town_code, literal_column("''"))
    told = func.json_build_object(
        *(part for name in shown for part in (name, getattr(model, name))),
        *links.deciding(resource, model.id, town),
    )
    return select(told).where(_H.case_id == Case.id, _H.handover_id == _T.id)


#: The cases of a hand-over, and the hand-overs of a case, for their listings.
CASES = columns.json_list(_tied(Case, "case", "id", "number", "title"), Case.id)
HANDOVERS = columns.json_list(_tied(_T, "handover", "id", "number", "title"), _T.id)


@dataclass(frozen=True, slots=True)
class Known:
    """What a hand-over says of the case that is opened from it, as it was sent."""

    title: str
    category: LeadCategory
    division_code: str
    amount: int | None
    summary: str


async def source(
    session: AsyncSession, actor: Actor, handover_id: UUID | None, police_case_no: str
) -> LeadTransfer | None:
    """The hand-over that a case is opened from, locked. Raises Invalid for one that was not handed
    to the actor's unit, RuleViolated where nothing was filed over it, Conflict where a case was
    opened from it and no number of its own says that the police split it."""
    if handover_id is None:
        return None
    found = await session.scalar(
        select(_T)
        .where(
            _T.id == handover_id,
            _T.risk_entity_id.is_not(None),
            _T.receiver_unit_id == actor.unit_id,
            visibility.seen(actor, _T),
        )
        .with_for_update(of=_T)
    )
    if found is None:
        message = "移送不存在，或者不是移送给本单位的"
        raise Invalid(message, errors=[FieldError(f"/{FIELD}", "handover_unknown", message)])
    decision = police_decisions.of(found)
    if decision is None or not decision.filed:
        raise not_filed(found.number or "", FIELD)
    there = None if police_case_no else await _opened_from(session, found.id)
    if there is not None:
        message = "该移送已登记案件；分案办理的，请填写公安案件编号"
        refusal = Conflict(message, code="handover_has_case")
        if there.owner_unit_id == actor.unit_id:
            refusal.extra |= {"id": str(there.id), "number": there.number}
        raise refusal
    return found


async def _opened_from(session: AsyncSession, handover_id: UUID) -> Case | None:
    """The first case that came of a hand-over and goes on or was closed."""
    return await session.scalar(
        select(Case)
        .join(_H, _H.case_id == Case.id)
        .where(_H.handover_id == handover_id, Case.status != CaseStatus.WITHDRAWN)
        .order_by(Case.id)
        .limit(1)
    )


async def known(session: AsyncSession, found: LeadTransfer) -> Known:
    """What the case takes over. Money is counted once: what another case of the hand-over has, the
    police split by hand."""
    entity = await session.get_one(RiskEntity, found.risk_entity_id)
    sent = {each["label"]: each["value"] for each in found.sent_facts}
    amount = sent.get(SENT_AMOUNT)
    is_first = await _opened_from(session, found.id) is None
    return Known(
        title_from(found.title),
        CATEGORY_OF[entity.industry],
        entity.division_code,
        money.parse(amount) if amount and is_first else None,
        sent.get(SENT_PROBLEMS) or found.reason,
    )


async def is_tied(session: AsyncSession, case_id: UUID, handover_id: UUID | None) -> bool:
    """Whether a case was opened from this hand-over, if one is named."""
    tied = exists().where(_H.case_id == case_id, _H.handover_id == handover_id)
    return handover_id is None or bool(await session.scalar(select(tied)))


async def tie(session: AsyncSession, actor: Actor, case_id: UUID, found: LeadTransfer) -> None:
    """The case names the hand-over. What is told of it, on its page and its entity's, is told without
    the case's number: who sees the one need not see the other."""
    await session.execute(insert(_H).values(case_id=case_id, handover_id=found.id))
    told = {"number": found.number}
    subjects: Sequence[tuple[str, UUID | None]] = (
        ("handover", found.id),
        ("risk_entity", found.risk_entity_id),
    )
    rows = [
        events.row(actor, EventName.HANDOVER_LINKED, kind, each, told) for kind, each in subjects
    ]
    await session.execute(insert(events.Event), rows)
