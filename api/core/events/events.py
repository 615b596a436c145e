"""One append-only table that is audit, timeline, outbox and feed.

Written in the transaction of the change. The app role may insert and read, never change or delete.
The feed's cursor is `(xid, id)` below the oldest running transaction: a plain increasing id loses
the events of transactions that commit late (docs/adr/0002-events.md).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Identity, Index, Text, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType
from structlog.contextvars import get_contextvars

from api.core.base import rows
from api.core.base.clock import now
from api.core.database.db import Base, database
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name in DDL."""
        return "xid8"


class Event(Base):
    """Who did what to which record when, from where, and whether it was refused."""

    __tablename__ = "events"
    __table_args__ = (
        Index(None, "xid", "id"),
        Index(None, "subject_id", "id"),
        Index(None, "actor_id", "id"),
        # Rows lie in the order of time, so block ranges find a span of it.
        Index(None, "at", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    xid: Mapped[int] = mapped_column(
        Xid8, server_default=text("pg_current_xact_id()"), server_onupdate=FetchedValue()
    )
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(Text)
    subject_type: Mapped[str]
    subject_id: Mapped[UUID | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    post_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    role: Mapped[str]
    result: Mapped[str]
    request_id: Mapped[str]
    address: Mapped[str]
    #: Chosen field by field at each call; never a dump of arguments, never personal data.
    data: Mapped[dict[str, Any]]


def row(
    actor: Actor | None,
    name: EventName,
    subject_type: str,
    subject_id: UUID | None,
    data: dict[str, Any] | None = None,
    *,
    result: str = "ok",
) -> dict[str, Any]:
    """The values of one event, for those who insert many at once."""
    context = get_contextvars()
    return {
        "at": now(),
        "name": name.value,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "actor_kind": actor.kind if actor else "system",
        "actor_id": actor.id if actor else None,
        "actor_name": actor.name if actor else "系统",
        "post_id": actor.post_id if actor else None,
        "unit_id": actor.unit_id if actor else None,
        "role": actor.role.value if actor else "",
        "result": result,
        "request_id": context.get("request_id", ""),
        "address": context.get("address", ""),
        "data": data or {},
    }


async def record(
    session: AsyncSession,
    actor: Actor | None,
    name: EventName,
    subject_type: str,
    subject_id: UUID | None,
    data: dict[str, Any] | None = None,
    *,
    result: str = "ok",
) -> None:
    """Append an event to the transaction of the change that it tells of."""
    made = row(actor, name, subject_type, subject_id, data, result=result)
    await rows.insert(session, Event, [made])


async def record_apart(
    actor: Actor | None,
    name: EventName,
    subject_type: str,
    subject_id: UUID | None,
    data: dict[str, Any] | None = None,
    *,
    result: str = "refused",
) -> None:
    """Append an event in a transaction of its own: a refusal outlives the rollback it causes."""
    async with database().apart() as session, session.begin():
        await record(session, actor, name, subject_type, subject_id, data, result=result)
