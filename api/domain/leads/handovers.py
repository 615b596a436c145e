"""Hand-overs of cases and of problems at risk entities: what receivers and senders do with them.

A lead's hand-over is steps of the lead (leads.py). These are records of their own, because whoever
gets one sees what was sent, and not the case; kinds, papers, clocks and results are the same ones
(lead_transfers.py).
"""

from typing import Protocol, cast
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict
from api.domain.kit.flow import REASON, Field, FieldKind, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.leads.lead_transfers import TransferKind
from api.domain.leads.leads import APPROVER, HANDED_OVER, LEAD_FLOW, RECORDER, SENDER, LeadAction
from api.domain.organisation.handing_over import OPEN, HandoverStatus

#: How what was sent is labelled that a case opened from it takes over.
SENT_AMOUNT = "预收金额（元）"
SENT_PROBLEMS = "发现的问题"


def _as_of_a_lead(action: LeadAction) -> tuple[str, str]:
    """The same step, by the same name and label."""
    return action.value, action.label


class HandoverAction(Labelled):
    """What people do with a hand-over."""

    RECORD_RECEIPT = _as_of_a_lead(LeadAction.RECORD_RECEIPT)
    RECORD_INCOMPLETE = _as_of_a_lead(LeadAction.RECORD_INCOMPLETE)
    SUPPLY_PAPERS = _as_of_a_lead(LeadAction.SUPPLY_PAPERS)
    RECORD_RESULT = _as_of_a_lead(LeadAction.RECORD_RESULT)
    FORWARD = _as_of_a_lead(LeadAction.FORWARD)
    HAND_OVER_GOODS = _as_of_a_lead(LeadAction.HAND_OVER_GOODS)
    ASK_REVIEW = _as_of_a_lead(LeadAction.ASK_REVIEW)
    RECORD_REVIEW = _as_of_a_lead(LeadAction.RECORD_REVIEW)
    RECORD_AFTERMATH = _as_of_a_lead(LeadAction.RECORD_AFTERMATH)
    SUGGEST_SUPERVISION = _as_of_a_lead(LeadAction.SUGGEST_SUPERVISION)
    LET_STAND = _as_of_a_lead(LeadAction.LET_STAND)
    RECALL = _as_of_a_lead(LeadAction.RECALL)
    WAIVE = "waive", "批准不再等待"
    UNWAIVE = "unwaive", "撤回不再等待的批准"


S, A = HandoverStatus, HandoverAction


class HandoverRecord(Record, Protocol):
    """What the predicates below read."""

    kind: TransferKind
    transfer_receiver_id: UUID | None
    #: The police filed over it, and no case was opened from it yet.
    awaits_case: bool
    #: A head let it go today, and nobody went on from that.
    waived_just_now: bool


def _is_transfer(_: Actor, record: Record) -> bool:
    return cast("HandoverRecord", record).kind is TransferKind.TRANSFER


#: 移送规定第7条: only of what an organ transfers by the law papers are asked for.
PAPERS_ARE_ASKED = Predicate(
    "papers_complete", "只有行政执法机关移送的才告知补正材料", _is_transfer, Conflict
)


#: A slip is taken back while nobody has gone on from it.
WAIVED_JUST_NOW = Predicate(
    "waiver_stands",
    "只有当天批准、批准以后没有再办理的，可以撤回批准",
    lambda _, record: cast("HandoverRecord", record).waived_just_now,
    Conflict,
)


def _fields(action: LeadAction) -> tuple[Field, ...]:
    """The form of the same step of a lead: a hand-over asks for the same, whatever it is of."""
    return LEAD_FLOW.steps[action].fields


#: In the order in which they are offered.
HANDOVER_FLOW: Flow[HandoverStatus, HandoverAction] = Flow(
    "handover",
    S.SENT,
    {
        A.RECORD_RECEIPT: Step(
            frozenset({S.SENT}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.RECORD_RECEIPT), when=(RECORDER,),
        ),
        A.SUPPLY_PAPERS: Step(
            frozenset({S.INCOMPLETE}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.SUPPLY_PAPERS), when=(SENDER,),
        ),
        A.RECORD_RESULT: Step(
            frozenset({S.RECEIVED, S.INCOMPLETE}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.RECORD_RESULT), when=(RECORDER,),
        ),
        A.RECORD_REVIEW: Step(
            frozenset({S.REVIEWED}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.RECORD_REVIEW), when=(RECORDER,),
        ),
        A.HAND_OVER_GOODS: Step(
            frozenset({S.FILED}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.HAND_OVER_GOODS), when=(SENDER,),
        ),
        A.ASK_REVIEW: Step(
            frozenset({S.DECLINED}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.ASK_REVIEW), when=(SENDER,),
        ),
        A.SUGGEST_SUPERVISION: Step(
            frozenset({S.DECLINED, S.UPHELD}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.SUGGEST_SUPERVISION), when=(SENDER,),
        ),
        A.LET_STAND: Step(
            frozenset({S.DECLINED, S.UPHELD}), None, P.LEAD_HANDLE, when=(SENDER,)
        ),
        A.RECORD_AFTERMATH: Step(
            frozenset({S.DROPPED}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.RECORD_AFTERMATH), when=(SENDER,),
            article=LEAD_FLOW.steps[LeadAction.RECORD_AFTERMATH].article,
        ),
        A.RECORD_INCOMPLETE: Step(
            frozenset({S.RECEIVED}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.RECORD_INCOMPLETE), when=(RECORDER, PAPERS_ARE_ASKED),
        ),
        A.FORWARD: Step(
            frozenset({S.RECEIVED, S.INCOMPLETE}), None, P.LEAD_HANDLE,
            fields=_fields(LeadAction.FORWARD), when=(RECORDER,),
        ),
        A.RECALL: Step(
            frozenset({S.SENT}), None, P.LEAD_HANDLE,
            fields=(REASON,), when=(SENDER,), danger=True,
        ),
        A.UNWAIVE: Step(
            frozenset({S.WAIVED}), None, P.LEAD_APPROVE_TRANSFER,
            when=(APPROVER, WAIVED_JUST_NOW),
        ),
        A.WAIVE: Step(
            OPEN | {S.FILED}, S.WAIVED, P.LEAD_APPROVE_TRANSFER,
            fields=(Field("reason", "不再等待的理由", FieldKind.LONG_TEXT),),
            when=(APPROVER,), danger=True,
        ),
    },
    law=HANDED_OVER,
)  # fmt: skip
