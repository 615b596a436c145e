"""Labelled pairs of leads, made from rules: what two people write of one fraud, and of two.

Kept apart from what they test: nothing in api/ knows these words. The weights of
api/domain/leads/similarity.py were set on `DEVELOPMENT`; `HELD_OUT` draws its names, streets and frauds
from other halves of the lists and was not looked at.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from api.domain.leads.similarity import Features, features
from api.domain.words.identifiers import masked

DEVELOPMENT, HELD_OUT = 20220513, 54

_FIRST = ("福金康夕颐乐安鹤松寿祥瑞", "长恒德和孝百仁爱春银永慈")
_SECOND = ("寿源宁阳养龄怡年泰华林园", "青荣辉润康禧佑善益和馨悦")
_LINES = (
    ("康养服务", "养老院", "健康管理", "商贸", "老年公寓", "生物科技", "养老咨询"),
    ("养老服务", "护理院", "健康科技", "投资管理", "旅居养老", "保健品", "家政服务"),
)
_LEGAL = ("有限公司", "有限责任公司", "公司", "")
_REGIONS = ("霍邱县", "安徽省", "六安市", "六安", "霍邱", "")
_STREETS = (
    ("人民路", "建设街", "府前路", "桥西巷", "农贸市场大街"),
    ("幸福路", "迎宾大道", "中心街", "淮河路", "老车站路"),
)
_SURNAMES = ("王李张刘陈杨赵", "黄周吴徐孙胡朱")
#: Said alike here: what the ear hears and the hand writes otherwise.
_SOUNDALIKE = {
    "福": "富服伏", "金": "今斤津", "康": "糠慷", "夕": "西希", "颐": "宜怡", "乐": "勒", "安": "氨桉",
    "鹤": "贺赫", "松": "淞嵩", "寿": "受授", "祥": "详翔", "瑞": "锐", "源": "元园", "宁": "凝", "阳": "杨洋",
    "养": "仰", "龄": "凌玲", "怡": "宜", "泰": "太", "华": "画", "林": "临琳", "长": "常", "恒": "衡",
    "德": "得", "和": "禾河", "孝": "效", "百": "佰", "仁": "人", "爱": "艾", "春": "椿", "银": "寅", "永": "勇",
    "慈": "辞", "青": "清", "荣": "容", "辉": "灰", "润": "闰", "禧": "喜", "佑": "又", "善": "扇", "益": "义",
    "馨": "心新", "悦": "月", "年": "粘", "园": "圆源",
}  # fmt: skip
#: What happened, each fact in other people's words.
_STORIES: tuple[tuple[tuple[tuple[str, ...], ...], ...], ...] = (
    (
        (
            ("以预订养老床位为名收取会员费", "让老人先交钱订床位，说是会员", "办会员卡预留床位，预收费用"),
            ("承诺每年返利百分之十八", "说一年给十八个点的利息", "答应年化收益18%"),
            ("至今无法入住", "房子根本没盖起来", "到现在也住不进去"),
            ("要求退款被拖延", "退钱一直推脱", "去要钱总说再等等"),
        ),
        (
            ("组织老人免费体检后推销保健品", "先免费查身体，再卖保健药", "借体检之名向老年人高价售药"),
            ("称能治高血压糖尿病", "吹嘘包治三高", "宣称可以停用降压药"),
            ("产品无批准文号", "药盒上没有批号", "查不到国药准字"),
            ("购买后人去楼空", "买完就找不到人了", "门店已关门搬走"),
        ),
        (
            ("劝老人抵押房产投资养老项目", "哄老年人拿房本去贷款理财", "以房养老为名办理房屋抵押"),
            ("签的合同老人看不懂", "合同条款没有解释就叫按手印", "公证时未告知后果"),
            ("利息没有兑现", "头三个月后就不付利息了", "收益只发了两期"),
            ("房子被他人查封", "住房让人起诉要收走", "法院通知要拍卖住房"),
        ),
    ),
    (
        (
            ("代办养老保险收取材料费", "说能花钱补缴社保", "声称有关系办退休，要收手续费"),
            ("称认识社保局领导", "自称上面有人", "谎称内部指标"),
            ("开具的收据是假的", "给的缴费凭证查不到", "证书经查系伪造"),
            ("一直未能领取养老金", "等了半年也没发钱", "待遇至今没有到账"),
        ),
        (
            ("邀请老人旅居养老并认购产权", "带老年人外出看房交定金", "推销异地养老公寓使用权"),
            ("许诺每月返租", "答应租金按月打卡", "约定保底租金回报"),
            ("项目已停工", "工地早就没人了", "实地查看是荒地"),
            ("合同到期不退本金", "到期不还钱", "本金逾期未兑付"),
        ),
        (
            ("假冒志愿者上门关爱老人", "打着献爱心旗号接近孤寡老人", "以扶贫帮扶名义走访"),
            ("推销收藏品字画", "劝买纪念币和玉石", "高价出售所谓藏品"),
            ("保证两年后回购", "说以后加价收回去", "承诺到期原价回收"),
            ("东西经鉴定不值钱", "拿去问了就值几十块", "鉴定为低档工艺品"),
        ),
    ),
)  # fmt: skip
_LOSS = ("涉及金额{0}元", "被骗了{0}元", "共交了{0}元", "损失{0}元左右")
_OPENING = ("反映", "来电称", "群众举报：", "", "网格员摸排发现", "家属反映")
_PEOPLE = ("本村多名老人受骗", "好几户老人都交了钱", "受害人不止一个", "")


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, before anybody tells it."""

    region: str
    brand: str
    line: str
    person: str
    phone: str
    account: str
    street: str
    story: int
    amount: int


@dataclass(frozen=True, slots=True)
class Told:
    """One lead as somebody wrote it down."""

    subject: str
    narrative: str
    amount: int | None = None

    def features(self) -> Features:
        """As the office stores it: identifiers found and masked."""
        text, found = masked(self.narrative)
        said = frozenset((each.kind, each.value_normalised) for each in found)
        return features(self.subject, text, said, self.amount)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two leads, whether they tell of one matter, and the rule that made them."""

    left: Told
    right: Told
    same: bool
    rule: str = field(compare=False)


class Teller:
    """Facts and the many ways of telling them, from one seed and one half of the words."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.half = 0 if seed == DEVELOPMENT else 1

    def facts(self) -> Facts:
        """A fraud."""
        pick, half = self.random.choice, self.half
        digits = "".join(pick("0123456789") for _ in range(8))
        return Facts(
            region=pick(_REGIONS),
            brand=pick(_FIRST[half]) + pick(_SECOND[half]),
            line=pick(_LINES[half]),
            person=pick(_SURNAMES[half]) + pick(("某", "经理", "老师")),
            phone="13" + pick("3456789") + digits,
            account="622848" + "".join(pick("0123456789") for _ in range(13)),
            street=f"{pick(_STREETS[half])}{self.random.randint(1, 300)}号",
            story=self.random.randrange(3),
            amount=self.random.choice((3, 5, 8, 10, 12, 20, 36, 50, 68)) * 1_000_00,
        )

    def other(self, facts: Facts) -> Facts:
        """Another fraud of the same kind in the same village: only who did it differs."""
        made = self.facts()
        while made.brand == facts.brand:
            made = self.facts()
        # neighbours in business bear names alike: 福寿康养 and 福源康养
        if self.random.random() < 0.3:
            rest = [c for c in _SECOND[self.half] if c not in facts.brand]
            made = replace(made, brand=facts.brand[0] + self.random.choice(rest), line=facts.line)
        amount = facts.amount if self.random.random() < 0.5 else made.amount
        return replace(made, story=facts.story, region=facts.region, amount=amount)

    def full_name(self, facts: Facts) -> str:
        """As on the licence."""
        return f"{facts.region}{facts.brand}{facts.line}{self.random.choice(_LEGAL)}"

    def short_name(self, facts: Facts) -> str:
        """As people call it."""
        return self.random.choice((f"{facts.brand}{facts.line}", f"{facts.brand}{facts.line[:2]}"))

    def misheard(self, name: str) -> str:
        """One character written as another that sounds alike."""
        places = [at for at, c in enumerate(name) if c in _SOUNDALIKE]
        if not places:
            return name
        at = self.random.choice(places)
        return name[:at] + self.random.choice(_SOUNDALIKE[name[at]]) + name[at + 1 :]

    def mistyped(self, text: str) -> str:
        """A character left out, doubled, or two swapped; never the first one."""
        if len(text) < 5:
            return text
        at = self.random.randrange(2, len(text) - 1)
        way = self.random.randrange(3)
        if way == 0:
            return text[:at] + text[at + 1 :]
        if way == 1:
            return text[:at] + text[at] + text[at:]
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def tell(self, facts: Facts, name: str, *, words: int | None = None, **said: bool) -> Told:
        """A narrative: which words, in which order, with which numbers."""
        choose = self.random
        story = _STORIES[self.half][facts.story]
        parts = [part[choose.randrange(3) if words is None else words % 3] for part in story]
        opening, rest = parts[0], parts[1:]
        choose.shuffle(rest)
        if words is None and choose.random() < 0.5:
            rest = rest[:2]
        known = "有人" if name == "不详" else name
        sentences = [f"{choose.choice(_OPENING)}{known}{opening}", *rest]
        if choose.random() < 0.8:
            sentences.append(choose.choice(_LOSS).format(facts.amount // 100))
        if said.get("phone"):
            sentences.append(f"联系人{facts.person}电话{facts.phone}")
        if said.get("account"):
            sentences.append(f"收款账号{facts.account}")
        if said.get("street"):
            sentences.append(f"地点在{facts.street}")
        sentences.append(choose.choice(_PEOPLE))
        amount = facts.amount if choose.random() < 0.7 else None
        return Told(name, "，".join(s for s in sentences if s) + "。", amount)


def _same(teller: Teller) -> Iterator[Pair]:
    """One fraud, told twice; each rule leaves something by which a person would know it."""
    facts = teller.facts()
    full, short = teller.full_name(facts), teller.short_name(facts)
    first = teller.tell(facts, full, phone=True, account=True, street=True)
    yield Pair(first, teller.tell(facts, full), True, "same name, other words")
    yield Pair(first, teller.tell(facts, short), True, "short name, other words")
    yield Pair(first, teller.tell(facts, teller.misheard(full)), True, "misheard name, other words")
    yield Pair(first, teller.tell(facts, teller.misheard(short)), True, "misheard short name")
    mistyped = teller.mistyped(full)
    yield Pair(first, teller.tell(facts, mistyped, words=0), True, "mistyped name")
    yield Pair(first, replace(teller.tell(facts, "不详", phone=True), amount=None), True, "phone")
    person = teller.tell(facts, facts.person, account=True)
    yield Pair(first, person, True, "account, a person for the company")
    yield Pair(first, teller.tell(facts, "不详", street=True), True, "address")
    named = replace(teller.tell(facts, short), subject="某公司")
    yield Pair(first, named, True, "company in the text only")
    copied = teller.mistyped(teller.mistyped(first.narrative))
    yield Pair(first, Told("不详", copied.replace(facts.phone, ""), None), True, "copied text")


def _different(teller: Teller) -> Iterator[Pair]:
    """Two frauds of one kind in one village, however alike they are told."""
    facts = teller.facts()
    for words in (None, None, 0, 1, 2):
        other = teller.other(facts)
        said = {"phone": True, "street": teller.random.random() < 0.5}
        left = teller.tell(facts, teller.full_name(facts), words=words, **said)
        right = teller.tell(other, teller.full_name(other), words=words, **said)
        yield Pair(left, right, False, "other company, same words" if words else "other company")
    other = teller.other(facts)
    left = teller.tell(facts, teller.full_name(facts))
    yield Pair(left, teller.tell(other, "不详", phone=True), False, "nobody named, other phone")
    brand = replace(facts, brand=facts.brand, phone=other.phone, story=(facts.story + 1) % 3)
    shop = teller.tell(replace(brand, brand=other.brand), other.person, street=True)
    yield Pair(left, shop, False, "a person, another matter")


def pairs(seed: int, rounds: int = 60) -> list[Pair]:
    """As many of either kind as the rules make in so many rounds."""
    teller = Teller(seed)
    made: list[Pair] = []
    for _ in range(rounds):
        made += _same(teller)
        made += _different(teller)
        made += _different(teller)
    return made


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a matcher did."""

    recall: float
    precision: float
    missed: list[Pair]
    mistaken: list[Pair]


def measure(made: list[Pair], is_similar) -> Measured:
    """Recall and precision of a decision over labelled pairs."""
    said = [(pair, is_similar(pair)) for pair in made]
    hits = sum(pair.same and yes for pair, yes in said)
    return Measured(
        hits / sum(pair.same for pair in made),
        hits / max(1, sum(yes for _, yes in said)),
        [pair for pair, yes in said if pair.same and not yes],
        [pair for pair, yes in said if yes and not pair.same],
    )
