"""Entry points to the list of leads (capability: work views), with what each of them asks for."""

from typing import Final
from uuid import UUID

from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P


class LeadView(Labelled):
    """A view of the list."""

    MINE = "mine", "本单位承办"
    ASSISTING = "assisting", "本单位协办"
    OVERDUE = "overdue", "已超期"
    UNOWNED = "unowned", "无人承办"
    UNOWNED_LATE = "unowned_late", "超过时限无人承办"


#: A view is for those who act on it.
VIEW_NEEDS: Final[dict[LeadView, P]] = {
    LeadView.MINE: P.LEAD_HANDLE,
    LeadView.ASSISTING: P.LEAD_ASSIST,
    LeadView.OVERDUE: P.LEAD_READ,
    LeadView.UNOWNED: P.LEAD_ASSIGN,
    LeadView.UNOWNED_LATE: P.LEAD_ASSIGN,
}


def conditions(view: LeadView, unit_id: UUID) -> dict[str, str]:
    """The query of the list that a view stands for."""
    match view:
        case LeadView.MINE:
            return {"owner_unit_id": str(unit_id), "open": "true", "unowned": "false"}
        case LeadView.ASSISTING:
            return {"assisting_unit_id": str(unit_id), "open": "true"}
        case LeadView.OVERDUE:
            return {"overdue": "true"}
        case LeadView.UNOWNED:
            return {"unowned": "true"}
        case LeadView.UNOWNED_LATE:
            return {"unowned_late": "true"}
