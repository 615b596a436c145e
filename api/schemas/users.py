"""People on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.kit.permissions import Role
from api.schemas.changes import Changes
from api.schemas.checked import OwnPhone
from api.schemas.common import Asked, AvailableAction, Label, Shown, Wire, printable
from api.schemas.posts import Code


class UserQuery(PageQuery):
    """Filters of the list of people."""

    q: Asked | None = Field(None, description="姓名（可用拼音或首字母）或登录名")
    is_active: bool | None = None


class UserPost(Shown):
    """A post that a person holds."""

    post_id: UUID
    name: str
    role: Role
    unit_name: str
    since: date


class LeftPost(UserPost):
    """A post that a person left, and whether somebody has it now."""

    until: date
    is_vacant: bool = Field(description="现在没有人")


class UserShown(Shown):
    """A person who logs in."""

    id: UUID
    username: str
    name: str
    phone_mask: str
    is_active: bool
    must_change_password: bool
    has_totp: bool
    last_login_at: datetime | None
    posts: list[UserPost]
    version: int


class UserRead(UserShown):
    """One person."""

    locked_until: datetime | None
    left_posts: list[LeftPost] = Field(
        description="现在没有岗位的，最后离开的岗位：重新启用不会恢复岗位，要另行交接"
    )
    available_actions: list[AvailableAction]


class UserCreate(Wire):
    """A new person; posts are handed over afterwards."""

    username: Code
    name: Label = Field(title="姓名")
    phone: OwnPhone = Field("", title="电话")


class UserUpdate(Changes, of=UserCreate, clears={"phone"}, own={"is_active", "successor_id"}):
    """What may change of a person; what is left out stays."""

    name: Label | None = None
    phone: OwnPhone | None = None
    is_active: bool | None = Field(None, title="在用")
    successor_id: UUID | None = Field(
        None, title="接任人", description="停用时填：全部岗位由其接任；不填则岗位空出"
    )


class UserCreated(UserRead):
    """A new person with the password for the first login."""

    temporary_password: str | None = Field(description="临时密码，只显示这一次；首次登录须修改")


class Securing(Wire):
    """An act of the security administrator, with the reason that goes into the audit."""

    reason: Annotated[
        str, StringConstraints(min_length=4, max_length=500), AfterValidator(printable)
    ]


class PasswordReset(Shown):
    """A password for the next login."""

    temporary_password: str | None = Field(description="临时密码，只显示这一次；登录后须修改")
