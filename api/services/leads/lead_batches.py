"""Batches of leads (12337 platform, county hand-downs): how far each one is, and its rows."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.listing import search
from api.domain.kit.actors import Actor
from api.domain.leads.leads import TRIAGE, LeadStatus
from api.models.leads import Lead
from api.schemas.leads import BatchQuery
from api.services.kit import searching
from api.services.leads import leads

#: The latest so many; earlier ones are found by their number.
SHOWN = 100


async def page(session: AsyncSession, actor: Actor, query: BatchQuery) -> dict[str, Any]:
    """The visible batches, the latest received first, each with its leads by status."""
    rows = (
        select(
            Lead.batch_no,
            Lead.status,
            func.count().label("leads"),
            func.max(Lead.received_at).label("received_at"),
            func.count().filter(*leads.LISTING.conditions({"overdue": True})).label("late"),
        )
        .where(leads.LISTING.visible(actor), Lead.batch_no != literal_column("''"))
        .group_by(Lead.batch_no, Lead.status)
    )
    if not searching.blank(query.q):
        rows = rows.where(search.within(search.folded(Lead.batch_no), searching.plain(query.q)))
    found: dict[str, dict[str, Any]] = {}
    for row in await session.execute(rows):
        _add(found, row)
    latest = sorted(found.values(), key=lambda each: each["received_at"], reverse=True)
    return {"items": latest[:SHOWN], "total": len(latest)}


def _add(found: dict[str, dict[str, Any]], row: Any) -> None:
    status = LeadStatus(row.status)
    batch = found.setdefault(
        row.batch_no,
        {
            "batch_no": row.batch_no,
            "received_at": row.received_at,
            "leads": 0,
            "waiting": 0,
            "working": 0,
            "done": 0,
            "overdue": 0,
            "by_status": [],
            "query": urlencode({"batch_no": row.batch_no}),
        },
    )
    is_open = status in leads.OPEN
    batch["received_at"] = max(batch["received_at"], row.received_at)
    batch["leads"] += row.leads
    kind = "waiting" if status in TRIAGE else "working" if is_open else "done"
    batch[kind] += row.leads
    batch["overdue"] += row.late
    batch["by_status"].append({"status": status, "leads": row.leads})
