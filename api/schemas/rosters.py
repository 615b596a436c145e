"""A pasted list of units, posts and people on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from api.domain.kit.permissions import Role
from api.schemas.common import Shown, Wire, printable


class RosterCreate(Wire):
    """The list as it was copied: one a line, cells apart by tabs, commas or blanks."""

    # an empty first cell is a tab that must stay
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False, defer_build=True)

    text: Annotated[
        str, StringConstraints(min_length=1, max_length=50_000), AfterValidator(printable)
    ] = Field(title="名单")


class RosterFault(Shown):
    """What is wrong in a line."""

    line: int = Field(description="第几行")
    label: str = Field(description="栏目名称；整行有误的没有")
    code: str
    message: str


class RosterLine(Shown):
    """What a line will do."""

    line: int = Field(description="第几行")
    unit: str
    unit_is_new: bool = Field(description="是否新建单位")
    kind_label: str
    division_name: str
    post: str
    post_is_new: bool = Field(description="是否新建岗位")
    role: Role | None
    name: str = Field(description="姓名")
    phone_mask: str
    username: str
    user_is_new: bool = Field(description="是否新建人员")


class RosterCounts(Shown):
    """How many will be new."""

    units: int = Field(description="新建单位数")
    posts: int = Field(description="新建岗位数")
    users: int = Field(description="新建人员数")
    holders: int = Field(description="任职数")


class RosterPreview(Shown):
    """What the list would do, or all that is wrong with it; nothing is done."""

    lines: list[RosterLine] = Field(description="每一行将怎样处理")
    faults: list[RosterFault] = Field(description="有误之处；有一处就不能导入")
    counts: RosterCounts = Field(description="合计")


class RosterPassword(Shown):
    """The password for somebody's first login."""

    user_id: UUID
    name: str
    username: str
    unit: str
    temporary_password: str = Field(description="临时密码；首次登录须修改")


class RosterDone(Shown):
    """What was set up; the passwords are shown this once."""

    counts: RosterCounts = Field(description="合计")
    passwords: list[RosterPassword] | None = Field(description="新建人员的临时密码，只显示这一次")
