"""The hand-overs of a case or of a risk entity, as a reader of that record is told of them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Text, func, literal_column, select

from api.access import links
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission
from api.domain.organisation.handing_over import WAITING, WITH_RECEIVER, HandoverStatus
from api.models.lead_transfers import LeadTransfer, LeadTransferClock
from api.services.kit import columns, standing
from api.services.kit.terms import Terms

_T, _C = LeadTransfer, LeadTransferClock
_RUNS = (
    select(
        func.json_build_object(
            "due_on", _C.due_on,
            "provisional", _C.is_provisional,
            "rule", _C.rule_id,
            "version", _C.rule_version,
        )
    )
    .where(_C.transfer_id == _T.id, _C.ended_on.is_(None))
    .order_by(_C.id.desc())
    .limit(literal_column("1"))
    .scalar_subquery()
)  # fmt: skip
_SHOWN = (
    "id", "number", "kind", "status", "department", "document_no", "sent_on", "receipt_no",
    "received_on", "result", "result_on", "result_note", "recalled_on", "recall_reason",
)  # fmt: skip


def column(subject: Any, record_id: Any) -> Any:
    """All hand-overs of a record, the first one first; `subject`: the column that names it."""
    shown = func.json_build_object(
        *(part for name in _SHOWN for part in (name, getattr(_T, name))),
        "receiver", columns.unit_named(_T.receiver_unit_id),
        "owner_unit", columns.unit_named(_T.owner_unit_id),
        "runs", _RUNS,
        *links.deciding("handover", _T.id, func.coalesce(_T.town_code, literal_column("''", Text()))),
    )  # fmt: skip
    return columns.json_list(select(shown).where(subject == record_id), _T.id)


#: What leads from a record to the page of its hand-over.
OPEN_HANDOVER: Final = "open_handover"


def waiting(
    actor: Actor, handovers: Sequence[dict[str, Any]], terms: Terms
) -> list[dict[str, Any]]:
    """Whom a record waits for that was handed over: it is done on the page of the hand-over."""
    if not handovers:
        return []
    last = max(handovers, key=lambda each: each["id"])
    status, runs = HandoverStatus(last["status"]), last["runs"]
    if status not in WAITING:
        return []
    whom: dict[str, Any] = last["owner_unit"]
    if status in WITH_RECEIVER and last["receiver"] is not None:
        whom = last["receiver"]
    term = (
        standing.until(
            runs["due_on"],
            provisional=runs["provisional"],
            rule=runs["rule"],
            version=runs["version"],
        )
        if runs
        else standing.Until()
    )
    mine = whom["id"] == str(actor.unit_id) and actor.may(Permission.LEAD_HANDLE)
    act = OPEN_HANDOVER if mine else None
    return [standing.waits(WAITING[status], whom["name"], term, terms, is_mine=mine, act=act)]


def shown(actor: Actor, handovers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The hand-overs that the reader may open, in order."""
    kept = links.keep(actor, Permission.LEAD_READ, [dict(each) for each in handovers])
    for each in kept:
        del each["runs"], each["owner_unit"]
    return sorted(kept, key=lambda each: each["id"])
