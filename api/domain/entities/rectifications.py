"""Rectifications (整改): ordered, handed in, inspected again, closed (E6, E10).

Overdue is never a status: it follows from the due date and the clock.
"""

from typing import Any, cast

from api.domain.entities.inspections import Finding
from api.domain.entities.risk_measures import PLAN
from api.domain.kit.actors import Actor
from api.domain.kit.days import DayKind
from api.domain.kit.errors import Conflict, RuleViolated
from api.domain.kit.flow import (
    OWN_UNIT,
    REASON,
    Edit,
    Field,
    FieldKind,
    Flow,
    Predicate,
    Record,
    Step,
)
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P


class RectificationStatus(Labelled):
    """Where a rectification stands."""

    ORDERED = "ordered", "已责令整改"
    SUBMITTED = "submitted", "已提交整改材料"
    REINSPECTING = "reinspecting", "复查中"
    FAILED = "failed", "复查不合格"
    CLOSED = "closed", "已销号"
    WITHDRAWN = "withdrawn", "已撤销"


class RectificationAction(Labelled):
    """What people do with a rectification."""

    SUBMIT = "submit", "登记整改材料"
    REINSPECT = "reinspect", "安排复查"
    CLOSE = "close", "复查合格销号"
    FAIL = "fail", "复查不合格"
    ORDER_AGAIN = "order_again", "重新责令整改"
    WITHDRAW = "withdraw", "撤销"


S, A = RectificationStatus, RectificationAction
#: Statuses in which something is still owed.
OPEN = frozenset({S.ORDERED, S.SUBMITTED, S.REINSPECTING, S.FAILED})


def _same_unit_or_office(actor: Actor, record: Record) -> bool:
    return OWN_UNIT.holds(actor, record) or actor.may(P.LEAD_ASSIGN)


HANDLER = Predicate("not_own_unit", "只有责令整改的单位可以办理", OWN_UNIT.holds)


def _clean(actor: Actor, record: Any) -> bool:
    del actor
    return record.reinspection_finding == Finding.NONE


def _found_again(actor: Actor, record: Any) -> bool:
    del actor
    return record.reinspection_finding == Finding.PROBLEM


REINSPECTED_CLEAN = Predicate(
    "reinspection_missing",
    "复查未发现问题后才能销号",
    _clean,
    RuleViolated,
    f"{PLAN}：督促整改到位，验收后销号",
)
REINSPECTED_FAULTY = Predicate(
    "reinspection_not_failed",
    "复查发现问题后才能判定不合格",
    _found_again,
    RuleViolated,
    f"{PLAN}：督促整改到位，验收后销号",
)

#: One visit looks at it again; another one only after that.
NOT_PLANNED = Predicate(
    "reinspection_open",
    "复查已经安排，还没有登记结果",
    lambda _, record: cast("Any", record).open_reinspection is None,
    Conflict,
    names=lambda record: [str(cast("Any", record).open_reinspection["name"])],
)

_BEFORE_VERDICT = frozenset({S.ORDERED, S.SUBMITTED, S.REINSPECTING})

EDITOR = Predicate("not_own_unit", "只有责令整改的单位或镇专项办可以修改", _same_unit_or_office)

RECTIFICATION_FLOW: Flow[RectificationStatus, RectificationAction] = Flow(
    "rectification",
    S.ORDERED,
    {
        A.SUBMIT: Step(
            frozenset({S.ORDERED}),
            S.SUBMITTED,
            P.INSPECTION_HANDLE,
            fields=(
                Field("materials", "整改情况和材料", FieldKind.LONG_TEXT),
                Field("submitted_on", "提交日期", FieldKind.DATE, day=DayKind.PAST, required=False),
            ),
            when=(HANDLER,),
        ),
        A.REINSPECT: Step(
            _BEFORE_VERDICT,
            S.REINSPECTING,
            P.INSPECTION_HANDLE,
            fields=(
                Field("planned_on", "复查日期", FieldKind.DATE, day=DayKind.DUE, required=False),
                Field("inspectors", "复查人员", required=False),
            ),
            when=(HANDLER, NOT_PLANNED),
        ),
        A.CLOSE: Step(
            _BEFORE_VERDICT,
            S.CLOSED,
            P.INSPECTION_HANDLE,
            when=(HANDLER, REINSPECTED_CLEAN),
        ),
        A.FAIL: Step(
            _BEFORE_VERDICT,
            S.FAILED,
            P.INSPECTION_HANDLE,
            fields=(REASON,),
            when=(HANDLER, REINSPECTED_FAULTY),
        ),
        A.ORDER_AGAIN: Step(
            frozenset({S.FAILED}),
            S.ORDERED,
            P.INSPECTION_HANDLE,
            fields=(
                Field(
                    "due_on",
                    "新的整改期限",
                    FieldKind.DATE,
                    day=DayKind.DUE,
                    required=False,
                    rule="RECT-01",
                ),
                Field("requirements", "整改要求", FieldKind.LONG_TEXT, required=False),
                Field("document_no", "文书编号", required=False),
            ),
            when=(HANDLER,),
        ),
        A.WITHDRAW: Step(
            OPEN,
            S.WITHDRAWN,
            P.INSPECTION_HANDLE,
            fields=(REASON,),
            when=(HANDLER,),
            danger=True,
        ),
    },
    edit=Edit(OPEN, P.INSPECTION_HANDLE, "整改已办结，不能修改", when=(EDITOR,)),
    law=f"{PLAN}：督促整改到位，验收后销号",
)
