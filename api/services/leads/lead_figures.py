"""What left the figures, why, by whom and when: nothing drops out unseen (capability C3)."""

from typing import Any

from fastapi import Response
from sqlalchemy import Boolean, Text, and_, case, func, join, literal_column, or_, select
from sqlalchemy.orm import aliased

from api.core.events.events import Event
from api.core.listing.pagination import Listing, Sort, check_columns
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission, follows_only
from api.domain.leads.leads import LeadAction, LeadConclusion, LeftOut
from api.models.leads import Lead
from api.models.units import Division
from api.schemas.lead_links import LeftOutLead, LeftOutQuery
from api.services.leads import leads

_WHY = case(
    (Lead.merged_into_id.is_not(None), literal_column(f"'{LeftOut.MERGED.value}'")),
    (
        Lead.conclusion == literal_column(f"'{LeadConclusion.DUPLICATE.value}'"),
        literal_column(f"'{LeftOut.DUPLICATE.value}'"),
    ),
    else_=literal_column(f"'{LeftOut.WITHDRAWN.value}'"),
)
#: A merge and a withdrawal are given a reason; who concludes "duplicate" gives findings instead.
_FINDINGS = case((Lead.merged_into_id.is_(None), func.nullif(Lead.findings, "")), else_=None)
_said = aliased(Event)
#: The last decision that took the lead out.
_DECIDED = (
    select(_said.at, _said.actor_name, _said.data["reason"].astext.label("reason"))
    .where(
        _said.subject_id == Lead.id,
        or_(
            _said.name == literal_column(f"'{EventName.LEAD_MERGED.value}'"),
            _said.data["action"].astext == literal_column(f"'{LeadAction.WITHDRAW.value}'"),
            _said.data["conclusion"].astext
            == literal_column(f"'{LeadConclusion.DUPLICATE.value}'"),
        ),
    )
    .order_by(_said.id.desc())
    .limit(literal_column("1"))
    .lateral("decided")
)


def _listing(*, with_reason: bool) -> Listing:
    shown: dict[str, Any] = {
        "id": Lead.id,
        "number": Lead.number,
        "subject_name": Lead.subject_name,
        "status": Lead.status,
        "primary_category": Lead.primary_category,
        "division_name": Division.name,
        "received_at": Lead.received_at,
        "why": _WHY,
        "decided_at": _DECIDED.c.at,
        "decided_by": _DECIDED.c.actor_name,
        "reason": func.coalesce(_DECIDED.c.reason, _FINDINGS)
        if with_reason
        else literal_column("NULL::text"),
    }
    check_columns(LeftOutLead, shown)
    source = join(Lead, Division, Division.code == Lead.division_code).join(
        _DECIDED, literal_column("true"), isouter=True
    )
    return Listing(
        resource=leads.RESOURCE,
        id=Lead.id,
        town_code=Lead.town_code,
        source=source,
        item_columns=shown,
        read_columns={},
        filters={
            "why": (Text(), lambda p: p == _WHY),
            "left_out": (Boolean(), lambda p: and_(leads.LEFT_OUT, p)),
        },
        sorts={"-id": Sort("id", Lead.id, descending=True)},
        default_sort="-id",
    )


_LISTINGS = {told: _listing(with_reason=told) for told in (True, False)}


async def left_out(actor: Actor, query: LeftOutQuery) -> Response:
    """A page of visible leads that are not in the figures."""
    listing = _LISTINGS[not follows_only(actor.role, Permission.LEAD_HANDLE)]
    return await listing.page(actor, query, {"left_out": True, "why": query.why})
