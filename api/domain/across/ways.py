"""The way of every noun with a life cycle: its stages, and whose turn it is in each status.

Read it as a table. Stages stand in the order in which they come when all goes well; where an act
leads back, the record stands at an earlier stage again.
"""

from collections.abc import Callable
from typing import Any, Final

from api.domain.across.rule_sets import RULE_SET_FLOW, approvers
from api.domain.across.rule_sets import RuleSetAction as Ua
from api.domain.across.rule_sets import RuleSetStatus as Us
from api.domain.cases.cases import CASE_FLOW
from api.domain.cases.cases import CaseAction as Ca
from api.domain.cases.cases import CaseStatus as Cs
from api.domain.cases.victims import VICTIM_FLOW
from api.domain.cases.victims import VictimAction as Va
from api.domain.cases.victims import VictimStatus as Vs
from api.domain.entities.inspections import INSPECTION_FLOW, Finding
from api.domain.entities.inspections import InspectionAction as Ia
from api.domain.entities.inspections import InspectionStatus as Is
from api.domain.entities.rectifications import RECTIFICATION_FLOW
from api.domain.entities.rectifications import RectificationAction as Ra
from api.domain.entities.rectifications import RectificationStatus as Rs
from api.domain.entities.risk_entities import RISK_ENTITY_FLOW, RiskRoute
from api.domain.entities.risk_entities import EntityAction as Ea
from api.domain.entities.risk_entities import EntityStatus as Es
from api.domain.imports.imports import IMPORT_FLOW, is_uploader
from api.domain.imports.imports import ImportAction as Ma
from api.domain.imports.imports import ImportStatus as Ms
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind as K
from api.domain.kit.permissions import Permission as P
from api.domain.kit.permissions import Role
from api.domain.kit.standing import Stage, Turn, Way, Whose
from api.domain.leads.handovers import HANDOVER_FLOW
from api.domain.leads.handovers import HandoverAction as Ha
from api.domain.leads.leads import (
    LEAD_FLOW,
    OPEN_STAGES,
    WITH_DECISION,
    Obligation,
    ReceivingOrgan,
    TransferStage,
    is_routed,
    is_to_close,
    owed_unsent,
    with_receiver,
)
from api.domain.leads.leads import LeadAction as La
from api.domain.leads.leads import LeadStatus as Ls
from api.domain.organisation.handing_over import WITH_NOBODY, is_open, is_settled
from api.domain.organisation.handing_over import HandoverStatus as Hs
from api.domain.outcomes.outcomes import OUTCOME_FLOW
from api.domain.outcomes.outcomes import OutcomeAction as Oa
from api.domain.outcomes.outcomes import OutcomeStatus as Os
from api.domain.recovery.distributions import DISTRIBUTION_FLOW
from api.domain.recovery.distributions import DistributionAction as Da
from api.domain.recovery.distributions import DistributionStatus as Ds
from api.domain.recovery.property_items import PROPERTY_FLOW
from api.domain.recovery.property_items import PropertyAction as Pa
from api.domain.recovery.property_items import PropertyStatus as Ps
from api.domain.recovery.property_measures import MEASURE_FLOW
from api.domain.recovery.property_measures import MeasureAction as Fa
from api.domain.recovery.property_measures import MeasureStatus as Fs
from api.domain.restricted.restricted_files import RESTRICTED_FLOW
from api.domain.restricted.restricted_files import RestrictedAction as Xa
from api.domain.restricted.restricted_files import RestrictedStatus as Xs
from api.domain.rewards.rewards import REWARD_FLOW
from api.domain.rewards.rewards import RewardAction as Wa
from api.domain.rewards.rewards import RewardStatus as Ws

_OWNER, _OFFICE, _HOLDER, _SENDER = Whose.OWNER, Whose.OFFICE, Whose.HOLDER, Whose.SENDER


# --- leads --------------------------------------------------------------------------------------


def _before_the_head(lead: Any) -> bool:
    return lead.transfer_stage is TransferStage.PROPOSED


def _to_be_handed_over(lead: Any) -> bool:
    return lead.transfer_stage is TransferStage.APPROVED


def _approver(lead: Any) -> str:
    """Who decides for the town is its head; for what the town must keep off, the county."""
    return (Role.COUNTY if is_routed(lead.town_code) else Role.LEADER).label


def _closer(lead: Any) -> str:
    """The county closes what it answers for itself."""
    return (Role.COUNTY if is_routed(lead.town_code) else Role.OFFICE).label


#: Refusing is offered beside it: whoever proposed may take that back, which is no turn of theirs.
_APPROVE = Turn(
    K.LEAD_TRANSFER_APPROVE,
    (La.APPROVE_TRANSFER,),
    _HOLDER,
    _before_the_head,
    is_shared=False,
    returns=True,
    named=_approver,
)
_HAND_OVER = Turn(K.LEAD_HAND_OVER, (La.TRANSFER_POLICE,), when=_to_be_handed_over)
#: What is owed to others runs on while the head thinks.
_FEED_BACK = Turn(K.LEAD_FEED_BACK, (La.FEED_BACK,))


_WITH_RECEIVER = frozenset({TransferStage.SENT, TransferStage.RECEIVED, TransferStage.REVIEWED})


def _with_nobody(lead: Any) -> bool:
    return lead.transfer_stage not in OPEN_STAGES


def _something_is_left(lead: Any) -> bool:
    return not is_to_close(lead)


def _outside(lead: Any) -> bool:
    return with_receiver(lead) in _WITH_RECEIVER and lead.transfer_receiver_id is None


def _stage(stage: TransferStage) -> Callable[[Any], bool]:
    return lambda lead: lead.transfer_stage is stage


def _left_to_conclude(lead: Any) -> bool:
    return lead.conclusion is None and lead.unsettled


def _to_receive(lead: Any) -> bool:
    return with_receiver(lead) is TransferStage.SENT and lead.transfer_receiver_id is not None


def _to_decide(lead: Any) -> bool:
    received = with_receiver(lead) in {TransferStage.RECEIVED, TransferStage.REVIEWED}
    return received and lead.transfer_receiver_id is not None


#: Handed to a body outside, a lead waits for who handed it over: they record what comes back.
_FOLLOW_UP = Turn(
    K.LEAD_TRANSFER,
    (La.RECORD_RECEIPT, La.RECORD_RESULT, La.RECORD_REVIEW, La.REMIND),
    _SENDER,
    _outside,
)
#: What the police said, and the sender has to do about it.
_SUPPLY = Turn(K.LEAD_SUPPLY, (La.SUPPLY_PAPERS,), _SENDER, _stage(TransferStage.INCOMPLETE))
_GOODS = Turn(K.LEAD_GOODS, (La.HAND_OVER_GOODS,), _SENDER, _stage(TransferStage.FILED))


def _review_in_time(record: Any) -> bool:
    return not record.review_over


def _review_over(record: Any) -> bool:
    return bool(record.review_over)


#: When the days for a review are over: what was asked within them may still be recorded.
_TOO_LATE: Final = "提请复议的期限已过，建议检察院立案监督，或者接受不予立案的决定"


def _declined(lead: Any) -> bool:
    return lead.transfer_stage is TransferStage.DECLINED


_DECLINED = (
    Turn(
        K.LEAD_DECLINED,
        (La.ASK_REVIEW, La.SUGGEST_SUPERVISION, La.LET_STAND),
        _SENDER,
        lambda lead: _declined(lead) and _review_in_time(lead),
    ),
    Turn(
        K.LEAD_DECLINED,
        (La.LET_STAND, La.SUGGEST_SUPERVISION, La.ASK_REVIEW),
        _SENDER,
        lambda lead: _declined(lead) and _review_over(lead),
        says=_TOO_LATE,
    ),
)
_UPHELD = Turn(
    K.LEAD_UPHELD, (La.SUGGEST_SUPERVISION, La.LET_STAND), _SENDER, _stage(TransferStage.UPHELD)
)
#: Nobody who had it took it up: it is the sender's to say what was found.
_CONCLUDE = Turn(K.LEAD_CONCLUDE, (La.CONCLUDE,), when=_left_to_conclude)
#: Handed to a unit of the system, it waits for that unit.
_RECEIVE = Turn(
    K.LEAD_RECEIVE, (La.RECORD_RECEIPT,), Whose.RECEIVER, _to_receive,
    to_others="接收移送、移交的线索",
)  # fmt: skip
_DECIDE = Turn(
    K.LEAD_DECIDE, (La.RECORD_RESULT, La.RECORD_REVIEW), Whose.RECEIVER, _to_decide,
    to_others="答复移送、移交的线索",
)  # fmt: skip


#: The police gave up what they had filed: it is with who handed it over again.
_DROPPED = Turn(K.LEAD_DROPPED, (La.RECORD_AFTERMATH,), _SENDER, _stage(TransferStage.DROPPED))


def _opens_a_case(actor: Actor, _: Any) -> bool:
    return actor.may(P.CASE_CREATE)


def _to_open(lead: Any) -> bool:
    had_it = lead.transfer_receiver_id is not None and lead.transfer_stage in WITH_DECISION
    police = lead.transfer_organ is ReceivingOrgan.POLICE
    return had_it and police and lead.police_filed and not lead.has_case


def _not_opened(lead: Any) -> str | None:
    return None if lead.has_case else OPEN_CASE


#: What leads from a lead to the form of a case.
OPEN_CASE: Final = "open_case"
#: Filed, it goes on as a case of whoever had it.
_OPEN = Turn(
    K.LEAD_OPEN_CASE, (), Whose.RECEIVER, _to_open, elsewhere=_opens_a_case, onward=_not_opened
)


def _kept_off(lead: Any) -> bool:
    return bool(lead.kept_off)


#: Whoever had it must keep off: who handed it over hands it on to a station that the county names.
_HAND_ON = Turn(
    K.LEAD_OPEN_CASE,
    (La.FORWARD,),
    _SENDER,
    _kept_off,
    says="公安机关已立案，登记的单位应当回避，待转送另行指定的公安机关登记案件",
)
_HANDED = (_FOLLOW_UP, _RECEIVE, _DECIDE, _OPEN, _HAND_ON)
_AT_POLICE = (*_HANDED, _SUPPLY, _GOODS, *_DECLINED, _UPHELD, _DROPPED)
#: What the police decide, or do not do, asks the same when the lead is over.
_AFTER = (_GOODS, _UPHELD, _DROPPED, _OPEN, _HAND_ON)


def _owes(obligation: Obligation) -> Callable[[Any], bool]:
    """What a conclusion asks for has yet to go to whoever it is for."""

    def when(lead: Any) -> bool:
        unsent = owed_unsent(obligation, with_receiver(lead), lead.transfer_organ)
        return obligation.value in lead.owes and unsent

    return when


_OWED_POLICE = Turn(
    K.LEAD_OWED_POLICE,
    (La.PROPOSE_TRANSFER, La.REPORT_POLICE),
    when=_owes(Obligation.POLICE_DECISION),
    elsewhere=_opens_a_case,
    onward=_not_opened,
)
_OWED = (
    _OWED_POLICE,
    Turn(K.LEAD_OWED_PUNISHER, (La.TRANSFER_DEPARTMENT,), when=_owes(Obligation.PUNISHER)),
    Turn(K.LEAD_OWED_ROUTE, (La.TRANSFER_DEPARTMENT,), when=_owes(Obligation.ROUTE_RECEIPT)),
)

LEAD_WAY: Final = Way(
    LEAD_FLOW,
    (
        Stage("登记", {Ls.RECEIVED: (Turn(K.LEAD_REGISTER, (La.REGISTER,), _OFFICE),)}),
        Stage(
            "交办",
            {
                Ls.REGISTERED: (Turn(K.LEAD_ASSIGN, (La.ASSIGN,), _OFFICE),),
                Ls.DISPUTED: (Turn(K.LEAD_DISPUTED, (La.ASSIGN,), _OFFICE),),
            },
        ),
        Stage("签收", {Ls.ASSIGNED: (Turn(K.LEAD_ACKNOWLEDGE, (La.ACKNOWLEDGE,)),)}),
        Stage(
            "核查",
            {
                Ls.VERIFYING: (
                    _APPROVE,
                    _HAND_OVER,
                    Turn(K.LEAD_VERIFY, (La.CONCLUDE,)),
                ),
                Ls.RECHECK: (Turn(K.LEAD_RECHECK, (La.CONCLUDE,)), *_AT_POLICE),
                Ls.ESCALATED: (
                    Turn(K.LEAD_ESCALATED, (La.CONCLUDE,), when=_with_nobody),
                    *_HANDED,
                ),
            },
            by=frozenset({La.CONCLUDE}),
        ),
        Stage(
            "移送移交",
            {
                Ls.TRANSFERRED_POLICE: (*_AT_POLICE, _CONCLUDE, _FEED_BACK),
                Ls.TRANSFERRED_DEPARTMENT: (
                    _APPROVE,
                    _HAND_OVER,
                    _OWED_POLICE,
                    *_HANDED,
                    _CONCLUDE,
                    _FEED_BACK,
                ),
            },
            aside=True,
        ),
        Stage(
            "反馈举报人",
            {
                Ls.CONCLUDED: (_APPROVE, _HAND_OVER, *_OWED, _FEED_BACK, *_AT_POLICE),
                Ls.REJECTED: (_FEED_BACK,),
            },
            by=frozenset({La.FEED_BACK}),
        ),
        Stage(
            "办结",
            {
                Ls.FED_BACK: (
                    _APPROVE,
                    _HAND_OVER,
                    *_OWED,
                    *_AT_POLICE,
                    _CONCLUDE,
                    Turn(
                        K.LEAD_CLOSE,
                        (La.CLOSE,),
                        _OFFICE,
                        not_yet=_something_is_left,
                        named=_closer,
                    ),
                )
            },
        ),
    ),
    done=frozenset({Ls.CLOSED, Ls.ARCHIVED}),
    stopped=frozenset({Ls.WITHDRAWN}),
    after={Ls.CLOSED: _AFTER, Ls.ARCHIVED: _AFTER},
)


# --- cases --------------------------------------------------------------------------------------


def _case(what: K, *acts: Ca) -> tuple[Turn[Ca], ...]:
    return (Turn(what, acts),)


# With somebody, it waits on the page of its hand-over; recalled, it is to be sent to somebody else.
def _is_over(case: Any) -> bool:
    return not is_open(case) and case.handover_status not in WITH_NOBODY


def _is_with_nobody(case: Any) -> bool:
    return case.handover_status in WITH_NOBODY


def _diverted(*acts: Ca) -> tuple[Turn[Ca], ...]:
    return (
        Turn(K.CASE_DIVERTED, (Ca.CLOSE,), when=_is_over),
        Turn(K.CASE_DIVERTED, acts, when=_is_with_nobody),
    )


CASE_WAY: Final = Way(
    CASE_FLOW,
    (
        Stage(
            "受案",
            {Cs.RECEIVED: _case(K.CASE_ACCEPT, Ca.ACCEPT)},
            by=frozenset({Ca.ACCEPT, Ca.REOPEN}),
        ),
        Stage(
            "立案审查",
            {Cs.UNDER_REVIEW: _case(K.CASE_FILING, Ca.FILE, Ca.DECLINE_TO_FILE)},
            by=frozenset({Ca.FILE, Ca.DECLINE_TO_FILE}),
        ),
        Stage(
            "侦查",
            {Cs.INVESTIGATING: _case(K.CASE_INVESTIGATE, Ca.CONCLUDE_INVESTIGATION)},
        ),
        Stage(
            "移送审查起诉",
            {Cs.INVESTIGATION_CONCLUDED: _case(K.CASE_SEND, Ca.SEND_TO_PROCURATORATE)},
        ),
        Stage(
            "审查起诉",
            {
                Cs.UNDER_PROSECUTION: _case(
                    K.CASE_PROSECUTION,
                    Ca.INDICT,
                    Ca.DECLINE_TO_INDICT,
                )
            },
        ),
        Stage("审判", {Cs.INDICTED: _case(K.CASE_JUDGMENT, Ca.ADJUDGE)}),
        Stage(
            "执行",
            {
                Cs.ADJUDGED: _case(K.CASE_ENFORCE, Ca.ENFORCE, Ca.CLOSE),
                Cs.ENFORCING: _case(K.CASE_CLOSE, Ca.CLOSE),
            },
            only=frozenset({Cs.ENFORCING}),
        ),
        Stage(
            "转其他途径",
            {
                Cs.DIVERTED_CIVIL: _diverted(Ca.DIVERT_CIVIL, Ca.DIVERT_ADMINISTRATIVE),
                Cs.DIVERTED_ADMINISTRATIVE: _diverted(Ca.DIVERT_ADMINISTRATIVE, Ca.DIVERT_CIVIL),
                Cs.NOT_INDICTED: _case(
                    K.CASE_NOT_INDICTED,
                    Ca.DIVERT_ADMINISTRATIVE,
                    Ca.DIVERT_CIVIL,
                    Ca.CLOSE,
                ),
                Cs.NOT_FILED: _case(K.CASE_NOT_FILED, Ca.DIVERT_CIVIL, Ca.DIVERT_ADMINISTRATIVE),
            },
            aside=True,
            only=frozenset({Cs.DIVERTED_CIVIL, Cs.DIVERTED_ADMINISTRATIVE}),
        ),
    ),
    done=frozenset({Cs.CLOSED}),
    stopped=frozenset({Cs.WITHDRAWN}),
)


VICTIM_WAY: Final = Way(
    VICTIM_FLOW,
    (Stage("核实", {Vs.REGISTERED: (Turn(K.VICTIM_VERIFY, (Va.VERIFY,), _HOLDER),)}),),
    done=frozenset({Vs.VERIFIED}),
    stopped=frozenset({Vs.EXCLUDED, Vs.WITHDRAWN}),
)


# --- hand-overs ---------------------------------------------------------------------------------


def _in_system(handover: Any) -> bool:
    return handover.transfer_receiver_id is not None


def _not_in_system(handover: Any) -> bool:
    return handover.transfer_receiver_id is None


def _received(act: Ha) -> tuple[Turn[Ha], ...]:
    """The receiver's turn; of a body outside the sender records what it does."""
    receives = act is Ha.RECORD_RECEIPT
    kind = K.HANDOVER_RECEIVE if receives else K.HANDOVER_DECIDE
    does = "接收" if receives else "答复"
    return (
        Turn(kind, (act,), Whose.RECEIVER, _in_system, to_others=f"{does}移送、移交的事项"),
        Turn(K.HANDOVER_OUTSIDE, (act,), when=_not_in_system),
    )


def _awaits_case(handover: Any) -> bool:
    return bool(handover.awaits_case)


def _to_the_form(_: Any) -> str:
    return OPEN_CASE


#: Filed over an entity's problem, it goes on as a case of the station that had it, whether the sender
#: has given them what belongs to it or not.
_OPEN_FROM_HANDOVER: Turn[Ha] = Turn(
    K.HANDOVER_OPEN_CASE,
    (),
    Whose.RECEIVER,
    _awaits_case,
    elsewhere=_opens_a_case,
    onward=_to_the_form,
    is_shared=False,
)
HANDOVER_WAY: Final = Way(
    HANDOVER_FLOW,
    (
        Stage("接收", {Hs.SENT: _received(Ha.RECORD_RECEIPT)}),
        Stage(
            "答复",
            {
                Hs.RECEIVED: _received(Ha.RECORD_RESULT),
                Hs.INCOMPLETE: (Turn(K.HANDOVER_SUPPLY, (Ha.SUPPLY_PAPERS,)),),
            },
        ),
        Stage(
            "移交物品或者复议",
            {
                Hs.FILED: (Turn(K.HANDOVER_GOODS, (Ha.HAND_OVER_GOODS,)), _OPEN_FROM_HANDOVER),
                Hs.DROPPED: (Turn(K.HANDOVER_DROPPED, (Ha.RECORD_AFTERMATH,)),),
                Hs.DECLINED: (
                    Turn(
                        K.HANDOVER_DECLINED,
                        (Ha.ASK_REVIEW, Ha.SUGGEST_SUPERVISION, Ha.LET_STAND),
                        when=_review_in_time,
                    ),
                    Turn(
                        K.HANDOVER_DECLINED,
                        (Ha.LET_STAND, Ha.SUGGEST_SUPERVISION, Ha.ASK_REVIEW),
                        when=_review_over,
                        says=_TOO_LATE,
                    ),
                ),
                Hs.REVIEWED: _received(Ha.RECORD_REVIEW),
                Hs.UPHELD: (Turn(K.HANDOVER_UPHELD, (Ha.SUGGEST_SUPERVISION, Ha.LET_STAND)),),
            },
            aside=True,
        ),
    ),
    done=frozenset({Hs.ANSWERED, Hs.ACCEPTED}),
    stopped=frozenset({Hs.RECALLED, Hs.WAIVED}),
    begins="送出",
    after={Hs.ANSWERED: (_OPEN_FROM_HANDOVER,)},
)


# --- risk entities ------------------------------------------------------------------------------


def _goes(route: RiskRoute) -> Callable[[Any], bool]:
    """Whether an entity has yet to go to whoever its route leads to."""
    return lambda entity: entity.route == route and entity.handover_status in WITH_NOBODY


def _stays(entity: Any) -> bool:
    return not (
        _goes(RiskRoute.OTHER_DEPARTMENT)(entity) or _goes(RiskRoute.SUSPECTED_CRIME)(entity)
    )


_TO_DEAL_WITH = (
    Turn(
        K.ENTITY_HANDLE,
        (Ea.TRANSFER_DEPARTMENT,),
        when=_goes(RiskRoute.OTHER_DEPARTMENT),
        says="风险主体待移交主管部门",
    ),
    Turn(
        K.ENTITY_HANDLE,
        (Ea.TRANSFER_POLICE, Ea.FIX_EVIDENCE),
        when=_goes(RiskRoute.SUSPECTED_CRIME),
        says="风险主体待固定证据、移送公安",
    ),
    Turn(K.ENTITY_HANDLE, (Ea.ACCEPT,), when=_stays),
)
RISK_ENTITY_WAY: Final = Way(
    RISK_ENTITY_FLOW,
    (
        Stage("排查", {Es.PENDING: (Turn(K.ENTITY_SWEEP, (Ea.SWEEP,), _HOLDER),)}),
        Stage("评估定级", {Es.SWEPT: (Turn(K.ENTITY_ASSESS, (Ea.ASSESS,), _HOLDER),)}),
        Stage("纳入管控", {Es.ASSESSED: (Turn(K.ENTITY_LIST, (Ea.LIST,), _HOLDER),)}),
        Stage(
            "处置",
            {
                Es.LISTED: _TO_DEAL_WITH,
                Es.HANDLING: _TO_DEAL_WITH,
                Es.RECTIFYING: (Turn(K.ENTITY_ACCEPT, (Ea.ACCEPT,)),),
                Es.TRANSFERRED_DEPARTMENT: (Turn(K.ENTITY_ANSWER, (Ea.ACCEPT,), when=is_settled),),
                Es.TRANSFERRED_POLICE: (Turn(K.ENTITY_POLICE, (Ea.DELIST,), when=is_settled),),
                Es.SHUT_DOWN: (Turn(K.ENTITY_DELIST, (Ea.DELIST,), when=is_settled),),
            },
        ),
        Stage(
            "销号",
            {Es.ACCEPTED: (Turn(K.ENTITY_DELIST, (Ea.DELIST,)),)},
            by=frozenset({Ea.DELIST}),
        ),
    ),
    done=frozenset({Es.DELISTED}),
)


def _inspects(actor: Actor, _: Any) -> bool:
    return actor.may(P.INSPECTION_HANDLE)


def _not_ordered(visit: Any) -> str | None:
    """A problem was found, and nobody told the entity yet to put it right."""
    to_order = visit.finding == Finding.PROBLEM and not visit.orders
    return Ia.ORDER_RECTIFICATION.value if to_order else None


_CLOSE_VISIT = Turn(K.INSPECTION_CLOSE, (Ia.CLOSE,), elsewhere=_inspects, onward=_not_ordered)
INSPECTION_WAY: Final = Way(
    INSPECTION_FLOW,
    (
        Stage("检查", {Is.PLANNED: (Turn(K.INSPECTION_DUE, (Ia.COMPLETE,)),)}),
        Stage("办结", {Is.DONE: (_CLOSE_VISIT,)}),
    ),
    done=frozenset({Is.CLOSED}),
    stopped=frozenset({Is.CANCELLED}),
)
#: What leads from a rectification to the visit that is to look at it again.
REINSPECTION: Final = "finish_reinspection"


def _is_planned(order: Any) -> bool:
    return order.open_reinspection is not None


_RECHECK = Turn(
    K.RECTIFICATION_RECHECK,
    (Ra.CLOSE, Ra.FAIL, Ra.REINSPECT),
    when=lambda order: not _is_planned(order),
)
_LOOK_AGAIN = Turn(
    K.RECTIFICATION_RECHECK,
    (Ra.REINSPECT,),
    when=_is_planned,
    elsewhere=_inspects,
    onward=lambda _: REINSPECTION,
)
RECTIFICATION_WAY: Final = Way(
    RECTIFICATION_FLOW,
    (
        Stage(
            "整改",
            {
                Rs.ORDERED: (Turn(K.RECTIFICATION_DUE, (Ra.SUBMIT,)),),
                Rs.FAILED: (Turn(K.RECTIFICATION_DUE, (Ra.ORDER_AGAIN,)),),
            },
            # what is found in order was put right, with papers or without
            by=frozenset({Ra.SUBMIT, Ra.CLOSE}),
        ),
        Stage(
            "复查",
            {
                Rs.SUBMITTED: (Turn(K.RECTIFICATION_RECHECK, (Ra.REINSPECT,)),),
                Rs.REINSPECTING: (_RECHECK, _LOOK_AGAIN),
            },
            by=frozenset({Ra.CLOSE}),
        ),
    ),
    done=frozenset({Rs.CLOSED}),
    stopped=frozenset({Rs.WITHDRAWN}),
)


# --- property and money -------------------------------------------------------------------------

PROPERTY_WAY: Final = Way(
    PROPERTY_FLOW,
    (
        Stage(
            "甄别",
            {
                Ps.REGISTERED: (Turn(K.PROPERTY_DETERMINE, (Pa.DETERMINE,), _HOLDER),),
                Ps.DISPUTED: (Turn(K.PROPERTY_DISPUTED, (Pa.DETERMINE,), _HOLDER),),
            },
        ),
        Stage("处置", {Ps.DETERMINED: (Turn(K.PROPERTY_DISPOSE, (Pa.DISPOSE,), _HOLDER),)}),
    ),
    done=frozenset({Ps.DISPOSED}),
    stopped=frozenset({Ps.WITHDRAWN}),
    begins="登记",
)


def _has_ground(measure: Any) -> bool:
    return not measure.is_groundless


def _is_groundless(measure: Any) -> bool:
    return bool(measure.is_groundless)


def _runs_out(measure: Any) -> bool:
    return _has_ground(measure) and measure.expires_on is not None


#: Its turn comes with the first warning.
_IN_FORCE = Turn(
    K.MEASURE_EXPIRING,
    (Fa.RENEW, Fa.RELEASE),
    when=_runs_out,
    says="到期以前续行或者解除",
    shown_late=True,
)
#: Its case is a criminal case no more: nothing but the release is left.
_TO_BE_RELEASED = Turn(K.MEASURE_GROUNDLESS, (Fa.RELEASE,), when=_is_groundless)


def _is_forgotten(measure: Any) -> bool:
    return bool(measure.is_undone)


def _orders(actor: Actor, _: Any) -> bool:
    return actor.may(P.PROPERTY_HANDLE)


#: What leads to the form of a measure over the same item.
ORDER_ANEW: Final = "order_anew"
#: Run out, and nothing holds the money any more: it is ordered anew, or told to be free.
_LAPSED = Turn(
    K.MEASURE_LAPSED,
    (),
    when=_is_forgotten,
    elsewhere=_orders,
    onward=lambda _: ORDER_ANEW,
)
MEASURE_WAY: Final = Way(
    MEASURE_FLOW,
    (
        Stage(
            "轮候",
            {
                Fs.QUEUED: (
                    Turn(K.MEASURE_QUEUED, (Fa.TAKE_EFFECT,), when=_has_ground),
                    _TO_BE_RELEASED,
                )
            },
            aside=True,
        ),
        Stage("生效", {Fs.ACTIVE: (_IN_FORCE, _TO_BE_RELEASED)}),
    ),
    done=frozenset({Fs.RELEASED}),
    stopped=frozenset({Fs.LAPSED}),
    after={Fs.LAPSED: (_LAPSED,)},
)
DISTRIBUTION_WAY: Final = Way(
    DISTRIBUTION_FLOW,
    (
        Stage("测算", {Ds.DRAFT: (Turn(K.DISTRIBUTION_COMPUTE, (Da.COMPUTE,), _HOLDER),)}),
        Stage("批准", {Ds.COMPUTED: (Turn(K.DISTRIBUTION_APPROVE, (Da.APPROVE,), _HOLDER),)}),
        Stage("公示", {Ds.APPROVED: (Turn(K.DISTRIBUTION_PUBLISH, (Da.PUBLISH,), _HOLDER),)}),
        Stage(
            "发放",
            {
                # nobody is paid while objections may come: until then it is nobody's turn
                Ds.PUBLISHED: (Turn(K.DISTRIBUTION_PAY, (Da.PAY,), _HOLDER, shown_late=True),),
                Ds.PARTLY_PAID: (Turn(K.DISTRIBUTION_PAY, (Da.PAY,), _HOLDER),),
            },
        ),
        Stage(
            "确认到账",
            {Ds.PAYING: (Turn(K.DISTRIBUTION_CONFIRM, (Da.CONFIRM, Da.CONFIRM_PARTLY), _HOLDER),)},
        ),
    ),
    done=frozenset({Ds.COMPLETED}),
    stopped=frozenset({Ds.WITHDRAWN}),
    begins="编制",
)
#: What leads to the dialog of the one-time code.
ISSUE_CODE: Final = "issue_code"


def _awaits_code(reward: Any) -> bool:
    return reward.awaits_code


def _claimable(reward: Any) -> bool:
    return not reward.awaits_code


def _prepares(actor: Actor, _: Any) -> bool:
    return actor.may(P.REWARD_PREPARE)


#: Who has a receipt shows that; whoever has none is given a code before anything is paid.
_CODE = Turn(
    K.REWARD_CODE,
    (),
    _OFFICE,
    _awaits_code,
    elsewhere=_prepares,
    onward=lambda _: ISSUE_CODE,
)
REWARD_WAY: Final = Way(
    REWARD_FLOW,
    (
        Stage(
            "审批",
            {Ws.PROPOSED: (Turn(K.REWARD_APPROVE, (Wa.APPROVE,), _HOLDER),)},
            by=frozenset({Wa.APPROVE, Wa.REFUSE}),
        ),
        Stage(
            "发放",
            {Ws.APPROVED: (_CODE, Turn(K.REWARD_PAY, (Wa.PAY,), _HOLDER, _claimable))},
        ),
    ),
    done=frozenset({Ws.PAID}),
    stopped=frozenset({Ws.REFUSED, Ws.CANCELLED}),
    begins="提出",
)


# --- the rest -----------------------------------------------------------------------------------


def _brings_in(ledger: Any) -> bool:
    return bool(ledger.rows_good or ledger.rows_edited)


def _uploaded(actor: Actor, ledger: Any) -> bool:
    """To be corrected where the file came from; nothing on this page leads on."""
    return actor.may(P.IMPORT_RUN) and is_uploader(actor, ledger)


def _brings_nothing(ledger: Any) -> bool:
    return not _brings_in(ledger)


IMPORT_WAY: Final = Way(
    IMPORT_FLOW,
    (
        Stage(
            "读取",
            {
                Ms.PARSING: (Turn("正在读取", (), Whose.MACHINE),),
                Ms.NEEDS_MAPPING: (Turn(K.IMPORT_MAP, (Ma.READ_AGAIN,), Whose.SAME_PERSON),),
            },
        ),
        Stage(
            "核对",
            {
                Ms.PREVIEW: (
                    Turn(K.IMPORT_COMMIT, (Ma.COMMIT,), Whose.SAME_PERSON, _brings_in),
                    Turn(
                        K.IMPORT_BARE, (), Whose.SAME_PERSON, _brings_nothing, elsewhere=_uploaded
                    ),
                )
            },
        ),
    ),
    done=frozenset({Ms.COMMITTED}),
    stopped=frozenset({Ms.FAILED, Ms.CANCELLED}),
    ends="导入",
)
OUTCOME_WAY: Final = Way(
    OUTCOME_FLOW,
    (Stage("审核发布", {Os.DRAFT: (Turn(K.OUTCOME_PUBLISH, (Oa.PUBLISH,), _HOLDER),)}),),
    done=frozenset({Os.PUBLISHED}),
    stopped=frozenset({Os.WITHDRAWN}),
)
RULE_SET_WAY: Final = Way(
    RULE_SET_FLOW,
    (
        Stage("提交批准", {Us.DRAFT: (Turn(K.RULE_SET_SUBMIT, (Ua.SUBMIT,)),)}),
        Stage(
            "批准",
            {Us.SUBMITTED: (Turn(K.RULE_SET_APPROVE, (Ua.APPROVE,), _HOLDER, named=approvers),)},
        ),
    ),
    done=frozenset({Us.APPROVED}),
    stopped=frozenset({Us.WITHDRAWN}),
    begins="起草",
)
RESTRICTED_WAY: Final = Way(
    RESTRICTED_FLOW,
    (
        Stage("移交", {Xs.OPENED: (Turn(K.RESTRICTED_HAND_OFF, (Xa.HAND_OFF,), _HOLDER),)}),
        Stage(
            "取得答复",
            {Xs.HANDED_OFF: (Turn(K.RESTRICTED_ANSWER, (Xa.RECORD_ANSWER, Xa.REMIND), _HOLDER),)},
        ),
        Stage("办结", {Xs.ANSWERED: (Turn(K.RESTRICTED_CLOSE, (Xa.CLOSE,), _HOLDER),)}),
    ),
    done=frozenset({Xs.CLOSED}),
)

#: What leads from a risk entity to the form of the visit that its tier asks for.
PLAN_INSPECTION: Final = "plan_inspection"

#: Noun → its way; what has a page of its own stands here, what lies on another record's does not.
WAYS: Final[dict[str, Way[Any, Any]]] = {
    way.flow.name: way
    for way in (
        LEAD_WAY, CASE_WAY, VICTIM_WAY, RISK_ENTITY_WAY, INSPECTION_WAY, RECTIFICATION_WAY,
        PROPERTY_WAY, MEASURE_WAY, DISTRIBUTION_WAY, REWARD_WAY, IMPORT_WAY, OUTCOME_WAY,
        RESTRICTED_WAY, HANDOVER_WAY, RULE_SET_WAY,
    )
}  # fmt: skip
