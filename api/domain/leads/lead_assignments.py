"""Leads given away many at a time: what became of each since."""

from api.domain.kit.labels import Labelled
from api.domain.leads.leads import LeadAction


class LineOutcome(Labelled):
    """What became of a lead that was given away with others."""

    ACKNOWLEDGED = "acknowledged", "已签收"
    DISPUTED = "disputed", "有异议"
    TAKEN_BACK = "taken_back", "已收回"
    MOVED = "moved", "已另行处理"


_BY_ACTION = {
    LeadAction.ACKNOWLEDGE: LineOutcome.ACKNOWLEDGED,
    LeadAction.DISPUTE: LineOutcome.DISPUTED,
    LeadAction.TAKE_BACK: LineOutcome.TAKEN_BACK,
}


def outcome_of(action: LeadAction) -> LineOutcome:
    """What an action makes of a line that was still waiting."""
    return _BY_ACTION.get(action, LineOutcome.MOVED)
