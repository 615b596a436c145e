"""Timelines, the feed and the audit on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Role
from api.schemas.common import (
    Shown,
)
from api.schemas.days import Moment


class TimelineDetail(Shown):
    """One thing that an entry says beside its sentence, in the words of the form."""

    label: str
    value: str


class TimelineEntry(Shown):
    """One thing that was done to a record."""

    id: str
    at: datetime = Field(description="同 recorded_at")
    happened_at: datetime
    recorded_at: datetime
    name: str
    label: str = Field(description="一句话说明，例如“交办：已登记 → 已交办”")
    actor_name: str
    unit_name: str | None
    details: list[TimelineDetail] = Field(
        description="交给谁、到什么时候、为什么；同一人同一天连续记账的合为一条，逐个去向列明笔数和金额"
    )
    data: dict[str, Any]


class FeedQuery(BaseModel):
    """Where a reader of the feed stands."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    cursor: str | None = Field(
        None, max_length=1000, title="游标", description="上一次返回的 next_cursor"
    )
    limit: int = Field(100, ge=1, le=200, description="每页条数，最多 200")


class FeedData(Shown):
    """What the event says for a person, and in codes."""

    label: str
    actor_name: str
    unit_name: str | None
    details: dict[str, Any]


class CloudEvent(Shown):
    """CloudEvents 1.0."""

    specversion: Literal["1.0"]
    id: str
    source: str = Field(description="记录所在的资源路径")
    type: str
    subject: UUID = Field(description="记录 id")
    time: datetime
    datacontenttype: Literal["application/json"]
    data: FeedData


class Feed(Shown):
    """A page of the feed. It may be empty and still have a next cursor: go on with that."""

    items: list[CloudEvent]
    next_cursor: str = Field(description="下次请求的游标；没有新事件时不变")
    has_more: bool = Field(description="是否立即还有后续")
    epoch: int = Field(description="纪元；从备份恢复后增加，旧游标作废")


class AuditQuery(PageQuery):
    """Filters of the audit."""

    name: Annotated[list[EventName], Field(max_length=50)] | None = None
    actor_id: UUID | None = None
    actor_name: Annotated[str, StringConstraints(max_length=50)] | None = None
    role: Role | None = None
    result: Literal["ok", "refused"] | None = None
    subject_id: UUID | None = Field(None, title="记录")
    address: Annotated[str, StringConstraints(max_length=60)] | None = None
    request_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    since: Moment | None = Field(None, description="起始时间（含）")
    until: Moment | None = Field(None, description="截止时间（不含）")


class AuditEntry(Shown):
    """Who did what when from where, without what the record says."""

    id: str
    at: datetime
    name: str
    label: str
    result: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    role: str
    unit_name: str | None
    subject_type: str
    subject_id: UUID | None
    address: str
    request_id: str
    data: dict[str, Any]
