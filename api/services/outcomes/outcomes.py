"""Outcomes: what the campaign published and established, recorded so that it can be counted."""

from typing import Any

from api.core.base.clock import now
from api.domain.across.ways import OUTCOME_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission as P
from api.domain.outcomes.outcomes import (
    OUTCOME_FLOW,
    OutcomeAction,
    OutcomeKind,
    OutcomeStatus,
    check,
    first_status,
    fit_to_publish,
)
from api.models import outcomes as outcome_models
from api.models.outcomes import Outcome
from api.schemas.outcomes import (
    OutcomeCreate,
    OutcomeItem,
    OutcomeQuery,
    OutcomeRead,
    OutcomeUpdate,
)
from api.services.kit._duty_source import in_status
from api.services.kit.declared import Declared, Schemas, Turn
from api.services.kit.steps import Step, holder_unit


def _sign(actor: Actor, outcome: Outcome, body: Any) -> None:
    # beforehand: status and event are written together, and the table wants all or nothing
    if body.action == OutcomeAction.PUBLISH.value:
        outcome.approved_by_id, outcome.approved_at = actor.id, now()
    elif outcome.kind is OutcomeKind.TYPICAL_CASE:
        outcome.approved_by_id = outcome.approved_at = None


def _check_publishing(_: Actor, outcome: Any, body: Any) -> None:
    if body.action == OutcomeAction.PUBLISH.value:
        fit_to_publish(outcome)


#: A second person publishes what somebody prepared.
_PUBLISH = Step(
    DutyKind.OUTCOME_PUBLISH,
    in_status(Outcome.status, OutcomeStatus.DRAFT),
    Outcome.turn_since,
    holder_unit(
        P.OUTCOME_APPROVE, Outcome.town_code, Outcome.owner_unit_id, Outcome.prepared_by_id
    ),
)
OUTCOMES = Declared(
    "outcome",
    "CG",
    Outcome,
    OUTCOME_FLOW,
    OUTCOME_WAY,
    Schemas(OutcomeCreate, OutcomeUpdate, OutcomeItem, OutcomeRead, OutcomeQuery),
    reads=P.OUTCOME_READ,
    handles=P.OUTCOME_HANDLE,
    created=EventName.OUTCOME_CREATED,
    updated=EventName.OUTCOME_UPDATED,
    moved=EventName.OUTCOME_TRANSITIONED,
    title=Outcome.title,
    texts=("title", "medium", "document_no", "summary", "judgment_court", "judgment_no"),
    searched=(Outcome.title, Outcome.document_no),
    words=outcome_models.FACETS,
    letters={"status": "s", "kind": "k", "owner_unit_id": "o"},
    turns=(
        Turn(
            _PUBLISH,
            P.OUTCOME_APPROVE,
            lambda actor: [Outcome.prepared_by_id.is_distinct_from(actor.id)],
        ),
    ),
    known=("prepared_by_id",),
    begins=lambda body: first_status(body.kind),
    check=check,
    before=_sign,
    after=_check_publishing,
)
