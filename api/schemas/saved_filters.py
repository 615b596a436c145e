"""Saved filters on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.domain.words.saved_filters import LONGEST_QUERY, ListNoun
from api.schemas.changes import Changes
from api.schemas.common import Shown, Wire, one_line, printable

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20, strip_whitespace=True),
    AfterValidator(one_line),
]
Query = Annotated[
    str,
    StringConstraints(max_length=LONGEST_QUERY, strip_whitespace=True),
    AfterValidator(printable),
]
Position = Annotated[int, Field(ge=0, le=1000)]


class SavedFilterQuery(BaseModel):
    """Of which list."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    noun: ListNoun = Field(description="哪一种列表")


class SavedFilterCreate(Wire):
    """Conditions to keep under a name."""

    noun: ListNoun = Field(description="哪一种列表")
    name: Name
    query: Query = Field(
        description="列表地址中问号后面的部分，如 status=registered&fast_track=true；游标、每页条数不保存"
    )
    is_shared: bool = Field(False, title="本单位共用", description="本单位各岗位都能使用")
    is_default: bool = Field(False, description="打开列表时先用它")


class SavedFilterUpdate(Changes, of=SavedFilterCreate, own={"position"}):
    """What may change of a filter; what is left out stays."""

    name: Name | None = None
    query: Query | None = Field(None, description="列表地址中问号后面的部分")
    is_shared: bool | None = Field(None, description="本单位各岗位都能使用")
    is_default: bool | None = Field(None, description="打开列表时先用它")
    position: Position | None = Field(None, description="排列次序，小的在前")


class SavedFilterShown(Shown):
    """A filter, and whether the list still understands it."""

    id: UUID
    noun: ListNoun = Field(description="哪一种列表")
    name: str
    query: str = Field(description="列表地址中问号后面的部分")
    is_shared: bool = Field(description="本单位各岗位都能使用")
    is_default: bool = Field(description="打开列表时先用它")
    is_mine: bool = Field(description="是否本岗位保存的；他岗位共享的只能使用")
    owner: str = Field(description="保存它的岗位")
    position: int = Field(description="排列次序，小的在前")
    fault: str | None = Field(description="列表不再认得其中的条件时，说明原因；为空即可使用")
    version: int


class SavedFilters(Shown):
    """Those of the post and those shared in its unit, in order."""

    items: list[SavedFilterShown]
