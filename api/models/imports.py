"""Imported files, their staged rows (encrypted), and which rows came in before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base
from api.domain.imports.imports import ImportMode, ImportStatus, RowDecision, RowState
from api.domain.imports.ledgers import LedgerKind
from api.models.base import DivisionCode, Recorded, Versioned, waiting


class Import(Recorded, Versioned, Base):
    """One uploaded ledger."""

    __tablename__ = "imports"
    __table_args__ = (
        Index(None, "town_code", "id"),
        Index(None, "owner_unit_id", "id"),
        waiting("imports", "owner_unit_id", ImportStatus.NEEDS_MAPPING, ImportStatus.PREVIEW),
    )

    kind: Mapped[LedgerKind]
    status: Mapped[ImportStatus]
    #: A name of ours: a file's own name may say of whom it tells.
    filename: Mapped[str]
    #: The file's own name, for whoever sent it, until the import is brought in or dropped.
    own_name_enc: Mapped[bytes | None]
    #: Who sent the file: until then nobody else sees what is in it.
    uploaded_by_id: Mapped[UUID | None]
    size: Mapped[int]
    file_sha256: Mapped[str]
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    #: The case that a register of victims belongs to; other ledgers belong to none.
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_good: Mapped[int] = mapped_column(default=0)
    rows_faulty: Mapped[int] = mapped_column(default=0)
    rows_known: Mapped[int] = mapped_column(default=0)
    rows_edited: Mapped[int] = mapped_column(default=0)
    rows_repeated: Mapped[int] = mapped_column(default=0)
    rows_warned: Mapped[int] = mapped_column(default=0)
    rows_committed: Mapped[int] = mapped_column(default=0)
    mode: Mapped[ImportMode | None]
    failure_code: Mapped[str] = mapped_column(default="")
    failure_message: Mapped[str] = mapped_column(default="")
    #: Sheets, remarks and fault counts: headings and notes may quote what stood in the file.
    preview_enc: Mapped[bytes | None]
    #: How a person corrected the reading; nothing of what stands in the file.
    correction: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    #: Whether kept templates are looked for.
    uses_templates: Mapped[bool] = mapped_column(default=True)
    finished_at: Mapped[datetime | None]


class ImportFile(Base):
    """The file itself, encrypted; dropped when the import is cancelled or old."""

    __tablename__ = "import_files"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    content_enc: Mapped[bytes]


class ImportRow(Base):
    """One staged row: what it is to us in the open, what it says encrypted."""

    __tablename__ = "import_rows"
    __table_args__ = (Index(None, "import_id", "state", "position"),)

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    sheet: Mapped[int]
    row_number: Mapped[int]
    state: Mapped[RowState]
    #: Keyed hash of the normalised cells, and the how-manieth such row of its sheet.
    identity: Mapped[bytes]
    occurrence: Mapped[int]
    #: Keyed hashes of parts of the row, of which an edit of one cell leaves some whole.
    anchors: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    payload_enc: Mapped[bytes]
    record_id: Mapped[UUID | None]
    #: What a person decided about an edited row.
    decision: Mapped[RowDecision | None]


class ImportTemplate(Recorded, Versioned, Base):
    """How tables of one heading are read in a town, as somebody once corrected it."""

    __tablename__ = "import_templates"
    __table_args__ = (UniqueConstraint("town_code", "kind", "shape"),)

    town_code: Mapped[str] = mapped_column(DivisionCode)
    kind: Mapped[LedgerKind]
    name: Mapped[str]
    #: Keyed hash of the normalised heading, column by column.
    shape: Mapped[bytes]
    #: The headings as they were written, masked.
    headings: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: Columns and units by their place, and over how many lines the heading goes.
    reading: Mapped[dict[str, Any]] = mapped_column(JSONB)
    used: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]


class ImportIdentity(Base):
    """A row that came in: the same row never comes in twice."""

    __tablename__ = "import_identities"
    __table_args__ = (
        Index("ix_import_identities_anchors", "anchors", postgresql_using="gin"),
        Index(None, "import_id"),
    )

    town_code: Mapped[str] = mapped_column(DivisionCode, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    identity: Mapped[bytes] = mapped_column(primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True)
    anchors: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id"))
    record_id: Mapped[UUID]
