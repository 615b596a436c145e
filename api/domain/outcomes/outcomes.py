"""Outcomes (行动成果) that are papers: exposed cases, education, institutions (goals G3, G4).

What the campaign did to offenders and to companies stands in other ledgers; what it published and
what it established is recorded here, so that these goals too are counted from rows.
"""

from datetime import date
from typing import Protocol, cast
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid
from api.domain.kit.flow import OWN_UNIT, REASON, Edit, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.words import public_texts


class OutcomeKind(Labelled):
    """What was brought about (众办〔2022〕54号 §2: 曝光一批典型案例 … 建立长效机制)."""

    TYPICAL_CASE = "typical_case", "典型案例曝光"
    EDUCATION = "education", "宣传教育活动"
    INSTITUTION = "institution", "制度机制"


class OutcomeStatus(Labelled):
    """Whether it holds."""

    DRAFT = "draft", "待审核发布"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤销"


class OutcomeAction(Labelled):
    """What people do with it."""

    PUBLISH = "publish", "审核发布"
    WITHDRAW = "withdraw", "撤销"
    RESTORE = "restore", "恢复"
    RESUBMIT = "resubmit", "重新提交审核"


def _own_or_office(actor: Actor, record: Record) -> bool:
    return OWN_UNIT.holds(actor, record) or actor.may(P.LEAD_ASSIGN)


class OutcomeRecord(Record, Protocol):
    """What the predicates below read."""

    kind: OutcomeKind
    judgment_court: str
    judgment_no: str
    judged_on: date | None
    #: Who wrote the text last; somebody else reads it before it goes out.
    prepared_by_id: UUID | None


def _judged(_: Actor, record: Record) -> bool:
    told = cast("OutcomeRecord", record)
    return bool(told.judgment_court and told.judgment_no and told.judged_on)


#: 以案说法 tells of what a court has judged in public; before that somebody's guilt is not known.
JUDGED = Predicate(
    "not_judged",
    "典型案例须有已经公开的生效裁判：请先填写作出裁判的法院、案号和裁判日期",
    _judged,
    Conflict,
)
ANOTHER = Predicate(
    "own_text",
    "登记、修改典型案例的人不能自己审核发布，须由另一人审核",
    lambda actor, record: actor.id != cast("OutcomeRecord", record).prepared_by_id,
)
TYPICAL = Predicate(
    "not_typical",
    "只有典型案例须重新提交审核",
    lambda _, record: cast("OutcomeRecord", record).kind is OutcomeKind.TYPICAL_CASE,
    Conflict,
)
NOT_TYPICAL = Predicate(
    "typical",
    "典型案例须重新提交审核，由另一人审核后发布",
    lambda _, record: cast("OutcomeRecord", record).kind is not OutcomeKind.TYPICAL_CASE,
    Conflict,
)


def first_status(kind: OutcomeKind) -> OutcomeStatus:
    """Where an outcome begins: an exposed case is nothing yet that anybody published."""
    return OutcomeStatus.DRAFT if kind is OutcomeKind.TYPICAL_CASE else OutcomeStatus.PUBLISHED


class Written(Protocol):
    """What an outcome says."""

    kind: OutcomeKind
    title: str
    summary: str
    medium: str
    document_no: str
    issued_on: date
    judged_on: date | None


def check(outcome: Written) -> None:
    """What it needs to be counted. Raises Invalid that names the field."""
    if outcome.kind is OutcomeKind.INSTITUTION:
        if not outcome.document_no:
            message = "制度机制须填写文号"
            raise Invalid(message, errors=[FieldError("/document_no", "missing", message)])
    elif not outcome.medium:
        message = "须填写发布渠道或地点"
        raise Invalid(message, errors=[FieldError("/medium", "missing", message)])


def fit_to_publish(outcome: Written) -> None:
    """Raises Invalid naming every place that tells of somebody, or of an open matter."""
    errors = [
        FieldError(f"/{field}", "not_for_the_public", fault)
        for field in ("title", "summary")
        for fault in public_texts.faults(getattr(outcome, field))
    ]
    if outcome.judged_on and outcome.issued_on < outcome.judged_on:
        errors.append(FieldError("/issued_on", "before_judgment", "发布日期不能早于裁判日期"))
    if errors:
        message = "；".join(error.message for error in errors)
        raise Invalid(message, code="not_for_the_public", errors=errors)


NOT_OUT = Predicate(
    "published",
    "已发布的典型案例不能直接修改，请先撤销，改后重新提交审核",
    lambda _, record: (
        cast("OutcomeRecord", record).kind is not OutcomeKind.TYPICAL_CASE
        or record.status is not OutcomeStatus.PUBLISHED
    ),
    Conflict,
)
ISSUER = Predicate("not_own_unit", "只有登记单位或镇专项办可以办理", _own_or_office)

OUTCOME_FLOW: Flow[OutcomeStatus, OutcomeAction] = Flow(
    "outcome",
    OutcomeStatus.PUBLISHED,
    {
        OutcomeAction.PUBLISH: Step(
            frozenset({OutcomeStatus.DRAFT}),
            OutcomeStatus.PUBLISHED,
            P.OUTCOME_APPROVE,
            when=(TYPICAL, JUDGED, ANOTHER),
        ),
        OutcomeAction.WITHDRAW: Step(
            frozenset({OutcomeStatus.DRAFT, OutcomeStatus.PUBLISHED}),
            OutcomeStatus.WITHDRAWN,
            P.OUTCOME_HANDLE,
            fields=(REASON,),
            when=(ISSUER,),
            danger=True,
        ),
        OutcomeAction.RESTORE: Step(
            frozenset({OutcomeStatus.WITHDRAWN}),
            OutcomeStatus.PUBLISHED,
            P.OUTCOME_HANDLE,
            fields=(REASON,),
            when=(ISSUER, NOT_TYPICAL),
        ),
        OutcomeAction.RESUBMIT: Step(
            frozenset({OutcomeStatus.WITHDRAWN}),
            OutcomeStatus.DRAFT,
            P.OUTCOME_HANDLE,
            fields=(REASON,),
            when=(ISSUER, TYPICAL),
        ),
    },
    edit=Edit(
        frozenset({OutcomeStatus.DRAFT, OutcomeStatus.PUBLISHED}),
        P.OUTCOME_HANDLE,
        "已撤销的成果不能修改",
        when=(ISSUER, NOT_OUT),
    ),
)
