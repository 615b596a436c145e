"""Attachments of every noun: one service, told by a `Subject` whose records it serves."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.database.db import database
from api.core.events import events
from api.core.files import files
from api.core.files.file_types import FileType, sniff
from api.core.listing.pagination import Listing, check_columns
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, DomainError, Forbidden, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.nouns import PATHS
from api.domain.kit.permissions import Permission as P
from api.domain.kit.permissions import RowScope, follows_only
from api.domain.words.files import extension, safe_name
from api.models.attachments import Attachment
from api.models.cases import Case
from api.models.inspections import Inspection
from api.models.leads import Lead
from api.models.property_items import PropertyItem
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.models.units import Post, Unit
from api.schemas.attachments import AttachmentRead
from api.services.across.declared_nouns import DECLARED
from api.services.cases import cases
from api.services.entities import inspections, rectifications, risk_entities
from api.services.kit import protect
from api.services.leads import leads, unnamed
from api.services.recovery import property_items

#: Enough for any file; a list of them stays one page.
MAX_PER_RECORD = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """A noun whose records take attachments, and who may add one.

    `handle`: in the unit that owns the record; `manage`: anywhere in sight (the office's permission);
    `create`: on a record that one's own post recorded. None: not at all.
    """

    resource: str
    listing: Listing
    model: Any
    read: P
    handle: P
    manage: P | None = None
    create: P | None = None

    @property
    def noun(self) -> str:
        """The path segment: `risk_entity` → `risk-entities`."""
        return PATHS[self.resource]


#: Every noun with attachments; routers/attachments.py makes its two routes from its line here.
SUBJECTS: dict[str, Subject] = {
    each.resource: each
    for each in (
        Subject(leads.RESOURCE, leads.LISTING, Lead, P.LEAD_READ, P.LEAD_HANDLE, P.LEAD_ASSIGN, P.LEAD_CREATE),
        Subject(cases.RESOURCE, cases.LISTING, Case, P.CASE_READ, P.CASE_HANDLE, None, P.CASE_CREATE),
        Subject(
            property_items.RESOURCE, property_items.LISTING, PropertyItem,
            P.PROPERTY_READ, P.PROPERTY_HANDLE,
        ),
        Subject(
            risk_entities.RESOURCE, risk_entities.LISTING, RiskEntity,
            P.RISK_ENTITY_READ, P.RISK_ENTITY_HANDLE, P.LEAD_ASSIGN, P.RISK_ENTITY_CREATE,
        ),
        Subject(
            inspections.RESOURCE, inspections.LISTING, Inspection,
            P.INSPECTION_READ, P.INSPECTION_HANDLE, P.LEAD_ASSIGN,
        ),
        Subject(
            rectifications.RESOURCE, rectifications.LISTING, Rectification,
            P.INSPECTION_READ, P.INSPECTION_HANDLE, P.LEAD_ASSIGN,
        ),
        *(
            Subject(one.resource, one.LISTING, one.model, one.reads, one.handles, P.LEAD_ASSIGN)
            for one in DECLARED
        ),
    )
}  # fmt: skip

_READ: dict[str, Any] = {
    "id": Attachment.id,
    "name": Attachment.name,
    "media_type": Attachment.media_type,
    "size": Attachment.size,
    "sha256": Attachment.sha256,
    "note": Attachment.note,
    "uploaded_at": Attachment.uploaded_at,
    "uploaded_by": Attachment.uploaded_by_name,
    #: None of what a reporter sent with a receipt.
    "uploaded_by_unit": case(
        (Unit.id.is_not(None), func.json_build_object("id", Unit.id, "name", Unit.name))
    ),
}
check_columns(AttachmentRead, _READ)


def _rows() -> Select[Any]:
    return (
        select(func.json_build_object(*[part for pair in _READ.items() for part in pair]))
        .outerjoin(Post, Post.id == Attachment.uploaded_by_post_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
    )


def _shared(actor: Actor, subject: Subject) -> ColumnElement[bool]:
    """The attachments that this actor is shown: of a record that is only followed, the own ones;
    what a reporter sent, like what a reporter wrote, to those who handle the record."""
    if subject.resource == leads.RESOURCE:
        apart = select(Lead.id).where(visibility.only_reported(actor))
        return or_(_own(actor), and_(Attachment.subject_id.not_in(apart), _by_role(actor, subject)))
    return _by_role(actor, subject)


def _by_role(actor: Actor, subject: Subject) -> ColumnElement[bool]:
    if not follows_only(actor.role, subject.handle):
        if subject.manage is not None and actor.may(subject.manage):
            return true()
        by_staff = Attachment.uploaded_by_post_id.is_not(None)
        if not actor.may(subject.handle):
            return by_staff
        owned = select(subject.model.id).where(subject.model.owner_unit_id == actor.unit_id)
        return or_(by_staff, Attachment.subject_id.in_(owned))
    return _own(actor)


def _own(actor: Actor) -> ColumnElement[bool]:
    """Uploaded by the actor's own unit, or post where the role sees nothing else."""
    if actor.scope is RowScope.POST:
        return Attachment.uploaded_by_post_id == actor.post_id
    own = select(Post.id).where(Post.unit_id == actor.unit_id)
    return Attachment.uploaded_by_post_id.in_(own)


async def _record(session: AsyncSession, actor: Actor, subject: Subject, record_id: UUID) -> Any:
    found = await session.scalar(
        select(subject.model).where(subject.model.id == record_id, subject.listing.visible(actor))
    )
    if found is None:
        raise NotFound
    return found


def _may_attach(actor: Actor, subject: Subject, record: Any) -> bool:
    if subject.manage is not None and actor.may(subject.manage):
        return True
    if actor.may(subject.handle) and record.owner_unit_id == actor.unit_id:
        return True
    own = record.created_by_post_id == actor.post_id
    return own and subject.create is not None and actor.may(subject.create)


async def page(
    session: AsyncSession, actor: Actor, subject: Subject, record_id: UUID
) -> dict[str, Any]:
    """Every attachment of a visible record, oldest first. Raises NotFound."""
    await _record(session, actor, subject, record_id)
    rows = list(
        await session.scalars(
            _rows()
            .where(
                Attachment.subject_type == subject.resource,
                Attachment.subject_id == record_id,
                _shared(actor, subject),
            )
            .order_by(Attachment.id)
        )
    )
    return {
        "items": rows,
        "next_cursor": None,
        "prev_cursor": None,
        "total": len(rows),
        "total_is_exact": True,
        "sums": None,
        "notice": None,
    }


async def allow(session: AsyncSession, actor: Actor, subject: Subject, record_id: UUID) -> None:
    """Refuse before a file is stored. Raises NotFound, Forbidden, Conflict."""
    record = await _record(session, actor, subject, record_id)
    if not _may_attach(actor, subject, record):
        raise Forbidden("只有承办单位、镇专项办或登记岗位可以上传附件", code="not_own_unit")
    count = await session.scalar(
        select(func.count()).where(
            Attachment.subject_type == subject.resource, Attachment.subject_id == record_id
        )
    )
    if (count or 0) >= MAX_PER_RECORD:
        raise Conflict(f"一条记录最多 {MAX_PER_RECORD} 个附件", code="too_many_attachments")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    note: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that lies in the store, and belongs to no record yet."""

    name: str
    note: str
    kind: FileType
    kept: files.Kept


def _examined(upload: Upload) -> tuple[files.Measured, FileType]:
    measured = files.measure(upload.content)
    return measured, sniff(upload.content, extension(upload.name))


async def take(upload: Upload) -> Taken:
    """Put a file into the store, with no transaction open.

    Raises Invalid for an empty file, PayloadTooLarge, UnsupportedMedia for one that is not taken.
    """
    measured, kind = await asyncio.to_thread(_examined, upload)
    name = safe_name(upload.name, kind.extension, kind.fits)
    return Taken(name, upload.note, kind, await files.keep(upload.content, measured))


async def may_add(actor: Actor, subject: Subject, record_id: UUID) -> bool:
    """Whether `allow` would let the actor, asked before a file is taken."""
    async with database().glance() as session:
        try:
            await allow(session, actor, subject, record_id)
        except DomainError:  # told within the request's own transaction, once a repetition is known
            return False
    return True


async def add(
    session: AsyncSession, actor: Actor, subject: Subject, record_id: UUID, taken: Taken
) -> dict[str, Any]:
    """Attach a file; call `allow` first."""
    stored = await files.save(session, taken.kept)
    name, note = taken.name, taken.note
    if subject.resource == "lead":
        name, note = await unnamed.without(session, [record_id], name, note)
    made = Attachment(
        subject_type=subject.resource,
        subject_id=record_id,
        name=name,
        media_type=taken.kind.media_type,
        size=stored.size,
        sha256=stored.sha256,
        note=protect.told(note),
        uploaded_by_post_id=actor.post_id,
        uploaded_by_name=actor.name,
    )
    session.add(made)
    await session.flush()
    await events.record(
        session, actor, EventName.ATTACHED, subject.resource, record_id, _told(made)
    )
    return cast("dict[str, Any]", await session.scalar(_rows().where(Attachment.id == made.id)))


def _told(attachment: Attachment) -> dict[str, Any]:
    return {
        "attachment_id": str(attachment.id),
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }


async def content(
    session: AsyncSession, actor: Actor, attachment_id: UUID
) -> tuple[Attachment, AsyncIterator[bytes]]:
    """An attachment of a visible record and its plain content. Raises NotFound."""
    found = await session.get(Attachment, attachment_id)
    subject = SUBJECTS.get(found.subject_type) if found else None
    if found is None or subject is None or not actor.may(subject.read):
        raise NotFound
    await _record(session, actor, subject, found.subject_id)
    shared = select(Attachment.id).where(Attachment.id == attachment_id, _shared(actor, subject))
    if await session.scalar(shared) is None:
        raise NotFound
    stored = await session.get_one(files.StoredFile, found.sha256)
    await session.close()  # the store may take its time: no connection waits for it
    opened = await files.opened(stored)
    await events.record(
        session, actor, EventName.DOWNLOADED, subject.resource, found.subject_id, _told(found)
    )
    return found, opened
