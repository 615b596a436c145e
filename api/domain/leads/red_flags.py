"""Red flags and the tests of illegal fund-raising: where each points, and what category follows.

The words of a report *propose* a box; only a person ticks one. Ticked boxes and words together
suggest a category, with the reasons; only a person decides it. Every number stands in a table.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from api.domain.kit.labels import Labelled
from api.domain.leads.categories import Charge, FundraisingTest, LeadCategory, RedFlag
from api.domain.leads.red_flag_phrases import PHRASES


class CheckKind(Labelled):
    """Which of the two lists a box belongs to."""

    RED_FLAG = "red_flag", "风险特征"
    FUNDRAISING_TEST = "fundraising_test", "非法集资的四个特征"


#: What can be ticked on a lead; no code stands in both lists.
Check = RedFlag | FundraisingTest


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a ticked box points, and the words by which a report proposes it."""

    source: str
    words: tuple[str, ...]
    categories: Mapping[LeadCategory, int] = field(default_factory=dict[LeadCategory, int])
    charges: Mapping[Charge, int] = field(default_factory=dict[Charge, int])


R, T, C, X = RedFlag, FundraisingTest, LeadCategory, Charge

_REGULATION = "《防范和处置非法集资条例》"
_LAW = "《最高人民法院关于审理非法集资刑事案件具体应用法律若干问题的解释》第一条"
_FEES = "民政部等七部门《关于加强养老机构预收费监管的指导意见》（2024）"
_PLAN = "众办〔2022〕54号及公安、民政部门防骗提示"
#: 同解释第二条第十项 names these three as forms of illegal fund-raising: a test speaks for each alike.
_FORMS: Final = {C.C1: 1, C.C2: 1, C.C3: 1}

RULES: Final[Mapping[Check, Rule]] = {
    R.FIXED_RETURN: Rule(
        f"{_REGULATION}第二条、第十九条第三项",
        ("保本", "保息", "固定回报", "固定收益", "高额回报", "年化", "分红", "返利", "高息", "月息",
         "按月返", "每月返", "还本付息", "稳赚"),
        {C.C2: 3, C.C1: 1},
        {X.ILLEGAL_DEPOSITS: 3, X.FUNDRAISING_FRAUD: 2},
    ),
    R.PUBLIC_PITCH: Rule(
        f"{_REGULATION}第十一条、第十九条第四项",
        ("会销", "传单", "讲座", "推介会", "宣讲", "宣传会", "健康会", "听课", "直播", "朋友圈", "广告"),
        {C.C3: 1, C.C2: 1},
        {X.ILLEGAL_DEPOSITS: 1, X.FALSE_ADVERTISING: 2},
    ),
    R.NO_FINANCIAL_LICENCE: Rule(
        f"{_REGULATION}第二条、第十九条",
        ("无金融许可", "没有金融许可", "无金融牌照", "没有金融牌照", "未经金融", "吸收资金",
         "吸收存款", "募集", "非法集资"),
        {C.C2: 2},
        {X.ILLEGAL_DEPOSITS: 3, X.FUNDRAISING_FRAUD: 1},
    ),
    R.FORBIDDEN_NAME: Rule(
        f"{_REGULATION}第九条",
        ("理财", "财富", "股权众筹", "资产管理", "金融"),
        {C.C2: 3},
        {X.ILLEGAL_DEPOSITS: 2},
    ),
    R.EXCESSIVE_PREPAYMENT: Rule(
        _FEES,
        ("预付", "预收", "会员费", "会员卡", "储值卡", "贵宾卡", "权益卡", "押金", "保证金",
         "一次性交", "床位费", "预订床位"),
        {C.C1: 4},
        {X.ILLEGAL_DEPOSITS: 1, X.CONTRACT_FRAUD: 2},
    ),
    R.NOT_ON_RECORD: Rule(
        "《老年人权益保障法》第四十三条",
        ("未备案", "无备案", "没有备案", "未办理备案", "未登记备案"),
        {C.C1: 3},
    ),
    R.FREE_GIFTS: Rule(
        _PLAN,
        ("免费领", "送鸡蛋", "领鸡蛋", "免费体检", "免费旅游", "免费参观", "免费去", "免费吃",
         "小礼品", "赠送", "免费带"),
        {C.C3: 2, C.C2: 1},
        {X.FRAUD: 1, X.FALSE_ADVERTISING: 1},
    ),
    R.PERSONAL_COLLECTION: Rule(
        _PLAN,
        ("个人账户", "私人账户", "个人收款", "收款码", "二维码", "扫码", "收现金", "交现金", "付现金",
         "不开发票", "手写收据", "收据是手写"),
        charges={X.FRAUD: 2},
    ),
    R.BUY_BACK: Rule(
        "《最高人民法院关于审理非法集资刑事案件具体应用法律若干问题的解释》第二条第四项",
        ("回购", "寄存", "代售", "消费返", "返现", "买一万返", "加价收回"),
        {C.C3: 4, C.C2: 1},
        {X.ILLEGAL_DEPOSITS: 3, X.FRAUD: 1},
    ),
    R.HOUSE_MORTGAGE: Rule(
        "众办〔2022〕54号第四（一）；公安部、司法部防范“以房养老”骗局提示",
        ("抵押", "委托公证", "做公证", "公证处", "房产证", "过户"),
        {C.C4: 6},
        {X.FRAUD: 3, X.CONTRACT_FRAUD: 1, X.SHAM_LITIGATION: 2, X.EXTORTION: 1},
    ),
    R.GOVERNMENT_BACKING: Rule(
        _PLAN,
        ("政府兜底", "政府背景", "政府项目", "国家试点", "国家项目", "国家扶持", "国家政策",
         "红头文件", "内部关系", "有熟人", "有关系", "内部名额", "局里有人"),
        {C.C5: 2, C.C6: 1, C.C2: 1},
        {X.FRAUD: 1, X.IMPERSONATION: 3, X.FORGED_DOCUMENTS: 1},
    ),
    R.LEADERS_PHOTOS: Rule(
        _PLAN,
        ("领导照片", "领导人照片", "领导视察", "领导合影", "题词"),
        {C.C2: 1},
        {X.FALSE_ADVERTISING: 2, X.IMPERSONATION: 1},
    ),
    R.TARGETS_ELDERS: Rule(
        "《老年人权益保障法》第二条；《关于办理诈骗刑事案件具体应用法律若干问题的解释》第二条第四项（酌情从严）",
        ("老人", "老年人", "老头", "老太", "大爷", "大妈", "六十岁以上", "60岁以上", "退休"),
        charges={X.FRAUD: 1},
    ),
    R.RECRUITER_COMMISSION: Rule(
        "《禁止传销条例》第七条",
        ("下线", "拉人", "拉一人", "拉一个人", "人头费", "提成", "推荐奖", "发展会员", "团队奖"),
        {C.C2: 1},
        {X.PYRAMID_SELLING: 4, X.ILLEGAL_DEPOSITS: 1},
    ),
    R.REFUSES_REFUND: Rule(
        _PLAN,
        ("不退", "拒绝退", "退款一拖", "退货被拒", "退款被拒", "无法退", "停发", "停付",
         "停止返", "未还本", "失联", "打不通", "关门", "卷款", "跑路"),
        charges={X.FUNDRAISING_FRAUD: 1, X.CONTRACT_FRAUD: 1, X.FRAUD: 1},
    ),
    T.UNLAWFUL: Rule(
        f"{_LAW}第一项",
        ("吸收资金", "吸收存款", "募集", "集资", "未经批准", "未经许可", "无金融许可", "认筹"),
        _FORMS,
        {X.ILLEGAL_DEPOSITS: 1},
    ),
    T.PUBLIC: Rule(
        f"{_LAW}第二项",
        ("会销", "传单", "讲座", "推介会", "宣讲", "直播", "广告", "手机信息", "朋友圈", "微信群"),
        _FORMS,
        {X.ILLEGAL_DEPOSITS: 1},
    ),
    T.INDUCING: Rule(
        f"{_LAW}第三项",
        ("保本", "保息", "固定回报", "固定收益", "年化", "分红", "返利", "高息", "月息", "按月返",
         "每月返", "还本付息"),
        _FORMS,
        {X.ILLEGAL_DEPOSITS: 1},
    ),
    T.SOCIAL: Rule(
        f"{_LAW}第四项",
        ("名老人", "名群众", "名村民", "户参与", "人签约", "多人参与", "不特定", "人联名", "众多",
         "几十人", "上百人"),
        _FORMS,
        {X.ILLEGAL_DEPOSITS: 1},
    ),
}  # fmt: skip

#: All four together are what the law asks for: worth more than the boxes one by one.
ALL_TESTS: Final[Mapping[Charge, int]] = {X.ILLEGAL_DEPOSITS: 4, X.FUNDRAISING_FRAUD: 3}

#: Words by which a report tells what it is about. “其他” is what is left: nothing points there.
CATEGORY_WORDS: Final[Mapping[LeadCategory, tuple[str, ...]]] = {
    C.C1: ("床位", "养老院", "敬老院", "养老机构", "护理费", "入住", "居家养老", "会员卡", "托管",
           "养老服务", "收住"),
    C.C2: ("投资", "入股", "认购", "认筹", "股权", "养老基地", "康养小镇", "养老项目", "加盟",
           "返租", "理财", "吸收资金"),
    C.C3: ("保健品", "保健食品", "口服液", "床垫", "按摩", "理疗", "磁疗", "助听器", "收藏品",
           "纪念币", "字画", "药酒", "包治", "治病", "糖尿病", "高血压", "羊奶粉"),
    C.C4: ("以房养老", "房产", "房本", "房子", "住房", "抵押", "押而不卖", "过户"),
    C.C5: ("养老保险", "社保", "补缴", "缴费凭证", "提前退休", "挂靠", "参保", "养老金待遇", "办退休"),
    C.C6: ("志愿者", "义诊", "扶贫", "民族资产", "干儿子", "干女儿", "黄昏恋", "消灾", "慰问",
           "扶老", "助老", "补贴", "帮扶", "公益", "捐款", "爱心"),
}  # fmt: skip

#: A word is worth this much, and more than `MOST_WORDS` of a category say nothing new.
WORD_POINTS: Final = 2
MOST_WORDS: Final = 3
#: Below this nothing is suggested, nor when two categories are alike.
LEAST_POINTS: Final = 2
#: And no crime is pointed at by less than this.
LEAST_OF_CHARGE: Final = 3
#: No more crimes are pointed at than somebody reads.
MOST_CHARGES: Final = 4

#: Said right before a word, these turn it round: “没有承诺保本” proposes nothing.
_DENIALS: Final = (
    "没有承诺", "未承诺", "没承诺", "并没有", "并未", "没有要求", "没有", "不是", "并非", "从不",
    "从未", "不要", "无需", "不用", "未曾", "未", "无",
)  # fmt: skip


#: So far before a word its denial may stand.
_BEFORE: Final = 12
#: What is somebody else's, and lawful: 金融学校, 反诈讲座, 家长会, 遗嘱公证.
_LAWFUL: Final = re.compile(
    r"(?<!未经)金融(?:学校|学院|专业|监管)|(?:组织(?:老年人|老人|村民)听)?(?:反诈|防诈|防骗|普法|禁毒|消防)(?:宣传|知识)*[，,]?(?:发了?|的)?(?:传单|讲座|宣讲|课|广告|宣传单)"
    r"|(?:学校|学生|孩子|孙子|孙女)(?:在|上|去|的)*(?:学校)?里?听课|家长会|(?:村委会|居委会|党员|村民小组|村民代表|业主|支部)(?:开会|会议|大会)"
    r"|银行(?:的|买的|柜台|里)*理财|(?:租房|购房|房屋|买卖|劳动|建房)合同(?:也)?(?:没有?|未)(?:登记)?备案"
    r"|(?:卫生院|卫生室|医院|政府)(?:按规定|统一|组织|每年|定期)*免费(?:给老人|给|体检|量血压|接种|检查)*"
    r"|(?:超市|商场|收银台|饭店|食堂)(?:里|的|收银台)*扫码|寄存(?:在|到)(?:超市|车站|前台)|遗嘱公证|公证处(?:办|立|做)了?遗嘱|(?:工资|底薪)(?:加|和|外加)提成"
    r"|(?:保本|保息)(?:是)?(?:做不到|不可能|不保证)|(?:床位|护理|伙食|服务)费按(?:月|季)(?:交|付|缴)"
)
#: The same before a phrase, with what may stand between: 没有说过要给利息, 从来不开会.
_DENIED: Final = re.compile(
    r"(?:没有?|未|不|无|从不|从未|从来[没不]有?|并非|不是|并[没未]有?)(?:任何|人|承诺|要求|说过?|提过?|讲过?|见过?|听过?|收过?|参加过?|要|是|过|曾|给|有|发|开|听|去|做|搞|办|用|让|叫|老人|个人|私人)*$"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category that boxes and words point to, why, and the crimes to hold it against."""

    category: LeadCategory | None
    points: int
    reasons: tuple[str, ...]
    #: The strongest first; by ticked boxes alone, because a crime is no matter of wording.
    charges: tuple[Charge, ...]


def kind_of(check: Check) -> CheckKind:
    """The list that a box stands in."""
    return CheckKind.RED_FLAG if isinstance(check, RedFlag) else CheckKind.FUNDRAISING_TEST


def mentioned(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """The words that a text says and does not deny, in the order of the table."""
    plain = _plain(text)
    return tuple(word for word in words if _says(plain, word))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _says(plain: str, word: str) -> bool:
    at = plain.find(word)
    while at >= 0:
        before = plain[:at]
        if not before.endswith(_DENIALS) and not _DENIED.search(before[-_BEFORE:]):
            return True
        at = plain.find(word, at + 1)
    return False


def proposed(text: str) -> dict[Check, tuple[str, ...]]:
    """The boxes that a text speaks for, each with its words. Nobody has ticked them yet."""
    plain = _LAWFUL.sub("；", _plain(text))
    found = {
        check: mentioned(plain, rule.words) or _phrased(plain, check)
        for check, rule in RULES.items()
    }
    return {check: words for check, words in found.items() if words}


def _phrased(plain: str, check: Check) -> tuple[str, ...]:
    """What a text says in words of its own and does not deny, as it says it."""
    hits = [
        hit[0]
        for phrase in PHRASES.get(check, ())
        for hit in phrase.finditer(plain)
        if not _DENIED.search(plain[max(0, hit.start() - _BEFORE) : hit.start()])
    ]
    return tuple(dict.fromkeys(hits))[:MOST_WORDS]


def suggest(ticked: Collection[Check], text: str) -> Suggestion:
    """What category ticked boxes and a text speak for, or that they do not tell.

    A pure function of the tables: the same boxes and the same text give the same answer, in
    whatever order they were ticked.
    """
    boxes = [check for check in RULES if check in ticked]
    said = {one: mentioned(text, words)[:MOST_WORDS] for one, words in CATEGORY_WORDS.items()}
    points = Counter[LeadCategory]()
    for check in boxes:
        points.update(RULES[check].categories)
    for category, words in said.items():
        points[category] += WORD_POINTS * len(words)
    charges = _charges(boxes)
    ranked = sorted(CATEGORY_WORDS, key=lambda one: (-points[one], one.value))
    best, second = ranked[0], ranked[1]
    if points[best] < LEAST_POINTS:
        why = "勾选的特征和反映内容还看不出属于哪一类，请由人判断"
        return Suggestion(None, points[best], (why,), charges)
    if points[best] == points[second]:
        alike = "、".join(one.label for one in ranked if points[one] == points[best])
        return Suggestion(None, points[best], (f"{alike}的理由相当，请由人判断",), charges)
    return Suggestion(best, points[best], tuple(_reasons(best, boxes, said[best])), charges)


def _reasons(category: LeadCategory, boxes: list[Check], words: tuple[str, ...]) -> Iterable[str]:
    for kind in CheckKind:
        named = [
            f"“{_short(check)}”"
            for check in boxes
            if kind_of(check) is kind and category in RULES[check].categories
        ]
        if named:
            yield f"已勾选{kind.label}：{'、'.join(named)}"
    if words:
        yield f"反映内容提到：{'、'.join(f'“{word}”' for word in words)}"
    if category in _FORMS and set(FundraisingTest) <= set(boxes):
        yield f"四个特征俱备，符合{_LAW}规定的非法吸收资金"


def _short(check: Check) -> str:
    return check.label.partition("：")[0]


def _charges(boxes: list[Check]) -> tuple[Charge, ...]:
    points = Counter[Charge]()
    for check in boxes:
        points.update(RULES[check].charges)
    if set(FundraisingTest) <= set(boxes):
        points.update(ALL_TESTS)
    order = list(Charge)
    ranked = sorted(points, key=lambda one: (-points[one], order.index(one)))
    return tuple(one for one in ranked if points[one] >= LEAST_OF_CHARGE)[:MOST_CHARGES]
