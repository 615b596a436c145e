"""Paying a refund plan: sent to the bank line by line, confirmed to the victims or brought back."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.crypto import keyring
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Forbidden, Invalid
from api.domain.kit.events import EventName
from api.domain.recovery.distributions import Disposition, LineStatus
from api.domain.recovery.ledger import AccountKind
from api.domain.words.money import to_yuan
from api.models.distributions import Distribution, DistributionLine
from api.models.victims import Victim
from api.schemas.common import Reveal
from api.services.kit import protect, sealing
from api.services.recovery import ledger
from api.services.recovery.distributions import RESOURCE, lines_of, read

D, K, L = Distribution, AccountKind, DistributionLine

_CHUNK = 1000


async def pay(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    """Send what is due to the bank."""
    plan.paid_by_id = actor.id
    due = await _lines(session, plan, LineStatus.PLANNED, LineStatus.FAILED)
    due = [line for line in due if line.disposition == Disposition.PAY]
    await _move(session, actor, plan, due, K.PAYABLE, K.PAID_PENDING, body.document_no)
    await _settle(session, due, LineStatus.PAYING)


async def confirm(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    """All that was sent has arrived."""
    sent = await _lines(session, plan, LineStatus.PAYING)
    await _move(session, actor, plan, sent, K.PAID_PENDING, K.RETURNED, body.document_no)
    await _settle(session, sent, LineStatus.PAID)


async def confirm_partly(
    session: AsyncSession, actor: Actor, plan: Distribution, body: Any
) -> None:
    """What was sent has arrived but for the named claims. Raises Invalid (`unknown_claim`)."""
    sent = await _lines(session, plan, LineStatus.PAYING)
    named = set(body.failed_claims.replace(",", " ").replace("，", " ").replace("、", " ").split())
    unknown = sorted(named - {line.claim for line in sent})
    if unknown or not named:
        message = f"不在本批次中的申报编号：{'、'.join(unknown)}" if unknown else "请写明退票编号"
        raise Invalid(message, errors=[FieldError("/failed_claims", "unknown_claim", message)])
    bounced = [line for line in sent if line.claim in named]
    arrived = [line for line in sent if line.claim not in named]
    await _move(session, actor, plan, bounced, K.PAID_PENDING, K.PAYABLE, body.document_no)
    await _move(session, actor, plan, arrived, K.PAID_PENDING, K.RETURNED, body.document_no)
    await _settle(session, bounced, LineStatus.FAILED)
    await _settle(session, arrived, LineStatus.PAID)


async def _lines(
    session: AsyncSession, plan: Distribution, *statuses: LineStatus
) -> Sequence[DistributionLine]:
    found = await session.scalars(
        select(L).where(lines_of(plan), L.status.in_(statuses)).order_by(L.id)
    )
    return list(found)


async def _move(
    session: AsyncSession,
    actor: Actor,
    plan: Distribution,
    moved: Sequence[DistributionLine],
    source: AccountKind,
    target: AccountKind,
    document: str,
) -> None:
    """One transfer a line, so that every payment can be found by its claim."""
    if not moved:
        return
    drafts = [
        ledger.Draft(
            debit=target,
            credit=source,
            amount=line.share,
            reason=f"清退方案{plan.number} {line.claim}",
            document=document,
        )
        for line in moved
    ]
    ids = await ledger.post_many(session, actor, plan.case_id, drafts)
    for line, transfer_id in zip(moved, ids, strict=True):
        if target is K.PAID_PENDING:
            line.sent_transfer_id = transfer_id
        elif target is K.RETURNED:
            line.paid_transfer_id, line.paid_at = transfer_id, now()


async def _settle(session: AsyncSession, moved: Sequence[DistributionLine], to: LineStatus) -> None:
    await session.flush()
    for start in range(0, len(moved), _CHUNK):
        ids = [line.id for line in moved[start : start + _CHUNK]]
        await session.execute(
            sql_update(L)
            .where(L.id.in_(ids))
            .values(status=to)
            .execution_options(synchronize_session=False)
        )


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """The payees of a published plan for the bank, as CSV, or texts as they were written; audited.
    Raises NotFound, Forbidden."""
    plan = await read(actor, record_id, session)
    texts = [name for name in body.fields if name != "payees"]
    held = await session.scalar(select(D.texts_enc).where(D.id == record_id))
    values = sealing.revealed(RESOURCE, texts, plan["revealable"], held)
    if "payees" in body.fields:
        values |= await _payees(session, record_id, plan["revealable"])
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values


async def _payees(
    session: AsyncSession, record_id: UUID, revealable: Sequence[str]
) -> dict[str, str]:
    if "payees" not in revealable:
        raise Forbidden("无权查看", code="field_not_revealable")
    rows = await session.execute(
        select(L.claim, Victim.name_enc, Victim.bank_name, Victim.account_enc, L.share)
        .join(Victim, Victim.id == L.victim_id)
        .join(D, and_(D.id == L.distribution_id, D.round == L.round))
        .where(
            L.distribution_id == record_id,
            L.disposition == Disposition.PAY,
            L.status != LineStatus.PAID,
        )
        .order_by(L.claim)
    )
    keys, out = keyring(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["申报编号", "收款人", "开户行", "账号", "金额（元）"])
    for claim, name, bank, account, share in rows:
        writer.writerow(
            [
                claim,
                _cell(keys.decrypt(name)),
                _cell(bank),
                keys.decrypt(account) if account else "",
                to_yuan(share),
            ]
        )
    return {"payees": out.getvalue()}


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
