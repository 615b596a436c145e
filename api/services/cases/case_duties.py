"""Duties from cases, and from the measures over property that lapse unless somebody acts."""

from typing import Any

from sqlalchemy import Date, and_, func, literal_column, select

from api.core.base.statements import param
from api.domain.cases.cases import CaseStatus
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.domain.recovery.property_measures import MeasureStatus
from api.models.cases import Case
from api.models.property_items import PropertyItem
from api.models.property_measures import UNDONE, PropertyMeasure
from api.models.victims import Victim
from api.services.cases import case_steps, victims
from api.services.kit._duty_source import NO, Source, in_status, seen_record, unit_record
from api.services.kit.steps import Step
from api.services.recovery import property_items

K = DutyKind
#: The day to which measures are looked for; how far warnings reach the rules say.
MEASURES_UNTIL = "measures_until"


def _case(kind: DutyKind, status: CaseStatus) -> Source:
    """A case in a status that has a term by law, while it runs."""
    return unit_record(
        kind,
        "cases",
        Case,
        P.CASE_HANDLE,
        lambda _: [in_status(Case.status, status), *_BY_LAW.get(kind, ())],
        title=Case.title,
        number=Case.number,
        due_on=Case.due_on,
        provisional=Case.due_is_provisional,
        rule=Case.due_rule,
    )


def _next(step: Step) -> Source:
    """A case at a step for which the town sets the term."""
    return unit_record(
        step.kind,
        "cases",
        Case,
        P.CASE_HANDLE,
        lambda _: [step.waits],
        title=Case.title,
        number=Case.number,
        since=step.since,
    )


#: Of these the town sets the term where no clock of the law runs.
_BY_LAW = {step.kind: [Case.due_on.is_not(None)] for step in case_steps.STEPS}
_M = PropertyMeasure
_I = PropertyItem
S = CaseStatus
_HANDLED: dict[str, Any] = {
    "subject": select(PropertyItem.number).where(PropertyItem.id == _M.property_item_id),
    "title": select(PropertyItem.title).where(PropertyItem.id == _M.property_item_id),
}


_STEPS = {step.kind: step for step in (*property_items.STEPS, *victims.STEPS)}


def _property(kind: DutyKind) -> Source:
    step = _STEPS[kind]
    return seen_record(
        kind, "property-items", _I, P.PROPERTY_HANDLE, step.waits, title=_I.title,
        number=_I.number, since=step.since,
    )  # fmt: skip


def _groundless(status: MeasureStatus) -> Source:
    """What is held of a case that is a criminal case no more is to be given back at once."""
    return unit_record(
        K.MEASURE_GROUNDLESS,
        "property-measures",
        _M,
        P.PROPERTY_HANDLE,
        lambda _: [and_(in_status(_M.status, status), _M.is_groundless)],
        title=_HANDLED["title"].scalar_subquery(),
        number=_HANDLED["subject"].scalar_subquery(),
        due_on=_M.expires_on,
        rule=_M.rule_id,
    )


SOURCES: tuple[Source, ...] = (
    _case(K.CASE_ACCEPT, S.RECEIVED),
    _case(K.CASE_FILING, S.UNDER_REVIEW),
    _case(K.CASE_INVESTIGATE, S.INVESTIGATING),
    _case(K.CASE_SEND, S.INVESTIGATION_CONCLUDED),
    _case(K.CASE_PROSECUTION, S.UNDER_PROSECUTION),
    _case(K.CASE_JUDGMENT, S.INDICTED),
    _case(K.CASE_CLOSE, S.ENFORCING),
    *map(_next, case_steps.STEPS),
    seen_record(
        K.VICTIM_VERIFY,
        "victims",
        Victim,
        P.VICTIM_HANDLE,
        _STEPS[K.VICTIM_VERIFY].waits,
        title=Victim.name_mask,
        number=Victim.number,
        since=_STEPS[K.VICTIM_VERIFY].since,
    ),
    _property(K.PROPERTY_DETERMINE),
    _property(K.PROPERTY_DISPUTED),
    _property(K.PROPERTY_DISPOSE),
    *(_groundless(status) for status in (MeasureStatus.ACTIVE, MeasureStatus.QUEUED)),
    unit_record(
        K.MEASURE_QUEUED,
        "property-measures",
        _M,
        P.PROPERTY_HANDLE,
        lambda _: [in_status(_M.status, MeasureStatus.QUEUED), ~_M.is_groundless],
        title=_HANDLED["title"].scalar_subquery(),
        number=_HANDLED["subject"].scalar_subquery(),
    ),
    unit_record(
        K.MEASURE_LAPSED,
        "property-measures",
        _M,
        P.PROPERTY_HANDLE,
        lambda _: [UNDONE],
        title=_HANDLED["title"].scalar_subquery(),
        number=_HANDLED["subject"].scalar_subquery(),
        due_on=_M.expires_on,
        rule=_M.rule_id,
    ),
    Source(
        K.MEASURE_EXPIRING,
        "property-measures",
        _M,
        P.PROPERTY_HANDLE,
        # from the day after its last one it is another duty: it lapsed
        lambda actor: and_(
            _M.owner_unit_id == actor.unit_id,
            in_status(_M.status, MeasureStatus.ACTIVE),
            _M.expires_on.between(param("today", Date()), param(MEASURES_UNTIL, Date())),
            ~_M.is_groundless,
        ),
        _HANDLED["title"].scalar_subquery(),
        _HANDLED["subject"].scalar_subquery(),
        _M.expires_on,
        NO,
        _M.rule_id,
        func.concat(_M.kind, literal_column("'|'"), _M.starts_on),
    ),
)
