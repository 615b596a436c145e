"""Kinds of units on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.domain.entities.risk_entities import Industry
from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import UnitBehaviour
from api.schemas.changes import Changes
from api.schemas.common import AvailableAction, Label, OptionalProse, Shown, Wire


class TemplatePost(Wire):
    """A post that units of this kind usually have."""

    name: Label = Field(title="岗位名称")
    role: Role | None = Field(None, title="职责", description="不填为这种性质的第一个职责")


Industries = Annotated[list[Industry], Field(max_length=20)]
Names = Annotated[list[Label], Field(max_length=20)]
Template = Annotated[list[TemplatePost], Field(max_length=20)]


class TemplatePostShown(Shown):
    """A post of the template."""

    name: str
    role: Role


class UnitKindShown(Shown):
    """What a unit may be."""

    id: UUID
    code: str
    label: str
    behaviour: UnitBehaviour = Field(description="程序怎样对待这类单位")
    duty: str
    also_called: list[str]
    industries: list[Industry] = Field(description="监管的行业领域")
    posts: list[TemplatePostShown] = Field(description="通常设的岗位")
    division_code: str | None = Field(description="哪个乡镇或者县增设的；随程序发布的没有")
    is_active: bool
    version: int
    available_actions: list[AvailableAction]


class UnitKindQuery(BaseModel):
    """Which kinds are asked for."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    include_inactive: bool = False


class UnitKinds(Shown):
    """Those that the reader's units may be of, in the order in which they came."""

    items: list[UnitKindShown]
    behaviours: list[UnitBehaviour] = Field(description="可以增设类别的性质；不能增设的没有")


class UnitKindCreate(Wire):
    """A kind of one's own town or county."""

    label: Label = Field(title="名称")
    behaviour: UnitBehaviour = Field(title="性质", description="程序怎样对待这类单位，以后不能改")
    duty: OptionalProse = Field("", title="职责领域")
    also_called: Names = Field([], title="又称", description="台账里、反映对象里也这样叫它")
    industries: Industries = Field([], title="监管的行业")
    posts: Template = Field([], title="岗位模板")


class UnitKindUpdate(Changes, of=UnitKindCreate, clears={"duty"}, own={"is_active"}):
    """What may change of a kind; units keep it as it was named when they were set up."""

    label: Label | None = None
    duty: OptionalProse | None = None
    also_called: Names | None = None
    industries: Industries | None = None
    posts: Template | None = None
    is_active: bool | None = Field(None, title="在用")
