"""What a leader is to ask about today: which rows of which list, and the sentence that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from api.domain.across.statistics import Params
from api.domain.across.step_terms import STEP_TERMS
from api.domain.across.ways import LEAD_WAY
from api.domain.entities.rectifications import RectificationStatus
from api.domain.kit.duties import DutyKind
from api.domain.kit.labels import Labelled
from api.domain.kit.standing import Whose
from api.domain.law.escalations import Overdue
from api.domain.leads.lead_transfers import OPEN_CASE_RULE
from api.domain.leads.leads import TRIAGE, LeadStatus, TransferStage
from api.domain.organisation.handing_over import WITH_RECEIVER, HandoverStatus
from api.domain.recovery.distributions import DistributionStatus
from api.domain.recovery.ledger import EntryStatus
from api.domain.rewards.rewards import RewardStatus
from api.domain.words.money import formatted

#: What ends before this warning of the rule table would be given is told before it is late.
SOON_RULE = "WARN-D3"


class Urgency(Labelled):
    """Why it is to be asked about."""

    LATE = "late", "已经超期"
    SOON = "soon", "快要到期"
    UNANSWERED = "unanswered", "等待答复"
    DECISION = "decision", "等待审批、复核"
    PAYMENT = "payment", "等待公示、发放"


#: Parameters of lists that move with the day; statements bind them at each call.
YESTERDAY, TODAY, SOON, WARNED = "{yesterday}", "{today}", "{soon}", "{warned}"


@dataclass(frozen=True, slots=True)
class Matter:
    """Rows of a list that are to be asked about, of each unit by itself or of the whole place.

    The sentence knows `whose`, `n`, `day` (the first that it was or is due) and `sum`.
    """

    key: str
    urgency: Urgency
    resource: str
    params: Params
    sentence: str
    by_unit: bool = False
    #: The filter of the list that names the unit.
    unit: str = "owner_unit_id"
    #: Said of nobody in particular where it is not told by unit.
    whose: str = ""
    #: The field of the list that says since when it is late, if it is not the row's own last day.
    due: str = ""
    #: The rule by which that is counted, where the field holds only the first day of the term.
    starts: str = ""
    #: What of the escalations it tells of: each of them stands in one line at least.
    escalates: tuple[Overdue, ...] = ()
    #: The turns at somebody's home that it asks about, where they have no term that could be late.
    turns: tuple[DutyKind, ...] = ()


def _office(status: LeadStatus) -> bool:
    """Whether a lead in this status waits for the office and not for its unit."""
    turns = next((s.turns[status] for s in LEAD_WAY.stages if status in s.turns), ())
    return bool(turns) and turns[-1].whose is Whose.OFFICE


#: Whose turn it is, by status; nobody's where it is over.
_OPEN = [s for s in LeadStatus if any(s in stage.turns for stage in LEAD_WAY.stages)]
#: Told and only to be closed, it waits for the office in a term of its own; what is still owed then
#: is its unit's. What lies at the desk has a term of another kind.
_TOLD = LeadStatus.FED_BACK.value
_AT_THE_OFFICE: Params = {"status": [_TOLD], "closing": True}
_AT_THE_UNIT: Params = {
    "status": [s.value for s in _OPEN if s.value == _TOLD or not _office(s)],
    "closing": False,
}
_ORDERED = [
    s.value
    for s in RectificationStatus
    if s not in {RectificationStatus.CLOSED, RectificationStatus.WITHDRAWN}
]
_UNANSWERED = [
    stage.value
    for stage in (
        TransferStage.SENT,
        TransferStage.RECEIVED,
        TransferStage.INCOMPLETE,
        TransferStage.REVIEWED,
    )
]
#: The receiver is to take it in or to answer; else the sender has something to do with it.
_WITH_RECEIVER = [
    s.value for s in (TransferStage.SENT, TransferStage.RECEIVED, TransferStage.REVIEWED)
]
_BEFORE_SENT = {TransferStage.PROPOSED.value, TransferStage.APPROVED.value}
_WITH_SENDER = [s.value for s in TransferStage if s.value not in {*_WITH_RECEIVER, *_BEFORE_SENT}]
#: The same of cases and risk entities.
_TO_RECEIVER = [s.value for s in HandoverStatus if s in WITH_RECEIVER]
_TO_SENDER = [s.value for s in HandoverStatus if s not in WITH_RECEIVER]
_TO_PAY = [DistributionStatus.PUBLISHED.value, DistributionStatus.PARTLY_PAID.value]
_HANDED: Params = {"overdue": True, "handover_overdue": True}
#: By its own term, which runs; what else is late of it is told apart.
_OWN_LATE: Params = {"overdue": True, "due_to": YESTERDAY}
_NEAR: Params = {"due_from": TODAY, "due_to": SOON}
_L, _S, _U, _D = Urgency.LATE, Urgency.SOON, Urgency.UNANSWERED, Urgency.DECISION
_P, _O, _K, _DS = Urgency.PAYMENT, Overdue, DutyKind, DistributionStatus
_OFFICE = Whose.OFFICE.label

#: The parameter of lists by which the late ones at a step are opened.
LATE_STEP = "late_step"


def _late(kind: DutyKind, resource: str, sentence: str, *, by_unit: bool = False) -> Matter:
    """What is late by the table of steps."""
    return Matter(
        f"late_{kind.value}",
        _L,
        resource,
        {LATE_STEP: kind.value},
        sentence,
        by_unit=by_unit,
        due=kind.value,
        starts=STEP_TERMS[kind],
        escalates=(Overdue(kind.value),),
    )


MATTERS: tuple[Matter, ...] = (
    Matter("leads_late", _L, "leads",
           _OWN_LATE | _AT_THE_UNIT,
           "{whose}有 {n} 条线索超期未办，最早的{day}到期", by_unit=True, escalates=(_O.LEAD,)),
    Matter("leads_late_office", _L, "leads",
           _OWN_LATE | _AT_THE_OFFICE,
           "{whose}有 {n} 条线索超期未办结，最早的{day}到期", whose=_OFFICE,
           escalates=(_O.LEAD,)),
    Matter("leads_late_desk", _L, "leads",
           _OWN_LATE | {"status": [s.value for s in TRIAGE]},
           "{whose}有 {n} 条线索退回、收回后还没有另行交办，答复举报人的期限已过，最早的{day}到期",
           whose=_OFFICE, escalates=(_O.LEAD,)),
    Matter("leads_unowned", _L, "leads", {"unowned_late": True},
           "{whose}有 {n} 条线索过了交办时限，还没有单位承办，最早的{day}到期", whose=_OFFICE,
           due="unowned_on", starts="LEAD-UNOWNED", escalates=(_O.DESK,)),
    Matter("leads_unacknowledged", _L, "leads", {"acknowledge_late": True},
           "{whose}有 {n} 条线索逾期没有签收，最早的{day}到期", by_unit=True, due="assigned_on",
           starts="LEAD-ACK", escalates=(_O.ACKNOWLEDGE,)),
    Matter("answers_late", _L, "leads", {"answer_late": True},
           "{whose}移送、移交以后有 {n} 条线索逾期没有反馈举报人，最早的{day}到期", by_unit=True,
           due="due_held_on", escalates=(_O.FEED_BACK,)),
    Matter("owed_late", _L, "leads", {"owed_late": True},
           "{whose}查实涉嫌犯罪、移交其他单位的 {n} 条线索，逾期没有移送公安，最早的{day}到期",
           by_unit=True, due="due_held_on", escalates=(_O.OWED_POLICE,)),
    Matter("assists_late", _L, "leads", {}, "{whose}有 {n} 件协办逾期没有答复，最早的{day}到期",
           by_unit=True, unit="assist_late_unit_id", due="assist_due_on", escalates=(_O.ASSIST,)),
    Matter("cases_unopened", _L, "leads", {"open_case_late": True},
           "{whose}决定立案的 {n} 条线索逾期没有登记案件，最早的{day}到期", by_unit=True,
           unit="transfer_receiver_id", due="filed_on", starts=OPEN_CASE_RULE,
           escalates=(_O.OPEN_CASE,)),
    Matter("entity_cases_unopened", _L, "handovers", {"open_case_late": True},
           "{whose}就 {n} 件移送的主体决定立案，逾期没有登记案件，最早的{day}到期", by_unit=True,
           unit="receiver_unit_id", due="handover_filed_on", starts=OPEN_CASE_RULE,
           escalates=(_O.OPEN_CASE_OF_ENTITY,)),
    Matter("transfers_late", _L, "leads",
           _HANDED | {"transfer_stage": _WITH_RECEIVER, "receiver_outside": False},
           "{whose}收到移送、移交的 {n} 条线索逾期没有接收或者答复，最早的{day}到期", by_unit=True,
           unit="transfer_receiver_id", due="handover_due_on",
           escalates=(_O.TRANSFER,)),
    # the head thinks about the police meanwhile, in a term of its own
    Matter("transfers_late_kept", _L, "leads", {"kept_overdue": True, "receiver_outside": False},
           "{whose}收到移送、移交的 {n} 条线索（另提请批准移送公安）逾期没有接收或者答复，最早的{day}到期",
           by_unit=True, unit="transfer_receiver_id", due="kept_due_on", escalates=(_O.TRANSFER,)),
    Matter("transfers_late_kept_outside", _L, "leads",
           {"kept_overdue": True, "receiver_outside": True},
           "{whose}移送、移交给外单位的 {n} 条线索（另提请批准移送公安）逾期没有接收或者答复，最早的{day}到期",
           by_unit=True, unit="handed_by_unit_id", due="kept_due_on", escalates=(_O.TRANSFER,)),
    Matter("transfers_late_outside", _L, "leads",
           _HANDED | {"transfer_stage": _WITH_RECEIVER, "receiver_outside": True},
           "{whose}移送、移交给外单位的 {n} 条线索逾期没有接收或者答复，最早的{day}到期",
           by_unit=True, unit="handed_by_unit_id", due="handover_due_on",
           escalates=(_O.TRANSFER,)),
    Matter("transfers_late_sender", _L, "leads", _HANDED | {"transfer_stage": _WITH_SENDER},
           "{whose}移送、移交的 {n} 条线索逾期没有补正、移交物品或者登记如何处理，最早的{day}到期",
           by_unit=True, unit="handed_by_unit_id", due="handover_due_on",
           escalates=(_O.TRANSFER,)),
    # approved, it has yet to be handed over by who has the lead now
    Matter("transfers_late_unsent", _L, "leads",
           _HANDED | {"transfer_stage": [TransferStage.APPROVED.value]},
           "{whose}有 {n} 条线索批准移送公安以后逾期没有送出，最早的{day}到期",
           by_unit=True, due="handover_due_on",
           escalates=(_O.TRANSFER,)),
    Matter("transfers_late_approval", _L, "leads",
           _HANDED | {"transfer_stage": [TransferStage.PROPOSED.value]},
           "有 {n} 条线索逾期没有批准移送公安，最早的{day}到期", due="handover_due_on",
           escalates=(_O.TRANSFER,)),
    Matter("handovers_late", _L, "handovers",
           {"overdue": True, "status": _TO_RECEIVER, "receiver_outside": False},
           "{whose}收到移送、移交的案件、风险主体有 {n} 件逾期没有接收或者答复，最早的{day}到期",
           by_unit=True, unit="receiver_unit_id",
           escalates=(_O.HANDOVER,)),
    Matter("handovers_late_outside", _L, "handovers",
           {"overdue": True, "status": _TO_RECEIVER, "receiver_outside": True},
           "{whose}移送、移交给外单位的案件、风险主体有 {n} 件逾期没有接收或者答复，最早的{day}到期",
           by_unit=True,
           escalates=(_O.HANDOVER,)),
    Matter("handovers_late_sender", _L, "handovers", {"overdue": True, "status": _TO_SENDER},
           "{whose}移送、移交的案件、风险主体有 {n} 件逾期没有补正或者移交物品，最早的{day}到期",
           by_unit=True,
           escalates=(_O.HANDOVER,)),
    Matter("measures_lapsed", _L, "property-measures", {"undone": True},
           "有 {n} 项查封、扣押、冻结已到期失效，没有重新办理，金额 {sum}，最早的{day}到期",
           escalates=(_O.MEASURE,)),
    Matter("cases_late", _L, "cases", {"overdue": True},
           "{whose}有 {n} 起案件超过法定期限，最早的{day}到期", by_unit=True,
           escalates=(_O.CASE,)),
    Matter("rectifications_late", _L, "rectifications", {"overdue": True},
           "{whose}责令的整改有 {n} 件到期没有销号，最早的{day}到期", by_unit=True,
           escalates=(_O.RECTIFICATION,)),
    Matter("entities_late", _L, "risk-entities", {"inspection_overdue": True},
           "{whose}有 {n} 家风险主体到期没有检查，最早的应当在{day}前检查", by_unit=True,
           escalates=(_O.VISIT,)),
    Matter("inspections_late", _L, "inspections", {"overdue": True},
           "{whose}有 {n} 次检查过了计划日期没有做，最早的定在{day}", by_unit=True,
           escalates=(_O.INSPECTION,)),
    Matter("entries_late", _L, "ledger/entries", {"awaits_late": True},
           "有 {n} 笔支出逾期没有复核，金额 {sum}，最早的{day}到期", due="recorded_on",
           starts="LEDGER-CONFIRM", escalates=(_O.LEDGER_ENTRY,)),
    _late(_K.DISTRIBUTION_COMPUTE, "distributions", "有 {n} 个清退方案逾期没有测算，最早的{day}到期"),
    _late(_K.DISTRIBUTION_APPROVE, "distributions",
          "有 {n} 个清退方案逾期没有审批，拟发放 {sum}，最早的{day}到期"),
    _late(_K.DISTRIBUTION_PUBLISH, "distributions",
          "有 {n} 个清退方案批准以后逾期没有公示，拟发放 {sum}，最早的{day}到期"),
    _late(_K.DISTRIBUTION_PAY, "distributions",
          "有 {n} 个清退方案可以发放，财政所逾期没有发放，方案共 {sum}，最早的{day}到期"),
    _late(_K.DISTRIBUTION_CONFIRM, "distributions",
          "有 {n} 个清退方案发放以后逾期没有确认到账，方案共 {sum}，最早的{day}到期"),
    _late(_K.RULE_SET_SUBMIT, "rule-set-versions",
          "有 {n} 个规则草稿逾期没有提交批准，最早的{day}到期"),
    _late(_K.RULE_SET_APPROVE, "rule-set-versions",
          "有 {n} 个规则新版本逾期没有批准，最早的{day}到期"),
    _late(_K.REWARD_APPROVE, "rewards",
          "有 {n} 笔举报奖励逾期没有审批，金额 {sum}，最早的{day}到期"),
    _late(_K.REWARD_CODE, "rewards",
          "有 {n} 笔举报奖励批准以后逾期没有发领取码，金额 {sum}，最早的{day}到期"),
    _late(_K.REWARD_PAY, "rewards", "有 {n} 笔举报奖励逾期没有发放，金额 {sum}，最早的{day}到期"),
    _late(_K.VICTIM_VERIFY, "victims", "有 {n} 名受害人逾期没有核实，最早的{day}到期"),
    _late(_K.PROPERTY_DETERMINE, "property-items", "有 {n} 项涉案财物逾期没有甄别，最早的{day}到期"),
    _late(_K.PROPERTY_DISPUTED, "property-items",
          "有 {n} 项有异议的涉案财物逾期没有重新甄别，最早的{day}到期"),
    _late(_K.PROPERTY_DISPOSE, "property-items", "有 {n} 项涉案财物逾期没有处置，最早的{day}到期"),
    _late(_K.ENTITY_SWEEP, "risk-entities", "有 {n} 家风险主体逾期没有排查，最早的{day}到期"),
    _late(_K.ENTITY_ASSESS, "risk-entities", "有 {n} 家风险主体逾期没有评估定级，最早的{day}到期"),
    _late(_K.ENTITY_LIST, "risk-entities", "有 {n} 家风险主体逾期没有纳入管控，最早的{day}到期"),
    _late(_K.ENTITY_HANDLE, "risk-entities",
          "{whose}有 {n} 家风险主体逾期没有处置，最早的{day}到期", by_unit=True),
    _late(_K.ENTITY_ACCEPT, "risk-entities",
          "{whose}有 {n} 家整改的风险主体逾期没有验收，最早的{day}到期", by_unit=True),
    _late(_K.ENTITY_ANSWER, "risk-entities",
          "{whose}移交的 {n} 家风险主体有了结果，逾期没有验收，最早的{day}到期", by_unit=True),
    _late(_K.ENTITY_POLICE, "risk-entities",
          "{whose}移送的 {n} 家风险主体有了结果，逾期没有销号，最早的{day}到期", by_unit=True),
    _late(_K.ENTITY_DELIST, "risk-entities",
          "{whose}有 {n} 家风险主体逾期没有销号，最早的{day}到期", by_unit=True),
    _late(_K.INSPECTION_CLOSE, "inspections",
          "{whose}有 {n} 次检查逾期没有办结，最早的{day}到期", by_unit=True),
    _late(_K.OUTCOME_PUBLISH, "outcomes", "有 {n} 项行动成果逾期没有审核发布，最早的{day}到期"),
    _late(_K.CASE_ACCEPT, "cases", "{whose}有 {n} 起案件逾期没有受案，最早的{day}到期", by_unit=True),
    _late(_K.CASE_SEND, "cases",
          "{whose}有 {n} 起案件侦查终结，逾期没有移送审查起诉，最早的{day}到期", by_unit=True),
    _late(_K.CASE_ENFORCE, "cases",
          "{whose}有 {n} 起案件判决后逾期没有移送执行或者结案，最早的{day}到期", by_unit=True),
    _late(_K.CASE_DIVERTED, "cases",
          "{whose}有 {n} 起转其他途径的案件逾期没有结案或者另行移送，最早的{day}到期",
          by_unit=True),
    _late(_K.CASE_NOT_INDICTED, "cases",
          "{whose}有 {n} 起不起诉的案件逾期没有转其他途径或者结案，最早的{day}到期",
          by_unit=True),
    _late(_K.CASE_NOT_FILED, "cases",
          "{whose}有 {n} 起不予立案的案件逾期没有转其他途径，最早的{day}到期", by_unit=True),
    _late(_K.LEAD_MESSAGE, "leads",
          "{whose}有 {n} 条线索的举报人留言逾期没有答复，最早的{day}到期", by_unit=True),
    replace(
        _late(_K.LEAD_DROPPED, "leads",
              "{whose}移送的 {n} 条线索公安机关撤案以后，逾期没有登记处理，最早的{day}到期",
              by_unit=True),
        unit="handed_by_unit_id"),
    _late(_K.LEAD_RECHECK_DRAWN, "leads",
          "有 {n} 条抽中的线索逾期没有发起二次核查，最早的{day}到期"),
    Matter("leads_near", _S, "leads",
           _AT_THE_UNIT | _NEAR,
           "{whose}有 {n} 条线索快要到期，最早的{day}", by_unit=True),
    Matter("leads_near_office", _S, "leads", _AT_THE_OFFICE | _NEAR,
           "{whose}有 {n} 条线索快要到期，最早的{day}", whose=_OFFICE),
    Matter("cases_near", _S, "cases", _NEAR,
           "{whose}有 {n} 起案件快要到期，最早的{day}", by_unit=True),
    Matter("rectifications_near", _S, "rectifications", {"status": _ORDERED} | _NEAR,
           "{whose}责令的整改有 {n} 件快要到期，最早的{day}", by_unit=True),
    Matter("measures_ending", _S, "property-measures", {"expires_before": WARNED},
           "有 {n} 项查封、扣押、冻结即将到期，金额 {sum}，最早的{day}到期"),
    Matter("transfers_unanswered", _U, "leads",
           {"open": True, "transfer_stage": _UNANSWERED, "receiver_outside": False,
            "handover_overdue": False},
           "{whose}收到移送、移交的 {n} 条线索，还没有答复", by_unit=True,
           unit="transfer_receiver_id"),
    Matter("transfers_outside", _U, "leads",
           {"open": True, "transfer_stage": _UNANSWERED, "receiver_outside": True,
            "handover_overdue": False},
           "{whose}移送、移交给外单位的 {n} 条线索，还没有答复", by_unit=True,
           unit="handed_by_unit_id"),
    Matter("transfers_proposed", _D, "leads", {"transfer_stage": [TransferStage.PROPOSED.value]},
           "有 {n} 条线索等待批准移送公安"),
    Matter("plans_computed", _D, "distributions", {"status": [_DS.COMPUTED.value]},
           "有 {n} 个清退方案等待审批，拟发放 {sum}", turns=(_K.DISTRIBUTION_APPROVE,)),
    Matter("rewards_proposed", _D, "rewards", {"status": [RewardStatus.PROPOSED.value]},
           "有 {n} 笔举报奖励等待审批，金额 {sum}", turns=(_K.REWARD_APPROVE,)),
    Matter("entries_awaiting", _D, "ledger/entries", {"status": [EntryStatus.AWAITS.value]},
           "有 {n} 笔支出等待另一人复核，金额 {sum}", turns=(_K.LEDGER_CONFIRM,)),
    Matter("plans_drafted", _P, "distributions", {"status": [_DS.DRAFT.value]},
           "有 {n} 个清退方案还没有测算", turns=(_K.DISTRIBUTION_COMPUTE,)),
    Matter("plans_approved", _P, "distributions", {"status": [_DS.APPROVED.value]},
           "有 {n} 个清退方案已经批准，还没有公示，拟发放 {sum}", turns=(_K.DISTRIBUTION_PUBLISH,)),
    Matter("plans_unpaid", _P, "distributions", {"status": _TO_PAY, "objection_over": True},
           "有 {n} 个清退方案公示期已满，财政所还没有发放完，方案共 {sum}，最早的{day}期满",
           turns=(_K.DISTRIBUTION_PAY,)),
    Matter("plans_paying", _P, "distributions", {"status": [_DS.PAYING.value]},
           "有 {n} 个清退方案已经发放，还没有确认到账，方案共 {sum}", turns=(_K.DISTRIBUTION_CONFIRM,)),
    Matter("rewards_approved", _P, "rewards", {"status": [RewardStatus.APPROVED.value]},
           "有 {n} 笔举报奖励已经批准，还没有发领取码或者没有发放，金额 {sum}",
           turns=(_K.REWARD_CODE, _K.REWARD_PAY)),
)  # fmt: skip


def bound(params: Params, days: Mapping[str, date]) -> Params:
    """The filters of a matter with the days that they mean today."""
    return {
        name: days[value].isoformat() if isinstance(value, str) and value in days else value
        for name, value in params.items()
    }


def said(matter: Matter, whose: str, n: int, first: date | None, fen: int, today: date) -> str:
    """The sentence of a matter."""
    day = ""
    if first is not None:
        day = f"{first.month}月{first.day}日"
        day = day if first.year == today.year else f"{first.year}年{day}"
    return matter.sentence.format(whose=whose, n=n, day=day, sum=formatted(fen))
