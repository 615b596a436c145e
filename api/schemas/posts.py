"""Posts and who holds them on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import CODE_PATTERN
from api.schemas.changes import Changes, Version
from api.schemas.common import (
    AvailableAction,
    DivisionCode,
    Label,
    Named,
    OptionalProse,
    Shown,
    Wire,
)
from api.schemas.days import PastDay

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]


class PostQuery(PageQuery):
    """Filters of the post list."""

    unit_id: UUID | None = None
    role: Annotated[list[Role], Field(max_length=20)] | None = None
    vacant: bool | None = Field(None, description="是否空缺")
    include_inactive: bool = False


class PostShown(Shown):
    """A post and its present holder."""

    id: UUID
    code: str
    name: str
    role: Role
    unit: Named
    division_code: str
    is_liaison: bool
    is_head: bool
    is_active: bool
    holder: Named | None
    since: date | None
    version: int


class PostRead(PostShown):
    """One post."""

    available_actions: list[AvailableAction]


class PostCreate(Wire):
    """A new post. Its role stays: other rights are another post."""

    code: Code | None = Field(None, title="岗位代码", description="不填则由系统按职责和区划编一个")
    name: Label = Field(title="岗位名称")
    role: Role = Field(title="职责")
    unit_id: UUID = Field(title="单位")
    division_code: DivisionCode | None = Field(
        None, title="所在网格", description="网格员填所在网格；其余不填"
    )
    is_head: bool = Field(
        default=False,
        title="单位负责人",
        description="负责人看本单位谁在办什么，可以指定经办人；逾期先告知负责人。没有负责人的，本单位人员都可以",
    )


class PostUpdate(Changes, of=PostCreate, own={"is_active"}):
    """What may change of a post."""

    name: Label | None = None
    is_active: bool | None = Field(None, title="在用")
    is_head: bool | None = None


class HolderCreate(Wire):
    """A hand-over: the present holder leaves, `user_id` takes over (empty: the post is vacant)."""

    version: Version
    user_id: UUID | None = Field(title="接任人")
    since: PastDay | None = Field(None, description="接任日期；不填为今天，不能晚于今天")
    note: OptionalProse = Field("", description="交接说明")


class HolderShown(Shown):
    """Who held a post from when to when."""

    id: UUID
    user: Named
    since: date
    until: date | None
    handover_note: str


class Holders(Shown):
    """The history, present holder first."""

    items: list[HolderShown]
