"""People, the posts they hold and held, and API clients."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.models.base import Versioned


class User(Versioned, Base):
    """A person who logs in."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone_enc: Mapped[bytes | None]
    phone_mask: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    totp_secret_enc: Mapped[bytes | None]
    totp_confirmed_at: Mapped[datetime | None]
    #: The last time step that was accepted: a code works once.
    totp_last_step: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    last_login_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OldPassword(Base):
    """A password that a person had: it does not come back soon (GB/T 22239 AU-1)."""

    __tablename__ = "old_passwords"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    replaced_at: Mapped[datetime] = mapped_column(primary_key=True)
    password_hash: Mapped[str]


class PostHolder(Base):
    """Who held a post from when to when: hand-over keeps its history (capability O5)."""

    __tablename__ = "post_holders"
    __table_args__ = (
        Index(
            "uq_post_holders_current",
            "post_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index(None, "user_id"),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    handover_note: Mapped[str] = mapped_column(default="")


class ApiClient(Versioned, Base):
    """Another system, which logs in by client credentials and acts in one post."""

    __tablename__ = "api_clients"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    client_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    secret_hash: Mapped[str]
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
