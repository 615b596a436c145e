"""Who keeps the identity behind a lead: two named people, and how one of them withdraws (回避)."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.database import record_access
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission as P
from api.domain.organisation.organisation import UnitBehaviour
from api.domain.reporters.informants import CustodyPlace, OpeningStatus
from api.models.informants import Informant, InformantOpening, InformantRecusal
from api.models.leads import Lead
from api.models.units import Post, Unit
from api.models.users import PostHolder
from api.schemas.informants import CustodianName, RecusalCreate
from api.services.kit import _transition
from api.services.leads import leads, unnamed
from api.services.reporters.informants import (
    candidates,
    for_change,
    holder_of,
    keepers_of,
    names_of,
    read,
)


async def _put(
    session: AsyncSession,
    lead: Lead,
    kept: Informant,
    place: CustodyPlace,
    person: UUID,
    field: str,
) -> None:
    """Put somebody in a place; whoever stood there is out from this moment."""
    people = await candidates(session, lead)
    if person not in people:
        message = "这个人不能保管：不是镇专项办、承办协办单位或县专项办的人员，或者应当回避"
        raise Invalid(message, errors=[FieldError(f"/{field}", "not_a_candidate", message)])
    if person in keepers_of(kept):
        message = "经办人与监督人不能是同一人"
        raise Invalid(message, errors=[FieldError(f"/{field}", "two_people", message)])
    before = holder_of(kept, place)
    if place is CustodyPlace.HANDLER:
        kept.handler_id = person
    else:
        kept.supervisor_id = person
    kept.keepers_wanted = kept.keepers_wanted and len(keepers_of(kept)) < len(CustodyPlace)
    kept.version += 1
    kept.updated_at = now()
    if before is not None:
        await _shut(session, lead.id, before)
    # somebody of the county sees the lead only now
    county = await session.scalars(
        select(Unit.id)
        .join(Post, Post.unit_id == Unit.id)
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(
            PostHolder.user_id == person,
            PostHolder.until.is_(None),
            Unit.behaviour == UnitBehaviour.COUNTY,
        )
    )
    await record_access.grant(session, leads.RESOURCE, lead.id, county)
    await session.flush()


async def _shut(session: AsyncSession, lead_id: UUID, person: UUID) -> None:
    """What somebody asked for, or has open, ends with their part in it."""
    await session.execute(
        update(InformantOpening)
        .where(
            InformantOpening.lead_id == lead_id,
            InformantOpening.requested_by_id == person,
            InformantOpening.status.in_([OpeningStatus.WAITING, OpeningStatus.APPROVED]),
        )
        .values(status=OpeningStatus.CLOSED, version=InformantOpening.version + 1, updated_at=now())
        .execution_options(synchronize_session="fetch")
    )


async def name(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: CustodianName
) -> dict[str, Any]:
    """Name a keeper. Raises NotFound, Forbidden, Conflict, StaleVersion, Invalid."""
    lead, kept = await for_change(session, actor, lead_id)
    _transition.check_version(kept, body.version)
    before = holder_of(kept, body.place)
    await _put(session, lead, kept, body.place, body.user_id, "user_id")
    names = await names_of(session, {body.user_id, *([before] if before else [])})
    data = {
        "place": body.place.value,
        "person": names[body.user_id],
        "before": names.get(before, "") if before else "",
    }
    await events.record(session, actor, EventName.INFORMANT_NAMED, leads.RESOURCE, lead_id, data)
    return await read(session, actor, lead_id)


async def recuse(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: RecusalCreate
) -> dict[str, Any]:
    """A keeper withdraws (回避) for a reason, and the named other one comes in.

    Raises NotFound, Forbidden, Conflict, StaleVersion, Invalid.
    """
    lead, kept = await for_change(session, actor, lead_id)
    leaving = holder_of(kept, body.place)
    if leaving != actor.id and not actor.may(P.INFORMANT_ASSIGN):
        raise Forbidden("只有本人或者有指定权限的人可以登记回避", code="not_keeper")
    _transition.check_version(kept, body.version)
    if leaving is None:
        raise Conflict(f"没有指定{body.place.label}，无须回避", code="nobody_to_recuse")
    await _put(session, lead, kept, body.place, body.replacement_id, "replacement_id")
    reason = await unnamed.told(session, lead_id, body.reason)
    session.add(
        InformantRecusal(
            lead_id=lead_id,
            user_id=leaving,
            place=body.place,
            reason=reason,
            replaced_by_id=body.replacement_id,
            at=now(),
        )
    )
    await session.flush()
    names = await names_of(session, [leaving, body.replacement_id])
    data = {
        "place": body.place.value,
        "person": names[leaving],
        "replaced_by": names[body.replacement_id],
        "reason": reason,
    }
    await events.record(session, actor, EventName.INFORMANT_RECUSED, leads.RESOURCE, lead_id, data)
    return await read(session, actor, lead_id)
