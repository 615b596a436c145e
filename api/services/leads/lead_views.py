"""How many leads stand behind each entry point of the list: the list's own filters, counted."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.actors import Actor
from api.domain.leads.lead_views import VIEW_NEEDS, LeadView, conditions
from api.models.leads import Lead
from api.schemas.leads import LeadQuery
from api.services.leads import leads

#: Beyond this a tab says "more than"; the list itself counts further.
COUNTED_TO = 1000


async def views(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """The views that are the actor's, each counted up to a limit, all in one statement."""
    mine = [view for view in LeadView if actor.may(VIEW_NEEDS[view])]
    counts: list[Any] = []
    for view in mine:
        query = LeadQuery.model_validate(conditions(view, actor.unit_id))
        wanted = leads.LISTING.conditions(await leads.filters(actor, query))
        some = (
            select(literal_column("1"))
            .select_from(Lead)
            .where(leads.LISTING.visible(actor), *wanted)
            .limit(literal_column(str(COUNTED_TO + 1)))
        )
        counts.append(select(func.count()).select_from(some.subquery()).scalar_subquery())
    row = (await session.execute(select(*counts))).one()
    return {
        "items": [
            {
                "key": view.value,
                "label": view.label,
                "query": urlencode(conditions(view, actor.unit_id)),
                "count": min(int(count), COUNTED_TO),
                "count_is_exact": count <= COUNTED_TO,
            }
            for view, count in zip(mine, row, strict=True)
        ]
    }
