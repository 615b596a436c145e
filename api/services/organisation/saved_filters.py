"""Saved filters: conditions of any list, checked by that list's own query model."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.core.listing.pagination import PageQuery
from api.core.web.faults import faults_of
from api.core.web.query import QueryOf
from api.domain.across.field_labels import field_label
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, StaleVersion
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission as P
from api.domain.organisation.organisation import Change
from api.domain.words.saved_filters import MOST_OF_A_POST, NOT_KEPT, PERSONAL, ListNoun
from api.models.saved_filters import SavedFilter
from api.models.units import Post
from api.schemas.cases import CaseQuery
from api.schemas.distributions import DistributionQuery
from api.schemas.inspections import InspectionQuery
from api.schemas.leads import LeadQuery
from api.schemas.property_items import PropertyItemQuery
from api.schemas.property_measures import PropertyMeasureQuery
from api.schemas.rectifications import RectificationQuery
from api.schemas.risk_entities import RiskEntityQuery
from api.schemas.saved_filters import SavedFilterCreate, SavedFilterUpdate
from api.schemas.victims import VictimQuery
from api.services.kit import changes as corrections
from api.services.kit import protect

RESOURCE = "saved_filter"
corrections.check(SavedFilterUpdate, SavedFilter)


@dataclass(frozen=True, slots=True)
class FilteredList:
    """A list whose conditions can be kept."""

    query: type[PageQuery]
    needs: P


LISTS: dict[ListNoun, FilteredList] = {
    ListNoun.LEADS: FilteredList(LeadQuery, P.LEAD_READ),
    ListNoun.RISK_ENTITIES: FilteredList(RiskEntityQuery, P.RISK_ENTITY_READ),
    ListNoun.INSPECTIONS: FilteredList(InspectionQuery, P.INSPECTION_READ),
    ListNoun.RECTIFICATIONS: FilteredList(RectificationQuery, P.INSPECTION_READ),
    ListNoun.CASES: FilteredList(CaseQuery, P.CASE_READ),
    ListNoun.PROPERTY_ITEMS: FilteredList(PropertyItemQuery, P.PROPERTY_READ),
    ListNoun.PROPERTY_MEASURES: FilteredList(PropertyMeasureQuery, P.PROPERTY_READ),
    ListNoun.VICTIMS: FilteredList(VictimQuery, P.VICTIM_READ),
    ListNoun.DISTRIBUTIONS: FilteredList(DistributionQuery, P.DISTRIBUTION_READ),
}


@cache
def _reader(noun: ListNoun) -> QueryOf:
    return QueryOf(LISTS[noun].query)


def _faults(noun: ListNoun, query: str) -> list[FieldError]:
    """What the list would refuse of these conditions, in its own words."""
    try:
        _reader(noun).parse(query.encode("latin-1"))
    except RequestValidationError as error:
        return faults_of(error)
    return []


def _kept(noun: ListNoun, given: str) -> str:
    """Conditions as they are stored. Raises Invalid for what the list does not understand, and for
    personal data."""
    pairs = [pair for pair in parse_qsl(given.lstrip("?")) if pair[0] not in NOT_KEPT]
    for name, value in pairs:
        named = name in PERSONAL.get(noun, ())
        if named or (name == "q" and protect.told(value) != value):
            message = "筛选条件里有姓名、电话、证件号等个人信息，不能保存"
            raise Invalid(
                message, errors=[FieldError("/query", "personal_data", message)],
                code="filter_holds_personal_data",
            )  # fmt: skip
    query = urlencode(sorted(pairs))
    if faults := _faults(noun, query):
        message = f"列表不认得这些条件：{_told(noun, query, faults)}"
        raise Invalid(message, errors=[FieldError("/query", "query_invalid", message)])
    return query


def _told(noun: ListNoun, query: str, faults: list[FieldError]) -> str:
    """Which conditions, by the words of the list: a code of a program helps nobody here."""
    names = dict.fromkeys(fault.pointer.split("/")[1] for fault in faults)
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        given.setdefault(name, []).append(value)
    return "；".join(
        f"{field_label(name, of=noun) or name}（{'、'.join(given.get(name, []))}）"
        for name in names
    )


def _may(actor: Actor, noun: ListNoun) -> None:
    if not actor.may(LISTS[noun].needs):
        raise Forbidden


def _shown(row: SavedFilter, owner: str, actor: Actor) -> dict[str, Any]:
    faults = _faults(row.noun, row.query)
    unknown = _told(row.noun, row.query, faults)
    return {
        "id": row.id,
        "noun": row.noun,
        "name": row.name,
        "query": row.query,
        "is_shared": row.is_shared,
        "is_default": row.is_default and row.post_id == actor.post_id,
        "is_mine": row.post_id == actor.post_id,
        "owner": owner,
        "position": row.position,
        "fault": f"列表不再认得其中的条件：{unknown}" if faults else None,
        "version": row.version,
    }


def _usable(actor: Actor) -> Any:
    return or_(
        SavedFilter.post_id == actor.post_id,
        and_(SavedFilter.unit_id == actor.unit_id, SavedFilter.is_shared),
    )


async def page(session: AsyncSession, actor: Actor, noun: ListNoun) -> dict[str, Any]:
    """The post's own filters of a list, then those that others of the unit share.

    Raises Forbidden for a list that the actor may not read.
    """
    _may(actor, noun)
    rows = await session.execute(
        select(SavedFilter, Post.name)
        .join(Post, Post.id == SavedFilter.post_id)
        .where(SavedFilter.noun == noun, _usable(actor))
        .order_by(
            (SavedFilter.post_id == actor.post_id).desc(), SavedFilter.position, SavedFilter.id
        )
    )
    return {"items": [_shown(row, owner, actor) for row, owner in rows]}


async def create(session: AsyncSession, actor: Actor, body: SavedFilterCreate) -> dict[str, Any]:
    """Keep conditions under a name. Raises Forbidden, Invalid, Conflict."""
    _may(actor, body.noun)
    there = (
        await session.execute(
            select(func.count(), func.max(SavedFilter.position)).where(
                SavedFilter.post_id == actor.post_id, SavedFilter.noun == body.noun
            )
        )
    ).one()
    if there[0] >= MOST_OF_A_POST:
        message = f"每种列表最多保存 {MOST_OF_A_POST} 个常用筛选，请先删去不用的"
        raise Conflict(message, code="too_many_saved_filters")
    if body.is_default:
        await _no_default(session, actor, body.noun)
    row = SavedFilter(
        noun=body.noun,
        name=protect.told(body.name),
        query=_kept(body.noun, body.query),
        post_id=actor.post_id,
        unit_id=actor.unit_id,
        is_shared=body.is_shared,
        is_default=body.is_default,
        position=(there[1] or 0) + 1,
    )
    session.add(row)
    await session.flush()
    return await _done(session, actor, row, Change.CREATED)


async def change(
    session: AsyncSession, actor: Actor, filter_id: UUID, body: SavedFilterUpdate
) -> dict[str, Any]:
    """Rename, re-order, share, or give other conditions. Raises NotFound, Forbidden, StaleVersion,
    Invalid, Conflict."""
    row = await _own(session, actor, filter_id)
    if row.version != body.version:
        raise StaleVersion(current=row.version)
    if body.is_default and not row.is_default:
        await _no_default(session, actor, row.noun)
    changes = body.changes()
    if "name" in changes:
        changes["name"] = protect.told(changes["name"])
    if "query" in changes:
        changes["query"] = _kept(row.noun, changes["query"])
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    await session.flush()
    return await _done(session, actor, row, Change.UPDATED)


async def remove(session: AsyncSession, actor: Actor, filter_id: UUID) -> None:
    """Delete a filter of the post's own. Raises NotFound, Forbidden."""
    row = await _own(session, actor, filter_id)
    await session.delete(row)
    await _record(session, actor, row, Change.REMOVED)
    await session.flush()


async def _own(session: AsyncSession, actor: Actor, filter_id: UUID) -> SavedFilter:
    row = await session.scalar(
        select(SavedFilter).where(SavedFilter.id == filter_id, _usable(actor)).with_for_update()
    )
    if row is None:
        raise NotFound
    if row.post_id != actor.post_id:
        raise Forbidden("只有保存它的岗位可以修改或者删除", code="not_own_filter")
    return row


async def _no_default(session: AsyncSession, actor: Actor, noun: ListNoun) -> None:
    await session.execute(
        update(SavedFilter)
        .where(
            SavedFilter.post_id == actor.post_id, SavedFilter.noun == noun, SavedFilter.is_default
        )
        .values(is_default=False, version=SavedFilter.version + 1)
    )


async def _done(
    session: AsyncSession, actor: Actor, row: SavedFilter, done: Change
) -> dict[str, Any]:
    await _record(session, actor, row, done)
    owner = await session.scalar(select(Post.name).where(Post.id == row.post_id))
    return _shown(row, owner or "", actor)


async def _record(session: AsyncSession, actor: Actor, row: SavedFilter, done: Change) -> None:
    told = {"change": done.value, "noun": row.noun.value, "name": row.name, "shared": row.is_shared}
    await events.record(session, actor, EventName.SAVED_FILTER_CHANGED, RESOURCE, row.id, told)
