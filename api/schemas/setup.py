"""The first day on the wire."""

from pydantic import Field

from api.domain.organisation.setup import SetupStep
from api.schemas.common import Shown


class SetupState(Shown):
    """Whether anybody was set up yet; open, because before that nobody can log in."""

    is_empty: bool
    hint: str = Field(description="下一步做什么")


class StepShown(Shown):
    """One step of setting up."""

    key: SetupStep
    label: str
    who: str = Field(description="由谁完成")
    done: bool
    missing: list[str] = Field(description="还缺什么，逐项说明；没有逐项说明的为空")
    url_hint: str | None = Field(description="在网页端哪里办（相对地址）；不由本岗位办的没有")


class SetupSteps(Shown):
    """What is done and what is left, in the order in which it is done."""

    items: list[StepShown]
    is_complete: bool
