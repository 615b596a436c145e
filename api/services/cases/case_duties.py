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
from api.models.property_measures import PropertyMeasure
from api.services.kit._duty_source import NO, Source, in_status, unit_record

K = DutyKind
#: The day to which measures are looked for; how far warnings reach the rules say.
MEASURES_UNTIL = "measures_until"


def _case(kind: DutyKind, status: CaseStatus) -> Source:
    return Source(
        kind,
        "cases",
        Case,
        P.CASE_HANDLE,
        lambda actor: and_(Case.owner_unit_id == actor.unit_id, in_status(Case.status, status)),
        Case.title,
        Case.number,
        Case.due_on,
        Case.due_is_provisional,
        Case.due_rule,
    )


_M = PropertyMeasure
#: Cases whose present stage has a term by law; the two filing duties below have names of their own.
_OTHER_STAGES = [s for s in CaseStatus if s not in {CaseStatus.RECEIVED, CaseStatus.UNDER_REVIEW}]
_HANDLED: dict[str, Any] = {
    "subject": select(PropertyItem.number).where(PropertyItem.id == _M.property_item_id),
    "title": select(PropertyItem.title).where(PropertyItem.id == _M.property_item_id),
}

SOURCES: tuple[Source, ...] = (
    _case(K.CASE_ACCEPT, CaseStatus.RECEIVED),
    _case(K.CASE_FILING, CaseStatus.UNDER_REVIEW),
    Source(
        K.MEASURE_EXPIRING,
        "property-measures",
        _M,
        P.PROPERTY_HANDLE,
        # Past its end it stays until somebody, or the nightly run, has written down that it lapsed.
        lambda actor: and_(
            _M.owner_unit_id == actor.unit_id,
            in_status(_M.status, MeasureStatus.ACTIVE),
            _M.expires_on <= param(MEASURES_UNTIL, Date()),
        ),
        _HANDLED["title"].scalar_subquery(),
        _HANDLED["subject"].scalar_subquery(),
        _M.expires_on,
        NO,
        _M.rule_id,
        func.concat(_M.kind, literal_column("'|'"), _M.starts_on),
    ),
    unit_record(
        K.CASE_DUE,
        "cases",
        Case,
        P.CASE_HANDLE,
        lambda _: [Case.due_on.is_not(None), Case.status.in_(_OTHER_STAGES)],
        title=Case.title,
        number=Case.number,
        due_on=Case.due_on,
        provisional=Case.due_is_provisional,
        rule=Case.due_rule,
    ),
)
