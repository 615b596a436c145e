"""Red flags of a lead: proposed by its words, ticked by people, a category suggested from both."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.base import rows
from api.core.base.clock import now
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, Forbidden, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission, follows_only
from api.domain.leads import red_flags
from api.domain.leads.categories import FundraisingTest, RedFlag
from api.domain.leads.red_flags import Check, Suggestion
from api.models.leads import Lead
from api.models.red_flags import LeadRedFlag
from api.schemas.red_flags import CategoryAdoption, LeadRedFlagsPut
from api.services.kit import _transition
from api.services.leads import leads

_FOLLOWS = Forbidden("只有承办单位和管理线索的岗位可以查看", code="follows_only")


async def of_lead(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """The boxes of a visible lead and the suggestion. Raises NotFound, Forbidden."""
    lead = await session.scalar(
        select(Lead).where(Lead.id == lead_id, leads.LISTING.visible(actor))
    )
    if lead is None:
        raise NotFound
    apart = select(Lead.id).where(Lead.id == lead_id, visibility.only_reported(actor))
    if follows_only(actor.role, Permission.LEAD_HANDLE) or await session.scalar(apart):
        raise _FOLLOWS
    return await _shown(session, actor, lead)


async def put(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: LeadRedFlagsPut
) -> dict[str, Any]:
    """Tick just these boxes; what was ticked before keeps its name and time.

    Raises NotFound, Forbidden (`not_own_unit`, `closed`), StaleVersion.
    """
    lead = await _decided(session, actor, lead_id, body.version)
    wanted: list[Check] = [*dict.fromkeys(body.red_flags), *dict.fromkeys(body.fundraising_tests)]
    before = await _ticked(session, lead)
    await keep(session, actor, lead, wanted)
    lead.red_flags = [check.value for check in wanted if isinstance(check, RedFlag)]
    told = {
        "ticked": [check.value for check in wanted if check not in before],
        "unticked": [check.value for check in before if check not in wanted],
    }
    await _changed(session, lead)
    await events.record(
        session, actor, EventName.LEAD_RED_FLAGS_TICKED, leads.RESOURCE, lead.id, told
    )
    return await _shown(session, actor, lead)


async def adopt(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: CategoryAdoption
) -> dict[str, Any]:
    """Make the suggested category the lead's own, because a person says so.

    Raises NotFound, Forbidden (`not_own_unit`, `closed`), StaleVersion, Conflict
    (`not_suggested`).
    """
    lead = await _decided(session, actor, lead_id, body.version)
    made = _suggestion(lead, await _ticked(session, lead))
    if made.category is not body.category:
        raise Conflict("建议已经变化，请重新查看后再采纳", code="not_suggested")
    told = {
        "from_category": lead.primary_category.value,
        "to_category": body.category.value,
        "reasons": list(made.reasons),
    }
    lead.primary_category = body.category
    lead.categories = list(dict.fromkeys([body.category.value, *lead.categories]))
    await _changed(session, lead)
    await events.record(
        session, actor, EventName.LEAD_CATEGORY_ADOPTED, leads.RESOURCE, lead.id, told
    )
    return await _shown(session, actor, lead)


async def keep(session: AsyncSession, actor: Actor, lead: Lead, wanted: Iterable[Check]) -> None:
    """Remember who ticked the boxes that are new, and forget those no longer ticked. A box of the
    form that the lead came in by stays without a name."""
    codes = {check.value for check in wanted}
    held = set(
        await session.scalars(select(LeadRedFlag.code).where(LeadRedFlag.lead_id == lead.id))
    )
    gone = held - codes
    if gone:
        await session.execute(
            delete(LeadRedFlag).where(LeadRedFlag.lead_id == lead.id, LeadRedFlag.code.in_(gone))
        )
    new = sorted(codes - held - set(lead.red_flags))
    at = now()
    await rows.insert(
        session,
        LeadRedFlag,
        [
            {
                "lead_id": lead.id,
                "code": code,
                "ticked_at": at,
                "ticked_by": actor.name,
                "ticked_by_post_id": actor.post_id,
            }
            for code in new
        ],
    )


async def keep_flags(
    session: AsyncSession, actor: Actor, lead: Lead, wanted: Iterable[RedFlag]
) -> None:
    """The same for a form that knows the flags alone: the tests stay as they are."""
    tests = [check for check in await _ticked(session, lead) if isinstance(check, FundraisingTest)]
    await keep(session, actor, lead, [*wanted, *tests])


async def _decided(session: AsyncSession, actor: Actor, lead_id: UUID, version: int) -> Lead:
    """A lead that this actor may judge now, locked."""
    lead = await _transition.lock(session, actor, leads.LISTING, Lead, lead_id)
    if not _is_handler(actor, lead):
        raise Forbidden("只有承办单位或镇专项办可以勾选", code="not_own_unit")
    if lead.status not in leads.OPEN:
        raise Forbidden("线索已办结，不能修改", code="closed")
    _transition.check_version(lead, version)
    return lead


def _is_handler(actor: Actor, lead: Lead) -> bool:
    return actor.may(Permission.LEAD_HANDLE) and (
        lead.owner_unit_id == actor.unit_id or actor.may(Permission.LEAD_ASSIGN)
    )


async def _changed(session: AsyncSession, lead: Lead) -> None:
    lead.version += 1
    lead.updated_at = now()
    await session.flush()


async def _rows(session: AsyncSession, lead: Lead) -> dict[str, LeadRedFlag]:
    found = await session.scalars(select(LeadRedFlag).where(LeadRedFlag.lead_id == lead.id))
    return {row.code: row for row in found}


async def _ticked(session: AsyncSession, lead: Lead) -> list[Check]:
    """In the order of the table; codes of an older release are left out."""
    codes = {*lead.red_flags, *await _rows(session, lead)}
    return [check for check in red_flags.RULES if check.value in codes]


def _said(lead: Lead) -> str:
    """A company's name speaks too: “财富管理” usually stands there."""
    return f"{lead.subject_name}。{lead.narrative}"


def _suggestion(lead: Lead, ticked: Iterable[Check]) -> Suggestion:
    return red_flags.suggest(list(ticked), _said(lead))


async def _shown(session: AsyncSession, actor: Actor, lead: Lead) -> dict[str, Any]:
    held, ticked = await _rows(session, lead), await _ticked(session, lead)
    proposed = red_flags.proposed(_said(lead))
    made = _suggestion(lead, ticked)
    return {
        "items": [
            {
                "code": check.value,
                "kind": red_flags.kind_of(check).value,
                "label": check.label,
                "source": rule.source,
                "is_ticked": check in ticked,
                "ticked_at": _when(held.get(check.value), lead) if check in ticked else None,
                "ticked_by": held[check.value].ticked_by if check.value in held else None,
                "words": list(proposed.get(check, ())),
            }
            for check, rule in red_flags.RULES.items()
        ],
        "primary_category": lead.primary_category.value,
        "suggestion": {
            "category": made.category.value if made.category else None,
            "reasons": list(made.reasons),
            "charges": [charge.value for charge in made.charges],
            "is_adopted": made.category is lead.primary_category,
        },
        "may_decide": _is_handler(actor, lead) and lead.status in leads.OPEN,
        "version": lead.version,
    }


def _when(row: LeadRedFlag | None, lead: Lead) -> Any:
    return row.ticked_at if row else lead.created_at
