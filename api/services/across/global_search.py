"""One search over all nouns: each noun's own list is asked, with the reader's own sight.

Nothing is found here that the list of a noun would not show the same reader for the same words, so
what is hidden stays so; a noun whose list the reader may not open is not asked at all.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.across.global_search import NEEDS, SHOWN, FoundNoun
from api.domain.cases.cases import CaseStatus
from api.domain.cases.victims import VictimStatus
from api.domain.entities.inspections import InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import EntityStatus
from api.domain.kit.actors import Actor
from api.domain.kit.labels import Labelled
from api.domain.leads.leads import LeadStatus
from api.domain.organisation.handing_over import HandoverStatus
from api.domain.recovery.distributions import DistributionStatus
from api.domain.recovery.property_items import PropertyStatus
from api.domain.recovery.property_measures import MeasureStatus
from api.domain.rewards.rewards import RewardStatus
from api.schemas.cases import CaseQuery
from api.schemas.distributions import DistributionQuery
from api.schemas.handovers import HandoverQuery
from api.schemas.inspections import InspectionQuery
from api.schemas.leads import LeadQuery
from api.schemas.property_items import PropertyItemQuery
from api.schemas.property_measures import PropertyMeasureQuery
from api.schemas.rectifications import RectificationQuery
from api.schemas.rewards import RewardQuery
from api.schemas.risk_entities import RiskEntityQuery
from api.schemas.units import UnitQuery
from api.schemas.users import UserQuery
from api.schemas.victims import VictimQuery
from api.services.across import handovers
from api.services.across.declared_nouns import DECLARED
from api.services.cases import cases, victims
from api.services.entities import inspections, rectifications, risk_entities
from api.services.kit import searching
from api.services.leads import leads
from api.services.organisation import units, users
from api.services.recovery import distributions, property_items, property_measures
from api.services.rewards import rewards

#: From what is asked for to the page of the list.
Page = Callable[[AsyncSession, Actor, Any], Awaitable[dict[str, Any]]]
Said = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class _Sought:
    """How the list of a noun is asked, and how its rows are told in a line."""

    query: type[BaseModel]
    page: Page
    status: Said
    name: Said
    number: Said = lambda row: row["number"]


def _listed(service: Any) -> Page:
    async def page(_: AsyncSession, actor: Actor, query: Any) -> dict[str, Any]:
        return orjson.loads((await service.page(actor, query)).body)

    return page


def _labelled(kind: type[Labelled]) -> Said:
    return lambda row: kind(row["status"]).label


def _in_use(row: Mapping[str, Any]) -> str:
    return "在用" if row["is_active"] else "停用"


async def _users(session: AsyncSession, _: Actor, query: UserQuery) -> dict[str, Any]:
    return await users.page(session, query)


def _entity(row: Mapping[str, Any]) -> str:
    return row["entity"]["name"]


def _title(row: Mapping[str, Any]) -> str:
    return row["title"]


def _name(row: Mapping[str, Any]) -> str:
    return row["name"]


_SOUGHT: dict[FoundNoun, _Sought] = {
    FoundNoun.LEADS: _Sought(
        LeadQuery, _listed(leads), _labelled(LeadStatus), lambda row: row["subject_name"]
    ),
    FoundNoun.CASES: _Sought(CaseQuery, _listed(cases), _labelled(CaseStatus), _title),
    FoundNoun.RISK_ENTITIES: _Sought(
        RiskEntityQuery, _listed(risk_entities), _labelled(EntityStatus), _name
    ),
    FoundNoun.INSPECTIONS: _Sought(
        InspectionQuery, _listed(inspections), _labelled(InspectionStatus), _entity
    ),
    FoundNoun.RECTIFICATIONS: _Sought(
        RectificationQuery, _listed(rectifications), _labelled(RectificationStatus), _entity
    ),
    FoundNoun.VICTIMS: _Sought(VictimQuery, _listed(victims), _labelled(VictimStatus), _name),
    FoundNoun.PROPERTY_ITEMS: _Sought(
        PropertyItemQuery, _listed(property_items), _labelled(PropertyStatus), _title
    ),
    FoundNoun.PROPERTY_MEASURES: _Sought(
        PropertyMeasureQuery,
        _listed(property_measures),
        _labelled(MeasureStatus),
        lambda row: row["property_item"]["title"],
        lambda row: row["document_no"],
    ),
    FoundNoun.DISTRIBUTIONS: _Sought(
        DistributionQuery, _listed(distributions), _labelled(DistributionStatus), _title
    ),
    FoundNoun.HANDOVERS: _Sought(
        HandoverQuery, _listed(handovers), _labelled(HandoverStatus), _title
    ),
    FoundNoun.REWARDS: _Sought(
        RewardQuery, _listed(rewards), _labelled(RewardStatus), lambda row: row["document_no"]
    ),
    **{
        FoundNoun(each.path): _Sought(
            each.schemas.query, _listed(each), _labelled(type(each.flow.initial)), _title
        )
        for each in DECLARED
    },
    FoundNoun.UNITS: _Sought(UnitQuery, units.page, _in_use, _name, lambda _: ""),
    FoundNoun.USERS: _Sought(UserQuery, _users, _in_use, _name, lambda row: row["username"]),
}


async def find(session: AsyncSession, actor: Actor, text: str) -> dict[str, Any]:
    """What the actor may see of all that the words find, some of each noun."""
    found: list[dict[str, Any]] = []
    notice: str | None = None
    if searching.blank(text):
        return {"items": found, "notice": notice}
    for noun, sought in _SOUGHT.items():
        if not actor.may(NEEDS[noun]):
            continue
        query = sought.query.model_validate({"q": text, "limit": SHOWN + 1})
        page = await sought.page(session, actor, query)
        notice = notice or page["notice"]
        rows = page["items"]
        if rows:
            shown = [_line(sought, row) for row in rows[:SHOWN]]
            found.append({"noun": noun.value, "items": shown, "more": len(rows) > SHOWN})
    return {"items": found, "notice": None if found else notice}


def _line(sought: _Sought, row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "id": str(row["id"]),
        "number": sought.number(row),
        "name": sought.name(row),
        "status": sought.status(row),
    }
