"""Cases and problems at risk entities handed to another unit or body: by a step of theirs, with
which a hand-over begins that its receiver sees, has a turn and a term for, and alone records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.base.ids import uuid7
from api.core.database import numbers, record_access
from api.core.events import events
from api.domain.cases.cases import NOBODY_WORKS_ON_IT, CaseAction
from api.domain.entities.risk_entities import EntityAction
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.flow import Record
from api.domain.leads import lead_transfers as law
from api.domain.leads.handovers import SENT_AMOUNT, SENT_PROBLEMS
from api.domain.leads.lead_transfers import TransferKind
from api.domain.leads.leads import MAY_PUNISH, ReceivingOrgan
from api.domain.organisation.handing_over import OPEN, HandoverStatus
from api.domain.words.money import to_yuan
from api.models.cases import Case, CaseLead
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.risk_entities import RiskEntity
from api.models.units import Division
from api.services.across.handovers import RESOURCE
from api.services.cases import case_decisions, cases
from api.services.entities import risk_entities, risk_entity_intake
from api.services.leads import lead_transfer_decisions, lead_transfer_recalls, lead_transfers
from api.services.leads import lead_transfer_receivers as receivers
from api.services.leads.lead_transfer_receivers import Affair, Receiver

_DIVERSIONS = frozenset({CaseAction.DIVERT_CIVIL.value, CaseAction.DIVERT_ADMINISTRATIVE.value})
_TRANSFERS = frozenset({EntityAction.TRANSFER_DEPARTMENT.value, EntityAction.TRANSFER_POLICE.value})


async def case_transition(
    session: AsyncSession, actor: Actor, case_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the case flow; a diversion hands the case over, and who opens it anew takes
    it back. Raises what `case_decisions.transition` and `receivers.chosen` raise."""
    found = await case_decisions.transition(session, actor, case_id, body)
    if body.action in _DIVERSIONS:
        await _divert(session, actor, await session.get_one(Case, case_id), body)
    elif body.action == CaseAction.REOPEN.value:
        await _take_back(session, actor, case_id, body.reason)
    else:
        return found
    await session.flush()
    return await cases.read(actor, case_id, session)


async def entity_transition(
    session: AsyncSession, actor: Actor, entity_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the entity flow; a transfer hands the problem over. Raises what
    `risk_entity_intake.transition` and `receivers.chosen` raise."""
    found = await risk_entity_intake.transition(session, actor, entity_id, body)
    if body.action not in _TRANSFERS:
        return found
    await _transfer(session, actor, await session.get_one(RiskEntity, entity_id), body)
    await session.flush()
    return await risk_entities.read(actor, entity_id, session)


async def affair(session: AsyncSession, transfer: LeadTransfer) -> Affair:
    """Whose it is what was handed over, and whom it is about."""
    if transfer.case_id is not None:
        return await _of_case(session, await session.get_one(Case, transfer.case_id))
    return await _of_entity(session, await session.get_one(RiskEntity, transfer.risk_entity_id))


async def _of_case(session: AsyncSession, case: Case) -> Affair:
    leads = await session.scalars(
        select(Lead).join(CaseLead, CaseLead.lead_id == Lead.id).where(CaseLead.case_id == case.id)
    )
    return Affair(case.owner_unit_id, case.division_code, case.title, leads.all())


async def _of_entity(session: AsyncSession, entity: RiskEntity) -> Affair:
    lead = await session.get(Lead, entity.source_lead_id) if entity.source_lead_id else None
    found = (lead,) if lead else ()
    return Affair(entity.owner_unit_id, entity.division_code, entity.name, found)


async def _divert(session: AsyncSession, actor: Actor, case: Case, body: Any) -> None:
    civil = body.action == CaseAction.DIVERT_CIVIL.value
    organ = ReceivingOrgan.DISPUTE if civil else ReceivingOrgan(body.organ.value)
    to = await receivers.chosen(session, actor, await _of_case(session, case), body, organ)
    made = await begun(
        session,
        actor,
        Sent(
            TransferKind.DISPUTE if civil else TransferKind.REFERRAL,
            organ,
            case.title,
            case.town_code,
            case.owner_unit_id,
            await _case_facts(session, case),
            case_id=case.id,
        ),
        to,
    )
    await _papers(session, made, body, getattr(body, "decided_on", None))
    await send(session, actor, made, law.sent(made.kind, in_system=to.unit_id is not None))


async def _transfer(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    if not body.materials:
        message = "材料清单：必填"
        raise Invalid(message, errors=[FieldError("/materials", "required", message)])
    to_police = body.action == EntityAction.TRANSFER_POLICE.value
    organ = ReceivingOrgan.POLICE if to_police else ReceivingOrgan(body.organ.value)
    kind = TransferKind.REFERRAL
    if to_police:
        kind = (
            TransferKind.TRANSFER
            if MAY_PUNISH.holds(actor, cast("Record", entity))
            else TransferKind.REPORT
        )
    to = await receivers.chosen(session, actor, await _of_entity(session, entity), body, organ)
    made = await begun(
        session,
        actor,
        Sent(
            kind,
            organ,
            entity.name,
            entity.town_code,
            entity.owner_unit_id,
            await _entity_facts(session, entity),
            risk_entity_id=entity.id,
        ),
        to,
    )
    await _papers(session, made, body)
    since = today()
    if kind is TransferKind.TRANSFER:
        await lead_transfer_decisions.on_paper(session, actor, made, body, None)
        since = since if to.unit_id else made.approved_on or since
    elif to_police:
        _ensure_not_given(body)
    await send(session, actor, made, law.sent(kind, in_system=to.unit_id is not None), since)


def _ensure_not_given(body: Any) -> None:
    """Who reports like anybody else transfers nothing, and nobody approves it."""
    message = "本单位没有行政处罚权，是移交公安（报案），不填写移送的报告和批准"
    given = [name for name in lead_transfer_decisions.ON_PAPER if getattr(body, name)]
    if given:
        errors = [FieldError(f"/{name}", "not_asked", message) for name in given]
        raise Invalid(message, errors=errors)


@dataclass(frozen=True, slots=True)
class Sent:
    """What is handed over, by whom, as what."""

    kind: TransferKind
    organ: ReceivingOrgan
    title: str
    town_code: str
    owner_unit_id: UUID
    facts: Sequence[dict[str, str]]
    case_id: UUID | None = None
    risk_entity_id: UUID | None = None
    follows_id: UUID | None = None


async def begun(session: AsyncSession, actor: Actor, what: Sent, to: Receiver) -> LeadTransfer:
    """A hand-over that is about to be sent."""
    made = LeadTransfer(
        id=uuid7(),
        case_id=what.case_id,
        risk_entity_id=what.risk_entity_id,
        follows_id=what.follows_id,
        number=(await numbers.take("YJ", what.town_code))[0],
        status=HandoverStatus.SENT,
        town_code=what.town_code,
        owner_unit_id=what.owner_unit_id,
        title=what.title,
        sent_facts=list(what.facts),
        kind=what.kind,
        organ=what.organ,
        receiver_unit_id=to.unit_id,
        department=to.name if to.unit_id else "",
        recorded=[],
        created_by_post_id=actor.post_id,
    )
    session.add(made)
    await session.flush()
    if to.unit_id is None:
        await lead_transfers.keep(session, made, department=to.name)
    return made


async def _papers(
    session: AsyncSession, made: LeadTransfer, body: Any, on: date | None = None
) -> None:
    await lead_transfers.keep(
        session,
        made,
        document_no=body.document_no or "",
        materials=body.materials,
        reason=body.reason,
    )
    # a unit of the system has it today, whatever day stands on the paper
    made.sent_on = today() if made.receiver_unit_id else on or today()


async def send(
    session: AsyncSession,
    actor: Actor,
    made: LeadTransfer,
    clock: law.TransferClock,
    since: date | None = None,
) -> None:
    """It is with the receiver now, who sees it and has a term for it."""
    await lead_transfers.run(session, made, since or made.sent_on or today(), clock)
    county = await receivers.county_over(session, await affair(session, made))
    viewers = [made.owner_unit_id, made.receiver_unit_id, county]
    await record_access.grant(session, RESOURCE, made.id, viewers)
    told = {"number": made.number, "kind": made.kind.value, "receiver": made.department}
    if due_on := await lead_transfers.until(session, made):
        told["due_on"] = due_on.isoformat()
    if made.receiver_unit_id:
        told["unit_id"] = str(made.receiver_unit_id)
    await events.record(session, actor, EventName.HANDOVER_CREATED, RESOURCE, made.id, told)


async def _take_back(session: AsyncSession, actor: Actor, case_id: UUID, reason: str) -> None:
    """The police look into it again: nobody is to receive it any more, and its timeline says why.
    Raises Conflict where it was received meanwhile."""
    open_ones = await session.scalars(
        select(LeadTransfer)
        .where(LeadTransfer.case_id == case_id, LeadTransfer.status.in_(OPEN))
        .with_for_update()
    )
    for each in open_ones:
        if each.status is not HandoverStatus.SENT:
            raise NOBODY_WORKS_ON_IT.refusal()
        await lead_transfer_recalls.recall(session, actor, each, reason)


def _told(*pairs: tuple[str, Any]) -> list[dict[str, str]]:
    return [{"label": label, "value": str(value)} for label, value in pairs if value]


async def _place(session: AsyncSession, code: str) -> str:
    name = await session.scalar(select(Division.name).where(Division.code == code))
    return name or ""


async def _case_facts(session: AsyncSession, case: Case) -> list[dict[str, str]]:
    """What the receiver is told of a case: the affair as it stands now, and nobody's ledgers."""
    return _told(
        ("案件编号", case.number),
        ("案件名称", case.title),
        ("主要类别", case.primary_category.label),
        ("所在村（社区）", await _place(session, case.division_code)),
        ("涉案金额（元）", to_yuan(case.amount_involved) if case.amount_involved else ""),
        ("受害人数", case.victims_count),
        ("受案日期", case.accepted_on),
        ("简要案情", case.summary),
    )


async def _entity_facts(session: AsyncSession, entity: RiskEntity) -> list[dict[str, str]]:
    """The same of a risk entity."""
    prepaid = entity.prepaid_amount
    return _told(
        ("主体编号", entity.number),
        ("名称", entity.name),
        ("统一社会信用代码", entity.uscc),
        ("所属领域", entity.industry.label),
        ("所在村（社区）", await _place(session, entity.division_code)),
        ("地址", entity.address),
        ("风险等级", entity.tier.label if entity.tier else ""),
        ("服务老年人数", entity.elders_served),
        (SENT_AMOUNT, to_yuan(prepaid) if prepaid else ""),
        ("证据固定日期", entity.evidence_fixed_on),
        (SENT_PROBLEMS, entity.problems),
    )
