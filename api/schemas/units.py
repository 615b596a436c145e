"""Units and their liaisons on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import UnitBehaviour
from api.schemas.changes import Changes
from api.schemas.common import (
    Asked,
    AvailableAction,
    DivisionCode,
    Label,
    Named,
    Optional,
    OptionalProse,
    Shown,
    Wire,
)
from api.schemas.days import PastDay
from api.schemas.unit_kinds import TemplatePostShown

KindCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{1,59}$")]


class UnitQuery(PageQuery):
    """Filters of the unit list."""

    q: Asked | None = Field(None, description="名称，可用拼音或首字母")
    kind: Annotated[list[KindCode], Field(max_length=20)] | None = None
    behaviour: Annotated[list[UnitBehaviour], Field(max_length=20)] | None = None
    division_code: DivisionCode | None = Field(None, description="行政区划（含下级）")
    include_inactive: bool = False


class UnitShown(Shown):
    """A unit in a list."""

    id: UUID
    name: str
    pinyin: str = Field(description="名称的拼音，按字以空格分开，多音以 / 分开，供按拼音选取")
    kind: str = Field(description="单位类别的代码")
    kind_label: str
    behaviour: UnitBehaviour
    division_code: str
    division_name: str
    is_active: bool
    version: int


class UnitPost(Shown):
    """A post of a unit and who holds it."""

    id: UUID
    name: str
    role: Role
    is_liaison: bool
    is_active: bool
    holder: Named | None


class UnitRead(UnitShown):
    """One unit."""

    duty: str
    phone: str = Field(description="对外电话")
    address: str = Field(description="对外地址")
    posts: list[UnitPost]
    offered_posts: list[TemplatePostShown] = Field(description="还没有设岗的，按模板可以设的岗位")
    available_actions: list[AvailableAction]


class UnitCreate(Wire):
    """A new unit."""

    name: Label
    kind: KindCode = Field(title="单位类别")
    division_code: DivisionCode = Field(title="所在区划")


#: As offices write them: 0564-1234567转8、12345.
Telephone = Annotated[
    str,
    StringConstraints(max_length=60, pattern=r"^[0-9０-９+\-－—()（）转、, ]*$"),
]


class UnitUpdate(
    Changes,
    of=UnitCreate,
    own={"is_active", "phone", "address"},
    clears={"phone", "address"},
):
    """What may change of a unit: records hang on its place and kind, so those stay."""

    name: Label | None = None
    is_active: bool | None = Field(None, title="在用")
    phone: Telephone | None = Field(
        None, title="对外电话", description="对外电话；专项办的显示在群众举报页上"
    )
    address: Optional | None = Field(
        None, title="对外地址", description="对外地址；专项办的显示在群众举报页上"
    )


class LiaisonCreate(Wire):
    """A hand-over of the liaison's task to a post of the unit."""

    post_id: UUID = Field(title="联络员岗位")
    since: PastDay | None = Field(None, description="接任日期；不填为今天")
    note: OptionalProse = Field("", description="交接说明")


class LiaisonShown(Shown):
    """One span of the history."""

    id: UUID
    post: Named
    since: date | None
    until: date | None
    handover_note: str


class Liaisons(Shown):
    """The history, present one first."""

    items: list[LiaisonShown]
