"""Restricted files: hints taken in, the list of those who may know, the way to the organ in charge.

Nothing here touches the lead, its events or any number that counts: whoever is not on the list
reads, before and after, the same (ADR 0022).
"""

from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, and_, delete, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core import keyset
from api.core.clock import TIMEZONE, now, today
from api.core.crypto import keyring
from api.core.ids import uuid7
from api.domain.actors import Actor
from api.domain.clocks import working_days_left
from api.domain.errors import Conflict, FieldError, Invalid, NotFound
from api.domain.organisation import LEVEL_DIGITS, DivisionLevel
from api.domain.restricted_files import (
    CLOCKS,
    KEEPER_ROLES,
    MAX_MEMBERS,
    MEMBER_ROLES,
    RESTRICTED_FLOW,
    Addressee,
    RestrictedAction,
    RestrictedEvent,
    RestrictedStatus,
    not_owner,
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
from api.schemas.restricted_files import (
    HintRaise,
    MemberAdd,
    MemberRemove,
    OwnerChange,
    RestrictedFileQuery,
)
from api.services import _transition, leads, time_rules

_File, _Member, _Event = RestrictedFile, RestrictedMember, RestrictedFileEvent
_TOWN, _COUNTY = LEVEL_DIGITS[DivisionLevel.TOWN], LEVEL_DIGITS[DivisionLevel.COUNTY]
#: As many of the latest events as somebody reads.
_SHOWN_EVENTS = 200


# ------------------------------------------------------------------------------ who may know


def _holds(user_id: Any) -> ColumnElement[bool]:
    """Whether a person is active and sits in a post with the right to be told."""
    return exists(
        select(PostHolder.id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(User, User.id == PostHolder.user_id)
        .where(
            PostHolder.user_id == user_id,
            PostHolder.until.is_(None),
            Post.is_active,
            Post.role.in_(MEMBER_ROLES),
            User.is_active,
        )
    )


def visible(actor: Actor) -> ColumnElement[bool]:
    """The files that this person may know of: by name; and where nobody named is left in office,
    whoever holds the post that the first one held."""
    named = exists(
        select(_Member.user_id).where(_Member.file_id == _File.id, _Member.user_id == actor.id)
    )
    kept = [each for each, role in KEEPER_ROLES.items() if role is actor.role]
    if not kept:
        return named
    able = exists(
        select(_Member.user_id).where(_Member.file_id == _File.id, _holds(_Member.user_id))
    )
    return or_(
        named,
        and_(_File.addressee.in_(kept), _reaches(actor.division_code, _File.town_code), ~able),
    )


def _reaches(division: Any, town: Any) -> ColumnElement[bool]:
    """Whether a post of this division is over, or of, this town."""
    digits = min(len(division), _TOWN)
    return func.left(town, digits) == division[:digits] if digits >= _COUNTY else false()


async def _keeper(session: AsyncSession, addressee: Addressee, town: str) -> UUID:
    """Who is on the list first: who holds the addressee's post longest. Raises Conflict
    (`no_keeper`), whether there is a file already or not."""
    found = await session.scalar(
        select(PostHolder.user_id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(User, User.id == PostHolder.user_id)
        .where(
            PostHolder.until.is_(None),
            Post.is_active,
            Post.role == KEEPER_ROLES[addressee],
            User.is_active,
            or_(
                Post.division_code == town[:_COUNTY],
                func.left(Post.division_code, _TOWN) == town,
            ),
        )
        .order_by(PostHolder.since, PostHolder.id)
        .limit(1)
    )
    if found is None:
        raise Conflict(
            f"系统里还没有{addressee.label}的人可以接收，请改交另一方，"
            "或者直接向纪检监察机关（12388）、扫黑办（12337）反映",
            code="no_keeper",
        )
    return found


# ------------------------------------------------------------------------------ raising


async def _seen_lead(session: AsyncSession, actor: Actor, lead_id: UUID) -> Lead:
    lead = await session.scalar(
        select(Lead).where(Lead.id == lead_id, leads.LISTING.visible(actor))
    )
    if lead is None:
        raise NotFound
    return lead


async def raise_hint(session: AsyncSession, actor: Actor, body: HintRaise) -> dict[str, Any]:
    """Take in a hint; the answer is the same whether it opens a file or goes into one.

    Raises NotFound, Conflict (`no_keeper`).
    """
    lead = await _seen_lead(session, actor, body.lead_id)
    town = lead.town_code
    keeper = await _keeper(session, body.addressee, town)
    file = await _open_file(session, lead, body.addressee, keeper)
    made = RestrictedHint(
        id=uuid7(),
        file_id=file.id,
        kind=body.kind,
        text_enc=keyring().encrypt(body.text),
        raised_at=now(),
        raised_by_user_id=actor.id,
        raised_by_post_id=actor.post_id,
    )
    session.add(made)
    await session.flush()
    note(session, file, RestrictedEvent.HINTED, actor.id, data={"kind": body.kind.value})
    await session.flush()
    return {"kind": made.kind.value, "raised_at": made.raised_at.astimezone(TIMEZONE).isoformat()}


async def _open_file(
    session: AsyncSession, lead: Lead, addressee: Addressee, keeper: UUID
) -> RestrictedFile:
    """The open file of a lead for this addressee, made if there is none."""
    due = await time_rules.due_on(session, CLOCKS[RestrictedStatus.OPENED], today())
    made = await session.scalar(
        insert(_File)
        .values(
            id=uuid7(),
            lead_id=lead.id,
            town_code=lead.town_code,
            addressee=addressee,
            status=RESTRICTED_FLOW.initial,
            owner_user_id=keeper,
            opened_at=now(),
            due_on=due.on,
            due_is_provisional=due.is_provisional,
            due_rule=due.rule_id,
            due_rule_version=due.rule_version,
            version=1,
            updated_at=now(),
        )
        .on_conflict_do_nothing()
        .returning(_File.id)
    )
    file = (
        await session.scalars(
            select(_File)
            .where(
                _File.lead_id == lead.id,
                _File.addressee == addressee,
                _File.status != RestrictedStatus.CLOSED,
            )
            .with_for_update()
        )
    ).one()
    if made is not None:
        session.add(RestrictedMember(file_id=file.id, user_id=keeper, since=now()))
        await session.flush()
        note(session, file, RestrictedEvent.OPENED, None, about=keeper)
    return file


async def own_hints(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """What the actor reported on a visible lead: that, and no more. Raises NotFound."""
    await _seen_lead(session, actor, lead_id)
    found = await session.execute(
        select(RestrictedHint.kind, RestrictedHint.raised_at)
        .join(_File, _File.id == RestrictedHint.file_id)
        .where(_File.lead_id == lead_id, RestrictedHint.raised_by_user_id == actor.id)
        .order_by(RestrictedHint.id)
    )
    return {
        "items": [
            {"kind": kind.value, "raised_at": at.astimezone(TIMEZONE).isoformat()}
            for kind, at in found
        ]
    }


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
    clock = await time_rules.clock(session)
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
        return _listed(row.RestrictedFile, row.number, row.owner_name, row.kinds, clock)

    return await keyset.page(
        session, statement, _File.id, query, shown, name="restricted-files", descending=True
    )


def _listed(
    file: RestrictedFile, number: str, owner: str, kinds: Any, clock: time_rules.Clock
) -> dict[str, Any]:
    left = working_days_left(today(), file.due_on, clock.calendar) if file.due_on else None
    return {
        "id": file.id,
        "lead_number": number,
        "kinds": sorted(kinds or []),
        "addressee": file.addressee.value,
        "status": file.status.value,
        "opened_at": file.opened_at.astimezone(TIMEZONE).isoformat(),
        "due_on": file.due_on,
        "working_days_left": left,
        "owner": {"id": file.owner_user_id, "name": owner},
    }


async def read(session: AsyncSession, actor: Actor, file_id: UUID) -> dict[str, Any]:
    """The whole file; that it was read is written down in it. Raises NotFound."""
    file = await locked(session, actor, file_id)
    note(session, file, RestrictedEvent.READ, actor.id)
    await session.flush()
    return await _shown(session, actor, file)


async def _shown(session: AsyncSession, actor: Actor, file: RestrictedFile) -> dict[str, Any]:
    clock = await time_rules.clock(session)
    lead = await session.get_one(Lead, file.lead_id)
    open_to = await session.scalar(
        select(Lead.id).where(Lead.id == lead.id, leads.LISTING.visible(actor))
    )
    hints = await _hints(session, file)
    members = await _members(session, file)
    owner = next((each["user"]["name"] for each in members if each["is_owner"]), "（不在名单上）")
    kinds = {each["kind"] for each in hints}
    return _listed(file, lead.number, owner, kinds, clock) | {
        "version": file.version,
        "due_is_provisional": file.due_is_provisional,
        "due_rule": file.due_rule,
        "lead": {
            "id": lead.id,
            "number": lead.number,
            "subject_name": lead.subject_name,
            "narrative": lead.narrative,
            "received_at": lead.received_at.astimezone(TIMEZONE).isoformat(),
            "visible": open_to is not None,
        },
        "hints": hints,
        "hand_offs": await _hand_offs(session, file),
        "members": members,
        "history": await _history(session, file),
        "may_manage": await _may_manage(session, actor, file),
        "available_actions": actions(RESTRICTED_FLOW.available(actor, file)),  # type: ignore[arg-type]  # no step asks for its unit
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
            "raised_at": hint.raised_at.astimezone(TIMEZONE).isoformat(),
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


def _sealed(words: dict[str, str]) -> bytes:
    return keyring().encrypt(orjson.dumps(words).decode())


def _opened(sealed: bytes) -> dict[str, str]:
    words: dict[str, str] = orjson.loads(keyring().decrypt(sealed))
    return words


async def _members(session: AsyncSession, file: RestrictedFile) -> list[dict[str, Any]]:
    found = await session.execute(
        select(_Member, User.name, _holds(_Member.user_id).label("able"))
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
            "since": member.since.astimezone(TIMEZONE).isoformat(),
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
            "at": event.at.astimezone(TIMEZONE).isoformat(),
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


# ------------------------------------------------------------------------------ handling


async def transition(
    session: AsyncSession, actor: Actor, file_id: UUID, body: Any
) -> dict[str, Any]:
    """Hand off, remind, write down the answer, close. Raises NotFound, StaleVersion, TransitionNotAllowed,
    Invalid."""
    file = await locked(session, actor, file_id)
    _, data = _transition.take(actor, file, RESTRICTED_FLOW, body)
    action = RestrictedAction(body.action)
    begun: date | None = today()
    if action is RestrictedAction.HAND_OFF:
        begun = await _hand_off(session, file, body)
    elif action is RestrictedAction.RECORD_ANSWER:
        begun = await _answered(session, file, body)
    elif action is RestrictedAction.REMIND:
        # the organ owes its answer since the hand-off, however often it is asked
        (await _last(session, file)).reminded_on, begun = today(), None
    if begun is not None:
        await _start_clock(session, file, begun)
    note(
        session, file, RestrictedEvent.TRANSITIONED, actor.id,
        reason=getattr(body, "reason", ""), data=data,
    )  # fmt: skip
    await session.flush()
    return await _shown(session, actor, file)


async def recount(session: AsyncSession, current: time_rules.Clock) -> None:
    """Count anew what was 暂定, by the calendar as it is now; told in the file alone."""
    files = await session.scalars(
        select(_File)
        .where(_File.due_is_provisional, _File.due_on.is_not(None))
        .order_by(_File.id)
        .with_for_update()
    )
    for file in files:
        begun = await _begun(session, file)
        due = current.due_on(file.due_rule, begun, version=file.due_rule_version)
        if due.on == file.due_on and due.is_provisional:
            continue
        file.due_on, file.due_is_provisional = due.on, due.is_provisional
        file.version += 1
        note(session, file, RestrictedEvent.RECOUNTED, None)


async def _begun(session: AsyncSession, file: RestrictedFile) -> date:
    """The day on which the term that runs began."""
    if file.status is RestrictedStatus.OPENED:
        return file.opened_at.astimezone(TIMEZONE).date()
    last = await _last(session, file)
    return last.answered_on or last.handed_on


async def _start_clock(session: AsyncSession, file: RestrictedFile, begun: date) -> None:
    rule = CLOCKS.get(file.status)
    if rule is None:
        file.due_on, file.due_is_provisional, file.due_rule = None, False, ""
        return
    due = await time_rules.due_on(session, rule, begun)
    file.due_on, file.due_is_provisional = due.on, due.is_provisional
    file.due_rule, file.due_rule_version = due.rule_id, due.rule_version


def _past(day: date, field: str, since: date) -> date:
    if not since <= day <= today():
        message = "日期不能晚于今天" if day > today() else f"日期不能早于{since}"
        code = "in_future" if day > today() else "too_early"
        raise Invalid(message, errors=[FieldError(f"/{field}", code, message)])
    return day


async def _hand_off(session: AsyncSession, file: RestrictedFile, body: Any) -> date:
    opened = file.opened_at.astimezone(TIMEZONE).date()
    words = {name: getattr(body, name) for name in ("organ_name", "document_no", "receipt")}
    made = RestrictedHandOff(
        id=uuid7(),
        file_id=file.id,
        organ=body.organ,
        words_enc=_sealed(words),
        handed_on=_past(body.handed_on, "handed_on", opened),
    )
    session.add(made)
    return made.handed_on


async def _last(session: AsyncSession, file: RestrictedFile) -> RestrictedHandOff:
    return (
        await session.scalars(
            select(RestrictedHandOff)
            .where(RestrictedHandOff.file_id == file.id)
            .order_by(RestrictedHandOff.id.desc())
            .limit(1)
        )
    ).one()


async def _answered(session: AsyncSession, file: RestrictedFile, body: Any) -> date:
    last = await _last(session, file)
    last.answered_on = _past(body.answered_on, "answered_on", last.handed_on)
    last.answer_enc = _sealed(
        {"answer": body.answer, "answer_document_no": body.answer_document_no or ""}
    )
    return last.answered_on


# ------------------------------------------------------------------------------ the list


async def _may_manage(session: AsyncSession, actor: Actor, file: RestrictedFile) -> bool:
    """The owner; anybody of the list where the owner has left."""
    if file.owner_user_id == actor.id:
        return True
    return not await session.scalar(select(_holds(file.owner_user_id)))


async def _managed(
    session: AsyncSession, actor: Actor, file_id: UUID, version: int
) -> RestrictedFile:
    file = await locked(session, actor, file_id)
    if not await _may_manage(session, actor, file):
        raise not_owner()
    _transition.check_version(file, version)
    file.version += 1
    return file


async def candidates(session: AsyncSession, actor: Actor, file_id: UUID) -> dict[str, Any]:
    """Who could be named and is not yet. Raises NotFound."""
    file = await locked(session, actor, file_id)
    found: Any = await session.execute(_nameable(file).order_by(Unit.name, User.name))
    return {
        "items": [
            {"user": {"id": user_id, "name": name}, "post_name": post, "unit_name": unit}
            for user_id, name, post, unit in found
        ]
    }


def _nameable(file: RestrictedFile) -> Any:
    named = select(_Member.user_id).where(_Member.file_id == file.id)
    return (
        select(User.id, User.name, Post.name, Unit.name)
        .join(PostHolder, PostHolder.user_id == User.id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            PostHolder.until.is_(None),
            Post.is_active,
            Post.role.in_(MEMBER_ROLES),
            User.is_active,
            or_(
                Post.division_code == file.town_code[:_COUNTY],
                func.left(Post.division_code, _TOWN) == file.town_code,
            ),
            User.id.not_in(named),
        )
    )


async def add_member(
    session: AsyncSession, actor: Actor, file_id: UUID, body: MemberAdd
) -> dict[str, Any]:
    """Name another person. Raises NotFound, StaleVersion, Conflict (`not_file_owner`,
    `too_many_members`), Invalid."""
    file = await _managed(session, actor, file_id, body.version)
    nameable = (await session.execute(_nameable(file).where(User.id == body.user_id))).first()
    if nameable is None:
        message = "这个人不能列为知情人：不在可以知情的岗位上，或者已在名单上"
        raise Invalid(message, errors=[FieldError("/user_id", "not_nameable", message)])
    count = await session.scalar(
        select(func.count()).select_from(_Member).where(_Member.file_id == file.id)
    )
    if (count or 0) >= MAX_MEMBERS:
        raise Conflict(f"知情人最多 {MAX_MEMBERS} 名", code="too_many_members")
    session.add(RestrictedMember(file_id=file.id, user_id=body.user_id, since=now()))
    name = RestrictedEvent.MEMBER_ADDED
    return await _changed(session, actor, file, name, body.user_id, body.reason)


async def remove_member(
    session: AsyncSession, actor: Actor, file_id: UUID, user_id: UUID, body: MemberRemove
) -> dict[str, Any]:
    """Take somebody off the list. Raises NotFound, StaleVersion, Conflict (`not_file_owner`,
    `owner_stays`)."""
    file = await _managed(session, actor, file_id, body.version)
    if user_id == file.owner_user_id:
        raise Conflict("请先把名单交给另一名知情人维护，再移出", code="owner_stays")
    if await session.get(RestrictedMember, (file.id, user_id)) is None:
        raise NotFound
    await session.execute(
        delete(_Member).where(_Member.file_id == file.id, _Member.user_id == user_id)
    )
    name = RestrictedEvent.MEMBER_REMOVED
    return await _changed(session, actor, file, name, user_id, body.reason)


async def change_owner(
    session: AsyncSession, actor: Actor, file_id: UUID, body: OwnerChange
) -> dict[str, Any]:
    """Let another member keep the list. Raises NotFound, StaleVersion, Conflict, Invalid."""
    file = await _managed(session, actor, file_id, body.version)
    member = await session.get(RestrictedMember, (file.id, body.user_id))
    if member is None or not await session.scalar(select(_holds(body.user_id))):
        message = "只能交给在岗的知情人"
        raise Invalid(message, errors=[FieldError("/user_id", "not_a_member", message)])
    file.owner_user_id = body.user_id
    name = RestrictedEvent.OWNER_CHANGED
    return await _changed(session, actor, file, name, body.user_id, body.reason)


async def _changed(
    session: AsyncSession,
    actor: Actor,
    file: RestrictedFile,
    name: RestrictedEvent,
    about: UUID,
    reason: str,
) -> dict[str, Any]:
    await session.flush()
    note(session, file, name, actor.id, about=about, reason=reason)
    await session.flush()
    return await _shown(session, actor, file)
