"""Leads (线索): statuses, actions, conclusions and the life cycle (facts 3.1)."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, cast
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.days import DayKind
from api.domain.kit.errors import Conflict, Forbidden, RuleViolated
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
from api.domain.kit.permissions import Role, RowScope
from api.domain.kit.standing import sender_of
from api.domain.leads.lead_marks import FocusMark
from api.domain.organisation.handing_over import MATERIALS, RECEIVER, Department, reported
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel


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
    ASK_ASSIST = "ask_assist", "请求协办"
    TAKE_BACK = "take_back", "收回交办"
    DISPUTE = "dispute", "提出异议"
    CONCLUDE = "conclude", "提交核查结论"
    RECHECK = "recheck", "发起二次核查"
    TRANSFER_DEPARTMENT = "transfer_department", "移交主管部门"
    PROPOSE_TRANSFER = "propose_transfer", "提请批准移送公安"
    APPROVE_TRANSFER = "approve_transfer", "批准移送公安"
    REFUSE_TRANSFER = "refuse_transfer", "不批准移送公安"
    TRANSFER_POLICE = "transfer_police", "移送公安"
    REPORT_POLICE = "report_police", "移交公安（报案）"
    RECALL = "recall", "收回移送、移交"
    RECORD_RECEIPT = "record_receipt", "登记接收回执"
    RECORD_INCOMPLETE = "record_incomplete", "登记材料不全告知"
    SUPPLY_PAPERS = "supply_papers", "补正材料"
    RECORD_RESULT = "record_result", "登记办理结果"
    FORWARD = "forward", "转送有管辖权的机关"
    HAND_OVER_GOODS = "hand_over_goods", "移交涉案物品和材料"
    ASK_REVIEW = "ask_review", "登记提请复议"
    LET_STAND = "let_stand", "接受不予立案的决定"
    SUGGEST_SUPERVISION = "suggest_supervision", "建议检察院立案监督"
    RECORD_AFTERMATH = "record_aftermath", "登记撤案后的处理"
    RECORD_REVIEW = "record_review", "登记复议决定"
    REMIND = "remind", "催办"
    WAIVE = "waive", "批准不再移送、不再等待"
    UNWAIVE = "unwaive", "撤回不再移送、不再等待的批准"
    MARK = "mark", "标为重点"
    UNMARK = "unmark", "取消重点标记"
    ESCALATE = "escalate", "上报县专项办"
    REJECT = "reject", "不予受理"
    FEED_BACK = "feed_back", "反馈举报人"
    CLOSE = "close", "办结"
    WITHDRAW = "withdraw", "撤回"
    ARCHIVE = "archive", "归档"
    REOPEN = "reopen", "重新办理"
    #: The county's own: what was routed to it goes back to nobody else.
    REOPEN_COUNTY = "reopen_county", "由县里重新办理"


class LeadConclusion(Labelled):
    """What verification found."""

    SUSPECTED_CRIME = "suspected_crime", "查实-涉嫌犯罪"
    ILLEGAL = "illegal", "查实-违法"
    IRREGULAR = "irregular", "查实-不规范"
    CIVIL_DISPUTE = "civil_dispute", "民事纠纷"
    UNFOUNDED = "unfounded", "查否"
    UNVERIFIABLE = "unverifiable", "无法核查"
    DUPLICATE = "duplicate", "重复"


class DiversionRoute(Labelled):
    """Where a matter goes that is a dispute and no offence (capability C5)."""

    MEDIATION = "mediation", "人民调解"
    LITIGATION = "litigation", "民事诉讼"
    LEGAL_AID = "legal_aid", "法律援助"
    ADMINISTRATIVE = "administrative", "行政调解或者行政执法"


class Solved(Labelled):
    """Whether the reporter's problem is solved: another fact than that the lead is closed."""

    YES = "yes", "已解决"
    PARTLY = "partly", "部分解决"
    NO = "no", "未解决"


class TransferStage(Labelled):
    """How far a lead came that was handed to the police or to a department."""

    PROPOSED = "proposed", "待批准移送"
    APPROVED = "approved", "已批准移送，待送出"
    REFUSED = "refused", "未批准移送"
    SENT = "sent", "已送出，待回执"
    RECEIVED = "received", "已接收，待结果"
    INCOMPLETE = "incomplete", "材料待补正"
    ANSWERED = "answered", "结果已反馈"
    FILED = "filed", "公安机关已立案，待移交物品和材料"
    DECLINED = "declined", "公安机关不予立案"
    REVIEWED = "reviewed", "已提请复议，待决定"
    UPHELD = "upheld", "公安机关维持不予立案"
    PAST = "past", "重新办理前移送过"
    RECALLED = "recalled", "已收回"
    #: A dispute is with whoever settles it: no result is waited for.
    ACCEPTED = "accepted", "已接收，按该途径化解"
    WAIVED = "waived", "经批准不再等待"
    #: Filed, and given up again: what the law asks for besides is the sender's to see to.
    DROPPED = "dropped", "公安机关已撤案"


class Obligation(Labelled):
    """What a conclusion asks for before the affair may end (domain/leads/lead_obligations.py)."""

    POLICE_DECISION = "police_decision", "公安机关立案或者不予立案的决定"
    PUNISHER = "punisher", "有处罚权的单位接收"
    ROUTE_RECEIPT = "route_receipt", "化解途径的接收回执"


class ReceivingOrgan(Labelled):
    """What kind of organ a lead is handed to: each has a clock of its own."""

    POLICE = "police", "公安机关"
    MARKET = "market", "市场监管部门"
    PETITION = "petition", "信访部门"
    OTHER = "other", "其他主管部门"
    DISPUTE = "dispute", "化解纠纷的单位"
    COUNTY = "county", "县专项办"


class TransferResult(Labelled):
    """What the receiving organ answered."""

    FILED = "filed", "立案"
    NOT_FILED = "not_filed", "不予立案"
    HANDLED = "handled", "已依职权处理"
    RETURNED = "returned", "退回，由镇里继续办理"
    FORWARDED = "forwarded", "不属管辖，已转送有管辖权的机关"
    REFUSED_INCOMPLETE = "refused_incomplete", "以材料不全为由不接受"


class DecisionLevel(Labelled):
    """Who of the police decides whether a case is filed: a station records it and decides nothing
    (公通字〔2015〕32号)."""

    STATION = "station", "派出所"
    COUNTY = "county", "县级公安机关"
    CITY = "city", "设区的市级公安机关"
    PROVINCE = "province", "省级以上公安机关"


class TransferMoment(Labelled):
    """What of a hand-over somebody records: the receiver, or the sender for a body outside."""

    RECEIPT = "receipt", "接收回执"
    INCOMPLETE = "incomplete", "材料不全告知"
    RESULT = "result", "办理结果"
    FORWARD = "forward", "转送"
    REVIEW = "review", "复议决定"


class PoliceMatter(Labelled):
    """What the police took over: their time to decide depends on it."""

    ORDINARY = "ordinary", "一般案件"
    ECONOMIC = "economic", "经济犯罪案件"
    ECONOMIC_GRAVE = "economic_grave", "重大、疑难、复杂的经济犯罪案件"


class ReviewResult(Labelled):
    """What the police decided when they were asked to reconsider."""

    FILED = "filed", "撤销原决定，立案"
    UPHELD = "upheld", "维持不予立案"


class FeedbackMode(Labelled):
    """How the reporter was answered, or why that is impossible (capability P3)."""

    PHONE = "phone", "电话反馈"
    IN_PERSON = "in_person", "当面反馈"
    LETTER = "letter", "书面反馈"
    ONLINE = "online", "网上反馈"
    IMPOSSIBLE = "impossible", "无法反馈（说明原因）"


def feedback_modes(
    kind: "ReporterKind", *, has_phone: bool, has_receipt: bool
) -> tuple[FeedbackMode, ...]:
    """By which ways this reporter can be answered at all: nobody calls whom nobody knows, and
    nothing stands on a receipt that was never given."""
    named = kind is ReporterKind.REAL_NAME
    ways = {
        FeedbackMode.PHONE: has_phone,
        FeedbackMode.IN_PERSON: named,
        FeedbackMode.LETTER: named,
        FeedbackMode.ONLINE: has_receipt,
        # who has a receipt reads the answer there
        FeedbackMode.IMPOSSIBLE: not has_receipt,
    }
    return tuple(mode for mode in FeedbackMode if ways[mode])


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


def is_routed(town_code: str) -> bool:
    """Whether a lead was handed to the county because the town must keep off it."""
    return len(town_code) == LEVEL_DIGITS[DivisionLevel.COUNTY]


def _has_it_in_charge(actor: Actor, record: Record) -> bool:
    """The unit that has a lead, and nobody for it. At the desk it is the office's: who had it in an
    earlier round, or gave it back, does not take it again."""
    if record.status in TRIAGE:
        return actor.may(P.LEAD_ASSIGN)
    return OWN_UNIT.holds(actor, record)


def _has_it_or_leads(actor: Actor, record: Record) -> bool:
    """The same, or the office, which runs the ledger and sees to it that things go on."""
    return actor.may(P.LEAD_ASSIGN) or _has_it_in_charge(actor, record)


def _sent_it(actor: Actor, record: Record) -> bool:
    return actor.unit_id == sender_of(record)


def opens_case(
    unit_id: UUID,
    conclusion: LeadConclusion | None,
    stage: TransferStage | None,
    receiver_id: UUID | None,
    decided: TransferResult | None,
) -> bool:
    """Whether the police may open a case from a lead: it was verified and found to be a crime, or
    was handed to this very station, which has received it. What they declined opens none."""
    if decided is TransferResult.NOT_FILED:
        return False
    received = receiver_id == unit_id and stage is not TransferStage.SENT
    return conclusion is LeadConclusion.SUSPECTED_CRIME or received


class LeadRecord(Record, Protocol):
    """What the predicates below read."""

    conclusion: LeadConclusion | None
    #: Who concluded it last: the person and the unit.
    concluded_by_id: UUID | None
    concluded_unit_id: UUID | None
    #: Everybody who had a hand in a conclusion of this round: units in charge, assisting, clicking.
    concluded_unit_ids: Sequence[UUID]
    concluded_person_ids: Sequence[UUID]
    #: Whether it was drawn for a second verification that has not ended.
    recheck_drawn: bool
    transfer_stage: TransferStage | None
    #: How far the hand-over came that somebody else has while the head decides about the police.
    kept_stage: TransferStage | None
    transfer_reminded_on: date | None
    #: Who asked for the approval of a hand-over to the police.
    transfer_proposed_by_id: UUID | None
    #: The unit of the system that has the last hand-over: it alone records what it does with it.
    transfer_receiver_id: UUID | None
    #: The unit that handed it over, where that is said apart: see `sender_of`.
    transfer_sender_id: UUID | None
    #: What kind of organ that went to.
    transfer_organ: ReceivingOrgan | None
    #: Whether the police filed over the last hand-over, and whether a case was opened from it.
    police_filed: bool
    has_case: bool
    #: Whether the station that recorded it must keep off the lead since: another one is to open the
    #: case.
    kept_off: bool
    #: Whether what they filed in this round is theirs still: they have not given it up.
    police_have_it: bool
    #: Whether what the last receiver answered leaves it to the sender to say what was found.
    unsettled: bool
    #: Where it stood before a head let go what was owed or waited for, today and last of all.
    waived_from: LeadStatus | None
    #: Which units were asked to assist, and have not answered.
    assists_awaited: Sequence[str]
    #: The `Obligation`s that are open.
    owes: Sequence[str]
    merged_into_id: UUID | None
    #: Whether other leads go on in this one.
    has_merged: bool
    marks: list[str]
    #: The county's code where the town must keep off.
    town_code: str


_REGULATION = "《行政执法机关移送涉嫌犯罪案件的规定》（2020）"
PETITIONS = "《信访工作条例》（2022）第22条、第23条"
#: Who has it answers for it, the police or a department.
HANDED_OVER = f"{_REGULATION}第7条、第8条；{PETITIONS}"

#: A lead that was checked and found to be no offence is not handed to the police.
_FOR_POLICE = frozenset({None, LeadConclusion.SUSPECTED_CRIME, LeadConclusion.ILLEGAL})


def _may_be_offence(_: Actor, record: Record) -> bool:
    lead = cast("LeadRecord", record)
    # found a crime once, it is the police's to decide, whatever a second verification says
    return lead.conclusion in _FOR_POLICE or Obligation.POLICE_DECISION.value in lead.owes


MAY_BE_OFFENCE = Predicate(
    "no_offence_found",
    "核查结论不是涉嫌犯罪或者违法的，不能移送公安；有新的情况请先发起二次核查",
    _may_be_offence,
    Conflict,
    f"{_REGULATION}第3条",
)


def _is_somebody_else(actor: Actor, record: Record) -> bool:
    lead = cast("LeadRecord", record)
    return lead.status is not S.RECHECK or (
        actor.unit_id not in {lead.concluded_unit_id, *lead.concluded_unit_ids}
        and actor.id not in {lead.concluded_by_id, *lead.concluded_person_ids}
    )


#: Nobody verifies a second time what they, or their unit, concluded the first time.
SOMEBODY_ELSE = Predicate(
    "recheck_by_same",
    "二次核查的结论须由作出原结论的单位和人员以外的人提交",
    _is_somebody_else,
    Forbidden,
)


#: What was drawn is verified before the lead goes where nobody would look again, in any order.
NOT_DRAWN = Predicate(
    "recheck_pending",
    "线索已被抽中二次核查，核查结束以前不能办结、归档、撤回、不予受理或者并入其他线索",
    lambda _, record: not cast("LeadRecord", record).recheck_drawn,
    Conflict,
)


def _at(name: str, sentence: str, article: str, *stages: TransferStage) -> Predicate:
    return Predicate(
        name,
        sentence,
        lambda _, record: cast("LeadRecord", record).transfer_stage in stages,
        Conflict,
        article,
    )


def _with(name: str, sentence: str, article: str, *stages: TransferStage) -> Predicate:
    """What whoever has it is to do, whatever the sender's head decides meanwhile."""
    return Predicate(
        name,
        sentence,
        lambda _, record: with_receiver(cast("LeadRecord", record)) in stages,
        Conflict,
        article,
    )


_T = TransferStage
#: What the police have begun a case on is theirs, whether they have given a receipt or not.
NO_CASE = Predicate(
    "lead_has_case",
    "公安机关已据以登记案件，不能收回",
    lambda _, record: not cast("LeadRecord", record).has_case,
    Conflict,
    HANDED_OVER,
)


def _case_is_opened(_: Actor, record: Record) -> bool:
    lead = cast("LeadRecord", record)
    # a station outside the system opens its cases elsewhere
    ours = lead.transfer_receiver_id is not None or lead.kept_off
    return lead.has_case or not (lead.police_have_it and ours)


#: In a new round nobody would ask any more for the case over which the police filed.
CASE_OPENED = Predicate(
    "case_not_opened",
    "公安机关已经立案、还没有登记案件：登记案件以后再重新办理",
    _case_is_opened,
    Conflict,
    HANDED_OVER,
)
#: Who handed it over takes it back: the unit that has the lead.
RECALLER = Predicate(
    "not_own_unit",
    "移送、移交由移送、移交的单位收回",
    lambda actor, record: (
        cast("LeadRecord", record).transfer_organ is ReceivingOrgan.COUNTY
        or _sent_it(actor, record)
    ),
)
#: Who escalated it takes it back: the office, not the unit that has the lead.
OFFICE_ESCALATED = Predicate(
    "office_escalated",
    "上报县专项办的，由镇专项办收回",
    lambda actor, record: (
        cast("LeadRecord", record).transfer_organ is not ReceivingOrgan.COUNTY
        or actor.may(P.LEAD_ASSIGN)
    ),
)
#: Taken back before anybody had it.
NOT_RECEIVED = _at("no_receipt_awaited", "没有等待回执的移送、移交", HANDED_OVER, _T.SENT)
AWAITS_RECEIPT = _with("no_receipt_awaited", "没有等待回执的移送、移交", HANDED_OVER, _T.SENT)
RECEIVED = _at(
    "not_received", "对方接收并出具回执以后才能登记", f"{_REGULATION}第6条、第7条", _T.RECEIVED
)
#: 移送规定第6条: nobody else asks for papers of what was handed over.
POLICE_ASK = Predicate(
    "papers_complete",
    "只有公安机关告知补正移送的材料",
    lambda _, record: cast("LeadRecord", record).transfer_organ is ReceivingOrgan.POLICE,
    Conflict,
    f"{_REGULATION}第6条",
)
INCOMPLETE = _at("papers_complete", "没有待补正的材料", f"{_REGULATION}第6条", _T.INCOMPLETE)
_NO_RESULT = "对方接收并出具回执以后才能登记结果"
AWAITS_RESULT = _with("no_result_awaited", _NO_RESULT, HANDED_OVER, _T.RECEIVED, _T.INCOMPLETE)
#: What lies before the head is not to be passed on over its head.
PASSED_ON = _at("no_result_awaited", _NO_RESULT, HANDED_OVER, _T.RECEIVED, _T.INCOMPLETE)
#: What is not theirs, and what is theirs no more, goes to whoever is in charge of it.
TO_FORWARD = Predicate(
    "no_result_awaited",
    _NO_RESULT,
    lambda actor, record: PASSED_ON.holds(actor, record) or cast("LeadRecord", record).kept_off,
    Conflict,
    HANDED_OVER,
)
UNANSWERED = _with(
    "nothing_to_remind",
    "没有未反馈结果的移送、移交",
    HANDED_OVER,
    _T.SENT,
    _T.RECEIVED,
    _T.INCOMPLETE,
    _T.REVIEWED,
)
#: 移送规定第9条: once, and only against a decision not to file.
REVIEWABLE = _at(
    "nothing_to_review",
    "只有公安机关不予立案、尚未复议的，可以提请复议",
    f"{_REGULATION}第9条",
    _T.DECLINED,
)
#: Before and after they reconsidered: what they decide stands, or the procurator is asked.
DECLINED = _at(
    "nothing_declined",
    "公安机关没有不予立案的决定，或者已经登记过如何处理",
    f"{_REGULATION}第9条",
    _T.DECLINED,
    _T.UPHELD,
)
IN_REVIEW = _at("no_review_awaited", "没有等待决定的复议", f"{_REGULATION}第9条", _T.REVIEWED)


#: 行刑衔接: what is no crime may still be to be punished.
CASE_DROPPED = _at(
    "nothing_dropped", "公安机关没有撤销据本线索登记的案件", f"{_REGULATION}第10条", _T.DROPPED
)
GOODS_DUE = _at(
    "no_goods_due", "公安机关立案以后才移交涉案物品和材料", f"{_REGULATION}第12条", _T.FILED
)
#: The receiver has it, or is to get it.
OPEN_STAGES = frozenset({_T.SENT, _T.RECEIVED, _T.INCOMPLETE, _T.REVIEWED})
#: The police have said whether they file.
WITH_DECISION = frozenset({_T.FILED, _T.DECLINED, _T.UPHELD, _T.ANSWERED})
#: Nobody owes an answer.
_ASKS_NOTHING = frozenset(
    {
        None,
        _T.ANSWERED,
        _T.DECLINED,
        _T.UPHELD,
        _T.PAST,
        _T.REFUSED,
        _T.RECALLED,
        _T.ACCEPTED,
        _T.WAIVED,
        _T.DROPPED,
    }
)


#: What the police declined: the sender has yet to say whether it leaves it there.
UNDECIDED = frozenset({_T.DECLINED, _T.UPHELD})
#: The police have said what they do, and the sender has yet to do its part.
LEFT_TO_DO = frozenset({_T.FILED, _T.DECLINED, _T.UPHELD, _T.DROPPED})
#: The head has yet to decide, or what the head approved has yet to be handed over.
PENDING = frozenset({_T.PROPOSED, _T.APPROVED})
#: The reporter has no answer yet, and can be given one.
TO_ANSWER = frozenset(
    {
        LeadStatus.CONCLUDED,
        LeadStatus.REJECTED,
        LeadStatus.TRANSFERRED_DEPARTMENT,
        LeadStatus.TRANSFERRED_POLICE,
    }
)


#: Where the decision of the police may be owed though somebody else has the lead.
OWED_TO_POLICE = frozenset(
    {LeadStatus.CONCLUDED, LeadStatus.FED_BACK, LeadStatus.TRANSFERRED_DEPARTMENT}
)


def with_receiver(lead: "LeadRecord") -> TransferStage | None:
    """How far the hand-over came that somebody else has, if anybody has one: what lies before the
    head takes nothing from them."""
    return lead.kept_stage if lead.transfer_stage in PENDING else lead.transfer_stage


def owed_unsent(
    obligation: Obligation, stage: TransferStage | None, organ: ReceivingOrgan | None
) -> bool:
    """Whether what is owed has yet to go to whoever it is for: what a department has is not with the
    police, whose decision is owed besides; what the head thinks about is still owed."""
    elsewhere = obligation is Obligation.POLICE_DECISION and organ is not ReceivingOrgan.POLICE
    return stage not in OPEN_STAGES or elsewhere


def waits_for_receiver(status: LeadStatus, stage: TransferStage | None) -> bool:
    """Whether a lead waits for whoever it was handed to, so that its own term stands still; who
    looks into it a second time meanwhile has a term of their own."""
    return stage in OPEN_STAGES and status is not S.RECHECK


#: What was put before the head ends there: nothing else is done with the lead meanwhile.
NOT_PENDING = Predicate(
    "transfer_pending",
    "移送公安已提请批准：不批准的登记不批准，批准的先移送",
    lambda _, record: cast("LeadRecord", record).transfer_stage not in PENDING,
    Conflict,
    f"{_REGULATION}第5条",
)
PROPOSED = _at("nothing_to_approve", "没有待批准的移送", f"{_REGULATION}第5条", _T.PROPOSED)
DECIDABLE = _at(
    "nothing_to_refuse",
    "没有待批准或者待送出的移送",
    f"{_REGULATION}第5条",
    _T.PROPOSED,
    _T.APPROVED,
)


def _no_open(_: Actor, record: Record) -> bool:
    return cast("LeadRecord", record).transfer_stage not in OPEN_STAGES


#: Who has a lead keeps it from going to the police: they themselves, and the county, which answers it
#: or hands it on. What a department has does not (移送规定第3条).
_FIRST_ANSWERED = frozenset({ReceivingOrgan.POLICE, ReceivingOrgan.COUNTY})


def _no_open_police(_: Actor, record: Record) -> bool:
    lead = cast("LeadRecord", record)
    return lead.transfer_stage not in OPEN_STAGES or lead.transfer_organ not in _FIRST_ANSWERED


def _county_has_it(lead: LeadRecord) -> bool:
    return lead.transfer_organ is ReceivingOrgan.COUNTY and lead.transfer_stage in OPEN_STAGES


_OPEN_SENTENCE = "上一次移送、移交还没有结果：请等对方登记，对方没有接收的可以先收回"
#: One hand-over of a lead is open at a time; only the police may get it beside a department.
NONE_OPEN = Predicate("handover_open", _OPEN_SENTENCE, _no_open, Conflict, PETITIONS)
NONE_OPEN_AT_POLICE = Predicate(
    "handover_open",
    _OPEN_SENTENCE,
    _no_open_police,
    Conflict,
    f"{_REGULATION}第7条、第8条",
)

#: What they filed is theirs: it is not handed to them a second time.
NOT_FILED = Predicate(
    "filed_already",
    "公安机关已就本线索立案，不再移送；另有犯罪事实的请另行登记线索",
    lambda _, record: not cast("LeadRecord", record).police_have_it,
    Conflict,
    f"{_REGULATION}第8条",
)

#: 移送规定第2条: who transfers is an organ that enforces administrative law. The offices act for the
#: governments of their town and county.
_PUNISHING = frozenset(
    {Role.OFFICE, Role.COUNTY, Role.MARKET, Role.CULTURE, Role.CIVIL, Role.DEPARTMENT}
)


def _role(actor: Actor) -> Role | None:
    """In which role somebody acts; of who holds a turn it was asked when they took it."""
    return getattr(actor, "role", None)


_ARTICLE_2 = f"{_REGULATION}第2条、第3条"
NOT_POLICE = Predicate(
    "handover_to_self",
    "公安机关不向公安机关移送：涉嫌犯罪的请登记案件，不属管辖的请提出异议",
    lambda actor, _: _role(actor) not in {Role.POLICE, Role.POLICE_GATEWAY},
    article=_ARTICLE_2,
)
MAY_PUNISH = Predicate(
    "no_power_to_punish",
    "本单位没有行政处罚权，不能以行政执法机关的名义移送；请用“移交公安（报案）”",
    lambda actor, _: _role(actor) in {None, *_PUNISHING},
    article=_ARTICLE_2,
)
#: Who has the power goes the way of the law: report, two officers, the head's approval.
MAY_NOT_PUNISH = Predicate(
    "must_transfer",
    "有行政处罚权的单位应当移送：书面报告、两名以上执法人员核实、负责人批准",
    lambda actor, _: _role(actor) not in _PUNISHING,
    article=f"{_REGULATION}第3条、第5条",
)


def _records(actor: Actor, record: Record) -> bool:
    receiver = cast("LeadRecord", record).transfer_receiver_id
    return _sent_it(actor, record) if receiver is None else actor.unit_id == receiver


#: A receiver in the system tells for itself; for a body outside the sender does, with its papers.
RECORDER = Predicate(
    "not_receiver",
    "接收单位在本系统内的，由接收单位自己登记；不在本系统的，由移送、移交的单位代为登记",
    _records,
    article=HANDED_OVER,
)

#: Handed over without a decision here it has one on paper; what the head is asked here, or has
#: refused here, has none.
NOT_UNAPPROVED = Predicate(
    "transfer_not_approved",
    "移送公安正在等待批准，或者未获批准；未获批准的可以补充核实后重新提请",
    lambda _, record: cast("LeadRecord", record).transfer_stage not in {_T.PROPOSED, _T.REFUSED},
    Conflict,
    f"{_REGULATION}第5条",
)


def _is_another(actor: Actor, record: Record) -> bool:
    return actor.id != cast("LeadRecord", record).transfer_proposed_by_id


def _at_home(actor: Actor, record: Record) -> bool:
    """The town's leaders for the town; the county for what it answers for itself."""
    return OWN_UNIT.holds(actor, record) or actor.scope is RowScope.TOWN


#: 移送规定第5条: the head decides, and is not who reported.
_ARTICLE_HEAD = f"{_REGULATION}第5条"
APPROVER = Predicate(
    "not_approver",
    "只有镇领导，或者承办线索的县专项办可以批准移送、批准不移送",
    _at_home,
    article=_ARTICLE_HEAD,
)
ANOTHER = Predicate("own_proposal", "提请移送的人不能自己批准", _is_another, article=_ARTICLE_HEAD)


def _police_decided(_: Actor, record: Record) -> bool:
    lead = cast("LeadRecord", record)
    decided = _ASKS_NOTHING | {_T.FILED}
    return lead.status is not S.TRANSFERRED_POLICE or lead.transfer_stage in decided


def _goods_handed(_: Actor, record: Record) -> bool:
    return cast("LeadRecord", record).transfer_stage is not _T.FILED


#: While the police have it, nobody else says what it is; what they do not file goes on (TRF-08).
POLICE_DECIDED = Predicate(
    "police_undecided",
    "已移送公安的线索，登记公安机关的办理结果以后才能提交核查结论",
    _police_decided,
    Conflict,
    f"{_REGULATION}第8条、第10条",
)

#: What they file is theirs with the things that belong to it (TRF-07).
GOODS_HANDED = Predicate(
    "goods_missing",
    "公安机关已立案，登记移交涉案物品和材料以后才能提交核查结论",
    lambda actor, record: record.status is not S.TRANSFERRED_POLICE or _goods_handed(actor, record),
    Conflict,
    f"{_REGULATION}第12条",
)

#: What the law asks of the sender after the police have decided is done before anything else is: a
#: new hand-over, a new round or the archive would hide that it is due.
NOTHING_LEFT = (
    Predicate(
        "goods_missing",
        "公安机关已立案的，须先登记移交涉案物品和材料",
        _goods_handed,
        RuleViolated,
        f"{_REGULATION}第12条",
    ),
    Predicate(
        "aftermath_missing",
        "公安机关已撤销案件的，须先登记撤案后的处理",
        lambda _, record: cast("LeadRecord", record).transfer_stage is not _T.DROPPED,
        RuleViolated,
        f"{_REGULATION}第10条",
    ),
    Predicate(
        "review_undecided",
        "公安机关不予立案的，须先提请复议、建议检察院立案监督，或者接受这一决定",
        lambda _, record: cast("LeadRecord", record).transfer_stage not in UNDECIDED,
        RuleViolated,
        f"{_REGULATION}第9条",
    ),
)

#: What the county was handed it answers, or gives back.
COUNTY_ANSWERED = Predicate(
    "county_unanswered",
    "已上报县专项办的线索，县里答复或者退回以后才能提交核查结论；县里没有接收的可以收回",
    lambda _, record: (
        # told meanwhile, it is with the county all the same
        not _county_has_it(cast("LeadRecord", record))
        and (
            record.status is not S.ESCALATED
            or cast("LeadRecord", record).transfer_stage in _ASKS_NOTHING
        )
    ),
    Conflict,
)


def _conclusion_given(_: Actor, record: Record) -> bool:
    lead = cast("LeadRecord", record)
    if lead.conclusion is not None:
        return True
    if lead.status is S.ESCALATED:  # told meanwhile, it may be; else the county is to conclude
        return lead.transfer_stage in OPEN_STAGES
    return not lead.unsettled


#: What whoever had it did not deal with somebody has to have looked into before it ends; what was
#: not taken up at all (不予受理) asks for nothing.
CONCLUSION_GIVEN = Predicate(
    "conclusion_missing",
    "对方没有立案、没有查办，或者由县里办理的，须先提交核查结论",
    _conclusion_given,
    RuleViolated,
    PETITIONS,
)
#: Told meanwhile, it is concluded when the answer leaves that to who handed it over, and once.
CONCLUSION_DUE = Predicate(
    "conclusion_not_due",
    "线索已反馈，不再另行提交核查结论；有新的情况请发起二次核查",
    lambda actor, record: record.status is not S.FED_BACK or not _conclusion_given(actor, record),
    Conflict,
)

#: Where a lead has a term of its own; told and only to be closed, it has another one.
TERMED = frozenset(
    {
        S.ASSIGNED,
        S.VERIFYING,
        S.TRANSFERRED_DEPARTMENT,
        S.TRANSFERRED_POLICE,
        S.ESCALATED,
        S.CONCLUDED,
        S.RECHECK,
        S.REJECTED,
    }
)


def is_told(lead: LeadRecord) -> bool:
    """Whether the reporter has the answer, and whoever has the lead owes nothing that its own term
    is for: somebody else may still have it, or the law ask for something in a term of its own."""
    return (
        lead.status is S.FED_BACK
        and not lead.owes
        and (lead.conclusion is not None or not lead.unsettled)
    )


def is_to_close(lead: LeadRecord) -> bool:
    """Whether closing is all that is left."""
    return is_told(lead) and lead.transfer_stage not in OPEN_STAGES | PENDING | LEFT_TO_DO


#: Who was asked to help is waited for, or let off.
ASSISTS_ANSWERED = Predicate(
    "assists_unanswered",
    "还没有答复协办的，答复以后才能提交核查结论；不再需要的，请先结束协办并说明理由",
    lambda _, record: not cast("LeadRecord", record).assists_awaited,
    Conflict,
    names=lambda record: cast("LeadRecord", record).assists_awaited,
)


def _answered_by(sentence: str, article: str, *organs: ReceivingOrgan | None) -> Predicate:
    """What was handed over to such an organ comes back to the sender; asking again is no answer."""

    def holds(_: Actor, record: Record) -> bool:
        lead = cast("LeadRecord", record)
        answered = _ASKS_NOTHING | {_T.FILED}
        return lead.transfer_organ not in organs or lead.transfer_stage in answered

    return Predicate("transfer_unanswered", sentence, holds, RuleViolated, article)


#: Of what was routed to the county no leader of the town knows.
_HEAD = "由镇领导（因回避转到县里的，由县专项办作出结论以外的人员）说明理由批准"
_NO_ANSWER = f"对方不答复的，{_HEAD}不再等待"
#: Each by the law of whoever has it. Before the head has decided nobody has.
RESULT_BACK = (
    _answered_by(
        "移送公安的线索须有公安机关的办理结果才能办结；" + _NO_ANSWER,
        f"{_REGULATION}第8条、第10条",
        ReceivingOrgan.POLICE,
        None,
    ),
    *NOTHING_LEFT,
    _answered_by(
        "移交的线索须有对方的办理结果才能办结；" + _NO_ANSWER,
        PETITIONS,
        ReceivingOrgan.MARKET,
        ReceivingOrgan.PETITION,
        ReceivingOrgan.OTHER,
    ),
    _answered_by(
        "民事纠纷须由化解途径的接收单位出具回执才能办结；" + _NO_ANSWER,
        "《信访工作条例》（2022）第22条、第31条",
        ReceivingOrgan.DISPUTE,
    ),
    _answered_by(
        "上报县专项办的线索须有县里的答复才能办结；" + _NO_ANSWER,
        PETITIONS,
        ReceivingOrgan.COUNTY,
    ),
)


def _not_owed(name: str, sentence: str, obligation: Obligation, article: str) -> Predicate:
    return Predicate(
        name,
        sentence,
        lambda _, record: obligation.value not in cast("LeadRecord", record).owes,
        RuleViolated,
        article,
    )


#: What a conclusion asks for is done before the lead ends, in any order of steps.
NOTHING_OWED = (
    _not_owed(
        "police_decision_missing",
        f"查实涉嫌犯罪的，须有公安机关立案或者不予立案的决定；确不移送的，{_HEAD}",
        Obligation.POLICE_DECISION,
        f"{_REGULATION}第3条、第11条",
    ),
    _not_owed(
        "punisher_missing",
        f"查实违法的，须由有处罚权的单位接收；确不移交的，{_HEAD}",
        Obligation.PUNISHER,
        "《行政处罚法》（2021）第17条、第22条",
    ),
    _not_owed(
        "route_receipt_missing",
        f"民事纠纷须由化解途径的接收单位出具回执；确不移交的，{_HEAD}",
        Obligation.ROUTE_RECEIPT,
        "《信访工作条例》（2022）第22条、第31条",
    ),
)

NOT_MERGED = Predicate(
    "merged",
    "线索已并入另一线索，请先撤销并入",
    lambda _, record: cast("LeadRecord", record).merged_into_id is None,
    Conflict,
)

#: Nothing would be left in the figures of what was merged into a lead that ends unanswered.
NOTHING_MERGED = Predicate(
    "has_merged",
    "有线索并入了本线索，请先撤销并入",
    lambda _, record: not cast("LeadRecord", record).has_merged,
    Conflict,
)

#: What was routed to the county, for the county that has it.
ROUTED = Predicate(
    "not_routed",
    "只有因回避转到县里的线索，由承办的县专项办重新办理",
    lambda actor, record: (
        OWN_UNIT.holds(actor, record) and is_routed(cast("LeadRecord", record).town_code)
    ),
)

MARKED = Predicate(
    "not_marked",
    "线索没有重点标记",
    lambda _, record: bool(cast("LeadRecord", record).marks),
    Conflict,
)

#: What a unit has is its own to verify, conclude and answer: the office assigns, sees to it that things
#: go on, and takes back; it does nobody's work for them (facts 4).
HANDLER = Predicate(
    "not_own_unit",
    "只有承办单位可以办理，没有承办单位的由镇专项办办理；镇专项办要换承办单位的，先收回交办，再交办给别的单位",
    _has_it_in_charge,
)
#: Asking others to help and pressing whoever has it is the office's as well: it assigns and supervises.
COORDINATOR = Predicate("not_own_unit", "只有承办单位或镇专项办可以办理", _has_it_or_leads)
#: What a hand-over asks of who made it: they have the papers and the goods, whoever looks into the lead
#: a second time.
SENDER = Predicate("not_own_unit", "只有移送、移交的单位可以办理", _sent_it)

WAIVABLE = Predicate(
    "nothing_to_waive",
    "没有须移送、须等待的事项",
    lambda _, record: (
        bool(cast("LeadRecord", record).owes)
        or cast("LeadRecord", record).transfer_stage in OPEN_STAGES | {_T.FILED}
    ),
    Conflict,
    _ARTICLE_HEAD,
)


#: A slip is taken back while nobody has gone on from it.
WAIVED_JUST_NOW = Predicate(
    "waiver_stands",
    "只有当天批准、批准以后没有再办理的，可以撤回批准",
    lambda _, record: cast("LeadRecord", record).waived_from is not None,
    Conflict,
    _ARTICLE_HEAD,
)


def _is_second(actor: Actor, record: Record) -> bool:
    lead = cast("LeadRecord", record)
    had_a_hand = {lead.concluded_by_id, *lead.concluded_person_ids, lead.transfer_proposed_by_id}
    return actor.id not in had_a_hand


#: Nobody lets themselves off what they found.
SECOND_PERSON = Predicate(
    "own_conclusion",
    "作出结论、提请移送的人不能自己批准不移送；没有另一人可以批准的，移送、移交有权的机关决定",
    _is_second,
    article=_ARTICLE_HEAD,
)

#: The county closes what it answers for itself: a lead that the town must keep off.
CLOSER = Predicate(
    "not_own_unit",
    "只有镇专项办可以办结、归档；因回避转到县里的，由承办的县专项办办结、归档",
    lambda actor, record: (
        actor.may(P.LEAD_ASSIGN)
        or (OWN_UNIT.holds(actor, record) and is_routed(cast("LeadRecord", record).town_code))
    ),
)

_UNIT = Field("unit_id", "承办单位", FieldKind.UNIT)
_DISPUTE = ("conclusion", LeadConclusion.CIVIL_DISPUTE)
#: What the head approved on paper needs what is asked for here otherwise.
_PAPER = "没有在本系统内批准的必填"
_DOCUMENT = Field("document_no", "文书编号", required=False)
_OPEN = frozenset({S.RECEIVED, S.REGISTERED, S.ASSIGNED, S.DISPUTED, S.VERIFYING})
#: Where a mark still changes something.
_UNFINISHED = _OPEN | {
    S.TRANSFERRED_DEPARTMENT,
    S.TRANSFERRED_POLICE,
    S.ESCALATED,
    S.CONCLUDED,
    S.RECHECK,
    S.FED_BACK,
}
#: Where a handed-over lead stands while its result is waited for: the reporter may have been told,
#: the sender may have concluded meanwhile, or somebody look into it a second time.
_SENT = frozenset(
    {
        S.TRANSFERRED_DEPARTMENT,
        S.TRANSFERRED_POLICE,
        S.ESCALATED,
        S.CONCLUDED,
        S.RECHECK,
        S.FED_BACK,
    }
)
#: What only the police are handed.
AT_POLICE = _SENT - {S.TRANSFERRED_DEPARTMENT, S.ESCALATED}
#: What the police decide when the lead is over already asks the same of the sender.
AFTER_POLICE = AT_POLICE | {S.CLOSED, S.ARCHIVED}
#: Where a second verification can start from, and what a sample for it is drawn from.
DRAWABLE = frozenset({S.CONCLUDED, S.FED_BACK, S.CLOSED})
#: From where a lead goes to the police: what a department has does not keep a crime from them.
_BEFORE_POLICE = frozenset({S.VERIFYING, S.CONCLUDED, S.FED_BACK, S.TRANSFERRED_DEPARTMENT})
#: What is over: a lead is opened anew from it, and no index of what runs holds it.
OVER = frozenset({S.CLOSED, S.REJECTED, S.WITHDRAWN, S.ARCHIVED})
_ANSWERABLE = frozenset(
    {S.CONCLUDED, S.REJECTED, S.TRANSFERRED_DEPARTMENT, S.TRANSFERRED_POLICE, S.ESCALATED}
)

EDITOR = Predicate("not_own_unit", "只有承办单位或镇专项办可以修改", _has_it_or_leads)

#: In the order in which they are offered: the first that holds is the next sensible step.
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
                Field("assist_task", "协办事项", FieldKind.LONG_TEXT, required=False),
                Field(
                    "due_on",
                    "办理期限",
                    FieldKind.DATE,
                    day=DayKind.DUE,
                    required=False,
                    rule="LEAD-01",
                ),
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
        A.SUPPLY_PAPERS: Step(
            AT_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("supplied_on", "补正日期", FieldKind.DATE, day=DayKind.PAST),
                Field("supplied", "补正的材料", FieldKind.LONG_TEXT),
            ),
            when=(SENDER, INCOMPLETE),
            article=f"{_REGULATION}第6条",
        ),
        A.RECORD_RECEIPT: Step(
            _SENT,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("receipt_no", "回执编号"),
                Field("received_at", "接收时间", FieldKind.DATETIME, day=DayKind.PAST),
                Field("received_by", "接收人"),
                Field(
                    "matter",
                    "案件类型（仅移送公安的填写）",
                    FieldKind.ENUM,
                    required=False,
                    options=PoliceMatter,
                ),
            ),
            when=(RECORDER, AWAITS_RECEIPT),
            article=HANDED_OVER,
        ),
        A.RECORD_RESULT: Step(
            _SENT,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("result", "办理结果", FieldKind.ENUM, options=TransferResult),
                Field("result_on", "结果日期", FieldKind.DATE, day=DayKind.PAST),
                Field(
                    "decided_level",
                    "作出决定的公安机关",
                    FieldKind.ENUM,
                    required=False,
                    options=DecisionLevel,
                    needed_for="公安机关立案、不予立案的填写",
                ),
                Field(
                    "document_no",
                    "文书编号",
                    required=False,
                    needed_for="公安机关立案、不予立案的填写",
                ),
                Field("result_note", "结果说明", FieldKind.LONG_TEXT),
            ),
            when=(RECORDER, AWAITS_RESULT),
            article=HANDED_OVER,
        ),
        A.RECORD_REVIEW: Step(
            AT_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("review_result", "复议决定", FieldKind.ENUM, options=ReviewResult),
                Field("reviewed_on", "收到复议决定日期", FieldKind.DATE, day=DayKind.PAST),
                _DOCUMENT,
            ),
            when=(RECORDER, IN_REVIEW),
            article=f"{_REGULATION}第9条",
        ),
        A.ASK_REVIEW: Step(
            AT_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field(
                    "review_asked_on", "公安机关收到复议提请日期", FieldKind.DATE, day=DayKind.PAST
                ),
                Field("review_reason", "提请复议的理由", FieldKind.LONG_TEXT),
            ),
            when=(SENDER, REVIEWABLE),
            article=f"{_REGULATION}第9条",
        ),
        A.SUGGEST_SUPERVISION: Step(
            AFTER_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("supervision_on", "建议日期", FieldKind.DATE, day=DayKind.PAST),
                Field("supervision_by", "人民检察院名称"),
                Field("document_no", "建议书编号", required=False),
                Field("supervision_reason", "建议立案监督的理由", FieldKind.LONG_TEXT),
            ),
            when=(SENDER, DECLINED),
            article=f"{_REGULATION}第9条",
        ),
        A.LET_STAND: Step(
            AFTER_POLICE,
            None,
            P.LEAD_HANDLE,
            when=(SENDER, DECLINED),
            article=f"{_REGULATION}第9条",
        ),
        A.RECORD_INCOMPLETE: Step(
            AT_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("told_at", "公安机关告知时间", FieldKind.DATETIME, day=DayKind.PAST),
                Field("missing", "须补正的材料", FieldKind.LONG_TEXT),
            ),
            when=(RECORDER, POLICE_ASK, RECEIVED),
            article=f"{_REGULATION}第6条",
        ),
        A.FORWARD: Step(
            _SENT | AFTER_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("forwarded_on", "转送日期", FieldKind.DATE, day=DayKind.PAST),
                *RECEIVER,
                Field("document_no", "转送通知文书编号", required=False),
                REASON,
            ),
            when=(RECORDER, TO_FORWARD),
            article=f"{_REGULATION}第7条",
        ),
        A.HAND_OVER_GOODS: Step(
            AFTER_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("goods_on", "移交日期", FieldKind.DATE, day=DayKind.PAST),
                Field("goods", "移交的涉案物品和材料（没有物品的写明）", FieldKind.LONG_TEXT),
                Field("goods_receipt_no", "交接手续编号", required=False),
            ),
            when=(SENDER, GOODS_DUE),
            article=f"{_REGULATION}第12条",
        ),
        A.RECORD_AFTERMATH: Step(
            AFTER_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=(
                Field(
                    "aftermath",
                    "撤案后的处理（依法处罚、移交或者不需要处理的理由）",
                    FieldKind.LONG_TEXT,
                ),
            ),
            when=(SENDER, CASE_DROPPED),
            article=f"{_REGULATION}第10条",
        ),
        A.CONCLUDE: Step(
            frozenset(
                {
                    S.VERIFYING,
                    S.RECHECK,
                    S.TRANSFERRED_DEPARTMENT,
                    S.TRANSFERRED_POLICE,
                    S.ESCALATED,
                    S.FED_BACK,
                }
            ),
            S.CONCLUDED,
            P.LEAD_HANDLE,
            fields=(
                Field("conclusion", "核查结论", FieldKind.ENUM, options=LeadConclusion),
                Field("findings", "核查情况", FieldKind.LONG_TEXT),
                Field(
                    "diversion_route",
                    "处理途径",
                    FieldKind.ENUM,
                    options=DiversionRoute,
                    only_with=_DISPUTE,
                ),
                Field("diversion_department", "接收单位", only_with=_DISPUTE),
            ),
            when=(
                HANDLER,
                SOMEBODY_ELSE,
                POLICE_DECIDED,
                GOODS_HANDED,
                COUNTY_ANSWERED,
                NOT_PENDING,
                CONCLUSION_DUE,
                ASSISTS_ANSWERED,
            ),
        ),
        A.APPROVE_TRANSFER: Step(
            _BEFORE_POLICE,
            None,
            P.LEAD_APPROVE_TRANSFER,
            when=(APPROVER, PROPOSED, ANOTHER),
            article=f"{_REGULATION}第5条",
        ),
        A.REFUSE_TRANSFER: Step(
            _BEFORE_POLICE,
            None,
            P.LEAD_APPROVE_TRANSFER,
            fields=(REASON,),
            when=(APPROVER, DECIDABLE),
            article=f"{_REGULATION}第5条",
        ),
        A.PROPOSE_TRANSFER: Step(
            _BEFORE_POLICE,
            None,
            P.LEAD_HANDLE,
            fields=reported(),
            when=(
                HANDLER,
                NOT_POLICE,
                MAY_PUNISH,
                MAY_BE_OFFENCE,
                NOT_PENDING,
                NONE_OPEN_AT_POLICE,
                NOT_FILED,
                *NOTHING_LEFT,
            ),
            article=f"{_REGULATION}第5条",
        ),
        A.TRANSFER_POLICE: Step(
            _BEFORE_POLICE,
            S.TRANSFERRED_POLICE,
            P.LEAD_HANDLE,
            fields=(
                *RECEIVER,
                *reported(_PAPER),
                Field("approved_on", "批准移送日期", FieldKind.DATE, day=DayKind.PAST),
                Field("approved_by", "批准人"),
                _DOCUMENT,
                MATERIALS,
                REASON,
            ),
            when=(
                HANDLER,
                NOT_POLICE,
                MAY_PUNISH,
                MAY_BE_OFFENCE,
                NOT_UNAPPROVED,
                NONE_OPEN_AT_POLICE,
                NOT_FILED,
                *NOTHING_LEFT,
            ),
            article=f"{_REGULATION}第3条、第5条",
        ),
        A.REPORT_POLICE: Step(
            _BEFORE_POLICE,
            S.TRANSFERRED_POLICE,
            P.LEAD_HANDLE,
            fields=(*RECEIVER, _DOCUMENT, MATERIALS, REASON),
            when=(
                HANDLER,
                NOT_POLICE,
                MAY_NOT_PUNISH,
                MAY_BE_OFFENCE,
                NOT_PENDING,
                NONE_OPEN_AT_POLICE,
                NOT_FILED,
                *NOTHING_LEFT,
            ),
            article=f"{_REGULATION}第3条",
        ),
        A.FEED_BACK: Step(
            _ANSWERABLE,
            S.FED_BACK,
            P.LEAD_HANDLE,
            fields=(
                Field("feedback_mode", "反馈方式", FieldKind.ENUM, options=FeedbackMode),
                Field("feedback_note", "反馈内容或无法反馈的原因", FieldKind.LONG_TEXT),
            ),
            # the reporter is owed an answer by a day, whatever the head decides
            when=(HANDLER, CONCLUSION_GIVEN),
        ),
        A.TRANSFER_DEPARTMENT: Step(
            frozenset({S.REGISTERED, S.VERIFYING, S.CONCLUDED, S.FED_BACK}),
            S.TRANSFERRED_DEPARTMENT,
            P.LEAD_HANDLE,
            fields=(
                Field("organ", "部门类别", FieldKind.ENUM, options=Department),
                *RECEIVER,
                _DOCUMENT,
                MATERIALS,
                REASON,
            ),
            when=(HANDLER, NOT_MERGED, NOT_PENDING, NONE_OPEN, *NOTHING_LEFT),
            article=PETITIONS,
        ),
        A.RECALL: Step(
            _SENT,
            None,
            P.LEAD_HANDLE,
            fields=(REASON,),
            when=(RECALLER, NOT_RECEIVED, NO_CASE, OFFICE_ESCALATED),
            danger=True,
            article=HANDED_OVER,
        ),
        A.REMIND: Step(
            _SENT,
            None,
            P.LEAD_HANDLE,
            fields=(Field("reason", "催办内容", FieldKind.LONG_TEXT),),
            when=(COORDINATOR, UNANSWERED),
            article=HANDED_OVER,
        ),
        A.ASK_ASSIST: Step(
            frozenset(
                {
                    S.ASSIGNED,
                    S.VERIFYING,
                    S.TRANSFERRED_DEPARTMENT,
                    S.TRANSFERRED_POLICE,
                    S.ESCALATED,
                    S.RECHECK,
                }
            ),
            None,
            P.LEAD_HANDLE,
            fields=(
                Field("assisting_unit_id", "协办单位", FieldKind.UNIT),
                Field("assist_task", "协办事项", FieldKind.LONG_TEXT),
                Field(
                    "due_on",
                    "协办期限",
                    FieldKind.DATE,
                    day=DayKind.DUE,
                    required=False,
                    rule="LEAD-ASSIST",
                ),
            ),
            when=(COORDINATOR,),
        ),
        A.CLOSE: Step(
            frozenset({S.FED_BACK}),
            S.CLOSED,
            P.LEAD_CLOSE,
            fields=(
                Field("solved", "问题是否解决", FieldKind.ENUM, options=Solved),
                Field("solved_note", "解决情况", FieldKind.LONG_TEXT),
            ),
            when=(CLOSER, *RESULT_BACK, CONCLUSION_GIVEN, *NOTHING_OWED, NOT_DRAWN),
        ),
        A.ARCHIVE: Step(
            frozenset({S.CLOSED, S.WITHDRAWN}),
            S.ARCHIVED,
            P.LEAD_CLOSE,
            when=(CLOSER, *NOTHING_LEFT, *NOTHING_OWED, NOT_DRAWN),
        ),
        A.WAIVE: Step(
            _SENT | {S.REGISTERED, S.CLOSED},
            None,
            P.LEAD_APPROVE_TRANSFER,
            fields=(Field("reason", "不再移送、不再等待的理由", FieldKind.LONG_TEXT),),
            when=(APPROVER, WAIVABLE, SECOND_PERSON),
            danger=True,
            article=_ARTICLE_HEAD,
        ),
        A.UNWAIVE: Step(
            _SENT | {S.REGISTERED, S.VERIFYING, S.CLOSED},
            None,
            P.LEAD_APPROVE_TRANSFER,
            when=(APPROVER, WAIVED_JUST_NOW, NOT_MERGED),
            article=_ARTICLE_HEAD,
        ),
        A.RECHECK: Step(
            DRAWABLE,
            S.RECHECK,
            P.LEAD_ASSIGN,
            fields=(_UNIT, REASON),
            when=(NOT_MERGED, NOT_PENDING),
        ),
        A.ESCALATE: Step(
            frozenset({S.REGISTERED, S.VERIFYING}),
            S.ESCALATED,
            P.LEAD_ASSIGN,
            fields=(REASON,),
            when=(NOT_PENDING, NONE_OPEN),
        ),
        A.REJECT: Step(
            frozenset({S.RECEIVED, S.REGISTERED}),
            S.REJECTED,
            P.LEAD_ASSIGN,
            fields=(REASON,),
            when=(NOTHING_MERGED, *NOTHING_OWED, NOT_DRAWN),
            danger=True,
        ),
        A.MARK: Step(
            _UNFINISHED,
            None,
            P.LEAD_ASSIGN,
            fields=(Field("mark", "重点标记", FieldKind.ENUM, options=FocusMark), REASON),
            when=(NOT_MERGED,),
        ),
        A.UNMARK: Step(
            _UNFINISHED,
            None,
            P.LEAD_ASSIGN,
            fields=(Field("mark", "重点标记", FieldKind.ENUM, options=FocusMark), REASON),
            when=(MARKED, NOT_MERGED),
        ),
        A.TAKE_BACK: Step(
            frozenset({S.ASSIGNED, S.VERIFYING}),
            S.REGISTERED,
            P.LEAD_ASSIGN,
            fields=(REASON,),
            when=(NOT_PENDING, NONE_OPEN, *NOTHING_LEFT),
            danger=True,
        ),
        A.WITHDRAW: Step(
            _OPEN,
            S.WITHDRAWN,
            P.LEAD_ASSIGN,
            fields=(REASON,),
            when=(NOT_PENDING, NOTHING_MERGED, *NOTHING_OWED, NOT_DRAWN),
            danger=True,
        ),
        A.REOPEN: Step(
            OVER,
            S.REGISTERED,
            P.LEAD_ASSIGN,
            fields=(REASON,),
            when=(NOT_MERGED, CASE_OPENED, *NOTHING_LEFT),
        ),
        A.REOPEN_COUNTY: Step(
            OVER,
            S.ESCALATED,
            P.LEAD_CLOSE,
            fields=(REASON,),
            when=(ROUTED, NOT_MERGED, CASE_OPENED, *NOTHING_LEFT),
        ),
    },
    edit=Edit(
        frozenset(S) - OVER,
        P.LEAD_CREATE,
        "线索已办结，不能修改",
        when=(EDITOR,),
    ),
    law=PETITIONS,
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


def can_join(
    status: LeadStatus, stage: TransferStage | None, owes: Sequence[str], *, is_merged: bool
) -> bool:
    """Whether a lead may be merged into another one; not what lies before the head, what somebody
    was handed, nor what has yet to be handed to somebody."""
    kept = stage in PENDING | OPEN_STAGES | LEFT_TO_DO or bool(owes)
    return status in MERGED_STATUS and not kept and not is_merged


def can_absorb(status: LeadStatus, conclusion: LeadConclusion | None, *, is_merged: bool) -> bool:
    """Whether other leads may be merged into this one."""
    return status not in NOT_MAIN and conclusion is not LeadConclusion.DUPLICATE and not is_merged
