"""Every event name, `<subject>.<past tense>`: the audit, the timeline and the feed speak these."""

from api.domain.kit.labels import Labelled


class EventName(Labelled):
    """What happened."""

    LOGGED_IN = "session.logged_in", "登录"
    LOGIN_FAILED = "session.login_failed", "登录失败"
    LOGGED_OUT = "session.logged_out", "退出"
    SESSION_REVOKED = "session.revoked", "会话被终止"
    REFRESH_REUSED = "session.refresh_reused", "登录凭据被重复使用，会话已终止"
    PASSWORD_CHANGED = "session.password_changed", "修改密码"
    TOTP_ENROLLED = "session.totp_enrolled", "启用动态口令"
    ACCESS_REFUSED = "access.refused", "越权访问被拒绝"

    REVEALED = "record.revealed", "查看敏感信息"
    EXPORTED = "record.exported", "导出"
    ATTACHED = "record.attached", "上传附件"
    DOWNLOADED = "record.downloaded", "下载附件"
    TURN_TAKEN = "record.turn_taken", "接手办理"
    TURN_GIVEN_BACK = "record.turn_given_back", "交还"
    TURN_GIVEN = "record.turn_given", "指定经办人"
    DUE_SOON = "record.due_soon", "到期提醒"
    ESCALATED = "record.escalated", "升级督办"
    DUE_RECOUNTED = "record.due_recounted", "放假安排公布后重算期限"

    LEAD_CREATED = "lead.created", "提交线索"
    LEAD_UPDATED = "lead.updated", "修改线索"
    LEAD_TRANSITIONED = "lead.transitioned", "办理线索"
    RECHECK_SAMPLE_DRAWN = "recheck_sample.drawn", "抽取二次核查线索"
    LEAD_ASSIST_TRANSITIONED = "lead.assist_transitioned", "办理协办"
    LEAD_UNOWNED_ALARMED = "lead.unowned_alarmed", "久无单位承办提醒"
    LEAD_LINKED = "lead.linked", "线索关联"
    LEAD_RECEIPT_ISSUED = "lead.receipt_issued", "发放回执"
    LEAD_MESSAGED = "lead.messaged", "与举报人留言"
    LEAD_RATED = "lead.rated", "举报人评价"
    LEAD_MERGED = "lead.merged", "并入另一线索"
    LEAD_UNMERGED = "lead.unmerged", "撤销并入"
    LEAD_ABSORBED = "lead.absorbed", "另一线索并入"
    LEAD_RELEASED = "lead.released", "并入的线索撤出"
    LEAD_RED_FLAGS_TICKED = "lead.red_flags_ticked", "勾选风险特征"
    LEAD_CATEGORY_ADOPTED = "lead.category_adopted", "采纳类别建议"
    LEAD_ACCUSED_MARKED = "lead.accused_marked", "标明被反映单位"
    LEAD_ROUTED = "lead.routed", "因回避转县专项办"
    LEAD_RETURNED = "lead.returned", "县专项办退回"
    LEAD_CASE_DROPPED = "lead.case_dropped", "公安机关撤销据本线索登记的案件"
    LEAD_IDENTIFIER_DECIDED = "lead.identifier_decided", "确认涉及号码"

    INFORMANT_ASKED = "informant.asked", "申请查看举报人身份"
    INFORMANT_DECIDED = "informant.decided", "办理查看举报人身份的申请"
    INFORMANT_OPENED = "informant.opened", "查看举报人身份"
    INFORMANT_NAMED = "informant.named", "指定举报人身份保管人"
    INFORMANT_RECUSED = "informant.recused", "举报人身份保管人回避"

    REWARD_CREATED = "reward.created", "提出奖励"
    REWARD_TRANSITIONED = "reward.transitioned", "办理奖励"
    REWARD_CODE_ISSUED = "reward.code_issued", "发放领取码"
    REWARD_RULE_CHANGED = "reward.rule_changed", "调整奖励规则"

    RULE_SET_DRAFTED = "rule_set.drafted", "起草规则新版本"
    RULE_SET_UPDATED = "rule_set.updated", "修改规则草稿"
    RULE_SET_TRANSITIONED = "rule_set.transitioned", "办理规则新版本"

    RISK_ENTITY_CREATED = "risk_entity.created", "登记风险主体"
    RISK_ENTITY_UPDATED = "risk_entity.updated", "修改风险主体"
    RISK_ENTITY_TRANSITIONED = "risk_entity.transitioned", "处置风险主体"

    INSPECTION_CREATED = "inspection.created", "安排检查"
    INSPECTION_UPDATED = "inspection.updated", "修改检查"
    INSPECTION_TRANSITIONED = "inspection.transitioned", "办理检查"
    RECTIFICATION_CREATED = "rectification.created", "责令整改"
    RECTIFICATION_UPDATED = "rectification.updated", "修改整改"
    RECTIFICATION_TRANSITIONED = "rectification.transitioned", "办理整改"

    OUTCOME_CREATED = "outcome.created", "登记行动成果"
    OUTCOME_UPDATED = "outcome.updated", "修改行动成果"
    OUTCOME_TRANSITIONED = "outcome.transitioned", "办理行动成果"

    CASE_CREATED = "case.created", "登记案件"
    CASE_UPDATED = "case.updated", "修改案件"
    CASE_TRANSITIONED = "case.transitioned", "办理案件"
    CASE_LEAD_CORRECTED = "case.lead_corrected", "来源线索的金额、人数已修改"
    HANDOVER_CREATED = "handover.created", "移送、移交"
    HANDOVER_TRANSITIONED = "handover.transitioned", "办理移送、移交"
    HANDOVER_CASE_DROPPED = "handover.case_dropped", "公安机关撤销据移送事项登记的案件"
    HANDOVER_LINKED = "handover.linked", "据以登记案件"
    VICTIM_CREATED = "victim.created", "登记受害人"
    VICTIM_UPDATED = "victim.updated", "修改受害人"

    PROPERTY_ITEM_CREATED = "property_item.created", "登记涉案财物"
    PROPERTY_ITEM_UPDATED = "property_item.updated", "修改涉案财物"
    PROPERTY_ITEM_TRANSITIONED = "property_item.transitioned", "处理涉案财物"
    PROPERTY_MEASURE_CREATED = "property_measure.created", "登记查扣冻措施"
    PROPERTY_MEASURE_TRANSITIONED = "property_measure.transitioned", "办理查扣冻措施"
    PROPERTY_MEASURE_ALERTED = "property_measure.alerted", "查扣冻到期提醒"

    LEDGER_POSTED = "ledger.posted", "记账"
    LEDGER_VOIDED = "ledger.voided", "冲销"
    DISTRIBUTION_CREATED = "distribution.created", "编制清退方案"
    DISTRIBUTION_TRANSITIONED = "distribution.transitioned", "办理清退方案"

    PAPER_MADE = "paper.made", "制作文书"
    PAPER_TRANSITIONED = "paper.transitioned", "办理文书"

    IMPORT_CREATED = "import.created", "上传台账"
    IMPORT_READ = "import.read", "读取台账"
    IMPORT_DECIDED = "import.decided", "选择有出入的行怎样处理"
    IMPORT_TEMPLATE_CHANGED = "import_template.changed", "维护台账模板"
    IMPORT_TRANSITIONED = "import.transitioned", "办理导入"

    UNIT_CHANGED = "unit.changed", "维护单位"
    UNIT_KIND_CHANGED = "unit_kind.changed", "维护单位类别"
    POST_CHANGED = "post.changed", "维护岗位"
    USER_CHANGED = "user.changed", "维护人员"
    USER_SECURED = "user.secured", "安全管理操作"
    DIVISION_CHANGED = "division.changed", "维护行政区划"
    TIME_RULE_CHANGED = "time_rule.changed", "维护期限规则"
    HOLIDAY_CHANGED = "holiday.changed", "维护节假日"
    TOWN_TERM_CHANGED = "town_term.changed", "本镇加严期限"
    SHARED_CHANGE_PROPOSED = "shared_change.proposed", "提请变更全县共用设置"
    SHARED_CHANGE_DECIDED = "shared_change.decided", "确认全县共用设置变更"
    API_CLIENT_CHANGED = "api_client.changed", "维护接口账号"
    SAVED_FILTER_CHANGED = "saved_filter.changed", "维护常用筛选"
    JOB_CHANGED = "job.changed", "处理后台任务"


#: Who looked at what is the audit's; timelines and the feed tell what was done.
AUDIT_ONLY = frozenset(
    {
        EventName.REVEALED,
        EventName.EXPORTED,
        EventName.DOWNLOADED,
        EventName.ACCESS_REFUSED,
        EventName.INFORMANT_ASKED,
        EventName.INFORMANT_DECIDED,
        EventName.INFORMANT_OPENED,
        EventName.INFORMANT_NAMED,
        EventName.INFORMANT_RECUSED,
        EventName.LEAD_ACCUSED_MARKED,
    }
)
