"""Papers are seen by whoever sees the record that they were made from; nothing is written twice."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, exists, false, func, literal_column, not_, or_

from api.core.database.record_access import RecordAccess
from api.core.listing.pagination import param
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import RowScope
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.papers import Paper
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity

#: What papers are made from.
MODELS: Final[dict[str, type[Any]]] = {
    "lead": Lead,
    "handover": LeadTransfer,
    "rectification": Rectification,
    "risk_entity": RiskEntity,
}
_TOWN = literal_column(str(LEVEL_DIGITS[DivisionLevel.TOWN]))


def _of_town(town: Any) -> ColumnElement[bool]:
    """By the town that the record is in now: a lead may have gone to the county meanwhile."""
    return or_(
        *(
            and_(
                Paper.noun == literal_column(f"'{noun}'"),
                exists().where(model.id == Paper.subject_id, model.town_code == town),
            )
            for noun, model in MODELS.items()
        )
    )


def _of_viewer(viewer: Any) -> ColumnElement[bool]:
    """What a unit was let see, without the leads of the county that it only reported: it is told how
    such a lead stands, not what others wrote (ADR 0019)."""
    granted = exists().where(
        RecordAccess.viewer_id == viewer,
        RecordAccess.resource == Paper.noun,
        RecordAccess.record_id == Paper.subject_id,
    )
    helps = exists().where(LeadAssist.lead_id == Lead.id, LeadAssist.owner_unit_id == viewer)
    apart = exists().where(
        Lead.id == Paper.subject_id,
        func.length(Lead.town_code) < _TOWN,
        Lead.owner_unit_id != viewer,
        Lead.transfer_receiver_id.is_distinct_from(viewer),
        not_(helps),
    )
    return and_(granted, not_(apart))


_VIEWER = param("viewer", RecordAccess.viewer_id.type)
#: For a `Listing`.
SCOPES: Final[dict[RowScope, ColumnElement[bool]]] = {
    RowScope.TOWN: _of_town(param("town", Text())),
    RowScope.UNIT: _of_viewer(_VIEWER),
    RowScope.COUNTY: _of_viewer(_VIEWER),
    RowScope.POST: _of_viewer(_VIEWER),
}


def seen(actor: Actor) -> ColumnElement[bool]:
    """The papers that this actor sees."""
    if actor.scope is RowScope.NONE:
        return false()
    if actor.scope is RowScope.TOWN:
        return _of_town(actor.town)
    return _of_viewer(actor.viewer)


def is_of(noun: str, subject_id: UUID) -> ColumnElement[bool]:
    """The papers of one record."""
    return and_(Paper.noun == noun, Paper.subject_id == subject_id)
