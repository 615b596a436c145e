"""Duties: what waits for a unit, what it is called, and the ladder of warnings before an expiry."""

from datetime import date

from api.domain.calendar import Calendar
from api.domain.clocks import ALERT_LADDER
from api.domain.labels import Labelled


class DutyKind(Labelled):
    """What is to be done."""

    LEAD_REGISTER = "lead_register", "待登记"
    LEAD_ASSIGN = "lead_assign", "待交办"
    LEAD_DISPUTED = "lead_disputed", "异议待处理"
    LEAD_UNOWNED = "lead_unowned", "超过时限无单位承办"
    LEAD_UNOWNED_COUNTY = "lead_unowned_county", "乡镇超过时限无单位承办，待督办"
    LEAD_CLOSE = "lead_close", "待办结"
    LEAD_ACKNOWLEDGE = "lead_acknowledge", "待签收"
    LEAD_VERIFY = "lead_verify", "待核查"
    LEAD_RECHECK = "lead_recheck", "待二次核查"
    LEAD_RECHECK_DRAWN = "lead_recheck_drawn", "抽中待发起二次核查"
    LEAD_ASSIST_ASKED = "lead_assist_asked", "协办待签收"
    LEAD_ASSIST_ANSWER = "lead_assist_answer", "协办待答复"
    LEAD_ESCALATED = "lead_escalated", "上报、转县的线索待提交结论"
    LEAD_TRANSFER_APPROVE = "lead_transfer_approve", "移送公安待批准"
    LEAD_TRANSFER = "lead_transfer", "移送移交事项待跟进"
    LEAD_FEED_BACK = "lead_feed_back", "待反馈举报人"
    LEAD_MESSAGE = "lead_message", "举报人留言待答复"
    INFORMANT_NAME = "informant_name", "指定举报人信息保管人"
    INFORMANT_DECIDE = "informant_decide", "查看举报人身份待批准"
    RESTRICTED_HAND_OFF = "restricted_hand_off", "专档待移交"
    RESTRICTED_ANSWER = "restricted_answer", "专档待取得答复"
    RESTRICTED_CLOSE = "restricted_close", "专档待办结"
    CASE_ACCEPT = "case_accept", "待受案"
    CASE_FILING = "case_filing", "待作立案决定"
    CASE_DUE = "case_due", "办案期限届满前办理"
    MEASURE_EXPIRING = "measure_expiring", "查扣冻即将到期"
    ENTITY_INSPECTION = "entity_inspection", "待安排检查"
    INSPECTION_DUE = "inspection_due", "待检查"
    RECTIFICATION_DUE = "rectification_due", "待督促整改"
    RECTIFICATION_RECHECK = "rectification_recheck", "待整改复查"
    IMPORT_COMMIT = "import_commit", "台账待确认导入"
    REWARD_APPROVE = "reward_approve", "举报奖励待审批"
    REWARD_CODE = "reward_code", "举报奖励待发领取码"
    REWARD_PAY = "reward_pay", "举报奖励待发放"
    DISTRIBUTION_COMPUTE = "distribution_compute", "清退方案待测算"
    DISTRIBUTION_APPROVE = "distribution_approve", "清退方案待审批"
    DISTRIBUTION_PUBLISH = "distribution_publish", "清退方案待公示"
    DISTRIBUTION_PAY = "distribution_pay", "清退款待发放"
    LEDGER_CONFIRM = "ledger_confirm", "支出待复核"
    DISTRIBUTION_CONFIRM = "distribution_confirm", "清退款待确认到账"


#: No ladder begins earlier than this many calendar days before the end: thirty working days with
#: the longest holidays among them.
LADDER_REACH_DAYS = 75


def rungs_due(expires: date, today: date, calendar: Calendar, since: date) -> list[int]:
    """The steps of the ladder (in working days before the end) whose day has come.

    Steps before `since` are left out: the measure did not exist then, or nobody had told us.
    The step is the identity of a warning, not its date: a holiday notice that moves the date does
    not warn twice.
    """
    if today > expires:
        return []
    return [rung for rung in ALERT_LADDER if since <= calendar.step(expires, -rung) <= today]


def is_on_ladder(expires: date, today: date, calendar: Calendar) -> bool:
    """Whether the first warning day has come: from then on the duty stands in the list, until the
    measure is renewed, released or has lapsed. Nothing else takes it out (M4)."""
    return today >= calendar.step(expires, -ALERT_LADDER[0])
