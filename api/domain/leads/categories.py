"""What a lead is about: the six pretexts of the plan, red flags, legal tests and charges.

Sources: 众办〔2022〕54号 第四(一) (six pretexts, “等”: hence an other); 非法集资解释(2022) 第一条、第七条;
刑法. The software shows these lists to people and never decides by them.
"""

import unicodedata
from collections.abc import Iterator, Mapping

from api.domain.kit.labels import Labelled


class LeadCategory(Labelled):
    """The six pretexts, in the order of the plan, and an other."""

    C1 = "C1", "提供“养老服务”"
    C2 = "C2", "投资“养老项目”"
    C3 = "C3", "销售“养老产品”"
    C4 = "C4", "宣称“以房养老”"
    C5 = "C5", "代办“养老保险”"
    C6 = "C6", "开展“养老帮扶”"
    C0 = "C0", "其他“养老”名义"


class RedFlag(Labelled):
    """What a checker ticks on a lead (derived from 防非条例第九条, 非法集资解释, 部门提示)."""

    FIXED_RETURN = "fixed_return", "承诺保本或者固定回报"
    PUBLIC_PITCH = "public_pitch", "会销、传单、讲座等公开宣传"
    NO_FINANCIAL_LICENCE = "no_financial_licence", "无金融业务许可"
    FORBIDDEN_NAME = "forbidden_name", "名称或者经营范围含“理财”“财富管理”“金融”等字样"
    EXCESSIVE_PREPAYMENT = "excessive_prepayment", "预收费超过十二个月或者总额超过净固定资产"
    NOT_ON_RECORD = "not_on_record", "从事养老服务未备案"
    FREE_GIFTS = "free_gifts", "免费赠礼、体检、旅游拉拢"
    PERSONAL_COLLECTION = "personal_collection", "收取现金或者使用个人收款码"
    BUY_BACK = "buy_back", "商品回购、寄存代售、消费返利"
    HOUSE_MORTGAGE = "house_mortgage", "诱导房产抵押或者委托公证"
    GOVERNMENT_BACKING = "government_backing", "谎称政府背景、政策支持"
    LEADERS_PHOTOS = "leaders_photos", "使用领导人照片、题词宣传"
    TARGETS_ELDERS = "targets_elders", "专门针对六十周岁以上老年人"
    RECRUITER_COMMISSION = "recruiter_commission", "发展下线、拉人提成"
    REFUSES_REFUND = "refuses_refund", "拒绝或者拖延退款"


class FundraisingTest(Labelled):
    """The four features that together make illegal fund-raising (非法集资解释第一条)."""

    UNLAWFUL = "unlawful", "非法性：未经依法许可或者借用合法经营的形式吸收资金"
    PUBLIC = "public", "公开性：通过网络、媒体、推介会、传单、手机信息等途径向社会公开宣传"
    INDUCING = "inducing", "利诱性：承诺在一定期限内还本付息或者给付回报"
    SOCIAL = "social", "社会性：向社会公众即社会不特定对象吸收资金"


class Charge(Labelled):
    """The crimes met in this campaign; `CHARGE_ARTICLES` names the article of 刑法."""

    FRAUD = "fraud", "诈骗罪"
    FUNDRAISING_FRAUD = "fundraising_fraud", "集资诈骗罪"
    ILLEGAL_DEPOSITS = "illegal_deposits", "非法吸收公众存款罪"
    CONTRACT_FRAUD = "contract_fraud", "合同诈骗罪"
    PYRAMID_SELLING = "pyramid_selling", "组织、领导传销活动罪"
    SHODDY_PRODUCTS = "shoddy_products", "生产、销售伪劣产品罪"
    FAKE_MEDICINE = "fake_medicine", "生产、销售、提供假药罪"
    INFERIOR_MEDICINE = "inferior_medicine", "生产、销售、提供劣药罪"
    UNSAFE_FOOD = "unsafe_food", "生产、销售不符合安全标准的食品罪"
    TOXIC_FOOD = "toxic_food", "生产、销售有毒、有害食品罪"
    SUBSTANDARD_DEVICES = "substandard_devices", "生产、销售不符合标准的医用器材罪"
    FALSE_ADVERTISING = "false_advertising", "虚假广告罪"
    ILLEGAL_BUSINESS = "illegal_business", "非法经营罪"
    SHAM_LITIGATION = "sham_litigation", "虚假诉讼罪"
    IMPERSONATION = "impersonation", "招摇撞骗罪"
    FORGED_DOCUMENTS = "forged_documents", "伪造、变造、买卖国家机关公文、证件、印章罪"
    PERSONAL_DATA = "personal_data", "侵犯公民个人信息罪"
    ASSISTING_CYBERCRIME = "assisting_cybercrime", "帮助信息网络犯罪活动罪"
    CONCEALING_PROCEEDS = "concealing_proceeds", "掩饰、隐瞒犯罪所得、犯罪所得收益罪"
    MONEY_LAUNDERING = "money_laundering", "洗钱罪"
    EXTORTION = "extortion", "敲诈勒索罪"
    PROVOKING_TROUBLE = "provoking_trouble", "寻衅滋事罪"
    ILLEGAL_MEDICAL_PRACTICE = "illegal_medical_practice", "非法行医罪"

    @property
    def article(self) -> str:
        """Where the crime stands, as a document cites it: `刑法第176条`."""
        return f"刑法第{CHARGE_ARTICLES[self]}"


CHARGE_ARTICLES: Mapping[Charge, str] = {
    Charge.FRAUD: "266条",
    Charge.FUNDRAISING_FRAUD: "192条",
    Charge.ILLEGAL_DEPOSITS: "176条",
    Charge.CONTRACT_FRAUD: "224条",
    Charge.PYRAMID_SELLING: "224条之一",
    Charge.SHODDY_PRODUCTS: "140条",
    Charge.FAKE_MEDICINE: "141条",
    Charge.INFERIOR_MEDICINE: "142条",
    Charge.UNSAFE_FOOD: "143条",
    Charge.TOXIC_FOOD: "144条",
    Charge.SUBSTANDARD_DEVICES: "145条",
    Charge.FALSE_ADVERTISING: "222条",
    Charge.ILLEGAL_BUSINESS: "225条",
    Charge.SHAM_LITIGATION: "307条之一",
    Charge.IMPERSONATION: "279条",
    Charge.FORGED_DOCUMENTS: "280条",
    Charge.PERSONAL_DATA: "253条之一",
    Charge.ASSISTING_CYBERCRIME: "287条之二",
    Charge.CONCEALING_PROCEEDS: "312条",
    Charge.MONEY_LAUNDERING: "191条",
    Charge.EXTORTION: "274条",
    Charge.PROVOKING_TROUBLE: "293条",
    Charge.ILLEGAL_MEDICAL_PRACTICE: "336条",
}

#: How ledgers write the categories besides the label itself. A bare “养老” names none of them and
#: stays unknown: the person who imports decides.
CATEGORY_ALIASES: Mapping[LeadCategory, tuple[str, ...]] = {
    LeadCategory.C1: ("养老服务", "养老机构", "养老机构服务", "机构养老", "养老床位", "预付养老"),
    LeadCategory.C2: ("养老项目", "投资养老", "养老投资", "养老基地", "养老公寓投资"),
    LeadCategory.C3: (
        "养老产品", "老年产品", "保健品", "老年保健品", "销售保健品", "保健食品", "食品保健品",
    ),
    LeadCategory.C4: ("以房养老", "房产养老", "住房养老"),
    LeadCategory.C5: ("养老保险", "代缴养老保险", "补缴养老保险", "代办社保", "社保代办"),
    LeadCategory.C6: ("养老帮扶", "养老扶助", "帮扶", "养老助老"),
    LeadCategory.C0: ("其他", "其它", "其他养老", "其他涉老", "其他养老诈骗", "其他类别"),
}  # fmt: skip

_ENDINGS = ("类诈骗", "诈骗", "名义", "领域", "类型", "类")
_SEPARATORS = "、,;/|+\n"


def find_category(text: str) -> LeadCategory | None:
    """The category that a ledger cell means, whatever its quotes and spaces; None if unclear."""
    key = _key(text)
    if key in _BY_KEY:
        return _BY_KEY[key]
    shorter = (key.removesuffix(ending) for ending in _ENDINGS if key.endswith(ending))
    return next((_BY_KEY[short] for short in shorter if short in _BY_KEY), None)


def find_categories(text: str) -> tuple[LeadCategory, ...] | None:
    """All categories of a cell that lists several, first one primary; None if any is unclear."""
    for mark in _SEPARATORS[1:]:
        text = unicodedata.normalize("NFKC", text).replace(mark, _SEPARATORS[0])
    found = [find_category(part) for part in text.split(_SEPARATORS[0]) if part.strip()]
    known = tuple(dict.fromkeys(one for one in found if one is not None))
    return known if known and None not in found else None


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in plain if mark.isalnum())


def _keys() -> Iterator[tuple[str, LeadCategory]]:
    for category in LeadCategory:
        for name in (category.value, category.label, *CATEGORY_ALIASES[category]):
            yield _key(name), category


_BY_KEY: dict[str, LeadCategory] = dict(_keys())
