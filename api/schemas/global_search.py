"""Shapes of the search over all nouns."""

from pydantic import BaseModel, ConfigDict, Field

from api.domain.across.global_search import FoundNoun
from api.schemas.common import Asked, Shown


class FoundQuery(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    q: Asked = Field(min_length=1, description="编号、名称（可用拼音或首字母）、全文，或完整的号码")


class FoundRecord(Shown):
    """A record as a line: enough to be told from others."""

    id: str
    number: str = Field(description="编号；单位没有编号，人员为登录名")
    name: str = Field(description="名称；没有名称的为空")
    status: str = Field(description="状态，已写成中文")


class FoundGroup(Shown):
    """What was found of one noun."""

    noun: FoundNoun = Field(description="种类")
    items: list[FoundRecord]
    more: bool = Field(description="还有没有列出的，可到该列表按同样的内容查找")


class FoundAll(Shown):
    """What was found, by noun; nouns of which nothing was found are left out."""

    items: list[FoundGroup]
    notice: str | None = Field(description="没有查到时须知道的：例如号码只能按完整内容查找")
