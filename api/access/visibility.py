"""Who sees which rows: the one place that makes SQL of a role's scope and of `record_access`.

Lists compile the same from `scopes` (core/listing/pagination.py adds the parameters); whatever else looks at
a record (writes, links, counts, replays) asks `seen`. Whoever comes by another way than these sees
what nobody allowed: tests/access/test_visibility.py.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.database.record_access import RecordAccess
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of, town_of
from api.domain.kit.permissions import RowScope
from api.domain.organisation.organisation import ADMINISTRATORS, LEVEL_DIGITS, DivisionLevel
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.imports import Import
from api.models.inspections import Inspection
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.ledger import Transfer
from api.models.outcomes import Outcome
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.models.recheck_samples import RecheckSample
from api.models.rectifications import Rectification
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.models.rule_sets import RuleSetVersion
from api.models.units import Unit
from api.models.victims import Victim

#: Seen by whoever has a row in `record_access`, which names them by these words.
BY_ACCESS: dict[type[Any], str] = {
    Lead: "lead",
    Case: "case",
    LeadTransfer: "handover",
    RiskEntity: "risk_entity",
    Inspection: "inspection",
    Rectification: "rectification",
    Outcome: "outcome",
    Reward: "reward",
}
#: Seen by whoever sees the case that they belong to.
BY_CASE: tuple[type[Any], ...] = (Victim, PropertyItem, PropertyMeasure, Distribution)
#: Seen by those who see all of a town, and by nobody else.
BY_TOWN: tuple[type[Any], ...] = (RecheckSample,)


def granted(actor: Actor, resource: str) -> Select[Any]:
    """The ids of what this actor was let see, one by one."""
    return select(RecordAccess.record_id).where(
        RecordAccess.viewer_id == actor.viewer,
        RecordAccess.resource == literal_column(f"'{resource}'"),
    )


def seen(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """The rows of a model that this actor sees, as a predicate."""
    if model is Unit:
        return _units(actor)
    if actor.scope is RowScope.NONE:
        return false()
    if model is Transfer:
        return Transfer.book_id.in_(select(Case.id).where(seen(actor, Case)))
    if model is RuleSetVersion:
        return _rules(actor)
    if actor.scope is RowScope.TOWN:
        return model.town_code == actor.town
    return _one_by_one(actor, model)


def counted(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """The rows that figures by town count, for who may know of a town's figures without seeing its
    rows: the county knows those of all its towns (ADR 0037)."""
    if actor.scope is RowScope.COUNTY:
        return model.town_code.startswith(county_of(actor.division_code), autoescape=True)
    if actor.scope is RowScope.TOWN:
        return model.town_code == actor.town
    return false()


def _one_by_one(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """For those who see no whole town."""
    if model in BY_TOWN:
        return false()
    if model is Import:
        return Import.owner_unit_id == actor.viewer
    if model in BY_CASE:
        return model.case_id.in_(granted(actor, BY_ACCESS[Case]))
    return model.id.in_(granted(actor, BY_ACCESS[model]))


def _rules(actor: Actor) -> ColumnElement[bool]:
    """Of the own book, and for a town of the county's, which all of its towns share."""
    if actor.scope is RowScope.TOWN:
        return RuleSetVersion.town_code.in_((actor.town, county_of(actor.town)))
    if actor.scope is RowScope.COUNTY:
        return RuleSetVersion.town_code == actor.town
    return false()


def _units(actor: Actor) -> ColumnElement[bool]:
    """Of the own town and of the county above it; the whole county for who sits there; all of them
    for the administrators."""
    place = actor.division_code
    if actor.role in ADMINISTRATORS:
        return true()
    if len(place) < LEVEL_DIGITS[DivisionLevel.TOWN]:
        return Unit.division_code.startswith(place)
    return or_(
        Unit.division_code.startswith(town_of(place)), Unit.division_code == county_of(place)
    )


def only_reported(actor: Actor) -> ColumnElement[bool]:
    """Leads that the county handles because the town must keep off, for who neither handles them
    nor helps: whoever reported one keeps sight of how it stands, and of no more (ADR 0019)."""
    helps = exists().where(LeadAssist.lead_id == Lead.id, LeadAssist.owner_unit_id == actor.unit_id)
    return and_(
        func.length(Lead.town_code) < LEVEL_DIGITS[DivisionLevel.TOWN],
        Lead.owner_unit_id != actor.unit_id,
        Lead.transfer_receiver_id.is_distinct_from(actor.unit_id),
        ~helps,
    )


async def sees(session: AsyncSession, actor: Actor, model: type[Any], record_id: UUID) -> bool:
    """Whether a record is there for this actor."""
    found = select(model.id).where(model.id == record_id, seen(actor, model))
    return await session.scalar(found) is not None
