"""What a head lets go: nothing is owed or waited for any more, and on the same day it may be again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.events.events import Event
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.leads import lead_transfers as law
from api.domain.leads.leads import OPEN_STAGES, LeadAction, LeadStatus, TransferStage
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.services.kit import _transition
from api.services.leads import lead_obligations
from api.services.leads.lead_transfers import (
    before,
    current,
    goes_on,
    over_before,
    recalled,
    run,
)


def last_act(lead_id: Any) -> ColumnElement[Any]:
    """The last act of a lead: which, from where to where, on which day."""
    day = cast(func.timezone(literal_column("'Asia/Shanghai'"), Event.at), Date)
    said = func.json_build_object(
        "action", Event.data["action"].astext,
        "from", Event.data["from"].astext,
        "to", Event.data["to"].astext,
        "on", day,
    )  # fmt: skip
    return (
        select(said)
        .where(
            Event.subject_id == lead_id,
            Event.name == literal_column(f"'{EventName.LEAD_TRANSITIONED.value}'"),
        )
        .order_by(Event.id.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )


def waived_from(status: LeadStatus, act: Mapping[str, Any] | None) -> LeadStatus | None:
    """Where a lead stood before a waiver that may be taken back: of today, and the last act."""
    if act is None or act["action"] != LeadAction.WAIVE.value or act["to"] != status.value:
        return None
    return LeadStatus(act["from"]) if date.fromisoformat(act["on"]) == today() else None


async def found(session: AsyncSession, lead: Lead) -> LeadStatus | None:
    """`waived_from` of a lead that is locked."""
    return waived_from(lead.status, await session.scalar(select(last_act(lead.id))))


async def waive(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Nothing is owed or waited for any more, for reasons that a second person gives."""
    await lead_obligations.waive(session, actor, lead, body.reason)
    if lead.transfer_stage in OPEN_STAGES | {TransferStage.FILED}:
        transfer = await current(session, lead)
        await recalled(session, transfer, body.reason)
        await over_before(session, lead, transfer, body.reason)
        lead.transfer_stage = TransferStage.WAIVED
        lead.transfer_receiver_id = lead.transfer_organ = None
        await run(session, transfer, today(), None)
        _transition.settle(lead, before(lead))


async def unwaive(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """As if nothing had been let go: what was owed is, what was waited for is, in the term that ran."""
    del actor, body
    await lead_obligations.unwaive(session, lead)
    if lead.transfer_stage is TransferStage.WAIVED:
        transfer = await current(session, lead)
        lead.transfer_stage = await resume(session, transfer)
        lead.transfer_receiver_id, lead.transfer_organ = transfer.receiver_unit_id, transfer.organ
    if lead.waived_from is not None:
        _transition.settle(lead, lead.waived_from)


async def resume(session: AsyncSession, transfer: LeadTransfer) -> TransferStage:
    """Let a hand-over go on that was let go; how far it had come, by the term that ran."""
    transfer.recalled_on, transfer.recall_reason = None, ""
    rule_id = await goes_on(session, transfer)
    otherwise = TransferStage.SENT if transfer.received_on is None else TransferStage.RECEIVED
    return law.STAGE_OF.get(rule_id or "", otherwise)
