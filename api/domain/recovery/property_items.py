"""Property involved in a case: kinds, ownership (甄别), disposal and the life cycle (M5-M7, facts 2.4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.domain.kit.days import DayKind
from api.domain.kit.errors import FieldError
from api.domain.kit.flow import REASON, Edit, Field, FieldKind, Flow, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.law.authorities import NOT_AN_ORGAN, AuthorityLevel, is_organ


class PropertyKind(Labelled):
    """What the item is; the freeze term and the approving level follow from it."""

    DEPOSIT = "deposit", "存款（含汇款、证券结算资金、期货保证金）"
    SECURITIES = "securities", "证券（债券、股票、基金份额）"
    EQUITY = "equity", "股权及投资权益"
    LISTED_EQUITY = "listed_equity", "上市公司股权"
    INSURANCE = "insurance", "保单权益"
    REAL_ESTATE = "real_estate", "不动产"
    VEHICLE = "vehicle", "车辆"
    CASH = "cash", "现金"
    VALUABLES = "valuables", "贵重物品"
    VIRTUAL_CURRENCY = "virtual_currency", "虚拟币"
    OTHER = "other", "其他"


class Ownership(Labelled):
    """What the examination found. Every determination is kept; the last one counts (M5)."""

    PENDING = "pending", "待甄别"
    VICTIM = "victim", "被害人合法财产"
    PROCEEDS = "proceeds", "违法所得（赃款赃物）"
    LAWFUL = "lawful", "与案件无关的合法财产"
    THIRD_PARTY = "third_party", "第三人善意取得"
    UNCLEAR = "unclear", "权属不明"


class Disposal(Labelled):
    """How an item left the case."""

    EARLY_RETURN = "early_return", "先行返还被害人"
    SELL = "sell", "变卖"
    AUCTION = "auction", "拍卖"
    HAND_OVER = "hand_over", "随案移送"
    RETURN = "return", "发还被害人"
    CONFISCATE = "confiscate", "没收"
    TREASURY = "treasury", "上缴国库"
    RELEASE = "release", "解除并退还权利人"


class PropertyStatus(Labelled):
    """Where an item stands."""

    REGISTERED = "registered", "已登记"
    DETERMINED = "determined", "已甄别"
    DISPUTED = "disputed", "有异议"
    DISPOSED = "disposed", "已处置"
    WITHDRAWN = "withdrawn", "登记有误已撤销"


class PropertyAction(Labelled):
    """What people do with an item."""

    DETERMINE = "determine", "甄别认定"
    OBJECT = "object", "登记第三人异议"
    DISPOSE = "dispose", "处置"
    WITHDRAW = "withdraw", "撤销登记"


S, A = PropertyStatus, PropertyAction

#: Still in the case: nobody has disposed of it.
OPEN = frozenset({S.REGISTERED, S.DETERMINED, S.DISPUTED})
_DOCUMENT = Field("document_no", "文书编号")

PROPERTY_FLOW: Flow[PropertyStatus, PropertyAction] = Flow(
    "property_item",
    S.REGISTERED,
    {
        A.DETERMINE: Step(
            OPEN,
            S.DETERMINED,
            P.PROPERTY_HANDLE,
            fields=(
                Field("ownership", "甄别结果", FieldKind.ENUM, options=Ownership),
                Field("authority", "认定机关"),
                _DOCUMENT,
                REASON,
            ),
        ),
        A.OBJECT: Step(
            frozenset({S.REGISTERED, S.DETERMINED}),
            S.DISPUTED,
            P.PROPERTY_HANDLE,
            fields=(
                Field("objector", "异议人"),
                Field("reason", "异议内容", FieldKind.LONG_TEXT),
            ),
        ),
        A.DISPOSE: Step(
            frozenset({S.DETERMINED}),
            S.DISPOSED,
            P.PROPERTY_HANDLE,
            fields=(
                Field("disposal", "处置方式", FieldKind.ENUM, options=Disposal),
                Field("authority", "决定机关"),
                Field(
                    "authority_level",
                    "批准机关级别",
                    FieldKind.ENUM,
                    required=False,  # whoever leaves it out learns the article
                    options=AuthorityLevel,
                    only_with=("disposal", Disposal.EARLY_RETURN),
                ),
                _DOCUMENT,
                Field("disposed_on", "处置日期", FieldKind.DATE, day=DayKind.PAST),
                Field("proceeds", "变卖、拍卖所得（元）", FieldKind.MONEY, required=False),
                Field("has_photos", "已拍照或者录音录像", FieldKind.BOOLEAN, required=False),
                Field("has_receipt", "已有领取手续", FieldKind.BOOLEAN, required=False),
                REASON,
            ),
            danger=True,
        ),
        A.WITHDRAW: Step(
            frozenset({S.REGISTERED}),
            S.WITHDRAWN,
            P.PROPERTY_HANDLE,
            fields=(REASON,),
            danger=True,
        ),
    },
    edit=Edit(
        frozenset(PropertyStatus) - {PropertyStatus.DISPOSED, PropertyStatus.WITHDRAWN},
        P.PROPERTY_HANDLE,
        "该财物已处置，不能修改",
    ),
    law="《中华人民共和国刑事诉讼法》（2018）第二百四十五条",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing the law does not bear: a stable code, the field, a sentence, and the article."""

    code: str
    pointer: str
    message: str
    article: str


#: Which ownership each way out presupposes; a way out not named here has no such condition.
_OWNERSHIP_FOR: dict[Disposal, tuple[frozenset[Ownership], str, str]] = {
    Disposal.EARLY_RETURN: (
        frozenset({Ownership.VICTIM}),
        "先行返还仅限有证据证明权属明确且无争议的被害人合法财产",
        "《公安机关办理刑事案件程序规定》第二百三十四条",
    ),
    Disposal.CONFISCATE: (
        frozenset({Ownership.PROCEEDS}),
        "认定为违法所得的财物才能没收",
        "《中华人民共和国刑法》第六十四条",
    ),
    Disposal.RELEASE: (
        frozenset({Ownership.LAWFUL, Ownership.THIRD_PARTY}),
        "查明与案件无关或者第三人善意取得的，才能解除并退还权利人",
        "《公安机关办理刑事案件程序规定》第二百三十三条、第二百四十七条",
    ),
}


_L = AuthorityLevel
#: 程序规定第234条: the head of a county's police or above; procuratorates and courts return by
#: their own rules. Stations, agencies and townships never.
_MAY_RETURN_EARLY = frozenset(AuthorityLevel) - {
    _L.POLICE_STATION,
    _L.COUNTY_AGENCY,
    _L.CITY_AGENCY,
    _L.TOWNSHIP,
}


def check_disposal(
    disposal: Disposal,
    ownership: Ownership,
    *,
    level: AuthorityLevel | None,
    has_photos: bool,
    appraised: bool,
    has_receipt: bool,
) -> list[Violation]:
    """What stands in the way of disposing of an item in this way."""
    found: list[Violation] = []
    if disposal in _OWNERSHIP_FOR:
        allowed, message, article = _OWNERSHIP_FOR[disposal]
        if ownership not in allowed:
            found.append(Violation("ownership_does_not_fit", "/disposal", message, article))
    if disposal is Disposal.EARLY_RETURN:
        article = "《公安机关办理刑事案件程序规定》第二百三十四条"
        if level not in _MAY_RETURN_EARLY:
            found.append(
                Violation(
                    "authority_too_low",
                    "/authority_level",
                    "先行返还应当经县级以上公安机关负责人批准",
                    article,
                )
            )
        for present, pointer, message in (
            (has_photos, "/has_photos", "先行返还前应当登记、拍照或者录音录像"),
            (appraised, "/appraised_value", "先行返还前应当估价"),
            (has_receipt, "/has_receipt", "先行返还应当有被害人的领取手续"),
        ):
            if not present:
                found.append(Violation("early_return_incomplete", pointer, message, article))
    return found


#: By which somebody else has the thing afterwards: what holds it must be lifted before. A sale, an
#: auction and the hand-over to the next organ go on under the measure.
_LEAVES = frozenset(
    {
        Disposal.EARLY_RETURN,
        Disposal.RETURN,
        Disposal.RELEASE,
        Disposal.CONFISCATE,
        Disposal.TREASURY,
    }
)
_SOLD = frozenset({Disposal.SELL, Disposal.AUCTION})


def check_held(disposal: Disposal, held_by: Sequence[str]) -> list[Violation]:
    """That nobody gets what is still frozen, sealed or seized; `held_by` names the measures."""
    if disposal not in _LEAVES or not held_by:
        return []
    message = f"该财物的{'、'.join(held_by)}还没有解除，解除以后才能{disposal.label}"
    article = "《公安机关办理刑事案件程序规定》第二百三十四条、第二百四十七条"
    return [Violation("still_held", "/disposal", message, article)]


def check_answers(disposal: Disposal, authority: str, *, has_proceeds: bool) -> list[FieldError]:
    """What the form asks for and was answered otherwise."""
    found: list[FieldError] = []
    if not is_organ(authority):
        found.append(FieldError("/authority", "not_an_organ", NOT_AN_ORGAN))
    if has_proceeds and disposal not in _SOLD:
        message = "只有变卖、拍卖的才填写所得金额"
        found.append(FieldError("/proceeds", "not_asked", message))
    return found


#: Several things may lie under one account or number: shares of different companies, coins.
_SEVERAL = frozenset(
    {
        PropertyKind.SECURITIES,
        PropertyKind.EQUITY,
        PropertyKind.LISTED_EQUITY,
        PropertyKind.VIRTUAL_CURRENCY,
    }
)


def is_same_thing(kinds: tuple[PropertyKind, PropertyKind], titles: tuple[str, str]) -> bool:
    """Whether two items with one account or certificate number are one thing."""
    return not _SEVERAL.issuperset(kinds) or titles[0] == titles[1]
