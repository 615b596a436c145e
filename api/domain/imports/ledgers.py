"""The ledgers that come in as files: leads, risk entities, victims (facts 3.5, F1 and F2)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from api.domain.entities.risk_entities import Industry, Registration, RiskTier
from api.domain.entities.risk_measures import RiskMeasureKind
from api.domain.imports.cell_choices import choice, choices, named, named_many, yes_no
from api.domain.imports.cell_codes import checked
from api.domain.imports.cell_days import day
from api.domain.imports.cell_numbers import count, yuan
from api.domain.imports.cell_people import ANONYMOUS, one_person, reporter, several
from api.domain.imports.cell_places import division, unit
from api.domain.imports.cells import Surroundings, Value, text
from api.domain.imports.ledger_spec import Column, LedgerSpec, Remark, Values
from api.domain.kit.heading_words import (
    ACCOUNT,
    BANK,
    BODIES,
    CREDIT_CODE,
    HOME,
    IDENTITY,
    LANDLINE,
    LOOSE_IDENTITY,
    PHONE,
    PREMISES,
    REPORTED,
    REPORTERS,
    RESPONSIBLE,
    SUFFERERS,
    VILLAGE,
    of,
)
from api.domain.kit.labels import Labelled
from api.domain.leads.categories import LeadCategory, find_categories
from api.domain.leads.channels import LeadChannel, find_channel
from api.domain.leads.leads import ReporterKind
from api.domain.words import codes, documents


class LedgerKind(Labelled):
    """What kind of ledger a file is."""

    LEADS = "leads", "线索台账"
    RISK_ENTITIES = "risk_entities", "风险管控名单"
    VICTIMS = "victims", "受害人登记表"


#: The campaign's files hold complaints about the years before it, but nothing of last century.
_EARLIEST: Final = dt.date(2000, 1, 1)
_UNKNOWN_PERSON: Final = frozenset({"不详", "未知"})

#: In the reporter's column these say that nobody is named; a blank cell says nothing.
_NO_NAME: Final = frozenset({"无", "不详", "未知", "暂无"})

_REPORTER_WORDS: Final = {
    "实名": ReporterKind.REAL_NAME.value,
    "实名举报": ReporterKind.REAL_NAME.value,
    "署名": ReporterKind.REAL_NAME.value,
    "匿名": ReporterKind.ANONYMOUS.value,
    "匿名举报": ReporterKind.ANONYMOUS.value,
    **dict.fromkeys(
        ("是", "实", "有", "√", "✓", "✔", "☑", "对", "y", "yes"), ReporterKind.REAL_NAME.value
    ),
    **dict.fromkeys(
        ("否", "非实名", "不实名", "未实名", "不署名", "×", "✗", "✘", "x", "不是", "n", "no", "☐"),
        ReporterKind.ANONYMOUS.value,
    ),
}


def _say(values: Values, field: str) -> str:
    found = values.get(field)
    return found if isinstance(found, str) else ""


def _number(values: Values, field: str) -> int:
    found = values.get(field)
    return found if isinstance(found, int) else 0


def _plain_day(value: Value) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else None


# ----------------------------------------------------------------------------------------- leads


def _reporter_fits(values: Values, _around: Surroundings) -> Iterable[Remark]:
    kind = values.get("reporter_kind")
    named = bool(values.get("reporter_name") or values.get("reporter_phone"))
    if kind == ReporterKind.ANONYMOUS and named:
        yield Remark(
            "reporter_kind",
            "anonymous_with_name",
            "填了“匿名”，却写有举报人或电话；这些内容将按保密处理",
        )
    if kind == ReporterKind.REAL_NAME and not named:
        yield Remark("reporter_name", "real_name_without_name", "填了“实名”，却没有写举报人和电话")


def _due_after_receipt(values: Values, _around: Surroundings) -> Iterable[Remark]:
    received, due = _plain_day(values.get("received_on")), _plain_day(values.get("due_on"))
    if received and due and due < received:
        yield Remark("due_on", "due_before_received", "办理期限早于接收时间")


def _reporter_default(values: dict[str, Value], _around: Surroundings) -> None:
    if values.get("reporter_name") == ANONYMOUS:
        # The column said that there is no name: nothing of it may reach the vault as one.
        values["reporter_name"], values["reporter_kind"] = None, ReporterKind.ANONYMOUS.value
    if values.get("reporter_kind") is None:
        named = bool(values.get("reporter_name") or values.get("reporter_phone"))
        values["reporter_kind"] = (
            ReporterKind.REAL_NAME if named else ReporterKind.ANONYMOUS
        ).value


def _fields(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_BARE_PHONE: Final = f"{PHONE} {LANDLINE}"
_NAMED: Final = "姓名 名称 名字 全称"
_PLACE_WORDS: Final = "村 居 社区 村居 镇 组 街道 居委会 村委会 村社区"
#: What was lost is not what is involved, where a ledger tells both.
_LOSSES: Final = (
    "损失金额 被骗金额 受骗金额 诈骗金额 受损金额 被诈骗金额 被骗数额 损失数额 受骗数额 被骗资金 损失资金 经济损失 损失总金额"
    " 损失总额 被骗总金额 被骗总额 经济损失金额"
)
_PHONE: Final = checked(lambda text, _today: codes.check_phone(text), "bad_phone")


def _heard_uscc(text: str, _today: dt.date) -> codes.CodeCheck:
    """The code of whom a report is about. Its check character is right; that the organisation code
    inside does not follow the older standard changes nothing for the report. In the register of
    entities the code says who is who: there it is worth a look."""
    return replace(codes.check_credit_code(text), warnings=())


_HEARD_USCC: Final = checked(_heard_uscc, "bad_uscc")
_USCC: Final = checked(lambda text, _today: codes.check_credit_code(text), "bad_uscc")

LEADS: Final = LedgerSpec(
    kind=LedgerKind.LEADS,
    label=LedgerKind.LEADS.label,
    columns=(
        Column("source_number", "编号", text(64), "线索编号 登记编号 线索号 受理编号"),
        Column(
            "channel",
            "来源",
            named(find_channel, LeadChannel.labels(), "线索来源", "unknown_channel"),
            "线索来源 来源渠道 举报渠道 线索渠道 渠道 来源途径 举报来源 线索来源渠道 受理渠道",
            required=True,
        ),
        Column("batch_no", "批次", text(64), "交办批次 线索批次 批次号"),
        Column(
            "received_on",
            "接收时间",
            day(future=False, earliest=_EARLIEST),
            "接收日期 收到时间 收到日期 受理时间 受理日期 登记时间 登记日期 举报时间 举报日期 接报时间 线索接收时间 来件日期 接报日期 收件日期 收件时间 受理登记时间",
            required=True,
        ),
        Column(
            "reporter_kind",
            "举报方式",
            choice(_REPORTER_WORDS, "举报方式"),
            "是否实名 实名匿名 实名或匿名 举报类型 举报形式 是否实名举报",
            of="reporter_name",
        ),
        Column(
            "reporter_name",
            "举报人",
            reporter,
            f"{REPORTERS} {of(REPORTERS, _NAMED)}",
            person=True,
            hints="姓名 名称 可匿名 匿名",
            keeps=_NO_NAME,
        ),
        Column(
            "reporter_phone",
            "联系电话",
            _PHONE,
            f"{_BARE_PHONE} {of(REPORTERS, _BARE_PHONE)}",
            hints=_BARE_PHONE,
            second=f"{LANDLINE} {of(REPORTERS, LANDLINE)}",
            of="reporter_name",
            bare=_BARE_PHONE,
        ),
        Column(
            "subject_name",
            "反映对象",
            several(text(200), "名称", refuse=False),
            f"{REPORTED} {of(REPORTED, _NAMED)} 对象 对象名称 被举报单位人",
            required=True,
            person=True,
            hints="个人名称 单位 个人 企业 公司 机构 姓名 名称 全称 人 单位名称 企业名称 机构名称 个人姓名 项目 场所 店铺",
            keeps=_UNKNOWN_PERSON,
        ),
        Column(
            "subject_uscc",
            "统一社会信用代码",
            _HEARD_USCC,
            f"{CREDIT_CODE} 对象信用代码 {of(REPORTED, '统一社会信用代码 信用代码')}",
            of="subject_name",
            own=True,
        ),
        Column(
            "categories",
            "类别",
            named_many(find_categories, LeadCategory.labels(), "类别", "unknown_category"),
            "线索类别 类型 线索类型 诈骗类别 诈骗类型 所属类别 涉诈类别 涉嫌类别",
            required=True,
        ),
        Column(
            "narrative",
            "问题描述",
            text(10_000),
            "主要内容 反映内容 线索内容 反映问题 问题简述 基本情况 情况描述 举报内容 主要问题 简要情况 线索描述 内容摘要 反映的主要问题 简要案情 举报事项 反映事项 具体内容 线索简要情况 内容 反映情况 举报情况 问题内容 来电内容 信访内容 诉求内容",
            hints="简要 详细 摘要",
            required=True,
        ),
        Column(
            "people_involved",
            "涉及人数",
            count(),
            "人数 受害人数 涉案人数 涉及老年人数 受骗人数 涉及老人数 涉及群众数 被骗人数",
            fill_down=False,
            hints="合计 总数 总计",
        ),
        Column(
            "amount_involved",
            "涉案金额",
            yuan,
            "金额 涉及金额 涉案资金 涉及资金 涉案价值 涉案总金额 涉案总额 涉及总金额 涉及总额 涉案数额 涉及数额 涉案款 涉案款项"
            " 涉案资金总额 涉及资金总额 涉案资金金额 涉及资金金额 涉案金额总计 涉案金额合计 涉案财物价值 涉诈金额 涉嫌金额 涉嫌涉案金额"
            f" 集资金额 非法集资金额 举报金额 反映金额 {_LOSSES}",
            hints="合计 总额 总计",
            second=_LOSSES,
            unit_aware=True,
            fill_down=False,
        ),
        Column(
            "division_code",
            "所在村",
            division,
            f"{VILLAGE} 所在地 发生地 发生村 发生地村社区 发生地所在村",
            hints=_PLACE_WORDS,
        ),
        Column(
            "proposed_unit",
            "承办单位",
            unit,
            "责任单位 办理单位 核查单位 交办单位 主办单位 牵头单位 承办部门 责任部门",
            person=True,
            hints="部门 名称",
        ),
        Column(
            "due_on",
            "办理期限",
            day(earliest=_EARLIEST),
            "办结期限 办理时限 截止时间 截止日期 期限 办结时限 要求办结时间",
        ),
        Column("note", "备注", text(2_000), "说明 其他 备注说明"),
    ),
    checks=(_reporter_fits, _due_after_receipt),
    # Whichever single cell is edited, one of these stays whole; none is met twice by chance.
    anchors=(
        _fields("subject_name narrative reporter_name reporter_phone received_on"),
        _fields(
            "subject_name narrative reporter_name reporter_phone amount_involved division_code"
        ),
        _fields("received_on subject_name amount_involved people_involved channel division_code"),
        _fields("received_on narrative reporter_name reporter_phone amount_involved division_code"),
    ),
    derive=_reporter_default,
    subject="",
    groups="涉案 涉案情况 案情 线索 线索情况 线索基本 基本 举报 反映 线索反映 举报反映 反映问题 问题 涉及 涉及情况 被骗 受骗 损失 受害"
    " 受理 接收 登记 来源 线索来源 交办 分办 分流 办理 属地 地点 发生地 其他 其它 备注 时间 基础",
    counters="件 条 起 宗 个",
)


# --------------------------------------------------------------------------------- risk entities


def _words(kind: type[Labelled], aliases: dict[Labelled, str]) -> dict[str, str]:
    """An enum's own labels first, then what else ledgers write, parted by blanks."""
    words = {label: code for code, label in kind.labels().items()}
    return words | {word: m.value for m, said in aliases.items() for word in said.split()}


T, R, N, M = RiskTier, Registration, Industry, RiskMeasureKind

TIER_WORDS: Final = _words(
    RiskTier,
    {
        T.GREEN: "绿色 绿码 低风险",
        T.YELLOW: "黄色 黄码 一般风险",
        T.ORANGE: "橙色 橙码 较大风险",
        T.RED: "红色 红码 高风险 重大风险",
    },
)
REGISTRATION_WORDS: Final = _words(
    Registration,
    {
        R.REGISTERED: "登记 已注册 证照齐全",
        R.FILED: "备案 已登记已备案",
        R.UNREGISTERED: "未备案 无证 无照 未注册 未登记备案",
    },
)
INDUSTRY_WORDS: Final = _words(
    Industry,
    {
        N.ELDER_CARE: "养老 养老机构",
        N.FOOD_HEALTH_PRODUCTS: "保健品 食品 食品药品",
        N.FINANCE: "金融 投资理财 非法集资 银行保险",
        N.CULTURE_TOURISM: "旅游 文旅",
        N.MEDICAL: "医疗 卫生健康",
        N.PROPERTY: "房地产 住建 自然资源",
        N.SOCIAL_INSURANCE: "社保 养老保险",
        N.VOLUNTEERING: "公益慈善",
        N.ONLINE: "网信",
        N.OTHER: "其它",
    },
)
MEASURE_WORDS: Final = _words(
    RiskMeasureKind,
    {
        M.REMIND: "风险提示 提醒 提醒规范运营 提示",
        M.INCREASE_INSPECTIONS: "增加检查频次 增加抽查频次 加大监管",
        M.ROUTINE_PATROL: "日常检查 日常监管",
        M.INTERVIEW: "约谈",
        M.ORDER_RECTIFICATION: "限期整改",
        M.STOP_OPERATIONS: "停止经营 停业",
        M.URGE_REFUND: "督促清退 清退资金",
        M.TRANSFER_POLICE: "移送公安 移送司法机关",
        M.TRANSFER_DEPARTMENT: "移交",
        M.SHUT_DOWN: "取缔",
    },
)

#: Facts 3.3: a village committee or a town office has no such power of its own.
_NEEDS_AUTHORITY: Final = frozenset(
    {"interview", "order_rectification", "stop_operations", "urge_refund", "shut_down"}
)


def _registration_fits(values: Values, _around: Surroundings) -> Iterable[Remark]:
    if values.get("registration") == "unregistered" and values.get("uscc"):
        yield Remark(
            "registration", "unregistered_with_uscc", "填了“未登记”，却写有统一社会信用代码"
        )


def _tier_fits(values: Values, _around: Surroundings) -> Iterable[Remark]:
    if values.get("tier") in {"orange", "red"} and not values.get("problems"):
        yield Remark("problems", "tier_without_problem", "风险等级为橙或红，却没有写明问题")


def _measure_actor_fits(values: Values, _around: Surroundings) -> Iterable[Remark]:
    measures = values.get("measures")
    actor = _say(values, "measure_actor")
    found = _NEEDS_AUTHORITY & set(measures if isinstance(measures, tuple) else ())
    if found and any(word in actor for word in ("村", "居委会", "社区", "专项办", "平安办")):
        yield Remark(
            "measure_actor", "actor_without_power", "该实施主体可能无权采取此项措施，请核对"
        )


def _address_fits(values: Values, around: Surroundings) -> Iterable[Remark]:
    said = values.get("division_code")
    inside = around.divisions.inside(_say(values, "address"))
    named = around.divisions.inside(_say(values, "name"))
    if isinstance(said, str) and inside and said != inside:
        yield Remark("address", "address_elsewhere", "地址中的村（社区）与所在村不一致")
    elif named and inside and named != inside:
        yield Remark("address", "name_elsewhere", "名称中的村（社区）与地址不一致")


def _village_of_address(values: dict[str, Value], around: Surroundings) -> None:
    if values.get("division_code") is None:
        values["division_code"] = around.divisions.inside(_say(values, "address"))


RISK_ENTITIES: Final = LedgerSpec(
    kind=LedgerKind.RISK_ENTITIES,
    label=LedgerKind.RISK_ENTITIES.label,
    columns=(
        Column("source_number", "编号", text(64), "登记编号"),
        Column(
            "name",
            "名称",
            several(text(200), "名称", refuse=False),
            f"{of(BODIES, '名称 全称 名')} 机构企业名称 对象名称 名称字号 店名 项目名称 企业字号 个体工商户名称",
            required=True,
            person=True,
            own=True,
            hints="个人名称 姓名 全称 项目 项目名称 个人 店铺 店名 单位 企业 机构 公司 场所 场所名称 机构名称 企业名称 单位名称",
        ),
        Column(
            "uscc",
            "统一社会信用代码",
            _USCC,
            f"{CREDIT_CODE} {of(BODIES, '统一社会信用代码 信用代码')}",
            own=True,
        ),
        Column(
            "address",
            "地址",
            text(300),
            f"{PREMISES} {of(BODIES, '地址 详细地址 住所 经营地址 注册地址')}",
        ),
        Column(
            "responsible_person",
            "负责人",
            several(text(60), "姓名", refuse=False),
            f"{RESPONSIBLE} {of(RESPONSIBLE, '姓名 名字')} 法定代表人负责人",
            person=True,
            hints="姓名 名称",
        ),
        Column(
            "phone",
            "联系电话",
            _PHONE,
            f"{_BARE_PHONE} {of(f'{RESPONSIBLE} {BODIES} 联系人', _BARE_PHONE)}",
            hints=_BARE_PHONE,
            second=f"{LANDLINE} {of(f'{RESPONSIBLE} {BODIES} 联系人', LANDLINE)}",
            of="responsible_person",
            bare=_BARE_PHONE,
        ),
        Column(
            "industry",
            "行业领域",
            choice(INDUSTRY_WORDS, "行业领域"),
            "行业 领域 所属行业 行业类别",
        ),
        Column(
            "registration",
            "登记情况",
            choice(REGISTRATION_WORDS, "登记情况"),
            "登记备案情况 备案情况 注册情况 登记或备案情况 证照情况",
        ),
        Column(
            "elders_served",
            "服务老人数",
            count(),
            "服务老年人数 老人数 入住老人数 服务人数 涉及老人数 在住老人数 在院老人数 现有老人数 入住老年人数 在住老年人数",
            fill_down=False,
        ),
        Column(
            "prepaid_amount",
            "预收费金额",
            yuan,
            "预收费 预收金额 预收款 预收款项 预收资金 预收费用 预收费余额 预收资金余额 预收费总额 预收费总金额 预收总金额 预收总额 预收资金总额"
            " 预收资金金额 预收款金额 预收款总额 预收费规模 预收资金规模 预付费 预付费金额 预付金额 预付款 预付款金额 预付资金 预付卡金额"
            " 预付费余额 预付卡余额 预付费资金 已收预收费 会员费金额 预收费会员费押金服务费金额",
            unit_aware=True,
            fill_down=False,
            hints="会员费 押金 服务费 合计 总额 总计 余额",
        ),
        Column(
            "problems",
            "问题描述",
            text(4_000),
            "存在问题 主要问题 问题隐患 风险隐患 发现问题 问题",
        ),
        Column(
            "tier",
            "风险等级",
            choice(TIER_WORDS, "风险等级"),
            "等级 风险级别 风险类别 管控等级",
        ),
        Column(
            "measures",
            "处置措施",
            choices(MEASURE_WORDS, "处置措施"),
            "措施 管控措施 采取措施 处置方式 整改措施",
        ),
        Column(
            "measure_actor",
            "实施主体",
            text(100),
            "实施单位 责任单位 处置单位 监管单位 主管部门",
            person=True,
        ),
        Column("responsible_staff", "责任人", text(60), "包保责任人 监管责任人", person=True),
        Column(
            "rectify_by",
            "整改时限",
            day(earliest=_EARLIEST, clock=False),
            "整改期限 完成时限 时限 整改日期 整改完成时限",
        ),
        Column(
            "progress",
            "进展",
            text(1_000),
            "进展情况 整改进展 整改情况 工作进展 办理情况",
        ),
        Column("delisted", "是否销号", yes_no, "销号 销号情况"),
        Column(
            "division_code",
            "所在村",
            division,
            VILLAGE,
            hints=_PLACE_WORDS,
        ),
        Column("note", "备注", text(2_000), "说明 其他 备注说明"),
    ),
    checks=(_registration_fits, _tier_fits, _measure_actor_fits, _address_fits),
    anchors=(("name",), ("uscc",), ("address", "responsible_person", "phone")),
    derive=_village_of_address,
    unique=("uscc",),
    subject="name",
    groups="机构 主体 企业 单位 场所 基本 基础 经营 登记 登记备案 收费 预收费 服务 风险 风险评估 问题 隐患 处置 管控 整改"
    " 措施 管控措施 处置措施 监管 属地 地点 其他 其它 备注 人员 资金",
    counters="家 个 处 户 所 间",
)


# --------------------------------------------------------------------------------------- victims


def _refund_fits(values: Values, _around: Surroundings) -> Iterable[Remark]:
    if _number(values, "principal_refunded") > _number(values, "principal"):
        yield Remark("principal_refunded", "refund_exceeds_principal", "已退本金大于投资本金")


def _identified(values: Values, _around: Surroundings) -> Iterable[Remark]:
    if not values.get("id_number"):
        yield Remark("id_number", "id_number_missing", "没有身份证号，清退之前要补上")


def _document(text: str, today: dt.date) -> codes.CodeCheck:
    """Any paper that says who somebody is, by its name before the number or its form."""
    kind, number = documents.told(text)
    found = documents.check(kind, number, today)
    return replace(found, value=documents.spelled(kind, found.value)) if found.ok else found


#: Without 姓名 behind it, 老人 or 客户 may as well be a group, or head a column of numbers.
_SUFFERERS_ALONE: Final = " ".join(
    who for who in SUFFERERS.split() if not who.endswith(("老人", "老年人", "群众", "客户"))
)
_SELVES: Final = f"本人 {SUFFERERS}"

VICTIMS: Final = LedgerSpec(
    kind=LedgerKind.VICTIMS,
    label=LedgerKind.VICTIMS.label,
    columns=(
        Column("source_number", "编号", text(64), "登记编号 合同编号"),
        Column(
            "name",
            "姓名",
            one_person,
            f"{_SUFFERERS_ALONE} {of(SUFFERERS, '姓名 名字 名称')} 本人姓名 名字",
            required=True,
            person=True,
            own=True,
            hints="名称 单位 单位名称 全称 本人",
        ),
        Column(
            "id_number",
            "身份证号",
            checked(_document, "bad_id_number", longest=40),
            f"{IDENTITY} {of(_SELVES, IDENTITY)}",
            of="name",
            bare=IDENTITY,
            own=True,
            loose=LOOSE_IDENTITY,
            hints=f"{IDENTITY} 18位 本人 护照 护照号 护照号码 通行证 通行证号 通行证号码 军官证 军官证号",
        ),
        Column(
            "phone",
            "联系电话",
            _PHONE,
            f"{_BARE_PHONE} {of(_SELVES, _BARE_PHONE)}",
            hints=f"{_BARE_PHONE} 本人",
            second=f"{LANDLINE} {of(_SELVES, LANDLINE)}",
            of="name",
            bare=_BARE_PHONE,
        ),
        Column(
            "division_code",
            "所在村",
            division,
            f"{VILLAGE} 居住村 居住社区 居住村社区",
            hints=_PLACE_WORDS,
        ),
        Column(
            "address",
            "住址",
            text(300),
            f"{HOME} {of(_SELVES, HOME)}",
            of="name",
            bare=HOME,
        ),
        Column(
            "bank_name",
            "开户行",
            text(100),
            f"{BANK} {of(_SELVES, '开户行 开户银行 开户行名称 银行')}",
        ),
        Column(
            "account_no",
            "银行卡号",
            checked(lambda text, _today: codes.check_bank_account(text), "bad_account", longest=32),
            f"{ACCOUNT} {of(_SELVES, '账号 卡号 账户 银行账号 银行账户 银行卡 银行卡号 收款账号')}",
            own=True,
            hints="卡号 账号 本人",
        ),
        Column(
            "principal",
            "投资本金",
            yuan,
            "本金 本金金额 投资金额 投资总额 投资总金额 投资额 投资款 投资款项 投资资金 投资数额 投资本金金额 集资金额 集资本金 集资总额"
            " 集资总金额 集资款 集资数额 集资参与金额 参与金额 参与集资金额 投入本金 投入金额 投入资金 投入总额 投入总金额 出资金额 出资额"
            f" 出资本金 交款金额 缴款金额 缴费金额 交费金额 打款金额 转账金额 本金总额 {_LOSSES}",
            hints="合计 总额 总计 本金",
            second=_LOSSES,
            required=True,
            unit_aware=True,
            fill_down=False,
        ),
        Column(
            "interest_paid",
            "已返利息",
            yuan,
            "已付利息 返利 已返利 已领利息 利息 已返还利息 已返息 已付息 已领息 已得利息 已收利息 已退利息 返还利息 已还利息"
            " 已领返利 已得返利 已付返利 返利金额 已返利金额 利息金额 已领回报 已得回报 已付回报 已返回报 已领分红 已得分红 已付分红",
            unit_aware=True,
            fill_down=False,
        ),
        Column(
            "principal_refunded",
            "已退本金",
            yuan,
            "已还本金 已退金额 已返本金 退还本金 已返还本金 本金已退 投资金额已退 已退 已返金额 已返还金额 已退还本金 已退还金额"
            " 已返还 已退还 已归还 已归还本金 已还金额 已退款 已退款金额 返还本金",
            unit_aware=True,
            fill_down=False,
        ),
        Column(
            "signed_on",
            "签约日期",
            day(future=False, earliest=dt.date(1990, 1, 1), clock=False),
            "签约时间 合同日期 投资日期 投资时间 交款日期 交款时间 合同签订日期 签订日期 签订时间 付款日期 付款时间 投入日期"
            " 投入时间 缴款日期 缴款时间 缴费日期 缴费时间 打款日期 打款时间 转账日期 转账时间",
        ),
        Column("note", "备注", text(2_000), "说明 其他"),
    ),
    checks=(_refund_fits, _identified),
    anchors=(("id_number",), ("name", "phone"), ("account_no",)),
    unique=("id_number",),
    subject="name",
    groups="本人 投资 集资 资金 本息 合同 签约 银行 银行账户 账户 收款账户 收款 银行信息 个人 身份 人员 基本 基础 返还 退款 清退"
    " 损失 交款 返利 属地 其他 其它 备注 联系",
    counters="人 名 位",
)


SPECS: Final[dict[LedgerKind, LedgerSpec]] = {
    LedgerKind.LEADS: LEADS,
    LedgerKind.RISK_ENTITIES: RISK_ENTITIES,
    LedgerKind.VICTIMS: VICTIMS,
}
