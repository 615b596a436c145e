"""Risk entities (风险主体): tiers, routes, statuses and the life cycle (facts 3.3, E2-E9)."""

from typing import Any, cast

from api.domain.entities.risk_measures import LAWFUL, ORDERED, PLAN, RiskMeasureKind
from api.domain.kit.actors import Actor
from api.domain.kit.days import DayKind
from api.domain.kit.errors import Conflict, RuleViolated
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
from api.domain.organisation.handing_over import (
    LEFT_TO_SENDER,
    RECEIVER,
    WITH_NOBODY,
    Department,
    is_open,
    reported,
)


class EntityKind(Labelled):
    """What the entity is (E2: institutions, enterprises, sites, projects)."""

    INSTITUTION = "institution", "机构"
    ENTERPRISE = "enterprise", "企业"
    INDIVIDUAL = "individual", "个体工商户"
    SITE = "site", "场所"
    PROJECT = "project", "项目"
    OTHER = "other", "其他"


class Industry(Labelled):
    """The eight fields of the campaign's ledgers, and two that occur beside them."""

    ELDER_CARE = "elder_care", "养老服务"
    FOOD_HEALTH_PRODUCTS = "food_health_products", "食品保健品"
    FINANCE = "finance", "金融投资"
    CULTURE_TOURISM = "culture_tourism", "文化旅游"
    MEDICAL = "medical", "医疗健康"
    PROPERTY = "property", "房产"
    SOCIAL_INSURANCE = "social_insurance", "社会保险"
    VOLUNTEERING = "volunteering", "志愿服务"
    ONLINE = "online", "网络"
    OTHER = "other", "其他"


class Registration(Labelled):
    """Whether the entity is known to the registers."""

    REGISTERED = "registered", "已登记"
    FILED = "filed", "已备案"
    UNREGISTERED = "unregistered", "未登记"


class RiskTier(Labelled):
    """How grave the risk is, low to high. A fact of its own: it does not choose the route (E9)."""

    GREEN = "green", "绿"
    YELLOW = "yellow", "黄"
    ORANGE = "orange", "橙"
    RED = "red", "红"

    @property
    def inspection_rule(self) -> str:
        """The time rule that says how often an entity of this tier is inspected."""
        return f"TIER-{self.value.upper()}"


class RiskRoute(Labelled):
    """How the entity is dealt with; exactly one at a time (E5-E9)."""

    EMERGING = "emerging", "A·苗头性问题：提示提醒、增加检查"
    EVIDENT = "evident", "B·明显问题不构成犯罪：约谈、整改、清退"
    OTHER_DEPARTMENT = "other_department", "C·涉及其他部门：依法移交"
    SUSPECTED_CRIME = "suspected_crime", "D·涉嫌犯罪：固定证据、移送"


class EntityStatus(Labelled):
    """Where an entity stands."""

    PENDING = "pending", "待排查"
    SWEPT = "swept", "已排查"
    ASSESSED = "assessed", "已评估定级"
    LISTED = "listed", "已纳管"
    HANDLING = "handling", "处置中"
    RECTIFYING = "rectifying", "整改中"
    ACCEPTED = "accepted", "已验收"
    DELISTED = "delisted", "已销号"
    TRANSFERRED_DEPARTMENT = "transferred_department", "已移交部门"
    TRANSFERRED_POLICE = "transferred_police", "已移送公安"
    SHUT_DOWN = "shut_down", "已取缔关停"


#: Nobody inspects it any more.
ENDED = (EntityStatus.DELISTED, EntityStatus.SHUT_DOWN)


class EntityAction(Labelled):
    """What people do with a risk entity."""

    SWEEP = "sweep", "完成排查"
    ASSESS = "assess", "评估定级"
    REASSESS = "reassess", "复评定级"
    CHOOSE_ROUTE = "choose_route", "确定处置路线"
    LIST = "list", "纳入管控名单"
    REMIND = "remind", "风险提示"
    INTERVIEW = "interview", "警示约谈"
    ORDER_RECTIFICATION = "order_rectification", "责令整改"
    STOP_OPERATIONS = "stop_operations", "停止经营活动"
    URGE_REFUND = "urge_refund", "督促清退"
    RECORD_REFUND = "record_refund", "登记清退进展"
    RECORD_MEASURE = "record_measure", "登记其他措施"
    FIX_EVIDENCE = "fix_evidence", "固定证据"
    TRANSFER_DEPARTMENT = "transfer_department", "移交主管部门"
    TRANSFER_POLICE = "transfer_police", "移送公安"
    SHUT_DOWN = "shut_down", "取缔关停"
    ACCEPT = "accept", "验收"
    DELIST = "delist", "销号"
    REOPEN = "reopen", "重新排查（回头看）"


#: The route that a measure belongs to. A measure may move an entity to a graver route, never back.
ROUTE_OF_MEASURE: dict[RiskMeasureKind, RiskRoute] = {
    RiskMeasureKind.REMIND: RiskRoute.EMERGING,
    RiskMeasureKind.INCREASE_INSPECTIONS: RiskRoute.EMERGING,
    RiskMeasureKind.INTERVIEW: RiskRoute.EVIDENT,
    RiskMeasureKind.ORDER_RECTIFICATION: RiskRoute.EVIDENT,
    RiskMeasureKind.STOP_OPERATIONS: RiskRoute.EVIDENT,
    RiskMeasureKind.URGE_REFUND: RiskRoute.EVIDENT,
    RiskMeasureKind.SHUT_DOWN: RiskRoute.EVIDENT,
    RiskMeasureKind.TRANSFER_DEPARTMENT: RiskRoute.OTHER_DEPARTMENT,
    RiskMeasureKind.TRANSFER_POLICE: RiskRoute.SUSPECTED_CRIME,
}


def route_after(current: RiskRoute | None, measure: RiskMeasureKind) -> RiskRoute | None:
    """The route once a measure was taken: its own, when none stands or a less grave one does."""
    own = ROUTE_OF_MEASURE.get(measure)
    order = list(RiskRoute)
    if own is None or (current is not None and order.index(current) >= order.index(own)):
        return current
    return own


#: The first characters of a credit code tell the kind (GB 32100: 工商 9, 民政 5).
_KIND_OF_USCC = {
    "92": EntityKind.INDIVIDUAL,
    "91": EntityKind.ENTERPRISE,
    "93": EntityKind.ENTERPRISE,
    "51": EntityKind.INSTITUTION,
    "52": EntityKind.INSTITUTION,
}


def guess_kind(name: str, uscc: str) -> EntityKind:
    """What an entity most likely is, for ledgers that do not say."""
    if uscc[:2] in _KIND_OF_USCC:
        return _KIND_OF_USCC[uscc[:2]]
    return EntityKind.ENTERPRISE if "公司" in name else EntityKind.OTHER


S, A = EntityStatus, EntityAction


def _same_unit_or_office(actor: Actor, record: Record) -> bool:
    return OWN_UNIT.holds(actor, record) or actor.may(P.LEAD_ASSIGN)


#: The office steps in for departments that are not in the system yet.
HANDLER = Predicate("not_own_unit", "只有监管单位或镇专项办可以办理", _same_unit_or_office)


def _evidence_fixed(actor: Actor, record: Any) -> bool:
    del actor
    return record.evidence_fixed_on is not None


def _nothing_open(actor: Actor, record: Any) -> bool:
    del actor
    return not record.open_rectifications


EVIDENCE_FIXED = Predicate(
    "evidence_not_fixed",
    "移送公安前须先固定证据并登记",
    _evidence_fixed,
    RuleViolated,
    f"{PLAN}：涉嫌犯罪的，固定证据，移送司法机关",
)
#: What was handed over is the other's to deal with before anybody says that it is over.
HANDOVER_ANSWERED = Predicate(
    "handover_open",
    "移送、移交还没有结果：由接收单位登记；对方没有接收的可以收回，不答复的由镇领导批准不再等待",
    lambda _, record: not is_open(record),
    Conflict,
)


#: A decision of the police leaves something to do with the sender: their goods, or the answer to it.
POLICE_ANSWER_SETTLED = Predicate(
    "handover_unsettled",
    "公安机关立案的，先移交涉案物品和材料；不予立案的，先提请复议、建议检察院立案监督或者接受这一决定；"
    "撤销案件的，先登记撤案后的处理",
    lambda _, record: (
        cast("Any", record).handover_status not in {each.value for each in LEFT_TO_SENDER}
    ),
    RuleViolated,
    "《行政执法机关移送涉嫌犯罪案件的规定》第9条、第10条、第12条",
)

#: One hand-over of an entity is open at a time, in whatever status the entity stands meanwhile.
HANDOVER_OVER = (HANDOVER_ANSWERED, POLICE_ANSWER_SETTLED)


def _police_have_it(actor: Actor, record: Any) -> bool:
    del actor
    return record.route != RiskRoute.SUSPECTED_CRIME or record.status == S.TRANSFERRED_POLICE


#: What is judged a crime ends at the police's door; whoever judged wrongly says so, with the reason.
CRIME_WITH_POLICE = Predicate(
    "crime_not_handed_over",
    "处置路线是涉嫌犯罪的，先固定证据、移送公安；研判有误的，说明理由改定处置路线",
    _police_have_it,
    RuleViolated,
    f"《行政执法机关移送涉嫌犯罪案件的规定》第3条、第11条；{PLAN}：涉嫌犯罪的，固定证据，移送司法机关",
)


def _department_has_it(actor: Actor, record: Any) -> bool:
    del actor
    return record.route != RiskRoute.OTHER_DEPARTMENT or record.handover_status not in WITH_NOBODY


#: What is another's to deal with ends when that one has had it.
DEPARTMENT_HAS_IT = Predicate(
    "department_not_handed_over",
    "处置路线是涉及其他部门的，先移交主管部门；研判有误的，说明理由改定处置路线",
    _department_has_it,
    RuleViolated,
    f"{PLAN}：涉及其他部门的，依法移交",
)
ALL_RECTIFIED = Predicate(
    "rectification_open",
    "尚有未销号的整改，复查合格后才能验收",
    _nothing_open,
    RuleViolated,
    f"{PLAN}：责令整改、督促整改到位",
)

#: What is found anew while an order is open is found by a visit, which carries an order of its own.
ORDERED_ONCE = Predicate(
    "rectification_ordered",
    "已责令整改，还没有销号；又发现问题的，先登记检查，据检查责令整改",
    lambda _, record: not record.bare_orders,  # type: ignore[attr-defined]
    Conflict,
)

_DOCUMENT = Field("document_no", "文书编号", required=False)
_DONE_ON = Field("done_on", "实施日期", FieldKind.DATE, day=DayKind.PAST, required=False)
_DEADLINE = Field("deadline", "完成期限", FieldKind.DATE, day=DayKind.END, required=False)
_NOTE = Field("note", "情况说明", FieldKind.LONG_TEXT, required=False)
_BY_LAW = "有行政处罚权的单位移送的填写"
#: 移送规定第5条: who may punish reports to the head, who decides.
_APPROVED_ON_PAPER = (
    *reported(_BY_LAW),
    Field(
        "approved_on",
        "批准移送日期",
        FieldKind.DATE,
        day=DayKind.PAST,
        required=False,
        needed_for=_BY_LAW,
    ),
    Field("approved_by", "批准人", required=False, needed_for=_BY_LAW),
)
#: Asked for by the hand-over itself: whether evidence was fixed comes first.
_MATERIALS = Field(
    "materials", "材料清单", FieldKind.LONG_TEXT, required=False, needed_for="移送、移交时必填"
)
_MEASURE = (*LAWFUL, _DOCUMENT, _DONE_ON, _DEADLINE, _NOTE)
_ROUTE = Field("route", "处置路线", FieldKind.ENUM, options=RiskRoute)
_ASSESSMENT = (
    Field("tier", "风险等级", FieldKind.ENUM, options=RiskTier),
    Field("factors", "评估依据", FieldKind.LONG_TEXT),
    Field("route", "处置路线", FieldKind.ENUM, required=False, options=RiskRoute),
    Field("decided_by", "研判决定人", required=False),
    Field("review_on", "下次复评日期", FieldKind.DATE, day=DayKind.DUE, required=False),
)

_OPEN = frozenset({S.ASSESSED, S.LISTED, S.HANDLING, S.RECTIFYING})
TRANSFERRED = frozenset({S.TRANSFERRED_DEPARTMENT, S.TRANSFERRED_POLICE})

EDITOR = Predicate("not_own_unit", "只有监管单位或镇专项办可以修改", _same_unit_or_office)

RISK_ENTITY_FLOW: Flow[EntityStatus, EntityAction] = Flow(
    "risk_entity",
    S.PENDING,
    {
        A.SWEEP: Step(frozenset({S.PENDING}), S.SWEPT, P.RISK_ENTITY_HANDLE, fields=(_NOTE,)),
        A.ASSESS: Step(
            frozenset({S.PENDING, S.SWEPT, S.ASSESSED}),
            S.ASSESSED,
            P.RISK_ENTITY_ASSESS,
            fields=_ASSESSMENT,
        ),
        A.REASSESS: Step(
            frozenset({S.LISTED, S.HANDLING, S.RECTIFYING, S.ACCEPTED}),
            None,
            P.RISK_ENTITY_ASSESS,
            fields=_ASSESSMENT,
        ),
        A.CHOOSE_ROUTE: Step(_OPEN, None, P.RISK_ENTITY_ASSESS, fields=(_ROUTE, REASON)),
        A.LIST: Step(frozenset({S.ASSESSED}), S.LISTED, P.RISK_ENTITY_ASSESS, fields=(_NOTE,)),
        A.REMIND: Step(_OPEN, S.HANDLING, P.RISK_ENTITY_HANDLE, fields=_MEASURE),
        A.INTERVIEW: Step(_OPEN, S.HANDLING, P.RISK_ENTITY_HANDLE, fields=_MEASURE),
        A.ORDER_RECTIFICATION: Step(
            _OPEN,
            S.RECTIFYING,
            P.RISK_ENTITY_HANDLE,
            fields=(
                *ORDERED,
                *LAWFUL,
                _DOCUMENT,
            ),
            when=(ORDERED_ONCE,),
        ),
        A.STOP_OPERATIONS: Step(
            _OPEN,
            S.HANDLING,
            P.RISK_ENTITY_HANDLE,
            fields=(*LAWFUL, Field("document_no", "决定书编号", required=False), _DONE_ON, _NOTE),
            danger=True,
        ),
        A.URGE_REFUND: Step(
            _OPEN,
            S.HANDLING,
            P.RISK_ENTITY_HANDLE,
            fields=(
                Field("amount", "应清退金额", FieldKind.MONEY, required=False),
                *_MEASURE,
            ),
        ),
        A.RECORD_REFUND: Step(
            _OPEN | TRANSFERRED | {S.SHUT_DOWN},
            None,
            P.RISK_ENTITY_HANDLE,
            fields=(
                Field("amount", "已清退金额", FieldKind.MONEY),
                *LAWFUL,
                _DOCUMENT,
                _DONE_ON,
                _NOTE,
            ),
        ),
        A.RECORD_MEASURE: Step(
            _OPEN | TRANSFERRED,
            None,
            P.RISK_ENTITY_HANDLE,
            fields=(
                Field("measure", "措施", FieldKind.ENUM, options=RiskMeasureKind),
                *_MEASURE,
            ),
        ),
        A.FIX_EVIDENCE: Step(
            _OPEN | {S.PENDING, S.SWEPT},
            None,
            P.RISK_ENTITY_HANDLE,
            fields=(
                Field("fixed_on", "固定日期", FieldKind.DATE, day=DayKind.PAST),
                Field("fixed_by", "固定人"),
                Field("evidence_list", "证据清单", FieldKind.LONG_TEXT),
            ),
        ),
        A.TRANSFER_DEPARTMENT: Step(
            _OPEN,
            S.TRANSFERRED_DEPARTMENT,
            P.RISK_ENTITY_HANDLE,
            fields=(
                Field("organ", "部门类别", FieldKind.ENUM, options=Department),
                *RECEIVER,
                _MATERIALS,
                _DOCUMENT,
                REASON,
                *LAWFUL,
            ),
            when=(HANDLER, *HANDOVER_OVER),
        ),
        A.TRANSFER_POLICE: Step(
            _OPEN,
            S.TRANSFERRED_POLICE,
            P.RISK_ENTITY_HANDLE,
            fields=(*RECEIVER, *_APPROVED_ON_PAPER, _MATERIALS, _DOCUMENT, REASON, *LAWFUL),
            when=(HANDLER, *HANDOVER_OVER, EVIDENCE_FIXED),
        ),
        A.SHUT_DOWN: Step(
            _OPEN | {S.TRANSFERRED_DEPARTMENT},
            S.SHUT_DOWN,
            P.RISK_ENTITY_HANDLE,
            fields=(*LAWFUL, Field("document_no", "决定书编号", required=False), REASON),
            when=(HANDLER,),
            danger=True,
        ),
        A.ACCEPT: Step(
            frozenset({S.LISTED, S.HANDLING, S.RECTIFYING, S.TRANSFERRED_DEPARTMENT}),
            S.ACCEPTED,
            P.RISK_ENTITY_ASSESS,
            fields=(_NOTE,),
            when=(
                HANDLER,
                ALL_RECTIFIED,
                CRIME_WITH_POLICE,
                DEPARTMENT_HAS_IT,
                HANDOVER_ANSWERED,
            ),
        ),
        A.DELIST: Step(
            frozenset({S.ACCEPTED, S.SHUT_DOWN, S.TRANSFERRED_POLICE}),
            S.DELISTED,
            P.RISK_ENTITY_ASSESS,
            fields=(REASON,),
            when=(HANDLER, CRIME_WITH_POLICE, *HANDOVER_OVER),
        ),
        A.REOPEN: Step(
            frozenset({S.ACCEPTED, S.DELISTED, S.SHUT_DOWN}) | TRANSFERRED,
            S.SWEPT,
            P.RISK_ENTITY_ASSESS,
            fields=(REASON,),
            when=(HANDLER, *HANDOVER_OVER),
        ),
    },
    edit=Edit(
        _OPEN | {S.PENDING, S.SWEPT, S.ACCEPTED},
        P.RISK_ENTITY_CREATE,
        "该主体已移交、移送或销号，不能修改",
        when=(EDITOR,),
    ),
    law=f"{PLAN}：排查、评估定级、分类处置",
)

#: Actions that record a measure of the same name, on which the table of powers is asked.
MEASURE_OF_ACTION: dict[EntityAction, RiskMeasureKind] = {
    A.REMIND: RiskMeasureKind.REMIND,
    A.INTERVIEW: RiskMeasureKind.INTERVIEW,
    A.ORDER_RECTIFICATION: RiskMeasureKind.ORDER_RECTIFICATION,
    A.STOP_OPERATIONS: RiskMeasureKind.STOP_OPERATIONS,
    A.URGE_REFUND: RiskMeasureKind.URGE_REFUND,
    A.RECORD_REFUND: RiskMeasureKind.REFUND_PROGRESS,
    A.TRANSFER_DEPARTMENT: RiskMeasureKind.TRANSFER_DEPARTMENT,
    A.TRANSFER_POLICE: RiskMeasureKind.TRANSFER_POLICE,
    A.SHUT_DOWN: RiskMeasureKind.SHUT_DOWN,
}
#: Measures with an action of their own, which moves the entity: `record_measure` refuses them.
OWN_ACTION = frozenset(MEASURE_OF_ACTION.values()) | {RiskMeasureKind.PRESERVE_EVIDENCE}
