"""A repeated POST is answered with what was answered then, if its sender may still see that.

A kept answer is up to seven days old: meanwhile the record may have been given to another unit, gone
to the county because the sender's is accused in it, or the sender struck off a file's list.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import paper_rows, restricted_rows, visibility
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.imports import Import
from api.models.informants import InformantOpening
from api.models.inspections import Inspection
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.ledger import Transfer
from api.models.outcomes import Outcome
from api.models.papers import Paper
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.models.recheck_samples import RecheckSample
from api.models.rectifications import Rectification
from api.models.restricted_files import RestrictedFile
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.models.rule_sets import RuleSetVersion
from api.models.saved_filters import SavedFilter
from api.models.units import Unit
from api.models.victims import Victim

_PREFIX = "/api/v1/"
_ID_LENGTH = 36

#: What stands behind the first word of a path, and which rows of it an actor sees.
Seen = Callable[[Actor], ColumnElement[bool]]


def _rows(model: type[Any]) -> tuple[type[Any], Seen]:
    return model, lambda actor: visibility.seen(actor, model)


def _openings(actor: Actor) -> ColumnElement[bool]:
    return InformantOpening.lead_id.in_(select(Lead.id).where(visibility.seen(actor, Lead)))


SIGHTS: dict[str, tuple[type[Any], Seen]] = {
    "cases": _rows(Case),
    "distributions": _rows(Distribution),
    "handovers": _rows(LeadTransfer),
    "imports": _rows(Import),
    "informant-openings": (InformantOpening, _openings),
    "inspections": _rows(Inspection),
    "leads": _rows(Lead),
    "leads/recheck-samples": _rows(RecheckSample),
    "ledger": _rows(Transfer),
    "outcomes": _rows(Outcome),
    "papers": (Paper, paper_rows.seen),
    "property-items": _rows(PropertyItem),
    "property-measures": _rows(PropertyMeasure),
    "rectifications": _rows(Rectification),
    "restricted-files": (RestrictedFile, restricted_rows.visible),
    "rewards": _rows(Reward),
    "risk-entities": _rows(RiskEntity),
    "rule-set-versions": _rows(RuleSetVersion),
    "saved-filters": (SavedFilter, lambda actor: SavedFilter.post_id == actor.post_id),
    "units": _rows(Unit),
    "victims": _rows(Victim),
}
#: Posted to by roles that see all of what is behind it, or by everybody to themselves; a batch is
#: answered by the ids that it was sent with, told alike whether they are hidden or not there.
UNSCOPED = frozenset(
    {
        "api-clients", "divisions", "jobs", "leads/assignments", "me", "posts", "rule-sets",
        "shared-changes", "time-rules", "users",
    }
)  # fmt: skip
#: What else a kept answer may name: the other end of a link, and what hangs on it.
_NAMED: tuple[type[Any], ...] = (Lead, Case)


def noun_of(path: str) -> str:
    """Which of `SIGHTS` or `UNSCOPED` a path belongs to."""
    first, *rest = path.removeprefix(_PREFIX).split("/")
    nested = f"{first}/{rest[0]}" if rest else first
    return nested if nested in SIGHTS or nested in UNSCOPED else first


def _ids(value: Any) -> Iterator[UUID]:
    """Every id that a JSON value holds."""
    if isinstance(value, dict):
        for each in value.values():  # pyright: ignore[reportUnknownVariableType]  # JSON
            yield from _ids(each)
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _ids(each)
    elif isinstance(value, str) and len(value) == _ID_LENGTH and (found := _id(value)):
        yield found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _subject(request: Request, kept: Any) -> UUID | None:
    """The record that a request was about: the first that its path names, or the one it made."""
    for value in request.path_params.values():
        if found := _id(str(value)):
            return found
    return _id(str(kept.get("id"))) if isinstance(kept, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


async def ensure_in_sight(
    session: AsyncSession, actor: Actor, request: Request, kept: Response
) -> None:
    """Let a kept answer out. Raises NotFound (`replay_out_of_sight`)."""
    noun = noun_of(request.url.path)
    if noun in UNSCOPED:
        return
    told: Any = orjson.loads(kept.body) if kept.body else None
    model, seen = SIGHTS[noun]
    hidden: list[ColumnElement[bool]] = []
    subject = _subject(request, told)
    if subject is not None:
        hidden.append(~exists().where(model.id == subject, seen(actor)))
    if model is not RestrictedFile:  # its own list, not the lead's, says who may read it
        named = list(dict.fromkeys(_ids(told)))
        hidden += [
            exists().where(each.id.in_(named), ~visibility.seen(actor, each)) for each in _NAMED
        ]
    if hidden and await session.scalar(select(or_(*hidden))):
        raise NotFound(
            "这一请求当时已经办理，但有关记录现在不在您的可见范围内，不能再次显示当时的答复",
            code="replay_out_of_sight",
        )
