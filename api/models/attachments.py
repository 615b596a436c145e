"""Files attached to records: papers, photos, recordings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.core.files.files import StoredFile


class Attachment(Base):
    """One file under one record; written once. Name and note hold masks, never identifiers."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "subject_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    #: The resource; what it points to stands in many tables, so there is no foreign key.
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey(StoredFile.sha256))
    note: Mapped[str] = mapped_column(default="")
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    #: None: by a reporter, with a receipt.
    uploaded_by_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))
    uploaded_by_name: Mapped[str]
