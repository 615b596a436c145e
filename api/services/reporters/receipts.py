"""Receipts: looked up, written to, judged. Right and wrong ones are looked up alike."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import rows
from api.core.base.clock import TIMEZONE, now, written
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database.db import database
from api.core.events import events
from api.core.events.sources import ReceiptSource
from api.core.files import files, photos
from api.core.files.file_types import JPEG
from api.core.listing.pagination import yuan
from api.core.web import proof_of_work
from api.domain.kit.errors import Conflict, FieldError, Invalid, NotFound, TooManyAttempts
from api.domain.kit.events import EventName
from api.domain.leads.leads import FeedbackMode
from api.domain.reporters import receipts
from api.domain.reporters.receipts import MessageFrom, ProofPurpose, ReportStage
from api.domain.rewards.rewards import RewardStatus
from api.models.attachments import Attachment
from api.models.leads import Lead, LeadIdentifier
from api.models.receipts import LeadMessage, LeadRating, LeadReceipt, ReceiptFailures
from api.models.rewards import Reward
from api.schemas.receipts import Proof, ReceiptAsk, ReceiptMessage, ReceiptRating
from api.services.kit import protect
from api.services.leads import leads, unnamed
from api.services.reporters import public_load


def digest(receipt: str) -> bytes:
    """What is kept of a receipt."""
    return keyring().digest("receipt", receipt.encode())


def drawn(seed: bytes) -> str:
    """The receipt that follows from a seed nobody can guess, for whoever has the key."""
    big = int.from_bytes(keyring().digest("receipt-number", seed), "big")
    return receipts.number(big % receipts.SPACE)


# ------------------------------------------------------------------------------ looking up


@dataclass(frozen=True, slots=True)
class Bearer:
    """Somebody who showed the receipt of this lead, and what may be told about it."""

    lead_id: UUID
    stage: ReportStage
    view: dict[str, Any]


def _typed(receipt: str) -> str:
    found = receipts.normalised(receipt)
    if found is None:
        message = "回执号输错了，请对照回执，一组一组再看一遍"
        pointed = FieldError("/receipt", "receipt_mistyped", message)
        raise Invalid(message, code="receipt_mistyped", errors=[pointed])
    return found


def _waiting(left: timedelta) -> TooManyAttempts:
    seconds = str(int(left.total_seconds()) + 1)
    return TooManyAttempts(
        "回执号连续输错，请过一会儿再试", code="receipt_wait", headers={"Retry-After": seconds}
    )


async def _left_to_wait(session: AsyncSession, source: bytes) -> timedelta:
    """How long a source is to wait before its next wrong receipt is told from a right one."""
    known = await session.get(ReceiptSource, source)
    if known is None:
        return timedelta()
    return known.last_at + receipts.wait_after(known.failures) - now()


async def _count_source(
    session: AsyncSession, source: bytes, wanted: bytes, *, waits: bool
) -> None:
    """Count a wrong receipt of a source; of a right one nothing is written, by the same words."""
    gone = ReceiptSource.last_at < now() - public_load.KEPT
    await session.execute(delete(ReceiptSource).where(gone))
    known = exists(select(LeadReceipt.lead_id).where(LeadReceipt.digest == wanted))
    made = insert(ReceiptSource).from_select(
        ["source", "failures", "last_at"],
        select(literal(source), cast(1, BigInteger), literal(now())).where(
            ~known, literal(not waits)
        ),
    )
    await session.execute(
        made.on_conflict_do_update(
            index_elements=[ReceiptSource.source],
            set_={"failures": ReceiptSource.failures + 1, "last_at": now()},
        )
    )


@asynccontextmanager
async def _on_the_beat() -> AsyncGenerator[None]:
    begun = time.perf_counter()
    try:
        yield
    finally:
        beat = receipts.ANSWER_BEAT.total_seconds()
        await asyncio.sleep(beat - (time.perf_counter() - begun) % beat)


async def _bearer(receipt: str, proof: Proof, source: bytes) -> Bearer:
    """Whose receipt it is, in a transaction of its own: what a guess costs outlives its refusal.

    A right and a wrong receipt run the same statements and commit the same rows. A right one is
    right from wherever it comes: whoever shares an address with a guesser is not made to wait, and
    guessing is no faster for it, because each guess costs its proof and there are 10^15. Raises
    Invalid, Conflict, TooManyAttempts, or NotFound (`receipt_unknown`).
    """
    digits = _typed(receipt)
    solved = proof_of_work.solved(ProofPurpose.RECEIPT.value, proof.challenge, proof.answer)
    async with database().apart() as session, session.begin():
        await public_load.check(session, ProofPurpose.RECEIPT, solved)
        # a look-up is never the repetition of another: whatever came before, the proof is used up
        await proof_of_work.spend(session, solved, uuid7().bytes)
        left = await _left_to_wait(session, source)
        waits = left > timedelta()
        await _count_source(session, source, digest(digits), waits=waits)
        found = await _look(session, digest(digits))
    if found is None:
        if waits:
            raise _waiting(left)
        raise NotFound("没有这个回执号，请对照回执再看一遍", code="receipt_unknown")
    return found


async def _look(session: AsyncSession, wanted: bytes) -> Bearer | None:
    await _count(session, wanted)
    here = select(LeadReceipt.lead_id).where(LeadReceipt.digest == wanted).scalar_subquery()
    await session.execute(
        update(LeadMessage)
        .where(
            LeadMessage.lead_id == here,
            LeadMessage.sender == MessageFrom.STAFF,
            LeadMessage.read_at.is_(None),
        )
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )
    told = (await session.execute(_told(wanted))).one_or_none()
    written = await session.scalars(
        select(LeadMessage).where(LeadMessage.lead_id == here).order_by(LeadMessage.id)
    )
    return _shown(told, list(written)) if told is not None else None


async def _count(session: AsyncSession, wanted: bytes) -> None:
    """Count a failure, or count none: the same row is written either way."""
    known = exists(select(LeadReceipt.lead_id).where(LeadReceipt.digest == wanted))
    await session.execute(
        delete(ReceiptFailures).where(ReceiptFailures.started_at < now() - public_load.KEPT)
    )
    made = insert(ReceiptFailures).from_select(
        ["started_at", "failures"],
        select(literal(public_load.stretch()), cast(case((known, 0), else_=1), BigInteger)),
    )
    await session.execute(
        made.on_conflict_do_update(
            index_elements=[ReceiptFailures.started_at],
            set_={"failures": ReceiptFailures.failures + made.excluded.failures},
        )
    )


#: Told to the bearer alone, because nobody else knows whom to tell.
_REWARD = (
    select(
        func.json_build_object(
            "number", Reward.number,
            "amount", yuan(Reward.amount),
            "is_paid", Reward.status == RewardStatus.PAID,
        )
    )
    .where(
        Reward.lead_id == Lead.id,
        Reward.status.in_((RewardStatus.APPROVED, RewardStatus.PAID)),
    )
    .scalar_subquery()
)  # fmt: skip


def _told(wanted: bytes) -> Any:
    photos_sent = (
        select(func.count())
        .where(Attachment.subject_id == Lead.id, Attachment.uploaded_by_post_id.is_(None))
        .scalar_subquery()
    )
    return (
        select(
            Lead.id, Lead.status, Lead.received_at, Lead.feedback_mode, Lead.feedback_note,
            photos_sent.label("photos"), LeadRating.score, LeadRating.comment_enc,
            LeadRating.at.label("rated_at"), _REWARD.label("reward"),
        )
        .join(LeadReceipt, LeadReceipt.lead_id == Lead.id)
        .outerjoin(LeadRating, LeadRating.lead_id == Lead.id)
        .where(LeadReceipt.digest == wanted)
    )  # fmt: skip


def _shown(told: Any, messages: list[LeadMessage]) -> Bearer:
    keys = keyring()
    stage = receipts.STAGES[told.status]
    online = told.feedback_mode is FeedbackMode.ONLINE and stage in receipts.RATEABLE
    view = {
        "stage": stage.value,
        "title": stage.label,
        "words": receipts.words(
            stage,
            answer=online,
            mode=told.feedback_mode.label if told.feedback_mode else "",
            written=any(m.sender is MessageFrom.STAFF for m in messages),
        ),
        "received_on": told.received_at.astimezone(TIMEZONE).date().isoformat(),
        "answer": told.feedback_note if online else "",
        "messages": [
            {
                "sender": each.sender.value,
                "text": keys.decrypt(each.text_enc),
                "at": written(each.at),
            }
            for each in messages
        ],
        "photos": told.photos,
        "photos_left": max(0, receipts.MAX_PHOTOS - told.photos),
        "can_write": sum(m.sender is MessageFrom.REPORTER for m in messages)
        < receipts.MAX_MESSAGES,
        "can_rate": stage in receipts.RATEABLE and told.score is None,
        "reward": told.reward,
        "rating": rating(told.score, told.comment_enc, told.rated_at),
    }
    return Bearer(told.id, stage, view)


def rating(score: int | None, comment_enc: bytes | None, at: datetime | None) -> Any:
    """A rating as it is shown; None where there is none."""
    if score is None or at is None:
        return None
    comment = keyring().decrypt(comment_enc) if comment_enc else ""
    return {"score": score, "comment": comment, "at": written(at)}


async def look_up(body: ReceiptAsk, source: bytes) -> dict[str, Any]:
    """How a report stands. Raises as `_bearer` does."""
    async with _on_the_beat():
        return (await _bearer(body.receipt, body.proof, source)).view


# ------------------------------------------------------------------------------ writing


def event(name: EventName, lead_id: UUID, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """An event of somebody who is nobody: no person, no post, and from nowhere."""
    told = {"actor_kind": "public", "actor_name": "举报人", "address": ""}
    return events.row(None, name, leads.RESOURCE, lead_id, data) | told


async def keep(
    session: AsyncSession, lead_id: UUID, sender: MessageFrom, text: str, post_id: UUID | None
) -> LeadMessage:
    """Store a message, encrypted whole; what a reporter names in it can be searched for like what
    stands in the report."""
    made = LeadMessage(
        lead_id=lead_id, sender=sender, text_enc=keyring().encrypt(text), post_id=post_id
    )
    session.add(made)
    if sender is MessageFrom.REPORTER:
        said = (await unnamed.without(session, [lead_id], text))[0]
        found = protect.text(said, "message").identifiers
        await rows.insert(
            session,
            LeadIdentifier,
            # the message is whole by itself: nothing is to be put back into it
            [row | {"lead_id": lead_id, "starts_at": None, "ends_at": None} for row in found],
        )
    await session.flush()
    return made


async def write(session: AsyncSession, body: ReceiptMessage, source: bytes) -> dict[str, Any]:
    """Add a message of the reporter's. Raises Conflict when there are too many already."""
    async with _on_the_beat():
        found = await _bearer(body.receipt, body.proof, source)
        if not found.view["can_write"]:
            raise Conflict("留言已经很多了，请等工作人员答复", code="too_many_messages")
        made = await keep(session, found.lead_id, MessageFrom.REPORTER, body.text, None)
        told = event(EventName.LEAD_MESSAGED, found.lead_id, {"sender": MessageFrom.REPORTER.value})
        await rows.insert(session, events.Event, [told])
        said = {
            "sender": made.sender.value,
            "text": body.text,
            "at": written(made.at),
        }
        return found.view | {"messages": [*found.view["messages"], said]}


async def rate(session: AsyncSession, body: ReceiptRating, source: bytes) -> dict[str, Any]:
    """Judge the outcome, once. Raises Conflict (`not_answered_yet`, `rated_already`)."""
    async with _on_the_beat():
        found = await _bearer(body.receipt, body.proof, source)
        if found.stage not in receipts.RATEABLE:
            raise Conflict("还没有办理结果，答复以后再评价", code="not_answered_yet")
        at = now()
        taken = await session.scalar(
            insert(LeadRating)
            .values(
                lead_id=found.lead_id,
                score=body.score,
                comment_enc=keyring().encrypt(body.comment) if body.comment else None,
                at=at,
            )
            .on_conflict_do_nothing()
            .returning(LeadRating.lead_id)
        )
        if taken is None:
            raise Conflict("已经评价过了，评价不能修改", code="rated_already")
        told = event(EventName.LEAD_RATED, found.lead_id, {"score": body.score})
        await rows.insert(session, events.Event, [told])
        given = {"score": body.score, "comment": body.comment, "at": written(at)}
        return found.view | {"can_rate": False, "rating": given}


# ------------------------------------------------------------------------------ photos

_BOUNDS = photos.Bounds(
    receipts.MAX_PHOTO_PIXELS, receipts.MAX_PHOTO_SIDE, receipts.KEPT_PHOTO_PIXELS
)


def judge_photo(ask: ReceiptAsk) -> None:
    """Refuse before megabytes are read: the number mistyped, or no work done for it.

    Asks no database. Raises Invalid.
    """
    _typed(ask.receipt)
    proof_of_work.solved(ProofPurpose.RECEIPT.value, ask.proof.challenge, ask.proof.answer)


async def add_photo(
    session: AsyncSession, ask: ReceiptAsk, content: BinaryIO, source: bytes
) -> dict[str, Any]:
    """Add a photo of the reporter's: the picture alone, under no name of the telephone's.

    The same photo sent again is kept once: an answer may be lost on the way. Raises Conflict
    (`too_many_photos`) and what `photos.redrawn` raises.
    """
    async with _on_the_beat():
        found = await _bearer(ask.receipt, ask.proof, source)
        drawn = await photos.redrawn(content, _BOUNDS)
        measured = await asyncio.to_thread(files.measure, drawn)
        async with database().glance() as before:
            _room(await _photos_of(before, found.lead_id), measured)
        kept = await files.keep(drawn, measured)
        # two photos at a time must not both be the last one
        await session.execute(
            select(LeadReceipt.lead_id)
            .where(LeadReceipt.lead_id == found.lead_id)
            .with_for_update()
        )
        known = await _photos_of(session, found.lead_id)
        if _room(known, measured):
            await _keep_photo(session, found.lead_id, kept, len(known) + 1)
            known.append(measured.sha256)
        left = max(0, receipts.MAX_PHOTOS - len(known))
        return found.view | {"photos": len(known), "photos_left": left}


async def _photos_of(session: AsyncSession, lead_id: UUID) -> list[str]:
    known = await session.scalars(
        select(Attachment.sha256).where(
            Attachment.subject_id == lead_id, Attachment.uploaded_by_post_id.is_(None)
        )
    )
    return list(known)


def _room(known: list[str], measured: files.Measured) -> bool:
    """Whether a photo is another than those. Raises Conflict when there is no room for it."""
    if measured.sha256 in known:
        return False
    if len(known) >= receipts.MAX_PHOTOS:
        raise Conflict(f"照片最多 {receipts.MAX_PHOTOS} 张，已经够了", code="too_many_photos")
    return True


async def _keep_photo(session: AsyncSession, lead_id: UUID, kept: files.Kept, number: int) -> None:
    stored = await files.save(session, kept)
    made = Attachment(
        subject_type=leads.RESOURCE,
        subject_id=lead_id,
        # the telephone's own name for it tells a time, an app, sometimes a person
        name=f"举报人照片{number}.{JPEG.extension}",
        media_type=JPEG.media_type,
        size=stored.size,
        sha256=stored.sha256,
        uploaded_by_post_id=None,
        uploaded_by_name=MessageFrom.REPORTER.label,
    )
    session.add(made)
    await session.flush()
    told = {"attachment_id": str(made.id), "name": made.name, "size": made.size}
    await rows.insert(session, events.Event, [event(EventName.ATTACHED, lead_id, told)])
