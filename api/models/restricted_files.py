"""Restricted files: hints, hand-offs, the list of those who may know, and what they did.

Events stand here and not in `events`: what is there is read by others, and its numbers would show
gaps. No table of these has a number that counts.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.core.files.files import StoredFile
from api.domain.restricted.restricted_files import (
    Addressee,
    HandOffOrgan,
    HintKind,
    RestrictedEvent,
    RestrictedStatus,
)
from api.models.base import DivisionCode, Versioned


class RestrictedFile(Versioned, Base):
    """One file of one lead; a later hint after it was closed opens another one."""

    __tablename__ = "restricted_files"
    __table_args__ = (
        Index(
            "uq_restricted_files_open",
            "lead_id",
            "addressee",
            unique=True,
            postgresql_where=text("status <> 'closed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    addressee: Mapped[Addressee]
    status: Mapped[RestrictedStatus]
    #: Who keeps the list.
    owner_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    due_on: Mapped[date | None]
    due_is_provisional: Mapped[bool] = mapped_column(default=False)
    due_rule: Mapped[str] = mapped_column(default="")
    due_rule_version: Mapped[int] = mapped_column(default=0)


class RestrictedHint(Base):
    """What somebody reported; the text is encrypted whole."""

    __tablename__ = "restricted_hints"
    __table_args__ = (Index(None, "file_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("restricted_files.id"))
    kind: Mapped[HintKind]
    text_enc: Mapped[bytes]
    raised_at: Mapped[datetime] = mapped_column(default=now)
    raised_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    raised_by_post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))


class RestrictedHandOff(Base):
    """One hand-off to the organ in charge, and its answer; words are encrypted together."""

    __tablename__ = "restricted_hand_offs"
    __table_args__ = (Index(None, "file_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("restricted_files.id"))
    organ: Mapped[HandOffOrgan]
    words_enc: Mapped[bytes]
    handed_on: Mapped[date]
    #: When the organ was last asked for its answer.
    reminded_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    answer_enc: Mapped[bytes | None]


class RestrictedAttachment(Base):
    """A paper of a file: apart from other records' attachments, which more people read of. Written
    once; its name and note are encrypted whole."""

    __tablename__ = "restricted_attachments"
    __table_args__ = (Index(None, "file_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("restricted_files.id"))
    name_enc: Mapped[bytes]
    note_enc: Mapped[bytes]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey(StoredFile.sha256))
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    uploaded_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    uploaded_by_post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))


class RestrictedMember(Base):
    """Somebody who may know. Who was removed stands in the file's events."""

    __tablename__ = "restricted_members"
    __table_args__ = (Index(None, "user_id"),)

    file_id: Mapped[UUID] = mapped_column(ForeignKey("restricted_files.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)


class RestrictedFileEvent(Base):
    """What was done with a file, by whom; shown to those on its list alone."""

    __tablename__ = "restricted_file_events"
    __table_args__ = (Index(None, "file_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("restricted_files.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    name: Mapped[RestrictedEvent]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    #: Whom it is about, where it is about somebody.
    about_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reason_enc: Mapped[bytes | None]
    data: Mapped[dict[str, Any]]
