"""Whom a term is brought before that runs out: a table, by the length of the term and its unit.

Before the end whoever handles it is warned; after it the head of the unit is told, then the office,
the town's leader, the supervisors. Only the act itself ends a turn; each of them is told once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Role
from api.domain.law.calendar import ONE_DAY, Calendar
from api.domain.law.clocks import SUB_DAY
from api.domain.law.time_rules import TimeRule, TimeUnit


class Level(Labelled):
    """Before whom, in the order in which it rises."""

    HANDLER = "handler", "经办人"
    HEAD = "head", "单位负责人"
    OFFICE = "office", "镇专项办"
    LEADER = "leader", "镇领导"
    SUPERVISOR = "supervisor", "督导组"


class Overdue(Labelled):
    """What is late."""

    DESK = "desk", "逾期未交办"
    ACKNOWLEDGE = "acknowledge", "逾期未签收"
    LEAD = "lead", "线索逾期未办结"
    FEED_BACK = "feed_back", "移送移交期间逾期未反馈举报人"
    OWED_POLICE = "owed_police", "移送移交期间逾期未移送公安"
    ASSIST = "assist", "协办逾期未答复"
    TRANSFER = "transfer", "移送移交逾期"
    HANDOVER = "handover", "案件、主体移送移交逾期"
    OPEN_CASE = "open_case", "公安机关立案后逾期未登记案件"
    OPEN_CASE_OF_ENTITY = "open_case_of_entity", "就主体立案后逾期未登记案件"
    CASE = "case", "办案期限届满"
    LEDGER_ENTRY = "ledger_entry", "支出逾期未复核"
    # steps of the table of terms (across/step_terms.py) have the codes of their kinds of duties
    DISTRIBUTION_COMPUTE = "distribution_compute", "清退方案逾期未测算"
    DISTRIBUTION_APPROVE = "distribution_approve", "清退方案逾期未审批"
    DISTRIBUTION_PUBLISH = "distribution_publish", "清退方案逾期未公示"
    DISTRIBUTION_PAY = "distribution_pay", "清退款逾期未发放"
    DISTRIBUTION_CONFIRM = "distribution_confirm", "清退款逾期未确认到账"
    RULE_SET_SUBMIT = "rule_set_submit", "规则草稿逾期未提交批准"
    RULE_SET_APPROVE = "rule_set_approve", "规则新版本逾期未批准"
    REWARD_APPROVE = "reward_approve", "举报奖励逾期未审批"
    REWARD_CODE = "reward_code", "举报奖励逾期未发领取码"
    REWARD_PAY = "reward_pay", "举报奖励逾期未发放"
    VICTIM_VERIFY = "victim_verify", "受害人逾期未核实"
    PROPERTY_DETERMINE = "property_determine", "涉案财物逾期未甄别"
    PROPERTY_DISPUTED = "property_disputed", "涉案财物有异议，逾期未重新甄别"
    PROPERTY_DISPOSE = "property_dispose", "涉案财物逾期未处置"
    ENTITY_SWEEP = "entity_sweep", "风险主体逾期未排查"
    ENTITY_ASSESS = "entity_assess", "风险主体逾期未评估定级"
    ENTITY_LIST = "entity_list", "风险主体逾期未纳入管控"
    ENTITY_HANDLE = "entity_handle", "风险主体逾期未处置"
    ENTITY_ACCEPT = "entity_accept", "风险主体整改后逾期未验收"
    ENTITY_ANSWER = "entity_answer", "风险主体移交有结果，逾期未验收"
    ENTITY_POLICE = "entity_police", "风险主体移送有结果，逾期未销号"
    ENTITY_DELIST = "entity_delist", "风险主体逾期未销号"
    INSPECTION_CLOSE = "inspection_close", "检查逾期未办结"
    OUTCOME_PUBLISH = "outcome_publish", "成果逾期未审核发布"
    CASE_ACCEPT = "case_accept", "案件逾期未受案"
    CASE_SEND = "case_send", "案件逾期未移送审查起诉"
    CASE_ENFORCE = "case_enforce", "案件判决后逾期未移送执行或者结案"
    CASE_DIVERTED = "case_diverted", "案件转其他途径后逾期未结案或者另行移送"
    CASE_NOT_INDICTED = "case_not_indicted", "不起诉后逾期未转其他途径或者结案"
    CASE_NOT_FILED = "case_not_filed", "不予立案后逾期未转其他途径"
    LEAD_MESSAGE = "lead_message", "举报人留言逾期未答复"
    LEAD_DROPPED = "lead_dropped", "公安机关撤案后逾期未登记处理"
    LEAD_RECHECK_DRAWN = "lead_recheck_drawn", "抽中的线索逾期未发起二次核查"
    MEASURE = "measure", "查扣冻到期失效，没有重新办理或者登记解除"
    RECTIFICATION = "rectification", "整改逾期"
    INSPECTION = "inspection", "逾期未检查"
    VISIT = "visit", "应检未安排"


#: Who sees it at home, with who should act and since when. Of what the town must keep off nobody of
#: the town knows, and nobody above the county is here: its own people are told, as a unit's head is.
WATCHERS = {
    Role.COUNTY: Level.HEAD,
    Role.OFFICE: Level.OFFICE,
    Role.LEADER: Level.LEADER,
    Role.SUPERVISOR: Level.SUPERVISOR,
}


@dataclass(frozen=True, slots=True)
class Band:
    """Terms of up to so many working days, and the working days before (handler) or after their end
    (everybody else) on which each is told."""

    up_to: int
    handler: int
    head: int
    office: int
    leader: int
    supervisor: int

    def after(self, level: Level) -> int:
        """Working days from the end; before it they are negative."""
        days: int = getattr(self, level.value)
        return -days if level is Level.HANDLER else days

    def last_due(self, level: Level, today: date, calendar: Calendar) -> date:
        """The latest end that a level is told of today."""
        after = self.after(level)
        if after <= 0:
            return calendar.step(today, -after) if after else today
        day = today
        while calendar.step(day, after) > today:
            day -= ONE_DAY
        return day


#: Two working days are not warned of thirty before; the longer the term, the more patience.
#: 期限长度（工作日以内）｜届满前提醒经办人｜逾期后告知：负责人、专项办、镇领导、督导组
BANDS: tuple[Band, ...] = (
    Band(0, handler=0, head=1, office=1, leader=2, supervisor=3),  # 以小时、分钟计的
    Band(3, handler=1, head=1, office=2, leader=3, supervisor=5),
    Band(10, handler=2, head=1, office=3, leader=5, supervisor=10),
    Band(30, handler=3, head=1, office=3, leader=7, supervisor=15),
    Band(10_000, handler=5, head=1, office=5, leader=10, supervisor=20),
)
#: A day that a person set, by no rule.
USUAL = BANDS[2]

#: Working days in one of each, near enough to tell a short term from a long one.
_WORKING = {
    TimeUnit.DAY: 5 / 7,
    TimeUnit.WORKING_DAY: 1.0,
    TimeUnit.MONTH: 22.0,
    TimeUnit.YEAR: 250.0,
}


def band_of(rule: TimeRule | None) -> Band:
    """The row that a term falls under."""
    if rule is None or rule.term is None or rule.unit is None:
        return USUAL
    if rule.unit in SUB_DAY:
        return BANDS[0]
    length = rule.term * _WORKING[rule.unit]
    return next(each for each in BANDS[1:] if length <= each.up_to)


def by_band(rules: Iterable[TimeRule]) -> dict[Band, list[str]]:
    """The rules of each row, by their newest version."""
    newest = {rule.rule_id: rule for rule in rules}
    found: dict[Band, list[str]] = {band: [] for band in BANDS}
    for rule_id, rule in newest.items():
        if rule.term is not None and rule.unit is not None:
            found[band_of(rule)].append(rule_id)
    return found
