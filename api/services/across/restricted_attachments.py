"""Papers of restricted files, for the people on a file's list.

Apart from the attachments of other records: of those the timelines tell, the audit and the feed;
of these only the file's own history (ADR 0022). Names and notes are encrypted whole.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import written
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database.db import database
from api.core.files import files
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, DomainError, NotFound
from api.domain.restricted.restricted_files import (
    MAX_ATTACHMENTS,
    RestrictedEvent,
    RestrictedStatus,
)
from api.models.restricted_files import RestrictedAttachment
from api.models.units import Post, Unit
from api.models.users import User
from api.services.across.attachments import Taken
from api.services.restricted import restricted_files

_Paper = RestrictedAttachment


@dataclass(frozen=True, slots=True)
class Opened:
    """A paper that is handed out."""

    name: str
    media_type: str
    size: int
    content: AsyncIterator[bytes]


def _rows(file_id: UUID) -> Any:
    return (
        select(_Paper, User.name, Unit.id.label("unit_id"), Unit.name.label("unit_name"))
        .join(User, User.id == _Paper.uploaded_by_user_id)
        .join(Post, Post.id == _Paper.uploaded_by_post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(_Paper.file_id == file_id)
        .order_by(_Paper.id)
    )


def _shown(row: Any) -> dict[str, Any]:
    paper, keys = row.RestrictedAttachment, keyring()
    return {
        "id": paper.id,
        "name": keys.decrypt(paper.name_enc),
        "media_type": paper.media_type,
        "size": paper.size,
        "sha256": paper.sha256,
        "note": keys.decrypt(paper.note_enc),
        "uploaded_at": written(paper.uploaded_at),
        "uploaded_by": row.name,
        "uploaded_by_unit": {"id": row.unit_id, "name": row.unit_name},
    }


async def page(session: AsyncSession, actor: Actor, file_id: UUID) -> dict[str, Any]:
    """Every paper of a file, oldest first. Raises NotFound."""
    file = await restricted_files.locked(session, actor, file_id)
    rows: Any = await session.execute(_rows(file.id))
    items = [_shown(row) for row in rows]
    return {
        "items": items,
        "next_cursor": None,
        "prev_cursor": None,
        "total": len(items),
        "total_is_exact": True,
        "sums": None,
        "notice": None,
    }


async def allow(session: AsyncSession, actor: Actor, file_id: UUID) -> None:
    """Refuse before a file is stored. Raises NotFound, Conflict (`closed`, `too_many_attachments`):
    no refused access, which is written where others read it."""
    file = await restricted_files.locked(session, actor, file_id)
    if file.status is RestrictedStatus.CLOSED:
        raise Conflict("专档已办结，不能再上传附件", code="closed")
    count = await session.scalar(
        select(func.count()).select_from(_Paper).where(_Paper.file_id == file.id)
    )
    if (count or 0) >= MAX_ATTACHMENTS:
        raise Conflict(f"一份专档最多 {MAX_ATTACHMENTS} 个附件", code="too_many_attachments")


async def may_add(actor: Actor, file_id: UUID) -> bool:
    """Whether `allow` would let the actor, asked before a paper is taken."""
    async with database().glance() as session:
        try:
            await allow(session, actor, file_id)
        except DomainError:  # told within the request's own transaction
            return False
    return True


async def add(session: AsyncSession, actor: Actor, file_id: UUID, taken: Taken) -> dict[str, Any]:
    """Put a paper into a file; call `allow` first."""
    file = await restricted_files.locked(session, actor, file_id)
    stored = await files.save(session, taken.kept)
    keys = keyring()
    made = _Paper(
        id=uuid7(),
        file_id=file.id,
        name_enc=keys.encrypt(taken.name),
        note_enc=keys.encrypt(taken.note),
        media_type=taken.kind.media_type,
        size=stored.size,
        sha256=stored.sha256,
        uploaded_by_user_id=actor.id,
        uploaded_by_post_id=actor.post_id,
    )
    session.add(made)
    await session.flush()
    restricted_files.note(session, file, RestrictedEvent.ATTACHED, actor.id)
    await session.flush()
    return _shown((await session.execute(_rows(file.id).where(_Paper.id == made.id))).one())


async def content(session: AsyncSession, actor: Actor, file_id: UUID, paper_id: UUID) -> Opened:
    """One paper and its plain content; that it was fetched is written down in the file. Raises
    NotFound."""
    file = await restricted_files.locked(session, actor, file_id)
    found = await session.scalar(
        select(_Paper).where(_Paper.id == paper_id, _Paper.file_id == file.id)
    )
    if found is None:
        raise NotFound
    stored = await session.get_one(files.StoredFile, found.sha256)
    await session.close()  # the store may take its time: no connection waits for it
    opened = await files.opened(stored)
    file = await restricted_files.locked(session, actor, file_id)
    restricted_files.note(session, file, RestrictedEvent.DOWNLOADED, actor.id)
    await session.flush()
    name = keyring().decrypt(found.name_enc)
    return Opened(name, found.media_type, found.size, opened)
