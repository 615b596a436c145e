"""Restricted files: who may know of one, and what they read of it.

Nothing here, nor in the other services of restricted files, touches the lead, its events or any
number that counts: whoever is not on the list reads, before and after, the same (ADR 0022).
"""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.restricted_rows import holds, visible
from api.core.base.clock import TIMEZONE, now, written
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.listing import keyset
from api.domain.across.ways import RESTRICTED_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.domain.restricted.restricted_files import (
    MEMBER_ROLES,
    RESTRICTED_FLOW,
    RestrictedAction,
    RestrictedEvent,
)
from api.models.leads import Lead
from api.models.restricted_files import (
    RestrictedFile,
    RestrictedFileEvent,
    RestrictedHandOff,
    RestrictedHint,
    RestrictedMember,
)
from api.models.units import Post, Unit
from api.models.users import PostHolder, User
from api.schemas.common import actions
from api.schemas.restricted_files import RestrictedFileQuery
from api.services.kit import terms
from api.services.kit.standing import Until, standing_of
from api.services.leads import leads

_File, _Member, _Event = RestrictedFile, RestrictedMember, RestrictedFileEvent
_TOWN, _COUNTY = LEVEL_DIGITS[DivisionLevel.TOWN], LEVEL_DIGITS[DivisionLevel.COUNTY]
#: As many of the latest events as somebody reads.
_SHOWN_EVENTS = 200


async def may_manage(session: AsyncSession, actor: Actor, file: RestrictedFile) -> bool:
    """Whether somebody keeps the list: the owner; anybody of it where the owner has left."""
    if file.owner_user_id == actor.id:
        return True
    return not await session.scalar(select(holds(file.owner_user_id)))


# ------------------------------------------------------------------------------ events


def note(
    session: AsyncSession,
    file: RestrictedFile,
    name: RestrictedEvent,
    user_id: UUID | None,
    *,
    about: UUID | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Write down what was done with a file, in the file alone."""
    session.add(
        _Event(
            id=uuid7(),
            file_id=file.id,
            at=now(),
            name=name,
            user_id=user_id,
            about_user_id=about,
            reason_enc=keyring().encrypt(reason) if reason else None,
            data=data or {},
        )
    )


# ------------------------------------------------------------------------------ reading


async def locked(session: AsyncSession, actor: Actor, file_id: UUID) -> RestrictedFile:
    """A file that the actor may know of. Who comes after the last of the list takes it over.

    Raises NotFound.
    """
    file = await session.scalar(
        select(_File).where(_File.id == file_id, visible(actor)).with_for_update(of=_File)
    )
    if file is None:
        raise NotFound
    named = await session.scalar(
        select(_Member.user_id).where(_Member.file_id == file.id, _Member.user_id == actor.id)
    )
    if named is None:
        session.add(RestrictedMember(file_id=file.id, user_id=actor.id, since=now()))
        file.owner_user_id = actor.id
        await session.flush()
        note(session, file, RestrictedEvent.SUCCEEDED, actor.id)
    return file


async def page(session: AsyncSession, actor: Actor, query: RestrictedFileQuery) -> dict[str, Any]:
    """The actor's files, the latest first."""
    known = await terms.known()
    kinds = (
        select(func.array_agg(RestrictedHint.kind.distinct()))
        .where(RestrictedHint.file_id == _File.id)
        .scalar_subquery()
    )
    statement = (
        select(_File, Lead.number, User.name.label("owner_name"), kinds.label("kinds"))
        .join(Lead, Lead.id == _File.lead_id)
        .join(User, User.id == _File.owner_user_id)
        .where(visible(actor))
    )

    def shown(row: Any) -> dict[str, Any]:
        return _listed(row.RestrictedFile, row.number, row.owner_name, row.kinds, known)

    return await keyset.page(
        session, statement, _File.id, query, shown, name="restricted-files", descending=True
    )


def _listed(
    file: RestrictedFile, number: str, owner: str, kinds: Any, known: terms.Terms
) -> dict[str, Any]:
    return {
        "id": file.id,
        "lead_number": number,
        "kinds": sorted(kinds or []),
        "addressee": file.addressee.value,
        "status": file.status.value,
        "opened_at": written(file.opened_at),
        "due_on": file.due_on,
        "working_days_left": known.left(file.due_on, file.due_rule, file.due_rule_version),
        "owner": {"id": file.owner_user_id, "name": owner},
    }


async def read(session: AsyncSession, actor: Actor, file_id: UUID) -> dict[str, Any]:
    """The whole file; that it was read is written down in it. Raises NotFound."""
    file = await locked(session, actor, file_id)
    note(session, file, RestrictedEvent.READ, actor.id)
    await session.flush()
    return await whole(session, actor, file)


async def whole(session: AsyncSession, actor: Actor, file: RestrictedFile) -> dict[str, Any]:
    """Everything in a locked file, and what this person may do with it."""
    lead = await session.get_one(Lead, file.lead_id)
    open_to = await session.scalar(
        select(Lead.id).where(Lead.id == lead.id, leads.LISTING.visible(actor))
    )
    available = RESTRICTED_FLOW.available(actor, file)  # type: ignore[arg-type]  # no step asks for its unit
    hints = await _hints(session, file)
    members = await _members(session, file)
    owner = next((each["user"]["name"] for each in members if each["is_owner"]), "（不在名单上）")
    kinds = {each["kind"] for each in hints}
    return _listed(file, lead.number, owner, kinds, await terms.known()) | {
        "version": file.version,
        "due_is_provisional": file.due_is_provisional,
        "due_rule": file.due_rule,
        "lead": {
            "id": lead.id,
            "number": lead.number,
            "subject_name": lead.subject_name,
            "narrative": lead.narrative,
            "received_at": written(lead.received_at),
            "visible": open_to is not None,
        },
        "hints": hints,
        "hand_offs": await _hand_offs(session, file),
        "members": members,
        "history": await _history(session, file),
        "may_manage": await may_manage(session, actor, file),
        "available_actions": actions(available),
        "standing": await standing_of(
            RESTRICTED_WAY,
            actor,
            file,
            available,
            entered=await _entered(session, file),
            term=lambda *_: Until(
                file.due_on, file.due_is_provisional, file.due_rule, file.due_rule_version
            ),
        ),
    }


async def _hints(session: AsyncSession, file: RestrictedFile) -> list[dict[str, Any]]:
    keys = keyring()
    found = await session.execute(
        select(RestrictedHint, User.name, Unit.name.label("unit_name"))
        .join(User, User.id == RestrictedHint.raised_by_user_id)
        .join(Post, Post.id == RestrictedHint.raised_by_post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(RestrictedHint.file_id == file.id)
        .order_by(RestrictedHint.id)
    )
    return [
        {
            "id": hint.id,
            "kind": hint.kind.value,
            "text": keys.decrypt(hint.text_enc),
            "raised_at": written(hint.raised_at),
            "raised_by": name,
            "raised_by_unit": unit_name,
        }
        for hint, name, unit_name in found
    ]


async def _hand_offs(session: AsyncSession, file: RestrictedFile) -> list[dict[str, Any]]:
    found = await session.scalars(
        select(RestrictedHandOff)
        .where(RestrictedHandOff.file_id == file.id)
        .order_by(RestrictedHandOff.id)
    )
    unanswered = {"answer": "", "answer_document_no": ""}
    return [
        {
            "id": each.id,
            "organ": each.organ.value,
            "handed_on": each.handed_on,
            "reminded_on": each.reminded_on,
            "answered_on": each.answered_on,
            **_opened(each.words_enc),
            **(_opened(each.answer_enc) if each.answer_enc else unanswered),
        }
        for each in found
    ]


def sealed(words: dict[str, str]) -> bytes:
    """Words of a hand-off, encrypted together."""
    return keyring().encrypt(orjson.dumps(words).decode())


def _opened(kept: bytes) -> dict[str, str]:
    words: dict[str, str] = orjson.loads(keyring().decrypt(kept))
    return words


async def _members(session: AsyncSession, file: RestrictedFile) -> list[dict[str, Any]]:
    found = await session.execute(
        select(_Member, User.name, holds(_Member.user_id).label("able"))
        .join(User, User.id == _Member.user_id)
        .where(_Member.file_id == file.id)
        .order_by(_Member.since, _Member.user_id)
    )
    rows = list(found)
    posts = await _posts(session, [member.user_id for member, _, _ in rows])
    return [
        {
            "user": {"id": member.user_id, "name": name},
            **posts.get(member.user_id, {"post_name": "", "unit_name": ""}),
            "since": written(member.since),
            "is_owner": member.user_id == file.owner_user_id,
            "is_able": able,
        }
        for member, name, able in rows
    ]


async def _posts(session: AsyncSession, ids: list[UUID]) -> dict[UUID, dict[str, str]]:
    found = await session.execute(
        select(PostHolder.user_id, Post.name, Unit.name)
        .join(Post, Post.id == PostHolder.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            PostHolder.user_id.in_(ids),
            PostHolder.until.is_(None),
            Post.role.in_(MEMBER_ROLES),
        )
    )
    return {user: {"post_name": post, "unit_name": unit} for user, post, unit in found}


async def _entered(session: AsyncSession, file: RestrictedFile) -> list[tuple[str, str, str, str]]:
    """Its way, from its own events: they stand in no other table. Whoever keeps the file does it."""
    found = await session.scalars(
        select(_Event)
        .where(_Event.file_id == file.id, _Event.name == RestrictedEvent.TRANSITIONED)
        .order_by(_Event.id)
    )
    return [
        (
            each.data["from"],
            each.data["to"],
            each.at.astimezone(TIMEZONE).date().isoformat(),
            file.addressee.label,
        )
        for each in found
        if each.data["from"] != each.data["to"]
    ]


async def _history(session: AsyncSession, file: RestrictedFile) -> list[dict[str, Any]]:
    found = list(
        await session.scalars(
            select(_Event)
            .where(_Event.file_id == file.id)
            .order_by(_Event.id.desc())
            .limit(_SHOWN_EVENTS)
        )
    )
    ids = {each for event in found for each in (event.user_id, event.about_user_id) if each}
    people = await session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    names: dict[UUID | None, str] = dict(people.tuples().all())
    keys = keyring()
    return [
        {
            "id": event.id,
            "at": written(event.at),
            "label": _label(event),
            "actor_name": names.get(event.user_id, "系统"),
            "about": names.get(event.about_user_id, ""),
            "reason": keys.decrypt(event.reason_enc) if event.reason_enc else "",
        }
        for event in found
    ]


def _label(event: RestrictedFileEvent) -> str:
    action = event.data.get("action")
    return RestrictedAction(action).label if action else event.name.label
