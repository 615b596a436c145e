"""What every field of the wire is called in Chinese, for whoever reads the OpenAPI document.

A word that a life cycle's form or a ledger's column already gives is taken from there; this table
holds the others, once each, however many schemas use the name. Where one schema means something
else by it, that schema says so in `Field(description=…)`.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from api.domain.cases.cases import CASE_FLOW
from api.domain.cases.victims import VICTIM_FLOW
from api.domain.entities.inspections import INSPECTION_FLOW
from api.domain.entities.rectifications import RECTIFICATION_FLOW
from api.domain.entities.risk_entities import RISK_ENTITY_FLOW
from api.domain.imports.imports import IMPORT_FLOW
from api.domain.imports.ledgers import LEADS, RISK_ENTITIES, VICTIMS
from api.domain.kit.flow import Flow
from api.domain.leads.handovers import HANDOVER_FLOW
from api.domain.leads.leads import LEAD_FLOW
from api.domain.outcomes.outcomes import OUTCOME_FLOW
from api.domain.recovery.distributions import DISTRIBUTION_FLOW
from api.domain.recovery.ledger import LEDGER_FLOW
from api.domain.recovery.property_items import PROPERTY_FLOW
from api.domain.recovery.property_measures import MEASURE_FLOW
from api.domain.rewards.rewards import REWARD_FLOW

#: Noun → the forms of its life cycle and the columns of its ledger, which name fields first.
_FLOWS: Final[dict[str, Flow[Any, Any]]] = {
    "lead": LEAD_FLOW,
    "case": CASE_FLOW,
    "risk_entity": RISK_ENTITY_FLOW,
    "handover": HANDOVER_FLOW,
    "inspection": INSPECTION_FLOW,
    "outcome": OUTCOME_FLOW,
    "rectification": RECTIFICATION_FLOW,
    "property_item": PROPERTY_FLOW,
    "property_measure": MEASURE_FLOW,
    "victim": VICTIM_FLOW,
    "entry": LEDGER_FLOW,
    "distribution": DISTRIBUTION_FLOW,
    "reward": REWARD_FLOW,
    "import": IMPORT_FLOW,
}
_LEDGERS: Final = {"lead": LEADS, "risk_entity": RISK_ENTITIES, "victim": VICTIMS}

_COMMON: Final = {
    "id": "编号（系统内唯一，UUIDv7）",
    "number": "编号（给人看的）",
    "version": "版本号；修改时原样带回",
    "status": "状态",
    "kind": "种类",
    "name": "名称",
    "title": "标题",
    "label": "中文名称",
    "code": "代码",
    "note": "备注",
    "reason": "理由",
    "created_at": "登记时间",
    "updated_at": "最后修改时间",
    "recorded_at": "系统记录的时间",
    "happened_at": "实际发生的时间",
    "available_actions": "当前用户现在可以办理的操作",
    "revealable": "可申请查看明文的字段",
    "follows_only": "只能跟踪办理情况",
    "items": "各项记录",
    "total": "合计",
    "count": "数量",
    "field": "字段名",
    "fields": "字段名清单",
    "value": "内容",
    "value_mask": "内容（已打码）",
    "values": "各字段的明文",
    "sort": "排序方式",
    "data": "附加内容",
    "details": "以代码表示的细节",
    "description": "说明",
    "summary": "简要案情",
    "source": "出处",
    "key": "代码",
    "row": "所在行",
    "rows": "各行",
    "unit": "单位",
    "since": "起始日期",
    "until": "截止日期（仍有效的为空）",
    "is_active": "是否启用",
    "is_builtin": "是否随系统提供（未经本地修改）",
    "is_complete": "是否全部完成",
    "is_current": "是否当前登录",
    "is_empty": "是否尚未初始化",
    "options": "可选的取值",
    "required": "是否必填",
    "needs": "办理时须填的内容",
    "danger": "是否不可轻易撤销的操作，界面应要求确认",
    "action": "操作",
    "message": "给人看的说明",
    "detail": "给人看的说明",
    "errors": "逐项错误",
    "pointer": "出错字段的 JSON Pointer",
    "request_id": "请求编号，报障时提供",
    "type": "类型",
    "result": "结果",
    "remark": "说明",
}
_PLACES_AND_PEOPLE: Final = {
    "address": "地址",
    "division_code": "行政区划代码",
    "division_name": "行政区划名称",
    "parent_code": "上级行政区划代码",
    "level": "级别",
    "include_inactive": "是否包括已停用的",
    "owner_unit": "承办单位",
    "owner_unit_id": "承办单位",
    "assisting_unit_id": "协办单位",
    "assists": "协办",
    "unit_id": "所属单位",
    "unit_name": "单位名称",
    "post": "岗位",
    "posts": "岗位",
    "post_id": "岗位",
    "kind_label": "单位类别",
    "behaviour": "单位性质",
    "duty": "职责领域",
    "also_called": "又称",
    "industries": "监管的行业",
    "offered_posts": "按模板可以设的岗位",
    "successor_id": "接任人",
    "role": "角色",
    "role_label": "角色的中文名称",
    "user": "人员",
    "user_id": "人员",
    "username": "登录名",
    "holder": "现任人员",
    "holder_name": "持有人",
    "is_liaison": "是否本单位联络员岗位",
    "is_head": "是否本单位负责人岗位",
    "handover_note": "交接说明",
    "phone": "联系电话",
    "phone_mask": "联系电话（已打码）",
    "has_totp": "是否已启用动态口令",
    "must_change_password": "是否须先修改密码",
    "must_enrol_totp": "是否须先启用动态口令",
    "now": "服务器的当前时间",
    "locked_until": "登录锁定至",
    "last_login_at": "最近登录时间",
    "last_used_at": "最近使用时间",
    "permissions": "权限",
    "reporter": "举报人",
    "actor_id": "操作人",
    "actor_kind": "操作者类型（人员、接口账号、系统）",
    "actor_name": "操作人姓名",
    "uploaded_by": "上传人",
    "uploaded_by_unit": "上传单位",
    "post_name": "岗位",
    "about": "涉及的人",
    "organ_name": "接收机关全称",
    "handed_on": "移交日期",
    "answered_on": "答复日期",
    "answer_document_no": "答复文号",
    "raised_at": "反映时间",
    "raised_by": "反映人",
    "raised_by_unit": "反映人单位",
    "is_owner": "是否管理人",
    "lead_number": "线索编号",
    "source_number": "来源编号",
    "kinds": "反映的问题",
    "addressee": "先交给谁",
    "opened_at": "建档时间",
    "hints": "反映",
    "hand_offs": "移交情况",
    "members": "知情人",
    "history": "专档记录",
    "file_id": "专档",
    "officers": "执行人员",
    "inspectors": "检查人员",
    "issued_on": "发布、开展或印发日期",
    "medium": "发布渠道或地点",
    "audience": "受众人数",
    "responsible_phone": "负责人电话",
    "created": "新增条数",
    "updated": "更新条数",
    "unchanged": "未变条数",
}
_LOGIN: Final = {
    "access_token": "访问令牌，放在 Authorization: Bearer 之后",
    "refresh_token": "刷新令牌，每用一次换一个",
    "token_type": "令牌类型，恒为 Bearer",
    "expires_in": "访问令牌的有效秒数",
    "scope": "权限，以空格分隔",
    "error": "RFC 6749 的错误代码",
    "error_description": "给人看的说明",
    "grant_type": "授权方式：password、refresh_token、client_credentials",
    "password": "密码",
    "totp": "动态口令（六位数字）",
    "client_id": "接口账号",
    "client_secret": "接口账号的密钥",
    "token": "要作废的令牌",
    "old_password": "原密码",
    "new_password": "新密码",
    "client": "登录所用的程序",
    "secret": "动态口令密钥（Base32）",
    "uri": "动态口令密钥的 otpauth 地址，可做成二维码",
    "yinling_refresh": "浏览器中的刷新令牌",
    "session_id": "登录编号",
}
_TIME: Final = {
    "due_on": "办理期限",
    "due_is_provisional": "期限是否暂定（节假日安排尚未公布）",
    "due_rule": "期限规则编号",
    "due_rule_version": "期限规则版本",
    "deadline": "完成期限",
    "overdue": "是否超期",
    "is_overdue": "是否超期",
    "received_at": "接收时间",
    "received_has_time": "接收时间是否精确到时分",
    "received_from": "接收日期起（含）",
    "received_to": "接收日期止（含）",
    "occurred_on": "发生日期",
    "finished_at": "处理完毕时间",
    "uploaded_at": "上传时间",
    "at": "时间",
    "time": "事件记录的时间",
    "year": "年份",
    "days_off": "放假日期",
    "days_worked": "调休上班日期",
    "published": "是否已正式公布",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "on": "到期日",
    "start": "起算日",
    "term": "期限长度",
    "term_label": "期限（文字）",
    "roll": "到期日遇节假日如何顺延",
    "maximum": "最长期限",
    "extension_term": "可延长的长度",
    "extension_unit": "延长期的单位",
    "extension_approver": "批准延长的机关",
    "next_rule": "延长后适用的规则编号",
    "effect": "超期的后果",
    "confidence": "出处的可靠程度",
    "group": "规则分组",
    "rule": "规则编号",
    "rule_id": "规则编号",
    "rule_label": "规则的中文名称",
    "rule_version": "规则版本",
    "versions": "各版本，新的在前",
    "starts_on": "起始日期",
    "expires_on": "到期日",
    "planned_on": "计划日期",
    "issued_from": "发布日期起（含）",
    "issued_to": "发布日期止（含）",
    "planned_from": "计划日期起（含）",
    "planned_to": "计划日期止（含）",
    "due_from": "期限起（含）",
    "due_to": "期限止（含）",
    "solved_from": "破案日期起（含）",
    "solved_to": "破案日期止（含）",
    "done_from": "检查日期起（含）",
    "done_to": "检查日期止（含）",
    "ordered_from": "责令日期起（含）",
    "ordered_to": "责令日期止（含）",
    "happened_from": "发生日期起（含）",
    "happened_to": "发生日期止（含）",
    "transfer_receiver_id": "移送、移交的接收单位",
    "handed_by_unit_id": "移送、移交的单位",
    "receiver_outside": "接收单位是否不在本系统",
    "period": "统计时段",
    "date_from": "统计日期起（含）",
    "done_on": "完成日期",
    "closed_on": "办结日期",
    "decided_on": "决定日期",
    "decided_at": "认定时间",
}
_LEADS: Final = {
    "amount_involved": "涉案金额（元）",
    "primary_category": "主要类别（C1–C6，C0 为其他）",
    "red_flags": "风险特征",
    "identifiers": "电话、账号、证件号等标识",
    "fast_track": "是否快速办理",
    "mark": "重点标记",
    "cases": "由此形成的案件",
    "concluded_on": "作出结论的日期",
    "subject_name": "反映对象",
    "assigned": "已交办的条数",
    "refused": "未能交办的线索及原因",
    "import_id": "来自哪次台账导入",
    "import_row": "在导入文件中的行号",
}
_OUTCOMES: Final = {
    "judgment_court": "作出生效裁判的法院",
    "judgment_no": "裁判文书案号",
    "judged_on": "裁判日期",
}
_RECHECKS: Final = {
    "category": "线索类别",
    "conclusions": "抽取哪些结论的线索",
    "drawn": "是否抽中；在抽样和各层里为抽中条数",
    "first_conclusion": "原结论",
    "second_conclusion": "二次核查的结论；未完成为空",
    "second_unit": "二次核查单位",
    "second_on": "二次核查完成日期",
    "period_from": "结论日期起",
    "period_to": "结论日期止",
    "population": "符合条件的条数",
    "population_size": "符合条件的条数",
    "population_digest": "符合条件的名单的校验码（SHA-256）",
    "seed": "随机种子",
    "size": "要抽取的条数",
    "strata": "各层：作出结论的单位与类别",
}
_TRANSFERS: Final = {
    "transfers": "历次移送、移交",
    "asked_on": "请求协办日期",
    "acknowledged_at": "签收时间",
    "answered_at": "答复时间",
    "answered_by": "答复人",
    "ended_at": "结束时间",
    "ended_reason": "结束的理由",
    "task": "协办事项",
    "transfer_stage": "移送、移交进展",
    "transfer_reminded_on": "最近一次催办日期",
    "reported_on": "书面报告提交日期",
    "investigators": "核实情况的执法人员",
    "report": "核实情况和移送理由",
    "refused_on": "不批准移送日期",
    "refusal": "不批准移送的理由",
    "told_on": "公安机关告知日期",
    "sent_on": "送出日期",
    "receiver": "接收单位（已在本系统）",
    "owes": "还须办的事项",
    "obligations": "结论所要求的事项",
    "arose_on": "何日起须办",
    "ended_by": "怎样了结",
    "opens_case": "可以据此登记案件",
    "recorded": "由谁登记",
    "what": "登记的是什么",
    "dropped_on": "撤案日期",
    "aftermath": "撤案后的处理",
    "recalled_on": "收回日期",
    "recall_reason": "收回的理由",
    "is_past": "是否属于重新办理以前的一轮",
    "result_document_no": "结果文书编号",
    "review_document_no": "复议决定文书编号",
    "supervision_by": "人民检察院名称",
    "supervision_document_no": "立案监督建议书编号",
    "side": "期限约束哪一方",
    "started_at": "起算时间",
    "due_at": "期限届满时间",
    "is_provisional": "是否暂定：所在年度的放假安排尚未公布",
    "ended_on": "期限终止日期；仍在计算的为空",
    "clocks": "各段期限",
}
_CASES: Final = {
    "case": "所属案件",
    "case_id": "所属案件",
    "police_case_no": "公安机关案件编号",
    "charges": "涉嫌罪名",
    "charge": "涉嫌罪名",
    "flags": "案件标记",
    "flag": "案件标记",
    "is_backlog": "是否存案（专项行动前的积案）",
    "is_solved": "是否已破案",
    "victims_count": "受害人数",
    "filed_from": "立案日期起（含）",
    "filed_to": "立案日期止（含）",
    "adjudged_on": "裁判生效日期",
    "decisions": "历次决定",
    "civil_route": "民事处理途径",
    "handovers": "历次移送、移交",
    "sent_facts": "移送时的情况",
    "not_indicted_ground": "不起诉种类",
    "source_handover_id": "来源移送",
    "source_handovers": "来源移送（看得见的）",
    "source_lead_id": "来源线索",
    "source_lead_ids": "来源线索",
    "source_leads": "来源线索（看得见的）",
    "authority": "决定机关",
    "authority_level": "批准机关级别",
    "document_no": "文书编号",
    "amount": "金额（元）",
}
_RISK_ENTITIES: Final = {
    "entity": "检查或整改的对象",
    "entity_id": "风险主体",
    "tier": "风险等级",
    "factors": "定级依据",
    "route": "处置路线",
    "decided_by": "研判决定人",
    "listed_on": "纳入名单的日期",
    "review_on": "下次复评日期",
    "next_inspection_due": "下次应检查日期",
    "inspection_due_is_provisional": "应检查日期是否暂定（节假日安排尚未公布）",
    "inspection_rule": "检查周期的规则编号",
    "inspection_rule_version": "检查周期的规则版本",
    "last_inspected_on": "最近检查日期",
    "evidence_fixed_on": "证据固定日期",
    "refund_due": "应清退金额（元）",
    "refunded": "已清退金额（元）",
    "open_rectifications": "未销号的整改数",
    "legal_actor": "实施主体",
    "legal_actor_name": "实施机关名称",
    "legal_basis": "法律依据",
    "inspection_id": "检查",
    "outcome_id": "行动成果",
    "rectification_id": "整改",
    "rectification_round": "第几轮整改",
    "round": "第几轮",
    "checklist": "检查项",
    "open_reinspection": "已安排的复查",
    "reinspection_finding": "复查结果",
    "ordered_on": "责令整改的日期",
}
_PROPERTY: Final = {
    "property_item": "涉案财物",
    "property_item_id": "涉案财物",
    "owner_name": "所有人",
    "institution": "开户行、登记机关等",
    "account": "账号",
    "location": "存放地点",
    "custodian": "保管人或者保管单位",
    "quantity": "数量",
    "appraised_value": "估价（元）",
    "appraised_on": "估价日期",
    "appraiser": "估价机构",
    "court_item_no": "法院涉案财物编号",
    "disposal_authority": "决定处置的机关",
    "disposal_document_no": "处置文书编号",
    "objection": "异议内容",
    "ownership": "甄别结果",
    "determinations": "历次甄别认定",
    "measures": "各项措施",
    "regime": "适用的程序",
    "rank": "轮候顺位（首封为 1）",
    "is_major": "是否按重大、复杂案件办理",
    "renewals": "历次续行",
    "old_expires_on": "原到期日",
    "new_expires_on": "续行后的到期日",
    "release_document_no": "解除文书编号",
}
_MONEY: Final = {
    "standing": "申报资格",
    "claim_status": "登记情况",
    "is_elder": "付款时是否年满六十周岁",
    "paid_on": "付款日期",
    "principal": "投入本金（元）",
    "returns": "已得利息、分红等回报（元）",
    "refunds": "已得退赔（元）",
    "outstanding": "仍未受偿（元）",
    "share": "本次应得（元）",
    "disposition": "发放方式",
    "claim": "申报编号",
    "pool": "可分配金额（元）",
    "base_rule": "分配基数规则",
    "returns_offset": "已得回报是否折抵本金",
    "claims_count": "申报人数",
    "total_pay": "应发放合计（元）",
    "total_set_aside": "预留合计（元）",
    "undistributed": "未分配余额（元）",
    "prepared_by_id": "编制人",
    "approved_by_id": "审批人",
    "paid_by_id": "发放人",
    "computed_at": "测算时间",
    "approved_at": "审批时间",
    "approval_document_no": "批准文书编号",
    "format": "文件格式",
    "lines": "各受害人应得",
    "digest": "测算明细文件的校验码（SHA-256）",
    "book_id": "所属账簿（案件或风险主体的 id）",
    "debit": "转入账户（借）",
    "credit": "转出账户（贷）",
    "reverses_id": "冲正了哪一笔",
    "reversed_by_id": "被哪一笔冲正",
    "measure": "五项口径之一",
}
_FILES: Final = {
    "file": "文件",
    "filename": "文件名",
    "size": "字节数",
    "file_sha256": "文件的 SHA-256",
    "failure_code": "失败原因代码",
    "failure_message": "失败原因",
    "rows_total": "总行数",
    "rows_good": "可导入的行数",
    "rows_faulty": "有错误的行数",
    "rows_repeated": "文件内重复的行数",
    "rows_warned": "有提醒的行数",
    "rows_committed": "已导入的行数",
    "preview": "导入预览",
    "sheets": "各工作表的识别结果",
    "sheet": "工作表",
    "header_row": "表头所在行",
    "letter": "列标",
    "sheet_name": "工作表名称",
    "decision": "怎样处理有出入的行",
    "positions": "行的次序号；不填为尚未选择的各行",
    "is_money": "是否金额",
    "left_out": "被认作不是数据的行",
    "skip": "是否整个工作表不读",
    "rows_out": "不导入的行",
    "rows_in": "应当导入的行",
    "headings": "表头各列的文字",
    "used": "用过几次",
    "heading": "表头文字",
    "columns": "识别出的列",
    "column": "所在列",
    "ignored": "没有对应栏目的列",
    "remarks": "对整个文件的提醒",
    "faults": "错误和提醒",
    "severity": "严重程度",
    "position": "序号",
    "state": "该行状态",
    "cells": "各列内容（已打码）",
    "record_id": "记录",
    "attachment_id": "附件",
}
_FEED: Final = {
    "specversion": "CloudEvents 版本",
    "datacontenttype": "内容类型",
    "subject_type": "记录类型",
    "subject_id": "记录 id",
    "counts": "各类待办的件数",
    "what": "要做什么",
    "resource": "列表的资源名",
    "params": "列表的查询条件",
    "query": "打开其全部记录的列表",
    "amount_label": "金额是什么",
    "urgency": "为什么要过问",
    "questions": "要过问的事",
    "sentence": "一句话",
    "goals": "各项工作目标",
    "goal": "工作目标",
    "figures": "各项数字",
    # by unit
    "closed": "办结的线索",
    "solved": "其中问题已解决的",
    "partly": "其中部分解决的",
    "not_solved": "其中未解决的",
    "unsaid": "其中没有登记是否解决的",
    "rates": "各项比率",
    "breakdowns": "各种分布",
    "by": "按什么分",
    "money": "资金",
    "sums": "各项合计",
    "denominator": "百分比的分母",
    "done": "是否已完成",
}
_PUBLIC: Final = {
    "purpose": "用途",
    "challenge": "验证题",
    "bits": "答案的摘要开头要有几个零比特",
    "proof": "验证题及其答案；每道题只能用一次",
    "answer": "验证题的答案",
    "expires_at": "失效时间",
    "towns": "受理举报的乡镇",
    "villages": "村（社区）",
    "stage": "办到哪一步",
    "text": "留言内容",
    "sender": "谁写的",
    "messages": "留言，先后有序",
    "can_write": "现在可否留言",
    "can_rate": "现在可否评价",
    "rating": "举报人的评价",
    "score": "分数，1 至 5",
    "comment": "评语",
    "receipt_at": "发放回执的时间",
    "received_on": "收到举报的日期",
}
#: Parameters of paths that name a record by its kind.
_PATHS: Final = {
    "lead_id": "线索",
    "sample_id": "二次核查抽样",
    "identifier_id": "涉及号码",
    "merge_id": "合并",
    "assignment_id": "批量交办",
    "reward_id": "奖励",
    "handover_id": "移送、移交",
    "paper_id": "文书",
    "assist_id": "协办",
    "made_at": "合并时间",
    "made_by": "合并人",
    "undone_at": "撤销时间",
    "undone_by": "撤销人",
    "undone_reason": "撤销理由",
    "item_id": "涉案财物",
    "measure_id": "措施",
    "victim_id": "受害人",
    "entry_id": "记账",
    "change_id": "共用设置变更",
    "plan_id": "清退方案",
    "job_id": "后台任务编号",
    "api_client_id": "接口账号",
    "filter_id": "常用筛选",
    "template_id": "台账模板",
    "opening_id": "举报人身份查看申请",
    "kind_id": "单位类别",
}

FIELD_LABELS: Final[Mapping[str, str]] = (
    _COMMON
    | _PLACES_AND_PEOPLE
    | _LOGIN
    | _TIME
    | _LEADS
    | _OUTCOMES
    | _RECHECKS
    | _TRANSFERS
    | _CASES
    | _RISK_ENTITIES
    | _PROPERTY
    | _MONEY
    | _FILES
    | _FEED
    | _PUBLIC
    | _PATHS
)

#: What a path names by its id, where that is called otherwise in a body.
PATH_LABELS: Final[Mapping[str, str]] = {
    "case_id": "案件",
    "import_id": "台账导入",
    "unit_id": "单位",
    "record_id": "记录",
}

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")
#: Where a name ends and what is said about it begins.
_REMARK: Final = re.compile(r"[；，。：（(]")


@cache
def _own(noun: str) -> dict[str, str]:
    """The words of a noun's forms and columns; a name with two meanings has none."""
    found: dict[str, set[str]] = {}
    if noun in _LEDGERS:
        for column in _LEDGERS[noun].columns:
            found[column.field] = {column.label}
    forms: dict[str, set[str]] = {}
    if noun in _FLOWS:
        for step in _FLOWS[noun].steps.values():
            for asked in step.fields:
                forms.setdefault(asked.name, set()).add(asked.label)
    return {name: next(iter(said)) for name, said in (found | forms).items() if len(said) == 1}


def noun_of(name: str) -> str:
    """The noun of a schema (`RiskEntityItem`) or a tag (`risk-entities`), if it is one of ours."""
    words = _WORD.sub("_", name).lower().replace("-", "_")
    fitting = [noun for noun in _FLOWS if f"{words}_".startswith((f"{noun}_", f"{noun}s_"))]
    if words.startswith("risk_entities"):
        return "risk_entity"
    return max(fitting, key=len, default="")


def field_label(name: str, *, of: str = "") -> str | None:
    """What a field of a schema, or a parameter of a tag's operation, is called."""
    return _own(noun_of(of)).get(name) or FIELD_LABELS.get(name)


def short_label(label: str) -> str:
    """The name alone, as it stands before a sentence: `金额` of `金额（元）；不填为全部`."""
    return _REMARK.split(label, maxsplit=1)[0].strip()


def labels_said(names: Iterable[str], *, of: str) -> str:
    """Several fields as a sentence lists them. A name that nothing has is not repeated: it is the
    sender's own word."""
    return "、".join(dict.fromkeys(short_label(field_label(n, of=of) or "该栏目") for n in names))
