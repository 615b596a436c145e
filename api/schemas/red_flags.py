"""Red flags and the four tests of a lead, on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.domain.leads.categories import Charge, FundraisingTest, LeadCategory, RedFlag
from api.domain.leads.red_flags import CheckKind
from api.schemas.common import Shown, Wire


class RedFlagBox(Shown):
    """One box: whether a person ticked it, and the words of the report that speak for it."""

    code: str
    kind: CheckKind
    label: str
    source: str = Field(description="依据")
    is_ticked: bool = Field(description="是否已由人勾选")
    ticked_at: datetime | None = Field(description="何时勾选；未勾选为空")
    ticked_by: str | None = Field(description="由谁勾选；登记时随表填写的为空")
    words: list[str] = Field(description="反映内容中的相关词语；只作提示，不等于勾选")


class CategorySuggestion(Shown):
    """The category that boxes and words point to; a person decides."""

    category: LeadCategory | None = Field(description="建议的主要类别；看不出的为空")
    reasons: list[str] = Field(description="理由")
    charges: list[Charge] = Field(description="可对照的罪名，按已勾选的特征；不是认定")
    is_adopted: bool = Field(description="是否与现在的主要类别一致")


class LeadRedFlags(Shown):
    """The boxes of a lead and what follows from them."""

    items: list[RedFlagBox]
    primary_category: LeadCategory
    suggestion: CategorySuggestion = Field(description="类别建议")
    may_decide: bool = Field(description="当前用户能否勾选、采纳")
    version: int


class LeadRedFlagsPut(Wire):
    """All boxes that are ticked from now on."""

    version: Annotated[int, Field(ge=1)]
    red_flags: Annotated[list[RedFlag], Field(max_length=30)]
    fundraising_tests: Annotated[list[FundraisingTest], Field(max_length=4)] = Field(
        description="非法集资的四个特征"
    )


class CategoryAdoption(Wire):
    """The suggestion that is taken over as the lead's category."""

    version: Annotated[int, Field(ge=1)]
    category: LeadCategory = Field(description="所采纳的建议类别")
