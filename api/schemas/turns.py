"""Taking a turn upon oneself, giving it back, or to a colleague, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.domain.kit.turns import TurnAction
from api.schemas.common import Wire


class TurnAct(Wire):
    """What the actor does about a record's turn."""

    action: Literal[TurnAction.TAKE, TurnAction.GIVE_BACK, TurnAction.GIVE]
    user_id: UUID | None = Field(
        default=None,
        title="由谁办理",
        description="指定经办人时填写：由谁办，须是轮到的单位在岗的人员",
    )
