"""Administrative divisions on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.organisation.organisation import DivisionLevel
from api.schemas.common import (
    Asked,
    DivisionCode,
    Label,
    Shown,
    Wire,
)
from api.schemas.days import Day


class DivisionQuery(PageQuery):
    """Filters of the division list."""

    q: Asked | None = Field(None, description="名称，可用拼音或首字母")
    parent_code: DivisionCode | None = Field(None, description="上级代码（只列直接下级）")
    level: DivisionLevel | None = None
    include_past: bool = Field(False, description="是否包括已撤并的")


class DivisionShown(Shown):
    """A county, town, village or grid."""

    code: str
    name: str
    pinyin: str = Field(description="名称的拼音，按字以空格分开，多音以 / 分开，供按拼音选取")
    level: DivisionLevel
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None


class DivisionRow(Wire):
    """One row of the official list; trailing zeros of twelve-digit codes are taken off."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3}(\d{3})?)?)?$")]
    name: Label
    valid_from: Day | None = None
    valid_to: Day | None = None


class DivisionImport(Wire):
    """The official list, or a part of it. All rows are taken or none."""

    rows: Annotated[list[DivisionRow], Field(min_length=1, max_length=20_000)] = Field(
        title="区划名录"
    )


class DivisionImported(Shown):
    """What an import did."""

    created: int
    updated: int
    unchanged: int
