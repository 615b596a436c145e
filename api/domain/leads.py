"""Leads (线索): statuses, actions, conclusions and the life cycle (facts 3.1)."""

from typing import Protocol, cast
from uuid import UUID

from api.domain.actors import Actor
from api.domain.errors import Conflict
from api.domain.flow import OWN_UNIT, REASON, Field, FieldKind, Flow, Predicate, Record, Step
from api.domain.labels import Labelled
from api.domain.permissions import Permission as P


class LeadStatus(Labelled):
    """Where a lead stands."""

    RECEIVED = "received", "已接收"
    REGISTERED = "registered", "已登记"
    ASSIGNED = "assigned", "已交办"
    DISPUTED = "disputed", "有异议"
    VERIFYING = "verifying", "核查中"
    TRANSFERRED_DEPARTMENT = "transferred_department", "已移交部门"
    TRANSFERRED_POLICE = "transferred_police", "已移送公安"
    ESCALATED = "escalated", "已上报县专项办"
    CONCLUDED = "concluded", "已有结论"
    RECHECK = "recheck", "二次核查中"
    REJECTED = "rejected", "不予受理"
    FED_BACK = "fed_back", "已反馈"
    CLOSED = "closed", "已办结"
    WITHDRAWN = "withdrawn", "已撤回"
    ARCHIVED = "archived", "已归档"


class LeadAction(Labelled):
    """What people do with a lead."""

    REGISTER = "register", "登记"
    ASSIGN = "assign", "交办"
    ACKNOWLEDGE = "acknowledge", "签收"
    DISPUTE = "dispute", "提出异议"
    CONCLUDE = "conclude", "提交核查结论"
    RECHECK = "recheck", "发起二次核查"
    TRANSFER_DEPARTMENT = "transfer_department", "移交主管部门"
    TRANSFER_POLICE = "transfer_police", "移送公安"
    ESCALATE = "escalate", "上报县专项办"
    REJECT = "reject", "不予受理"
    FEED_BACK = "feed_back", "反馈举报人"
    CLOSE = "close", "办结"
    WITHDRAW = "withdraw", "撤回"
    ARCHIVE = "archive", "归档"
    REOPEN = "reopen", "重新办理"


class LeadConclusion(Labelled):
    """What verification found."""

    SUSPECTED_CRIME = "suspected_crime", "查实-涉嫌犯罪"
    ILLEGAL = "illegal", "查实-违法"
    IRREGULAR = "irregular", "查实-不规范"
    CIVIL_DISPUTE = "civil_dispute", "民事纠纷"
    UNFOUNDED = "unfounded", "查否"
    UNVERIFIABLE = "unverifiable", "无法核查"
    DUPLICATE = "duplicate", "重复"


class FeedbackMode(Labelled):
    """How the reporter was answered, or why that is impossible (capability P3)."""

    PHONE = "phone", "电话反馈"
    IN_PERSON = "in_person", "当面反馈"
    LETTER = "letter", "书面反馈"
    ONLINE = "online", "网上反馈"
    IMPOSSIBLE = "impossible", "无法反馈（说明原因）"


class LeftOut(Labelled):
    """Why a lead is not in the figures (capability C3)."""

    MERGED = "merged", "已并入其他线索"
    DUPLICATE = "duplicate", "核查结论为重复"
    WITHDRAWN = "withdrawn", "已撤回"


class ReporterKind(Labelled):
    """Whether the reporter gave a name."""

    ANONYMOUS = "anonymous", "匿名"
    REAL_NAME = "real_name", "实名"


S, A = LeadStatus, LeadAction

#: What the triage desk (分流台) works through: no unit is in charge yet, or the one that was says no.
TRIAGE = (S.RECEIVED, S.REGISTERED, S.DISPUTED)


def _same_unit_or_office(actor: Actor, record: Record) -> bool:
    return OWN_UNIT.holds(actor, record) or actor.may(P.LEAD_ASSIGN)


class LeadRecord(Record, Protocol):
    """What the predicate below reads."""

    conclusion: LeadConclusion | None
    merged_into_id: UUID | None


#: A lead that was checked and found to be no offence is not handed to the police.
_FOR_POLICE = frozenset({None, LeadConclusion.SUSPECTED_CRIME, LeadConclusion.ILLEGAL})


def _may_be_offence(_: Actor, record: Record) -> bool:
    return cast("LeadRecord", record).conclusion in _FOR_POLICE


MAY_BE_OFFENCE = Predicate(
    "no_offence_found",
    "核查结论不是涉嫌犯罪或者违法的，不能移送公安；有新的情况请先发起二次核查",
    _may_be_offence,
    Conflict,
)

NOT_MERGED = Predicate(
    "merged",
    "线索已并入另一线索，请先撤销并入",
    lambda _, record: cast("LeadRecord", record).merged_into_id is None,
    Conflict,
)

#: The office steps in for departments that are not in the system yet.
HANDLER = Predicate("not_own_unit", "只有承办单位或镇专项办可以办理", _same_unit_or_office)

_UNIT = Field("unit_id", "承办单位", FieldKind.UNIT)
_DOCUMENT = Field("document_no", "文书编号", required=False)
_OPEN = frozenset({S.RECEIVED, S.REGISTERED, S.ASSIGNED, S.DISPUTED, S.VERIFYING})
_ANSWERABLE = frozenset(
    {S.CONCLUDED, S.REJECTED, S.TRANSFERRED_DEPARTMENT, S.TRANSFERRED_POLICE, S.ESCALATED}
)

LEAD_FLOW: Flow[LeadStatus, LeadAction] = Flow(
    "lead",
    S.RECEIVED,
    {
        A.REGISTER: Step(frozenset({S.RECEIVED}), S.REGISTERED, P.LEAD_ASSIGN),
        A.ASSIGN: Step(
            frozenset({S.REGISTERED, S.DISPUTED}),
            S.ASSIGNED,
            P.LEAD_ASSIGN,
            fields=(
                _UNIT,
                Field("assisting_unit_ids", "协办单位", FieldKind.UNITS, required=False),
                Field("due_on", "办理期限", FieldKind.DATE, required=False, rule="LEAD-01"),
            ),
        ),
        A.ACKNOWLEDGE: Step(frozenset({S.ASSIGNED}), S.VERIFYING, P.LEAD_HANDLE, when=(OWN_UNIT,)),
        A.DISPUTE: Step(
            frozenset({S.ASSIGNED}),
            S.DISPUTED,
            P.LEAD_HANDLE,
            fields=(
                REASON,
                Field("proposed_unit_id", "建议承办单位", FieldKind.UNIT, required=False),
            ),
            when=(OWN_UNIT,),
        ),
        A.CONCLUDE: Step(
            frozenset({S.VERIFYING, S.RECHECK, S.TRANSFERRED_DEPARTMENT, S.ESCALATED}),
            S.CONCLUDED,
            P.LEAD_HANDLE,
            fields=(
                Field("conclusion", "核查结论", FieldKind.ENUM, options=LeadConclusion),
                Field("findings", "核查情况", FieldKind.LONG_TEXT),
            ),
            when=(HANDLER,),
        ),
        A.TRANSFER_POLICE: Step(
            frozenset({S.VERIFYING, S.CONCLUDED}),
            S.TRANSFERRED_POLICE,
            P.LEAD_HANDLE,
            fields=(_DOCUMENT, REASON),
            when=(HANDLER, MAY_BE_OFFENCE),
        ),
        A.TRANSFER_DEPARTMENT: Step(
            frozenset({S.REGISTERED, S.VERIFYING, S.CONCLUDED}),
            S.TRANSFERRED_DEPARTMENT,
            P.LEAD_HANDLE,
            fields=(Field("department", "接收部门"), _DOCUMENT, REASON),
            when=(HANDLER, NOT_MERGED),
        ),
        A.RECHECK: Step(
            frozenset({S.CONCLUDED, S.FED_BACK}),
            S.RECHECK,
            P.LEAD_ASSIGN,
            fields=(_UNIT, REASON),
            when=(NOT_MERGED,),
        ),
        A.FEED_BACK: Step(
            _ANSWERABLE,
            S.FED_BACK,
            P.LEAD_HANDLE,
            fields=(
                Field("feedback_mode", "反馈方式", FieldKind.ENUM, options=FeedbackMode),
                Field("feedback_note", "反馈内容或无法反馈的原因", FieldKind.LONG_TEXT),
            ),
            when=(HANDLER,),
        ),
        A.CLOSE: Step(frozenset({S.FED_BACK}), S.CLOSED, P.LEAD_ASSIGN),
        A.ESCALATE: Step(
            frozenset({S.REGISTERED, S.VERIFYING}), S.ESCALATED, P.LEAD_ASSIGN, fields=(REASON,)
        ),
        A.REJECT: Step(
            frozenset({S.RECEIVED, S.REGISTERED}),
            S.REJECTED,
            P.LEAD_ASSIGN,
            fields=(REASON,),
            danger=True,
        ),
        A.WITHDRAW: Step(_OPEN, S.WITHDRAWN, P.LEAD_ASSIGN, fields=(REASON,), danger=True),
        A.ARCHIVE: Step(frozenset({S.CLOSED, S.WITHDRAWN}), S.ARCHIVED, P.LEAD_ASSIGN),
        A.REOPEN: Step(
            frozenset({S.CLOSED, S.REJECTED, S.WITHDRAWN, S.ARCHIVED}),
            S.REGISTERED,
            P.LEAD_ASSIGN,
            fields=(REASON,),
            when=(NOT_MERGED,),
        ),
    },
)

#: What a lead becomes that is merged into another: its reporter is still to be answered. Leads that
#: another authority works on stay; nor is there anything to merge of one withdrawn or rejected.
MERGED_STATUS: dict[LeadStatus, LeadStatus] = {
    **dict.fromkeys(_OPEN, S.CONCLUDED),
    S.CONCLUDED: S.CONCLUDED,
    S.RECHECK: S.CONCLUDED,
    S.FED_BACK: S.FED_BACK,
    S.CLOSED: S.CLOSED,
}
#: No matter goes on in a lead that is over without an answer.
NOT_MAIN = frozenset({S.WITHDRAWN, S.REJECTED, S.ARCHIVED})
